"""The writer: savepoints, one durable commit for many, versions, repeated requests, two processes, a clock set back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
import sqlalchemy as sa
from store_common import ALL, FIRST, NOW, SECOND, Clock, Place, desk

from dueprocess.kernel.errors import InputError
from dueprocess.store import (
    Conflict,
    Done,
    Draft,
    Receipt,
    Store,
    Unavailable,
    Writer,
    proving,
    read_events,
    rebuild,
    tables,
)
from dueprocess.store.database import for_agency
from dueprocess.store.driver import asked_together, put
from dueprocess.store.jobs import Job
from dueprocess.store.sequence import TAKE_TURN


def verified(place: Place) -> Any:
    store = place.open(owner=True)
    try:
        return proving.verify(store)
    finally:
        store.dispose()


def held_up(writer: Writer) -> threading.Event:
    """Give the writer a piece of work that lasts until the event is set, and wait until it has begun."""
    begun, gate = threading.Event(), threading.Event()

    def wait(_: sa.Connection) -> Done:
        begun.set()
        return Done(result=gate.wait(30))

    writer.submit(wait, agency=FIRST, by="a")
    assert begun.wait(30)
    return gate


def test_what_is_written_comes_back_and_verifies(where: Place) -> None:
    with desk(where) as d:
        receipt = d.book("s_1")
        assert receipt == Receipt({"stay": "s_1"}, (3,))
        d.note("s_1")
        with d.store.read(FIRST) as connection:
            events = list(read_events(connection, d.store.keys, agency=FIRST, subject="s_1"))
        assert [(e.number, e.kind, e.version, e.by) for e in events] == [(3, "booked", 1, "a_clerk"), (4, "noted", 2, "a_clerk")]
        assert events[0].payload == {"name": "Zzyzx Made-Up", "booking": "B-s_1"}
        assert [row["version"] for row in d.rows(tables.stays)] == [2]
    report = verified(where)
    assert report.ok and report.size == 4 and report.opened == 2


def test_many_requests_share_a_commit_and_one_that_fails_is_rolled_back_alone(where: Place) -> None:
    with desk(where, max_batch=1000) as d:
        gate = held_up(d.writer)  # the others gather meanwhile
        before = d.writer.commits

        def work(number: int) -> Any:
            def run(connection: sa.Connection) -> Done:
                connection.execute(tables.attempts.insert(), {"agency": FIRST, "what": f"w{number}", "failures": 1, "last_at": NOW})
                if number % 10 == 3:
                    raise InputError("refused", do="nothing")
                if number % 10 == 7:  # the database itself refuses: the key is there already
                    connection.execute(tables.attempts.insert(), {"agency": FIRST, "what": f"w{number}", "failures": 1, "last_at": NOW})
                return Done([Draft("noted", {"n": number}, subject=f"s_{number}")], number)

            return run

        futures: list[Future[Receipt]] = [d.writer.submit(work(n), agency=FIRST, by="a_clerk") for n in range(100)]
        gate.set()
        results = [f.exception() or f.result() for f in futures]
        assert d.writer.commits == before + 2  # the one that held them up, and one for the hundred
        assert sum(isinstance(r, InputError) for r in results) == 10
        assert sum(isinstance(r, sa.exc.IntegrityError) for r in results) == 10
        good = [r for r in results if isinstance(r, Receipt)]
        assert [r.numbers[0] for r in good] == list(range(3, 83))  # no gaps
        assert len(d.rows(tables.attempts)) == 80  # what the failed ones did is gone
    assert verified(where).ok


def test_the_version_that_was_seen_must_be_the_last(where: Place) -> None:
    with desk(where) as d:
        d.book("s_1")
        d.note("s_1", expect=1)
        for stale in (1, 3, 0):
            with pytest.raises(Conflict):
                d.note("s_1", expect=stale)
        with pytest.raises(Conflict):
            d.note("s_2", expect=1)  # not there
        with pytest.raises(Conflict):
            d.book("s_1")
        d.note("s_1")  # whatever it is
        assert [row["version"] for row in d.rows(tables.stays)] == [3]
    assert verified(where).size == 5


def test_of_two_who_saw_the_same_version_one_is_told(where: Place) -> None:
    with desk(where) as d:
        d.book("s_1")
        futures = [d.writer.submit(lambda _: Done([Draft("noted", {"t": 1}, subject="s_1", expect=1)]), agency=FIRST, by="a") for _ in range(20)]
        failed = [f.exception() for f in futures]
        assert sum(e is None for e in failed) == 1 and sum(isinstance(e, Conflict) for e in failed) == 19


def test_a_repeated_request_is_answered_as_before_and_writes_nothing(where: Place) -> None:
    with desk(where) as d:
        first = d.book("s_1", key="k1")
        again = d.book("s_1", key="k1")
        assert (again.result, again.numbers, again.replayed, first.replayed) == (first.result, first.numbers, True, False)
        with pytest.raises(InputError, match="used for another request"):
            d.book("s_2", key="k1")
        other = d.book("s_1b", agency=SECOND, key="k1")  # another agency's key of the same name
        assert not other.replayed
    with desk(where) as d:  # a new process
        assert d.book("s_1", key="k1").replayed
    assert verified(where).size == 4


def test_a_request_repeated_within_one_batch_is_written_once(where: Place) -> None:
    with desk(where) as d:
        gate = held_up(d.writer)
        draft = Draft("booked", {"name": "Zzyzx"}, subject="s_1", head={"case": "26-1"}, expect=0)
        futures = [d.writer.submit(lambda _: Done([draft], {"stay": "s_1"}), agency=FIRST, by="a", key="k", request=1) for _ in range(10)]
        different = d.writer.submit(lambda _: Done([]), agency=FIRST, by="a", key="k", request=2)
        gate.set()
        receipts = [f.result() for f in futures]
        assert [r.replayed for r in receipts] == [False] + [True] * 9
        assert {r.numbers for r in receipts} == {(3,)}
        assert isinstance(different.exception(), InputError)


def test_a_failed_request_can_be_sent_again_with_its_key(where: Place) -> None:
    with desk(where) as d:
        def refused(_: sa.Connection) -> Done:
            raise InputError("not now", do="later")

        with pytest.raises(InputError, match="not now"):
            d.writer.write(refused, agency=FIRST, by="a", key="k", request={"stay": "s_1"})
        assert not d.book("s_1", key="k").replayed


def test_a_clock_set_back_does_not_turn_the_record_round(where: Place) -> None:
    with desk(where) as d:
        d.book("s_1")
        d.clock.at = NOW - 3600
        d.note("s_1")
        d.clock.at = NOW + 10
        d.note("s_1")
        with d.store.read(FIRST) as connection:
            events = list(read_events(connection, d.store.keys, agency=FIRST, subject="s_1"))
        assert [e.at for e in events] == [NOW, NOW, NOW + 10]
        assert [e.head.get("step") for e in events] == [None, 3600, None]
        d.clock.at = NOW - 50
        assert proving.health(d.store, now=d.clock()).ahead == 60
    assert verified(where).ok


def test_two_writers_on_one_database_number_without_gaps(where: Place) -> None:
    with desk(where) as one, desk(where) as two:
        futures = []
        for number in range(60):
            writer = (one, two)[number % 2].writer
            draft = Draft("booked", {"name": "Zzyzx"}, subject=f"s_{number}", head={"case": f"26-{number}"}, expect=0)
            futures.append(writer.submit(lambda _, draft=draft: Done([draft]), agency=FIRST, by="a"))
        numbers = sorted(f.result().numbers[0] for f in futures)
        assert numbers == list(range(3, 63))
    assert verified(where).ok


def test_what_a_writer_refuses(where: Place) -> None:
    with desk(where) as d:
        for draft in (Draft("unheard-of"), Draft("noted", {"x": 1}, head={"v": 3}), Draft("noted", {"x": float("nan")}), Draft("noted", head={"list": [1]})):  # type: ignore[dict-item]
            with pytest.raises(InputError):
                d.writer.write(lambda _, draft=draft: Done([draft]), agency=FIRST, by="a")
        assert d.note("s_1").numbers == (3,)
    with pytest.raises(Unavailable):
        d.writer.submit(lambda _: Done(), agency=FIRST, by="a")


def test_what_cannot_be_kept_for_a_repeated_request_fails_alone(where: Place) -> None:
    with desk(where) as d:
        gate = held_up(d.writer)
        bad = [d.writer.submit(lambda _, r=r: Done([Draft("noted", {"x": 1}, subject="s_1")], r), agency=FIRST, by="a", key=f"k{n}", request=1) for n, r in enumerate((object(), {1, 2}, float("nan")))]
        good = d.writer.submit(lambda _: Done([Draft("noted", {"x": 1}, subject="s_1")], 1), agency=FIRST, by="a", key="good", request=1)
        gate.set()
        assert all(isinstance(f.exception(), InputError) for f in bad) and good.result().numbers == (3,)
        for agency, key in (("", None), ("a\0b", None), ("\ud800", None), (FIRST, ""), (FIRST, "k\0"), (FIRST, "k" * 300)):
            with pytest.raises(InputError):
                d.writer.submit(lambda _: Done(), agency=agency, by="a", key=key)


def test_what_the_database_refuses_is_said_without_repeating_it(where: Place) -> None:
    with desk(where) as d:
        d.book("s_1", name="Zzyzx Canary")
        for name, stay in (("Zzyzx Canary\0", "s_2"), ("Zzyzx Canary", "s_1")):
            draft = Draft("booked", {"name": name}, subject=stay, head={"case": "26-s_1"})
            error = d.writer.submit(lambda _, draft=draft: Done([draft]), agency=FIRST, by="a").exception()
            assert error is not None and "Canary" not in str(error) and "Canary" not in repr(error)
        assert isinstance(error, sa.exc.IntegrityError)  # the same stay twice: a mistake of the program, not of a person
        assert d.note("s_1").numbers == (4,)


@pytest.mark.parametrize("broken", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_work_that_would_end_the_thread_fails_alone(where: Place, broken: type[BaseException]) -> None:
    def gives_up(_: sa.Connection) -> Done:
        raise broken

    with desk(where) as d:
        d.book("s_1")
        before = d.writer.commits
        with pytest.raises(RuntimeError, match=broken.__name__):
            d.writer.write(gives_up, agency=FIRST, by="a")
        gate = held_up(d.writer)
        bad = d.writer.submit(gives_up, agency=FIRST, by="a", key="bad", request=1)
        good = d.writer.submit(lambda _: Done([Draft("noted", {"x": 1}, subject="s_1")]), agency=FIRST, by="a")
        gate.set()
        assert isinstance(bad.exception(), RuntimeError) and good.result().numbers
        assert d.writer.commits > before and len(d.rows(tables.events)) == 1
    verified(where)


def test_a_writer_that_is_itself_broken_off_answers_and_goes_on(where: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(where) as d:
        (last,) = d.book("s_1").numbers

        def broken_off(*_: object, **__: object) -> None:
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(d.writer, "_flush", broken_off)
            taken = [d.writer.submit(lambda _: Done([Draft("noted", {"x": 1}, subject="s_1")]), agency=FIRST, by="a") for _ in range(3)]
            assert all(isinstance(one.exception(10), RuntimeError) for one in taken)
        assert d.note("s_1").numbers == (last + 1,)  # nothing of those was kept
    assert verified(where).size == last + 1


def test_what_is_asked_ahead_is_answered_once_and_only_until_something_is_written(where: Place) -> None:
    names = sa.select(tables.stays.c.id).where(tables.stays.c.agency == sa.bindparam("of")).order_by(tables.stays.c.id)
    ahead, seen = [(names, {"of": FIRST})], []

    def booked(stay: str) -> Callable[[sa.Connection], Done]:
        def work(connection: sa.Connection) -> Done:
            seen.append([row[0] for row in asked_together(connection, *ahead)[0]])
            row = {"id": stay, "agency": FIRST, "case_number": f"26-{stay}", "status": "in", "version": 1}
            put(connection, tables.stays.insert(), row)
            seen.append([row[0] for row in asked_together(connection, *ahead)[0]])
            connection.execute(tables.stays.update().where(tables.stays.c.id == stay).values(id=stay + "x"))
            seen.append([row[0] for row in asked_together(connection, *ahead)[0]])
            return Done()

        return work

    with desk(where) as d:
        d.writer.write(booked("a"), agency=FIRST, by="a", ahead=lambda: ahead)
        gate = held_up(d.writer)  # several at once: then each asks by itself
        taken = [d.writer.submit(booked(stay), agency=FIRST, by="a", key=f"key {stay}", request=1, ahead=lambda: ahead) for stay in "bc"]
        gate.set()
        assert all(one.result() for one in taken)
        refused = [(names, {"of": "a\0b"})]
        error = d.writer.submit(lambda c: Done([], len(asked_together(c, *refused))), agency=FIRST, by="a", ahead=lambda: refused).exception()
        assert error is None or isinstance(error, InputError)  # only PostgreSQL refuses it
        assert d.writer.write(lambda _: Done([], 7), agency=FIRST, by="a", ahead=lambda: ahead).result == 7  # asked for nothing
    assert seen == [[], ["a"], ["ax"], ["ax"], ["ax", "b"], ["ax", "bx"], ["ax", "bx"], ["ax", "bx", "c"], ["ax", "bx", "cx"]]


def test_a_writer_that_cannot_keep_up_says_so(where: Place) -> None:
    with desk(where, max_waiting=5) as d:
        gate = held_up(d.writer)
        taken = [d.writer.submit(lambda _: Done(), agency=FIRST, by="a") for _ in range(5)]
        assert d.writer.waiting == 5
        with pytest.raises(Unavailable, match="too many"):
            d.writer.submit(lambda _: Done(), agency=FIRST, by="a")
        gate.set()
        assert all(f.result() for f in taken)


def test_several_entries_of_one_request_are_written_together_or_not(where: Place) -> None:
    with desk(where) as d:
        d.book("s_1")
        good = [Draft("noted", {"x": 1}, subject="s_1", expect=1), Draft("noted", {"x": 2}, subject="s_1", expect=2)]
        assert d.writer.write(lambda _: Done(good), agency=FIRST, by="a").numbers == (4, 5)
        bad = [Draft("noted", {"x": 3}, subject="s_1", expect=3), Draft("noted", {"x": 4}, subject="s_1", expect=3)]
        with pytest.raises(Conflict):
            d.writer.write(lambda _: Done(bad), agency=FIRST, by="a")
        assert len(d.rows(tables.events)) == 2
    assert verified(where).size == 5


def test_read_tables_are_made_again_from_the_record(where: Place) -> None:
    read = [t for t in tables.metadata.sorted_tables if t.info["kind"] == "read"]
    with desk(where) as d:
        for number in range(12):
            d.book(f"s_{number}", agency=(FIRST, SECOND)[number % 2])
            d.note(f"s_{number}", agency=(FIRST, SECOND)[number % 2])
        d.release("s_0")
        before = {(t.name, a): d.rows(t, agency=a) for t in read for a in (FIRST, SECOND)}
        assert before["stays", FIRST] and before["events", SECOND]
        assert rebuild(d.store, ALL) == 27
        assert {(t.name, a): d.rows(t, agency=a) for t in read for a in (FIRST, SECOND)} == before


def test_checkpoints_are_kept_along_the_way(where: Place) -> None:
    with desk(where, max_batch=100) as d:
        futures = [d.writer.submit(lambda _, n=n: Done([Draft("noted", {"x": 1}, subject=f"s_{n}")]), agency=FIRST, by="a") for n in range(2100)]
        for future in futures:
            future.result()
    report = verified(where)
    assert report.ok and report.checkpoints == 3  # past a thousand, past two thousand, and the last


def test_the_name_of_a_person_is_nowhere_in_the_database_of_the_record(where: Place) -> None:
    """Payloads are encrypted, and requests kept by their keyed hash."""
    with desk(where) as d:
        d.book("s_1", name="Zzyzx Canary-Made-Up", key="k")
    store = where.open(owner=True)
    with store.engine.connect() as connection:
        for table in (tables.entries, tables.payload_keys, tables.idempotency, tables.head, tables.streams):
            assert "Canary" not in repr(connection.execute(sa.select(table)).all())
    store.dispose()


def test_a_writer_that_is_closed_has_finished_what_it_took(where: Place) -> None:
    store = where.create()
    writer = Writer(store, ALL, now=Clock())
    futures = [writer.submit(lambda _, n=n: Done([Draft("noted", {"x": n}, subject=f"s_{n}")]), agency=FIRST, by="a") for n in range(50)]
    writer.close()
    assert all(f.done() for f in futures) and [f.result().numbers[0] for f in futures] == list(range(1, 51))
    assert isinstance(store, Store)
    store.dispose()


def test_a_commit_that_the_server_is_still_at_is_waited_for_before_anything_is_done_again(where: Place) -> None:
    if not where.postgres:
        pytest.skip("a SQLite commit has no other end that could still be at it")
    with desk(where) as d, d.store.engine.connect() as other:
        job = Job(lambda _: Done(), FIRST, "a", None, b"")
        d.writer._written = 99, b"its hash"
        found: list[bool] = []
        with other.begin():
            other.execute(TAKE_TURN)
            for_agency(other, FIRST)
            row = {"number": 99, "agency": FIRST, "subject": None, "kind": "noted", "at": NOW, "leaf": b"", "hash": b"its hash", "payload": None}
            other.execute(tables.entries.insert(), row)
            asking = threading.Thread(target=lambda: found.append(d.writer._was_committed([job], until=time.monotonic() + 5)))
            asking.start()
            asking.join(0.3)
            assert asking.is_alive() and not found
        asking.join()
        assert found == [True]


def test_what_the_database_refuses_only_when_it_is_sent_is_found_among_many(where: Place) -> None:
    """Several requests are sent together; the one that cannot be stored fails alone, whichever it was."""
    with desk(where) as d:
        gate = held_up(d.writer)
        before = d.writer.commits
        row = {"agency": FIRST, "failures": 1, "last_at": NOW}

        def work(number: int) -> Any:
            def run(connection: sa.Connection) -> Done:
                put(connection, ATTEMPT, {**row, "what": f"w{0 if number in (4, 9) else number}"})  # 4 and 9 take 0's place
                return Done([Draft("noted", {"n": number}, subject=f"s_{number}")] if number % 2 else [], number)

            return run

        futures = [d.writer.submit(work(n), agency=FIRST, by="a") for n in range(10)]
        gate.set()
        failed = [n for n, f in enumerate(futures) if f.exception() is not None]
        assert failed == [4, 9] and all(isinstance(futures[n].exception(), sa.exc.IntegrityError) for n in failed)
        assert d.writer.commits == before + 2 and len(d.rows(tables.attempts)) == 8
        alone = d.writer.submit(work(4), agency=FIRST, by="a")
        assert isinstance(alone.exception(), sa.exc.IntegrityError)
        assert d.note("s_1").numbers == (7,)
    assert verified(where).ok


ATTEMPT = tables.attempts.insert()
