"""Names of places and agencies in a text, and the state that each belongs to.

A county's name alone often fits many states. What decides, in this order: a state beside the name; the same name with
one state elsewhere in the text; the state of the dateline; the publisher's, or the one state that the text is about; the
one in which the county has the town that stands beside it. Where none of these
decides, the name stays unresolved and is listed; nothing is guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from dueprocess.extract.atlas import (
    Mention,
    Survey,
    base_of,
    codes,
    headed,
    index,
    of_case,
    state_heads,
    state_name,
    states_of,
)
from dueprocess.extract.beside import state_beside
from dueprocess.extract.evidence import (
    by_publisher,
    by_seat,
    by_seats,
    is_address,
    is_person,
    own_county,
    seated_elsewhere,
    seats,
)
from dueprocess.extract.facilities import with_facilities, with_short_forms
from dueprocess.extract.homes import with_home, with_merged_cities
from dueprocess.extract.listed import by_lists, with_lists
from dueprocess.extract.mentions import named, with_headings
from dueprocess.extract.quick import Quick
from dueprocess.extract.rows import with_rows
from dueprocess.extract.towns import of_state, with_towns
from dueprocess.extract.wording import table
from dueprocess.places.names import fold

__all__ = ["Mention", "Survey", "index", "of_case", "state_name", "survey"]

_DATELINE = re.compile(r"^[ \t]*(?P<city>[A-Z][A-Z .'’-]{2,30}?)(?:,[ ](?P<state>[A-Z][A-Za-z.]+(?:[ ][A-Z][a-z.]+)?))?(?:[ ]\([A-Z][A-Za-z .]{1,12}\))?[ ]?(?:—|–|--|-[ ])", re.MULTILINE)


_MOST_DATELINES = 2
"""A story has one, and one more where it was put together; so has each of some briefs."""


def survey(text: str, *, title: str | None = None, publisher: str | None = None) -> Survey:
    """The places and offices that a text names; title and publisher are evidence for its state, no more."""
    chosen = _chosen(text)
    state = _state_of(text, title, publisher, chosen)
    chosen = with_lists(text, with_headings(text, chosen, state) if state is not None else chosen, state, title)
    chosen = with_rows(text, with_facilities(text, chosen, state), state) if "\t" in text else with_facilities(text, chosen, state)
    settled = _settled(text, chosen, state)
    if state is None:
        agreed = {m.state for m in settled.mentions if m.kind == "county" and m.state} if not settled.unresolved else set()
        state = agreed.pop() if len(agreed) == 1 else None  # all counties are of one state: so are its bare names
        settled = replace(settled, state=state)
    mentions = [m for m in with_towns(text, list(settled.mentions), state) if m.kind != "county" or not is_person(text, m)]
    if state is not None:
        mentions = with_home(text, with_merged_cities(text, mentions, state), state)
    mentions = [m for m in mentions if m.office or not is_address(text, m)]
    issuer = (own_county(publisher, state) or _state_prisons(publisher, state) or _issuer(text, publisher, state)) if publisher and state else None
    own = issuer if issuer is not None and issuer.kind == "county" else None
    head = issuer or (_headed(text, title, state) if title and state else None)
    if head is None and state is not None and not any(m.kind != "state" for m in chosen):
        # In a state without county jails the department that runs them; else the county of anybody in the publisher's name, or of a party in the title.
        head = of_state(text, state) or next((m for h in (publisher, title) if h and not _FRIENDS.search(h) and (m := _headed(text, h, state, parties=True)) is not None), None)
    if head is not None:
        head = next((m for m in mentions if (m.kind, m.base, m.state) == (head.kind, head.base, head.state) and (m.kind == "county" or m.role == head.role)), head)
    return replace(settled, mentions=tuple(with_short_forms(text, mentions)), own=own and head, head=head)


def _chosen(text: str) -> list[Mention]:
    """The mentions of a text, of those that overlap the first, or the one behind it that names an office."""
    chosen: list[Mention] = []
    for mention in sorted(named(text), key=lambda m: (m.start, -m.end)):
        if chosen and mention.start < chosen[-1].end:
            if not (mention.office and not chosen[-1].office and mention.end > chosen[-1].end):
                continue
            chosen.pop()
        chosen.append(mention)
    return chosen


_OFFICERS = re.compile(r"\b(?:[Oo]fficers?|[Pp]olice|[Pp]atrol|lockup|[Ss]worn|[Mm]embers)\b")


# Who publishes as an agency or a government, and who as friends of one: a newspaper bears a county's name, too.
_GOVERNS = re.compile(
    r"\b(?:Sheriff|Office|Police|Jail|Prison|Correction\w*|Detention|Departments?|Division|Board|Commission\w*|Council\w*|Counsel|Attorney|Auditor|Jury|Clerk|Manager|Executive|Solicitor|Prosecutor|Defender|Supervisors|"
    r"City of|Town of|Village of|County of|Chief|Deputy|Warden|Records|Committee|Court|Authority|Public Safety|Justice|Jailer|Undersheriff|Legislature|Freeholders|Released by|Media desk|Risk manager|Custodian)\b",
    re.IGNORECASE,
)
_FRIENDS = re.compile(r"\b(?:Friends|Coalition|Project|Alliance|Network|Union|Watch|Monitor|Campaign|Citizens|Neighbors|Immigrants?|Legal|Desk|Courier|Times|Herald|News|Post|Press|Tribune|Gazette|Journal|Record|Radio|Review|Report\w*)\b")


def _issuer(text: str, publisher: str, state: str) -> Mention | None:
    """The agency or county as which a publisher speaks, as a mention without words of the text; None for newspapers, associations and friends."""
    if not _GOVERNS.search(publisher) or _FRIENDS.search(publisher):
        return None
    found = _headed(text, publisher, state)
    town = _TOWN_ISSUES.search(publisher)
    if found is None and town is not None and state in states_of(town["name"]) and _OFFICERS.search(text):
        found = Mention(0, 0, "city", base_of(town["name"]), town["name"], state, None, "police", f"{town['name']} Police Department")
    return found


def _state_prisons(publisher: str, state: str) -> Mention | None:
    """The department of prisons of the text's state as which a publisher speaks ("Vermont Department of Corrections, Montpelier")."""
    found = next((m for m in named(publisher) if m.kind == "state" and m.state == state and m.role == "corrections" and not publisher[: m.start].strip()), None)
    return None if found is None else replace(found, start=0, end=0, base=state.lower(), label=found.office or found.label)


# "Chief of Police, Burlington, Vermont", "City council of Tukwila, King County": whose police a text may speak of.
_TOWN_ISSUES = re.compile(r"(?i:police|chief|council|commission|public safety|town meeting|law department)\b[^,]*?(?:,| of) (?P<name>[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2}),")


def _headed(text: str, head: str, state: str, *, parties: bool = False) -> Mention | None:
    """The agency or county that a title or a publisher's name gives, as a mention without words of the text: offices first; ``parties`` to
    a case, too."""
    found = [m for m in with_towns(head, list(_settled(head, with_facilities(head, _chosen(head), state), state).mentions), state) if m.state == state and (parties or not of_case(head, m))]
    for usable in ([m for m in found if m.office and m.kind != "state"], [m for m in found if m.kind == "county" and m.place], [m for m in found if m.kind == "city" and m.label.startswith("City of")]):
        if usable:
            one = replace(usable[0], start=0, end=0)
            if one.kind == "city" and one.role == "city" and _OFFICERS.search(text):
                name = one.label.removeprefix("City of ")
                one = replace(one, role="police", label=name, office=f"{name} Police Department")
            return one
    return None


@cache
def _codes_of_laws() -> Sequence[tuple[str, Quick]]:
    """The states whose code of laws tells them, and how it is cited."""
    return [(code, Quick(cited)) for code, cited in table("places")["codes"].items()]


def _state_of(text: str, title: str | None, publisher: str | None, mentions: list[Mention]) -> str | None:
    """The state of the dateline or of the title; else the one that most names of the text point to."""
    data = index()
    head = text[:1500]
    datelines = list(_DATELINE.finditer(head))
    # Where most of many are counties, they are the heads of a list's items.
    heads = len(datelines) > _MOST_DATELINES and sum(base_of(m["city"]) in data.counties for m in datelines) > len(datelines) / 2
    for match in datelines:
        if match["state"] and fold(match["state"]) in data.states:
            return data.states[fold(match["state"])]
        if heads:
            continue
        known = {e[1] for e in data.cities.get(base_of(match["city"]), ())} or set(states_of(match["city"]))
        local = by_publisher(publisher) if publisher else frozenset()
        if len(local) == 1 and local <= states_of(match["city"]):
            known = set(local)  # "COLUMBUS", of a paper in Mississippi
        if len(known) == 1:
            return known.pop()
    if title:
        told = {data.states[fold(m[1])] for m in data.state_pattern.finditer(title) if not _capital(title, m)}
        if len(told) == 1:
            return told.pop()
    for match in re.finditer(r"(?:STATE OF |State of |COMMONWEALTH OF |Commonwealth of )([A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)?)", head):
        code = data.states.get(fold(match[1])) or data.states.get(fold(match[1].split()[0]))
        if code:
            return code
    # A place with its state in the head of a form or an order: "Winnemucca, Nevada".
    for match in re.finditer(r"^[^\n]{0,60}?[A-Z][a-z]+(?: [A-Z][a-z]+)?, ([A-Z][A-Za-z. ]{1,14}?)(?: \d{5})?[ \t]*$", head[:600], re.MULTILINE):
        code = data.states.get(fold(match[1]))
        if code:
            return code
    # "DETAINERS IN OREGON JAILS": a headline in capitals.
    shouted = [w for line in re.findall(r"^[^a-z\n]{8,}$", head[:400], re.MULTILINE) for size in (r"[A-Z]{4,}", r"[A-Z]{3,} [A-Z]{4,}") for w in re.findall(rf"\b(?={size}\b)({size})", line)]
    loud = {data.states[fold(w)] for w in shouted if fold(w) in data.states and fold(w) not in ("washington", "new york")}
    if len(loud) == 1:
        return loud.pop()
    listed = by_lists(text)
    if listed is not None:
        return listed
    weight: Counter[str] = Counter()
    for code in re.findall(r"\b([A-Z]{2})(?=-[A-Z][a-z]+|[ ](?:sheriffs|jails|jailers|counties)\b)", text):
        weight[code] += 2 * (code.lower() in codes())
    for code, cited in _codes_of_laws():
        weight[code] += 3 * (cited.search(text) is not None)
    for mention in mentions:
        if mention.kind == "state" and mention.state and not _capital_at(text, mention) and not of_case(text, mention):
            weight[mention.state] += 2
        elif mention.kind == "county" and not of_case(text, mention):
            states = {e[1] for e in data.counties.get(mention.base, ())}
            if len(states) == 1:
                weight[states.pop()] += 2
        elif mention.kind == "city":
            states = {e[1] for e in data.cities.get(mention.base, ())}
            if len(states) == 1 and states.issuperset(e[1] for e in data.counties.get(mention.base, ())):
                weight[states.pop()] += 1  # Norfolk may be another state's county
    ranked = (+weight).most_common(2)
    clear = bool(ranked) and (len(ranked) == 1 or ranked[0][1] >= 2 * ranked[1][1])
    published = by_publisher(publisher) if publisher else frozenset()
    if publisher and len(published) == 1:
        (there,) = published
        if _GOVERNS.search(publisher) or weight[there] > 0 or not (clear and ranked[0][1] >= _STRONG):
            return there
    if clear:
        return ranked[0][0]
    seated = by_seats(text, mentions)
    if seated is not None:
        return seated
    # A publisher that several states could have: the one that has all counties of the text.
    pools = [{e[1] for e in data.counties[m.base]} for m in mentions if m.kind == "county" and m.base in data.counties]
    fitting = published.intersection(*pools)
    return next(iter(fitting)) if len(fitting) == 1 else None


_STRONG = 4
"""What the names in a text weigh together when they outweigh its publisher."""


# "Washington state", "Washington's jails".
_NOT_CAPITAL = re.compile(r"(?:['’]s)? (?:state|sheriffs|laws?|jails|counties)\b")


def _capital(text: str, match: re.Match[str]) -> bool:
    """Whether ``Washington`` may be the capital or a county, ``New York`` the city, and so says no state."""
    if match[1] == "Washington":
        return not re.search(r"(?:state of |, |in southwest |across |in eastern |in western )$", text[: match.start()][-20:]) and not _NOT_CAPITAL.match(text, match.end())
    if match[1] == "New York":
        return bool(re.match(r" (?:City|Times|Post|Daily)", text[match.end() :])) or bool(re.search(r"(?:in|to) $", text[: match.start()][-4:]))
    return False


def _capital_at(text: str, mention: Mention) -> bool:
    match = re.compile(re.escape(mention.label)).match(text, mention.start)
    if match is None:
        return False
    if mention.label == "Washington":
        return not re.search(r"(?:state of |, |across )$", text[max(0, mention.start - 20) : mention.start]) and not _NOT_CAPITAL.match(text, mention.end)
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
        beside = state_beside(text, mention)
        if beside is not None:
            explicit.setdefault(mention.base, set()).add(beside)
            mention = replace(mention, state=beside, explicit=True)
        placed.append(mention)
    heads = state_heads(text)
    settled: list[Mention] = []
    unresolved: dict[str, tuple[tuple[str, ...], int]] = {}
    near: tuple[int, str] | None = None
    reach = _TURNED
    turned: dict[str, str] = {}
    latest: dict[str, tuple[int, str]] = {}
    towns: frozenset[str] = frozenset()
    seated = seated_elsewhere(text, placed, state)
    for mention in placed:
        if mention.kind == "state":
            if not _capital_at(text, mention):
                near, reach = (mention.start, mention.state or ""), _TURNED
            settled.append(mention)
            continue
        if mention.kind == "city" and mention.role in ("sheriff", "corrections") and state is not None:
            # "the Suffolk sheriff" in a text of New York: the county's, though a city elsewhere has the name.
            county = next((e for e in data.counties.get(mention.base, ()) if e[1] == state), None)
            if county is not None and all(e[1] != state for e in data.cities.get(mention.base, ())):
                mention = replace(mention, kind="county", label=county[2])
        pool = data.counties if mention.kind == "county" else data.cities
        known = {e[1]: e for e in pool.get(mention.base, ())}
        code = mention.state
        if code is not None:
            latest[mention.base] = (mention.start, code)
        head = headed(heads, mention.start)
        if code is None:
            code = head if head in known else seated.get(mention.base) if mention.kind == "county" else None
        if code is None and len(explicit.get(mention.base, ())) > 1 and mention.base in latest and mention.start - latest[mention.base][0] < _SAME_PLACE and (near is None or near[0] <= latest[mention.base][0] + 60):
            code = latest[mention.base][1]  # a name that the text gives to several states: the one just meant
        if code is None and state in known and explicit.get(mention.base) and state not in explicit[mention.base]:
            # A namesake in another state: meant only where the same paragraph has just named it.
            code = near[1] if near and near[1] in explicit[mention.base] and text.rfind("\n\n", 0, mention.start) < near[0] else state
        if code is None and len(explicit.get(mention.base, ())) == 1:
            code = next(iter(explicit[mention.base]))
        if code is None and len(explicit.get(mention.base, ())) > 1 and near and near[1] in explicit[mention.base] and text.rfind("\n\n", 0, mention.start) < near[0]:
            code = near[1]
        elif code is None and state in known and near and near[1] != state and near[1] in known and mention.start - near[0] < reach and text.rfind("\n\n", 0, mention.start) < near[0] and not explicit.get(mention.base):
            code = turned[mention.base] = near[1]  # the paragraph has just turned to another state
        elif code is None and mention.base in turned:
            code = turned[mention.base]
        elif code is None and state in known and len(explicit.get(mention.base, ())) < 2:
            code = state
        elif code is None and len(known) == 1:
            code = next(iter(known))
        elif code is None and mention.kind == "city" and len(data.counties.get(mention.base, ())) == 1 and len(states_of(mention.label)) < _MANY:
            code = data.counties[mention.base][0][1]  # a city that shares its name with the only county of that name
        elif code is None and not known and state is not None:
            code = state  # a place that the book does not list, in a text about one state
        if code is None and mention.kind == "county" and not explicit.get(mention.base):
            towns = towns or seats(text)
            code = by_seat(mention.base, towns)
        if code is None and near and near[1] in known and mention.start - near[0] < 600 and not explicit.get(mention.base):
            code = near[1]  # the state that the text has just turned to
        if code is None:
            unresolved.setdefault(mention.label, (tuple(sorted(known)), mention.start))
        if near and mention.kind == "county" and near[1] == code != state and text.rfind("\n\n", 0, mention.start) < near[0]:
            near, reach = (mention.start, code), 2 * _TURNED  # the paragraph is still about that state
        entry = known.get(code) if code else None
        label = mention.label if entry is None or mention.kind == "city" else entry[2]
        settled.append(replace(mention, state=code, place=entry[0] if entry else None, label=label))
    return Survey(tuple(settled), state, tuple((name, *rest) for name, rest in unresolved.items()))


_TURNED = 150
"""So near behind a state a county's name in one paragraph is taken for that state's; twice as far behind another county of it."""
_SAME_PLACE = 500
_MANY = 4
"""States that have a town of one name: so many, and the county of that name tells no state."""
