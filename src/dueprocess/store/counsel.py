"""Counsel's own store: what-ifs, exposure and notes, sealed, outside the record, and seen by counsel only.

They are counsel's work, made in view of litigation; the record is what the jail did. Who may call these is the desk's
matter; on PostgreSQL no other agency can.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError, shown
from dueprocess.store import tables
from dueprocess.store.accounts import new_id
from dueprocess.store.keys import Keys

KINDS = ("note", "whatif", "exposure")


@dataclass(frozen=True, slots=True)
class Note:
    """A note with its text. ``at``: epoch seconds."""

    id: str
    by: str
    at: int
    what: str
    text: str


def keep_note(connection: sa.Connection, keys: Keys, *, agency: str, by: str, at: int, what: str, text: str) -> str:
    """Keep a text; its id. Raises InputError for another kind than note, whatif, exposure."""
    if what not in KINDS:
        raise InputError(f"[{shown(what)}] is no kind of note", do=f"one of {', '.join(KINDS)}")
    id_ = new_id("n")
    row = {"id": id_, "agency": agency, "by": by, "at": at, "what": what, "sealed": keys.wrap(text.encode(), about=f"note {id_}")}
    connection.execute(tables.counsel_notes.insert(), row)
    return id_


def notes(connection: sa.Connection, keys: Keys, *, agency: str) -> list[Note]:
    """All notes of an agency's counsel, the latest first. Raises InputError where one was changed in the database."""
    table = tables.counsel_notes
    rows = connection.execute(sa.select(table).where(table.c.agency == agency).order_by(table.c.at.desc(), table.c.id)).all()
    try:
        return [Note(r.id, r.by, r.at, r.what, keys.unwrap(r.sealed, about=f"note {r.id}").decode()) for r in rows]
    except ValueError:
        raise InputError("a note was changed in the database", do="restore it from the backup") from None


def drop_note(connection: sa.Connection, *, agency: str, note: str) -> None:
    """Delete one for good. Raises InputError where there is none such."""
    table = tables.counsel_notes
    if not connection.execute(table.delete().where(table.c.agency == agency, table.c.id == note)).rowcount:
        raise InputError(f"[{shown(note)}] is no note here", do="choose one from the list")
