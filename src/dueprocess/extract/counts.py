"""Figures on detainers: the number, what it counts, where, when and by whose word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from dueprocess.extract.dates import days
from dueprocess.extract.gazetteer import Survey
from dueprocess.extract.model import Count
from dueprocess.extract.numbers import NUMBER, value_of
from dueprocess.extract.people import Person, people, speaker
from dueprocess.extract.sentences import Sentence
from dueprocess.extract.wording import pattern as wording
from dueprocess.extract.wording import table

_QUALIFIER = r"(?:(?:more than|less than|fewer than|at least|at most|up to|as many as|about|around|roughly|nearly|almost|some|over|under|only|just|an estimated|approximately|a little (?:under|over)|close to|not quite|perhaps)[ \n])"
_NUMBER = rf"(?P<q>{_QUALIFIER}?)(?<![\w$.,/§-])(?P<n>{NUMBER})"
# A word between the number and its unit may be any adjective or name, but no verb, preposition or other measure.
_GAP = (
    r"(?:[ \n](?!(?:were|was|are|is|have|has|had|in|at|on|by|of|to|and|or|from|for|days?|hours?|years?|months?|weeks?|minutes?|percent|out|more|p\.m|a\.m|times|cents|that|which|with|as|per|new|beds?|other)\b)"
    r"[A-Za-z'’-]+){0,2}?[ \n](?:of[ \n](?:the|its|those|these|such|[A-Z]\w+['’]s)[ \n])?"
)
_MONEY = re.compile(rf"(?P<q>{_QUALIFIER}?)\$(?P<n>\d[\d,]*(?:\.\d+)?(?:[ \n](?:million|billion|thousand))?)(?P<per>[ \n](?:a|per|each|for each)[ \n](?:day|night|inmate|bed|stay|hold|person|such stay))?", re.IGNORECASE)
_LARGE = re.compile(rf"(?P<q>{_QUALIFIER}?)(?<![\w$.,/§-])(?P<n>\d{{1,3}}(?:,\d{{3}})+)(?=[,.;:)\"”’]|[ \n]+(?:of|from|in|to|for|by|since|last|this)\b)", re.IGNORECASE)
# "at least thirty": a hedge makes a bare number a figure.
_HEDGED = re.compile(rf"(?P<q>(?:more than|fewer than|at least|at most|as many as|close to|some|nearly|about|perhaps)[ \n])(?P<n>{NUMBER})(?=[.;)\"”’]|,(?!\d)|[ \n]+(?:were|was|had|of[ \n](?:them|those|these))\b)", re.IGNORECASE)
_PARTS = re.compile(r"\b(?P<q>(?:roughly|about|nearly|some)[ \n])?(?P<a>one|two|three)[ \n](?:in|out of)(?:[ \n]every)?[ \n](?P<b>three|four|five|six|seven|eight|nine|ten|\d+)\b", re.IGNORECASE)
# Below these a number of such things is rarely a figure ("two counties over", "four men").
_LEAST = {"jails": 4, "counties": 12, "states": 4, "people": 5, "agencies": 4, "cities": 4, "jurisdictions": 4}


# A text that speaks of the immigration agency's own requests, and not of detainers at large.
_ABOUT = re.compile(r"\b(?:ICE|[Ii]mmigration|I-247)\b.{0,150}\b(?:detainers?|hold requests?|holds)\b|\bdetainers?\b.{0,150}\b(?:ICE|[Ii]mmigration)\b|\bdetainers?\b.*\bdetainers?\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    unit: str
    value: int | float
    wording: str


_NUMBERS = re.compile(_NUMBER, re.IGNORECASE)
# "142 of 206 detainers", "seven of the state's 87 sheriffs": the first number has the unit of the second.
_OF = re.compile(rf"[ \n](?:out[ \n])?of[ \n](?:the[ \n](?:\w+['’]s[ \n])?|its[ \n]|[A-Z]\w+['’]s[ \n]|those[ \n]|some[ \n])?(?:{NUMBER})", re.IGNORECASE)


@cache
def _units() -> tuple[tuple[str, re.Pattern[str]], ...]:
    units = {u: w.replace(" ", r"[ \n]") for u, w in table("counts")["units"].items()}
    return tuple((u, re.compile((r"(?:[ \n]|-)?" if u == "percent" else _GAP) + w + (r"(?![\w-])" if u != "percent" else ""), re.IGNORECASE)) for u, w in units.items())


def _unit_at(text: str, end: int) -> tuple[str, int] | None:
    """The unit that stands behind a number, the nearest, and where it ends."""
    found = [(match.end(), u) for u, p in _units() if (match := p.match(text, end))]
    return (min(found)[1], min(found)[0]) if found else None


@cache
def _bare() -> re.Pattern[str]:
    return re.compile(rf"(?P<lead>{wording('counts', 'lead').pattern})[ \n]{_NUMBER}(?=[\s,.;:)\"”’])", re.IGNORECASE)


@cache
def _unit_words() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((u, re.compile(r"\b" + w.replace(" ", r"[ \n]") + r"\b", re.IGNORECASE)) for u, w in table("counts")["units"].items() if u not in ("percent", "states"))


def counts(text: str, parts: Sequence[Sentence], survey: Survey, *, published: str | None) -> list[Count]:
    """The figures of a text that are about detainers, in order. A text that hardly speaks of them has none."""
    requests = len(wording("stances", "request").findall(text))
    if not requests or not _ABOUT.search(text) or len(wording("stances", "housing").findall(text)) > 2 * requests:
        return []
    known = people(text, survey.mentions)
    found: list[Count] = []
    unit = "detainers"
    column: dict[int, str] = {}
    for sentence in parts:
        if "\t" in sentence.text:
            hits = list(_in_table(sentence.text, column))
        else:
            column = {}
            near = " ".join(p.text for p in parts[max(0, sentence.index - 3) : sentence.index + 2])
            hits = _in_sentence(sentence.text, near, unit)
        last = -1
        for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
            if hit.start < last:
                continue
            last = hit.end
            if not hit.unit.startswith(("dollars", "percent")):
                unit = hit.unit
            found.append(_count(sentence, hit, survey, known, text, published))
    return found


def _in_sentence(text: str, near: str, unit: str) -> list[_Hit]:
    hits: list[_Hit] = []
    if wording("counts", "subject").search(near):
        for match in _NUMBERS.finditer(text):
            value = value_of(match["n"])
            if value is None:
                continue
            end = match.end()
            behind = _unit_at(text, end)
            if behind is None and (part := _OF.match(text, end)):
                behind = _unit_at(text, part.end())
                behind = (behind[0], end) if behind and behind[0] != "percent" else None
            if behind is not None and _counts(text, match, behind[0], value):
                hits.append(_Hit(match.start(), behind[1], behind[0], value, _words(match)))
        for match in _HEDGED.finditer(text):
            value = value_of(match["n"])
            if value is not None and value != 48 and not _is_year(match["n"], value) and unit and not any(h.start <= match.start("n") < h.end for h in hits):
                hits.append(_Hit(match.start(), match.end(), next((u for u, p in _unit_words() if p.search(text[: match.start()])), unit), value, _words(match)))
        for match in _LARGE.finditer(text):
            # A number of thousands needs no unit behind it in a sentence that speaks of one.
            value = value_of(match["n"])
            named = next((u for u, p in _unit_words() if p.search(text)), unit)
            if value is not None and not wording("counts", "other").search(text[max(0, match.start() - 40) : match.end() + 30]) and not any(h.start <= match.start("n") < h.end for h in hits):
                hits.append(_Hit(match.start(), match.end(), named, value, _words(match)))
        for match in _PARTS.finditer(text):
            share = 100 * (value_of(match["a"]) or 0) / (value_of(match["b"]) or 1)
            hits.append(_Hit(match.start(), match.end(), "percent", round(share, 1) if share % 1 else int(share), match.group()))
        for match in _bare().finditer(text):
            value = value_of(match["n"])
            if value is None or (value < 3 and not match["lead"].endswith(",")) or value == 48 or _is_year(match["n"], value) or any(h.start <= match.start("n") < h.end for h in hits):
                continue
            if wording("counts", "other").search(text[match.start() : match.end() + 25]):
                continue
            named = next((u for u, p in _unit_words() if p.search(match["lead"])), None) or next((u for u, p in _unit_words() if p.search(text[: match.start("n")])), unit)
            hits.append(_Hit(match.start("q") if match["q"] else match.start("n"), match.end(), named, value, _words(match)))
    if wording("counts", "money").search(text) and wording("counts", "money-subject").search(near):
        for match in _MONEY.finditer(text):
            value = value_of(match["n"])
            if value is not None:
                hits.append(_Hit(match.start(), match.end(), _dollars(match["per"], text[match.end() : match.end() + 25]), value, " ".join((match["q"] + "$" + match["n"]).split())))
    return hits


def _counts(text: str, match: re.Match[str], unit: str, value: int | float) -> bool:
    """Whether a number with a unit behind it is a figure, and not a year, a section, a limit of hours or a denominator."""
    if _is_year(match["n"], value) or ("." in match["n"] and unit != "percent" and not match["n"].endswith(("million", "billion"))):
        return False
    least = 3 if unit != "people" and re.search(r"\b(?:counts?|counted|tally|survey|according to|list)\b", text) else _LEAST.get(unit, 1)
    if value < min(least, _LEAST.get(unit, 1)) and not match["q"]:
        return False
    if (value == 48 and unit != "people") or (unit == "percent" and value >= 100):
        return False
    before = text[max(0, match.start() - 30) : match.start()].lower()
    if unit == "people" and re.search(r"\b(?:county|city|town|parish|state|place|community) of (?:about |some |nearly )?$", before):
        return False
    if unit == "states" and re.search(r"of the $|all $", before):
        return False
    if unit in ("counties", "agencies") and value < 260 and re.search(r"\b(?:has|have|the) $", before) and not re.search(r"none of", text[: match.start()].lower()):
        return False
    if re.search(r"\bof the (?:state['’]s )?$", before) and re.search(rf"{NUMBER} of the (?:state['’]s )?$", before):
        return False
    return wording("counts", "other").search(text[match.start() : match.end() + 25]) is None


def _in_table(row: str, column: dict[int, str]) -> Iterator[_Hit]:
    """The numbers of a row under a head that names a unit; ``column`` keeps the heads from row to row."""
    at = 0
    cells = []
    for cell in row.split("\t"):
        cells.append((at, cell))
        at += len(cell) + 1
    heads = {i: next((u for u, p in _unit_words() if p.search(c)), None) for i, (_, c) in enumerate(cells)}
    if not any(re.fullmatch(r"\s*[\d,]+\s*", c) for _, c in cells):
        for i, unit in heads.items():
            if unit and len(cells[i][1].split()) <= 4:
                column.setdefault(i, unit)
        return
    for i, (start, cell) in enumerate(cells):
        number = re.fullmatch(r"\s*([\d,]+)\s*", cell)
        if number and i in column:
            value = value_of(number[1])
            if value is not None and not _is_year(number[1], value):
                yield _Hit(start + number.start(1), start + number.end(1), column[i], value, number[1])


def _words(match: re.Match[str]) -> str:
    return " ".join((match["q"] + match["n"]).split())


def _is_year(text: str, value: int | float) -> bool:
    return text.isdigit() and len(text) == 4 and 1900 <= value <= 2100


def _dollars(per: str | None, after: str) -> str:
    words = f"{per or ''} {after}".lower()
    if re.search(r"^\s*(?:a|per|each)?\s*(?:day|night)|for one night|a (?:day|night)", words):
        return "dollars per day"
    if re.search(r"^\s*(?:for each such|per|a|for each) (?:stay|hold)", words):
        return "dollars per stay"
    return "dollars"


def _count(sentence: Sentence, hit: _Hit, survey: Survey, known: list[Person], text: str, published: str | None) -> Count:
    at = sentence.start + hit.start
    named = [m for m in survey.mentions if sentence.start <= m.start < sentence.end and m.state and m.kind != "city"]
    scope = None
    if named:
        nearest = min(named, key=lambda m: abs(m.start - at))
        scope = nearest.label if nearest.kind == "state" else f"{nearest.label}, {nearest.state}"
    when = [d.iso for d in days(sentence.text, published)]
    rival = re.search(r"\b(?:disput\w+|not|higher|lower|only|instead of|rather than)\b", sentence.text) and re.search(r"\b(?:ICE|Department of Homeland Security|the (?:federal )?(?:list|report)|Center for Immigration Studies)\b", sentence.text)
    return Count(
        value=hit.value, value_text=hit.wording, unit=hit.unit, scope=scope, since=when[0] if len(when) > 1 else None, as_of=when[-1] if when else None,
        claimant=speaker(sentence, known, text), disputes=rival.group() if rival else None,
        quote=sentence.text[hit.start : hit.end], start=at, end=sentence.start + hit.end,
    )  # fmt: skip
