"""What tells the state of a text that does not name it: who published it, and towns that stand beside a county."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, partial

from dueprocess.extract.atlas import Mention, base_of, codes, county_of, index, states_of
from dueprocess.extract.wording import table, word_set
from dueprocess.places.names import fold

_CAP = r"(?:St\.|Ste\.|[A-Z][\w'-]*)"
_PLACE = rf"(?P<name>{_CAP}(?:[ ]{_CAP}){{0,2}})"
# "Cobb County", "Ada Sheriff", "Sheriff of Ingham", "Minidoka Board": what a county's own office calls itself.
_OFFICE_OF = (
    re.compile(rf"{_PLACE}[ ](?:County|Parish|Borough)\b"),
    re.compile(rf"\b(?:County|Parish)[ ]of[ ]{_PLACE}"),
    re.compile(rf"{_PLACE}[ ](?:Sheriff|Jail|Prison|Detention|Corrections)\b"),
    re.compile(rf"\bSheriff[ ]of[ ]{_PLACE}"),
)
# "KPLX, Boise", "WZQR-FM, Mobile", "City of Moscow", "Lowell Police": a town.
_TOWN_OF = (
    re.compile(rf"\b[KW][A-Z]{{2,3}}(?:-[A-Z]{{2}})?(?:[ ][a-z ]{{3,24}})?,?[ ]{_PLACE}"),
    re.compile(rf"\b(?:City|Town|Village)[ ]of[ ]{_PLACE}"),
    re.compile(rf"{_PLACE}[ ](?:Police|City[ ]Council)\b"),
)
_POSTAL = re.compile(r"(?:,[ ]|\()([A-Z]{2})\b")
# A town beside a county: behind a preposition, in brackets or behind a comma.
_BESIDE = re.compile(rf"(?:\b(?:in|at|from|near|to|of)[ \n]|\(|,[ ])(?P<name>{_CAP}(?:[ ]{_CAP})?)")
_AMBIGUOUS = frozenset({"washington", "new york"})  # a capital and a city, too


@cache
def by_publisher(publisher: str) -> frozenset[str]:
    """The states in which a publisher of this name can be: one where it names its state, several where many have its county; empty where it names no place."""
    data = index()
    name = re.sub(r"\([^)]*made[- ]up[^)]*\)", "", publisher)
    told = set()
    for match in data.state_pattern.finditer(name):
        if not re.match(r"[ ](?:County|Parish|Sheriff)", name[match.end() :]) and (fold(match[1]) not in _AMBIGUOUS or name[: match.start()].endswith((", ", "of ")) or re.match(r"[ ](?:[Ss]tate|jails?|sheriffs|counties)\b", name[match.end() :])):
            told.add(data.states[fold(match[1])])
    told |= {m[1] for m in _POSTAL.finditer(name) if m[1].lower() in codes()} or {code for called, code in table("places")["nicknames of states"].items() if re.search(rf"\b{called}\b", name)}
    if told:
        return frozenset(told)
    for pattern in _OFFICE_OF:
        for match in pattern.finditer(name):
            parts = match["name"].split()
            for size in range(len(parts), 0, -1):
                tail = " ".join(parts[:size] if pattern.pattern.startswith(r"\b") else parts[-size:])
                entries = data.counties.get(base_of(tail), ())
                if entries:
                    return frozenset(e[1] for e in entries)
    for pattern in _TOWN_OF:
        for match in pattern.finditer(name):
            base = base_of(match["name"])
            known = {e[1] for e in data.cities.get(base, ())} or set(states_of(match["name"]))
            if known:
                return frozenset(known)
    return frozenset()


# What an agency's or a county's own name has beside the place: no newspaper, no association.
_OWN_WORDS = re.compile(r"(?:'s\b|\b(?:the|of|and|office|sheriff|county|parish|borough|department|dept|jail|prison|detention|center|facility|division|bureau|corrections?|counsel|attorney|records|release|commissioners?|board|supervisors|council|commission|risk management|executive|division|services|unit|adult)\b|[\s,.;()&-])+", re.IGNORECASE)


# "Dakota County, Hastings, Minnesota": the county's own seat.
_SEAT = re.compile(rf",[ ](?P<town>{_CAP}(?:[ ]{_CAP}){{0,2}})(?=,|$)")


def _without_seat(county: str, state: str, found: re.Match[str]) -> str:
    return "" if county_of(found["town"], state) == county else found.group()


@cache
def own_county(publisher: str, state: str) -> Mention | None:
    """The county whose own office or government a publisher is ("Office of the Sheriff, Ramsey County"), as a mention without words of the text;
    None for a newspaper, an association, or where the state has no such county."""
    data = index()
    publisher = re.sub(r" \([^)]*\)$", "", publisher)  # "McHenry County, Illinois (typed from the recording)"
    for pattern in _OFFICE_OF:
        for match in pattern.finditer(publisher):
            parts = match["name"].split()
            for size in range(len(parts), 0, -1):
                name = " ".join(parts[:size] if pattern.pattern.startswith(r"\b") else parts[-size:])
                entry = next((e for e in data.counties.get(base_of(name), ()) if e[1] == state), None)
                if entry is None:
                    continue
                rest = publisher[: match.start("name")] + " " + match["name"].replace(name, " ", 1) + " " + publisher[match.end("name") :]
                rest = _SEAT.sub(partial(_without_seat, entry[0], state), rest)
                rest = data.state_pattern.sub(" ", re.sub(r"(?<=, )[A-Z][\w. ]+$", lambda m: m.group() if "Sheriff" in m.group() or "County" in m.group() or "Jail" in m.group() else " ", rest))
                if _OWN_WORDS.sub("", _POSTAL.sub(" ", rest)):
                    continue
                role = "sheriff" if "Sheriff" in publisher else "corrections" if re.search(r"Jail|Prison|Detention|Correction", publisher) else "county"
                return Mention(0, 0, "county", base_of(name), entry[2], state, entry[0], role, None)
    return None


def seats(text: str) -> frozenset[str]:
    """What stands in a text as a town beside a county may: capitalized words behind a preposition, a bracket or a comma."""
    return frozenset(m["name"] for m in _BESIDE.finditer(text))


def by_seat(base: str, towns: frozenset[str]) -> str | None:
    """The state in which the county of this name has one of the towns ("San Juan County, in Farmington"); None where
    several do, or none."""
    found = {state for path, state, _ in index().counties.get(base, ()) if any(base_of(t) != base and county_of(t, state) == path for t in towns)}
    return found.pop() if len(found) == 1 else None


def by_seats(text: str, mentions: Sequence[Mention]) -> str | None:
    """The state in which the counties of a text have the towns that stand beside them, or the only one that has all of two
    or more counties that it names; None where several do."""
    data = index()
    bases = {m.base for m in mentions if m.kind == "county"}
    towns = seats(text)
    weight = Counter(s for s in (by_seat(base, towns) for base in bases) if s)
    ranked = weight.most_common(2)
    if ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]):
        return ranked[0][0]
    pools = [{e[1] for e in data.counties[b]} for b in bases if b in data.counties]
    common = set.intersection(*pools) if len(pools) > 1 else set()
    return common.pop() if len(common) == 1 else None


_NO_FIRST_NAME = word_set("before names") | word_set("titles")
_TITLE = re.compile(r"\b(?:Sheriff|Undersheriff|Warden|Chief|Delegate|Commissioner|Supervisor|Senator|Judge)[ ]\Z")


def is_person(text: str, mention: Mention) -> bool:
    """Whether a county's name, by itself behind a title, is the last name of somebody whose first name the text tells elsewhere."""
    name = text[mention.start : mention.end].split("'")[0]
    if " " in name or _TITLE.search(text, max(0, mention.start - 14), mention.start) is None or f"{name} County" in text:
        return False
    return any(fold(m[1]) not in _NO_FIRST_NAME for m in re.finditer(rf"\b([A-Z][a-z]+)[ ](?:[A-Z]\.[ ])?{re.escape(name)}\b", text))


# "Mr. Ray Sample, Town of Linn, said", "— R.T., Gooding": where somebody lives; "Lancaster County Jail (Lincoln)": where an agency sits.
_OF_PERSON = re.compile(r"\b[A-Z][a-z]+(?: [A-Z]\.)? [A-Z][\w'-]+, \Z")
_SIGNED = re.compile(r"[—–-] ?(?:[A-Z]\. ?){1,3}(?:[A-Z][a-z]+)?, \Z")
_BRACKET_BEHIND = re.compile(r"\b(?:County|Parish|Office|Department|Jail|Corrections|Center|Police) \(\Z")
_BEFORE_ADDRESS = 40


def is_address(text: str, mention: Mention) -> bool:
    """Whether a place, named without an office, only tells where somebody lives or where an agency sits."""
    before = text[max(0, mention.start - _BEFORE_ADDRESS) : mention.start]
    if mention.label.startswith("City of ") and _OF_PERSON.search(before):
        return True
    if text[mention.end : mention.end + 1] in ("", "\n") and _SIGNED.search(before):
        return True
    return text[mention.end : mention.end + 1] == ")" and "County" not in text[mention.start : mention.end] and _BRACKET_BEHIND.search(before) is not None


# "the Cass County jail in Fargo": the town in which a county's jail stands.
_JAIL_IN = re.compile(r"(?:'s)?(?:[ ](?:[a-z]+|Jail))?[ \n]in[ \n](?P<town>[A-Z][\w-]+(?:[ ][A-Z][\w-]+)?)")


def seated_elsewhere(text: str, mentions: Sequence[Mention], state: str | None) -> dict[str, str]:
    """The states, other than the text's, of counties whose jail stands in a town that the county of that name has there only."""
    found: dict[str, str] = {}
    for mention in mentions:
        match = _JAIL_IN.match(text, mention.end) if mention.kind == "county" and mention.state is None else None
        if match is not None and state is not None and state not in states_of(match["town"]):
            code = by_seat(mention.base, frozenset({match["town"]}))
            if code is not None:
                found[mention.base] = code
    return found
