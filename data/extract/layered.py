"""A logistic model and small networks over named features, for the scripts that fit weights. Needs numpy and scipy."""

from __future__ import annotations

import json
from base64 import b85encode
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from logistic import fit
from scipy.sparse import csr_matrix

from dueprocess.extract.layers import Layers

NETS = 3
HIDDEN = 16
EPOCHS = 14
BATCH = 128
RATE = 0.008
DROPPED = 0.5  # of the features, and of the hidden units below, so much is left out at each step
DROPPED_UNITS = 0.3
PULL = 1e-5
SCALE = 4.0  # of the sum over the features, divided by the root of their number
CLIPPED = 0.9998  # so much of the weights fits into a byte; the rest is cut


def layered(features: Sequence[Collection[str]], right: Sequence[int], *, ridge: float, fewest: int, heft: Sequence[float]) -> dict[str, Any]:
    """The fitted weights, as ``Layers`` takes them; a feature that fewer than ``fewest`` examples have is left out."""
    linear = fit(features, right, ridge=ridge, fewest=fewest, heft=heft)
    names = list(linear)  # "(always)" first
    place = {name: i for i, name in enumerate(names)}
    columns: list[int] = []
    ends = [0]
    for one in features:
        columns += [0, *sorted(place[f] for f in one if f in place)]
        ends.append(len(columns))
    matrix = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(features), len(names)))
    nets = [network(matrix, np.array(right, np.float32), np.array(heft, np.float32), seed) for seed in range(1, NETS + 1)]
    rows, units = [], []
    for weights in (np.hstack([net[0] for net in nets]) * SCALE, np.array([list(linear.values())]).T):
        units.append(float(np.quantile(np.abs(weights), CLIPPED)) / 127)
        rows.append(np.clip(np.rint(weights / units[-1]), -127, 127).astype(int) + 128)
    packed = np.hstack(rows).astype(np.uint8)
    return {
        "unit": units[0], "linear_unit": units[1],
        "nets": [{"bias": [round(float(b), 4) for b in net[1]], "out": [round(float(w), 4) for w in net[2]], "out_bias": round(float(net[3][0]), 4)} for net in nets],
        "weights": {name: b85encode(packed[i].tobytes()).decode() for i, name in enumerate(names)},
    }  # fmt: skip


def write(path: Path, fitted: Mapping[str, Any]) -> None:
    """Write a model's file, one weight a line."""
    parts = {name: part for name, part in fitted.items() if name in ("bodies", "weights")}
    head = json.dumps({name: part for name, part in fitted.items() if name not in parts})
    written = [f'"{name}": {{\n ' + ",\n ".join(f"{json.dumps(f, ensure_ascii=False)}: {json.dumps(w)}" for f, w in part.items()) + "\n}" for name, part in sorted(parts.items())]
    path.write_text(f"{head[:-1]}, {', '.join(written)}}}\n", encoding="utf-8")


def network(matrix: csr_matrix, right: np.ndarray, heft: np.ndarray, seed: int) -> tuple[np.ndarray, ...]:
    """A network with one hidden layer of rectified units, fitted by Adam with features and units left out at random: what the
    features add to the hidden units, the bias of those, what they add to the outcome, and its bias."""
    chance = np.random.default_rng(seed)
    count, width = matrix.shape
    weights = [chance.normal(0, 0.05, (width, HIDDEN)).astype(np.float32), np.zeros(HIDDEN, np.float32), chance.normal(0, 0.2, HIDDEN).astype(np.float32), np.zeros(1, np.float32)]
    first = [np.zeros_like(w) for w in weights]
    second = [np.zeros_like(w) for w in weights]
    step = 0
    for epoch in range(EPOCHS):
        order = chance.permutation(count)
        for start in range(0, count, BATCH):
            chosen = order[start : start + BATCH]
            part = matrix[chosen]
            norm = (SCALE / np.sqrt(np.diff(part.indptr)))[:, None].astype(np.float32)
            kept = ((chance.random(part.data.shape) > DROPPED) / (1 - DROPPED)).astype(np.float32)
            part = csr_matrix((part.data * kept, part.indices, part.indptr), shape=part.shape)
            before = (part @ weights[0]) * norm + weights[1]
            units = ((chance.random(before.shape) > DROPPED_UNITS) / (1 - DROPPED_UNITS)).astype(np.float32)
            hidden = np.maximum(before, 0) * units
            off = ((1 / (1 + np.exp(-(hidden @ weights[2] + weights[3]))) - right[chosen]) * heft[chosen] / len(chosen)).astype(np.float32)
            back = np.outer(off, weights[2]) * units * (before > 0)
            slopes = [part.T.tocsr() @ (back * norm) + PULL * weights[0], back.sum(axis=0), hidden.T @ off, off.sum(keepdims=True)]
            step += 1
            rate = RATE * (1 - epoch / EPOCHS) * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            for weight, slope, one, two in zip(weights, slopes, first, second, strict=True):
                one += 0.1 * (slope - one)
                two += 0.001 * (slope * slope - two)
                weight -= (rate * one / (np.sqrt(two) + 1e-8)).astype(np.float32)
    return tuple(weights)


def left_out(features: Sequence[Collection[str]], right: Sequence[int], group: Sequence[str], *, ridge: float, fewest: int, heft: Sequence[float]) -> np.ndarray:
    """The chance of each example by the weights fitted on all groups but its own; the group "" is always fitted on."""
    told = np.zeros(len(right))
    for one in sorted(set(group) - {""}):
        inside = [i for i in range(len(right)) if group[i] != one]
        model = Layers(layered([features[i] for i in inside], [right[i] for i in inside], ridge=ridge, fewest=fewest, heft=[heft[i] for i in inside]))
        for i in range(len(right)):
            if group[i] == one:
                told[i] = model.chance(features[i])
    return told

