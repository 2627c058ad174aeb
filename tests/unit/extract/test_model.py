"""The fitted weights by which figures are told from other numbers."""

from __future__ import annotations

from bench.extraction import load

from dueprocess.extract import capture, read
from dueprocess.extract.counts import likelihood, model
from dueprocess.extract.figures import candidates
from dueprocess.extract.gazetteer import survey
from dueprocess.extract.reading import prepared
from dueprocess.extract.sentences import sentences

TEXT = (
    "ALBANY, Ore. — The Linn County jail received 212 detainers from ICE in 2013 and held people on 61 of them. "
    "ICE put the number at 240. The board of seven members met for 3 hours on May 5 and voted 4-1 to buy 12 chairs."
)

WORDS = frozenset(["lead", "b", "bn", "b1", "bb", "a", "an", "a1", "ab", "sa", "sb", "0"])
"""Kinds of features that are words beside a number, or their senses."""


def figures() -> dict[float, float]:
    text, _ = prepared(TEXT)
    return {float(f.value): likelihood(f) for f in candidates(text, sentences(text), survey(text))}


def test_dates_votes_hours_and_years_are_no_candidates() -> None:
    assert {212.0, 61.0, 240.0} <= set(figures())
    assert not {2013.0, 3.0, 5.0, 4.0, 1.0} & set(figures())


def test_the_weights_tell_a_figure_from_a_number() -> None:
    told = figures()
    threshold = float(model()["threshold"])
    assert all(0 <= chance <= 1 for chance in told.values())
    assert min(told[212.0], told[61.0]) >= threshold > told[12.0]
    assert {c.value for c in read(capture(TEXT.encode(), name="a")).counts} == {v for v, chance in told.items() if chance >= threshold}


def test_the_file_holds_only_features_that_can_arise() -> None:
    """A kind of feature that was renamed in the code would silently weigh nothing."""
    known, threshold = model()["weights"], float(model()["threshold"])
    assert "(always)" in known and 0 < threshold < 1
    seen = set()
    for entry in load()[:40]:
        text, _ = prepared(entry["text"])
        seen |= {f.split(":")[0] for figure in candidates(text, sentences(text), survey(text)) for f in figure.features}
    assert {name.split(":")[0] for name in known} - {"(always)"} <= seen
    # Words as such are many and rare; of what is no word nearly all weighs something.
    text, _ = prepared(TEXT)
    here = {f for figure in candidates(text, sentences(text), survey(text)) for f in figure.features if f.split(":")[0] not in WORDS}
    assert len(here & set(known)) > 0.9 * len(here)


def test_a_sentence_of_numbers_alone_is_bounded() -> None:
    text, _ = prepared("ICE detainers " + "1 2 3 4 5 " * 100)
    assert list(candidates(text, sentences(text), survey(text))) == []
