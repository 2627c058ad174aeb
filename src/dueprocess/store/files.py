"""Pages of papers as they came: sealed like payloads, kept beside the record, which holds their hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError
from dueprocess.ledger import open_sealed, seal
from dueprocess.store import tables
from dueprocess.store.accounts import new_id
from dueprocess.store.keys import Keys


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file sealed before it is handed to the writer. ``head`` goes into the head of the entry that receives it: with it
    the pages can be shown, years later, to be the ones received."""

    row: dict[str, Any]
    head: dict[str, str]


def seal_file(keys: Keys, *, agency: str, media: str, data: bytes, at: int) -> SealedFile:
    """Seal a file, on the caller's thread. ``media`` is its kind, as ``application/pdf``."""
    key, sealed = seal(data)
    id_ = new_id("f")
    row = {
        "id": id_, "agency": agency, "media": media, "bytes": len(data), "hash": sealed.body + sealed.hash, "at": at, "sealed": sealed.data,
        "wrapped": keys.wrap(key, about=f"file {id_}"),
    }  # fmt: skip
    return SealedFile(row, {"file": id_, "file_body": sealed.body.hex(), "file_sealed": sealed.hash.hex()})


def keep_file(connection: sa.Connection, file: SealedFile, *, stay: str | None) -> None:
    """Store it, within the work that writes the entry which names it."""
    connection.execute(tables.files.insert(), {**file.row, "stay": stay})


def read_file(connection: sa.Connection, keys: Keys, *, agency: str, file: str) -> tuple[str, bytes]:
    """Kind and bytes. Raises InputError where there is none, where it was erased, or where it is not what was received."""
    table = tables.files
    row = connection.execute(sa.select(table).where(table.c.agency == agency, table.c.id == file)).first()
    if row is None:
        raise InputError("there is no such file", do="open it from the person's page")
    if row.sealed is None or row.wrapped is None:
        raise InputError("the pages were erased", do="the record still shows which paper it was and when it came")
    try:
        return str(row.media), open_sealed(keys.unwrap(row.wrapped, about=f"file {file}"), row.sealed, body=row.hash[:32])
    except ValueError:
        raise InputError("the pages are not those that were received", do="restore them from the backup") from None
