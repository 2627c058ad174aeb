"""Erasing, holds, looks, files, legal process; and the inventory that erasing follows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from store_common import ALL, FIRST, NOW, SECOND, Desk, Place, desk

from dueprocess.kernel.errors import InputError
from dueprocess.ledger import standalone_source
from dueprocess.store import Done, Draft, accounts, proving, read_events, rebuild, retention, tables
from dueprocess.store.files import keep_file, read_file, seal_file
from dueprocess.store.inventory import FILES, inventory
from dueprocess.store.looking import look
from dueprocess.store.retention import DAY

CANARY = "Zzyzx Canary-Made-Up"


def erase(d: Desk, stay: str, *, agency: str = FIRST) -> int:
    return int(d.writer.write(lambda c: retention.erase(c, agency=agency, stay=stay), agency=agency, by="a_counsel").result)


def filled(d: Desk) -> None:
    """A stay with something about the person in as many places as there are."""
    d.book("s_1", name=CANARY)
    d.note("s_1", text=f"said by {CANARY}")
    pages = seal_file(d.store.keys, agency=FIRST, media="application/pdf", data=f"pages about {CANARY}".encode(), at=NOW)

    def work(connection: sa.Connection) -> Done:
        keep_file(connection, pages, stay="s_1")
        return Done([Draft("noted", {"file": CANARY}, subject="s_1", head=dict(pages.head))], pages.row["id"])

    d.writer.write(work, agency=FIRST, by="a_clerk")
    d.writer.write(lambda _: Done([look("person", stay="s_1", purpose=f"{CANARY} asked")]), agency=FIRST, by="a_clerk")
    d.writer.write(
        lambda c: retention.log_process(c, agency=FIRST, kind="subpoena", served_at=NOW, body={"about": CANARY}, stay="s_1"), agency=FIRST, by="a_counsel"
    )
    number = d.rows(tables.legal_process)[0]["number"]
    d.writer.write(
        lambda c: retention.answer_process(c, agency=FIRST, number=number, answer="given", body={"what": f"the record of {CANARY}"}), agency=FIRST, by="a_counsel"
    )
    d.book("s_2", name="Somebody Else-Made-Up")


def everything(d: Desk) -> str:
    """All rows of all tables, in words, with payloads opened."""
    found = [repr(d.rows(t)) for t in tables.metadata.sorted_tables if "agency" in t.c]
    with d.store.read(FIRST) as connection:
        found += [repr(e) for e in read_events(connection, d.store.keys, agency=FIRST)]
        for row in connection.execute(sa.select(tables.files.c.id)):
            try:
                found.append(repr(read_file(connection, d.store.keys, agency=FIRST, file=row.id)))
            except InputError as error:
                found.append(str(error))
    return "\n".join(found)


def test_erasing_takes_what_is_personal_and_leaves_the_proofs(where: Place) -> None:
    with desk(where) as d:
        filled(d)
        assert everything(d).count("Canary") >= 8
        with pytest.raises(InputError, match="has not left"):
            erase(d, "s_1")
        d.release("s_1")
        assert erase(d, "s_1") == 6
        after = everything(d)
        assert "Canary" not in after and "Somebody Else-Made-Up" in after
        stay = next(row for row in d.rows(tables.stays) if row["id"] == "s_1")
        assert (stay["status"], stay["name"], stay["case_number"], stay["left_at"]) == ("erased", None, "26-s_1", NOW)
        assert [p["kind"] for p in d.rows(tables.legal_process)] == ["subpoena"]
        read = [t for t in tables.metadata.sorted_tables if t.info["kind"] == "read"]
        before = {t.name: d.rows(t) for t in read}
        rebuild(d.store, ALL)
        assert {t.name: d.rows(t) for t in read} == before
        with pytest.raises(InputError, match="no stay"):
            erase(d, "s_1", agency=SECOND)
    store = where.open(owner=True)
    report = proving.verify(store)
    assert report.ok and report.erased == 6
    store.dispose()


def test_nothing_of_it_is_left_in_the_files(tmp_path: Path) -> None:
    """On SQLite even deleted bytes are gone once the log is emptied."""
    place = Place(str(tmp_path / "desk.db"), tmp_path / "desk.keys")
    with desk(place) as d:
        filled(d)
        d.release("s_1")
        assert any(b"Canary" in p.read_bytes() for p in tmp_path.glob("desk.db*"))  # the read tables hold it in clear
        erase(d, "s_1")
        retention.scrub(d.store)
        assert [p.name for p in tmp_path.glob("desk.db*") if b"Canary" in p.read_bytes()] == []


def test_postgres_rewrites_its_tables(where: Place) -> None:
    if not where.postgres:
        pytest.skip("SQLite is looked at in its files")
    with desk(where) as d:
        filled(d)
        d.release("s_1")
        erase(d, "s_1")
        with pytest.raises(InputError, match="owner"):
            retention.scrub(d.store)
        retention.scrub(d.store, owner=where.address)
        owner = where.open(owner=True)
        with owner.engine.connect() as connection:
            dead = connection.exec_driver_sql("SELECT coalesce(sum(n_dead_tup), 0) FROM pg_stat_user_tables WHERE relname = 'payload_keys'").scalar_one()
        owner.dispose()
        assert dead == 0


def test_a_litigation_hold_keeps_what_it_covers(where: Place) -> None:
    with desk(where) as d:
        for stay in ("s_1", "s_2"):
            d.book(stay, name=CANARY)
            d.release(stay)
        one = d.writer.write(lambda c: retention.place_hold(c, agency=FIRST, matter="3:26-cv-1", stay="s_1"), agency=FIRST, by="a_counsel").result
        with pytest.raises(InputError, match=r"hold stands \(3:26-cv-1\)"):
            erase(d, "s_1")
        late = NOW + 400 * DAY
        with d.store.read(FIRST) as connection:
            assert retention.due_for_erasing(connection, agency=FIRST, now=late) == ["s_2"]
        every = d.writer.write(lambda c: retention.place_hold(c, agency=FIRST, matter="records request 26-17"), agency=FIRST, by="a_counsel").result
        with d.store.read(FIRST) as connection:
            assert retention.due_for_erasing(connection, agency=FIRST, now=late) == []
        with pytest.raises(InputError, match="hold stands"):
            erase(d, "s_2")
        for hold in (one, every):
            d.writer.write(lambda c, hold=hold: retention.lift_hold(c, agency=FIRST, hold=hold), agency=FIRST, by="a_counsel")
        with pytest.raises(InputError, match="no hold that stands"):
            d.writer.write(lambda c: retention.lift_hold(c, agency=FIRST, hold=one), agency=FIRST, by="a_counsel")
        assert erase(d, "s_1") == 1 and erase(d, "s_2") == 1
        with pytest.raises(InputError, match="erased before"):
            d.writer.write(lambda c: retention.place_hold(c, agency=FIRST, matter="26-18", stay="s_1"), agency=FIRST, by="a_counsel")


def test_what_is_due_follows_the_agencys_days(where: Place) -> None:
    with desk(where) as d:
        d.book("s_1")
        d.release("s_1")
        d.book("s_2")
        for days, at, due in ((30, NOW + 30 * DAY - 1, []), (30, NOW + 30 * DAY, ["s_1"]), (0, NOW, ["s_1"])):
            d.writer.write(
                lambda c, days=days: accounts.change_settings(c, agency=FIRST, changes={"erase_after_days": days}), agency=FIRST, by="a"
            )
            with d.store.read(FIRST) as connection:
                assert retention.due_for_erasing(connection, agency=FIRST, now=at) == due
        erase(d, "s_1")
        with d.store.read(FIRST) as connection:
            assert retention.due_for_erasing(connection, agency=FIRST, now=NOW + DAY) == []
        d.note("s_1", text=CANARY)  # something comes in later
        with d.store.read(FIRST) as connection:
            assert retention.due_for_erasing(connection, agency=FIRST, now=NOW + DAY) == ["s_1"]


def test_the_daily_turn_erases_what_is_due_and_every_proof_still_holds(where: Place, tmp_path: Path) -> None:
    with desk(where) as d:
        for stay in ("s_1", "s_2", "s_3"):
            d.book(stay, name=CANARY, key=f"key-{stay}")
        d.book("s_9", agency=SECOND, name=CANARY)
        for stay in ("s_1", "s_2"):
            d.release(stay)
        hold = d.writer.write(lambda c: retention.place_hold(c, agency=FIRST, matter="3:26-cv-1", stay="s_2", reason=f"{CANARY} sues"), agency=FIRST, by="a_counsel").result
        assert d.rows(tables.holds)[0]["reason"] == f"{CANARY} sues"
        d.clock.at = NOW + 30 * DAY - 1
        assert retention.daily(d.store, d.writer, agency=FIRST, now=d.clock()) == 0
        with d.store.read(FIRST) as connection:
            assert [(x.stay, x.due_at, x.held_by) for x in retention.schedule(connection, agency=FIRST)] == [("s_1", NOW + 30 * DAY, ()), ("s_2", NOW + 30 * DAY, ("3:26-cv-1",))]
        d.clock.at += 1
        assert retention.daily(d.store, d.writer, agency=FIRST, now=d.clock()) == 1
        assert retention.daily(d.store, d.writer, agency=FIRST, now=d.clock()) == 0  # once is enough
        assert {r["id"]: r["name"] for r in d.rows(tables.stays)} == {"s_1": None, "s_2": CANARY, "s_3": CANARY}
        assert {r["id"]: r["name"] for r in d.rows(tables.stays, agency=SECOND)} == {"s_9": CANARY}
        assert [r["kind"] for r in d.rows(tables.entries)].count("data.erased") == 1
        # A hold that is lifted lets its stay go at the next turn, with the reasons that were written about it.
        d.writer.write(lambda c: retention.lift_hold(c, agency=FIRST, hold=hold, reason=f"{CANARY} settled"), agency=FIRST, by="a_counsel")
        assert d.rows(tables.holds)[0]["lift_reason"] == f"{CANARY} settled" and d.rows(tables.holds)[0]["lifted_by"] == "a_counsel"
        assert retention.daily(d.store, d.writer, agency=FIRST, now=d.clock()) == 1
        held = d.rows(tables.holds)[0]
        assert (held["reason"], held["lift_reason"], held["matter"]) == (None, None, "3:26-cv-1")
        before = {t.name: d.rows(t) for t in (tables.stays, tables.holds, tables.looks)}
        rebuild(d.store, ALL)
        assert {t.name: d.rows(t) for t in (tables.stays, tables.holds, tables.looks)} == before
        owner = where.open(owner=True) if where.postgres else d.store
        assert proving.verify(owner).ok
        with (tmp_path / "export.jsonl").open("wb") as out:
            proving.export_whole(owner, out, disclose=True)
        if where.postgres:
            owner.dispose()
    (tmp_path / "verify.py").write_text(standalone_source())
    found = subprocess.run([sys.executable, str(tmp_path / "verify.py"), str(tmp_path / "export.jsonl")], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_a_hold_names_a_matter_by_its_number_and_no_name(where: Place) -> None:
    with desk(where) as d:
        d.book("s_1")
        for matter, stay, says in (("", None, "by a number"), ("Made-Up v. County", None, "by a number"), ("26-1\n", None, "by a number"), ("26-1", "s_2", "no stay"), ("x1" * 40, None, "by a number")):
            with pytest.raises(InputError, match=says):
                d.writer.write(lambda c, matter=matter, stay=stay: retention.place_hold(c, agency=FIRST, matter=matter, stay=stay), agency=FIRST, by="a")
        with pytest.raises(InputError, match="longer"):
            d.writer.write(lambda c: retention.place_hold(c, agency=FIRST, matter="26-1", reason="x" * 3000), agency=FIRST, by="a")


def test_looks_are_entries_and_searches_by_name_need_a_purpose(where: Place) -> None:
    with desk(where) as d:
        d.book("s_1")
        d.writer.write(lambda _: Done([look("board", rows=12)]), agency=FIRST, by="a_clerk")
        d.writer.write(lambda _: Done([look("search", rows=1, purpose=f"the family of {CANARY} called")]), agency=FIRST, by="a_clerk")
        with pytest.raises(InputError, match="purpose"):
            look("search", purpose="  ")
        assert [(r["what"], r["rows"], r["by"]) for r in d.rows(tables.looks)] == [("board", 12, "a_clerk"), ("search", 1, "a_clerk")]
        assert d.note("s_1", expect=1)  # a look uses up no version
        for at, gone in ((NOW + 29 * DAY, False), (NOW + 31 * DAY, True)):
            d.writer.write(lambda c, at=at: retention.expire(c, agency=FIRST, now=at), agency=FIRST, by="daily")
            assert ("Canary" not in everything(d)) is gone
        before = d.rows(tables.looks)
        rebuild(d.store, ALL)
        assert d.rows(tables.looks) == before


def test_what_is_kept_for_a_week_goes(where: Place) -> None:
    with desk(where) as d:
        d.book("s_1", key="k")
        d.clock.at += 8 * DAY
        d.writer.write(lambda c: retention.expire(c, agency=FIRST, now=d.clock()), agency=FIRST, by="daily")
        assert d.rows(tables.idempotency) == []


def test_files_come_out_as_they_came_and_only_for_their_agency(where: Place) -> None:
    with desk(where) as d:
        data = b"%PDF made up" * 1000
        pages = seal_file(d.store.keys, agency=FIRST, media="application/pdf", data=data, at=NOW)
        d.writer.write(lambda c: Done(result=keep_file(c, pages, stay="s_1")), agency=FIRST, by="a")
        with d.store.read(FIRST) as connection:
            assert read_file(connection, d.store.keys, agency=FIRST, file=pages.row["id"]) == ("application/pdf", data)
        with d.store.read(SECOND) as connection, pytest.raises(InputError, match="no such file"):
            read_file(connection, d.store.keys, agency=SECOND, file=pages.row["id"])
        assert b"made up" not in pages.row["sealed"]
        d.writer.write(lambda c: Done(result=c.execute(tables.files.update().values(sealed=pages.row["sealed"][:-1] + b"x")).rowcount), agency=FIRST, by="a")
        with d.store.read(FIRST) as connection, pytest.raises(InputError, match="not those that were received"):
            read_file(connection, d.store.keys, agency=FIRST, file=pages.row["id"])


def test_every_column_says_why_until_when_and_for_whom() -> None:
    fields = inventory()
    assert {(f.table, f.column) for f in fields if f not in FILES} == {(t.name, c.name) for t in tables.metadata.sorted_tables for c in t.c}
    assert all(f.why and f.until and f.readers for f in fields)
    json.dumps([f.column for f in fields])
    for table in tables.metadata.sorted_tables:
        assert table.info["kind"] in ("record", "read", "state")
        assert ("agency" in table.c) or table.name in tables.WITHOUT_AGENCY
        personal = [c for c in table.c if c.info["about"].personal]
        assert all(c.nullable and not c.primary_key for c in personal)
        if personal:  # erasing finds them by the stay
            assert table is tables.stays or "stay" in table.c
