"""A look at what a map made of a table: the first stays, for a person to judge."""

from __future__ import annotations

from pathlib import Path

from dueprocess.case.custody import NEVER_AT, STAY_TIMES
from dueprocess.kernel.instants import iso

_COLUMNS = ("stay_id", "agency", "booked", "release_due", "left", "left_to", "detainer_form", "detainer_received", "detainer_served", "detainer_cancelled", "record_complete")


def first_stays(folder: Path) -> list[dict[str, str]]:
    """The first ten stays of prepared tables as texts, times in the jail's own clock."""
    import pyarrow.parquet as parquet

    rows = next(parquet.ParquetFile(folder / "stays.parquet").iter_batches(batch_size=10), None)
    found = []
    for row in rows.to_pylist() if rows is not None else []:
        shown: dict[str, str] = {}
        for name in [*_COLUMNS, *(c for c in row if c.startswith("f_"))]:
            if name not in STAY_TIMES:
                shown[name] = "" if row[name] is None else str(row[name])
                continue
            low, high, zone = row[f"{name}_lo"], row[f"{name}_hi"], row["zone"] or "UTC"
            if low is None or low >= NEVER_AT:
                shown[name] = "" if low is None else "never"
                continue
            first, last = iso(low, zone)[:16], iso(high, zone)[:16]
            whole = row[f"{name}_open"] and first.endswith("T00:00") and high - low <= 25 * 3600
            shown[name] = first if low == high else f"{first[:10]}, some hour" if whole else f"{first} to {last}"
        found.append(shown)
    return found
