"""Law, registry, audit and what-if in a real browser: axe finds nothing wrong, by keyboard, on a phone, without a script."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "web"))

import uvicorn
from shelf_common import PASSWORD, TEXAS, Shelves, shelves

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "examples" / "made-up-jail.csv"
ARTICLE = (
    "The Loving County Sheriff's Office will no longer hold inmates on immigration detainers without a warrant signed by a judge, Sheriff Pat Madeup said Friday."
)
PAGES = (
    "/shelves", "/law", "/law/authority/us/tx/sb-4", "/law/matrix", "/law/changes?since=2017-08-31&until=2017-09-02", "/registry?state=IA", "/registry/agency/us/tx/travis-county/sheriff",
    "/registry/map?as_of=2014-07-20", "/registry/changes?since=2014-04-11&until=2014-07-21", "/registry/disagreements", "/registry/counts", "/registry/release", "/claims", "/claims?show=all&kind=count", "/claims/known/tx-travis-county-sheriff-s-office-npa", "/claims/count/count-117-agencies-src1", "/claims/drop",
    "/audits", "/audit/new", "/whatif",
)  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shelves, str]]:
    """The desk on a port of this machine."""
    with shelves(tmp_path_factory.mktemp("shelves")) as web:
        web.desk.held()
        for role in ("counsel", "auditor"):
            web.signed_in(role)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(web.app, host="127.0.0.1", port=port, log_level="critical", access_log=False, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        for _ in range(200):
            if server.started:
                break
            time.sleep(0.05)
        try:
            yield web, f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(20)


def sign_in(page: Any, url: str, role: str = "counsel") -> None:
    page.goto(f"{url}/sign-in")
    page.select_option("#agency", TEXAS)
    page.fill("#login", role)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/board")


def tab_to(page: Any, text: str, *, most: int = 120) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if text in str(page.evaluate("/^(A|BUTTON)$/.test(document.activeElement.tagName) ? document.activeElement.textContent.trim() : ''")):
            return
    raise AssertionError(f"[{text}] is not reached by keyboard")


def test_every_page_is_clean_and_fits_a_phone(served: tuple[Shelves, str], new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    _, url = served
    page = new_page(viewport={"width": 390, "height": 800})
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    sign_in(page, url)
    for path in PAGES:
        page.goto(url + path)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    assert refused == []  # the strict policy of the desk refuses nothing of these pages


def test_by_keyboard_from_the_shelves_to_an_agencys_claims(served: tuple[Shelves, str], page: Any) -> None:
    _, url = served
    sign_in(page, url)
    tab_to(page, "Law, registry, audits")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/shelves")
    tab_to(page, "Registry")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/registry")
    page.focus("#q")
    page.keyboard.type("travis county")
    page.keyboard.press("Enter")
    page.wait_for_selector("th a:has-text('Travis County, sheriff')")
    tab_to(page, "Travis County, sheriff")
    page.keyboard.press("Enter")
    page.wait_for_selector("h2:has-text('For it')")
    assert "Says who:" in page.inner_text("main")


def test_the_slider_moves_through_the_days_under_the_strict_policy(served: tuple[Shelves, str], page: Any, axe: Callable[[Any], list[str]]) -> None:
    _, url = served
    sign_in(page, url)
    page.goto(f"{url}/registry/map?as_of=2014-07-20")
    page.click("text=Move through all days with a slider")
    page.wait_for_selector("#controls:not([hidden])")
    before = page.inner_text("h1")
    page.focus("#slider")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("before => document.querySelector('h1').innerText !== before", arg=before)  # drawn a little later
    assert "2014-07-20" in before
    assert axe(page) == []
    page.click("text=Back to the registry at the desk")
    page.wait_for_url(f"{url}/registry/map?*")
    assert "Policies on paper" in page.inner_text("h1")  # still signed in


def test_an_audit_from_the_table_to_the_report_and_a_what_if(served: tuple[Shelves, str], page: Any, axe: Callable[[Any], list[str]]) -> None:
    _, url = served
    sign_in(page, url, "auditor")
    page.goto(f"{url}/audits")
    page.click("text=Hand in a table")
    page.set_input_files("#file", str(TABLE))
    page.fill("#title", "Made-up jail")
    page.click("button:has-text('Hand it in')")
    page.wait_for_selector("text=These columns are known", timeout=60_000)
    assert "B-00000" in page.inner_text("main") and axe(page) == []
    page.click("button:has-text('Write a map instead')")
    page.wait_for_selector("#p-booked_at", timeout=60_000)
    assert axe(page) == []
    page.select_option("#p-form", "i-247a")
    page.click("button:has-text('Start the audit')")
    page.wait_for_selector("text=60 stays asked about", timeout=120_000)
    assert axe(page) == []
    page.click("text=Read the report")
    page.wait_for_selector(".tiles")
    assert axe(page) == []
    assert page.evaluate("getComputedStyle(document.querySelector('.tile')).display") != "inline"  # its own style acts under its own policy
    page.click("text=Back to the audit at the desk")
    page.click("text=What if the law were another?")
    page.select_option("#position", "requires_judicial_warrant")
    page.click("button:has-text('Ask')")
    page.wait_for_selector("text=Read the page", timeout=120_000)
    assert axe(page) == []
    page.click("text=Read the page")
    page.wait_for_selector("text=Side by side")
    assert axe(page) == []


def test_without_a_script(served: tuple[Shelves, str], new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    _, url = served
    page = new_page(java_script_enabled=False)
    sign_in(page, url)
    page.goto(f"{url}/registry/map")
    page.fill("#as-of", "2014-07-20")
    page.click("button:has-text('Show')")
    assert "2014-07-20" in page.inner_text("h1")
    page.goto(f"{url}/claims/drop")
    page.fill("#title", "A made-up article")
    page.fill("#date", "2014-05-02")
    page.fill("#text", ARTICLE)
    page.click("button:has-text('Find its claims')")
    page.click("a:has-text('Loving County')", timeout=60_000)
    assert "warrant signed by a judge" in page.inner_text("mark")
    page.fill("#reason", "The sheriff says so.")
    page.click("button:has-text('Accept')")
    assert "accepted" in page.inner_text(".outcome")
    page.goto(f"{url}/whatif")
    page.select_option("#position", "declines_all")
    page.click("button:has-text('Ask')")
    for _ in range(60):
        if page.locator("h2:has-text('Side by side')").count():
            break
        page.click("a:has-text('Look again')")
        time.sleep(1)
    assert "of 1 open stays" in page.inner_text("main") or "of 1 open stay" in page.inner_text("main")
