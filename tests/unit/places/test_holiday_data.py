"""The holiday table against 5 U.S.C. 6103, worked out here day by day."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta

import pytest

from dueprocess.kernel.files import data_dir

FOLDER = data_dir("calendars")
with (FOLDER / "federal-holidays.csv").open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))
with (FOLDER / "federal-holidays.meta.csv").open(encoding="utf-8", newline="") as _file:
    META = next(csv.DictReader(_file))
FIRST, LAST = date.fromisoformat(META["verified_from"]), date.fromisoformat(META["verified_until"])


def is_statutory(day: date) -> bool:
    """Whether a day is one of 6103(a), by its place in its month."""
    nth, monday = (day.day + 6) // 7, day.weekday() == 0
    fixed = {(1, 1), (7, 4), (11, 11), (12, 25)} | ({(6, 19)} if day.year >= 2021 else set())
    return (
        (day.month, day.day) in fixed
        or (monday and (day.month, nth) in {(1, 3), (2, 3), (9, 1), (10, 2)})
        or (monday and day.month == 5 and day.day > 24)
        or (day.weekday() == 3 and (day.month, nth) == (11, 4))
    )


def test_the_statutory_days_are_all_there_and_no_others() -> None:
    table = {date.fromisoformat(r["date"]) for r in ROWS if r["kind"] == "statutory"}
    days = (FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1))
    assert table == {day for day in days if is_statutory(day)}


def test_each_weekend_holiday_has_its_observed_day() -> None:
    observed = {r["observed_for"]: date.fromisoformat(r["date"]) for r in ROWS if r["kind"] == "observed"}
    expected = {}
    for n in range((LAST - FIRST).days + 2):
        day = FIRST + timedelta(n)
        if is_statutory(day) and day.weekday() >= 5:
            expected[day.isoformat()] = day + timedelta(days=-1 if day.weekday() == 5 else 1)
    assert observed == {k: v for k, v in expected.items() if v <= LAST}
    assert all(day.weekday() in (0, 4) for day in observed.values())


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("1997-01-20", "statutory"),
        ("2010-10-11", "statutory"),
        ("2010-12-31", "observed"),
        ("2021-06-18", "observed"),
        ("2021-06-19", "statutory"),
        ("2021-07-05", "observed"),
        ("2026-11-26", "statutory"),
        ("2027-12-31", "observed"),
    ],
)
def test_days_that_cases_may_turn_on(day: str, kind: str) -> None:
    assert [r["kind"] for r in ROWS if r["date"] == day] == [kind]


@pytest.mark.parametrize(
    "day", ["2020-06-19", "2021-01-20", "2018-12-05", "2019-12-24", "2024-12-24", "2026-11-27"]
)
def test_days_that_are_no_legal_holidays(day: str) -> None:
    assert not [r for r in ROWS if r["date"] == day]


def test_the_table_is_canonical() -> None:
    assert date(1997, 1, 1) == FIRST
    assert date(2040, 12, 31) == LAST
    dates = [r["date"] for r in ROWS]
    assert dates == sorted(set(dates))
    assert b"\r" not in (FOLDER / "federal-holidays.csv").read_bytes()
    by_year: dict[str, int] = defaultdict(int)
    for row in ROWS:
        assert row["kind"] in {"statutory", "observed"}
        assert (row["kind"] == "observed") == bool(row["observed_for"]) == row["name"].endswith(" (observed)")
        by_year[row["date"][:4]] += row["kind"] == "statutory"
    assert set(by_year.values()) == {10, 11}
