"""A map: how foreign tables become stays, papers, grounds and events. ``mapreading`` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dueprocess.tables.header import plain
from dueprocess.tables.sources import Reading


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows in which one of the columns matches one of the patterns."""

    columns: tuple[str, ...]
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """Where the values of one column come from.

    ``names`` are the columns of ``table`` of which the first that is there counts, or ``value`` is the same for every
    row. ``clock`` is a column with the time of day. ``values`` maps cells (in lower case) and ``patterns`` what a cell
    contains; what neither lists is ``otherwise``: None to keep the cell as it stands, else a value (empty: unknown).
    ``only``: the cell counts only in rows that meet one of these.
    """

    names: tuple[str, ...] = ()
    table: str | None = None
    clock: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[tuple[str, str], ...] = ()
    otherwise: str | None = None
    value: str | None = None
    only: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of a table that are grounds, papers or events of a stay."""

    part: str
    table: str
    stay: tuple[str, ...]
    fields: Mapping[str, Column]
    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    disposition: Column | None = None
    complete: bool = False
    where: str = ""


@dataclass(frozen=True, slots=True)
class Via:
    """How rows of a table that does not name the stay find it: by columns that another table has too."""

    table: str
    on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    reading: Reading = field(default_factory=Reading)
    group: str | None = None
    fill: tuple[str, ...] = ()
    via: Via | None = None


@dataclass(frozen=True)
class Map:
    """A map as read. ``loose``: columns that a file lacks are no error (for presets, which stand for many releases)."""

    name: str
    tables: Mapping[str, Table]
    stays: str
    id: tuple[str, ...]
    columns: Mapping[str, Column]
    sections: tuple[Section, ...] = ()
    as_of: str | None = None
    loose: bool = False
    assume: Mapping[str, str] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)
    posted: Mapping[str, tuple[str, ...] | bool] = field(default_factory=dict)
    by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    role: str = "sheriff"
    facilities: tuple[str, ...] = ()
    snapshot: str | None = None
    empty_left: str = "missing"
    day_first: bool = False
    """Of 3/4/2014 and 3.4.2014 the day comes first."""
    digits: bool = False
    """The ids of stays are compared by their digits alone."""
    preset: str | None = None

    def by_person(self, table: str) -> bool:
        """Whether rows of a table find their stay by what is of the person, so that they find every stay of one."""
        via, person = self.tables[table].via, self.columns.get("person_key")
        return via is not None and (person is None or any(plain(ours) in {plain(n) for n in person.names} for _, ours in via.on))
