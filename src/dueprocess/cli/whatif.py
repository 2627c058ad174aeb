"""``dueprocess whatif``: past stays under today's law, and under today's law with or without one rule."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import parse_date

DONE = "whatif.json"
"""Written last: a folder without it is of a run that did not end."""


def register(app: typer.Typer) -> None:
    """Add the command to ``dueprocess``."""
    app.command("whatif", epilog="Example: dueprocess whatif docs/examples/policy.yaml docs/examples/made-up-jail.csv --out whatif")(_whatif)


def _whatif(
    files: Annotated[list[str], typer.Argument(metavar="[POLICY.yaml] INPUT", help="A file of law to try (not needed with --without), then what audit takes: a table, an address, prepared tables, or an audit's folder.")],
    out: Annotated[Path, typer.Option(help="The folder to write whatif.html and whatif.json into: a new or empty one, or an earlier one of this command.")],
    without: Annotated[str | None, typer.Option(help="The id of law to take away, as us/tx/sb-4.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The day whose law is today's, as 2026-11-22; default: today.")] = None,
    map_: Annotated[Path | None, typer.Option("--map", help="The column map of a foreign table (YAML).")] = None,
    preset: Annotated[str | None, typer.Option(help="A column map that ships, by name.")] = None,
    engine: Annotated[str, typer.Option(help="duckdb, or single: the evaluator of one case, row by row.")] = "duckdb",
    law_folders: Annotated[list[Path] | None, typer.Option("--law", help="A folder of law files: a whole lawbook, or more files laid over the shipped one.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Past stays under today's law, and under today's law with, or without, a policy or statute: one page."""
    run(files, out=out, without=without, as_of=as_of, folders=law_folders or [], map=map_, preset=preset, engine=engine, as_json=json_)


def run(files: Sequence[str], *, out: Path, without: str | None, as_of: str | None, folders: Sequence[Path], map: Path | None, preset: str | None, engine: str, as_json: bool) -> None:
    """Ask, write the page and the figures, and print what changes in a few lines. Raises InputError."""
    from dueprocess.audit.inputs import decide
    from dueprocess.audit.whatif import ask, question
    from dueprocess.audit.whatif_page import sheet, whatif_html

    if len(files) > 2 or (len(files) == 1 and without is None):
        raise InputError(f"{len(files)} files" if len(files) > 2 else "one file only", where="whatif", do="name POLICY.yaml and INPUT, or INPUT with --without ID")
    policy, given = (Path(files[0]), files[1]) if len(files) == 2 else (None, files[0])
    today = parse_date(as_of, where="--as-of") if as_of else now.today()
    asked = question(today=today, folders=tuple(folders), policy=policy, without=without)
    with tempfile.TemporaryDirectory() as scratch:
        folder = prepared(given, Path(scratch), folders=folders, map=map, preset=preset)
        _take(out)
        found = ask(folder, asked, out=out, decide=partial(decide, engine=engine))
    try:
        (out / "whatif.html").write_text(whatif_html(found), encoding="utf-8")
        (out / DONE).write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(out), do="name a folder that you may write to") from None
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    _print(found, [sheet(found).sentence, *sheet(found).lead], out)


def prepared(given_name: str, scratch: Path, *, folders: Sequence[Path], map: Path | None, preset: str | None) -> Path:
    """The folder of prepared tables that an input stands for: itself, the one in an audit's folder, or one made in
    ``scratch`` from a table."""
    from dueprocess.audit.folder import locate
    from dueprocess.audit.inputs import prepared_from
    from dueprocess.law import load_lawbook
    from dueprocess.tables import named

    given = named(given_name)
    if isinstance(given, str):  # an address: it has no folder
        return prepared_from([given], scratch / "prepared", lawbook=load_lawbook(*folders), map=map, preset=preset)
    if not given.exists():
        raise InputError("there is no such file or folder", where=str(given), do="check the path")
    if given.is_dir() and (given / "run.json").is_file():
        return locate(given)[0]
    if given.is_dir() and not (given / "prepared.json").is_file():
        raise InputError("no prepared custody tables", where=str(given), do="name a table, or the folder of an audit")
    return prepared_from([given], scratch / "prepared", lawbook=load_lawbook(*folders), map=map, preset=preset)


def _take(out: Path) -> None:
    """Make the folder ready; one that holds anything else is left alone."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        names = {p.name for p in out.iterdir()}
        if names - {DONE, "whatif.html", "today.parquet", "changed.parquet"}:
            raise InputError("the folder holds other files", where=str(out), do="name a new or empty folder")
        (out / DONE).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(out), do="name a folder that you may write to") from None


def _print(found: dict[str, Any], told: Sequence[str], out: Path) -> None:
    from dueprocess.kernel.errors import printable

    for line in told:
        typer.echo(printable(line))
    for move in found["moves"]:
        typer.echo(f"  {move['stays']:>8,}  {move['before']} -> {move['after']}")
    for entry in found["defeated"]:
        typer.echo(f"  overruled in {entry['stays']:,} stays: {entry['norm']} by {entry['by']}")
    for words in found["conflicts"]:
        typer.echo(printable(f"  {words}"))
    typer.echo(f"{found['stays']:,} stays asked; see {out / 'whatif.html'}")
