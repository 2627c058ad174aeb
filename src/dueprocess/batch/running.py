"""A prepared folder to results: the law folded, the rows sorted into shapes and parts, each part answered and written.

A run can be stopped at any time and goes on where it stopped: each part is one file, written whole or not at all, and
a part that is there is not done again unless the input, the law or an option is another.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from dueprocess import __version__
from dueprocess.batch.calendars import Calendars, calendars
from dueprocess.batch.engines import DuckEngine, Engine, arrow_table
from dueprocess.batch.folding import Agency, Folded
from dueprocess.batch.missing import MISSING_TIMES, Missing
from dueprocess.batch.outcomes import Outcomes
from dueprocess.batch.query import Query
from dueprocess.batch.resolve import Resolver
from dueprocess.batch.shape import BUCKETS, Shape
from dueprocess.batch.sqltext import words as names_in
from dueprocess.batch.survey import NO_DAYS, survey
from dueprocess.case.model import DETAINERS
from dueprocess.kernel.canonical import content_hash
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import MAX_INSTANT, midnight
from dueprocess.law import Lawbook
from dueprocess.places import load_places

PART_ROWS = 1_000_000
"""Rows of a part; where only outcomes are asked, which takes less memory a row, four times as many."""
RESULT_COLUMNS = (
    "row", '"at"', "outcome", "open_because", "due_lo", "due_hi", "hold_until", "over_least", "over_most", "open_least",
    "open_most", "later_over_least", "later_over_most", "class", "deciding_norm", "missing", "problem",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is done; none of it changes an answer."""

    engine: str = "duckdb"
    master: str | None = None
    memory: str = "3GB"
    threads: int | None = None
    part_rows: int | None = None
    timeline: bool = True
    """False: only the outcome at each row's moment and what decides it; hours, class and hold_until stay empty."""
    progress: Callable[[int, int], None] | None = None
    """Called with (rows done, rows in all) after each part."""


def run_batch(
    folder: Path, *, lawbook: Lawbook, law_known_at: date | None, out: Path, options: Options | None = None, work: Path | None = None
) -> None:
    """Answer every row of a prepared folder (case/custody.py) and write ``out`` (Parquet, ordered by row).

    ``law_known_at`` None asks each row with the law known on the day of its own moment. ``work`` is a folder for the
    parts (default beside ``out``); it is removed at the end, and left for the next run where this one is stopped.
    Raises InputError for what is no prepared folder.
    """
    chosen = options or Options()
    work = work or out.with_name(out.name + ".parts")
    run = _Run(folder, lawbook, law_known_at, work, chosen)
    try:
        run.go(out)
    finally:
        run.engine.close()
    shutil.rmtree(work, ignore_errors=True)


MOST_BESIDE = 16
"""So many papers of a kind, or grounds, a row may have beside it: the query grows with them."""

TOO_MANY = "it has more papers or grounds than many rows are asked with at once"
"""The problem of a row that has more: it is left to whoever asks stays one by one."""

_FEW = 50_000
"""Rows of one shape for which a query of their own does not pay."""


def _asked_as(shape: Shape, count: int) -> Shape:
    """The group of shapes that a shape is asked with."""
    if count >= _FEW:
        return shape
    most = max(shape.detainers, shape.papers, shape.grounds)
    level = next(b for b in (0, 4, MOST_BESIDE) if b >= most)
    return Shape(level, level, level, True, True)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one part: all between two numbers, or those that a query lists."""

    within: str
    listed: str | None


class _Run:
    def __init__(self, folder: Path, lawbook: Lawbook, law_known_at: date | None, work: Path, options: Options) -> None:
        for name in ("stays", "papers", "grounds", "events"):
            if not (folder / f"{name}.parquet").exists():
                raise InputError(f"[{name}.parquet] is missing", where=str(folder), do="name a folder that the import has prepared")
        self.folder, self.lawbook, self.options = folder, lawbook, options
        self.known_at = law_known_at
        self.work = work
        self._far = False
        self.sides: dict[str, tuple[str, ...]] = {}
        self._begin()
        self.engine = self._engine()
        for name in ("stays", "papers", "grounds", "events"):
            self.engine.parquet(name, folder / f"{name}.parquet")
        self.columns = self.engine.columns("stays")

    def _engine(self) -> Engine:
        if self.options.engine == "spark":
            from dueprocess.batch.spark import SparkEngine

            master = self.options.master or f"local[{self.options.threads or '*'}]"
            return SparkEngine(self.work, master=master, memory=self.options.memory)
        return DuckEngine(self.work, memory=self.options.memory, threads=self.options.threads)

    def _begin(self) -> None:
        """A work folder of another input or law is no start for this one."""
        sizes = {p.name: [p.stat().st_size, p.stat().st_mtime_ns] for p in sorted(self.folder.glob("*.parquet"))}
        key = content_hash([__version__, sizes, self.lawbook.version, str(self.known_at), self.options.part_rows, self.options.timeline, self.options.engine])
        note = self.work / "run.key"
        if not note.is_file() or note.read_text() != key:
            shutil.rmtree(self.work, ignore_errors=True)
            self.work.mkdir(parents=True)
            note.write_text(key)

    # -- the run ------------------------------------------------------------------------------------

    def go(self, out: Path) -> None:
        total = int(self.engine.rows("SELECT count(*) FROM stays")[0][0])
        self.engine.expect(total)
        agencies = self._agencies()
        found = survey(self.engine, self.columns, sides=self.options.timeline)
        self.sides = found.sides
        first, last = found.days if agencies else NO_DAYS
        book = self.lawbook
        changes = {d for a in agencies for d in book.change_days(a.agency, a.sets)}
        known = self._known_days(agencies, first, last)
        ahead = max([last, *(d for d in changes if d < last + 20000)])
        self.folded = Folded(book, agencies, known=known, first=first - 5, last=ahead)
        self._shapes()
        self.calendars = self._calendars(first, ahead)
        self._tables()
        done = 0
        files = []
        for shape, rows, path, count in self._parts():
            if not path.exists():
                self.engine.expect(count)
                self._part(shape, rows, path)
            files.append(path)
            done += count
            if self.options.progress:
                self.options.progress(done, total)
        self.engine.expect(total)
        self._gather(files, others=done < total)
        self._ends_of_holds()
        self._finish(out, total)

    def _gather(self, files: list[Path], *, others: bool) -> None:
        """The view ``answered``: the rows of all parts, and those that no part asked about."""
        rest = []
        if others or not files:
            rest.append(self.work / "part-unmatched.parquet")
            self.engine.write(self._unmatched(), rest[0])
        if self.options.timeline or not files:
            self.engine.parquet("answered", *files, *rest)
            return
        self.engine.parquet("parts", *files)
        named = Outcomes.named("parts")
        if rest:
            self.engine.parquet("unmatched", *rest)
            named += " UNION ALL SELECT * FROM unmatched"
        self.engine.make("answered", named, view=True)

    def _ends_of_holds(self) -> None:
        """The table ``ends`` (row, hold_until): until when each hold would last, whenever the person left. That takes in
        all that comes later, changes of law too, and is asked only of the rows that are holds."""
        held = "outcome IN ('may_hold', 'must_hold')"
        self.engine.make("ends", 'SELECT row, "at" AS hold_until FROM stays WHERE FALSE', view=True)
        if not self.options.timeline or not self.engine.rows(f"SELECT count(*) FROM answered WHERE {held}")[0][0]:
            return
        self._far_tables()
        files = []
        for shape, rows, path, count in self._parts(f"row IN (SELECT row FROM answered WHERE {held})"):
            target = path.with_name("ends-" + path.name)
            if not target.exists():
                self.engine.expect(count)
                self._answer(shape, rows, "later", all_cuts=True)
                self.engine.write("SELECT row, hold_until FROM later", target)
            files.append(target)
        self.engine.parquet("ends", *files)

    def _finish(self, out: Path, total: int) -> None:
        counted = int(self.engine.rows("SELECT count(*) FROM answered")[0][0])
        if counted != total:
            raise AssertionError(f"{counted} results for {total} rows")
        columns = ", ".join("e.hold_until" if c == "hold_until" else f"a.{c}" for c in RESULT_COLUMNS)
        self.engine.write(f"SELECT {columns} FROM answered AS a LEFT JOIN ends AS e ON e.row = a.row ORDER BY a.row", out, ordered=True)

    def _agencies(self) -> list[Agency]:
        places = load_places()
        found = []
        for name, facility in self.engine.rows("SELECT DISTINCT agency, facility FROM stays WHERE agency IS NOT NULL ORDER BY 1, 2"):
            agency = places.agency(name)
            where = places.facility(agency, facility)
            found.append(Agency(name, facility, places.sets(where), str(where.zone)))
        return found

    def _known_days(self, agencies: Sequence[Agency], first: int, last: int) -> list[int]:
        """The days of knowledge that differ, ascending."""
        if self.known_at is not None:
            return [self.known_at.toordinal()]
        book = self.lawbook
        cuts: set[int] = set()
        for authority in book.authorities.values():
            cuts |= {d for d in (authority.known.start, authority.known.until) if d is not None}
        return [first - 5, *sorted(d for d in cuts if first - 5 < d <= last)]

    def _calendars(self, first: int, last: int) -> Calendars:
        query = Query(self.folded, Calendars(("UTC",), (), 1, 2), Shape(), columns=self.columns, one_known=True)
        excluding = [s.excluding for s in query.specs if s.excluding and not s.until_end_of_day]
        zones = [a.zone for a in self.folded.agencies] or ["UTC"]
        return calendars(zones, excluding, first=first, last=last)

    def _tables(self) -> None:
        engine, folded, cal = self.engine, self.folded, self.calendars
        query = self._query(Shape())
        self._days("", cal, {i: (cal.name(s.excluding), round(s.hours * 3600)) for i, s in enumerate(query.specs) if s.excluding and not s.until_end_of_day})
        cuts = sorted({(j, cal.zone_number(a.zone), midnight(a.zone, d)) for a in folded.agencies for j in (folded.jurisdiction_of[a.agency, a.facility],) for d in folded.own_cuts[j]})
        engine.table("cuts", {"jurisdiction": "BIGINT", "zone": "BIGINT", "instant": "BIGINT"}, cuts)
        resolver = Resolver(folded, place=query.place)
        engine.table("regimes", resolver.regime_columns(), resolver.regime_rows())
        engine.table("norms", {"regime": "BIGINT", "role": "VARCHAR", "bit": "BIGINT", "norm": "VARCHAR"}, resolver.norm_rows())
        masks = [resolver.asked_masks(r, query.words) for r in range(len(folded.regimes))]
        engine.table(
            "regime_of",
            {"jurisdiction": "BIGINT", "epoch": "BIGINT", "known": "BIGINT", "regime": "BIGINT", **{f"mask_{w}": "BIGINT" for w in range(query.words)}},
            ((j, e, k, r, *masks[r]) for (j, e, k), r in folded.regime_of.items()),
        )
        uses = self._uses(query)
        engine.table(
            "agency_of",
            {"agency": "VARCHAR", "facility": "VARCHAR", "jurisdiction": "BIGINT", "zone_number": "BIGINT", "uses": "BIGINT"},
            ((a.agency, a.facility, folded.jurisdiction_of[a.agency, a.facility], cal.zone_number(a.zone), uses[folded.jurisdiction_of[a.agency, a.facility]]) for a in folded.agencies),
        )

    def _days(self, prefix: str, cal: Calendars, limits: Mapping[int, tuple[int, int]]) -> None:
        """The tables ``days`` and ``windows`` of some calendars, the latter with the ends of limits, each a calendar and
        seconds: breaks ``e<limit>_1``, ``_2`` and shifts ``e<limit>_a``, ``_b``, ``_c`` of ``Calendars.ends``."""
        from itertools import chain

        import pyarrow as pa

        days = cal.days(self.folded.epoch, self._known_index)
        columns = cal.day_columns()
        flat = arrow_table(dict.fromkeys(columns, "BIGINT"), chain.from_iterable(days))
        zones = pa.array([z for z, rows in enumerate(days) for _ in rows], type=pa.int64())
        self.engine.arrow(f"{prefix}days", flat.append_column("zone", zones))
        number, split, *places = (pa.array(values, type=pa.int64()) for values in zip(*cal.splits(days), strict=True))
        windows = {"number": number, "split": split}
        for side, place in zip("ab", places, strict=True):
            windows |= {f"{c}_{side}": flat.column(c).take(place) for c in columns}
        for limit, (calendar, seconds) in limits.items():
            ends = zip(*cal.ends(days, calendar, seconds), strict=True)
            windows |= {f"e{limit}_{part}": pa.array(values, type=pa.int64()) for part, values in zip("12abc", ends, strict=True)}
        self.engine.arrow(f"{prefix}windows", pa.table(windows))

    def _far_tables(self) -> None:
        """Days as far ahead as a condition on the years since a conviction can reach."""
        if self._far:
            return
        self._far = True
        ahead = 366 * (max(self.lawbook.conviction_years, default=0) + 1) if "f_conviction_date" in self.columns else 0
        self._days("far_", replace(self.calendars, excluding=(), last=min(self.calendars.last + ahead, date(2399, 1, 1).toordinal())), {})

    def _known_index(self, day: int) -> int:
        return 0 if self.known_at is not None else max(0, sum(1 for d in self.folded.known if d <= day) - 1)

    def _uses(self, query: Query) -> list[int]:
        """For each jurisdiction, which limits any of its regimes has, as bits."""
        found = [0] * max(1, len(self.folded.jurisdictions))
        for (j, _, _), regime in self.folded.regime_of.items():
            for bit in self.folded.regimes[regime].forbids:
                if bit.spec is not None:
                    found[j] |= 1 << query.specs.index(bit.spec)
        return found

    def _query(self, shape: Shape, *, all_cuts: bool = False) -> Query:
        events = self._event_kinds if shape.papers or shape.grounds or shape.detainers or self._event_kinds else ()
        return Query(self.folded, self.calendars, shape, columns=self.columns, one_known=self.known_at is not None, events=events, all_cuts=all_cuts, timeline=self.options.timeline, sides=self.sides)

    # -- parts --------------------------------------------------------------------------------------

    def _shapes(self) -> None:
        """The table ``shape_of`` (row, detainers, papers, grounds, vague, bail) of the rows that have an agency."""
        kinds = ", ".join(f"'{k}'" for k in DETAINERS)
        self._event_kinds = tuple(str(r[0]) for r in self.engine.rows("SELECT DISTINCT kind FROM events WHERE kind IS NOT NULL ORDER BY 1"))

        def bucketed(column: str) -> str:
            return "CASE " + " ".join(f"WHEN coalesce({column}, 0) <= {b} THEN {b}" for b in BUCKETS) + f" ELSE {BUCKETS[-1]} END"

        vague = "(g.vague OR coalesce(s.release_due_lo <> s.release_due_hi, FALSE) OR coalesce(s.bail_refused_lo <> s.bail_refused_hi, FALSE) OR coalesce(p.other, 0) > 0)"
        bail = f"coalesce(s.bail_refused_lo < {MAX_INSTANT}, FALSE)"
        if not self.options.timeline:
            # Of one moment alone a query for all costs little more than one for the plainest.
            vague = bail = "TRUE"
            if not any(self.engine.rows(f"SELECT count(*) FROM {table}")[0][0] for table in ("papers", "grounds")):
                self.engine.make("shape_of", "SELECT row, 0 AS detainers, 0 AS papers, 0 AS grounds, TRUE AS vague, TRUE AS bail FROM stays WHERE agency IS NOT NULL", view=True)
                return
        self.engine.make(
            "shape_of",
            f"SELECT s.row, {bucketed('p.detainers')} AS detainers, {bucketed('p.other')} AS papers, {bucketed('g.grounds')} AS grounds, coalesce({vague}, FALSE) AS vague, {bail} AS bail"
            f" FROM stays AS s LEFT JOIN (SELECT row, sum(CASE WHEN kind IN ({kinds}) THEN 1 ELSE 0 END) AS detainers, sum(CASE WHEN kind IN ({kinds}) THEN 0 ELSE 1 END) AS other FROM papers GROUP BY row) AS p ON p.row = s.row"
            " LEFT JOIN (SELECT row, count(*) AS grounds, max(CASE WHEN start_lo = start_hi AND end_lo = end_hi THEN FALSE ELSE TRUE END) AS vague FROM grounds GROUP BY row) AS g ON g.row = s.row"
            f" WHERE s.agency IS NOT NULL AND coalesce(p.detainers, 0) <= {MOST_BESIDE} AND coalesce(p.other, 0) <= {MOST_BESIDE} AND coalesce(g.grounds, 0) <= {MOST_BESIDE}",
        )

    def _parts(self, only: str = "TRUE") -> list[tuple[Shape, Rows, Path, int]]:
        """(shape, the rows of it, file, how many). A query has its price before it reads a row, so that rows of rare
        shapes are asked with the next larger shape."""
        size = self.options.part_rows or PART_ROWS * (1 if self.options.timeline else 4)
        counted = self.engine.rows(
            f"SELECT row // {size} AS stretch, detainers, papers, grounds, vague, bail, count(*) FROM shape_of WHERE {only} GROUP BY ALL ORDER BY 1, 2, 3, 4, 5, 6"
        )
        # Whether every row that has an agency is asked: then a stretch of rows needs no list of them.
        every = only == "TRUE" and sum(r[-1] for r in counted) == self.engine.rows("SELECT count(*) FROM stays WHERE agency IS NOT NULL")[0][0]
        found: list[tuple[Shape, Rows, Path, int]] = []
        for stretch in sorted({r[0] for r in counted}):
            groups: dict[Shape, list[tuple[Shape, int]]] = {}
            for _, d, p, g, vague, bail, count in (r for r in counted if r[0] == stretch):
                shape = Shape(d, p, g, vague, bail)
                groups.setdefault(_asked_as(shape, count), []).append((shape, count))
            for number, (asked, members) in enumerate(sorted(groups.items())):
                shapes = [m for m, _ in members]
                largest = Shape(
                    max(m.detainers for m in shapes), max(m.papers for m in shapes), max(m.grounds for m in shapes), asked.vague, asked.bail
                )
                chosen = " OR ".join(f"(detainers = {m.detainers} AND papers = {m.papers} AND grounds = {m.grounds} AND vague = {m.vague} AND bail = {m.bail})" for m, _ in members)
                within = f"row BETWEEN {stretch * size} AND {(stretch + 1) * size - 1}"
                rows = Rows(within, None if every and len(groups) == 1 else f"SELECT row FROM shape_of WHERE {within} AND ({chosen}) AND {only}")
                found.append((largest, rows, self.work / f"part-{stretch:05d}-{number:02d}.parquet", sum(c for _, c in members)))
        return found

    def _part(self, shape: Shape, rows: Rows, path: Path) -> None:
        if not self.options.timeline:
            self._answer(shape, rows, "")
            self.engine.write(self._at, path)
            return
        self._name_missing(self._answer(shape, rows, "found"))
        times = " || ".join(f"CASE WHEN {sql} THEN '{name} ' ELSE '' END" for name, sql in MISSING_TIMES)
        wants = f"trim({times} || CASE WHEN r.outcome = 'review' AND r.standing = 1 AND NOT (r.no_grounds OR r.unknown_end) THEN 'release_due ' ELSE '' END || coalesce(n.names, ''))"
        vague = "trim(CASE WHEN r.vague THEN 'release_due ' ELSE '' END || CASE WHEN r.left_vague THEN 'left ' ELSE '' END)"
        self.engine.write(
            "SELECT r.row, r.\"at\", r.outcome, CASE WHEN r.outcome = 'review' THEN CASE WHEN r.standing = 1 THEN 'fact' WHEN r.duty = 1 THEN 'duty' WHEN n.by_facts = 1 THEN 'fact' ELSE 'law' END END AS open_because,"
            " r.due_lo, r.due_hi, r.over_least, r.over_most, r.open_least, r.open_most, r.later_over_least, r.later_over_most, r.class, d.norm AS deciding_norm,"
            f" CASE WHEN r.problem IS NOT NULL OR (r.class IN ('certain', 'no') AND r.outcome <> 'review') THEN NULL WHEN {wants} <> '' THEN {wants} WHEN {vague} <> '' THEN {vague} END AS missing, r.problem"
            " FROM found AS r LEFT JOIN norms AS d ON d.regime = r.regime AND d.role = r.role AND d.bit = r.bit LEFT JOIN missing_of AS n ON n.row = r.row",
            path,
        )

    def _name_missing(self, missing: Missing) -> None:
        """The table ``missing_of`` (row, names, by_facts) of the open rows."""
        engine = self.engine
        engine.table("probe_of", dict.fromkeys(("atom", "word", "power", "delta"), "BIGINT"), missing.probe_rows())
        for name, sql in missing.stages():
            engine.make(name, sql)
        masks = ", ".join(f"mask_{m}" for m in missing.masks)
        found = engine.rows(f"SELECT DISTINCT {masks}, parts FROM open_masks")
        engine.table("mask_names", {**{f"mask_{m}": "BIGINT" for m in missing.masks}, "parts": "BIGINT", "names": "VARCHAR"}, ((*r, " ".join(missing.names(tuple(r[:-1]), r[-1]))) for r in found))
        same = " AND ".join(f"n.mask_{m} = o.mask_{m}" for m in missing.masks)
        engine.make("missing_of", f"SELECT o.row, n.names, o.by_facts FROM open_masks AS o JOIN mask_names AS n ON {same} AND n.parts = o.parts")

    def _answer(self, shape: Shape, chosen: Rows, target: str, *, all_cuts: bool = False) -> Missing:
        query = self._query(shape, all_cuts=all_cuts)
        engine = self.engine
        among = f" WHERE x.{chosen.within}"
        if chosen.listed is not None:
            engine.make("chosen", chosen.listed)
            among = f" JOIN chosen AS c ON c.row = x.row{among}"
        facility = " AND a.facility IS NOT DISTINCT FROM x.facility" if any(a.facility is not None for a in self.folded.agencies) else ""
        engine.make("part", f"SELECT x.*, a.jurisdiction, a.zone_number, a.uses FROM (SELECT x.* FROM stays AS x{among}) AS x JOIN agency_of AS a ON a.agency = x.agency{facility}", view=True)
        for name, asked in (("papers", shape.papers + shape.detainers), ("grounds", shape.grounds), ("events", len(query.events))):
            if asked:
                engine.make(f"side_{name}", f"SELECT x.* FROM {name} AS x{among}")
        outcomes = Outcomes(query)
        query.results_need = names_in(outcomes.results()) if query.timeline else {"conflict", "outside"}
        for name, sql, view in query.stages():
            engine.make(name, sql, view=view)
        engine.make("questions", outcomes.questions())
        resolver = Resolver(self.folded, place=query.place)
        words = ", ".join(f"w_{w}" for w in range(query.words))
        engine.make("answers", f"SELECT regime, {words}, favor, against, bit_0, bit_1, bit_2 FROM ({resolver.sql('questions')}) AS r")
        engine.make("judged", outcomes.judged(), view=True)
        if query.timeline:
            engine.make(target, outcomes.results())
        else:
            self._at = outcomes.results_at()
        return Missing(query, resolver)

    def _unmatched(self) -> str:
        nulls = ", ".join(f"CAST(NULL AS BIGINT) AS {c}" for c in ("due_lo", "due_hi", "over_least", "over_most", "open_least", "open_most", "later_over_least", "later_over_most"))
        return (
            f'SELECT row, "at", CAST(NULL AS VARCHAR) AS outcome, CAST(NULL AS VARCHAR) AS open_because, {nulls}, '
            "'unknown' AS class, CAST(NULL AS VARCHAR) AS deciding_norm, 'agency' AS missing,"
            " 'no agency could be matched' AS problem FROM stays WHERE agency IS NULL"
            f" UNION ALL SELECT s.row, s.\"at\", CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), {nulls}, 'unknown', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), '{TOO_MANY}'"
            " FROM stays AS s LEFT JOIN shape_of AS h ON h.row = s.row WHERE s.agency IS NOT NULL AND h.row IS NULL"
        )


