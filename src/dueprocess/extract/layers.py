"""The chance that something with some features is what is looked for: a logistic model and small networks, averaged.

Their weights are one row of small whole numbers for each feature. To add up rows without an array library, each is spread over
one large integer, four bytes a weight, and the integers are added.
"""

from __future__ import annotations

import math
import struct
from base64 import b85decode
from collections.abc import Collection, Mapping
from typing import Any

_LANE = 4
_MIDDLE = 128


class Layers:
    """Fitted weights.

    ``weights`` has each feature's row: a byte for each hidden unit of each of ``nets``, then one for the logistic model; 128 stands
    for 0, and a step for ``unit`` (of the hidden units) and ``linear_unit``. ``(always)`` is everything's. Each net has the ``bias``
    of its hidden units, and what they add to the outcome: ``out`` and ``out_bias``.
    """

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.rows: Mapping[str, str] = found["weights"]
        self.nets: list[Mapping[str, Any]] = found["nets"]
        self.unit = float(found["unit"])
        self.linear_unit = float(found["linear_unit"])
        self._spread: dict[str, int] = {}

    def chance(self, features: Collection[str]) -> float:
        """The chance, in [0, 1]: half of it the logistic model's, half the mean of the networks'."""
        known = ["(always)", *(name for name in features if name in self.rows)]
        whole = sum(self._row(name) for name in known)
        size = sum(len(net["bias"]) for net in self.nets) + 1
        *lanes, last = (lane - _MIDDLE * len(known) for lane in struct.unpack(f"<{size}I", whole.to_bytes(_LANE * size, "little")))
        scale = self.unit / math.sqrt(len(known))  # so that many features do not outshout few
        chances = []
        for net in self.nets:
            units, lanes = lanes[: len(net["bias"])], lanes[len(net["bias"]) :]
            chances.append(_chance(net["out_bias"] + sum(max(0.0, lane * scale + bias) * out for lane, bias, out in zip(units, net["bias"], net["out"], strict=True))))
        return (_chance(last * self.linear_unit) + sum(chances) / len(chances)) / 2

    def _row(self, name: str) -> int:
        row = self._spread.get(name)
        if row is None:
            packed = b85decode(self.rows[name])
            lanes = bytearray(_LANE * len(packed))
            lanes[::_LANE] = packed
            row = self._spread[name] = int.from_bytes(lanes, "little")
        return row


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
