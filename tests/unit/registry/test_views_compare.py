"""Paper against practice, on made-up stays of which each result is known."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dueprocess.case.custody import NEVER_AT
from dueprocess.kernel.errors import InputError
from dueprocess.registry import Actor, Claim, Registry, Source
from dueprocess.registry.views.compare import (
    RESULTS,
    SMALL,
    Comparison,
    compare,
    compare_html,
    compare_lines,
    published,
    published_html,
    published_lines,
)

DUE = 1_420_000_000  # in the last days of 2014
HOUR = 3600
KNOWN = date(2026, 11, 22)
PAPERS = ("judicial_warrant", "admin_warrant", "removal_warrant", "detainer_received", "detainer_cancelled")


def registry(**positions: str) -> Registry:
    source = Source("src-made-up", "A made-up paper", "Made-up publisher", "2014-01-01", "given", "", "", "", "page", "made up")
    actors, claims = [], []
    for name, position in positions.items():
        actor = Actor(f"us/or/{name}-county/sheriff", "agency", f"{name.title()} County, sheriff", f"us/or/{name}-county", "OR", "41005", "sheriff", True)
        actors.append(actor)
        claims.append(Claim(f"made-up-{name}", actor.id, "policy", position, source.id, "agency", "own", effective="2014-01-01", source_date="2014-01-01"))
    return Registry(actors, [source], claims, [])


def stay(agency: str, *, over: float | None, to: str = "community", **papers: int | None) -> dict[str, Any]:
    """A stay that left ``over`` hours after release was due; papers as instants, NEVER_AT or None for not recorded."""
    row: dict[str, Any] = {
        "agency": f"us/or/{agency}-county/sheriff", "zone": "America/Los_Angeles", "left_state": "recorded" if over is not None else "unknown", "left_to": to,
        "left_lo": None if over is None else DUE + int(over * HOUR), "detainer_form": "i-247", "due_lo": DUE, "due_hi": DUE,
    }  # fmt: skip
    row["left_hi"] = row["left_lo"]
    for paper in PAPERS:
        default = DUE - 48 * HOUR if paper == "detainer_received" else NEVER_AT
        row[f"{paper}_lo"] = row[f"{paper}_hi"] = papers.get(paper, default)
    return row


def audit(folder: Path, stays: list[dict[str, Any]]) -> Path:
    (folder / "prepared").mkdir(parents=True)
    (folder / "run.json").write_text("{}", encoding="utf-8")
    (folder / "in.json").write_text("\n".join(json.dumps({"row": i, **s}) for i, s in enumerate(stays)), encoding="utf-8")
    with duckdb.connect() as link:
        link.execute(f"CREATE TABLE t AS SELECT *, NULL::BIGINT AS release_due_lo, NULL::BIGINT AS release_due_hi FROM read_json('{folder / 'in.json'}', format='newline_delimited')")
        link.execute(f"COPY (SELECT * EXCLUDE (due_lo, due_hi) FROM t) TO '{folder / 'prepared' / 'stays.parquet'}'")
        link.execute(f"COPY (SELECT row, due_lo, due_hi FROM t) TO '{folder / 'results.parquet'}'")
    (folder / "in.json").unlink()
    return folder


BEFORE, AFTER = DUE - 10 * HOUR, DUE + 10 * HOUR
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("declines_all", stay("x", over=40), "held_against_paper"),
    ("declines_all", stay("x", over=40, to="ice", judicial_warrant=BEFORE), "held_against_paper"),
    ("declines_all", stay("x", over=2), "as_paper_says"),
    ("declines_all", stay("x", over=2, to="ice"), "not_recorded"),
    ("declines_all", stay("x", over=None), "not_recorded"),
    ("requires_judicial_warrant", stay("x", over=40), "held_against_paper"),
    ("requires_judicial_warrant", stay("x", over=40, admin_warrant=BEFORE), "held_against_paper"),
    ("requires_judicial_warrant", stay("x", over=40, judicial_warrant=BEFORE), "as_paper_says"),
    ("requires_judicial_warrant", stay("x", over=40, judicial_warrant=AFTER), "held_against_paper"),
    ("requires_judicial_warrant", stay("x", over=40, judicial_warrant=None), "held_perhaps_against_paper"),
    ("requires_any_warrant", stay("x", over=40, admin_warrant=BEFORE), "as_paper_says"),
    ("honors_all", stay("x", over=40), "as_paper_says"),
    ("honors_all", stay("x", over=2), "released_against_paper"),
    ("honors_all", stay("x", over=2, to="unknown"), "not_recorded"),
    ("limits_by_offense", stay("x", over=40), "paper_turns_on_more"),
    ("requires_probable_cause", stay("x", over=40), "paper_turns_on_more"),
    ("undecided", stay("x", over=40), "no_paper"),
    ("declines_all", stay("other", over=40), "no_paper"),
]  # fmt: skip


@pytest.mark.parametrize(("position", "row", "wanted"), CASES)
def test_each_result(position: str, row: dict[str, Any], wanted: str, tmp_path: Path) -> None:
    found = compare(registry(x=position), audit(tmp_path / "a", [row]), known_at=KNOWN, hours=6)
    assert len(found.rows) == 1 and {r: found.rows[0][r] for r in RESULTS if found.rows[0][r]} == {wanted: 1}


def test_a_stay_without_a_standing_detainer_is_left_out(tmp_path: Path) -> None:
    rows = [stay("x", over=40, detainer_received=NEVER_AT), stay("x", over=40, detainer_received=AFTER), stay("x", over=40, detainer_cancelled=BEFORE), stay("x", over=40)]
    found = compare(registry(x="declines_all"), audit(tmp_path / "a", rows), known_at=KNOWN, hours=6)
    assert (found.stays, found.total) == (1, 4)


def test_what_became_known_later_is_not_used(tmp_path: Path) -> None:
    found = compare(registry(x="declines_all"), audit(tmp_path / "a", [stay("x", over=40)]), known_at=date(2013, 1, 1), hours=6)
    assert found.rows[0]["no_paper"] == 1


def test_small_counts_are_marked_and_no_stay_is_named(tmp_path: Path) -> None:
    found = compare(registry(x="declines_all"), audit(tmp_path / "a", [stay("x", over=40)] * 12 + [stay("x", over=2)] * 3), known_at=KNOWN, hours=6)
    text = "\n".join(compare_lines(found))
    assert "held against it 12," in text and "as it says 3*" in text
    html = compare_html(found, known_at=KNOWN)
    assert "12 held against it" in html and "3*" in html and str(DUE) not in html


def test_other_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder of an audit"):
        compare(registry(), tmp_path, known_at=KNOWN, hours=6)
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="keeps no stay"):
        compare(registry(), tmp_path, known_at=KNOWN, hours=6)


# -- what may be published ------------------------------------------------------------------------------------------


def comparison(counts: list[list[int]]) -> Comparison:
    rows = tuple({"agency": f"a{i}", "name": f"Made-up {i}", "state": "OR", "position": "declines_all", "stays": sum(cells), **dict(zip(RESULTS, cells, strict=True))} for i, cells in enumerate(counts) if sum(cells))
    return Comparison(rows, sum(map(sum, counts)), sum(map(sum, counts)) + 5, 6)


@settings(max_examples=150)
@given(st.lists(st.lists(st.sampled_from([0, 0, 0, 1, 2, 5, 10, 11, 12, 30, 400]), min_size=len(RESULTS), max_size=len(RESULTS)), min_size=1, max_size=9))
def test_no_small_number_is_told_or_can_be_worked_out(counts: list[list[int]]) -> None:
    found = comparison(counts)
    if found.stays < SMALL:
        with pytest.raises(InputError, match="fewer than 11"):
            published(found)
        return
    told = published(found)
    assert sum(n for _, _, n, _ in told.rows) == found.stays
    assert all(n >= SMALL for _, _, n, _ in told.rows)
    printed = [c for *_, cells in told.rows for c in cells or ()] + list(told.together or ())
    assert not any(0 < c < SMALL for c in printed)
    # Of the hidden cells the sums by row and by column are told: the least and most that each can be are far apart.
    hidden = [n for _, _, n, cells in told.rows if cells is None]
    assert bool(hidden) == (told.together is not None)
    for n in hidden:
        for column in told.together or ():
            least, most = max(0, n + column - sum(hidden)), min(n, column)
            assert column == 0 or most - least >= SMALL - 1
    assert len(hidden) != 1


def test_a_table_without_small_cells_is_told_whole(tmp_path: Path) -> None:
    rows = [stay("x", over=40)] * 12 + [stay("x", over=2)] * 13 + [stay("y", over=2)] * 20
    found = published(compare(registry(x="declines_all", y="honors_all"), audit(tmp_path / "a", rows), known_at=KNOWN, hours=6))
    assert len(found.columns) == len(RESULTS)
    assert [(position, n, max(cells or ())) for _, position, n, cells in found.rows] == [("declines_all", 25, 13), ("honors_all", 20, 20)]
    lines = "\n".join(published_lines(found))
    assert "held against it 12" in lines and "*" not in lines


def test_a_small_cell_hides_its_row_and_another(tmp_path: Path) -> None:
    counts = [[2, 0, 0, 60, 0, 0, 0, 0], [40, 0, 0, 70, 0, 0, 0, 0], [50, 0, 0, 90, 0, 0, 0, 0]]
    found = published(comparison(counts))
    assert [cells is None for *_, cells in found.rows] == [True, True, False]
    assert found.together == (42, 0, 0, 130, 0, 0, 0, 0)
    html = published_html(found, known_at=KNOWN)
    assert ">2<" not in html and ">60<" not in html and "told below" in html
