"""A museum of bad inputs: each is one clear line, or a listed problem and no lost row. Never a traceback."""

from __future__ import annotations

import gzip
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tables_common import AGENCY, SAMPLES, codes, prepared, read, text_of, workbook, write

from dueprocess.kernel.errors import InputError

HEAD = ["stay_id", "agency", "booked_at", "left_at"]
ROWS = [HEAD, ["a", AGENCY, "2014-05-03", "2014-05-04"], ["b", AGENCY, "2014-05-03", "2014-05-04"]]
TEXT = text_of(ROWS)


def lines(*more: str) -> str:
    return TEXT + "".join(f"{m}\n" for m in more)


def zipped(members: dict[str, bytes]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)

    return make


REFUSED: dict[str, tuple[Any, str]] = {
    "binary junk": (random.Random(1).randbytes(5000), "no table of text"),
    "random bytes that look packed": (b"\x1f\x8b" + random.Random(2).randbytes(500), "gzip file is broken"),
    "a truncated gzip": (gzip.compress(TEXT.encode() * 50)[:-20], "gzip file is broken"),
    "a gzip bomb": (gzip.compress(b"0" * 80_000_000), "unpacks to more than"),
    "empty": (b"", "the file is empty"),
    "only blanks": (b"\n\n   \n", "columns are not known|file is empty"),
    "ten thousand columns": (",".join(f"c{i}" for i in range(10_000)) + "\n" + "," * 9_999 + "\n", "10000 columns"),
    "a line of two megabytes": (TEXT + "x" * 2_000_000, "more than 1000000 bytes"),
    "no known column": ("a,b\n1,2\n", "these columns are not known"),
    "a zip archive": (zipped({"stays.csv": TEXT.encode()}), "zip archive"),
    "a zip that is none": (b"PK\x03\x04" + b"x" * 100, "workbook is broken"),
    "a workbook without sheets": (zipped({"xl/workbook.xml": b"<workbook/>", "[Content_Types].xml": b"<Types/>"}), "workbook cannot be read"),
    "a workbook bomb": (zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"0" * 60_000_000}), "unpacks to"),
    "an old workbook cut short": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "workbook cannot be read"),
    "a broken Parquet file": (b"PAR1" + b"x" * 100, "Parquet file cannot be read"),
    "a broken SQLite file": (b"SQLite format 3\x00" + b"x" * 2000, "SQLite file cannot be read"),
    "a broken DuckDB file": (b"x" * 8 + b"DUCK" + b"x" * 4000, "DuckDB file cannot be read"),
    "a PDF": (b"%PDF-1.7 records", "this is a PDF"),
    "UTF-16 that is none": (b"\xff\xfea", "UTF-16"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_one_line(tmp_path: Path, name: str) -> None:
    content, message = REFUSED[name]
    path = tmp_path / "stays.csv"
    if callable(content):
        content(path)
    else:
        write(tmp_path, "stays.csv", content)
    with pytest.raises(InputError, match=message) as error:
        prepared(tmp_path, path)
    assert "\n" not in str(error.value) and "stays.csv" in str(error.value)
    assert not list((tmp_path / "prepared").iterdir())


KEPT: dict[str, tuple[str | bytes, int, dict[str, int]]] = {
    "header only": (text_of([HEAD]), 0, {}),
    "a broken quote": (lines(f'c,"{AGENCY},2014-05-03,2014-05-04', f"d,{AGENCY},2014-05-03,2014-05-04"), 4, {"broken-quoting": 1}),
    "a quote that would swallow the rest": (lines(f'"c,{AGENCY},2014-05-03,2014-05-04', *(f"d{i},{AGENCY},2014-05-03," for i in range(40))), 43, {"broken-quoting": 1}),
    "two broken quotes on following lines": (lines(f'"c,{AGENCY},2014-05-03,', f'"d,{AGENCY},2014-05-03,', f"e,{AGENCY},2014-05-03,"), 5, {"broken-quoting": 2}),
    "a quote within a cell": (lines(f'c 5" tall,{AGENCY},2014-05-03,2014-05-04'), 3, {}),
    "a cell of two lines": (lines(f'"c\nc",{AGENCY},2014-05-03,2014-05-04'), 3, {}),
    "ragged rows": (lines(f"c,{AGENCY}", f"d,{AGENCY},2014-05-03,2014-05-04,more,and more"), 4, {"ragged-short": 1, "ragged-long": 1}),
    "zero bytes": (TEXT.encode() + f"c\x00c,{AGENCY},2014-05-03,\n".encode(), 3, {"bytes-out-of-place": 1}),
    "mixed encodings": (TEXT.encode() + f"é,{AGENCY},2014-05-03,\n".encode() + f"é,{AGENCY},2014-05-03,\n".encode("cp1252"), 3, {"encoding": 1}),
    "blank lines": (lines("", "   ", ",,,", f"c,{AGENCY},2014-05-03,"), 3, {"blank-line": 1}),
    "the header again": (lines(",".join(HEAD), f"c,{AGENCY},2014-05-03,"), 3, {"repeated-header": 1}),
    "titles above the header": ("SHERIFF\nPrinted 5/3/2014,page 1\n\n" + TEXT, 2, {"title-line": 2}),
    "old line ends within": (lines(f"c,{AGENCY},2014-05-03\r,"), 3, {}),
    "no last line end": (TEXT.rstrip("\n"), 2, {}),
    "the same id twice": (lines(f"a,{AGENCY},2014-05-03,2014-05-04"), 2, {}),
    "no id in a row": (lines(f",{AGENCY},2014-05-03,"), 3, {"no-key": 1}),
    "wrong order": (lines(f"c,{AGENCY},2014-05-03,2014-05-01"), 3, {"time-out-of-order": 1}),
    "years that cannot be": (lines(f"c,{AGENCY},5025-01-01,1899-12-31"), 3, {"year-out-of-range": 2}),
    "an agency that is none": (lines("c,us/zz/none/sheriff,2014-05-03,"), 3, {"agency-unmatched": 1, "no-zone": 1}),
    "a federal agency": (lines("c,us/ice,2014-05-03,"), 3, {"agency-unmatched": 1, "no-zone": 1}),
    "an agency over two zones": (lines("c,us/tn/corrections,2014-05-03,"), 3, {"agency-unmatched": 1, "no-zone": 1}),
    "formulas as text": (lines(f'=CMD|calc,{AGENCY},"=NOW()",'), 3, {"unreadable-time": 1}),
    "escapes of a terminal": (lines(f"\x1b[31mc,{AGENCY},\x1b]0;x,"), 3, {"unreadable-time": 1}),
    "duplicate headers": ("stay_id,agency,booked_at,booked_at\n" + f"a,{AGENCY},2014-05-03,2014-05-09\n", 1, {}),
    "one column": ("stay_id\na\nb\n", 2, {"agency-unmatched": 2}),
    "SQL in a cell": (lines(f"'; DROP TABLE stays; --,{AGENCY},2014-05-03,"), 3, {}),
    "a marked-out file": (lines(f'c,{AGENCY},"b(6), b(7)c",NULL'), 3, {"redacted": 2}),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_bad_row_is_a_listed_problem_and_stays(tmp_path: Path, name: str) -> None:
    content, stays, expected = KEPT[name]
    found = prepared(tmp_path, write(tmp_path, "stays.csv", content))
    assert found.stays == stays
    assert codes(found) == expected
    assert [r["row"] for r in read(found, "stays")] == list(range(stays))
    if stays >= 3 and name != "no id in a row":
        assert read(found, "stays")[0]["stay_id"] == "a"


def test_the_row_of_a_problem_is_the_line_of_the_file(tmp_path: Path) -> None:
    text = "TITLE\n" + TEXT + f'"c\nd",{AGENCY},x,\n' + f"e,{AGENCY},y,\n"
    found = prepared(tmp_path, write(tmp_path, "stays.csv", text))
    assert [r["row"] for r in read(found, "problems") if r["code"] == "unreadable-time"] == [5, 7]
    assert [r["source_row"] for r in read(found, "stays")] == [3, 4, 5, 7]


def test_sheets_formulas_and_errors_of_a_workbook(tmp_path: Path) -> None:
    rows = [["Report"], [], HEAD, ["a", AGENCY, 41762, "=TODAY()"], ["b", AGENCY, 41762.5, "#REF!"]]
    path = workbook(tmp_path / "jail.xlsx", {"stays": rows, "Notes": [["made up"]]})
    found = prepared(tmp_path, path)
    assert found.stays == 2 and codes(found)["redacted"] == 1 and codes(found)["unreadable-time"] == 1
    assert [r["source_row"] for r in read(found, "stays")] == [4, 5]
    with pytest.raises(InputError, match=r"there is no sheet \[Nope\]"):
        prepared(tmp_path / "x", path, map={"tables": {"stays": {"file": "*.xlsx", "sheet": "Nope"}}, "columns": {"booked_at": "booked_at"}})


@pytest.mark.parametrize(("name", "message"), [("nothing.csv", "no such file"), ("", "no file in this folder"), ("nowhere://x", "object store")])
def test_inputs_that_are_not_there(tmp_path: Path, name: str, message: str) -> None:
    from dueprocess.law import load_lawbook
    from dueprocess.places import load_places
    from dueprocess.tables import prepare

    (tmp_path / "empty").mkdir()
    target = name if "://" in name else tmp_path / "empty" / name
    with pytest.raises(InputError, match=message):
        prepare([target], out=tmp_path / "out", lawbook=load_lawbook(), places=load_places())


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "prepared").mkdir()
    (tmp_path / "prepared" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="holds something else"):
        prepared(tmp_path, write(tmp_path, "stays.csv", TEXT))
    assert (tmp_path / "prepared" / "mine.txt").read_text() == "mine"


def test_a_driver_that_is_not_installed_is_named(tmp_path: Path) -> None:
    from importlib.util import find_spec

    from dueprocess.law import load_lawbook
    from dueprocess.places import load_places
    from dueprocess.tables import prepare

    expected = "psycopg" if find_spec("psycopg") is None else "database does not answer"
    with pytest.raises(InputError, match=expected) as error:
        prepare(["postgresql://someone:secret@127.0.0.1:1/jail?connect_timeout=1"], out=tmp_path / "out", lawbook=load_lawbook(), places=load_places())
    assert "secret" not in str(error.value)


def test_every_row_of_the_public_table(tmp_path: Path) -> None:
    found = prepared(tmp_path, SAMPLES / "ice-detainers-pennsylvania-2007-2015.csv.gz")
    assert (found.preset, found.stays, found.merged, found.aside) == ("ice-detainers-foia-6", 32_757, 0, 0)
    # Potter County's prison has no alias: its own name says the county.
    assert found.problems == {"agency-unmatched": 17_698, "detainer-form": 30_958, "repeated-row": 11_455}
    (counts,) = read(found, "stays", "SELECT count(*) FILTER (detainer_form = 'i-247') AS plain, count(*) FILTER (detainer_form = 'i-247d') AS d, count(*) FILTER (record_complete) AS complete, count(*) FILTER (left_state <> 'missing') AS gone FROM t")
    assert counts == {"plain": 1751, "d": 38, "complete": 0, "gone": 0}


@pytest.mark.parametrize(
    ("preset", "headers"),
    [
        ("ice-detainers-2026", ["Detainer Prepare Date", "Facility State", "Facility City", "Facility AOR", "Case Status", "Detainer Criminality", "Detainer Facility", "Detainer Facility Code", "Gender", "Citizenship Country", "Birth Year", "Deportation Ordered Yes No", "Biometric Match Yes No", "Statements Made Yes No", "Detainer Lift Reason", "Detainer Lift Reason Code", "Detainer Type", "TOA Current Program", "Anonymized Identifier"]),
        ("ice-detainers-2024", ["Detainer Prepare Date", "Facility State", "Facility City", "Facility AOR", "Case Status", "Detainer Prepared Criminality", "Detention Facility", "Detention Facility Code", "Gender", "Deportation Ordered Yes No", "Biometric Match Yes No", "Statements Made Yes No", "Detainer Lift Reason", "Detainer Type", "Final Program", "Unique Identifier"]),
        ("ice-detainers-2025", ["Alien_Number_Unique_Identifier", "Detainer_Prepare_Date", "Detainer_Type", "Detainer_Lift_Date", "Detainer_Lift_Reason", "Detainer_Lift_Reason2", "Detainer_Facility_Type", "Projected_Release_Date", "Request_Acceptance_Yes_No", "Latest_Detainer_Yes_No", "Active_Yes_No", "Deportation_Ordered_Yes_No"]),
        ("ice-detainers-foia-20", ["Prepare Date", "Active Yes No", "Detainer Lift Reason", "Detainer Lift Reason Code", "Detainer Lift Reason2", "Detainer Lift Reason 2 Code", "Area of Responsibility", "Site", "Detention Facility Code", "Detention Facility", "Active Investigation Yes No", "Arrest Warrant Served Yes No", "Deportation Ordered Yes No", "Notify Release Request Yes No", "ERO Citizenship", "Birth Date", "Osc Served Yes No", "Osc Served Date", "Alien File Number", "Subject Id"]),
        ("ice-detainers-foia-6", ["Prepare Date", "Detainer Type", "Detainer Detention Facility", "State", "City", "Detainer Lift Reason"]),
        ("ice-detainers-foia-6", ["Prepare Date", "Detainer Detention Facility", "State", "City", "Detainer Lift Reason"]),
        ("ice-arrests", ["Apprehension Date", "Apprehension Type", "State", "County", "Apprehension Final Program", "Apprehension Method", "Apprehension Criminality", "Case Status", "Birth Year", "Citizenship Country", "Gender", "Apprehension Site Landmark", "Anonymized Identifier"]),
        ("ice-detentions", ["Stay Book In Date Time", "Book In Date Time", "Detention Facility", "Detention Facility Code", "Book Out Date Time", "Stay Book Out Date Time", "Stay Release Reason", "Case Status", "Gender", "Anonymized Identifier"]),
    ],
)  # fmt: skip
def test_each_known_release_is_recognized_by_its_headers(tmp_path: Path, preset: str, headers: list[str]) -> None:
    rows = [["ICE"], ["b(6) withheld"], [""], headers, *(["b(6), b(7)C" if "Date" in h and "Birth" in h else "Ruritania" if "Citizen" in h else "yes" if h.endswith("Yes No") else f"x{n}" for h in headers] for n in (1, 2))]
    found = prepared(tmp_path, write(tmp_path, "release.csv", rows))
    assert (found.preset, found.stays) == (preset, 2)
    everything = str(read(found, "stays"))
    assert "Ruritania" not in everything and not any(r["record_complete"] for r in read(found, "stays"))


def test_sheets_of_several_years_are_one_table_and_a_sheet_of_notes_is_none(tmp_path: Path) -> None:
    head = ["Prepare Date", "Detainer Type", "Detainer Detention Facility", "State", "City", "Detainer Lift Reason"]
    one = ["2014-05-03", "I247D", "YORK COUNTY JAIL, PA", "PENNSYLVANIA", "YORK", "Lifted"]
    path = workbook(tmp_path / "years.xlsx", {"FY14": [["ICE"], head, one], "FY15": [["ICE"], head, one, one], "Notes": [["Field", "Meaning"], ["Lift", "made up"]]})
    found = prepared(tmp_path, path)
    assert (found.preset, found.rows_in, found.stays, found.aside) == ("ice-detainers-foia-6", 4, 3, 1)
    assert [r["source_file"] for r in read(found, "stays")] == ["years.xlsx[FY14]", "years.xlsx[FY15]", "years.xlsx[FY15]"]
    assert codes(found)["no-stay"] == 1 and all(r["agency"] == "us/pa/york-county/corrections" for r in read(found, "stays"))
