"""Names of places and agencies in a text, and the state that each belongs to.

A county's name alone often fits many states. What decides, in this order: a state beside the name; the same name with
one state elsewhere in the text; the state of the dateline; the one state that the text is about. Where none of these
decides, the name stays unresolved and is listed; nothing is guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from dueprocess.extract.wording import table, word_set
from dueprocess.places import load_places
from dueprocess.places.names import fold, key, words

Kind = Literal["county", "city", "state"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in the text, with the office named beside it, if one is.

    ``start`` and ``end`` are offsets of the whole mention. ``base`` is the folded name without its legal end; ``label`` the
    name as it would be listed (``Linn County``); ``state`` the postal code or None where it could not be told; ``place``
    the path where the place is in the book. ``role`` is sheriff, corrections, police, county, city, state or None;
    ``office`` the full name of the office as written (``Linn County Sheriff's Office``), or None.
    """

    start: int
    end: int
    kind: Kind
    base: str
    label: str
    state: str | None
    place: str | None
    role: str | None
    office: str | None
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """All places of a text in order, its state if it has one, and the names that could not be placed."""

    mentions: tuple[Mention, ...]
    state: str | None
    unresolved: tuple[tuple[str, tuple[str, ...], int], ...]


@dataclass(frozen=True, slots=True)
class _Index:
    counties: Mapping[str, tuple[tuple[str, str, str], ...]]
    cities: Mapping[str, tuple[tuple[str, str, str], ...]]
    states: Mapping[str, str]
    state_pattern: re.Pattern[str]
    city_pattern: re.Pattern[str]


@cache
def index() -> _Index:
    """The names of the book of places, folded: each to (path, state, name as listed)."""
    book = load_places()
    counties: dict[str, list[tuple[str, str, str]]] = {}
    cities: dict[str, list[tuple[str, str, str]]] = {}
    states: dict[str, str] = {}
    names: dict[str, str] = {}
    for place in book:
        if place.kind in ("state", "territory") and place.state:
            states[fold(place.name)] = place.state
            names[place.name] = place.state
        elif place.kind == "county" and place.state and place.valid_until is None:
            base = re.sub(r" (County|Parish|Borough|Census Area|Municipality|Municipio|city|City and Borough)$", "", place.name)
            if place.name.endswith(" city"):
                cities.setdefault(key(words(base)), []).append((place.id, place.state, base))
            else:
                counties.setdefault(key(words(base)), []).append((place.id, place.state, place.name))
        elif place.kind == "city" and place.state:
            base = re.sub(r" (city|town|village)$", "", place.name)
            cities.setdefault(key(words(base)), []).append((place.id, place.state, base))
    data = table("places")
    for name, code in data["short states"].items():
        states[fold(name)] = code
    for name, where in data["well-known cities"].items():
        entry = (where["place"], where["state"], name)
        known = cities.setdefault(key(words(name)), [])
        if all(e[1] != where["state"] for e in known):
            known.append(entry)
    written = sorted([*names, *data["short states"]], key=len, reverse=True)
    state_pattern = re.compile(r"(?<![\w.])(" + "|".join(re.escape(n) for n in written) + r")(?![\w])")
    titles = sorted({e[2] for v in cities.values() for e in v}, key=len, reverse=True)
    city_pattern = re.compile(r"\b(" + "|".join(re.escape(t) for t in titles) + r")\b")
    return _Index(_fixed(counties), _fixed(cities), states, state_pattern, city_pattern)


def _fixed(found: Mapping[str, list[tuple[str, str, str]]]) -> dict[str, tuple[tuple[str, str, str], ...]]:
    return {k: tuple(v) for k, v in found.items()}


_CAP = r"(?:St\.|Ste\.|Mt\.|Ft\.|[A-ZÀ-Ý][\w'’À-ÿ-]*)"
_NAME = rf"{_CAP}(?:[ \n](?:{_CAP}|de|du|la|los|the|of|and(?=[ \n]Clark|[ \n]Queen|[ \n]William|[ \n]Pend))){{0,3}}"
_COUNTY = re.compile(rf"(?P<name>{_NAME})[ \n](?P<end>County|Parish|Borough|COUNTY|PARISH)\b(?![ \n](?:Courthouse|Road|Line|Fair)\b)")
_COUNTY_OF = re.compile(rf"\b(?:County|COUNTY|Parish|PARISH)[ ](?:of|OF)[ ](?P<name>{_NAME})")
_COUNTIES = re.compile(rf"(?P<names>{_NAME}(?:,[ \n]{_NAME}){{0,40}}(?:,?[ \n](?:and|or)[ \n]{_NAME}))[ \n](?:[Cc]ounties|[Pp]arishes|[Cc]ounty(?=[ \n](?:jails|sheriffs)))\b")
_COUNTIES_OF = re.compile(rf"\b(?:[Cc]ounties|[Pp]arishes)(?:[ ]of|:|,[ ]including)?[ ](?P<names>{_NAME}(?:,[ \n]{_NAME}){{0,40}}(?:,?[ \n](?:and|or)[ \n]{_NAME}))")
_AFTER_STATE = re.compile(r"(?:,[ \n]|[ \n]\(|[ \n]in[ \n](?:the[ \n]state[ \n]of[ \n])?|,?[ \n]STATE[ ]OF[ ])")
# What may stand between a place and the end of its office's name.
_OFFICE = re.compile(
    r"(?:['’]s?)?[ \n](?:(?P<sheriff>Sheriff['’]?s?['’]?[ \n](?:Office|Department|Dept\.?)|SHERIFF['’]?S['’]?[ ](?:OFFICE|DEPARTMENT)|Sheriff|SHERIFF|sheriff['’]s[ \n](?:office|department)|sheriff)"
    r"|(?P<corrections>(?:(?:Adult|Regional|Metro|Metropolitan|Main|Central|Public[ ]Safety|Community|Juvenile)[ \n])*(?:Department|Division|Bureau|Office)[ \n]of[ \n](?:[A-Z][\w]+(?:,)?[ \n](?:and[ \n])?){0,4}?(?:Corrections?|Detention|Jails?|Prisons|Rehabilitation|Rehabilitative[ \n]Services)(?:[ \n]and[ \n][A-Z]\w+(?:[ \n](?:Services|Detention))?)?"
    r"|(?:(?:Adult|Regional|Metro|Metropolitan|Main|Central|Public[ ]Safety|Community|Justice|Law[ ]Enforcement)[ \n])*(?:Corrections(?:[ \n](?:Department|Center|and[ \n]Rehabilitation))?|Correctional[ \n](?:Facility|Center|Institution)|Detention[ \n](?:Center|Facility)|Jail|Prison|House[ \n]of[ \n]Corrections?|jail|prison|detention[ \n]center|workhouse|lockup))"
    r"|(?P<police>(?:Metropolitan[ ])?Police(?:[ \n](?:Department|Dept\.?|Bureau))?|police(?:[ \n]department)?)"
    r"|(?P<body>Board(?:[ \n]of[ \n](?:County[ ])?(?:Commissioners|Supervisors|Freeholders))?|Commission(?:ers)?|Council|Supervisors|Commissioners|City[ ]Council|County[ ]Council|Legislature|Executive|commissioners|supervisors|council|board))\b"
)
_NAMED_OFFICE = re.compile(rf"\b(?P<name>{_NAME})(?:['’]s)?[ \n](?:Sheriff['’]s[ \n](?:Office|Department)|(?P<police>Police[ \n](?:Department|Dept))|Metro[ \n]Corrections|County[ \n]Jail|sheriff['’]s[ \n](?:office|department))")
_DATELINE = re.compile(r"^[ \t]*(?P<city>[A-Z][A-Z .'’-]{2,30}?)(?:,[ ](?P<state>[A-Z][A-Za-z.]+(?:[ ][A-Z][a-z.]+)?))?(?:[ ]\([A-Z][A-Za-z .]{1,12}\))?[ ]?(?:—|–|--|-[ ])", re.MULTILINE)
_LEAD = word_set("before names")


_CASE = re.compile(r"(?:\bv\.?s?\.?[ \n]|\bversus[ \n]|(?:ruling|decision|suit|judgment|verdict|case|judge|court)[^.;]{0,60}(?:against|involving|found|that)[ \n](?:Oregon['’]s[ \n])?(?:that[ \n])?)$", re.IGNORECASE)


def of_case(text: str, mention: Mention) -> bool:
    """Whether a place stands there as a party to a case, or as what a ruling was about."""
    return _CASE.search(text[max(0, mention.start - 90) : mention.start]) is not None or re.match(r"[ \n]v[.s]", text[mention.end : mention.end + 4]) is not None


_TITLED = word_set("titles")


def survey(text: str, *, title: str | None = None) -> Survey:
    """The places and offices that a text names."""
    found = sorted(_raw(text), key=lambda m: (m.start, -m.end))
    chosen: list[Mention] = []
    for mention in found:
        if chosen and mention.start < chosen[-1].end:
            if not (mention.office and not chosen[-1].office and mention.end > chosen[-1].end):
                continue
            chosen.pop()
        chosen.append(mention)
    state = _state_of(text, title, chosen)
    return _settled(text, chosen, state)


def _raw(text: str) -> Iterable[Mention]:
    data = index()
    for pattern in (_COUNTY, _COUNTY_OF):
        for match in pattern.finditer(text):
            end = match["end"] if pattern is _COUNTY else "County"
            hit = _county(match["name"], match.start("name"), end, trim=pattern is _COUNTY)
            if hit is None:
                continue
            base, label, start = hit
            first = start if pattern is _COUNTY else match.start()
            yield _with_office(text, first, match.end(), "county", base, label)
    for pattern in (_COUNTIES, _COUNTIES_OF):
        for match in pattern.finditer(text):
            for part in re.finditer(rf"(?:^|,[ \n]|[ \n](?:and|or)[ \n]|,[ \n](?:and|or)[ \n])({_NAME}?)(?=,|[ \n](?:and|or)[ \n]|$)", match["names"]):
                hit = _county(part[1], match.start("names") + part.start(1), "County", trim=True)
                if hit is not None and hit[0] in data.counties:
                    begin = hit[2]
                    yield Mention(begin, match.start("names") + part.end(1), "county", hit[0], hit[1], None, None, "county", None)
    for match in data.city_pattern.finditer(text):
        name = match[1]
        after = text[match.end() : match.end() + 12]
        if re.match(r"[ \n](?:County|Parish|COUNTY|Times|Post|Tribune|Chronicle|Avenue|Street|Amendment)", after):
            continue
        yield _with_office(text, match.start(), match.end(), "city", key(words(name)), name)
    for match in _NAMED_OFFICE.finditer(text):
        line = match["name"].rfind("\n") + 1
        name, start = _trimmed(match["name"][line:], match.start() + line)
        police = match["police"] is not None
        if not name or name in data.states:
            continue
        if key(words(name)) in data.counties or (police and len(name.split()) < 4):
            kind: Kind = "city" if police else "county"
            yield _with_office(text, start, match.end("name"), kind, key(words(name)), name if police else f"{name} County")
    for name in table("places")["bare counties"]:
        for match in re.finditer(rf"\b{name}\b(?![ \n](?:County|Parish))", text):
            yield _with_office(text, match.start(), match.end(), "county", key(words(name)), f"{name} County")
    yield from _bare(text)
    for match in data.state_pattern.finditer(text):
        code = data.states[fold(match[1])]
        office = re.match(r"['’]?s?[ \n](Department of (?:Corrections?|Public Safety and Correctional Services|Correctional Services)(?: and Rehabilitation)?|State Police|Highway Patrol)", text[match.end() : match.end() + 70])
        end = match.end() + (office.end() if office else 0)
        role = None if office is None else "corrections" if "Correct" in office[1] else "police"
        yield Mention(match.start(), end, "state", fold(match[1]), match[1], code, f"us/{code.lower()}", role, text[match.start() : end] if office else None, True)


def _bare(text: str) -> Iterable[Mention]:
    """Counties by their names alone, where the text names them with the word elsewhere, or the jail or sheriff beside them."""
    data = index()
    names: dict[str, str] = {}
    for match in _COUNTY.finditer(text):
        hit = _county(match["name"], match.start("name"), match["end"], trim=True)
        if hit is not None:
            names.setdefault(hit[1].rsplit(" ", 1)[0], hit[1])
    for name, label in names.items():
        if name in data.states or fold(name) in data.states or len(name) < 4:
            continue
        for match in re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-]|[ \n](?:County|Parish|Street|Avenue|Road|City|Police|[Cc]ounties|said|says|told|wrote)|[ \n](?!Sheriff|Jail|Department|Detention|Correct)[A-Z])", text):
            before = re.search(r"([\w.]+)[ \n]$", text[max(0, match.start() - 20) : match.start()])
            if before and before[1][0].isupper() and fold(before[1]).strip(".") not in _LEAD - _TITLED:
                continue  # somebody's last name
            yield _with_office(text, match.start(), match.end(), "county", key(words(name)), label)
    for match in re.finditer(rf"\b[Ii]n[ \n](?P<name>{_CAP}(?:[ ]{_CAP})?),[ \n](?=(?:where[ \n])?the[ \n](?:jail|sheriff|county))", text):
        base = key(words(match["name"]))
        if base in data.counties and base not in data.cities and match["name"] not in names:
            yield Mention(match.start("name"), match.end("name"), "county", base, f"{match['name']} County", None, None, "county", None)


def _trimmed(name: str, start: int) -> tuple[str, int]:
    """A run of capitalized words without those at its start that only begin a sentence or carry a title."""
    while True:
        head = re.match(r"([\w.'’-]+)[ \n]+", name)
        if head is None:
            return ("", start) if fold(name).strip(".") in _LEAD else (name, start)
        if fold(head[1]).strip(".") not in _LEAD and not head[1].endswith(("’s", "'s")):
            return name, start
        name, start = name[head.end() :], start + head.end()


def _county(name: str, start: int, end: str, *, trim: bool) -> tuple[str, str, int] | None:
    """Base, label and start of a county: the longest end of the words that the book knows, else what is left of them."""
    data = index()
    ending = end.capitalize()
    tail, at = name, start
    if trim:
        while True:
            base = key(words(tail))
            if base in data.counties and tail[0].isupper() and not tail.startswith(("The ", "THE ", "And ")):
                return base, f"{_cased(tail)} {ending}", at
            head = re.match(r"\S+[ \n]+", tail)
            if head is None:
                break
            tail, at = tail[head.end() :], at + head.end()
    else:
        parts = re.split(r"[ \n]+", name)
        for length in range(len(parts), 0, -1):
            base = key(words(" ".join(parts[:length])))
            if base in data.counties:
                return base, f"{_cased(' '.join(parts[:length]))} {ending}", start
    left, at = _trimmed(name, start)
    # A county that the book does not know is believed only where it looks like a name.
    if name.isupper() or len(left.split()) > 2 or "\n" in left:
        return None
    return (key(words(left)), f"{_cased(left)} {ending}", at) if left and key(words(left)) else None


def _cased(name: str) -> str:
    flat = " ".join(name.split())
    return flat.title() if flat.isupper() else flat


def _with_office(text: str, start: int, end: int, kind: Kind, base: str, label: str) -> Mention:
    match = _OFFICE.match(text, end)
    # "County in Oregon Sheriff" is none: the office stands right behind the place.
    if match is None:
        return Mention(start, end, kind, base, label, None, None, "city" if kind == "city" else "county", None)
    role = match.lastgroup or ""
    if role == "body":
        return Mention(start, match.end(), kind, base, label, None, None, "body", " ".join(text[start : match.end()].split()))
    office = " ".join(text[start : match.end()].split())
    if office.isupper():
        office = office.title().replace("'S", "'s").replace("’S", "’s").replace(" Of ", " of ")
    return Mention(start, match.end(), kind, base, label, None, None, role, office)


def _state_of(text: str, title: str | None, mentions: list[Mention]) -> str | None:
    """The state of the dateline or of the title; else the one that most names of the text point to."""
    data = index()
    head = text[:1500]
    for match in _DATELINE.finditer(head):
        if match["state"] and fold(match["state"]) in data.states:
            return data.states[fold(match["state"])]
        known = {e[1] for e in data.cities.get(key(words(match["city"])), ())}
        if len(known) == 1:
            return known.pop()
    if title:
        named = {data.states[fold(m[1])] for m in data.state_pattern.finditer(title) if not _capital(title, m)}
        if len(named) == 1:
            return named.pop()
    for match in re.finditer(r"(?:STATE OF |State of )([A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)?)", head):
        code = data.states.get(fold(match[1])) or data.states.get(fold(match[1].split()[0]))
        if code:
            return code
    # A place with its state in the head of a form or an order: "Winnemucca, Nevada".
    for match in re.finditer(r"^[^\n]{0,60}?[A-Z][a-z]+(?: [A-Z][a-z]+)?, ([A-Z][A-Za-z. ]{1,14}?)(?: \d{5})?[ \t]*$", head[:600], re.MULTILINE):
        code = data.states.get(fold(match[1]))
        if code:
            return code
    weight: Counter[str] = Counter()
    for mention in mentions:
        if mention.kind == "state" and mention.state and not _capital_at(text, mention):
            weight[mention.state] += 2
        elif mention.kind == "county" and not of_case(text, mention):
            states = {e[1] for e in data.counties.get(mention.base, ())}
            if len(states) == 1:
                weight[states.pop()] += 2
        elif mention.kind == "city":
            states = {e[1] for e in data.cities.get(mention.base, ())}
            if len(states) == 1:
                weight[states.pop()] += 1
    ranked = weight.most_common(2)
    if ranked and (len(ranked) == 1 or ranked[0][1] >= 2 * ranked[1][1]):
        return ranked[0][0]
    return None


def _capital(text: str, match: re.Match[str]) -> bool:
    """Whether ``Washington`` may be the capital or a county, ``New York`` the city, and so says no state."""
    if match[1] == "Washington":
        return not re.search(r"(?:state of |, |in southwest |across |in eastern |in western )$", text[: match.start()][-20:]) and not re.match(r" (?:state|sheriffs|law|jails)\b", text[match.end() :])
    if match[1] == "New York":
        return bool(re.match(r" (?:City|Times|Post|Daily)", text[match.end() :])) or bool(re.search(r"(?:in|to) $", text[: match.start()][-4:]))
    return False


def _capital_at(text: str, mention: Mention) -> bool:
    match = re.compile(re.escape(mention.label)).match(text, mention.start)
    if match is None:
        return False
    if mention.label == "Washington":
        return not re.search(r"(?:state of |, |across )$", text[max(0, mention.start - 20) : mention.start]) and not text[mention.end :].startswith((" state", " sheriffs", " law", " jails"))
    return mention.label == "New York" and text[mention.end :].startswith((" City", " Times", " Post", " Daily"))


def _settled(text: str, mentions: list[Mention], state: str | None) -> Survey:
    """The mentions with their states; first those that name it themselves, then the rest."""
    data = index()
    explicit: dict[str, set[str]] = {}
    placed: list[Mention] = []
    for mention in mentions:
        if mention.kind == "state":
            placed.append(mention)
            continue
        beside = _beside(text, mention)
        if beside is not None:
            explicit.setdefault(mention.base, set()).add(beside)
            mention = replace(mention, state=beside, explicit=True)
        placed.append(mention)
    settled: list[Mention] = []
    unresolved: dict[str, tuple[tuple[str, ...], int]] = {}
    near: tuple[int, str] | None = None
    turned: dict[str, str] = {}
    for mention in placed:
        if mention.kind == "state":
            if not _capital_at(text, mention):
                near = (mention.start, mention.state or "")
            settled.append(mention)
            continue
        pool = data.counties if mention.kind == "county" else data.cities
        known = {e[1]: e for e in pool.get(mention.base, ())}
        code = mention.state
        if code is None and state in known and explicit.get(mention.base) and state not in explicit[mention.base]:
            # A namesake in another state: meant only where the same paragraph has just named it.
            code = near[1] if near and near[1] in explicit[mention.base] and text.rfind("\n\n", 0, mention.start) < near[0] else state
        if code is None and len(explicit.get(mention.base, ())) == 1:
            code = next(iter(explicit[mention.base]))
        if code is None and len(explicit.get(mention.base, ())) > 1 and near and near[1] in explicit[mention.base] and text.rfind("\n\n", 0, mention.start) < near[0]:
            code = near[1]
        elif code is None and state in known and near and near[1] != state and near[1] in known and mention.start - near[0] < 150 and text.rfind("\n\n", 0, mention.start) < near[0] and not explicit.get(mention.base):
            code = turned[mention.base] = near[1]  # the paragraph has just turned to another state
        elif code is None and mention.base in turned:
            code = turned[mention.base]
        elif code is None and state in known and len(explicit.get(mention.base, ())) < 2:
            code = state
        elif code is None and len(known) == 1:
            code = next(iter(known))
        elif code is None and mention.kind == "city" and len(data.counties.get(mention.base, ())) == 1:
            code = data.counties[mention.base][0][1]  # a city that shares its name with the only county of that name
        elif code is None and not known and state is not None:
            code = state  # a place that the book does not list, in a text about one state
        if code is None and near and near[1] in known and mention.start - near[0] < 600 and not explicit.get(mention.base):
            code = near[1]  # the state that the text has just turned to
        if code is None:
            unresolved.setdefault(mention.label, (tuple(sorted(known)), mention.start))
        entry = known.get(code) if code else None
        label = mention.label if entry is None or mention.kind == "city" else entry[2]
        settled.append(replace(mention, state=code, place=entry[0] if entry else None, label=label))
    return Survey(tuple(settled), state, tuple((name, *rest) for name, rest in unresolved.items()))


def _beside(text: str, mention: Mention) -> str | None:
    """The state written right behind or before a name (``, Oregon``; ``in Iowa``; ``Oregon's``)."""
    data = index()
    gap = _AFTER_STATE.match(text, mention.end)
    if gap:
        after = data.state_pattern.match(text, gap.end())
        if after:
            return data.states[fold(after[1])]
        # A postal code, which only a comma or a bracket makes one.
        code = re.match(r"([A-Z]{2})\b", text[gap.end() :][:4]) if "in" not in gap.group() else None
        if code and code[1].lower() in _codes():
            return code[1]
    # "the Jefferson County jail in Port Townsend, Washington"
    seat = re.match(r"[ \n]in[ \n](?:[A-Z][\w.'’]+[ \n]?){1,3},[ \n]", text[mention.end : mention.end + 50])
    if seat:
        after = data.state_pattern.match(text, mention.end + seat.end())
        if after:
            return data.states[fold(after[1])]
    # "Oregon's Clackamas County"; "Indiana. Monroe County, ..."
    before = re.search(r"([A-Z][a-z]+(?: [A-Z][a-z]+)?)(?:['’]s[ \n]|[.:][ \n]+)$", text[max(0, mention.start - 30) : mention.start])
    if before and fold(before[1]) in data.states:
        return data.states[fold(before[1])]
    return None


@cache
def _codes() -> frozenset[str]:
    return frozenset(c.lower() for c in index().states.values())


def state_name(code: str) -> str:
    """The name of a state by its postal code."""
    return load_places().place(f"us/{code.lower()}").name
