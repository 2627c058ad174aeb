"""Templates: the shipped ones are clean, the broken ones are refused one by one, and no letter has a blank, a None or a field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.law import Lawbook
from dueprocess.letters.custody import COLUMNS
from dueprocess.letters.facts import FactBook
from dueprocess.letters.fields import ALWAYS, LISTS, SOMETIMES, SPANISH
from dueprocess.letters.lint import lint
from dueprocess.letters.merge import Letter, Merger
from dueprocess.letters.recipients import Recipient, Rolls
from dueprocess.letters.run import refusal, trace_rows
from dueprocess.letters.template import read_template, shipped
from dueprocess.places import load_places
from dueprocess.registry import Registry
from dueprocess.tables.columns import TEXTS, TIMES

HEAD = "template: t\ntitle: T\nabout: a\nreviewed: none\n"
NAMES = list(shipped())


def template_of(folder: Path, blocks: str, head: str = HEAD):  # type: ignore[no-untyped-def]
    path = folder / "t.yaml"
    path.write_text(f"{head}blocks:\n{blocks}", encoding="utf-8")
    return read_template(path)


def test_there_is_one_for_each_use() -> None:
    assert set(NAMES) >= {
        "advocates-letter", "ag-notice", "sheriffs-bulletin-restricting", "sheriffs-bulletin-mandate", "counsel-memo", "demand-for-release", "habeas-outline",
        "notice-to-the-person", "aviso-a-la-persona", "records-request", "class-notice", "press-release",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_template_is_clean_and_says_who_reviewed_it(name: str, book: Lawbook) -> None:
    template = read_template(shipped()[name])
    assert template.id == name and lint(template, book) == ()
    assert re.search(r"^reviewed: ", shipped()[name].read_text(encoding="utf-8"), re.MULTILINE)
    assert (template.translation is None) == (template.language == "en")


@pytest.mark.parametrize(
    ("blocks", "code"),
    [
        ("  - text: ['It {polcy}.']\n", "field"),
        ("  - text: ['It {item.said}.']\n", "field"),
        ("  - list: claims_for\n    items: ['{item.sad}']\n", "field"),
        ("  - text: ['The sky is blue.']\n", "source"),
        ("  - text: ['The jail of {place} is large.']\n", "source"),
        ("  - text: [{say: 'It {policy}.', unknown: 'It {policy_since}.'}]\n", "unknown"),
        ("  - text: [{say: 'It {policy}.', unknown: 'No.', needed: true}]\n", "unknown"),
        ("  - text: [{say: 'So.', source: us/or/hb-3266}]\n", "authority"),
        ("  - text: ['It {policy}, which is unlawful.']\n", "word"),
        ("  - text: [{say: 'What is the nationality of the person?', kind: ask}]\n", "person"),
        ("  - blanks: [Place of birth]\n", "person"),
    ],
)
def test_the_lint_finds_it(tmp_path: Path, book: Lawbook, blocks: str, code: str) -> None:
    found = lint(template_of(tmp_path, blocks), book)
    assert code in [f.code for f in found] and all(f.where.startswith(str(tmp_path)) for f in found)


def test_the_lint_lets_through_what_is_right(tmp_path: Path, book: Lawbook) -> None:
    blocks = "  - text: ['It {policy}.', {say: 'Not legal advice; proof of lawful status may be shown.', kind: caution}, {say: 'So.', source: us/or/hb-3265}]\n"
    assert lint(template_of(tmp_path, blocks), book) == ()


def test_a_spanish_template_names_only_what_has_spanish_words(tmp_path: Path, book: Lawbook) -> None:
    head = HEAD + "language: es\ntranslation: none\n"
    assert [f.code for f in lint(template_of(tmp_path, "  - text: ['{policy}']\n", head), book)] == ["field"]
    assert lint(template_of(tmp_path, "  - text: ['{law_means}']\n", head), book) == ()
    assert set(ALWAYS) >= SPANISH


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("template: t\ntitle: T\nabout: a\nblocks: [{text: x}]\n", "no line says who reviewed it"),
        (HEAD + "language: es\nblocks: [{text: x}]\n", "translation"),
        (HEAD + "language: fr\nblocks: [{text: x}]\n", "[fr] is no language"),
        (HEAD, "no blocks"),
        (HEAD + "blocks: [{txt: x}]\n", "is no block"),
        (HEAD + "blocks: [{list: claims_foo, items: [x]}]\n", "[claims_foo] is no list"),
        (HEAD + "blocks: [{table: matrix}]\n", "a table without columns"),
        (HEAD + "blocks: [{lines: 900}]\n", "is no number of lines"),
        (HEAD + "blocks: [{text: [{say: x, whn: TRUE}]}]\n", "[whn] is no key"),
        (HEAD + "blocks: [{text: [{say: x, when: lw = 'mandates'}]}]\n", "[lw] is no column"),
        (HEAD + "law: [mandate]\nblocks: [{text: x}]\n", "did you mean [mandates]?"),
        (HEAD + "needs: [state]\nblocks: [{text: x}]\n", "no column that is true or false"),
        (HEAD + "blocks: [{text: [{say: x, kind: joke}]}]\n", "[joke] is no kind"),
        ("- a list\n", "no mapping"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_template(path)
    assert told in str(error.value) and "broken.yaml" in str(error.value)


def test_the_records_request_names_columns_that_the_audit_reads() -> None:
    assert {n for n, _ in COLUMNS} <= {*TEXTS, *TIMES} and len({n for n, _ in COLUMNS}) == len(COLUMNS)


# -- every template, many kinds of places -----------------------------------------------------------------------

LEFTOVER = re.compile(r"\bNone\b|\bnull\b|\bnan\b|\{|\}|\s,|\(\s*\)|\.\.(?!\.)|  ")


def sample(counties: Mapping[str, Recipient]) -> list[Recipient]:
    """A county of each state (the middle one by path), and those of which the registry says most."""
    states: dict[str, list[Recipient]] = {}
    for row in counties.values():
        states.setdefault(str(row.columns["state"]), []).append(row)
    some = [listed[len(listed) // 2] for listed in states.values()]
    told = sorted((r for r in counties.values() if r.view is not None), key=lambda r: -len(r.view.losing) if r.view else 0)[:12]
    doubtful = [r for r in counties.values() if r.columns["contested"] or (r.view is not None and r.view.maybe)][:12]
    return [*some, *told, *doubtful]


def clean(letter: Letter) -> None:
    texts = [s.text for s in letter.said] + [*letter.to, letter.subject, *letter.fine, *(letter.signers or ()), *(h for p in letter.parts for h in (*p.head, *p.labels))]
    for text in texts:
        assert text.strip() and not LEFTOVER.search(text.replace("\n", " ")), f"{letter.id}: {text!r}"
    for part in letter.parts:
        assert all(group for group in part.paragraphs) or part.kind == "list"
        assert all(len(row) == len(part.head) for row in part.rows)
    assert all(s.refs for s in letter.said)
    assert len(letter.parts) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_no_letter_has_a_blank_a_none_or_a_field(name: str, counties: Mapping[str, Recipient], facts: FactBook, book: Lawbook, registry: Registry) -> None:
    template = read_template(shipped()[name])
    merger, refused = Merger(template), refusal(template)
    made = 0
    for row in sample(counties):
        if refused(row) is not None:
            continue
        letter = merger.letter(row.id, facts.of(row, lang=template.language))
        clean(letter)
        made += 1
        for _, _, text, _, kind, identity, source, where in trace_rows(letter):
            assert text and source and where.startswith(f"{name}.yaml:")
            if kind == "claim":
                assert identity in registry.claims
            elif kind == "authority":
                assert identity in book.authorities
            else:
                assert kind in ("benchmark", "audit", "places", "rule", "table", "template")
    assert made or template.needs


def test_a_contested_policy_says_that_sources_disagree_and_names_both(counties: Mapping[str, Recipient], facts: FactBook, registry: Registry) -> None:
    merger = Merger(read_template(shipped()["advocates-letter"]))
    rows = [r for r in counties.values() if r.columns["contested"] and r.columns["position"] != "unknown" and r.view and r.view.losing]
    assert rows
    for row in rows[:10]:
        letter = merger.letter(row.id, facts.of(row))
        text = " ".join(s.text for s in letter.said)
        assert "Sources disagree" in text and row.view is not None
        loser = registry.claims[row.view.losing[0][0]]
        assert registry.sources[loser.source].title[:40].split("  ")[0] in text


def test_a_county_without_data_says_so(counties: Mapping[str, Recipient], facts: FactBook) -> None:
    row = counties["us/ks/allen-county"]
    letter = Merger(read_template(shipped()["advocates-letter"])).letter(row.id, facts.of(row))
    said = next(s for s in letter.said if s.variant == "unknown")
    assert said.text == "We found no source that states your office's position on detainers."
    assert [r.id for r in said.refs] == ["unknown"] and letter.dropped


def test_both_sides_of_the_law_stand_in_a_mandate_state(counties: Mapping[str, Recipient], facts: FactBook) -> None:
    found = facts.of(counties["us/tx/travis-county"])
    assert found.lists["for"] and found.lists["against"] and found.lists["limits"] and found.lists["persuasive_against"]
    names = {i.texts["name"] for i in found.lists["for"]}
    assert any("SB 4" in n for n in names) and all(i.texts["checked"].startswith("not reviewed") for i in found.lists["for"])


def test_answers_are_those_of_the_matrix(counties: Mapping[str, Recipient], facts: FactBook) -> None:
    oregon, texas = facts.of(counties["us/or/clackamas-county"]), facts.of(counties["us/tx/travis-county"])
    assert oregon.texts["law_i200"].startswith("The jail may not hold [against")
    assert texas.texts["law_i200"].startswith("The jail must hold if the form states probable cause")
    assert texas.texts["law_alone"].startswith("The answer is open")
    assert texas.texts["law_unsigned"].startswith("The jail may not hold")
    assert oregon.texts["law_means"] == "the jail may not hold the person" and texas.texts["law_means"] == "the jail must hold the person"


def test_every_field_and_list_is_known_to_the_catalog(counties: Mapping[str, Recipient], facts: FactBook) -> None:
    seen: set[str] = set()
    for row in sample(counties):
        found = facts.of(row)
        assert set(ALWAYS) <= set(found.texts) and set(found.texts) <= {*ALWAYS, *SOMETIMES} and set(found.lists) == set(LISTS)
        seen |= set(found.texts)
        for name, items in found.lists.items():
            assert all(set(i.texts) >= {n for n in LISTS[name][1] if n != "rule"} for i in items), name
    # What only an audit gives is told in its own test.
    assert {*ALWAYS, *SOMETIMES} - seen <= {"audit_what", "audit_stays", "audit_certain", "audit_possible", "audit_classes", "exposure", "cost", "cost_basis", "law_next", "policy_maybe"}


def test_an_earlier_day_tells_what_may_have_changed(registry: Registry, book: Lawbook) -> None:
    day = date(2014, 5, 1)
    row = {r.place.id: r for r in Rolls(registry, load_places(), book, as_of=day, known_at=date(2026, 11, 22)).counties()}["us/or/clackamas-county"]
    found = FactBook(registry, load_places(), book, as_of=day, known_at=date(2026, 11, 22)).of(row)
    assert row.columns["certain"] is False and "does not hold on detainers" in found.texts["policy_maybe"]
    assert found.texts["as_of"] == "May 1, 2014" and "12/12" in found.texts["law_form"]
    letter = Merger(read_template(shipped()["counsel-memo"])).letter(row.id, found)
    clean(letter)
    assert any(s.text.startswith("Because a day is not sure, it may also be that") for s in letter.said)


def test_the_guard_of_the_wrong_state(counties: Mapping[str, Recipient]) -> None:
    mandate, restrict = (refusal(read_template(shipped()[n])) for n in ("sheriffs-bulletin-mandate", "sheriffs-bulletin-restricting"))
    texas, oregon, idaho = (counties[p] for p in ("us/tx/travis-county", "us/or/clackamas-county", "us/id/ada-county"))
    assert mandate(texas) is None and restrict(oregon) is None
    for refused, row in ((mandate, oregon), (restrict, texas), (mandate, idaho), (restrict, idaho)):
        told = refused(row)
        assert told is not None and told.kind == "guard" and row.regime in told.reason


def test_a_sentence_that_is_needed_fails_the_letter(tmp_path: Path, counties: Mapping[str, Recipient], facts: FactBook) -> None:
    template = template_of(tmp_path, "  - text: [{say: 'It {policy_since}.', needed: true}]\n")
    with pytest.raises(InputError, match="policy_since"):
        Merger(template).letter("x", facts.of(counties["us/ks/allen-county"]))


def test_a_full_stop_is_not_doubled(tmp_path: Path, counties: Mapping[str, Recipient], facts: FactBook) -> None:
    template = template_of(tmp_path, "  - text: ['Rule: {policy_rule}. And {law_unsigned}; so.']\n")
    row = next(r for r in counties.values() if r.view and r.view.losing and r.columns["position"] != "unknown")
    assert ".." not in Merger(template).letter("x", facts.of(row)).said[0].text
