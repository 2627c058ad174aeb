"""Days as texts write them, relative ones against the day of the article, as ISO days, months or years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dueprocess.extract.quick import Quick

_MONTHS = {m: i for i, m in enumerate(("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"), 1)}
_SHORT = {**{m[:3]: i for m, i in _MONTHS.items()}, "sept": 9}
_DAYS = {d: i for i, d in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))}
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\.?"
_ANY = Quick(
    rf"\b(?P<month>{_MONTH})\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<year>\d{{4}}))?"
    rf"|\b(?P<day2>\d{{1,2}})\s(?P<month2>{_MONTH})\s(?P<year2>\d{{4}})"
    rf"|\b(?P<month3>{_MONTH})(?:\sof)?,?\s(?P<year3>(?:19|20)\d{{2}})\b"
    rf"|\b(?P<slash>\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d{{2}}))\b|\b(?P<iso>(?:19|20)\d{{2}}-\d{{2}}-\d{{2}})\b"
    rf"|\b(?P<rel>(?:last|this|next|on)?\s?(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)(?!,?\s{_MONTH}\s\d)|[Tt]oday|[Yy]esterday|[Tt]omorrow|last (?:month|year|week)|this (?:month|year))\b"
    rf"|\b(?:in|since|last|until|by|during|of|from)\s(?P<month4>{_MONTH})\b|\b(?:in|since|of|calendar(?: year)?|spring|summer|fall|winter|year|by)\s(?P<year5>(?:19|20)\d{{2}})\b"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, month or year (``iso``), and where the text has it."""

    iso: str
    start: int
    end: int


def day_of(published: str | None) -> date | None:
    """The day of the article, where it is known to the day."""
    return date.fromisoformat(published) if published and len(published) == 10 else None


def days(text: str, published: str | None, *, offset: int = 0) -> list[Day]:
    """The days that a text names; without the article's day, only those that stand by themselves."""
    base = day_of(published)
    found: list[Day] = []
    for match in _ANY.finditer(text):
        iso = _iso(match, base, published)
        if iso is not None:
            found.append(Day(iso, offset + match.start(), offset + match.end()))
    return found


def _month(text: str) -> int:
    flat = text.lower().rstrip(".")
    return _MONTHS.get(flat) or _SHORT[flat[:4] if flat.startswith("sept") else flat[:3]]


def _iso(match: re.Match[str], base: date | None, published: str | None) -> str | None:
    try:
        if match["iso"]:
            return date.fromisoformat(match["iso"]).isoformat()
        if match["slash"]:
            month, day, year = (int(p) for p in match["slash"].split("/"))
            return date(year + (2000 if year < 60 else 1900 if year < 100 else 0), month, day).isoformat()
        if match["day2"]:
            return date(int(match["year2"]), _month(match["month2"]), int(match["day2"])).isoformat()
        if match["month"]:
            if match["year"]:
                return date(int(match["year"]), _month(match["month"]), int(match["day"])).isoformat()
            return _nearest(_month(match["month"]), int(match["day"]), published)
        if match["month3"]:
            return f"{int(match['year3']):04d}-{_month(match['month3']):02d}"
        if match["month4"]:
            if published is None:
                return None
            month = _month(match["month4"])
            year = int(published[:4])
            known = int(published[5:7]) if len(published) >= 7 else 12
            return f"{year - (1 if month > known else 0):04d}-{month:02d}"
        if match["year5"]:
            return match["year5"]
        return _relative(match["rel"].lower(), base, published)
    except (ValueError, KeyError, OverflowError):
        return None


def _nearest(month: int, day: int, published: str | None) -> str | None:
    """A day without its year: the one nearest to the article, since news looks a few months back and ahead."""
    if published is None:
        return None
    middle = date.fromisoformat((published + "-07-01")[:10] if len(published) == 4 else (published + "-15")[:10])
    if len(published) == 4:
        return date(middle.year, month, day).isoformat()
    best = min((date(y, month, day) for y in (middle.year - 1, middle.year, middle.year + 1) if day < 29 or _valid(y, month, day)), key=lambda d: abs((d - middle).days))
    return best.isoformat()


def _valid(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _relative(words: str, base: date | None, published: str | None) -> str | None:
    if words.startswith(("last year", "this year")):
        return f"{int(published[:4]) - words.startswith('last'):04d}" if published else None
    if words.startswith(("last month", "this month")):
        if published is None or len(published) < 7:
            return None
        year, month = int(published[:4]), int(published[5:7]) - words.startswith("last")
        return f"{year:04d}-{month:02d}" if month else f"{year - 1:04d}-12"
    if base is None or words == "last week":
        return None
    if words in ("today", "yesterday", "tomorrow"):
        return (base + timedelta(days={"today": 0, "yesterday": -1, "tomorrow": 1}[words])).isoformat()
    parts = words.split()
    back = (base.weekday() - _DAYS[parts[-1]]) % 7
    if parts[0] == "next":
        return (base + timedelta(days=(7 - back) if back else 7)).isoformat()
    # A weekday alone is that day or the last one before it: the day on which a paper prints "Friday" may be Friday.
    return (base - timedelta(days=back)).isoformat()


_EFFECT = Quick(r"\b(?:effective|takes? effect|took effect|in effect since|in force (?:since|from)|since|starting|beginning|as of|from|begins?|went into (?:force|effect))\b[^.;]{0,30}?$", re.IGNORECASE)


def effective(text: str, published: str | None) -> str | None:
    """The day from which a text says that something holds."""
    for day in days(text, published):
        if _EFFECT.search(text[max(0, day.start - 45) : day.start]) or re.match(r"(?:since|beginning|starting)\b", text[day.start : day.end], re.IGNORECASE):
            return day.iso
    return None
