"""A day that a file of law adds to a calendar: limits leave it out, and with adoption on only once counsel has adopted it."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path

import pytest

from dueprocess.clock import load_calendar, steps
from dueprocess.decide import decide_case
from dueprocess.kernel.instants import iso, parse_instant
from dueprocess.law import Lawbook, load_lawbook
from dueprocess.law.adopting import binding, supports_hold
from dueprocess.law.closings import counted, named, source_of

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "examples" / "made-up-closing"
CLOSING, REGULATION, FORM = "us/orders/made-up-day-of-mourning", "us/cfr/8-287.7-d", "forms/i-247/2012-12"
TEXAS, DAY = "us/tx/loving-county/sheriff", date(2026, 11, 27)
CASE = {
    "case": "made-up", "agency": TEXAS, "at": "2026-11-25T12:00:00-06:00", "law_known_at": "2026-11-25", "record_complete": True,
    "custody": {"booked_at": "2026-11-20T08:00:00-06:00", "grounds": [{"kind": "charge", "from": "2026-11-20T08:00:00-06:00", "until": "2026-11-25T10:00:00-06:00"}]},
    "papers": [
        {"kind": "i-247", "edition": "2012-12", "received_at": "2026-11-21T08:00:00-06:00", "signed_by": "immigration_officer", "boxes": ["final_order"], "served_at": "2026-11-21T09:00:00-06:00"},
        {"kind": "i-200", "received_at": "2026-11-21T08:00:00-06:00", "signed_by": "immigration_officer"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def book() -> Lawbook:
    return load_lawbook(FOLDER)


def ends(book: Lawbook, adopted: list[str] | None) -> tuple[dict[str, str], list[str], object]:
    """The end of each limit that applies, what is not reviewed, and until when the answer lets hold."""
    adoption = None if adopted is None else {"agency": TEXAS, "adopted": adopted}
    answer = decide_case(copy.deepcopy(CASE), today=date(2026, 11, 25), lawbook=book, adoption=adoption)
    return {c["norm"]: c["ends_at"] for c in answer["clocks"] if c["state"] == "applies"}, answer["unreviewed"], answer["hold_until"]


def test_every_limit_that_leaves_the_calendar_out_leaves_the_day_out(book: Lawbook) -> None:
    shipped = load_lawbook()
    assert book.authorities[CLOSING].days_off[0].day == DAY.toordinal() and book.version != shipped.version
    for identity, authority in shipped.authorities.items():
        for before, after in zip(authority.norms, book.authorities[identity].norms, strict=True):
            grown = len(after.excluding) - len(before.excluding)
            assert grown == ("federal_holidays" in before.excluding) and named(after.excluding) == before.excluding
    assert named(shipped.authorities[REGULATION].norms[0].excluding) == ("federal_holidays", "weekends")


def test_the_clock_names_the_file_that_adds_the_day(book: Lawbook) -> None:
    start = parse_instant("2026-11-25T10:00:00-06:00", where="")
    found = steps(start, zone_name="America/Chicago", hours=48, excluding=book.authorities[REGULATION].norms[0].excluding)
    reasons = [s.excluded for s in found if s.excluded]
    assert reasons == ["Thanksgiving Day", f"Made-up day of mourning ({CLOSING})", "Saturday", "Sunday"]
    assert [source_of(r) for r in reasons] == ["", CLOSING, "", ""] and iso(found[-1].until, "America/Chicago") == "2026-12-01T10:00:00-06:00"
    assert DAY.toordinal() not in load_calendar().holidays


def test_it_lengthens_a_hold_only_once_counsel_has_adopted_it(book: Lawbook) -> None:
    rest = [a.id for a in binding(book, TEXAS) if a.id != CLOSING]
    without, with_it = "2026-11-30T10:00:00-06:00", "2026-12-01T10:00:00-06:00"
    for adopted, end in ((rest, without), ([*rest, CLOSING], with_it), (None, with_it)):
        found, unreviewed, until = ends(book, adopted)
        assert (found[f"{REGULATION}#limit-hold"], found[f"{FORM}#limit-hold"], until) == (end, end, end)
        assert (CLOSING in unreviewed) == (end == with_it)
    assert ends(load_lawbook(), None)[2] == without
    assert supports_hold(book, book.authorities[CLOSING]) and CLOSING in {a.id for a in binding(book, TEXAS)}


def test_a_norm_without_such_days_is_the_same_value(book: Lawbook) -> None:
    norm = load_lawbook().authorities[REGULATION].norms[0]
    assert counted(norm, frozenset(), lambda _: True) is norm and counted(book.authorities[REGULATION].norms[0], frozenset(), lambda _: True) == norm


def test_a_closing_known_later_changes_no_earlier_answer(book: Lawbook) -> None:
    closing = book.authorities[CLOSING]
    assert closing.known.start is not None
    for known_at, end in ((closing.known.start - 1, "2026-11-30T10:00:00-06:00"), (closing.known.start, "2026-12-01T10:00:00-06:00")):
        case = {**copy.deepcopy(CASE), "law_known_at": date.fromordinal(known_at).isoformat()}
        answer = decide_case(case, today=date(2026, 11, 25), lawbook=book)
        assert {c["ends_at"] for c in answer["clocks"] if c["norm"] in (f"{REGULATION}#limit-hold", f"{FORM}#limit-hold")} == {end}
        assert (CLOSING in answer["unreviewed"]) == (end == "2026-12-01T10:00:00-06:00")


def test_the_cache_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    load_lawbook.cache_clear()
    fresh = load_lawbook(FOLDER)
    load_lawbook.cache_clear()
    kept = load_lawbook(FOLDER)
    for identity in (CLOSING, REGULATION, FORM):
        assert kept.authorities[identity] == fresh.authorities[identity]
    load_lawbook.cache_clear()
