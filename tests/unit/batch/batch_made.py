"""Shared by the tests of batch: made-up stays as prepared tables, written and answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from dueprocess.batch import Options, run_batch
from dueprocess.law import Lawbook, load_lawbook
from dueprocess.testing import TODAY, CaseDocument
from dueprocess.testing.county import county_stays
from dueprocess.testing.rows import CaseRows

AGENCY = "us/or/clackamas-county/sheriff"
Found = dict[str, Any]


@cache
def shipped() -> Lawbook:
    return load_lawbook()


def stays(count: int, agency: str = AGENCY) -> list[CaseDocument]:
    """Made-up stays, each with whatever papers it has."""
    return [case for _, case in county_stays(agency, [shipped()], count=count, today=TODAY)]


def plain_stay(agency: str = AGENCY, *, booked: str = "2026-03-02", due: str = "2026-03-03T10:00", left: str = "2026-03-05T10:00", at: str | None = None, offset: str = "-08:00", **more: Any) -> CaseDocument:
    """A stay with one detainer and a release that was due at a known instant; times without their offset."""
    def moment(text: str) -> str:
        return text if len(text) == 10 else f"{text}:00{offset}"

    return {
        "case": "made-up",
        "agency": agency,
        "at": moment(at or due),
        "record_complete": True,
        "custody": {"booked_at": moment(booked), "release_due_at": moment(due), "left_at": moment(left), "left_to": "ice"},
        "papers": [{"kind": "i-247a", "edition": "2017-03", "received_at": moment(due[:10] + "T01:00"), "signed_by": "immigration_officer", "boxes": ["biometric"], "served_at": moment(due[:10] + "T01:00"), "cancelled_at": "never"}],
        "facts": {},
        **more,
    }  # fmt: skip


def rows_of(cases: Iterable[CaseDocument], *, inline: bool = True) -> CaseRows:
    rows = CaseRows(shipped().vocabulary, inline=inline)
    for case in cases:
        rows.add(case)
    return rows


def answered(folder: Path, rows: CaseRows, *, known: date | None = TODAY, lawbook: Lawbook | None = None, **options: Any) -> list[Found]:
    """The results of some rows, in the order in which they lie in the file."""
    prepared = rows.write(folder / "prepared")
    out = folder / "results.parquet"
    run_batch(prepared, lawbook=lawbook or shipped(), law_known_at=known, out=out, options=Options(**{"threads": 1, **options}))
    return read(out)


def read(path: Path) -> list[Found]:
    import pyarrow.parquet as pq

    return list(pq.read_table(path).to_pylist())
