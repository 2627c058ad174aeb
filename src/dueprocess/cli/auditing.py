"""``dueprocess audit``: past stays against the law of their day, into a folder; and one stay of it explained."""

from __future__ import annotations

import json
import shlex
import sys
import time
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup


class Engine(StrEnum):
    """What works the answers out: all give the same."""

    duckdb = "duckdb"
    spark = "spark"
    single = "single"


class _InputOrCommand(TyperGroup):
    """``dueprocess audit FILE …`` is ``dueprocess audit run FILE …``: whatever is no command is an input or an option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


audit_app = typer.Typer(
    cls=_InputOrCommand,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Find the holds that broke the rule in custody records. “dueprocess audit FILE… --out DIR” is “audit run”: its options are under “dueprocess audit run --help”.",
)

Folders = Annotated[list[Path] | None, typer.Option("--law", help="A folder of law files: a whole lawbook, or more files laid over the shipped one.")]


def register(app: typer.Typer) -> None:
    """Add ``audit`` and its commands."""
    from dueprocess.cli import classes

    app.add_typer(audit_app, name="audit")
    classes.register(audit_app)


@audit_app.command("run", epilog="Example: dueprocess audit run docs/examples/made-up-jail.csv --out audit")
def run(
    inputs: Annotated[list[str], typer.Argument(help="Tables (CSV, Excel, Parquet, …; postgresql://, s3:// or gs:// addresses), or one folder: of tables, or of an older audit.")],
    out: Annotated[Path, typer.Option(help="The folder to write: a new or empty one, or an older audit.")],
    engine: Annotated[Engine, typer.Option(help="duckdb, spark, or single: the evaluator of one case, row by row.")] = Engine.duckdb,
    master: Annotated[str | None, typer.Option(help="Spark's master, as spark://host:7077.")] = None,
    map: Annotated[Path | None, typer.Option(help="A column map (YAML), as dueprocess columns writes it.")] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped column map, by name.")] = None,
    theory: Annotated[list[Path] | None, typer.Option(help="A rival theory (YAML) to be told beside; may be repeated.")] = None,
    as_known_then: Annotated[bool, typer.Option("--as-known-then", help="Ask with the law known on the day of each stay, not today's.")] = False,
    law_known_at: Annotated[str | None, typer.Option(help="Use only law known up to this day, as 2014-05-03; default: today.")] = None,
    public: Annotated[bool, typer.Option("--public", help="Aggregates only, fit to be published: no stay, no exact time, nothing under 11.")] = False,
    by: Annotated[list[str] | None, typer.Option(help="Break the totals down by this column of the input; may be repeated.")] = None,
    as_of: Annotated[str | None, typer.Option(help="The day up to which the records speak, as 2026-01-31.")] = None,
    allowance_hours: Annotated[float | None, typer.Option(help="Hours of processing that the agency allows itself; told beside, never instead.")] = None,
    daily_cost: Annotated[float | None, typer.Option(help="What a day of custody costs the agency, in USD; default: a published figure of another agency, said to be one.")] = None,
    identified: Annotated[bool, typer.Option("--identified", help="Also list the certain and possible stays by their place in the files, encrypted and logged; needs --purpose and --by-role.")] = False,
    purpose: Annotated[str | None, typer.Option(help="What the identified list is for; it stands in the log.")] = None,
    by_role: Annotated[str | None, typer.Option("--by-role", help="Who asks, as a role: class counsel. No name is needed.")] = None,
    passphrase_file: Annotated[Path | None, typer.Option("--passphrase-file", help="A file whose first line is the passphrase; without it you are asked.")] = None,
    law_folders: Folders = None,
    json_: Annotated[bool, typer.Option("--json", help="Print what run.json holds.")] = False,
) -> None:
    """Audit custody records: which stays lasted longer than the law of their day allowed, by how many hours, and why.

    The word run may be left out: dueprocess audit FILE --out DIR.
    """
    from dueprocess.audit.folder import Options, audit, locate
    from dueprocess.kernel import now
    from dueprocess.kernel.errors import InputError
    from dueprocess.kernel.instants import parse_date
    from dueprocess.law import load_lawbook
    from dueprocess.tables import named

    if as_known_then and law_known_at:
        raise InputError("one of the two, not both", where="--as-known-then, --law-known-at", do="leave one out")
    for name, number, most in (("--allowance-hours", allowance_hours, 72.0), ("--daily-cost", daily_cost, 1e6)):
        if number is not None and not 0 <= number <= most:
            raise InputError(f"[{number:g}] cannot be meant", where=name, do=f"give a number from 0 to {most:,.0f}")
    passphrase = _to_seal(identified=identified, public=public, purpose=purpose, by_role=by_role, passphrase_file=passphrase_file)
    today = now.today()
    folders = tuple(law_folders or ())
    options = Options(
        law_known_at=None if as_known_then else parse_date(law_known_at, where="--law-known-at") if law_known_at else today,
        today=today,
        engine=engine.value,
        master=master,
        map=map,
        preset=preset,
        theories=tuple(theory or ()),
        public=public,
        by=tuple(dict.fromkeys(by or ())),
        as_of=parse_date(as_of, where="--as-of") if as_of else None,
        allowance_hours=allowance_hours,
        daily_cost=daily_cost,
        law_folders=folders,
        command=command_of(sys.argv[1:], law_known_at=None if as_known_then or law_known_at else today.isoformat()),
    )
    told = Progress()
    records = [named(i) for i in inputs]
    if len(records) == 1 and isinstance(records[0], Path) and (records[0] / "run.json").is_file():
        records = [locate(records[0])[0]]  # an older audit stands for its tables, as in whatif; its own files are no records
    found = audit(records, out, lawbook=load_lawbook(*folders), options=options, say=told.say, progress=told.rows)
    told.end()
    sealed = _seal(out, list(folders), passphrase=passphrase, entry={"at": now.now_text(), "purpose": purpose, "by_role": by_role}) if identified else None
    if json_:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False, default=str))
        return
    typer.echo(summary(found, out))
    if public:
        typer.echo("Publish this report alone: beside one of the same records with other options, or of a month more, the difference may be one person.")
    if sealed:
        typer.echo(f"The certain and possible stays, sealed: {sealed}. Every opening is logged beside it (dueprocess audit class {out} --open).")


SEALED_CLASS = """\
class: Certain and possible stays
because: Every stay of this audit that certainly or possibly lasted longer than the encoded law allowed.
condition: class IN ('certain', 'possible')
"""


def _to_seal(*, identified: bool, public: bool, purpose: str | None, by_role: str | None, passphrase_file: Path | None) -> str:
    """The passphrase of the identified list, asked for before a long run; InputError where it could not be sealed in the end."""
    from dueprocess.cli.classes import check_purpose, passphrase_of
    from dueprocess.kernel.errors import InputError

    if not identified:
        if purpose or by_role or passphrase_file:
            raise InputError("a purpose, role or passphrase without --identified", where="audit", do="add --identified, or leave them out")
        return ""
    if public:
        raise InputError("one of the two, not both", where="--public, --identified", do="audit twice, into two folders")
    check_purpose(purpose, by_role)
    return passphrase_of(passphrase_file, new=True)


def _seal(out: Path, folders: list[Path], *, passphrase: str, entry: dict[str, Any]) -> Path:
    """The class of all certain and possible stays: counted, sealed and logged as any other."""
    import tempfile

    from dueprocess.cli.classes import write

    with tempfile.TemporaryDirectory() as scratch:
        definition = Path(scratch) / "class.yaml"
        definition.write_text(SEALED_CLASS, encoding="utf-8")
        _, written = write(out, definition, None, folders, entry=entry, passphrase=passphrase)
    return written[-1]


@audit_app.command("explain", epilog="Example: dueprocess audit explain audit --stay row-0")
def explain(
    folder: Annotated[Path, typer.Argument(help="The folder of an audit.")],
    stay: Annotated[str, typer.Option(help="The stay's id as in the first column of stays.csv, or its row, as row-17.")],
    law_folders: Folders = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """One stay's full decision by the other evaluator: reasons, clocks, timeline, what is missing; and whether both say the same."""
    import textwrap

    from dueprocess.audit.folder import explain as explained
    from dueprocess.audit.folder import locate, read_run
    from dueprocess.audit.single import opinion_words, second_opinion
    from dueprocess.decide.present import to_text
    from dueprocess.law import load_lawbook

    made = read_run(folder)
    lawbook = load_lawbook(*(law_folders or [Path(p) for p in made["law_folders"]]))
    if lawbook.version != made["law_version"]:
        typer.echo("dueprocess: the law has changed since this audit; the answer below is by the law as it is now", err=True)
    decision = explained(folder, stay, lawbook=lawbook)
    known = date.fromisoformat(made["law_known_at"]) if made["law_known_at"] else None
    said = second_opinion(*locate(folder), stay, lawbook=lawbook, law_known_at=known)
    if json_:
        typer.echo(json.dumps({**decision, "in_the_audit": said}, indent=2, ensure_ascii=False))
        return
    typer.echo(textwrap.fill(opinion_words(said), 78) + "\n")
    typer.echo(to_text(decision), nl=False)
    if decision["read_from"]:
        typer.echo("\nread from the files\n" + "\n".join(f"  {name}: {told}" for name, told in decision["read_from"].items()))


def command_of(arguments: list[str], *, law_known_at: str | None) -> str:
    """The command that repeats this run on any later day: what was typed, with the day that was meant by "today".

    Of an address, who asks and with which password is left out.
    """
    from dueprocess.tables import bare

    more = ["--law-known-at", law_known_at] if law_known_at else []
    return shlex.join(["dueprocess", *(bare(a) for a in arguments), *more])


def summary(found: dict[str, Any], out: Path) -> str:
    """What an audit found, in a few lines."""
    from dueprocess.audit.words import class_name

    lines = [rows_of(found), f"{found['stays']:,} stays asked about = {sum(c['stays'] for c in found['classes'].values()):,} answered:"]
    for name, cell in found["classes"].items():
        hours = f", {cell['hours_least']:,.1f} to {cell['hours_most']:,.1f} hours over" if cell["hours_least"] is not None and cell["stays"] else ""
        lines.append(f"  {class_name(name):<14} {cell['stays']:>10,}{hours}")
    lines.append(f"Read {out / 'report.html'}; what would settle the rest is in {out / 'request.md'}.")
    return "\n".join(lines)


def rows_of(found: dict[str, Any]) -> str:
    """That no row was lost: rows in = rows out."""
    if found.get("rows_merged") is None:
        return f"{found['rows_in']:,} rows in = {found['rows_out']:,} rows out."
    return f"{found['rows_in']:,} rows in = {found['rows_out']:,} rows out: {found['stays']:,} stays + {found['rows_merged']:,} rows merged into them + {found['rows_aside']:,} set aside."


class Progress:
    """Steps and rows done on standard error, with an estimate; on a terminal the line of rows is written over."""

    def __init__(self) -> None:
        self.began: float | None = None
        self.reading = time.monotonic()
        self.shown = 0.0
        self.open = False
        self.step = ""
        self.held: list[str] = []
        self.terminal = sys.stderr.isatty()

    def say(self, text: str, share: float = 0.0) -> None:
        """A new step, with ``share`` of the reading behind it. Where nobody watches, a step is told once it is done, and the
        steps of a short reading once all of it is: a map that does not fit its files is then one line."""
        at = time.monotonic()
        self._close(hold=share > 0.0 and at - self.reading < 10)
        self.began = None
        self.step = text
        # The first part of the reading is over too soon to tell anything from.
        rest = (at - self.reading) * (1 - share) / share if share >= 0.5 else 0.0
        self.reading = at if share == 0.0 else self.reading
        left = f" (about {rest:.0f} s of reading left)" if rest > (2 if self.terminal else 20) else ""
        if self.terminal or left:
            typer.echo(f"{text} …{left}", err=True)

    def rows(self, done: int, total: int) -> None:
        """So many rows of so many; told at most twice a second."""
        at = time.monotonic()
        if self.began is None:
            self.began = self.shown = at
        if at - self.shown < (0.5 if self.terminal else 10) and done < total:
            return
        if not self.terminal and done >= total:
            return
        self.shown = at
        spent = at - self.began
        rest = f", about {spent / done * (total - done):.0f} s left" if 0 < done < total and spent > 2 else ""
        typer.echo(f"{chr(13) if self.terminal else ''}  {done:,} of {total:,} rows{rest}        ", err=True, nl=not self.terminal)
        self.open = self.terminal

    def end(self) -> None:
        """Close an open line, or the step."""
        self._close(hold=False)

    def _close(self, *, hold: bool) -> None:
        if self.open:
            typer.echo("", err=True)
            self.open = False
        if self.step and not self.terminal:
            self.held.append(f"{self.step}: done")
        self.step = ""
        if not hold:
            for line in self.held:
                typer.echo(line, err=True)
            self.held.clear()
