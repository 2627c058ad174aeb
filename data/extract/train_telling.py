"""Fit the weights by which ``dueprocess claims`` finds the pieces of an agency's account that tell what it does.

    python data/extract/train_telling.py [--sets]

Reads the labelled texts on which the extractor may be tuned, fits a logistic model, and writes ``telling-model.json``: to be done
before ``train_accounts.py`` and ``train_encoder.py``, which are shown the pieces that it finds. With ``--sets`` it writes nothing, and
prints for each set of texts in how many accounts a labelled position's quote is among the pieces that are found by the weights of the others, for
so many characters. The same texts give the same weights. Needs numpy and scipy.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(Path(__file__).parent)]

import train_accounts as accounts  # noqa: E402
from logistic import fit, thinned  # noqa: E402

from dueprocess.extract import telling  # noqa: E402
from dueprocess.extract.accounts import Account, Piece, Sensed, pieces_weighed  # noqa: E402

RIDGE = 5.0
FEWEST = 6  # a word or class that fewer pieces have is left out
LEAST = 0.05  # a weight nearer to zero is left out
BUDGETS = (400, 1_600)  # characters


class Example(NamedTuple):
    """An account of two pieces or more: what is weighed of its pieces, which of them tell a labelled position, its set."""

    sensed: Sensed
    account: Account
    looks: list[set[str]]
    tells: list[int]
    known: list[Piece]
    group: str


def examples() -> list[Example]:
    """The accounts of all texts that may be fitted on."""
    found = []
    for entry in accounts.texts():
        if entry["kind"] == "other_language":
            continue
        told, known, quoted = accounts.heard_of(entry)
        for _, account, _ in known:
            if len(account.pieces) < 2:
                continue
            mine = accounts.labels_of(account.mention, entry["labels"]["claims"])
            away = dict(telling.aways(account.pieces))
            pieces = accounts.labelled_pieces(told, account, account.pieces, mine, quoted, partial=bool(entry.get("partial")))
            known_pieces = [alone.pieces[0] for alone, _ in pieces]
            looks = [telling.looks(*told.sensed.of(*piece[:2]), away[piece]) for piece in known_pieces]
            found.append(Example(told.sensed, account, looks, [int(right != (0,)) for _, right in pieces], known_pieces, accounts.group(entry)))
    return found


def fitted(known: list[Example]) -> dict[str, float]:
    """The weights of words and classes."""
    weights = fit([look for one in known for look in one.looks], [t for one in known for t in one.tells], ridge=RIDGE, fewest=FEWEST)
    return {name: weight for name, weight in thinned(weights, LEAST).items() if name != "(always)"}


def found_among(known: list[Example], weights: dict[str, float]) -> str:
    """In how many of the accounts that tell a position it is among the pieces that these weights find."""
    counted: Counter[int] = Counter()
    with patch.object(telling, "weights", lambda: weights):
        for one in known:
            if not any(one.tells):
                continue
            tell = {piece for piece, tells in zip(one.known, one.tells, strict=True) if tells}
            counted[0] += 1
            sensed = Sensed(one.sensed.text)  # which has weighed nothing yet
            for most in BUDGETS:
                counted[most] += bool(tell & set(pieces_weighed(sensed, one.account, most)))
    return ", ".join(f"{counted[most] / counted[0]:.3f} within {most} characters" for most in BUDGETS) + f", of {counted[0]}"


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--sets", action="store_true", help="for each set, how often the weights of the others find what tells; write nothing")
    arguments = given.parse_args()
    known = examples()
    if arguments.sets:
        for name in sorted({one.group for one in known} - {""}):
            weights = fitted([one for one in known if one.group != name])
            print(f"set {name} left out: {found_among([one for one in known if one.group == name], weights)}", flush=True)
        return
    weights = fitted(known)
    found = {"about": "weights by which pieces of an agency's account that tell its position are found; fitted by data/extract/train_telling.py", "weights": weights}
    (Path(__file__).parent / "telling-model.json").write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{sum(len(one.looks) for one in known)} pieces, {sum(map(sum, (one.tells for one in known)))} of them with a position; {len(weights)} weights")


if __name__ == "__main__":
    main()
