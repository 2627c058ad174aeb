"""The desk in a real browser: a clerk's day by keyboard, on a phone, without a script, on paper; axe finds nothing wrong."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "desk"))

import uvicorn
from desk_common import DETAINER, NOW, TEXAS, WARRANT, Made, at, made, who
from pypdf import PdfReader

from dueprocess.desk import alerts
from dueprocess.store import Role, accounts, tables
from dueprocess.web.desk import Service, desk_app

PASSWORD = "several made up words"
NAME = "Example, Madeup"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Made, str]]:
    """A desk on a port of this machine."""
    with made(tmp_path) as desk:
        for role in ("clerk", "counsel"):
            account = desk.writer.write(
                lambda c, role=role: accounts.add_account(c, agency=TEXAS, login=role, name=f"Made-up {role}", role=Role(role), now=NOW), agency=TEXAS, by="x"
            ).result
            desk.gate.set_password(agency=TEXAS, login=role, secret=account.secret, password=PASSWORD)
        service = Service(desk.store, desk.writer, desk.gate, desk.desk, lambda: desk.clock[0], secure=False)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(desk_app(service), host="127.0.0.1", port=port, log_level="critical", access_log=False, timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        for _ in range(200):
            if server.started:
                break
            time.sleep(0.05)
        try:
            yield desk, f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(20)


def sign_in(page: Any, url: str, role: str = "clerk") -> None:
    page.goto(f"{url}/sign-in")
    page.select_option("#agency", TEXAS)
    page.fill("#login", role)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/board")


def held(desk: Made) -> str:
    stay = desk.booked(name=NAME)
    desk.desk.receive_paper(who(), stay, DETAINER, at=at(-8))
    desk.desk.receive_paper(who(), stay, WARRANT, at=at(-8))
    desk.desk.serve_copy(who(), stay, paper=desk.papers(stay)[0], at=at(-7))
    return stay


def tab_to(page: Any, text: str, *, most: int = 80) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if text in str(page.evaluate("(document.activeElement.getAttribute('aria-label') || document.activeElement.textContent || '').trim()")):
            return
    raise AssertionError(f"[{text}] is not reached by keyboard")


def test_a_clerks_day_by_keyboard_with_axe_clean(served: tuple[Made, str], page: Any, axe: Callable[[Any], list[str]]) -> None:
    desk, url = served
    page.goto(url)
    assert axe(page) == []
    sign_in(page, url)
    assert axe(page) == []
    tab_to(page, "Book a person")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/book")
    assert axe(page) == []
    page.focus("#name")
    page.keyboard.type(NAME)
    page.focus("#booked")
    page.keyboard.type("11182026")  # as typed into the browser's own field
    page.keyboard.press("Tab")
    page.keyboard.type("0200AM")
    assert page.input_value("#booked") == "2026-11-18T02:00"
    page.check("input[name=complete]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/stay/**")
    assert "LOCAL CUSTODY" in page.inner_text("#answer")
    page.click("summary:has-text('A paper came')")
    page.select_option("#p-edition", "2017-03")
    page.select_option("#p-signed", "immigration_officer")
    page.check("input[name=boxes][value=final_order]")
    page.check("input[name=boxes_read]")
    assert axe(page) == []  # with a form open
    page.click("button:has-text('Record the paper')")
    page.wait_for_selector("li:has-text('I-247A detainer, edition 2017-03')")
    page.select_option("select[name=how]", "bail_paid")
    page.click("button:has-text('Record the end')")
    page.wait_for_selector("#answer:has-text('RELEASE')")
    assert axe(page) == []
    page.goto(f"{url}/board")
    tab_to(page, f"Release {NAME}")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Nobody is on this list")
    assert desk.rows(tables.stays)[0]["left_to"] == "community"


def test_one_key_releases(served: tuple[Made, str], page: Any) -> None:
    desk, url = served
    stay = desk.booked(name=NAME)
    sign_in(page, url)
    page.goto(f"{url}/stay/{stay}")
    page.wait_for_function("document.activeElement.hasAttribute('autofocus')")  # set once the page is drawn
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The answer below is about that moment")
    assert desk.stay(stay)["left_at"] == NOW


def test_counsel_sees_the_contrary_authority_on_the_first_screen(served: tuple[Made, str], page: Any, axe: Callable[[Any], list[str]]) -> None:
    desk, url = served
    stay = held(desk)
    sign_in(page, url, "counsel")
    page.goto(f"{url}/stay/{stay}")
    assert "MUST HOLD" in page.inner_text("#answer")
    assert page.locator("summary:has-text('Contrary authority')").bounding_box()["y"] < 900
    assert "lawful" not in page.inner_text("main").lower().replace("unlawful", "").replace("proof of citizenship or lawful status", "").replace("lawful status", "")
    assert axe(page) == []
    # No green anywhere on the page of a hold.
    colors = page.evaluate(
        "[...document.querySelectorAll('main *')].flatMap(e => { const s = getComputedStyle(e); return [s.backgroundColor, s.color, s.borderTopColor]; })"
    )
    for color in set(colors):
        red, green, blue = (int(part) for part in color[color.index("(") + 1 : color.index(")")].split(",")[:3])
        assert not (green > red + 20 and green > blue + 20), color


def test_without_a_script_everything_is_there(served: tuple[Made, str], new_page: Callable[..., Any]) -> None:
    desk, url = served
    stay = held(desk)
    page = new_page(java_script_enabled=False)
    sign_in(page, url)
    assert "in 1 day 23 h" in page.inner_text("main") and "MUST HOLD" in page.inner_text("main")
    page.goto(f"{url}/stay/{stay}")
    page.click("summary:has-text('The person says or shows something')")
    page.select_option("#said-what", "proof_shown")
    page.fill("#said-answer", "A supervisor looks at it.")
    page.click("button:has-text('Record it') >> visible=true")
    page.wait_for_selector("#answer:has-text('REVIEW')")
    page.click("button:has-text('Release now')")
    page.wait_for_selector("text=The answer below is about that moment")
    assert desk.stay(stay)["status"] == "released"


def test_a_phone_and_paper(served: tuple[Made, str], new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    desk, url = served
    stay = held(desk)
    page = new_page(viewport={"width": 390, "height": 800})
    sign_in(page, url)
    for path in ("/board", f"/stay/{stay}", "/shift-sheet", "/search", f"/stay/{stay}/slip"):
        page.goto(url + path)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    page.goto(f"{url}/shift-sheet")
    printed = PdfReader(BytesIO(page.pdf(format="Letter")))
    text = " ".join(p.extract_text() for p in printed.pages)
    assert len(printed.pages) == 1 and "26-00001" in text and "Sign out" not in text


def test_a_change_reaches_a_board_that_is_open(served: tuple[Made, str], page: Any) -> None:
    desk, url = served
    stay = held(desk)
    sign_in(page, url)
    assert "MUST HOLD" in page.inner_text("main")
    desk.pass_hours(0)
    desk.desk.said(who(), stay, what="proof_shown", answer="A supervisor looks.")
    page.wait_for_selector("td .sign.review", timeout=10_000)
    alerts.turn(desk.desk)
    page.wait_for_selector("text=alerts not taken", timeout=10_000)
