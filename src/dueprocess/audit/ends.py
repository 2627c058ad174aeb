"""How the stays ended, as far as the files tell: taken by ICE, released, handed on, still there.

It takes no part in any answer: hours run to when somebody left, whoever they left with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dueprocess.audit.numbers import Table, classes_by

if TYPE_CHECKING:
    import duckdb

NOT_TOLD = "not_told"
ENDS = {
    "ice": "Taken by ICE",
    "community": "Released to the community",
    "other_agency": "Handed to another agency",
    "present": "Still there when the records end",
    NOT_TOLD: "Not told by the files",
}
"""The ends in the order in which they are told, by the values of ``left_to`` and ``left_state``."""
END = f"CASE WHEN left_state = 'present' THEN 'present' WHEN left_to IN ('ice', 'community', 'other_agency') THEN left_to ELSE '{NOT_TOLD}' END"
"""How a stay of the table ``a`` ended, as SQL. Whoever is still there went nowhere."""


def by_end(link: duckdb.DuckDBPyConnection) -> Table:
    """The classes by how the stays ended, in the order of ``ENDS``; only ends that some stay has."""
    rows = {r["key"]: {**r, "label": ENDS[r["key"]]} for r in classes_by(link, END)}
    return [rows[end] for end in ENDS if end in rows]


def end_of(stay: Mapping[str, Any]) -> str:
    """How one stay ended, in words, by its ``left_to`` and ``left_state``."""
    return ENDS["present" if stay["left_state"] == "present" else stay["left_to"] if stay["left_to"] in ENDS else NOT_TOLD]


__all__ = ["END", "ENDS", "NOT_TOLD", "by_end", "end_of"]
