"""A desk as its keepers see it: stopping in order, callers that break off, figures for monitoring, a log without a person in
it, the drop folder, several processes, and the example client."""

from __future__ import annotations

import csv
import importlib.util
import itertools
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("uvicorn", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

from dueprocess.kernel import now
from dueprocess.kernel.instants import iso
from dueprocess.store import Writer, accounts, tokens
from dueprocess.store.proving import verify
from dueprocess.testing import jail_day
from dueprocess.testing.desk_server import AGENCY, DeskProcess, Place, free_port, live, next_change, prepare
from dueprocess.testing.postgres import NoPostgres, temporary_postgres

ROOT = Path(__file__).resolve().parents[2]
CANARY = "Zzyzx-Canary"


def client_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("desk_client", ROOT / "docs" / "examples" / "desk_client.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["desk_client"] = made
    spec.loader.exec_module(made)
    return made


def ago(seconds: int) -> str:
    return iso(now.instant() - seconds, "UTC")


def test_a_stop_answers_what_is_under_way_and_ends_live_views(tmp_path: Path) -> None:
    place = prepare(tmp_path)
    with DeskProcess(place) as desk:
        connection, stream = live(desk, desk.sign_in())
        assert next_change(stream) is not None
        pushes = jail_day.day(seed=2, ends_at=now.instant(), people=400, coming=0, leaving=0, detainers=0)
        send, answers = jail_day.sender(desk.address, place.token), []
        begun = threading.Event()

        def pushing(mine: list[jail_day.Push]) -> None:
            for push in mine:
                answer = send(push)
                answers.append((push, answer))
                begun.set()
                if answer.status == 0:
                    return

        threads = [threading.Thread(target=pushing, args=(pushes[n::4],)) for n in range(4)]
        for thread in threads:
            thread.start()
        begun.wait(20)
        stopped = time.monotonic()
        assert desk.stop() == 0
        assert time.monotonic() - stopped < 15  # the live view did not hold it up
        for thread in threads:
            thread.join()
        assert next_change(stream) is None or next_change(stream) is None
        connection.close()
        assert all(answer.status in (201, 0) for _, answer in answers)
        acknowledged = {push.key: (push, tuple(answer.body["entries"])) for push, answer in answers if answer.status == 201}
        assert acknowledged and len(acknowledged) < len(pushes)
    with place.store(owner=True) as store:
        log = jail_day.Log(acknowledged=acknowledged, sent_at=dict.fromkeys(acknowledged, 1), known_at=dict.fromkeys(acknowledged, 1))
        assert jail_day.wrong(store, AGENCY, log) == []
        assert verify(store).ok
    assert "Traceback" not in desk.told()


def test_callers_that_break_off_do_not_end_the_desk(tmp_path: Path) -> None:
    with DeskProcess(prepare(tmp_path)) as desk:
        for number in range(30):
            caller = socket.create_connection(("127.0.0.1", desk.port))
            caller.sendall(b"GET /sign-in HTTP/1.1\r\nHost: x\r\n\r\n" * 4)
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not an end
            if number % 2:
                time.sleep(0.01)
            caller.close()
        assert desk.get("/sign-in")[0] == 200
        assert desk.process.poll() is None and "Traceback" not in desk.told()


def test_figures_and_log_hold_no_person(tmp_path: Path) -> None:
    place, port = prepare(tmp_path), free_port()
    with DeskProcess(place, "--metrics", str(port)) as desk:
        client = client_module().DeskClient(desk.address, place.token, tries=2)
        client.book("canary-0001", name=f"{CANARY}, Madeup", booking_number="J-0001", booked_at=ago(3600), until=ago(600))
        cookie = desk.sign_in()
        for path in ("/board", "/shift-sheet", "/alerts", f"/stay/{CANARY}", f"/{CANARY}", "/search"):
            desk.get(path, cookie=cookie)
        desk.get(f"/api/stays/{CANARY}/decision", token=place.token)
        desk.post("/search", {"how": "name", "text": CANARY, "purpose": CANARY}, cookie=cookie)  # refused: no page of its session
        desk.post("/sign-in", {"agency": AGENCY, "login": CANARY, "password": CANARY})
        for body in (b'{"name": "' + CANARY.encode(), b'{"name": 5, "booking_number": "%s"}' % CANARY.encode()):
            request = urllib.request.Request(f"{desk.address}/api/bookings", data=body, headers={"Authorization": f"Bearer {place.token}", "Idempotency-Key": f"{CANARY}-key", "Content-Type": "application/json"})
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=20)
            assert CANARY not in refused.value.read().decode()
        with place.store() as store:
            until = time.monotonic() + 20
            while jail_day.not_raised(store, AGENCY, now=now.instant()) and time.monotonic() < until:
                time.sleep(0.1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
            text = answer.read().decode()
        found = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if not line.startswith("#")}
        assert found["desk_database_up"] == 1 and found[f'desk_agency_people_in{{agency="{AGENCY}"}}'] == 1
        assert found[f'desk_agency_alerts_open{{agency="{AGENCY}"}}'] >= 2
        assert found['desk_answers_total{part="interface",status="2xx"}'] == 1 and found['desk_answers_total{part="interface",status="4xx"}'] >= 3
        assert CANARY not in text and "J-0001" not in text and "kim" not in text
        assert desk.get("/metrics")[0] == 404  # not where anybody can reach it
        health = desk.get("/health")
        assert health[0] == 200 and CANARY not in health[1]
        assert desk.stop() == 0
    assert CANARY not in desk.told() and "J-0001" not in desk.told() and "Traceback" not in desk.told()


def test_a_log_says_no_more_of_others_texts_than_their_kind(capsys: pytest.CaptureFixture[str]) -> None:
    code = (
        "import logging; from dueprocess.web.desk import logs; logs.set_up()\n"
        f"logging.getLogger('other').error('{CANARY}')\n"
        "logging.getLogger('dueprocess.desk').warning('ours %d', 3)\n"
        "try:\n    int('" + CANARY + "')\nexcept ValueError:\n    logging.getLogger('dueprocess.desk').exception('it failed')\n"
        "import threading; t = threading.Thread(target=int, args=('" + CANARY + "',)); t.start(); t.join()\n"
        "raise RuntimeError('" + CANARY + "')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert CANARY not in done.stderr + done.stdout and done.returncode == 1
    lines = [line.split(" ", 1)[1] for line in done.stderr.splitlines()]
    assert lines[0] == "ERROR other (text withheld)" and lines[1] == "WARNING dueprocess.desk ours 3"
    assert lines[2].startswith("ERROR dueprocess.desk it failed [ValueError at") and lines[3].startswith("CRITICAL dueprocess.desk a thread ended by a fault [ValueError")
    assert lines[4].startswith("CRITICAL dueprocess.desk the desk ended by a fault [RuntimeError")


def test_the_example_client_as_another_system_uses_it(tmp_path: Path) -> None:
    place, module = prepare(tmp_path), client_module()
    desk = DeskProcess(place).start()
    try:
        client = module.DeskClient(desk.address, place.token, tries=12)
        with pytest.raises(module.TooEarly):
            client.release("jms-0003", "J-1", at=ago(60))
        booked = ago(7200)
        first = client.book("jms-0001", name="Example, Madeup", booking_number="J-1", booked_at=booked, complete=True)
        again = client.book("jms-0001", name="Example, Madeup", booking_number="J-1", booked_at=booked, complete=True)
        assert again == {**first, "again": True}
        with pytest.raises(module.TooEarly, match="ground stands"):
            client.release("jms-0003", "J-1", at=ago(60))
        # The desk is killed and comes back while the client tries: it need not know.
        desk.kill()
        threading.Timer(0.5, desk.start).start()
        client.end_ground("jms-0002", "J-1", how="charges_dropped", at=ago(600), known_at=ago(300))
        client.release("jms-0003", "J-1", at=ago(60))
        # A paper that was held up is recorded at its own time, though the person has left.
        client.paper("jms-0004", "J-1", kind="i-200", edition="2016-09", signed_by="immigration_officer", received_at=ago(3600))
        with pytest.raises(module.Refused, match="has left"):
            client.paper("jms-0005", "J-1", kind="i-200", edition="2016-09", received_at=ago(5))
        with pytest.raises(module.Refused) as wrong:
            client.book("jms-0006", name="", booking_number="J-2", booked_at=ago(60))
        assert wrong.value.status == 422
        changes = list(client.changes())
        assert [c["because"] for c in changes] == ["booked", "ground.ended", "released", "paper.received"]
        assert [c["newest"] for c in changes] == [False, False, False, True] and changes[-1]["left"] and changes[-1]["booking_number"] == "J-1"
        assert [c["entry"] for c in client.changes(changes[1]["entry"])] == [c["entry"] for c in changes[2:]]
        assert client.decision("J-1")["entry"] == changes[-1]["entry"]
        (tmp_path / "token").write_text(place.token + "\n")
        words = [sys.executable, str(ROOT / "docs" / "examples" / "desk_client.py"), "--desk", desk.address, "--token-file", str(tmp_path / "token")]
        pushed = subprocess.run([*words, "push", "--id", "jms-0007", "bookings", "name=Example, Two", "booking_number=J-2", f"booked_at={ago(60)}"], capture_output=True, text=True, timeout=60)
        assert pushed.returncode == 0 and json.loads(pushed.stdout)["again"] is False
        told = subprocess.run([*words, "changes", "--after", str(changes[-1]["entry"])], capture_output=True, text=True, timeout=60)
        assert [json.loads(line)["booking_number"] for line in told.stdout.splitlines()] == ["J-2"]
        assert subprocess.run([*words, "push", "--id", "jms-0008", "stays/J-9/release"], capture_output=True, timeout=60).returncode == 1
        (tmp_path / "fax.txt").write_text("Papers of Example, Two, made up.\n")
        sent = subprocess.run([*words, "send", "--id", "jms-0009", "--of", "J-2", str(tmp_path / "fax.txt")], capture_output=True, text=True, timeout=60)
        assert sent.returncode == 0 and client.packet(json.loads(sent.stdout)["packet"])["belongs"] is True
        assert client.send("jms-0010", [tmp_path / "fax.txt"], booking_number="J-2")["again"] is False
    finally:
        desk.kill()


def test_changes_are_paged_and_need_their_scope(tmp_path: Path) -> None:
    place = prepare(tmp_path)
    with DeskProcess(place) as desk:
        jail_day.drive(jail_day.day(seed=4, ends_at=now.instant(), people=9, coming=0, leaving=0, detainers=0), jail_day.sender(desk.address, place.token))
        seen, after = [], 0
        for _ in itertools.count():
            status, text = desk.get(f"/api/changes?after={after}&limit=4", token=place.token)
            page = json.loads(text)
            assert status == 200
            seen += [change["entry"] for change in page["changes"]]
            after = page["next"]
            if not page["more"]:
                break
        assert len(seen) == 9 and seen == sorted(set(seen))
        assert json.loads(desk.get(f"/api/changes?after={after}", token=place.token)[1]) == {"changes": [], "next": after, "more": False}
        assert desk.get("/api/changes?limit=9999", token=place.token)[0] == 422
        assert desk.get("/api/changes")[0] == 401
        with place.store() as store, Writer(store, accounts.TYPES) as writer:
            at = now.instant()
            other = "us/tx/loving-county/sheriff"
            writer.write(lambda c: accounts.add_agency(c, id_=other, name="Made up", zone="America/Chicago", now=at), agency=other, by="setup")

            def token(agency: str, scope: str) -> str:
                made = writer.write(lambda c: tokens.add(c, agency=agency, name="more", scopes=[scope], until=at + 9999, by="setup", now=at), agency=agency, by="setup")
                return str(made.result.secret)

            narrow, stranger = token(AGENCY, "bookings:write"), token(other, "decisions:read")
        assert desk.get("/api/changes", token=narrow)[0] == 403
        assert json.loads(desk.get("/api/changes", token=stranger)[1])["changes"] == []


def test_several_processes_on_postgresql(tmp_path: Path) -> None:
    try:
        with temporary_postgres(durable=True) as url:
            several(prepare(tmp_path, where=url), tmp_path)
    except NoPostgres as error:
        pytest.skip(str(error))


def several(place: Place, folder: Path) -> None:
    metrics = free_port(2)
    with DeskProcess(place, "--workers", "2", "--metrics", str(metrics)) as desk:

        def answering() -> int:
            count = 0
            for number in range(2):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{metrics + number}/metrics", timeout=20) as answer:
                        count += b"desk_database_up 1.0" in answer.read()
                except OSError:
                    pass
            return count

        def until_all() -> None:
            until = time.monotonic() + 60
            while answering() < 2:
                assert time.monotonic() < until, desk.told()
                time.sleep(0.1)

        until_all()
        cookie = desk.sign_in()
        assert all(desk.get("/board", cookie=cookie)[0] == 200 for _ in range(12))  # whichever process answers
        views = [live(desk, cookie) for _ in range(6)]
        before = [next_change(stream) for _, stream in views]
        client = client_module().DeskClient(desk.address, place.token)
        client.book("jms-0001", name="Example, Madeup", booking_number="J-1", booked_at=ago(7200), until=iso(now.instant() + 1200, "UTC"))
        assert all((next_change(stream) or 0) > (first or 0) for (_, stream), first in zip(views, before, strict=True))
        for connection, _ in views:
            connection.close()
        children = [int(pid) for pid in (Path("/proc") / str(desk.process.pid) / "task" / str(desk.process.pid) / "children").read_text().split()]
        assert len(children) == 2
        os.kill(children[0], signal.SIGKILL)
        assert client.decision("J-1")["case"]
        until_all()  # it was started again
        assert "started again" in desk.told()
        with place.store() as store:
            until = time.monotonic() + 30
            while jail_day.not_raised(store, AGENCY, now=now.instant()) and time.monotonic() < until:
                time.sleep(0.2)
            assert jail_day.not_raised(store, AGENCY, now=now.instant()) == []
        assert desk.stop() == 0
    # Who is above them dies without a word: none is left behind.
    desk = DeskProcess(place, "--workers", "2").start()
    children = [int(pid) for pid in (Path("/proc") / str(desk.process.pid) / "task" / str(desk.process.pid) / "children").read_text().split()]
    desk.process.kill()
    desk.process.wait()
    until = time.monotonic() + 30
    while any((Path("/proc") / str(pid)).exists() for pid in children) and time.monotonic() < until:
        time.sleep(0.1)
    left = [pid for pid in children if (Path("/proc") / str(pid)).exists()]
    desk.kill()
    assert left == []


def test_a_drop_folder(tmp_path: Path) -> None:
    place = prepare(tmp_path)
    folder = tmp_path / "drop"
    folder.mkdir()
    head = "what,booking_number,at,name,how,kind,edition,signed_by,until"
    lines = [
        head,
        f"release,J-1,{ago(60)},,,,,,",  # a release before its booking, as exports go
        f'booking,J-1,{ago(7200)},"{CANARY}, Madeup",,,,,',
        f"ground-end,J-1,{ago(600)},,charges_dropped,,,,",
        f"paper,J-1,{ago(3600)},,,i-200,2016-09,immigration_officer,",
        f"booking,J-2,{ago(100)},Example,,,,,",
        f"release,J-3,{ago(50)},,,,,,",
        "booking,J-4,yesterday,Example,,,,,",
    ]
    with DeskProcess(place, "--drop", str(folder)) as desk:
        (folder / "20261122.csv").write_text("\n".join(lines) + "\n")
        client = client_module().DeskClient(desk.address, place.token)
        until = time.monotonic() + 60
        while len(list(client.changes())) < 5 and time.monotonic() < until:
            time.sleep(0.2)
        changes = list(client.changes())
        assert sorted((c["booking_number"], c["because"]) for c in changes) == [("J-1", "booked"), ("J-1", "ground.ended"), ("J-1", "paper.received"), ("J-1", "released"), ("J-2", "booked")]
        # What waits for a booking of another file is taken when that has come.
        (folder / "later.csv").write_text(f"{head}\nbooking,J-3,{ago(9000)},Example,,,,,{ago(300)}\n")
        while not list((folder / "done").glob("20261122.*.report.csv")) and time.monotonic() < until:
            time.sleep(0.2)
        assert client.decision("J-3")["answer"]["outcome"]
        (report,) = (folder / "done").glob("20261122.*.report.csv")
        rows = list(csv.DictReader(report.open(newline="")))
        assert [(row["row"], row["column"]) for row in rows] == [("8", "at")] and "yesterday" in rows[0]["what is wrong"]
        assert oct(report.stat().st_mode & 0o777) == "0o600"
        assert desk.stop() == 0
    assert CANARY not in desk.told() and "J-1" not in desk.told()
