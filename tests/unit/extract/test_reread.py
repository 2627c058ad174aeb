"""The encoder's second half, which is asked about lengths of time in doubt."""

from __future__ import annotations

import pytest

from dueprocess.extract import encoder
from dueprocess.extract.reread import MOST_ASKED, WEIGHT, passage, reread
from dueprocess.extract.sentences import sentences

TEXT = "He posted bail on Friday. The jail kept him for 61 hours more, the suit says. The county denies it."
AT = TEXT.index("61 hours")


def asked(first: float) -> float:
    (found,) = reread([first], [lambda: TEXT], 0.5)
    return found


def test_the_number_is_marked_in_its_sentence() -> None:
    shown = passage(TEXT, sentences(TEXT), 1, AT, AT + len("61 hours"))
    assert shown == "He posted bail on Friday. | The jail kept him for * 61 hours * more, the suit says. | The county denies it."


def test_a_length_that_begins_in_an_earlier_sentence_is_shown_with_both() -> None:
    shown = passage(TEXT, sentences(TEXT), 1, AT, AT + len("61 hours"), 0)
    assert shown == " | He posted bail on Friday. The jail kept him for * 61 hours * more, the suit says. | The county denies it."


def test_of_a_long_sentence_what_stands_beside_the_number_is_shown() -> None:
    text = "word " * 80 + "kept 61 hours in all " + "word " * 80 + "."
    at = text.index("61 hours")
    shown = passage(text, sentences(text), 0, at, at + len("61 hours"))
    assert "kept * 61 hours * in all" in shown and len(shown) < 700


def test_a_texts_own_stars_are_no_marks() -> None:
    text = "* He was freed. **Late.** * The jail kept him for 61 hours more. * Nobody came. *"
    at = text.index("61 hours")
    index = next(one.index for one in sentences(text) if one.start <= at < one.end)
    assert passage(text, sentences(text), index, at, at + len("61 hours")).count(encoder.MARK) == encoder.MARKS


def test_of_a_passage_that_is_too_long_the_beginning_is_left_out() -> None:
    """The sentence behind the number is the one that takes a stay back."""
    long = f"{'the county jail ' * 10} | {'and then ' * 14} * 61 hours * {'in all ' * 14} | {'he was free ' * 13}"
    assert encoder.stay(long) == encoder.stay(long.partition(" | ")[2]) is not None


def test_without_its_marks_a_passage_tells_nothing() -> None:
    assert encoder.stay("(a)(1)(ii) " * 60 + "* 61 hours * more") is None


def test_it_is_not_asked_where_the_answer_could_turn_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "stay", lambda text: 1.0)
    assert reread([0.35], [lambda: TEXT], 0.7) == [0.35]  # half of 1 and half of 0.35 are less than 0.7


@pytest.mark.parametrize("first", [0.01, 0.995])
def test_it_is_not_asked_where_there_is_no_doubt(first: float, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(text: str) -> float:
        raise AssertionError(text)

    monkeypatch.setattr(encoder, "stay", never)
    assert asked(first) == first


def test_what_it_says_is_weighed_beside_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "stay", lambda text: 1.0)
    assert asked(0.6) == pytest.approx(0.6 + 0.4 * WEIGHT)
    monkeypatch.setattr(encoder, "stay", lambda text: None)
    assert asked(0.6) == 0.6


def test_of_very_many_the_most_doubtful_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pasted table of thousands of numbers costs no more than a long article."""
    shown: list[str] = []
    monkeypatch.setattr(encoder, "stay", lambda text: shown.append(text) or 1.0)
    firsts = [0.5, 0.3] * MOST_ASKED
    found = reread(firsts, [lambda i=i: str(i) for i in range(len(firsts))], 0.5)
    assert sorted(map(int, shown)) == list(range(0, 2 * MOST_ASKED, 2))
    assert found[1::2] == firsts[1::2] and all(one > 0.5 for one in found[::2])


@pytest.mark.parametrize(
    ("shown", "before_rounding"),
    [
        ("He posted bond at 2 p.m. on Friday. | The Linn County jail kept him on the detainer for * 61 hours * after his release was ordered. | A judge called it unlawful.", 0.991),
        ("My cousin spent | He was in the county jail for * 20 days * . | He was serving a sentence for driving without a license.", 0.0),
        ("The roof leaks. | The jail closed its kitchen for * three days * in May. | The cook went home.", 0.0),
    ],
)
def test_its_chances_are_those_of_the_fit_but_for_the_rounding(shown: str, before_rounding: float) -> None:
    """The figures are those of the library that it was fitted with, before the weights were rounded to seven bits."""
    assert encoder.stay(shown) == pytest.approx(before_rounding, abs=0.03)
