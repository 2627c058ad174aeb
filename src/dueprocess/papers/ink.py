"""Dark ink in a place: whether a box is ticked, whether something is signed. Images are gray, 255 is white."""

from __future__ import annotations

from collections.abc import Sequence
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


_UNIT = 16
"""Dots of a box's side, where boxes are compared with each other."""
EXCESS = 0.6
"""How much more ink than the page's blank boxes have, in sides of a box one dot wide, makes a ticked one."""
ACROSS = 0.2
"""How much of that must stand at the height of the box's middle quarter."""
DOUBT = 0.6
"""The confidence of a tick that may be something else: it waits for a person."""
_CENTER = slice(_UNIT // 4 + 3 * _UNIT // 8 - 3, _UNIT // 4 + 5 * _UNIT // 8 - 3)
_LEFT, _RIGHT, _ABOVE = 2.5, 2.5, 1.0
"""How much of what stands around a box is looked at, in sides of a box."""
FEWEST = 4
"""Boxes on a page from which on they are compared."""


def compared(image: Image, places: Sequence[Box], *, size: float) -> list[tuple[bool, float]] | None:
    """Each box of a page against the others: whether it is ticked, and how sure that is.

    The boxes of a page are printed alike, and some are blank: what one has more than those is a tick, wherever in or
    beside it. ``size`` is their height as a fraction of the page. None where there are too few, or hardly any blank.
    """
    import cv2
    import numpy as np

    if len(places) < FEWEST:
        return None
    side = size * image.shape[0]
    whole = np.stack([_window(image, p, side, left=_LEFT, right=_RIGHT, above=_ABOVE) for p in places])
    top, left = int((_ABOVE - 0.25) * _UNIT), int((_LEFT - 1) * _UNIT)
    near = _aligned(_aligned(whole[:, top:-top, left : left + 3 * _UNIT]))
    blank = _blank(near)
    core = blank[_UNIT // 2 : -_UNIT // 2, int(1.3 * _UNIT) : int(1.7 * _UNIT)]
    base = cv2.dilate(blank, np.ones((3, 3), np.uint8))
    # Labels begin where most boxes have ink beside them.
    columns = np.percentile(near[:, 6:18].mean(axis=1), 25, axis=0)
    end = next((c for c in range(2 * _UNIT + 3, 3 * _UNIT) if columns[c] > 0.06), 3 * _UNIT)
    begin = next((c for c in range(_UNIT - 3, -1, -1) if columns[c] > 0.06), -1)
    beside = np.concatenate([blank[6:18, max(0, begin + 1) : _UNIT - 3], blank[6:18, 2 * _UNIT + 3 : end - 1]], axis=1)
    if float(core.mean()) > 0.2 or (beside.size and float(beside.mean()) > 0.05):
        return None  # nearly all are ticked, or ringed: there is nothing to compare with
    inner = _beside_the_outline(near[0].shape)
    frame: Dark = cv2.dilate(_blank(whole), np.ones((3, 3), np.uint8)).astype(np.float32)
    found = []
    for patch, around in zip(near, whole, strict=True):
        more = _specks_off((np.clip(patch - base - 0.15, 0, 1) * inner)[3:-3, max(3, begin + 1) : min(3 * _UNIT - 3, max(2 * _UNIT + 2, end - 1))])
        ink = float(more.sum()) / _UNIT
        sure = min(0.999, 0.5 + abs(ink - EXCESS) * 2.2)
        # A tick crosses the middle of its box or stands beside it; what only touches the top or foot is the next row's.
        across = float(more[_CENTER].sum()) / _UNIT
        if ink >= EXCESS and (across < ACROSS or _strays(around, frame)):
            sure = min(sure, DOUBT)
        found.append((ink >= EXCESS, sure))
    return found


def _beside_the_outline(shape: tuple[int, ...]) -> Dark:
    """1, and 0 on the box's own outline: some are printed or scanned thicker than others."""
    import numpy as np

    mask: Dark = np.ones(shape, np.float32)
    top, left, last = _UNIT // 4, _UNIT, _UNIT - 1
    for edge in (0, last):
        mask[top - 1 : top + last + 2, left + edge - 1 : left + edge + 2] = 0
        mask[top + edge - 1 : top + edge + 2, left - 1 : left + last + 2] = 0
    return mask


def _blank(near: Dark) -> Dark:
    """What even the blank boxes of the page have."""
    import numpy as np

    blank: Dark = np.sort(near, axis=0)[max(1, int(0.2 * len(near)))]
    return blank


def _aligned(near: Dark) -> Dark:
    """The boxes moved by a few dots, so that their outlines lie on each other."""
    import numpy as np

    blank = _blank(near)
    found = []
    for patch in near:
        moved = [(np.roll(patch, (dy, dx), axis=(0, 1)), abs(dx) + abs(dy)) for dy in range(-3, 4) for dx in range(-3, 4)]
        found.append(max(moved, key=lambda m: float(np.minimum(m[0], blank)[2:-2, 10:38].sum()) - 0.001 * m[1])[0])
    return np.stack(found)


def _specks_off(dark: Dark) -> Dark:
    """Without what is smaller than a quarter of a box."""
    import cv2
    import numpy as np

    clean: Dark = dark * (dark > 0.15)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((clean > 0).astype(np.uint8), connectivity=8)
    for number, stat in enumerate(stats[1:], 1):
        if max(stat[2], stat[3]) < _UNIT // 4:
            clean[labels == number] = 0
    return clean


def _window(image: Image, place: Box, side: float, *, left: float, right: float, above: float) -> Dark:
    """A box with what stands around it (in sides of a box), as darkness, ``_UNIT`` dots a side."""
    import cv2
    import numpy as np

    height, width = image.shape
    scale = side / _UNIT
    x, y = (place.x0 + place.x1) / 2 * width - side / 2, place.middle * height - side / 2
    shift = np.array([[scale, 0, x - side * left], [0, scale, y - side * above]], np.float32)
    shape = (int(_UNIT * (1 + left + right)), int(_UNIT * (1 + 2 * above)))
    part = cv2.warpAffine(image, shift, shape, flags=cv2.INTER_AREA | cv2.WARP_INVERSE_MAP, borderValue=255).astype(np.float32)
    paper = float(np.percentile(image[::8, ::8], 60)) - GRAIN
    dark: Dark = np.clip((paper - part) / max(40.0, paper - 30), 0, 1)
    return dark


def strays(image: Image, place: Box) -> bool:
    """Whether the ink in a box may be that of something larger; for a page with too few boxes to be compared."""
    import numpy as np

    around = _window(image, place, place.height * image.shape[0], left=_LEFT, right=_RIGHT, above=_ABOVE)
    return _strays(around, np.zeros_like(around))


def _strays(around: Dark, printed: Dark) -> bool:
    """Whether the ink in the box may be that of something larger: a stroke that goes far beyond it, or a stamp's letters,
    of which some stand left of the box, where no tick reaches. ``printed``: what stands around all boxes of the page."""
    import cv2
    import numpy as np

    _, labels, stats, _ = cv2.connectedComponentsWithStats((around > 0.35).astype(np.uint8), connectivity=8)
    row = slice(int(_ABOVE * _UNIT), int((_ABOVE + 1) * _UNIT))
    box = labels[row, int(_LEFT * _UNIT) : int((_LEFT + 1) * _UNIT)]
    touching = [stats[n] for n in np.unique(box) if n]
    if any(s[0] < (_LEFT - 1.8) * _UNIT or s[0] + s[2] > (_LEFT + 1 + 2.2) * _UNIT for s in touching):
        return True
    margin = np.clip(around - printed, 0, 1)[row, : int((_LEFT - 1.0) * _UNIT)]
    _, _, marks, _ = cv2.connectedComponentsWithStats((margin > 0.35).astype(np.uint8), connectivity=8)
    return any(max(s[2], s[3]) > 0.4 * _UNIT for s in marks[1:])


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
