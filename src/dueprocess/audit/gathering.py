"""All that a report tells, counted once; and the same with what may not be published taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from dueprocess.audit import changes as law_changes
from dueprocess.audit import numbers, protect
from dueprocess.audit.exposure import Assumptions, exposure, groups_of, range_of
from dueprocess.audit.issuance import LABELS, issuance
from dueprocess.audit.numbers import CLASSES, Row, Table
from dueprocess.audit.single import prepared_info
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
) -> Gathered:
    """Count everything. ``bare`` are the tables and results without the map's assumptions; ``law_known_at`` None is
    "as known then"."""
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
            undecided=numbers.undecided(link),
            open=numbers.open_stays(link),
            bail=numbers.bail(link),
            mandate=numbers.under_mandate(link),
            columns={name: numbers.by_column(link, name) for name in by},
            problems=numbers.problems(prepared),
            contradictions=numbers.contradictions(link),
            changes=marked,
            rests=law_changes.rests_on(lawbook, [r["norm"] for r in reasons if r["norm"]], stays_of),
            issuance=issuance(link, prepared, lawbook=lawbook, law_known_at=law_known_at),
            exposure=switchable(groups_of(results, prepared / "stays.parquet")),
            days=(span["low"], span["high"]),
        )
    if bare is not None:
        with numbers.opened(*bare) as link:
            found = replace(found, bare=numbers.total(link))
    return found


def switchable(groups: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The exposure, with the range under every combination of the choices: ``ranges``, the last assumption fastest."""
    # Where no stay is certain, every range over certain ones is nothing: what is told then counts the possible ones too.
    none_certain = not groups.get("certain", {}).get("stays") and bool(groups.get("possible", {}).get("stays"))
    found = exposure(groups, Assumptions(include="certain_and_possible" if none_certain else "certain"))
    keys = [a["key"] for a in found["assumptions"]]
    choices = [[c["key"] for c in a["choices"]] for a in found["assumptions"]]
    ranges = [range_of(groups, Assumptions(**dict(zip(keys, values, strict=True)))) for values in product(*choices)]
    return {**found, "ranges": ranges}


def published(found: Gathered) -> Gathered | None:
    """The same as aggregates for anybody: see ``protect``. None where the whole is too small to be told."""
    groups = protect.joined_classes(found.total)
    if groups is None:
        return None
    together: dict[str, Any] = {}
    classes_of: dict[str, Sequence[str]] = {}

    def safe(name: str, rows: Table, other: str, *, ordered: bool = False) -> Table:
        made, told = protect.best(rows, groups, other=other, ordered=ordered)
        together[name] = made["together"]
        classes_of[name] = tuple(protect.joined_name(g) for g in told)
        return list(made["rows"])

    agencies = safe("agencies", found.agencies, "Other agencies ({n}), told together")
    periods = safe("periods", found.periods, "", ordered=True)
    columns = {n: safe(f"by {n}", rows, "Other values ({n}), told together") for n, rows in found.columns.items()}
    alone = ("certain",) in groups
    bare = found.bare
    if bare is not None:
        # Two counts of the same stays: what differs between them is a cell, too.
        moved = [abs(bare["classes"][c]["stays"] - found.total["classes"][c]["stays"]) for c in CLASSES]
        shown = not any(protect.is_small(m) for m in moved) and protect.joined_classes(bare) == groups
        bare = protect.whole(bare, groups) if shown else None
    certain = found.total["classes"]["certain"]["stays"]
    measures = ("least", "most", "possible") if ("possible",) in groups else ("least", "most")
    assumptions = [{**a, "rows": protect.about(a.get("rows"))} for a in found.info.get("assumptions") or ()]
    return replace(
        found,
        info={**found.info, "assumptions": assumptions},
        total=protect.whole(found.total, groups),
        persons=_people(found.persons),
        agencies=agencies,
        months=periods,
        periods=periods,
        reasons=_reasons(found.reasons, agencies, classes_of["agencies"]) if alone else [],
        lengths=protect.bands(found.lengths, measures) if alone and certain else [],
        quantiles={"n": 0},
        worst=[],
        undecided=[r for r in (_rounded(r) for r in found.undecided) if r["rows"]],
        open={k: protect.about(v) for k, v in found.open.items()},
        bail={"stays": 0},
        mandate={k: protect.about(v) for k, v in found.mandate.items()},
        columns=columns,
        problems=[{**p, "count": protect.about(p["count"]), "first_row": None} for p in found.problems],
        contradictions=[{**c, "stays": protect.about(c["stays"])} for c in found.contradictions],
        issuance=_issuance(found.issuance),
        exposure=_exposure(found.exposure) if alone and certain >= protect.LEAST else None,
        bare=bare,
        classes=tuple(protect.joined_name(g) for g in groups),
        public=True,
        together=together,
        classes_of=classes_of,
    )


def _people(people: Row) -> Row:
    shown = people["persons"] >= protect.LEAST
    return {"stays": people["stays"], "keyed": people["keyed"], "persons": people["persons"] if shown else 0, "unkeyed": 0, "again": None, "classes": {}}


def _rounded(row: Row) -> Row:
    return {**row, **{k: protect.about(row[k]) for k in ("rows", "alone", "unknown", "possible")}, "at_stake": None}


def _reasons(rows: Table, agencies: Table, told: Sequence[str]) -> Table:
    """Reasons with a number of their own; the others joined, with one that is not small.

    A norm that decided at one agency alone tells of that agency, as any local policy does. So it is joined, too, where the
    table of agencies hides that agency's classes, or where what is left of its certain stays would be small.
    """
    shown = {r["key"]: r["classes"] for r in agencies if r["classes"]}
    holding = next((name for name in told if name == "certain" or name.startswith("certain or ")), protect.OTHERS)
    alone: dict[str, Table] = {}
    for row in rows:
        if agencies and len(row["agencies"]) == 1:
            alone.setdefault(row["agencies"][0], []).append(row)
    small = [r for r in rows if protect.is_small(protect.size_of(r)) or (agencies and not any(a in shown for a in r["agencies"]))]
    for agency, own in alone.items():
        own = [r for r in own if r not in small]
        if agency in shown and own and protect.is_small(int(shown[agency][holding]["stays"]) - sum(r["stays"] for r in own)):
            small.append(min(own, key=lambda r: r["stays"]))
    if not small:
        return [_bare(r) for r in rows]
    pool = protect.pooled(small, sorted((r for r in rows if r not in small), key=lambda r: (r["stays"], str(r["norm"]))))
    if not pool:
        return []
    kept = [_bare(r) for r in rows if r not in pool]
    return [*kept, {"norm": None, "how": "joined", "stays": sum(r["stays"] for r in pool), "persons": None, "least": None, "most": None, "words": f"{len(pool)} other reasons, told together"}]


def _bare(row: Row) -> Row:
    return {**row, "persons": None, "least": protect.rounded(row["least"]), "most": protect.rounded(row["most"])}


def _issuance(found: Mapping[str, Any]) -> dict[str, Any]:
    """Results of the whole; the forms, years and norms only where nothing in them is small."""
    results = found["results"]
    if any(protect.is_small(n) for n in results.values()):
        return {**found, "results": dict.fromkeys(LABELS), "forms": {}, "years": {}, "norms": {}, "wanted": {}, "detainers": protect.about(found["detainers"])}
    tables = {}
    for name in ("forms", "years"):
        small = any(protect.is_small(n) for row in found[name].values() for n in row.values())
        tables[name] = {} if small else found[name]
    rounded = {name: {k: n for k, v in found[name].items() if (n := protect.about(v))} for name in ("norms", "wanted")}
    return {**found, **tables, **rounded}


def _exposure(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """To two figures, so that no hours can be worked out from it; nothing by agency or by case."""
    if found is None:
        return None

    def two(value: float | None) -> float | None:
        return None if value is None else float(f"{value:.2g}")

    assumptions = [{**a, "choices": [{**c, "low": two(c["low"]), "high": two(c["high"])} for c in a["choices"]]} for a in found["assumptions"]]
    # Those that count stays of small classes, and what stands above the figures already.
    caveats = [c for c in found["caveats"] if not str(c)[:1].isdigit()]
    found = {**found, "caveats": caveats}
    return {**found, "low": two(found["low"]), "high": two(found["high"]), "assumptions": assumptions, "figures": [], "by_agency": [], "ranges": [(two(a), two(b)) for a, b in found["ranges"]]}
