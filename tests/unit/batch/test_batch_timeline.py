"""The short ways through a timeline give what the long ones do: grounds that begin together asked about as one, only the
classes asked, instants put in order without a list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from batch_made import Found, answered, rows_of, shipped, stays

from dueprocess.batch import parts
from dueprocess.batch.query import Query
from dueprocess.batch.sqltext import sorting
from dueprocess.kernel.instants import MAX_INSTANT
from dueprocess.testing import TODAY, CaseDocument
from dueprocess.testing.rows import CaseRows


def grouped() -> Iterator[CaseDocument]:
    """Stays with several grounds that begin at one time, and a detainer at most: some had bail refused, some say when release was due."""
    for case in stays(4000):
        grounds = case["custody"].get("grounds") or ()
        if len(grounds) > 1 and all(g["from"] == grounds[0]["from"] for g in grounds) and len(case["papers"] or ()) < 2:
            yield case


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


def test_grounds_that_begin_together_are_as_one(together: CaseRows, one_by_one: list[Found], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    look = Query.stages

    def noted(query: Query) -> list[tuple[str, str, bool]]:
        asked.append(query.one_ground)
        return look(query)

    monkeypatch.setattr(Query, "stages", noted)
    # So few rows would be asked with the next larger shape.
    monkeypatch.setattr(parts, "_asked_as", lambda shape, count, asked: replace(shape, detainers=1, vague=True, bail=True))
    assert answered(tmp_path, together) == one_by_one
    assert any(asked)
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
def test_rows_without_papers_are_asked_less(plain: CaseRows, known: date | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many of them ask by themselves; here so few do."""
    asked: list[bool] = []
    look = Query.stages

    def noted(query: Query) -> list[tuple[str, str, bool]]:
        asked.append(query.shape.plain)
        return look(query)

    monkeypatch.setattr(Query, "stages", noted)
    usual = answered(tmp_path / "usual", plain, known=known)
    assert asked and not any(asked)
    monkeypatch.setattr(parts, "_asked_as", lambda shape, count, asked: replace(shape, together=False))
    assert answered(tmp_path / "plain", plain, known=known) == usual
    assert any(asked)
    assert len({r["outcome"] for r in usual}) > 2
