"""``dueprocess agencies`` as people meet it: dates, places, JSON, and errors in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dueprocess.cli.commands import app
from dueprocess.kernel.errors import InputError

ROOT = Path(__file__).resolve().parents[3]


def run(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    app(["agencies", *args], standalone_mode=False)
    return capsys.readouterr().out


def answer(capsys: pytest.CaptureFixture[str], *args: str) -> Any:
    return json.loads(run(capsys, *args, "--json"))


def test_held_and_known(capsys: pytest.CaptureFixture[str]) -> None:
    sheriff = ("show", "us/ia/montgomery-county/sheriff", "--as-of", "2017-03-24")
    assert answer(capsys, *sheriff)[0]["position"] == "honors_all"
    assert answer(capsys, *sheriff, "--known-at", "2017-03-20")[0]["position"] == "requires_court_order"


def test_a_place_shows_all_its_agencies(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "show", "Travis County, TX", "--as-of", "2014-08-01")
    assert "us/tx/travis-county/county" in text and "us/tx/travis-county/sheriff" in text
    assert "last confirmed on: 2014-07-31, 1 day before" in text and "does not decide that" in text


def test_a_state_and_a_side(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "list", "--state", "Iowa", "--as-of", "2014-09-01", "--side", "limits")
    assert len(found) == 22 and {v["state"] for v in found} == {"IA"}
    assert all(v["because"] and v["age_days"] is not None for v in found)


def test_changes_by_state(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "changes", "--since", "2014-04-11", "--until", "2014-07-21", "--by", "state")
    assert found["CO"]["certain"] >= 32 and found["NJ"]["certain"] == 1


def test_a_definition_of_ones_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text('id: own\ntitle: Kansas\nkind: standing\nunit: agencies\nscope: us/ks\nas_of: "2014-08-01"\ncondition: stops_holding\n', encoding="utf-8")
    found = answer(capsys, "count", "--definition", str(own))
    assert set(found["states"]) == {"KS"} and found["certain"] == len([r for r in found["rows"] if r["status"] == "certain"]) > 0


def test_an_agency_by_the_name_that_sources_print(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "show", "Montgomery County Sheriff's Office, IA", "--as-of", "2017-03-24")
    assert [v["actor"] for v in found] == ["us/ia/montgomery-county/sheriff"] and found[0]["says"] == "agency"


def test_what_others_counted_and_how_ours_stands_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    listed = answer(capsys, "count", "--published")
    assert len(listed) == 84 and sum(bool(c["definitions"]) for c in listed) == 39
    assert {c["scope"] for c in answer(capsys, "count", "--published", "--state", "KS")} == {"Kansas"}  # and not Arkansas
    told = run(capsys, "count", "--definition", "reduce-2014")
    assert "published: 190 agencies (CLINIC, 2014-07; ours is 59 fewer, but that number is not exact and ours counts places)" in told
    assert "possible by state: " in told and "the published list, as it was gathered, names 3:" in run(capsys, "count", "--definition", "oregon-23")


def test_who_denied_a_claim_is_named_as_far_as_it_was_known(capsys: pytest.CaptureFixture[str]) -> None:
    told = run(capsys, "show", "us/ia/montgomery-county/sheriff", "--as-of", "2017-03-24")
    assert "lost by denied: denied by the agency itself, 2017-03-23 (claim ia-montgomery-county-sheriff-s-office-dmr17)" in told and "1 day before" in told
    assert "Correct what is said of an agency" in (ROOT / "docs/how-to/track-policies.md").read_text(encoding="utf-8") and "Correct what is said of an agency" in told


def test_a_count_that_was_judged_again_stands_under_the_queue(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for reviewer, decision in (("A", ("--accept",)), ("B", ("--correct", "value=118"))):
        run(capsys, "review", "count-117-agencies-src1", *decision, "--reviewer", reviewer, "--role", "researcher", "--reason", "Read again.", "--registry", str(tmp_path))
    found = answer(capsys, "review", "--registry", str(tmp_path))
    assert found["judged_again"]["count-117-agencies-src1"]["status"] == "disputed" and [a["kind"] for a in found["agreement"]] == ["count"]
    assert "disputed  count-117-agencies-src1" in run(capsys, "review", "--registry", str(tmp_path), "--kind", "count")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("show", "Washington County"), r"\[Washington County\] fits 30 places"),
        (("show", "us/ia/montgomery-county/sherif"), "."),
        (("show", "Franklin County Sheriff's Office"), "stands for 13 agencies"),
        (("show", "Travis County Sheriff's Office"), r"says no state; name one: us/tx/travis-county/sheriff"),
        (("show", "us/al/autauga-county/police"), "no claim about"),
        (("list", "--state", "Clackamas County, OR"), "is no state"),
        (("list", "--as-of", "yesterday"), r"\[yesterday\] is no date"),
        (("changes", "--since", "2014-07-01", "--until", "2014-04-01"), "is not after"),
        (("count", "--definition", "changed-2013"), r"did you mean \[changed-2014\]"),
        (("count", "--state", "IA"), "its own scope"),
        (("import", "nowhere.csv", "--map", str(ROOT / "docs/examples/made-up-agencies.yaml"), "--registry", "x"), "cannot be read"),
        (("list", "--registry", "nowhere"), "no such folder"),
        (("review", "x", "--accept", "--reject", "--registry", "x"), "one decision"),
        (("review", "--add", "x.jsonl", "--registry", "x"), "--source-title"),
    ],
)
def test_errors_say_what_to_do(args: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        app(["agencies", *args], standalone_mode=False)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 700


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: x\nkind: standing", r"\[id\]|\[unit\]"),
        ('id: a\ntitle: x\nkind: standing\nunit: places', "needs as_of"),
        ('id: a\ntitle: x\nkind: standing\nunit: places\nas_of: "2014-01-01"\ncondition: positon = \'x\'', r"\[positon\].*position"),
        ('id: a\ntitle: x\nkind: standing\nunit: places\nas_of: "2014-01-01"\ncondition: side = \'lims\'', "lims"),
        ('id: a\ntitle: x\nkind: standing\nunit: places\nas_of: "2014-01-01"\npublished: [count-none]', r"\[count-none\] is no published count"),
        ('id: a\ntitle: x\nkind: standing\nunit: places\nas_of: "2014-01-01"\nscop: us', r"\[scop\].*scope"),
    ],
)
def test_definitions_that_cannot_be_meant(tmp_path: Path, text: str, message: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        app(["agencies", "count", "--definition", str(own)], standalone_mode=False)


def test_show_tells_what_a_source_says_beside_the_position(capsys: pytest.CaptureFixture[str]) -> None:
    app(["agencies", "show", "us/co/weld-county/sheriff", "--as-of", "2025-06-01"], standalone_mode=False)
    assert "declines_all, status, in its own words; does not tell ICE of releases" in capsys.readouterr().out
