"""Which map an input is read by: the one given, a preset, our own tables, or a release known by its headers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError, nearest
from dueprocess.kernel.files import data_dir
from dueprocess.tables.columns import PAPER_FIELDS, TEXTS, TIMES, fact_of
from dueprocess.tables.header import plain
from dueprocess.tables.mapping import Column, Map, Section, Table
from dueprocess.tables.mapreading import load_map, read_map
from dueprocess.tables.raw import Raw
from dueprocess.tables.sources import Reading, stem
from dueprocess.terms.vocabulary import Vocabulary

OWN_PARTS = ("papers", "grounds", "events")
_COUNTS = ("count", "counts", "n", "total", "number", "detainers", "stays", "bookings", "arrests", "detentions", "removals", "persons", "people")
_OWN_FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "papers": {f: (f,) for f in PAPER_FIELDS},
    "grounds": {"kind": ("kind",), "from": ("from", "from_at", "start_at", "start"), "until": ("until", "until_at", "end_at", "end")},
    "events": {"kind": ("kind",), "at": ("at",)},
}


def presets() -> dict[str, Path]:
    """The maps that ship, by name."""
    return {path.stem: path for path in sorted(data_dir("presets").glob("*.yaml"))}


def load_preset(name: str, *, vocabulary: Vocabulary) -> Map:
    """A map that ships.

    Raises:
        InputError: there is none of that name.
    """
    known = presets()
    if name not in known:
        raise InputError(f"there is no preset [{name}]", where="--preset", do=nearest(name, known) or f"one of {', '.join(known)}")
    return load_map(known[name], vocabulary=vocabulary, preset=name)


def known_names(map_: Map | None, vocabulary: Vocabulary) -> set[str]:
    """The names by which a header line is told from titles above it."""
    if map_ is not None:
        columns = [*map_.columns.values(), *(c for s in map_.sections for c in s.fields.values())]
        found = {plain(n) for c in columns for n in (*c.names, *c.clock)}
        found |= {plain(n) for s in map_.sections for n in (*s.stay, *(s.disposition.names if s.disposition else ()), *(c for w in (*s.when, *s.unless) for c in w.columns))}
        found |= {plain(n) for names in map_.by.values() for n in names} | {plain(n) for n in map_.id}
        return found | {plain(n) for t in map_.tables.values() if t.via for pair in t.via.on for n in pair}
    found = {*TEXTS, *TIMES, *vocabulary.facts, *(n for fields in _OWN_FIELDS.values() for names in fields.values() for n in names)}
    return found | {plain(n) for path in presets().values() for n in _signature(path, vocabulary)}


def _signature(path: Path, vocabulary: Vocabulary) -> set[str]:
    preset = load_map(path, vocabulary=vocabulary)
    return {n for c in preset.columns.values() for n in c.names} | {n for names in preset.by.values() for n in names}


def chosen_map(given: Mapping[str, Any] | Map | None, preset: str | None, *, vocabulary: Vocabulary, raws: Sequence[Raw] | None = None, notes: list[str] | None = None, kept: Sequence[str] = ()) -> Map | None:
    """The map to read by. Without one, None until the tables were read; then by their headers. ``kept``: columns that are carried
    along, and so are no column that nobody reads.

    Raises:
        InputError: nothing that is known fits the headers.
    """
    if isinstance(given, Map):
        return given
    if given is not None:
        return read_map(given, vocabulary=vocabulary)
    if preset is not None and preset != "own":
        return load_preset(preset, vocabulary=vocabulary)
    if raws is None:
        return None
    own = own_map(raws, vocabulary=vocabulary, notes=notes if notes is not None else [], kept=kept)
    if own is not None:
        return own
    name = recognized(raws, vocabulary=vocabulary)
    if name is not None:
        if notes is not None:
            notes.append(f"read by the preset [{name}], recognized by its headers")
        return load_preset(name, vocabulary=vocabulary)
    if any(counts(raw) for raw in raws):
        raise InputError("each row is a count, not a stay: nothing can be decided from it", where=raws[0].file, do="ask for the records behind the counts, one row a stay, with times")
    raise InputError("these columns are not known", where=raws[0].file if raws else "", do=f"run dueprocess columns {raws[0].file.split('[')[0] if raws else 'INPUT'} to propose a map, then give it with --map")


def counts(raw: Raw) -> bool:
    """Whether the headers say that rows are counts: one of them is a number of rows, and none a date or time."""
    headers = {plain(h) for h in raw.headers}
    return bool(headers & set(_COUNTS)) and not any(re.search(r"date|time|_at$|(^|_)dt($|_)", h) for h in headers)


def recognized(raws: Sequence[Raw], *, vocabulary: Vocabulary) -> str | None:
    """The preset most of whose columns the first table has: at least three, and half of those that it names."""
    best: tuple[float, str] | None = None
    for name, path in presets().items():
        preset = load_map(path, vocabulary=vocabulary)
        wanted = [{plain(n) for n in c.names} for c in preset.columns.values() if c.names] + [{plain(n) for n in names} for names in preset.by.values()]
        for raw in raws[:5]:
            if counts(raw):
                continue
            headers = {plain(h) for h in raw.headers}
            hits = sum(bool(w & headers) for w in wanted)
            share = hits / max(len(wanted), 1)
            if hits >= 3 and share >= 0.5 and (best is None or share > best[0]):
                best = (share, name)
    return best[1] if best else None


def own_map(raws: Sequence[Raw], *, vocabulary: Vocabulary, notes: list[str], kept: Sequence[str] = ()) -> Map | None:
    """The map of our own tables, where the input holds them: ``stays``, and ``papers``, ``grounds``, ``events`` beside it."""
    parts = {part: [r for r in raws if plain(stem(r.name)) == part and r.column(["stay_id"])] for part in OWN_PARTS}
    others = {id(r) for found in parts.values() for r in found}
    stays = [r for r in raws if id(r) not in others and r.column(["stay_id"]) and (r.column(["agency"]) or r.column(["state"]) or len(raws) == 1)]
    if not stays:
        return None
    columns: dict[str, Column] = {}
    unused: list[str] = []
    for header in dict.fromkeys(h for raw in stays for h in raw.headers):
        name = plain(header)
        if name in columns:
            continue
        if name in TEXTS or name in TIMES or _is_fact(name, vocabulary):
            columns[name] = Column((header,))
        elif name not in {plain(k) for k in kept}:
            near = nearest(name, [*TEXTS, *TIMES, *vocabulary.facts])
            unused.append(f"[{header[:60]}]{f' ({near})' if near else ''}")
    if unused:
        notes.append(f"columns that are not read: {', '.join(unused[:30])}{' …' if len(unused) > 30 else ''}")
    tables = {"stays": Table(_reading(stays))}
    sections = []
    for part, found in parts.items():
        if not found:
            continue
        tables[part] = Table(_reading(found))
        fields = {f: Column(names) for f, names in _OWN_FIELDS[part].items() if any(r.column(names) for r in found)}
        sections.append(Section(part, part, ("stay_id",), fields, where=f"map: {part}"))
    return Map(name="own", tables=tables, stays="stays", id=("stay_id",), columns=columns, sections=tuple(sections), loose=True, preset="own")


def _is_fact(name: str, vocabulary: Vocabulary) -> bool:
    try:
        return fact_of(name, vocabulary, where="") is not None
    except InputError:
        return False


def _reading(raws: Sequence[Raw]) -> Reading:
    """What picks exactly these tables again."""
    files = {r.file.split("[")[0] for r in raws}
    sheets = {r.sheet for r in raws}
    return Reading(next(iter(files)) if len(files) == 1 else "*", next(iter(sheets)) if len(sheets) == 1 else None)
