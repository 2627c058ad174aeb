"""Calendars as tables: the local day of an instant, and the ends of limits of counted seconds, found by one equi-join.

Each zone has its days in a row; each day knows how many counted seconds lie before it (a prefix sum). Time is cut into
windows no longer than the shortest day (23 hours, when the clocks go forward), so that a window holds at most one
beginning of a day: a look-up is an equality of window numbers and one comparison. Within a window the end of a limit
is a line of at most three straight pieces, which the table holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Any

from dueprocess.clock import load_calendar
from dueprocess.kernel.instants import MAX_INSTANT, zone

WINDOW = 23 * 3600
NOWHERE = -1
"""The number of the window that stands for no instant, or for one beyond the calendar: nothing is known of it.

With it every row finds exactly one window, and the numbers are dense: both let an engine look a window up by its place
instead of searching for it."""

MARGIN = 45
"""Days beyond the rows' own that a limit may reach."""

_EPOCH, _SECOND, _NONE = datetime(1970, 1, 1), timedelta(seconds=1), timedelta(0)  # noqa: DTZ001  # a local day has no zone yet

DAY_COLUMNS = ("day", "year", "month_day", "day_start", "day_end", "epoch", "known")


@dataclass(frozen=True)
class Calendars:
    """The days from ``first`` to ``last`` (ordinals) of some zones, and the sets of excluded days that limits name."""

    zones: tuple[str, ...]
    excluding: tuple[tuple[str, ...], ...]
    first: int
    last: int

    @cached_property
    def _midnights(self) -> dict[str, tuple[int, ...]]:
        """The beginnings of every zone's days, and of the day after the last (as ``kernel.instants.midnight``)."""
        local = [datetime.fromordinal(day) for day in range(self.first, self.last + 2)]
        plain = [(day - _EPOCH) // _SECOND for day in local]
        found = {}
        for name in self.zones:
            offset = zone(name).utcoffset
            found[name] = tuple(p - (offset(day) or _NONE) // _SECOND for p, day in zip(plain, local, strict=True))
        return found

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Zones whose days begin at the same instants throughout are one: Detroit's and New York's, say; but not two that
        part company in the year after, so that a longer calendar numbers them alike."""
        months = [datetime(date.fromordinal(self.last).year + 1, month, 15) for month in range(1, 13)]  # noqa: DTZ001
        same: dict[tuple[Any, ...], int] = {}
        return {name: same.setdefault((self._midnights[name], *map(zone(name).utcoffset, months)), len(same)) for name in self.zones}

    @property
    def _starts(self) -> list[tuple[int, ...]]:
        """The beginnings of the days by the number of a zone."""
        named = {number: name for name, number in self._numbers.items()}
        return [self._midnights[named[number]] for number in range(len(named))]

    @cached_property
    def origin(self) -> int:
        """The instant from which windows are numbered: before every day here."""
        return min(starts[0] for starts in self._midnights.values())

    @cached_property
    def zone_windows(self) -> int:
        """How many windows each zone has: those of zone ``z`` are numbered from ``z * zone_windows``."""
        return (self.until - self.origin) // WINDOW + 1

    @cached_property
    def since(self) -> int:
        """The instant from which every zone has windows."""
        return max(starts[0] for starts in self._midnights.values())

    @cached_property
    def until(self) -> int:
        """The instant up to which every zone has windows."""
        ends = min(starts[-1] for starts in self._midnights.values())
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

    def days(self, epoch: Callable[[int], int], known: Callable[[int], int]) -> list[list[tuple[Any, ...]]]:
        """For each number of a zone its days in order. ``before_i`` counted seconds lie before a day in calendar ``i``;
        ``counts_i`` is 1 where the day counts. Both are null beyond the verified range of the holiday table."""
        calendar = load_calendar()
        ordinals = range(self.first, self.last + 1)
        civil = [date.fromordinal(day) for day in ordinals]
        shared = [(d.year, d.month * 100 + d.day, epoch(day), known(day)) for day, d in zip(ordinals, civil, strict=True)]
        counts = [
            [None if "federal_holidays" in excluding and not calendar.first <= day <= calendar.last else int(calendar.excluded(day, excluding) is None) for day in ordinals]
            for excluding in self.excluding
        ]
        found = []
        for starts in self._starts:
            columns: list[list[int | None]] = []
            for counted in counts:
                before: list[int | None] = []
                total = 0
                for i, one in enumerate(counted):
                    before.append(None if one is None else total)
                    total += starts[i + 1] - starts[i] if one else 0
                columns += [before, list(counted)]
            times = zip(ordinals, starts[:-1], starts[1:], shared, *columns, strict=True)
            found.append([(day, year, month_day, start, end, at, known_at, *more) for day, start, end, (year, month_day, at, known_at), *more in times])
        return found

    def windows(self, days: Sequence[Sequence[tuple[Any, ...]]]) -> Iterator[tuple[Any, ...]]:
        """(window, split, the day before the split, the day from it on)."""
        flat = list(chain.from_iterable(days))
        return ((number, split, *flat[a], *flat[b]) for number, split, a, b in self.splits(days))

    def splits(self, days: Sequence[Sequence[tuple[Any, ...]]]) -> Iterator[tuple[int, int, int, int]]:
        """(window, split, and the places of the day before it and from it on in all days one after another)."""
        start = DAY_COLUMNS.index("day_start")
        first = 0
        for number_of_zone, rows in enumerate(days):
            starts = [r[start] for r in rows]
            last = len(rows) - 1
            index = 0
            for number in range((starts[0] - self.origin) // WINDOW, (self.until - self.origin) // WINDOW):
                low = self.origin + number * WINDOW
                while index < last and starts[index + 1] <= low:
                    index += 1
                after = min(index + 1, last)
                split = starts[after] if low < starts[after] < low + WINDOW else MAX_INSTANT
                yield number_of_zone * self.zone_windows + number, split, first + index, first + after
            first += len(rows)

    def ends(self, days: Sequence[Sequence[tuple[Any, ...]]], calendar: int, seconds: int) -> Iterator[tuple[int, int, int | None, int | None, int | None]]:
        """For each window of ``splits`` the end of a limit of counted seconds, as a function of the instant it counts
        from: (first break, second break, shift before the first, between them, from the second on).

        The end is the instant (0 on a day that does not count, where every instant has the same end) and the shift. It
        breaks where a day begins, and where the count first reaches another counted day; a window holds at most one of
        each. A shift is null where the calendar is not verified."""
        before, counts = len(DAY_COLUMNS) + 2 * calendar, len(DAY_COLUMNS) + 2 * calendar + 1
        start, end = DAY_COLUMNS.index("day_start"), DAY_COLUMNS.index("day_end")
        for rows in days:
            counting = [r for r in rows if r[counts] == 1]
            reached = [r[before] for r in counting]
            beyond = counting[-1][before] + counting[-1][end] - counting[-1][start] if counting else 0
            since: list[int] = []
            shifts: list[int | None] = []
            at = 0
            for row in rows:
                begin = row[start]
                if row[counts] is None:
                    since.append(begin)
                    shifts.append(None)
                    continue
                # Counted from a day that counts: the instant and ``apart``; from another day the same for all of it.
                apart = row[before] + seconds - (begin if row[counts] else 0)
                first = row[before] + seconds - 1
                last = first + (row[end] - begin if row[counts] else 1) - 1
                while at + 1 < len(reached) and reached[at + 1] <= first:
                    at += 1
                to = at
                while to < len(reached) and reached[to] <= last and first < beyond:
                    since.append(begin + max(0, reached[to] - first))
                    shifts.append(apart + counting[to][start] - reached[to])
                    to += 1
                if last >= beyond:
                    since.append(begin + max(0, beyond - first))
                    shifts.append(None)
            index, most = 0, len(since) - 1
            for number in range((rows[0][start] - self.origin) // WINDOW, (self.until - self.origin) // WINDOW):
                low = self.origin + number * WINDOW
                while index < most and since[index + 1] <= low:
                    index += 1
                one, two, three = index, min(index + 1, most), min(index + 2, most)
                high = low + WINDOW
                yield (
                    since[two] if low < since[two] < high else MAX_INSTANT,
                    since[three] if two < three and since[three] < high else MAX_INSTANT,
                    shifts[one], shifts[two], shifts[three],
                )  # fmt: skip


def calendars(zones: Sequence[str], excluding: Sequence[tuple[str, ...]], *, first: int, last: int) -> Calendars:
    """The calendars for some zones over the rows' days, with a margin on both sides."""
    lowest = max(first - 3, 2)
    return Calendars(tuple(sorted(set(zones))), tuple(sorted(set(excluding))), lowest, last + MARGIN)
