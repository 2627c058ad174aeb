"""Papers and rosters over HTTP: dropped, read, assigned, filed; what must be refused, and what must not be seen."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("pypdfium2", reason="the extra ocr is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from desk_common import CANARY, OREGON, TEXAS, WARRANT, at, law, made, who
from starlette.testclient import TestClient
from test_desk_web import Web, csrf, post

from dueprocess.desk import alerts
from dueprocess.desk.reader import read_next
from dueprocess.papers import Limits, read_packet
from dueprocess.store import tables
from dueprocess.testing.papers import Seeded, draw_pdf, random_paper

NAMES = ("i-247a_2017-03", "i-200_2016-09")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with made(tmp_path) as desk:
        yield Web(desk)


def packet(*names: str) -> bytes:
    return draw_pdf([random_paper(Seeded(3), name, spoil=0) for name in names or NAMES])


def quick(files: Any, *, progress: Any = None, pictures: bool = False) -> Any:
    return read_packet(files, progress=progress, pictures=pictures, limits=Limits(apart=False))


def drop(client: TestClient, path: str, data: bytes, *, name: str = "scan.pdf", **fields: str) -> Any:
    return client.post(path, data={"csrf": csrf(client), **fields}, files={"files": (name, data, "application/pdf")})


def test_dropped_on_the_board_assigned_looked_at_and_filed(web: Web) -> None:
    clerk, desk = web.signed_in("clerk"), web.desk
    stay = desk.booked()
    answer = drop(clerk, "/drop", packet(), name="fax of B-1.pdf", at="2026-11-18T04:00")
    page = str(answer.headers["location"])
    assert answer.status_code == 303 and page.startswith("/packet/")
    waiting = clerk.get(page).text
    assert "data-wait" in waiting and "The program is reading them" in waiting
    assert "Papers that belong to nobody yet" in clerk.get("/board").text
    assert read_next(desk.desk, me="here", read=quick)
    text = clerk.get(page).text
    assert f"They are {CANARY}'s" in text and "<svg" in text
    assert post(clerk, f"{page}/assign", stay=stay).headers["location"] == page
    text = clerk.get(page).text
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text.partition(f'action="{page}/file"')[2]))
    fields = {"csrf": form["csrf"], "seen": form["seen"], "take-1": "yes", "1-kind": "i-247a", "1-edition": "2017-03", "1-signed_by": "none", "take-2": "yes", "2-kind": "i-200", "2-edition": "2016-09"}
    fields |= {f"1-box-{name}": "no" for name in re.findall(r'name="1-box-([a-z_]+)"', text)} | {"1-box-final_order": "yes"}
    filed = clerk.post(f"{page}/file", data=fields)
    assert filed.headers["location"] == f"/stay/{stay}"
    person = clerk.get(f"/stay/{stay}").text
    assert "signed by: the program read <strong>immigration officer</strong>; <strong>nobody</strong> says Made-up clerk" in person
    assert f'href="{page}#paper-1"' in person and "Papers handed in, not filed yet" not in person
    assert "<strong>Filed as:</strong> I-247A detainer" in clerk.get(page).text
    assert {"packet", "pages of a paper"} & {r["what"] for r in desk.rows(tables.looks)} == {"packet"}
    picture = clerk.get(f"{page}/page/1")
    assert picture.headers["content-type"] == "image/png" and picture.content.startswith(b"\x89PNG")
    original = clerk.get(f"{page}/original/1")
    assert original.content == packet() and original.headers["content-disposition"].startswith("attachment") and original.headers["content-type"] == "application/octet-stream"
    assert len([r for r in desk.rows(tables.looks) if r["what"] == "pages of a paper"]) == 2
    for missing in ("page/3", "page/x", "original/2", "original/0"):
        assert clerk.get(f"{page}/{missing}").status_code == 404
    assert all(word not in "".join(web.seen) for word in CANARY.split())


def test_a_file_form_is_refused_like_any_other(web: Web) -> None:
    stay, clerk = web.desk.booked(), web.signed_in("clerk")
    for path in ("/drop", f"/stay/{stay}/drop", "/roster/drop"):
        files = {"files": ("x.pdf", packet(NAMES[1]), "application/pdf")}
        assert web.browser().post(path, files=files).headers["location"] == "/sign-in?sent=no"
        assert clerk.post(path, files=files).status_code == 403  # without the page's own token
        assert clerk.post(path, data={"csrf": csrf(clerk)}, files=files, headers={"origin": "https://elsewhere.example"}).status_code == 403
        assert drop(web.signed_in("auditor"), path, packet(NAMES[1])).status_code == 403
        assert clerk.post(path, content=b"--x\r\nbroken", headers={"content-type": "multipart/form-data; boundary=x"}).status_code in (400, 403)
        assert clerk.post(path, content=b"nothing", headers={"content-type": "multipart/form-data"}).status_code == 400
        assert clerk.post(path, data={"csrf": csrf(clerk)}).status_code == 400  # no file
    other = web.signed_in("clerk", OREGON)
    assert drop(other, f"/stay/{stay}/drop", packet(NAMES[1])).status_code == 404
    many = [("files", (f"{n}.pdf", b"%PDF-1.4", "application/pdf")) for n in range(20)]
    assert clerk.post("/drop", data={"csrf": csrf(clerk)}, files=many).status_code == 400
    assert drop(clerk, "/drop", b"\x00" * (64 * 1024 * 1024)).status_code == 413
    assert web.desk.rows(tables.packets) == [] == web.desk.rows(tables.files)


def test_what_is_in_a_files_name_is_kept_nowhere(web: Web) -> None:
    clerk = web.signed_in("clerk")
    page = drop(clerk, "/drop", packet(NAMES[1]), name=f"../../{CANARY} <script>.pdf").headers["location"]
    read_next(web.desk.desk, me="here", read=quick)
    stored = str(web.desk.rows(tables.packets)) + str(web.desk.rows(tables.events)) + clerk.get(page).text
    assert not any(word in stored for word in (*CANARY.split(), "script>.pdf"))


def test_what_could_not_be_read_is_entered_by_hand(web: Web) -> None:
    clerk, desk = web.signed_in("clerk"), web.desk
    stay = desk.booked()
    page = drop(clerk, f"/stay/{stay}/drop", b"%PDF-1.4 broken").headers["location"]
    assert read_next(desk.desk, me="here")
    text = clerk.get(page).text
    assert "The program could not read them" in text and "Enter a paper by hand" in text
    seen = desk.stay(stay)["version"]
    given = {"kind": "i-247a", "edition": "2017-03", "signed_by": "immigration_officer", "boxes": "final_order", "boxes_read": "yes", "seen": seen, "more": "yes"}
    assert post(clerk, f"{page}/file", **given).headers["location"] == page
    assert post(clerk, f"{page}/file", kind="i-200", edition="2016-09", seen=desk.stay(stay)["version"]).headers["location"] == f"/stay/{stay}"
    assert len(desk.papers(stay)) == 2
    assert post(clerk, f"{page}/file", kind="i-200", seen=desk.stay(stay)["version"]).status_code == 409


def test_set_aside_and_chosen_by_number(web: Web) -> None:
    clerk, desk = web.signed_in("clerk"), web.desk
    stay = desk.booked()
    first, second = (drop(clerk, "/drop", packet(NAMES[1])).headers["location"] for _ in range(2))
    assert post(clerk, f"{first}/aside").headers["location"] == "/board"
    assert "Set aside" in clerk.get(first).text and clerk.get(f"{first}/original/1").status_code == 400
    assert post(clerk, f"{second}/assign").status_code == 400
    assert post(clerk, f"{second}/assign", number="none such").status_code == 404
    assert post(clerk, f"{second}/assign", number="B-1").status_code == 303
    assert post(clerk, f"{second}/assign", stay=stay).status_code == 409
    assert desk.rows(tables.packets)[0]["stay"] in (None, stay)


def test_a_roster_is_looked_at_and_booked(web: Web) -> None:
    clerk, desk = web.signed_in("clerk"), web.desk
    table = f'booking_number,name,booked_at\n7,"{CANARY} <b>",2026-11-17 08:30\n8,,2026-11-17\n=cmd|x,"Example, Formula",2026-11-17\n'.encode()
    page = drop(clerk, "/roster/drop", table, name="roster.csv").headers["location"]
    text = clerk.get(page).text
    assert "2 of 3 rows would be booked" in text and "<b>" not in text and "&lt;b&gt;" in text
    assert re.search(r"<td>3</td><td>name</td><td>is missing</td>", text)
    assert desk.rows(tables.stays) == []
    assert post(clerk, page, what="book").headers["location"] == page
    assert "They are being booked" in clerk.get(page).text
    assert read_next(desk.desk, me="here")
    assert "2 people booked" in clerk.get(page).text and len(desk.rows(tables.stays)) == 2
    assert drop(clerk, "/roster/drop", b"\0\0").status_code == 400
    assert web.signed_in("clerk", OREGON).get(page).status_code == 404
    # The roster's page is no way to a packet's, nor the other way round.
    assert post(clerk, f"{page.replace('/roster/', '/packet/')}/assign", stay=desk.rows(tables.stays)[0]["id"]).status_code == 409


def test_person_forms_of_this_round(web: Web) -> None:
    clerk, desk = web.signed_in("clerk"), web.desk
    stay = desk.held()
    page, paper = f"/stay/{stay}", desk.papers(stay)[0]
    seen = desk.stay(stay)["version"]
    assert post(clerk, f"{page}/person", name="Example, Corrected", booking_number="B-2", language="es", seen=seen).status_code == 303
    assert post(clerk, f"{page}/person", name="Example, Late", booking_number="B-2", seen=seen).status_code == 409
    text = clerk.get(page).text
    assert "Example, Corrected" in text and "issued in place of" in text and "has this desk, too" in text
    given = {"kind": "i-247a", "edition": "2017-03", "signed_by": "immigration_officer", "boxes": "final_order", "boxes_read": "yes", "at": "2026-11-18T11:00"}
    assert post(clerk, f"{page}/paper", replaces=paper, **given).status_code == 303
    assert "another was issued in its place" in clerk.get(page).text
    assert post(clerk, f"{page}/transfer", to=OREGON).status_code == 303
    assert f"and {desk.rows(tables.handovers, agency=OREGON)[0]['number']} of theirs" in clerk.get(page).text
    there = desk.rows(tables.stays, agency=OREGON)[0]["id"]
    assert "Came from <strong>Made up</strong>" in web.signed_in("clerk", OREGON).get(f"/stay/{there}").text


def test_the_shift_sheet_says_what_to_do_without_the_system(web: Web) -> None:
    clerk, desk = web.signed_in("clerk"), web.desk
    desk.booked(until=None, name="Example, No Papers")
    stay = desk.booked(until=None, name="Example, Papers")
    desk.desk.receive_paper(who(), stay, {"kind": "i-247a", "edition": "2017-03", "signed_by": "immigration_officer", "boxes": ["final_order"]}, at=at(-8))
    desk.desk.receive_paper(who(), stay, WARRANT, at=at(-8))
    desk.desk.serve_copy(who(), stay, paper=desk.papers(stay)[0], at=at(-7))
    text = clerk.get("/shift-sheet").text
    above, _, below = text.partition('id="rest"')
    assert "Example, Papers" in above and "no longer than 48 hours" in above and "from release due" in above
    assert "Example, No Papers" in below and "Example, No Papers" not in above
    assert "when it ends, RELEASE" in below and TEXAS not in text


def test_new_law_is_on_the_persons_page_with_both_values(web: Web) -> None:
    clerk, desk = web.signed_in("clerk"), web.desk
    stay = desk.held()
    assert "The law changed" not in clerk.get(f"/stay/{stay}").text
    desk.laws[0] = law(adopted=False)
    alerts.turn(desk.desk)
    text = clerk.get(f"/stay/{stay}").text
    section = text.partition('id="changed"')[2].partition("</section>")[0]
    assert "<td>MUST HOLD</td><td>REVIEW: may not be held past release</td>" in section
    assert "2026-11-20 11:00 (-06:00), Fri" in section and "none" in section
    assert "Who can adopt it, and what waits" in text
    assert "the law has changed" in clerk.get("/alerts").text
