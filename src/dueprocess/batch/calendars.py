"""Calendars as tables: the local day of an instant, and counted seconds as prefix sums, both found by equi-joins.

Each zone has its days in a row; each day knows how many counted seconds lie before it. The end of a limit is then
two look-ups: from the instant to its day, and from the counted seconds back to the day on which they are reached.
Time is cut into windows no longer than the shortest day (23 hours, when the clocks go forward), so that a window
holds at most one beginning of a day: a look-up is an equality of window numbers and one comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from dueprocess.clock import load_calendar
from dueprocess.kernel.instants import MAX_INSTANT, midnight

WINDOW = 23 * 3600
ZONE_WINDOWS = 2**22
"""More windows than any span of years here has."""

MARGIN = 45
"""Days beyond the rows' own that a limit may reach."""

DAY_COLUMNS = ("day", "year", "month_day", "day_start", "day_end", "epoch", "known")


@dataclass(frozen=True)
class Calendars:
    """The days from ``first`` to ``last`` (ordinals) of some zones, and the sets of excluded days that limits name."""

    zones: tuple[str, ...]
    excluding: tuple[tuple[str, ...], ...]
    first: int
    last: int

    @cached_property
    def origin(self) -> int:
        """The instant from which windows are numbered: before every day here."""
        return min(midnight(zone, self.first) for zone in self.zones)

    def zone_number(self, zone: str) -> int:
        return self.zones.index(zone)

    def name(self, excluding: tuple[str, ...]) -> int:
        """The number of a set of excluded days, as it stands in the columns' names."""
        return self.excluding.index(excluding)

    def day_columns(self) -> list[str]:
        """What is known of a day: the columns of ``days`` after ``zone``."""
        return [*DAY_COLUMNS, *(c for i in range(len(self.excluding)) for c in (f"before_{i}", f"counts_{i}"))]

    def days(self, epoch: Callable[[int], int], known: Callable[[int], int]) -> list[list[tuple[Any, ...]]]:
        """For each zone its days in order. ``before_i`` counted seconds lie before a day in calendar ``i``; ``counts_i``
        is 1 where the day counts. Both are null beyond the verified range of the holiday table."""
        calendar = load_calendar()
        found = []
        for zone in self.zones:
            before = [0] * len(self.excluding)
            rows = []
            end = midnight(zone, self.first)
            for day in range(self.first, self.last + 1):
                start, end = end, midnight(zone, day + 1)
                row: list[Any] = []
                for i, excluding in enumerate(self.excluding):
                    if "federal_holidays" in excluding and not calendar.first <= day <= calendar.last:
                        row += [None, None]
                        continue
                    counts = calendar.excluded(day, excluding) is None
                    row += [before[i], int(counts)]
                    before[i] += end - start if counts else 0
                civil = date.fromordinal(day)
                rows.append((day, civil.year, civil.month * 100 + civil.day, start, end, epoch(day), known(day), *row))
            found.append(rows)
        return found

    def windows(self, days: Sequence[Sequence[tuple[Any, ...]]]) -> Iterator[tuple[Any, ...]]:
        """(window, split, the day before the split, the day from it on)."""
        start, end = DAY_COLUMNS.index("day_start"), DAY_COLUMNS.index("day_end")
        for zone, rows in enumerate(days):
            index = 0
            for number in range((rows[0][start] - self.origin) // WINDOW, (rows[-1][end] - self.origin) // WINDOW):
                low = self.origin + number * WINDOW
                while index + 1 < len(rows) and rows[index + 1][start] <= low:
                    index += 1
                after = rows[min(index + 1, len(rows) - 1)]
                split = after[start] if low < after[start] < low + WINDOW else MAX_INSTANT
                yield (zone * ZONE_WINDOWS + number, split, *rows[index], *after)

    def counted(self, days: Sequence[Sequence[tuple[Any, ...]]], calendar: int) -> Iterator[tuple[int, int, int, int | None]]:
        """(window of counted seconds, split, shift before it, shift from it on): an instant is its counted seconds and
        the shift of the day on which they are counted."""
        before = len(DAY_COLUMNS) + 2 * calendar
        start, end = DAY_COLUMNS.index("day_start"), DAY_COLUMNS.index("day_end")
        for zone, rows in enumerate(days):
            counting = [(r[before], r[start] - r[before], r[end] - r[start]) for r in rows if r[before + 1] == 1]
            index = 0
            total = counting[-1][0] + counting[-1][2] if counting else 0
            for number in range(total // WINDOW):
                low = number * WINDOW
                while index + 1 < len(counting) and counting[index + 1][0] <= low:
                    index += 1
                after = counting[min(index + 1, len(counting) - 1)]
                split = after[0] if low < after[0] < low + WINDOW else MAX_INSTANT
                yield (zone * ZONE_WINDOWS + number, split, counting[index][1], after[1])


def calendars(zones: Sequence[str], excluding: Sequence[tuple[str, ...]], *, first: int, last: int) -> Calendars:
    """The calendars for some zones over the rows' days, with a margin on both sides."""
    lowest = max(first - 3, 2)
    return Calendars(tuple(sorted(set(zones))), tuple(sorted(set(excluding))), lowest, last + MARGIN)
