"""What is kept in pages: erasing, holds, legal process, looks, every field; and the daily turn."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from desk_common import ALL, CANARY, HOUR, OREGON, TEXAS, Made, made, who
from test_desk_web import Web, book, post

from dueprocess.desk.alerts import Loop
from dueprocess.desk.keeping import Keeping
from dueprocess.store import rebuild, tables
from dueprocess.store.inventory import inventory
from dueprocess.store.proving import verify
from dueprocess.store.retention import DAY


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with made(tmp_path) as desk:
        yield Web(desk)


def left(desk: Made) -> tuple[str, str]:
    """Two people who went home now."""
    stays = []
    for _ in range(2):
        stay = desk.booked()
        desk.desk.said(who(), stay, what="wants_lawyer", answer=CANARY)
        desk.desk.release(who(), stay)
        stays.append(stay)
    return stays[0], stays[1]


def test_counsel_places_and_lifts_a_hold_and_all_see_when_what_is_erased(web: Web) -> None:
    one, two = left(web.desk)
    counsel = web.signed_in("counsel")
    text = counsel.get("/records").text
    assert "26-00001" in text and "26-00002" in text and "2026-12-18 12:00 (-06:00), Fri" in text
    for given, says in (
        ({"case": "26-00001"}, "by a number"), ({"matter": "3:26-cv-1", "case": "26-00001"}, "the reason is missing"), ({"matter": "3:26-cv-1", "reason": "x"}, "not clear what is to be kept"),
        ({"matter": "3:26-cv-1", "reason": "x", "case": "26-00001", "what": "all"}, "not clear what is to be kept"), ({"matter": "Doe v. County", "reason": "x", "case": "26-00001"}, "by a number"),
        ({"matter": "3:26-cv-1", "reason": "x", "case": "26-99999"}, "no such stay"),
    ):  # fmt: skip
        answer = post(counsel, "/records/hold", **{"reason": "x", **given} if "matter" not in given else given)
        assert answer.status_code in (400, 404) and says in answer.text, (given, answer.text)
    assert post(counsel, "/records/hold", matter="3:26-cv-1", reason=f"{CANARY} sues", case="26-00002").status_code == 303
    for role in ("supervisor", "auditor", "administrator"):
        text = web.signed_in(role).get("/records").text
        assert "not while held" in text and f"Reason: {CANARY} sues" in text and "Place a hold" not in text
    keeping = Keeping(web.desk.desk)
    web.desk.clock[0] += 30 * DAY - HOUR
    assert keeping.turn([TEXAS, OREGON]) == 0
    assert "at the next daily turn" not in web.signed_in("counsel").get("/records").text
    web.desk.clock[0] += 2 * HOUR
    assert keeping.turn([TEXAS, OREGON]) == 0  # once a local day
    assert "at the next daily turn" in web.signed_in("counsel").get("/records").text
    web.desk.clock[0] += DAY
    assert keeping.turn([TEXAS, OREGON]) == 1
    assert web.desk.stay(one)["name"] is None and web.desk.stay(two)["name"] == CANARY
    counsel = web.signed_in("counsel")
    assert "Case 26-00001: 2026-12-19" in counsel.get("/records").text
    page = counsel.get(f"/stay/{one}")
    assert page.status_code == 200 and "Zzcanary" not in page.text and "erased" in page.text
    hold = web.desk.rows(tables.holds)[0]["id"]
    assert post(counsel, "/records/lift", hold=hold, reason=" ").status_code == 400
    assert post(counsel, "/records/lift", hold=hold, reason="settled").status_code == 303
    assert post(counsel, "/records/lift", hold=hold, reason="settled").status_code == 400
    web.desk.clock[0] += DAY
    assert keeping.turn([TEXAS]) == 1 and web.desk.stay(two)["name"] is None
    assert verify(web.desk.store).ok
    before = {t.name: web.desk.rows(t) for t in (tables.stays, tables.holds, tables.events, tables.legal_process)}
    rebuild(web.desk.store, ALL)
    assert {t.name: web.desk.rows(t) for t in (tables.stays, tables.holds, tables.events, tables.legal_process)} == before


def test_the_desks_own_loop_does_the_daily_turn(web: Web) -> None:
    one, _ = left(web.desk)
    web.desk.clock[0] += 31 * DAY
    loop = Loop(web.desk.desk, send=None, seconds=0.01)
    loop.start()
    for _ in range(500):
        if loop.turned_at is not None:
            break
        time.sleep(0.02)
    loop.stop()
    assert web.desk.stay(one)["name"] is None
    assert [row["kind"] for row in web.desk.rows(tables.entries)].count("data.erased") == 2


def test_one_agencys_fault_does_not_stop_anothers(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    one, _ = left(web.desk)
    web.desk.clock[0] += 31 * DAY
    keeping = Keeping(web.desk.desk)
    assert keeping.turn(["us/tx/no-such/sheriff", TEXAS]) == 2
    assert "failed for one agency: NotHere" in caplog.text and web.desk.stay(one)["name"] is None


def test_legal_process_is_counsels_log(web: Web) -> None:
    book(web.signed_in("clerk"))
    counsel = web.signed_in("counsel")
    given = {"kind": "subpoena", "served_at": "2026-11-18T10:00", "from": "An officer", "asked": f"the file of {CANARY}", "case": "26-00001"}
    assert post(counsel, "/records/process", **given).status_code == 303
    text = counsel.get("/records/process").text
    assert "the file of" in text and "Answer it" in text and "case 26-00001" in text
    number = web.desk.rows(tables.legal_process)[0]["number"]
    assert post(counsel, "/records/process/answer", number=number, answer="ignored", given="x").status_code == 400
    assert post(counsel, "/records/process/answer", number=number, answer="refused", given="No judge signed it.").status_code == 303
    assert "No judge signed it." in counsel.get("/records/process").text
    for changes in ({"kind": "fax"}, {"from": ""}, {"asked": "x" * 3000}, {"served_at": "2030-01-01T00:00"}, {"case": "26-99999"}):
        assert post(counsel, "/records/process", **{**given, **changes}).status_code in (400, 404)
    assert "legal process" in {row["what"] for row in web.desk.rows(tables.looks)}


def test_who_looked_at_whom(web: Web) -> None:
    clerk = web.signed_in("clerk")
    page = book(clerk)
    clerk.get(page)
    clerk.get("/board")
    post(clerk, "/search", how="name", text="Zzcan", purpose="his mother is at the door")
    auditor = web.signed_in("auditor")
    text = auditor.get("/looks").text
    assert "Made-up clerk" in text and "his mother is at the door" in text and page in text
    mine = post(auditor, "/looks", case="26-00001").text
    assert mine.count("<tr>") == 2 and "person" in mine  # the head, and the one look at this person
    account = next(row["id"] for row in web.desk.rows(tables.accounts) if row["login"] == "auditor")
    assert "None." in post(auditor, "/looks", account=account).text
    assert post(auditor, "/looks", case="26-99999").status_code == 404
    file = post(auditor, "/looks", **{"as": "csv"})
    assert file.headers["content-disposition"] == 'attachment; filename="looks.csv"' and file.text.splitlines()[0] == "entry,when,who,what,case,rows,purpose"
    assert "2026-11-18T12:00:00-06:00,Made-up clerk,person,26-00001,1," in file.text
    assert web.desk.rows(tables.looks)[-1]["what"] == "looks as a file"
    admin = web.signed_in("administrator").get("/looks").text
    assert "26-00001" in admin and page not in admin  # who sees no person gets no way to one


def test_looks_come_a_page_at_a_time(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    from dueprocess.web.desk import records

    monkeypatch.setattr(records, "LOOKS", 3)
    clerk, auditor = web.signed_in("clerk"), web.signed_in("auditor")
    for _ in range(5):
        clerk.get("/board")
    first = auditor.get("/looks").text
    before = first.split('name="before" value="')[1].split('"')[0]
    second = post(auditor, "/looks", before=before).text
    assert first.count(">board</td>") == 3 and second.count(">board</td>") == 2 and "Earlier ones" not in second


def test_every_stored_field_is_on_the_page(web: Web) -> None:
    text = web.signed_in("clerk").get("/records/data").text
    fields = inventory()
    assert len(fields) > 100 and text.count("<tr><td>") == len(fields)
    for one in fields:
        assert f"<td>{one.column}" in text
