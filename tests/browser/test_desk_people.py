"""The county's sign-in, one's account, records, counsel's store and health in a real browser: axe, phone, no script."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "web"))

import uvicorn
from desk_common import TEXAS, Made, made, who
from identity_provider import CLIENT, SECRET, provider
from test_desk_web import PASSWORD, Web

from dueprocess.store import Role, accounts, tables
from dueprocess.web.desk import desk_app
from dueprocess.web.desk.identity import Provider, Settings


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Made, str, Any]]:
    """A desk on a port of this machine, with a provider that is another site to a browser."""
    with made(tmp_path) as desk, provider(lambda: desk.clock[0]) as theirs:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        web = Web(desk)
        for role in ("counsel", "administrator"):
            web.account(role)
        linked = desk.writer.write(
            lambda c: accounts.add_account(c, agency=TEXAS, login="linked", name="Made-up Linked", role=Role.supervisor, now=desk.clock[0]), agency=TEXAS, by="x"
        ).result.account
        desk.writer.write(lambda c: accounts.link_external(c, agency=TEXAS, account=linked, issuer=theirs.issuer, subject=theirs.subject), agency=TEXAS, by="x")
        ours = Provider(Settings(theirs.issuer, CLIENT, url, SECRET, agencies=frozenset({TEXAS})), now=lambda: desk.clock[0])
        server = uvicorn.Server(uvicorn.Config(desk_app(replace(web.service, provider=ours)), host="127.0.0.1", port=port, log_level="critical", access_log=False, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        for _ in range(200):
            if server.started:
                break
            time.sleep(0.05)
        try:
            yield desk, url, theirs
        finally:
            server.should_exit = True
            thread.join(20)


def sign_in(page: Any, url: str, role: str) -> None:
    page.goto(f"{url}/sign-in")
    page.select_option("#agency", TEXAS)
    page.fill("#login", role)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda there: not there.endswith("/sign-in"))


@pytest.mark.parametrize("script", [True, False])
def test_the_countys_sign_in_from_another_site_with_strict_cookies(served: tuple[Made, str, Any], new_page: Callable[..., Any], script: bool) -> None:
    _, url, theirs = served
    page = new_page(java_script_enabled=script)
    page.goto(f"{url}/sign-in")
    page.click("text=County sign-in")
    page.wait_for_url(f"{url}/board")
    assert "Made-up Linked" in page.inner_text("header") and "/authorize" in theirs.asked
    cookies = {c["name"]: c for c in page.context.cookies(url)}
    assert cookies["desk"]["sameSite"] == "Strict" and cookies["desk"]["httpOnly"] and "desk-sign-in" not in cookies
    page.click("text=Made-up Linked")
    assert "You sign in through the county" in page.inner_text("main")
    # Back again to the provider's answer: it was used.
    page.go_back()
    theirs.subject = "somebody-else"
    page.click("text=Sign out")
    page.wait_for_url(f"{url}/sign-in")
    page.click("text=County sign-in")
    page.wait_for_selector("text=no account here is linked to this sign-in")


PAGES = {
    "counsel": ("/account", "/records", "/records/process", "/records/data", "/looks", "/counsel", "/counsel/stay/{stay}", "/adoption", "/status", "/second-factor"),
    "administrator": ("/accounts", "/accounts/{account}", "/tokens", "/settings", "/records", "/status"),
}


@pytest.mark.parametrize("role", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_and_a_phone(served: tuple[Made, str, Any], new_page: Callable[..., Any], axe: Callable[[Any], list[str]], role: str, width: int) -> None:
    desk, url, _ = served
    stay = desk.held()
    gone = desk.booked(name="Example, Gone")
    desk.desk.release(who(), gone)
    account = desk.rows(tables.accounts)[0]["id"]
    page = new_page(viewport={"width": width, "height": 900})
    sign_in(page, url, role)
    for path in PAGES[role]:
        page.goto(url + path.replace("{stay}", stay).replace("{account}", account))
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_counsels_day_without_a_script(served: tuple[Made, str, Any], new_page: Callable[..., Any]) -> None:
    desk, url, _ = served
    stay = desk.held()
    page = new_page(java_script_enabled=False)
    sign_in(page, url, "counsel")
    page.click("nav >> text=Records")
    page.click("summary:has-text('Place a hold')")
    page.fill("#h-matter", "3:26-cv-00123")
    page.fill("#h-reason", "Preservation letter")
    page.fill("#h-case", "26-00001")
    page.click("button:has-text('Place the hold')")
    page.wait_for_selector("text=case 26-00001, placed")
    page.click("nav >> text=Counsel")
    page.click("text=Case 26-00001")
    page.select_option("#fact1", "status_proof_shown")
    page.fill("#value1", "yes")
    page.click("button:has-text('Ask and keep')")
    page.wait_for_selector("text=It would be:")
    page.fill("#text", "Ask for the judge's warrant.")
    page.click("button:has-text('Keep it')")
    page.wait_for_selector("text=Ask for the judge's warrant.")
    assert {row["what"] for row in desk.rows(tables.counsel_notes)} == {"note", "whatif"} and desk.stay(stay)["outcome"] == "must_hold"
