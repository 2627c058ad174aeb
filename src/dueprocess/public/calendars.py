"""The calendar that a page carries: offsets of the zone and days that do not count, as data, for a stretch of days.

A browser's own zones may be years old on a jail's PC, and set to another place; so no page asks them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from dueprocess.clock import load_calendar
from dueprocess.kernel.instants import day_start, zone

MARGIN_DAYS = 40
"""So many days are carried beyond the last day that may be asked about: no encoded limit runs longer."""
GOOD_FOR_DAYS = 183
"""A page answers for so long after it was made, or until the encoded law changes, whichever comes first. Law changes that
nobody has encoded are the reason for so short a time."""


def good_until(as_of: date, next_change: date | None, days: int = GOOD_FOR_DAYS) -> date:
    """The first day for which a page made on ``as_of`` gives no answer any more."""
    last = as_of + timedelta(days=days)
    return min(last, next_change) if next_change else last


def zone_data(name: str, first: date, last: date) -> list[list[int]]:
    """``[from, offset]`` in seconds (epoch; east of UTC) for every stretch between two local days; the first from the start."""
    start, end = day_start(name, first), day_start(name, last + timedelta(days=MARGIN_DAYS))
    found = [[start, _offset(name, start)]]
    at = start
    while at < end:
        step = min(at + 86400, end)
        if _offset(name, step) != found[-1][1]:
            low, high = at, step  # the change lies in (low, high]
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if _offset(name, middle) == found[-1][1] else (low, middle)
            found.append([high, _offset(name, high)])
        at = step
    return found


def _offset(name: str, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone(name)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def days_off(first: date, last: date) -> dict[str, str]:
    """The federal holidays between two days, with their names: the table that the clock uses.

    Raises InputError beyond the verified range.
    """
    calendar = load_calendar()
    end = last + timedelta(days=MARGIN_DAYS)
    calendar.excluded(first.toordinal(), ("federal_holidays",))
    calendar.excluded(end.toordinal(), ("federal_holidays",))
    return {
        date.fromordinal(o).isoformat(): calendar.holidays[o]
        for o in range(first.toordinal(), end.toordinal())
        if o in calendar.holidays
    }


def calendar_data(zones: dict[str, str], first: date, last: date) -> dict[str, Any]:
    """What ``engine.js`` reads: zones by name, holidays by day, and the days between which it holds."""
    return {
        "from": first.isoformat(),
        "until": last.isoformat(),
        "zones": {key: zone_data(name, first, last) for key, name in zones.items()},
        "holidays": days_off(first, last),
    }
