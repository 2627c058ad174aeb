"""Maps, read and checked; one line for what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dueprocess.case.custody import LEFT_STATES
from dueprocess.case.reading import LEFT_TO
from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.yamlread import Path_, read
from dueprocess.tables.cells import NO, UNSURE, YES
from dueprocess.tables.columns import (
    EVENT_FIELDS,
    GROUND_FIELDS,
    PAPER_FIELDS,
    TIME_OF,
    check_by,
    check_source,
    check_target,
)
from dueprocess.tables.mapping import Column, Condition, Map, Section, Table, Via
from dueprocess.tables.sources import Reading
from dueprocess.terms.vocabulary import Vocabulary

Where = Callable[[Path_], str]
MAIN = "main"
MAP_KEYS = ("map", "about", "as_of", "loose", "constants", "assume", "why", "tables", "stays", "columns", "grounds", "papers", "events", "snapshots", "posted", "by", "role", "facilities", "empty_left", "day_first")
TABLE_KEYS = ("file", "sheet", "header", "delimiter", "group_header", "fill_down", "via")
STAYS_KEYS = ("table", "id", "match")
COLUMN_KEYS = ("column", "table", "clock", "values", "patterns", "else", "value", "only")
SECTION_KEYS = ("table", "stay", "when", "unless")
CHOICES = {"left_to": LEFT_TO[:-1], "left_state": LEFT_STATES, "detainer_issuer": ("ice", "cbp"), "papers issuer": ("ice", "cbp"), "papers matter": ("civil", "criminal")}
"""Columns that have one of a few words, beside ``unknown``."""
_BOOLEAN = ("record_complete", "has_grounds", "detainer", "detainer_served_ever", "determined_probable_cause")
DISPOSITION_KEYS = ("column", "table", "else")
DISPOSITIONS = ("yes", "no", "unknown", "hold", "transfer")
"""Which dispositions end local authority over a ground; ``hold``: the row is no ground but another's request to hold;
``transfer``: the person went to another custodian, and when this ground ended is not known."""
FIELDS = {"grounds": GROUND_FIELDS, "papers": PAPER_FIELDS, "events": EVENT_FIELDS}


def dotted(path: Path_) -> str:
    """``map: columns.left_at``: the place of a value when no line is known."""
    return "map" + (": " + ".".join(str(p) for p in path) if path else "")


class _Reader:
    def __init__(self, where: Where, vocabulary: Vocabulary) -> None:
        self.where, self.vocabulary = where, vocabulary

    def fail(self, what: str, path: Path_, do: str) -> InputError:
        return InputError(what, where=self.where(path), do=do)

    def mapping(self, value: Any, path: Path_, keys: Sequence[str] | None) -> Mapping[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.fail(f"[{shown(value)}] is no mapping", path, "write key: value")
        for key in value:
            if keys is not None and key not in keys:
                raise self.fail(f"[{shown(key)}] is no key here", (*path, str(key)), nearest(key, keys) or f"one of {', '.join(keys)}")
        return value

    def texts(self, value: Any, path: Path_) -> tuple[str, ...]:
        items = value if isinstance(value, list) else [] if value is None else [value]
        if any(isinstance(i, (dict, list)) or i is None for i in items):
            raise self.fail("no list of texts", path, "write a text, or [one, two]")
        return tuple(_text(i) for i in items)

    def pattern(self, value: Any, path: Path_) -> str:
        text = _text(value)
        try:
            re.compile(text)
        except re.error:
            raise self.fail(f"[{shown(text)}] is no pattern", path, "write a regular expression, such as [immigration|ICE hold]") from None
        if len(text) > 1000 or re.search(r"\(\?[=!<]|\\[1-9]", text):
            raise self.fail(f"[{shown(text)}] looks around or back", path, "write a plain pattern: texts, |, and .*")
        return text

    def column(self, value: Any, path: Path_, *, target: str) -> Column:
        if value is None:
            raise self.fail("no column is named", path, "write the name of a column, or leave the line out")
        if not isinstance(value, Mapping):
            names = self.texts(value, path)
            self._sources(names, target, path)
            return Column(names)
        entry = self.mapping(value, path, COLUMN_KEYS)
        names = self.texts(entry.get("column"), (*path, "column"))
        self._sources(names, target, path)
        if bool(names) == ("value" in entry):
            raise self.fail("it takes [column] or [value], one of the two", path, "write column: Name, or value: text")
        values = {_text(k).strip().lower(): _text(v) for k, v in self.mapping(entry.get("values"), (*path, "values"), None).items()}
        patterns = tuple((self.pattern(k, (*path, "patterns", k)), _text(v)) for k, v in self.mapping(entry.get("patterns"), (*path, "patterns"), None).items())
        otherwise = _text(entry["else"]) if "else" in entry else "" if values or patterns else None
        table = entry.get("table")
        for key in ("values", "patterns"):
            for cell, text in self.mapping(entry.get(key), (*path, key), None).items():
                self.possible(_text(text), (*path, key, str(cell)), target=target)
        for key in ("else", "value"):
            if key in entry and (key, otherwise) != ("else", "keep"):
                self.possible(_text(entry[key]), (*path, key), target=target)
        return Column(
            names,
            None if table is None else str(table),
            self.texts(entry.get("clock"), (*path, "clock")),
            values,
            patterns,
            None if otherwise == "keep" else otherwise,
            _text(entry["value"]) if "value" in entry else None,
            self.conditions(entry.get("only"), (*path, "only")),
        )

    def _sources(self, names: Sequence[str], target: str, path: Path_) -> None:
        for name in names:
            check_source(name, target=target, vocabulary=self.vocabulary, where=self.where(path))

    def possible(self, text: str, path: Path_, *, target: str) -> None:
        """Refuse a value that the column cannot have: every cell of it would be unreadable."""
        fact = self.vocabulary.facts.get(target)
        boolean = target in _BOOLEAN or (fact is not None and fact.type == "boolean" and target != "detainer_signed")
        known = (*YES, *NO) if boolean else CHOICES.get(target) or (tuple(fact.values) if fact is not None and fact.type == "one_of" else ())
        if known and text and text.strip().lower().replace(" ", "_") not in known and text.strip().lower() not in UNSURE:
            told = ("true", "false") if boolean else known
            raise self.fail(f"[{shown(text)}] is no value of {target}", path, nearest(text, told) or f"one of {', '.join(told)}, unknown")

    def conditions(self, value: Any, path: Path_) -> tuple[Condition, ...]:
        """``{Description: [pattern, …], "Column B": pattern}``: any of them."""
        found = []
        for name, patterns in self.mapping(value, path, None).items():
            listed = patterns if isinstance(patterns, list) else [patterns]
            found.append(Condition((str(name),), tuple(self.pattern(p, (*path, name)) for p in listed)))
        return tuple(found)


def read_map(value: Any, *, vocabulary: Vocabulary, where: Where = dotted, preset: str | None = None) -> Map:
    """The map in a parsed mapping.

    Raises:
        InputError: an unknown key (with the nearest known one), a column or fact that does not exist, two that contradict each other.
    """
    reader = _Reader(where, vocabulary)
    if not isinstance(value, Mapping):
        raise InputError("the map holds no mapping", where=where(()), do="write key: value lines, as in docs/reference/map-file.md")
    raw = reader.mapping(value, (), MAP_KEYS)
    tables = _tables(reader, raw.get("tables"))
    stays = reader.mapping(raw.get("stays"), ("stays",), STAYS_KEYS)
    main = str(stays.get("table") or next(iter(tables)))
    _known_table(reader, main, tables, ("stays", "table"))
    columns: dict[str, Column] = {}
    for part in ("columns", "constants"):
        for name, entry in reader.mapping(raw.get(part), (part,), None).items():
            path: Path_ = (part, str(name))
            check_target(str(name), vocabulary, where=where(path))
            if name in columns:
                raise reader.fail(f"[{name}] stands under columns and under constants", path, "keep one")
            if part == "constants" and name == "agency" and "/" not in str(entry):
                raise reader.fail(f"[{shown(str(entry))}] is no agency's path", path, "write one as us/or/clackamas-county/sheriff; “dueprocess columns FILE --agency” and the county's name with its state says which")
            if part == "constants":
                reader.possible(_text(entry), path, target=str(name))
            columns[str(name)] = Column(value=_text(entry)) if part == "constants" else reader.column(entry, path, target=str(name))
            if columns[str(name)].table is not None:
                _known_table(reader, str(columns[str(name)].table), tables, (*path, "table"))
    id_ = reader.texts(stays.get("id"), ("stays", "id"))
    _two_to_one(reader, columns)
    if not id_ and "stay_id" in columns and columns["stay_id"].table in (None, main):
        id_ = columns["stay_id"].names[:1]
    snapshot = reader.mapping(raw.get("snapshots"), ("snapshots",), ("day",)).get("day")
    if snapshot is not None and not id_:
        raise reader.fail("snapshots need to know a stay again from day to day", ("snapshots",), "name the columns under stays: {id: [Person, Booking Date]}")
    sections = tuple(
        _section(reader, part, entry, (part, index), tables, main, id_)
        for part in FIELDS
        for index, entry in enumerate(_listed(reader, raw.get(part), (part,)))
    )
    others = {c.table for c in columns.values() if c.table not in (None, main)}
    if (sections or others) and not id_:
        raise reader.fail("rows of other tables need the stay they belong to", ("stays",), "name its column under stays: {id: Booking No}")
    assume, why = _assumed(reader, raw)
    empty = raw.get("empty_left", "missing")
    if empty not in ("missing", "present"):
        raise reader.fail(f"[{shown(empty)}] is no reading of an empty release time", ("empty_left",), "missing, or present (still there at as_of)")
    day_first, match = raw.get("day_first", False), stays.get("match", "exact")
    if not isinstance(day_first, bool):
        raise reader.fail(f"[{shown(day_first)}] is no yes or no", ("day_first",), "true where 3/4/2014 is the third of April, else leave it out")
    if match not in ("exact", "digits"):
        raise reader.fail(f"[{shown(match)}] is no way to compare ids", ("stays", "match"), "exact, or digits (B-2016-0003 and 20160003 are one)")
    return Map(
        name=str(raw.get("map") or "map"),
        tables=tables,
        stays=main,
        id=id_,
        columns=columns,
        sections=sections,
        as_of=None if raw.get("as_of") is None else str(raw["as_of"]),
        loose=bool(raw.get("loose")),
        assume=assume,
        why=why,
        posted=_posted(reader, raw.get("posted")),
        by=_by(reader, raw.get("by")),
        role=str(raw.get("role") or "sheriff"),
        facilities=reader.texts(raw.get("facilities"), ("facilities",)),
        snapshot=None if snapshot is None else str(snapshot),
        empty_left=str(empty),
        day_first=day_first,
        digits=match == "digits",
        preset=preset,
    )


def load_map(path: Path, *, vocabulary: Vocabulary, preset: str | None = None) -> Map:
    """The map in a YAML or JSON file; errors name its lines."""
    document = read(path)
    return read_map(document.value, vocabulary=vocabulary, where=document.where, preset=preset)


def _tables(reader: _Reader, value: Any) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for name, item in reader.mapping(value, ("tables",), None).items():
        path: Path_ = ("tables", str(name))
        entry = reader.mapping({"file": item} if isinstance(item, str) else item, path, TABLE_KEYS)
        header = entry.get("header")
        if header is not None and (not isinstance(header, int) or isinstance(header, bool) or header < 1):
            raise reader.fail(f"[{shown(header)}] is no line", (*path, "header"), "write the number of the line that the header stands in, from 1")
        delimiter = entry.get("delimiter")
        if delimiter is not None and len(str(delimiter)) != 1:
            raise reader.fail(f"[{shown(delimiter)}] is no delimiter", (*path, "delimiter"), "write one character")
        reading = Reading(str(entry.get("file") or "*"), None if entry.get("sheet") is None else str(entry["sheet"]), header, None if delimiter is None else str(delimiter))
        group = entry.get("group_header")
        found[str(name)] = Table(reading, None if group is None else str(group), reader.texts(entry.get("fill_down"), (*path, "fill_down")), _via(reader, entry.get("via"), (*path, "via")))
    for name, table in found.items():
        if table.via:
            _known_table(reader, table.via.table, found, ("tables", name, "via", "table"))
            if table.via.table == name:
                raise reader.fail("a table cannot be found by way of itself", ("tables", name, "via"), "name the table that has the stay's id")
    return found or {MAIN: Table()}


def _via(reader: _Reader, value: Any, path: Path_) -> Via | None:
    if value is None:
        return None
    entry = reader.mapping(value, path, ("table", "on"))
    on = reader.mapping(entry.get("on"), (*path, "on"), None)
    if not on or entry.get("table") is None:
        raise reader.fail("via needs [table] and [on]", path, "write via: {table: bookings, on: {PersonID: PersonID}}")
    return Via(str(entry["table"]), tuple((str(k), _text(v)) for k, v in on.items()))


def _known_table(reader: _Reader, name: str, tables: Mapping[str, Any], path: Path_) -> None:
    if name not in tables:
        raise reader.fail(f"[{shown(name)}] is no table of this map", path, nearest(name, tables) or f"one of {', '.join(tables)}")


def _two_to_one(reader: _Reader, columns: Mapping[str, Column]) -> None:
    """Refuse a foreign column that two own columns are made of in the same way."""
    seen: dict[tuple[Any, ...], str] = {}
    for name, column in columns.items():
        if column.values or column.patterns or column.value is not None or not column.names:
            continue
        key = (column.table, column.names[0], column.clock)
        if key in seen and name not in ("stay_id", "person_key") and seen[key] not in ("stay_id", "person_key"):
            raise reader.fail(f"[{shown(column.names[0])}] is mapped to [{seen[key]}] and to [{name}]", ("columns", name), "keep one, or say by values: how they differ")
        seen[key] = name


def _listed(reader: _Reader, value: Any, path: Path_) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _section(reader: _Reader, part: str, value: Any, path: Path_, tables: Mapping[str, Table], main: str, id_: tuple[str, ...]) -> Section:
    keys = (*SECTION_KEYS, *FIELDS[part], *(("dispositions", "complete") if part == "grounds" else ()))
    entry = reader.mapping(value, path, keys)
    table = str(entry.get("table") or main)
    _known_table(reader, table, tables, (*path, "table"))
    stay = reader.texts(entry.get("stay"), (*path, "stay")) or id_
    if id_ and len(stay) != len(id_):
        raise reader.fail(f"{len(stay)} columns name the stay, but {len(id_)} under stays", (*path, "stay"), "name as many, in the same order")
    fields = {name: reader.column(entry[name], (*path, name), target=f"{part} {name}") for name in FIELDS[part] if entry.get(name) is not None}
    if part == "events" and set(fields) != set(EVENT_FIELDS):
        raise reader.fail("an event needs [kind] and [at]", path, "write kind: {value: claim_made}, at: Column")
    disposition = None
    if entry.get("dispositions") is not None:
        spot: Path_ = (*path, "dispositions")
        given = reader.mapping(entry["dispositions"], spot, DISPOSITION_KEYS)
        listed = reader.mapping(given.get("table"), (*spot, "table"), None)
        for text, answer in (*listed.items(), ("else", given.get("else", "unknown"))):
            if _text(answer) not in DISPOSITIONS:
                raise reader.fail(f"[{shown(answer)}] does not say whether [{shown(text)}] ends local authority", (*spot, "table", text), f"one of {', '.join(DISPOSITIONS)}")
        names = reader.texts(given.get("column"), (*spot, "column"))
        if not names:
            raise reader.fail("dispositions need [column]", spot, "name the column that holds them")
        disposition = Column(names, values={_text(k).strip().lower(): _text(v) for k, v in listed.items()}, otherwise=_text(given.get("else", "unlisted")))
    return Section(
        part,
        table,
        stay,
        fields,
        reader.conditions(entry.get("when"), (*path, "when")),
        reader.conditions(entry.get("unless"), (*path, "unless")),
        disposition,
        bool(entry.get("complete")),
        reader.where(path),
    )


def _assumed(reader: _Reader, raw: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    assume = {str(k): _text(v) for k, v in reader.mapping(raw.get("assume"), ("assume",), None).items()}
    why = {str(k): _text(v) for k, v in reader.mapping(raw.get("why"), ("why",), None).items()}
    for name, value in assume.items():
        check_target(name, reader.vocabulary, where=reader.where(("assume", name)))
        if name in ("stay_id", "person_key", "state", "county", "city", "agency_name", "facility_name", "left_state", "detainer", "at", "has_grounds"):
            raise reader.fail(f"[{name}] cannot be assumed", ("assume", name), "give it under columns or constants")
        if name in TIME_OF and value != "never":
            raise reader.fail(f"a time [{name}] cannot be assumed", ("assume", name), "only never can, for what is known not to have happened")
    return assume, why


def _posted(reader: _Reader, value: Any) -> dict[str, tuple[str, ...] | bool]:
    if isinstance(value, (list, str)):
        value = dict.fromkeys(reader.texts(value, ("posted",)))
    found: dict[str, tuple[str, ...] | bool] = {}
    for name, hours in reader.mapping(value, ("posted",), None).items():
        if name not in TIME_OF and name not in ("from", "until"):
            raise reader.fail(f"[{shown(name)}] is no time", ("posted", str(name)), nearest(name, TIME_OF) or "one of the recorded times")
        listed = reader.texts(hours, ("posted", str(name)))
        if any(not re.fullmatch(r"\d\d:\d\d", h) for h in listed):
            raise reader.fail("a posted hour is no clock time", ("posted", str(name)), 'write ["15:00", "17:00"]')
        found[str(name)] = listed or True
    return found


def _by(reader: _Reader, value: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name, column in reader.mapping(value, ("by",), None).items():
        names = reader.texts(column, ("by", str(name)))
        for text in (str(name), *names):
            check_by(text, where=reader.where(("by", str(name))))
        found[str(name)] = names
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
