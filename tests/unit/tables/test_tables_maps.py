"""Maps: exports that are joined, charges that are holds, dispositions, several rows a stay, daily snapshots."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tables_common import AGENCY, SAMPLES, ZONE, codes, lawbook, prepared, read, workbook, write

from dueprocess.case.custody import NEVER_AT
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import day_start
from dueprocess.tables import read_map


def day(text: str) -> int:
    return day_start(ZONE, date.fromisoformat(text))


CHARGES = [
    ["Booking", "Booked", "Desc", "Charged", "Disp", "Disposed", "Out"],
    ["1", "2014-05-01", "THEFT", "2014-05-01", "DISMISSED", "2014-05-03 15:00", "2014-05-05"],
    ["1", "2014-05-01", "DUII", "2014-05-01", "SENTENCED", "2014-05-02 17:00", "2014-05-06"],
    ["1", "2014-05-01", "HOLD - IMMIGRATION", "2014-05-02", "CANCEL DETAINER", "2014-05-04", "2014-05-05"],
    ["2", "2014-05-01", "ICE DETAINER", "2014-05-01", "PICKED UP", "2014-05-02", "2014-05-02"],
    ["3", "2014-05-01", "THEFT", "2014-05-01", "TOT COUNTY", "2014-05-02", ""],
    ["3", "2014-05-01", "THEFT", "2014-05-01", "WHO KNOWS", "2014-05-02", ""],
]
MAP: dict[str, Any] = {
    "map": "made up", "constants": {"agency": AGENCY}, "as_of": "2014-06-01", "stays": {"id": "Booking"},
    "columns": {"booked_at": "Booked", "left_at": "Out"}, "posted": {"until": ["15:00", "17:00"]},
    "grounds": [{"from": "Charged", "until": "Disposed", "dispositions": {"column": "Disp", "table": {"Dismissed": "yes", "SENTENCED": "no", "TOT COUNTY": "transfer", "PICKED UP": "hold"}, }}],
    "papers": [{"kind": {"value": "detainer"}, "when": {"Desc": ["immigra", r"\bice\b"]}, "received_at": "Charged", "cancelled_at": {"column": "Disposed", "only": {"Disp": "cancel"}}}],
}  # fmt: skip


def test_charge_rows_become_a_stay_with_grounds_and_holds_do_not(tmp_path: Path) -> None:
    found = prepared(tmp_path, write(tmp_path, "charges.csv", CHARGES), map={**MAP, "assume": {"detainer_form": "i-247"}})
    assert (found.rows_in, found.stays, found.merged, found.aside) == (6, 3, 3, 0)
    one, two, three = read(found, "stays")
    grounds = read(found, "grounds")
    assert [(g["row"], g["kind"]) for g in grounds] == [(0, "charge"), (0, "charge"), (2, "charge"), (2, "charge")]
    # A posted hour is only as good as its date; what does not end local authority leaves the end unknown.
    assert [(g["end_lo"], g["end_hi"]) for g in grounds] == [(day("2014-05-03"), day("2014-05-04")), (None, None), (None, None), (None, None)]
    assert (one["detainer_form"], one["detainer_received_lo"], one["detainer_cancelled_lo"]) == ("i-247", day("2014-05-02"), day("2014-05-04"))
    assert (two["detainer_form"], two["detainer_cancelled_lo"], two["has_grounds"]) == ("i-247", None, False)
    assert (one["has_grounds"], three["has_grounds"], three["detainer_form"], three["left_state"]) == (True, True, None, "missing")
    assert one["left_lo"] == day("2014-05-06")
    assert codes(found) == {"rows-disagree": 1, "only-holds": 1, "disposition-unlisted": 2}


def test_a_hold_without_a_form_leaves_the_record_open(tmp_path: Path) -> None:
    found = prepared(tmp_path, write(tmp_path, "charges.csv", CHARGES), map={**MAP, "assume": {"record_complete": True}})
    assert [r["record_complete"] for r in read(found, "stays")] == [False, False, True]
    assert read(found, "papers") == [] and codes(found)["detainer-form"] == 2


def test_exports_are_joined_by_their_keys(tmp_path: Path) -> None:
    files = [
        write(tmp_path, "persons.csv", [["PersonID", "Gang", "Kin"], ["p1", "Y", ""], ["p2", "N", ""], ["p9", "Y", ""]]),
        write(tmp_path, "bookings-2014.csv", [["BookNo", "PersonID", "In"], ["b1", "p1", "2014-05-01"], ["b2", "p1", "2014-06-01"], ["b3", "p2", "2014-05-02"]]),
        write(tmp_path, "bookings-2015.csv", [["BOOKNO", "PERSONID", "IN"], ["b4", "p2", "2015-05-01"]]),
        write(tmp_path, "releases.csv", [["Book No", "Out", "How"], ["b1", "2014-05-03", "ICE"], ["b3", "2014-05-03", "BOND"], ["b8", "2014-05-03", "ICE"]]),
        write(tmp_path, "bonds.csv", [["BookNo", "Refused"], ["b1", "2014-05-02"]]),
        write(tmp_path, "detainers.csv", [["BookNo", "Form", "Received", "Signed"], ["b1", "I-247A", "2014-05-02", "yes"], ["b1", "I-200", "2014-05-02", "yes"], ["b3", "I-247", "", ""]]),
    ]
    map_ = {
        "map": "joined", "constants": {"agency": AGENCY}, "as_of": "2015-06-01",
        "tables": {
            "bookings": {"file": "bookings-*.csv"}, "releases": "releases.csv", "bonds": "bonds.csv", "log": "detainers.csv",
            "persons": {"file": "persons.csv", "via": {"table": "bookings", "on": {"PersonID": "PersonID"}}},
        },
        "stays": {"table": "bookings", "id": "BookNo"},
        "columns": {
            "person_key": "PersonID", "booked_at": "In", "left_at": {"table": "releases", "column": "Out"}, "left_to": {"table": "releases", "column": "How", "values": {"ice": "ice", "bond": "community"}},
            "bail_refused_at": {"table": "bonds", "column": "Refused"}, "convicted_felony": {"table": "persons", "column": "Gang"},
        },
        "papers": [{"table": "log", "kind": "Form", "received_at": "Received", "signed_by": "Signed"}],
    }  # fmt: skip
    with pytest.raises(InputError, match=r"no column \[BookNo\] in \[releases.csv\]; did you mean \[Book No\]"):
        prepared(tmp_path / "x", *files, map=map_)
    write(tmp_path, "releases.csv", (tmp_path / "releases.csv").read_text().replace("Book No", "BookNo"))
    found = prepared(tmp_path, *files, map=map_)
    assert (found.rows_in, found.stays, found.merged, found.aside) == (14, 4, 8, 2)
    rows = {r["stay_id"]: r for r in read(found, "stays")}
    assert [rows[b]["f_convicted_felony"] for b in ("b1", "b2", "b3", "b4")] == [True, True, False, False]
    assert rows["b1"]["left_to"] == "ice" and rows["b2"]["left_state"] == "missing" and rows["b3"]["left_to"] == "community"
    assert rows["b1"]["bail_refused_lo"] == day("2014-05-02") and rows["b1"]["detainer_form"] == "i-247a" and rows["b3"]["detainer_form"] == "i-247"
    assert [(p["row"], p["kind"], p["signed_by"]) for p in read(found, "papers")] == [(0, "i-200", "immigration_officer")]
    assert codes(found) == {"no-stay": 2}


def test_daily_snapshots_not_seen_is_not_released(tmp_path: Path) -> None:
    seen = {"a": (1, 2, 3), "b": (2, 4), "c": (1, 2, 3, 4, 5), "d": (5,)}
    rows = [["Day", "Inmate", "Admitted"], *([f"2014-05-0{d}", who, "2014-05-01" if who == "b" else ""] for d in range(1, 6) for who in seen if d in seen[who])]
    map_ = {"map": "nightly", "constants": {"agency": AGENCY}, "stays": {"id": ["Inmate"]}, "snapshots": {"day": "Day"}, "columns": {"person_key": "Inmate"}}
    found = prepared(tmp_path, write(tmp_path, "nightly.csv", rows), map=map_)
    by = dict(zip("acbd", read(found, "stays"), strict=True))
    # Left between the last day seen and the first day missing, which is a day on which the list was taken.
    assert (by["a"]["left_lo"], by["a"]["left_hi"], by["a"]["left_state"]) == (day("2014-05-03"), day("2014-05-05"), "recorded")
    assert (by["b"]["left_lo"], by["b"]["left_hi"]) == (day("2014-05-04"), day("2014-05-06"))
    assert by["c"]["left_state"] == by["d"]["left_state"] == "present"
    assert by["a"]["booked_lo"] is None and (by["d"]["booked_lo"], by["d"]["booked_hi"]) == (day("2014-05-04"), day("2014-05-06"))
    assert by["c"]["as_of"] == day("2014-05-05")
    assert (found.rows_in, found.stays, found.merged) == (11, 4, 7)


def test_group_headers_and_cells_only_on_the_first_row(tmp_path: Path) -> None:
    rows = [["JAIL LOG"], ["Booking", "Booked", "Desc"], ["EAST WING"], ["1", "2014-05-01", "THEFT"], ["", "", "DUII"], ["Booking", "Booked", "Desc"], ["WEST WING"], ["2", "2014-05-02", "THEFT"]]
    path = workbook(tmp_path / "log.xlsx", {"Log": rows})
    map_ = {"map": "grouped", "constants": {"agency": AGENCY}, "tables": {"log": {"file": "log.xlsx", "group_header": "Wing", "fill_down": ["Booking", "Booked"]}}, "stays": {"id": "Booking"}, "columns": {"booked_at": "Booked"}, "by": {"wing": "Wing"}}
    found = prepared(tmp_path, path, map=map_)
    assert [(r["stay_id"], r["by_wing"], r["source_row"]) for r in read(found, "stays")] == [("1", "EAST WING", 4), ("2", "WEST WING", 8)]
    # DUII stands alone in its line: by this map that is the name of a group.
    assert codes(found) == {"title-line": 1, "repeated-header": 1, "group-header": 3}


def test_rows_of_one_stay_that_disagree_are_unknown(tmp_path: Path) -> None:
    found = prepared(tmp_path, write(tmp_path, "stays.csv", [["stay_id", "agency", "booked_at", "under_18", "left_to"], ["a", AGENCY, "2014-05-01", "yes", "ice"], ["a", AGENCY, "2014-05-02", "no", ""]]))
    (row,) = read(found, "stays")
    assert (row["booked_lo"], row["f_under_18"], row["left_to"]) == (day("2014-05-01"), None, "ice")
    assert codes(found)["rows-disagree"] == 2 and found.merged == 1


def test_the_odd_spreadsheet_of_the_guide(tmp_path: Path) -> None:
    import sys

    from dueprocess.kernel.yamlread import parse
    from dueprocess.tables import propose

    sys.path.insert(0, str(SAMPLES))
    try:
        import make_odd_jail_log
    finally:
        sys.path.remove(str(SAMPLES))
    make_odd_jail_log.write(tmp_path / "again.xlsx")
    path = SAMPLES / "odd-jail-log.xlsx"
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()
    proposal = propose([path], vocabulary=lawbook().vocabulary, agency=AGENCY)
    assert proposal.preset is None and "DOE" not in str(proposal.tables) and "DOE" not in proposal.text
    found = prepared(tmp_path, path, map={**parse(proposal.text, name="map").value, "assume": {"detainer_form": "i-247"}})
    assert (found.rows_in, found.stays, found.merged) == (59, 20, 39)
    rows = read(found, "stays")
    assert all(r["detainer_form"] == "i-247" and r["booked_lo"] == r["booked_hi"] and r["booked_lo"] for r in rows)
    assert sum(r["detainer_cancelled_lo"] is not None for r in rows) == 1
    assert [r["left_state"] for r in rows].count("missing") == 1 and len(read(found, "grounds")) == 39
    assert "DOE" not in "".join(str(read(found, t)) for t in ("stays", "problems", "unread", "papers"))
    assert NEVER_AT not in [g["end_lo"] for g in read(found, "grounds")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colums": {}}, r"\[colums\] is no key here; did you mean \[columns\]"),
        ({"columns": {"bookd_at": "Booked"}}, r"\[bookd_at\] is no column of the stays; did you mean \[booked_at\]"),
        ({"columns": {"booked_at": "Bookd"}}, r"there is no column \[Bookd\].*did you mean \[Booked\]"),
        ({"columns": {"booked_at": "Booked", "left_at": "Booked"}}, r"\[Booked\] is mapped to \[booked_at\] and to \[left_at\]"),
        ({"columns": {"nationality": "Desc"}}, r"\[nationality\] is a fact about a person's origin"),
        ({"columns": {"race": "Desc"}}, "origin"),
        ({"columns": {"prior_removal": "Birth Country"}}, "tells a person's origin"),
        ({"columns": {"probable_cause": "Desc"}}, "matter of law"),
        ({"by": {"name": "Inmate Name"}}, "never imported"),
        ({"constants": {"agency": AGENCY, "booked_at": "2014-05-01"}}, "stands under columns and under constants"),
        ({"assume": {"booked_at": "2014-05-01"}}, "only never can"),
        ({"assume": {"judicial_warrant": "perhaps"}}, "neither true nor false"),
        ({"assume": {"detainer_form": "i-999"}}, "no value of detainer_form"),
        ({"grounds": [{"until": "Disposed", "dispositions": {"column": "Disp", "table": {"X": "sometimes"}}}]}, "does not say whether"),
        ({"papers": [{"when": {"Desc": "("}}]}, "is no pattern"),
        ({"tables": {"a": "charges.csv"}, "stays": {"table": "b", "id": "Booking"}}, r"\[b\] is no table of this map"),
        ({"tables": {"a": "nothing.csv"}}, "no input fits the table"),
        ({"stays": {}, "columns": {"booked_at": "Booked"}}, "need the stay they belong to"),
        ({"snapshots": {"day": "Booked"}, "stays": {}, "grounds": [], "papers": []}, "know a stay again"),
        ({"posted": {"left_att": ["15:00"]}}, r"\[left_att\] is no time; did you mean \[left_at\]"),
        ({"posted": {"left_at": ["3 pm"]}}, "no clock time"),
        ({"role": "king"}, r"\[king\] is no role"),
        ({"empty_left": "gone"}, "no reading of an empty release time"),
        ({"as_of": "yesterday"}, "no instant"),
        ({"columns": {"left_to": {"column": "Out", "value": "ice"}}}, "one of the two"),
        ({"columns": {"left_to": {"column": "Desc", "values": {"BOND": "street"}}}}, r"\[street\] is no value of left_to"),
        ({"columns": {"left_to": {"column": "Desc", "patterns": {"rel": "comunity"}}}}, r"did you mean \[community\]"),
        ({"columns": {"convicted_felony": {"column": "Desc", "values": {"F": "felony"}}}}, r"\[felony\] is no value of convicted_felony"),
        ({"constants": {"record_complete": "mostly"}}, r"\[mostly\] is no value of record_complete"),
        ({"tables": {"a": {"file": "charges.csv", "header": 0}}}, "is no line"),
    ],
)  # fmt: skip
def test_a_map_that_contradicts_itself_is_one_line(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = write(tmp_path, "charges.csv", [[*CHARGES[0], "Birth Country", "Inmate Name"], *([*r, "", ""] for r in CHARGES[1:])])
    with pytest.raises(InputError, match=message) as error:
        prepared(tmp_path, path, map={**MAP, **change})
    assert "\n" not in str(error.value)


def test_the_schema_of_maps_knows_the_same_keys() -> None:
    import json

    from dueprocess.kernel.files import data_dir
    from dueprocess.tables import mapreading

    schema = json.loads((data_dir("schemas") / "map.schema.json").read_text(encoding="utf-8"))
    assert set(schema["properties"]) == set(mapreading.MAP_KEYS)
    assert set(schema["$defs"]["table"]["properties"]) == set(mapreading.TABLE_KEYS)
    assert set(schema["$defs"]["column"]["anyOf"][-1]["properties"]) == set(mapreading.COLUMN_KEYS)
    read_map(MAP, vocabulary=lawbook().vocabulary)


ids = st.sampled_from(["a", "b", "c", "", "NA"])
cells = st.sampled_from(["", "2014-05-01", "5/3/14", "x", "NA", '"', "2014-05-01 10:00", "b(6)", "never"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stays=st.lists(st.tuples(ids, cells, cells), max_size=12), charges=st.lists(st.tuples(ids, cells), max_size=12), keyed=st.booleans())
def test_every_row_is_accounted_for(tmp_path_factory: pytest.TempPathFactory, stays: list[tuple[str, str, str]], charges: list[tuple[str, str]], keyed: bool) -> None:
    folder = tmp_path_factory.mktemp("rows")
    files = [write(folder, "stays.csv", [["id", "in", "out"], *stays]), write(folder, "charges.csv", [["id", "end"], *charges])]
    map_: dict[str, Any] = {"map": "rows", "constants": {"agency": AGENCY}, "tables": {"stays": "stays.csv", "charges": "charges.csv"}, "columns": {"booked_at": "in", "left_at": "out"}}
    if keyed:
        map_ |= {"stays": {"table": "stays", "id": "id"}, "grounds": [{"table": "charges", "until": "end"}]}
    found = prepared(folder, *files, map=map_)
    filled = [r for r in stays if any(r)], [r for r in charges if any(r)]
    assert found.rows_in == sum(map(len, filled)) == found.stays + found.merged + found.aside
    named = {r[0] for r in filled[0] if r[0] not in ("", "NA")}
    assert found.stays == (len(named) + sum(r[0] in ("", "NA") for r in filled[0]) if keyed else len(filled[0]))
    assert len(read(found, "grounds")) == (sum(r[0] in named for r in filled[1]) if keyed else 0)
    assert [r["row"] for r in read(found, "stays")] == list(range(found.stays))
