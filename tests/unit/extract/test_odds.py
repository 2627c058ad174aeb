"""The fitted chances that a sentence tells a position: the file of weights and what it makes of plain sentences."""

from __future__ import annotations

import pytest

from dueprocess.extract.odds import CLASSES, families_of, features, odds, weights

BEFORE = families_of("The county was asked about detainers from ICE.")


def test_the_chances_of_a_sentence_add_up() -> None:
    found = odds(features("The jail holds people for ICE.", BEFORE, asked=False))
    assert set(found.of) == set(CLASSES)
    assert sum(found.of.values()) == pytest.approx(1)
    assert found.of["none"] == found.none and found.of[found.position] == found.chance


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("Our deputies keep nobody for ICE unless a judge has issued a warrant.", "requires_judicial_warrant"),
        ("The jail honors each detainer and holds the person for two days.", "honors_all"),
        ("The office has stopped holding anybody on detainers.", "declines_all"),
        ("The sheriff is still weighing what to do about detainers.", "undecided"),
        ("He would not discuss how the jail handles detainers.", "unknown"),
    ],
)
def test_a_plain_sentence_is_told_from_all_others(text: str, position: str) -> None:
    found = odds(features(text, BEFORE, asked=False))
    assert found.position == position and found.none < 0.5


@pytest.mark.parametrize("text", ["The budget for the new roof was approved.", "ICE sent the jail 31 detainers last year.", "The bill would make jails honor detainers."])
def test_what_tells_no_position_is_most_likely_none(text: str) -> None:
    assert odds(features(text, BEFORE, asked=False)).none > 0.5


def test_the_file_holds_only_features_that_can_arise() -> None:
    """A feature that was renamed in the code would silently weigh nothing."""
    found = features('"No hold without a warrant that a judge signed," the sheriff said.', BEFORE, asked=True)
    assert {name.split(":")[0] for name in weights()} - {"(always)"} <= {"w", "f", "n", "p", "t", "prev", "is", "quote", "length", "upper"}
    assert len(found & set(weights())) > 0.5 * len(found)
    assert all(len(row) == len(CLASSES) for row in weights().values())
