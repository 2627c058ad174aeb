"""DuckDB for counting: bounded memory, what does not fit is put aside in the folder, instants in UTC."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MEMORY = "2500MB"
"""What DuckDB may take; beyond it, it writes to disk. Python and the lawbook come on top."""


@contextmanager
def linked(within: Path | None = None, *, memory: str = MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose scratch files lie within a folder (the system's own, where none is named) and go when it closes."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix=".count-", dir=within) as scratch, duckdb.connect() as link:
        link.execute("SET enable_progress_bar = false")
        link.execute("SET TimeZone = 'UTC'")
        link.execute(f"SET memory_limit = '{memory}'")
        link.execute("SET temp_directory = '" + scratch.replace("'", "''") + "'")
        yield link
