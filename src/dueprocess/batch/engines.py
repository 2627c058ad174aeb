"""Where the stages run. An engine makes tables of SQL, reads Parquet, and writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

SQL_TYPES = {"BIGINT": "int64", "VARCHAR": "string", "BOOLEAN": "bool", "DOUBLE": "float64", "DATE": "date32[day]"}


class Engine(Protocol):
    """What a run asks of an engine."""

    def table(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """A small table from rows; columns by SQL type."""

    def make(self, name: str, sql: str) -> None:
        """A table of that name from a query, in place of an older one."""

    def parquet(self, name: str, path: Path) -> None:
        """A Parquet file, or a folder of them, by name."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query that has few."""

    def write(self, sql: str, path: Path) -> None:
        """The rows of a query as one Parquet file, whole or not at all."""

    def drop(self, names: Iterable[str]) -> None:
        """Forget tables."""

    def close(self) -> None: ...


class DuckEngine:
    """DuckDB in this process, spilling to ``folder`` beyond ``memory`` (as ``3GB``)."""

    def __init__(self, folder: Path, *, memory: str = "3GB", threads: int | None = None) -> None:
        import duckdb

        config: dict[str, Any] = {"memory_limit": memory, "temp_directory": str(folder / "spill"), "preserve_insertion_order": False}
        if threads:
            config["threads"] = threads
        self.connection = duckdb.connect(config=config)
        self.folder = folder

    def table(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        import pyarrow as pa

        data = list(zip(*rows, strict=True)) or [()] * len(columns)
        types = {"BIGINT": pa.int64(), "VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "DOUBLE": pa.float64()}
        arrow = pa.table({c: pa.array(values, type=types[t]) for (c, t), values in zip(columns.items(), data, strict=True)})
        self.connection.register("incoming", arrow)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming")
        self.connection.unregister("incoming")

    def make(self, name: str, sql: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")

    def parquet(self, name: str, path: Path) -> None:
        source = str(path / "*.parquet" if path.is_dir() else path).replace("'", "''")
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet('{source}')")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def write(self, sql: str, path: Path) -> None:
        partial = path.with_name(path.name + ".partial")
        target = str(partial).replace("'", "''")
        self.connection.execute(f"COPY ({sql}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        partial.replace(path)

    def drop(self, names: Iterable[str]) -> None:
        for name in names:
            self.connection.execute(f"DROP TABLE IF EXISTS {name}")

    def close(self) -> None:
        self.connection.close()
