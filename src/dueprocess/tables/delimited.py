"""Delimited text: CSV, TSV, pipes, semicolons, in UTF-8, UTF-16 or Windows-1252, packed with gzip under any name.

A well-formed file is read by the engine, in parallel. Of any other the stretches that look well-formed are; the lines
between are read one by one, so that a broken line becomes a listed problem and never takes another with it.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dueprocess.kernel.errors import InputError
from dueprocess.tables.engine import Engine, literal, module
from dueprocess.tables.header import LOOKED_AT, header_of, names
from dueprocess.tables.problems import Problems
from dueprocess.tables.raw import Raw, append, emptied

DELIMITERS = ("|", "\t", ",", ";")
MOST_RATIO, FREE_BYTES = 300, 64_000_000
"""A packed file that grows by more than this ratio beyond so many bytes is refused as a bomb."""
LONGEST_LINE = 1_000_000
MOST_JOINED = 20
"""A quoted cell spans at most so many lines; longer, its quote was never closed."""

csv.field_size_limit(LONGEST_LINE * (MOST_JOINED + 1))


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over the bytes shows."""

    lines: int
    utf8: bool
    nul: bool
    quotes: bool
    blank: bool
    """A line without any character stands before another line."""


@dataclass
class _Found:
    """Defects met while reading line by line: (line, code)."""

    items: list[tuple[int, str]]
    counts: Counter[str]
    before: int | None = None
    """Lines from this one on are only looked at, and told when their turn comes."""

    def add(self, line: int, code: str) -> None:
        if self.before is not None and line >= self.before:
            return
        self.counts[code] += 1
        if self.counts[code] <= 100:
            self.items.append((line, code))


def unpacked(path: Path, *, scratch: Path, name: str) -> Path:
    """The file itself, or its content where the bytes say gzip; UTF-16 becomes UTF-8.

    Raises:
        InputError: it is broken, or grows beyond any real table.
    """
    with path.open("rb") as handle:
        start = handle.read(4)
    if start[:2] == b"\x1f\x8b":
        path = _gunzip(path, scratch / f"{len(list(scratch.iterdir()))}-unpacked", name)
        with path.open("rb") as handle:
            start = handle.read(4)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        target = scratch / f"{len(list(scratch.iterdir()))}-utf8"
        try:
            with path.open(encoding="utf-16", newline="") as source, target.open("w", encoding="utf-8", newline="") as out:
                while part := source.read(1 << 20):
                    out.write(part)
        except UnicodeError:
            raise InputError("the mark of UTF-16 stands at its start, but it is none", where=name, do="save it as UTF-8") from None
        return target
    return path


def _gunzip(path: Path, target: Path, name: str) -> Path:
    size, written = path.stat().st_size, 0
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as out:
            while part := source.read(1 << 20):
                written += len(part)
                if written > FREE_BYTES and written > size * MOST_RATIO:
                    raise InputError(f"it unpacks to more than {MOST_RATIO} times its size", where=name, do="no real table does: unpack it yourself if it is one")
                out.write(part)
    except (OSError, EOFError, zlib.error):
        raise InputError("the gzip file is broken", where=name, do="fetch it again") from None
    return target


def scan(path: Path, *, name: str) -> Scan:
    """One pass over the bytes.

    Raises:
        InputError: it is no text.
    """
    lines, nul, quotes, blank, utf8 = 0, False, False, False, True
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = b""
    with path.open("rb") as handle:
        while part := handle.read(1 << 22):
            if not last and sum(b < 9 or 14 <= b < 32 for b in part[:65536]) > 0.02 * min(len(part), 65536):
                raise InputError("this is no table of text", where=name, do="give CSV, Excel, Parquet, SQLite or DuckDB")
            joined = last[-3:] + part
            # Zero bytes between characters are text all the same.
            nul = nul or b"\x00" in part
            quotes = quotes or b'"' in part
            blank = blank or b"\n\n" in joined[:-1] or b"\n\r\n" in joined[:-1]
            lines += part.count(b"\n")
            if utf8:
                try:
                    decoder.decode(part)
                except UnicodeDecodeError:
                    utf8 = False
            last = part[-3:]
    if utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            utf8 = False
    return Scan(lines + bool(last and not last.endswith(b"\n")), utf8, nul, quotes, blank)


def sniff(lines: Sequence[str], *, known: Collection[str] = ()) -> str:
    """The delimiter that cuts the lines into the most even columns."""
    best, chosen = (0.0, 0), ","
    for delimiter in DELIMITERS:
        widths = Counter(len(r) for r in csv.reader(lines, delimiter=delimiter) if r)
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]), default=(0, 0))
        score = (count / max(sum(widths.values()), 1), width)
        if width > 1 and (score[0] > best[0] + 0.1 or (score[0] > best[0] - 0.1 and width > best[1])):
            best, chosen = score, delimiter
    return chosen


def read_delimited(
    engine: Engine, path: Path, *, name: str, stem: str, problems: Problems, known: Collection[str] = (), delimiter: str | None = None, header: int | None = None
) -> Raw:
    """Read one delimited file. ``header`` is the line (from 1) that the header stands in, where it is given."""
    content = unpacked(path, scratch=engine.scratch, name=name)
    seen = scan(content, name=name)
    if not seen.lines:
        raise InputError("the file is empty", where=name, do="give a table with a header and rows")
    found = _Found([], Counter())
    first = list(_head(content))
    if not first:
        raise InputError("the file is empty", where=name, do="give a table with a header and rows")
    delimiter = delimiter or sniff([text for _, text in first], known=known)
    records = [(line, next(csv.reader([text], delimiter=delimiter), [])) for line, text in first]
    given = next((i for i, (line, _) in enumerate(records) if line >= header), len(records) - 1) if header else None
    top = header_of([cells for _, cells in records], known, given=given)
    index, cells, at = top.last, top.cells, records[top.last][0]
    width = max([len(cells), *(n for n, count in Counter(len(r) for _, r in records[index + 1 :]).items() if count >= 3 and n <= len(cells) + 5)])
    while width > 1 and not any(c.strip() for r in (cells, *(r for _, r in records[index + 1 :])) for c in r[width - 1 : width]):
        width -= 1
    raw = Raw(file=name, name=stem, table="", headers=names(cells, width=width, where=name), path=path, top=top)
    titles = len(top.titles)
    if titles:
        problems.add("title-line", file=name, count=titles)
        raw.aside += titles
    quick = seen.utf8 and not seen.nul and not seen.blank and _quick(engine, content, raw, delimiter=delimiter, skip=at, expect=seen.lines - at)
    if not quick:
        raw.table = _mixed(engine, content, delimiter=delimiter, width=width, after=at, found=found)
    for line, code in found.items:
        problems.add(code, file=name, row=line)
    for code, count in found.counts.items():
        problems.add(code, file=name, count=count - 100)
    return raw


def _read_csv(path: Path, *, width: int, delimiter: str, skip: int = 0) -> str:
    """The SQL of a delimited file whose every line is a row of so many cells; anything else is an error."""
    columns = "{" + ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width)) + "}"
    return (
        f"read_csv({literal(path)}, auto_detect = false, header = false, delim = {literal(delimiter)}, quote = '\"', escape = '\"', skip = {skip}, "
        f"strict_mode = true, null_padding = false, columns = {columns}, compression = 'none', max_line_size = {LONGEST_LINE})"
    )


def _quick(engine: Engine, path: Path, raw: Raw, *, delimiter: str, skip: int, expect: int) -> bool:
    """Read by the engine; False where the file is not as regular as it takes."""
    duckdb = module("duckdb")
    table = engine.fresh("raw")
    try:
        engine.run(f"CREATE TABLE {table}_read AS SELECT * FROM {_read_csv(path, width=len(raw.headers), delimiter=delimiter, skip=skip)}")
    except duckdb.Error:
        return False
    if engine.one(f"SELECT count(*), coalesce(max(rowid) + 1, 0) FROM {table}_read") != (expect, expect):  # a quoted cell has line ends in it, or swallowed lines
        engine.run(f"DROP TABLE {table}_read")
        return False
    # Rows are numbered as they were inserted, which is the order of the file; a window would read it with one thread.
    engine.run(f"CREATE VIEW {table} AS SELECT *, rowid + 1 + {skip} AS _line FROM {table}_read")
    raw.table = table
    return True


def _mixed(engine: Engine, path: Path, *, delimiter: str, width: int, after: int, found: _Found) -> str:
    """Read a file that is not well-formed throughout: its good stretches by the engine, the rest line by line."""
    table = emptied(engine, width=width)
    with path.open("rb") as handle:
        first = after + 1
        for number in range(1, first):
            _next(handle, number)
        waiting: list[bytes] = []
        while True:
            while len(waiting) < _BLOCK + MOST_JOINED and (line := _next(handle, first + len(waiting))):
                waiting.append(line)
            if not waiting:
                return table
            whole = len(waiting) < _BLOCK + MOST_JOINED
            end = len(waiting) if whole else _BLOCK
            good = [_good(line, delimiter.encode(), width) for line in waiting[:end]]
            at = 0
            while at < end:
                until = at
                while until < end and good[until]:
                    until += 1
                if until - at >= _FEWEST or (until == end and at == 0):
                    if _stretch(engine, table, waiting[at:until], delimiter=delimiter, width=width, first=first + at):
                        at = until
                        continue
                    until = min(at + _FEWEST, until)  # what looks good is not: by hand, and on
                else:
                    # The bad lines and the few good ones between them.
                    run = 0
                    while until < end and run < _FEWEST:
                        run = run + 1 if good[until] else 0
                        until += 1
                    until -= run if run == _FEWEST else 0
                found.before = first + until
                lines = _decoded(waiting[at:], found, number=first + at)
                at = until
                taken: list[tuple[int, list[str]]] = []
                for number, cells in _careful(lines, delimiter=delimiter, width=width, found=found):
                    if number >= first + until:
                        at = number - first  # a cell that goes on past the stretch took lines of the next
                        break
                    taken.append((number, cells))
                else:
                    at = len(waiting) if whole else until
                append(engine, table, taken, width=width)
                found.before = None
            first += at
            del waiting[:at]


_BLOCK = 50_000
_FEWEST = 200
"""Lines that are worth a reading by the engine."""


def _good(line: bytes, delimiter: bytes, width: int) -> bool:
    """Whether a line is a row by itself, as far as counting shows."""
    if b'"' in line:
        whole = line.count(b'"') % 2 == 0
    else:
        whole = line.count(delimiter) == width - 1
    return whole and line.isascii() and b"\x00" not in line and b"\r" not in line.rstrip(b"\r\n") and bool(line.strip()) if whole else False


def _stretch(engine: Engine, table: str, lines: Sequence[bytes], *, delimiter: str, width: int, first: int) -> bool:
    """Read lines that look good by the engine; False where they are not, and nothing was read."""
    part, target = engine.scratch / "stretch.csv", engine.fresh("stretch")
    part.write_bytes(b"".join(line.rstrip(b"\r\n") + b"\n" for line in lines))
    read = _read_csv(part, width=width, delimiter=delimiter)
    try:
        engine.run(f"CREATE TABLE {target} AS SELECT * FROM {read}")
    except module("duckdb").Error:
        return False
    same = engine.one(f"SELECT count(*) FROM {target}") == (len(lines),)
    if same:
        engine.run(f"INSERT INTO {table} SELECT *, rowid + {first} FROM {target}")
    engine.run(f"DROP TABLE {target}")
    return same


def _next(handle: IO[bytes], number: int) -> bytes:
    """The next line with its end; empty at the end of the file."""
    data = handle.readline(LONGEST_LINE + 1)
    if len(data) > LONGEST_LINE:
        raise InputError(f"line {number} has more than {LONGEST_LINE} bytes", where=Path(handle.name).name, do="this is no table of text")
    return data


def _decoded(lines: Iterable[bytes], found: _Found | None, *, number: int) -> Iterator[tuple[int, str]]:
    """(line, text without its end) of lines, the first of which is line ``number`` of the file."""
    for count, line in enumerate(lines, number):
        data = line.rstrip(b"\r\n")
        if count == 1:
            data = data.removeprefix(codecs.BOM_UTF8)
        if b"\x00" in data:
            data = data.replace(b"\x00", b"")
            if found:
                found.add(count, "bytes-out-of-place")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            # Five bytes have no character in Windows-1252; Latin-1 has one for each.
            try:
                text = data.decode("cp1252")
            except UnicodeDecodeError:
                text = data.decode("latin-1")
            if found:
                found.add(count, "encoding")
        # A lone carriage return within a line ends no row.
        yield count, text.replace("\r", " ")


def _head(path: Path) -> Iterator[tuple[int, str]]:
    """The first lines that hold anything."""
    with path.open("rb") as handle:
        taken = 0
        for number, text in _decoded(iter(lambda: _next(handle, 0), b""), None, number=1):
            if text.strip():
                taken += 1
                yield number, text
            if taken >= LOOKED_AT + 40 or number > 1000:
                return


def _careful(lines: Iterator[tuple[int, str]], *, delimiter: str, width: int, found: _Found) -> Iterator[tuple[int, list[str]]]:
    """Every line as cells, whatever is wrong with it."""
    waiting: list[tuple[int, str]] = []
    while True:
        item = waiting.pop(0) if waiting else next(lines, None)
        if item is None:
            return
        number, text = item
        if not text.strip():
            continue
        cells = next(csv.reader([text], delimiter=delimiter), [])
        if text.count('"') % 2 and _open_ended(text, delimiter):
            cells = _unclosed(number, text, delimiter=delimiter, width=width, lines=lines, waiting=waiting, found=found)
        if len(cells) > width and any(c.strip() for c in cells[width:]):
            found.add(number, "ragged-long")
        elif len(cells) < width:
            found.add(number, "ragged-short")
        yield number, cells


def _open_ended(text: str, delimiter: str) -> bool:
    """Whether a quoted cell of the line is not closed in it (a quote within a cell is a character like any other)."""
    try:
        next(csv.reader([text], delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _unclosed(
    number: int, text: str, *, delimiter: str, width: int, lines: Iterator[tuple[int, str]], waiting: list[tuple[int, str]], found: _Found
) -> list[str]:
    """The cells of a line in which a quote stays open: with the next lines, where they close it, or as it stands."""
    joined, taken = text, 0
    for taken in range(1, MOST_JOINED + 1):
        if len(waiting) < taken:
            following = next(lines, None)
            if following is None:
                break
            waiting.append(following)
        joined += "\n" + waiting[taken - 1][1]
        if joined.count('"') % 2 == 0:
            try:
                cells = next(csv.reader([part + "\n" for part in joined.split("\n")], delimiter=delimiter, strict=True), [])
            except csv.Error:
                break
            # The first line alone is broken where a line between is a whole row itself.
            whole = any(t.count('"') % 2 == 0 and len(next(csv.reader([t], delimiter=delimiter), [])) == width for _, t in waiting[: taken - 1])
            if len(cells) == width and not (whole and width > 1):
                del waiting[:taken]
                return [c.rstrip("\n") for c in cells]
            break
    found.add(number, "broken-quoting")
    alone = next(csv.reader([text], delimiter=delimiter), [])
    if len(alone) == width:
        return alone
    return [c.strip().strip('"') for c in text.split(delimiter)]
