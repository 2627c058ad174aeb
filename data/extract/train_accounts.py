"""Fit the weights by which ``dueprocess claims`` weighs what a text tells of an agency.

    python data/extract/train_accounts.py [--sets]

Reads the labelled texts on which the extractor may be tuned, the passages that may be fitted on, and the made-up ones of
``account-sentences.yaml`` (at a lower weight), fits a logistic model and a network with one hidden layer, and writes ``accounts-model.json``.
With ``--sets`` it writes nothing: for each set of texts it fits on the others, reads that one with these weights, and prints precision
and recall of its claims; the sets were written by different authors or at different times. The same texts give the same weights. Needs
numpy and scipy.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from base64 import b85encode
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

from bench.extraction import _same_agency, _share, load, score  # noqa: E402

from dueprocess.extract import capture, odds  # noqa: E402
from dueprocess.extract.accounts import MOST_PIECES, Account, Piece, features  # noqa: E402
from dueprocess.extract.atlas import Mention  # noqa: E402
from dueprocess.extract.claims import by_rules  # noqa: E402
from dueprocess.extract.gazetteer import survey  # noqa: E402
from dueprocess.extract.merging import Key  # noqa: E402
from dueprocess.extract.reading import prepared  # noqa: E402
from dueprocess.extract.sentences import sentences  # noqa: E402
from dueprocess.extract.settling import Told, weighed  # noqa: E402
from dueprocess.extract.wording import table  # noqa: E402

HERE = Path(__file__).parent
PASSAGES = ROOT / "tests" / "corpus" / "passages"
# Of the texts of these writers, those whose number it divides are only scored. In the last two every fifth is a distractor, and hardly another.
SCORED = {"news": 5, "official": 5, "dialogue": 5, "phrases": 5, "nearmiss": 5, "articles": 10, "documents": 10, "spoken": 5, "coded": 5, "sober": 5, "twins": 5, "plain": 5, "hearings": 5, "talk": 5, "around": 5, "whole": 5, "press": 5, "desk": 5, "spans": 5, "plainly": 5, "wire": 5, "folder": 5, "rounds": 5, "offices": 5, "turned": 5}
FEWEST = 2  # a feature that fewer accounts have is left out
WHOLE = 0.5  # what an account counts
PIECE = 0.3  # what a piece of an account counts by itself
LAPS = 25  # so many characters of a quote in a piece make it the quote's
VARIANTS = 4  # fillings of a made-up sentence
LIGHT = 1.0  # what a made-up sentence counts
# The logistic model.
RIDGE = 3.0
ROUNDS = 80
# The network.
HIDDEN = 48
EPOCHS = 20
BATCH = 192
RATE = 0.006
DROPPED = 0.5  # of the features, and of the hidden units below, so much is left out at each step
DROPPED_UNITS = 0.3
PULL = 1e-5
SCALE = 4.0  # of the sum over an account's features, divided by the root of their number
CLIPPED = 0.9995  # so much of the weights fits into a byte; the rest is cut

Example = tuple[set[str], tuple[int, ...], float]
"""The features of an account, the classes that are right for it, and what it counts."""


def labels_of(one: Mention, labels: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The labels of the agency of a mention, those that are required first."""
    name = {"agency": one.office or (f"{one.label} Police Department" if one.role == "police" else one.label), "county_or_city": one.label}
    return sorted((label for label in labels if label["state"] == one.state and _same_agency(name, label)), key=lambda label: bool(label.get("optional")))


def spans(text: str, labels: Sequence[Mapping[str, Any]]) -> list[tuple[int, int, Mapping[str, Any]]]:
    """Where the labels' quotes stand in the text as it is read."""
    found = []
    for label in labels:
        words = [re.escape(w) for w in re.sub(r"<[^>]+>", " ", prepared(label["quote"])[0]).split()]
        match = re.search(r"\s*".join(words), text)
        if match:
            found.append((match.start(), match.end(), label))
    return found


def heard_of(entry: Mapping[str, Any]) -> tuple[Told, list[tuple[Key, Account, set[str]]], list[tuple[int, int, Mapping[str, Any]]]]:
    """What the rules read of a labelled text, its accounts with what the model weighs of each, and where the quotes of its claims stand."""
    given = capture(entry["text"].encode(), name=entry["id"], title=entry.get("title"), publisher=entry.get("publisher"), published=entry.get("date"))
    text, _ = prepared(given.text)
    parts, places = sentences(text), survey(text, title=entry.get("title"), publisher=entry.get("publisher"))
    told = by_rules(text, parts, places, published=given.published, title=entry.get("title"))
    return told, weighed(told, parts), spans(text, entry["labels"]["claims"])


def examples_of(entry: Mapping[str, Any]) -> list[Example]:
    """The accounts of a labelled text: the positions that the label of that agency takes, else none; and their pieces, each by itself."""
    if entry["kind"] == "other_language":
        return []
    told, known, quoted = heard_of(entry)
    found: list[Example] = []
    for key, account, weighs in known:
        mine = labels_of(account.mention, entry["labels"]["claims"])
        if mine or not entry.get("partial"):
            found.append((weighs, right_of(mine), WHOLE))
        if len(account.pieces) > 1:
            found += pieces_of(told, key, account, mine, quoted, partial=bool(entry.get("partial")))
    return found


def right_of(mine: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """The classes that are right for an agency with these labels: what the first that is required takes; none where all are optional, as a
    practice that has ended and a doubtful voice are."""
    required = next((label for label in mine if not label.get("optional")), None)
    return tuple(sorted(odds.CLASSES.index(name) for name in ((required["position"], *required.get("also_accept", ())) if required else ("none",))))


def pieces_of(told: Told, key: Key, account: Account, mine: Sequence[Mapping[str, Any]], quoted: Sequence[tuple[int, int, Mapping[str, Any]]], *, partial: bool) -> list[Example]:
    """The pieces of an account as examples of their own."""
    found: list[Example] = []
    for alone, right in labelled_pieces(told, account, told.sensed.by_telling(account)[:MOST_PIECES], mine, quoted, partial=partial):
        begin, end = alone.pieces[0][:2]
        rules = {f"claim:{c.position}" for c in told.claims.get(key, ()) if begin <= c.start < end} or {"claim:none"}
        found.append((features(told.sensed, alone, frozenset(), others=0, rules=rules | told.heard.within(alone)), right, PIECE))
    return found


def labelled_pieces(told: Told, account: Account, pieces: Sequence[Piece], mine: Sequence[Mapping[str, Any]], quoted: Sequence[tuple[int, int, Mapping[str, Any]]], *, partial: bool) -> list[tuple[Account, tuple[int, ...]]]:
    """Pieces of an account as accounts of their own: the position whose quote lies there, else none.

    A piece outside all quotes that reads as a position labelled elsewhere in the text most likely tells it again; it is left out.
    """
    positions = {p for label in mine for p in (label["position"], *label.get("also_accept", ()))}
    found: list[tuple[Account, tuple[int, ...]]] = []
    for piece in pieces:
        begin, end = piece[:2]
        shared = [(min(end, e) - max(begin, s), label) for s, e, label in quoted if min(end, e) - max(begin, s) >= min(LAPS, end - begin, e - s)]
        own = [one for one in shared if any(one[1] is label for label in mine)]
        alone = Account(account.mention, [piece])
        if not own and (shared or partial or any(name.split(":")[1] in positions for name in told.heard.within(alone))):
            continue
        label = max(own, key=lambda one: one[0])[1] if own else None
        position = label["position"] if label is not None and not label.get("optional") else "none"
        found.append((alone, (odds.CLASSES.index(position),)))
    return found


def made_up_texts(*, introduced: bool = False) -> list[tuple[str, int]]:
    """The sentences of ``account-sentences.yaml``, each with some fillings of its slots, behind the name of an agency, and their classes;
    ``introduced``: behind introductions, too."""
    known = dict(table("account-sentences"))
    slots, leads, datelines, names, chance = known.pop("slots"), known.pop("leads"), known.pop("datelines"), known.pop("names"), random.Random(7)
    introductions = known.pop("introductions")

    def fill(wording: str, words: Mapping[str, Sequence[str]]) -> str:
        return re.sub(r"\{(\w+)\}", lambda m: chance.choice(words[m[1]]), wording)

    def behind(lead: str, sentence: str) -> str:
        return lead + sentence[0].upper() + sentence[1:]

    found: list[tuple[str, int]] = []
    for position, wordings in known.items():
        for wording in wordings:
            written = {behind(chance.choice(leads), fill(wording, slots)) for _ in range(VARIANTS)}
            if "{S}" in wording:
                written |= {behind(chance.choice(datelines), fill(wording, {**slots, "S": names})) for _ in range(VARIANTS)}
            if introduced:
                written |= {behind(chance.choice(introductions), fill(wording, {**slots, "S": chance.choice((slots["S"], names))})) for _ in range(VARIANTS)}
            found += [(text, odds.CLASSES.index(position)) for text in sorted(written)]
    return found


def made_up() -> list[Example]:
    """The accounts of the made-up sentences."""
    found: list[Example] = []
    for text, right in made_up_texts():
        parts, places = sentences(text), survey(text)
        found += [(weighs, (right,), LIGHT) for _, _, weighs in weighed(by_rules(text, parts, places, published=None, title=None), parts)]
    return found


def fit(examples: Sequence[Example]) -> dict[str, Any]:
    """The fitted weights, as ``odds.Weights`` takes them."""
    often = Counter(f for found, _, _ in examples for f in found)
    names = sorted(f for f, n in often.items() if n >= FEWEST)
    place = {name: i + 1 for i, name in enumerate(names)}
    columns: list[int] = []
    ends = [0]
    for found, _, _ in examples:
        columns += [0, *sorted(place[f] for f in found if f in place)]
        ends.append(len(columns))
    matrix = csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(examples), len(names) + 1))
    right = np.zeros((len(examples), len(odds.CLASSES)), np.float32)
    for i, (_, classes, _) in enumerate(examples):
        right[i, list(classes)] = 1
    heft = np.array([w for _, _, w in examples], np.float32)
    linear = logistic(matrix.astype(float), right, heft)
    net = network(matrix, right, heft)
    rows, units = [], []
    for weights in (net["within"] * SCALE, linear):
        units.append(float(np.quantile(np.abs(weights), CLIPPED)) / 127)
        rows.append(np.clip(np.rint(weights / units[-1]), -127, 127).astype(int) + 128)
    packed = np.hstack(rows).astype(np.uint8)
    return {
        "unit": units[0], "linear_unit": units[1],
        "bias": rounded(net["bias"]), "out": [rounded(row) for row in net["out"]], "out_bias": rounded(net["out_bias"]),
        "features": {name: b85encode(packed[i].tobytes()).decode() for i, name in enumerate(["(always)", *names])},
    }  # fmt: skip


def rounded(weights: np.ndarray) -> list[float]:
    """The weights as numbers that a file can hold in few signs."""
    return [round(float(w), 4) for w in weights]


def shares(sums: np.ndarray) -> np.ndarray:
    """The chances of the classes by their sums, row by row."""
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def logistic(matrix: csr_matrix, right: np.ndarray, heft: np.ndarray) -> np.ndarray:
    """Multinomial logistic regression with a ridge, features by classes; any class of ``right`` will do."""
    shape = (matrix.shape[1], right.shape[1])
    turned = matrix.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(shape)
        given = shares(matrix @ weights)
        hit = given * right
        whole = hit.sum(axis=1, keepdims=True) + 1e-12
        pull = RIDGE * weights
        pull[0] = 0
        value = -(heft * np.log(whole[:, 0])).sum() + RIDGE / 2 * (weights[1:] ** 2).sum()
        return float(value), (turned @ ((given - hit / whole) * heft[:, None]) + pull).ravel()

    return np.asarray(minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x.reshape(shape))


def network(matrix: csr_matrix, right: np.ndarray, heft: np.ndarray) -> dict[str, np.ndarray]:
    """A network with one hidden layer of rectified units, fitted by Adam with features and units left out at random; the sum over an
    account's features is divided by the root of their number."""
    chance = np.random.default_rng(1)
    count, width = matrix.shape
    heft = heft / heft.max()
    weights = {
        "within": chance.normal(0, 0.05, (width, HIDDEN)).astype(np.float32), "bias": np.zeros(HIDDEN, np.float32),
        "out": chance.normal(0, 0.15, (HIDDEN, right.shape[1])).astype(np.float32), "out_bias": np.zeros(right.shape[1], np.float32),
    }  # fmt: skip
    first = {name: np.zeros_like(w) for name, w in weights.items()}
    second = {name: np.zeros_like(w) for name, w in weights.items()}
    step = 0
    for epoch in range(EPOCHS):
        order = chance.permutation(count)
        for start in range(0, count, BATCH):
            chosen = order[start : start + BATCH]
            part = matrix[chosen]
            norm = (SCALE / np.sqrt(np.diff(part.indptr)))[:, None].astype(np.float32)
            kept = (chance.random(part.data.shape) > DROPPED) / (1 - DROPPED)
            part = csr_matrix((part.data * kept.astype(np.float32), part.indices, part.indptr), shape=part.shape)
            before = (part @ weights["within"]) * norm + weights["bias"]
            units = ((chance.random(before.shape) > DROPPED_UNITS) / (1 - DROPPED_UNITS)).astype(np.float32)
            hidden = np.maximum(before, 0) * units
            given = shares(hidden @ weights["out"] + weights["out_bias"])
            hit = given * right[chosen]
            off = (given - hit / (hit.sum(axis=1, keepdims=True) + 1e-9)) * (heft[chosen] / len(chosen))[:, None]
            back = (off @ weights["out"].T) * units * (before > 0)
            slopes = {"within": part.T.tocsr() @ (back * norm) + PULL * weights["within"], "bias": back.sum(axis=0), "out": hidden.T @ off, "out_bias": off.sum(axis=0)}
            step += 1
            rate = RATE * (1 - epoch / EPOCHS) * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            for name, slope in slopes.items():
                first[name] += 0.1 * (slope - first[name])
                second[name] += 0.001 * (slope * slope - second[name])
                weights[name] -= (rate * first[name] / (np.sqrt(second[name]) + 1e-8)).astype(np.float32)
    return weights


def group(entry: Mapping[str, Any]) -> str:
    """The set that a text was written in: both halves of a set are one."""
    split = str(entry.get("split") or "passages")
    name = (str(entry["id"]) if split == "passages" else split).split("-")[0]
    return {"dev": "first", "heldout": "first"}.get(name, name)


def texts() -> list[dict[str, Any]]:
    """All that may be fitted on."""
    halves = load([PASSAGES / "wording.jsonl", PASSAGES / "context.jsonl"], half="even")
    return [*load(), *halves, *(t for name, every in SCORED.items() for t in load([PASSAGES / f"{name}.jsonl"], but_every=every))]


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--sets", action="store_true", help="score each set with the weights of the others; write nothing")
    arguments = given.parse_args()
    known = texts()
    sets = [group(t) for t in known]
    per_text = [examples_of(t) for t in known]
    extra = made_up()
    if arguments.sets:
        for name in sorted(set(sets) - {""}):
            others = odds.Weights(fit([*(e for g, found in zip(sets, per_text, strict=True) if g != name for e in found), *extra]))
            with patch.object(odds, "weights", lambda others=others: others):
                tallies, totals = score([t for t, g in zip(known, sets, strict=True) if g == name])
            whole = tallies["claims", "all"]
            print(f"set {name} left out: claims precision {_share(whole.precision())} of {whole.right + whole.wrong}, recall {_share(whole.recall())} of {whole.hit + whole.missed}; from distractors {totals['distractor claims']}", flush=True)
        return
    examples = [*(e for found in per_text for e in found), *extra]
    found = {"about": "weights of a logistic model and of a network: what position an agency's account comes to; fitted by data/extract/train_accounts.py", "classes": odds.CLASSES, **fit(examples)}
    rows = found.pop("features")
    line = ",\n ".join(f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(row)}" for name, row in rows.items())
    head = json.dumps(found, ensure_ascii=False)[:-1]
    (HERE / "accounts-model.json").write_text(f'{head}, "features": {{\n {line}\n}}}}\n', encoding="utf-8")
    print(f"{len(examples)} accounts and pieces, {sum(c != (0,) for _, c, _ in examples)} of them with a position, of {len(known)} texts; {len(rows)} features")


if __name__ == "__main__":
    main()
