"""A research note says what is not known. It is no law: it binds nobody, has no norms and decides nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dueprocess.kernel.errors import LawError
from dueprocess.kernel.yamlread import parse
from dueprocess.law import Authority, Lawbook, load_lawbook
from dueprocess.law.reading import read_authority

NOTE = """\
id: us/ky/unsettled
title: A made-up note
kind: research_note
citation: made up for a test
known: {from: "2026-11-22"}
persuades: [us/ky]
note: What is unknown, what was seen, and what would settle it.
sources: [{title: Made up for a test, publisher: nobody, url: null, date: null}]
review: {status: unreviewed, basis: general knowledge}
"""


def read(text: str) -> Authority:
    return read_authority(parse(text, name="note.yaml"), vocabulary=load_lawbook().vocabulary)


def test_it_is_read_without_rank_or_days_governed() -> None:
    note = read(NOTE)
    assert (note.kind, note.rank, note.norms, note.binds) == ("research_note", None, (), ())
    assert note.in_force.start is None and note.known.start is not None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("norms: []", "a research note has no [norms]"),
        ("binds: [us/ky]", "a research note has no [binds]"),
        ('in_force: {from: "2026-11-22"}', "a research note has no [in_force]"),
        ("stage: final", "a research note has no [stage]"),
    ],
)
def test_what_makes_it_law_is_refused(line: str, says: str) -> None:
    with pytest.raises(LawError) as caught:
        read(NOTE + line + "\n")
    assert says in str(caught.value) and caught.value.code == "research-note"


@pytest.mark.parametrize("key", ["note", "known", "persuades"])
def test_what_it_must_say(key: str) -> None:
    text = "".join(line for line in NOTE.splitlines(keepends=True) if not line.startswith(f"{key}:"))
    with pytest.raises(LawError) as caught:
        read(text)
    assert f"a research note without [{key}]" in str(caught.value)


@pytest.mark.parametrize("known", ["known: {}", "known: soon", 'known: {until: "2026-11-22"}'])
def test_it_has_the_day_of_the_research(known: str) -> None:
    with pytest.raises(LawError):
        read(NOTE.replace('known: {from: "2026-11-22"}', known))


def test_it_stands_beside_the_law_from_its_day_on_whatever_the_day_asked_about() -> None:
    shipped = load_lawbook()
    note = replace(read(NOTE), id="us/ky/made-up")
    book = Lawbook({**shipped.authorities, note.id: note}, shipped.vocabulary)
    start = note.known.start
    assert start is not None
    agency, sets = "us/ky/adair-county/corrections", ("circuit/6",)
    long_before = start - 12 * 365
    assert note in book.persuading(agency, sets, long_before, start)
    assert note not in book.persuading(agency, sets, start, start - 1)
    assert note not in book.persuading("us/oh/adams-county/sheriff", sets, start, start)
    assert book.applied(agency, sets, start, start, None) == shipped.applied(agency, sets, start, start, None)


def test_every_note_that_ships_says_what_is_unknown_and_what_would_settle_it() -> None:
    notes = [a for a in load_lawbook().authorities.values() if a.kind == "research_note"]
    assert notes
    for note in notes:
        assert note.note.startswith("Unknown: ") and " Seen: " in note.note and " Would settle it: " in note.note, note.id
