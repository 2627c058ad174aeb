"""SQLite writes a commit into a log beside the database, and now and then has to move the log into the database itself. Left
to SQLite, the request whose commit makes the log long enough waits for that; here a thread does it beside the requests."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from dueprocess.store.database import Store

SECONDS = 0.5


class Moving:
    """Moves what was committed since the last time, until ``stop``. Nobody waits for it, and it waits for nobody: what is still
    being read stays in the log until the next time. What the log holds is as durable as what the database holds."""

    def __init__(self, store: Store, commits: Callable[[], int], *, seconds: float = SECONDS) -> None:
        """``commits`` counts; ``seconds`` between two looks at it."""
        self._store, self._commits, self._seconds = store, commits, seconds
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if store.engine.dialect.name == "sqlite":
            self._thread = threading.Thread(target=self._run, name="dueprocess-moving", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        moved = self._commits()
        while not self._stop.wait(self._seconds):
            count = self._commits()
            if count == moved:
                continue
            try:
                with self._store.engine.connect() as connection:
                    raw: Any = connection.connection.driver_connection  # by the driver itself: outside of any transaction
                    raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                moved = count
            except (sa.exc.DBAPIError, sqlite3.Error):
                pass  # the disk is full, or the file is away: whoever writes is told, and the log keeps what it holds
