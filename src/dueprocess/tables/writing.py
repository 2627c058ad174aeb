"""The prepared tables as Parquet files, ordered by stay."""

from __future__ import annotations

import os
import shutil
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

NAMING = ("stay_id", "person", "source_file", "source_row")
"""Columns that say which stay a row is; nothing is decided by them."""


def write_bare(engine: Engine, out: Path, done: Finished, *, whole: Path, of: Finished) -> None:
    """Write the tables without assumptions, their stays without ``NAMING`` and what is carried along: rows have the numbers that
    they have in the folder ``whole``. Tables that are the same there (``of``) are taken from it."""
    out.mkdir(parents=True, exist_ok=True)
    _write_stays(engine, out, done, leave=NAMING)
    same = [n for n in ("papers", "grounds", "events") if done.parts.get(n) == of.parts.get(n)]
    _write_parts(engine, out, done, [n for n in PARTS if n not in same])
    for name in [*(f"{n}.parquet" for n in (*same, "problems", "unread")), "matches.csv"]:
        (out / name).unlink(missing_ok=True)
        try:
            os.link(whole / name, out / name)  # the same bytes, not a second time
        except OSError:
            shutil.copyfile(whole / name, out / name)


def write(engine: Engine, out: Path, done: Finished, *, by: Sequence[str]) -> None:
    """Write every table of the folder but ``prepared.json``."""
    _write_stays(engine, out, done, by=by)
    _write_parts(engine, out, done, list(PARTS))
    _copy(engine, 'SELECT file, row, "column", code, what, count, stay_row FROM problems ORDER BY file, code, "column", row NULLS LAST', out / "problems.parquet")
    _copy(engine, 'SELECT * FROM unread ORDER BY file, row, "column"', out / "unread.parquet")
    engine.run(f"COPY (SELECT * EXCLUDE (_on) FROM matches ORDER BY ALL) TO {literal(out / 'matches.csv')} (FORMAT csv, HEADER)")


PARTS = {"papers": (PAPER_COLUMNS, PAPER_TIMES), "grounds": (GROUND_COLUMNS, GROUND_TIMES), "events": (EVENT_COLUMNS, EVENT_TIMES)}


def _write_stays(engine: Engine, out: Path, done: Finished, *, by: Sequence[str] = (), leave: Sequence[str] = ()) -> None:
    schema = {c: kind for c, kind in stay_schema().items() if c not in leave}
    stays = [*schema, *done.facts, *(c for c in ("determined_probable_cause", "determined_probable_cause_at") if done.determined), *by]
    late = {c: made for c, made in done.late.items() if c in schema}
    # What is long or costs much is not carried through the sorting.
    sorted_ = ", ".join(carried for c in stays if (carried := late[c][0] if c in late else quoted(c)) is not None)
    chosen = ", ".join(f"{late[c][1] if c in late else quoted(c)}{f'::{schema[c]}' if c in schema else ''} AS {quoted(c)}" for c in stays)
    _copy(engine, f"SELECT {chosen} FROM (SELECT {sorted_} FROM {done.stays} ORDER BY row)", out / "stays.parquet")


def _write_parts(engine: Engine, out: Path, done: Finished, names: Sequence[str]) -> None:
    for name in names:
        columns, times = PARTS[name]
        schema = {**columns, **time_columns(times)}
        table = done.parts.get(name)
        if table is None:
            query = f"SELECT {', '.join(f'NULL::{kind} AS {column}' for column, kind in schema.items())} WHERE FALSE"
        else:
            query = f"SELECT {', '.join(f'{column}::{kind} AS {column}' for column, kind in schema.items())} FROM {table} ORDER BY row, _ord"
        _copy(engine, query, out / f"{name}.parquet")


def _copy(engine: Engine, query: str, path: Path) -> None:
    engine.run(f"COPY ({query}) TO {literal(path)} (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 2000)")
