"""PostgreSQL plans a statement by what it last counted in its tables, and keeps the plan. In a new database it has counted
nothing, takes an agency for a handful of rows, and reads all of them for each booking, until its own count, which it makes
once a minute at the soonest. Here a thread has it counted while the tables are small and grow fast."""

from __future__ import annotations

import sqlalchemy as sa

from dueprocess.store import tables
from dueprocess.store.beside import Beside

AFTER = (25, 100, 400, 1600)
"""Commits of this process after which it is done."""
_SECONDS = 0.5
_ENOUGH = 5000
"""Stays that were counted: from here on the server's own count does."""
_COUNTED = sa.text("SELECT reltuples FROM pg_class WHERE oid = to_regclass('stays')")


class Analyzing(Beside):
    """Nobody waits for it, and it locks nobody out."""

    dialect = "postgresql"

    def _run(self) -> None:
        left = list(AFTER)
        while left and not self._stop.wait(_SECONDS):
            if self._commits() < left[0]:
                continue
            try:
                if not self._analyze():
                    return
            except sa.exc.DBAPIError:
                continue  # the server is away
            while left and left[0] <= self._commits():
                del left[0]

    def _analyze(self) -> bool:
        """Whether it may have to be done again."""
        with self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if connection.execute(_COUNTED).scalar_one() >= _ENOUGH:
                return False
            connection.exec_driver_sql("RESET ROLE")  # only who owns the tables may; where that is somebody else, the server does nothing
            try:
                connection.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {', '.join(t.name for t in tables.metadata.sorted_tables)}")
            finally:
                connection.invalidate()  # nobody else gets it without its role
        return True
