"""Lengths of time as candidates, and which of them are taken for stays beyond release."""

import pytest

from dueprocess.extract import capture, read
from dueprocess.extract.durations import durations
from dueprocess.extract.sentences import sentences


def lengths(text: str) -> list[float | None]:
    return [one.hours for one in durations(text, sentences(text))]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("He sat for ninety-six hours.", [96.0]),
        ("He sat two and a half days.", [60.0]),
        ("It was 5 hours and 40 minutes.", [5.67]),
        ("They kept her several hours.", [None]),
        ("A day went by.", [24.0]),
        ("She waited 52 hrs past bail.", [52.0]),
        ("It has beds for 48 people.", []),
        ("They were kept for 14, 39 and 61 hours.", [61.0, 14.0, 39.0]),
        ("It may hold for 48 hours and held her for 131.", [48.0, 131.0]),
        ("He sat from Monday at five to Wednesday at three.", [46.0]),
        ("She was kept from Dec. 30 to Jan. 2.", [72.0]),
        ("It was from Friday 4 p.m. until Sunday 10 a.m. that they had her.", [42.0]),
        ("He was there from a Thursday noon to a Monday noon, ninety-six hours.", [96.0, 96.0]),
        ("One sat 164 days, the other for ninety-one.", [3936.0, 2184.0]),
        ("He was kept 2½ days.", [60.0]),
        ("He was there for two days and a half.", [60.0]),
        ("They kept him two days and two nights, 50 hours by the log.", [48.0, 48.0, 50.0]),
        ("It was nearly a week, 148 hours by her lawyer.", [168.0, 148.0]),
        ("One was held 48 hours, one 12, one 51.", [48.0, 12.0, 51.0]),
        ("She was kept from noon on Friday until noon on Sunday, 48 hours.", [48.0, 48.0]),
        ("He was here from Sunday 0600 to Monday 1100.", [29.0]),
    ],
)
def test_lengths(text: str, hours: list[float | None]) -> None:
    assert lengths(text) == hours


LEAD = "DALLAS, Ore. -- The Polk County jail does not honor ICE detainers any more. "


def test_a_stay_told_twice_is_one_and_a_rule_is_none() -> None:
    found = read(capture((LEAD + "A roofer was kept in the Polk County jail for three days after his bail was paid. A detainer asks for 48 hours. His 72 hours there cost the county $9,000.").encode(), name="x")).incidents
    assert [(i.hours_overheld, i.place, i.state) for i in found] == [(72.0, "Polk County", "OR")]


@pytest.mark.parametrize("text", ["The board will meet again in two weeks.", "A man was sentenced to 30 days for stealing a cow.", "The hospital kept a man for three days.", "ICE has 48 hours to come for a person."])
def test_other_lengths_are_none(text: str) -> None:
    assert read(capture((LEAD + text).encode(), name="x")).incidents == ()


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("He posted bail on Friday at four. Nobody came. It was Sunday at ten when they let him go.", [42.0]),
        ("On Thursday, February 7, at 5 p.m., the clerk took her bond. She was not permitted to leave. On Sunday, February 10, at 5 p.m., she was.", [72.0]),
        ("Q. When did she post? A. 3:15 p.m. on the ninth. She left at 3:15 p.m. on the eleventh.", [48.0]),
        ("Free to go: September 8, 2019, 1:00 p.m. Let go: September 9, 2019, 7:00 a.m.", [18.0]),
        ("The board met on Friday at four. It will meet on Sunday at ten.", []),
        ("He paid his fine on Monday. The sheriff was asked about it on Wednesday and let it go.", []),
    ],
)
def test_two_ends_in_two_sentences(text: str, hours: list[float]) -> None:
    assert lengths(text) == hours


def test_a_stay_told_by_two_sentences_quotes_both() -> None:
    (found,) = read(capture((LEAD + "A roofer posted bail at the Polk County jail on Friday at 4 p.m. They would not open the door. It was Sunday at 10 a.m. when he walked out, and the only reason was an ICE detainer.").encode(), name="x")).incidents
    assert (found.hours_overheld, found.place, found.state) == (42.0, "Polk County", "OR")
    assert found.quote.startswith("A roofer posted bail") and found.quote.endswith("ICE detainer.")
