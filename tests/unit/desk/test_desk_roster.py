"""Going live: today's roster is looked at row by row, booked in one go, and nobody twice."""

from __future__ import annotations

import pytest
from desk_common import HOUR, NOW, OREGON, TEXAS, ZONE, Made, at, who

from dueprocess.desk import NotAllowed, NotHere, showing
from dueprocess.desk.keeping import Keeping
from dueprocess.desk.reader import read_next
from dueprocess.desk.roster import read_roster
from dueprocess.kernel.errors import InputError
from dueprocess.store import tables
from dueprocess.store.files import read_file
from dueprocess.store.proving import verify

HEAD = "Booking #,Inmate Name,Date Booked,Custody Status,Projected Release,Detainer_Form,Detainer_Edition,Detainer_Received_At,Detainer_Served_At,Detainer_Signed,Detainer_Boxes,Admin_Warrant_At,Cell"
ROWS = [
    '26-1,"Example, One",11/17/2026 08:30,Pretrial,,,,,,,,,A1',
    '26-2,"Example, Two",2026-11-16 22:15,Sentenced,11/25/2026,I-247A,2017-03,11/17/2026 09:00,11/17/2026 10:00,yes,final_order,11/17/2026 09:00,A2',
    '26-3,"Example, Three",11/31/2026 08:00,Pretrial,,,,,,,,,A3',
    '26-1,"Example, One Again",11/17/2026 08:30,Pretrial,,,,,,,,,A4',
    ',"Example, No Number",11/17/2026,Pretrial,,,,,,,,,A5',
    '26-6,,11/17/2026 08:30,Pretrial,,,,,,,,,A6',
    '26-7,"Example, Seven",11/17/2026,Ranch,someday,I-999,,,,,,,A7',
    '26-8,"Example, Eight",12/24/2026 08:00,Pretrial,,,,,,,,,A8',
]  # fmt: skip
TABLE = "\r\n".join([HEAD, *ROWS]).encode()


def booked(desk: Made, data: bytes = TABLE) -> dict[str, object]:
    packet = str(desk.desk.hand_in_roster(who(), data).result["packet"])
    desk.desk.book_roster(who(), packet)
    assert read_next(desk.desk, me="here")
    row = next(r for r in desk.rows(tables.packets) if r["id"] == packet)
    assert row["state"] == "filed"
    return dict(row["reading"])


def test_every_problem_has_its_row_and_its_column() -> None:
    found = read_roster(TABLE, zone_name=ZONE, now=NOW)
    assert [(p.row, p.column, p.stops) for p in found.problems] == [
        (4, "Date Booked", True), (5, "Booking #", True), (6, "Booking #", True), (7, "Inmate Name", True), (8, "Projected Release", False),
        (8, "Custody Status", False), (8, "Detainer_Form", False), (9, "Date Booked", True),
    ]  # fmt: skip
    assert [line.row for line in found.good()] == [2, 3, 8] and found.left == ("Cell",)
    assert found.columns["booked_at"] == "Date Booked"
    two = found.lines[1]
    assert (two.ground, two.until.value if two.until else None) == ("sentence", "2026-11-25")
    assert [g.paper["kind"] for g in two.papers] == ["i-247a", "i-200"] and two.papers[0].paper["boxes"] == ["final_order"]
    seven = found.lines[6]
    assert seven.booked is not None and seven.booked.value == "2026-11-17" and not seven.until_known


def test_nothing_is_booked_before_somebody_has_looked_and_then_all_at_once(desk: Made) -> None:
    packet = str(desk.desk.hand_in_roster(who(), TABLE).result["packet"])
    assert desk.rows(tables.stays) == [] and not read_next(desk.desk, me="here")
    _, roster, there = desk.desk.roster(who(), packet)
    assert roster is not None and len(roster.lines) == 8 and there == {}
    desk.desk.book_roster(who(), packet)
    assert read_next(desk.desk, me="here")
    stays = {s["booking_number"]: s for s in desk.rows(tables.stays)}
    assert set(stays) == {"26-1", "26-2", "26-7"}
    assert (stays["26-2"]["outcome"], stays["26-2"]["booked_at"]) == ("local_custody", NOW - (37 * HOUR + 45 * 60))
    # Nobody has said that these records are complete: what is not in the table is unknown, and nobody is held on it.
    assert stays["26-1"]["then_outcome"] == "review"
    row = desk.rows(tables.packets)[0]
    with desk.store.read(TEXAS) as connection, pytest.raises(InputError, match="erased"):
        read_file(connection, desk.store.keys, agency=TEXAS, file=row["files"][0]["file"])
    assert "Example" not in str(row["reading"]) and verify(desk.store).ok
    assert showing.person(desk.store, who(), stays["26-2"]["id"]).papers[0]["served_at"] == NOW - 26 * HOUR


def test_the_same_number_is_listed_and_not_booked_twice(desk: Made) -> None:
    desk.desk.book(who(), name="Example, One", booking_number="26-1", booked_at=at(-20))
    desk.desk.book(who(), name="Quite Another", booking_number="26-2", booked_at=at(-20))
    _, _, there = desk.desk.roster(who(), str(desk.desk.hand_in_roster(who(), TABLE).result["packet"]))
    assert {row: (one.case, one.same) for row, one in there.items()} == {2: ("26-00001", True), 3: ("26-00002", False), 5: ("26-00001", True)}
    first = booked(desk)
    assert (first["booked"], first["there"]) == (1, [[2, "26-00001"], [3, "26-00002"]])
    again = booked(desk)
    assert again["booked"] == 0 and [n for n, _ in again["there"]] == [2, 3, 8]  # type: ignore[attr-defined]
    assert len(desk.rows(tables.stays)) == 3
    assert [row[0] for row in first["left"]] == [4, 5, 6, 7, 9]  # type: ignore[attr-defined]


def test_booking_that_broke_off_goes_on_where_it_was(desk: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    packet = str(desk.desk.hand_in_roster(who(), TABLE).result["packet"])
    desk.desk.book_roster(who(), packet)
    real, count = desk.writer.write, [0]

    def dies(*args: object, **given: object) -> object:
        if str(given.get("key", "")).startswith(packet):
            count[0] += 1
            if count[0] == 2:
                raise KeyboardInterrupt
        return real(*args, **given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(desk.writer, "write", dies)
        with pytest.raises(KeyboardInterrupt):
            read_next(desk.desk, me="first")
    assert len(desk.rows(tables.stays)) == 1
    assert read_next(desk.desk, me="second")
    assert len(desk.rows(tables.stays)) == 3 and next(iter(desk.rows(tables.packets)))["reading"]["booked"] == 3


def test_one_row_that_contradicts_itself_stops_no_other(desk: Made) -> None:
    rows = [HEAD, '1,"Example, Odd",11/17/2026 08:30,Sentenced,11/01/2026,,,,,,,,', '2,"Example, Even",11/17/2026 08:30,Pretrial,,,,,,,,,']
    found = booked(desk, "\n".join(rows).encode())
    assert found["booked"] == 1 and [r[0] for r in found["left"]] == [2]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "empty"), (b"\0\0\0\0", "no table"), (b"name,booked_at\nx,2026-11-17\n", "booking number"), (b"booking_number,name\n1,x\n", "time of booking"),
        (b"booking_number,booked_at\n1,2026-11-17\n", "the name"), (b"booking_number,name,booked_at\n" + b"1,x,2026-11-17\n" * 5001, "5000 rows"),
    ],
)  # fmt: skip
def test_what_is_no_roster_is_said_in_one_line(desk: Made, data: bytes, match: str) -> None:
    with pytest.raises(InputError, match=match):
        desk.desk.hand_in_roster(who(), data)
    assert desk.rows(tables.packets) == []


def test_tables_as_jails_export_them() -> None:
    for text in (
        "Jail roster, printed today\n\nBooking No;Last Name;First Name;Booking Date;Booking Time\n7;Example;Semi;11/17/2026;0830\n",
        "\ufeffbooking_number\tname\tbooked_at\n7\tExample, Tab\t2026-11-17T08:30\n",
    ):
        found = read_roster(text.encode(), zone_name=ZONE, now=NOW)
        assert [(x.booking_number, x.booked.at if x.booked else None) for x in found.lines] == [("7", NOW - 27 * HOUR - 1800)] and not found.problems
    assert read_roster("booking_number,name,booked_at\n7,Ex\xe1mple,2026-11-17\n".encode("cp1252"), zone_name=ZONE, now=NOW).lines[0].name == "Ex\xe1mple"


def test_who_may_and_whose_it_is(desk: Made) -> None:
    packet = str(desk.desk.hand_in_roster(who(), TABLE).result["packet"])
    for work in (lambda w: desk.desk.roster(w, packet), lambda w: desk.desk.book_roster(w, packet), lambda w: desk.desk.drop_roster(w, packet)):
        with pytest.raises(NotAllowed):
            work(who("auditor"))
        with pytest.raises(NotHere):
            work(who(agency=OREGON))
    desk.desk.drop_roster(who(), packet)
    desk.desk.book_roster(who(), packet)
    assert not read_next(desk.desk, me="here") and desk.rows(tables.stays) == []


def test_a_roster_that_nobody_books_or_drops_is_erased_after_a_week(desk: Made) -> None:
    packet = str(desk.desk.hand_in_roster(who(), TABLE).result["packet"])
    desk.pass_hours(7 * 24)
    Keeping(desk.desk).turn([TEXAS])
    assert desk.desk.roster(who(), packet)[1] is not None
    desk.pass_hours(24)
    Keeping(desk.desk).turn([TEXAS])
    row, roster, _ = desk.desk.roster(who(), packet)
    assert (row.state, roster) == ("aside", None)
    assert all(f["sealed"] is None and f["wrapped"] is None for f in desk.rows(tables.files))
    assert desk.rows(tables.entries)[-1]["kind"] == "packet.set_aside" and verify(desk.store).ok
