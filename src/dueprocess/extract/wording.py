"""The wording that the extractors look for: tables and patterns, from the data files of ``data/extract``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from dueprocess.extract.quick import Quick
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.yamlread import read_mapping


@cache
def table(name: str) -> dict[str, Any]:
    """One file of wording, by its name without ``.yaml``.

    Raises:
        InputError: the file is missing or holds no mapping.
    """
    return read_mapping(data_dir("extract") / f"{name}.yaml")


def word_set(entry: str) -> frozenset[str]:
    """One list of words of ``words.yaml``."""
    return frozenset(str(table("words")[entry]).split())


@cache
def pattern(name: str, entry: str) -> Quick:
    """One entry of a file, as a pattern that ignores case; a list is any of its items. ``{name}`` stands for another entry.

    Raises:
        InputError: there is no such entry, or it is no pattern.
    """
    return Quick(_at_words(_expanded(name, entry, 0)), re.IGNORECASE)


def _expanded(name: str, entry: str, depth: int) -> str:
    value = table(name).get(entry)
    if value is None or depth > 5:
        raise InputError(f"[{entry}] is no pattern", where=f"data/extract/{name}.yaml", do="install dueprocess again")
    parts = [str(v) for v in (value if isinstance(value, list) else [value])]
    # Spaces stand for any white space: captured text is wrapped.
    joined = "(?:" + "|".join(p.replace(" ", r"\s+") for p in parts) + ")"
    return re.sub(r"<([a-z-]+)>", lambda m: _expanded(name, m[1], depth + 1), joined)


def _at_words(pattern: str) -> str:
    """The same pattern, asked only where a word begins as far as its alternatives can match nowhere else: two in three places are no such."""
    runs: list[tuple[bool, list[str]]] = []
    for way in _ways(pattern):
        bound = way.startswith(r"\b") and _begins_word(way[2:])
        if not runs or runs[-1][0] is not bound:
            runs.append((bound, []))
        runs[-1][1].append(way)
    return "|".join(rf"\b(?=\w)(?:{'|'.join(ways)})" if bound else "|".join(ways) for bound, ways in runs)


def _begins_word(way: str) -> bool:
    """Whether whatever matches begins with a letter, a digit or an underscore; False where that is not seen at once."""
    if way.startswith("(?:"):
        inside = way[3 : _closing(way)]
        return way[len(inside) + 4 :][:1] not in ("?", "*", "{") and all(_begins_word(w) for w in _ways(inside))
    first = re.match(r"\\[wd]|\w", way)
    return first is not None and way[first.end() :][:1] not in ("?", "*", "{")


def _ways(pattern: str) -> list[str]:
    """The alternatives of a pattern; of one that is a single group, the group's."""
    if pattern.startswith("(?:") and _closing(pattern) == len(pattern) - 1:
        return _ways(pattern[3:-1])
    found, start = [], 0
    for at, depth in _outside(pattern):
        if not depth and pattern[at] == "|":
            found.append(pattern[start:at])
            start = at + 1
    return [*found, pattern[start:]]


def _closing(pattern: str) -> int:
    """Where the group that a pattern begins with ends."""
    return next(at for at, depth in _outside(pattern) if pattern[at] == ")" and not depth)


def _outside(pattern: str) -> Iterator[tuple[int, int]]:
    """The places of a pattern's signs, but of what is escaped or in a class, with how many groups are open behind each."""
    depth = at = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 2
            continue
        if pattern[at] == "[":
            at = pattern.index("]", at + 2)
        depth += (pattern[at] == "(") - (pattern[at] == ")")
        yield at, depth
        at += 1
