"""Which actor a printed name stands for: in tiers, by state and county, never by a name alone; each match with its reason.

*alias*: a row of a table by hand. *exact*: the place's legal name is printed and whatever else is given agrees. *normalized*:
found by folded spelling within its state. *printed*: a city that the book of places lacks, kept under the name printed. A name
that is only near is proposed to a person and never merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from dueprocess.kernel.errors import InputError
from dueprocess.places import Place, PlaceBook, PlaceError
from dueprocess.places.names import fold, slug
from dueprocess.registry.model import ACTOR_KINDS, Actor

KINDS = ("sheriff", "police", "corrections", "county", "city", "state")
"""The kinds of agency that a source may give; each is a role of the book of places."""

_ROLE_WORDS = (
    ("police", r"\bpolice\b|\bpd\b|\bmarshal"),
    ("sheriff", r"\bsheriff"),
    ("corrections", r"\bcorrection|\bprison\b|\bdetention\b|\bjail\b|\bdoc\b"),
)
_COUNTY_FIRST = re.compile(r"^(?P<name>[^(),]+? (?:County|Parish))\b")
_NEAR = 0.88


@dataclass(frozen=True, slots=True)
class Printed:
    """What a row says of an actor, as printed; "" where it says nothing. ``state`` a postal code or a name."""

    state: str
    name: str
    kind: str = ""
    county: str = ""
    city: str = ""
    fips: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What became of a row: ``matched`` (tier, actor), ``proposed`` (near names, nothing merged) or ``refused``."""

    result: str
    tier: str = ""
    actor: Actor | None = None
    confirmed_by: str = ""
    reason: str = ""
    proposals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ByHand:
    """A printed name that a person has settled: ``actor`` an agency's path or ``other/…``, what it ``cites``, and why."""

    state: str
    printed: str
    actor: str
    kind: str
    name: str
    cites: tuple[str, ...]
    reason: str


class ActorMatcher:
    """Matches printed rows to actors. ``unplaced`` allows cities that the book of places lacks."""

    def __init__(self, places: PlaceBook, by_hand: Iterable[ByHand] = (), *, unplaced: bool = True) -> None:
        self.places, self.unplaced = places, unplaced
        self.by_hand = {(row.state, row.printed): row for row in by_hand}
        self.used: set[tuple[str, str]] = set()
        self._made: dict[Printed, Match] = {}
        self._near: dict[tuple[str, str], list[tuple[str, str]]] = {}

    def match(self, row: Printed) -> Match:
        """The match of one row; a refusal has its reason and is no error."""
        found = self._made.get(row)
        if found is None:
            try:
                found = self._match(row)
            except PlaceError as error:
                found = Match("refused", reason=error.what)
            self._made[row] = found
        return found

    def cites(self, row: Printed) -> tuple[str, ...]:
        """The law or order that the printed name itself cites, by the table by hand."""
        known = self.by_hand.get((row.state, row.name))
        return known.cites if known else ()

    def _match(self, row: Printed) -> Match:
        known = self.by_hand.get((row.state, row.name))
        if known:
            self.used.add((row.state, row.name))
            return self._settled(known, row)
        if not row.state:
            return Match("refused", reason=f"[{row.name}] has no state: nothing is matched by a name alone")
        state = self.places.place(self.places.resolve(row.state))
        if state.kind not in ("state", "territory"):
            return Match("refused", reason=f"[{row.state}] is no state")
        role = row.kind or self._role(row)
        if role not in KINDS:
            return Match("refused", reason=f"[{row.kind or row.name}] says no kind of agency that answers detainers")
        if (row.county or row.fips) and not (role == "police" and row.city):
            return self._county(row, state, role)
        if row.city or role in ("city", "police"):
            return self._city(row, state, role)
        if role == "state":
            return Match("matched", "normalized", agency_actor(self.places, f"{state.id}/state"), "state")
        if role == "corrections" and re.search(r"\bdepartment of (public safety and )?correction", row.name, re.IGNORECASE) and fold(state.name) in fold(row.name):
            return Match("matched", "normalized", agency_actor(self.places, f"{state.id}/corrections"), "state")
        first = _COUNTY_FIRST.match(row.name)
        if first and role in ("sheriff", "county", "corrections"):
            return self._county(Printed(row.state, row.name, row.kind, first["name"]), state, role, witness="name and state")
        return Match("refused", reason=f"[{row.name}] names no county or city of its state, and no column gives one")

    def _role(self, row: Printed) -> str:
        lower = row.name.lower()
        found = next((role for role, pattern in _ROLE_WORDS if re.search(pattern, lower)), "")
        return found or ("city" if row.city else "county" if row.county or row.fips else "")

    def _settled(self, known: ByHand, row: Printed) -> Match:
        if not known.actor.startswith("other/"):
            actor = agency_actor(self.places, known.actor)
            if row.fips and actor.fips and len(row.fips) == 5 and len(actor.fips) == 5 and row.fips != actor.fips:
                return Match("refused", reason=f"the table by hand gives [{actor.place}], the code [{row.fips}]")
            if row.county:
                # A bare "Sheriff" that was settled for one county says nothing of the sheriff of another.
                named = self._counties_named(row.county, self.places.place(self.places.resolve(row.state)))
                if named and actor.place.count("/") == 2 and actor.place not in named:
                    return Match("refused", reason=f"the table by hand gives [{actor.place}], the county [{row.county}] is [{' or '.join(named)}]")
            return Match("matched", "alias", actor, "table by hand", known.reason)
        return Match("matched", "alias", other_actor(self.places, known), "table by hand", known.reason)

    def _county(self, row: Printed, state: Place, role: str, *, witness: str = "") -> Match:
        witnesses = [witness] if witness else []
        found = ""
        if row.county and not witness:
            witnesses.append("county")
        first = _COUNTY_FIRST.match(row.name)
        said = self._counties_named(first["name"], state) if first else ()
        if row.county:
            named = self._counties_named(row.county, state)
            if not named:
                return self._near_county(row, state)
            if len(named) > 1:
                # Baltimore, Richmond, St. Louis: a county and a city beside it. The agency's own name or the code may tell.
                told = [n for n in named if n in said or _city_first(row.name, self.places.place(n))]
                coded = self.places.resolve(row.fips) if row.fips else ""
                if len(told) != 1 and coded not in named:
                    return Match("proposed", "fuzzy", reason=f"[{row.county}, {state.state}] is a county and a city of that name", proposals=tuple(f"{n}/{role}" for n in named))
                named = (told[0] if len(told) == 1 else coded,)
            found = named[0]
        if row.fips:
            coded = self.places.resolve(row.fips)
            if found and coded != found:
                return Match("refused", reason=f"the county [{row.county}] is [{found}], the code [{row.fips}] is [{coded}]")
            found = coded
            witnesses.append("fips")
        place = self.places.place(found)
        if place.kind != "county" or not place.id.startswith(f"{state.id}/"):
            return Match("refused", reason=f"[{found}] is no county of [{state.id}]")
        if said and place.id not in said:
            return Match("refused", reason=f"the name gives [{said[0]}], the columns [{place.id}]")
        if role == "city":
            role = "county" if not place.name.endswith(" city") else "city"
        if role == "state":
            return Match("refused", reason="a state's agency with a county")
        tier = "exact" if row.name.startswith(place.name) or row.county == place.name else "normalized"
        return Match("matched", tier, agency_actor(self.places, f"{place.id}/{role}"), " ".join(witnesses))

    def _counties_named(self, name: str, state: Place) -> tuple[str, ...]:
        """The counties of that name in the state, with or without its legal end; several where a city beside it has the name too."""
        for text in (name, f"{name} County"):
            try:
                fits: Sequence[str] = (self.places.resolve(f"{text}, {state.state}"),)
            except PlaceError as error:
                # An unknown name has candidates too: those that are near. Only those that it fits are meant here.
                fits = error.candidates if "fits" in error.what else ()
            found = tuple(f for f in fits if f.startswith(f"{state.id}/") and self.places.place(f).kind == "county")
            if found:
                return found
        return ()

    def _near_county(self, row: Printed, state: Place) -> Match:
        near = self._nearest(row.county, state, "county")
        reason = f"[{row.county}, {state.state}] is no county of the state"
        return Match("proposed" if near else "refused", "fuzzy" if near else "", reason=reason, proposals=near)

    def _city(self, row: Printed, state: Place, role: str) -> Match:
        name = re.sub(r"^(?:City|Town|Village) of |^(?:City and County) of ", "", row.city or row.name).strip()
        name = re.sub(r" (?:Police Department|Police|City Police Department|PD|Marshal's Office)$", "", name) or row.name
        if _COUNTY_FIRST.match(name):
            what = "is a county's name printed as a city's" if row.city else "is an agency of a county of no kind that the book of places has"
            return Match("refused", reason=f"[{row.name}] {what}")
        if role not in ("city", "police", "corrections", "sheriff"):
            return Match("refused", reason=f"a city with an agency of the kind [{role}]")
        try:
            found = self.places.resolve(f"City of {name}, {state.state}")
        except PlaceError as error:
            if len(error.candidates) > 1 and "fits" in error.what:
                raise
            found = ""
        if found:
            place = self.places.place(found)
            tier = "exact" if place.name in (f"{name} city", name) else "normalized"
            return Match("matched", tier, agency_actor(self.places, f"{place.id}/{role}"), "city state")
        near = self._nearest(name, state, "city")
        if near:
            return Match("proposed", "fuzzy", reason=f"[{name}, {state.state}] is not in the book of places", proposals=near)
        if not self.unplaced:
            return Match("refused", reason=f"[{name}, {state.state}] is not in the book of places")
        if not row.city and not re.match(r"(?:City|Town|Village) of ", row.name):
            # The name alone does not say that there is such a city: a college, an airport and a state have police too.
            known = ByHand(state.state or "", row.name, f"other/{(state.state or '').lower()}/{slug(row.name)}", "agency", row.name, (), "")
            return Match("matched", "printed", other_actor(self.places, known), "state", "no city of the book of places: kept under its printed name, without a place")
        id = f"{state.id}/{slug(name)}-city"
        actor = Actor(f"{id}/{role}", "agency", _named(name, role), id, state.state or "", "", role, False)
        return Match("matched", "printed", actor, "state", "the book of places lacks the city: kept under its printed name")

    def _nearest(self, name: str, state: Place, kind: str) -> tuple[str, ...]:
        pool = self._near.get((state.id, kind))
        if pool is None:
            pool = self._near[state.id, kind] = [
                (_bare(p.name), p.id) for p in self.places if p.kind == kind and p.id.startswith(f"{state.id}/") and p.valid_until is None
            ]
        compared = SequenceMatcher(None, b=_bare(name))  # what is known of b is kept from one comparison to the next
        found = []
        for text, id in pool:
            compared.set_seq1(text)
            if compared.real_quick_ratio() >= _NEAR and compared.quick_ratio() >= _NEAR and (score := compared.ratio()) >= _NEAR:
                found.append((score, id))
        return tuple(id for _, id in sorted(found, reverse=True)[:3])


def _city_first(name: str, place: Place) -> bool:
    """Whether an agency's name begins with that of an independent city, as such: ``Baltimore City …``."""
    return place.name.endswith(" city") and fold(name).startswith((fold(place.name), f"city of {fold(place.name).removesuffix(' city')}"))


def _bare(name: str) -> str:
    return re.sub(r" (county|parish|borough|city)$", "", fold(name))


def _named(place: str, role: str) -> str:
    return place if role in ("county", "city", "state") else f"{place}, {role}"


def agency_actor(places: PlaceBook, path: str) -> Actor:
    """The actor of an agency's path. Raises PlaceError where the book of places has no such agency."""
    agency = places.agency(path)
    place = agency.place
    name = place.name.removesuffix(" city") if agency.role in ("city", "police") and place.kind == "city" else place.name
    began = place.valid_from.isoformat() if place.valid_from else ""
    ended = place.valid_until.isoformat() if place.valid_until else ""
    heirs: tuple[str, ...] = ()
    if place.valid_until is not None:
        try:
            places.place_on(place.id, on=place.valid_until)
        except PlaceError as error:  # what took its place is named there
            heirs = tuple(f"{heir}/{agency.role}" for heir in error.candidates)
    return Actor(agency.id, "agency", _named(name, agency.role), place.id, place.state or "", place.fips or "", agency.role, True, began, ended, heirs)


def other_actor(places: PlaceBook, known: ByHand) -> Actor:
    """An actor that is no agency of the book of places (an association, a board, a court, an attorney general, …).

    Raises:
        InputError: its id does not begin with ``other/``, or its kind is none of them.
    """
    if not known.actor.startswith("other/") or known.kind not in ACTOR_KINDS:
        raise InputError(f"[{known.actor}] of kind [{known.kind}]", where="hand/actors.csv", do=f"write other/STATE/NAME and one of {', '.join(ACTOR_KINDS)}")
    place = places.place(places.resolve(known.state))
    own = known.kind == "agency"  # an agency of an unknown place has none; the others speak for their state
    return Actor(known.actor, known.kind, known.name, "" if own else place.id, known.state, "" if own else place.fips or "", "", False)


def by_hand(rows: Sequence[Mapping[str, str]]) -> tuple[ByHand, ...]:
    """The table ``hand/actors.csv``."""
    return tuple(
        ByHand(r["state"], r["printed"], r["actor"], r["kind"], r["name"], tuple(c for c in r["cites"].split(";") if c), r["reason"]) for r in rows
    )
