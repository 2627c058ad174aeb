"""One page to what stands on it: the form it is, its fields, the signs of a judge. Runs in the worker process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from dueprocess.kernel.errors import InputError
from dueprocess.papers.classify import KIND_THRESHOLD, Guess, classify, form_of
from dueprocess.papers.fields import read_fields
from dueprocess.papers.files import decode_text
from dueprocess.papers.judging import judge_signs
from dueprocess.papers.known import FORMS
from dueprocess.papers.page import Page
from dueprocess.papers.pdfpages import Pdf, Sheet, joined
from dueprocess.papers.printed import Form
from dueprocess.papers.values import Box, Evidence, Field, Line, Mark, Personal
from dueprocess.papers.words import begins, locate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Image = NDArray[np.uint8]

WHOLE = Box(0.0, 0.0, 1.0, 1.0)
TEXT_DPI = 132.0
"""Dots an inch at which a page with a text layer is drawn to look for ink."""
_ROWS = 66
_MOST_ROWS, _LONGEST_ROW = 2000, 2000
"""What is longer is no page of text."""
_COLUMNS = 100
_LEAST_TEXT = 25
"""Letters below which a page with a picture is taken for a scan, whatever else it holds."""


@dataclass(frozen=True, slots=True)
class Part:
    """A page, or the half of a sheet that is a page of its own."""

    page: int
    region: Box
    guess: Guess
    fields: tuple[Field, ...]
    signs: tuple[Evidence, ...]
    words: int
    """How many words were read on it."""
    legible: float
    custody: dict[str, Any] | None = None
    """What a jail's own sheet says of custody."""
    english: bool = True
    """False where the words are hardly English."""
    received: str | None = None
    """The date and time in a fax machine's header line, as printed there."""
    numbers: tuple[Personal, ...] = ()
    """The booking numbers on a jail's own sheet."""


def read_text_page(text: str, *, number: int) -> list[Part]:
    """A page of plain text; its rows stand at even heights."""
    return [_part(text_page(text, number=number), WHOLE, legible=1.0)]


def text_page(text: str, *, number: int) -> Page:
    """The lines of a text page; runs of four blanks or a tab divide a row."""
    lines = []
    rows = [row[:_LONGEST_ROW] for row in text.expandtabs(8).split("\n")[:_MOST_ROWS]]
    step = 1 / max(_ROWS, len(rows))
    for row, content in enumerate(rows):
        column = 0
        for run in content.split("    "):
            words = run.strip()
            if words:
                start = column + len(run) - len(run.lstrip())
                box = Box(min(0.98, start / _COLUMNS), row * step, min(1.0, (start + len(words)) / _COLUMNS), (row + 0.9) * step)
                lines.append(Line(words, box))
            column += len(run) + 4
    return Page(number, lines)


def text_pages(data: bytes) -> list[str]:
    """A text file's pages: at form feeds."""
    text = decode_text(data).replace("\r\n", "\n").replace("\r", "\n")
    return [p for p in text.split("\f") if p.strip()] or [text]


def read_pdf_page(pdf: Pdf, index: int) -> tuple[list[Part], dict[str, Any], Any]:
    """A PDF's page. Returns its parts, how it was read, and its upright image where one was made."""
    sheet = pdf.sheet(index)
    letters = sum(len(line.text) for line in sheet.lines)
    if letters < _LEAST_TEXT or (sheet.pictures and letters < 200):
        image = pdf.render(index)
        return _scanned(image, number=index + 1, marks=sheet.marks, typed=sheet.lines)
    cache: list[Image] = []

    def drawn() -> Image:
        if not cache:
            cache.append(pdf.render(index, dpi=TEXT_DPI))
        return cache[0]

    lines = [*sheet.lines]
    parts = []
    for region, own in _halves(lines, sheet.width / sheet.height):
        page = _on_part(sheet, own, region, drawn)
        parts.append(_part(page, region, legible=_sense(own)))
    how = {"how": "text", "width": sheet.width, "height": sheet.height, "turned": 0, "confidence": 1.0}
    return parts, how, cache[0] if cache else None


def read_image_page(image: Image, *, number: int) -> tuple[list[Part], dict[str, Any], Any]:
    """A picture of a page."""
    return _scanned(image, number=number)


def _scanned(image: Image, *, number: int, marks: Sequence[Mark] = (), typed: Sequence[Line] = ()) -> tuple[list[Part], dict[str, Any], Any]:
    from dueprocess.papers import images, ink, scan

    if images.blank(image) and not typed:
        return [], {"how": "blank", "width": image.shape[1], "height": image.shape[0], "turned": 0, "confidence": 1.0}, image
    found = scan.find(images.flattened(image))
    height, width = found.image.shape
    how: dict[str, Any] = {"how": "recognized", "width": width, "height": height, "turned": found.turned}
    if len(found.quads) < 3:
        return [], {**how, "how": "unreadable", "confidence": 0.0}, found.image
    boxes = [scan._box(q, width, height) for q in found.quads]
    heads = {i for i, b in enumerate(boxes) if b.y0 < 0.2 or b.y0 > 0.92}
    scan.recognize(found, full=lambda index, box: index in heads)
    scan.look_again(found)
    clear = scan.legible(found)
    specks = ink.noise(found.image)
    parts = []
    for region, own in _halves(found.known(), width / height):
        guess = classify(own)
        form = form_of(guess.kind)
        rest = [i for i, line in enumerate(found.lines) if line is not None and line in own and not found.whole[i]]
        if rest and _doubtful(guess, form):
            scan.recognize(found, only=rest)
            own = [line for line in found.known() if _inside(line.box, region)]
            guess = classify(own)
            form = form_of(guess.kind)
        wanted = [i for i, line in enumerate(found.lines) if line is not None and line in own and not found.whole[i] and _worth(line, form)]
        if wanted:
            scan.recognize(found, only=wanted)
            own = [line for line in found.known() if _inside(line.box, region)]
        footer = next((box for sign, _, box in guess.signs if sign == "form number"), None)
        if footer is not None and form is not None and form.editions and guess.edition_confidence < KIND_THRESHOLD:
            scan.look_closely(found, footer)
            own = [line for line in found.known() if _inside(line.box, region)]
        sheet = Sheet(number, width, height, lines=own, image=found.image)
        page = replace(_on_part(sheet, own, region, lambda: found.image), specks=specks)
        parts.append(_part(page, region, legible=clear))
    return parts, {**how, "confidence": round(clear, 3)}, found.image


def _doubtful(guess: Guess, form: Form | None) -> bool:
    """Whether reading all of the page may still tell which form it is."""
    return guess.confidence < KIND_THRESHOLD or bool(guess.doubt) or bool(form is not None and form.editions and guess.edition_confidence < KIND_THRESHOLD)


def _worth(line: Line, form: Form | None) -> bool:
    """Whether the rest of a long line may hold a value: always where the form is not known."""
    if form is None or form.judge:
        return True
    texts = [label.printed for label in form.labels if label.place in ("inline", "right")]
    return any(begins(t, line.text, least=8) or begins(t, line.text[3:], least=8) or begins(t, line.text[12:], least=8) for t in texts)


def _sense(lines: Sequence[Line]) -> float:
    """Whether a text layer is text: fonts without a map of their letters give other letters, or none."""
    text = "".join(line.text for line in lines)
    if not text:
        return 0.0
    good = sum(1 for c in text if c.isascii() and (c.isalnum() or c in " .,:;/()-#'\"&$_[]@"))
    return round(good / len(text), 3)


# -- sheets with two papers --------------------------------------------------------------------------------------


def _inside(box: Box, region: Box) -> bool:
    x, y = (box.x0 + box.x1) / 2, box.middle
    return region.x0 <= x < region.x1 + 1e-9 and region.y0 <= y < region.y1 + 1e-9


def _halves(lines: list[Line], shape: float) -> list[tuple[Box, list[Line]]]:
    """The page, or its two halves where each of them is a paper of its own. ``shape``: width over height."""
    if len(lines) < 8:
        return [(WHOLE, lines)]
    if shape > 1.15:
        gutter = _gutter([(line.box.x0, line.box.x1) for line in lines])
        if gutter is not None:
            regions = [Box(0.0, 0.0, gutter, 1.0), Box(gutter, 0.0, 1.0, 1.0)]
            return [(r, [line for line in lines if _inside(line.box, r)]) for r in regions]
        return [(WHOLE, lines)]
    return _stacked(lines)


def _gutter(spans: Sequence[tuple[float, float]]) -> float | None:
    best: tuple[int, float, float] | None = None
    for step in range(40, 61):
        x = step / 100
        crossing = sum(1 for a, b in spans if a < x - 0.004 and b > x + 0.004)
        rank = (crossing, abs(x - 0.5), x)
        if best is None or rank < best:
            best = rank
    if best is None or best[0] > 0.04 * len(spans):
        return None
    left = sum(1 for a, b in spans if (a + b) / 2 < best[2])
    return best[2] if 4 <= left <= len(spans) - 4 else None


def _stacked(lines: list[Line]) -> list[tuple[Box, list[Line]]]:
    """Two papers one above the other: each half has a title of its own."""
    upper, lower = [line for line in lines if line.box.middle < 0.5], [line for line in lines if line.box.middle >= 0.5]
    if len(upper) < 6 or len(lower) < 6:
        return [(WHOLE, lines)]
    titles = [t for f in FORMS for t in f.titles]
    # A title is alone on its row; "see attached Form I-200, Warrant for Arrest of Alien" is none.
    alone = [line for line in lower if line.box.y0 < 0.64 and len(line.text) < 90 and not any(o is not line and o.box.same_row(line.box) for o in lower)]
    if not any(locate(t, line.text) for line in alone for t in titles):
        return [(WHOLE, lines)]
    first, second = Box(0.0, 0.0, 1.0, 0.5), Box(0.0, 0.5, 1.0, 1.0)
    top, bottom = classify([_moved(o, first) for o in upper]), classify([_moved(o, second) for o in lower])
    known = [g.kind is not None and any(s[0] == "title" for s in g.signs) for g in (top, bottom)]
    if not all(known) or (bottom.doubt and bottom.kind == top.kind):
        return [(WHOLE, lines)]
    footers = sum(1 for g in (top, bottom) if any(s[0] == "form number" for s in g.signs))
    title = next(s[2] for s in bottom.signs if s[0] == "title")
    # A heading in the lower half of one paper is not at the upper edge of that half.
    if footers == 2 or (title is not None and title.y0 < 0.22):
        return [(first, upper), (second, lower)]
    return [(WHOLE, lines)]


def _moved(line: Line, region: Box) -> Line:
    """The line in fractions of its region."""
    b = line.box
    wide, high = region.width, region.height
    return replace(line, box=Box((b.x0 - region.x0) / wide, (b.y0 - region.y0) / high, (b.x1 - region.x0) / wide, (b.y1 - region.y0) / high))


def _back(box: Box | None, region: Box) -> Box | None:
    if box is None or region == WHOLE:
        return box
    return Box(region.x0 + box.x0 * region.width, region.y0 + box.y0 * region.height, region.x0 + box.x1 * region.width, region.y0 + box.y1 * region.height)


def _on_part(sheet: Sheet, lines: list[Line], region: Box, image: Any) -> Page:
    if region == WHOLE:
        return Page(sheet.number, lines, sheet.marks, sheet.signatures, image, scale=sheet.width / sheet.height)

    def cut() -> Image:
        whole = image()
        height, width = whole.shape
        part: Image = whole[int(region.y0 * height) : int(region.y1 * height), int(region.x0 * width) : int(region.x1 * width)]
        return part

    moved = [_moved(line, region) for line in lines]
    marks = [Mark(_moved(Line("", m.box), region).box, m.ticked, m.how) for m in sheet.marks if _inside(m.box, region)]
    signatures = [_moved(Line("", b), region).box for b in sheet.signatures if _inside(b, region)]
    return Page(sheet.number, moved, marks, signatures, cut, scale=sheet.width * region.width / (sheet.height * region.height))


# -- a part ------------------------------------------------------------------------------------------------------


def _part(page: Page, region: Box, *, legible: float) -> Part:
    from dueprocess.papers.fax import header_time

    guess = classify(page.lines)
    form = form_of(guess.kind)
    fields: list[Field] = []
    if form is not None:
        fields = read_fields(page, form)
    elif guess.kind is None:
        fields = read_fields(page, _COURT_PAPER)
    signs = judge_signs([(page.number, line) for line in page.lines], fields, numbered=bool(form and form.numbers and any(s[0] == "form number" for s in guess.signs)))
    custody = None
    if form is None and guess.kind is None and not guess.continued:
        custody = _custody(page.lines)
    guess = replace(guess, signs=tuple((a, b, _back(c, region)) for a, b, c in guess.signs))
    return Part(
        page=page.number,
        region=region,
        guess=guess,
        fields=tuple(replace(f, box=_back(f.box, region)) for f in fields),
        signs=tuple(replace(s, box=_back(s.box, region)) for s in signs),
        words=sum(len(line.text.split()) for line in page.lines),
        legible=legible,
        custody=_placed(custody, region),
        english=_english(page.lines),
        received=header_time(page.lines),
        numbers=() if custody is None else _numbers(page.lines),
    )


_COURT_PAPER = next(f for f in FORMS if f.kind == "court_order")


_ENGLISH = frozenset(["the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "as", "was", "with", "be", "by", "on", "not", "he", "his", "or", "are", "this", "from", "at", "have", "an", "which", "you", "were", "has", "been", "if", "will", "would", "do", "no", "who", "she", "her", "they", "we", "their", "your"])


def _english(lines: Sequence[Line]) -> bool:
    """Whether a text of some length has the little words of English."""
    words = [w for line in lines for w in "".join(c if c.isalpha() else " " for c in line.text.lower()).split()]
    return len(words) < 30 or sum(w in _ENGLISH for w in words) > 0.1 * len(words)


def _custody(lines: Sequence[Line]) -> dict[str, Any] | None:
    try:
        from dueprocess.papers.custody_files import face_sheet
    except ImportError:
        return None
    return face_sheet(lines)


def _numbers(lines: Sequence[Line]) -> tuple[Personal, ...]:
    from dueprocess.papers.custody_files import booking_numbers

    return tuple(Personal(number) for number in booking_numbers(lines))


def _placed(custody: dict[str, Any] | None, region: Box) -> dict[str, Any] | None:
    """The sheet with its places on the whole page."""
    if custody is None or region == WHOLE:
        return custody
    moved = [{**f, "box": found.listed()} for f in custody["found"] for found in (_back(Box(*f["box"]), region),) if found is not None]
    return {**custody, "found": moved}


# -- across the pipe ---------------------------------------------------------------------------------------------


def packed(part: Part) -> dict[str, Any]:
    """As plain values, for the pipe between the two processes alone: it holds what must not be written anywhere."""
    return asdict(part)


def unpacked(value: dict[str, Any]) -> Part:
    """The other end of the pipe."""
    guess = value["guess"]
    return Part(
        page=value["page"],
        region=Box(**value["region"]),
        guess=Guess(**{**guess, "signs": tuple((s, q, Box(**b) if b else None) for s, q, b in guess["signs"])}),
        fields=tuple(_field(f) for f in value["fields"]),
        signs=tuple(Evidence(**{**s, "box": Box(**s["box"]) if s["box"] else None}) for s in value["signs"]),
        words=value["words"],
        legible=value["legible"],
        custody=value["custody"],
        english=value["english"],
        received=value["received"],
        numbers=tuple(Personal(one["_text"]) for one in value["numbers"]),
    )


def _field(value: dict[str, Any]) -> Field:
    personal = value["personal"]
    return Field(**{**value, "box": Box(**value["box"]) if value["box"] else None, "personal": Personal(personal["_text"]) if personal else None})


def survey(data: bytes, media: str) -> dict[str, Any]:
    """How many pages a file has, and what else is to be known before they are read. Runs in the worker."""
    if media == "pdf":
        pdf = Pdf(data)
        return {"pages": len(pdf), "dynamic": pdf.dynamic}
    if media in ("png", "jpeg", "tiff"):
        from dueprocess.papers.images import frames

        return {"pages": frames(data), "dynamic": False}
    return {"pages": len(text_pages(data)), "dynamic": False}


def read_range(data: bytes, media: str, first: int, last: int, picture: bool) -> list[dict[str, Any]]:
    """Pages ``first`` to ``last`` (from 0, half open). ``picture``: also each page as a PNG. Runs in the worker."""
    found = []
    pdf = Pdf(data) if media == "pdf" else None
    pages = text_pages(data) if media == "text" else []
    for index in range(first, last):
        image: Any = None
        try:
            if pdf is not None:
                parts, how, image = read_pdf_page(pdf, index)
            elif media == "text":
                parts, how = read_text_page(pages[index], number=index + 1), {"how": "text", "width": 612, "height": 792, "turned": 0, "confidence": 1.0}
            else:
                from dueprocess.papers.images import frame

                parts, how, image = read_image_page(frame(data, index), number=index + 1)
        except InputError as error:
            found.append({"number": index + 1, "parts": [], "how": {"how": "unreadable", "width": 0, "height": 0, "turned": 0, "confidence": 0.0, "why": error.what}, "image": b""})
            continue
        if picture and image is None and pdf is not None:
            image = pdf.render(index, dpi=TEXT_DPI)
        found.append({"number": index + 1, "parts": [packed(p) for p in parts], "how": how, "image": _png(image) if picture and image is not None else b""})
    return found


def _png(image: Image) -> bytes:
    """The page as people look at it: 110 dots an inch will do, in 16 grays."""
    import io

    from PIL import Image as Pillow

    picture = Pillow.fromarray(image)
    if max(picture.size) > 1210:
        scale = 1210 / max(picture.size)
        picture = picture.resize((max(1, round(picture.size[0] * scale)), max(1, round(picture.size[1] * scale))), resample=4)
    out = io.BytesIO()
    picture.quantize(16).save(out, "PNG", optimize=True)
    return out.getvalue()


__all__ = ["Part", "joined", "packed", "read_image_page", "read_pdf_page", "read_range", "read_text_page", "survey", "text_page", "text_pages", "unpacked"]
