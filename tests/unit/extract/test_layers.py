"""The chance that features give: a logistic model and networks, averaged; their file of weights."""

from __future__ import annotations

import math
from base64 import b85encode

import pytest

from dueprocess.extract.counts import model
from dueprocess.extract.figures import candidates
from dueprocess.extract.gazetteer import survey
from dueprocess.extract.layers import Layers
from dueprocess.extract.sentences import sentences


def row(*weights: int) -> str:
    return b85encode(bytes(w + 128 for w in weights)).decode()


SMALL = Layers({
    "unit": 0.5, "linear_unit": 0.1,
    "nets": [{"bias": [0.0], "out": [2.0], "out_bias": -1.0}, {"bias": [1.0], "out": [-1.0], "out_bias": 0.0}],
    "weights": {"(always)": row(0, 0, -10), "a": row(2, -4, 20), "b": row(-6, 2, 0)},
})  # fmt: skip


def share(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


@pytest.mark.parametrize("features", [{"a"}, {"b"}, {"a", "b"}, {"unknown"}, set()])
def test_the_chance_is_the_mean_of_both_kinds(features: set[str]) -> None:
    known = features & {"a", "b"}
    rows = [(0, 0, -10), *({"a": (2, -4, 20), "b": (-6, 2, 0)}[f] for f in known)]
    one, two, last = (sum(r[i] for r in rows) for i in range(3))
    scale = 0.5 / math.sqrt(len(rows))
    nets = share(2 * max(0, one * scale) - 1) + share(-max(0, two * scale + 1))
    assert SMALL.chance(features) == pytest.approx((share(last * 0.1) + nets / 2) / 2)


def test_the_file_of_counts_knows_the_features_of_a_plain_sentence() -> None:
    text = "The Linn County jail in Oregon received 41 detainers from ICE last year and declined nine of them."
    (first, second) = candidates(text, sentences(text), survey(text))
    known = Layers(model())
    assert known.chance(first.features) > 0.9
    assert {"unit:detainers", "rule:cases"} <= first.features & known.rows.rows.keys()
    assert second.either is not None
