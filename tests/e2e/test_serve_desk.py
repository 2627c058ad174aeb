"""``dueprocess serve desk`` as a process of its own: the first start, a kill without warning, and what is there afterwards."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest

pytest.importorskip("uvicorn", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

from dueprocess.ledger import read_leaf
from dueprocess.store import Store
from dueprocess.store.proving import verify

AGENCY = "us/or/wheeler-county/sheriff"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def start(folder: Path, port: int, *more: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "dueprocess", "serve", "desk", "--port", str(port), *more]
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("a"), text=True)
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
                if answer.status == 200:
                    return process
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, (folder / "log").read_text()
        time.sleep(0.1)
    process.kill()
    raise AssertionError((folder / "log").read_text())


def posted(port: int, path: str, **fields: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data=urlencode(fields).encode(), timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def entries(path: Path) -> list[tuple[str, dict[str, object]]]:
    """Kind and head of each entry of a desk that runs."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT kind, leaf FROM ledger_entries ORDER BY number").fetchall()
    return [(kind, dict(read_leaf(bytes(leaf)).head)) for kind, leaf in rows]


def test_the_first_start_a_kill_and_a_second_start(tmp_path: Path) -> None:
    port = free_port()
    process = start(tmp_path, port, "--database", "desk.db", "--agency", AGENCY)
    try:
        secret = re.findall(r"shown once:\n  (\S+)", (tmp_path / "log").read_text())[0]
        given = {"agency": AGENCY, "login": "administrator", "password": "several made up words"}
        assert posted(port, "/sign-in", **given) == 403  # no default password
        assert posted(port, "/first", secret=secret, **given) == 200
        assert posted(port, "/sign-in", **given) == 200
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    (tmp_path / "log").write_text("")
    adoption = tmp_path / "adoption.yaml"
    adoption.write_text(f"agency: {AGENCY}\nadopted: []\n")
    process = start(tmp_path, port, "--database", "desk.db", "--adoption", "adoption.yaml")
    try:
        assert "one-time text" not in (tmp_path / "log").read_text()
        assert posted(port, "/sign-in", **given) == 200
        # What counsel adopts in the file counts without a restart, and is in the record.
        adoption.write_text(f"agency: {AGENCY}\nadopted: [us/four-tests]\n")
        for _ in range(300):
            heads = [head["authorities"] for kind, head in entries(tmp_path / "desk.db") if kind == "law.adopted"]
            if heads == [0, 1]:
                break
            time.sleep(0.1)
        assert heads == [0, 1], (tmp_path / "log").read_text()
    finally:
        process.terminate()
        assert process.wait(30) in (0, -signal.SIGTERM)
    told = (tmp_path / "log").read_text()
    assert "several made up words" not in told and "Traceback" not in told
    report = verify(Store.open(tmp_path / "desk.db"))
    assert report.ok


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--database", "x.db", "--host", "0.0.0.0"], "without TLS"),
        ([], "which record is meant"),
        (["--demo", "--database", "x.db"], "which record is meant"),
        (["--database", "x.db"], "whose desk it is"),
        (["--database", "x.db", "--agency", "us/or/nowhere-county/sheriff"], "nowhere-county"),
        (["--database", "oracle://x/y"], "no database that the desk can use"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, words: list[str], told: str) -> None:
    done = subprocess.run([sys.executable, "-m", "dueprocess", "serve", "desk", *words], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2 and told in done.stderr and "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1
