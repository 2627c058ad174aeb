"""New law or holidays at a restart: open deadlines are worked out anew, both values are kept and shown, people are told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from desk_common import HOUR, NOW, TEXAS, WARRANT, ZONE, Made, at, law, made, who

from dueprocess.clock import Calendar, load_calendar
from dueprocess.clock import deadline as ends
from dueprocess.desk import alerts, deciding, showing
from dueprocess.kernel.instants import parse_instant
from dueprocess.store import tables

OLD_FORM = {"kind": "i-247", "edition": "2012-12", "signed_by": "immigration_officer", "boxes": ["final_order"], "issuer": "ice"}
"""Its limit, and the regulation's, leave holidays out."""
THURSDAY = date(2026, 11, 19)


@contextmanager
def holiday(monkeypatch: pytest.MonkeyPatch, *days: date) -> Iterator[Calendar]:
    """A table of holidays with more days in it, as a later version of the program may have."""
    shipped = load_calendar()
    newer = replace(shipped, holidays={**shipped.holidays, **{d.toordinal(): "Made-up holiday" for d in days}})
    with monkeypatch.context() as patch:
        patch.setattr(sys.modules["dueprocess.clock.deadline"], "load_calendar", lambda: newer)  # the name is the function's, too
        patch.setattr(deciding, "load_calendar", lambda: newer)
        ends.cache_clear()
        yield newer
    ends.cache_clear()


def held(desk: Made) -> str:
    stay = desk.booked()
    desk.desk.receive_paper(who(), stay, OLD_FORM, at=at(-8))
    desk.desk.receive_paper(who(), stay, WARRANT, at=at(-8))
    return stay


def told(desk: Made) -> set[tuple[str, str]]:
    return {(a["what"], a["role"]) for a in desk.rows(tables.alerts)}


def test_a_new_holiday_moves_the_deadline_and_both_times_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with made(tmp_path) as desk:
        stay = held(desk)
        assert desk.stay(stay)["hold_until"] == NOW + 47 * HOUR
    # Restarted with a newer table: Thursday no longer counts, so what is left over of Friday runs on to its night.
    with holiday(monkeypatch, THURSDAY), made(tmp_path) as desk:
        alerts.turn(desk.desk)
        monday = parse_instant("2026-11-23T11:00:00-06:00", where="")
        row = next(d for d in desk.rows(tables.deadlines) if d["what"] == "hold_ends")
        assert (row["due_at"], row["was_due_at"], row["state"]) == (monday, NOW + 47 * HOUR, "open")
        assert ("law", "supervisor") in told(desk)
        change = showing.person(desk.store, who(), stay).changes[0]
        assert (change["before"]["hold_until"], change["now"]["hold_until"]) == (NOW + 47 * HOUR, monday)
        assert {"what": "hold_ends", "before": NOW + 47 * HOUR, "now": monday} in change["deadlines"]
        count = len(desk.rows(tables.decisions))
        alerts.turn(desk.desk)
        assert len(desk.rows(tables.decisions)) == count
    # And back again: nothing is overwritten, each answer is there.
    with made(tmp_path) as desk:
        alerts.turn(desk.desk)
        assert desk.stay(stay)["hold_until"] == NOW + 47 * HOUR
        assert [c["now"]["hold_until"] for c in showing.person(desk.store, who(), stay).changes] == [monday, NOW + 47 * HOUR]


def test_law_and_clock_at_one_instant(desk: Made) -> None:
    """The hold runs out while nothing runs, and the program starts with other law: people hear of both, once."""
    stay = held(desk)
    desk.laws[0] = law(adopted=False)
    desk.pass_hours(48)
    alerts.turn(desk.desk)
    alerts.turn(desk.desk)
    decisions = [d for d in desk.rows(tables.decisions) if d["stay"] == stay]
    assert [d["because"] for d in decisions][-1] == "law" and len([d for d in decisions if d["because"] in ("law", "clock")]) == 1
    row = desk.stay(stay)
    # Without adoption nothing ever allowed the hold: release was due when the charge ended, not when the clock ran out.
    assert (row["outcome"], row["next_deadline_at"]) in {("release", NOW + 47 * HOUR), ("review", NOW - HOUR), ("release", NOW - HOUR)}
    assert ("law", "supervisor") in told(desk) and len([a for a in desk.rows(tables.alerts) if a["what"] == "law"]) == 1
    assert {a["what"] for a in desk.rows(tables.alerts)} >= {"at", "after"}


def test_law_that_changes_nothing_for_somebody_is_no_alert(desk: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    stay = held(desk)
    with holiday(monkeypatch, date(2027, 3, 3)):
        alerts.turn(desk.desk)
        assert desk.rows(tables.decisions)[-1]["because"] == "law" and told(desk) == set()
        assert showing.person(desk.store, who(), stay).changes == []
        assert desk.laws[0].mark(TEXAS) == desk.rows(tables.decisions)[-1]["law_version"]


def test_who_has_left_keeps_the_answer_of_that_day(desk: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    stay = held(desk)
    desk.desk.release(who(), stay)
    before = len(desk.rows(tables.decisions))
    with holiday(monkeypatch, THURSDAY):
        alerts.turn(desk.desk)
    assert len(desk.rows(tables.decisions)) == before and ZONE
