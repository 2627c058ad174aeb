"""What a value of a fact may be, and what a name may be."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dueprocess.kernel.errors import InputError, LawError
from dueprocess.kernel.yamlread import read
from dueprocess.terms import Fact, read_vocabulary

ROOT = Path(__file__).resolve().parents[3]


def fact(kind: str, **more: Any) -> Fact:
    return Fact("x", kind, "asked", "?", "¿?", "person", **more)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("boolean", [True, False], [1, 0, "true", "yes", 1.0, [], {}, date(2014, 1, 1)]),
        ("number", [0, -3, 2.5], [True, False, "5", [], {}, "five"]),
        ("one_of", ["ice", "cbp"], ["fbi", "ICE", "", 1, True, ["ice"], {}]),
        ("date", [date(2014, 5, 3)], ["2014-02-30", "3 May 2014", 2014, True, [], {}]),
    ],
)
def test_values(kind: str, good: list[Any], bad: list[Any]) -> None:
    tested = fact(kind, values=("ice", "cbp") if kind == "one_of" else ())
    assert tested.read(None, where="w") is None, "unknown is a value of every fact"
    for value in good:
        assert tested.read(value, where="w") == value
    for value in bad:
        with pytest.raises(InputError) as caught:
            tested.read(value, where="here")
        assert str(caught.value).startswith("here: ") and "; " in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value", "line"),
    [
        ("boolean", "yes", "here: [yes] does not fit {name}; write true or false"),
        ("number", "five", "here: [five] does not fit {name}; write a number"),
        ("date", 2014, "here: [2014] does not fit {name}; write a date as 2014-05-03"),
        ("one_of", 1, "here: [1] does not fit {name}; write ice, cbp"),
        ("one_of", "fbi", "here: [fbi] is no value of {name}; one of ice, cbp"),
    ],
)
def test_what_an_unfit_value_is_answered(kind: str, value: Any, line: str) -> None:
    tested = fact(kind, values=("ice", "cbp") if kind == "one_of" else ())
    with pytest.raises(InputError) as caught:
        tested.read(value, where="here")
    assert str(caught.value) == line.format(name=tested.name)


def test_a_date_may_be_text() -> None:
    assert fact("date").read("2014-05-03", where="w") == date(2014, 5, 3)


def test_the_shipped_vocabulary() -> None:
    shipped = read_vocabulary(read(ROOT / "lawbook/facts.yaml"))
    needed = ["hold_requested", "notice_requested", "detainer_complete", "detainer_signed", "detainer_served", "asserts_probable_cause", "basis_final_order", "basis_pending_proceedings", "basis_biometric", "basis_statements", "basis_reason_to_believe", "basis_investigation", "basis_warrant_served", "basis_charging_document", "detainer_issuer", "request_stands", "admin_warrant", "removal_warrant", "judicial_warrant", "court_order", "judge_probable_cause", "removal_order", "citizenship_claimed", "status_proof_shown", "under_18", "victim_or_witness", "convicted_felony", "convicted_violent_felony", "convicted_misdemeanor", "conviction_age_years", "charged_felony", "sex_offense_registrant", "prior_removal", "judicial_official_order", "officer_287g", "reimbursement_agreed", "civil_arrest_power", "probable_cause"]
    assert set(needed) <= set(shipped.facts)
    assert shipped.facts["probable_cause"].determined_by and not shipped.facts["civil_arrest_power"].determined_by
    assert {"release_due", "detainer_received", "papers_received", "served", "known_to_jail", "bail_refused"} <= set(shipped.events)
    assert {"issue", "hold", "notify_release", "transfer", "allow_interview", "serve_copy", "inform_person", "record_reason", "ask_status", "release"} == set(shipped.actions)
    for one in shipped.facts.values():
        assert one.question.endswith(("?", ".")) and one.question_es.startswith("¿"), one.name
        assert (one.type == "one_of") == bool(one.values), one.name
    for action in shipped.actions.values():
        assert action.done_by is None or action.done_by in shipped.events


def test_names() -> None:
    shipped = read_vocabulary(read(ROOT / "lawbook/facts.yaml"))
    with pytest.raises(LawError, match=r"did you mean \[judicial_warrant\]") as caught:
        shipped.fact("judical_warrant", where="w")
    assert caught.value.code == "unknown-name"
    for name in ("nationality", "Nationality", "RACE", "language", "religion", "place_of_birth"):
        with pytest.raises(LawError) as caught:
            shipped.fact(name, where="w")
        assert caught.value.code == "origin-fact"
