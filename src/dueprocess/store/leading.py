"""Which of several processes does what only one may do: raising alerts and mailing them, reading a drop folder.

On PostgreSQL whoever holds an advisory lock leads, for as long as its connection lives; when the process ends, is killed,
or loses the database, the lock is free and another takes it at its next turn. A SQLite database belongs to one process.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError
from dueprocess.store.database import Store, database_url

LEADING = 0x6475_6570_6C65_6164
"""The advisory lock of the process that leads."""


class Lead:
    """Asked at each turn: ``mine``. ``close`` gives the lead away at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: sa.Connection | None = None
        self._lock = threading.Lock()

    def mine(self) -> bool:
        """Whether this process leads now; it becomes the leader where there is none. Never raises: without the database
        nobody leads."""
        if self._store.engine.dialect.name != "postgresql":
            return True
        with self._lock:
            try:
                if self._connection is not None:
                    self._connection.execute(sa.select(1))
                    return True
                connection = self._store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                if connection.execute(_TAKE).scalar():
                    connection.detach()  # a connection of its own: closing it frees the lock
                    self._connection = connection
                    return True
                connection.close()
            except sa.exc.DBAPIError:
                self._drop()
            return False

    def close(self) -> None:
        """Lead no longer."""
        with self._lock:
            if self._connection is not None:
                with contextlib.suppress(sa.exc.DBAPIError):
                    self._connection.execute(_GIVE)
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sa.exc.DBAPIError):
                connection.close()


_TAKE = sa.text(f"SELECT pg_try_advisory_lock({LEADING})")
_GIVE = sa.text(f"SELECT pg_advisory_unlock({LEADING})")


@contextlib.contextmanager
def alone(where: str | Path) -> Iterator[None]:
    """Keep a SQLite database for this desk as long as the block lasts; nothing on PostgreSQL, which several processes share.

    Commands such as ``data erase`` and ``ledger verify`` need no such lock: the database itself lets them take turns.
    Raises InputError where another desk runs on it.
    """
    url = database_url(where)
    try:
        import fcntl
    except ImportError:  # only Unix has it
        fcntl = None  # type: ignore[assignment]
    if url.get_backend_name() != "sqlite" or not url.database or fcntl is None:
        yield
        return
    path = Path(url.database + ".lock")  # a file of its own: closing the database's would end SQLite's locks on it
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise InputError(f"the database's lock file cannot be made ({error.strerror})", where=str(path), do="name a folder that you may write to") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError("another desk runs on this database", where=str(url.database), do="use that one, or stop it first; several processes share PostgreSQL only") from None
        yield
    finally:
        os.close(handle)
