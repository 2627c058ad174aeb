"""Exposure: the arithmetic by hand, the switches, and what stays unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import made_up
import pytest

from dueprocess.audit.exposure import SWITCHES, Assumptions, benchmark_rows, exposure, groups_of, holding_cost
from dueprocess.audit.single import decide_rows
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook

CERTAIN = {"stays": 3, "persons": 2, "hours_least": 48.0, "hours_most": 96.0}
POSSIBLE = {"stays": 5, "persons": 4, "hours_least": 0.0, "hours_most": 240.0}
GROUPS: dict[str, Any] = {"certain": CERTAIN, "possible": POSSIBLE, "unknown": {"stays": 7, "persons": 7, "hours_least": 0, "hours_most": 999}}


def only(identity: str, **other: Any) -> Assumptions:
    return Assumptions(benchmarks=(identity,), **other)


def ends(assumptions: Assumptions, groups: dict[str, Any] = GROUPS) -> tuple[float | None, float | None]:
    found = exposure(groups, assumptions)
    return found["low"], found["high"]


def test_by_the_hour_by_hand() -> None:
    # D07: 75,000 for 46 days, published as 1,630 a day.
    assert ends(only("D07")) == (1630 * 2.0, 1630 * 4.0)
    assert ends(only("D07", hours="least")) == (3260.0, 3260.0)
    assert ends(only("D07", hours="most", include="certain_and_possible")) == (1630 * 14.0, 1630 * 14.0)
    assert ends(only("D07", include="certain_and_possible")) == (3260.0, 1630 * 14.0)
    (figure,) = exposure(GROUPS, only("D07"))["figures"]
    assert figure["arithmetic"] == "1,630 USD a day / 24 x 48 to 96 hours"


def test_by_the_person_by_hand() -> None:
    assert ends(only("D04", basis="per_person")) == (4000.0, 4000.0)
    # The two of the certain stays may be among the four of the possible ones.
    assert ends(only("D04", basis="per_person", include="certain_and_possible")) == (8000.0, 12000.0)
    assert ends(only("D04", basis="per_person", claims=0.5)) == (2000.0, 2000.0)
    assert ends(only("D04", basis="per_person", claims="as_d04")) == (568.42, 568.42)


def test_whole_amounts_are_never_scaled() -> None:
    assert ends(only("D06", basis="per_settlement")) == ends(only("D06", basis="per_settlement"), {"certain": {**CERTAIN, "hours_most": 9e9}}) == (145000.0, 145000.0)


def test_the_range_is_lowest_to_highest_and_no_mean() -> None:
    found = exposure(GROUPS)
    used = [f for f in found["figures"] if f["high"] is not None]
    rates = [b["per_day_usd"] for b in benchmark_rows() if b["per_day_usd"]]
    assert len(used) == len(rates) > 3
    assert (found["low"], found["high"]) == (round(min(rates) * 2, 2), round(max(rates) * 4, 2))
    assert "no forecast" in found["what"]


def test_fees_are_added_once() -> None:
    low, high = ends(only("D07"))
    assert low is not None and high is not None
    assert ends(only("D07", fees="published")) == (low + 97373.14, high + 300000)


def test_the_cost_of_holding_is_no_damages() -> None:
    assert "D18" not in {b["id"] for b in benchmark_rows()}
    cost = holding_cost(24, 48)
    assert (cost["low"], cost["high"]) == (95.0, 190.0) and "Polk County" in cost["source"]
    assert holding_cost(24, 24, usd_a_day=200)["low"] == 200.0


def test_unknown_people_stay_unknown() -> None:
    groups = {"certain": {**CERTAIN, "persons": None}}
    found = exposure(groups, only("D04", basis="per_person"))
    assert (found["low"], found["high"]) == (None, 6000.0)
    assert "an unknown number of to 3 people" in found["figures"][0]["arithmetic"]
    assert any("does not say which stays are of the same person" in c for c in found["caveats"])


def test_stays_that_nobody_can_class_enter_no_figure_and_are_named() -> None:
    found = exposure(GROUPS)
    without = exposure({k: v for k, v in GROUPS.items() if k != "unknown"})
    assert (found["low"], found["high"]) == (without["low"], without["high"])
    assert any(c.startswith("7 stays of class unknown") for c in found["caveats"])


def test_a_case_without_such_a_figure_is_named_and_not_guessed() -> None:
    found = exposure(GROUPS, only("D03"))
    assert (found["low"], found["high"]) == (None, None)
    assert found["figures"][0]["arithmetic"] == "no figure a day is published"
    assert any("D03" in c for c in found["caveats"])


def test_each_switch_says_what_it_would_give() -> None:
    groups = {"certain": {**CERTAIN, "hours_after_allowance_least": 24.0, "hours_after_allowance_most": 48.0}, "possible": {**POSSIBLE, "hours_after_allowance_least": 0.0, "hours_after_allowance_most": 1.0}}
    found = exposure(groups)
    assert [a["key"] for a in found["assumptions"]] == list(SWITCHES)
    for switch in found["assumptions"]:
        chosen = next(c for c in switch["choices"] if c["key"] == switch["chosen"])
        assert (chosen["low"], chosen["high"]) == (found["low"], found["high"])
        for choice in switch["choices"]:
            one = exposure(groups, replace(Assumptions(), **{switch["key"]: choice["key"]}))
            assert (one["low"], one["high"]) == (choice["low"], choice["high"])
    assert "allowance" not in [a["key"] for a in exposure(GROUPS)["assumptions"]]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"basis": "per_hours"}, r"basis: \[per_hours\] is no choice; did you mean \[per_hour\]"),
        ({"claims": 1.5}, r"claims: \[1\.5\] is no share"),
        ({"benchmarks": ("D99",)}, r"\[D99\] is no benchmark with an amount"),
        ({"benchmarks": ("D18",)}, r"\[D18\] is no benchmark with an amount"),
        ({"interest": "statutory"}, r"interest: \[statutory\] is no choice; one of none"),
    ],
)
def test_what_is_no_choice(given: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        exposure(GROUPS, Assumptions(**given))


def test_groups_are_counted_from_results(tmp_path: Path) -> None:
    one, two = made_up.stay(0, allowance=3600), made_up.stay(1, left="2012-03-30 15:00")
    two["person"] = one["person"]
    nobody = made_up.stay(2, left=None, person=None)
    folder = made_up.write(tmp_path / "prepared", [one, two, nobody])
    decide_rows(folder, lawbook=load_lawbook(), law_known_at=date(2026, 11, 22), out=tmp_path / "r.parquet")
    found = groups_of(tmp_path / "r.parquet", folder / "stays.parquet")
    certain = found["certain"]
    assert (certain["stays"], certain["persons"], certain["hours_least"], certain["hours_after_allowance_least"]) == (2, 1, 43.0, 42.0)
    assert sum(g["stays"] for g in found.values()) == 3
    assert [a["agency"] for a in certain["by_agency"]] == [made_up.AGENCIES[0]]
    assert exposure(found)["by_agency"][0]["low"] == exposure(found)["low"]
