"""What a number counts: the noun behind it, what is done by what it counts, or what the text spoke of last."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from dueprocess.extract.around import BODIES_LATER, PER_TIME
from dueprocess.extract.numbers import NUMBER, value_of
from dueprocess.extract.quick import Asked, Quick
from dueprocess.extract.wording import table

BODIES = ("counties", "jails", "agencies", "jurisdictions", "states", "cities")
"""The units of those who hold or do not."""
_REACH = 2
"""A figure of so many sentences before may say what the next one counts."""
# A word between the number and its unit may be any adjective or name, but no verb, preposition or other measure.
_GAP = (
    r"(?:[ \n](?!(?:were|was|are|is|have|has|had|in|at|on|by|of|to|and|or|from|for|honor|hold|refuse|keep|kept|detain|want|require|demand|ask|need|release|decline|accept|comply|say|said|told|do|don't|won't|will|would|days?|hours?|years?|months?|weeks?|minutes?|percent|out|more|p\.m|a\.m|times|cents|that|which|with|as|per|beds?)\b)"
    r"[A-Za-z'-]+){0,2}?[ \n](?:of[ \n](?:the|its|our|my|their|those|these|such|[A-Z]\w+'s)[ \n](?:own[ \n]|member[ \n]|state's[ \n]){0,2})?"
)
ACTING = Quick(r"[ \n](?:now[ \n]|still[ \n]|of them[ \n])?(?:hold|honor|decline|refuse|require|want|comply|keep|accept|demand|don't|do not|will|say|said|ask|have the|have (?:stopped|ended|changed))\b", re.IGNORECASE)
"""What agencies do, behind their number: "nine still hold"."""
_PEOPLE = Quick(r"[ \n](?:of them[ \n])?(?:were|was|had been|have been|are|remained|went|walked|stayed|ended up|got out)\b", re.IGNORECASE)


@cache
def _units() -> tuple[tuple[str, Quick], ...]:
    units = {u: w.replace(" ", r"[ \n]") for u, w in table("counts")["units"].items()}
    return tuple((u, Quick((r"(?:[ \n]|-)?" if u == "percent" else _GAP) + w + (r"(?![\w-])" if u != "percent" else ""), re.IGNORECASE)) for u, w in units.items())


@cache
def unit_words() -> tuple[tuple[str, Asked], ...]:
    """The nouns of each unit, but for those that say too little by themselves."""
    return tuple((u, Quick(r"\b" + w.replace(" ", r"[ \n]") + r"\b", re.IGNORECASE)) for u, w in ((u, w.replace("|of (?:them|those|these)", "")) for u, w in table("counts")["units"].items()) if u not in ("percent", "states"))


def unit_at(text: str, end: int) -> tuple[str, int] | None:
    """The unit that stands behind a number, the nearest, and where it ends."""
    found = [(match.end(), u) for u, p in _units() if (match := p.match(text, end))]
    return (min(found)[1], min(found)[0]) if found else None


def family(unit: str) -> str:
    """Whether a unit is of agencies (``bodies``), of ``cases`` or of ``dollars``; a share is of cases."""
    return "bodies" if unit in BODIES else "dollars" if unit.startswith("dollars") else "cases"


def follows(sentence: int, before: tuple[str, int] | None) -> frozenset[str]:
    """What the figure before says of what a number in this sentence counts; ``before`` is its family and sentence."""
    if before is None or sentence - before[1] > _REACH:
        return frozenset({"chain:none"})
    return frozenset({f"chain:{before[0]}", f"chain:{before[0]}:{sentence - before[1]}"})


def followed(sentence: int, unit: str, before: tuple[str, int] | None) -> tuple[str, int] | None:
    """The family and sentence that the next number may go on from, behind a figure of this unit; sums and shares tell nothing of it."""
    return before if unit.startswith(("dollars", "percent")) else (family(unit), sentence)


_OF_SAME = Quick(rf"[ \n](?:out[ \n])?of[ \n](?:the|those|these|its)[ \n](?P<whole>{NUMBER})", re.IGNORECASE)
_TIMES = re.compile(r"[ \n]times\b")


def again(text: str, end: int, value: int | float, known: Mapping[int | float, str]) -> str | None:
    """The unit of a bare number that had one before ("the 206"), or that is a part of such a number ("151 of the 206")."""
    if _TIMES.match(text, end):
        return "detainers"  # how often it was asked or done
    part = _OF_SAME.match(text, end)
    if part is not None:
        return "agencies" if ACTING.match(text, part.end()) else known.get(value_of(part["whole"]) or 0)
    return known.get(value)


_CLAUSE_OF = re.compile(r",[ \n](?:which|who|whose|where)\b[^,;]*,")
# The noun is part of a body's name ("the Sheriffs' Council").
_OF_NAME = re.compile(r"'?s?'?[ \n](?:[A-Z]\w+[ \n]){0,2}(?:Council|Association|Conference|Center|Project|Office|Department|Institute|Union|League)")
# "the number of detainers which the jails logged is ...": the head noun, not the nearest.
_NUMBER_OF = Quick(r"\b(?:number|count|total|tally|figure)s?[ \n]of[ \n](?:\w+[ \n]){0,3}?$", re.IGNORECASE)


def bare_unit(text: str, start: int, end: int, unit: str) -> str:
    """The unit of a number without one: by what is done, by the nearest noun before it, else as the figure before."""
    if BODIES_LATER.match(text, end):
        return unit if unit in BODIES else "agencies"
    if PER_TIME.match(text, end) and unit in BODIES:
        unit = "detainers"
    if ACTING.match(text, end) and unit not in ("counties", "jails", "agencies", "jurisdictions"):
        return "agencies"
    before = _CLAUSE_OF.sub(lambda m: "," + " " * (len(m.group()) - 2) + ",", text[:start])
    named = [(m.end(), u, m.start()) for u, p in unit_words() for m in p.finditer(before) if not _OF_NAME.match(before, m.end()) and not (m.start() and before[m.start()].isupper())]
    heads = [n for n in named if _NUMBER_OF.search(before[max(0, n[2] - 60) : n[2]])]
    if heads or named:
        return max(heads or named)[1]
    if _PEOPLE.match(text, end) and unit in ("counties", "jails", "agencies", "jurisdictions") and re.match(r"[ \n](?:of them[ \n])?(?:were|was) (?:picked|held|released|turned|freed|kept|deport)", text[end:]):
        return "people"
    return unit
