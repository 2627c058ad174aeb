"""The contact sheet: first pages of letters, small, to be looked over before anything is sent."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from dueprocess.letters.pdf import LETTER, fonts
from dueprocess.render.pdf import STANDARD, spelled

SHEET: Final = Path(__file__).resolve().parent / "contact.typ"
MOST = 48
"""Of more letters so many are shown, spread evenly."""
PPI = 60


def shown_of(count: int) -> tuple[int, ...]:
    """Which letters of so many stand on the sheet: all, or ``MOST`` spread evenly."""
    return tuple(range(count)) if count <= MOST else tuple(i * count // MOST for i in range(MOST))


def contact_pdf(letters: Sequence[Mapping[str, Any]], labels: Sequence[str], *, title: str, notes: Sequence[str]) -> bytes:
    """The sheet as a PDF/UA; ``letters`` are their JSON. The same bytes for the same letters."""
    import typst

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "sheet.typ").write_bytes(SHEET.read_bytes())
        pages = []
        for number, (letter, label) in enumerate(zip(letters, labels, strict=True)):
            name = f"{number}.png"
            (folder / name).write_bytes(_first_page(letter))
            pages.append({"image": name, "label": label, "alt": f"First page of the letter to {label}"})
        made = typst.compile(
            folder / "sheet.typ", root=folder, font_paths=fonts(), format="pdf", pdf_standards=STANDARD,
            sys_inputs={"data": json.dumps(spelled({"title": title, "notes": list(notes), "pages": pages}), ensure_ascii=False, sort_keys=True)},
        )  # fmt: skip
    assert isinstance(made, bytes)
    return made


def _first_page(letter: Mapping[str, Any]) -> bytes:
    """The first page as a small picture. Signs that no bundled font has are left as boxes here."""
    import typst

    made = typst.compile(LETTER.read_bytes(), font_paths=fonts(), format="png", ppi=PPI, sys_inputs={"data": json.dumps(spelled(letter), ensure_ascii=False, sort_keys=True)})
    pages = made if isinstance(made, list) else [made]
    assert pages and isinstance(pages[0], bytes)
    return pages[0]
