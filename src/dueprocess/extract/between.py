"""Lengths of time that a sentence tells by their two ends: "from Friday at four to Sunday at ten", "from May 4 to May 9"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dueprocess.extract.numbers import value_of
from dueprocess.extract.quick import Quick

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NTHS = tuple(["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"])
_HOUR = r"(?:[012]\d[0-5]\d\b|(?:2[0-4]|[01]?\d)(?!\d)(?::\d\d)?(?![ \n]-?(?:h(?:ou)?rs?|days)\b)|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_HALF = r"(?:[ ]?(?:a\.?m\.?|p\.?m\.?)|[ \n](?:in[ \n]the[ \n](?:morning|afternoon|evening)|at[ \n]night|o'clock))"
_AT = r"(?:at[ \n](?:or[ \n])?(?:about[ \n])?)"


def moment(name: str, *, sure: bool = False) -> str:
    """A pattern of a day (of the week, of a month, "the ninth") with or without a time of day, before or behind it; ``sure``: a bare number is a time of day only behind "at".
    """
    time = rf"(?:(?:{_AT}|about[ \n])?(?P<{name}h>{_HOUR})(?P<{name}a>{_HALF})?|(?:at[ \n])?(?P<{name}p>noon|midnight|midday))"
    if sure:
        time = rf"(?:(?={_AT}|(?:about[ \n])?{_HOUR}{_HALF}|noon|midnight|midday){time})"
    date = rf"(?P<{name}m>{'|'.join(m + r'[a-z]*' for m in _MONTHS)})\.?[ \n](?P<{name}d>\d{{1,2}})\b(?:,[ \n]\d{{4}}\b)?"
    nth = rf"(?P<{name}n>\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(_NTHS)})\b"
    day = rf"(?:(?:a|the|that|next|last|the[ \n]following|the[ \n]next)[ \n])?(?:(?P<{name}w>{'|'.join(_DAYS)})\b(?:,[ \n]{date.replace(f'<{name}', f'<{name}w')})?|{date}|(?<=the[ \n]){nth})"
    before = time.replace(f"<{name}", f"<{name}b")
    return rf"(?:{before},?[ \n](?:on[ \n])?)?{day}(?:,?[ \n]{time})?"


_SPAN = Quick(rf"\b(?:from|between)[ \n]{moment('x')},?[ \n](?:to|until|till|and|through)[ \n]{moment('y')}(?!\w)", re.IGNORECASE)
_AFTERNOON = re.compile(r"p|afternoon|evening|night", re.IGNORECASE)
_MORNING = re.compile(r"a\.?m|morning", re.IGNORECASE)
_WEEK = 7
_HALF_DAY = 12
_MILITARY = 4  # digits: "0600"


def spans(text: str) -> Iterator[tuple[int, int, float]]:
    """Start, end and hours of each; where a time of day is missing at an end, whole days are counted."""
    for match in _SPAN.finditer(text):
        days = elapsed(match, "x", match, "y")
        if days is None:
            continue
        first, last = clock(match, "x"), clock(match, "y", last=True)
        hours = 24.0 * days + (last - first if first is not None and last is not None else 0)
        if hours > 0:
            yield match.start(), match.end(), round(hours, 2)


def elapsed(first: re.Match[str], one: str, last: re.Match[str], other: str) -> int | None:
    """The days from the moment ``one`` of a match to the moment ``other`` of another; None where they do not tell."""
    (a, day), (b, later) = _date(first, one), _date(last, other)
    if a is not None and b is not None and day is not None and later is not None:
        return (later - day + sum(_LONG[a:b] if a <= b else (*_LONG[a:], *_LONG[:b]))) % sum(_LONG)
    if first[f"{one}w"] and last[f"{other}w"]:
        return (_DAYS.index(last[f"{other}w"].lower()) - _DAYS.index(first[f"{one}w"].lower())) % _WEEK
    if day is not None and later is not None and later >= day:
        return later - day
    return None


def _date(match: re.Match[str], name: str) -> tuple[int | None, int | None]:
    """The month (from 0) and the day of the month of a moment, as far as it tells them."""
    for at in (name, f"{name}w"):
        if match[f"{at}m"]:
            return _MONTHS.index(match[f"{at}m"].lower()[:3]), int(match[f"{at}d"])
    nth = (match[f"{name}n"] or "").lower()
    return None, (_NTHS.index(nth) + 1 if nth in _NTHS else int(nth[:-2])) if nth else None


def clock(match: re.Match[str], end: str, *, last: bool = False) -> float | None:
    """The hour of a moment, 0 to 24; None where it is not told. Without morning or afternoon it is as written; ``last``: midnight ends the day."""
    for name in (end, f"{end}b"):
        word = match[f"{name}p"]
        if word:
            return (24.0 if last else 0.0) if word.lower() == "midnight" else 12.0
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
