"""What the footers of Parquet files tell of the rows, against the rows themselves."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from batch_made import plain_stay, rows_of

from dueprocess.batch.engines import DuckEngine
from dueprocess.batch.sqltext import given
from dueprocess.batch.survey import NO_DAYS, Told, survey
from dueprocess.case.custody import STAY_TIMES
from dueprocess.kernel.instants import MAX_INSTANT, MIN_INSTANT, local_date

NOON = 1_780_000_000
BOUNDS = (None, MIN_INSTANT, NOON, NOON + 3600, MAX_INSTANT)
KINDS: dict[str, list[tuple[int | None, int | None]]] = {
    "none": [(None, None)],
    "exact": [(NOON, NOON), (None, None)],
    "dates": [(NOON, NOON + 3600), (NOON, NOON)],
    "half": [(NOON, NOON), (None, NOON + 3600), (NOON, None)],
    "never": [(NOON, NOON), (MAX_INSTANT, MAX_INSTANT), (None, None)],
    "open": [(NOON, MAX_INSTANT), (MIN_INSTANT, NOON), (None, MAX_INSTANT), (NOON, NOON)],
    "any": [(a, b) for a, b in product(BOUNDS, BOUNDS) if a is None or b is None or a <= b],
}


def engine_of(folder: Path) -> DuckEngine:
    engine = DuckEngine(folder, threads=1)
    for name in ("stays", "papers", "grounds", "events"):
        engine.parquet(name, folder / f"{name}.parquet")
    return engine


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("time", ["left", "detainer_served"])
def test_what_is_known_of_a_time_changes_no_answer(tmp_path: Path, kind: str, time: str) -> None:
    """The shorter test of whether a time is given says what the full one says, of every row."""
    rows = rows_of([plain_stay() for _ in KINDS[kind]])
    for stay, (low, high) in zip(rows.stays, KINDS[kind], strict=True):
        stay[f"{time}_lo"], stay[f"{time}_hi"] = low, high
    engine = engine_of(rows.write(tmp_path / "prepared"))
    told = survey(engine, tmp_path / "prepared", engine.columns("stays"), exact=True).times[time]
    low_, high_ = f"{time}_lo", f"{time}_hi"
    found = engine.rows(f"SELECT coalesce({told.given_sql(low_, high_)}, FALSE), coalesce({given(low_, high_)}, FALSE), {low_} IS NOT DISTINCT FROM {high_} FROM stays")
    assert [r[0] for r in found] == [r[1] for r in found]
    assert told.given == (kind != "none")
    if told.given:
        assert told.exact == all(r[2] for r in found)
        assert told.sides == (("lo",) if told.exact else ("lo", "hi"))
    engine.close()


def test_the_days_reach_over_all_times_that_tell_something(tmp_path: Path) -> None:
    rows = rows_of([plain_stay(), plain_stay()])
    for stay in rows.stays:
        for name in STAY_TIMES:
            stay[f"{name}_lo"] = stay[f"{name}_hi"] = None
        stay["at"] = stay["as_of"] = None
    early, late = 1_500_000_000, 1_790_000_000
    rows.stays[0] |= {"booked_lo": MIN_INSTANT, "booked_hi": NOON, "left_lo": early, "left_hi": NOON}
    rows.stays[1] |= {"left_lo": NOON, "left_hi": MAX_INSTANT, "detainer_received_lo": NOON, "detainer_received_hi": late}
    engine = engine_of(rows.write(tmp_path / "prepared"))
    found = survey(engine, tmp_path / "prepared", engine.columns("stays"), exact=False)
    assert found.days == (local_date("UTC", early).toordinal() - 2, local_date("UTC", late).toordinal() + 2)
    assert found.times["bail_refused"] == Told(given=False)
    engine.close()


def test_no_rows_have_no_days(tmp_path: Path) -> None:
    engine = engine_of(rows_of([]).write(tmp_path / "prepared"))
    assert survey(engine, tmp_path / "prepared", engine.columns("stays"), exact=True).days == NO_DAYS
    engine.close()
