"""New law, and what counsel adopts, count while the desk runs: open answers are asked again, both values kept, people told."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk_common import ALL, HOUR, NOW, TEXAS, Made, book, made, who

from dueprocess.desk import Desk, alerts, showing, troubles
from dueprocess.desk.lawful import LawInUse
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.kernel.instants import local_date
from dueprocess.law.adopting import AdoptionFile, adopt, binding, write_adoption
from dueprocess.ledger import read_leaf
from dueprocess.store import Gate, Store, Writer, tables
from dueprocess.testing.postgres import NoPostgres, temporary_postgres

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "web"))


def whole(agency: str = TEXAS) -> AdoptionFile:
    return adopt(AdoptionFile(agency, {}), binding(book(), agency), by_role="counsel", on=local_date("UTC", NOW))


def over(desk: Made, **given: Any) -> LawInUse:
    """The desk, with law that is looked at while it runs."""
    law = LawInUse(desk.store, desk.writer, now=lambda: desk.clock[0], **given)
    desk.desk = Desk(desk.store, desk.writer, law=law, now=lambda: desk.clock[0])
    return law


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Made]:
    with made(tmp_path, adopted=False) as found:
        yield found


def test_a_file_that_changes_counts_at_once_and_both_answers_are_kept(desk: Made, tmp_path: Path) -> None:
    file = tmp_path / "adoption.yaml"
    write_adoption(file, AdoptionFile(TEXAS, {}))
    law = over(desk, files=[file])
    stay = desk.held()
    assert desk.stay(stay)["outcome"] == "review"
    assert not law.refresh()
    write_adoption(file, whole())
    assert law.refresh() and not law.refresh()
    alerts.turn(desk.desk)
    assert desk.stay(stay)["outcome"] == "must_hold"
    change = showing.person(desk.store, who(), stay).changes[0]
    assert (change["before"]["outcome"], change["now"]["outcome"]) == ("review", "must_hold")
    assert ("law", "supervisor") in {(a["what"], a["role"]) for a in desk.rows(tables.alerts)}
    # The record says what was adopted since when, in full.
    heads = [read_leaf(row["leaf"]).head for row in desk.rows(tables.entries) if row["kind"] == "law.adopted"]
    assert [h["authorities"] for h in heads] == [0, len(whole().entries)] and json.loads(str(heads[1]["adoption"]))["agency"] == TEXAS
    # Counsel withdraws in the pages; the file that was taken over before does not come back by a restart.
    law.adopt(TEXAS, lambda before: {**before, "adopted": []}, by="a_counsel")
    alerts.turn(desk.desk)
    assert desk.stay(stay)["outcome"] == "review"
    assert over(desk, files=[file])().adoption(TEXAS)["adopted"] == []
    # Without the file, too, what was adopted last counts at the next start.
    law.adopt(TEXAS, lambda _: {"agency": TEXAS, "adopted": ["us/four-tests"]}, by="a_counsel")
    assert over(desk)().adoption(TEXAS)["adopted"] == ["us/four-tests"]


def test_what_cannot_be_used_changes_nothing_and_is_told(desk: Made, tmp_path: Path) -> None:
    file, folder = tmp_path / "adoption.yaml", tmp_path / "law"
    folder.mkdir()
    write_adoption(file, whole())
    law = over(desk, files=[file], folders=[folder])
    before, stay = law(), desk.held()
    assert desk.stay(stay)["outcome"] == "must_hold"

    def looked() -> list[str]:
        for _ in range(3):
            desk.clock[0] += 1
            law.watched(desk.desk, [TEXAS])
        return [a["what"] for a in desk.rows(tables.alerts) if a["acknowledged_at"] is None and a["what"] == troubles.LAW_REFUSED]

    assert looked() == []
    file.write_text("agency: us/tx/loving-county/sheriff\nadopted: everything\n")
    assert looked() == [troubles.LAW_REFUSED] and law() is before
    write_adoption(file, whole())
    assert looked() == []
    (folder / "broken.yaml").write_text("id: [\n")
    assert looked() == [troubles.LAW_REFUSED] and law().lawbook is before.lawbook
    (folder / "broken.yaml").unlink()
    assert looked() == [] and law().mark(TEXAS) == before.mark(TEXAS)
    with pytest.raises(InputError):
        law.adopt(TEXAS, lambda _: {"agency": TEXAS, "adopted": ["us/no-such"], "more": 1}, by="x")
    assert law().mark(TEXAS) == before.mark(TEXAS)
    with pytest.raises(InputError):
        over(desk, files=[tmp_path / "none.yaml"])


def test_a_folder_of_law_is_read_anew_while_the_desk_runs(desk: Made, tmp_path: Path) -> None:
    folder = tmp_path / "law"
    folder.mkdir()
    law = over(desk, folders=[folder])
    stay = desk.booked()
    version = law().lawbook.version
    shipped = data_dir("lawbook") / "us" / "four-tests.yaml"
    (folder / "us").mkdir()
    target = folder / "us" / shipped.name
    text = shipped.read_text()
    assert "title: " in text
    target.write_text(f"replaces: us/four-tests\n{text.replace('title: ', 'title: Reworded, ', 1)}")
    assert not law.refresh()  # somebody may still be writing
    assert law.refresh() and law().lawbook.version != version
    alerts.turn(desk.desk)
    assert desk.rows(tables.decisions)[-1]["because"] == "law" and desk.rows(tables.decisions)[-1]["stay"] == stay


def test_every_process_of_several_has_it(tmp_path: Path) -> None:
    """Two processes, as two stores and writers over one PostgreSQL database: counsel presses the key at one of them."""
    try:
        with temporary_postgres() as url, made(tmp_path, adopted=False, where=url) as desk:
            law = over(desk)
            stay = desk.held()
            other = Store.open(url, keys=tmp_path / "desk.keys")
            with Writer(other, ALL, now=lambda: desk.clock[0]) as writer:
                there = LawInUse(other, writer, now=lambda: desk.clock[0])
                second = Desk(other, writer, law=there, now=lambda: desk.clock[0])
                assert desk.stay(stay)["outcome"] == "review" and there().mark(TEXAS) == law().mark(TEXAS)
                law.adopt(TEXAS, lambda _: {"agency": TEXAS, "adopted": sorted(whole().entries)}, by="a_counsel")
                loop = alerts.Loop(second, send=None, seconds=60, first=lambda: there.watched(second, [TEXAS]))
                loop.start()
                loop.stop()  # after one turn
                assert there().mark(TEXAS) == law().mark(TEXAS) and desk.stay(stay)["outcome"] == "must_hold"
            other.dispose()
    except NoPostgres as error:
        pytest.skip(str(error))


def test_counsel_adopts_and_withdraws_in_the_page(desk: Made) -> None:
    from test_desk_web import Web, post

    web = Web(desk)
    law = over(desk)
    web.desk.gate = Gate(desk.store, desk.writer, now=lambda: desk.clock[0])
    from dueprocess.web.desk import desk_app

    web.service = replace(web.service, desk=desk.desk, law=law)
    web.app = desk_app(web.service)
    stay, counsel, clerk = desk.held(), web.signed_in("counsel"), web.signed_in("clerk")
    everything = sorted(whole().entries)
    assert post(clerk, "/adoption", adopt=everything, do="now").status_code == 403
    assert post(counsel, "/adoption", adopt=everything, do="now").headers["location"] == "/adoption"
    alerts.turn(desk.desk)
    assert desk.stay(stay)["outcome"] == "must_hold"
    assert "not adopted" not in clerk.get("/adoption").text.split("<table")[1]
    one = everything[0]
    assert post(counsel, "/adoption", withdraw=one, do="now").status_code == 303
    assert [e["authority"] for e in law().adoption(TEXAS)["adopted"]] == everything[1:]
    file = post(counsel, "/adoption", adopt=one, do="file")
    assert one in file.text and [e["authority"] for e in law().adoption(TEXAS)["adopted"]] == everything[1:]  # it changes nothing here
    for given in ({"withdraw": one}, {"adopt": "us/ca/trust-act"}, {}):
        assert post(counsel, "/adoption", do="now", **given).status_code == 400
    desk.pass_hours(1)
    assert desk.clock[0] == NOW + HOUR
