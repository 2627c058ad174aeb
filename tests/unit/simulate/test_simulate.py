"""The play: the same for the same seed, refused whole for what it cannot play, and honest about what it is."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.law import load_lawbook
from dueprocess.simulate import World, defaults, read_scenario, run, scenario_of
from dueprocess.simulate.calibrating import calibrate, published
from dueprocess.simulate.comparing import MEASURES, compare, measures
from dueprocess.simulate.days import DAY, HOUR, Days, holidays
from dueprocess.simulate.jails import luck
from dueprocess.simulate.page import CANNOT_SAY, calibration_html, compare_html

TODAY = date(2026, 11, 22)
EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples" / "simulate"
JAIL: dict[str, Any] = {"scenario": "a jail", "from": "2013-05-01", "until": "2013-06-01", "places": ["us/or/clackamas-county"], "admissions_a_year": 30000, "policy": {"otherwise": "honors_all"}, "parameters": {"match_share": 0.3}}


def scenario(**changes: Any) -> Any:
    return scenario_of({**JAIL, **changes}, where="test", today=TODAY)


# -- the same for the same seed --


def test_the_same_seed_writes_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Several chunks, so that two processes have something to share.
    monkeypatch.setattr("dueprocess.simulate.running.CHUNK", 600)
    first = run(scenario(), seed=3, out=tmp_path / "a")
    assert first["chunks"] > 3
    again = run(scenario(), seed=3, out=tmp_path / "b")
    assert again["rows_sha256"] == first["rows_sha256"] and again["totals"] == first["totals"]
    assert run(scenario(), seed=4, out=tmp_path / "c")["rows_sha256"] != first["rows_sha256"]
    same = sorted(p.name for p in (tmp_path / "a").rglob("*.parquet"))
    assert same == sorted(p.name for p in (tmp_path / "b").rglob("*.parquet"))
    for name in ("stays-00000.parquet", "truth/part-00000.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_processes_change_nothing(tmp_path: Path) -> None:
    two_months = scenario(until="2013-07-01", admissions_a_year=3000)
    one = run(two_months, seed=3, out=tmp_path / "one", processes=1)
    two = run(two_months, seed=3, out=tmp_path / "two", processes=2)
    assert one["chunks"] == 2 and one["rows_sha256"] == two["rows_sha256"] and one["months"] == two["months"]


def test_a_person_keeps_their_luck() -> None:
    """Another policy, or more matches, changes nothing else about anybody."""
    world, stricter, wider = (World(s, seed=1) for s in (scenario(), scenario(policy={"otherwise": "declines_all"}), scenario(parameters={"match_share": 0.5})))
    one, two, three = (w.play(w.parts()[0]) for w in (world, stricter, wider))
    for name in ("county", "booked", "due", "end", "person", "matched", "issued"):
        assert (getattr(one, name) == getattr(two, name)).all(), name
    assert (one.booked == three.booked).all() and (one.due == three.due).all()
    assert not (one.matched & ~three.matched).any(), "whoever matched still does"
    both = np.isin(three.rows, one.rows)
    assert (three.detained["received"][both] == one.detained["received"]).all()
    assert two.detained["held"].sum() < one.detained["held"].sum()


def test_compared_with_itself_nothing_differs() -> None:
    found = compare(scenario(), scenario(scenario="its twin"), seed=2, draws=3)
    assert found.sums[0] == found.sums[1] and all(set(v) == {0.0} for v in found.differences.values())
    assert set(found.differences) == set(MEASURES)


# -- refused whole --

BAD: list[tuple[dict[str, Any], str]] = [
    ({"until": "2013-05-01"}, r"test: from \[2013-05-01\] is not before until \[2013-05-01\]"),
    ({"from": "2001-01-01"}, r"leaves the calendars; stay between 2008-10-01"),
    ({"until": "2050-01-01"}, r"leaves the calendars"),
    ({"tint": 1}, r"a scenario has no key \[tint\]"),
    ({"parameters": {"match_shar": 0.1}}, r"there is no parameter \[match_shar\]; did you mean \[?match_share"),
    ({"parameters": {"match_share": 1.2}}, r"\[match_share\] is \[1.2\], and a share lies between 0 and 1"),
    ({"parameters": {"match_share": "much"}}, r"\[match_share\] is \[much\], and not a number"),
    ({"parameters": {"bail_hours": -1}}, r"\[bail_hours\] is \[-1\], and cannot be negative"),
    ({"parameters": {"bail_share": 0.6, "dismissal_share": 0.6}}, "come to"),
    ({"parameters": [1]}, r"\[parameters\] is no mapping"),
    ({"places": ["us/or/nowhere-county"]}, "nowhere-county"),
    ({"places": []}, "places is empty"),
    ({"places": ["us"]}, r"\[us\] is a country"),
    ({"admissions_a_year": 0}, r"admissions_a_year is \[0\]"),
    ({"policy": {"otherwise": "honor_all"}}, r"\[honor_all\] is no position"),
    ({"policy": {"set": [{"place": "us/or", "position": "x"}]}}, r"policy.set 1: \[x\] is no position"),
    ({"policy": {"set": [{"place": "us/or"}]}}, "it needs place and position"),
    ({"policy": {"set": [{"place": "us/or", "position": "declines_all", "from": "2013-06-01", "until": "2013-05-01"}]}}, "is not after from"),
    ({"record": "parchment"}, r"record is \[parchment\]"),
    ({"defects": {"coffee": 0.1}}, r"there is no defect \[coffee\]"),
    ({"defects": {"repeats": 3}}, r"the defect \[repeats\] is \[3\]"),
]


@pytest.mark.parametrize(("changes", "message"), BAD, ids=[str(c)[:50] for c, _ in BAD])
def test_bad_scenarios_get_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        scenario(**changes)
    assert "\n" not in str(error.value)


def test_what_cannot_be_written_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match="already"):
        run(scenario(), seed=1, out=tmp_path / "there")
    with pytest.raises(InputError, match="nobody is booked"):
        run(scenario(until="2013-05-02", admissions_a_year=0.001), seed=1, out=tmp_path / "nobody")
    assert [p.name for p in tmp_path.iterdir()] == ["there"]
    with pytest.raises(InputError, match="different days"):
        compare(scenario(), scenario(until="2013-07-01"), seed=1, draws=0)


# -- days --


def test_holidays_are_those_of_the_calendar() -> None:
    """Two lists of the same law, written apart."""
    with (data_dir("calendars") / "federal-holidays.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["kind"] in ("statutory", "observed")]
    for year in range(2008, 2031):
        assert holidays(year) == {date.fromisoformat(r["date"]) for r in rows if r["date"].startswith(str(year))}, year


DAYS = Days(["America/New_York", "America/Phoenix"], first=date(2014, 10, 1), days=420)


@settings(max_examples=200)
@given(st.integers(0, 1), st.integers(0, 380 * DAY), st.sampled_from([1, 24, 48, 72]))
def test_counted_hours_are_those_of_a_walk(zone: int, after: int, hours: int) -> None:
    start = int(DAYS.midnights[zone, 0]) + after
    left, at = hours * HOUR, start
    for day in range(DAYS.count):
        begins, ends = (int(DAYS.midnights[zone, d]) for d in (day, day + 1))
        on = DAYS.first + timedelta(day)
        if ends <= at or on.weekday() > 4 or on in holidays(on.year):
            continue
        begins = max(begins, at)
        if ends - begins >= left:
            at = begins + left
            break
        left -= ends - begins
    assert DAYS.counted(np.array([zone]), np.array([start]), hours)[0] == at


# -- numbers --


def test_every_number_says_what_it_rests_on() -> None:
    for p in defaults().parameters.values():
        assert p.low <= p.value <= p.high and p.source and p.about, p.name
        assert not p.is_share or (p.low >= 0 and p.high <= 1)


def test_the_fit_is_what_is_in_use_and_near_what_was_published() -> None:
    fit = calibrate(load_lawbook())
    for name, value in fit.values.items():
        assert value == pytest.approx(defaults().parameters[name].value, rel=0.03), name
    assert all(fit.within(year) for year in fit.expected)
    assert "TRAC, 2014" in calibration_html(fit)
    assert set(published()) == set(range(2009, 2018))


def test_the_play_gives_what_the_fit_expects() -> None:
    """A month of the whole country, thinned: the detainers sent are those expected, within chance."""
    from dueprocess.simulate.calibrating import Expected

    whole = scenario_of({"from": "2012-10-01", "until": "2013-10-01"}, where="test", today=TODAY)
    world = World(whole, seed=1, share=0.02)
    sent = sum(int(world.play(part).issued.sum()) for part in world.parts()) / 0.02
    expected = Expected(load_lawbook())({n: p.value for n, p in defaults().parameters.items()})[2013]
    assert sent == pytest.approx(expected, rel=0.05)


def test_luck_is_a_countys_own() -> None:
    drawn = [luck(1, "x", f"us/zz/county-{n}") for n in range(2000)]
    assert 0.47 < sum(drawn) / 2000 < 0.53 and luck(1, "x", "a") == luck(1, "x", "a") != luck(2, "x", "a")


# -- pages and examples --


def test_the_page_says_what_it_cannot_say() -> None:
    found = compare(scenario(), scenario(policy={"otherwise": "requires_judicial_warrant"}, scenario="<b>warrant</b>"), seed=1, draws=6, lawbook=load_lawbook())
    html = compare_html(found)
    assert all(text in html for text in CANNOT_SAY)
    assert "<b>warrant" not in html and "&lt;b&gt;warrant" in html and "<script" not in html
    assert found.exposures and set(found.exposures[0]["groups"]) <= {"certain", "possible", "unknown", "no", "contradiction"}
    assert found.sums[1]["held"] < found.sums[0]["held"]
    assert found.exposure_bounds and "little holding" in html
    for one, (least, most) in zip(found.exposures, found.exposure_bounds, strict=True):
        assert least is not None and most is not None and 0 <= least <= most, one
    low, high = min(found.differences["held"]), max(found.differences["held"])
    assert low < found.sums[1]["held"] - found.sums[0]["held"] < high


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda p: p.stem)
def test_the_examples_can_be_read(path: Path) -> None:
    assert read_scenario(path, today=TODAY).chosen()


def test_the_registrys_dates_are_followed() -> None:
    """After the ruling of 2014, counties in Oregon hold fewer people than before, by the registry's own dates."""
    world = World(scenario_of({"from": "2014-03-01", "until": "2014-07-01", "places": ["us/or"], "admissions_a_year": 40000, "parameters": {"match_share": 0.3}}, where="test", today=TODAY), seed=1)
    shares = []
    for part in world.parts():
        stays = world.play(part)
        shares.append(stays.detained["held"].mean())
    assert shares[0] > 0.6 > 0.35 > shares[-1]


# -- the same flow in another engine --


def test_simpy_gives_the_same_distributions() -> None:
    """One jail whose people wait for each other's doors as processes, with draws of its own: in the statistical sense
    the same stays, detainers, holds and times."""
    import math
    import random

    import simpy

    numbers = {"match_share": 0.5, "issue_share_2011": 0.8, "leaves_out_weekends_share": 0.0, "judicial_warrant_share": 0.0, "signed_share": 0.9, "recognizance_share": 0.0, "dismissal_share": 0.0, "bail_share": 0.4, "follows_policy_share": 1.0, "spread": 0.8, "forgotten_share": 0.2, "late_share": 0.15}
    jail = scenario(**{"from": "2012-05-01", "until": "2012-06-01", "parameters": numbers, "admissions_a_year": 60000})
    world = World(jail, seed=11)
    stays = world.play(world.parts()[0])
    p, rng, environment = jail.parameters, random.Random(7), simpy.Environment()
    lengths: list[float] = []
    doors: list[float] = []
    held: list[tuple[float, bool]] = []

    def person(arrives: float) -> Any:
        yield environment.timeout(arrives)
        detainer = rng.random() < p["match_share"] and rng.random() < p["issue_share_2011"]
        received = environment.now + p["received_hours"] * rng.lognormvariate(0, 0.8)
        median = p["bail_hours"] if rng.random() < p["bail_share"] else p["sentence_hours"]
        yield environment.timeout(median * rng.lognormvariate(0, p["spread"]))
        due = environment.now
        door = rng.expovariate(1 / p["processing_hours"])
        lengths.append(due - arrives)
        if not (detainer and received < due + door and rng.random() < p["signed_share"]):
            yield environment.timeout(door)
            doors.append(environment.now - due)
            return
        pick = max(due + p["pickup_hours"] * rng.lognormvariate(0, 0.7), received)
        comes = rng.random()
        taken = comes < p["in_time_share"] and pick < due + 48
        if taken:
            ends = pick
        elif p["in_time_share"] <= comes < p["in_time_share"] + p["late_share"]:
            taken, ends = True, due + 48 + rng.expovariate(1 / p["late_hours"])
        else:
            ends = due + 48 + (rng.expovariate(1 / p["forgotten_hours"]) if rng.random() < p["forgotten_share"] else 0)
        yield environment.timeout(max(ends - due, door))
        held.append((environment.now - due, taken))

    for _ in range(len(stays.county)):
        environment.process(person(rng.uniform(0, 31 * 24)))
    environment.run()
    kept = stays.detained["held"]
    mine = ((stays.detained["left"] - stays.due[stays.rows]) / HOUR)[kept]
    others = np.setdiff1d(np.arange(len(stays.county)), stays.rows[kept])
    # The play puts an end at an hour of the clock at which such things happen, so lengths are compared in days.
    assert ks_2samp(np.floor(np.array(lengths) / 24), np.floor((stays.due - stays.booked) / DAY)).statistic < 0.05
    assert ks_2samp(doors, (stays.left - stays.due)[others] / HOUR).pvalue > 0.01
    assert ks_2samp([h for h, _ in held], mine).pvalue > 0.01
    assert math.isclose(len(held) / len(stays.county), kept.mean() * len(stays.rows) / len(stays.county), rel_tol=0.06)
    assert math.isclose(sum(t for _, t in held) / len(held), stays.detained["taken"][kept].mean(), abs_tol=0.04)


def test_measures_add_up() -> None:
    sums = measures(World(scenario(), seed=1))
    assert sums["detainers"] == sums["to_ice"] + sums["released"] and sums["past_48_hours"] <= sums["held"] <= sums["detainers"]
    assert json.dumps(sums)
