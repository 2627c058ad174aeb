"""``dueprocess agencies map``, ``curve``, ``export``, ``compare``: what people look at. The work is in ``registry.views``."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dueprocess.kernel.errors import InputError

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="What held on this day, as 2014-07-20; default: today.")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="Only what was known on this day; default: today.")]
Own = Annotated[Path | None, typer.Option("--registry", help="A folder of your own, laid over the shipped registry.")]


class Drawn(StrEnum):
    """What a view is written as."""

    html = "html"
    svg = "svg"


class DrawnOrTable(StrEnum):
    """What a view with numbers is written as."""

    html = "html"
    svg = "svg"
    csv = "csv"


def register(app: typer.Typer) -> None:
    """Add the commands to ``dueprocess agencies``."""
    app.command("map", epilog="Example: dueprocess agencies map --as-of 2014-07-20 --out map.html")(_map)
    app.command("curve", epilog="Example: dueprocess agencies curve --out curve.html")(_curve)
    app.command("export", epilog="Example: dueprocess agencies export --as-of 2026-11-22 --out release")(_export)
    app.command("compare", epilog="Example: dueprocess agencies compare audit --out paper.html")(_compare)


def _map(
    out: Annotated[Path, typer.Option(help="The file to write.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    format: Annotated[Drawn, typer.Option(help="html: one page with a slider over all days; svg: the map of the day, for print.")] = Drawn.html,
    registry: Own = None,
) -> None:
    """A map of the counties on a day, with a slider over all days and a table under it, in one file."""
    from dueprocess.cli.agency_text import day_of, opened
    from dueprocess.registry.views.mapping import map_html, map_svg

    make = map_html if format is Drawn.html else map_svg
    save(out, make(opened(registry), as_of=day_of(as_of, option="--as-of"), known_at=day_of(known_at, option="--known-at")))


def _curve(
    out: Annotated[Path, typer.Option(help="The file to write.")],
    as_of: Annotated[str | None, typer.Option("--as-of", help="The last day drawn; default: today.")] = None,
    known_at: KnownAt = None,
    format: Annotated[DrawnOrTable, typer.Option(help="html, svg or csv.")] = DrawnOrTable.html,
    registry: Own = None,
) -> None:
    """Agencies by side from 2008 on: those that limit holding above the line, those that hold on every detainer below it."""
    from dueprocess.cli.agency_text import day_of, opened
    from dueprocess.registry.views.curve import curve_csv, curve_html, curve_svg_of

    make = {"html": curve_html, "svg": curve_svg_of, "csv": curve_csv}[format.value]
    save(out, make(opened(registry), as_of=day_of(as_of, option="--as-of"), known_at=day_of(known_at, option="--known-at")))


def _export(
    out: Annotated[Path, typer.Option(help="The folder to write: a new or empty one, or an earlier release.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    registry: Own = None,
    json_: Json = False,
) -> None:
    """A release to cite: every table as CSV and Parquet, all as JSON, a codebook, the citation, what is missing."""
    from dueprocess.cli.agency_text import day_of, opened
    from dueprocess.registry.views.release import write_release

    head = write_release(opened(registry), out, as_of=day_of(as_of, option="--as-of"), known_at=day_of(known_at, option="--known-at"))
    if json_:
        typer.echo(json.dumps(head, indent=2))
    else:
        typer.echo(f"Version {head['version']}: {', '.join(f'{n:,} {t}' for t, n in head['rows'].items())}. Read {out / 'README.md'}.")


def _compare(
    audit: Annotated[Path, typer.Argument(help="The folder of an audit (not one made with --public).")],
    hours: Annotated[float, typer.Option(help="Held is who left so many hours or more after release was due.")] = 6.0,
    known_at: KnownAt = None,
    out: Annotated[Path | None, typer.Option(help="Write a page (HTML) to this file.")] = None,
    all_cells: Annotated[bool, typer.Option("--all-cells", help="Every count, also small ones, which may point to a person: for your eyes, not to be published.")] = False,
    registry: Own = None,
    json_: Json = False,
) -> None:
    """Where an audit's records contradict the policies on paper of those days: counts fit to be published."""
    from dueprocess.cli.agency_text import day_of, emit, opened
    from dueprocess.registry.views.compare import (
        compare,
        compare_html,
        compare_lines,
        published,
        published_html,
        published_lines,
    )

    if not 0 < hours <= 720:
        raise InputError("a number of hours above 0, up to 720, is wanted", where="--hours", do="leave it out for 6")
    known = day_of(known_at, option="--known-at")
    found = compare(opened(registry), audit, known_at=known, hours=hours)
    told = None if all_cells else published(found)
    if out:
        save(out, published_html(told, known_at=known) if told else compare_html(found, known_at=known))
    if json_:
        emit(told or found)
    else:
        for line in published_lines(told) if told else compare_lines(found):
            typer.echo(line)


def timeline(agency: str, *, known_at: str | None, form: str, out: Path | None, registry: Path | None) -> None:
    """``agencies timeline`` as html or svg: of one actor. Raises InputError where the name stands for several."""
    from dueprocess.cli.agency_text import actors_of, day_of, opened
    from dueprocess.registry.views.timeline import timeline_html, timeline_svg

    known = day_of(known_at, option="--known-at")
    reg = opened(registry)
    found = actors_of(reg, agency)
    if len(found) > 1:
        raise InputError(f"[{agency}] stands for {len(found)} actors", where="agencies timeline", do=f"name one: {', '.join(found[:6])}")
    make = timeline_html if form == "html" else timeline_svg
    save(_needed(out, form), make(reg, found[0], known_at=known))


def disagreements(*, as_of: str | None, known_at: str | None, state: str | None, form: str, out: Path | None, registry: Path | None) -> None:
    """``agencies disagreements`` as html or csv."""
    from dueprocess.cli.agency_text import day_of, opened, state_of
    from dueprocess.registry.views.disagree import disagreements_csv, disagreements_html

    make = disagreements_html if form == "html" else disagreements_csv
    save(_needed(out, form), make(opened(registry), as_of=day_of(as_of, option="--as-of"), known_at=day_of(known_at, option="--known-at"), state=state_of(state)))


def _needed(out: Path | None, form: str) -> Path:
    if out is None:
        raise InputError(f"{form} goes into a file", where="--out", do="name one")
    return out


def save(out: Path, text: str) -> None:
    """Write one file. Raises InputError where it cannot be written."""
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(out), do="name a file in a folder that is there") from None
    typer.echo(f"Wrote {out}.", err=True)
