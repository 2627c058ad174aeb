"""The condition language: everything that is not allowed is refused."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from dueprocess.kernel.errors import LawError
from dueprocess.kernel.yamlread import read
from dueprocess.terms import Vocabulary, read_vocabulary
from dueprocess.terms.grammar import MAX_LENGTH, parse_condition
from dueprocess.terms.tree import FALSE, TRUE, text

ROOT = Path(__file__).resolve().parents[3]


@cache
def vocabulary() -> Vocabulary:
    return read_vocabulary(read(ROOT / "tests/law/base/facts.yaml"))


def condition(sql: Any) -> Any:
    return parse_condition(sql, vocabulary=vocabulary(), where="law:9")


YEARS, FORM, DAY = ("f", "conviction_age_years"), ("f", "detainer_form"), ("f", "conviction_date")
U, C = ("fact", "under_18"), ("fact", "convicted_felony")

ALLOWED: dict[str, Any] = {
    "under_18": U,
    "under_18 AND convicted_felony": ("and", U, C),
    "under_18 and not convicted_felony": ("and", U, ("not", C)),
    "under_18 OR convicted_felony AND judicial_warrant": ("or", U, ("and", C, ("fact", "judicial_warrant"))),
    "(under_18 OR convicted_felony) AND judicial_warrant": ("and", ("or", U, C), ("fact", "judicial_warrant")),
    "NOT under_18 AND convicted_felony": ("and", ("not", U), C),
    "NOT (under_18 AND convicted_felony)": ("not", ("and", U, C)),
    "under_18 AND\n  convicted_felony": ("and", U, C),
    "TRUE": TRUE,
    "FALSE": FALSE,
    "under_18 = TRUE": U,
    "under_18 = FALSE": ("not", U),
    "under_18 <> TRUE": ("not", U),
    "TRUE = under_18": U,
    "conviction_age_years >= 5": ("cmp", ">=", YEARS, ("v", 5)),
    "5 < conviction_age_years": ("cmp", ">", YEARS, ("v", 5)),
    "conviction_age_years <> -2.5": ("cmp", "<>", YEARS, ("v", -2.5)),
    "conviction_age_years BETWEEN 1 AND 5": ("and", ("cmp", ">=", YEARS, ("v", 1)), ("cmp", "<=", YEARS, ("v", 5))),
    "conviction_age_years NOT BETWEEN 1 AND 5": ("not", ("and", ("cmp", ">=", YEARS, ("v", 1)), ("cmp", "<=", YEARS, ("v", 5)))),
    "conviction_age_years IN (1, 2)": ("in", YEARS, (1, 2)),
    "detainer_form = 'i-247'": ("cmp", "=", FORM, ("v", "i-247")),
    "detainer_form IN ('i-247', 'i-247d')": ("in", FORM, ("i-247", "i-247d")),
    "detainer_form NOT IN ('i-247')": ("not", ("in", FORM, ("i-247",))),
    "conviction_date < DATE '2014-01-01'": ("cmp", "<", DAY, ("v", date(2014, 1, 1))),
    "DATE '2014-01-01' <= conviction_date": ("cmp", ">=", DAY, ("v", date(2014, 1, 1))),
}

REFUSED = [
    # names
    "judical_warrant", "papers.under_18", "race", "*", "under_18.convicted_felony", "$1", "?", ":x", "@under_18",
    # what would turn unknown into known
    "under_18 IS NULL", "under_18 IS NOT NULL", "under_18 ISNULL", "under_18 IS TRUE", "under_18 IS NOT FALSE", "under_18 IS DISTINCT FROM TRUE",
    "under_18 = NULL", "NULL", "conviction_age_years IN (1, NULL)", "COALESCE(under_18, FALSE)", "IFNULL(under_18, FALSE)", "NULLIF(under_18, FALSE)",
    "CASE WHEN under_18 THEN TRUE ELSE FALSE END", "CASE under_18 WHEN TRUE THEN TRUE END", "IF(under_18, TRUE, FALSE)", "GREATEST(conviction_age_years, 1) = 1",
    # functions, casts, arithmetic
    "LOWER(detainer_form) = 'i-247'", "NOW() > conviction_date", "CURRENT_DATE > conviction_date", "RANDOM() > 0.5", "sqrt(conviction_age_years) > 2", "f()",
    "CAST(under_18 AS INT) = 1", "under_18::INT = 1", "TRY_CAST(under_18 AS INT) = 1", "conviction_date < '2014-01-01'::DATE", "conviction_date < CAST('2014-01-01' AS DATE)",
    "conviction_age_years + 1 > 5", "-conviction_age_years > 5", "conviction_age_years % 2 = 1", "detainer_form || 'x' = 'y'", "under_18 & convicted_felony", "conviction_date - 1 < 2",
    # patterns, collections
    "detainer_form LIKE 'i-%'", "detainer_form ILIKE 'i-%'", "detainer_form ~ 'i'", "detainer_form SIMILAR TO 'x'", "[under_18]", "{'a': under_18}", "detainer_form = ANY(['x'])",
    "detainer_form IN ()", "under_18 IN (TRUE)", "under_18 IN convicted_felony", "x -> under_18", "conviction_age_years[1] = 2",
    # queries and statements
    "EXISTS (SELECT 1)", "(SELECT TRUE)", "SELECT TRUE", "detainer_form IN (SELECT 'i-247')", "conviction_age_years = (SELECT 1)", "conviction_age_years = ALL (SELECT 1)",
    "DROP TABLE t", "under_18; DROP TABLE t", "under_18 UNION SELECT TRUE", "under_18 FROM t", "ATTACH 'x'", "COPY t TO 'x'", "PRAGMA x", "under_18 AS y", "under_18, convicted_felony",
    "COUNT(*) OVER () > 1", "COLUMNS(*)", "under_18 -- x", "under_18 /* x */", "# under_18",
    # types
    "conviction_age_years", "detainer_form", "conviction_date", "under_18 = 1", "under_18 = 'true'", "under_18 > FALSE", "under_18 = convicted_felony", "conviction_age_years = '5'",
    "conviction_age_years = TRUE", "conviction_age_years < conviction_date", "detainer_form = 247", "detainer_form > 'i-247'", "detainer_form = 'i-999'", "detainer_form BETWEEN 'i-247' AND 'i-247d'",
    "conviction_date < '2014-01-01'", "conviction_date < 2014", "conviction_date < DATE '2014-02-30'", "conviction_date < DATE '20140101'", "conviction_date < DATE '2014-W01-1'",
    "conviction_date < TIMESTAMP '2014-01-01 00:00'", "conviction_age_years = 1e400", "conviction_age_years BETWEEN 5 AND 1", "conviction_age_years BETWEEN SYMMETRIC 5 AND 1", "5 = 5", "'a' = 'a'", "5", "'text'",
    # no sentence
    "AND", "NOT", "under_18 AND", "under_18 convicted_felony", "(under_18", "under_18)", "under_18 AND AND convicted_felony", "()", "", "   ", "'", '"', "under_18 XOR convicted_felony",
]  # fmt: skip


@pytest.mark.parametrize("sql", ALLOWED)
def test_what_is_allowed(sql: str) -> None:
    tree = condition(sql)
    assert tree == ALLOWED[sql]
    assert condition(text(tree)) == tree, "its own text means the same"


@pytest.mark.parametrize("sql", REFUSED, ids=lambda s: s[:40] or "nothing")
def test_what_is_refused(sql: str) -> None:
    with pytest.raises(LawError) as caught:
        condition(sql)
    message = str(caught.value)
    assert message.startswith("law:9: ") and "; " in message and "\n" not in message and "sqlglot" not in message


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("detainer_form = 5", "law:9: [detainer_form] is one_of and [5] is not; write a text in quotes"),
        ("conviction_age_years > 'a'", "law:9: [conviction_age_years] is number and [a] is not; write a number"),
        ("under_18 = 1", "law:9: [under_18] is boolean and [1] is not; write TRUE or FALSE"),
        ("conviction_date < 5", "law:9: [conviction_date] is date and [5] is not; write DATE '2014-05-03'"),
        ("conviction_age_years > 1000000000000000", "law:9: [1000000000000000] is no number that anything is compared with; write a plain number"),
        ("conviction_age_years > conviction_date", "law:9: [conviction_age_years] is number and [conviction_date] is date; compare two numbers or two dates"),
    ],
)
def test_what_a_refusal_says(sql: str, line: str) -> None:
    with pytest.raises(LawError) as caught:
        condition(sql)
    assert str(caught.value) == line


def test_values_that_are_no_text() -> None:
    assert condition(True) == TRUE and condition(False) == FALSE
    for value in (None, 48, 1.5, [], ["under_18"], {}, {"a": 1}):
        with pytest.raises(LawError, match="no condition"):
            condition(value)


def test_length_and_depth_are_bounded() -> None:
    fits = " OR ".join(["under_18"] * 300)
    assert len(fits) <= MAX_LENGTH and len(condition(fits)) == 301
    for sql in ("under_18 OR " * 400 + "under_18", "(" * 1500 + "under_18" + ")" * 1500, "NOT " * 900 + "under_18", "x" * MAX_LENGTH):
        with pytest.raises(LawError) as caught:
            condition(sql)
        assert len(str(caught.value)) < 300


def test_a_quote_in_a_literal_is_a_character() -> None:
    with pytest.raises(LawError, match=r"\[i'247\] is no value"):
        condition("detainer_form = 'i''247'")
    with pytest.raises(LawError, match="no value"):
        condition("detainer_form = 'x; DROP TABLE t -- /* */'")


def test_the_allow_list_is_short() -> None:
    """Of all kinds of expression that the parser knows, no node outside this list gets through."""
    allowed = (
        exp.And, exp.Or, exp.Not, exp.Paren, exp.Boolean, exp.Column, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.In,
        exp.Literal, exp.Neg, exp.Cast, exp.Identifier, exp.DataType,
    )  # fmt: skip
    from sqlglot import parse_one

    for sql in ALLOWED:
        for node in parse_one(sql, dialect="duckdb").walk():
            assert isinstance(node, allowed), f"{sql}: {type(node).__name__}"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(["under_18", "conviction_age_years", "detainer_form", "AND", "OR", "NOT", "(", ")", "=", "<", "IN", "'i-247'", "5", "NULL", "IS", "BETWEEN", ",", "CASE", "END", "::", "-", "DATE", "'2014-01-01'", "TRUE", ".", "[", "]", "->", "x"]), min_size=1, max_size=12))  # fmt: skip
def test_any_row_of_words_is_a_tree_or_a_line(words: list[str]) -> None:
    try:
        tree = condition(" ".join(words))
    except LawError as error:
        assert "\n" not in str(error)
        return
    assert condition(text(tree)) == tree


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_any_text_is_a_tree_or_a_line(sql: str) -> None:
    try:
        condition(sql)
    except LawError as error:
        assert "\n" not in str(error)
