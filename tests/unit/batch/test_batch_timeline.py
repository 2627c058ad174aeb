"""The short ways through a timeline give what the long ones do: grounds that begin together asked about as one, only the
classes asked, instants put in order without a list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from batch_made import Found, answered, plain_stay, rows_of, shipped, stays

from dueprocess.batch import parts, running
from dueprocess.batch.query import Query
from dueprocess.batch.sqltext import sorting
from dueprocess.kernel.instants import MAX_INSTANT
from dueprocess.testing import TODAY, CaseDocument, LawDocument, Seeded, frame, lawbook_from
from dueprocess.testing.law import FOUR_TESTS
from dueprocess.testing.rows import CaseRows


def grouped() -> Iterator[CaseDocument]:
    """Stays with several grounds that begin at one time, and a detainer at most: some had bail refused, some say when release was due."""
    for case in stays(4000):
        grounds = case["custody"].get("grounds") or ()
        if len(grounds) > 1 and all(g["from"] == grounds[0]["from"] for g in grounds) and len(case["papers"] or ()) < 2:
            yield case


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Query]:
    """The queries of a test's runs, one after the other."""
    found: list[Query] = []
    look = Query.stages

    def noted(query: Query) -> list[tuple[str, str, bool]]:
        found.append(query)
        return look(query)

    monkeypatch.setattr(Query, "stages", noted)
    return found


@pytest.fixture(scope="module")
def together() -> CaseRows:
    rows = rows_of(grouped())
    assert len(rows.stays) >= 30
    for name in ("bail_refused_lo", "release_due_lo"):
        assert any((s.get(name) or MAX_INSTANT) < MAX_INSTANT for s in rows.stays)
    return rows


@pytest.fixture(scope="module")
def one_by_one(together: CaseRows, tmp_path_factory: pytest.TempPathFactory) -> list[Found]:
    """Their answers where every ground is asked about by itself."""
    return answered(tmp_path_factory.mktemp("apart"), together)


def test_grounds_that_begin_together_are_as_one(together: CaseRows, one_by_one: list[Found], asked: list[Query], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # So few rows would be asked with the next larger shape.
    monkeypatch.setattr(parts, "_asked_as", lambda shape, count, asked: replace(shape, detainers=1, vague=True, bail=True))
    assert answered(tmp_path, together) == one_by_one
    assert any(query.one_ground for query in asked)
    assert {r["class"] for r in one_by_one} >= {"certain", "no", "possible"}


def test_only_the_classes_are_those_of_everything(together: CaseRows, one_by_one: list[Found], tmp_path: Path) -> None:
    given = {"row", "at", "over_least", "over_most", "class", "problem"}
    assert answered(tmp_path, together, only_classes=True) == [{c: v if c in given else None for c, v in r.items()} for r in one_by_one]


@pytest.mark.parametrize("count", range(1, 9))
def test_columns_are_sorted_by_comparing_pairs(count: int) -> None:
    for given in product((0, 1), repeat=count):  # what sorts these sorts everything
        values = list(given)
        for pairs in sorting(count):
            assert len({i for pair in pairs for i in pair}) == 2 * len(pairs)
            for i, j in pairs:
                values[i], values[j] = min(values[i], values[j]), max(values[i], values[j])
        assert values == sorted(given)


# -- rows without papers --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain() -> CaseRows:
    """Stays without any paper where bail was not refused; some records are complete."""
    cases = [*stays(3000), *stays(600, "us/nj/ocean-county/sheriff")]
    of_papers = {f.name for f in shipped().vocabulary.facts.values() if f.origin == "detainer"}
    rows = rows_of(c for c in cases if not c.get("papers") and "bail_refused_at" not in c["custody"] and not of_papers & set(c["facts"]))
    assert len(rows.stays) >= 30 and {bool(s["record_complete"]) for s in rows.stays} == {True, False}
    return rows


@pytest.mark.parametrize("known", [TODAY, None], ids=["known today", "known then"])
def test_rows_without_papers_are_asked_less(plain: CaseRows, known: date | None, asked: list[Query], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many of them ask by themselves; here so few do."""
    monkeypatch.setattr(running, "always_released", lambda *_: False)  # else those of complete records are asked still less
    usual = answered(tmp_path / "usual", plain, known=known)
    assert asked and not any(query.shape.plain for query in asked)
    monkeypatch.setattr(parts, "_asked_as", lambda shape, count, asked: replace(shape, together=False))
    assert answered(tmp_path / "plain", plain, known=known) == usual
    assert any(query.shape.plain for query in asked)
    assert len({r["outcome"] for r in usual}) > 2


# -- rows whose answer needs no timeline ----------------------------------------------------------------------


def unlisted() -> Iterator[CaseDocument]:
    """Stays without any paper, most of complete records, with vague and unknown times, grounds that begin together or apart, and
    some that cannot be right."""
    of_papers = {f.name for f in shipped().vocabulary.facts.values() if f.origin == "detainer"}
    source = Seeded("settled")
    for case in [*stays(300), *stays(150, "us/nj/ocean-county/sheriff"), *stays(150, "us/al/autauga-county/sheriff")]:
        custody = {k: v for k, v in case["custody"].items() if k != "bail_refused_at"}
        grounds = custody.get("grounds") or ()
        if len(grounds) > 1 and source.chance(0.6):
            custody["grounds"] = [{**g, "from": grounds[0]["from"]} for g in grounds]
        if "left_at" in custody and source.chance(0.03):
            custody["left_at"] = "2001-01-01"
        facts = {k: v for k, v in case["facts"].items() if k not in of_papers}
        yield {**case, "papers": [], "custody": custody, "facts": facts, "record_complete": source.chance(0.8)}
    # Days on which the clocks change, a date for each time, and grounds that nobody speaks of.
    for day in ("2025-03-09", "2025-11-02"):
        yield plain_stay(booked=day, due=day, left=day, at=f"{day}T23:00", papers=[])
        yield plain_stay(at=f"{day}T23:00", papers=[], custody={"booked_at": day, "left_at": "2025-12-01"})


@pytest.mark.parametrize("classes", [False, True], ids=["everything", "classes"])
@pytest.mark.parametrize("known", [TODAY, None], ids=["known today", "known then"])
def test_rows_that_nobody_asked_for_need_no_timeline(known: date | None, classes: bool, asked: list[Query], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(unlisted())
    usual = answered(tmp_path / "usual", rows, known=known, only_classes=classes)
    assert asked and not any(query.shape.settled for query in asked)
    monkeypatch.setattr(parts, "_asked_as", lambda shape, count, asked: shape)  # every shape by itself, however few its rows
    assert answered(tmp_path / "settled", rows, known=known, only_classes=classes) == usual
    assert {query.shape.grounds > 1 for query in asked if query.shape.settled} == {True, False}
    complete = [r for r, s in zip(usual, rows.stays, strict=True) if s["record_complete"]]
    assert {r["class"] for r in complete} == {"certain", "possible", "no", "unknown", "contradiction"}


def permitting(when: str) -> list[LawDocument]:
    """Law that permits holds in Oregon, with nothing that forbids any."""
    made_up = {
        "id": "us/or/made-up", "title": "Made up", "kind": "statute", "citation": "Made-up Code 1", "binds": ["us/or"], "in_force": {"from": "2001-01-01"},
        "sources": [{"title": "made up for a test"}], "review": {"status": "unreviewed", "basis": "general knowledge"},
        "norms": [{"id": "hold", "permit": "hold", "when": when, "because": "made up"}],
    }  # fmt: skip
    return [*(d for d in frame() if d["id"] != FOUR_TESTS), made_up]


@pytest.mark.parametrize(
    ("when", "released"),
    [("charged_felony", False), ("NOT detainer_lodged", False), ("probable_cause", False), ("hold_requested", True), ("charged_felony AND judicial_warrant", True)],
)
def test_rows_need_a_timeline_where_any_law_may_hold_them(when: str, released: bool, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    law = lawbook_from(permitting(when))
    rows = rows_of(plain_stay(papers=[], facts=facts) for facts in ({"charged_felony": True}, {"charged_felony": False}, {}))
    usual = answered(tmp_path / "usual", rows, lawbook=law)
    asked: list[Query] = request.getfixturevalue("asked")  # from here on
    monkeypatch.setattr(parts, "_asked_as", lambda shape, count, asked: shape)
    assert answered(tmp_path / "settled", rows, lawbook=law) == usual
    assert {query.shape.settled for query in asked} == {released}
    assert not released or {r["outcome"] for r in usual} == {"release"}


def of_nobody_knows_what() -> Iterator[CaseDocument]:
    """Stays of incomplete records, without any paper, most without any fact."""
    for i, case in enumerate(unlisted()):
        yield {**case, "record_complete": False, "events": [], "facts": case["facts"] if i % 5 == 0 else {}}


@pytest.mark.parametrize("known", [TODAY, None], ids=["known today", "known then"])
def test_classes_of_stays_of_which_nothing_is_known_need_no_timeline(known: date | None, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(of_nobody_knows_what())
    with monkeypatch.context() as without:
        without.setattr(running, "always_open", lambda *_: False)
        usual = answered(tmp_path / "usual", rows, known=known, only_classes=True)
    asked: list[Query] = request.getfixturevalue("asked")  # from here on
    monkeypatch.setattr(parts, "_asked_as", lambda shape, count, asked: shape)
    assert answered(tmp_path / "settled", rows, known=known, only_classes=True) == usual
    # Those that state a fact are asked with their instants.
    assert {query.shape.settled for query in asked} == {True, False}
    assert {r["class"] for r in usual} >= {"possible", "no", "unknown", "contradiction"}


@pytest.mark.parametrize(
    ("when", "open_"),
    [("charged_felony", True), ("probable_cause", True), ("judicial_warrant", True), ("NOT detainer_lodged", False), ("hold_requested", False)],
)
def test_classes_need_a_timeline_where_the_law_may_settle_the_unknown(when: str, open_: bool, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    law = lawbook_from(permitting(when))
    rows = rows_of(plain_stay(papers=[], facts={}, record_complete=False) for _ in range(3))
    usual = answered(tmp_path / "usual", rows, lawbook=law)
    asked: list[Query] = request.getfixturevalue("asked")  # from here on
    monkeypatch.setattr(parts, "_asked_as", lambda shape, count, asked: shape)
    given = ("row", "class", "over_least", "over_most")
    assert [{c: r[c] for c in given} for r in answered(tmp_path / "settled", rows, lawbook=law, only_classes=True)] == [{c: r[c] for c in given} for r in usual]
    assert {query.shape.settled for query in asked} == {open_}
