"""The one small tree that a condition is. Nodes are plain tuples, so that they cache and compare cheaply.

``("true",)``, ``("false",)``; ``("fact", name)`` for a boolean fact; ``("not", t)``; ``("and", t, …)``;
``("or", t, …)``; ``("cmp", op, left, right)`` with operands ``("f", name)`` or ``("v", literal)``;
``("in", operand, (literal, …))``. Literals are numbers, text, or dates as ``datetime.date``.

Every node is monotone in what is known: giving an unknown fact a value never changes a known truth.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from dueprocess.kernel.truth import Truth, conjunction, disjunction, negation

Tree = tuple[Any, ...]

TRUE: Tree = ("true",)
FALSE: Tree = ("false",)

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(tree: Tree, facts: Mapping[str, Any]) -> Truth:
    """The truth of a condition: a plain walk, the definition that compiled code is compared with."""
    kind = tree[0]
    if kind == "fact":
        value = facts.get(tree[1])
        return value if value is None else bool(value)
    if kind == "not":
        return negation(evaluate(tree[1], facts))
    if kind == "and":
        return conjunction(evaluate(t, facts) for t in tree[1:])
    if kind == "or":
        return disjunction(evaluate(t, facts) for t in tree[1:])
    if kind == "true":
        return True
    if kind == "false":
        return False
    if kind == "cmp":
        left, right = _operand(tree[2], facts), _operand(tree[3], facts)
        return None if left is None or right is None else OPERATORS[tree[1]](left, right)
    if kind == "in":
        value = _operand(tree[1], facts)
        return None if value is None else value in tree[2]
    raise AssertionError(f"no such node [{kind}]")


def _operand(operand: tuple[str, Any], facts: Mapping[str, Any]) -> Any:
    return facts.get(operand[1]) if operand[0] == "f" else operand[1]


def walk(tree: Tree, *, positive: bool = True) -> Iterator[tuple[str, bool]]:
    """Each fact with its sign: ``False`` where it stands under an odd number of NOTs."""
    kind = tree[0]
    if kind == "fact":
        yield tree[1], positive
    elif kind == "not":
        yield from walk(tree[1], positive=not positive)
    elif kind in ("and", "or"):
        for child in tree[1:]:
            yield from walk(child, positive=positive)
    elif kind == "cmp":
        for operand in tree[2:]:
            if operand[0] == "f":
                yield operand[1], positive
                yield operand[1], not positive
    elif kind == "in" and tree[1][0] == "f":
        yield tree[1][1], positive
        yield tree[1][1], not positive


def compared_with(tree: Tree, name: str) -> Iterator[float | None]:
    """The numbers that a fact is compared with anywhere in a condition; None where it is compared with another fact."""
    kind = tree[0]
    if kind in ("not", "and", "or"):
        for child in tree[1:]:
            yield from compared_with(child, name)
    elif kind == "cmp" and ("f", name) in tree[2:]:
        other = tree[3] if tree[2] == ("f", name) else tree[2]
        yield other[1] if other[0] == "v" else None
    elif kind == "in" and tree[1] == ("f", name):
        yield from tree[2]


def facts_of(tree: Tree) -> frozenset[str]:
    """The names of the facts that the condition turns on."""
    return frozenset(name for name, _ in walk(tree))


def polarities(tree: Tree) -> dict[str, frozenset[bool]]:
    """For each fact the signs under which it stands."""
    signs: dict[str, set[bool]] = {}
    for name, sign in walk(tree):
        signs.setdefault(name, set()).add(sign)
    return {name: frozenset(found) for name, found in signs.items()}


def to_json(tree: Tree) -> Any:
    """Lists instead of tuples; dates as ``{"date": …}``."""
    return [
        to_json(part) if isinstance(part, tuple) else {"date": part.isoformat()} if isinstance(part, date) else part
        for part in tree
    ]


def from_json(value: Any) -> Tree:
    """The inverse of ``to_json``."""
    return tuple(
        from_json(part) if isinstance(part, list) else date.fromisoformat(part["date"]) if isinstance(part, dict) else part
        for part in value
    )


def text(tree: Tree) -> str:
    """The condition as SQL text, each part in parentheses where it must be."""
    return _text(tree, 0)


def _text(tree: Tree, level: int) -> str:
    kind = tree[0]
    if kind in ("true", "false"):
        return str(kind).upper()
    if kind == "fact":
        return str(tree[1])
    if kind == "not":
        return "NOT " + _text(tree[1], 3)
    if kind == "and":
        body = " AND ".join(_text(t, 2) for t in tree[1:])
        return f"({body})" if level > 1 else body
    if kind == "or":
        body = " OR ".join(_text(t, 1) for t in tree[1:])
        return f"({body})" if level > 0 else body
    if kind == "cmp":
        body = f"{_literal(tree[2])} {tree[1]} {_literal(tree[3])}"
        return f"({body})" if level > 2 else body
    body = f"{_literal(tree[1])} IN ({', '.join(_literal(('v', v)) for v in tree[2])})"
    return f"({body})" if level > 2 else body


def _literal(operand: tuple[str, Any]) -> str:
    kind, value = operand
    if kind == "f":
        return str(value)
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


# -- compilation: each node becomes two Python tests, "certainly true" and "certainly false" ---------


def python_tests(tree: Tree, name: Callable[[str], str]) -> tuple[str, str]:
    """Python expressions for "certainly true" and "certainly false".

    ``name`` gives the local variable that holds a fact; the facts' names are checked identifiers and
    literals are written with ``repr``, so nothing of a law file's text reaches the compiler unquoted.
    """
    kind = tree[0]
    if kind == "true":
        return "True", "False"
    if kind == "false":
        return "False", "True"
    if kind == "fact":
        variable = name(tree[1])
        return f"{variable} is True", f"{variable} is False"
    if kind == "not":
        yes, no = python_tests(tree[1], name)
        return no, yes
    if kind in ("and", "or"):
        pairs = [python_tests(t, name) for t in tree[1:]]
        all_of = " and ".join
        any_of = " or ".join
        yes = (all_of if kind == "and" else any_of)(f"({a})" for a, _ in pairs)
        no = (any_of if kind == "and" else all_of)(f"({b})" for _, b in pairs)
        return yes, no
    if kind == "cmp":
        left, right = (name(o[1]) if o[0] == "f" else _python_literal(o[1]) for o in tree[2:])
        symbol = {"=": "==", "<>": "!="}.get(tree[1], tree[1])
        known = " and ".join(f"{v} is not None" for v, o in zip((left, right), tree[2:], strict=True) if o[0] == "f")
        test = f"{left} {symbol} {right}"
        return (f"{known} and {test}", f"{known} and not ({test})") if known else (test, f"not ({test})")
    variable = name(tree[1][1])
    values = "(" + "".join(_python_literal(v) + "," for v in tree[2]) + ")"
    return f"{variable} is not None and {variable} in {values}", f"{variable} is not None and {variable} not in {values}"


def day_constants(source: str) -> dict[str, date]:
    """The dates that compiled code names as ``DAY<ordinal>``."""
    return {name: date.fromordinal(int(name[3:])) for name in set(re.findall(r"\bDAY\d+\b", source))}


def _python_literal(value: Any) -> str:
    if isinstance(value, date):
        return f"DAY{value.toordinal()}"  # a constant of the compiled code: see ``day_constants``
    if isinstance(value, (str, int, float)):
        return repr(value)
    raise AssertionError(f"no literal [{value!r}]")
