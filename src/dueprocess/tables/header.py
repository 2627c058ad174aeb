"""Where the header of a report-like table stands, and what its columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dueprocess.kernel.errors import InputError

LOOKED_AT = 60
"""A header stands within so many lines."""
MOST_COLUMNS = 2_000

_NUMBER_LIKE = re.compile(r"[-+$(]?[\d][\d.,:/\- ]*(?:[AaPp][Mm])?\)?%?\Z|\d{4}-\d\d-\d\d.*\Z")


def plain(name: str) -> str:
    """A column's name as it is compared: lower case, anything but letters and digits as one underscore."""
    return re.sub(r"[^0-9a-z]+", "_", name.casefold()).strip("_")


def spoken(name: str) -> str:
    """``plain`` with words told apart by their capitals alone: ``BookDateTime`` is ``book_date_time``, ``SONumber`` ``so_number``."""
    return plain(re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name))


@dataclass(frozen=True, slots=True)
class Header:
    """``first`` and ``last`` are the indices of its lines among the records, ``cells`` its names as printed, ``lines`` the cells of
    each of its lines where there are two, and ``titles`` the lines above it."""

    first: int
    last: int
    cells: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...] = ()
    titles: tuple[tuple[str, ...], ...] = ()


def header_of(records: Sequence[Sequence[str]], known: Collection[str] = (), *, given: int | None = None) -> Header:
    """The header among the first records, of one line or of two; ``given`` is the index of its (last) line where the user says it.

    Two lines are one header where the upper names groups of the lower's columns: ``Release`` over ``Date`` and ``Time``.
    """
    index = find_header(records, known) if given is None else given
    pairs = [p for p in ((index - 1, index), (index, index + 1)) if p[0] >= 0 and p[1] < len(records) and (given is None or p[1] == given)]
    if given is None and known:
        # The names of a pair are known where neither line's are.
        pairs += [(i, i + 1) for i in range(min(len(records), LOOKED_AT) - 1) if (i, i + 1) not in pairs]
    best = (_hits(records[index], known), 0, index, index, tuple(records[index]))
    for upper, lower in pairs:
        cells = _joined(records[upper], records[lower])
        if cells and (score := (_hits(cells, known), 1)) > best[:2]:
            best = (*score, upper, lower, cells)
    _, two, first, last, cells = best
    return Header(first, last, cells, tuple(tuple(records[i]) for i in (first, last)) if two else (), tuple(tuple(r) for r in records[:first] if any(c.strip() for c in r)))


def _hits(record: Sequence[str], known: Collection[str]) -> int:
    return len({form for c in record if c for form in {plain(c), spoken(c)}} & set(known))


def _joined(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...]:
    """The names of two header lines as one; empty where they are not that."""
    width = max(len(upper), len(lower))
    above, below = ([" ".join(c.split()) for c in (*r, *[""] * (width - len(r)))] for r in (upper, lower))
    named = [c for c in below if c]
    if sum(map(bool, above)) < 2 or len(named) < 2 or any(_NUMBER_LIKE.match(c) for c in (*above, *below) if c):
        return ()
    filled = sum(bool(a or b) for a, b in zip(above, below, strict=True))
    spans = any(b and not a for a, b in zip(above, below, strict=True))
    # Names that stand twice need the line above; or the lines fill each other's gaps.
    apart = len({plain(c) for c in named}) < len(named) or any(a and not b for a, b in zip(above, below, strict=True))
    if filled < 0.8 * width or not spans or not apart or len({plain(c) for c in above if c}) < sum(map(bool, above)):
        return ()
    found, over = [], ""
    for a, b in zip(above, below, strict=True):
        over = a or over
        if a and not b:
            found.append(a)
            over = ""  # a name of its own spans nothing
        else:
            found.append(f"{over} {b}".strip())
    return tuple(found)


def find_header(records: Sequence[Sequence[str]], known: Collection[str] = ()) -> int:
    """The index of the header among the first records.

    The line that has the most of the ``known`` names (as ``plain`` writes them); without any, the first line that is
    nearly as full as the fullest and holds words, not numbers or dates, all of them different.
    """
    first = [[cell.strip() for cell in record] for record in records[:LOOKED_AT]]
    if known:
        matches = [_hits(record, known) for record in first]
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
