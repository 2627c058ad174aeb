"""Horizon: "the outcome changes only at listed instants; at `hold_until` it is not a hold."

The timeline is asked again at instants that it does not list: every local midnight for a week, whole hours after
everything that happened, birthdays of convictions, and the second before and after each of these. None may differ from
the stretch that it lies in. At `hold_until`, asked anew, the answer is no hold, and the second before it is one.

Fails when, for example, `decide.stay.Stay.instants` leaves out the days on which law changes, or asks for the end of a
limit from the earliest start alone.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta

from hypothesis import given
from property_common import Question, asked, examples, holds, setting_of

from dueprocess.kernel.instants import MAX_INSTANT, day_start, iso, local_date, parse_instant
from dueprocess.testing import CaseDocument, LawDocument, Source, Stay, blurred, is_hold
from dueprocess.testing.strategies import seeded

HOURS = (0, 1, 2, 12, 24, 36, 48, 72, 96, 120)


def question(source: Source) -> Question:
    where, law, stay = setting_of(source)
    kind = source.integer(0, 3)
    if kind:
        stay = blurred(source, where, stay, rate=0.15) if kind == 1 else blurred(source, where, stay, rate=0.4, times_only=True)
    return Question(where, law, [stay])


def probes(stay: Stay) -> list[int]:
    begin = stay.spans[0].start
    day = local_date(stay.case.zone, begin)
    found = {day_start(stay.case.zone, day + timedelta(days=n)) for n in range(1, 9)}
    for span in stay.spans:
        found |= {span.start + h * 3600 for h in HOURS}
    for earlier, later in zip(stay.spans, stay.spans[1:], strict=False):
        found.add((earlier.start + later.start) // 2)
    return sorted(t for p in found for t in (p - 1, p, p + 1) if begin <= t < MAX_INSTANT)


def check(law: list[LawDocument], case: CaseDocument) -> None:
    stay = asked(law, case)
    starts = [s.start for s in stay.spans]
    for at in probes(stay):
        span = stay.spans[bisect_right(starts, at) - 1]
        assert stay.outcome_at(at, stay.grounds) == span.outcome, (iso(at, stay.case.zone), span)
    end = next((s.start for s in stay.spans if s.start > stay.case.at and not is_hold(s.outcome)), None)
    if is_hold(stay.outcome_at(stay.case.at, stay.grounds)) and end is not None:
        assert not is_hold(stay.outcome_at(end, stay.grounds))
        assert is_hold(stay.outcome_at(end - 1, stay.grounds))


@examples(150)
@given(seeded(question))
def test_nothing_changes_between_listed_instants(drawn: Question) -> None:
    holds(check, drawn)


def check_reported(law: list[LawDocument], case: CaseDocument) -> None:
    from dueprocess.decide import answer

    stay = asked(law, case)
    decision = answer(stay)
    if not is_hold(decision["outcome"]):
        assert decision["hold_until"] is None
        return
    if decision["hold_until"] is None:
        assert decision["hold_until_because"]
        assert all(is_hold(s.outcome) for s in stay.spans if s.until > stay.case.at)
        return
    end = parse_instant(decision["hold_until"], where="hold_until")
    # Asked anew at that instant, as if the person were still there.
    later = {**case, "at": decision["hold_until"], "custody": {**case["custody"], "left_at": None}}
    again = asked(law, later)
    assert end > stay.case.at
    assert not is_hold(again.outcome_at(end, again.grounds))


@examples(150)
@given(seeded(question))
def test_at_hold_until_it_is_no_hold(drawn: Question) -> None:
    holds(check_reported, drawn)
