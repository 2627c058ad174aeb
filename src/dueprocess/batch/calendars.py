"""Calendars as tables: the local day of an instant, and the ends of limits of counted seconds, found by one equi-join.

Each zone has its days in a row; each day knows how many counted seconds lie before it (a prefix sum). Time is cut into
windows no longer than the shortest day (23 hours, when the clocks go forward), so that a window holds at most one
beginning of a day: a look-up is an equality of window numbers and one comparison. Within a window the end of a limit
is a line of at most three straight pieces, which the table holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dueprocess.clock import load_calendar
from dueprocess.kernel.instants import MAX_INSTANT, zone

WINDOW = 23 * 3600
NOWHERE = -1
"""The number of the window that stands for no instant, or for one beyond the calendar: nothing is known of it.

With it every row finds exactly one window, and the numbers are dense: both let an engine look a window up by its place
instead of searching for it."""

UNVERIFIED = -(1 << 62)
"""In the place of a number that is not known, since the holidays of its days are not."""

MARGIN = 45
"""Days beyond the rows' own that a limit may reach."""

_SECOND, _NONE = timedelta(seconds=1), timedelta(0)

DAY_COLUMNS = ("day", "year", "month_day", "day_start", "day_end", "epoch", "known")


@dataclass(frozen=True)
class Calendars:
    """The days from ``first`` to ``last`` (ordinals) of some zones, and the sets of excluded days that limits name."""

    zones: tuple[str, ...]
    excluding: tuple[tuple[str, ...], ...]
    first: int
    last: int

    @cached_property
    def _midnights(self) -> dict[str, NDArray[np.int64]]:
        """The beginnings of every zone's days, and of the day after the last (as ``kernel.instants.midnight``)."""
        local = [datetime.fromordinal(day) for day in range(self.first, self.last + 2)]
        plain = 86400 * (np.arange(self.first, self.last + 2) - date(1970, 1, 1).toordinal())
        found = {}
        for name in self.zones:
            offsets = list(map(zone(name).utcoffset, local))
            # A zone gives the same object as long as its offset stays: only what changes is worked out.
            changes = np.flatnonzero(np.diff(np.fromiter(map(id, offsets), dtype=np.int64), prepend=-1))
            seconds = [(offsets[i] or _NONE) // _SECOND for i in changes]
            found[name] = plain - np.repeat(seconds, np.diff(changes, append=len(local)))
        return found

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Zones whose days begin at the same instants throughout are one: Detroit's and New York's, say; but not two that
        part company in the year after, so that a longer calendar numbers them alike."""
        months = [datetime(date.fromordinal(self.last).year + 1, month, 15) for month in range(1, 13)]  # noqa: DTZ001
        same: dict[tuple[Any, ...], int] = {}
        return {name: same.setdefault((self._midnights[name].tobytes(), *map(zone(name).utcoffset, months)), len(same)) for name in self.zones}

    @property
    def _starts(self) -> list[NDArray[np.int64]]:
        """The beginnings of the days by the number of a zone."""
        named = {number: name for name, number in self._numbers.items()}
        return [self._midnights[named[number]] for number in range(len(named))]

    @cached_property
    def origin(self) -> int:
        """The instant from which windows are numbered: before every day here."""
        return min(int(starts[0]) for starts in self._midnights.values())

    @cached_property
    def zone_windows(self) -> int:
        """How many windows each zone has: those of zone ``z`` are numbered from ``z * zone_windows``."""
        return (self.until - self.origin) // WINDOW + 1

    @cached_property
    def since(self) -> int:
        """The instant from which every zone has windows."""
        return max(int(starts[0]) for starts in self._midnights.values())

    @cached_property
    def until(self) -> int:
        """The instant up to which every zone has windows."""
        ends = min(int(starts[-1]) for starts in self._midnights.values())
        return self.origin + (ends - self.origin) // WINDOW * WINDOW

    @property
    def verified(self) -> bool:
        """Whether the holidays of all these days are known."""
        calendar = load_calendar()
        return calendar.first <= self.first and self.last <= calendar.last

    def number_sql(self, instant: str, zone: str, *, when: str = "TRUE") -> str:
        """The number of the window of an instant in a zone (SQL); NOWHERE where ``when`` does not hold."""
        also = "" if when == "TRUE" else f" AND {when}"
        return f"CASE WHEN {instant} >= {self.since} AND {instant} < {self.until}{also} THEN {zone} * {self.zone_windows} + ({instant} - {self.origin}) // {WINDOW} ELSE {NOWHERE} END"

    def zone_number(self, zone: str) -> int:
        """The number of a zone, which others share whose days are the same."""
        return self._numbers[zone]

    def place_sql(self, jurisdiction: str, zone: str) -> str:
        """The number of a jurisdiction in a zone (SQL)."""
        return f"{jurisdiction} * {max(self._numbers.values()) + 1} + {zone}"

    def name(self, excluding: tuple[str, ...]) -> int:
        """The number of a set of excluded days, as it stands in the columns' names."""
        return self.excluding.index(excluding)

    def day_columns(self) -> list[str]:
        """What is known of a day: the columns of ``days`` after ``zone``."""
        return [*DAY_COLUMNS, *(c for i in range(len(self.excluding)) for c in (f"before_{i}", f"counts_{i}"))]

    def days(self, epoch: Callable[[int], int], known: Callable[[int], int]) -> list[NDArray[np.int64]]:
        """For each number of a zone its days in order, a row each, in the columns of ``day_columns``. ``before_i`` counted
        seconds lie before a day in calendar ``i``; ``counts_i`` is 1 where the day counts. Both are UNVERIFIED beyond
        the verified range of the holiday table."""
        calendar = load_calendar()
        ordinals = range(self.first, self.last + 1)
        civil = [date.fromordinal(day) for day in ordinals]
        shared = np.array([(d.year, d.month * 100 + d.day, epoch(day), known(day)) for day, d in zip(ordinals, civil, strict=True)], dtype=np.int64)
        counts = [
            np.array([UNVERIFIED if "federal_holidays" in excluding and not calendar.first <= day <= calendar.last else int(calendar.excluded(day, excluding) is None) for day in ordinals])
            for excluding in self.excluding
        ]
        found = []
        for starts in self._starts:
            columns = [np.array(ordinals), shared[:, 0], shared[:, 1], starts[:-1], starts[1:], shared[:, 2], shared[:, 3]]
            for counted in counts:
                seconds = np.where(counted == 1, np.diff(starts), 0)
                columns += [np.where(counted == UNVERIFIED, UNVERIFIED, np.cumsum(seconds) - seconds), counted]
            found.append(np.column_stack(columns))
        return found

    def _lows(self, starts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each window of a zone begins whose days begin at ``starts``."""
        return self.origin + WINDOW * np.arange((starts[0] - self.origin) // WINDOW, (self.until - self.origin) // WINDOW, dtype=np.int64)

    def splits(self, days: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], ...]:
        """Of every window its number, its split, and the places of the day before it and of that from it on in all days
        one after another."""
        first = 0
        found: list[tuple[NDArray[np.int64], ...]] = []
        for zone_number, rows in enumerate(days):
            starts = rows[:, DAY_COLUMNS.index("day_start")]
            low = self._lows(starts)
            index, after = _last_at(starts, low)
            split = np.where((low < starts[after]) & (starts[after] < low + WINDOW), starts[after], MAX_INSTANT)
            found.append((zone_number * self.zone_windows + (low - self.origin) // WINDOW, split, first + index, first + after))
            first += len(rows)
        return tuple(np.concatenate(each) for each in zip(*found, strict=True))

    def ends(self, days: Sequence[NDArray[np.int64]], calendar: int, seconds: int) -> tuple[NDArray[np.int64], ...]:
        """For each window of ``splits`` the end of a limit of counted seconds, as a function of the instant it counts
        from: first break, second break, shift before the first, between them, from the second on.

        The end is the instant (0 on a day that does not count, where every instant has the same end) and the shift. It
        breaks where a day begins, and where the count first reaches another counted day; a window holds at most one of
        each. A shift is UNVERIFIED where the calendar is."""
        return tuple(np.concatenate(each) for each in zip(*(self._ends(rows, calendar, seconds) for rows in days), strict=True))

    def _ends(self, rows: NDArray[np.int64], calendar: int, seconds: int) -> tuple[NDArray[np.int64], ...]:
        start, end = rows[:, DAY_COLUMNS.index("day_start")], rows[:, DAY_COLUMNS.index("day_end")]
        before, counts = rows[:, len(DAY_COLUMNS) + 2 * calendar], rows[:, len(DAY_COLUMNS) + 2 * calendar + 1]
        counting = counts == 1
        reached, begun = before[counting], start[counting]
        beyond = int((before + end - start)[counting][-1]) if counting.any() else 0
        # Counted from a day that counts: the instant and ``apart``; from another day the same for all of it.
        apart = before + seconds - np.where(counting, start, 0)
        first = before + seconds - 1
        last = first + np.where(counting, end - start, 1) - 1
        known = counts != UNVERIFIED
        # A piece of the line for each counted day that the count reaches from this one, and one for what lies beyond them.
        at = np.maximum(np.searchsorted(reached, first, side="right") - 1, 0)
        inside = np.where(known & (first < beyond), np.maximum(np.searchsorted(reached, last, side="right") - at, 0), 0)
        pieces = inside + (~known | (last >= beyond))
        day = np.repeat(np.arange(len(rows)), pieces)
        nth = np.arange(len(day)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        counted = nth < inside[day]
        to = np.where(counted, at[day] + nth, 0)
        if not len(reached):
            reached = begun = np.zeros(1, dtype=np.int64)
        since = start[day] + np.where(known[day], np.maximum(0, np.where(counted, reached[to], beyond) - first[day]), 0)
        shifts = np.where(counted, apart[day] + begun[to] - reached[to], UNVERIFIED)
        low = self._lows(start)
        one, two = _last_at(since, low)
        three = np.minimum(one + 2, len(since) - 1)
        breaks = np.where((low < since[two]) & (since[two] < low + WINDOW), since[two], MAX_INSTANT), np.where((two < three) & (since[three] < low + WINDOW), since[three], MAX_INSTANT)
        return *breaks, shifts[one], shifts[two], shifts[three]


def _last_at(instants: NDArray[np.int64], at: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places of the last of some ascending instants that is not after each of ``at`` (the first where there is none),
    and of the one that follows it (itself where it is the last)."""
    index = np.maximum(np.searchsorted(instants, at, side="right") - 1, 0)
    return index, np.minimum(index + 1, len(instants) - 1)


def calendars(zones: Sequence[str], excluding: Sequence[tuple[str, ...]], *, first: int, last: int) -> Calendars:
    """The calendars for some zones over the rows' days, with a margin on both sides."""
    lowest = max(first - 3, 2)
    return Calendars(tuple(sorted(set(zones))), tuple(sorted(set(excluding))), lowest, last + MARGIN)
