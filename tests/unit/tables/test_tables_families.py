"""Layouts that jails send and that are no plain table: header of two lines, pages, a file a day, exports to be joined."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tables_common import AGENCY, codes, lawbook, prepared, read, text_of, workbook, write

from dueprocess.kernel.instants import iso
from dueprocess.kernel.yamlread import parse
from dueprocess.tables import Proposal, propose

TOP = [
    ["MADE-UP COUNTY JAIL", "", "", "", "", "", "", ""],
    ["Persons with immigration holds", "", "", "", "", "", "Page 1 of 3", ""],
    ["Booking", "", "", "Inmate", "", "ICE Detainer", "Release", ""],
    ["Number", "Date", "Time", "Name", "DOB", "Received", "Date", "Time"],
]


def row(number: int) -> list[str]:
    return [f"19-{number:05}", f"03/{number + 1:02}/2019", f"{8 + number % 10:02}:15", "PLACEHOLDER, PAT", "01/02/1980", f"03/{number + 2:02}/2019 09:00", f"03/{number + 4:02}/2019", "16:40"]


def proposed(*files: Path) -> tuple[Proposal, dict[str, Any]]:
    found = propose(list(files), vocabulary=lawbook().vocabulary, agency=AGENCY)
    return found, parse(found.text, name="map").value


def test_a_header_of_two_lines_is_one_and_stands_again_on_each_page(tmp_path: Path) -> None:
    pages = [line for page in range(3) for line in (*([*TOP[:1], [*TOP[1][:6], f"Page {page + 1} of 3", ""], *TOP[2:]]), *(row(page * 4 + i) for i in range(4)), ["Report: JMS114R", "", "", "", "", "", "", "Printed 04/01/2019 08:14"])]
    for name in ("log.csv", "log.xlsx"):
        path = write(tmp_path, name, pages) if name.endswith("csv") else workbook(tmp_path / name, {"Sheet": pages})
        found, map_ = proposed(path)
        # Names, and what tells a birth, are known from the line above.
        assert "PLACEHOLDER" not in str(found.tables) and "1980" not in str(found.tables)
        assert map_["stays"] == {"id": "Booking Number"}
        assert map_["columns"]["booked_at"] == {"column": "Booking Date", "clock": "Booking Time"}
        assert map_["columns"]["left_at"] == {"column": "Release Date", "clock": "Release Time"} and map_["columns"]["detainer_received_at"] == "ICE Detainer Received"
        done = prepared(tmp_path / name.replace(".", "-"), path, map=map_)
        assert done.stays == 12 and done.rows_in == 12
        assert codes(done)["repeated-header"] == 8 and codes(done)["summary-line"] == 3 and codes(done)["title-line"] == 2


def test_one_line_of_header_over_words_stays_one(tmp_path: Path) -> None:
    path = write(tmp_path, "stays.csv", [["stay_id", "agency", "left_to", "left_at"], ["", "", "ice", ""], ["a", AGENCY, "ice", "2014-05-04"]])
    assert prepared(tmp_path, path).stays == 2


def test_a_file_a_day_is_a_list_of_who_was_there(tmp_path: Path) -> None:
    files = []
    for day in range(1, 9):
        there = [["70001", "PLACEHOLDER, PAT", "03/01/22", "ICE" if day > 2 else ""]] * (day <= 6) + [["70002", "EXAMPLE, SAM", "03/03/22", ""]] * (day >= 3)
        files.append(write(tmp_path / "rosters", f"roster-2022-03-{day:02}.csv", [["Inmate Number", "Name", "Booking Date", "Hold"], *there]))
    found, map_ = proposed(*files)
    assert len(found.tables) == 1 and "8 tables" in found.tables[0]["file"]
    assert map_["snapshots"] == {"day": r"file: (\d{4}-\d\d-\d\d)"} and map_["stays"] == {"id": ["Inmate Number", "Booking Date"]}
    assert map_["tables"]["roster"]["file"] == "roster*.csv" and map_["columns"]["detainer"]["values"] == {"ICE": "yes"}
    done = prepared(tmp_path, *files, map=map_)
    one, two = read(done, "stays")
    assert done.stays == 2 and one["left_state"] == "recorded" and two["left_state"] == "present" and one["left_to"] is None
    assert one["record_complete"] is False and not codes(done).get("no-stay")


def test_a_file_a_month_is_one_table(tmp_path: Path) -> None:
    head = ["Booking Number", "Booking Date", "Release Date"]
    files = [write(tmp_path, f"jail-2020-{m:02}.csv", [head, *([f"{m}-{i}", f"{m}/1/2020", f"{m}/{i + 2}/2020"] for i in range(3))]) for m in (1, 2, 3)]
    _, map_ = proposed(*files)
    assert "snapshots" not in map_ and list(map_["tables"].values()) == [{"file": "jail*.csv"}]
    assert prepared(tmp_path, *files, map=map_).stays == 9


def test_a_sheet_a_year_is_one_table_beside_other_sheets(tmp_path: Path) -> None:
    head = ["Booking Number", "Booking Date", "Release Date"]
    sheets = {str(y): [head, *([f"{y}-{i}", f"5/1/{y}", f"5/{i + 2}/{y}"] for i in range(3))] for y in (2018, 2019, 2020)}
    codes_of = {"Codes": [["Code", "Meaning", "Note"], ["Y", "yes", "so said"]]}
    _, map_ = proposed(workbook(tmp_path / "years.xlsx", {**sheets, **codes_of}))
    assert prepared(tmp_path / "a", tmp_path / "years.xlsx", map=map_).stays == 9
    _, map_ = proposed(workbook(tmp_path / "named.xlsx", {"Jail 2018": sheets["2018"], "Jail 2019": sheets["2019"], "Charges": [["Booking Number", "Charge", "Disposition"], ["2018-0", "THEFT", "DISMISSED"]]}))
    assert {"file": "named.xlsx", "sheet": "Jail *"} in map_["tables"].values()
    assert prepared(tmp_path / "b", tmp_path / "named.xlsx", map=map_).stays == 6
    # Where no pattern names them alone, it is said that they are left out.
    found, map_ = proposed(workbook(tmp_path / "odd.xlsx", {"January": sheets["2018"], "March": sheets["2019"], "Charges": [["Booking Number", "Charge", "Disposition"], ["2018-0", "THEFT", "DISMISSED"]]}))
    assert any("[odd.xlsx[March]] have the same header" in note for note in found.notes)


def test_exports_of_a_database_are_joined_by_what_their_headers_say(tmp_path: Path) -> None:
    files = [
        write(tmp_path, "bookings.csv", [["BookingID", "SONumber", "LastName", "BookDateTime", "ReleaseDateTime", "Race"], ["B1", "S1", "EXAMPLE", "2018-02-10 03:08:00", "2018-02-17 14:08:00", "W"], ["B2", "S1", "EXAMPLE", "2018-03-10 03:08:00", "2018-03-12 14:08:00", "W"]]),
        write(tmp_path, "charges.csv", [["BookingID", "OffenseDesc", "ChargeDispo", "ChargeDispoDate"], ["B1", "MADE UP", "DISMISSED", "2018-02-12 10:00:00"], ["B2", "MADE UP", "BAIL POSTED", "2018-03-11 10:00:00"]]),
        write(tmp_path, "detainer-log.csv", [["SO No", "Booking", "Detainer form", "Rev.", "Date Rec'd", "Date lifted", "Agent signature Y/N"], ["S1", "B1", "I-247", "12/12", "2018-02-10 09:00:00", "", "Y"], ["S1", "B1", "I-247A", "3/17", "2018-02-11 09:00:00", "2018-02-13", "N"], ["S1", "B2", "I-247A", "3/17", "2018-03-10 09:00:00", "", "Y"]]),
    ]
    found, map_ = proposed(*files)
    assert map_["stays"] == {"table": "bookings", "id": "BookingID"} and map_["columns"]["person_key"] == "SONumber"
    assert map_["papers"] == [{"table": "detainer_log", "stay": "Booking", "kind": "Detainer form", "edition": "Rev.", "received_at": "Date Rec'd", "cancelled_at": "Date lifted", "signed_by": "Agent signature Y/N"}]
    assert "EXAMPLE" not in str(found.tables) and "# by: {race:" in found.text
    done = prepared(tmp_path, *files, map=map_)
    assert (done.stays, done.merged, done.aside) == (2, 5, 0)
    papers = read(done, "papers")
    assert len(papers) == 3 or len(papers) + sum(s["detainer_form"] is not None for s in read(done, "stays")) == 3


def test_a_charge_dated_on_the_day_of_the_booking_opens_no_gap(tmp_path: Path) -> None:
    rows = [["Booking Number", "Booked", "Charge Description", "Charge Date", "Disposition", "Disposition Date", "Release Date"]]
    rows += [["1", "02/18/2021 03:31", "THEFT", day, "DISMISSED", "02/26/2021 10:00", "02/26/2021 12:31"] for day in ("02/18/2021", "02/20/2021")]
    path = write(tmp_path, "charges.csv", text_of(rows, ";").encode("cp1252"))
    _, map_ = proposed(path)
    done = prepared(tmp_path, path, map=map_)
    (stay,) = read(done, "stays")
    same, later = sorted(read(done, "grounds"), key=lambda g: g["start_lo"])
    assert (same["start_lo"], same["start_hi"]) == (stay["booked_lo"], stay["booked_hi"])
    assert later["start_hi"] - later["start_lo"] == 86_400 and later["start_lo"] > stay["booked_hi"]


def test_forms_clocks_posted_hours_and_midnight_are_seen_in_the_cells(tmp_path: Path) -> None:
    rows = [["Bkg No", "Bkg Date", "Bkg Time", "Det Type", "Rel Date", "Rel Time", "Released To"]]
    rows += [[f"13{i:04}", "02/10/13", f"{8 + i:02}07", "I-247D", "02/14/13", "2400" if i == 3 else "1600", "Community"] for i in range(10)]
    path = write(tmp_path, "log.csv", rows)
    _, map_ = proposed(path)
    assert map_["columns"]["booked_at"] == {"column": "Bkg Date", "clock": "Bkg Time"} and map_["columns"]["detainer_form"] == "Det Type"
    assert map_["posted"] == {"left_at": ["16:00"]} and map_["columns"]["left_to"]["values"] == {"Community": "community"}
    done = prepared(tmp_path, path, map={**map_, "posted": {}})
    stays = read(done, "stays")
    # 24:00 of the 14th is the midnight that ends it.
    assert stays[3]["left_lo"] == stays[0]["left_lo"] + 8 * 3600 and "unreadable-time" not in codes(done)


def test_a_hold_that_was_lifted_is_cancelled(tmp_path: Path) -> None:
    rows = [["Booking Number", "Booked", "Charge", "Charge Date", "Disposition", "Disposition Date", "Release Date"]]
    rows += [["1", "02/18/2021 03:31", "THEFT", "02/18/2021", "DISMISSED", "02/20/2021", "02/26/2021"], ["1", "02/18/2021 03:31", "ICE HOLD", "02/19/2021", "HOLD LIFTED", "02/26/2021", "02/26/2021"], ["2", "02/18/2021 03:31", "ICE HOLD", "02/19/2021", "REMOVED BY ICE", "02/26/2021", "02/26/2021"]]
    path = write(tmp_path, "charges.csv", rows)
    _, map_ = proposed(path)
    done = prepared(tmp_path, path, map={**map_, "assume": {"detainer_form": "i-247a"}})
    assert [s["detainer_cancelled_lo"] is not None for s in read(done, "stays")] == [True, False]


def test_who_signed_in_words_is_no_problem(tmp_path: Path) -> None:
    path = write(tmp_path, "stays.csv", [["stay_id", "agency", "detainer_form", "detainer_signed"], ["a", AGENCY, "i-247a", "immigration_officer"], ["b", AGENCY, "i-247a", "none"], ["c", AGENCY, "i-247a", "a stamp"]])
    done = prepared(tmp_path, path)
    assert codes(done)["unreadable-value"] == 1
    assert [s["detainer_signed_by"] for s in read(done, "stays")] == ["immigration_officer", "none", None]


@pytest.mark.parametrize("mark", ["*****", "██████", "** **"])
def test_stars_and_black_boxes_are_withheld(tmp_path: Path, mark: str) -> None:
    path = write(tmp_path, "stays.csv", [["stay_id", "agency", "left_at"], ["a", AGENCY, mark]])
    assert codes(prepared(tmp_path, path)) == {"redacted": 1}


def test_dates_with_the_day_first_are_read_so_where_some_can_be_read_in_no_other_way(tmp_path: Path) -> None:
    rows = [[f"A-{i}", f"{i + 10:02}.03.2014 08:15", f"0{i}.04.2014", "05.04.2014 00:00"] for i in range(1, 8)]
    path = write(tmp_path, "days.csv", [["Booking No", "Booked", "End of Sentence", "Release"], *rows])
    found, map_ = proposed(path)
    assert map_["day_first"] is True and any("day first" in n for n in found.notes)
    assert map_["columns"]["left_at"] == "Release" and map_["posted"] == {"left_at": ["00:00"]}
    done = prepared(tmp_path / "a", path, map=map_)
    first = read(done, "stays")[0]
    assert iso(first["booked_lo"], first["zone"])[:16] == "2014-03-11T08:15" and iso(first["release_due_lo"], first["zone"])[:10] == "2014-04-01" and first["left_open"]
    assert "unreadable-time" not in codes(done)
    # With one date that only months first can mean, nothing is taken for granted, and what cannot be read is listed.
    both = write(tmp_path, "both.csv", [["Booking No", "Booked", "Released"], *(["B-1", "13.03.2014", "14.03.2014"], ["B-2", "03/14/2014", "03/15/2014"])])
    assert "day_first" not in proposed(both)[1]
    assert codes(prepared(tmp_path / "b", both, map={"map": "x", "columns": {"booked_at": "Booked", "left_at": "Released"}}))["unreadable-time"] == 2


def test_a_number_written_in_two_ways_is_one_by_its_digits(tmp_path: Path) -> None:
    bookings = write(tmp_path, "bookings.csv", [["Booking #", "Booked", "Released"], *([f"B-2016-{i:04}", f"2016-01-{i:02} 08:00", f"2016-02-{i:02} 08:00"] for i in range(1, 21))])
    log = write(tmp_path, "detainer_log.csv", [["Booking No", "Form", "Date Received"], *([f"2016{i:04}" if i % 2 else f"B-2016-{i:04}", "I-247D", f"2016-01-{i:02} 12:00"] for i in range(1, 11))])
    found, map_ = proposed(bookings, log)
    assert map_["stays"]["match"] == "digits" and any("by the digits alone 10 are found" in n for n in found.notes)
    done = prepared(tmp_path / "a", bookings, log, map=map_)
    assert done.stays == 20 and done.merged == 10 and done.aside == 0
    exact = prepared(tmp_path / "b", bookings, log, map={**map_, "stays": {**map_["stays"], "match": "exact"}})
    assert exact.merged == 5 and exact.aside == 5
    # Where two bookings have the same digits, they are not taken for one.
    twins = write(tmp_path, "twins.csv", [["Booking #", "Booked", "Released"], *([f"{a}-{i}", f"2016-01-0{i} 08:00", "2016-02-01"] for a in "BC" for i in range(1, 6))])
    assert "match" not in proposed(twins, log)[1]["stays"]


def test_the_second_line_of_a_name_is_no_charge(tmp_path: Path) -> None:
    lines: list[list[str]] = [["Bkg No", "Inmate Name", "Book Date/Time", "Charge", "Disposition", "Disp Date", "Release Date/Time"]]
    for i in range(1, 6):
        lines += [[f"15{i:03}", "PLACEHOLDER,", f"03/0{i}/2015 08:00", "THEFT", "DISMISSED", f"03/1{i}/2015 09:00", f"03/1{i}/2015 12:00"], ["", "PAT MADEUP", "", "", "", "", ""], ["", "", "", "ICE HOLD", "REL TO ICE", "", ""]]
    path = write(tmp_path, "converted.csv", lines)
    _, map_ = proposed(path)
    assert map_["stays"] == {"id": "Bkg No"} and map_["tables"]["converted"]["fill_down"]
    done = prepared(tmp_path / "a", path, map=map_)
    assert done.stays == 5 and len(read(done, "grounds")) == 5 and done.merged == 10
