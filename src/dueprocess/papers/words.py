"""Printed words as recognition may have changed them: normal forms, and where a known label stands in a line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

# Recognition takes these for each other; labels and lines are compared after both have been mapped.
_SAME = str.maketrans({"1": "i", "l": "i", "|": "i", "!": "i", "0": "o", "5": "s", "8": "b", "q": "g", "9": "g"})
_ENOUGH = 0.82
"""The least likeness of a label to what was read. Below it a label is not found: a missed label leaves a question, a
label found in the wrong place could leave a wrong answer."""


def plain(text: str) -> str:
    """Lower case, without accents."""
    return bare(text).lower()


def bare(text: str) -> str:
    """Without accents: specks over letters are read as some."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=65536)
def squeezed(text: str) -> tuple[str, tuple[int, ...]]:
    """The letters and digits in normal form, and for each the place in ``text`` that it came from."""
    letters, places = [], []
    for place, character in enumerate(text):
        for part in plain(character).translate(_SAME):
            if part.isalnum():
                letters.append(part)
                places.append(place)
    return "".join(letters), tuple(places)


@lru_cache(maxsize=65536)
def _trigrams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 3] for i in range(len(text) - 2)) or frozenset((text,))


@lru_cache(maxsize=262144)
def locate(label: str, text: str, *, start_only: bool = False) -> tuple[int, int, float] | None:
    """Where ``label`` stands in ``text``: first and last place (half open, in ``text``) and the likeness, 0 to 1."""
    wanted, _ = squeezed(label)
    found, places = squeezed(text)
    if not wanted or not found:
        return None
    at = found.find(wanted)
    if at >= 0 and not (start_only and at > 2):
        return places[at], places[at + len(wanted) - 1] + 1, 1.0
    if len(wanted) < 5:  # too short to be found by likeness
        return None
    grams = _trigrams(wanted)
    if len(grams & _trigrams(found)) < 0.34 * len(grams):
        return None
    blocks = [b for b in SequenceMatcher(None, wanted, found, autojunk=False).get_matching_blocks() if b.size > 1]
    if not blocks:
        return None
    # The diagonal on which most of the label lies gives its window; stray matches elsewhere do not stretch it.
    best = max(blocks, key=lambda b: sum(o.size for o in blocks if abs((o.b - o.a) - (b.b - b.a)) <= 4))
    near = [b for b in blocks if abs((b.b - b.a) - (best.b - best.a)) <= 4]
    first = max(0, near[0].b - near[0].a)
    last = min(len(found), near[-1].b + near[-1].size + (len(wanted) - near[-1].a - near[-1].size))
    if start_only and first > 3:
        return None
    likeness = SequenceMatcher(None, wanted, found[first:last], autojunk=False).ratio()
    if likeness < _ENOUGH:
        return None
    return places[first], places[last - 1] + 1, likeness


@lru_cache(maxsize=131072)
def alike(a: str, b: str) -> float:
    """How alike two normal forms are, 0 to 1; 0 at once for what shares next to nothing, which is most of what is asked."""
    if a == b:
        return 1.0
    if min(len(a), len(b)) > 5:
        one, other = _trigrams(a), _trigrams(b)
        if len(one & other) < 0.3 * min(len(one), len(other)):
            return 0.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


@lru_cache(maxsize=32768)
def nearly(a: str, b: str) -> float:
    """How alike two normal forms are, 0 to 1, however little they share."""
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def likeness(a: str, b: str) -> float:
    """How alike two texts are after normal forms, 0 to 1."""
    return alike(squeezed(a)[0], squeezed(b)[0])


def holds(text: str, words: Iterable[str]) -> bool:
    """Whether one of the phrases stands in the text."""
    return any(locate(w, text) is not None for w in words)


def edits(a: str, b: str, most: int) -> int:
    """How many single characters must change to make one of the other; ``most`` + 1 where it is more."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
        if min(row) > most:
            return most + 1
    return row[-1]


def begins(label: str, text: str, *, least: int = 12) -> bool:
    """Whether a text begins as the label does: for lines of which only the beginning was read."""
    wanted, have = squeezed(label)[0], squeezed(text)[0]
    size = min(len(wanted), len(have))
    if size < min(least, len(wanted)):
        return False
    return wanted[:size] == have[:size] or (size >= 8 and alike(wanted[:size], have[:size]) > 0.84)
