"""The law in use, and what counsel has adopted of it, while the desk runs: a changed folder of law, a changed adoption file, and
what counsel adopts in the pages count at once, in every process.

What an agency has adopted stands in its settings, so that all processes have the same; each change is an entry of the record
that says which texts are adopted since then. A file is taken over when it differs from the one that was taken over last: so
whatever came last counts, the file or the page. What cannot be used changes nothing, and is told.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from dueprocess.decide.adoption import adopted_ids
from dueprocess.desk import events as kinds
from dueprocess.desk import troubles
from dueprocess.desk.base import Base
from dueprocess.desk.deciding import Law
from dueprocess.kernel.errors import InputError, LawError
from dueprocess.kernel.instants import local_date
from dueprocess.kernel.yamlread import read_mapping
from dueprocess.law import Lawbook, load_lawbook
from dueprocess.store import Done, Draft, Receipt, Store, Writer, tables
from dueprocess.store.accounts import settings_of

log = logging.getLogger("dueprocess.desk")

Adoption = Mapping[str, Any]
"""An adoption file as it is read: ``agency``, ``adopted``, perhaps ``confirmed_within_days``."""


class LawInUse:
    """Gives the law in use when called. ``refresh`` looks whether it has changed, and may be called as often as one likes."""

    def __init__(
        self, store: Store, writer: Writer, *, folders: Sequence[Path] = (), files: Sequence[Path] = (), given: Mapping[str, Adoption] | None = None, now: Callable[[], int]
    ) -> None:
        """``folders`` as ``load_lawbook`` takes them; ``files`` are adoption files; ``given`` is what counts for an agency
        that has nothing of its own yet. Raises InputError for law or an adoption that cannot be used."""
        self._store, self._writer, self._now = store, writer, now
        self._folders, self._files, self._given = tuple(folders), tuple(files), dict(given or {})
        self._lock = threading.Lock()
        self._laid: Any = _marks(self._folders)
        self._waiting: Any = None
        self._seen: dict[Path, Any] = {}
        self.refused_at: int | None = None
        """Since when something that was laid down cannot be used."""
        self._law = Law(load_lawbook(*self._folders), {})
        self._take_files()
        self._law = Law(self._law.lawbook, self._adoptions(self._law.lawbook))

    def __call__(self) -> Law:
        return self._law

    def refresh(self) -> bool:
        """Whether the law in use is another now. A folder is read once it has stayed as it is between two looks."""
        with self._lock:
            failed = False
            book = self._law.lawbook
            try:
                self._take_files()
                book = self._reread(book)
            except (InputError, LawError, OSError) as error:
                log.error("law or an adoption that was laid down cannot be used: %s", type(error).__name__)
                failed = True
            adoptions = self._adoptions(book)
            changed = book is not self._law.lawbook or adoptions != self._law.adoptions
            if changed:
                self._law = Law(book, adoptions)
            self.refused_at = None if not failed else self._now() if self.refused_at is None else self.refused_at
            return changed

    def watched(self, desk: Base, agencies: Sequence[str]) -> None:
        """``refresh``, and an alert where what was laid down cannot be used; that alert ends when it can."""
        had = self.refused_at
        self.refresh()
        for agency in agencies:
            if self.refused_at is not None:
                troubles.raised(desk, agency, troubles.law_refused(self.refused_at))
            elif had is not None:
                troubles.settle(desk, agency, "law/refused/", by="law")

    def adopt(self, agency: str, change: Callable[[Adoption], Adoption], *, by: str) -> Receipt:
        """Counsel adopts, or withdraws: ``change`` makes the new adoption out of the one that counts. It is in the record, and in
        use in this process, when this returns. Raises InputError for one that cannot be used."""

        def work(connection: sa.Connection) -> Done:
            settings = settings_of(connection, agency)
            before = settings.get("adoption", self._given.get(agency, _empty(agency)))
            after = change(before)
            self._check(agency, after, self._law.lawbook, connection)
            return Done() if after == before else adopted(connection, agency, after)

        receipt = self._writer.write(work, agency=agency, by=by)
        self.refresh()
        return receipt

    # -- parts ---------------------------------------------------------------------------------------------

    def _reread(self, book: Lawbook) -> Lawbook:
        marks = _marks(self._folders)
        if marks == self._laid:
            self._waiting = None
            return book
        if marks != self._waiting:  # somebody may still be writing
            self._waiting = marks
            return book
        load_lawbook.cache_clear()
        found = load_lawbook(*self._folders)
        self._laid = marks
        return found

    def _take_files(self) -> None:
        """Take over each adoption file that has changed; of several processes, one does."""
        for path in self._files:
            mark = _mark(path)
            if mark == self._seen.get(path):
                continue
            read = json.loads(json.dumps(read_mapping(path), default=str))
            digest = sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()
            self._take(str(read.get("agency")), read, digest)
            self._seen[path] = mark

    def _take(self, agency: str, read: Adoption, digest: str) -> None:
        def work(connection: sa.Connection) -> Done:
            there = connection.execute(sa.select(tables.agencies.c.id).where(tables.agencies.c.id == agency)).first()
            if there is None or settings_of(connection, agency).get("adoption_file") == digest:
                return Done()  # taken over already, or of an agency that is none of this installation's
            self._check(agency, read, self._law.lawbook, connection)
            return adopted(connection, agency, read, file=digest)

        self._writer.write(work, agency=agency, by="setup")

    def _check(self, agency: str, read: Adoption, book: Lawbook, connection: sa.Connection) -> None:
        zone = connection.execute(sa.select(tables.agencies.c.zone).where(tables.agencies.c.id == agency)).scalar_one()
        adopted_ids(_without_lost(read, book), lawbook=book, agency=agency, today=local_date(zone, self._now()), where="adoption")

    def _adoptions(self, book: Lawbook) -> dict[str, Adoption]:
        with self._store.engine.connect() as connection, connection.begin():
            agencies = [row.id for row in connection.execute(sa.select(tables.agencies.c.id))]
        found = {agency: adoption for agency, adoption in self._given.items() if agency not in agencies}
        for agency in agencies:
            with self._store.read(agency) as connection:
                stored = settings_of(connection, agency).get("adoption", self._given.get(agency))
            if stored is not None:
                found[agency] = _without_lost(stored, book)
        return found


def adopted(connection: sa.Connection, agency: str, adoption: Adoption, *, file: str | None = None) -> Done:
    """Set what counts as adopted, within a piece of the writer's work: the entry says it in full, for good; nothing in it is about
    a person."""
    table = tables.agency_settings
    settings = {**settings_of(connection, agency), "adoption": dict(adoption), **({"adoption_file": file} if file else {})}
    connection.execute(table.update().where(table.c.agency == agency).values(settings=settings))
    text = json.dumps(adoption, sort_keys=True, ensure_ascii=False)
    return Done([Draft(kinds.ADOPTED, head={"adoption": text, "authorities": len(adoption.get("adopted") or ())})])


def _empty(agency: str) -> Adoption:
    return {"agency": agency, "adopted": []}


def _without_lost(adoption: Adoption, book: Lawbook) -> Adoption:
    """Without what the lawbook in use does not hold: it cannot count, and must not keep the rest from counting."""
    listed = adoption.get("adopted")
    if not isinstance(listed, list):
        return adoption
    return {**adoption, "adopted": [e for e in listed if not _named(e) or _named(e) in book.authorities]}


def _named(entry: Any) -> str:
    found = entry.get("authority") if isinstance(entry, Mapping) else entry
    return found if isinstance(found, str) else ""


def _mark(path: Path) -> Any:
    """Changes whenever a file is written anew. Raises InputError where it is gone."""
    try:
        found = path.stat()
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), do="put the adoption file back") from None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _marks(folders: Sequence[Path]) -> Any:
    """Of every file below the folders."""
    found = []
    for folder in folders:
        for where, below, names in os.walk(os.path.realpath(folder)):
            below.sort()
            for name in sorted(names):
                with contextlib.suppress(OSError):  # it went away meanwhile: the next look shows it
                    one = (Path(where) / name).stat()
                    found.append((where, name, one.st_mtime_ns, one.st_size, one.st_ino))
    return found
