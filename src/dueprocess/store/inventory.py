"""The data inventory: every stored column, why it is there, until when, who may read it."""

from __future__ import annotations

from dataclasses import dataclass

from dueprocess.store import tables
from dueprocess.store.tables import About, Readers, Until


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


_READERS = "who put it in; where they share it, supervisor, counsel, auditor of the agency"
_DAYS = "the days chosen for it (1, 7 or 30), or a button before that"
FILES = (
    Field("files: audits", "tables as handed in", "to be audited; they may hold names", f"{_DAYS}; they alone by a button of their own", "who handed them in", True, True),
    Field("files: audits", "result", "the answer for each row, by booking number and without names", _DAYS, _READERS, False, False),
    Field("files: what-ifs", "question and result", "law tried on an audit or on open cases; counts, and no names", "some days, or a button before that", "who asked", False, False),
    Field("files: registry", "texts and reviews", "articles and memos put in, and what reviewers made of their claims", Until.agency.value, "supervisor, counsel, auditor of the agency", False, False),
    Field("files: keys", "two key files", "to sign checkpoints and to open what is sealed", Until.agency.value, Readers.nobody.value, False, False),
)
"""What the desk keeps beside its database, in folders that only its own account on the machine may read."""


def inventory() -> list[Field]:
    """Every column of every table, in the tables' order, and what lies in files."""
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
    return [*found, *FILES]
