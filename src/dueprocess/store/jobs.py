"""What the writer is asked to do, and the entries that come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError
from dueprocess.ledger import canonical, leaf_hash, make_leaf, seal
from dueprocess.ledger.record import Scalar
from dueprocess.store.driver import Asked
from dueprocess.store.events import Done, Draft, Event, Receipt
from dueprocess.store.keys import Keys
from dueprocess.store.sequence import Head

Work = Callable[[sa.Connection], Done]


@dataclass(slots=True)
class Job:
    """One request: what to run, for whom, and what came of it. ``request`` is the keyed hash of what was asked."""

    work: Work
    agency: str
    by: str
    key: str | None
    request: bytes
    ahead: Callable[[], Sequence[Asked]] | None = None
    future: Future[Receipt] = field(default_factory=Future)
    receipt: Receipt | None = None
    error: BaseException | None = None


def repeated(job: Job, answered: Mapping[tuple[str, str], Any], fresh: Mapping[tuple[str, str], Job]) -> bool:
    """Whether the same key was used before, ``answered`` long ago or ``fresh`` in this batch. Then the job gets the first
    one's receipt, or an error where something else had been asked."""
    assert job.key is not None
    name = job.agency, job.key
    row, twin = answered.get(name), fresh.get(name)
    if row is None and twin is None:
        return False
    if (row[0] if row is not None else twin.request if twin is not None else b"") != job.request:
        job.error = InputError("this idempotency key was used for another request", do="give each request a key of its own")
    elif row is not None:
        job.receipt = Receipt(row[1], tuple(row[2]), replayed=True)
    elif twin is not None and twin.receipt is not None:
        job.receipt = Receipt(twin.receipt.result, twin.receipt.numbers, replayed=True)
    return True


@dataclass(slots=True)
class Entries:
    """Entries that are not in the database yet: their rows, and those of their payloads' keys."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    keys: list[dict[str, Any]] = field(default_factory=list)

    def __iadd__(self, other: Entries) -> Entries:
        self.rows += other.rows
        self.keys += other.keys
        return self

    def append(self, job: Job, draft: Draft, version: int | None, head: Head, *, keys: Keys, now: int) -> Event:
        """The draft as the next entry after ``head``, which moves on. ``now`` is epoch seconds."""
        number = head.size + 1
        at = max(now, head.last_at)
        public: dict[str, Scalar] = {**draft.head, "agency": job.agency, "by": job.by, "kind": draft.kind}
        if now < head.last_at:
            public["step"] = head.last_at - now  # the clock had been set back by so many seconds
        if draft.subject is not None:
            public["subject"] = draft.subject
            public["v"] = version
        if draft.about is not None:
            public["about"] = draft.about
        key, sealed = seal(canonical(dict(draft.payload))) if draft.payload is not None else (None, None)
        leaf = make_leaf(number=number, previous=head.last_hash, at=at, head=public, sealed=sealed)
        hash_ = leaf_hash(leaf)
        self.rows.append(
            {
                "number": number, "agency": job.agency, "subject": draft.subject, "kind": draft.kind, "at": at, "leaf": leaf, "hash": hash_,
                "payload": sealed.data if sealed is not None else None,
            }
        )  # fmt: skip
        if key is not None:
            wrapped = keys.wrap(key, about=f"payload {number}")
            self.keys.append({"number": number, "agency": job.agency, "subject": draft.subject or draft.about, "wrapped": wrapped})
        head.frontier.append(hash_)
        head.size, head.last_hash, head.last_at = number, hash_, at
        return Event(number, at, job.agency, job.by, draft.kind, draft.subject, version, public, draft.payload)
