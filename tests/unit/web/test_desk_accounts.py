"""Accounts, sessions, second factors, tokens and settings in pages."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import pyotp
from desk_common import HOUR, NOW, TEXAS, made
from starlette.testclient import TestClient
from test_desk_web import PASSWORD, Web, csrf, post

from dueprocess.desk import alerts
from dueprocess.store import accounts, tables
from dueprocess.store.proving import verify


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with made(tmp_path) as desk:
        yield Web(desk)


def account_of(web: Web, login: str) -> str:
    return str(next(row["id"] for row in web.desk.rows(tables.accounts) if row["login"] == login))


def kinds(web: Web) -> list[str]:
    return [row["kind"] for row in web.desk.rows(tables.entries)]


def test_everybody_changes_their_own_password_and_ends_their_own_sessions(web: Web) -> None:
    here, there = web.signed_in("clerk"), web.signed_in("clerk")
    text = here.get("/account").text
    assert text.count("last used") == 2 and text.count("(here)") == 1
    assert post(here, "/account/sessions").status_code == 303
    assert there.get("/board").headers["location"] == "/sign-in" and here.get("/board").status_code == 200
    new = "other made up words"
    for old, one, two, status in (("wrong wrong wrong", new, new, 403), (PASSWORD, new, "not the same", 400), (PASSWORD, "short", "short", 400)):
        answer = post(here, "/account/password", old=old, new=one, again=two)
        assert answer.status_code == status and one not in answer.text
    answer = post(here, "/account/password", old=PASSWORD, new=new, again=new)
    assert answer.headers["location"] == "/sign-in" and "Max-Age=0" in answer.headers["set-cookie"]
    assert here.get("/board").status_code == 303
    given = {"agency": TEXAS, "login": "clerk"}
    web.desk.clock[0] += 3 * HOUR
    assert web.browser().post("/sign-in", data={**given, "password": PASSWORD}).status_code == 403
    assert web.browser().post("/sign-in", data={**given, "password": new}).status_code == 303
    assert verify(web.desk.store).ok


def secret_in(text: str) -> pyotp.TOTP:
    return pyotp.TOTP(re.findall(r"secret=([A-Z2-7]+)", text)[0])


def test_a_second_factor_is_set_up_renewed_and_recovered(web: Web) -> None:
    web.desk.writer.write(lambda c: accounts.change_settings(c, agency=TEXAS, changes={"second_factor": ["counsel"]}), agency=TEXAS, by="x")
    web.account("counsel")
    client = web.browser()
    given = {"agency": TEXAS, "login": "counsel", "password": PASSWORD}
    client.post("/sign-in", data=given)
    assert client.get("/board").headers["location"] == "/second-factor" and client.get("/account").headers["location"] == "/second-factor"
    token = re.findall(r'name="csrf" value="([^"]+)"', client.get("/second-factor").text)[0]
    first = secret_in(client.post("/second-factor", data={"csrf": token}).text)
    assert client.post("/second-factor", data={"csrf": token, "what": "confirm", "code": "000000"}).status_code == 403
    assert client.post("/second-factor", data={"csrf": token, "what": "confirm", "code": first.at(web.desk.clock[0])}).status_code == 303
    assert client.get("/board").status_code == 200
    # Renewing asks for a code of the present one.
    web.desk.clock[0] += 60
    assert "Code of the present" in client.get("/second-factor").text
    assert client.post("/second-factor", data={"csrf": token}).status_code == 403
    second = secret_in(client.post("/second-factor", data={"csrf": token, "code": first.at(web.desk.clock[0])}).text)
    web.desk.clock[0] += 60
    assert client.post("/second-factor", data={"csrf": token, "what": "confirm", "code": second.at(web.desk.clock[0])}).status_code == 303
    web.desk.clock[0] += 60
    assert web.browser().post("/sign-in", data={**given, "code": first.at(web.desk.clock[0])}).status_code == 403
    assert web.browser().post("/sign-in", data={**given, "code": second.at(web.desk.clock[0])}).status_code == 303
    # A lost telephone.
    admin, account = web.signed_in("administrator"), account_of(web, "counsel")
    assert "Lost telephone" in admin.get(f"/accounts/{account}").text
    assert post(admin, f"/accounts/{account}/second-factor").status_code == 303
    assert client.get("/board").headers["location"] == "/sign-in"
    again = web.browser()
    assert again.post("/sign-in", data=given).status_code == 303 and again.get("/board").headers["location"] == "/second-factor"
    assert {"account.second_factor", "account.second_factor_dropped"} <= set(kinds(web))
    assert first.secret not in str(web.desk.rows(tables.accounts)) and second.secret not in str(web.desk.rows(tables.accounts))


def test_the_administrator_looks_after_accounts(web: Web) -> None:
    admin, clerk = web.signed_in("administrator"), web.signed_in("clerk")
    account = account_of(web, "clerk")
    assert "last used" in admin.get(f"/accounts/{account}").text
    assert post(admin, f"/accounts/{account}/sessions").status_code == 303
    assert clerk.get("/board").status_code == 303 and "nowhere" in admin.get(f"/accounts/{account}").text
    clerk = web.signed_in("clerk")
    assert post(admin, f"/accounts/{account}/role", role="supervisor").status_code == 303
    assert clerk.get("/board").status_code == 303
    clerk = web.browser()
    clerk.post("/sign-in", data={"agency": TEXAS, "login": "clerk", "password": PASSWORD})
    assert "supervisor" in clerk.get("/board").text
    assert post(admin, f"/accounts/{account}/role", role="king").status_code == 400
    assert post(admin, f"/accounts/{account}/close").status_code == 303
    assert clerk.get("/board").status_code == 303 and "Open the account" in admin.get(f"/accounts/{account}").text
    assert post(admin, f"/accounts/{account}/open").status_code == 303
    secret = re.findall(r"<code>([^<]+)</code>", post(admin, f"/accounts/{account}/reset").text)[0]
    assert secret not in admin.get(f"/accounts/{account}").text  # once
    assert web.browser().post("/first", data={"agency": TEXAS, "login": "clerk", "secret": secret, "password": "other made up words"}).status_code == 303
    mine = account_of(web, "administrator")
    for what, given in (("close", {}), ("role", {"role": "clerk"})):
        answer = post(admin, f"/accounts/{mine}/{what}", **given)
        assert answer.status_code == 400 and "last administrator" in answer.text
    assert post(admin, f"/accounts/{account}/link", subject="x").status_code == 400  # no sign-in of the county's own here
    assert post(admin, f"/accounts/{account}/promote").status_code == 404
    assert post(admin, "/accounts/a_nobody/reset").status_code in (400, 404) and admin.get("/accounts/a_nobody").status_code == 404
    assert {"account.sessions_ended", "account.role", "account.closed", "account.opened", "account.reset"} <= set(kinds(web))


def test_tokens_have_scopes_and_an_end(web: Web) -> None:
    admin = web.signed_in("administrator")
    answer = post(admin, "/tokens", name="made-up monitor", scope="health:read", days=1)
    secret = re.findall(r"<code>([^<]+)</code>", answer.text)[0]
    headers = {"authorization": f"Bearer {secret}"}
    assert web.browser().get("/health/figures", headers=headers).status_code == 200
    assert web.browser().get("/api/stays/26-00001/decision", headers=headers).status_code == 403
    for given in ({"scope": "everything:do", "days": 1}, {"days": 1}, {"scope": "health:read", "days": 900}, {"scope": "health:read", "days": 0}, {"scope": "health:read", "days": "x"}):
        assert post(admin, "/tokens", name="x", **given).status_code == 400
    token = web.desk.rows(tables.tokens)[0]["id"]
    assert post(admin, "/tokens", revoke=token).status_code == 303
    assert web.browser().get("/health/figures", headers=headers).status_code == 401
    again = re.findall(r"<code>([^<]+)</code>", post(admin, "/tokens", name="another", scope="health:read", days=1).text)[0]
    web.desk.clock[0] += 24 * HOUR
    assert web.browser().get("/health/figures", headers={"authorization": f"Bearer {again}"}).status_code == 401
    assert "(over)" in web.signed_in("administrator").get("/tokens").text


GIVEN: dict[str, Any] = {
    "domain": "jail.example", "server": "mail.jail.example", "port": "25", "mode": "insecure", "from": "desk@jail.example", "clerk": "desk@jail.example",
    "supervisor": "a@jail.example b@jail.example", "counsel": "", "before": "120", "after": "30", "repeat": "20", "erase_after_days": "7",
}  # fmt: skip


def settle(client: TestClient, **changes: Any) -> Any:
    return client.post("/settings", data={"csrf": csrf(client), **GIVEN, "second_factor": ["counsel", "administrator"], **changes})


def test_the_settings_are_checked_and_take_effect(web: Web) -> None:
    admin = web.signed_in("administrator")
    stay = web.desk.held()  # its hold ends 47 h from now
    for changes, says in (
        ({"clerk": "x@elsewhere.example"}, "no address in jail.example"), ({"clerk": "ero@ice.dhs.gov"}, "immigration authority"), ({"server": "mail.ice.gov"}, "immigration authority"),
        ({"server": "x/?to=y"}, "no name of a mail server"), ({"port": "70000"}, "out of bounds"), ({"before": "0"}, "out of bounds"), ({"repeat": "x"}, "a number is missing"),
        ({"erase_after_days": "99999"}, "out of bounds"), ({"second_factor": ["counsel"]}, "need a second factor"), ({"mode": "telepathy"}, "no way to reach"), ({"server": ""}, "no name of a mail server"),
    ):  # fmt: skip
        answer = settle(admin, **changes)
        assert answer.status_code == 400 and says in answer.text, (changes, answer.text)
    answer = settle(admin)
    assert answer.status_code == 303, answer.text
    with web.desk.store.read(TEXAS) as connection:
        kept = accounts.settings_of(connection, TEXAS)
    assert kept["alerts"]["supervisor"] == ["a@jail.example", "b@jail.example"] and kept["erase_after_days"] == 7 and kept["second_factor"] == ["counsel", "administrator"]
    told: list[tuple[list[str], int]] = []

    def send(addresses: Any, title: str, text: str, mail: Any) -> bool:
        told.append((list(addresses), (web.desk.clock[0] - NOW) // 60))
        return True

    due = web.desk.stay(stay)["next_deadline_at"]
    web.desk.clock[0] = due - 120 * 60 - 60
    alerts.turn(web.desk.desk, send=send)
    assert told == []
    for minutes in (-120, 0, 19, 20, 30, 40):
        web.desk.clock[0] = due + minutes * 60
        alerts.turn(web.desk.desk, send=send)
    first = (due - NOW) // 60
    assert told[0] == (["desk@jail.example"], first - 120)  # two hours before, as set
    assert (["desk@jail.example"], first) in told
    assert (["a@jail.example", "b@jail.example", "desk@jail.example"], first + 20) in told and not any(at == first + 19 for _, at in told)
    admin = web.signed_in("administrator")
    assert admin.get("/account").headers["location"] == "/second-factor"  # since the settings ask for one
    assert "agency.settings" in kinds(web)


def test_without_mail_nothing_has_to_be_filled_in(web: Web) -> None:
    admin = web.signed_in("administrator")
    answer = settle(admin, domain="", server="", **{"from": "", "clerk": "", "supervisor": ""})
    assert answer.status_code == 303
    with web.desk.store.read(TEXAS) as connection:
        assert accounts.settings_of(connection, TEXAS)["mail"] == {}
