"""A prepared folder to results: the law folded, the rows sorted into shapes and parts, each part answered and written.

A run can be stopped at any time and goes on where it stopped: each part is one file, written whole or not at all, and
a part that is there is not done again unless the input, the law or an option is another.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from dueprocess import __version__
from dueprocess.batch.answering import Answering
from dueprocess.batch.calendars import NOWHERE, Calendars, calendars
from dueprocess.batch.engines import DuckEngine, Engine, numbers_table
from dueprocess.batch.folding import Agency, Folded
from dueprocess.batch.outcomes import HELD, Outcomes
from dueprocess.batch.parts import TOO_MANY, Part, Parts
from dueprocess.batch.query import Query
from dueprocess.batch.resolve import Resolver
from dueprocess.batch.settled import always_open, always_released, nothing_known
from dueprocess.batch.shape import Shape
from dueprocess.batch.survey import NO_DAYS, Told, survey
from dueprocess.kernel.canonical import content_hash
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import midnight
from dueprocess.law import Lawbook
from dueprocess.places import load_places

_FORMAT = 6
"""Of the parts in a work folder: raised when what they hold changes, so that a stopped run of an older program begins anew."""
PART_ROWS, PART_ROWS_AT = 3_000_000, 12_000_000
"""Rows of a part; the second where only outcomes are asked, which takes less memory a row."""
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
    only_classes: bool = False
    """True: only ``class``, ``over_least`` and ``over_most`` (and ``row``, ``at``, ``problem``) of each row; the rest stays empty."""
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


class _Run:
    def __init__(self, folder: Path, lawbook: Lawbook, law_known_at: date | None, work: Path, options: Options) -> None:
        for name in ("stays", "papers", "grounds", "events"):
            if not (folder / f"{name}.parquet").exists():
                raise InputError(f"[{name}.parquet] is missing", where=str(folder), do="name a folder that the import has prepared")
        self.folder, self.lawbook, self.options = folder, lawbook, options
        self.known_at = law_known_at
        self.work = work
        self.times: Mapping[str, Told] = {}
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
        key = content_hash([_FORMAT, __version__, sizes, self.lawbook.version, str(self.known_at), self.options.part_rows, self.options.timeline, self.options.only_classes, self.options.engine])
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
        found = survey(self.engine, self.folder, self.columns, exact=self.options.timeline)
        self.times = found.times
        first, last = found.days if agencies else NO_DAYS
        book = self.lawbook
        known = self._known_days(agencies, first, last)
        self.folded = Folded(book, agencies, known=known, first=first - 5, last=last)
        size = self.options.part_rows or (PART_ROWS if self.options.timeline else PART_ROWS_AT)
        self.parts = Parts(self.engine, work=self.work, size=size, timeline=self.options.timeline, only_classes=self.options.only_classes, may_be_plain=self._may_be_plain)
        self.calendars = self._calendars(first, self.folded.last)
        self._tables()
        parts = self.parts.every(settled_where=self._settled_where())
        if not self.options.timeline and [part.count for part in parts] == [total]:
            self._at_once(parts[0], out, total)
            return
        files = self._each(parts, lambda answering, part: answering.write(part), total)
        done = sum(part.count for part in parts)
        self.engine.expect(total)
        if files:
            self.engine.parquet("parts", *files)
            if self.options.timeline and len(files) == 1:
                # Of one file DuckDB knows which columns lack nothing, and would write them as such, in a schema that turns on the data.
                none = self.work / "part-none.parquet"
                self.engine.write("SELECT * FROM parts WHERE FALSE", none)
                self.engine.parquet("parts", *files, none)
            self._ends_of_holds(parts)
        others = done < total or not files
        # Rows of a timeline are sorted before they are named; parts of outcomes are, each, and lie one after another.
        self._finish(self._answered(bool(files), others=others), out, total, in_order=not others and (self.options.timeline or self.parts.whole))

    def _at_once(self, part: Part, out: Path, total: int) -> None:
        """All rows in one part: its outcomes are the results, written once. They are sorted while they are narrow."""
        answering = Answering(self.engine.beside()[0], self._query)
        self._finish(f"({Outcomes.named(f'({answering.at(part)} ORDER BY row)', self.norm_names)})", out, total, in_order=True, engine=answering.engine)
        if self.options.progress:
            self.options.progress(total, total)

    def _answered(self, some: bool, *, others: bool) -> str:
        """The rows of all parts, if there are some, and those that no part asked about, in the columns of the results."""
        columns = ", ".join(RESULT_COLUMNS)
        found = []
        if some and self.options.timeline:
            # They are sorted while they are narrow.
            in_order = "(SELECT p.*, e.hold_until FROM parts AS p LEFT JOIN ends AS e ON e.row = p.row ORDER BY p.row)"
            found.append(Outcomes.told(in_order, self.norm_names, only_classes=self.options.only_classes))
        elif some:
            found.append(Outcomes.named("parts", self.norm_names))
        if others:
            unmatched = self.work / "part-unmatched.parquet"
            self.engine.write(self._unmatched(), unmatched)
            self.engine.parquet("unmatched", unmatched)
            found.append("SELECT * FROM unmatched")
        return "(" + " UNION ALL ".join(f"SELECT {columns} FROM ({sql}) AS part{i}" for i, sql in enumerate(found)) + ")"

    def _ends_of_holds(self, parts: Sequence[Part]) -> None:
        """The table ``ends`` (row, hold_until): until when each hold of some parts would last, whenever the person left. That
        takes in all that comes later, changes of law too, and is asked only of the rows that are holds."""
        self.engine.make("ends", 'SELECT row, "at" AS hold_until FROM stays WHERE FALSE', view=True)
        if not self.options.timeline or self.options.only_classes:
            return
        count = int(self.engine.rows(f"SELECT count(*) FROM parts WHERE {HELD}")[0][0])
        if not count:
            return
        far = self._far_tables()
        self.engine.parquet("ends", *self._each(self.parts.of_holds(parts, count), lambda answering, part: answering.write_ends(part, far)))

    def _each(self, parts: Sequence[Part], do: Callable[[Answering, Part], None], total: int = 0) -> list[Path]:
        """The files of some parts, each worked out unless it is there, several at the same time. After each part it is
        told how many rows of ``total`` are done."""
        waiting = [part for part in parts if not part.path.exists()]
        done = sum(part.count for part in parts) - sum(part.count for part in waiting)
        if done:
            self._tell(done, total)
        answering = [Answering(engine, self._query) for engine in self.engine.beside()]
        ended = _side_by_side(answering, waiting, do) if len(answering) > 1 else _one_by_one(answering[0], waiting, do)
        with closing(ended):
            for part in ended:
                done += part.count
                self._tell(done, total)
        return [part.path for part in parts]

    def _tell(self, done: int, total: int) -> None:
        if self.options.progress and total:
            self.options.progress(done, total)

    def _finish(self, answered: str, out: Path, total: int, *, in_order: bool, engine: Engine | None = None) -> None:
        """Write the results of a query ``answered``, of the tables of an ``engine`` if not of the run's."""
        (engine or self.engine).write_sorted(f"SELECT {', '.join(f'a.{c}' for c in RESULT_COLUMNS)} FROM {answered} AS a", out, in_order=in_order)
        self.engine.parquet("written", out)
        counted = int(self.engine.rows("SELECT count(*) FROM written")[0][0])
        if counted != total:
            out.unlink()
            raise AssertionError(f"{counted} results for {total} rows")

    def _agencies(self) -> list[Agency]:
        places = load_places()
        found = []
        for name, facility, rows in self.engine.rows("SELECT agency, facility, count(*) FROM stays WHERE agency IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"):
            agency = places.agency(name)
            where = places.facility(agency, facility)
            found.append(Agency(name, facility, places.sets(where), str(where.zone), rows))
        return found

    @property
    def _may_be_plain(self) -> bool:
        """Whether rows without any paper are asked by themselves: where columns state what a detainer says, a row is not
        told by its papers alone."""
        detainer = {f.name for f in self.lawbook.vocabulary.facts.values() if f.origin == "detainer"}
        return not any(c.removeprefix("f_") in detainer for c in self.columns if c.startswith("f_"))

    def _settled_where(self) -> str:
        """Which rows without any paper are asked at one moment only (``Shape.settled``), if any are."""
        # Times that lie outside the calendar are not looked for there, so that none may.
        query = self._query(Shape())
        if not (self.options.timeline and self._may_be_plain and query.ends_known):
            return ""
        found = ["coalesce(record_complete, FALSE)"] if always_released(self.engine, query) else []
        # What is missing of an open row is asked by its instants, so that only classes can do without; an event may be one of them.
        if self.options.only_classes and not query.events and always_open(self.engine, query):
            found.append(nothing_known(self.columns))
        return " OR ".join(f"({one})" for one in found)

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
        engine.make("cut_lists", f"SELECT number, list(instant) AS cuts FROM (SELECT {cal.place_sql('jurisdiction', 'zone')} AS number, instant FROM cuts) AS c GROUP BY number")
        resolver = Resolver(folded, place=query.place)
        engine.table("regimes", resolver.regime_columns(), resolver.regime_rows())
        engine.table("norms", {"number": "BIGINT", "regime": "BIGINT", "role": "VARCHAR", "bit": "BIGINT", "norm": "VARCHAR"}, resolver.norm_rows())
        self.norm_names = resolver.norm_names
        masks = np.array([resolver.asked_masks(r, query.words) for r in range(len(folded.regimes))], dtype=np.int64).reshape(-1, query.words)
        regime = np.array(list(folded.regime_of.values()), dtype=np.int64)
        number = np.array([folded.number_of(*where) for where in folded.regime_of], dtype=np.int64)
        engine.arrow("regime_of", numbers_table({"number": number, "regime": regime, **{f"mask_{w}": masks[regime, w] for w in range(query.words)}}))
        uses = self._uses(query)
        places = [(a, folded.jurisdiction_of[a.agency, a.facility]) for a in folded.agencies]
        engine.table(
            "agency_of",
            {"agency": "VARCHAR", "facility": "VARCHAR", "jurisdiction": "BIGINT", "zone_number": "BIGINT", "uses": "BIGINT"},
            ((a.agency, a.facility, j, cal.zone_number(a.zone), uses[j]) for a, j in places),
        )

    def _days(self, prefix: str, cal: Calendars, limits: Mapping[int, tuple[int, int]]) -> None:
        """The tables ``days`` and ``windows`` of some calendars, the latter with the ends of limits, each a calendar and
        seconds: breaks ``e<limit>_1``, ``_2`` and shifts ``e<limit>_a``, ``_b``, ``_c`` of ``Calendars.ends``."""
        import pyarrow as pa

        days = cal.days(self.folded.epoch, self._known_index)
        flat = dict(zip(cal.day_columns(), np.concatenate(days).T, strict=True))
        zones = np.repeat(np.arange(len(days)), [len(rows) for rows in days])
        self.engine.arrow(f"{prefix}days", numbers_table({**flat, "zone": zones}))
        number, split, *places = cal.splits(days)
        windows = {"number": number, "split": split}
        for side, place in zip("ab", places, strict=True):
            windows |= {f"{c}_{side}": values[place] for c, values in flat.items()}
        for limit, (calendar, seconds) in limits.items():
            windows |= {f"e{limit}_{part}": values for part, values in zip("12abc", cal.ends(days, calendar, seconds), strict=True)}
        nowhere = numbers_table({"number": np.array([NOWHERE])})
        self.engine.arrow(f"{prefix}windows", pa.concat_tables([nowhere, numbers_table(windows)], promote_options="default"))

    def _far_tables(self) -> Calendars:
        """Days as far ahead as a condition on the years since a conviction can reach."""
        ahead = 366 * (max(self.lawbook.conviction_years, default=0) + 1) if "f_conviction_date" in self.columns else 0
        far = replace(self.calendars, excluding=(), last=min(self.calendars.last + ahead, date(2399, 1, 1).toordinal()))
        if any(far.zone_number(z) != self.calendars.zone_number(z) for z in far.zones):
            raise AssertionError("zones are one in the calendar and not in the longer one")
        self._days("far_", far, {})
        return far

    def _known_index(self, day: int) -> int:
        return 0 if self.known_at is not None else max(0, sum(1 for d in self.folded.known if d <= day) - 1)

    def _uses(self, query: Query) -> list[int]:
        """For each jurisdiction, which limits any of its regimes has, as bits."""
        place = {spec: 1 << i for i, spec in enumerate(query.specs)}
        limits = [{bit.spec for bit in regime.forbids if bit.spec is not None} for regime in self.folded.regimes]
        found = [0] * max(1, len(self.folded.jurisdictions))
        for j, regime in {(j, regime) for (j, _, _), regime in self.folded.regime_of.items()}:
            found[j] |= sum(place[spec] for spec in limits[regime])
        return found

    def _query(self, shape: Shape, far: Calendars | None = None) -> Query:
        """The query for rows of a shape; with ``far`` calendars about all changes of law after the moment of a row."""
        return Query(self.folded, self.calendars, shape, far=far, columns=self.columns, one_known=self.known_at is not None, events=self.parts.event_kinds, timeline=self.options.timeline, only_classes=self.options.only_classes, times=self.times)

    def _unmatched(self) -> str:
        nulls = ", ".join(f"CAST(NULL AS BIGINT) AS {c}" for c in ("due_lo", "due_hi", "hold_until", "over_least", "over_most", "open_least", "open_most", "later_over_least", "later_over_most"))
        return (
            f'SELECT row, "at", CAST(NULL AS VARCHAR) AS outcome, CAST(NULL AS VARCHAR) AS open_because, {nulls}, '
            "'unknown' AS class, CAST(NULL AS VARCHAR) AS deciding_norm, 'agency' AS missing,"
            " 'no agency could be matched' AS problem FROM stays WHERE agency IS NULL"
            f" UNION ALL SELECT s.row, s.\"at\", CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), {nulls}, 'unknown', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), '{TOO_MANY}'"
            " FROM stays AS s LEFT JOIN shape_of AS h ON h.row = s.row WHERE s.agency IS NOT NULL AND h.row IS NULL"
        )


def _one_by_one(answering: Answering, parts: Iterable[Part], do: Callable[[Answering, Part], None]) -> Generator[Part]:
    for part in parts:
        do(answering, part)
        yield part


def _side_by_side(answering: Sequence[Answering], parts: Sequence[Part], do: Callable[[Answering, Part], None]) -> Generator[Part]:
    """The parts as they end. Closed early, it stops what is being worked out."""
    idle: SimpleQueue[Answering] = SimpleQueue()
    for one in answering:
        idle.put(one)

    def work_out(part: Part) -> Part:
        one = idle.get()
        try:
            do(one, part)
        finally:
            idle.put(one)
        return part

    with ThreadPoolExecutor(len(answering)) as pool:
        begun = [pool.submit(work_out, part) for part in parts]
        try:
            for ended in as_completed(begun):
                yield ended.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            # One that is between two statements does not notice, and is told again.
            while running := [one for one in begun if not one.done()]:
                for one in answering:
                    one.engine.interrupt()
                wait(running, timeout=0.1)
            raise
