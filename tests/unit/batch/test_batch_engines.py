"""What an engine promises of the files that it writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from dueprocess.batch.engines import DuckEngine


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT range AS row FROM range(5000)", list(range(5000))),
        ("SELECT 4999 - range AS row FROM range(5000)", list(range(5000))),
        ("SELECT CASE range WHEN 7 THEN 8 WHEN 8 THEN 7 ELSE range END AS row FROM range(20)", list(range(20))),
        ("SELECT 3 * range AS row FROM range(20)", list(range(0, 60, 3))),
        ("SELECT range AS row FROM range(0)", []),
    ],
    ids=["in order", "backwards", "two changed", "with gaps", "none"],
)
def test_rows_said_to_be_in_order_are_sorted_where_they_are_not(tmp_path: Path, sql: str, rows: list[int]) -> None:
    import pyarrow.parquet as pq

    engine = DuckEngine(tmp_path, threads=2)
    engine.write_sorted(sql, tmp_path / "out.parquet", in_order=True)
    assert pq.read_table(tmp_path / "out.parquet")["row"].to_pylist() == rows
    assert sorted(p.name for p in tmp_path.glob("*.parquet*")) == ["out.parquet"]
    assert engine.rows("SELECT current_setting('preserve_insertion_order')") == [(False,)]
    engine.close()
