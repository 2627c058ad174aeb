"""What a text tells of an agency, put together and weighed: the file of weights, the classes of words, and accounts over sentences."""

from __future__ import annotations

from base64 import b85decode

import pytest

from dueprocess.extract import capture, read
from dueprocess.extract.accounts import accounts
from dueprocess.extract.claims import by_rules
from dueprocess.extract.gazetteer import survey
from dueprocess.extract.odds import CLASSES, odds, weights
from dueprocess.extract.people import people
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
    known = weights().rows.rows
    assert {name.split(":")[0] for name in known} - {"(always)"} <= {name.split(":")[0] for name in found} | {"stb", "st", "x", "q", "plain"}
    assert len(found & set(known)) > 0.5 * len(found)
    assert all(len(b85decode(row)) == len(weights().bias) + len(CLASSES) for row in known.values())


def test_rows_are_added_up_feature_by_feature() -> None:
    """The sums over one large integer are those of the bytes, each less the middle."""
    model = weights().rows
    names = set(list(model.rows)[5:400])
    rows = [b85decode(model.rows[name]) for name in ("(always)", *names)]
    assert model.sums(names | {"no such feature"}) == ([sum(column) - 128 * len(rows) for column in zip(*rows, strict=True)], len(rows))


def test_what_names_the_head_of_an_agency_goes_on_about_it() -> None:
    text = "Linn County Sheriff Ann Sample of Oregon spoke. Benton County was next. There the form is filed. Sample holds nobody."
    parts = sentences(text)
    places = survey(text)
    found = {a.mention.label: [index for _, _, index, _ in a.pieces] for a in accounts(text, parts, places.mentions, None, people=people(text, places.mentions))}
    assert found == {"Linn County": [0, 3], "Benton County": [1, 2]}


def test_an_agency_that_only_the_publisher_names_is_read() -> None:
    text = "1. No inmate is kept past release on an ICE detainer unless a judge has signed a warrant. 2. Staff release on time."
    found = read(capture(text.encode(), name="t", publisher="Jail Division, Linn County Sheriff's Office, Iowa", title="Policy 7")).claims
    assert [(c.county_or_city, c.state, c.position) for c in found] == [("Linn County", "IA", "requires_judicial_warrant")]


def test_counties_by_their_names_alone_are_read_where_a_text_names_several() -> None:
    text = "BOISE, Idaho. Sheriffs answered on ICE detainers. Blaine County requires a judge's warrant. Guess what Bannock said: they hold on every detainer."
    assert told(text) == {"Blaine County": "requires_judicial_warrant", "Bannock County": "honors_all"}


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
