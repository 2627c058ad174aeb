"""The prepared tables as Parquet files, ordered by stay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dueprocess.case.custody import (
    EVENT_COLUMNS,
    EVENT_TIMES,
    GROUND_COLUMNS,
    GROUND_TIMES,
    PAPER_COLUMNS,
    PAPER_TIMES,
    stay_schema,
    time_columns,
)
from dueprocess.tables.engine import Engine, literal, quoted
from dueprocess.tables.finishing import Finished


def write(engine: Engine, out: Path, done: Finished, *, by: Sequence[str]) -> None:
    """Write every table of the folder but ``prepared.json``."""
    stays = [*stay_schema(), *done.facts, *(c for c in ("determined_probable_cause", "determined_probable_cause_at") if done.determined), *by]
    _copy(engine, f"SELECT {', '.join(quoted(c) for c in stays)} FROM {done.stays} ORDER BY row", out / "stays.parquet")
    parts = (("papers", PAPER_COLUMNS, PAPER_TIMES), ("grounds", GROUND_COLUMNS, GROUND_TIMES), ("events", EVENT_COLUMNS, EVENT_TIMES))
    for name, columns, times in parts:
        schema = {**columns, **time_columns(times)}
        table = done.parts.get(name)
        if table is None:
            query = f"SELECT {', '.join(f'NULL::{kind} AS {column}' for column, kind in schema.items())} WHERE FALSE"
        else:
            query = f"SELECT {', '.join(f'{column}::{kind} AS {column}' for column, kind in schema.items())} FROM {table} ORDER BY row, _ord"
        _copy(engine, query, out / f"{name}.parquet")
    _copy(engine, 'SELECT file, row, "column", code, what, count, stay_row FROM problems ORDER BY file, code, "column", row NULLS LAST', out / "problems.parquet")
    _copy(engine, 'SELECT * FROM unread ORDER BY file, row, "column"', out / "unread.parquet")
    engine.run(f"COPY (SELECT * EXCLUDE (_on) FROM matches ORDER BY ALL) TO {literal(out / 'matches.csv')} (FORMAT csv, HEADER)")


def _copy(engine: Engine, query: str, path: Path) -> None:
    engine.run(f"COPY ({query}) TO {literal(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
