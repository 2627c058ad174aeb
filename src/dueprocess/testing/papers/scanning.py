"""Pages as they arrive: rendered, turned, skewed, stamped, scribbled on, faxed, cut. Needs the extra ``ocr``.

All that moves the page is one matrix, so that where a field ended up is known: ``ScanPage.to_pixels``.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

from dueprocess.testing.papers.layout import Box
from dueprocess.testing.source import Source, shuffled

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

LEVELS = ("clean", "office", "fax", "bad", "photo")
"""``clean``: straight, gray, 200 to 300 dpi. ``office``: a little skewed and gray. ``fax``: 200 dpi, black and white,
specks, a header line. ``bad``: 100 to 200 dpi, more of everything, stamps, strokes over boxes, a cut edge, upside
down at times. ``photo``: seen at an angle, shaded, in color."""


@dataclass(frozen=True)
class ScanPage:
    """One page image. ``page``: which page of the PDF, from 0. ``matrix``: nine numbers, row by row, that take
    (x, y, 1) in points of the drawn page to pixels (up to a common factor). ``done``: what was done to it."""

    image: Image
    page: int
    dpi: int
    matrix: tuple[float, ...]
    done: tuple[str, ...] = ()

    def to_pixels(self, box: Box) -> Box:
        """The box around a box of the drawn page, in pixels of the image."""
        corners = [self._point(x, y) for x in box[::2] for y in box[1::2]]
        xs, ys = [c[0] for c in corners], [c[1] for c in corners]
        return min(xs), min(ys), max(xs), max(ys)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        m = self.matrix
        w = m[6] * x + m[7] * y + m[8]
        return (m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w


def scan(pdf: bytes, source: Source, *, level: str = "office", dpi: int | None = None, shuffle: bool = False) -> list[ScanPage]:
    """The pages of a PDF as images of this level, in another order where ``shuffle``.

    Raises ValueError for a level that is not one of ``LEVELS``.
    """
    import pypdfium2  # type: ignore[import-untyped]

    if level not in LEVELS:
        raise ValueError(f"no level [{level}]: one of {', '.join(LEVELS)}")
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()
        found = [_page(document[number], number, source, level=level, dpi=dpi) for number in range(len(document))]
    finally:
        document.close()
    return shuffled(source, found) if shuffle else found


def _page(page: Any, number: int, source: Source, *, level: str, dpi: int | None) -> ScanPage:
    import numpy as np
    from PIL import Image as images

    used = dpi or source.choice({"clean": (200, 300), "office": (150, 200, 300), "fax": (200,), "bad": (100, 150, 200), "photo": (150, 200)}[level])
    drawn = page.render(scale=used / 72).to_pil().convert("L")
    # The renderer rounds up: half a point's share more is no pixel of the page.
    clean = drawn.crop((0, 0, round(page.get_width() * used / 72), round(page.get_height() * used / 72)))
    done: list[str] = []
    if level == "bad" or (level in ("office", "fax") and source.chance(0.2)):
        clean = _written_over(clean, source, done, heavy=level == "bad")
    matrix = np.diag([used / 72, used / 72, 1.0])
    wide, high = clean.size
    move = _moved(source, wide, high, level, done)
    if level == "photo":
        move = _seen(source, wide, high, done) @ move
    back = np.linalg.inv(move)
    back = back / back[2, 2]
    ground = 90 if level == "photo" else 255
    image = clean.transform((wide, high), images.Transform.PERSPECTIVE, data=tuple(back.flatten()[:8]), resample=images.Resampling.BICUBIC, fillcolor=ground)
    found = ScanPage(image, number, used, tuple(float(v) for v in (move @ matrix).flatten()), tuple(done))
    toned = _toned(found, source, level)
    if level == "bad" and source.chance(0.4):
        toned = _cut(toned, source)
    if level in ("bad", "fax") and source.chance(0.3 if level == "bad" else 0.1):
        toned = _turned(toned, 180)
    elif level in ("bad", "photo") and source.chance(0.12):
        toned = _turned(toned, source.choice((90, 270)))
    return toned


def _moved(source: Source, wide: int, high: int, level: str, done: list[str]) -> np.ndarray[Any, Any]:
    """Skew, scale and shift about the middle of the page."""
    import numpy as np

    most = {"clean": 0, "office": 80, "fax": 100, "bad": 250, "photo": 200}[level]
    angle = np.deg2rad(source.integer(-most, most) / 100)
    size = 1.0 if level == "clean" else source.integer(960, 1005) / 1000
    shift = 0.0 if level == "clean" else 0.008
    cos, sin = size * np.cos(angle), size * np.sin(angle)
    middle = np.array([[1, 0, wide / 2 + shift * wide * source.integer(-100, 100) / 100], [0, 1, high / 2 + shift * high * source.integer(-100, 100) / 100], [0, 0, 1.0]])
    if abs(angle) > 0.002:
        done.append(f"skew {np.rad2deg(angle):.2f}")
    return np.asarray(middle @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]]) @ np.array([[1, 0, -wide / 2], [0, 1, -high / 2], [0, 0, 1.0]]))


def _seen(source: Source, wide: int, high: int, done: list[str]) -> np.ndarray[Any, Any]:
    """The page seen from a telephone held by hand."""
    import numpy as np

    lean, tilt = source.integer(-60, 60) / 1000 / wide, source.integer(-60, 60) / 1000 / high
    done.append("seen at an angle")
    center = np.array([[1, 0, -wide / 2], [0, 1, -high / 2], [0, 0, 1.0]])
    view = np.array([[0.93, 0, 0], [0, 0.93, 0], [lean, tilt, 1.0]])
    return np.asarray(np.linalg.inv(center) @ view @ center)


def _written_over(image: Image, source: Source, done: list[str], *, heavy: bool) -> Image:
    """Stamps, and strokes of a pen over whatever is there."""
    from PIL import Image as images
    from PIL import ImageChops, ImageDraw, ImageFont

    wide, high = image.size
    unit = wide / 612
    if source.chance(0.7):
        stamp = images.new("L", (int(150 * unit), int(46 * unit)), 255)
        pen = ImageDraw.Draw(stamp)
        pen.rectangle((2, 2, stamp.width - 3, stamp.height - 3), outline=90, width=max(1, int(1.6 * unit)))
        pen.text((10 * unit, 10 * unit), source.choice(("RECEIVED", "COPY", "RECORDS")), fill=90, font=ImageFont.load_default(20 * unit))
        turned = stamp.rotate(source.integer(-18, 18), expand=True, fillcolor=255)
        at = (source.integer(0, max(1, wide - turned.width)), source.integer(0, max(1, high - turned.height)))
        region = image.crop((*at, at[0] + turned.width, at[1] + turned.height))
        image.paste(ImageChops.darker(region, turned), at)
        done.append("stamp")
    if heavy or source.chance(0.3):
        pen = ImageDraw.Draw(image)
        for _ in range(source.integer(1, 4)):
            x, y = source.integer(int(40 * unit), int(560 * unit)), source.integer(int(60 * unit), int(740 * unit))
            points = [(x, y)]
            for _ in range(source.integer(3, 9)):
                x, y = x + source.integer(int(-6 * unit), int(26 * unit)), y + source.integer(int(-9 * unit), int(9 * unit))
                points.append((x, y))
            pen.line(points, fill=source.integer(20, 90), width=max(1, int(1.3 * unit)), joint="curve")
        done.append("strokes")
    return image


def _toned(found: ScanPage, source: Source, level: str) -> ScanPage:
    """Gray values: blur, noise, contrast; black and white for a fax; light and color for a photo."""
    import numpy as np
    from PIL import Image as images
    from PIL import ImageFilter

    image, done = found.image, list(found.done)
    # One number of the source seeds the noise: a page has millions of pixels.
    noise = np.random.default_rng(source.integer(0, 2**31))
    if level in ("office", "bad", "photo"):
        image = image.filter(ImageFilter.GaussianBlur(source.integer(2, 7 if level != "bad" else 9) / 10 * found.dpi / 200))
    values = np.asarray(image, dtype=np.float32)
    if level == "photo":
        rows, columns = np.mgrid[0 : values.shape[0], 0 : values.shape[1]].astype(np.float32)
        slope = source.integer(-22, 22) / 100
        values = values * (0.82 + slope * (columns / values.shape[1] - 0.5) + 0.12 * (rows / values.shape[0] - 0.5))
        done.append("shade")
    if level in ("office", "bad", "photo"):
        values = values + noise.normal(0, source.integer(2, 9), values.shape).astype(np.float32)
    if level == "fax" or (level == "bad" and source.chance(0.7)):
        values = np.where(values < source.integer(120, 185), 0.0, 255.0).astype(np.float32)
        specks = source.integer(2, 9 if level == "fax" else 25) / 10_000
        drawn = noise.random(values.shape, dtype=np.float32)
        values[drawn < specks] = 0
        values[drawn > 1 - specks] = 255
        for _ in range(source.integer(0, 2)):
            row = source.integer(0, values.shape[0] - 3)
            values[row : row + source.integer(1, 2)] = source.choice((0.0, 255.0))
        done.append("black and white")
    made = images.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    if level == "fax":
        made = _fax_line(made, source, found.page)
        done.append("fax line")
    if "black and white" in done:
        made = made.convert("1", dither=images.Dither.NONE)
    elif level == "photo":
        made = images.merge("RGB", (made, made.point([int(v * 0.985) for v in range(256)]), made.point([int(v * 0.94) for v in range(256)])))
    return replace(found, image=made, done=tuple(done))


def _fax_line(image: Image, source: Source, page: int) -> Image:
    from PIL import ImageDraw, ImageFont

    unit = image.width / 612
    text = f"{source.integer(1, 12):02d}/{source.integer(1, 28):02d}/20{source.integer(11, 26)} {source.integer(0, 23):02d}:{source.integer(0, 59):02d}   FROM: 555 555 0{source.integer(100, 199)}      P.{page + 1:02d}"
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, image.width, int(13 * unit)), fill=255)
    pen.text((20 * unit, 2 * unit), text, fill=0, font=ImageFont.load_default(9 * unit))
    return image


def _cut(found: ScanPage, source: Source) -> ScanPage:
    """An edge cut off, by up to one part in twenty-five."""
    wide, high = found.image.size
    edges = [0, 0, wide, high]
    side = source.integer(0, 3)
    edges[side] += (1 if side < 2 else -1) * int((wide if side % 2 == 0 else high) * source.integer(5, 40) / 1000)
    m = found.matrix
    moved = (m[0] - edges[0] * m[6], m[1] - edges[0] * m[7], m[2] - edges[0] * m[8], m[3] - edges[1] * m[6], m[4] - edges[1] * m[7], m[5] - edges[1] * m[8], *m[6:])
    return replace(found, image=found.image.crop((edges[0], edges[1], edges[2], edges[3])), matrix=moved, done=(*found.done, "cut"))


def _turned(found: ScanPage, degrees: int) -> ScanPage:
    """Turned counter-clockwise by 90, 180 or 270 degrees."""
    wide, high = found.image.size
    m = found.matrix
    x, y, w = m[0:3], m[3:6], m[6:9]

    def less(size: int, row: Sequence[float]) -> tuple[float, ...]:
        return tuple(size * c - r for c, r in zip(w, row, strict=True))

    rows = {90: (tuple(y), less(wide, x)), 180: (less(wide, x), less(high, y)), 270: (less(high, y), tuple(x))}[degrees]
    return replace(found, image=found.image.rotate(degrees, expand=True), matrix=(*rows[0], *rows[1], *w), done=(*found.done, f"turned {degrees}"))


def two_up(first: ScanPage, second: ScanPage, *, dpi: int = 300) -> ScanPage:
    """Two pages side by side on one letter sheet laid across. Its matrix is the first page's; the second stands half a
    sheet to the right."""
    from PIL import Image as images

    wide, high = int(11 * dpi), int(8.5 * dpi)
    sheet = images.new("L", (wide, high), 255)
    scale = min(wide / 2 / first.image.width, high / first.image.height)
    for number, page in enumerate((first, second)):
        small = page.image.convert("L").resize((int(page.image.width * scale), int(page.image.height * scale)), images.Resampling.LANCZOS)
        sheet.paste(small, (number * wide // 2, 0))
    m = first.matrix
    return ScanPage(sheet, first.page, dpi, (*(v * scale for v in m[:6]), *m[6:]), (*first.done, "two on a sheet"))


# -- the files that arrive ---------------------------------------------------------------------------------


def image_pdf(pages: Sequence[ScanPage]) -> bytes:
    """A PDF of images alone, as a scanner makes it."""
    out = io.BytesIO()
    first, *rest = [_for_pdf(p.image) for p in pages]
    first.save(out, "PDF", save_all=True, append_images=rest, resolution=pages[0].dpi, **_undated())
    return out.getvalue()


def tiff(pages: Sequence[ScanPage]) -> bytes:
    """A TIFF of several pages: Group 4 where all are black and white, as a fax server makes it."""
    out = io.BytesIO()
    first, *rest = [p.image for p in pages]
    squeeze = "group4" if all(p.image.mode == "1" for p in pages) else "tiff_lzw"
    first.save(out, "TIFF", save_all=True, append_images=rest, compression=squeeze, dpi=(pages[0].dpi, pages[0].dpi))
    return out.getvalue()


def png(page: ScanPage) -> bytes:
    """One page as a PNG."""
    return _saved(lambda out: page.image.save(out, "PNG", dpi=(page.dpi, page.dpi)))


def jpeg(page: ScanPage, *, quality: int = 70) -> bytes:
    """One page as a JPEG."""
    mode = page.image.mode if page.image.mode in ("L", "RGB") else "L"
    return _saved(lambda out: page.image.convert(mode).save(out, "JPEG", quality=quality, dpi=(page.dpi, page.dpi)))


def eml(attachments: Sequence[tuple[str, bytes]], *, text: str, subject: str = "Immigration detainer") -> bytes:
    """An e-mail with the attachments (name, bytes); the type of each follows from its name."""
    types = {"pdf": ("application", "pdf"), "tif": ("image", "tiff"), "tiff": ("image", "tiff"), "png": ("image", "png"), "jpg": ("image", "jpeg"), "txt": ("text", "plain")}
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "detainers@ice.example", "records@jail.example", subject
    message["Date"], message["Message-ID"] = "Mon, 02 Mar 2026 10:00:00 -0500", "<made-up@ice.example>"
    message.set_content(text)
    for name, data in attachments:
        main, sub = types.get(name.rsplit(".", 1)[-1].lower(), ("application", "octet-stream"))
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    # A fixed boundary: the same papers, the same bytes.
    message.set_boundary("made-up-boundary-of-this-message")
    return message.as_bytes()


def _for_pdf(image: Image) -> Image:
    return image if image.mode in ("1", "L", "RGB") else image.convert("L")


def _undated() -> dict[str, Any]:
    """No date of writing in the file."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC).timetuple()
    return {"creationDate": epoch, "modDate": epoch}


def _saved(write: Callable[[io.BytesIO], Any]) -> bytes:
    out = io.BytesIO()
    write(out)
    return out.getvalue()

