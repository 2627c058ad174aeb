"""A jail's face sheet to facts of custody: what it says, where it says it, and what it does not say."""

from __future__ import annotations

import json
from datetime import date
from functools import cache

import pytest

from dueprocess.case import read_case
from dueprocess.kernel.instants import parse_instant
from dueprocess.law import load_lawbook
from dueprocess.papers.custody_files import NO_GROUND, OTHER_HOLD, booking_numbers, face_sheet, local_custody
from dueprocess.papers.pagereading import packed, read_text_page, unpacked
from dueprocess.papers.values import Box, Line
from dueprocess.places import load_places
from dueprocess.testing.papers import Paper, Seeded, names, random_paper, text_of
from dueprocess.testing.papers.layout import HEIGHT, WIDTH, lay_out

CLACKAMAS = "us/or/clackamas-county/sheriff"


@cache
def sheet(seed: int) -> Paper:
    return random_paper(Seeded(seed), "face_sheet", spoil=0.0)


def lines_of(paper: Paper) -> list[Line]:
    found = []
    for mark in lay_out(paper)[0].marks:
        if mark.sort in ("printed", "value"):
            x0, y0, x1, y1 = mark.box
            found.append(Line(mark.text, Box(x0 / WIDTH, y0 / HEIGHT, x1 / WIDTH, y1 / HEIGHT)))
    return found


def typed(*rows: str) -> list[Line]:
    """Rows of text; two or more spaces part what stands far apart."""
    found = []
    for number, row in enumerate(rows):
        at = 0
        for piece in [p for p in row.split("  ") if p.strip()]:
            at = row.index(piece, at)
            text = piece.strip()
            found.append(Line(text, Box(0.05 + at * 0.009, 0.05 + number * 0.02, 0.05 + (at + len(piece)) * 0.009, 0.062 + number * 0.02)))
            at += len(piece)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_a_made_up_sheet_gives_what_was_written_on_it(seed: int) -> None:
    paper = sheet(seed)
    read = face_sheet(lines_of(paper))
    assert read is not None
    values = paper.values
    for key, name in (("booked_at", "booked_stamp"), ("left_at", "released_stamp"), ("bail_refused_at", "bail_refused_stamp")):
        assert (key in read) == bool(values.get(name)), key
        if key in read:
            # The clock is written last on the sheet.
            assert read[key].endswith(values[name][-5:]) and read[key].startswith("20")
    assert read.get("left_to") == {"SELF": "community", "COMMUNITY": "community", "ICE": "ice", "US IMMIGRATION": "ice", None: None}[values.get("released_to")]
    charges = [values[f"charge_{n}"] for n in (1, 2) if values.get(f"charge_{n}")]
    assert len(read["grounds"]) == len(charges)
    assert (read["grounds"][0]["kind"] == "sentence") == (values["charge_disposition_1"] == "SENTENCED")
    gone = "left_at" in read
    assert all(g["until"] != "open" for g in read["grounds"]) if gone else read["grounds"][0]["kind"] == "sentence" or values["charge_disposition_1"] == "DISMISSED" or read["grounds"][0]["until"] == "open"


@pytest.mark.parametrize("seed", range(12))
def test_each_fact_has_its_quote_and_place_and_no_name(seed: int) -> None:
    paper = sheet(seed)
    read = face_sheet(lines_of(paper))
    assert read is not None
    assert {f["key"] for f in read["found"]} >= {k for k in ("booked_at", "left_at", "left_to", "bail_refused_at") if k in read} | {f"grounds[{n}]" for n in range(len(read["grounds"]))}
    for fact in read["found"]:
        x0, y0, x1, y1 = fact["box"]
        assert fact["quote"] and 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1 and fact["confidence"] == 1.0
    told = json.dumps(read)
    surname, given = paper.values["name"].split(", ")
    assert surname not in told and given not in told and paper.values["dob"] not in told and paper.values["local_booking_no"] not in told


@pytest.mark.parametrize("seed", range(12))
def test_it_makes_a_case_that_can_be_read(seed: int) -> None:
    read = face_sheet(lines_of(sheet(seed)))
    assert read is not None
    custody = local_custody(read, agency=CLACKAMAS)
    at = custody.get("left_at") or custody["booked_at"]
    case = read_case({"agency": CLACKAMAS, "at": at, "custody": custody}, lawbook=load_lawbook(), places=load_places(), today=date(2026, 11, 22))
    assert case.booked.exact and len(case.grounds or ()) == len(custody["grounds"])


@pytest.mark.parametrize("name", [n for n in names() if n != "face_sheet"])
def test_no_other_paper_is_taken_for_a_face_sheet(name: str) -> None:
    for seed in range(5):
        paper = random_paper(Seeded(seed), name)
        assert face_sheet(lines_of(paper)) is None
        assert face_sheet(typed(*text_of(paper).splitlines())) is None


def test_a_sheet_of_another_jail_with_values_below_and_apart() -> None:
    read = face_sheet(
        typed(
            "Clackamas County, Oregon Jail",
            "INMATE PROFILE                  Booking No 14-00871",
            "Booked:                         Mar 14, 2014 8:05 PM",
            "Bond Refused On: 3/15/2014 12:00",
            "Offense                         Status",
            "ASSAULT IV                      Pending",
            "ICE HOLD                        Active",
            "Released: 03/30/2014 10:00  Released To: Clackamas County Sheriff transport",
        )
    )
    assert read is not None and read["agency"] == CLACKAMAS
    assert (read["booked_at"], read["bail_refused_at"], read["left_at"], read["left_to"]) == ("2014-03-14T20:05", "2014-03-15T12:00", "2014-03-30T10:00", "other_agency")
    assert read["grounds"] == [{"kind": "charge", "until": None}] and read["problems"] == [NO_GROUND]


def test_an_immigration_hold_is_no_ground_and_anothers_hold_is_an_open_question() -> None:
    read = face_sheet(typed("BOOKING RECORD", "Booking Date/Time: 03/14/2014 20:05", "Charge                Disposition", "HOLD FOR ICE          Active", "Holds: MULTNOMAH CO"))
    assert read is not None
    assert read["grounds"] == [{"kind": "other", "until": None}] and set(read["problems"]) == {NO_GROUND, OTHER_HOLD}
    only_ice = face_sheet(typed("BOOKING RECORD", "Booking Date/Time: 03/14/2014 20:05", "Charge                Disposition", "I-247A                Active"))
    # That none is listed is not that there is none.
    assert only_ice is not None and "grounds" not in only_ice


def test_what_is_said_twice_or_cannot_be_read_is_unknown_and_said() -> None:
    twice = face_sheet(typed("BOOKING SHEET", "Booking Date: 03/14/2014 20:05", "Booked: 03/15/2014 20:05", "Bail: $500"))
    assert twice is not None and "booked_at" not in twice and "two values" in twice["problems"][0]
    broken = face_sheet(typed("BOOKING SHEET", "Booking Date: 13/44/2014", "Released: 03/15/2014", "Released To: SELF"))
    assert broken is not None and "booked_at" not in broken and "booked" in broken["problems"][0]
    assert (broken["left_at"], broken["left_to"]) == ("2014-03-15", "community")


def test_what_was_poorly_recognized_waits_for_a_person() -> None:
    rows = typed("BOOKING SHEET", "Booking Date: 03/14/2014 20:05", "Released: 03/15/2014", "Charge                Disposition", "THEFT III             Pending")
    poor = [Line(one.text, one.box, 0.6 if one.text.startswith(("Booking Date", "Pending")) else 0.99, "recognized") for one in rows]
    read = face_sheet(poor)
    assert read is not None and "booked_at" not in read and read["left_at"] == "2014-03-15"
    assert read["grounds"] == [{"kind": "charge", "until": None}] and len(read["problems"]) == 2


def test_a_forecast_of_release_is_no_release() -> None:
    read = face_sheet(typed("BOOKING SHEET", "Booking Date: 03/14/2014 20:05", "Scheduled Release: 04/01/2014", "Bail: $500"))
    assert read is not None and not {"left_at", "release_due_at"} & set(read)
    assert [f["value"] for f in read["found"] if f["key"] == "scheduled"] == ["2014-04-01"]


def test_a_charge_that_ended_before_the_booking_is_left_out() -> None:
    read = face_sheet(typed("BOOKING SHEET", "Booking Date: 03/14/2014 20:05", "Charge                Disposition     Disp Date", "THEFT III             Dismissed       03/01/2014", "ASSAULT IV            Dismissed       03/20/2014"))
    assert read is not None and read["grounds"] == [{"kind": "charge", "until": "2014-03-20"}]


def test_local_times_get_the_zone_of_the_jail_and_both_of_a_repeated_hour() -> None:
    def placed(text: str, agency: str | None) -> object:
        return local_custody({"agency": None, "booked_at": text, "found": [], "problems": []}, agency=agency)["booked_at"]

    assert placed("2014-07-01T10:00", CLACKAMAS) == "2014-07-01T10:00:00-07:00"
    assert placed("2014-07-01", CLACKAMAS) == "2014-07-01"
    repeated = placed("2014-11-02T01:30", CLACKAMAS)
    assert repeated == {"earliest": "2014-11-02T01:30:00-07:00", "latest": "2014-11-02T01:30:00-08:00"}
    assert parse_instant(repeated["latest"], where="") - parse_instant(repeated["earliest"], where="") == 3600
    assert placed("2014-03-09T02:30", CLACKAMAS) == "2014-03-09"
    # Without a jail, or one of a state with two zones, the day alone is known.
    assert placed("2014-07-01T10:00", None) == "2014-07-01" == placed("2014-07-01T10:00", "us/or/state")


def test_the_jail_is_named_only_where_one_county_can_be_meant() -> None:
    rows = ("BOOKING SHEET", "Booking Date: 03/14/2014 20:05", "Bail: $500")
    for head, agency in (("Clackamas County Jail", CLACKAMAS), ("Polk County Jail", None), ("Polk County, Iowa Jail", "us/ia/polk-county/sheriff"), ("Nowhere County Jail", None)):
        read = face_sheet(typed(head, *rows))
        assert read is not None and read["agency"] == agency, head


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (("Booking #: B-104    Name: SOMEBODY MADE UP",), ("B-104",)),
        (("BOOKING NO. 2026-0033", "Booked: 11/18/2026 01:30"), ("2026-0033",)),
        (("Booking Number", "A 77"), ()),
        (("Booking ID:  7719", "Booking number:  7719"), ("7719",)),
        (("Booking Number:", "88120  x"), ("88120",)),
        (("Booking #:", "Booked: 11/18/2026 01:30"), ()),
        (("Booking date: 11/18/2026", "Booking number: none"), ()),
    ],
)
def test_booking_numbers_of_a_sheet(rows: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert booking_numbers(typed(*rows)) == found


def test_a_booking_number_that_is_not_surely_read_is_none() -> None:
    line = typed("Booking #: B-104")[0]
    assert booking_numbers([Line(line.text, line.box, confidence=0.8)]) == ()


def test_the_number_crosses_the_pipe_and_is_printed_nowhere() -> None:
    (part,) = read_text_page("JAIL FACE SHEET\n\nBooking #: B-104\nBooked: 11/18/2026 01:30\nReleased: 11/19/2026 10:00\n", number=1)
    other = unpacked(json.loads(json.dumps(packed(part))))
    assert [n.key() for n in other.numbers] == ["B104"] == [n.key() for n in part.numbers]
    assert "B-104" not in repr(other) and "B104" not in repr(other)
