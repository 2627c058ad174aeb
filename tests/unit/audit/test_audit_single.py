"""Rows through the evaluator of one case: the same question as a case file, and every defect a class, never a crash."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import made_up
import pytest

from dueprocess.audit.single import RESULT_COLUMNS, decide_rows, explain_row
from dueprocess.decide import decide_case
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook

TODAY = date(2026, 11, 22)


def decided(folder: Path, stays: list[made_up.Row], **more: Any) -> list[dict[str, Any]]:
    made_up.write(folder, stays, **more)
    out = folder / "results.parquet"
    decide_rows(folder, lawbook=load_lawbook(), law_known_at=TODAY, out=out)
    with duckdb.connect() as link:
        cursor = link.execute(f"SELECT * FROM '{out}'")
        names = [c[0] for c in cursor.description or ()]
        assert names == list(RESULT_COLUMNS)
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def test_nineteen_hours_without_power(tmp_path: Path) -> None:
    found = decided(tmp_path, [made_up.stay(0)])[0]
    assert found["class"] == "certain" and found["outcome"] == "release"
    assert found["over_least"] == found["over_most"] == 19 * 3600
    assert found["due_lo"] == found["due_hi"] == found["at"] == made_up.at("2012-03-29 15:00")
    assert found["deciding_norm"].startswith("us/four-tests#") and found["missing"] is None


def test_each_class_has_its_row(tmp_path: Path) -> None:
    on_a_day = made_up.stay(5)
    made_up.dated(on_a_day, "release_due", made_up.at("2012-03-30 09:00"), "America/Los_Angeles")
    stays = [
        made_up.stay(0),
        made_up.stay(1, left="2012-03-29 15:00"),
        made_up.stay(2, left="2012-03-13 10:00"),
        made_up.stay(3, None),
        made_up.stay(4, left=None),
        on_a_day,
        made_up.stay(6, due=None),
    ]
    found = decided(tmp_path, stays)
    assert [r["class"] for r in found] == ["certain", "no", "contradiction", "unknown", "unknown", "possible", "unknown"]
    assert found[2]["problem"] and found[2]["outcome"] is None
    assert found[3]["missing"] == "agency" and found[3]["outcome"] is None
    assert "left" in found[4]["missing"] and "release_due" in found[5]["missing"] and "release_due" in found[6]["missing"]
    assert found[5]["over_least"] == 0 and found[5]["over_most"] == 10 * 3600


def test_a_row_without_any_instant_is_unknown(tmp_path: Path) -> None:
    bare = made_up.stay(0, due=None)
    for name in ("booked", "left", "detainer_received"):
        made_up.exact(bare, name, None)
    bare |= {"as_of": None, "left_state": "missing", "record_complete": False}
    assert decided(tmp_path, [bare])[0]["class"] == "unknown"


def test_who_is_still_there_is_asked_about_at_the_end_of_the_file(tmp_path: Path) -> None:
    there = made_up.stay(0)
    made_up.exact(there, "left", None)
    there |= {"left_state": "present", "as_of": made_up.at("2012-03-30 15:00")}
    found = decided(tmp_path, [there])[0]
    assert found["class"] == "certain" and found["over_least"] == 24 * 3600


def test_an_explained_row_is_the_decision_of_its_case(tmp_path: Path) -> None:
    made_up.write(tmp_path, [made_up.stay(0), made_up.stay(1, left="2012-04-02 08:00")])
    told = explain_row(tmp_path, 1, lawbook=load_lawbook(), law_known_at=TODAY)
    case = {
        "case": "B-00001", "agency": "us/or/clackamas-county/sheriff", "at": "2012-03-29T15:00:00-07:00", "law_known_at": "2026-11-22", "record_complete": True,
        "custody": {"booked_at": "2012-03-14T20:00:00-07:00", "release_due_at": "2012-03-29T15:00:00-07:00", "left_at": "2012-04-02T08:00:00-07:00", "left_to": "ice"},
        "papers": [{"kind": "i-247", "edition": "2011-06", "received_at": "2012-03-15T09:00:00-07:00", "signed_by": "immigration_officer", "boxes": ["investigation"], "issuer": "ice"}],
        "facts": {"admin_warrant": False, "removal_warrant": False, "judicial_warrant": False},
    }  # fmt: skip
    assert told == decide_case(case, today=TODAY)


def test_a_folder_that_is_none_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no prepared custody tables"):
        decide_rows(tmp_path, lawbook=load_lawbook(), law_known_at=TODAY, out=tmp_path / "r.parquet")


def test_as_known_then_asks_with_the_law_of_the_day(tmp_path: Path) -> None:
    made_up.write(tmp_path, [made_up.stay(0)])
    told = explain_row(tmp_path, 0, lawbook=load_lawbook(), law_known_at=None)
    assert told["law_known_at"] == "2012-03-29"
