"""The senses of a text's words: which class of the field's vocabulary each word or phrase belongs to.

English has many ways to say that a jail keeps somebody, lets somebody go, asks for a judge's paper or gives no answer. The classes and
their phrases are data (``data/extract/senses.yaml``); what a sentence means is weighed by the classes that it has and by their order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from dueprocess.extract.wording import table

_TOKEN = re.compile(r"i-\d{3}[a-z]?|[a-z]+n't|[a-z]+(?='(?:s|ll|re|ve|d|m)\b)|'[a-z]+|[a-z]+(?:-[a-z]+)*|\d[\d,]*(?:-hour)?|[.;:,?!\"—]|\t")
_GAP = 3
"""So many words ``**`` may stand for."""

_SENTENCES = 512

Part = tuple[frozenset[str], int, bool]
"""One word of a phrase: the words that it may be (none: any), how many any-words, whether it may be missing."""


def tokens(text: str) -> list[str]:
    """The words and marks of a text, in small letters."""
    return _TOKEN.findall(text.lower())


def _forms(verb: str, irregular: Mapping[str, Sequence[str]]) -> set[str]:
    if verb in irregular:
        return {verb, *irregular[verb]}
    if verb.endswith("e"):
        return {verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"}
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return {verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"}
    end = "es" if verb.endswith(("s", "sh", "ch", "x")) else "s"
    return {verb, verb + end, f"{verb}ed", f"{verb}ing"}


def _parsed(phrase: str, irregular: Mapping[str, Sequence[str]]) -> tuple[Part, ...]:
    found: list[Part] = []
    for word in phrase.split():
        if word in ("*", "**"):
            found.append((frozenset(), 1 if word == "*" else _GAP, word == "**"))
            continue
        missing = word.endswith("?") and len(word) > 1
        choices = word.rstrip("?").split("/") if missing else word.split("/")
        words: set[str] = set()
        for choice in choices:
            words |= _forms(choice[1:], irregular) if choice.startswith("+") else {choice}
        found.append((frozenset(words), 0, missing))
    return tuple(found)


Way = tuple[str, int, tuple[Part, ...]]
"""A phrase by its first words: its class, how many words are known to stand there, and what must follow them."""


@cache
def _index(of: frozenset[str]) -> Mapping[str, tuple[Mapping[str, tuple[Way, ...]], tuple[Way, ...]]]:
    """The phrases of some classes (none: of all) by the word that they begin with: those that may stand there before each second word, and before
    any other."""
    data = table("senses")
    found: dict[str, list[tuple[str, tuple[Part, ...]]]] = {}
    for name, phrases in data["classes"].items():
        for phrase in phrases if not of or name in of else ():
            parts = _parsed(str(phrase), data["forms"])
            for word in parts[0][0]:
                found.setdefault(word, []).append((str(name), parts[1:]))
    return {word: _by_second(phrases) for word, phrases in found.items()}


def _by_second(phrases: Sequence[tuple[str, tuple[Part, ...]]]) -> tuple[Mapping[str, tuple[Way, ...]], tuple[Way, ...]]:
    ways: list[tuple[frozenset[str], Way]] = []
    for name, parts in phrases:
        sure = bool(parts) and bool(parts[0][0]) and not parts[0][2]
        ways.append((parts[0][0], (name, 2, parts[1:])) if sure else (frozenset(), (name, 1, parts)))
    seconds = {second for words, _ in ways for second in words}
    return {second: tuple(way for words, way in ways if not words or second in words) for second in seconds}, tuple(way for words, way in ways if not words)


def _end(words: Sequence[str], at: int, parts: Sequence[Part]) -> int:
    """Where a phrase ends whose first words end at ``at``; -1 where it does not stand there."""
    if not parts:
        return at
    choices, any_words, missing = parts[0]
    if any_words:
        for taken in range(0 if missing else 1, any_words + 1):
            if at + taken > len(words) or (taken and not words[at + taken - 1][0].isalnum()):
                return -1
            end = _end(words, at + taken, parts[1:])
            if end >= 0:
                return end
        return -1
    if at < len(words) and words[at] in choices:
        end = _end(words, at + 1, parts[1:])
        if end >= 0:
            return end
    return _end(words, at, parts[1:]) if missing else -1


def senses(words: Sequence[str], of: frozenset[str] = frozenset()) -> list[tuple[str, int, int]]:
    """The classes that the words have: name, first word, and the word behind the last; in the order of the first words. ``of``: no other classes."""
    index = _index(of)
    found: list[tuple[str, int, int]] = []
    following = [*words[1:], ""]
    for i, word in enumerate(words):
        known = index.get(word)
        if known is None:
            continue
        longest: dict[str, int] = {}
        for name, sure, parts in known[0].get(following[i], known[1]):
            end = _end(words, i + sure, parts) if parts else i + sure
            if end > longest.get(name, 0):
                longest[name] = end
        found += [(name, i, end) for name, end in longest.items()]
    return found


@lru_cache(maxsize=_SENTENCES)
def sensed(text: str) -> tuple[Sequence[str], Sequence[tuple[str, int, int]]]:
    """The words of a sentence and their classes; sentences are asked for by several readers of one text."""
    words = tokens(text)
    return words, senses(words)
