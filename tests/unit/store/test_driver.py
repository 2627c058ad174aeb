"""Statements sent together: what happens when one of them fails, when the connection goes, and when a COMMIT has no answer."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from store_common import FIRST, SECOND, Place, desk, emptied

from dueprocess.store import Conflict, Done, Draft, Store, analyzing, tables
from dueprocess.store import writer as writing
from dueprocess.store.driver import Sending, asked, asked_together
from dueprocess.store.sequence import READ_HEAD
from dueprocess.store.wire import Wire

STREAMS = sa.select(tables.streams.c.subject, tables.streams.c.version).where(tables.streams.c.agency == sa.bindparam("of")).order_by(tables.streams.c.subject)
NEW = tables.streams.insert()


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """A place on PostgreSQL."""
    return Place(emptied(request.getfixturevalue("postgres")), tmp_path / "desk.keys")


def stream(subject: str, *, version: int = 1, agency: str = FIRST) -> dict[str, Any]:
    return {"subject": subject, "agency": agency, "version": version, "last_number": 1}


def raw(connection: sa.Connection) -> Any:
    return connection.connection.driver_connection


def idle(connection: sa.Connection) -> bool:
    from psycopg.pq import TransactionStatus

    return bool(raw(connection).info.transaction_status == TransactionStatus.IDLE)


def subjects(store: Store) -> list[str]:
    return [row[0] for row in store.ask(FIRST, STREAMS, {"of": FIRST})]


def agency_set(sending: Sending, agency: str = FIRST) -> None:
    from dueprocess.store.database import SET_AGENCY

    sending.put(SET_AGENCY, {"agency": agency})


def test_where_one_of_many_fails_nothing_after_it_is_run_and_the_connection_goes_on(place: Place) -> None:
    with desk(place) as d, d.store.engine.connect() as connection:
        sending = Sending.on(connection)
        for refused, error in ((stream("s_1"), sa.exc.IntegrityError), (stream("s_2", agency=SECOND), sa.exc.ProgrammingError)):
            with connection.begin() as transaction:
                sending.begin()
                agency_set(sending)
                sending.put(NEW, stream("s_1"))
                sending.put("SAVEPOINT made_up")
                sending.put(NEW, refused)
                sending.put(tables.looks.insert(), {"number": 9, "agency": FIRST, "at": 1, "by": "a", "what": "board", "rows": 1})  # prepared after the failure: never
                with pytest.raises(error) as told:
                    sending.commit()
                assert "s_1" not in str(told.value) and not told.value.connection_invalidated
                transaction.rollback()
            assert idle(connection) and subjects(d.store) == []
        with connection.begin() as transaction:  # what the server never came to is prepared now
            sending.begin()
            agency_set(sending)
            sending.put(tables.looks.insert(), {"number": 9, "agency": FIRST, "at": 1, "by": "a", "what": "board", "rows": 1})
            sending.put(NEW, stream("s_1"))
            sending.commit()
            assert idle(connection)
            transaction.commit()
        assert subjects(d.store) == ["s_1"] and len(d.rows(tables.looks)) == 1
        connection.invalidate()


def test_a_value_that_cannot_be_sent_fails_before_anything_is(place: Place) -> None:
    with desk(place) as d, d.store.engine.connect() as connection, connection.begin() as transaction:
        sending = Sending(connection)
        sending.begin()
        agency_set(sending)
        sending.put(NEW, stream("s_1"))
        sending.put(NEW, stream("a\0b"))
        with pytest.raises(sa.exc.DataError):
            sending.commit()
        assert idle(connection)
        transaction.rollback()
        assert subjects(d.store) == []


def test_what_was_started_is_part_of_what_is_asked_next_and_fails_with_it(place: Place) -> None:
    with desk(place) as d, d.store.engine.connect() as connection:
        sending = Sending.on(connection)
        for again in ("s_2", "s_1", "s_3"):  # of the second the server has the first already
            with connection.begin() as transaction:
                sending.begin()
                agency_set(sending)
                sending.put(NEW, stream("s_1" if again == "s_1" else f"before {again}"))
                sending.start()
                sending.put(NEW, stream(again))
                sending.start()
                if again == "s_1":
                    with pytest.raises(sa.exc.IntegrityError):
                        sending.commit()
                    assert sending.failed
                    transaction.rollback()
                    assert idle(connection)
                    continue
                assert sending.ask((STREAMS, {"of": FIRST}))[0][-1] == (again, 1)
                sending.put(NEW, stream(f"late {again}"))
                sending.start()
                # Whoever uses the connection itself comes after it.
                assert connection.execute(sa.select(sa.func.count()).select_from(tables.streams)).scalar_one() % 3 == 0
                sending.commit()
                transaction.commit()
        assert subjects(d.store) == sorted(f"{what}{name}" for name in ("s_2", "s_3") for what in ("", "before ", "late "))
        connection.invalidate()


def test_what_was_started_is_forgotten_with_the_rest(place: Place) -> None:
    with desk(place) as d, d.store.engine.connect() as connection:
        sending = Sending.on(connection)
        for first in ("s_1", "a\0b"):
            with connection.begin() as transaction:
                sending.begin()
                agency_set(sending)
                sending.put(NEW, stream("s_1"))
                sending.start()
                with pytest.raises(sa.exc.DBAPIError):  # the server refuses it, or it cannot even be sent
                    sending.put(NEW, stream(first))
                    sending.start()
                    sending.send()
                sending.put(NEW, stream("s_9"))
                sending.forget()
                transaction.rollback()
                assert idle(connection)
            assert subjects(d.store) == []
        connection.invalidate()


def test_a_transaction_that_has_failed_is_not_taken_for_committed(place: Place) -> None:
    """The server answers such a COMMIT with ROLLBACK, and calls that no error."""
    with desk(place) as d, d.store.engine.connect() as connection, connection.begin() as transaction:
        sending = Sending(connection)
        sending.begin()
        agency_set(sending)
        sending.send()
        with pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text("SELECT 1 / 0"))
        with pytest.raises(sa.exc.InternalError):
            sending.commit()
        transaction.rollback()


def test_what_is_prepared_outlasts_a_rollback_by_the_driver(place: Place) -> None:
    with desk(place) as d, d.store.engine.connect() as connection:
        for _ in range(8):  # the driver itself would have prepared its own by then, and have all forgotten at the rollback
            with connection.begin() as transaction:
                connection.execute(sa.text("SELECT set_config('dueprocess.agency', :of, true)"), {"of": FIRST})
                assert asked(connection, STREAMS, {"of": FIRST}) == []
                transaction.rollback()


def test_a_read_in_one_exchange_sees_one_agency_and_leaves_nothing_open(place: Place) -> None:
    with desk(place) as d:
        d.book("s_1")
        d.book("s_2", agency=SECOND)
        assert d.store.ask(FIRST, STREAMS, {"of": FIRST}) == [("s_1", 1)]
        assert d.store.ask(FIRST, STREAMS, {"of": SECOND}) == []
        with d.store.engine.connect() as connection:
            assert idle(connection)
            assert asked(connection, STREAMS, {"of": FIRST}) == []  # whose agency was set is over
            with connection.begin():  # and within a transaction of SQLAlchemy it is part of that
                ((head, *_),), _ = asked_together(connection, (READ_HEAD, {}), (STREAMS, {"of": FIRST}))
                assert head == 4 and not idle(connection)


@pytest.mark.parametrize("made", [True, False], ids=["it was made", "it was not"])
def test_a_commit_without_an_answer_is_settled_and_nothing_is_written_twice(place: Place, made: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    import psycopg

    real, lost = Wire.exchange, []

    def cut(self: Wire, commands: Any) -> Any:
        ends = bool(commands) and commands[-1].sql == "COMMIT" and not lost
        if ends:
            lost.append(len(commands))
            if made:
                real(self, commands)
            self._raw.close()
            raise psycopg.OperationalError("cut")
        return real(self, commands)

    with desk(place) as d:
        before = len(d.rows(tables.entries))
        monkeypatch.setattr(Wire, "exchange", cut)
        receipt = d.book("s_1", key="push-0001")
        assert lost and not receipt.replayed
        assert [r["number"] for r in d.rows(tables.entries)][before:] == list(receipt.numbers)
        assert d.book("s_1", key="push-0001").numbers == receipt.numbers


def test_a_stay_that_has_to_be_new_and_is_not(where: Place) -> None:
    """Taken for new until the database says otherwise: the one request alone, and one of two in a batch."""
    with desk(where) as d:
        d.book("s_1")
        with pytest.raises(Conflict):
            d.book("s_1")
        first = d.writer.submit(lambda _: (time.sleep(0.2), Done())[1], agency=FIRST, by="a")
        twice = [d.writer.submit(lambda _, s=s: Done([Draft("noted", {}, subject=s, expect=0)]), agency=FIRST, by="a") for s in ("s_9", "s_1", "s_8")]
        assert first.result().numbers == () and isinstance(twice[1].exception(), Conflict)
        assert [len(twice[n].result().numbers) for n in (0, 2)] == [1, 1]


def test_a_root_that_was_not_committed_is_kept_the_next_time(where: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passing a thousand entries keeps a root; a commit that fails there must not use the thousand up."""
    monkeypatch.setattr(writing, "_KEEP_EVERY", 4)
    real, failed = Sending.commit, []

    def once(self: Sending) -> None:
        if failed == [False]:
            failed[:] = [True]
            self.forget()
            raise sa.exc.DataError("", None, ValueError())
        real(self)

    with desk(where) as d:
        monkeypatch.setattr(Sending, "commit", once)
        d.book("s_1")
        failed[:] = [False]
        d.book("s_2")
        assert failed == [True]
        with d.store.engine.connect() as connection:
            assert connection.execute(sa.select(tables.checkpoints.c.size)).scalars().all() == [4]


def test_a_new_database_is_counted_before_the_server_would(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyzing, "_SECONDS", 0.01)
    monkeypatch.setattr(analyzing, "AFTER", (5, 10))
    with desk(place) as d:
        for number in range(12):
            d.book(f"s_{number}")
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with d.store.engine.connect() as connection:
                counted = connection.execute(analyzing._COUNTED).scalar_one()
                whose = connection.execute(sa.text("SELECT current_user")).scalar_one()
            if counted > 0:
                break
        assert counted > 0 and whose == "dueprocess_app"
