"""A lawbook as one file, from which a decision reads only the few authorities that it needs.

Two parts of sorted lines, each a key, a tab and JSON, so that a key is found by bisection and opening the file takes
hardly longer for more law. The first line gives the checksum of the first part, which says whom what may bind, and the
sizes of both. In the second, a line an authority, each has its own checksum before the JSON, looked at when that
authority is asked for. It is data that can run nothing.
"""

from __future__ import annotations

import itertools
import json
import mmap
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import LawError
from dueprocess.law.lawbook import Index, Lawbook, by_place
from dueprocess.law.model import Authority, By, DayOff, Interval, Norm
from dueprocess.terms.tree import from_json, to_json
from dueprocess.terms.vocabulary import vocabulary_of

_BOOK, _IDS = "book", "ids"
_BINDS_LINE, _PERSUADES_LINE = "binds ", "persuades "

_MANY = 100
"""Look-ups after which reading all lines has cost less than finding each."""

_Data = bytes | mmap.mmap


class Lines:
    """Sorted lines of keys and values between two places of some data."""

    def __init__(self, data: _Data, *, first: int, end: int) -> None:
        self._data, self._first, self._end = data, first, end

    def get(self, key: str) -> bytes | None:
        """What stands under a key; None where nothing does. Raises ValueError for lines that are damaged."""
        data, wanted = self._data, key.encode()
        low, high = self._first, self._end
        while low < high:
            start = data.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = data.find(b"\n", start, self._end)
            tab = data.find(b"\t", start, end)
            if end < 0 or tab < 0:
                raise ValueError("damaged")
            found = data[start:tab]
            if found == wanted:
                return data[tab + 1 : end]
            if found < wanted:
                low = end + 1
            else:
                high = start
        return None

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """All keys with what stands under them, in order. Raises ValueError for lines that are damaged."""
        for line in self._data[self._first : self._end].split(b"\n")[:-1]:
            key, tab, value = line.partition(b"\t")
            if not tab:
                raise ValueError("damaged")
            yield key.decode(), value


def written(index: Mapping[str, Any], authorities: Mapping[str, Any]) -> bytes:
    """Two parts of keys, without tabs and line ends, and JSON values as the content of a file for ``parts``."""
    first = _lines((key, _json(value)) for key, value in index.items())
    second = _lines((key, _marked(key, _json(value))) for key, value in authorities.items())
    return b"%08x %d %d\n" % (zlib.crc32(first), len(first), len(second)) + first + second


def parts(data: _Data) -> tuple[Lines, Lines]:
    """The two parts of what ``written`` gave. Raises ValueError where the first is damaged, or the second has another
    size."""
    start = data.find(b"\n", 0, 80) + 1
    checksum, *sizes = data[:start].split()
    first, second = map(int, sizes)
    if start + first + second != len(data) or zlib.crc32(memoryview(data)[start : start + first]) != int(checksum, 16):
        raise ValueError("damaged")
    return Lines(data, first=start, end=start + first), Lines(data, first=start + first, end=len(data))


def unmarked(key: str, value: bytes) -> Any:
    """A value of the second part. Raises ValueError where it, or its key, is damaged."""
    if value != _marked(key, value[9:]):
        raise ValueError("damaged")
    return json.loads(value[9:])


def _marked(key: str, value: bytes) -> bytes:
    return b"%08x " % zlib.crc32(value, zlib.crc32(key.encode())) + value


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _lines(items: Iterable[tuple[str, bytes]]) -> bytes:
    return b"".join(key.encode() + b"\t" + value + b"\n" for key, value in sorted(items, key=lambda i: i[0].encode()))


class Shelf(Mapping[str, Authority]):
    """The authorities of a stored lawbook by id, in the order of the ids; each is made when it is first asked for.

    Where its line is damaged, all are taken from ``anew``, which reads the law's own files.
    """

    def __init__(self, index: Lines, authorities: Lines, anew: Callable[[], Mapping[str, Authority]]) -> None:
        self._index, self._lines, self._anew = index, authorities, anew
        self._made: dict[str, Authority] = {}

    def __getitem__(self, identity: str) -> Authority:
        found = self._made.get(identity)
        if found is None:
            try:
                raw = self._lines.get(identity) if isinstance(identity, str) else None
                if raw is None:
                    if identity in self._known_ids:
                        raise ValueError("damaged")
                    raise KeyError(identity)
                found = self._made[identity] = _authority_from(unmarked(identity, raw))
            except ValueError:
                self._made |= self._anew()
                return self._made[identity]
        return found

    @cached_property
    def _known_ids(self) -> dict[str, None]:
        return dict.fromkeys(json.loads(self._index.get(_IDS) or b"[]"))

    def __iter__(self) -> Iterator[str]:
        # Whoever goes through the ids goes through the authorities next: all at once takes half the time.
        if len(self._made) < len(self._known_ids):
            try:
                for identity, raw in self._lines:
                    if identity not in self._made:
                        self._made[identity] = _authority_from(unmarked(identity, raw))
            except ValueError:
                self._made |= self._anew()
        return iter(self._known_ids)

    def __len__(self) -> int:
        return len(self._known_ids)


def opened(path: Path, anew: Callable[[], Lawbook]) -> Lawbook | None:
    """The lawbook stored in a file; None for a file that is missing or whose first part is damaged. ``anew`` gives the
    same lawbook, read from its own files, should an authority's line turn out to be damaged."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        index, authorities = parts(data)
        book = json.loads(index.get(_BOOK) or b"null")
        vocabulary = vocabulary_of(book["vocabulary"], where="facts.yaml")
        found = Index(
            version=book["version"],
            binds=_ids_under(index, _BINDS_LINE),
            persuades=_ids_under(index, _PERSUADES_LINE),
            forms=tuple(book["forms"]),
            conviction_years=tuple(book["conviction_years"]),
        )
    except (OSError, ValueError, KeyError, TypeError, LawError):
        return None

    def again() -> Mapping[str, Authority]:
        read = anew()
        if read.version != found.version:
            raise LawError("the law was changed while it was in use", where="lawbook", do="run the command again", code="folder")
        return read.authorities

    return Lawbook(Shelf(index, authorities, again), vocabulary, index=found)


def _ids_under(lines: Lines, prefix: str) -> Callable[[str], tuple[str, ...]]:
    """The ids by what follows ``prefix`` in a line's key. One who asks for many has all read at once."""
    asked = itertools.count()

    @cache
    def every() -> dict[str, tuple[str, ...]]:
        return {key.removeprefix(prefix): tuple(json.loads(value)) for key, value in lines if key.startswith(prefix)}

    def under(place: str) -> tuple[str, ...]:
        return every().get(place, ()) if next(asked) >= _MANY else tuple(json.loads(lines.get(prefix + place) or b"[]"))

    return under


def as_bytes(lawbook: Lawbook) -> bytes:
    """A lawbook as the content of a file for ``opened``."""
    authorities = lawbook.authorities.values()
    index: dict[str, Any] = {}
    index |= {_BINDS_LINE + k: v for k, v in by_place((a.id, a.binds) for a in authorities).items()}
    index |= {_PERSUADES_LINE + k: v for k, v in by_place((a.id, a.persuades) for a in authorities).items()}
    index[_IDS] = list(lawbook.authorities)
    index[_BOOK] = {
        "vocabulary": dict(lawbook.vocabulary.raw),
        "version": lawbook.version,
        "forms": [a.id for editions in lawbook.forms.values() for a in editions.values()],
        "conviction_years": lawbook.conviction_years,
    }
    return written(index, {a.id: _authority_to(a) for a in authorities})


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
        elif name == "days_off":
            value = [[d.day, d.calendar, d.name] for d in value]
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
    values["days_off"] = tuple(DayOff(*d) for d in values["days_off"])
    return Authority(**values)


def _norm_from(raw: list[Any]) -> Norm:
    values = dict(zip(_NORM, raw, strict=True))
    values["when"] = from_json(values["when"])
    values["excluding"] = tuple(values["excluding"])
    if values["by"] is not None:
        values["by"] = By(*values["by"])
    return Norm(**values)


__all__ = ["Lines", "Shelf", "as_bytes", "opened", "parts", "unmarked", "written"]
