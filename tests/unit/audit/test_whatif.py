"""What if: today's law held still over past stays, and what one rule changes of the answers."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import duckdb
import made_up
import pytest

from dueprocess.audit.single import decide_rows
from dueprocess.audit.whatif import ask, in_force_always, never_enacted, question
from dueprocess.audit.whatif_page import sheet, whatif_html
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook
from dueprocess.law.policies import Policy, text_of

TODAY = date(2026, 11, 22)
TRAVIS, YOLO = "us/tx/travis-county/sheriff", "us/ca/yolo-county/sheriff"


def policy(folder: Path, agency: str = TRAVIS, position: str = "requires_judicial_warrant", start: date = date(2027, 1, 1)) -> Path:
    path = folder / "POLICY.yaml"
    path.write_text(text_of(Policy(agency, position, start)), encoding="utf-8")
    return path


def served(row: int, agency: str = TRAVIS) -> made_up.Row:
    """A stay of 2012 with a modern packet, held 45 hours past release."""
    made = made_up.stay(row, agency, booked="2012-03-01 20:00", due="2012-03-12 15:00", left="2012-03-14 12:00", detainer_form="i-247a", detainer_edition="2017-03", detainer_boxes="biometric")
    made_up.exact(made, "admin_warrant", made["detainer_received_lo"])
    made_up.exact(made, "detainer_served", made["detainer_received_lo"] + 3600)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made_up.write(tmp_path / "prepared", [served(0), served(1), made_up.stay(2, TRAVIS, detainer_form=None), made_up.stay(3, None)])


def test_todays_law_is_always_in_force_and_nothing_else_is() -> None:
    book = load_lawbook()
    always = in_force_always(book, day=TODAY)
    agency, long_ago, now = TRAVIS, date(1990, 1, 1).toordinal(), TODAY.toordinal()
    then = {a.norm.ref for a in always.applied(agency, (), long_ago, now, None)}
    assert then == {a.norm.ref for a in always.applied(agency, (), now, now, None)} == {a.norm.ref for a in book.applied(agency, (), now, now, None)}
    assert then != {a.norm.ref for a in book.applied(agency, (), long_ago, now, None)}
    assert always.change_days(agency, ()) == () and always.version != book.version
    assert always.forms.keys() == book.forms.keys()


@pytest.mark.parametrize("agency", [*made_up.AGENCIES])
@pytest.mark.parametrize("day", [date(2015, 6, 1), TODAY])
def test_the_law_of_any_day_is_what_applies_on_it(agency: str, day: date) -> None:
    book = load_lawbook()
    always = in_force_always(book, day=day)
    given = {a.norm.ref for a in book.applied(agency, (), day.toordinal(), day.toordinal(), None)}
    assert given == {a.norm.ref for a in always.applied(agency, (), 700_000, TODAY.toordinal(), None)}


def test_without_a_statute_what_it_ended_stands_again() -> None:
    book = load_lawbook()
    ended = next(a for a in book.authorities.values() if a.in_force.ended_by and a.in_force.until and a.in_force.until <= TODAY.toordinal() and a.norms)
    ender = ended.in_force.ended_by
    assert ender is not None and ended.id not in in_force_always(book, day=TODAY).authorities
    changed, _ = never_enacted(book, ender)
    found = in_force_always(changed, day=TODAY).authorities
    assert ended.id in found and ender not in found
    asked = question(today=TODAY, without=ender)
    assert ended.id in asked.revived and asked.removed is not None and asked.removed.id == ender


def test_a_stay_of_the_past_is_asked_under_the_law_of_today(folder: Path, tmp_path: Path) -> None:
    book = load_lawbook()
    for name, lawbook in (("then", book), ("today", in_force_always(book, day=TODAY))):
        decide_rows(folder, lawbook=lawbook, law_known_at=TODAY, out=tmp_path / f"{name}.parquet")
    outcomes = {n: duckdb.read_parquet(str(tmp_path / f"{n}.parquet")).order('"row"').project("outcome, deciding_norm").fetchall()[0] for n in ("then", "today")}
    # Texas required nobody to hold before 1 Sep 2017.
    assert outcomes["then"][0] != "must_hold" and outcomes["today"] == ("must_hold", "us/tx/sb-4#require-hold")


def test_a_policy_against_a_mandate_is_overruled(folder: Path, tmp_path: Path) -> None:
    asked = question(today=TODAY, policy=policy(tmp_path))
    found = ask(folder, asked, out=tmp_path / "out")
    assert found["outcomes"]["before"] == found["outcomes"]["after"] and found["moves"] == []
    (beaten,) = found["defeated"]
    assert beaten["stays"] == 2 and beaten["by"] == "us/tx/sb-4#require-hold" and beaten["norm"].startswith("us/tx/travis-county/sheriff-policy-2027-01-01#")
    assert found["bound"] == 3


def test_without_the_mandate_the_policy_decides(folder: Path, tmp_path: Path) -> None:
    asked = question(today=TODAY, policy=policy(tmp_path), without="us/tx/sb-4")
    found = ask(folder, asked, out=tmp_path / "out")
    assert found["outcomes"]["before"]["must_hold"] == 2 and found["outcomes"]["after"]["must_hold"] == 0
    assert found["moves"] == [{"before": "must_hold", "after": "release", "stays": 2, "agencies": 1}]
    assert found["outcomes"]["after"]["not asked"] == 1
    assert found["hours"]["after"]["overheld"]["least"] - found["hours"]["before"]["overheld"]["least"] == 90.0
    assert sum(found["outcomes"]["before"].values()) == sum(found["outcomes"]["after"].values()) == found["stays"] == 4
    assert found["exposure"]["after"]["low"] > found["exposure"]["before"]["low"]
    assert found["law_version"]["before"] != found["law_version"]["after"]
    json.dumps(found)


def test_notices_are_counted(folder: Path, tmp_path: Path) -> None:
    text = policy(tmp_path, position="notify_only").read_text()
    (tmp_path / "POLICY.yaml").write_text(text.replace("require: notify_release\n    when: notice_requested", "forbid: notify_release"))
    found = ask(folder, question(today=TODAY, policy=tmp_path / "POLICY.yaml"), out=tmp_path / "out")
    assert sum(found["notices"]["before"].values()) == 4 and found["notices"]["before"]["not asked"] == 1
    assert found["notices"]["after"].get("forbidden", 0) > found["notices"]["before"].get("forbidden", 0)


def test_of_many_stays_every_kth_is_asked_one_by_one(folder: Path, tmp_path: Path) -> None:
    found = ask(folder, question(today=TODAY, policy=policy(tmp_path)), out=tmp_path / "out", singly=2)
    assert found["asked_singly"] == {"stays": 2, "every": 2} and sum(found["notices"]["after"].values()) == 2
    assert "one in every 2 stays" in whatif_html(found)


def test_the_page_is_one_sheet_that_says_what_it_is(folder: Path, tmp_path: Path) -> None:
    found = ask(folder, question(today=TODAY, policy=policy(tmp_path), without="us/tx/sb-4"), out=tmp_path / "out")
    page = whatif_html(found)
    assert "<script" not in page and page.count("<article") == 1
    for words in ("the answer changes in 2", "2 to release", "no forecast", "taken as in force through every stay"):
        assert words in page
    assert sheet(found).headline.startswith("today's law with Policy of us/tx/travis-county/sheriff")


def test_a_rule_that_binds_nobody_here_says_so(folder: Path, tmp_path: Path) -> None:
    found = ask(folder, question(today=TODAY, policy=policy(tmp_path, YOLO)), out=tmp_path / "out")
    assert found["bound"] == 0 and "nothing changes" in whatif_html(found)


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    path = policy(tmp_path)
    cases = (
        ({}, "nothing to try"),
        ({"without": "us/tx/sb-5"}, r"--without: \[us/tx/sb-5\] is no law in the lawbook; did you mean \[us/tx/sb-"),
    )
    for given, told in cases:
        with pytest.raises(InputError, match=told):
            question(today=TODAY, **given)  # type: ignore[arg-type]
    path.write_text(path.read_text().replace("forbid: hold", "forbid: holt"))
    with pytest.raises(InputError, match=r"POLICY\.yaml:\d+: \[holt\] is no action") as caught:
        question(today=TODAY, policy=path)
    assert str(tmp_path / "POLICY.yaml") in str(caught.value) and "\n" not in str(caught.value)
    path.write_text("just words\n")
    with pytest.raises(InputError, match=r"POLICY\.yaml: no \[id\] in it"):
        question(today=TODAY, policy=path)
    ended = policy(tmp_path)
    ended.write_text(ended.read_text().replace('{from: "2027-01-01"}', '{from: "2014-01-01", until: "2016-01-01"}'))
    with pytest.raises(InputError, match="has already ended"):
        question(today=TODAY, policy=ended)
