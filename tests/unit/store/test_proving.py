"""The record in its database: whatever is changed there is located; exports, checkpoints, health."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from store_common import FIRST, NOW, SECOND, Desk, Place, desk

from dueprocess.kernel.errors import InputError
from dueprocess.ledger import Report, leaf_hash, verify_export
from dueprocess.store import Done, looking, proving, retention, tables
from dueprocess.store.database import engine_of

RECORD = ("ledger_entries", "payload_keys", "ledger_head", "ledger_checkpoints", "streams")


def fill(d: Desk, count: int = 6) -> None:
    for number in range(count):
        d.book(f"s_{number}", agency=(FIRST, SECOND)[number % 2])
        d.note(f"s_{number}", agency=(FIRST, SECOND)[number % 2])


def owner(place: Place) -> sa.Engine:
    """Somebody who may do anything to the database, and who took away what stands in the way."""
    engine = engine_of(place.address, owner=True)
    if not place.postgres:
        with engine.begin() as connection:
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return engine


def verified(place: Place, **options: Any) -> Report:
    store = place.open(owner=True)
    try:
        return proving.verify(store, **options)
    finally:
        store.dispose()


def spoiled(value: Any, dice: random.Random) -> Any:
    """The value with one byte, letter or bit changed."""
    if isinstance(value, bytes):
        place = dice.randrange(len(value)) if value else 0
        return value[:place] + bytes([value[place] ^ dice.randrange(1, 256)]) + value[place + 1 :] if value else b"x"
    if isinstance(value, str):
        place = dice.randrange(len(value))
        return value[:place] + ("x" if value[place] != "x" else "y") + value[place + 1 :]
    return value ^ (1 << dice.randrange(0, 5))


def test_any_changed_value_of_the_record_is_located(where: Place) -> None:
    """Every column of every row of the record's own tables, one at a time."""
    with desk(where) as d:
        fill(d, 3)
        proving.checkpoint(d.store)
    assert verified(where).ok
    engine, dice = owner(where), random.Random(3)
    for name in RECORD:
        table = tables.metadata.tables[name]
        key = next(iter(table.primary_key.columns))
        with engine.connect() as connection, connection.begin():
            rows = connection.execute(sa.select(table)).all()
        for row in rows:
            identity = row._mapping[key.name]
            for column in table.c:
                value = row._mapping[column.name]
                if value is None:
                    continue
                change = table.update().where(key == identity)
                bad = spoiled(value, dice)
                try:
                    with engine.begin() as connection:
                        connection.execute(change.values({column.name: bad}))
                except sa.exc.IntegrityError:
                    continue  # another row has that key
                try:
                    report = verified(where)
                except InputError:  # another record's keys, or no root that can be read
                    assert name == "ledger_head"
                else:
                    assert not report.ok, (name, column.name, value, bad)
                if name in ("ledger_entries", "payload_keys"):
                    named = {n for f in report.findings for n in range(f.number, (f.last or f.number) + 1)}
                    assert identity in named, (name, column.name, report.findings)
                with engine.begin() as connection:
                    where_now = bad if column is key else identity
                    connection.execute(table.update().where(key == where_now).values({column.name: value}))
    assert verified(where).ok
    engine.dispose()


def test_a_key_that_was_destroyed_without_an_entry_that_says_so_is_located(where: Place) -> None:
    with desk(where) as d:
        fill(d, 4)
        d.release("s_0")
        d.writer.write(lambda c: retention.erase(c, agency=FIRST, stay="s_0"), agency=FIRST, by="a")
    assert verified(where).ok
    engine = owner(where)
    with engine.begin() as connection:
        connection.execute(tables.payload_keys.delete().where(tables.payload_keys.c.subject == "s_1"))
    report = verified(where)
    assert [f.number for f in report.findings] == [5, 6] and "no entry says" in report.findings[0].what
    engine.dispose()


def entry_rows(engine: sa.Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection, connection.begin():
        return [dict(r._mapping) for r in connection.execute(sa.select(tables.entries).order_by(tables.entries.c.number))]


Change = Callable[[sa.Connection, list[dict[str, Any]]], None]


def removed(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(tables.entries.delete().where(tables.entries.c.number == 5))


def removed_and_closed_up(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    removed(connection, rows)
    for row in rows[5:]:
        connection.execute(tables.entries.update().where(tables.entries.c.number == row["number"]).values(number=row["number"] - 1))


def swapped(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    for number, row in ((5, rows[6]), (7, rows[4])):
        connection.execute(tables.entries.update().where(tables.entries.c.number == number).values(**{k: v for k, v in row.items() if k != "number"}))


def inserted(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    for row in reversed(rows[4:]):
        connection.execute(tables.entries.update().where(tables.entries.c.number == row["number"]).values(number=row["number"] + 1))
    connection.execute(tables.entries.insert(), rows[4])  # a copy of one, in its old place


def rewritten(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    leaf = rows[4]["leaf"].replace(b'"by":"a_clerk"', b'"by":"a_other"')
    connection.execute(tables.entries.update().where(tables.entries.c.number == 5).values(leaf=leaf, hash=leaf_hash(leaf)))


@pytest.mark.parametrize("change", [removed, removed_and_closed_up, swapped, inserted, rewritten])
def test_what_is_done_to_rows_is_located(where: Place, change: Change) -> None:
    with desk(where) as d:
        fill(d)
    engine = owner(where)
    with engine.begin() as connection:
        change(connection, entry_rows(engine))
    report = verified(where, open_payloads=False)
    assert not report.ok and report.findings[0].number == 5, report.findings
    engine.dispose()


def test_the_record_cannot_be_changed_by_the_desk(where: Place) -> None:
    """SQLite's triggers, PostgreSQL's rights: what no part of the program does, it cannot do either."""
    with desk(where) as d:
        fill(d, 2)
        for statement in (tables.entries.update().values(kind="other"), tables.entries.delete(), tables.checkpoints.delete()):
            proving.checkpoint(d.store)
            with pytest.raises(sa.exc.DBAPIError), d.store.engine.begin() as connection:
                connection.execute(statement)


def test_a_record_cut_back_is_found_with_a_checkpoint_kept_elsewhere(where: Place, tmp_path: Path) -> None:
    with desk(where) as d:
        fill(d, 2)
        first = d.store.engine
        with first.connect() as connection, connection.begin():
            head = dict(connection.execute(sa.select(tables.head)).one()._mapping)
        fill_more = [d.note("s_0") for _ in range(3)]
        note = proving.checkpoint(d.store)
        assert len(fill_more) == 3 and note.split("\n")[1] == "9"
    assert verified(where, older=[note]).ok
    engine = owner(where)
    with engine.begin() as connection:
        for table in (tables.entries, tables.payload_keys):
            connection.execute(table.delete().where(table.c.number > 6))
        connection.execute(tables.checkpoints.delete())
        connection.execute(tables.head.update().values(**head))
        connection.execute(tables.streams.update().where(tables.streams.c.subject == "s_0").values(version=2, last_number=4))
    assert verified(where).ok  # nothing inside can show it
    report = verified(where, older=[note])
    assert [(f.number, f.last) for f in report.findings] == [(7, 9)]
    engine.dispose()


def test_exports(where: Place, tmp_path: Path) -> None:
    with desk(where) as d:
        fill(d, 4)
        d.release("s_0")
        d.writer.write(lambda c: retention.erase(c, agency=FIRST, stay="s_0"), agency=FIRST, by="a")
        key = d.store.signer.key
    store = where.open(owner=True)
    whole, part, opened = tmp_path / "whole.txt", tmp_path / "part.txt", tmp_path / "opened.txt"
    with whole.open("wb") as out:
        assert proving.export_whole(store, out) == 12
    verdict = verify_export(whole, key=key)
    assert verdict.ok and (verdict.entries, verdict.opened) == (12, 0)
    assert b"Zzyzx" not in whole.read_bytes()
    with opened.open("wb") as out:
        proving.export_whole(store, out, disclose=True)
    verdict = verify_export(opened, key=key)
    assert verdict.ok and verdict.opened == 6 and verdict.closed == 2  # of the one erased there are no keys any more
    with part.open("wb") as out:
        assert proving.export_stay(store, out, agency=SECOND, stay="s_1") == 2
    verdict = verify_export(part, key=key)
    assert verdict.ok and not verdict.whole and (verdict.entries, verdict.size, verdict.opened) == (2, 12, 2)
    for agency, stay in ((FIRST, "s_1"), (SECOND, "s_9")):
        with part.open("wb") as out, pytest.raises(InputError, match="no entry about this stay"):
            proving.export_stay(store, out, agency=agency, stay=stay)
    store.dispose()


def test_a_stays_export_holds_what_is_about_it_and_nothing_of_counsels(where: Place, tmp_path: Path) -> None:
    with desk(where) as d:
        fill(d, 3)
        for stay in ("s_0", "s_2"):
            d.writer.write(lambda _, stay=stay: Done([looking.look("person", stay=stay)]), agency=FIRST, by="a")
        d.writer.write(lambda c: retention.place_hold(c, agency=FIRST, matter="3:26-cv-00123", stay="s_0", reason="Zzcounsel says so"), agency=FIRST, by="a")
        d.release("s_0")
        key = d.store.signer.key
    store, part = where.open(owner=True), tmp_path / "part.txt"
    with part.open("wb") as out:
        assert proving.export_stay(store, out, agency=FIRST, stay="s_0") == 5
    text, verdict = part.read_text(), verify_export(part, key=key)
    assert verdict.ok and (verdict.entries, verdict.closed) == (5, 1)  # why it is kept is counsel's
    for kind in ("booked", "noted", "looked", "hold.placed", "released"):
        assert text.count(f'"kind":"{kind}"') == 1
    assert "s_2" not in text
    store.dispose()


def test_health(where: Place) -> None:
    with desk(where) as d:
        fill(d, 1)
        found = proving.health(d.store, now=NOW)
        assert (found.size, found.kept, found.kept_at, found.ahead) == (4, 0, None, 0)
        proving.checkpoint(d.store)
        found = proving.health(d.store, now=NOW)
        assert (found.kept, found.kept_at) == (4, NOW)


def test_an_owner_is_needed_to_see_the_whole_record_on_postgres(where: Place) -> None:
    with desk(where) as d:
        fill(d, 1)
        if where.postgres:
            with pytest.raises(InputError, match="one agency only"):
                proving.verify(d.store)
            with pytest.raises(InputError, match="one agency only"):
                proving.export_whole(d.store, io.BytesIO())
        else:
            assert proving.verify(d.store).ok
