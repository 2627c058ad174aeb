"""Which form a page is: the number and edition in its footer, its title, and words that only it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dueprocess.papers.known import BY_KIND, FORMS, Edition, Form
from dueprocess.papers.values import Box, Line
from dueprocess.papers.words import begins, edits, locate

KIND_THRESHOLD = 0.8
"""Below this confidence a page's kind, or its edition, is not known."""

_NUMBER = re.compile(r"f[o0]\w{1,3}\W{0,3}([il1|!t]?\W{0,3}[0-9oisbzl]{3}\W?[a-z0-9]?)(?![0-9])", re.IGNORECASE)
_EDITION = re.compile(r"\(?\s*(?:rev\.?\s*)?([0-9oil]{1,2})\s*[/|\-]\s*(?:[0-9oil]{1,2}\s*[/|\-]\s*)?((?:19|20)?[0-9oil]{2})\s*\)?\s*(?:[yn])?", re.IGNORECASE)
_PAGE = re.compile(r"pa[gq]e\s*(\d{1,3})\s*[o0]f\s*(\d{1,3})", re.IGNORECASE)
_DIGITS = str.maketrans({"o": "0", "i": "1", "l": "1", "s": "5", "b": "8", "z": "2", "|": "1", "!": "1"})
_COVER = ("FAX COVER SHEET", "FACSIMILE TRANSMITTAL SHEET", "FAX TRANSMISSION", "FACSIMILE COVER SHEET")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a page seems to be. ``kind`` is null where nothing is known; ``doubt`` says why it may be wrong."""

    kind: str | None
    edition: str | None
    confidence: float
    edition_confidence: float
    signs: tuple[tuple[str, str, Box | None], ...]
    """(sign, quote, place): what it was known by."""
    page: int | None = None
    pages: int | None = None
    continued: bool = False
    doubt: str = ""
    edition_how: str = "text"


def classify(lines: Sequence[Line]) -> Guess:
    """The kind and edition of a page from its lines."""
    signs: list[tuple[str, str, Box | None]] = []
    number, edition_text, number_line = _footer(lines)
    title, title_line, title_likeness = _title(lines)
    anchors = {f.kind: sum(1 for a in f.anchors if any(_has(a, line.text) for line in lines)) for f in FORMS}
    page, pages = _page_numbers(lines)
    if number_line is not None:
        signs.append(("form number", number_line.text, number_line.box))
    if title_line is not None:
        signs.append(("title", title_line.text, title_line.box))
    numbered = [f for f in FORMS if number in f.numbers] if number else []
    titled = [f for f in FORMS if title in f.titles] if title else []
    doubt = ""
    form: Form | None = None
    confidence = 0.0
    continued = page is not None and page > 1
    if numbered:
        form, confidence = numbered[0], 0.93
        if titled and form in titled:
            confidence = 0.99
        elif titled and not continued:
            # A misread number must not win over a title and the body: i-247 for i-247a is the usual one.
            rival = max(titled, key=lambda f: anchors[f.kind])
            if anchors[rival.kind] > anchors[form.kind]:
                form, confidence = rival, 0.9
            else:
                doubt = f"the footer says [{number}], the title is another form's"
        twins = [f for f in titled if f is not form and set(f.titles) & set(form.titles)]
        for twin in twins:
            if anchors[twin.kind] > 1 and anchors[form.kind] == 0:
                form, confidence = twin, 0.93
    elif titled:
        form = max(titled, key=lambda f: anchors[f.kind])
        shared = len([f for f in titled]) > 1
        if shared and anchors[form.kind] == 0:
            doubt = "several forms have this title, and the footer cannot be read"
        confidence = 0.93 if anchors[form.kind] else 0.86
        confidence *= title_likeness
    else:
        strong = [f for f in FORMS if f.numbers and anchors[f.kind] >= 2]
        if len(strong) == 1:
            form, confidence = strong[0], 0.86
            signs.append(("wording", f"{anchors[form.kind]} passages of this form", None))
    if form is None and not continued:
        court = _court_paper(lines)
        if court is not None:
            signs.append(("title", court[1].text, court[1].box))
            return Guess(court[0], None, round(0.86 * court[1].confidence, 3), 1.0, tuple(signs), page, pages)
    if form is None:
        kept = next((f for f in FORMS for c in f.continued if any(locate(c, line.text) for line in lines)), None)
        if kept is not None:
            return Guess(None, None, 0.0, 0.0, tuple(signs), page, pages, continued=True)
        if any(locate(c, line.text) for c in _COVER for line in lines[:25]):
            return Guess("cover", None, 0.95, 0.0, tuple(signs), page, pages)
        return Guess(None, None, 0.0, 0.0, tuple(signs), page, pages, continued=continued)
    low = min((s.confidence for s in (number_line, title_line) if s is not None), default=1.0)
    confidence = confidence if max((s.confidence for s in (number_line, title_line) if s is not None), default=1.0) > 0.8 else confidence * low
    edition, sure, how = _edition(form, edition_text, lines)
    if number_line is not None and how == "text":
        sure *= number_line.confidence
    if not continued and form.continued and any(locate(c, line.text, start_only=True) for c in form.continued for line in lines) and not titled:
        continued = True
    if doubt:
        confidence = min(confidence, 0.5)
    return Guess(form.kind, edition, round(confidence, 3), round(sure, 3), tuple(signs), page, pages, continued, doubt, how)


def _footer(lines: Sequence[Line]) -> tuple[str | None, str, Line | None]:
    """The form number (``247a``), the words after it, and the line that has them: the lowest such line."""
    for line in sorted(lines, key=lambda one: -one.box.y0):
        for match in _NUMBER.finditer(line.text):
            # A form that the text merely mentions ("request on Form I-247") has no edition behind it.
            raw = "".join(c for c in match[1].lower() if c.isalnum())
            raw = raw[1:] if raw[:1] in "il1t" and len(raw) > 3 else raw
            digits, tail = raw[:3].translate(_DIGITS), raw[3:4]
            tail = {"4": "a", "0": "d", "6": "g"}.get(tail, tail)
            for candidate in (digits + tail, digits):
                if any(candidate in f.numbers for f in FORMS):
                    after = line.text[match.end() :]
                    beside = " ".join(o.text for o in lines if o is not line and o.box.same_row(line.box) and o.box.x0 >= line.box.x1 - 0.01)
                    at_edge = line.box.y0 > 0.75 or line.box.y0 < 0.06
                    if _EDITION.search(after) or _EDITION.match(beside) or at_edge:
                        return candidate, f"{after} {beside}", line
    return None, "", None


def _title(lines: Sequence[Line]) -> tuple[str | None, Line | None, float]:
    best: tuple[float, int, str, Line] | None = None
    for line in lines:
        if line.box.y0 > 0.5 or len(line.text) > 130:
            continue
        letters = [c for c in line.text if c.isalpha()]
        capitals = bool(letters) and sum(c.isupper() for c in letters) / len(letters) > 0.3
        for form in FORMS:
            for title in form.titles:
                if not capitals and form.judge:
                    continue
                found = locate(title, line.text)
                # A title stands alone on its line; words in a sentence are none.
                if found is None or len(line.text.strip()) > 1.25 * len(title) + 10:
                    continue
                rank = (found[2], len(title))
                if best is None or rank > (best[0], best[1]):
                    best = (found[2], len(title), title, line)
    return (best[2], best[3], best[0]) if best else (None, None, 0.0)


_OF_A_COURT = re.compile(r"(?:united\s*states\s*district|superior|circuit|district|county|municipal|justice|criminal)\s*court|court\s*of\s*common\s*pleas", re.IGNORECASE)
_KEEPS = re.compile(r"\b(?:keep|hold|held|detain|detained|remain|commit|committed|remanded?)\b.{0,90}\bcustody|\bcommitted\s+to\b", re.IGNORECASE)


def _court_paper(lines: Sequence[Line]) -> tuple[str, Line] | None:
    """A court's paper whose title is not among those known: by the court in its heading and the word in its title."""
    if not any(line.box.y0 < 0.3 and len(line.text) < 90 and _OF_A_COURT.search(line.text) and "immigration" not in line.text.lower() for line in lines):
        return None
    body = " ".join(line.text for line in lines)
    for line in lines:
        letters = [c for c in line.text if c.isalpha()]
        if line.box.y0 > 0.5 or not 5 < len(letters) < 60 or sum(c.isupper() for c in letters) < 0.8 * len(letters) or "COURT" in line.text:
            continue
        words = line.text.upper()
        if "WARRANT" in words and "SEARCH" not in words:
            return "judicial_warrant", line
        if "PROBABLE CAUSE" in words:
            return "probable_cause_affidavit", line
        if ("ORDER" in words or "COMMITMENT" in words) and "RELEASE" not in words and _KEEPS.search(body):
            return "court_order", line
    return None


def _edition(form: Form, text: str, lines: Sequence[Line]) -> tuple[str | None, float, str]:
    if not form.editions:
        return None, 1.0, "text"
    written = [(m[1].lower().translate(_DIGITS), m[2].lower().translate(_DIGITS)[-2:]) for m in _EDITION.finditer(text)]
    worded = next((e.name for e in form.editions if e.wording and all(any(_has(w, line.text) for line in lines) for w in e.wording)), None)
    for month, year in written:
        for edition in form.editions:
            if int(month) == edition.month and int(year) == edition.year % 100:
                # The footer decides; where the wording is another edition's, one of the two was misread.
                return edition.name, 0.99 if worded in (None, edition.name) else 0.7, "text"
    for month, year in written:
        near = [e for e in form.editions if edits(f"{month}/{year}", _footer_of(e, len(month)), 1) <= 1]
        if worded is not None and any(e.name == worded for e in near):
            return worded, 0.95, "wording"
        if len(near) == 1 and worded is None:
            return near[0].name, 0.7, "text"
    if worded is not None and not written:
        return worded, 0.9, "wording"
    if worded is not None:
        return worded, 0.7, "wording"  # the footer says something else that is no edition
    if len(form.editions) == 1 and form.kind.startswith("i-247") and not written:
        return form.editions[0].name, 0.9, "wording"  # there is no other
    return None, 0.0, "text"


def _footer_of(edition: Edition, digits: int) -> str:
    return f"{edition.month:0{digits}d}/{edition.year % 100:02d}"


def _page_numbers(lines: Sequence[Line]) -> tuple[int | None, int | None]:
    for line in sorted(lines, key=lambda one: -one.box.y0):
        match = _PAGE.search(line.text)
        if match and (line.box.y0 > 0.75 or line.box.y0 < 0.1):
            page, pages = int(match[1]), int(match[2])
            if 1 <= page <= pages <= 50:
                return page, pages
    return None, None


def form_of(kind: str | None) -> Form | None:
    """The form of a kind; None for what is none of ours."""
    return BY_KIND.get(kind or "")


def _has(words: str, text: str) -> bool:
    """Whether a passage stands in a line, or a line begins with it; a passage may go on in the next line."""
    return locate(words[:60], text) is not None or (len(text) > 14 and begins(words, text, least=16))
