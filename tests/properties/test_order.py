"""Order: "Order of files, norms, papers and rows changes nothing."

Files, norms, papers, grounds, events, facts and ticked boxes are put in another order; the whole answer stays the same
to the byte, `law_version` included.

Fails when, for example, `law.reading.read_authority` hashes the norms as they stand (`content_hash(raw)`).
"""

from __future__ import annotations

from copy import deepcopy

from hypothesis import given
from property_common import Question, examples, holds, setting_of

from dueprocess.decide import decide_case
from dueprocess.kernel.canonical import canonical_bytes
from dueprocess.testing import (
    TODAY,
    CaseDocument,
    LawDocument,
    Seeded,
    Source,
    blurred,
    lawbook_from,
    shuffled,
)
from dueprocess.testing.strategies import seeded


def question(source: Source) -> Question:
    where, law, stay = setting_of(source)
    case = stay if source.chance(0.5) else blurred(source, where, stay)
    return Question(where, law, [case], more=source.integer(1, 10**6))


def in_another_order(law: list[LawDocument], case: CaseDocument, seed: int) -> tuple[list[LawDocument], CaseDocument]:
    source = Seeded(seed)
    documents = [{**d, "norms": shuffled(source, d["norms"])} for d in shuffled(source, law)]
    other = deepcopy({key: case[key] for key in shuffled(source, list(case))})
    for key in ("papers", "events"):
        if key in other:
            other[key] = shuffled(source, other[key])
    for paper in other.get("papers", ()):
        if paper.get("boxes"):
            paper["boxes"] = shuffled(source, paper["boxes"])
    if other["custody"].get("grounds"):
        other["custody"]["grounds"] = shuffled(source, other["custody"]["grounds"])
    if other.get("facts"):
        other["facts"] = {k: other["facts"][k] for k in shuffled(source, list(other["facts"]))}
        for name, value in other["facts"].items():
            if isinstance(value, list):
                other["facts"][name] = shuffled(source, value)
    return documents, other


def check(law: list[LawDocument], case: CaseDocument, *, more: int) -> None:
    other_law, other_case = in_another_order(law, case, more)
    one = decide_case(case, today=TODAY, lawbook=lawbook_from(law))
    other = decide_case(other_case, today=TODAY, lawbook=lawbook_from(other_law))
    assert one == other, {k: (one[k], other[k]) for k in one if one[k] != other[k]}
    assert canonical_bytes(one) == canonical_bytes(other)
    assert list(one) == list(other)


@examples(120)
@given(seeded(question))
def test_order_changes_nothing(drawn: Question) -> None:
    holds(check, drawn)
