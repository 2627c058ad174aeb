"""The lawbook folded for many rows: agencies under the same law share a *jurisdiction*, days between two changes of
law an *epoch*, and each (jurisdiction, epoch, state of knowledge) has one numbered *regime*.

A regime is a handful of bit masks over *bits*: the distinct (rank, condition, limit) of all norms that bear on a
hold, numbered from the highest rank down. Rank decides which norm defeats which, so the lowest set bit of a mask
names the highest deciding norm. What a row must know of a condition is cut into *atoms*: single facts, comparisons,
and whether a limit has run out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dueprocess.law import Applied, Lawbook, Norm, declares
from dueprocess.terms import Tree, facts_of
from dueprocess.terms.codes import comparisons
from dueprocess.terms.tree import text

BITS_A_WORD = 62
"""One less than the bits that a signed 64-bit word can isolate with ``x & -x``."""
ATOMS_A_WORD = 31
LOOK_AHEAD = 20000
"""Days after the rows' own within which changes of law are folded; what is said to end later has no end."""
FEW = 0.3
"""The share of rows whose law may at some time ask for what is worked out for few."""
UNRANKED = 49
DETERMINED = 50
"""A determination ranks below every declaration."""


@dataclass(frozen=True, slots=True, order=True)
class Spec:
    """What a limit counts; equal specs end at the same instant for the same row."""

    counted_from: str
    hours: float
    excluding: tuple[str, ...]
    until_end_of_day: bool

    @classmethod
    def of(cls, norm: Norm) -> Spec:
        return cls(norm.counted_from, norm.hours or 0, norm.excluding, norm.until_end_of_day)

    @property
    def given_hours(self) -> float | None:
        return None if self.until_end_of_day else self.hours


@dataclass(frozen=True, slots=True)
class Bit:
    """One (rank, condition, limit); ``spec`` is None where the norm is no limit."""

    rank: int
    when: Tree
    spec: Spec | None = None

    @property
    def order(self) -> tuple[int, str, str]:
        # As ``Norm.order``.
        s = self.spec
        return self.rank, text(self.when), "" if s is None else f"{s.counted_from} {s.given_hours} {s.excluding} {s.until_end_of_day}"


@dataclass(frozen=True, slots=True)
class Regime:
    """The bits of one regime by what they do, and the norm that each bit stands for."""

    forbids: frozenset[Bit]
    requires: frozenset[Bit]
    preempts: frozenset[Bit]
    permits: frozenset[Bit]
    affirms: dict[str, frozenset[Bit]]
    denies: dict[str, frozenset[Bit]]
    norms: dict[tuple[str, Bit], str] = field(hash=False)
    """(``forbid`` | ``require`` | ``permit``, bit) to the first norm of that kind in the order of ``Norm.order``."""

    def bits(self) -> set[Bit]:
        found = set().union(self.forbids, self.requires, self.preempts, self.permits)
        return found.union(*self.affirms.values(), *self.denies.values())


def fold(applied: Sequence[Applied]) -> Regime:
    """The regime of the norms that apply. Adoption is off: law that nobody adopted counts as it stands."""
    by_verb: dict[str, set[Bit]] = {"forbid": set(), "require": set(), "preempt": set(), "permit": set()}
    affirms: dict[str, set[Bit]] = {}
    denies: dict[str, set[Bit]] = {}
    norms: dict[tuple[str, Bit], str] = {}
    for item in applied:
        norm = item.norm
        declared = declares(norm)
        if declared:
            bit = Bit(norm.rank or UNRANKED, norm.when)
            (affirms if declared[1] else denies).setdefault(declared[0], set()).add(bit)
        if norm.object != "hold" or norm.verb == "declare":
            continue
        bit = Bit(norm.rank or UNRANKED, norm.when, Spec.of(norm) if norm.verb == "limit" else None)
        verb = "forbid" if norm.verb == "limit" else norm.verb
        by_verb[verb].add(bit)
        key = (verb, bit)
        norms[key] = min(norms.get(key, norm.ref), norm.ref)
    return Regime(
        forbids=frozenset(by_verb["forbid"]),
        requires=frozenset(by_verb["require"]),
        preempts=frozenset(by_verb["preempt"]),
        permits=frozenset(by_verb["permit"]),
        affirms={k: frozenset(v) for k, v in sorted(affirms.items())},
        denies={k: frozenset(v) for k, v in sorted(denies.items())},
        norms=norms,
    )


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as the rows name it: the path, the named sets of its facility, the facility's zone; how many rows name it."""

    agency: str
    facility: str | None
    sets: tuple[str, ...]
    zone: str
    rows: int = 1


class Folded:
    """The law for the agencies of one run.

    ``known`` are the ordinals of the days on which law is asked to be known; ``first`` and ``last`` bound the local
    days of the rows. Law that is known to change after them is folded as well.
    """

    def __init__(self, lawbook: Lawbook, agencies: Sequence[Agency], *, known: Sequence[int], first: int, last: int) -> None:
        self.lawbook = lawbook
        self.agencies = tuple(agencies)
        self.known = tuple(known)
        bound: dict[tuple[str, ...], int] = {}
        self.jurisdictions: list[Agency] = []
        """An agency for each jurisdiction; all of a jurisdiction's agencies are bound by the same authorities."""
        self.jurisdiction_of: dict[tuple[str, str | None], int] = {}
        for agency in self.agencies:
            key = tuple(a.id for a in lawbook.binding(agency.agency, agency.sets) if a.norms)
            if key not in bound:
                bound[key] = len(self.jurisdictions)
                self.jurisdictions.append(agency)
            self.jurisdiction_of[agency.agency, agency.facility] = bound[key]
        own = [lawbook.change_days(j.agency, j.sets) for j in self.jurisdictions]
        self.last = last = max([last, *(d for days in own for d in days if d < last + LOOK_AHEAD)])
        self.cuts: tuple[int, ...] = tuple(sorted({d for days in own for d in days if first < d <= last}))
        """The days on which an epoch begins; the first epoch lies before them all."""
        self.own_cuts: list[tuple[int, ...]] = [tuple(d for d in days if first < d <= last) for days in own]
        self.regimes: list[Regime] = []
        self.regime_of: dict[tuple[int, int, int], int] = {}
        """(jurisdiction, epoch, index into ``known``) to the regime's number."""
        self._fold(first)

    def _fold(self, first: int) -> None:
        numbers: dict[tuple[Applied, ...], int] = {}
        for jurisdiction, where in enumerate(self.jurisdictions):
            mine = set(self.own_cuts[jurisdiction])
            for k, known in enumerate(self.known):
                number = 0
                for epoch, day in enumerate((first, *self.cuts)):
                    if epoch == 0 or day in mine:
                        applied = self.lawbook.applied(where.agency, where.sets, day, known, None)
                        if applied not in numbers:
                            numbers[applied] = len(self.regimes)
                            self.regimes.append(fold(applied))
                        number = numbers[applied]
                    self.regime_of[jurisdiction, epoch, k] = number

    def epoch(self, day: int) -> int:
        """The epoch of a local day (an ordinal)."""
        return bisect_right(self.cuts, day)

    def number_of(self, jurisdiction: int, epoch: int, known: int) -> int:
        """The place of what is in force there and then: a dense number, by which a row finds its regime."""
        return (jurisdiction * (len(self.cuts) + 1) + epoch) * len(self.known) + known

    def number_sql(self, jurisdiction: str, epoch: str, known: str) -> str:
        """The same of three columns."""
        return f"({jurisdiction} * {len(self.cuts) + 1} + {epoch}) * {len(self.known)} + {known}"

    # -- what the SQL text is made of ---------------------------------------------------------------

    @cached_property
    def bits(self) -> tuple[Bit, ...]:
        """All bits, highest rank first."""
        return tuple(sorted(set().union(*(r.bits() for r in self.regimes)), key=lambda b: b.order))

    @cached_property
    def place(self) -> dict[Bit, int]:
        """The position of each bit."""
        return {bit: i for i, bit in enumerate(self.bits)}

    @property
    def words(self) -> int:
        """How many 64-bit words a mask takes."""
        return max(1, -(-len(self.bits) // BITS_A_WORD))

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        return tuple(sorted({b.rank for b in self.bits}))

    def masks(self, bits: Iterable[Bit]) -> list[int]:
        """The mask of some bits, a word each."""
        found = [0] * self.words
        for bit in bits:
            at = self.place[bit]
            found[at // BITS_A_WORD] |= 1 << (at % BITS_A_WORD)
        return found

    @cached_property
    def declared(self) -> tuple[str, ...]:
        """The facts that some regime declares, each after those that its declarations rest on."""
        rests: dict[str, set[str]] = {}
        for regime in self.regimes:
            for side in (regime.affirms, regime.denies):
                for name, bits in side.items():
                    rests.setdefault(name, set()).update(f for b in bits for f in facts_of(b.when))
        for fact in self.lawbook.vocabulary.facts.values():
            if fact.origin == "declared":
                rests.setdefault(fact.name, set())
        ordered: list[str] = []

        def visit(name: str) -> None:
            if name in rests and name not in ordered:
                for inner in sorted(rests[name] - {name}):
                    visit(inner)
                ordered.append(name)

        for name in sorted(rests):
            visit(name)
        return tuple(ordered)

    @cached_property
    def specs(self) -> tuple[Spec, ...]:
        """The limits of law, each once."""
        return tuple(sorted({b.spec for b in self.bits if b.spec is not None}))

    @cached_property
    def atoms(self) -> tuple[Atom, ...]:
        """All that conditions ask of a row, in a fixed order."""
        found: set[Atom] = {Atom("ended", spec=s) for s in self.specs}
        for bit in self.bits:
            found |= self._atoms(bit)
        for name in self.declared:
            if self.lawbook.vocabulary.facts[name].determined_by:
                found.add(Atom("determined", name))
        return tuple(sorted(found, key=lambda a: a.order))

    @cached_property
    def rare(self) -> frozenset[Atom]:
        """What few rows' law asks for: as many atoms, from the rarest on, as leave most rows without any."""
        rows = [0] * len(self.jurisdictions)
        for agency in self.agencies:
            rows[self.jurisdiction_of[agency.agency, agency.facility]] += agency.rows
        asked = [self.asked(r) for r in self.regimes]
        asking: dict[Atom, set[int]] = {a: set() for a in self.atoms}
        for jurisdiction, regime in {(j, regime) for (j, _, _), regime in self.regime_of.items()}:
            for atom in asked[regime]:
                asking[atom].add(jurisdiction)

        def count(jurisdictions: set[int]) -> int:
            return sum(rows[j] for j in jurisdictions)

        found: set[Atom] = set()
        any_of: set[int] = set()
        for atom in sorted(self.atoms, key=lambda a: count(asking[a])):
            any_of |= asking[atom]
            if count(any_of) > FEW * sum(rows):
                break
            found.add(atom)
        return frozenset(found)

    def _atoms(self, bit: Bit) -> set[Atom]:
        trees = list(comparisons(bit.when))
        compared = set().union(*(facts_of(t) for t in trees)) if trees else set()
        found = {Atom("compared", tree=t) for t in trees}
        for name in facts_of(bit.when) - compared:
            if self.lawbook.vocabulary.facts[name].origin != "declared":
                found.add(Atom("fact", name))
        if bit.spec is not None:
            found.add(Atom("ended", spec=bit.spec))
        return found

    def asked(self, regime: Regime) -> set[Atom]:
        """The atoms that a regime's answer about a hold can turn on."""
        found: set[Atom] = set()
        seen: set[str] = set()

        def visit(bits: Iterable[Bit]) -> None:
            for bit in bits:
                found.update(self._atoms(bit))
                for name in facts_of(bit.when) - seen:
                    seen.add(name)
                    if self.lawbook.vocabulary.facts[name].determined_by:
                        found.add(Atom("determined", name))
                    visit(regime.affirms.get(name, ()))
                    visit(regime.denies.get(name, ()))

        visit((*regime.forbids, *regime.requires, *regime.preempts, *regime.permits))
        return found


@dataclass(frozen=True, slots=True)
class Atom:
    """One thing asked of a row: a boolean fact, a comparison, whether a limit has run out, a determination."""

    kind: str
    name: str = ""
    tree: Tree = ()
    spec: Spec | None = None

    @property
    def order(self) -> tuple[str, str, str]:
        return self.kind, self.name or (text(self.tree) if self.tree else ""), str(self.spec or "")

    @property
    def facts(self) -> frozenset[str]:
        return frozenset({self.name}) if self.kind in ("fact", "determined") else facts_of(self.tree) if self.tree else frozenset()
