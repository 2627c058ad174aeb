"""What-ifs at the desk: over open stays as counts, over an audited table as a page; who sees them, and that nothing changes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

from shelf_common import CANARY, OREGON, Shelves, at_hand, post, shelves, text_of

from dueprocess.store import tables
from dueprocess.store.counsel import notes
from dueprocess.web.desk import whatif

ROOT = Path(__file__).resolve().parents[3]
NOTHING = [("file", ("", b"", "application/octet-stream"))]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelves]:
    with at_hand(), shelves(tmp_path_factory.mktemp("whatif")) as found:
        found.desk.held()
        found.desk.held()
        found.desk.booked(until=None)
        yield found


def settle(client: Any, path: str) -> Any:
    for _ in range(300):
        answer = client.get(path)
        if "data-working" not in answer.text:
            return answer
        time.sleep(0.2)
    raise AssertionError("it does not end")


def ask(client: Any, **fields: str) -> str:
    answer = post(client, "/whatif", files=NOTHING, **{"over": "open", **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_open_stays_as_counts_with_a_policy(web: Shelves) -> None:
    counsel = web.signed_in("counsel")
    before = web.desk.rows(tables.stays)
    path = ask(counsel, position="requires_judicial_warrant")
    page = settle(counsel, path)
    told = text_of(page)
    assert "with a policy: The agency holds only on a judge's warrant." in told and "of 3 open stays" in told
    assert "Conflicts with other law" in told and "us/tx/sb-4" in page.text  # the statute commands what the policy declines
    found = json.loads(counsel.get(f"{path}/figures").text)
    assert found["stays"] == 3 and found["outcomes"]["before"]["must_hold"] == 2 and found["refused"] == 0
    assert sum(g["stays"] for g in found["past"]["after"].values()) == 3 and found["exposure"]["before"]["high"] is not None and "Exposure of these hours" in told
    assert CANARY not in page.text and CANARY not in json.dumps(found)
    assert ("open stays, as counts", 3) in web.looks()
    # Nothing at the desk changed; nobody's name was written into a file.
    assert web.desk.rows(tables.stays) == before
    assert web.folder is not None and not any(CANARY.encode() in p.read_bytes() for p in web.folder.rglob("*") if p.is_file())


def test_without_the_statute_that_commands(web: Shelves) -> None:
    counsel = web.signed_in("counsel")
    path = ask(counsel, without="us/tx/sb-4")
    page = settle(counsel, path)
    found = json.loads(counsel.get(f"{path}/figures").text)
    assert found["outcomes"]["before"]["must_hold"] == 2 and found["outcomes"]["after"].get("must_hold", 0) < 2
    assert sum(found["outcomes"]["after"].values()) == 3 and found["moves"]
    assert "What moves" in text_of(page)


def test_over_an_audited_table_the_page_of_the_command(web: Shelves) -> None:
    auditor = web.signed_in("auditor")
    table = (ROOT / "docs" / "examples" / "made-up-jail.csv").read_bytes()
    audit = post(auditor, "/audit/new", files=[("file", ("jail.csv", table, "text/csv"))], days="7", title="Made-up jail").headers["location"]
    settle(auditor, audit)
    post(auditor, audit, what="run")
    assert "60 stays" in text_of(settle(auditor, audit))
    name = audit.rsplit("/", 1)[1]
    assert f'value="{name}" selected' in auditor.get(f"/whatif?audit={name}").text
    policy = (ROOT / "docs" / "examples" / "policy.yaml").read_text(encoding="utf-8")
    path = ask(auditor, over=name, policy=policy)
    done = settle(auditor, path)
    assert "60 stays were asked under both laws" in text_of(done)
    page = auditor.get(f"{path}/page")
    assert page.status_code == 200 and "What if:" in page.text and re.search(r"style-src 'sha256-", page.headers["content-security-policy"])
    assert not list((web.folder or Path()).rglob("today.parquet"))  # rows of people are not kept for it
    # Another's audit cannot be asked about.
    other = web.signed_in("auditor-two")
    assert post(other, "/whatif", files=NOTHING, over=name, policy=policy).status_code == 404


def test_what_cannot_be_tried_is_said(web: Shelves) -> None:
    counsel = web.signed_in("counsel")
    assert post(counsel, "/whatif", files=NOTHING, over="open").status_code == 400
    assert post(counsel, "/whatif", files=NOTHING, over="open", position="declines_all", policy="id: x").status_code == 400
    assert post(counsel, "/whatif", files=NOTHING, over="open", position="no_such_position").status_code == 400
    assert post(counsel, "/whatif", files=NOTHING, over="au_nosuchaudit", position="declines_all").status_code == 404
    for policy, says in (("id: ../../etc/passwd\n", "id"), ("id: us/tx/loving-county/x\nnorms: [", "Not done")):
        page = settle(counsel, ask(counsel, policy=policy))
        told = text_of(page)
        assert "Not done." in told and says in told and str(web.folder) not in page.text, policy
    bad = settle(counsel, ask(counsel, without="us/tx/no-such-law"))
    assert "is no law in the lawbook" in text_of(bad)


def test_who_sees_a_whatif_and_counsels_own_store(web: Shelves) -> None:
    counsel, supervisor = web.signed_in("counsel"), web.signed_in("supervisor")
    path = ask(counsel, position="declines_all")
    settle(counsel, path)
    assert supervisor.get(path).status_code == 404 and supervisor.get(f"{path}/figures").status_code == 404 and post(supervisor, f"{path}/erase").status_code == 404
    assert web.signed_in("counsel", OREGON).get(path).status_code == 404
    for role in ("clerk", "administrator"):
        assert web.signed_in(role).get("/whatif").status_code == 403
        assert post(web.signed_in(role), "/whatif", files=NOTHING, over="open", position="declines_all").status_code == 403
    assert post(counsel, f"{path}/keep").status_code == 303
    with web.desk.store.read("us/tx/loving-county/sheriff") as connection:
        kept = notes(connection, web.desk.store.keys, agency="us/tx/loving-county/sheriff")
    assert len(kept) == 1 and kept[0].what == "whatif" and "declines" not in kept[0].what and "does not hold on a detainer" in kept[0].text
    mine = ask(supervisor, position="declines_all")
    settle(supervisor, mine)
    assert post(supervisor, f"{mine}/keep").status_code == 403
    assert post(counsel, f"{path}/erase").headers["location"] == "/whatif" and counsel.get(path).status_code == 404
    web.desk.pass_hours(24 * 8)
    assert whatif.expire(web.service, web.service.now()) >= 1
