"""SQL boolean expressions to the tree, through sqlglot, by an allow-list: everything else is refused.

This is the only module that imports sqlglot, and only the loading of changed law needs it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from dueprocess.kernel.errors import InputError, LawError, shown
from dueprocess.kernel.instants import parse_date
from dueprocess.terms.tree import FALSE, TRUE, Tree
from dueprocess.terms.vocabulary import Fact, Vocabulary

MAX_LENGTH = 4000

_COMPARISONS: dict[type[exp.Expression], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_FUNCTIONS = (exp.Func, exp.Cast, exp.Is, exp.Coalesce, exp.Case, exp.If, exp.Nullif, exp.Subquery, exp.Select, exp.Exists)
_QUOTED = re.compile(r"'[^']*'")
_CAST = re.compile(r"::|\b(try_)?cast\s*\(", re.IGNORECASE)
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}


def parse_condition(text: Any, *, vocabulary: Vocabulary, where: str) -> Tree:
    """The tree of a condition. Raises LawError with the reason and what to write instead."""
    if isinstance(text, bool):
        return TRUE if text else FALSE
    if not isinstance(text, str) or not text.strip():
        raise LawError(f"[{shown(text)}] is no condition", where=where, do="write a boolean expression over the facts", code="condition")
    if len(text) > MAX_LENGTH:
        raise LawError(f"a condition of {len(text)} characters", where=where, do=f"at most {MAX_LENGTH}; split the norm", code="condition")
    known: Tree | None = vocabulary.trees.get(text)
    if known is not None:
        return known
    bare = _QUOTED.sub("''", text)
    if ";" in bare or "--" in bare or "/*" in bare:
        raise LawError("a semicolon or comment in a condition", where=where, do="leave it out", code="condition")
    if _CAST.search(bare):
        raise LawError(f"a cast in [{_short(text)}]", where=where, do="casts are refused: compare a fact with a literal such as 5, 'ice' or DATE '2014-05-03'", code="condition")
    try:
        parsed = parse_one(text, dialect="duckdb")
    except (SqlglotError, RecursionError):
        raise LawError(f"[{_short(text)}] is no SQL condition", where=where, do="check AND, OR, NOT, the quotes and the parentheses", code="condition") from None
    tree = vocabulary.trees[text] = _Reader(vocabulary, where, _short(text)).boolean(parsed)
    return tree


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:77] + "..."


class _Reader:
    def __init__(self, vocabulary: Vocabulary, where: str, text: str) -> None:
        self.vocabulary = vocabulary
        self.where = where
        self.text = text

    def refuse(self, node: Any, do: str, code: str = "condition") -> LawError:
        # sqlglot rewrites what it reads (IS NOT NULL, IFNULL, DATE …): show the text that a person can search for.
        part = _short(node.sql(dialect="duckdb")) if hasattr(node, "sql") else ""
        shown = part if part and part.lower() in self.text.lower() else self.text
        return LawError(f"[{shown}] may not stand in a condition", where=self.where, do=do, code=code)

    def refuse_function(self, node: Any) -> LawError:
        if isinstance(node, (exp.Subquery, exp.Select, exp.Exists)) or node.find(exp.Select):
            return self.refuse(node, "subqueries are refused: compare facts with literals")
        if isinstance(node, (exp.Is, exp.Coalesce, exp.Case, exp.If, exp.Nullif)):
            return self.refuse(node, "unknown must stay unknown: test the fact itself", "not-monotone")
        return self.refuse(node, "casts and functions are refused: compare facts with literals")

    def boolean(self, node: Any) -> Tree:
        if isinstance(node, exp.Paren):
            return self.boolean(node.this)
        if isinstance(node, exp.Not):
            return ("not", self.boolean(node.this))
        if isinstance(node, (exp.And, exp.Or)):
            kind = "and" if isinstance(node, exp.And) else "or"
            parts: list[Tree] = []
            for side in (node.left, node.right):
                tree = self.boolean(side)
                parts.extend(tree[1:] if tree[0] == kind else (tree,))
            return (kind, *parts)
        if isinstance(node, exp.Boolean):
            return TRUE if node.this else FALSE
        if isinstance(node, exp.Column):
            fact = self.fact(node)
            if fact.type != "boolean":
                raise self.refuse(node, f"{fact.name} is no yes-or-no fact: compare it with a value", "type")
            return ("fact", fact.name)
        if isinstance(node, tuple(_COMPARISONS)):
            return self.comparison(node)
        if isinstance(node, exp.Between):
            if node.args.get("symmetric"):
                raise self.refuse(node, "write BETWEEN low AND high")
            low = self.compare(node, node.this, ">=", node.args["low"])
            high = self.compare(node, node.this, "<=", node.args["high"])
            if low[3][0] == high[3][0] == "v" and low[3][1] > high[3][1]:
                raise self.refuse(node, "nothing lies between them: write the lower one first")
            return ("and", low, high)
        if isinstance(node, exp.In):
            return self.membership(node)
        if isinstance(node, _FUNCTIONS):
            raise self.refuse_function(node)
        raise self.refuse(node, "use AND, OR, NOT, comparisons, IN, BETWEEN, facts and literals")

    def fact(self, node: Any) -> Fact:
        if node.args.get("table") is not None or isinstance(node.this, exp.Star):
            raise self.refuse(node, "a fact is one plain name")
        return self.vocabulary.fact(node.name, where=self.where)

    def comparison(self, node: Any) -> Tree:
        operator = _COMPARISONS[type(node)]
        left, right = node.left, node.right
        if not isinstance(_bare(left), exp.Column):
            left, right, operator = right, left, _FLIPPED[operator]
        return self.compare(node, left, operator, right)

    def compare(self, node: Any, left: Any, operator: str, right: Any) -> Tree:
        left, right = _bare(left), _bare(right)
        for side in (left, right):
            if isinstance(side, _FUNCTIONS) and not _is_date_literal(side):
                raise self.refuse_function(side)
        if not isinstance(left, exp.Column):
            raise self.refuse(node, "compare a fact with a value")
        fact = self.fact(left)
        if isinstance(right, exp.Column):
            other = self.fact(right)
            if fact.type != other.type or fact.type not in ("number", "date"):
                raise LawError(
                    f"[{fact.name}] is {fact.type} and [{other.name}] is {other.type}",
                    where=self.where,
                    do="compare two numbers or two dates",
                    code="type",
                )
            return ("cmp", operator, ("f", fact.name), ("f", other.name))
        value = self.literal(right, fact)
        if fact.type == "boolean":
            if operator not in ("=", "<>"):
                raise self.refuse(node, f"{fact.name} is true or false: it has no order", "type")
            tree: Tree = ("fact", fact.name)
            return tree if (operator == "=") is value else ("not", tree)
        if fact.type == "one_of" and operator not in ("=", "<>"):
            raise self.refuse(node, f"the values of {fact.name} have no order: use = or IN", "type")
        return ("cmp", operator, ("f", fact.name), ("v", value))

    def membership(self, node: Any) -> Tree:
        operand = _bare(node.this)
        if node.args.get("query") is not None:
            raise self.refuse(node, "subqueries are refused: compare facts with literals")
        if isinstance(operand, _FUNCTIONS):
            raise self.refuse_function(operand)
        if not isinstance(operand, exp.Column) or node.args.get("unnest") is not None or not node.expressions:
            raise self.refuse(node, "write fact IN ('a', 'b')")
        fact = self.fact(operand)
        if fact.type == "boolean":
            raise self.refuse(node, f"{fact.name} is true or false: name it, or NOT it", "type")
        return ("in", ("f", fact.name), tuple(self.literal(_bare(e), fact) for e in node.expressions))

    def number(self, text: str) -> int | float:
        value = int(text) if text.isdigit() else float(text)
        if not -1e15 < value < 1e15:
            raise LawError(f"[{_short(text)}] is no number that anything is compared with", where=self.where, do="write a plain number", code="type")
        return value

    def literal(self, node: Any, fact: Fact) -> Any:
        value: Any
        if isinstance(node, exp.Boolean):
            value = bool(node.this)
        elif isinstance(node, exp.Null):
            raise self.refuse(node, "unknown must stay unknown: nothing can be compared with NULL", "not-monotone")
        elif isinstance(node, exp.Literal):
            value = node.this if node.is_string else self.number(node.this)
        elif isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal) and not node.this.is_string:
            value = -self.number(node.this.this)
        elif _is_date_literal(node):
            try:
                value = parse_date(node.this.this, where=self.where)
            except InputError as error:
                raise LawError(error.what, where=self.where, do="write DATE '2014-05-03'", code="date") from None
        else:
            raise self.refuse(node, "compare a fact with a literal")
        fits = {
            "boolean": isinstance(value, bool),
            "number": isinstance(value, (int, float)) and not isinstance(value, bool),
            "one_of": isinstance(value, str),
            "date": isinstance(value, date),
        }[fact.type]
        if not fits:
            wanted = {"boolean": "TRUE or FALSE", "number": "a number", "one_of": "a text in quotes", "date": "DATE '2014-05-03'"}
            raise LawError(f"[{fact.name}] is {fact.type} and [{shown(value)}] is not", where=self.where, do=f"write {wanted[fact.type]}", code="type")
        if fact.type == "one_of" and value not in fact.values:
            raise LawError(f"[{shown(value)}] is no value of {fact.name}", where=self.where, do=f"one of {', '.join(fact.values)}", code="enumeration")
        return value


def _bare(node: Any) -> Any:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _is_date_literal(node: Any) -> bool:
    """``DATE '2014-05-03'``, which sqlglot reads as a cast; written-out casts are refused before."""
    return isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and bool(node.to.is_type("date"))
