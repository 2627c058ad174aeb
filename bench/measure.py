"""Timing and printing that the benchmarks share."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several rounds, with the lowest and the highest of them."""

    median: float
    low: float
    high: float

    def text(self, pattern: str = "{:.2f}", unit: str = "") -> str:
        """``4.90 (4.71 to 5.30)``."""
        median, low, high = (pattern.format(v) for v in (self.median, self.low, self.high))
        return f"{median}{unit} ({low} to {high})"


def spread(values: Sequence[float]) -> Spread:
    """The spread of the rounds' values; there must be at least one."""
    return Spread(statistics.median(values), min(values), max(values))


def quantile(values: Sequence[float], q: float) -> float:
    """The smallest value that at least a share ``q`` of the values does not exceed (0 < q <= 1)."""
    ordered = sorted(values)
    return ordered[max(0, -int(-q * len(ordered) // 1) - 1)]


@contextmanager
def quiet() -> Iterator[None]:
    """Without the garbage collector, whose pauses would fall on whoever runs when it is due."""
    was = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def seconds_each(work: Callable[[Any], object], items: Sequence[Any], *, at_least: float) -> float:
    """Seconds a call, over whole passes of ``items`` until ``at_least`` seconds have gone by."""
    passes = 0
    start = time.perf_counter()
    while True:
        for item in items:
            work(item)
        passes += 1
        elapsed = time.perf_counter() - start
        if elapsed >= at_least:
            return elapsed / (passes * len(items))


def interleaved(contenders: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, list[float]]:
    """Each contender's values, one a round. All run in every round, each round starting with another one, so that
    whatever else the machine does falls on all alike."""
    names = list(contenders)
    found: dict[str, list[float]] = {name: [] for name in names}
    with quiet():
        for number in range(rounds):
            shift = number % len(names)
            for name in (*names[shift:], *names[:shift]):
                found[name].append(contenders[name]())
    return found


def ratios(values: Sequence[float], base: Sequence[float]) -> Spread:
    """The rounds' values over the base's of the same round."""
    return spread([a / b for a, b in zip(values, base, strict=True)])


def machine() -> str:
    """What the figures were measured on, without saying whose or where."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    return f"{cores} cores{load}, Python {platform.python_version()}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, padded so that it also reads as plain text."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    return "\n".join([line(head), "|" + "|".join("-" * (w + 2) for w in widths) + "|", *(line(row) for row in rows)])


def verdict(met: bool) -> str:
    """How a target came out."""
    return "met" if met else "missed"
