"""Boxes on paper: a tick counts, a mark that may be something else waits for a person. The boxes are drawn here."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from dueprocess.papers import ink
from dueprocess.papers.page import THRESHOLDS
from dueprocess.papers.values import Box

HIGH, WIDE, SIDE, LEFT = 1100, 850, 20, 120
ROWS = [200 + 60 * n for n in range(8)]


def page() -> np.ndarray:
    """Eight blank boxes under each other, each with a label of bars right of it."""
    import cv2

    image = np.full((HIGH, WIDE), 255, np.uint8)
    for y in ROWS:
        cv2.rectangle(image, (LEFT, y), (LEFT + SIDE, y + SIDE), 0, 1)
        for x in range(LEFT + 30, LEFT + 300, 14):
            cv2.rectangle(image, (x, y + 3), (x + 8, y + 15), 0, 2)
    return image


def drawn(image: np.ndarray, row: int, mark: str) -> None:
    """A mark of the pen in or at the box of this row."""
    import cv2

    x, y, to = LEFT, ROWS[row], SIDE
    if mark == "cross":
        cv2.line(image, (x + 3, y + 3), (x + to - 3, y + to - 3), 0, 2)
        cv2.line(image, (x + to - 3, y + 3), (x + 3, y + to - 3), 0, 2)
    elif mark == "check":
        cv2.line(image, (x + 3, y + 10), (x + 8, y + 17), 0, 2)
        cv2.line(image, (x + 8, y + 17), (x + 23, y - 3), 0, 2)
    elif mark == "ring":
        cv2.ellipse(image, (x + to // 2, y + to // 2), (19, 18), 0, 0, 360, 0, 2)
    elif mark == "ring of the row above":
        cv2.ellipse(image, (x + to // 2, y - 14), (19, 19), 0, 0, 360, 0, 2)
    elif mark == "stamp":
        cv2.putText(image, "COPY", (x - 60, y + 26), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 0, 4)
    elif mark == "stroke":
        cv2.line(image, (x - 70, y + 22), (x + 110, y - 2), 0, 2)


def read(*marks: tuple[int, str]) -> list[bool | None]:
    """Each box as a reading would have it: null below the threshold."""
    image = page()
    for row, mark in marks:
        drawn(image, row, mark)
    places = [Box(LEFT / WIDE, y / HIGH, (LEFT + SIDE) / WIDE, (y + SIDE) / HIGH) for y in ROWS]
    found = ink.compared(image, places, size=SIDE / HIGH)
    assert found is not None
    return [value if sure >= THRESHOLDS["box"] else None for value, sure in found]


@pytest.mark.parametrize("mark", ["cross", "check", "ring"])
def test_a_tick_counts_wherever_people_put_it(mark: str) -> None:
    assert read((2, mark), (5, mark)) == [False, False, True, False, False, True, False, False]


@pytest.mark.parametrize("mark", ["ring of the row above", "stamp", "stroke"])
def test_what_may_be_no_tick_waits_for_a_person(mark: str) -> None:
    found = read((1, "cross"), (4, mark))
    assert found[1] is True
    assert found[4] is not True
    assert [v for n, v in enumerate(found) if n not in (1, 3, 4, 5)] == [False] * 4
