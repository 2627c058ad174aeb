"""Fit the weights by which ``dueprocess claims`` weighs what a text tells of an agency.

    python data/extract/train_accounts.py [--sets]

Reads the labelled texts on which the extractor may be tuned, the passages of even numbers, and the made-up ones of
``account-sentences.yaml`` (at a lower weight), and writes ``accounts-model.json``. With ``--sets`` it writes nothing: it fits on all sets of texts
but one, reads that one with these weights, and prints precision and recall of its claims, for each set; the sets were written by different
authors or at different times. The same texts give the same weights. Needs numpy and scipy.
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

from bench.extraction import _same_agency, _share, load, score  # noqa: E402

from dueprocess.extract import capture, odds  # noqa: E402
from dueprocess.extract.accounts import MOST_PIECES, Account, features  # noqa: E402
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
RIDGE = 3.0
ROUNDS = 150
FEWEST = 2  # a feature that fewer accounts have is left out
WHOLE = 0.5  # what an account counts
PIECE = 0.3  # what a piece of an account counts by itself
LAPS = 25  # so many characters of a quote in a piece make it the quote's
VARIANTS = 4  # fillings of a made-up sentence
LIGHT = 0.2  # what a made-up sentence counts
UNIT = 0.01  # weights are kept as whole numbers of it
LEAST = 5  # a feature whose weights are all smaller is left out

Example = tuple[set[str], int, float]


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


def examples_of(entry: Mapping[str, Any]) -> list[Example]:
    """The accounts of a labelled text: the position of the label of that agency, else none; and their pieces, each by itself."""
    if entry["kind"] == "other_language":
        return []
    given = capture(entry["text"].encode(), name=entry["id"], title=entry.get("title"), publisher=entry.get("publisher"), published=entry.get("date"))
    text, _ = prepared(given.text)
    parts, places = sentences(text), survey(text, title=entry.get("title"), publisher=entry.get("publisher"))
    told = by_rules(text, parts, places, published=given.published, title=entry.get("title"))
    quoted = spans(text, entry["labels"]["claims"])
    found: list[Example] = []
    for key, account, weighs in weighed(told, parts):
        mine = labels_of(account.mention, entry["labels"]["claims"])
        if mine or not entry.get("partial"):
            found.append((weighs, odds.CLASSES.index(mine[0]["position"] if mine else "none"), WHOLE))
        if len(account.pieces) > 1:
            found += pieces_of(told, key, account, mine, quoted, partial=bool(entry.get("partial")))
    return found


def pieces_of(told: Told, key: Key, account: Account, mine: Sequence[Mapping[str, Any]], quoted: Sequence[tuple[int, int, Mapping[str, Any]]], *, partial: bool) -> list[Example]:
    """The pieces of an account as accounts of their own: the position whose quote lies there, else none.

    A piece outside all quotes that reads as a position labelled elsewhere in the text most likely tells it again; it is left out.
    """
    positions = {p for label in mine for p in (label["position"], *label.get("also_accept", ()))}
    found: list[Example] = []
    for piece in account.pieces[:MOST_PIECES]:
        begin, end = piece[:2]
        shared = [(min(end, e) - max(begin, s), label) for s, e, label in quoted if min(end, e) - max(begin, s) >= min(LAPS, end - begin, e - s)]
        own = [one for one in shared if any(one[1] is label for label in mine)]
        alone = Account(account.mention, [piece])
        heard = told.heard.within(alone)
        if not own and (shared or partial or any(name.split(":")[1] in positions for name in heard)):
            continue
        position = max(own, key=lambda one: one[0])[1]["position"] if own else "none"
        rules = {f"claim:{c.position}" for c in told.claims.get(key, ()) if begin <= c.start < end} or {"claim:none"}
        found.append((features(told.sensed, alone, frozenset(), others=0, rules=rules | heard), odds.CLASSES.index(position), PIECE))
    return found


def made_up() -> list[Example]:
    """The sentences of ``account-sentences.yaml``, each with some fillings of its slots, behind the name of an agency."""
    known = dict(table("account-sentences"))
    slots, leads, datelines, names, chance = known.pop("slots"), known.pop("leads"), known.pop("datelines"), known.pop("names"), random.Random(7)

    def fill(wording: str, words: Mapping[str, Sequence[str]]) -> str:
        return re.sub(r"\{(\w+)\}", lambda m: chance.choice(words[m[1]]), wording)

    def behind(lead: str, sentence: str) -> str:
        return lead + sentence[0].upper() + sentence[1:]

    found: list[Example] = []
    for position, wordings in known.items():
        for wording in wordings:
            written = {behind(chance.choice(leads), fill(wording, slots)) for _ in range(VARIANTS)}
            if "{S}" in wording:
                written |= {behind(chance.choice(datelines), fill(wording, {**slots, "S": names})) for _ in range(VARIANTS)}
            for text in sorted(written):
                parts, places = sentences(text), survey(text)
                found += [(weighs, odds.CLASSES.index(position), LIGHT) for _, _, weighs in weighed(by_rules(text, parts, places, published=None, title=None), parts)]
    return found


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
    name = str(entry.get("split") or entry["id"]).split("-")[0]
    return {"dev": "first", "heldout": "first"}.get(name, name)


def texts() -> list[dict[str, Any]]:
    """All that may be fitted on."""
    return [*load(), *load([PASSAGES / "wording.jsonl", PASSAGES / "context.jsonl"], half="even")]


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--sets", action="store_true", help="score each set with the weights of the others; write nothing")
    arguments = given.parse_args()
    known = texts()
    sets = [group(t) for t in known]
    per_text = [examples_of(t) for t in known]
    if arguments.sets:
        extra = made_up()
        for name in sorted({g for g in sets if g} - {""}):
            weights = fit([*(e for g, found in zip(sets, per_text, strict=True) if g != name for e in found), *extra])
            scaled = {f: [UNIT * w for w in row] for f, row in weights.items()}
            with patch.object(odds, "weights", lambda scaled=scaled: scaled):
                tallies, totals = score([t for t, g in zip(known, sets, strict=True) if g == name])
            whole = tallies["claims", "all"]
            print(f"set {name} left out: claims precision {_share(whole.precision())} of {whole.right + whole.wrong}, recall {_share(whole.recall())} of {whole.hit + whole.missed}; from distractors {totals['distractor claims']}", flush=True)
        return
    examples = [*(e for found in per_text for e in found), *made_up()]
    weights = fit(examples)
    found = {"about": "weights of a multinomial logistic model: what position an agency's account comes to; fitted by data/extract/train_accounts.py", "classes": odds.CLASSES, "unit": UNIT}
    line = ",\n ".join(f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(row, separators=(',', ':'))}" for name, row in weights.items())
    head = json.dumps(found, ensure_ascii=False)[:-1]
    (HERE / "accounts-model.json").write_text(f'{head}, "weights": {{\n {line}\n}}}}\n', encoding="utf-8")
    print(f"{len(examples)} accounts and pieces, {sum(c > 0 for _, c, _ in examples)} of them with a position, of {len(known)} texts; {len(weights)} features")


if __name__ == "__main__":
    main()
