"""The work of ``dueprocess ledger`` and ``dueprocess data``: opening, calling the rooms, printing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError

if TYPE_CHECKING:
    from dueprocess.ledger import Finding
    from dueprocess.store import Store

_SHOWN = 20


def verify(what: str, *, keys: Path | None, key: str | None, checkpoints: Sequence[Path], as_json: bool) -> int:
    """Check a database or an export; 1 if anything is wrong."""
    return _verify_database(what, keys, checkpoints, as_json) if _is_database(what) else _verify_export(what, key, checkpoints, as_json)


def _is_database(what: str) -> bool:
    if "://" in what:
        return True
    try:
        with Path(what).open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=what, do="check the path") from None


def _verify_database(what: str, keys: Path | None, checkpoints: Sequence[Path], as_json: bool) -> int:
    from dueprocess.store import proving

    store = _open(what, keys)
    report = proving.verify(store, older=[proving.kept_note(p) for p in checkpoints], progress=_progress())
    if as_json:
        _print({
            "ok": report.ok, "entries": report.size, "root": report.root.hex(), "found": report.found, "opened": report.opened,
            "erased": report.erased, "checkpoints": report.checkpoints, "findings": [asdict(f) for f in report.findings],
        })  # fmt: skip
    else:
        typer.echo(f"{report.size} entries; {report.opened} payloads opened and compared, {report.erased} erased; {report.checkpoints} signed roots compared.")
        _say(report.findings, report.found)
    return 0 if report.ok else 1


def _verify_export(what: str, key: str | None, checkpoints: Sequence[Path], as_json: bool) -> int:
    from dueprocess.ledger import NoteKey, verify_export

    notes = [_text(path) for path in checkpoints]
    verdict = verify_export(Path(what), key=NoteKey.parse(key) if key else None, older=notes)
    if as_json:
        _print({
            "ok": verdict.ok, "whole": verdict.whole, "entries": verdict.entries, "of": verdict.size, "found": verdict.found, "opened": verdict.opened,
            "key": verdict.key.text(), "key_trusted": verdict.trusted, "findings": [asdict(f) for f in verdict.findings],
        })  # fmt: skip
    else:
        part = "" if verdict.whole else f" of a record of {verdict.size}"
        typer.echo(f"{verdict.entries} entries{part}; {verdict.opened} payloads opened, {verdict.closed} without their key (erased, or not disclosed).")
        source = "the one you gave" if verdict.trusted else "it stands in the file itself: compare it with what the record's owner says"
        typer.echo(f"Key {verdict.key.name}, {verdict.key.fingerprint()}: {source}.")
        _say(verdict.findings, verdict.found)
    return 0 if verdict.ok else 1


def _say(findings: Sequence[Finding], found: int) -> None:
    for finding in findings[:_SHOWN]:
        typer.echo(f"WRONG  {'the frame' if not finding.number else ''}{finding if finding.number else f': {finding.what}'}")
    if found > _SHOWN:
        typer.echo(f"… and {found - min(found, _SHOWN)} more; --json lists up to a thousand.")
    typer.echo("Nothing is wrong." if not found else f"{found} {'thing is' if found == 1 else 'things are'} wrong.")


def export(
    database: str | None, *, out: Path | None, keys: Path | None, agency: str | None, stay: str | None, disclose: bool, verifier: bool
) -> None:
    """Write an export or the verifier."""
    if out is None:
        raise InputError("no file to write is named", where="ledger export", do="add --out FILE")
    if verifier:
        from dueprocess.ledger import standalone_source

        if database is not None:
            raise InputError("two things to write", where="ledger export", do="write the verifier and the export one after the other")
        _written(out, lambda file: file.write(standalone_source().encode()))
        typer.echo(f"{out}: needs Python 3.11, and the package cryptography to check signatures. Example: python3 {out} EXPORT")
        return
    if database is None:
        raise InputError("no database is named", where="ledger export", do="name it, or add --verifier")
    from dueprocess.store import proving

    store = _open(database, keys)
    counts: list[int] = []
    if stay is None:
        _written(out, lambda file: counts.append(proving.export_whole(store, file, disclose=disclose)))
    else:
        chosen = _agency(store, agency)
        _written(out, lambda file: counts.append(proving.export_stay(store, file, agency=chosen, stay=stay, disclose=disclose)))
    if disclose:
        _record_look(store, rows=counts[0], agency=chosen if stay is not None else None, stay=stay)
    typer.echo(f"{out}: {counts[0]} entries, {'with' if disclose else 'without'} what opens their payloads. Key {store.signer.key.fingerprint()}.")


def _record_look(store: Store, *, rows: int, agency: str | None, stay: str | None) -> None:
    """Whoever takes readable payloads out has looked at them."""
    from dueprocess.store import Done, Writer, looking
    from dueprocess.store.events import HOUSE

    with Writer(store, looking.TYPES) as writer:
        writer.write(lambda _: Done([looking.look("export", rows=rows, stay=stay)]), agency=agency or HOUSE, by="console")


def _written(out: Path, write: Callable[[Any], object]) -> None:
    """The file whole, or not at all; readable by its owner only, since an export may be disclosed."""
    temporary = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(out)
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(out), do="name a file in a folder that you may write to") from None
    finally:
        temporary.unlink(missing_ok=True)


def checkpoint(database: str, *, keys: Path | None, as_json: bool) -> None:
    """Keep and print the checkpoint."""
    from dueprocess.store import proving

    store = _open(database, keys)
    note = proving.checkpoint(store)
    if as_json:
        _print({"note": note, "key": store.signer.key.text(), "fingerprint": store.signer.key.fingerprint()})
        return
    sys.stdout.write(note)
    typer.echo(f"Key: {store.signer.key.text()} ({store.signer.key.fingerprint()})", err=True)


def inventory(*, personal: bool, as_json: bool) -> None:
    """Print the inventory."""
    from dueprocess.store.inventory import inventory as fields

    found = [field for field in fields() if field.personal or not personal]
    if as_json:
        _print([asdict(field) for field in found])
        return
    table = ""
    for field in found:
        if field.table != table:
            table = field.table
            typer.echo(f"\n{table}")
        marks = ", ".join(word for word, on in (("about a person", field.personal), ("encrypted", field.encrypted)) if on)
        typer.echo(f"  {field.column}{f' [{marks}]' if marks else ''}: {field.why}. Until: {field.until}. Read by: {field.readers}.")


def erase(database: str, *, stay: str | None, due: bool, dry_run: bool, agency: str | None, keys: Path | None, as_json: bool) -> None:
    """Erase one stay or all that are due."""
    from dueprocess.store import Writer, retention

    if (stay is None) == (not due):
        raise InputError("it is not clear what to erase", where="data erase", do="add --stay ID, or --due")
    store = _open(database, keys)
    chosen = _agency(store, agency)
    with store.read(chosen) as connection:
        stays = [stay] if stay is not None else retention.due_for_erasing(connection, agency=chosen, now=now.instant())
    done = []
    if not dry_run:
        with Writer(store, retention.TYPES) as writer:
            for one in stays:
                receipt = writer.write(partial(retention.erase, agency=chosen, stay=one), agency=chosen, by="console")
                done.append({"stay": one, "payloads": receipt.result, "entry": receipt.numbers[0]})
        retention.scrub(store, owner=database)
    if as_json:
        _print({"agency": chosen, "erased": done, "would_erase": stays if dry_run else []})
        return
    for row in done:
        typer.echo(f"{row['stay']}: {row['payloads']} payloads erased, entry {row['entry']}.")
    for one in stays if dry_run else []:
        typer.echo(f"{one}: would be erased.")
    if not stays:
        typer.echo("No stay is due for erasing.")
    if done:
        typer.echo("Backups made before hold the keys until they are overwritten.")


def hold(
    database: str, action: str, *, matter: str | None, stay: str | None, hold: str | None, agency: str | None, keys: Path | None, as_json: bool
) -> None:
    """List, place or lift litigation holds."""
    from dueprocess.store import Writer, retention

    store = _open(database, keys)
    chosen = _agency(store, agency)
    if action == "place" and matter is None:
        raise InputError("the hold names no matter", where="data hold place", do="add --matter with the number of the lawsuit or request")
    if action == "lift" and hold is None:
        raise InputError("it is not said which hold", where="data hold lift", do="add --hold ID; dueprocess data hold DATABASE lists them")
    if action != "list":
        with Writer(store, retention.TYPES) as writer:
            if action == "place":
                writer.write(lambda c: retention.place_hold(c, agency=chosen, matter=matter or "", stay=stay), agency=chosen, by="console")
            else:
                writer.write(lambda c: retention.lift_hold(c, agency=chosen, hold=hold or ""), agency=chosen, by="console")
    with store.read(chosen) as connection:
        standing = retention.holds_on(connection, agency=chosen)
    if as_json:
        _print(standing)
        return
    for row in standing:
        typer.echo(f"{row['id']}: {row['matter']}, on {row['stay'] or 'every stay'}, placed by {row['placed_by']}.")
    if not standing:
        typer.echo("No hold stands.")


def backup(database: str, *, out: Path | None, done: bool = False) -> None:
    """Copy a SQLite database, or note that PostgreSQL's own tools have made a backup."""
    from dueprocess.kernel import now
    from dueprocess.store.backup import back_up, note_backup

    if done:
        note_backup(database, now=now.instant())
        typer.echo("Noted: backed up now.")
        return
    if out is None:
        raise InputError("the file to write is missing", where="data backup", do="give --out FILE; for PostgreSQL run pg_dump, then give --done")
    back_up(database, out)
    typer.echo(f"{out}: {out.stat().st_size} bytes, without the key files. Check it: dueprocess ledger verify {out} --keys FOLDER")


def migrate(database: str, *, to: str, keys: Path | None, force: bool) -> None:
    """Migrate a database; to the head, make what is missing."""
    from dueprocess.store import Store
    from dueprocess.store.migrating import migrate as run

    if to == "base" and not force:
        raise InputError("base drops every table, and the record with them", where="data migrate", do="make a backup, then add --force")
    if to == "head":
        Store.create(database, keys=keys).dispose()
    else:
        run(database, to=to, lose=force)
    typer.echo(f"{'The database' if '://' in database else database}: at {to}.")


def _open(database: str, keys: Path | None) -> Store:
    from dueprocess.store import Store

    return Store.open(database, keys=keys, owner=True)


def _agency(store: Store, agency: str | None) -> str:
    import sqlalchemy as sa

    from dueprocess.store import tables

    with store.engine.connect() as connection, connection.begin():
        found = [row.id for row in connection.execute(sa.select(tables.agencies.c.id).order_by(tables.agencies.c.id))]
    if agency is not None:
        if agency not in found:
            raise InputError(f"[{agency}] is no agency of this database", do=f"one of {', '.join(found[:10]) or 'none'}")
        return agency
    if len(found) != 1:
        raise InputError(f"the database has {len(found)} agencies", do=f"add --agency with one of {', '.join(found[:10])}" if found else "start the desk once")
    return str(found[0])


def _progress() -> Callable[[int, int], None] | None:
    """A count on a terminal's error stream."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, of: int) -> None:
        sys.stderr.write(f"\r{done} of {of} entries" + ("\n" if done >= of else ""))
        sys.stderr.flush()

    return show


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read(1_000_001)
    except (OSError, UnicodeDecodeError):
        raise InputError("the checkpoint cannot be read", where=str(path), do="name the file that ledger checkpoint wrote") from None


def _print(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
