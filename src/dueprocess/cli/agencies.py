"""``dueprocess agencies``: which agency has which policy, since when, says who. Options here; the printing is in ``agency_text``."""

from __future__ import annotations

import importlib
import importlib.util
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dueprocess.kernel.errors import InputError

agencies_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="The registry: which agency has which policy on detainers, since when, says who. What people claim, not what is so.",
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="What held on this day, as 2014-07-20; default: today.")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="Only what was known on this day; default: today.")]
State = Annotated[str | None, typer.Option("--state", help="Only this state, as IA.")]
Own = Annotated[Path | None, typer.Option("--registry", help="A folder of your own, laid over the shipped registry.")]


class Side(StrEnum):
    """Where a position stands."""

    holds = "holds"
    limits = "limits"
    undecided = "undecided"
    unknown = "unknown"


class By(StrEnum):
    """What changes are counted by."""

    agency = "agency"
    state = "state"


class Form(StrEnum):
    """What a time line is written as."""

    text = "text"
    html = "html"
    svg = "svg"


class Kind(StrEnum):
    """What is read out of texts."""

    claim = "claim"
    count_ = "count"  # a name of its own: every text has a method count
    ruling = "ruling"
    law = "law"
    incident = "incident"


class TableForm(StrEnum):
    """What a table is written as."""

    text = "text"
    html = "html"
    csv = "csv"


def register(app: typer.Typer) -> None:
    """Add ``agencies`` and its commands."""
    app.add_typer(agencies_app, name="agencies")
    for name in ("agencies_map", "agency_views"):  # the map and the release stand in a module of their own
        if importlib.util.find_spec(f"dueprocess.cli.{name}") is not None:
            importlib.import_module(f"dueprocess.cli.{name}").register(agencies_app)


@agencies_app.command("list", epilog="Example: dueprocess agencies list --state IA --as-of 2014-09-01 --side limits")
def list_(
    as_of: AsOf = None,
    known_at: KnownAt = None,
    state: State = None,
    side: Annotated[Side | None, typer.Option(help="Only this side: holds, limits, undecided or unknown.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those of which only a list or a 287(g) agreement speaks.")] = False,
    registry: Own = None,
    json_: Json = False,
) -> None:
    """Every agency and other actor with its position on a day, the rule that gave it and its last confirmation."""
    from dueprocess.cli import agency_text

    agency_text.listing(as_of=as_of, known_at=known_at, state=state, side=side.value if side else None, every=every, registry=registry, as_json=json_)


@agencies_app.command("show", epilog="Example: dueprocess agencies show us/ia/montgomery-county/sheriff --as-of 2017-03-24")
def show(
    agency: Annotated[str, typer.Argument(help="An agency's path, its name with the state, or a place, as 'Montgomery County, IA'.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    registry: Own = None,
    json_: Json = False,
) -> None:
    """The position of an agency on a day: the claims for and against it, the rule, the practice, the lists that name it."""
    from dueprocess.cli import agency_text

    agency_text.show(agency, as_of=as_of, known_at=known_at, registry=registry, as_json=json_)


@agencies_app.command("timeline", epilog="Example: dueprocess agencies timeline us/tx/travis-county/sheriff")
def timeline(
    agency: Annotated[str, typer.Argument(help="An agency's path, or a place, as 'Travis County, TX'.")],
    known_at: KnownAt = None,
    format: Annotated[Form, typer.Option(help="text, html (drawing and tables) or svg (the drawing).")] = Form.text,
    out: Annotated[Path | None, typer.Option(help="The file to write, for html and svg.")] = None,
    registry: Own = None,
    json_: Json = False,
) -> None:
    """An agency's positions over time, each with the claims for and against it."""
    from dueprocess.cli import agency_text, agency_views

    if format is not Form.text:
        agency_views.timeline(agency, known_at=known_at, form=format.value, out=out, registry=registry)
        return
    agency_text.timeline(agency, known_at=known_at, registry=registry, as_json=json_)


@agencies_app.command("changes", epilog="Example: dueprocess agencies changes --since 2014-04-11 --until 2014-07-21 --by state")
def changes(
    since: Annotated[str, typer.Option(help="The first day, as 2014-04-11.")],
    until: Annotated[str, typer.Option(help="The day after the last.")],
    by: Annotated[By, typer.Option(help="List each agency, or count by state.")] = By.agency,
    known_at: KnownAt = None,
    state: State = None,
    registry: Own = None,
    json_: Json = False,
) -> None:
    """What sources date between two days: who changed from which position to which; certain, or possible."""
    from dueprocess.cli import agency_text

    agency_text.changed(since=since, until=until, by=by.value, known_at=known_at, state=state, registry=registry, as_json=json_)


@agencies_app.command("count", epilog="Example: dueprocess agencies count --definition changed-2014")
def count(
    definition: Annotated[str | None, typer.Option(help="A shipped definition by its id, or a file of your own (YAML); default: all.")] = None,
    known_at: KnownAt = None,
    rows: Annotated[bool, typer.Option("--rows", help="Every row counted, not only the difference.")] = False,
    published: Annotated[bool, typer.Option("--published", help="What others counted, each with our definition beside it, or that there is none.")] = False,
    state: Annotated[str | None, typer.Option("--state", help="With --published: only counts of this state, as IA.")] = None,
    registry: Own = None,
    json_: Json = False,
) -> None:
    """Our count under a definition beside the published ones, the difference, and what the data lack."""
    from dueprocess.cli import agency_text

    if state and not published:
        raise InputError("a definition has its own scope", where="--state", do="leave it out, or add --published")
    if published:
        agency_text.published(state=state, registry=registry, as_json=json_)
        return
    agency_text.counted(definition, known_at=known_at, rows=rows, registry=registry, as_json=json_)


@agencies_app.command("disagreements", epilog="Example: dueprocess agencies disagreements --as-of 2017-03-24")
def disagreements(
    as_of: AsOf = None,
    known_at: KnownAt = None,
    state: State = None,
    format: Annotated[TableForm, typer.Option(help="text, html or csv.")] = TableForm.text,
    out: Annotated[Path | None, typer.Option(help="The file to write, for html and csv.")] = None,
    registry: Own = None,
    json_: Json = False,
) -> None:
    """Where two sources, or two actors of one place, take different sides on a day."""
    from dueprocess.cli import agency_text, agency_views

    if format is not TableForm.text:
        agency_views.disagreements(as_of=as_of, known_at=known_at, state=state, form=format.value, out=out, registry=registry)
        return
    agency_text.disagreeing(as_of=as_of, known_at=known_at, state=state, registry=registry, as_json=json_)


@agencies_app.command("import", epilog="Example: dueprocess agencies import docs/examples/made-up-agencies.csv --map docs/examples/made-up-agencies.yaml --registry my-registry")
def import_(
    sheet: Annotated[Path, typer.Argument(help="A sheet of claims: CSV, TSV or Excel.")],
    map_: Annotated[Path, typer.Option("--map", help="What its columns mean (YAML).")],
    registry: Annotated[Path, typer.Option("--registry", help="Your own folder; it is made where it is not there.")],
    json_: Json = False,
) -> None:
    """A researcher's own sheet into a folder of their own; every match and refusal is logged with its reason."""
    from dueprocess.cli import agency_work

    agency_work.import_(sheet, map=map_, registry=registry, as_json=json_)


@agencies_app.command("review", epilog="Example: dueprocess agencies review --add docs/examples/made-up-claims.jsonl --source-title 'A made-up article' --source-date 2014-05-02 --registry my-registry")
def review(
    claim: Annotated[str | None, typer.Argument(help="The claim, count, ruling, law or incident to decide on, or a claim of the registry; without it, the queue.")] = None,
    registry: Annotated[Path, typer.Option("--registry", help="Your own folder.")] = Path("registry"),
    add: Annotated[Path | None, typer.Option(help="Put the claims of this file (from dueprocess claims) into the queue.")] = None,
    accept: Annotated[bool, typer.Option("--accept", help="The claim says what its source says.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="It does not.")] = False,
    correct: Annotated[list[str] | None, typer.Option(help="It does with this change, as position=declines_all; may be repeated.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Only this kind of the queue.")] = None,
    role: Annotated[str | None, typer.Option(help="In which role you decide: researcher. No name is needed.")] = None,
    reviewer: Annotated[str, typer.Option(help="Which of two reviewers you are, as A or B.")] = "A",
    reason: Annotated[str | None, typer.Option(help="Why, in a sentence.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="The day of the decision, as 2026-11-22; default: today.")] = None,
    source_title: Annotated[str, typer.Option(help="With --add: the title of the text.")] = "",
    source_publisher: Annotated[str, typer.Option(help="With --add: who published it.")] = "",
    source_url: Annotated[str, typer.Option(help="With --add: its address.")] = "",
    source_date: Annotated[str, typer.Option(help="With --add: its date, as 2014-05-02, 2014-05 or 2014.")] = "",
    json_: Json = False,
) -> None:
    """The queue of what texts say: accept, correct or reject it; how far two reviewers agree. A correction of a claim that ships
    stands before it in your folder."""
    from dueprocess.cli import agency_work

    agency_work.review(
        claim, registry=registry, add=add, accept=accept, reject=reject, correct=correct or [], role=role, reviewer=reviewer, reason=reason, on=on, kind=kind.value if kind else None,
        source=(source_title, source_publisher, source_url, source_date), as_json=json_,
    )  # fmt: skip


@agencies_app.command("promote", epilog="Example: dueprocess agencies promote us/az/maricopa-county/sheriff --as-of 2018-01-01 --unreviewed --out proposal")
def promote(
    agency: Annotated[str, typer.Argument(help="The agency's path, as us/ia/montgomery-county/sheriff.")],
    out: Annotated[Path, typer.Option(help="The folder of law to write the proposal into.")],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unreviewed: Annotated[bool, typer.Option("--unreviewed", help="A draft from claims that nobody has accepted; it says so.")] = False,
    law_folders: Annotated[list[Path] | None, typer.Option("--law", help="A folder of law files laid over the shipped lawbook.")] = None,
    registry: Own = None,
    json_: Json = False,
) -> None:
    """An agency's policy as a file of law that names its claims: a proposal for counsel, adopted by nobody yet."""
    from dueprocess.cli import agency_work

    agency_work.promote(agency, out=out, as_of=as_of, known_at=known_at, unreviewed=unreviewed, folders=law_folders or [], registry=registry, as_json=json_)
