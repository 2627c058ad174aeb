"""How likely a sentence is to tell an agency's position, and which one: a small fitted model over families of words.

Rules name wordings; what they have not foreseen they do not see, and what looks like it they mistake. The model weighs all
words of a sentence together: which families of words it has (holding, requests, judges, refusing, urging ...), which of them follow
each other, and what the two sentences before speak of. The families are data (``data/extract/families.yaml``), and so are the
weights (``data/extract/stances-model.json``), fitted by ``data/extract/train_stances.py`` on labelled texts.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from dueprocess.extract.model import POSITIONS
from dueprocess.extract.wording import table
from dueprocess.kernel.files import data_dir

CLASSES = ("none", *POSITIONS)
"""What a sentence may be: no agency's own position, or one of the positions."""

_TOKEN = re.compile(r"i-\d{3}[a-z]?|[a-z]+n't|[a-z]+(?='(?:s|ll|re|ve|d|m)\b)|'[a-z]+|[a-z]+(?:-[a-z]+)*|\d+|[.;:,?!\"—]|\t")
_MOST_TOKENS = 90
_FAR = 7
_KEPT_APART = frozenset(["but", "if", "when", "and", "or", "that", "for", "on", "of", "to", "by", "with", "past", "?", ":", ";", ","])
_ABOUT = ("hold", "req", "ice", "honor", "judge", "warrant")
_LENGTHS = (6, 12, 25)


@dataclass(frozen=True, slots=True)
class Odds:
    """The chances of one sentence: ``none`` that it tells no position, ``position`` the likeliest one, ``chance`` that one's."""

    none: float
    position: str
    chance: float
    of: Mapping[str, float]


@cache
def _families() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for family, words in table("families").items():
        for word in str(words).split():
            found.setdefault(word, []).append(str(family))
    return {word: tuple(families) for word, families in found.items()}


def families_of(text: str) -> frozenset[str]:
    """The families that the words of a text belong to."""
    known = _families()
    return frozenset(f for word in _TOKEN.findall(text.lower()) for f in known.get(word, ()))


def features(text: str, before: frozenset[str], *, asked: bool) -> set[str]:
    """What the model weighs of a sentence; ``before`` are the families of the two sentences before it, ``asked`` whether
    the last of them is a question."""
    known = _families()
    tokens = _TOKEN.findall(text.lower())[:_MOST_TOKENS]
    found = {f"prev:{name}" for name in _ABOUT if name in before}
    run: list[tuple[str, bool]] = []
    for token in tokens:
        of = known.get(token, ())
        found.add("w:#" if token.isdigit() else f"w:{token}")
        found.update(f"f:{name}" for name in of)
        run.append((of[0], True) if of else (token if token in _KEPT_APART else "", False))
    for i, (one, family) in enumerate(run):
        if not one:
            continue
        for distance in range(1, min(_FAR, len(run) - i)):
            other, also = run[i + distance]
            if not other:
                continue
            if family and also:
                found.add(f"{'n' if distance <= 2 else 'p'}:{one}>{other}")
            elif distance == 1:
                found.add(f"n:{one}>{other}")
    only = [one for one, family in run if family]
    found.update(f"t:{a}>{b}>{c}" for a, b, c in zip(only, only[1:], only[2:], strict=False))
    if asked:
        found.add("prev:?")
    if text.rstrip().rstrip('"').endswith("?"):
        found.add("is:?")
    if '"' in text:
        found.add("quote")
    count = sum(token[0].isalpha() for token in tokens)
    found.add(f"length:{next((i for i, most in enumerate(_LENGTHS) if count < most), len(_LENGTHS))}")
    if text.isupper():
        found.add("upper")
    return found


Weights = Mapping[str, Sequence[float]]


@cache
def weights() -> Weights:
    """The weights of each feature, one for each of ``CLASSES``; ``(always)`` is every sentence's."""
    found = json.loads((data_dir("extract") / "stances-model.json").read_text(encoding="utf-8"))
    scale = float(found["unit"])
    return {name: [scale * w for w in row] for name, row in found["weights"].items()}


def odds(found: set[str]) -> Odds:
    """The chances of a sentence with these features."""
    known = weights()
    rows = [known["(always)"], *(known[name] for name in found if name in known)]
    sums = [sum(column) for column in zip(*rows, strict=True)]
    top = max(sums)
    shares = [math.exp(s - top) for s in sums]
    whole = sum(shares)
    of = {name: share / whole for name, share in zip(CLASSES, shares, strict=True)}
    best = max(POSITIONS, key=lambda name: of[name])
    return Odds(of["none"], best, of[best], of)
