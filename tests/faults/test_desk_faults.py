"""What may happen to a whole desk: a full disk, a database that goes away and comes back, a clock that is stepped, two servers
on one database, pushes that come twice and in the wrong order. Afterwards every acknowledged event is there once, in its order,
and every alert that is due is raised, once."""

from __future__ import annotations

import contextlib
import itertools
import os
import resource
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

import sqlalchemy as sa
from desk_template import Template
from faults_common import a_day, settled

from dueprocess.desk import TYPES, Desk, Law, Who, alerts
from dueprocess.kernel import now
from dueprocess.kernel.instants import iso
from dueprocess.law import load_lawbook
from dueprocess.ledger import read_leaf
from dueprocess.store import Gate, Writer, accounts, looking, tables
from dueprocess.store.proving import verify
from dueprocess.testing import jail_day
from dueprocess.testing.desk_server import AGENCY, DeskProcess, live, next_change, prepare
from dueprocess.testing.postgres import TemporaryServer


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own with hardly any room, where one can be mounted."""
    folder.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, check=False).returncode:
        yield folder
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_full_disk_is_said_and_the_desk_goes_on_when_there_is_room(tmp_path: Path, template: Template) -> None:
    with small_disk(tmp_path / "disk") as disk:
        place = prepare(tmp_path, where=str(disk / "desk.db"))
        pushes = a_day(60, seed=3)
        with DeskProcess(place, starter=template.start) as desk:
            if not os.path.ismount(disk):  # the same by a limit on the size of files
                limit = (disk / "desk.db").stat().st_size + 600_000
                resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            send = jail_day.sender(desk.address, place.token)
            full, roomy = threading.Event(), threading.Event()

            def noted(push: jail_day.Push) -> jail_day.Answer:
                answer = send(push)
                if answer.status == 503:
                    assert "did not take it" in answer.body["error"] and push.number not in answer.body["error"]
                    full.set()
                    roomy.wait(60)
                return answer

            def making_room() -> None:
                full.wait(100)
                assert desk.process.poll() is None
                if os.path.ismount(disk):
                    subprocess.run(["mount", "-o", "remount,size=100m", str(disk)], check=True)
                else:
                    resource.prlimit(desk.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                roomy.set()

            thread = threading.Thread(target=making_room)
            thread.start()
            log = jail_day.drive(jail_day.delivered(pushes, seed=3), noted)
            thread.join()
            assert full.is_set() and log.unanswered  # else the disk was too large for this test
            settled(place, log, pushes)
            assert desk.stop() == 0


def test_a_database_that_is_stopped_and_crashes_and_comes_back(server: TemporaryServer, tmp_path: Path) -> None:
    place = prepare(tmp_path, where=server.url)
    pushes = a_day(60, seed=4)
    with DeskProcess(place, "--workers", "2") as desk:
        send = jail_day.sender(desk.address, place.token)
        count, lock, outages = [0], threading.Lock(), {25: server.stop, 90: server.crash}
        away: list[int] = []

        def noted(push: jail_day.Push) -> jail_day.Answer:
            with lock:
                count[0] += 1
                outage = outages.pop(count[0], None)
            if outage is not None:
                outage()
                away.append(desk.get("/health")[0])
                server.start()
            return send(push)

        log = jail_day.drive(jail_day.delivered(pushes, seed=4), noted)
        assert not outages and away == [503, 503]
        settled(place, log, pushes)
        until = time.monotonic() + 20
        while desk.get("/health")[0] != 200 and time.monotonic() < until:
            time.sleep(0.2)
        assert desk.get("/health")[0] == 200
        assert desk.stop() == 0


def test_two_servers_share_one_database(server: TemporaryServer, tmp_path: Path, template: Template) -> None:
    """Sessions and live views are shared, alerts are raised once; one is killed, and the other goes on with everything."""
    place = prepare(tmp_path, where=server.url)
    pushes = a_day(40, seed=5)
    one, two = (DeskProcess(place, starter=template.start) for _ in range(2))
    try:
        one.start()
        two.start()
        cookie = one.sign_in()
        assert two.get("/board", cookie=cookie)[0] == 200
        connection, stream = live(two, cookie)
        first = next_change(stream)
        sends = [jail_day.sender(desk.address, place.token) for desk in (one, two)]
        order = jail_day.delivered(pushes, seed=5)
        half, turn, lock = len(order) // 2, [0], threading.Lock()

        def noted(push: jail_day.Push) -> jail_day.Answer:
            with lock:
                turn[0] += 1
                number = turn[0]
                if number == half:
                    one.kill()  # it started first, so it leads
            # Whoever the balancer before them would choose: a dead one does not answer, and it is sent again.
            return sends[number % 2](push)

        assert sends[0](pushes[0]).status == 201
        assert (next_change(stream) or 0) > (first or 0)  # made at one, seen at two
        connection.close()
        log = jail_day.drive(order, noted)
        assert log.unanswered
        settled(place, log, pushes)
        with place.store() as store, store.read(AGENCY) as c:
            assert c.execute(sa.select(sa.func.count()).select_from(tables.alerts)).scalar_one() > 0
        assert two.stop() == 0
    finally:
        one.kill()
        two.kill()


def test_a_second_desk_on_a_sqlite_file_is_refused_in_one_line(tmp_path: Path, template: Template) -> None:
    place = prepare(tmp_path)
    with DeskProcess(place, starter=template.start) as first:
        second = DeskProcess(place, starter=template.start).start(wait=False)
        assert second.process.wait(60) == 2
        assert second.told().strip().splitlines() == [f"dueprocess: {place.where}: another desk runs on this database; use that one, or stop it first; several processes share PostgreSQL only"]
        assert first.get("/sign-in")[0] == 200
        first.kill()
        with second:  # a desk that was killed keeps nothing locked
            assert second.get("/sign-in")[0] == 200


def test_a_clock_that_is_stepped_back_and_forward(tmp_path: Path) -> None:
    """Nothing is recorded out of order, each step is said, nothing due is missed or raised twice."""
    place, law = prepare(tmp_path), Law(load_lawbook(), {})
    clock = [now.instant()]
    started = clock[0]
    who = Who("a_push", AGENCY, "supervisor")
    with place.store() as store, Writer(store, TYPES | accounts.TYPES | looking.TYPES, now=lambda: clock[0]) as writer:
        desk = Desk(store, writer, law=lambda: law, now=lambda: clock[0])

        def booked(number: int, until: int) -> None:
            desk.book(who, name=f"Example {number}", booking_number=f"J-{number}", complete=True, until=iso(until, "UTC"))

        booked(1, started + 1800)
        alerts.turn(desk)
        assert jail_day.not_raised(store, AGENCY, now=clock[0]) == []
        clock[0] -= 7200
        booked(2, started + 600)
        alerts.turn(desk)
        alerts.turn(desk)
        clock[0] = started + 86_400
        alerts.turn(desk)
        assert jail_day.not_raised(store, AGENCY, now=clock[0]) == []
        clock[0] = started + 30
        booked(3, started + 40_000)
        alerts.turn(desk)
        clock[0] = started + 86_400
        alerts.turn(desk)
        assert jail_day.not_raised(store, AGENCY, now=clock[0]) == []
        gate = Gate(store, writer, now=lambda: clock[0])
        assert gate.sign_in(agency=AGENCY, login="kim", password="several made up words").person.login == "kim"
        with store.read(AGENCY) as c:
            leaves = [read_leaf(row.leaf) for row in c.execute(sa.select(tables.entries.c.leaf).order_by(tables.entries.c.number))]
        assert all(a.at <= b.at for a, b in itertools.pairwise(leaves))
        steps = {int(leaf.head["step"] or 0) for leaf in leaves if "step" in leaf.head}
        assert max(steps) == 86_400 - 30 and 7200 in steps
        assert verify(store).ok


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("where", ["sqlite", "postgres"])
def test_a_big_countys_day(where: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """500 people are in, 150 come, 150 go, in the worst order."""
    place = prepare(tmp_path, where=None if where == "sqlite" else request.getfixturevalue("server").url)
    pushes = jail_day.day(seed=6, ends_at=now.instant())
    with DeskProcess(place, *(["--workers", "2"] if where == "postgres" else [])) as desk:
        log = jail_day.drive(jail_day.delivered(pushes, seed=6, twice=0.3, late=0.3, turned=0.3), jail_day.sender(desk.address, place.token), senders=8)
        settled(place, log, pushes)
        assert desk.stop() == 0


def test_the_checks_of_a_day_can_fail(tmp_path: Path) -> None:
    """An event that is not there, one at another instant, and an alert that was not raised are each found."""
    place, law = prepare(tmp_path), Law(load_lawbook(), {})
    with place.store() as store, Writer(store, TYPES | accounts.TYPES | looking.TYPES) as writer:
        desk = Desk(store, writer, law=lambda: law, now=now.instant)
        at = now.instant() - 600
        receipt = desk.book(Who("a_push", AGENCY, "clerk"), name="Example", booking_number="J-1", booked_at=iso(at, "UTC"), until=iso(at + 900, "UTC"))
        assert len(jail_day.not_raised(store, AGENCY, now=at + 600)) == 1
        good = jail_day.Push("J-1", 0, "bookings", {}, at)
        for push, numbers, count in ((good, receipt.numbers, 0), (jail_day.Push("J-1", 0, "bookings", {}, at + 1), receipt.numbers, 2), (good, (receipt.numbers[0] + 1,), 1)):
            log = jail_day.Log(acknowledged={push.key: (push, numbers)}, sent_at={push.key: 1}, known_at={push.key: 2})
            assert len(jail_day.wrong(store, AGENCY, log)) == count
        assert len(jail_day.wrong(store, AGENCY, jail_day.Log(), pushes=[good])) == 1
