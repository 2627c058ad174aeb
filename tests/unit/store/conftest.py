"""Every test of the store that takes ``where`` runs on SQLite and on a real PostgreSQL server, which is skipped with its
reason where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_common import Place

from dueprocess.testing.postgres import NoPostgres, temporary_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A server for all tests of this process."""
    server = temporary_postgres()
    try:
        url = server.__enter__()
    except NoPostgres as error:
        pytest.skip(str(error))
    yield url
    server.__exit__(None, None, None)


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place for a new database, and one for its keys."""
    if request.param == "sqlite":
        return Place(str(tmp_path / "desk.db"), tmp_path / "desk.keys")
    import psycopg

    url = request.getfixturevalue("postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        # What a test before left open must not be waited for.
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return Place(url, tmp_path / "desk.keys")
