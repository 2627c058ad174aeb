"""Agreement: "all evaluators give the same outcome, deadline, class, hours and deciding norm."

``decide`` (one case, Python) against ``batch`` (many rows, SQL in DuckDB) on made-up stays of the same seeds in every
run: the moment, the outcome, when release was due, until when a hold lasts, all hours in seconds, the class, the
deciding norm. ``make test`` asks about 12 stays under each of the 151 different bodies of law of the shipped
lawbook, 12 more under every third with the law known then, and 2 × 1,500 under made-up law, 5,424 in all; ``make soak`` asks about 106,000 others.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import islice

import pytest
from batch_common import asked_at, assert_agree, counties, of_batch, shipped, with_statements

from dueprocess.batch import Options
from dueprocess.testing import (
    AGENCIES,
    TODAY,
    CaseDocument,
    LawDocument,
    Scene,
    Seeded,
    lawbook_from,
    random_case,
    random_law,
    scene,
)
from dueprocess.testing.county import county_stays

CLASSES = {"certain", "possible", "no", "unknown", "contradiction"}


def shipped_cases(first: int, count: int, every: int = 1) -> list[CaseDocument]:
    """Stays number ``first`` and on at each of the counties, or each third of them, say, around the days on which the law there changes."""
    found = []
    for agency in counties()[::every]:
        source = Seeded(f"statements {agency} {first}")
        stays = islice(county_stays(agency, [shipped()], count=first + count, today=TODAY), first, None)
        found += [with_statements(source, case) if source.chance(0.4) else case for _, case in stays]
    return found


def made_up(seed: str, count: int) -> tuple[list[LawDocument], list[CaseDocument], date]:
    """Law around one scene; stays there, one in ten of them at another jail; a day on which the law is known."""
    source = Seeded(seed)
    where = scene(source)
    law = random_law(source, where, size=source.choice((10, 5)), agreements=True, four_tests=source.chance(0.9))
    cases = []
    for _ in range(count):
        there = Scene(source.choice(AGENCIES), where.base) if source.chance(0.1) else where
        case = random_case(source, there, rate=source.choice((0.15, 0.3)))
        cases.append(with_statements(source, case) if source.chance(0.4) else case)
    return law, cases, where.base + timedelta(days=source.choice((3000, 3, 0, 400)))


def check_shipped(first: int, count: int, *, inline: bool, known: date | None, every: int = 1) -> Counter[str]:
    return assert_agree(shipped_cases(first, count, every), shipped(), known=known, inline=inline)


def check_made_up(seed: str, count: int, *, inline: bool, then: bool) -> Counter[str]:
    law, cases, known = made_up(seed, count)
    return assert_agree(cases, lawbook_from(law), known=None if then else known, inline=inline, law=law)


@pytest.mark.parametrize(("inline", "known"), [(True, TODAY), (False, None)], ids=["inline-known-today", "side-known-then"])
def test_under_the_shipped_law(inline: bool, known: date | None) -> None:
    assert len(counties()) > 140
    classes = check_shipped(0, 12, inline=inline, known=known, every=1 if known else 3)
    assert set(classes) == CLASSES, classes  # nothing is compared only with itself


@pytest.mark.parametrize(("seed", "inline", "then"), [(0, True, True), (1, False, False)])
def test_under_made_up_law(seed: int, inline: bool, then: bool) -> None:
    classes = check_made_up(f"law {seed}", 1500, inline=inline, then=then)
    assert {"no", "unknown", "contradiction"} < set(classes), classes


def check_alone(seed: str, count: int, *, inline: bool, then: bool) -> int:
    """Outcomes asked alone against those of the whole answers; how many were compared."""
    law, cases, known = made_up(seed, count)
    asked = [asked_at(case, None if then else known) for case in cases]
    whole, alone = (of_batch(asked, lawbook_from(law), known=None if then else known, inline=inline, options=Options(threads=1, timeline=t)) for t in (True, False))
    told = [(a, b) for a, b in zip(whole, alone, strict=True) if a["class"] != "contradiction"]
    for column in ("row", "at", "outcome", "due_lo", "due_hi", "deciding_norm"):
        assert [b[column] for _, b in told] == [a[column] for a, _ in told], column
    assert [b["class"] for a, b in zip(whole, alone, strict=True) if a["class"] == "contradiction"] == ["contradiction"] * (len(cases) - len(told))
    return len(told)


def test_outcomes_asked_alone() -> None:
    assert check_alone("law 2", 600, inline=True, then=False) > 300


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(12))
def test_outcomes_asked_alone_at_length(seed: int) -> None:
    check_alone(f"alone {seed}", 1400, inline=seed % 2 == 0, then=seed % 3 == 0)


@pytest.mark.soak
@pytest.mark.parametrize("chunk", range(8))
def test_under_the_shipped_law_at_length(chunk: int) -> None:
    check_shipped(100 + 60 * chunk, 60, inline=chunk % 2 == 0, known=(TODAY, TODAY, None, date(2019, 7, 1))[chunk // 2])


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(24))
def test_under_made_up_law_at_length(seed: int) -> None:
    check_made_up(f"more law {seed}", 1400, inline=seed % 2 == 0, then=seed % 3 == 0)
