"""What jails have paid: the nearest published cases, as a range to look at, never a prediction."""

from __future__ import annotations

import csv
from functools import lru_cache
from typing import Any

from dueprocess.kernel.files import data_dir
from dueprocess.law import covers

MOST = 3


@lru_cache(maxsize=1)
def _rows() -> tuple[dict[str, str], ...]:
    with (data_dir("damages") / "benchmarks.csv").open(encoding="utf-8", newline="") as handle:
        return tuple(row for row in csv.DictReader(handle) if "cost" not in row["court_or_kind"] and row["amount_usd"])


@lru_cache(maxsize=4096)
def benchmarks(agency: str) -> tuple[dict[str, Any], ...]:
    """At most three cases: the agency's own county first, then its state, then the rest by size of the award a person."""
    state = agency.split("/")[1].upper() if "/" in agency else ""

    def nearness(row: dict[str, str]) -> tuple[int, float, str]:
        place = row["county_or_agency"]
        near = 0 if place and covers(place, agency) else 1 if row["state"] == state else 2
        return near, -float(row["per_person_usd"] or 0), row["id"]

    return tuple(_entry(row) for row in sorted(_rows(), key=nearness)[:MOST])


def _entry(row: dict[str, str]) -> dict[str, Any]:
    people = int(row["people"] or 0)
    each = f", about {round(float(row['per_person_usd'])):,} USD a person" if row["per_person_usd"] and people > 1 else ""
    return {
        "kind": "damages",
        "authority": f"damages/{row['id']}",
        "norm": f"damages/{row['id']}",
        "effect": f"{round(float(row['amount_usd'])):,} USD",
        "citation": f"{row['case']} ({row['court_or_kind']}, {row['year']})",
        "because": f"{round(float(row['amount_usd'])):,} USD for {people:,} {'person' if people == 1 else 'people'}{each}; over-held: {row['overheld_text']}.",
    }
