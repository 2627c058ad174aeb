"""How likely an agency's account is to come to a position, and which: a small fitted model.

Rules name wordings; what they have not foreseen they do not see, and what looks like it they mistake. The model weighs all that a text
tells of one agency together (``accounts.py``), what the rules made of it included. It is two models whose chances are averaged: a
multinomial logistic one, and a network with one hidden layer. Their weights are data (``data/extract/accounts-model.json``), fitted by
``data/extract/train_accounts.py`` on labelled texts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dueprocess.extract.model import POSITIONS
from dueprocess.extract.summing import Rows
from dueprocess.kernel.files import data_dir

CLASSES = ("none", *POSITIONS)
"""What an account may come to: no position of the agency's own, or one of the positions."""


@dataclass(frozen=True, slots=True)
class Odds:
    """The chances of one account: ``none`` that it tells no position, ``position`` the likeliest one, ``chance`` that one's."""

    none: float
    position: str
    chance: float
    of: Mapping[str, float]

    @classmethod
    def out_of(cls, of: Mapping[str, float]) -> Odds:
        """Those of these chances of all classes."""
        best = max(POSITIONS, key=lambda name: of[name])
        return cls(of["none"], best, of[best], of)


class Weights:
    """The weights of a fitted model.

    ``features`` has each feature's row (``Rows``): a weight for each hidden unit, in steps of ``unit``, then one for each class, in steps
    of ``linear_unit``. ``bias`` and ``out`` are those of the hidden units.
    """

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.bias: Sequence[float] = found["bias"]
        self.out: Sequence[Sequence[float]] = found["out"]
        self.out_bias: Sequence[float] = found["out_bias"]
        self.unit = float(found["unit"])
        self.linear_unit = float(found["linear_unit"])
        self.rows = Rows(found["features"], len(self.bias) + len(CLASSES))


@cache
def weights() -> Weights:
    """The weights that the package carries."""
    return Weights(json.loads((data_dir("extract") / "accounts-model.json").read_text(encoding="utf-8")))


def odds(found: set[str]) -> Odds:
    """The chances of an account with these features."""
    model = weights()
    sums, known = model.rows.sums(found)
    hidden = len(model.bias)
    scale = model.unit / math.sqrt(known)  # so that a long account does not outshout a short one
    net = list(model.out_bias)
    for lane, bias, row in zip(sums[:hidden], model.bias, model.out, strict=True):
        value = lane * scale + bias
        if value > 0:
            net = [n + value * w for n, w in zip(net, row, strict=True)]
    shares = [(a + b) / 2 for a, b in zip(_shares(net), _shares([lane * model.linear_unit for lane in sums[hidden:]]), strict=True)]
    return Odds.out_of(dict(zip(CLASSES, shares, strict=True)))


def _shares(sums: Sequence[float]) -> list[float]:
    top = max(sums)
    powers = [math.exp(s - top) for s in sums]
    whole = sum(powers)
    return [power / whole for power in powers]
