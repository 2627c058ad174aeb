"""A lawbook as one file of lines, from which a decision reads only the few authorities that it needs.

Each line is a key, a tab and JSON; the lines are sorted, so that a key is found by bisection and opening the file
takes no longer for more law. The first line is the checksum of the rest. It is data that can run nothing.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import LawError
from dueprocess.law.lawbook import Index, Lawbook, by_place
from dueprocess.law.model import Authority, By, Interval, Norm
from dueprocess.terms.tree import from_json, to_json
from dueprocess.terms.vocabulary import vocabulary_of

_BOOK, _IDS = "book", "ids"
_AUTHORITY_LINE, _BINDS_LINE, _PERSUADES_LINE = "authority ", "binds ", "persuades "


class Lines:
    """Sorted lines of keys and JSON, in memory."""

    def __init__(self, data: bytes) -> None:
        """Raises ValueError for data that is damaged."""
        head = data.find(b"\n") + 1
        if head == 0 or data[:head] != _checksum(memoryview(data)[head:]):
            raise ValueError("damaged")
        self._data = data
        self._first = head

    def get(self, key: str) -> Any:
        """What stands under a key; None where nothing does."""
        data, wanted = self._data, key.encode()
        low, high = self._first, len(data)
        while low < high:
            start = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = data.index(b"\n", start)
            tab = data.index(b"\t", start, end)
            found = data[start:tab]
            if found == wanted:
                return json.loads(data[tab + 1 : end])
            if found < wanted:
                low = end + 1
            else:
                high = start
        return None

    def under(self, prefix: str) -> Iterator[tuple[str, Any]]:
        """All keys that begin so, without that beginning, with what stands under them, in order."""
        begin = prefix.encode()
        for line in self._data[self._first :].split(b"\n"):
            if line.startswith(begin):
                key, _, value = line.partition(b"\t")
                yield key[len(begin) :].decode(), json.loads(value)


def written(lines: Mapping[str, Any]) -> bytes:
    """Keys, without tabs and line ends, and JSON values as the content of a file for ``Lines``."""
    body = b"".join(
        key.encode() + b"\t" + json.dumps(value, ensure_ascii=False).encode() + b"\n"
        for key, value in sorted(lines.items(), key=lambda line: line[0].encode())
    )
    return _checksum(body) + body


def _checksum(data: bytes | memoryview) -> bytes:
    return b"%08x\n" % zlib.crc32(data)


class Shelf(Mapping[str, Authority]):
    """The authorities of a stored lawbook by id, in the order of the ids; each is made when it is first asked for."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._made: dict[str, Authority] = {}
        self._ids: dict[str, None] | None = None

    def __getitem__(self, identity: str) -> Authority:
        found = self._made.get(identity)
        if found is None:
            raw = self._lines.get(_AUTHORITY_LINE + identity) if isinstance(identity, str) else None
            if raw is None:
                raise KeyError(identity)
            found = self._made[identity] = _authority_from(raw)
        return found

    def _known_ids(self) -> dict[str, None]:
        if self._ids is None:
            self._ids = dict.fromkeys(self._lines.get(_IDS))
        return self._ids

    def __iter__(self) -> Iterator[str]:
        # Whoever goes through the ids goes through the authorities next: all at once takes half the time.
        if len(self._made) < len(self._known_ids()):
            for identity, raw in self._lines.under(_AUTHORITY_LINE):
                if identity not in self._made:
                    self._made[identity] = _authority_from(raw)
        return iter(self._known_ids())

    def __len__(self) -> int:
        return len(self._known_ids())

def opened(path: Path) -> Lawbook | None:
    """The lawbook stored in a file; None for a file that is missing or damaged."""
    try:
        lines = Lines(path.read_bytes())
        book = lines.get(_BOOK)
        vocabulary = vocabulary_of(book["vocabulary"], where="facts.yaml")
        index = Index(
            version=book["version"],
            binds=_ids_under(lines, _BINDS_LINE),
            persuades=_ids_under(lines, _PERSUADES_LINE),
            forms=tuple(book["forms"]),
            conviction_years=tuple(book["conviction_years"]),
        )
    except (OSError, ValueError, KeyError, TypeError, LawError):
        return None
    return Lawbook(Shelf(lines), vocabulary, index=index)


def _ids_under(lines: Lines, prefix: str) -> Callable[[str], tuple[str, ...]]:
    return lambda place: tuple(lines.get(prefix + place) or ())


def as_bytes(lawbook: Lawbook) -> bytes:
    """A lawbook as the content of a file for ``opened``."""
    authorities = lawbook.authorities.values()
    lines: dict[str, Any] = {_AUTHORITY_LINE + a.id: _authority_to(a) for a in authorities}
    lines |= {_BINDS_LINE + k: v for k, v in by_place((a.id, a.binds) for a in authorities).items()}
    lines |= {_PERSUADES_LINE + k: v for k, v in by_place((a.id, a.persuades) for a in authorities).items()}
    lines[_IDS] = list(lawbook.authorities)
    lines[_BOOK] = {
        "vocabulary": dict(lawbook.vocabulary.raw),
        "version": lawbook.version,
        "forms": [a.id for editions in lawbook.forms.values() for a in editions.values()],
        "conviction_years": lawbook.conviction_years,
    }
    return written(lines)


_AUTHORITY = tuple(Authority.__dataclass_fields__)
_NORM = tuple(Norm.__dataclass_fields__)


def _authority_to(authority: Authority) -> list[Any]:
    values: list[Any] = []
    for name in _AUTHORITY:
        value = getattr(authority, name)
        if isinstance(value, Interval):
            value = [value.start, value.until, value.ended_by]
        elif name == "norms":
            value = [_norm_to(n) for n in value]
        values.append(value)
    return values


def _norm_to(norm: Norm) -> list[Any]:
    values: list[Any] = []
    for name in _NORM:
        value = getattr(norm, name)
        if name == "when":
            value = to_json(value)
        elif isinstance(value, By):
            value = [value.hours, value.event, value.after]
        values.append(value)
    return values


def _authority_from(raw: list[Any]) -> Authority:
    values = dict(zip(_AUTHORITY, raw, strict=True))
    for name in ("in_force", "known"):
        values[name] = Interval(*values[name])
    for name in ("binds", "excepts", "persuades", "sources"):
        values[name] = tuple(values[name])
    values["norms"] = tuple(_norm_from(n) for n in values["norms"])
    return Authority(**values)


def _norm_from(raw: list[Any]) -> Norm:
    values = dict(zip(_NORM, raw, strict=True))
    values["when"] = from_json(values["when"])
    values["excluding"] = tuple(values["excluding"])
    if values["by"] is not None:
        values["by"] = By(*values["by"])
    return Norm(**values)


__all__ = ["Lines", "Shelf", "as_bytes", "opened", "written"]
