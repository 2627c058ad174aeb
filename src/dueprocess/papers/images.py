"""Pictures of papers: opened within limits, straightened out of a photo, as gray images."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dueprocess.kernel.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

MOST_PIXELS = 120_000_000
"""A page at 1,200 dots an inch; more is no scan of a letter page."""
MOST_FRAMES = 2000
LONG_SIDE = 2200
COARSE = 1400
"""Dots along the longer side below which a picture is enlarged: 127 dots an inch of a letter page."""


def frames(data: bytes) -> int:
    """How many pages an image file holds. Raises InputError for one that is damaged or too large."""
    image = _opened(data)
    count = int(getattr(image, "n_frames", 1))
    if count > MOST_FRAMES:
        raise InputError(f"the file has {count:,} pages; at most {MOST_FRAMES:,} are read", do="split it")
    return count


def frame(data: bytes, index: int) -> Image:
    """One page of an image file, gray, no longer than ``LONG_SIDE``."""
    import numpy as np
    from PIL import ImageOps

    image = _opened(data)
    try:
        image.seek(index)
        wide, high = image.size
        if wide * high > MOST_PIXELS:
            raise InputError(f"a picture of {wide:,} by {high:,} dots", where=f"page {index + 1}", do="scan at 200 or 300 dots an inch")
        if image.mode == "1" or max(wide, high) > LONG_SIDE:
            image = image.convert("L")
            x_dpi, y_dpi = _dots(image.info.get("dpi"))
            # A fax in its standard mode has half as many rows as columns to the inch.
            if 1.6 < x_dpi / y_dpi < 2.4:
                image = image.resize((wide, round(high * x_dpi / y_dpi)))
                high = image.size[1]
            if max(wide, high) > LONG_SIDE:
                scale = LONG_SIDE / max(wide, high)
                image = image.resize((max(1, round(wide * scale)), max(1, round(high * scale))), resample=4, reducing_gap=2.0)
        if "A" in image.getbands():
            from PIL import Image as Pillow

            image = Pillow.alpha_composite(Pillow.new("RGBA", image.size, "white"), image.convert("RGBA"))
        turned = (ImageOps.exif_transpose(image) or image).convert("L")
        if max(turned.size) < COARSE:
            # Letters a dozen dots high are read better from twice as many.
            turned = turned.resize((2 * turned.size[0], 2 * turned.size[1]), resample=3)
        return np.array(turned, dtype=np.uint8)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("the picture is damaged", where=f"page {index + 1}", do="ask for it to be sent again") from None


def _dots(value: object) -> tuple[float, float]:
    try:
        x, y = (float(v) for v in value)  # type: ignore[attr-defined]
        return (x, y) if x > 0 and y > 0 else (1.0, 1.0)
    except (TypeError, ValueError):
        return 1.0, 1.0


def _opened(data: bytes) -> Any:
    try:
        from PIL import Image as Pillow
    except ImportError:
        raise InputError("reading scans needs the extra [ocr]", do="pip install 'dueprocess[ocr]'") from None
    Pillow.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        image = Pillow.open(io.BytesIO(data), formats=("PNG", "JPEG", "TIFF"))
    except Pillow.DecompressionBombError:
        raise InputError("the picture is far too large for a page", do="scan at 200 or 300 dots an inch") from None
    except (OSError, ValueError, SyntaxError):
        raise InputError("the picture is damaged and cannot be opened", do="ask for it to be sent again") from None
    if image.size[0] * image.size[1] > MOST_PIXELS:
        raise InputError("the picture is far too large for a page", do="scan at 200 or 300 dots an inch")
    return image


def blank(image: Image) -> bool:
    """Whether hardly anything is on the page."""
    import cv2
    import numpy as np

    small = cv2.resize(image, (max(1, image.shape[1] // 4), max(1, image.shape[0] // 4)), interpolation=cv2.INTER_AREA)
    paper = float(np.percentile(small, 90))
    return float((small < paper - 50).mean()) < 0.0004


def flattened(image: Image) -> Image:
    """A photo's page cut out and made a rectangle, shadows evened; what is no photo of a page comes back as it is."""
    import cv2
    import numpy as np

    height, width = image.shape
    scale = 800 / max(height, width)
    small = cv2.GaussianBlur(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), (5, 5), 0)
    edge = np.concatenate([small[:6].ravel(), small[-6:].ravel(), small[:, :6].ravel(), small[:, -6:].ravel()])
    center = small[small.shape[0] // 4 : -small.shape[0] // 4, small.shape[1] // 4 : -small.shape[1] // 4]
    if float(np.median(edge)) > float(np.percentile(center, 80)) - 45:
        return image  # paper reaches the edges: a scan
    _, light = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    light = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    outlines, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return image
    largest = max(outlines, key=cv2.contourArea)
    share = cv2.contourArea(largest) / (small.shape[0] * small.shape[1])
    corners = cv2.approxPolyDP(largest, 0.03 * cv2.arcLength(largest, True), True)
    if not 0.25 < share < 0.97 or len(corners) != 4 or not cv2.isContourConvex(corners):
        return image
    points = corners.reshape(4, 2).astype(np.float32) / scale
    order = points[np.argsort(points.sum(axis=1))]
    first, last = order[0], order[3]
    middle = sorted([order[1], order[2]], key=lambda p: p[0] - p[1], reverse=True)
    source = np.array([first, middle[0], last, middle[1]], np.float32)
    wide = int(max(np.linalg.norm(source[1] - source[0]), np.linalg.norm(source[2] - source[3])))
    high = int(max(np.linalg.norm(source[3] - source[0]), np.linalg.norm(source[2] - source[1])))
    if min(wide, high) < 200:
        return image
    target = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    flat = cv2.warpPerspective(image, cv2.getPerspectiveTransform(source, target), (wide, high), borderValue=255)
    shade = cv2.GaussianBlur(cv2.dilate(flat, np.ones((9, 9), np.uint8)), (0, 0), max(wide, high) / 40)
    return np.clip(flat.astype(np.float32) / np.maximum(shade, 1) * 245, 0, 255).astype(np.uint8)


def each(data: bytes) -> Iterator[Image]:
    """The pages of an image file, one by one."""
    for index in range(frames(data)):
        yield frame(data, index)
