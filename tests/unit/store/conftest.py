"""Every test of the store that takes ``where`` runs on SQLite and on a real PostgreSQL server, which is skipped with its
reason where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_common import Place, emptied

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
    return Place(emptied(request.getfixturevalue("postgres")), tmp_path / "desk.keys")
