"""The deep check: each kind of finding with its place and its way out, and a search that misses nothing."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from dueprocess.cli.commands import app
from dueprocess.law import citations, default_folder, findings, load_lawbook
from dueprocess.law import possible as possible_module
from dueprocess.law.findings import ERROR, Finding, Report, check
from dueprocess.law.model import UNCITED
from dueprocess.law.possible import MAX_STEPS, possible
from dueprocess.terms import Tree, evaluate, facts_of
from dueprocess.testing import TODAY, Seeded, shipped_vocabulary, tree

SOURCE = {"title": "Made up for a test", "date": "2020"}
FRAME = ["us/four-tests", "us/constitution/fourth-amendment", "us/statute/8-usc-1357-g-10"]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def document(identity: str, *norms: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "title": "Made up for a test",
        "kind": "statute",
        "citation": "made up",
        **({} if keys.get("kind") in UNCITED else {"citation_form": "none"}),
        "in_force": {"from": "2015-01-01"},
        "binds": ["/".join(identity.split("/")[:2])],
        "norms": list(norms),
        "sources": [SOURCE],
        "review": {"status": "unreviewed", "basis": "general knowledge"},
        **keys,
    }


def write(folder: Path, *documents: dict[str, Any], frame: Sequence[str] = FRAME) -> Path:
    """A small whole lawbook: the shipped vocabulary and frame, and some made-up law."""
    for name in (*(["facts"] if frame else []), *frame):
        (folder / f"{name}.yaml").parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(default_folder() / f"{name}.yaml", folder / f"{name}.yaml")
    for one in documents:
        path = folder / f"{one['id']}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(one, sort_keys=False), encoding="utf-8")
    return folder


def found(report: Report, code: str) -> list[Finding]:
    return [f for f in report.findings if f.code == code]


def codes(folder: Path, **options: Any) -> set[str]:
    """The codes of findings about made-up law."""
    return {f.code for f in check([folder], **options).findings if "made-up" in f.what + f.authority}


FORBID = {"forbid": "hold", "when": "NOT judicial_warrant"}
REQUIRE = {"require": "hold", "when": "request_stands AND admin_warrant"}


# -- the search ---------------------------------------------------------------------------------------------------


def brute(conditions: Sequence[Tree]) -> bool:
    """Whether any row of the whole truth table makes all conditions true; boolean facts only."""
    names = sorted({n for c in conditions for n in facts_of(c)})
    rows = (dict(zip(names, row, strict=True)) for row in itertools.product((True, False), repeat=len(names)))
    return any(all(evaluate(c, facts) is True for c in conditions) for facts in rows)


def test_search_agrees_with_the_whole_truth_table() -> None:
    vocabulary = shipped_vocabulary()
    source = Seeded(5)
    names = ["admin_warrant", "judicial_warrant", "officer_287g", "citizenship_claimed", "charged_felony"]
    none = 0

    def made(depth: int) -> Tree:
        if depth == 0 or source.chance(0.2):
            fact: Tree = ("fact", source.choice(names))
            return fact if source.chance(0.5) else ("not", fact)
        return (source.choice(("and", "or")), made(depth - 1), made(depth - 1))

    for _ in range(600):
        conditions = [("and", made(3), made(2)), made(3)]
        result = possible(conditions, vocabulary)
        assert result.searched
        assert (result.facts is not None) == brute(conditions)
        none += result.facts is None
        if result.facts is not None:
            assert all(evaluate(c, result.facts) is True for c in conditions)
            # As few facts as do: without any one of them a condition is no longer certain.
            for name in result.facts:
                rest = {k: v for k, v in result.facts.items() if k != name}
                assert any(evaluate(c, rest) is not True for c in conditions)
    assert none > 20


def test_search_over_generated_conditions_gives_facts_that_make_them_true() -> None:
    vocabulary = shipped_vocabulary()
    source = Seeded(9)
    for _ in range(300):
        one = tree(source)
        result = possible([one], vocabulary)
        if result.facts is not None:
            assert evaluate(one, result.facts) is True


@pytest.mark.parametrize(
    ("text", "can_be"),
    [
        (("and", ("cmp", ">", ("f", "conviction_age_years"), ("v", 5)), ("cmp", "<", ("f", "conviction_age_years"), ("v", 6))), True),
        (("and", ("cmp", ">", ("f", "conviction_age_years"), ("v", 6)), ("cmp", "<", ("f", "conviction_age_years"), ("v", 5))), False),
        (("and", ("in", ("f", "detainer_form"), ("i-247a", "i-247g")), ("cmp", "=", ("f", "detainer_form"), ("v", "i-247"))), False),
        (("and", ("fact", "request_stands"), ("not", ("fact", "detainer_signed"))), False),
        (("and", ("fact", "removal_warrant"), ("not", ("fact", "admin_warrant"))), False),
        (("and", ("fact", "admin_warrant"), ("not", ("fact", "removal_warrant"))), True),
    ],
)
def test_values_and_definitions(text: Tree, can_be: bool) -> None:
    assert (possible([text], shipped_vocabulary()).facts is not None) is can_be


def test_too_large_a_search_is_said_to_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_STEPS > 2**13  # twelve facts, however they are combined
    monkeypatch.setattr(possible_module, "MAX_STEPS", 2)
    assert not possible([("and", ("or", ("fact", "admin_warrant"), ("fact", "under_18")), ("not", ("fact", "admin_warrant")))], shipped_vocabulary()).searched


def test_what_was_not_searched_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(possible_module, "MAX_STEPS", 2)
    report = check([write(tmp_path / "law", document("us/or/made-up-a", FORBID), document("us/or/made-up-b", REQUIRE))], cache=False)
    assert any("made-up-a" in w and "made-up-b" in w for w in report.not_searched)


# -- findings -----------------------------------------------------------------------------------------------------


def test_quiet_law_has_no_findings(tmp_path: Path) -> None:
    folder = write(tmp_path / "law", document("us/or/made-up", FORBID), document("us/wa/made-up", REQUIRE))
    assert codes(folder) == set()


def test_contradiction_shows_the_facts_an_agency_and_a_day(tmp_path: Path) -> None:
    one = document("us/or/made-up-a", FORBID, in_force={"from": "2016-03-01"})
    folder = write(tmp_path / "law", one, document("us/or/made-up-b", REQUIRE))
    (finding,) = found(check([folder]), "contradiction")
    assert finding.level == "warning" and finding.do
    assert "[us/or/made-up-a#forbid-hold]" in finding.what and "[us/or/made-up-b#require-hold]" in finding.what
    assert "2016-03-01" in finding.what and "for us/or" in finding.what
    assert "admin_warrant, not judicial_warrant, request_stands" in finding.what
    path, line = finding.where.rsplit(":", 1)
    assert "forbid: hold" in Path(path).read_text().splitlines()[int(line) - 1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"in_force": {"from": "2015-01-01", "until": "2017-01-01"}}, {"in_force": {"from": "2017-01-01"}}),
        ({"binds": ["us/or/baker-county"]}, {"binds": ["us/or/lane-county"]}),
        ({"binds": ["us/or/*/police"]}, {"binds": ["us/or/*/sheriff"]}),
        ({"binds": ["us/or", {"except": ["us/or/lane-county"]}]}, {"binds": ["us/or/lane-county/sheriff"]}),
        ({"kind": "agency_policy", "binds": ["us/or/lane-county/sheriff"]}, {}),
        ({"norms": [{"forbid": "hold", "when": "NOT request_stands"}]}, {}),
    ],
    ids=["days", "counties", "roles", "except", "rank", "facts"],
)
def test_norms_that_never_meet_do_not_contradict(tmp_path: Path, one: dict[str, Any], other: dict[str, Any]) -> None:
    folder = write(tmp_path / "law", {**document("us/or/made-up-a", FORBID), **one}, {**document("us/or/made-up-b", REQUIRE), **other})
    assert "contradiction" not in codes(folder)


@pytest.mark.parametrize(
    ("one", "other", "agency"),
    [
        (["us/or"], ["us/or/*/sheriff"], "/sheriff"),
        (["district/d-or"], ["us/or/lane-county"], "us/or/lane-county/"),
        (["circuit/9"], ["us/or/lane-county/corrections"], "us/or/lane-county/corrections"),
        (["us/or/eugene-city"], ["us/or/*/police"], "us/or/eugene-city/police"),
    ],
)
def test_patterns_that_share_an_agency(tmp_path: Path, one: list[str], other: list[str], agency: str) -> None:
    folder = write(tmp_path / "law", document("us/or/made-up-a", FORBID, binds=one), document("us/or/made-up-b", REQUIRE, binds=other))
    (finding,) = found(check([folder]), "contradiction")
    assert agency in finding.what


def test_contrary_declarations_and_rulings_on_one_text(tmp_path: Path) -> None:
    def ruling(name: str, value: bool, when: str, **keys: Any) -> dict[str, Any]:
        return document(f"us/{name}", {"declare": "probable_cause", "value": value, "when": when}, kind="ruling", stage="final", construes="us/constitution/fourth-amendment", known={"from": "2018-01-01", **keys}, in_force={}, binds=["circuit/9"])

    yes, no = ruling("made-up-yes", True, "asserts_probable_cause"), ruling("made-up-no", False, "NOT admin_warrant")
    (finding,) = found(check([write(tmp_path / "law", yes, no)]), "contradiction")
    assert "probable_cause" in finding.what and "the answer open" in finding.what
    # A reversed ruling was never known together with the later one.
    ended = ruling("made-up-no", False, "NOT admin_warrant", until="2018-01-01")
    ended["known"] = {"from": "2017-01-01", "until": "2018-01-01", "ended_by": "us/made-up-yes"}
    assert "contradiction" not in codes(write(tmp_path / "other", yes, ended))


def test_an_exception_in_one_file_is_called_one(tmp_path: Path) -> None:
    report = check([write(tmp_path / "law", document("us/or/made-up", FORBID, REQUIRE))])
    assert found(report, "exception") and not found(report, "contradiction")


@pytest.mark.parametrize(
    ("documents", "code", "says"),
    [
        ([document("us/or/made-up", {"forbid": "hold", "when": "admin_warrant IN (TRUE)"})], ERROR, ""),
        ([document("us/or/made-up", {"forbid": "hold", "when": "charged_felony AND NOT charged_felony"})], "never", "true of no facts"),
        ([document("us/or/made-up", {"forbid": "hold", "when": "conviction_age_years > 9 AND conviction_age_years < 3"})], "never", "true of no facts"),
        ([document("us/or/made-up", {"forbid": "hold", "when": "charged_felony OR NOT charged_felony"})], "always", "true of all facts"),
        (
            [
                document("us/or/made-up-top", {"preempt": "hold", "when": "detainer_lodged"}),
                document("us/or/made-up-low", {"forbid": "hold", "when": "detainer_lodged AND NOT judicial_warrant"}, kind="agency_policy", binds=["us/or/lane-county/sheriff"]),
            ],
            "always-defeated",
            "us/or/made-up-top#preempt-hold",
        ),
        ([document("us/ct/made-up", FORBID, binds=["us/ct/capitol-planning-region"])], "place-not-then", "2015-01-01"),
        ([document("us/ct/made-up", FORBID, binds=["us/ct/hartford-county"])], "place-ended", "and the law goes on"),
        ([document("us/or/made-up/2015", FORBID), document("us/or/made-up/2018", FORBID, in_force={"from": "2018-01-01"})], "overlap", "both in force from 2018-01-01"),
        (
            [document("us/or/made-up/2015", FORBID, in_force={"from": "2015-01-01", "until": "2016-01-01"}), document("us/or/made-up/2018", FORBID, in_force={"from": "2018-01-01"})],
            "gap",
            "from 2016-01-01",
        ),
        (
            [document("us/or/made-up", FORBID, in_force={"from": "2015-01-01", "until": "2016-01-01", "ended_by": "us/or/made-up-b"}), document("us/or/made-up-b", FORBID, in_force={"from": "2017-01-01"})],
            "gap",
            "which begins on 2017-01-01",
        ),
        ([document("us/or/made-up", FORBID, sources=[{"title": "made-up paper"}])], "undated-source", "made-up paper"),
    ],
)  # fmt: skip
def test_each_finding(tmp_path: Path, documents: list[dict[str, Any]], code: str, says: str) -> None:
    report = check([write(tmp_path / "law", *documents)])
    if code == ERROR:
        assert report.errors and not report.deep and {f.level for f in report.findings} == {ERROR}
        return
    (finding,) = [f for f in found(report, code) if "made-up" in f.what + f.authority]
    assert says in finding.what and finding.do
    path, line = finding.where.rsplit(":", 1)
    assert 0 < int(line) <= len(Path(path).read_text().splitlines())


def test_versions_that_follow_each_other_are_quiet(tmp_path: Path) -> None:
    first = document("us/or/made-up/2015", FORBID, in_force={"from": "2015-01-01", "until": "2018-01-01", "ended_by": "us/or/made-up/2018"})
    folder = write(tmp_path / "law", first, document("us/or/made-up/2018", FORBID, in_force={"from": "2018-01-01"}))
    assert codes(folder) == set()


def test_a_defeated_forbid_that_once_counted_is_quiet(tmp_path: Path) -> None:
    top = document("us/or/made-up-top", {"preempt": "hold", "when": "detainer_lodged"}, in_force={"from": "2019-01-01"})
    low = document("us/or/made-up-low", FORBID, kind="agency_policy", binds=["us/or/lane-county/sheriff"])
    assert codes(write(tmp_path / "law", top, low)) == set()


def test_facts_that_nothing_uses(tmp_path: Path) -> None:
    declared = document("us/or/made-up", {"declare": "civil_arrest_power", "value": False})
    folder = write(tmp_path / "law", declared, frame=["us/constitution/fourth-amendment"])
    report = check([folder])
    (finding,) = found(report, "unused-declaration")
    assert "civil_arrest_power" in finding.what and "made-up" in finding.where
    names = {f.what.split("[")[1].split("]")[0] for f in found(report, "unused-fact")}
    assert "admin_warrant" in names and not names & {"detainer_signed", "request_stands", "conviction_date"}


def test_confirmation(tmp_path: Path) -> None:
    kept = document("us/or/made-up-a", FORBID, confirmed_on="2026-11-01")
    old = document("us/or/made-up-b", FORBID, confirmed_on="2024-11-01")
    ended = document("us/or/made-up-c", FORBID, in_force={"from": "2015-01-01", "until": "2020-01-01"})
    folder = write(tmp_path / "law", kept, old, ended, document("us/or/made-up-d", FORBID))
    report = check([folder], today=TODAY, confirmed_within=365)
    assert {f.authority for f in found(report, "confirmed-too-old")} == {"us/or/made-up-b"}
    unconfirmed = {f.authority for f in found(report, "unconfirmed")}
    assert "us/or/made-up-d" in unconfirmed and not unconfirmed & {"us/or/made-up-a", "us/or/made-up-c"}
    assert codes(folder) == set()


def test_an_overlay_is_told_of_its_own_files_only(tmp_path: Path) -> None:
    over = write(tmp_path / "law", document("us/or/made-up", REQUIRE), frame=[])
    report = check([over])
    assert {f.authority for f in report.findings} == {"us/or/made-up"}
    assert any("us/or/hb-3265#forbid-hold" in f.what for f in found(report, "contradiction"))


# -- citations ------------------------------------------------------------------------------------------------------


def test_without_the_programs_citations_are_said_not_to_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citations, "find_spec", lambda name: None)
    report = check([write(tmp_path / "law")])
    assert report.looked_at_citations is None and not found(report, "citation")
    assert citations.look([("ruling", "1 U.S. 1")]) == {}


def test_citations(tmp_path: Path) -> None:
    good, bad = ("ruling", "Made v. Up, 500 U.S. 44 (1991)"), ("ruling", "Made v. Up, 793 F.9d 208 (1st Cir. 2015)")
    none = ("agency_policy", "A sheriff's announcement of 2014-05-02")
    seen = citations.look([good, bad, none])
    assert [seen[p].state for p in (good, bad, none)] == [citations.PARSED, citations.WRONG, citations.NO_FORM]
    assert seen[bad].part == "793 F.9d 208"


def test_every_shipped_citation_is_read_or_marked() -> None:
    report = check([])
    assert report.looked_at_citations is not None
    assert [f for f in report.findings if f.code in ("citation", "citation-form")] == []
    # Nothing is counted as of no form but what says so, by its mark or its kind.
    book = load_lawbook()
    assert all(not book.authorities[i].standard_citation for i in report.no_standard_form)
    assert report.parsed >= 54


def test_how_a_citation_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    # As the programs would say, without them.
    known = lambda text: int("F.3d" in text or "U.S.C." in text)  # noqa: E731
    assert citations._look("ruling", "Made v. Up, 1 F.3d 2 (1st Cir. 2015)", known).state == citations.PARSED
    assert citations._look("ruling", "Made v. Up, 1 F.9d 2 (1st Cir. 2015)", known) == citations.Look(citations.WRONG, "1 F.9d 2")
    assert citations._look("ruling", "Made v. Up, No. 3:12-cv-1 (D. Or. 11 Apr. 2014)", known).state == citations.NO_FORM
    assert citations._look("statute", "5 ILCS 805; 8 U.S.C. 1357", known).state == citations.PARSED


# -- what is kept, and the shipped lawbook --------------------------------------------------------------------------


def test_only_the_group_that_changed_is_searched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "law", document("us/or/made-up-a", FORBID), document("us/or/made-up-b", REQUIRE), document("us/wa/made-up", FORBID))
    searched: list[str] = []
    real = findings.search

    def spy(own: Any, above: Any, vocabulary: Any) -> Any:
        searched.append(own[0].id)
        return real(own, above, vocabulary)

    monkeypatch.setattr(findings, "search", spy)
    first = check([folder])
    assert len(searched) == 3
    searched.clear()
    assert check([folder]).findings == first.findings and searched == []
    write(folder, document("us/wa/made-up", FORBID, REQUIRE), frame=[])
    assert found(check([folder]), "exception") and searched == ["us/wa/made-up"]
    # A damaged store costs time and nothing else.
    store = tmp_path / "cache" / "dueprocess" / "findings.json"
    for damage in ("{", "[1]", '{"a": 3}'):
        store.write_text(damage)
        assert found(check([folder]), "contradiction")


def test_the_shipped_lawbook_has_no_errors_and_each_finding_a_place_and_a_way_out() -> None:
    report = check([])
    assert report.errors == 0 and report.deep and report.not_searched == ()
    for finding in report.findings:
        path, line = finding.where.rsplit(":", 1)
        assert finding.what and finding.do and "\n" not in finding.what
        assert 0 < int(line) <= len(Path(path).read_text(encoding="utf-8").splitlines())
    # A ruling and a later act that do clash.
    if {"us/il/jimenez-moreno", "us/statute/8-usc-1226-c-3"} <= set(load_lawbook().authorities):
        assert "us/il/jimenez-moreno" in {f.authority for f in found(report, "contradiction")}


def test_command(tmp_path: Path) -> None:
    run = CliRunner()
    clean = write(tmp_path / "clean", document("us/or/made-up", FORBID), frame=[])
    assert run.invoke(app, ["law", "check", str(clean), "--strict"]).exit_code == 0
    slip = write(tmp_path / "slip", document("us/or/made-up", FORBID, sources=[{"title": "made-up paper"}]), frame=[])
    text = run.invoke(app, ["law", "check", str(slip)])
    assert text.exit_code == 0 and "warning: the source [made-up paper] has no date" in text.output and "0 errors, 1 warning" in text.output
    assert run.invoke(app, ["law", "check", str(slip), "--strict"]).exit_code == 1
    told = json.loads(run.invoke(app, ["law", "check", str(slip), "--json"]).output)
    assert told["problems"] == [] and [w["code"] for w in told["warnings"]] == ["undated-source"]
    assert set(told["warnings"][0]) == {"level", "code", "where", "what", "do", "authority"}
    broken = write(tmp_path / "broken", document("us/or/made-up", {"forbid": "hold", "when": "no_such_fact"}), frame=[])
    refused = run.invoke(app, ["law", "check", str(broken)])
    assert refused.exit_code == 1 and "1 error," in refused.output and "was not looked at" in refused.output
