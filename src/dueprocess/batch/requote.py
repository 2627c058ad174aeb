"""DuckDB's text of a stage as Spark's: the same expressions, quoted and named as Spark wants them."""

from __future__ import annotations

from typing import ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.generator import Generator
from sqlglot.generators.spark import SparkGenerator


def to_spark(sql: str) -> str:
    """The query in Spark's dialect.

    Beyond what sqlglot knows: columns unnested side by side (DuckDB pairs them by position) become one ``inline`` of
    zipped arrays, ``a[2:]`` a ``slice``, and ``list_extract`` an ``element_at``. Raises NotImplementedError for other uses of brackets.
    """
    tree = sqlglot.parse_one(sql, read="duckdb")
    for select in tree.find_all(exp.Select):
        _side_by_side(select)
    for call in tree.find_all(exp.Anonymous):
        if call.name.lower() == "list_extract":
            call.set("this", "element_at")
    return _Stages(dialect="spark").generate(tree)


def _side_by_side(select: exp.Select) -> None:
    """``unnest(a) AS x, unnest(b) AS y`` to ``inline(arrays_zip(a, b)) AS (x, y)``."""
    spread = [e for e in select.expressions if isinstance(e, exp.Alias) and isinstance(e.this, exp.Explode)]
    if len(spread) < 2:
        return
    zipped = exp.Anonymous(this="inline", expressions=[exp.Anonymous(this="arrays_zip", expressions=[e.this.this.copy() for e in spread])])
    rest = [e for e in select.expressions if not any(e is s for s in spread)]
    select.set("expressions", [*rest, exp.Aliases(this=zipped, expressions=[exp.to_identifier(e.alias) for e in spread])])


def _bracket(generator: Generator, node: exp.Bracket) -> str:
    part = node.expressions[0]
    if len(node.expressions) != 1 or not isinstance(part, exp.Slice) or part.expression is not None:
        raise NotImplementedError("only a[n:] is known to mean the same in both")
    return generator.func("SLICE", node.this, part.this, exp.Anonymous(this="SIZE", expressions=[node.this.copy()]))


class _Stages(SparkGenerator):
    """As Spark 4 reads it: a WITH may stand inside another, with names of its own."""

    EXPRESSIONS_WITHOUT_NESTED_CTES: ClassVar[set[type[exp.Expr]]] = set()
    TRANSFORMS = {  # noqa: RUF012  # declared in the class above
        **SparkGenerator.TRANSFORMS,
        # Spark's array_sort calls a comparison for each pair.
        exp.ArraySort: lambda self, node: self.func("SORT_ARRAY", node.this),
        # DuckDB's leaves nulls out.
        exp.ArrayDistinct: lambda self, node: self.func("ARRAY_COMPACT", exp.Anonymous(this="ARRAY_DISTINCT", expressions=[node.this])),
        exp.Bracket: _bracket,
    }
