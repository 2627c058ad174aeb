"""What live views are told: that something has changed. One watcher a process asks the database for all of them, so that
fifty open boards cost no more than one, and so that a change made by another process is seen as well."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import sqlalchemy as sa

from dueprocess.desk import showing
from dueprocess.store import Store, tables

LOOK_SECONDS = 0.25


@dataclass(eq=False)
class _View:
    """One open stream."""

    agency: str
    loop: asyncio.AbstractEventLoop
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.woken.set)


class Feed:
    """The live views of this process. The watcher is a thread that runs while there is one."""

    def __init__(self, *, seconds: float = LOOK_SECONDS) -> None:
        """``seconds`` between two looks at the database."""
        self._seconds = seconds
        self._lock = threading.Lock()
        self._views: set[_View] = set()
        self._newest: dict[str, int] = {}
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    @property
    def views(self) -> int:
        """Streams that are open."""
        return len(self._views)

    def stop(self) -> None:
        """End all streams, and begin no more: the desk is stopping."""
        self._stop.set()
        with self._lock:
            views, thread = list(self._views), self._thread
        for view in views:
            view.wake()
        if thread is not None:
            thread.join()

    async def changes(self, store: Store, agency: str, *, lasting: float, still: float = 10.0) -> AsyncIterator[int | None]:
        """The number of the agency's last entry that a page shows: now, and whenever it changes; None after ``still``
        seconds without a change. It ends after ``lasting`` seconds, and when the desk stops."""
        view = _View(agency, asyncio.get_running_loop())
        until = time.monotonic() + lasting
        self._enter(store, view)
        try:
            last: int | None = None
            while not self._stop.is_set() and time.monotonic() < until:
                newest = self._newest.get(agency)
                if newest is not None and newest != last:
                    last = newest
                    yield newest
                view.woken.clear()
                if self._newest.get(agency) != last or self._stop.is_set():
                    continue
                try:
                    await asyncio.wait_for(view.woken.wait(), min(still, max(0.0, until - time.monotonic())))
                except TimeoutError:
                    yield None
        finally:
            with self._lock:
                self._views.discard(view)

    def _enter(self, store: Store, view: _View) -> None:
        with self._lock:
            if self._stop.is_set():
                return
            self._views.add(view)
            if self._thread is None:
                self._newest.clear()  # what was seen before nobody watched is old
                self._thread = threading.Thread(target=self._watch, args=(store,), name="dueprocess-feed", daemon=True)
                self._thread.start()

    def _watch(self, store: Store) -> None:
        size = -1
        known: set[str] = set()
        while True:
            with self._lock:
                agencies = {view.agency for view in self._views}
                if not agencies or self._stop.is_set():
                    self._thread = None
                    return
            try:
                now = _size(store)
                for agency in agencies if now != size else agencies - known:
                    self._tell(agency, showing.newest(store, agency))
                size, known = now, agencies
            except sa.exc.DBAPIError:
                size = -1  # the database is away: look again when it is back
            self._stop.wait(self._seconds)

    def _tell(self, agency: str, newest: int) -> None:
        with self._lock:
            if self._newest.get(agency) == newest:
                return
            self._newest[agency] = newest
            views = [view for view in self._views if view.agency == agency]
        for view in views:
            view.wake()


def _size(store: Store) -> int:
    """How many entries the record has: one row, whatever the agency."""
    with store.engine.connect() as connection, connection.begin():
        return int(connection.execute(sa.select(tables.head.c.size)).scalar_one())
