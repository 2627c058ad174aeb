"""What the clocks of a zone showed, as a table, so that the engine can turn clock times into instants by itself.

The clock times of a zone are cut into stretches of 32 days. In nearly all of them the clock is as far from UTC as before and
after; where it changes once, the row says how. Where it changes more often there is no row, and ``moments`` reads the text.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime
from functools import partial

from dueprocess.kernel.instants import Instant, zone
from dueprocess.tables.engine import Engine
from dueprocess.tables.moments import FIRST_YEAR, LAST_YEAR

DAY = 86_400
STRETCH = 32 * DAY
FIRST = int(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp())
_LOOK = 7 * DAY
"""So far apart are the instants at which a zone is asked for its offset: none changes its clock and takes it back sooner."""

_SHAPE = "x LIKE '____-__-__%'"
_YEARS = f"x >= '{FIRST_YEAR}' AND x < '{LAST_YEAR + 1}'"
MACROS = (
    # 2014-05-03, 2014-05-03 14:05, 2014-05-03T14:05:06: day and clock without a zone, as seconds of the clock since 1970.
    f"""CREATE MACRO dp_local(x) AS CASE WHEN {_YEARS} AND ((strlen(x) = 10 AND {_SHAPE}) OR (strlen(x) IN (16, 19) AND (x LIKE '____-__-__ __:__%' OR x LIKE '____-__-__T__:__%')))
        THEN epoch_us(try_cast(x AS TIMESTAMP)) // 1000000 END""",
    # 2014-05-03T14:05:06-07:00, 2014-05-03 14:05:06+00, 2014-05-03T14:05:06Z: an instant.
    f"""CREATE MACRO dp_instant(x) AS CASE WHEN strlen(x) IN (20, 22, 25) AND {_SHAPE} AND x[14] = ':' AND x[17] = ':' AND {_YEARS}
        AND ((length(x) = 20 AND x[20] = 'Z') OR (length(x) IN (22, 25) AND x[20] IN ('+', '-') AND (length(x) = 22 OR x[23] = ':')))
        THEN epoch_us(try_cast(x AS TIMESTAMPTZ)) // 1000000 END""",
)


def stretch(local: str) -> str:
    """The SQL of the stretch that a clock time (seconds since 1970) lies in."""
    return f"(({local} - {FIRST}) // {STRETCH})"


def _offset(zone_name: str, at: Instant) -> int:
    """Seconds that the clock of a zone was from UTC at an instant."""
    found = datetime.fromtimestamp(at, zone(zone_name)).utcoffset()
    return int(found.total_seconds()) if found is not None else 0


def changes(zone_name: str) -> list[tuple[Instant, int, int]]:
    """Each (instant, seconds from UTC before, and after) at which the clock of a zone changed, in order."""
    offset = partial(_offset, zone_name)
    found, low, before = [], FIRST - 2 * DAY, offset(FIRST - 2 * DAY)
    for high in range(low + _LOOK, LAST + 2 * _LOOK, _LOOK):
        after = offset(high)
        if after != before:
            a, b = low, high
            while b - a > 1:
                middle = (a + b) // 2
                a, b = (middle, b) if offset(middle) == before else (a, middle)
            found.append((b, before, after))
        low, before = high, after
    return found


def _rows(zone_name: str) -> list[tuple[str, int, int, int, int, int]]:
    """(zone, stretch, seconds from UTC, by how many they grow, and from where to where it is doubtful which holds)."""
    # What a clock shows between these two it skipped (forward) or showed twice (back).
    spans = [(at + min(before, after), at + max(before, after), before, after) for at, before, after in changes(zone_name)]
    ends = [span[1] for span in spans]
    first = spans[0][2] if spans else _offset(zone_name, 0)
    found = []
    for number in range((LAST - FIRST) // STRETCH + 1):
        start = FIRST + number * STRETCH
        past = bisect_right(ends, start)
        # The day that begins in a stretch may end in the next.
        inside = [span for span in spans[past : past + 3] if span[0] < start + STRETCH + DAY]
        offset = spans[past - 1][3] if past else first
        if not inside:
            found.append((zone_name, number, offset, 0, 0, 0))
        elif len(inside) == 1:
            low, high, before, after = inside[0]
            found.append((zone_name, number, before, after - before, low, high))
    return found


TABLE = "zoneclock"


def zone_clock(engine: Engine, zones: list[str]) -> str:
    """The table ``zone, stretch, ahead, shift, low, high`` with the stretches of these zones, and perhaps of more.

    A clock time before ``high`` is ``ahead`` of UTC, one from ``high`` on ``ahead + shift``; between ``low`` and ``high``
    it was skipped (``shift`` above 0) or shown twice (below). There is one table for the whole run.
    """
    engine.run(f"CREATE TABLE IF NOT EXISTS {TABLE} (zone VARCHAR, stretch BIGINT, ahead BIGINT, shift BIGINT, low BIGINT, high BIGINT)")
    fresh = [name for name in zones if name not in engine.zones]
    engine.zones.update(fresh)
    engine.insert(TABLE, [row for name in fresh for row in _rows(name)])
    return TABLE
