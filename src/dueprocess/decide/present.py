"""How a decision is shown: plain text, one self-contained HTML page, or a PDF.

All three take the JSON of docs/reference/decision.md, show the same content in the same order, and give the same
bytes for the same input. Only what a format needs is imported.
"""

from __future__ import annotations

from typing import Any

from dueprocess.decide.messages import Messages
from dueprocess.decide.sheets import sheet_of
from dueprocess.render.plain import sheet_text


def to_text(decision: dict[str, Any], *, width: int = 78) -> str:
    """The decision as text in lines of at most ``width`` characters (at least 40); ends with a newline.

    Raises InputError where the mapping is no decision: an unknown outcome, a time without its offset.
    """
    return sheet_text(sheet_of(decision, Messages()), width=width)


def to_html(decisions: list[dict[str, Any]]) -> str:
    """One page that needs nothing else: no script, no font, no request to anywhere. Raises as ``to_text``."""
    from dueprocess.render.page import page_html

    words = Messages()
    return page_html([sheet_of(d, words) for d in decisions], title=_title(decisions, words), lang=words.lang)


def to_pdf(decisions: list[dict[str, Any]]) -> bytes:
    """A tagged PDF (PDF/UA-1) on US letter, each decision from a new page and on one where it can be read so.

    Raises as ``to_text``; an empty list gives one empty page.
    """
    from dueprocess.render.pdf import sheets_pdf

    words = Messages()
    return sheets_pdf(
        [sheet_of(d, words) for d in decisions], title=_title(decisions, words), lang=words.lang
    )


def _title(decisions: list[dict[str, Any]], words: Messages) -> str:
    return words("title.page") if len(decisions) == 1 else words("title.pages", count=len(decisions))
