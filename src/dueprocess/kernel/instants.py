"""Instants, recorded times as intervals, and local days.

An instant is a whole number of seconds since 1970-01-01T00:00:00Z (``int``): elapsed time is then plain
subtraction, and a daylight-saving change neither gives nor takes. Every instant that enters has a zone;
every local date is taken in an IANA zone that the caller names. Spans are half-open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dueprocess.kernel.errors import InputError, shown
from dueprocess.kernel.truth import Truth

Instant = int
MIN_INSTANT: Instant = -(2**40)
MAX_INSTANT: Instant = 2**40
_EARLIEST_YEAR, _LATEST_YEAR = 1700, 2200

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_DATETIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?\Z"
)


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The IANA zone; InputError if the name is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputError(f"[{name}] is no time zone", do="use an IANA name such as [America/Chicago]") from None


@lru_cache(maxsize=65536)
def midnight(zone_name: str, ordinal: int) -> Instant:
    """The first instant of a local day (``date.toordinal``). Zones that skip midnight start later that day."""
    day = date.fromordinal(ordinal)
    local = datetime(day.year, day.month, day.day, tzinfo=zone(zone_name))
    return int(local.timestamp())


def day_start(zone_name: str, day: date) -> Instant:
    """The first instant of a local day."""
    return midnight(zone_name, day.toordinal())


def local_date(zone_name: str, at: Instant) -> date:
    """The local date of an instant."""
    return datetime.fromtimestamp(at, zone(zone_name)).date()


def iso(at: Instant, zone_name: str) -> str:
    """``2012-03-29T16:00:00-07:00`` in the zone."""
    return datetime.fromtimestamp(at, zone(zone_name)).isoformat()


def parse_date(value: Any, *, where: str) -> date:
    """A calendar date from ``YYYY-MM-DD``."""
    match = _DATE.match(value) if isinstance(value, str) else None
    if not match:
        raise InputError(f"[{shown(value)}] is no date", where=where, do="write it as [2014-05-03]")
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise InputError(f"[{shown(value)}] is no day of the calendar", where=where, do="correct the date") from None
    if not _EARLIEST_YEAR <= day.year <= _LATEST_YEAR:
        raise InputError(f"the year of [{shown(value)}] cannot be meant", where=where, do="correct the date")
    return day


@dataclass(frozen=True, slots=True)
class Time:
    """A recorded time: the event happened in [earliest, latest]; both equal for an exact instant.

    A date is the whole local day: ``earliest`` its first instant, ``latest`` the first of the next day, which it does
    not reach (``open_end``).
    """

    earliest: Instant
    latest: Instant
    open_end: bool = False

    @property
    def exact(self) -> bool:
        return self.earliest == self.latest

    def by(self, at: Instant) -> Truth:
        """Had it happened by the instant ``at``?"""
        if self.latest <= at:
            return True
        if self.earliest > at:
            return False
        return None


def first_of(*times: Time) -> Time:
    """The first of several events."""
    latest = min(t.latest for t in times)
    return Time(min(t.earliest for t in times), latest, all(t.open_end for t in times if t.latest == latest))


def last_of(*times: Time) -> Time:
    """The last of several events."""
    latest = max(t.latest for t in times)
    return Time(max(t.earliest for t in times), latest, all(t.open_end for t in times if t.latest == latest))


NEVER = Time(MAX_INSTANT, MAX_INSTANT)
UNKNOWN_TIME = Time(MIN_INSTANT, MAX_INSTANT)


def exactly(at: Instant) -> Time:
    return Time(at, at)


def parse_instant(value: Any, *, where: str) -> Instant:
    """An instant with a zone, in whole seconds."""
    match = _DATETIME.match(value) if isinstance(value, str) else None
    if not match:
        raise InputError(
            f"[{shown(value)}] is no instant", where=where, do="write it as [2012-03-29T16:00:00-07:00], with its offset"
        )
    parse_date(match[1], where=where)
    if match[5] is None:
        raise InputError(f"[{shown(value)}] has no zone", where=where, do="add the offset, as in [2012-03-29T16:00:00-07:00]")
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}:{match[3]}:{match[4] or '00'}{match[5]}")
        return int(moment.astimezone(UTC).timestamp())
    except (ValueError, OverflowError):
        raise InputError(f"[{shown(value)}] is no time of the clock", where=where, do="correct it") from None


def parse_time(value: Any, *, zone_name: str, where: str) -> Time:
    """An instant with zone, a local date, or ``{earliest, latest}`` of such."""
    if isinstance(value, dict):
        if set(value) != {"earliest", "latest"}:
            raise InputError("an interval needs exactly [earliest] and [latest]", where=where, do="give both")
        low = parse_time(value["earliest"], zone_name=zone_name, where=f"{where}.earliest")
        high = parse_time(value["latest"], zone_name=zone_name, where=f"{where}.latest")
        if low.earliest > high.latest:
            raise InputError("[earliest] is after [latest]", where=where, do="swap or correct them")
        return Time(low.earliest, high.latest, high.open_end)
    if isinstance(value, str) and _DATE.match(value):
        day = parse_date(value, where=where)
        return Time(day_start(zone_name, day), day_start(zone_name, day + timedelta(days=1)), open_end=True)
    if isinstance(value, (str, int, float)):
        return exactly(parse_instant(value, where=where))
    raise InputError(f"[{shown(value)}] is no time", where=where, do="write an instant with its offset, or a date")


def hours(seconds: int) -> float:
    """Hours of a number of seconds, to four places: a third of a second."""
    return round(seconds / 3600, 4)
