"""Regular expressions that cost little where they find nothing, which is nearly everywhere.

Two things make ``re`` dear: to ignore case, and to try a pattern at each letter of a text that has not even the word without which it
cannot match. So case is ignored by asking in small letters, and a text is first looked through for such words.
"""

from __future__ import annotations

import re
import re._compiler as compiler  # type: ignore[import-not-found]  # what ``re`` itself consists of; it ships no types
import re._constants as known  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator
from sys import maxsize
from typing import Any, Protocol

# Signs that ``re`` takes for i and s where it ignores case, and that have no small letter of their own, or one of two signs.
_ODD = ("\u0130", "\u0131", "\u017f")
_CAPITAL = re.compile(r"\\.|\(\?P[<=]\w+[>)]|[A-Z]")
# Letters written as numbers, groups that mind case or turn on others, ranges of signs that are no letters alone.
_UNSAFE = re.compile(r"\\[xuUN]|\(\?-|\(\?\(|\[(?:\\.|[^\]\\])*?(?:[A-Za-z]-[^A-Za-z\]]|[A-Z]-[a-z]|[^A-Za-z0-9\[\]\\]-[A-Za-z])")
_DIGIT = re.compile(r"\d")
_ANY_DIGIT = "\0"
_MOST = 32
"""To look for more words than these costs as much as the pattern."""
_DEAREST = 0.1
_FEW = 8
"""With more first letters than these there is nearly no letter to leap over."""


class Asked(Protocol):
    """What ``re.Pattern`` and ``Quick`` have in common."""

    def search(self, text: str, start: int = 0, end: int = maxsize, /) -> re.Match[str] | None:
        """The first place."""

    def finditer(self, text: str, start: int = 0, end: int = maxsize, /) -> Iterator[re.Match[str]]:
        """All places."""


class Quick:
    """A pattern, as ``re.compile`` makes it, and what a text must have to be asked.

    With ``re.IGNORECASE`` the words of what it finds are in small letters; offsets are those of the text. A pattern whose
    meaning small letters could change is asked as ``re`` asks it.
    """

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self._flags = flags
        self._guarded = self._digit = False
        self._words: tuple[str, ...] = ()
        self._any_case = bool(flags & re.IGNORECASE)
        if self._any_case and (_UNSAFE.search(pattern) or any(sign != sign.lower() and not sign.isascii() for sign in pattern)):
            self._any_case = False
            self._compiled = re.compile(pattern, flags)
            return
        # What is escaped, and the names of groups, are no letters of the text.
        written = _CAPITAL.sub(lambda m: m.group() if len(m.group()) > 1 else m.group().lower(), pattern) if self._any_case else pattern
        parsed = parser.parse(written, int(flags & ~re.IGNORECASE))  # a number: the flags' own type is slow
        words = _needed(parsed)
        _led(parsed)
        self._compiled = compiler.compile(parsed)
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


_BOUND = (known.AT, known.AT_BOUNDARY)


def _led(parsed: Any) -> bool:
    """Have a pattern that begins a word ask for its first letter first, and then whether a word begins there: ``re`` leaps from one letter of a
    few to the next, but tries a word's beginning at each. False, with all as it was, where the first letters are not plain to see."""
    first = next((i for i, item in enumerate(parsed.data) if item != _BOUND), 0)
    if not first:
        return False
    (name, what), rest = parsed.data[first], parsed.data[first + 1 :]
    if name is known.LITERAL or (name is known.IN and _plain(what)):
        behind = parser.SubPattern(parsed.state, [_BOUND, (name, what)])
        parsed.data = [(name, what), (known.ASSERT, (-1, behind)), *rest]
        return True
    if name is known.SUBPATTERN and not (what[1] or what[2]):
        what[3].data.insert(0, _BOUND)
        if _led(what[3]):
            parsed.data = parsed.data[first:]
            return True
        del what[3].data[0]
    if name is known.BRANCH and all(way.data and (way.data[0][0] is known.LITERAL or (way.data[0][0] is known.IN and _plain(way.data[0][1]))) for way in what[1]):
        ways = [parser.SubPattern(parsed.state, [_BOUND, (known.LITERAL, sign), *way.data[1:]]) for way in what[1] for sign in _signs(way.data[0])]
        if len({way.data[1] for way in ways}) <= _FEW:
            parsed.data = [(known.BRANCH, (None, [way for way in ways if _led(way)])), *rest]
            return True
    return False


def _plain(what: Any) -> bool:
    return all(kind is known.LITERAL for kind, _ in what)


def _signs(item: tuple[Any, Any]) -> list[int]:
    """The letters that the first item of a pattern may be."""
    return [item[1]] if item[0] is known.LITERAL else [sign for _, sign in item[1]]


def _needed(parsed: Any) -> frozenset[str] | None:
    """Words one of which is in whatever a pattern matches, the rarest that there are; None where any letter may be."""
    best: frozenset[str] | None = None
    run = ""
    for name, what in (*parsed.data, (None, None)):
        if name is known.LITERAL:
            run += chr(what)
            continue
        if name is known.AT or name is known.ASSERT_NOT:  # as wide as nothing
            continue
        if run:
            best = _rarer(best, frozenset({run}))
            run = ""
        if name is known.BRANCH:
            ways = [_needed(way) for way in what[1]]
            best = _rarer(best, None if None in ways else frozenset().union(*(way for way in ways if way is not None)))
        elif name is known.SUBPATTERN and not what[1]:  # one with flags of its own may ignore case
            best = _rarer(best, _needed(what[3]))
        elif (name is known.MAX_REPEAT or name is known.MIN_REPEAT) and what[0]:
            best = _rarer(best, _needed(what[2]))
        elif name is known.ASSERT:
            best = _rarer(best, _needed(what[1]))
        elif name is known.IN and what == [(known.CATEGORY, known.CATEGORY_DIGIT)]:
            best = _rarer(best, frozenset({_ANY_DIGIT}))
    return best


def _rarer(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """The words of the two that a text has less often; None where either would be too many."""
    if other is None or len(other) > 2 * _MOST:
        return one
    other = frozenset(word for word in other if not any(part in word for part in other if part is not word))  # who looks for a part need not look for the whole
    return one if len(other) > _MOST or (one is not None and _often(one) <= _often(other)) else other


def _often(words: frozenset[str]) -> float:
    """About how often a letter of a text begins one of the words; capitals are rare."""
    return sum(0.07 ** (len(word) + (word != word.lower())) for word in words)
