"""Less paper, less hold: "cancelling a paper that is no local ground never adds an instant of hold; nor does removing
one, under law whose limits do not count from its receipt."

Removal is asked under law whose limits count neither from a receipt nor from a service, and of complete records: in an
incomplete one a paper that is not in the file may still be somewhere.

Fails when, for example, `case.facts.shared_facts` turns a warrant round (`negation(...)` around `admin_warrant`), or
`case.facts.candidates` looks at the first listed detainer only, so that taking it out brings up a better one.
"""

from __future__ import annotations

from hypothesis import assume, given
from property_common import Question, asked, examples, holds, setting_of

from dueprocess.kernel.instants import iso
from dueprocess.testing import (
    COUNTED_FROM,
    FROM_RECEIPT,
    CaseDocument,
    LawDocument,
    Source,
    blurred,
    bounds,
    cancelled,
    is_hold,
    is_local_ground,
    side_by_side,
    without_paper,
)
from dueprocess.testing.strategies import seeded


def cancelling(source: Source) -> Question:
    # What a cancellation might wrongly move: half of the lawbooks count from receipts alone.
    counted = COUNTED_FROM if source.chance(0.5) else (source.choice(FROM_RECEIPT),)
    where, law, stay = setting_of(source, counted_from=counted)
    case = stay if source.chance(0.7) else blurred(source, where, stay)
    papers = [i for i, p in enumerate(case["papers"]) if not is_local_ground(p)]
    if not papers:
        return Question(where, law, [case, case])
    index = source.choice(papers)
    received = bounds(case["papers"][index]["received_at"], where.zone)
    if received is None:
        return Question(where, law, [case, case])
    at = received[1] + source.choice((1, 5, 20, 60, 200)) * 3600
    before = case["papers"][index]["cancelled_at"]
    known = bounds(before, where.zone)
    if known is not None:
        at = min(at, known[0])
    if at <= received[1] or (before is None and not case["record_complete"]):
        # To learn when a paper was cancelled is not to cancel it.
        return Question(where, law, [case, case])
    return Question(where, law, [case, cancelled(case, index, iso(at, where.zone))])


def removing(source: Source) -> Question:
    kept = [e for e in COUNTED_FROM if e not in FROM_RECEIPT]
    where, law, stay = setting_of(source, counted_from=kept)
    case = stay if source.chance(0.6) else blurred(source, where, stay, rate=0.3, times_only=True)
    papers = [i for i, p in enumerate(case["papers"]) if not is_local_ground(p)]
    return Question(where, law, [case, without_paper(case, source.choice(papers)) if papers else case])


def check(law: list[LawDocument], more: CaseDocument, less: CaseDocument) -> None:
    for stretch in side_by_side(asked(law, more).spans, asked(law, less).spans):
        assert is_hold(stretch.one) or not is_hold(stretch.other), stretch


@examples(250)
@given(seeded(cancelling))
def test_cancelling_adds_no_hold(drawn: Question) -> None:
    assume(drawn.cases[0] is not drawn.cases[1])
    holds(check, drawn)


@examples(250)
@given(seeded(removing))
def test_removing_adds_no_hold(drawn: Question) -> None:
    assume(drawn.cases[0] is not drawn.cases[1])
    holds(check, drawn)
