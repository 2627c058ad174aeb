"""What could not be decided: why, and what would settle it. Over the table ``a`` of ``numbers.opened``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dueprocess.audit.numbers import Row, Table, fetch

if TYPE_CHECKING:
    import duckdb


MOST_TRIED = 100
"""So many different sets of missing names are tried as what to ask for, those of the most stays; the stays of all are counted."""

_OPEN = """
    WITH g AS (SELECT missing, class, class = 'unknown' AND booked_lo IS NULL AS b, class = 'unknown' AND release_due_lo IS NULL AND NOT coalesce(has_grounds, false) AS d,
                   class = 'unknown' AND (left_state = 'missing' OR (left_lo IS NULL AND left_state IS DISTINCT FROM 'present')) AS l, count(*) AS stays, sum(over_most) AS most
               FROM a WHERE class IN ('possible', 'unknown') OR outcome = 'review' GROUP BY ALL),
         o AS (SELECT list_sort(list_filter(list_distinct(string_split(coalesce(missing, ''), ' ') ||
                   list_filter([CASE WHEN b THEN 'booked' END, CASE WHEN d THEN 'release_due' END, CASE WHEN l THEN 'left' END], lambda x: x IS NOT NULL)), lambda x: x <> '')) AS names, class, stays, most FROM g)
"""
"""The table ``o``: what open stays lack, a row for each different set of names and class. A stay is open where it is possible or unknown, or its
outcome is ``review``. Where the agency is not known, no law was asked; the times that such a row lacks are named all the same."""


def undecided(link: duckdb.DuckDBPyConnection) -> Table:
    """What is missing: in how many open stays each name is, and how many lack it alone."""
    return fetch(
        link,
        f"""
        {_OPEN}, u AS (SELECT unnest(names) AS name, len(names) AS many, class, stays, most FROM o)
        SELECT name, sum(stays)::BIGINT AS rows, coalesce(sum(stays) FILTER (many = 1), 0)::BIGINT AS alone,
               coalesce(sum(stays) FILTER (class = 'unknown'), 0)::BIGINT AS unknown, coalesce(sum(stays) FILTER (class = 'possible'), 0)::BIGINT AS possible,
               sum(most) FILTER (class = 'possible')::BIGINT AS at_stake
        FROM u GROUP BY name ORDER BY alone DESC, rows DESC, name
        """,
    )


def missing_sets(link: duckdb.DuckDBPyConnection) -> Table:
    """The different sets of ``names`` that open ``stays`` lack, those of the most stays first."""
    return fetch(link, f"{_OPEN} SELECT names, sum(stays)::BIGINT AS stays FROM o WHERE len(names) > 0 GROUP BY names ORDER BY stays DESC, names")


def together(sets: Iterable[Mapping[str, Any]], *, settles_nothing: Collection[str], steps: int) -> Table:
    """Which columns to ask for together, in at most so many ``steps``: the ``names`` that each adds, and the ``stays`` that then lack
    nothing more. Each step adds what brings the most stays a column; a stay that lacks what no record tells (``settles_nothing``) is left out.
    """
    left: Counter[frozenset[str]] = Counter()
    for one in sets:
        if not set(one["names"]) & set(settles_nothing):
            left[frozenset(one["names"])] += int(one["stays"])
    found: Table = []
    stays = 0
    while left and len(found) < steps:
        gains = {wanted: sum(n for lacks, n in left.items() if lacks <= wanted) for wanted, _ in left.most_common(MOST_TRIED)}
        best = max(sorted(gains, key=sorted), key=lambda wanted: gains[wanted] / len(wanted))
        stays += gains[best]
        found.append({"names": sorted(best), "stays": stays})
        still: Counter[frozenset[str]] = Counter()
        for lacks, n in left.items():
            if not lacks <= best:
                still[lacks - best] += n
        left = still
    return found


def open_stays(link: duckdb.DuckDBPyConnection) -> Row:
    """How many stays are open, for want of facts and for want of law."""
    return fetch(
        link,
        "SELECT count(*) FILTER (class IN ('possible','unknown')) AS stays, count(*) FILTER (class IN ('possible','unknown') OR outcome = 'review') AS every, count(*) FILTER (outcome = 'review') AS review, "
        "count(*) FILTER (outcome = 'review' AND open_because = 'law') AS law, count(*) FILTER (outcome = 'review' AND open_because = 'fact') AS fact, "
        "count(*) FILTER (outcome = 'review' AND open_because = 'duty') AS duty FROM a",
    )[0]


def contradictions(link: duckdb.DuckDBPyConnection) -> Table:
    """Why stays contradict themselves, with their number. Values in brackets are taken out, so that like go together."""
    return fetch(
        link,
        r"SELECT regexp_replace(problem, ' ?\[[^\]]*[0-9][^\]]*\]', '', 'g') AS what, count(*) AS stays FROM a WHERE class = 'contradiction' GROUP BY ALL ORDER BY stays DESC, what",
    )
