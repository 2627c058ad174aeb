"""Replay: "law known later changes nothing of an answer asked with an earlier `law_known_at` but `law_version`."

What is added is known only after `law_known_at`: new law of every rank that binds here, rulings on what was there, and
law that ends what was there, both its force and our knowledge of it.

Fails when, for example, `law.lawbook.Lawbook._unknown_again` or `_ended` counts an end by an authority that is not yet
known (`return True` in place of `self.known(interval.ended_by, known_at)`).
"""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from property_common import Question, examples, holds, setting_of

from dueprocess.decide import decide_case
from dueprocess.testing import (
    TODAY,
    CaseDocument,
    LawDocument,
    Scene,
    Source,
    blurred,
    frame,
    lawbook_from,
    more_law,
)
from dueprocess.testing.strategies import seeded


def question(source: Source) -> Question:
    where, law, stay = setting_of(source)
    case = stay if source.chance(0.5) else blurred(source, where, stay)
    later = (date.fromisoformat(case["law_known_at"]) + timedelta(days=source.choice((1, 30)))).isoformat()
    added = more_law(source, where, law, ranks=(1, 2, 3, 4, 5, 6, 7, 8))
    for document in added:
        document["known"] = {"from": later}
    real = {d["id"] for d in frame()}
    ends = {d["id"]: how(source, where) for d in law if d["id"] not in real and d.get("binds") and source.chance(0.4)}
    return Question(where, law, [case], more=(later, added, ends))


def how(source: Source, where: Scene) -> tuple[str, str]:
    return source.choice(("in_force", "known")), where.day(source.choice((1, 2, -1, -200)))


def with_later_law(law: list[LawDocument], later: str, added: list[LawDocument], ends: dict[str, tuple[str, str]]) -> list[LawDocument]:
    found = deepcopy(law)
    for document in list(found):
        key, until = ends.get(document["id"], ("", ""))
        interval = document.get(key) or {}
        if not key or "until" in interval or interval.get("from", "") >= until:
            continue
        ender = {**document, "id": f"{document['id']}-ended", "kind": "statute", "in_force": {"from": until}, "known": {"from": later}, "norms": []}
        for gone in ("construes", "court", "stage", "persuades"):
            ender.pop(gone, None)
        document[key] = {**interval, "until": until, "ended_by": ender["id"]}
        found.append(ender)
    return [*found, *added]


def check(law: list[LawDocument], case: CaseDocument, *, more: tuple[str, list[LawDocument], dict[str, tuple[str, str]]]) -> None:
    one, other = answer(law, case), answer(with_later_law(law, *more), case)
    assert one == other, {k: (one[k], other[k]) for k in one if one[k] != other[k]}


def answer(law: list[LawDocument], case: CaseDocument) -> dict[str, Any]:
    found = decide_case(case, today=TODAY, lawbook=lawbook_from(law))
    del found["law_version"]
    return found


@examples(150)
@given(seeded(question))
def test_later_law_changes_no_earlier_answer(drawn: Question) -> None:
    holds(check, drawn)
