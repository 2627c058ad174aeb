"""The law behind an audit: what changed while the stays happened, and what the answers rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.law import Authority, Lawbook
from dueprocess.law.plain import day_words, plain
from dueprocess.places import load_places

_ABOUT = ("hold", "probable_cause", "civil_arrest_power")


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which an authority that bears on the hold began or ended, and for how many stays of the file it binds. A ``ruling``
    begins when it is made."""

    day: date
    authority: str
    title: str
    citation: str
    begins: bool
    ruling: bool
    stays: int
    reviewed: bool


def bearing(authority: Authority) -> bool:
    """Whether an authority says anything of the hold."""
    return any(n.object in _ABOUT for n in authority.norms) and authority.kind not in ("form", "agreement", "ice_policy")


def binding(lawbook: Lawbook, agencies: Mapping[str, int]) -> dict[str, int]:
    """The authorities that bear on the hold for each agency, with the stays of the agencies that they bind."""
    places = load_places()
    found: dict[str, int] = {}
    for agency, stays in agencies.items():
        try:
            sets = places.sets(places.facility(places.agency(agency), None))
        except InputError:
            sets = ()  # it lies in several counties: what binds its path still binds it
        for authority in lawbook.binding(agency, sets):
            if bearing(authority):
                found[authority.id] = found.get(authority.id, 0) + stays
    return found


def changes(lawbook: Lawbook, agencies: Mapping[str, int], *, low: date, high: date, known_at: date) -> list[Change]:
    """The changes of law within [low, high] that bind any of the agencies, in their order.

    A ruling is marked on the day of its decision, from which its agencies could know it; other law on the day on which
    it came into force. Law that was not known by ``known_at`` is left out.
    """
    found: list[Change] = []
    for identity, stays in binding(lawbook, agencies).items():
        authority = lawbook.authorities[identity]
        if not lawbook.known(identity, known_at.toordinal()):
            continue
        ruling = authority.kind in ("ruling", "decree")
        starts = [authority.known.start if ruling else authority.in_force.start]
        if not ruling:
            starts += [n.start for n in authority.norms if n.start is not None]
        days = [(s, True) for s in dict.fromkeys(starts) if s is not None] + [(e, False) for e in (authority.in_force.until,) if e is not None]
        found += [
            Change(date.fromordinal(day), identity, authority.title, authority.citation, begins, ruling, stays, authority.reviewed)
            for day, begins in days
            if low <= date.fromordinal(day) <= high
        ]
    return sorted(found, key=lambda c: (c.day, not c.begins, c.authority))


def told(lawbook: Lawbook, reference: str) -> dict[str, Any]:
    """A norm (``authority#norm``) in plain words with its citation."""
    identity, _, _ = reference.partition("#")
    authority = lawbook.authorities.get(identity)
    norm = next((n for n in authority.norms if n.ref == reference), None) if authority else None
    if authority is None or norm is None:
        return {"norm": reference, "words": "A norm that this lawbook does not hold.", "because": "", "citation": "", "title": reference, "reviewed": False}
    return {
        "norm": reference,
        "words": plain(norm, authority, lawbook.vocabulary, load_places()),
        "because": norm.because,
        "citation": authority.citation,
        "title": authority.title,
        "reviewed": authority.reviewed,
    }


def rests_on(lawbook: Lawbook, references: Iterable[str], agencies: Mapping[str, int]) -> dict[str, Any]:
    """The authorities of the deciding norms with their review, and those that bind in all."""
    ids = sorted({r.partition("#")[0] for r in references})
    bound = binding(lawbook, agencies)

    def told_of(ids: Iterable[str]) -> list[dict[str, Any]]:
        return [
            {
                "id": a.id, "title": a.title, "citation": a.citation, "reviewed": a.reviewed,
                "basis": str((a.review or {}).get("basis") or "not stated"),
                "confirmed": day_words(a.confirmed_on) if a.confirmed_on else None,
            }
            for a in (lawbook.authorities[i] for i in ids if i in lawbook.authorities)
        ]

    return {
        "deciding": told_of(ids),
        "binding": told_of(sorted(bound, key=lambda i: lawbook.authorities[i].title)),
        "bound": len(bound),
        "bound_reviewed": sum(1 for i in bound if lawbook.authorities[i].reviewed),
    }  # fmt: skip
