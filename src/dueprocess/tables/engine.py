"""DuckDB as the engine that reads and shapes foreign tables: one file on disk, bounded memory, spilling where needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dueprocess.kernel.errors import InputError

MEMORY = "2500MB"
"""What DuckDB may take; beyond it, it writes to the scratch folder. Python and the lawbook come on top."""


def quoted(name: str) -> str:
    """A name as SQL writes an identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A value as SQL writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def module(name: str) -> Any:
    """An optional library, imported when first needed: a plain import of the package must not pay for it.

    Raises:
        InputError: it is not installed.
    """
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        raise InputError(f"the library [{name}] is not installed", do="install dueprocess with the extra that this input needs, as in docs/reference/map-file.md") from None


class Engine:
    """A connection with a scratch folder. Everything here is thrown away with the folder."""

    def __init__(self, scratch: Path, *, memory: str = MEMORY) -> None:
        duckdb = module("duckdb")
        self.scratch = scratch
        self.connection = duckdb.connect()
        self._names = 0
        self.zones: set[str] = set()
        """The zones that the table of clocks has (``zoneclock``)."""
        for setting in (
            f"SET memory_limit = {literal(memory)}",
            f"SET temp_directory = {literal(scratch / 'spill')}",
            # Instants in typed inputs become text with an offset, never in the zone of this machine.
            "SET TimeZone = 'UTC'",
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
            # A list of values in a condition would become a join that every row goes through, even where the condition is
            # not asked or its column not read.
            "SET disabled_optimizers = 'in_clause'",
        ):
            self.connection.execute(setting)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement for its effect."""
        self.connection.execute(sql, list(parameters) or None)

    def insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Put rows into a table: all of them as one Arrow table, since one by one each costs milliseconds."""
        if not rows:
            return
        arrow = module("pyarrow")
        columns = [list(c) for c in zip(*rows, strict=True)]
        self.connection.register("_incoming", arrow.table(columns, names=[f"c{i}" for i in range(len(columns))]))
        self.run(f"INSERT INTO {table} SELECT * FROM _incoming")
        self.connection.unregister("_incoming")

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query: for small answers only."""
        found: list[tuple[Any, ...]] = self.connection.execute(sql, list(parameters) or None).fetchall()
        return found

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        """The only row of a query that has exactly one."""
        return self.rows(sql, parameters)[0]

    def batches(self, sql: str, size: int = 50_000) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query, some at a time, over a cursor of its own."""
        cursor = self.connection.cursor()
        cursor.execute(sql)
        while batch := cursor.fetchmany(size):
            yield batch

    def fresh(self, stem: str) -> str:
        """A table name not used before."""
        self._names += 1
        return f"{stem}_{self._names}"

    def close(self) -> None:
        self.connection.close()


@contextmanager
def engine(*, within: Path, memory: str = MEMORY) -> Iterator[Engine]:
    """An engine whose scratch files lie within a folder and go when it closes."""
    with TemporaryDirectory(prefix=".work-", dir=within) as folder:
        opened = Engine(Path(folder), memory=memory)
        try:
            yield opened
        finally:
            opened.close()
