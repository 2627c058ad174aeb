"""Hours of records with gaps, counted by hand."""

from __future__ import annotations

from datetime import date

from dueprocess.decide import decide_case

TODAY = date(2026, 11, 22)


def test_custody_nobody_dates_may_have_begun_when_a_warrant_may_first_have_come() -> None:
    """Booking and grounds are unknown; a criminal warrant came some time on 5 May. From that midnight on the person may have been
    kept without a ground: 34 hours until 10:00 on 6 May."""
    case = {
        "case": "made-up", "agency": "us/or/clackamas-county/sheriff", "at": "2026-05-06T09:00:00-07:00", "record_complete": False,
        "custody": {"left_at": "2026-05-06T10:00:00-07:00"},
        "papers": [
            {"kind": "judicial_warrant", "matter": "criminal", "signed_by": "judge", "received_at": "2026-05-05"},
            {"kind": "i-247a", "edition": "2017-03", "received_at": "2026-05-05T09:00:00-07:00", "signed_by": "immigration_officer"},
        ],
    }  # fmt: skip
    answer = decide_case(case, today=TODAY)
    assert answer["overheld_hours"] == {"least": 0.0, "most": 34.0} == answer["undetermined_hours"] and answer["class"] == "unknown"
