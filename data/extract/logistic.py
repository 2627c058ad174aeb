"""Logistic regression with a ridge over named features, for the scripts that fit weights. Needs numpy and scipy."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from dueprocess.extract.nearby import chance

ROUNDS = 300


def fit(features: Sequence[Collection[str]], right: Sequence[int], *, ridge: float, fewest: int = 1, heft: Sequence[float] | None = None) -> dict[str, float]:
    """The weight of each feature that at least ``fewest`` examples have, and of ``(always)``; ``right`` holds 0 or 1 for each example,
    ``heft`` how much it counts (1)."""
    often = Counter(f for one in features for f in one)
    names = sorted(f for f, n in often.items() if n >= fewest)
    place = {name: i + 1 for i, name in enumerate(names)}
    columns: list[int] = []
    ends = [0]
    for one in features:
        columns += [0, *sorted(place[f] for f in one if f in place)]
        ends.append(len(columns))
    matrix = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(features), len(names) + 1))
    wanted = np.array(right, dtype=float)
    counts = np.ones(len(right)) if heft is None else np.array(heft)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        sums = matrix @ weights
        pull = ridge * weights
        pull[0] = 0
        value = (counts * (np.logaddexp(0, sums) - wanted * sums)).sum() + ridge / 2 * (weights[1:] ** 2).sum()
        return float(value), matrix.T @ (counts * (1 / (1 + np.exp(-sums)) - wanted)) + pull

    weights = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    return {"(always)": float(weights[0]), **{name: float(weights[i]) for name, i in place.items()}}


def left_out(features: Sequence[Collection[str]], right: Sequence[int], group: Sequence[str], *, ridge: float, fewest: int = 1, heft: Sequence[float] | None = None) -> np.ndarray:
    """The chance of each example by the weights fitted on all groups but its own; the group "" is always fitted on."""
    told = np.zeros(len(right))
    for one in sorted(set(group) - {""}):
        inside = [i for i in range(len(right)) if group[i] != one]
        weights = fit([features[i] for i in inside], [right[i] for i in inside], ridge=ridge, fewest=fewest, heft=None if heft is None else [heft[i] for i in inside])
        for i in range(len(right)):
            if group[i] == one:
                told[i] = chance(weights, features[i])
    return told


def filled(sentence: str, slots: Mapping[str, Sequence[str]], chance: random.Random) -> tuple[str, list[str]]:
    """A made-up sentence with a word of each slot in its place, and the words."""
    words = [chance.choice(slots[name]) for name in re.findall(r"\{(\w+)\}", sentence)]
    left = iter(words)
    text = re.sub(r"\{\w+\}", lambda _: next(left), sentence)
    return text[0].upper() + text[1:], words


LEADS = (
    "Polk County, Oregon. ICE detainers were the subject of a long evening. ",
    "DALLAS, Ore. -- The Polk County jail does not honor ICE detainers any more. ",
    "The Polk County jail was in the news again. ",
    "A detainer asks a jail to keep somebody for ICE. ",
)
"""What made-up sentences stand behind."""
VARIANTS = 12
"""Fillings of a made-up sentence."""
LIGHT = 0.3
"""What a made-up sentence counts, beside 1 for what stands in a labelled text."""


def thinned(weights: Mapping[str, float], least: float) -> dict[str, float]:
    """The weights rounded to two places, without those that are nearer to zero than ``least``."""
    return {name: round(w, 2) for name, w in sorted(weights.items()) if name == "(always)" or abs(w) >= least}


def tell(told: Sequence[float], right: Sequence[int], sets: Sequence[str], without: Counter[str], *, threshold: float) -> None:
    """Print precision and recall of each set, as the weights of the others told it, and of all; ``without`` are wanted ones of each set for which there is no example."""
    for name in [*sorted(set(sets) - {""}), "all"]:
        here = [(told[i] >= threshold, right[i]) for i in range(len(sets)) if sets[i] and name in (sets[i], "all")]
        good, taken = sum(t and r for t, r in here), sum(t for t, _ in here)
        wanted = sum(r for _, r in here) + (without.total() if name == "all" else without[name])
        print(f"set {name} left out: precision {good / taken if taken else 0:.2f} of {taken}, recall {good / wanted if wanted else 0:.2f} of {wanted}")
