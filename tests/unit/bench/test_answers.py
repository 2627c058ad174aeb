"""The benchmarks compare like with like: every contender answers the same. Nothing is timed here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))  # bench/ is no part of the installed package

from bench import lawbook, measure, naive, peers, policy

from dueprocess.law import load_lawbook

CASES = policy.cases(300, seed=7)


def test_cases_are_worth_asking() -> None:
    """Each outcome, each norm and the case without any authority occur; a fifth of the facts is unknown."""
    answers = {policy.oracle(facts) for facts in policy.cases(3000, seed=7)}
    assert answers == set(peers.ANSWERS)
    unknown = sum(value is None for facts in CASES for value in facts.values())
    assert 0.17 < unknown / (len(CASES) * len(policy.FACTS)) < 0.23
    assert {name for facts in CASES for name in facts} == set(policy.FACTS)


def test_the_law_holds_the_policy() -> None:
    """The documents have the norms of the oracle, each group in the same order of rank."""
    norms = [a.norm for a in policy.regime_of(policy.lawbook_of(policy.DOCUMENTS, policy.FACTS)).applied]
    for verb, count in (("forbid", 8), ("permit", 4)):
        keys = [n.key for n in norms if n.verb == verb]
        assert keys == [key for key, other, _ in policy.NORMS if other == verb]
        assert len(keys) == count
    assert len({n.rank for n in norms}) == 5


def test_own_policy_agrees_with_the_definition() -> None:
    decide = policy.ours()
    for facts in CASES:
        assert policy.plain(decide(dict(facts))) == policy.oracle(facts), facts


@pytest.mark.parametrize(("module", "make"), peers.MAKERS, ids=[make.__name__ for _, make in peers.MAKERS])
def test_peer_agrees_with_the_definition(module: str, make: Callable[[], peers.Peer]) -> None:
    if not peers.installed(module):
        pytest.skip(f"{module} is not installed; `make bench` installs it")
    peer = make()
    for facts in CASES:
        assert peer.decide(peer.prepare(facts)) == policy.oracle(facts), facts


def test_a_missing_fact_is_open_here_and_a_hold_in_unguarded_python() -> None:
    ask, careless = naive.ours(), naive.plain()
    assert [ask(rule) for rule in naive.RULES] == ["review"] * 3
    assert careless("minor") == "hold"


def test_whole_lawbook_agrees_with_a_walk() -> None:
    book = load_lawbook()
    assert lawbook.mismatches(book, lawbook.questions(book, 300)) == 0


@pytest.mark.parametrize(("share", "wanted"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_quantile(share: float, wanted: float) -> None:
    assert measure.quantile(list(range(100, 0, -1)), share) == wanted


def test_table_is_markdown() -> None:
    assert measure.table(["a", "b"], [["long", "x"]]) == "| a    | b |\n|------|---|\n| long | x |"
