"""The record: group commit against one commit a request, on both databases; and a million entries verified."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from bench.measure import interleaved, ratios, spread, table, verdict
from dueprocess.ledger import Checkpoint, Frontier, leaf_hash, make_leaf, seal, verify_export
from dueprocess.store import Done, Draft, Event, EventTypes, Store, Writer, accounts, proving, tables
from dueprocess.store.driver import put
from dueprocess.testing.postgres import NoPostgres, temporary_postgres

REQUESTS = 400
SENDERS = 64
ROUNDS = 7
TARGET_RATIO = 3.0
ENTRIES = 1_000_000
TARGET_SECONDS = 60.0
AGENCY = "us/or/made-up-county/sheriff"
TYPES = EventTypes()
INSERT_STAY = tables.stays.insert()
Result = TypeVar("Result")


@TYPES.on("booked")
def _booked(connection: sa.Connection, event: Event) -> None:
    row = {"id": event.subject, "agency": event.agency, "case_number": event.subject, "status": "in", "name": event.get("name"), "booked_at": event.at, "version": event.version}
    put(connection, INSERT_STAY, row)  # as the desk does


class _Load:
    """A database and the requests that are sent to it: each books a stay under an idempotency key, with a payload of a few
    hundred bytes and one row in a read table."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._count = 0

    def seconds(self, *, max_batch: int) -> float:
        """Wall-clock seconds a request, ``SENDERS`` waiting for their answers at any time."""
        first = self._count
        self._count += REQUESTS
        places = threading.Semaphore(SENDERS)
        with Writer(self._store, TYPES, max_batch=max_batch) as writer:
            start = time.perf_counter()
            futures = []
            for number in range(first, self._count):
                places.acquire()
                payload = {"name": f"Zzyzx Made-Up {number}", "booking": f"B-{number}", "grounds": [{"kind": "charge", "from": "2026-11-22T01:02:03-08:00"}] * 4}
                draft = Draft("booked", payload, subject=f"s_{number}", expect=0)
                future = writer.submit(lambda _, draft=draft: Done([draft]), agency=AGENCY, by="a_push", key=f"k{number}", request=number)
                future.add_done_callback(lambda _: places.release())
                futures.append(future)
            for future in futures:
                future.result()
            return (time.perf_counter() - start) / REQUESTS


def _compare(name: str, store: Store) -> tuple[list[str], bool]:
    with Writer(store, accounts.TYPES) as writer:
        writer.write(lambda c: accounts.add_agency(c, id_=AGENCY, name="Made up", zone="America/Los_Angeles", now=0), agency=AGENCY, by="bench")
    load = _Load(store)
    contenders: dict[str, Callable[[], float]] = {"one": partial(load.seconds, max_batch=1), "group": partial(load.seconds, max_batch=256)}
    for contender in contenders.values():
        contender()  # warm
    found = interleaved(contenders, rounds=ROUNDS)
    gain = ratios(found["one"], found["group"])
    met = gain.median >= TARGET_RATIO
    each = [spread([1e3 * v for v in found[k]]).text("{:.2f}", " ms") for k in ("one", "group")]
    return [name, *each, gain.text("{:.1f}"), verdict(met)], met


@contextlib.contextmanager
def _stores() -> Iterator[list[tuple[str, Store]]]:
    """SQLite, and PostgreSQL where there is one; both flush each commit to the disk."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        found = [("SQLite", Store.create(folder / "desk.db"))]
        try:
            url = stack.enter_context(temporary_postgres(durable=True))
        except NoPostgres as error:
            print(f"PostgreSQL was not measured: {error}")
        else:
            found.append(("PostgreSQL", Store.create(url, keys=folder / "keys")))
        for _, store in found:
            stack.callback(store.dispose)
        yield found


def fill(store: Store, count: int) -> None:
    """Write so many entries with payloads and keys straight into an empty record, as the writer would have."""
    frontier, previous, numbers = Frontier(), bytes(32), range(1, count + 1)
    with store.engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        rows: list[dict[str, object]] = []
        keys: list[dict[str, object]] = []
        streams: dict[str, tuple[str, int, int]] = {}
        for number in numbers:
            subject = f"s_{number % (count // 8 or 1)}"
            version = streams.get(subject, ("", 0, 0))[1] + 1
            streams[subject] = (AGENCY, version, number)
            key, sealed = seal(b'{"grounds":[{"from":"2026-11-22T01:02:03-08:00","kind":"charge"}],"name":"Zzyzx Made-Up %d"}' % number)
            head = {"agency": AGENCY, "by": "a_push", "kind": "noted", "subject": subject, "v": version}
            leaf = make_leaf(number=number, previous=previous, at=number, head=head, sealed=sealed)
            previous = leaf_hash(leaf)
            frontier.append(previous)
            rows.append({"number": number, "agency": AGENCY, "subject": subject, "kind": "noted", "at": number, "leaf": leaf, "hash": previous, "payload": sealed.data})
            keys.append({"number": number, "agency": AGENCY, "subject": subject, "wrapped": store.keys.wrap(key, about=f"payload {number}")})
            if len(rows) == 10_000 or number == count:
                connection.execute(tables.entries.insert(), rows)
                connection.execute(tables.payload_keys.insert(), keys)
                rows, keys = [], []
        connection.execute(tables.streams.insert(), [{"subject": s, "agency": a, "version": v, "last_number": n} for s, (a, v, n) in streams.items()])
        note = Checkpoint(store.origin, count, frontier.root()).signed(store.signer)
        values = {"size": count, "last_hash": previous, "last_at": count, "frontier": frontier.packed(), "checkpoint": note}
        connection.execute(tables.head.update().values(**values))


def _timed(work: Callable[[], Result]) -> tuple[tuple[float, float], Result]:
    """Seconds by the clock and of the processor, and what came of it."""
    start, cpu = time.perf_counter(), time.process_time()
    result = work()
    return (time.perf_counter() - start, time.process_time() - cpu), result


def _verified() -> bool:
    with tempfile.TemporaryDirectory() as name:
        store = Store.create(Path(name) / "desk.db")
        fill(store, ENTRIES)
        opened, report = _timed(partial(proving.verify, store))
        closed, plain = _timed(partial(proving.verify, store, open_payloads=False))
        with (Path(name) / "whole.txt").open("wb") as out:
            proving.export_whole(store, out)
        store.dispose()
        exported, verdict_ = _timed(partial(verify_export, Path(name) / "whole.txt", key=store.signer.key))
    good = report.ok and plain.ok and verdict_.ok and report.size == verdict_.entries == ENTRIES and report.opened == ENTRIES
    rows = [
        [what, f"{wall:.1f} s", f"{processor:.1f} s"]
        for what, (wall, processor) in (
            ("in the database, each payload opened and compared", opened),
            ("in the database, payloads by their hash only", closed),
            ("an export, without keys", exported),
        )
    ]
    print(table(["a million entries verified", "time", "of the processor"], rows))
    met = good and max(wall for wall, _ in (opened, closed, exported)) <= TARGET_SECONDS
    print(f"\nTarget: {TARGET_SECONDS:.0f} s: {verdict(met)}{'' if good else ' (the record did not verify)'}.")
    return met


def run() -> bool:
    """Print the figures; whether all targets were met."""
    rows, met = [], True
    with _stores() as stores:
        for name, store in stores:
            row, good = _compare(name, store)
            rows.append(row)
            met = met and good
    print(f"{REQUESTS} requests a round, {SENDERS} under way at a time; median (lowest to highest) of {ROUNDS} rounds.\n")
    print(table(["database", "one commit a request", "group commit", "gain", f"target {TARGET_RATIO:.0f}"], rows))
    print()
    return _verified() and met
