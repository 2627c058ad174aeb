"""What a report's sections are made of, beside the blocks of every sheet: plots, large numbers, a command, choices to combine."""

from __future__ import annotations

from dataclasses import dataclass

from dueprocess.render.sheet import Block


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot: our own SVG, whose texts are escaped already. The table that it is drawn from stands under it."""

    svg: str
    kind: str = "figure"


@dataclass(frozen=True, slots=True)
class Tiles:
    """A few large numbers, each with its name, a line under it, and the class whose color it has."""

    items: tuple[tuple[str, str, str, str], ...]
    kind: str = "tiles"


@dataclass(frozen=True, slots=True)
class Code:
    """A command, to be copied as it stands."""

    text: str
    kind: str = "code"


@dataclass(frozen=True, slots=True)
class Switches:
    """Choices to be combined by hand where a script may run: (label, choices, index chosen), and the text for every
    combination, the last label fastest. The page says the same without it, one choice at a time."""

    items: tuple[tuple[str, tuple[str, ...], int], ...]
    texts: tuple[str, ...]
    kind: str = "switches"


Any_ = Block | Figure | Tiles | Code | Switches


@dataclass(frozen=True, slots=True)
class Part:
    """One section. ``id`` is its anchor."""

    id: str
    title: str
    blocks: tuple[Any_, ...]
    fine: bool = False
