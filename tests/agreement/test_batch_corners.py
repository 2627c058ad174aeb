"""Both evaluators where rows are odd: every zone, the nights on which the clocks change, holidays, a pile of papers, and
what only tables can say (no moment asked about, a release that nobody recorded)."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from batch_common import apart, assert_agree, counties, of_batch, read_results, shipped

from dueprocess.audit.inputs import decide
from dueprocess.audit.single import decide_rows
from dueprocess.batch import TOO_MANY, Options, run_batch
from dueprocess.kernel.instants import day_start, iso
from dueprocess.law import load_lawbook
from dueprocess.places import PlaceError, load_places
from dueprocess.testing import (
    TODAY,
    CaseDocument,
    Scene,
    Seeded,
    lawbook_from,
    random_case,
    random_law,
    random_stay,
)
from dueprocess.testing.county import county_stays
from dueprocess.testing.law import AGENCIES
from dueprocess.testing.rows import CaseRows

HOUR = 3600


def a_jail_in_each_zone() -> dict[str, str]:
    """Zone to a county's sheriff there: Hawaii, Arizona, Puerto Rico, Alaska and the islands among them."""
    places = load_places()
    found: dict[str, str] = {}
    for place in places.counties(on=TODAY):
        try:
            agency = places.agency(f"{place.id}/sheriff")
            found.setdefault(str(places.facility(agency, None).zone), agency.id)
        except PlaceError:
            continue
    return found


NIGHTS = (date(2026, 3, 8), date(2026, 11, 1), date(2026, 7, 3), date(2026, 11, 26), date(2024, 2, 29), date(2021, 6, 18))
"""Clocks forward and back, an observed holiday, Thanksgiving, a leap day, the first Juneteenth."""


def stay_around(agency: str, zone: str, night: date, hours: int, *, dated: bool, warrant: bool) -> CaseDocument:
    """A detainer, and a release that was due so many hours from the beginning of a night; by the day only, if ``dated``."""
    due = day_start(zone, night) + hours * HOUR

    def at(after: int) -> str:
        return iso(due + after * HOUR, zone)

    papers: list[dict[str, Any]] = [
        {"kind": "i-247a", "edition": "2017-03", "received_at": at(-30), "served_at": at(-30), "signed_by": "immigration_officer", "boxes": ["biometric"], "cancelled_at": "never"}
    ]
    if warrant:
        papers.append({"kind": "i-200", "signed_by": "immigration_officer", "received_at": at(-29), "cancelled_at": at(20) if hours % 2 else "never"})
    custody = {"booked_at": at(-60), "release_due_at": at(0)[:10] if dated else at(0), "left_at": at((130, 12, 48, 47, 49, 72, 51)[hours % 7]), "left_to": "ice"}
    facts: dict[str, Any] = {"convicted_felony": hours % 3 == 0, "conviction_date": (night - timedelta(days=366 * 5 - hours // 8)).isoformat()}
    return {"case": "made-up", "agency": agency, "at": at(1 + hours % 12), "record_complete": True, "custody": custody, "papers": papers, "facts": facts}


@pytest.mark.parametrize("dated", [False, True], ids=["exact", "dated"])
def test_every_zone_and_the_nights_that_calendars_get_wrong(dated: bool) -> None:
    zones = a_jail_in_each_zone()
    assert {"Pacific/Honolulu", "America/Phoenix", "America/Puerto_Rico", "America/Anchorage"} < set(zones)
    some = sorted(zones.items()) if dated else [*sorted(zones.items())[::3], ("America/Los_Angeles", AGENCIES[0]), ("America/Phoenix", AGENCIES[2])]
    hours = (-24, 0, 1, 2, 3, 23, 24, 25, 47) if not dated else (0, 25)
    cases = [stay_around(agency, zone, night, h, dated=dated, warrant=h % 2 == 1) for zone, agency in some for night in NIGHTS for h in hours]
    classes = assert_agree(cases, shipped(), known=TODAY, inline=True)
    assert sum(classes.values()) == len(cases) and len(classes) > 1, classes


@pytest.mark.parametrize("known", [date(2026, 11, 19), TODAY, None], ids=["before", "after", "each day's own"])
def test_a_day_off_that_a_file_adds(known: date | None) -> None:
    """From the day on which the order is known the limits leave its day out, and not before; None asks by each row's own day."""
    book = load_lawbook(Path(__file__).resolve().parents[2] / "docs/examples/made-up-closing")
    nights = (date(2026, 11, 18), date(2026, 11, 20), date(2026, 11, 25), date(2026, 11, 27))
    cases = [stay_around(agency, zone, night, h, dated=h == 2, warrant=True) for zone, agency in sorted(a_jail_in_each_zone().items())[::4] for night in nights for h in (1, 2, 23)]
    for case in cases[::2]:
        case["papers"][0] |= {"kind": "i-247", "edition": "2012-12", "boxes": ["final_order"]}
    assert_agree(cases, book, known=known, inline=True)


def check_pile(papers: int, grounds: int) -> None:
    """A stay with as much paper as hardly any has, and three usual ones beside it."""
    source, where = Seeded("piles"), Scene(AGENCIES[1], date(2018, 8, 31))
    law = random_law(source, where, size=5)
    cases = [random_case(source, where) for _ in range(3)]
    pile = random_stay(source, where)
    others = [random_stay(source, where) for _ in range(40)]
    pile["papers"] = [p for other in others for p in other["papers"]][:papers]
    pile["custody"].pop("release_due_at", None)
    pile["custody"].pop("bail_refused_at", None)
    pile["custody"]["grounds"] = [g for other in others for g in other["custody"]["grounds"] if g["until"] != "open"][:grounds]
    booked = min(datetime.fromisoformat(g["from"]) for g in pile["custody"]["grounds"]).astimezone(UTC)
    pile["custody"] |= {"booked_at": booked.isoformat(), "left_at": None}
    pile["at"] = (booked + timedelta(days=3)).isoformat()
    assert (len(pile["papers"]), len(pile["custody"]["grounds"])) == (papers, grounds)
    assert_agree([*cases, pile], lawbook_from(law), known=where.base + timedelta(days=400), law=law)


@pytest.mark.soak
def test_a_pile_of_papers() -> None:
    check_pile(8, 4)


@pytest.mark.soak
def test_sixteen_papers_and_eight_grounds() -> None:
    check_pile(16, 8)


def test_forty_papers_and_twenty_grounds_are_asked_alone(tmp_path: Path) -> None:
    """The query grows with what a row has beside it: such a row is named, and an audit answers it one by one."""
    usual = [stay_around(AGENCIES[0], "America/Los_Angeles", NIGHTS[1], h, dated=False, warrant=True) for h in range(3)]
    pile = deepcopy(usual[0])
    pile["papers"] = [p for _ in range(20) for p in pile["papers"]]
    rows = CaseRows(shipped().vocabulary)
    for case in (usual[1], pile, usual[2]):
        rows.add(case)
    prepared = rows.write(tmp_path / "prepared")
    run_batch(prepared, lawbook=shipped(), law_known_at=TODAY, out=tmp_path / "batch.parquet")
    decide(prepared, tmp_path / "audit.parquet", lawbook=shipped(), law_known_at=TODAY)
    batch, audit = read_results(tmp_path / "batch.parquet"), read_results(tmp_path / "audit.parquet")
    assert [r["problem"] == TOO_MANY for r in batch] == [False, True, False] and batch[1]["class"] == "unknown"
    assert [audit[0], audit[2]] == [batch[0], batch[2]]
    assert audit[1]["outcome"] == batch[0]["outcome"] and audit[1]["problem"] is None


def test_a_time_outside_the_verified_calendar_is_a_problem_of_its_row_alone() -> None:
    inside = [stay_around(AGENCIES[0], "America/Los_Angeles", NIGHTS[1], h, dated=False, warrant=False) for h in range(4)]
    outside = []
    for year in (1931, 2093):
        case = deepcopy(stay_around(AGENCIES[0], "America/Los_Angeles", date(year, 3, 4), 3, dated=False, warrant=False))
        case["facts"] = {}
        outside.append(case)
    alone = of_batch(inside, shipped(), known=TODAY)
    both = of_batch([inside[0], outside[0], *inside[1:], outside[1]], shipped(), known=TODAY)
    assert [{**r, "row": 0} for r in (both[0], *both[2:5])] == [{**r, "row": 0} for r in alone]
    for result in (both[1], both[5]):
        assert result["problem"] == "a time lies outside the verified calendar", result


ONLY_TABLES = (
    {"at": None},
    {"at": None, "left_state": "missing", "left_open": False},
    {"at": None, "left_state": "present", "left_lo": None, "left_hi": None},
    {"left_state": "missing"},
    {"at": None, "booked_lo": None, "booked_hi": None},
    {"at": None, "left_lo": None, "left_hi": None, "left_state": "present", "booked_lo": None, "booked_hi": None},
    {"detainer_form": None},
    {"detainer_received_lo": None, "detainer_received_hi": None},
    {"admin_warrant_lo": 2**40, "admin_warrant_hi": 2**40},
    {"judicial_warrant_lo": 1_500_000_000, "judicial_warrant_hi": 1_500_050_000, "judicial_warrant_open": False},
    {"has_grounds": False, "release_due_lo": None, "release_due_hi": None},
    {"detainer_boxes": ""},
    {"detainer_edition": None},
    {"allowance": 7200},
)  # fmt: skip
"""What a table may say, or leave out, that a case file says otherwise."""


@pytest.mark.parametrize("known", [pytest.param(TODAY, marks=pytest.mark.soak), None], ids=["known-today", "known-then"])
def test_what_only_tables_can_say(tmp_path: Path, known: date | None) -> None:
    source = Seeded("tables")
    rows = CaseRows(shipped().vocabulary, inline=True)
    for agency in counties()[:: 5 if known else 12]:
        for _, case in county_stays(agency, [shipped()], count=14, today=TODAY):
            number = rows.add(case)
            stay = rows.stays[number]
            stay |= ONLY_TABLES[number % len(ONLY_TABLES)]
            if stay["left_state"] == "missing":
                stay |= {"left_lo": stay.get("booked_lo"), "left_hi": stay["as_of"] if stay.get("booked_lo") is not None else None, "left_open": False}
            if source.chance(0.3):
                stay["at"] = None
    prepared = rows.write(tmp_path / "prepared")
    decide_rows(prepared, lawbook=shipped(), law_known_at=known, out=tmp_path / "decide.parquet")
    run_batch(prepared, lawbook=shipped(), law_known_at=known, out=tmp_path / "batch.parquet", options=Options(threads=1))
    one, other = read_results(tmp_path / "decide.parquet"), read_results(tmp_path / "batch.parquet")
    assert len(one) == len(other) == len(rows.stays)
    compared = ("row", "at", "outcome", "due_lo", "due_hi", "hold_until", "over_least", "over_most", "open_least", "open_most", "later_over_least", "later_over_most", "class", "deciding_norm")
    wrong = []
    for a, b in zip(one, other, strict=True):
        if a["due_lo"] is None or a["due_hi"] is None:
            a |= {"due_lo": None, "due_hi": None}  # half a time is told by the one and not by the other
        found = apart({k: a[k] for k in compared}, b) if a["class"] != "contradiction" else apart({"class": a["class"], "outcome": None}, b)
        if found:
            wrong.append((a["row"], ONLY_TABLES[a["row"] % len(ONLY_TABLES)], found))
    assert not wrong, f"{len(wrong)} of {len(one)} differ; " + "; ".join(map(str, wrong[:5]))
