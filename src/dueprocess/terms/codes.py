"""The condition tree as SQL over three-valued codes: 0 no, 1 unknown, 2 yes.

With these codes AND is ``least``, OR is ``greatest`` and NOT is ``2 - x``: Kleene's logic without a null, the same in
every engine. A comparison is a leaf of its own, which the caller works out where the value lies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from dueprocess.terms.tree import Tree

NO, UNKNOWN, YES = 0, 1, 2


def code_of(value: bool | None) -> int:
    """The code of a truth."""
    return UNKNOWN if value is None else YES if value else NO


def comparisons(tree: Tree) -> Iterator[Tree]:
    """The comparisons in a condition: its ``cmp`` and ``in`` nodes."""
    if tree[0] in ("cmp", "in"):
        yield tree
    elif tree[0] in ("not", "and", "or"):
        for child in tree[1:]:
            yield from comparisons(child)


def code_sql(tree: Tree, *, fact: Callable[[str], str], comparison: Callable[[Tree], str]) -> str:
    """The condition as an SQL expression that gives its code.

    ``fact`` names the column with a boolean fact's code, ``comparison`` the one with a comparison's.
    """
    kind = tree[0]
    if kind == "true":
        return str(YES)
    if kind == "false":
        return str(NO)
    if kind == "fact":
        return fact(tree[1])
    if kind == "not":
        return f"(2 - {code_sql(tree[1], fact=fact, comparison=comparison)})"
    if kind in ("and", "or"):
        parts = [code_sql(t, fact=fact, comparison=comparison) for t in tree[1:]]
        return f"{'least' if kind == 'and' else 'greatest'}({', '.join(parts)})"
    return comparison(tree)


def comparison_sql(tree: Tree, *, value: Callable[[str], str]) -> str:
    """A comparison as an SQL expression that gives its code; ``value`` names the column with a fact's value."""
    if tree[0] == "in":
        name = value(tree[1][1])
        return f"(CASE WHEN {name} IS NULL THEN 1 WHEN ({name} IN ({', '.join(sql_literal(v) for v in tree[2])})) THEN 2 ELSE 0 END)"
    sides = [value(o[1]) if o[0] == "f" else sql_literal(o[1]) for o in tree[2:]]
    unknown = " OR ".join(f"{side} IS NULL" for side, o in zip(sides, tree[2:], strict=True) if o[0] == "f")
    return f"(CASE WHEN {unknown} THEN 1 WHEN ({sides[0]} {tree[1]} {sides[1]}) THEN 2 ELSE 0 END)"


def sql_literal(value: Any) -> str:
    """A literal of a condition as SQL: text quoted, dates typed."""
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)
