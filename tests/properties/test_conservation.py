"""Conservation: "one row out for each stay in; parts sum to the whole."

As far as it applies to one stay: the timeline covers all time from the booking on, without gap or overlap and without
two neighbors alike; and where all times are known, hours at release, hours undetermined and the rest are the stay.

Fails when, for example, `decide.stay._measure` counts a span to its end although the person had left, or
`Stay.timeline` gives the last span an end.
"""

from __future__ import annotations

from hypothesis import given
from property_common import Question, asked, examples, holds, setting_of

from dueprocess.decide import answer
from dueprocess.kernel.instants import MAX_INSTANT, parse_instant
from dueprocess.testing import CaseDocument, LawDocument, Source, blurred
from dueprocess.testing.strategies import seeded


def gappy(source: Source) -> Question:
    where, law, stay = setting_of(source)
    return Question(where, law, [blurred(source, where, stay)])


def check_cover(law: list[LawDocument], case: CaseDocument) -> None:
    stay = asked(law, case)
    assert stay.spans[-1].until == MAX_INSTANT
    for earlier, later in zip(stay.spans, stay.spans[1:], strict=False):
        assert earlier.start < earlier.until == later.start
        assert earlier.outcome != later.outcome


@examples(100)
@given(seeded(gappy))
def test_the_timeline_covers_the_stay_once(drawn: Question) -> None:
    holds(check_cover, drawn)


def known(source: Source) -> Question:
    where, law, stay = setting_of(source)
    return Question(where, law, [stay])


def check_sum(law: list[LawDocument], case: CaseDocument) -> None:
    stay = asked(law, case)
    decision = answer(stay)
    begin = parse_instant(case["custody"]["booked_at"], where="booked_at")
    end = parse_instant(case["custody"].get("left_at") or case["at"], where="left_at")
    parts = dict.fromkeys(("local_custody", "release", "review", "may_hold", "must_hold"), 0)
    for span in decision["timeline"]:
        start = max(begin, parse_instant(span["from"], where="from"))
        until = min(end, end if span["until"] is None else parse_instant(span["until"], where="until"))
        parts[span["outcome"]] += max(0, until - start)
    assert sum(parts.values()) == end - begin
    for key, outcome in (("overheld_hours", "release"), ("undetermined_hours", "review")):
        hours = decision[key]
        assert hours["least"] == hours["most"] or outcome == "release", hours
        assert abs(hours["least"] - parts[outcome] / 3600) < 1e-3, (hours, parts)
    # What is undetermined may be over-detention too.
    assert abs(decision["overheld_hours"]["most"] - (parts["release"] + parts["review"]) / 3600) < 1e-3
    assert decision["class"] == ("certain" if parts["release"] else "possible" if parts["review"] else "no")


@examples(100)
@given(seeded(known))
def test_parts_sum_to_the_stay(drawn: Question) -> None:
    holds(check_sum, drawn)
