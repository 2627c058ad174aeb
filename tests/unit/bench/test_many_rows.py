"""The benchmarks of many rows compare like with like. Nothing is timed here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))  # bench/ is no part of the installed package

from bench import jobs, run

from dueprocess.law import load_lawbook
from dueprocess.testing.nation import Nation


def test_calendar_tables_and_searchsorted_agree_with_the_clock_and_recipes_do_not() -> None:
    pytest.importorskip("pandas", reason="only the benchmarks install pandas: make bench")
    from bench import clock

    starts = clock.Starts(1500)
    right = starts.oracle()
    for name, contender in clock.contenders(starts, few=20).items():
        contender()
        differ, late = clock.wrong(contender.ends(), right)
        if "tables" in name or "searchsorted" in name:
            assert differ == 0, name
        else:
            assert 0 < differ == late, name  # each of their errors is custody beyond the limit


def test_guarded_cases_answer_every_question_as_the_regimes_do(tmp_path: Path) -> None:
    from bench.guarded import guarded

    book = load_lawbook()
    agencies = ("us/or/clackamas-county/sheriff", "us/tx/travis-county/sheriff", "us/ca/los-angeles-county/sheriff", "us/il/cook-county/sheriff", "us/wa/king-county/sheriff")
    folder = Nation.of(book, rows=400, mode="detainers", agencies=agencies).write(tmp_path / "rows")
    found = guarded(folder, tmp_path / "results.parquet")
    assert found["differ"] == 0 and found["asked"] > 400 and found["branches"] > 50 and found["conditions"] > 20


def test_scan_reads_the_columns_that_a_run_may_turn_on() -> None:
    columns = {"row": "BIGINT", "zone": "VARCHAR", "has_grounds": "BOOLEAN", "f_conviction_date": "DATE", "f_conviction_age_years": "DOUBLE"}
    assert jobs.scan_sql(columns, "t") == 'SELECT sum("row"), sum(strlen("zone")), sum(CAST("has_grounds" AS INTEGER)), max("f_conviction_date"), sum("f_conviction_age_years") FROM t'


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["batch-outcomes"]) == 2
    assert "[batch-outcomes] is no benchmark" in capsys.readouterr().err
