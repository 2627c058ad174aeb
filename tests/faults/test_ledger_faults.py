"""What may happen to a writer and its database: killed at any moment, a full disk, a database that goes away and comes
back, a clock set back, two writers. Afterwards every acknowledged entry is there once, none twice, and the record verifies."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ledger_child import AGENCY, TYPES

from dueprocess.kernel import now
from dueprocess.ledger import Chain, Checkpoint, Frontier, NoteKey, Record, read_leaf
from dueprocess.ledger.record import FIRST_PREVIOUS
from dueprocess.store import Done, Draft, Receipt, Store, Unavailable, Writer, accounts, proving, tables
from dueprocess.store.sequence import TAKE_TURN
from dueprocess.testing.postgres import TemporaryServer

KILLS = 200
ROOT = Path(__file__).resolve().parents[2]


class Template:
    """A process that has imported everything; each writer is forked from it, so that a start takes milliseconds."""

    def __init__(self, where: str, keys: Path) -> None:
        self._pipe, theirs = socket.socketpair()
        script = Path(__file__).with_name("ledger_child.py")
        self._process = subprocess.Popen([sys.executable, str(script), where, str(keys), str(theirs.fileno())], pass_fds=[theirs.fileno()], cwd=ROOT)
        theirs.close()

    def run(self, number: int, *, seconds: float) -> list[tuple[int, str]]:
        """Start a writer, kill it ``seconds`` after its first acknowledged entry, and return what it had acknowledged."""
        self._pipe.sendall(struct.pack("!i", number))
        data, fds, _, _ = socket.recv_fds(self._pipe, 4, 1)
        (child,) = struct.unpack("!i", data)
        said = b""
        try:
            said = os.read(fds[0], 65536)
            assert said, "the writer ended before it wrote anything"
            time.sleep(seconds)
        finally:
            os.kill(child, signal.SIGKILL)
        while more := os.read(fds[0], 65536):
            said += more
        os.close(fds[0])
        (status,) = struct.unpack("!i", self._pipe.recv(4, socket.MSG_WAITALL))
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        lines = said.decode().split("\n")
        assert lines[-1] == ""  # each line is one write, whole or not at all
        return [(int(number), key) for number, key in (line.split(" ") for line in lines[:-1])]

    def close(self) -> None:
        self._pipe.close()
        self._process.wait(30)


class Watch:
    """Goes on verifying where it stopped before, so that the record is gone through once, not once a kill."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._key = NoteKey(store.origin, store.keys.signing.public_key().public_bytes_raw())
        self._frontier, self._last = Frontier(), FIRST_PREVIOUS
        self.numbers: dict[str, int] = {}

    def look(self) -> int:
        """Check what is new, against the last signed root; how many entries there are."""
        with self._store.engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(TAKE_TURN)  # the server may still be at the last commit of a writer that was killed
            head = connection.execute(sa.select(tables.head)).one()
            after = self._frontier.size
            rows = connection.execute(sa.select(tables.entries).where(tables.entries.c.number > after, tables.entries.c.number <= head.size).order_by(tables.entries.c.number)).all()
        checkpoint = Checkpoint.opened(head.checkpoint, [self._key])
        chain = Chain([checkpoint], frontier=self._frontier, last_hash=self._last)
        for row in rows:
            chain.add(Record(row.number, row.leaf, row.hash, row.payload))
        report = chain.finish()
        assert report.ok, report.findings
        assert (report.size, report.frontier.packed(), report.last_hash) == (head.size, head.frontier, head.last_hash)
        self._frontier, self._last = report.frontier, report.last_hash
        for row in rows:
            key = str(read_leaf(row.leaf).head.get("key", f"other-{row.number}"))
            assert key not in self.numbers, f"{key} was written twice"
            self.numbers[key] = row.number
        return int(head.size)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """The address of a fresh database with the agency in it, and its keys."""
    keys = tmp_path / "keys"
    where = str(tmp_path / "desk.db") if request.param == "sqlite" else str(request.getfixturevalue("server").url)
    made = Store.create(where, keys=keys)
    with Writer(made, accounts.TYPES) as writer:
        writer.write(lambda c: accounts.add_agency(c, id_=AGENCY, name="Made up", zone="America/Los_Angeles", now=now.instant()), agency=AGENCY, by="setup")
    made.dispose()
    return where, keys


def push(writer: Writer, key: str) -> Any:
    draft = Draft("pushed", {"key": key}, subject="s_1", head={"key": key})
    return writer.submit(lambda _: Done([draft], {"key": key}), agency=AGENCY, by="a_push", key=key, request=key)


def kill_again_and_again(place: tuple[str, Path], kills: int, *, seed: int) -> None:
    where, keys = place
    dice = random.Random(seed)
    store = Store.open(where, keys=keys, owner=True)
    watch, template = Watch(store), Template(where, keys)
    acknowledged: dict[str, int] = {}
    try:
        for number in range(kills):
            for entry, key in template.run(number, seconds=dice.random() * 0.03):
                assert key not in acknowledged
                acknowledged[key] = entry
            watch.look()
            for key, entry in acknowledged.items() if number % 20 == 0 else ():
                assert watch.numbers[key] == entry
    finally:
        template.close()
    assert {key: watch.numbers[key] for key in acknowledged} == acknowledged
    assert len(acknowledged) >= kills
    # What was written though nobody was told is answered, and not written again, when it is sent again.
    unheard = [k for k in watch.numbers if k not in acknowledged and not k.startswith("other-")]
    fresh = Store.open(where, keys=keys)
    with Writer(fresh, TYPES) as writer:
        for key in unheard[:200]:
            draft = Draft("pushed", {"key": key}, head={"key": key})
            receipt = writer.write(lambda _, draft=draft: Done([draft]), agency=AGENCY, by="a_push", key=key, request=key)
            assert receipt.replayed and receipt.numbers == (watch.numbers[key],)
    fresh.dispose()
    report = proving.verify(store)
    assert report.ok and report.size == len(watch.numbers) and report.opened == report.size - 1  # all but the agency's own entry
    store.dispose()


def test_killed_at_any_moment_no_acknowledged_entry_is_lost(place: tuple[str, Path]) -> None:
    kill_again_and_again(place, KILLS, seed=1)


@pytest.mark.soak
def test_killed_many_more_times(place: tuple[str, Path]) -> None:
    kill_again_and_again(place, 20 * KILLS, seed=2)


def test_a_full_disk_is_said_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """The database's file may not grow past a limit: SQLite's own, which gives the error of a full disk."""
    store = Store.create(tmp_path / "desk.db")
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    sa.event.listen(store.engine, "connect", lambda c, _: c.execute(f"PRAGMA max_page_count={pages + 60}"))
    store.engine.dispose()
    good: list[Receipt] = []
    with Writer(store, TYPES, patience=0.2) as writer:
        failed = None
        for number in range(2000):
            try:
                good.append(push(writer, f"k{number}").result())
            except Unavailable as error:
                failed = error
                break
        assert failed is not None and "did not take it" in str(failed) and "k" not in str(failed).split()
        assert len(good) > 20
        assert isinstance(push(writer, "still-full").exception(), Unavailable)  # the writer lives on, and says it again
        store.engine.dispose()
        sa.event.listen(store.engine, "connect", lambda c, _: c.execute("PRAGMA max_page_count=1000000"))
        again = push(writer, f"k{len(good)}").result()  # there is room again
        assert not again.replayed and again.numbers == (len(good) + 1,)
    report = proving.verify(store)
    assert report.ok and report.size == len(good) + 1
    store.dispose()


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """A file system of its own, too small: the log and the database share it."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small file system")
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        store = Store.create(disk / "desk.db", keys=tmp_path / "keys")
        good = 0
        with Writer(store, TYPES, patience=0.2) as writer:
            for number in range(20_000):
                try:
                    push(writer, f"k{number}").result()
                except Unavailable:
                    break
                good += 1
            assert 20 < good < 20_000
            subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
            assert push(writer, f"k{good}").result().numbers == (good + 1,)
        report = proving.verify(store)
        assert report.ok and report.size == good + 1
        store.dispose()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_disk_that_is_really_full_under_a_server(server: TemporaryServer, tmp_path: Path) -> None:
    """The server's tables lie on a file system of their own that is too small."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small file system")
    disk = server.folder / "small"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(disk)], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    os.chown(disk, server.folder.stat().st_uid, server.folder.stat().st_gid)
    disk.chmod(0o700)

    import psycopg

    def told(*words: str) -> None:
        with psycopg.connect(server.url, autocommit=True) as connection:
            for each in words:
                connection.execute(each)

    try:
        told(f"CREATE TABLESPACE small LOCATION '{disk}'", "ALTER DATABASE postgres SET default_tablespace = small")
        store = Store.create(server.url, keys=tmp_path / "keys")
        used = os.statvfs(disk)
        subprocess.run(["mount", "-o", f"remount,size={(used.f_blocks - used.f_bfree) * used.f_frsize + 250_000}", str(disk)], check=True)
        good: list[Receipt] = []
        with Writer(store, TYPES, patience=0.2) as writer:
            failed = None
            for number in range(20_000):
                try:
                    good.append(push(writer, f"k{number}").result())
                except Unavailable as error:
                    failed = error
                    break
            assert failed is not None and "did not take it" in str(failed) and len(good) > 20
            subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)
            again = push(writer, f"k{len(good)}").result()
            assert not again.replayed and again.numbers == (len(good) + 1,)
        store.dispose()
        owner = Store.open(server.url, keys=tmp_path / "keys", owner=True)
        report = proving.verify(owner)
        assert report.ok and report.size == len(good) + 1
        owner.dispose()
    finally:
        told("ALTER DATABASE postgres RESET default_tablespace")
        server.emptied()
        told("DROP TABLESPACE IF EXISTS small")
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    """As a user's quota does it: the writes themselves fail. In a process of its own, since the limit cannot be lifted."""
    Store.create(tmp_path / "desk.db").dispose()
    child = os.fork()
    if child == 0:
        status = 9
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            limit = (tmp_path / "desk.db").stat().st_size + 400_000
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            store = Store.open(tmp_path / "desk.db")
            with (tmp_path / "acknowledged").open("w") as out, Writer(store, TYPES, patience=0.2) as writer:
                for number in range(20_000):
                    try:
                        receipt = push(writer, f"k{number}").result()
                    except Unavailable:
                        status = 0
                        break
                    out.write(f"{receipt.numbers[0]}\n")
                    out.flush()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    acknowledged = [int(line) for line in (tmp_path / "acknowledged").read_text().split()]
    store = Store.open(tmp_path / "desk.db")
    report = proving.verify(store)
    assert report.ok and len(acknowledged) > 20 and acknowledged == list(range(1, len(acknowledged) + 1))
    assert report.size >= len(acknowledged)
    store.dispose()


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_a_database_that_goes_away_and_comes_back(how: str, server: TemporaryServer, tmp_path: Path) -> None:
    store = Store.create(server.url, keys=tmp_path / "keys")
    acknowledged: dict[str, int] = {}
    failed: list[str] = []
    stop = threading.Event()
    with Writer(store, TYPES, patience=20) as writer:

        def pushing(thread: int) -> None:
            count = 0
            while not stop.is_set():
                count += 1
                key = f"{thread}-{count}"
                try:
                    acknowledged[key] = push(writer, key).result().numbers[0]
                except Unavailable:
                    failed.append(key)

        threads = [threading.Thread(target=pushing, args=(t,)) for t in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(2):
            time.sleep(0.2)
            getattr(server, how)()
            time.sleep(0.1)
            server.start()
        before = len(acknowledged)
        until = time.monotonic() + 30
        while len(acknowledged) < before + 20 and time.monotonic() < until:
            time.sleep(0.02)
        stop.set()
        for thread in threads:
            thread.join()
        assert len(acknowledged) >= before + 20  # it goes on by itself
    store.dispose()
    owner = Store.open(server.url, keys=tmp_path / "keys", owner=True)
    watch = Watch(owner)
    watch.look()
    assert {key: watch.numbers[key] for key in acknowledged} == acknowledged
    assert failed == []  # each waited until the database was back
    assert proving.verify(owner).ok
    owner.dispose()


def test_a_database_that_stays_away_is_said_in_time(server: TemporaryServer, tmp_path: Path) -> None:
    store = Store.create(server.url, keys=tmp_path / "keys")
    with Writer(store, TYPES, patience=0.5) as writer:
        push(writer, "before").result()
        server.stop()
        with pytest.raises(Unavailable):
            push(writer, "while").result(timeout=30)
        server.start()
        assert not push(writer, "while").result().replayed
    store.dispose()


def test_two_writers_in_two_processes(place: tuple[str, Path]) -> None:
    """One is killed while both write; the other goes on, and the numbers have no gap."""
    where, keys = place
    one, two = Template(where, keys), Template(where, keys)
    store = Store.open(where, keys=keys, owner=True)
    watch = Watch(store)
    acknowledged: dict[str, int] = {}
    try:
        for number in range(6):
            with ThreadPoolExecutor(2) as pool:
                runs = [pool.submit(t.run, 1000 * (number + 1) + r, seconds=0.15) for r, t in enumerate((one, two))]
                found = [run.result() for run in runs]
            for entry, key in (*found[0], *found[1]):
                acknowledged[key] = entry
            watch.look()
    finally:
        one.close()
        two.close()
    assert {key: watch.numbers[key] for key in acknowledged} == acknowledged
    assert sorted(watch.numbers.values()) == list(range(1, len(watch.numbers) + 1))
    assert proving.verify(store).ok
    store.dispose()
