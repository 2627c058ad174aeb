"""Where the printed labels of a form stand among the lines of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dueprocess.papers.page import Page
from dueprocess.papers.printed import Label
from dueprocess.papers.values import Line
from dueprocess.papers.words import alike, edits, locate, nearly, plain, squeezed

_IN_INK = squeezed("(Sign in ink)")[0]
WORN_CAPTION = 0.68
"""The least likeness of a caption of which some letters were not read."""
SURE_CAPTION = 0.86
"""Below this likeness what stands at a caption waits for a person."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A label where it was found: in ``line`` from ``start`` to ``end`` (half open)."""

    label: Label
    index: int
    start: int
    end: int
    score: float


def find_labels(page: Page, labels: Sequence[Label]) -> list[Hit]:
    """Where labels stand; of two that claim the same words, the one that fits them better."""
    claims: list[tuple[float, int, Hit]] = []
    for label in labels:
        for index, line in enumerate(page.lines):
            at = _find(label, page, index)
            if at is not None:
                claims.append((at[2], at[1] - at[0], Hit(label, index, at[0], at[1], at[2] * line.confidence if line.confidence < 0.6 else at[2])))
    taken: dict[int, list[tuple[int, int]]] = {}
    hits: list[Hit] = []
    for _, _, hit in sorted(claims, key=lambda c: (-round(c[0], 2), -c[1])):
        if any(hit.start < b and a < hit.end for a, b in taken.get(hit.index, [])):
            continue
        taken.setdefault(hit.index, []).append((hit.start, hit.end))
        hits.append(hit)
    return sorted(hits, key=lambda h: (h.index, h.start))


def _find(label: Label, page: Page, index: int) -> tuple[int, int, float] | None:
    line = page.lines[index]
    text = line.text
    wanted = squeezed(label.printed)[0]
    if len(wanted) <= 8:
        words = re.escape(plain(label.printed).rstrip(":. ")).replace(r"\ ", r"\s*")
        ended = r"\s*[:;.]" if label.printed.rstrip().endswith((":", ".")) else r"\s*(?:[:;.]|$|(?=\s))"
        match = re.search(rf"(?:^|(?<=\s\s)|(?<=[|\t])|(?<=\d\s)|(?<=[a-z]\s\s))\s*{words}{ended}", plain(text))
        if match is None and label.printed.endswith((":", ".")):
            match = re.search(rf"(?<![a-z/])(?<!release )(?<!latest )(?<!charge )(?<!of ){words}\s*[:;]", plain(text))
        if match and len(plain(text)) == len(text):
            return match.start(), match.end(), 1.0
        return _worn_label(wanted, line) if label.printed.endswith(":") else None
    if len(wanted) < 12 and not label.printed.rstrip().endswith((":", ".")):
        # A short caption stands alone: "Signature" is not "Signature of affiant".
        have = squeezed(text)[0]
        return (0, len(text), 1.0) if alike(wanted, have) > 0.85 else None
    found = locate(label.printed, text)
    if found is None and label.place == "above" and line.how == "recognized":
        return _worn_caption(wanted, line)
    if found is not None:
        if label.place != "above":
            return found
        # A caption stands alone under its line, or in brackets; the same words in a sentence are none.
        alone = len(squeezed(text)[0]) <= 1.6 * len(wanted) or "(" in text[max(0, found[0] - 1) : found[0] + 1]
        return found if alone and found[2] > 0.86 else None
    # A label that runs over two lines: this one is its beginning, the next one its end.
    have = squeezed(text)[0]
    if len(wanted) > 24 and 12 <= len(have) < len(wanted) and (score := alike(wanted[: len(have)], have)) > 0.88:
        return 0, len(text), max(0.95, score)
    return None


def _worn_label(wanted: str, line: Line) -> tuple[int, int, float] | None:
    """A short label at a line's beginning, one letter of which was misread (``Dale:``)."""
    colon = re.search(r"[:;.]", line.text[: len(wanted) + 6])
    if line.how != "recognized" or colon is None or len(wanted) < 4:
        return None
    have = squeezed(line.text[: colon.start()])[0]
    return (0, colon.end(), 0.84) if have != wanted and edits(have, wanted, 1) == 1 else None


def _worn_caption(wanted: str, line: Line) -> tuple[int, int, float] | None:
    """A caption under a line of which only most letters were read: its value waits for a person."""
    have = squeezed(line.text)[0]
    have = have[: -len(_IN_INK)] if nearly(have[-len(_IN_INK) :], _IN_INK) > 0.7 else have
    if len(wanted) < 14 or not 0.75 < len(have) / len(wanted) < 1.3:
        return None
    score = nearly(wanted, have)
    return (0, len(line.text), score) if score > WORN_CAPTION else None
