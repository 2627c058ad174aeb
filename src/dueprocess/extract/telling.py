"""Which pieces of an agency's account tell what it does: a long article names an agency forty times, and says in one sentence what counts.

Each piece is weighed by its words and their senses with a logistic model. Its weights are data (``data/extract/telling-model.json``),
fitted by ``data/extract/train_telling.py`` on where the quotes of labelled positions stand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from dueprocess.kernel.files import data_dir

_FARTHEST = 3
Piece = tuple[int, int, int, bool]
"""Of a text: begin, end, index of the sentence, whether the piece names the agency."""


_FEW = (1, 2, 4, 7, 12)
"""A piece of fewer words than these is told from longer ones: a heading, a number, an answer of two words."""


@cache
def weights() -> Mapping[str, float]:
    """The weights that the package carries."""
    found: Mapping[str, float] = json.loads((data_dir("extract") / "telling-model.json").read_text(encoding="utf-8"))["weights"]
    return found


def aways(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, int]]:
    """The pieces of an account, each with how many pieces before it the agency was last named; at most ``_FARTHEST``."""
    away = 0
    for piece in pieces:
        away = 0 if piece[3] else min(away + 1, _FARTHEST)
        yield piece, away


def looks(words: Sequence[str], classes: Sequence[tuple[str, int, int]], away: int) -> set[str]:
    """What is weighed of a piece: its words, how few they are, their classes, whether it asks, and how many pieces ``away`` its agency was last named (``aways``)."""
    found = {f"w:{word}" for word in words if word[0].isalpha()} | {f"s:{name}" for name, _, _ in classes}
    found.add(f"away:{away}")
    said = sum(word[0].isalpha() for word in words)
    found.update(f"fewer:{number}" for number in _FEW if said < number)
    if words and words[-1] == "?":
        found.add("asks")
    return found


def weight(found: Iterable[str]) -> float:
    """How much speaks for a piece that looks so: the greater the likelier it tells its agency's position."""
    known = weights()
    return math.fsum(known.get(one, 0.0) for one in found)  # in whatever order a set has
