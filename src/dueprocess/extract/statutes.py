"""Laws, regulations and ordinances that a text names, by small patterns of how they are written."""

from __future__ import annotations

import re
from functools import cache

from dueprocess.extract.model import Statute
from dueprocess.extract.wording import table


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(e["pattern"].replace(" ", r"[ \n\u00a0]"), re.MULTILINE), e["name"]) for e in table("statutes")["laws"])


def statutes(text: str) -> list[Statute]:
    """The laws in order of their first mention; a law that stands twice is given once."""
    found: dict[str, Statute] = {}
    taken: list[tuple[int, int]] = []
    hits = sorted(((m.start(), -m.end(), m, name) for p, name in _patterns() for m in p.finditer(text)), key=lambda h: h[:2])
    for start, minus_end, match, name in hits:
        end = -minus_end
        if any(a < end and start < b for a, b in taken):
            continue
        taken.append((start, end))
        if _BILL.match(match.group()) and not _SUBJECT.search(_around(text, start, end)):
            continue  # a bill on an agenda that is about something else
        called = " ".join(name.format(**match.groupdict()).split())
        mark = re.sub(r"[^a-z0-9()]", "", called.lower())
        if mark.startswith("section") and any(mark[7:] in known for known in found):
            continue
        found.setdefault(mark, Statute(name=called, quote=match.group(), start=start, end=end))
        further = _FURTHER.match(text, end) if "c" in match.groupdict() or "U" in called else None
        if further is not None and "s" in match.groupdict() and _alike(match["s"], further["s"]):
            called = called.replace(match["s"], further["s"])
            found.setdefault(re.sub(r"[^a-z0-9()]", "", called.lower()), Statute(name=called, quote=further["s"], start=further.start("s"), end=further.end("s")))
    return list(found.values())


# "8 U.S.C. 1226 and 1357(d)": a second section of the same code.
_FURTHER = re.compile(r"(?: as it then was)?(?:,|,? (?:and|or|&))(?: §§?)? (?P<s>\d[\dA-Za-z]*(?:[.:-][\dA-Za-z]+)*(?:\([a-zA-Z0-9]{1,4}\))*)")


def _alike(one: str, other: str) -> bool:
    """Whether two section numbers could stand in the same code: both with a point, or of about the same length without one."""
    a, b = one.split("(")[0], other.split("(")[0]
    return ("." in a) == ("." in b) and ("." in a or (len(b) >= 3 and abs(len(a) - len(b)) <= 1 and not re.fullmatch(r"(?:19|20)\d\d", b)))


_BILL = re.compile(r"(?:Senate|House|Assembly|Legislative)[ \n](?:Bill|File)|[SHAL]\.?[BFR]\.?[ \n]?\d|S\.[ \n]?\d")
_SUBJECT = re.compile(r"\b(?:ICE|TRUST|Trust|(?i:detain\w*|detention|immigra\w*|deport\w*|jails?|sheriffs?|holds?|sanctuary|custody|federal|warrants?))\b")
_REACH = 260
_TURN = re.compile(r"\s+(?:[A-Z][A-Z.' -]{3,40}|Q|A)(?: \([^)]{2,30}\))?[:.] ")


def _around(text: str, start: int, end: int) -> str:
    """The words around a bill's number, in its own paragraph."""
    begin = max(start - _REACH, text.rfind("\n\n", 0, start) + 1, 0)
    stop = text.find("\n\n", end)
    while 0 < stop < end + _REACH and _TURN.match(text, stop):  # what is answered in a transcript belongs to what was asked
        stop = text.find("\n\n", stop + 2)
    return text[begin : min(end + _REACH, stop if stop > 0 else len(text))]
