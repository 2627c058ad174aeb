"""What the writer's batches are made of: where the record stands, the statements, and what a database's error means."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError
from dueprocess.ledger import Frontier
from dueprocess.store import tables
from dueprocess.store.driver import Sending
from dueprocess.store.events import Conflict, Draft, Unavailable

LOCK = 0x6475_6570_726F_6365
"""The advisory lock of the sequencer."""


@dataclass(slots=True)
class Head:
    """Where the record stands, as this batch grows it."""

    size: int
    last_hash: bytes
    last_at: int
    frontier: Frontier

    def copy(self) -> Head:
        return Head(self.size, self.last_hash, self.last_at, self.frontier.copy())


class Lost(Exception):
    """The database went away. ``committing``: it is not known whether the commit was made."""

    def __init__(self, cause: sa.exc.DBAPIError, *, committing: bool = False) -> None:
        self.cause = cause
        self.committing = committing
        super().__init__(str(committing))


def plain_name(text: str, what: str) -> None:
    """What every statement of a batch repeats must not be able to spoil it. Raises InputError."""
    if not 1 <= len(text) <= 200 or not text.isprintable():
        raise InputError(f"this is no {what}", do="use 1 to 200 printable characters")


def keep_checkpoint(connection: sa.Connection, *, size: int, at: int, note: str) -> None:
    """Keep a signed root beside the last one; nothing where one of this size is kept."""
    table = tables.checkpoints
    if connection.execute(sa.select(table.c.size).where(table.c.size == size)).first() is None:
        connection.execute(table.insert(), {"size": size, "at": at, "note": note})


def next_version(dialect: str) -> Any:
    """One statement: the stay's version after ``count`` more entries, or no row where the version seen is not the last."""
    table = tables.streams
    insert: Any
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        insert = postgresql.insert(table)
    else:
        from sqlalchemy.dialects import sqlite

        insert = sqlite.insert(table)
    expect, count = sa.bindparam("expect", type_=sa.Integer), sa.bindparam("count", type_=sa.Integer)
    statement = insert.values(subject=sa.bindparam("subject"), agency=sa.bindparam("agency"), version=count, last_number=sa.bindparam("number"))
    return statement.on_conflict_do_update(
        index_elements=[table.c.subject],
        set_={"version": table.c.version + count, "last_number": sa.bindparam("number")},
        where=sa.and_(table.c.agency == sa.bindparam("agency"), sa.or_(expect.is_(None), table.c.version == expect)),
    ).returning(table.c.version)


NEW_STREAM = tables.streams.insert()


def new_versions(sending: Sending, upsert: Any, agency: str, drafts: Sequence[Draft], *, after: int, careful: bool) -> list[int | None]:
    """The version that each draft makes of its stay; the first will be the entry ``after`` that number. Raises Conflict where
    one that was seen is not the last. Unless ``careful``, a stay that has to be new is taken for new: where it is not, the
    database refuses its row when it is sent."""
    of: dict[str, list[int]] = {}
    for place, draft in enumerate(drafts):
        if draft.subject is not None:
            of.setdefault(draft.subject, []).append(place)
    before: dict[str, int | None] = {}
    asked: list[tuple[Any, dict[str, Any]]] = []
    for subject, places in of.items():
        number, expect = after + places[-1] + 1, drafts[places[0]].expect
        if expect == 0 and not careful:
            sending.put(NEW_STREAM, {"subject": subject, "agency": agency, "version": len(places), "last_number": number})
            before[subject] = 0
        else:
            asked.append((upsert, {"subject": subject, "agency": agency, "number": number, "count": len(places), "expect": expect}))
    for (_, values), rows in zip(asked, sending.ask(*asked) if asked else [], strict=True):
        before[values["subject"]] = rows[0][0] - values["count"] if rows else None
    found: list[int | None] = [None] * len(drafts)
    for subject, places in of.items():
        version = before[subject]
        for place in places:
            expect = drafts[place].expect
            if version is None or (expect not in (None, version) and place != places[0]):
                raise Conflict("somebody else has written about this stay in the meantime", do="look at it again, then repeat what you did")
            if expect not in (None, version):
                raise Conflict("this stay is not there yet", do="book it first")
            version += 1
            found[place] = version
    return found


TAKE_TURN = sa.text(f"SELECT pg_advisory_xact_lock({LOCK})")
READ_HEAD = sa.select(tables.head.c.size, tables.head.c.last_hash, tables.head.c.last_at, tables.head.c.frontier)
ADVANCE = tables.head.update().where(tables.head.c.id == 1)
INSERTS = {t.name: t.insert() for t in (tables.entries, tables.payload_keys, tables.idempotency)}


_ANSWERED = sa.select(*(tables.idempotency.c[name] for name in ("key", "request", "result", "numbers"))).where(tables.idempotency.c.agency == sa.bindparam("agency"))
KNOWN_KEY = _ANSWERED.where(tables.idempotency.c.key == sa.bindparam("name"))
"""What was answered to the idempotency key ``name`` of ``agency``. Of one key the server always finds the row by its index."""


def known_keys(dialect: str) -> tuple[Any, Callable[[Sequence[str]], Any]]:
    """One statement: what was answered to the idempotency keys ``names`` of ``agency``; and how it takes the names. It is the
    same for any number of them, so that it is built once."""
    c = tables.idempotency.c
    if dialect == "postgresql":
        return _ANSWERED.where(c.key == sa.any_(sa.bindparam("names", type_=sa.ARRAY(sa.Text)))), list
    names = sa.func.json_each(sa.bindparam("names", type_=sa.Text)).table_valued("value")
    return _ANSWERED.where(c.key.in_(sa.select(names.c.value))), json.dumps


def may_come_back(error: sa.exc.DBAPIError) -> bool:
    """Whether trying again may help: the server is away or starting, or another writer holds the lock."""
    if error.connection_invalidated or isinstance(error, sa.exc.InterfaceError):
        return True
    text = str(error.orig).lower()
    return isinstance(error, sa.exc.OperationalError) and not any(w in text for w in ("full", "no space", "readonly", "read-only", "malformed"))


def whole_is_lost(error: sa.exc.DBAPIError) -> bool:
    """Whether the whole transaction is lost, not only the statement."""
    return bool(error.connection_invalidated) or isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.InternalError))


def is_mistake(error: sa.exc.DBAPIError) -> bool:
    """Whether it is about what the request wrote, and about nothing else."""
    return not error.connection_invalidated and isinstance(error, (sa.exc.DataError, sa.exc.IntegrityError, sa.exc.ProgrammingError))


def unavailable(cause: sa.exc.DBAPIError) -> Unavailable:
    """What is answered then: the kind of the database's error only, since its text may repeat what was written."""
    return Unavailable(f"the database did not take it ({type(cause.orig).__name__})", do="look at the health page; send it again with the same idempotency key")


def unfit(error: sa.exc.DBAPIError) -> Exception:
    """A value that the database cannot hold (a NUL character, a number that is too large) is the sender's mistake; anything
    else is handed on as it is. The database's own text is not: it repeats the value."""
    if isinstance(error, sa.exc.DataError):
        return InputError("a value cannot be stored", do="take out control characters, and numbers that are too large")
    return error
