"""The clocks of a decision: one table of the limits, one of the steps, then where each limit comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dueprocess.decide.messages import Messages
from dueprocess.decide.wording import Clock, latest_of, plain, read_time, span
from dueprocess.render.sheet import Block, Entries, Entry, Paragraph, Table

Told = Mapping[str, Any]
Steps = tuple[tuple[str, str, float, str], ...]
"""Stretches: from, until, counted hours, why not counted (or nothing)."""


def clock_blocks(clocks: Sequence[Told], at: str, words: Messages) -> list[Block]:
    """Tables and list, with the clocks that do not apply named in a line. ``at`` is the instant asked about."""
    shown = [c for c in clocks if c["state"] != "does not apply"]
    idle = dict.fromkeys(f"{c['citation']} [{c['norm']}]" for c in clocks if c["state"] == "does not apply")
    blocks: list[Block] = []
    if shown:
        blocks.append(_limits(shown, at, words))
        steps = _steps(shown, words)
        blocks += [steps] if steps else []
        alike = len({_start(c, words) for c in shown}) == 1
        named = tuple(
            Entry("" if alike else _sentence(_start(c, words)), "", c["citation"], c["norm"]) for c in shown
        )
        blocks.append(Entries(named, numbered=True))
    if idle:
        blocks.append(Paragraph(words("clocks.not", list="; ".join(idle))))
    return blocks


def _limits(shown: Sequence[Told], at: str, words: Messages) -> Table:
    clock = Clock(words, [c["ends_at"] for c in shown])
    rows = tuple(
        (
            str(number),
            clock.time(c["ends_at"], words("clocks.no_end")),
            words.get(f"clocks.ends.{c['ends']}", c["ends"]),
            _counts(c, words),
            _standing(c, at, words),
        )
        for number, c in enumerate(shown, 1)
    )
    marked = tuple(i for i, c in enumerate(shown) if c["governs"])
    head = tuple(words("clocks.head").split("|"))
    starts = list(dict.fromkeys(_start(c, words) for c in shown))
    shared = words("clocks.from.all", start=starts[0]) if len(starts) == 1 else ""
    # An interval is too long for one line.
    fixed = (0, 1, 2) if not any(isinstance(c["ends_at"], Mapping) for c in shown) else (0, 2)
    return Table(words("clocks.caption", start=shared, zone=clock.caption), head, rows, marked, fixed=fixed)


def _counts(clock: Told, words: Messages) -> str:
    if clock["until_end_of_day"]:
        return words("clocks.day")
    days = [words.get(f"clocks.{e}", plain(e)) for e in sorted(clock["excluding"], reverse=True)]
    named = (
        words("clocks.and", first=", ".join(days[:-1]), second=days[-1]) if len(days) > 1 else "".join(days)
    )
    which = words("clocks.without", days=named) if days else words("clocks.every")
    return words("clocks.hours", hours=span(words, clock["hours"]), which=which)


def _standing(clock: Told, at: str, words: Messages) -> str:
    if clock["defeated"]:
        told = words("clocks.defeated")
    elif clock["governs"]:
        told = words("clocks.governs")
    else:
        told = words.get(f"clocks.{clock['state']}", clock["state"])
    end = latest_of(clock["ends_at"])
    return words("clocks.over", standing=told) if end is not None and end <= read_time(at) else told


def _merged(clock: Told, words: Messages) -> Steps:
    """The steps with neighbors joined: counted days as one stretch, days not counted as one."""
    merged: list[tuple[str, str, float, str]] = []
    for step in clock["steps"]:
        why = step["excluded"] or ""
        if merged and bool(merged[-1][3]) == bool(why):
            begun, _, counted, before = merged[-1]
            reasons = ", ".join(dict.fromkeys([*before.split(", "), why])) if why else ""
            merged[-1] = (begun, step["until"], counted + step["counted_hours"], reasons)
        else:
            merged.append((step["from"], step["until"], step["counted_hours"], why))
    return tuple(merged)


def _steps(shown: Sequence[Told], words: Messages) -> Table | None:
    """The steps of all clocks; those that count alike share their rows."""
    alike: dict[Steps, list[str]] = {}
    for number, c in enumerate(shown, 1):
        merged = _merged(c, words)
        if merged:
            alike.setdefault(merged, []).append(str(number))
    if not alike:
        return None
    clock = Clock(words, [t for steps in alike for s in steps for t in s[:2]])
    rows = [
        (
            ", ".join(numbers) if index == 0 else "",
            clock.instant(begun),
            clock.instant(until),
            words("clocks.excluded", days=why) if why else span(words, counted),
        )
        for steps, numbers in alike.items()
        for index, (begun, until, counted, why) in enumerate(steps)
    ]
    head = tuple(words("clocks.steps.head").split("|"))
    return Table(words("clocks.steps", zone=clock.caption), head, tuple(rows), fixed=(1, 2))


def _start(clock: Told, words: Messages) -> str:
    event = words.get(f"event.{clock['counted_from']}", plain(clock["counted_from"]))
    start = Clock(words).time(clock["starts_at"], "")
    return (
        words("clocks.from", event=event, start=start) if start else words("clocks.from.unknown", event=event)
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
