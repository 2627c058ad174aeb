"""Duties beside the hold: by when they are to be done, and whether they were. All law and people here are made up."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest

from dueprocess.decide import decide_case
from dueprocess.law import Lawbook, load_lawbook

TODAY = date(2026, 11, 22)
STATUTE = """\
id: us/or/made-up-duties
title: A made-up statute of duties
kind: statute
citation: made up for a test
in_force: {from: "2014-01-01"}
binds: [us/or]
norms:
  - require: inform_person
    by: {hours: 24, after: detainer_received}
    because: Made up for a test, counted from the receipt.
  - require: notify_release
    by: {hours: 1.5, before: release_due}
    because: Made up for a test, counted back from the release.
  - require: serve_copy
    because: Made up for a test, without a date.
  - require: record_reason
    by: {hours: 3, after: booked}
    when: charged_felony
    because: Made up for a test, on a felony.
sources: [{title: Made up for a test, publisher: nobody, url: null, date: null}]
review: {status: unreviewed, basis: general knowledge}
"""
AGREEMENT = """\
id: us/or/polk-county/made-up-agreement
title: A made-up agreement
kind: agreement
citation: agreement made up for a test
in_force: {from: "2020-01-01", until: "2025-03-03"}
binds: [us/or/polk-county/sheriff]
norms:
  - declare: officer_287g
    value: true
    because: Made up for a test.
sources: [{title: Made up for a test, publisher: nobody, url: null, date: null}]
review: {status: unreviewed, basis: general knowledge}
"""
CASE: dict[str, Any] = {
    "case": "made-up-duties",
    "agency": "us/or/polk-county/sheriff",
    "facility": None,
    "at": "2025-03-04T11:30:00-08:00",
    "law_known_at": "2026-11-22",
    "record_complete": True,
    "custody": {
        "booked_at": "2025-03-02T08:00:00-08:00",
        "grounds": [{"kind": "charge", "from": "2025-03-02T08:00:00-08:00", "until": "2025-03-04T10:00:00-08:00", "ended_by": "bail_posted"}],
    },
    "papers": [{"kind": "i-247a", "edition": "2017-03", "received_at": "2025-03-03T09:00:00-08:00", "signed_by": "immigration_officer", "boxes": ["biometric"], "served_at": "2025-03-03T09:00:00-08:00"}],
    "facts": {"charged_felony": True},
}


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Lawbook:
    folder = tmp_path_factory.mktemp("law")
    for name, text in (("us/or/made-up-duties", STATUTE), ("us/or/polk-county/made-up-agreement", AGREEMENT)):
        path = folder / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_lawbook(folder)


def duties(law: Lawbook, *, events: dict[str, str] | None = None, **changes: Any) -> dict[str, tuple[str | None, str, bool]]:
    """Deadline, status and certainty of each duty of the made-up statute."""
    case = {**copy.deepcopy(CASE), **changes, "events": [{"kind": kind, "at": at} for kind, at in (events or {}).items()]}
    found = decide_case(case, today=TODAY, lawbook=law)["obligations"]
    return {d["action"]: (d["deadline"], d["status"], d["sure"]) for d in found if d["authority"] == "us/or/made-up-duties"}


def test_deadlines_are_counted_from_their_events(law: Lawbook) -> None:
    # Received Mon 3 March 09:00 + 24 h; due Tue 4 March 10:00 - 1 h 30; booked Sun 2 March 08:00 + 3 h.
    assert {name: d[0] for name, d in duties(law).items()} == {
        "inform_person": "2025-03-04T09:00:00-08:00",
        "notify_release": "2025-03-04T08:30:00-08:00",
        "serve_copy": None,
        "record_reason": "2025-03-02T11:00:00-08:00",
    }


@pytest.mark.parametrize(
    ("at", "informed", "status"),
    [
        ("2025-03-04T08:59:59-08:00", None, "due"),
        ("2025-03-04T09:00:00-08:00", None, "not recorded"),  # the hours are half-open: they are over at their end
        ("2025-03-04T11:30:00-08:00", "2025-03-04T08:00:00-08:00", "done"),
        ("2025-03-04T11:30:00-08:00", "2025-03-04T09:00:00-08:00", "done"),
        ("2025-03-04T11:30:00-08:00", "2025-03-04T09:00:01-08:00", "done late"),
        ("2025-03-04T11:30:00-08:00", "2025-03-04T12:00:00-08:00", "missed"),  # not yet done, and its time is over
        ("2025-03-04T08:00:00-08:00", "2025-03-04T12:00:00-08:00", "due"),
    ],
)
def test_whether_a_duty_was_done(law: Lawbook, at: str, informed: str | None, status: str) -> None:
    assert duties(law, at=at, events={"person_informed": informed} if informed else None)["inform_person"][1] == status


def test_a_duty_without_a_date_is_done_or_undated(law: Lawbook) -> None:
    assert duties(law)["serve_copy"][1] == "undated"
    assert duties(law, events={"copy_given": "2025-03-03T10:00:00-08:00"})["serve_copy"][1] == "done"


def test_a_duty_hangs_on_its_condition(law: Lawbook) -> None:
    assert duties(law)["record_reason"][2] is True
    assert duties(law, facts={})["record_reason"][2] is False
    assert "record_reason" not in duties(law, facts={"charged_felony": False})


def test_a_deadline_counted_from_an_unknown_time_is_none(law: Lawbook) -> None:
    case = {**CASE, "custody": {"booked_at": None, "grounds": CASE["custody"]["grounds"]}}
    assert duties(law, custody=case["custody"])["record_reason"][:2] == (None, "undated")


@pytest.mark.parametrize(("due", "named"), [("2025-03-02T23:59:59-08:00", True), ("2025-03-03T00:00:00-08:00", False)])
def test_an_agreement_is_named_while_it_is_in_force(law: Lawbook, due: str, named: bool) -> None:
    case = {**copy.deepcopy(CASE), "at": due}
    case["custody"]["grounds"][0]["until"] = due
    records = [r for r in decide_case(case, today=TODAY, lawbook=law)["risks"] if r["kind"] == "agency record"]
    assert [(r["authority"], r["citation"], r["effect"]) for r in records] == ([("us/or/polk-county/made-up-agreement", "agreement made up for a test", "agreement in force")] if named else [])
    assert all(r["because"].startswith("A made-up agreement.") for r in records)


def actions(law: Lawbook, **changes: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = decide_case({**copy.deepcopy(CASE), **changes}, today=TODAY, lawbook=law)["actions"]
    return found


def test_what_each_action_comes_to(law: Lawbook) -> None:
    found = actions(law)
    assert {name: a["result"] for name, a in found.items() if name != "issue"} == {
        "notify_release": "open",  # a state law forbids it and the made-up one, of the same rank, requires it
        "transfer": "forbidden",
        "allow_interview": "free",
        "serve_copy": "required",
        "inform_person": "required",
        "record_reason": "required",
        "ask_status": "forbidden",
        "release": "free",
    }
    assert found["notify_release"]["norms"] == ["us/or/hb-3265#forbid-notify-release", "us/or/made-up-duties#require-notify-release"]
    assert found["release"]["norms"] == []
    assert "hold" not in found


def test_a_norm_that_does_not_apply_is_not_named(law: Lawbook) -> None:
    assert actions(law)["record_reason"]["norms"] == ["us/or/hb-3265#require-record-reason", "us/or/made-up-duties#require-record-reason"]
    assert actions(law, facts={"charged_felony": False})["record_reason"]["norms"] == ["us/or/hb-3265#require-record-reason"]


WARRANT = {"kind": "i-200", "edition": "2016-09", "received_at": "2025-03-03T09:00:00-08:00", "signed_by": "immigration_officer"}
# Neither of the Chicago offices, nor a person for whom Congress tells DHS to issue.
ORDINARY = {"chicago_office": False, "laken_riley_offense": False}


@pytest.mark.parametrize(
    ("arrested", "warrant", "result", "norms"),
    [
        (True, True, "free", []),
        (True, False, "forbidden", ["us/ice/policy-10074-2#warrant-attached"]),
        (False, True, "forbidden", ["us/ice/policy-10074-2#arrest-first"]),
        (None, True, "open", ["us/ice/policy-10074-2#arrest-first"]),
        (False, False, "forbidden", ["us/ice/policy-10074-2#arrest-first", "us/ice/policy-10074-2#warrant-attached"]),
    ],
)
def test_whether_the_sender_might_issue_by_its_own_policy(law: Lawbook, arrested: bool | None, warrant: bool, result: str, norms: list[str]) -> None:
    facts = {**ORDINARY, **({} if arrested is None else {"arrested_for_crime": arrested})}
    issue = actions(law, facts=facts, papers=[*CASE["papers"], *([WARRANT] if warrant else [])])["issue"]
    assert (issue["result"], sorted(issue["norms"])) == (result, norms)


def test_congress_may_tell_the_sender_to_issue(law: Lawbook) -> None:
    facts = {**ORDINARY, "arrested_for_crime": True, "laken_riley_offense": True, "inadmissible_named_grounds": True}
    assert actions(law, facts=facts, papers=[*CASE["papers"], WARRANT])["issue"] == {"result": "required", "norms": ["us/statute/8-usc-1226-c-3#require-issue"]}


def test_without_a_detainer_nothing_was_issued(law: Lawbook) -> None:
    assert "issue" not in actions(law, papers=[])
