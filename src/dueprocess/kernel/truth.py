"""Kleene's three-valued logic. ``True``, ``False`` and ``None`` for unknown: unknown is a value."""

from __future__ import annotations

from collections.abc import Iterable

Truth = bool | None


def negation(a: Truth) -> Truth:
    return None if a is None else not a


def conjunction(values: Iterable[Truth]) -> Truth:
    """False if any is false, else unknown if any is unknown, else true."""
    result: Truth = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def disjunction(values: Iterable[Truth]) -> Truth:
    """True if any is true, else unknown if any is unknown, else false."""
    result: Truth = False
    for value in values:
        if value is True:
            return True
        if value is None:
            result = None
    return result
