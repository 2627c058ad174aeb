"""Aggregates for the public: no cell under eleven, and none that the margins give away.

Nothing is blanked out that could be worked out again. What is small is *joined* with something else, until every number
that is printed is 0 or at least ``LEAST``:

- classes that are small in the whole file are joined with the next larger class, in every table alike;
- rows (agencies, values of a column) that are small are joined into one row, with at least one row that is not small;
- rows with a small cell keep their total and lose their classes, which are given for all of them together. There are at
  least two such rows. With row totals and column totals of 11 or more each, every cell that is not printed can still
  have any of at least eleven values (the Fréchet bounds), whatever an onlooker subtracts.

What one table gives away of another is looked for in ``crossing``, and taken out in ``publishing``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dueprocess.audit.numbers import CLASSES, HOUR, WITH_HOURS, Row, Table

LEAST = 11
ROUND_HOURS = 10
ROUND_COUNTS = 10
OTHERS = "all others"
"""The name of three or more classes that are told together."""

Groups = tuple[tuple[str, ...], ...]


def is_small(size: float) -> bool:
    """Whether a number of stays (or persons) may not be printed."""
    return 0 < round(size, 6) < LEAST


def size_of(cell: Mapping[str, Any]) -> float:
    """What protects a cell: its ``weight`` (``crossing.Crossed``) where it has one; else its stays, or its persons where those
    are fewer."""
    if cell.get("weight") is not None:
        return float(cell["weight"])
    stays, people = int(cell["stays"]), cell.get("persons")
    return stays if not people else min(stays, int(people))


def joined_classes(total: Row) -> Groups | None:
    """Which classes are told together, in every table; None where even the whole is too small to be told."""
    classes = total["classes"]
    groups = [[name] for name in CLASSES if name in classes]
    sizes = {name: size_of(classes[name]) for name in classes}

    def size(group: list[str]) -> float:
        return sum(sizes[n] for n in group)

    if size([n for n in sizes]) < LEAST:
        return None
    while True:
        small = sorted((g for g in groups if is_small(size(g)) or _all_small(g, sizes)), key=lambda g: (size(g), g))
        others = sorted((g for g in groups if size(g) > 0 and g not in small[:1]), key=lambda g: (size(g), g))
        if not small:
            break
        if not others:
            return None  # nothing but small classes: any sum of them says too much
        groups.remove(small[0])
        others[0].extend(small[0])
    order = list(CLASSES)
    return tuple(tuple(sorted(g, key=order.index)) for g in sorted(groups, key=lambda g: min(order.index(n) for n in g)))


def _all_small(group: Sequence[str], sizes: Mapping[str, float]) -> bool:
    """Two classes of ten that are told as twenty are told."""
    filled = [n for n in group if sizes[n]]
    return len(filled) > 1 and all(is_small(sizes[n]) for n in filled)


def protected(rows: Table, groups: Groups, *, other: str, ordered: bool = False) -> dict[str, Any]:
    """The rows as they may be printed, and ``together``: the classes of the rows that print none (or None).

    ``groups`` are those of the whole file. ``other`` names the row that small ones are joined to ({n} rows); where
    ``ordered`` (periods), neighbors are joined instead. The stays of the rows add up to those given. Where nothing can
    be printed but the total, ``rows`` is empty.
    """
    kept = _joined_neighbors(rows) if ordered else _joined_rows(rows, other)
    if len(kept) < 2:
        return {"rows": [], "together": None}
    cells = [_cells(r, groups) for r in kept]
    hidden = {i for i, row in enumerate(cells) if any(is_small(_least_size(c)) for c in row)}
    spare = sorted((i for i in range(len(kept)) if i not in hidden), key=lambda i: (kept[i]["stays"], i))
    while hidden and spare and (len(hidden) < 2 or _any_small(cells, hidden)):
        hidden.add(spare.pop(0))
    printed = [
        {"key": r["key"], "keys": keys_of(r), "label": r["label"], "stays": r["stays"], "persons": None, "classes": None if i in hidden else _printed(cells[i], groups)}
        for i, r in enumerate(kept)
    ]
    together = None
    if hidden:
        total = [_sum(column) for column in zip(*(cells[i] for i in sorted(hidden)), strict=True)]
        together = {"rows": len(hidden), "stays": sum(kept[i]["stays"] for i in hidden), "classes": _printed(total, groups)}
    return {"rows": printed, "together": together}


def coarser(groups: Groups) -> list[Groups]:
    """The same groups, then ever fewer: (certain, possible, the rest), then (certain, the rest).

    Each is a union of the ones before, so a table told in one of them gives away no more than it holds.
    """
    found = [groups]
    for most in (2, 1):
        kept = groups[:most]
        rest = tuple(n for g in groups[most:] for n in g)
        if rest and (*kept, rest) not in found:
            found.append((*kept, rest))
    return found


def best(rows: Table, groups: Groups, *, other: str, ordered: bool = False) -> tuple[dict[str, Any], Groups]:
    """The table in the finest of the coarser groups in which most of the stays keep their classes."""
    return candidates(rows, groups, other=other, ordered=ordered)[0]


def candidates(rows: Table, groups: Groups, *, other: str, ordered: bool = False) -> list[tuple[dict[str, Any], Groups]]:
    """The best table first, then the same in the others of the coarser groups."""
    tried = [(protected(rows, g, other=other, ordered=ordered), g) for g in coarser(groups)]

    def shown(made: dict[str, Any]) -> int:
        return sum(r["stays"] for r in made["rows"] if r["classes"] is not None)

    total = sum(r["stays"] for r in rows)
    enough = [t for t in tried if shown(t[0]) * 4 >= total * 3]
    first = enough[0] if enough else max(tried, key=lambda t: shown(t[0]))
    return [first, *(t for t in tried if t is not first)]


def shorter(rows: Table, times: int, *, other: str, ordered: bool = False) -> Table:
    """The same table with fewer rows: the ``2 ** times`` smallest told together, or so many neighbors where ``ordered``."""
    filled, many = [r for r in rows if r["stays"]], 2**times
    if ordered:
        chunks = [filled[i : i + many] for i in range(0, len(filled), many)]
        return [c[0] if len(c) == 1 else _spanning(c) for c in chunks]
    pool = sorted(filled, key=lambda r: (r["stays"], str(r["key"])))[:many]
    return [*(r for r in filled if r not in pool), {**_added(pool), "key": "other", "label": other.format(n=len(keys_of_all(pool)))}]


def keys_of(row: Row) -> tuple[Any, ...]:
    """The rows of the file that are told in a row."""
    return tuple(row.get("keys") or (row["key"],))


def keys_of_all(rows: Iterable[Row]) -> tuple[Any, ...]:
    """The rows of the file that are told in several."""
    return tuple(k for r in rows for k in keys_of(r))


def whole(total: Row, groups: Groups) -> Row:
    """The row of the whole file with its classes joined and its hours rounded."""
    people = total["persons"]
    return {**total, "persons": people if people is not None and people >= LEAST else None, "classes": _printed(_cells(total, groups), groups)}


def joined_name(group: Iterable[str]) -> str:
    """The name of classes that are told together."""
    names = list(group)
    return " or ".join(names) if len(names) < 3 else OTHERS


def _any_small(cells: Sequence[Sequence[Row]], hidden: Iterable[int]) -> bool:
    columns = zip(*(cells[i] for i in hidden), strict=True)
    return any(is_small(_least_size(_sum(column))) for column in columns)


def _cells(row: Row, groups: Groups) -> list[Row]:
    return [_sum([row["classes"][n] for n in group]) for group in groups]


def _sum(cells: Sequence[Row]) -> Row:
    """Cells added. Persons may stand in several, so only the largest is a sure lower bound."""
    people = [c["persons"] for c in cells if c.get("persons") is not None]
    hours = {k: None if any(c[k] is None for c in cells) else sum(c[k] for c in cells) for k in ("least", "most")}
    return {"stays": sum(c["stays"] for c in cells), "persons": max(people) if people else None, "weight": _weight(cells), **hours}


def _weight(cells: Iterable[Row]) -> float | None:
    weights = [c.get("weight") for c in cells]
    return None if any(w is None for w in weights) else float(sum(w for w in weights if w is not None))


def _least_size(cell: Row) -> float:
    return size_of(cell)


def _printed(cells: Sequence[Row], groups: Groups) -> dict[str, Row]:
    found = {}
    for cell, group in zip(cells, groups, strict=True):
        hours = group[0] in WITH_HOURS and len(group) == 1
        found[joined_name(group)] = {
            "stays": cell["stays"], "persons": None, "least": rounded(cell["least"]) if hours else None, "most": rounded(cell["most"]) if hours else None,
            "after_least": None, "after_most": None, "after_stays": None,
        }  # fmt: skip
    return found


def rounded(seconds: int | None) -> int | None:
    return None if seconds is None else round(seconds / HOUR / ROUND_HOURS) * ROUND_HOURS * HOUR


def _joined_rows(rows: Table, other: str) -> Table:
    small = [r for r in rows if is_small(_row_size(r))]
    rest = sorted((r for r in rows if r not in small and r["stays"]), key=lambda r: (r["stays"], str(r["key"])))
    if not small:
        return [r for r in rows if r["stays"]]
    pool = pooled(small, rest)
    if not pool:
        return []
    kept = [r for r in rows if r["stays"] and r not in pool]
    return [*kept, {**_added(pool), "key": "other", "label": other.format(n=len(keys_of_all(pool)))}]


def pooled(small: Table, rest: Table) -> Table:
    """The small rows with as many of ``rest`` (the smallest first) as hide them; empty where all of them do not.

    Ten and ten that are told as twenty are told: one that is not small goes with them. Whoever knows that it is not small
    takes eleven away from the sum, so what is left must hold every number that a small row can have.
    """
    pool = list(small)
    for number, row in enumerate(rest, 1):
        pool.append(row)
        if sum(size_of(r) for r in pool) - LEAST * number >= LEAST - 1:
            return pool
    return []


def _joined_neighbors(rows: Table) -> Table:
    found: list[list[Row]] = []
    for row in rows:
        if found and (is_small(_group_size(found[-1])) or _few(found[-1])):
            found[-1].append(row)
        else:
            found.append([row])
    if len(found) > 1 and (is_small(_group_size(found[-1])) or _few(found[-1])):
        last = found.pop()
        found[-1] += last
    if len(found) == 1 and (is_small(_group_size(found[0])) or _few(found[0])):
        return []
    return [r[0] if len(r) == 1 else _spanning(r) for r in found]


def _spanning(rows: Sequence[Row]) -> Row:
    """Neighboring periods as one: ``2014 to 2016``."""
    return {**_added(rows), "key": rows[0]["key"], "label": f"{rows[0]['label'].split(' to ')[0]} to {rows[-1]['label'].split(' to ')[-1]}"}


def _few(group: Sequence[Row]) -> bool:
    filled = [r for r in group if r["stays"]]
    return len(filled) > 1 and all(is_small(_row_size(r)) for r in filled)


def _group_size(group: Sequence[Row]) -> float:
    return _row_size(_added(group))


def _row_size(row: Row) -> float:
    return size_of(row)


def _added(rows: Sequence[Row]) -> Row:
    people = [r["persons"] for r in rows if r["persons"] is not None]
    return {
        "stays": sum(r["stays"] for r in rows),
        "persons": max(people) if people else None,
        "weight": _weight(rows),
        "keys": keys_of_all(rows),
        "classes": {n: _sum([r["classes"][n] for r in rows]) for n in rows[0]["classes"]},
    }


def bands(rows: Table, measures: Sequence[str]) -> Table:
    """Neighboring bands joined until every number of every measure is 0 or at least ``LEAST``."""
    found: Table = []
    for row in rows:
        if found and any(is_small(found[-1][m]) for m in measures):
            last = found[-1]
            found[-1] = {"label": spanned(last["label"], row["label"]), "bands": (*last.get("bands", ()), *row.get("bands", ())), **{m: last[m] + row[m] for m in measures}}
        else:
            found.append({k: row[k] for k in ("label", "bands", *measures) if k in row})
    while len(found) > 1 and any(is_small(found[-1][m]) for m in measures):
        last = found.pop()
        first = found[-1]
        found[-1] = {"label": spanned(first["label"], last["label"]), "bands": (*first.get("bands", ()), *last.get("bands", ())), **{m: first[m] + last[m] for m in measures}}
    return [] if any(is_small(r[m]) for r in found for m in measures) else found


def spanned(first: str, last: str) -> str:
    """The name of two neighboring bands as one: ``4 to 12 hours`` and ``12 to 24 hours`` are ``4 to 24 hours``."""
    begin, _, unit = first.partition(" to ")
    if first.startswith("under "):
        return f"under {last.partition(' to ')[2]}" if " to " in last else "any time"
    if not unit:
        return f"{first} – {last}"
    own = begin if " " in begin else f"{begin} {unit.split()[-1]}"  # an end that was joined before has its unit with it
    own = own.removesuffix("s") if own.startswith("1 ") else own
    if " to " not in last:  # 30 days or more
        return f"{own} or more" if last.endswith("or more") else f"{first} – {last}"
    end = last.partition(" to ")[2]
    return f"{begin} to {end}" if " " not in begin and unit.split()[-1] == end.split()[-1] else f"{own} to {end}"


def about(count: int | None) -> int | None:
    """A count for overlapping groups: None under ``LEAST``, else rounded to tens."""
    return None if count is None or is_small(count) else round(count / ROUND_COUNTS) * ROUND_COUNTS
