"""A made-up desk for the tests of the store: two agencies and a few kinds of entry with a read table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dueprocess.store import (
    Done,
    Draft,
    Event,
    EventTypes,
    Receipt,
    Store,
    Writer,
    accounts,
    looking,
    retention,
    tables,
)

FIRST, SECOND = "us/or/made-up-county/sheriff", "us/wa/other-county/sheriff"
NOW = 1_790_000_000

TYPES = EventTypes()


@TYPES.on("booked")
def _booked(connection: sa.Connection, event: Event) -> None:
    row = {
        "id": event.subject, "agency": event.agency, "case_number": event.head["case"], "status": "in", "name": event.get("name"),
        "booking_number": event.get("booking"), "booked_at": event.at, "version": event.version,
    }  # fmt: skip
    connection.execute(tables.stays.insert(), row)


@TYPES.on("noted")
def _noted(connection: sa.Connection, event: Event) -> None:
    row = {
        "number": event.number, "agency": event.agency, "stay": event.subject, "kind": event.kind, "at": event.at, "recorded_at": event.at,
        "by": event.by, "body": None if event.payload is None else dict(event.payload),
    }  # fmt: skip
    connection.execute(tables.events.insert(), row)
    _version(connection, event)


@TYPES.on("released")
def _released(connection: sa.Connection, event: Event) -> None:
    c = tables.stays.c
    connection.execute(tables.stays.update().where(c.agency == event.agency, c.id == event.subject).values(left_at=event.at, status="released"))
    _version(connection, event)


def _version(connection: sa.Connection, event: Event) -> None:
    c = tables.stays.c
    connection.execute(tables.stays.update().where(c.agency == event.agency, c.id == event.subject).values(version=event.version))


ALL = TYPES | accounts.TYPES | looking.TYPES | retention.TYPES


@dataclass(frozen=True)
class Place:
    """Where a database is to be and where its keys."""

    address: str
    keys: Path

    def create(self) -> Store:
        return Store.create(self.address, keys=self.keys, origin="desk.example/made-up")

    def open(self, *, owner: bool = False) -> Store:
        return Store.open(self.address, keys=self.keys, owner=owner)

    @property
    def postgres(self) -> bool:
        return self.address.startswith("postgresql")


class Clock:
    """A clock that the test sets."""

    def __init__(self, at: int = NOW) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


@dataclass
class Desk:
    """A store with two agencies and its writer."""

    place: Place
    store: Store
    writer: Writer
    clock: Clock

    def book(self, stay: str, *, agency: str = FIRST, name: str = "Zzyzx Made-Up", key: str | None = None) -> Receipt:
        draft = Draft("booked", {"name": name, "booking": f"B-{stay}"}, subject=stay, head={"case": f"26-{stay}"}, expect=0)
        return self.writer.write(lambda _: Done([draft], {"stay": stay}), agency=agency, by="a_clerk", key=key, request={"stay": stay})

    def note(self, stay: str, *, agency: str = FIRST, text: str = "a made-up note", expect: int | None = None) -> Receipt:
        draft = Draft("noted", {"text": text}, subject=stay, expect=expect)
        return self.writer.write(lambda _: Done([draft]), agency=agency, by="a_clerk")

    def release(self, stay: str, *, agency: str = FIRST) -> Receipt:
        return self.writer.write(lambda _: Done([Draft("released", subject=stay)]), agency=agency, by="a_clerk")

    def rows(self, table: sa.Table, *, agency: str = FIRST) -> list[dict[str, Any]]:
        with self.store.read(agency) as connection:
            found = connection.execute(sa.select(table).where(table.c.agency == agency).order_by(*table.primary_key.columns))
            return [dict(row._mapping) for row in found]


@contextmanager
def desk(place: Place, *, clock: Clock | None = None, **options: Any) -> Iterator[Desk]:
    """Make a desk, or open the one that is there."""
    clock = clock or Clock()
    store = place.create()
    with Writer(store, ALL, now=clock, **options) as writer:
        for id_, zone in ((FIRST, "America/Los_Angeles"), (SECOND, "America/Los_Angeles")):
            with store.engine.connect() as connection, connection.begin():
                there = connection.execute(sa.select(tables.agencies.c.id).where(tables.agencies.c.id == id_)).first()
            if there is None:
                writer.write(lambda c, id_=id_, zone=zone: accounts.add_agency(c, id_=id_, name="Made up", zone=zone, now=NOW), agency=id_, by="setup")
        yield Desk(place, store, writer, clock)
    store.dispose()


def emptied(url: str) -> str:
    """The address of a PostgreSQL database that holds nothing any more, and nobody's open connection either."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        # What a test before left open must not be waited for.
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return url
