"""One file of a drop folder to case files: no row is lost, and each case can be decided."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dueprocess.audit.bookings import Bookings, read_bookings
from dueprocess.decide import decide_case
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook
from dueprocess.places import load_places

TODAY = date(2026, 11, 22)
CLACKAMAS = "us/or/clackamas-county/sheriff"
HEAD = "stay_id,agency,booked_at,left_at,left_to,detainer_form,detainer_received_at,bail_refused_at"


def export(tmp_path: Path, *rows: str, head: str = HEAD, **how: Any) -> Bookings:
    file = tmp_path / "export.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    found = read_bookings(file, lawbook=load_lawbook(), places=load_places(), law_known_at=TODAY, **{"as_of": "2014-04-01", **how})
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before and [p.name for p in tmp_path.iterdir()] == ["export.csv"]
    return found


def test_each_row_is_a_case_that_can_be_decided(tmp_path: Path) -> None:
    found = export(
        tmp_path,
        f"B1,{CLACKAMAS},2014-03-14 20:00,2014-03-30 10:00,ice,i-247,2014-03-15 09:00,2014-03-15 12:00",
        f"B2,{CLACKAMAS},2014-03-14 20:00,present,,,,",
        f"B3,{CLACKAMAS},2014-03-14 20:00,2014-03-14,community,,,",
    )
    assert [s.row for s in found.stays] == [2, 3, 4] and [s.problem for s in found.stays] == [None] * 3
    cases = [s.case for s in found.stays if s.case]
    assert [c["at"] for c in cases] == ["2014-03-30T10:00:00-07:00", "2014-04-02T00:00:00-07:00", "2014-03-14T20:00:00-07:00"]
    assert cases[0]["custody"]["bail_refused_at"] == "2014-03-15T12:00:00-07:00" and [p["kind"] for p in cases[0]["papers"]] == ["i-247"]
    for case in cases:
        assert decide_case(case, today=TODAY, lawbook=load_lawbook())["outcome"] in ("local_custody", "release", "review", "may_hold", "must_hold")


def test_what_cannot_be_a_case_is_listed_and_what_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    found = export(
        tmp_path,
        ",,2014-03-14 20:00,2014-03-15 01:00,ice,,,",
        f"B2,{CLACKAMAS},nonsense,2014-03-30,community,,,",
        f"B3,{CLACKAMAS},2014-03-14 20:00,,mars,i-999,2014-03-15,",
    )
    nobody, unread, strange = found.stays
    assert nobody.case is None and nobody.problem and "agency" in nobody.problem
    assert unread.case is not None and unread.case["custody"]["booked_at"] is None
    assert strange.case is not None and strange.case["custody"]["left_to"] is None and strange.case["record_complete"] is False
    codes = {p["code"] for p in found.problems}
    assert {"agency-unmatched", "unreadable-time", "unreadable-value"} <= codes
    assert found.account[0].startswith("3 rows in = 3 stays")


def test_a_foreign_export_needs_a_map_which_may_name_the_jail(tmp_path: Path) -> None:
    row, head = "77,3/14/2014 20:00,3/30/2014 10:00,ICE", "Bkg No,In,Out,To"
    with pytest.raises(InputError, match="columns are not known"):
        export(tmp_path, row, head=head)
    own = {
        "map": "made-up",
        "constants": {"agency": CLACKAMAS},
        "tables": {"bookings": {"file": "export.csv"}},
        "stays": {"table": "bookings", "id": "Bkg No"},
        "columns": {"booked_at": "In", "left_at": "Out", "left_to": {"column": "To", "values": {"ICE": "ice"}}},
    }
    (only,) = export(tmp_path, row, head=head, map=own).stays
    assert only.case is not None and only.case["custody"]["left_to"] == "ice" and only.case["custody"]["left_at"] == "2014-03-30T10:00:00-07:00"


def test_a_file_that_is_no_table_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_bytes(b"\x00\x01\x02")
    with pytest.raises(InputError):
        read_bookings(tmp_path / "export.csv", lawbook=load_lawbook(), places=load_places(), law_known_at=TODAY)
    with pytest.raises(InputError):
        read_bookings(tmp_path / "missing.csv", lawbook=load_lawbook(), places=load_places(), law_known_at=TODAY)
