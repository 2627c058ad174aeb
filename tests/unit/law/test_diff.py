"""What a change of law does: the words, the answers that change, and the norm that changed them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dueprocess.cli.commands import app
from dueprocess.decide.impact import REFUSED, TOGETHER, Answer, Impact, ask, check_case, impact
from dueprocess.law import Lawbook, default_folder, load_lawbook
from dueprocess.law.changes import changes
from dueprocess.testing import TODAY, frame, lawbook_from
from dueprocess.testing.county import county_stays, county_under

AGENCY = "us/or/clackamas-county/sheriff"


def law(identity: str, *norms: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "title": "Made up for a test",
        "kind": "statute",
        "citation": "made up",
        "in_force": {"from": "2015-01-01"},
        "binds": ["us/or"],
        "norms": list(norms),
        "sources": [{"title": "Made up for a test", "date": "2020"}],
        "review": {"status": "unreviewed", "basis": "general knowledge"},
        **keys,
    }


def book(*documents: dict[str, Any]) -> Lawbook:
    return lawbook_from([*frame(), *documents])


CASE: dict[str, Any] = {
    "case": "made-up",
    "agency": AGENCY,
    "at": "2018-06-06T12:00:00-07:00",
    "law_known_at": "2026-11-22",
    "record_complete": True,
    "custody": {
        "booked_at": "2018-06-04T08:00:00-07:00",
        "grounds": [{"kind": "charge", "from": "2018-06-04T08:00:00-07:00", "until": "2018-06-05T12:00:00-07:00"}],
        "left_at": "2018-06-07T12:00:00-07:00",
    },
    "papers": [
        {
            "kind": "judicial_warrant", "matter": "civil", "received_at": "2018-06-04T09:00:00-07:00", "signed_by": "judge",
            "served_at": "never", "cancelled_at": "never",
        }
    ],
    "events": [],
    "facts": {"charged_felony": True},
}  # fmt: skip
FORBID = law("us/or/made-up", {"forbid": "hold", "when": "charged_felony"}, {"forbid": "transfer"})
WEAKER = law("us/or/made-up", {"forbid": "hold", "when": "convicted_felony"}, {"forbid": "transfer"})
OTHER = law("us/wa/made-up-elsewhere", {"forbid": "hold"}, binds=["us/wa"])


def one(old: Lawbook, new: Lawbook, case: dict[str, Any] = CASE) -> Impact:
    return impact(old, new, [("made-up", case)], today=TODAY)


def test_outcome_and_hours_by_the_norm_that_caused_it() -> None:
    found = one(book(), book(FORBID, OTHER))
    (effect,) = found.effects
    assert (effect.before.outcome, effect.after.outcome) == ("may_hold", "release")
    # Release was due at noon on the 5th, and the person left at noon on the 7th.
    assert effect.before.overheld == (0, 0) and effect.after.overheld == (48, 48)
    assert effect.changed == ("outcome", "hours")
    assert effect.causes == ("us/or/made-up#forbid-hold",)
    assert found.moves() == [("may_hold", "release", 1)]
    assert found.by_cause() == [("us/or/made-up#forbid-hold", 1, [("may_hold", "release", 1)])]
    assert found.hours()["overheld_least_after"] == 48
    assert found.kinds() == {"outcome": 1, "deadline": 0, "hours": 1}
    assert found.as_mapping()["by_cause"][0]["hours"]["overheld_least_after"] == 48
    told = json.loads(json.dumps(found.as_mapping()))
    assert told["asked"] == told["changed"] == 1 and told["cases"][0]["after"]["outcome"] == "release"


def test_a_norm_taken_away_is_a_cause_too() -> None:
    (effect,) = one(book(FORBID), book(OTHER)).effects
    assert (effect.before.outcome, effect.after.outcome) == ("release", "may_hold")
    assert effect.causes == ("us/or/made-up#forbid-hold",)


def test_dates_alone_may_be_the_cause_and_a_deadline_the_effect() -> None:
    ended = {**FORBID, "in_force": {"from": "2018-06-07"}}
    (effect,) = one(book(), book(ended)).effects
    assert effect.changed == ("deadline", "hours")
    assert effect.before.hold_until is None and effect.after.hold_until == "2018-06-07T00:00:00-07:00"
    assert effect.after.overheld == (12, 12)
    assert effect.causes == ("us/or/made-up#forbid-hold",)


def test_a_case_is_refused_only_where_no_lawbook_can_read_it() -> None:
    from dueprocess.kernel.errors import InputError

    def where(path: tuple[str | int, ...]) -> str:
        return f"made-up.yaml {path}"

    check_case(CASE, book(), today=TODAY, where=where)
    with pytest.raises(InputError, match=r"made-up.yaml .*no_such_fact"):
        check_case({**CASE, "facts": {"no_such_fact": True}}, book(), book(FORBID), today=TODAY, where=where)
    with pytest.raises(InputError, match=r"made-up\.yaml"):
        check_case([], book(), today=TODAY, where=where)  # type: ignore[arg-type]


def test_nothing_changes_by_words_or_elsewhere() -> None:
    worded = {**FORBID, "title": "Another title", "note": "Another note."}
    assert one(book(FORBID), book(worded, OTHER)) == Impact(1, ())
    assert one(book(FORBID), book(worded)) == Impact(1, ())  # nothing is asked here


def test_changes_that_count_only_together_are_said_to() -> None:
    second = law("us/or/made-up-second", {"forbid": "hold", "when": "charged_felony"})
    found = one(book(FORBID, second), book(WEAKER, {**second, "norms": [{"forbid": "hold", "when": "convicted_felony"}]}))
    (effect,) = found.effects
    assert effect.causes == (TOGETHER,)


def test_a_case_that_one_lawbook_cannot_read_is_refused_with_the_reason() -> None:
    answer = ask({**CASE, "facts": {"no_such_fact": True}}, book(), today=TODAY)
    assert answer.outcome == REFUSED and "no_such_fact" in answer.because
    assert Answer("release").as_mapping()["overheld_hours"] == {"least": 0, "most": 0}


def test_words() -> None:
    found = changes(book(FORBID), book(WEAKER, OTHER))
    assert (found.added, found.removed, found.changed) == (("us/wa/made-up-elsewhere",), (), ("us/or/made-up",))
    assert found.words["us/or/made-up"] == ("said: forbid hold when charged_felony", "says: forbid hold when convicted_felony")
    assert found.words["us/wa/made-up-elsewhere"] == ("says: forbid hold",)
    resourced = {**FORBID, "sources": [{"title": "Made up for a test", "date": "2021"}], "binds": ["us/or", "us/wa"]}
    lines = changes(book(FORBID), book(resourced)).words["us/or/made-up"]
    assert "sources: Made up for a test, 2020 -> Made up for a test, 2021" in lines
    assert "binds: nothing -> us/wa" in lines
    assert found.undone == ("us/or/made-up",)
    reviewed = {**FORBID, "review": {"status": "reviewed", "basis": "read in source", "by_role": "counsel", "on": "2026-11-20"}}
    looked_at = changes(book(FORBID), book(reviewed))
    assert looked_at.changed == ("us/or/made-up",) and looked_at.undone == ()


def test_a_made_up_county_is_the_same_every_time_and_turns_on_its_own_law() -> None:
    shipped = load_lawbook()
    first, again = (list(county_stays(AGENCY, [shipped], count=40, today=TODAY)) for _ in range(2))
    assert first == again and len({name for name, _ in first}) == 40
    assert {case["agency"] for _, case in first} == {AGENCY}
    outcomes = {ask(case, shipped, today=TODAY).outcome for _, case in first}
    assert REFUSED not in outcomes and len(outcomes) > 1
    assert any("release_date_public" in case["facts"] for _, case in first)  # Oregon's act asks it


@pytest.mark.parametrize(
    ("identity", "agency"),
    [
        ("us/or/clackamas-county/miranda-olivares", AGENCY),
        ("us/or/hb-3265", "us/or/"),
        ("us/circuit-9/gonzalez-v-ice", "us/"),
        ("us/ny/new-york-city/local-law-58-2014", "us/ny/"),
        ("forms/i-247a/2017-03", None),
    ],
)
def test_an_agency_that_a_change_binds(identity: str, agency: str | None) -> None:
    found = county_under([load_lawbook().authorities[identity]], on=TODAY)
    assert found is None if agency is None else (found or "").startswith(agency)


def test_command(tmp_path: Path) -> None:
    run = CliRunner()
    other = tmp_path / "law"
    shutil.copytree(default_folder(), other)
    ruling = other / "us/or/clackamas-county/miranda-olivares.yaml"
    ruling.unlink()
    same = run.invoke(app, ["law", "diff", "shipped", "shipped", "--stays", "0"])
    assert same.exit_code == 0 and "No difference" in same.output
    text = run.invoke(app, ["law", "diff", "shipped", str(other), "--stays", "20"])
    assert text.exit_code == 0, text.output
    assert "removed  us/or/clackamas-county/miranda-olivares" in text.output
    assert "g01-miranda-olivares: release" in text.output
    assert f"20 made-up stays at {AGENCY}" in text.output
    told = json.loads(run.invoke(app, ["law", "diff", str(other), "shipped", "--stays", "0", "--json"]).output)
    assert told["added"] == ["us/or/clackamas-county/miranda-olivares"] and told["county"] is None
    assert {"us/or/clackamas-county/miranda-olivares#declare-probable-cause"} <= {c["cause"] for c in told["golden"]["by_cause"]}
    from dueprocess.kernel.errors import InputError

    for wrong in (["nowhere", "shipped"], ["shipped", str(other), "--county", "us/or/no-such-county"], ["shipped", str(other), "--stays", "-1"]):
        result = run.invoke(app, ["law", "diff", *wrong])
        assert result.exit_code != 0
        assert isinstance(result.exception, (InputError, SystemExit))
