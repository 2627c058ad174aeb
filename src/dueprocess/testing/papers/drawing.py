"""Papers as PDF: with form fields, or flat. The same papers give the same bytes. Needs ``reportlab``."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

from dueprocess.testing.papers.layout import HEIGHT, WIDTH, Box, Mark, lay_out
from dueprocess.testing.papers.paper import Paper
from dueprocess.testing.source import Seeded, Source


def draw_pdf(papers: Paper | Sequence[Paper], *, fields: bool = False) -> bytes:
    """The papers, one after the other. ``fields``: values and ticks as form fields (their names say nothing of what
    they are); else everything is drawn onto the page, ticks in the style that the paper names."""
    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, pageCompression=1)
    canvas.setTitle("Made-up papers")
    numbers = iter(range(1, 1_000_000))
    for paper in [papers] if isinstance(papers, Paper) else papers:
        for page in lay_out(paper):
            for mark in page.marks:
                _draw(canvas, mark, paper, fields=fields, numbers=numbers)
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Any, mark: Mark, paper: Paper, *, fields: bool, numbers: Any) -> None:
    x0, y0, x1, y1 = mark.box
    canvas.setStrokeGray(0)
    canvas.setFillGray(0)
    canvas.setLineWidth(0.6)
    if mark.sort == "printed" or (mark.sort == "value" and not fields):
        canvas.setFont(mark.font, mark.size)
        canvas.drawString(x0, HEIGHT - y0 - mark.size * 0.8, mark.text)
    elif mark.sort == "line":
        canvas.setLineWidth(0.5)
        canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)
    elif mark.sort == "frame":
        canvas.rect(x0, HEIGHT - y1, x1 - x0, y1 - y0)
    elif mark.sort == "blank" and fields and mark.text != "signature":
        flags = "multiline" if mark.lines > 1 else ""
        canvas.acroForm.textfield(
            name=f"Text{next(numbers)}", value=mark.text, x=x0, y=HEIGHT - y1, width=x1 - x0, height=y1 - y0,
            fontName=mark.font, fontSize=max(4.0, mark.size - 0.8), borderWidth=0, borderStyle="solid",
            fieldFlags=flags, forceBorder=False, maxlen=400, fillColor=None, borderColor=None,
        )  # fmt: skip
    elif mark.sort == "tick":
        if fields:
            canvas.acroForm.checkbox(
                name=f"CheckBox{next(numbers)}", checked=bool(mark.text), x=x0, y=HEIGHT - y1, size=x1 - x0,
                buttonStyle="cross", borderWidth=0.7, fillColor=None, fieldFlags="",
            )  # fmt: skip
        else:
            canvas.rect(x0, HEIGHT - y1, x1 - x0, y1 - y0)
            if mark.text:
                _tick(canvas, mark.box, paper.marks.get(mark.key or "", "x"), Seeded(f"{paper.seed}/{mark.key}"))
    elif mark.sort == "scribble":
        _scribble(canvas, mark.box, Seeded(f"{paper.seed}/{mark.key}/{paper.values.get(mark.key or '', '')}"))
    elif mark.sort == "photo":
        _photo(canvas, mark.box, Seeded(paper.seed))


def _tick(canvas: Any, box: Box, style: str, source: Source) -> None:
    """A box ticked as people and programs tick: it need not stay inside."""
    x0, top, x1, bottom = box
    y0, y1 = HEIGHT - bottom, HEIGHT - top
    side = x1 - x0

    def near(value: float, share: float) -> float:
        return value + side * share * (source.integer(-100, 100) / 100)

    canvas.setLineCap(1)
    canvas.setLineWidth(0.9 + source.integer(0, 6) / 10)
    if style == "filled":
        canvas.rect(x0 + side * 0.1, y0 + side * 0.1, side * 0.8, side * 0.8, fill=1)
    elif style == "circle":
        canvas.setLineWidth(1.0)
        canvas.ellipse(near(x0 - side * 0.45, 0.1), near(y0 - side * 0.4, 0.1), near(x1 + side * 0.45, 0.1), near(y1 + side * 0.4, 0.1))
    elif style == "check":
        canvas.line(near(x0 + side * 0.1, 0.12), near(y0 + side * 0.5, 0.12), x0 + side * 0.42, y0 + side * 0.08)
        canvas.line(x0 + side * 0.42, y0 + side * 0.08, near(x1 + side * 0.25, 0.2), near(y1 + side * 0.3, 0.2))
    elif style == "typed":
        canvas.setFont("Courier-Bold", side * 1.15)
        canvas.drawCentredString((x0 + x1) / 2, y0 + side * 0.16, "X")
    else:
        shift = side * (0.35 + source.integer(0, 20) / 100) * (1 if source.chance(0.5) else -1) if style == "outside" else 0.0
        rise = side * source.integer(-25, 25) / 100 if style == "outside" else 0.0
        for a, b in ((y0, y1), (y1, y0)):
            canvas.line(near(x0 + side * 0.12, 0.1) + shift, near(a, 0.15) + rise, near(x1 - side * 0.12, 0.1) + shift, near(b, 0.15) + rise)


def _scribble(canvas: Any, box: Box, source: Source) -> None:
    """Something like a signature: loops that run on to the right, and a flourish."""
    x0, top, x1, bottom = box
    low, high = HEIGHT - bottom, HEIGHT - top
    canvas.setLineWidth(1.0)
    canvas.setLineCap(1)
    path = canvas.beginPath()
    steps = source.integer(7, 12)
    x, y = x0, low + (high - low) * 0.3
    path.moveTo(x, y)
    for number in range(steps):
        end = x0 + (x1 - x0) * (number + 1) / steps
        tall = low + (high - low) * source.integer(35, 100) / 100 * (1.0 if number % 3 == 0 else 0.7)
        deep = low + (high - low) * source.integer(-15, 30) / 100
        path.curveTo(x + (end - x) * 0.2, tall, x + (end - x) * 1.3, tall, end - (end - x) * 0.4, deep)
        path.curveTo(x + (end - x) * 0.2, deep, end, low + (high - low) * 0.2, end, low + (high - low) * 0.35)
        x = end
    canvas.drawPath(path, stroke=1, fill=0)
    if source.chance(0.5):
        canvas.line(x0 + (x1 - x0) * 0.1, low - 1, x1, low + (high - low) * source.integer(0, 30) / 100)


def _photo(canvas: Any, box: Box, source: Source) -> None:
    """A beach: sky, sun, sea, sand, a palm."""
    x0, top, x1, bottom = box
    y0, y1 = HEIGHT - bottom, HEIGHT - top
    wide, high = x1 - x0, y1 - y0
    for number in range(60):
        share = number / 60
        canvas.setFillColorRGB(0.45 + 0.4 * share, 0.7 + 0.2 * share, 0.95)
        canvas.rect(x0, y1 - high * 0.55 * (share + 1 / 60), wide, high * 0.55 / 60 + 0.5, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 0.85, 0.3)
    canvas.circle(x0 + wide * source.integer(20, 80) / 100, y1 - high * 0.15, 34, stroke=0, fill=1)
    canvas.setFillColorRGB(0.1, 0.45, 0.6)
    canvas.rect(x0, y0 + high * 0.28, wide, high * 0.18, stroke=0, fill=1)
    canvas.setFillColorRGB(0.93, 0.83, 0.6)
    canvas.rect(x0, y0, wide, high * 0.28, stroke=0, fill=1)
    trunk = x0 + wide * source.integer(25, 75) / 100
    canvas.setStrokeColorRGB(0.4, 0.28, 0.15)
    canvas.setLineWidth(11)
    canvas.bezier(trunk, y0 + high * 0.12, trunk + 10, y0 + high * 0.3, trunk + 30, y0 + high * 0.45, trunk + 45, y0 + high * 0.6)
    canvas.setStrokeColorRGB(0.1, 0.4, 0.15)
    canvas.setLineWidth(7)
    for number in range(9):
        angle = math.pi * number / 8
        tip = (trunk + 45 + 95 * math.cos(angle), y0 + high * 0.6 + 55 * math.sin(angle) - 25)
        canvas.bezier(trunk + 45, y0 + high * 0.6, trunk + 45 + 50 * math.cos(angle), y0 + high * 0.6 + 55, tip[0], tip[1] + 15, *tip)
