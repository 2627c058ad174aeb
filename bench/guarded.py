"""Questions answered by regimes and by one guarded CASE a norm and place, both from the same table of facts.

The table has a row for each question: the agency and the local day, each boolean fact that some condition reads (null
where it is unknown), the number that one compares, and for each limit whether it has run out. What is timed, on either
side, is all from there to the outcome and the deciding norm: the law of the place and day, the conditions, the norm.
How the facts came to be (times, papers, clocks) is the same for both and is not timed.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bench.by_hand import OUT, Guarded, decided
from bench.jobs import KNOWN_AT
from bench.measure import interleaved
from bench.scale import made
from dueprocess.batch import Options, run_batch, running
from dueprocess.batch.engines import DuckEngine, numbers_table
from dueprocess.batch.folding import Atom, Folded
from dueprocess.batch.resolve import Resolver
from dueprocess.batch.sqltext import packed, stated
from dueprocess.law import load_lawbook
from dueprocess.terms.codes import comparison_sql

ROUNDS = 3
MEMORY = "6GB"
"""Enough for ten million questions and both sides' answers, so that neither is slowed by what does not fit."""


class _Whole(Resolver):
    """A run's resolver, for which every law asks everything: so that a question has all its facts."""

    def asked_masks(self, regime: int, words: int) -> list[int]:
        found = [0] * words
        for word, shift in self.place.values():
            found[word] |= 3 << shift
        return found


class _Compared(Exception):
    """Both sides have answered; the rest of the run is of no interest."""


def _column(atom: Atom, folded: Folded) -> str:
    """The column of the table of questions that holds what an atom asks, unless it is a comparison."""
    if atom.kind == "ended":
        assert atom.spec is not None
        return f"over_{folded.specs.index(atom.spec)}"
    if atom.kind == "determined":
        return f"determined_{atom.name}"
    return f"stated_{atom.name}" if atom.name in folded.declared else atom.name


class _Questions(DuckEngine):
    """DuckDB; once a part's questions are there it makes the table of them, answers it each way, and stops the run."""

    folded: ClassVar[Folded]
    resolver: ClassVar[Resolver]
    found: ClassVar[dict[str, Any]] = {}

    def make(self, name: str, sql: str, **options: Any) -> None:
        super().make(name, sql, **options)
        if name == "moments":
            self._table()
            self._compare()
            raise _Compared

    def _table(self) -> None:
        """The table ``asked``."""
        place = self.resolver.place
        if self.rows("SELECT (SELECT count(*) FROM part) <> (SELECT count(*) FROM stays)")[0][0]:
            raise RuntimeError("the rows are not all in one part")
        words = range(1 + max(word for word, _ in place.values()))
        candidates = [c.removesuffix("_0_0") for c in self.columns("moments") if c.endswith("_0_0")]
        parts = " UNION ALL ".join(f"SELECT row, moment, {', '.join(f'{c}_{w}_0 AS w_{w}' for w in words)} FROM moments WHERE {c}_0_0 >= 0" for c in candidates)
        facts = [f"CASE w_{w} // {1 << shift} % 4 WHEN 2 THEN TRUE WHEN 0 THEN FALSE END AS {_column(a, self.folded)}" for a, (w, shift) in place.items() if a.kind != "compared"]
        facts += [f"s.f_{fact} AS {fact}" for fact in sorted({fact for a in place if a.kind == "compared" for fact in a.facts})]
        super().make(
            "asked",
            f"SELECT row_number() OVER () AS question, s.agency, CAST(timezone(s.zone, to_timestamp(m.moment)) AS DATE) AS day, {', '.join(facts)}"
            f" FROM ({parts}) AS m JOIN stays AS s ON s.row = m.row",
        )
        # It would only take room.
        self.drop(["moments"])

    def _compare(self) -> None:
        folded = self.folded
        hand = {once: Guarded(folded, self.resolver.norm_names, once=once) for once in (False, True)}
        texts = {once: query.sql("asked") for once, query in hand.items()}
        # What neither side can go below: to read every value of the table once.
        sums = ", ".join(f"sum(CAST({c} AS INT))" for c in self.columns("asked") if c not in ("question", "agency", "day"))
        read = f"SELECT sum(question), max(agency), max(day), {sums} FROM asked"
        tables = {"read": {"read": read}, "guarded": {"guarded": texts[False]}, "once": {"once": texts[True]}, "regimes": self._regimes()}
        processor: dict[str, list[float]] = {side: [] for side in tables}

        def answered(side: str) -> float:
            before = time.process_time()
            seconds = self._timed(tables[side])
            processor[side].append(time.process_time() - before)
            return seconds

        seconds = interleaved({side: partial(answered, side) for side in tables}, rounds=ROUNDS)
        same = "h.out = o.out AND h.decided IS NOT DISTINCT FROM o.decided"
        differ = [self.rows(f"SELECT count(*) FILTER (NOT coalesce({same}, FALSE)) FROM {h} AS h FULL JOIN regimes_say AS o ON o.question = h.question")[0][0] for h in ("guarded", "once")]
        type(self).found = {
            **seconds, "processor": processor, "branches": hand[False].branches, "conditions": len(hand[False].conditions),
            "asked": self.rows("SELECT count(*) FROM asked")[0][0], "differ": sum(differ),
        }  # fmt: skip

    def _regimes(self) -> Mapping[str, str]:
        """The tables that the regimes make one after another, with the query of each. The last is ``regimes_say``."""
        folded, resolver = self.folded, Resolver(self.folded, place=self.resolver.place)
        words = range(1 + max(word for word, _ in resolver.place.values()))
        masks = np.array([resolver.asked_masks(r, len(words)) for r in range(len(folded.regimes))], dtype=np.int64)
        regime = np.array(list(folded.regime_of.values()), dtype=np.int64)
        number = np.array([folded.number_of(*where) for where in folded.regime_of], dtype=np.int64)
        self.arrow("law_of", numbers_table({"number": number, "regime": regime, **{f"mask_{w}": masks[regime, w] for w in words}}))
        first, last = self.rows("SELECT min(date_diff('day', DATE '0001-01-01', day)) + 1, max(date_diff('day', DATE '0001-01-01', day)) + 1 FROM asked")[0]
        days = np.arange(first, last + 1)
        self.arrow("days_asked", numbers_table({"ordinal": days, "epoch": np.array([folded.epoch(int(d)) for d in days])}))
        super().make("epoch_of", "SELECT DATE '0001-01-01' + CAST(ordinal - 1 AS INT) AS day, epoch FROM days_asked")
        rare = {w: sum(3 << shift for a, (word, shift) in resolver.place.items() if word == w and a in folded.rare) for w in words}

        def code(atom: Atom, shift: int) -> str:
            if atom.kind == "compared":
                return packed(comparison_sql(atom.tree, value=lambda name: name), shift)
            return stated(_column(atom, folded), unit=1 << shift)

        def word(w: int, *, few: bool) -> str:
            return " + ".join(code(a, shift) for a, (at, shift) in resolver.place.items() if at == w and (a in folded.rare) == few) or "0"

        # As in a run: what many rows' law asks is packed first, what that of few asks only there.
        common = ", ".join(f"CAST({word(w, few=False)} AS BIGINT) AS w_{w}" for w in words)
        asked = ", ".join(f"CAST(q.w_{w} + CASE WHEN g.mask_{w} & {rare[w]} <> 0 THEN {word(w, few=True)} ELSE 0 END AS BIGINT) & g.mask_{w} AS w_{w}" for w in words)
        kept = ", ".join(f"w_{w}" for w in words)
        bit = decided("bit_0", "bit_1", "bit_2")
        role = decided("'forbid'", "'permit'", "'require'")
        same = " AND ".join(["a.regime = q.regime", *(f"a.w_{w} = q.w_{w}" for w in words)])
        return {
            "ruled": f"SELECT q.question, g.regime, {asked} FROM (SELECT *, {common} FROM asked) AS q JOIN agency_of AS a ON a.agency = q.agency JOIN epoch_of AS d ON d.day = q.day"
            f" JOIN law_of AS g ON g.number = {folded.number_sql('a.jurisdiction', 'd.epoch', '0')}",
            "resolved": f"SELECT r.regime, {kept}, r.out, n.number AS decided FROM (SELECT *, {bit} AS bit, {role} AS role FROM"
            f" (SELECT *, {OUT} AS out FROM ({resolver.sql(f'(SELECT DISTINCT regime, {kept} FROM ruled)')}) AS r) AS r) AS r"
            " LEFT JOIN norms AS n ON n.regime = r.regime AND n.role = r.role AND n.bit = r.bit",
            "regimes_say": f"SELECT question, out, decided FROM ruled AS q JOIN resolved AS a ON {same}",
        }

    def _timed(self, tables: Mapping[str, str]) -> float:
        """Seconds to make some tables."""
        self.drop(tables)
        start = time.perf_counter()
        for name, sql in tables.items():
            super().make(name, sql)
        return time.perf_counter() - start


def guarded(folder: Path, out: Path, *, times: int = 1) -> dict[str, Any]:
    """Every question of a prepared folder's rows answered by guarded CASEs (``guarded``; ``once``: each different condition
    is worked out first, once a row) and by ``regimes``, with the seconds of each round, and those of ``processor`` time, and of a query that
    only reads the table of facts (``read``); branches, different conditions, questions asked, and how many answers differ. ``times`` as many
    authorities as the shipped lawbook has are the law, made up beyond those."""
    kept = running.DuckEngine, running.Resolver

    def noting(folded: Folded, *, place: Any) -> Resolver:
        _Questions.folded, _Questions.resolver = folded, _Whole(folded, place=place)
        return _Questions.resolver

    running.DuckEngine, running.Resolver = _Questions, noting  # type: ignore[misc, assignment]
    try:
        with suppress(_Compared), tempfile.TemporaryDirectory() as made_up:
            lawbook = load_lawbook(made(Path(made_up), times=times).law)
            run_batch(folder, lawbook=lawbook, law_known_at=KNOWN_AT, out=out, options=Options(timeline=False, memory=MEMORY))
    finally:
        running.DuckEngine, running.Resolver = kept  # type: ignore[misc]
    return _Questions.found
