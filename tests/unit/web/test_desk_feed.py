"""Live views: told at once, told of nothing else, ended when the desk stops; one watcher for all, and none when nobody looks."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")
pytest.importorskip("starlette", reason="the extra desk is not installed")

from dueprocess.desk import TYPES, Desk, Law, Who, showing
from dueprocess.kernel import now
from dueprocess.law import load_lawbook
from dueprocess.store import Done, Writer, accounts, looking
from dueprocess.testing.desk_server import AGENCY, prepare
from dueprocess.web.desk.feed import Feed


def watchers() -> int:
    return sum(thread.name == "dueprocess-feed" for thread in threading.enumerate())


def test_views(tmp_path: Path) -> None:
    place, law = prepare(tmp_path), Law(load_lawbook(), {})
    with place.store() as store, Writer(store, TYPES | accounts.TYPES | looking.TYPES) as writer:
        desk, feed = Desk(store, writer, law=lambda: law, now=now.instant), Feed(seconds=0.02)

        def book(number: int) -> int:
            return desk.book(Who("x", AGENCY, "clerk"), name="Example", booking_number=f"J-{number}").numbers[-1]

        async def look() -> None:
            views = [feed.changes(store, AGENCY, lasting=60, still=0.2) for _ in range(5)]
            first = await asyncio.gather(*(anext(view) for view in views))
            assert len(set(first)) == 1 and feed.views == 5 and watchers() == 1
            newest = await asyncio.to_thread(book, 1)
            assert await asyncio.gather(*(anext(view) for view in views)) == [newest] * 5
            entry = looking.look("board")
            await asyncio.to_thread(lambda: writer.write(lambda _: Done([entry]), agency=AGENCY, by="x"))
            assert await anext(views[0]) is None  # a look changes no page
            for view in views[1:]:
                await view.aclose()  # type: ignore[attr-defined]
            assert feed.views == 1
            await asyncio.to_thread(feed.stop)
            assert [number async for number in views[0]] in ([], [None]) and feed.views == 0
            assert [number async for number in feed.changes(store, AGENCY, lasting=60)] == []

        asyncio.run(look())
        assert watchers() == 0


def test_the_watcher_ends_with_the_last_view_and_a_view_with_its_time(tmp_path: Path) -> None:
    place = prepare(tmp_path)
    with place.store() as store:
        feed = Feed(seconds=0.02)

        async def look() -> list[int | None]:
            return [number async for number in feed.changes(store, AGENCY, lasting=2.0, still=60)]

        newest = showing.newest(store, AGENCY)
        assert newest > 0 and asyncio.run(look())[0] == newest
        until = time.monotonic() + 10
        while watchers() and time.monotonic() < until:
            time.sleep(0.01)
        assert watchers() == 0 and feed.views == 0
        assert asyncio.run(look())[0] == newest  # and another begins
        feed.stop()
