"""Small pieces of SQL about recorded times. Codes: 0 no, 1 unknown, 2 yes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dueprocess.kernel.instants import MAX_INSTANT, MIN_INSTANT

_PLAIN = re.compile(r"[\w.]+(?: - [\w.]+)?|\d+ - \w+")
"""A column, a number, or one from the other: cheap enough to be written twice."""

LOW, HIGH = str(MIN_INSTANT), str(MAX_INSTANT)


def by(low: str, high: str, at: str) -> str:
    """Had an event in [low, high] happened by an instant? ``absent_by`` is the answer for what no row lists."""
    if (low, high) == (HIGH, HIGH):
        return "0"
    if (low, high) == (LOW, HIGH):
        return "1"
    if (low, high) == ("absent_lo", HIGH):
        return "absent_by"
    return f"(CASE WHEN {high} <= {at} THEN 2 WHEN {low} > {at} THEN 0 ELSE 1 END)"


def negated(code: str) -> str:
    return {"0": "2", "1": "1", "2": "0"}.get(code, f"(2 - {code})")


def least(*codes: str) -> str:
    return _extreme("least", codes)


def greatest(*codes: str) -> str:
    return _extreme("greatest", codes)


def _extreme(function: str, parts: Iterable[str]) -> str:
    unique = list(dict.fromkeys(parts))
    if len(unique) == 2 and all(_PLAIN.fullmatch(part) for part in unique):
        # DuckDB takes a third of the time for this; neither is null where it matters.
        one, other = unique
        return f"(CASE WHEN {one} {'<' if function == 'least' else '>'} {other} THEN {one} ELSE {other} END)"
    return unique[0] if len(unique) == 1 else f"{function}({', '.join(unique)})"


def given(low: str, high: str) -> str:
    """Whether a recorded time says anything that a case could say: bounded, or never."""
    # A comparison with null is never true, so that of the lower bound need not be asked.
    return f"({high} IS NOT NULL AND ({low} >= {HIGH} OR ({low} > {LOW} AND {high} < {HIGH})))"


def within(expression: str) -> str:
    """The instant from ``since_at`` up to ``until_at``, else one far off."""
    return f"CASE WHEN {expression} >= since_at AND {expression} < until_at THEN {expression} ELSE {HIGH} END"


def sorting(count: int) -> list[list[tuple[int, int]]]:
    """Which of so many columns to compare, and swap where the first is greater, until they ascend: rounds of pairs of
    which each column is in one at most (Batcher's merge exchange, in Knuth's Art of Computer Programming 5.2.2)."""
    rounds = []
    top = 1 << max(0, count - 1).bit_length() >> 1
    p = top
    while p:
        q, r, d = top, 0, p
        while True:
            rounds.append([(i, i + d) for i in range(count - d) if i & p == r])
            if q == p:
                break
            d, q, r = q - p, q >> 1, p
        p >>= 1
    return rounds


def bounded(expression: str) -> str:
    return f"({expression} > {LOW} AND {expression} < {HIGH})"


def stated(column: str, *, unit: int = 1, unknown: str = "") -> str:
    """The code of a nullable boolean, in some unit (its place in a word); ``unknown`` is what null gives."""
    return f"(CASE WHEN {column} IS NULL THEN {unknown or unit} WHEN {column} THEN {2 * unit} ELSE 0 END)"


def packed(code: str, shift: int) -> str:
    """A code moved to its place in a word."""
    return f"CAST({code} AS BIGINT) * {1 << shift}"


def select(source: str, columns: dict[str, str]) -> str:
    """``SELECT *, …`` with the given columns added."""
    return f"SELECT *, {', '.join(f'{sql} AS {name}' for name, sql in columns.items())} FROM {source}"


def quoted(name: str) -> str:
    """A column's name where it may be a word of SQL."""
    return f'"{name}"' if name == "at" else name


def words(sql: str) -> set[str]:
    """The names that a text may refer to, those in quoted texts left aside."""
    return set(re.findall(r"[A-Za-z_][A-Za-z_0-9]*", re.sub(r"'[^']*'", "", sql)))


def chain(source: str, *layers: dict[str, str], keep: Iterable[str] | None = None) -> str:
    """Layers of columns, each of which may use those before it, over ``source``; as one SELECT with WITH.

    ``keep`` names the columns to give (default: all).
    """
    parts = []
    current = source
    for number, layer in enumerate(layers):
        if not layer:
            continue
        parts.append(f"l{number} AS ({select(current, layer)})")
        current = f"l{number}"
    chosen = "*" if keep is None else ", ".join(sorted(keep))
    return f"WITH {', '.join(parts)} SELECT {chosen} FROM {current}" if parts else f"SELECT {chosen} FROM {current}"
