"""Public aggregates: whoever solves all that is printed for one hidden cell must find room for eleven values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dueprocess.audit.numbers import CLASSES
from dueprocess.audit.protect import (
    LEAST,
    bands,
    best,
    coarser,
    joined_classes,
    joined_name,
    protected,
    whole,
)

COUNTS = st.lists(st.lists(st.sampled_from((0, 0, 1, 2, 5, 9, 10, 11, 12, 20, 37, 90)), min_size=5, max_size=5), min_size=1, max_size=7)


def made(counts: Sequence[int], key: str = "") -> dict[str, Any]:
    classes = {
        c: {"stays": n, "persons": n, "least": n * 3600 if c in ("certain", "possible") else None, "most": n * 7200 if c in ("certain", "possible") else None, "after_least": None, "after_most": None, "after_stays": 0}
        for c, n in zip(CLASSES, counts, strict=True)
    }
    return {"key": key, "label": key, "stays": sum(counts), "persons": sum(counts), "classes": classes}


def bounds(rows: Sequence[int], columns: Sequence[int], i: int, j: int) -> tuple[int, int]:
    """The least and the most that a cell of a table of whole numbers can be, given its margins: by placing the rest.

    The cell is set to each value in turn; the rest can be filled if and only if the margins that remain agree and none
    is negative (the north-west corner rule fills any such table).
    """
    possible = []
    for value in range(min(rows[i], columns[j]) + 1):
        left_rows = [r - (value if k == i else 0) for k, r in enumerate(rows)]
        left_columns = [c - (value if k == j else 0) for k, c in enumerate(columns)]
        # The cell itself may take no more: what is left of its row goes to other columns, and of its column to other rows.
        room_row = sum(c for k, c in enumerate(left_columns) if k != j)
        room_column = sum(r for k, r in enumerate(left_rows) if k != i)
        if left_rows[i] <= room_row and left_columns[j] <= room_column:
            possible.append(value)
    return min(possible), max(possible)


def brute(rows: Sequence[int], columns: Sequence[int], i: int, j: int) -> set[int]:
    """Every value that a cell has in some table with these margins, by writing all such tables down."""
    found: set[int] = set()

    def fill(k: int, left: tuple[int, ...], mine: int) -> None:
        if k == len(rows):
            if not any(left):
                found.add(mine)
            return

        def place(c: int, rest: int, now: tuple[int, ...], own: int) -> None:
            if c == len(columns):
                if rest == 0:
                    fill(k + 1, now, own if k == i else mine)
                return
            for value in range(min(rest, now[c]) + 1):
                place(c + 1, rest - value, (*now[:c], now[c] - value, *now[c + 1 :]), value if c == j else own)

        place(0, rows[k], left, 0)

    fill(0, tuple(columns), 0)
    return found


@given(st.lists(st.integers(0, 4), min_size=2, max_size=3), st.data())
def test_the_bounds_are_those_of_all_tables(rows: list[int], data: st.DataObject) -> None:
    total = sum(rows)
    first = data.draw(st.integers(0, total))
    second = data.draw(st.integers(0, total - first))
    columns = [first, second, total - first - second]
    i, j = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, 2))
    found = brute(rows, columns, i, j)
    assert bounds(rows, columns, i, j) == (min(found), max(found))


@given(COUNTS, st.booleans(), st.integers(0, 3))
def test_no_hidden_cell_can_be_worked_out(counts: list[list[int]], ordered: bool, level: int) -> None:
    rows = [made(c, f"r{i}") for i, c in enumerate(counts)]
    total = made([sum(c) for c in zip(*counts, strict=True)])
    groups = joined_classes(total)
    if groups is None:
        return
    assert all(c["stays"] == 0 or c["stays"] >= LEAST for c in whole(total, groups)["classes"].values())
    if level == 3:
        found, groups = best(rows, groups, other="others ({n})", ordered=ordered)
    else:
        groups = coarser(groups)[min(level, len(coarser(groups)) - 1)]
        found = protected(rows, groups, other="others ({n})", ordered=ordered)
    names = [joined_name(g) for g in groups]
    assert sorted(n for g in groups for n in g) == sorted(CLASSES)
    printed = whole(total, groups)
    if not found["rows"]:
        return
    assert sum(r["stays"] for r in found["rows"]) == total["stays"]
    shown = [r for r in found["rows"] if r["classes"] is not None]
    hidden = [r for r in found["rows"] if r["classes"] is None]
    assert all(r["stays"] >= LEAST or r["stays"] == 0 for r in found["rows"])
    assert all(c["stays"] == 0 or c["stays"] >= LEAST for r in shown for c in r["classes"].values())
    if not hidden:
        return
    # All that is printed: the totals of the hidden rows, and what is left of each column.
    columns = [printed["classes"][n]["stays"] - sum(r["classes"][n]["stays"] for r in shown) for n in names]
    assert columns == [found["together"]["classes"][n]["stays"] for n in names]
    assert all(c == 0 or c >= LEAST for c in columns) and len(hidden) >= 2
    margins = [r["stays"] for r in hidden]
    for i in range(len(margins)):
        for j, column in enumerate(columns):
            if column and column != sum(margins):  # else the column says the same of everybody in these rows
                low, high = bounds(margins, columns, i, j)
                assert high - low >= LEAST - 1


@given(COUNTS)
def test_joined_classes_are_never_two_small_ones(counts: list[list[int]]) -> None:
    total = made([sum(c) for c in zip(*counts, strict=True)])
    groups = joined_classes(total)
    if groups is None:
        return
    assert sorted(n for g in groups for n in g) == sorted(CLASSES)
    for group in groups:
        sizes = [total["classes"][n]["stays"] for n in group if total["classes"][n]["stays"]]
        assert not sizes or max(sizes) >= LEAST


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=10))
def test_bands_keep_their_sum_and_show_nothing_small(counts: list[tuple[int, int]]) -> None:
    rows = [{"label": str(i), "a": a, "b": b} for i, (a, b) in enumerate(counts)]
    found = bands(rows, ("a", "b"))
    for name in ("a", "b"):
        if found:
            assert sum(r[name] for r in found) == sum(r[name] for r in rows)
        assert all(r[name] == 0 or r[name] >= LEAST for r in found)


def test_hours_are_rounded_and_told_of_single_classes_only() -> None:
    total = made([43, 5, 30, 0, 90])
    groups = joined_classes(total)
    assert groups == (("certain",), ("possible", "unknown"), ("contradiction",), ("no",))
    classes: Mapping[str, Any] = whole(total, groups)["classes"]
    assert classes["certain"]["least"] == 40 * 3600
    assert classes["possible or unknown"]["most"] is None
