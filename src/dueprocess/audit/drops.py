"""A drop folder: booking and release exports that come again and again, as one case file a stay that follows them.

Nothing in the folder is moved, changed or deleted. What was done is in ``bookings.json`` beside the case files: each
file by its SHA-256, each stay by the file and row that it was last read from. A file that is there twice, or still, is
read once; a run that was killed is taken up by the next, and a file half done is done again with the same result.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dueprocess.audit.bookings import Bookings, read_bookings
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import Instant, parse_instant
from dueprocess.law import Lawbook
from dueprocess.places import PlaceBook
from dueprocess.tables import Map

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet")
"""Endings of files that are taken from a folder."""
UNFINISHED = re.compile(r"^[.~]|~$|\.(?:tmp|part|partial|filepart|crdownload|lock|swp)$", re.IGNORECASE)
MOST_BYTES = 50_000_000
"""A larger file is a history for ``audit``, no export of a day."""
RECORD = "bookings.json"


@dataclass(frozen=True)
class Taken:
    """What became of one file: ``state`` is ``read``, ``again`` (these very bytes were read before), ``waiting`` (still
    being written) or ``refused``; ``note`` says why. The counts are stays; ``rows`` lists what made no case."""

    name: str
    state: str
    note: str = ""
    new: int = 0
    changed: int = 0
    same: int = 0
    older: int = 0
    by_hand: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    gone: int = 0
    """Stays that were in custody by the export before and are not in this one."""

    @property
    def settled(self) -> bool:
        """Whether nothing about it waits for a person."""
        return self.state in ("read", "again", "waiting") and not self.rows and not self.by_hand


@dataclass
class Drop:
    """The case files of a drop folder. ``out`` is where they and the record stand; ``map``, ``preset`` and ``as_of`` as
    ``read_bookings`` takes them."""

    out: Path
    lawbook: Lawbook
    places: PlaceBook
    law_known_at: date
    map: Mapping[str, Any] | Map | None = None
    preset: str | None = None
    as_of: date | Instant | str | None = None
    _record: dict[str, Any] = field(default_factory=dict)

    def folder(self, source: Path, *, settle: Callable[[], None]) -> Iterator[Taken]:
        """Take what lies in a folder, file by file in the order of their names. ``settle`` waits a moment between two
        looks at the files: what changes meanwhile is left for the next run."""
        try:
            files = sorted(p for p in source.iterdir() if p.is_file())
        except OSError as error:
            raise InputError(f"the folder cannot be read ({error.strerror})", where=str(source), do="name the folder that the exports are dropped into") from None
        before = {p: _look(p) for p in files}
        if any(before.values()):
            settle()
        with self._alone():
            yield from self._each(files, before)

    def _each(self, files: Sequence[Path], before: Mapping[Path, Any]) -> Iterator[Taken]:
        for path in files:
            if UNFINISHED.search(path.name):
                yield Taken(path.name, "waiting", "its name says that it is still being written")
            elif path.suffix.lower() not in TABLES:
                continue
            elif _look(path) != before[path]:
                yield Taken(path.name, "waiting", "it is still being written")
            else:
                yield self.file(path, dropped=True)

    def file(self, path: Path, *, dropped: bool = False) -> Taken:
        """Take one file. ``dropped``: it may still be on its way, so one that seems cut short waits.

        Raises InputError where the case files cannot be written; what is wrong with the file itself is in ``Taken``.
        """
        try:
            if path.stat().st_size > MOST_BYTES:
                return Taken(path.name, "refused", f"more than {MOST_BYTES // 1_000_000} MB: audit reads histories")
            data = path.read_bytes()
        except OSError as error:
            return Taken(path.name, "refused", f"it cannot be read ({error.strerror})")
        digest = hashlib.sha256(data).hexdigest()
        record = self._read_record()
        if digest in record["files"]:
            before_as = record["files"][digest]["name"]
            return Taken(path.name, "again", "" if before_as == path.name else f"as {before_as}")
        if dropped and (short := cut_short(data)):
            return Taken(path.name, "waiting", short)
        try:
            found = read_bookings(
                path, lawbook=self.lawbook, places=self.places, as_of=self.as_of, map=self.map, preset=self.preset, law_known_at=self.law_known_at
            )
        except InputError as error:
            return Taken(path.name, "refused", f"{error.what}; {error.do}" if error.do else error.what)
        taken = self._stays(path.name, digest, found)
        record["files"][digest] = {"name": path.name, "bytes": len(data), "stays": len(found.stays), "rows": list(taken.rows), "problems": list(taken.problems)}
        self._write_record(record)
        return taken

    # -- the stays of one file -----------------------------------------------------------------------------------

    def _stays(self, name: str, digest: str, found: Bookings) -> Taken:
        record = self._read_record()
        stays, problems = found.stays, [_problem(p) for p in found.problems]
        rows = [f"row {s.row}: {s.problem}" for s in stays if s.case is None]
        cases = {str(s.case["case"] or f"row {s.row}"): s for s in stays if s.case is not None}
        upto = max((_instant(s.case["at"]) for s in cases.values() if s.case), default=0)
        counts: Counter[str] = Counter()
        by_hand: list[str] = []
        for key, stay in cases.items():
            case = {k: v for k, v in dict(stay.case or {}).items() if k != "law_known_at"}
            known = record["stays"].get(key)
            file = known["file"] if known else self._name(key, record)
            if known and known["as_of"] > upto:
                counts["older"] += 1
                continue
            body = _text(case, name=name, digest=digest, row=stay.row)
            state, wrote = self._put(file, body, known)
            counts[state] += 1
            if state == "by hand":
                by_hand.append(file)
            inside = case["custody"].get("left_at") is None
            record["stays"][key] = {"file": file, "as_of": upto, "from": digest, "row": stay.row, "inside": inside, "wrote": wrote}
        gone = sum(1 for k, s in record["stays"].items() if s["inside"] and k not in cases and s["as_of"] < upto and s["from"] == record.get("last"))
        record["last"] = digest
        self._write_record(record)
        return Taken(name, "read", found.account[0] if found.account else "", counts["new"], counts["changed"], counts["same"], counts["older"], tuple(by_hand), tuple(rows), tuple(problems), gone)

    def _put(self, file: str, body: bytes, known: Mapping[str, Any] | None) -> tuple[str, str]:
        """Write a case file unless a person has changed it since: then the export's state stands beside it. What was
        done, and the hash of the case file as this program wrote it."""
        target = self.out / file
        there = _bytes(target)
        if there is None:
            _write(target, body)
            return "new", _hash(body)
        if _sense(there) == _sense(body):
            return "same", _hash(there)
        if known is None or _hash(there) != known["wrote"]:
            _write(self.out / f"{target.stem}.from-export.yaml", body)
            return "by hand", known["wrote"] if known else ""
        _write(target, body)
        return "changed", _hash(body)

    def _name(self, key: str, record: Mapping[str, Any]) -> str:
        safe = re.sub(r"[^A-Za-z0-9._-]+", "_", key).strip("._-")[:80]
        taken = {s["file"].lower() for s in record["stays"].values()}
        if not safe or f"{safe}.yaml".lower() in taken:
            safe = f"{safe or 'stay'}-{_hash(key.encode())[:8]}"
        return f"{safe}.yaml"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One run at a time: a slow one may still be at work when the next begins."""
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        self.out.mkdir(parents=True, exist_ok=True)
        with (self.out / ".lock").open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise InputError("another run is at work in this folder", where=str(self.out), do="wait until it is done") from None
            yield

    # -- the record ----------------------------------------------------------------------------------------------

    def _read_record(self) -> dict[str, Any]:
        if not self._record:
            path = self.out / RECORD
            data = _bytes(path)
            try:
                found = json.loads(data) if data is not None else {"version": 1, "files": {}, "stays": {}}
                if found["version"] != 1 or not isinstance(found["files"], dict) or not isinstance(found["stays"], dict):
                    raise ValueError
            except (ValueError, KeyError, TypeError):
                raise InputError("this is no record of a drop folder", where=str(path), do="take it away, and all exports are read anew") from None
            self._record = found
        return self._record

    def _write_record(self, record: Mapping[str, Any]) -> None:
        _write(self.out / RECORD, (json.dumps(record, indent=1, sort_keys=True) + "\n").encode())


def cut_short(data: bytes) -> str:
    """Why a delimited text seems to be on its way still; empty where it does not."""
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"):
        return "" if data[:4] != b"PAR1" or data[-4:] == b"PAR1" else "its end is missing"
    lines = data.rstrip(b" \0").split(b"\n")
    if not data.strip():
        return "it is empty"
    first, last = lines[0], lines[-1]
    mark = max((b",", b";", b"\t", b"|"), key=first.count)
    if last.strip() and len(lines) > 1 and last.count(mark) < first.count(mark):
        return "its last row is cut short; give the file by its name to read it as it is"
    return ""


def _problem(one: Mapping[str, Any]) -> str:
    place = ", ".join(f"{k} {one[k]}" for k in ("row", "column") if one.get(k) not in (None, ""))
    count = one.get("count") or 1
    return f"{one.get('code')}{f' ({place})' if place else ''}" + (f": {count} times" if count > 1 else "")


def _text(case: Mapping[str, Any], *, name: str, digest: str, row: int | None) -> bytes:
    import yaml

    head = f"# Written by dueprocess bookings from {''.join(c if c.isprintable() else '?' for c in name)}, row {row}; sha256 {digest}.\n# Papers: dueprocess read FILES --base THIS --case ANOTHER.yaml\n"
    return (head + yaml.safe_dump(dict(case), sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)).encode()


def _sense(data: bytes) -> bytes:
    """The file without its comments."""
    return b"\n".join(line for line in data.splitlines() if not line.startswith(b"#"))


def _instant(value: Any) -> Instant:
    return parse_instant(value, where="at")


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _look(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), do="name a folder that you may read") from None


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all; only its owner may read it: it is about a person."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(path), do="name a folder that you may write to") from None
