"""SQLite writes a commit into a log beside the database, and now and then has to move the log into the database itself. Left
to SQLite, the request whose commit makes the log long enough waits for that; here a thread does it beside the requests."""

from __future__ import annotations

import sqlite3
from typing import Any

import sqlalchemy as sa

from dueprocess.store.beside import Beside

SECONDS = 0.5


class Moving(Beside):
    """Moves what was committed since the last time. It waits for nobody: what is still being read stays in the log until the next
    time. What the log holds is as durable as what the database holds."""

    dialect = "sqlite"

    def _run(self) -> None:
        moved = self._commits()
        while not self._stop.wait(SECONDS):
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
