"""The same answers by hand-written means: one guarded CASE branch for each norm and place where it is in force.

A question is a row with a place, a day and the facts, most of them booleans that may be null. A branch reads as one
would write it: ``WHEN agency LIKE 'us/or/%' AND day >= DATE '1987-07-07' AND (NOT judicial_warrant) THEN …``, in the order of
rank; a norm of several states has a branch for each. SQL's own logic is Kleene's: a condition is certainly true where
it is true, and possibly true where it is not false.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

from dueprocess.batch.asked import OUT_MAY, OUT_MUST, OUT_RELEASE, OUT_REVIEW
from dueprocess.batch.folding import DETERMINED, Atom, Bit, Folded
from dueprocess.batch.resolve import NO_RANK
from dueprocess.terms.tree import text

Spans = tuple[tuple[int, int | None], ...]
"""Days (ordinals) from and until which a norm is in force; None has no end within the rows' days."""
NORMS = 10_000
"""A branch gives its rank times this and its norm's number, so that one CASE names both."""
NONE = NO_RANK * NORMS
"""What a CASE gives where no branch holds."""
OUT = (
    f"CAST(CASE WHEN favor = against THEN CASE favor WHEN 2 THEN {OUT_MUST} WHEN 1 THEN {OUT_MAY} ELSE {OUT_RELEASE} END"
    f" WHEN greatest(favor, against) <= 0 THEN {OUT_RELEASE} ELSE {OUT_REVIEW} END AS INT)"
)
"""The outcome from both resolutions."""


def decided(release: str, may: str, must: str) -> str:
    """What belongs to the outcome; null where it is open."""
    return f"CASE out WHEN {OUT_RELEASE} THEN {release} WHEN {OUT_MAY} THEN {may} WHEN {OUT_MUST} THEN {must} END"


def _state(agency: str) -> str:
    return "/".join(agency.split("/")[:2]) + "/"


def _spans(folded: Folded, epochs: Iterable[int]) -> Spans:
    """Neighboring epochs as one span each."""
    found: list[tuple[int, int | None]] = []
    for epoch in sorted(epochs):
        start = folded.cuts[epoch - 1] if epoch else 1
        until = folded.cuts[epoch] if epoch < len(folded.cuts) else None
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], until)
        else:
            found.append((start, until))
    return tuple(found)


class Guarded:
    """The query for one run's law. With ``once`` each different condition is first a column, worked out once a row, and
    the branches name that column; else each branch holds its condition."""

    def __init__(self, folded: Folded, norms: Sequence[str], *, once: bool) -> None:
        self.folded = folded
        self.once = once
        self.numbers = {norm: i for i, norm in enumerate(norms)}
        self.branches = 0

    def sql(self, source: str) -> str:
        """``question``, ``out`` and ``decided`` (the deciding norm's number, null where none decides) of ``source``: ``question``,
        ``agency``, ``day``, a column for each fact (``stated_<fact>`` where law may declare it, ``determined_<fact>``), and
        ``over_<limit>``."""
        self.branches = 0
        layers = [f"SELECT * FROM {source}"]

        def add(columns: Mapping[str, str], kept: str = "*") -> None:
            if columns:
                layers.append(f"SELECT {kept}, {', '.join(f'{v} AS {k}' for k, v in columns.items())} FROM r{len(layers) - 1}")

        made: dict[str, str] = {}

        def add_conditions(*roles: str) -> None:
            columns = {k: v for k, v in self._columns(roles).items() if k not in made}
            made.update(columns)
            add(columns)

        for name in self.folded.declared:
            add_conditions(f"affirm_{name}", f"deny_{name}")
            add({name: self._declared(name)})
        add_conditions("forbid", "require", "preempt", "permit")
        sure = {"forbid_sure": ("forbid",), "over_sure": ("require", "preempt"), "require_sure": ("require",), "permit_sure": ("permit",)}
        open_ = {"forbid_open": ("forbid",), "over_open": ("require", "preempt"), "preempt_open": ("preempt",), "require_open": ("require",), "permit_open": ("permit",)}
        add({k: self._first(*roles) for k, roles in sure.items()} | {k: self._first(*roles, possible=True) for k, roles in open_.items()}, "question")
        rank = {k: f"{k} // {NORMS}" for k in (*sure, *open_)}
        add({
            "favor": f"CASE WHEN forbid_sure < {NONE} AND {rank['forbid_sure']} <= {rank['over_open']} THEN 0 WHEN require_open < {NONE} THEN 2 WHEN permit_open < {NONE} THEN 1 ELSE -1 END",
            "against": f"CASE WHEN forbid_open < {NONE} AND {rank['forbid_open']} <= {rank['over_sure']} THEN 0 WHEN require_sure < {NONE} THEN 2 WHEN permit_sure < {NONE} THEN 1 ELSE -1 END",
        })  # fmt: skip
        add({"out": OUT})
        release = f"CASE WHEN forbid_sure < {NONE} AND {rank['forbid_sure']} <= {rank['preempt_open']} THEN forbid_sure % {NORMS} END"
        may, must = (f"CASE WHEN {k} < {NONE} THEN {k} % {NORMS} END" for k in ("permit_sure", "require_sure"))
        add({"decided": decided(release, may, must)}, "question, out")
        return f"WITH {', '.join(f'r{i} AS ({sql})' for i, sql in enumerate(layers))} SELECT * FROM r{len(layers) - 1}"

    def _declared(self, name: str) -> str:
        """What law declares of a fact that the row leaves open: settled where the highest certain declaration outranks
        every possible contrary one."""
        determined = self.folded.lawbook.vocabulary.facts[name].determined_by
        held = {"affirm": f"WHEN determined_{name} THEN {DETERMINED * NORMS}", "deny": f"WHEN NOT determined_{name} THEN {DETERMINED * NORMS}"}
        first = {(side, possible): self._first(f"{side}_{name}", possible=possible, last=held[side] if determined else "") for side in held for possible in (False, True)}
        found = f"CASE WHEN {first['affirm', False]} < {first['deny', True]} THEN TRUE WHEN {first['deny', False]} < {first['affirm', True]} THEN FALSE END"
        return f"coalesce(stated_{name}, {found})" if Atom("fact", name) in self.folded.atoms else found

    def _first(self, *roles: str, possible: bool = False, last: str = "") -> str:
        """The CASE that gives the first branch of some roles whose condition certainly (or possibly) holds."""
        branches = sorted((b for role in roles for b in self.guards.get(role, ())), key=lambda b: (b[0].order, b[1]))
        self.branches += len(branches)
        cases = []
        for bit, norm, guard in branches:
            condition = f"({self._condition(bit)})" if not self.once else f"c_{self.conditions[self._condition(bit)]}"
            cases.append(f"WHEN {guard} AND {condition}{' IS NOT FALSE' if possible else ''} THEN {bit.rank * NORMS + self.numbers.get(norm, 0)}")
        return f"CASE {' '.join(cases)} {last} ELSE {NONE} END" if cases or last else str(NONE)

    def _condition(self, bit: Bit) -> str:
        """A condition as one writes it, with its limit."""
        condition = text(bit.when)
        return condition if bit.spec is None else f"({condition}) AND over_{self.folded.specs.index(bit.spec)}"

    @cached_property
    def conditions(self) -> dict[str, int]:
        """Every different condition with its number."""
        found = (self._condition(bit) for branches in self.guards.values() for bit, _, _ in branches)
        return {condition: i for i, condition in enumerate(dict.fromkeys(found))}

    def _columns(self, roles: Sequence[str]) -> dict[str, str]:
        """The conditions of some roles as columns, where they are worked out once."""
        found = dict.fromkeys(self._condition(bit) for role in roles for bit, _, _ in self.guards.get(role, ()))
        return {f"c_{self.conditions[c]}": f"({c})" for c in found} if self.once else {}

    @cached_property
    def guards(self) -> Mapping[str, list[tuple[Bit, str, str]]]:
        """For each role its (bit, norm, guard), in the order in which they decide."""
        where: dict[tuple[str, Bit, str], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for (jurisdiction, epoch, _), number in self.folded.regime_of.items():
            regime = self.folded.regimes[number]
            listed = [(role, bit, norm) for (role, bit), norm in regime.norms.items()]
            for side, facts in (("affirm", regime.affirms), ("deny", regime.denies)):
                listed += [(f"{side}_{name}", bit, "") for name, bits in facts.items() for bit in bits]
            for key in listed:
                where[key][jurisdiction].add(epoch)
        found: dict[str, list[tuple[Bit, str, str]]] = defaultdict(list)
        for (role, bit, norm), in_force in sorted(where.items(), key=lambda item: (item[0][0], item[0][1].order, item[0][2])):
            spans: dict[Spans, set[int]] = defaultdict(set)
            for jurisdiction, epochs in in_force.items():
                spans[_spans(self.folded, epochs)].add(jurisdiction)
            for days, jurisdictions in sorted(spans.items(), key=str):
                for place in self._places(jurisdictions):
                    found[role].append((bit, norm, f"{place} AND {_during(days)}"))
        return found

    def _places(self, jurisdictions: set[int]) -> list[str]:
        """Conditions that together name the agencies of some jurisdictions: one for all, else one a state."""
        inside: dict[str, list[str]] = defaultdict(list)
        outside: dict[str, list[str]] = defaultdict(list)
        for agency in self.folded.agencies:
            side = inside if self.folded.jurisdiction_of[agency.agency, agency.facility] in jurisdictions else outside
            side[_state(agency.agency)].append(agency.agency)
        if not outside:
            return ["TRUE"]
        found = []
        for state, agencies in inside.items():
            prefix = f"agency LIKE '{state}%'"
            if state not in outside:
                found.append(prefix)
            elif len(agencies) <= len(outside[state]):
                found.append(f"agency IN ({_listed(agencies)})")
            else:
                found.append(f"{prefix} AND agency NOT IN ({_listed(outside[state])})")
        return found


def _during(spans: Spans) -> str:
    parts = []
    for start, until in spans:
        bounds = [f"day >= DATE '{date.fromordinal(start)}'"] if start > 1 else []
        bounds += [f"day < DATE '{date.fromordinal(until)}'"] if until is not None else []
        parts.append(" AND ".join(bounds) or "TRUE")
    return "(" + " OR ".join(f"({p})" for p in parts) + ")"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{n}'" for n in names)
