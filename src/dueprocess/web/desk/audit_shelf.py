"""Audits as they lie on disk: a folder each, that only the desk's own account on the machine may read, and its end.

A folder holds what was handed in (``tables-given``), the map, how far the work is, and the result once it is whole. What was
handed in, and the ten rows that are shown of it, are sealed under the desk's keys as papers are, each under a key of its own;
they stand open (``opened``) only while a process reads them. It
belongs to an agency and to the account that made it, which may share it with the agency's other readers. It is erased, with all
in it, some days after it was made; the tables that were handed in go with it, or before at a button. They may hold
names: they are read here, and never shown, copied elsewhere or kept in the record.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dueprocess.desk import NotHere, Who
from dueprocess.kernel.errors import InputError
from dueprocess.law.durable import write_whole
from dueprocess.ledger import open_sealed, seal
from dueprocess.store.accounts import new_id
from dueprocess.web.desk.jobs import state_of
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Upload
from dueprocess.web.desk.shelf import folder_of

DAY = 86_400
KEPT_DAYS = (1, 7, 30)
MOST_FILES = 8
MOST_EACH = 30
"""Audits that one account keeps at a time."""
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".parquet", ".gz", ".zip")
AUDIT, GIVEN, RESULT, PUBLIC, OPENED = "audit.json", "tables-given", "result", "public", "opened"
SEALED = ".sealed"
MOST_THEORIES = 6
BODY = 32
"""Bytes of a sealed file's commitment."""
_ID = re.compile(r"au_[A-Za-z0-9_-]{8,64}\Z")


@dataclass(frozen=True)
class Audit:
    """An audit's own facts. ``made_at`` and ``until`` are epoch seconds; ``preset`` names known columns ("" where a map is used);
    ``columns`` the totals are broken down by, ``theories`` are the names of rival theories, in the order of their files;
    ``summary`` is what it came to, once it is done."""

    id: str
    agency: str
    by: str
    title: str
    made_at: int
    until: int
    jail: str = ""
    as_of: str = ""
    shared: bool = False
    preset: str = ""
    known_then: bool = False
    files: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    theories: tuple[str, ...] = ()
    summary: Mapping[str, Any] | None = None

    @property
    def done(self) -> bool:
        return self.summary is not None


def make(service: Service, who: Who, files: Sequence[Upload], *, title: str, jail: str, as_of: str, days: int, now: int) -> Audit:
    """Take the tables in. Raises InputError for what is no table by its name, or too many."""
    if not files:
        raise InputError("no file was chosen", do="choose the table, and send again")
    if len(files) > MOST_FILES:
        raise InputError(f"more than {MOST_FILES} files", do="hand in the tables that belong together")
    if days not in KEPT_DAYS:
        raise InputError("that is no time to keep it for", do=f"choose {', '.join(map(str, KEPT_DAYS))} days")
    if sum(a.by == who.account for a in every(service, who)) >= MOST_EACH:
        raise InputError(f"you keep {MOST_EACH} audits already", do="erase one that is no longer needed")
    names = [_plain(f.name, n) for n, f in enumerate(files, 1)]
    if len(set(names)) < len(names):
        raise InputError("two files have one name", do="rename one of them")
    made = Audit(new_id("au"), who.agency, who.account, title.strip()[:120] or names[0], now, now + days * DAY, jail=jail, as_of=as_of, files=tuple(names))
    folder = folder_of(service, who, "audits", made.id)
    keep(folder, made)  # first: whatever breaks off here, what was handed in is erased after its days
    (folder / GIVEN).mkdir(mode=0o700)
    for name, upload in zip(names, files, strict=True):
        keep_sealed(service, folder / GIVEN / name, upload.data)
    return made


def keep_sealed(service: Service, path: Path, data: bytes) -> None:
    """Write what may be about people beside ``path``, under a key of its own that the desk's key file wraps."""
    key, sealed = seal(data)
    wrapped = service.store.keys.wrap(key, about=_about(path))
    write_whole(path.with_name(path.name + SEALED), len(wrapped).to_bytes(2, "big") + wrapped + sealed.body + sealed.data, mode=0o600)


def read_sealed(service: Service, path: Path) -> bytes:
    """What ``keep_sealed`` wrote. Raises FileNotFoundError where there is nothing, InputError where it does not open."""
    raw = path.with_name(path.name + SEALED).read_bytes()
    end = 2 + int.from_bytes(raw[:2], "big")
    try:
        return open_sealed(service.store.keys.unwrap(raw[2:end], about=_about(path)), raw[end + BODY :], body=raw[end : end + BODY])
    except ValueError:
        raise InputError("what was handed in does not open with this desk's keys", do="hand the tables in again") from None


def _about(path: Path) -> str:
    """What a key is bound to: the audit and the name. Moved to another audit it does not open."""
    audit = next(p.name for p in path.parents if _ID.match(p.name))
    return f"audit {audit} {path.name}"


def opened(service: Service, folder: Path) -> Callable[[], Any]:
    """A context in which the tables stand open for the process that reads them; afterwards they are gone."""

    @contextmanager
    def context() -> Iterator[None]:
        place = folder / OPENED
        sweep(folder)
        place.mkdir(mode=0o700)
        try:
            for path in sorted((folder / GIVEN).glob(f"*{SEALED}")):
                name = path.name.removesuffix(SEALED)
                write_whole(place / name, read_sealed(service, folder / GIVEN / name), mode=0o600)
            yield
        finally:
            sweep(folder)

    return context


def sweep(folder: Path) -> None:
    """Erase what a process left open that was killed with its server."""
    for path in (folder / OPENED, *folder.glob("tmp*")):
        shutil.rmtree(path, ignore_errors=True)


def _plain(name: str, number: int) -> str:
    """A file's name without what could lead elsewhere."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("-.")[-80:]
    suffix = "." + plain.rsplit(".", 1)[-1].lower() if "." in plain else ""
    if suffix not in SUFFIXES:
        raise InputError("that is no table by its name", where=f"file {number}", do=f"hand in one of {', '.join(SUFFIXES)}")
    return plain


def keep(folder: Path, audit: Audit) -> None:
    """Write an audit's own facts, whole."""
    write_whole(folder / AUDIT, (json.dumps(asdict(audit), ensure_ascii=False, indent=1) + "\n").encode(), mode=0o600)


def change(service: Service, who: Who, audit: Audit, **values: Any) -> Audit:
    """The audit with other values, kept."""
    changed = replace(audit, **values)
    keep(folder_of(service, who, "audits", audit.id), changed)
    return changed


def one(service: Service, who: Who, id_: str, *, own: bool = False) -> tuple[Audit, Path]:
    """An audit of this agency that the account may see; ``own``: made by it. Raises NotHere for every other."""
    base = folder_of(service, who, "audits")
    found = read(base / id_) if _ID.match(id_) else None
    if found is None or found.agency != who.agency or found.until <= service.now() or not (found.by == who.account or (found.shared and not own)):
        raise NotHere("there is no such audit here", do="choose one from the list: audits are erased after their days")
    return found, base / id_


def every(service: Service, who: Who) -> list[Audit]:
    """The audits that the account may see, the latest first."""
    base = folder_of(service, who, "audits")
    found = [a for p in sorted(base.iterdir()) if (a := read(p)) is not None]
    return sorted((a for a in found if a.agency == who.agency and a.until > service.now() and (a.by == who.account or a.shared)), key=lambda a: -a.made_at)


def erase(folder: Path) -> None:
    """Erase an audit with all in it: renamed first, so that it is gone at once even where erasing takes long."""
    gone = folder.with_name(f"gone-{folder.name}")
    try:
        folder.rename(gone)
    except FileNotFoundError:
        return  # another process was quicker
    shutil.rmtree(gone, ignore_errors=True)


def erase_tables(folder: Path) -> None:
    """Erase the tables that were handed in; the result stays."""
    shutil.rmtree(folder / GIVEN, ignore_errors=True)
    for name in ("look.json", "after.json"):
        (folder / f"{name}{SEALED}").unlink(missing_ok=True)


def expire(service: Service, now: int) -> int:
    """Erase every audit whose days are over, of every agency; how many."""
    if service.shelf is None or not service.shelf.is_dir():
        return 0
    count = 0
    for base in service.shelf.glob("*/audits"):
        for folder in sorted(base.iterdir()):
            found = read(folder)
            if folder.name.startswith("gone-"):
                shutil.rmtree(folder, ignore_errors=True)
            elif found is not None and found.until <= now:
                erase(folder)
                count += 1
            elif state_of(folder, now)["state"] not in ("waiting", "running"):
                sweep(folder)
    return count


def read(folder: Path) -> Audit | None:
    """The audit of a folder; None where it holds none."""
    try:
        raw = json.loads((folder / AUDIT).read_text(encoding="utf-8"))
        return Audit(**{**raw, **{n: tuple(raw.get(n, ())) for n in ("files", "columns", "theories")}})
    except (OSError, ValueError, TypeError, KeyError):
        return None
