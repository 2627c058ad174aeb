"""Which county a town lies in, and the agencies that a text names by a town, a bare county name or a short name.

"In Olathe, the sheriff ..." speaks of Johnson County, "Solano, to our east, holds ..." of Solano County, "Metro" in a text on
Las Vegas of its police. Read only where the state is settled and the words beside the name are those of an agency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from dueprocess.extract.atlas import Mention, index
from dueprocess.extract.wording import table
from dueprocess.kernel.files import data_dir
from dueprocess.places import load_places
from dueprocess.places.names import fold, key, words

_CAP = r"[A-Z][\w.-]*(?:'[A-Z][a-z]+)?"
_TOWN = rf"(?P<name>{_CAP}(?:[ \n]{_CAP}){{0,2}})"
_OF_JAIL = r"(?:jails?|sheriff|warden|jailers?|deputies|detention[ ]center|county[ ](?:jail|prison|sheriff|lockup)|lockup|undersheriff|prison)"
_BESIDE = (
    re.compile(rf"\b[Ii]n[ \n]{_TOWN},?[ \n](?=(?:where[ \n])?(?:the[ \n](?:\w+[ \n])?{_OF_JAIL}\b|Sheriff[ \n]|(?:jail|jailers|deputies)\b))"),
    re.compile(rf"\b(?:[Tt]he|whose|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir|[Oo]ur)[ \n]{_TOWN}(?=[ \n](?:jail|lockup|detention[ ]center|jailers)\b)"),
    re.compile(rf"\b(?:jail|prison|lockup|detention[ ]center|jailers|deputies|sheriff)[ \n](?:up[ \n]|down[ \n]|over[ \n]|out[ \n])?(?:in|at)[ \n]{_TOWN}"),
)
_ACTS = (
    r"(?:holds?|honors?|keeps?|requires?|wants?|does|doesn't|will|won't|has|hasn't|no[ ]longer|stopped|ended|still|declines?|refuses?|accepts?|asks?|needs?|took|went|followed|follows|also"
    r"|did|didn't|do|don't|would|wouldn't|can't|cannot|is|isn't|had|hadn't|never|now|already|only|simply|told|says|said|signed|takes?|gives?|files|lets|sends|answers?|answered|reviews?|decided|wrote|voted|detains?|notifies|calls|insists|demands|complies|quit|dropped|ignores|turns|releases|lets|is[ ](?:reviewing|undecided|still|studying|weighing|considering|the[ ]same)|would[ ](?:not|only)|joined|changed|switched|limits)\b"
)
_SUBJECT = re.compile(
    rf"(?:(?<=[.!?;:]\s)|(?<=[.!?]\"\s)|(?<=\n)|(?<=\A)|(?<=\s\")|(?<=,\sand\s)|(?<=,\sbut\s)|(?<=,\swhile\s)|(?<=;\s)|(?<=,\sso\s)|(?<=\bwhile\s)|(?<=\bas\s))(?P<name>{_CAP}(?:[ ]{_CAP})?)"
    rf"(?='s[ ](?:{_OF_JAIL}|policy|practice|rule|answer)|,[ ](?:to[ ](?:our|the|its)|next[ ]door|which|where|in[ ]the|on[ ]the|across|over|north|south|east|west|too|also|meanwhile|by[ ]contrast|for[ ])|[ ]{_ACTS}|:[ ]|\.[ ](?=[A-Z]))"
)
_SAME = re.compile(rf"\b(?:[Ss]ame[ ](?:as|goes[ ]for|in|with)|like|as[ ](?:do|does|in|with))[ ](?P<name>{_CAP}(?:[ ]{_CAP})?)(?=[ .,;:])")
_POLICE = re.compile(rf"(?P<name>{_CAP}(?:[ ]{_CAP})?)(?:'s)?[ ](?:Police|police)(?:[ ](?:Department|department))?\b")
_STATE_PRISONS = re.compile(r"\b[Tt]he[ \n](?:state(?:'s)?[ \n])?(?P<office>Department[ \n]of[ \n](?:Corrections?|Public[ \n]Safety[ \n]and[ \n]Correctional[ \n]Services|Correctional[ \n]Services))\b")


@cache
def _towns() -> tuple[Mapping[tuple[str, str], str], Mapping[str, frozenset[str]]]:
    """(state, key of a town) to the path of its county; key of a town to its states."""
    county: dict[tuple[str, str], str] = {}
    states: dict[str, set[str]] = {}
    for line in (data_dir("extract") / "cities.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        path, _, names = line.partition(": ")
        state = path[:2].upper()
        for name in names.split(", "):
            base = key(words(name))
            county[state, base] = f"us/{path}"
            states.setdefault(base, set()).add(state)
    return county, {k: frozenset(v) for k, v in states.items()}


def county_of(town: str, state: str) -> str | None:
    """The path of the county in which a town of a state lies; None where the list does not have it, or has several."""
    return _towns()[0].get((state, key(words(town))))


def states_of(town: str) -> frozenset[str]:
    """The states that have a town of this name."""
    return _towns()[1].get(key(words(town)), frozenset())


def with_towns(text: str, mentions: list[Mention], state: str | None) -> list[Mention]:
    """The mentions with those that a town, a bare name or a short name makes; what a fuller name covers stays as it is."""
    found: list[Mention] = []
    for mention in _all(text, mentions, state):
        if not any(m.start < mention.end and mention.start < m.end for m in found):
            found.append(mention)
    if not found:
        return mentions
    kept = []
    for mention in mentions:
        rival = next((f for f in found if f.start < mention.end and mention.start < f.end), None)
        if rival is None:
            kept.append(mention)
        elif mention.kind == "city" and mention.role in ("sheriff", "corrections") and rival.kind == "county" and mention.state == rival.state:
            kept.append(replace(rival, start=mention.start, end=mention.end, role=mention.role, office=mention.office))
            found.remove(rival)
        elif mention.state == rival.state and (mention.kind == "county" or mention.office):
            kept.append(mention)
            found.remove(rival)
    return sorted([*kept, *found], key=lambda m: m.start)


def _all(text: str, mentions: list[Mention], state: str | None) -> Iterator[Mention]:
    yield from _short_names(text)
    for pattern in _BESIDE:
        for match in pattern.finditer(text):
            here = state or _state_before(mentions, match.start())
            path = county_of(match["name"], here) if here else None
            named = [m for m in mentions if m.start <= match.start("name") < m.end]
            if path is None or here is None or any(m.kind == "county" and m.state == here for m in named):
                continue
            name = load_places().place(path).name
            base = key(words(re.sub(r" (?:County|Parish|Borough|Census Area)$", "", name)))
            role = "sheriff" if "heriff" in match.group() + text[match.end() : match.end() + 20] else "corrections"
            yield Mention(match.start("name"), match.end("name"), "county", base, name, here, path, role, None)
    if state is None:
        return
    if state in _OWN_JAILS or any(m.kind == "state" and m.state in _OWN_JAILS for m in mentions):
        for match in _STATE_PRISONS.finditer(text):
            near = [m.state for m in mentions if m.kind == "state" and m.state and 0 < match.start() - m.start < _SAME_SENTENCE]
            code = near[-1] if near else state
            if code not in _OWN_JAILS:
                continue
            office = f"{load_places().place(f'us/{code.lower()}').name} {' '.join(match['office'].split())}"
            yield Mention(match.start("office"), match.end("office"), "state", code.lower(), office, code, f"us/{code.lower()}", "corrections", office, True)
    yield from _bare_counties(text, mentions, state)
    for match in _POLICE.finditer(text):
        if county_of(match["name"], state) and not any(m.start < match.end() and match.start() < m.end for m in mentions):
            yield Mention(match.start(), match.end(), "city", key(words(match["name"])), match["name"], state, None, "police", f"{match['name']} Police Department")


def _state_before(mentions: list[Mention], at: int) -> str | None:
    """The state of the place last named."""
    return next((m.state for m in reversed(mentions) if m.start < at and m.state), None)


_SAME_SENTENCE = 90
_OWN_JAILS = ("AK", "CT", "DE", "HI", "MD", "RI", "VT")
_FEWEST_COUNTIES = 2


def _bare_counties(text: str, mentions: list[Mention], state: str) -> Iterator[Mention]:
    """Counties of the text's state by their names alone, where they stand as who acts, in a text that names several."""
    if len({m.base for m in mentions if m.kind == "county"}) < _FEWEST_COUNTIES:
        return
    data = index()
    taken = {n.lower() for n in re.findall(r"\b(?:Sheriff|Sgt\.|Lt\.|Capt\.|Chief|Deputy|Commissioner|Director|Warden|Mayor|Judge|Mr\.|Ms\.|Mrs\.|Dr\.|Rep\.|Sen\.|Col\.|Maj\.|[A-Z][a-z]+)[ ](?:[A-Z][\w.]+[ ])?([A-Z][\w'-]+)", text)}
    for pattern in (_SUBJECT, _SAME):
        for match in pattern.finditer(text):
            name = match["name"].rstrip(".")
            if name.lower() in taken and pattern is _SUBJECT and not name.isupper():
                continue
            base = key(words(name))
            entry = next((e for e in data.counties.get(base, ()) if e[1] == state), None)
            if entry is None or fold(name) in data.states or any(m.start <= match.start("name") < m.end and m.kind == "county" for m in mentions):
                continue
            yield Mention(match.start("name"), match.start("name") + len(name), "county", base, entry[2], state, entry[0], "county", None)


def _short_names(text: str) -> Iterator[Mention]:
    """Agencies that a text calls by a name that no place has: those of ``places.yaml``, where its own words show which is meant."""
    for entry in table("places")["agencies"]:
        if re.search(entry["where"], text):
            for match in re.finditer(entry["called"], text):
                base = key(words(entry["county"].rsplit(" ", 1)[0]))
                yield Mention(match.start(), match.end(), "county", base, entry["county"], entry["state"], entry["place"], entry["role"], entry["name"], True)
