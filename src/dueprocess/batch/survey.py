"""What the rows speak of, before any is asked: the days between which their times lie, and how each time is given.

Parquet keeps the least and the greatest value of each column, which tells most of it without reading a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dueprocess.batch.engines import Engine
from dueprocess.batch.sqltext import given
from dueprocess.case.custody import GROUND_TIMES, PAPER_TIMES, STAY_TIMES
from dueprocess.kernel.instants import MAX_INSTANT, MIN_INSTANT, local_date

NO_DAYS = (700000, 700001)
"""For rows without any time."""


@dataclass(frozen=True, slots=True)
class Told:
    """How the rows give a time: whether any row gives it (``given``), whether its earlier bound tells something wherever
    there is one (``below``) and the later one too (``above``), which bounds every row has (``full``), and whether both
    are the same throughout (``exact``)."""

    given: bool = True
    below: bool = False
    above: bool = False
    full: tuple[str, ...] = ()
    exact: bool = False

    def given_sql(self, low: str, high: str) -> str:
        """``sqltext.given``, as far as it is not known already."""
        if not self.given:
            return "FALSE"
        if not self.below:
            return given(low, high)
        if not self.above:
            return f"(CASE WHEN {high} < {MAX_INSTANT} THEN {low} IS NOT NULL WHEN {low} >= {MAX_INSTANT} THEN {high} IS NOT NULL ELSE FALSE END)"
        return "(" + (" AND ".join(f"{c} IS NOT NULL" for c, side in ((low, "lo"), (high, "hi")) if side not in self.full) or "TRUE") + ")"

    @property
    def sides(self) -> tuple[str, ...]:
        """The bounds that tell something."""
        return () if not self.given else ("lo",) if self.exact else ("lo", "hi")


@dataclass(frozen=True, slots=True)
class Survey:
    """``days`` are the first and the last local day of the rows, as ordinals; ``times`` how each recorded time of a stay
    is given; ``rows`` those of the side tables."""

    days: tuple[int, int]
    times: Mapping[str, Told]
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Column:
    low: int | None
    high: int | None
    nulls: int


def _footers(path: Path) -> tuple[int, dict[str, _Column]]:
    """The rows of a Parquet file, or a folder of them, and what it says of each of its columns of whole numbers."""
    import pyarrow.parquet as pq

    rows = 0
    found: dict[str, _Column | None] = {}
    for file in sorted(path.glob("*.parquet")) if path.is_dir() else [path]:
        with pq.ParquetFile(file) as opened:
            metadata = opened.metadata
        rows += metadata.num_rows
        numbers = {metadata.schema.column(i).name: i for i in range(metadata.num_columns) if metadata.schema.column(i).physical_type == "INT64"}
        for group in range(metadata.num_row_groups):
            described = metadata.row_group(group)
            for name, i in numbers.items():
                told = described.column(i).statistics
                before = found.get(name, _Column(None, None, 0))
                if before is None or told is None or not told.has_null_count or (not told.has_min_max and told.null_count < described.num_rows):
                    found[name] = None
                    continue
                low, high = (told.min, told.max) if told.has_min_max else (None, None)
                found[name] = _Column(_of(min, before.low, low), _of(max, before.high, high), before.nulls + told.null_count)
        for name in numbers:
            found.setdefault(name, _Column(None, None, 0))
    return rows, {n: c for n, c in found.items() if c is not None}


def _of(choose: Callable[[int, int], int], one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else choose(one, other)


def survey(engine: Engine, folder: Path, columns: Iterable[str], *, exact: bool) -> Survey:
    """One look at each table of a prepared folder. ``columns`` are those of ``stays``; whether times are exact is only
    looked at where ``exact`` says so."""
    low: list[int | None] = []
    high: list[int | None] = []
    times: dict[str, Told] = {}
    counts: dict[str, int] = {}
    for table, names in (("stays", STAY_TIMES), ("papers", PAPER_TIMES), ("grounds", GROUND_TIMES), ("events", ("at",))):
        rows, footers = _footers(folder / f"{table}.parquet")
        counts[table] = rows
        if not rows:
            times |= dict.fromkeys(names if table == "stays" else (), Told(given=False))
            continue
        asked: dict[str, str] = {}
        """What the footers leave open: name to SQL."""
        bounded: dict[str, tuple[bool, bool, tuple[str, ...]]] = {}
        inexact: set[str] = set()
        for n in names:
            one, other = footers.get(f"{n}_lo"), footers.get(f"{n}_hi")
            if other is not None and other.nulls == rows:
                times |= {n: Told(given=False)} if table == "stays" else {}
                continue
            # A time is read where both its bounds are given (sqltext.given), so that the earlier is bounded below and the later above.
            below = one is not None and (one.low is None or one.low > MIN_INSTANT)
            above = other is not None and (other.high is None or other.high < MAX_INSTANT)
            if below and one is not None:
                low.append(one.low)
            else:
                asked[f"low_{n}"] = f"min(CASE WHEN {n}_lo > {MIN_INSTANT} THEN {n}_lo END)"
            if above and other is not None:
                high.append(other.high)
            else:
                asked[f"high_{n}"] = f"max(CASE WHEN {n}_hi < {MAX_INSTANT} THEN {n}_hi END)"
            bounded[n] = below, above, tuple(side for side, column in (("lo", one), ("hi", other)) if column is not None and not column.nulls)
            if table == "stays" and exact and one is not None and other is not None and one != other:
                # Bounds whose least or greatest values differ are not the same throughout.
                inexact.add(n)
            elif table == "stays" and exact:
                asked[f"vague_{n}"] = f"max(CASE WHEN {n}_lo IS DISTINCT FROM {n}_hi THEN 1 ELSE 0 END)"
        if table == "stays":
            for c in columns:
                if c in ("at", "as_of", "determined_probable_cause_at") or (c.startswith("f_") and c.endswith("_from")):
                    of = footers.get(c)
                    if of is None:
                        asked |= {f"low_{c}": f'min("{c}")', f"high_{c}": f'max("{c}")'}
                    else:
                        low.append(of.low)
                        high.append(of.high)
        answers = dict(zip(asked, engine.rows(f"SELECT {', '.join(asked.values())} FROM {table}")[0], strict=True)) if asked else {}
        low += [v for k, v in answers.items() if k.startswith("low_")]
        high += [v for k, v in answers.items() if k.startswith("high_")]
        if table == "stays":
            for n in names:
                if n not in times:
                    below, above, full = bounded[n]
                    times[n] = Told(below=below, above=above, full=full, exact=exact and n not in inexact and answers[f"vague_{n}"] == 0)
    lows = [x for x in low if x is not None and x < MAX_INSTANT]
    highs = [x for x in high if x is not None and x > MIN_INSTANT]
    days = (local_date("UTC", min(lows)).toordinal() - 2, local_date("UTC", max(highs)).toordinal() + 2) if lows and highs else NO_DAYS
    return Survey(days, times, counts)
