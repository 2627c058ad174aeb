"""What of an audit may be published: aggregates only, and no table that gives away what another hides.

Each table is first made safe by itself (``protect``), then compared with every table that is told already (``crossing``);
where a sum of the one less a sum of the other would be small, it is told more coarsely, and left out in the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from dueprocess.audit import protect
from dueprocess.audit.crossing import Crossed, Family, Values
from dueprocess.audit.ends import NOT_TOLD
from dueprocess.audit.gathering import Gathered
from dueprocess.audit.issuance import LABELS
from dueprocess.audit.numbers import MEASURES, Row, Table

Made = tuple[Table, Mapping[str, Any] | None, tuple[str, ...]]
"""A table's rows, what those of them that print no classes have together, and the names of its classes."""
SHORTER = 4
"""How often a table is made half as long before it is left out."""


def published(found: Gathered) -> Gathered | None:
    """The same as aggregates for anybody. None where the whole is too small to be told.

    ``found`` was gathered with ``crossed``.
    """
    crossed = found.crossed
    assert crossed is not None
    total = _weighed([found.total], crossed)[0]
    groups = protect.joined_classes(total)
    if groups is None:
        return None
    telling = _Telling(crossed, groups)
    # What the map's assumptions move is a cell, too: two counts of the same stays.
    bare = found.bare
    if bare is not None:
        weighed = _weighed([bare], crossed, column="bare")[0]
        shown = protect.joined_classes(weighed) == groups and telling.take(Family("without assumptions", frozenset({"bare"}), _by_class(groups, "bare")))
        bare = protect.whole(weighed, groups) if shown else None
    if len(found.agencies) == 1:  # whose records these are; its numbers are those of the whole, told already
        agencies = [{**found.agencies[0], "keys": (found.agencies[0]["key"],), "persons": None, "classes": protect.whole(total, groups)["classes"]}]
        telling.together["agencies"], telling.classes_of["agencies"] = None, tuple(protect.joined_name(g) for g in groups)
    else:
        agencies = telling.table("agencies", "agency", found.agencies, "Other agencies ({n}), told together")
    periods = telling.table("periods", "period", _with_undated(found), "", ordered=True)
    columns = {n: telling.table(f"by {n}", f"by {n}", rows, "Other values ({n}), told together") for n, rows in found.columns.items()}
    alone = {name: (name,) in groups and found.total["classes"][name]["stays"] > 0 for name in ("certain", "possible")}
    assumptions = [{**a, "rows": protect.about(a.get("rows"))} for a in found.info.get("assumptions") or ()]
    inputs = list(found.info.get("inputs", ()))
    if len(inputs) > 1:  # a file of a month or of a jail is a cell of its own
        inputs = [{**i, "rows": protect.about(i.get("rows"))} for i in inputs]
    notes = [n for n in found.info.get("notes") or () if not any(c.isdigit() for c in str(n))]
    reasons = telling.reasons(found.reasons, "certain") if alone["certain"] else []
    possible_reasons = telling.reasons(found.possible_reasons, "possible") if alone["possible"] else []
    lengths = telling.lengths(found.lengths, [m for m, _, kind in MEASURES if alone[kind]]) if alone["certain"] else []
    return replace(
        found,
        info={**found.info, "assumptions": assumptions, "inputs": inputs, "notes": notes},
        total=protect.whole(total, groups),
        persons=_people(found.persons),
        agencies=agencies,
        months=periods,
        periods=periods,
        reasons=reasons,
        possible_reasons=possible_reasons,
        lengths=lengths,
        ends=_ends(found, telling),
        quantiles={"n": 0},
        worst=[],
        undecided=[r for r in (_rounded(r) for r in found.undecided) if r["rows"]],
        missing_sets=[],
        open={k: protect.about(v) for k, v in found.open.items()},
        bail={"stays": 0},
        mandate={k: protect.about(v) for k, v in found.mandate.items()},
        columns=columns,
        problems=[{**p, "count": protect.about(p["count"]), "first_row": None} for p in found.problems],
        contradictions=[{**c, "stays": protect.about(c["stays"])} for c in found.contradictions],
        issuance=_issuance(found.issuance),
        exposure=_exposure(found.exposure, possible=("possible",) in groups) if alone["certain"] else None,
        bare=bare,
        classes=tuple(protect.joined_name(g) for g in groups),
        public=True,
        together=telling.together,
        classes_of=telling.classes_of,
        crossed=None,
    )


class _Telling:
    """The tables that are told so far, each safe beside all the others."""

    def __init__(self, crossed: Crossed, groups: protect.Groups) -> None:
        self.crossed, self.groups = crossed, groups
        self.told = [Family("all", frozenset({"class"}), _by_class(groups, "class"))]
        self.together: dict[str, Any] = {}
        self.classes_of: dict[str, Sequence[str]] = {}

    def take(self, *families: Family) -> bool:
        """Tell these, too, unless they give anything away."""
        if self.crossed.gives_away(families, self.told) is not None:
            return False
        self.told.extend(families)
        return True

    def table(self, name: str, dimension: str, rows: Table, other: str, *, ordered: bool = False) -> Table:
        """A table by class, as finely as may be; empty where it may not be told at all."""
        self.together[name], self.classes_of[name] = None, tuple(protect.joined_name(g) for g in self.groups)
        weighed = _weighed(rows, self.crossed, dimension)
        for times in range(SHORTER + 1):
            given = weighed if not times else protect.shorter(weighed, times, other=other, ordered=ordered)
            for made, groups in protect.candidates(given, self.groups, other=other, ordered=ordered):
                if made["rows"] and self.take(*_families(name, dimension, made["rows"], groups)):
                    self.together[name], self.classes_of[name] = made["together"], tuple(protect.joined_name(g) for g in groups)
                    return list(made["rows"])
        return []

    def reasons(self, rows: Table, name: str) -> Table:
        """Reasons with a number of their own; the others joined, with one that is not small."""
        weights = self.crossed.observed(("class", "reason"))
        weighed = [{**r, "weight": weights[(name, r["key"])]} for r in rows]
        for kept, pool in _pools(weighed):
            at = {r["key"]: i for i, r in enumerate(kept)}

            def cell(values: Values, at: Mapping[Any, int] = at) -> Any:
                return at.get(values["reason"], "others") if values["class"] == name else "none"

            if self.take(Family(f"reasons of {name} stays", frozenset({"class", "reason"}), cell)):
                bare = [_bare(r) for r in kept]
                return [*bare, _others(pool)] if pool else bare
        return []

    def lengths(self, rows: Table, measures: Sequence[str]) -> Table:
        """The bands of length, neighbors joined; without the possible stays where those give something away."""
        weighed = [{**r, **{f"{m} weight": self._weight(m, r["bands"][0]) for m in measures}} for r in rows]
        while measures:
            found = protect.bands(weighed, (*measures, *(f"{m} weight" for m in measures)))
            of = {b: i for i, r in enumerate(found) for b in r["bands"]}
            if found and self.take(*(Family(f"lengths, {m}", frozenset({"class", m}), _by_band(m, of)) for m in measures)):
                return [{"label": r["label"], **{m: r[m] for m in measures}} for r in found]
            measures = measures[:-1]
        return []

    def _weight(self, measure: str, band: int) -> float:
        return self.crossed.observed((measure,)).get((band,), 0.0)


def _by_class(groups: protect.Groups, column: str) -> Any:
    of = {name: i for i, group in enumerate(groups) for name in group}
    return lambda values: of[values[column]]


def _by_band(measure: str, of: Mapping[int, int]) -> Any:
    return lambda values: "none" if values[measure] is None else of[values[measure]]


def _families(name: str, dimension: str, rows: Table, groups: protect.Groups) -> list[Family]:
    """What a table prints: its rows (by class where those are told), and the classes of the others together."""
    row_of = {key: i for i, r in enumerate(rows) for key in protect.keys_of(r)}
    group_of = {c: i for i, group in enumerate(groups) for c in group}
    shown = {i for i, r in enumerate(rows) if r["classes"] is not None}

    def by_row(values: Values) -> Any:
        row = row_of[values[dimension]]
        return (row, group_of[values["class"]]) if row in shown else (row,)

    def together(values: Values) -> Any:
        row = row_of[values[dimension]]
        return (row if row in shown else "others", group_of[values["class"]])

    uses = frozenset({dimension, "class"})
    return [Family(name, uses, by_row), *([Family(f"{name}, told together", uses, together)] if len(shown) < len(rows) else [])]


def _weighed(rows: Table, crossed: Crossed, dimension: str | None = None, *, column: str = "class") -> Table:
    """The rows with the weight that protects each and each of its classes."""
    weights = crossed.observed((column, *([dimension] if dimension else [])))
    made = []
    for row in rows:
        cells = {n: {**c, "weight": weights.get((row["key"], n) if dimension else (n,), 0.0)} for n, c in row["classes"].items()}
        made.append({**row, "classes": cells, "weight": sum(c["weight"] for c in cells.values())})
    return made


def _ends(found: Gathered, telling: _Telling) -> Table:
    """How the stays ended: told last, so that no other table gives way to it. That no file tells it is no number."""
    if {r["key"] for r in found.ends} == {NOT_TOLD}:
        return [{**r, "persons": None, "classes": None} for r in found.ends]
    return telling.table("ends", "end", found.ends, "Other ends ({n}), told together")


def _with_undated(found: Gathered) -> Table:
    """The periods, and what has no day: left out, it could be had from the total."""
    undated = [{**r, "label": "no date"} for r in found.months if r["key"] is None]
    return [*found.periods, *undated]


def _pools(rows: Table) -> Iterator[tuple[Table, Table]]:
    """The rows that are kept, and those told together: as few of these as may be, then more and more."""
    small = [r for r in rows if protect.is_small(protect.size_of(r))]
    rest = sorted((r for r in rows if r not in small), key=lambda r: (r["stays"], str(r["norm"])))
    first = protect.pooled(small, rest) if small else []
    if small and not first:
        return
    order = [*first, *(r for r in rest if r not in first)]
    for number in range(len(first), len(order) + 1):
        pool = order[:number]
        if len(pool) != 1:
            yield [r for r in rows if r not in pool], pool


def _others(pool: Table) -> Row:
    return {"key": None, "norm": None, "how": "joined", "stays": sum(r["stays"] for r in pool), "persons": None, "least": None, "most": None, "wanted": [], "words": f"{len(pool)} other reasons, told together"}


def _bare(row: Row) -> Row:
    return {**row, "persons": None, "least": protect.rounded(row["least"]), "most": protect.rounded(row["most"])}


def _people(people: Row) -> Row:
    shown = people["persons"] >= protect.LEAST
    return {"stays": people["stays"], "keyed": people["keyed"], "persons": people["persons"] if shown else 0, "unkeyed": 0, "again": None, "classes": {}}


def _rounded(row: Row) -> Row:
    return {**row, **{k: protect.about(row[k]) for k in ("rows", "alone", "unknown", "possible")}, "at_stake": None}


def _issuance(found: Mapping[str, Any]) -> dict[str, Any]:
    """Every count rounded to tens: detainers by form and by year are of the same detainers."""

    def about(row: Mapping[str, int]) -> dict[str, int | None]:
        return {k: protect.about(n) for k, n in row.items()}

    results = about(found["results"])
    if all(n is None for n in results.values()):
        return {**found, "results": dict.fromkeys(LABELS), "forms": {}, "years": {}, "norms": {}, "wanted": {}, "detainers": protect.about(found["detainers"])}
    tables = {name: {k: row for k, v in found[name].items() if any((row := about(v)).values())} for name in ("forms", "years")}
    rounded = {name: {k: n for k, v in found[name].items() if (n := protect.about(v))} for name in ("norms", "wanted")}
    return {**found, **tables, **rounded, "results": results, "detainers": protect.about(found["detainers"])}


def _exposure(found: Mapping[str, Any] | None, *, possible: bool) -> dict[str, Any] | None:
    """To two figures, so that no hours can be worked out from it; nothing by agency or by case, and nothing that counts the
    possible stays where the report does not."""
    if found is None:
        return None

    def two(value: float | None) -> float | None:
        return None if value is None else float(f"{value:.2g}")

    def kept(assumption: Mapping[str, Any]) -> list[int]:
        return [i for i, c in enumerate(assumption["choices"]) if possible or assumption["key"] != "include" or c["key"] == assumption["chosen"]]

    assumptions = [{**a, "choices": [{**a["choices"][i], "low": two(a["choices"][i]["low"]), "high": two(a["choices"][i]["high"])} for i in kept(a)]} for a in found["assumptions"]]
    wanted = [kept(a) for a in found["assumptions"]]
    ranges = [r for at, r in zip(product(*(range(len(a["choices"])) for a in found["assumptions"])), found["ranges"], strict=True) if all(i in w for i, w in zip(at, wanted, strict=True))]
    # Those that count stays of small classes, and what stands above the figures already.
    caveats = [c for c in found["caveats"] if not str(c)[:1].isdigit()]
    return {**found, "caveats": caveats, "low": two(found["low"]), "high": two(found["high"]), "assumptions": assumptions, "figures": [], "by_agency": [], "ranges": [(two(a), two(b)) for a, b in ranges]}

