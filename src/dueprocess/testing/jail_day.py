"""A jail-management system that does not exist: it drives a made-up county's day against a desk, with pushes that come twice,
late, and in the wrong order; and what the desk must have made of them.

    pushes = delivered(day(seed=1, ends_at=now), seed=1)
    log = drive(pushes, sender(address, token))
    assert not wrong(store, AGENCY, log)

Nobody in it exists. Every time lies in the day before ``ends_at``: the desk takes nothing that is still to come.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from dueprocess.desk.alerts import Times
from dueprocess.kernel.instants import iso
from dueprocess.store import Store, tables

HOUR = 3600
DAY = 24 * HOUR
DETAINER = {"kind": "i-247a", "edition": "2017-03", "signed_by": "immigration_officer", "boxes": ["final_order"], "issuer": "ice"}
WARRANT = {"kind": "i-200", "edition": "2016-09", "signed_by": "immigration_officer"}
KINDS = {"bookings": "booked", "papers": "paper.received", "ground-end": "ground.ended", "release": "released"}


@dataclass(frozen=True, slots=True)
class Push:
    """One event about one person: the ``step``-th. ``at`` is its own instant (epoch seconds)."""

    number: str
    step: int
    path: str
    values: Mapping[str, Any] = field(hash=False)
    at: int

    @property
    def key(self) -> str:
        """The event's own name, the same each time that it is sent."""
        return f"jms-{self.number}-{self.step:02}"

    @property
    def kind(self) -> str:
        """What the desk records it as."""
        return KINDS[self.path.rsplit("/", 1)[-1]]


def day(*, seed: int, ends_at: int, people: int = 500, coming: int = 150, leaving: int = 150, detainers: float = 0.2, zone: str = "UTC") -> list[Push]:
    """Everything that happens, in the order in which it does: ``people`` are in when the day begins, ``coming`` are booked in
    it, ``leaving`` go free in it (all of them at most)."""
    dice = random.Random(seed)
    begins = ends_at - DAY
    found: list[Push] = []
    going = set(dice.sample(range(people + coming), min(leaving, people + coming)))
    for one in range(people + coming):
        number = f"MADEUP-{seed}-{one:04}"
        booked = begins - dice.randrange(HOUR, 20 * DAY) if one < people else begins + dice.randrange(0, DAY - 4 * HOUR)
        steps: list[tuple[str, dict[str, Any], int]] = []
        values = {"name": f"Example {seed}-{one}", "booking_number": number, "booked_at": iso(booked, zone), "complete": True}
        if one not in going and dice.random() < 0.3:  # a sentence with a known end, today or within days
            values["until"] = iso(max(ends_at, booked) + dice.randrange(-20 * HOUR, 5 * DAY) if one < people else ends_at + dice.randrange(HOUR, DAY), zone)
        steps.append(("bookings", values, booked))
        last = max(booked, begins) + dice.randrange(60, HOUR)
        if dice.random() < detainers:
            for paper in (DETAINER, WARRANT):
                steps.append((f"stays/{number}/papers", {**paper, "received_at": iso(last, zone)}, last))
        if one in going:
            ended = last + dice.randrange(60, HOUR)
            steps.append((f"stays/{number}/ground-end", {"how": "charges_dropped", "at": iso(ended, zone), "known_at": iso(ended + 300, zone)}, ended))
            steps.append((f"stays/{number}/release", {"at": iso(ended + 1800, zone)}, ended + 1800))
        found += [Push(number, step, path, given, at) for step, (path, given, at) in enumerate(steps)]
    return sorted(found, key=lambda push: (push.at, push.number, push.step))


def delivered(pushes: Sequence[Push], *, seed: int, twice: float = 0.15, late: float = 0.15, turned: float = 0.15) -> list[Push]:
    """The order in which they are sent: some twice, some long after their turn, some before the one that they follow."""
    dice = random.Random(seed)
    order: list[tuple[float, int, Push]] = []
    for place, push in enumerate(pushes):
        at = float(place)
        if dice.random() < late:
            at += dice.uniform(1, len(pushes) / 4)
        if dice.random() < turned:
            at -= dice.uniform(1, 40)
        order.append((at, place, push))
        if dice.random() < twice:
            order.append((at + dice.uniform(0, len(pushes) / 8), place, push))
    return [push for _, _, push in sorted(order, key=lambda item: item[:2])]


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` 0: none came."""

    status: int
    body: Mapping[str, Any]


Send = Callable[[Push], Answer]


def sender(address: str, token: str, *, timeout: float = 30.0) -> Send:
    """Sends over HTTP, each thread on a connection of its own."""
    parts = urlsplit(address)
    own = threading.local()

    def send(push: Push) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": push.key}
        try:
            if getattr(own, "connection", None) is None:
                own.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
            own.connection.request("POST", f"/api/{push.path}", body=json.dumps(push.values), headers=headers)
            got = own.connection.getresponse()
            return Answer(got.status, json.loads(got.read() or b"{}"))
        except (OSError, http.client.HTTPException, ValueError):
            if getattr(own, "connection", None) is not None:
                own.connection.close()
            own.connection = None
            return Answer(0, {})

    return send


@dataclass
class Log:
    """What was sent and acknowledged. Places are counted over all sendings."""

    acknowledged: dict[str, tuple[Push, tuple[int, ...]]] = field(default_factory=dict)
    replayed: int = 0
    sendings: int = 0
    unanswered: int = 0
    too_early: int = 0
    sent_at: dict[str, int] = field(default_factory=dict)
    """The place of each event's first sending."""
    known_at: dict[str, int] = field(default_factory=dict)
    """The place at which its acknowledgement came."""
    there: set[str] = field(default_factory=set)
    """Events whose first answer says that they had been recorded before, as after a backup was restored."""
    refused: list[tuple[Push, Answer]] = field(default_factory=list)
    contradicted: list[str] = field(default_factory=list)
    """Events that were acknowledged twice with different entries."""


def drive(pushes: Iterable[Push], send: Send, *, senders: int = 4, patience: float = 60.0) -> Log:
    """Send everything until it is acknowledged: without an answer again at once, too early again at the end of the queue.

    Raises TimeoutError where nothing is acknowledged for ``patience`` seconds.
    """
    queue, log, lock = deque(pushes), Log(), threading.Lock()
    waiting: deque[Push] = deque()
    moved = [time.monotonic()]
    under_way = [0]

    def next_push() -> Push | None:
        with lock:
            source = queue or waiting
            if not source:
                return None
            push = source.popleft()
            log.sendings += 1
            log.sent_at.setdefault(push.key, log.sendings)
            under_way[0] += 1
            return push

    def settle(push: Push, answer: Answer) -> bool:
        """Whether to pause before the next."""
        with lock:
            under_way[0] -= 1
            if answer.status in (200, 201):
                moved[0] = time.monotonic()
                entries = tuple(answer.body["entries"])
                if push.key not in log.acknowledged and answer.body["again"]:
                    log.there.add(push.key)
                before = log.acknowledged.setdefault(push.key, (push, entries))
                if before[1] != entries:
                    log.contradicted.append(push.key)
                log.replayed += bool(answer.body["again"])
                log.sendings += 1
                log.known_at.setdefault(push.key, log.sendings)
                return False
            if answer.status in (0, 429, 503) or answer.status >= 500:
                log.unanswered += 1
                queue.appendleft(push)
                return True
            if answer.status in (404, 409):
                log.too_early += 1
                waiting.append(push)
                return not queue
            log.refused.append((push, answer))
            return False

    def run() -> None:
        while time.monotonic() - moved[0] < patience:
            push = next_push()
            if push is None:
                with lock:
                    if not under_way[0] and not queue and not waiting:
                        return
                time.sleep(0.01)
                continue
            if settle(push, send(push)):
                time.sleep(0.05)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if queue or waiting:
        raise TimeoutError(f"{len(queue) + len(waiting)} events were not acknowledged")
    return log


def wrong(store: Store, agency: str, log: Log, *, pushes: Iterable[Push] = ()) -> list[str]:
    """What the desk did not keep of its promises; nothing where all is well. ``pushes``: all that must be there.

    Every acknowledged event is there once, at its own instant; what was known to be recorded before another of the same
    stay was sent stands before it; nothing else is there.
    """
    found = [f"{key} was acknowledged twice, with different entries" for key in log.contradicted]
    found += [f"{push.key} was refused: {answer.status} {answer.body.get('error')}" for push, answer in log.refused]
    found += [f"{push.key} was never acknowledged" for push in pushes if push.key not in log.acknowledged]
    e, s = tables.events.c, tables.stays.c
    with store.read(agency) as connection:
        joined = tables.events.join(tables.stays, sa.and_(s.id == e.stay, s.agency == e.agency))
        rows = connection.execute(sa.select(e.number, e.kind, e.at, s.booking_number).select_from(joined).where(e.agency == agency)).all()
    by_number = {row.number: row for row in rows}
    counted = Counter((row.booking_number, row.kind, row.at) for row in rows if row.kind in KINDS.values())
    expected: Counter[tuple[str, str, int]] = Counter()
    by_stay: dict[str, list[tuple[Push, int]]] = {}
    for push, entries in log.acknowledged.values():
        expected[push.number, push.kind, push.at] += 1
        row = by_number.get(entries[0])
        if row is None or (row.kind, row.booking_number) != (push.kind, push.number):
            found.append(f"{push.key} is not at entry {entries[0]}")
        elif row.at != push.at:
            found.append(f"{push.key} was recorded at another instant than its own")
        by_stay.setdefault(push.number, []).append((push, entries[0]))
    mine = {push.number for push, _ in log.acknowledged.values()}
    for what, count in counted.items():
        if what[0] in mine and count != expected[what]:
            found.append(f"{what} stands {count} times for {expected[what]} events")
    for stay in by_stay.values():
        for first, before in stay:
            for second, after in stay:
                # What was there before this day's sending keeps its earlier place.
                if second.key not in log.there and log.known_at[first.key] < log.sent_at[second.key] and before > after:
                    found.append(f"{first.key} was acknowledged before {second.key} was sent, and stands after it")
    return found


def not_raised(store: Store, agency: str, *, now: int) -> list[str]:
    """Alerts that are due and are not there: for each open deadline, each stage whose time has come. The agency has the usual times."""
    d, a = tables.deadlines.c, tables.alerts.c
    with store.read(agency) as connection:
        due = connection.execute(sa.select(d.id, d.due_at).where(d.agency == agency, d.state == "open")).all()
        raised = Counter(row.id for row in connection.execute(sa.select(a.id).where(a.agency == agency)))
    return [f"{row.id}: {stage}" for row in due for stage, offset, _ in Times().stages if row.due_at + offset <= now and raised[f"{row.id}@{row.due_at}:{stage}"] != 1]
