"""Columns of time texts to intervals, for whole tables.

ISO texts are turned by the engine (``zoneclock``); of all others each different text of a zone is read once (``moments``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dueprocess.tables.engine import Engine, literal, module
from dueprocess.tables.moments import read_time
from dueprocess.tables.zoneclock import DAY, stretch, zone_clock

Posted = tuple[str, ...] | bool


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """A text column of a table that has ``zone``; ``out`` is the stem of the columns made: ``<out>_lo, _hi, _open, _code``."""

    text: str
    out: str
    posted: Posted = False


def with_times(engine: Engine, table: str, columns: Sequence[TimeColumn], *, zones: Sequence[str] | None = None, among: str | None = None, source: str | None = None, without: Sequence[str] = ()) -> str:
    """The table with an interval for each text column: BIGINT, BIGINT, BOOLEAN and a problem's code. Of the texts themselves
    those that could not be read are left.

    ``zones`` are all the zones of the table, where they are known and no row lacks one. ``among`` is the part of the table
    whose texts count (an item of FROM), where it is not all. ``source`` has the same texts without zones, and its first
    rows cost less to read. ``without`` are columns to leave out.
    """
    plain = [c for c in columns if not c.posted]
    counted = among or table
    if plain and zones is None:
        zones = [row[0] for row in engine.rows(f"SELECT DISTINCT zone FROM {counted} WHERE zone IS NOT NULL ORDER BY zone")]
    clock = zone_clock(engine, list(zones or ()))
    books = {posted: _book(engine, counted, [c.text for c in columns if c.posted == posted], clock, posted) for posted in dict.fromkeys(c.posted for c in columns) if posted}
    # Where the first rows have none but ISO texts, most likely none has; a text that is none is found as the table is made.
    if plain and engine.rows(f"SELECT 1 FROM (SELECT * FROM {source or table} LIMIT {_FIRST_ROWS}) WHERE {' OR '.join(_NO_ISO.format(t=c.text) for c in plain)} LIMIT 1"):
        books[False] = _book(engine, counted, [c.text for c in plain], clock, False)
    made = _made(engine, table, columns, clock, books, without)
    if plain and False not in books and engine.rows(f"SELECT 1 FROM {made} WHERE {' OR '.join(f'{c.out}_code = {literal(_NOT_ISO)}' for c in plain)} LIMIT 1"):
        engine.run(f"DROP TABLE {made}")
        books[False] = _book(engine, counted, [c.text for c in plain], clock, False)
        made = _made(engine, table, columns, clock, books, without)
    return made


_FIRST_ROWS = 2_000
_NOT_ISO = "not-iso"
"""In place of a problem's code: a text that only ``moments`` can read."""


def _made(engine: Engine, table: str, columns: Sequence[TimeColumn], clock: str, books: Mapping[Posted, str], without: Sequence[str]) -> str:
    """The table itself; columns that have no book are of ISO texts, and what is none has the code ``_NOT_ISO``."""
    inner, joins, chosen, made = [], [], [], []
    for number, column in enumerate(columns):
        m, d, out = f"m{number}", f"d{number}", column.out
        book = books.get(column.posted)
        if book is not None:
            joins.append(f"LEFT JOIN {book} {m} ON {m}.text = s.{column.text} AND {m}.zone = coalesce(s.zone, '')")
        if column.posted:
            chosen += [f"{m}.lo AS {out}_lo", f"{m}.hi AS {out}_hi", f"CASE WHEN {m}.lo IS NOT NULL THEN {m}.open END AS {out}_open", f"{m}.code AS {out}_code"]
            continue
        local, instant = f"_l{number}", f"_i{number}"
        made += [local, instant]
        inner += [f"CASE WHEN zone IS NOT NULL THEN dp_local({column.text}) END AS {local}", f"dp_instant({column.text}) AS {instant}"]
        joins.append(f"LEFT JOIN {clock} {d} ON {d}.zone = s.zone AND {d}.stretch = {stretch(f's.{local}')}")
        if book is None:
            other = ("NULL::BIGINT", "NULL::BIGINT", "NULL::BOOLEAN", f"CASE WHEN s.{column.text} IS NOT NULL THEN {literal(_NOT_ISO)} END")
        else:
            other = (f"{m}.lo", f"{m}.hi", f"CASE WHEN {m}.lo IS NOT NULL THEN {m}.open END", f"{m}.code")
        chosen += _columns(column, other, d, f"s.{local}", f"s.{instant}")
    target = engine.fresh("timed")
    given = f"(SELECT *, {', '.join(inner)} FROM {table})" if inner else table
    left_out = ", ".join([*made, *without])
    kept = f"s.* EXCLUDE ({left_out})" if left_out else "s.*"
    unread = ", ".join(f"CASE WHEN {c.out}_lo IS NULL THEN {c.text} END AS {c.text}" for c in columns if c.text not in without)
    read = f"SELECT {', '.join([kept, *chosen])} FROM {given} s {' '.join(joins)}"
    engine.run(f"CREATE TABLE {target} AS SELECT *{f' REPLACE ({unread})' if unread else ''} FROM ({read})")
    return target


def _columns(column: TimeColumn, other: Sequence[str], d: str, local: str, instant: str) -> list[str]:
    """The SQL of the four columns: a day is open at its end, a clock time is placed by its stretch, the rest is ``other``."""
    is_day = f"(strlen(s.{column.text}) = 10)"
    doubtful = f"(NOT {is_day} AND {local} >= {d}.low AND {local} < {d}.high)"

    def at(clock: str) -> str:
        """The first instant at which the clock shows so much or, where it skips that, would have."""
        return f"{clock} - {d}.ahead - CASE WHEN {clock} >= {d}.high THEN {d}.shift ELSE 0 END"

    low, high, is_open, code = other
    end = f"{local} + CASE WHEN {is_day} THEN {DAY} ELSE 0 END"
    whens = f"WHEN {instant} IS NOT NULL THEN {{}} WHEN {d}.shift IS NULL THEN {{}} WHEN {doubtful}"
    return [
        f"CASE WHEN {d}.shift = 0 THEN {local} - {d}.ahead {whens.format(instant, low)} THEN CASE WHEN {d}.shift < 0 THEN {at(local)} END ELSE {at(local)} END AS {column.out}_lo",
        f"CASE WHEN {d}.shift = 0 THEN {end} - {d}.ahead {whens.format(instant, high)} THEN CASE WHEN {d}.shift < 0 THEN {local} - {d}.ahead - {d}.shift END ELSE {at(f'({end})')} END AS {column.out}_hi",
        f"CASE WHEN {d}.shift = 0 THEN {is_day} {whens.format('FALSE', is_open)} THEN CASE WHEN {d}.shift < 0 THEN FALSE END ELSE {is_day} END AS {column.out}_open",
        f"CASE WHEN {d}.shift = 0 THEN NULL {whens.format('NULL', code)} THEN CASE WHEN {d}.shift < 0 THEN 'repeated-hour' ELSE 'skipped-hour' END END AS {column.out}_code",
    ]


_NO_ISO = "({t} IS NOT NULL AND dp_instant({t}) IS NULL AND dp_local({t}) IS NULL)"


def _other(text: str, clock: str) -> str:
    """The SQL of whether a text of the table ``s`` is one that the engine does not turn by itself."""
    return f"{text} IS NOT NULL AND dp_instant({text}) IS NULL AND NOT EXISTS (SELECT 1 FROM {clock} c WHERE c.zone = s.zone AND c.stretch = {stretch(f'dp_local({text})')})"


def _book(engine: Engine, table: str, texts: Sequence[str], clock: str, posted: Posted) -> str:
    """The table of all different texts of a zone that the engine does not turn by itself, and what they stand for."""
    arrow = module("pyarrow")
    book = engine.fresh("moments")
    engine.run(f"CREATE TABLE {book} (zone VARCHAR, text VARCHAR, lo BIGINT, hi BIGINT, open BOOLEAN, code VARCHAR)")
    distinct = " UNION ".join(f"SELECT DISTINCT coalesce(zone, '') AS zone, {t} AS text FROM {table} s WHERE {f'{t} IS NOT NULL' if posted else _other(t, clock)}" for t in texts)
    found = engine.fresh("texts")
    engine.run(f"CREATE TABLE {found} AS {distinct}")
    for batch in engine.batches(f"SELECT zone, text FROM {found}"):
        reads = [read_time(text, zone or None, posted=posted) for zone, text in batch]
        part = arrow.table(
            {
                "zone": [z for z, _ in batch],
                "text": [t for _, t in batch],
                "lo": arrow.array([r.low for r in reads], arrow.int64()),
                "hi": arrow.array([r.high for r in reads], arrow.int64()),
                "open": arrow.array([r.open for r in reads], arrow.bool_()),
                "code": arrow.array([r.code for r in reads], arrow.string()),
            }
        )
        engine.connection.register("_part", part)
        engine.run(f"INSERT INTO {book} SELECT * FROM _part")
        engine.connection.unregister("_part")
    engine.run(f"DROP TABLE {found}")
    return book


def time_problems(table: str, columns: Sequence[tuple[TimeColumn, str]], *, row: str = "NULL::BIGINT") -> str:
    """The query of the problems of time columns (with the printed name of each) over a timed table with ``_file`` and ``_line``."""
    return " UNION ALL ".join(
        f"SELECT _file AS file, _line AS row, {literal(name)} AS \"column\", {c.out}_code AS code, NULL::VARCHAR AS what, {row} AS stay_row FROM {table} WHERE {c.out}_code IS NOT NULL"
        for c, name in columns
    )
