"""From one jail of the installation to another; a detainer that was issued anew; several at once; corrections of names."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from desk_common import ALL, CANARY, DETAINER, HOUR, NOW, OREGON, TEXAS, WARRANT, Made, at, who

from dueprocess.desk import NotHere, alerts, showing, waiting
from dueprocess.desk.handing import BY
from dueprocess.kernel.errors import InputError
from dueprocess.store import Conflict, rebuild, tables
from dueprocess.store.files import read_file, seal_file
from dueprocess.store.proving import verify

GOOD = {"to": "other_agency", "agency": OREGON}


def kinds(desk: Made, agency: str) -> list[str]:
    return [e["kind"] for e in desk.rows(tables.events, agency=agency)]


def test_the_stay_goes_on_in_the_other_jail_and_both_records_prove_it(desk: Made) -> None:
    stay = desk.held()
    desk.desk.said(who(), stay, what="wrong_person", answer="Fingerprints are compared.", at=at(-6))
    desk.desk.answer_fact(who(), stay, fact="under_18", value=False)
    desk.desk.determine(who("counsel"), stay, fact="probable_cause", value=True, on="the I-200", seen=None)
    desk.desk.transfer(who(), stay, **GOOD)
    there = desk.rows(tables.stays, agency=OREGON)[0]
    assert (desk.stay(stay)["status"], there["status"], there["name"]) == ("transferred", "in", CANARY)
    # What went along: never what one agency's counsel determined, or that its record was complete.
    assert kinds(desk, OREGON) == ["booked", "ground.added", "paper.received", "paper.received", "copy.served", "said", "fact.answered"]
    answer = showing.person(desk.store, who(agency=OREGON), there["id"]).answer
    assert answer["agency"] == OREGON and answer["outcome"] == "review"
    # The times are those of the whole custody: no clock starts anew.
    assert there["booked_at"] == NOW - 10 * HOUR
    assert {p["received_at"] for p in desk.rows(tables.papers, agency=OREGON)} == {NOW - 8 * HOUR}
    out, arrived = desk.rows(tables.handovers)[0], desk.rows(tables.handovers, agency=OREGON)[0]
    assert out["id"] == arrived["id"] and (out["way"], arrived["way"]) == ("out", "in")
    assert out["other_number"] == arrived["number"] and arrived["other_number"] == out["number"]
    leaves = {e["number"]: e["leaf"] for agency in (TEXAS, OREGON) for e in desk.rows(tables.entries, agency=agency)}
    assert all(out["id"].encode() in leaves[n] for n in (out["number"], arrived["number"]))
    assert verify(desk.store).ok
    assert waiting.handovers(desk.store, who(), stay)[0]["other"] == OREGON
    with pytest.raises(NotHere):
        showing.person(desk.store, who(agency=OREGON), stay)
    with pytest.raises(InputError, match="other jail has the person"):
        desk.desk.undo(who("supervisor"), stay, number=out["number"])


def test_pages_are_sealed_anew_under_the_receiving_agency(desk: Made) -> None:
    stay, sealed = desk.booked(), seal_file(desk.store.keys, agency=TEXAS, media="application/pdf", data=b"%PDF made up", at=NOW)
    from dueprocess.desk.reviewing import Word

    id_ = str(desk.desk.hand_in(who(), [b"%PDF-1.4 made up"], stay=stay, at=at(-8)).result["packet"])
    desk.writer.write(lambda c: _failed(c, id_), agency=TEXAS, by="x")
    desk.desk.file_packet(who(), id_, [Word(None, kind="i-200", edition="2016-09", signed_by="immigration_officer")])
    desk.desk.transfer(who(), stay, **GOOD)
    mine, theirs = desk.rows(tables.papers)[0]["file"], desk.rows(tables.papers, agency=OREGON)[0]["file"]
    assert mine != theirs
    with desk.store.read(OREGON) as connection:
        assert read_file(connection, desk.store.keys, agency=OREGON, file=theirs) == ("application/pdf", b"%PDF-1.4 made up")
        with pytest.raises(InputError, match="no such file"):
            read_file(connection, desk.store.keys, agency=OREGON, file=mine)
    row = desk.rows(tables.files, agency=OREGON)[0]
    assert row["stay"] == desk.rows(tables.stays, agency=OREGON)[0]["id"] and row["wrapped"] != sealed.row["wrapped"]


def _failed(connection: sa.Connection, id_: str) -> Any:
    from dueprocess.desk.packets import set_packet
    from dueprocess.store import Done

    set_packet(connection, TEXAS, id_, state="failed", problem="made up")
    return Done()


def test_what_a_crash_left_out_is_made_up_for_once(desk: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    stay = desk.held()
    with monkeypatch.context() as gone:
        gone.setattr(type(desk.desk), "take_over", lambda *_: None)
        desk.desk.transfer(who(), stay, **GOOD)
    assert desk.rows(tables.stays, agency=OREGON) == [] and len(desk.desk.to_take_over(TEXAS)) == 1
    alerts.turn(desk.desk)
    assert len(desk.rows(tables.stays, agency=OREGON)) == 1 and desk.desk.to_take_over(TEXAS) == []
    # The other jail's entry is written, and the note about it in the first record is not: that alone is made up for.
    out = desk.rows(tables.handovers)[0]
    desk.writer.write(lambda c: _forget(c, out["id"]), agency=TEXAS, by="x")
    alerts.turn(desk.desk)
    assert len(desk.rows(tables.stays, agency=OREGON)) == 1
    assert desk.rows(tables.handovers)[0]["other_number"] == out["other_number"]
    assert {e["by"] for e in desk.rows(tables.events, agency=OREGON)} == {BY}


def _forget(connection: sa.Connection, id_: str) -> Any:
    from dueprocess.store import Done

    h = tables.handovers
    connection.execute(h.update().where(h.c.agency == TEXAS, h.c.id == id_).values(other_number=None))
    return Done()


def test_only_to_a_jail_that_is_here(desk: Made) -> None:
    stay = desk.held()
    for change in ({"agency": TEXAS}, {"agency": "us/ca/alameda-county/sheriff"}, {"to": "ice", "agency": OREGON}):
        with pytest.raises(InputError):
            desk.desk.transfer(who(), stay, **{**GOOD, **change})
    assert desk.stay(stay)["status"] == "in"
    assert [j["id"] for j in waiting.other_jails(desk.store, who())] == [OREGON]


def test_handing_on_somebody_whom_nothing_lets_the_jail_keep_alerts_counsel(desk: Made) -> None:
    desk.desk.transfer(who(), desk.booked(), **GOOD)
    assert ("transferred", "counsel") in {(a["what"], a["role"]) for a in desk.rows(tables.alerts)}


def test_a_detainer_issued_anew_ends_the_one_before_and_starts_no_clock_anew(desk: Made) -> None:
    stay = desk.held()
    old = desk.papers(stay)[0]
    before = desk.stay(stay)
    desk.pass_hours(2)
    desk.desk.receive_paper(who(), stay, DETAINER, at=at(1), replaces=old)
    row = next(p for p in desk.rows(tables.papers) if p["id"] == old)
    new = desk.papers(stay)[2]
    assert row["replaced_by"] == new
    assert desk.stay(stay)["outcome"] == "release"  # the new one counts once it is served, and the old one no more
    desk.desk.serve_copy(who(), stay, paper=new, at=at(1.5))
    after = desk.stay(stay)
    assert after["outcome"] == "must_hold" and after["hold_until"] == before["hold_until"]  # from release due, as before
    for work, match in (
        (lambda: desk.desk.receive_paper(who(), stay, DETAINER, replaces=old), "does not stand"),
        (lambda: desk.desk.receive_paper(who(), stay, WARRANT, replaces=new), "a detainer only"),
        (lambda: desk.desk.receive_paper(who(), stay, DETAINER, replaces="p_none"), "not among"),
        (lambda: desk.desk.cancel_paper(who(), stay, paper=old), "recorded already"),
    ):
        with pytest.raises(InputError, match=match):
            work()
    served = next(e for e in desk.rows(tables.events) if e["kind"] == "copy.served" and e["body"]["id"] == new)
    desk.desk.undo(who(), stay, number=served["number"])
    entry = next(e for e in desk.rows(tables.events) if e["kind"] == "paper.received" and e["body"]["id"] == new)
    desk.desk.undo(who(), stay, number=entry["number"])
    assert next(p for p in desk.rows(tables.papers) if p["id"] == old)["replaced_by"] is None
    assert desk.stay(stay)["outcome"] == "must_hold"  # the first one stands again


def test_of_several_detainers_the_one_that_stands_counts(desk: Made) -> None:
    stay = desk.held()
    desk.desk.receive_paper(who(), stay, {**DETAINER, "issuer": "cbp", "signed_by": "none"}, at=at(-5))
    assert desk.stay(stay)["outcome"] == "must_hold"  # a second one that is not signed takes nothing from the first
    second = desk.papers(stay)[2]
    desk.desk.cancel_paper(who(), stay, paper=desk.papers(stay)[0], at=at(-1))
    assert desk.stay(stay)["outcome"] == "release"
    entry = next(e for e in desk.rows(tables.events) if e["kind"] == "paper.received" and e["body"]["id"] == second)
    desk.desk.correct_paper(who(), stay, number=entry["number"], paper={**DETAINER, "issuer": "cbp"}, seen=None)
    desk.desk.serve_copy(who(), stay, paper=second, at=at(-4))
    row = desk.stay(stay)
    assert row["outcome"] == "must_hold" and row["hold_until"] == NOW - HOUR + 48 * HOUR


def test_a_name_is_corrected_and_never_overwritten(desk: Made) -> None:
    stay = desk.held()
    seen = desk.stay(stay)["version"]
    desk.desk.amend_person(who(), stay, name="Example, Corrected", booking_number="B-77", language="es", seen=seen)
    row = desk.stay(stay)
    assert (row["name"], row["booking_number"], row["language"], row["outcome"]) == ("Example, Corrected", "B-77", "es", "must_hold")
    booked = [e for e in desk.rows(tables.events) if e["kind"] == "booked"]
    assert [(e["body"]["name"], e["undone_by"] is None) for e in booked] == [(CANARY, False), ("Example, Corrected", True)]
    assert showing.by_case(desk.store, who(), "B-77") == stay
    with pytest.raises(Conflict):
        desk.desk.amend_person(who(), stay, name="Example, Again", booking_number="B-77", seen=seen)
    for given in ({"name": " ", "booking_number": ""}, {"name": "Example, Corrected", "booking_number": "B-77"}):
        with pytest.raises(InputError):
            desk.desk.amend_person(who(), stay, **given, seen=None)
    read = [t for t in tables.metadata.sorted_tables if t.info["kind"] == "read"]
    before = {t.name: desk.rows(t) for t in read}
    rebuild(desk.store, ALL)
    assert {t.name: desk.rows(t) for t in read} == before


def test_a_paper_whose_predecessor_was_taken_back_goes_along(desk: Made) -> None:
    stay = desk.booked()
    desk.desk.receive_paper(who(), stay, DETAINER, at=at(-8))
    old = next(e for e in desk.rows(tables.events) if e["kind"] == "paper.received")
    desk.desk.receive_paper(who(), stay, DETAINER, at=at(-7), replaces=old["body"]["id"])
    desk.desk.undo(who(), stay, number=old["number"])
    desk.desk.transfer(who(), stay, **GOOD)
    assert [p["received_at"] for p in desk.rows(tables.papers, agency=OREGON)] == [NOW - 7 * HOUR]
    assert desk.desk.to_take_over(TEXAS) == [] and verify(desk.store).ok
