"""Files to a reading. What strangers sent is parsed in a process of its own, with limits, page by page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.worker import LimitError, run_limited
from dueprocess.papers.assembling import assemble
from dueprocess.papers.consistency import check
from dueprocess.papers.files import MOST_BYTES, active_parts, media_of
from dueprocess.papers.pagereading import Part, unpacked
from dueprocess.papers.values import Finding, PageReading, Reading, SourceFile

MEMORY = 3 * 1024**3
"""Address space of the reading process, of which recognition uses about a third."""
MOST_ATTACHMENTS = 40
_MOST_DEPTH = 4
_START_SECONDS = 20.0
_PAGE_SECONDS = 40.0
_MOST_FAILURES = 4
"""Pages that may fail one after the other before the rest of the file is given up."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading may use: seconds for each page, and address space in bytes. ``apart``: False parses in this very
    process, without limits; only for files that one has made oneself."""

    page_seconds: float = _PAGE_SECONDS
    memory: int = MEMORY
    apart: bool = True


def read_files(paths: Sequence[Path], *, progress: Progress | None = None, pictures: bool = False, limits: Limits | None = None) -> Reading:
    """The papers in some files that belong together.

    Args:
        paths: PDF, TIFF, PNG, JPEG, text files and e-mails.
        progress: called with pages done and pages known so far.
        pictures: also keep an image of each page, for the reviewed reading.
        limits: other limits than the usual ones.

    Raises:
        InputError: a file that is none of these, locked, damaged, empty or too large; it names the file.
    """
    named = []
    for path in paths:
        try:
            if path.stat().st_size > MOST_BYTES:
                raise InputError(f"more than {MOST_BYTES // 1_000_000} MB", where=str(path), do="split the file")
            named.append((str(path.name), path.read_bytes()))
        except OSError as error:
            raise InputError(f"it cannot be read ({error.strerror})", where=str(path), do="name a file") from None
    return read_packet(named, progress=progress, pictures=pictures, limits=limits)


def read_packet(files: Sequence[tuple[str, bytes]], *, progress: Progress | None = None, pictures: bool = False, limits: Limits | None = None) -> Reading:
    """The same of names and bytes."""
    job = _Job(progress, pictures, limits or Limits())
    for name, data in files:
        try:
            job.file(name, data)
        except InputError as error:
            raise error.at(name) from None
    return job.finished()


class _Job:
    def __init__(self, progress: Progress | None, pictures: bool, limits: Limits) -> None:
        self.progress, self.pictures, self.limits = progress, pictures, limits
        self.files: list[SourceFile] = []
        self.pages: list[PageReading] = []
        self.parts: list[Part] = []
        self.findings: list[Finding] = []
        self.received: str | None = None
        self.attached = 0
        self.depth = 1

    def file(self, name: str, data: bytes, *, inside: int | None = None, letter: bool = False) -> None:
        """Read one file. ``inside``: the e-mail that it came in; ``letter``: it is that e-mail's own text."""
        media = "text" if letter else media_of(data)
        number = len(self.files) + 1
        source = SourceFile(number, name, hashlib.sha256(data).hexdigest(), len(data), media, 0, inside)
        self.files.append(source)
        if media == "mail":
            self.mail(data, number)
            return
        if media == "pdf":
            for what in active_parts(data):
                self.findings.append(Finding("active_content", f"the file holds {what}; nothing was run or fetched", None, None, "none"))
        before = len(self.pages)
        for answer in self.answers(data, media):
            parts = [unpacked(p) for p in answer["parts"]]
            if letter and all(p.guess.kind is None and p.custody is None for p in parts):
                continue  # the letter around the papers is none of them
            self._add(number, answer["number"], answer["how"], parts, answer["image"])
        self.files[number - 1] = replace(source, pages=len(self.pages) - before)

    def mail(self, data: bytes, number: int) -> None:
        found = self.call("dueprocess.papers.mail:open_mail", [data, max(0, MOST_ATTACHMENTS - self.attached)], _START_SECONDS)
        self.attached += len(found["attachments"])
        self.received = self.received or found["sent"]
        before = len(self.pages)
        if found["text"].strip():
            self.file(f"text of e-mail {number}", found["text"].encode(), inside=number, letter=True)
        if found["more"]:
            self.findings.append(Finding("attachment_unreadable", f"more than {MOST_ATTACHMENTS} attachments: the others were not read", None, None, "what they say is unknown", "What is in the other attachments?"))
        for count, raw in enumerate(found["attachments"], 1):
            # An attachment's own name may be a person's: it is called by its number.
            name = f"attachment {count}"
            try:
                if media_of(raw) == "mail" and self.depth >= _MOST_DEPTH:
                    raise InputError(f"it is an e-mail inside {_MOST_DEPTH} others", do="save it and read it by itself")
                self.depth += 1
                try:
                    self.file(name, raw, inside=number)
                finally:
                    self.depth -= 1
            except InputError as error:
                self.findings.append(Finding("attachment_unreadable", f"{name} could not be read: {error.what}", None, None, "what it says is unknown", f"What is in {name}?"))
        if len(self.pages) == before and not found["attachments"]:
            self.findings.append(Finding("no_paper", "the e-mail brought no paper, only its own words", None, None, "none", "Was something to be attached to it?"))

    def answers(self, data: bytes, media: str) -> Iterator[dict[str, Any]]:
        """What the worker says of each page; a page that breaks it costs that page and no other."""
        found = self.call("dueprocess.papers.pagereading:survey", [data, media], _START_SECONDS)
        count = found["pages"]
        if found["dynamic"]:
            self.findings.append(Finding("dynamic_form", "the form is one that draws itself with a script (XFA); what is read may not be all of it", None, None, "what is missing is unknown", "Open it in the sender's program, print it to a PDF, and read that."))
        at, size, failures = 0, 2, 0
        while at < count:
            last = min(count, at + size)
            try:
                answers = self._range(data, media, at, last)
                failures = 0
            except LimitError as error:
                if last - at > 1:
                    size = 1
                    continue
                answers = [_failed(at, error)]
                failures += 1
            if self.progress is not None:
                self.progress(last, count)
            yield from answers
            at = last
            if failures >= _MOST_FAILURES:
                self.findings.append(Finding("limit", f"{failures} pages one after the other could not be read within the limits; pages {at + 1} to {count} were not read", None, None, "what they say is unknown", "Ask for the file to be sent again, as a plain scan."))
                return
            light = all(a["how"]["how"] in ("text", "blank") for a in answers) and not failures
            size = 40 if light else 6 if not failures else 1

    def _range(self, data: bytes, media: str, first: int, last: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call(
            "dueprocess.papers.pagereading:read_range", [data, media, first, last, self.pictures], _START_SECONDS + self.limits.page_seconds * (last - first)
        )
        return found

    def call(self, target: str, args: list[Any], seconds: float) -> Any:
        """The function's value, from a process of its own."""
        if self.limits.apart:
            return run_limited(target, args, seconds=seconds, memory_bytes=self.limits.memory)
        module, name = target.split(":")
        return getattr(import_module(module), name)(*args)

    def _add(self, file: int, page: int, how: dict[str, Any], parts: Sequence[Part], image: bytes) -> None:
        number = len(self.pages) + 1
        self.pages.append(
            PageReading(number, file, page, how["how"], how.get("turned", 0), how.get("confidence", 1.0), how.get("width", 612.0), how.get("height", 792.0), image)
        )
        if how.get("limit"):
            self.findings.append(Finding("limit", f"the page could not be read: {how['limit']}", number, None, "what it says is unknown", "What is on this page?"))
        for part in parts:
            self.parts.append(_numbered(part, number))
        if self.received is None:
            self.received = next((p.received for p in parts if p.received), None)

    def finished(self) -> Reading:
        papers, findings = assemble(self.parts, self.pages)
        checked, comparisons = check(papers)
        whole = tuple(replace(p, findings=(*p.findings, *checked[p.number])) for p in papers)
        custody = next((p.custody for p in self.parts if p.custody is not None), None)
        for part in self.parts:
            for problem in (part.custody or {}).get("problems", ()):
                findings.append(Finding("face_sheet", problem, part.page, None, "the time or ground is unknown", "What does the jail's record say?"))
        return Reading(tuple(self.files), tuple(self.pages), whole, (*self.findings, *findings), comparisons, self.received, custody, sheet_numbers=tuple(n for p in self.parts for n in p.numbers))


def _failed(index: int, error: LimitError) -> dict[str, Any]:
    return {"number": index + 1, "parts": [], "how": {"how": "unreadable", "confidence": 0.0, "limit": error.what}, "image": b""}


def _numbered(part: Part, number: int) -> Part:
    """The part with the page's number in the packet."""
    return replace(part, page=number, fields=tuple(replace(f, page=number) for f in part.fields), signs=tuple(replace(s, page=number) for s in part.signs))


def keep(data: bytes, folder: Path, *, media: str) -> Path:
    """The original, byte for byte, under its SHA-256; what is there already is left alone."""
    suffix = {"mail": ".eml", "text": ".txt", "jpeg": ".jpg"}.get(media, f".{media}")
    target = folder / f"{hashlib.sha256(data).hexdigest()}{suffix}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            partial = target.with_suffix(".partial")
            partial.touch(mode=0o600)
            partial.write_bytes(data)
            partial.replace(target)
    except OSError as error:
        raise InputError(f"the original cannot be kept ({error.strerror})", where=str(folder), do="name a folder that you may write to") from None
    return target
