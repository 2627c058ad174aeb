"""How rows are brought together in parts: rare ones of several stretches in one, none twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_made import answered, plain_stay, rows_of

from dueprocess.batch import parts
from dueprocess.batch.answering import Answering
from dueprocess.batch.parts import Part
from dueprocess.batch.shape import Shape

COMMON, RARE, RARER = Shape(vague=False, bail=False, plain=True), Shape(vague=False, bail=False), Shape()


def group(stretch: int, *shapes: Shape, count: int = 10, few: bool = True) -> parts._Group:
    return parts._Group(RARER if few else shapes[0], shapes[-1], frozenset(shapes), count, stretch, stretch, 1 if few else 0, all_rows=False, few=few)


def test_rare_rows_of_several_stretches_are_one_part() -> None:
    found = parts._joined([g for s in range(3) for g in (group(s, COMMON, count=500, few=False), group(s, *((RARE, RARER) if s else (RARE,))))], most=30)
    assert [(g.first, g.last, g.count, g.few) for g in found] == [(0, 0, 500, False), (0, 2, 30, True), (1, 1, 500, False), (2, 2, 500, False)]
    assert found[1].shapes == {RARE, RARER}


def test_a_part_of_rare_rows_has_no_more_than_it_may() -> None:
    found = parts._joined([group(s, RARE) for s in range(5)], most=20)
    assert [(g.first, g.last, g.count) for g in found] == [(0, 1, 20), (2, 3, 20), (4, 4, 10)]


def test_what_is_rare_in_some_stretches_only_is_asked_in_each() -> None:
    """The part of all would take in the rows of the stretch in which they are common."""
    groups = [group(0, RARE, RARER), group(1, RARE, count=500, few=False), group(1, RARER), group(2, RARE, RARER)]
    assert parts._joined(groups, most=1000) == groups


def test_rare_rows_asked_together_have_the_answers_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without tables beside the rows: where there are some, rows are listed, else told by their own columns."""
    asked: list[Part] = []
    write = Answering.write

    def noted(self: Answering, part: Part) -> None:
        asked.append(part)
        write(self, part)

    cases = []
    for i in range(80):
        case = plain_stay(due=f"2026-03-03T{10 + i % 9}:00")
        cases.append({**case, "papers": case["papers"] if i % 14 == 3 else []})
    for inline in (True, False):
        rows = rows_of(cases, inline=inline)
        once = answered(tmp_path / f"once-{inline}", rows)
        with monkeypatch.context() as patched:
            patched.setattr(parts, "_FEW", 0)
            patched.setattr(Answering, "write", noted)
            asked.clear()
            assert answered(tmp_path / f"parts-{inline}", rows, part_rows=40) == once
        assert sorted(part.count for part in asked) == [6, 37, 37]
