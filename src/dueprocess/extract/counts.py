"""Figures on detainers: the number, what it counts, where, when and by whose word.

Which of a text's numbers are figures on detainers is weighed by a logistic model and small networks (``layers``) over what stands
around them (``figures``); its weights are data (``data/extract/counts-model.json``), fitted by ``data/extract/train_counts.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from dueprocess.extract.dates import days
from dueprocess.extract.figures import TELLING, Figure, candidates
from dueprocess.extract.gazetteer import Survey
from dueprocess.extract.layers import Layers
from dueprocess.extract.model import Count
from dueprocess.extract.nearby import chance
from dueprocess.extract.numbers import is_year, value_of
from dueprocess.extract.people import Person, people, speaker
from dueprocess.extract.sentences import Sentence
from dueprocess.extract.units import BODIES, family, followed, follows, unit_words
from dueprocess.extract.wording import pattern as wording
from dueprocess.kernel.files import data_dir


@cache
def model() -> Mapping[str, Any]:
    """All weights, and the ``threshold`` from which on a candidate is a figure."""
    found: Mapping[str, Any] = json.loads((data_dir("extract") / "counts-model.json").read_text(encoding="utf-8"))
    return found


@cache
def _layers() -> Layers:
    return Layers(model())


def likelihood(figure: Figure) -> float:
    """How likely a candidate is a figure on detainers, in [0, 1], by the fitted weights."""
    return _layers().chance(figure.features)


def unit_of(figure: Figure, before: tuple[str, int] | None, told: Mapping[int | float, str]) -> str:
    """What a candidate counts: its own unit. A bare number is of the family with which the text tells the same number elsewhere (``told``);
    else it is weighed whether it counts cases or agencies. ``before`` is the family of the figure before, and its sentence."""
    if figure.either is None:
        return figure.unit
    known = told.get(figure.value)
    of_bodies = known == "bodies" if known else chance(model()["bodies"], figure.features | follows(figure.sentence, before)) >= _EVEN
    return figure.unit if of_bodies == (figure.unit in BODIES) else figure.either[of_bodies]


# In a text that tells no position; a long one without any is most likely about something else.
_UNSTATED, _UNSTATED_LONG = 0.7, 0.9
_LONG = 2_000
_EVEN = 0.5


def _is_whole(figure: Figure) -> bool:
    """Whether it only says out of how many agencies: "seven of the state's 87 sheriffs"."""
    return "whole" in figure.features and figure.unit in BODIES


def counts(text: str, parts: Sequence[Sentence], survey: Survey, *, published: str | None, stated: bool = True) -> list[Count]:
    """The figures of a text that are about detainers, in order.

    ``stated`` says that the text tells some agency's position: in one that tells none, a number must look far more like a
    figure on detainers to be one.
    """
    known = people(text, survey.mentions)
    threshold = float(model()["threshold"]) if stated else _UNSTATED_LONG if len(text) > _LONG else _UNSTATED
    taken = [one for one in candidates(text, parts, survey) if likelihood(one) >= threshold and not _is_whole(one)]
    told = {one.value: family(one.unit) for one in taken if one.either is None and one.value >= TELLING and family(one.unit) in ("bodies", "cases")}
    hits = []
    before = None
    for one in taken:
        unit = unit_of(one, before, told)
        hits.append((one.start, one.end, one.value, unit, one.wording, one.sentence))
        before = followed(one.sentence, unit, before)
    column: dict[int, str] = {}
    requests = len(wording("stances", "request").findall(text))
    tables = stated and (requests or _ON_DETAINERS.search(text)) and len(wording("stances", "housing").findall(text)) <= 2 * requests
    for sentence in parts:
        if "\t" not in sentence.text or not tables:
            column = {}
            continue
        for start, end, value, unit, said in _in_table(sentence.text, column):
            hits.append((sentence.start + start, sentence.start + end, value, unit, said, sentence.index))
    return [_count(parts[index], (start, end, value, unit, said), survey, known, text, published) for start, end, value, unit, said, index in sorted(hits, key=lambda h: h[:2])]


# What a column counts where its head names no unit: "Held for ICE", "Kept, 2023", "Forms".
_HEADS = (
    ("people", re.compile(r"\b(?:held|kept|detained|turned over|handed over|picked up|taken|released)\b", re.IGNORECASE)),
    ("detainers", re.compile(r"\b(?:forms|received|lodged|honored|declined)\b", re.IGNORECASE)),
)
_CELL = re.compile(r"\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\s?[a-z*†])?\s*")
_ON_DETAINERS = re.compile(r"\b(?:detainers?|ICE|immigration)\b")
_LONGEST_HEAD = 5


def _head(cell: str) -> str | None:
    """The unit that a head of a column or a row names; None for one that is no head."""
    if not cell.strip() or len(cell.split()) > _LONGEST_HEAD:
        return None
    return next((u for u, p in (*_HEADS, *unit_words()) if p.search(cell)), None)


def _in_table(row: str, column: dict[int, str]) -> Iterator[tuple[int, int, int | float, str, str]]:
    """The numbers of a row under a head that names a unit, or behind one that names detainers; ``column`` keeps the heads from row to row."""
    at = 0
    cells = []
    for cell in row.split("\t"):
        cells.append((at, cell))
        at += len(cell) + 1
    if not any(_CELL.fullmatch(c) for _, c in cells):
        for i, (_, cell) in enumerate(cells):
            unit = _head(cell)
            if unit is not None:
                column.setdefault(i, unit)
        return
    own = _head(cells[0][1]) if not column and _ON_DETAINERS.search(cells[0][1]) else None
    for i, (start, cell) in enumerate(cells):
        number = _CELL.fullmatch(cell)
        unit = column.get(i, own if i else None)
        if number and unit is not None:
            value = value_of(number[1])
            if value is not None and not is_year(number[1], value):
                yield start + number.start(1), start + number.end(1), value, unit, number[1]


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
