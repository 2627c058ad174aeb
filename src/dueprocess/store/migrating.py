"""Migrations, forward and back, shipped with the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError
from dueprocess.store.database import STARTING, engine_of

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).with_name("migrations")


def config() -> Config:
    """Alembic's configuration, without a file."""
    try:
        from alembic.config import Config
    except ImportError:
        raise InputError("migrations need the extra [desk]", do="install dueprocess[desk]") from None
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return made


def migrate(where: str | Path, *, to: str = "head", lose: bool = False) -> None:
    """Bring a database to a version: ``head``, ``base`` (everything dropped) or a number such as ``0001``.

    One transaction: it is done whole or not at all. Raises InputError for a version that is none, and for ``base`` where the
    record has entries, which would be gone: unless ``lose``.
    """
    from alembic import command
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    settings = config()
    scripts = ScriptDirectory.from_config(settings)
    order = ["base", *[s.revision for s in reversed(list(scripts.walk_revisions()))]]
    wanted = scripts.get_current_head() if to == "head" else to
    if wanted not in order:
        raise InputError(f"[{to}] is no version of the database", do=f"one of {', '.join(['head', *order])}")
    engine = engine_of(where, owner=True)
    try:
        with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            settings.attributes["connection"] = connection
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({STARTING})")  # two processes started at once
            current = version_of(connection) or "base"
            if current not in order:
                raise InputError("this database was made by a newer version of the program", do="install that version")
            if order.index(wanted) >= order.index(current):
                command.upgrade(settings, wanted if wanted != "base" else "head")
            else:
                if wanted == "base" and not lose and (count := _entries(connection)):
                    raise InputError(f"the record has {count} entries, and base drops them", where=wanted, do="make a backup, and begin anew in a new database")
                command.downgrade(settings, wanted)
    except CommandError as error:
        raise InputError(f"the database cannot be migrated: {error}", do="restore the backup, and report it") from None
    finally:
        engine.dispose()


def _entries(connection: sa.Connection) -> int:
    from dueprocess.store import tables

    return int(connection.execute(sa.select(sa.func.count()).select_from(tables.entries)).scalar_one())


def version_of(connection: object) -> str | None:
    """The version that a database is at, None for an empty one."""
    assert isinstance(connection, sa.Connection)
    if "alembic_version" not in sa.inspect(connection).get_table_names():
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)
