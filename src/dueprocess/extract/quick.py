"""Regular expressions that cost little where they find nothing, which is nearly everywhere.

Two things make ``re`` dear: to ignore case, and to try a pattern at each letter of a text that has not even the word without which it
cannot match. So case is ignored by asking in small letters, and a text is first looked through for such words.
"""

from __future__ import annotations

import re
import re._parser as parser  # type: ignore[import-not-found]  # what ``re`` itself reads patterns with; it ships no types
from collections.abc import Iterable, Iterator
from sys import maxsize
from typing import Any, Protocol

# Signs that ``re`` takes for i and s where it ignores case, and that have no small letter of their own, or one of two signs.
_ODD = ("\u0130", "\u0131", "\u017f")
_DIGIT = re.compile(r"\d")
_ANY_DIGIT = r"\d"
_MOST = 32
"""To look for more words than these costs as much as the pattern."""
_DEAREST = 0.1


class Asked(Protocol):
    """What ``re.Pattern`` and ``Quick`` have in common."""

    def search(self, text: str, start: int = 0, end: int = maxsize, /) -> re.Match[str] | None:
        """The first place."""

    def finditer(self, text: str, start: int = 0, end: int = maxsize, /) -> Iterator[re.Match[str]]:
        """All places."""


class Quick:
    """A pattern, as ``re.compile`` makes it, and what a text must have to be asked.

    With ``re.IGNORECASE`` the words of what it finds are in small letters; offsets are those of the text.
    No part of such a pattern may mind case (``(?-i:...)``).
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self._any_case = bool(flags & re.IGNORECASE)
        if self._any_case:  # what is escaped, and the names of groups, are no letters of the text
            pattern = re.sub(r"\\.|\(\?P[<=]\w+[>)]|[A-Z]", lambda m: m.group() if len(m.group()) > 1 else m.group().lower(), pattern)
        self._flags = flags
        self._compiled = re.compile(pattern, flags & ~re.IGNORECASE)
        words = _needed(parser.parse(pattern, flags & ~re.IGNORECASE))
        self._guarded = words is not None and _often(words) < _DEAREST
        self._words = tuple(sorted((words or frozenset()) - {_ANY_DIGIT}))
        self._digit = words is not None and _ANY_DIGIT in words

    def _for(self, text: str) -> tuple[re.Pattern[str] | None, str]:
        """The pattern to ask, none where it cannot match, and the letters to ask it of."""
        if self._any_case:
            if not text.isascii() and any(sign in text for sign in _ODD):
                return re.compile(self.pattern, self._flags), text
            text = text.lower()
        if not self._guarded:
            return self._compiled, text
        for word in self._words:  # a loop: ``any`` with a generator takes longer than the search
            if word in text:
                return self._compiled, text
        return self._compiled if self._digit and _DIGIT.search(text) else None, text

    def search(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """The first place at which a text has it."""
        compiled, text = self._for(text)
        return None if compiled is None else compiled.search(text, start, end)

    def finditer(self, text: str, start: int = 0, end: int = maxsize) -> Iterator[re.Match[str]]:
        """All places, one after the other."""
        compiled, text = self._for(text)
        return iter(()) if compiled is None else compiled.finditer(text, start, end)

    def findall(self, text: str) -> list[str]:
        """The words at all places."""
        return [m.group() for m in self.finditer(text)]

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """What stands at a place."""
        compiled, text = self._for(text)
        return None if compiled is None else compiled.match(text, start)

    def blanked(self, text: str) -> str:
        """The text with spaces in the place of what it finds."""
        for start, end in [m.span() for m in self.finditer(text)]:
            text = text[:start] + " " * (end - start) + text[end:]
        return text


def _needed(parsed: Iterable[tuple[Any, Any]]) -> frozenset[str] | None:
    """Words one of which is in whatever a pattern matches, the rarest that there are; None where any letter may be."""
    best: frozenset[str] | None = None
    run = ""
    for name, what in [*((str(name), what) for name, what in parsed), ("end", None)]:
        if name == "LITERAL":
            run += chr(what)
            continue
        if name in ("AT", "ASSERT_NOT"):  # as wide as nothing
            continue
        found: frozenset[str] | None = None
        if name == "BRANCH":
            ways = [_needed(way) for way in what[1]]
            found = frozenset().union(*(way for way in ways if way is not None)) if None not in ways else None
        elif name == "SUBPATTERN" and not what[1]:  # one with flags of its own may ignore case
            found = _needed(what[3])
        elif name in ("MAX_REPEAT", "MIN_REPEAT") and what[0]:
            found = _needed(what[2])
        elif name == "ASSERT":
            found = _needed(what[1])
        elif name == "IN" and [(str(kind), str(which)) for kind, which in what] == [("CATEGORY", "CATEGORY_DIGIT")]:
            found = frozenset({_ANY_DIGIT})
        known = (best, frozenset({run}) if run else None, found and frozenset(w for w in found if not any(o in w for o in found - {w})))
        best = min((one for one in known if one is not None and len(one) <= _MOST), key=_often, default=None)
        run = ""
    return best


def _often(words: frozenset[str]) -> float:
    """About how often a letter of a text begins one of the words."""
    return sum(0.07 ** sum(1.5 if sign.isupper() or not (sign.isalpha() or sign in " ,.'-") else 0.6 if sign in " ,.'-" else 1 for sign in word) for word in words)
