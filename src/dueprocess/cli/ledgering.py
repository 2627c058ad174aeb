"""``dueprocess ledger`` and ``dueprocess data``: the desk's record, and what is stored about people. Options here; the work
is in ``ledger_work``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

ledger_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The desk's record: check it, export it for somebody offline, keep its checkpoints."
)
data_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What the desk stores about people: the inventory, erasing, litigation holds, migrations."
)

Database = Annotated[str, typer.Argument(metavar="DATABASE", help="The desk's database: a SQLite file, or postgresql://OWNER@HOST/NAME.")]
KeyFolder = Annotated[Path | None, typer.Option("--keys", help="The folder of the key files; default for SQLite: DATABASE.keys.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Agency = Annotated[str | None, typer.Option(help="The agency's path; may be left out where the database has only one.")]


class HoldAction(StrEnum):
    """What to do about litigation holds."""

    list = "list"
    place = "place"
    lift = "lift"


def register(app: typer.Typer) -> None:
    """Add ``ledger`` and ``data``."""
    app.add_typer(ledger_app, name="ledger")
    app.add_typer(data_app, name="data")


@ledger_app.command("verify", epilog="Example: dueprocess ledger verify desk.db --checkpoint 2026-11-22.note")
def verify(
    what: Annotated[str, typer.Argument(metavar="DATABASE|EXPORT", help="The desk's database, or a file that ledger export wrote.")],
    keys: KeyFolder = None,
    key: Annotated[str | None, typer.Option(help="For an export: the owner's key (NAME+ID+KEY), had from somebody you trust.")] = None,
    checkpoint: Annotated[list[Path] | None, typer.Option(help="A checkpoint kept from before, which the record must extend; may be repeated.")] = None,
    json_: Json = False,
) -> None:
    """Check the record entry by entry; what was changed, removed, swapped or inserted is named by its number. Status 1 if anything is wrong."""
    from dueprocess.cli import ledger_work

    raise typer.Exit(ledger_work.verify(what, keys=keys, key=key, checkpoints=checkpoint or [], as_json=json_))


@ledger_app.command("export", epilog="Example: dueprocess ledger export desk.db --out record.txt")
def export(
    database: Annotated[str | None, typer.Argument(metavar="DATABASE", help="The desk's database.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
    keys: KeyFolder = None,
    agency: Agency = None,
    stay: Annotated[str | None, typer.Option(help="Only the entries about one stay, each with its proof.")] = None,
    disclose: Annotated[bool, typer.Option("--disclose", help="With what opens the payloads: the file can then be read by whoever has it.")] = False,
    verifier: Annotated[bool, typer.Option("--verifier", help="Write the stand-alone verifier instead: one Python file.")] = False,
) -> None:
    """Write the record, or one stay's part of it, into one file that anybody can check offline."""
    from dueprocess.cli import ledger_work

    ledger_work.export(database, out=out, keys=keys, agency=agency, stay=stay, disclose=disclose, verifier=verifier)


@ledger_app.command("checkpoint", epilog="Example: dueprocess ledger checkpoint desk.db > 2026-11-22.note")
def checkpoint(database: Database, keys: KeyFolder = None, json_: Json = False) -> None:
    """Keep and print the signed root over all entries. Put it where nobody at the desk can change it: with it, a record that was rewritten is found out."""
    from dueprocess.cli import ledger_work

    ledger_work.checkpoint(database, keys=keys, as_json=json_)


@data_app.command("inventory", epilog="Example: dueprocess data inventory --json")
def inventory(
    personal: Annotated[bool, typer.Option("--personal", help="Only what is about a person held.")] = False,
    json_: Json = False,
) -> None:
    """Every stored field: why it is kept, until when, who may read it."""
    from dueprocess.cli import ledger_work

    ledger_work.inventory(personal=personal, as_json=json_)


@data_app.command("erase", epilog="Example: dueprocess data erase desk.db --due")
def erase(
    database: Database,
    stay: Annotated[str | None, typer.Option(help="The stay to erase.")] = None,
    due: Annotated[bool, typer.Option("--due", help="All stays whose time has come and that no hold keeps.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased, and erase nothing.")] = False,
    agency: Agency = None,
    keys: KeyFolder = None,
    json_: Json = False,
) -> None:
    """Erase what is personal about a stay: its keys are destroyed, its columns emptied; the proofs still hold."""
    from dueprocess.cli import ledger_work

    ledger_work.erase(database, stay=stay, due=due, dry_run=dry_run, agency=agency, keys=keys, as_json=json_)


@data_app.command("hold", epilog="Example: dueprocess data hold desk.db place --matter 3:26-cv-00123")
def hold(
    database: Database,
    action: Annotated[HoldAction, typer.Argument(help="list, place or lift.")] = HoldAction.list,
    matter: Annotated[str | None, typer.Option(help="To place one: the number of the lawsuit or request.")] = None,
    stay: Annotated[str | None, typer.Option(help="To place one on one stay; without it, on all of the agency's.")] = None,
    hold: Annotated[str | None, typer.Option(help="To lift one: its id.")] = None,
    agency: Agency = None,
    keys: KeyFolder = None,
    json_: Json = False,
) -> None:
    """Litigation holds: while one stands, nothing that it covers is erased."""
    from dueprocess.cli import ledger_work

    ledger_work.hold(database, action.value, matter=matter, stay=stay, hold=hold, agency=agency, keys=keys, as_json=json_)


@data_app.command("backup", epilog="Example: dueprocess data backup desk.db --out 2026-11-22.db")
def backup(
    database: Database,
    out: Annotated[Path | None, typer.Option(help="The file to write; it must be new.")] = None,
    done: Annotated[bool, typer.Option("--done", help="PostgreSQL: pg_dump has run; the desk's health page says how long ago.")] = False,
) -> None:
    """Copy a SQLite database while the desk goes on. The key files are not in it: back them up apart. PostgreSQL: pg_dump, then --done."""
    from dueprocess.cli import ledger_work

    ledger_work.backup(database, out=out, done=done)


@data_app.command("migrate", epilog="Example: dueprocess data migrate desk.db")
def migrate(
    database: Database,
    to: Annotated[str, typer.Option(help="The version: head, base (drops everything), or a number.")] = "head",
    keys: KeyFolder = None,
    force: Annotated[bool, typer.Option("--force", help="Go back to base although entries are lost.")] = False,
) -> None:
    """Bring the database to the version of this program, or back; in one transaction. Make a backup first. A new database gets its key files and an empty record."""
    from dueprocess.cli import ledger_work

    ledger_work.migrate(database, to=to, keys=keys, force=force)
