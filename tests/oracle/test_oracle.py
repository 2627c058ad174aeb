"""Tests of the oracle itself. Each was worked out by hand from one sentence of the semantics, which it quotes or names.

The place is made up: a county in circuit 9 on Pacific time. Unless a test says otherwise the person was booked on Monday
4 June 2018 at 08:00, the charge ended on Tuesday at 12:00, and the detainer (an I-247A, signed, with a biometric box) was
received on Monday at 10:00.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from oracle import Interval, PlaceInfo, Refused, answer, condition, limit_end, recorded

ROOT = Path(__file__).resolve().parents[2]
VOCABULARY = yaml.safe_load((ROOT / "lawbook" / "facts.yaml").read_text(encoding="utf-8"))
PACIFIC = ZoneInfo("America/Los_Angeles")
PLACE = PlaceInfo("us/or/test-county/sheriff", "America/Los_Angeles", ("circuit/9", "district/d-or"))
TODAY = date(2026, 11, 22)

# -- law ---------------------------------------------------------------------------------------------------------------

FRAME: dict[str, Any] = {
    "id": "us/four-tests",
    "kind": "constitution",
    "in_force": {"from": "1868-07-09"},
    "binds": ["us"],
    "norms": [
        {"id": "request", "forbid": "hold", "when": "NOT (judicial_warrant OR request_stands)"},
        {"id": "cause", "forbid": "hold", "when": "NOT (judicial_warrant OR probable_cause)"},
        {"id": "power", "forbid": "hold", "when": "NOT (judicial_warrant OR civil_arrest_power)"},
        {"id": "permit", "permit": "hold"},
    ],
}
CLAUSE: dict[str, Any] = {
    "id": "us/constitution/clause",
    "kind": "constitution",
    "in_force": {"from": "1868-07-09"},
    "binds": ["us"],
    "norms": [],
}


def ruling(name: str, *norms: dict[str, Any], known: Any = "2000-01-01", **keys: Any) -> dict[str, Any]:
    times = known if isinstance(known, dict) else {"from": known}
    base = {"id": name, "kind": "ruling", "construes": CLAUSE["id"], "known": times, "binds": ["us"]}
    return {**base, "norms": list(norms), **keys}


def act(name: str, *norms: dict[str, Any], kind: str = "statute", **keys: Any) -> dict[str, Any]:
    base = {"id": name, "kind": kind, "in_force": {"from": "2000-01-01"}, "binds": ["us/or"]}
    return {**base, "norms": list(norms), **keys}


CAUSE = ruling(
    "us/circuit-9/cause", {"declare": "probable_cause", "value": True, "when": "asserts_probable_cause"}
)
POWER = act("us/or/power", {"declare": "civil_arrest_power", "value": True})
CITY_FORBIDS = act(
    "us/or/test-county/ordinance", {"forbid": "hold"}, kind="ordinance", binds=["us/or/test-county"]
)
STATE_REQUIRES = act("us/or/mandate", {"require": "hold"})


def form(
    edition: str = "2017-03", *, service: bool = False, hours: int | None = 48, **keys: Any
) -> dict[str, Any]:
    norms: list[dict[str, Any]] = [
        {"declare": "hold_requested", "value": True},
        {"declare": "service_required", "value": service},
        {"declare": "detainer_complete", "value": True},
        {"declare": "asserts_probable_cause", "value": True, "when": "basis_biometric"},
        {"id": "none", "declare": "asserts_probable_cause", "value": False, "when": "NOT basis_biometric"},
    ]
    if hours is not None:
        norms.append({"limit": "hold", "hours": hours, "counted_from": "release_due"})
    base = {
        "id": f"forms/i-247a/{edition}",
        "kind": "form",
        "in_force": {"from": "2017-04-02"},
        "norms": norms,
    }
    return {**base, **keys}


LAW: list[dict[str, Any]] = [FRAME, CLAUSE, CAUSE, POWER, form()]

# -- cases -------------------------------------------------------------------------------------------------------------


def june(day: int, hour: int = 0, minute: int = 0) -> str:
    return f"2018-06-{day:02}T{hour:02}:{minute:02}:00-07:00"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


DETAINER: dict[str, Any] = {
    "kind": "i-247a",
    "edition": "2017-03",
    "received_at": june(4, 10),
    "signed_by": "immigration_officer",
    "boxes": ["biometric"],
}
CHARGE: dict[str, Any] = {"kind": "charge", "from": june(4, 8), "until": june(5, 12)}


def case(at: str = june(5, 18), custody: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "case": "test",
        "agency": PLACE.agency,
        "at": at,
        "law_known_at": "2026-11-22",
        "record_complete": True,
        "custody": {"booked_at": june(4, 8), "grounds": [CHARGE], **(custody or {})},
        "papers": [DETAINER],
    }
    return deepcopy({**base, **changes})


def ask(question: dict[str, Any], law: list[dict[str, Any]] | None = None, **keys: Any) -> dict[str, Any]:
    given = {"place": PLACE, "today": TODAY, **keys}
    return answer(question, LAW if law is None else law, VOCABULARY, **given)


def outcomes(result: dict[str, Any]) -> list[tuple[datetime, str]]:
    return [(piece["from"], piece["outcome"]) for piece in result["timeline"]]


# -- the four tests ----------------------------------------------------------------------------------------------------


def test_all_four_tests_met() -> None:
    """A hold on a detainer stands only while all four do: request, power, cause, clock."""
    result = ask(case())
    assert result["outcome"] == "may_hold"
    assert result["deciding"] == ["us/four-tests#permit"]
    assert result["hold_until"] == utc(june(7, 12))  # the form's 48 hours from Tuesday 12:00
    assert outcomes(result) == [
        (utc(june(4, 8)), "local_custody"),
        (utc(june(5, 12)), "may_hold"),
        (utc(june(7, 12)), "release"),
    ]
    assert result["release_due_at"] == utc(june(5, 12))


def test_printed_limit_ends_the_request() -> None:
    """A limit printed on a form ends the *request*, not the power."""
    result = ask(case(at=june(7, 12)))
    assert result["deciding"] == ["us/four-tests#request"]
    assert result["facts"]["request_stands"] is False
    assert result["facts"]["civil_arrest_power"] is True


def test_power_not_encoded_is_open() -> None:
    """A place whose law is not encoded has unknown power, so its answer is open."""
    result = ask(case(), [FRAME, CLAUSE, CAUSE, form()])
    assert (result["outcome"], result["open_because"], result["deciding"]) == ("review", "other", [])


def test_declared_lack_of_power_is_release() -> None:
    """Only a declared lack of power is `release`."""
    lack = act("us/or/no-power", {"declare": "civil_arrest_power", "value": False})
    result = ask(case(), [FRAME, CLAUSE, CAUSE, form(), lack])
    assert result["outcome"] == "release"
    assert result["deciding"] == ["us/four-tests#power"]


def test_mandate_declares_power_but_no_cause() -> None:
    """A state's `require: hold` also declares power; a mandate never supplies cause."""
    law = [FRAME, CLAUSE, CAUSE, STATE_REQUIRES, form()]
    with_cause = ask(case(), law)
    assert with_cause["outcome"] == "must_hold"
    assert with_cause["deciding"] == ["us/or/mandate#require-hold"]
    no_cause = ruling("us/circuit-9/none", {"declare": "probable_cause", "value": False})
    without = ask(case(), [FRAME, CLAUSE, no_cause, STATE_REQUIRES, form()])
    assert without["outcome"] == "release"
    assert without["deciding"] == ["us/four-tests#cause"]


def test_local_mandate_adds_no_power() -> None:
    """A locality can never add power: a local `require` declares none."""
    local = act("us/or/test-county/order", {"require": "hold"}, kind="ordinance", binds=["us/or/test-county"])
    assert ask(case(), [FRAME, CLAUSE, CAUSE, local, form()])["outcome"] == "review"


# -- rank and defeat ---------------------------------------------------------------------------------------------------


def test_forbid_defeats_every_permit() -> None:
    """A `forbid` defeats every `permit`, also one of a higher rank."""
    result = ask(case(), [*LAW, CITY_FORBIDS])
    assert result["outcome"] == "release"
    assert result["deciding"] == ["us/or/test-county/ordinance#forbid-hold"]


def test_require_defeats_lower_forbid() -> None:
    """A `require` defeats every `forbid` of a lower rank."""
    assert ask(case(), [*LAW, CITY_FORBIDS, STATE_REQUIRES])["outcome"] == "must_hold"


def test_same_rank_forbid_comes_first() -> None:
    """At one rank forbids before requires: a `forbid` defeats a `require` of the same rank."""
    state_forbids = act("us/or/forbids", {"forbid": "hold"})
    result = ask(case(), [*LAW, STATE_REQUIRES, state_forbids])
    assert result["outcome"] == "release"
    assert result["deciding"] == ["us/or/forbids#forbid-hold"]


def test_a_defeated_norm_does_not_defeat() -> None:
    """Only a norm that is itself undefeated defeats: the mandate falls to the clause, so the ordinance still stands."""
    barred = ruling("us/circuit-9/barred", {"forbid": "hold"})
    result = ask(case(), [*LAW, CITY_FORBIDS, STATE_REQUIRES, barred])
    assert result["deciding"] == [
        "us/circuit-9/barred#forbid-hold",
        "us/or/test-county/ordinance#forbid-hold",
    ]


def test_preempt_takes_local_choice_but_gives_nothing() -> None:
    """`preempt` takes away lower bodies' choice to forbid; gives no power and no duty."""
    preempt = act("us/or/preempt", {"preempt": "hold"})
    assert ask(case(), [*LAW, CITY_FORBIDS, preempt])["outcome"] == "may_hold"
    without_power = [FRAME, CLAUSE, CAUSE, form(), CITY_FORBIDS, preempt]
    assert ask(case(), without_power)["outcome"] == "review"
    no_permit = {**FRAME, "norms": FRAME["norms"][:3]}
    assert (
        ask(case(), [no_permit, CLAUSE, CAUSE, POWER, form(), CITY_FORBIDS, preempt])["outcome"] == "release"
    )


def test_preempt_does_not_reach_a_higher_or_equal_forbid() -> None:
    """A `preempt` defeats only forbids of a lower rank."""
    preempt = act("us/or/preempt", {"preempt": "hold"})
    same = act("us/or/forbids", {"forbid": "hold"})
    assert ask(case(), [*LAW, preempt, same])["outcome"] == "release"


def test_higher_require_defeats_a_local_limit() -> None:
    """A limit is a `forbid` of its authority's rank: a higher `require` defeats a local limit."""
    limit = {"limit": "hold", "hours": 2, "counted_from": "release_due"}
    local = act("us/or/test-county/clock", limit, kind="ordinance", binds=["us/or/test-county"])
    late = case(at=june(5, 18))
    assert ask(late, [*LAW, local])["deciding"] == ["us/or/test-county/clock#limit-hold"]
    assert ask(late, [*LAW, local, STATE_REQUIRES])["outcome"] == "must_hold"
    clause = ruling("us/circuit-9/clock", limit)
    assert ask(late, [*LAW, clause, STATE_REQUIRES])["outcome"] == "release"


def test_ruling_ranks_with_what_it_construes_also_on_one_norm() -> None:
    """A ruling ranks with what it construes; `construes` may stand on a norm."""
    on_statute = ruling("us/or/court", {"forbid": "hold", "construes": "us/or/power"})
    below_clause = ruling("us/circuit-9/order", {"require": "hold"})
    assert ask(case(), [*LAW, on_statute, below_clause])["outcome"] == "must_hold"
    on_clause = ruling("us/or/court", {"forbid": "hold"})
    assert ask(case(), [*LAW, on_clause, below_clause])["outcome"] == "release"


def test_persuades_decides_nothing() -> None:
    """`persuades` is no rank: it decides nothing."""
    elsewhere = ruling("us/circuit-3/forbids", {"forbid": "hold"}, binds=["circuit/3"], persuades=["us"])
    assert ask(case(), [*LAW, elsewhere])["outcome"] == "may_hold"


def test_binds_star_set_and_except() -> None:
    """`binds` takes places, `*` for one step, named sets and `except`."""
    for binds, outcome in [
        (["us/or/*/sheriff"], "release"),
        (["us/or/*/corrections"], "may_hold"),
        (["us/or/test"], "may_hold"),
        (["circuit/9"], "release"),
        (["us/or", {"except": ["us/or/test-county"]}], "may_hold"),
        (["us/or", {"except": ["us/or/test-county/police"]}], "release"),
    ]:
        assert (
            ask(case(), [*LAW, act("us/or/forbids", {"forbid": "hold"}, binds=binds)])["outcome"] == outcome
        ), binds


# -- declarations ------------------------------------------------------------------------------------------------------


def test_higher_unknown_contrary_declaration_leaves_the_fact_open() -> None:
    """... and no declaration of the same or a higher rank whose condition is true or unknown gives another."""
    higher = {
        "id": "us/or/constitution",
        "kind": "constitution",
        "in_force": {"from": "1900-01-01"},
        "binds": ["us/or"],
    }
    denial = {"declare": "civil_arrest_power", "value": False, "when": "under_18"}
    law = [*LAW, {**higher, "norms": [denial]}]
    assert ask(case(), law)["outcome"] == "review"
    assert ask(case(facts={"under_18": False}), law)["outcome"] == "may_hold"
    assert ask(case(facts={"under_18": True}), law)["outcome"] == "release"


def test_lower_unknown_contrary_declaration_is_without_effect() -> None:
    """Only the same or a higher rank stands in the way."""
    lower = act(
        "us/or/opinion-order",
        {"declare": "civil_arrest_power", "value": False, "when": "under_18"},
        kind="executive_order",
    )
    assert ask(case(), [*LAW, lower])["outcome"] == "may_hold"


def test_two_of_one_rank_true_and_contrary_are_open() -> None:
    """Two of one rank, both true and contrary, are a conflict: the fact is unknown."""
    denial = act("us/or/denies", {"declare": "civil_arrest_power", "value": False})
    result = ask(case(), [*LAW, denial])
    assert result["outcome"] == "review"
    assert result["facts"]["civil_arrest_power"] is None


def test_determination_counts_from_its_time() -> None:
    """A determination counts from its `at` on and ranks below every declaration."""
    made = {"probable_cause": {"value": True, "by_role": "counsel", "at": june(5, 15), "on": ["i-247a"]}}
    law = [FRAME, CLAUSE, POWER, form()]
    result = ask(case(determined=made), law)
    assert outcomes(result)[1:3] == [(utc(june(5, 12)), "review"), (utc(june(5, 15)), "may_hold")]


def test_determination_yields_to_a_contrary_declaration_true_or_unknown() -> None:
    """It yields to any that gives another value under a condition true **or unknown**."""
    made = {"probable_cause": {"value": True, "by_role": "counsel", "at": june(5, 13), "on": ["i-247a"]}}
    doubt = ruling("us/circuit-9/doubt", {"declare": "probable_cause", "value": False, "when": "under_18"})
    law = [FRAME, CLAUSE, POWER, form(), doubt]
    assert ask(case(determined=made), law)["outcome"] == "review"
    assert ask(case(determined=made, facts={"under_18": False}), law)["outcome"] == "may_hold"
    assert ask(case(determined=made, facts={"under_18": True}), law)["outcome"] == "release"


# -- unknowns ----------------------------------------------------------------------------------------------------------


def test_only_whether_it_is_required_is_open() -> None:
    """`duty`: holding is lawful either way; only whether it is required is open."""
    duty = act("us/or/mandate", {"require": "hold", "when": "convicted_felony"})
    result = ask(case(), [*LAW, duty])
    assert (result["outcome"], result["open_because"]) == ("review", "duty")
    assert ask(case(facts={"convicted_felony": True}), [*LAW, duty])["outcome"] == "must_hold"
    assert ask(case(facts={"convicted_felony": False}), [*LAW, duty])["outcome"] == "may_hold"


def test_complete_record_makes_claims_no_but_leaves_records_unknown() -> None:
    """What is absent is no for facts shown or claimed; convictions and charges stay unknown."""
    claims = act("us/or/claims", {"forbid": "hold", "when": "citizenship_claimed"})
    convictions = act("us/or/convictions", {"forbid": "hold", "when": "NOT convicted_felony"})
    assert ask(case(), [*LAW, claims])["outcome"] == "may_hold"
    assert ask(case(), [*LAW, convictions])["outcome"] == "review"


def test_dated_fact_changes_the_timeline() -> None:
    """A fact may be a list of {from, value}."""
    claims = act("us/or/claims", {"forbid": "hold", "when": "citizenship_claimed"})
    facts = {"citizenship_claimed": [{"from": june(5, 20), "value": True}]}
    result = ask(case(facts=facts), [*LAW, claims])
    assert result["outcome"] == "may_hold"
    assert result["hold_until"] == utc(june(5, 20))


def test_incomplete_record_without_a_detainer_is_open() -> None:
    """Null or absent is unknown: an unlisted detainer may exist, unless the record is complete."""
    assert ask(case(papers=[], record_complete=False))["outcome"] == "review"
    result = ask(case(papers=[]))
    assert result["outcome"] == "release"
    # Cause is undecided, so its test does not forbid in the resolution that favors holding.
    assert result["deciding"] == ["us/four-tests#request"]


def test_cancellation_unknown_unless_never() -> None:
    """`never` is known not to have happened; null is unknown while the record is not complete."""
    served = {**DETAINER, "served_at": "never"}
    assert ask(case(papers=[served], record_complete=False))["outcome"] == "review"
    sure = {**served, "cancelled_at": "never"}
    assert ask(case(papers=[sure], record_complete=False))["outcome"] == "may_hold"


def test_unknown_receipt_is_unknown_even_in_a_complete_record() -> None:
    """A time that is null is unknown."""
    assert ask(case(papers=[{**DETAINER, "received_at": None}]))["outcome"] == "review"


def test_conditions_are_kleene() -> None:
    """CONDITIONs are SQL boolean expressions in three-valued (Kleene) logic."""
    facts = {"t": True, "f": False, "u": None, "n": 3.0, "w": "a", "d": date(2014, 1, 1)}
    for text, value in [
        ("t OR u", True),
        ("f AND u", False),
        ("f OR u", None),
        ("t AND u", None),
        ("NOT u", None),
        ("u OR NOT u", None),
        ("t OR f AND f", True),  # AND binds more tightly than OR
        ("(t OR f) AND f", False),
        ("NOT f AND f", False),  # NOT binds more tightly than AND
        ("NOT n = 4", True),  # and less tightly than a comparison
        ("n BETWEEN 3 AND 4 AND t", True),
        ("n NOT BETWEEN 3 AND 4", False),
        ("w IN ('b', 'a')", True),
        ("w NOT IN ('b', 'c')", True),
        ("u IN ('b', 'c')", None),
        ("d < DATE '2014-01-02'", True),
        ("w <> 'it''s'", True),
        ("t = FALSE", False),
    ]:
        assert condition({"when": text}, facts.__getitem__) is value, text
    assert condition({}, facts.__getitem__) is True


@pytest.mark.parametrize("text", ["u IS NULL", "COALESCE(u, t)", "t AND", "t f", "(t", "n BETWEEN 1 OR 2"])
def test_refused_conditions(text: str) -> None:
    """`IS NULL`, `COALESCE`, `CASE`, casts and functions are refused."""
    with pytest.raises(ValueError, match="condition"):
        condition({"when": text}, {"u": None, "t": True, "f": False, "n": 1.0}.__getitem__)


# -- papers ------------------------------------------------------------------------------------------------------------


def test_the_most_hold_favoring_detainer_counts() -> None:
    """The case is resolved for each detainer in force by itself, and the most hold-favoring one counts."""
    unsigned = {**DETAINER, "signed_by": "none"}
    assert ask(case(papers=[unsigned]))["deciding"] == ["us/four-tests#request"]
    assert ask(case(papers=[unsigned, DETAINER]))["outcome"] == "may_hold"


def test_facts_of_two_detainers_do_not_mix() -> None:
    """`detainer_*` and `request_stands` belong to one paper: a signature on one and a box on another make no request."""
    unsigned = {**DETAINER, "signed_by": "none"}
    without_cause = {**DETAINER, "boxes": []}
    no_cause = ruling(
        "us/circuit-9/no", {"declare": "probable_cause", "value": False, "when": "NOT asserts_probable_cause"}
    )
    result = ask(case(papers=[unsigned, without_cause]), [*LAW, no_cause])
    assert result["outcome"] == "release"
    assert result["deciding"] == ["us/four-tests#cause", "us/four-tests#request"]  # the union over both


def test_cancelled_detainer_is_gone() -> None:
    """`request_stands` = ... AND not cancelled."""
    result = ask(case(papers=[{**DETAINER, "cancelled_at": june(5, 22)}]))
    assert result["hold_until"] == utc(june(5, 22))


def test_service_counts_where_the_edition_says_so() -> None:
    """... AND (served, where the edition says so)."""
    law = [FRAME, CLAUSE, CAUSE, POWER, form(service=True)]
    result = ask(case(papers=[{**DETAINER, "served_at": june(5, 20)}]), law)
    assert result["outcome"] == "release"
    assert outcomes(result)[1:3] == [(utc(june(5, 12)), "release"), (utc(june(5, 20)), "may_hold")]


def test_unknown_edition_counts_where_all_editions_agree() -> None:
    """Edition unknown: the facts on which all editions of the kind agree; the limit has ended only when under all."""
    paper = {**DETAINER, "edition": None, "served_at": june(4, 11)}
    law = [FRAME, CLAUSE, CAUSE, POWER, form("2017-02", hours=24), form("2017-03", hours=48)]
    assert outcomes(ask(case(papers=[paper]), law))[1:] == [
        (utc(june(5, 12)), "may_hold"),
        (utc(june(6, 12)), "review"),
        (utc(june(7, 12)), "release"),
    ]
    differ = [FRAME, CLAUSE, CAUSE, POWER, form("2017-02"), form("2017-03", service=True)]
    assert ask(case(papers=[paper]), differ)["outcome"] == "may_hold"
    assert ask(case(papers=[{**paper, "served_at": "never"}]), differ)["outcome"] == "review"


def test_judges_warrant_holds_without_a_detainer() -> None:
    """A judge's warrant of civil matter, which is the default, makes `judicial_warrant` true."""
    warrant = {"kind": "judicial_warrant", "received_at": june(4, 9), "signed_by": "judge"}
    result = ask(case(papers=[warrant]))
    assert result["outcome"] == "may_hold"
    assert result["hold_until"] is None
    unread = {**warrant, "signed_by": None}
    assert ask(case(papers=[unread]))["outcome"] == "review"


@pytest.mark.parametrize("signer", ["immigration_judge", "immigration_officer", "none"])
def test_immigration_paper_is_never_a_judges_warrant(signer: str) -> None:
    """An immigration judge's or officer's paper is never one."""
    warrant = {"kind": "judicial_warrant", "received_at": june(4, 9), "signed_by": signer}
    assert ask(case(papers=[warrant]))["outcome"] == "release"


def test_criminal_warrant_is_a_local_ground() -> None:
    """A criminal one, or a court's commitment, is a local ground."""
    warrant = {
        "kind": "judicial_warrant",
        "matter": "criminal",
        "received_at": june(5, 14),
        "cancelled_at": june(5, 20),
        "signed_by": "judge",
    }
    result = ask(case(papers=[DETAINER, warrant]))
    assert outcomes(result) == [
        (utc(june(4, 8)), "local_custody"),
        (utc(june(5, 12)), "may_hold"),
        (utc(june(5, 14)), "local_custody"),
        (utc(june(5, 20)), "may_hold"),  # and release was due anew, so the form's 48 hours begin again
        (utc(june(7, 20)), "release"),
    ]


def test_papers_received_is_the_first_instant_of_both() -> None:
    """`papers_received` is the first instant by which a detainer and a warrant had both been received."""
    limit = {"limit": "hold", "hours": 24, "counted_from": "papers_received"}
    warrant = {"kind": "i-200", "received_at": june(4, 15), "signed_by": "immigration_officer"}
    result = ask(case(at=june(5, 13), papers=[DETAINER, warrant]), [*LAW, act("us/or/clock", limit)])
    assert result["hold_until"] == utc(june(5, 15))
    gone = {**warrant, "cancelled_at": june(4, 16)}  # cancelled since or not
    assert ask(case(at=june(5, 13), papers=[DETAINER, gone]), [*LAW, act("us/or/clock", limit)])[
        "hold_until"
    ] == utc(june(5, 15))


# -- limits ------------------------------------------------------------------------------------------------------------

BUSINESS: dict[str, Any] = {
    "limit": "hold",
    "hours": 48,
    "excluding": ["weekends"],
    "counted_from": "release_due",
}
PLAIN: dict[str, Any] = {"limit": "hold", "hours": 48, "counted_from": "release_due"}


def ends(limit: dict[str, Any], start: Any) -> tuple[datetime, datetime]:
    interval = limit_end(limit, recorded(start, PACIFIC), PACIFIC)
    return interval.earliest, interval.latest


def test_weekend_does_not_count() -> None:
    """A limit counts elapsed hours during which the local date is not excluded: Friday 18:00 to Tuesday 18:00."""
    assert ends(BUSINESS, june(8, 18)) == (utc(june(12, 18)),) * 2


def test_start_on_an_excluded_day_waits_for_midnight() -> None:
    """What starts on an excluded day starts counting at the next counted midnight: Saturday 23:00, so Tuesday 24:00."""
    assert ends(BUSINESS, june(9, 23)) == (utc(june(13)),) * 2


def test_clock_changes_neither_give_nor_take() -> None:
    """A daylight-saving change neither gives nor takes: in local time the end moves by the hour."""
    assert ends(PLAIN, "2018-03-10T12:00:00-08:00") == (utc("2018-03-12T13:00:00-07:00"),) * 2
    assert ends(PLAIN, "2018-11-03T12:00:00-07:00") == (utc("2018-11-05T11:00:00-08:00"),) * 2
    # The changed night is a Sunday, which is excluded, so noon stays noon:
    assert ends(BUSINESS, "2018-03-08T12:00:00-08:00") == (utc("2018-03-12T12:00:00-07:00"),) * 2


def test_federal_holiday_does_not_count() -> None:
    """Holidays are federal legal holidays: Friday 18:00 before Labor Day to Wednesday 18:00."""
    limit = {**BUSINESS, "excluding": ["weekends", "federal_holidays"]}
    assert ends(limit, "2018-08-31T18:00:00-07:00") == (utc("2018-09-05T18:00:00-07:00"),) * 2


def test_until_end_of_day() -> None:
    """`until_end_of_day`: to the end of the event's local day, also where only the day is known."""
    limit = {"limit": "hold", "until_end_of_day": True, "counted_from": "release_due"}
    assert ends(limit, june(8, 23, 30)) == (utc(june(9)),) * 2
    assert ends(limit, "2018-06-08") == (utc(june(9)),) * 2


def test_start_known_by_date_only_gives_an_interval() -> None:
    """A date is its whole local day: the limit has ended for sure only 48 hours after the day's end."""
    assert ends(PLAIN, "2018-06-05") == (utc(june(7)), utc(june(8)))
    result = ask(case(custody={"grounds": [{**CHARGE, "until": "2018-06-05"}]}, at=june(6, 12)))
    assert outcomes(result) == [
        (utc(june(4, 8)), "local_custody"),
        (utc(june(5)), "review"),
        (utc(june(6)), "may_hold"),
        (utc(june(7)), "review"),
        (utc(june(8)), "release"),
    ]
    assert result["release_due_at"] == {"earliest": utc(june(5)), "latest": utc(june(6))}


def test_unknown_start_is_taken_both_ways() -> None:
    """Every unknown start is taken the way that favors holding, and the way that favors release."""
    limit = {"limit": "hold", "hours": 1, "counted_from": "known_to_jail"}
    law = [*LAW, act("us/or/clock", limit)]
    assert ask(case(), law)["outcome"] == "review"
    told = [{"kind": "known_to_jail", "at": june(5, 17, 30)}]
    assert ask(case(events=told), law)["hold_until"] == utc(june(5, 18, 30))
    never = [{"kind": "known_to_jail", "at": "never"}]
    assert ask(case(events=never), law)["hold_until"] == utc(june(7, 12))


def test_limit_under_an_unknown_condition_is_open_from_its_end() -> None:
    """A limit is a forbid that begins at its end; before it the condition does not matter."""
    limit = {"limit": "hold", "hours": 10, "counted_from": "release_due", "when": "under_18"}
    result = ask(case(), [*LAW, act("us/or/clock", limit)])
    assert result["outcome"] == "may_hold"
    assert outcomes(result)[2] == (utc(june(5, 22)), "review")


# -- release due, hours, class -----------------------------------------------------------------------------------------


def test_hours_of_a_certain_stay() -> None:
    """Over-detention: the time in [booked_at, left_at) at which the timeline says `release`."""
    result = ask(case(custody={"left_at": june(7, 15)}))
    assert result["overheld_hours"] == {"least": 3, "most": 3}
    assert result["undetermined_hours"] == {"least": 0, "most": 0}
    assert result["class"] == "certain"
    assert ask(case(custody={"left_at": june(7, 12)}))["class"] == "no"


def test_hours_up_to_at_if_not_left() -> None:
    """... (to `at`, if the person has not left)."""
    assert ask(case(at=june(7, 14)))["overheld_hours"] == {"least": 2, "most": 2}


def test_hours_with_uncertain_end_of_ground() -> None:
    """Least: release under every placement. Most: release or review under some placement."""
    result = ask(
        case(at=june(6, 12), custody={"grounds": [{**CHARGE, "until": "2018-06-05"}], "left_at": june(7, 15)})
    )
    # At the earliest the charge ended on Tuesday 00:00, so the form ran out on Thursday 00:00: 15 hours at most.
    assert result["overheld_hours"] == {"least": 0, "most": 15}
    assert result["class"] == "possible"
    assert result["undetermined_hours"] == {"least": 0, "most": 15}


def test_hours_with_unsettled_law() -> None:
    """Time at `review` is undetermined, apart, and counts towards the most."""
    law = [FRAME, CLAUSE, CAUSE, form()]  # power is unknown
    result = ask(case(custody={"left_at": june(7, 15)}), law)
    assert result["overheld_hours"] == {"least": 3, "most": 51}
    assert result["undetermined_hours"] == {"least": 48, "most": 48}


def test_hours_with_departure_by_date() -> None:
    """A recorded date is an interval: least to its start, most to its end."""
    result = ask(case(custody={"left_at": "2018-06-08"}))
    assert result["overheld_hours"] == {"least": 12, "most": 36}


def test_refused_bail_ends_the_charge() -> None:
    """Bail refused because of the detainer ends the ground; the hours are also given from its later end."""
    result = ask(case(custody={"bail_refused_at": june(4, 12), "left_at": june(7, 15)}))
    assert result["release_due_at"] == utc(june(4, 12))
    assert result["overheld_hours"] == {"least": 27, "most": 27}  # from Wednesday 12:00 to Thursday 15:00
    assert result["overheld_hours_from_later_end"] == {"least": 3, "most": 3}
    assert ask(case())["overheld_hours_from_later_end"] is None


def test_refused_bail_leaves_a_sentence() -> None:
    """Each ground of kind `charge`, or the only one where none is listed."""
    sentence = {"kind": "sentence", "from": june(4, 9), "until": june(5, 9)}
    both = ask(case(custody={"grounds": [CHARGE, sentence], "bail_refused_at": june(4, 12)}))
    assert both["release_due_at"] == utc(june(5, 9))
    alone = ask(case(custody={"grounds": [sentence], "bail_refused_at": june(4, 12)}))
    assert alone["release_due_at"] == utc(june(4, 12))
    two = ask(
        case(custody={"grounds": [sentence, {**sentence, "kind": "warrant"}], "bail_refused_at": june(4, 12)})
    )
    assert two["release_due_at"] == utc(june(5, 9))


def test_release_due_is_the_end_of_the_last_standing_ground() -> None:
    """The last instant up to t when the last standing ground ended; a new ground makes it local custody again."""
    later = {"kind": "warrant", "from": june(5, 20), "until": june(5, 22)}
    result = ask(case(at=june(5, 23), custody={"grounds": [CHARGE, later]}))
    assert result["release_due_at"] == utc(june(5, 22))
    assert [o for _, o in outcomes(result)] == [
        "local_custody",
        "may_hold",
        "local_custody",
        "may_hold",
        "release",
    ]


def test_unknown_grounds_are_open() -> None:
    """Where it is unknown whether a ground stands, the outcome is `review`, and the stay is `unknown`."""
    result = ask(case(custody={"grounds": None, "left_at": june(7, 15)}))
    assert (result["outcome"], result["class"], result["release_due_at"]) == ("review", "unknown", None)
    ends_unknown = ask(case(custody={"grounds": [{**CHARGE, "until": None}], "left_at": june(7, 15)}))
    assert (ends_unknown["outcome"], ends_unknown["class"]) == ("review", "unknown")


def test_ground_that_still_runs() -> None:
    """`until: open` still runs."""
    result = ask(case(custody={"grounds": [{**CHARGE, "until": "open"}]}))
    assert outcomes(result) == [(utc(june(4, 8)), "local_custody")]


def test_no_grounds_at_all() -> None:
    """Grounds listed are all the grounds there are: with none, release was due at booking."""
    result = ask(case(at=june(4, 12), custody={"grounds": []}))
    assert result["release_due_at"] == utc(june(4, 8))
    assert outcomes(result)[:2] == [(utc(june(4, 8)), "release"), (utc(june(4, 10)), "may_hold")]


def test_release_due_given() -> None:
    """release_due ... or as given (the end of the last ground had bail not been refused)."""
    given = ask(case(custody={"grounds": None, "release_due_at": june(5, 12)}))
    assert given["timeline"] == ask(case())["timeline"]
    refused = ask(
        case(custody={"grounds": None, "release_due_at": june(5, 12), "bail_refused_at": june(4, 12)})
    )
    assert refused["release_due_at"] == utc(june(4, 12))


def test_at_outside_the_stay_is_refused() -> None:
    """An `at` before `booked_at` or after `left_at` is refused."""
    with pytest.raises(Refused):
        ask(case(at=june(4, 7)))
    with pytest.raises(Refused):
        ask(case(at=june(6, 12), custody={"left_at": june(6, 11)}))


# -- the two times of law ----------------------------------------------------------------------------------------------


def test_law_changes_at_local_midnight() -> None:
    """Dates such as `in_force` are local midnights."""
    new = act("us/or/forbids", {"forbid": "hold"}, in_force={"from": "2018-06-06"})
    assert ask(case(), [*LAW, new])["hold_until"] == utc(june(6))


def test_end_counts_only_if_what_ended_it_is_known() -> None:
    """An end counts only if the authority in `ended_by` is itself known."""
    ended = {"from": "2000-01-01", "until": "2018-06-01", "ended_by": "us/or/repeal"}
    old = act("us/or/old", {"forbid": "hold"}, in_force=ended)
    repeal = act("us/or/repeal", in_force={"from": "2018-06-01"}, known={"from": "2019-01-01"})
    law = [*LAW, old, repeal]
    assert ask(case(law_known_at="2018-12-31"), law)["outcome"] == "release"
    assert ask(case(law_known_at="2019-01-01"), law)["outcome"] == "may_hold"  # includes its day


def test_ruling_governs_back_and_is_known_from_its_decision() -> None:
    """A ruling that construes an old clause governs conduct back to that clause and is known from its decision."""
    later = ruling("us/circuit-9/later", {"forbid": "hold"}, known="2020-05-01")
    assert ask(case(law_known_at="2020-04-30"), [*LAW, later])["outcome"] == "may_hold"
    assert ask(case(law_known_at="2020-05-01"), [*LAW, later])["outcome"] == "release"
    onward = {**later, "in_force": {"from": "2020-05-01"}}  # unless it says otherwise
    assert ask(case(law_known_at="2026-01-01"), [*LAW, onward])["outcome"] == "may_hold"


def test_reversed_ruling_never_was_the_law() -> None:
    """A ruling reversed or vacated ends its `known`, since it then never was the law."""
    times = {"from": "2018-01-01", "until": "2019-01-01", "ended_by": "us/circuit-9/reversal"}
    first = ruling("us/or/first", {"forbid": "hold"}, known=times)
    reversal = ruling("us/circuit-9/reversal", known="2019-01-01")
    law = [*LAW, first, reversal]
    assert ask(case(law_known_at="2018-12-31"), law)["outcome"] == "release"
    assert ask(case(law_known_at="2019-01-01"), law)["outcome"] == "may_hold"


def test_reversal_that_was_itself_reversed() -> None:
    """The end counts only while what ended the ruling is itself known."""
    times = {"from": "2018-01-01", "until": "2019-01-01", "ended_by": "us/circuit-9/reversal"}
    first = ruling("us/or/first", {"forbid": "hold"}, known=times)
    undone = {"from": "2019-01-01", "until": "2020-01-01", "ended_by": "us/supreme-court/last"}
    law = [
        *LAW,
        first,
        ruling("us/circuit-9/reversal", known=undone),
        ruling("us/supreme-court/last", known="2020-01-01"),
    ]
    assert ask(case(law_known_at="2019-06-01"), law)["outcome"] == "may_hold"
    assert ask(case(law_known_at="2020-06-01"), law)["outcome"] == "release"


def test_form_known_later_changes_nothing() -> None:
    """Replay: law known later changes nothing; so an edition unknown then is none that the paper may be."""
    paper = {**DETAINER, "edition": None}
    law = [*LAW, form("2025-03", service=True, in_force={"from": "2025-03-01"})]
    assert ask(case(papers=[paper], law_known_at="2018-06-30"), law)["outcome"] == "may_hold"
    assert ask(case(papers=[paper]), law)["outcome"] == "review"


# -- adoption ----------------------------------------------------------------------------------------------------------


def adopting(*names: str) -> dict[str, Any]:
    return {"agency": PLACE.agency, "adopted": list(names)}


def test_law_that_is_not_adopted_does_not_hold() -> None:
    """A permit or affirming declaration that is not adopted counts as unknown where its condition is true."""
    everything = [a["id"] for a in LAW]
    assert ask(case(), adoption=adopting(*everything))["outcome"] == "may_hold"
    for missing in (FRAME, CAUSE, POWER):
        some = [name for name in everything if name != missing["id"]]
        assert ask(case(), adoption=adopting(*some))["outcome"] == "review", missing["id"]


def test_law_that_is_not_adopted_may_release() -> None:
    """Law that nobody has checked may release, never hold."""
    adopted = adopting(*(a["id"] for a in LAW))
    result = ask(case(), [*LAW, CITY_FORBIDS], adoption=adopted)
    assert result["deciding"] == ["us/or/test-county/ordinance#forbid-hold"]
    preempt = act("us/or/preempt", {"preempt": "hold"})
    assert ask(case(), [*LAW, CITY_FORBIDS, preempt], adoption=adopted)["outcome"] == "review"


def test_mandate_not_adopted_leaves_only_the_duty_open() -> None:
    """A `require` that is not adopted counts as unknown."""
    result = ask(case(), [*LAW, STATE_REQUIRES], adoption=adopting(*(a["id"] for a in LAW)))
    assert (result["outcome"], result["open_because"]) == ("review", "duty")


def test_end_of_a_forbid_by_law_not_adopted_is_unknown() -> None:
    """... and so does the end of a forbid, limit or denial whose `ended_by` is not adopted."""
    ended = {"from": "2000-01-01", "until": "2018-06-01", "ended_by": "us/or/repeal"}
    law = [*LAW, act("us/or/old", {"forbid": "hold"}, in_force=ended), act("us/or/repeal")]
    base = [a["id"] for a in LAW]
    assert ask(case(), law, adoption=adopting(*base))["outcome"] == "review"
    assert ask(case(), law, adoption=adopting(*base, "us/or/repeal"))["outcome"] == "may_hold"
    assert ask(case(), law)["outcome"] == "may_hold"


# -- shapes ------------------------------------------------------------------------------------------------------------


def test_order_changes_nothing() -> None:
    """Order of files, norms, papers and rows changes nothing."""
    law = [*LAW, CITY_FORBIDS, STATE_REQUIRES]
    backwards = [{**a, "norms": list(reversed(a["norms"]))} for a in reversed(law)]
    papers = [DETAINER, {**DETAINER, "signed_by": None}]
    here, there = ask(case(papers=papers), law), ask(case(papers=papers[::-1]), backwards)
    for key in ("outcome", "deciding", "timeline", "overheld_hours"):
        assert here[key] == there[key]


def test_interval_of_recorded_times() -> None:
    """Recorded times are intervals [earliest, latest]: a date is its whole local day."""
    day = recorded("2018-11-04", PACIFIC)  # 25 hours long
    assert (day.earliest, day.latest) == (utc("2018-11-04T00:00:00-07:00"), utc("2018-11-05T00:00:00-08:00"))
    assert recorded({"earliest": june(4, 8), "latest": june(4, 9)}, PACIFIC) == Interval(
        utc(june(4, 8)), utc(june(4, 9))
    )
    with pytest.raises(Refused):
        recorded("2018-06-04T08:00:00", PACIFIC)
