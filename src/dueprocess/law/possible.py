"""Whether conditions can hold together: an exhaustive search over the facts that they name.

The search assigns one fact after another and leaves a branch as soon as a condition is certainly false under what is
assigned (three-valued logic makes that sound), so it sees every combination without writing the whole table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from dueprocess.terms import Tree, Vocabulary, evaluate, facts_of
from dueprocess.terms.vocabulary import Value

MAX_STEPS = 20_000
"""Twelve facts that are true or false need at most 8,191 steps, however they are combined."""

# What follows from what, and what excludes what, by definition (see "Papers" in docs/explanation/semantics.md): without
# it the search would show facts that no case can give together.
_FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "request_stands": ("detainer_lodged", "hold_requested", "detainer_complete", "detainer_signed"),
    "removal_warrant": ("admin_warrant",),
    "convicted_violent_felony": ("convicted_felony",),
    "convicted_three_misdemeanors": ("convicted_misdemeanor",),
}
_EXCLUDES: Mapping[str, tuple[str, ...]] = {
    "request_stands": ("detainer_cancelled",),
    "detainer_lodged": ("detainer_cancelled",),
}


@dataclass(frozen=True, slots=True)
class Search:
    """The end of a search: the facts that make all conditions true (None: there are none), or ``searched`` false."""

    facts: Mapping[str, Value] | None
    searched: bool = True


def possible(conditions: Sequence[Tree], vocabulary: Vocabulary) -> Search:
    """Facts under which every condition is certainly true, as few of them as do, or none if nothing makes them so.

    Facts that follow from each other by definition keep to it. ``searched`` is False where a condition compares two
    facts with each other, or where the search ends after MAX_STEPS without an answer.
    """
    names = sorted({n for c in conditions for n in facts_of(c)})
    domains = _domains(conditions, names, vocabulary)
    if domains is None:
        return Search(None, searched=False)
    rules = _rules(names)
    # The facts that stand in most conditions first: they settle most.
    names.sort(key=lambda n: (len(domains[n]), -sum(n in facts_of(c) for c in conditions), n))
    goals = [*conditions, *rules]
    steps = 0
    facts: dict[str, Value] = {}

    def visit(depth: int) -> bool | None:
        nonlocal steps
        steps += 1
        if steps > MAX_STEPS:
            return None
        states = [evaluate(g, facts) for g in goals]
        if False in states:
            return False
        if None not in states:
            return True
        name = names[depth]
        for value in domains[name]:
            facts[name] = value
            found = visit(depth + 1)
            if found is not False:
                return found
        del facts[name]
        return False

    found = visit(0)
    if found is None:
        return Search(None, searched=False)
    if not found:
        return Search(None)
    for name in sorted(facts):
        without = {k: v for k, v in facts.items() if k != name}
        if all(evaluate(c, without) is True for c in conditions):
            facts = without
    return Search({n: facts[n] for n in sorted(facts)})


def disjunction_of(trees: Iterable[Tree]) -> Tree:
    """Any of them; false where there is none."""
    found = tuple(trees)
    return ("or", *found) if found else ("false",)


def _rules(names: Sequence[str]) -> list[Tree]:
    known = set(names)
    rules: list[Tree] = []
    for first, others in _FOLLOWS.items():
        rules += [("or", ("not", ("fact", first)), ("fact", o)) for o in others if first in known and o in known]
    for first, others in _EXCLUDES.items():
        rules += [("or", ("not", ("fact", first)), ("not", ("fact", o))) for o in others if first in known and o in known]
    return rules


def _domains(conditions: Sequence[Tree], names: Sequence[str], vocabulary: Vocabulary) -> dict[str, tuple[Any, ...]] | None:
    """For each fact the values that conditions can tell apart; None where two facts are compared with each other."""
    literals: dict[str, set[Any]] = {}
    for condition in conditions:
        if not _literals(condition, literals):
            return None
    domains: dict[str, tuple[Any, ...]] = {}
    for name in names:
        fact = vocabulary.facts[name]
        if fact.type == "boolean":
            domains[name] = (True, False)
        elif fact.type == "one_of":
            domains[name] = fact.values
        else:
            domains[name] = tuple(_points(sorted(literals[name])))
    return domains


def _literals(tree: Tree, found: dict[str, set[Any]]) -> bool:
    kind = tree[0]
    if kind in ("not", "and", "or"):
        return all([_literals(t, found) for t in tree[1:]])
    if kind == "cmp":
        facts = [o[1] for o in tree[2:] if o[0] == "f"]
        if len(facts) > 1:
            return False
        for name in facts:
            found.setdefault(name, set()).update(o[1] for o in tree[2:] if o[0] == "v")
    elif kind == "in" and tree[1][0] == "f":
        found.setdefault(tree[1][1], set()).update(tree[2])
    return True


def _points(literals: Sequence[Any]) -> list[Any]:
    """Each literal, one value between each two, one below and one above: all that comparisons with them tell apart."""
    step: Any = timedelta(days=1) if isinstance(literals[0], date) else 1
    points: list[Any] = []
    for before, after in pairwise(literals):
        points.append(before)
        middle = before + (after - before) / 2
        if before < middle < after:
            points.append(middle)
    points.append(literals[-1])
    try:
        return [literals[0] - step, *points, literals[-1] + step]
    except OverflowError:  # the first or the last day that there is
        return points
