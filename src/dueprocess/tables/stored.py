"""Tables that are stored as such: Parquet, SQLite, DuckDB, PostgreSQL; and files in object stores."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.tables.engine import Engine, literal, module, quoted
from dueprocess.tables.header import names
from dueprocess.tables.raw import Raw, store


def read_parquet(engine: Engine, path: Path, *, name: str, stem: str) -> Raw:
    """A Parquet file, read in place as text: typed instants get their offset, dates stay dates."""
    duckdb = module("duckdb")
    source = f"read_parquet({literal(path)}, file_row_number = true)"
    try:
        columns = [row[0] for row in engine.rows(f"DESCRIBE SELECT * FROM {source}") if row[0] != "file_row_number"]
        table = engine.fresh("raw")
        # Read where it lies: each step takes only the columns that it needs.
        engine.run(f"CREATE VIEW {table} AS SELECT {_as_text(columns)}, file_row_number + 1 AS _line FROM {source}")
    except duckdb.Error:
        raise InputError("the Parquet file cannot be read", where=name, do="write it again, or fetch it again") from None
    return Raw(file=name, name=stem, table=table, headers=names(columns, width=len(columns), where=name), path=path, printed=False, dense=True)


def _as_text(columns: Sequence[str]) -> str:
    return ", ".join(f"CAST({quoted(c)} AS VARCHAR) AS c{i}" for i, c in enumerate(columns))


def read_duckdb(engine: Engine, path: Path, *, name: str, only: str | None = None) -> list[Raw]:
    """Every table of a DuckDB file, or the one named; the file is opened for reading only."""
    duckdb = module("duckdb")
    try:
        engine.run(f"ATTACH {literal(path)} AS foreign_file (READ_ONLY)")
    except duckdb.Error:
        raise InputError("the DuckDB file cannot be read", where=name, do="close what else has it open, or export the tables as Parquet") from None
    try:
        tables = [r[0] for r in engine.rows("SELECT table_name FROM information_schema.tables WHERE table_catalog = 'foreign_file' ORDER BY table_name")]
        found = []
        for title in _chosen(tables, only, name):
            source = f"foreign_file.{quoted(title)}"
            columns = [row[0] for row in engine.rows(f"DESCRIBE {source}")]
            table = engine.fresh("raw")
            engine.run(f"CREATE TABLE {table} AS SELECT {_as_text(columns)}, row_number() OVER () AS _line FROM {source}")
            found.append(Raw(file=f"{name}[{title}]", name=title, table=table, headers=names(columns, width=len(columns), where=name), path=path, sheet=title, printed=False))
        return found
    except duckdb.Error:
        raise InputError("a table of the DuckDB file cannot be read", where=name, do="export it as Parquet") from None
    finally:
        engine.run("DETACH foreign_file")


def _chosen(tables: Sequence[str], only: str | None, name: str) -> list[str]:
    if not tables:
        raise InputError("there is no table in it that may be read", where=name, do="give one with a table, or ask for the right to read it")
    if only is not None and only not in tables:
        raise InputError(f"there is no table [{only}]", where=name, do=f"one of {', '.join(tables[:10])}")
    return [only] if only is not None else list(tables)


def read_sqlite(engine: Engine, path: Path, *, name: str, only: str | None = None) -> list[Raw]:
    """Every table of a SQLite file, or the one named, by the standard library."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        tables = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name")]
        found = []
        for title in _chosen(tables, only, name):
            cursor = connection.execute(f"SELECT * FROM {quoted(title)}")
            columns = [d[0] for d in cursor.description]
            table = store(engine, _records(cursor), width=len(columns))
            found.append(Raw(file=f"{name}[{title}]", name=title, table=table, headers=names(columns, width=len(columns), where=name), path=path, sheet=title, printed=False))
        return found
    except sqlite3.Error:
        raise InputError("the SQLite file cannot be read", where=name, do="check it with the program that wrote it, or export CSV") from None
    finally:
        connection.close()


def _records(cursor: Any) -> Iterator[tuple[int, Sequence[str | None]]]:
    line = 0
    while batch := cursor.fetchmany(10_000):
        for row in batch:
            line += 1
            yield line, [_text(v) for v in row]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).replace("\x00", "")


_SESSION = "-c default_transaction_read_only=on -c timezone=UTC -c datestyle=ISO -c synchronize_seqscans=off"
"""Times are text with an offset, whatever the server's own settings; rows come in the order in which they lie."""


def read_postgres(engine: Engine, url: str, *, only: str | None = None) -> list[Raw]:
    """Every table and view of a PostgreSQL schema ``public``, or the one named, streamed in one read-only transaction.

    Raises:
        InputError: the driver is not installed, the server does not answer, or a table may not be read. The address is
            not repeated: it may hold a password.
    """
    psycopg = module("psycopg")
    try:
        with psycopg.connect(url, options=_SESSION) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            tables = [r[0] for r in connection.execute("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name")]
            return [_read_postgres(engine, connection, title) for title in _chosen(tables, only, "postgres")]
    except psycopg.errors.InsufficientPrivilege:
        raise InputError("a table of the database may not be read", where="postgres", do="ask for the right to read it, or name another table under tables of the map") from None
    except psycopg.Error:
        raise InputError("the database does not answer, or refuses", where="postgres", do="check the address, the name and the password") from None


def _read_postgres(engine: Engine, connection: Any, title: str) -> Raw:
    columns = [d.name for d in connection.execute(f"SELECT * FROM {quoted(title)} LIMIT 0").description]
    digest = hashlib.sha256()

    def hashed(records: Iterator[tuple[int, Sequence[str | None]]]) -> Iterator[tuple[int, Sequence[str | None]]]:
        for line, cells in records:
            digest.update(repr(cells).encode())
            yield line, cells

    with connection.cursor(name="dueprocess_read") as cursor:
        cursor.itersize = 10_000
        cursor.execute(f"SELECT {', '.join(f'{quoted(c)}::text' for c in columns)} FROM {quoted(title)}")
        table = store(engine, hashed(_records(cursor)), width=len(columns))
    return Raw(file=f"postgres[{title}]", name=title, table=table, headers=names(columns, width=len(columns), where=title), sheet=title, printed=False, digest=digest.hexdigest())


def fetched(url: str, *, bare: str, scratch: Path) -> list[tuple[str, Path]]:
    """The file at an address of an object store, or every file of a folder there: (name, local copy).

    Any address that ``pyarrow.fs.FileSystem.from_uri`` takes; ``bare`` is the address as it may be printed.

    Raises:
        InputError: there is nothing there, or the store does not answer.
    """
    files = module("pyarrow.fs")
    arrow = module("pyarrow")
    try:
        store_, at = files.FileSystem.from_uri(url)
        info = store_.get_file_info(at)
        if info.type == files.FileType.NotFound:
            raise InputError("there is no such file", where=bare, do="check the address")
        listed = [info] if info.type == files.FileType.File else [i for i in store_.get_file_info(files.FileSelector(at)) if i.type == files.FileType.File]
        found = []
        for item in sorted(listed, key=lambda i: i.path):
            target = scratch / f"fetched-{len(list(scratch.iterdir()))}-{Path(item.path).name}"
            with store_.open_input_stream(item.path) as source, target.open("wb") as out:
                while part := source.read(1 << 22):
                    out.write(part)
            found.append((Path(item.path).name, target))
        return found
    except (arrow.ArrowException, OSError, ValueError):
        raise InputError("the object store does not answer, or refuses", where=bare, do="check the address and the right to read it") from None
