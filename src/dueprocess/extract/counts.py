"""Figures on detainers: the number, what it counts, where, when and by whose word.

Which of a text's numbers are figures on detainers is weighed by a small logistic model over what stands around them
(``figures``); its weights are data (``data/extract/counts-model.json``), fitted by ``data/extract/train_counts.py``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from dueprocess.extract.dates import days
from dueprocess.extract.figures import Figure, candidates, is_year, unit_words
from dueprocess.extract.gazetteer import Survey
from dueprocess.extract.model import Count
from dueprocess.extract.numbers import value_of
from dueprocess.extract.people import Person, people, speaker
from dueprocess.extract.sentences import Sentence
from dueprocess.extract.wording import pattern as wording
from dueprocess.kernel.files import data_dir


@cache
def weights() -> tuple[Mapping[str, float], float]:
    """The weight of each feature, and the threshold from which on a candidate is a figure."""
    found = json.loads((data_dir("extract") / "counts-model.json").read_text(encoding="utf-8"))
    return found["weights"], float(found["threshold"])


def likelihood(figure: Figure) -> float:
    """How likely a candidate is a figure on detainers, in [0, 1], by the fitted weights."""
    known, _ = weights()
    return 1 / (1 + math.exp(-(known["(always)"] + sum(known.get(f, 0.0) for f in figure.features))))


_UNSTATED = 0.78


def _is_whole(figure: Figure) -> bool:
    """Whether it only says out of how many agencies: "seven of the state's 87 sheriffs"."""
    return "whole" in figure.features and figure.unit in ("agencies", "jails", "counties", "cities", "jurisdictions", "states")


def counts(text: str, parts: Sequence[Sentence], survey: Survey, *, published: str | None, stated: bool = True) -> list[Count]:
    """The figures of a text that are about detainers, in order. A text that hardly speaks of them has none.

    ``stated`` says that the text tells some agency's position: in one that tells none, a number must look far more like a
    figure on detainers to be one.
    """
    requests = len(wording("stances", "request").findall(text))
    if not requests or len(wording("stances", "housing").findall(text)) > 2 * requests:
        return []
    known = people(text, survey.mentions)
    threshold = weights()[1] if stated else _UNSTATED
    hits = [(f.start, f.end, f.value, f.unit, f.wording, f.sentence) for f in candidates(text, parts, survey) if likelihood(f) >= threshold and not _is_whole(f)]
    column: dict[int, str] = {}
    for sentence in parts:
        if "\t" not in sentence.text:
            column = {}
            continue
        for start, end, value, unit, said in _in_table(sentence.text, column):
            hits.append((sentence.start + start, sentence.start + end, value, unit, said, sentence.index))
    return [_count(parts[index], (start, end, value, unit, said), survey, known, text, published) for start, end, value, unit, said, index in sorted(hits, key=lambda h: h[:2])]


def _in_table(row: str, column: dict[int, str]) -> Iterator[tuple[int, int, int | float, str, str]]:
    """The numbers of a row under a head that names a unit; ``column`` keeps the heads from row to row."""
    at = 0
    cells = []
    for cell in row.split("\t"):
        cells.append((at, cell))
        at += len(cell) + 1
    heads = {i: next((u for u, p in unit_words() if p.search(c)), None) for i, (_, c) in enumerate(cells)}
    if not any(re.fullmatch(r"\s*[\d,]+\s*", c) for _, c in cells):
        for i, unit in heads.items():
            if unit and len(cells[i][1].split()) <= 4:
                column.setdefault(i, unit)
        return
    for i, (start, cell) in enumerate(cells):
        number = re.fullmatch(r"\s*([\d,]+)\s*", cell)
        if number and i in column:
            value = value_of(number[1])
            if value is not None and not is_year(number[1], value):
                yield start + number.start(1), start + number.end(1), value, column[i], number[1]


def _count(sentence: Sentence, hit: tuple[int, int, int | float, str, str], survey: Survey, known: list[Person], text: str, published: str | None) -> Count:
    at, end, value, unit, said = hit
    named = [m for m in survey.mentions if sentence.start <= m.start < sentence.end and m.state and m.kind != "city"]
    scope = None
    if named:
        nearest = min(named, key=lambda m: abs(m.start - at))
        scope = nearest.label if nearest.kind == "state" else f"{nearest.label}, {nearest.state}"
    when = [d.iso for d in days(sentence.text, published)]
    rival = re.search(r"\b(?:disput\w+|not|higher|lower|only|instead of|rather than)\b", sentence.text) and re.search(r"\b(?:ICE|Department of Homeland Security|the (?:federal )?(?:list|report)|Center for Immigration Studies)\b", sentence.text)
    return Count(
        value=value, value_text=said, unit=unit, scope=scope, since=when[0] if len(when) > 1 else None, as_of=when[-1] if when else None,
        claimant=speaker(sentence, known, text), disputes=rival.group() if rival else None,
        quote=text[at:end], start=at, end=end,
    )  # fmt: skip
