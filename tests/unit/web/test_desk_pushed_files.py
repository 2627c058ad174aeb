"""Another system hands files in: kept, read as those of the board are, and nobody's business but the sender's and the desk's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("pypdfium2", reason="the extra ocr is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from desk_common import CANARY, OREGON, TEXAS, made, who
from test_desk_packets import packet, quick, words
from test_desk_web import Web

from dueprocess.desk.reader import read_next
from dueprocess.store import tables
from dueprocess.store.files import read_file
from dueprocess.web.desk.guard import MOST_UPLOAD

AT = "2026-11-18T04:00:00-06:00"
MAIL = b"From: a@jail.example\r\nTo: desk@jail.example\r\nSubject: papers\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nPapers of somebody.\r\n"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with made(tmp_path) as desk:
        yield Web(desk)


def test_a_fax_server_hands_in_what_came(web: Web) -> None:
    stay, client, pdf = web.desk.booked(), web.browser(), packet()
    token = web.token("papers:write")

    def push(path: str, key: str, *files: bytes, **fields: str) -> tuple[int, dict[str, object]]:
        sent = [("file", (f"{CANARY}.pdf", data, "application/pdf")) for data in files]
        answer = client.post(path, files=sent, data=fields, headers={**token, "Idempotency-Key": key})
        return answer.status_code, answer.json()

    status, first = push("/api/stays/B-1/packets", "fax-server-1", pdf, received_at=AT)
    assert status == 201 and first["again"] is False
    assert push("/api/stays/B-1/packets", "fax-server-1", pdf, received_at=AT) == (201, {**first, "again": True})
    assert push("/api/stays/B-1/packets", "fax-server-1", MAIL, received_at=AT)[0] == 400  # another request under that name
    row = web.desk.rows(tables.packets)[0]
    assert (row["stay"], row["state"], len(web.desk.rows(tables.packets))) == (stay, "waiting", 1)
    with web.desk.store.read(TEXAS) as connection:
        assert read_file(connection, web.desk.store.keys, agency=TEXAS, file=row["files"][0]["file"]) == ("application/pdf", pdf)
    state = f"/api/packets/{first['packet']}"
    assert client.get(state, headers=token).json() == {"packet": first["packet"], "state": "waiting", "belongs": True, "pages": 0}
    assert read_next(web.desk.desk, me="here", read=quick)
    assert client.get(state, headers=token).json()["state"] == "read" and web.desk.papers(stay) == []  # nothing counts before a person looked
    web.desk.desk.file_packet(who(), str(first["packet"]), words(web.desk, str(first["packet"])))
    found = client.get(state, headers=token)
    assert found.json() == {"packet": first["packet"], "state": "filed", "belongs": True, "pages": 2} and len(web.desk.papers(stay)) == 2
    # A system that does not know whose it is: the number proposes, and a person says so.
    status, second = push("/api/packets", "fax-server-2", MAIL, pdf, booking_number="B-1")
    assert status == 201 and {r["id"]: r["stay"] for r in web.desk.rows(tables.packets)} == {first["packet"]: stay, second["packet"]: None}
    assert "came with them" in web.signed_in("clerk").get(f"/packet/{second['packet']}").text
    # Its own only; by its scope only; of its agency only.
    others = (
        (web.token("papers:write"), 404, 201),
        (web.token("bookings:write"), 403, 403),
        (web.token("papers:write", agency=OREGON), 404, 404),
        ({}, 401, 401),
    )
    for number, (other, seen, handed_in) in enumerate(others):
        assert client.get(state, headers=other).status_code == seen
        answer = client.post("/api/stays/B-1/packets", files={"file": ("x.pdf", pdf)}, headers={**other, "Idempotency-Key": f"other-system-{number}"})
        assert answer.status_code == handed_in
    assert not web.desk.rows(tables.packets, agency=OREGON)
    assert {"/packets", "/stays/{case}/packets", "/packets/{packet}"} <= set(client.get("/api/openapi.json").json()["paths"])


def test_what_is_none_or_too_much_is_refused_and_nothing_is_kept(web: Web) -> None:
    web.desk.booked()
    client, token = web.browser(), web.token("papers:write")
    head = {**token, "Idempotency-Key": "fax-server-3"}

    def refused(status: int, **sent: Any) -> None:
        for path in ("/api/packets", "/api/stays/B-1/packets"):
            answer = client.post(path, **{"headers": head, **sent})
            assert answer.status_code == status and CANARY not in answer.text, (path, sent, answer.text)

    refused(400, files={"file": ("x.exe", b"MZ\x00\x01\x02")})
    refused(400, files={"file": ("x.pdf", b"")})
    refused(400, files=[("file", (f"{n}.txt", b"x")) for n in range(11)])
    refused(400, data={"received_at": AT}, files={"other": ("", b"")})
    refused(400, json={"file": CANARY})
    refused(400, content=b"--x\r\n", headers={**head, "content-type": "multipart/form-data; boundary=x"})
    refused(400, files={"file": ("x.txt", b"x")}, data={"name": CANARY})
    refused(400, files={"file": ("x.txt", b"x")}, data={"received_at": "the other day"})
    refused(422, files={"file": ("x.txt", b"x")}, headers=token)
    refused(413, content=b"x", headers={**head, "content-length": str(MOST_UPLOAD + 1)})
    refused(413, content=b"x" * 300_000, headers={"Idempotency-Key": "stranger-1"})  # without a token no more than a form
    assert client.post("/api/stays/J-9/packets", files={"file": ("x.txt", b"x")}, headers=head).status_code == 404
    assert web.desk.rows(tables.packets) == [] and web.desk.rows(tables.files) == []
