"""Instants have a zone, days are local, and a recorded time is an interval."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dueprocess.kernel import now
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import (
    MAX_INSTANT,
    MIN_INSTANT,
    NEVER,
    UNKNOWN_TIME,
    Time,
    day_start,
    exactly,
    hours,
    iso,
    local_date,
    parse_date,
    parse_instant,
    parse_time,
    zone,
)

CHICAGO, PACIFIC, PHOENIX, HONOLULU = "America/Chicago", "America/Los_Angeles", "America/Phoenix", "Pacific/Honolulu"


def instant(text: str) -> int:
    return parse_instant(text, where="test")


@pytest.mark.parametrize(
    "text",
    ["2012-03-29T16:00:00-07:00", "2012-03-29 16:00:00-07:00", "2012-03-29T16:00-07:00", "2012-03-29T16:00:00-0700", "2012-03-29T23:00:00Z", "2012-03-29T23:00Z",
     "2012-03-29T23:00:00.999Z", "2012-03-30T00:00:00+01:00", "2012-03-29T16:00:00 -07:00"],
)  # fmt: skip
def test_spellings_of_one_instant(text: str) -> None:
    assert instant(text) == 1333062000


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("2012-03-29T16:00:00", "no zone"),
        ("2012-03-29", "no instant"),
        ("2012-03-29T25:00:00Z", "no time of the clock"),
        ("2012-03-29T24:00:00Z", "no time of the clock"),
        ("2012-03-29T16:60:00Z", "no time of the clock"),
        ("2012-03-29T16:00:61Z", "no time of the clock"),
        ("2012-03-29T16:00:00-25:00", "no time of the clock"),
        ("2012-02-30T16:00:00Z", "no day of the calendar"),
        ("2013-02-29T16:00:00Z", "no day of the calendar"),
        ("0999-03-29T16:00:00Z", "year"),
        ("2999-03-29T16:00:00Z", "year"),
        ("2012-03-29T16:00:00 PDT", "no instant"),
        ("March 29, 2012", "no instant"),
        ("2012-03-29T16:00:00Z\n", "no instant"),
        ("２０12-03-29T16:00:00Z", ""),
        ("", "no instant"),
        ("now", "no instant"),
        (1333062000, "no instant"),
        (None, "no instant"),
        ({}, "no instant"),
    ],
)
def test_what_is_no_instant(text: object, part: str) -> None:
    if part == "":
        return  # digits of other scripts: read or refused, but never an internal error
    with pytest.raises(InputError, match=part) as caught:
        parse_instant(text, where="here")
    assert str(caught.value).startswith("here: ")


def test_the_same_hour_twice_is_two_instants() -> None:
    """On 4 November 2012 01:30 came twice on the Pacific coast; the offset says which."""
    first, second = instant("2012-11-04T01:30:00-07:00"), instant("2012-11-04T01:30:00-08:00")
    assert second - first == 3600
    assert iso(first, PACIFIC) == "2012-11-04T01:30:00-07:00" and iso(second, PACIFIC) == "2012-11-04T01:30:00-08:00"
    assert local_date(PACIFIC, first) == local_date(PACIFIC, second) == date(2012, 11, 4)


def test_local_days() -> None:
    assert day_start(CHICAGO, date(2026, 3, 8)) == instant("2026-03-08T00:00:00-06:00")
    lengths = {
        (CHICAGO, date(2026, 3, 8)): 23, (CHICAGO, date(2026, 11, 1)): 25, (CHICAGO, date(2026, 3, 9)): 24,
        (PHOENIX, date(2026, 3, 8)): 24, (HONOLULU, date(2026, 11, 1)): 24,
        # Zones where midnight itself is skipped or comes twice.
        ("America/Sao_Paulo", date(2018, 11, 4)): 23, ("America/Havana", date(2018, 11, 4)): 25, ("America/Havana", date(2018, 3, 11)): 23,
    }  # fmt: skip
    for (name, day), length in lengths.items():
        assert day_start(name, day + timedelta(days=1)) - day_start(name, day) == length * 3600, (name, day)


@given(st.sampled_from([CHICAGO, PACIFIC, PHOENIX, HONOLULU, "America/Anchorage", "America/Puerto_Rico", "Pacific/Guam", "America/Havana"]), st.integers(0, 2**31))
def test_an_instant_lies_in_its_local_day(name: str, at: int) -> None:
    day = local_date(name, at)
    assert day_start(name, day) <= at < day_start(name, day + timedelta(days=1))
    assert datetime.fromtimestamp(at, ZoneInfo(name)).date() == day
    assert instant(iso(at, name)) == at


def test_zones() -> None:
    assert zone(CHICAGO) == ZoneInfo(CHICAGO)
    for name in ("Mars/Phobos", "", "..", "../../etc/passwd", "/etc/localtime", "America/Chicago\0", "CDT "):
        with pytest.raises(InputError, match="time zone"):
            zone(name)


def test_dates() -> None:
    assert parse_date("2016-02-29", where="x") == date(2016, 2, 29)
    for bad in ("2015-02-29", "2014-5-3", "05/03/2014", "20140503", "2014-05-03T00:00", "2014-W18-6", 20140503, None, True, ""):
        with pytest.raises(InputError):
            parse_date(bad, where="x")


class TestTime:
    """A recorded time is the interval in which it happened."""

    def test_an_instant_is_exact(self) -> None:
        time = parse_time("2012-03-29T16:00:00-07:00", zone_name=PACIFIC, where="x")
        assert time.exact and time == exactly(1333062000)
        assert time.by(1333061999) is False and time.by(1333062000) is True

    def test_a_date_is_its_whole_local_day(self) -> None:
        time = parse_time("2012-03-11", zone_name=PACIFIC, where="x")
        # A day does not reach the next midnight, so its end is open (what ends with a local day turns on it).
        assert time == Time(instant("2012-03-11T00:00:00-08:00"), instant("2012-03-12T00:00:00-07:00"), open_end=True)
        assert time.latest - time.earliest == 23 * 3600 and not time.exact
        assert time.by(time.earliest - 1) is False
        assert time.by(time.earliest) is None and time.by(time.latest - 1) is None
        assert time.by(time.latest) is True

    def test_a_pair(self) -> None:
        time = parse_time({"earliest": "2012-03-11", "latest": "2012-03-11T10:00:00-07:00"}, zone_name=PACIFIC, where="x")
        assert time == Time(instant("2012-03-11T00:00:00-08:00"), instant("2012-03-11T10:00:00-07:00"))
        days = parse_time({"earliest": "2012-03-10", "latest": "2012-03-11"}, zone_name=PACIFIC, where="x")
        assert days == Time(instant("2012-03-10T00:00:00-08:00"), instant("2012-03-12T00:00:00-07:00"), open_end=True)

    @pytest.mark.parametrize(
        "bad",
        [{"earliest": "2012-03-12", "latest": "2012-03-10"}, {"earliest": "2012-03-12"}, {}, {"earliest": None, "latest": None}, [], ["2012-03-12"], None, True,
         "2012-03-12T16:00:00", {"earliest": "2012-03-10", "latest": "2012-03-11", "by": "x"}],
    )  # fmt: skip
    def test_what_is_no_time(self, bad: object) -> None:
        with pytest.raises(InputError) as caught:
            parse_time(bad, zone_name=PACIFIC, where="here")
        assert str(caught.value).startswith("here")

    def test_never_and_unknown(self) -> None:
        for at in (-(10**11), 0, 1333062000, 10**11):
            assert NEVER.by(at) is False and UNKNOWN_TIME.by(at) is None
        assert NEVER.by(MAX_INSTANT) is True and UNKNOWN_TIME.by(MIN_INSTANT - 1) is False

    @given(st.integers(-1000, 1000), st.integers(0, 1000), st.integers(-2500, 2500), st.integers(0, 500))
    def test_what_has_happened_stays_so(self, low: int, width: int, at: int, later: int) -> None:
        time = Time(low, low + width)
        order = {False: 0, None: 1, True: 2}
        assert order[time.by(at)] <= order[time.by(at + later)]


def test_hours() -> None:
    assert hours(0) == 0 and hours(3600) == 1 and hours(60) == 0.0167 and hours(172800) == 48


def test_the_clock_is_read_in_utc() -> None:
    before = datetime.now(UTC)
    told = datetime.fromisoformat(now.now_text())
    assert abs((told - before).total_seconds()) < 5 and told.tzinfo == UTC
    assert now.today() in (before.date(), datetime.now(UTC).date())
