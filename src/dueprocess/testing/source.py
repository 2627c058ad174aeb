"""Where a generator takes its choices from: a seeded ``random.Random`` (fast), or Hypothesis (shrinks)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Source(Protocol):
    """All that the generators ask for. The simplest choice comes first: Hypothesis shrinks toward it."""

    def integer(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        ...

    def chance(self, probability: float) -> bool:
        """True with about this probability, in steps of one hundredth."""
        ...

    def choice(self, options: Sequence[T]) -> T:
        """One of the options, which must not be empty."""
        ...


class Seeded:
    """Choices from ``random.Random(seed)``: the same seed gives the same law and cases on every machine."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)
        self._next = self._random.random

    def integer(self, low: int, high: int) -> int:
        return low + int(self._next() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        return self._next() < probability

    def choice(self, options: Sequence[T]) -> T:
        return options[int(self._next() * len(options))]


def some(source: Source, options: Sequence[T], probability: float) -> list[T]:
    """Each option with the same probability, in order."""
    return [option for option in options if source.chance(probability)]


def shuffled(source: Source, items: Sequence[T]) -> list[T]:
    """The items in another order."""
    found = list(items)
    for last in range(len(found) - 1, 0, -1):
        other = source.integer(0, last)
        found[last], found[other] = found[other], found[last]
    return found
