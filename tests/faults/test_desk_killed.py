"""The desk's server is killed ten times while another system pushes bookings: every one that was acknowledged is there once,
and so is every one that was sent again."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

import sqlalchemy as sa

from dueprocess.kernel import now
from dueprocess.store import Store, Writer, accounts, tables, tokens
from dueprocess.store.proving import verify

AGENCY = "us/or/wheeler-county/sheriff"
KILLS = 10


def prepared(folder: Path) -> str:
    """A database with the agency and a token."""
    store = Store.create(folder / "desk.db")
    with Writer(store, accounts.TYPES) as writer:
        at = now.instant()
        writer.write(lambda c: accounts.add_agency(c, id_=AGENCY, name="Made up", zone="America/Los_Angeles", now=at), agency=AGENCY, by="x")
        token = writer.write(lambda c: tokens.add(c, agency=AGENCY, name="made up", scopes=["bookings:write"], until=at + 9999, by="x", now=at), agency=AGENCY, by="x").result
    store.dispose()
    return str(token.secret)


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "dueprocess", "serve", "desk", "--port", str(port), "--database", "desk.db"]
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=1).close()
            return process
        except (urllib.error.URLError, OSError):
            assert process.poll() is None
            time.sleep(0.05)
    process.kill()
    raise AssertionError("the desk did not start")


def pushed(port: int, secret: str, number: int) -> bool:
    body = json.dumps({"name": f"Example {number}", "booking_number": f"J-{number}", "complete": True}).encode()
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": f"made-up-booking-{number}", "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/api/bookings", data=body, headers=headers), timeout=10) as answer:
            return answer.status == 201
    except (urllib.error.URLError, OSError):
        return False


def test_ten_kills_while_bookings_are_pushed(tmp_path: Path) -> None:
    secret, dice = prepared(tmp_path), random.Random(8)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    known: set[int] = set()
    unsure: set[int] = set()
    number = 0
    for _ in range(KILLS):
        process = start(tmp_path, port)
        try:
            # What was not acknowledged before the kill is sent again under its own name.
            for old in sorted(unsure):
                assert pushed(port, secret, old)
                known.add(old)
            unsure.clear()
            killer = threading.Timer(dice.uniform(0.05, 0.5), process.send_signal, [signal.SIGKILL])
            killer.start()
            while True:
                number += 1
                if not pushed(port, secret, number):
                    unsure.add(number)
                    break
                known.add(number)
            killer.join()
        finally:
            process.kill()
            process.wait()
    store = Store.open(tmp_path / "desk.db")
    with store.read(AGENCY) as connection:
        found = [row.booking_number for row in connection.execute(sa.select(tables.stays.c.booking_number).where(tables.stays.c.agency == AGENCY))]
        answered = connection.execute(sa.select(sa.func.count()).select_from(tables.stays).where(tables.stays.c.agency == AGENCY, tables.stays.c.decided.is_not(None))).scalar()
    assert len(found) == len(set(found)) == answered
    assert {f"J-{n}" for n in known} <= set(found) <= {f"J-{n}" for n in known | unsure}
    assert len(known) >= KILLS
    assert verify(store).ok
    store.dispose()
