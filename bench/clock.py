"""The end of 48 hours without Saturdays, Sundays and federal holidays: calendar tables against the usual recipes.

The recipes are ours, written as they are commonly written. A recipe that counts to the end of the second working day
would be right for a start on an excluded day; none of these does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from time import perf_counter
from typing import Any

from bench.measure import interleaved, ratios, spread, table, verdict
from dueprocess.batch.calendars import DAY_COLUMNS, WINDOW, Calendars, calendars
from dueprocess.clock import deadline, load_calendar

ROWS = 1_000_000
FEW = 3_000
"""Rows that pandas' CustomBusinessHour answers."""
ROUNDS = 7
HOURS = 48
EXCLUDING = ("federal_holidays", "weekends")
ZONES = (
    "America/Anchorage", "America/Chicago", "America/Denver", "America/Detroit", "America/Los_Angeles", "America/New_York",
    "America/Phoenix", "Pacific/Honolulu",
)  # fmt: skip
TARGET = 1.2
FIRST, LAST = date(2012, 1, 1), date(2026, 6, 30)
_DAY = 86400


class Starts:
    """Made-up instants at which a limit begins, an eighth of them within a second of a local midnight."""

    def __init__(self, rows: int) -> None:
        import numpy as np

        random = np.random.default_rng(7)
        self.cal = calendars(ZONES, (EXCLUDING,), first=FIRST.toordinal(), last=LAST.toordinal())
        self.days = self.cal.days(lambda _: 0, lambda _: 0)
        start = DAY_COLUMNS.index("day_start")
        self.midnights = np.array([[r[start] for r in rows_] for rows_ in self.days])
        inside = slice(5, len(self.days[0]) - 45)
        self.zone = random.integers(0, len(self.cal.zones), rows)
        # Detroit's days are New York's: one number in the tables.
        self.number = np.array([self.cal.zone_number(z) for z in self.cal.zones])[self.zone]
        low, high = self.midnights[:, inside].min(), self.midnights[:, inside].max()
        self.at = random.integers(low, high, rows)
        near = random.random(rows) < 0.125
        chosen = self.midnights[self.number, random.integers(5, self.midnights.shape[1] - 45, rows)] + random.integers(-1, 2, rows)
        self.at = np.where(near, chosen, self.at)

    def oracle(self) -> Any:
        """What the clock of one case answers."""
        import numpy as np

        count = deadline.__wrapped__  # without its cache, which would only grow
        zones = self.cal.zones
        return np.array([count(t, zone_name=zones[z], hours=HOURS, excluding=EXCLUDING) for z, t in zip(self.zone.tolist(), self.at.tolist(), strict=True)])


class Tables:
    """Ours: one equi-join on windows in DuckDB."""

    def __init__(self, starts: Starts) -> None:
        import duckdb
        import numpy as np
        import pyarrow as pa

        self.connection = duckdb.connect()
        counts = np.concatenate(starts.days)[:, len(DAY_COLUMNS) + 1]
        number, split, before, after = starts.cal.splits(starts.days)
        values = (number, split, counts[before], counts[after], *starts.cal.ends(starts.days, 0, HOURS * 3600))
        columns = ("number", "split", "counts_a", "counts_b", "first", "second", "shift_a", "shift_b", "shift_c")
        self.connection.register("incoming", pa.table({c: pa.array(v) for c, v in zip(columns, values, strict=True)}))
        self.connection.execute("CREATE TABLE windows AS SELECT * FROM incoming")
        self.connection.register("incoming", pa.table({"zone": starts.number, "at": starts.at}))
        self.connection.execute("CREATE TABLE starts AS SELECT row_number() OVER () AS row, * FROM incoming")
        self.sql = _query(starts.cal)

    def __call__(self) -> float:
        start = perf_counter()
        self.connection.execute(f"CREATE OR REPLACE TABLE ends AS {self.sql}")
        return perf_counter() - start

    def ends(self) -> Any:
        return self.connection.execute("SELECT ends FROM ends ORDER BY row").fetchnumpy()["ends"]


def _query(cal: Calendars) -> str:
    """The end of the limit as the batch query writes it: from the instant to the window that holds it, and what it says."""
    shift = "CASE WHEN s.at < w.first THEN w.shift_a WHEN s.at < w.second THEN w.shift_b ELSE w.shift_c END"
    counts = "CASE WHEN s.at < w.split THEN w.counts_a ELSE w.counts_b END"
    return (
        f"SELECT s.row, CASE WHEN {counts} = 1 THEN s.at ELSE 0 END + {shift} AS ends"
        f" FROM starts AS s JOIN windows AS w ON w.number = s.zone * {cal.zone_windows} + (s.at - {cal.origin}) // {WINDOW}"
    )


class Searchsorted:
    """The same prefix sums, looked up by numpy."""

    def __init__(self, starts: Starts) -> None:
        import numpy as np

        before, counts, start = (len(DAY_COLUMNS), len(DAY_COLUMNS) + 1, DAY_COLUMNS.index("day_start"))
        span = 1 << 33
        rows = [(z, r) for z, days in enumerate(starts.days) for r in days]
        self.keys = np.array([z * span + r[start] for z, r in rows])
        self.before, self.counts = np.array([r[before] for _, r in rows]), np.array([r[counts] for _, r in rows])
        self.start = np.array([r[start] for _, r in rows])
        counting = [(z, r) for z, r in rows if r[counts] == 1]
        self.count_keys = np.array([z * span + r[before] for z, r in counting])
        self.shift = np.array([r[start] - r[before] for _, r in counting])
        self.base, self.at = starts.number * span, starts.at
        self.found: Any = None

    def __call__(self) -> float:
        import numpy as np

        begin = perf_counter()
        day = np.searchsorted(self.keys, self.base + self.at, side="right") - 1
        count = self.before[day] + self.counts[day] * (self.at - self.start[day]) + HOURS * 3600
        counting = np.searchsorted(self.count_keys, self.base + count - 1, side="right") - 1
        self.found = count + self.shift[counting]
        return perf_counter() - begin

    def ends(self) -> Any:
        return self.found


def _holidays() -> list[date]:
    return [date.fromordinal(o) for o in sorted(load_calendar().holidays)]


class BusdayOffset:
    """Two working days on the wall clock; what begins on an excluded day begins at the next working midnight."""

    def __init__(self, starts: Starts) -> None:
        import numpy as np

        self.starts = starts
        self.calendar = np.busdaycalendar(holidays=np.array(_holidays(), dtype="datetime64[D]"))
        self.found: Any = None

    def __call__(self) -> float:
        import numpy as np
        import pandas as pd

        begin = perf_counter()
        found = np.empty(len(self.starts.at), dtype=np.int64)
        for number, zone in enumerate(self.starts.cal.zones):
            mine = self.starts.zone == number
            wall = pd.to_datetime(self.starts.at[mine], unit="s", utc=True).tz_convert(zone).tz_localize(None).to_numpy().astype("datetime64[s]")
            day = wall.astype("datetime64[D]")
            clock = np.where(np.is_busday(day, busdaycal=self.calendar), wall - day, np.timedelta64(0, "s"))
            ends = np.busday_offset(day, HOURS // 24, roll="forward", busdaycal=self.calendar).astype("datetime64[s]") + clock
            found[mine] = _utc(ends, zone)
        self.found = found
        return perf_counter() - begin

    def ends(self) -> Any:
        return self.found


def _utc(wall: Any, zone: str) -> Any:
    import pandas as pd

    local = pd.DatetimeIndex(wall).tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    return local.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[s]").astype("int64")


class BusinessDays:
    """The same recipe in Polars."""

    def __init__(self, starts: Starts) -> None:
        import polars as pl

        self.starts = starts
        self.frame = pl.DataFrame({"row": range(len(starts.at)), "zone": starts.zone, "at": starts.at})
        self.holidays = _holidays()
        self.found: Any = None

    def __call__(self) -> float:
        import polars as pl

        begin = perf_counter()
        parts = []
        for number, zone in enumerate(self.starts.cal.zones):
            wall = pl.from_epoch("at", time_unit="s").dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
            day = pl.col("wall").dt.date()
            clock = pl.when(day.dt.is_business_day(holidays=self.holidays)).then(pl.col("wall") - pl.col("wall").dt.truncate("1d")).otherwise(pl.duration())
            ends = day.dt.add_business_days(HOURS // 24, roll="forward", holidays=self.holidays).cast(pl.Datetime("us")) + clock
            local = ends.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.epoch("s")
            parts.append(self.frame.lazy().filter(pl.col("zone") == number).with_columns(wall.alias("wall")).select("row", local.alias("ends")))
        self.found = pl.concat(pl.collect_all(parts)).sort("row")["ends"].fill_null(0).to_numpy()
        return perf_counter() - begin

    def ends(self) -> Any:
        return self.found


class CustomHours:
    """pandas' CustomBusinessHour over whole days; it takes clock times up to 23:59."""

    def __init__(self, starts: Starts, rows: int) -> None:
        import pandas as pd

        self.starts, self.rows = starts, rows
        self.offset = pd.offsets.CustomBusinessHour(HOURS, start="00:00", end="23:59", holidays=_holidays())
        self.found: Any = None

    def __call__(self) -> float:
        import pandas as pd

        begin = perf_counter()
        found = []
        for zone, at in zip(self.starts.zone[: self.rows].tolist(), self.starts.at[: self.rows].tolist(), strict=True):
            wall = pd.Timestamp(at, unit="s", tz="UTC").tz_convert(self.starts.cal.zones[zone]).tz_localize(None)
            ends = (wall + self.offset).tz_localize(self.starts.cal.zones[zone], ambiguous=True, nonexistent="shift_forward")
            found.append(int(ends.timestamp()))
        self.found = found
        return (perf_counter() - begin) * len(self.starts.at) / self.rows

    def ends(self) -> Any:
        return self.found


def contenders(starts: Starts, *, few: int = FEW) -> dict[str, Any]:
    """Every way, by the name to print, each a callable that gives the seconds for all rows, with ``ends()`` afterwards."""
    return {
        "calendar tables, one equi-join (DuckDB)": Tables(starts),
        "numpy searchsorted on the same prefix sums": Searchsorted(starts),
        "numpy busday_offset(2) on the wall clock": BusdayOffset(starts),
        "Polars add_business_days(2) on the wall clock": BusinessDays(starts),
        f"pandas CustomBusinessHour(48), {few:,} rows": CustomHours(starts, few),
    }


def wrong(found: Sequence[int] | Any, right: Any) -> tuple[int, int]:
    """How many differ, and how many of these end too late, of as many as were answered."""
    import numpy as np

    found = np.asarray(found)
    return int((found != right[: len(found)]).sum()), int((found > right[: len(found)]).sum())


def run(rows: int | None = None) -> bool:
    """Print the table; whether no row of ours was wrong and numpy was beaten as far as is wanted."""
    starts = Starts(rows or ROWS)
    right = starts.oracle()
    named = contenders(starts)
    slow = [n for n in named if n.startswith("pandas")]
    times = interleaved({n: _as_work(c) for n, c in named.items() if n not in slow}, rounds=ROUNDS)
    times |= {n: [named[n]()] * ROUNDS for n in slow}
    ours = next(iter(named))
    lines = []
    met = True
    for name, contender in named.items():
        differ, late = wrong(contender.ends(), right)
        ratio = ratios(times[name], times[ours])
        target = ""
        if name == ours:
            met = met and differ == 0
            target = f"none wrong: {verdict(differ == 0)}"
        elif "searchsorted" in name:
            met = met and ratio.median >= TARGET
            target = f"at least {TARGET:g}: {verdict(ratio.median >= TARGET)}"
        speed = len(starts.at) / spread(times[name]).median / 1e6
        lines.append([name, f"{speed:.3g}", "1" if name == ours else ratio.text(), f"{differ:,} of {len(contender.ends()):,}", f"{late:,}", target])
    print(f"{len(starts.at):,} starts in {len(ZONES)} zones, {ROUNDS} interleaved rounds (the last way: one, scaled); median (lowest to highest).")
    print("DuckDB and Polars use every core; numpy one. Wrong: other than the clock of one case says, to the second.\n")
    print(table(["way", "million rows/s", "time / ours", "wrong", "of these too late", "target"], lines))
    return met


def _as_work(contender: Callable[[], float]) -> Callable[[], float]:
    return partial(contender.__call__)
