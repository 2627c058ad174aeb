"""Files that are one table: a file a month, a sheet a year, or a list of everybody in custody for every day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch

from dueprocess.tables.engine import Engine
from dueprocess.tables.header import plain, spoken
from dueprocess.tables.raw import Raw

_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d\d-\d\d-\d{4}|(?<!\d)\d{8}(?!\d)")
_DAY_COLUMNS = ("snapshot_date", "roster_date", "census_date", "report_date", "list_date", "as_of", "as_of_date", "date_of_roster", "day", "run_date")
_NUMBER = re.compile(r"(^|_)(id|no|num|nbr|number|booking|book|jacket|inmate|person|commit|commitment|admission|custody|spn|spin)($|_)")
"""A header of what tells the people of a list apart."""
_SHOWN_FILES = 3


@dataclass(frozen=True)
class Family:
    """``first`` stands for all ``members``; ``file`` and ``sheet`` pick them in a map. ``day`` is what a map's ``snapshots: {day: …}``
    says where each row is a person seen on a day."""

    first: Raw
    members: tuple[Raw, ...]
    file: str
    sheet: str | None
    day: str | None = None
    sources: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """What the table is called in a map."""
        return plain(re.sub(r"[\d*]+", " ", self.file.rpartition(".")[0] or self.file)) or "table" if len(self.members) > 1 else plain(self.first.name) or "table"

    @property
    def title(self) -> str:
        """What a person reads: the file, or the first of them and how many more."""
        return self.first.file if len(self.members) == 1 else f"{', '.join(self.sources[:_SHOWN_FILES])}{f' … ({len(self.members)} tables with the same header)' if len(self.members) > 1 else ''}"


def families(engine: Engine, raws: Sequence[Raw]) -> list[Family]:
    """The tables that were read, those with the same header as one, in the order of the first of each."""
    alike: dict[tuple[str, ...], list[Raw]] = {}
    for raw in raws:
        alike.setdefault(tuple(plain(h) for h in raw.headers), []).append(raw)
    found: list[Family] = []
    for members in alike.values():
        picked = _picked(members, raws)
        if picked is None:
            found += [_one(raw) for raw in members]
        else:
            found.append(Family(members[0], tuple(members), *picked, _day(engine, members), tuple(r.file for r in members)))
    return found


def whole(engine: Engine, family: Family) -> Raw:
    """The rows of all members under the header of the first, to be looked at."""
    first = family.first
    if len(family.members) == 1:
        return first
    cells = ", ".join(f"c{i}" for i in range(len(first.headers)))
    table = engine.fresh("family")
    parts = " UNION ALL ".join(f"SELECT {cells}, (({n})::BIGINT << 40) + _line AS _line FROM {raw.table}" for n, raw in enumerate(family.members))
    engine.run(f"CREATE VIEW {table} AS {parts}")
    return Raw(file=family.title, name=first.name, table=table, headers=first.headers, rows=sum(r.rows for r in family.members), path=first.path, sheet=family.sheet, printed=first.printed)


def _one(raw: Raw) -> Family:
    return Family(raw, (raw,), raw.file.split("[")[0], raw.sheet, sources=(raw.file,))


def _picked(members: Sequence[Raw], raws: Sequence[Raw]) -> tuple[str, str | None] | None:
    """The file (with ``*``) and sheet that pick these tables and no other; None where nothing does."""
    if len(members) == 1:
        return members[0].file.split("[")[0], members[0].sheet
    files = list(dict.fromkeys(r.file.split("[")[0] for r in members))
    sheets = list(dict.fromkeys(r.sheet or "" for r in members))
    pattern, sheet = _pattern(files), _pattern(sheets) or None
    others = [r for r in raws if not any(r is m for m in members) and fnmatch(r.file.split("[")[0].lower(), pattern.lower()) and (sheet is None or fnmatch((r.sheet or "").lower(), sheet.lower()))]
    # A sheet of notes is told from rows by its headers when the map is read; another table of rows about the same is not.
    mine = {plain(h) for h in members[0].headers}
    return None if any(mine & {plain(h) for h in r.headers} for r in others) or (pattern == "*" and len(members) < len(raws)) else (pattern, None if sheet == "*" else sheet)


def _pattern(names: Sequence[str]) -> str:
    """The name, or one with ``*`` that fits them all."""
    if len(names) == 1:
        return names[0]
    before = _shared(names)
    after = _shared([n[len(before) :][::-1] for n in names])[::-1]
    # A name cut within its number would leave out tomorrow's file.
    return f"{before.rstrip('0123456789-_')}*{after.lstrip('0123456789-_')}"


def _shared(names: Sequence[str]) -> str:
    """The letters with which all of them begin."""
    first, last = min(names), max(names)
    return first[: next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))]


def _day(engine: Engine, members: Sequence[Raw]) -> str | None:
    """``file: PATTERN`` where the files' names differ by a day of the calendar and people stand in several of them."""
    days = [_DAY.search(r.file) for r in members]
    if len(members) < 3 or not all(days) or len({d[0] for d in days if d}) < len(members):
        return None
    columns = [f"c{i}" for i, h in enumerate(members[0].headers) if _NUMBER.search(spoken(h))]
    for column in columns:
        every = " UNION ALL ".join(f"SELECT {n} AS file, {column} AS id FROM {raw.table}" for n, raw in enumerate(members))
        (again, ids) = engine.one(f"SELECT count(*) FILTER (WHERE n > 1), count(*) FROM (SELECT id, count(DISTINCT file) AS n FROM ({every}) WHERE nullif(trim(id), '') IS NOT NULL GROUP BY id)")
        if ids and again >= 0.3 * ids:
            length = {len(d[0]) for d in days if d}
            shape = r"\d{8}" if length == {8} else r"\d{4}-\d\d-\d\d" if all(d and d[0][4] == "-" for d in days) else r"\d\d-\d\d-\d{4}"
            return f"file: ({shape})"
    return None


def day_column(raw: Raw) -> str | None:
    """The header of the day on which a list was taken, where the table has one of the names for it."""
    return next((h for h in raw.headers if spoken(h) in _DAY_COLUMNS), None)
