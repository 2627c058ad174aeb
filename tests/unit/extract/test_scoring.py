"""The rules of the score: what counts as the same, and what is neither missed nor wrong."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))  # bench/ is no part of the installed package

from bench.extraction import Tally, equal, score, tally, wilson

LABEL: dict[str, Any] = {"agency": "Linn County Sheriff's Office", "county_or_city": "Linn County", "state": "OR", "position": "declines_all", "quote": "q"}
FOUND: dict[str, Any] = {**LABEL, "agency": "Linn County Jail"}


@pytest.mark.parametrize(
    ("change", "same"),
    [({}, True), ({"state": "IA"}, False), ({"position": "honors_all"}, False), ({"county_or_city": "Benton County", "agency": "Benton County Jail"}, False), ({"agency": "Linn Police Department"}, False)],
)
def test_claims(change: dict[str, str], same: bool) -> None:
    assert equal("claims", {**FOUND, **change}, LABEL) is same


def test_a_further_right_answer_counts() -> None:
    assert equal("claims", {**FOUND, "position": "notify_only"}, {**LABEL, "also_accept": ["notify_only"]})


@pytest.mark.parametrize(
    ("kind", "found", "label", "same"),
    [
        ("counts", {"value": 5, "unit": "people"}, {"value": 5, "unit": "detainers"}, True),
        ("counts", {"value": 5, "unit": "people"}, {"value": 5, "unit": "counties"}, False),
        ("counts", {"value": 5, "unit": "people"}, {"value": 6, "unit": "people"}, False),
        ("statutes_regs", {"name": "8 C.F.R. 287.7(d)", "quote": "x"}, {"name": "8 CFR 287.7", "quote": "y"}, True),
        ("statutes_regs", {"name": "8 C.F.R. 287.7", "quote": "x"}, {"name": "8 U.S.C. 1373", "quote": "y"}, False),
        ("statutes_regs", {"name": "TRUST Act", "quote": "TRUST Act"}, {"name": "California TRUST Act", "quote": "the TRUST Act"}, True),
        ("rulings", {"name": "Galarza v. Szalczyk", "quote": "x"}, {"name": "Galarza v. Szalczyk", "quote": "y"}, True),
        ("rulings", {"name": "Gerstein v. Pugh", "quote": "x"}, {"name": "Galarza v. Szalczyk", "quote": "y"}, False),
        ("incidents", {"place": "Linn County", "hours_overheld": 72.0, "quote": "x"}, {"place": "Linn County", "hours_overheld": 72, "quote": "y"}, True),
        ("incidents", {"place": "Lane County", "hours_overheld": 72.0, "quote": "x"}, {"place": "Linn County", "hours_overheld": 72, "quote": "y"}, False),
        ("incidents", {"place": "Linn County", "hours_overheld": 19.0, "quote": "x"}, {"place": "Linn County", "hours_overheld": 72, "quote": "y"}, False),
    ],
)
def test_the_other_kinds(kind: str, found: dict[str, Any], label: dict[str, Any], same: bool) -> None:
    assert equal(kind, found, label) is same


def test_tally_counts_missed_wrong_and_optional() -> None:
    into = Tally()
    missed, wrong = tally("counts", [{"value": 1, "unit": "people"}, {"value": 2, "unit": "people"}], [{"value": 1, "unit": "people"}, {"value": 3, "unit": "people"}, {"value": 4, "unit": "people", "optional": True}], into)
    assert (into.right, into.wrong, into.hit, into.missed) == (1, 1, 1, 1)
    assert [m["value"] for m in missed] == [3] and [w["value"] for w in wrong] == [2]


def test_wilson_intervals() -> None:
    share, low, high = wilson(9, 10)
    assert (round(share, 3), round(low, 3), round(high, 3)) == (0.9, 0.596, 0.982)
    assert math.isnan(wilson(0, 0)[0])


def test_a_text_is_scored_by_kind_and_origin() -> None:
    text = {"id": "a", "kind": "policy", "origin": "made up", "title": "t", "date": None, "text": "ALBANY, Ore. — The Linn County Sheriff's Office will not hold anyone on ICE detainers.", "labels": {"claims": [LABEL]}}
    tallies, totals = score([text])
    assert tallies["claims", "made up"].hit == 1 and tallies["claims", "all"].wrong == 0
    assert totals["grounded"] == totals["entries"] == 1
