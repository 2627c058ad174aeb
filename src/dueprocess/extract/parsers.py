"""What reads PDFs and large pages: functions for a process of their own, since strangers made the files.

They take bytes or text and give plain values; ``capture`` runs them with limits (``kernel.worker``).
"""

from __future__ import annotations

import io
import logging
import re
import time
import zlib
from typing import Any

from dueprocess.kernel.errors import InputError

_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")


def pdf(data: bytes, most_pages: int, most_characters: int, seconds: float) -> dict[str, Any]:
    """The text of the first pages of a PDF.

    Gives ``pages`` (a text each), ``total`` (pages that the file has), ``bad`` (pages that could not be read), ``title``
    and ``late`` (whether it stopped because ``seconds`` were over). A page that cannot be read is empty.

    Raises:
        InputError: the PDF is encrypted or broken.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    trouble: tuple[type[Exception], ...] = (*_PDF_TROUBLE, PyPdfError)
    begin = time.monotonic()
    pages: list[str] = []
    length = bad = 0
    late = False
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError("the PDF is encrypted", do="save it without a password")
        total = len(reader.pages)
        title = str(reader.metadata.title) if reader.metadata and reader.metadata.title else None
        for index in range(min(total, most_pages)):
            late = time.monotonic() - begin > seconds
            if late or length > most_characters:
                break
            try:
                text = reader.pages[index].extract_text()
            except trouble:
                text, bad = "", bad + 1
            pages.append(text)
            length += len(text)
    except InputError:
        raise
    except trouble:
        raise InputError("the PDF cannot be read", do="save it again, or as text") from None
    # A PDF may hold halves of characters, which no text can.
    clean = [page.encode("utf-8", errors="replace").decode("utf-8") for page in pages]
    return {"pages": clean, "total": total, "bad": bad, "title": title, "late": late}


_PDF_TROUBLE: tuple[type[Exception], ...] = (
    ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, RecursionError, OSError, zlib.error,
    OverflowError, NotImplementedError, UnicodeError, ArithmeticError, ImportError,
)  # fmt: skip


def page(markup: str) -> dict[str, Any]:
    """The main text of a web page, its title and the ISO day on which it says that it was published; null where it has none."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    try:
        found: Any = trafilatura.bare_extraction(
            markup, include_comments=False, include_tables=True, with_metadata=True, favor_recall=True, date_extraction_params={"extensive_search": False, "original_date": True}
        )
    except (ValueError, TypeError, RecursionError, AttributeError, AssertionError, KeyError, IndexError):
        found = None
    if found is None or not (found.text or "").strip():
        return {"text": None, "title": None, "day": None}
    day = found.date if isinstance(found.date, str) and _DAY.match(found.date) else None
    return {"text": found.text, "title": found.title or None, "day": day}
