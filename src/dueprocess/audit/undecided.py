"""What could not be decided: why, and what would settle it. Over the table ``a`` of ``numbers.opened``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dueprocess.audit.numbers import Row, Table, fetch

if TYPE_CHECKING:
    import duckdb


def undecided(link: duckdb.DuckDBPyConnection) -> Table:
    """What is missing: in how many open stays each name is, and how many it alone would settle.

    A stay is open where it is possible or unknown, or its outcome is ``review``. Where the agency is not known, no law
    was asked; the times that such a row lacks are counted all the same.
    """
    return fetch(
        link,
        """
        WITH g AS (SELECT missing, class, class = 'unknown' AND booked_lo IS NULL AS b, class = 'unknown' AND release_due_lo IS NULL AND NOT coalesce(has_grounds, false) AS d,
                       class = 'unknown' AND (left_state = 'missing' OR (left_lo IS NULL AND left_state IS DISTINCT FROM 'present')) AS l, count(*) AS stays, sum(over_most) AS most
                   FROM a WHERE class IN ('possible', 'unknown') OR outcome = 'review' GROUP BY ALL),
             o AS (SELECT list_filter(list_distinct(string_split(coalesce(missing, ''), ' ') ||
                       list_filter([CASE WHEN b THEN 'booked' END, CASE WHEN d THEN 'release_due' END, CASE WHEN l THEN 'left' END], lambda x: x IS NOT NULL)), lambda x: x <> '') AS names, class, stays, most FROM g),
             u AS (SELECT unnest(names) AS name, len(names) AS many, class, stays, most FROM o)
        SELECT name, sum(stays)::BIGINT AS rows, coalesce(sum(stays) FILTER (many = 1), 0)::BIGINT AS alone,
               coalesce(sum(stays) FILTER (class = 'unknown'), 0)::BIGINT AS unknown, coalesce(sum(stays) FILTER (class = 'possible'), 0)::BIGINT AS possible,
               sum(most) FILTER (class = 'possible')::BIGINT AS at_stake
        FROM u GROUP BY name ORDER BY alone DESC, rows DESC, name
        """,
    )


def open_stays(link: duckdb.DuckDBPyConnection) -> Row:
    """How many stays are open, for want of facts and for want of law."""
    return fetch(
        link,
        "SELECT count(*) FILTER (class IN ('possible','unknown')) AS stays, count(*) FILTER (outcome = 'review') AS review, "
        "count(*) FILTER (outcome = 'review' AND open_because = 'law') AS law, count(*) FILTER (outcome = 'review' AND open_because = 'fact') AS fact, "
        "count(*) FILTER (outcome = 'review' AND open_because = 'duty') AS duty FROM a",
    )[0]


def contradictions(link: duckdb.DuckDBPyConnection) -> Table:
    """Why stays contradict themselves, with their number. Values in brackets are taken out, so that like go together."""
    return fetch(
        link,
        r"SELECT regexp_replace(problem, ' ?\[[^\]]*[0-9][^\]]*\]', '', 'g') AS what, count(*) AS stays FROM a WHERE class = 'contradiction' GROUP BY ALL ORDER BY stays DESC, what",
    )
