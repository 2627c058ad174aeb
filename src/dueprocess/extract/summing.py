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
        self._lanes = struct.Struct(f"<{size}I")
        self._spread: dict[str, int] = {}

    def sums(self, features: Iterable[str]) -> tuple[list[int], int]:
        """The sums of the rows of the features that are known and of ``(always)``, weight by weight, and how many rows those are."""
        spread, rows = self._spread, self.rows
        found = [spread[name] if name in spread else self._row(name) for name in ("(always)", *features) if name in rows]
        middle = _MIDDLE * len(found)
        return [lane - middle for lane in self._lanes.unpack(sum(found).to_bytes(self._lanes.size, "little"))], len(found)

    def _row(self, name: str) -> int:
        packed = b85decode(self.rows[name])
        lanes = bytearray(_LANE * len(packed))
        lanes[::_LANE] = packed
        row = self._spread[name] = int.from_bytes(lanes, "little")
        return row
