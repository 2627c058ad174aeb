"""Canonical JSON (RFC 8785): the same value gives the same bytes in every program that follows the standard.

``kernel.canonical`` differs where keys lie outside the basic plane, where numbers are fractions and where whole numbers
are larger than JSON can hold; it names versions of law inside this program. What outsiders recompute goes through here.
"""

from __future__ import annotations

import json
from typing import Any

from dueprocess.kernel.errors import InputError

_LARGEST = 2**53 - 1
_HOURS = 3


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value. Raises InputError for what the standard cannot write."""
    try:
        plain = _plain(value)
        if plain == _HOURS:
            value = _whole(value)
    except RecursionError:
        raise InputError("a value is nested too deeply", do="use plain JSON values") from None
    if plain:
        # For such values the standard library writes the same bytes, at a third of the time.
        try:
            return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise InputError("a text is no valid Unicode", do="correct the text") from None
    try:
        import rfc8785
    except ImportError:
        raise InputError("the record needs the extra [desk]", do="install dueprocess[desk]") from None
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, AttributeError, RecursionError) as error:
        raise InputError(f"a value cannot be written as canonical JSON ({type(error).__name__})", do="use plain JSON values") from None


_LEAVES = frozenset({str, bool, type(None)})
"""What the standard library always writes as the standard wants it."""


def _plain(value: Any) -> int:
    """Not 0 where all names are ASCII (their order is then the same everywhere) and all numbers whole and not too large;
    ``_HOURS`` where some of these are fractions by their type, as 48.0."""
    kind = type(value)
    if kind is dict:
        try:
            if not "".join(value).isascii():
                return 0
        except TypeError:  # a name that is no text
            return 0
        value = value.values()
    elif kind is not list and kind is not tuple:
        return _plain_leaf(kind, value)
    found = 1
    for item in value:
        if type(item) in _LEAVES:
            continue
        one = _plain(item)
        if not one:
            return 0
        found |= one
    return found


def _plain_leaf(kind: type, value: Any) -> int:
    if kind in _LEAVES:
        return 1
    if kind is int:
        return 1 if -_LARGEST <= value <= _LARGEST else 0
    if kind is float:
        return _HOURS if value.is_integer() and -_LARGEST <= value <= _LARGEST else 0
    return 0


def _whole(value: Any) -> Any:
    """The same value with 48.0 as 48, which is how the standard writes both."""
    kind = type(value)
    if kind is float:
        return int(value)
    if kind is dict:
        return {key: item if type(item) in _LEAVES else _whole(item) for key, item in value.items()}
    return [item if type(item) in _LEAVES else _whole(item) for item in value] if kind in (list, tuple) else value
