"""The desk over HTTP, as a process of its own: what the store costs at the endpoint, how long the board takes, and how soon
fifty open boards hear of a change."""

from __future__ import annotations

import contextlib
import http.client
import json
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from bench.measure import quantile, quiet, ratios, spread, table, verdict
from dueprocess.kernel import now
from dueprocess.testing import jail_day
from dueprocess.testing.desk_server import DeskProcess, Place, free_port, live, next_change, prepare
from dueprocess.testing.postgres import NoPostgres, temporary_postgres

REQUESTS = 600
"""A round; so that the 99th percentile is the seventh slowest."""
SLICES = 6
"""The contenders take turns within a round, so many times, so that a burst of other work falls on all alike."""
COLD = 3
"""Requests of each sender at the start of a turn that are not counted: the connection is new, and others have just had the
processor and its caches."""
SENDERS = (1, 4)
"""The target is about the first: a jail's system sends one event after the other. The second shows what several at once do."""
ROUNDS = 11
TARGET_RATIO = 3.0
PEOPLE = 500
BOARDS = 30
TARGET_BOARD_MS = 300.0
VIEWERS = 50
CHANGES = 10
TARGET_SECONDS = 1.0


class _Endpoint:
    """Bookings over HTTP, each sender on a connection that stays open."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._count = 0

    def bookings(self, senders: int, requests: int) -> list[float]:
        """The milliseconds of each request, ``senders`` under way at a time."""
        first, end = self._count, self._count + requests + COLD * senders
        self._count = end
        with ThreadPoolExecutor(senders) as pool:
            return [ms for found in pool.map(self._share, [range(first + n, end, senders) for n in range(senders)]) for ms in found]

    def _share(self, numbers: range) -> list[float]:
        connection, found = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60), []
        for number in numbers:
            body = json.dumps({"name": f"Example {number}", "booking_number": f"B-{number}", "booked_at": "2026-01-02T03:04:05Z", "complete": True})
            headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": f"bench-{number:06}", "Content-Type": "application/json"}
            begun = time.perf_counter()
            connection.request("POST", "/api/bookings", body=body, headers=headers)
            answer = connection.getresponse()
            answer.read()
            found.append((time.perf_counter() - begun) * 1e3)
            if answer.status != 201:
                raise RuntimeError(f"the endpoint answered {answer.status}")
        connection.close()
        return found[COLD:]


class _Disk:
    """One small row and one durable commit a request, by the database's driver alone: what no store that keeps its word can go below."""

    def __init__(self, place: Place) -> None:
        self._connection: Any
        if "://" in place.where:
            import psycopg

            self._connection, self._insert = psycopg.connect(place.where, autocommit=True), "INSERT INTO floor VALUES (%s)"
        else:
            self._connection, self._insert = sqlite3.connect(place.folder / "floor.db", isolation_level=None, check_same_thread=False), "INSERT INTO floor VALUES (?)"
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS floor (body TEXT)")

    def commits(self, requests: int) -> list[float]:
        """The milliseconds of each commit, one after the other."""
        found = []
        for _ in range(requests):
            begun = time.perf_counter()
            self._connection.execute(self._insert, ("x" * 500,))
            found.append((time.perf_counter() - begun) * 1e3)
        return found

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


@contextlib.contextmanager
def _plain() -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.desk_plain", str(port)])
    try:
        for _ in range(600):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            with contextlib.suppress(OSError):
                connection.request("GET", "/")
                connection.getresponse().read()
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def _places(folder: Path) -> Iterator[list[tuple[str, Place]]]:
    """SQLite, and PostgreSQL where there is one; both flush each commit to the disk."""
    with contextlib.ExitStack() as stack:
        (folder / "sqlite").mkdir()
        found = [("SQLite", prepare(folder / "sqlite"))]
        try:
            url = stack.enter_context(temporary_postgres(durable=True))
        except NoPostgres as error:
            print(f"PostgreSQL was not measured: {error}")
        else:
            (folder / "postgres").mkdir()
            found.append(("PostgreSQL", prepare(folder / "postgres", where=url)))
        yield found


def _p99s(contenders: Mapping[str, Callable[[int], list[float]]]) -> dict[str, list[float]]:
    """The 99th percentile of the milliseconds of each contender, one a round."""
    names = list(contenders)
    found: dict[str, list[float]] = {name: [] for name in names}
    with quiet():
        for _ in range(ROUNDS):
            ms: dict[str, list[float]] = {name: [] for name in names}
            for turn in range(SLICES):
                shift = turn % len(names)
                for name in (*names[shift:], *names[:shift]):
                    ms[name] += contenders[name](REQUESTS // SLICES)
            for name in names:
                found[name].append(quantile(ms[name], 0.99))
    return found


def _endpoint(places: list[tuple[str, Place]]) -> bool:
    rows, met = [], True
    for name, place in places:
        with _plain() as port, DeskProcess(place) as desk:
            plain, whole = _Endpoint(port, "none"), _Endpoint(desk.port, place.token)
            disk = _Disk(place)
            contenders: dict[str, Callable[[int], list[float]]] = {f"{what} {n}": partial(one.bookings, n) for what, one in (("without", plain), ("with", whole)) for n in SENDERS}
            contenders["disk"] = disk.commits
            for contender in contenders.values():
                contender(REQUESTS // 2)  # warm
            found = _p99s(contenders)
            disk.close()
        for senders in SENDERS:
            without, with_ = found[f"without {senders}"], found[f"with {senders}"]
            ratio, counts = ratios(with_, without), senders == SENDERS[0]
            met = met and (not counts or ratio.median <= TARGET_RATIO)
            least = ratios([a + b for a, b in zip(without, found["disk"], strict=True)], without)
            rows.append([name, str(senders), spread(without).text("{:.1f}", " ms"), spread(with_).text("{:.1f}", " ms"), ratio.text("{:.1f}"), least.text("{:.1f}") if counts else "", verdict(ratio.median <= TARGET_RATIO) if counts else "no target"])
    print(
        f"The 99th percentile of a booking, {REQUESTS} a round, by turns of {REQUESTS // SLICES}; median (lowest to highest) of {ROUNDS} rounds. The first {COLD}\n"
        "of each sender's turn, over a new connection, are not counted, with the store or without. With a bare commit: the ratio that one row durably\n"
        "committed by the driver alone, and nothing else, would have beside the endpoint without the store.\n"
    )
    print(table(["database", "at a time", "without the store", "with it", "ratio", "with a bare commit", f"at most {TARGET_RATIO:.0f}"], rows))
    return met


def _board(desk: DeskProcess, cookie: str) -> list[float]:
    """Milliseconds of a board, as a browser asks for it: over one connection, the look recorded before it is shown."""
    connection, found = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=60), []
    for _ in range(BOARDS):
        begun = time.perf_counter()
        connection.request("GET", "/board", headers={"Cookie": cookie})
        answer = connection.getresponse()
        text = answer.read()
        found.append((time.perf_counter() - begun) * 1e3)
        if answer.status != 200 or text.count(b"Example 7-") < PEOPLE:
            raise RuntimeError(f"the board answered {answer.status}, or with too few people")
    connection.close()
    return found


class _Viewer:
    """An open board, in a thread that notes what it hears and when: the numbers of last entries, of whatever origin."""

    def __init__(self, desk: DeskProcess, cookie: str) -> None:
        self._connection, stream = live(desk, cookie)
        next_change(stream)
        self._heard: list[tuple[int, float]] = []
        threading.Thread(target=self._listen, args=(stream,), daemon=True).start()

    def _listen(self, stream: http.client.HTTPResponse) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):  # closed at the end
            while (number := next_change(stream)) is not None:
                self._heard.append((number, time.perf_counter()))

    def heard_of(self, entry: int) -> float:
        """When it first heard of the entry or of one after it; waits until it has."""
        until = time.perf_counter() + 10 * TARGET_SECONDS
        while time.perf_counter() < until:
            for number, at in list(self._heard):
                if number >= entry:
                    return at
            time.sleep(0.01)
        raise RuntimeError("a viewer has not heard of a change")

    def close(self) -> None:
        """End the stream."""
        self._connection.close()


def _heard(desk: DeskProcess, cookie: str, place: Place) -> list[float]:
    """Seconds from the acknowledgement of a booking until the last of the viewers has heard of its entries."""
    viewers = [_Viewer(desk, cookie) for _ in range(VIEWERS)]
    at = now.instant()
    send, found = jail_day.sender(desk.address, place.token), []
    for number in range(CHANGES):
        answer = send(jail_day.Push(f"V-{number}", 0, "bookings", {"name": "Example", "booking_number": f"V-{number}"}, at))
        acknowledged = time.perf_counter()
        if answer.status != 201:
            raise RuntimeError(f"the endpoint answered {answer.status}")
        last = max(answer.body["entries"])
        found.append(max(0.0, max(viewer.heard_of(last) for viewer in viewers) - acknowledged))
        time.sleep(0.3)  # until the next change is one of its own
    for viewer in viewers:
        viewer.close()
    return found


def _people(places: list[tuple[str, Place]]) -> bool:
    rows, met = [], True
    for name, place in places:
        with DeskProcess(place) as desk:
            pushes = jail_day.day(seed=7, ends_at=now.instant(), people=PEOPLE, coming=0, leaving=0)
            jail_day.drive(pushes, jail_day.sender(desk.address, place.token))
            cookie = desk.sign_in()
            _board(desk, cookie)  # warm
            boards, heard = _board(desk, cookie), _heard(desk, cookie, place)
        good = max(boards) <= TARGET_BOARD_MS and max(heard) <= TARGET_SECONDS
        met = met and good
        rows.append([name, spread(boards).text("{:.0f}", " ms"), spread(heard).text("{:.2f}", " s"), verdict(good)])
    print(f"\nA board with {PEOPLE} people, {BOARDS} times; {CHANGES} changes and {VIEWERS} viewers, until the last has heard; median (lowest to highest).\n")
    print(table(["database", "the board", "a change", f"{TARGET_BOARD_MS:.0f} ms and {TARGET_SECONDS:.0f} s"], rows))
    return met


def run() -> bool:
    """Print the figures; whether all targets were met, the slowest board and the slowest change included."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        with _places(Path(one)) as places:
            met = _endpoint(places)
        with _places(Path(two)) as places:
            return _people(places) and met
