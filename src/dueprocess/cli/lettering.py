"""``dueprocess letters``: a letter for each county or agency that a condition selects. Options here; the work is in ``letters``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from dueprocess.kernel.errors import InputError, printable

letters_app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    help="A letter for each county or agency that a condition selects, each sentence with its source. Nothing is sent.",
    epilog="Example: dueprocess letters --to \"state = 'OR' AND side = 'limits'\" --template advocates-letter --out letters --trace",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Own = Annotated[Path | None, typer.Option("--registry", help="A folder of your own, laid over the shipped registry.")]
LawFolders = Annotated[list[Path] | None, typer.Option("--law", help="A folder of law files laid over the shipped lawbook.")]


class Form(StrEnum):
    """What a letter is written as."""

    pdf = "pdf"
    docx = "docx"


class Each(StrEnum):
    """What gets one letter."""

    county = "county"
    agency = "agency"


def register(app: typer.Typer) -> None:
    """Add ``letters`` and its commands."""
    app.add_typer(letters_app, name="letters")


@letters_app.callback(invoke_without_command=True)
def letters(
    context: typer.Context,
    to: Annotated[str | None, typer.Option("--to", help="Who: a condition over the registry's columns, as \"state = 'OR'\"; TRUE for all.")] = None,
    template: Annotated[str | None, typer.Option("--template", help="A template by name (dueprocess letters templates), or a file of your own.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The folder to write; the same command again does only what failed or changed.")] = None,
    each: Annotated[Each, typer.Option(help="One letter a county (to whoever keeps its jail), or one an agency that the registry names.")] = Each.county,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say who would get a letter, who is left out, and why.")] = False,
    sample: Annotated[int | None, typer.Option(help="Only so many letters, spread evenly.", min=1)] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Also trace.csv: each sentence with the claim or authority and the source it rests on.")] = False,
    format: Annotated[Form, typer.Option(help="pdf, or docx for editing (needs dueprocess[office]).")] = Form.pdf,
    letterhead: Annotated[Path | None, typer.Option(help="A Word file of your own that DOCX letters are filled into (dueprocess letters letterhead).")] = None,
    as_of: Annotated[str | None, typer.Option(help="The day that the letters speak of, as 2026-11-22; default: today.")] = None,
    known_at: Annotated[str | None, typer.Option(help="Only law and sources known on this day; default: today.")] = None,
    signed: Annotated[Path | None, typer.Option(help="The signing organizations (a YAML list).")] = None,
    audit: Annotated[Path | None, typer.Option(help="The folder of an audit: letters to its agencies tell its figures, small numbers never.")] = None,
    usd_a_day: Annotated[float | None, typer.Option(help="What a day of holding costs; without it no cost of holding is told.", min=0)] = None,
    bundle: Annotated[bool, typer.Option(help="Also all letters in one PDF (above 250, one for each state).")] = True,
    xlsx: Annotated[bool, typer.Option(help="Also the merge table as XLSX (needs dueprocess[office]).")] = True,
    jobs: Annotated[int | None, typer.Option(help="Processes; default: one for each processor.", min=1)] = None,
    registry: Own = None,
    law_folders: LawFolders = None,
    json_: Json = False,
) -> None:
    """A letter for each county or agency that a condition selects, each sentence with its source. Nothing is sent."""
    if context.invoked_subcommand is not None:
        return
    from dueprocess.cli.lettering_work import Asked, run

    if to is None or template is None:
        raise InputError(f"nothing says {'who gets a letter' if to is None else 'which letter'}", where="letters", do="give --to \"state = 'OR'\" and --template advocates-letter (dueprocess letters templates lists them)")
    if out is None and not dry_run:
        raise InputError("nothing says where the letters go", where="letters", do="give --out DIR, or --dry-run")
    asked = Asked(
        to=to, template=template, out=out, each=each.value, dry_run=dry_run, sample=sample, trace=trace, form=format.value, letterhead=letterhead, as_of=as_of, known_at=known_at, signed=signed,
        audit=audit, usd_a_day=usd_a_day, bundle=bundle, xlsx=xlsx, jobs=jobs, registry=registry, law_folders=tuple(law_folders or ()),
    )  # fmt: skip
    raise typer.Exit(run(asked, as_json=json_, say=_say))


@letters_app.command("templates", epilog="Example: dueprocess letters templates")
def templates(json_: Json = False) -> None:
    """The templates that come with the program, whom each is for, and who has reviewed it."""
    from dueprocess.cli.lettering_work import listed

    listed(as_json=json_)


@letters_app.command("fields", epilog="Example: dueprocess letters fields")
def fields(json_: Json = False) -> None:
    """The columns that --to may ask about, and the fields and lists that a template may name."""
    from dueprocess.cli.lettering_work import names

    names(as_json=json_)


@letters_app.command("lint", epilog="Example: dueprocess letters lint advocates-letter")
def lint(
    files: Annotated[list[str], typer.Argument(help="Templates, by name or file.")],
    law_folders: LawFolders = None,
    json_: Json = False,
) -> None:
    """What is wrong with templates: unknown fields, no line about a reviewer, sentences without a source (status 1)."""
    from dueprocess.cli.lettering_work import linted

    raise typer.Exit(linted(files, law_folders=tuple(law_folders or ()), as_json=json_))


@letters_app.command("letterhead", epilog="Example: dueprocess letters letterhead --out letterhead.docx")
def letterhead_(out: Annotated[Path, typer.Option(help="The file to write.")]) -> None:
    """The Word file that DOCX letters are filled into, to see its tags or to make a letterhead of your own."""
    from dueprocess.cli.deciding import write
    from dueprocess.letters.docx import base_docx

    write(out, base_docx())


@letters_app.command("reply", epilog="Example: dueprocess letters reply docs/examples/made-up-reply.txt --agency us/or/lake-county/sheriff --position declines_all --date 2026-11-20 --registry my-registry")
def reply(
    file: Annotated[Path, typer.Argument(help="The reply as it came: any file. A copy is kept in your registry's folder.")],
    agency: Annotated[str, typer.Option(help="Who wrote it: an agency's path, as us/or/lake-county/sheriff.")],
    position: Annotated[str, typer.Option(help="What it says: a position, or unknown where it states none.")],
    date: Annotated[str, typer.Option(help="The day of the reply, as 2026-11-20.")],
    registry: Annotated[Path, typer.Option(help="Your own folder of the registry; it is made if it is not there.")],
    accepts: Annotated[list[str] | None, typer.Option(help="What it says that it holds on, as judicial_warrant; repeat.")] = None,
    effective: Annotated[str, typer.Option(help="Since when, if the reply says so.")] = "",
    locator: Annotated[str, typer.Option(help="Where in it, as 'page 2'.")] = "",
    json_: Json = False,
) -> None:
    """File a reply as a source in your registry, with what the agency says in its own words."""
    from dueprocess.cli.lettering_work import filed

    filed(file, agency=agency, position=position, day=date, registry=registry, accepts=tuple(accepts or ()), effective=effective, locator=locator, as_json=json_)


@letters_app.command("liability", epilog="Example: dueprocess letters liability audit --of us/or/clackamas-county --out liability.pdf")
def liability(
    audit: Annotated[Path, typer.Argument(help="The folder of an audit.")],
    of: Annotated[str, typer.Option(help="A county, or an agency's path.")],
    out: Annotated[Path, typer.Option(help="The PDF to write; only its owner may read it.")],
    as_of: Annotated[str | None, typer.Option(help="The day whose law is told; default: today.")] = None,
    known_at: Annotated[str | None, typer.Option(help="Only law known on this day; default: today.")] = None,
    usd_a_day: Annotated[float | None, typer.Option(help="What a day of holding costs; without it no cost is told.", min=0)] = None,
    law_folders: LawFolders = None,
) -> None:
    """A county's liability report for its counsel: an audit's hours at published rates, as ranges with every assumption."""
    from dueprocess.cli.lettering_work import reported

    reported(audit, of=of, out=out, as_of=as_of, known_at=known_at, usd_a_day=usd_a_day, law_folders=tuple(law_folders or ()))


def _say(text: str) -> None:
    """A line of progress, where somebody is watching."""
    if sys.stderr.isatty():
        typer.echo(f"\r\033[K{printable(text)}", nl=False, err=True)


def echo_json(value: Any) -> None:
    """Print JSON."""
    import json

    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
