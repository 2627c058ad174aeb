"""The desk's server is killed ten times on each database while another system pushes a made-up county's day: every event that
was acknowledged is there once, in its order, and every alert that is due is raised."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

from desk_template import Template
from faults_common import settled

from dueprocess.kernel import now
from dueprocess.testing import jail_day
from dueprocess.testing.desk_server import DeskProcess, Place, prepare

KILLS = 10


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return prepare(tmp_path, where=None if request.param == "sqlite" else request.getfixturevalue("server").url)


def killed_again_and_again(place: Place, template: Template, kills: int, *, people: int, seed: int) -> None:
    dice = random.Random(seed)
    pushes = jail_day.day(seed=seed, ends_at=now.instant(), people=people, coming=people // 2, leaving=people)
    desk = DeskProcess(place, starter=template.start).start()
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


def test_ten_kills_while_a_day_is_pushed(place: Place, template: Template) -> None:
    killed_again_and_again(place, template, KILLS, people=40, seed=8)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_kills_while_a_big_countys_day_is_pushed(place: Place, template: Template) -> None:
    killed_again_and_again(place, template, 10 * KILLS, people=300, seed=9)
