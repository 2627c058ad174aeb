"""A yes or no in place of the time at which a detainer was served on the person.

A yes says no time: at most that it was served after it came and not after the stay, or what the file tells of it, ended.
A no is the record's own only where the record is complete, and then says what its silence says. An empty or redacted cell
says nothing, and the record of such a stay cannot be complete: it would make a no of it.
"""

from __future__ import annotations

from dueprocess.case.custody import NEVER_AT
from dueprocess.tables.engine import Engine

ASKED, SERVED = "_served_asked", "_served_ever"
"""Columns of stays and of papers until they are written: whether a column tells it, and what it says."""


def told(table: str, *, prefix: str, stay: str = "") -> tuple[dict[str, str], str]:
    """(the SQL of ``<prefix>served_lo, _hi, _open``, the SQL of whether nothing can be told though a column was there to say it).

    ``table`` is the alias of what holds the paper, ``stay`` of what holds ``booked_lo, left_hi, left_open, as_of``.
    """
    stay = stay or table
    given = {kind: f"{table}.{prefix}served_{kind}" for kind in ("lo", "hi", "open")}
    low = f"coalesce({table}.{prefix}received_lo, {stay}.booked_lo)"
    left = f"CASE WHEN {stay}.left_hi < {NEVER_AT} THEN {stay}.left_hi END"
    high = f"least({left}, {stay}.as_of)"  # of the two that there are
    fits = f"(coalesce({table}.{SERVED}, FALSE) AND {given['lo']} IS NULL AND coalesce({low} < {high}, FALSE))"
    columns = {
        "lo": f"CASE WHEN {fits} THEN {low} ELSE {given['lo']} END",
        "hi": f"CASE WHEN {fits} THEN {high} ELSE {given['hi']} END",
        "open": f"CASE WHEN {fits} THEN coalesce({stay}.left_open AND {high} = {stay}.left_hi, FALSE) ELSE {given['open']} END",
    }
    silent = f"({table}.{ASKED} AND {given['lo']} IS NULL AND {table}.{SERVED} IS DISTINCT FROM FALSE AND NOT {fits})"
    return {f"{prefix}served_{kind}": sql for kind, sql in columns.items()}, silent


def papers_told(engine: Engine, papers: str, stays: str) -> tuple[str, str]:
    """(the papers with what is told of their service, the table of the rows of stays of whose papers nothing can be told).

    ``stays`` has ``row, booked_lo, left_hi, left_open, as_of``.
    """
    columns, silent = told("p", prefix="", stay="s")
    target, rows = engine.fresh("papers_served"), engine.fresh("papers_silent")
    replaced = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    engine.run(f"CREATE TABLE {target} AS SELECT p.* REPLACE ({replaced}), p._detainer AND {silent} AS _silent FROM {papers} p JOIN {stays} s USING (row)")
    engine.run(f"CREATE TABLE {rows} AS SELECT DISTINCT row FROM {target} WHERE _silent")
    return target, rows
