"""Sound bounds: "hours have a **least** (time at `release` under every placement of the times in their intervals) and a
**most** (time at `release` or `review` under some placement): sound bounds, exact where only release_due and left_at
are uncertain."

A stay with every time and fact known is one placement of what a gappy record of it leaves open: its hours lie between
the bounds of the gappy one.

Fails when, for example, `decide.stay.Stay.hours` measures the least up to `left.latest`, or puts the ends of grounds at
their earliest in both passes.
"""

from __future__ import annotations

from hypothesis import given
from property_common import Question, asked, examples, holds, setting_of

from dueprocess.testing import CaseDocument, LawDocument, Source, blurred
from dueprocess.testing.strategies import seeded


def question(source: Source) -> Question:
    where, law, stay = setting_of(source)
    gappy = blurred(source, where, stay, rate=0.2, times_only=source.chance(0.5))
    if gappy["custody"]["booked_at"] is None:
        # Without a booking the stay has no beginning that a bound could count from.
        gappy["custody"]["booked_at"] = stay["custody"]["booked_at"]
    return Question(where, law, [gappy, stay])


def check(law: list[LawDocument], gappy: CaseDocument, complete: CaseDocument) -> None:
    (bound, _), (over, undetermined) = asked(law, gappy).hours(), asked(law, complete).hours()
    assert bound.earliest <= over.earliest, (bound, over)
    assert over.earliest <= over.latest <= bound.latest, (bound, over)
    assert undetermined.earliest <= undetermined.latest


@examples(150)
@given(seeded(question))
def test_the_true_hours_lie_within_the_bounds(drawn: Question) -> None:
    holds(check, drawn)
