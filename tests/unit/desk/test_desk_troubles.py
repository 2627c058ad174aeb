"""What stays undone, or fails each time, is an alert and not a line of a log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from desk_common import CANARY, HOUR, NOW, OREGON, TEXAS, Made, at, who

from dueprocess.desk import alerts, troubles
from dueprocess.desk.reader import read_next
from dueprocess.kernel.errors import InputError
from dueprocess.store import accounts, tables
from dueprocess.web.desk.drop import Drop

SCAN = b"Papers of Example, Madeup, as plain text.\n"


def unread(*_: Any, **__: Any) -> Any:
    raise InputError("it cannot be read")


def open_(desk: Made, agency: str = TEXAS) -> list[tuple[str, str, Any]]:
    return [(a["what"], a["role"], a["stay"]) for a in desk.rows(tables.alerts, agency=agency) if a["acknowledged_at"] is None and a["what"] in troubles.WORDS]


def test_papers_that_belong_to_nobody_are_told_until_somebody_says_whose_they_are(desk: Made) -> None:
    stay = desk.booked(until=None)
    received = at(-20)  # the fax lay there; it came to the desk only now
    packet = desk.desk.hand_in(who(), [SCAN], at=received).result["packet"]
    alerts.turn(desk.desk)
    assert open_(desk) == []
    desk.clock[0] += 900
    sent: list[tuple[Any, ...]] = []
    change = {"alerts": {"clerk": ["desk@sheriff.example"]}, "mail": {"server": "127.0.0.1", "domain": "sheriff.example", "from": "d@sheriff.example"}}
    desk.writer.write(lambda c: accounts.change_settings(c, agency=TEXAS, changes=change), agency=TEXAS, by="x")
    for _ in range(3):
        alerts.turn(desk.desk, send=lambda *given: bool(sent.append(given)) or True)
    assert open_(desk) == [(troubles.NOBODYS, "clerk", None)]
    assert [given[0] for given in sent] == [["desk@sheriff.example"]] and "belong to nobody" in sent[0][1] and "None" not in sent[0][1] + sent[0][2]
    # Taken by somebody who then does nothing: told again a day later, and not before.
    alerts.acknowledge(desk.desk, who(), desk.rows(tables.alerts)[-1]["id"])
    desk.pass_hours(23)
    alerts.turn(desk.desk)
    assert open_(desk) == []
    desk.pass_hours(1)
    alerts.turn(desk.desk)
    assert open_(desk) == [(troubles.NOBODYS, "clerk", None)]
    # Said whose they are: that alert is over; unfiled they are the person's, and told as such.
    assert read_next(desk.desk, me="here", read=unread)
    desk.desk.assign(who(), packet, stay)
    assert open_(desk) == []
    alerts.turn(desk.desk)
    assert open_(desk) == [(troubles.UNFILED, "clerk", stay)]
    desk.desk.take_back_packet(who(), packet)
    alerts.turn(desk.desk)
    assert open_(desk) == []  # acknowledged of this day: it waits for the next
    desk.desk.set_aside(who(), packet)
    desk.pass_hours(30)
    alerts.turn(desk.desk)
    assert open_(desk) == []


def test_a_handing_over_that_fails_is_told_to_both_jails(desk: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    stay = desk.booked()
    whole = type(desk.desk).take_over

    def broken(self: Any, sender: str, handover: str) -> None:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr(type(desk.desk), "take_over", broken)
    # The sender's entry stands, and whoever pressed the key is not told that it failed.
    assert desk.desk.transfer(who(), stay, to="other_agency", agency=OREGON).result["stay"] == stay
    for _ in range(2):
        alerts.turn(desk.desk)
    assert open_(desk) == [(troubles.NOT_HANDED_OVER, "supervisor", stay)]
    assert open_(desk, OREGON) == [(troubles.NOT_TAKEN_OVER, "supervisor", None)]
    monkeypatch.setattr(type(desk.desk), "take_over", whole)
    alerts.turn(desk.desk)
    assert open_(desk) == [] and open_(desk, OREGON) == []
    assert len(desk.rows(tables.stays, agency=OREGON)) == 1


def test_an_answer_that_cannot_be_worked_out_is_told(desk: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    stay = desk.held()
    whole = type(desk.desk).decide_again

    def broken(self: Any, agency: str, stay: str, *, because: str) -> None:
        raise ZeroDivisionError(CANARY)

    desk.pass_hours(47)
    monkeypatch.setattr(type(desk.desk), "decide_again", broken)
    alerts.turn(desk.desk)
    alerts.turn(desk.desk)
    assert open_(desk) == [(troubles.NOT_DECIDED, "supervisor", stay)]
    monkeypatch.setattr(type(desk.desk), "decide_again", whole)
    alerts.turn(desk.desk)
    assert open_(desk) == [] and desk.stay(stay)["outcome"] == "release"


def test_rows_of_the_drop_folder_that_were_not_taken(desk: Made, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    drop = Drop(desk.desk, folder, agency=TEXAS, settled=0.0)

    def put(name: str, *rows: str) -> None:
        (folder / name).write_text("\n".join(["what,booking_number,at,name", *rows, ""]))
        assert drop.turn() == 1

    put("good.csv", f"booking,J-1,{at(-2)},Example")
    assert open_(desk) == []
    put("bad.csv", f"dismissal,J-1,{at(-1)},{CANARY}", f"booking,J-2,{at(-2)},Example")
    put("bad2.csv", f"dismissal,J-1,{at(-1)},{CANARY}")  # the same each hour
    assert open_(desk) == [(troubles.ROWS_REFUSED, "supervisor", None)]
    alerts.acknowledge(desk.desk, who("supervisor"), desk.rows(tables.alerts)[-1]["id"])
    put("bad3.csv", f"dismissal,J-1,{at(-1)},{CANARY}")
    assert open_(desk) == []
    put("other.csv", f"booking,J-1,{at(-9)},Example")  # another fault
    assert len(open_(desk)) == 1
    assert CANARY not in repr(desk.rows(tables.alerts))


def test_a_folder_that_is_away_is_told_after_a_while_and_forgotten_when_it_is_back(desk: Made, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    drop = Drop(desk.desk, folder, agency=TEXAS, settled=0.0)
    folder.rename(tmp_path / "away")
    drop.watched()
    desk.clock[0] += 200
    drop.watched()
    assert open_(desk) == []
    desk.clock[0] += 200
    drop.watched()
    drop.watched()
    assert open_(desk) == [(troubles.NO_FOLDER, "supervisor", None)]
    (tmp_path / "away").rename(folder)
    drop.watched()
    assert open_(desk) == [] and desk.clock[0] < NOW + HOUR
