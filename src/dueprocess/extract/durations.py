"""Lengths of time in a text, in words or by their two ends, each with what a reader would weigh before taking it for somebody's stay in a jail beyond release.

Every one is a candidate. Which of them tell of a person who was kept too long is decided in ``incidents``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from dueprocess.extract.apart import ends
from dueprocess.extract.between import spans
from dueprocess.extract.nearby import beside, of_sentence, of_text
from dueprocess.extract.numbers import NUMBER, is_year, value_of
from dueprocess.extract.quick import Quick
from dueprocess.extract.sentences import Sentence

_LENGTH = Quick(
    rf"(?:(?:another|about|nearly|almost|more than|some|roughly|an extra|over|for)[ \n])?(?<![-\w.,/])(?P<n>{NUMBER}|a|an|several|a[ \n]few|many)(?P<half>[ \n]and[ \n](?:a[ \n]|one-)half|½)?(?:[ \n](?:more|extra|additional|further|full|whole|long))?[ \n-](?P<unit>hours?|hrs?|days?|nights?|weeks?|months?|minutes?)\b(?P<more>[ \n]and[ \n]a[ \n]half\b)?(?![- ]old|'[ \n](?:use|notice|pay|work|drive|walk|ride)|[ \n]to[ \n]the[ \n](?:north|south|east|west)|[- ](?:jail[ ]|county[ ])?(?:sentence|term)\b)(?:,?[ \n](?:and[ \n])?(?P<m>\d{{1,2}}|{NUMBER})[ \n](?P<minor>hours?|hrs?|minutes?))?",
    re.IGNORECASE,
)
_VAGUE = re.compile(r"(?:several|many|a[ \n]few)\Z", re.IGNORECASE)
# A number without a unit beside lengths that have one: "14, 39 and 61 hours", "for 48 hours and kept her for 131".
_BARE = Quick(rf"(?:\b(?:for|by|was|of|so|in|and|or|to|held|kept|spent|one|another|there|at)[ \n](?:about[ \n]|nearly[ \n]|some[ \n])?|[,:][ \n]|\()(?P<n>(?!one\b){NUMBER})(?=[.,;:)]*(?:\Z|[ \n](?:and|or|in|of(?![ \n](?:those|these|them)\b)|more|past|beyond|after|when|before|too|on|over|until|till|one|another|[\d\"])))", re.IGNORECASE)
_HOURS = {"hour": 1, "hr": 1, "day": 24, "night": 24, "week": 168, "month": 720, "minute": 1 / 60}
_DAY, _MINUTES = 24, 60
_SIZES = (4, 12, 23, 47, 49, 96, 240, 1_000)
_STEPS = (-2, -1, 0, 1)
"""The sentences that are looked at, counted from that of the length."""
_SHORTEST_BARE = 4
_LAST_HOUR = 12
_AT = re.compile(r"at\b", re.IGNORECASE)  # "at five" is a time of day
THE_HOURS = 48
"""What a detainer asks for; texts tell a stay in all, what it was beyond these, or both."""
_MARKS = (
    ("average", Quick(r"\b(?:averag\w+|mean|median|typical\w*|usual\w*|normal\w*|as a rule|on the whole)\b", re.IGNORECASE)),
    ("most", Quick(r"\b(?:longest|shortest|most|no longer|longer than|at most|up to|never more|maximum|none)\b", re.IGNORECASE)),
    ("allowed", Quick(r"\b(?:allow\w*|permit\w*|limit\w*|good for|the form|says|rule|law|policy|may|must)\b", re.IGNORECASE)),
    ("heard", Quick(r"\b(?:heard|hearsay|rumou?r\w*|claim\w*|alleg\w*|says? (?:he|she)|stated that|according to)\b", re.IGNORECASE)),
)
_SENTENCED = re.compile(r"\b(?:sentence[ds]?|sentenced to|term|serv(?:ed|ing)|doing|did|got|given|had)(?: (?:of|to|his|her|a))?[ ]$")
_BEYOND = re.compile(r",?[ \n](?:more|longer|extra|beyond|past|over|too (?:long|many)|late)\b")


@dataclass(frozen=True, slots=True)
class Duration:
    """A candidate: its span in the whole text, hours (None where it has no number), wording, the index of its sentence, its features, and
    the index of the sentence in which it begins, where that is an earlier one."""

    start: int
    end: int
    hours: float | None
    wording: str
    sentence: int
    features: frozenset[str]
    since: int | None = None


def durations(text: str, parts: Sequence[Sentence]) -> Iterator[Duration]:
    """All lengths of time of a text, in order of their sentences; at last those whose ends stand in two."""
    shared = of_text(text)
    of = cache(lambda index: of_sentence(parts[index].text))
    for part in parts:
        found = list(_lengths(part.text))
        if not found:
            continue
        around = shared | {f"{step}:{name}" for step in _STEPS if 0 <= part.index + step < len(parts) for name in of(part.index + step)}
        for start, end, hours, own in found:
            others = {f"other:{'longer' if (h or 0) > (hours or 0) else 'as-long' if h == hours else 'shorter'}" for at, _, h, _ in found if at != start}
            others |= {f"other:{h - hours:+.0f}" for at, _, h, _ in found if at != start and h is not None and hours is not None and abs(h - hours) == THE_HOURS}
            features = frozenset(around | own | others | marks(part.text, start, end) | beside(part.text, start, end))
            yield Duration(part.start + start, part.start + end, hours, part.text[start:end], part.index, features)
    for one in ends(parts):
        last = parts[one.last]
        around = shared | {f"{step}:{name}" for step in _STEPS if 0 <= one.last + step < len(parts) for name in of(one.last + step)} | {f"from:{name}" for name in of(one.first)}
        yield Duration(one.start, one.end, one.hours, one.wording, one.last, frozenset(around | {"by-two-ends", _size(one.hours)} | beside(last.text, one.start - last.start, one.end - last.start)), one.first)


def _lengths(text: str) -> Iterator[tuple[int, int, float | None, set[str]]]:
    """Start, end, hours and own features of the lengths of a sentence."""
    for start, end, between in spans(text):
        yield start, end, between, {"by-its-ends", _size(between)}
    taken: list[tuple[int, str]] = []
    for match in _LENGTH.finditer(text):
        hours, vague = _hours(match)
        if hours is None and not vague:
            continue
        apart = _apart(match)
        end = match.start("m") - 1 if apart is not None else match.end()
        taken.append((end, match["unit"].lower().rstrip("s")))
        yield match.start(), end, hours, _own(match, hours)
        if apart is not None:
            taken.append((match.end(), match["minor"].lower().rstrip("s")))
            yield match.start("m"), match.end(), apart, {f"unit:{match['minor'].lower().rstrip('s')}", "digits" if match["m"][0].isdigit() else "words", _size(apart)}
    if not taken:
        return
    for match in _BARE.finditer(text):
        value = value_of(match["n"])
        if value is None or value < _SHORTEST_BARE or is_year(match["n"], value) or (value <= _LAST_HOUR and _AT.match(match.group())):
            continue
        # Behind a length its unit goes on; before the first one the number is of a list that this one ends.
        unit = next((u for end, u in reversed(taken) if end <= match.start()), taken[0][1])
        hours = round(float(value * _HOURS[unit]), 2)
        yield match.start("n"), match.end("n"), hours, {"bare", f"unit:{unit}", "digits" if match["n"][0].isdigit() else "words", _size(hours)}


def marks(text: str, start: int, end: int) -> set[str]:
    """What the sentence and the words right around a length say that it is: an average, a limit, a sentence, what went beyond one."""
    found = {f"mark:{name}" for name, pattern in _MARKS if pattern.search(text)}
    if _SENTENCED.search(text[:start]):
        found.add("mark:sentenced")
    if _BEYOND.match(text, end):
        found.add("mark:beyond")
    return found


def _hours(match: re.Match[str]) -> tuple[float | None, bool]:
    """The length in hours (a day has 24), and whether it is a vague one."""
    if _VAGUE.match(match["n"]):
        return None, True
    value = 1 if match["n"].lower() in ("a", "an") else value_of(match["n"])
    if value is None:
        return None, False
    unit = match["unit"].lower().rstrip("s")
    rest = 0.0
    if match["minor"] is not None and _apart(match) is None:
        rest = float((value_of(match["m"]) or 0) * _HOURS[match["minor"].lower().rstrip("s")])
    return round(float((value + (0.5 if match["half"] or match["more"] else 0)) * _HOURS[unit] + rest), 2), False


def _apart(match: re.Match[str]) -> float | None:
    """The hours of a second length that is too long to be a part of the first ("two nights, 50 hours"), else None."""
    if match["minor"] is None:
        return None
    unit = match["minor"].lower().rstrip("s")
    count = value_of(match["m"]) or 0
    return round(float(count * _HOURS[unit]), 2) if count >= (_MINUTES if unit == "minute" else _DAY) else None


def _size(hours: float) -> str:
    return f"size:{sum(hours > s for s in _SIZES)}"


def _own(match: re.Match[str], hours: float | None) -> set[str]:
    unit = match["unit"].lower().rstrip("s")
    found = {f"unit:{unit}", "digits" if match["n"][0].isdigit() else "words"}
    found.add("vague" if hours is None else _size(hours))
    if hours == THE_HOURS and unit in ("hour", "hr"):
        found.add("the-48-hours")
    if (match["minor"] and _apart(match) is None) or match["half"] or match["more"]:
        found.add("exact")
    if match["n"].lower() in ("a", "an"):
        found.add("one")
    return found
