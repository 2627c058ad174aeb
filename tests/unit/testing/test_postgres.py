"""The throw-away PostgreSQL server: it answers, keeps what was committed, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from dueprocess.testing.postgres import NoPostgres, TemporaryServer, temporary_postgres

psycopg = pytest.importorskip("psycopg")


def test_it_answers_and_leaves_nothing() -> None:
    try:
        with temporary_postgres() as url:
            folder = Path(url.split("host=")[1])
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT 20 + 22").fetchone() == (42,)
            assert folder.is_dir()
    except NoPostgres as error:
        pytest.skip(str(error))
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_what_was_committed_is_there_after_a_crash() -> None:
    try:
        server = TemporaryServer(durable=True)
    except NoPostgres as error:
        pytest.skip(str(error))
    try:
        server.start()
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept (a int)")
            connection.execute("INSERT INTO kept VALUES (7)")
        server.crash()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url)
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT a FROM kept").fetchall() == [(7,)]
        server.stop()
    finally:
        server.remove()
    assert not server.folder.exists()


def test_where_there_is_none_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(()))
    with pytest.raises(NoPostgres, match="not installed"), temporary_postgres():
        pass
