"""Fit the weights by which ``dueprocess claims`` tells figures on detainers from other numbers.

    python data/extract/train_counts.py

Reads the labelled texts on which the extractor may be tuned, prints how well ten parts of the texts are told by what was
fitted on the other nine, and each set of texts by what was fitted on the others, and writes ``counts-model.json``. The same texts give the same weights. Needs numpy.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.extraction import _family, load, wilson  # noqa: E402

from dueprocess.extract import capture  # noqa: E402
from dueprocess.extract.figures import candidates  # noqa: E402
from dueprocess.extract.gazetteer import survey  # noqa: E402
from dueprocess.extract.reading import prepared  # noqa: E402
from dueprocess.extract.sentences import sentences  # noqa: E402
from dueprocess.extract.stances import about_detainers  # noqa: E402

RIDGE = 1.0
THRESHOLD = 0.5
FOLDS = 10


def examples(texts: Sequence[Mapping[str, Any]]) -> tuple[list[frozenset[str]], np.ndarray, list[str], int]:
    """Features, whether each is a labelled figure, the text of each, and how many labels no candidate stands for.

    What a label calls optional is neither: it is left out.
    """
    features: list[frozenset[str]] = []
    right: list[int] = []
    origin: list[str] = []
    without = 0
    for text in texts:
        labels = text["labels"].get("counts", [])
        needed = {i for i, label in enumerate(labels) if not label.get("optional")}
        whole, _ = prepared(capture(text["text"].encode(), name=text["id"]).text)
        met: set[int] = set()
        for figure in candidates(whole, sentences(whole), survey(whole, title=text.get("title"))) if about_detainers(whole) else ():
            same = {i for i, label in enumerate(labels) if float(label["value"]) == float(figure.value) and _family(label["unit"]) == _family(figure.unit)}
            met |= same
            if (same and not same & needed) or (not same and text.get("partial")):
                continue
            features.append(figure.features)
            right.append(int(bool(same)))
            origin.append(text["id"])
        without += len(needed - met)
    return features, np.array(right), origin, without


def fit(features: Sequence[frozenset[str]], right: np.ndarray) -> dict[str, float]:
    """Logistic regression with a ridge, by Newton's method."""
    names = sorted({f for one in features for f in one})
    place = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(features), len(names) + 1))
    matrix[:, -1] = 1
    for row, one in enumerate(features):
        matrix[row, [place[f] for f in one]] = 1
    ridge = np.full(len(names) + 1, RIDGE)
    ridge[-1] = 1e-6
    weights = np.zeros(len(names) + 1)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-matrix @ weights))
        step = np.linalg.solve((matrix * (chance * (1 - chance))[:, None]).T @ matrix + np.diag(ridge), matrix.T @ (chance - right) + ridge * weights)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return {**dict(zip(names, (round(float(w), 3) for w in weights[:-1]), strict=True)), "(always)": round(float(weights[-1]), 3)}


def chance_of(weights: Mapping[str, float], one: frozenset[str]) -> float:
    """The fitted chance of one candidate."""
    return 1 / (1 + math.exp(-(weights["(always)"] + sum(weights.get(f, 0.0) for f in one))))


def left_out(features: Sequence[frozenset[str]], right: np.ndarray, group: Sequence[object]) -> np.ndarray:
    """The chance of each candidate by the weights fitted on all groups but its own."""
    told = np.zeros(len(right))
    for one in set(group):
        inside = [i for i in range(len(right)) if group[i] != one]
        weights = fit([features[i] for i in inside], right[inside])
        for i in range(len(right)):
            if group[i] == one:
                told[i] = chance_of(weights, features[i])
    return told


def main() -> None:
    texts = load()
    features, right, origin, without = examples(texts)
    part = {text["id"]: int(hashlib.sha256(text["id"].encode()).hexdigest(), 16) % FOLDS for text in texts}
    told = left_out(features, right, [part[one] for one in origin])
    taken = told >= THRESHOLD
    good, wrong, missed = int((taken & (right == 1)).sum()), int((taken & (right == 0)).sum()), int((~taken & (right == 1)).sum()) + without
    for name, share in (("precision", wilson(good, good + wrong)), ("recall", wilson(good, good + missed))):
        print(f"{name} of the parts left out: {share[0]:.2f} ({share[1]:.2f} to {share[2]:.2f})")
    print(f"{len(right)} candidates, {int(right.sum())} of them figures, in {len(texts)} texts; {without} labelled figures are no candidate")
    # The sets were written by different authors or at different times: a harder question than parts of all.
    group = {text["id"]: str(text.get("split") or "").split("-")[0] for text in texts}
    sets = [group[one] for one in origin]
    taken = left_out(features, right, sets) >= THRESHOLD
    for name in sorted(set(sets) - {""}):
        here = np.array([s == name for s in sets])
        without = examples([text for text in texts if group[text["id"]] == name])[3]
        good, wrong, missed = int((taken & here & (right == 1)).sum()), int((taken & here & (right == 0)).sum()), int((~taken & here & (right == 1)).sum()) + without
        print(f"set {name} left out: precision {good / (good + wrong):.2f} of {good + wrong}, recall {good / (good + missed):.2f} of {good + missed}")
    found = {
        "about": "weights of a logistic model: which numbers of a text are figures on detainers; fitted by data/extract/train_counts.py",
        "threshold": THRESHOLD,
        "weights": fit(features, right),
    }
    (Path(__file__).parent / "counts-model.json").write_text(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
