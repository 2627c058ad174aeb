"""The data inventory: every stored column, why it is there, until when, who may read it."""

from __future__ import annotations

from dataclasses import dataclass

from dueprocess.store import tables
from dueprocess.store.tables import About


@dataclass(frozen=True, slots=True)
class Field:
    """One column. ``personal``: about a person held, and erased with the stay. ``encrypted``: no one reads it in the
    database alone."""

    table: str
    column: str
    why: str
    until: str
    readers: str
    personal: bool
    encrypted: bool


_ENCRYPTED = frozenset(
    {
        ("ledger_entries", "payload"),
        ("payload_keys", "wrapped"),
        ("accounts", "second_factor"),
        ("paper_files", "sealed"),
        ("paper_files", "wrapped"),
        ("counsel_notes", "sealed"),
    }
)


def inventory() -> list[Field]:
    """Every column of every table, in the tables' order."""
    found = []
    for table in tables.metadata.tables.values():
        for column in table.c:
            about: About = column.info["about"]
            found.append(
                Field(
                    table.name, column.name, about.why, about.until.value, about.readers.value, about.personal or (table.name, column.name) == ("ledger_entries", "payload"),
                    (table.name, column.name) in _ENCRYPTED,
                )
            )  # fmt: skip
    return found
