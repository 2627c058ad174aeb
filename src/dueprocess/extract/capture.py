"""What stands in a file: its bytes to plain text, on which every offset of an extraction counts.

The bytes say what a file is, not its name. Sizes, pages and characters are bounded; what was left out is noted. PDFs and
large pages are read in a process of their own that is killed when it takes too long or too much memory.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dueprocess.extract import parsers
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.worker import LimitError, run_limited

MOST_BYTES = 20_000_000
MOST_CHARACTERS = 400_000
MOST_PAGES = 400
MOST_MARKUP = 2_000_000
SMALL_MARKUP = 300_000
"""Characters of markup up to which a page is read without a process of its own."""
MOST_SECONDS = 40.0
"""Wall-clock time that a PDF or a large page may take, after which its process is killed; half of it goes into pages."""
MOST_MEMORY = 1_500_000_000
"""Bytes of address space that its process may have."""
_PAGE_BREAK = "\n\n"
_MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|head|body|article|div|p|script|span|table)\b", re.IGNORECASE)
# Controls and direction marks, which a terminal or a reader would act on: made spaces, so that offsets stay.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")


@dataclass(frozen=True, slots=True)
class Capture:
    """A file as text.

    ``id`` is the file's name without its ending; ``sha256`` the hash of its bytes; ``kind`` text, html or pdf. ``text`` is
    what was read out of it: offsets (half-open, in characters) count on it. ``pages`` are the offsets at which the pages
    of a PDF begin. ``title`` and ``published`` (an ISO day, month or year) are what the file or the caller says of the
    article; ``published_basis`` says which of the two. ``notes`` say what was left out or could not be told.
    ``publisher`` is who published it, as the caller says: evidence for the state of the places that it names.
    """

    id: str
    sha256: str
    kind: str
    text: str
    pages: tuple[int, ...] = ()
    title: str | None = None
    published: str | None = None
    published_basis: str | None = None
    notes: tuple[str, ...] = ()
    publisher: str | None = None

    def page(self, offset: int) -> int | None:
        """The page (from 1) on which the character stands; None where the file has no pages."""
        return sum(1 for start in self.pages if start <= offset) or None


def read_capture(path: Path, *, published: str | None = None, title: str | None = None, publisher: str | None = None) -> Capture:
    """The text of one file.

    Raises:
        InputError: there is no such file, it is too large, encrypted, broken, or no text, HTML or PDF.
    """
    name = str(path)
    try:
        if path.is_dir():
            raise InputError("this is a folder", where=name, do="name the files in it")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise InputError("there is no such file", where=name, do="check the path") from None
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", where=name, do="check its permissions") from None
    return capture(data, name=name, published=published, title=title, publisher=publisher)


def capture(data: bytes, *, name: str, published: str | None = None, title: str | None = None, publisher: str | None = None) -> Capture:
    """The text of bytes that a person gave; ``name`` is the file's, for messages and the id.

    Raises:
        InputError: as ``read_capture``; or ``published`` is no ISO day, month or year.
    """
    if len(data) > MOST_BYTES:
        raise InputError(f"more than {MOST_BYTES:,} bytes", where=name, do="split the file")
    if published is not None:
        published = iso_day(published, where=name)
    if not data.strip():
        raise InputError("the file is empty", where=name, do="save the article again")
    notes: list[str] = []
    pages: tuple[int, ...] = ()
    found_title = found_day = None
    if data[:1024].lstrip().startswith(b"%PDF"):
        kind = "pdf"
        text, pages, found_title = _pdf(data, name, notes)
    else:
        decoded = _decode(data, name, notes)
        if _MARKUP.search(data[:20_000]) and len(re.findall(r"</?[A-Za-z]", decoded[:20_000])) > 2:
            kind = "html"
            text, found_title, found_day = _html(decoded, name, notes)
        else:
            kind, text = "text", decoded
    text = _UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > MOST_CHARACTERS:
        notes.append(f"read the first {MOST_CHARACTERS:,} of {len(text):,} characters")
        text = text[:MOST_CHARACTERS]
        pages = tuple(p for p in pages if p < len(text))
    if not text.strip():
        notes.append("no text was found in the file" + (": a scan needs its text first" if kind == "pdf" else ""))
    basis = "given" if published else None
    if published is None and found_day:
        published, basis = found_day, "the page says so"
    return Capture(
        id=Path(name).stem or "text",
        sha256=hashlib.sha256(data).hexdigest(),
        kind=kind,
        text=text,
        pages=pages,
        title=" ".join((title or found_title or "").split())[:500] or None,
        published=published,
        published_basis=basis,
        notes=tuple(notes),
        publisher=" ".join((publisher or "").split())[:500] or None,
    )


def iso_day(value: str, *, where: str = "") -> str:
    """``value`` if it is an ISO day, month or year (``2014-05-03``, ``2014-05``, ``2014``).

    Raises:
        InputError: it is not.
    """
    try:
        if not _DAY.match(value):
            raise ValueError
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        raise InputError(f"[{value[:40]}] is no day", where=where, do="write it as 2014-05-03, 2014-05 or 2014") from None
    return value


def _decode(data: bytes, name: str, notes: list[str]) -> str:
    """Text of bytes: by its byte-order mark, as UTF-8, or as Windows-1252; refused where it is no text."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise InputError("broken UTF-16", where=name, do="save the file as UTF-8") from None
    # A byte that no text holds, often enough not to be a slip.
    odd = sum(data.count(bytes([c])) for c in (*range(9), *range(14, 27), *range(28, 32)))
    if data.count(0) > len(data) // 1000 or odd > len(data) // 50:
        raise InputError("this is no text, HTML or PDF", where=name, do="save the article as text, HTML or PDF")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
        notes.append("not UTF-8: read as Windows-1252")
        if sum(1 for c in text if c.isalpha() or c.isspace()) < len(text) * 0.6:
            raise InputError("this is no text, HTML or PDF", where=name, do="save the article as text, HTML or PDF") from None
        return text


def _html(markup: str, name: str, notes: list[str]) -> tuple[str, str | None, str | None]:
    """The main text of a page, its title and the day on which it says it was published."""
    if len(markup) > MOST_MARKUP:
        notes.append(f"read the first {MOST_MARKUP:,} of {len(markup):,} characters of markup")
        markup = markup[:MOST_MARKUP]
    # A process costs a second: only a page that could take long is worth it.
    found = parsers.page(markup) if len(markup) <= SMALL_MARKUP else _limited(parsers.page, [markup], name, "the page")
    if found["text"] is None:
        notes.append("no article was found in the page")
        return "", None, None
    return found["text"], found["title"], found["day"]


def _pdf(data: bytes, name: str, notes: list[str]) -> tuple[str, tuple[int, ...], str | None]:
    """The text of the first pages of a PDF, the offset at which each begins, and its title."""
    found = _limited(parsers.pdf, [data, MOST_PAGES, MOST_CHARACTERS, MOST_SECONDS / 2], name, "the PDF")
    starts: list[int] = []
    length = 0
    for text in found["pages"]:
        starts.append(length)
        length += len(text) + len(_PAGE_BREAK)
    if len(starts) < found["total"]:
        notes.append(f"read the first {len(starts)} of {found['total']} pages" + (": the others would take too long" if found["late"] else ""))
    if found["bad"]:
        notes.append(f"{found['bad']} page(s) could not be read")
    return _PAGE_BREAK.join(found["pages"]), tuple(starts), found["title"]


def _limited(target: Callable[..., Any], args: list[Any], name: str, what: str) -> Any:
    """Run a parser in a process of its own; a limit that it hits names the file."""
    try:
        return run_limited(target, args, seconds=MOST_SECONDS, memory_bytes=MOST_MEMORY)
    except LimitError as error:
        raise InputError(f"{what} cannot be read: {error.what}", where=name, do="save it as text") from None
    except InputError as error:
        raise error.at(name) from None
