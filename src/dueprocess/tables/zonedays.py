"""Local days of a zone as a table, so that the engine can turn clock times into instants by itself.

A day has its first instant, that of the next day, and, where the clock changes in it, by how many seconds (``shift``: forward
positive) and at which second of the clock (``cut``). What ``moments`` reads one by one, these columns give for all rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from dueprocess.kernel.instants import Instant, day_start, zone
from dueprocess.tables.engine import Engine
from dueprocess.tables.moments import FIRST_YEAR, LAST_YEAR

DAY = 86_400

_SHAPE = "x LIKE '____-__-__%'"
_YEARS = f"x >= '{FIRST_YEAR}' AND x < '{LAST_YEAR + 1}'"
MACROS = (
    # 2014-05-03, 2014-05-03 14:05, 2014-05-03T14:05:06: day and clock without a zone.
    f"""CREATE MACRO dp_local(x) AS CASE WHEN {_YEARS} AND ((strlen(x) = 10 AND {_SHAPE}) OR (strlen(x) IN (16, 19) AND (x LIKE '____-__-__ __:__%' OR x LIKE '____-__-__T__:__%')))
        THEN try_cast(x AS TIMESTAMP) END""",
    # 2014-05-03T14:05:06-07:00, 2014-05-03 14:05:06+00, 2014-05-03T14:05:06Z: an instant.
    f"""CREATE MACRO dp_instant(x) AS CASE WHEN strlen(x) IN (20, 22, 25) AND {_SHAPE} AND x[14] = ':' AND x[17] = ':' AND {_YEARS}
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


TABLE = "zonedays"


def zone_days(engine: Engine, zones: list[str], *, first: int, last: int) -> str:
    """The table ``zone, day, start, next, shift, cut`` of all days from one year to another, and perhaps more.

    There is one for the whole run: what it has already is not made again.
    """
    engine.run(f"CREATE TABLE IF NOT EXISTS {TABLE} (zone VARCHAR, day DATE, start BIGINT, next BIGINT, shift BIGINT, cut BIGINT)")
    rows: list[tuple[str, date, Instant, Instant, int, int]] = []
    for name in zones:
        known = engine.days.get(name)
        low, high = (min(first, known[0]), max(last, known[1])) if known else (first, last)
        missing = [(low, known[0] - 1), (known[1] + 1, high)] if known else [(low, high)]
        for a, b in missing:
            rows += _days(name, date(a, 1, 1), date(b, 12, 31)) if a <= b else ()
        engine.days[name] = (low, high)
    engine.insert(TABLE, rows)
    return TABLE
