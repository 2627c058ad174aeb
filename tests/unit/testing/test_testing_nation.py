"""Made-up records: the same for the same seed, in the columns of the contract, and such as the reader takes."""

from __future__ import annotations

import itertools
import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dueprocess.case.custody import FACT_TYPES, row_case, stay_schema
from dueprocess.case.model import DETAINERS
from dueprocess.case.reading import read_case
from dueprocess.kernel.errors import ContradictionError, InputError
from dueprocess.law import load_lawbook
from dueprocess.places import load_places
from dueprocess.testing.nation import Nation, hold_facts

BOOK = load_lawbook()
ROWS = 4000


def stays(folder: Path) -> list[dict[str, Any]]:
    return duckdb.sql(f"SELECT * FROM '{folder}/stays.parquet'").to_arrow_table().to_pylist()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    folder = tmp_path_factory.mktemp("nation")
    return {mode: stays(Nation.of(BOOK, rows=ROWS, mode=mode).write(folder / mode)) for mode in ("national", "detainers")}


def test_columns_and_order_are_those_of_prepared_tables(prepared: dict[str, list[dict[str, Any]]], tmp_path: Path) -> None:
    folder = Nation.of(BOOK, rows=10).write(tmp_path / "rows")
    types = {r[0]: r[1] for r in duckdb.sql(f"DESCRIBE SELECT * FROM '{folder}/stays.parquet'").fetchall()}
    facts = {f"f_{n}": FACT_TYPES[BOOK.vocabulary.facts[n].type] for n in hold_facts(BOOK)}
    assert types == {**stay_schema(), **facts}
    assert {p.name for p in folder.iterdir()} == {*(f"{n}.parquet" for n in ("stays", "papers", "grounds", "events", "problems")), "prepared.json"}
    assert json.loads((folder / "prepared.json").read_text())["stays"] == 10
    assert [r["row"] for r in prepared["national"]] == list(range(ROWS))


def test_same_seed_same_rows_and_a_longer_table_begins_with_a_shorter_one(tmp_path: Path) -> None:
    one, two, more, other = (
        stays(Nation.of(BOOK, rows=n, seed=seed, threads=threads).write(tmp_path / name)) for name, n, seed, threads in (("a", 50, 7, 1), ("b", 50, 7, 2), ("c", 90, 7, 2), ("d", 50, 8, 2))
    )
    assert one == two
    # Only the pool of persons grows with the table.
    assert [{**r, "person": None} for r in more[:50]] == [{**r, "person": None} for r in one]
    assert sum(a == b for a, b in zip(one, other, strict=True)) == 0


def test_shares_are_those_asked_for(prepared: dict[str, list[dict[str, Any]]]) -> None:
    national, detainers = prepared["national"], prepared["detainers"]
    assert 0.018 < sum(r["detainer_form"] is not None for r in national) / ROWS < 0.036
    assert all(r["detainer_form"] in DETAINERS for r in detainers)
    assert 0.055 < sum(r["left_state"] == "missing" for r in national) / ROWS < 0.085
    exact = [r for r in national if r["release_due_lo"] is not None and r["booked_lo"] is not None and not r["booked_open"]]
    assert 0.42 < sum(bool(r["release_due_open"]) for r in exact) / len(exact) < 0.50
    for name in hold_facts(BOOK):
        assert 0.17 < sum(r[f"f_{name}"] is None for r in national) / ROWS < 0.23, name


def test_draws_do_not_follow_each_other(prepared: dict[str, list[dict[str, Any]]]) -> None:
    """Any two facts are both true about as often as their shares say."""
    rows = prepared["national"]
    names = [f"f_{n}" for n in hold_facts(BOOK) if BOOK.vocabulary.facts[n].type == "boolean" and BOOK.vocabulary.facts[n].origin != "papers"]
    for first, second in itertools.pairwise(names):
        share = [sum(bool(r[c]) for r in rows) / ROWS for c in (first, second)]
        both = sum(bool(r[first]) and bool(r[second]) for r in rows) / ROWS
        assert abs(both - share[0] * share[1]) < 0.012, (first, second)


def test_each_detainer_is_an_edition_that_was_in_use(prepared: dict[str, list[dict[str, Any]]]) -> None:
    for r in prepared["detainers"]:
        if r["detainer_edition"] is not None:
            assert r["detainer_edition"] in BOOK.forms[r["detainer_form"]]
            printed = BOOK.forms[r["detainer_form"]][r["detainer_edition"]]
            assert printed.in_force.start <= (r["detainer_received_hi"] + 86400) // 86400 + 719163


def test_rows_are_cases_that_the_reader_takes(prepared: dict[str, list[dict[str, Any]]]) -> None:
    """All but the contradictions, and there are few of those."""
    refused = 0
    for r in prepared["detainers"][:60] + prepared["national"][:60]:
        at = r["left_hi"] if r["left_state"] == "recorded" else r["as_of"]
        try:
            case = read_case(row_case(r, at=at, law_known_at="2026-11-22"), lawbook=BOOK, places=load_places(), today=date(2026, 11, 22))
        except ContradictionError:
            refused += 1
            continue
        assert case.agency == r["agency"] and bool(case.papers) >= (r["detainer_form"] is not None)
    assert refused <= 6


def test_exports_join_by_their_map(tmp_path: Path) -> None:
    from dueprocess.tables import load_map, prepare

    *inputs, map_ = Nation.of(BOOK, rows=300, agencies=("us/or/clackamas-county/sheriff", "us/tx/travis-county/sheriff")).export(tmp_path / "exports")
    done = prepare(inputs, out=tmp_path / "prepared", map=load_map(map_, vocabulary=BOOK.vocabulary), lawbook=BOOK, places=load_places())
    charges = duckdb.sql(f"SELECT count(*) FROM '{inputs[1]}'").fetchall()[0][0]
    logged = duckdb.sql(f"SELECT count(*) FROM '{inputs[2]}'").fetchall()[0][0]
    assert (done.stays, charges, done.rows_in) == (300, 900, 300 + 900 + logged) and logged > 0 and done.aside == 0
    made = stays(tmp_path / "prepared")
    assert {r["agency"] for r in made} == {"us/or/clackamas-county/sheriff", "us/tx/travis-county/sheriff"}
    assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path}/prepared/grounds.parquet'").fetchall()[0][0] == 900 - logged


def test_a_mode_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"\[county\] is no mode"):
        Nation.of(BOOK, rows=1, mode="county")
