"""A backup is made while the desk takes a county's pushes, restored elsewhere, and a desk started on it: everything that was
acknowledged before is there, the record verifies, and what came after is complete again once it is sent again."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("uvicorn", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

from dueprocess.kernel import now
from dueprocess.store.proving import verify
from dueprocess.testing import jail_day
from dueprocess.testing.desk_server import AGENCY, DeskProcess, Place, prepare
from dueprocess.testing.postgres import NoPostgres, TemporaryServer, binaries


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "dueprocess", *words], capture_output=True, text=True, timeout=120)


def pushed_around(place: Place, backup: Any) -> tuple[list[jail_day.Push], jail_day.Log, jail_day.Log]:
    """A day is pushed; the backup runs in the middle of it. All pushes, the log before the backup began, and the whole log."""
    pushes = jail_day.day(seed=11, ends_at=now.instant(), people=60, coming=20, leaving=20)
    with DeskProcess(place) as desk:
        send = jail_day.sender(desk.address, place.token)
        half = len(pushes) // 2
        before = jail_day.drive(pushes[:half], send)
        logs: list[jail_day.Log] = []
        copied, last = threading.Event(), {push.key for push in pushes[-5:]}

        def late(push: jail_day.Push) -> jail_day.Answer:
            if push.key in last:
                copied.wait(120)  # some come after the backup for certain
            return send(push)

        thread = threading.Thread(target=lambda: logs.append(jail_day.drive(pushes[half:], late, patience=150)))
        thread.start()
        time.sleep(0.1)
        backup()
        copied.set()
        thread.join()
        assert desk.stop() == 0
    return pushes, before, logs[0]


def goes_on(place: Place, pushes: list[jail_day.Push], before: jail_day.Log) -> None:
    """A desk on what was restored."""
    with place.store(owner=True) as store:
        report = verify(store)
        assert report.ok and report.opened, report.findings[:3]
        # What came while the backup ran may be in it: the checks are about what was acknowledged before.
        assert [w for w in jail_day.wrong(store, AGENCY, before) if "stands" not in w] == []
    with DeskProcess(place) as desk:
        again = jail_day.drive(pushes, jail_day.sender(desk.address, place.token))
        assert {key: again.acknowledged[key][1] for key in before.acknowledged} == {key: entries for key, (_, entries) in before.acknowledged.items()}
        with place.store() as store:
            assert jail_day.wrong(store, AGENCY, again, pushes=pushes) == []
        assert desk.stop() == 0
    with place.store(owner=True) as store:
        assert verify(store).ok


def test_sqlite(tmp_path: Path) -> None:
    place = prepare(tmp_path)
    copy = tmp_path / "copy.db"

    def backup() -> None:
        done = command("data", "backup", place.where, "--out", str(copy))
        assert done.returncode == 0, done.stderr

    pushes, before, _ = pushed_around(place, backup)
    note = command("ledger", "checkpoint", place.where, "--keys", str(place.keys))
    (tmp_path / "last.note").write_text(note.stdout)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(copy, elsewhere / "desk.db")
    short = command("ledger", "verify", str(elsewhere / "desk.db"), "--keys", str(place.keys), "--checkpoint", str(tmp_path / "last.note"))
    assert short.returncode == 1 and "missing" in short.stdout + short.stderr  # what was written after the backup is missed
    goes_on(replace(place, folder=elsewhere, where=str(elsewhere / "desk.db")), pushes, before)


def test_postgresql(tmp_path: Path) -> None:
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    try:
        one, two = TemporaryServer(durable=True), TemporaryServer(durable=True)
    except NoPostgres as error:
        pytest.skip(str(error))
    dump: list[bytes] = []
    try:
        one.start()
        two.start()
        place, tool = prepare(tmp_path, where=one.url), binaries()

        def backup() -> None:
            dump.append(subprocess.run([tool / "pg_dump", "--format=custom", one.url], cwd="/", capture_output=True, check=True, timeout=120, **user).stdout)

        pushes, before, _ = pushed_around(place, backup)
        one.stop()
        subprocess.run([tool / "psql", "-qc", "CREATE ROLE dueprocess_app NOLOGIN", two.url], cwd="/", check=True, **user)
        subprocess.run([tool / "pg_restore", "--exit-on-error", "--dbname", two.url], input=dump[0], cwd="/", check=True, **user)
        (tmp_path / "elsewhere").mkdir()
        goes_on(replace(place, folder=tmp_path / "elsewhere", where=two.url), pushes, before)
    finally:
        one.remove()
        two.remove()
