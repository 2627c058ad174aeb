"""The tree: its truth, its signs, its text, and the compiled tests that must say the same."""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dueprocess.terms import evaluate, facts_of, polarities
from dueprocess.terms.tree import (
    FALSE,
    TRUE,
    Tree,
    compared_with,
    day_constants,
    from_json,
    python_tests,
    text,
    to_json,
)

A, B = ("fact", "a"), ("fact", "b")
OLD = ("cmp", ">=", ("f", "n"), ("v", 5))
LISTED = ("in", ("f", "s"), ("x", "y"))
EARLY = ("cmp", "<", ("f", "d"), ("v", date(2014, 1, 1)))

LEAVES = st.sampled_from([TRUE, FALSE, A, B, ("fact", "c"), OLD, LISTED, EARLY, ("cmp", "<>", ("f", "s"), ("v", "it's")), ("cmp", "=", ("f", "n"), ("v", 4)), ("cmp", "<", ("f", "n"), ("f", "m"))])


def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    several = st.lists(inner, min_size=2, max_size=3)
    return inner.map(lambda t: ("not", t)) | several.map(lambda ts: ("and", *ts)) | several.map(lambda ts: ("or", *ts))


TREES = st.recursive(LEAVES, grown, max_leaves=8)
VALUES: dict[str, list[Any]] = {
    "a": [None, True, False],
    "b": [None, True, False],
    "c": [None, True, False],
    "n": [None, 4, 5],
    "m": [None, 4, 6],
    "s": [None, "x", "it's"],
    "d": [None, date(2013, 12, 31), date(2014, 1, 1)],
}
FACTS = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})


def test_leaves() -> None:
    assert evaluate(A, {"a": True}) is True and evaluate(A, {"a": False}) is False
    assert evaluate(A, {"a": None}) is None and evaluate(A, {}) is None
    assert evaluate(OLD, {"n": 5}) is True and evaluate(OLD, {"n": 4.9}) is False and evaluate(OLD, {}) is None
    assert evaluate(LISTED, {"s": "x"}) is True and evaluate(LISTED, {"s": "z"}) is False and evaluate(LISTED, {}) is None
    assert evaluate(EARLY, {"d": date(2013, 12, 31)}) is True and evaluate(EARLY, {"d": date(2014, 1, 1)}) is False
    assert evaluate(TRUE, {}) is True and evaluate(FALSE, {}) is False


def test_unknown_does_not_spread_where_it_cannot_matter() -> None:
    assert evaluate(("and", A, B), {"b": False}) is False
    assert evaluate(("or", A, B), {"b": True}) is True
    assert evaluate(("and", A, B), {"b": True}) is None
    assert evaluate(("or", A, ("not", A)), {}) is None, "Kleene: no tautology is known of an unknown"


@given(TREES, FACTS)
def test_giving_an_unknown_a_value_changes_no_known_truth(tree: Tree, facts: dict[str, Any]) -> None:
    before = evaluate(tree, facts)
    if before is None:
        return
    unknown = [name for name in facts_of(tree) if facts[name] is None][:3]
    for values in product(*(VALUES[name][1:] for name in unknown)):
        assert evaluate(tree, {**facts, **dict(zip(unknown, values, strict=True))}) is before


@given(TREES, FACTS)
def test_compiled_tests_say_the_same(tree: Tree, facts: dict[str, Any]) -> None:
    yes, no = python_tests(tree, lambda name: f"v_{name}")
    names = {**day_constants(yes + no), **{f"v_{name}": value for name, value in facts.items()}}
    result = evaluate(tree, facts)
    assert bool(eval(yes, dict(names))) is (result is True)  # noqa: S307
    assert bool(eval(no, dict(names))) is (result is False)  # noqa: S307


def test_no_text_of_a_literal_reaches_the_compiler() -> None:
    tree = ("in", ("f", "s"), ("') or __import__('os').abort() or ('", "\\", "\n", "{0}"))
    yes, _ = python_tests(tree, lambda name: f"v_{name}")
    assert eval(yes, {"v_s": "x"}) is False  # noqa: S307
    assert eval(yes, {"v_s": "\n"}) is True  # noqa: S307


def test_signs() -> None:
    tree = ("and", A, ("not", ("or", B, ("not", ("fact", "c")))), OLD)
    assert polarities(tree) == {"a": {True}, "b": {False}, "c": {True}, "n": {True, False}}
    assert polarities(("or", A, ("not", A))) == {"a": {True, False}}
    assert facts_of(("cmp", "<", ("f", "n"), ("f", "m"))) == {"n", "m"}
    assert facts_of(TRUE) == frozenset()


@given(TREES, FACTS)
def test_signs_are_right(tree: Tree, facts: dict[str, Any]) -> None:
    """Where a boolean fact stands only without NOT, making it true never makes the condition less true."""
    order = {False: 0, None: 1, True: 2}
    for name, signs in polarities(tree).items():
        if len(signs) == 1 and name in "abc":
            low, high = (False, True) if True in signs else (True, False)
            values = [order[evaluate(tree, {**facts, name: v})] for v in (low, None, high)]
            assert values == sorted(values)


@given(TREES)
def test_json_and_back(tree: Tree) -> None:
    assert from_json(json.loads(json.dumps(to_json(tree)))) == tree


@pytest.mark.parametrize(
    ("tree", "name", "numbers"),
    [
        (OLD, "n", [5]),
        (OLD, "m", []),
        (("cmp", "<", ("v", 7), ("f", "n")), "n", [7]),
        (("cmp", "<", ("f", "n"), ("f", "m")), "n", [None]),
        (("cmp", "<", ("f", "n"), ("f", "m")), "m", [None]),
        (("in", ("f", "n"), (1, 2)), "n", [1, 2]),
        (("in", ("f", "n"), (1, 2)), "m", []),
        (("and", OLD, ("or", A, ("not", ("cmp", "=", ("f", "n"), ("v", 9))))), "n", [5, 9]),
        (A, "a", []),
    ],
)
def test_what_a_fact_is_compared_with(tree: Tree, name: str, numbers: list[float | None]) -> None:
    assert list(compared_with(tree, name)) == numbers


def test_text_has_parentheses_where_it_must_and_nowhere_else() -> None:
    assert text(("or", A, B)) == "a OR b"
    assert text(("and", A, B)) == "a AND b"
    assert text(("or", ("and", A, B), ("and", B, A))) == "a AND b OR b AND a"
    assert text(("and", ("or", A, B), B)) == "(a OR b) AND b"
    assert text(("or", ("or", A, B), B)) == "(a OR b) OR b"
    assert text(("and", ("and", A, B), B)) == "(a AND b) AND b"
    assert text(("not", ("or", A, B))) == "NOT (a OR b)"
    assert text(("not", ("not", A))) == "NOT NOT a"
    assert text(("not", LISTED)) == "NOT (s IN ('x', 'y'))"
    assert text(("in", ("f", "n"), (5, 6))) == "n IN (5, 6)"


def test_text() -> None:
    assert text(("and", A, ("or", B, ("not", ("and", A, B))))) == "a AND (b OR NOT (a AND b))"
    assert text(("not", OLD)) == "NOT (n >= 5)"
    assert text(("and", LISTED, EARLY)) == "s IN ('x', 'y') AND d < DATE '2014-01-01'"
    assert text(("cmp", "=", ("f", "s"), ("v", "it's"))) == "s = 'it''s'"
    assert text(TRUE) == "TRUE"
