"""What keeps an answer open and could settle it, and what would change an answer that is settled."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

from dueprocess.case.facts import Facts
from dueprocess.decide.regime import FORBIDDEN, NO_AUTHORITY
from dueprocess.decide.stay import REVIEW, Moment, Resolved, Stay
from dueprocess.kernel.instants import Instant, Time
from dueprocess.terms import facts_of
from dueprocess.terms.tree import Tree, evaluate, walk
from dueprocess.terms.vocabulary import Value

MAX_JOINT = 8
"""At most so many unknown facts are tried together when an open answer is traced to facts or to law."""

TIMES = "release_due"
"""What is missing where the facts are settled and an hour is not."""

# What the parts of a request are asked for by, when request_stands itself is unknown.
REQUEST_PARTS = (
    "detainer_cancelled", "detainer_lodged", "hold_requested", "detainer_complete", "detainer_signed", "service_required", "detainer_served",
)  # fmt: skip


def _unknown_names(tree: Tree, facts: Facts) -> set[str]:
    return {name for name, _ in walk(tree) if facts.get(name) is None} if evaluate(tree, facts) is None else set()


def _of_a_paper_not_here(stay: Stay, name: str, resolved: Resolved) -> bool:
    """Whether a detainer's fact is unknown only because it is open whether the detainer is in force."""
    paper = resolved.candidate.paper
    if paper is None or resolved.facts.get("detainer_lodged") is not None or name in ("detainer_lodged", "detainer_cancelled"):
        return False
    if stay.vocabulary.facts[name].origin != "detainer":
        return False
    return stay.printed(resolved.candidate, stay.case.at).get(name) is not None


def leaves(stay: Stay, moment: Moment) -> list[str]:
    """The unknown facts that keep the answer open, declared ones traced to what they turn on."""
    regime = moment.regime
    found: set[str] = set()

    def trace(name: str, resolved: Resolved) -> None:
        if name in regime.declarations:
            found.add(name)
            for declaration in regime.declarations[name]:
                norm = regime.applied[declaration.index].norm
                if resolved.states[declaration.index] is None:
                    for inner in _unknown_names(norm.when, resolved.facts):
                        trace(inner, resolved)
        elif name == "request_stands":
            parts = [p for p in REQUEST_PARTS if resolved.facts.get(p) is None]
            if resolved.facts.get("service_required") is False:
                parts = [p for p in parts if p != "detainer_served"]
            if resolved.facts.get("detainer_served") is True:
                parts = [p for p in parts if p != "service_required"]
            if "detainer_cancelled" in parts and "detainer_lodged" in parts:
                parts.remove("detainer_lodged" if resolved.candidate.paper else "detainer_cancelled")
            parts = [p for p in parts if not _of_a_paper_not_here(stay, p, resolved)]
            for part in parts:
                trace(part, resolved)
            if not parts:
                found.add(TIMES)
        elif name == "detainer_lodged" and resolved.candidate.paper and resolved.facts.get("detainer_cancelled") is None:
            found.add("detainer_cancelled")
        elif name not in found:
            if _of_a_paper_not_here(stay, name, resolved):
                return  # unknown only because the paper itself may not be here
            found.add(name)
            for edition in stay.editions(resolved.candidate):
                for norm in edition.norms:
                    if norm.verb == "declare" and norm.object == name:
                        inner_names = _unknown_names(norm.when, resolved.facts)
                        if inner_names:
                            found.discard(name)
                        for inner in inner_names:
                            trace(inner, resolved)

    # One candidate may be settled while another keeps the answer open.
    for resolved in moment.resolved:
        if resolved.favor == resolved.against or resolved.favor < moment.favor:
            continue
        hold = regime.actions.get("hold")
        for index in hold.indices() if hold else ():
            if resolved.states[index] is None:
                names = _unknown_names(regime.applied[index].norm.when, resolved.facts)
                if not names:
                    found.add(TIMES)  # its condition is settled, so it is a limit whose end is not
                for name in names:
                    trace(name, resolved)
    order = [*stay.vocabulary.facts, TIMES]
    return sorted(found, key=order.index)


def _values(stay: Stay, name: str, moment: Moment) -> list[Value]:
    """The values worth trying for an unknown fact: all of them, or those around the numbers compared with."""
    fact = stay.vocabulary.facts[name]
    if fact.type == "boolean":
        return [True, False]
    if fact.type == "one_of":
        return list(fact.values)
    found: set[Any] = set()
    for applied in moment.regime.applied:
        for node in _comparisons(applied.norm.when):
            if node[2] == ("f", name) and node[3][0] == "v":
                literal = node[3][1]
                if isinstance(literal, (int, float)):
                    found |= {literal - 1, literal, literal + 1}
                else:
                    found.add(literal)
    return sorted(found)


def _comparisons(tree: Tree) -> Iterable[Tree]:
    if tree[0] == "cmp":
        yield tree
    elif tree[0] in ("and", "or", "not"):
        for child in tree[1:]:
            yield from _comparisons(child)


def word(value: Value) -> str:
    """A value as JSON keys and texts write it."""
    if value is None:
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else value.isoformat() if hasattr(value, "isoformat") else str(value)


def missing(stay: Stay, at: Instant, due: Time, moment: Moment) -> tuple[list[dict[str, Any]], bool]:
    """What could settle an open answer, each with what its values alone would make of it; and whether facts can.

    Facts can settle it if some values of the unknown facts, given together, lead to another outcome than review. A
    fact is asked for if, with some values of the others, its value makes a difference: nobody is sent to ask what
    settles nothing.
    """
    names = leaves(stay, moment)
    entries: dict[str, dict[str, Any]] = {}
    for name in names:
        if name == TIMES:
            entries[name] = _times(stay, at, due)
            continue
        fact = stay.vocabulary.facts[name]
        results = {word(v): stay.outcome_with(at, due, {name: v}) for v in _values(stay, name, moment)}
        entries[name] = {"fact": name, "question": _question(stay, at, name), "settled_by": fact.settled_by, "if": results}
    matters = {n for n, e in entries.items() if any(r != REVIEW for r in e["if"].values())}
    by_facts = any(n == TIMES or stay.vocabulary.facts[n].origin != "declared" for n in matters)
    facts = [n for n in names if n != TIMES and stay.vocabulary.facts[n].origin != "declared"]
    # Those that matter alone come first, so that a long list is cut where it matters least.
    tried = sorted(facts, key=lambda n: n not in matters)[:MAX_JOINT]
    table = {
        values: stay.outcome_with(at, due, dict(zip(tried, values, strict=True)))
        for values in product(*(_values(stay, n, moment) or [None] for n in tried))
    }
    by_facts = by_facts or any(outcome != REVIEW for outcome in table.values())
    for place, name in enumerate(tried):
        groups: dict[tuple[Value, ...], set[str]] = {}
        for values, outcome in table.items():
            groups.setdefault(values[:place] + values[place + 1 :], set()).add(outcome)
        if any(len(outcomes) > 1 for outcomes in groups.values()):
            matters.add(name)
    matters |= set(facts) - set(tried)
    return [e for n, e in entries.items() if n in matters or not matters], by_facts


def _times(stay: Stay, at: Instant, due: Time) -> dict[str, Any]:
    """The question for the hour from which a limit counts, where its end cannot be told apart from ``at``."""
    bounds = {"at the earliest": due.earliest, "at the latest": due.latest}
    return {
        "fact": TIMES,
        "question": "At what hour was release due (or did the event happen from which the limit is counted)?",
        "settled_by": "person",
        "if": {word: stay.moment(at, Time(bound, bound)).outcome for word, bound in bounds.items()},
    }


def _question(stay: Stay, at: Instant, name: str) -> str:
    fact = stay.vocabulary.facts[name]
    if not fact.about_status:
        return fact.question
    states = stay.moment(at, stay.release_due(at, stay.grounds))
    favor, against = NO_AUTHORITY, NO_AUTHORITY
    for resolved in states.resolved:
        one, other = states.regime.resolve("ask_status", resolved.states)
        favor, against = max(favor, one), max(against, other)
    if FORBIDDEN in (favor, against):
        return "Do not ask the person. From what the record already holds or the person has volunteered: " + fact.question
    return fact.question


def would_change(stay: Stay, at: Instant, due: Time, moment: Moment) -> list[dict[str, Any]]:
    """Each known fact whose other value, all else equal, would change the outcome."""
    regime, outcome = moment.regime, moment.outcome
    hold = regime.actions.get("hold")
    if hold is None:
        return []
    names: set[str] = set()
    todo = {n for i in hold.indices() for n in facts_of(regime.applied[i].norm.when)}
    while todo:
        name = todo.pop()
        if name in names:
            continue
        names.add(name)
        for declaration in regime.declarations.get(name, ()):
            todo |= facts_of(regime.applied[declaration.index].norm.when)
    if "request_stands" in names:
        names |= set(REQUEST_PARTS) - {"detainer_lodged", "service_required"}
        names.discard("request_stands")
    shown_facts = moment.resolved[0].facts
    found = []
    for name in sorted(names, key=list(stay.vocabulary.facts).index):
        now = shown_facts.get(name)
        fact = stay.vocabulary.facts[name]
        if now is None or fact.type != "boolean" or fact.origin == "declared":
            continue
        other = stay.outcome_with(at, due, {name: not now})
        if other != outcome:
            found.append({"fact": name, "from": word(now), "to": word(not now), "outcome": other})
    return found
