"""Adoption: "turning it on never adds an instant of hold, and never removes a release."

Counsel has adopted a tenth, half or nine tenths of the authorities.

Fails when, for example, `law.lawbook.Lawbook._applied` calls forbids not adopted, in place of permits
(`is_adopted or norm.favors`), or `decide.regime._Source.tests` takes what is not adopted for true.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from property_common import Question, asked, examples, holds, setting_of

from dueprocess.testing import CaseDocument, LawDocument, Source, blurred, is_hold, side_by_side, some
from dueprocess.testing.strategies import seeded


def question(source: Source) -> Question:
    where, law, stay = setting_of(source, ends=0.6)
    case = stay if source.chance(0.6) else blurred(source, where, stay)
    adopted = some(source, [d["id"] for d in law], source.choice((0.9, 0.5, 0.1)))
    return Question(where, law, [case], more={"agency": where.agency, "adopted": adopted})


def check(law: list[LawDocument], case: CaseDocument, *, more: dict[str, Any]) -> None:
    there = {d["id"] for d in law}
    adoption = {**more, "adopted": [a for a in more["adopted"] if a in there]}
    for stretch in side_by_side(asked(law, case).spans, asked(law, case, adoption=adoption).spans):
        assert is_hold(stretch.one) or not is_hold(stretch.other), stretch
        assert stretch.one != "release" or stretch.other == "release", stretch


@examples(150)
@given(seeded(question))
def test_adoption_adds_no_hold_and_takes_no_release(drawn: Question) -> None:
    holds(check, drawn)
