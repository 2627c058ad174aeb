"""Counts by a definition, beside the counts that others published, with the difference agency by agency where a list exists.

A definition is a small file (docs/reference/registry.md): a condition over the columns of the view, a unit, a scope and a
window or a day. ``certain`` rows meet it whatever the unsure days are; ``possible`` ones may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.instants import parse_date
from dueprocess.kernel.yamlread import parse, read_text
from dueprocess.places import ROLES, load_places
from dueprocess.registry.arbitrate import resolve
from dueprocess.registry.disputes import changes
from dueprocess.registry.model import (
    ACTOR_KINDS,
    CONFIDENCES,
    CORRECTS,
    POSITIONS,
    STOPS,
    VOICES,
    Actor,
    Claim,
    CountClaim,
    side,
)
from dueprocess.registry.store import Registry
from dueprocess.terms import Fact, Tree, Vocabulary, evaluate

KINDS = ("changes", "standing", "entries", "places")
UNITS = ("places", "agencies", "states", "entries", "counties")
OTHERS_UNITS = ("agencies", "counties", "jurisdictions", "states")
"""The units in which others count."""
_KEYS = frozenset({"id", "title", "kind", "unit", "scope", "window", "as_of", "condition", "published", "list", "importer", "notes", "missing"})


def _columns() -> Vocabulary:
    def column(name: str, type: str, phrase: str, values: tuple[str, ...] = ()) -> Fact:
        return Fact(name, type, "agency_record", phrase, "", "paper", values=values, phrase=phrase)

    facts = (
        column("position", "one_of", "the position", POSITIONS),
        column("before", "one_of", "the position before a change", POSITIONS),
        column("side", "one_of", "the side of the position", ("holds", "limits", "undecided", "unknown")),
        column("stops_holding", "boolean", "it holds on no detainer alone"),
        column("role", "one_of", "the agency's role; none for other actors", (*ROLES, "none")),
        column("kind", "one_of", "the kind of actor", ACTOR_KINDS),
        column("voice", "one_of", "who says so", VOICES),
        column("confidence", "one_of", "how clearly the source says so", CONFIDENCES),
        column("contested", "boolean", "another side is claimed too"),
        column("age_days", "number", "days since the last confirmation"),
    )
    return Vocabulary({f.name: f for f in facts}, {}, {}, frozenset(), {})


COLUMNS = _columns()
"""The columns over which a condition may be written, in the condition language of the law files."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What is counted. ``since`` and ``until`` (half-open) for changes, ``as_of`` for what stands on a day.

    ``published`` are ids of count claims; ``list_title`` the title of a source whose claims are a published list;
    ``importer`` the list whose entries are counted, and ``notes`` what the
    note of a claim has where another source repeats an entry. ``missing`` says what the data lack, in sentences.
    """

    id: str
    title: str
    kind: str
    unit: str
    scope: str
    condition: str
    tree: Tree
    since: date | None
    until: date | None
    as_of: date | None
    published: tuple[str, ...]
    list_title: str
    importer: str
    notes: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountRow:
    """One thing counted: ``status`` certain or possible, ``in_list`` whether the published list has it (None: there is none).

    ``note`` says for an entry of a list how the registry's view stands to it.
    """

    key: str
    state: str
    status: str
    in_list: bool | None
    claims: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """A published count, and ours less it (None where it is given in words). ``unit`` is its own, which may be another than
    ours; ``inexact``: it is printed as a round or least number. ``ships``: its value as it ships, where reviewers corrected
    it, with their ``note``.
    """

    id: str
    value: str
    unit: str
    claimant: str
    as_of: str
    said: str
    difference: int | None
    ships: str = ""
    note: str = ""
    inexact: bool = False

    def beside_ours(self, unit: str) -> str:
        """How ours, which counts ``unit``, stands to it, in words: the difference, and what makes the two unlike; nothing where it is in words."""
        if self.difference is None:
            return ""
        told = "ours is the same" if not self.difference else f"ours is {abs(self.difference)} {'more' if self.difference > 0 else 'fewer'}"
        unlike = [*(["that number is not exact"] if self.inexact else []), *([f"ours counts {unit}"] if self.unit not in (unit, "states") else [])]
        return f"{told}, but {' and '.join(unlike)}" if unlike else told


@dataclass(frozen=True, slots=True)
class Count:
    """The count of a definition. ``only_in_list`` are entries of the published list that ours lack, each with why, ``listed`` how many
    entries that list has as it was gathered (None where there is none).
    """

    definition: Definition
    certain: int
    possible: int
    states: Mapping[str, int]
    rows: tuple[CountRow, ...]
    only_in_list: Mapping[str, str]
    beside: tuple[Beside, ...]
    listed: int | None = None


def read_definition(path: Path) -> Definition:
    """One definition's file. Raises InputError with file and key."""
    document = parse(read_text(path), name=path.name)
    raw = document.value
    if not isinstance(raw, dict):
        raise InputError("it is no mapping", where=path.name, do="see docs/reference/registry.md")
    for key in raw:
        if key not in _KEYS:
            raise InputError(f"[{shown(key)}] is no key of a definition", where=document.where((key,)), do=nearest(key, _KEYS) or f"one of {', '.join(sorted(_KEYS))}")

    def text(key: str, default: str | None = None, among: Iterable[str] = ()) -> str:
        value = raw.get(key, default)
        if not isinstance(value, str):
            raise InputError(f"[{key}] is missing or no text", where=document.where((key,)), do=f"write {key}: …")
        if among and value not in among:
            raise InputError(f"[{shown(value)}] is no {key}", where=document.where((key,)), do=f"one of {', '.join(among)}")
        return value

    def texts(key: str) -> tuple[str, ...]:
        value = raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise InputError(f"[{key}] is no list of texts", where=document.where((key,)), do="write a list")
        return tuple(value)

    id, title, unit = text("id"), text("title"), text("unit", among=UNITS)
    kind = text("kind", among=KINDS)
    window = raw.get("window") or {}
    if not isinstance(window, dict) or set(window) - {"since", "until"}:
        raise InputError("window has since and until", where=document.where(("window",)), do='write {since: "2014-04-11", until: "2014-07-21"}')
    since, until = (parse_date(window[k], where=document.where(("window", k))) if k in window else None for k in ("since", "until"))
    as_of = parse_date(raw["as_of"], where=document.where(("as_of",))) if "as_of" in raw else None
    if (kind == "changes") != (since is not None and until is not None) or (kind != "changes") != (as_of is not None):
        raise InputError(f"a definition of the kind [{kind}] needs {'a window' if kind == 'changes' else 'as_of'}, and not the other", where=path.name, do="see docs/reference/registry.md")
    condition = text("condition", "TRUE")
    from dueprocess.terms.grammar import (
        parse_condition,  # it loads the SQL parser, which only definitions need here
    )

    tree = parse_condition(condition, vocabulary=COLUMNS, where=document.where(("condition",)))
    scope = text("scope", "us")
    load_places().place(scope)
    return Definition(id, title, kind, unit, scope, condition, tree, since, until, as_of, texts("published"), text("list", ""), text("importer", ""), texts("notes"), texts("missing"))


@cache
def definitions(folder: Path | None = None) -> Mapping[str, Definition]:
    """The definitions of a folder by id, sorted (default: the shipped ones). Raises InputError."""
    where = folder or data_dir("registry") / "definitions"
    found = [read_definition(path) for path in sorted(where.glob("*.yaml"))]
    return {d.id: d for d in sorted(found, key=lambda d: d.id)}


def _unit_key(definition: Definition, actor: Actor) -> str:
    if definition.unit == "states":
        return actor.state
    return (actor.place or actor.id) if definition.unit in ("places", "counties") else actor.id


def _in_scope(definition: Definition, actor: Actor) -> bool:
    state = load_places().place(definition.scope).state
    return definition.scope == "us" or actor.place.startswith(definition.scope) or (actor.state == state and definition.scope.count("/") == 1)


def _facts(actor: Actor, position: str, claim: Claim | None, **more: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"position": position, "side": side(position), "stops_holding": position in STOPS, "role": actor.role or "none", "kind": actor.kind}
    if claim is not None:
        facts |= {"voice": claim.voice, "confidence": claim.confidence or None}
    return facts | more


def count(registry: Registry, definition: Definition, *, known_at: date) -> Count:
    """Count by a definition, by what was known on ``known_at``.

    Raises:
        InputError: a published count that the registry does not have.
    """
    by_id = {c.id: c for c in registry.counts}
    published = []
    for id in definition.published:
        if id not in by_id:
            raise InputError(f"[{id}] is no published count", where=definition.id, do=nearest(id, by_id) or "see counts.csv")
        published.append(by_id[id])
    found = {"changes": _changes, "standing": _standing, "entries": _entries, "places": _places}[definition.kind](registry, definition, known_at)
    listed = _listed(registry, definition, known_at)
    rows = []
    for key, (state, status, claims, note) in sorted(found.items()):
        rows.append(CountRow(key, state, status, key in listed if listed is not None else None, tuple(sorted(claims)), note))
    certain = [r for r in rows if r.status == "certain"]
    states = dict(sorted(Counter(r.state for r in certain).items()))
    only = {key: _why_not(registry, definition, key, rows, known_at) for key in sorted((listed or frozenset()) - {r.key for r in certain})}
    beside = tuple(_beside(p, by_id.get(f"{CORRECTS}{p.id}"), definition, len(certain), len(states)) for p in published)
    return Count(definition, len(certain), len(rows) - len(certain), states, tuple(rows), only, beside, None if listed is None else len(listed))


def _beside(published: CountClaim, corrected: CountClaim | None, definition: Definition, ours: int, states: int) -> Beside:
    it = corrected or published
    mine = states if it.unit == "states" and definition.unit != "states" else ours
    less = None if it.number is None else mine - it.number
    ships = f"{published.value} {published.unit}" if corrected else ""
    return Beside(published.id, it.value, it.unit, it.claimant, it.as_of, it.definition, less, ships, it.note if corrected else "", it.inexact)


Found = dict[str, tuple[str, str, set[str], str]]


def _put(found: Found, key: str, state: str, certain: bool, claims: Iterable[str], note: str = "") -> None:
    before = found.get(key)
    sure = certain or (before is not None and before[1] == "certain")
    found[key] = (state, "certain" if sure else "possible", {*(before[2] if before else ()), *claims}, note or (before[3] if before else ""))


def _changes(registry: Registry, definition: Definition, known_at: date) -> Found:
    found: Found = {}
    assert definition.since is not None and definition.until is not None
    for change in changes(registry, since=definition.since, until=definition.until, known_at=known_at, restated=True):
        actor = registry.actors[change.actor]
        if not _in_scope(definition, actor):
            continue
        for id in change.claims:
            claim = registry.claims[id]
            if evaluate(definition.tree, _facts(actor, claim.position, claim, before=change.before)) is True:
                low, high = claim.start
                inside = definition.since.toordinal() <= low and high < definition.until.toordinal()
                _put(found, _unit_key(definition, actor), actor.state, inside, (id,))
    return found


def _standing(registry: Registry, definition: Definition, known_at: date) -> Found:
    found: Found = {}
    assert definition.as_of is not None
    for id, view in registry.views(as_of=definition.as_of, known_at=known_at).items():
        actor = registry.actors[id]
        if not _in_scope(definition, actor):
            continue
        claim = registry.claims.get(view.claim)
        more = {"contested": view.contested, "age_days": view.age_days}
        meets = evaluate(definition.tree, _facts(actor, view.position, claim, **more))
        may = [p for p in view.maybe if evaluate(definition.tree, _facts(actor, p, None, **more)) is not False]
        if meets is True or may or (meets is None and view.position != "unknown"):
            all_may = all(evaluate(definition.tree, _facts(actor, p, claim, **more)) is True for p in view.maybe)
            _put(found, _unit_key(definition, actor), actor.state, meets is True and all_may, (view.claim,) if view.claim else ())
    return found


def _entries(registry: Registry, definition: Definition, known_at: date) -> Found:
    """The entries of a list, each with how the view of its place on ``as_of`` stands to it, without the list's own claims."""
    found: Found = {}
    assert definition.as_of is not None
    entries = {
        c.id: c
        for c in registry.claims.values()
        if c.known <= known_at.toordinal() and c.about != "agreement" and (c.origin.startswith(definition.importer) or (c.voice == "list" and any(text in c.note for text in definition.notes))) and _in_scope(definition, registry.actors[c.actor])
    }
    by_place: dict[str, set[str]] = {}
    for actor in registry.actors.values():
        by_place.setdefault(actor.place or actor.id, set()).add(actor.id)
    for claim in entries.values():
        actor = registry.actors[claim.actor]
        denied = [id for day, id in registry.denials.get(claim.id, ()) if day <= known_at.toordinal()]
        stated: set[str] = set()
        for other in by_place[actor.place or actor.id]:
            rest = [c for c in registry.of(other) if c.id not in entries]
            view = resolve(other, rest, as_of=definition.as_of, known_at=known_at, denials=registry.denials)
            if view.position != "unknown":
                stated.add(side(view.position))
        if claim.id in registry.corrected:
            note = f"corrected by reviewers: {registry.corrected[claim.id]}"
        elif denied:
            note = f"denied by {', '.join(denied)}"
        elif not stated:
            note = "no position known from elsewhere"
        else:
            note = f"the view there from elsewhere: {' and '.join(sorted(stated))}"
        key = claim.id if definition.unit == "entries" else _unit_key(definition, actor)
        if key in found and found[key][3].startswith("denied"):
            note = found[key][3]  # one denial of several claims about a place is told
        _put(found, key, actor.state, True, (claim.id,), note)
    return found


def _places(registry: Registry, definition: Definition, known_at: date) -> Found:
    """The county equivalents of the states and the District of Columbia on a day: a denominator. Territories are left out."""
    assert definition.as_of is not None
    places = load_places()
    listed = places.counties(None if definition.scope == "us" else definition.scope, on=definition.as_of)
    return {p.id: (p.state or "", "certain", set(), "") for p in listed if places.place("/".join(p.id.split("/")[:2])).kind == "state"}


def _why_not(registry: Registry, definition: Definition, key: str, rows: Iterable[CountRow], known_at: date) -> str:
    """Why an entry of a published list is not among ours, by what the registry has of it."""
    if any(r.key == key for r in rows):
        return "possible: its day is not sure"
    day = definition.as_of or definition.until
    assert day is not None
    views = [registry.view(id, as_of=day, known_at=known_at) for id, a in registry.actors.items() if _unit_key(definition, a) == key and registry.of(id)]
    told = [f"{v.actor.rpartition('/')[2]}: {v.position.replace('_', ' ')} on {day.isoformat()} ({v.because.rstrip('.')})" for v in views]
    return "; ".join(told) or "no claim"


def others_counts(registry: Registry) -> tuple[CountClaim, ...]:
    """The published counts of agencies, places and states by their day: without volumes and the lengths of the 287(g) lists."""
    found = [c for c in registry.counts if c.unit in OTHERS_UNITS and not c.id.startswith(("volume-", "count-287g-", CORRECTS))]
    return tuple(sorted(found, key=lambda c: (c.as_of, c.id)))


def _listed(registry: Registry, definition: Definition, known_at: date) -> frozenset[str] | None:
    if not definition.list_title:
        return None
    sources = {s.id for s in registry.sources.values() if s.title == definition.list_title}
    if not sources:
        raise InputError(f"no source has the title [{definition.list_title}]", where=definition.id, do="give the title as in sources.csv")
    return frozenset(
        _unit_key(definition, registry.actors[c.actor])
        for c in registry.claims.values()
        if c.source in sources and c.known <= known_at.toordinal() and c.position != "honors_all" and c.id not in registry.corrected
    )

