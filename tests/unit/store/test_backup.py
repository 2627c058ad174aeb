"""Backup and restore: SQLite's copy while a desk writes, PostgreSQL's own tools."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path
from typing import Any

import pytest
from store_common import FIRST, Place, desk

from dueprocess.kernel.errors import InputError
from dueprocess.store import Done, Draft, Store, proving, tables
from dueprocess.store.backup import back_up
from dueprocess.testing.postgres import binaries


def test_a_copy_made_while_the_desk_writes_verifies_and_goes_on(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "desk.db"), tmp_path / "desk.keys")
    with desk(place) as d:
        futures = [d.writer.submit(lambda _, n=n: Done([Draft("noted", {"x": n}, subject=f"s_{n}")]), agency=FIRST, by="a") for n in range(300)]
        back_up(place.address, tmp_path / "copy.db")
        numbers = [f.result().numbers[0] for f in futures]
        note = proving.checkpoint(d.store)
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    copy = Store.open(tmp_path / "copy.db", keys=place.keys)
    report = proving.verify(copy)
    assert report.ok and 2 <= report.size <= numbers[-1]
    short = proving.verify(copy, older=[note])
    assert short.ok is (report.size == numbers[-1])
    copy.dispose()
    with desk(Place(str(tmp_path / "copy.db"), place.keys)) as d:
        assert d.note("s_new").numbers == (report.size + 1,)


def test_what_cannot_be_backed_up(tmp_path: Path) -> None:
    Store.create(tmp_path / "desk.db").dispose()
    for where, out, said in (
        (tmp_path / "none.db", tmp_path / "a", "no database here"),
        (tmp_path / "desk.db", tmp_path / "desk.db", "a file already"),
        (tmp_path / "desk.db", tmp_path / "no" / "such", "cannot be written"),
        ("postgresql://x/y", tmp_path / "b", "its own tools"),
    ):
        with pytest.raises(InputError, match=said):
            back_up(where, out)
    data = (tmp_path / "desk.db").read_bytes()
    (tmp_path / "desk.db").write_bytes(data[:4096] + b"\xff" * 40_000 + data[44_096:])
    with pytest.raises(InputError, match=r"damaged|could not be made"):
        back_up(tmp_path / "desk.db", tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_postgres_is_dumped_and_restored_by_its_own_tools(where: Place, tmp_path: Path) -> None:
    if not where.postgres:
        pytest.skip("SQLite is copied")
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    with desk(where) as d:
        d.book("s_1")
        before = d.rows(tables.stays)
    tool = binaries()
    dump = subprocess.run([tool / "pg_dump", "--format=custom", where.address], cwd="/", capture_output=True, check=True, **user).stdout
    other = where.address.replace("@/postgres", "@/restored")
    subprocess.run([tool / "psql", "-qc", "CREATE DATABASE restored", where.address], cwd="/", check=True, **user)
    try:
        subprocess.run([tool / "pg_restore", "--exit-on-error", "--clean", "--if-exists", "--dbname", other], input=dump, cwd="/", check=True, **user)
        place = Place(other, where.keys)
        store = place.open(owner=True)
        assert proving.verify(store).ok
        store.dispose()
        with desk(place) as d:
            assert d.rows(tables.stays) == before
            assert d.note("s_1").numbers == (4,)
            with d.store.engine.connect() as connection, connection.begin():  # the policies came along
                assert connection.execute(tables.stays.select()).all() == []
    finally:
        subprocess.run([tool / "psql", "-qc", "DROP DATABASE restored WITH (FORCE)", where.address], cwd="/", check=True, **user)
