"""Fit the weights by which ``dueprocess claims`` tells texts that say what agencies do with detainers from those that only seem to.

    python data/extract/train_theme.py [--sets]

Reads the labelled texts on which the extractor may be tuned, fits a logistic model, and writes ``theme-model.json``. With ``--sets`` it writes nothing, and
prints how many texts with a position, and how many without, the weights of the other sets give less than the threshold.
The same texts give the same weights. Needs numpy and scipy.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(Path(__file__).parent)]

from logistic import fit, left_out, thinned  # noqa: E402
from train_accounts import group, texts  # noqa: E402

from dueprocess.extract import capture  # noqa: E402
from dueprocess.extract.accounts import Sensed  # noqa: E402
from dueprocess.extract.reading import prepared  # noqa: E402
from dueprocess.extract.sentences import sentences  # noqa: E402
from dueprocess.extract.settling import LEAST_OF_TEXT  # noqa: E402
from dueprocess.extract.theme import looks  # noqa: E402

RIDGE = 8.0
FEWEST = 8  # a word, pair or class that fewer texts have is left out
LEAST = 0.05  # a weight nearer to zero is left out


def looks_of(entry: Mapping[str, Any]) -> set[str]:
    """What is weighed of a labelled text."""
    text, _ = prepared(capture(entry["text"].encode(), name=entry["id"]).text)
    return looks(Sensed(text), sentences(text))


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--sets", action="store_true", help="print how each set is told by the weights of the others; write nothing")
    arguments = given.parse_args()
    known = [t for t in texts() if t["kind"] != "other_language" and not t.get("partial")]
    found, right = [looks_of(t) for t in known], [int(bool(t["labels"]["claims"])) for t in known]
    if arguments.sets:
        sets = [group(t) for t in known]
        told = left_out(found, right, sets, ridge=RIDGE, fewest=FEWEST)
        for name in [*sorted(set(sets)), "all"]:
            here = [i for i in range(len(known)) if name in (sets[i], "all")]
            lost, gone = ([told[i] < LEAST_OF_TEXT for i in here if right[i] == kind] for kind in (1, 0))
            print(f"set {name} left out: {sum(lost)} of {len(lost)} texts with a position are below {LEAST_OF_TEXT}, {sum(gone)} of {len(gone)} without")
        return
    weights = thinned(fit(found, right, ridge=RIDGE, fewest=FEWEST), LEAST)
    whole = {"about": "weights by which texts that tell positions are told from others; fitted by data/extract/train_theme.py", "weights": weights}
    (Path(__file__).parent / "theme-model.json").write_text(json.dumps(whole, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(known)} texts, {sum(right)} of them with a position; {len(weights)} weights")


if __name__ == "__main__":
    main()
