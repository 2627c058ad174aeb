"""Which numbers of a text are looked at as figures, and what each counts."""

from __future__ import annotations

import pytest

from dueprocess.extract.figures import candidates
from dueprocess.extract.gazetteer import survey
from dueprocess.extract.sentences import sentences

LEAD = "The jail of Linn County, Oregon, gets detainers from ICE. "


def figures(text: str) -> list[tuple[float, str]]:
    whole = LEAD + text
    return [(one.value, one.unit) for one in candidates(whole, sentences(whole), survey(whole))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("How many came? Eleven.", [(11, "detainers")]),
        ("One ninety-one went with ICE.", [(191, "detainers")]),
        ("It has done so since twenty-seventeen.", []),
        ("It ended on the thirty-first of December.", []),
        ("He said that fully two-thirds were honored.", []),
        ("A. Fifty-eight, less the one.", [(58, "detainers")]),
        ("The agency asked 35 times.", [(35, "detainers")]),
        ("It closed all holds (4,118) last year.", [(4118, "detainers")]),
        ("It has had one ICE request.", [(1, "detainers")]),
        ("Inmates held: 1", [(1, "people")]),
        ("Findings: 48.", [(48, "detainers")]),
        ("Five of our own member counties hold.", [(5, "counties")]),
        ("Four of the eight keep people on a detainer.", [(4, "agencies"), (8, "agencies")]),
        ("It honored one hundred percent of them.", [(100, "percent")]),
        # Sums.
        ("We paid him nineteen thousand five hundred.", [(19500, "dollars")]),
        ("The suit was settled for fifteen thousand.", [(15000, "dollars")]),
        ("It cost us forty thousand dollars.", [(40000, "dollars")]),
        ("It pays $85 a day.", [(85, "dollars per day")]),
        # No figures.
        ("(12) The sheriff shall see to it.", []),
        ("Call (503) 555-0142.", []),
        ("It ended in two thousand fourteen.", []),
        ("One man was there.", []),
        ("It lasted 48 hours.", []),
    ],
)
def test_numbers_that_are_looked_at(text: str, found: list[tuple[float, str]]) -> None:
    assert figures(text) == found


def test_a_share_in_words_is_looked_at_beside_its_numbers() -> None:
    assert (90, "percent") in figures("Nine out of ten requests were honored.")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        # The parts of a ratio, ages, and lengths whose noun was said before count nothing.
        ("Seven out of ten people with a detainer were kept.", [70]),
        ("A Barstow woman, 31, was kept on a detainer.", []),
        ("Nobody was kept over 48 hours. Longest was 44.", []),
        ("Two men were kept: one for 120 days and the other 87.", [2]),
        ("Keeping a man for 48 hours is lawful, but holding for 52 is not.", []),
        ("The field office covers 44 counties.", []),
        ("She held 52 people on detainers, and the other 87 went home.", [52, 87]),
        ("Four of 31 jails hold on detainers.", [4, 31]),
    ],
)
def test_numbers_that_count_nothing_are_no_candidates(text: str, values: list[int]) -> None:
    assert [f.value for f in candidates(text, sentences(text), survey(text))] == values
