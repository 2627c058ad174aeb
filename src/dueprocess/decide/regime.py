"""Evaluator A: the law that applies to an agency on one day, compiled once to one Python function.

Each condition becomes two tests, "certainly true" and "certainly false"; a declared fact is worked out from its
declarations by rank before the norms that rest on it; then each action is resolved twice, with every unknown
taken the way that favors it, and the way that does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from dueprocess.case.facts import Facts
from dueprocess.kernel.truth import Truth
from dueprocess.law import Applied, Lawbook, declares
from dueprocess.terms import facts_of
from dueprocess.terms.tree import day_constants, python_tests, walk

NO_AUTHORITY, FORBIDDEN, PERMITTED, REQUIRED = -1, 0, 1, 2
"""Results of one resolution of one action. For ``hold`` the first two both mean release."""

RELEASE, REVIEW, MAY_HOLD, MUST_HOLD = "release", "review", "may_hold", "must_hold"

DETERMINED_RANK = 50
"""A determination ranks below every declaration."""

_INFINITE = 10**6
_SELDOM = 2
"""A fact that so few conditions ask for is not worth a local variable."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration of a fact within a regime; ``index`` is its norm's place in ``Regime.applied``."""

    index: int
    rank: int
    value: bool


class Outcome(NamedTuple):
    """Both resolutions of ``hold``; the outcome in words and the first deciding norm (None where none decides)."""

    favor: int
    against: int
    answer: tuple[str, str | None]


def outcome_word(favor: int, against: int) -> str:
    """The outcome of the two resolutions: settled where they agree (forbidden and no authority are one)."""
    if favor == against:
        return {REQUIRED: MUST_HOLD, PERMITTED: MAY_HOLD}.get(favor, RELEASE)
    return RELEASE if max(favor, against) <= FORBIDDEN else REVIEW


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
        self.states = _compile_states(self)

    @cached_property
    def outcome(self) -> Callable[[Facts, Sequence[Truth]], Outcome]:
        """``hold`` alone, as quickly as it goes."""
        function: Callable[[Facts, Sequence[Truth]], Outcome] = _compile_outcome(self, answers=False)
        return function

    @cached_property
    def answer(self) -> Callable[..., tuple[str, str | None]]:
        """(facts, ended=()) to the outcome in words and the first deciding norm: ``outcome`` without the rest."""
        function: Callable[..., tuple[str, str | None]] = _compile_outcome(self, answers=True)
        return function

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


class _Source:
    """Lines of Python that work out facts and conditions once each, in the order in which they are asked for."""

    def __init__(self, regime: Regime, *, complete: bool = False) -> None:
        self.regime = regime
        self.complete = complete
        """Whether every fact stands in the mapping, unknown ones as None: a look-up is then quicker than ``get``."""
        self.lines: list[str] = []
        self._uses = Counter(name for applied in regime.applied for name, _ in walk(applied.norm.when)) if complete else Counter()
        self._variables: dict[str, str] = {}
        self._states: set[int] = set()

    def fact(self, name: str) -> str:
        """The local variable of a fact, loaded or worked out before its first use."""
        if 0 < self._uses[name] <= _SELDOM and name not in self.regime.declarations:
            return f"f['{name}']"  # looked up where it is asked for, often not at all
        variable = f"v_{name}"
        if name not in self._variables:
            self._variables[name] = variable
            if name in self.regime.declarations:
                self._declared(name, variable)
            else:
                self.lines.append(f" {variable} = f['{name}']" if self.complete else f" {variable} = get('{name}')")
        return variable

    def _declared(self, name: str, variable: str) -> None:
        declarations = self.regime.declarations[name]
        for declaration in declarations:
            self.state(declaration.index)
        items = "".join(f"({d.rank},{d.value},s{d.index})," for d in declarations)
        if self.regime.lawbook.vocabulary.facts[name].origin != "declared":
            # What an agreement says of an agency fills what the case leaves open, and never overrules it.
            self.lines += [f" {variable} = get('{name}')", f" if {variable} is None: f['{name}'] = {variable} = combine(({items}))"]
            return
        determined = f"({DETERMINED_RANK},d is True,None if d is None else True)"
        self.lines += [
            f" d = get('determined:{name}')",
            f" if 'forced:{name}' in f: {variable} = f['forced:{name}']",
            f" elif d is None: {variable} = combine(({items}))" if items else f" elif d is None: {variable} = None",
            f" else: {variable} = combine(({items}{determined},))",
            f" f['{name}'] = {variable}",
        ]

    def tests(self, index: int) -> tuple[str, str]:
        """Expressions for "certainly true" and "certainly false" of a norm's condition and, for a limit, its end."""
        applied = self.regime.applied[index]
        yes, no = python_tests(applied.norm.when, self.fact)
        if index in self.regime.limits:
            ended = f"ended[{self.regime.limits.index(index)}]"
            yes, no = f"({yes}) and {ended} is True", f"({no}) or {ended} is False"
        # Law that nobody adopted may release and never hold: it counts as unknown where it is true.
        return ("False" if not applied.adopted or applied.ending else yes), no

    def state(self, index: int) -> str:
        """The local variable of a condition's truth."""
        if index not in self._states:
            self._states.add(index)
            yes, no = self.tests(index)
            self.lines.append(f" s{index} = True if {yes} else False if {no} else None")
        return f"s{index}"

    def function(self, name: str, constants: Mapping[str, Any] | None = None) -> Any:
        """The compiled function of (facts, ended). Facts' names are checked identifiers and literals are written with
        ``repr``: no text of a law file is run."""
        body = "\n".join(self.lines)
        text = f"def {name}(f, ended=()):\n" + (" get = f.get\n" if "get(" in body else "") + body + "\n"
        scope: dict[str, Any] = {"combine": combine, **(constants or {}), **day_constants(text)}
        exec(compile(text, f"<{name}>", "exec"), scope)
        return scope[name]


def _compile_states(regime: Regime) -> Callable[[Facts, Sequence[Truth]], list[Truth]]:
    """Every condition's truth: ``ended[k]`` says whether the k-th limit has run out."""
    source = _Source(regime)
    for name in regime.declarations:
        source.fact(name)
    states = [source.state(index) for index in range(len(regime.applied))]
    source.lines.append(f" return [{','.join(states)}]")
    function: Callable[[Facts, Sequence[Truth]], list[Truth]] = source.function("states")
    return function


class _Outcomes:
    """Each possible outcome of a regime, built once and named in the compiled code."""

    def __init__(self, regime: Regime) -> None:
        self.regime = regime
        self.named: dict[str, Outcome] = {}

    def of(self, favor: int, against: int, index: int) -> Outcome:
        norm = self.regime.applied[index].norm.ref if index >= 0 else None
        return Outcome(favor, against, (outcome_word(favor, against), norm))

    def name(self, favor: int, against: int, index: int = -1) -> str:
        name = f"O{len(self.named)}"
        self.named[name] = self.of(favor, against, index)
        return name


def _compile_outcome(regime: Regime, *, answers: bool) -> Any:
    """The two resolutions of ``hold`` and the first deciding norm, leaving early where it can.

    Where no require or preempt outranks it, one forbid that is certainly true settles the question.
    """
    hold = regime.actions.get("hold") or _ActionNorms((), "hold")
    source, outcomes = _Source(regime, complete=True), _Outcomes(regime)
    over = min((rank for _, rank in (*hold.requires, *hold.preempts)), default=_INFINITE)
    for index, rank in hold.forbids:
        if rank <= over:
            yes, _ = source.tests(index)
            source.lines.append(f" if {yes}: return {outcomes.name(FORBIDDEN, FORBIDDEN, index)}")
    if over != _INFINITE:
        # Duties may defeat forbids here: the general resolution over all conditions.
        indices = set(hold.indices())
        states = ",".join(source.state(i) if i in indices else "False" for i in range(len(regime.applied)))
        source.lines.append(f" return general([{states}])")
    else:
        _emit_permits(source, hold, outcomes)

    def general(states: Sequence[Truth]) -> Any:
        favor, against = hold.resolve(states)
        settled = favor == against or max(favor, against) <= FORBIDDEN
        deciding = hold.deciding(states, result=max(favor, FORBIDDEN)) if settled else []
        found = outcomes.of(favor, against, deciding[0] if deciding else -1)
        return found.answer if answers else found

    # A fact that is not named is unknown: only then are all named, and the question put again.
    source.lines = [" try:", *(" " + line for line in source.lines), " except KeyError: return again({**unknown, **f}, ended)"]
    constants: dict[str, Any] = {name: found.answer if answers else found for name, found in outcomes.named.items()}
    constants |= {"general": general, "unknown": dict.fromkeys(regime.lawbook.vocabulary.facts)}
    function = source.function("outcome", constants)
    function.__globals__["again"] = function
    return function


def _emit_permits(source: _Source, hold: _ActionNorms, outcomes: _Outcomes) -> None:
    """No forbid is certainly true, and nothing but permits stands against those that are unknown."""
    permits = [(index, *source.tests(index)) for index, _ in hold.permits]
    none_forbids = " and ".join(f"({source.tests(index)[1]})" for index, _ in hold.forbids) or "True"
    for index, yes, _ in permits:
        sure, open_ = outcomes.name(PERMITTED, PERMITTED, index), outcomes.name(PERMITTED, FORBIDDEN)
        source.lines.append(f" if {yes}: return {sure} if {none_forbids} else {open_}")
    all_denied = " and ".join(f"({no})" for _, _, no in permits) or "True"
    for favor, condition in ((NO_AUTHORITY, all_denied), (PERMITTED, "True")):
        free, barred = outcomes.name(favor, NO_AUTHORITY), outcomes.name(favor, FORBIDDEN)
        source.lines.append(f" if {condition}: return {free} if {none_forbids} else {barred}")


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
