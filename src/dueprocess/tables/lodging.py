"""Papers that were found by the person: of several stays each belongs to the one in which, or just before which, it came."""

from __future__ import annotations

from dueprocess.case.custody import NEVER_AT
from dueprocess.tables.engine import Engine
from dueprocess.tables.problems import Problems
from dueprocess.tables.rows import Part

SHORTLY = 3 * 86_400
"""So many seconds before a booking a paper may come for it: an arrest is written into the log before the jail books."""


def by_day(engine: Engine, part: Part, stays: str, *, times: frozenset[str], problems: Problems) -> tuple[Part, str]:
    """The part without the stays to which its rows do not belong by their day, and the table of the rows (``_ord``) left without one.

    ``stays`` has one row a stay, with those of ``times`` (``booked``, ``left``) as intervals. A row whose receipt is not known fits
    every stay of the person. A stay whose end is not known lasts until the person's next booking.
    """
    near, unfit, target = engine.fresh("near"), engine.fresh("unfit"), engine.fresh("papers")

    def last(table: str, name: str, given: bool) -> str:
        """The last second of an interval."""
        return f"{table}.{name}_hi - coalesce({table}.{name}_open, FALSE)::INT" if given else "NULL::BIGINT"

    received = "received_at" in part.fields
    came, gone = ("p.received_lo" if received else "NULL::BIGINT"), last("p", "received", received)
    engine.run(
        f"CREATE TABLE {near} AS WITH pairs AS (SELECT p._ord, p.row, p._file, p._line, {came} AS came_lo, {gone} AS came_hi, "
        f"{'s.booked_lo' if 'booked' in times else 'NULL::BIGINT'} AS booked, {last('s', 'left', 'left' in times)} AS gone FROM {part.table} p JOIN {stays} s USING (row) WHERE p._by_person), "
        "bounded AS (SELECT *, coalesce(gone, lead(booked) OVER (PARTITION BY _ord ORDER BY booked NULLS LAST, row) - 1) AS until FROM pairs), "
        f"told AS (SELECT *, came_lo IS NULL OR came_lo >= {NEVER_AT} OR (coalesce(came_hi >= booked, TRUE) AND coalesce(came_lo <= until, TRUE)) AS during, "
        f"coalesce(came_hi BETWEEN booked - {SHORTLY} AND booked - 1, FALSE) AS before FROM bounded) "
        "SELECT _ord, row, _file, _line, during OR (before AND NOT bool_or(during) OVER (PARTITION BY _ord)) AS fits FROM told"
    )
    for code, how_many in (("stay-not-then", "= 0"), ("stays-several", "> 1")):
        problems.collect(
            f"SELECT any_value(_file) AS file, any_value(_line) AS row, 'received_at' AS \"column\", '{code}' AS code, NULL::VARCHAR AS what, NULL::BIGINT AS stay_row "
            f"FROM {near} GROUP BY _ord HAVING count(*) FILTER (fits) {how_many}"
        )
    engine.run(f"CREATE TABLE {unfit} AS SELECT _ord FROM {near} GROUP BY _ord HAVING NOT bool_or(fits)")
    engine.run(f"CREATE VIEW {target} AS SELECT p.* FROM {part.table} p WHERE NOT p._by_person OR EXISTS (SELECT 1 FROM {near} n WHERE n.fits AND n._ord = p._ord AND n.row = p.row)")
    return Part(target, part.fields), unfit
