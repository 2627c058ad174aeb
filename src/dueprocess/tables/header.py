"""Where the header of a report-like table stands, and what its columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from dueprocess.kernel.errors import InputError

LOOKED_AT = 60
"""A header stands within so many lines."""
MOST_COLUMNS = 2_000

_NUMBER_LIKE = re.compile(r"[-+$(]?[\d][\d.,:/\- ]*(?:[AaPp][Mm])?\)?%?\Z|\d{4}-\d\d-\d\d.*\Z")


def plain(name: str) -> str:
    """A column's name as it is compared: lower case, anything but letters and digits as one underscore."""
    return re.sub(r"[^0-9a-z]+", "_", name.casefold()).strip("_")


def find_header(records: Sequence[Sequence[str]], known: Collection[str] = ()) -> int:
    """The index of the header among the first records.

    The line that has the most of the ``known`` names (as ``plain`` writes them); without any, the first line that is
    nearly as full as the fullest and holds words, not numbers or dates, all of them different.
    """
    first = [[cell.strip() for cell in record] for record in records[:LOOKED_AT]]
    if known:
        matches = [len({plain(c) for c in record if c} & set(known)) for record in first]
        if matches and max(matches) >= 1:
            return matches.index(max(matches))
    filled = [sum(bool(c) for c in record) for record in first]
    most = max(filled, default=0)
    for index, record in enumerate(first):
        cells = [c for c in record if c]
        if cells and len(cells) >= 0.6 * most and len({plain(c) for c in cells}) > 0.8 * len(cells) and not any(_NUMBER_LIKE.match(c) for c in cells):
            return index
    return next((i for i, n in enumerate(filled) if n), 0)


def names(record: Sequence[str], *, width: int, where: str) -> list[str]:
    """A name for each column: as printed, numbered where it is empty or stands twice.

    Raises:
        InputError: more columns than any custody table has.
    """
    if width > MOST_COLUMNS:
        raise InputError(f"{width} columns", where=where, do=f"at most {MOST_COLUMNS} are read: this is no table of stays")
    seen: Counter[str] = Counter()
    found = []
    for index in range(width):
        name = " ".join(record[index].split()) if index < len(record) else ""
        name = (name[:200] if name else f"column {index + 1}").lstrip("\ufeff")
        seen[plain(name)] += 1
        found.append(name if seen[plain(name)] == 1 else f"{name} ({seen[plain(name)]})")
    return found
