"""Lengths of time that a sentence tells by their two ends: "from Friday at four to Sunday at ten", "from May 4 to May 9"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dueprocess.extract.numbers import value_of

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_HOUR = r"(?:[012]\d[0-5]\d\b|(?:2[0-4]|[01]?\d)(?!\d)(?::\d\d)?(?![ \n]-?(?:h(?:ou)?rs?|days)\b)|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_HALF = r"(?:[ ]?(?:a\.?m\.?|p\.?m\.?)|[ \n](?:in[ \n]the[ \n](?:morning|afternoon|evening)|at[ \n]night|o'clock))"


def _moment(name: str) -> str:
    """A day (of the week, of a month, "the ninth") with or without a time of day, before or behind it."""
    time = rf"(?:(?:at[ \n])?(?:about[ \n])?(?P<{name}h>{_HOUR})(?P<{name}a>{_HALF})?|(?P<{name}p>noon|midnight|midday))"
    day = rf"(?:(?:a|the|that|next|last|the[ \n]following|the[ \n]next)[ \n])?(?:(?P<{name}w>{'|'.join(_DAYS)})|(?P<{name}m>{'|'.join(m + r'[a-z]*' for m in _MONTHS)})\.?[ \n](?P<{name}d>\d{{1,2}})\b)"
    before = time.replace(f"<{name}", f"<{name}b")
    return rf"(?:{before},?[ \n](?:on[ \n])?)?{day}(?:,?[ \n]{time})?"


_SPAN = re.compile(rf"\b(?:from|between)[ \n]{_moment('x')},?[ \n](?:to|until|till|and|through)[ \n]{_moment('y')}(?!\w)", re.IGNORECASE)
_AFTERNOON = re.compile(r"p|afternoon|evening|night", re.IGNORECASE)
_MORNING = re.compile(r"a\.?m|morning", re.IGNORECASE)
_WEEK = 7
_HALF_DAY = 12
_MILITARY = 4  # digits: "0600"


def spans(text: str) -> Iterator[tuple[int, int, float]]:
    """Start, end and hours of each; where a time of day is missing at an end, whole days are counted."""
    for match in _SPAN.finditer(text):
        days = _days(match)
        if days is None:
            continue
        first, last = _clock(match, "x"), _clock(match, "y")
        hours = 24.0 * days + (last - first if first is not None and last is not None else 0)
        if hours > 0:
            yield match.start(), match.end(), round(hours, 2)


def _days(match: re.Match[str]) -> int | None:
    if match["xw"] and match["yw"]:
        return (_DAYS.index(match["yw"].lower()) - _DAYS.index(match["xw"].lower())) % _WEEK
    if match["xm"] and match["ym"]:
        a, b = (_MONTHS.index(match[f"{e}m"].lower()[:3]) for e in "xy")
        return (int(match["yd"]) - int(match["xd"]) + sum(_LONG[a:b] if a <= b else (*_LONG[a:], *_LONG[:b]))) % sum(_LONG)
    return None


def _clock(match: re.Match[str], end: str) -> float | None:
    """The hour of an end, 0 to 24; None where it is not told. Without morning or afternoon it is as written."""
    for name in (end, f"{end}b"):
        word = match[f"{name}p"]
        if word:
            return 24.0 if word.lower() == "midnight" and end == "y" else 0.0 if word.lower() == "midnight" else 12.0
        said = match[f"{name}h"]
        if not said:
            continue
        hour, _, minute = (said[:2], "", said[2:]) if said.isdigit() and len(said) == _MILITARY else said.partition(":")
        value = float(value_of(hour) or 0) + (int(minute) / 60 if minute else 0)
        half = match[f"{name}a"] or ""
        if _MORNING.search(half):
            return value % _HALF_DAY
        return value % _HALF_DAY + _HALF_DAY if _AFTERNOON.search(half) else value
    return None
