"""Which agency a row is about: by path, by state and county, or by a facility's alias of the day. Never by name alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.places import ROLES, PlaceBook, PlaceError
from dueprocess.tables.header import plain

_ROLE_WORDS = (
    ("police", r"\bpolice\b|\bpd\b"),
    ("sheriff", r"\bsheriff"),
    ("corrections", r"\bcorrection|\bprison\b|\bdetention\b|\bjail\b|\bdoc\b"),
)


# MONTGOMERY CNTY JAIL, PA: the county, and words that only a county's own jail has. Not a court, a police station or
# a house for the young, which others may run.
_COUNTY_JAIL = re.compile(
    r"(?P<county>[a-z .'-]+?) (?P<sort>county|cnty|cty|co\.?|parish|par\.?|borough)(?: (?:adult|main|central|regional|public safety|law enforcement|justice|criminal justice|community))*"
    r" (?:jail|prison|sheriff(?:'?s)?(?: (?:office|department|dept\.?))?|s\.?o\.?|detention|detn?\.?|correctional|corrections|corr\.?|c\.?c\.?|c\.?f\.?)"
    r"(?: (?:jail|center|ctr\.?|facility|fac\.?|complex|institution|inst\.?|dept\.?|department|division|annex|unit|bureau))*(?: \(?(?:main|adult|north|south|east|west|central)\)?)?"
)


@dataclass(frozen=True, slots=True)
class Given:
    """What a row says of the agency, as printed; None where it says nothing."""

    agency: str | None
    state: str | None
    county: str | None
    city: str | None
    agency_name: str | None
    facility: str | None
    facility_name: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """What it was matched to and how; ``agency`` is None where nothing fits."""

    agency: str | None
    facility: str | None
    zone: str | None
    how: str


@dataclass(frozen=True, slots=True)
class Alias:
    """A facility's printed name in a state (and a city, if given) and who runs it between two days."""

    state: str
    city: str
    name: str
    agency: str
    facility: str
    valid_from: str
    valid_until: str
    basis: str


ALIAS_COLUMNS = ("state", "city", "name", "agency", "facility", "valid_from", "valid_until", "basis")


@cache
def shipped_aliases() -> tuple[Alias, ...]:
    return read_aliases(data_dir("presets") / "facilities.csv")


def read_aliases(path: Path) -> tuple[Alias, ...]:
    """The aliases of a CSV file with the columns of ``Alias``.

    Raises:
        InputError: it is missing, or has other columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            if tuple(reader.fieldnames or ()) != ALIAS_COLUMNS:
                raise InputError("these are not the columns of an alias file", where=str(path), do=f"write {','.join(ALIAS_COLUMNS)}")
            return tuple(Alias(**{k: (row[k] or "").strip() for k in ALIAS_COLUMNS}) for row in reader)
    except (OSError, UnicodeDecodeError):
        raise InputError("the alias file cannot be read", where=str(path), do="check the path; save it as UTF-8") from None


class Matcher:
    """Matches what rows say of their agency. ``role`` is what runs the jail of a county that is named without one."""

    def __init__(self, places: PlaceBook, aliases: Iterable[Alias], *, role: str) -> None:
        if role not in ROLES:
            raise InputError(f"[{role}] is no role of an agency", where="map: role", do=f"one of {', '.join(ROLES)}")
        self.places, self.role = places, role
        self.aliases: dict[tuple[str, str], list[Alias]] = {}
        for alias in aliases:
            self.aliases.setdefault((_state(places, alias.state) or "", plain(alias.name)), []).append(alias)

    def match(self, given: Given, *, day: str | None) -> Match:
        """The agency, the county that supplies the zone, and how both were found. ``day`` (ISO) picks among dated aliases."""
        try:
            return self._match(given, day)
        except InputError as error:
            return Match(None, None, self._zone_of_state(given), error.what)

    def _match(self, given: Given, day: str | None) -> Match:
        facility = given.facility
        if given.agency:
            return self._placed(given.agency, facility, "given as a path")
        state = _state(self.places, given.state)
        if given.facility_name and state and (alias := self._alias(state, given, day)):
            return self._placed(alias.agency, alias.facility or facility, f"facility's alias: {alias.basis}")
        if not given.state:
            return Match(None, None, None, "no state: no agency is matched by a name alone")
        if state is None:
            return Match(None, None, None, f"[{given.state[:40]}] is no state")
        role = next((r for r, pattern in _ROLE_WORDS if re.search(pattern, (given.agency_name or "").lower())), None)
        if given.facility_name and not given.county and not given.agency_name and (county := self._county_of(given.facility_name, state)):
            usual = self._usual_role(state)
            return self._placed(f"{county}/{usual or self.role}", facility, f"the county in the facility's own name, in its state; role {usual} as in the aliases of that state" if usual else f"the county in the facility's own name, in its state; role {self.role} by the map")
        if given.county:
            county = given.county if given.county.isdecimal() else f"{given.county}, {self.places.place(state).state}"
            found = self.places.resolve(county)
            if not found.startswith(f"{state}/"):
                return Match(None, None, self._zone_of_state(given), "the county lies in another state")
            if role == "police":
                return self._police(given, state, found)
            how = f"state and county; role {role} by the agency's name" if role else f"state and county; role {self.role} by the map"
            return self._placed(f"{found}/{role or self.role}", facility, how)
        if given.city and role == "police":
            return self._police(given, state, None)
        if given.agency_name and role == "corrections" and re.search(r"\bstate\b|department of corr|\bdoc\b", given.agency_name.lower()) and not given.city:
            return self._placed(f"{state}/corrections", facility, "state; role corrections by the agency's name")
        return Match(None, None, self._zone_of_state(given), "a state without a county or a known facility: a facility is not an agency")

    def _police(self, given: Given, state: str, county: str | None) -> Match:
        if not given.city:
            return Match(None, None, self._zone_of_state(given), "a police department without its city")
        city = self.places.resolve(f"{given.city}, {self.places.place(state).state}")
        return self._placed(f"{city}/police", given.facility or county, "state and city; role police by the agency's name")

    def _alias(self, state: str, given: Given, day: str | None) -> Alias | None:
        for alias in self.aliases.get((state, plain(given.facility_name or "")), ()):
            if alias.city and given.city and plain(alias.city) != plain(given.city):
                continue
            if day and ((alias.valid_from and day < alias.valid_from) or (alias.valid_until and day >= alias.valid_until)):
                continue
            return alias if alias.agency else None
        return None

    def _usual_role(self, state: str) -> str | None:
        """What runs county jails in a state, where the aliases of its facilities name one role only."""
        roles = {a.agency.rpartition("/")[2] for (of, _), listed in self.aliases.items() if of == state for a in listed if a.agency.count("/") == 3} - {"police"}
        return roles.pop() if len(roles) == 1 else None

    def _county_of(self, name: str, state: str) -> str | None:
        """The county that a jail's name says it is of, where the state has exactly one of that name."""
        code = state.rpartition("/")[2]
        text = re.sub(rf"[, ]+\(?{code}\)?$", "", " ".join(name.lower().split()))
        found = _COUNTY_JAIL.fullmatch(text)
        if found is None:
            return None
        sort = {"par": "parish", "parish": "parish", "borough": "borough"}.get(found["sort"].rstrip("."), "county")
        try:
            county = self.places.resolve(f"{found['county'].strip()} {sort}, {self.places.place(state).state}")
        except PlaceError:
            return None
        return county if county.startswith(f"{state}/") and self.places.place(county).kind == "county" else None

    def _placed(self, path: str, facility: str | None, how: str) -> Match:
        agency = self.places.agency(path.strip().strip("/"))
        if agency.role in ("ice", "cbp", "juvenile"):
            return Match(None, None, None, f"{agency.role} custody is outside these rules")
        try:
            place = self.places.facility(agency, facility)
        except PlaceError as error:
            return Match(None, None, None, error.what)
        return Match(agency.id, facility, place.zone, how)

    def _zone_of_state(self, given: Given) -> str | None:
        state = _state(self.places, given.state)
        return self.places.place(state).zone if state else None


def _state(places: PlaceBook, text: str | None) -> str | None:
    """The path of a state by its name or postal code."""
    if not text:
        return None
    try:
        found = places.resolve(text)
    except PlaceError:
        return None
    return found if places.place(found).kind in ("state", "territory") else None


