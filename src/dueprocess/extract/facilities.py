"""Jails that bear a name of their own ("Piedmont Regional Jail Authority"), and the short forms of agencies ("MDC")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dueprocess.extract.atlas import Mention, base_of, index
from dueprocess.extract.quick import Quick
from dueprocess.places.names import fold

MARK = "facility:"
"""What the base of a named jail begins with: it is no county's name."""

_CAP = r"[A-Z][\w'-]*\.?"
_REGIONAL = Quick(
    rf"\b(?P<name>{_CAP}(?: {_CAP}){{0,3}}) (?:Regional|REGIONAL|Interlocal|INTERLOCAL|Tri-County|Multi-County) (?:(?:Adult|Public|Criminal) )?"
    r"(?:Jail|JAIL|Corrections?|CORRECTIONS?|Correctional|CORRECTIONAL|Detention|DETENTION|Justice|JUSTICE)(?: (?:Authority|AUTHORITY|Facility|FACILITY|Center|CENTER|Complex|COMPLEX|Institution))*"
)
# "Hampton Roads Regional: in draft", "Rappahannock Regional holds", "the Central Virginia regional jail".
_REGIONAL_ALONE = Quick(r"\b(?P<name>(?!(?:The|A|An|Our|This|That|Their|Its|His|Her|No|Every|Each|Another)\b)[A-Z][\w-]*(?: [A-Z][\w-]*){0,2})(?: Regional|(?:'s)? regional jail)(?='s\b|[ ]?[:.,;—–\t]|[ ][a-z])")
# "Alvin S. Glenn Detention Center": somebody's name, though its last word is a county's somewhere.
_AFTER_PERSON = re.compile(r"\b[A-Z][a-z]+ (?:[A-Z]\. )+[A-Z][a-z]+(?: (?:Jr|Sr)\.)? (?:(?:Regional|Adult|County) )?(?:Detention|Correctional|Justice|Corrections) (?:Center|Facility|Complex)")

# "Augusta County's Middle River Regional Jail", "At Central Virginia ..."
_BEFORE = re.compile(r"^.*['’]s (?=[A-Z])|^(?:The|THE|At|At the|In|For|And|But) ")
# Where the state runs its own jails, one is called by its town or island: "Fairbanks Correctional Center".
_OF_STATE = Quick(rf"\b(?P<name>{_CAP}(?: {_CAP})?) (?:Community )?Correctional (?:Center|Complex|Facility|Institution)\b")
_SIDE = 90
"""So near before a jail a state is where it lies: "On the West Virginia side, ... The Northern Regional Jail ..."."""
# "the Northern Regional Jail at Moundsville, West Virginia"
_LIES_IN = re.compile(rf",?[ \n](?:in|at|near)[ \n](?:{_CAP}[ \n]?){{1,3}},[ \n](?P<state>[A-Z][a-z]+(?:[ ][A-Z][a-z]+)?)")
_RUNS_JAILS = ("AK", "HI")


def with_facilities(text: str, chosen: list[Mention], state: str | None) -> list[Mention]:
    """The mentions with the jails that bear names of their own, in the state of the text.

    A jail whose name begins with a county's is that county's and stays as it was read.
    """
    if state is None:
        return chosen
    counties = index().counties
    found: list[Mention] = []
    for pattern in (_REGIONAL, _REGIONAL_ALONE, _AFTER_PERSON, _OF_STATE) if state in _RUNS_JAILS else (_REGIONAL, _REGIONAL_ALONE, _AFTER_PERSON):
        for match in pattern.finditer(text):
            name = _BEFORE.sub("", match.group())
            start = match.end() - len(name)
            own = _BEFORE.sub("", match["name"]) if pattern in (_REGIONAL, _REGIONAL_ALONE) else ""
            if pattern is _REGIONAL_ALONE:
                name = f"{own} Regional Jail"
            if fold(own) in index().states or any(e[1] == state for part in re.split(r"-", own) for e in counties.get(base_of(re.sub(r" (?:County|COUNTY)$", "", part)), ())):
                continue
            near = [c.state for c in chosen if c.kind == "state" and 0 < start - c.end < _SIDE and "\n\n" not in text[c.end : start]]
            behind = _LIES_IN.match(text, match.end())
            lies = index().states.get(fold(behind["state"])) if behind else None
            flat = " ".join(name.split())
            flat = flat.title() if flat.isupper() else flat
            found.append(Mention(start, match.end(), "county", MARK + fold(flat), flat, lies or (near[-1] if near else state), None, "corrections", flat, True))
    if not found:
        return chosen
    kept = [c for c in chosen if not any(c.start < m.end and m.start < c.end for m in found)]
    return sorted([*kept, *found], key=lambda m: m.start)


_SHORT_FORM = re.compile(r"[ \n]\((?:the[ \n])?\"?(?P<short>[A-Z]{3,8})\"?\)|,[ \n](?:known[ \n]as|called|or)[ \n](?:the[ \n])?(?P<known>[A-Z]{3,8})\b")
_NO_AGENCY = frozenset({"ICE", "DHS", "CBP", "ACLU", "INS", "ERO", "FBI", "DOJ"})


def with_short_forms(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions with the later uses of an agency's initials, where the text gives them in brackets behind its name."""
    found: list[Mention] = []
    for mention in mentions:
        short = _SHORT_FORM.match(text, mention.end) if mention.office else None
        name = (short["short"] or short["known"]) if short else None
        if short is None or not name or name in _NO_AGENCY:
            continue
        found += [replace(mention, start=m.start(), end=m.end()) for m in re.compile(rf"\b{name}\b").finditer(text, short.end())]
    if not found:
        return list(mentions)
    kept = [f for f in found if not any(m.start < f.end and f.start < m.end for m in mentions)]
    return sorted([*mentions, *kept], key=lambda m: m.start)
