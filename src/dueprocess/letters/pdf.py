"""A letter as a PDF/UA: the same bytes for the same letter."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dueprocess.render.pdf import compile_pdf

if TYPE_CHECKING:
    from typst import Fonts

LETTER: Final = Path(__file__).resolve().parent / "letter.typ"


def letter_pdf(letter: Mapping[str, Any]) -> bytes:
    """The PDF of a letter's JSON (``Letter.as_json``)."""
    return compile_pdf(LETTER, letter)


@lru_cache(maxsize=1)
def fonts() -> Fonts:
    """The fonts inside Typst and no others, for what is compiled here and not by ``render.pdf``."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
