"""The detainer forms of a day: what their footers print, and what each choice of boxes makes of the paper.

A page that looks tables up cannot ask the form's own rules. So they are asked here, for every choice of boxes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from dueprocess.case.facts import Candidate
from dueprocess.decide import Stay
from dueprocess.decide.packets import ALONE, Packet, Scene, read_packet
from dueprocess.terms import facts_of
from dueprocess.terms.vocabulary import Value

ALWAYS = ("hold_requested", "detainer_complete", "service_required")
"""What every paper is asked: whether it asks for a hold, is complete, and counts only once it is served."""


@dataclass(frozen=True)
class Form:
    """One edition. ``boxes`` are those that its rules turn on, as facts of the vocabulary; ``by_boxes[i]`` is what the
    paper says with the boxes ticked whose bits are set in ``i`` (the first box is bit 0), as an index into ``says``."""

    id: str
    kind: str
    edition: str
    boxes: tuple[str, ...]
    by_boxes: tuple[int, ...]
    says: tuple[Mapping[str, Value], ...]

    @property
    def footer(self) -> str:
        """The edition as the footer prints it: ``3/17``."""
        year, month = self.edition.split("-")
        return f"{int(month)}/{year[2:]}"

    @property
    def name(self) -> str:
        """``I-247A``."""
        return self.kind.upper()

    @property
    def asks(self) -> bool:
        """Whether it can ask for a hold at all."""
        return any(s["hold_requested"] is not False for s in self.says)


def forms_of(scene: Scene, facts: Iterable[str] = ()) -> tuple[Form, ...]:
    """Every edition issued and known by the scene's day, the newest first: an older paper stays in force until cancelled.

    ``facts`` are further facts of the detainer that a table turns on.
    """
    day, known, book = scene.as_of.toordinal(), scene.known_at.toordinal(), scene.lawbook
    found = [
        a.id
        for editions in book.forms.values()
        for a in editions.values()
        if (a.in_force.start or 0) <= day and book.known(a.id, known)
    ]
    wanted = tuple(sorted({f for f in facts if f in book.vocabulary.facts and book.vocabulary.facts[f].origin == "detainer"}))
    found.sort(key=lambda i: (i.split("/")[2], i.split("/")[1]), reverse=True)
    return tuple(_form(scene, i, wanted) for i in found)


@lru_cache(maxsize=256)
def _form(scene: Scene, identity: str, facts: tuple[str, ...]) -> Form:
    authority = scene.lawbook.authorities[identity]
    vocabulary = scene.lawbook.vocabulary
    _, kind, edition = identity.split("/")
    turned_on = {n for norm in authority.norms for n in facts_of(norm.when)}
    boxes = tuple(n for n, f in vocabulary.facts.items() if f.box and n in turned_on)
    says: list[dict[str, Value]] = []
    by_boxes = []
    for ticked in product((False, True), repeat=len(boxes)):
        # The last element of a product moves fastest; bit 0 is the first box.
        names = [vocabulary.facts[b].box for b, t in zip(reversed(boxes), ticked, strict=True) if t]
        told = _said(scene, {"kind": kind, "edition": edition, "signed_by": "immigration_officer", "served": True, "boxes": names}, facts)
        if told not in says:
            says.append(told)
        by_boxes.append(says.index(told))
    return Form(identity, kind, edition, boxes, tuple(by_boxes), tuple(says))


def _said(scene: Scene, paper: Mapping[str, Any], facts: tuple[str, ...]) -> dict[str, Value]:
    case = read_packet(scene, Packet("form", "good", ALONE, (paper,)))
    printed = Stay(case, scene.setting).printed(Candidate(case.papers[0]), scene.due)
    return {n: printed.get(n) for n in (*ALWAYS, *(f for f in facts if f not in ALWAYS))}
