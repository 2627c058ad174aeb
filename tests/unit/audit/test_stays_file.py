"""The files of one row a stay: the same in one part or in many, and never of rows that lie beside others."""

from pathlib import Path

import duckdb
import pytest

from dueprocess.audit import stays_file
from dueprocess.case.custody import stay_schema

RESULTS = {
    "row": "BIGINT", '"at"': "BIGINT", "outcome": "VARCHAR", "open_because": "VARCHAR", "due_lo": "BIGINT", "due_hi": "BIGINT", "hold_until": "BIGINT",
    "over_least": "BIGINT", "over_most": "BIGINT", "open_least": "BIGINT", "open_most": "BIGINT", "later_over_least": "BIGINT", "later_over_most": "BIGINT",
    "class": "VARCHAR", "deciding_norm": "VARCHAR", "missing": "VARCHAR", "problem": "VARCHAR",
}  # fmt: skip
DUE = 1_331_769_600
"""2012-03-14T17:00:00-07:00"""


def _tables(folder: Path, *, complete: str, order: str = "row") -> tuple[Path, Path]:
    """Five stays of two zones; the last was not matched."""
    folder.mkdir()
    stays = {
        "row": "row", "stay_id": "'B' || row || '000'", "source_file": "'made-up'", "source_row": "row + 1", "agency": "'us/or/clackamas-county/sheriff'", "record_complete": complete,
        "zone": "CASE row WHEN 4 THEN NULL WHEN 3 THEN 'America/St_Johns' ELSE 'America/Los_Angeles' END", "left_state": "'recorded'", "left_lo": f"{DUE} + 3600 * row", "left_hi": f"{DUE} + 3600 * row",
    }  # fmt: skip
    results = {"row": "row", '"at"': str(DUE), "outcome": "'release'", "due_lo": str(DUE), "due_hi": f"{DUE} + row", "over_least": "3600 * row", "over_most": "3600 * row", "class": "'certain'"}
    with duckdb.connect() as link:
        for name, schema, made in (("stays", stay_schema(), stays), ("results", RESULTS, results)):
            columns = ", ".join(f"CAST({made.get(c, 'NULL')} AS {t}) AS {c}" for c, t in schema.items())
            by = order if name == "results" else "row"
            link.execute(f"COPY (SELECT {columns} FROM range(5) AS n(row) ORDER BY {by}) TO '{folder / name}.parquet' (FORMAT parquet)")
    return folder, folder / "results.parquet"


def test_many_parts_make_the_same_files_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared, results = _tables(tmp_path / "whole", complete="TRUE")
    bare = _tables(tmp_path / "bare", complete="row % 2 = 0")
    texts = []
    for size in (stays_file.PART_ROWS, 2):
        monkeypatch.setattr(stays_file, "PART_ROWS", size)
        out = tmp_path / f"out{size}"
        out.mkdir()
        stays_file.write_stays(out, prepared, results, bare=bare, assumptions=[])
        texts.append((out / "stays.csv").read_text())
        with duckdb.connect() as link:
            told = link.execute(f"SELECT stay_id, asked_at, release_due_latest, left_earliest, hours_least, assumptions FROM '{out}/stays.parquet'").fetchall()
        assert sorted(p.name for p in out.iterdir()) == ["stays.csv", "stays.parquet"]
    assert texts[0] == texts[1] and texts[0].count("\n") == 6
    assert told[1] == ("B1000", "2012-03-14T17:00:00-07:00", "2012-03-14T17:00:01-07:00", "2012-03-14T18:00:00-07:00", 1.0, "record_complete")
    assert told[2][4:] == (2.0, None), "what is the same without assumptions has none"
    assert told[3][1] == "2012-03-14T21:30:00-02:30", "an offset that is not a whole hour"
    assert told[4][1:4] == (None, None, None), "no zone, no clock"


def test_results_of_other_rows_stop_the_run(tmp_path: Path) -> None:
    prepared, results = _tables(tmp_path / "whole", complete="TRUE", order="row DESC")
    with pytest.raises(duckdb.Error, match="not of the same rows"):
        stays_file.write_stays(tmp_path, prepared, results, bare=None, assumptions=[])


def test_a_file_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    prepared, results = _tables(tmp_path / "whole", complete="TRUE")
    out = tmp_path / "out"
    (out / "stays.csv").mkdir(parents=True)
    with pytest.raises(duckdb.Error):
        stays_file.write_stays(out, prepared, results, bare=None, assumptions=[])
