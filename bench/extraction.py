"""``python -m bench.extraction [FILE.jsonl …] [--split NAME]``: precision and recall of ``dueprocess claims`` over labelled texts.

Without a file, the texts on which the extractor was tuned: all of ``data/extract/labelled``, and the first nine sets of
``tests/corpus``. ``--split`` takes one part of the files, ``--half even`` or ``odd`` the texts whose number is, ``--every 5`` those
whose number it divides. A text's title, date and publisher are told to the extractor. Prints, by kind and by origin, precision and recall with Wilson 95 % intervals, what distractors yielded, the share that is grounded, and the time that a 1,500-word article takes.
``--errors`` lists what was missed and what was wrong.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dueprocess.extract import LISTS, capture, read
from dueprocess.kernel.files import data_dir

TARGETS = {
    "claims": (0.95, 0.85), "counts": (0.95, 0.95), "statutes_regs": (0.95, 0.95), "rulings": (0.90, 0.90), "incidents": (0.90, 0.90),
}  # fmt: skip
"""Precision and recall that are aimed at, by kind."""

_BODIES = ("agencies", "agency", "jails", "jail", "jurisdictions", "jurisdiction", "counties", "county", "cities", "sheriffs", "departments")
_CASES = ("people", "persons", "inmates", "detainers", "detainer", "requests", "holds", "releases", "pick-ups", "pickups", "arrests", "transfers", "stays", "immigrants", "citizens", "cases")


def fold(text: str | None) -> str:
    """Lower-case ASCII without articles and punctuation, so that spellings of one name meet."""
    flat = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode().lower().replace("'s", "s")
    return " ".join(w for w in re.split(r"[^a-z0-9()]+", flat) if w and w not in ("the", "of", "and", "office", "department", "dept"))


def equal(kind: str, found: Mapping[str, Any], label: Mapping[str, Any]) -> bool:
    """Whether an entry that was read and a labelled one are the same. These are all the rules:

    - **claims**: the same state and position (or one of the label's ``also_accept``), and the same agency: its name equals
      the label's name, place or one of its ``aliases``, where Office, Department and articles do not count; or both are of
      the same county or city and neither is a police department when the other is none. A county's sheriff, jail and
      government are thus one place: which of them answers is reported, not scored.
    - **counts**: the same value, and a unit of the same family: detainers, people and stays are one (texts count a request
      and the person in it alike), agencies, jails, counties and jurisdictions are one, any dollars are one.
    - **rulings**: a party's name of the label (or of an alias) in the name that was read, or the same words quoted.
    - **statutes_regs**: the same numbers where the label has any, subdivisions in brackets aside; else the same words.
    - **incidents**: the same hours within a tenth, and the same place where both name one.
    """
    if kind == "claims":
        positions = {label["position"], *label.get("also_accept", ())}
        if found["state"] != label["state"] or found["position"] not in positions:
            return False
        return _same_agency(found, label)
    if kind == "counts":
        return float(found["value"]) == float(label["value"]) and _family(found["unit"]) == _family(label["unit"])
    names = [label["name"], *label.get("aliases", ())] if "name" in label else []
    if kind == "rulings":
        if _overlap(found, label):
            return True
        return any(_parties(n) & _parties(found["name"]) for n in names)
    if kind == "statutes_regs":
        for name in (*names, label["quote"]):
            a, b = _numbers(name), _numbers(found["name"])
            if (a and a == b) or (not a and not b and (fold(name) in fold(found["name"]) or fold(found["name"]) in fold(name))):
                return True
        return fold(found["quote"]) in fold(label["quote"]) and not _numbers(label["name"])
    hours = label.get("hours_overheld")
    mine = found["hours_overheld"]
    if hours is None or mine is None or abs(mine - hours) > max(1.0, hours / 10):
        return bool(hours is None and _overlap(found, label))
    return not found["place"] or not label.get("place") or bool(set(fold(found["place"]).split()) & set(fold(label["place"]).split()) - {"county"})


def _same_agency(found: Mapping[str, Any], label: Mapping[str, Any]) -> bool:
    names = {fold(n) for n in (label["agency"], *label.get("aliases", ())) if n}
    mine = fold(found["agency"])
    if mine in names:
        return True
    if ("police" in mine) != ("police" in fold(label["agency"])):
        return False
    places = {fold(p).replace(" county", "").replace(" parish", "") for p in re.split(r",|;", label["county_or_city"] or "")}
    here = fold(found["county_or_city"]).replace(" county", "").replace(" parish", "")
    return (bool(here) and here in places) or (not label["county_or_city"] and not found["county_or_city"])


def _family(unit: str) -> str:
    first = unit.lower().split()
    if "dollars" in first:
        return "dollars"
    if any(w in _CASES for w in first):
        return "cases"
    if any(w in _BODIES for w in first):
        return "bodies"
    return first[0].rstrip("s") if first else ""


def _parties(name: str) -> set[str]:
    words = re.findall(r"[a-z]{4,}", fold(name))
    return set(words) - {"county", "city", "united", "states", "commonwealth", "people", "court", "ruling", "circuit", "third", "first", "decision", "case"}


def _numbers(text: str) -> tuple[str, ...]:
    return tuple(n.lstrip("0") for n in re.findall(r"\d+(?:[.:-]\d+)*", re.sub(r"\([^)]*\)", "", text)))


def _overlap(found: Mapping[str, Any], label: Mapping[str, Any]) -> bool:
    return fold(found["quote"]) in fold(label["quote"]) or fold(label["quote"]) in fold(found["quote"])


class Tally:
    """Right, wrong and missed entries of one kind; what a label calls optional is neither missed nor wrong."""

    def __init__(self) -> None:
        self.right = self.wrong = self.hit = self.missed = 0

    def precision(self) -> tuple[float, float, float]:
        """Share of what was read that is right, with its interval."""
        return wilson(self.right, self.right + self.wrong)

    def recall(self) -> tuple[float, float, float]:
        """Share of what had to be read that was, with its interval."""
        return wilson(self.hit, self.hit + self.missed)


def wilson(good: int, total: int) -> tuple[float, float, float]:
    """The share with its Wilson 95 % interval; all of [0, 1] where there is nothing."""
    if not total:
        return (math.nan, 0.0, 1.0)
    z = 1.959964
    p = good / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return (p, max(0.0, middle - half), min(1.0, middle + half))


def tally(kind: str, found: Sequence[Mapping[str, Any]], labels: Sequence[Mapping[str, Any]], into: Tally, *, partial: bool = False) -> tuple[list[Any], list[Any]]:
    """Score one list of one text: the labels that were missed and the entries that were wrong.

    A label that several entries fit counts once, and none of them is wrong. Constitutions are left out of the statutes:
    the labels name them unevenly. So are claims of all agencies of a state, which the labels give or leave out. Where a
    text is only partly labelled, an entry without a label is not wrong; nor is a number of a table's ``cell`` without one (the labels
    of a table name some of its numbers).
    """
    missed: list[Any] = []
    matched: set[int] = set()
    for label in labels:
        hits = [i for i, entry in enumerate(found) if equal(kind, entry, label)]
        matched.update(hits)
        if label.get("optional"):
            continue
        if hits:
            into.hit += 1
        elif not (kind == "statutes_regs" and "mendment" in label["name"]):
            into.missed += 1
            missed.append(label)
    wrong = [e for i, e in enumerate(found) if i not in matched and not partial and not (kind == "statutes_regs" and re.search("mendment|Const", e["name"]))]
    wrong = [e for e in wrong if not e.get("cell")]
    wrong = [e for e in wrong if not (kind == "claims" and e["county_or_city"] is None and e["agency"].endswith("(all)"))]
    into.right += len(matched)
    into.wrong += len(wrong)
    return missed, wrong


def score(texts: Sequence[Mapping[str, Any]], *, errors: bool = False) -> tuple[dict[tuple[str, str], Tally], Counter[str]]:
    """Tallies by (kind, origin) and (kind, ``all``), and totals: entries, grounded, what distractors yielded."""
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    totals: Counter[str] = Counter()
    for text in texts:
        if "claims" not in text["labels"]:
            continue
        result = read(capture(text["text"].encode(), name=text["id"], published=text.get("date"), title=text.get("title"), publisher=text.get("publisher")))
        line = result.as_dict()
        if text["kind"] != "distractor":
            for entry in line["counts"]:
                entry["cell"] = _in_table(result.capture.text, entry["start"])
        for kind in LISTS:
            for entry in line[kind]:
                totals["entries"] += 1
                # Of a page's markup only the text counts.
                totals["grounded"] += result.capture.text[entry["start"] : entry["end"]] == entry["quote"] and (result.capture.kind == "html" or entry["quote"] in text["text"])
            for origin in (text["origin"], "all"):
                missed, wrong = tally(kind, line[kind], text["labels"].get(kind, ()), tallies[kind, origin], partial=bool(text.get("partial")))
            if text["kind"] == "distractor":
                totals["distractors"] += kind == "claims"
                # Figures, laws and rulings that the labels of a distractor allow are no fault.
                totals[f"distractor {kind}"] += len(wrong)
            if errors:
                for label in missed:
                    print(f"  {text['id']} {kind} MISSED {[label.get(k) for k in ('agency', 'state', 'position', 'name', 'value', 'unit', 'hours_overheld', 'place', 'quote') if label.get(k) is not None]}")
                for entry in wrong:
                    print(f"  {text['id']} {kind} WRONG  {[entry.get(k) for k in ('agency', 'state', 'position', 'name', 'value', 'unit', 'hours_overheld', 'place', 'quote') if entry.get(k) is not None]}")
    return tallies, totals


def _in_table(text: str, at: int) -> bool:
    """Whether an offset lies in a table's row: a line with a tab, two bars, or two gaps."""
    row = text[text.rfind("\n", 0, at) + 1 : (text.find("\n", at) + 1 or len(text) + 1) - 1]
    return "\t" in row or row.count("|") > 1 or len(re.findall(r"(?<=\S) {2,}(?=\S)", row)) > 1


def _share(value: tuple[float, float, float]) -> str:
    return "   -" if math.isnan(value[0]) else f"{value[0]:.2f} ({value[1]:.2f} to {value[2]:.2f})"


TUNED = ("dev", "heldout", "third", "fourth", "fourth_test", "fifth_test", "sixth_test", "seventh_test", "eighth_test", "ninth_test", "tenth_test", "eleventh_test", "twelfth_test", "thirteenth_test", "fourteenth_test")
"""The files of ``tests/corpus`` on which the extractor may be tuned."""


def load(files: Sequence[Path] = (), *, split: str | None = None, half: str | None = None, every: int | None = None, but_every: int | None = None) -> list[dict[str, Any]]:
    """The labelled texts of ``files`` (of their part ``split``, with ``even`` or ``odd`` numbers, with numbers that ``every`` divides, or that ``but_every``
    does not); without files, those on which the extractor was tuned."""
    corpus = Path(__file__).resolve().parents[1] / "tests" / "corpus"
    paths = list(files) or [*sorted((data_dir("extract") / "labelled").glob("*.jsonl")), *(p for p in (corpus / f"{name}.jsonl" for name in TUNED) if p.exists())]
    texts = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]

    def chosen(text: Mapping[str, Any]) -> bool:
        if "claims" not in text["labels"] or split not in (None, text.get("split")):
            return False
        if half is every is but_every is None:
            return True
        number = int(text["id"].rsplit("-", 1)[1])
        return (half is None or number % 2 == (half == "odd")) and (every is None or number % every == 0) and (but_every is None or number % but_every != 0)

    return [t for t in texts if chosen(t)]


def run(files: Sequence[Path] = (), *, split: str | None = None, half: str | None = None, every: int | None = None, errors: bool = False) -> bool:
    """Print the figures; whether all targets were met."""
    texts = load(files, split=split, half=half, every=every)
    tallies, totals = score(texts, errors=errors)
    origins = sorted({o for _, o in tallies} - {"all"})
    met = True
    parts = Counter(str(t.get("split") or "no part") for t in texts)
    print(f"{len(texts)} texts ({', '.join(f'{n} of {p}' for p, n in sorted(parts.items()))}); in brackets Wilson 95 % intervals")
    for kind, (precision, recall) in TARGETS.items():
        whole = tallies[kind, "all"]
        print(f"{kind:14} precision {_share(whole.precision())} of {whole.right + whole.wrong}, recall {_share(whole.recall())} of {whole.hit + whole.missed}; aim {precision} and {recall}")
        met = met and not (whole.precision()[0] < precision or whole.recall()[0] < recall)
        for origin in origins:
            part = tallies[kind, origin]
            if part.right + part.wrong + part.hit + part.missed:
                print(f"    {origin:26} precision {_share(part.precision())} of {part.right + part.wrong}, recall {_share(part.recall())} of {part.hit + part.missed}")
    wrong = {k: totals[f"distractor {k}"] for k in LISTS}
    print(f"distractors: {totals['distractors']} texts yielded {sum(wrong.values())} entries ({', '.join(f'{k} {v}' for k, v in wrong.items())})")
    print(f"grounded: {totals['grounded']} of {totals['entries']}")
    met = met and wrong["claims"] == 0 and totals["grounded"] == totals["entries"]
    return _speed(texts) and met


def _speed(texts: Sequence[Mapping[str, Any]]) -> bool:
    """The median processor time of a 1,500-word article, after start-up: what else runs on the machine is left out."""
    longest = max((t["text"] for t in texts), key=len)
    words = longest.split(" ")
    article = (longest + "\n\n") * (1 + 1500 // max(1, len(words)))
    article = article[: [m.end() for m in re.finditer(r"\S+", article)][min(1499, len(article.split()) - 1)]]
    source = capture(article.encode(), name="article", published="2017-03-24")
    read(source)
    times = []
    for _ in range(9):
        begin = time.process_time()
        read(source)
        times.append(time.process_time() - begin)
    median = sorted(times)[len(times) // 2] * 1000
    print(f"a text of {len(article.split()):,} words: {median:.0f} ms of processor time (median of 9, after start-up); aim under 100 ms")
    return median < 100


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(prog="python -m bench.extraction", description="Precision and recall of dueprocess claims over labelled texts.")
    arguments.add_argument("files", nargs="*", type=Path)
    arguments.add_argument("--split", help="one part of the files, by the name in their entries")
    arguments.add_argument("--half", choices=("even", "odd"), help="only the texts whose number is")
    arguments.add_argument("--every", type=int, help="only the texts whose number this divides")
    arguments.add_argument("--errors", action="store_true", help="list what was missed and what was wrong")
    given = arguments.parse_args()
    sys.exit(0 if run(given.files, split=given.split, half=given.half, every=given.every, errors=given.errors) else 1)
