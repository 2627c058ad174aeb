"""The quick path to an outcome and the full one are the same law: compared on made-up law and facts."""

from __future__ import annotations

import random

import pytest

from dueprocess.decide.regime import FORBIDDEN
from dueprocess.testing import Seeded, assignment, lawbook_from, random_pair, stay_of


@pytest.mark.parametrize("block", range(6))
def test_the_quick_outcome_is_the_full_one(block: int) -> None:
    settled = 0
    for seed in range(block * 40, block * 40 + 40):
        source = Seeded(seed)
        chance = random.Random(seed)
        documents, case = random_pair(source)
        stay = stay_of(case, lawbook_from(documents))
        regime = stay.regime(stay.case.at)
        hold = regime.actions.get("hold")
        for _ in range(15):
            facts = assignment(source)
            ended = [chance.choice([True, False, None]) for _ in regime.limits]
            states = regime.states(dict(facts), ended)
            favor, against = regime.resolve("hold", states)
            quick = regime.outcome(dict(facts), ended)
            assert regime.answer(dict(facts), ended) == quick.answer
            assert max(quick.favor, FORBIDDEN) == max(favor, FORBIDDEN)
            assert max(quick.against, FORBIDDEN) == max(against, FORBIDDEN)
            if favor == against or max(favor, against) <= FORBIDDEN:
                settled += 1
                deciding = hold.deciding(states, result=max(favor, FORBIDDEN)) if hold else []
                assert quick.answer[1] == (regime.applied[deciding[0]].norm.ref if deciding else None)
    assert settled > 30
