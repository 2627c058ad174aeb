"""Erasing and keeping: what is personal goes some days after release, unless a litigation hold stands.

Erasing a stay destroys the keys of its payloads and pages and empties the personal columns of every table about it; the
record says that it was done, and every proof still holds. What a lawsuit needs is kept by a hold, on one stay or on all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError, shown
from dueprocess.store import tables
from dueprocess.store.accounts import new_id, settings_of
from dueprocess.store.database import Store, engine_of
from dueprocess.store.events import Done, Draft, Event, EventTypes
from dueprocess.store.writer import Writer

TYPES = EventTypes()
ERASED, EXPIRED = "data.erased", "data.expired"
"""The kinds of entry that account for payloads without a key: all of a stay's, and old purposes of searches."""
COUNSELS = frozenset({"hold.placed", "hold.lifted", "process.served", "process.answered"})
"""Whose payloads are counsel's, also where they are about a stay."""
DAY = 86_400
ERASE_AFTER_DAYS = 30
"""Days after release, where the agency's settings (``erase_after_days``) say nothing else."""
WEEK = 7 * DAY
LONGEST_REASON = 2000


# -- holds -----------------------------------------------------------------------------------------------


def place_hold(connection: sa.Connection, *, agency: str, matter: str, stay: str | None = None, reason: str = "") -> Done:
    """Keep one stay, or all of the agency's, for a lawsuit or a request named by its number (never by a person's name).
    ``reason`` is sealed. ``Done.result`` is the hold's id. Raises InputError where what is to be kept was erased, and where
    the agency has no such stay."""
    _matter(matter)
    if stay is not None and connection.execute(sa.select(tables.stays.c.id).where(tables.stays.c.agency == agency, tables.stays.c.id == stay)).first() is None:
        raise InputError(f"[{shown(stay)}] is no stay of this agency", do="name it as its page does")
    if stay is not None and _erased(connection, agency, stay):
        raise InputError("what is personal about this stay was erased before", do="tell the court when: the record shows it")
    id_ = new_id("h")
    return Done([Draft("hold.placed", _reason(reason), head={"hold": id_, "stay": stay, "matter": matter}, about=stay)], id_)


def lift_hold(connection: sa.Connection, *, agency: str, hold: str, reason: str = "") -> Done:
    """End a hold. Raises InputError where none such stands."""
    table = tables.holds
    row = connection.execute(sa.select(table.c.stay).where(table.c.agency == agency, table.c.id == hold, table.c.lifted_at.is_(None))).first()
    if row is None:
        raise InputError(f"[{shown(hold)}] is no hold that stands", do="choose one from the list")
    return Done([Draft("hold.lifted", _reason(reason), head={"hold": hold}, about=row.stay)])


def _matter(text: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 .:/#()_-]{0,59}", text) or not any(c.isdigit() for c in text):
        # It is public for good in the record: a docket number and no "Doe v. County".
        raise InputError("the hold names no matter by a number", do="give the number of the lawsuit or request, as [3:26-cv-00123], and no name")


def _reason(text: str) -> dict[str, str] | None:
    if len(text) > LONGEST_REASON:
        raise InputError(f"the reason is longer than {LONGEST_REASON} characters", do="shorten it")
    return {"reason": text.strip()} if text.strip() else None


def holds_on(connection: sa.Connection, *, agency: str, stay: str | None = None) -> list[dict[str, Any]]:
    """The holds that stand: those on the stay and those on all; without a stay, every one."""
    c = tables.holds.c
    query = sa.select(tables.holds).where(c.agency == agency, c.lifted_at.is_(None)).order_by(c.placed_at, c.id)
    if stay is not None:
        query = query.where(sa.or_(c.stay == stay, c.stay.is_(None)))
    return [dict(row._mapping) for row in connection.execute(query)]


@TYPES.on("hold.placed")
def _placed(connection: sa.Connection, event: Event) -> None:
    row = {"id": event.head["hold"], "agency": event.agency, "stay": event.head["stay"], "matter": event.head["matter"], "placed_at": event.at, "placed_by": event.by, "reason": event.get("reason")}
    connection.execute(tables.holds.insert(), row)


@TYPES.on("hold.lifted")
def _lifted(connection: sa.Connection, event: Event) -> None:
    table = tables.holds
    connection.execute(table.update().where(table.c.agency == event.agency, table.c.id == event.head["hold"]).values(lifted_at=event.at, lifted_by=event.by, lift_reason=event.get("reason")))


# -- erasing ---------------------------------------------------------------------------------------------


def erase(connection: sa.Connection, *, agency: str, stay: str) -> Done:
    """Erase what is personal about a stay; ``Done.result`` is how many payloads. Afterwards ``scrub`` the database.

    Raises InputError where a hold stands, where the person is still in, or where there is no such stay.
    """
    row = connection.execute(sa.select(tables.stays).where(tables.stays.c.agency == agency, tables.stays.c.id == stay)).first()
    if row is None:
        raise InputError(f"[{shown(stay)}] is no stay of this agency", do="name it as its page does")
    if row.left_at is None:
        raise InputError("the person has not left", do="record the release first")
    held = holds_on(connection, agency=agency, stay=stay)
    if held:
        raise InputError(f"a litigation hold stands ({held[0]['matter']})", do="counsel lifts it first")
    keys = tables.payload_keys
    destroyed = connection.execute(keys.delete().where(keys.c.agency == agency, keys.c.subject == stay))
    return Done([Draft(ERASED, head={"stay": stay, "payloads": destroyed.rowcount})], destroyed.rowcount)


def due_for_erasing(connection: sa.Connection, *, agency: str, now: int) -> list[str]:
    """The stays whose time has come and that no hold keeps, the oldest first; also those about which something was
    recorded after they were erased."""
    days = days_of(connection, agency)
    held = {hold["stay"] for hold in holds_on(connection, agency=agency)}
    if None in held:
        return []
    c, keys = tables.stays.c, tables.payload_keys.c
    left = sa.exists().where(keys.agency == agency, keys.subject == c.id)
    query = sa.select(c.id).where(c.agency == agency, c.left_at <= now - days * DAY, sa.or_(c.erased_at.is_(None), left)).order_by(c.left_at, c.id)
    return [row.id for row in connection.execute(query) if row.id not in held]


@dataclass(frozen=True, slots=True)
class Due:
    """A stay that has left and what is personal about it: ``due_at`` is when it is erased, ``held_by`` the matters that
    keep it meanwhile."""

    stay: str
    case: str
    left_at: int
    due_at: int
    held_by: tuple[str, ...]


def schedule(connection: sa.Connection, *, agency: str, most: int = 500) -> list[Due]:
    """What will be erased and when, the earliest first."""
    days, holds = days_of(connection, agency), holds_on(connection, agency=agency)
    c = tables.stays.c
    query = sa.select(c.id, c.case_number, c.left_at).where(c.agency == agency, c.left_at.is_not(None), c.erased_at.is_(None)).order_by(c.left_at, c.id).limit(most)
    return [
        Due(row.id, row.case_number, row.left_at, row.left_at + days * DAY, tuple(h["matter"] for h in holds if h["stay"] in (None, row.id)))
        for row in connection.execute(query)
    ]


def daily(store: Store, writer: Writer, *, agency: str, now: int) -> int:
    """Erase what is due and let go what is kept for a week; each stay is an entry of its own. Returns the stays erased.

    Run twice, or by two processes, it does the same as once. What the database's files still hold is scrubbed on SQLite;
    on PostgreSQL that is the owner's: ``data erase --due`` with the owner's address.
    """
    with store.read(agency) as connection:
        due = due_for_erasing(connection, agency=agency, now=now)

    def work(connection: sa.Connection, stay: str) -> Done:
        # Another process may have been here, or counsel placed a hold since.
        return erase(connection, agency=agency, stay=stay) if stay in due_for_erasing(connection, agency=agency, now=now) else Done()

    count = 0
    for stay in due:
        count += bool(writer.write(partial(work, stay=stay), agency=agency, by="retention").numbers)
    writer.write(lambda c: expire(c, agency=agency, now=now), agency=agency, by="retention")
    if count and store.engine.dialect.name == "sqlite":
        scrub(store)
    return count


@TYPES.on(ERASED)
def _erase(connection: sa.Connection, event: Event) -> None:
    """Empty every personal column about the stay: which they are, the tables themselves say."""
    stay = event.head["stay"]
    for table in tables.metadata.sorted_tables:
        personal = {c.name: None for c in table.c if "about" in c.info and c.info["about"].personal}
        key = table.c.id if table is tables.stays else table.c.get("stay")
        if personal and key is not None:
            connection.execute(table.update().where(table.c.agency == event.agency, key == stay).values(**personal))
    c = tables.stays.c
    connection.execute(tables.stays.update().where(c.agency == event.agency, c.id == stay).values(erased_at=event.at, status="erased"))


def expire(connection: sa.Connection, *, agency: str, now: int) -> Done:
    """What is kept for a while only: answers to repeated requests and failed sign-ins for a week, ended sessions, and the
    purposes of searches as long as a stay after release. ``Done.result`` counts what went."""
    gone = 0
    for table, before in ((tables.idempotency.c.at, now - WEEK), (tables.attempts.c.last_at, now - WEEK), (tables.sessions.c.until, now)):
        owner = table.table
        assert isinstance(owner, sa.Table)
        gone += connection.execute(owner.delete().where(owner.c.agency == agency, table < before)).rowcount
    before = now - days_of(connection, agency) * DAY
    held = any(hold["stay"] is None for hold in holds_on(connection, agency=agency))
    looks, keys = tables.looks, tables.payload_keys
    old = sa.select(looks.c.number).where(looks.c.agency == agency, looks.c.stay.is_(None), looks.c.purpose.is_not(None), looks.c.at < before)
    last = connection.execute(sa.select(sa.func.max(old.subquery().c.number))).scalar()
    if held or last is None:
        return Done(result=gone)
    gone += connection.execute(keys.delete().where(keys.c.agency == agency, keys.c.number.in_(old))).rowcount
    return Done([Draft(EXPIRED, head={"until": last})], gone)


@TYPES.on(EXPIRED)
def _expired(connection: sa.Connection, event: Event) -> None:
    c = tables.looks.c
    table = tables.looks
    connection.execute(table.update().where(c.agency == event.agency, c.stay.is_(None), c.number <= event.head["until"]).values(purpose=None))


def scrub(store: Store, *, owner: str | None = None) -> None:
    """Take what was erased out of the files: SQLite has overwritten it already, and its log is emptied here; PostgreSQL
    rewrites the tables, for which it needs the owner's address."""
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        return
    if owner is None:
        raise InputError("on PostgreSQL the owner has to rewrite the tables", do="give the owner's address of the database")
    engine = engine_of(owner, owner=True)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in tables.metadata.sorted_tables:
                if table is tables.payload_keys or any("about" in c.info and c.info["about"].personal for c in table.c):
                    connection.exec_driver_sql(f"VACUUM FULL {table.name}")
    finally:
        engine.dispose()


def days_of(connection: sa.Connection, agency: str) -> int:
    """Days from release until what is personal is erased. Raises InputError where the setting is none."""
    days = settings_of(connection, agency).get("erase_after_days", ERASE_AFTER_DAYS)
    if type(days) is not int or days < 0:
        raise InputError("the setting [erase_after_days] is no number of days", do="correct the agency's settings")
    return days


def _erased(connection: sa.Connection, agency: str, stay: str) -> bool:
    c = tables.stays.c
    return connection.execute(sa.select(c.erased_at).where(c.agency == agency, c.id == stay)).scalar() is not None


# -- legal process ---------------------------------------------------------------------------------------


def log_process(connection: sa.Connection, *, agency: str, kind: str, served_at: int, body: Mapping[str, Any], stay: str | None = None) -> Done:
    """A subpoena, warrant, order or records request for what the desk holds. ``body``: from whom, what was asked."""
    del connection, agency
    if kind not in ("subpoena", "warrant", "order", "records_request", "other"):
        raise InputError(f"[{shown(kind)}] is no kind of legal process", do="one of subpoena, warrant, order, records_request, other")
    return Done([Draft("process.served", dict(body), head={"process": kind, "served_at": served_at}, about=stay)])


def answer_process(connection: sa.Connection, *, agency: str, number: int, answer: str, body: Mapping[str, Any]) -> Done:
    """What was done about it: ``given``, ``refused`` or ``objected``; ``body``: what was given. Raises InputError where the
    log has no such entry."""
    table = tables.legal_process
    row = connection.execute(sa.select(table.c.stay).where(table.c.agency == agency, table.c.number == number)).first()
    if row is None:
        raise InputError(f"[{number}] is no entry of the legal-process log", do="choose one from the log")
    if answer not in ("given", "refused", "objected"):
        raise InputError(f"[{shown(answer)}] is no answer", do="one of given, refused, objected")
    return Done([Draft("process.answered", dict(body), head={"process": number, "answer": answer}, about=row.stay)])


@TYPES.on("process.served")
def _served(connection: sa.Connection, event: Event) -> None:
    row = {
        "number": event.number, "agency": event.agency, "stay": event.head.get("about"), "kind": event.head["process"],
        "served_at": event.head["served_at"], "body": None if event.payload is None else {"served": dict(event.payload)},
    }  # fmt: skip
    connection.execute(tables.legal_process.insert(), row)


@TYPES.on("process.answered")
def _answered(connection: sa.Connection, event: Event) -> None:
    table = tables.legal_process
    mine = (table.c.agency == event.agency, table.c.number == event.head["process"])
    before = connection.execute(sa.select(table.c.body).where(*mine)).scalar()
    body = None if before is None or event.payload is None else {**before, "answered": dict(event.payload)}
    connection.execute(table.update().where(*mine).values(answered_at=event.at, answer=event.head["answer"], body=body))
