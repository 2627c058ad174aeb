"""What a text tells of an agency, put together and weighed: the file of weights, the classes of words, and accounts over sentences."""

from __future__ import annotations

import pytest

from dueprocess.extract import capture, read
from dueprocess.extract.accounts import accounts
from dueprocess.extract.claims import by_rules
from dueprocess.extract.gazetteer import survey
from dueprocess.extract.odds import CLASSES, odds, weights
from dueprocess.extract.senses import senses, tokens
from dueprocess.extract.sentences import sentences
from dueprocess.extract.settling import weighed


def told(text: str) -> dict[str, str]:
    """The position of each county that is read out of a text."""
    return {str(c.county_or_city): c.position for c in read(capture(text.encode(), name="t")).claims}


def test_the_chances_of_an_account_add_up() -> None:
    text = "The Benton County jail in Oregon holds people for ICE."
    parts = sentences(text)
    ((_, _, found),) = weighed(by_rules(text, parts, survey(text), published=None, title=None), parts)
    chances = odds(found)
    assert set(chances.of) == set(CLASSES)
    assert sum(chances.of.values()) == pytest.approx(1)
    assert chances.of["none"] == chances.none and chances.of[chances.position] == chances.chance


def test_the_file_holds_only_features_that_can_arise() -> None:
    """A feature that was renamed in the code would silently weigh nothing."""
    text = "The Benton County jail in Oregon was asked about detainers from ICE. \"No hold without a warrant that a judge signed,\" the sheriff said. Why?"
    parts = sentences(text)
    ((_, _, found),) = weighed(by_rules(text, parts, survey(text), published=None, title=None), parts)
    assert {name.split(":")[0] for name in weights()} - {"(always)"} <= {name.split(":")[0] for name in found} | {"stb", "st", "x", "q", "plain"}
    assert len(found & set(weights())) > 0.5 * len(found)
    assert all(len(row) == len(CLASSES) for row in weights().values())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("stays put", "stay"), ("kept the man", "keep"), ("a warrant that a judge has signed", "judge-warrant"), ("detainer or no detainer", "regardless"),
        ("their own administrative warrants", "agency-warrant"), ("would not say", "silent"), ("turned them away", "refuse"), ("lets the man go", "go"),
    ],
)  # fmt: skip
def test_phrases_are_told_by_their_forms_and_gaps(text: str, name: str) -> None:
    assert name in {n for n, _, _ in senses(tokens(text))}


def test_a_phrase_does_not_reach_over_a_mark() -> None:
    assert "judge-warrant" not in {n for n, _, _ in senses(tokens("a warrant. The judge"))}


def test_an_account_goes_on_until_another_agency_is_named() -> None:
    text = "Linn County, Oregon, was asked. It would think about it. Benton County and Lane County hold people for ICE. They always have."
    parts = sentences(text)
    found = {a.mention.label: [index for _, _, index, _ in a.pieces] for a in accounts(text, parts, survey(text).mentions, None)}
    assert found == {"Linn County": [0, 1], "Benton County": [2, 3], "Lane County": [2, 3]}


def test_what_several_sentences_tell_is_put_together() -> None:
    text = "The Linn County jail in Oregon used to keep anybody for ICE. Then came the lawyers. Today a detainer goes in the drawer. The inmate walks out on time."
    assert told(text) == {"Linn County": "declines_all"}
