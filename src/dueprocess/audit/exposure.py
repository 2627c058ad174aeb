"""Exposure: what the stays of an audit would come to at the rates of published cases. A range, with every assumption a
named switch and every figure with its case and its arithmetic; nothing is averaged, and nothing predicted.

Money is in US dollars as published in ``data/damages/benchmarks.csv``, in the dollars of each case's own year. Hours are
decimal hours.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.audit.link import linked
from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.files import data_dir

if TYPE_CHECKING:
    import duckdb

Group = Mapping[str, Any]
"""What an audit counts of one class: ``stays``, ``persons`` (None: the file cannot tell; ``persons_most`` where stays
without a person stand beside them), ``hours_least`` and ``hours_most``, and ``hours_after_allowance_least`` and ``…_most``
where there are any."""

WHAT_IT_IS = (
    "This is arithmetic: the hours or people of this audit multiplied by what other cases were settled or decided for. It is no "
    "forecast of a verdict or a settlement here, and no statement that anybody owes it."
)
CLASS_SIZE = 20
"""From so many people on a benchmark counts as that of a class."""

CLAIM_RATE = 27 / 190
"""27 of more than 190 who could claim did so in Palacios-Valencia v. San Juan County (D04)."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """One choice for each switch; ``claims`` and ``benchmarks`` may also be a share and a list of ids of one's own."""

    basis: str = "per_hour"
    benchmarks: str | tuple[str, ...] = "all"
    hours: str = "least_to_most"
    include: str = "certain"
    claims: str | float = "all"
    fees: str = "none"
    allowance: str = "not_taken_off"
    interest: str = "none"


SWITCHES: dict[str, tuple[str, str, dict[str, str]]] = {
    "basis": ("What is multiplied", "Cases were priced by time, by person, or as a whole; the three give very different figures.", {
        "per_hour": "hours, by a case's published figure a day over 24", "per_person": "people, by a case's published figure a person",
        "per_settlement": "nothing: whole amounts as paid elsewhere, not scaled to these stays, and with fees where the amount holds them"}),
    "benchmarks": ("Which cases", "A jury's verdict, a class settlement and one person's settlement are different things.", {
        "all": "every case with such a figure", "no_verdict": "without jury verdicts", "class": f"cases of {CLASS_SIZE} people or more", "individual": f"cases of fewer than {CLASS_SIZE} people"}),
    "hours": ("Which hours", "Recorded times are bounds: least and most differ where the file does not give the minute.", {
        "least": "least only", "most": "most only", "least_to_most": "least for the low end, most for the high end"}),
    "include": ("Which stays", "Possible stays turn on unsettled law or on times that cannot be decided.", {
        "certain": "certain stays only", "certain_and_possible": "certain and possible stays"}),
    "claims": ("Who claims", "In a class that must claim, few may: 27 of more than 190 in Palacios-Valencia v. San Juan County.", {
        "all": "everybody", "as_d04": "27 of 190, as in Palacios-Valencia v. San Juan County"}),
    "fees": ("Lawyers' fees", "Fees are paid once a case and have been several times the damages; most are not published.", {
        "none": "left out", "published": "added once: from the lowest to the highest published"}),
    "allowance": ("Processing time", "What an agency allows itself to process a release is not taken off unless chosen.", {
        "not_taken_off": "not taken off", "taken_off": "taken off each stay"}),
    "interest": ("Interest and inflation", "No interest is computed, and no amount is brought to today's dollars.", {"none": "none"}),
}  # fmt: skip
"""Each switch: its label, why it matters, and its choices with theirs."""


@lru_cache(maxsize=1)
def benchmark_rows() -> tuple[Mapping[str, Any], ...]:
    """The published awards and settlements with an amount, in the order of the file; numbers as float, None where unknown."""
    found = []
    for row in _rows():
        if "cost" in row["court_or_kind"] or not row["amount_usd"]:
            continue
        found.append({**row, **{k: float(row[k]) if row[k] else None for k in ("amount_usd", "people", "per_person_usd", "per_day_usd", "fees_usd")}})
    return tuple(found)


def _rows() -> list[dict[str, str]]:
    with (data_dir("damages") / "benchmarks.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def checked(assumptions: Assumptions) -> Assumptions:
    """The assumptions; InputError for a choice that there is not."""
    for field in fields(assumptions):
        value = getattr(assumptions, field.name)
        choices = SWITCHES[field.name][2]
        if field.name == "claims" and isinstance(value, (int, float)) and not isinstance(value, bool):
            if not 0 <= value <= 1:
                raise InputError(f"[{shown(value)}] is no share", where="claims", do="write a number from 0 to 1")
        elif field.name == "benchmarks" and isinstance(value, tuple):
            known = [b["id"] for b in benchmark_rows()]
            for identity in value:
                if identity not in known:
                    raise InputError(f"[{shown(identity)}] is no benchmark with an amount", where="benchmarks", do=nearest(identity, known) or f"some of {', '.join(known)}")
        elif value not in choices:
            raise InputError(f"[{shown(value)}] is no choice", where=field.name, do=nearest(value, choices) or f"one of {', '.join(choices)}")
    return assumptions


def exposure(groups: Mapping[str, Group], assumptions: Assumptions | None = None) -> dict[str, Any]:
    """The range, the switches (each choice with the range it would give, all else as chosen), the cases and figures.

    ``groups`` are those of the classes ``certain`` and ``possible``; others (``unknown``, ``contradiction``) enter no
    figure and are named in ``caveats``. An end of the range that cannot be known is None.
    """
    chosen = checked(assumptions or Assumptions())
    figures = _figures(groups, chosen)
    low, high = _range(figures, chosen)
    switches = []
    for key, (label, why, choices) in SWITCHES.items():
        if key == "allowance" and not any("hours_after_allowance_least" in g for g in groups.values()):
            continue
        entries = []
        for choice, words in choices.items():
            other = replace(chosen, **{key: choice})
            one, two = _range(_figures(groups, other), other)
            entries.append({"key": choice, "label": words, "low": one, "high": two})
        value = getattr(chosen, key)
        switches.append({"key": key, "label": label, "why": why, "choices": entries, "chosen": value if isinstance(value, str) else _own(value)})
    agencies = [
        {"agency": entry["agency"], "low": ends[0], "high": ends[1]}
        for entry in _by_agency(groups)
        for ends in [_range(_figures(entry["groups"], chosen), replace(chosen, fees="none"))]
    ]
    return {
        "what": WHAT_IT_IS,
        "low": low,
        "high": high,
        "assumptions": switches,
        "figures": figures,
        "by_agency": agencies if chosen.basis != "per_settlement" else [],
        "basis": [_basis(b) for b in benchmark_rows()],
        "caveats": _caveats(groups, chosen, figures),
    }


def range_of(groups: Mapping[str, Group], assumptions: Assumptions) -> tuple[float | None, float | None]:
    """The range alone, as ``exposure`` gives it under these assumptions."""
    chosen = checked(assumptions)
    return _range(_figures(groups, chosen), chosen)


def _own(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else ", ".join(value)


def _selected(chosen: Assumptions) -> list[Mapping[str, Any]]:
    rows = benchmark_rows()
    if isinstance(chosen.benchmarks, tuple):
        return [r for r in rows if r["id"] in chosen.benchmarks]
    if chosen.benchmarks == "no_verdict":
        return [r for r in rows if "jury" not in r["court_or_kind"]]
    if chosen.benchmarks == "class":
        return [r for r in rows if (r["people"] or 0) >= CLASS_SIZE]
    if chosen.benchmarks == "individual":
        return [r for r in rows if 0 < (r["people"] or 0) < CLASS_SIZE]
    return list(rows)


def _figures(groups: Mapping[str, Group], chosen: Assumptions) -> list[dict[str, Any]]:
    """One figure a case: low and high in dollars with the arithmetic, or None with the reason."""
    taken = [groups[name] for name in (("certain",) if chosen.include == "certain" else ("certain", "possible")) if name in groups]
    share = {"all": 1.0, "as_d04": CLAIM_RATE}[chosen.claims] if isinstance(chosen.claims, str) else float(chosen.claims)
    least, most, unit = _quantity(taken, chosen)
    found = []
    for row in _selected(chosen):
        rate = {"per_hour": row["per_day_usd"], "per_person": row["per_person_usd"], "per_settlement": row["amount_usd"]}[chosen.basis]
        entry = {"benchmark": row["id"], "case": row["case"], "year": row["year"], "rate": rate, "low": None, "high": None}
        if rate is None:
            found.append({**entry, "arithmetic": f"no figure {'a day' if chosen.basis == 'per_hour' else 'a person'} is published"})
            continue
        if chosen.basis == "per_settlement":
            people = f" for {row['people']:,.0f} people" if row["people"] and row["people"] > 1 else " for one person" if row["people"] else ""
            found.append({**entry, "low": rate, "high": rate, "arithmetic": f"{rate:,.0f} USD in all{people}; not scaled"})
            continue
        each = rate / 24 if chosen.basis == "per_hour" else rate
        each_text = f"{rate:,.0f} USD a day / 24" if chosen.basis == "per_hour" else f"{rate:,.0f} USD a person"
        ends = [None if q is None else round(each * q * share, 2) for q in (least, most)]
        amount = f"{_number(least)} {unit}" if least == most else f"{_number(least)} to {_number(most)} {unit}"
        part = "" if share == 1 else f" x {share:.4g} who claim"
        found.append({**entry, "low": ends[0], "high": ends[1], "arithmetic": f"{each_text} x {amount}{part}"})
    return found


def _number(value: float | None) -> str:
    return "an unknown number of" if value is None else f"{value:,.2f}".removesuffix(".00")


def _quantity(taken: list[Group], chosen: Assumptions) -> tuple[float | None, float | None, str]:
    """What is multiplied: its least, its most, and its unit. None is unknown."""
    if chosen.basis == "per_person":
        # The same person may stand in both groups: the fewest people are those of the larger one.
        known = [g.get("persons") for g in taken]
        fewest = None if any(k is None for k in known) else float(max((k for k in known if k is not None), default=0))
        most = float(sum(g.get("persons_most") or (g["stays"] if g.get("persons") is None else g["persons"]) for g in taken))
        return fewest, most, "people"
    name = "hours_after_allowance" if chosen.allowance == "taken_off" else "hours"
    if any(f"{name}_least" not in g for g in taken):
        return None, None, "hours"
    least, most = (float(sum(g[f"{name}_{end}"] for g in taken)) for end in ("least", "most"))
    if chosen.hours == "least":
        return least, least, "hours"
    return (most if chosen.hours == "most" else least), most, "hours"


def _range(figures: Iterable[Mapping[str, Any]], chosen: Assumptions) -> tuple[float | None, float | None]:
    """The lowest and highest of the figures. Unknown where any low end is: an unknown amount may be the lowest."""
    used = [f for f in figures if f["high"] is not None]
    if not used:
        return None, None
    low = None if any(f["low"] is None for f in used) else min(f["low"] for f in used)
    high = max(f["high"] for f in used)
    if chosen.fees == "published" and chosen.basis != "per_settlement":
        fees = [b["fees_usd"] for b in benchmark_rows() if b["fees_usd"] is not None]
        low, high = (None if low is None else low + min(fees)), high + max(fees)
    return (None if low is None else round(low, 2)), round(high, 2)


def _by_agency(groups: Mapping[str, Group]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Group]] = {}
    for name in ("certain", "possible"):
        for entry in groups.get(name, {}).get("by_agency") or ():
            found.setdefault(str(entry["agency"]), {})[name] = entry
    return [{"agency": a, "groups": found[a]} for a in sorted(found)]


def _basis(row: Mapping[str, Any]) -> dict[str, Any]:
    people = int(row["people"]) if row["people"] else None
    return {
        "id": row["id"],
        "case": row["case"],
        "paid": row["amount_usd"],
        "people": people,
        "per_person": row["per_person_usd"],
        "per_day": row["per_day_usd"],
        "fees": row["fees_usd"],
        "overheld": row["overheld_text"],
        "citation": f"{row['case']} ({row['court_or_kind']}, {row['year']})",
        "note": row["note"],
        "learned_from": row["basis"],
    }


def _caveats(groups: Mapping[str, Group], chosen: Assumptions, figures: list[dict[str, Any]]) -> list[str]:
    told = [WHAT_IT_IS]
    without = [f"{f['case']} ({f['year']}, {f['benchmark']})" for f in figures if f["high"] is None]
    if without:
        told.append(f"Not used, since no such figure is published for them: {'; '.join(without)}.")
    if chosen.basis == "per_hour":
        told.append("Figures a day rest on hours as reported, often as an upper bound: the true figure a day may be higher.")
    if chosen.basis == "per_person":
        if any(g.get("persons") is None for n, g in groups.items() if n in ("certain", "possible")):
            told.append("The file does not say which stays are of the same person: stays stand for the most people there can be, and the fewest are unknown.")
        told.append("A figure a person takes no account of how long each was held.")
    left_out = {n: int(g.get("stays") or 0) for n, g in groups.items() if n in ("unknown", "contradiction")}
    for name, count in left_out.items():
        if count:
            told.append(f"{count:,} {'stay' if count == 1 else 'stays'} of class {name} in no figure: what they would add is unknown.")
    told.append("Caps on damages, notices of claim, periods of limitation, immunities and insurance are not applied.")
    told.append("Amounts are as published, several from secondary sources; appeals may be open.")
    return told


# -- counts ---------------------------------------------------------------------------------------------


def groups_of(results: Path, stays: Path) -> dict[str, dict[str, Any]]:
    """The groups of an audit by class, from its results and its prepared table of stays."""
    with linked() as connection:
        connection.read_parquet(str(results)).create_view("r")
        connection.read_parquet(str(stays)).create_view("s")
        return groups_in(
            connection,
            """(SELECT class, agency, CASE WHEN person IS NOT NULL THEN hash(person) END AS person, over_least, over_most,
                greatest(0, over_least - coalesce(allowance, 0)) AS after_least, greatest(0, over_most - coalesce(allowance, 0)) AS after_most
                FROM r JOIN s USING ("row"))""",
        )


def groups_in(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, dict[str, Any]]:
    """The same of a table that is there: ``class, agency, person, over_least, over_most, after_least, after_most``."""
    found: dict[str, dict[str, Any]] = {}
    cursor = connection.execute(
        f"""SELECT class, agency, grouping(agency) AS whole, count(*) AS stays, count(DISTINCT person) AS keys,
            count(*) FILTER (person IS NULL) AS without,
            coalesce(sum(over_least), 0) / 3600 AS hours_least, coalesce(sum(over_most), 0) / 3600 AS hours_most,
            coalesce(sum(after_least), 0) / 3600 AS hours_after_allowance_least, coalesce(sum(after_most), 0) / 3600 AS hours_after_allowance_most
        FROM {source} GROUP BY GROUPING SETS ((class), (class, agency)) ORDER BY class, whole DESC, agency"""
    )
    names = [c[0] for c in cursor.description or ()]
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        keys, without = int(row["keys"]), int(row["without"])
        counted: dict[str, Any] = {
            "stays": int(row["stays"]),
            "persons": keys if keys else None,
            "persons_most": keys + without,
            **{k: round(float(v), 4) for k, v in row.items() if k.startswith("hours_")},
        }
        if row["whole"]:
            found[row["class"]] = {**counted, "by_agency": []}
        elif row["agency"] is not None:
            found[row["class"]]["by_agency"].append({"agency": row["agency"], **counted})
    return found


def holding_cost(hours_least: float, hours_most: float, *, usd_a_day: float | None = None) -> dict[str, Any]:
    """What keeping people for these hours cost, at ``usd_a_day`` or the published rate of D18; low, high, arithmetic."""
    row = next(r for r in _rows() if r["id"] == "D18")
    rate = float(row["per_day_usd"]) if usd_a_day is None else usd_a_day
    source = f"{row['case']} ({row['year']})" if usd_a_day is None else "the rate given"
    return {
        "rate": rate,
        "low": round(rate / 24 * hours_least, 2),
        "high": round(rate / 24 * hours_most, 2),
        "arithmetic": f"{rate:,.2f} USD a day / 24 x {_number(hours_least)} to {_number(hours_most)} hours",
        "source": source,
        "note": row["note"] if usd_a_day is None else "",
    }
