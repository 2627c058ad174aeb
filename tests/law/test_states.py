"""One plain case for every state, the District of Columbia and the territories, against answers reasoned from the law.

The case: a charge ended two hours ago; an I-247A with one reason ticked, signed and served, and an I-200 came with it; the
record is complete; nobody has claimed or shown a status, and nobody has looked up convictions. ``states.expect.csv`` says what
the law makes of it and why:

- ``outcome`` and ``open_because`` as in the decision
- ``turns_on``: what must be among what is missing, where the answer is open
- ``authorities``: for a settled answer, what must be among the reasons; for an open one, the research notes on that place

An expectation is changed only with the law, never to fit a run.
"""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dueprocess.decide import decide_case
from dueprocess.law import load_lawbook
from dueprocess.places import load_places

TODAY = date(2026, 11, 22)
HERE = Path(__file__).resolve().parent


def rows() -> list[dict[str, str]]:
    with (HERE / "states.expect.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain_case(agency: str, facility: str) -> dict[str, Any]:
    """The plain case as a case file's mapping, with times in the facility's zone."""
    places = load_places()
    zone = places.facility(places.agency(agency), facility or None).zone
    assert zone is not None

    def local(day: int, hour: int) -> str:
        return datetime(2026, 11, day, hour, tzinfo=ZoneInfo(zone)).isoformat()

    return {
        "case": "plain",
        "agency": agency,
        "facility": facility or None,
        "at": local(18, 12),
        "record_complete": True,
        "custody": {"booked_at": local(16, 9), "grounds": [{"kind": "charge", "from": local(16, 9), "until": local(18, 10)}]},
        "papers": [
            {
                "kind": "i-247a",
                "edition": "2017-03",
                "received_at": local(16, 15),
                "signed_by": "immigration_officer",
                "boxes": ["biometric"],
                "served_at": local(16, 16),
                "issuer": "ice",
            },
            {"kind": "i-200", "received_at": local(16, 15), "signed_by": "immigration_officer"},
        ],
    }


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row["state"]))
def test_the_plain_case(row: dict[str, str]) -> None:
    decision = decide_case(plain_case(row["agency"], row["facility"]), today=TODAY)
    assert (decision["outcome"], decision["open_because"] or "") == (row["outcome"], row["open_because"]), row["why"]
    if row["outcome"] != "review":
        assert set(row["authorities"].split()) <= {reason["authority"] for reason in decision["reasons"]}
        return
    assert set(row["turns_on"].split()) <= {entry["fact"] for entry in decision["missing"]}
    places = load_places()
    agency = places.agency(row["agency"])
    sets = places.sets(places.facility(agency, row["facility"] or None))
    persuading = load_lawbook().persuading(agency.id, sets, TODAY.toordinal(), TODAY.toordinal())
    notes = {authority.id for authority in persuading if authority.kind == "research_note"}
    assert set(row["authorities"].split()) <= notes


def test_every_state_and_territory_is_asked_about() -> None:
    known = {place.state for place in load_places() if place.kind in ("state", "territory")}
    assert [row["state"] for row in rows()] == sorted(str(state) for state in known)


def test_an_open_answer_for_want_of_law_has_a_research_note() -> None:
    assert not [row["state"] for row in rows() if row["open_because"] == "law" and not row["authorities"]]


def test_no_hold_rests_on_a_state_without_a_file_on_power() -> None:
    holds = {row["state"] for row in rows() if row["outcome"] in ("may_hold", "must_hold")}
    silent = {a.id.split("/")[1].upper() for a in load_lawbook().authorities.values() if a.kind == "research_note" and a.id.startswith("us/") and len(a.id.split("/")) == 3}
    assert not holds & silent
