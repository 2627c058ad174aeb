"""Lengths of time whose two ends stand in two sentences: "He posted bail on Friday at four. ... It was Sunday at ten when they let him go."

The first end must tell that somebody could have gone, and the second, or what stands between, that he was kept or went.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dueprocess.extract.between import clock, elapsed, moment
from dueprocess.extract.quick import Quick
from dueprocess.extract.sentences import Sentence

_MOMENT = Quick(rf"(?<![\w-]){moment('x', sure=True)}(?!\w)", re.IGNORECASE)
_COULD_GO = Quick(
    r"\b(?:post(?:s|ed|ing)?|paid|pays|bail|bond|bonded|fine|dismissed|dropped|acquitted|cleared|nol-prossed|free to (?:go|leave)|finished|completed|served|sentence|due out|time was up|signed (?:it|his|her|the)|release (?:order|slip|papers?)|(?:order|date|time) of release|to be (?:let|released|freed)|was to (?:go|leave)|due to|was done|withdr[ae]w\w*|charges?|charge|came with|pack (?:it )?up|ordered (?:him|her|his|the)|said (?:he|she) could go|entitled to|should have (?:gone|left|been)|eligible)\b",
    re.IGNORECASE,
)
_KEPT = Quick(
    r"\b(?:left|leave|let (?:him|her|them|go|out)|was let|were let|walked (?:out|free)|walks? out|released?|got out|gets out|went home|goes home|c[ao]mes? (?:home|out|down)|went (?:out|on)|together|returned|discharged|turned over|opened|freed|(?:door|gate)s? opened|opened the (?:door|gate)|out the (?:door|gate)|kept|held|stayed|sat|picked up|came for|collected|handed (?:him|her|over)|no one came|nobody came)\b",
    re.IGNORECASE,
)
_REACH = 4
_HALF_DAY, _OFFICE_HOURS = 12, 7
_LEAST, _MOST = 4, 24 * 45


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the second end stands in the whole text, the hours, the wording of both, and the indexes of the two sentences."""

    start: int
    end: int
    hours: float
    wording: str
    first: int
    last: int


def ends(parts: Sequence[Sentence]) -> Iterator[Ends]:
    """All of them, each second end with the nearest first one that fits."""
    known: list[tuple[Sentence, re.Match[str]]] = []
    for part in parts:
        for match in _MOMENT.finditer(part.text):
            for earlier, first in reversed(known):
                if part.index - earlier.index > _REACH:
                    break
                between = " ".join(p.text for p in parts[earlier.index : part.index + 1])[first.end() :]
                hours = _hours(first, match)
                asked = parts[earlier.index - 1].text if earlier.index and parts[earlier.index - 1].text.endswith("?") else ""
                if hours is None or not _COULD_GO.search(f"{asked} {earlier.text}") or not _KEPT.search(between):
                    continue
                yield Ends(part.start + match.start(), part.start + match.end(), hours, f"{' '.join(earlier.text[first.start() : first.end()].split())} ... {' '.join(part.text[match.start() : match.end()].split())}", earlier.index, part.index)
                break
            known.append((part, match))


def _hours(first: re.Match[str], last: re.Match[str]) -> float | None:
    """The hours from one moment to the other; None where an end has no time of day (days alone mostly date something else) or it is no stay."""
    days = elapsed(first, "x", last, "x")
    a, b = _clock(first), _clock(last)
    if days is None or a is None or b is None:
        return None
    hours = round(24.0 * days + b - a, 2)
    return hours if _LEAST <= hours <= _MOST else None


def _clock(match: re.Match[str]) -> float | None:
    """The hour of a moment; "at five" is in the afternoon, "at nine" in the morning."""
    hour = clock(match, "x")
    said = match["xh"] or match["xbh"]
    unmarked = said and not (match["xa"] or match["xba"]) and not said.startswith("0")
    return hour + _HALF_DAY if hour is not None and unmarked and 1 <= hour < _OFFICE_HOURS else hour
