"""The same desk on a PostgreSQL server: a stay, its alerts, another agency, and the read tables made again."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk_common import ALL, DETAINER, NOW, OREGON, TEXAS, WARRANT, at, made, who

from dueprocess.desk import NotHere, alerts, showing
from dueprocess.store import rebuild, tables
from dueprocess.testing.postgres import NoPostgres, temporary_postgres


def test_a_stay_its_alerts_and_another_agency(tmp_path: Path) -> None:
    try:
        with temporary_postgres() as url, made(tmp_path, where=url) as desk:
            stay = desk.booked()
            desk.desk.receive_paper(who(), stay, DETAINER, at=at(-8))
            desk.desk.receive_paper(who(), stay, WARRANT, at=at(-8))
            desk.desk.serve_copy(who(), stay, paper=desk.papers(stay)[0], at=at(-7))
            assert [line.outcome for line in showing.board(desk.store, who())] == ["must_hold"]
            assert showing.search(desk.store, who(), text="zzcan", by_name=True)[0]["id"] == stay
            other = who("supervisor", OREGON)
            assert showing.board(desk.store, other) == []
            with pytest.raises(NotHere):
                desk.desk.release(other, stay)
            desk.pass_hours(48)
            alerts.turn(desk.desk)
            alerts.turn(desk.desk)
            assert sorted(a["what"] for a in desk.rows(tables.alerts)) == ["after", "at", "before"]
            assert desk.stay(stay)["next_deadline_at"] == NOW + 47 * 3600
            for alert in showing.open_alerts(desk.store, who()):
                alerts.acknowledge(desk.desk, who(), alert["id"])
            desk.desk.release(who(), stay)
            assert showing.newest(desk.store, TEXAS) > 0 and showing.person(desk.store, who(), stay).answer["outcome"] == "release"
            read = [t for t in tables.metadata.sorted_tables if t.info["kind"] == "read"]
            before = {t.name: desk.rows(t) for t in read}
            rebuild(desk.store, ALL)
            assert {t.name: desk.rows(t) for t in read} == before
    except NoPostgres as error:
        pytest.skip(str(error))
