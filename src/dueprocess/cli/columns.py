"""``dueprocess columns``: a map proposed for a foreign table, ten rows before and after, written to a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import typer

from dueprocess.kernel.errors import InputError

if TYPE_CHECKING:
    from dueprocess.places import PlaceBook


def run(inputs: Sequence[str], *, out: Path | None, sheet: str | None, agency: str | None, as_json: bool) -> None:
    """Propose a map, show what it makes of the first ten rows, and write it where ``out`` says."""
    from dueprocess.kernel.yamlread import parse
    from dueprocess.law import load_lawbook
    from dueprocess.places import load_places
    from dueprocess.tables import named, prepare, propose
    from dueprocess.tables.sampling import first_stays

    lawbook, places = load_lawbook(), load_places()
    if agency is not None:
        _check_agency(agency, places)
    if out is not None and out.exists():
        raise InputError("there is such a file already", where=str(out), do="name a new file, so that no map that was corrected is lost")
    if out is not None and not out.parent.is_dir():
        raise InputError("there is no such folder to write the map into", where=str(out.parent), do="make it, or name another")
    given_inputs = [named(i) for i in inputs]
    found = propose(given_inputs, vocabulary=lawbook.vocabulary, sheet=sheet, agency=agency)
    with TemporaryDirectory() as folder:
        given: Mapping[str, Any] | None = None if found.preset else parse(found.text, name="proposed map").value
        prepared = prepare(given_inputs, out=Path(folder) / "prepared", lawbook=lawbook, places=places, map=given, preset=found.preset if found.preset != "own" else None)
        after = first_stays(prepared.folder)
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


def _check_agency(agency: str, places: PlaceBook) -> None:
    """InputError where it is no agency's path; of a county's name the path is said, to be copied."""
    if "/" in agency:
        try:
            places.agency(agency)
        except InputError as error:
            raise InputError(error.what, where="--agency", do=error.do) from None
        return
    try:
        place = places.resolve(agency)
    except InputError as error:
        raise InputError(error.what, where="--agency", do=error.do) from None
    raise InputError(f"[{agency}] is a place, not whose jail it is", where="--agency", do=f"give {place}/sheriff, or {place}/corrections where a department of its own runs the jail")


def _print(rows: Sequence[Mapping[str, str]]) -> None:
    """A plain table of the columns that hold anything."""
    names = [n for n in (rows[0] if rows else {}) if any(r[n] for r in rows)]
    widths = {n: min(36, max([len(n), *(len(r[n]) for r in rows)])) for n in names}
    for row in [{n: n for n in names}, *rows] if names else []:
        typer.echo("  " + "  ".join("".join(c if c.isprintable() else " " for c in row[n])[: widths[n]].ljust(widths[n]) for n in names).rstrip())
