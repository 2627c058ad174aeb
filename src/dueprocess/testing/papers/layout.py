"""Where everything of a paper stands: the marks of its pages, in points from the upper left corner of a letter page.

A mark is printed words, a filled-in value, a check-box, a line, a frame or a scribble; drawing, truth and scans all
follow these. Needs ``reportlab`` for the widths of letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from dueprocess.testing.papers.forms import Blank, Element, Form
from dueprocess.testing.papers.paper import Paper

WIDTH, HEIGHT = 612.0, 792.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 566.0, 34.0, 760.0
STEP = 14.0
CLOSING = ".,;:)"
"""What stands close behind a blank."""
FONTS = {"sans": ("Helvetica", "Helvetica-Bold"), "serif": ("Times-Roman", "Times-Bold"), "mono": ("Courier", "Courier-Bold")}

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in points; y grows downward from the upper edge of the page."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark on a page. ``sort``: printed, value, tick, blank, line, frame, scribble, photo."""

    sort: str
    box: Box
    text: str = ""
    font: str = ""
    size: float = 0.0
    key: str | None = None
    """For printed words: the field that they label; for the others the field that they are."""
    lines: int = 1


@dataclass
class Page:
    """The marks of one page, in reading order."""

    marks: list[Mark] = field(default_factory=list)


def lay_out(paper: Paper) -> list[Page]:
    """The pages of a paper."""
    found = []
    for elements in paper.template.pages[: paper.pages]:
        # A page that would run over is set smaller, as forms are.
        for shrink in (1.0, 0.94, 0.88, 0.82, 0.76, 0.7):
            setter = _Setter(paper, shrink)
            setter.all(elements)
            if setter.y <= BOTTOM - 14:
                break
        found.append(Page(setter.marks))
    return found


class _Setter:
    def __init__(self, paper: Paper, shrink: float) -> None:
        self.paper = paper
        self.form: Form = paper.template
        self.size = float(self.form.head.get("size", "9")) * shrink
        self.plain, self.bold = FONTS[self.form.head.get("font", "sans")]
        self.typed = paper.typeface
        self.left, self.right, self.y = LEFT, RIGHT, TOP
        self.framed = False
        self.marks: list[Mark] = []

    def all(self, elements: Sequence[Element]) -> None:
        for element in elements:
            self.one(element)

    def one(self, element: Element) -> None:
        left = self.left
        self.left += element.indent * STEP
        size = self.size
        match element.sort:
            case "gap":
                self.y += size * 0.55
            case "title":
                self.words(element, size=size * 1.45, font=self.bold, align=0.5)
                self.y += size * 0.3
            case "heading":
                self.words(element, size=size * 1.15, font=self.bold, align=0.5)
            case "center":
                self.words(element, size=size * 1.05, font=self.plain, align=0.5)
            case "right":
                self.words(element, size=size, font=self.plain, align=1.0)
            case "bold":
                self.words(element, size=size, font=self.bold)
            case "text":
                self.words(element, size=size, font=self.plain)
            case "added":
                if any(self.paper.values.get(b.key) for b in element.blanks()):
                    self.words(element, size=size, font=self.plain)
            case "box":
                self.check_box(element)
            case "rule":
                self.y += size * 0.35
                self.marks.append(Mark("line", (self.left, self.y, self.right, self.y)))
                self.y += size * 0.45
            case "cells":
                self.cells(element)
            case "columns":
                self.columns(element)
            case "signatures":
                self.signatures(element)
            case "footer":
                self.footer(element)
            case "photo":
                self.marks.append(Mark("photo", (self.left, self.y, self.right, BOTTOM - 60)))
                self.y = BOTTOM - 50
            case _:
                raise ValueError(f"no element [{element.sort}]")
        self.left = left

    # -- words and blanks ------------------------------------------------------------------------------

    def words(self, element: Element, *, size: float, font: str, align: float = 0.0, key: str | None = None) -> None:
        """A paragraph: printed words and blanks, wrapped between ``left`` and ``right``."""
        line: list[tuple[str | Blank, float, str | None]] = []
        space = width(" ", font, size)
        used = 0.0
        leading = size * 1.22
        tall = 1
        for part, label in _labelled(element, key):
            pieces: Sequence[str | Blank] = part.split() if isinstance(part, str) else (part,)
            for piece in pieces:
                wide = width(piece, font, size) if isinstance(piece, str) else min(self.blank_width(piece, size), self.right - self.left)
                tight = isinstance(piece, str) and piece[0] in CLOSING
                if line and not tight and used + space + wide > self.right - self.left:
                    self.flush(line, size=size, font=font, align=align)
                    self.y += leading * tall
                    line, used, tall = [], 0.0, 1
                line.append((piece, wide, label))
                tall = max(tall, piece.lines if isinstance(piece, Blank) else 1)
                used += wide + (space if used else 0.0)
        self.flush(line, size=size, font=font, align=align)
        self.y += leading * tall + size * 0.12

    def blank_width(self, blank: Blank, size: float) -> float:
        values = self.paper.values.get(blank.key, "").split("\n")
        return max(float(blank.width), max(width(v, self.typed, size) for v in values) + 4)

    def flush(self, line: list[tuple[str | Blank, float, str | None]], *, size: float, font: str, align: float) -> None:
        space = width(" ", font, size)
        total = sum(w for _, w, _ in line) + space * max(0, len(line) - 1)
        x = self.left + (self.right - self.left - total) * align
        run: list[str] = []
        start, label = x, None

        def end() -> None:
            if run:
                text = " ".join(run)
                self.printed(text, start, size=size, font=font, key=label)
                run.clear()

        for piece, wide, own in line:
            if isinstance(piece, str) and piece[0] in CLOSING and x > self.left and (not run or own != label):
                x -= space * 0.8
            if isinstance(piece, Blank):
                end()
                self.fill(piece, (x, self.y, x + wide, self.y + size * 1.15 * piece.lines + (size * 0.1 * (piece.lines - 1))), size=size, ruled=not self.framed)
            else:
                if run and own != label:
                    end()
                if not run:
                    start, label = x, own
                run.append(piece)
            x += wide + space
        end()

    def printed(self, text: str, x: float, *, size: float, font: str, key: str | None) -> None:
        self.marks.append(Mark("printed", (x, self.y, x + width(text, font, size), self.y + size), text, font, size, key))

    def fill(self, blank: Blank, box: Box, *, size: float, ruled: bool = True) -> None:
        """The blank itself, and what is written into it."""
        x0, y0, x1, y1 = box
        if ruled:
            self.marks.append(Mark("line", (x0, y1, x1, y1)))
        if blank.signature:
            if blank.key in self.paper.drawn:
                self.marks.append(Mark("scribble", (x0 + 6, y0 - size * 0.7, x0 + 6 + min(x1 - x0 - 10, 110), y1 - 0.5), key=blank.key))
            self.marks.append(Mark("blank", box, "signature", size=size, key=blank.key))
            return
        value = self.paper.values.get(blank.key, "")
        for number, text in enumerate(value.split("\n") if value else ()):
            top = y0 + number * size * 1.22
            fitted = size
            while width(text, self.typed, fitted) > x1 - x0 and fitted > 4.5:
                fitted -= 0.25
            self.marks.append(Mark("value", (x0 + 1, top, x0 + 1 + width(text, self.typed, fitted), top + size), text, self.typed, fitted, blank.key))
        self.marks.append(Mark("blank", box, value, self.typed, size, blank.key, blank.lines))

    # -- boxes, cells, columns, signatures, footers ----------------------------------------------------

    def check_box(self, element: Element) -> None:
        assert element.key
        size = self.size
        side = size * 0.98
        box = (self.left, self.y + size * 0.06, self.left + side, self.y + size * 0.06 + side)
        self.marks.append(Mark("tick", box, "ticked" if element.key in self.paper.ticked else "", key=element.key))
        left = self.left
        self.left += side + size * 0.5
        self.words(element, size=size, font=self.plain, key=element.key)
        self.left = left

    def cells(self, element: Element) -> None:
        """A framed row. Each cell: label and value in one line, or the value below its label."""
        self.framed = True
        shares = _shares([c.share for c in element.columns])
        left, right, top, bottom = self.left, self.right, self.y, self.y
        edges = [left]
        for cell, share in zip(element.columns, shares, strict=True):
            edges.append(edges[-1] + (right - left) * share)
            self.left, self.right, self.y = edges[-2] + 3, edges[-1] - 3, top + 2.5
            if cell.below:
                self.words(replace(cell, parts=tuple(p for p in cell.parts if isinstance(p, str))), size=self.size * 0.92, font=self.plain, key=cell.blanks()[0].key if cell.blanks() else None)
                for blank in cell.blanks():
                    self.fill(blank, (self.left + 2, self.y, self.right, self.y + self.size * 1.25 * blank.lines), size=self.size, ruled=False)
                    self.y += self.size * 1.28 * blank.lines
            else:
                self.words(cell, size=self.size, font=self.plain)
            bottom = max(bottom, self.y + 1.5)
        for x0, x1 in pairwise(edges):
            self.marks.append(Mark("frame", (x0, top, x1, bottom)))
        self.framed = False
        self.left, self.right, self.y = left, right, bottom

    def columns(self, element: Element) -> None:
        left, right, top, bottom = self.left, self.right, self.y, self.y
        each = (right - left) / len(element.columns)
        for index, column in enumerate(element.columns):
            self.left, self.right, self.y = left + each * index, left + each * (index + 1) - 8, top
            self.one(column)
            bottom = max(bottom, self.y)
        self.left, self.right, self.y = left, right, bottom

    def signatures(self, element: Element) -> None:
        left, right, size = self.left, self.right, self.size
        each = (right - left) / len(element.columns)
        base = self.y + size * 2.1
        bottom = base
        for index, column in enumerate(element.columns):
            x0, x1 = left + each * index + (10 if index else 0), left + each * (index + 1) - 10
            for blank in column.blanks():
                self.fill(blank, (x0, base - size * 1.15 * blank.lines, x1, base), size=size)
            self.left, self.right, self.y = x0, x1, base + 1.5
            caption = replace(column, sort="text", parts=tuple(p for p in column.parts if isinstance(p, str)))
            self.words(caption, size=size * 0.86, font=self.plain, key=column.blanks()[0].key if column.blanks() else None)
            bottom = max(bottom, self.y)
        self.left, self.right, self.y = left, right, bottom + size * 0.15

    def footer(self, element: Element) -> None:
        kept, keep_left = self.y, self.left
        self.y = BOTTOM
        left, right = element.columns
        if left.parts:
            self.words(left, size=max(self.size * 0.95, 6.5), font=self.plain)
        self.y = BOTTOM
        if right.parts:
            self.words(right, size=max(self.size * 0.95, 6.5), font=self.plain, align=1.0)
        self.y, self.left = kept, keep_left


def width(text: str, font: str, size: float) -> float:
    """The width of a text in points."""
    from reportlab.pdfbase.pdfmetrics import stringWidth  # type: ignore[import-untyped]

    return float(stringWidth(text, font, size))


def _labelled(element: Element, key: str | None) -> list[tuple[str | Blank, str | None]]:
    """Each part with the field that its words label: the box, else the blank that follows."""
    found: list[tuple[str | Blank, str | None]] = []
    for index, part in enumerate(element.parts):
        label = key
        if isinstance(part, str) and key is None:
            after = element.parts[index + 1] if index + 1 < len(element.parts) else None
            before = element.parts[index - 1] if index else None
            if isinstance(before, Blank) and (before.label_after or (index == 1 and not isinstance(after, Blank))):
                label = before.key
            elif isinstance(after, Blank) and not after.label_after:
                label = after.key
        found.append((part, label))
    return found


def _shares(given: Sequence[float | None]) -> list[float]:
    rest = 1.0 - sum(s for s in given if s)
    open_ones = sum(1 for s in given if not s) or 1
    return [s or rest / open_ones for s in given]
