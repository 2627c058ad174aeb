"""Pages of a PDF through PDFium: text with its places, form fields, and the page as an image. No script is run:
the library is built without a script engine."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dueprocess.kernel.errors import InputError
from dueprocess.papers.values import Box, Line, Mark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PAGES = 2000
_MOST_RUNS = 20_000
_MOST_WIDGETS = 2_000
LONG_SIDE = 2200
"""The most pixels along a page's longer side: 200 dots an inch of a letter page."""
_WIDGET, _CHECK_BOX, _RADIO, _TEXT, _CHOICE, _SIGNATURE = 20, 2, 3, 6, 4, 7


@dataclass
class Sheet:
    """A page before it is read. ``image`` is gray, 0 black to 255 white; None until somebody needs it."""

    number: int
    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    signatures: list[Box] = field(default_factory=list)
    image: NDArray[np.uint8] | None = None
    pictures: bool = False
    """Whether the page holds a picture that covers much of it, as a scan does."""


class Pdf:
    """An open PDF. Raises InputError where it cannot be opened, is encrypted, has no pages or too many."""

    def __init__(self, data: bytes) -> None:
        try:
            import pypdfium2  # type: ignore[import-untyped]
        except ImportError:
            raise InputError("reading papers needs the extra [ocr]", do="pip install 'dueprocess[ocr]'") from None
        self._raw: Any = pypdfium2.raw
        try:
            self._document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            text = str(error).lower()
            if "password" in text:
                raise InputError("the PDF is locked with a password", do="ask the sender for one without") from None
            raise InputError("the PDF is damaged and cannot be opened", do="ask for it to be sent again") from None
        self._forms = None
        if len(self._document) == 0:
            raise InputError("the PDF has no pages", do="ask for it to be sent again")
        if len(self._document) > MOST_PAGES:
            raise InputError(f"the PDF has {len(self._document):,} pages; at most {MOST_PAGES:,} are read", do="split it")
        kind = self._document.get_formtype()
        self.dynamic = kind in (self._raw.FORMTYPE_XFA_FULL, self._raw.FORMTYPE_XFA_FOREGROUND)
        if kind == self._raw.FORMTYPE_ACRO_FORM or self.dynamic:
            self._document.init_forms()
            self._forms = self._document.formenv

    def __len__(self) -> int:
        return len(self._document)

    def sheet(self, index: int) -> Sheet:
        """The page at ``index`` (from 0) with its text and form fields. Raises InputError for a broken page."""
        import pypdfium2

        try:
            page = self._document[index]
            width, height = page.get_size()
        except pypdfium2.PdfiumError:
            raise InputError("the page is damaged", where=f"page {index + 1}", do="ask for it to be sent again") from None
        if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
            raise InputError("the page has an impossible size", where=f"page {index + 1}", do="ask for it to be sent again")
        sheet = Sheet(index + 1, width, height)
        frame = _Frame(page, self._raw, width, height)
        sheet.lines = joined(list(self._runs(page, frame)))
        if self._forms is not None:
            self._widgets(page, sheet, frame)
        sheet.pictures = self._pictures(page, width, height)
        return sheet

    def render(self, index: int, *, dpi: float = 200.0) -> NDArray[np.uint8]:
        """The page as a gray image, never longer than ``LONG_SIDE``; form fields are drawn into it."""
        import numpy as np

        page = self._document[index]
        width, height = page.get_size()
        scale = min(dpi / 72, LONG_SIDE / max(width, height))
        image = page.render(scale=scale, grayscale=True, may_draw_forms=True).to_numpy()
        return np.array(image if image.ndim == 2 else image[..., 0], dtype=np.uint8)

    def _runs(self, page: Any, frame: _Frame) -> Iterator[Line]:
        text = page.get_textpage()
        try:
            for number in range(min(text.count_rects(), _MOST_RUNS)):
                rect = text.get_rect(number)
                words = text.get_text_bounded(*rect).replace("\r\n", " ").replace("\n", " ").strip()
                if words:
                    yield Line(words, frame.box(rect))
        finally:
            text.close()

    def _widgets(self, page: Any, sheet: Sheet, frame: _Frame) -> None:
        raw, form = self._raw, self._forms
        for number in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_WIDGETS)):
            annotation = raw.FPDFPage_GetAnnot(page, number)
            if not annotation:
                continue
            try:
                if raw.FPDFAnnot_GetSubtype(annotation) != _WIDGET:
                    continue
                rect = raw.FS_RECTF()
                if not raw.FPDFAnnot_GetRect(annotation, rect):
                    continue
                box = frame.box((rect.left, rect.bottom, rect.right, rect.top))
                kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
                if kind in (_CHECK_BOX, _RADIO):
                    sheet.marks.append(Mark(box, bool(raw.FPDFAnnot_IsChecked(form, annotation))))
                elif kind in (_TEXT, _CHOICE):
                    value = self._value(annotation)
                    rows = [v for v in value.replace("\r", "\n").split("\n") if v.strip()]
                    for row, text in enumerate(rows):
                        step = box.height / len(rows)
                        place = Box(box.x0, box.y0 + step * row, box.x1, box.y0 + step * (row + 1))
                        sheet.lines.append(Line(text.strip(), place, 1.0, "form field"))
                elif kind == _SIGNATURE and raw.FPDFAnnot_HasKey(annotation, b"V"):
                    sheet.signatures.append(box)
            finally:
                raw.FPDFPage_CloseAnnot(annotation)

    def _value(self, annotation: Any) -> str:
        raw = self._raw
        size = raw.FPDFAnnot_GetFormFieldValue(self._forms, annotation, None, 0)
        if not 2 < size <= 20_000:
            return ""
        buffer = (ctypes.c_ushort * (size // 2))()
        raw.FPDFAnnot_GetFormFieldValue(self._forms, annotation, buffer, size)
        return bytes(buffer).decode("utf-16-le", errors="replace").rstrip("\0")

    def _pictures(self, page: Any, width: float, height: float) -> bool:
        raw = self._raw
        for number in range(min(raw.FPDFPage_CountObjects(page), 2000)):
            item = raw.FPDFPage_GetObject(page, number)
            if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_IMAGE:
                left, bottom, right, top = (ctypes.c_float() for _ in range(4))
                if raw.FPDFPageObj_GetBounds(item, left, bottom, right, top) and (right.value - left.value) * (top.value - bottom.value) > 0.3 * width * height:
                    return True
        return False


class _Frame:
    """From PDF coordinates (origin at the lower left, page unrotated) to fractions of the page as it is seen."""

    def __init__(self, page: Any, raw: Any, width: float, height: float) -> None:
        self._turn = page.get_rotation()
        try:
            self._left, self._bottom, self._right, self._top = page.get_cropbox()
        except Exception:  # a page without boxes: what the library then takes
            self._left, self._bottom, self._right, self._top = 0.0, 0.0, width, height

    def box(self, rect: tuple[float, float, float, float]) -> Box:
        left, bottom, right, top = rect
        wide, high = max(1e-6, self._right - self._left), max(1e-6, self._top - self._bottom)
        x0, x1 = (left - self._left) / wide, (right - self._left) / wide
        y0, y1 = (self._top - top) / high, (self._top - bottom) / high
        if self._turn == 90:
            x0, y0, x1, y1 = 1 - y1, x0, 1 - y0, x1
        elif self._turn == 180:
            x0, y0, x1, y1 = 1 - x1, 1 - y1, 1 - x0, 1 - y0
        elif self._turn == 270:
            x0, y0, x1, y1 = y0, 1 - x1, y1, 1 - x0
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def joined(runs: list[Line], *, gap: float = 0.9) -> list[Line]:
    """Runs of one row that stand closer than ``gap`` heights to each other, as one line; rows from the top down."""
    rows: list[list[Line]] = []
    for run in sorted(runs, key=lambda r: (r.box.middle, r.box.x0)):
        for row in reversed(rows[-6:]):
            if row[-1].box.same_row(run.box):
                row.append(run)
                break
        else:
            rows.append([run])
    lines: list[Line] = []
    for row in rows:
        row.sort(key=lambda r: r.box.x0)
        current = row[0]
        for run in row[1:]:
            # Widths and heights are fractions of different lengths; a letter page is 0.773 as wide as high.
            near = run.box.x0 - current.box.x1 < gap * max(current.box.height, run.box.height) * 1.3
            if near and run.how == current.how:
                current = Line(f"{current.text} {run.text}", current.box.around(run.box), min(current.confidence, run.confidence), current.how)
            else:
                lines.append(current)
                current = run
        lines.append(current)
    return lines
