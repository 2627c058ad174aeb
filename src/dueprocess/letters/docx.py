"""A letter as a Word file, for editing: filled into a base whose tags an office may keep in a letterhead of its own.

``docxtpl`` (the extra ``office``) fills the tags; the file's times are fixed, so that the same letter gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.letters.tables import CREATED, fixed_zip

_RULE = "_" * 48


def letter_docx(letter: Mapping[str, Any], *, base: bytes | None = None) -> bytes:
    """The Word file of a letter's JSON; ``base`` is a letterhead with the tags of ``base_docx``. Raises InputError without the extra."""
    try:
        from docxtpl import DocxTemplate
    except ImportError:
        raise _missing() from None
    made = DocxTemplate(io.BytesIO(base or base_docx()))
    made.render(_context(letter), autoescape=True)
    properties = made.docx.core_properties
    properties.title, properties.author, properties.last_modified_by = str(letter["about"]), "dueprocess", "dueprocess"
    properties.created = properties.modified = CREATED
    properties.language = str(letter["language"])
    out = io.BytesIO()
    made.save(out)
    return fixed_zip(out.getvalue())


def _missing() -> InputError:
    return InputError("DOCX needs docxtpl", where="letters", do="install dueprocess[office], or write PDF")


def _context(letter: Mapping[str, Any]) -> dict[str, Any]:
    """The letter as the tags name it; blanks to fill by hand are lines of underscores."""
    parts: list[dict[str, Any]] = []
    for part in letter["parts"]:
        kind = part["kind"]
        if kind in ("heading", "text"):
            parts.append({"kind": kind, "text": " ".join(part["paragraphs"][0])})
        elif kind == "list":
            parts.append({"kind": kind, "entries": [" ".join(group) for group in part["paragraphs"] if group]})
        elif kind == "table":
            # Word wants a number of cells that is known: a row becomes its first cell and the others with their heads.
            rows = [[row[0], "\n".join(row[1:] if len(row) < 3 else [f"{h}: {c}" for h, c in zip(part["head"][1:], row[1:], strict=True)])] for row in part["rows"]]
            head = part["head"] if len(part["head"]) == 2 else [part["head"][0], ", ".join(part["head"][1:])]
            parts.append({"kind": kind, "head": head, "rows": rows})
        elif kind == "blanks":
            parts += [{"kind": "text", "text": f"{label}: {_RULE}"} for label in part["labels"]]
        elif kind == "lines":
            parts += [{"kind": "text", "text": _RULE + _RULE[:34]} for _ in range(part["count"])]
    signers = letter["signers"]
    es = letter["language"] == "es"
    blank = [f"{'Firma' if es else 'Signed'}: {_RULE}", f"{'Nombre y organización' if es else 'Name and organization'}: {_RULE}"]
    return {
        "marking": letter["marking"], "date": letter["date"], "to": list(letter["to"]), "title": letter["subject"] or letter["title"], "parts": parts,
        "signers": [] if signers is None else list(signers) or blank, "fine": " ".join(letter["fine"]),
    }  # fmt: skip


@cache
def base_docx() -> bytes:
    """The Word file that letters are filled into: US letter, with the tags ``marking date to title parts signers fine``."""
    try:
        from docx import Document
        from docx.shared import Inches, Pt
    except ImportError:
        raise _missing() from None
    made = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.left_margin = section.right_margin = Inches(1)
    section.top_margin = section.bottom_margin = Inches(0.9)
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = "Georgia", Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)

    def lines(*texts: str, style: str = "Normal") -> None:
        for text in texts:
            made.add_paragraph(text, style=style)

    lines("{%p if marking %}")
    made.add_paragraph().add_run("{{ marking }}").bold = True
    lines("{%p endif %}", "{{ date }}", "{%p for line in to %}", "{{ line }}", "{%p endfor %}")
    made.add_heading("{{ title }}", level=1)
    lines("{%p for part in parts %}", "{%p if part.kind == 'heading' %}")
    made.add_heading("{{ part.text }}", level=2)
    lines("{%p endif %}", "{%p if part.kind == 'text' %}", "{{ part.text }}", "{%p endif %}")
    lines("{%p if part.kind == 'list' %}", "{%p for entry in part.entries %}")
    made.add_paragraph("{{ entry }}", style="List Bullet")
    lines("{%p endfor %}", "{%p endif %}", "{%p if part.kind == 'table' %}")
    table = made.add_table(rows=4, cols=2)
    table.style = "Table Grid"
    table.cell(0, 0).paragraphs[0].add_run("{{ part.head[0] }}").bold = True
    table.cell(0, 1).paragraphs[0].add_run("{{ part.head[1] }}").bold = True
    table.cell(1, 0).text = "{%tr for row in part.rows %}"
    table.cell(2, 0).text, table.cell(2, 1).text = "{{ row[0] }}", "{{ row[1] }}"
    table.cell(3, 0).text = "{%tr endfor %}"
    for row in table.rows:
        row.cells[0].width, row.cells[1].width = Inches(2.1), Inches(4.4)
    lines("{%p endif %}", "{%p endfor %}", "{%p for signer in signers %}", "{{ signer }}", "{%p endfor %}")
    fine = made.add_paragraph().add_run("{{ fine }}")
    fine.font.size = Pt(8)
    properties = made.core_properties
    properties.author, properties.comments, properties.title = "dueprocess", "", "Letter"
    properties.created = properties.modified = CREATED
    out = io.BytesIO()
    made.save(out)
    return fixed_zip(out.getvalue())


def read_base(path: Path) -> bytes:
    """A letterhead of the user's own. Raises InputError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), do="make one with dueprocess letters letterhead --out letterhead.docx") from None
