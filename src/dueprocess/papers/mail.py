"""An e-mail to its own words and the files that came with it."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import MIMEPart
from email.parser import BytesParser
from email.policy import default as mail_policy
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any

from dueprocess.papers.files import MOST_TEXT

SEAL = 10_000
"""Bytes below which a picture in an e-mail's text is no page."""


def open_mail(data: bytes, most: int) -> dict[str, Any]:
    """An e-mail's own text, when it was sent (with zone, else null) and what came with it, pictures set into its text
    included; an e-mail that was forwarded is one file. Links are not followed."""
    message = BytesParser(policy=mail_policy).parsebytes(data)
    try:
        stamp = parsedate_to_datetime(str(message["Date"])) if message["Date"] else None
    except (ValueError, TypeError):
        stamp = None
    body = message.get_body(preferencelist=("plain", "html"))
    try:
        text = str(body.get_content()) if body is not None else ""
    except (LookupError, ValueError):
        text = ""
    if body is not None and body.get_content_type() == "text/html":
        text = _words(text)
    found = [_bytes_of(part) for part in _leaves(message) if part is not body and not _letterhead(part)]
    return {
        "sent": stamp.isoformat(timespec="seconds") if stamp is not None and stamp.tzinfo is not None else None,
        "text": text[:MOST_TEXT],
        "attachments": found[:most],
        "more": len(found) > most,
    }


def _leaves(message: MIMEPart) -> Iterator[MIMEPart]:
    """The parts of a message that hold something themselves; a forwarded e-mail is not opened here."""
    if message.get_content_maintype() != "multipart":
        yield message
        return
    for part in message.iter_parts():
        yield from _leaves(part)


class _Words(HTMLParser):
    """The words of a page, a line for each block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden += tag in ("script", "style")
        if tag in ("p", "div", "br", "tr", "li", "h1", "h2", "h3", "table"):
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style") and self.hidden > 0

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(" ".join(data.split()) + " " if data.strip() else " ")


def _words(html: str) -> str:
    reader = _Words()
    reader.feed(html[:MOST_TEXT])
    reader.close()
    return "".join(reader.found)


def _letterhead(part: MIMEPart) -> bool:
    """Whether a part is the letter once more in HTML, or a small picture in it: an office's seal under a signature."""
    if part.get_content_disposition() == "attachment":
        return False
    if part.get_content_type() == "text/html":
        return True
    return part.get_content_maintype() == "image" and part["Content-ID"] is not None and len(_bytes_of(part)) < SEAL


def _bytes_of(part: MIMEPart) -> bytes:
    try:
        if part.get_content_maintype() == "message":
            inner = part.get_payload()
            return inner[0].as_bytes() if isinstance(inner, list) and inner else b""  # type: ignore[union-attr]
        raw = part.get_payload(decode=True)
    except (LookupError, ValueError, AttributeError):  # an e-mail may be malformed in any way
        return b""
    return raw if isinstance(raw, bytes) else b""
