"""What a reader must find: every printed label with its value and where both stand."""

from __future__ import annotations

from dataclasses import dataclass

from dueprocess.testing.papers.layout import Box, Mark, lay_out
from dueprocess.testing.papers.paper import Facts, Paper, facts


@dataclass(frozen=True, slots=True)
class FieldTruth:
    """One field. ``value`` is the text, or whether the box is ticked or the signature there. ``box`` is where the
    value is or would be, ``label_box`` where its printed label is; points, y downward; ``page`` from 1."""

    key: str
    sort: str
    """``text``, ``box`` or ``signature``."""
    label: str
    value: str | bool
    page: int
    box: Box
    label_box: Box | None


@dataclass(frozen=True)
class Truth:
    """A paper's facts and fields."""

    facts: Facts
    pages: int
    fields: tuple[FieldTruth, ...]

    def field(self, key: str) -> FieldTruth:
        """The field of this key. Raises KeyError."""
        for found in self.fields:
            if found.key == key:
                return found
        raise KeyError(key)


def truth(paper: Paper) -> Truth:
    """The truth about a paper. Blanks that appear twice are given where they stand first."""
    found: dict[str, FieldTruth] = {}
    pages = lay_out(paper)
    for number, page in enumerate(pages, start=1):
        labels: dict[str, list[Mark]] = {}
        for mark in page.marks:
            if mark.sort == "printed" and mark.key:
                labels.setdefault(mark.key, []).append(mark)
        for mark in page.marks:
            if mark.sort not in ("blank", "tick") or mark.key is None or mark.key in found:
                continue
            sort = "box" if mark.sort == "tick" else ("signature" if mark.text == "signature" else "text")
            value: str | bool = mark.text
            if sort == "box":
                value = mark.key in paper.ticked
            elif sort == "signature":
                value = mark.key in paper.drawn
            found[mark.key] = FieldTruth(
                key=mark.key,
                sort=sort,
                label=paper.template.labels[mark.key],
                value=value,
                page=number,
                box=mark.box,
                label_box=_around([m.box for m in labels[mark.key]]) if mark.key in labels else None,
            )
    return Truth(facts(paper), len(pages), tuple(found.values()))


def _around(boxes: list[Box]) -> Box:
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
