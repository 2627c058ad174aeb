"""A page, or the part of one that is a paper, before its values are read; and how sure a value must be to count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dueprocess.papers.values import Box, Line, Mark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

THRESHOLDS = {
    "date": 0.86, "moment": 0.86, "number": 0.86, "title": 0.84, "office": 0.8, "agency": 0.8, "text": 0.8, "box": 0.72, "ink": 0.75,
    "name": 0.9, "file_number": 0.9, "booking_number": 0.98,
}  # fmt: skip
"""Below this confidence a value counts as unknown until a person has looked; set on made-up papers kept for that."""


@dataclass(frozen=True, slots=True)
class Page:
    """What values are read from: lines and marks of one page or part of it; ``image`` only where ink may be needed."""

    number: int
    lines: Sequence[Line]
    marks: Sequence[Mark] = ()
    signatures: Sequence[Box] = ()
    image: Callable[[], Image] | None = None
    specks: float = 0.0
    """The noise of the page's image."""
    scale: float = 0.773
    """The page's width over its height: a length of print is so many times more of the one than of the other."""


def place_of(line: Line, start: int, end: int) -> Box:
    """About where some of a line's letters stand."""
    wide = line.box.width / max(1, len(line.text))
    return Box(line.box.x0 + wide * start, line.box.y0, line.box.x0 + wide * end, line.box.y1)
