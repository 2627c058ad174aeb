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

import numpy as np

from dueprocess import __version__
from dueprocess.batch.asked import OUT_MAY, OUT_MUST, OUT_REVIEW
from dueprocess.batch.calendars import NOWHERE, Calendars, calendars
from dueprocess.batch.engines import DuckEngine, Engine, numbers_table
from dueprocess.batch.folding import Agency, Folded
from dueprocess.batch.missing import Missing, wanted, wants_sql
from dueprocess.batch.outcomes import BECAUSE, MAYBE, Outcomes
from dueprocess.batch.parts import TOO_MANY, Parts, Rows
from dueprocess.batch.query import PLAIN_LOOKS, Query
from dueprocess.batch.resolve import Resolver
from dueprocess.batch.shape import Shape
from dueprocess.batch.sqltext import quoted, words
from dueprocess.batch.survey import NO_DAYS, Told, survey
from dueprocess.kernel.canonical import content_hash
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import midnight
from dueprocess.law import Lawbook
from dueprocess.places import load_places

_FORMAT = 2
"""Of the parts in a work folder: raised when what they hold changes, so that a stopped run of an older program begins anew."""
PART_ROWS, PART_ROWS_AT = 3_000_000, 12_000_000
"""Rows of a part; the second where only outcomes are asked, which takes less memory a row."""
RESULT_COLUMNS = (
    "row", '"at"', "outcome", "open_because", "due_lo", "due_hi", "hold_until", "over_least", "over_most", "open_least",
    "open_most", "later_over_least", "later_over_most", "class", "deciding_norm", "missing", "problem",
)  # fmt: skip

ONLY_CLASSES = ("row", '"at"', "over_least", "over_most", "class", "problem")
"""The columns of a result that are given where only classes are asked."""


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
        self._far: Calendars | None = None
        self._once: set[str] = set()
        """The stages made so far."""
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
        parts = self.parts.among()
        if not self.options.timeline and [count for *_, count in parts] == [total]:
            self._at_once(*parts[0][:2], out, total)
            return
        done = 0
        files = []
        for shape, rows, path, count in parts:
            if not path.exists():
                self.engine.expect(count)
                self._part(shape, rows, path)
            files.append(path)
            done += count
            if self.options.progress:
                self.options.progress(done, total)
        self.engine.expect(total)
        if files:
            self.engine.parquet("parts", *files)
            if self.options.timeline and len(files) == 1:
                # Of one file DuckDB knows which columns lack nothing, and would write them as such, in a schema that turns on the data.
                none = self.work / "part-none.parquet"
                self.engine.write("SELECT * FROM parts WHERE FALSE", none)
                self.engine.parquet("parts", *files, none)
            self._ends_of_holds(total)
        others = done < total or not files
        # Rows of a timeline are sorted before they are named; parts of outcomes are, each, and lie one after another.
        self._finish(self._answered(bool(files), others=others), out, total, in_order=not others and (self.options.timeline or self.parts.whole))

    def _at_once(self, shape: Shape, rows: Rows, out: Path, total: int) -> None:
        """All rows in one part: its outcomes are the results, written once. They are sorted while they are narrow."""
        self._answer(shape, rows, "")
        self._finish(f"({Outcomes.named(f'({self._at} ORDER BY row)', self.norm_names)})", out, total, in_order=True)
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

    def _ends_of_holds(self, total: int) -> None:
        """The table ``ends`` (row, hold_until): until when each hold would last, whenever the person left. That takes in
        all that comes later, changes of law too, and is asked only of the rows that are holds."""
        held = f"out IN ({OUT_MAY}, {OUT_MUST})"
        self.engine.make("ends", 'SELECT row, "at" AS hold_until FROM stays WHERE FALSE', view=True)
        count = int(self.engine.rows(f"SELECT count(*) FROM parts WHERE {held}")[0][0]) if self.options.timeline and not self.options.only_classes else 0
        if not count:
            return
        # Of few rows many stretches are asked at once; a quarter as many as of others, since each has more instants.
        size = self.parts.size * max(1, total // (4 * count))
        self._far_tables()
        files = []
        for shape, rows, path, few in self.parts.among(f"row IN (SELECT row FROM parts WHERE {held})", size=size):
            target = path.with_name("ends-" + path.name)
            if not target.exists():
                self.engine.expect(few)
                self._answer(shape, rows, "later", all_cuts=True)
                self.engine.write("SELECT row, hold_until FROM later", target)
            files.append(target)
        self.engine.parquet("ends", *files)

    def _finish(self, answered: str, out: Path, total: int, *, in_order: bool) -> None:
        """Write the results of a query ``answered``."""
        self.engine.write_sorted(f"SELECT {', '.join(f'a.{c}' for c in RESULT_COLUMNS)} FROM {answered} AS a", out, in_order=in_order)
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

    def _far_tables(self) -> None:
        """Days as far ahead as a condition on the years since a conviction can reach."""
        if self._far:
            return
        ahead = 366 * (max(self.lawbook.conviction_years, default=0) + 1) if "f_conviction_date" in self.columns else 0
        self._far = replace(self.calendars, excluding=(), last=min(self.calendars.last + ahead, date(2399, 1, 1).toordinal()))
        if any(self._far.zone_number(z) != self.calendars.zone_number(z) for z in self._far.zones):
            raise AssertionError("zones are one in the calendar and not in the longer one")
        self._days("far_", self._far, {})

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

    def _query(self, shape: Shape, *, all_cuts: bool = False) -> Query:
        events = self.parts.event_kinds if shape.papers or shape.grounds or shape.detainers or self.parts.event_kinds else ()
        return Query(self.folded, self.calendars, shape, far=self._far if all_cuts else None, columns=self.columns, one_known=self.known_at is not None, events=events, timeline=self.options.timeline, only_classes=self.options.only_classes, times=self.times)

    def _part(self, shape: Shape, rows: Rows, path: Path) -> None:
        if not self.options.timeline:
            self._answer(shape, rows, "")
            self.engine.write(self._at, path, by_row=True)
            return
        missing = self._answer(shape, rows, "found")
        if self.options.only_classes:
            self.engine.write(f"SELECT {', '.join(ONLY_CLASSES)} FROM found", path)
            return
        self._name_missing(missing)
        nothing = f"r.problem IS NOT NULL OR (r.class NOT IN ({', '.join(map(str, MAYBE))}) AND r.out <> {OUT_REVIEW})"
        fact, law, duty = (BECAUSE.index(name) for name in ("fact", "law", "duty"))
        self.engine.write(
            f"SELECT r.row, r.\"at\", r.out, CASE WHEN r.out = {OUT_REVIEW} THEN CASE WHEN r.standing = 1 THEN {fact} WHEN r.duty = 1 THEN {duty} WHEN r.by_facts = 1 THEN {fact} ELSE {law} END END AS because,"
            " r.due_lo, r.due_hi, r.over_least, r.over_most, r.open_least, r.open_most, r.later_over_least, r.later_over_most, r.class, r.decided, w.names AS missing, r.problem"
            f" FROM (SELECT r.*, o.by_facts, CASE WHEN {nothing} THEN 0 ELSE {wants_sql('coalesce(o.number, 0)', 'r')} END AS wants FROM found AS r LEFT JOIN missing_of AS o ON o.row = r.row) AS r"
            " JOIN wanted AS w ON w.number = r.wants",
            path,
        )

    def _name_missing(self, missing: Missing) -> None:
        """The tables ``missing_of`` (row, number, by_facts) of the open rows, and ``wanted`` (number, names) of what a row is in want of."""
        engine = self.engine
        engine.table("probe_of", dict.fromkeys(("atom", "word", "power", "delta"), "BIGINT"), missing.probe_rows())
        for name, sql in missing.stages():
            engine.make(name, sql)
        masks = ", ".join(f"mask_{m}" for m in missing.masks)
        found = sorted(engine.rows(f"SELECT DISTINCT {masks}, parts FROM open_masks"))
        engine.table("mask_names", {"number": "BIGINT", **{f"mask_{m}": "BIGINT" for m in missing.masks}, "parts": "BIGINT"}, ((n, *r) for n, r in enumerate(found, start=1)))
        engine.table("wanted", {"number": "BIGINT", "names": "VARCHAR"}, wanted([missing.names(tuple(r[:-1]), r[-1]) for r in found]))
        same = " AND ".join(f"n.mask_{m} = o.mask_{m}" for m in missing.masks)
        engine.make("missing_of", f"SELECT o.row, n.number, o.by_facts FROM open_masks AS o JOIN mask_names AS n ON {same} AND n.parts = o.parts")

    def _answer(self, shape: Shape, chosen: Rows, target: str, *, all_cuts: bool = False) -> Missing:
        query = self._query(shape, all_cuts=all_cuts)
        engine = self.engine
        among = f" WHERE x.{chosen.within}"
        if chosen.listed is not None:
            engine.make("chosen", chosen.listed)
            among = f" JOIN chosen AS c ON c.row = x.row{among}"
        stages = query.stages()
        named = words(" ".join(sql for _, sql, _ in stages))
        columns = ", ".join(f"x.{quoted(c)}" for c in self.columns if c in named)
        engine.make("part", f"SELECT {columns} FROM stays AS x{among}{f' AND {chosen.test}' if chosen.test else ''}", view=not chosen.few)
        for name, asked in (("papers", shape.papers + shape.detainers), ("grounds", shape.grounds), ("events", len(query.events))):
            if asked:
                engine.make(f"side_{name}", f"SELECT x.* FROM {name} AS x{among}")
        outcomes = Outcomes(query)
        for name, sql, view in stages:
            if name in PLAIN_LOOKS and name in self._once:
                continue
            self._once.add(name)
            engine.make(name, sql, view=view)
        if query.timeline:
            # The largest table but one; nothing that follows reads it.
            engine.drop(["epochs"])
        engine.make("situations", outcomes.situations())
        engine.make("questions", outcomes.questions())
        resolver = Resolver(self.folded, place=query.place)
        question = ", ".join(f"w_{w}" for w in range(query.words))
        engine.make("answers", f"SELECT regime, {question}, favor, against, bit_0, bit_1, bit_2 FROM ({resolver.sql('questions')}) AS r")
        engine.make("judged_situations", outcomes.judged_situations())
        engine.make("judged", outcomes.judged(), view=True)
        if query.timeline:
            engine.make(target, outcomes.results())
        else:
            self._at = outcomes.results_at()
        return Missing(query, resolver)

    def _unmatched(self) -> str:
        nulls = ", ".join(f"CAST(NULL AS BIGINT) AS {c}" for c in ("due_lo", "due_hi", "hold_until", "over_least", "over_most", "open_least", "open_most", "later_over_least", "later_over_most"))
        return (
            f'SELECT row, "at", CAST(NULL AS VARCHAR) AS outcome, CAST(NULL AS VARCHAR) AS open_because, {nulls}, '
            "'unknown' AS class, CAST(NULL AS VARCHAR) AS deciding_norm, 'agency' AS missing,"
            " 'no agency could be matched' AS problem FROM stays WHERE agency IS NULL"
            f" UNION ALL SELECT s.row, s.\"at\", CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), {nulls}, 'unknown', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), '{TOO_MANY}'"
            " FROM stays AS s LEFT JOIN shape_of AS h ON h.row = s.row WHERE s.agency IS NOT NULL AND h.row IS NULL"
        )


