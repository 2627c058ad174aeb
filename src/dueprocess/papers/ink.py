"""Dark ink in a place: whether a box is ticked, whether something is signed. Images are gray, 255 is white."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dueprocess.papers.values import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]
    Dark = NDArray[np.float32]

TICKED_INSIDE = 0.035
"""Mean darkness (0 to 1) inside a box from which on it counts as ticked, on clean paper: the strokes of a cross or check
mark cover a fifth of the inside and more, a cross set half beside the box some of it, and a blank box has next to
nothing. What noise the page has is added ``NOISE`` times."""
NOISE = 2.2
TICKED_AROUND = 0.11
"""The same for what stands on both sides of a box, a circle drawn around it; or on one side, with ink inside too, a cross
set half beside it."""
GRAIN = 18.0
"""What is less than so many of 256 grays darker than the paper is the paper's grain."""
CLEAR = 0.55
"""How clear the outline of a box must be, 0 to 1: letters that happen to stand in a square are less."""
SIGNED = 1.1
"""Ink above a signature's line, in squares of the print's height, from which on it counts as signed."""


def darkness(image: Image, box: Box, *, pad: float = 0.0) -> Dark:
    """The part of the page as darkness from 0 to 1, scaled to what ink and paper are there."""
    import numpy as np

    height, width = image.shape
    x0, x1 = max(0, int((box.x0 - pad) * width)), min(width, int(np.ceil((box.x1 + pad) * width)))
    y0, y1 = max(0, int((box.y0 - pad) * height)), min(height, int(np.ceil((box.y1 + pad) * height)))
    part = image[y0:y1, x0:x1].astype(np.float32)
    if part.size == 0:
        return np.zeros((0, 0), np.float32)
    paper = float(np.percentile(image[max(0, y0 - 60) : y1 + 60, max(0, x0 - 60) : x1 + 200], 60)) - GRAIN
    dark: Dark = np.clip((paper - part) / max(40.0, paper - 30), 0, 1)
    return dark


def square(dark: Dark, side: float, *, known: bool = False) -> tuple[int, int, int, float] | None:
    """Where a square outline of about this side stands: left, top, side, and how clear its outline is, 0 to 1.

    The inside does not count, so that a ticked box is found like a blank one. ``known``: the side is that of the page's
    other boxes.
    """
    import cv2
    import numpy as np

    best: tuple[int, int, int, float] | None = None
    dark = np.clip(dark * 3, 0, 1)  # a thin line on a coarse scan is gray; it is a line all the same
    for size in sorted({max(5, round(side * f)) for f in ((0.95, 1.0, 1.05) if known else (0.75, 0.85, 0.95, 1.05, 1.15, 1.3, 1.45))}):
        if dark.shape[0] < size or dark.shape[1] < size:
            continue
        kernel = np.zeros((size, size), np.float32)
        kernel[0, :] = kernel[-1, :] = kernel[:, 0] = kernel[:, -1] = 1
        kernel /= kernel.sum()
        # A line two pixels thick must not fall between two kernels.
        thick = cv2.dilate(dark, np.ones((2, 2), np.uint8))
        found = cv2.filter2D(thick, -1, kernel, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)[: dark.shape[0] - size + 1, : dark.shape[1] - size + 1]
        # Each side by itself: one missing side is a letter, not a box.
        row = cv2.filter2D(thick, -1, np.full((1, size), 1 / size, np.float32), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
        column = cv2.filter2D(thick, -1, np.full((size, 1), 1 / size, np.float32), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
        rows, columns = found.shape
        worst = np.minimum(
            np.minimum(row[:rows, :columns], row[size - 1 : size - 1 + rows, :columns]),
            np.minimum(column[:rows, :columns], column[:rows, size - 1 : size - 1 + columns]),
        )
        score = 0.5 * found + 0.5 * worst
        # The row above and the row below have boxes too.
        middle = np.arange(rows, dtype=np.float32)[:, None] + size / 2 - dark.shape[0] / 2
        score = score - 3.0 * np.clip(np.abs(middle) / side - 0.5, 0, 1)
        y, x = np.unravel_index(int(np.argmax(score)), score.shape)
        value = float(score[y, x]) + 0.006 * size  # of two that fit alike, the outer one
        if best is None or value > best[3]:
            best = (int(x), int(y), size, value)
    return best


def noise(image: Image) -> float:
    """How dark bare paper is on this page, 0 to 1, specks included: the mean of a tile of the page that bears no print."""
    import cv2
    import numpy as np

    height, width = image.shape
    paper = float(np.percentile(image[::4, ::4], 60)) - GRAIN
    dark = np.clip((paper - image.astype(np.float32)) / max(40.0, paper - 30), 0, 1)
    tiles = cv2.resize(dark, (max(1, width // 24), max(1, height // 24)), interpolation=cv2.INTER_AREA)
    return float(np.percentile(tiles, 30))


def ticked(image: Image, label: Box, *, row: float, specks: float = 0.0, scanned: bool = False, size: float | None = None) -> tuple[bool, float, Box] | None:
    """Whether the box left of a label is ticked, with a confidence and the box's place; None where no box is found.

    ``label`` is the first line of the label; ``row`` the height of its letters as a fraction of the page; ``specks``
    the page's noise, ``scanned`` whether it is a picture of paper;
    ``size`` the height of the page's other boxes, as a fraction of the page.
    """
    height, width = image.shape
    unit = row * height / width
    side = size * height if size is not None else row * height
    best: tuple[tuple[int, int, int, float], Dark, int, int] | None = None
    # Left of the label; or, where the box was taken for its first letter, at the label's own left edge.
    for right in (-0.1, 1.9):
        window = Box(max(0.0, label.x0 - 3.4 * unit), label.middle - 1.3 * row, label.x0 + right * unit, label.middle + 1.3 * row)
        dark = darkness(image, window)
        found = square(dark, side, known=size is not None) if dark.size else None
        if found is not None and (best is None or found[3] > best[0][3] + 0.1):
            best = (found, dark, int(window.x0 * width), max(0, int(window.y0 * height)))
        if best is not None and best[0][3] > 0.75:
            break
    if best is None or best[0][3] < CLEAR:
        return None
    (x, y, dots, clear), dark, left, top = best
    place = Box((left + x) / width, (top + y) / height, (left + x + dots) / width, (top + y + dots) / height)
    # Anew with room on all sides: what stands around the box counts too.
    pad = dots
    around = Box(place.x0 - pad / width, place.y0, place.x1 + pad / width, place.y1)
    x = min(pad, round(place.x0 * width))
    score = _score(darkness(image, around), x, 0, dots, specks, scanned)
    return score >= 1, round(_sure(score) * min(1.0, 0.55 + clear / 1.2), 3), place


def _score(dark: Dark, x: int, y: int, size: int, specks: float, scanned: bool) -> float:
    """Ink inside a square and beside it, in units of what decides."""
    if scanned:
        dark = _cleaned(dark, size)
    # Lines of a scan are thick and blurred: only the core of the box counts.
    edge = max(2, round(size * (0.3 if scanned else 0.2)))
    inner = dark[y + edge : y + size - edge, x + edge : x + size - edge]
    ring = max(4, round(size * 0.62))
    gap = max(2, round(size * (0.16 if scanned else 0.1)) + 1)
    # Only left and right of it: above and below stand the boxes of other rows.
    band = slice(y + round(size * 0.2), y + size - round(size * 0.2))
    sides = (dark[band, max(0, x - ring) : max(0, x - gap)], dark[band, x + size + gap : x + size + ring])
    needed, around = TICKED_INSIDE + NOISE * specks, TICKED_AROUND + NOISE * specks
    inside = float(inner.mean()) / needed if inner.size else 0.0
    left, right = (float(side.mean()) / around if side.size else 0.0 for side in sides)
    # On the right there may be a letter of the label: it counts with ink inside, or with as much on the left.
    return max(inside, min(left, right), min(max(left, right), inside * 5))


def _cleaned(dark: Dark, size: int) -> Dark:
    """Without what a fax adds: lines across the page, which run on to both sides of the box, and specks."""
    import cv2
    import numpy as np

    dark = dark.copy()
    streaks = np.flatnonzero(dark.mean(axis=1) > 0.8)
    for row in streaks:
        dark[max(0, row - 1) : row + 2] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats((dark > 0.3).astype(np.uint8), connectivity=8)
    small = [n for n in range(1, len(stats)) if max(stats[n][2], stats[n][3]) < 0.3 * size]
    if small:
        dark[np.isin(labels, small)] = 0
    return dark


def _sure(score: float) -> float:
    """Confidence from a score that decides at 1: certain far from it on either side."""
    return min(0.999, 0.5 + abs(score - 1) * (0.62 if score < 1 else 0.4))


def bare(image: Image, place: Box, *, row: float, specks: float) -> bool:
    """Whether a place holds no writing: the line to write on, frames and specks are none."""
    import cv2
    import numpy as np

    dark = darkness(image, place)
    if dark.size == 0 or min(dark.shape) < 4:
        return True
    ink = (dark > 0.4).astype(np.uint8)
    unit = row * image.shape[0]
    long = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, max(8, round(unit * 2.5))), np.uint8))
    tall = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((max(6, round(dark.shape[0] * 0.9)), 1), np.uint8))
    ink[cv2.dilate(np.maximum(long, tall), np.ones((3, 3), np.uint8)) > 0] = 0
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    written = [s for s in stats[1:] if max(s[2], s[3]) > 0.35 * unit]
    return len(written) < 2


def signed(image: Image, caption: Box, *, row: float, right: float, text_above: Box | None = None) -> tuple[bool, float, Box]:
    """Whether there is handwriting above a caption. ``right``: where the next column begins; ``text_above``: printed
    words that stand in the way."""
    import cv2
    import numpy as np

    height, width = image.shape
    top = caption.y0 - 2.9 * row
    if text_above is not None and text_above.y1 < caption.y0 - 0.4 * row:
        top = max(top, text_above.y1)
    place = Box(max(0.0, caption.x0 - 0.01), max(0.0, top), min(1.0, right), caption.y0 - 0.08 * row)
    dark = darkness(image, place)
    if dark.size == 0 or dark.shape[0] < 4:
        return False, 0.0, place
    ink = (dark > 0.4).astype(np.uint8)
    unit = row * height
    # The line to sign on, and the frame beside it, are no handwriting.
    long = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, max(8, round(unit * 3))), np.uint8))
    tall = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((max(8, round(dark.shape[0] * 0.8)), 1), np.uint8))
    ink[cv2.dilate(np.maximum(long, tall), np.ones((3, 3), np.uint8)) > 0] = 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    area, left, rightmost = 0.0, width, 0
    for number in range(1, count):
        x, _, w, h, size = stats[number]
        if max(w, h) < 0.45 * unit:  # specks
            continue
        area += float(size)
        left, rightmost = min(left, int(x)), max(rightmost, int(x + w))
    del labels
    wide = max(0.0, (rightmost - left) / unit)
    score = min(area / (unit * unit) / SIGNED, wide / 2.0)
    return score >= 1, round(_sure(min(score, 2.0)), 3), place
