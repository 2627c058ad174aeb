"""Values at their printed labels, ticks in their boxes, ink above the signature's line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dueprocess.papers import ink
from dueprocess.papers.custody_files import agency_of
from dueprocess.papers.dates import read_date, read_moment, worn_date
from dueprocess.papers.labels import SURE_CAPTION, Hit, find_labels
from dueprocess.papers.page import THRESHOLDS, Page, place_of
from dueprocess.papers.printed import Form, Label
from dueprocess.papers.signers import title_of
from dueprocess.papers.ticks import read_ticks
from dueprocess.papers.values import Box, Field, Line, Personal
from dueprocess.papers.words import locate, plain, squeezed

WORN = 0.8
"""The most confidence of what was put together from a worn print: it waits for a person."""


def read_fields(page: Page, form: Form) -> list[Field]:
    """Every field of the form that has its label on this page."""
    hits = find_labels(page, form.labels)
    found: list[Field] = []
    for hit in hits:
        if hit.label.key.startswith("-"):
            continue
        value = _ink(page, hit, hits) if hit.label.kind == "ink" else _written(page, hit, hits)
        before = next((f for f in found if f.key == value.key), None)
        if before is None:
            found.append(value)
            if hit.label.kind == "office" and value.quote:
                found.append(replace(value, key="office", value=value.quote if value.certain else None, read=value.quote))
        elif before.read == "" and value.read not in (None, "") and hit.label.kind not in ("title", "ink"):
            found[found.index(before)] = value
    refers = _reference(page) if form.kind.startswith("i-247") else None
    return [*found, *read_ticks(page, form), *([refers] if refers is not None else [])]


_ATTACHED = re.compile(r"\b(?:attached|accompan\w+|enclosed)\b.{0,40}?\bform\s*[il1|]\W{0,2}(200|205)\b", re.IGNORECASE)


def _reference(page: Page) -> Field | None:
    """The warrant that a detainer says is attached, written in by whoever filled it in."""
    for line in page.lines:
        match = _ATTACHED.search(line.text)
        if match:
            threshold = THRESHOLDS["text"]
            kind = f"i-{match[1]}"
            return Field("refers_to", "", kind if line.confidence >= threshold else None, page.number, line.box, match[0], round(line.confidence, 3), line.how, threshold, kind)
    return None


# -- values ------------------------------------------------------------------------------------------------------


def _written(page: Page, hit: Hit, hits: Sequence[Hit]) -> Field:
    text, box, confidence, how = _raw(page, hit, hits)
    if not text.strip(" _.,:;|") and how == "recognized" and page.image is not None and not _bare(page, hit, hits):
        confidence = min(confidence, 0.4)  # something stands there that was not found as words
    confidence *= min(1.0, 0.1 + hit.score)
    if hit.label.place == "above" and hit.score < SURE_CAPTION:
        confidence = min(confidence, 0.6)
    return make_field(hit.label, text, page=page.number, box=box, confidence=confidence, how=how)


def _bare(page: Page, hit: Hit, hits: Sequence[Hit]) -> bool:
    """Whether the place of a value is blank paper."""
    assert page.image is not None
    line = page.lines[hit.index]
    label = place_of(line, hit.start, hit.end)
    row = min(line.box.height, 0.02)
    if hit.label.place in ("above", "below"):
        place = Box(label.x0, label.y0 - 2.0 * row, min(1.0, label.x0 + 0.3), label.y0 - 0.35 * row) if hit.label.place == "above" else Box(label.x0, label.y1 + 0.3 * row, min(1.0, label.x0 + 0.3), label.y1 + 1.4 * row)
    else:
        later = [o.box.x0 for o in page.lines if o is not line and o.box.same_row(line.box) and o.box.x0 > label.x1]
        later += [place_of(line, h.start, h.end).x0 for h in hits if h.index == hit.index and h.start > hit.start]
        # In a joined line the words after the blank follow at once, and there is no room for a value.
        right = min([*later, label.x1 + 0.16, 1.0])
        place = Box(label.x1 + 0.012, line.box.y0 - 0.15 * row, right - 0.006, line.box.y1 + 0.05 * row)
    if place.width < 0.02 or hit.end < len(line.text) - 2:
        return True
    return ink.bare(page.image(), place, row=row, specks=page.specks)


_PERSONAL = {"name": 0, "file_number": 7, "booking_number": 1}
"""What is compared and never shown, and how many digits it has at least."""


def make_field(label: Label, text: str, *, page: int, box: Box | None, confidence: float, how: str) -> Field:
    """A field of what stands at a label; below its threshold, or where nothing legible stands, its value is null."""
    threshold = THRESHOLDS[label.kind]
    text = " ".join(text.split()).strip(" _:;|")
    if not any(c.isalnum() for c in text):
        text = ""  # a bracket of the label
    personal: Personal | None = None
    quote = text[:160]
    value: object = None
    if label.kind == "date":
        day = read_date(text)
        if day is None and how == "recognized" and (day := worn_date(text)) is not None:
            confidence = min(confidence, WORN)
        value = day.isoformat() if day else None
    elif label.kind == "moment":
        moment = read_moment(text)
        value = moment.isoformat(timespec="minutes") if hasattr(moment, "hour") else moment.isoformat() if moment else None  # type: ignore[union-attr, call-arg]
    elif label.kind == "title":
        value, quote = title_of(text)
    elif label.kind in _PERSONAL:
        if text and sum(c.isdigit() for c in text) < _PERSONAL[label.kind]:
            confidence = min(confidence, 0.5)
        personal = Personal(text) if text else None
        value, quote = ("present" if text else None), ""
    elif label.kind == "office":
        value, quote = _office(text)
    elif label.kind == "agency":
        value, quote = agency_of(text)
    elif label.kind == "number":
        value = text if sum(c.isdigit() for c in text) >= 2 else None
        if how == "recognized" and any(word.isalpha() and len(word) > 3 for word in text.split()):
            confidence = min(confidence, 0.6)  # a stamp's word, perhaps
    else:
        value = text or None
    if text and value is None and label.kind in ("date", "moment", "title", "number"):
        confidence = min(confidence, 0.4)  # something stands there that makes no sense
    if label.kind in _PERSONAL:
        quote = ""
    read = value
    if confidence < threshold:
        value = None
    return Field(label.key, label.printed, value, page, box, quote, round(confidence, 3), how, threshold, read if text else "", personal)


def _office(text: str) -> tuple[str | None, str]:
    """The issuing agency (ice, cbp, or nobody knows), and the office's name: what stands before its address."""
    low = plain(text)
    ice = re.search(r"\bice\b|customs enforcement|enforcement and removal|\bero\b", low)
    cbp = re.search(r"\bcbp\b|border protection|border patrol", low)
    value = "ice" if ice and not cbp else "cbp" if cbp and not ice else None
    name = re.split(r"\d", text, maxsplit=1)[0].strip(" ,;.-")
    known = [m for m in (ice, cbp) if m]
    return value, name[:120] if known and min(m.start() for m in known) < len(name) else known[0][0] if value else ""


def _raw(page: Page, hit: Hit, hits: Sequence[Hit]) -> tuple[str, Box | None, float, str]:
    if hit.label.place == "inline":
        return _inline(page, hit, hits)
    if hit.label.place == "right":
        return _right(page, hit, hits)
    if hit.label.place == "before":
        return _before(page, hit, hits)
    return _stacked(page, hit, hits, above=hit.label.place == "above")


def _right(page: Page, hit: Hit, hits: Sequence[Hit]) -> tuple[str, Box | None, float, str]:
    line = page.lines[hit.index]
    after = [h.start for h in hits if h.index == hit.index and h.start >= hit.end]
    end = min(after, default=len(line.text))
    parts: list[tuple[str, Box, float, str]] = []
    own = line.text[hit.end : end].strip(" :_|")
    if own:
        parts.append((own, place_of(line, hit.end, end), line.confidence, line.how))
    if not after:
        labeled = {h.index for h in hits}
        edge = line.box.x1
        same = [(i, o) for i, o in enumerate(page.lines) if i != hit.index and o.box.same_row(line.box) and o.box.x0 >= place_of(line, hit.start, hit.end).x1 - 0.01]
        for index, other in sorted(same, key=lambda p: p[1].box.x0):
            if index in labeled or other.box.x0 - edge > 0.3 or (parts and hit.label.kind in ("date", "number", "file_number", "booking_number") and other.box.x0 - edge > 0.06):
                break
            parts.append((other.text, other.box, other.confidence, other.how))
            edge = other.box.x1
    return _gathered(parts, line)


def _inline(page: Page, hit: Hit, hits: Sequence[Hit]) -> tuple[str, Box | None, float, str]:
    line = page.lines[hit.index]
    row = sorted((o for o in page.lines if o.box.same_row(line.box) and o.box.x0 >= line.box.x0 - 0.001), key=lambda o: o.box.x0)
    below = [o for o in page.lines if 0 < o.box.y0 - line.box.y0 < 2.2 * line.box.height and not o.box.same_row(line.box)]
    parts: list[tuple[str, Box, float, str]] = []
    for number, other in enumerate([*row, *sorted(below, key=lambda o: o.box.x0)[:1]]):
        if number >= len(row) and parts and hit.label.kind != "name":
            break
        start = hit.end if other is line else 0
        text = other.text[start:]
        stop = _until(hit.label.until, text)
        piece = text if stop is None else text[:stop]
        if any(c.isalnum() for c in piece):  # a bracket of the label is no value
            parts.append((piece.strip(" _,:;|"), place_of(other, start, start + len(piece)), other.confidence, other.how))
        if stop is not None:
            break
    else:
        if hit.label.kind == "name":
            return "", None, line.confidence, line.how  # the sentence goes on otherwise: it is another one
    return _gathered(parts, line)


def _before(page: Page, hit: Hit, hits: Sequence[Hit]) -> tuple[str, Box | None, float, str]:
    line = page.lines[hit.index]
    start = max((h.end for h in hits if h.index == hit.index and h.end <= hit.start), default=0)
    own = line.text[start : hit.start].strip(" _,.:;|")
    if own.lower().startswith("on "):
        own = own[3:]
    if any(c.isalnum() for c in own):
        return _gathered([(own, place_of(line, start, hit.start), line.confidence, line.how)], line)
    place = place_of(line, hit.start, hit.end)
    left = [o for o in page.lines if o is not line and o.box.same_row(line.box) and 0 <= place.x0 - o.box.x1 < 0.15]
    if left:
        other = max(left, key=lambda o: o.box.x1)
        return _gathered([(other.text, other.box, other.confidence, other.how)], line)
    return _stacked(page, hit, hits, above=True)


def _until(words: str, text: str) -> int | None:
    """Where the words after a blank begin; their start is enough, since a line may break in them."""
    low = plain(text)
    if words == "(date)":
        at = re.search(r"[(\[{]?\s*date\s*[)\]}]?", low)
        return at.start() if at else None
    first = " ".join(words.strip(" ,").split()[:2])  # the line may break after them
    found = locate(first, text)
    return found[0] if found else None


def _stacked(page: Page, hit: Hit, hits: Sequence[Hit], *, above: bool) -> tuple[str, Box | None, float, str]:
    line = page.lines[hit.index]
    label = place_of(line, hit.start, hit.end)
    beside = [place_of(page.lines[h.index], h.start, h.end).x0 for h in hits if h is not hit and page.lines[h.index].box.same_row(line.box) and place_of(page.lines[h.index], h.start, h.end).x0 > label.x0 + 0.05]
    left, right = label.x0 - 0.02, min(beside, default=1.0) - 0.01
    labeled = {h.index for h in hits}
    parts: list[tuple[str, Box, float, str]] = []
    edge = label.y0 if above else label.y1
    height = label.height
    for _ in range(int(hit.label.rows)):
        rows = []
        for index, other in enumerate(page.lines):
            middle = (other.box.x0 + min(other.box.x1, right)) / 2
            if other.box.x0 < left - 0.005 or other.box.x0 > right or middle > right:
                continue
            gap = edge - other.box.y1 if above else other.box.y0 - edge
            if -0.45 * height <= gap <= 1.25 * height and index != hit.index:
                rows.append((index, other))
        if not rows or any(index in labeled for index, _ in rows):
            # The rest of a label that runs over two lines is still label.
            rest = [o for i, o in rows if i not in labeled]
            if not rest or not rows:
                break
            rows = [(0, o) for o in rest]
        texts: list[tuple[str, Box, float, str]] = []
        for _, other in sorted(rows, key=lambda p: p[1].box.x0):
            # The rest of a label that runs over two lines is no value.
            if above or len(squeezed(other.text)[0]) <= 5 or not locate(other.text, hit.label.printed):
                texts.append((other.text, other.box, other.confidence, other.how))
        nearest = max((o.box.y0 for _, o in rows), default=edge) if not above else min(o.box.y0 for _, o in rows)
        edge = nearest if above else max(o.box.y1 for _, o in rows)
        parts += texts
    return _gathered(parts, line)


def _gathered(parts: Sequence[tuple[str, Box, float, str]], line: Line) -> tuple[str, Box | None, float, str]:
    """Blank is an answer too: it is as sure as the label's line was read."""
    if not parts:
        return "", None, line.confidence, line.how
    box = parts[0][1]
    for part in parts[1:]:
        box = box.around(part[1])
    return " ".join(p[0] for p in parts), box, min(p[2] for p in parts), parts[0][3]


# -- signatures --------------------------------------------------------------------------------------------------

_SIGNED_TEXT = re.compile(r"/s/|digitally signed|electronically signed|e-?signed", re.IGNORECASE)


def _ink(page: Page, hit: Hit, hits: Sequence[Hit]) -> Field:
    line = page.lines[hit.index]
    caption = place_of(line, hit.start, hit.end)
    threshold = THRESHOLDS["ink"]
    beside = [place_of(page.lines[h.index], h.start, h.end).x0 for h in hits if h is not hit and page.lines[h.index].box.same_row(line.box)]
    right = min((x for x in beside if x > caption.x0 + 0.05), default=min(1.0, caption.x0 + max(caption.width * 1.6, 0.3)))
    row = min(line.box.height, 0.02)

    def made(value: bool, confidence: float, box: Box | None, how: str) -> Field:
        if hit.score < SURE_CAPTION:
            confidence = min(confidence, 0.6)
        return Field(hit.label.key, hit.label.printed, value if confidence >= threshold else None, page.number, box, "", round(confidence, 3), how, threshold, value)

    for place in page.signatures:
        if place.beside(caption) > 0.3 and -0.02 < caption.y0 - place.y1 < 4 * row:
            return made(True, 0.97, place, "form field")
    text, box, confidence, how = _stacked(page, replace_rows(hit), hits, above=True)
    if _SIGNED_TEXT.search(text):
        return made(True, min(0.95, confidence), box, how)
    if page.image is not None:
        above = [o.box for o in page.lines if o.box.y1 <= caption.y0 - 1.2 * row and o.box.beside(Box(caption.x0, 0, right, 1)) > 0.2 and caption.y0 - o.box.y1 < 3.5 * row and o.confidence > 0.85 and len(o.text) > 24]
        value, sure, place = ink.signed(page.image(), caption, row=row, right=right - 0.01, text_above=max(above, key=lambda b: b.y1, default=None))
        return made(value, sure, place, "ink")
    if page.marks or how == "form field":
        return made(False, 0.5, None, how)
    return made(bool(re.search(r"[A-Za-z]{2}", text)), 0.6 if text else 0.8, box, how)


def replace_rows(hit: Hit) -> Hit:
    """The same hit, looking at one row only."""
    return replace(hit, label=replace(hit.label, rows=1))
