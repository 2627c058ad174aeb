"""What a file is, by its first bytes and never by its name; and what a PDF holds that nobody should run."""

from __future__ import annotations

import re

from dueprocess.kernel.errors import InputError

MEDIA = ("pdf", "png", "jpeg", "tiff", "text", "mail")
MOST_BYTES = 200_000_000
MOST_TEXT = 5_000_000
_HEADERS = re.compile(rb"^(?:return-path|received|from|to|date|subject|message-id|mime-version|content-type|delivered-to|x-[a-z-]+):", re.IGNORECASE)
_OTHERS = (
    (b"PK\x03\x04", "a ZIP or Office file"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"GIF8", "a GIF picture"),
    (b"RIFF", "a media file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"{\\rtf", "an RTF document"),
    (b"Rar!", "an archive"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "an archive"),
)


def media_of(data: bytes) -> str:
    """One of ``MEDIA``. Raises InputError that says what it is instead."""
    if not data.strip(b"\0 \r\n\t"):
        raise InputError("the file is empty", do="ask for it to be sent again")
    if len(data) > MOST_BYTES:
        raise InputError(f"more than {MOST_BYTES // 1_000_000} MB", do="split the file")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith((b"II*\0", b"MM\0*")):
        return "tiff"
    for start, what in _OTHERS:
        if data.startswith(start):
            raise InputError(f"this is {what}", do="give a PDF, TIFF, PNG, JPEG, text file or e-mail (.eml)")
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        raise InputError("this is a HEIC picture", do="export it from the phone as JPEG")
    if len(data) > MOST_TEXT and b"\0" not in data[:4096]:
        raise InputError(f"a text of more than {MOST_TEXT // 1_000_000} MB", do="give the papers alone")
    sample = data[:8192]
    odd = sum(1 for b in sample if b < 9 or 13 < b < 32)
    if b"\0" in sample or odd > len(sample) // 50:
        raise InputError("this is neither a document nor a picture nor a text", do="give a PDF, TIFF, PNG, JPEG, text file or e-mail (.eml)")
    lines = sample.lstrip().splitlines()[:6]
    headers = sum(1 for line in lines if _HEADERS.match(line))
    if len(data) <= MOST_BYTES and headers >= 2:
        return "mail"
    return "text"


def active_parts(data: bytes) -> list[str]:
    """What a PDF holds that a viewer might run or fetch. Nothing here runs it: it is told so that somebody knows."""
    marks = {
        "a script": rb"/(?:JavaScript|JS)\b",
        "a command to start a program": rb"/Launch\b",
        "an embedded file": rb"/EmbeddedFiles?\b",
        "a link that opens by itself": rb"/(?:SubmitForm|ImportData|GoToR|GoToE)\b",
    }
    return [what for what, mark in marks.items() if re.search(mark, data)]


def decode_text(data: bytes) -> str:
    """A text file's text: UTF-8 or UTF-16 with its mark, else Windows-1252 (which always decodes)."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
