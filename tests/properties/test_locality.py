"""Locality: "an authority that does not bind, is not in force or not known, and is no other's `ended_by`, changes
nothing but `risks` and `law_version`."

One reading is needed: what persuades also stands among the clocks "as a claimed reading" (Release due, hours,
intervals), so clocks whose state is `claimed` are left out of the comparison too. Not in force means at no instant of
the timeline, which has no end: what ended before the stay began.

Fails when, for example, `law.lawbook.Lawbook._binding` forgets the exceptions (`and not any(...)` left out), or
`_applied` does not look whether an authority was known yet.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from property_common import Question, examples, holds, setting_of

from dueprocess.decide import decide_case
from dueprocess.testing import (
    TODAY,
    CaseDocument,
    LawDocument,
    Source,
    blurred,
    lawbook_from,
    more_elsewhere,
    more_law,
)
from dueprocess.testing.strategies import seeded


def question(source: Source) -> Question:
    where, law, stay = setting_of(source)
    case = stay if source.chance(0.5) else blurred(source, where, stay)
    if source.chance(0.4):
        added = more_elsewhere(source, where, law)
    else:
        added = more_law(source, where, law, ranks=(1, 2, 3, 4, 5, 6, 7, 8))
        asked_on = case["law_known_at"]
        for document in added:
            how = source.integer(0, 2)
            if how == 0:
                document["in_force"] = {"from": where.day(-3000), "until": where.day(-400)}
            elif how == 1:
                document["known"] = {"from": day_after(asked_on, source.choice((1, 500)))}
            else:
                document["known"] = {"from": where.day(-5000), "until": day_after(asked_on, source.choice((0, -30)))}
    return Question(where, law, [case], more=added)


def day_after(day: str, days: int) -> str:
    from datetime import date

    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def settled(law: list[LawDocument], case: CaseDocument) -> dict[str, Any]:
    answer = decide_case(case, today=TODAY, lawbook=lawbook_from(law))
    for part in (answer, answer["then"] or {}):
        part.pop("risks", None)
        part["clocks"] = [c for c in part.get("clocks") or () if c["state"] != "claimed"]
    del answer["law_version"]
    return answer


def check(law: list[LawDocument], case: CaseDocument, *, more: list[LawDocument]) -> None:
    one, other = settled(law, case), settled([*law, *more], case)
    assert one == other, {k: (one[k], other[k]) for k in one if one[k] != other[k]}


@examples(150)
@given(seeded(question))
def test_what_does_not_apply_changes_nothing(drawn: Question) -> None:
    holds(check, drawn)
