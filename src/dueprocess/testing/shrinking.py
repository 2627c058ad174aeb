"""Law and a case made as small as they can be while something still goes wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.testing.cases import CaseDocument
from dueprocess.testing.law import LawDocument

Fails = Callable[[list[LawDocument], CaseDocument], bool]

_KEPT = frozenset({"id", "title", "kind", "citation", "sources", "review", "agency", "at", "booked_at", "declare", "value"})


def shrink(documents: Sequence[LawDocument], case: CaseDocument, fails: Fails) -> tuple[list[LawDocument], CaseDocument]:
    """Leave out authorities, norms, papers, keys and entries, one after another, as long as ``fails`` stays true.

    ``fails`` gets law and a case that it must not change; where it raises InputError (the smaller law or case is
    refused), that counts as false. The result is small, not the smallest.
    """

    def still(law: list[LawDocument], question: CaseDocument) -> bool:
        try:
            return fails(law, question)
        except InputError:
            return False

    law, question = deepcopy(list(documents)), deepcopy(case)
    changed = True
    while changed:
        changed = False
        for size in (8, 4, 2, 1):
            index = 0
            while index < len(law):
                fewer = law[:index] + law[index + size :]
                if still(fewer, question):
                    law, changed = fewer, True
                else:
                    index += size
        for index, document in enumerate(law):
            for smaller in _smaller(document):
                candidate = [*law[:index], smaller, *law[index + 1 :]]
                if still(candidate, question):
                    law, changed = candidate, True
                    break
        for fewer_case in _smaller(question):
            if still(law, fewer_case):
                question, changed = fewer_case, True
                break
    return law, question


def _smaller(value: Any) -> Iterator[Any]:
    """The value with one part left out or made plainer, at any depth."""
    if isinstance(value, dict):
        for key in value:
            if key not in _KEPT:
                yield {k: v for k, v in value.items() if k != key}
        for key, part in value.items():
            for smaller in _smaller(part):
                yield {**value, key: smaller}
            if key == "when" and part != "TRUE":
                yield {**value, key: "TRUE"}
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value[:index] + value[index + 1 :]
        for index, part in enumerate(value):
            for smaller in _smaller(part):
                yield [*value[:index], smaller, *value[index + 1 :]]
