"""``dueprocess law bundle`` and ``law update``: signed law for a network that reaches no other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from dueprocess.cli.checking import print_impact
from dueprocess.cli.deciding import read_cases
from dueprocess.cli.responsibility import _day
from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError, printable
from dueprocess.kernel.instants import parse_date
from dueprocess.kernel.yamlread import Document, Path_
from dueprocess.law import Lawbook
from dueprocess.law.changes import Changes, changes
from dueprocess.law.updating import LawStore, Status

if TYPE_CHECKING:
    from dueprocess.decide.impact import Impact
    from dueprocess.law.bundle import Bundle


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
    cases: Sequence[Path],
    as_json: bool,
) -> None:
    """Stage a bundle, adopt or refuse the staged one, go back, or say what the folder holds.

    What a bundle changes is shown in words, and what it changes in the open cases given. Raises InputError for a case
    that cannot be read, before anything is staged or adopted.
    """
    from dueprocess.law.reviewing import role

    if adopt + refuse + rollback > 1 or (file is not None and (refuse or rollback)):
        raise InputError("more than one thing to do", where="law update", do="stage a FILE (and --adopt it), or --refuse, or --rollback")
    if cases and (refuse or rollback):
        raise InputError("open cases are asked before law is put to use", where="--cases", do="leave --cases out, or stage a FILE or --adopt with it")
    if adopt or refuse or rollback:
        if by_role is None:
            raise InputError("nobody answers for it", where="law update", do='add --by-role "county counsel"')
        role(by_role)
    store = LawStore(to)
    day = _day(on)
    given = _OpenCases(cases)
    shown: _Shown | None = None
    if file is not None:
        shown = _stage(store, file, key=key, given=given)
    elif adopt or (cases and store.status().staged is not None):
        current, staged = store.current_book(), store.staged_book()
        shown = _Shown(current, changes(current, staged), given.impact(current, staged))
    elif cases:
        raise InputError("no bundle is staged, so there is nothing to ask the open cases about", where=str(to), do="stage one: dueprocess law update FILE --key PUB --to DIR --cases …")
    if shown is not None and not as_json:
        _show(shown, overlays=overlays)
    if adopt and by_role is not None:
        store.adopt(by_role=by_role, on=day)
    elif refuse and by_role is not None:
        store.refuse(by_role=by_role, on=day)
    elif rollback and by_role is not None:
        store.rollback(by_role=by_role, on=day)
    _say(store.status(), to=to, shown=shown, as_json=as_json)


@dataclass(frozen=True)
class _Shown:
    """What the new law changes: against which lawbook, in words, and in the open cases (None where none were given)."""

    current: Lawbook
    changes: Changes
    impact: Impact | None
    verified: Bundle | None = None
    other_key: str | None = None
    """The key that signed the law in use, where it is another than the bundle's."""


class _OpenCases:
    """The case files named, read before anything is staged. A case is called by its file, and by its place in a list."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.found = [(document, prefix, count) for document, prefix, count in read_cases([str(p) for p in _files(paths)])]
        for document, _, _ in self.found:
            if isinstance(document, InputError):
                raise document
        self.given = bool(paths)

    def impact(self, current: Lawbook, new: Lawbook) -> Impact | None:
        """What changes in them, asked with the law known today, as the desk asks; None where none were given."""
        from dueprocess.decide.impact import check_case, impact

        if not self.given:
            return None
        today = now.today()
        named = []
        for document, prefix, count in self.found:
            assert isinstance(document, Document)
            value = document.value
            for part in prefix:
                value = value[part]
            name = document.name + (f" case {int(prefix[0]) + 1}" if count > 1 else "")
            if isinstance(value, dict):  # what is no mapping at all is refused by the reader
                value = {**value, "law_known_at": today.isoformat()}

            def where(path: Path_, document: Document = document, prefix: Path_ = prefix) -> str:
                return document.where((*prefix, *path))

            try:
                check_case(value, current, new, today=today, where=where)
            except InputError as error:
                raise (error if str(error).startswith(document.name) else error.at(name)) from None
            named.append((name, value))
        return impact(current, new, named, today=today)


def _files(paths: Sequence[Path]) -> list[Path]:
    """The case files: those named, and those in a folder named. Raises InputError for a folder without any."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml", ".json") and p.is_file() and not p.name.endswith(".expect.yaml"))
        if not inside:
            raise InputError("there is no case file in it", where=str(path), do="name a folder with case files (.yaml, .yml, .json), or the files")
        found += inside
    return found


def _stage(store: LawStore, file: Path, *, key: Path | None, given: _OpenCases) -> _Shown:
    from dueprocess.law.bundle import read_bundle
    from dueprocess.law.signing import read_public

    if key is None:
        raise InputError("a bundle needs its publisher's key", where="law update", do="add --key PUB")
    verified = read_bundle(file, read_public(key))
    current = store.current_book()
    before = store.status().current
    other_key = before["key"] if before is not None and before["key"] != verified.key else None
    seen: list[_Shown] = []

    def look(book: Lawbook) -> None:
        seen.append(_Shown(current, changes(current, book), given.impact(current, book), verified, other_key))

    store.stage(verified, where=str(file), look=look)
    return seen[0]


def _show(shown: _Shown, *, overlays: Sequence[Path]) -> None:
    found, verified = shown.changes, shown.verified
    if verified is not None:
        typer.echo(f"verified: bundle {verified.sequence} of {verified.created}, {len(verified.files)} files, signed by {verified.key}")
    if shown.other_key is not None:
        typer.echo(f"Look out: the law in use was signed by another key, {shown.other_key}")
    typer.echo(f"Against the law in use ({shown.current.version[:19]}): {len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed")
    for line in found.lines:
        typer.echo(printable(f"  {line}"))
    if found.undone:
        typer.echo(f"{len(found.undone)} of those changed count as not adopted until counsel adopts their new text (dueprocess law adopt).")
    if len(found.undone) < len(found.changed):
        typer.echo(f"{len(found.changed) - len(found.undone)} of those changed only in who has reviewed or confirmed them: an adoption of them stays.")
    if found.added:
        typer.echo("What was added is not adopted yet: where adoption is used it may release, and never hold.")
    touched = {*found.changed, *found.removed}
    for folder in overlays:
        for path in sorted(folder.rglob("*.yaml")):
            identity = path.relative_to(folder).as_posix().removesuffix(".yaml")
            if identity in touched:
                typer.echo(f"Look again at {path}: it stands in the place of a text that this bundle changes.")
    _show_impact(shown.impact)


def _show_impact(found: Impact | None) -> None:
    if found is None:
        typer.echo("Open cases: none were given, so what this changes in them was not asked. Give them with --cases DIR (or FILE), as dueprocess decide reads them.")
        return
    typer.echo(f"Open cases: {found.asked}, asked under the law in use and under this one, with the law known today and adoption off:")
    print_impact(found, shown=len(found.effects))


def _say(status: Status, *, to: Path, shown: _Shown | None, as_json: bool) -> None:
    if as_json:
        told: dict[str, Any] = {"current": status.current, "staged": status.staged, "history": list(status.history)}
        if shown is not None:
            found = shown.changes
            told["changes"] = {
                "added": list(found.added),
                "removed": list(found.removed),
                "changed": list(found.changed),
                "adoption_undone": list(found.undone),
                "lines": list(found.lines),
            }
            told["open_cases"] = shown.impact.as_mapping() if shown.impact is not None else None
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
