"""What the report says where little is certain, and what several public tables must not give away together."""

from __future__ import annotations

import csv
import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dueprocess.audit.folder import Options, audit
from dueprocess.audit.protect import LEAST, pooled, spanned
from dueprocess.audit.undecided import MOST_TRIED, together
from dueprocess.cli import main
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook

TODAY = date(2026, 11, 22)
AGENCY = "us/ga/gwinnett-county/sheriff"


def told(folder: Path, rows: list[str], *, last: str = "Race", **more: Any) -> str:
    path = folder / "stays.csv"
    path.write_text("\n".join([f"stay_id,agency,booked_at,release_due_at,left_at,detainer,{last}", *rows]) + "\n", encoding="utf-8")
    options = Options(law_known_at=TODAY, today=TODAY, engine="single", **more)
    audit([path], folder / "audit", lawbook=load_lawbook(), options=options, say=lambda text, share=0.0: None)
    return (folder / "audit" / "report.html").read_text(encoding="utf-8")


def test_hours_that_are_bounded_are_not_said_to_be_beyond_telling(tmp_path: Path) -> None:
    rows = [f"B-{i},{AGENCY},2016-05-0{i} 08:00,2016-05-1{i} 09:00,2016-05-1{i + 1} 1{i}:00,yes,{'AB'[i % 2]}" for i in range(1, 5)]
    page = told(tmp_path, rows, by=("Race",))
    made = json.loads((tmp_path / "audit" / "run.json").read_text())
    assert made["classes"]["possible"]["stays"] == 4 and made["classes"]["possible"]["hours_most"] > 0
    assert "no hour over can be told" not in page
    # Where none is certain, the longest possible ones are told, and the share of the possible by group; the column's own case is no matter.
    assert "Possible stays of stays.csv, by the most that the record allows" in page and ">row 5<" in page
    assert "Share of possible stays" in page and (tmp_path / "audit" / "by_race.csv").is_file()
    assert "columns that are not read: [Race]" not in page
    # The law that binds there is named, though it decided none of them for certain.
    assert "All that bears on the hold and binds there" in page and "287.7" in page


def test_what_no_row_says_is_said_where_every_stay_is_unknown(tmp_path: Path) -> None:
    page = told(tmp_path, [f"B-{i},{AGENCY},2016-05-0{i} 08:00,,2016-05-1{i} 10:00,yes,A" for i in range(1, 4)])
    assert "No row says when the local reason to hold ended: without that, no hour over can be told." in page


def test_where_people_went_is_told_of_certain_and_possible_stays_alike(tmp_path: Path) -> None:
    ends = {1: "ice", 2: "ice", 3: "community", 4: "other_agency", 5: "", 6: "somewhere"}
    rows = [f"B-{i},{AGENCY},2016-05-0{i} 08:00,2016-05-1{i} 09:00,2016-05-1{i} {9 + i}:00,,{end}" for i, end in ends.items()]
    rows.append(f"B-7,{AGENCY},2016-05-07 08:00,2016-05-17 09:00,present,,ice")
    page = told(tmp_path, rows, last="left_to")
    with (tmp_path / "audit" / "by_end.csv").open(encoding="utf-8") as handle:
        found = {r["end"]: (r["stays"], r["possible"], r["possible_hours_most"]) for r in csv.DictReader(handle)}
    # Released i hours after release was due; whoever is still there went nowhere, whatever else the row says.
    assert {k: v for k, v in found.items() if not k.startswith("Still")} == {
        "Taken by ICE": ("2", "2", "3.0"), "Released to the community": ("1", "1", "3.0"), "Handed to another agency": ("1", "1", "4.0"), "Not told by the files": ("2", "2", "11.0"),
    }  # fmt: skip
    assert found["Still there when the records end"][0] == "1"
    assert "By how the stay ended" in page and "look first at the possible ones that ended with ICE" in page
    # The plot is drawn from the rows of the table, and tells them in words.
    assert "Stays by class and how they ended" in page and 'id="ends-d">' in page
    assert re.search(r'id="ends-d">[^<]*Taken by ICE[^<]*2', page)
    # Of the longest, it stands beside each.
    assert page.index("How it ended") > page.index("The longest")


def test_what_several_columns_settle_together_is_told_where_none_does_alone(tmp_path: Path) -> None:
    rows = [f"B-{i},{AGENCY},,,2016-05-1{i} 10:00,yes,A" for i in range(1, 5)] + [f"B-{i},{AGENCY},2016-05-0{i} 08:00,,2016-05-1{i} 10:00,yes,A" for i in range(5, 8)]
    page = told(tmp_path, rows)
    request = (tmp_path / "audit" / "request.md").read_text(encoding="utf-8")
    assert "What to ask for together" in page and "Together they may settle more than each alone" in request
    # Three stays lack all but the time of booking, four that, too: asking for all of it brings more a column than leaving it out.
    assert re.search(r"^1\. when the person was booked, detainer complete, .*when the local reason to hold ended.*: at most 7$", request, re.MULTILINE)


SETS = [{"names": ["a", "b"], "stays": 10}, {"names": ["c"], "stays": 4}, {"names": ["b", "c"], "stays": 3}, {"names": ["a", "law"], "stays": 50}, {"names": ["a", "b", "c", "d"], "stays": 2}]


def test_columns_are_asked_for_together_by_what_they_bring() -> None:
    # Two columns bring ten stays, five each, more than all four with nineteen; then the third brings its own four and the three that lacked it beside the second.
    assert together(SETS, settles_nothing={"law"}, steps=6) == [{"names": ["a", "b"], "stays": 10}, {"names": ["c"], "stays": 17}, {"names": ["d"], "stays": 19}]
    assert together(SETS, settles_nothing={"law"}, steps=1) == [{"names": ["a", "b"], "stays": 10}]
    assert together([], settles_nothing=(), steps=6) == []


def test_stays_of_rare_sets_are_counted_though_not_all_are_tried() -> None:
    rare = [{"names": ["a", f"rare{i}"], "stays": 1} for i in range(MOST_TRIED + 20)]
    common = [{"names": [f"common{i}"], "stays": 5} for i in range(MOST_TRIED)]
    first = together([*common, {"names": ["a"], "stays": 900}, {"names": ["a", "b"], "stays": 800}, *rare], settles_nothing=(), steps=1)
    assert first == [{"names": ["a"], "stays": 900}]
    every = {"names": sorted({"a", *(f"rare{i}" for i in range(MOST_TRIED + 20))}), "stays": 100_000}
    assert together([every, *rare], settles_nothing=(), steps=1)[0]["stays"] == 100_000 + MOST_TRIED + 20


@given(st.lists(st.tuples(st.sets(st.sampled_from("abcdef"), min_size=1), st.integers(1, 50)), max_size=12))
def test_stays_that_lack_nothing_more_are_counted_once(lacking: list[tuple[set[str], int]]) -> None:
    steps = together([{"names": sorted(names), "stays": stays} for names, stays in lacking], settles_nothing="f", steps=4)
    had: set[str] = set()
    for step in steps:
        had |= set(step["names"])
        assert step["stays"] == sum(stays for names, stays in lacking if names <= had)
    assert "f" not in had


def test_that_no_column_says_where_people_went_is_said(tmp_path: Path) -> None:
    page = told(tmp_path, [f"B-{i},{AGENCY},2016-05-0{i} 08:00,2016-05-1{i} 09:00,2016-05-1{i} 12:00,yes,A" for i in range(1, 4)])
    assert "No column that was read says where anybody went" in page and "By how the stay ended" not in page


def test_the_folder_of_an_audit_stands_for_its_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    told(tmp_path, [f"B-{i},{AGENCY},2016-05-0{i} 08:00,2016-05-1{i} 09:00,2016-05-1{i} 12:00,yes,A" for i in range(1, 4)])
    monkeypatch.setattr(sys, "argv", ["dueprocess", "audit", str(tmp_path / "audit"), "--out", str(tmp_path / "again"), "--engine", "single"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert "3 rows in = 3 rows out" in capfd.readouterr().out
    assert (tmp_path / "again" / "by_end.csv").read_bytes() == (tmp_path / "audit" / "by_end.csv").read_bytes()


def test_an_agency_that_there_is_not_is_no_constant_of_a_map(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("Booked,Left\n2016-05-01,2016-05-02\n", encoding="utf-8")
    (tmp_path / "map.yaml").write_text("map: slip\nconstants: {agency: us/or/nowhere-county/sheriff}\ncolumns: {booked_at: Booked, left_at: Left}\n", encoding="utf-8")
    options = Options(law_known_at=TODAY, today=TODAY, engine="single", map=tmp_path / "map.yaml")
    with pytest.raises(InputError, match=r"constants\.agency"):
        audit([tmp_path / "log.csv"], tmp_path / "audit", lawbook=load_lawbook(), options=options, say=lambda text, share=0.0: None)
    assert not (tmp_path / "audit").exists()


def test_what_is_joined_leaves_room_for_every_small_number() -> None:
    def row(n: int) -> dict[str, Any]:
        return {"key": str(n), "stays": n}

    # 3 and 11 make 14: whoever knows that one of the two is 11 at least would know that the other is 3 at most.
    assert [r["stays"] for r in pooled([row(3)], [row(11), row(30)])] == [3, 11, 30]
    assert [r["stays"] for r in pooled([row(3)], [row(30)])] == [3, 30]
    assert pooled([row(3)], [row(11)]) == [] == pooled([row(3)], [])
    for small in range(1, LEAST):
        pool = pooled([row(small)], [row(n) for n in (11, 12, 15, 40)])
        assert sum(r["stays"] for r in pool) - LEAST * (len(pool) - 1) >= LEAST - 1


@pytest.mark.parametrize(("first", "last", "both"), [("4 to 12 hours", "12 to 24 hours", "4 to 24 hours"), ("12 to 24 hours", "1 to 2 days", "12 hours to 2 days"), ("under 1 hour", "1 to 4 hours", "under 4 hours"), ("14 to 30 days", "30 days or more", "14 days or more"), ("under 4 hours", "30 days or more", "any time"), ("1 hours to 7 days", "30 days or more", "1 hour or more"), ("1 to 12 hours", "1 to 2 days", "1 hour to 2 days")])
def test_bands_told_together_have_one_name(first: str, last: str, both: str) -> None:
    assert spanned(first, last) == both
