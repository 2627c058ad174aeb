"""The pieces of a long account that tell, and the texts that only seem to."""

from __future__ import annotations

from itertools import permutations

import pytest

from dueprocess.extract import capture, read, telling
from dueprocess.extract.accounts import MOST_PIECES, Account, Sensed, accounts, pieces_weighed, widened
from dueprocess.extract.gazetteer import survey
from dueprocess.extract.sentences import sentences
from dueprocess.extract.settling import LEAST_OF_TEXT
from dueprocess.extract.telling import aways
from dueprocess.extract.theme import likely

STORY = """MARSHALLTOWN, Iowa -- The Marshall County jail got a new roof this spring, and its kitchen a new stove.
The jail has 182 beds. Most of them were full on Monday. The roof leaked for nine winters. Inmates moved buckets from one cell to the next.
The county sold bonds to pay for it. The sheriff, Dale Brockway, has been in office since 2009. He grew up on a farm near State Center.
The jail does not honor immigration detainers, and keeps nobody past release for ICE.
He likes to show visitors the stove. It has twelve burners. The cook came from a school in Ames, and the menu is hers.
The county fair opens in July. The sheriff's horses will be there. Tickets cost $6, and children get in without one.
His deputies will park the cars. Nobody has been hurt there in ten years. The state looks at jails every year.
Its inspector came in March. He counted the blankets and the locks. The report is on the county's page.
"""
BEDS = """The Marshall County board voted on Monday to rent 40 beds in its jail to Polk County for $65 a day each, for a year.
The jail has 182 beds, and 61 of them were empty in May. Polk County will bring its prisoners in a bus and will pay for the doctor.
The sheriff said that the contract would pay for two officers and the new roof. Polk County may end it with 30 days' notice.
Supervisors asked what happens when the jail is full. The sheriff said that Polk County's prisoners would then go first.
"""


def account_of(text: str) -> tuple[Account, Sensed]:
    parts, places = sentences(text), survey(text)
    return next(one for one in accounts(text, parts, places.mentions, None) if one.mention.base.startswith("marshall")), Sensed(text)


def test_of_a_long_account_the_piece_that_tells_comes_first() -> None:
    account, sensed = account_of(STORY)
    assert len(account.pieces) > MOST_PIECES
    begin, end, *_ = sensed.by_telling(account)[0]
    assert "does not honor immigration detainers" in STORY[begin:end]


@pytest.mark.parametrize("most", [1, 100, 400, 1_600])
def test_what_is_weighed_stands_in_its_order_within_the_bound(most: int) -> None:
    account, sensed = account_of(STORY)
    chosen = pieces_weighed(sensed, account, most)
    assert chosen == sorted(chosen) and set(chosen) <= set(account.pieces)
    assert len(chosen) == 1 or (len(chosen) <= MOST_PIECES and sum(end - begin for begin, end, *_ in chosen) <= most)
    assert sensed.by_telling(account)[0] in chosen


def test_pieces_know_how_far_the_name_is() -> None:
    pieces = [(0, 1, 0, True), (1, 2, 1, False), (2, 3, 2, False), (3, 4, 3, False), (4, 5, 4, False), (5, 6, 5, True)]
    assert [away for _, away in aways(pieces)] == [0, 1, 2, 3, 3, 0]


def test_a_piece_that_another_name_cuts_is_widened_to_its_sentence() -> None:
    text = "Marshall County, which has many of Polk County's old deputies, holds nobody for ICE. Iowa."
    parts, places = sentences(text), survey(text)
    found = accounts(text, parts, places.mentions, None)
    assert sorted(one.mention.base for one in found) == ["marshall", "polk"]
    assert any(end < parts[0].end for one in found for begin, end, *_ in one.pieces if begin < parts[0].end)  # else nothing is widened
    for one in found:
        assert next(text[begin:end] for begin, end, *_ in widened(one, parts).pieces) == parts[0].text


def test_the_quote_of_a_long_account_is_the_piece_that_tells() -> None:
    (claim,) = read(capture(STORY.encode(), name="story")).claims
    assert "does not honor immigration detainers" in claim.quote


def test_the_order_of_a_set_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of these weights a plain sum gives 0, 1 or 2, as they come."""
    monkeypatch.setattr(telling, "weights", lambda: {"w:keep": 1e16, "w:stay": 1.0, "w:hold": 1.0, "w:go": -1e16})
    assert {telling.weight(order) for order in permutations(["w:keep", "w:stay", "w:hold", "w:go"])} == {2.0}


def test_a_story_of_beds_is_no_text_on_detainers() -> None:
    assert likely(Sensed(BEDS), sentences(BEDS)) < LEAST_OF_TEXT < likely(Sensed(STORY), sentences(STORY))
    assert not read(capture(BEDS.encode(), name="beds")).claims
    assert {(c.county_or_city, c.position) for c in read(capture(STORY.encode(), name="story")).claims} == {("Marshall County", "declines_all")}
