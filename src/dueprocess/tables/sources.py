"""What a user names as input, to tables as they stand in it: the bytes say what a file is, not its name."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from dueprocess.kernel.errors import InputError
from dueprocess.tables.delimited import read_delimited
from dueprocess.tables.engine import Engine, module
from dueprocess.tables.problems import Problems
from dueprocess.tables.raw import Raw, settle
from dueprocess.tables.sheets import read_sheets
from dueprocess.tables.stored import fetched, read_duckdb, read_parquet, read_postgres, read_sqlite

MOST_FILES = 2_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_SUFFIXES = (".gz", ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsb", ".ods", ".parquet", ".sqlite", ".db", ".duckdb")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a map says that a file is to be read."""

    file: str = "*"
    sheet: str | None = None
    header: int | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """A file that was read: its name without folders, SHA-256 and size; rows of data in all its tables."""

    file: str
    sha256: str
    bytes: int
    rows: int


def named(text: str) -> Path | str:
    """What a user names as input: a path, or, where it has a scheme, the address of a database or an object store.

    An address must not become a path, which would take one of its two slashes away.
    """
    return text if "://" in text else Path(text)


def bare(address: Path | str) -> str:
    """An input as it may be printed: an address without user, password and options."""
    text = str(address)
    if "://" not in text:
        return text
    scheme, _, rest = text.partition("://")
    place = rest.partition("?")[0]
    host, slash, path = place.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def stem(name: str) -> str:
    """A file's name without the endings of formats: ``stays.csv.gz`` is the table ``stays``."""
    found = Path(name).name
    while any(found.lower().endswith(s) and len(found) > len(s) for s in _SUFFIXES):
        found = found[: found.rindex(".")]
    return found


def files_of(inputs: Sequence[Path | str], *, scratch: Path) -> list[tuple[str, Path | str]]:
    """(name, file or database address) of every input; a folder gives the files in it, sorted by name.

    Raises:
        InputError: there is no such file, nothing in a folder, or two files of one name.
    """
    found: list[tuple[str, Path | str]] = []
    for item in inputs:
        text = str(item)
        if text.startswith(("postgres://", "postgresql://")):
            found.append(("postgres", text))
        elif "://" in text:
            found += fetched(text, bare=bare(text), scratch=scratch)
        else:
            path = Path(item)
            if not path.exists():
                raise InputError("there is no such file", where=text, do="check the path")
            if path.is_dir():
                inside = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith(".") and p.suffix.lower() not in (".md", ".yaml", ".yml", ".json", ".py"))
                if not inside:
                    raise InputError("there is no file in this folder", where=text, do="name a table or a folder of tables")
                found += [(p.name, p) for p in inside]
            elif not path.is_file():
                raise InputError("this is no file", where=text, do="name a table")
            else:
                found.append((path.name, path))
    if not found:
        raise InputError("no input is named", do="name a table")
    if len(found) > MOST_FILES:
        raise InputError(f"{len(found)} files", do=f"at most {MOST_FILES} are read in one run")
    taken: set[str] = set()
    for number, (name, where) in enumerate(found):
        if name in taken:  # two folders may hold files of one name: each problem must name one of them
            found[number] = (f"{name}#{number + 1}", where)
        taken.add(found[number][0])
    return found


def read_all(
    engine: Engine, inputs: Sequence[Path | str], *, problems: Problems, known: Collection[str] = (), readings: Sequence[Reading] = ()
) -> tuple[list[Raw], list[Input]]:
    """Every table of every input, its rows of data settled."""
    raws: list[Raw] = []
    listed: list[Input] = []
    for name, path in files_of(inputs, scratch=engine.scratch):
        reading = next((r for r in readings if fnmatch(name.lower(), r.file.lower()) and (r.header or r.delimiter or r.sheet)), Reading())
        # One sheet alone is read only where every table that is made of the file is of that sheet.
        wanted = {r.sheet or "*" for r in readings if fnmatch(name.lower(), r.file.lower())}
        found = _read(engine, name, path, problems=problems, known=known, reading=reading, only=one if len(wanted) == 1 and "*" not in (one := next(iter(wanted))) else None)
        for raw in found:
            try:
                settle(engine, raw, problems)
            except module("duckdb").Error:
                raise InputError("its rows cannot be read", where=raw.file, do="write the file again, or fetch it again") from None
        raws += found
        # Of a database the rows as they were read: there is no file whose bytes could be hashed.
        digest, size = _digest(path) if isinstance(path, Path) else (hashlib.sha256("".join(r.digest for r in found).encode()).hexdigest(), 0)
        listed.append(Input(name, digest, size, sum(r.rows for r in found)))
    return raws, listed


def _read(engine: Engine, name: str, path: Path | str, *, problems: Problems, known: Collection[str], reading: Reading, only: str | None) -> list[Raw]:
    if isinstance(path, str):
        return read_postgres(engine, path, only=only)
    try:
        with path.open("rb") as handle:
            start = handle.read(16)
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", where=name, do="check its permissions") from None
    if start[:4] == b"PAR1":
        return [read_parquet(engine, path, name=name, stem=stem(name))]
    if start == b"SQLite format 3\x00":
        return read_sqlite(engine, path, name=name, only=only)
    if start[8:12] == b"DUCK":
        return read_duckdb(engine, path, name=name, only=only)
    if start[:4] == b"PK\x03\x04" or start[:4] == _OLD_OFFICE:
        if start[:4] != _OLD_OFFICE and not _workbook(path):
            raise InputError("this is a zip archive, not a table", where=name, do="unpack it and name the files in it")
        return read_sheets(engine, path, name=name, problems=problems, known=known, sheet=only, header=reading.header)
    if start[:5] == b"%PDF-":
        raise InputError("this is a PDF, not a table", where=name, do="ask for the records as a spreadsheet, or copy the table out of it")
    return [read_delimited(engine, path, name=name, stem=stem(name), problems=problems, known=known, delimiter=reading.delimiter, header=reading.header)]


def _workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(n.startswith("xl/") or n == "content.xml" for n in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise InputError("the workbook is broken", where=path.name, do="open it in a spreadsheet program and save it again") from None


def _digest(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as handle:
        while part := handle.read(1 << 20):
            digest.update(part)
            size += len(part)
    return digest.hexdigest(), size


def grouped(raws: Sequence[Raw], tables: Mapping[str, Reading]) -> dict[str, list[Raw]]:
    """Which of the tables read each table of a map is made of.

    Raises:
        InputError: one of them has none.
    """
    found: dict[str, list[Raw]] = {}
    for name, reading in tables.items():
        of_file = [r for r in raws if fnmatch(r.file.split("[")[0].lower(), reading.file.lower()) or fnmatch(stem(r.file.split("[")[0]).lower(), reading.file.lower())]
        found[name] = [r for r in of_file if reading.sheet is None or r.sheet is None or r.sheet == reading.sheet or ("*" in reading.sheet and fnmatch(r.sheet.lower(), reading.sheet.lower()))]
        if not found[name]:
            raise InputError(f"no input fits the table [{name}] (file [{reading.file}]{f', sheet [{reading.sheet}]' if reading.sheet else ''})", where="map", do="name the file among the inputs, or correct the map's tables")
    return found
