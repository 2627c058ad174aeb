"""Fit the weights by which ``dueprocess claims`` weighs whether a sentence tells a position, and which.

    python data/extract/train_stances.py [--sets]

Reads the labelled texts on which the extractor may be tuned and the made-up sentences of ``stance-sentences.yaml`` (at a lower weight), and writes
``stances-model.json``. With ``--sets`` it writes nothing: it fits on all sets of texts but one, reads that one with these weights, and
prints precision and recall of its claims, for each set; the sets were written by different authors or at different times. The same texts give the same weights. Needs
numpy and scipy.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from bench.extraction import _share, load, score  # noqa: E402

from dueprocess.extract import capture, odds  # noqa: E402
from dueprocess.extract.reading import prepared  # noqa: E402
from dueprocess.extract.sentences import sentences  # noqa: E402
from dueprocess.extract.stances import about_detainers, stance  # noqa: E402
from dueprocess.extract.wording import table  # noqa: E402

HERE = Path(__file__).parent
RIDGE = 3.0
ROUNDS = 120
FEWEST = 2  # a feature that fewer sentences have is left out
VARIANTS = 4  # fillings of a made-up sentence
LIGHT = 0.3  # what a made-up sentence counts beside one of a text
UNIT = 0.01  # weights are kept as whole numbers of it
LEAST = 5  # a feature whose weights are all smaller is left out
NONE = odds.CLASSES.index("none")

Example = tuple[set[str], int, float]


def made_up() -> list[Example]:
    """The sentences of ``stance-sentences.yaml``, each with some fillings of its slots."""
    found = dict(table("stance-sentences"))
    slots, chance = found.pop("slots"), random.Random(7)
    before = odds.families_of("The county holds people on an ICE detainer.")
    examples: list[Example] = []
    for position, wordings in found.items():
        for wording in wordings:
            filled = {re.sub(r"\{(\w+)\}", lambda m: chance.choice(slots[m[1]]), wording) for _ in range(VARIANTS)}
            examples += [(odds.features(text, before, asked=False), odds.CLASSES.index(position), LIGHT) for text in sorted(filled)]
    return examples


def spans(text: str, labels: Sequence[Mapping[str, Any]]) -> list[tuple[int, int, Mapping[str, Any]]]:
    """Where the labels' quotes stand in the text as it is read."""
    found = []
    for label in labels:
        words = [re.escape(w) for w in re.sub(r"<[^>]+>", " ", prepared(label["quote"])[0]).split()]
        match = re.search(r"\s*".join(words), text)
        if match:
            found.append((match.start(), match.end(), label))
    return found


def examples_of(entry: Mapping[str, Any]) -> list[Example]:
    """The sentences of a labelled text: the position of the label whose quote lies there, else none.

    A sentence outside all quotes that reads as a position labelled elsewhere in the text most likely tells it again; it is left out.
    """
    text, _ = prepared(capture(entry["text"].encode(), name=entry["id"], title=entry.get("title")).text)
    if not about_detainers(text) or entry["kind"] == "other_language":
        return []
    quoted = spans(text, entry["labels"]["claims"])
    told = {p for label in entry["labels"]["claims"] for p in (label["position"], *label.get("also_accept", ()))}
    parts = sentences(text)
    found: list[Example] = []
    for part, families, asked in contexts([p.text for p in parts]):
        one = parts[part]
        shared = [(min(one.end, e) - max(one.start, s), e - s, label) for s, e, label in quoted]
        mine = [(n, label["position"]) for n, length, label in shared if n >= min(12, one.end - one.start) or n >= 0.5 * length]
        if not mine:
            taken = stance(one.text, topical=True)
            if entry.get("partial") or (taken is not None and taken.position in told):
                continue
        position = max(mine, key=lambda m: m[0])[1] if mine else "none"
        found.append((odds.features(one.text, families, asked=asked), odds.CLASSES.index(position), 1.0))
    return found


def contexts(texts: Sequence[str]) -> list[tuple[int, frozenset[str], bool]]:
    """For each sentence the families of the two before it, and whether the last of them is a question."""
    families = [odds.families_of(t) for t in texts]
    return [(i, frozenset().union(*families[max(0, i - 2) : i]), bool(i) and texts[i - 1].rstrip().endswith("?")) for i in range(len(texts))]


def fit(examples: Sequence[Example]) -> dict[str, list[int]]:
    """Multinomial logistic regression with a ridge: the weights of each feature, as whole numbers of ``UNIT``."""
    often = Counter(f for found, _, _ in examples for f in found)
    names = sorted(f for f, n in often.items() if n >= FEWEST)
    place = {name: i + 1 for i, name in enumerate(names)}
    columns: list[int] = []
    ends = [0]
    for found, _, _ in examples:
        columns += [0, *sorted(place[f] for f in found if f in place)]
        ends.append(len(columns))
    matrix = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(examples), len(names) + 1))
    right = np.eye(len(odds.CLASSES))[[c for _, c, _ in examples]]
    heft = np.array([w for _, _, w in examples])
    shape = (len(names) + 1, len(odds.CLASSES))

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(shape)
        sums = matrix @ weights
        sums -= sums.max(axis=1, keepdims=True)
        shares = np.exp(sums)
        shares /= shares.sum(axis=1, keepdims=True)
        pull = RIDGE * weights
        pull[0] = 0
        value = -(heft * np.log((shares * right).sum(axis=1) + 1e-12)).sum() + RIDGE / 2 * (weights[1:] ** 2).sum()
        return float(value), (matrix.T @ ((shares - right) * heft[:, None]) + pull).ravel()

    flat = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    whole = np.rint(flat.reshape(shape) / UNIT).astype(int)
    kept = {name: row.tolist() for name, row in zip(names, whole[1:], strict=True) if np.abs(row).max() >= LEAST}
    return {"(always)": whole[0].tolist(), **kept}


def group(entry: Mapping[str, Any]) -> str:
    """The set that a text was written in: both halves of a set are one."""
    name = str(entry.get("split") or "").split("-")[0]
    return {"dev": "first", "heldout": "first"}.get(name, name)


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--sets", action="store_true", help="score each set with the weights of the others; write nothing")
    arguments = given.parse_args()
    texts = load()
    per_text = [(group(t), examples_of(t)) for t in texts]
    extra = made_up()
    if arguments.sets:
        for name in sorted({g for g, _ in per_text} - {""}):
            weights = fit([*(e for g, found in per_text if g != name for e in found), *extra])
            scaled = {f: [UNIT * w for w in row] for f, row in weights.items()}
            with patch.object(odds, "weights", lambda scaled=scaled: scaled):
                tallies, totals = score([t for t in texts if group(t) == name])
            whole = tallies["claims", "all"]
            print(f"set {name} left out: claims precision {_share(whole.precision())} of {whole.right + whole.wrong}, recall {_share(whole.recall())} of {whole.hit + whole.missed}; from distractors {totals['distractor claims']}", flush=True)
        return
    examples = [*(e for _, found in per_text for e in found), *extra]
    found = {
        "about": "weights of a multinomial logistic model: whether a sentence tells a position on detainers, and which; fitted by data/extract/train_stances.py",
        "classes": odds.CLASSES,
        "unit": UNIT,
        "weights": fit(examples),
    }
    line = ",\n ".join(f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(row, separators=(',', ':'))}" for name, row in found.pop("weights").items())
    head = json.dumps(found, ensure_ascii=False)[:-1]
    (HERE / "stances-model.json").write_text(f'{head}, "weights": {{\n {line}\n}}}}\n', encoding="utf-8")
    print(f"{len(examples)} sentences, {sum(c != NONE for _, c, _ in examples)} of them with a position, of {len(texts)} texts")


if __name__ == "__main__":
    main()
