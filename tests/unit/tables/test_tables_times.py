"""Times as people write them: each form, each defect, and the engine's way against the one that reads text by text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables_common import ZONE

from dueprocess.kernel.instants import NEVER, day_start, parse_instant, parse_time
from dueprocess.kernel.instants import zone as zone_of
from dueprocess.tables import timing, zoneclock
from dueprocess.tables.cells import prepare_macros
from dueprocess.tables.engine import Engine, engine
from dueprocess.tables.moments import Read, read_time
from dueprocess.tables.timing import TimeColumn, with_times

AT = parse_instant("2014-05-03T14:05:00-07:00", where="")
DAY = day_start(ZONE, date(2014, 5, 3)), day_start(ZONE, date(2014, 5, 4))


@pytest.mark.parametrize(
    "text",
    [
        "2014-05-03T14:05:00-07:00", "2014-05-03T21:05:00Z", "2014-05-03 14:05", "2014-05-03T14:05:00", "2014-05-03 21:05:00+00", "5/3/2014 14:05", "05/03/14 1405",
        "5/3/14 2:05 PM", "05-03-2014 14:05:00", "3-MAY-14 14:05", "3 May 2014 14:05", "May 3, 2014 2:05 pm", "20140503 14:05", "41762.586805555555", "41762 1405", "5/3/2014 2:05:00 p.m.",
    ],
)  # fmt: skip
def test_ways_to_write_an_instant(text: str) -> None:
    assert read_time(text, ZONE) == Read(AT, AT)


@pytest.mark.parametrize("text", ["2014-05-03", "5/3/14", "05/03/2014", "41762", "3-May-2014", "May 3 2014", "20140503"])
def test_a_date_is_its_whole_local_day(text: str) -> None:
    assert read_time(text, ZONE) == Read(*DAY, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5/3/5025", "year-out-of-range"), ("1/1/1899", "year-out-of-range"), ("9999-12-31", "year-out-of-range"), ("1900-01-01", "year-out-of-range"), ("13/45/2014", "unreadable-time"),
        ("soon", "unreadable-time"), ("2014-02-30", "unreadable-time"), ("2014-05-03 25:00", "unreadable-time"), ("2014-03-09 02:30", "skipped-hour"), ("99999", "unreadable-time"),
        ("2014-05-05/2014-05-03", "interval-reversed"), ("2014-05-05/whenever", "unreadable-time"), ("5/3/14 13:05 PM", "unreadable-time"), ("XX/XX/XXXX", "unreadable-time"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_unknown_with_its_problem(text: str, code: str) -> None:
    assert read_time(text, ZONE) == Read(None, None, code=code)


def test_two_digits_of_a_year_are_not_the_first_century() -> None:
    assert read_time("07/18/09", ZONE).low == day_start(ZONE, date(2009, 7, 18))
    assert read_time("07/18/50", ZONE).low == day_start(ZONE, date(1950, 7, 18))


def test_the_hour_that_comes_twice_is_both() -> None:
    found = read_time("2014-11-02 01:30", ZONE)
    assert found == Read(parse_instant("2014-11-02T01:30:00-07:00", where=""), parse_instant("2014-11-02T01:30:00-08:00", where=""), code="repeated-hour")


def test_never_and_intervals() -> None:
    assert read_time("Never", None) == Read(NEVER.earliest, NEVER.latest)
    assert read_time("2014-05-03/2014-05-05", ZONE) == Read(DAY[0], day_start(ZONE, date(2014, 5, 6)), True)
    assert read_time("2014-05-03/2014-05-03T14:05:00-07:00", ZONE) == Read(DAY[0], AT)


def test_a_local_time_needs_a_zone() -> None:
    assert read_time("2014-05-03", None).code == "no-zone"
    assert read_time("2014-05-03T14:05:00-07:00", None) == Read(AT, AT)


def test_posted_hours_are_only_as_good_as_their_date() -> None:
    assert read_time("2014-05-03 15:00", ZONE, posted=("15:00", "17:00")) == Read(*DAY, True)
    assert read_time("2014-05-03 14:05", ZONE, posted=("15:00",)) == Read(AT, AT)
    assert read_time("2014-05-03 14:05", ZONE, posted=True) == Read(*DAY, True)


ZONES = ("America/Los_Angeles", "America/New_York", "America/Phoenix", "Pacific/Honolulu", "America/Indiana/Indianapolis", "America/Anchorage", "America/Puerto_Rico")
local_times = st.datetimes(datetime(1930, 1, 1), datetime(2100, 12, 31))  # noqa: DTZ001 - local clock times on purpose
changes = st.integers(1990, 2030).flatmap(lambda y: st.sampled_from([datetime(y, 3, 8), datetime(y, 4, 1), datetime(y, 10, 25), datetime(y, 11, 1)])).flatmap(  # noqa: DTZ001
    lambda d: st.integers(0, 14 * 86400).map(lambda s: d + timedelta(seconds=s))
)
texts = st.one_of(local_times, changes).flatmap(
    lambda d: st.sampled_from([d.isoformat(sep=" ", timespec="minutes"), d.isoformat(timespec="seconds"), d.date().isoformat(), d.replace(tzinfo=UTC).isoformat(timespec="seconds"), d.isoformat(timespec="seconds") + "Z", "2014-02-31", "2014-13-01 10:00"])
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all examples: to start it takes longer than an example does."""
    with engine(within=tmp_path_factory.mktemp("times")) as found:
        prepare_macros(found)
        yield found


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.tuples(st.sampled_from([*ZONES, None]), texts), min_size=1, max_size=80))
def test_the_engine_places_times_as_the_reader_does(opened: Engine, rows: list[tuple[str | None, str]]) -> None:
    opened.run("CREATE OR REPLACE TABLE given (n BIGINT, zone VARCHAR, t VARCHAR)")
    opened.insert("given", [(n, z, t) for n, (z, t) in enumerate(rows)])
    table = with_times(opened, "given", [TimeColumn("t", "x")])
    found = opened.rows(f"SELECT x_lo, x_hi, x_open, x_code FROM {table} ORDER BY n")
    for (zone, text), (low, high, is_open, code) in zip(rows, found, strict=True):
        assert Read(low, high, bool(is_open), code) == read_time(text, zone), (zone, text)


def test_one_text_that_is_no_iso_behind_many_that_are(tmp_path: Path) -> None:
    many = timing._FIRST_ROWS + 500
    with engine(within=tmp_path) as opened:
        prepare_macros(opened)
        opened.run(f"CREATE TABLE given AS SELECT range AS n, '{ZONE}' AS zone, CASE WHEN range < {many} THEN '2014-05-03 14:05' ELSE '5/3/14 1405' END AS t FROM range({many} + 1)")
        table = with_times(opened, "given", [TimeColumn("t", "x")])
        assert opened.rows(f"SELECT x_lo, x_hi, x_code, t, count(*) FROM {table} GROUP BY ALL") == [(AT, AT, None, None, many + 1)]


def test_a_stretch_with_two_changes_of_the_clock_is_read_text_by_text(tmp_path: Path) -> None:
    zone_name = "Asia/Hebron"  # no zone of the lawbook has one; summer time began again for the month after Ramadan, in 2011
    given = [f"2011-{month:02}-{day:02} {hour:02}:{minute}" for month, day in ((8, 29), (8, 30), (9, 10), (9, 29), (9, 30)) for hour in range(24) for minute in ("15", "45")] + ["2011-08-30", "2011-09-30"]
    with engine(within=tmp_path) as opened:
        prepare_macros(opened)
        assert opened.rows(f"SELECT count(*) FROM {zoneclock.zone_clock(opened, [zone_name])} WHERE stretch = 932") == [(0,)]
        opened.run("CREATE TABLE given (zone VARCHAR, t VARCHAR, n BIGINT)")
        opened.insert("given", [(zone_name, text, n) for n, text in enumerate(given)])
        table = with_times(opened, "given", [TimeColumn("t", "x")])
        assert [Read(*row) for row in opened.rows(f"SELECT x_lo, x_hi, coalesce(x_open, FALSE), x_code FROM {table} ORDER BY n")] == [read_time(text, zone_name) for text in given]


@pytest.mark.parametrize("zone_name", ["America/Kentucky/Louisville", "America/Anchorage", "Pacific/Guam", "America/Indiana/Petersburg"])
def test_each_change_of_a_clock_is_found(zone_name: str) -> None:
    days = range(zoneclock.FIRST, zoneclock.LAST, zoneclock.DAY)
    shown = [datetime.fromtimestamp(at, zone_of(zone_name)).utcoffset() for at in days]
    changed = [(low, low + zoneclock.DAY, a, b) for low, (a, b) in zip(days, pairwise(shown), strict=False) if a != b]
    found = [c for c in zoneclock.changes(zone_name) if days[0] < c[0] <= days[-1]]
    assert len(changed) > 10
    assert [(low < at <= high, timedelta(seconds=before), timedelta(seconds=after)) for (low, high, _, _), (at, before, after) in zip(changed, found, strict=True)] == [(True, a, b) for _, _, a, b in changed]


@given(local_times)
def test_iso_instants_are_those_of_a_case_file(moment: datetime) -> None:
    text = moment.replace(tzinfo=UTC, microsecond=0).isoformat()
    time = parse_time(text, zone_name=ZONE, where="")
    assert read_time(text, ZONE) == Read(time.earliest, time.latest)
