"""A backup of a SQLite database while the desk goes on writing. PostgreSQL has its own tools, ``pg_dump``; that they ran is
noted in the database, so that the desk can say how old the last backup is.

The key files are not in it: who has both can read everything, so they are backed up apart.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError
from dueprocess.store import tables
from dueprocess.store.database import Store, database_url, engine_of


def back_up(where: str | Path, out: Path) -> None:
    """Copy a SQLite database as it stands at one moment into a new file that only its owner may read.

    Raises InputError for PostgreSQL, for a file that is there already, and where it cannot be written whole.
    """
    url = database_url(where)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise InputError("PostgreSQL is backed up by its own tools", do="run pg_dump --format=custom as the owner; see docs/how-to/back-up-the-record.md")
    source = Path(url.database)
    if not source.exists():
        raise InputError("there is no database here", where=str(source), do="name the file")
    try:
        os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise InputError("there is a file already", where=str(out), do="name a new one; a backup is never written over") from None
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(out), do="name a file in a folder that you may write to") from None
    done = False
    try:
        read, write = sqlite3.connect(source), sqlite3.connect(out)
        try:
            read.backup(write)
            write.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            done = write.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        finally:
            read.close()
            write.close()
        handle = os.open(out, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except (sqlite3.Error, OSError) as error:
        raise InputError(f"the backup could not be made ({type(error).__name__})", where=str(out), do="check the space on the disk, and that the database is whole") from None
    finally:
        if not done:
            out.unlink(missing_ok=True)
    if not done:
        raise InputError("the database is damaged", where=str(source), do="dueprocess ledger verify, and restore the last good backup")
    with contextlib.suppress(OSError):  # the backup is good, whether or not it can be noted here
        _mark(source).touch(mode=0o600)


def note_backup(where: str | Path, *, now: int) -> None:
    """Note that a PostgreSQL database was backed up by its own tools at ``now``. Raises InputError for SQLite, whose backups
    note themselves, and where there is no record."""
    if database_url(where).get_backend_name() != "postgresql":
        raise InputError("a backup of a SQLite file notes itself", do="leave out --done, and give --out FILE")
    engine = engine_of(where)
    try:
        with engine.connect() as connection, connection.begin():
            connection.execute(tables.head.update().values(backed_up_at=now))
    except sa.exc.DBAPIError as error:
        raise InputError(f"it could not be noted ({type(error.orig).__name__})", where="data backup", do="check the address, and that the desk was started there once") from None
    finally:
        engine.dispose()


def backed_up_at(store: Store) -> int | None:
    """When a database was last backed up, in epoch seconds: by ``back_up``, or on PostgreSQL as ``note_backup`` was told; None
    where that is not known. For backups of a SQLite file by other means a script may touch ``NAME.backed-up`` itself."""
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect() as connection, connection.begin():
            at = connection.execute(sa.select(tables.head.c.backed_up_at)).scalar()
        return None if at is None else int(at)
    try:
        return int(_mark(Path(str(store.engine.url.database))).stat().st_mtime)
    except OSError:
        return None


def _mark(source: Path) -> Path:
    return source.with_name(f"{source.name}.backed-up")
