"""The desk's server is killed ten times on each database while another system pushes a made-up county's day: every event that
was acknowledged is there once, in its order, and every alert that is due is raised."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

from dueprocess.kernel import now
from dueprocess.store.proving import verify
from dueprocess.testing import jail_day
from dueprocess.testing.desk_server import AGENCY, DeskProcess, Place, prepare
from dueprocess.testing.postgres import NoPostgres, temporary_postgres

KILLS = 10


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with contextlib.ExitStack() as stack:
        where = None
        if request.param == "postgres":
            try:
                where = stack.enter_context(temporary_postgres(durable=True))
            except NoPostgres as error:
                pytest.skip(str(error))
        yield prepare(tmp_path, where=where)


both = pytest.mark.parametrize("place", ["sqlite", "postgres"], indirect=True)


def settled(place: Place, log: jail_day.Log, pushes: list[jail_day.Push]) -> None:
    """All promises, looked at beside the desk while it runs; then the whole record."""
    with place.store() as store:
        until = time.monotonic() + 30
        while jail_day.not_raised(store, AGENCY, now=now.instant()) and time.monotonic() < until:
            time.sleep(0.2)
        assert jail_day.not_raised(store, AGENCY, now=now.instant()) == []
        assert jail_day.wrong(store, AGENCY, log, pushes=pushes) == []
    with place.store(owner=True) as store:
        report = verify(store)
        assert report.ok, report.findings[:5]


def killed_again_and_again(place: Place, kills: int, *, people: int, seed: int) -> None:
    dice = random.Random(seed)
    pushes = jail_day.day(seed=seed, ends_at=now.instant(), people=people, coming=people // 2, leaving=people)
    desk = DeskProcess(place).start()
    slow = jail_day.sender(desk.address, place.token, timeout=5)
    done, count = threading.Event(), [0]

    def paced(push: jail_day.Push) -> jail_day.Answer:
        time.sleep(0.002)
        return slow(push)

    def killing() -> None:
        while count[0] < kills and not done.wait(dice.uniform(0.05, 0.6)):
            desk.kill()
            count[0] += 1
            desk.start()

    killer = threading.Thread(target=killing)
    try:
        killer.start()
        # The day comes again, each event under its own name, until the last kill: nothing new may come of it.
        log = jail_day.drive(jail_day.delivered(pushes, seed=seed), paced)
        again = 0
        while killer.is_alive():
            again += 1
            more = jail_day.drive(jail_day.delivered(pushes, seed=seed + again), paced)
            assert {k: v[1] for k, v in more.acknowledged.items()} == {k: v[1] for k, v in log.acknowledged.items()}
            assert more.replayed >= len(pushes)
        done.set()
        killer.join()
        assert count[0] == kills
        settled(place, log, pushes)
    finally:
        done.set()
        killer.join()
        desk.kill()


@both
def test_ten_kills_while_a_day_is_pushed(place: Place) -> None:
    killed_again_and_again(place, KILLS, people=40, seed=8)


@both
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_kills_while_a_big_countys_day_is_pushed(place: Place) -> None:
    killed_again_and_again(place, 10 * KILLS, people=300, seed=9)
