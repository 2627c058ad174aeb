"""What is proposed for exports as counties send them: other headers than the usual, and what is said where nothing fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tables_common import workbook

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.yamlread import parse
from dueprocess.law import load_lawbook
from dueprocess.tables.columns import personal
from dueprocess.tables.mapreading import read_map
from dueprocess.tables.proposing import Proposal, propose

AGENCY = "us/or/clackamas-county/sheriff"


def proposed(*paths: Path) -> tuple[Proposal, dict[str, Any]]:
    found = propose(list(paths), vocabulary=load_lawbook().vocabulary, agency=AGENCY)
    value = parse(found.text, name="map").value
    assert isinstance(value, dict)
    return found, value


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_log_that_names_the_person_is_joined_by_the_person_and_its_editions_are_read(tmp_path: Path) -> None:
    stays = written(tmp_path / "BOOKINGS.csv", "book_no,person_id,book_date,book_time,discharge_date,discharge_time,discharge_type\n" + "".join(f"BK{i},P{i},0{i}-JAN-2017,08:00,1{i}-JAN-2017,09:00,USINS/ICE\n" for i in range(1, 7)))
    log = written(tmp_path / "DETAINERS.csv", "person_id,lodged_on,form_rev,withdrawn_on\n" + "".join(f"P{i},0{i}-JAN-2017 15:00,{'I-247D 5/15' if i % 2 else 'I-247A (3/17)'},\n" for i in range(1, 7)))
    found, map_ = proposed(stays, log)
    assert map_["tables"]["detainers"]["via"] == {"table": "bookings", "on": {"person_id": "person_id"}}
    (papers,) = map_["papers"]
    assert papers["kind"] == "form_rev" and sorted(papers["edition"]["patterns"].values()) == ["2015-05", "2017-03"]
    assert any("joined by the person" in n for n in found.notes)
    assert map_["columns"]["left_to"]["values"] == {"USINS/ICE": "ice"}


def test_a_word_over_several_columns_says_of_what_they_are(tmp_path: Path) -> None:
    heads = [["Inmate", "", "Commit", "", "Release", ""], ["Booking #", "Inmate ID", "Date", "Time", "Date", "Time"]]
    rows = [[f"13-{i:04}", f"9{i}", f"02/0{i}/2013", "0707", f"02/1{i}/2013", "1407"] for i in range(1, 9)]
    _, map_ = proposed(workbook(tmp_path / "merged.xlsx", {"Sheet1": [*heads, *rows]}))
    assert map_["columns"]["stay_id"] == "Inmate Booking #" and map_["columns"]["person_key"] == "Inmate Inmate ID"


def test_the_day_of_a_list_is_not_a_time_of_which_nothing_was_made(tmp_path: Path) -> None:
    rows = [f"2018-05-0{day},S{n},2018-04-2{n}" for day in range(1, 5) for n in range(1, 6)]
    found, map_ = proposed(written(tmp_path / "roster.csv", "Roster Date,Booking No,Book Date\n" + "\n".join(rows) + "\n"))
    assert map_["snapshots"] == {"day": "Roster Date"} and not any("nothing was made" in n for n in found.notes)
    assert {c["column"]: c["becomes"] for c in found.tables[0]["columns"]}["Roster Date"] == "snapshots: day"


def test_sheets_named_by_the_day_are_lists_of_who_was_there(tmp_path: Path) -> None:
    sheets = {f"06-0{day}-2018": [[f"In custody 6/{day}/2018"], ["Jacket", "Intake", "ICE hold?"], *[[str(7000 + i), f"5/{20 + i}/2018 10:00", "Y" if i % 2 else "N"] for i in range(day, day + 6)]] for day in range(1, 5)}
    _, map_ = proposed(workbook(tmp_path / "nightly.xlsx", sheets))
    assert map_["snapshots"] == {"day": r"file: (\d\d-\d\d-\d{4})"} and map_["stays"]["id"] == ["Jacket"]


def test_one_heading_before_a_header_that_stands_again_is_no_stay(tmp_path: Path) -> None:
    head = ["Commit #", "SPIN", "Commit Date/Time", "Release Date/Time", "Released To"]
    rows = [[f"13-{i:04}", f"9{i}", f"02/0{i}/2013 0707", f"02/1{i}/2013 1407", "USICE"] for i in range(1, 9)]
    _, map_ = proposed(workbook(tmp_path / "prison.xlsx", {"Sheet1": [["Example County Prison (made up)"], head, *rows[:4], ["Work Release Annex"], head, *rows[4:]]}))
    assert [t["group_header"] for t in map_["tables"].values()] == ["Group"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("BOOK#     BOOKED           CLEARED          RELEASED\n" + "".join(f"1300{i}     01/0{i}/2013 00:20  01/0{i}/2013 03:20  01/1{i}/2013 04:20\n" for i in range(1, 9)), "lined up by blanks"),
        ("Nummer,Ankunft,Abgang\nx1,2014-01-02 10:00,2014-01-05\nx2,2014-02-02 11:00,2014-02-09\n", r"its columns are \[Nummer\], \[Ankunft\], \[Abgang\]; these hold times: \[Ankunft\], \[Abgang\]"),
    ],
)
def test_where_nothing_is_recognized_the_columns_are_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        proposed(written(tmp_path / "list.txt", text))


def test_origin_is_never_shown_under_its_short_names() -> None:
    assert all(personal(h) for h in ("Nation", "COB", "Country", "POB")) and not any(personal(h) for h in ("County", "Jail", "Cell", "Nationwide hold"))


def test_the_name_of_a_county_is_no_path_of_an_agency() -> None:
    with pytest.raises(InputError, match=r"\[Clackamas County\] is no agency's path"):
        read_map({"map": "m", "constants": {"agency": "Clackamas County"}, "columns": {"booked_at": "Booked"}}, vocabulary=load_lawbook().vocabulary)
