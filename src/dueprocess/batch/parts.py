"""The rows of a run in parts: all of one shape within a stretch of row numbers, one query and one file each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from dueprocess.batch.engines import Engine
from dueprocess.batch.rows import WARRANTS
from dueprocess.batch.shape import BUCKETS, Shape
from dueprocess.case.model import DETAINERS
from dueprocess.kernel.instants import MAX_INSTANT

MOST_BESIDE = 16
"""So many papers of a kind, or grounds, a row may have beside it: the query grows with them."""

TOO_MANY = "it has more papers or grounds than many rows are asked with at once"
"""The problem of a row that has more: it is left to whoever asks stays one by one."""

_COLUMNS = tuple(f.name for f in fields(Shape))

_TOGETHER = 4
"""Rows of so many grounds that begin together are asked at once: their query hardly grows with them."""

_TOGETHER_AT_MOST = 4
"""Few rows of several stretches are asked at once: up to a quarter of the rows of a part, since each has more columns."""

_FEW, _SHARE = 50_000, 10
"""Rows of one shape for which a query of their own does not pay: so many, or one in so many of those asked in a stretch,
which is read again for each query."""

_SPARSE = 4
"""Rows that are fewer than one in so many of a stretch are copied out before anything is worked out of them: blocks of rows in
which few are left cost nearly as much as full ones."""


def _asked_as(shape: Shape, count: int, asked: int) -> Shape:
    """The group of shapes that a shape is asked with."""
    if count >= max(_FEW, asked // _SHARE):
        return shape
    most = max(shape.detainers, shape.papers, shape.grounds)
    level = next(b for b in (0, 4, MOST_BESIDE) if b >= most)
    return Shape(level, level, level, True, True)


def _with_settled(tests: Mapping[str, str], settled: str) -> dict[str, str]:
    """The tests of a row's shape with that for settled rows, which are one shape however their times are given."""
    if settled == "FALSE":
        return {**tests, "settled": settled}
    return {**tests, "vague": f"({tests['vague']} OR {settled})", "bail": f"({tests['bail']} AND NOT {settled})", "settled": settled}


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one part: all between two numbers; of these those that a query lists, or of which a test of their own
    columns holds."""

    within: str
    listed: str | None = None
    test: str = ""
    few: bool = False
    """Whether they are few of those between the numbers: then they are copied out before anything is worked out of them."""
    source: str = "stays"
    """The table that they are in."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one shape that are asked together: ``count`` of them; ``path`` is the file of their answers."""

    shape: Shape
    rows: Rows
    path: Path
    count: int

    @property
    def held(self) -> Path:
        """The file of its rows that are holds, as they were asked; there is none where none is."""
        return self.path.with_name(f"held-{self.path.name}")


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of some ``shapes`` in the stretches from ``first`` to ``last``: ``asked`` names the group, ``largest`` is the shape
    that they are asked with, ``number`` tells it from others of its first stretch."""

    asked: Shape
    largest: Shape
    shapes: frozenset[Shape]
    count: int
    first: int
    last: int
    number: int
    all_rows: bool
    few: bool


def _joined(groups: Sequence[_Group], most: int) -> list[_Group]:
    """The groups, those of few rows brought together with the like of later stretches, up to ``most`` rows."""
    # Rows are chosen by their shape: those of one that is not rare in every stretch would be asked twice.
    elsewhere = frozenset[Shape]().union(*(g.shapes for g in groups if not g.few))
    apart = {g.asked for g in groups if g.few and g.shapes & elsewhere}
    found: list[_Group] = []
    open_: dict[Shape, int] = {}
    for group in groups:
        at = open_.get(group.asked)
        if not group.few or group.asked in apart:
            found.append(group)
        elif at is None or found[at].count + group.count > most:
            open_[group.asked] = len(found)
            found.append(group)
        else:
            one, other = found[at], group
            sizes = {f: max(getattr(one.largest, f), getattr(other.largest, f)) for f in ("detainers", "papers", "grounds")}
            found[at] = replace(one, largest=replace(one.largest, **sizes), shapes=one.shapes | other.shapes, count=one.count + other.count, last=other.last)
    return found


class Parts:
    """The parts of one run: ``size`` rows each, their files in ``work``. ``may_be_plain``: whether rows that have no paper
    are asked by themselves (``Shape.plain``)."""

    def __init__(self, engine: Engine, *, work: Path, size: int, timeline: bool, only_classes: bool = False, may_be_plain: bool = False) -> None:
        self.engine = engine
        self.work = work
        self.size = size
        self.timeline = timeline
        self.only_classes = only_classes
        self.may_be_plain = may_be_plain
        self._alone: dict[str, str] = {}
        """Where no row has anything beside it: the columns of its shape as tests of its own columns."""
        kinds = engine.rows("SELECT DISTINCT kind FROM events WHERE kind IS NOT NULL ORDER BY 1")
        self.rows = int(engine.rows("SELECT count(*) FROM stays")[0][0])
        self.event_kinds = tuple(str(r[0]) for r in kinds)
        self.whole = True
        """Whether no stretch of rows has had more than one part so far."""

    def _shapes(self, settled_where: str) -> None:
        """The table ``shape_of`` of the rows that have an agency: the columns of a shape, and how many grounds are listed."""
        kinds = ", ".join(f"'{k}'" for k in DETAINERS)

        def bucketed(column: str) -> str:
            return "CASE " + " ".join(f"WHEN coalesce({column}, 0) <= {b} THEN {b}" for b in BUCKETS) + f" ELSE {BUCKETS[-1]} END"

        refused = f"coalesce(bail_refused_lo < {MAX_INSTANT}, FALSE)"
        inexact = "(coalesce(release_due_lo <> release_due_hi, FALSE) OR coalesce(bail_refused_lo <> bail_refused_hi, FALSE))"
        plain = " AND ".join(["detainer_form IS NULL", *(f"NOT coalesce({w}_lo < {MAX_INSTANT}, FALSE)" for w in WARRANTS), f"NOT {refused}"])
        # Of one moment alone a query for all costs little more than one for the plainest; and where only classes are asked,
        # nothing more is asked where bail was refused.
        found = {"vague": inexact, "bail": f"({inexact} OR {refused})" if self.only_classes else refused, "plain": f"({plain})" if self.may_be_plain else "FALSE"}
        settled = f"({found['plain']} AND ({settled_where}))" if settled_where else "FALSE"
        if not self.timeline:
            found = {"vague": "TRUE", "bail": "TRUE", "plain": "FALSE"}
        if not any(self.engine.rows(f"SELECT count(*) FROM {table}")[0][0] for table in ("papers", "grounds")):
            self._alone = found = _with_settled(found, settled)
            of_rows = ", ".join(f"{sql} AS {name}" for name, sql in found.items())
            self.engine.make("shape_of", f"SELECT row, 0 AS detainers, 0 AS papers, 0 AS grounds, FALSE AS together, {of_rows}, 0 AS listed FROM stays WHERE agency IS NOT NULL", view=True)
            return
        together = "(coalesce(g.together, FALSE) AND coalesce(p.other, 0) = 0)"
        beside = "(coalesce(g.vague, FALSE) OR coalesce(p.other, 0) > 0)"
        if self.timeline:
            found["vague"] = f"({beside} OR {found['vague']})"
            found["plain"] = f"(coalesce(p.detainers, 0) = 0 AND coalesce(p.other, 0) = 0 AND {found['plain']})"
            if self.only_classes:
                found["bail"] = f"({beside} OR {found['bail']})"
            settled = f"({settled} AND coalesce(p.detainers, 0) = 0 AND coalesce(p.other, 0) = 0 AND (coalesce(g.grounds, 0) = 0 OR {together}))"
        else:
            together = "FALSE"
        found = _with_settled(found, settled)
        self.engine.make(
            "shape_of",
            f"SELECT s.row, {bucketed('p.detainers')} AS detainers, {bucketed('p.other')} AS papers, CASE WHEN {together} AND g.grounds <= {_TOGETHER} THEN {_TOGETHER} ELSE {bucketed('g.grounds')} END AS grounds,"
            f" {together} AS together, {', '.join(f'{sql} AS {name}' for name, sql in found.items())}, coalesce(g.grounds, 0) AS listed"
            f" FROM stays AS s LEFT JOIN (SELECT row, sum(CASE WHEN kind IN ({kinds}) THEN 1 ELSE 0 END) AS detainers, sum(CASE WHEN kind IN ({kinds}) THEN 0 ELSE 1 END) AS other FROM papers GROUP BY row) AS p ON p.row = s.row"
            " LEFT JOIN (SELECT row, count(*) AS grounds, max(CASE WHEN start_lo = start_hi AND end_lo = end_hi THEN FALSE ELSE TRUE END) AS vague,"
            " min(start_lo) IS NOT DISTINCT FROM max(start_lo) AND min(start_hi) IS NOT DISTINCT FROM max(start_hi) AND count(start_lo) IN (0, count(*)) AND count(start_hi) IN (0, count(*)) AS together"
            " FROM grounds GROUP BY row) AS g ON g.row = s.row"
            f" WHERE s.agency IS NOT NULL AND coalesce(p.detainers, 0) <= {MOST_BESIDE} AND coalesce(p.other, 0) <= {MOST_BESIDE} AND coalesce(g.grounds, 0) <= {MOST_BESIDE}",
        )

    def every(self, *, settled_where: str) -> list[Part]:
        """The parts of all rows. A query has its price before it reads a row, so that rows of rare shapes are asked with
        the next larger shape. ``settled_where`` holds of plain rows that are asked as settled (``Shape.settled``), if any are."""
        self._shapes(settled_where)
        size = self.size
        by = ", ".join(str(n) for n in range(1, len(_COLUMNS) + 2))
        counted = self.engine.rows(f"SELECT row // {size} AS stretch, {', '.join(_COLUMNS)}, max(listed), count(*) FROM shape_of GROUP BY {by} ORDER BY {by}")
        # Whether every row that has an agency is asked: then a stretch of rows needs no list of them.
        every = sum(r[-1] for r in counted) == self.engine.rows("SELECT count(*) FROM stays WHERE agency IS NOT NULL")[0][0]
        found: list[_Group] = []
        for stretch in sorted({r[0] for r in counted}):
            groups: dict[Shape, list[tuple[Shape, int]]] = {}
            here = [r for r in counted if r[0] == stretch]
            asked_here = sum(r[-1] for r in here)
            listed: dict[Shape, int] = {}
            for _, *columns, most, count in here:
                shape = Shape(*columns)
                listed[shape] = min(shape.grounds, most)
                groups.setdefault(_asked_as(shape, count, asked_here), []).append((shape, count))
            self.whole = self.whole and len(groups) == 1
            for number, (asked, members) in enumerate(sorted(groups.items())):
                shapes = [m for m, _ in members]
                largest = replace(asked, detainers=max(m.detainers for m in shapes), papers=max(m.papers for m in shapes), grounds=max(listed[m] for m in shapes))
                count = sum(c for _, c in members)
                alone = every and len(groups) == 1
                found.append(_Group(asked, largest, frozenset(shapes), count, stretch, stretch, number, all_rows=alone, few=not alone and count < min(size, self.rows) // _SPARSE))
        return [self._part(group) for group in _joined(found, size // _TOGETHER_AT_MOST)]

    def _part(self, group: _Group) -> Part:
        within = self._within(group.first, group.last, self.size)
        rows = Rows(within) if group.all_rows else replace(self._chosen(within, sorted(group.shapes)), few=group.few)
        return Part(group.largest, rows, self.work / f"part-{group.first:05d}-{group.number:02d}.parquet", group.count)

    def of_holds(self, parts: Sequence[Part], count: int) -> list[Part]:
        """The parts of the ``count`` rows of ``parts`` that are holds, each of one shape."""
        # Of few rows many stretches are asked at once; a quarter as many as of others, since each has more instants.
        size = self.size * max(1, self.rows // (_TOGETHER_AT_MOST * count))
        files: dict[Shape, list[Path]] = {}
        for part in parts:
            if part.held.exists():
                files.setdefault(part.shape, []).append(part.held)
        found: list[Part] = []
        for number, (shape, held) in enumerate(sorted(files.items())):
            source = f"held_{number}"
            self.engine.parquet(source, *held)
            for stretch, here in self.engine.rows(f"SELECT row // {size} AS stretch, count(*) FROM {source} GROUP BY 1 ORDER BY 1"):
                within = self._within(stretch, stretch, size)
                rows = Rows(within, f"SELECT row FROM {source} WHERE {within}", few=True, source=source)
                found.append(Part(shape, rows, self.work / f"ends-{stretch:05d}-{number:02d}.parquet", here))
        return found

    @staticmethod
    def _within(first: int, last: int, size: int) -> str:
        return f"row BETWEEN {first * size} AND {(last + 1) * size - 1}"

    def _chosen(self, within: str, shapes: Sequence[Shape]) -> Rows:
        """The rows of some shapes."""
        if self._alone:
            # A row's own columns tell its shape, so that nothing has to be listed and joined.
            tests = (" AND ".join(f"{'' if getattr(m, name) else 'NOT '}{sql}" for name, sql in self._alone.items()) for m in shapes)
            return Rows(within, test=f"agency IS NOT NULL AND ({' OR '.join(f'({t})' for t in tests)})")
        chosen = " OR ".join(f"({' AND '.join(f'{c} = {getattr(m, c)}' for c in _COLUMNS)})" for m in shapes)
        return Rows(within, f"SELECT row FROM shape_of WHERE {within} AND ({chosen})")
