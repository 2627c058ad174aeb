"""Deadlines: counted hours, excluded local days, clock changes, and ends that fall on midnight.

The examples in ``HAND`` were counted by hand (docs: the deadline clock). The oracle below walks quarter hours and knows
the holidays by the rules of 5 U.S.C. 6103, not from the shipped table.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dueprocess.clock import deadline, load_calendar, steps
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import MAX_INSTANT, MIN_INSTANT, day_start, iso, parse_instant

CHICAGO, EASTERN, PACIFIC = "America/Chicago", "America/New_York", "America/Los_Angeles"
ZONES = [CHICAGO, EASTERN, PACIFIC, "America/Denver", "America/Phoenix", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico"]
BUSINESS = ("federal_holidays", "weekends")


def end(start: str, zone_name: str = CHICAGO, hours: float | None = 48, excluding: tuple[str, ...] = BUSINESS, **more: bool) -> str:
    at = parse_instant(start, where="test")
    return iso(deadline(at, zone_name=zone_name, hours=hours, excluding=excluding, **more), zone_name)


HAND = {
    # Saturday 23:00: Saturday and Sunday out, Monday 24, Tuesday 24.
    "saturday night": ("2026-08-01T23:00:00-05:00", "2026-08-05T00:00:00-05:00"),
    # Friday 18:00 before Labor Day: 6 on Friday, the weekend and Monday out, 24 on Tuesday, 18 on Wednesday.
    "before labor day": ("2026-09-04T18:00:00-05:00", "2026-09-09T18:00:00-05:00"),
    # Thursday 12:00 before either change of the clock: 12, 24 on Friday, 12 on Monday: Monday noon by the clock.
    "before the spring change": ("2026-03-05T12:00:00-06:00", "2026-03-09T12:00:00-05:00"),
    "before the autumn change": ("2026-10-29T12:00:00-05:00", "2026-11-02T12:00:00-06:00"),
    # Sunday 00:30 on the night of the autumn change: from Monday 0:00 on.
    "autumn night": ("2026-11-01T00:30:00-05:00", "2026-11-04T00:00:00-06:00"),
    "autumn night, second 1:30": ("2026-11-01T01:30:00-06:00", "2026-11-04T00:00:00-06:00"),
    # Monday midnight to Wednesday midnight, to the second.
    "monday midnight": ("2026-08-03T00:00:00-05:00", "2026-08-05T00:00:00-05:00"),
    "one second later": ("2026-08-03T00:00:01-05:00", "2026-08-05T00:00:01-05:00"),
    # Thursday midnight: the second day ends with Friday, at Saturday 0:00, and not on Monday.
    "ends as the weekend begins": ("2026-08-06T00:00:00-05:00", "2026-08-08T00:00:00-05:00"),
    "a second into the weekend": ("2026-08-06T00:00:01-05:00", "2026-08-10T00:00:01-05:00"),
    # Saturday midnight is already Saturday.
    "saturday midnight": ("2026-08-08T00:00:00-05:00", "2026-08-12T00:00:00-05:00"),
    "sunday 23:59:59": ("2026-08-09T23:59:59-05:00", "2026-08-12T00:00:00-05:00"),
    # Thanksgiving: Wednesday 12:00: 12, Thursday out, Friday 24, weekend out, Monday 12.
    "thanksgiving": ("2026-11-25T12:00:00-06:00", "2026-11-30T12:00:00-06:00"),
    # Starts on a holiday: Christmas 2026 is a Friday; then the weekend.
    "christmas day": ("2026-12-25T10:00:00-06:00", "2026-12-30T00:00:00-06:00"),
    # The Fourth of July 2026 is a Saturday, observed on Friday the 3rd: Thursday 12:00: 12, then Monday 24, Tuesday 12.
    "observed on friday": ("2026-07-02T12:00:00-05:00", "2026-07-07T12:00:00-05:00"),
    # Juneteenth 2022 was a Sunday, observed on Monday the 20th: Friday 12:00: 12, Tuesday 24, Wednesday 12.
    "observed on monday": ("2022-06-17T12:00:00-05:00", "2022-06-22T12:00:00-05:00"),
    # Before 2021 the nineteenth of June counts: Thursday 18 June 2020 12:00: 12, Friday 24, weekend out, Monday 12.
    "before juneteenth was law": ("2020-06-18T12:00:00-05:00", "2020-06-22T12:00:00-05:00"),
    # New Year 2022 was a Saturday, observed on Friday 31 December 2021: Thursday 12:00: 12, Monday 24, Tuesday 12.
    "new year of the year before": ("2021-12-30T12:00:00-06:00", "2022-01-04T12:00:00-06:00"),
}


@pytest.mark.parametrize("name", HAND)
def test_forty_eight_hours_without_weekends_and_holidays(name: str) -> None:
    start, expected = HAND[name]
    assert end(start) == expected


def test_hours_that_count_every_day_are_elapsed_hours() -> None:
    """A change of the clock neither gives nor takes time: two days later it is an hour later, or earlier, by the clock."""
    assert end("2026-03-07T12:00:00-06:00", excluding=()) == "2026-03-09T13:00:00-05:00"
    assert end("2026-10-31T12:00:00-05:00", excluding=()) == "2026-11-02T11:00:00-06:00"
    assert end("2026-03-07T12:00:00-07:00", "America/Phoenix", excluding=()) == "2026-03-09T12:00:00-07:00"
    assert end("2026-10-31T12:00:00-05:00", hours=72, excluding=()) == "2026-11-03T11:00:00-06:00"
    assert end("2026-08-03T00:00:00-05:00", hours=0.5, excluding=()) == "2026-08-03T00:30:00-05:00"


def test_a_limit_that_counts_sundays_through_a_change() -> None:
    """Only holidays out. Saturday 7 March 2026 12:00: 12 hours, Sunday has 23, so 13 are left for Monday."""
    assert end("2026-03-07T12:00:00-06:00", excluding=("federal_holidays",)) == "2026-03-09T13:00:00-05:00"
    assert end("2026-10-31T12:00:00-05:00", excluding=("federal_holidays",)) == "2026-11-02T11:00:00-06:00"


def test_weekends_only() -> None:
    assert end("2026-09-04T18:00:00-05:00", excluding=("weekends",)) == "2026-09-08T18:00:00-05:00"


def test_the_local_day_is_the_facilitys() -> None:
    """The same instant, Sunday 23:00 in Los Angeles and Monday 2:00 in New York."""
    assert end("2026-08-02T23:00:00-07:00", PACIFIC) == "2026-08-05T00:00:00-07:00"
    assert end("2026-08-02T23:00:00-07:00", EASTERN) == "2026-08-05T02:00:00-04:00"


def test_to_the_end_of_the_day() -> None:
    for start, expected in {
        "2026-08-03T00:00:00-05:00": "2026-08-04T00:00:00-05:00",
        "2026-08-03T23:59:59-05:00": "2026-08-04T00:00:00-05:00",
        "2026-08-08T12:00:00-05:00": "2026-08-09T00:00:00-05:00",
        "2026-03-08T01:00:00-06:00": "2026-03-09T00:00:00-05:00",
        "2026-11-01T01:30:00-06:00": "2026-11-02T00:00:00-06:00",
    }.items():
        assert end(start, hours=None, excluding=(), until_end_of_day=True) == expected


def test_steps_of_labor_day() -> None:
    found = steps(parse_instant("2026-09-04T18:00:00-05:00", where="t"), zone_name=CHICAGO, hours=48, excluding=BUSINESS)
    told = [(iso(s.until, CHICAGO), s.counted // 3600, s.excluded) for s in found]
    assert told == [
        ("2026-09-05T00:00:00-05:00", 6, None),
        ("2026-09-06T00:00:00-05:00", 0, "Saturday"),
        ("2026-09-07T00:00:00-05:00", 0, "Sunday"),
        ("2026-09-08T00:00:00-05:00", 0, "Labor Day"),
        ("2026-09-09T00:00:00-05:00", 24, None),
        ("2026-09-09T18:00:00-05:00", 18, None),
    ]


def test_no_end_without_a_start() -> None:
    for start in (MIN_INSTANT, MAX_INSTANT):
        assert deadline(start, zone_name=CHICAGO, hours=48, excluding=BUSINESS) == start
        assert deadline(start, zone_name=CHICAGO, hours=None, until_end_of_day=True) == start


def test_beyond_the_table_of_holidays_is_an_error() -> None:
    calendar = load_calendar()
    last = date.fromordinal(calendar.last)
    inside = day_start(CHICAGO, last - timedelta(days=10))
    assert deadline(inside, zone_name=CHICAGO, hours=48, excluding=BUSINESS) > inside
    for day in (last + timedelta(days=1), date.fromordinal(calendar.first) - timedelta(days=3)):
        with pytest.raises(InputError, match="holiday table"):
            deadline(day_start(CHICAGO, day), zone_name=CHICAGO, hours=48, excluding=BUSINESS)
    # A limit that excludes no holidays needs no table.
    assert deadline(day_start(CHICAGO, date(2100, 1, 1)), zone_name=CHICAGO, hours=48, excluding=("weekends",))
    assert deadline(day_start(CHICAGO, date(2100, 1, 1)), zone_name=CHICAGO, hours=48)


def test_the_first_and_the_last_day_of_the_table_are_in_it() -> None:
    calendar = load_calendar()
    for day in (calendar.first, calendar.last):
        assert calendar.excluded(day, ("federal_holidays",)) == calendar.holidays.get(day)
    for day in (calendar.first - 1, calendar.last + 1):
        with pytest.raises(InputError, match="holiday table"):
            calendar.excluded(day, ("federal_holidays",))


def test_a_limit_of_no_end_is_refused() -> None:
    with pytest.raises(InputError, match="does not end"):
        steps(day_start(CHICAGO, date(2026, 8, 3)), zone_name=CHICAGO, hours=24 * 3000, excluding=("weekends",))


# -- the oracle ----------------------------------------------------------------------------------------


@cache
def holidays(year: int) -> frozenset[date]:
    """The days of 5 U.S.C. 6103(a), with the days on which they are observed."""

    def nth(month: int, weekday: int, n: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))

    last_monday = max(d for d in (date(year, 5, 25) + timedelta(days=i) for i in range(7)) if d.weekday() == 0)
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25), date(year + 1, 1, 1)]
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    moved = [d + timedelta(days={5: -1, 6: 1}.get(d.weekday(), 0)) for d in fixed]
    floating = [nth(1, 0, 3), nth(2, 0, 3), last_monday, nth(9, 0, 1), nth(10, 0, 2), nth(11, 3, 4)]
    return frozenset([*fixed, *moved, *floating])


def walked(start: int, zone_name: str, quarters: int) -> int:
    """Count quarter hours one by one; no zone here changes its clock within one."""
    at = start
    while quarters:
        day = datetime.fromtimestamp(at, ZoneInfo(zone_name)).date()
        if day.weekday() < 5 and day not in holidays(day.year):
            quarters -= 1
        at += 900
    return at


QUARTERS = st.integers(int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) // 900, int(datetime(2038, 1, 1, tzinfo=UTC).timestamp()) // 900)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(QUARTERS, st.sampled_from(ZONES), st.integers(1, 4 * 96))
def test_against_a_walk_over_quarter_hours(quarter: int, zone_name: str, quarters: int) -> None:
    assert deadline(quarter * 900, zone_name=zone_name, hours=quarters / 4, excluding=BUSINESS) == walked(quarter * 900, zone_name, quarters)


@pytest.mark.parametrize("year", [2004, 2021, 2026])
def test_against_a_walk_around_every_day_of_a_year(year: int) -> None:
    """Each local midnight, and a quarter hour on both sides of it."""
    for offset in range(366):
        base = day_start(CHICAGO, date(year, 1, 1) + timedelta(days=offset))
        for at in (base - 900, base, base + 900):
            assert deadline(at, zone_name=CHICAGO, hours=48, excluding=BUSINESS) == walked(at, CHICAGO, 192), iso(at, CHICAGO)


INSTANTS = st.integers(int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2038, 1, 1, tzinfo=UTC).timestamp()))
EXCLUDING = st.sampled_from([(), ("weekends",), ("federal_holidays",), BUSINESS])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(INSTANTS, st.sampled_from(ZONES), st.integers(1, 120), EXCLUDING)
def test_the_steps_are_one_whole(start: int, zone_name: str, hours: int, excluding: tuple[str, ...]) -> None:
    found = steps(start, zone_name=zone_name, hours=hours, excluding=excluding)
    assert found[0].start == start and found[-1].until == deadline(start, zone_name=zone_name, hours=hours, excluding=excluding)
    assert all(a.until == b.start for a, b in pairwise(found)) and all(s.start < s.until for s in found)
    assert sum(s.counted for s in found) == hours * 3600
    assert all(s.counted == (0 if s.excluded else s.until - s.start) for s in found)
    assert found[-1].excluded is None, "a limit ends on a day that counts"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(INSTANTS, st.integers(0, 400_000), st.sampled_from(ZONES), st.integers(1, 96), EXCLUDING)
def test_a_later_start_never_ends_earlier(start: int, later: int, zone_name: str, hours: int, excluding: tuple[str, ...]) -> None:
    first = deadline(start, zone_name=zone_name, hours=hours, excluding=excluding)
    assert first <= deadline(start + later, zone_name=zone_name, hours=hours, excluding=excluding)
    assert first <= deadline(start, zone_name=zone_name, hours=hours + 1, excluding=excluding)
    assert first >= start + hours * 3600


def test_the_calendar_knows_the_weekday() -> None:
    calendar = load_calendar()
    for ordinal in range(date(2026, 1, 1).toordinal(), date(2026, 12, 31).toordinal()):
        day = date.fromordinal(ordinal)
        told = calendar.excluded(ordinal, ("weekends",))
        assert told == {5: "Saturday", 6: "Sunday"}.get(day.weekday())
        both = calendar.excluded(ordinal, BUSINESS)
        assert (both is not None) == (day.weekday() >= 5 or day in holidays(2026)), day
        assert calendar.excluded(ordinal, ()) is None
