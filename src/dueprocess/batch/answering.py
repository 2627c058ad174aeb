"""The parts of a run, one after another, each from its rows to a file, by an engine that keeps its tables to itself."""

from __future__ import annotations

from collections.abc import Callable

from dueprocess.batch.asked import OUT_REVIEW
from dueprocess.batch.calendars import Calendars
from dueprocess.batch.engines import Engine
from dueprocess.batch.missing import Missing, wanted, wants_sql
from dueprocess.batch.outcomes import BECAUSE, HELD, MAYBE, Outcomes
from dueprocess.batch.parts import Part
from dueprocess.batch.query import PLAIN_LOOKS, Query
from dueprocess.batch.resolve import Resolver
from dueprocess.batch.shape import Shape
from dueprocess.batch.sqltext import quoted, words

ONLY_CLASSES = ("row", '"at"', "over_least", "over_most", "class", "problem")
"""The columns of a part where only classes are asked."""

LARGE = ("moments", "found", "open_rows", "open_masks", "missing_of")
"""Tables with a row, or several, for each row of a part."""


class Answering:
    """Answers parts by an ``engine`` that sees the tables of a run; ``query`` writes the query for rows of a shape (and for
    calendars as far ahead as changes of law are asked about, if they are)."""

    def __init__(self, engine: Engine, query: Callable[[Shape, Calendars | None], Query]) -> None:
        self.engine = engine
        self._query = query
        self._once: set[str] = set()
        """The stages made so far."""

    def at(self, part: Part) -> str:
        """A query for the outcomes of a part at the moments of its rows; it reads tables that are made."""
        query = self._query(part.shape, None)
        self._answer(part, query, "")
        return Outcomes(query).results_at()

    def write(self, part: Part) -> None:
        """The answers to a part, as its file."""
        query = self._query(part.shape, None)
        if not query.everything:
            self.engine.write(self.at(part), part.path, by_row=True)
        else:
            self._write(part, query)
        # They would take room from the next part, and from sorting.
        self.engine.drop(LARGE)

    def _write(self, part: Part, query: Query) -> None:
        missing = self._answer(part, query, "found")
        if query.only_classes:
            self.engine.write(f"SELECT {', '.join(ONLY_CLASSES)} FROM found", part.path)
            return
        if self.engine.rows(f"SELECT count(*) FROM found WHERE {HELD}")[0][0]:
            # Until when they last is asked later, of all parts' together, which then need not be looked for in the input.
            self.engine.write(f"SELECT x.* FROM part AS x JOIN found AS f ON f.row = x.row WHERE f.{HELD}", part.held)
        self._name_missing(missing)
        nothing = f"r.problem IS NOT NULL OR (r.class NOT IN ({', '.join(map(str, MAYBE))}) AND r.out <> {OUT_REVIEW})"
        fact, law, duty = (BECAUSE.index(name) for name in ("fact", "law", "duty"))
        self.engine.write(
            f"SELECT r.row, r.\"at\", r.out, CASE WHEN r.out = {OUT_REVIEW} THEN CASE WHEN r.standing = 1 THEN {fact} WHEN r.duty = 1 THEN {duty} WHEN r.by_facts = 1 THEN {fact} ELSE {law} END END AS because,"
            " r.due_lo, r.due_hi, r.over_least, r.over_most, r.open_least, r.open_most, r.later_over_least, r.later_over_most, r.class, r.decided, w.names AS missing, r.problem"
            f" FROM (SELECT r.*, o.by_facts, CASE WHEN {nothing} THEN 0 ELSE {wants_sql('coalesce(o.number, 0)', 'r')} END AS wants FROM found AS r LEFT JOIN missing_of AS o ON o.row = r.row) AS r"
            " JOIN wanted AS w ON w.number = r.wants",
            part.path,
        )

    def write_ends(self, part: Part, far: Calendars) -> None:
        """Until when each hold of a part would last, as its file."""
        self._answer(part, self._query(part.shape, far), "later")
        self.engine.write("SELECT row, hold_until FROM later", part.path)
        self.engine.drop(LARGE)

    def _name_missing(self, missing: Missing) -> None:
        """The tables ``missing_of`` (row, number, by_facts) of the open rows, and ``wanted`` (number, names) of what a row is in want of."""
        engine = self.engine
        if missing.query.shape.settled:
            # No question of law is open there, so that only times can be wanting.
            engine.make("missing_of", "SELECT row, 0 AS number, 0 AS by_facts FROM found WHERE FALSE")
            engine.table("wanted", {"number": "BIGINT", "names": "VARCHAR"}, wanted([]))
            return
        engine.table("probe_of", dict.fromkeys(("atom", "word", "power", "delta"), "BIGINT"), missing.probe_rows())
        for name, sql in missing.stages():
            engine.make(name, sql)
        masks = ", ".join(f"mask_{m}" for m in missing.masks)
        found = sorted(engine.rows(f"SELECT DISTINCT {masks}, parts FROM open_masks"))
        engine.table("mask_names", {"number": "BIGINT", **{f"mask_{m}": "BIGINT" for m in missing.masks}, "parts": "BIGINT"}, ((n, *r) for n, r in enumerate(found, start=1)))
        engine.table("wanted", {"number": "BIGINT", "names": "VARCHAR"}, wanted([missing.names(tuple(r[:-1]), r[-1]) for r in found]))
        same = " AND ".join(f"n.mask_{m} = o.mask_{m}" for m in missing.masks)
        engine.make("missing_of", f"SELECT o.row, n.number, o.by_facts FROM open_masks AS o JOIN mask_names AS n ON {same} AND n.parts = o.parts")

    def _answer(self, part: Part, query: Query, target: str) -> Missing:
        """The stages from the rows of a part to the table ``judged``, and with a timeline to the table ``target``."""
        engine, shape, chosen = self.engine, part.shape, part.rows
        engine.expect(part.count)
        among = f" WHERE x.{chosen.within}"
        if chosen.listed is not None:
            engine.make("chosen", chosen.listed)
            among = f" JOIN chosen AS c ON c.row = x.row{among}"
        stages = query.stages()
        named = words(" ".join(sql for _, sql, _ in stages))
        columns = ", ".join(f"x.{quoted(c)}" for c in sorted(query.columns) if c in named)
        engine.make("part", f"SELECT {columns} FROM {chosen.source} AS x{among}{f' AND {chosen.test}' if chosen.test else ''}", view=not chosen.few)
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
        resolver = Resolver(query.folded, place=query.place)
        question = ", ".join(f"w_{w}" for w in range(query.words))
        engine.make("answers", f"SELECT regime, {question}, favor, against, bit_0, bit_1, bit_2 FROM ({resolver.sql('questions')}) AS r")
        engine.make("judged_situations", outcomes.judged_situations())
        engine.make("judged", outcomes.judged(), view=True)
        if query.everything:
            engine.make(target, outcomes.results())
        return Missing(query, resolver)
