"""Times as people write them, to intervals: a date is its whole local day, a repeated hour both, what is unreadable none."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dueprocess.kernel.instants import NEVER, Instant, day_start, local_date, zone

FIRST_YEAR, LAST_YEAR = 1930, 2100
"""Years outside are slips or fillers (1899, 5025, 9999)."""
PIVOT = 49
"""A year of two digits up to this one is of this century."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(.+))?\Z")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2}:?\d{2}(?::?\d{2})?))?\Z")
_US = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:,?[T ]+(.+))?\Z")
_DAY_MONTH = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3,9})\.?[- ,]+(\d{4}|\d{2})(?:,?[ :]+(.+))?\Z")
_MONTH_DAY = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}|\d{2})(?:,?[ ]+(.+))?\Z")
NUMERIC = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})($|\D.*)")
"""A date in numbers of which the day may come first."""
_SERIAL = re.compile(r"(\d{5})(\.\d+)?(?: (.+))?\Z")
_CLOCK = re.compile(r"(\d{1,2}):?(\d{2})(?::?(\d{2})(?:\.\d+)?)?\s*([AaPp])?\.?(?:[Mm]\.?)?(?:hrs?|hours)?\s*(Z|[+-]\d{2}(?::?\d{2})?(?::\d{2})?)?\Z")
_MONTHS = {name: number for number, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}
_EXCEL_DAY_0 = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Read:
    """A time read from text: ``low`` and ``high`` as in ``case.custody``, or None with the code of the problem.

    ``code`` may stand beside a value too (``repeated-hour``).
    """

    low: Instant | None
    high: Instant | None
    open: bool = False
    code: str | None = None


@dataclass(frozen=True, slots=True)
class _Local:
    day: date
    seconds: int | None = None
    """Seconds of the clock since its midnight; None where only the day is given."""
    offset: str | None = None


def read_time(text: str, zone_name: str | None, *, posted: Collection[str] | bool = False) -> Read:
    """The interval that a text stands for, in the zone of the jail.

    ``posted`` names the clock hours (``15:00``) that are posted rather than observed, or all of them: such a time is only
    as good as its date. ``never`` is known not to have happened.
    """
    text = " ".join(text.split())
    if text.lower() == "never":
        return Read(NEVER.earliest, NEVER.latest)
    halves = text.split("/")
    if len(halves) == 2 and len(halves[0]) >= 10 and len(halves[1]) >= 10:
        low, high = (_single(half.strip(), zone_name, posted) for half in halves)
        if low.low is None or high.high is None:
            return Read(None, None, code=low.code if low.low is None else high.code)
        if low.low > high.high:
            return Read(None, None, code="interval-reversed")
        return Read(low.low, high.high, high.open, low.code or high.code)
    return _single(text, zone_name, posted)


def _single(text: str, zone_name: str | None, posted: Collection[str] | bool) -> Read:
    try:
        local = local_of(text)
    except ValueError:
        return Read(None, None, code="unreadable-time")
    if local is None:
        return Read(None, None, code="unreadable-time")
    if not FIRST_YEAR <= local.day.year <= LAST_YEAR:
        return Read(None, None, code="year-out-of-range")
    if local.seconds is None:
        return _day(local.day, zone_name)
    if local.offset is not None:
        if not zone_name and posted:
            return Read(None, None, code="no-zone")
        at = int(datetime.fromisoformat(f"{local.day.isoformat()}T{_clock(local.seconds)}{local.offset}").timestamp())
        found = Read(at, at)
    else:
        if zone_name is None:
            return Read(None, None, code="no-zone")
        found = _placed(local.day, local.seconds, zone_name)
    if found.low is not None and zone_name and _is_posted(found.low, zone_name, posted):
        return _day(local_date(zone_name, found.low), zone_name)
    return found


def _is_posted(at: Instant, zone_name: str, posted: Collection[str] | bool) -> bool:
    if isinstance(posted, bool):
        return posted
    return bool(posted) and datetime.fromtimestamp(at, zone(zone_name)).strftime("%H:%M") in posted


def _day(day: date, zone_name: str | None) -> Read:
    if zone_name is None:
        return Read(None, None, code="no-zone")
    return Read(day_start(zone_name, day), day_start(zone_name, day + timedelta(days=1)), True)


def _placed(day: date, seconds: int, zone_name: str) -> Read:
    """A local clock time as an instant; both of the repeated hour, neither of the skipped one."""
    naive = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)  # noqa: DTZ001 - given its zone in the next line
    first, second = (int(naive.replace(tzinfo=zone(zone_name), fold=fold).timestamp()) for fold in (0, 1))
    if first > second:
        return Read(None, None, code="skipped-hour")
    return Read(first, second, code="repeated-hour" if first < second else None)


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def local_of(text: str) -> _Local | None:
    """The day and clock that a text names; None where it is no known way to write a time, ValueError for no day of the calendar."""
    if match := _ISO.match(text):
        return _with_clock(date(int(match[1]), int(match[2]), int(match[3])), match[4])
    if match := _US.match(text):
        # The two digits of a year come first: 07/18/09 is of 2009, not of the year 9.
        return _with_clock(date(_year(match[4]), int(match[1]), int(match[3])), match[5])
    if match := _SERIAL.match(text):
        found = _serial(int(match[1]), match[2])
        return _with_clock(found.day, match[3]) if found and match[3] else found
    if match := _COMPACT.match(text):
        return _with_clock(date(int(match[1]), int(match[2]), int(match[3])), match[4])
    if (match := _DAY_MONTH.match(text)) and match[2][:3].lower() in _MONTHS:
        return _with_clock(date(_year(match[3]), _MONTHS[match[2][:3].lower()], int(match[1])), match[4])
    if (match := _MONTH_DAY.match(text)) and match[1][:3].lower() in _MONTHS:
        return _with_clock(date(_year(match[3]), _MONTHS[match[1][:3].lower()], int(match[2])), match[4])
    return None


def month_first(value: str) -> str:
    """A date whose day comes first, as it is written in the United States; anything else as it is."""
    match = NUMERIC.match(value.strip())
    return f"{match[2]}/{match[1]}/{match[3]}{match[4]}" if match else value


def _serial(days: int, fraction: str | None) -> _Local | None:
    """A date as a spreadsheet counts it, from 1900."""
    if not 20_000 <= days < 80_000:
        return None
    seconds = round(float(fraction) * 86_400) if fraction else 0
    day = _EXCEL_DAY_0 + timedelta(days=days + seconds // 86_400)
    return _Local(day, seconds % 86_400 if seconds else None)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) <= PIVOT else 1900)


def _with_clock(day: date, clock: str | None) -> _Local | None:
    if clock is None:
        return _Local(day)
    match = _CLOCK.match(clock.strip())
    if not match:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    if (hour, minute, second) == (24, 0, 0) and not match[4]:
        # 24:00 is the end of that day, which the next begins with.
        day, hour = day + timedelta(days=1), 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    offset = match[5]
    if offset and offset != "Z" and len(offset) == 3:
        offset += ":00"
    return _Local(day, hour * 3600 + minute * 60 + second, offset)
