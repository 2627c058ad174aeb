"""Monotone: "replacing an unknown by any value changes no outcome but `review`."

Held at every instant of the timeline, not only at `at`. The values come the other way round: a stay is made in which
all is known, some of it is forgotten, then some more; the vaguer must agree with the less vague wherever it is no
review.

Fails when, for example, `terms.tree.python_tests` counts an unknown fact as false (`{variable} is not True` for
"certainly false"), so that NOT unknown is true; or `kernel.instants.Time.by` says "not yet" up to `latest`.
"""

from __future__ import annotations

from hypothesis import given
from property_common import Question, asked, examples, holds, setting_of

from dueprocess.testing import CaseDocument, LawDocument, Source, blurred, side_by_side
from dueprocess.testing.strategies import seeded


def question(source: Source) -> Question:
    where, law, stay = setting_of(source)
    known = blurred(source, where, stay, rate=0.1)
    return Question(where, law, [blurred(source, where, known, rate=0.25), known])


def check(law: list[LawDocument], less: CaseDocument, more: CaseDocument) -> None:
    for stretch in side_by_side(asked(law, less).spans, asked(law, more).spans):
        assert stretch.one in ("review", stretch.other), stretch


@examples(150)
@given(seeded(question))
def test_a_value_for_an_unknown_changes_only_review(drawn: Question) -> None:
    holds(check, drawn)
