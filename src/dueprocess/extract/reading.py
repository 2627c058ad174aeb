"""A capture to all that is read out of it, by rules and a small fitted model: no network."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

from dueprocess.extract.capture import Capture
from dueprocess.extract.claims import by_rules
from dueprocess.extract.counts import counts
from dueprocess.extract.dates import days
from dueprocess.extract.gazetteer import survey
from dueprocess.extract.grounding import Entry, grounded
from dueprocess.extract.incidents import incidents
from dueprocess.extract.model import Extraction, Unresolved
from dueprocess.extract.rulings import rulings
from dueprocess.extract.sentences import sentences
from dueprocess.extract.settling import settled
from dueprocess.extract.stances import about_detainers, may_tell
from dueprocess.extract.statutes import statutes
from dueprocess.extract.wording import word_set

_WORD = re.compile(r"[A-Za-zÀ-ÿ']+")
_ENGLISH = word_set("small words")
_OF_LISTS = (_ENGLISH | word_set("words of lists")) - {"a"}  # which is a small word elsewhere, too
# Of an English text's words, far more than this share are in the list; of a Spanish or French one's, hardly any.
_LEAST_ENGLISH = 0.15
# Of the words in small letters of an English list more than this share are words of sentences or of lists.
_LEAST_OF_LISTS = 0.15
_FEWEST_WORDS = 30


def read(capture: Capture) -> Extraction:
    """What a capture says, each entry grounded in its text."""
    text = capture.text
    notes: list[str] = []
    if not text.strip():
        return Extraction(capture)
    if not _is_english(text):
        return Extraction(capture, notes=("not read: the text is no running English (another language, or a table)",))
    if capture.published is None:
        day = _dated(text)
        if day is not None:
            capture = replace(capture, published=day, published_basis="the text says so")
    text, back = prepared(text)
    parts = sentences(text)
    about = about_detainers(text)
    if not about and not may_tell(text):
        laws = grounded(capture.text, _restored(capture.text, statutes(text), back))[0] if "detainer" in text.lower() else []
        return Extraction(capture, statutes_regs=tuple(laws), notes=("nothing on immigration detainers",))
    places = survey(text, title=capture.title, publisher=capture.publisher)
    whole = capture.text
    told = by_rules(text, parts, places, published=capture.published, title=capture.title)
    got_claims, a = grounded(whole, _restored(whole, settled(told, parts, capture.published), back))
    if not about and not got_claims:
        got_laws, _ = grounded(whole, _restored(whole, statutes(text), back)) if "detainer" in text.lower() else ([], 0)
        return Extraction(capture, statutes_regs=tuple(got_laws), notes=("nothing on immigration detainers",))
    got_counts, b = grounded(whole, _restored(whole, counts(text, parts, places, published=capture.published, stated=bool(got_claims)), back))
    got_rulings, c = grounded(whole, _restored(whole, rulings(text), back))
    got_laws, d = grounded(whole, _restored(whole, statutes(text), back))
    got_incidents, e = grounded(whole, _restored(whole, incidents(text, parts, places, stated=bool(got_claims)), back))
    if a + b + c + d + e:
        notes.append(f"{a + b + c + d + e} entries were not grounded and are left out")
    listed = [Unresolved(name=name, states=states, quote=text[at : at + len(name)], start=at, end=at + len(name)) for name, states, at in places.unresolved]
    unresolved, _ = grounded(whole, _restored(whole, listed, back))
    return Extraction(
        capture, tuple(got_claims), tuple(got_counts), tuple(got_rulings), tuple(got_laws), tuple(got_incidents),
        unresolved=tuple(unresolved), notes=tuple(notes),
    )  # fmt: skip


def _is_english(text: str) -> bool:
    """Whether a text is English: many small words, or, in a list or a table, which is half names, many of its words in small letters known."""
    words = _WORD.findall(text)
    small = [w for w in words if w[0].islower()]
    least = _LEAST_ENGLISH if len(words) >= 3 * _FEWEST_WORDS else _LEAST_ENGLISH * 2 / 3  # a few sentences tell less
    return len(words) < _FEWEST_WORDS or sum(w.lower() in _ENGLISH for w in words) >= least * len(words) or sum(w.lower() in _OF_LISTS for w in small) > _LEAST_OF_LISTS * len(small)


def prepared(text: str) -> tuple[str, Callable[[int], int]]:
    """The text as the rules read it, and the way from its offsets back to the given text's."""
    return _joined(_evened(text))


_SPLIT = re.compile(r"(?<=[a-z])(?:-|\u00ad)[ \t]*\n[ \t]*(?=[a-z])")
# Line numbers of a transcript, marks of a quoted e-mail: what stands before a line's words and is none of them.
_NUMBERED = re.compile(r"^[ \t]{0,8}\d{1,2}(?=[ \t]{2,}\S)", re.MULTILINE)
_QUOTED = re.compile(r"^(?:[ \t]*>)+(?=[ \t]|$)", re.MULTILINE)
_FEWEST_NUMBERED = 8
_TABLE_ROW = re.compile(r"^[^\n|]*(?:\|[^\n|]*){2,}$", re.MULTILINE)
# Three lines or more of three columns or more that only spaces part: a table without bars.
_ALIGNED = re.compile(r"(?:^[ ]*\S+(?:[ ]\S+)*(?:[ ]{2,}\S+(?:[ ]\S+)*){2,}[ ]*(?:\n|\Z)){3,}", re.MULTILINE)
# A line drawn under a table's head or between its rows.
_RULED = re.compile(r"^[ \t]*[-=_+|:.]*(?:-{3}|={3}|_{3})[-=_+|: \t.]*$", re.MULTILINE)
_GAP = re.compile(r"(?<=\S)[ ]{2,}(?=\S)")
_LONG_NAME = re.compile(r"(?:U\.S\.[ \n])?Immigration[ \n](?:and|&)[ \n]Customs[ \n]Enforcement\b")
_DOTTED = re.compile(r"\b(?:I\. ?C\. ?E\.)(?![A-Za-z])")


def _evened(text: str) -> str:
    """The text with its typing made alike, character for character of the same length: offsets stay.

    Endless words become spaces, curly marks straight ones, ``I.C.E.`` becomes ``ICE``, a table's bars become tabs; a transcript's line
    numbers and an e-mail's ``>`` become spaces.
    """
    text = _ENDLESS.sub(lambda m: " " * len(m.group()), text.translate(_STRAIGHT))
    if len(_MISREAD.findall(text)) >= _FEWEST_MISREAD:
        text = _MISREAD.sub(_as_letters, text)
    text = _DOTTED.sub(lambda m: "ICE" + " " * (len(m.group()) - 3), text)
    text = _LONG_NAME.sub(lambda m: "ICE" + re.sub(r"[^\n]", " ", m.group()[3:]), text)
    if "|" in text:
        text = _TABLE_ROW.sub(lambda m: m.group().replace("|", "\t"), text)
    if "  " in text:
        text = _ALIGNED.sub(lambda m: _GAP.sub(lambda g: "\t" + " " * (len(g.group()) - 1), m.group()), text)
    text = _RULED.sub(lambda m: " " * len(m.group()), text)
    text = _QUOTED.sub(lambda m: " " * len(m.group()), text)
    if len(_NUMBERED.findall(text)) >= _FEWEST_NUMBERED:
        text = _NUMBERED.sub(lambda m: " " * len(m.group()), text)
    return text


# What is no word, and costs the square of its length to look for names in: a hash, a drawn line, encoded bytes.
_ENDLESS = re.compile(r"\w{100,}")
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "\u2011": "-"})

# Words of a scan in which letters were read as digits, or I as l: "C0UNTY", "wi1l", "t0", "SHERlFF", "lmmigration". Not "1st", "48hrs", "HB10".
_MISREAD = re.compile(
    r"\b(?:l[fn]|0[nfrKNFR]|[tnsdgTNSDG]0|(?!\d+(?:st|nd|rd|th|am|pm|s|hrs?)\b|[A-Z]+\d*[1-9]\d*\b)(?=\w*[A-Za-z])(?=\w*[01])[A-Za-z01]{3,}|[A-Z]*l[A-Z]+[A-Za-z]*|l[b-df-hjkmnp-tv-xz][a-z]{3,})\b"
)
_FEWEST_MISREAD = 4


def _as_letters(match: re.Match[str]) -> str:
    word = match.group()
    if re.sub(r"[01l]", "", word).isupper() and len(word) > 1:
        return word.translate(_CAPITALS)
    capital = re.match(r"l[^aeiouly]", word) or (word[0] == "0" and len(word) >= _LONG_WORD)
    return word[0].translate(_CAPITALS if capital else _SMALL) + word[1:].translate(_SMALL)


_LONG_WORD = 6
_CAPITALS, _SMALL = str.maketrans("01l", "OII"), str.maketrans("01", "ol")


def _joined(text: str) -> tuple[str, Callable[[int], int]]:
    """The text with words made whole that a line's end had split, and the way from its offsets back to the capture's."""
    cuts = [(m.start(), m.end()) for m in _SPLIT.finditer(text)]
    if not cuts:
        return text, lambda at: at
    places: list[int] = []  # offsets in the joined text at which something was taken out
    taken = 0
    sums: list[int] = []
    for begin, end in cuts:
        places.append(begin - taken)
        taken += end - begin
        sums.append(taken)

    def back(at: int) -> int:
        found = bisect_right(places, at - 1)
        return at + (sums[found - 1] if found else 0)

    return _SPLIT.sub("", text), back


def _restored(text: str, entries: Sequence[Entry], back: Callable[[int], int]) -> list[Entry]:
    """The entries with the offsets and words of the capture."""
    found = []
    for entry in entries:
        start, end = back(entry.start), back(entry.end)
        found.append(entry if text[start:end] == entry.quote and start == entry.start else replace(entry, start=start, end=end, quote=text[start:end]))
    return found


def _dated(text: str) -> str | None:
    """The day that stands by itself in the head of a text."""
    for day in days(text[:600], None):
        if len(day.iso) == 10:
            return day.iso
    return None
