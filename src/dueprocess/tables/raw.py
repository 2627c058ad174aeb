"""One foreign table as it stands in the engine: every cell as text, with the row it has in its file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from dueprocess.tables.engine import Engine, literal, module
from dueprocess.tables.header import Header, plain
from dueprocess.tables.problems import Problems

BATCH = 50_000


@dataclass
class Raw:
    """``table`` (or a view) has the columns ``c0, c1, …`` (VARCHAR) named by ``headers`` and ``_line``, the row in the file.

    ``rows`` counts the rows of data, ``aside`` those that are none (titles, repeated headers, blank lines).
    """

    file: str
    name: str
    table: str
    headers: list[str]
    rows: int = 0
    aside: int = 0
    path: Path | None = None
    sheet: str | None = None
    notes: list[str] = field(default_factory=list)
    printed: bool = True
    """Whether it may be a report with lines of totals among its rows; a database's table or a Parquet file is none."""
    top: Header | None = None
    """Its header as it stands, with the titles above it, where it is printed."""
    dense: bool = False
    """Whether its rows stand in the lines 1, 2, 3, … and none was set aside."""
    digest: str = ""
    """SHA-256 of its rows as they were read; only of what has no file of its own."""
    members: tuple[Raw, ...] = ()
    """The tables that this is a view of, one after another, in the order of its column ``_part`` (``together``); else none."""

    @property
    def each(self) -> tuple[Raw, ...]:
        """The tables as they were read."""
        return self.members or (self,)

    @property
    def file_of(self) -> str:
        """The SQL of the file that a row stands in."""
        return f"[{', '.join(literal(m.file) for m in self.members)}][_part + 1]" if self.members else literal(self.file)

    @property
    def part_of(self) -> str:
        """The SQL of which of ``each`` a row stands in, from 0."""
        return "_part" if self.members else "0"

    def column(self, names: Sequence[str]) -> str | None:
        """The SQL name of the first of these columns that the table has."""
        known = {plain(h): index for index, h in reversed(list(enumerate(self.headers)))}
        for name in names:
            if plain(name) in known:
                return f"c{known[plain(name)]}"
        return None


def together(engine: Engine, raws: Sequence[Raw]) -> list[Raw]:
    """Tables that follow one another with one header as one, so that a year of exports is asked as often as one of them is."""
    found: list[Raw] = []
    for _, alike in groupby(raws, key=lambda r: r.headers):
        members = tuple(alike)
        if len(members) == 1:
            found += members
            continue
        cells = "".join(f"c{i}, " for i in range(len(members[0].headers)))
        table = engine.fresh("raw")
        engine.run(f"CREATE VIEW {table} AS {' UNION ALL '.join(f'SELECT {cells}_line, {n} AS _part FROM {m.table}' for n, m in enumerate(members))}")
        found.append(replace(members[0], table=table, rows=sum(m.rows for m in members), aside=0, notes=[], dense=all(m.dense for m in members), members=members))
    return found


def store(engine: Engine, records: Iterable[tuple[int, Sequence[str | None]]], *, width: int) -> str:
    """Write records (row in the file, cells) into a new table, some at a time; cells beyond ``width`` are left off."""
    table = emptied(engine, width=width)
    append(engine, table, records, width=width)
    return table


def emptied(engine: Engine, *, width: int) -> str:
    """A new table of so many columns of text, and ``_line``."""
    table = engine.fresh("raw")
    engine.run(f"CREATE TABLE {table} ({', '.join(f'c{i} VARCHAR' for i in range(width))}{',' if width else ''} _line BIGINT)")
    return table


def append(engine: Engine, table: str, records: Iterable[tuple[int, Sequence[str | None]]], *, width: int) -> None:
    """Write records behind what a table holds."""
    arrow = module("pyarrow")
    schema = arrow.schema([*((f"c{i}", arrow.string()) for i in range(width)), ("_line", arrow.int64())])
    for batch in _batches(records, size=max(1, min(BATCH, 2_000_000 // max(width, 1)))):
        columns: list[list[str | None]] = [[(cells[i] or None) if i < len(cells) else None for _, cells in batch] for i in range(width)]
        part = arrow.Table.from_arrays([*(arrow.array(c, arrow.string()) for c in columns), arrow.array([line for line, _ in batch], arrow.int64())], schema=schema)
        engine.connection.register("_part", part)
        engine.run(f"INSERT INTO {table} SELECT * FROM _part")
        engine.connection.unregister("_part")


def _batches(records: Iterable[tuple[int, Sequence[str | None]]], *, size: int) -> Iterator[list[tuple[int, Sequence[str | None]]]]:
    batch: list[tuple[int, Sequence[str | None]]] = []
    for record in records:
        batch.append(record)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


_NUMBER = r"[-+$]?[\d,. ]*\d%?"
_TOTAL = rf"(grand |sub-?)?totals?( (number|count|sum))?( of)?( [a-z]+)?( for .*)?:?( {_NUMBER})?"
_FOOTER = rf"page:? \d+( of \d+)?|report( (id|no|number|name))?[:.#] ?\S+( \S+)?|\**(end of (the )?(report|list|file)).*|(report |list )?(run|printed|generated|produced|created)( on| by| at| date| time)*:?.*\d.*|(number|count) of [a-z]+:? {_NUMBER}|{_NUMBER} (rows?|records?|inmates|bookings|stays) ?(total|listed|found|selected|in all)?\.?"
"""What stands in a line that is no row: totals, the page, when the report was run."""


def _summary(width: int) -> str:
    """The SQL of whether a line sums up others or ends a page: its only words say so, and all else in it are numbers."""
    texts = [f"lower(trim(c{i}))" for i in range(width)]
    filled = " + ".join(f"(coalesce({t}, '') <> '')::INT" for t in texts)
    numbers = " + ".join(f"coalesce(regexp_full_match({t}, '{_NUMBER}'), FALSE)::INT" for t in texts)
    totals = " + ".join(f"coalesce(contains({t}, 'total') AND regexp_full_match({t}, '{_TOTAL}'), FALSE)::INT" for t in texts)
    feet = " + ".join(f"coalesce(regexp_full_match({t}, '{_FOOTER}'), FALSE)::INT" for t in texts)
    # The foot of a page may stand in several cells, all of which say so.
    return f"(({totals}) >= 1 AND ({totals}) + ({numbers}) = ({filled})) OR (({filled}) BETWEEN 1 AND {3 if width > 4 else 1} AND ({feet}) = ({filled}))"


def _same(width: int, cells: Sequence[str]) -> str:
    """The SQL of whether a line has these cells, whatever its numbers are; blanks and line ends count as one blank."""
    texts = [re.sub(r"\d+", "0", " ".join(cells[i].split())) if i < len(cells) else "" for i in range(width)]
    return " AND ".join(f"regexp_replace(trim(regexp_replace(coalesce(c{i}, ''), '\\s+', ' ', 'g')), '\\d+', '0', 'g') = {literal(t)}" for i, t in enumerate(texts))


def _standing_again(raw: Raw, width: int) -> str:
    """The SQL of whether a line is one of the titles above the header, as the next page prints it, or a line of a header of two."""
    if raw.top is None or width <= 2:
        return "FALSE"
    # A title says something and is short of a row: its number of cells must not be that of a record.
    titles = [t for t in raw.top.titles[-12:] if any(ch.isalpha() for c in t for ch in c) and sum(bool(c.strip()) for c in t) <= max(1, width // 2)]
    lines = [line for line in raw.top.lines if sum(bool(c.strip()) for c in line) > 1]
    return " OR ".join(f"({_same(width, t)})" for t in (*titles, *lines)) or "FALSE"


def settle(engine: Engine, raw: Raw, problems: Problems) -> None:
    """Set aside what is no row of data (blank lines, headers that stand again, totals), listed; count the rest."""
    width = len(raw.headers)
    if not width:
        raw.rows = 0
        return
    file = literal(raw.file)
    blank = " AND ".join(f"(c{i} IS NULL OR trim(c{i}) = '')" for i in range(width))
    again = " AND ".join(
        f"(trim(c{i}) = {literal(name)})" if not name.startswith("column ") else f"(c{i} IS NULL OR trim(c{i}) = {literal(name)})"
        for i, name in enumerate(raw.headers)
        if not name.endswith(")")
    )
    again = f"NOT ({blank}) AND (({again or 'FALSE'}) OR {_standing_again(raw, width)})"
    summary = f"NOT ({blank}) AND NOT coalesce({again}, FALSE) AND ({_summary(width)})" if raw.printed and 2 < width <= 200 else "FALSE"
    if (first := _surely_all(engine, raw, width)) is not None:
        raw.rows = first
        return
    blanks, headers, sums, count = engine.one(f"SELECT count(*) FILTER (WHERE {blank}), count(*) FILTER (WHERE {again}), count(*) FILTER (WHERE {summary}), count(*) FROM {raw.table}")
    for code, condition, found in (("blank-line", blank, blanks), ("repeated-header", again, headers), ("summary-line", summary, sums)):
        if found:
            problems.collect(f"SELECT {file} AS file, _line AS row, NULL::VARCHAR AS \"column\", '{code}' AS code, NULL::VARCHAR AS what, NULL::BIGINT AS stay_row FROM {raw.table} WHERE {condition}")
    raw.rows = count - blanks - headers - sums
    raw.aside += blanks + headers + sums
    if blanks or headers or sums:
        kept = engine.fresh("raw")
        engine.run(f"CREATE TABLE {kept} AS SELECT * FROM {raw.table} WHERE NOT coalesce(({blank}) OR ({again}), FALSE) AND NOT coalesce({summary}, FALSE)")
        raw.table, raw.dense = kept, False


def _surely_all(engine: Engine, raw: Raw, width: int) -> int | None:
    """The number of rows, where one column tells by itself that no line is blank or a header that stands again; else None.

    Every value is read all the same: a file that is broken further on shows it here.
    """
    named = next((i for i, name in enumerate(raw.headers) if not name.startswith("column ") and not name.endswith(")")), None)
    if raw.printed or raw.top is not None or named is None:
        return None
    doubtful, count, *_ = engine.one(
        f"SELECT count(*) FILTER (WHERE c{named} IS NULL OR trim(c{named}) IN ('', {literal(raw.headers[named])})), count(*), {', '.join(f'count(c{i})' for i in range(width))} FROM {raw.table}"
    )
    return int(count) if not doubtful else None


def groups(engine: Engine, raw: Raw, problems: Problems, *, group: str | None, fill: Sequence[str]) -> None:
    """Give the text of group lines (one cell filled) to the rows below as the column ``group``; fill ``fill`` downward."""
    width = len(raw.headers)
    if group is not None and width > 1:
        one = " + ".join(f"(c{i} IS NOT NULL AND trim(c{i}) <> '')::INT" for i in range(width)) + " = 1"
        text = "coalesce(" + ", ".join(f"nullif(trim(c{i}), '')" for i in range(width)) + ")"
        problems.collect(f"SELECT {literal(raw.file)} AS file, _line AS row, NULL::VARCHAR AS \"column\", 'group-header' AS code, NULL::VARCHAR AS what, NULL::BIGINT AS stay_row FROM {raw.table} WHERE {one}")
        table = engine.fresh("raw")
        engine.run(
            f"CREATE TABLE {table} AS SELECT * EXCLUDE (_one) FROM (SELECT {', '.join(f'c{i}' for i in range(width))}, "
            f"last_value(CASE WHEN {one} THEN {text} END IGNORE NULLS) OVER (ORDER BY _line ROWS UNBOUNDED PRECEDING) AS c{width}, _line, {one} AS _one FROM {raw.table}) WHERE NOT _one ORDER BY _line"
        )
        raw.aside += engine.one(f"SELECT count(*) FROM {raw.table} WHERE {one}")[0]
        raw.headers = [*raw.headers, group]
        raw.table, raw.dense = table, False
    columns = [raw.column([name]) for name in fill]
    found = [c for c in columns if c]
    if found:
        table = engine.fresh("raw")
        down = ", ".join(f"last_value(nullif(trim({c}), '') IGNORE NULLS) OVER (ORDER BY _line ROWS UNBOUNDED PRECEDING) AS {c}" for c in found)
        engine.run(f"CREATE TABLE {table} AS SELECT * REPLACE ({down}) FROM {raw.table} ORDER BY _line")
        raw.table = table
    (raw.rows,) = engine.one(f"SELECT count(*) FROM {raw.table}")


