"""The book of places: what a path, a code or a printed name stands for, and what covers it.

The rows come from ``data/places`` (see ``data/README.md`` for where they come from). Nothing here knows a place by
name. Rows are read as text and turned into values only when asked for, since a run needs a few of thousands.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal, cast

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.places.names import key, slug, words

PlaceKind = Literal["country", "state", "territory", "county", "city"]

_FEDERAL_ROLES = ("ice", "cbp")
ROLES: tuple[str, ...] = (
    "sheriff",
    "corrections",
    "police",
    "trial-court",
    "prosecutor",
    "probation",
    "juvenile",
    "county",
    "city",
    "state",
    *_FEDERAL_ROLES,
)
"""The closed list of roles. ``county``, ``city`` and ``state`` stand for the government itself."""

# A government's own role goes with its own kind of place; a consolidated city is a county and may be asked as either.
_KINDS_OF_ROLE: Mapping[str, frozenset[str]] = {
    "county": frozenset({"county"}),
    "city": frozenset({"city", "county"}),
    "state": frozenset({"state", "territory"}),
    **dict.fromkeys(_FEDERAL_ROLES, frozenset({"country"})),
}

# The legal ends of Census names, longest first. ``city`` is one only in lower case (Baltimore city, but Carson City).
_SUFFIXES = (
    ("city", "borough"),
    ("census", "area"),
    ("planning", "region"),
    ("county",),
    ("parish",),
    ("borough",),
    ("municipality",),
    ("municipio",),
    ("district",),
    ("island",),
)
# How lists shorten them at the end of a name.
_SHORT = {"co": "county", "cnty": "county", "cty": "county", "par": "parish", "boro": "borough"}
# ``City of Chicago``, ``City and County of Denver``: what stands before ``of`` says which kind is meant.
_OF = re.compile(
    r"^(?P<kind>(?:city|town|village|county|parish|borough|municipality)(?: (?:county|borough))?) of (?P<rest>.+)$"
)
_SHOWN = 5


class PlaceError(InputError):
    """A place, agency or facility that is unknown, ambiguous, not valid on the day, or not enough.

    ``candidates`` are the ids that may have been meant, the likeliest first; the message names the first few.
    """

    def __init__(self, what: str, *, where: str = "", do: str = "", candidates: Sequence[str] = ()) -> None:
        self.candidates = tuple(candidates)
        super().__init__(what, where=where, do=do)

    def at(self, where: str) -> PlaceError:
        """The same error, with the file or spot put before what is already named."""
        joined = f"{where}: {self.where}" if self.where else where
        return PlaceError(self.what, where=joined, do=self.do, candidates=self.candidates)


@dataclass(frozen=True, slots=True)
class Place:
    """A country, state, territory, county equivalent or city.

    ``id`` is the path (``us/or/clackamas-county``); ``name`` the Census legal name; ``state`` the postal code (``OR``;
    None for the country); ``fips`` two digits for a state, five for a county, None otherwise. ``zone`` is the IANA zone
    at the county seat, and None where a state or a city has more than one. ``circuit`` and ``districts`` name the
    federal sets (``circuit/9``, ``district/d-or``) that cover all of it; an empty ``districts`` means none is known.
    ``counties`` are the ids of the counties of a city, in order. It is a place from ``valid_from`` (None: since before
    1997) to ``valid_until``, the first day on which it is none (None: it still is one).
    """

    id: str
    kind: PlaceKind
    name: str
    state: str | None
    fips: str | None
    zone: str | None
    circuit: str | None
    districts: tuple[str, ...]
    counties: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None

    def valid_on(self, day: date) -> bool:
        """Whether this was a place on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day < self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Agency:
    """A known place and a role from ROLES; ``id`` is the path of both (``us/or/clackamas-county/sheriff``)."""

    id: str
    place: Place
    role: str


@dataclass(frozen=True, slots=True)
class _Names:
    """The index of names: keys with and without the legal end, to ids."""

    full: Mapping[str, tuple[str, ...]]
    base: Mapping[str, tuple[str, ...]]
    states: Mapping[str, str]
    codes: Mapping[str, tuple[str, ...]]


class PlaceBook:
    """All places, by path and by name. Immutable; one is shared by ``load_places``."""

    def __init__(self, folder: Path) -> None:
        """Read ``places.csv``, ``aliases.csv`` and ``sets.csv`` of ``folder``.

        Raises:
            InputError: a file is missing or has other columns than the build writes.
        """
        rows = _read(folder / "places.csv", 12)
        self._rows: dict[str, list[str]] = {row[0]: row for row in rows}
        self._aliases = _read(folder / "aliases.csv", 4)
        self._canonical = {
            f"us/{state.lower()}/{slug(alias)}": place for state, alias, place, _ in self._aliases
        }
        self._sets = {row[0]: row[1] for row in _read(folder / "sets.csv", 4)}
        self._made: dict[str, Place] = {}
        self._index: _Names | None = None

    # -------------------------------------------------------------- by path

    def place(self, id: str) -> Place:
        """The place with this path, or with this path as an alias (``us/pa/philadelphia-city`` is its county).

        Raises:
            PlaceError: unknown, with the nearest paths under the same state.
        """
        id = self._canonical.get(id, id)
        made = self._made.get(id)
        if made is None:
            row = self._rows.get(id)
            if row is None:
                raise self._unknown_path(id)
            made = self._made[id] = _place(row)
        return made

    def place_on(self, id: str, *, on: date) -> Place:
        """The place with this path, if it was one on the day ``on``.

        Raises:
            PlaceError: unknown, or not valid that day; then what took its place, or came before it, is named.
        """
        place = self.place(id)
        if place.valid_on(on):
            return place
        if place.valid_until is not None and on >= place.valid_until:
            heirs = tuple(self._rows[place.id][11].split())
            raise PlaceError(
                f"[{place.id}] ended on {place.valid_until.isoformat()} and was none on {on.isoformat()}",
                do=f"give what took its place: {_listed(heirs)}",
                candidates=heirs,
            )
        before = tuple(i for i, row in self._rows.items() if place.id in row[11].split())
        began = place.valid_from.isoformat() if place.valid_from else ""
        raise PlaceError(
            f"[{place.id}] began on {began} and was none on {on.isoformat()}",
            do=f"give what was there before: {_listed(before)}"
            if before
            else "give the county that held the place that day",
            candidates=before,
        )

    def agency(self, id: str) -> Agency:
        """The agency with this path: a known place and a role; ``us/ice`` and ``us/cbp`` are the federal ones.

        Raises:
            PlaceError: the place is unknown, the role is not in ROLES, or the two do not go together.
        """
        path, _, role = id.rpartition("/")
        if role not in ROLES:
            if id in self._rows or id in self._canonical:
                raise PlaceError(
                    f"[{id}] is a place, not an agency", do=f"add a role, such as [{id}/sheriff]"
                )
            near = get_close_matches(role, ROLES, n=1)
            hint = f"did you mean [{near[0]}]? " if near else ""
            raise PlaceError(f"[{role}] in [{id}] is no role", do=f"{hint}the roles are: {' '.join(ROLES)}")
        place = self.place(path)
        kinds = _KINDS_OF_ROLE.get(role)
        if kinds is None:
            fits = place.kind != "country"
        else:
            fits = place.kind in kinds
        if not fits:
            raise PlaceError(
                f"[{role}] is no role of [{place.id}], a {place.kind}",
                do="the roles of [us] are ice and cbp; county, city and state go with their own kind of place",
            )
        return Agency(f"{place.id}/{role}", place, role)

    def facility(self, agency: Agency, facility: str | None) -> Place:
        """The place that supplies zone, circuit and district for people held by ``agency``; its ``zone`` is never None.

        ``facility``, the path of a county of the agency's state (of any state for a federal agency), if given; else the
        agency's own county, the only county of its city, or its state, where that has one zone.

        Raises:
            PlaceError: none of these settles it, or ``facility`` is no county, or one of another state.
        """
        own = agency.place
        if facility is not None:
            place = self.place(facility)
            if place.kind != "county":
                raise PlaceError(
                    f"facility [{facility}] is a {place.kind}, not a county",
                    do="give the county in which the jail stands"
                    + (f": {_listed(place.counties)}" if place.counties else ""),
                    candidates=place.counties,
                )
            if own.state is not None and place.state != own.state:
                raise PlaceError(
                    f"facility [{facility}] lies outside the state of [{agency.id}]",
                    do=f"give a county of {own.state}",
                )
            return place
        if own.kind == "county":
            return own
        if own.kind == "city" and len(own.counties) == 1:
            return self.place(own.counties[0])
        if own.kind in ("state", "territory") and own.zone is not None:
            return own
        if own.kind == "city":
            raise PlaceError(
                f"[{agency.id}] lies in more than one county",
                do=f"give facility, one of: {_listed(own.counties)}",
                candidates=own.counties,
            )
        raise PlaceError(
            f"[{agency.id}] lies in no one county",
            do="give facility: the county in which the jail stands, as us/or/malheur-county",
        )

    # -------------------------------------------------------------- sets

    def sets(self, place: Place) -> tuple[str, ...]:
        """The named sets that cover all of ``place``: its circuit, then its district, as far as they are known.

        American Samoa lies in none. A city or state over several districts is covered by none of them.
        """
        return (*((place.circuit,) if place.circuit else ()), *place.districts)

    def known_set(self, name: str) -> bool:
        """Whether ``name`` is a federal circuit or district (``circuit/9``, ``district/ed-pa``)."""
        return name in self._sets

    def set_title(self, name: str) -> str | None:
        """The name of a federal circuit or district (``Ninth Circuit``); None for what is none."""
        return self._sets.get(name)

    # -------------------------------------------------------------- all

    def __iter__(self) -> Iterator[Place]:
        """Every place once, ended ones too, sorted by path."""
        return (self.place(i) for i in self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def counties(self, state: str | None = None, *, on: date | None = None) -> tuple[Place, ...]:
        """The county equivalents, sorted by path: of one state (its path), and of one day, if given."""
        under = f"{self.place(state).id}/" if state is not None else "us/"
        found = (self.place(i) for i, row in self._rows.items() if row[1] == "county" and i.startswith(under))
        return tuple(place for place in found if on is None or place.valid_on(on))

    # -------------------------------------------------------------- by name

    def resolve(self, text: str, *, on: date | None = None) -> str:
        """The id of the place that ``text`` names: a path, a FIPS code, or a name with its state.

        ``Clackamas County, OR``, ``Clackamas, Oregon``, ``41005``, ``De Kalb County, GA``, ``Saint Louis city, MO``,
        ``City of Chicago, IL``, ``Oregon``. A name without a state must be the only one of the country; a state's name
        alone is the state. A name without its kind is refused where it fits a county and a city alike. With ``on``,
        only places of that day; without, places that still are go before places that ended.

        Raises:
            PlaceError: unknown or ambiguous, with the candidates.
        """
        given = " ".join(text.split())
        if given == "us" or given.startswith("us/"):
            return self.place(given).id
        names = self._names()
        digits = given.zfill(5) if given.isdecimal() and len(given) == 4 else given
        if digits.isdecimal():
            return self._one(names.codes.get(digits, ()), given, on, "is no FIPS code of a state or county")
        whole = _state_key(given)
        if whole in names.states:
            return names.states[whole]
        name, state, comma = _split_state(given, names.states)
        if comma and state is None:
            after = given.rpartition(",")[2].strip()
            near = get_close_matches(_state_key(after), names.states, n=1)
            hint = (
                f"did you mean [{self._rows[names.states[near[0]]][3]}]?"
                if near
                else "give a postal code, such as OR"
            )
            raise PlaceError(f"[{after}] in [{given}] is no state", do=hint)
        found = self._named(name, state) if comma else self._named(given, None)
        if not found and not comma and state is not None:
            found = self._named(name, state)
        if found:
            return self._one(found, given, on, "")
        raise self._unknown_name(name if state else given, state, given)

    def _named(self, name: str, state: str | None) -> tuple[str, ...]:
        """All ids that ``name`` may stand for, under the state's path if given; the strictest reading that finds any."""
        names = self._names()

        def under(ids: Iterable[str]) -> tuple[str, ...]:
            return tuple(i for i in ids if state is None or i.startswith(f"{state}/"))

        parts = words(name)
        of = _OF.match(" ".join(parts))
        if of:
            rest = of["rest"].split()
            if of["kind"] in ("city", "town", "village"):
                found = under(names.full.get(key([*rest, "city"]), ())) or under(
                    names.full.get(key(rest), ())
                )
                return found or tuple(i for i in under(names.base.get(key(rest), ())) if self._is_city(i))
            parts = [*rest, "county"] if of["kind"] == "city county" else [*rest, *of["kind"].split()]
        if parts and parts[-1] in _SHORT:
            parts[-1] = _SHORT[parts[-1]]
        found = under(names.full.get(key(parts), ())) or under(names.base.get(key(parts), ()))
        if not found and len(parts) > 1 and parts[-1] == "county":
            # Lists write County for parishes, boroughs and municipios too. They never mean an independent city by it,
            # nor a county by the name of a city in it.
            short = key(parts[:-1])
            found = tuple(
                i
                for i in under(names.base.get(short, ()))
                if self._rows[i][1] == "county"
                and not self._is_city(i)
                and key(words(self._rows[i][2])).startswith(short)
            )
        return found

    def _is_city(self, id: str) -> bool:
        row = self._rows[id]
        return row[1] == "city" or row[2].endswith(" city")

    def _one(self, ids: Sequence[str], given: str, on: date | None, if_none: str) -> str:
        """The one id of that day among ``ids``, each once."""
        unique = tuple(dict.fromkeys(ids))
        if on is not None:
            valid = tuple(i for i in unique if self.place(i).valid_on(on))
            if unique and not valid:
                self.place_on(unique[0], on=on)
        else:
            valid = tuple(i for i in unique if not self._rows[i][10]) or unique
        if len(valid) == 1:
            return valid[0]
        if not valid:
            raise PlaceError(
                f"[{given}] {if_none}", do="give the Census Bureau's code, five digits for a county"
            )
        states = {self._rows[i][3] for i in valid}
        raise PlaceError(
            f"[{given}] fits {len(valid)} places",
            do=f"give {'the state too' if len(states) > 1 else 'the full name'}, one of: {_listed(valid)}",
            candidates=valid,
        )

    def _names(self) -> _Names:
        """The index, made when the first name is looked up."""
        if self._index is None:
            full: dict[str, list[str]] = {}
            base: dict[str, list[str]] = {}
            states: dict[str, str] = {}
            codes: dict[str, list[str]] = {}
            for id, row in self._rows.items():
                if row[4]:
                    codes.setdefault(row[4], []).append(id)
                if row[1] in ("state", "territory"):
                    states[row[3].lower()] = states[_state_key(row[2])] = id
                    if row[1] == "territory":  # with and without its U.S.
                        states[_state_key(row[2]).removeprefix("us")] = id
                elif row[1] != "country":
                    _enter(full, base, row[2], id)
                else:
                    states[_state_key(row[2])] = states["usa"] = id
            for _, alias, place, _ in self._aliases:
                _enter(full, base, alias, place)
            self._index = _Names(_frozen(full), _frozen(base), states, _frozen(codes))
        return self._index

    # -------------------------------------------------------------- refusals

    def _unknown_path(self, id: str) -> PlaceError:
        path, _, last = id.rpartition("/")
        if last in ROLES and (path in self._rows or path in self._canonical):
            return PlaceError(
                f"[{id}] is an agency, not a place", do=f"leave off the role: [{path}]", candidates=(path,)
            )
        # Only paths of the same state can be near; a state's own list is short.
        known = path if path in self._rows else "us"
        depth = known.count("/") + 1
        here = [
            i for i in (*self._rows, *self._canonical) if i.startswith(f"{known}/") and i.count("/") == depth
        ]
        near = get_close_matches(id.lower(), here, n=3, cutoff=0.6)
        return PlaceError(
            f"[{id}] is no known place",
            do=f"did you mean {_listed(near)}?" if near else "give a path, such as us/or/clackamas-county",
            candidates=near,
        )

    def _unknown_name(self, name: str, state: str | None, given: str) -> PlaceError:
        names = self._names()
        pool: dict[str, str] = {}
        for index in (names.base, names.full):
            for k, ids in index.items():
                for i in ids:
                    if state is None or i.startswith(f"{state}/"):
                        pool.setdefault(k, i)
        close = get_close_matches(key(words(name)), pool, n=6, cutoff=0.6)
        near = tuple(dict.fromkeys(pool[k] for k in close))[:3]
        return PlaceError(
            f"[{given}] is no known place" + ("" if state is None else f" of [{state}]"),
            do=f"did you mean {_listed(near)}?"
            if near
            else "give a county and its state, as Clackamas County, OR",
            candidates=near,
        )


def _enter(full: dict[str, list[str]], base: dict[str, list[str]], name: str, id: str) -> None:
    """Put a name into the index under its whole key, and under the key without its legal end."""
    parts = words(name)
    full.setdefault(key(parts), []).append(id)
    if name.endswith(" city"):
        short = parts[:-1]
    else:
        short = next(
            (parts[: -len(s)] for s in _SUFFIXES if len(parts) > len(s) and tuple(parts[-len(s) :]) == s),
            parts,
        )
    base.setdefault(key(short), []).append(id)


def _frozen(index: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {k: tuple(dict.fromkeys(v)) for k, v in index.items()}


def _state_key(text: str) -> str:
    return key(words(text))


def _split_state(given: str, states: Mapping[str, str]) -> tuple[str, str | None, bool]:
    """The name before its state, the state's path if it is one, and whether a comma or brackets set it off."""
    if given.endswith(")") and "(" in given:
        name, _, after = given[:-1].rpartition("(")
        return name.strip(), states.get(_state_key(after)), True
    parts = [p.strip() for p in given.split(",")]
    if len(parts) > 1 and states.get(_state_key(parts[-1])) == "us":
        parts.pop()
    if len(parts) > 1:
        return ", ".join(parts[:-1]), states.get(_state_key(parts[-1])), True
    # Without a comma, the state is the longest tail that is one (West Virginia before Virginia).
    tokens = parts[0].split()
    for start in range(1, len(tokens)):
        state = states.get(_state_key(" ".join(tokens[start:])))
        if state is not None:
            return " ".join(tokens[:start]), state, False
    return parts[0], None, False


def _listed(ids: Sequence[str]) -> str:
    shown = ", ".join(f"[{i}]" for i in ids[:_SHOWN])
    return shown + (f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else "")


def _read(path: Path, columns: int) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except OSError as error:
        raise InputError(
            f"cannot read [{error.strerror}]", where=str(path), do="install dueprocess again"
        ) from error
    if not rows or any(len(row) != columns for row in rows):
        raise InputError(
            f"not every row has {columns} columns", where=str(path), do="run data/places/build.py --offline"
        )
    return rows[1:]


def _place(row: Sequence[str]) -> Place:
    id, kind, name, state, fips, zone, circuit, districts, counties, valid_from, valid_until, _ = row
    return Place(
        id=id,
        kind=cast(PlaceKind, kind),
        name=name,
        state=state or None,
        fips=fips or None,
        zone=zone or None,
        circuit=circuit or None,
        districts=tuple(districts.split()),
        counties=tuple(counties.split()),
        valid_from=date.fromisoformat(valid_from) if valid_from else None,
        valid_until=date.fromisoformat(valid_until) if valid_until else None,
    )


@cache
def load_places() -> PlaceBook:
    """The shipped book of places.

    Raises:
        InputError: its files are missing or broken.
    """
    return PlaceBook(data_dir("places"))
