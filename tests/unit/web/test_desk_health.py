"""The health page, and the same figures for a machine: about the service, and about nobody."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from desk_common import CANARY, HOUR, OREGON, TEXAS, made, who
from test_desk_web import Web, post

from dueprocess.desk import alerts, showing
from dueprocess.kernel.errors import InputError
from dueprocess.store import accounts, proving
from dueprocess.store.backup import back_up, backed_up_at, note_backup
from dueprocess.store.retention import DAY
from dueprocess.testing.postgres import NoPostgres, temporary_postgres
from dueprocess.web.desk.health import figures


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with made(tmp_path) as desk:
        yield Web(desk)


def test_the_figures_follow_what_happens(web: Web, tmp_path: Path) -> None:
    desk = web.desk
    empty = figures(web.service)
    assert empty["agencies"][TEXAS]["people_in"] == 0 and empty["backup_age_seconds"] is None and empty["checkpoint_age_seconds"] is None
    desk.held()
    desk.pass_hours(50)
    alerts.turn(desk.desk)
    now = figures(web.service)
    mine, other = now["agencies"][TEXAS], now["agencies"][OREGON]
    assert (mine["people_in"], mine["deadlines_past"], mine["alerts_open"], mine["oldest_alert_age_seconds"]) == (1, 1, 3, 0)
    assert (other["people_in"], other["alerts_open"], other["oldest_alert_age_seconds"]) == (0, 0, None)
    desk.pass_hours(2)
    assert figures(web.service)["agencies"][TEXAS]["oldest_alert_age_seconds"] == 2 * HOUR
    for alert in showing.open_alerts(desk.store, who()):
        alerts.acknowledge(desk.desk, who(), alert["id"])
    assert figures(web.service)["agencies"][TEXAS]["oldest_alert_age_seconds"] is None
    # A clock that was set back.
    desk.pass_hours(-3)
    back = figures(web.service)
    assert back["clock_behind_seconds"] == 3 * HOUR and back["agencies"][TEXAS]["clock_steps"] == 0
    web.account("clerk")
    stepped = figures(web.service)["agencies"][TEXAS]
    assert stepped["clock_steps"] >= 1 and stepped["clock_step_seconds"] == 3 * HOUR
    desk.pass_hours(3)
    proving.checkpoint(desk.store)
    assert figures(web.service)["checkpoint_entries"] == figures(web.service)["entries"]
    # What should have been erased and was not.
    stay = desk.booked()
    desk.desk.release(who(), stay)
    desk.pass_hours(24 * 32)
    assert figures(web.service)["agencies"][TEXAS]["erasing_overdue"] == 1
    assert figures(web.service)["commits"] > empty["commits"] and figures(web.service)["writes_waiting"] == 0
    back_up(desk.store.where, tmp_path / "backup.db")
    made_at = backed_up_at(desk.store)
    assert made_at is not None
    os.utime(f"{desk.store.where}.backed-up", (desk.clock[0] - DAY, desk.clock[0] - DAY))
    assert figures(web.service)["backup_age_seconds"] == DAY


def test_the_page_says_it_in_words(web: Web) -> None:
    desk = web.desk
    desk.held()
    desk.pass_hours(50)
    alerts.turn(desk.desk)
    desk.pass_hours(2)
    for role in ("clerk", "administrator"):
        text = web.signed_in(role).get("/status").text
        assert "raised 2 h ago, 3 in all" in text and "Last backup</dt><dd>not known" in text and "14 laws and rulings bind this agency; all of them are adopted" in text
        assert "nobody has ever confirmed" in text and "Zzcanary" not in text
    assert "no address is named" in text
    desk.pass_hours(-1)
    assert "behind the record by 3600 s" in web.signed_in("clerk").get("/status").text


def test_mail_that_does_not_go_out_is_said_and_settings_can_be_tried(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, admin = web.desk, web.signed_in("administrator")
    given = {
        "before": 60, "after": 15, "repeat": 15, "erase_after_days": 30, "second_factor": ["counsel", "administrator"], "server": "127.0.0.1", "port": 25, "mode": "insecure",
        "domain": "sheriff.example", "from": "desk@sheriff.example", "clerk": "a@sheriff.example b@sheriff.example", "supervisor": "", "counsel": "", "what": "test",
    }  # fmt: skip
    sent: list[tuple[str, ...]] = []
    takes = [False, True]

    def send(addresses: Sequence[str], title: str, text: str, mail: Mapping[str, Any]) -> bool:
        sent.append(tuple(addresses))
        return takes[len(sent) - 1]

    monkeypatch.setattr(alerts, "send_mail", send)
    assert post(admin, "/settings", **{**given, "clerk": ""}).status_code == 400 and not sent
    refused = post(admin, "/settings", **given)
    assert "the mail server did not take the test; the settings are saved" in refused.text and "a@sheriff.example b@sheriff.example" in refused.text
    desk.writer.write(lambda c: accounts.change_settings(c, agency=TEXAS, changes={"second_factor": []}), agency=TEXAS, by="setup")
    assert "took the test</strong> for 2 addresses" in post(admin, "/settings", **given).text and sent == [("a@sheriff.example", "b@sheriff.example")] * 2
    desk.booked()
    desk.pass_hours(0.3)
    alerts.turn(desk.desk, send=lambda *_: False)
    desk.pass_hours(0.1)
    desk.writer.write(lambda c: accounts.change_settings(c, agency=TEXAS, changes={"second_factor": []}), agency=TEXAS, by="setup")
    text = web.signed_in("clerk").get("/status").text
    assert "to 2 addresses; <strong>3 did not go out" in text and figures(web.service)["agencies"][TEXAS]["alerts_unsent"] == 3
    alerts.turn(desk.desk, send=lambda *_: True)
    assert figures(web.service)["agencies"][TEXAS]["alerts_unsent"] == 0


def test_a_machine_gets_figures_about_nobody_and_of_its_own_agency(web: Web) -> None:
    desk = web.desk
    desk.held()
    browser = web.browser()
    assert browser.get("/health").json() == {"status": "ok", "entries": figures(web.service)["entries"]}
    assert browser.get("/health/figures").status_code == 401
    assert browser.get("/health/figures", headers={"authorization": "Bearer x"}).status_code == 401
    assert browser.get("/health/figures", headers={"authorization": "Bearer " + "x" * 9000}).status_code == 401
    assert browser.get("/health/figures", headers=web.token("decisions:read")).status_code == 403
    answer = browser.get("/health/figures", headers=web.token("health:read"))
    found = answer.json()
    assert list(found["agencies"]) == [TEXAS] and CANARY not in answer.text and "26-00001" not in answer.text

    def plain(value: object) -> bool:
        return value is None or isinstance(value, int)

    assert all(plain(v) for k, v in found.items() if k != "agencies") and all(plain(v) for v in found["agencies"][TEXAS].values())
    assert json.dumps(found)
    signed = web.signed_in("administrator").get("/health/figures")
    assert signed.status_code == 401  # a browser's session is no token


def test_on_postgresql_each_agencys_figures_are_there(tmp_path: Path) -> None:
    try:
        with temporary_postgres() as url, made(tmp_path, where=url) as desk:
            web = Web(desk)
            desk.held()
            desk.pass_hours(50)
            alerts.turn(desk.desk)
            found = figures(web.service)
            assert found["agencies"][TEXAS]["alerts_open"] == 3 and found["agencies"][OREGON]["alerts_open"] == 0 and found["backup_age_seconds"] is None
            note_backup(url, now=desk.clock[0] - 2 * HOUR)
            assert figures(web.service)["backup_age_seconds"] == 2 * HOUR
            assert "Last backup</dt><dd>2 h ago" in web.signed_in("clerk").get("/status").text
            with pytest.raises(InputError, match="could not be noted"):
                note_backup(f"{url.rsplit('/', 1)[0]}/nothing", now=0)
    except NoPostgres as error:
        pytest.skip(str(error))
