"""Which column of which file each prepared column was read from, by the map and the headers that the files have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dueprocess.tables.mapping import Column, Map
from dueprocess.tables.raw import Raw


def origins(map_: Map, tables: Mapping[str, Sequence[Raw]]) -> dict[str, list[dict[str, Any]]]:
    """``booked_at`` → ``[{"column": "Book Date", "files": ["bookings.csv"]}]``; of the side tables ``papers.received_at``.

    Columns of one table come one after another, the clock of a time behind its day. What the map says of every row, and
    what no file has, is left out.
    """
    found: dict[str, list[dict[str, Any]]] = {}

    def add(name: str, column: Column, table: str) -> None:
        listed = found.setdefault(name, [])
        for names in (column.names, column.clock):
            for header, files in _headers(names, tables.get(table, ())).items():
                entry = {"column": header, "files": files}
                if entry not in listed:
                    listed.append(entry)
        if not listed:
            del found[name]

    for name, column in map_.columns.items():
        add(name, column, column.table or map_.stays)
    for section in map_.sections:
        for name, column in section.fields.items():
            add(f"{section.part}.{name}", column, section.table)
        if section.disposition is not None:
            add(f"{section.part}.dispositions", section.disposition, section.table)
    return found


def _headers(names: Sequence[str], raws: Sequence[Raw]) -> dict[str, list[str]]:
    """The header that counts in each file, as it stands there."""
    found: dict[str, list[str]] = {}
    for raw in raws:
        cell = raw.column(names)
        if cell is not None:
            found.setdefault(raw.headers[int(cell[1:])], []).extend(m.file for m in raw.each)
    return found
