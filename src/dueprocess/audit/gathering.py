"""All that a report tells, counted once. What of it may be published: see ``publishing``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from dueprocess.audit import changes as law_changes
from dueprocess.audit import numbers
from dueprocess.audit.crossing import Crossed
from dueprocess.audit.ends import END, by_end
from dueprocess.audit.exposure import Assumptions, exposure, groups_in, range_of
from dueprocess.audit.issuance import issuance
from dueprocess.audit.numbers import CLASSES, Row, Table
from dueprocess.audit.single import prepared_info
from dueprocess.audit.undecided import contradictions, missing_sets, open_stays, undecided
from dueprocess.law import Lawbook

MOST_WORST = 20


@dataclass(frozen=True)
class Gathered:
    """The numbers of one audit. ``classes`` names the columns in which every table by class is told."""

    info: Mapping[str, Any]
    total: Row
    persons: Row
    agencies: Table
    months: Table
    period: str
    periods: Table
    reasons: Table
    lengths: Table
    quantiles: Row
    worst: Table
    undecided: Table
    open: Row
    bail: Row
    mandate: Row
    columns: Mapping[str, Table]
    problems: Table
    contradictions: Table
    changes: Sequence[law_changes.Change]
    rests: Mapping[str, Any]
    issuance: Mapping[str, Any]
    exposure: Mapping[str, Any] | None
    bare: Row | None = None
    """The whole file without the assumptions of its map; None where it has none."""
    classes: Sequence[str] = CLASSES
    public: bool = False
    together: Mapping[str, Any] = field(default_factory=dict)
    """Table -> the classes of its rows that print none, for all of them (public only)."""
    classes_of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Table -> its classes, where they are fewer than ``classes`` (public only)."""
    days: tuple[date | None, date | None] = (None, None)
    possible_reasons: Table = field(default_factory=list)
    ends: Table = field(default_factory=list)
    missing_sets: Table = field(default_factory=list)
    """What open stays lack together; nothing of it is published."""
    crossed: Crossed | None = None
    """The stays by all values at once, where they are to be published."""

    def classes_in(self, table: str) -> Sequence[str]:
        """The classes in which a table is told: ``agencies``, ``periods``, ``by race``."""
        return self.classes_of.get(table, self.classes)


def gather(
    prepared: Path,
    results: Path,
    *,
    lawbook: Lawbook,
    law_known_at: date | None,
    today: date,
    by: Sequence[str] = (),
    bare: tuple[Path, Path] | None = None,
    crossed: bool = False,
) -> Gathered:
    """Count everything. ``bare`` are the tables and results without the map's assumptions; ``law_known_at`` None is
    "as known then"; ``crossed`` counts also what ``publishing.published`` needs."""
    with numbers.opened(prepared, results) as link:
        agencies = numbers.by_agency(link)
        stays_of = {r["key"]: r["stays"] for r in agencies if r["key"]}
        span = numbers.fetch(link, "SELECT min(day) AS low, max(day) AS high FROM a")[0]
        period, periods = numbers.by_period(link)
        reasons = [{**r, **(law_changes.told(lawbook, r["norm"]) if r["norm"] else {})} for r in numbers.by_reason(link)]
        marked = [] if span["low"] is None else law_changes.changes(lawbook, stays_of, low=span["low"], high=span["high"], known_at=law_known_at or today)
        found = Gathered(
            info=prepared_info(prepared),
            total=numbers.total(link),
            persons=numbers.persons(link),
            agencies=agencies,
            months=numbers.by_month(link),
            period=period,
            periods=periods,
            reasons=reasons,
            lengths=numbers.lengths(link),
            quantiles=numbers.quantiles(link),
            worst=numbers.worst(link, MOST_WORST),
            undecided=undecided(link),
            missing_sets=missing_sets(link),
            open=open_stays(link),
            bail=numbers.bail(link),
            mandate=numbers.under_mandate(link),
            columns={name: numbers.by_column(link, name) for name in by},
            problems=numbers.problems(prepared),
            contradictions=contradictions(link),
            changes=marked,
            rests=law_changes.rests_on(lawbook, [r["norm"] for r in reasons if r["norm"]], stays_of),
            issuance=issuance(link, prepared, lawbook=lawbook, law_known_at=law_known_at),
            exposure=switchable(groups_in(link, "a")),
            days=(span["low"], span["high"]),
            possible_reasons=[{**r, **(law_changes.told(lawbook, r["norm"]) if r["norm"] else {})} for r in numbers.by_reason(link, "possible")],
            ends=by_end(link),
        )
        if crossed:
            names, rows = numbers.crossed(link, period=period, by=by, bare=bare[1] if bare else None, more={"end": END})
            found = replace(found, crossed=Crossed(names, tuple(rows), len(numbers.BAND_LABELS)))
        return found if bare is None else replace(found, bare=numbers.total_without(link, *bare))


def switchable(groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The exposure, with the range under every combination of the choices: ``ranges``, the last assumption fastest."""
    # Where no stay is certain, every range over certain ones is nothing: what is told then counts the possible ones too.
    none_certain = not groups.get("certain", {}).get("stays") and bool(groups.get("possible", {}).get("stays"))
    found = exposure(groups, Assumptions(include="certain_and_possible" if none_certain else "certain"))
    keys = [a["key"] for a in found["assumptions"]]
    choices = [[c["key"] for c in a["choices"]] for a in found["assumptions"]]
    ranges = [range_of(groups, Assumptions(**dict(zip(keys, values, strict=True)))) for values in product(*choices)]
    return {**found, "ranges": ranges}
