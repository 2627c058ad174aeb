"""Sums of fitted weights over the features that something has.

A feature's weights are a row of small whole numbers, one byte each, 128 standing for 0. To add up some hundred short rows, each is
spread over one large integer, four bytes a weight, and the integers are added: no array library does it as fast.
"""

from __future__ import annotations

import struct
from base64 import b85decode
from collections.abc import Iterable, Mapping

_LANE = 4
_MIDDLE = 128


class Rows:
    """The rows of all features, ``size`` weights each, as base 85; ``(always)`` is everything's."""

    def __init__(self, rows: Mapping[str, str], size: int) -> None:
        self.rows = rows
        self._size = size
        self._spread: dict[str, int] = {}

    def sums(self, features: Iterable[str]) -> tuple[list[int], int]:
        """The sums of the rows of the features that are known and of ``(always)``, weight by weight, and how many rows those are."""
        known = ["(always)", *(name for name in features if name in self.rows)]
        whole = sum(map(self._row, known))
        return [lane - _MIDDLE * len(known) for lane in struct.unpack(f"<{self._size}I", whole.to_bytes(_LANE * self._size, "little"))], len(known)

    def _row(self, name: str) -> int:
        row = self._spread.get(name)
        if row is None:
            packed = b85decode(self.rows[name])
            lanes = bytearray(_LANE * len(packed))
            lanes[::_LANE] = packed
            row = self._spread[name] = int.from_bytes(lanes, "little")
        return row
