"""Only the outcome asked: that of everything, whether it is written at once or put together from parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_made import Found, answered, rows_of, stays

from dueprocess.batch.facts import Facts
from dueprocess.testing.rows import CaseRows

ASKED = ("row", "at", "outcome", "deciding_norm", "due_lo", "due_hi", "problem")
COUNT = 46


def made(*, nowhere: tuple[int, ...] = ()) -> CaseRows:
    """Few of them are in Connecticut, whose law asks for facts that no other asks for."""
    rows = rows_of([*stays(COUNT - 13), *stays(13, "us/ct/hartford-county/sheriff")], inline=False)
    for number in nowhere:
        rows.stays[number]["agency"] = None
    return rows


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> list[Found]:
    return answered(tmp_path_factory.mktemp("everything"), made())


@pytest.mark.parametrize(("nowhere", "size", "parts"), [((), None, 1), ((3, 24), 20, 3)], ids=["at once", "in parts"])
def test_the_outcome_alone_is_that_of_everything(tmp_path: Path, everything: list[Found], nowhere: tuple[int, ...], size: int | None, parts: int) -> None:
    """With the rows that nobody can ask about; a row each, in order."""
    told: list[tuple[int, int]] = []
    alone = answered(tmp_path, made(nowhere=nowhere), timeline=False, part_rows=size, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (COUNT - len(nowhere), COUNT) and len(told) >= parts
    assert [r["row"] for r in alone] == list(range(COUNT))
    assert all(alone[n]["missing"] == "agency" for n in nowhere)
    asked = [[tuple(r[c] for c in ASKED) for n, r in enumerate(found) if n not in nowhere] for found in (alone, everything)]
    assert asked[0] == asked[1]
    assert len({r["outcome"] for r in alone}) > 1


def test_what_the_law_of_few_rows_asks_for_decides_some_of_them(tmp_path: Path, everything: list[Found], monkeypatch: pytest.MonkeyPatch) -> None:
    """Facts that few rows' law asks for are worked out there alone. Left out, they are "no": the test above would see it."""
    monkeypatch.setattr(Facts, "rare_word", lambda facts, word: "0")
    without = answered(tmp_path, made(), timeline=False)
    assert {n for n, (one, other) in enumerate(zip(without, everything, strict=True)) if one["outcome"] != other["outcome"]} & set(range(COUNT - 13, COUNT))
