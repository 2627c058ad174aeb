"""Norms that contradict each other, and norms that can never decide anything: searched state by state.

A group is one state's law together with all federal law (or the federal law alone): no norm of one state meets
one of another. What is found in a group depends on nothing but its law, so it can be kept under the law's content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dueprocess.law.lawbook import Lawbook
from dueprocess.law.model import Authority, Norm, covers, declares, is_state_id
from dueprocess.law.possible import disjunction_of, possible
from dueprocess.law.text import norm_text
from dueprocess.places import ROLES, PlaceBook, PlaceError, load_places
from dueprocess.terms import Vocabulary
from dueprocess.terms.vocabulary import Value

_FOREVER = date.max.toordinal()
FEDERAL = "us"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding about a norm: ``norm`` is its ``authority#key``, ``other`` the norm that it meets, if any.

    ``code`` is empty where nothing could be searched.
    """

    code: str
    norm: str
    what: str
    do: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A norm that has force, with the days it governs and those on which it can be known, half-open."""

    authority: Authority
    norm: Norm
    start: int
    until: int
    known_from: int
    known_until: int


def group_of(identity: str) -> str:
    """``us/or`` for a state's authority, ``us`` for every other."""
    return "/".join(identity.split("/")[:2]) if is_state_id(identity) else FEDERAL


def groups(lawbook: Lawbook) -> Mapping[str, tuple[Authority, ...]]:
    """The authorities with norms by group, those of an agreement, a form or a replaced file left out."""
    found: dict[str, list[Authority]] = {}
    for authority in lawbook.authorities.values():
        if authority.norms and authority.replaced_by is None and authority.kind not in ("form", "agreement", "opinion"):
            found.setdefault(group_of(authority.id), []).append(authority)
    return {name: tuple(found[name]) for name in sorted(found)}


def search(own: Sequence[Authority], federal: Sequence[Authority], vocabulary: Vocabulary) -> list[Found]:
    """What is wrong with the norms of one group; ``federal`` is empty where the group is the federal law itself."""
    entries = [e for a in own for e in _entries(a)]
    above = [e for a in federal for e in _entries(a)]
    found: list[Found] = []
    for entry in entries:
        found += _never(entry, vocabulary)
    dead = {f.norm for f in found if f.code}
    entries = [e for e in entries if e.norm.ref not in dead]
    above = [e for e in above if e.start < e.until and e.known_from < e.known_until]
    for entry in entries:
        found += _always_defeated(entry, [*entries, *above], vocabulary)
    found += _contradictions(entries, above, vocabulary)
    return sorted(found, key=lambda f: (f.norm, f.code, f.what))


def _entries(authority: Authority) -> Iterator[_Entry]:
    for norm in authority.norms:
        # What has no rank decides nothing, but for what ICE's own policy says of issuing.
        if (norm.rank is None and norm.object != "issue") or not authority.binds:
            continue
        yield _Entry(
            authority,
            norm,
            start=norm.start or 0,
            until=authority.in_force.until or _FOREVER,
            known_from=authority.known.start or 0,
            known_until=authority.known.until or _FOREVER,
        )


# -- norms that can never decide --------------------------------------------------------------------------


def _never(entry: _Entry, vocabulary: Vocabulary) -> list[Found]:
    norm, ref = entry.norm, entry.norm.ref
    if entry.start >= entry.until:
        return [Found("never", ref, f"[{norm.key}] governs no day: from {_day(entry.start)}, until {_day(entry.until)}", "correct in_force, or what it construes")]
    if entry.known_from >= entry.known_until:
        return [Found("never", ref, f"[{norm.key}] was never known: from {_day(entry.known_from)}, until {_day(entry.known_until)}", "correct known")]
    if norm.when == ("true",):
        return []
    result = possible([norm.when], vocabulary)
    if not result.searched:
        return [Found("", ref, f"whether the condition of [{norm.key}] can be true", "")]
    if result.facts is None:
        return [Found("never", ref, f"the condition of [{norm.key}] is true of no facts: {norm_text(norm)}", "correct the condition, or leave the norm out")]
    if norm.verb in ("forbid", "permit", "require", "preempt") and possible([("not", norm.when)], vocabulary) == _NOTHING:
        return [Found("always", ref, f"the condition of [{norm.key}] is true of all facts: {norm_text(norm)}", "leave when out if that is meant, else correct it")]
    return []


_NOTHING = possible([("false",)], Vocabulary({}, {}, {}, frozenset(), {}))


def _always_defeated(entry: _Entry, entries: Sequence[_Entry], vocabulary: Vocabulary) -> list[Found]:
    """Whether, wherever and whenever a norm applies, another one that is sure to stand defeats it."""
    norm = entry.norm
    if norm.verb == "declare" or norm.rank is None:
        return []
    same = [e for e in entries if e.norm.object == norm.object and e is not entry and e.norm.rank is not None]
    rank = norm.rank
    if norm.verb in ("forbid", "limit"):
        over = [e for e in same if e.norm.verb in ("require", "preempt") and (e.norm.rank or 99) < rank]
    elif norm.verb == "require":
        over = [e for e in same if e.norm.verb == "forbid" and (e.norm.rank or 99) <= rank]
    elif norm.verb == "permit":
        over = [e for e in same if e.norm.verb == "forbid"]
    else:
        return []
    # A require or preempt that something of higher rank defeats leaves the action forbidden all the same, so that a
    # forbid below it still changes nothing. A forbid that a preempt may defeat, though, leaves room for what it defeats.
    preempts = [e for e in same if e.norm.verb == "preempt" and _meets(entry, e)]
    sure = [
        e
        for e in over
        if _wherever(entry, e) and not (e.norm.verb == "forbid" and any((p.norm.rank or 99) < (e.norm.rank or 99) for p in preempts))
    ]
    if not sure:
        return []
    result = possible([norm.when, ("not", disjunction_of(e.norm.when for e in sure))], vocabulary)
    if not result.searched:
        return [Found("", norm.ref, f"whether [{norm.key}] is always defeated", "")]
    if result.facts is not None:
        return []
    names = ", ".join(e.norm.ref for e in sure)
    return [Found("always-defeated", norm.ref, f"[{norm.key}] changes no answer: wherever and whenever it applies, so does what defeats it ({names})", "correct its condition or its dates, or leave it out")]


def _wherever(entry: _Entry, other: _Entry) -> bool:
    """Whether ``other`` binds, governs and is known wherever and whenever ``entry`` is."""
    if other.start > entry.start or other.until < entry.until or other.known_from > entry.known_from or other.known_until < entry.known_until:
        return False
    if other.authority.excepts and not set(other.authority.excepts) <= set(entry.authority.excepts):
        return False
    return all(any(_covers(p, q) for p in other.authority.binds) for q in entry.authority.binds)


def _covers(pattern: str, inner: str) -> bool:
    return covers(pattern, inner) or (not inner.startswith(("circuit/", "district/")) and pattern.startswith(("circuit/", "district/")) and pattern in _sets_of(inner))


# -- norms that contradict ----------------------------------------------------------------------------------


def _contradictions(entries: Sequence[_Entry], above: Sequence[_Entry], vocabulary: Vocabulary) -> list[Found]:
    found: list[Found] = []
    sides: dict[tuple[str, int | None], tuple[list[tuple[_Entry, bool]], list[tuple[_Entry, bool]]]] = {}
    for own, members in ((True, entries), (False, above)):
        for entry in members:
            for subject, favors in _says(entry.norm):
                sides.setdefault((subject, entry.norm.rank), ([], []))[0 if favors else 1].append((entry, own))
    for (subject, _), (favoring, against) in sorted(sides.items(), key=lambda item: (item[0][0], item[0][1] or 0)):
        for one, one_own in favoring:
            for other, other_own in against:
                if one_own or other_own:
                    found += _contradiction(subject, one, other, vocabulary)
    return found


def _says(norm: Norm) -> Iterator[tuple[str, bool]]:
    """What a norm says yes or no to: an action, or a declared fact."""
    if norm.verb in ("require", "forbid"):
        yield norm.object, norm.verb == "require"
    declared = declares(norm)
    if declared:
        yield declared


def _contradiction(subject: str, one: _Entry, other: _Entry, vocabulary: Vocabulary) -> list[Found]:
    if not _meets(one, other):
        return []
    agency = _agency_of(one.authority.binds, one.authority.excepts, other.authority.binds, other.authority.excepts)
    result = possible([one.norm.when, other.norm.when], vocabulary)
    first, second = sorted((one, other), key=lambda e: e.norm.ref)
    both = f"[{first.norm.ref}] and [{second.norm.ref}]"
    if not result.searched:
        return [Found("", first.norm.ref, f"whether {both} contradict each other on {subject}", "", second.norm.ref)]
    if result.facts is None:
        return []
    until = min(one.until, other.until)
    day = max(one.start, other.start)
    known = max(one.known_from, other.known_from)
    shown = known if day < known < until else day
    # A text and the ruling or the exception beside it in the same file speak of one thing on purpose more often than not.
    code = "exception" if one.authority.id == other.authority.id else "contradiction"
    effect = "the fact is then unknown, and the answer open" if subject in vocabulary.facts else "the forbid prevails"
    return [
        Found(
            code,
            first.norm.ref,
            f"{both} of one rank contradict on {subject}, as for {agency} on {_day(shown)} with {facts_text(result.facts)}; {effect}",
            "end one of them, narrow its condition, or say in its note that the conflict is real",
            second.norm.ref,
        )
    ]


def facts_text(facts: Mapping[str, Value]) -> str:
    """``request_stands, not judicial_warrant``; ``any facts`` where none matters."""
    parts = []
    for name, value in facts.items():
        if isinstance(value, bool):
            parts.append(name if value else f"not {name}")
        else:
            parts.append(f"{name} {value.isoformat() if isinstance(value, date) else value}")
    return ", ".join(parts) or "any facts"


def _meets(one: _Entry, other: _Entry) -> bool:
    """Whether both can bind one agency on one day, as known on one day."""
    return (
        max(one.start, other.start) < min(one.until, other.until)
        and max(one.known_from, other.known_from) < min(one.known_until, other.known_until)
        and _agency_of(one.authority.binds, one.authority.excepts, other.authority.binds, other.authority.excepts) is not None
    )


# -- whom two patterns share ----------------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def _agency_of(first: tuple[str, ...], first_spared: tuple[str, ...], second: tuple[str, ...], second_spared: tuple[str, ...]) -> str | None:
    """An agency that both bind, as an example; None where there is none."""
    for pattern in sorted({*first, *second}, key=lambda p: (-p.count("/"), p)):
        for agency in _examples(pattern):
            sets = _sets_of(agency)
            if all(any(covers(p, agency, sets) for p in binds) and not any(covers(p, agency, sets) for p in spared) for binds, spared in ((first, first_spared), (second, second_spared))):
                return agency
    return None


@lru_cache(maxsize=4096)
def _examples(pattern: str) -> tuple[str, ...]:
    """Agencies that a pattern of ``binds`` covers: one of every role, in the first place that there is."""
    places = load_places()
    if pattern.startswith(("circuit/", "district/")):
        found = list(_by_set(pattern))
    elif "*" in pattern:
        head, _, tail = pattern.partition("/*")
        return tuple(e for place in _below(head) for e in _examples(place + tail) if covers(pattern, e))
    else:
        found = [pattern]
    examples: list[str] = []
    for path in found:
        role = path.rsplit("/", 1)[-1]
        if role in ROLES:
            examples.append(path)
            continue
        for name in ROLES:
            try:
                examples.append(places.agency(f"{path}/{name}").id)
            except PlaceError:
                continue
        if path == FEDERAL:
            examples += ["us/al/autauga-county/sheriff", "us/al/corrections"]
    return tuple(examples)


def _below(head: str) -> list[str]:
    """One county and one city directly under a place, as examples; of the whole country, one state."""
    places = load_places()
    if head == FEDERAL:
        return [next(p.id for p in places if p.kind == "state")]
    found: dict[str, str] = {}
    for place in _rows():
        if place.startswith(f"{head}/"):
            found.setdefault(places.place(place).kind, place)
    return sorted(found.values())


@lru_cache(maxsize=1)
def _rows() -> tuple[str, ...]:
    return tuple(p.id for p in load_places())


@lru_cache(maxsize=256)
def _by_set(name: str) -> tuple[str, ...]:
    """The first state and the first county of a federal circuit or district."""
    found: dict[str, str] = {}
    for place in load_places():
        if place.kind in ("state", "territory", "county") and name in load_places().sets(place):
            found.setdefault(place.kind, place.id)
    return tuple(found.values())


@lru_cache(maxsize=65536)
def _sets_of(path: str) -> tuple[str, ...]:
    """The circuit and district of an agency, of a place, or of the place that a pattern with ``*`` begins with."""
    places: PlaceBook = load_places()
    parts = path.split("/*")[0].split("/")
    if parts[-1] in ROLES:
        parts = parts[:-1]
    try:
        return places.sets(places.place("/".join(parts)))
    except PlaceError:
        return ()


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat() if 0 < ordinal < _FOREVER else "the beginning" if ordinal <= 0 else "no end"
