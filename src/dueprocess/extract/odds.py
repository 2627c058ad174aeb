"""How likely an agency's account is to come to a position, and which: a small fitted model.

Rules name wordings; what they have not foreseen they do not see, and what looks like it they mistake. The model weighs all that a text
tells of one agency together (``accounts.py``), what the rules made of it included. Its weights are data
(``data/extract/accounts-model.json``), fitted by ``data/extract/train_accounts.py`` on labelled texts.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from dueprocess.extract.model import POSITIONS
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


Weights = Mapping[str, Sequence[float]]


@cache
def weights() -> Weights:
    """The weights of each feature, one for each of ``CLASSES``; ``(always)`` is every account's."""
    found = json.loads((data_dir("extract") / "accounts-model.json").read_text(encoding="utf-8"))
    scale = float(found["unit"])
    return {name: [scale * w for w in row] for name, row in found["weights"].items()}


def odds(found: set[str]) -> Odds:
    """The chances of an account with these features."""
    known = weights()
    rows = [known["(always)"], *(known[name] for name in found if name in known)]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    top = max(sums)
    shares = [math.exp(s - top) for s in sums]
    whole = sum(shares)
    of = {name: share / whole for name, share in zip(CLASSES, shares, strict=True)}
    best = max(POSITIONS, key=lambda name: of[name])
    return Odds(of["none"], best, of[best], of)
