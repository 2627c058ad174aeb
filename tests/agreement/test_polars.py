"""A condition means the same to everyone who evaluates it: the walk over its tree (`terms.tree.evaluate`, the
definition), the SQL that `terms.codes` makes of it, run by DuckDB, and Polars' own three-valued expressions.

All distinct conditions of the shipped lawbook, and made-up ones with every kind of node, each on random tables of facts
of which a third are unknown: a million evaluations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

import duckdb
import polars as pl
import pytest
from batch_common import shipped

from dueprocess.law import Lawbook
from dueprocess.terms import evaluate, facts_of
from dueprocess.terms.codes import code_of, code_sql, comparison_sql, comparisons
from dueprocess.terms.tree import Tree, text
from dueprocess.testing import Seeded, Source, lawbook_from, random_law, scene, shipped_vocabulary, tree

EVALUATIONS = 500_000
"""Of the shipped conditions, and as many of made-up ones."""

COMPARE = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
TYPES = {"boolean": pl.Boolean, "one_of": pl.String, "number": pl.Float64, "date": pl.Date}


def expression(condition: Tree) -> pl.Expr:
    """The condition in Polars, whose ``&``, ``|`` and ``~`` are Kleene's."""
    kind, *parts = condition
    if kind in ("true", "false"):
        return pl.lit(kind == "true")
    if kind == "fact":
        return pl.col(parts[0])
    if kind == "not":
        return ~expression(parts[0])
    if kind in ("and", "or"):
        return reduce(and_ if kind == "and" else or_, map(expression, parts))
    if kind == "in":
        return reduce(or_, [pl.col(parts[0][1]) == value for value in parts[1]])
    one, other = (pl.col(value) if sort == "f" else pl.lit(value) for sort, value in parts[1:])
    return COMPARE[parts[0]](one, other)


def conditions_of(books: Iterable[Lawbook]) -> list[Tree]:
    """The distinct conditions of all norms."""
    return sorted({n.when for book in books for a in book.authorities.values() for n in a.norms}, key=text)


def values(trees: Iterable[Tree]) -> dict[str, list[Any]]:
    """For each fact that the conditions name, values on both sides of all that it is compared with."""
    facts = shipped_vocabulary().facts
    found: dict[str, set[Any]] = {n: set() for t in trees for n in facts_of(t)}
    for leaf in (c for t in trees for c in comparisons(t)):
        literals = leaf[2] if leaf[0] == "in" else [v for sort, v in leaf[2:] if sort == "v"]
        for name in facts_of(leaf):
            for value in literals:
                kind = facts[name].type
                found[name] |= {value} if kind in ("boolean", "one_of") else {value - 1, value, value + 1} if kind == "number" else {value + timedelta(days=d) for d in (-1, 0, 1)}
    plain: dict[str, list[Any]] = {"boolean": [False, True], "one_of": ["ice", "i-247"], "number": [0, 5], "date": [date(2014, 1, 1)]}
    return {n: sorted({*some, *(plain[facts[n].type] if facts[n].type == "boolean" or not some else [])}) for n, some in found.items()}


def table(source: Source, ranges: Mapping[str, Sequence[Any]], rows: int) -> list[dict[str, Any]]:
    return [{n: None if source.chance(0.33) else source.choice(some) for n, some in ranges.items()} for _ in range(rows)]


def check(trees: Sequence[Tree], source: Source) -> int:
    """How many evaluations were compared."""
    rows = table(source, values(trees), -(-EVALUATIONS // len(trees)))
    facts = shipped_vocabulary().facts
    frame = pl.DataFrame(rows, schema={n: TYPES[facts[n].type] for n in rows[0]})
    named = [f"c{i}" for i in range(len(trees))]
    by_polars = frame.with_columns((expression(t).cast(pl.Int8) * 2).fill_null(1).alias(n) for n, t in zip(named, trees, strict=True)).select(named)
    with duckdb.connect(config={"threads": 2}) as link:
        link.register("facts", frame.with_row_index("line").to_arrow())
        told = [
            code_sql(t, fact=lambda n: f'CASE WHEN "{n}" IS NULL THEN 1 WHEN "{n}" THEN 2 ELSE 0 END', comparison=lambda c: comparison_sql(c, value=lambda n: f'"{n}"'))
            for t in trees
        ]
        by_sql = link.execute(f"SELECT {', '.join(f'CAST({sql} AS TINYINT) AS {n}' for n, sql in zip(named, told, strict=True))} FROM facts ORDER BY line").fetchall()
    for name, condition, told_by_sql in zip(named, trees, zip(*by_sql, strict=True), strict=True):
        codes = [code_of(evaluate(condition, row)) for row in rows]
        for engine, answers in (("Polars", by_polars[name].to_list()), ("DuckDB", list(told_by_sql))):
            wrong = [row for row, one, other in zip(rows, codes, answers, strict=True) if one != other]
            assert not wrong, f"{len(wrong)} differ in {engine}: {text(condition)} of { {n: wrong[0][n] for n in facts_of(condition)} }"
    return len(trees) * len(rows)


def made_up() -> list[Tree]:
    """Trees with every kind of node, and the conditions of made-up law."""
    source = Seeded("conditions")
    trees = {tree(source, depth=source.integer(0, 4)) for _ in range(150)}
    laws = [lawbook_from(random_law(source, scene(source))) for _ in range(20)]
    return sorted({*trees, *conditions_of(laws)}, key=text)


@pytest.mark.parametrize("trees", [lambda: conditions_of([shipped()]), made_up], ids=["shipped", "made-up"])
def test_three_evaluators_of_conditions_agree(trees: Any) -> None:
    found = trees()
    assert len(found) > 100
    assert check(found, Seeded("facts")) >= EVALUATIONS
