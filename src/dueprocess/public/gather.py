"""What a state's public page rests on: its counties, put together where their jails stand under the same law, and the
decision tables of that law for each detainer form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dueprocess.decide import Setting
from dueprocess.decide.coverage import jail_of
from dueprocess.decide.packets import Scene, scene_of
from dueprocess.kernel.errors import InputError
from dueprocess.law import Lawbook, load_lawbook
from dueprocess.law.export import governs
from dueprocess.places import Place, load_places
from dueprocess.public.calendars import good_until
from dueprocess.public.forms import Form, forms_of
from dueprocess.public.tables import changes_of, pack_of

OWN_KEYS = ("agency", "facility", "zone", "at", "next_change")
"""What differs between two counties under the same law."""


@dataclass(frozen=True)
class County:
    """``id`` is the last step of its path, ``zone`` an IANA name, ``law`` the number of its law on the page."""

    id: str
    name: str
    zone: str
    law: int


@dataclass(frozen=True, eq=False)
class Law:
    """What binds the jails of some counties: the tables by form (``i-247a``, …), and where they are from. Equal only to
    itself, so that its answers can be kept."""

    agency: str
    tables: Mapping[str, Mapping[str, Any]]

    @property
    def authorities(self) -> frozenset[str]:
        """The ids of all that its answers rest on."""
        return frozenset(n["authority"] for t in self.tables.values() for n in t["norms"].values())


@dataclass(frozen=True)
class State:
    """One state's page as data: answers for releases due from ``valid_from`` to before ``until`` (local days)."""

    id: str
    name: str
    as_of: date
    known_at: date
    valid_from: date
    until: date
    changes: date | None
    forms: tuple[Form, ...]
    laws: tuple[Law, ...]
    counties: tuple[County, ...]
    authorities: int
    unreviewed: int
    law_version: str

    @property
    def code(self) -> str:
        """``ca``."""
        return self.id.rpartition("/")[2]


def states() -> tuple[Place, ...]:
    """Every state and territory, by name."""
    return tuple(sorted((p for p in load_places() if p.kind in ("state", "territory")), key=lambda p: p.name))


def state_of(path: str, *, as_of: date, known_at: date, lawbook: Lawbook | None = None) -> State:
    """Gather a state (``us/ca``, ``ca`` or its name). Raises InputError where it is none, or no form of that day is known."""
    places, book = load_places(), lawbook or load_lawbook()
    given = f"us/{path.lower()}" if len(path) == 2 and path.isalpha() else path
    place = places.place(places.resolve(given, on=as_of))
    if place.kind not in ("state", "territory"):
        raise InputError(f"[{path}] is no state", do="name a state, as us/ca")
    setting = Setting(book)
    by_law: dict[Any, int] = {}
    by_text: dict[str, int] = {}
    laws: list[Law] = []
    counties: list[County] = []
    spans: list[tuple[date, date | None]] = []
    forms: tuple[Form, ...] = ()
    for county in places.counties(place.id, on=as_of):
        scene = scene_of(jail_of(book, county), facility=None, as_of=as_of, known_at=known_at, setting=setting)
        key = _law_key(scene)
        if key not in by_law:
            pack = pack_of(scene, every_paper=False, kinds=_newest(scene))
            forms = forms or pack.forms
            spans.append((pack.valid_from, pack.changes))
            law = Law(scene.agency, {f.kind: pack.tables[f.id] for f in pack.forms})
            text = json.dumps([{k: v for k, v in t.items() if k not in OWN_KEYS} for t in law.tables.values()], sort_keys=True)
            if text not in by_text:
                by_text[text] = len(laws)
                laws.append(law)
            by_law[key] = by_text[text]
        assert county.zone is not None
        counties.append(County(county.id.rpartition("/")[2], county.name, county.zone, by_law[key]))
    used = set().union(*(w.authorities for w in laws)) & set(book.authorities)
    changes = min((c for _, c in spans if c), default=None)
    return State(
        place.id, place.name, as_of, known_at, max(v for v, _ in spans), good_until(as_of, changes), changes, forms, tuple(laws),
        tuple(counties), len(used), sum(not book.authorities[a].reviewed for a in used), book.version,
    )  # fmt: skip


def _newest(scene: Scene) -> list[str]:
    """The newest edition of each form: a family reads the form's name, not its footer's small print."""
    found: dict[str, str] = {}
    for form in forms_of(scene):
        found.setdefault(form.kind, form.id)
    return list(found.values())


def _law_key(scene: Scene) -> tuple[Any, ...]:
    """What two counties under the same law share: what binds and persuades there that day, and when it changes."""
    book, day, known = scene.lawbook, scene.as_of.toordinal(), scene.known_at.toordinal()
    every = book.binding(scene.agency, scene.sets)
    bound = tuple(a.id for a in every if a.norms and governs(book, a, day, known))
    persuading = tuple(a.id for a in book.persuading(scene.agency, scene.sets, day, known))
    return bound, persuading, changes_of(scene)


__all__ = ["County", "Law", "State", "state_of", "states"]
