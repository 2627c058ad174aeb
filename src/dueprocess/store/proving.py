"""Proving the record: checking it in the database, exporting it, keeping checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError
from dueprocess.ledger import (
    Chain,
    Checkpoint,
    Finding,
    Frontier,
    Leaf,
    Levels,
    NoteKey,
    Record,
    Report,
    read_leaf,
    write_excerpt,
    write_export,
)
from dueprocess.store import retention, tables
from dueprocess.store.database import Store
from dueprocess.store.sequence import keep_checkpoint

_PAGE = 2000


@dataclass(frozen=True, slots=True)
class Health:
    """``size`` entries; the last checkpoint that was kept covers ``kept`` of them, since ``kept_at``; the last entry's time
    lies ``ahead`` seconds after the clock (0: it does not): the clock was set back."""

    size: int
    last_at: int
    kept: int
    kept_at: int | None
    ahead: int


class _Row(NamedTuple):
    """An entry with its key, as the queries give it; a plain tuple, since a million of them are looked at."""

    number: int
    agency: str
    subject: str | None
    kind: str
    at: int
    leaf: bytes
    hash: bytes
    payload: bytes | None
    wrapped: bytes | None
    key_agency: str | None
    key_subject: str | None


@contextmanager
def _snapshot(store: Store) -> Iterator[sa.Connection]:
    """All queries see one state, while the writer goes on. Raises InputError for an account that does not see all of it."""
    postgres = store.engine.dialect.name == "postgresql"
    level = {"isolation_level": "REPEATABLE READ"} if postgres else {}
    with store.engine.connect().execution_options(**level) as connection, connection.begin() as transaction:
        if postgres and connection.exec_driver_sql("SELECT row_security_active('ledger_entries')").scalar():
            raise InputError("this account sees the entries of one agency only", where=store.where, do="give the address with the owner of the tables")
        yield connection
        transaction.rollback()


def verify(
    store: Store, *, older: Sequence[str] = (), open_payloads: bool = True, progress: Callable[[int, int], None] | None = None
) -> Report:
    """Check every entry, payload, key and checkpoint. ``older``: signed notes kept from before, which the record must extend.

    On PostgreSQL the store has to be opened as the owner: the desk's own role sees one agency's entries only.
    """
    with _snapshot(store) as connection:
        head = connection.execute(sa.select(tables.head)).one()
        key = NoteKey(store.origin, store.keys.signing.public_key().public_bytes_raw())
        findings: list[Finding] = []
        opened = []
        kept = connection.execute(sa.select(tables.checkpoints).order_by(tables.checkpoints.c.size)).all()
        for size, note, what in (*((c.size, c.note, "the checkpoint kept at") for c in kept), (head.size, head.checkpoint, "the last checkpoint, of")):
            try:
                checkpoint = Checkpoint.opened(note, [key])
                if checkpoint.size != size or checkpoint.origin != store.origin:
                    raise InputError("it is another's")
                opened.append(checkpoint)
            except InputError as error:
                findings.append(Finding(0, f"{what} {size} entries: {error.what}"))
        for note in older:
            opened.append(Checkpoint.opened(note, [key]))
        chain = Chain(opened, open_payloads=open_payloads)
        beside = _Beside({c.size: c.at for c in kept})
        for number, row in enumerate(_rows(connection), 1):
            if open_payloads and row.wrapped is not None:
                record, wrong = _record(row, store)
                findings += [Finding(row.number, what) for what in wrong]
            else:
                record = Record(row.number, row.leaf, row.hash, row.payload, b"" if row.wrapped is not None else None)
            leaf = chain.add(record)
            if leaf is not None:  # else the chain says so
                findings += [Finding(row.number, what) for what in beside.look(row, leaf)]
            if progress is not None and (number % 10_000 == 0 or number == head.size):
                progress(number, head.size)
        report = chain.finish()
        findings += beside.end()
        findings += [Finding(number, "a payload's key belongs to no payload") for number in _stray_keys(connection)]
        if report.ok and not findings:
            findings += _head_findings(connection, head, report, beside)
    return replace(report, findings=(*report.findings, *findings), found=report.found + len(findings))


def _beside_stay(connection: sa.Connection, *, agency: str, stay: str) -> Iterator[_Row]:
    """The entries that are about a stay and are no version of it: their leaves alone say so."""
    alerts: set[object] = set()
    for row in _rows(connection, subject=(agency, None)):
        head = read_leaf(row.leaf).head
        alert = head.get("alert")
        if stay in (head.get("about"), head.get("stay")) or alert in alerts:  # sent, or taken by somebody
            if alert is not None:
                alerts.add(alert)
            yield row


def _rows(connection: sa.Connection, *, subject: tuple[str, str | None] | None = None) -> Iterator[_Row]:
    entry, key = tables.entries, tables.payload_keys
    own = [entry.c[name] for name in _Row._fields[:8]]
    query = sa.select(*own, key.c.wrapped, key.c.agency.label("key_agency"), key.c.subject.label("key_subject")).select_from(
        entry.outerjoin(key, key.c.number == entry.c.number)
    )
    query = query.where(entry.c.number > sa.bindparam("after")).order_by(entry.c.number).limit(_PAGE)
    if subject is not None:
        query = query.where(entry.c.agency == subject[0], entry.c.subject == subject[1])
    after = -(2**62)
    while True:
        rows = connection.execute(query, {"after": after}).all()
        yield from map(_Row._make, rows)
        if len(rows) < _PAGE:
            return
        after = rows[-1].number


def _record(row: _Row, store: Store) -> tuple[Record, list[str]]:
    """The row as a record, and what is wrong with the columns that the leaf does not speak for."""
    wrong = []
    key = None
    if row.wrapped is not None:
        try:
            key = store.keys.unwrap(row.wrapped, about=f"payload {row.number}")
        except ValueError:
            wrong.append("changed: its payload's key cannot be unwrapped")
    return Record(row.number, row.leaf, row.hash, row.payload, key), wrong


_NONE = ("", 0, 0)
_ERASING = (retention.ERASED, retention.EXPIRED)


class _Beside:
    """What the chain does not look at: the columns beside each leaf, the order of the entries about a stay, and whether each
    payload without a key was erased by an entry that says so."""

    def __init__(self, kept: Mapping[int, int]) -> None:
        """``kept``: the times under which checkpoints are filed, by their size."""
        self._kept = kept
        self.streams: dict[str, tuple[str, int, int]] = {}
        """Agency, version and last entry of each stay."""
        self._without_key: dict[tuple[str, str | None], list[int]] = {}

    def look(self, row: _Row, leaf: Leaf) -> list[str]:
        """What is wrong with them."""
        head: Mapping[str, Any] = leaf.head
        found: list[str] = []
        number, agency, subject, kind = row.number, row.agency, head.get("subject"), head.get("kind")
        if agency != head.get("agency") or row.subject != subject or row.kind != kind or row.at != leaf.at:
            said = {**head, "at": leaf.at}
            wrong = [name for name in ("agency", "subject", "kind", "at") if getattr(row, name) != said.get(name)]
            found.append(f"changed: its column [{wrong[0]}] is not what its leaf says")
        if self._kept.get(number, leaf.at) != leaf.at:
            found.append("changed: the time under which its checkpoint is filed")
        about = subject or head.get("about")
        if leaf.sealed is not None and row.payload is None:
            found.append("removed: its encrypted payload")
        if row.wrapped is None:
            if leaf.sealed is not None:
                self._without_key.setdefault((agency, about if about is None else str(about)), []).append(number)
        elif row.key_agency != agency or row.key_subject != about:
            found.append("changed: its payload's key is filed under another agency or stay")
        if isinstance(subject, str):
            version, before = head.get("v"), self.streams.get(subject, _NONE)[1]
            if version != before + 1:
                found.append(f"is version {version} of its stay, after version {before}")
            self.streams[subject] = (agency, int(version or 0), number)
        if kind in _ERASING:
            self._erased(agency, head)
        return found

    def _erased(self, agency: str, head: Mapping[str, Any]) -> None:
        if head.get("kind") == retention.ERASED:
            self._without_key.pop((agency, head.get("stay")), None)
        elif head.get("kind") == retention.EXPIRED:
            left = [n for n in self._without_key.pop((agency, None), []) if n > int(head.get("until") or 0)]
            if left:
                self._without_key[agency, None] = left

    def end(self) -> list[Finding]:
        return [Finding(number, "removed: its payload's key, and no entry says that it was erased") for numbers in self._without_key.values() for number in numbers]


def _head_findings(connection: sa.Connection, head: Any, report: Report, beside: _Beside) -> list[Finding]:
    found = []
    stored = (head.id, head.size, head.last_hash, head.frontier, head.last_at)
    if stored != (1, report.frontier.size, report.last_hash, report.frontier.packed(), report.last_at or 0):
        found.append(Finding(0, "the row that the next entry is added to was changed"))
    c = tables.streams.c
    streams = {r.subject: (r.agency, r.version, r.last_number) for r in connection.execute(sa.select(c.subject, c.agency, c.version, c.last_number))}
    if streams != beside.streams:
        wrong = sorted(s for s in streams.keys() | beside.streams.keys() if streams.get(s) != beside.streams.get(s))
        found.append(Finding(0, f"the versions of {len(wrong)} stays were changed, the first is [{wrong[0]}]"))
    return found


def _stray_keys(connection: sa.Connection) -> list[int]:
    entry, key = tables.entries, tables.payload_keys
    query = sa.select(key.c.number).select_from(key.outerjoin(entry, key.c.number == entry.c.number)).where(entry.c.payload.is_(None))
    return [row.number for row in connection.execute(query)]


def export_whole(store: Store, out: BinaryIO, *, disclose: bool = False) -> int:
    """Write all entries, without the payloads' keys unless ``disclose``. Returns how many."""
    with _snapshot(store) as connection:
        head = connection.execute(sa.select(tables.head)).one()
        notes = [row.note for row in connection.execute(sa.select(tables.checkpoints).where(tables.checkpoints.c.size < head.size).order_by(tables.checkpoints.c.size))]
        key = NoteKey.parse(head.public_key)
        records = (_exported(row, store, disclose=disclose) for row in _rows(connection))
        write_export(out, key=key, count=head.size, records=records, notes=[*notes, head.checkpoint])
        return int(head.size)


def export_stay(store: Store, out: BinaryIO, *, agency: str, stay: str, disclose: bool = True) -> int:
    """Write the entries about one stay, each with its proof, and with its key unless it was erased: those that changed it, and
    those beside it, as what was read of a packet, its alerts, who looked, that it was erased. Why a lawsuit keeps it and what
    legal process asked for stays sealed: that is counsel's.

    Raises InputError where the record has no entry about it.
    """
    with _snapshot(store) as connection:
        head = connection.execute(sa.select(tables.head)).one()
        rows = sorted([*_rows(connection, subject=(agency, stay)), *_beside_stay(connection, agency=agency, stay=stay)])
        if not any(row.subject == stay for row in rows):
            raise InputError("the record has no entry about this stay", do="name the agency and the stay as the page does")
        hashes = [row.hash for row in connection.execute(sa.select(tables.entries.c.hash).where(tables.entries.c.number <= head.size).order_by(tables.entries.c.number))]
        levels = Levels(hashes)
        if len(hashes) != head.size or levels.root() != Frontier.unpacked(head.size, head.frontier).root():
            raise InputError("the record does not give its own root", do="dueprocess ledger verify")
        lines = ((_exported(row, store, disclose=disclose and row.kind not in retention.COUNSELS), levels.proof(row.number - 1)) for row in rows)
        write_excerpt(out, key=NoteKey.parse(head.public_key), count=len(rows), records=lines, note=head.checkpoint)
        return len(rows)


def _exported(row: _Row, store: Store, *, disclose: bool) -> Record:
    record, wrong = _record(row, store) if disclose else (Record(row.number, row.leaf, row.hash, row.payload), [])
    if wrong:
        raise InputError(f"entry {row.number} is damaged", do="dueprocess ledger verify")
    return record


def checkpoint(store: Store) -> str:
    """Keep the last checkpoint for good, and return it: a signed note, to be put where nobody here can change it."""
    with store.engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        head = connection.execute(sa.select(tables.head)).one()
        keep_checkpoint(connection, size=head.size, at=head.last_at, note=head.checkpoint)
        return str(head.checkpoint)


def health(store: Store, *, now: int) -> Health:
    """How the record stands, for the health page."""
    with store.engine.connect() as connection, connection.begin():
        head = connection.execute(sa.select(tables.head)).one()
        kept = connection.execute(sa.select(tables.checkpoints).order_by(tables.checkpoints.c.size.desc()).limit(1)).first()
    return Health(head.size, head.last_at, kept.size if kept else 0, kept.at if kept else None, max(0, head.last_at - now))


def kept_note(path: Path) -> str:
    """A checkpoint from a file. Raises InputError where it cannot be read."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read(1_000_001)
    except (OSError, UnicodeDecodeError):
        raise InputError("the checkpoint cannot be read", where=str(path), do="name the file that ledger checkpoint wrote") from None
