"""The walk over a condition's tree (`terms.tree.evaluate`, the definition) and the code that is compiled from it agree.

On generated trees with every kind of node, over facts of every type, a third of them unknown. The text of a tree, read
by the loader's grammar, means the same; so does its JSON. And every tree is monotone: a value for an unknown never
changes a known truth.

The second compiled function of a regime, which answers for a hold alone and leaves early, agrees with the resolution of
all its conditions.

Fails when, for example, `terms.tree.python_tests` joins the "certainly false" of an AND with `and`, `terms.tree.text`
leaves out the parentheses of an OR within an AND, or `decide.regime._emit_permits` calls an open answer settled.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from property_common import Question, asked, examples, holds, setting_of

from dueprocess.terms.grammar import parse_condition
from dueprocess.terms.tree import (
    Tree,
    day_constants,
    evaluate,
    facts_of,
    from_json,
    python_tests,
    text,
    to_json,
)
from dueprocess.testing import (
    CaseDocument,
    LawDocument,
    Source,
    assignment,
    blurred,
    shipped_vocabulary,
    tree,
)
from dueprocess.testing.strategies import seeded, sourced


def tree_and_facts(source: Source) -> tuple[Tree, dict[str, Any], dict[str, Any]]:
    full = assignment(source)
    gappy = {name: None if source.chance(0.4) else value for name, value in full.items()}
    return tree(source, depth=source.integer(0, 4)), full, gappy


def compiled(condition: Tree, facts: dict[str, Any]) -> bool | None:
    """The truth by the compiled tests, which must never both be true."""
    yes, no = python_tests(condition, lambda name: f"v_{name}")
    variables = {f"v_{name}": facts.get(name) for name in facts_of(condition)}
    code = f"(({yes}), ({no}))"
    told = eval(code, dict(day_constants(code)), variables)  # noqa: S307 - text made of checked names and literals
    assert told in ((True, False), (False, True), (False, False))
    return True if told[0] else False if told[1] else None


@examples(200)
@given(sourced(tree_and_facts))
def test_walk_and_compiled_code_agree(drawn: tuple[Tree, dict[str, Any], dict[str, Any]]) -> None:
    condition, full, gappy = drawn
    for facts in (full, gappy):
        assert compiled(condition, facts) == evaluate(condition, facts)


@examples(150)
@given(sourced(tree_and_facts))
def test_text_and_json_mean_the_same(drawn: tuple[Tree, dict[str, Any], dict[str, Any]]) -> None:
    condition, full, gappy = drawn
    again = parse_condition(text(condition), vocabulary=shipped_vocabulary(), where="test")
    assert from_json(to_json(condition)) == condition
    for facts in (full, gappy):
        assert evaluate(again, facts) == evaluate(condition, facts)


@examples(150)
@given(sourced(tree_and_facts))
def test_conditions_are_monotone(drawn: tuple[Tree, dict[str, Any], dict[str, Any]]) -> None:
    condition, full, gappy = drawn
    known = evaluate(condition, gappy)
    assert known is None or known == evaluate(condition, full)


def question(source: Source) -> Question:
    where, law, stay = setting_of(source)
    return Question(where, law, [stay if source.chance(0.5) else blurred(source, where, stay)])


def check(law: list[LawDocument], case: CaseDocument) -> None:
    stay = asked(law, case)
    for span in stay.spans:
        due = stay.release_due(span.start, stay.grounds)
        assert stay.outcome_with(span.start, due, {}) == stay.moment(span.start, due).outcome, span


@examples(120)
@given(seeded(question))
def test_the_short_way_to_a_hold_agrees_with_the_long_one(drawn: Question) -> None:
    holds(check, drawn)
