"""A database with its keys: SQLite in one file, or PostgreSQL.

On SQLite every commit is flushed to the disk (WAL, synchronous=FULL) and deleted bytes are overwritten. On PostgreSQL
every connection takes a role that may not pass by row-level security, and sees one agency's rows only: the one that was
set for its transaction.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from dueprocess.kernel.errors import InputError
from dueprocess.ledger.notes import NoteKey, NoteSigner
from dueprocess.store import tables
from dueprocess.store.driver import Sending
from dueprocess.store.keys import Keys, open_keys

SETTING = "dueprocess.agency"
ROLE = "dueprocess_app"
VERSION = "0002"
"""The migration that this program needs."""
STARTING = 7_236_835
"""The advisory lock of whoever makes or migrates the tables."""
_BUSY_SECONDS = 30


def database_url(where: str | Path) -> URL:
    """The address of a database: a path or ``sqlite:///PATH``, or ``postgresql://…``. Raises InputError for others."""
    text = str(where)
    if "://" not in text:
        return URL.create("sqlite+pysqlite", database=text)
    try:
        url = make_url(text)
    except sa.exc.ArgumentError:
        raise InputError("this is no address of a database", do="give a path, or postgresql://USER@HOST/NAME") from None
    if url.get_backend_name() == "sqlite":
        return url.set(drivername="sqlite+pysqlite")
    if url.get_backend_name() == "postgresql":
        try:
            import psycopg  # noqa: F401
        except ImportError:
            raise InputError("PostgreSQL needs the extra [postgres]", do="install dueprocess[postgres]") from None
        return url.set(drivername="postgresql+psycopg")
    raise InputError(f"[{url.get_backend_name()}] is no database that the desk can use", do="give a path, or postgresql://USER@HOST/NAME")


def engine_of(where: str | Path, *, owner: bool = False, pool_size: int = 8) -> sa.Engine:
    """An engine with the settings that durability and apartness need. ``owner``: without the role, for migrations, for
    verifying and for backups. An error never repeats the values of a statement, which may be about a person."""
    url = database_url(where)
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False}, pool_size=pool_size, poolclass=sa.pool.QueuePool, hide_parameters=True)
        sa.event.listen(engine, "connect", _sqlite_connect)
        sa.event.listen(engine, "begin", _sqlite_begin)
        return engine
    engine = sa.create_engine(url, pool_size=pool_size, max_overflow=pool_size, hide_parameters=True)
    sa.event.listen(engine, "connect", _postgres_owner if owner else _postgres_app)
    return engine


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by us, not guessed by the driver
    # The writer moves the log into the database beside the requests (see ``moving``); at so many pages a request does it.
    _to_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "trusted_schema=OFF", "wal_autocheckpoint=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _to_wal(connection: Any) -> None:
    """Have changes written into a log first. Where several open a new file at once SQLite refuses all but one at once, whatever
    the time that is to be waited for a lock."""
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
        time.sleep(0.02)


def _sqlite_begin(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _postgres_app(connection: Any, record: Any) -> None:
    _postgres_owner(connection, record)
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {ROLE}")
        # A process that hangs, or whose machine went away, must not keep the sequencer's turn or the lead for ever.
        cursor.execute("SET idle_in_transaction_session_timeout = '60s'")
        for name, value in (("idle", 20), ("interval", 5), ("count", 3)):
            cursor.execute(f"SET tcp_keepalives_{name} = {value}")
    connection.commit()


def _postgres_owner(connection: Any, _record: Any) -> None:
    # What is asked often is prepared by ``wire``. The driver would, at each rollback, make the server forget all that is prepared.
    connection.prepare_threshold = None
    with connection.cursor() as cursor:
        # Whatever the server's own setting: an acknowledged entry is on the disk.
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def for_agency(connection: sa.Connection, agency: str) -> None:
    """Let the transaction see and write this agency's rows: on PostgreSQL no others. Nothing on SQLite, whose queries
    name the agency themselves, as all do."""
    if connection.dialect.name == "postgresql":
        connection.execute(SET_AGENCY, {"agency": agency})


SET_AGENCY = sa.text(f"SELECT set_config('{SETTING}', :agency, true)")


@dataclass(frozen=True)
class Store:
    """A database, opened, with its keys."""

    engine: sa.Engine
    keys: Keys
    origin: str
    where: str

    @classmethod
    def open(cls, where: str | Path, *, keys: Path | None = None, owner: bool = False) -> Store:
        """Open a database that was made before. ``keys``: the folder of its key files; for SQLite by default ``NAME.keys``
        beside the file.

        Raises InputError where there is no record in it, where it needs a migration, or where the keys are another's.
        """
        folder = keys if keys is not None else default_keys(where)
        engine = engine_of(where, owner=owner)
        url = engine.url
        shown = url.render_as_string(hide_password=True) if url.get_backend_name() != "sqlite" else str(url.database)
        if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
            raise InputError("there is no database here", where=shown, do="start the desk once, or name the file")
        try:
            with engine.connect() as connection:
                row = _head_row(connection, shown)
        except sa.exc.OperationalError as error:
            raise InputError(f"the database cannot be opened ({type(error.orig).__name__})", where=shown, do="check that it runs and who may use it") from None
        found = open_keys(folder, make=False)
        if row.keys_check != found.check() or row.public_key != NoteKey(row.origin, found.signing.public_key().public_bytes_raw()).text():
            raise InputError("these key files are of another record", where=str(folder), do="name the folder that belongs to this database")
        return cls(engine, found, row.origin, shown)

    @classmethod
    def create(cls, where: str | Path, *, keys: Path | None = None, origin: str | None = None) -> Store:
        """Open a database, and make it first where it is empty: tables, keys, the empty record."""
        from dueprocess.store.migrating import migrate

        folder = keys if keys is not None else default_keys(where)
        migrate(where)
        engine = engine_of(where, owner=True)
        try:
            with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({STARTING})")  # two processes started at once
                if connection.execute(sa.select(tables.head.c.id)).first() is None:
                    found = open_keys(folder, make=True)
                    connection.execute(tables.head.insert(), first_head(found, origin or f"dueprocess/{found.check()}"))
        finally:
            engine.dispose()
        return cls.open(where, keys=folder)

    @property
    def signer(self) -> NoteSigner:
        """Signs checkpoints under the record's name."""
        return NoteSigner(self.origin, self.keys.signing)

    @contextmanager
    def read(self, agency: str) -> Iterator[sa.Connection]:
        """A connection in a transaction that sees one agency's rows, and is rolled back at the end."""
        with self.engine.connect() as connection, connection.begin() as transaction:
            for_agency(connection, agency)
            yield connection
            transaction.rollback()

    def ask(self, agency: str, statement: Any, values: Mapping[str, Any]) -> list[Any]:
        """The rows of one statement that is made once and kept, as plain tuples; it sees one agency's rows."""
        with self.engine.connect() as connection:
            sending = Sending(connection)
            try:
                if connection.dialect.name != "postgresql":
                    return sending.ask((statement, values))[0]
                sending.put(SET_AGENCY, {"agency": agency})  # both are one transaction, which ends with them
                return sending.ask((statement, values))[0]
            except sa.exc.DBAPIError as error:
                if error.connection_invalidated:
                    connection.invalidate()
                    self.engine.dispose()  # the others, which wait in the pool, are gone as well
                raise

    def dispose(self) -> None:
        """Close its connections."""
        self.engine.dispose()


def default_keys(where: str | Path) -> Path:
    """``NAME.keys`` beside a SQLite file. Raises InputError for a server, whose keys lie wherever its owner says."""
    url = database_url(where)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise InputError("the folder of the key files is not given", do="name it: --keys FOLDER")
    return Path(url.database + ".keys")


def first_head(keys: Keys, origin: str) -> dict[str, Any]:
    """The row of an empty record."""
    from dueprocess.ledger.notes import Checkpoint
    from dueprocess.ledger.record import FIRST_PREVIOUS
    from dueprocess.ledger.tree import EMPTY_ROOT

    signer = NoteSigner(origin, keys.signing)
    return {
        "id": 1, "origin": origin, "public_key": signer.key.text(), "keys_check": keys.check(), "size": 0, "last_hash": FIRST_PREVIOUS,
        "last_at": 0, "frontier": b"", "checkpoint": Checkpoint(origin, 0, EMPTY_ROOT).signed(signer),
    }  # fmt: skip


def _head_row(connection: sa.Connection, shown: str) -> Any:
    empty = InputError("there is no record in this database", where=shown, do="start the desk once, or name another database")
    try:
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except (sa.exc.ProgrammingError, sa.exc.OperationalError) as error:
        if error.connection_invalidated or (isinstance(error, sa.exc.OperationalError) and "no such table" not in str(error.orig)):
            raise
        raise empty from None
    if version != VERSION:
        raise InputError("this database was made for another version of the program", where=shown, do="make a backup, then: dueprocess data migrate DATABASE")
    row = connection.execute(sa.select(tables.head)).first()
    if row is None:
        raise empty
    return row
