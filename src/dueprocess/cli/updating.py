"""``dueprocess law bundle`` and ``law update``: signed law for a network that reaches no other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import typer

from dueprocess.cli.responsibility import _day
from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import parse_date
from dueprocess.law import Lawbook
from dueprocess.law.changes import Changes, changes
from dueprocess.law.updating import LawStore, Status


def bundle(folder: Path, *, key: Path, sequence: int, created: str | None, out: Path) -> None:
    """Make a signed bundle of a folder of law."""
    from dueprocess.law.bundle import make_bundle
    from dueprocess.law.durable import write_whole
    from dueprocess.law.signing import fingerprint, read_private

    private = read_private(key)
    day = parse_date(created, where="--created") if created else now.today()
    data = make_bundle(folder, key=private, sequence=sequence, created=day)
    write_whole(out, data)
    typer.echo(f"{out}: bundle {sequence} of {day.isoformat()}, {len(data)} bytes, signed by {fingerprint(private.public_key())}")


def update(
    file: Path | None,
    *,
    key: Path | None,
    to: Path,
    adopt: bool,
    refuse: bool,
    rollback: bool,
    by_role: str | None,
    on: str | None,
    overlays: Sequence[Path],
    as_json: bool,
) -> None:
    """Stage a bundle, adopt or refuse the staged one, go back, or say what the folder holds."""
    from dueprocess.law.reviewing import role

    if adopt + refuse + rollback > 1 or (file is not None and (refuse or rollback)):
        raise InputError("more than one thing to do", where="law update", do="stage a FILE (and --adopt it), or --refuse, or --rollback")
    if adopt or refuse or rollback:
        if by_role is None:
            raise InputError("nobody answers for it", where="law update", do='add --by-role "county counsel"')
        role(by_role)
    store = LawStore(to)
    day = _day(on)
    shown: Changes | None = None
    if file is not None:
        shown = _stage(store, file, key=key, overlays=overlays, as_json=as_json)
    if adopt and by_role is not None:
        if file is None:
            shown = _show(store.current_book(), store.staged_book(), overlays=overlays, as_json=as_json)
        store.adopt(by_role=by_role, on=day)
    elif refuse and by_role is not None:
        store.refuse(by_role=by_role, on=day)
    elif rollback and by_role is not None:
        store.rollback(by_role=by_role, on=day)
    _say(store.status(), to=to, shown=shown, as_json=as_json)


def _stage(store: LawStore, file: Path, *, key: Path | None, overlays: Sequence[Path], as_json: bool) -> Changes:
    from dueprocess.law.bundle import read_bundle
    from dueprocess.law.signing import read_public

    if key is None:
        raise InputError("a bundle needs its publisher's key", where="law update", do="add --key PUB")
    verified = read_bundle(file, read_public(key))
    current = store.current_book()
    before = store.status().current
    book = store.stage(verified, where=str(file))
    if not as_json:
        typer.echo(f"verified: bundle {verified.sequence} of {verified.created}, {len(verified.files)} files, signed by {verified.key}")
        if before is not None and before["key"] != verified.key:
            typer.echo(f"Look out: the law in use was signed by another key, {before['key']}")
    return _show(current, book, overlays=overlays, as_json=as_json)


def _show(old: Lawbook, new: Lawbook, *, overlays: Sequence[Path], as_json: bool) -> Changes:
    found = changes(old, new)
    if as_json:
        return found
    typer.echo(f"Against the law in use ({old.version[:19]}): {len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed")
    for line in found.lines:
        typer.echo(f"  {line}")
    if found.changed or found.removed:
        typer.echo("What changed counts as not adopted until counsel adopts its new text (dueprocess law adopt).")
    touched = {*found.changed, *found.removed}
    for folder in overlays:
        for path in sorted(folder.rglob("*.yaml")):
            identity = path.relative_to(folder).as_posix().removesuffix(".yaml")
            if identity in touched:
                typer.echo(f"Look again at {path}: it stands in the place of a text that this bundle changes.")
    return found


def _say(status: Status, *, to: Path, shown: Changes | None, as_json: bool) -> None:
    if as_json:
        told = {"current": status.current, "staged": status.staged, "history": list(status.history)}
        if shown is not None:
            told["changes"] = {"added": list(shown.added), "removed": list(shown.removed), "changed": list(shown.changed), "lines": list(shown.lines)}
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    if status.current:
        typer.echo(f"in use: bundle {status.current['sequence']} of {status.current['created']} (--law {to / 'current'})")
    else:
        typer.echo("in use: the lawbook that ships with the program")
    if status.staged:
        typer.echo(f"staged: bundle {status.staged['sequence']} of {status.staged['created']}; next: dueprocess law update --to {to} --adopt (or --refuse) --by-role ROLE")
    for row in status.history[-3:]:
        typer.echo(f"  {row['on']} {row['action']} {row['version']} by {row['by_role']}")
