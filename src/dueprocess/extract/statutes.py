"""Laws, regulations and ordinances that a text names, by small patterns of how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise

from dueprocess.extract.model import Statute
from dueprocess.extract.numbers import value_of
from dueprocess.extract.quick import Quick
from dueprocess.extract.wording import table


@cache
def _patterns() -> tuple[tuple[Quick, str, bool], ...]:
    """Each way of writing a law, the name that it gives, and whether it counts only beside words on detainers."""
    parts: dict[str, str] = {}
    for name, pattern in table("statutes")["parts"].items():
        parts[name] = _whole(pattern, parts)
    return tuple((Quick(_whole(e["pattern"], parts).replace(" ", r"[ \n\u00a0]"), re.MULTILINE), e["name"], e.get("on-detainers", False)) for e in table("statutes")["laws"])


def _whole(pattern: str, parts: Mapping[str, str]) -> str:
    """A pattern with its parts in the place of their names."""
    return re.sub(r"\{([a-z]+)\}", lambda m: parts[m[1]], pattern)


def statutes(text: str) -> list[Statute]:
    """The laws in order of their first mention; a law that stands twice is given once."""
    found: dict[str, Statute] = {}
    taken: list[tuple[int, int]] = []
    hits = sorted(((m.start(), -m.end(), m, name) for p, name, on_detainers in _patterns() for m in p.finditer(text) if not on_detainers or _tells(text, m)), key=lambda h: h[:2])
    for start, minus_end, match, name in hits:
        end = -minus_end
        if any(a < end and start < b for a, b in taken):
            continue
        taken.append((start, end))
        if _BILL.match(match.group()) and not _SUBJECT.search(_around(text, start, end)) and (_TITLED.match(text, end) or text[:start].endswith("\n")):
            continue  # a bill on an agenda that is about something else
        for number, begin, stop in _sections(match):
            called = " ".join(name.format(**{**match.groupdict(), "s": number}).split())
            mark = re.sub(r"[^a-z0-9()]", "", called.lower())
            bare = _BARE.match(mark)
            if bare is not None and any(mark[bare.end() :] in known for known in found):
                continue  # of the code that the text named before
            found.setdefault(mark, Statute(name=called, quote=text[begin:stop], start=begin, end=stop))
    return list(found.values())


_ON_DETAINERS = re.compile(r"\b(?:(?i:detainers?|immigration|I-247\w?|holds?|48 hours)|ICE)\b")
_BESIDE = 160


def _tells(text: str, match: re.Match[str]) -> bool:
    """Whether words on detainers stand beside a match: councils resolve on everything."""
    return _ON_DETAINERS.search(text, max(0, match.start() - _BESIDE), match.end() + _BESIDE) is not None


_BARE = re.compile(r"section|chapter")
_NUMBER = re.compile(r"\d[\dA-Za-z]*(?:[.:/-][\dA-Za-z]+)*(?:\([a-zA-Z0-9]{1,4}\))*")
_RANGE = re.compile(r"[ \n\u00a0](?:to|through)[ \n\u00a0]")


def _sections(match: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    """The sections of one code that a match names ("8 U.S.C. 1226 and 1357(d)", "sections 7284 to 7284.12 of the Government Code"), each with its span."""
    said, at = match["s"], match.start("s")
    if "b" in match.groupdict() and not said[0].isdigit():
        value = value_of(said)  # "Senate Bill Four"
        if value is not None and value > 1:
            yield str(value), match.start(), match.end()
        return
    if not said[0].isdigit() or ("k" in match.groupdict() and "b" not in match.groupdict()):
        yield said, match.start(), match.end()  # one number, or a law's name
        return
    first, *further = _NUMBER.finditer(said)
    name, end = said[: first.end()], first.end()
    alike = [(said[a.end() : b.start()], b) for a, b in pairwise((first, *further)) if _alike(first.group(), b.group())]
    if alike and _RANGE.match(alike[0][0]):
        name, end = f"{name} to {alike[0][1].group()}", alike[0][1].end()
        alike = alike[1:]
    leads = match.end() > match.end("s")
    yield name, match.start(), match.end() if leads else at + end
    for _, one in alike:
        yield one.group(), at + one.start(), at + one.end()


def _alike(one: str, other: str) -> bool:
    """Whether two section numbers could stand in the same code: both with a point, or of about the same length without one."""
    a, b = one.split("(")[0], other.split("(")[0]
    if b.startswith(f"{a}."):
        return True
    return ("." in a) == ("." in b) and ("." in a or (len(b) >= 3 and abs(len(a) - len(b)) <= 1 and not re.fullmatch(r"(?:19|20)\d\d", b)))


_BILL = re.compile(r"(?:Senate|House|Assembly|Legislative)[ \n](?:Bill|File)|[SHAL]\.?[BFR]\.?[ \n]?\d|S\.[ \n]?\d")
# A bill that is named with what it is about.
_TITLED = re.compile(r",?[ \n]?(?:(?:on|about|concerning|relating|regarding|an [Aa]ct|(?<=,[ ])the)\b|[-\u2013\u2014:(])")
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
