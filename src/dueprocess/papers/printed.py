"""What the printing of a form is made of: labels, check-boxes, editions."""

from __future__ import annotations

from dataclasses import dataclass

PLACES = ("right", "above", "below", "inline", "before")
"""Where a value stands, seen from its label; ``inline``: between the label and the words that follow it; ``before``:
in the same sentence before it, or above it."""


@dataclass(frozen=True, slots=True)
class Label:
    """One printed label and what is written at it. ``kind``: date, title, text, number, file_number,
    booking_number, name, ink, office, agency."""

    key: str
    printed: str
    kind: str = "text"
    place: str = "right"
    until: str = ""
    """For ``inline``: the printed words after the blank."""
    rows: float = 1.0
    """For ``above`` and ``below``: how many rows of print the value may take."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One check-box: ``box`` is its name in a case file, or a name of ours that starts with a colon."""

    box: str
    printed: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One printing: its footer as (month, year), when it came into use and when the next took its place (ISO dates)."""

    name: str
    month: int
    year: int
    used_from: str
    used_until: str | None
    wording: tuple[str, ...] = ()
    """Words that together only this edition of the form has."""


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of paper. ``numbers`` are the form numbers in its footer; a paper of a court has none."""

    kind: str
    titles: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    editions: tuple[Edition, ...] = ()
    anchors: tuple[str, ...] = ()
    labels: tuple[Label, ...] = ()
    ticks: tuple[Tick, ...] = ()
    continued: tuple[str, ...] = ()
    """Words by which a later page of it is known."""
    judge: bool = False
