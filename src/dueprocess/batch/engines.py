"""Where the stages run. An engine makes tables of SQL, reads Parquet, and writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from dueprocess.batch.calendars import UNVERIFIED


class Engine(Protocol):
    """What a run asks of an engine."""

    def expect(self, rows: int) -> None:
        """How many rows the next stages have, where an engine works otherwise with few."""

    def table(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """A small table from rows; columns by SQL type."""

    def arrow(self, name: str, data: Any) -> None:
        """A table from an Arrow table."""

    def make(self, name: str, sql: str, *, view: bool = False) -> None:
        """A table of that name from a query, in place of an older one; with ``view`` only its text, worked out where used."""

    def parquet(self, name: str, *paths: Path) -> None:
        """Parquet files, or folders of them, as one table by name."""

    def columns(self, name: str) -> dict[str, str]:
        """The columns of a table with their types, as this engine writes them."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query that has few."""

    def write(self, sql: str, path: Path, *, by_row: bool = False) -> None:
        """The rows of a query as a Parquet file or a folder of them, whole or not at all; with ``by_row`` sorted by
        their column ``row``, if the engine makes use of that later."""

    def write_sorted(self, sql: str, path: Path, *, in_order: bool = False) -> None:
        """The rows of a query as one Parquet file, whole or not at all, sorted by its column ``row``. ``in_order``: so
        they come already, if the engine keeps the order of what it reads."""

    def drop(self, names: Iterable[str]) -> None:
        """Forget tables."""

    def beside(self) -> Sequence[Engine]:
        """Engines that see the tables of this one and keep their own to themselves: as many as may work at the same time.
        They end with this one."""

    def interrupt(self) -> None:
        """Stop what it does in another thread, if it can; there that is an error."""

    def close(self) -> None: ...


_AT_ONCE = 2
"""Engines of DuckDB that work at the same time: where one has work for one core only, as to plan a query, the other has
more. Each takes memory for a part of its own."""


class DuckEngine:
    """DuckDB in this process, spilling to ``folder`` beyond ``memory`` (as ``3GB``). One ``beside`` another shares its
    database, memory and threads."""

    def __init__(self, folder: Path, *, memory: str = "3GB", threads: int | None = None, beside: DuckEngine | None = None) -> None:
        import duckdb

        config: dict[str, Any] = {"memory_limit": memory, "temp_directory": str(folder / "spill"), "preserve_insertion_order": False}
        if threads:
            config["threads"] = threads
        self.connection: duckdb.DuckDBPyConnection = beside.connection.cursor() if beside else duckdb.connect(config=config)
        self._create = f"CREATE OR REPLACE{' TEMP' if beside else ''}"
        self._at_once = 1 if threads == 1 else _AT_ONCE
        self._beside: list[DuckEngine] = []
        # DuckDB would draw one on standard output, which belongs to whoever called.
        self.connection.execute("SET enable_progress_bar = false")
        # A query names the table that is to be looked up after the rows that look it up, whatever DuckDB takes their
        # numbers to be once it has guessed what share of them a filter leaves.
        self.connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
        self.folder = folder
        self._other: dict[bool, set[str]] = {True: set(), False: set()}
        """Names in use by tables (True) and by views (False): one name is never both."""

    def beside(self) -> Sequence[DuckEngine]:
        if not self._beside:
            self._beside = [type(self)(self.folder, beside=self) for _ in range(self._at_once)]
        return self._beside

    def interrupt(self) -> None:
        self.connection.interrupt()

    def expect(self, rows: int) -> None:
        """Nothing is done otherwise."""

    def table(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        self.arrow(name, arrow_table(columns, rows))

    def arrow(self, name: str, data: Any) -> None:
        self.connection.register("incoming", data)
        self.connection.execute(f"{self._create} TABLE {name} AS SELECT * FROM incoming")
        self.connection.unregister("incoming")

    def make(self, name: str, sql: str, *, view: bool = False) -> None:
        if name in self._other[view]:
            self.connection.execute(f"DROP {'TABLE' if view else 'VIEW'} IF EXISTS {name}")
        self._other[not view].add(name)
        self._other[view].discard(name)
        self.connection.execute(f"{self._create} {'VIEW' if view else 'TABLE'} {name} AS {sql}")

    def parquet(self, name: str, *paths: Path) -> None:
        sources = ", ".join(_literal(p / "*.parquet" if p.is_dir() else p) for p in paths)
        self.connection.execute(f"{self._create} VIEW {name} AS SELECT * FROM read_parquet([{sources}])")

    def columns(self, name: str) -> dict[str, str]:
        return {str(r[0]): str(r[1]) for r in self.rows(f"DESCRIBE {name}")}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def write(self, sql: str, path: Path, *, by_row: bool = False) -> None:
        self._copy(f"{sql} ORDER BY row" if by_row else sql, path).replace(path)

    def write_sorted(self, sql: str, path: Path, *, in_order: bool = False) -> None:
        if in_order:
            self.connection.execute("SET preserve_insertion_order = true")
            partial = self._copy(sql, path)
            self.connection.execute("SET preserve_insertion_order = false")
            # Rows are numbered without a gap where nothing was taken out: then each lies at its place or some do not.
            apart = self.rows(f"SELECT min(row - file_row_number) = max(row - file_row_number) FROM read_parquet({_literal(partial)}, file_row_number = true)")
            if apart[0][0] is not False:
                partial.replace(path)
                return
        self._copy(f"{sql} ORDER BY row", path).replace(path)

    def _copy(self, sql: str, path: Path) -> Path:
        partial = path.with_name(path.name + ".partial")
        # The second version of Parquet writes numbers as differences, which beats a stronger compression in both time
        # and room; a dictionary of numbers that hardly repeat is given up early.
        self.connection.execute(f"COPY ({sql}) TO {_literal(partial)} (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 2000)")
        return partial

    def drop(self, names: Iterable[str]) -> None:
        for name in names:
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")

    def close(self) -> None:
        for one in self._beside:
            one.close()
        self.connection.close()


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def arrow_table(columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> Any:
    """Rows as an Arrow table; columns by SQL type, BIGINT or VARCHAR."""
    import pyarrow as pa

    data = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table({c: (_whole_numbers if kind == "BIGINT" else _texts)(values) for (c, kind), values in zip(columns.items(), data, strict=True)})


def numbers_table(columns: Mapping[str, NDArray[np.int64]]) -> Any:
    """Columns of 64-bit numbers as an Arrow table; UNVERIFIED is null."""
    import pyarrow as pa

    return pa.table({name: _numbers(values, None if (present := values != UNVERIFIED).all() else present) for name, values in columns.items()})


def _whole_numbers(values: Sequence[int | None]) -> Any:
    return _numbers(np.array([v or 0 for v in values] if None in values else values, dtype=np.int64), _present(values))


def _numbers(values: NDArray[np.int64], present: NDArray[np.bool_] | None) -> Any:
    """An Arrow array of 64-bit numbers. ``pyarrow.array`` would load all of pandas first, where that is installed."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int64(), len(values), [_bits(present), pa.py_buffer(np.ascontiguousarray(values, dtype=np.int64))])


def _texts(values: Sequence[str | None]) -> Any:
    import pyarrow as pa

    parts = [b"" if v is None else v.encode() for v in values]
    ends = np.array(list(accumulate(map(len, parts), initial=0)), dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(parts), [_bits(_present(values)), pa.py_buffer(ends), pa.py_buffer(b"".join(parts))])


def _present(values: Sequence[Any]) -> NDArray[np.bool_] | None:
    """Which values are not null; None where all are there."""
    return np.array([v is not None for v in values]) if None in values else None


def _bits(present: NDArray[np.bool_] | None) -> Any:
    """A bit for each value as Arrow keeps it."""
    import pyarrow as pa

    return None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))
