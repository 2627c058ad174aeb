"""The calendars as tables against the clock that walks day by day: every limit's end, to the second."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from dueprocess.batch.calendars import DAY_COLUMNS, UNVERIFIED, WINDOW, Calendars, calendars
from dueprocess.clock import deadline, load_calendar
from dueprocess.kernel.instants import MAX_INSTANT, local_date, midnight
from dueprocess.testing import Seeded

ZONES = ("America/Los_Angeles", "America/Phoenix", "America/Anchorage", "America/New_York", "America/Puerto_Rico", "Pacific/Honolulu")
# The last has single days that a file of law adds: a Wednesday, and one that is a Sunday anyway.
EXCLUDING = (("federal_holidays", "weekends"), ("weekends",), ("federal_holidays",), ("2018-12-05|us/made-up|Made-up closing", "2019-03-03|us/made-up|Made-up closing", "federal_holidays", "weekends"))
FIRST, LAST = date(2005, 1, 1), date(2027, 12, 31)
SPLIT = len(DAY_COLUMNS) + 2 * len(EXCLUDING)


HOURS = (48, 24, 72, 0.5, 6, 1, 100.25)


@cache
def built() -> tuple[Calendars, list[NDArray[np.int64]], dict[int, tuple[int, ...]]]:
    """(calendars, days of each zone, windows by number with their place among all)."""
    made = calendars(ZONES, EXCLUDING, first=FIRST.toordinal(), last=LAST.toordinal())
    days = made.days(lambda day: 0, lambda day: 0)
    flat = np.concatenate(days).tolist()
    windows = zip(*(values.tolist() for values in made.splits(days)), strict=True)
    return made, days, {number: (place, split, *flat[a], *flat[b]) for place, (number, split, a, b) in enumerate(windows)}


@cache
def ends(hours: float, calendar: int) -> list[tuple[int, ...]]:
    made, days, _ = built()
    return ends_of(made, days, calendar, round(3600 * hours))


def ends_of(made: Calendars, days: list[NDArray[np.int64]], calendar: int, seconds: int) -> list[tuple[int, ...]]:
    return list(zip(*(values.tolist() for values in made.ends(days, calendar, seconds)), strict=True))


def looked_up(at: int, zone_name: str, hours: float, excluding: tuple[str, ...]) -> int:
    """The end of a limit by one look-up, as the query makes it."""
    made, _, windows = built()
    zone, calendar = made.zone_number(zone_name), made.name(excluding)
    place, split, *both = windows[zone * made.zone_windows + (at - made.origin) // WINDOW]
    day = dict(zip(made.day_columns(), both[:SPLIT] if at < split else both[SPLIT:], strict=True))
    assert day["day_start"] <= at < day["day_end"]
    first, second, *shifts = ends(hours, calendar)[place]
    return at * day[f"counts_{calendar}"] + shifts[0 if at < first else 1 if at < second else 2]


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
        hours, excluding = source.choice((48, *HOURS)), source.choice(EXCLUDING)
        told = looked_up(at, zone_name, hours, excluding)
        assert told == deadline(at, zone_name=zone_name, hours=hours, excluding=excluding), (at, zone_name, hours, excluding)


@pytest.mark.parametrize("part", range(4))
def test_one_look_up_finds_the_end_that_the_walk_finds(part: int) -> None:
    check(f"limits {part}", 50_000)


def test_a_window_holds_at_most_one_midnight() -> None:
    """Even of the shortest days."""
    _, days, _ = built()
    shortest = min(row[4] - row[3] for rows in days for row in rows)
    assert shortest == WINDOW == 23 * 3600, "a day of 23 hours is among them"
    assert max(row[4] - row[3] for rows in days for row in rows) == 25 * 3600


def test_days_follow_one_another_and_count_what_lies_before() -> None:
    made, days, _ = built()
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
            assert (day[f"counts_{i}"] != UNVERIFIED) == (day[f"before_{i}"] != UNVERIFIED) == known, (row, excluding)


def test_ends_beyond_the_verified_holidays_are_unknown() -> None:
    calendar = load_calendar()
    made = calendars(["America/New_York"], (("federal_holidays",),), first=calendar.last - 30, last=calendar.last + 10)
    days = made.days(lambda day: 0, lambda day: 0)
    last = midnight("America/New_York", calendar.last + 1)
    places = {number: place for place, number in enumerate(made.splits(days)[0].tolist())}
    found = ends_of(made, days, 0, 48 * 3600)
    for at in (last - 48 * 3600 - 1, last - 48 * 3600, last - 48 * 3600 + 1, last - 1, last):
        first, second, *shifts = found[places[(at - made.origin) // WINDOW]]
        shift = shifts[0 if at < first else 1 if at < second else 2]
        assert (shift != UNVERIFIED) == (at <= last - 48 * 3600), at - last


def test_zones_with_the_same_days_are_one() -> None:
    made = calendars(["America/Detroit", "America/New_York", "America/Phoenix", "America/Denver"], EXCLUDING, first=FIRST.toordinal(), last=LAST.toordinal())
    numbers = [made.zone_number(z) for z in ("America/Denver", "America/Detroit", "America/New_York", "America/Phoenix")]
    assert numbers == [0, 1, 1, 2] and len(made.days(lambda day: 0, lambda day: 0)) == 3
    apart = calendars(["America/Detroit", "America/New_York"], (), first=date(1970, 1, 1).toordinal(), last=date(1980, 1, 1).toordinal())
    assert [apart.zone_number(z) for z in apart.zones] == [0, 1], "Detroit kept standard time in the summers of 1970 to 1972"


def test_windows_without_a_midnight_split_nowhere() -> None:
    _, _, windows = built()
    splits = [w[1] for w in windows.values()]
    assert any(s == MAX_INSTANT for s in splits) and any(s < MAX_INSTANT for s in splits)
