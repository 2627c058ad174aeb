"""DuckDB's text in Spark's dialect: what sqlglot alone gets wrong or leaves."""

from __future__ import annotations

import pytest

from dueprocess.batch.requote import to_spark


@pytest.mark.parametrize(
    ("duck", "spark"),
    [
        ('SELECT "at" FROM t', "SELECT `at` FROM t"),
        ("SELECT (w // 4611686018427387904) % 4 AS c FROM t", "SELECT (w DIV 4611686018427387904) % 4 AS c FROM t"),
        ("SELECT * EXCLUDE (a, b) FROM t", "SELECT * EXCEPT (a, b) FROM t"),
        ("SELECT a[2:] AS b FROM t", "SELECT SLICE(a, 2, SIZE(a)) AS b FROM t"),
        ("SELECT list_sort(list_distinct([a, b])) AS c FROM t", "SELECT SORT_ARRAY(ARRAY_COMPACT(ARRAY_DISTINCT(ARRAY(a, b)))) AS c FROM t"),
        ("SELECT r.*, unnest(p) AS t FROM r", "SELECT r.*, EXPLODE(p) AS t FROM r"),
        (
            "SELECT r.*, unnest(p) AS t, unnest(list_concat(p[2:], [9])) AS u FROM r WHERE x",
            "SELECT r.*, INLINE(ARRAYS_ZIP(p, CONCAT(SLICE(p, 2, SIZE(p)), ARRAY(9)))) AS (t, u) FROM r WHERE x",
        ),
        ("WITH a AS (WITH a AS (SELECT 1 AS x) SELECT * FROM a) SELECT * FROM a", "WITH a AS (WITH a AS (SELECT 1 AS x) SELECT * FROM a) SELECT * FROM a"),
        ("SELECT list_extract([NULL, 'a'], n + 2) AS name FROM t", "SELECT ELEMENT_AT(ARRAY(NULL, 'a'), n + 2) AS name FROM t"),
        ("SELECT a.x IS NOT DISTINCT FROM b.x AS same FROM a, b", "SELECT a.x IS NOT DISTINCT FROM b.x AS same FROM a, b"),
    ],
)
def test_the_text_that_spark_gets(duck: str, spark: str) -> None:
    assert to_spark(duck) == spark


@pytest.mark.parametrize("sql", ["SELECT a[1] FROM t", "SELECT a[1:2] FROM t", "SELECT a[:2] FROM t"])
def test_brackets_that_count_otherwise_are_refused(sql: str) -> None:
    with pytest.raises(NotImplementedError, match="mean the same"):
        to_spark(sql)
