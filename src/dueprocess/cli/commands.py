"""The commands and their options. The work is done in ``cli.decide``, ``cli.law`` and ``cli.demo``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dueprocess.cli import (
    agencies,
    auditing,
    booking,
    claims,
    ledgering,
    lettering,
    reading,
    serving,
    simulating,
    stewarding,
    whatif,
)

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="What a jail may do with an immigration detainer, until when, and under what authority.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
law = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The lawbook: check, list and show it.")
app.add_typer(law, name="law")
# Who answers for the law: review, adopt, new, key, bundle, update.
stewarding.register(law)
auditing.register(app)
whatif.register(app)
agencies.register(app)
claims.register(app)
simulating.register(app)
lettering.register(app)
reading.register(app)
booking.register(app)
ledgering.register(app)
serving.register(app)


class Format(StrEnum):
    """What a decision is printed as."""

    text = "text"
    json = "json"
    html = "html"
    pdf = "pdf"


class CoverageMap(StrEnum):
    """What the map of the coverage shows."""

    regime = "regime"
    adoption = "adoption"


class CoverageFormat(StrEnum):
    """What the coverage is printed as."""

    text = "text"
    json = "json"
    csv = "csv"
    html = "html"
    svg = "svg"


LawFolders = Annotated[
    list[Path] | None,
    typer.Option("--law", help="A folder of law files: a whole lawbook, or more files laid over the shipped one."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        from dueprocess import __version__

        typer.echo(f"dueprocess {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    del version


@app.command(epilog="Example: dueprocess decide cases/g01-miranda-olivares.yaml")
def decide(
    cases: Annotated[list[str], typer.Argument(help="Case files (YAML or JSON); - reads standard input.")],
    at: Annotated[str | None, typer.Option(help="The moment asked about, as 2026-03-29T16:00:00-07:00; or now.")] = None,
    law_known_at: Annotated[str | None, typer.Option(help="Use only law known up to this day, as 2014-05-03.")] = None,
    law_folders: LawFolders = None,
    adoption: Annotated[Path | None, typer.Option(help="What the agency's counsel has adopted (YAML).")] = None,
    format: Annotated[Format, typer.Option(help="text, json, html or pdf.")] = Format.text,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of the terminal (needed for pdf).")] = None,
    json_: Json = False,
) -> None:
    """Decide cases: may this jail hold this person, until when, under what authority?"""
    from dueprocess.cli.deciding import run

    status = run(
        cases,
        at=at,
        law_known_at=law_known_at,
        folders=law_folders or [],
        adoption=adoption,
        form=Format.json.value if json_ else format.value,
        out=out,
    )
    raise typer.Exit(status)


@app.command(epilog="Example: dueprocess clock --due 2026-09-04T18:00:00-05:00 --zone America/Chicago --form i-247a")
def clock(
    due: Annotated[str, typer.Option(help="When release was due, as 2026-09-04T18:00:00-05:00.")],
    zone: Annotated[str | None, typer.Option(help="The jail's IANA time zone; not needed with --place.")] = None,
    form: Annotated[str, typer.Option(help="The detainer's form: i-247, i-247d, i-247n, i-247x, i-247a or i-247g.")] = "i-247a",
    edition: Annotated[str | None, typer.Option(help="The footer's year and month, as 2017-03.")] = None,
    place: Annotated[str | None, typer.Option(help="A county, to add the limits of its law, as us/nh/merrimack-county.")] = None,
    law_folders: LawFolders = None,
    json_: Json = False,
) -> None:
    """Every limit that counts from the release, with its steps."""
    from dueprocess.cli.clocking import run

    run(due=due, zone=zone, form=form, edition=edition, place=place, folders=law_folders or [], as_json=json_)


@app.command(epilog="Example: dueprocess columns data/samples/odd-jail-log.xlsx --agency us/or/clackamas-county/sheriff --out map.yaml")
def columns(
    inputs: Annotated[list[str], typer.Argument(help="Foreign tables that belong together: CSV, Excel, Parquet, SQLite, DuckDB; or a postgresql://, s3:// or gs:// address.")],
    out: Annotated[Path | None, typer.Option(help="Write the proposed map to this file (YAML).")] = None,
    sheet: Annotated[str | None, typer.Option(help="Only this sheet of a workbook, or table of a database.")] = None,
    agency: Annotated[str | None, typer.Option(help="Whose jail it is, as us/or/clackamas-county/sheriff, where no column says.")] = None,
    json_: Json = False,
) -> None:
    """Propose what the columns of a foreign table mean, show ten rows before and after, write it as a map."""
    from dueprocess.cli.columns import run

    run(inputs, out=out, sheet=sheet, agency=agency, as_json=json_)


@app.command(epilog="Example: dueprocess demo g12-lopez-lopez")
def demo(
    case: Annotated[str | None, typer.Argument(help="One case by name or the start of it, step by step; without it, all.")] = None,
    page: Annotated[Path | None, typer.Option(help="Write the steps of the case as one HTML file.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Print the whole answer after the steps.")] = False,
    json_: Json = False,
) -> None:
    """Decide the real decided cases that ship with the program; walk through one of them."""
    from dueprocess.cli.demo import run

    raise typer.Exit(run(case, as_json=json_, page=page, whole=whole))


@law.command("check", epilog="Example: dueprocess law check")
def law_check(
    folders: Annotated[list[Path] | None, typer.Argument(help="Folders of law; default: the shipped lawbook.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Status 1 for a warning too.")] = False,
    confirmed_within: Annotated[int | None, typer.Option(help="Warn of law in force that nobody has confirmed within so many days.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every finding, where many files share one.")] = False,
    json_: Json = False,
) -> None:
    """List what must be refused (status 1), and warn of slips, conflicts and law that can never apply."""
    from dueprocess.cli.checking import check

    raise typer.Exit(check(folders or [], as_json=json_, strict=strict, confirmed_within=confirmed_within, every=every))


@law.command("diff", epilog="Example: dueprocess law diff shipped my-lawbook --county us/or/clackamas-county --audit docs/examples/made-up-jail.csv")
def law_diff(
    old: Annotated[str, typer.Argument(help="A folder of law, or the word shipped.")],
    new: Annotated[str, typer.Argument(help="A folder of law, or the word shipped.")],
    county: Annotated[str | None, typer.Option(help="Whose made-up stays are asked, as us/or/clackamas-county; default: one that a change binds.")] = None,
    stays: Annotated[int, typer.Option(help="How many made-up stays; 0 for none.")] = 2000,
    audit_input: Annotated[list[str] | None, typer.Option("--audit", help="Also ask these stays: a table, an address as audit takes it, or a folder that an audit prepared. Repeat for tables that belong together.")] = None,
    map_: Annotated[Path | None, typer.Option("--map", help="What the columns of --audit mean (YAML).")] = None,
    json_: Json = False,
) -> None:
    """What changed between two lawbooks in words, and which answers, deadlines and hours change by which norm."""
    from dueprocess.cli.checking import diff

    raise typer.Exit(diff(old, new, county=county, stays=stays, audit=audit_input or [], map=map_, as_json=json_))


@law.command("list", epilog="Example: dueprocess law list us/or --as-of 2014-05-03")
def law_list(
    place: Annotated[str | None, typer.Argument(help="Only what binds this place or agency, as us/or.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Only what is in force on this day, as 2014-05-03.")] = None,
    law_folders: LawFolders = None,
    json_: Json = False,
) -> None:
    """The authorities, with their citation, interval and review."""
    from dueprocess.cli.lawbook import listing

    listing(place, as_of=as_of, folders=law_folders or [], as_json=json_)


@law.command("show", epilog="Example: dueprocess law show us/ma/lunn")
def law_show(authority: str, law_folders: LawFolders = None, json_: Json = False) -> None:
    """One authority: what it says, whom it binds, since when, by which source."""
    from dueprocess.cli.lawbook import show

    show(authority, folders=law_folders or [], as_json=json_)


@law.command("matrix", epilog="Example: dueprocess law matrix us/fl/alachua-county --as-of 2026-11-22 --format pdf --out matrix.pdf")
def law_matrix(
    place: Annotated[str, typer.Argument(help="A county (its sheriff), another place, or an agency, as us/or/clackamas-county/sheriff.")],
    as_of: Annotated[str | None, typer.Option(help="The day on which release is due, as 2014-05-03; default: today.")] = None,
    known_at: Annotated[str | None, typer.Option(help="Use only law known up to this day; default: today.")] = None,
    facility: Annotated[str | None, typer.Option(help="The jail's county, where the agency does not lie in exactly one.")] = None,
    law_folders: LawFolders = None,
    adoption: Annotated[Path | None, typer.Option(help="What the agency's counsel has adopted (YAML).")] = None,
    format: Annotated[Format, typer.Option(help="text, json (the decision table), html or pdf.")] = Format.text,
    card: Annotated[bool, typer.Option("--card", help="The wall card for the desk instead of counsel's page.")] = False,
    kit: Annotated[bool, typer.Option("--kit", help="The offline kit of a small jail: one HTML file (needs --out).")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file instead of the terminal (needed for pdf).")] = None,
    json_: Json = False,
) -> None:
    """What the encoded law says there that day: packets and the facts that matter, to must, may, may not or open."""
    from dueprocess.cli.matrix import run

    run(
        place,
        as_of=as_of,
        known_at=known_at,
        facility=facility,
        folders=law_folders or [],
        adoption=adoption,
        form=Format.json.value if json_ else format.value,
        card=card,
        kit=kit,
        out=out,
    )


@law.command("coverage", epilog="Example: dueprocess law coverage --as-of 2026-11-22 --format html --out coverage.html")
def law_coverage(
    as_of: Annotated[str | None, typer.Option(help="The day asked about, as 2014-05-03; default: today.")] = None,
    known_at: Annotated[str | None, typer.Option(help="Use only law known up to this day; default: today.")] = None,
    law_folders: LawFolders = None,
    adoptions: Annotated[list[Path] | None, typer.Option("--adoption", help="What an agency's counsel has adopted (YAML), one file an agency: adds how far, by county.")] = None,
    map_: Annotated[CoverageMap, typer.Option("--map", help="What an SVG map shows: regime, or adoption (with --adoption).")] = CoverageMap.regime,
    format: Annotated[CoverageFormat, typer.Option(help="text, json, csv, html (map and tables) or svg (the map).")] = CoverageFormat.text,
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of the terminal.")] = None,
    json_: Json = False,
) -> None:
    """What is encoded, county by county, and what it comes to there on a day."""
    from dueprocess.cli.covering import coverage

    coverage(
        as_of=as_of,
        known_at=known_at,
        folders=law_folders or [],
        form="json" if json_ else format.value,
        out=out,
        adoptions=adoptions or [],
        layer=map_.value,
    )


@law.command("export", epilog="Example: dueprocess law export --html site")
def law_export(
    html: Annotated[Path, typer.Option("--html", help="The folder to write pages into: a new or empty one, or an earlier export.")],
    as_of: Annotated[str | None, typer.Option(help="The day that the places' pages are about, as 2014-05-03; default: today.")] = None,
    known_at: Annotated[str | None, typer.Option(help="Use only law known up to this day; default: today.")] = None,
    law_folders: LawFolders = None,
) -> None:
    """The lawbook as pages in plain words, to be read without a server."""
    from dueprocess.cli.covering import export

    export(html, as_of=as_of, known_at=known_at, folders=law_folders or [])


@law.command("schema", epilog="Example: dueprocess law schema case")
def law_schema(of: Annotated[str, typer.Argument(help="authority, case or decision.")] = "authority") -> None:
    """The JSON Schema of a law file, a case file or a decision."""
    from dueprocess.cli.lawbook import schema

    schema(of)
