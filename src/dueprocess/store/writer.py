"""The one writer of a record: it numbers the entries, and many requests share one durable commit.

Each request runs in a savepoint of its own: one that fails is rolled back alone. While a commit is on its way to the
disk, further requests wait; the next commit takes them all. A request is answered only after the commit that holds it.

Two processes on one database take turns: on PostgreSQL by an advisory lock, on SQLite by its write lock. The last number
is read under the lock, so that numbers have no gaps.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import sqlalchemy as sa

from dueprocess.kernel import now as clock
from dueprocess.kernel.errors import InputError
from dueprocess.ledger import Checkpoint, Frontier, canonical
from dueprocess.store import tables
from dueprocess.store.analyzing import Analyzing
from dueprocess.store.database import SET_AGENCY, Store, for_agency
from dueprocess.store.driver import Asked, Sending
from dueprocess.store.events import HEAD, EventTypes, Receipt, Unavailable
from dueprocess.store.jobs import Entries, Job, Work, repeated
from dueprocess.store.moving import Moving
from dueprocess.store.sequence import (
    ADVANCE,
    INSERTS,
    KNOWN_KEY,
    READ_HEAD,
    TAKE_TURN,
    Head,
    Lost,
    is_mistake,
    keep_checkpoint,
    known_keys,
    may_come_back,
    new_versions,
    next_version,
    plain_name,
    unavailable,
    unfit,
    whole_is_lost,
)

_KEEP_EVERY = 1000
_SAVE, _BACK, _RELEASE = "SAVEPOINT one", "ROLLBACK TO SAVEPOINT one", "RELEASE SAVEPOINT one"


class _Again(Exception):
    """One of several requests cannot be written, and it is not known which."""


class Writer:
    """Takes work from any thread. Use as a context manager, or ``close`` it."""

    def __init__(
        self,
        store: Store,
        types: EventTypes,
        *,
        now: Callable[[], int] = clock.instant,
        max_batch: int = 256,
        max_waiting: int = 10_000,
        patience: float = 5.0,
    ) -> None:
        """``max_batch``: requests a commit at most. ``max_waiting``: how many may wait before further ones are refused.
        ``patience``: seconds for which a lost database is tried again."""
        self.store = store
        self.types = types
        self._now = now
        self._max = max_batch
        self._max_waiting = max_waiting
        self._patience = patience
        self._jobs: deque[Job] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._connection: tuple[sa.Connection, Sending] | None = None
        self._postgres = store.engine.dialect.name == "postgresql"
        self._upsert = next_version(store.engine.dialect.name)
        self._known, self._names = known_keys(store.engine.dialect.name)
        self._signer = store.signer
        self._agency: str | None = None
        """Whose rows the transaction sees."""
        self._kept = -1
        self.commits = 0
        """Durable commits so far."""
        self._beside = (Moving(store, lambda: self.commits), Analyzing(store, lambda: self.commits))
        self._thread = threading.Thread(target=self._run, name="dueprocess-writer", daemon=True)
        self._thread.start()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(
        self, work: Work, *, agency: str, by: str, key: str | None = None, request: Any = None, ahead: Callable[[], Sequence[Asked]] | None = None
    ) -> Future[Receipt]:
        """Run ``work(connection)`` in a savepoint and append the entries that it returns.

        ``agency``: whose rows it may touch. ``by``: the account, named in each entry. ``key`` with ``request`` (plain
        JSON: what was asked): a repeated request gets the first one's result, and writes nothing. ``ahead`` gives what
        ``work`` will ask before anything else: where it can be, it is asked together with where the record stands, and
        what is then asked in the very same words has its answer already.

        The future gives a Receipt once all of it is on the disk. It raises what ``work`` raised; Conflict where a draft's
        version was no longer the last, InputError where a key was used for another request, Unavailable where the
        database did not take it. ``work`` may be run again after a lost connection, and must not write read tables.
        """
        plain_name(agency, "agency")
        if key is not None:
            plain_name(key, "idempotency key")
        hashed = self.store.keys.keyed(canonical(request).decode(), about="request") if key is not None else b""
        job = Job(work, agency, by, key, hashed, ahead)
        with self._wake:
            if self._closing:
                raise Unavailable("the desk is stopping", do="send it again")
            if len(self._jobs) >= self._max_waiting:
                raise Unavailable("too many requests are waiting", do="send it again in a moment")
            self._jobs.append(job)
            self._wake.notify()
        return job.future

    def write(
        self, work: Work, *, agency: str, by: str, key: str | None = None, request: Any = None, ahead: Callable[[], Sequence[Asked]] | None = None
    ) -> Receipt:
        """``submit``, and wait for it."""
        return self.submit(work, agency=agency, by=by, key=key, request=request, ahead=ahead).result()

    @property
    def waiting(self) -> int:
        """Requests that no batch has taken yet."""
        return len(self._jobs)

    def close(self) -> None:
        """Finish what was submitted, then stop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()
        for each in self._beside:
            each.stop()
        self._drop()

    # -- the thread --------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._jobs and not self._closing:
                    self._wake.wait()
                if not self._jobs:
                    return
                batch = [self._jobs.popleft() for _ in range(min(self._max, len(self._jobs)))]
            batch = [job for job in batch if job.future.set_running_or_notify_cancel()]
            try:
                if batch:
                    self._settle(batch)
            except BaseException as error:  # whatever it is, nobody may wait for ever, and those who come later need this thread
                self._drop()
                for job in batch:
                    if not job.future.done():
                        job.future.set_exception(error if isinstance(error, Exception) else RuntimeError(f"the writer was broken off ({type(error).__name__})"))

    def _settle(self, batch: Sequence[Job]) -> None:
        """Commit the batch and answer each of its requests; try again while the database is away."""
        until = time.monotonic() + self._patience
        pause = 0.02
        while True:
            try:
                self._commit(batch)
                break
            except Lost as lost:
                self._drop()
                if lost.committing and self._was_committed(batch, until=until):
                    break
                if not may_come_back(lost.cause) or time.monotonic() >= until:
                    for job in batch:
                        job.error, job.receipt = unavailable(lost.cause), None
                    break
                time.sleep(pause)
                pause = min(pause * 2, 0.5)
        for job in batch:
            if job.error is not None:
                job.future.set_exception(job.error)
            elif job.receipt is not None:
                job.future.set_result(job.receipt)
            else:
                job.future.set_exception(RuntimeError("a request was left without an answer"))

    def _commit(self, batch: Sequence[Job]) -> None:
        """Commit the batch. Whether the database takes what a request wrote is seen only with the next one's; where it does not,
        whose it was is found by doing all of it again, each by itself."""
        try:
            self._try(batch, each=False)
        except _Again:
            self._try(batch, each=True)

    def _try(self, batch: Sequence[Job], *, each: bool) -> None:
        for job in batch:
            job.receipt = job.error = None
        self._written: tuple[int, bytes] | None = None
        alone, begun, kept = len(batch) == 1, False, self._kept
        sending: Sending | None = None
        try:
            connection, sending = self._connected()
            transaction = connection.begin()
            sending.begin()
            self._agency = None
            head, answered = self._begun(sending, batch, ahead=batch[0].ahead() if alone and not each and batch[0].ahead is not None else ())
            before = head.size
            gathered = Entries()
            fresh: dict[tuple[str, str], Job] = {}
            for job in batch:
                if job.key is not None and repeated(job, answered, fresh):
                    continue
                self._for_agency(sending, job.agency)
                trial = head.copy()
                own = Entries()
                begun = True
                if not alone:  # else the transaction is its savepoint
                    sending.put(_SAVE)
                try:
                    job.receipt = self._one(connection, sending, job, trial, own, careful=each, early=alone)
                    if each:
                        sending.send()  # what the database refuses is this request's
                except sa.exc.DBAPIError as error:
                    if alone or whole_is_lost(error) or (sending.failed and not each):
                        raise
                    self._back(sending)
                    job.receipt, job.error = None, unfit(error)
                except Exception as error:
                    if alone or (sending.failed and not each):
                        raise
                    self._back(sending)
                    job.receipt, job.error = None, error
                else:
                    if not alone:
                        sending.put(_RELEASE)
                    head = trial
                    gathered += own
                    if job.key is not None:
                        fresh[job.agency, job.key] = job
            self._flush(sending, gathered, [job for job in fresh.values() if job.error is None])
            if head.size != before:
                sending.start()  # the server writes them while the root is signed
                kept = self._advance(connection, sending, head)
                self._written = head.size, head.last_hash
            sending.commit()
            transaction.commit()  # for SQLAlchemy: the driver has nothing left to do
        except sa.exc.DBAPIError as error:
            # Before that only what a request asks ahead can hold a value that the database refuses.
            if not (begun or isinstance(error, sa.exc.DataError)) or whole_is_lost(error) or (not is_mistake(error) if alone else each):
                raise Lost(error, committing=sending is not None and sending.committing) from error
            self._undo()
            if not each:
                raise _Again from error
            batch[0].receipt, batch[0].error = None, unfit(error)
            return
        except Exception as error:
            if not begun or (each and not alone):
                raise
            self._undo()
            if not alone:
                raise _Again from error
            batch[0].receipt, batch[0].error = None, error
            return
        self._kept = kept
        self.commits += 1

    def _undo(self) -> None:
        """Take back the whole transaction."""
        if self._connection is not None:
            connection, sending = self._connection
            sending.forget()
            try:
                if (transaction := connection.get_transaction()) is not None:
                    transaction.rollback()
            except sa.exc.DBAPIError:
                self._drop()  # whatever it was, nothing of it is kept

    def _begun(self, sending: Sending, batch: Sequence[Job], *, ahead: Sequence[Asked]) -> tuple[Head, dict[tuple[str, str], Any]]:
        """Take the turn; where the record stands, and what was answered before, of the keys in this batch. ``ahead`` is what
        its only request will ask."""
        wanted: dict[str, list[str]] = {}
        for job in batch:
            if job.key is not None:
                wanted.setdefault(job.agency, []).append(job.key)
        if ahead:
            wanted.setdefault(batch[0].agency, [])
        if self._postgres:
            sending.put(TAKE_TURN)
        asked: list[tuple[Any, dict[str, Any]]] = [(READ_HEAD, {})]
        places: list[tuple[int, str]] = []
        for agency, names in wanted.items():
            if self._postgres:
                asked.append((SET_AGENCY, {"agency": agency}))
                self._agency = agency
            if not names:
                continue
            places.append((len(asked), agency))
            asked.append((KNOWN_KEY, {"agency": agency, "name": names[0]}) if len(names) == 1 else (self._known, {"agency": agency, "names": self._names(names)}))
        found = sending.ask(*asked, *ahead)
        sending.came_ahead(ahead, found[len(asked) :])
        ((size, last_hash, last_at, frontier),) = found[0]
        answered = {(agency, row[0]): row[1:] for place, agency in places for row in found[place]}
        return Head(size, last_hash, last_at, Frontier.unpacked(size, frontier)), answered

    def _for_agency(self, sending: Sending, agency: str) -> None:
        if self._postgres and agency != self._agency:
            sending.put(SET_AGENCY, {"agency": agency})
            self._agency = agency

    @staticmethod
    def _back(sending: Sending) -> None:
        """As if the request had not been."""
        if not sending.forget(_SAVE):
            sending.put(_BACK)
            sending.put(_RELEASE)

    def _one(self, connection: sa.Connection, sending: Sending, job: Job, head: Head, own: Entries, *, careful: bool, early: bool) -> Receipt:
        try:
            return self._run_one(connection, sending, job, head, own, careful=careful, early=early)
        except Exception:
            raise
        except BaseException as error:  # what would end the thread that all others need, and the server's that waits for it
            raise RuntimeError(f"a piece of work gave up ({type(error).__name__})") from error

    def _run_one(self, connection: sa.Connection, sending: Sending, job: Job, head: Head, own: Entries, *, careful: bool, early: bool) -> Receipt:
        done = job.work(connection)
        if job.key is not None:
            canonical(done.result)  # kept for a repeated request: what is no plain JSON fails here, alone
        for draft in done.entries:
            if draft.kind not in self.types:
                raise InputError(f"[{draft.kind}] is no kind of entry", do="use one that the desk knows")
            taken = HEAD & draft.head.keys()
            if taken:
                raise InputError(f"[{sorted(taken)[0]}] is given by the writer", do="use another name")
        versions = new_versions(sending, self._upsert, job.agency, done.entries, after=head.size, careful=careful)
        numbers = []
        for draft, version in zip(done.entries, versions, strict=True):
            if early and draft is done.entries[-1]:
                sending.start()  # the server writes the others while the last, which is the largest, is sealed
            event = own.append(job, draft, version, head, keys=self.store.keys, now=self._now())
            self.types.apply(connection, event)
            numbers.append(event.number)
        return Receipt(done.result, tuple(numbers))

    # -- the end of a batch ------------------------------------------------------------------------------

    def _flush(self, sending: Sending, entries: Entries, fresh: list[Job]) -> None:
        """Write what the batch has gathered, in one go for each agency."""
        asked = [
            {"agency": j.agency, "key": j.key, "request": j.request, "result": j.receipt.result, "numbers": list(j.receipt.numbers), "at": self._now()}
            for j in fresh
            if j.receipt is not None
        ]
        gathered = ((tables.entries, entries.rows), (tables.payload_keys, entries.keys), (tables.idempotency, asked))
        for agency in dict.fromkeys(row["agency"] for _, found in gathered for row in found):
            self._for_agency(sending, agency)
            for table, found in gathered:
                for row in found:
                    if row["agency"] == agency:
                        sending.put(INSERTS[table.name], row)

    def _advance(self, connection: sa.Connection, sending: Sending, head: Head) -> int:
        """Sign where the record stands now; the size of the last root that is kept, once this is committed."""
        note = Checkpoint(self.store.origin, head.size, head.frontier.root()).signed(self._signer)
        values = {"size": head.size, "last_hash": head.last_hash, "last_at": head.last_at, "frontier": head.frontier.packed(), "checkpoint": note}
        sending.put(ADVANCE, values)
        if self._kept < 0:
            self._kept = connection.execute(sa.select(sa.func.coalesce(sa.func.max(tables.checkpoints.c.size), 0))).scalar_one()
        if head.size // _KEEP_EVERY > self._kept // _KEEP_EVERY:
            keep_checkpoint(connection, size=head.size, at=head.last_at, note=note)
            return head.size
        return self._kept

    # -- the connection ----------------------------------------------------------------------------------

    def _connected(self) -> tuple[sa.Connection, Sending]:
        if self._connection is None:
            connection = self.store.engine.connect().execution_options(begin="IMMEDIATE")
            self._connection = connection, Sending.on(connection)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            (connection, _), self._connection = self._connection, None
            try:
                connection.invalidate()
                connection.close()
            except sa.exc.DBAPIError:
                pass

    def _was_committed(self, batch: Sequence[Job], *, until: float) -> bool:
        """After a commit without an answer: whether the last of its entries stands in the record."""
        if self._written is None:
            return False
        number, hash_ = self._written
        while True:
            try:
                with self.store.engine.connect() as connection, connection.begin():
                    if self._postgres:
                        connection.execute(TAKE_TURN)  # the server may still be at it: it gives up its turn when it is done
                    for agency in dict.fromkeys(job.agency for job in batch):
                        for_agency(connection, agency)
                        found = connection.execute(sa.select(tables.entries.c.hash).where(tables.entries.c.number == number)).scalar()
                        if found is not None:
                            return bool(found == hash_)
                    return False
            except sa.exc.DBAPIError:
                if time.monotonic() >= until:
                    return False
                time.sleep(0.1)
