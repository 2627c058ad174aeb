"""Looks: who saw whose record, and what for. Each look is an entry; a list is one look."""

from __future__ import annotations

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError
from dueprocess.store import tables
from dueprocess.store.driver import put
from dueprocess.store.events import Draft, Event, EventTypes

TYPES = EventTypes()
KIND = "looked"
_INSERT = tables.looks.insert()


def look(what: str, *, rows: int = 1, stay: str | None = None, purpose: str | None = None) -> Draft:
    """The entry for a look: ``what`` was shown (``person``, ``board``, ``search``, ``export`` …), ``rows`` of it.

    A search by name needs a purpose; it is sealed, since people write names into it. Raises InputError without one.
    """
    if what == "search" and not (purpose or "").strip():
        raise InputError("a search by name needs a purpose", do="say what it is for")
    payload = {"purpose": purpose} if purpose else None
    return Draft(KIND, payload, head={"what": what, "rows": rows}, about=stay)


@TYPES.on(KIND)
def _looked(connection: sa.Connection, event: Event) -> None:
    row = {
        "number": event.number, "agency": event.agency, "at": event.at, "by": event.by, "what": event.head["what"], "stay": event.head.get("about"),
        "rows": event.head["rows"], "purpose": event.get("purpose"),
    }  # fmt: skip
    put(connection, _INSERT, row)
