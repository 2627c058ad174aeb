"""What the fault tests of the whole desk have in common."""

from __future__ import annotations

import time

from dueprocess.kernel import now
from dueprocess.store.proving import verify
from dueprocess.testing import jail_day
from dueprocess.testing.desk_server import AGENCY, Place


def a_day(people: int, seed: int) -> list[jail_day.Push]:
    return jail_day.day(seed=seed, ends_at=now.instant(), people=people, coming=people // 3, leaving=people // 3)


def settled(place: Place, log: jail_day.Log, pushes: list[jail_day.Push]) -> None:
    """All promises, looked at beside the desk while it runs; then the whole record."""
    with place.store() as store:
        until = time.monotonic() + 40
        while jail_day.not_raised(store, AGENCY, now=now.instant()) and time.monotonic() < until:
            time.sleep(0.2)
        assert jail_day.not_raised(store, AGENCY, now=now.instant()) == []
        assert jail_day.wrong(store, AGENCY, log, pushes=pushes) == []
    with place.store(owner=True) as store:
        report = verify(store)
        assert report.ok, report.findings[:5]
