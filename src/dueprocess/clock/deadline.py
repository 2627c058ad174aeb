"""The end of a limit: the first instant at which that many counted hours have passed.

Elapsed seconds count, so a daylight-saving change neither gives nor takes; only the day boundaries are local.
What starts on an excluded day starts counting at the next counted midnight.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dueprocess.clock.calendar import load_calendar
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import MAX_INSTANT, MIN_INSTANT, Instant, local_date, midnight

_MAX_DAYS = 3000


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of a count: ``counted`` seconds of [start, until), or none with the reason ``excluded``."""

    start: Instant
    until: Instant
    counted: int
    excluded: str | None


def steps(
    start: Instant, *, zone_name: str, hours: float | None, excluding: tuple[str, ...] = (), until_end_of_day: bool = False
) -> list[Step]:
    """The stretches from ``start`` to the end of the limit; the end is the last step's ``until``.

    ``hours`` are elapsed hours; with ``until_end_of_day`` the limit ends with the start's local day instead.
    Raises InputError where a day lies beyond the verified holiday table.
    """
    ordinal = local_date(zone_name, start).toordinal()
    if until_end_of_day:
        end = midnight(zone_name, ordinal + 1)
        return [Step(start, end, end - start, None)]
    remaining = round((hours or 0) * 3600)
    if not excluding:
        return [Step(start, start + remaining, remaining, None)]
    calendar = load_calendar()
    found: list[Step] = []
    position = start
    for day in range(ordinal, ordinal + _MAX_DAYS):
        day_end = midnight(zone_name, day + 1)
        reason = calendar.excluded(day, excluding)
        if reason is not None:
            found.append(Step(position, day_end, 0, reason))
            position = day_end
            continue
        counted = min(remaining, day_end - position)
        found.append(Step(position, position + counted, counted, None))
        remaining -= counted
        position += counted
        if remaining == 0:
            return found
    raise InputError("the limit does not end within the calendar", do="check its hours")


@lru_cache(maxsize=65536)
def deadline(
    start: Instant, *, zone_name: str, hours: float | None, excluding: tuple[str, ...] = (), until_end_of_day: bool = False
) -> Instant:
    """The end of the limit in seconds since the epoch (UTC). Unbounded starts give unbounded ends."""
    if start <= MIN_INSTANT:
        return MIN_INSTANT
    if start >= MAX_INSTANT:
        return MAX_INSTANT
    return steps(start, zone_name=zone_name, hours=hours, excluding=excluding, until_end_of_day=until_end_of_day)[-1].until
