"""What can stand on a sheet: a headline, sections, and in them paragraphs, pairs, lists and tables.

All texts are data: no renderer reads markup out of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any, Literal

Tone = Literal["plain", "info", "caution", "strong", "open"]
"""How a headline's frame looks. It repeats what the words say and never carries it alone."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels, each with its value."""

    rows: tuple[tuple[str, str], ...]
    kind: str = "pairs"


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a list: a short label, the text, then its source and the source's id."""

    text: str
    label: str = ""
    source: str = ""
    ref: str = ""

    @property
    def colon(self) -> str:
        """What stands between label and text: nothing after a label that ends a sentence by itself."""
        return ":" if self.text and self.label and self.label[-1] not in ".?!:" else ""

    @property
    def said(self) -> str:
        return " ".join(t for t in (f"{self.label}{self.colon}", self.text) if t)


@dataclass(frozen=True, slots=True)
class Entries:
    """A list, with a line before it where ``title`` is given."""

    items: tuple[Entry, ...]
    numbered: bool = False
    title: str = ""
    kind: str = "entries"


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as texts.

    ``marked`` are the indices of the rows that stand out (their words must say so, too), ``fixed`` those of the
    columns whose cells are kept on one line.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: tuple[int, ...] = ()
    fixed: tuple[int, ...] = ()
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of our own as SVG, with its title and description inside, for the HTML page only. What it shows must
    also stand in a table."""

    svg: bytes
    kind: str = "figure"


Block = Paragraph | Pairs | Entries | Table | Figure


@dataclass(frozen=True, slots=True)
class Section:
    """``fine`` sections are set smaller where the medium can."""

    title: str
    blocks: tuple[Block, ...]
    fine: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: ``status`` in a word or two, the rest of that sentence, why, then the sections."""

    status: str
    headline: str
    tone: Tone
    lead: tuple[str, ...]
    about: str
    """What the sheet is about, in one line: it also stands in a PDF's footer and in a page's contents."""
    asked: str
    sections: tuple[Section, ...]
    notice: str

    @property
    def gap(self) -> str:
        """What stands between status and headline: a blank, or nothing before a sign."""
        return "" if self.headline.startswith((":", ",", ";", ".")) else " "

    @property
    def sentence(self) -> str:
        return f"{self.status}{self.gap}{self.headline}"


def clean(text: str) -> str:
    """The text with all white space as single blanks, and without what could steer a terminal or reorder a line.

    Control and format characters (a terminal's escapes, bidirectional overrides) go; so do lone surrogates.
    """
    joined = " ".join(text.split())
    return "".join(c for c in joined if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))


_clean = lru_cache(maxsize=65536)(clean)
"""Pages repeat their texts: each is cleaned once."""


def cleaned(value: Any) -> Any:
    """The same sheet, or part of one, or plain mappings and lists, with every text cleaned (the keys are our own)."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, tuple):
        return tuple(cleaned(v) for v in value)
    if isinstance(value, list):
        return [cleaned(v) for v in value]
    if isinstance(value, Mapping):
        return {k: cleaned(v) for k, v in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: cleaned(getattr(value, f.name)) for f in fields(value)})
    return value
