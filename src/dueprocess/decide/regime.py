"""Evaluator A: the law that applies to an agency on one day, compiled once to one Python function.

Each condition becomes two tests, "certainly true" and "certainly false"; a declared fact is worked out from its
declarations by rank before the norms that rest on it; then each action is resolved twice, with every unknown
taken the way that favors it, and the way that does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from dueprocess.case.facts import Facts
from dueprocess.kernel.truth import Truth
from dueprocess.law import Applied, Lawbook, Norm, declares
from dueprocess.terms import facts_of
from dueprocess.terms.tree import python_tests

NO_AUTHORITY, FORBIDDEN, PERMITTED, REQUIRED = -1, 0, 1, 2
"""Results of one resolution of one action. For ``hold`` the first two both mean release."""

DETERMINED_RANK = 50
"""A determination ranks below every declaration."""

_INFINITE = 10**6


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration of a fact within a regime; ``index`` is its norm's place in ``Regime.applied``."""

    index: int
    rank: int
    value: bool


class Regime:
    """The norms that bind one agency on one day, ready to be evaluated.

    ``states`` takes the facts of a candidate (declared facts are added to it in place) and gives, for each norm of
    ``applied``, whether its condition is true, false or unknown.
    """

    def __init__(self, applied: Sequence[Applied], lawbook: Lawbook) -> None:
        self.applied = tuple(applied)
        self.lawbook = lawbook
        self.limits = tuple(i for i, a in enumerate(applied) if a.norm.verb == "limit")
        self.declarations = self._declarations()
        self.actions = {
            action: _ActionNorms(self.applied, action) for action in sorted({a.norm.object for a in applied if a.norm.verb != "declare"})
        }
        self.states: Callable[[Facts, Sequence[Truth]], list[Truth]] = _compile(self)

    def _declarations(self) -> dict[str, tuple[Declaration, ...]]:
        """Declared facts in an order in which each rests only on earlier ones, with their declarations by rank."""
        found: dict[str, list[Declaration]] = {}
        for index, applied in enumerate(self.applied):
            declared = declares(applied.norm)
            if declared:
                rank = applied.norm.rank or DETERMINED_RANK - 1
                found.setdefault(declared[0], []).append(Declaration(index, rank, declared[1]))
        for fact in self.lawbook.vocabulary.facts.values():
            if fact.origin == "declared":
                found.setdefault(fact.name, [])
        ordered: dict[str, tuple[Declaration, ...]] = {}

        def visit(name: str) -> None:
            if name in ordered or name not in found:
                return
            for declaration in found[name]:
                for inner in sorted(facts_of(self.applied[declaration.index].norm.when)):
                    if inner != name:
                        visit(inner)
            ordered[name] = tuple(found[name])

        for name in sorted(found):
            visit(name)
        return ordered

    def resolve(self, action: str, states: Sequence[Truth]) -> tuple[int, int]:
        """(the resolution that favors the action, the one that does not)."""
        norms = self.actions.get(action)
        return norms.resolve(states) if norms else (NO_AUTHORITY, NO_AUTHORITY)


class _ActionNorms:
    """The norms of one action, by verb, each list from the highest rank down."""

    def __init__(self, applied: Sequence[Applied], action: str) -> None:
        def of(*verbs: str) -> tuple[tuple[int, int], ...]:
            return tuple(
                (i, a.norm.rank or 99) for i, a in enumerate(applied) if a.norm.object == action and a.norm.verb in verbs
            )

        self.forbids = of("forbid", "limit")
        self.requires = of("require")
        self.preempts = of("preempt")
        self.permits = of("permit")

    def resolve(self, states: Sequence[Truth]) -> tuple[int, int]:
        # A forbid defeats every permit and every require of its own or a lower rank; a require or preempt defeats
        # every forbid of a lower rank; only the undefeated defeat. Worked from the top, that comes to this: the
        # action is forbidden if and only if the highest forbid ranks at or above the highest require or preempt.
        favor_forbid = against_forbid = _INFINITE
        for index, rank in self.forbids:
            state = states[index]
            if state is not False and against_forbid == _INFINITE:
                against_forbid = rank
            if state is True:
                favor_forbid = rank
                break
        favor_over = against_over = _INFINITE
        favor_required = against_required = False
        for index, rank in self.requires:
            state = states[index]
            if state is not False and not favor_required:
                favor_required, favor_over = True, rank
            if state is True:
                against_required, against_over = True, rank
                break
        for index, rank in self.preempts:
            state = states[index]
            if state is not False and rank < favor_over:
                favor_over = rank
            if state is True:
                against_over = min(against_over, rank)
                break
        favor = self._result(states, favor_forbid, favor_over, favor_required, favoring=True)
        against = self._result(states, against_forbid, against_over, against_required, favoring=False)
        return favor, against

    def _result(self, states: Sequence[Truth], forbid: int, over: int, required: bool, *, favoring: bool) -> int:
        if forbid <= over and forbid != _INFINITE:
            return FORBIDDEN
        if required:
            return REQUIRED
        for index, _ in self.permits:
            state = states[index]
            if state is True or (favoring and state is None):
                return PERMITTED
        return NO_AUTHORITY

    def deciding(self, states: Sequence[Truth], *, result: int) -> list[int]:
        """The norms that decide a settled result: for a release the undefeated forbids of the resolution that
        favors the action; else the requires, else the permits, of the one that does not."""
        if result == FORBIDDEN:
            # Only a preempt can defeat a forbid here: every require at or below the highest forbid is itself defeated.
            over = min((rank for i, rank in self.preempts if states[i] is not False), default=_INFINITE)
            return [i for i, rank in self.forbids if states[i] is True and rank <= over]
        if result == REQUIRED:
            return [i for i, _ in self.requires if states[i] is True]
        if result == PERMITTED:
            return [i for i, _ in self.permits if states[i] is True]
        return []

    def indices(self) -> list[int]:
        return sorted(i for group in (self.forbids, self.requires, self.preempts, self.permits) for i, _ in group)


def combine(declarations: Iterable[tuple[int, bool, Truth]]) -> Truth:
    """The value of a declared fact from its declarations ``(rank, value, state)``, highest rank first.

    It has value V when a declaration whose condition is true gives V and no declaration of the same or a higher
    rank whose condition is true or unknown gives another; otherwise it is unknown.
    """
    seen_true = seen_false = False
    given: Truth = None
    current = None
    for rank, value, state in declarations:
        if rank != current:
            if given is not None and not (seen_true and seen_false):
                return given
            current = rank
        if state is False:
            continue
        if value:
            seen_true = True
        else:
            seen_false = True
        if seen_true and seen_false:
            return None
        if state is True:
            given = value
    return given if given is not None and not (seen_true and seen_false) else None


def _compile(regime: Regime) -> Callable[[Facts, Sequence[Truth]], list[Truth]]:
    """One function of (facts, ended): ``ended[k]`` says whether the k-th limit has run out.

    Facts' names are checked identifiers and literals are written with ``repr``: no text of a law file is run.
    """
    variables: dict[str, str] = {}

    def name(fact: str) -> str:
        return variables.setdefault(fact, f"v_{fact}")

    lines: list[str] = []
    done: set[int] = set()

    def emit(index: int) -> None:
        if index in done:
            return
        done.add(index)
        applied = regime.applied[index]
        yes, no = python_tests(applied.norm.when, name)
        # Law that nobody adopted may release and never hold: it counts as unknown where it is true.
        true = "None" if not applied.adopted or applied.ending else "True"
        lines.append(f" s{index} = {true} if {yes} else False if {no} else None")

    for fact, declarations in regime.declarations.items():
        for declaration in declarations:
            emit(declaration.index)
        items = "".join(f"({d.rank},{d.value},s{d.index})," for d in declarations)
        variable = name(fact)
        if regime.lawbook.vocabulary.facts[fact].origin != "declared":
            # What an agreement says of an agency fills what the case leaves open, and never overrules it.
            lines.append(f" {variable} = get('{fact}')")
            lines.append(f" if {variable} is None: f['{fact}'] = {variable} = combine(({items}))")
            continue
        lines.append(f" if 'forced:{fact}' in f: {variable} = f['forced:{fact}']")
        lines.append(f" else: {variable} = combine(({items}({DETERMINED_RANK},f.get('determined:{fact}') is True,None if f.get('determined:{fact}') is None else True),)) if f.get('determined:{fact}') is not None else combine(({items}))" if items else f" else: {variable} = f.get('determined:{fact}')")
        lines.append(f" f['{fact}'] = {variable}")
    for index in range(len(regime.applied)):
        emit(index)
    for position, index in enumerate(regime.limits):
        lines.append(f" e = ended[{position}]")
        lines.append(f" s{index} = False if s{index} is False or e is False else s{index} if e is True else None")
    declared = set(regime.declarations)
    loads = [f" {variable} = get('{fact}')" for fact, variable in variables.items() if fact not in declared]
    result = ",".join(f"s{i}" for i in range(len(regime.applied)))
    source = "def states(f, ended):\n get = f.get\n" + "\n".join((*loads, *lines)) + f"\n return [{result}]\n"
    scope: dict[str, Any] = {"combine": combine, "date": date}
    exec(compile(source, "<regime>", "exec"), scope)
    function: Callable[[Facts, Sequence[Truth]], list[Truth]] = scope["states"]
    return function


class Regimes:
    """The regimes of one lawbook for one agency's place, by day; equal sets of norms share one regime."""

    def __init__(self, lawbook: Lawbook) -> None:
        self.lawbook = lawbook
        self._by_norms: dict[tuple[Applied, ...], Regime] = {}
        self.on = lru_cache(maxsize=65536)(self._on)

    def _on(
        self, agency: str, sets: tuple[str, ...], day: int, known_at: int, adopted: frozenset[str] | None
    ) -> Regime:
        applied = self.lawbook.applied(agency, sets, day, known_at, adopted)
        regime = self._by_norms.get(applied)
        if regime is None:
            regime = self._by_norms[applied] = Regime(applied, self.lawbook)
        return regime


@lru_cache(maxsize=16)
def regimes_of(lawbook: Lawbook) -> Regimes:
    """The regimes of a lawbook, kept while the lawbook is in use."""
    return Regimes(lawbook)


def norm_of(regime: Regime, index: int) -> Norm:
    return regime.applied[index].norm
