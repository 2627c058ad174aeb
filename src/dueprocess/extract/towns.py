"""Which county a town lies in, and the agencies that a text names by a town, a bare county name or a short name.

"In Olathe, the sheriff ..." speaks of Johnson County, "Solano, to our east, holds ..." of Solano County, "Metro" in a text on
Las Vegas of its police. Read only where the state is settled and the words beside the name are those of an agency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from dueprocess.extract.alone import with_bare_counties
from dueprocess.extract.atlas import Mention, base_of, county_of, index, state_heads, states_of
from dueprocess.extract.municipal import bare_towns
from dueprocess.extract.quick import Quick
from dueprocess.extract.wording import table
from dueprocess.places import load_places
from dueprocess.places.names import fold

_CAP = r"(?:St\.|Ste\.|Mt\.|Ft\.|[A-Z][\w-]*(?:'[A-Z][a-z]+)?)"
_TOWN = rf"(?P<name>{_CAP}(?:[ \n]{_CAP}){{0,2}})"
_OF_JAIL = r"(?:jails?|sheriff|warden|jailers?|deputies|detention[ ]center|county[ ](?:jail|prison|sheriff|lockup)|lockup|undersheriff|prison)"
_BESIDE = (
    re.compile(rf"\b[Ii]n[ \n]{_TOWN},?[ \n](?=(?:where[ \n])?(?:the[ \n](?:\w+[ \n])?{_OF_JAIL}\b|Sheriff[ \n]|(?:jail|jailers|deputies)\b))"),
    re.compile(rf"\b(?:[Tt]he|whose|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir|[Oo]ur)[ \n]{_TOWN}(?=[ \n](?:jail|lockup|detention[ ]center|jailers)\b)"),
    re.compile(rf"(?<![Cc]ity )(?<![Tt]own )(?<!icipal )(?<!olice )\b(?:jail|prison|lockup|detention[ ]center|jailers|deputies|sheriff)[ \n](?:up[ \n]|down[ \n]|over[ \n]|out[ \n])?(?:in|at)[ \n]{_TOWN}"),
)
_TOWN_HOLDS = Quick(rf"(?:^|[.!?;:][\"”]?[ \n]|\b[Ss]o[ ]|\b[Bb]ut[ ]|\b[Aa]nd[ ]){_TOWN}(?=[ ](?:holds|keeps(?![ ]to\b)|still[ ]holds|doesn't[ ]hold|does[ ]not[ ]hold|won't[ ]hold|no[ ]longer[ ]holds|lets[ ]them)\b)", re.MULTILINE)
_POLICE = (
    Quick(rf"(?P<name>{_CAP}(?:[ ]{_CAP})?)(?:, (?:[A-Z][a-z]+[.]?(?: [A-Z][a-z]+)?|[A-Z]\.[A-Z]\.),?)?(?:['’]s)?[ ](?:Police|police|PD\b)(?:[ ](?:Department|department|chief|officers))?\b"),
    Quick(rf"\b[Cc]hief(?:[ ]of[ ]police)?(?:[ ][A-Z][\w'-]+){{0,3}}[ ](?:of|in|for)[ ]{_TOWN}"),
    Quick(rf"\b[Ii]n[ \n]{_TOWN},?(?:[ ][A-Z][\w.]+(?:[ ][A-Z][a-z]+)?,|[ ]however,|[ ]too,)?[ \n](?:the[ ]|town[ ]|city[ ]){{0,2}}(?=police\b)"),
    Quick(rf"\b[Ii]n[ \n]{_TOWN},?[ \n]the[ ](?=chief\b|mayor\b[^.]{{0,60}}\bofficers\b)"),
    Quick(rf"\b(?:[Pp]olice|(?:[Cc]ity|[Tt]own|[Mm]unicipal)[ ](?:jail|lockup))[ ](?:in|at|of)[ ]{_TOWN}"),
    Quick(rf"{_TOWN}['’]s[ ]own[ ](?=police\b)"),
    Quick(rf"{_TOWN}(?:['’]s)?[ ](?=officers\b|lockup\b|city[ ]jail\b)"),
    Quick(rf"(?:^|[.!?;:][\"]?[ \n]){_TOWN}['’]s[ ](?=(?:police[ ])?chief\b)", re.MULTILINE),
)
_STATE_PRISONS = Quick(r"\b[Tt]he[ \n](?:state(?:'s)?[ \n])?(?P<office>Department[ \n]of[ \n](?:Corrections?|Public[ \n]Safety[ \n]and[ \n]Correctional[ \n]Services|Correctional[ \n]Services))\b")


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
            last = next((m for m in reversed(mentions) if m.start < match.start() and m.kind == "county"), None)
            of_last = last is not None and last.place is not None and match.start() - last.end < _BESIDE_COUNTY and county_of(match["name"], last.state or "") == last.place
            # "In Madison County, Alabama, the jail in Huntsville ..." is that county's, in a text on another state, too.
            here = last.state if last is not None and of_last else state or _state_before(mentions, match.start())
            path = county_of(match["name"], here) if here else None
            named = [m for m in mentions if m.start <= match.start("name") < m.end]
            if path is None or here is None or any(m.kind == "county" and m.state == here for m in named):
                continue
            name = load_places().place(path).name
            base = base_of(re.sub(r" (?:County|Parish|Borough|Census Area)$", "", name))
            role = "sheriff" if "heriff" in match.group() + text[match.end() : match.end() + 20] else "corrections"
            yield Mention(match.start("name"), match.end("name"), "county", base, name, here, path, role, None)
    yield from _with_seats(text)
    counties: dict[str | None, Mention] = {m.place: m for m in mentions if m.kind == "county" and m.place}
    for match in _TOWN_HOLDS.finditer(text) if counties else ():
        one = counties.get(county_of(match["name"], state or ""))
        if one is not None and all(e[1] != state for e in index().counties.get(base_of(match["name"]), ())):
            yield Mention(match.start("name"), match.end("name"), "county", one.base, one.label, one.state, one.place, "county", None)  # "Hagerstown holds if there's an I-200"
    if state is None:
        if state_heads(text):
            yield from with_bare_counties(text, mentions, None)
        return
    if state in _OWN_JAILS or any(m.kind == "state" and m.state in _OWN_JAILS for m in mentions):
        for match in _STATE_PRISONS.finditer(text):
            near = [m.state for m in mentions if m.kind == "state" and m.state and 0 < match.start() - m.start < _SAME_SENTENCE]
            code = near[-1] if near else state
            if code not in _OWN_JAILS or (_THERE.match(text, match.end()) and any(m.kind == "county" and 0 < match.start() - m.start < _SAME_SENTENCE for m in mentions)):
                continue
            office = f"{load_places().place(f'us/{code.lower()}').name} {' '.join(match['office'].split())}"
            yield Mention(match.start("office"), match.end("office"), "state", code.lower(), office, code, f"us/{code.lower()}", "corrections", office, True)
    yield from with_bare_counties(text, mentions, state)
    told = {m.state for m in mentions if m.kind == "state"}
    found: list[Mention] = []
    for police in _POLICE:
        for match in police.finditer(text):
            name, start = match["name"], match.start("name")
            while " " in name and (not states_of(name) & {state, *told} or name.startswith("The ")):
                name, start = name.split(" ", 1)[1], start + name.index(" ") + 1  # "Ask Boston PD"
            rival = any(m.start < match.end() and start < m.end and (m.office or m.kind == "county") for m in mentions)
            beside = re.search(rf"\b{re.escape(name)}, ([A-Z][a-z]+)\.", text)  # "Hammond, Ind. The lockup there ..."
            written = index().states.get(fold(beside[1])) if beside else None
            here = written if written in states_of(name) else state if state in states_of(name) else next((code for code in states_of(name) & told if len(states_of(name)) == 1), None)
            if here and not rival:
                found.append(Mention(start, match.end(), "city", base_of(name), name, here, None, "police", f"{name} Police Department", True))
    yield from found
    yield from (m for m in bare_towns(text, (*mentions, *found), state) if not any(o.start < m.end and m.start < o.end and (o.office or o.kind == "county") for o in mentions))


_SEATED = re.compile(rf"(?<![\w'-])(?P<name>{_CAP}(?:[ ]{_CAP})?)[ ]\((?P<seat>{_CAP}(?:[ ]{_CAP})?)\)")


def _with_seats(text: str) -> Iterator[Mention]:
    """Counties that a text names with a town of theirs in brackets: "Minnehaha (Sioux Falls)"; the two together tell the state."""
    for match in _SEATED.finditer(text):
        name = match["name"]
        fitting = [e for e in index().counties.get(base_of(name), ()) if county_of(match["seat"], e[1]) == e[0]]
        if len(fitting) == 1 and fold(match["seat"]) not in index().states:
            path, code, label = fitting[0]
            yield Mention(match.start("name"), match.end("name"), "county", base_of(name), label, code, path, "county", None, True)


_DEPARTMENT = re.compile(r"\b[Dd]epartment(?:[ \n]of[ \n](?:Corrections?|Public[ \n]Safety))?\b")


def of_state(text: str, state: str) -> Mention | None:
    """The department that runs the jails of a state without county jails, where the text speaks of a department; a mention without words of the text."""
    told = max((m.group() for m in _DEPARTMENT.finditer(text)), key=len, default=None)
    if state not in _NO_COUNTY_JAILS or told is None:
        return None
    name = " ".join(told.split()) if " of" in told or "\nof" in told else "Department of Corrections"
    office = f"{load_places().place(f'us/{state.lower()}').name} {name}"
    return Mention(0, 0, "state", state.lower(), office, state, f"us/{state.lower()}", "corrections", office, True)


def _state_before(mentions: list[Mention], at: int) -> str | None:
    """The state of the place last named."""
    return next((m.state for m in reversed(mentions) if m.start < at and m.state), None)


_THERE = re.compile(r"[ \n]there\b")  # "The Department of Corrections there": of the county just named
_SAME_SENTENCE = 90
_BESIDE_COUNTY = 40
_OWN_JAILS = ("AK", "CT", "DE", "HI", "MD", "RI", "VT")
_NO_COUNTY_JAILS = ("AK", "CT", "DC", "DE", "HI", "RI", "VT")


@cache
def _called() -> Sequence[tuple[Mapping[str, str], Quick, Quick]]:
    """The agencies of ``places.yaml``, each with the words that show it is meant and those that it is called by."""
    return [(entry, Quick(entry["where"]), Quick(entry["called"])) for entry in table("places")["agencies"]]


def _short_names(text: str) -> Iterator[Mention]:
    """Agencies that a text calls by a name that no place has: those of ``places.yaml``, where its own words show which is meant."""
    for entry, where, called in _called():
        if where.search(text) is not None:
            for match in called.finditer(text):
                base = base_of(entry["county"].rsplit(" ", 1)[0])
                yield Mention(match.start(), match.end(), "county", base, entry["county"], entry["state"], entry["place"], entry["role"], entry["name"], True)
