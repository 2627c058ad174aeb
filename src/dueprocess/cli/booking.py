"""``dueprocess bookings``: a jail's booking and release exports to one case file a stay; a drop folder, taken again and again."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dueprocess.kernel.errors import InputError

if TYPE_CHECKING:
    from dueprocess.audit.drops import Drop, Taken

_SETTLE_SECONDS = 2.0
"""Between two looks at a drop folder: what grows meanwhile is still being written."""
_MOST_LISTED = 10


def register(app: typer.Typer) -> None:
    """Add the command to ``dueprocess``."""
    app.command("bookings", epilog="Example: dueprocess bookings docs/examples/made-up-bookings.csv --map docs/examples/made-up-bookings.yaml --out stays")(_bookings)


def _bookings(
    files: Annotated[list[Path] | None, typer.Argument(help="Exports: CSV, TSV, Excel, Parquet.")] = None,
    drop: Annotated[Path | None, typer.Option(help="Take what lies in this folder, once. Nothing in it is moved or changed; run it again for what comes later.")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder of the case files, one a stay, and of the record of what was read.")] = None,
    map_: Annotated[Path | None, typer.Option("--map", help="What the columns mean (YAML), as dueprocess columns proposes it.")] = None,
    preset: Annotated[str | None, typer.Option(help="A known release's map by its name.")] = None,
    as_of: Annotated[str | None, typer.Option(help="When the export was written, as 2026-03-02T06:00:00-06:00 or 2026-03-02; default: the latest time in it.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bookings and releases to case files: who was booked when, on what grounds, who has left. Papers are added by read."""
    from dueprocess.audit.drops import Drop
    from dueprocess.kernel import now
    from dueprocess.kernel.yamlread import read_mapping
    from dueprocess.law import load_lawbook
    from dueprocess.places import load_places

    if bool(files) == (drop is not None):
        raise InputError("give exports, or --drop with a folder", where="bookings", do="as: dueprocess bookings --drop exports --out stays")
    if out is None:
        raise InputError("--out is missing", where="bookings", do="name the folder for the case files")
    if drop is not None and drop.resolve() == out.resolve():
        raise InputError("the case files would stand among the exports", where="--out", do="name another folder")
    work = Drop(
        out=out, lawbook=load_lawbook(), places=load_places(), law_known_at=now.today(),
        map=read_mapping(map_) if map_ is not None else None, preset=preset, as_of=as_of,
    )  # fmt: skip
    taken = []
    for one in _each(work, files or (), drop):
        taken.append(one)
        if not json_:
            typer.echo("\n".join(_lines(one)))
    if json_:
        typer.echo(json.dumps([{**asdict(t), "settled": t.settled} for t in taken], indent=2, ensure_ascii=False))
    elif not taken:
        typer.echo(f"{drop}: no exports")
    if not all(t.settled for t in taken):
        raise typer.Exit(1)


def _each(work: Drop, files: Sequence[Path], drop: Path | None) -> Iterator[Taken]:
    if drop is not None:
        yield from work.folder(drop, settle=lambda: time.sleep(_SETTLE_SECONDS))
        return
    for number, path in enumerate(files, 1):
        if len(files) > 1 and sys.stderr.isatty():
            print(f"{number} of {len(files)}", file=sys.stderr)  # noqa: T201
        yield work.file(path)


def _lines(one: Taken) -> list[str]:
    if one.state != "read":
        words = {"again": "read before", "waiting": "left for the next run", "refused": "not read"}[one.state]
        return [f"{one.name}: {words}" + (f": {one.note}" if one.note else "")]
    counts = [(one.new, "new"), (one.changed, "changed"), (one.same, "as before"), (one.older, "known later already")]
    rows = "" if one.note.endswith("+ 0 rows merged into them + 0 set aside") else f" ({one.note})"
    lines = [f"{one.name}{rows}: " + (", ".join(f"{n} {what}" for n, what in counts if n) or "no stays")]
    lines += [f"  ! {row}" for row in one.rows[:_MOST_LISTED]]
    if len(one.rows) > _MOST_LISTED:
        lines.append(f"  ! and {len(one.rows) - _MOST_LISTED} more rows that make no case")
    lines += [f"  ! {file} was changed by hand and is kept; what the export says stands beside it" for file in one.by_hand]
    lines += [f"  unread: {problem}" for problem in one.problems[:_MOST_LISTED]]
    if one.gone:
        lines.append(f"  {one.gone} in custody by the export before and not listed in this one: nothing is concluded from that")
    return lines
