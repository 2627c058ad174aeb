"""Alerts: each once, also after a crash; escalated until taken; mail to the agency's own addresses, without a name."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from desk_common import CANARY, DETAINER, HOUR, NOW, OREGON, TEXAS, Made, at, law, made, who

from dueprocess.desk import NotAllowed, NotHere, alerts, showing
from dueprocess.desk.deciding import Law
from dueprocess.kernel.errors import InputError
from dueprocess.store import Unavailable, accounts, tables

MAIL = {"server": "127.0.0.1", "port": 25, "mode": "insecure", "domain": "sheriff.example", "from": "desk@sheriff.example"}
TOLD = {"clerk": ["clerk@sheriff.example"], "supervisor": ["sup@sheriff.example"], "counsel": ["counsel@sheriff.example"]}


def stages(desk: Made) -> list[str]:
    return [a["what"] for a in sorted(desk.rows(tables.alerts), key=lambda a: a["due_at"])]


def test_before_at_and_after_each_once(desk: Made) -> None:
    desk.held()  # the hold ends 47 hours from now
    for hours, expected in ((0, []), (45.9, []), (0.2, ["before"]), (0.5, ["before"])):
        desk.pass_hours(hours)
        alerts.turn(desk.desk)
        alerts.turn(desk.desk)
        assert stages(desk) == expected
    desk.pass_hours(0.5)
    alerts.turn(desk.desk)
    # The hold has ended: the answer was asked again, and the release is due from that instant on.
    assert stages(desk) == ["before", "before", "at"]
    assert desk.rows(tables.stays)[0]["outcome"] == "release"


def test_the_answer_is_asked_again_when_the_clock_reaches_it(desk: Made) -> None:
    stay = desk.held()
    desk.pass_hours(47)
    alerts.turn(desk.desk)
    row = desk.stay(stay)
    assert (row["outcome"], row["next_deadline_at"]) == ("release", NOW + 47 * HOUR)
    assert desk.rows(tables.decisions)[-1]["because"] == "clock"
    count = len(desk.rows(tables.decisions))
    alerts.turn(desk.desk)
    assert len(desk.rows(tables.decisions)) == count
    assert not desk.desk.decide_again(TEXAS, stay, because="clock").numbers  # another process was faster


def test_new_law_asks_every_open_stay_again(desk: Made) -> None:
    stay = desk.held()
    old = desk.laws[0]
    newer = copy(old.lawbook)
    newer.version = "sha256:made-up"
    desk.laws[0] = Law(newer, old.adoptions)
    alerts.turn(desk.desk)
    last = desk.rows(tables.decisions)[-1]
    assert (last["because"], last["stay"], last["law_version"]) == ("law", stay, desk.laws[0].mark(TEXAS))
    assert desk.rows(tables.alerts) == []  # the answer is the same


def test_an_adoption_taken_back_ends_a_hold_and_people_are_told(desk: Made) -> None:
    stay = desk.held()
    desk.laws[0] = law(adopted=False)
    alerts.turn(desk.desk)
    assert desk.stay(stay)["outcome"] == "review"
    assert ("law", "supervisor") in {(a["what"], a["role"]) for a in desk.rows(tables.alerts)}
    count = len(desk.rows(tables.decisions))
    alerts.turn(desk.desk)
    assert len(desk.rows(tables.decisions)) == count


def test_what_fell_due_while_nothing_ran_is_raised_once_at_the_next_start(tmp_path: Path) -> None:
    with made(tmp_path) as desk:
        desk.held()
        desk.pass_hours(46.5)
        alerts.turn(desk.desk)
        assert stages(desk) == ["before"]
    with made(tmp_path, clock=NOW + 60 * HOUR) as desk:
        alerts.turn(desk.desk)
        alerts.turn(desk.desk)
        found = desk.rows(tables.alerts)
        assert sorted((a["deadline"].rsplit("/", 1)[1], a["what"]) for a in found) == [
            ("hold_ends", "before"), ("release", "after"), ("release", "at"), ("release", "before"),
        ]  # fmt: skip
    with made(tmp_path, clock=NOW + 60 * HOUR + 60) as desk:
        alerts.turn(desk.desk)
        assert len(desk.rows(tables.alerts)) == len(found)


def test_a_moved_deadline_is_alerted_anew(desk: Made) -> None:
    stay = desk.booked(until=0.5)
    alerts.turn(desk.desk)
    assert stages(desk) == ["before"]
    ground = next(e for e in desk.rows(tables.events) if e["kind"] == "ground.added")
    desk.desk.undo(who(), stay, number=ground["number"])
    desk.desk.add_ground(who(), stay, kind="charge", since=at(-10), until=at(0.75))
    alerts.turn(desk.desk)
    assert stages(desk) == ["before", "before"]


def test_told_again_and_higher_until_somebody_takes_it(desk: Made) -> None:
    sent: list[tuple[tuple[str, ...], str]] = []

    def send(addresses: Sequence[str], title: str, text: str, mail: Mapping[str, Any]) -> bool:
        sent.append((tuple(addresses), title + text))
        return True

    desk.writer.write(lambda c: accounts.change_settings(c, agency=TEXAS, changes={"mail": MAIL, "alerts": TOLD}), agency=TEXAS, by="setup")
    desk.booked(until=-0.01)
    alerts.turn(desk.desk, send=send)
    assert {whom for whom, _ in sent} == {("clerk@sheriff.example",)} and len(sent) == 2  # before and at
    alerts.turn(desk.desk, send=send)
    assert len(sent) == 2
    desk.pass_hours(0.25)
    alerts.turn(desk.desk, send=send)
    assert ("clerk@sheriff.example", "sup@sheriff.example") in {whom for whom, _ in sent[2:]}
    desk.pass_hours(0.25)
    alerts.turn(desk.desk, send=send)
    assert ("clerk@sheriff.example", "counsel@sheriff.example", "sup@sheriff.example") in {whom for whom, _ in sent[2:]}
    assert not any(word in text for _, text in sent for word in CANARY.split()) and all("26-00001" in text for _, text in sent)
    for alert in showing.open_alerts(desk.store, who()):
        alerts.acknowledge(desk.desk, who(), alert["id"])
    count = len(sent)
    desk.pass_hours(5)
    alerts.turn(desk.desk, send=send)
    assert len(sent) == count and showing.open_alerts(desk.store, who()) == []
    assert all(row["acknowledged_by"] == "a_clerk" for row in desk.rows(tables.alerts))


def test_a_message_that_does_not_go_out_is_tried_again(desk: Made) -> None:
    desk.writer.write(lambda c: accounts.change_settings(c, agency=TEXAS, changes={"mail": MAIL, "alerts": TOLD}), agency=TEXAS, by="setup")
    desk.booked(until=-0.01)
    alerts.turn(desk.desk, send=lambda *_: False)
    assert [a["tries"] for a in desk.rows(tables.alerts)] == [0, 0]
    alerts.turn(desk.desk, send=lambda *_: True)
    assert [a["tries"] for a in desk.rows(tables.alerts)] == [1, 1]


def test_one_stays_fault_does_not_silence_the_others(desk: Made, caplog: pytest.LogCaptureFixture) -> None:
    first, second = desk.held(), desk.held()
    real = desk.desk.decide_again

    def broken(agency: str, stay: str, *, because: str) -> Any:
        if stay == min(first, second):
            raise ValueError(CANARY)
        return real(agency, stay, because=because)

    desk.desk.decide_again = broken  # type: ignore[method-assign]
    desk.pass_hours(48)
    alerts.turn(desk.desk)
    assert {a["stay"] for a in desk.rows(tables.alerts)} == {first, second}
    assert "ValueError" in caplog.text and "Zzcanary" not in caplog.text


def test_only_who_may_takes_an_alert_of_their_own_agency(desk: Made) -> None:
    desk.desk.against(who(), desk.booked(), what="other", text="made up")
    alert = desk.rows(tables.alerts)[0]["id"]
    with pytest.raises(NotAllowed):
        alerts.acknowledge(desk.desk, who("administrator"), alert)
    with pytest.raises(NotHere):
        alerts.acknowledge(desk.desk, who(agency="us/or/wheeler-county/sheriff"), alert)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("someone@ice.dhs.gov", "sheriff.example"), ("someone@ice.dhs.gov", "ice.dhs.gov"), ("a@cbp.dhs.gov", "cbp.dhs.gov"), ("a@ice.gov", "ice.gov"),
        ("a@elsewhere.example", "sheriff.example"), ("a,b@ice.gov@sheriff.example", "sheriff.example"), ("a@sheriff.example?to=b@ice.gov", "sheriff.example"), ("@sheriff.example", "sheriff.example"),
    ],
)  # fmt: skip
def test_alerts_go_to_the_agencys_own_addresses_only(address: str, domain: str) -> None:
    with pytest.raises(InputError):
        alerts.check_addresses([address], domain=domain)


def test_a_real_mail_arrives_with_a_case_number_and_no_name(desk: Made) -> None:
    controller = pytest.importorskip("aiosmtpd.controller", reason="aiosmtpd is not installed")
    got: list[Any] = []

    class Handler:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            got.append((envelope.mail_from, envelope.rcpt_tos, envelope.content.decode()))
            return "250 OK"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = controller.Controller(Handler(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        changes = {"mail": {**MAIL, "port": port}, "alerts": TOLD}
        desk.writer.write(lambda c: accounts.change_settings(c, agency=TEXAS, changes=changes), agency=TEXAS, by="setup")
        desk.desk.receive_paper(who(), desk.booked(until=None), DETAINER)
        desk.desk.against(who(), desk.booked(), what="other", text=CANARY)
        alerts.turn(desk.desk, send=alerts.send_mail)
    finally:
        server.stop()
    assert {address for _, whom, _ in got for address in whom} == {address for some in TOLD.values() for address in some}
    assert all("Zzcanary" not in text and "Quetzalperson" not in text for *_, text in got)
    assert any("26-00002" in text for *_, text in got)


def test_a_mail_server_that_does_not_answer_is_tried_once_a_turn(desk: Made) -> None:
    for _ in range(3):
        desk.booked()
    desk.pass_hours(1)
    desk.writer.write(lambda c: accounts.change_settings(c, agency=TEXAS, changes={"mail": MAIL, "alerts": TOLD}), agency=TEXAS, by="setup")
    tried: list[tuple[str, ...]] = []
    alerts.turn(desk.desk, send=lambda addresses, title, text, mail: bool(tried.append(tuple(addresses))))
    assert len(tried) == len(set(tried)) and len(stages(desk)) == 9
    assert all(a["sent_at"] is None for a in desk.rows(tables.alerts))
    sent: list[str] = []
    alerts.turn(desk.desk, send=lambda addresses, title, text, mail: bool(sent.append(title)) or True)
    assert len(sent) == 9


def test_one_agencys_fault_does_not_silence_the_others_and_the_turn_does_not_count_as_done(desk: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.booked()
    desk.booked(agency=OREGON)
    due = alerts._due

    def broken(store: Any, agency: str, now: int, times: alerts.Times) -> Any:
        if agency == TEXAS:
            raise ValueError("a setting that is none")
        return due(store, agency, now, times)

    with monkeypatch.context() as patched, pytest.raises(ValueError, match="none"):
        patched.setattr(alerts, "_due", broken)
        alerts.turn(desk.desk)
    assert not stages(desk) and {a["what"] for a in desk.rows(tables.alerts, agency=OREGON)} == {"before", "at", "after"}


def test_a_turn_whose_entries_the_database_did_not_take_is_not_done_yet_mails_go_out(desk: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.booked()
    alerts.turn(desk.desk)
    desk.booked()
    desk.pass_hours(1)
    desk.writer.write(lambda c: accounts.change_settings(c, agency=TEXAS, changes={"mail": MAIL, "alerts": TOLD}), agency=TEXAS, by="setup")
    sent: list[str] = []

    def full(*_: Any, **__: Any) -> int:
        raise Unavailable("the database did not take it", do="send it again")

    with monkeypatch.context() as patched, pytest.raises(Unavailable):
        patched.setattr(alerts, "_raise", full)
        alerts.turn(desk.desk, send=lambda addresses, title, text, mail: bool(sent.append(title)) or True)
    assert sent and all("26-00001" in title for title in sent)
    alerts.turn(desk.desk)
    assert len(stages(desk)) == 6
