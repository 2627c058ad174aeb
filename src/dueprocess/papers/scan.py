"""A page's image to lines of text: found and turned upright first, then only as much recognized as is needed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dueprocess.kernel.errors import InputError
from dueprocess.papers.values import Box, Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

FIND_SIDE = 1400
"""The longer side, in dots, of the image in which lines are looked for."""
MOST_LINES = 400
_LONG = 0.5
"""A line wider than this share of the page is first recognized only by its beginning."""
_BEGINNING = 11.0
"""How much of it, in heights."""
_POOR = 0.9
"""Lines read with less confidence are looked at again."""
_MOST_AGAIN = 80
_NUMERALS = re.compile(r"\d\s*[/.,:-]\s*\d|\d{4}")
"""Dates and numbers: what is on these lines is read twice."""
_TWO_WAYS = 0.7
_SHRINK = 0.74
"""Boxes of the finder stand off the letters; this share of their height is print."""


@dataclass
class Scan:
    """A page being read: its upright image, and its lines as far as they have been recognized."""

    image: Image
    turned: int
    skew: float
    quads: list[Any]
    """The corners of each line on the upright image, in dots, clockwise from the upper left."""
    lines: list[Line | None]
    whole: list[bool] = field(default_factory=list)

    def known(self) -> list[Line]:
        """The lines recognized so far, in order."""
        return [line for line in self.lines if line is not None]


@lru_cache(maxsize=1)
def _engine() -> Any:
    try:
        import cv2
        from rapidocr import RapidOCR
    except ImportError:
        raise InputError("reading scans needs the extra [ocr]", do="pip install 'dueprocess[ocr]'") from None
    cv2.setNumThreads(1)
    one = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
    engine = RapidOCR(params={"Global.log_level": "critical", **one})
    engine._load_det_model()  # type: ignore[no-untyped-call]
    engine._load_rec_model()  # type: ignore[no-untyped-call]
    return engine


def find(image: Image) -> Scan:
    """Find the lines of a page, turn it upright and straight; a few lines are recognized on the way."""
    import numpy as np

    quads = _found(image)
    if len(quads) < 6:
        # Lines that stand upright are often not found at all.
        sideways = np.ascontiguousarray(np.rot90(image))
        other = _found(sideways)
        if len(other) > len(quads):
            return _level(sideways, other, 90)
    return _level(image, quads, 0)


def _level(image: Image, quads: list[Any], turned: int) -> Scan:
    """The page set upright and straight, with its lines."""
    import cv2
    import numpy as np

    if not quads:
        return Scan(image, 0, 0.0, [], [], [])
    tall = [q for q in quads if _side(q, 1, 2) > 1.6 * _side(q, 0, 1)]
    if len(tall) > 0.5 * len(quads):
        image, turned = np.ascontiguousarray(np.rot90(image)), (turned + 90) % 360
        # Lines that stand upright are found in pieces: they are looked for anew.
        quads = _found(image) or [_ordered(np.array([(y, image.shape[0] - x) for x, y in q], np.float32)) for q in quads]
    wide = [q for q in quads if _side(q, 0, 1) > 4 * _side(q, 1, 2)]
    angles = [math.degrees(math.atan2(q[1][1] - q[0][1], q[1][0] - q[0][0])) for q in wide]
    skew = float(np.median(angles)) if len(angles) >= 3 else 0.0
    if 0.1 < abs(skew) < 20:
        height, width = image.shape
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
        image = np.asarray(cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=255), dtype=np.uint8)
        quads = [cv2.transform(q.reshape(1, 4, 2), matrix)[0].astype(np.float32) for q in quads]
    else:
        skew = 0.0
    scan = Scan(image, turned, round(skew, 2), _sorted(quads), [], [])
    scan.lines, scan.whole = [None] * len(scan.quads), [False] * len(scan.quads)
    if _upside_down(scan):
        height, width = image.shape
        scan.image = np.ascontiguousarray(np.rot90(image, 2))
        scan.quads = _sorted([_ordered(np.array([(width - x, height - y) for x, y in q], np.float32)) for q in scan.quads])
        scan.lines, scan.whole = [None] * len(scan.quads), [False] * len(scan.quads)
        scan.turned = (turned + 180) % 360
    return scan


def recognize(scan: Scan, *, full: Callable[[int, Box], bool] | None = None, only: Sequence[int] | None = None) -> None:
    """Recognize the lines that are not yet. A long line is recognized by its beginning unless ``full`` says
    otherwise; with ``only``, those lines are recognized whole."""
    crops, wanted = [], []
    height, width = scan.image.shape
    for index in range(len(scan.quads)) if only is None else only:
        if scan.whole[index] or (only is None and scan.lines[index] is not None):
            continue
        quad = scan.quads[index]
        box = _box(quad, width, height)
        whole = only is not None or box.width <= _LONG or (full is not None and full(index, box))
        crops.append(_crop(scan.image, quad, None if whole else _BEGINNING))
        wanted.append((index, box, whole))
    for (index, box, whole), (text, confidence) in zip(wanted, _texts(crops), strict=True):
        quad = scan.quads[index]
        place = box if whole else Box(box.x0, box.y0, min(box.x1, box.x0 + _BEGINNING * _side(quad, 1, 2) / width), box.y1)
        scan.lines[index] = Line(text, _tight(place), confidence, "recognized")
        scan.whole[index] = whole


def look_again(scan: Scan) -> None:
    """Read lines anew that were read poorly, or that hold dates and numbers, from a smoothed image: the edges of a fax's
    dots confuse. The surer of the two readings stays."""
    import cv2

    read = [(line.confidence, i) for i, line in enumerate(scan.lines) if line is not None and (line.confidence < _POOR or _NUMERALS.search(line.text))]
    again = [i for _, i in sorted(read)[:_MOST_AGAIN]]
    if not again:
        return
    smooth: Any = cv2.GaussianBlur(scan.image, (0, 0), 1.1 * max(scan.image.shape) / 2200)
    crops = [_crop(smooth, scan.quads[i], None if scan.whole[i] else _BEGINNING) for i in again]
    for index, (text, confidence) in zip(again, _texts(crops), strict=True):
        line = scan.lines[index]
        if line is None:
            continue
        better = confidence > line.confidence + 0.02
        other = () if line.text == text else (line.text if better else text,)
        surer = replace(line, text=text if better else line.text, confidence=max(confidence, line.confidence) if better else line.confidence, again=other)
        # A digit that is read in two ways is sure in neither.
        scan.lines[index] = replace(surer, confidence=min(surer.confidence, _TWO_WAYS)) if _NUMERALS.search(surer.text) and two_ways(line.text, text) else surer


def look_closely(scan: Scan, box: Box) -> None:
    """Read one line several times more: larger, smoother, in black and white, with more room around it. What each look
    read is kept in ``Line.again``."""
    import cv2
    import numpy as np

    index = next((i for i, line in enumerate(scan.lines) if line is not None and line.box == box), None)
    if index is None:
        return
    line, quad = scan.lines[index], scan.quads[index]
    assert line is not None
    high = _side(quad, 1, 2)
    room = quad + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32) * 0.18 * high
    plain = _crop(scan.image, room, None)
    large = cv2.resize(plain, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(large, (0, 0), max(0.8, high / 18))
    _, sharp = cv2.threshold(cv2.cvtColor(smooth, cv2.COLOR_BGR2GRAY), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    read = _texts([plain, large, smooth, cv2.cvtColor(sharp, cv2.COLOR_GRAY2BGR)])
    scan.lines[index] = replace(line, again=(*line.again, *(text for text, _ in read)))


_LETTERS_FOR_DIGITS = str.maketrans("oOiIlL|!", "00111111")


def two_ways(one: str, other: str) -> bool:
    """Whether two looks at a line read different digits. A letter that is read for a digit makes no difference: ``I-247``
    is ``1-247``."""

    def digits(text: str) -> str:
        return "".join(c for c in text if c.isdigit())

    def mapped(text: str) -> str:
        return digits(" ".join(word.translate(_LETTERS_FOR_DIGITS) for word in text.split() if any(c.isdigit() for c in word)))

    return digits(one) != digits(other) and mapped(one) != mapped(other)


def legible(scan: Scan) -> float:
    """The mean confidence of the lines recognized, by length."""
    known = [line for line in scan.known() if line.text.strip()]
    total = sum(len(line.text) for line in known)
    return sum(line.confidence * len(line.text) for line in known) / total if total else 0.0


def patch(image: Image, box: Box) -> tuple[str, float]:
    """The text of one place."""
    height, width = image.shape
    part = image[int(box.y0 * height) : int(box.y1 * height) + 1, int(box.x0 * width) : int(box.x1 * width) + 1]
    if min(part.shape) < 6:
        return "", 0.0
    import cv2

    return _texts([cv2.cvtColor(part, cv2.COLOR_GRAY2BGR)])[0]


# -- the engine --------------------------------------------------------------------------------------------------


def _found(image: Image) -> list[Any]:
    import cv2
    import numpy as np

    scale = FIND_SIDE / max(image.shape)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    if scale > 0.95:  # a coarse scan: its specks and steps are as large as strokes
        small = cv2.GaussianBlur(small, (0, 0), 0.9)
    try:
        found = _engine().text_det(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR))
    except InputError:
        raise
    except Exception:  # a picture on which the finder fails has no lines that could be read
        return []
    if found.boxes is None:
        return []
    return [_ordered(np.asarray(q, np.float32) / scale) for q in list(found.boxes)[:MOST_LINES]]


def _texts(crops: Sequence[Any]) -> list[tuple[str, float]]:
    if not crops:
        return []
    from rapidocr.ch_ppocr_rec import TextRecInput

    found = _engine().text_rec(TextRecInput(img=list(crops), return_word_box=False))
    return [(str(t), float(s)) for t, s in zip(found.txts or (), found.scores or (), strict=True)]


def _crop(image: Image, quad: Any, heights: float | None) -> Any:
    import cv2
    import numpy as np

    wide, high = max(2.0, _side(quad, 0, 1)), max(2.0, _side(quad, 1, 2))
    if heights is not None and wide > heights * high:
        share = heights * high / wide
        quad = np.array([quad[0], quad[0] + (quad[1] - quad[0]) * share, quad[3] + (quad[2] - quad[3]) * share, quad[3]], np.float32)
        wide = heights * high
    target = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    part = cv2.warpPerspective(image, cv2.getPerspectiveTransform(quad.astype(np.float32), target), (int(wide), int(high)), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cv2.cvtColor(part, cv2.COLOR_GRAY2BGR)


def _upside_down(scan: Scan) -> bool:
    """Whether the page stands on its head: a few lines are recognized both ways."""
    import numpy as np

    by_width = [i for i, q in enumerate(scan.quads) if 4 < _side(q, 0, 1) / max(1.0, _side(q, 1, 2)) < 20]
    some = [by_width[round(k * (len(by_width) - 1) / 4)] for k in range(5)] if len(by_width) > 5 else by_width
    some = sorted(set(some))
    if not some:
        return False
    crops = [_crop(scan.image, scan.quads[i], _BEGINNING) for i in some]
    ends = [np.ascontiguousarray(np.rot90(_crop(scan.image, _last(scan.quads[i]), None), 2)) for i in some]
    read = _texts([*crops, *ends])
    up, down = read[: len(some)], read[len(some) :]
    return sum(s * min(12, len(t)) for t, s in down) > 1.15 * sum(s * min(12, len(t)) for t, s in up)


def _last(quad: Any) -> Any:
    """The end of a line, as long as its beginning is taken."""
    import numpy as np

    wide, high = max(2.0, _side(quad, 0, 1)), max(2.0, _side(quad, 1, 2))
    share = min(1.0, _BEGINNING * high / wide)
    return np.array([quad[1] + (quad[0] - quad[1]) * share, quad[1], quad[2], quad[2] + (quad[3] - quad[2]) * share], np.float32)


# -- corners -----------------------------------------------------------------------------------------------------


def _side(quad: Any, a: int, b: int) -> float:
    return float(math.hypot(quad[b][0] - quad[a][0], quad[b][1] - quad[a][1]))


def _ordered(quad: Any) -> Any:
    """Corners clockwise from the upper left."""
    import numpy as np

    by_y = quad[np.argsort(quad[:, 1], kind="stable")]
    top = by_y[:2][np.argsort(by_y[:2, 0])]
    bottom = by_y[2:][np.argsort(by_y[2:, 0])]
    by_x = quad[np.argsort(quad[:, 0], kind="stable")]
    if abs(by_x[:2, 0].mean() - by_x[2:, 0].mean()) < 1e-3:
        return quad
    left, right = by_x[:2][np.argsort(by_x[:2, 1])], by_x[2:][np.argsort(by_x[2:, 1])]
    if by_x[2:, 0].mean() - by_x[:2, 0].mean() >= by_y[2:, 1].mean() - by_y[:2, 1].mean():
        return np.array([left[0], right[0], right[1], left[1]], np.float32)
    return np.array([top[0], top[1], bottom[1], bottom[0]], np.float32)


def _sorted(quads: Sequence[Any]) -> list[Any]:
    """Rows from the top down, each from left to right."""
    rows: list[list[Any]] = []
    for quad in sorted(quads, key=lambda q: float(q[:, 1].mean())):
        middle, high = float(quad[:, 1].mean()), _side(quad, 1, 2)
        if rows and abs(middle - sum(float(q[:, 1].mean()) for q in rows[-1]) / len(rows[-1])) < 0.45 * high:
            rows[-1].append(quad)
        else:
            rows.append([quad])
    return [q for row in rows for q in sorted(row, key=lambda one: float(one[:, 0].min()))]


def _box(quad: Any, width: int, height: int) -> Box:
    """The line's box; its height is the print's, not that of the rectangle around a line that is not quite level."""
    middle = float(quad[0][1] + quad[3][1]) / 2 * 0.5 + float(quad[:, 1].mean()) * 0.5
    half = min(_side(quad, 1, 2), _side(quad, 0, 3)) / 2
    return Box(
        max(0.0, float(quad[:, 0].min()) / width), max(0.0, (middle - half) / height),
        min(1.0, float(quad[:, 0].max()) / width), min(1.0, (middle + half) / height),
    )  # fmt: skip


def _tight(box: Box) -> Box:
    cut = box.height * (1 - _SHRINK) / 2
    return Box(box.x0, box.y0 + cut, box.x1, box.y1 - cut)
