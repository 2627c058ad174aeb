"""Check-boxes: the form field, the sign in a text, or the ink in and around the box left of its label."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dueprocess.papers import ink
from dueprocess.papers.page import THRESHOLDS, Page, place_of
from dueprocess.papers.printed import Form, Tick
from dueprocess.papers.values import Box, Field
from dueprocess.papers.words import alike, squeezed

_TICKED = re.compile(r"^\s*(?:\[\s*[xX✓✔*]\s*\]|\(\s*[xX✓✔*]\s*\)|[☒☑✓✔✗✘]|[xX](?=\s))\s*")
_BLANK = re.compile(r"^\s*(?:\[[\s_]*\]|\([\s_]*\)|[☐□])\s*")
_NUMBERED = re.compile(r"^\s*(?:[0-9A-Ea-e][.)]|[•●·\-–*])\s+")


def read_ticks(page: Page, form: Form) -> list[Field]:
    """Every check-box of the form whose label is on this page."""
    used: set[int] = set()
    places = []
    for tick in form.ticks:
        best = _tick_line(page, tick, used)
        if best is not None:
            used.add(best[0])
            places.append((tick, *best))
    first = [_tick(page, *place) for place in places]
    # The boxes of a page are all of one size: one that seems another was taken together with its tick.
    sizes = sorted(f.box.height for f in first if f.how == "ink" and f.box is not None)
    size = sizes[len(sizes) // 2] if len(sizes) > 2 else None
    settled = []
    for place, field in zip(places, first, strict=True):
        other = size is not None and field.how == "ink" and (field.box is None or abs(field.box.height - size) > 0.07 * size)
        settled.append(_tick(page, *place, size=size) if other else field)
    found: dict[str, list[Field]] = {}
    for field in _compared(page, settled, size):
        found.setdefault(field.key, []).append(field)
    return [_either(fields) for fields in found.values()]


def _compared(page: Page, fields: Sequence[Field], size: float | None) -> list[Field]:
    """Boxes known by their ink, each against the others of the page; scans alone have what needs it."""
    inked = [f for f in fields if f.how == "ink" and f.box is not None]
    if page.image is None or not any(line.how == "recognized" for line in page.lines):
        return list(fields)
    measured = ink.compared(page.image(), [f.box for f in inked if f.box is not None], size=size) if size is not None else None
    if measured is None:
        return [_doubted(f) if f in inked and f.read and f.box is not None and ink.strays(page.image(), f.box) else f for f in fields]
    by_place = dict(zip((id(f) for f in inked), measured, strict=True))
    found = []
    for one in fields:
        if id(one) not in by_place:
            found.append(one)
            continue
        value, sure = by_place[id(one)]
        if value and size is not None and not _in_column(one, inked, size / page.scale):
            sure = min(sure, ink.DOUBT)  # perhaps letters that were taken for a box
        if one.read and not value:
            sure = min(sure, ink.DOUBT)  # by itself it looks ticked: perhaps nearly all of them are
        found.append(replace(one, value=value if sure >= one.threshold else None, read=value, confidence=round(sure, 3)))
    return found


def _doubted(one: Field) -> Field:
    """The field as one that waits for a person."""
    return replace(one, value=None, confidence=min(one.confidence, ink.DOUBT))


def _in_column(one: Field, others: Sequence[Field], side: float) -> bool:
    """Whether another box stands above, below or in one row with this one, as boxes of a form do; ``side`` in widths of
    the page."""
    return any(o is not one and o.box and one.box and (abs(o.box.x0 - one.box.x0) < 0.7 * side or abs(o.box.y0 - one.box.y0) < 0.3 * one.box.height) for o in others)


_MANY = {"priority": 6}
"""Boxes that stand for one fact together, and how many there are."""


def _either(fields: Sequence[Field]) -> Field:
    """Several boxes with one meaning: ticked where one is, blank where all are, else unknown."""
    ticked = [f for f in fields if f.value is True]
    doubtful = [f for f in fields if f.value is None]
    first = (ticked or doubtful or list(fields))[0]
    if not ticked and not doubtful and len(fields) < _MANY.get(first.key, 1):
        return replace(first, value=None, confidence=0.5)  # one that was not found may be ticked
    return first


def _tick_line(page: Page, tick: Tick, used: set[int]) -> tuple[int, int, float] | None:
    wanted = squeezed(tick.printed)[0]
    best: tuple[float, int, int] | None = None
    for index, line in enumerate(page.lines):
        if index in used:
            continue
        for start in _starts(line.text):
            have = squeezed(line.text[start:])[0]
            size = min(len(wanted), len(have), 64)
            if size < min(12, len(wanted)) or (len(wanted) < 14 and have != wanted and not (have.startswith(wanted) and line.text[start:].strip().endswith(":"))):
                continue
            score = alike(wanted[:size], have[:size])
            if score > 0.84 and (best is None or score > best[0]):
                best = (score, index, start)
    return (best[1], best[2], best[0]) if best else None


def _starts(text: str) -> set[int]:
    """Where a label may begin in a line: at once, or after a tick, a number, a bullet."""
    starts = {0}
    for pattern in (_TICKED, _BLANK, _NUMBERED):
        match = pattern.match(text)
        if match:
            starts.add(match.end())
            after = _NUMBERED.match(text[match.end() :])
            if after:
                starts.add(match.end() + after.end())
    if len(text) > 3 and not text[0].isalnum():
        starts.add(1)
    if re.match(r"^\S{1,2}\s+\S", text):  # a tick read as some letter or other
        starts.add(text.index(" ") + 1)
    return starts


def _tick(page: Page, tick: Tick, index: int, start: int, score: float, *, size: float | None = None) -> Field:
    line = page.lines[index]
    # The box stands left of the label's number, where it has one.
    for before in (0, *(m.end() for m in (_TICKED.match(line.text), _BLANK.match(line.text)) if m)):
        number = _NUMBERED.match(line.text[before:])
        if number and before + number.end() == start:
            start = before
    label = place_of(line, start, len(line.text)) if start else line.box
    row = line.box.height
    threshold = THRESHOLDS["box"]
    quote = line.text[:120]

    def made(value: bool, confidence: float, box: Box | None, how: str) -> Field:
        confidence *= min(1.0, 0.12 + score)
        return Field(tick.box, tick.printed, value if confidence >= threshold else None, page.number, box, quote, round(confidence, 3), how, threshold, value)

    near = [m for m in page.marks if m.box.same_row(line.box) and -0.012 <= label.x0 - m.box.x1 <= 4.5 * row / page.scale]
    if near:
        mark = min(near, key=lambda m: label.x0 - m.box.x1)
        return made(mark.ticked, 0.999, mark.box, mark.how)
    if page.image is not None:
        measured = ink.ticked(page.image(), label, row=min(row, 0.02), specks=page.specks, scanned=line.how == "recognized", size=size)
        if measured is not None:
            return made(measured[0], measured[1], measured[2], "ink")
        return made(False, 0.3, None, "ink")
    if _TICKED.match(line.text):
        return made(True, 0.97, line.box, "text")
    return made(False, 0.97 if _BLANK.match(line.text) else 0.5, line.box, "text")
