"""Dates and times as people write them on US papers."""

from __future__ import annotations

import re
from datetime import date, datetime

from dueprocess.papers.words import bare

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "|": "1", "!": "1", "S": "5", "B": "8", "Z": "2"})
_SLASHED = re.compile(r"(?<!\d)([0-9OolI|!SBZ]{1,2})\s*[/\-.,]\s*([0-9OolI|!SBZ]{1,2})\s*[/\-.,:]\s*([12][09Oo][0-9OolI|!SBZ]{2}|[0-9OolI|!SBZ]{2})(?!\d)")
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
_NAMED = re.compile(r"(?<![A-Za-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*(\d{1,2})\s*(?:st|nd|rd|th)?\s*[,.]?\s*((?:19|20)\d\d)", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*,?\s*((?:19|20)\d\d)", re.IGNORECASE)
_WORN = re.compile(r"(?<!\d)(\d{1,2})[^\w\n]{1,3}(\d{1,2})[^\w\n]{1,3}((?:19|20)\d\d|\d\d)(?!\d)")
_RUN_ON = re.compile(r"(?<!\d)(\d{2})[^\w\n]?(\d{2})[^\w\n]?((?:19|20)\d\d)(?!\d)")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})\s*:\s*(\d{2})(?::(\d{2}))?\s*([ap])?\.?\s?(?:m\b)?", re.IGNORECASE)


def read_date(text: str) -> date | None:
    """The one date in a text; None where there is none, several, or an impossible one. Numbers are month first."""
    found: set[date] = set()
    text = bare(text)
    try:
        for match in _ISO.finditer(text):
            found.add(date(int(match[1]), int(match[2]), int(match[3])))
        rest = _ISO.sub(" ", text)
        for match in _NAMED.finditer(rest):
            found.add(date(int(match[3]), _MONTHS.index(match[1].lower()) + 1, int(match[2])))
        for match in _DAY_FIRST.finditer(rest):
            found.add(date(int(match[3]), _MONTHS.index(match[2].lower()) + 1, int(match[1])))
        for match in _SLASHED.finditer(rest):
            if not any(c.isdigit() for c in match[0]):
                continue
            month, day, year = (int(g.translate(_DIGITS)) for g in match.groups())
            found.add(date(year + (0 if year > 99 else 2000 if year < 50 else 1900), month, day))
    except ValueError:  # month 13, day 32, a letter that is no digit
        return None
    return found.pop() if len(found) == 1 else None


def worn_date(text: str) -> date | None:
    """The one date whose strokes between the numbers were lost or misread (``11262011``, ``01:16/2020``): less sure
    than one that ``read_date`` reads."""
    for pattern in (_WORN, _RUN_ON):
        found = {match.groups() for match in pattern.finditer(text)}
        if len(found) == 1:
            month, day, year = (int(g) for g in found.pop())
            try:
                return date(year + (0 if year > 99 else 2000 if year < 50 else 1900), month, day)
            except ValueError:
                return None
    return None


def read_moment(text: str) -> datetime | date | None:
    """A date with its time of day where one is written (no zone); else the date alone."""
    day = read_date(text)
    clock = _CLOCK.search(_SLASHED.sub(" ", _ISO.sub(" ", text)))
    if day is None or clock is None:
        return day
    hour, minute = int(clock[1]), int(clock[2])
    half = (clock[4] or "").lower()
    if half and not 1 <= hour <= 12:
        return day
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    if hour > 23 or minute > 59:
        return day
    return datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001  the zone is the facility's, and not on paper
