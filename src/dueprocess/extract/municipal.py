"""Police that a text names by their town alone: "Toppenish says that it holds nobody", "Ferndale. Doesn't."

Read only in a text that speaks of police or of the cells of towns, and only where the town stands as who acts or heads an item; a
name that a county of the state has, or that the text gives to a person, is no town's here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dueprocess.extract.alone import ACTS, ALSO_WORDS, STARTS
from dueprocess.extract.atlas import Mention, base_of, county_of, index, states_of
from dueprocess.extract.wording import word_set
from dueprocess.places.names import fold

_CAP = r"(?:St\.|[A-Z][\w-]*(?:'[A-Z][a-z]+)?)"
_NAME = rf"(?P<name>{_CAP}(?:[ ]{_CAP})?)"
_ACTS = rf"(?:{ACTS}|(?:informed|tells|forbids|have|prefers|referred|closed)\b)"
# "Police in three towns", "the city jails": what makes a town's name its police.
_OF_TOWNS = re.compile(r"\b(?:(?:[Cc]ity|[Tt]own|[Mm]unicipal|[Pp]olice|[Cc]ontract|[Cc]ommunity)[ ](?:jails?|lockups?|stations?|cells?)|[Pp]olice[ ](?:departments|chiefs)|[Ll]ocal[ ]police|[Ll]ockups|[Jj]ails\b[^.]{0,60}\b(?:cities|towns))\b")
_SUBJECT = re.compile(rf"{STARTS}(?:In[ ])?{_NAME}(?:[ ]and[ ](?P<other>{_CAP}(?:[ ]{_CAP})?))?(?=[ ]{_ACTS}|'s[ ](?:police|chief|officers|lockup|cells|own|goes)\b)")
# "Blaine. Their officers ...", "Elgin, Ill. Before 2012 ...": the head of an item.
_HEAD = re.compile(rf"^[ \t]*(?:[-*•]|\(?\d{{1,2}}[.)])?[ \t]*{_NAME}(?:,[ ](?P<state>[A-Z][a-z]+)\.|[.:])(?=[ ]+[\"A-Z])", re.MULTILINE)


def bare_towns(text: str, mentions: Sequence[Mention], state: str) -> Iterator[Mention]:
    """The police of the towns that a text names without a further word, of its state or of the one written behind the name."""
    if not any(m.role == "police" and m.kind == "city" for m in mentions) and not _OF_TOWNS.search(text):
        return
    data = index()
    for pattern in (_SUBJECT, _HEAD):
        for match in pattern.finditer(text):
            told = match.groupdict().get("state")
            here = data.states.get(fold(told), "") if told else state
            for group in ("name", "other") if pattern is _SUBJECT else ("name",):
                name = match[group]
                if name and here in states_of(name) and not _is_other(text, name, here):
                    yield Mention(match.start(group), match.end(group), "city", base_of(name), name, here, None, "police", f"{name} Police Department", True)


_LEAD = word_set("before names") | {"in", "and", "of", "from", "for", "at"}


def _is_other(text: str, name: str, state: str) -> bool:
    """Whether a name is a state's, a county's or somebody's, or a word."""
    data = index()
    lies = county_of(name, state)
    if fold(name) in data.states or name.lower() in ALSO_WORDS or any(e[1] == state and lies in (None, e[0]) for e in data.counties.get(base_of(name), ())):
        return True
    before = {fold(m[1]) for m in re.finditer(rf"\b([A-Z][\w.]+) (?:[A-Z]\. )?{re.escape(name)}\b", text)}
    return " " not in name and not before <= _LEAD
