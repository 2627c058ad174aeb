"""``dueprocess columns``: a map proposed for a foreign table, ten rows before and after, written to a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer

from dueprocess.kernel.errors import InputError

_AFTER = ("stay_id", "agency", "booked", "release_due", "left", "left_to", "detainer_form", "detainer_received", "detainer_cancelled", "record_complete")


def run(inputs: Sequence[str], *, out: Path | None, sheet: str | None, agency: str | None, as_json: bool) -> None:
    """Propose a map, show what it makes of the first ten rows, and write it where ``out`` says."""
    from dueprocess.kernel.yamlread import parse
    from dueprocess.law import load_lawbook
    from dueprocess.places import load_places
    from dueprocess.tables import named, prepare, propose

    lawbook, places = load_lawbook(), load_places()
    if agency is not None:
        places.agency(agency)
    if out is not None and out.exists():
        raise InputError("there is such a file already", where=str(out), do="name a new file, so that no map that was corrected is lost")
    given_inputs = [named(i) for i in inputs]
    found = propose(given_inputs, vocabulary=lawbook.vocabulary, sheet=sheet, agency=agency)
    with TemporaryDirectory() as folder:
        given: Mapping[str, Any] | None = None if found.preset else parse(found.text, name="proposed map").value
        prepared = prepare(given_inputs, out=Path(folder) / "prepared", lawbook=lawbook, places=places, map=given, preset=found.preset if found.preset != "own" else None)
        after = _after(prepared.folder)
    if out is not None and not found.preset:
        out.write_text(found.text, encoding="utf-8")
    if as_json:
        typer.echo(json.dumps({"preset": found.preset, "map": None if found.preset else found.text, "tables": found.tables, "after": after, "account": prepared.lines(), "notes": found.notes}, indent=2, ensure_ascii=False))
        return
    for table in found.tables:
        typer.echo(f"{table['file']}: {table['rows']:,} rows")
        for column in table["columns"]:
            typer.echo(f"  {column['column'][:40]:40}  {column['becomes'] or '-'}")
        typer.echo("first rows as they stand")
        _print(table["before"])
    typer.echo("the same as stays")
    _print(after)
    for line in prepared.lines():
        typer.echo(line)
    for note in found.notes:
        typer.echo(note)
    if found.preset:
        typer.echo(f"These are known columns: no map is needed (preset {found.preset}).")
    elif out is not None:
        typer.echo(f"Map written to {out}. Read it, correct it, then give it with --map {out}.")
    else:
        typer.echo(found.text)


def _after(folder: Path) -> list[dict[str, str]]:
    """The first ten stays, times in the jail's own clock."""
    import pyarrow.parquet as parquet

    from dueprocess.case.custody import NEVER_AT, STAY_TIMES
    from dueprocess.kernel.instants import iso

    rows = next(parquet.ParquetFile(folder / "stays.parquet").iter_batches(batch_size=10), None)
    found = []
    for row in rows.to_pylist() if rows is not None else []:
        shown: dict[str, str] = {}
        for name in [*_AFTER, *(c for c in row if c.startswith("f_"))]:
            if name not in STAY_TIMES:
                shown[name] = "" if row[name] is None else str(row[name])
                continue
            low, high, zone = row[f"{name}_lo"], row[f"{name}_hi"], row["zone"] or "UTC"
            if low is None:
                shown[name] = ""
            elif low >= NEVER_AT:
                shown[name] = "never"
            else:
                first, last = iso(low, zone)[:16], iso(high, zone)[:16]
                whole = row[f"{name}_open"] and first.endswith("T00:00") and high - low <= 25 * 3600
                shown[name] = first if low == high else f"{first[:10]}, some hour" if whole else f"{first} to {last}"
        found.append(shown)
    return found


def _print(rows: Sequence[Mapping[str, str]]) -> None:
    """A plain table of the columns that hold anything."""
    names = [n for n in (rows[0] if rows else {}) if any(r[n] for r in rows)]
    widths = {n: min(36, max([len(n), *(len(r[n]) for r in rows)])) for n in names}
    for row in [{n: n for n in names}, *rows] if names else []:
        typer.echo("  " + "  ".join("".join(c if c.isprintable() else " " for c in row[n])[: widths[n]].ljust(widths[n]) for n in names).rstrip())
