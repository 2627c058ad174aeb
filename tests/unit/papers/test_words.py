"""Printed words found again although recognition changed them; dates as people write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dueprocess.papers.classify import classify
from dueprocess.papers.dates import read_date, read_moment
from dueprocess.papers.values import Box, Line
from dueprocess.papers.words import alike, begins, edits, locate


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("02/03/2026", date(2026, 2, 3)),
        ("2/3/26", date(2026, 2, 3)),
        ("2-3-99", date(1999, 2, 3)),
        ("February 3, 2026", date(2026, 2, 3)),
        ("Feb. 3 2026", date(2026, 2, 3)),
        ("3 February 2026", date(2026, 2, 3)),
        ("2026-02-03", date(2026, 2, 3)),
        ("O2/l3/2O26", date(2026, 2, 13)),
        ("on 2/3/26 at 10:15", date(2026, 2, 3)),
    ],
)
def test_dates(text: str, day: date) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize("text", ["", "13/45/2026", "2/30/2026", "soon", "2/3/26 or 2/4/26", "(555) 555-0165", "12/23723"])
def test_no_date(text: str) -> None:
    assert read_date(text) is None


def test_times_of_day() -> None:
    assert read_moment("06/05/2018 10:15") == datetime(2018, 6, 5, 10, 15)  # noqa: DTZ001
    assert read_moment("06/05/2018 2:15 PM") == datetime(2018, 6, 5, 14, 15)  # noqa: DTZ001
    assert read_moment("06/05/2018 12:05 a.m.") == datetime(2018, 6, 5, 0, 5)  # noqa: DTZ001
    assert read_moment("06/05/2018") == date(2018, 6, 5)
    assert read_moment("06/05/2018 25:99") == date(2018, 6, 5)


def test_a_label_is_found_in_spite_of_misreadings() -> None:
    assert locate("File No:", "Fi1e N0: A000 123 456") is not None
    assert locate("(Signature of Immigration Officer)", "(Signature of lmmigraton Officer) (Sign in ink)") is not None
    assert locate("(Signature of Immigration Officer)", "(Signature of Officer)") is None
    assert begins("biometric confirmation of the alien's identity and a records check", "biometric conimation of the al")
    assert not begins("biometric confirmation of the alien's identity", "statements made by the alien to an")


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_between_nothing_and_all(a: str, b: str) -> None:
    assert 0 <= alike(a, b) <= 1
    assert alike(a, a) == 1
    found = locate(a, b) if a else None
    assert found is None or (0 <= found[0] < found[1] <= len(b) and found[2] > 0.8)


@given(st.text(alphabet="abc", max_size=6), st.text(alphabet="abc", max_size=6))
def test_edits_are_a_distance(a: str, b: str) -> None:
    assert edits(a, b, 6) == edits(b, a, 6)
    assert (edits(a, b, 6) == 0) == (a == b)
    assert edits(a, b, 0) in (0, 1)


def page(*texts: str, footer: str = "") -> list[Line]:
    lines = [Line(t, Box(0.1, 0.05 + 0.02 * i, 0.9, 0.06 + 0.02 * i)) for i, t in enumerate(texts)]
    return [*lines, Line(footer, Box(0.1, 0.95, 0.4, 0.96))] if footer else lines


@pytest.mark.parametrize("footer", ["DHS Form I-247A (3/17)", "DHS Form l-247A (3/17)", "DHS Form 1-247A (03/17)", "DHS F0rm I-2474 (3/l7)", "DHS Form |-247 A (3/17)"])
def test_a_footer_as_recognition_reads_it(footer: str) -> None:
    guess = classify(page("IMMIGRATION DETAINER - NOTICE OF ACTION", "DHS HAS DETERMINED THAT PROBABLE CAUSE EXISTS THAT THE SUBJECT IS A REMOVABLE ALIEN", footer=footer))
    assert (guess.kind, guess.edition) == ("i-247a", "2017-03")


def test_the_title_alone_does_not_tell_the_two_forms_apart() -> None:
    guess = classify(page("IMMIGRATION DETAINER - NOTICE OF ACTION"))
    assert guess.doubt and guess.confidence < 0.8


def test_a_form_that_is_only_mentioned_is_not_that_form() -> None:
    assert classify(page("Dear Sheriff,", "you sent us a Form I-247A and a Warrant for Arrest of Alien.", "Which judge signed it?")).kind is None
