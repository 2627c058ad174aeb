"""A case as frozen values. Every time is an interval; None and absent mean unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dueprocess.kernel.instants import (
    MAX_INSTANT,
    MIN_INSTANT,
    NEVER,
    Instant,
    Time,
    exactly,
    first_of,
    last_of,
)
from dueprocess.kernel.truth import Truth, disjunction
from dueprocess.terms.vocabulary import Value

DETAINERS = ("i-247", "i-247a", "i-247d", "i-247g", "i-247n", "i-247x")
WARRANTS = ("i-200", "i-205", "judicial_warrant")


@dataclass(frozen=True, slots=True)
class Ground:
    """A local reason to keep the person, from ``start`` to ``end`` (NEVER: still runs)."""

    kind: str
    start: Time
    end: Time
    listed: bool = True
    """False for what a paper adds (a judge's criminal warrant, a commitment): no bail ends that."""

    def stands(self, at: Instant) -> Truth:
        begun, ended = self.start.by(at), self.end.by(at)
        if begun is False or ended is True:
            return False
        return True if begun is True and ended is False else None


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. ``boxes`` is None where nobody read them; ``signed_by`` None where nobody looked."""

    kind: str
    received: Time
    served: Time = NEVER
    cancelled: Time = NEVER
    edition: str | None = None
    signed_by: str | None = None
    boxes: frozenset[str] | None = None
    matter: str = "civil"
    issuer: str | None = None

    def in_force(self, at: Instant) -> Truth:
        """Received and not cancelled."""
        received, cancelled = self.received.by(at), self.cancelled.by(at)
        if received is False or cancelled is True:
            return False
        return True if received is True and cancelled is False else None


@dataclass(frozen=True, slots=True)
class Given:
    """A fact's values over the stay: each holds from its instant on; ``MIN_INSTANT`` is the whole stay."""

    steps: tuple[tuple[Instant, Value], ...]

    def at(self, instant: Instant) -> Value:
        value: Value = None
        for start, current in self.steps:
            if start > instant:
                break
            value = current
        return value


@dataclass(frozen=True)
class Case:
    """What was given, read and checked. ``sets`` are the named sets (circuit, district) of the facility."""

    label: str
    agency: str
    zone: str
    sets: tuple[str, ...]
    at: Instant
    known_at: int
    """Ordinal of the local date up to which law is known."""
    record_complete: bool
    booked: Time
    grounds: tuple[Ground, ...] | None
    paper_grounds: tuple[Ground, ...] = ()
    """What papers add where no grounds are listed; otherwise they stand among ``grounds``."""
    bail_refused: Time = NEVER
    left: Time | None = None
    left_to: str | None = None
    allowance: int = 0
    """Seconds of processing that the agency allows itself after release is due; taken off beside, never instead."""
    papers: tuple[Paper, ...] = ()
    events: Mapping[str, tuple[Time, ...]] = field(default_factory=dict)
    facts: Mapping[str, Given] = field(default_factory=dict)
    determined: Mapping[str, tuple[Value, Instant, str, str]] = field(default_factory=dict)
    """fact -> value, from, by role, on which papers."""
    stated_at: Mapping[str, str] = field(default_factory=dict)
    """Where each stated fact stands, for errors."""
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def detainers(self) -> tuple[Paper, ...]:
        return tuple(p for p in self.papers if p.kind in DETAINERS)

    def standing(self, at: Instant, grounds: tuple[Ground, ...] | None) -> Truth:
        """Whether any of the grounds stands; where none are listed that is unknown, unless a paper adds one."""
        if grounds is None:
            return disjunction((None, *(g.stands(at) for g in self.paper_grounds)))
        return disjunction(g.stands(at) for g in grounds)

    def effective_grounds(self, *, with_bail: bool = True) -> tuple[Ground, ...] | None:
        """The grounds, with what bail would have ended ended at its refusal."""
        grounds = self.grounds
        if grounds is None or not with_bail or self.bail_refused == NEVER:
            return grounds
        ended = self.bailable()
        return tuple(_ended_by_bail(g, self.bail_refused, alone=len(ended) == 1) if g in ended else g for g in grounds)

    def bailable(self) -> list[Ground]:
        """The grounds that bail can have been for: each charge, or the only ground where none is a charge."""
        listed = [g for g in self.grounds or () if g.listed]
        charges = [g for g in listed if g.kind == "charge"]
        return charges or (listed if len(listed) == 1 else [])


def _ended_by_bail(ground: Ground, refused: Time, *, alone: bool) -> Ground:
    """The ground as ended at the refusal of bail. Bail is offered for a ground that stands: where there is only one
    that it could have been for, that one stood."""
    if ground.start.earliest > refused.latest:
        return ground
    if alone:
        refused = last_of(refused, ground.start)
    sooner = first_of(ground.end, refused)
    stood = alone or ground.start.latest <= refused.earliest
    return replace(ground, end=sooner if stood else replace(ground.end, earliest=sooner.earliest))


def settled(grounds: tuple[Ground, ...] | None, *, latest: bool) -> tuple[Ground, ...] | None:
    """The grounds with every uncertain time placed so that they stand longest, or shortest (perhaps not at all)."""
    if grounds is None:
        return None
    if latest:
        return tuple(
            replace(g, start=exactly(g.start.earliest), end=Time(g.end.latest, g.end.latest, g.end.open_end)) for g in grounds
        )
    return tuple(
        replace(g, start=exactly(g.start.latest), end=exactly(g.end.earliest))
        for g in grounds
        if g.start.exact or g.start.latest < g.end.earliest
    )


def earliest_of(times: tuple[Time, ...]) -> Time | None:
    """The first of several uncertain times."""
    return first_of(*times) if times else None


def bounded(instant: Instant) -> bool:
    return MIN_INSTANT < instant < MAX_INSTANT
