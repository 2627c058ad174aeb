"""The whole lawbook: one outcome with its deciding norm, and one full answer."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bench.measure import quantile, quiet, spread, table, verdict
from dueprocess.decide import decide_case
from dueprocess.decide.regime import FORBIDDEN, NO_AUTHORITY, PERMITTED, REQUIRED, Regime, Regimes, regimes_of
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.truth import Truth
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.law import Lawbook, Norm, declares, load_lawbook
from dueprocess.places import load_places
from dueprocess.terms import evaluate, facts_of

QUESTIONS = 20_000
CHECKED = 5_000
ROUNDS = 7
ANSWER_ROUNDS = 9
ANSWER_PASSES = 5
TODAY = date(2026, 11, 22)
FIRST, LAST = date(2011, 1, 1), date(2026, 11, 22)
TARGET_OUTCOME_US = 20.0
TARGET_ANSWER_MS = 2.0
UNKNOWN_SHARE = 0.2

_OUTCOMES = {FORBIDDEN: "release", NO_AUTHORITY: "release", PERMITTED: "may_hold", REQUIRED: "must_hold"}


@dataclass(frozen=True, slots=True)
class Question:
    """An agency with its sets, a day (ordinal), facts, and which limits have run out."""

    agency: str
    sets: tuple[str, ...]
    day: int
    facts: dict[str, Any]
    ended: list[Truth]


def agencies(lawbook: Lawbook) -> list[tuple[str, tuple[str, ...]]]:
    """The sheriff of every county that a file of law names, and of four more counties a state, with their circuit
    and district."""
    places = load_places()
    named = {"/".join(b.split("/")[:3]) for a in lawbook.authorities.values() for b in a.binds if b.count("/") >= 2}
    found = []
    taken: dict[str, int] = {}
    for county in places.counties():
        state = county.id.split("/")[1]
        if county.id not in named:
            taken[state] = taken.get(state, 0) + 1
            if taken[state] > 4:
                continue
        found.append((f"{county.id}/sheriff", places.sets(county)))
    return found


def questions(lawbook: Lawbook, count: int) -> list[Question]:
    """Random questions: an agency, a day since 2011, and every fact of the vocabulary that is not a matter of law,
    one in five unknown."""
    rng = random.Random(3)
    everyone = agencies(lawbook)
    known_at = TODAY.toordinal()
    regimes = regimes_of(lawbook)
    given = [f for f in lawbook.vocabulary.facts.values() if f.origin != "declared"]
    found = []
    for _ in range(count):
        agency, sets = rng.choice(everyone)
        day = rng.randrange(FIRST.toordinal(), LAST.toordinal() + 1)
        # A case leans one way or the other, else some forbid would nearly always be true.
        lean = rng.choice((0.5, 0.9))
        facts: dict[str, Any] = {}
        for fact in given:
            if rng.random() < UNKNOWN_SHARE:
                facts[fact.name] = None
            elif fact.type == "boolean":
                facts[fact.name] = rng.random() < (lean if fact.origin in ("detainer", "papers") else 1 - lean)
            elif fact.type == "one_of":
                facts[fact.name] = rng.choice(fact.values)
            elif fact.type == "number":
                facts[fact.name] = rng.randrange(0, 30)
            else:
                facts[fact.name] = date.fromordinal(day) - timedelta(days=rng.randrange(10_000))
        limits = regimes.on(agency, sets, day, known_at, None).limits
        found.append(Question(agency, sets, day, facts, [rng.choice((True, False, False, False, None)) for _ in limits]))
    return found


class Decider:
    """The timed path: the regime of the agency's day from its table, then both resolutions and the deciding norm."""

    def __init__(self, lawbook: Lawbook) -> None:
        self.regimes = regimes_of(lawbook)
        self.known_at = TODAY.toordinal()

    def __call__(self, question: Question) -> tuple[str, str | None]:
        regime = self.regimes.on(question.agency, question.sets, question.day, self.known_at, None)
        return regime.answer(question.facts, question.ended)


def by_definition(regime: Regime, question: Question) -> tuple[str, str | None]:
    """The outcome and the deciding norm of highest rank by walking every condition and working down the ranks,
    without anything compiled."""
    facts = dict(question.facts)
    norms = [a.norm for a in regime.applied]
    for name in _in_order(regime):
        given = [(n.rank or 99, d[1], evaluate(n.when, facts)) for n in norms if (d := declares(n)) and d[0] == name]
        facts[name] = next(
            (
                value
                for rank, value, state in given
                if state is True and not any(r <= rank and v != value and s is not False for r, v, s in given)
            ),
            None,
        )
    truth: list[Truth] = [evaluate(n.when, facts) for n in norms]
    for position, index in enumerate(regime.limits):
        pair = (truth[index], question.ended[position])
        truth[index] = False if False in pair else None if None in pair else True

    def resolved(*, favoring: bool) -> tuple[str, str | None]:
        """With every unknown condition taken the way that favors the hold, or the way that does not."""
        forbids: list[Norm] = []
        requires: list[Norm] = []
        permits: list[Norm] = []
        overruled = False
        for rank in range(1, 9):
            here = [n for n, t in zip(norms, truth, strict=True) if n.object == "hold" and n.rank == rank and (n.favors == favoring if t is None else t)]
            if not overruled:
                forbids += [n for n in here if n.verb in ("forbid", "limit")]
            permits += [n for n in here if n.verb == "permit"]
            if not forbids:
                requires += [n for n in here if n.verb == "require"]
                overruled = overruled or any(n.verb in ("require", "preempt") for n in here)
        if forbids:
            return "release", forbids[0].ref
        if requires:
            return "must_hold", requires[0].ref
        return ("may_hold", permits[0].ref) if permits else ("release", None)

    favor, against = resolved(favoring=True), resolved(favoring=False)
    if favor[0] != against[0]:
        return "review", None
    return favor if favor[0] == "release" else against


def _in_order(regime: Regime) -> list[str]:
    """Declared facts, each after those that its declarations rest on."""
    rests: dict[str, set[str]] = {f.name: set() for f in regime.lawbook.vocabulary.facts.values() if f.origin == "declared"}
    for applied in regime.applied:
        declared = declares(applied.norm)
        if declared:
            rests.setdefault(declared[0], set()).update(facts_of(applied.norm.when))
    found: list[str] = []
    while len(found) < len(rests):
        found += sorted(n for n, needs in rests.items() if n not in found and not (needs & set(rests)) - set(found))
    return found


def mismatches(lawbook: Lawbook, asked: Sequence[Question]) -> int:
    """How many answers of the compiled law differ from the definition."""
    decide = Decider(lawbook)
    return sum(
        decide(q) != by_definition(decide.regimes.on(q.agency, q.sets, q.day, decide.known_at, None), q) for q in asked
    )


def _each(decide: Any, items: Sequence[Any]) -> list[float]:
    """Seconds of each single call, the two looks at the clock (some 50 ns) included."""
    now = time.perf_counter_ns
    found = []
    for item in items:
        start = now()
        decide(item)
        found.append((now() - start) / 1e9)
    return found


def first_questions(lawbook: Lawbook, asked: Sequence[Question]) -> list[float]:
    """Seconds of the first question to each regime: the law that applies is looked up and compiled on the way."""
    lawbook.binding.cache_clear()
    lawbook.known.cache_clear()
    lawbook.applied.cache_clear()
    decide = Decider(lawbook)
    decide.regimes = Regimes(lawbook)
    seen: set[int] = set()
    found = []
    for question in asked:
        (seconds,) = _each(decide, [question])
        regime = id(decide.regimes.on(question.agency, question.sets, question.day, decide.known_at, None))
        if regime not in seen:
            seen.add(regime)
            found.append(seconds)
    return found


def run() -> bool:
    """Print the table; whether both targets were met and every answer agreed."""
    lawbook = load_lawbook()
    asked = questions(lawbook, QUESTIONS)
    wrong = mismatches(lawbook, asked[:CHECKED])
    decide = Decider(lawbook)
    for question in asked:
        decide(question)
    with quiet():
        cold = first_questions(lawbook, asked)
        outcome_rounds = [_each(decide, asked) for _ in range(ROUNDS)]

    paths = sorted(p for p in data_dir("cases").glob("*.yaml") if not p.name.endswith(".expect.yaml"))
    cases = [read_mapping(p) for p in paths]

    def full(case: dict[str, Any]) -> dict[str, Any]:
        return decide_case(case, today=TODAY, lawbook=lawbook)

    first = [full(case) for case in cases]
    answer_rounds = []
    with quiet():
        for _ in range(ANSWER_ROUNDS):
            answer_rounds.append(_each(full, cases * ANSWER_PASSES))
    stable = all(full(case) == answer for case, answer in zip(cases, first, strict=True))

    outcome_50, outcome_99 = (spread([quantile(r, q) * 1e6 for r in outcome_rounds]) for q in (0.5, 0.99))
    answer_50, answer_99 = (spread([quantile(r, q) * 1e3 for r in answer_rounds]) for q in (0.5, 0.99))
    norms = sum(len(a.norms) for a in lawbook.authorities.values())
    distinct = {id(decide.regimes.on(q.agency, q.sets, q.day, decide.known_at, None)) for q in asked}
    print(
        f"{len(lawbook.authorities)} authorities, {norms} norms; {len({q.agency for q in asked})} agencies, "
        f"{len(distinct)} regimes, {QUESTIONS:,} questions, {len(cases)} case files.\n"
    )
    print(
        table(
            ["what", "p50", "p99", "target", ""],
            [
                ["facts given, regimes warm: outcome and deciding norm", outcome_50.text("{:.1f}", " µs"), outcome_99.text("{:.1f}", " µs"), f"p99 under {TARGET_OUTCOME_US:g} µs", verdict(outcome_99.median < TARGET_OUTCOME_US)],
                ["the same, first question to a regime (law looked up and compiled)", f"{quantile(cold, 0.5) * 1e6:.0f} µs", f"{quantile(cold, 0.99) * 1e6:.0f} µs", "", ""],
                ["full answer to a parsed case, law and places loaded", answer_50.text("{:.2f}", " ms"), answer_99.text("{:.2f}", " ms"), f"p50 under {TARGET_ANSWER_MS:g} ms", verdict(answer_50.median < TARGET_ANSWER_MS)],
            ],
        )
    )
    print(f"\nMedian of {ROUNDS} and of {ANSWER_ROUNDS} rounds (lowest to highest round). Every single call is timed by itself.")
    print(f"{wrong} of {CHECKED:,} outcomes and deciding norms differ from a plain walk over the law; the full answers {'are the same in every round' if stable else 'CHANGE from round to round'}.")
    shares = {name: 0 for name in ("release", "may_hold", "must_hold", "review")}
    for question in asked:
        shares[decide(question)[0]] += 1
    print("The questions: " + ", ".join(f"{n / QUESTIONS:.0%} {name}" for name, n in shares.items()) + ".")
    return wrong == 0 and stable and outcome_99.median < TARGET_OUTCOME_US and answer_50.median < TARGET_ANSWER_MS
