"""Determinism: the same input gives the same bytes, in one process and in others.

Asked twice with lawbooks built apart, and in processes whose sets and dictionaries hash differently.

Fails when, for example, `law.lawbook.Lawbook.__init__` lists the authorities in the order of a set.
"""

from __future__ import annotations

import os
import subprocess
import sys

from hypothesis import given
from property_common import Question, examples, holds, setting_of

from dueprocess.decide import decide_case
from dueprocess.kernel.canonical import canonical_bytes
from dueprocess.testing import TODAY, CaseDocument, LawDocument, Source, blurred, lawbook_from
from dueprocess.testing.strategies import seeded

PAIRS = 60
HASH_SEEDS = ("1", "2", "77")


def question(source: Source) -> Question:
    where, law, stay = setting_of(source)
    return Question(where, law, [stay if source.chance(0.5) else blurred(source, where, stay)])


def check(law: list[LawDocument], case: CaseDocument) -> None:
    one = decide_case(case, today=TODAY, lawbook=lawbook_from(law))
    other = decide_case(case, today=TODAY, lawbook=lawbook_from(law))
    assert canonical_bytes(one) == canonical_bytes(other)


@examples(60)
@given(seeded(question))
def test_asked_twice(drawn: Question) -> None:
    holds(check, drawn)


PROGRAM = """
import sys
from dueprocess.decide import decide_case
from dueprocess.kernel.canonical import content_hash
from dueprocess.testing import TODAY, Seeded, lawbook_from, random_pair
for seed in range(int(sys.argv[1])):
    law, case = random_pair(Seeded(seed))
    if case["papers"] and seed % 3 == 0:
        # Two papers alike but for their boxes.
        case["papers"] += [{**case["papers"][0], "boxes": [*(case["papers"][0].get("boxes") or ()), "priority", "transferred"]}]
    print(seed, content_hash(decide_case(case, today=TODAY, lawbook=lawbook_from(law))))
"""


def test_in_processes_that_hash_differently() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(PAIRS)], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for seed in HASH_SEEDS
    ]
    assert len(told[0]) == PAIRS
    for other in told[1:]:
        assert other == told[0]
