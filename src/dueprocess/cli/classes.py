"""``dueprocess audit class``: who belongs to a class, counted by person; and, sealed and logged, which stays."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError, printable


def register(audit: typer.Typer) -> None:
    """Add the command to ``dueprocess audit``."""
    audit.command("class", epilog="Example: dueprocess audit class audit --definition docs/examples/class.yaml")(_class)


def _class(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of an audit.")],
    definition: Annotated[Path | None, typer.Option(help="The file that defines the class (YAML).")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder to write into; default: DIR/classes/<name of the class>.")] = None,
    identified: Annotated[bool, typer.Option("--identified", help="Also write which stays and rows of the files the members are, encrypted; needs --purpose and --by-role.")] = False,
    open_: Annotated[Path | None, typer.Option("--open", help="Print a file that --identified wrote, decrypted, instead; needs --purpose and --by-role.")] = None,
    purpose: Annotated[str | None, typer.Option(help="What the identified list is for; it stands in the log.")] = None,
    by_role: Annotated[str | None, typer.Option("--by-role", help="Who asks, as a role: class counsel. No name is needed.")] = None,
    passphrase_file: Annotated[Path | None, typer.Option("--passphrase-file", help="A file whose first line is the passphrase; without it you are asked.")] = None,
    law_folders: Annotated[list[Path] | None, typer.Option("--law", help="The same folders of law as in the audit, for the names of its facts.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The members of a class by person, with hours; hashes and counts only, unless --identified."""
    run(folder, definition=definition, out=out, identified=identified, opened=open_, purpose=purpose, by_role=by_role, passphrase_file=passphrase_file, folders=law_folders or [], as_json=json_)


def run(
    folder: Path,
    *,
    definition: Path | None,
    out: Path | None,
    identified: bool,
    opened: Path | None,
    purpose: str | None,
    by_role: str | None,
    passphrase_file: Path | None,
    folders: list[Path],
    as_json: bool,
) -> None:
    """Count the members and write them; or open a sealed list. Raises InputError."""
    if (definition is None) == (opened is None):
        raise InputError("neither or both of --definition and --open", where="audit class", do="give one of them")
    if identified or opened:
        check_purpose(purpose, by_role)
    elif purpose or passphrase_file:
        raise InputError("a purpose or passphrase without --identified or --open", where="audit class", do="add --identified, or leave them out")
    entry = {"at": now.now_text(), "purpose": purpose, "by_role": by_role}
    if opened:
        from dueprocess.audit.sealed import open_sealed

        sys.stdout.buffer.write(open_sealed(opened, passphrase=passphrase_of(passphrase_file, new=False), entry=entry))
        return
    assert definition is not None
    # Asked for before anything is written: a list that cannot be sealed leaves no trace.
    passphrase = passphrase_of(passphrase_file, new=True) if identified else ""
    counts, written = write(folder, definition, out, folders, entry=entry if identified else None, passphrase=passphrase)
    if as_json:
        typer.echo(json.dumps(counts, indent=2, ensure_ascii=False))
        return
    _print(counts, written)


def check_purpose(purpose: str | None, by_role: str | None) -> None:
    """InputError where nobody says what a list of people is for, or as whom they ask."""
    for name, value in (("--purpose", purpose), ("--by-role", by_role)):
        if not value or not value.strip():
            raise InputError("people are named only for a stated purpose, by somebody in a role", where=name, do='write, say, --purpose "notice to the class, case 00-0000" --by-role "class counsel"')


def write(folder: Path, definition: Path, out: Path | None, folders: list[Path], *, entry: dict[str, Any] | None, passphrase: str) -> tuple[dict[str, Any], list[Path]]:
    """Count the members of a class and write them; with an ``entry`` for the log also the sealed list."""
    from dueprocess.audit.classes import Members, present_columns, read_definition
    from dueprocess.audit.folder import locate
    from dueprocess.audit.sealed import write_sealed
    from dueprocess.law import load_lawbook

    prepared, results = locate(folder)
    vocabulary = load_lawbook(*folders).vocabulary
    wanted = read_definition(definition, vocabulary=vocabulary, present=present_columns(prepared))
    target = out or folder / "classes" / wanted.slug
    with Members(wanted, prepared=prepared, results=results, vocabulary=vocabulary) as members:
        counts = members.counts()
        try:
            target.mkdir(parents=True, exist_ok=True)
            members.by_person(target / "members.csv")
            (target / "class.json").write_text(json.dumps(counts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise InputError(f"it cannot be written ({error.strerror})", where=str(target), do="name a folder that you may write to") from None
        written = [target / "class.json", target / "members.csv"]
        if entry:
            told = {**entry, "class": wanted.name, "definition": wanted.hash, "stays": counts["members"]["stays"], "persons": counts["members"]["persons"]}
            written.append(write_sealed(target, "members.sealed", members.lineage(), passphrase=passphrase, entry=told))
    return counts, written


def passphrase_of(path: Path | None, *, new: bool) -> str:
    """The passphrase from a file, else asked for."""
    from dueprocess.audit.sealed import passphrase_from, strong

    if path is not None:
        return passphrase_from(path)
    if not sys.stdin.isatty():
        raise InputError("there is nobody to ask for the passphrase", where="--identified, --open", do="give --passphrase-file")
    return strong(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True), where="passphrase")


def _print(counts: dict[str, Any], written: list[Path]) -> None:
    members = counts["members"]
    typer.echo(printable(counts["class"]))
    without = f" and {members['stays_without_person']:,} stays without a person's key" if members["stays_without_person"] else ""
    typer.echo(f"  {members['stays']:,} stays of {members['persons']:,} people{without}, {members['hours_least']:,.2f} to {members['hours_most']:,.2f} hours; of {counts['stays']:,} stays")
    for step in counts["criteria"]:
        typer.echo(printable(f"  out {step['out']:>8,}  undecided {step['undecided']:>8,}  {step['criterion']}"))
    if counts["undecided"]:
        typer.echo(f"  {counts['undecided']:,} stays cannot be decided and are no members")
    for path in written:
        typer.echo(f"  wrote {path}")
