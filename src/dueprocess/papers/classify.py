"""Which form a page is: the number and edition in its footer, its title, and words that only it has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dueprocess.papers.known import BY_KIND, FORMS
from dueprocess.papers.printed import Edition, Form
from dueprocess.papers.values import Box, Line
from dueprocess.papers.words import bare, begins, edits, locate

KIND_THRESHOLD = 0.8
"""Below this confidence a page's kind, or its edition, is not known."""

_NUMBER = re.compile(r"f[o0a]\w{1,3}\W{0,3}([il1|!t]?\W{0,3}[0-9oisbzl]{3}\W?[a-z0-9]?)(?![0-9])", re.IGNORECASE)
_EDITION = re.compile(r"\(?\s*(?:rev\.?\s*)?([0-9oil]{1,2})\s*[/|\-]\s*(?:[0-9oil]{1,2}\s*[/|\-]\s*)?((?:19|20)?[0-9oil]{2})\s*\)?\s*(?:[yn])?", re.IGNORECASE)
_WORN_EDITION = re.compile(r"\(\s*(?:re\w?\.?\s*)?([0-9oil]{1,2})[\s.,:]{1,2}(?:[0-9oil]{1,2}[\s.,:]{1,2})?((?:19|20)?[0-9oil]{2})(?!\d)", re.IGNORECASE)
"""An edition whose strokes between the numbers were lost: it takes several looks that agree."""
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
    number, footer, number_line = _footer(lines)
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
            elif len(titled) == 1 and any(n.startswith(number or "") for n in rival.numbers):
                form, confidence = rival, 0.9  # the letter after its number was not read
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
    edition, sure, how = _edition(form, footer, number_line.confidence if number_line is not None else 1.0, lines)
    if not continued and form.continued and any(locate(c, line.text, start_only=True) for c in form.continued for line in lines) and not titled:
        continued = True
    if doubt:
        confidence = min(confidence, 0.5)
    return Guess(form.kind, edition, round(confidence, 3), round(sure, 3), tuple(signs), page, pages, continued, doubt, how)


def _footer(lines: Sequence[Line]) -> tuple[str | None, list[str], Line | None]:
    """The form number (``247a``), the words after it as each look at them read them, and the line that has them: the
    lowest such line."""
    for line in sorted(lines, key=lambda one: -one.box.y0):
        beside = " ".join(o.text for o in lines if o is not line and o.box.same_row(line.box) and o.box.x0 >= line.box.x1 - 0.01)
        at_edge = line.box.y0 > 0.75 or line.box.y0 < 0.06
        found = []
        for text in (line.text, *line.again):
            hit = _form_number(bare(text))
            # A form that the text merely mentions ("request on Form I-247") has no edition behind it.
            if hit is not None and (at_edge or _EDITION.search(hit[1]) or _EDITION.match(beside)):
                found.append((hit[0], f"{hit[1]} {beside}"))
        if found:
            return found[0][0], [after for _, after in found], line
    return None, [], None


def _form_number(text: str) -> tuple[str, str] | None:
    """The first form number in a text that is one of ours, and what follows it."""
    for match in _NUMBER.finditer(text):
        raw = "".join(c for c in match[1].lower() if c.isalnum())
        raw = raw[1:] if raw[:1] in "il1t" and len(raw) > 3 else raw
        number, tail = raw[:3].translate(_DIGITS), raw[3:4]
        tail = {"4": "a", "0": "d", "6": "g"}.get(tail, tail)
        for candidate in (number + tail, number):
            if any(candidate in f.numbers for f in FORMS):
                return candidate, text[match.end() :]
    return None


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


def _edition(form: Form, footer: Sequence[str], sure: float, lines: Sequence[Line]) -> tuple[str | None, float, str]:
    """The printing of a form, how sure that is, and by what.

    ``footer``: what each look at the words after the form's number read; ``sure``: how surely the first of them was read.
    """
    if not form.editions:
        return None, 1.0, "text"
    only = form.editions[0].name if len(form.editions) == 1 else None
    looks = [_written(text) for text in footer]
    written = [one for look in looks for one in look]
    worded = next((e.name for e in form.editions if e.wording and all(any(_has(w, line.text) for line in lines) for w in e.wording)), None)
    named = [{e.name for month, year in look for e in form.editions if _same(e, month, year)} for look in looks]
    exact: set[str] = set().union(*named)
    if len(exact) == 1:
        name = exact.pop()
        # The footer decides; where the wording is another edition's, one of the two was misread.
        if worded not in (None, name):
            return name, 0.7, "text"
        agreed = sum(1 for look in named if look)
        if worded == name or only == name or (agreed > 1 and agreed > 0.6 * len(looks)):
            return name, max(0.9, 0.99 * sure), "text"
        return name, 0.99 * sure, "text"
    if exact:
        # Some looks read one, some another: what the form itself says decides, or most of many looks.
        count = sorted(((sum(name in look for look in named), name) for name in exact), reverse=True)
        if worded in exact:
            return worded, 0.9, "wording"
        if worded is None and count[0][0] >= 4 and count[1][0] <= 1:
            return count[0][1], 0.85, "text"
        return count[0][1], 0.6, "text"
    for month, year in written:
        near = [e for e in form.editions if edits(f"{month}/{year}", _footer_of(e, len(month)), 1) <= 1]
        if worded is not None and any(e.name == worded for e in near):
            return worded, 0.95, "wording"
        if len(near) == 1 and worded is None:
            # Clearly printed it would be a printing that nobody here knows.
            return near[0].name, 0.85 if only is not None and len(set(written)) > 1 else 0.7, "text"
    if worded is not None and not written:
        return worded, 0.9, "wording"
    if not written:
        worn = Counter(e.name for text in footer for m in _WORN_EDITION.finditer(text) for e in form.editions if _same(e, *_month_and_year(m)))
        if len(worn) == 1 and 1 < worn.total() > 0.6 * len(footer):
            return next(iter(worn)), 0.85, "text"
    if worded is not None:
        return worded, 0.7, "wording"  # the footer says something else that is no edition
    if only is not None and form.kind.startswith("i-247") and not written:
        return only, 0.9, "wording"  # there is no other
    return None, 0.0, "text"


_APART = re.compile(r"(?<=[0-9oil/-]) +(?=[0-9oil/)-])", re.IGNORECASE)


def _written(text: str) -> list[tuple[str, str]]:
    """The editions in the words after a form's number, as (month, year in two digits); ``(6/1 1)`` is one."""
    return list(dict.fromkeys(_month_and_year(m) for m in (*_EDITION.finditer(text), *_EDITION.finditer(_APART.sub("", text)))))


def _month_and_year(match: re.Match[str]) -> tuple[str, str]:
    return match[1].lower().translate(_DIGITS), match[2].lower().translate(_DIGITS)[-2:]


def _same(edition: Edition, month: str, year: str) -> bool:
    return (int(month), int(year)) == (edition.month, edition.year % 100)


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
