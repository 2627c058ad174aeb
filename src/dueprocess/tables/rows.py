"""The rows of a map's tables, as text, under the names of the stays' columns and with the key of their stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dueprocess.kernel.errors import InputError, nearest
from dueprocess.tables.cells import condition, source, text_of, time_of
from dueprocess.tables.columns import TIMES, check_by, personal
from dueprocess.tables.engine import Engine, literal, quoted
from dueprocess.tables.header import plain
from dueprocess.tables.mapping import Column, Condition, Map, Section
from dueprocess.tables.problems import Problems
from dueprocess.tables.raw import Raw
from dueprocess.tables.timing import TimeColumn, time_problems, with_times

SEPARATOR = "chr(31)"
_CLEAN = "dp_clean({c})"

ALWAYS_BROKEN_DOWN = ("agency", "month", "end")
"""What every audit breaks its figures down by, in files of these names."""


@dataclass(frozen=True)
class Part:
    """Rows that belong to stays: ``table`` has ``_file, _line, _ord, row``, ``t_<field>`` (text) for each of ``fields`` that is
    no time and the interval of each that is one, without its ``_at``. Grounds have ``_ends``, ``_hold``, ``_has_from``,
    ``_complete``, ``_runs`` and when the stay was ``booked``."""

    table: str
    fields: list[str]


@dataclass
class Rows:
    """``table`` has ``_file, _line, _ord, _main, _key``, ``t_<name>`` (text) for each of ``names`` and ``by_<name>``."""

    table: str
    names: list[str]
    by: list[str]
    facts: list[str]
    notes: list[str] = field(default_factory=list)
    files: tuple[str, ...] = ()
    """The file of each table, by its number in ``_ord``."""
    lines: list[tuple[int, int]] | None = None
    """Where each row is a line of a table that has no other lines: the number of each table with its rows; else None."""

    @property
    def times(self) -> list[str]:
        return [n for n in self.names if n in TIMES or n.endswith("_from") or n in ("_day", "at", "determined_probable_cause_at")]


PLACE = ("_file", "_line")
"""Where a row stands, which its ``_ord`` says in fewer bytes."""


def with_place(engine: Engine, table: str, files: Sequence[str]) -> str:
    """A view of a table that was stored without ``PLACE``, with it."""
    target = engine.fresh("rows")
    file = literal(files[0]) if len(files) == 1 else f"[{', '.join(literal(f) for f in files)}][(_ord >> 40) + 1]"
    engine.run(f"CREATE VIEW {target} AS SELECT *, {file} AS _file, _ord & {(1 << 40) - 1} AS _line FROM {table}")
    return target


class Shaper:
    """Builds the SQL of a map over the tables that were read."""

    def __init__(self, engine: Engine, map_: Map, tables: Mapping[str, Sequence[Raw]], problems: Problems) -> None:
        self.engine, self.map, self.tables, self.problems = engine, map_, tables, problems
        self.sections: dict[str, Part] = {}
        self.unfit: str | None = None
        """The rows (``_ord``) of a part that were found by the person, and came in none of the person's stays."""
        self._linked: dict[int, str] = {}
        self.order: dict[int, int] = {}
        files: list[str] = []
        for raw in (raw for name in tables for raw in tables[name]):
            self.order[id(raw)] = len(files)
            files += [m.file for m in raw.each]
        self.files = tuple(files)

    def _others(self, table: str, raw: Raw) -> list[Raw]:
        return [r for r in self.tables[table] if r is not raw]

    def cell(self, raw: Raw, table: str, names: Sequence[str], where: str) -> str | None:
        return source(raw, names, loose=self.map.loose, where=where, others=self._others(table, raw)) if names else None

    def base(self, raw: Raw) -> str:
        """Columns that every row carries."""
        return f"{raw.file_of} AS _file, _line, ({self.number(raw)} << 40) + _line AS _ord"

    def number(self, raw: Raw) -> str:
        """The SQL of the number of a row's table among all."""
        return f"({self.order[id(raw)]}::BIGINT + {raw.part_of})" if raw.members else f"{self.order[id(raw)]}::BIGINT"

    def key(self, raw: Raw, table: str, names: Sequence[str], where: str, *, prefix: str = "") -> str:
        """The SQL of the key of a row's stay; NULL where all of it is empty."""
        cells = [self.cell(raw, table, [n], where) for n in names]
        # An id without a digit is none to be compared by digits.
        clean = f"coalesce(nullif(regexp_replace({_CLEAN}, '[^0-9]', '', 'g'), ''), {_CLEAN})" if self.map.digits and len(cells) == 1 else _CLEAN
        texts = [clean.format(c=f"{prefix}{c}") for c in cells if c]
        if not texts:
            return "NULL::VARCHAR"
        return texts[0] if len(texts) == 1 else f"CASE WHEN coalesce({', '.join(texts)}) IS NOT NULL THEN concat_ws({SEPARATOR}, {', '.join(f'coalesce({t}, {chr(39) * 2})' for t in texts)}) END"

    def keyed(self, table: str, raw: Raw, names: Sequence[str], where: str) -> tuple[str, str]:
        """(FROM clause, SQL of the key) for the rows of a table, by way of another table where the map says so."""
        via = self.map.tables[table].via
        if via is None:
            return f"{raw.table} r", self.key(raw, table, names, where, prefix="r.")
        if via.table != self.map.stays:
            raise InputError(f"[{table}] is found by way of [{via.table}], which is not the table of the stays", where=f"map: tables.{table}.via", do=f"name [{self.map.stays}]")
        parts = []
        for other in self.tables[via.table]:
            cells = [self.cell(other, via.table, [ours], f"map: tables.{table}.via") for _, ours in via.on]
            parts.append(f"SELECT {', '.join(f'dp_clean({c}) AS k{i}' for i, c in enumerate(cells))}, {self.key(other, via.table, self.map.id, 'map: stays.id')} AS _key FROM {other.table}")
        linked = " UNION ".join(parts)
        mine = [self.cell(raw, table, [theirs], f"map: tables.{table}.via") for theirs, _ in via.on]
        on = " AND ".join(f"dp_clean(r.{c}) = v.k{i}" for i, c in enumerate(mine))
        return f"{raw.table} r LEFT JOIN (SELECT DISTINCT * FROM ({linked}) WHERE _key IS NOT NULL) v ON {on}", "v._key"

    def value(self, raw: Raw, table: str, column: Column, where: str, *, is_time: bool) -> str:
        """The SQL of a column's text in one table."""
        cell = self.cell(raw, table, column.names, where)
        sql = time_of(column, cell, self.cell(raw, table, column.clock, where)) if is_time else text_of(column, cell)
        if is_time and self.map.day_first:
            sql = f"dp_month_first({sql})"
        if not column.only:
            return sql
        return f"CASE WHEN {condition(column.only, raw, loose=self.map.loose, where=where, others=self._others(table, raw))} THEN {sql} END"

    # -- stays ------------------------------------------------------------------------------------------------

    def stay_rows(self, keep_by: Iterable[str], facts: Sequence[str]) -> Rows:
        """All rows that say something of a stay: those of its own table and of the tables that other columns come from."""
        map_ = self.map
        by = dict(map_.by)
        for name in keep_by:
            check_by(name, where="--by")
            if plain(name) in ALWAYS_BROKEN_DOWN:
                raise InputError(f"the figures are broken down by [{plain(name)}] in any case", where="--by", do="leave it out, or rename the column where it means something else")
            by.setdefault(name, (name,))
        names = list(map_.columns)
        if map_.snapshot:
            names.append("_day")
        parts: list[str] = []
        contributors = list(dict.fromkeys([map_.stays, *(c.table for c in map_.columns.values() if c.table)]))
        for table in contributors:
            for raw in self.tables[table]:
                parts.append(self._stay_select(table, raw, names, by))
        target = self.engine.fresh("rows")
        # Where each row is a stay the rows are read through it once; ``place`` stores them where several make one.
        self.engine.run(f"CREATE VIEW {target} AS {' UNION ALL BY NAME '.join(parts)}")
        found = Rows(target, names, [f"by_{plain(n)}" for n in by], [n for n in names if n in facts], files=self.files)
        if len(contributors) == 1 and map_.tables[map_.stays].via is None and all(raw.dense for raw in self.tables[map_.stays]):
            found.lines = sorted((self.order[id(raw)] + n, m.rows) for raw in self.tables[map_.stays] for n, m in enumerate(raw.each))
        for name in keep_by:
            if not any(raw.column(by[name]) for raw in self.tables[map_.stays]):
                headers = [h for raw in self.tables[map_.stays] for h in raw.headers]
                raise InputError(f"there is no column [{name}] to break down by", where="--by", do=nearest(name, headers) or f"its columns are {', '.join(headers[:12])}")
        return found

    def _stay_select(self, table: str, raw: Raw, names: Sequence[str], by: Mapping[str, Sequence[str]]) -> str:
        map_, main = self.map, table == self.map.stays
        origin, key = self.keyed(table, raw, map_.id, f"map: stays.id of [{table}]") if map_.id else (f"{raw.table} r", f"concat('#', {self.number(raw)}, '-', _line)")
        chosen, checks = [], []
        for name in names:
            if name == "_day":
                chosen.append(f"{self._day(table, raw) if main else 'NULL::VARCHAR'} AS t__day")
                continue
            column = map_.columns[name]
            if (column.table or map_.stays) != table:
                chosen.append(f"NULL::VARCHAR AS {quoted('t_' + name)}")
                continue
            where = f"map: columns.{name}"
            cell = self.cell(raw, table, column.names, where)
            sql = self.value(raw, table, column, where, is_time=name in TIMES or name == "at")
            chosen.append(f"{sql} AS {quoted('t_' + name)}")
            if cell is not None:
                checks.append((raw.headers[int(cell[1:])], cell, column))
        for name, columns in by.items():
            cell = raw.column(columns) if main else None
            chosen.append(f"{f'dp_clean({cell})' if cell else 'NULL::VARCHAR'} AS {quoted('by_' + plain(name))}")
        self._report_cells(raw, checks)
        # A row without its stay's key stays a stay of its own.
        fallback = f"coalesce({key}, concat('#', {self.number(raw)}, '-', _line))" if main else key
        if main and map_.id:
            self.problems.collect(f"SELECT {raw.file_of} AS file, _line AS row, {literal(map_.id[0])} AS \"column\", 'no-key' AS code, NULL::VARCHAR AS what, NULL::BIGINT AS stay_row FROM {origin} WHERE {key} IS NULL")
        return f"SELECT {self.base(raw)}, {str(main).upper()} AS _main, {fallback} AS _key, {', '.join(chosen) or 'NULL AS _none'} FROM {origin}"

    def _day(self, table: str, raw: Raw) -> str:
        day = str(self.map.snapshot)
        if day.startswith("file:"):
            return f"nullif(regexp_extract({raw.file_of}, {literal(day[5:].strip())}, 1), '')"
        text = f"dp_clean({self.cell(raw, table, [day], 'map: snapshots.day')})"
        return f"dp_month_first({text})" if self.map.day_first else text

    def _report_cells(self, raw: Raw, checks: Sequence[tuple[str, str, Column]]) -> None:
        """Count the marks for missing, and list the values that the map does not list."""
        unique = {cell: header for header, cell, _ in checks}
        if not unique or not raw.rows:
            return
        counted = self.engine.rows(f"SELECT {raw.part_of} AS part, {', '.join(f'count(*) FILTER (dp_withheld({c}))' for c in unique)} FROM {raw.table} GROUP BY part ORDER BY part")
        for part, *counts in counted:
            for header, count in zip(unique.values(), counts, strict=True):
                self.problems.add("redacted", file=raw.each[part].file, column=header, count=count)
        for header, cell, column in checks:
            unlisted = f"dp_clean({cell}) IS NOT NULL AND {text_of(column, cell)} IS NULL"
            if (column.values or column.patterns) and column.otherwise == "" and self._any(cell, unlisted, raw):
                self.problems.collect(
                    f"SELECT {raw.file_of} AS file, _line AS row, {literal(header)} AS \"column\", 'unlisted-value' AS code, NULL::VARCHAR AS what, NULL::BIGINT AS stay_row "
                    f"FROM {raw.table} WHERE {unlisted}"
                )

    # -- what belongs to stays --------------------------------------------------------------------------------

    def section_rows(self, part: str, known: str, zones: Sequence[str] | None) -> Part:
        """The rows of a part that belong to a stay of the query ``known``, with its columns but ``_key``. ``zones`` are all the zones
        of those stays, where none of them lacks one."""
        engine = self.engine
        sections = [s for s in self.map.sections if s.part == part]
        fields = list(dict.fromkeys(f for s in sections for f in s.fields))
        times = [TimeColumn(f"t_{f}", f.removesuffix("_at"), part != "events" and self.map.posted.get(f, False)) for f in fields if _is_time(f)]
        selects = [self._section_select(s, raw, fields) for s in sections for raw in self.tables[s.table]]
        given, linked, found = engine.fresh(f"{part}_given"), engine.fresh(f"{part}_linked"), engine.fresh(part)
        engine.run(f"CREATE VIEW {given} AS {' UNION ALL BY NAME '.join(selects)}")
        engine.run(f"CREATE VIEW {linked} AS SELECT p.* EXCLUDE (_key), k.* EXCLUDE (_key) FROM {given} p LEFT JOIN ({known}) k ON k._key = p._key")
        # All that belongs to no stay is stored too, to be counted.
        stored = with_times(engine, linked, times, zones=zones, among=f"(SELECT * FROM {linked} WHERE row IS NOT NULL)", source=given, without=(*PLACE, "zone", *(t.text for t in times)))
        placed = with_place(engine, stored, self.files)
        engine.run(f"CREATE VIEW {found} AS SELECT * FROM {placed} WHERE row IS NOT NULL")
        if times:
            self.problems.collect(time_problems(found, [(t, t.text.removeprefix("t_")) for t in times], row="row"))
        for section in sections:
            whole = not section.when and (part == "grounds" or not section.unless)
            if whole and self.map.tables[section.table].via is None and sum(s.table == section.table for s in sections) == 1:
                self._linked |= {id(raw): placed for raw in self.tables[section.table]}
        return Part(found, fields)

    def belonging(self, section: Section, raw: Raw, keys: str) -> int:
        """How many rows of a table belong to a stay; those that do not are listed."""
        if id(raw) in self._linked:  # every row of it was looked up already
            linked, mine = self._linked[id(raw)], f"_ord >> 40 BETWEEN {self.order[id(raw)]} AND {self.order[id(raw)] + len(raw.each) - 1}"
            (lost,) = self.engine.one(f"SELECT count(*) FROM {linked} WHERE row IS NULL AND {mine}")
            if lost:
                self.problems.collect(f"SELECT _file AS file, _line AS row, NULL::VARCHAR AS \"column\", 'no-stay' AS code, NULL::VARCHAR AS what, NULL::BIGINT AS stay_row FROM {linked} WHERE row IS NULL AND {mine}")
            return raw.rows - int(lost)
        origin, key = self.keyed(section.table, raw, section.stay, f"{section.where} stay")
        self.problems.collect(
            f"SELECT file, _line AS row, NULL::VARCHAR AS \"column\", 'no-stay' AS code, NULL::VARCHAR AS what, NULL::BIGINT AS stay_row "
            f"FROM (SELECT {raw.file_of} AS file, _line, bool_or(coalesce({key} IN (SELECT _key FROM {keys}), FALSE)) AS known FROM {origin} GROUP BY file, _line) WHERE NOT known"
        )
        (count,) = self.engine.one(f"SELECT count(DISTINCT ({self.number(raw)} << 40) + _line) FROM {origin} WHERE {key} IN (SELECT _key FROM {keys})")
        if self.unfit is not None:
            count -= self.engine.one(f"SELECT count(*) FROM {self.unfit} WHERE _ord >> 40 BETWEEN {self.order[id(raw)]} AND {self.order[id(raw)] + len(raw.each) - 1}")[0]
        return int(count)

    def _section_select(self, section: Section, raw: Raw, fields: Sequence[str]) -> str:
        origin, key = self.keyed(section.table, raw, section.stay, f"{section.where} stay")
        others = self._others(section.table, raw)

        def met(conditions: Sequence[Condition]) -> str:
            return condition(conditions, raw, loose=self.map.loose, where=section.where, others=others)

        chosen, checks = [], []
        for name in fields:
            column = section.fields.get(name)
            cell = self.cell(raw, section.table, column.names, f"{section.where} {name}") if column else None
            sql = self.value(raw, section.table, column, f"{section.where} {name}", is_time=_is_time(name)) if column else "NULL::VARCHAR"
            if (section.part, name) == ("grounds", "until"):
                # A ground that still runs is no time, but said all the same.
                running = f"CASE WHEN ascii({sql}) BETWEEN 48 AND 57 THEN FALSE ELSE lower(trim({sql})) IN ('open', 'still running') END"
                chosen.append(f"coalesce({running}, FALSE) AS _runs")
                sql = f"CASE WHEN NOT {running} THEN {sql} END"
            chosen.append(f"{sql} AS t_{name}")
            if column and cell:
                checks.append((raw.headers[int(cell[1:])], cell, column))
        self._report_cells(raw, checks)
        wanted = met(section.when) if section.when else "TRUE"
        if section.part == "grounds":
            down = self.map.tables[section.table].fill
            told = [f"dp_clean(c{i}) IS NULL" for i, h in enumerate(raw.headers) if h not in down and not personal(h)] if down else []
            if told:  # the second line of a name is no charge
                wanted += f" AND NOT ({' AND '.join(told)})"
            disposition = self.cell(raw, section.table, section.disposition.names, f"{section.where} dispositions") if section.disposition else None
            answer = text_of(section.disposition, disposition) if section.disposition and disposition else "NULL::VARCHAR" if section.disposition else "'yes'"
            # Rows that another section reads as a paper are requests to hold, not grounds.
            held = [met(s.when) for s in self.map.sections if s.part == "papers" and s.table == section.table and s.when]
            is_hold = " OR ".join([f"coalesce({answer} = 'hold', FALSE)", *held, *([met(section.unless)] if section.unless else [])])
            chosen += [f"{answer} = 'yes' AS _ends", f"({is_hold}) AS _hold", f"{str('from' in section.fields).upper()} AS _has_from", f"{str(section.complete).upper()} AS _complete"]
            if disposition and section.disposition and self._any(disposition, f"{answer} = 'unlisted'", raw):
                self.problems.collect(
                    f"SELECT {raw.file_of} AS file, _line AS row, {literal(raw.headers[int(disposition[1:])])} AS \"column\", 'disposition-unlisted' AS code, NULL::VARCHAR AS what, NULL::BIGINT AS stay_row "
                    f"FROM {raw.table} WHERE {answer} = 'unlisted'"
                )
        elif section.part == "papers":
            chosen.append(f"{str(self.map.by_person(section.table)).upper()} AS _by_person")
        if section.part != "grounds" and section.unless:
            wanted += f" AND NOT {met(section.unless)}"
        return f"SELECT {self.base(raw)}, {key} AS _key, {', '.join(chosen)} FROM {origin} WHERE {wanted}"

    def _any(self, cell: str, condition: str, raw: Raw) -> bool:
        """Whether a value of a column meets a condition: of few different ones each is looked at once."""
        different = self.engine.fresh("different")
        self.engine.run(f"CREATE TABLE {different} AS SELECT DISTINCT {cell} FROM {raw.table}")
        found = self.engine.rows(f"SELECT 1 FROM {different} WHERE {condition} LIMIT 1")
        self.engine.run(f"DROP TABLE {different}")
        return bool(found)


def _is_time(field: str) -> bool:
    return field.endswith("_at") or field in ("at", "from", "until")
