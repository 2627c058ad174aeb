"""Whether a text as a whole is one that tells what agencies do with detainers.

A story of beds for rent, of two states' detainers on one prisoner or of a petition has sentences that, each by itself, could tell a
position. A reader is not misled, since the whole text is about something else. It is weighed by all its words, pairs of words and their senses with a logistic
model; its weights are data (``data/extract/theme-model.json``), fitted by ``data/extract/train_theme.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from dueprocess.extract.accounts import Sensed
from dueprocess.extract.nearby import chance
from dueprocess.extract.sentences import Sentence
from dueprocess.kernel.files import data_dir

_LENGTHS = (100, 200, 400, 800)
"""A text of more than so many words and marks is told from shorter ones."""


@cache
def weights() -> Mapping[str, float]:
    """The weights that the package carries."""
    found: Mapping[str, float] = json.loads((data_dir("extract") / "theme-model.json").read_text(encoding="utf-8"))["weights"]
    return found


def looks(sensed: Sensed, parts: Sequence[Sentence]) -> set[str]:
    """What is weighed of a text: its words, those that stand side by side, their classes, how long it is."""
    found: set[str] = set()
    length = 0
    for part in parts:
        words, classes = sensed.of(part.start, part.end)
        length += len(words)
        found |= {f"w:{word}" for word in words if word[0].isalpha()} | {f"s:{name}" for name, _, _ in classes}
        found |= {f"p:{one} {other}" for one, other in pairwise(words) if one[0].isalpha() and other[0].isalpha()}
    return found | {f"long:{most}" for most in _LENGTHS if length > most}


def likely(sensed: Sensed, parts: Sequence[Sentence]) -> float:
    """How likely the text tells some agency's position, in [0, 1]."""
    return chance(weights(), looks(sensed, parts))
