"""Sheets as a PDF through Typst: tagged, with its own fonts, the same bytes for the same input."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dueprocess.render.sheet import Entries, Sheet, cleaned

if TYPE_CHECKING:
    from typst import Fonts

_FOLDER = Path(__file__).resolve().parent

SIZES = ((10.0, False), (9.5, False), (9.0, False), (9.0, True), (8.5, True), (8.0, True), (7.5, True))
"""Sizes in points that are tried until a sheet fits one page, and whether it is set tight: less room between the
parts, lists of mere sentences run together."""
OVERFLOW_SIZE = 9.5
"""The size of a sheet that fits at none of them and takes several pages."""

STANDARD: Final = "ua-1"
_MISSING_GLYPH = "could not be displayed"


@lru_cache(maxsize=1)
def _fonts() -> Fonts:
    """Only the fonts inside Typst, whatever the machine has: the same line breaks and bytes everywhere."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def compile_pdf(template: Path, data: Any) -> bytes:
    """A Typst file to a PDF/UA-1; ``data`` reaches it as JSON in ``sys.inputs.data`` and is never read as markup.

    Characters that no bundled font has are written by their number, ``[U+65E5]``. No date is written. Raises
    ``typst.TypstError`` for a template that does not compile: a fault of ours, not of the data.
    """
    import typst

    source = template.read_bytes()

    def attempt(value: Any) -> bytes:
        made = typst.compile(
            source,
            font_paths=_fonts(),
            format="pdf",
            pdf_standards=STANDARD,
            sys_inputs={"data": json.dumps(value, ensure_ascii=False, sort_keys=True)},
        )
        assert isinstance(made, bytes)
        return made

    try:
        return attempt(data)
    except typst.TypstError as error:
        if _MISSING_GLYPH not in str(error):
            raise
        return attempt(spelled(data))


def spelled(value: Any) -> Any:
    """The same data with every character outside the Latin script and common signs written by its number."""
    if isinstance(value, str):
        return "".join(c if _printable(c) else f"[U+{ord(c):04X}]" for c in value)
    if isinstance(value, dict):
        return {k: spelled(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [spelled(v) for v in value]
    return value


def _printable(character: str) -> bool:
    return character < "\u0180" or character in "–—‘’“”…•€→≤≥"


def sheets_pdf(sheets: Sequence[Sheet], *, title: str, lang: str) -> bytes:
    """The sheets on US letter, each from a new page, on one page where a size of ``SIZES`` lets it fit."""
    data = {
        "title": sheets[0].about if len(sheets) == 1 else title,
        "lang": lang,
        "sizes": SIZES,
        "overflow": OVERFLOW_SIZE,
        "sheets": [_plain(cleaned(s)) for s in sheets],
    }
    return compile_pdf(_FOLDER / "sheet.typ", data)


def _plain(sheet: Sheet) -> dict[str, Any]:
    """The sheet as what JSON can hold, with the signs that its properties add."""
    value = asdict(sheet)
    value["gap"] = sheet.gap
    for section, told in zip(sheet.sections, value["sections"], strict=True):
        for block, plain in zip(section.blocks, told["blocks"], strict=True):
            if isinstance(block, Entries):
                for entry, item in zip(block.items, plain["items"], strict=True):
                    item["colon"] = entry.colon
    return value
