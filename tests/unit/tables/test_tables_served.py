"""A column that says yes or no in place of the time of service: an interval at most, no time; silence says nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tables_common import lawbook, prepared, read, write

from dueprocess.audit.single import decide_row
from dueprocess.case.custody import row_case
from dueprocess.decide import decide_case
from dueprocess.kernel.instants import parse_instant
from dueprocess.kernel.yamlread import parse
from dueprocess.tables import propose

AGENCY = "us/tx/travis-county/sheriff"
SAID = ("Y", "N", "", "b(6)", "Unk", "maybe")
KNOWN = date(2019, 1, 1)


def at(text: str) -> int:
    return parse_instant(f"{text}:00-05:00", where="a test")


def jail(folder: Path) -> list[Path]:
    bookings = [["Booking No", "Booking Date", "Charge cleared", "Release Date", "I-200 received"]]
    bookings += [[f"B-{i}", f"2018-05-0{i} 08:00", f"2018-05-1{i} 09:00", f"2018-05-1{i} 19:3{i}", f"2018-05-0{i} 12:00"] for i in range(1, len(SAID) + 1)]
    log = [["Booking No", "Form", "Rev.", "Received", "Signed", "Served", "Boxes"], *([f"B-{i}", "I-247A", "3/17", f"2018-05-0{i} 12:00", "Y", said, "biometric"] for i, said in enumerate(SAID, 1))]
    return [write(folder, "bookings.csv", bookings), write(folder, "detainer log.csv", log)]


def proposed(files: list[Path]) -> dict[str, Any]:
    found = propose(files, vocabulary=lawbook().vocabulary, agency=AGENCY)
    map_: dict[str, Any] = parse(found.text, name="map").value
    assert map_["papers"][0]["served"] == "Served" and any("[Served]" in note for note in found.notes)
    return map_


@pytest.mark.parametrize("complete", [True, False])
def test_a_yes_is_an_interval_and_a_no_counts_in_a_complete_record_alone(tmp_path: Path, complete: bool) -> None:
    files = jail(tmp_path)
    files[1].write_text(files[1].read_text().replace("maybe", "").replace("Unk", ""))
    map_ = proposed(files)
    map_["papers"][0]["boxes"] = "Boxes"
    del map_["posted"]  # every charge of this test is cleared at nine
    if complete:
        map_ |= {"assume": {"record_complete": True}, "why": {"record_complete": "so the test says"}}
    found = prepared(tmp_path, *files, map=map_, as_of="2018-06-01")
    rows = read(found, "stays")
    assert (rows[0]["detainer_served_lo"], rows[0]["detainer_served_hi"], rows[0]["detainer_served_open"]) == (at("2018-05-01T12:00"), at("2018-05-11T19:31"), False)
    assert all(r["detainer_served_lo"] is None for r in rows[1:])
    assert [r["record_complete"] for r in rows] == [complete, complete, False, False, False, False]
    decided = [decide_row(r, [], [], [], lawbook=lawbook(), law_known_at=KNOWN) for r in rows]
    # Texas requires the hold of a detainer that stands; this form does once a copy was served.
    assert [d["outcome"] for d in decided] == ["review", "release" if complete else "review", *["review"] * 4]
    assert all("detainer_served" in d["missing"].split() or "papers" in d["missing"].split() for d in decided if d["outcome"] == "review")
    # The same question by hand: served between receipt and release, or never.
    for row, served in ((rows[0], {"earliest": "2018-05-01T12:00:00-05:00", "latest": "2018-05-11T19:31:00-05:00"}), (rows[1], "never" if complete else None)):
        asked = row_case(row, at=row["release_due_lo"], law_known_at=KNOWN.isoformat())
        by_hand = {**asked, "papers": [{**p, "served_at": served} if p["kind"] == "i-247a" else p for p in asked["papers"]]}
        assert decide_case(asked, today=KNOWN, lawbook=lawbook()) == decide_case(by_hand, today=KNOWN, lawbook=lawbook())


def test_in_the_row_of_the_stay_and_with_ends_that_leave_no_room(tmp_path: Path) -> None:
    head = ["stay_id", "agency", "booked_at", "left_at", "detainer_form", "detainer_received_at", "Detainer Served", "record_complete"]
    rows = [
        ["day", AGENCY, "2018-05-01 08:00", "2018-05-03", "I-247A", "2018-05-02 10:00", "yes", "yes"],
        ["there", AGENCY, "2018-05-01 08:00", "present", "I-247A", "", "yes", "yes"],
        ["wrong", AGENCY, "2018-05-01 08:00", "2018-05-02 09:00", "I-247A", "2018-05-04 10:00", "yes", "yes"],
        ["odd", AGENCY, "2018-05-01 08:00", "2018-05-02 09:00", "I-247A", "2018-05-01 10:00", "twice", "yes"],
        ["none", AGENCY, "2018-05-01 08:00", "2018-05-02 09:00", "", "", "", "yes"],
    ]
    path = write(tmp_path, "jail.csv", [head, *rows])
    map_ = parse(propose([write(tmp_path, "look.csv", [[*head[:5], "Recd", *head[6:]], *rows[:3]])], vocabulary=lawbook().vocabulary).text, name="map").value
    assert map_["columns"]["detainer_served_ever"] == "Detainer Served"  # never the fact, which would hold from the booking on
    map_ = {"map": "made-up", "columns": {**{n: n for n in head if n != "Detainer Served"}, "detainer_served_ever": "Detainer Served"}}
    found = prepared(tmp_path, path, map=map_, as_of="2018-05-31")
    stays = {r["stay_id"]: r for r in read(found, "stays")}
    served = {k: (r["detainer_served_lo"], r["detainer_served_hi"], r["detainer_served_open"]) for k, r in stays.items()}
    assert served["day"] == (at("2018-05-02T10:00"), at("2018-05-04T00:00"), True)
    assert served["there"] == (at("2018-05-01T08:00"), at("2018-06-01T00:00"), False)  # received at a time nobody gives
    assert {served[k][0] for k in ("wrong", "odd", "none")} == {None}
    assert {k: r["record_complete"] for k, r in stays.items()} == {"day": True, "there": True, "wrong": False, "odd": False, "none": True}
    assert found.problems["unreadable-value"] == 1
