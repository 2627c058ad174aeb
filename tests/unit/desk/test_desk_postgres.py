"""The same desk on a PostgreSQL server: a stay, its alerts, another agency, and the read tables made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import test_desk_cases as cases
import test_desk_law_changes as changes
import test_desk_roster as roster
import test_desk_transfers as transfers
from desk_common import ALL, DETAINER, NOW, OREGON, TEXAS, WARRANT, Made, at, law, made, who

from dueprocess.desk import NotHere, alerts, showing, waiting
from dueprocess.desk.reader import read_next
from dueprocess.desk.reviewing import Word
from dueprocess.kernel.errors import InputError
from dueprocess.store import Store, rebuild, tables
from dueprocess.store.database import database_url
from dueprocess.store.files import read_file
from dueprocess.store.proving import verify
from dueprocess.testing.postgres import NoPostgres, temporary_postgres


def test_a_stay_its_alerts_and_another_agency(tmp_path: Path) -> None:
    try:
        with temporary_postgres() as url, made(tmp_path, where=url) as desk:
            stay = desk.booked()
            desk.desk.receive_paper(who(), stay, DETAINER, at=at(-8))
            desk.desk.receive_paper(who(), stay, WARRANT, at=at(-8))
            desk.desk.serve_copy(who(), stay, paper=desk.papers(stay)[0], at=at(-7))
            assert [line.outcome for line in showing.board(desk.store, who())] == ["must_hold"]
            assert showing.search(desk.store, who(), text="zzcan", by_name=True)[0]["id"] == stay
            other = who("supervisor", OREGON)
            assert showing.board(desk.store, other) == []
            with pytest.raises(NotHere):
                desk.desk.release(other, stay)
            desk.pass_hours(48)
            alerts.turn(desk.desk)
            alerts.turn(desk.desk)
            assert sorted(a["what"] for a in desk.rows(tables.alerts)) == ["after", "at", "before"]
            assert desk.stay(stay)["next_deadline_at"] == NOW + 47 * 3600
            for alert in showing.open_alerts(desk.store, who()):
                alerts.acknowledge(desk.desk, who(), alert["id"])
            desk.desk.release(who(), stay)
            assert showing.newest(desk.store, TEXAS) > 0 and showing.person(desk.store, who(), stay).answer["outcome"] == "release"
            read = [t for t in tables.metadata.sorted_tables if t.info["kind"] == "read"]
            before = {t.name: desk.rows(t) for t in read}
            rebuild(desk.store, ALL)
            assert {t.name: desk.rows(t) for t in read} == before
    except NoPostgres as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    try:
        with temporary_postgres() as url:
            yield url
    except NoPostgres as error:
        pytest.skip(str(error))


def test_the_use_cases_of_the_other_files_on_one_server(tmp_path: Path, server: str) -> None:
    """Packets, a roster, a handing over, corrections and new law: the same calls as on SQLite, one after the other."""
    with made(tmp_path, where=server) as desk:
        one = desk.held()
        _packet(desk)
        _roster(desk)
        _again_and_corrected(desk, one)
        _handed_over(desk, one)
        _law(desk)
        for agency in (TEXAS, OREGON):
            read = [t for t in tables.metadata.sorted_tables if t.info["kind"] == "read"]
            before = {t.name: desk.rows(t, agency=agency) for t in read}
            rebuild(desk.store, ALL)
            assert {t.name: desk.rows(t, agency=agency) for t in read} == before
        assert verify(Store.open(server, keys=tmp_path / "desk.keys", owner=True)).ok


def _packet(desk: Made) -> None:
    stay = desk.booked()
    hint = str(desk.stay(stay)["booking_number"])
    id_ = str(desk.desk.hand_in(who(), [b"%PDF-1.4 made up"], at=at(-8), hint=hint).result["packet"])

    def missing(*_: Any, **__: Any) -> Any:
        raise InputError("the libraries that read papers are missing", do="install dueprocess[ocr]")

    assert read_next(desk.desk, me="here", read=missing) and not read_next(desk.desk, me="here", read=missing)
    assert stay in {p["id"] for p in waiting.packet(desk.store, who(), id_).proposed}
    with pytest.raises(NotHere):
        waiting.packet(desk.store, who(agency=OREGON), id_)
    desk.desk.assign(who(), id_, stay)
    desk.desk.file_packet(who(), id_, [Word(None, kind="i-200", edition="2016-09", signed_by="immigration_officer")])
    file = desk.rows(tables.papers)[-1]["file"] or next(p["file"] for p in desk.rows(tables.papers) if p["file"])
    with desk.store.read(TEXAS) as connection:
        assert read_file(connection, desk.store.keys, agency=TEXAS, file=file)[1] == b"%PDF-1.4 made up"


def _roster(desk: Made) -> None:
    table = b"booking_number,name,booked_at\nR-1,Example One,2026-11-17 08:30\nR-2,Example Two,2026-11-17\nR-1,Example Again,2026-11-17\n"
    count = len(desk.rows(tables.stays))
    for booked in (2, 0):
        packet = str(desk.desk.hand_in_roster(who(), table).result["packet"])
        desk.desk.book_roster(who(), packet)
        assert read_next(desk.desk, me="here")
        assert next(r for r in desk.rows(tables.packets) if r["id"] == packet)["reading"]["booked"] == booked
    assert len(desk.rows(tables.stays)) == count + 2


def _again_and_corrected(desk: Made, stay: str) -> None:
    desk.desk.amend_person(who(), stay, name="Example, Corrected", booking_number="B-77", seen=desk.stay(stay)["version"])
    assert showing.by_case(desk.store, who(), "B-77") == stay
    old = desk.papers(stay)[0]
    desk.desk.receive_paper(who(), stay, DETAINER, at=at(-2), replaces=old)
    assert desk.stay(stay)["outcome"] == "release"
    new = desk.papers(stay)[-1]
    desk.desk.serve_copy(who(), stay, paper=new, at=at(-1))
    assert desk.stay(stay)["outcome"] == "must_hold"


def _handed_over(desk: Made, stay: str) -> None:
    desk.desk.transfer(who(), stay, to="other_agency", agency=OREGON)
    there = desk.rows(tables.stays, agency=OREGON)
    assert [s["name"] for s in there] == ["Example, Corrected"]
    assert desk.rows(tables.handovers)[0]["other_number"] == desk.rows(tables.handovers, agency=OREGON)[0]["number"]
    with pytest.raises(NotHere):
        showing.person(desk.store, who(), there[0]["id"])


def _law(desk: Made) -> None:
    stay = desk.held()
    desk.laws[0] = law(adopted=False)
    alerts.turn(desk.desk)
    assert desk.stay(stay)["outcome"] == "review" and showing.person(desk.store, who(), stay).changes
    assert ("law", stay) in {(a["what"], a["stay"]) for a in desk.rows(tables.alerts)}


ALIKE = (
    cases.test_a_held_persons_stay_from_booking_to_release,
    cases.test_a_hold_takes_a_named_officer_a_paper_and_an_authority,
    cases.test_one_step_takes_a_mis_key_back_and_the_record_keeps_both,
    cases.test_a_correction_stands_and_the_first_reading_stays,
    cases.test_a_moved_deadline_keeps_the_time_it_had,
    cases.test_the_same_request_is_done_once_and_keys_are_the_senders_own,
    cases.test_another_agencys_stay_is_not_there,
    cases.test_read_tables_are_made_again_from_the_record_alike,
    transfers.test_the_stay_goes_on_in_the_other_jail_and_both_records_prove_it,
    transfers.test_pages_are_sealed_anew_under_the_receiving_agency,
    transfers.test_a_detainer_issued_anew_ends_the_one_before_and_starts_no_clock_anew,
    transfers.test_of_several_detainers_the_one_that_stands_counts,
    changes.test_law_and_clock_at_one_instant,
    roster.test_the_same_number_is_listed_and_not_booked_twice,
)
"""Tests of the other files that take nothing but a desk."""


@pytest.mark.parametrize("test", ALIKE, ids=lambda test: test.__name__)
def test_alike_on_both_databases(test: Callable[[Made], None], tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"desk_{ALIKE.index(test)}"
    engine = sa.create_engine(database_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    where = database_url(server).set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def as_owner(store: Store) -> Any:  # the desk's own role sees one agency's entries, and proves nothing
        owner = Store.open(where, keys=tmp_path / "desk.keys", owner=True)
        try:
            return verify(owner)
        finally:
            owner.dispose()

    for module in (cases, transfers, roster):
        monkeypatch.setattr(module, "verify", as_owner)
    with made(tmp_path, where=where) as desk:
        test(desk)
