"""The audit of simulated records against the truth about them, which does not come from the engine."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dueprocess.batch import run_batch
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.law import load_lawbook
from dueprocess.places import load_places
from dueprocess.simulate import regimes, run, scenario_of
from dueprocess.tables import prepare

TODAY = date(2026, 11, 22)
LABELED = ["us/ca", "us/co", "us/il", "us/ma", "us/ny", "us/or", "us/tx", "us/wa"]
# Many matches, so that few bookings show much; judges' warrants too.
MANY = {"match_share": 0.6, "issue_share_2021": 1.0, "judicial_warrant_share": 0.05, "received_hours": 4, "admin_warrant_share_after": 0.8}


def audited(folder: Path, tmp_path: Path) -> list[dict[str, Any]]:
    """Each stay's truth beside what the audit says of it; hours in seconds."""
    files = sorted(p for p in folder.glob("*.parquet"))
    prepared, results = tmp_path / "prepared", tmp_path / "results.parquet"
    prepare(files, out=prepared, lawbook=load_lawbook(), places=load_places(), map=read_mapping(folder / "map.yaml"))
    run_batch(prepared, lawbook=load_lawbook(), law_known_at=TODAY, out=results)
    with duckdb.connect() as connection:
        cursor = connection.execute(
            f"""SELECT t.regime, t.unlawful_seconds AS truth, t.detainer_came AS came, r.class, r.over_least AS least, r.over_most AS most, r.problem, s.stay_id
            FROM '{folder}/truth/*.parquet' t JOIN '{prepared}/stays.parquet' s ON s.stay_id = t.stay_id JOIN '{results}' r USING ("row")"""
        )
        names = [c[0] for c in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def played(tmp_path: Path, **changes: Any) -> Path:
    raw = {"scenario": "labeled", "from": "2022-02-25", "until": "2022-03-20", "places": LABELED, "admissions_a_year": 20000, "policy": {"otherwise": "honors_all"}, "parameters": MANY, **changes}
    run(scenario_of(raw, where="test", today=TODAY), seed=5, out=tmp_path / "flow")
    return tmp_path / "flow"


@pytest.mark.parametrize("record", ["custody", "charges"])
def test_clean_records_are_audited_exactly(record: str, tmp_path: Path) -> None:
    """Over a change to daylight saving time, in every regime that is labelled."""
    found = [r for r in audited(played(tmp_path, record=record), tmp_path) if r["regime"]]
    wrong = [r for r in found if not (r["least"] == r["most"] == r["truth"])]
    assert not wrong, wrong[:3]
    assert all((r["class"] == "certain") == (r["truth"] > 0) for r in found)
    seen = {r["regime"] for r in found}
    assert seen == {r.id for r in regimes()}, "each is met"
    assert any(r["regime"] == "texas-sb4" and r["truth"] > 0 for r in found), "a mandate that ran out"
    assert any(r["regime"] == "texas-sb4" and r["truth"] == 0 for r in found), "a mandate that did not"


@pytest.mark.parametrize(
    "defects",
    [{"dates_only": 0.5}, {"posted_hours": 0.7}, {"missing_ids": 0.3, "repeats": 0.2}, {"wrong_order": 0.1}, {"dates_only": 0.3, "posted_hours": 0.5, "repeats": 0.1, "wrong_order": 0.05, "missing_ids": 0.5}],
    ids=lambda d: "+".join(d),
)
def test_with_defects_the_bounds_contain_the_truth(defects: dict[str, float], tmp_path: Path) -> None:
    found = [r for r in audited(played(tmp_path, defects=defects), tmp_path) if r["regime"]]
    assert len(found) > 900
    told = [r for r in found if r["class"] not in ("contradiction", "unknown")]
    outside = [r for r in told if not r["least"] <= r["truth"] <= r["most"]]
    assert not outside, outside[:3]
    assert not [r for r in told if r["class"] == "certain" and r["truth"] == 0], "certain is never wrong"
    assert not [r for r in told if r["class"] == "no" and r["truth"] > 0], "nor is no"
    inexact = [r for r in told if r["least"] < r["most"]]
    assert bool(inexact) == bool({"dates_only", "posted_hours"} & set(defects)), "the defect is there"
    assert bool([r for r in found if r["class"] == "contradiction"]) == ("wrong_order" in defects)
