"""The county of a text that names none: that of the town from which, or of whose jail, it speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dueprocess.extract.atlas import Mention, base_of, county_of, index
from dueprocess.extract.quick import Quick
from dueprocess.places import load_places
from dueprocess.places.names import fold

_CAP = r"(?:St\.|Ste\.|Mt\.|Ft\.|[A-Z][\w-]*(?:'[A-Z][a-z]+)?)"
_TOWN = rf"(?P<town>{_CAP}(?:[ ]{_CAP}){{0,2}})"
# "Mount Vernon, Washington", "here in Ann Arbor", "my staff in Cumming", "BRIGHTON, Colo. --"
_AT_HOME = re.compile(rf"(?:\b(?:[Ii]n|[Aa]t|[Tt]o|[Ff]rom|of)[ ]|^[ \t]*|[.:\])][ ]+|^[^\n]{{0,60}},[ ]){_TOWN}(?=,|[ .;:)\n]|'s\b|$)", re.MULTILINE)
_OF_COUNTY = Quick(r"\b(?:sheriff|jail|jailer|warden|deput(?:y|ies)|corrections|inmates?|prisoners?|booking|detention)\b", re.IGNORECASE)

_OF_POLICE = Quick(r"\b(?:police|chief|officers|lockup|detectives|dispatchers?|desk sergeant|city jail|patrol)\b", re.IGNORECASE)

# Of many agencies, or of every one: the town is only where the news is written.
_OF_MANY = Quick(r"\b(?:sheriffs|jails|counties|parishes|(?:each|every|any|all|a|no) (?:\w+ )?(?:sheriff|jail|county|parish))\b", re.IGNORECASE)


def county_named(path: str) -> tuple[str, str]:
    """Base and label of a county of the book of places, by its path."""
    label = load_places().place(path).name
    return base_of(re.sub(r" (?:County|Parish|Borough|Census Area)$", "", label)), label


def with_home(text: str, mentions: Sequence[Mention], state: str) -> list[Mention]:
    """The mentions with the county of the towns of a text that speaks of a sheriff or a jail and names no county or agency, or with the police
    of its one town where it speaks of those; unchanged where it names one, or where its towns lie in several counties."""
    if any(m.kind != "state" and (m.kind == "county" or m.office) for m in mentions) or any(m.office for m in mentions) or _OF_MANY.search(text):
        return list(mentions)
    police = not _OF_COUNTY.search(text)
    if police and not _OF_POLICE.search(text):
        return list(mentions)
    data = index()
    places: dict[str, re.Match[str]] = {}
    for match in _AT_HOME.finditer(text):
        name = match["town"]
        path = None if fold(name) in data.states else county_of(name.title() if name.isupper() else name, state)
        if path is not None:
            places.setdefault(path, match)
    here = [p for p, m in places.items() if re.search(r"\bhere in $", text[max(0, m.start("town") - 8) : m.start("town")])]
    if len(places) != 1 and len(here) != 1:
        return list(mentions)
    path = (here or list(places))[0]
    match = places[path]
    base, label = county_named(path)
    town = match["town"].title() if match["town"].isupper() else match["town"]
    if police:
        towns = {m["town"].lower() for m in _AT_HOME.finditer(text) if fold(m["town"]) not in data.states and county_of(m["town"].title(), state)}
        if len(towns) != 1:
            return list(mentions)
        home = Mention(match.start("town"), match.end("town"), "city", base_of(town), town, state, None, "police", f"{town} Police Department")
        return sorted([*(m for m in mentions if not (m.start < home.end and home.start < m.end)), home], key=lambda m: m.start)
    home = Mention(match.start("town"), match.end("town"), "county", base, label, state, path, "county", None)
    kept = [m for m in mentions if not (m.start < home.end and home.start < m.end)]
    return sorted([*kept, home], key=lambda m: m.start)


# A city as who acts: "Boulder was the third to fall", "Denver's jail".
_STANDS_FIRST = re.compile(r"(?:[.!?;:]\"?[ \n]+|\n|\A)\Z")
_GOES_ON = re.compile(r"'s[ ](?:jail|sheriff)\b|[ ](?:was|is|has|had|does|doesn't|holds?|keeps?|wants?|requires?|honors?|will|won't|says|said|stopped|quit|asks?|no longer|never|still|also)\b|:[ ]")


def with_merged_cities(text: str, mentions: Sequence[Mention], state: str) -> list[Mention]:
    """The mentions with cities of the text's state as the county whose name or government they share, where they stand as
    who acts in a text that names counties without the word ("Boulder was the third to fall")."""
    data = index()
    if not any(m.kind == "county" and m.state == state and m.label == f"{text[m.start : m.end]} County" for m in mentions):
        return list(mentions)
    found = []
    for mention in mentions:
        if mention.kind == "city" and mention.role == "city" and mention.state == state and _GOES_ON.match(text, mention.end) and _STANDS_FIRST.search(text[max(0, mention.start - 4) : mention.start]):
            own = next((e[0] for e in data.cities.get(mention.base, ()) if e[1] == state), "") or ""
            same = next((e[0] for e in data.counties.get(mention.base, ()) if e[1] == state), None)
            path = own if own.endswith(("-county", "-parish")) else same if county_of(mention.label, state) in (None, same) else None
            if path is not None:
                base, label = county_named(path)
                mention = Mention(mention.start, mention.end, "county", base, label, state, path, "county", None, mention.explicit)
        found.append(mention)
    return found
