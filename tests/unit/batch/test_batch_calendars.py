"""The calendars as tables against the clock that walks day by day: every limit's end, to the second."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise

import pytest

from dueprocess.batch.calendars import DAY_COLUMNS, WINDOW, ZONE_WINDOWS, Calendars, calendars
from dueprocess.clock import deadline, load_calendar
from dueprocess.kernel.instants import MAX_INSTANT, local_date, midnight
from dueprocess.testing import Seeded

ZONES = ("America/Los_Angeles", "America/Phoenix", "America/Anchorage", "America/New_York", "America/Puerto_Rico", "Pacific/Honolulu")
EXCLUDING = (("federal_holidays", "weekends"), ("weekends",), ("federal_holidays",))
FIRST, LAST = date(2005, 1, 1), date(2027, 12, 31)
SPLIT = len(DAY_COLUMNS) + 2 * len(EXCLUDING)


@cache
def built() -> tuple[Calendars, list[list[tuple[int, ...]]], dict[int, tuple[int, ...]], list[dict[int, tuple[int, ...]]]]:
    """(calendars, days of each zone, windows by number, windows of counted seconds by number)."""
    made = calendars(ZONES, EXCLUDING, first=FIRST.toordinal(), last=LAST.toordinal())
    days = made.days(lambda day: 0, lambda day: 0)
    counted = [{row[0]: row for row in made.counted(days, i)} for i in range(len(made.excluding))]
    return made, days, {row[0]: row for row in made.windows(days)}, counted


def looked_up(at: int, zone_name: str, hours: float, excluding: tuple[str, ...]) -> int:
    """The end of a limit by two look-ups, as the query makes them."""
    made, _, windows, counted = built()
    zone, calendar = made.zone_number(zone_name), made.name(excluding)
    _, split, *both = windows[zone * ZONE_WINDOWS + (at - made.origin) // WINDOW]
    day = dict(zip(made.day_columns(), both[:SPLIT] if at < split else both[SPLIT:], strict=True))
    assert day["day_start"] <= at < day["day_end"]
    count = day[f"before_{calendar}"] + (at - day["day_start"]) * day[f"counts_{calendar}"] + round(3600 * hours)
    _, split, before, after = counted[calendar][zone * ZONE_WINDOWS + (count - 1) // WINDOW]
    return count + (before if count - 1 < split else after)


def instants(source: Seeded, count: int) -> list[tuple[int, str]]:
    """Instants in all zones; a third of them at a midnight, beside one, or on a night on which the clocks change."""
    found = []
    for _ in range(count):
        zone_name = source.choice(ZONES)
        day = source.integer(FIRST.toordinal(), LAST.toordinal())
        at = midnight(zone_name, day)
        if source.chance(0.2):
            changes = _changes(zone_name)
            at = source.choice(changes) if changes else at
            at += 1800 * source.integer(0, 10)
        elif source.chance(0.8):
            at += source.integer(0, 86399)
        found.append((at + source.choice((0, 0, -1, 1)), zone_name))
    return found


@cache
def _changes(zone_name: str) -> list[int]:
    """The midnights of the days that have 23 or 25 hours."""
    starts = [midnight(zone_name, day) for day in range(FIRST.toordinal(), LAST.toordinal())]
    return [a for a, b in pairwise(starts) if b - a != 86400]


def check(seed: str, count: int) -> None:
    source = Seeded(seed)
    for at, zone_name in instants(source, count):
        hours, excluding = source.choice((48, 48, 24, 72, 0.5, 6, 1, 100.25)), source.choice(EXCLUDING)
        told = looked_up(at, zone_name, hours, excluding)
        assert told == deadline(at, zone_name=zone_name, hours=hours, excluding=excluding), (at, zone_name, hours, excluding)


@pytest.mark.parametrize("part", range(4))
def test_two_look_ups_find_the_end_that_the_walk_finds(part: int) -> None:
    check(f"limits {part}", 50_000)


def test_a_window_holds_at_most_one_midnight() -> None:
    """Even of the shortest days."""
    _, days, _, _ = built()
    shortest = min(row[4] - row[3] for rows in days for row in rows)
    assert shortest == WINDOW == 23 * 3600, "a day of 23 hours is among them"
    assert max(row[4] - row[3] for rows in days for row in rows) == 25 * 3600


def test_days_follow_one_another_and_count_what_lies_before() -> None:
    made, days, _, _ = built()
    for zone_name, rows in zip(made.zones, days, strict=True):
        for one, other in pairwise(rows):
            before, after = dict(zip(made.day_columns(), one, strict=True)), dict(zip(made.day_columns(), other, strict=True))
            assert before["day_end"] == after["day_start"] == midnight(zone_name, after["day"])
            assert local_date(zone_name, before["day_start"]) == date.fromordinal(before["day"])
            for i in range(len(made.excluding)):
                counted = (before["day_end"] - before["day_start"]) * before[f"counts_{i}"]
                assert after[f"before_{i}"] == before[f"before_{i}"] + counted


def test_beyond_the_verified_holidays_nothing_is_counted() -> None:
    calendar = load_calendar()
    made = calendars(["America/New_York"], EXCLUDING, first=calendar.first - 10, last=calendar.last + 10)
    (rows,) = made.days(lambda day: 0, lambda day: 0)
    for row in rows:
        day = dict(zip(made.day_columns(), row, strict=True))
        for i, excluding in enumerate(made.excluding):
            known = "federal_holidays" not in excluding or calendar.first <= day["day"] <= calendar.last
            assert (day[f"counts_{i}"] is not None) == (day[f"before_{i}"] is not None) == known, (row, excluding)


def test_windows_without_a_midnight_split_nowhere() -> None:
    _, _, windows, _ = built()
    splits = [w[1] for w in windows.values()]
    assert any(s == MAX_INSTANT for s in splits) and any(s < MAX_INSTANT for s in splits)
