"""One leads at a time; a lost leader is followed by another."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from store_common import Place, desk

from dueprocess.kernel.errors import InputError
from dueprocess.store.leading import Lead, alone


def test_one_leads_until_it_ends(where: Place) -> None:
    with desk(where) as d:
        one, two = Lead(d.store), Lead(d.store)
        assert one.mine() and one.mine()
        assert two.mine() is not where.postgres  # a SQLite database belongs to one process
        one.close()
        assert two.mine()
        assert one.mine() is not where.postgres
        if where.postgres:
            assert two._connection is not None
            pid = two._connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            owner = where.open(owner=True)
            with owner.engine.connect() as connection, connection.begin():
                connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")
            owner.dispose()
            assert not two.mine()
            until = time.monotonic() + 20
            while not one.mine():  # the server notices the closed connection by itself
                assert time.monotonic() < until
            assert not two.mine()
        one.close()
        two.close()


def test_a_sqlite_file_is_kept_for_one_desk(tmp_path: Path) -> None:
    with alone(tmp_path / "desk.db"):
        with pytest.raises(InputError, match="another desk runs"), alone(tmp_path / "desk.db"):
            pass
        with alone(tmp_path / "other.db"), alone("postgresql://x/y"):
            pass
    with alone(tmp_path / "desk.db"):
        pass
    with pytest.raises(InputError, match="cannot be made"), alone(tmp_path / "no" / "desk.db"):
        pass
