"""Canonical JSON (RFC 8785): the same value gives the same bytes in every program that follows the standard.

``kernel.canonical`` differs where keys lie outside the basic plane, where numbers are fractions and where whole numbers
are larger than JSON can hold; it names versions of law inside this program. What outsiders recompute goes through here.
"""

from __future__ import annotations

import json
from typing import Any

from dueprocess.kernel.errors import InputError

_LARGEST = 2**53 - 1


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value. Raises InputError for what the standard cannot write."""
    try:
        plain = _plain(value)
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


def _plain(value: Any) -> bool:
    """Whether all names are ASCII (their order is then the same everywhere) and all numbers whole and not too large."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return -_LARGEST <= int(value) <= _LARGEST
    if kind is dict:
        return all(type(key) is str and key.isascii() and _plain(item) for key, item in value.items())
    return kind in (list, tuple) and all(map(_plain, value))
