"""Entries: a leaf is the canonical JSON of a flat head, chained to the leaf before it.

Of the head's names the record itself gives ``n`` (the entry's number, from 1), ``prev`` (the hash of the leaf before;
64 zeros for the first), ``at`` (epoch seconds, never before the entry before), ``body`` and ``sealed`` (of a payload).
All others are the writer's, and never personal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from dueprocess.kernel.errors import InputError, shown
from dueprocess.ledger.canonical import canonical
from dueprocess.ledger.sealing import Sealed
from dueprocess.ledger.tree import leaf_hash

FIRST_PREVIOUS = bytes(32)
RESERVED = frozenset({"n", "prev", "at", "body", "sealed"})
Scalar = str | int | bool | None
_DECODE = json.JSONDecoder().decode


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf read back: its number, the hash of the leaf before it, its time, its head, the hashes of its payload."""

    number: int
    previous: bytes
    at: int
    head: Mapping[str, Scalar]
    body: bytes | None = None
    sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """An entry as it is stored or exported. ``hash`` is the stored leaf hash; ``payload`` the sealed bytes, None where
    there are none or they were left out; ``key`` the payload's key, None where it is not given or destroyed."""

    number: int
    leaf: bytes
    hash: bytes
    payload: bytes | None = None
    key: bytes | None = None


def make_leaf(*, number: int, previous: bytes, at: int, head: Mapping[str, Scalar], sealed: Sealed | None = None) -> bytes:
    """The bytes of an entry's leaf. Raises InputError for a reserved name or a value that is not plain."""
    taken = RESERVED & head.keys()
    if taken:
        raise InputError(f"[{sorted(taken)[0]}] is given by the record", do="use another name")
    for name, value in head.items():
        if value is not None and not isinstance(value, (str, int, bool)):
            raise InputError(f"[{shown(name)}] is no plain value", do="put it into the payload")
    leaf: dict[str, Scalar] = {**head, "n": number, "prev": previous.hex(), "at": at}
    if sealed is not None:
        leaf["body"] = sealed.body.hex()
        leaf["sealed"] = sealed.hash.hex()
    return canonical(leaf)


def read_leaf(data: bytes) -> Leaf:
    """The leaf in these bytes. Raises ValueError for what no writer of this format can have written."""
    try:
        head = _DECODE(data.decode())
    except (ValueError, RecursionError):
        raise ValueError("the leaf is no JSON") from None
    if not isinstance(head, dict):
        raise ValueError("the leaf is no mapping")
    number, previous, at = head.pop("n", None), head.pop("prev", None), head.pop("at", None)
    body, sealed = head.pop("body", None), head.pop("sealed", None)
    if type(number) is not int or type(at) is not int or (body is None) != (sealed is None):
        raise ValueError("the leaf lacks its number, its time or a hash")
    try:
        return Leaf(number, _hash(previous), at, head, None if body is None else _hash(body), None if sealed is None else _hash(sealed))
    except TypeError:
        raise ValueError("a hash in the leaf is no text") from None


def _hash(text: str) -> bytes:
    data = bytes.fromhex(text)
    if len(data) != 32 or data.hex() != text:
        raise ValueError("a hash in the leaf is not 64 hex digits")
    return data


def record_of(number: int, leaf: bytes, payload: bytes | None = None) -> Record:
    """A record with its leaf hash."""
    return Record(number, leaf, leaf_hash(leaf), payload)
