"""No hold on unknown: "a hold stays that outcome under every completion of the unknowns."

The completion is a stay in which nothing is unknown; what is asked about is what a gappy record says of it. `may_hold`
must stay `may_hold`, and `must_hold` `must_hold`.

Fails when, for example, `decide.regime.outcome_word` takes the resolution that favors holding alone (`if True:` for
`if favor == against:`), or `case.facts` takes a paper for present that an incomplete record does not list.
"""

from __future__ import annotations

from hypothesis import given
from property_common import Question, asked, examples, holds, setting_of

from dueprocess.testing import CaseDocument, LawDocument, Source, blurred, is_hold, side_by_side
from dueprocess.testing.strategies import seeded


def question(source: Source) -> Question:
    where, law, stay = setting_of(source)
    return Question(where, law, [blurred(source, where, stay, rate=0.15), stay])


def check(law: list[LawDocument], gappy: CaseDocument, complete: CaseDocument) -> None:
    for stretch in side_by_side(asked(law, gappy).spans, asked(law, complete).spans):
        assert not is_hold(stretch.one) or stretch.one == stretch.other, stretch


@examples(200)
@given(seeded(question))
def test_a_hold_is_one_under_the_whole_truth(drawn: Question) -> None:
    holds(check, drawn)
