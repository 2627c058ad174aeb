"""A made-up desk for tests: one county of Texas with all law taken as adopted, one of Oregon with none, a clock that the
test sets. Nobody in it exists."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dueprocess.desk import TYPES, Desk, Law, Who
from dueprocess.desk.demo import DETAINER, WARRANT
from dueprocess.kernel.instants import iso, parse_instant
from dueprocess.law import Lawbook, load_lawbook
from dueprocess.law.adopting import binding
from dueprocess.store import EventTypes, Gate, Store, Writer, accounts, looking, retention, tables

TEXAS, OREGON = "us/tx/loving-county/sheriff", "us/or/wheeler-county/sheriff"
ZONE = "America/Chicago"
NOW = parse_instant("2026-11-18T12:00:00-06:00", where="")  # a Wednesday
HOUR = 3600
CANARY = "Zzcanary Quetzalperson"
ALL: EventTypes = TYPES | accounts.TYPES | looking.TYPES | retention.TYPES

__all__ = ["ALL", "CANARY", "DETAINER", "HOUR", "NOW", "OREGON", "TEXAS", "WARRANT", "ZONE", "Made", "at", "made", "who"]


@lru_cache(maxsize=1)
def book() -> Lawbook:
    return load_lawbook()


def law(*, adopted: bool = True) -> Law:
    """All that binds Texas adopted; nothing in Oregon."""
    return Law(book(), {TEXAS: {"agency": TEXAS, "adopted": [a.id for a in binding(book(), TEXAS)] if adopted else []}})


def who(role: str = "clerk", agency: str = TEXAS) -> Who:
    return Who(f"a_{role}", agency, role)


def at(hours: float) -> str:
    """An instant before or after NOW, as another system gives it."""
    return iso(NOW + round(hours * HOUR), ZONE)


@dataclass
class Made:
    """A desk with its clock."""

    store: Store
    writer: Writer
    gate: Gate
    desk: Desk
    clock: list[int]
    laws: list[Law]

    def pass_hours(self, hours: float) -> None:
        self.clock[0] += round(hours * HOUR)

    def rows(self, table: sa.Table, *, agency: str = TEXAS) -> list[dict[str, Any]]:
        with self.store.read(agency) as connection:
            found = connection.execute(sa.select(table).where(table.c.agency == agency).order_by(*table.primary_key.columns))
            return [dict(row._mapping) for row in found]

    def stay(self, stay: str, *, agency: str = TEXAS) -> dict[str, Any]:
        return next(row for row in self.rows(tables.stays, agency=agency) if row["id"] == stay)

    def booked(self, *, agency: str = TEXAS, until: float | None = -1, name: str = CANARY) -> str:
        """Somebody booked ten hours ago whose charge ended an hour ago, or is still open; the first one's number is B-1."""
        number = f"B-{1 + len(self.rows(tables.stays, agency=agency))}"
        receipt = self.desk.book(who(agency=agency), name=name, booking_number=number, booked_at=at(-10), complete=True, until=None if until is None else at(until))
        return str(receipt.result["stay"])

    def held(self) -> str:
        """Somebody whom the encoded law of Texas says to hold: a detainer, served, and an I-200."""
        stay = self.booked()
        self.desk.receive_paper(who(), stay, DETAINER, at=at(-8))
        self.desk.receive_paper(who(), stay, WARRANT, at=at(-8))
        self.desk.serve_copy(who(), stay, paper=self.papers(stay)[0], at=at(-7))
        return stay

    def papers(self, stay: str) -> list[str]:
        return [row["id"] for row in sorted(self.rows(tables.papers), key=lambda r: r["number"]) if row["stay"] == stay]


@lru_cache(maxsize=4)
def _new(clock: int) -> Path:
    """A folder with a desk that nobody has used: copied for each test, since to make its tables takes far longer."""
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with _opened(folder, None, True, clock):
        pass
    return folder


@contextmanager
def made(folder: Path, *, adopted: bool = True, clock: int = NOW, where: str | None = None) -> Iterator[Made]:
    """Make a desk in a folder, or open the one that is there; with its record at ``where``, its keys in the folder."""
    if where is None and not (folder / "desk.db").exists() and not (folder / "desk.keys").exists():
        shutil.copytree(_new(clock), folder, dirs_exist_ok=True)
    with _opened(folder, where, adopted, clock) as found:
        yield found


@contextmanager
def _opened(folder: Path, where: str | None, adopted: bool, clock: int) -> Iterator[Made]:
    store = Store.create(where or folder / "desk.db", keys=folder / "desk.keys", origin="desk.example/made-up")
    now = [clock]
    laws = [law(adopted=adopted)]
    with Writer(store, ALL, now=lambda: now[0]) as writer:
        with store.engine.connect() as connection, connection.begin():
            there = {row.id for row in connection.execute(sa.select(tables.agencies.c.id))}
        for agency, zone in ((TEXAS, ZONE), (OREGON, "America/Los_Angeles")):
            if agency not in there:
                writer.write(
                    lambda c, agency=agency, zone=zone: accounts.add_agency(c, id_=agency, name="Made up", zone=zone, now=clock, settings={"second_factor": []}),
                    agency=agency, by="setup",
                )  # fmt: skip
        yield Made(store, writer, Gate(store, writer, now=lambda: now[0]), Desk(store, writer, law=lambda: laws[0], now=lambda: now[0]), now, laws)
    store.dispose()
