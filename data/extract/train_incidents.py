"""Fit the weights by which ``dueprocess claims`` tells stays beyond release from other lengths of time.

    python data/extract/train_incidents.py [--sets]

Reads the labelled texts on which the extractor may be tuned, fits a logistic model and three small networks, and writes
``incidents-model.json``. With ``--sets`` it writes nothing and prints how well each set of texts is told by what was fitted on the
others. The same texts give the same weights. Needs numpy and scipy.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(Path(__file__).parent)]

import layered  # noqa: E402
from logistic import LEADS, LIGHT, VARIANTS, filled, tell  # noqa: E402
from train_accounts import group, texts  # noqa: E402

from dueprocess.extract import capture  # noqa: E402
from dueprocess.extract.durations import Duration, durations  # noqa: E402
from dueprocess.extract.reading import prepared  # noqa: E402
from dueprocess.extract.sentences import sentences  # noqa: E402
from dueprocess.extract.wording import table  # noqa: E402

RIDGE = 4.0
FEWEST = 3
THRESHOLD = 0.4
BESIDE = 60  # so many characters beside a label's quote a length may stand


def examples(text: Mapping[str, Any]) -> tuple[list[tuple[Duration, int]], int]:
    """The lengths of a text, each with whether it is a labelled stay, and how many labels no length stands for.

    A length as long as a label's that stands elsewhere most likely tells it again: it is left out, as is what is optional.
    """
    whole, _ = prepared(capture(text["text"].encode(), name=text["id"], title=text.get("title")).text)
    labels = text["labels"].get("incidents", ())
    spans = []
    for label in labels:
        match = re.search(r"\s*".join(re.escape(w) for w in re.sub(r"<[^>]+>", " ", prepared(label["quote"])[0]).split()), whole)
        spans.append(match.span() if match else None)
    found: list[tuple[Duration, int]] = []
    met: set[int] = set()
    for one in durations(whole, sentences(whole)):
        kind = 0
        for i, (label, span) in enumerate(zip(labels, spans, strict=True)):
            hours = label.get("hours_overheld")
            same = hours is one.hours if hours is None or one.hours is None else abs(hours - one.hours) <= max(1.0, hours / 10)
            inside = span is not None and one.start < span[1] + BESIDE and one.end > span[0] - BESIDE
            if same and inside:
                kind = -1 if label.get("optional") else 1
                met.add(i)
                break
            if same or (hours is None and inside):
                kind = -1
        if kind >= 0 and not (kind == 0 and text.get("partial")):
            found.append((one, kind))
    return found, sum(i not in met and not label.get("optional") for i, label in enumerate(labels))


def made_up() -> list[tuple[frozenset[str], int]]:
    """The features of the lengths of ``incident-sentences.yaml``, each sentence with some fillings of its slots, and whether they are stays."""
    known = dict(table("incident-sentences"))
    slots, chance = known.pop("slots"), random.Random(7)
    found: list[tuple[frozenset[str], int]] = []
    for kind, mark in (("stay", "N"), ("other", "T")):
        for sentence in known[kind]:
            for _ in range(VARIANTS):
                text, words = filled(sentence, slots, chance)
                length = words[re.findall(r"\{(\w+)\}", sentence).index(mark)].lower()
                whole = chance.choice(LEADS) + text
                at = whole.lower().rindex(length)
                found += [(one.features, int(kind == "stay")) for one in durations(whole, sentences(whole)) if one.start <= at < one.end]
    return found


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--sets", action="store_true", help="tell each set by the weights of the others; write nothing")
    arguments = given.parse_args()
    known = [t for t in texts() if t["kind"] != "other_language"]
    sets: list[str] = []
    features: list[frozenset[str]] = []
    right: list[int] = []
    without: Counter[str] = Counter()
    for text in known:
        found, missing = examples(text)
        without[group(text)] += missing
        for one, kind in found:
            sets.append(group(text))
            features.append(one.features)
            right.append(kind)
    real = len(right)
    for one_made, kind in made_up():
        sets.append("")
        features.append(one_made)
        right.append(kind)
    heft = [1.0] * real + [LIGHT] * (len(right) - real)
    print(f"{real} lengths, {sum(right[:real])} of them stays beyond release, in {len(known)} texts; {without.total()} labelled stays are no candidate")
    if arguments.sets:
        tell(layered.left_out(features, right, sets, ridge=RIDGE, fewest=FEWEST, heft=heft), right, sets, without, threshold=THRESHOLD)
        return
    about = "weights of a logistic model and of three networks: which lengths of time tell of a stay beyond release; fitted by data/extract/train_incidents.py"
    fitted = layered.layered(features, right, ridge=RIDGE, fewest=FEWEST, heft=heft)
    layered.write(Path(__file__).parent / "incidents-model.json", {"about": about, "threshold": THRESHOLD, **fitted})


if __name__ == "__main__":
    main()
