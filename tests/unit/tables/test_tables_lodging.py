"""A log of detainers that names the person and not the booking: each paper goes to the stay of its day."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tables_common import AGENCY, codes, prepared, read, write

MAP: dict[str, Any] = {
    "map": "by the person", "constants": {"agency": AGENCY}, "as_of": "2018-01-01",
    "tables": {"bookings": {"file": "bookings.csv"}, "log": {"file": "log.csv", "via": {"table": "bookings", "on": {"SPN": "Person"}}}},
    "stays": {"table": "bookings", "id": "Book"},
    "columns": {"stay_id": "Book", "person_key": "Person", "booked_at": {"column": "In", "clock": "At"}, "left_at": "Out"},
    "papers": [{"table": "log", "kind": {"value": "i-247a"}, "received_at": "Lodged"}],
}  # fmt: skip
BOOKINGS = [
    ["Book", "Person", "In", "At", "Out"],
    ["a1", "p1", "2017-01-01", "08:00", "2017-01-05"], ["a2", "p1", "2017-03-01", "08:00", "2017-03-09"], ["a3", "p1", "2017-06-01", "08:00", ""],
    ["a4", "p1", "2017-09-01", "08:00", "2017-09-03"], ["b1", "p2", "2017-02-01", "08:00", "2017-02-04"], ["c1", "p3", "", "", ""], ["c2", "p3", "2017-05-01", "", "2017-05-02"],
]  # fmt: skip


def lodged(tmp_path: Path, *days: tuple[str, str]) -> tuple[dict[str, int], dict[str, int], tuple[int, int]]:
    """How many detainers each stay has; the problems; rows merged and set aside."""
    found = prepared(tmp_path, write(tmp_path, "bookings.csv", BOOKINGS), write(tmp_path, "log.csv", [["SPN", "Lodged"], *map(list, days)]), map=MAP)
    stays = {s["row"]: s for s in read(found, "stays", "SELECT row, stay_id, detainer_form FROM t")}
    of = Counter([s["stay_id"] for s in stays.values() if s["detainer_form"]] + [stays[p["row"]]["stay_id"] for p in read(found, "papers")])
    return dict(of), codes(found), (found.merged, found.aside)


def test_a_paper_goes_to_the_stay_in_which_it_came(tmp_path: Path) -> None:
    of, problems, counts = lodged(tmp_path, ("p1", "2017-01-02 10:00"), ("p1", "2017-03-09"), ("p1", "2017-03-04"), ("p2", "2017-02-01 07:00"))
    assert of == {"a1": 1, "a2": 2, "b1": 1} and not problems and counts == (4, 0)


def test_a_paper_may_come_up_to_three_days_before_the_booking(tmp_path: Path) -> None:
    of, problems, counts = lodged(tmp_path, ("p1", "2017-02-26 09:00"), ("p1", "2017-02-26 07:00"), ("p2", "2017-01-30"))
    assert of == {"a2": 1, "b1": 1} and problems == {"stay-not-then": 1} and counts == (2, 1)


def test_a_stay_without_a_release_lasts_until_the_next_booking(tmp_path: Path) -> None:
    of, problems, _ = lodged(tmp_path, ("p1", "2017-08-31 12:00"), ("p1", "2017-09-02 12:00"), ("p1", "2017-10-20 12:00"))
    assert of == {"a3": 1, "a4": 1} and problems == {"stay-not-then": 1}


def test_what_may_be_of_several_stays_is_given_to_each_and_listed(tmp_path: Path) -> None:
    of, problems, counts = lodged(tmp_path, ("p1", ""), ("p3", "2017-05-01"), ("p2", ""))
    assert of == {"a1": 1, "a2": 1, "a3": 1, "a4": 1, "b1": 1, "c1": 1, "c2": 1}, "a day that is not known, and a stay whose times are not"
    assert problems == {"stays-several": 2} and counts == (3, 0)


def test_what_each_column_was_read_from_is_kept(tmp_path: Path) -> None:
    found = prepared(tmp_path, write(tmp_path, "bookings.csv", BOOKINGS), write(tmp_path, "log.csv", [["SPN", "LODGED"], ["p2", "2017-02-01"]]), map=MAP)
    told = json.loads((found.folder / "prepared.json").read_text(encoding="utf-8"))["columns"]
    assert told["booked_at"] == [{"column": "In", "files": ["bookings.csv"]}, {"column": "At", "files": ["bookings.csv"]}]
    assert told["papers.received_at"] == [{"column": "LODGED", "files": ["log.csv"]}] and "agency" not in told and "papers.kind" not in told
