"""Counsel's own store: what is asked there touches nothing, and nobody else sees it; what waits for adoption."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from desk_common import CANARY, HOUR, NOW, OREGON, TEXAS, WARRANT, Made, at, law, made, who
from starlette.testclient import TestClient
from test_desk_web import Web, post

from dueprocess.desk import Law
from dueprocess.kernel.yamlread import parse
from dueprocess.law.adopting import AdoptionFile, binding, unadopted
from dueprocess.law.policies import Policy, checked, text_of
from dueprocess.store import Role, accounts, counsel, tables
from dueprocess.testing.postgres import NoPostgres, temporary_postgres

POLICY = text_of(checked(Policy(agency=TEXAS, position="requires_judicial_warrant", start=date(2020, 1, 1))))


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with made(tmp_path) as desk:
        yield Web(desk)


def everything(desk: Made, agency: str = TEXAS) -> dict[str, Any]:
    """All that anybody else could read: every table but counsel's own, looks, sessions and the record's own growth."""
    without = (tables.counsel_notes, tables.looks, tables.sessions, tables.attempts, tables.head, tables.checkpoints, tables.entries, tables.payload_keys)
    return {t.name: desk.rows(t, agency=agency) for t in tables.metadata.sorted_tables if "agency" in t.c and t not in without}


def ask(client: TestClient, stay: str, **given: Any) -> Any:
    return post(client, f"/counsel/stay/{stay}", **given)


def signs(text: str) -> list[str]:
    """The answers side by side."""
    return [unescape(found) for found in re.findall(r'<strong class="sign [a-z_]+">([^<]+)</strong>', text)]


def test_what_if_asks_and_touches_nothing(web: Web) -> None:
    stay = web.desk.held()
    client = web.signed_in("counsel")
    before = everything(web.desk)
    assert signs(client.get(f"/counsel/stay/{stay}").text) == ["MUST HOLD until 2026-11-20 11:00 (-06:00), Fri"]
    proof = ask(client, stay, fact1="status_proof_shown", value1="yes")
    assert proof.status_code == 200 and signs(proof.text)[0].startswith("MUST HOLD") and signs(proof.text)[1].startswith(("RELEASE", "REVIEW")), proof.text
    later = ask(client, stay, at="2026-11-20T12:00")
    # The hold ended at 11:00: an hour too long.
    assert signs(later.text)[1] == "RELEASE" and "<p>1 hour past what the encoded law allowed: 23 to 3,462 USD" in later.text
    assert "Miranda-Olivares v. Clackamas County" in later.text
    policy = ask(client, stay, policy=POLICY)
    assert len(signs(policy.text)) == 2, unescape(policy.text)
    both = ask(client, stay, fact1="status_proof_shown", value1="no", fact2="under_18", value2="no", adopt="all")
    assert len(signs(both.text)) == 2
    for given, says in (
        ({}, "nothing is different"), ({"fact1": "no_such_fact", "value1": "yes"}, "no known fact"), ({"fact1": "under_18", "value1": "maybe"}, "yes or no"),
        ({"fact1": "nationality", "value1": "x"}, "origin"), ({"at": "yesterday"}, "yesterday"), ({"policy": "id: ["}, "file of law"), ({"policy": "a: 1"}, "no [id]"),
        ({"policy": "x" * 60_000}, "longer than"), ({"fact1": "conviction_age_years", "value1": "many"}, "no number"), ({"fact1": "under_18", "value1": "yes", "basis": "per_moon"}, "no choice"),
    ):  # fmt: skip
        answer = ask(client, stay, **given)
        assert answer.status_code == 400 and says in unescape(answer.text), (given, unescape(answer.text))
    assert everything(web.desk) == before
    # What the record knows is that counsel looked at the person, and nothing of what was asked.
    looks = {(row["what"], row["stay"]) for row in web.desk.rows(tables.looks)}
    assert looks == {("person", stay)}


def test_what_is_kept_is_sealed_and_counsels_alone(web: Web) -> None:
    stay = web.desk.held()
    client = web.signed_in("counsel")
    assert post(client, "/counsel", text=f"A thought about {CANARY}").status_code == 303
    assert ask(client, stay, fact1="status_proof_shown", value1="yes", keep="whatif").status_code == 303
    assert ask(client, stay, at="2026-11-20T12:00", keep="exposure").status_code == 303
    text = unescape(client.get("/counsel").text)
    assert CANARY in text and "status proof shown: yes" in text and "It would be:" in text and "hour past what the encoded law allowed" in text and "Case 26-00001" in text
    notes = web.desk.rows(tables.counsel_notes)
    assert sorted(row["what"] for row in notes) == ["exposure", "note", "whatif"]
    # Not in the database in the clear, not in any entry, and on no page of anybody else.
    hidden = ("A thought", "Instead of:", "It would be:", "at the rates of other cases")
    for table in tables.metadata.sorted_tables:
        if "agency" in table.c:
            assert not any(word in repr(web.desk.rows(table)) for word in hidden), table.name
    kinds = {row["kind"] for row in web.desk.rows(tables.entries)}
    assert not any("note" in kind or "whatif" in kind or "counsel" in kind for kind in kinds)
    for role in ("clerk", "supervisor", "auditor", "administrator"):
        other = web.signed_in(role)
        for path in ("/counsel", f"/counsel/stay/{stay}"):
            assert other.get(path).status_code == 403
        assert post(other, "/counsel/delete", note=notes[0]["id"]).status_code == 403
        for path in ("/looks", "/records", "/status", "/adoption", f"/stay/{stay}", "/board"):
            assert not any(word in other.get(path).text for word in hidden), (role, path)
    theirs = web.signed_in("counsel", OREGON)
    assert "None." in theirs.get("/counsel").text and theirs.get(f"/counsel/stay/{stay}").status_code == 404
    assert post(theirs, "/counsel/delete", note=notes[0]["id"]).status_code == 400
    assert len(web.desk.rows(tables.counsel_notes)) == 3
    for row in notes:
        assert post(client, "/counsel/delete", note=row["id"]).status_code == 303
    assert web.desk.rows(tables.counsel_notes) == [] and post(client, "/counsel", text=" ").status_code == 400


def test_on_postgresql_no_other_agency_reads_a_note(tmp_path: Path) -> None:
    try:
        with temporary_postgres() as url, made(tmp_path, where=url) as desk:
            web = Web(desk)
            stay = desk.held()
            client = web.signed_in("counsel")
            assert post(client, "/counsel", text="A thought").status_code == 303
            assert signs(ask(client, stay, at="2026-11-20T12:00").text)[1] == "RELEASE"
            assert "A thought" in client.get("/counsel").text
            with desk.store.read(OREGON) as connection:
                assert counsel.notes(connection, desk.store.keys, agency=TEXAS) == []  # the database itself shows none
            for path in ("/adoption", "/status", "/records", "/looks"):
                assert client.get(path).status_code == 200, path
    except NoPostgres as error:
        pytest.skip(str(error))


# -- adoption ----------------------------------------------------------------------------------------------


def test_what_waits_for_adoption_and_who_can_adopt(tmp_path: Path) -> None:
    with made(tmp_path, adopted=False) as desk:
        web = Web(desk)
        clerk = web.signed_in("clerk")
        assert "Nobody yet" in clerk.get("/adoption").text
        stay = desk.held()
        web.account("counsel")
        text = unescape(clerk.get("/adoption").text)
        assert "This agency's counsel: Made-up counsel." in text and "Case 26-00001" in text and "open answers wait for it" in text and "not adopted" in text
        page = unescape(clerk.get(f"/stay/{stay}").text)
        assert "/adoption" in page and "adopt" in page
        assert "Case 26-00001" in web.signed_in("administrator").get("/adoption").text and f"/stay/{stay}" not in web.signed_in("administrator").get("/adoption").text
        # A closed account of counsel can adopt nothing.
        account = next(row["id"] for row in desk.rows(tables.accounts) if row["login"] == "counsel")
        desk.writer.write(lambda c: accounts.add_account(c, agency=TEXAS, login="second", name="Second Counsel", role=Role.counsel, now=NOW), agency=TEXAS, by="x")
        desk.writer.write(lambda c: accounts.set_active(c, agency=TEXAS, account=account, active=False), agency=TEXAS, by="x")
        assert "This agency's counsel: Second Counsel." in unescape(clerk.get("/adoption").text)
        desk.writer.write(lambda c: accounts.set_active(c, agency=TEXAS, account=account, active=True), agency=TEXAS, by="x")
        # Counsel ticks what waits, and gets the file that says so; with it the answer is another.
        client = web.signed_in("counsel")
        wanted = re.findall(r'name="adopt" value="([^"]+)"', client.get("/adoption").text)
        assert len(wanted) == len(binding(desk.laws[0].lawbook, TEXAS))
        file = client.post("/adoption", data={"csrf": re.findall(r'name="csrf" value="([^"]+)"', client.get("/status").text)[0], "adopt": wanted})
        assert file.headers["content-disposition"] == 'attachment; filename="adoption.yaml"', file.text
        value = parse(file.text, name="adoption.yaml").value
        assert value["agency"] == TEXAS and {e["by_role"] for e in value["adopted"]} == {"counsel"} and {e["on"] for e in value["adopted"]} == {"2026-11-18"}
        for given in ([], ["us/no-such"], [wanted[0], "us/ca/trust-act"]):
            assert post(client, "/adoption", adopt=given).status_code == 400
        assert post(clerk, "/adoption", adopt=wanted[0]).status_code == 403
        desk.laws[0] = Law(desk.laws[0].lawbook, {TEXAS: value})
        desk.desk.receive_paper(who(), stay, WARRANT, at=at(-1))
        assert desk.stay(stay)["outcome"] == "must_hold"
        text = unescape(web.signed_in("clerk").get("/adoption").text)
        assert "adopted by counsel since 2026-11-18" in text and "None." in text and "not adopted" not in text.split('<table class="cards">')[1]
        # A text that has changed since is not adopted any longer.
        value["adopted"][0]["hash"] = "sha256:" + "0" * 64
        desk.laws[0] = Law(desk.laws[0].lawbook, {TEXAS: value})
        assert "not any longer" in web.signed_in("clerk").get("/adoption").text
        assert unadopted(desk.laws[0].lawbook, AdoptionFile(TEXAS, {e["authority"]: e for e in value["adopted"]}), binding(desk.laws[0].lawbook, TEXAS))


def test_health_counts_what_waits(tmp_path: Path) -> None:
    from dueprocess.web.desk.health import agency_figures

    with made(tmp_path, adopted=False) as desk:
        web = Web(desk)
        desk.held()
        found = agency_figures(web.service, TEXAS)
        assert found["answers_waiting_for_adoption"] == 1 and found["law_not_adopted"] == found["law_binding"] > 5
        desk.laws[0] = law()
        desk.pass_hours(HOUR / 3600)
        assert agency_figures(web.service, TEXAS)["law_not_adopted"] == 0
