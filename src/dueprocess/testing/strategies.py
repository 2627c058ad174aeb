"""Hypothesis strategies over the same generators, so that what fails is shrunk. Needs the ``hypothesis`` package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from dueprocess.testing.cases import CaseDocument, random_case, random_stay
from dueprocess.testing.law import LawDocument, Scene, random_law, scene
from dueprocess.testing.source import Seeded, Source

T = TypeVar("T")


@lru_cache(maxsize=4096)
def _integers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


class Drawn:
    """Choices that Hypothesis makes; ``draw`` is that of a composite strategy."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return int(self._draw(_integers(low, high)))

    def chance(self, probability: float) -> bool:
        # The simplest draw, 0, is False.
        return int(self._draw(_integers(0, 99))) >= 100 - 100 * probability

    def choice(self, options: Sequence[T]) -> T:
        return options[self.integer(0, len(options) - 1)]


def sourced(make: Callable[[Source], T]) -> st.SearchStrategy[T]:
    """The strategy of all that a function makes from a source of choices."""

    @st.composite
    def build(draw: Callable[[st.SearchStrategy[Any]], Any]) -> T:
        return make(Drawn(draw))

    return build()


def seeded(make: Callable[[Source], T]) -> st.SearchStrategy[T]:
    """The same from seeds: faster, and spread as the generator means it; what fails is not shrunk by Hypothesis, which
    is slow with whole lawbooks anyhow (see ``dueprocess.testing.shrink``)."""
    return st.integers(0, 2**48).map(lambda seed: make(Seeded(seed)))


def scenes() -> st.SearchStrategy[Scene]:
    """An agency and a day of booking."""
    return sourced(scene)


def laws(where: Scene, **options: Any) -> st.SearchStrategy[list[LawDocument]]:
    """Documents of law around a scene; ``options`` are those of ``random_law``."""
    return sourced(lambda source: random_law(source, where, **options))


def stays(where: Scene) -> st.SearchStrategy[CaseDocument]:
    """Cases with nothing unknown."""
    return sourced(lambda source: random_stay(source, where))


def cases(where: Scene) -> st.SearchStrategy[CaseDocument]:
    """Cases of which most have something unknown."""
    return sourced(lambda source: random_case(source, where))
