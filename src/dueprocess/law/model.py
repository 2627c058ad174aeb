"""What a file of law holds, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dueprocess.terms import Tree
from dueprocess.terms.tree import TRUE, text

KINDS = ["constitution", "statute", "common_law", "regulation", "ruling", "decree", "executive_order", "opinion", "ordinance", "agency_policy", "form", "ice_policy", "agreement", "research_note"]
UNCITED = ("agency_policy", "agreement", "form", "ice_policy", "research_note")
"""Kinds that no code, register or reporter publishes: a citation of theirs is a description, and has no standard form."""

VERBS = ("forbid", "permit", "require", "preempt", "limit", "declare")

# The rank of each kind where its id is federal, and where it is a state's. A ruling takes the rank of what
# it construes; None has no rank. Source of the order: U.S. Const. art. VI cl. 2 and the states' own hierarchy.
CONSTITUTION, FEDERAL_STATUTE, FEDERAL_REGULATION, STATE_CONSTITUTION, STATE_LAW, STATE_ORDER, LOCAL, POLICY = range(1, 9)
RANK_NAMES = {
    CONSTITUTION: "federal constitution",
    FEDERAL_STATUTE: "federal statute",
    FEDERAL_REGULATION: "federal regulation",
    STATE_CONSTITUTION: "state constitution",
    STATE_LAW: "state statute or common law",
    STATE_ORDER: "state executive or attorney-general order",
    LOCAL: "local ordinance or order",
    POLICY: "agency policy",
}


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open, in day ordinals; ``None`` is unbounded. ``ended_by`` names the authority that ended it."""

    start: int | None = None
    until: int | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class By:
    """The time by which a duty is to be done: ``hours`` before or after an event."""

    hours: float
    event: str
    after: bool


@dataclass(frozen=True, slots=True)
class Norm:
    """One norm. ``object`` is the action, or the declared fact; ``rank`` is None where its authority has none."""

    key: str
    authority: str
    verb: str
    object: str
    when: Tree = TRUE
    value: bool = True
    because: str = ""
    rank: int | None = None
    construes: str | None = None
    start: int | None = None
    """First day governed, as an ordinal."""
    hours: float | None = None
    until_end_of_day: bool = False
    excluding: tuple[str, ...] = ()
    counted_from: str = ""
    by: By | None = None

    @property
    def ref(self) -> str:
        """``authority#key``: how answers name it."""
        return f"{self.authority}#{self.key}"

    @property
    def order(self) -> tuple[int, str, str, str]:
        """The place among deciding norms: rank, then condition, then what a limit counts, then name. Which of two
        equal norms is named first is a convention; every evaluator follows this one."""
        counts = f"{self.counted_from} {self.hours} {self.excluding} {self.until_end_of_day}" if self.verb == "limit" else ""
        return self.rank or 99, text(self.when), counts, self.ref

    @property
    def favors(self) -> bool:
        """Whether it makes its action (or, for a declaration, its fact) more likely, not less."""
        return self.verb in ("permit", "require", "preempt") or (self.verb == "declare" and self.value)


@dataclass(frozen=True, slots=True)
class DayOff:
    """A day (an ordinal) that an authority adds to a calendar, and what it is called."""

    day: int
    calendar: str
    name: str


@dataclass(frozen=True, slots=True)
class Authority:
    """One file of law."""

    id: str
    title: str
    kind: str
    citation: str
    rank: int | None
    in_force: Interval
    known: Interval
    binds: tuple[str, ...]
    excepts: tuple[str, ...]
    persuades: tuple[str, ...]
    norms: tuple[Norm, ...]
    hash: str
    """Of the whole content of the file: what ``law_version`` is made of."""
    stage: str | None = None
    court: str | None = None
    construes: str | None = None
    confirmed_on: int | None = None
    review: Mapping[str, Any] | None = None
    sources: tuple[Mapping[str, Any], ...] = ()
    note: str = ""
    replaces: str | None = None
    """The id that this file of an overlay takes the place of."""
    replaced_by: str | None = None
    """The id of the file of an overlay that has taken this one's place; None where it stands."""
    standard_citation: bool = True
    """Whether the citation is to be of a standard form; False for a kind of UNCITED and for ``citation_form: none``."""
    adoption_hash: str = ""
    """Of all that counsel adopts: the content without ``review`` and ``confirmed_on``, which say who looked at the text,
    without ``citation_form``, which says how it is cited, and without the ``replaces`` of a copy in the place of its own id."""
    days_off: tuple[DayOff, ...] = ()
    """Days that it adds to a calendar: ``closings.py`` lays them into the limits that leave that calendar out."""

    @property
    def reviewed(self) -> bool:
        return (self.review or {}).get("status") == "reviewed"

    def is_text(self, adopted: str) -> bool:
        """Whether the hash in an adoption is of this very text. Adoptions once held the hash of the whole file; that
        hash is of no other text, so it still counts as long as nothing in the file has changed, the review included."""
        return adopted in (self.adoption_hash, self.hash)


def covers(pattern: str, place: str, sets: tuple[str, ...] = ()) -> bool:
    """Whether a pattern of ``binds`` or ``persuades`` covers a place or agency path (or its named sets)."""
    if pattern in sets:
        return True
    if "*" not in pattern:
        return place == pattern or place.startswith(pattern + "/")
    wanted, given = pattern.split("/"), place.split("/")
    return len(wanted) <= len(given) and all(w in ("*", g) for w, g in zip(wanted, given, strict=False))


def is_state_id(authority_id: str) -> bool:
    """Whether an id belongs to a state: ``us/<two letters>/…``."""
    parts = authority_id.split("/")
    return len(parts) > 2 and parts[0] == "us" and len(parts[1]) == 2


def rank_of(kind: str, authority_id: str, binds: tuple[str, ...]) -> int | None:
    """The rank of a kind by itself (a ruling's comes from what it construes)."""
    state = is_state_id(authority_id)
    local = bool(binds) and all(len(b.split("/")) > 2 for b in binds)
    match kind:
        case "constitution":
            return STATE_CONSTITUTION if state else CONSTITUTION
        case "statute":
            return STATE_LAW if state else FEDERAL_STATUTE
        case "common_law":
            return STATE_LAW
        case "regulation":
            return STATE_ORDER if state else FEDERAL_REGULATION
        case "executive_order":
            return (LOCAL if local else STATE_ORDER) if state else None
        case "ordinance":
            return LOCAL
        case "agency_policy":
            return POLICY
        case _:
            return None


def declares(norm: Norm) -> tuple[str, bool] | None:
    """The fact and value that a norm declares, by itself or as a state's permit or duty to hold."""
    if norm.verb == "declare":
        return norm.object, norm.value
    if norm.object == "hold" and norm.verb in ("permit", "require") and norm.rank in (STATE_CONSTITUTION, STATE_LAW):
        return "civil_arrest_power", True
    return None
