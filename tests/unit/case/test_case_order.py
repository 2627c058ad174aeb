"""Orders of events that cannot be: refused with the place, not answered."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dueprocess.decide import decide_case
from dueprocess.kernel.errors import ContradictionError

TODAY = date(2026, 11, 22)


def case(**custody: Any) -> dict[str, Any]:
    return {
        "agency": "us/mi/allegan-county/sheriff",
        "at": "2020-02-29T10:00:00-05:00",
        "record_complete": True,
        "custody": {"booked_at": "2020-02-27T11:00:00-05:00", **custody},
    }


CHARGE = {"kind": "charge", "from": "2020-02-28T20:10:00-05:00", "until": None}


def test_bail_before_the_only_ground_that_it_could_be_for() -> None:
    with pytest.raises(ContradictionError, match="before the only ground began"):
        decide_case(case(grounds=[CHARGE], bail_refused_at="2020-02-28T05:00:01-05:00"), today=TODAY)


def test_bail_on_the_day_on_which_that_ground_began_is_taken() -> None:
    decided = decide_case(case(grounds=[CHARGE], bail_refused_at="2020-02-28"), today=TODAY)
    assert decided["outcome"] == "release"


def test_bail_before_one_of_two_charges_is_taken_for_the_other() -> None:
    other = {"kind": "charge", "from": "2020-02-27T11:00:00-05:00", "until": "2020-02-29T08:00:00-05:00"}
    decided = decide_case(case(grounds=[other, CHARGE], bail_refused_at="2020-02-28T05:00:01-05:00"), today=TODAY)
    assert decided["outcome"] == "review"  # whether the second charge still stands is not known


def test_a_stay_that_nobody_says_began_is_unknown() -> None:
    asked = case(grounds=[{**CHARGE, "until": "2020-02-29T11:00:00-05:00"}], booked_at=None)
    assert decide_case(asked, today=TODAY)["class"] == "unknown"
    assert decide_case(case(release_due_at="2020-02-29T11:00:00-05:00", booked_at=None), today=TODAY)["class"] == "no"
