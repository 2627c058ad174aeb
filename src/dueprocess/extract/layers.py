"""The chance that something with some features is what is looked for: a logistic model and small networks, averaged."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from dueprocess.extract.summing import Rows


class Layers:
    """Fitted weights.

    ``weights`` has each feature's row (``Rows``): a weight for each hidden unit of each of ``nets``, in steps of ``unit``, then one for
    the logistic model, in steps of ``linear_unit``. Each net has the ``bias`` of its hidden units, and what they add to the outcome:
    ``out`` and ``out_bias``.
    """

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.nets: list[Mapping[str, Any]] = found["nets"]
        self.unit = float(found["unit"])
        self.linear_unit = float(found["linear_unit"])
        self.rows = Rows(found["weights"], sum(len(net["bias"]) for net in self.nets) + 1)

    def chance(self, features: Collection[str]) -> float:
        """The chance, in [0, 1]: half of it the logistic model's, half the mean of the networks'."""
        (*lanes, last), known = self.rows.sums(features)
        scale = self.unit / math.sqrt(known)  # so that many features do not outshout few
        chances = []
        for net in self.nets:
            units, lanes = lanes[: len(net["bias"])], lanes[len(net["bias"]) :]
            chances.append(_chance(net["out_bias"] + sum(max(0.0, lane * scale + bias) * out for lane, bias, out in zip(units, net["bias"], net["out"], strict=True))))
        return (_chance(last * self.linear_unit) + sum(chances) / len(chances)) / 2


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))
