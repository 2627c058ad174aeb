"""The public page in a real browser: as a file and as a service, with and without JavaScript, by keyboard, on a phone, in print."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pypdf import PdfReader

pytest.importorskip("fastapi", reason="the extra serve is not installed")

from starlette.testclient import TestClient

from dueprocess.kernel.instants import parse_instant
from dueprocess.law import load_lawbook
from dueprocess.public import State, answer_page, read_request, state_of, state_page
from dueprocess.public.answers import CUSTODY, PAPERS
from dueprocess.web.public import public_app

DAY = date(2026, 11, 22)
NOW = "2026-11-22T09:00:00Z"
SITE = "http://public.test"
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 740}, "zoom": {"width": 640, "height": 450}}
"""``zoom`` is a screen of 1280 by 900 at 200 %."""


@lru_cache(maxsize=4)
def state(code: str) -> State:
    return state_of(f"us/{code}", as_of=DAY, known_at=DAY)


@lru_cache(maxsize=8)
def file(code: str, lang: str) -> str:
    return state_page(state(code), lang, file=True, other=f"{code}.{'es' if lang == 'en' else 'en'}.html")


def opened(page: Any, folder: Path, code: str = "fl", lang: str = "en", *, now: str = NOW) -> Any:
    target = folder / f"{code}.{lang}.html"
    target.write_text(file(code, lang), encoding="utf-8")
    page.clock.set_fixed_time(now)
    page.goto(target.as_uri())
    return page


@pytest.fixture(scope="module")
def service() -> TestClient:
    app = public_app(lawbook=load_lawbook(), today=lambda: DAY, now=lambda: parse_instant(NOW, where=""), only=("wy", "fl"), posts_a_minute=1000)
    return TestClient(app, base_url=SITE)


def served(page: Any, service: TestClient) -> Any:
    """The page with the service behind it, without a network."""

    def answer(route: Any) -> None:
        asked = route.request
        parts = urlsplit(asked.url)
        told = service.request(asked.method, parts.path, content=asked.post_data_buffer, headers={"content-type": asked.headers.get("content-type", "")}, follow_redirects=False)
        route.fulfill(status=told.status_code, headers=dict(told.headers), body=told.content)

    page.route("**/*", answer)
    return page


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def fill(page: Any, **fields: str) -> None:
    if "county" in fields:
        page.select_option("#county", fields["county"])
    for name in ("form", "papers", "custody"):
        if name in fields:
            page.check(f"input[name={name}][value='{fields[name]}']")
    for name in ("day", "time"):
        if name in fields:
            page.fill(f"#{name}", fields[name])
    page.click("button[type=submit]")


ASKED = {"county": "alachua-county", "form": "i-247a", "papers": "i-200", "custody": "bail", "day": "2026-11-20", "time": "18:30"}


@pytest.mark.parametrize("size", SIZES)
def test_the_file_passes_axe_and_fits(size: str, new_page: Callable[..., Any], axe: Callable[..., list[str]], tmp_path: Path) -> None:
    for lang in ("en", "es"):
        page = opened(new_page(viewport=SIZES[size]), tmp_path, lang=lang)
        assert axe(page, contrast=size == "desk") == [] and fits(page)
        fill(page, **ASKED)
        assert page.is_visible("#found") and axe(page, contrast=size == "desk") == [] and fits(page)


@pytest.mark.parametrize("size", SIZES)
def test_the_service_passes_axe_and_fits(size: str, new_page: Callable[..., Any], service: TestClient, axe: Callable[..., list[str]]) -> None:
    page = served(new_page(viewport=SIZES[size]), service)
    for path in ("/en", "/es/fl", "/en/fl/table"):
        page.goto(SITE + path)
        assert axe(page, contrast=size == "desk") == [] and fits(page), path
    page.goto(f"{SITE}/en/fl")
    fill(page, **ASKED)
    assert "Alachua County" in page.inner_text("#answer") and axe(page, contrast=size == "desk") == [] and fits(page)


def test_the_service_works_without_javascript(new_page: Callable[..., Any], service: TestClient) -> None:
    page = served(new_page(java_script_enabled=False), service)
    page.goto(f"{SITE}/es/fl")
    fill(page, **ASKED)
    text = page.inner_text("main")
    assert "Lo que dice la ley registrada para Alachua County" in text and "domingo 22 de noviembre de 2026, 18:30" in text
    assert urlsplit(page.url).query == "" and "alachua" not in page.url


def test_the_file_is_readable_without_javascript(new_page: Callable[..., Any], tmp_path: Path) -> None:
    page = new_page(java_script_enabled=False)
    (tmp_path / "fl.html").write_text(file("fl", "en"), encoding="utf-8")
    page.goto((tmp_path / "fl.html").as_uri())
    text = page.inner_text("body")
    assert page.is_hidden("#ask") and "find your county below" in text and text.index("is not safety from ICE") < text.index("All answers for Florida")
    for county in ("Alachua County", "Monroe County"):
        assert county in text
    for words in ("If only a detainer came", "If a judge of a court signed a warrant", "At most 48 hours from when release was due", "I ask that the jail release this person now."):
        assert words in text


def test_by_keyboard_alone(new_page: Callable[..., Any], service: TestClient) -> None:
    page = served(new_page(viewport=SIZES["desk"]), service)
    page.goto(f"{SITE}/en/wy")

    def focused() -> str:
        return str(page.evaluate("document.activeElement.id || document.activeElement.name || document.activeElement.tagName"))

    def tab_to(name: str) -> None:
        for _ in range(30):
            if focused() == name:
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{name} is not reached")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("getComputedStyle(document.activeElement).left") == "0px"
    tab_to("county")
    page.keyboard.type("Teton")
    tab_to("form")
    page.keyboard.press("ArrowDown")  # from the last, "I do not know", around to the first
    assert page.is_checked("input[value=i-247a]")
    tab_to("papers")
    tab_to("custody")
    tab_to("day")
    tab_to("BUTTON")
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer")
    assert "Teton County" in page.inner_text("#answer")


def words_of(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize(("code", "lang"), [("fl", "en"), ("fl", "es"), ("wy", "en")])
def test_file_and_service_say_the_same(code: str, lang: str, page: Any, tmp_path: Path, new_page: Callable[..., Any]) -> None:
    """The parts that are shown, with the ends of their clocks, word by word; on questions at random."""
    dice = random.Random(f"{code}{lang}")
    opened(page, tmp_path, code, lang)
    plain = new_page()
    found = state(code)
    for _ in range(12):
        asked = {
            "county": dice.choice(found.counties).id,
            "form": dice.choice([*(f.kind for f in found.forms), "unknown"]),
            "papers": dice.choice([*PAPERS, "unknown"]),
            "custody": dice.choice([*CUSTODY, "unknown"]),
        }
        if dice.random() < 0.8:
            asked |= {"day": dice.choice(["2026-11-20", "2026-11-25", "2026-12-24", "2027-03-13", "2026-11-01", "2026-10-30"]), "time": f"{dice.randrange(3, 24):02}:{dice.randrange(60):02}"}
        page.fill("#day", "")
        page.fill("#time", "")
        fill(page, **asked)
        mine = words_of(" ".join(e.inner_text() for e in page.query_selector_all("#found .block")))
        due = page.inner_text("#answer-due")
        page.click("#again")
        request = read_request(found, list(asked.items()))
        plain.set_content(answer_page(found, lang, request, now=parse_instant(NOW, where=""), other="/"))
        theirs = words_of(" ".join(e.inner_text() for e in plain.query_selector_all(".block")))
        assert mine == theirs and mine, asked
        assert due in plain.inner_text("#answer ~ p") or due in plain.inner_text("main"), asked


def test_out_of_date_the_file_answers_nothing(page: Any, tmp_path: Path) -> None:
    opened(page, tmp_path, now="2027-05-25T00:00:00Z")
    assert page.is_hidden("#ask") and "out of date" in page.inner_text("#stale")


def test_what_cannot_be_read_is_said_on_the_page(page: Any, tmp_path: Path) -> None:
    opened(page, tmp_path, "wy")
    fill(page, day="2026-11-20", time="10:00")
    assert "Choose a county" in page.inner_text("#wrong")
    fill(page, county="teton-county", day="2027-03-14", time="02:30")
    assert "left that hour out" in page.inner_text("#wrong")
    fill(page, day="2020-01-01", time="02:30")
    assert "only" in page.inner_text("#wrong") and page.is_hidden("#answer")


def test_in_print_the_letter_has_a_page_of_its_own(page: Any, tmp_path: Path) -> None:
    opened(page, tmp_path)
    fill(page, **ASKED)
    sheets = [unicodedata.normalize("NFKC", p.extract_text()) for p in PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages]
    letter = [s for s in sheets if "I ask that the jail release this person now." in s]
    assert len(letter) == 1 and "Signature:" in letter[0] and "What to ask the jail" not in letter[0] and "Alachua County" in letter[0]
    assert "Release was due Friday, November 20, 2026, 6:30 PM, because" in " ".join(letter[0].split()) and "U.S. Const. amends. IV" in letter[0]
    assert "is not safety from ICE" in sheets[0] and "In which county is the jail?" not in "".join(sheets)


def test_it_asks_the_network_for_nothing_and_keeps_nothing(page: Any, tmp_path: Path) -> None:
    requests: list[str] = []
    page.on("request", lambda r: requests.append(r.url))
    opened(page, tmp_path)
    fill(page, **ASKED)
    assert len(requests) == 1 and requests[0].startswith("file:")
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert "alachua" not in page.url
