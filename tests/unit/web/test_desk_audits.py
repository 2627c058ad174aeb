"""Audits at the desk: a table handed in becomes a report; who sees it, what is recorded, and what is never left half."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

from shelf_common import OREGON, TEXAS, Shelves, at_hand, csrf, post, shelves, text_of

from dueprocess.desk import Who
from dueprocess.kernel.errors import InputError
from dueprocess.web.desk import audit_map, audit_shelf, jobs
from dueprocess.web.desk.session import Form, Upload

NAME = "Zzcanary"
ODD = f"""Inmate Name,Booking No,Booked,Released,Release Reason,ICE Hold Date
"{NAME}, JANE",A-1,2020-01-02 03:00,2020-01-09 10:00,Released to ICE,2020-01-02 08:00
"ROE, SAM",A-2,2020-02-02 03:00,2020-02-05 10:00,Bond posted,2020-02-02 08:00
"POE, KIM",A-3,2020-03-02 03:00,2020-03-05 10:00,Time served,
"""


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Shelves]:
    with at_hand(), shelves(tmp_path) as found:
        yield found


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Shelves]:
    """The same with each job in a process of its own, as at a desk."""
    with shelves(tmp_path) as found:
        yield found


def hand_in(client: Any, text: str | bytes = ODD, name: str = "jail.csv", **fields: Any) -> str:
    data = text.encode() if isinstance(text, str) else text
    answer = post(client, "/audit/new", files=[("file", (name, data, "text/csv"))], **{"days": "7", "jail": "Loving County, TX", "title": "Made-up jail", **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def settle(client: Any, path: str, *, seconds: float = 60) -> Any:
    """The page once nothing goes on any more."""
    for _ in range(int(seconds / 0.2)):
        answer = client.get(path)
        if "data-working" not in answer.text:
            return answer
        time.sleep(0.2)
    raise AssertionError("it does not end")


def test_from_an_odd_table_to_the_report(web: Shelves) -> None:
    auditor = web.signed_in("auditor")
    path = hand_in(auditor)
    page = settle(auditor, path)
    told = text_of(page)
    # What each column is taken for, ten rows before and after; nobody's name on it.
    assert "(not shown)" in told and NAME not in page.text and "A-1" in told
    assert "2020-01-09" in told and "3 rows in = 3 stays" in told
    assert "us/tx/loving-county/sheriff" in page.text
    # The person says what the table cannot: the stays are shown anew, then the audit runs.
    fields = {"by": "form", "what": "map", "assume record_complete": "yes", "form": "i-247a", "jail": "us/tx/loving-county/sheriff"}
    assert post(auditor, path, **{**fields, "part release_due_at": "Released"}).status_code == 303
    assert "is mapped to" in text_of(settle(auditor, path))  # one column for two things is refused, in words
    assert post(auditor, path, **{**fields, "part release_due_at": ""}).status_code == 303
    assert "record_complete = true" in text_of(settle(auditor, path))
    assert post(auditor, path, **{**fields, "what": "run"}).status_code == 303
    done = settle(auditor, path)
    assert "3 rows in = 3 rows out; 3 stays asked about" in text_of(done)
    report = auditor.get(f"{path}/report")
    policy = report.headers["content-security-policy"]
    assert report.status_code == 200 and "sha256-" in policy and "'unsafe-inline'" not in policy and "frame-ancestors 'none'" in policy
    assert "Back to the audit at the desk" in report.text and NAME not in report.text
    for name, start in (("request.md", "#"), ("problems.csv", ""), ("stays.csv", "stay_id,"), ("report.html", "<!DOCTYPE")):
        file = auditor.get(f"{path}/file/{name}")
        assert file.status_code == 200 and file.text.startswith(start) and "attachment" in file.headers["content-disposition"], name
        assert NAME not in file.text and str(web.folder) not in file.text, name
    # Nothing of the tables stands open once nothing goes on, on any page or in any file.
    assert web.folder is not None and not list(web.folder.rglob("opened"))
    assert not [p for p in web.folder.rglob("*") if p.is_file() and NAME.encode() in p.read_bytes()]
    # Erased tables leave the result.
    assert post(auditor, f"{path}/erase-tables").status_code == 303
    assert "still kept" not in text_of(auditor.get(path)) and auditor.get(f"{path}/report").status_code == 200
    looked = web.looks()
    assert ("table handed in", 1) in looked and ("audit rows", 10) in looked and ("audit report", 3) in looked and ("audit file stays.csv", 3) in looked
    # Nothing about a person is in an address, and nobody else on the machine reads the folder.
    assert not any("A-1" in u or NAME in u or "jail.csv" in u for u in web.urls)
    assert web.folder is not None and stat.S_IMODE(web.folder.stat().st_mode) == 0o700


def test_known_columns_need_no_map_and_an_audit_that_is_erased_is_gone(web: Shelves) -> None:
    counsel = web.signed_in("counsel")
    table = (Path(__file__).resolve().parents[3] / "docs" / "examples" / "made-up-jail.csv").read_bytes()
    path = hand_in(counsel, table, jail="")
    assert "These columns are known" in text_of(settle(counsel, path))
    assert web.folder is not None
    for place in web.folder.rglob("tables-given"):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700 and [stat.S_IMODE(f.stat().st_mode) for f in place.iterdir()] == [0o600]
        # Sealed: what lies there is neither the table nor opens anywhere else.
        (sealed,) = place.iterdir()
        assert sealed.name == "jail.csv.sealed" and b"B-00000" not in sealed.read_bytes() and audit_shelf.read_sealed(web.service, place / "jail.csv") == table
        other = place.parent.parent / "au_anotherone" / place.name
        other.mkdir(parents=True)
        (other / sealed.name).write_bytes(sealed.read_bytes())
        with pytest.raises(InputError, match="does not open"):
            audit_shelf.read_sealed(web.service, other / "jail.csv")
        (other / sealed.name).unlink()
        other.rmdir()
        other.parent.rmdir()
    assert post(counsel, f"{path}/erase").headers["location"] == "/audits"
    assert counsel.get(path).status_code == 404 and counsel.get(f"{path}/report").status_code == 404
    assert web.folder is not None and not [p for p in web.folder.rglob("*") if "au_" in p.name]


def test_who_sees_an_audit(web: Shelves) -> None:
    auditor, supervisor = web.signed_in("auditor"), web.signed_in("supervisor")
    path = hand_in(auditor)
    assert supervisor.get(path).status_code == 404 and "Made-up jail" not in supervisor.get("/audits").text
    assert post(auditor, f"{path}/share", shared="yes").status_code == 303
    settle(auditor, path)
    assert "<td>A-1</td>" in auditor.get(path).text
    shared = supervisor.get(path)
    # The others see the result, once there is one, and never the rows that were handed in.
    assert shared.status_code == 200 and "<td>A-1</td>" not in shared.text and "has not run it yet" in shared.text
    assert post(supervisor, path, what="run").status_code == 404
    assert post(supervisor, f"{path}/erase").status_code == 404
    other = web.signed_in("auditor", OREGON)
    assert other.get(path).status_code == 404 and other.get(f"{path}/report").status_code == 404 and post(other, f"{path}/erase").status_code == 404
    for role in ("clerk", "administrator"):
        client = web.signed_in(role)
        assert client.get("/audits").status_code == 403 and client.get("/audit/new").status_code == 403
        assert post(client, "/audit/new", files=[("file", ("a.csv", b"a,b\n1,2\n", "text/csv"))], days="7").status_code == 403
    assert web.app.state is not None
    stranger = auditor.__class__(web.app, follow_redirects=False)
    assert stranger.get(path).headers["location"] == "/sign-in" and stranger.post("/audit/new").headers["location"] == "/sign-in?sent=no"


def test_an_audit_is_erased_after_its_days(web: Shelves) -> None:
    auditor = web.signed_in("auditor")
    path = hand_in(auditor, days="1")
    settle(auditor, path)
    web.desk.pass_hours(25)
    auditor = web.signed_in("auditor")
    assert auditor.get(path).status_code == 404
    assert audit_shelf.expire(web.service, web.service.now()) == 1
    assert web.folder is not None and not list(web.folder.rglob("tables-given"))


def test_a_table_that_came_only_in_part_is_erased_after_its_days_too(web: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    write = audit_shelf.write_whole

    def full(path: Path, data: bytes, **options: Any) -> None:
        if path.name == "b.csv.sealed":
            raise OSError(28, "No space left on device")
        write(path, data, **options)

    with monkeypatch.context() as patched:
        patched.setattr(audit_shelf, "write_whole", full)
        with pytest.raises(OSError, match="No space"):
            files = [Upload(f"{name}.csv", b"name\nZzcanary\n") for name in "ab"]
            audit_shelf.make(web.service, Who("a_made_up", TEXAS, "auditor"), files, title="", jail="", as_of="", days=1, now=web.service.now())
    assert web.folder is not None and len(list(web.folder.rglob("a.csv.sealed"))) == 1
    web.desk.pass_hours(25)
    assert audit_shelf.expire(web.service, web.service.now()) == 1
    assert not list(web.folder.rglob("a.csv*"))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("notes.exe", b"MZ", "no table by its name"),
        ("../../etc/passwd", b"a", "no table by its name"),
        ("jail.csv", b"\x00\x01\x02" * 50, ""),
        ("jail.xlsx", b"PK\x03\x04 not a workbook", ""),
        ("counts.csv", b"month,detainers\n2020-01,7\n2020-02,9\n", ""),
    ],
)
def test_what_is_no_table_is_one_clear_page(web: Shelves, name: str, data: bytes, says: str) -> None:
    auditor = web.signed_in("auditor")
    answer = post(auditor, "/audit/new", files=[("file", (name, data, "text/csv"))], days="7")
    if says:
        assert answer.status_code == 400 and says in answer.text
        return
    page = settle(auditor, answer.headers["location"])
    told = text_of(page)
    assert "Not done." in told or "cannot" in told or "no column" in told
    assert str(web.folder) not in page.text and "Traceback" not in page.text


def test_a_bad_map_is_said_and_nothing_runs(web: Shelves) -> None:
    auditor = web.signed_in("auditor")
    path = hand_in(auditor)
    settle(auditor, path)
    assert post(auditor, path, what="text", map="columns: [unclosed").status_code == 303
    page = settle(auditor, path)
    assert "The map cannot be read" in text_of(page) and "columns: [unclosed" in page.text
    assert post(auditor, path, **{"by": "form", "what": "map", "part booked_at": "No such column"}).status_code == 400
    assert post(auditor, path, what="proposed").status_code == 303
    assert "3 rows in = 3 stays" in text_of(settle(auditor, path))
    assert auditor.get(f"{path}/report").status_code == 404


def test_a_stopped_run_leaves_nothing_that_looks_whole(apart: Shelves, monkeypatch: pytest.MonkeyPatch) -> None:
    web = apart
    auditor = web.signed_in("auditor")
    path = hand_in(auditor)
    settle(auditor, path)
    monkeypatch.setattr("dueprocess.web.desk.audits.WAIT", 0.0)
    assert post(auditor, path, by="form", what="run", jail="us/tx/loving-county/sheriff").status_code == 303
    working = auditor.get(path)
    assert "The audit goes on" in text_of(working) and "Look again" in working.text
    assert post(auditor, f"{path}/stop").status_code == 303
    page = settle(auditor, path)
    assert "Stopped." in text_of(page) and auditor.get(f"{path}/report").status_code == 404
    # The server dies: what it worked on counts as stopped, and can be started again.
    folder = next(web.folder.rglob(path.rsplit("/", 1)[1])) if web.folder else Path()
    (folder / "beat").unlink(missing_ok=True)
    (folder / "job.json").write_text(json.dumps({"what": "run", "state": "running", "problem": "", "beat": web.service.now() - 3600}), encoding="utf-8")
    assert "the server stopped while this went on" in text_of(auditor.get(path))
    assert jobs.state_of(folder, web.service.now())["state"] == "stopped"
    monkeypatch.setattr("dueprocess.web.desk.audits.WAIT", 6.0)
    assert post(auditor, path, by="form", what="run", jail="us/tx/loving-county/sheriff").status_code == 303
    assert "3 stays asked about" in text_of(settle(auditor, path))


def test_a_job_of_another_process_is_stopped_at_its_next_beat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BEAT", 0.2)
    one, other = jobs.Jobs(lambda: 100), jobs.Jobs(lambda: 100)
    try:
        over = one.start(tmp_path, "run", time.sleep, [60], seconds=90, then=lambda _: None)
        with pytest.raises(InputError, match="worked on already"):
            other.start(tmp_path, "run", time.sleep, [60], seconds=90, then=lambda _: None)
        other.stop(tmp_path)
        assert over.wait(30) and jobs.state_of(tmp_path, 100)["state"] == "stopped"
        # What was stopped can be begun again, by either.
        over = other.start(tmp_path, "run", time.sleep, [0], seconds=90, then=lambda _: None)
        assert over.wait(60) and jobs.state_of(tmp_path, 100)["state"] == "done"
        one.start(tmp_path, "run", time.sleep, [60], seconds=90, then=lambda _: None)
    finally:
        one.close()
        other.close()
    assert jobs.state_of(tmp_path, 100)["state"] == "stopped"


def test_a_form_without_its_token_does_nothing(web: Shelves) -> None:
    auditor = web.signed_in("auditor")
    path = hand_in(auditor)
    for sent in ({"csrf": ""}, {"csrf": "other"}):
        assert auditor.post(f"{path}/erase", data=sent).status_code == 403
        assert auditor.post("/audit/new", data={**sent, "days": "7"}, files=[("file", ("a.csv", b"a\n", "text/csv"))]).status_code == 403
    assert auditor.post(f"{path}/erase", data={"csrf": csrf(auditor)}, headers={"origin": "https://elsewhere.example"}).status_code == 403
    assert auditor.get(path).status_code == 200


def test_a_desk_without_a_folder_says_so(tmp_path: Path) -> None:
    with shelves(tmp_path, files=False) as web:
        auditor = web.signed_in("auditor")
        answer = auditor.get("/audits")
        assert answer.status_code == 400 and "keeps no files" in answer.text
        assert auditor.get("/registry").status_code == 200 and auditor.get("/law").status_code == 200


THEORY = "name: law known in 2010\nbecause: What could be known then.\nlaw_known_at: '2010-01-01'\n"
CLASS = "class: Everybody at all\nbecause: Made up.\ncondition: class IN ('certain', 'possible', 'no', 'unknown')\n"


def test_theories_a_class_one_stay_and_the_version_for_the_public(web: Shelves) -> None:
    """What the command does for experts: rival theories, a class and its sealed list, one stay explained, --public."""
    auditor = web.signed_in("auditor")
    table = (Path(__file__).resolve().parents[3] / "docs" / "examples" / "made-up-jail.csv").read_bytes()
    path = hand_in(auditor, table, jail="")
    settle(auditor, path)
    file = [("file", ("", b"", "application/octet-stream"))]
    assert post(auditor, f"{path}/theory", files=file, theory="name: x\nlaw: /etc\n").status_code == 400
    assert post(auditor, f"{path}/theory", files=file, theory="name: [").status_code == 400
    for text in (THEORY, THEORY.replace("2010", "2011")):
        assert post(auditor, f"{path}/theory", files=[("file", ("t.yaml", text.encode(), "text/yaml"))]).status_code == 303
    assert post(auditor, f"{path}/theory", files=file, theory=THEORY).status_code == 400
    assert post(auditor, f"{path}/theory", files=file, away="1").status_code == 303
    assert post(auditor, path, what="run").status_code == 303
    done = settle(auditor, path)
    assert "60 rows in = 60 rows out" in text_of(done)
    report = auditor.get(f"{path}/report").text
    assert "Rival theories" in report and "law known in 2010" in report and "law known in 2011" not in report
    # One stay, named in no address; the look is recorded.
    page = post(auditor, f"{path}/explain", stay="row-3")
    assert page.status_code == 200 and "Back to the audit at the desk" in page.text and ("audited stay explained", 1) in web.looks()
    assert post(auditor, f"{path}/explain", stay="nobody-1").status_code == 400
    # A class as counts; its list only for a purpose, sealed, and recorded.
    assert post(auditor, f"{path}/class", files=file, definition="class: x\n").status_code == 303
    assert "Not done." in text_of(settle(auditor, path)) or "made no result" in text_of(settle(auditor, path))
    assert post(auditor, f"{path}/class", files=file, definition=CLASS, passphrase="four made up words").status_code == 400
    assert post(auditor, f"{path}/class", files=file, definition=CLASS, purpose="notice", passphrase="short").status_code == 400
    assert post(auditor, f"{path}/class", files=file, definition=CLASS, purpose="notice to the class", passphrase="four made up words").status_code == 303
    settle(auditor, path)
    told = text_of(auditor.get(f"{path}/class/everybody-at-all"))
    assert "60 stays of" in told and "members.sealed" in told
    sealed = auditor.get(f"{path}/class/everybody-at-all/members.sealed").content
    assert b"made-up-jail" not in sealed and b"jail.csv" not in sealed
    log = next((web.folder or Path()).rglob("access.jsonl")).read_text(encoding="utf-8")
    assert "notice to the class" in log and "auditor" in log
    # The version for the public: aggregates, beside the audit and in place of nothing; also once the tables are gone.
    assert post(auditor, f"{path}/erase-tables").status_code == 303
    assert post(auditor, f"{path}/public").status_code == 303
    assert "For the public" in text_of(settle(auditor, path))
    names = {n for n in ("report.html", "by_agency.csv", "run.json", "stays.csv") if auditor.get(f"{path}/public/{n}").status_code == 200}
    assert names == {"report.html", "by_agency.csv", "run.json"}
    assert "One report only" in auditor.get(f"{path}/public/report.html").text and auditor.get(f"{path}/file/stays.csv").status_code == 200
    # Those with whom it is shared see the result and neither stays nor lists.
    assert post(auditor, f"{path}/share", shared="yes").status_code == 303
    other = web.signed_in("supervisor")
    assert other.get(f"{path}/class/everybody-at-all").status_code == 200 and other.get(f"{path}/class/everybody-at-all/members.sealed").status_code == 404
    for what, fields in (("explain", {"stay": "row-3"}), ("public", {})):
        assert post(other, f"{path}/{what}", **fields).status_code == 404


MAP = """\
map: made-up
stays: {id: "No"}
columns:
  stay_id: "No"
  booked_at: {column: "In", clock: "In time"}
  left_to:
    column: "How"
    values: {"To ICE": ice, "Bond": community}
    else: unknown
grounds:
  - kind: Charge
    dispositions: {column: "Disp", table: {"Dismissed": "yes", "Pending": "no"}}
"""


def test_the_map_as_a_form_and_back() -> None:
    headers = ["No", "In", "In time", "Out", "How", "Other", "Disp", "Charge"]
    form = audit_map.form_of(MAP, headers)
    assert form["chosen"]["booked_at"] == "In" and form["values"] == [("To ICE", "ice"), ("Bond", "community")] and form["ends"] == [(0, "Dismissed", "yes"), (0, "Pending", "no")]
    unchanged = audit_map.edited(MAP, Form([]), headers)
    assert audit_map.form_of(unchanged, headers)["chosen"] == form["chosen"] and "In time" in unchanged
    changed = audit_map.edited(
        MAP,
        Form([("part stay_id", "Other"), ("part left_at", "Out"), ("part booked_at", "In"), ("left 1", "ice"), ("end 1", "hold"), ("jail", "us/tx/loving-county/sheriff"), ("assume judicial_warrant", "yes"), ("form", "i-247a")]),
        headers,
    )
    again = audit_map.form_of(changed, headers)
    assert again["chosen"]["stay_id"] == "Other" and again["chosen"]["left_at"] == "Out" and again["values"][1] == ("Bond", "ice") and again["ends"][1][2] == "hold"
    assert again["agency"] == "us/tx/loving-county/sheriff" and again["assumed"] == {"record_complete": False, "judicial_warrant": True} and again["form"] == "i-247a"
    assert "clock: In time" in changed and "id: Other" in changed
    moved = audit_map.edited(MAP, Form([("part left_to", "Other")]), headers)
    assert "patterns" in moved and "To ICE" not in moved
