"""The generator itself: law that loads, cases that are taken, every outcome, every rank and verb, the same for a seed."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from property_common import examples

from dueprocess.testing import (
    CaseDocument,
    LawDocument,
    Seeded,
    is_hold,
    lawbook_from,
    random_pair,
    shrink,
    stay_of,
)
from dueprocess.testing.strategies import sourced

PAIRS = 300


def test_the_same_seed_gives_the_same_pair() -> None:
    assert random_pair(Seeded(5)) == random_pair(Seeded(5))
    assert random_pair(Seeded(5)) != random_pair(Seeded(6))


def test_all_kinds_of_law_and_all_outcomes_come_up() -> None:
    verbs: Counter[str] = Counter()
    ranks: Counter[int | None] = Counter()
    outcomes: Counter[str] = Counter()
    for seed in range(PAIRS):
        law, case = random_pair(Seeded(seed), agreements=True)
        lawbook = lawbook_from(law)
        for authority in lawbook.authorities.values():
            ranks[authority.rank] += 1
            verbs.update(n.verb for n in authority.norms)
        outcomes.update(s.outcome for s in stay_of(case, lawbook).spans)
    assert set(verbs) == {"forbid", "permit", "require", "preempt", "limit", "declare"}
    assert set(ranks) == {None, *range(1, 9)}
    assert set(outcomes) == {"local_custody", "release", "review", "may_hold", "must_hold"}
    # Holds are what most theorems are about: they must not be rare.
    assert outcomes["may_hold"] + outcomes["must_hold"] > PAIRS // 10, outcomes


@examples(15)
@given(sourced(random_pair))
def test_hypothesis_draws_from_the_same_generator(drawn: tuple[list[LawDocument], CaseDocument]) -> None:
    law, case = drawn
    assert stay_of(case, lawbook_from(law)).spans


def holds_somewhere(law: list[LawDocument], case: CaseDocument) -> bool:
    return any(is_hold(s.outcome) for s in stay_of(case, lawbook_from(law)).spans)


def test_shrink_keeps_what_fails_and_little_else() -> None:
    law, case = next(p for p in (random_pair(Seeded(s)) for s in range(1000)) if holds_somewhere(*p))
    small, (question,) = shrink(law, [case], holds_somewhere)
    assert holds_somewhere(small, question)
    # All that a hold needs is one norm that allows it.
    assert len(small) <= 2
    assert sum(len(d["norms"]) for d in small) == 1
