"""A scenario: where, when, under which policies, with which numbers, and how the records are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.instants import parse_date
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.places import Place, load_places
from dueprocess.registry import POSITIONS
from dueprocess.simulate.parameters import values

EARLIEST, LATEST = date(2008, 10, 1), date(2030, 12, 31)
"""The calendars and the editions of the forms are known well before and after; the published numbers begin in 2008."""

RECORDS: Final = ("custody", "charges")
DEFECTS: Final = ("dates_only", "posted_hours", "missing_ids", "repeats", "wrong_order")
OTHERWISE: Final = ("registry", *POSITIONS)
_KEYS: Final = ("scenario", "about", "from", "until", "places", "admissions_a_year", "policy", "parameters", "record", "defects", "known_at")
_MOST_ADMISSIONS = 100_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy of all agencies under ``place`` in [start, until); ``until`` None: without end."""

    place: str
    position: str
    start: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """What ``run`` plays. Bookings fall into the local days [start, until).

    ``places`` are paths of states and counties, empty for all. ``admissions`` is a year's bookings in all the places
    together; None takes their share of the published totals. ``otherwise`` is a position, or ``registry`` for what the
    registry knew on ``known_at``; each of ``rules`` stands above it, the last first. ``defects`` are shares of rows.
    """

    name: str
    start: date
    until: date
    places: tuple[str, ...]
    admissions: float | None
    otherwise: str
    rules: tuple[Rule, ...]
    parameters: Mapping[str, float]
    given: Mapping[str, float]
    record: str
    defects: Mapping[str, float]
    known_at: date

    def with_parameters(self, given: Mapping[str, float]) -> Scenario:
        """The same with other numbers."""
        together = {**self.given, **given}
        return replace(self, parameters=values(together, where=self.name), given=together)

    def chosen(self) -> tuple[Place, ...]:
        """The counties in it that existed at some time of it, in order of their paths."""
        book = load_places()
        every = [c for c in book.counties() if (c.valid_until is None or c.valid_until > self.start) and (c.valid_from is None or c.valid_from < self.until)]
        inside = [c for c in every if not self.places or any(c.id == p or c.id.startswith(p + "/") for p in self.places)]
        return tuple(sorted(inside, key=lambda c: c.id))


def read_scenario(path: Path, *, today: date) -> Scenario:
    """Read a scenario file. Raises InputError for anything that it cannot be played from; nothing is written then."""
    return scenario_of(read_mapping(path), where=str(path), today=today)


def scenario_of(raw: Mapping[str, Any], *, where: str, today: date) -> Scenario:
    """A scenario from its mapping. ``today`` is the day up to which the registry is asked unless it says otherwise."""
    for key in raw:
        if key not in _KEYS:
            raise InputError(f"a scenario has no key [{shown(key)}]", where=where, do=nearest(key, _KEYS) or f"the keys are {', '.join(_KEYS)}")
    for key in ("from", "until"):
        if key not in raw:
            raise InputError(f"it lacks [{key}]", where=where, do=f"give the {'first day' if key == 'from' else 'day after the last'}, as 2014-05-01")
    start, until = (parse_date(raw[key], where=f"{where}: {key}") for key in ("from", "until"))
    if not start < until:
        raise InputError(f"from [{start}] is not before until [{until}]", where=where, do="until is the day after the last")
    if start < EARLIEST or until > LATEST:
        raise InputError(f"[{start}] to [{until}] leaves the calendars", where=where, do=f"stay between {EARLIEST} and {LATEST}")
    places = _places(raw.get("places", "all"), where=where)
    admissions = raw.get("admissions_a_year")
    if admissions is not None and (isinstance(admissions, bool) or not isinstance(admissions, int | float) or not 0 < admissions <= _MOST_ADMISSIONS):
        raise InputError(f"admissions_a_year is [{shown(admissions)}]", where=where, do=f"give a number above 0 and at most {_MOST_ADMISSIONS:,}, or leave it out")
    parameters = _mapping(raw.get("parameters"), key="parameters", where=where)
    record = raw.get("record", "custody")
    if record not in RECORDS:
        raise InputError(f"record is [{shown(record)}]", where=where, do=f"one of {', '.join(RECORDS)}")
    otherwise, rules = _policy(_mapping(raw.get("policy"), key="policy", where=where), where=where)
    return Scenario(
        name=str(raw.get("scenario", "unnamed"))[:100],
        start=start,
        until=until,
        places=places,
        admissions=None if admissions is None else float(admissions),
        otherwise=otherwise,
        rules=rules,
        parameters=values(parameters, where=where),
        given={k: float(v) for k, v in parameters.items()},
        record=record,
        defects=_defects(_mapping(raw.get("defects"), key="defects", where=where), where=where),
        known_at=parse_date(raw["known_at"], where=f"{where}: known_at") if "known_at" in raw else today,
    )


def _mapping(value: Any, *, key: str, where: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(f"[{key}] is no mapping", where=where, do="write key: value lines under it")
    return value


def _places(value: Any, *, where: str) -> tuple[str, ...]:
    if value == "all":
        return ()
    names = value if isinstance(value, list) else [value]
    if not names:
        raise InputError("places is empty", where=where, do="name states and counties, or write all")
    book = load_places()
    found = []
    for name in names:
        place = book.place(str(name))
        if place.kind not in ("state", "territory", "county"):
            raise InputError(f"[{place.id}] is a {place.kind}", where=where, do="name states and counties")
        found.append(place.id)
    return tuple(found)


def _policy(raw: Mapping[str, Any], *, where: str) -> tuple[str, tuple[Rule, ...]]:
    for key in raw:
        if key not in ("otherwise", "set"):
            raise InputError(f"policy has no key [{shown(key)}]", where=where, do="its keys are otherwise and set")
    otherwise = raw.get("otherwise", "registry")
    _position(otherwise, OTHERWISE, where=where)
    rules = []
    for number, entry in enumerate(raw.get("set") or (), 1):
        spot = f"{where}: policy.set {number}"
        if not isinstance(entry, dict) or not {"place", "position"} <= set(entry) <= {"place", "position", "from", "until"}:
            raise InputError("it needs place and position, and may have from and until", where=spot)
        _position(entry["position"], POSITIONS, where=spot)
        place = load_places().place(str(entry["place"])).id
        start = parse_date(entry["from"], where=spot) if "from" in entry else EARLIEST - timedelta(days=4000)
        until = parse_date(entry["until"], where=spot) if "until" in entry else None
        if until is not None and until <= start:
            raise InputError(f"until [{until}] is not after from [{start}]", where=spot)
        rules.append(Rule(place, entry["position"], start, until))
    return otherwise, tuple(rules)


def _position(value: Any, known: tuple[str, ...], *, where: str) -> None:
    if value not in known:
        raise InputError(f"[{shown(value)}] is no position", where=where, do=nearest(value, known) or f"one of {', '.join(known)}")


def _defects(raw: Mapping[str, Any], *, where: str) -> Mapping[str, float]:
    found = {}
    for name, share in raw.items():
        if name not in DEFECTS:
            raise InputError(f"there is no defect [{shown(name)}]", where=where, do=nearest(name, DEFECTS) or f"one of {', '.join(DEFECTS)}")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise InputError(f"the defect [{name}] is [{shown(share)}], and a share lies between 0 and 1", where=where, do="write 0.25 for a quarter")
        found[name] = float(share)
    return found


__all__ = ["DEFECTS", "EARLIEST", "LATEST", "RECORDS", "Rule", "Scenario", "read_scenario", "scenario_of"]
