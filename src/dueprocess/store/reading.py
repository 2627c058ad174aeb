"""Reading the record back: its events with their payloads opened, and the read tables made again from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError
from dueprocess.ledger import open_sealed, read_leaf
from dueprocess.store import tables
from dueprocess.store.database import Store, for_agency
from dueprocess.store.events import HOUSE, Event, EventTypes
from dueprocess.store.keys import Keys

_PAGE = 1000


def read_events(connection: sa.Connection, keys: Keys, *, agency: str, subject: str | None = None, after: int = 0) -> Iterator[Event]:
    """The events of an agency, or of one stay, in their order, after an entry's number.

    Raises InputError where an entry's payload is not what was recorded: ``ledger verify`` says more.
    """
    entry, key = tables.entries, tables.payload_keys
    query = (
        sa.select(entry.c.number, entry.c.leaf, entry.c.payload, key.c.wrapped)
        .select_from(entry.outerjoin(key, key.c.number == entry.c.number))
        .where(entry.c.agency == agency, entry.c.number > sa.bindparam("after"))
        .order_by(entry.c.number)
        .limit(_PAGE)
    )
    if subject is not None:
        query = query.where(entry.c.subject == subject)
    while True:
        rows = connection.execute(query, {"after": after}).all()
        for row in rows:
            yield _event(row, keys)
        if len(rows) < _PAGE:
            return
        after = rows[-1].number


def _event(row: Any, keys: Keys) -> Event:
    payload = None
    try:
        leaf = read_leaf(row.leaf)
        if row.payload is not None and row.wrapped is not None and leaf.body is not None:
            key = keys.unwrap(row.wrapped, about=f"payload {row.number}")
            payload = json.loads(open_sealed(key, row.payload, body=leaf.body))
    except ValueError as error:
        raise InputError(f"entry {row.number} of the record is damaged: {error}", do="dueprocess ledger verify") from None
    head = leaf.head
    subject, version = head.get("subject"), head.get("v")
    return Event(
        leaf.number, leaf.at, str(head["agency"]), str(head["by"]), str(head["kind"]), None if subject is None else str(subject),
        None if version is None else int(version), head, payload, erased=row.payload is not None and row.wrapped is None,
    )  # fmt: skip


def rebuild(store: Store, types: EventTypes, *, agency: str | None = None) -> int:
    """Empty the read tables and make them again from the record, for one agency or all. Returns the events applied.

    Each agency is one transaction: who reads meanwhile sees the old rows.
    """
    count = 0
    with store.engine.connect() as connection, connection.begin():
        known = [row.id for row in connection.execute(sa.select(tables.agencies.c.id).order_by(tables.agencies.c.number))]
    for one in [agency] if agency is not None else [*known, HOUSE]:
        with store.engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            for_agency(connection, one)
            for table in reversed(tables.metadata.sorted_tables):
                if table.info["kind"] == "read":
                    connection.execute(table.delete().where(table.c.agency == one))
            for event in read_events(connection, store.keys, agency=one):
                types.apply(connection, event)
                count += 1
    return count
