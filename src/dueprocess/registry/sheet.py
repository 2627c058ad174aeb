"""A researcher's own sheet into a folder of their own, by a declared map. The shipped registry is never written to.

The map says what each column means and what its words stand for; a word that it does not know, a date that is none, a row
that matches no actor and a sheet that has become shorter are refused before anything is written. All rows are read before
that, so that what is wrong with them is told at once.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.yamlread import parse, read_text
from dueprocess.law.durable import write_whole
from dueprocess.places import PlaceBook
from dueprocess.places.names import slug
from dueprocess.registry.importing import (
    MAX_BYTES,
    SHOWN,
    Batch,
    Declared,
    ImportRefused,
    check_refusals,
    checked_date,
    date_basis,
    source_id,
)
from dueprocess.registry.matching import ActorMatcher, Printed, by_hand
from dueprocess.registry.model import ABOUT, ACCEPTS, CONFIDENCES, POSITIONS, VOICES, Claim, Source, side
from dueprocess.registry.store import IMPORT_COLUMNS, load_registry, read_rows, records_of, texts_of
from dueprocess.tables.moments import local_of, month_first

FIELDS = (
    "id", "state", "agency", "kind", "county", "city", "fips", "position", "accepts", "announced", "effective", "ended", "about", "voice", "claimant", "speaker",
    "notice", "interviews", "payment", "motive", "cites", "confidence", "note", "locator", "disputes", "source_title", "source_publisher", "source_url", "source_date",
)  # fmt: skip
"""What a column of a sheet may stand for."""
_CLOSED: Mapping[str, tuple[str, ...]] = {"position": POSITIONS, "about": ABOUT, "voice": VOICES, "confidence": CONFIDENCES, "kind": ("sheriff", "police", "corrections", "county", "city", "state")}
_KEYS = ("name", "columns", "values", "assume", "rows", "refused_at_most", "header", "license", "day_first")
_PARTIAL = re.compile(r"\d{4}(?:-\d{2}){0,2}\Z")
_MONTH = re.compile(r"(?P<month>[A-Za-z]{3,9})\.?,? (?P<year>\d{4})\Z")
_WHERE = ("id", "state", "agency", "kind", "county", "city", "fips", "note", "locator")
"""What a row says of who and where: spellings differ, so the actor that they match stands for them in an id."""
HAND_COLUMNS = ("state", "printed", "actor", "kind", "name", "cites", "reason")


@dataclass(frozen=True)
class SheetMap:
    """A map: its ``name`` (part of every id), columns by field, words by field, what is assumed for all rows, the fewest rows
    and the most rows that may match no actor, the line of the header, and whether 3/4/2014 is the third of April.
    """

    name: str
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    assume: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    refused_at_most: int = 0
    header: int = 1
    license: str = ""
    day_first: bool = False


def read_map(path: Path) -> SheetMap:
    """The map of a file (YAML). Raises InputError with the line."""
    document = parse(read_text(path), name=str(path))
    raw: Any = document.value
    if not isinstance(raw, dict):
        raise InputError("it is no mapping", where=str(path), do="see docs/reference/registry.md")
    for key in raw:
        if key not in _KEYS:
            raise InputError(f"[{shown(key)}] is no key of a map", where=document.where((key,)), do=nearest(key, _KEYS) or f"one of {', '.join(_KEYS)}")

    def mapping(key: str) -> dict[str, Any]:
        value = raw.get(key) or {}
        if not isinstance(value, dict):
            raise InputError(f"[{key}] is no mapping", where=document.where((key,)), do="write field: column")
        for name in value:
            if name not in FIELDS:
                raise InputError(f"[{shown(name)}] is nothing that a column stands for", where=document.where((key, name)), do=nearest(name, FIELDS) or f"one of {', '.join(FIELDS)}")
        return value

    def number(key: str, default: int) -> int:
        value = raw.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise InputError(f"[{shown(value)}] is no number of rows", where=document.where((key,)), do="write a whole number")
        return value

    name = raw.get("name")
    if not isinstance(name, str) or not slug(name):
        raise InputError("the map has no name", where=str(path), do="write name: my-sheet; it becomes a part of every id")
    columns = {k: str(v) for k, v in mapping("columns").items()}
    assume = {k: str(v) for k, v in mapping("assume").items()}
    values: dict[str, dict[str, str]] = {}
    for key, words in mapping("values").items():
        if not isinstance(words, dict):
            raise InputError(f"[{key}] is no mapping of words", where=document.where(("values", key)), do="write word: value")
        values[key] = {" ".join(str(w).lower().split()): str(v) for w, v in words.items()}
    for key, allowed in _CLOSED.items():
        for value in (*values.get(key, {}).values(), *([assume[key]] if key in assume else [])):
            if value not in allowed:
                raise InputError(f"[{shown(value)}] is no {key}", where=document.where(("values", key)), do=nearest(value, allowed) or f"one of {', '.join(allowed)}")
    for needed in ("state", "agency", "position", "source_date"):
        if needed not in columns and needed not in assume:
            raise InputError(f"nothing says the {needed}", where=str(path), do=f"name its column under columns, or a value for all rows under assume ({needed})")
    license, day_first = raw.get("license", ""), raw.get("day_first", False)
    if not isinstance(day_first, bool):
        raise InputError(f"[{shown(day_first)}] is no yes or no", where=document.where(("day_first",)), do="true where 3/4/2014 is the third of April, else leave it out")
    return SheetMap(slug(name), columns, values, assume, number("rows", 0), number("refused_at_most", 0), max(1, number("header", 1)), str(license or ""), day_first)


def _cells(path: Path) -> list[list[str]]:
    """All rows of a sheet as text: CSV, TSV or the first sheet of a workbook."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), do="check the path") from None
    if size > MAX_BYTES:
        raise InputError(f"more than {MAX_BYTES} bytes", where=str(path), do="split the sheet")
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        from python_calamine import CalamineError, CalamineWorkbook

        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            return [[_text(v) for v in row] for row in book.get_sheet_by_index(0).to_python(skip_empty_area=False)]
        except (CalamineError, IndexError):
            raise InputError("the workbook cannot be read", where=str(path), do="save it again, without a password") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("it is not UTF-8", where=str(path), do="save it as UTF-8") from None
    head = text.split("\n", 1)[0]
    delimiter = max(",\t;|", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InputError(f"it is no CSV ({error})", where=str(path), do="check its quotes") from None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.date().isoformat() if hasattr(value, "date") and callable(value.date) else str(value)


def read_sheet(path: Path, map: SheetMap, places: PlaceBook, *, hand: Path | None = None, before: int = 0) -> Batch:
    """The claims of a sheet. Raises ImportRefused or InputError where a check fails; nothing is written here."""
    cells = _cells(path)
    if len(cells) < map.header:
        raise ImportRefused("it has no header", where=path.name, do="say in the map which line it is: header: 3")
    header = [" ".join(c.split()) for c in cells[map.header - 1]]
    index: dict[str, int] = {}
    for name, column in map.columns.items():
        heading = " ".join(column.split())
        if header.count(heading) != 1:
            raise ImportRefused(f"[{shown(heading)}] is {'no column' if heading not in header else 'two columns'}", where=path.name, do=nearest(heading, header) or "correct the map")
        index[name] = header.index(heading)
    rows = [(n, row) for n, row in enumerate(cells[map.header :], map.header + 1) if any(c.strip() for c in row)]
    least = max(map.rows, before)
    if len(rows) < least:
        raise ImportRefused(f"{len(rows)} rows, where {least} were read before", where=path.name, do="a sheet that shrinks is looked at by a person: restore it, or take its rows out of imports.csv with a reason")
    batch = Batch()
    by_hand_rows = read_rows(hand, HAND_COLUMNS) if hand is not None else []
    matcher = ActorMatcher(places, by_hand(by_hand_rows))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    batch.read[map.name] = (path.name, digest, len(rows))
    declared = Declared(map.name, path.name, (), 0, refused_at_most=map.refused_at_most)
    first: dict[str, int] = {}
    wrong: list[ImportRefused] = []
    for number, row in rows:
        values = {name: row[at].strip() if at < len(row) else "" for name, at in index.items()}
        try:
            _one(batch, matcher, map, {f: values.get(f) or map.assume.get(f, "") for f in FIELDS}, number=number, file=path.name, first=first)
        except ImportRefused as error:
            wrong.append(error)
    if wrong:
        also = [f"{e.where}: {e.what}" for e in wrong[1:SHOWN]] + ([f"{len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else [])
        raise ImportRefused("; also ".join([wrong[0].what, *also]), where=wrong[0].where, do=wrong[0].do)
    check_refusals(batch, declared, settle=f"{hand or 'hand/actors.csv'} ({','.join(HAND_COLUMNS)})", limit="refused_at_most in the map")
    batch.remarks += _contradictions(batch, first)
    return batch


def _contradictions(batch: Batch, rows: Mapping[str, int]) -> list[str]:
    """The claims of a sheet by which one source takes two sides about one actor's policy of one day, each pair in a sentence."""
    by_day: dict[tuple[str, str, tuple[int, int]], list[Claim]] = {}
    for claim in batch.claims.values():
        if claim.about == "policy" and side(claim.position) != "unknown":
            by_day.setdefault((claim.actor, claim.source, claim.start), []).append(claim)
    return [
        f"rows {rows[a.id]} and {rows[b.id]} contradict each other: {a.actor} {a.position} and {b.position}, of one day and source. Both are kept"
        for a, *others in by_day.values()
        for b in others
        if side(a.position) != side(b.position)
    ]


def _date(text: str, *, day_first: bool, where: str) -> str:
    """A day as the registry writes it: ``2014``, ``2014-04`` or a day; also ``April 2014``, ``April 16, 2014`` and ``4/16/2014`` (``16/4/2014`` with ``day_first``).

    Raises:
        ImportRefused: it is none of them.
    """
    given = " ".join(text.split())
    if not given or _PARTIAL.match(given):
        return checked_date(given, where=where)
    try:
        month = _MONTH.match(given)
        found = local_of(f"{month['month']} 1, {month['year']}" if month else month_first(given) if day_first else given)
    except ValueError:
        found = None
    if found is None:
        return checked_date(given, where=where)
    return checked_date(found.day.isoformat()[: 7 if month else 10], where=where)


def _one(batch: Batch, matcher: ActorMatcher, map: SheetMap, row: dict[str, str], *, number: int, file: str, first: dict[str, int]) -> None:
    where = f"{file}:{number}"
    for name, words in map.values.items():
        row[name] = words.get(" ".join(row[name].lower().split()), row[name])
    row["position"] = "undecided" if row["position"] == "reviewing" else row["position"]
    for name, allowed in _CLOSED.items():
        if row[name] and row[name] not in allowed:
            raise ImportRefused(f"[{shown(row[name])}] is no {name}", where=where, do=f"say under values in the map what it stands for; one of {', '.join(allowed)}")
    accepts = tuple(a for a in (p.strip() for p in row["accepts"].replace(",", ";").split(";")) if a)
    for paper in accepts:
        if paper not in ACCEPTS:
            raise ImportRefused(f"[{shown(paper)}] is nothing to accept", where=where, do=nearest(paper, ACCEPTS) or f"some of {', '.join(ACCEPTS)}")
    if not row["position"] or not row["source_date"]:
        raise ImportRefused(f"no {'position' if not row['position'] else 'source_date'}", where=where, do="fill the cell, or give a value for all rows under assume")
    for name in ("announced", "effective", "ended", "source_date"):
        row[name] = _date(row[name], day_first=map.day_first, where=where)
    fips = row["fips"].zfill(5) if row["fips"].isdecimal() and len(row["fips"]) == 4 else row["fips"]
    match = batch.matched(matcher, Printed(row["state"], row["agency"], row["kind"], row["county"], row["city"], fips), importer=map.name, row=number, seen=row["source_date"])
    if match.actor is None:
        return
    title, publisher = row["source_title"] or map.name, row["source_publisher"]
    source = batch.source(
        Source(source_id(title, publisher, row["source_url"], row["source_date"]), title, publisher, row["source_date"], date_basis(row["source_date"]), row["source_url"], "", "", "page", map.license or "not stated")
    )
    # Without an id of its own a row is known by what it says of which actor: neither order nor spelling changes that.
    said = "\x1f".join((match.actor.id, *(row[f] for f in FIELDS if f not in _WHERE)))
    own = row["id"] or f"{match.actor.id.removeprefix('us/')}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"
    id = f"{map.name}--{slug(own)}"
    if id in first:
        if row["id"]:
            raise ImportRefused(f"the id [{shown(row['id'])}] stands twice", where=where, do="give each row its own id")
        batch.log[-1] = replace(batch.log[-1], reason=f"says what row {first[id]} says: one claim")
        batch.remarks.append(f"row {number} says what row {first[id]} says: one claim")
        return
    first[id] = number
    claimant = row["claimant"] or "not stated"
    batch.claim(
        Claim(
            id, match.actor.id, row["about"] or "policy", row["position"], source, claimant, row["voice"] or ("own" if claimant == "agency" else "report"),
            accepts, row["notice"], row["interviews"], row["payment"], row["motive"], tuple(c.strip() for c in row["cites"].split(";") if c.strip()), tuple(sorted({d.strip() for d in row["disputes"].split(";") if d.strip()})),
            row["announced"], row["effective"], row["ended"], "", "", row["source_date"], row["speaker"], row["locator"], row["confidence"], row["note"], where,
        ),
        where=where,
    )  # fmt: skip


def import_sheet(path: Path, *, map: Path, registry: Path, places: PlaceBook) -> tuple[Batch, tuple[str, ...]]:
    """Read a sheet by its map and put its claims into the user's folder ``registry``; the batch and the files that changed.

    What this map's name wrote before is replaced; everything else in the folder stays. The same sheet again changes nothing.

    Raises:
        ImportRefused: a check failed; the folder is as it was.
    """
    declared = read_map(map)
    before = {row["importer"]: row for row in read_rows(registry / "imports.csv", IMPORT_COLUMNS)}
    rows = int(before[declared.name]["rows"]) if declared.name in before else 0
    batch = read_sheet(path, declared, places, hand=registry / "hand" / "actors.csv", before=rows)
    _check_disputes(batch, registry, file=path.name)
    return batch, put(batch, registry, prefix=f"{declared.name}--", importer=declared.name)


def _check_disputes(batch: Batch, registry: Path, *, file: str) -> None:
    """Raises ImportRefused where a row denies a claim that is neither shipped, nor in the folder, nor in the sheet."""
    denying = [(c, d) for c in batch.claims.values() for d in c.disputes]
    if denying:
        known = load_registry().claims.keys() | records_of(registry).claims.keys() | batch.claims.keys()
        for claim, denied in denying:
            if denied not in known or denied == claim.id:
                raise ImportRefused(f"[{shown(denied)}] is no claim that it can deny", where=claim.origin or file, do=nearest(denied, known) or "give ids as dueprocess agencies show prints them, with ; between them")


def put(batch: Batch, registry: Path, *, prefix: str, importer: str) -> tuple[str, ...]:
    """Replace in a folder the claims and counts whose ids begin with ``prefix`` by those of the batch; the names of the files
    changed."""
    kept = records_of(registry)
    merged = Batch()
    merged.actors = kept.actors | batch.actors
    merged.sources = kept.sources | batch.sources
    merged.claims = {i: c for i, c in kept.claims.items() if not i.startswith(prefix)} | batch.claims
    merged.counts = {i: c for i, c in kept.counts.items() if not i.startswith(prefix)} | batch.counts
    used = {c.source for c in merged.claims.values()} | {c.source for c in merged.counts.values()}
    merged.sources = {i: s for i, s in merged.sources.items() if i in used}
    about = {c.actor for c in merged.claims.values()}
    merged.actors = {i: a for i, a in merged.actors.items() if i in about}
    merged.log = [e for e in kept.log if e.importer != importer] + batch.log
    merged.read = {i: r for i, r in kept.read.items() if i != importer} | batch.read
    merged.seen_names = {a: {n: list(d) for n, d in names.items()} for a, names in kept.seen_names.items() if a in about}
    for actor, names in batch.seen_names.items():
        for name, seen in names.items():
            merged.seen_names.setdefault(actor, {}).setdefault(name, []).extend(seen)
    changed = []
    for name, text in texts_of(merged).items():
        target = registry / name
        if not target.exists() or target.read_bytes() != text.encode():
            registry.mkdir(parents=True, exist_ok=True)
            write_whole(target, text.encode())
            changed.append(name)
    return tuple(changed)


