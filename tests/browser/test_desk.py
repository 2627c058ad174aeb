"""The desk in a real browser: a clerk's day by keyboard, on a phone, without a script, on paper; axe finds nothing wrong."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "desk"))

import uvicorn
from desk_common import DETAINER, NOW, TEXAS, WARRANT, Made, at, law, made, who
from pypdf import PdfReader

from dueprocess.desk import alerts
from dueprocess.desk.reader import Reader
from dueprocess.store import Role, accounts, tables
from dueprocess.testing.papers import Seeded, draw_pdf, random_paper
from dueprocess.web.desk import Service, desk_app

PASSWORD = "several made up words"
NAME = "Example, Madeup"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Made, str]]:
    """A desk on a port of this machine."""
    with made(tmp_path) as desk:
        for role in ("clerk", "counsel"):
            account = desk.writer.write(partial(added, role=role), agency=TEXAS, by="x").result
            desk.gate.set_password(agency=TEXAS, login=role, secret=account.secret, password=PASSWORD)
        reader = Reader(desk.desk, seconds=0.1)
        reader.start()
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
            reader.stop(wait=30)


def added(connection: Any, *, role: str) -> Any:
    return accounts.add_account(connection, agency=TEXAS, login=role, name=f"Made-up {role}", role=Role(role), now=NOW)


def packet(tmp_path: Path, *names: str) -> Path:
    """A fax with text in it: it is read in a second or two."""
    path = tmp_path / "fax of B-1.pdf"
    path.write_bytes(draw_pdf([random_paper(Seeded(3), name, spoil=0) for name in names or ("i-247a_2017-03", "i-200_2016-09")]))
    return path


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


def typed(page: Any, field: str, day: str, hour: str) -> None:
    """A time, as it is typed into the browser's own field."""
    page.focus(field)
    page.keyboard.type(day)
    page.keyboard.press("Tab")
    page.keyboard.type(hour)


def test_a_clerks_whole_day_with_axe_clean(served: tuple[Made, str], page: Any, axe: Callable[[Any], list[str]], tmp_path: Path) -> None:
    desk, url = served
    page.goto(url)
    assert axe(page) == []
    sign_in(page, url)
    assert axe(page) == []
    # Somebody is booked, by keyboard alone.
    tab_to(page, "Book a person")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/book")
    assert axe(page) == []
    page.focus("#name")
    page.keyboard.type(NAME)
    typed(page, "#booked", "11182026", "0200AM")
    assert page.input_value("#booked") == "2026-11-18T02:00"
    page.check("input[name=complete]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/stay/**")
    assert "LOCAL CUSTODY" in page.inner_text("#answer")
    stay = page.url
    # The fax comes: dropped, read beside the requests, looked at, one value corrected, filed in one press.
    page.click("summary:has-text('Papers came: hand them in')")
    page.set_input_files("#drop", packet(tmp_path))
    typed(page, "#drop-at", "11182026", "0400AM")
    page.click("button:has-text('Hand in the papers')")
    page.wait_for_url(f"{url}/packet/**")
    page.wait_for_selector("text=File the chosen papers", timeout=60_000)
    assert page.locator("svg image").count() == 2 and page.locator("svg rect.sure").count() > 8
    page.wait_for_function("[...document.querySelectorAll('svg image')].every(i => i.getBoundingClientRect().height > 300)")
    assert axe(page) == []
    page.select_option("#b1-final_order", "no")
    page.select_option("#b1-pending_proceedings", "yes")
    page.fill("#d1", "")
    tab_to(page, "File the chosen papers")
    page.keyboard.press("Enter")
    page.wait_for_url(stay)
    assert page.locator(".corrections li").count() == 2
    assert "box final order: the program read ticked; not ticked says Made-up clerk" in page.inner_text("main")
    # A copy is given; the person claims something; the bond is paid.
    page.click("summary:has-text('A copy was given to the person')")
    typed(page, "#serve-at", "11182026", "0500AM")
    page.click("button:has-text('Record the service')")
    page.wait_for_selector("text=copy given 2026-11-18 05:00 (-06:00), Wed")
    page.click("summary:has-text('The person says or shows something')")
    page.select_option("#said-what", "wants_lawyer")
    page.fill("#said-answer", "The list of lawyers was given.")
    assert axe(page) == []  # with a form open
    page.click("button:has-text('Record it') >> visible=true")
    page.wait_for_selector("text=Answer given: The list of lawyers was given.")
    page.select_option("select[name=how]", "bail_paid")
    typed(page, "input[id^=end-]", "11182026", "1100AM")
    page.click("button:has-text('Record the end')")
    page.wait_for_selector("#answer:has-text('MUST HOLD')")
    assert axe(page) == []
    # Going on with it takes a named officer, a paper and an authority.
    page.click("summary:has-text('Go on with the hold')")
    page.click("button:has-text('Go on with the hold')")
    assert page.url == stay and "An officer went on with the hold" not in page.inner_text("main")
    page.fill("#officer", "Sgt. Madeup 12")
    page.select_option("#go-paper", index=1)
    page.select_option("#go-authority", "us/tx/sb-4")
    page.click("button:has-text('Go on with the hold')")
    page.wait_for_selector("text=An officer went on with the hold: Sgt. Madeup 12, relying on us/tx/sb-4")
    # The sheet for the night, then the hold runs out: the alert is taken, and one key releases.
    page.goto(f"{url}/shift-sheet")
    assert axe(page) == [] and NAME in page.inner_text("main") and "The hold ends" in page.inner_text("main")
    desk.pass_hours(47)
    alerts.turn(desk.desk)
    sign_in(page, url)  # the session of the day before is over
    page.wait_for_selector("text=alerts not taken")
    page.goto(f"{url}/alerts")
    assert axe(page) == []
    while page.locator("button:has-text('Acknowledge')").count():
        with page.expect_navigation():
            page.click("button:has-text('Acknowledge') >> nth=0")
    page.goto(f"{url}/board")
    tab_to(page, f"Release {NAME}")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Nobody is on this list")
    assert desk.rows(tables.stays)[0]["left_to"] == "community"
    page.goto(stay)
    assert "Left 2026-11-20 11:00 (-06:00), Fri" in page.inner_text("main") and axe(page) == []


def test_dropped_on_the_board_by_mouse(served: tuple[Made, str], page: Any, axe: Callable[[Any], list[str]], tmp_path: Path) -> None:
    desk, url = served
    stay = desk.booked(name=NAME)
    desk.booked(name="Example, Somebody Else")
    sign_in(page, url)
    assert "or drop them anywhere on this page" in page.inner_text("main")
    data = list(packet(tmp_path, "i-200_2016-09").read_bytes())
    page.evaluate(
        """bytes => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(bytes)], "fax.pdf", { type: "application/pdf" }));
            document.body.dispatchEvent(new DragEvent("dragover", { dataTransfer: files, bubbles: true, cancelable: true }));
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }""",
        data,
    )
    page.wait_for_url(f"{url}/packet/**")
    assert "A name alone is not proposed" in page.inner_text("main")
    page.wait_for_selector("text=What the program read", timeout=60_000)  # the page looked again by itself
    assert axe(page) == []
    page.fill("#number", "26-00001")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=File the chosen papers")
    assert desk.rows(tables.packets)[0]["stay"] == stay


def test_counsels_whole_day(served: tuple[Made, str], page: Any, axe: Callable[[Any], list[str]]) -> None:
    desk, url = served
    # The night's clerk kept somebody against the answer, and an auditor wrote it down.
    released = desk.booked(name="Example, Kept On")
    desk.desk.against(who("auditor"), released, what="held_on", text="Seen in the log: kept until the morning.")
    # A detainer alone: the encoded law leaves open whether it is probable cause.
    bare = desk.booked(name="Example, Detainer Alone")
    desk.desk.receive_paper(who(), bare, DETAINER, at=at(-8))
    desk.desk.serve_copy(who(), bare, paper=desk.papers(bare)[0], at=at(-7))
    sign_in(page, url, "counsel")
    assert "1 alert not taken" in page.inner_text("main") and "something was done against the answer" in page.inner_text("main")
    page.goto(f"{url}/alerts")
    page.click("button:has-text('Acknowledge')")
    page.wait_for_selector("p:has-text('None.')")
    page.goto(f"{url}/stay/{released}")
    assert "Seen in the log: kept until the morning." in page.inner_text("main") and "RELEASE" in page.inner_text("#answer")
    page.goto(f"{url}/stay/{bare}")
    assert "REVIEW" in page.inner_text("#answer") and "may not be held past release" in page.inner_text(".outcome")
    assert axe(page) == []
    # Counsel determines it for this stay, on named papers; the next look shows the answer that follows.
    assert "probable cause, as the law of this place defines it" in page.inner_text("form[action$='/determine']")  # whole, not cut off in a list
    page.select_option("#d-value", "no")
    page.fill("#d-on", "the I-247A of Nov 18; no warrant came with it")
    page.click("button:has-text('Determine, under my name')")
    page.wait_for_selector("#answer:has-text('RELEASE')")
    assert "Counsel determined: there is no probable cause that the person can be removed, on the I-247A of Nov 18" in page.inner_text("main") and axe(page) == []
    # Two people at one page: who saw an older answer is told so, and nothing is overwritten.
    page.route("**/live", lambda route: route.abort())  # a page that does not hear of changes
    page.goto(f"{url}/stay/{bare}")
    desk.desk.said(who(), bare, what="wants_lawyer", answer="The list was given.")
    page.click("summary:has-text('Correct the name or the number')")
    page.fill("#n-name", "Example, Other")
    page.click("button:has-text('Correct it') >> nth=0")
    page.wait_for_selector("[role=alert]:has-text('in the meantime')")
    # Law that the agency's counsel has not adopted holds nobody, and the page says who can adopt.
    held(desk)
    desk.laws[0] = law(adopted=False)
    alerts.turn(desk.desk)
    held_stay = next(r["id"] for r in desk.rows(tables.stays) if r["name"] == NAME)
    page.goto(f"{url}/stay/{held_stay}")
    assert "The law changed" in page.inner_text("main") and "MUST HOLD" in page.inner_text("#changed ~ table")
    assert axe(page) == []
    page.click("text=Who can adopt it, and what waits")
    page.wait_for_url(f"{url}/adoption")
    assert "counsel" in page.inner_text("main").lower() and axe(page) == []


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


def test_without_a_script_everything_is_there(served: tuple[Made, str], new_page: Callable[..., Any], tmp_path: Path) -> None:
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
    page.click("summary:has-text('Papers came: hand them in')")
    page.set_input_files("#drop", packet(tmp_path, "i-200_2016-09"))
    page.click("button:has-text('Hand in the papers')")
    for _ in range(120):
        if page.locator("button:has-text('File the chosen papers')").count():
            break
        page.click("text=Look again")
        page.wait_for_timeout(250)
    page.click("button:has-text('File the chosen papers')")
    page.wait_for_url(f"{url}/stay/**")
    page.click("button:has-text('Release now')")
    page.wait_for_selector("text=The answer below is about that moment")
    assert desk.stay(stay)["status"] == "released" and len(desk.papers(stay)) == 3


def test_a_phone_and_paper(served: tuple[Made, str], new_page: Callable[..., Any], axe: Callable[[Any], list[str]], tmp_path: Path) -> None:
    desk, url = served
    stay = held(desk)
    id_ = desk.desk.hand_in(who(), [packet(tmp_path).read_bytes()], stay=stay).result["packet"]
    roster = desk.desk.hand_in_roster(who(), b"booking_number,name,booked_at\n7,Example One,2026-11-17\n8,,never\n").result["packet"]
    for _ in range(600):
        if desk.rows(tables.packets)[0]["state"] == desk.rows(tables.packets)[1]["state"] == "read":
            break
        time.sleep(0.1)
    page = new_page(viewport={"width": 390, "height": 800})
    sign_in(page, url)
    for path in ("/board", f"/stay/{stay}", "/shift-sheet", "/search", f"/stay/{stay}/slip", f"/packet/{id_}", "/roster", f"/roster/{roster}", "/book"):
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


def test_what_is_unfolded_or_chosen_survives_the_news(served: tuple[Made, str], page: Any) -> None:
    desk, url = served
    stay = held(desk)
    sign_in(page, url)
    page.goto(f"{url}/stay/{stay}")
    unfolded = page.locator("details", has=page.locator("#said-what"))
    page.click("summary:has-text('The person says or shows something')")
    desk.desk.said(who(), stay, what="wants_lawyer", answer="The list was given.")
    page.wait_for_selector("text=Answer given: The list was given.", timeout=10_000)
    assert unfolded.get_attribute("open") is not None  # the page is new, the form still open
    page.select_option("#said-what", "proof_shown")
    page.evaluate("document.activeElement.blur()")
    desk.desk.said(who(), stay, what="wants_lawyer", answer="The list was given again.")
    page.wait_for_timeout(2_500)
    assert page.input_value("#said-what") == "proof_shown" and "given again" not in page.inner_text("main")


def test_a_board_that_hears_nothing_more_says_so(served: tuple[Made, str], page: Any, axe: Callable[[Any], list[str]]) -> None:
    desk, url = served
    stay = desk.booked(name=NAME)
    page.clock.install()
    sign_in(page, url)
    assert not page.is_visible("#cut")
    page.route("**/board", lambda route: route.fulfill(status=503, body="The database is away."))
    with page.expect_request("**/board"):  # news came, and the page itself cannot be had
        desk.desk.said(who(), stay, what="wants_lawyer", answer="The list was given.")
    page.clock.run_for(100_000)
    page.wait_for_selector("#cut:has-text('Not connected to the desk')")
    assert NAME in page.inner_text("main") and axe(page) == []  # the last that was known stays in sight
    page.unroute("**/board")
    page.clock.run_for(6_000)
    page.wait_for_timeout(500)
    page.clock.run_for(6_000)
    page.wait_for_selector("#cut", state="hidden")
