"""Foreign files to a folder of prepared custody tables: the steps, in order."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import Instant, parse_date, parse_instant
from dueprocess.law import Lawbook
from dueprocess.places import PlaceBook
from dueprocess.tables.agencies import read_aliases, shipped_aliases
from dueprocess.tables.cells import prepare_macros
from dueprocess.tables.choosing import chosen_map, known_names
from dueprocess.tables.engine import MEMORY, Engine, engine
from dueprocess.tables.finishing import finish
from dueprocess.tables.header import plain
from dueprocess.tables.lodging import by_day
from dueprocess.tables.mapping import Map
from dueprocess.tables.origins import origins
from dueprocess.tables.parts import boxes_book, editions_book
from dueprocess.tables.placing import Placed, place
from dueprocess.tables.problems import WORDS, Problems
from dueprocess.tables.raw import Raw, groups, together
from dueprocess.tables.rows import Shaper
from dueprocess.tables.sources import Input, grouped, read_all
from dueprocess.tables.stays import Assumption, StayBuilder, stem
from dueprocess.tables.writing import write, write_bare

AsOf = date | Instant | str | None


class Say(Protocol):
    """Is told a step in a few words, and about how much of the reading is behind it: from 0 to 1, as it was measured on a
    year of bookings with their charges. 0: nothing is known."""

    def __call__(self, text: str, share: float = 0.0) -> None: ...



@dataclass(frozen=True)
class Prepared:
    """What was prepared: where it lies, and how every row of the input is accounted for.

    ``rows_in`` = ``stays`` + ``merged`` (rows that belong to a stay made of several) + ``aside`` (rows without a stay, or
    of tables that the map does not use; each listed among the problems). ``problems`` counts them by kind.
    """

    folder: Path
    map: str
    preset: str | None
    inputs: tuple[Input, ...]
    rows_in: int
    stays: int
    merged: int
    aside: int
    assumptions: tuple[Assumption, ...] = ()
    problems: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The account for a terminal."""
        found = [f"{self.rows_in:,} rows in = {self.stays:,} stays + {self.merged:,} rows merged into them + {self.aside:,} set aside"]
        found += [f"assumed where the file is silent: {a.column} = {a.value} ({a.rows:,} stays)" for a in self.assumptions]
        found += [f"{count:,} × {code}: {WORDS[code]}" for code, count in sorted(self.problems.items(), key=lambda item: (-item[1], item[0]))]
        return [*found, *self.notes]


def prepare(
    inputs: Sequence[Path | str],
    *,
    out: Path,
    lawbook: Lawbook,
    places: PlaceBook,
    map: Mapping[str, Any] | Map | None = None,
    preset: str | None = None,
    as_of: AsOf = None,
    assume: bool = True,
    keep_by: Sequence[str] = (),
    person_key: bytes | None = None,
    memory: str = MEMORY,
    bare: Path | None = None,
    progress: Say | None = None,
) -> Prepared:
    """Turn foreign tables into the folder of custody tables that ``case.custody`` describes.

    ``map`` says what the columns mean (docs/reference/map-file.md), ``preset`` names a map that ships; with neither, our
    own tables or a known release are recognized by their headers. ``as_of`` is the instant up to which the files speak, or
    the day (its end, where each jail lies); without it the map's, else the latest recorded time, which the notes say.
    ``assume=False`` leaves the map's assumptions out. ``keep_by`` names columns to carry along for breaking counts down.
    ``person_key`` keys the hashes of persons; without it a random one is used and thrown away. ``memory`` bounds DuckDB.
    ``bare`` is a second folder to write: what is decided by of the same tables without what the map assumes (the stays
    have no ids and no persons: their rows have the same numbers); it stays empty where the map assumes nothing. ``progress``
    is told each step in a few words.

    Every defect of a cell or row is listed in ``problems.parquet``; no row is dropped.

    Raises:
        InputError: a file is missing or no table, the map contradicts itself or names what is not there, or the folder
            holds something else.
    """
    if map is not None and preset is not None:
        raise InputError("a map and a preset are named", where="--map", do="give one of the two")
    for folder in (out, bare):
        if folder is not None:
            _folder(folder)
    with engine(within=out, memory=memory) as opened:
        prepare_macros(opened)
        problems = Problems(opened)
        return _prepare(opened, problems, inputs, out=out, lawbook=lawbook, places=places, given=map, preset=preset, as_of=as_of, assume=assume, keep_by=keep_by, key=person_key or secrets.token_bytes(32), bare=bare, say=progress or _quiet)


def _quiet(text: str, share: float = 0.0) -> None:
    """Tell nobody."""


def _folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(p.name not in (*WRITTEN, "prepared.json") and not p.name.startswith(".work-") for p in out.iterdir()):
            raise InputError("the folder holds something else", where=str(out), do="name a new or empty folder, or one that was prepared before")
        (out / "prepared.json").unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"the folder cannot be written ({error.strerror})", where=str(out), do="name another folder") from None


WRITTEN = ("stays.parquet", "papers.parquet", "grounds.parquet", "events.parquet", "problems.parquet", "unread.parquet", "matches.csv")


def _prepare(
    opened: Engine, problems: Problems, inputs: Sequence[Path | str], *, out: Path, lawbook: Lawbook, places: PlaceBook, given: Mapping[str, Any] | Map | None,
    preset: str | None, as_of: AsOf, assume: bool, keep_by: Sequence[str], key: bytes, bare: Path | None, say: Say,
) -> Prepared:  # fmt: skip
    vocabulary = lawbook.vocabulary
    start = chosen_map(given, preset, vocabulary=vocabulary)
    raws, listed = read_all(opened, inputs, problems=problems, known=known_names(start, vocabulary), readings=[t.reading for t in start.tables.values()] if start else [])
    notes = [note for raw in raws for note in raw.notes]
    map_ = start or chosen_map(None, None, vocabulary=vocabulary, raws=raws, notes=notes, kept=keep_by)
    assert map_ is not None
    _check_constant(map_, places)
    if assume:
        notes += _taken_for_no(map_)
    tables = _alike(grouped(raws, {name: table.reading for name, table in map_.tables.items()}), known_names(map_, vocabulary))
    for name, table in map_.tables.items():
        for raw in tables[name]:
            if table.group or table.fill:
                groups(opened, raw, problems, group=table.group, fill=table.fill)
    rows_in = sum(raw.rows for raw in raws)
    # A file of which several tables of the map are made stands by itself: its rows are counted once.
    several = {i for i, n in Counter(id(raw) for found in tables.values() for raw in found).items() if n > 1}
    tables = {name: found if any(id(raw) in several for raw in found) else together(opened, found) for name, found in tables.items()}
    say(f"{rows_in:,} rows read; making stays of them", 0.08)
    shaper = Shaper(opened, map_, tables, problems)
    rows = shaper.stay_rows(keep_by, [n for n in map_.columns if n in vocabulary.facts or n.removesuffix("_from") in vocabulary.facts or n.removesuffix("_then") in vocabulary.facts])
    rows.facts = [n for n in rows.facts if n not in ("detainer_form", "detainer_issuer")]
    aliases = [*(a for f in map_.facilities for a in read_aliases(Path(f))), *shipped_aliases()]
    placed = place(opened, rows, places=places, aliases=aliases, role=map_.role, problems=problems, matches="matches")
    builder = StayBuilder(opened, rows, placed, problems=problems, facts=vocabulary.facts)
    builder.read_times(map_.posted)
    builder.keep_unread("unread")
    if map_.snapshot:
        builder.snapshots()
    builder.merge()
    say(f"{placed.stays:,} stays; joining what belongs to them", 0.57)
    for part in ("papers", "grounds", "events"):
        if any(s.part == part for s in map_.sections):
            shaper.sections[part] = shaper.section_rows(part, builder.known(booked=part == "grounds"), placed.zones)
    if (papers := shaper.sections.get("papers")) is not None and any(s.part == "papers" and map_.by_person(s.table) for s in map_.sections):
        shaper.sections["papers"], shaper.unfit = by_day(opened, papers, builder.table, times=frozenset(stem(n) for n in builder.times), problems=problems)
    builder.date_facts()
    books = (boxes_book(opened, _boxes_in(builder, shaper), known=[f.box for f in vocabulary.facts.values() if f.box]), editions_book(opened, lawbook.forms))
    say("finishing the stays", 0.75)
    done, without = finish(
        builder, shaper, map_, placed, vocabulary=vocabulary, books=books, as_of=_as_of(as_of, map_), assume=assume, key=key, notes=notes, bare=bare is not None and assume and bool(map_.assume)
    )
    merged, aside = _account(shaper, tables, raws, map_, placed, problems)
    if rows_in != placed.stays + merged + aside:
        raise RuntimeError(f"{rows_in} rows in, but {placed.stays} + {merged} + {aside} accounted for")
    _repeated(opened, tables[map_.stays], map_, problems)
    say("writing the tables", 0.85)
    write(opened, out, done, by=rows.by)
    if bare is not None and without is not None:
        write_bare(opened, bare, without, whole=out, of=done)
    prepared = Prepared(out, map_.name, map_.preset, tuple(listed), rows_in, placed.stays, merged, aside, tuple(done.assumptions), dict(sorted(problems.counts.items())), tuple(notes))
    text = {
        "inputs": [asdict(i) for i in listed], "map": prepared.map, "preset": prepared.preset, "columns": origins(map_, tables), "assumptions": [asdict(a) for a in prepared.assumptions],
        "rows_in": rows_in, "rows_out": placed.stays + merged + aside, "stays": placed.stays, "merged": merged, "aside": aside, "problems": prepared.problems, "notes": notes,
    }  # fmt: skip
    # Written last: a folder without it is not whole.
    (out / "prepared.json").write_text(json.dumps(text, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if bare is not None and without is not None:
        (bare / "prepared.json").write_text(json.dumps({**text, "assumptions": []}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return prepared


def _alike(tables: Mapping[str, Sequence[Raw]], known: set[str]) -> dict[str, list[Raw]]:
    """Of several sheets or files that fit one table of a map, those with about as many of its columns as the best: a sheet of notes is none."""
    found = {}
    for name, raws in tables.items():
        hits = [len({plain(h) for h in raw.headers} & known) for raw in raws]
        found[name] = [raw for raw, count in zip(raws, hits, strict=True) if count >= 0.5 * max(hits)]
    return found


def _boxes_in(builder: StayBuilder, shaper: Shaper) -> list[tuple[str, str]]:
    found = [(builder.table, "t_detainer_boxes")] if builder.has("detainer_boxes") else []
    papers = shaper.sections.get("papers")
    return [*found, (papers.table, "t_boxes")] if papers and "boxes" in papers.fields else found


def _check_constant(map_: Map, places: PlaceBook) -> None:
    """InputError where the map says of every row an agency that there is not: no row could be answered, for a slip of one hand."""
    named = map_.columns.get("agency")
    if named is None or not named.value:
        return
    try:
        places.agency(named.value)
    except InputError as error:
        raise InputError(error.what, where="map: constants.agency", do=error.do) from None


def _taken_for_no(map_: Map) -> list[str]:
    """What a record that is assumed to be complete says no to, though no column of the files could have said yes."""
    if map_.assume.get("record_complete") != "true":
        return []
    said = {*map_.columns, *map_.assume, *(f"detainer_{field}" for s in map_.sections if s.part == "papers" for field in s.fields)}
    lacking = [words for names, words in ((("detainer_signed", "detainer_signed_by"), "who signed a detainer"), (("detainer_served_at", "detainer_served", "detainer_served_ever"), "when it was served"), (("detainer_boxes",), "which boxes are ticked")) if not said & set(names)]
    if not lacking:
        return []
    told = lacking[0] if len(lacking) == 1 else f"{', '.join(lacking[:-1])} or {lacking[-1]}"
    return [f"The record is assumed to be complete (record_complete), and no column says {told}: each counts as not having been done. A hold is then found to lack authority for want of a column, not for want of a paper: take the assumption out unless you know that it is so."]


def _as_of(given: AsOf, map_: Map) -> date | Instant | None:
    value = given if given is not None else map_.as_of
    if isinstance(value, str):
        where = "--as-of" if given is not None else "map: as_of"
        return parse_date(value, where=where) if len(value) == 10 else parse_instant(value, where=where)
    return value


def _account(shaper: Shaper, tables: Mapping[str, Sequence[Raw]], raws: Sequence[Raw], map_: Map, placed: Placed, problems: Problems) -> tuple[int, int]:
    """(rows that belong to a stay beside its first, rows set aside) over all tables that were read."""
    merged, aside = placed.merged, placed.aside
    contributors = {map_.stays, *(c.table for c in map_.columns.values() if c.table)}
    counted = {id(raw) for name in contributors for raw in tables[name]}
    for section in map_.sections:
        for raw in tables[section.table]:
            if id(raw) not in counted:
                counted.add(id(raw))
                belong = shaper.belonging(section, raw, placed.keys)
                merged += belong
                aside += raw.rows - belong
    used = {id(m) for found in tables.values() for raw in found if id(raw) in counted for m in raw.each}
    for raw in raws:
        if id(raw) not in used and raw.rows:
            aside += raw.rows
            problems.add("no-stay", file=raw.file, what="a table that the map does not use; set aside", count=raw.rows)
    return merged, aside


def _repeated(opened: Engine, raws: Sequence[Raw], map_: Map, problems: Problems) -> None:
    """Count rows that repeat an earlier one where nothing tells two people from one listed twice."""
    if map_.id:
        return
    for raw in chain.from_iterable(found.each for found in raws):
        cells = ", ".join(f"c{i}" for i in range(len(raw.headers)))
        if cells:
            (count,) = opened.one(f"SELECT count(*) - count(DISTINCT hash({cells})) FROM {raw.table}")
            problems.add("repeated-row", file=raw.file, count=count)
