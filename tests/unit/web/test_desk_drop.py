"""The drop folder, row by row: what waits, what is known, what is wrong and where."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")
pytest.importorskip("starlette", reason="the extra desk is not installed")

import sqlalchemy as sa

from dueprocess.desk import TYPES, Desk, Law
from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import iso
from dueprocess.law import load_lawbook
from dueprocess.store import Unavailable, Writer, accounts, looking, tables
from dueprocess.testing.desk_server import AGENCY, prepare
from dueprocess.web.desk.drop import Drop, report
from dueprocess.web.desk.drop_rows import Names, Problem, read_rows

HEAD = "what,booking_number,at,name,how,kind,edition,boxes,complete"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    place, law = prepare(tmp_path), Law(load_lawbook(), {})
    with place.store() as store, Writer(store, TYPES | accounts.TYPES | looking.TYPES) as writer:
        yield Desk(store, writer, law=lambda: law, now=now.instant)


def ago(seconds: int) -> str:
    return iso(now.instant() - seconds, "UTC")


def folder_of(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def put(folder: Path, name: str, *lines: str, head: str = HEAD) -> Path:
    (folder / name).write_text("\n".join((head, *lines)) + "\n")
    return folder / name


def count(desk: Desk, table: sa.Table) -> int:
    with desk.store.read(AGENCY) as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def reports(folder: Path) -> list[list[str]]:
    return [row for path in sorted((folder / "done").glob("*.report.csv")) for row in list(csv.reader(path.open(newline="")))[1:]]


def test_a_file_that_grows_is_waited_for(desk: Desk, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    drop = Drop(desk, folder, agency=AGENCY, settled=0.0)
    (folder / "a.csv").write_text(f"{HEAD}\nbooking,J-1,{ago(100)},Exam")  # no end of the line yet
    assert drop.turn() == drop.turn() == 0 and count(desk, tables.stays) == 0
    with (folder / "a.csv").open("a") as more:
        more.write("ple,,,,,\n")
    assert drop.turn() == 1 and count(desk, tables.stays) == 1
    slow = Drop(desk, folder, agency=AGENCY, settled=3600.0)
    put(folder, "b.csv", f"booking,J-2,{ago(100)},Example,,,,,")
    assert slow.turn() == slow.turn() == 0
    for name in (".hidden.csv", "c.tmp", "c.csv.part"):
        put(folder, name, f"booking,J-3,{ago(100)},Example,,,,,")
    (folder / "link.csv").symlink_to(folder / ".hidden.csv")
    os.mkfifo(folder / "pipe.csv")
    assert drop.turn() == 1 and count(desk, tables.stays) == 2  # b.csv alone


def test_a_file_that_comes_again_does_nothing_twice(desk: Desk, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    drop = Drop(desk, folder, agency=AGENCY, settled=0.0)
    lines = [
        f"booking,J-1,{ago(9000)},Example,,,,,yes",
        f"paper,J-1,{ago(8000)},,,i-200,2016-09,,",
        f"ground-end,J-1,{ago(700)},,charges_dropped,,,,",
        f"release,J-1,{ago(600)},,,,,,",
    ]
    put(folder, "a.csv", *lines)
    assert drop.turn() == 1
    events = count(desk, tables.events)
    with desk.store.engine.connect() as connection, connection.begin():  # a week later the names of requests are forgotten
        connection.execute(tables.idempotency.delete())
    put(folder, "a.csv", *lines)
    put(folder, "b.csv", *reversed(lines))
    assert drop.turn() == 2
    assert count(desk, tables.events) == events and reports(folder) == []
    assert len(list((folder / "done").iterdir())) == 3


def test_bad_rows_are_reported_by_row_and_column_and_the_others_taken(desk: Desk, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    drop = Drop(desk, folder, agency=AGENCY, settled=0.0, waiting=0.0)
    put(
        folder, "a.csv",
        "booking,J-1,2027-01-01,Example,,,,,",
        "nothing,J-1,,,,,,,",
        f"booking,,{ago(5)},Example,,,,,",
        f"booking,J-2,{ago(900)},Example,,,,,perhaps",
        f"booking,J-3,{ago(900)},,,,,,",
        f"booking,J-4,{ago(900)},Example",
        f"booking,J-5,{ago(900)},Example,,,,,",
        f"paper,J-5,{ago(800)},,,i-999,,,",
        f"ground-end,J-5,{ago(700)},,=cmd(),,,,",
        f"release,J-5,{ago(600)},,,,,,",
        f"release,J-9,{ago(600)},,,,,,",
        f'booking,J-6,{ago(900)},"Exam"ple,,,,,',
        f"booking,J-7,{ago(900)},Example,,,,,",
    )  # fmt: skip
    assert drop.turn() == 1 and count(desk, tables.stays) == 2
    found = reports(folder)
    assert [(row[0], row[1]) for row in found] == [
        ("2", "at"), ("3", "what"), ("4", "booking_number"), ("5", "complete"), ("6", ""), ("7", ""), ("9", "kind"), ("10", "how"), ("11", ""), ("12", "booking_number"), ("13", ""),
    ]  # fmt: skip
    assert all(row[2] and row[3] for row in found)


def test_papers_as_files_beside_the_table(desk: Desk, tmp_path: Path) -> None:
    folder, head = folder_of(tmp_path), "what,booking_number,at,name,file"
    (tmp_path / "secret.txt").write_text("not of the folder\n")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    drop = Drop(desk, folder, agency=AGENCY, settled=0.0, again=0.0)
    names = ("../secret.txt", str(tmp_path / "secret.txt"), "link.txt", ".hidden", "other.csv", "")
    put(folder, "bad.csv", f"booking,J-1,{ago(900)},Example,", *(f"packet,J-1,{ago(800)},,{name}" for name in names), head=head)
    assert drop.turn() == 1 and [row[1] for row in reports(folder)] == ["file"] * len(names) and count(desk, tables.packets) == 0
    at = ago(700)
    put(folder, "packets.csv", f"packet,J-1,{at},,fax.txt", head=head)
    assert drop.turn() == 0  # the file is not there yet
    (folder / "fax.txt").write_text("Papers of somebody made up.\n")
    assert drop.turn() == 1 and count(desk, tables.packets) == 1 and not (folder / "fax.txt").exists()
    with desk.store.read(AGENCY) as connection:
        row = connection.execute(sa.select(tables.packets)).one()
        assert row.state == "waiting" and row.stay == connection.execute(sa.select(tables.stays.c.id)).scalar_one()
    # The same row again, with the file gone, left behind by a kill, and with another one of that name for another row.
    for text in ("", "Papers of somebody made up.\n", "Other papers.\n"):
        if text:
            (folder / "fax.txt").write_text(text)
        put(folder, "again.csv", f"packet,J-1,{at},,fax.txt", head=head)
        assert drop.turn() == 1 and count(desk, tables.packets) == 1
        assert (folder / "fax.txt").exists() == (text == "Other papers.\n")
    put(folder, "more.csv", f"packet,J-1,{ago(600)},,fax.txt", head=head)
    assert drop.turn() == 1 and count(desk, tables.packets) == 2 and len(reports(folder)) == len(names)


def test_a_file_that_is_none_is_reported_whole(desk: Desk, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    drop = Drop(desk, folder, agency=AGENCY, settled=0.0)
    put(folder, "a.csv", "x", head="who,what_else")
    (folder / "b.csv").write_bytes(b"booking_number\x00\n1\n")
    put(folder, "c.csv", "1,2", head="booking_number,Booking Number")
    assert drop.turn() == 3
    assert [row[0] for row in reports(folder)] == ["", "", ""] and len({row[2] for row in reports(folder)}) == 3


def test_a_database_that_is_away_leaves_the_file(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of(tmp_path)
    drop = Drop(desk, folder, agency=AGENCY, settled=0.0, again=0.0)
    file = put(folder, "a.csv", f"booking,J-1,{ago(900)},Example,,,,,", f"booking,J-2,{ago(900)},Example,,,,,")
    book, calls = desk.book, []

    def failing(*args: object, **more: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise Unavailable("the database did not take it")
        return book(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(desk, "book", failing)
    assert drop.turn() == 0 and file.exists() and count(desk, tables.stays) == 1
    assert drop.turn() == 1 and count(desk, tables.stays) == 2 and reports(folder) == []


def test_another_systems_names(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("columns:\n  booking_number: Book No\n  at: WHEN\n  what: CODE\nvalues:\n  what: {IN: booking, OUT: release}\n")
    names = Names.read(tmp_path / "map.yaml")
    data = "CODE;Book No;When;Name;Height\r\nOUT;7;x;;180\r\nIN;7;x;Pérez;180\r\nHUH;7;x;;1\r\n".encode("cp1252")
    rows, problems = read_rows(data, file_name="x.csv", names=names)
    assert [(r.number, r.what, r.values["name"]) for r in rows] == [(3, "booking", "Pérez"), (2, "release", "")]
    assert "Height" not in rows[0].values and [(p.row, p.column) for p in problems] == [(4, "code")]
    named, _ = read_rows(b"booking_number,at\n7,x\n", file_name="Releases-20261122.CSV", names=Names({}, {}))
    assert [r.what for r in named] == ["release"]
    for text, said in (("colums: {}\n", "no key"), ("columns: {nothing: X}\n", "no column of ours")):
        (tmp_path / "map.yaml").write_text(text)
        with pytest.raises(InputError, match=said):
            Names.read(tmp_path / "map.yaml")


def test_a_report_holds_no_formula() -> None:
    text = report([Problem(3, "=x", "+1", "@do"), Problem(2, "", "-", "plain")])
    assert list(csv.reader(io.StringIO(text)))[1:] == [["2", "", "'-", "plain"], ["3", "'=x", "'+1", "'@do"]]


def test_a_folder_that_is_none(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        Drop(desk, tmp_path / "none", agency=AGENCY)
