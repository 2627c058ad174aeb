"""The public page as a service, and what strangers may throw at it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("fastapi", reason="the extra serve is not installed")

from starlette.testclient import TestClient

from dueprocess.kernel.instants import parse_instant
from dueprocess.law import load_lawbook
from dueprocess.web.guard import TooMuchError
from dueprocess.web.public import guard, public_app

DAY = date(2026, 11, 22)
NOW = parse_instant("2026-11-22T09:00:00Z", where="")
FORM = {"content-type": "application/x-www-form-urlencoded"}
GOOD = {"county": "teton-county", "form": "i-247a", "papers": "i-200", "custody": "bail", "day": "2026-11-20", "time": "18:30"}


def client(**options: Any) -> TestClient:
    settings_ = {"lawbook": load_lawbook(), "today": lambda: DAY, "now": lambda: NOW, "only": ("wy",), "posts_a_minute": 10**9, **options}
    return TestClient(public_app(**settings_), raise_server_exceptions=False)


SHARED = client()


def test_pages_in_both_languages_and_to_the_readers_own() -> None:
    for wanted, lang in (("es-MX,es;q=0.9", "es"), ("en-US", "en"), ("", "en")):
        answer = SHARED.get("/", headers={"accept-language": wanted}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/{lang}")
    for path in ("/en", "/es", "/en/wy", "/es/wy", "/en/wy/table", "/es/wy/table", "/style.css", "/health"):
        assert SHARED.get(path).status_code == 200, path
    for path in ("/fr", "/en/ca", "/en/zz", "/xx/wy", "/en/wy/other", "/admin", "/openapi.json", "/docs", "/en/wy/", "/..%2f", "/en/%00"):
        assert SHARED.get(path).status_code == 404, path


def test_an_answer_without_a_script_a_cookie_or_a_copy() -> None:
    answer = SHARED.post("/en/wy", data=GOOD)
    assert answer.status_code == 200 and "What the encoded law says for Teton County" in answer.text
    assert "<script" not in answer.text and "set-cookie" not in answer.headers
    assert "Friday, November 20, 2026, 6:30 PM" in answer.text
    assert "Teton County" in SHARED.post("/es/wy", data={"county": "teton-county"}).text


def test_headers_stand_on_every_answer() -> None:
    answers = [SHARED.get("/en"), SHARED.get("/nowhere"), SHARED.post("/en/wy", content=b"", headers=FORM), SHARED.post("/en/wy", content=b"a" * 9999, headers=FORM), SHARED.put("/en")]
    assert [a.status_code for a in answers] == [200, 404, 400, 413, 405]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store" and answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer" and "server" not in answer.headers


def test_what_is_typed_comes_by_post_only() -> None:
    assert SHARED.get("/en/wy?county=teton-county").status_code == 400
    assert SHARED.post("/en/wy?x=1", data=GOOD).status_code == 400
    assert SHARED.delete("/en/wy").status_code == 405
    assert SHARED.post("/en", data=GOOD).status_code == 405
    assert SHARED.post("/en/wy", json=GOOD).status_code == 415
    assert SHARED.post("/en/wy", files={"county": b"teton-county"}).status_code == 415


def test_sizes_are_bounded_whatever_the_header_says() -> None:
    assert SHARED.post("/en/wy", content=b"x" * (guard.PublicGuard.most_bytes + 1), headers=FORM).status_code == 413
    assert SHARED.post("/en/wy", content=b"", headers={**FORM, "content-length": "99999999999999999999"}).status_code == 413
    assert SHARED.post("/en/wy", content=b"", headers={**FORM, "content-length": "-1"}).status_code == 413

    def pieces() -> Iterator[bytes]:  # chunked: no length is announced
        for _ in range(50):
            yield b"a" * 1000

    assert SHARED.post("/en/wy", content=pieces(), headers=FORM).status_code == 413


def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import anyio

    monkeypatch.setattr(guard.PublicGuard, "seconds_to_send", 0.05)
    sent: list[Any] = []

    async def receive() -> Any:
        await anyio.sleep(5)

    async def send(message: Any) -> None:
        sent.append(message)

    async def run() -> None:
        scope = {"type": "http", "method": "POST", "headers": [], "query_string": b"", "client": ("192.0.2.1", 1)}
        await guard.PublicGuard(SHARED.app, now=lambda: NOW, posts_a_minute=9)(scope, receive, send)

    anyio.run(run)
    assert sent[0]["status"] == 408


def test_rates_are_bounded_by_address_and_minute() -> None:
    clock = {"now": NOW}
    limited = client(now=lambda: clock["now"], posts_a_minute=3)
    assert [limited.post("/en/wy", data=GOOD).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert limited.get("/en/wy").status_code == 200
    clock["now"] += 60
    assert limited.post("/en/wy", data=GOOD).status_code == 200


def test_the_addresses_that_are_counted_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MOST_ADDRESSES", 5)
    layer = guard.PublicGuard(SHARED.app, now=lambda: NOW, posts_a_minute=2)
    refused = 0
    for number in range(20):
        try:
            layer._count({"client": (f"192.0.2.{number}", 1)})
        except TooMuchError:
            refused += 1
    assert len(layer._counts) <= 6 and refused == 13
    assert not any("192" in repr(k) for k in layer._counts)


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.name} {record.getMessage()} {record.exc_text or ''} {record.exc_info or ''}")

    handler = Kept(level=0)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(0)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


CANARY = "Zebulon-Quux-77"


def test_nothing_typed_reaches_a_log_an_address_or_a_page(capfd: pytest.CaptureFixture[str]) -> None:
    with everything_logged() as lines:
        for body in ({**GOOD, "name": CANARY}, {**GOOD, "county": CANARY}, {**GOOD, "time": CANARY}, {CANARY: "x"}):
            answer = SHARED.post("/en/wy", data=body, follow_redirects=False)
            assert answer.status_code == 400 and CANARY not in answer.text and "location" not in answer.headers
    own = [line for line in lines if not line.startswith(("httpx", "httpcore"))]  # the test's own client
    assert CANARY not in "".join(own) + "".join(capfd.readouterr())


def test_a_fault_says_nothing_of_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    import dueprocess.web.public.app as module

    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError(CANARY)

    monkeypatch.setattr(module, "read_request", broken)
    with everything_logged() as lines:
        answer = client().post("/en/wy", data=GOOD)
    assert answer.status_code == 500 and CANARY not in answer.text
    assert CANARY not in "".join(line for line in lines if not line.startswith(("httpx", "httpcore")))


ODD = st.one_of(
    st.text(max_size=80), st.sampled_from(["<script>alert(1)</script>", "'\"><img src=x onerror=1>", "{{7*7}}", "\x00", "../../etc/passwd", "%00", "teton-county", "i-247a", "2026-11-20", "18:30"])
)
NAMES = st.one_of(st.sampled_from([*GOOD, "<b>", "__proto__", "county[]"]), st.text(max_size=20))


@settings(max_examples=150)
@given(st.lists(st.tuples(NAMES, ODD), max_size=12))
def test_odd_fields_are_answered_or_refused_and_never_repeated(fields: list[tuple[str, str]]) -> None:
    answer = SHARED.post("/en/wy", content=urlencode(fields, errors="surrogatepass"), headers=FORM)
    assert answer.status_code in (200, 400, 413)
    repeated(answer.text, [v for pair in fields for v in pair])


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(list(GOOD)), ODD).map(lambda d: {**GOOD, **d}))
def test_one_odd_value_among_good_ones(fields: dict[str, str]) -> None:
    answer = SHARED.post("/es/wy", content=urlencode(fields, errors="surrogatepass"), headers=FORM)
    assert answer.status_code in (200, 400)
    repeated(answer.text, fields.values())


def repeated(text: str, values: Any) -> None:
    for value in values:
        if re.search(r"[<>\"'{}]", value) and len(value) > 6:
            assert value not in text


@settings(max_examples=150)
@given(st.binary(max_size=3000), st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/json", ""]))
def test_any_bytes_at_all(body: bytes, kind: str) -> None:
    answer = SHARED.post("/en/wy", content=body, headers={"content-type": kind} if kind else {})
    assert answer.status_code in (200, 400, 413, 415)


@settings(max_examples=100)
@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=60), st.sampled_from(["GET", "POST", "HEAD", "PUT", "TRACE", "OPTIONS"]))
def test_any_address(path: str, method: str) -> None:
    from urllib.parse import quote

    answer = SHARED.request(method, "/" + quote(path), content=b"")
    assert answer.status_code < 500 and "<script" not in answer.text
