"""What all property tests share: one setting of Hypothesis, and a small counterexample where one fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from dueprocess.kernel.errors import InputError
from dueprocess.testing import (
    CaseDocument,
    LawDocument,
    Scene,
    Source,
    Stay,
    frame,
    lawbook_from,
    random_law,
    random_stay,
    scene,
    shrink,
    stay_of,
)


def examples(count: int) -> settings:
    """So many examples, the same ones in every run. Hypothesis's own shrinking is too slow for whole lawbooks."""
    return settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


class Question:
    """Law, and one stay in one or more versions, the vaguest first; ``more`` is what else a property needs."""

    def __init__(self, where: Scene, law: list[LawDocument], cases: list[CaseDocument], more: Any = None) -> None:
        self.where, self.law, self.cases, self.more = where, law, cases, more

    def __repr__(self) -> str:
        # Hypothesis prints what fails; the small example that is found is in the error itself.
        return f"Question({self.where})"


def setting_of(source: Source, **options: Any) -> tuple[Scene, list[LawDocument], CaseDocument]:
    """A scene, law around it, and a stay there with nothing unknown."""
    where = scene(source)
    return where, random_law(source, where, **{"size": source.choice((10, 4)), **options}), random_stay(source, where)


def asked(documents: list[LawDocument], case: CaseDocument, **options: Any) -> Stay:
    """The stay under the lawbook of the documents."""
    return stay_of(case, lawbook_from(documents), **options)


def holds(check: Callable[..., None], question: Question) -> None:
    """Run ``check(law, *cases)`` (and ``more=`` where there is more); where it fails, say so with a small example."""
    options = {} if question.more is None else {"more": question.more}
    try:
        check(question.law, *question.cases, **options)
        return
    except AssertionError as error:
        first = error

    def fails(law: list[LawDocument], *cases: CaseDocument) -> bool:
        try:
            check(law, *cases, **options)
        except AssertionError:
            return True
        except KeyError:  # a part that the check itself looks at was left out
            return False
        return False

    law, cases = shrink(question.law, question.cases, fails)
    try:
        check(law, *cases, **options)
    except (AssertionError, InputError) as error:
        first = error if isinstance(error, AssertionError) else first
    real = {d["id"] for d in frame()}
    lines = [f"(as shipped) {d['id']}" if d["id"] in real and d in frame() else json.dumps(d) for d in law]
    raise AssertionError("\n".join([str(first), "LAW", *lines, *(f"CASE {json.dumps(c)}" for c in cases), f"MORE {question.more!r}"])) from None
