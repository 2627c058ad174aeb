"""A file a month: read as one table, and every row and defect still named by its own file. The tables without assumptions."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
from tables_common import AGENCY, lawbook, prepared, read, write

from dueprocess.places import load_places
from dueprocess.tables import prepare

HEAD = ["Booking", "Booked", "Released"]
MAP = {
    "map": "months",
    "as_of": "2020-01-01",
    "tables": {"stays": {"file": "jail-*.csv"}, "charges": {"file": "charges-*.csv"}},
    "stays": {"table": "stays", "id": "Booking"},
    "columns": {"stay_id": "Booking", "booked_at": "Booked", "left_at": "Released"},
    "constants": {"agency": AGENCY},
    "grounds": [{"table": "charges", "stay": "Booking", "until": "Ended", "dispositions": {"column": "How", "table": {"BOND": "yes"}}}],
    "assume": {"record_complete": True},
    "why": {"record_complete": "made up"},
}


def months(folder: Path) -> list[Path]:
    files = []
    for month in (1, 2, 3):
        rows = [[f"{month}-{i}", f"2019-0{month}-0{i} 08:00", f"2019-0{month}-1{i} 09:00"] for i in range(1, 4)]
        rows[1][2] = {1: "b(6)", 2: "soon", 3: ""}[month]
        # The columns of March stand in another order.
        turn = (0, 2, 1) if month == 3 else (0, 1, 2)
        files.append(write(folder, f"jail-{month}.csv", [[line[i] for i in turn] for line in (HEAD, *rows)]))
        charges = [[f"{month}-1", "BOND", f"2019-0{month}-05 10:00"], ["9-9", "BOND", ""], [f"{month}-3", "TRIAL" if month == 2 else "BOND", ""]]
        files.append(write(folder, f"charges-{month}.csv", [["Booking", "How", "Ended"], *charges]))
    return files


def test_files_of_one_header_are_one_table_and_each_row_has_its_own_file(tmp_path: Path) -> None:
    found = prepared(tmp_path, *months(tmp_path), map=MAP)
    assert (found.rows_in, found.stays, found.merged, found.aside) == (18, 9, 6, 3)
    stays = read(found, "stays", "SELECT row, stay_id, source_file, source_row, booked_lo, left_lo, left_hi, has_grounds FROM t ORDER BY row")
    assert [(s["row"], s["stay_id"], s["source_file"], s["source_row"]) for s in stays] == [(3 * (m - 1) + i - 1, f"{m}-{i}", f"jail-{m}.csv", i + 1) for m in (1, 2, 3) for i in (1, 2, 3)]
    assert all(s["booked_lo"] is not None for s in stays)
    assert [s["stay_id"] for s in stays if s["left_lo"] != s["left_hi"] or s["left_lo"] is None] == ["1-2", "2-2", "3-2"]
    assert [s["stay_id"] for s in stays if s["has_grounds"]] == [f"{m}-{i}" for m in (1, 2, 3) for i in (1, 3)]
    listed = {(p["code"], p["file"], p["row"], p["column"]) for p in read(found, "problems")}
    assert {("redacted", "jail-1.csv", None, "Released"), ("unreadable-time", "jail-2.csv", 3, "left_at"), ("disposition-unlisted", "charges-2.csv", 4, "How")} <= listed
    assert {p for p in listed if p[0] == "no-stay"} == {("no-stay", f"charges-{m}.csv", 3, None) for m in (1, 2, 3)}


def test_the_tables_without_assumptions_have_the_same_rows_and_name_nobody(tmp_path: Path) -> None:
    found = prepare(months(tmp_path), out=tmp_path / "out", bare=tmp_path / "bare", map=MAP, lawbook=lawbook(), places=load_places())
    whole, bare = (pq.read_table(tmp_path / folder / "stays.parquet") for folder in ("out", "bare"))
    assert [n for n in whole.column_names if n not in bare.column_names] == ["stay_id", "person", "source_file", "source_row"]
    differing = [n for n in bare.column_names if whole[n].to_pylist() != bare[n].to_pylist()]
    assert differing == ["record_complete"] and found.stays == bare.num_rows
