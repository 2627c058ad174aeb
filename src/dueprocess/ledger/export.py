"""An export: one text file that holds a record, or some entries of it with their proofs, for somebody offline.

    dueprocess-ledger/1 whole                      or: excerpt
    key NAME+ID+BASE64                             the key that signs the checkpoints
    entries COUNT
    N HASH PAYLOAD KEY PROOF LEAF                  one line an entry, in order
    checkpoints COUNT
    the signed notes, each after a line "note LINES"

N is the entry's number; HASH its leaf hash (hex); PAYLOAD the encrypted bytes and KEY what opens them (base64, ``-`` where
there is none, or it was erased or left out); PROOF the inclusion proof against the last checkpoint, of an excerpt (hashes
in hex, joined by commas; ``-`` where it is empty, and in a whole record); LEAF the leaf's canonical JSON. Lines end with
a newline. There is one way to write each value, so that no byte can change unseen.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from dueprocess.kernel.errors import InputError
from dueprocess.ledger.checking import Chain, Finding
from dueprocess.ledger.notes import Checkpoint, NoteKey
from dueprocess.ledger.record import FIRST_PREVIOUS, Record, read_leaf
from dueprocess.ledger.tree import leaf_hash, verify_inclusion

FORMAT = "dueprocess-ledger/1"
_MAX_LINE = 50_000_000
_MAX_NOTES = 10_000_000
_NUMBER = re.compile(rb"[1-9][0-9]{0,17}\Z")
_COUNT = re.compile(rb"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of an export found. ``size``: of the whole record; ``entries``: those in the file. ``key`` stands in the
    file: unless the reader had it from elsewhere (``trusted``), compare its fingerprint with the owner's."""

    whole: bool
    size: int
    entries: int
    key: NoteKey
    trusted: bool
    findings: tuple[Finding, ...]
    found: int
    opened: int
    closed: int
    """Payloads that are there without a key."""
    checkpoint: Checkpoint | None

    @property
    def ok(self) -> bool:
        return not self.found


def write_export(out: BinaryIO, *, key: NoteKey, count: int, records: Iterable[Record], notes: Sequence[str]) -> None:
    """Write a whole record. ``notes``: its signed checkpoints, the last covers all. ValueError where ``count`` is wrong."""
    _write(out, "whole", key=key, count=count, lines=((record, ()) for record in records), notes=notes)


def write_excerpt(out: BinaryIO, *, key: NoteKey, count: int, records: Iterable[tuple[Record, Sequence[bytes]]], note: str) -> None:
    """Write some entries, each with its inclusion proof against the checkpoint in ``note``."""
    _write(out, "excerpt", key=key, count=count, lines=records, notes=[note])


def _write(out: BinaryIO, kind: str, *, key: NoteKey, count: int, lines: Iterable[tuple[Record, Sequence[bytes]]], notes: Sequence[str]) -> None:
    out.write(f"{FORMAT} {kind}\nkey {key.text()}\nentries {count}\n".encode())
    written = 0
    for record, proof in lines:
        shown_proof = b",".join(h.hex().encode() for h in proof) or b"-"
        out.write(b"%d %s %s %s %s %s\n" % (record.number, record.hash.hex().encode(), _b64(record.payload), _b64(record.key), shown_proof, record.leaf))
        written += 1
    if written != count:
        raise ValueError("not as many entries as announced")
    out.write(f"checkpoints {len(notes)}\n".encode())
    for note in notes:
        out.write(f"note {note.count(chr(10))}\n{note}".encode())


def _b64(data: bytes | None) -> bytes:
    return base64.b64encode(data) if data is not None else b"-"


def verify_export(path: Path, *, key: NoteKey | None = None, older: Sequence[str] = ()) -> Verdict:
    """Check a file. ``key``: the owner's key, had from elsewhere; ``older``: checkpoints kept from before (signed notes),
    which the record must extend.

    What is wrong is in the verdict, by entry number. Raises InputError for a file that is no export at all.
    """
    try:
        with path.open("rb") as file:
            return _Reader(file, str(path), key=key, older=older).verdict()
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), do="check the path") from None


class _Reader:
    def __init__(self, file: BinaryIO, where: str, *, key: NoteKey | None, older: Sequence[str]) -> None:
        self._file = file
        self._where = where
        self._older = older
        self._findings: list[Finding] = []
        self._opened = self._closed = self._first = 0
        first = self._line()
        if first not in (f"{FORMAT} whole".encode(), f"{FORMAT} excerpt".encode()):
            raise InputError("this is no export of a record", where=where, do="give a file that dueprocess ledger export wrote")
        self._whole = first.endswith(b"whole")
        name, _, text = self._line().partition(b" ")
        try:
            if name != b"key":
                raise InputError("its second line is not the key")
            own = NoteKey.parse(text.decode("utf-8", "replace"))
            if own.text().encode() != text:
                raise InputError("its key is not written in the one way")
        except InputError:
            self._find(0, "the line of the key was changed")
            own = key or NoteKey("unknown", bytes(32))
        if key is not None and key != own:
            self._find(0, "the file names another key than the one you gave")
        self._trusted = key is not None
        self._key = key or own

    def verdict(self) -> Verdict:
        # The checkpoints stand at the end: the signed roots have to be known before the entries are gone through.
        start = self._file.tell()
        count = self._count(b"entries", "how many entries there are")
        self._first = body = self._file.tell()
        end = self._skip(count)
        notes = self._notes()
        checkpoints = self._open(notes)
        self._file.seek(start)
        self._line()
        assert self._file.tell() == body
        last = max(checkpoints, key=lambda c: c.size, default=None)
        entries = 0
        if self._whole:
            chain = Chain([*checkpoints, *self._open(self._older, "the checkpoint kept from before")])
            for record, _ in self._records(end):
                chain.add(record)
                entries += 1
            report = chain.finish()
            self._opened, self._closed = report.opened, report.erased
            findings, found = [*self._findings, *report.findings], len(self._findings) + report.found
            size = report.size
        else:
            if self._older:
                raise InputError("only a whole record can be compared with a checkpoint kept from before", where=self._where, do="ask for the whole export")
            previous = 0
            for record, proof in self._records(end):
                self._excerpted(record, proof, last)
                if record.number <= previous:
                    self._find(record.number, "stands again, or out of its place")
                previous = record.number
                entries += 1
            findings, found, size = self._findings, len(self._findings), last.size if last else 0
        if count is not None and entries != count:
            findings.append(Finding(entries + 1 if self._whole else 0, f"the file announces {count} entries and holds {entries}"))
            found += 1
        if last is None and not findings:
            findings.append(Finding(0, "there is no signed checkpoint"))
            found += 1
        return Verdict(self._whole, size, entries, self._key, self._trusted, tuple(findings), found, self._opened, self._closed, last)

    def _find(self, number: int, what: str) -> None:
        self._findings.append(Finding(number, what))

    def _line(self) -> bytes:
        line = self._file.readline(_MAX_LINE)
        return line[:-1] if line.endswith(b"\n") else line

    def _count(self, name: bytes, what: str) -> int | None:
        line = self._line()
        before, _, text = line.partition(b" ")
        if before == name and _COUNT.fullmatch(text):
            return int(text)
        self._find(0, f"the line that says {what} was changed")
        return None

    def _skip(self, count: int | None) -> int:
        """Past the entries; where they end: at the line of the checkpoints, or, where that was spoiled, after as many lines as
        were announced."""
        end = last = self._file.tell()
        lines = 0
        while line := self._file.readline(_MAX_LINE):
            lines += 1
            here = self._file.tell()
            if lines == count:
                end = here
            if line.startswith(b"checkpoints "):
                last = here - len(line)
        if last != self._first:
            end = last
        self._file.seek(end)
        return end

    def _notes(self) -> list[str]:
        count = self._count(b"checkpoints", "how many checkpoints there are")
        data = self._file.read(_MAX_NOTES)
        notes: list[str] = []
        lines = data.split(b"\n")
        if lines and lines[-1] == b"":
            lines.pop()
        elif data:
            self._find(0, "the end of the file was cut off")
        at = 0
        while at < len(lines):
            name, _, text = lines[at].partition(b" ")
            if name != b"note" or not _COUNT.fullmatch(text) or at + int(text) >= len(lines):
                self._find(0, f"the checkpoints were changed, at the line that follows {len(notes)} of them")
                break
            notes.append(b"\n".join(lines[at + 1 : at + 1 + int(text)]).decode("utf-8", "replace") + "\n")
            at += 1 + int(text)
        if count is not None and count != len(notes):
            self._find(0, f"the file announces {count} checkpoints and holds {len(notes)}")
        return notes

    def _open(self, notes: Sequence[str], what: str = "checkpoint") -> list[Checkpoint]:
        found = []
        for place, note in enumerate(notes, 1):
            try:
                found.append(Checkpoint.opened(note, [self._key]))
            except InputError as error:
                self._find(0, f"{what} {place}: {error.what}")
        return found

    def _records(self, end: int) -> Iterator[tuple[Record, list[bytes]]]:
        place = 0
        while self._file.tell() < end:
            line = self._file.readline(_MAX_LINE)
            place += 1
            parts = line[:-1].split(b" ", 5)
            try:
                if len(parts) != 6 or not _NUMBER.match(parts[0]) or not line.endswith(b"\n"):
                    raise ValueError
                hash_ = _unhex(parts[1])
                payload, key = _unb64(parts[2]), _unb64(parts[3])
                proof = [_unhex(h) for h in parts[4].split(b",")] if parts[4] != b"-" else []
                if self._whole and proof:
                    raise ValueError
            except ValueError:
                number = _guess(parts, place)
                self._find(number, "changed: its line is not as an export writes it")
                yield _damaged(parts, number)
                continue
            yield Record(int(parts[0]), parts[5], hash_, payload, key), proof

    def _excerpted(self, record: Record, proof: Sequence[bytes], last: Checkpoint | None) -> None:
        single = Chain(open_payloads=True)
        if leaf_hash(record.leaf) != record.hash:
            self._find(record.number, "changed: its bytes do not give its hash")
            return
        try:
            leaf = read_leaf(record.leaf)
        except ValueError as error:
            self._find(record.number, f"changed: {error}")
            return
        if leaf.number != record.number:
            self._find(record.number, f"holds what was written as entry {leaf.number}")
            return
        if last is None or not verify_inclusion(index=record.number - 1, size=last.size, leaf=record.hash, proof=proof, root=last.root):
            self._find(record.number, "its proof does not lead to the signed root")
            return
        single.check_payload(record, leaf)
        report = single.finish(closed=False)
        self._opened += report.opened
        self._closed += report.erased
        self._findings += report.findings


def _unhex(text: bytes) -> bytes:
    data = bytes.fromhex(text.decode("ascii"))
    if len(data) != 32 or data.hex().encode() != text:
        raise ValueError
    return data


def _unb64(text: bytes) -> bytes | None:
    if text == b"-":
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError from None
    if base64.b64encode(data) != text:
        raise ValueError
    return data


def _guess(parts: Sequence[bytes], place: int) -> int:
    """The number of a damaged line: its leaf's, where that can still be read; else its place in the file."""
    match = re.search(rb'"n":([1-9][0-9]{0,17}),', parts[-1])
    return int(match[1]) if match else int(parts[0]) if _NUMBER.match(parts[0]) else place


def _damaged(parts: Sequence[bytes], number: int) -> tuple[Record, list[bytes]]:
    """As much of a damaged line as the chain can go on with."""
    leaf = parts[5] if len(parts) == 6 else b""
    try:
        hash_ = _unhex(parts[1]) if len(parts) > 1 else FIRST_PREVIOUS
    except ValueError:
        hash_ = leaf_hash(leaf)
    return Record(number, leaf, hash_), []
