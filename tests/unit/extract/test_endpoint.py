"""A model at the user's address: the same grounding, bounded answers, nothing sent anywhere else. A local stub answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from dueprocess.extract import capture
from dueprocess.extract.endpoint import KEY, ask
from dueprocess.kernel.errors import InputError

TEXT = "ALBANY, Ore. — The Linn County Sheriff's Office will not hold anyone on ICE detainers. It got 212 detainers."
SOURCE = capture(TEXT.encode(), name="a.txt")
QUOTE = "The Linn County Sheriff's Office will not hold anyone on ICE detainers"
GOOD = {"agency": "Linn County Sheriff's Office", "county_or_city": "Linn County", "state": "OR", "position": "declines_all", "quote": QUOTE}


class Stub:
    """A server of one answer, that keeps what it was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                given = self.rfile.read(int(self.headers["Content-Length"]))
                stub.asked.append((self.path, dict(self.headers), json.loads(given)))
                self.send_response(stub.status)
                self.send_header("Location", "http://localhost:1/elsewhere")
                self.end_headers()
                self.wfile.write(stub.body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answer(self, **lists: object) -> None:
        self.body = json.dumps({"choices": [{"message": {"content": "```json\n" + json.dumps(lists) + "\n```"}}]}).encode()


@pytest.fixture
def stub() -> Iterator[Stub]:
    made = Stub()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_grounded_entries_are_taken(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "made-up-key")
    stub.answer(claims=[GOOD], counts=[{"value": 212, "unit": "detainers", "quote": "212 detainers"}])
    found = ask(SOURCE, address=stub.address, model="made-up")
    assert [(c.agency_id, c.position, TEXT[c.start : c.end]) for c in found.claims] == [("us/or/linn-county/sheriff", "declines_all", QUOTE)]
    assert [c.value for c in found.counts] == [212] and found.notes == () and found.method == "model made-up"
    ((path, headers, body),) = stub.asked
    assert path == "/v1/chat/completions" and headers["Authorization"] == "Bearer made-up-key" and body["model"] == "made-up"


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "The Linn County Sheriff's Office will hold anyone"}, {"quote": ""}, {"quote": 7}, {"position": "sanctuary"}, {"state": "Oregon"}, {"state": None}, {"agency": None}, {"agency": ["x"]},
        {"speaker": {"name": "x"}}, {"quote": "x" * 5000},
    ],
)  # fmt: skip
def test_what_is_not_grounded_or_not_usable_is_left_out_and_counted(stub: Stub, change: dict[str, object]) -> None:
    stub.answer(claims=[GOOD | change, "no entry", GOOD])
    found = ask(SOURCE, address=stub.address, model="m")
    assert len(found.claims) == 1 and "1 entries" in found.notes[0]


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"choices": []}', b'{"choices": [{"message": {"content": null}}]}', b'{"choices": [{"message": {"content": "sorry"}}]}', b"[" * 100_000])
def test_answers_that_are_none_are_one_line(stub: Stub, body: bytes) -> None:
    stub.body = body
    with pytest.raises(InputError, match="JSON"):
        ask(SOURCE, address=stub.address, model="m")


@pytest.mark.parametrize("status", [302, 401, 500])
def test_another_status_is_an_error_and_no_redirect_is_followed(stub: Stub, status: int) -> None:
    stub.status = status
    with pytest.raises(InputError, match=str(status)):
        ask(SOURCE, address=stub.address, model="m")
    assert len(stub.asked) == 1


@pytest.mark.parametrize("address", ["ftp://localhost/v1", "localhost:8080", "http://", "http://user:word@localhost/v1", "http://localhost:x/v1", "http://example.test/v1"])
def test_addresses_that_may_not_be_used(address: str) -> None:
    with pytest.raises(InputError, match="endpoint") as error:
        ask(SOURCE, address=address, model="m")
    assert "word" not in str(error.value)


def test_a_service_that_is_not_there() -> None:
    with pytest.raises(InputError, match="not reached"):
        ask(SOURCE, address="http://127.0.0.1:9/v1", model="m")
