"""Local days of a zone as a table, so that the engine can turn clock times into instants by itself.

A day has its first instant, that of the next day, and, where the clock changes in it, by how many seconds (``shift``: forward
positive) and at which second of the clock (``cut``). What ``moments`` reads one by one, these columns give for all rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from dueprocess.kernel.instants import Instant, day_start, zone
from dueprocess.tables.engine import Engine, module
from dueprocess.tables.moments import FIRST_YEAR, LAST_YEAR

DAY = 86_400

_SHAPE = "x[5] = '-' AND x[8] = '-'"
_YEARS = f"left(x, 4) BETWEEN '{FIRST_YEAR}' AND '{LAST_YEAR}'"
MACROS = (
    # 2014-05-03, 2014-05-03 14:05, 2014-05-03T14:05:06: day and clock without a zone.
    f"""CREATE MACRO dp_local(x) AS CASE WHEN {_SHAPE} AND (length(x) = 10 OR (length(x) IN (16, 19) AND x[11] IN ('T', ' ') AND x[14] = ':'))
        AND {_YEARS} THEN try_cast(x AS TIMESTAMP) END""",
    # 2014-05-03T14:05:06-07:00, 2014-05-03 14:05:06+00, 2014-05-03T14:05:06Z: an instant.
    f"""CREATE MACRO dp_instant(x) AS CASE WHEN {_SHAPE} AND x[14] = ':' AND x[17] = ':' AND {_YEARS}
        AND ((length(x) = 20 AND x[20] = 'Z') OR (length(x) IN (22, 25) AND x[20] IN ('+', '-') AND (length(x) = 22 OR x[23] = ':')))
        THEN epoch_us(try_cast(x AS TIMESTAMPTZ)) // 1000000 END""",
)


def change(zone_name: str, start: Instant, end: Instant) -> tuple[int, int]:
    """(seconds by which the clock goes forward between two instants, seconds from the first of them to the change)."""
    shift = DAY - (end - start)
    if not shift:
        return 0, 0
    tz = zone(zone_name)

    def offset(at: Instant) -> int:
        found = datetime.fromtimestamp(at, UTC).astimezone(tz).utcoffset()
        return int(found.total_seconds()) if found is not None else 0

    low, high, before = start, end, offset(start)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(middle) == before else (low, middle)
    return shift, high - start


def _days(zone_name: str, first: date, last: date) -> Iterator[tuple[str, date, Instant, Instant, int, int]]:
    ordinal, start = first.toordinal(), day_start(zone_name, first)
    while ordinal <= last.toordinal():
        end = day_start(zone_name, date.fromordinal(ordinal + 1))
        yield (zone_name, date.fromordinal(ordinal), start, end, *change(zone_name, start, end))
        ordinal, start = ordinal + 1, end


def zone_days(engine: Engine, zones: list[str], *, first: int, last: int) -> str:
    """The table ``zone, day, start, next, shift, cut`` of all days from one year to another."""
    arrow = module("pyarrow")
    table = engine.fresh("zonedays")
    engine.run(f"CREATE TABLE {table} (zone VARCHAR, day DATE, start BIGINT, next BIGINT, shift BIGINT, cut BIGINT)")
    for name in zones:
        rows = list(zip(*_days(name, date(first, 1, 1), date(last, 12, 31)), strict=True))
        part = arrow.table(dict(zip(("zone", "day", "start", "next", "shift", "cut"), (list(r) for r in rows), strict=True)))
        engine.connection.register("_part", part)
        engine.run(f"INSERT INTO {table} SELECT * FROM _part")
        engine.connection.unregister("_part")
    return table
