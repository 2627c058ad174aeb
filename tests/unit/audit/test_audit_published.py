"""What is published, attacked: every sum of rows of one table less every sum of rows of another, and all tables at once."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from dueprocess.audit.crossing import Crossed, Family, small_rest
from dueprocess.audit.numbers import CLASSES
from dueprocess.audit.protect import LEAST, joined_classes
from dueprocess.audit.publishing import _Telling, _weighed

NAMES = ("agency", "period", "by facility", "by group", "class", "bare", "reason", "least", "most", "possible")
BANDS = 3
Stay = dict[str, Any]


def jail(seed: int, size: int) -> list[Stay]:
    """Made-up stays: facilities within agencies, norms that decide in one agency or from one period on."""
    draw = random.Random(seed)
    weights = [draw.choice((1, 3, 10, 60, 200)) for _ in range(5)]
    found = []
    for _ in range(size):
        agency = draw.choices("ABCDE", weights)[0]
        period = draw.choices((2012, 2013, 2014), (draw.choice((2, 30)), 30, 30))[0]
        name = draw.choices(CLASSES, (20, 12, 8, 1, 40))[0]
        norms = [f"law of {agency}", "federal", *(["new law"] if period == 2014 else [])]
        reason = draw.choices(norms, (6, 3, 2)[: len(norms)])[0] if name in ("certain", "possible") else None
        found.append({
            "agency": agency, "period": period, "by facility": f"{agency}{draw.choices((1, 2, 3), (60, 6, 1))[0]}", "by group": draw.choices("XYZ", (50, 20, 2))[0],
            "class": name, "bare": name if draw.random() < 0.97 or name != "certain" else "possible", "reason": reason,
            "least": draw.randrange(BANDS) if name == "certain" else None, "most": draw.randrange(BANDS) if name == "certain" else None,
            "possible": draw.randrange(BANDS) if name == "possible" else None,
        })  # fmt: skip
    return found


def crossed_of(stays: Sequence[Stay]) -> Crossed:
    counted: dict[tuple[Any, ...], float] = {}
    for stay in stays:
        key = tuple(stay[n] for n in NAMES)
        counted[key] = counted.get(key, 0.0) + 1
    return Crossed(NAMES, tuple(counted.items()), BANDS)


def table(stays: Sequence[Stay], dimension: str | None, column: str = "class") -> list[dict[str, Any]]:
    rows: dict[Any, dict[str, Any]] = {}
    for stay in stays:
        key = stay[dimension] if dimension else 1
        row = rows.setdefault(key, {"key": key, "label": str(key), "stays": 0, "persons": None, "classes": {c: {"stays": 0, "persons": None, "least": None, "most": None} for c in CLASSES}})
        row["stays"] += 1
        row["classes"][stay[column]]["stays"] += 1
    return [rows[k] for k in sorted(rows)]


def told(stays: Sequence[Stay]) -> _Telling | None:
    """Everything that a report would tell of them, in its order."""
    crossed = crossed_of(stays)
    groups = joined_classes(_weighed(table(stays, None), crossed)[0])
    if groups is None:
        return None
    telling = _Telling(crossed, groups)
    of = {c: i for i, group in enumerate(groups) for c in group}
    telling.take(Family("without assumptions", frozenset({"bare"}), lambda v: of[v["bare"]]))
    for name, ordered in (("agency", False), ("period", True), ("by facility", False), ("by group", False)):
        telling.table(name, name, table(stays, name), "others ({n})", ordered=ordered)
    for name in ("certain", "possible"):
        if (name,) in groups:
            counts: dict[str, int] = {}
            for stay in stays:
                if stay["class"] == name:
                    counts[stay["reason"]] = counts.get(stay["reason"], 0) + 1
            telling.reasons([{"key": k, "norm": k, "how": "release", "stays": n, "least": None, "most": None} for k, n in counts.items()], name)
    if ("certain",) in groups:
        measures = ["least", "most", *(["possible"] if ("possible",) in groups else [])]
        telling.lengths([{"label": f"{b} to {b + 1} days", "bands": (b,), **{m: sum(s[m] == b for s in stays) for m in measures}} for b in range(BANDS)], measures)
    return telling


def possible_atoms(stays: Sequence[Stay]) -> list[Stay]:
    """Every sort of stay that somebody has to reckon with who knows which values go together, and not who was classed how."""
    dims = NAMES[:4]
    decided = {(tuple(s[d] for d in dims), s["class"], s["reason"]) for s in stays}
    found = {}
    for place in {tuple(s[d] for d in dims) for s in stays}:
        for name, bare in {(s["class"], s["bare"]) for s in stays}:
            reasons = [r for p, c, r in decided if c == name and r is not None and any(s["reason"] == r and s["agency"] == place[0] for s in stays)] if name in ("certain", "possible") else [None]
            for reason in dict.fromkeys(reasons):
                for band in range(BANDS) if name in ("certain", "possible") else (None,):
                    atom = dict(zip(NAMES, (*place, name, bare, reason, *((band, band, None) if name == "certain" else (None, None, band))), strict=True))
                    found[tuple(atom.values())] = atom
    for stay in stays:
        found[tuple(stay[n] for n in NAMES)] = {n: stay[n] for n in NAMES}
    return list(found.values())


def cells(family: Family, atoms: Sequence[Mapping[str, Any]]) -> dict[Hashable, frozenset[int]]:
    found: dict[Hashable, set[int]] = {}
    for i, atom in enumerate(atoms):
        found.setdefault(family.cell(atom), set()).add(i)
    return {k: frozenset(v) for k, v in found.items()}


def every_rest(one: Mapping[Hashable, frozenset[int]], other: Mapping[Hashable, frozenset[int]], weight: Callable[[frozenset[int]], int]) -> set[int]:
    """By trying them all: any rows of the one, less all rows of the other within them."""
    found = set()
    for number in range(1, len(one) + 1):
        for chosen in combinations(one.values(), number):
            whole = frozenset().union(*chosen)
            inside = [c for c in other.values() if c <= whole]
            found.add(weight(whole - frozenset().union(*inside)) if inside else weight(whole))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_no_sum_of_one_table_less_a_sum_of_another_is_small(seed: int) -> None:
    stays = jail(seed, (140, 400, 900)[seed % 3])
    telling = told(stays)
    assert telling is not None and len(telling.told) >= 2
    atoms = possible_atoms(stays)
    index = {tuple(a.values()): i for i, a in enumerate(atoms)}
    counts = np.zeros(len(atoms))
    for stay in stays:
        counts[index[tuple(stay[n] for n in NAMES)]] += 1

    def weight(cell: frozenset[int]) -> int:
        return int(sum(counts[i] for i in cell))

    printed = [cells(f, atoms) for f in telling.told]
    assert all(weight(c) == 0 or weight(c) >= LEAST for p in printed for c in p.values())
    for one in printed:
        for other in printed:
            if one is not other and len(one) <= 9:
                assert not any(0 < n < LEAST for n in every_rest(one, other, weight))
    # All tables at once: no cell of any dimension that is small is a sum of printed numbers with any factors.
    matrix = np.array([[i in c for i in range(len(atoms))] for p in printed for c in p.values()], dtype=float)
    basis = np.linalg.svd(matrix, full_matrices=False)
    rows = basis[2][basis[1] > 1e-8]
    for dimension in (*NAMES[:4], "reason"):
        for key, name in {(a[dimension], a["class"]) for a in atoms}:
            cell = frozenset(i for i, a in enumerate(atoms) if a[dimension] == key and a["class"] == name)
            if 0 < weight(cell) < LEAST:
                vector = np.array([i in cell for i in range(len(atoms))], dtype=float)
                assert np.linalg.norm(vector - rows.T @ (rows @ vector)) > 1e-6, (dimension, key, name)


@pytest.mark.parametrize("seed", range(30))
def test_the_smallest_rest_is_found_by_flows_as_by_trying_all(seed: int) -> None:
    draw = random.Random(seed)
    overlaps = {}
    for a in range(draw.randrange(2, 6)):
        for b in range(draw.randrange(2, 6)):
            if draw.random() < 0.55:
                overlaps[(a, b)] = float(draw.choice((0, 0, 1, 4, 9, 12, 40)))
    if not overlaps:
        return
    edges = list(overlaps)
    one = {k: frozenset(i for i, e in enumerate(edges) if e[0] == k) for k, _ in edges}
    other = {k: frozenset(i for i, e in enumerate(edges) if e[1] == k) for _, k in edges}

    def weight(cell: frozenset[int]) -> int:
        return int(sum(overlaps[edges[i]] for i in cell))

    # A rest that is a whole printed row is no rest; nor is one that is 0.
    found = {n for n in every_rest(one, other, weight) if 0 < n < LEAST}
    within = {n for n in every_rest(other, one, weight) if 0 < n < LEAST}
    whole = {weight(c) for c in (*one.values(), *other.values())}
    if not any(0 < n < LEAST for n in whole):
        assert small_rest(overlaps) == bool(found | within)


def test_a_facility_of_an_agency_is_not_told_by_subtraction() -> None:
    base = {"period": 2014, "by group": "X", "bare": "no", "least": None, "most": None, "possible": None, "reason": None}
    stays = [{**base, "agency": a, "by facility": f, "class": "no"} for a, f, n in (("A", "A1", 40), ("A", "A2", 3), ("B", "B1", 30), ("B", "B2", 25)) for _ in range(n)]
    crossed = crossed_of(stays)
    telling = _Telling(crossed, (tuple(CLASSES),))
    assert len(telling.table("agency", "agency", table(stays, "agency"), "others ({n})")) == 2
    # A2 alone is small and goes with B2: then 43 of agency A less 40 of A1 would tell it.
    alone = _Telling(crossed, (tuple(CLASSES),)).table("by facility", "by facility", table(stays, "by facility"), "others ({n})")
    assert {r["key"] for r in alone} == {"A1", "B1", "other"}
    beside = telling.table("by facility", "by facility", table(stays, "by facility"), "others ({n})")
    assert "A1" not in {r["key"] for r in beside}


@pytest.mark.parametrize(("by_all", "kept"), [(5, False), (11, True), (0, True)])
def test_a_norm_of_one_agency_does_not_tell_the_rest_of_its_certain_stays(by_all: int, kept: bool) -> None:
    base = {"period": 2014, "by facility": "", "by group": "", "least": None, "most": None, "possible": None, "class": "certain", "bare": "certain"}
    made = (("A", "law of A", "certain", 40), ("A", "all", "certain", by_all), ("A", None, "no", 30), ("B", "all", "certain", 60), ("B", None, "no", 30), ("C", "all", "certain", 80))
    stays = [{**base, "agency": a, "reason": r, "class": c, "bare": c} for a, r, c, n in made for _ in range(n)]
    telling = _Telling(crossed_of(stays), (("certain",), tuple(c for c in CLASSES if c != "certain")))
    assert len(telling.table("agency", "agency", table(stays, "agency"), "others ({n})")) >= 2
    counts = {"law of A": 40, "all": by_all + 140}
    told_ = telling.reasons([{"key": k, "norm": k, "how": "release", "stays": n, "least": None, "most": None} for k, n in counts.items()], "certain")
    assert ("law of A" in {r["norm"] for r in told_}) == kept and sum(r["stays"] for r in told_) in (0, 180 + by_all)
