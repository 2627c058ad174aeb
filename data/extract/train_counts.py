"""Fit the weights by which ``dueprocess claims`` tells figures on detainers from other numbers.

    python data/extract/train_counts.py [--sets]

Reads the labelled texts on which the extractor may be tuned, fits a logistic model and three small networks, and writes
``counts-model.json``. With ``--sets`` it writes nothing and prints how well each set of texts is told by what was fitted on the
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
from bench.extraction import _family  # noqa: E402
from logistic import LEADS, LIGHT, VARIANTS, filled, fit, left_out, tell, thinned  # noqa: E402
from train_accounts import group, texts  # noqa: E402

from dueprocess.extract import capture  # noqa: E402
from dueprocess.extract.figures import TELLING, Figure, candidates  # noqa: E402
from dueprocess.extract.gazetteer import survey  # noqa: E402
from dueprocess.extract.reading import prepared  # noqa: E402
from dueprocess.extract.sentences import sentences  # noqa: E402
from dueprocess.extract.units import followed, follows  # noqa: E402
from dueprocess.extract.wording import table  # noqa: E402

RIDGE = 4.0
FEWEST = 3
LEAST = 0.03
THRESHOLD = 0.65
BESIDE = 30  # so many characters beside a label's quote its number may stand


def examples(text: Mapping[str, Any]) -> tuple[list[tuple[Figure, int]], list[tuple[frozenset[str], int]], int]:
    """The candidates of a text, each with whether it is a labelled figure; the features of the bare numbers among the labelled ones, each
    with whether it counts agencies; and how many labels no candidate stands for.

    What a label calls optional is left out of the first, and so is a small number that a label names elsewhere: it may be another.
    """
    labels = text["labels"].get("counts", ())
    whole, _ = prepared(capture(text["text"].encode(), name=text["id"], title=text.get("title")).text)
    quoted = [one_place(whole, label["quote"]) for label in labels]
    needed = {i for i, label in enumerate(labels) if not label.get("optional")}
    met: set[int] = set()
    found: list[tuple[Figure, int]] = []
    bare: list[tuple[frozenset[str], int]] = []
    before = None
    for figure in candidates(whole, sentences(whole), survey(whole, title=text.get("title"))):
        valued = {i for i, label in enumerate(labels) if float(label["value"]) == float(figure.value)}
        families = {_family(labels[i]["unit"]) for i in valued}
        same = valued if figure.either is not None and families <= {"cases", "bodies"} else {i for i in valued if _family(labels[i]["unit"]) == _family(figure.unit)}
        met |= same
        if figure.either is not None and len(families) == 1 and families <= {"cases", "bodies"}:
            bare.append((figure.features | follows(figure.sentence, before), int("bodies" in families)))
            before = followed(figure.sentence, figure.either["bodies" in families], before)
        elif same:
            before = followed(figure.sentence, figure.unit, before)
        elsewhere = all(quoted[i] is not None and not (quoted[i][0] - BESIDE < figure.start < quoted[i][1] + BESIDE) for i in same)
        if (same and not same & needed) or (not same and text.get("partial")) or (same and elsewhere and figure.value < TELLING):
            continue
        found.append((figure, int(bool(same))))
    return found, bare, len(needed - met)


def one_place(whole: str, quote: str) -> tuple[int, int] | None:
    """Where a label's quote stands in the text as it is read; None where it is not found, or more than once."""
    words = re.sub(r"<[^>]+>", " ", prepared(quote)[0]).split()
    found = [m.span() for m in re.finditer(r"(?<!\w)" + r"\s*".join(re.escape(w) for w in words) + r"(?!\w)", whole)]
    return found[0] if len(found) == 1 else None


def made_up() -> list[tuple[frozenset[str], int]]:
    """The features of the numbers of ``count-sentences.yaml``, each sentence with some fillings of its slots, and whether they are figures."""
    known = dict(table("count-sentences"))
    slots, chance = known.pop("slots"), random.Random(7)
    found: list[tuple[frozenset[str], int]] = []
    for kind in ("figure", "other"):
        for sentence in known[kind]:
            for _ in range(VARIANTS):
                lead = chance.choice(LEADS)
                whole = lead + filled(sentence, slots, chance)[0]
                found += [(one.features, int(kind == "figure")) for one in candidates(whole, sentences(whole), survey(whole)) if one.start >= len(lead)]
    return found


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--sets", action="store_true", help="tell each set by the weights of the others; write nothing")
    arguments = given.parse_args()
    known = [t for t in texts() if t["kind"] != "other_language"]
    sets: list[str] = []
    features: list[frozenset[str]] = []
    right: list[int] = []
    bare: list[tuple[str, frozenset[str], int]] = []
    without: Counter[str] = Counter()
    for text in known:
        figures, undecided, missing = examples(text)
        without[group(text)] += missing
        for figure, kind in figures:
            sets.append(group(text))
            features.append(figure.features)
            right.append(kind)
        bare += [(group(text), one, kind) for one, kind in undecided]
    real = len(right)
    for one, kind in made_up():
        sets.append("")
        features.append(one)
        right.append(kind)
    heft = [1.0] * real + [LIGHT] * (len(right) - real)
    print(f"{real} candidates, {sum(right[:real])} of them figures, in {len(known)} texts; {without.total()} labelled figures are no candidate")
    of, weighed, bodies = [b[0] for b in bare], [b[1] for b in bare], [b[2] for b in bare]
    if arguments.sets:
        tell(layered.left_out(features, right, sets, ridge=RIDGE, fewest=FEWEST, heft=heft), right, sets, without, threshold=THRESHOLD)
        told = left_out(weighed, bodies, of, ridge=RIDGE, fewest=FEWEST)
        print(f"{len(bare)} bare figures, {sum(bodies)} of them of agencies: {sum((told[i] > 0.5) == bodies[i] for i in range(len(bare))) / len(bare):.2f} told right by the other sets")
        return
    found = layered.layered(features, right, ridge=RIDGE, fewest=FEWEST, heft=heft)
    about = "weights of a logistic model and of three networks: which numbers of a text are figures on detainers; and of a logistic one: which bare ones count agencies; fitted by data/extract/train_counts.py"
    weights = thinned(fit(weighed, bodies, ridge=RIDGE, fewest=FEWEST), LEAST)
    layered.write(Path(__file__).parent / "counts-model.json", {"about": about, "threshold": THRESHOLD, **found, "bodies": weights})


if __name__ == "__main__":
    main()
