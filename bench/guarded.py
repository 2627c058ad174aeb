"""The same answers by hand-written means: one guarded CASE branch for each norm and place where it is in force.

The rows' times, papers and codes come from the same stages as ours, so that only what the regimes replace is
compared: finding the law of a row's place and day, evaluating its conditions, and naming the deciding norm. A branch
reads as one would write it: ``WHEN agency LIKE 'us/or/%' AND day >= DATE '1987-07-07' AND <condition> THEN …``, in
the order of rank; a norm of several states has a branch for each.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from bench.jobs import KNOWN_AT, MEMORY
from dueprocess.batch import Options, run_batch, running
from dueprocess.batch.asked import OUT_MAY, OUT_MUST, OUT_RELEASE, OUT_REVIEW
from dueprocess.batch.calendars import Calendars
from dueprocess.batch.engines import DuckEngine
from dueprocess.batch.folding import Bit, Folded
from dueprocess.batch.resolve import NO_RANK, Resolver
from dueprocess.law import load_lawbook

Spans = tuple[tuple[int, int | None], ...]
"""Days (ordinals) from and until which a norm is in force; None has no end within the rows' days."""


def _state(agency: str) -> str:
    return "/".join(agency.split("/")[:2]) + "/"


def _spans(folded: Folded, epochs: Iterable[int]) -> Spans:
    """Neighboring epochs as one span each."""
    found: list[tuple[int, int | None]] = []
    for epoch in sorted(epochs):
        start = folded.cuts[epoch - 1] if epoch else 1
        until = folded.cuts[epoch] if epoch < len(folded.cuts) else None
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], until)
        else:
            found.append((start, until))
    return tuple(found)


class Guarded(Resolver):
    """Resolves ``asked`` (``agency``, ``day``, the words; ``regime`` is 0 and stands for nothing) with a guard on each
    branch instead of the masks of a regime."""

    def __init__(self, folded: Folded, *, place: Any) -> None:
        super().__init__(folded, place=place)
        self.branches = 0

    @cached_property
    def guards(self) -> Mapping[str, list[tuple[Bit, str, str]]]:
        """For each role its (bit, norm, guard), in the order in which they decide."""
        where: dict[tuple[str, Bit, str], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for (jurisdiction, epoch, _), number in self.folded.regime_of.items():
            regime = self.folded.regimes[number]
            listed = [(role, bit, norm) for (role, bit), norm in regime.norms.items()]
            for side, facts in (("affirm", regime.affirms), ("deny", regime.denies)):
                listed += [(f"{side}_{name}", bit, "") for name, bits in facts.items() for bit in bits]
            for key in listed:
                where[key][jurisdiction].add(epoch)
        found: dict[str, list[tuple[Bit, str, str]]] = defaultdict(list)
        for (role, bit, norm), in_force in sorted(where.items(), key=lambda item: (item[0][0], item[0][1].order, item[0][2])):
            spans: dict[Spans, set[int]] = defaultdict(set)
            for jurisdiction, epochs in in_force.items():
                spans[_spans(self.folded, epochs)].add(jurisdiction)
            for days, jurisdictions in sorted(spans.items(), key=str):
                for place in self._places(jurisdictions):
                    found[role].append((bit, norm, f"{place} AND {_during(days)}"))
        return found

    def _places(self, jurisdictions: set[int]) -> list[str]:
        """Conditions that together name the agencies of some jurisdictions: one for all, else one a state."""
        inside: dict[str, list[str]] = defaultdict(list)
        outside: dict[str, list[str]] = defaultdict(list)
        for agency in self.folded.agencies:
            side = inside if self.folded.jurisdiction_of[agency.agency, agency.facility] in jurisdictions else outside
            side[_state(agency.agency)].append(agency.agency)
        if not outside:
            return ["TRUE"]
        found = []
        for state, agencies in inside.items():
            prefix = f"agency LIKE '{state}%'"
            if state not in outside:
                found.append(prefix)
            elif len(agencies) <= len(outside[state]):
                found.append(f"agency IN ({_listed(agencies)})")
            else:
                found.append(f"{prefix} AND agency NOT IN ({_listed(outside[state])})")
        return found

    def regime_columns(self) -> dict[str, str]:
        return {"regime": "BIGINT", "forbid_0": "BIGINT"}

    def _bits(self, bits: list[Bit], prefix: str) -> str:
        return ", ".join(f"0 AS {prefix}{kind}_{w}" for kind in "tp" for w in self.words)

    def _cases(self, word: str, roles: Iterable[str], value: Any) -> str:
        test = "= 2" if word.endswith("t") else ">= 1"
        branches = [b for role in roles for b in self.guards.get(role, ())]
        branches.sort(key=lambda b: (b[0].order, b[1]))
        self.branches += len(branches)
        return " ".join(f"WHEN {guard} AND {self._condition(bit)} {test} THEN {value(bit, norm)}" for bit, norm, guard in branches)

    def _rank(self, word: str, roles: tuple[str, ...]) -> str:
        cases = self._cases(word, roles, lambda bit, _: bit.rank)
        return f"CASE {cases} ELSE {NO_RANK} END" if cases else str(NO_RANK)

    def _any(self, word: str, role: str) -> str:
        cases = self._cases(word, (role,), lambda *_: "TRUE")
        return f"(CASE {cases} ELSE FALSE END)" if cases else "FALSE"

    def _first(self, word: str, role: str) -> str:
        numbers = {norm: i for i, norm in enumerate(self.norm_names)}
        cases = self._cases(word, (role,), lambda _, norm: str(numbers[norm]))
        return f"CASE {cases} END" if cases else "NULL"


_OUT = (
    f"CAST(CASE WHEN favor = against THEN CASE favor WHEN 2 THEN {OUT_MUST} WHEN 1 THEN {OUT_MAY} ELSE {OUT_RELEASE} END"
    f" WHEN greatest(favor, against) <= 0 THEN {OUT_RELEASE} ELSE {OUT_REVIEW} END AS INT)"
)
"""The outcome from both resolutions."""


def _decided(release: str, may: str, must: str) -> str:
    """What belongs to the outcome; null where it is open."""
    return f"CASE out WHEN {OUT_RELEASE} THEN {release} WHEN {OUT_MAY} THEN {may} WHEN {OUT_MUST} THEN {must} END"


def _during(spans: Spans) -> str:
    parts = []
    for start, until in spans:
        bounds = [f"day >= DATE '{date.fromordinal(start)}'"] if start > 1 else []
        bounds += [f"day < DATE '{date.fromordinal(until)}'"] if until is not None else []
        parts.append(" AND ".join(bounds) or "TRUE")
    return "(" + " OR ".join(f"({p})" for p in parts) + ")"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{n}'" for n in names)


class _Watching(DuckEngine):
    """DuckDB, answering each part's questions both ways from the same table of them; the seconds of each are noted."""

    hand: Guarded
    ours: Resolver
    calendars: Calendars
    seconds: ClassVar[dict[str, float]] = {}
    differ = asked = 0

    def make(self, name: str, sql: str, **options: Any) -> None:
        super().make(name, sql, **options)
        if name == "answers":
            self._both()

    def _timed(self, name: str, table: str, sql: str) -> None:
        start = time.perf_counter()
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {sql}")
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def _both(self) -> None:
        run = self.connection.execute
        columns = [r[0] for r in run("DESCRIBE moments").fetchall()]
        words = range(sum(bool(re.fullmatch(r"n_\d+_0", c)) for c in columns))
        found = [m for c in columns if (m := re.fullmatch(r"(q\d+|n)_0_(\d+)", c))]
        parts = [f"SELECT row, moment AS t, {', '.join(f'{m[1]}_{w}_{m[2]} AS w_{w}' for w in words)} FROM moments WHERE {m[0]} >= 0" for m in found]
        # The place, the instant and the local day of each question, as a table of rows has them; not timed.
        run(
            f"CREATE OR REPLACE TEMP TABLE asked AS SELECT row_number() OVER () AS question, 0 AS regime, m.*, s.agency, CAST(timezone(s.zone, to_timestamp(m.t)) AS DATE) AS day"
            f" FROM ({' UNION ALL '.join(parts)}) AS m JOIN stays AS s ON s.row = m.row"
        )
        self._timed("guarded", "by_hand", f"SELECT question, out, {_decided('bit_0', 'bit_1', 'bit_2')} AS decided FROM (SELECT *, {_OUT} AS out FROM ({self.hand.sql('asked')}) AS r) AS r")
        kept = ", ".join(f"w_{w}" for w in words)
        window = self.calendars.number_sql("q.t", "a.zone_number")
        epoch = f"coalesce(CASE WHEN q.t < w.split THEN w.epoch_a ELSE w.epoch_b END, {len(self.ours.folded.cuts)})"
        number = self.ours.folded.number_sql("a.jurisdiction", epoch, "0")
        self._timed(
            "regimes", "ruled",
            f"SELECT q.question, g.regime, {', '.join(f'q.w_{w} & g.mask_{w} AS w_{w}' for w in words)} FROM asked AS q JOIN agency_of AS a ON a.agency = q.agency JOIN windows AS w ON w.number = {window}"
            f" JOIN regime_of AS g ON g.number = {number}",
        )  # fmt: skip
        once = f"(SELECT DISTINCT regime, {kept} FROM ruled)"
        bit = _decided("bit_0", "bit_1", "bit_2")
        role = _decided("'forbid'", "'permit'", "'require'")
        self._timed(
            "regimes", "resolved",
            f"SELECT r.regime, {kept}, r.out, n.number AS decided FROM (SELECT *, {bit} AS bit, {role} AS role FROM (SELECT *, {_OUT} AS out FROM ({self.ours.sql(once)}) AS r) AS r) AS r"
            " LEFT JOIN norms AS n ON n.regime = r.regime AND n.role = r.role AND n.bit = r.bit",
        )  # fmt: skip
        on = " AND ".join(["a.regime = q.regime", *(f"a.w_{w} = q.w_{w}" for w in words)])
        self._timed("regimes", "by_regime", f"SELECT question, out, decided FROM ruled AS q JOIN resolved AS a ON {on}")
        same = "h.out = o.out AND h.decided IS NOT DISTINCT FROM o.decided"
        differ, asked = run(f"SELECT count(*) FILTER (NOT ({same})), count(*) FROM by_hand AS h FULL JOIN by_regime AS o ON o.question = h.question").fetchall()[0]
        type(self).differ += differ
        type(self).asked += asked


def guarded(folder: Path, out: Path) -> dict[str, Any]:
    """Every question of a prepared folder's rows answered by guarded CASEs and by regimes: the seconds of either, those of
    the run around them (without either), branches, questions, and how many answers differ."""
    _Watching.seconds, _Watching.differ, _Watching.asked = {}, 0, 0
    kept = running.DuckEngine, running.Resolver, running.calendars

    def noting(folded: Folded, *, place: Any) -> Resolver:
        # Made before anything is timed, as the text of a query written by hand would be.
        _Watching.hand, _Watching.ours = Guarded(folded, place=place), Resolver(folded, place=place)
        _Watching.hand.sql("asked")
        return _Watching.ours

    def noted(*given: Any, **more: Any) -> Calendars:
        _Watching.calendars = kept[2](*given, **more)
        return _Watching.calendars

    running.DuckEngine, running.Resolver, running.calendars = _Watching, noting, noted  # type: ignore[misc, assignment]
    try:
        run_batch(folder, lawbook=load_lawbook(), law_known_at=KNOWN_AT, out=out, options=Options(timeline=False, memory=MEMORY))
    finally:
        running.DuckEngine, running.Resolver, running.calendars = kept  # type: ignore[misc]
    hand = Guarded(_Watching.hand.folded, place=_Watching.hand.place)
    hand.sql("asked")
    return {"seconds": _Watching.seconds["guarded"], "regimes": _Watching.seconds["regimes"], "branches": hand.branches, "asked": _Watching.asked, "differ": _Watching.differ}
