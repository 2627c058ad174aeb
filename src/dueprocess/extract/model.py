"""What is read out of a text: each entry with the words that carry it, by offset."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from dueprocess.extract.capture import Capture

POSITIONS = (
    "honors_all", "requires_judicial_warrant", "requires_court_order", "requires_any_warrant", "requires_probable_cause",
    "limits_by_offense", "notify_only", "declines_all", "undecided", "unknown",
)  # fmt: skip
"""The positions of a claim."""
ACCEPTS = ("detainer", "admin_warrant", "removal_order", "judicial_warrant", "court_order", "probable_cause", "listed_offense")
"""What a claim says that the agency will hold on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounded:
    """Words of the captured text: ``quote`` is ``text[start:end]``, character for character."""

    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Grounded):
    """One agency's answer to detainers, as this text has it.

    ``agency_id`` is the path where the book of places knows the agency; ``state`` a postal code; dates are ISO days, months
    or years; ``cites`` names rulings and laws that the text gives beside it.
    """

    agency: str
    county_or_city: str | None
    state: str
    agency_id: str | None
    position: str
    accepts: tuple[str, ...] = ()
    effective_date: str | None = None
    announced_date: str | None = None
    speaker: str | None = None
    motive: str | None = None
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Grounded):
    """A figure. ``value`` is the number, ``value_text`` its wording; ``since`` and ``as_of`` are ISO days, months or years;
    ``disputes`` names whose figure it is set against."""

    value: int | float
    value_text: str
    unit: str
    scope: str | None = None
    since: str | None = None
    as_of: str | None = None
    claimant: str | None = None
    disputes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling(Grounded):
    """A court's decision: its usual name, court and date as far as the text or the list of known rulings says."""

    name: str
    court: str | None = None
    date: str | None = None
    citation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statute(Grounded):
    """A law, regulation, ordinance or constitution, by its usual name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(Grounded):
    """Somebody kept too long. ``hours_overheld`` counts a day as 24 hours, and is None where the text has no
    number ("several hours"); ``duration_text`` is the text's own wording."""

    place: str | None
    state: str | None
    hours_overheld: float | None
    duration_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved(Grounded):
    """A name that fits several places, or none, with the states that it fits: listed, never guessed."""

    name: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read out of one capture, and what could not be settled."""

    capture: Capture
    claims: tuple[Claim, ...] = ()
    counts: tuple[Count, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    statutes_regs: tuple[Statute, ...] = ()
    incidents: tuple[Incident, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    notes: tuple[str, ...] = ()
    method: str = "rules"

    def as_dict(self) -> dict[str, Any]:
        """The JSON line: ``id``, the five lists, and what stands beside them (``unresolved``, ``source``, ``notes``)."""
        source = self.capture
        lists = {name: [_plain(e, source) for e in getattr(self, name)] for name in LISTS}
        return {
            "id": source.id,
            **lists,
            "unresolved": [_plain(e, source) for e in self.unresolved],
            "source": {
                "sha256": source.sha256,
                "kind": source.kind,
                "characters": len(source.text),
                "title": source.title,
                "date": source.published,
                "date_basis": source.published_basis,
            },
            "method": self.method,
            "notes": list(dict.fromkeys((*source.notes, *self.notes))),
        }


LISTS = ("claims", "counts", "rulings", "statutes_regs", "incidents")
_LAST = ("quote", "start", "end")


def _plain(entry: Grounded, source: Capture) -> dict[str, Any]:
    names = [f.name for f in fields(entry) if f.name not in _LAST]
    found: dict[str, Any] = {}
    for name in (*names, *_LAST):
        value = getattr(entry, name)
        found[name] = list(value) if isinstance(value, tuple) else value
    page = source.page(entry.start)
    if page is not None:
        found["page"] = page
    return found


@dataclass(slots=True)
class Draft:
    """A claim in the making: who, where, what, and the sentence that says so."""

    base: str
    state: str
    label: str
    place: str | None
    kind: str
    role: str
    office: str | None
    position: str
    accepts: tuple[str, ...]
    start: int
    end: int
    sentence: int
    firm: bool
    notice: bool
    speaker: str | None = None
    explicit: bool = False
