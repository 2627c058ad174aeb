"""The desk over HTTP: a clerk's day, who is refused what, and what must never be seen."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))

from desk_common import CANARY, HOUR, NOW, TEXAS, Made, made
from starlette.testclient import TestClient

from dueprocess.desk import Who, alerts
from dueprocess.store import Role, accounts, tables, tokens
from dueprocess.store.proving import verify
from dueprocess.web.desk import Service, desk_app

PASSWORD = "several made up words"
PAPER = {"kind": "i-247a", "edition": "2017-03", "signed_by": "immigration_officer", "issuer": "ice", "boxes": "final_order", "boxes_read": "yes"}


class Web:
    """The application over a made-up desk, and browsers of its people."""

    def __init__(self, desk: Made) -> None:
        self.desk = desk
        self.service = Service(desk.store, desk.writer, desk.gate, desk.desk, lambda: desk.clock[0], secure=False)
        self.app = desk_app(self.service)
        self.seen: list[str] = []

    def browser(self) -> TestClient:
        client = TestClient(self.app, follow_redirects=False, raise_server_exceptions=False)
        client.event_hooks["request"].append(lambda request: self.seen.append(str(request.url)))
        return client

    def account(self, role: str, agency: str = TEXAS) -> None:
        now = self.desk.clock[0]
        done = self.desk.writer.write(lambda c: accounts.add_account(c, agency=agency, login=role, name=f"Made-up {role}", role=Role(role), now=now), agency=agency, by="x")
        self.desk.gate.set_password(agency=agency, login=role, secret=done.result.secret, password=PASSWORD)

    def signed_in(self, role: str, agency: str = TEXAS) -> TestClient:
        with self.desk.store.read(agency) as connection:
            known = {row["login"] for row in accounts.of_agency(connection, agency=agency)}
        if role not in known:
            self.account(role, agency)
        client = self.browser()
        answer = client.post("/sign-in", data={"agency": agency, "login": role, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def token(self, *scopes: str, agency: str = TEXAS) -> dict[str, str]:
        now = self.desk.clock[0]
        made_ = self.desk.writer.write(lambda c: tokens.add(c, agency=agency, name="made-up jail system", scopes=scopes, until=now + 999, by="x", now=now), agency=agency, by="x")
        return {"authorization": f"Bearer {made_.result.secret}"}


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with made(tmp_path) as desk:
        yield Web(desk)


_tokens: dict[str, str] = {}


def csrf(client: TestClient) -> str:
    """The token of the pages' forms, which is one for a session."""
    secret = client.cookies.get("desk", "")
    if secret not in _tokens:
        _tokens[secret] = re.findall(r'name="csrf" value="([^"]+)"', client.get("/status").text)[0]
    return _tokens[secret]


def post(client: TestClient, path: str, **fields: Any) -> Any:
    return client.post(path, data={"csrf": csrf(client), **fields})


def book(client: TestClient, **fields: Any) -> str:
    answer = post(client, "/book", **{"name": CANARY, "booking_number": "B-77", "booked_at": "2026-11-18T02:00", "ground": "charge", "complete": "yes", **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_clerks_day(web: Web) -> None:
    clerk, desk = web.signed_in("clerk"), web.desk
    page = book(clerk)
    assert "LOCAL CUSTODY" in clerk.get("/board").text
    assert post(clerk, f"{page}/paper", at="2026-11-18T04:00", **PAPER).status_code == 303
    assert post(clerk, f"{page}/paper", at="2026-11-18T04:00", kind="i-200", edition="2016-09", signed_by="immigration_officer").status_code == 303
    paper = desk.papers(page.rsplit("/", 1)[1])[0]
    assert post(clerk, f"{page}/serve", paper=paper, at="2026-11-18T05:00").status_code == 303
    board = clerk.get("/board").text
    assert "when it ends" in board and "MUST HOLD" in board
    ground = desk.rows(tables.grounds)[0]["id"]
    assert post(clerk, f"{page}/end-ground", ground=ground, how="bail_paid", at="2026-11-18T11:00", known_at="2026-11-18T11:20").status_code == 303
    text = clerk.get(page).text
    assert "MUST HOLD" in text and "Contrary authority and risks" in text and "known to the jail 2026-11-18 11:20 (-06:00), Wed" in text
    assert text.index("Contrary authority and risks") < text.index(">Authority<")  # on the first screen of the answer
    assert "in 1 day 23 h" in clerk.get("/board").text
    assert post(clerk, f"{page}/said", what="citizenship_claimed", words="unasked", answer="A supervisor looks.", at="2026-11-18T11:30").status_code == 303
    # The copy of the paper is amended to another hour; then a mis-key is taken back in one step.
    served = next(e for e in desk.rows(tables.events) if e["kind"] == "copy.served")
    seen = desk.rows(tables.stays)[0]["version"]
    assert post(clerk, f"{page}/amend", number=served["number"], at="2026-11-18T06:00", seen=seen).status_code == 303
    assert post(clerk, f"{page}/amend", number=served["number"], at="2026-11-18T06:30", seen=seen).status_code in (404, 409)
    said = next(e for e in desk.rows(tables.events) if e["kind"] == "said")
    assert post(clerk, f"{page}/undo", number=said["number"], seen=desk.rows(tables.stays)[0]["version"]).status_code == 303
    assert "<del>" in clerk.get(page).text
    desk.pass_hours(47)
    alerts.turn(desk.desk)
    assert desk.rows(tables.stays)[0]["outcome"] == "release"
    clerk = web.signed_in("clerk")  # the session was over
    board = clerk.get("/board").text
    assert "RELEASE" in board and "alerts not taken" in board
    back = post(clerk, f"{page}/release", back="board").headers["location"]
    board = clerk.get(back).text  # who pressed the wrong key finds the way back there
    assert "Nobody is on this list" in board and "Recorded: case 26-00001 has left" in board and f'href="{page}#line"' in board
    assert "Left in the last 12 hours: 1" in clerk.get("/board").text and "Recorded:" not in clerk.get("/board").text
    assert "Left 2026-11-20 11:00 (-06:00), Fri" in clerk.get(page).text
    assert "MUST HOLD" not in clerk.get(f"{page}/slip").text and "26-00001" in clerk.get(f"{page}/slip").text
    report = verify(desk.store)
    assert report.ok
    looks = {row["what"] for row in desk.rows(tables.looks)}
    assert {"board", "person", "slip"} <= looks


def test_the_first_administrator_sets_a_password_with_the_one_time_text(web: Web) -> None:
    made_ = web.desk.writer.write(lambda c: accounts.first_administrator(c, agency=TEXAS, now=NOW), agency=TEXAS, by="setup").result
    client = web.browser()
    given = {"agency": TEXAS, "login": "administrator", "password": PASSWORD}
    assert client.post("/sign-in", data=given).status_code == 403
    assert client.post("/first", data={**given, "secret": "wrong"}).status_code == 403
    assert client.post("/first", data={**given, "secret": made_.secret}).status_code == 303
    assert client.post("/first", data={**given, "secret": made_.secret}).status_code == 403
    answer = client.post("/sign-in", data=given)
    cookie = answer.headers["set-cookie"].lower()
    assert answer.status_code == 303 and "httponly" in cookie and "samesite=strict" in cookie
    made_again = post(client, "/accounts", login="kim", name="Kim Madeup", role="clerk")
    secret = re.findall(r"shown once: <code>([^<]+)</code>", made_again.text)[0]
    assert client.post("/first", data={"agency": TEXAS, "login": "kim", "secret": secret, "password": PASSWORD}).status_code == 303
    assert client.get("/board").status_code == 403  # an administrator sees no person
    assert web.browser().post("/sign-in", data={"agency": TEXAS, "login": "kim", "password": PASSWORD}).status_code == 303


def test_a_search_by_name_needs_a_purpose_and_is_recorded(web: Web) -> None:
    clerk = web.signed_in("clerk")
    book(clerk)
    assert post(clerk, "/search", how="name", text="Zzcan", purpose=" ").status_code == 400
    assert "1 found" in post(clerk, "/search", how="name", text="Zzcan", purpose="his mother is at the door").text
    assert "1 found" in post(clerk, "/search", how="number", text="B-77").text
    assert "0 found" in post(clerk, "/search", how="name", text="%_", purpose="made up").text
    look = next(row for row in web.desk.rows(tables.looks) if row["what"] == "search")
    assert look["purpose"] == "his mother is at the door"


def test_another_system_pushes_and_pulls(web: Web) -> None:
    client = web.browser()
    writes, reads = web.token("bookings:write", "papers:write", "releases:write"), web.token("decisions:read")
    booking = {"name": CANARY, "booking_number": "J-1", "booked_at": "2026-11-18T02:00:00-06:00", "complete": True}
    assert client.post("/api/bookings", json=booking, headers={"Idempotency-Key": "made-up-0001"}).status_code == 401
    assert client.post("/api/bookings", json=booking, headers={**reads, "Idempotency-Key": "made-up-0001"}).status_code == 403
    assert client.post("/api/bookings", json=booking, headers=writes).status_code == 422
    first = client.post("/api/bookings", json=booking, headers={**writes, "Idempotency-Key": "made-up-0001"})
    again = client.post("/api/bookings", json=booking, headers={**writes, "Idempotency-Key": "made-up-0001"})
    assert (first.status_code, first.json()["case"], first.json()["again"]) == (201, "26-00001", False)
    assert again.json() == {**first.json(), "again": True} and len(web.desk.rows(tables.stays)) == 1
    paper = {"kind": "i-247a", "edition": "2017-03", "signed_by": "immigration_officer", "boxes": ["final_order"], "received_at": "2026-11-18T04:00:00-06:00"}
    assert client.post("/api/stays/J-1/papers", json=paper, headers={**writes, "Idempotency-Key": "made-up-0002"}).status_code == 201
    wrong = client.post("/api/stays/J-1/papers", json={**paper, "edition": "1999-01"}, headers={**writes, "Idempotency-Key": "made-up-0003"})
    assert wrong.status_code == 400 and "1999-01" in wrong.json()["error"]
    early = client.post("/api/stays/J-1/release", json={}, headers={**writes, "Idempotency-Key": "made-up-0004"})
    assert early.status_code == 409 and "local ground" in early.json()["error"]
    ended = client.post("/api/stays/J-1/ground-end", json={"how": "bail_paid"}, headers={**writes, "Idempotency-Key": "made-up-0005"})
    assert ended.json()["outcome"] == "release"
    pulled = client.get("/api/stays/J-1/decision", headers=reads)
    assert pulled.json()["answer"]["outcome"] == "release" and pulled.json()["entry"] == web.desk.rows(tables.stays)[0]["decided"]
    assert client.get("/api/stays/J-1/decision", headers=writes).status_code == 403
    assert client.post("/api/stays/J-1/release", json={}, headers={**writes, "Idempotency-Key": "made-up-0006"}).status_code == 200
    assert client.get("/api/stays/J-9/decision", headers=reads).status_code == 404
    described = client.get("/api/openapi.json").json()
    assert {"/bookings", "/stays/{case}/papers", "/stays/{case}/release", "/stays/{case}/decision"} <= set(described["paths"])
    bad = client.post("/api/bookings", json={"name": [CANARY], "booking_number": CANARY * 99}, headers={**writes, "Idempotency-Key": "made-up-0007"})
    assert bad.status_code == 422 and "Zzcanary" not in bad.text


def test_the_alerts_of_one_deadline_are_one_matter_with_its_name_and_one_key(web: Web) -> None:
    desk = web.desk
    desk.held()
    packet = desk.desk.hand_in(Who("a_clerk", TEXAS, "clerk"), [b"Papers of somebody made up."]).result["packet"]
    desk.pass_hours(50)
    alerts.turn(desk.desk)
    clerk = web.signed_in("clerk")
    text = clerk.get("/alerts").text
    assert len(desk.rows(tables.alerts)) == 4 and text.count("<li>") == 2
    assert "Release: nothing in the encoded law lets the jail keep this person, 2026-11-20 11:00 (-06:00), Fri" in text and "3 alerts; for clerks and supervisors" in text
    assert "<strong>Papers</strong>: papers came and belong to nobody yet" in text and f'href="/packet/{packet}"' in text
    group = next(form for form in re.findall(r"<form.*?</form>", text, re.DOTALL) if form.count('name="alert"') == 3)
    assert post(clerk, "/alerts", alert=re.findall(r'name="alert" value="([^"]+)"', group)).status_code == 303
    open_, _, taken = clerk.get("/alerts").text.partition("Taken in the last 12 hours")
    assert open_.count("<li>") == 1 and taken.count("by Made-up clerk") == 3 and "The oldest: papers, papers came" in clerk.get("/board").text
    assert post(clerk, "/alerts").status_code == 404


def test_a_slip_of_the_hand_is_one_clear_line(web: Web) -> None:
    clerk = web.signed_in("clerk")
    page = book(clerk)
    for given, says in (
        ({"at": "9999-12-31T23:59"}, "received at: the year of [9999-12-31] cannot be meant"), ({"at": "0001-01-01T00:00"}, "cannot be meant"),
        ({"edition": "1999"}, "edition: there is no edition [1999]"), ({"kind": "zzz"}, "kind: [zzz] is none of the choices"),
    ):  # fmt: skip
        answer = post(clerk, f"{page}/paper", **{**PAPER, **given})
        assert answer.status_code == 400 and says in answer.text, answer.text
        assert "papers[" not in answer.text
    lost = clerk.get("/nowhere")
    assert lost.status_code == 404 and "there is no such page" in lost.text and 'href="/board"' in lost.text
    assert web.browser().post("/nowhere").status_code == 404 and "/board" not in web.browser().get("/nowhere").text
    headers = web.token("bookings:write") | {"Idempotency-Key": "made-up-9999"}
    assert web.browser().post("/api/bookings", headers=headers, json={"name": CANARY, "booking_number": "J-9", "booked_at": "9999-12-31 23:59"}).status_code == 400
    assert web.browser().get("/api/nowhere").json() == {"detail": "Not Found"}


def test_what_people_type_is_shown_as_text(web: Web) -> None:
    clerk = web.signed_in("clerk")
    page = book(clerk, name="<script>alert(1)</script>", booking_number='"><img src=x>')
    assert post(clerk, f"{page}/said", what="other", words="<b onmouseover=x>", answer="{{ 7 * 7 }}").status_code == 303
    for path in (page, "/board", "/shift-sheet", f"{page}/slip"):
        text = clerk.get(path).text
        assert "<script>alert" not in text and "<img src=x" not in text and "<b onmouse" not in text
    assert "{{ 7 * 7 }}" in clerk.get(page).text


def test_hostile_requests_get_a_clear_refusal(web: Web) -> None:
    clerk = web.signed_in("clerk")
    page = book(clerk)
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert clerk.post(f"{page}/said", content=b"a" * 300_000, headers=form).status_code == 413
    assert clerk.post(f"{page}/said", content=b"%ff" * 10, headers=form).status_code == 400
    assert clerk.post(f"{page}/said", content=b"&".join(b"a=b" for _ in range(999)), headers=form).status_code == 400
    assert clerk.post(f"{page}/said", json={"csrf": csrf(clerk)}).status_code == 400
    assert clerk.put(page).status_code == 405
    assert post(clerk, f"{page}/drop-table").status_code == 404
    for path in ("/stay/..%2f..%2fetc", "/desk.css/../../x", "/stay/s_x'--", "/board/'", "/stay/%00"):
        assert clerk.get(path).status_code in (400, 404), path
    for path in ("/board", "/nowhere", "/sign-in", "/api/openapi.json"):
        headers = clerk.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"] and "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store" and headers["x-frame-options"] == "DENY"


def test_guessing_is_slowed_down_and_a_session_is_not_taken_over(web: Web) -> None:
    web.account("clerk")
    client = web.browser()
    given = {"agency": TEXAS, "login": "clerk", "password": "not the right words"}
    statuses = [client.post("/sign-in", data=given).status_code for _ in range(7)]
    assert statuses[0] == 403 and statuses[-1] == 429
    web.desk.pass_hours(2)
    client.cookies.set("desk", "1.an-attackers-own-secret")
    answer = client.post("/sign-in", data={**given, "password": PASSWORD})
    assert "an-attackers-own-secret" not in answer.headers["set-cookie"]
    again = web.signed_in("clerk")
    token = csrf(again)
    secret = again.cookies["desk"]
    assert again.post("/sign-out", data={"csrf": token}).status_code == 303
    stolen = TestClient(web.app, follow_redirects=False, cookies={"desk": secret})
    assert stolen.get("/board").headers["location"] == "/sign-in"
    idle = web.signed_in("clerk")
    stay, once = web.desk.booked(), csrf(idle)
    web.desk.pass_hours(0.6)
    # Whose session ended before the key was pressed is told that the release was not recorded.
    lost = idle.post(f"/stay/{stay}/release", data={"csrf": once})
    assert "what you sent was not recorded" in idle.get(lost.headers["location"]).text and web.desk.rows(tables.stays)[-1]["left_at"] is None
    assert idle.get("/board").headers["location"] == "/sign-in" and "not recorded" not in idle.get("/sign-in").text


def test_each_page_says_where_in_the_desk_it_is(web: Web) -> None:
    stay = web.desk.booked()
    admin, counsel = web.signed_in("administrator"), web.signed_in("counsel")
    account = re.findall(r'href="(/accounts/[^"]+)"', admin.get("/accounts").text)[0]
    for client, path, current in (
        (counsel, "/board", ("/board", "page")), (counsel, f"/stay/{stay}", ("/board", "true")), (counsel, "/roster", ("/book", "true")),
        (counsel, "/law", ("/shelves", "true")), (counsel, f"/counsel/stay/{stay}", ("/counsel", "true")), (counsel, "/adoption", ("/status", "true")),
        (counsel, "/account", ("/account", "page")), (admin, account, ("/accounts", "true")), (admin, "/records", ("/records", "page")),
    ):  # fmt: skip
        header = client.get(path).text.partition("<main")[0]
        assert re.findall(r'href="([^"]+)" aria-current="(\w+)"', header) == [current], path


def test_a_big_jail_is_told_that_its_board_is_cut_and_its_shift_sheet_has_everybody(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dueprocess.web.desk.pages.MOST_ON_BOARD", 1)
    clerk = web.signed_in("clerk")
    web.desk.booked()
    assert "More people are in" not in clerk.get("/board").text
    web.desk.booked()
    board, sheet = clerk.get("/board").text, clerk.get("/shift-sheet").text
    assert "More people are in: these are the first 1" in board and board.count("26-0000") == 1
    assert "26-00001" in sheet and "26-00002" in sheet


def test_the_slip_says_what_the_jail_has_on_record(web: Web) -> None:
    desk, clerk = web.desk, web.signed_in("clerk")
    page = f"/stay/{desk.held()}"
    assert "The jail may keep you for the immigration officers until 2026-11-20 11:00 (-06:00), Fri at the latest." in clerk.get(f"{page}/slip").text
    stay = desk.rows(tables.stays)[0]
    assert post(clerk, f"{page}/person", name=stay["name"], language="es", seen=stay["version"]).status_code == 303
    spanish = clerk.get(f"{page}/slip").text
    assert "hasta 2026-11-20 11:00 (-06:00), vie a más tardar" in spanish and "Wed" not in spanish.partition("<main")[2]
    assert "Nothing" not in spanish and "You are here for a reason of the jail" in clerk.get(f"/stay/{desk.booked(until=None)}/slip").text
    desk.pass_hours(48)
    alerts.turn(desk.desk)
    assert "nada permite ahora que la cárcel lo retenga" in web.signed_in("clerk").get(f"{page}/slip").text


def test_the_interface_describes_its_values_its_token_and_its_refusals(web: Web) -> None:
    described = web.browser().get("/api/openapi.json").json()
    shapes = described["components"]["schemas"]
    paper = shapes["PaperIn"]["properties"]
    assert "i-247a" in paper["kind"]["enum"] and "final_order" in paper["boxes"]["anyOf"][0]["items"]["enum"] and "2017-03" in paper["edition"]["anyOf"][0]["enum"]
    assert "bail_paid" in shapes["GroundEnd"]["properties"]["how"]["enum"] and shapes["Booking"]["properties"]["ground"]["enum"][0] == "charge"
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer" and described["servers"] == [{"url": "/api"}]
    for path, calls in described["paths"].items():
        for call in calls.values():
            assert call["security"] == [{"token": []}] and "authorization" not in {one["name"].lower() for one in call["parameters"]}, path
            assert "Scope " in call["description"]
            for status in ("400", "401", "403", "422", "503"):
                assert call["responses"][status]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Refused"}
    # And the refusals look as described: a value that is none of those names the nearest.
    headers = web.token("bookings:write") | {"Idempotency-Key": "made-up-0001"}
    answer = web.browser().post("/api/bookings", headers=headers, json={"name": CANARY, "booking_number": "J-9", "ground": "chargge"})
    assert answer.status_code == 400 and list(answer.json()) == ["error"] and "charge" in answer.json()["error"]


def test_no_name_in_a_log_an_address_or_an_alert(web: Web, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    with caplog.at_level(logging.DEBUG):
        clerk = web.signed_in("clerk")
        page = book(clerk)
        post(clerk, f"{page}/said", what="wrong_person", words=CANARY, answer=CANARY)
        post(clerk, "/search", how="name", text="Zzcanary", purpose=CANARY)
        post(clerk, f"{page}/against", what="other", text=CANARY)
        monkeypatch.setattr(web.service.desk, "release", lambda *_, **__: 1 / 0 if False else (_ for _ in ()).throw(ValueError(CANARY)))
        answer = post(clerk, f"{page}/release")
        assert answer.status_code == 500 and "Zzcanary" not in answer.text
        alerts.turn(web.desk.desk)
    assert "ValueError" in caplog.text
    assert "Zzcanary" not in caplog.text and "Quetzal" not in caplog.text
    assert web.seen and not any("canary" in url.lower() for url in web.seen)
    assert not any("Zzcanary" in str(row) for row in web.desk.rows(tables.alerts))


def test_health_and_its_page(web: Web) -> None:
    assert web.browser().get("/health").json()["status"] == "ok"
    clerk = web.signed_in("clerk")
    book(clerk)
    text = clerk.get("/status").text
    assert "Oldest alert not taken" in text and "us/four-tests" in text  # nobody has reviewed the law that ships
    web.desk.clock[0] -= HOUR
    assert "behind the record" in clerk.get("/status").text


def test_the_live_view_tells_of_a_change_and_of_no_look(web: Web) -> None:
    from dueprocess.desk import showing

    clerk = web.signed_in("clerk")
    page = book(clerk)
    before = showing.newest(web.desk.store, TEXAS)
    clerk.get("/board")
    clerk.get(page)
    assert showing.newest(web.desk.store, TEXAS) == before
    post(clerk, f"{page}/said", what="wants_lawyer", answer="The list was given.")
    assert showing.newest(web.desk.store, TEXAS) > before
