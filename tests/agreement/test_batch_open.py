"""What both evaluators say of an open row beside its outcome: why it is open, and what is wanting.

Why it is open is compared word for word. What is wanting is coarser in ``batch``: it names what settles the outcome
alone, where anything does, and ``decide`` all that could settle any part of the answer. So nearly always what ``batch``
names is among what ``decide`` names; in how few rows it is not is held to a bound.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from batch_common import MEMORY, asked_at, read_results, shipped
from test_batch import made_up, shipped_cases

from dueprocess.audit.single import decide_rows
from dueprocess.batch import run_batch
from dueprocess.batch.forms import REQUEST_PARTS
from dueprocess.law import Lawbook
from dueprocess.testing import TODAY, CaseDocument, lawbook_from
from dueprocess.testing.rows import CaseRows

OF_A_DETAINER = {*REQUEST_PARTS, "request_stands", "detainer_cancelled", "service_required"}
"""What a request's standing turns on, which the two take apart differently."""


def compare(folder: Path, cases: list[CaseDocument], book: Lawbook, known: date) -> tuple[int, int]:
    """(rows that are open, rows of which something is wanting)."""
    rows = CaseRows(book.vocabulary, inline=False)
    for case in cases:
        rows.add(asked_at(case, known))
    prepared = rows.write(folder / "prepared")
    run_batch(prepared, lawbook=book, law_known_at=known, out=folder / "batch.parquet", options=MEMORY)
    decide_rows(prepared, lawbook=book, law_known_at=known, out=folder / "decide.parquet")
    by_decide, by_batch = read_results(folder / "decide.parquet"), read_results(folder / "batch.parquet")
    apart = []
    for one, other in zip(by_decide, by_batch, strict=True):
        assert one["open_because"] == other["open_because"], one["row"]
        here, there = set((one["missing"] or "").split()), set((other["missing"] or "").split())
        if there - here - OF_A_DETAINER or bool(here) != bool(there):
            apart.append((one["row"], one["missing"], other["missing"]))
    assert len(apart) <= len(cases) / 40, apart
    return sum(r["open_because"] is not None for r in by_batch), sum(r["missing"] is not None for r in by_batch)


def test_under_the_shipped_law(tmp_path: Path) -> None:
    opened, wanting = compare(tmp_path, shipped_cases(0, 3, every=2), shipped(), TODAY)
    assert opened > 40 and wanting > opened


@pytest.mark.parametrize("seed", range(2))
def test_under_made_up_law(tmp_path: Path, seed: int) -> None:
    law, cases, known = made_up(f"open {seed}", 150)
    opened, _ = compare(tmp_path, cases, lawbook_from(law), known)
    assert opened > 10
