"""The rows of a run in parts: all of one shape within a stretch of row numbers, one query and one file each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dueprocess.batch.engines import Engine
from dueprocess.batch.shape import BUCKETS, Shape
from dueprocess.case.model import DETAINERS
from dueprocess.kernel.instants import MAX_INSTANT

MOST_BESIDE = 16
"""So many papers of a kind, or grounds, a row may have beside it: the query grows with them."""

TOO_MANY = "it has more papers or grounds than many rows are asked with at once"
"""The problem of a row that has more: it is left to whoever asks stays one by one."""

_TOGETHER = 4
"""Rows of so many grounds that begin together are asked at once: their query hardly grows with them."""

_FEW, _SHARE = 50_000, 10
"""Rows of one shape for which a query of their own does not pay: so many, or one in so many of those asked in a stretch,
which is read again for each query."""


def _asked_as(shape: Shape, count: int, asked: int) -> Shape:
    """The group of shapes that a shape is asked with."""
    if count >= max(_FEW, asked // _SHARE):
        return shape
    most = max(shape.detainers, shape.papers, shape.grounds)
    level = next(b for b in (0, 4, MOST_BESIDE) if b >= most)
    return Shape(level, level, level, True, True, False)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one part: all between two numbers, or those that a query lists."""

    within: str
    listed: str | None


class Parts:
    """The parts of one run: ``size`` rows each, their files in ``work``."""

    def __init__(self, engine: Engine, *, work: Path, size: int, timeline: bool, only_classes: bool = False) -> None:
        self.engine = engine
        self.work = work
        self.size = size
        self.timeline = timeline
        self.only_classes = only_classes
        kinds = engine.rows("SELECT DISTINCT kind FROM events WHERE kind IS NOT NULL ORDER BY 1")
        self.event_kinds = tuple(str(r[0]) for r in kinds)
        self.whole = True
        """Whether no stretch of rows has had more than one part so far."""
        self._shapes()

    def _shapes(self) -> None:
        """The table ``shape_of`` of the rows that have an agency: the columns of a shape, and how many grounds are listed."""
        kinds = ", ".join(f"'{k}'" for k in DETAINERS)

        def bucketed(column: str) -> str:
            return "CASE " + " ".join(f"WHEN coalesce({column}, 0) <= {b} THEN {b}" for b in BUCKETS) + f" ELSE {BUCKETS[-1]} END"

        vague = "(g.vague OR coalesce(s.release_due_lo <> s.release_due_hi, FALSE) OR coalesce(s.bail_refused_lo <> s.bail_refused_hi, FALSE) OR coalesce(p.other, 0) > 0)"
        bail = f"coalesce(s.bail_refused_lo < {MAX_INSTANT}, FALSE)"
        together = "(coalesce(g.together, FALSE) AND coalesce(p.other, 0) = 0)"
        if self.only_classes:
            # Nothing more is asked where bail was refused.
            bail = f"({vague} OR {bail})"
        if not self.timeline:
            # Of one moment alone a query for all costs little more than one for the plainest.
            vague = bail = "TRUE"
            together = "FALSE"
            if not any(self.engine.rows(f"SELECT count(*) FROM {table}")[0][0] for table in ("papers", "grounds")):
                self.engine.make("shape_of", "SELECT row, 0 AS detainers, 0 AS papers, 0 AS grounds, TRUE AS vague, TRUE AS bail, FALSE AS together, 0 AS listed FROM stays WHERE agency IS NOT NULL", view=True)
                return
        self.engine.make(
            "shape_of",
            f"SELECT s.row, {bucketed('p.detainers')} AS detainers, {bucketed('p.other')} AS papers, CASE WHEN {together} AND g.grounds <= {_TOGETHER} THEN {_TOGETHER} ELSE {bucketed('g.grounds')} END AS grounds, coalesce({vague}, FALSE) AS vague, coalesce({bail}, FALSE) AS bail,"
            f" {together} AS together, coalesce(g.grounds, 0) AS listed"
            f" FROM stays AS s LEFT JOIN (SELECT row, sum(CASE WHEN kind IN ({kinds}) THEN 1 ELSE 0 END) AS detainers, sum(CASE WHEN kind IN ({kinds}) THEN 0 ELSE 1 END) AS other FROM papers GROUP BY row) AS p ON p.row = s.row"
            " LEFT JOIN (SELECT row, count(*) AS grounds, max(CASE WHEN start_lo = start_hi AND end_lo = end_hi THEN FALSE ELSE TRUE END) AS vague,"
            " min(start_lo) IS NOT DISTINCT FROM max(start_lo) AND min(start_hi) IS NOT DISTINCT FROM max(start_hi) AND count(start_lo) IN (0, count(*)) AND count(start_hi) IN (0, count(*)) AS together"
            " FROM grounds GROUP BY row) AS g ON g.row = s.row"
            f" WHERE s.agency IS NOT NULL AND coalesce(p.detainers, 0) <= {MOST_BESIDE} AND coalesce(p.other, 0) <= {MOST_BESIDE} AND coalesce(g.grounds, 0) <= {MOST_BESIDE}",
        )

    def among(self, only: str = "TRUE", *, size: int = 0) -> list[tuple[Shape, Rows, Path, int]]:
        """(shape, the rows of it, file, how many). A query has its price before it reads a row, so that rows of rare
        shapes are asked with the next larger shape. ``size`` is that of a stretch, where few rows of it are asked."""
        size = size or self.size
        counted = self.engine.rows(
            f"SELECT row // {size} AS stretch, detainers, papers, grounds, vague, bail, together, max(listed), count(*) FROM shape_of WHERE {only} GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7"
        )
        # Whether every row that has an agency is asked: then a stretch of rows needs no list of them.
        every = only == "TRUE" and sum(r[-1] for r in counted) == self.engine.rows("SELECT count(*) FROM stays WHERE agency IS NOT NULL")[0][0]
        found: list[tuple[Shape, Rows, Path, int]] = []
        for stretch in sorted({r[0] for r in counted}):
            groups: dict[Shape, list[tuple[Shape, int]]] = {}
            here = [r for r in counted if r[0] == stretch]
            asked_here = sum(r[-1] for r in here)
            listed: dict[Shape, int] = {}
            for _, d, p, g, vague, bail, together, most, count in here:
                shape = Shape(d, p, g, vague, bail, together)
                listed[shape] = min(g, most)
                groups.setdefault(_asked_as(shape, count, asked_here), []).append((shape, count))
            self.whole = self.whole and len(groups) == 1
            for number, (asked, members) in enumerate(sorted(groups.items())):
                shapes = [m for m, _ in members]
                largest = Shape(
                    max(m.detainers for m in shapes), max(m.papers for m in shapes), max(listed[m] for m in shapes), asked.vague, asked.bail, asked.together
                )
                chosen = " OR ".join(f"(detainers = {m.detainers} AND papers = {m.papers} AND grounds = {m.grounds} AND vague = {m.vague} AND bail = {m.bail} AND together = {m.together})" for m, _ in members)
                within = f"row BETWEEN {stretch * size} AND {(stretch + 1) * size - 1}"
                rows = Rows(within, None if every and len(groups) == 1 else f"SELECT row FROM shape_of WHERE {within} AND ({chosen}) AND {only}")
                found.append((largest, rows, self.work / f"part-{stretch:05d}-{number:02d}.parquet", sum(c for _, c in members)))
        return found
