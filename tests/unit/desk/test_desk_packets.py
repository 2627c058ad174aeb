"""Packets: kept byte for byte, read apart from the requests, looked at, corrected and filed in one press."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from desk_common import ALL, CANARY, NOW, OREGON, TEXAS, Made, at, made, who

from dueprocess.desk import NotAllowed, NotHere, Who, showing, waiting
from dueprocess.desk.reader import STALE, Reader, read_next
from dueprocess.desk.reviewing import Word, machine_values, readable
from dueprocess.kernel.errors import InputError
from dueprocess.papers import Limits, proposed, read_packet
from dueprocess.papers.values import Field, PaperReading, Personal, Reading
from dueprocess.store import Conflict, Done, rebuild, retention, tables
from dueprocess.store.files import read_file
from dueprocess.store.proving import verify
from dueprocess.testing.papers import Seeded, draw_pdf, facts, random_paper

pytest.importorskip("pypdfium2", reason="the extra ocr is not installed")

NAMES = ("i-247a_2017-03", "i-200_2016-09")


def packet(*names: str, seed: int = 3) -> bytes:
    return draw_pdf([random_paper(Seeded(seed), name, spoil=0) for name in names or NAMES])


def quick(files: Any, *, progress: Any = None, pictures: bool = False) -> Reading:
    """The reading without a process of its own: the files are made here."""
    return read_packet(files, progress=progress, pictures=pictures, limits=Limits(apart=False))


def handed_in(desk: Made, *, stay: str | None, data: bytes | None = None, hint: str = "", read: Callable[..., Any] = quick) -> str:
    """A packet, read."""
    id_ = str(desk.desk.hand_in(who(), [data or packet()], stay=stay, at=at(-8), hint=hint).result["packet"])
    assert read_next(desk.desk, me="here", read=read)
    return id_


def row_of(desk: Made, id_: str, *, agency: str = TEXAS) -> dict[str, Any]:
    return next(r for r in desk.rows(tables.packets, agency=agency) if r["id"] == id_)


def words(desk: Made, id_: str, **changes: Any) -> list[Word]:
    """The program's reading, left as it stands, with changes to the first paper."""
    found = []
    for paper in row_of(desk, id_)["reading"]["papers"]:
        m = machine_values(paper)
        values = {"kind": m["kind"], "edition": m["edition"], "signed_by": m["signed_by"], "matter": m["matter"], "issuer": m["issuer"], "boxes": paper["boxes"], "served_on": m["served_at"]}
        found.append(Word(paper["number"], **{**values, **(changes if not found else {})}))
    return found


def test_one_press_files_a_packet_and_the_original_is_kept_byte_for_byte(desk: Made) -> None:
    stay, data = desk.booked(), packet()
    id_ = handed_in(desk, stay=stay, data=data)
    row = row_of(desk, id_)
    assert (row["state"], row["total"]) == ("read", 2) and desk.papers(stay) == []
    with desk.store.read(TEXAS) as connection:
        assert read_file(connection, desk.store.keys, agency=TEXAS, file=row["files"][0]["file"]) == ("application/pdf", data)
        picture = read_file(connection, desk.store.keys, agency=TEXAS, file=row["reading"]["pages"][0]["picture"])
    assert picture[0] == "image/png" and picture[1].startswith(b"\x89PNG")
    truth = facts(random_paper(Seeded(3), NAMES[0], spoil=0))
    assert desk.desk.file_packet(who(), id_, words(desk, id_)).result["outcome"] == "release"  # this edition counts once it is served
    assert desk.desk.serve_copy(who(), stay, paper=desk.papers(stay)[0], at=at(-7)).result["outcome"] == "must_hold"
    first, second = [e["body"] for e in desk.rows(tables.events) if e["kind"] == "paper.received"]
    assert first["paper"]["kind"] == "i-247a" and first["paper"]["boxes"] == sorted(truth.boxes) and second["paper"]["kind"] == "i-200"
    assert first["paper"]["received_at"] == at(-8) and first["file"] == row["files"][0]["file"]
    assert row_of(desk, id_)["state"] == "filed" and waiting.of_stay(desk.store, who(), stay) == []
    with pytest.raises(Conflict):
        desk.desk.file_packet(who(), id_, words(desk, id_))
    assert verify(desk.store).ok
    shown = waiting.packet(desk.store, who(), id_)
    assert set(shown.filed) == {1, 2}


def test_what_a_person_changes_is_a_correction_beside_the_programs_reading(desk: Made) -> None:
    stay = desk.booked()
    id_ = handed_in(desk, stay=stay)
    machine = machine_values(row_of(desk, id_)["reading"]["papers"][0])
    boxes = {**row_of(desk, id_)["reading"]["papers"][0]["boxes"], "final_order": not machine["boxes.final_order"]}
    receipt = desk.desk.file_packet(who("supervisor"), id_, words(desk, id_, signed_by="none", boxes=boxes, served_on="2026-11-18"))
    assert receipt.result["outcome"] == "release"  # unsigned, it asks for nothing
    body = next(e["body"] for e in desk.rows(tables.events) if e["kind"] == "paper.received")
    made_by = {c["field"]: (c["machine"], c["value"], c["by"], c["role"], c["at"]) for c in body["read"]["corrections"]}
    assert made_by["signed_by"] == ("immigration_officer", "none", "a_supervisor", "supervisor", NOW)
    assert made_by["boxes.final_order"][:2] == (machine["boxes.final_order"], not machine["boxes.final_order"])
    assert set(made_by) == {"signed_by", "boxes.final_order", "served_at"}
    assert body["read"]["machine"]["signed_by"] == "immigration_officer" and body["paper"]["signed_by"] == "none"


def test_below_the_threshold_a_value_is_unknown_until_a_person_says_it(desk: Made) -> None:
    def unsure(files: Any, *, progress: Any = None, pictures: bool = False) -> Reading:
        from dataclasses import replace

        found = quick(files, progress=progress, pictures=pictures)
        first = found.papers[0]
        fields = tuple(replace(f, value=None, confidence=0.3) if f.key in ("final_order", "biometric") else f for f in first.fields)
        return replace(found, papers=(replace(first, fields=fields), *found.papers[1:]))

    stay = desk.booked()
    id_ = handed_in(desk, stay=stay, read=unsure)
    paper = row_of(desk, id_)["reading"]["papers"][0]
    assert paper["boxes"]["final_order"] is None and paper["boxes"]["biometric"] is None
    value = next(v for v in paper["values"] if v["key"] == "boxes.final_order")
    assert value["value"] is None and value["perhaps"] is True and not value["certain"] and value["box"]
    desk.desk.file_packet(who(), id_, words(desk, id_), more=True)
    filed = desk.desk.serve_copy(who(), stay, paper=desk.papers(stay)[0], at=at(-7))
    body = next(e["body"] for e in desk.rows(tables.events) if e["kind"] == "paper.received")
    assert filed.result["outcome"] == "review" and body["paper"].get("boxes") is None
    entry = next(e for e in desk.rows(tables.events) if e["kind"] == "paper.received")
    known = {**body["paper"], "boxes": ["final_order"]}
    fixed = desk.desk.correct_paper(who(), stay, number=entry["number"], paper={k: v for k, v in known.items() if k != "received_at"}, seen=desk.stay(stay)["version"])
    assert fixed.result["outcome"] == "must_hold"
    newest = [e["body"] for e in desk.rows(tables.events) if e["kind"] == "paper.received"][-1]
    assert newest["file"] == body["file"] and newest["read"] == body["read"]  # a correction loses neither pages nor reading


def test_without_the_libraries_the_file_is_kept_and_entered_by_hand(desk: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any, **__: Any) -> Reading:
        raise InputError("the libraries that read papers are missing", do="install dueprocess[ocr]")

    stay = desk.booked()
    id_ = handed_in(desk, stay=stay, read=missing)
    row = row_of(desk, id_)
    assert row["state"] == "failed" and "dueprocess[ocr]" in row["problem"]
    word = Word(None, kind="i-247a", edition="2017-03", signed_by="immigration_officer", issuer="ice", boxes={"final_order": True})
    assert desk.desk.file_packet(who(), id_, [word], more=True).result["outcome"] == "release"  # it counts once it is served
    assert row_of(desk, id_)["state"] == "failed"
    desk.desk.file_packet(who(), id_, [Word(None, kind="i-200", edition="2016-09", signed_by="immigration_officer")])
    assert row_of(desk, id_)["state"] == "filed" and len(desk.papers(stay)) == 2
    with desk.store.read(TEXAS) as connection:
        assert read_file(connection, desk.store.keys, agency=TEXAS, file=row["files"][0]["file"])[1] == packet()


def test_a_person_chooses_whose_it_is_and_only_a_number_is_proposed(desk: Made) -> None:
    one = desk.booked(name="Example, Same Name")
    receipt = desk.desk.book(who(), name="Example, Same Name", booking_number="B-22", booked_at=at(-3), complete=True)
    other = str(receipt.result["stay"])
    id_ = handed_in(desk, stay=None, hint="scan b22")
    assert [p["id"] for p in waiting.packet(desk.store, who(), id_).proposed] == [other]
    by_name = handed_in(desk, stay=None, hint="Example Same Name")
    assert waiting.packet(desk.store, who(), by_name).proposed == []
    assert [p["id"] for p in waiting.unassigned(desk.store, who())] == sorted([id_, by_name], key=lambda p: (row_of(desk, p)["at"], p))
    with pytest.raises(InputError, match="whose packet"):
        desk.desk.file_packet(who(), id_, words(desk, id_))
    size = len([e for e in desk.rows(tables.entries) if e["kind"] == "packet.read"])
    assert size == 0  # what it says goes into the record with the person
    desk.desk.assign(who(), id_, one)
    row = row_of(desk, id_)
    assert (row["stay"], row["hint"]) == (one, None)
    assert [e["kind"] for e in desk.rows(tables.entries)][-2:] == ["packet.assigned", "packet.read"]
    with pytest.raises(Conflict):
        desk.desk.assign(who(), id_, other)
    desk.desk.set_aside(who(), by_name)
    kept = row_of(desk, by_name)
    assert kept["state"] == "aside" and kept["reading"] is None
    with desk.store.read(TEXAS) as connection, pytest.raises(InputError, match="erased"):
        read_file(connection, desk.store.keys, agency=TEXAS, file=kept["files"][0]["file"])
    with pytest.raises(InputError, match="belongs to somebody"):
        desk.desk.set_aside(who(), id_)


def test_the_number_on_the_form_is_compared_and_not_shown(desk: Made) -> None:
    def numbered(files: Any, *, progress: Any = None, pictures: bool = False) -> Reading:
        from dataclasses import replace

        found = quick(files, progress=progress, pictures=pictures)
        first: PaperReading = found.papers[0]
        booking = Field("booking", "Local Booking/Inmate #:", "present", 1, None, "", 0.9, "text", personal=Personal("B-1"))
        kept = tuple(f for f in first.fields if f.key != "booking")
        return replace(found, papers=(replace(first, fields=(*kept, booking)), *found.papers[1:]))

    stay = desk.booked()
    id_ = handed_in(desk, stay=None, read=numbered)
    assert [p["id"] for p in waiting.packet(desk.store, who(), id_).proposed] == [stay]
    assert "B-1" not in str(row_of(desk, id_)["reading"])


def test_a_packet_that_a_process_died_with_is_read_again(tmp_path: Path) -> None:
    with made(tmp_path) as desk:
        id_ = str(desk.desk.hand_in(who(), [packet()], stay=desk.booked()).result["packet"])

        def killed(*_: Any, **__: Any) -> Reading:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            read_next(desk.desk, me="first", read=killed)
        assert row_of(desk, id_)["claimed_by"] == "first"
    with made(tmp_path) as desk:
        assert read_next(desk.desk, me="second", read=quick)
        assert row_of(desk, id_)["state"] == "read"
        assert not read_next(desk.desk, me="second", read=quick)
        again = str(desk.desk.hand_in(who(), [packet()], stay=None).result["packet"])
        with pytest.raises(KeyboardInterrupt):
            read_next(desk.desk, me="second", read=killed)
        assert not read_next(desk.desk, me="second", read=quick)  # it is at it
        desk.pass_hours((STALE + 1) / 3600)
        assert read_next(desk.desk, me="second", read=quick) and row_of(desk, again)["state"] == "read"


def test_the_reader_reads_in_a_killable_process_beside_the_requests(desk: Made) -> None:
    reader = Reader(desk.desk, seconds=0.05)
    reader.start()
    try:
        id_ = str(desk.desk.hand_in(who(), [packet(NAMES[1])], stay=desk.booked()).result["packet"])
        bad = str(desk.desk.hand_in(who(), [b"%PDF-1.4 nothing of it is true"], stay=None).result["packet"])
        for _ in range(600):
            if {row_of(desk, i)["state"] for i in (id_, bad)} == {"read", "failed"}:
                break
            import time

            time.sleep(0.05)
    finally:
        reader.stop(wait=30)
    assert row_of(desk, id_)["state"] == "read" and row_of(desk, bad)["state"] == "failed"


def test_what_is_no_paper_is_refused_at_once(desk: Made) -> None:
    for data, match in ((b"", "empty"), (b"PK\x03\x04" + bytes(40), "file 1"), (bytes(range(256)), "file 1")):
        with pytest.raises(InputError, match=match):
            desk.desk.hand_in(who(), [data])
    with pytest.raises(InputError, match="no file"):
        desk.desk.hand_in(who(), [])
    with pytest.raises(InputError, match="more than 10"):
        desk.desk.hand_in(who(), [packet(NAMES[1])] * 11)
    with pytest.raises(NotAllowed):
        desk.desk.hand_in(who("auditor"), [packet(NAMES[1])])
    assert desk.rows(tables.packets) == [] == desk.rows(tables.files)


def test_who_may_is_asked_before_anything_is_looked_at(desk: Made) -> None:
    id_ = handed_in(desk, stay=None)
    for role in ("auditor", "administrator"):
        for work in (desk.desk.take_back_packet, desk.desk.set_aside, partial(desk.desk.assign, stay="s_none"), partial(desk.desk.file_packet, words=[])):
            with pytest.raises(NotAllowed):
                work(who(role), id_)


def test_another_agencys_packet_is_not_there(desk: Made) -> None:
    id_ = handed_in(desk, stay=desk.booked())
    other = who("supervisor", OREGON)
    for work in (
        lambda: waiting.packet(desk.store, other, id_),
        lambda: desk.desk.assign(other, id_, "s_none"),
        lambda: desk.desk.set_aside(other, id_),
        lambda: desk.desk.file_packet(other, id_, words(desk, id_)),
    ):
        with pytest.raises(NotHere):
            work()
    assert waiting.unassigned(desk.store, other) == []


def test_nothing_of_a_packet_is_left_once_the_stay_is_erased(desk: Made) -> None:
    stay = desk.booked()
    id_ = handed_in(desk, stay=None)
    desk.desk.assign(who(), id_, stay)
    desk.desk.file_packet(who(), id_, words(desk, id_))
    desk.desk.release(who(), stay)
    desk.writer.write(lambda c: retention.erase(c, agency=TEXAS, stay=stay), agency=TEXAS, by="x")
    assert row_of(desk, id_)["reading"] is None
    assert all(f["sealed"] is None and f["wrapped"] is None for f in desk.rows(tables.files))
    assert verify(desk.store).ok
    with desk.store.read(TEXAS) as connection:
        kept = {r.number for r in connection.execute(tables.payload_keys.select())}
    about = {e["number"] for e in desk.rows(tables.entries) if e["kind"] in ("packet.read", "paper.received")}
    assert about and not about & kept


def test_papers_filed_to_the_wrong_person_are_taken_back_in_one_step(desk: Made) -> None:
    wrong = desk.held()
    right = str(desk.desk.book(who(), name="Example, Right", booking_number="B-9", booked_at=at(-10), until=at(-1), complete=True).result["stay"])
    before, old = desk.stay(wrong), desk.papers(wrong)[0]
    id_ = handed_in(desk, stay=None)
    desk.desk.assign(who(), id_, wrong)
    desk.desk.file_packet(who(), id_, words(desk, id_, replaces=old, served_on="2026-11-18"))
    assert len(desk.papers(wrong)) == 4 and desk.stay(wrong)["outcome"] == "review"
    with pytest.raises(NotAllowed, match="only who filed"):
        desk.desk.take_back_packet(Who("a_other", TEXAS, "clerk"), id_)
    desk.desk.take_back_packet(who(), id_)
    after = desk.stay(wrong)
    assert desk.papers(wrong) == [old, desk.papers(wrong)[1]] and (after["outcome"], after["hold_until"]) == (before["outcome"], before["hold_until"])
    assert next(p for p in desk.rows(tables.papers) if p["id"] == old)["replaced_by"] is None
    assert [p["id"] for p in waiting.unassigned(desk.store, who())] == [id_]
    with pytest.raises(InputError, match="belongs to nobody"):
        desk.desk.take_back_packet(who(), id_)
    desk.desk.assign(who(), id_, right)
    desk.desk.file_packet(who(), id_, words(desk, id_))
    assert len(desk.papers(right)) == 2 and {f["stay"] for f in desk.rows(tables.files)} == {right}
    taken = [e for e in desk.rows(tables.events) if e["stay"] == wrong and e["undone_by"] is not None]
    assert sorted(e["kind"] for e in taken) == ["copy.served", "paper.received", "paper.received"]
    assert verify(desk.store).ok
    read = [t for t in tables.metadata.sorted_tables if t.info["kind"] == "read"]
    rows = {t.name: desk.rows(t) for t in read}
    rebuild(desk.store, ALL)
    assert {t.name: desk.rows(t) for t in read} == rows


def test_a_day_of_service_that_a_paper_gives_is_no_hour(desk: Made) -> None:
    stay = desk.booked()
    id_ = handed_in(desk, stay=stay)
    filed = desk.desk.file_packet(who(), id_, words(desk, id_, served_on="2026-11-18"))
    assert filed.result["outcome"] == "review"  # the day is not over: whether it was before now is not known
    served = next(e for e in desk.rows(tables.events) if e["kind"] == "copy.served")
    assert served["body"]["when"] == "2026-11-18"


def test_a_cancellation_names_the_paper_that_it_withdraws(desk: Made) -> None:
    stay = desk.held()
    id_ = handed_in(desk, stay=stay, data=packet("cancellation"))
    detainer = desk.papers(stay)[0]
    filed = desk.desk.file_packet(who(), id_, words(desk, id_, withdraws=detainer))
    assert filed.result["outcome"] == "release"  # nothing asks for a hold any more
    assert next(p for p in desk.rows(tables.papers) if p["id"] == detainer)["cancelled_at"] == NOW - 8 * 3600


def test_a_reading_holds_no_name(desk: Made) -> None:
    papers = [random_paper(Seeded(5), name, spoil=0) for name in NAMES]
    reading = quick([("file 1", draw_pdf(papers))])
    stored = str(readable(reading, proposed(reading), pictures=[None] * len(reading.pages)))
    people = [p.values.get("name") for p in papers if hasattr(p, "values")]
    assert not any(isinstance(n, str) and n and n in stored for n in people) and CANARY not in stored
    assert sys.getsizeof(stored) < 60_000


def test_read_tables_and_files_are_as_before_after_a_rebuild(desk: Made) -> None:
    stay = desk.booked()
    id_ = handed_in(desk, stay=stay)
    desk.desk.file_packet(who(), id_, words(desk, id_, served_on="2026-11-18"))
    read = [t for t in tables.metadata.sorted_tables if t.info["kind"] == "read"]
    before = {t.name: desk.rows(t) for t in read}
    rebuild(desk.store, ALL)
    assert {t.name: desk.rows(t) for t in read} == before
    assert showing.person(desk.store, who(), stay).papers[0]["file"]


def test_what_was_taken_back_is_not_erased_with_the_wrong_person(desk: Made) -> None:
    wrong = desk.booked()
    id_ = handed_in(desk, stay=wrong)
    desk.desk.take_back_packet(who(), id_)
    desk.desk.release(who(), wrong)
    desk.writer.write(lambda c: retention.erase(c, agency=TEXAS, stay=wrong), agency=TEXAS, by="x")
    assert all(f["sealed"] is not None and f["stay"] is None for f in desk.rows(tables.files))
    assert [p["id"] for p in waiting.unassigned(desk.store, who())] == [id_] and row_of(desk, id_)["reading"] is not None


def test_a_packet_whose_bytes_are_damaged_is_a_persons_matter_and_waits_for_no_reader(desk: Made) -> None:
    id_ = str(desk.desk.hand_in(who(), [packet()]).result["packet"])
    desk.writer.write(lambda c: _spoil(c), agency=TEXAS, by="x")
    assert read_next(desk.desk, me="r_1", read=quick)
    row = row_of(desk, id_)
    assert row["state"] == "failed" and "not those that were received" in row["problem"]


def _spoil(connection: Any) -> Done:
    connection.execute(tables.files.update().values(sealed=b"spoilt"))
    return Done()
