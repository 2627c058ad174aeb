"""The report's section on which records were read: files, rows in and out, what is assumed, what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dueprocess.audit.blocks import Any_, Part
from dueprocess.audit.gathering import Gathered
from dueprocess.audit.numbers import Row
from dueprocess.audit.words import count, no_stay, unit_of
from dueprocess.law.plain import day_words
from dueprocess.render.sheet import Pairs, Paragraph, Table

MOST_DEFECTS = 25
_BLANKED = re.compile(r" \([^()]*\[…\][^()]*\)")
"""A remark that says nothing once its values are taken out."""


def records(found: Gathered) -> Part:
    """Which records were read, and that none was lost."""
    info = found.info
    stays = info.get("stays")
    inputs = tuple((str(i["file"]), count(i.get("rows")), str(i.get("sha256", ""))[:16]) for i in info.get("inputs", ()))
    low, high = found.days
    blocks: list[Any_] = [
        Table("Files read", ("File", "Rows", "SHA-256, first 16 digits"), inputs, fixed=(2,)),
        Pairs(
            (
                ("Rows in = rows out", _rows(info)),
                ("Stays asked about" if unit_of(info)[0] == "stay" else f"{unit_of(info)[1].capitalize()} asked about, as stays", count(stays)),
                ("From", f"{day_words(low.toordinal())} to {day_words(high.toordinal())}, by the day on which release was due (or the nearest that is recorded)" if low and high and not found.public else (f"{low.year} to {high.year}" if low and high else "no day is recorded")),
                ("Column map", "none: these are the columns that this program names" if info.get("preset") == "own" else str(info.get("map") or "none") + (f" (preset {info['preset']})" if info.get("preset") else "")),
            )
        ),
    ]
    if no_stay(info):
        blocks.append(Paragraph(f"{no_stay(info)} Where this report says stay, read {unit_of(info)[0]}."))
    # What is published repeats no word of a map.
    origins = {} if found.public else origins_of(info)
    if origins:
        blocks.append(Table("Where each column comes from", ("Column", "Read from"), tuple(origins.items())))
    assumed = info.get("assumptions") or []
    if assumed:
        blocks.append(Table("What the map assumes, since the files do not say it", ("Column", "Taken to be", "Rows", "Why"), tuple((str(a["column"]), _value(a["value"]), count(a.get("rows")), str(a.get("why") or "")) for a in assumed)))
    else:
        blocks.append(Paragraph("Nothing was assumed: what the files do not say counts as unknown."))
    if found.problems:
        told = _defects(found.problems, origins)
        blocks.append(Table("Defects of the files: each value was kept, set unknown and counted" + (f" (the first {MOST_DEFECTS} of {len(told)}; all are in problems.csv)" if len(told) > MOST_DEFECTS else ""), ("Defect", "Column", "File", "Rows"), told[:MOST_DEFECTS]))
    blocks += [Paragraph(str(note)) for note in info.get("notes") or ()]
    return Part("records", "Which records", tuple(blocks))


def origins_of(info: Mapping[str, Any]) -> dict[str, str]:
    """``booked_at`` → ``Book Date, Book Time (bookings.csv)``, by what was kept of the map; of more than three files their number.

    Nothing of tables whose columns are called so already.
    """
    found: dict[str, str] = {}
    if info.get("preset") == "own":
        return found
    for name, listed in (info.get("columns") or {}).items():
        headers: dict[str, list[str]] = {}
        for entry in listed:
            headers.setdefault(", ".join(entry["files"]) if len(entry["files"]) <= 3 else f"{count(len(entry['files']))} files", []).append(str(entry["column"]))
        found[str(name)] = "; ".join(f"{', '.join(columns)} ({files})" for files, columns in headers.items())
    return found


def _defects(problems: Sequence[Row], origins: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Each kind of defect with its file and rows; what befell several columns of as many rows alike is told once.

    ``origins``: what a column of ours was read from; one of the file stands for itself.
    """
    columns: dict[tuple[str, str, int | None], list[str]] = {}
    for p in problems:
        columns.setdefault((_BLANKED.sub("", str(p["what"])), str(p["file"] or "–"), p["count"]), []).append(f"{p['column']}, read from {origins[p['column']]}" if p["column"] in origins else str(p["column"] or "–"))
    return tuple((what, ", ".join(named) + (": in each" if len(named) > 1 else ""), file, "fewer than 11" if rows is None else count(rows)) for (what, file, rows), named in columns.items())


def _rows(info: Mapping[str, Any]) -> str:
    """That no row was lost, and what became of each."""
    rows_in, rows_out = info.get("rows_in"), info.get("rows_out")
    if rows_in != rows_out:
        return f"{count(rows_in)} in, {count(rows_out)} out: these differ"
    parts = [(info.get("stays"), "stays" if info.get("stays") != 1 else "stay"), (info.get("merged"), "further rows of a stay"), (info.get("aside"), "set aside")]
    return f"{count(rows_in)} = " + " + ".join(f"{count(n)} {words}" for n, words in parts if n is not None) if info.get("merged") is not None else f"{count(rows_in)} = {count(rows_out)}"


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
