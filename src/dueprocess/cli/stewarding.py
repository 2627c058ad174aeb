"""The commands of those who answer for the law, and their options: review, adopt, new, key, bundle, update."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Folders = Annotated[list[Path] | None, typer.Option("--law", help="A folder of law files: a whole lawbook, or more files laid over the shipped one.")]
ByRole = Annotated[str | None, typer.Option("--by-role", help="Who answers for it, as a role: county counsel. No name is needed.")]
On = Annotated[str | None, typer.Option("--on", help="The day, as 2026-11-22; default: today.")]

new = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="New files of law from a few questions.")
key = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Keys that sign bundles and adoptions.")


def register(law: typer.Typer) -> None:
    """Add these commands to ``dueprocess law``."""
    law.command("review", epilog='Example: dueprocess law review us/ma/lunn --by-role "county counsel" --on 2026-11-20 --against "Lunn v. Commonwealth" --law my-law')(_review)
    law.command("adopt", epilog='Example: dueprocess law adopt --agency us/or/clackamas-county/sheriff --by-role "county counsel" --place us/or --out adoption.yaml')(_adopt)
    law.command("bundle", epilog="Example: dueprocess law bundle lawbook --key publisher.pem --sequence 3 --out law-3.zip")(_bundle)
    law.command("update", epilog="Example: dueprocess law update law-3.zip --key publisher.pub --to /srv/law --cases cases")(_update)
    law.add_typer(new, name="new")
    law.add_typer(key, name="key")


def _review(
    authority: str,
    by_role: Annotated[str, typer.Option("--by-role", help="Who has read it, as a role: county counsel. No name is needed.")],
    against: Annotated[str, typer.Option(help="The source it was read against: the title (or its beginning) or the address of one of the file's sources.")],
    on: On = None,
    law_folders: Folders = None,
    json_: Json = False,
) -> None:
    """Write into a file of law who has compared it with its source, in what role and when."""
    from dueprocess.cli.responsibility import review

    review(authority, by_role=by_role, on=on, against=against, folders=law_folders or [], as_json=json_)


def _adopt(
    authorities: Annotated[list[str] | None, typer.Argument(help="Authorities by id; see dueprocess law list.")] = None,
    agency: Annotated[str | None, typer.Option(help="The agency, as us/or/clackamas-county/sheriff.")] = None,
    by_role: ByRole = None,
    on: On = None,
    place: Annotated[str | None, typer.Option(help="All of a place that binds the agency, as us/or.")] = None,
    all_binding: Annotated[bool, typer.Option("--all-binding", help="All that binds the agency.")] = False,
    signed: Annotated[Path | None, typer.Option("--from", help="Take over a signed adoption, as far as it binds the agency.")] = None,
    key: Annotated[Path | None, typer.Option(help="The public key of the signed adoption's publisher.")] = None,
    sign: Annotated[Path | None, typer.Option(help="Publish: sign an adoption with this private key.")] = None,
    publisher: Annotated[str | None, typer.Option(help="With --sign: the association or office that publishes.")] = None,
    facility: Annotated[str | None, typer.Option(help="The county of the jail, where the agency does not lie in exactly one.")] = None,
    out: Annotated[Path | None, typer.Option(help="The adoption file, written or extended; with --sign, the signed file.")] = None,
    law_folders: Folders = None,
    json_: Json = False,
) -> None:
    """Adopt law for an agency, each authority at the content it has now. Without any: what is not adopted yet."""
    from dueprocess.cli.responsibility import adopt

    adopt(
        authorities or [],
        agency=agency,
        facility=facility,
        by_role=by_role,
        on=on,
        place=place,
        all_binding=all_binding,
        signed=signed,
        key=key,
        sign_key=sign,
        publisher=publisher,
        out=out,
        folders=law_folders or [],
        as_json=json_,
    )


@new.command("agency-policy", epilog="Example: dueprocess law new agency-policy --agency us/or/clackamas-county/sheriff --position requires_judicial_warrant --from 2026-12-01 --out my-law")
def _new_policy(
    out: Annotated[Path, typer.Option(help="The folder of your own law, laid over the shipped lawbook.")],
    agency: Annotated[str | None, typer.Option(help="The agency, as us/or/clackamas-county/sheriff.")] = None,
    position: Annotated[str | None, typer.Option(help="What it does with detainers: honors_all, requires_judicial_warrant, requires_court_order, requires_any_warrant, requires_probable_cause, limits_by_offense, notify_only, declines_all, undecided or unknown.")] = None,
    accepts: Annotated[str | None, typer.Option(help="On what it holds, with commas: admin_warrant, removal_order, judicial_warrant, court_order, probable_cause, listed_offense; or none.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="The first day it governs, as 2026-12-01.")] = None,
    source: Annotated[str | None, typer.Option(help="The title of the text that the file is written from.")] = None,
    ends: Annotated[list[str] | None, typer.Option(help="The id of a policy that this one ends.")] = None,
    law_folders: Folders = None,
) -> None:
    """Write a commented file of an agency's policy, ready to be changed, checked and adopted."""
    from dueprocess.cli.responsibility import new_policy

    new_policy(agency=agency, position=position, accepts=accepts, start=start, source=source, ends=ends or [], out=out, folders=law_folders or [])


@key.command("new", epilog="Example: dueprocess law key new --out publisher.pem > publisher.pub")
def _key_new(out: Annotated[Path, typer.Option(help="The new file for the private key.")]) -> None:
    """Make a private key that only you may read, and print the public one."""
    from dueprocess.cli.responsibility import key_new

    key_new(out)


@key.command("show", epilog="Example: dueprocess law key show publisher.pem > publisher.pub")
def _key_show(file: Path) -> None:
    """Print the public key of a private one."""
    from dueprocess.cli.responsibility import key_show

    key_show(file)


def _bundle(
    folder: Annotated[Path, typer.Argument(help="A folder of law: a whole lawbook, or files laid over the shipped one.")],
    key: Annotated[Path, typer.Option(help="The private key that signs it.")],
    sequence: Annotated[int, typer.Option(help="One more than that of the bundle before.")],
    out: Annotated[Path, typer.Option(help="The bundle's file.")],
    created: Annotated[str | None, typer.Option(help="The day on it, as 2026-11-22; default: today.")] = None,
) -> None:
    """Make a signed bundle of a folder of law, for a closed network."""
    from dueprocess.cli.updating import bundle

    bundle(folder, key=key, sequence=sequence, created=created, out=out)


def _update(
    to: Annotated[Path, typer.Option(help="The folder that keeps the law of this network.")],
    file: Annotated[Path | None, typer.Argument(help="A bundle to verify, show and stage.")] = None,
    key: Annotated[Path | None, typer.Option(help="The publisher's public key.")] = None,
    adopt: Annotated[bool, typer.Option("--adopt", help="Put the staged bundle to use.")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="Let the staged bundle go.")] = False,
    rollback: Annotated[bool, typer.Option("--rollback", help="Go back to the version before.")] = False,
    by_role: ByRole = None,
    on: On = None,
    cases: Annotated[list[Path] | None, typer.Option("--cases", help="A folder of open cases, or a case file, as decide reads them: shows which answers change, and by which norm.")] = None,
    law_folders: Annotated[list[Path] | None, typer.Option("--law", help="Your own overlay: says which of its files stand in the place of what changes.")] = None,
    json_: Json = False,
) -> None:
    """Take new law from a signed bundle: verified whole, shown, staged, then adopted or refused. Without FILE: what is in use."""
    from dueprocess.cli.updating import update

    update(file, key=key, to=to, adopt=adopt, refuse=refuse, rollback=rollback, by_role=by_role, on=on, overlays=law_folders or [], cases=cases or [], as_json=json_)
