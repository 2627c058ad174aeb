"""The figures of an audit's folder as a letter may tell them: aggregates of one agency, small cells joined and never shown."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dueprocess.audit import protect
from dueprocess.audit.exposure import Assumptions, exposure, holding_cost
from dueprocess.audit.folder import read_run
from dueprocess.audit.numbers import CLASSES, HOUR, Row
from dueprocess.kernel.errors import InputError
from dueprocess.letters.wording import money, two_figures

OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Figures:
    """What may be told of one agency. A text is "" where nothing may be. ``source`` names the audit."""

    stays: str
    certain: str
    possible: str
    classes: str
    exposure: str
    cost: str
    cost_basis: str
    what: str
    source: str


def read_figures(folder: Path, *, usd_a_day: float | None = None) -> Mapping[str, Figures]:
    """The figures by agency's path: only of agencies with eleven stays or more, every number 0 or at least eleven.

    Raises InputError where the folder is no audit, or was made with ``--public`` (which keeps no agency's path).
    """
    run = read_run(folder)
    if run["options"]["public"]:
        raise InputError("it was made with --public and names no agency by its path", where=str(folder), do="give the folder of the audit itself; letters tell its small numbers to nobody")
    rows = _rows(folder / "by_agency.csv")
    if not rows:
        return {}
    classes = run["classes"]
    total: Row = {
        "key": "all", "label": "all", "stays": run["stays"], "persons": None,
        "classes": {n: {"stays": classes[n]["stays"], "persons": None, "least": None, "most": None} for n in CLASSES if n in classes},
    }  # fmt: skip
    groups = protect.joined_classes(total)
    if groups is None:
        return {}
    made, told = protect.best(rows, groups, other=OTHERS)
    files = ", ".join(str(i["file"]) for i in run["inputs"])
    known = run["law_known_at"] or "as known on each day"
    what = f"{files} ({run['rows_in']:,} rows; law known at {known})"
    source = f"audit of {files}, law {str(run['law_version'])[:19]}, {run['command']}"
    found = {}
    for row in made["rows"]:
        if row["key"] in (None, "other"):
            continue
        found[str(row["key"])] = _figures(row, told, what=what, source=source, usd_a_day=usd_a_day)
    return found


def _rows(path: Path) -> list[dict[str, Any]]:
    """The rows of ``by_agency.csv`` in the form of ``audit.numbers``."""
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            read = list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError("it cannot be read", where=str(path), do="audit the files again") from None
    found = []
    for row in read:
        classes = {}
        for name in CLASSES:
            if name in row:
                least, most = row.get(f"{name}_hours_least"), row.get(f"{name}_hours_most")
                classes[name] = {"stays": int(row[name]), "persons": None, "least": _seconds(least), "most": _seconds(most)}
        people = int(row["persons"]) if row["persons"] else None
        found.append({"key": row["agency"], "label": row["agency"], "stays": int(row["stays"]), "persons": people, "classes": classes})
    return found


def _seconds(text: str | None) -> int | None:
    return round(float(text) * HOUR) if text else None


def _figures(row: Row, groups: protect.Groups, *, what: str, source: str, usd_a_day: float | None) -> Figures:
    classes = row["classes"]
    texts = {"certain": "", "possible": ""}
    priced = cost = basis = ""
    told = ""
    if classes is None:
        told = "their classes are told only together with those of other agencies, since some are of fewer than 11 stays"
    else:
        for name in texts:
            if (name,) in groups:
                texts[name] = _cell(classes[name])
        told = "; ".join(f"{protect.joined_name(g)}: {classes[protect.joined_name(g)]['stays']:,}" for g in groups)
        certain = classes.get("certain")
        if texts["certain"] and certain and certain["stays"] and certain["least"] is not None:
            hours = {end: certain[end] / HOUR for end in ("least", "most")}
            priced = _priced(certain["stays"], hours)
            if usd_a_day is not None:
                held = holding_cost(hours["least"], hours["most"], usd_a_day=usd_a_day)
                cost = f"{money(two_figures(held['low']))} to {money(two_figures(held['high']))}"
                basis = f"{usd_a_day:,.2f} USD a day / 24, for {hours['least']:,.0f} to {hours['most']:,.0f} hours (rounded to tens)"
    return Figures(f"{row['stays']:,}", texts["certain"], texts["possible"], told, priced, cost, basis, what, source)


def _cell(cell: Row) -> str:
    if not cell["stays"]:
        return "none"
    text = f"{cell['stays']:,}"
    if cell["least"] is not None:
        text += f", of {cell['least'] // HOUR:,} to {cell['most'] // HOUR:,} hours in all (rounded to tens)"
    return text


def _priced(stays: int, hours: Mapping[str, float]) -> str:
    """The range at the published figures a day, of hours rounded to tens; to two figures."""
    group = {"stays": stays, "persons": None, "hours_least": hours["least"], "hours_most": hours["most"]}
    made = exposure({"certain": group}, Assumptions())
    if made["low"] is None or made["high"] is None:
        return ""
    return f"{money(two_figures(made['low']))} to {money(two_figures(made['high']))}"
