"""Columns of time texts to intervals, for whole tables.

ISO texts are turned by the engine (``zonedays``); of all others each different text of a zone is read once (``moments``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dueprocess.tables.engine import Engine, literal, module
from dueprocess.tables.moments import FIRST_YEAR, LAST_YEAR, read_time
from dueprocess.tables.zonedays import zone_days

Posted = tuple[str, ...] | bool


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """A text column of a table that has ``zone``; ``out`` is the stem of the columns made: ``<out>_lo, _hi, _open, _code``."""

    text: str
    out: str
    posted: Posted = False


def with_times(
    engine: Engine, table: str, columns: Sequence[TimeColumn], *, stored: bool = True, among: str | None = None, before: tuple[str, Sequence[str]] | None = None, without: Sequence[str] = ()
) -> str:
    """The table with an interval for each text column: BIGINT, BIGINT, BOOLEAN and a problem's code. Of the texts themselves
    those that could not be read are left.

    ``stored=False`` makes it a view, for what is read once or twice. ``among`` is the part of the table whose texts count
    (an item of FROM), where it is not all. ``before`` is a table of the same texts that costs less to read, without zones,
    and all the zones they have, where none of them lacks one. ``without`` are columns to leave out.
    """
    plain = [c.text for c in columns if not c.posted]
    days, others = _calendar(engine, among or table, plain, before) if plain else (None, [])
    books: dict[Posted, str] = {}
    for posted in dict.fromkeys(c.posted for c in columns):
        books[posted] = _book(engine, among or table, [c.text for c in columns if c.posted == posted] if posted else others, posted)
    inner, joins, chosen = [], [], []
    for number, column in enumerate(columns):
        m, d = f"m{number}", f"d{number}"
        joins.append(f"LEFT JOIN {books[column.posted]} {m} ON {m}.text = s.{column.text} AND {m}.zone = coalesce(s.zone, '')")
        if column.posted or days is None:
            chosen += [f"{m}.lo AS {column.out}_lo", f"{m}.hi AS {column.out}_hi", f"CASE WHEN {m}.lo IS NOT NULL THEN {m}.open END AS {column.out}_open", f"{m}.code AS {column.out}_code"]
            continue
        local, instant = f"_l{number}", f"_i{number}"
        inner += [f"CASE WHEN zone IS NOT NULL THEN dp_local({column.text}) END AS {local}", f"dp_instant({column.text}) AS {instant}"]
        joins.append(f"LEFT JOIN {days} {d} ON {d}.zone = s.zone AND {d}.day = s.{local}::DATE")
        chosen += _columns(column, m, d, f"s.{local}", f"s.{instant}")
    target = engine.fresh("timed")
    given = f"(SELECT *, {', '.join(inner)} FROM {table})" if inner else table
    made = [f"_{kind}{n}" for n, c in enumerate(columns) if days is not None and not c.posted for kind in "li"]
    left_out = ", ".join([*made, *without])
    kept = f"s.* EXCLUDE ({left_out})" if left_out else "s.*"
    unread = ", ".join(f"CASE WHEN {c.out}_lo IS NULL THEN {c.text} END AS {c.text}" for c in columns if c.text not in without)
    read = f"SELECT {', '.join([kept, *chosen])} FROM {given} s {' '.join(joins)}"
    engine.run(f"CREATE {'TABLE' if stored else 'VIEW'} {target} AS SELECT *{f' REPLACE ({unread})' if unread else ''} FROM ({read})")
    return target


def _columns(column: TimeColumn, m: str, d: str, local: str, instant: str) -> list[str]:
    """The SQL of the four columns: a day is open at its end, a clock time is placed by its day, the rest stands in the book."""
    clock = f"(epoch({local})::BIGINT - epoch({local}::DATE)::BIGINT)"
    is_day = f"length(s.{column.text}) = 10"
    after = f"CASE WHEN {d}.shift > 0 THEN {clock} >= {d}.cut + {d}.shift ELSE {clock} >= {d}.cut END"
    low = f"CASE WHEN {d}.shift = 0 OR {clock} < {d}.cut + least({d}.shift, 0) THEN {d}.start + {clock} WHEN {after} THEN {d}.start + {clock} - {d}.shift WHEN {d}.shift < 0 THEN {d}.start + {clock} END"
    high = f"CASE WHEN {d}.shift = 0 OR {clock} < {d}.cut + least({d}.shift, 0) THEN {d}.start + {clock} WHEN {after} THEN {d}.start + {clock} - {d}.shift WHEN {d}.shift < 0 THEN {d}.start + {clock} - {d}.shift END"
    code = f"CASE WHEN {is_day} OR {d}.shift = 0 OR {clock} < {d}.cut + least({d}.shift, 0) OR {after} THEN NULL WHEN {d}.shift < 0 THEN 'repeated-hour' ELSE 'skipped-hour' END"
    return [
        f"CASE WHEN {instant} IS NOT NULL THEN {instant} WHEN {d}.day IS NULL THEN {m}.lo WHEN {is_day} THEN {d}.start ELSE {low} END AS {column.out}_lo",
        f"CASE WHEN {instant} IS NOT NULL THEN {instant} WHEN {d}.day IS NULL THEN {m}.hi WHEN {is_day} THEN {d}.next ELSE {high} END AS {column.out}_hi",
        f"CASE WHEN {instant} IS NOT NULL THEN FALSE WHEN {d}.day IS NULL THEN CASE WHEN {m}.lo IS NOT NULL THEN {m}.open END WHEN {is_day} THEN TRUE WHEN {low} IS NOT NULL THEN FALSE END AS {column.out}_open",
        f"CASE WHEN {instant} IS NOT NULL THEN NULL WHEN {d}.day IS NULL THEN {m}.code ELSE {code} END AS {column.out}_code",
    ]


_NO_ISO = "{t} IS NOT NULL AND dp_instant({t}) IS NULL AND dp_local({t}) IS NULL"
_OTHER = "{t} IS NOT NULL AND dp_instant({t}) IS NULL AND (zone IS NULL OR dp_local({t}) IS NULL)"
"""A text that the engine does not turn by itself."""


def _calendar(engine: Engine, table: str, texts: Sequence[str], before: tuple[str, Sequence[str]] | None) -> tuple[str, list[str]]:
    """The days of all zones in the years that ISO texts name, perhaps none; and the columns with other texts."""
    source, other, zone = (before[0], _NO_ISO, "NULL") if before else (table, _OTHER, "list(DISTINCT zone) FILTER (zone IS NOT NULL)")
    asked = ", ".join(f"year(min(dp_local({t}))), year(max(dp_local({t}))), count(*) FILTER ({other.format(t=t)})" for t in texts)
    *found, zones = engine.one(f"SELECT {asked}, {zone} FROM {source}")
    zones = before[1] if before else zones
    first, last = min((y for y in found[::3] if y is not None), default=None), max((y for y in found[1::3] if y is not None), default=None)
    days = zone_days(engine, sorted(zones or ()) if first is not None else [], first=max(first or FIRST_YEAR, FIRST_YEAR), last=min(last or FIRST_YEAR, LAST_YEAR))
    return days, [t for t, count in zip(texts, found[2::3], strict=True) if count]


def _book(engine: Engine, table: str, texts: Sequence[str], posted: Posted) -> str:
    """The table of all different texts of a zone that the engine does not turn by itself, and what they stand for."""
    arrow = module("pyarrow")
    book = engine.fresh("moments")
    engine.run(f"CREATE TABLE {book} (zone VARCHAR, text VARCHAR, lo BIGINT, hi BIGINT, open BOOLEAN, code VARCHAR)")
    if not texts:
        return book
    wanted = "{t} IS NOT NULL" if posted else _OTHER
    distinct = " UNION ".join(f"SELECT DISTINCT coalesce(zone, '') AS zone, {t} AS text FROM {table} WHERE {wanted.format(t=t)}" for t in texts)
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
