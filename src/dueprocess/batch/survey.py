"""What the rows speak of, before any is asked: the days between which their times lie, and which bounds of them tell something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dueprocess.batch.engines import Engine
from dueprocess.case.custody import GROUND_TIMES, PAPER_TIMES, STAY_TIMES
from dueprocess.kernel.instants import MAX_INSTANT, MIN_INSTANT, local_date

NO_DAYS = (700000, 700001)
"""For rows without any time."""


@dataclass(frozen=True, slots=True)
class Survey:
    """``days`` are the first and the last local day of the rows, as ordinals; ``sides`` the bounds that tell something of
    each recorded time of a stay: none where no row gives it, the first where all are exact."""

    days: tuple[int, int]
    sides: dict[str, tuple[str, ...]]


def survey(engine: Engine, columns: Iterable[str], *, sides: bool) -> Survey:
    """One look at each table. ``columns`` are those of ``stays``; without ``sides`` none is told."""
    low: list[int] = []
    high: list[int] = []
    told: dict[str, tuple[str, ...]] = {}
    for table, names in (("stays", STAY_TIMES), ("papers", PAPER_TIMES), ("grounds", GROUND_TIMES), ("events", ("at",))):
        # A time is read where both its bounds are given (sqltext.given), so that the earlier is bounded below and the later above.
        tests = [f"min(CASE WHEN {n}_lo > {MIN_INSTANT} THEN {n}_lo END), max(CASE WHEN {n}_hi < {MAX_INSTANT} THEN {n}_hi END)" for n in names]
        if table == "stays":
            tests += [f'min("{c}"), max("{c}")' for c in columns if c in ("at", "as_of", "determined_probable_cause_at") or (c.startswith("f_") and c.endswith("_from"))]
        bounds = 2 * len(tests)
        if table == "stays" and sides:
            tests += [f"count({n}_lo), bool_or({n}_lo IS DISTINCT FROM {n}_hi)" for n in names]
        found = engine.rows(f"SELECT {', '.join(tests)} FROM {table}")[0]
        low += [x for x in found[0:bounds:2] if x is not None and x < MAX_INSTANT]
        high += [x for x in found[1:bounds:2] if x is not None and x > MIN_INSTANT]
        if table == "stays" and sides:
            counted = found[bounds:]
            told = {n: () if not counted[2 * i] else ("lo", "hi") if counted[2 * i + 1] else ("lo",) for i, n in enumerate(STAY_TIMES)}
    if not (low and high):
        return Survey(NO_DAYS, told)
    return Survey((local_date("UTC", min(low)).toordinal() - 2, local_date("UTC", max(high)).toordinal() + 2), told)
