"""Our own tables to prepared tables: what each cell becomes, and what is never made of an empty one."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
from datetime import date
from pathlib import Path

import pytest
from tables_common import AGENCY, ZONE, codes, own, prepared, read, text_of, workbook, write

from dueprocess.case.custody import NEVER_AT, stay_schema
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import day_start


def test_an_empty_cell_is_never_no(tmp_path: Path) -> None:
    found = own(tmp_path, [{"booked_at": "", "citizenship_claimed": "", "judicial_warrant_at": "", "record_complete": "", "has_grounds": ""}], as_of="2014-01-01")
    (row,) = read(found, "stays")
    assert row["f_citizenship_claimed"] is None and row["judicial_warrant_lo"] is None and row["record_complete"] is False and row["has_grounds"] is False
    assert (row["left_state"], row["left_lo"], row["left_hi"]) == ("missing", None, None)


def test_every_column_of_the_contract_is_there(tmp_path: Path) -> None:
    found = own(tmp_path, [{"booked_at": "2014-05-03"}])
    (row,) = read(found, "stays")
    assert list(row)[: len(stay_schema())] == list(stay_schema())
    for part in ("papers", "grounds", "events"):
        assert read(found, part) == []


def test_a_missing_release_lasts_to_the_day_the_file_speaks(tmp_path: Path) -> None:
    found = own(tmp_path, [{"booked_at": "2014-05-03 10:00"}, {"booked_at": "2014-05-03 10:00", "left_at": "present"}, {"booked_at": "2014-05-03", "left_at": "2014-05-04", "left_to": "ICE"}], as_of=date(2014, 6, 1))
    missing, present, left = read(found, "stays")
    end = day_start(ZONE, date(2014, 6, 2))
    assert (missing["left_state"], missing["left_lo"], missing["left_hi"], missing["left_open"]) == ("missing", missing["booked_lo"], end, False)
    assert (present["left_state"], present["left_lo"]) == ("present", None)
    assert (left["left_state"], left["left_to"], left["as_of"]) == ("recorded", "ice", end)


def test_never_words_and_numbers(tmp_path: Path) -> None:
    found = own(
        tmp_path,
        [{"detainer_form": "Form I-247A (03/17)", "detainer_edition": "3/17", "detainer_served_at": "never", "detainer_boxes": "biometric; final_order", "detainer_signed": "yes", "detainer_issuer": "ICE", "conviction_age_years": "4.5", "conviction_date": "5/3/2001", "under_18": "N"}],
    )
    (row,) = read(found, "stays")
    assert (row["detainer_form"], row["detainer_edition"], row["detainer_signed_by"], row["detainer_boxes"], row["detainer_issuer"]) == ("i-247a", "2017-03", "immigration_officer", "biometric final_order", "ice")
    assert row["detainer_served_lo"] == NEVER_AT and row["f_conviction_age_years"] == 4.5 and row["f_conviction_date"] == date(2001, 5, 3) and row["f_under_18"] is False
    assert codes(found) == {}


def test_unreadable_words_are_unknown_and_listed(tmp_path: Path) -> None:
    found = own(tmp_path, [{"detainer_form": "I-247", "detainer_edition": "1066-10", "detainer_boxes": "biometric nonsense", "left_to": "mars", "under_18": "perhaps", "conviction_age_years": "many", "record_complete": "sort of", "booked_at": "x", "left_at": "5/3/5025"}])
    (row,) = read(found, "stays")
    assert [row[c] for c in ("detainer_edition", "detainer_boxes", "left_to", "f_under_18", "f_conviction_age_years", "booked_lo", "left_lo")] == [None] * 7
    assert codes(found) == {"no-such-edition": 1, "no-such-box": 1, "unreadable-value": 4, "unreadable-time": 1, "year-out-of-range": 1}
    assert {r["text"] for r in read(found, "unread")} == {"x", "5/3/5025"}
    # No cell of a person is repeated in the list of problems.
    assert not any("mars" in str(r) or "5025" in str(r) for r in read(found, "problems"))


@pytest.mark.parametrize("mark", ["b(6), b(7)c", "(b)(6); (b)(7)(C)", "b(6)", "NA", "N/A", "NULL", "redacted", "#REF!"])
def test_marks_for_withheld_are_empty_and_counted(tmp_path: Path, mark: str) -> None:
    found = own(tmp_path, [{"booked_at": mark, "under_18": mark}])
    assert codes(found) == {"redacted": 2}


def test_a_detainer_without_its_form_leaves_the_record_open(tmp_path: Path) -> None:
    found = own(tmp_path, [{"detainer_received_at": "2014-05-03", "record_complete": "yes"}, {"detainer_form": "?", "record_complete": "yes"}, {"record_complete": "yes"}, {"detainer_received_at": "never", "record_complete": "yes"}])
    assert [r["record_complete"] for r in read(found, "stays")] == [False, False, True, True]
    assert codes(found)["detainer-form"] == 2


def test_persons_are_keyed_hashes(tmp_path: Path) -> None:
    key = b"k" * 80
    found = own(tmp_path, [{"person_key": "P-1"}, {"person_key": "P-1"}, {"person_key": "P-2"}, {"person_key": ""}], person_key=key)
    persons = [r["person"] for r in read(found, "stays")]
    assert persons[0] == persons[1] == hmac.new(key, b"P-1", hashlib.sha256).hexdigest()
    assert persons[2] not in (None, persons[0]) and persons[3] is None
    other = own(tmp_path / "again", [{"person_key": "P-1"}])
    assert read(other, "stays")[0]["person"] != persons[0]


def test_of_many_problems_of_a_kind_the_first_hundred_are_listed(tmp_path: Path) -> None:
    found = own(tmp_path, [{"booked_at": "x"} for _ in range(250)])
    listed = [r for r in read(found, "problems") if r["code"] == "unreadable-time"]
    assert codes(found)["unreadable-time"] == 250 == sum(r["count"] for r in listed)
    assert len(listed) == 101 and [r["count"] for r in listed if r["row"] is None] == [150]
    assert [r["row"] for r in listed if r["row"]][:3] == [2, 3, 4]


def test_assumptions_fill_only_what_is_silent_and_can_be_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, "stays.csv", [["id", "det", "jw", "served", "rc"], ["a", "I-247A", "", "", ""], ["b", "", "yes", "", "no"], ["c", "hold", "", "", ""]])
    given = {
        "map": "made up", "constants": {"agency": AGENCY}, "stays": {"id": "id"},
        "columns": {"stay_id": "id", "detainer_form": "det", "judicial_warrant": "jw", "detainer_served_at": "served", "record_complete": "rc"},
        "assume": {"judicial_warrant": False, "detainer_form": "i-247", "detainer_served_at": "never", "record_complete": True},
        "why": {"judicial_warrant": "the jail says it saw none"},
    }  # fmt: skip
    found = prepared(tmp_path, path, map=given)
    rows = read(found, "stays")
    assert [r["f_judicial_warrant"] for r in rows] == [False, True, False]
    assert [r["detainer_form"] for r in rows] == ["i-247a", None, "i-247"]
    assert [r["record_complete"] for r in rows] == [True, False, True]
    # A service that nobody recorded is assumed only of a detainer that is listed.
    assert [r["detainer_served_lo"] == NEVER_AT for r in rows] == [True, False, True]
    assert [(a.column, a.rows) for a in found.assumptions] == [("judicial_warrant", 2), ("detainer_form", 1), ("detainer_served_at", 2), ("record_complete", 2)]
    without = prepared(tmp_path / "without", path, map=given, assume=False)
    assert [r["f_judicial_warrant"] for r in read(without, "stays")] == [None, True, None]
    assert not any(r["record_complete"] for r in read(without, "stays"))
    account = json.loads((found.folder / "prepared.json").read_text())
    assert account["rows_in"] == account["rows_out"] == 3 and account["assumptions"][0]["why"] == "the jail says it saw none"


def test_agencies_by_state_and_county_and_never_by_name_alone(tmp_path: Path) -> None:
    path = write(
        tmp_path, "stays.csv",
        [["stay_id", "state", "county", "city", "agency_name", "facility_name"], ["a", "OR", "Clackamas", "", "", ""], ["b", "Washington", "Franklin County", "", "Franklin County Sheriff", ""],
         ["c", "", "Franklin", "", "Franklin County Sheriff", ""], ["d", "PENNSYLVANIA", "", "YORK", "", "YORK COUNTY JAIL, PA"], ["e", "OHIO", "", "", "", "YORK COUNTY JAIL, PA"],
         ["f", "NH", "Merrimack County", "", "Merrimack County Department of Corrections", ""], ["g", "PA", "42101", "", "", ""], ["h", "PA", "Clackamas", "", "", ""]],
    )  # fmt: skip
    found = prepared(tmp_path, path)
    assert [r["agency"] for r in read(found, "stays")] == [
        "us/or/clackamas-county/sheriff", "us/wa/franklin-county/sheriff", None, "us/pa/york-county/corrections", None, "us/nh/merrimack-county/corrections", "us/pa/philadelphia-county/sheriff", None,
    ]  # fmt: skip
    assert codes(found)["agency-unmatched"] == 3
    logged = (found.folder / "matches.csv").read_text()
    assert "no agency is matched by a name alone" in logged and "role sheriff by the map" in logged and "facility's alias" in logged


def test_unread_columns_are_named_and_origin_is_never_imported(tmp_path: Path) -> None:
    found = own(tmp_path, [{"nationality": "Ruritania", "race": "X", "bookd_at": "2014-05-03"}], keep_by=["race"])
    (row,) = read(found, "stays")
    assert row["by_race"] == "X" and "Ruritania" not in str(row)
    assert any("bookd_at" in n and "booked_at" in n for n in found.notes)
    with pytest.raises(InputError, match="never imported"):
        own(tmp_path / "b", [{"nationality": "Ruritania"}], keep_by=["nationality"])
    with pytest.raises(InputError, match="in any case"):  # a file of that name is there already
        own(tmp_path / "c", [{"Agency": "X", "race": "X", "booked_at": "2014-05-03"}], keep_by=["Agency"])


@pytest.mark.parametrize("form", ["tsv", "pipe", "semicolon", "bom", "gzip", "latin", "utf16", "crlf", "parquet", "sqlite", "duckdb", "xlsx"])
def test_every_format_gives_the_same_tables(tmp_path: Path, form: str) -> None:
    import sqlite3

    import duckdb

    rows = [["stay_id", "agency", "booked_at", "left_at", "by_word"], ["a", AGENCY, "2014-05-03 10:00", "5/4/14", "é"], ["b", AGENCY, "2014-05-03", "", "two, words"]]
    text = text_of(rows)
    path = tmp_path / "stays.csv"
    if form in ("tsv", "pipe", "semicolon"):
        path.write_text(text_of(rows, {"tsv": "\t", "pipe": "|", "semicolon": ";"}[form]), encoding="utf-8")
    elif form == "bom":
        path.write_text(text, encoding="utf-8-sig")
    elif form == "gzip":
        path.write_bytes(gzip.compress(text.encode()))
    elif form in ("latin", "utf16"):
        path.write_bytes(text.encode({"latin": "latin-1", "utf16": "utf-16"}[form]))
    elif form == "crlf":
        path.write_bytes(text.replace("\n", "\r\n").encode())
    elif form == "sqlite":
        path = tmp_path / "jail.db"
        with sqlite3.connect(path) as connection:
            connection.execute(f"CREATE TABLE stays ({', '.join(rows[0])})")
            connection.executemany("INSERT INTO stays VALUES (?, ?, ?, ?, ?)", rows[1:])
        connection.close()
    elif form in ("parquet", "duckdb"):
        path = tmp_path / f"stays.{form}"
        connection = duckdb.connect(str(path) if form == "duckdb" else ":memory:")
        connection.execute(f"CREATE TABLE stays ({', '.join(f'{n} VARCHAR' for n in rows[0])})")
        connection.executemany("INSERT INTO stays VALUES (?, ?, ?, ?, ?)", rows[1:])
        if form == "parquet":
            connection.execute(f"COPY stays TO '{path}'")
        connection.close()
    else:
        path = workbook(tmp_path / "stays.xlsx", {"stays": rows})
    found = prepared(tmp_path, path, as_of="2014-06-01")
    first, second = read(found, "stays")
    assert (first["stay_id"], second["stay_id"]) == ("a", "b")
    assert first["booked_hi"] - first["booked_lo"] == 0 and second["booked_hi"] - second["booked_lo"] == 86400
    assert first["left_open"] is True and second["left_state"] == "missing"
    assert codes(found) == ({"encoding": 1} if form == "latin" else {})


def test_typed_instants_keep_their_zone(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "stays.parquet"
    duckdb.connect().execute(f"COPY (SELECT 'a' AS stay_id, '{AGENCY}' AS agency, TIMESTAMPTZ '2014-05-03 10:00:00-07' AS booked_at, DATE '2014-05-04' AS left_at, true AS under_18) TO '{path}'")
    (row,) = read(prepared(tmp_path, path), "stays")
    assert row["booked_lo"] == row["booked_hi"] == day_start(ZONE, date(2014, 5, 3)) + 10 * 3600
    assert row["left_lo"] == day_start(ZONE, date(2014, 5, 4)) and row["f_under_18"] is True


def test_a_jail_whose_name_says_its_county_is_that_countys(tmp_path: Path) -> None:
    names = [
        ("WA", "CHELAN CO. REGIONAL JAIL", "us/wa/chelan-county/sheriff"), ("TX", "Henderson County Jail, TX", "us/tx/henderson-county/sheriff"),
        ("PA", "POTTER COUNTY PRISON", "us/pa/potter-county/corrections"), ("LA", "Caddo Parish Correctional Center", "us/la/caddo-parish/sheriff"),
        ("OR", "CHELAN CO. REGIONAL JAIL", None), ("NE", "SARPY COUNTY JUVENILE", None), ("PA", "MCKEAN FED.CORR.INST.", None), ("OR", "MARION COUNTY COURTHOUSE", None),
        ("", "HENDERSON COUNTY JAIL", None),
    ]  # fmt: skip
    path = write(tmp_path, "stays.csv", [["stay_id", "state", "facility_name"], *([str(n), state, name] for n, (state, name, _) in enumerate(names))])
    found = prepared(tmp_path, path)
    assert [r["agency"] for r in read(found, "stays", "SELECT agency FROM t ORDER BY row")] == [agency for _, _, agency in names]
