"""What a change of law does: the same cases answered under two lawbooks, and which change made the difference.

The cause is found by trying: a changed authority is a cause where the old lawbook with that one change, and no
other, already answers otherwise than the old one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from dueprocess.case import read_case
from dueprocess.decide.stay import HOLDS, LOCAL, REVIEW, Setting, Stay
from dueprocess.decide.words import instant_text
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import hours
from dueprocess.law import Authority, Lawbook, Norm
from dueprocess.places import load_places

REFUSED = "refused"
"""The outcome of a case that a lawbook cannot answer: it states a fact that the vocabulary lacks, say."""

TOGETHER = "several changes together"

KINDS = ("outcome", "deadline", "hours")
"""What may differ between two answers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one lawbook says of one case: outcome, end of the hold (ISO 8601), decimal hours, the deciding norms."""

    outcome: str
    hold_until: str | None = None
    overheld: tuple[float, float] = (0, 0)
    undetermined: tuple[float, float] = (0, 0)
    deciding: tuple[str, ...] = ()
    because: str = ""
    """Why the case is refused."""

    def as_mapping(self) -> dict[str, Any]:
        """As JSON, with the keys of a decision."""
        return {
            "outcome": self.outcome,
            "hold_until": self.hold_until,
            "overheld_hours": {"least": self.overheld[0], "most": self.overheld[1]},
            "undetermined_hours": {"least": self.undetermined[0], "most": self.undetermined[1]},
            "deciding": list(self.deciding),
            **({"because": self.because} if self.because else {}),
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """One case that is answered otherwise; ``changed`` names what: outcome, deadline, hours."""

    case: str
    before: Answer
    after: Answer
    changed: tuple[str, ...]
    causes: tuple[str, ...]

    def as_mapping(self) -> dict[str, Any]:
        return {"case": self.case, "changed": list(self.changed), "causes": list(self.causes), "before": self.before.as_mapping(), "after": self.after.as_mapping()}


@dataclass(frozen=True)
class Impact:
    """The effects on a set of cases, of which ``asked`` were answered under both lawbooks."""

    asked: int
    effects: tuple[Effect, ...]

    def moves(self) -> list[tuple[str, str, int]]:
        """(outcome before, outcome after, how many), the commonest first; the same outcome twice: deadline or hours only."""
        counted = Counter((e.before.outcome, e.after.outcome) for e in self.effects)
        return [(b, a, n) for (b, a), n in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]

    def kinds(self) -> dict[str, int]:
        """In how many cases the outcome, the deadline (``hold_until``) and the hours differ; one case may count in each."""
        return {kind: sum(kind in e.changed for e in self.effects) for kind in KINDS}

    def of_cause(self, cause: str) -> Impact:
        """The effects of one cause."""
        return Impact(self.asked, tuple(e for e in self.effects if cause in e.causes))

    def by_cause(self) -> list[tuple[str, int, list[tuple[str, str, int]]]]:
        """(cause, cases, their moves), the cause of most cases first."""
        names = sorted({c for e in self.effects for c in e.causes})
        found = [(name, self.of_cause(name)) for name in names]
        return [(n, len(i.effects), i.moves()) for n, i in sorted(found, key=lambda pair: (-len(pair[1].effects), pair[0]))]

    def hours(self) -> dict[str, float]:
        """Sums of the least hours over release and of the most undetermined hours, before and after."""
        return {
            "overheld_least_before": round(sum(e.before.overheld[0] for e in self.effects), 2),
            "overheld_least_after": round(sum(e.after.overheld[0] for e in self.effects), 2),
            "undetermined_most_before": round(sum(e.before.undetermined[1] for e in self.effects), 2),
            "undetermined_most_after": round(sum(e.after.undetermined[1] for e in self.effects), 2),
        }

    def as_mapping(self, *, examples: int | None = None) -> dict[str, Any]:
        """As JSON; ``examples`` limits how many effects are given in full."""
        return {
            "asked": self.asked,
            "changed": len(self.effects),
            "kinds": self.kinds(),
            "moves": [{"before": b, "after": a, "cases": n} for b, a, n in self.moves()],
            "hours_of_changed": self.hours(),
            "by_cause": [
                {
                    "cause": c,
                    "cases": n,
                    "kinds": self.of_cause(c).kinds(),
                    "moves": [{"before": b, "after": a, "cases": k} for b, a, k in m],
                    "hours": self.of_cause(c).hours(),
                }
                for c, n, m in self.by_cause()
            ],
            "cases": [e.as_mapping() for e in self.effects[:examples]],
        }


def impact(old: Lawbook, new: Lawbook, cases: Iterable[tuple[str, Mapping[str, Any]]], *, today: date) -> Impact:
    """Answer every case, given as (name, mapping of a case file), under both lawbooks. ``today`` stands for
    ``law_known_at`` where a case gives none."""
    causes = _Causes(old, new, today)
    if not causes.ids and dict(old.vocabulary.raw) == dict(new.vocabulary.raw):
        return Impact(sum(1 for _ in cases), ())  # nothing that an answer turns on has changed
    effects: list[Effect] = []
    asked = 0
    for name, case in cases:
        asked += 1
        before, after = ask(case, old, today=today), ask(case, new, today=today)
        changed = _changed(before, after)
        if changed:
            effects.append(Effect(name, before, after, changed, causes.of(case, before, after)))
    return Impact(asked, tuple(effects))


def check_case(case: Mapping[str, Any], *books: Lawbook, today: date, where: Callable[[tuple[str | int, ...]], str]) -> None:
    """Refuse a case that none of the lawbooks can read, with what the first says of it: a fact that only one of them
    knows is no fault of the case. ``where`` names a place in the case's file. Raises InputError."""
    errors: list[InputError] = []
    for book in books:
        try:
            read = read_case(case, lawbook=book, places=load_places(), today=today, where=where)
            Stay(read, Setting(book)).check_statements()
        except InputError as error:
            errors.append(error)
        else:
            return
    if errors:
        raise errors[0]


def ask(case: Mapping[str, Any], lawbook: Lawbook, *, today: date) -> Answer:
    """The answer in brief; a case that cannot be read under this lawbook gives the outcome REFUSED."""
    try:
        read = read_case(case, lawbook=lawbook, places=load_places(), today=today)
        stay = Stay(read, Setting(lawbook))
        stay.check_statements()
    except InputError as error:
        return Answer(REFUSED, because=str(error))
    at = read.at
    outcome = stay.outcome_at(at, stay.grounds)
    over, undetermined = stay.hours()
    until = None
    if outcome in HOLDS:
        end = next((s.start for s in stay.spans if s.start > at and s.outcome not in HOLDS), None)
        until = None if end is None else instant_text(end, read.zone)
    moment = stay.moment(at, stay.release_due(at, stay.grounds))
    # An open answer, or one that a local ground gives, is decided by no norm.
    settled = outcome == moment.outcome and outcome not in (LOCAL, REVIEW)
    deciding = [moment.regime.applied[i].norm.ref for i in moment.deciding()[1]] if settled else []
    return Answer(
        outcome,
        until,
        (hours(over.earliest), hours(over.latest)),
        (hours(undetermined.earliest), hours(undetermined.latest)),
        tuple(sorted(deciding)),
    )


def _changed(before: Answer, after: Answer) -> tuple[str, ...]:
    found = []
    if before.outcome != after.outcome:
        found.append("outcome")
    if before.hold_until != after.hold_until:
        found.append("deadline")
    if (before.overheld, before.undetermined) != (after.overheld, after.undetermined):
        found.append("hours")
    return tuple(found)


class _Causes:
    """Which of the changes between two lawbooks make an answer differ."""

    def __init__(self, old: Lawbook, new: Lawbook, today: date) -> None:
        self.old, self.new, self.today = old, new, today
        ids = sorted({*old.authorities, *new.authorities})
        self.ids = [i for i in ids if _law(old.authorities.get(i)) != _law(new.authorities.get(i))]
        self.hybrid = lru_cache(maxsize=64)(self._hybrid)

    def _hybrid(self, identity: str) -> Lawbook:
        """The old lawbook with one authority as the new one has it."""
        authorities = dict(self.old.authorities)
        authorities.pop(identity, None)
        if identity in self.new.authorities:
            authorities[identity] = self.new.authorities[identity]
        # What the old law lacks may be needed by the one that changed: its end counts only if its ender is there.
        for other in (i for a in list(authorities.values()) for i in (a.in_force.ended_by, a.known.ended_by) if i):
            if other not in authorities and other in self.new.authorities:
                authorities[other] = self.new.authorities[other]
        return Lawbook(authorities, self.new.vocabulary)

    def of(self, case: Mapping[str, Any], before: Answer, after: Answer) -> tuple[str, ...]:
        if REFUSED in (before.outcome, after.outcome):
            return ("the vocabulary of facts",)
        found: list[str] = []
        for identity in self.ids:
            if not self._may_matter(identity, str(case.get("agency"))):
                continue
            try:
                alone = ask(case, self.hybrid(identity), today=self.today)
            except KeyError:  # it rests on another change: an ender, or a fact, that the old law lacks
                continue
            if alone.outcome != REFUSED and _changed(before, alone):
                found += self._norms(identity, before, after)
        return tuple(found) or (TOGETHER,)

    def _may_matter(self, identity: str, agency: str) -> bool:
        """Whether one authority alone may bind an agency: a sieve, so that few are tried."""
        for book in (self.old, self.new):
            authority = book.authorities.get(identity)
            if authority is None:
                continue
            if authority.kind == "form" or not authority.binds:
                return True
            for pattern in authority.binds:
                steps = pattern.split("/")
                if steps[0] != "us" or all(s in ("*", a) for s, a in zip(steps, agency.split("/"), strict=False)):
                    return True
        return False

    def _norms(self, identity: str, before: Answer, after: Answer) -> list[str]:
        """The changed norms of one authority that decide the case, else all that speak of a hold, else itself."""
        old, new = _norms_of(self.old.authorities.get(identity)), _norms_of(self.new.authorities.get(identity))
        # What changes a deadline or hours at another moment than the one asked about decides nothing at that moment.
        on_hold = [k for k in sorted({*old, *new}) if old.get(k) != new.get(k) and _on_hold(old.get(k) or new[k])]
        changed = [f"{identity}#{k}" for k in on_hold]
        deciding = [r for r in changed if r in before.deciding or r in after.deciding]
        return deciding or changed or [identity]


def _law(authority: Authority | None) -> Any:
    """All of an authority that an answer may turn on: not its title, sources or review."""
    if authority is None:
        return None
    return (authority.kind, authority.rank, authority.in_force, authority.known, authority.binds, authority.excepts, authority.replaced_by, _norms_of(authority))


def _norms_of(authority: Authority | None) -> dict[str, tuple[Any, ...]]:
    return {n.key: _says(n) for n in authority.norms} if authority else {}


def _says(norm: Norm) -> tuple[Any, ...]:
    """A norm without its plain words, which decide nothing."""
    return (norm.verb, norm.object, norm.when, norm.value, norm.rank, norm.start, norm.hours, norm.until_end_of_day, norm.excluding, norm.counted_from, norm.by)


def _on_hold(said: tuple[Any, ...]) -> bool:
    return bool(said[0] == "declare" or said[1] == "hold")
