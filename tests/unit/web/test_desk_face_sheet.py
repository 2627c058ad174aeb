"""The jail's own sheet in a packet: proposed beside what is recorded, and taken over by a press, never by itself."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("pypdfium2", reason="the extra ocr is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from desk_common import CANARY, TEXAS, at, made, who
from test_desk_packets import quick
from test_desk_web import Web, post

from dueprocess.desk.reader import read_next
from dueprocess.store import tables

SHEET = (
    "EXAMPLE COUNTY JAIL\nBOOKING FACE SHEET\n\nBooking #: B-1    Name: {name}\nBooked: {booked}\n\n"
    "Charge              Disposition       Disp Date\nTHEFT 2             DISMISSED         {ended}\nTRESPASS            PENDING\n\nBail refused: {refused}\n"
)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with made(tmp_path) as desk:
        yield Web(desk)


def test_what_the_sheet_says_is_offered_and_taken_over_by_a_press(web: Web) -> None:
    desk = web.desk
    stay = desk.booked(until=None)  # ten hours ago, with one open charge
    text = SHEET.format(name=CANARY, booked="11/18/2026 01:30", ended="11/18/2026 09:15", refused="11/18/2026 08:00")
    packet = str(desk.desk.hand_in(who(), [text.encode()], stay=stay, at=at(-1)).result["packet"])
    assert read_next(desk.desk, me="here", read=quick)
    reading = next(r for r in desk.rows(tables.packets) if r["id"] == packet)["reading"]
    assert reading["custody"]["values"]["booked_at"] == "2026-11-18T01:30:00-06:00" and CANARY not in repr(reading)
    clerk, url = web.signed_in("clerk"), f"/packet/{packet}"
    page = unescape(clerk.get(url).text)
    assert "The jail's own sheet among them" in page and "Booked 2026-11-18 01:30 (-06:00), Wed" in page and "Here: booked 2026-11-18 02:00 (-06:00), Wed" in page
    assert desk.stay(stay)["booked_at"] == desk.rows(tables.grounds)[0]["started_at"]  # nothing by itself

    def pressed(button: str, **more: str) -> None:
        form = next(f for f in re.findall(r"<form.*?</form>", clerk.get(url).text, re.DOTALL) if button in unescape(f))
        given = {k: unescape(v) for k, v in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)}
        action = re.findall(r'action="([^"]+)"', form)[0]
        assert clerk.post(action, data={**given, **more}).status_code == 303

    pressed("Correct the booking's time")
    assert "Here: the same" in clerk.get(url).text and desk.stay(stay)["booked_at"] < desk.rows(tables.grounds)[0]["started_at"]
    pressed("Record that it ended then", how="charges_dropped")
    ground = desk.rows(tables.grounds)[0]
    assert (ground["ended_by"], ground["ended_at"]) == ("charges_dropped", desk.clock[0] - 9900)
    pressed("Record this charge as a local ground")
    assert len(desk.rows(tables.grounds)) == 2
    pressed("Record that bail was refused then")
    page = unescape(clerk.get(url).text)
    assert "recorded, ended" in page and "no such ground" not in page and "Bail was refused" in page and "not recorded" not in page
    # It held no paper: it is done with, and no longer waits.
    assert post(clerk, f"{url}/file", nothing="yes").headers["location"] == f"/stay/{stay}"
    assert next(r for r in desk.rows(tables.packets) if r["id"] == packet)["state"] == "filed"
    assert post(clerk, f"{url}/file", nothing="yes").status_code == 409


def test_a_sheet_of_another_jail_is_shown_and_not_offered(web: Web) -> None:
    stay = web.desk.booked(until=None)
    text = SHEET.format(name=CANARY, booked="11/18/2026 01:30", ended="", refused="").replace("EXAMPLE COUNTY JAIL", "Clackamas County Jail, Oregon")
    packet = str(web.desk.desk.hand_in(who(), [text.encode()], stay=stay, at=at(-1)).result["packet"])
    assert read_next(web.desk.desk, me="here", read=quick)
    page = web.signed_in("clerk").get(f"/packet/{packet}").text
    custody = next(r for r in web.desk.rows(tables.packets) if r["id"] == packet)["reading"]["custody"]
    assert custody["agency"] not in (None, TEXAS) and "It names another jail" in page and "Correct the booking" not in page


def test_the_number_on_the_sheet_proposes_whose_it_is_and_files_nothing(web: Web) -> None:
    desk = web.desk
    first, second = desk.booked(until=None), desk.booked()  # B-1 and B-2, of the same name
    text = SHEET.format(name=CANARY, booked="11/18/2026 01:30", ended="", refused="").replace("B-1", "b-2 ")

    def handed(sheet: str) -> dict[str, object]:
        packet = str(desk.desk.hand_in(who(), [sheet.encode()], at=at(-1)).result["packet"])
        assert read_next(desk.desk, me="here", read=quick)
        return next(r for r in desk.rows(tables.packets) if r["id"] == packet)

    clerk, row = web.signed_in("clerk"), handed(text)
    page = clerk.get(f"/packet/{row['id']}").text
    assert "booking number B-2 came with them" in unescape(page) and f'name="stay" value="{second}"' in page and f'name="stay" value="{first}"' not in page
    # It is proposed, never filed, and the number is in nothing that is kept of the reading.
    assert row["stay"] is None and "B-2" not in repr(row["reading"]) and "B2" not in repr(row["reading"])
    assert post(clerk, f"/packet/{row['id']}/assign", stay=second).status_code == 303
    assert next(r for r in desk.rows(tables.packets) if r["id"] == row["id"])["stay"] == second
    # Nobody's number, somebody's who has left, and the number of another jail's sheet propose nobody.
    desk.desk.release(who(), second)
    for sheet in (text, text.replace("b-2 ", "B-77"), text.replace("b-2 ", "B-1").replace("EXAMPLE COUNTY JAIL", "Clackamas County Jail, Oregon")):
        assert "No booking number of anybody who is in came with them" in clerk.get(f"/packet/{handed(sheet)['id']}").text
