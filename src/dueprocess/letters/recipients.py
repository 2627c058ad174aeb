"""Who a letter may go to: each county by the agency that keeps its jail, or each agency, with its row of the registry.

A county of which no source speaks is a row too: its columns are unknown, and a letter says so or leaves the sentence out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dueprocess.decide.coverage import County, coverage
from dueprocess.law import Lawbook
from dueprocess.letters.columns import DESCRIPTIONS, holds
from dueprocess.places import Place, PlaceBook
from dueprocess.registry import Actor, Registry, View
from dueprocess.registry.store import PlaceView
from dueprocess.terms import Tree
from dueprocess.terms.vocabulary import Value

JAILERS = ("sheriff", "corrections", "police")
"""The roles that keep a jail, in the order in which a letter prefers them."""
OWN_ROLES = (*JAILERS, "county", "city")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One possible letter. ``agency`` is whose jail the law is asked about, ``place`` its county or city, ``jail`` the county
    in which the jail stands. ``view`` is the position on the day (None: no source speaks of it), ``others`` the views of
    other actors of the place. ``columns`` are those that a condition may ask about.
    """

    id: str
    agency: str
    place: Place
    jail: Place
    role: str
    actor: Actor | None
    view: View | None
    others: tuple[View, ...]
    regime: str
    columns: Mapping[str, Value]

    @property
    def accepts(self) -> tuple[str, ...] | None:
        """What it holds on, as the deciding claim says; None where no source says."""
        return self.view.accepts if self.view is not None and self.view.accepts else None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A recipient that gets no letter, and why: ``kind`` unknown, duplicate, guard, needs, place or sample."""

    id: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What a condition selects: those that get a letter, those left out with the reason, and how many it does not fit."""

    chosen: tuple[Recipient, ...]
    left_out: tuple[LeftOut, ...]
    others: int


@lru_cache(maxsize=4)
def _covered(book: Lawbook, as_of: date, known_at: date) -> tuple[County, ...]:
    """What the encoded law says in each county; kept, since one run and its tests ask it again and again."""
    return coverage(book, as_of=as_of, known_at=known_at)


class Rolls:
    """The rows that may be written to on one day."""

    def __init__(self, registry: Registry, places: PlaceBook, book: Lawbook, *, as_of: date, known_at: date) -> None:
        self.registry, self.places, self.book, self.as_of, self.known_at = registry, places, book, as_of, known_at
        self._counties = {c.place.id: c for c in _covered(book, as_of, known_at)}
        self._views: Mapping[str, PlaceView] = registry.place_views(as_of=as_of, known_at=known_at)

    def counties(self) -> tuple[Recipient, ...]:
        """A row for each county of the day: the agency that keeps the jail, with the position that its place has."""
        found = []
        for path, county in self._counties.items():
            views = self._views[path].views if path in self._views else ()
            by_role = {self.registry.actors[v.actor].role: v for v in views}
            stated = [v for v in views if v.position != "unknown"]
            own = by_role.get(county.agency.rsplit("/", 1)[-1])
            best = own if own is not None and own.position != "unknown" else stated[0] if stated else own or (views[0] if views else None)
            role = county.agency.rsplit("/", 1)[-1]
            if best is not None and self.registry.actors[best.actor].role in JAILERS:
                role = self.registry.actors[best.actor].role
            agency = f"{path}/{role}"
            others = tuple(v for v in views if v is not best)
            found.append(self._row(agency, agency, county.place, county.place, role, best, others))
        return tuple(found)

    def agencies(self, tree: Tree) -> tuple[tuple[Recipient, ...], tuple[LeftOut, ...]]:
        """A row for each agency of a county or city that the registry names; and those that ``tree`` may fit and whose place
        the book of that day does not have."""
        found, out = [], []

        def without(view: View, reason: str) -> None:
            actor = self.registry.actors[view.actor]
            columns: dict[str, Value] = {**dict.fromkeys(DESCRIPTIONS), "state": actor.state, "place": actor.place, "agency": actor.id, "role": actor.role, **self._of_view(view)}
            if holds(tree, columns, view.accepts or None) is not False:
                out.append(LeftOut(actor.id, "place", reason))

        for path, place_view in self._views.items():
            for view in place_view.views:
                actor = self.registry.actors[view.actor]
                if actor.role not in OWN_ROLES or path.count("/") < 2:
                    continue
                if not actor.in_book:
                    without(view, "the book of places does not have it, so that its law cannot be told")
                    continue
                place = self.places.place(path)
                if not place.valid_on(self.as_of):
                    without(view, f"it ended on {place.valid_until.isoformat()}" if place.valid_until else "it was no place on that day")
                    continue
                jail = place if place.kind == "county" else self.places.place(place.counties[0])
                role = actor.role if actor.role in JAILERS else "police" if place.kind == "city" else self._counties[path].agency.rsplit("/", 1)[-1]
                others = tuple(v for v in place_view.views if v is not view)
                found.append(self._row(actor.id, f"{place.id}/{role}", place, jail, actor.role, view, others))
        return tuple(found), tuple(out)

    def _row(self, identity: str, agency: str, place: Place, jail: Place, role: str, view: View | None, others: tuple[View, ...]) -> Recipient:
        regime = self._counties[jail.id].regime
        columns: dict[str, Value] = {
            "state": place.state,
            "county": place.name if place.kind == "county" else jail.name,
            "city": place.name if place.kind == "city" else None,
            "place": place.id,
            "agency": identity,
            "role": role,
            "circuit": jail.circuit,
            "law": regime,
            "position": "unknown",
            "side": "unknown",
            "voice": None,
            "since": None,
            "confirmed": None,
            "age_days": None,
            "contested": False,
            "certain": None,
            "listed": False,
            "agreement_287g": False,
            "audited": False,
            "counted": False,
            "priced": False,
        }
        if view is not None:
            columns |= self._of_view(view)
        return Recipient(identity, agency, place, jail, role, self.registry.actors.get(view.actor) if view else None, view, others, regime, columns)

    def _of_view(self, view: View) -> dict[str, Value]:
        claim = self.registry.claims.get(view.claim)
        return {
            "position": view.position, "side": view.side, "contested": view.contested, "certain": view.certain, "confirmed": view.confirmed_on, "age_days": view.age_days,
            "listed": bool(view.listings), "agreement_287g": bool(view.agreements), "voice": claim.voice if claim else None, "since": self._since(view),
        }  # fmt: skip

    def _since(self, view: View) -> date | None:
        """The first day of the position that holds; None where the claim that began it is a bare status or has only bounds."""
        if view.position == "unknown":
            return None
        spans = self.registry.segments(view.actor, known_at=self.known_at)
        index = max((i for i, s in enumerate(spans) if s.start <= self.as_of), default=None)
        if index is None:
            return None
        while index and spans[index - 1].view.position == view.position:
            index -= 1
        claim = self.registry.claims.get(spans[index].view.claim)
        begun = claim is not None and claim.dated and claim.start[0] == claim.start[1]
        return date.fromordinal(claim.start[0]) if begun and claim is not None else None


def select(
    rows: Iterable[Recipient], tree: Tree, *, refused: Callable[[Recipient], LeftOut | None], sample: int | None = None
) -> Selection:
    """The rows that a condition fits, in the order of their ids. ``refused`` gives the reason why one may not be written to.

    A row of which the condition cannot be told is left out and listed. Of two rows that would get the same letter (one
    jail, one position) the first jailer gets it. ``sample``: so many, spread evenly, the rest listed.
    """
    fits: list[Recipient] = []
    out: list[LeftOut] = []
    others = 0
    for row in sorted(rows, key=lambda r: r.id):
        told = holds(tree, dict(row.columns), row.accepts)
        if told is None:
            out.append(LeftOut(row.id, "unknown", "whether the condition fits turns on something that no source says"))
        elif not told:
            others += 1
        elif (reason := refused(row)) is not None:
            out.append(reason)
        else:
            fits.append(row)
    first: dict[tuple[str, str], Recipient] = {}
    for row in sorted(fits, key=lambda r: (JAILERS.index(r.role) if r.role in JAILERS else len(JAILERS), r.id)):
        kept = first.setdefault((row.agency, row.columns["position"]), row)  # type: ignore[arg-type]
        if kept is not row:
            out.append(LeftOut(row.id, "duplicate", f"the letter to [{kept.id}] goes to the same jail and says the same"))
    chosen = sorted(first.values(), key=lambda r: r.id)
    if sample is not None and sample < len(chosen):
        picked = {(i * len(chosen)) // sample for i in range(sample)}
        out += [LeftOut(r.id, "sample", "not in the sample") for i, r in enumerate(chosen) if i not in picked]
        chosen = [r for i, r in enumerate(chosen) if i in picked]
    return Selection(tuple(chosen), tuple(sorted(out, key=lambda o: (o.id, o.kind))), others)
