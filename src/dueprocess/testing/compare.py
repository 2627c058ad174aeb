"""Two answers side by side: their timelines instant by instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dueprocess.case import read_case
from dueprocess.decide import Setting, Stay
from dueprocess.decide.adoption import adopted_ids
from dueprocess.decide.stay import HOLDS, Span
from dueprocess.kernel.instants import Instant
from dueprocess.law import Lawbook
from dueprocess.places import load_places

TODAY = date(2026, 11, 22)
"""The day that stands for today in tests; no test reads the clock."""


def stay_of(case: Mapping[str, Any], lawbook: Lawbook, *, adoption: Mapping[str, Any] | None = None, at: str | None = None) -> Stay:
    """The stay that a case describes, ready to be asked. Raises InputError where ``decide_case`` would refuse it."""
    read = read_case(case, lawbook=lawbook, places=load_places(), today=TODAY, at=at)
    adopted = None if adoption is None else adopted_ids(adoption, lawbook=lawbook, agency=read.agency, today=TODAY, where="adoption")
    stay = Stay(read, Setting(lawbook, adopted))
    stay.check_statements()
    return stay


@dataclass(frozen=True)
class Stretch:
    """A half-open stretch of time [start, until) in which neither of two timelines changes."""

    start: Instant
    until: Instant
    one: str
    other: str


def side_by_side(one: Sequence[Span], other: Sequence[Span]) -> Iterator[Stretch]:
    """The stretches of two timelines, from where both have begun."""
    i = j = 0
    while i < len(one) and j < len(other):
        a, b = one[i], other[j]
        start, until = max(a.start, b.start), min(a.until, b.until)
        if start < until:
            yield Stretch(start, until, a.outcome, b.outcome)
        if a.until <= b.until:
            i += 1
        if b.until <= a.until:
            j += 1


def is_hold(outcome: str) -> bool:
    """Whether an outcome says that the person may or must be held past release."""
    return outcome in HOLDS
