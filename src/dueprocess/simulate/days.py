"""Local days as arrays, and a jail's own way to count 48 hours.

Kept apart from the clock that decides: the truth about a simulated stay may not come from what it is to test. Holidays
are those of 5 U.S.C. 6103 with their observed days; closings by executive order are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from dueprocess.kernel.instants import midnight

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

HOUR, DAY = 3600, 86400


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    """The n-th such weekday of a month; n = -1: the last."""
    if n > 0:
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
    return last - timedelta((last.weekday() - weekday) % 7)


def holidays(year: int) -> set[date]:
    """The federal holidays of a year, each with the weekday on which it is observed."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25), *([date(year, 6, 19)] if year >= 2021 else [])]
    moved = [_nth(year, 1, 0, 3), _nth(year, 2, 0, 3), _nth(year, 5, 0, -1), _nth(year, 9, 0, 1), _nth(year, 10, 0, 2), _nth(year, 11, 3, 4)]
    observed = {d + timedelta({5: -1, 6: 1}.get(d.weekday(), 0)) for d in (*fixed, date(year + 1, 1, 1))}
    return {d for d in {*fixed, *moved, *observed} if d.year == year}


class Days:
    """The local midnights of some zones from ``first`` on; ``days`` of them."""

    def __init__(self, zones: Sequence[str], *, first: date, days: int) -> None:
        import numpy as np

        self.zones, self.first, self.count = tuple(zones), first, days
        start = first.toordinal()
        self.midnights: Ints = np.array([[midnight(z, start + k) for k in range(days + 1)] for z in self.zones], dtype=np.int64)

    def instant(self, zone: Ints, day: Ints, second: Ints) -> Ints:
        """The instant so many seconds after the midnight of a local day (by its number from ``first``)."""
        found: Ints = self.midnights[zone, day] + second
        return found

    def day_of(self, zone: Ints, at: Ints) -> Ints:
        """The local day of an instant."""
        import numpy as np

        found = np.empty(len(at), dtype=np.int64)
        for number in np.unique(zone):
            mine = zone == number
            found[mine] = np.searchsorted(self.midnights[number], at[mine], side="right") - 1
        return found

    @cached_property
    def working(self) -> NDArray[np.bool_]:
        """Whether a local day is no Saturday, Sunday or federal holiday."""
        import numpy as np

        closed = {d for year in range(self.first.year, (self.first + timedelta(self.count)).year + 1) for d in holidays(year)}
        every = (self.first + timedelta(k) for k in range(self.count))
        return np.array([d.weekday() < 5 and d not in closed for d in every])

    def counted(self, zone: Ints, at: Ints, hours: int) -> Ints:
        """So many hours of working days after an instant."""
        import numpy as np

        found = np.empty(len(at), dtype=np.int64)
        for number in np.unique(zone):
            mine = zone == number
            starts = self.midnights[number]
            lengths = np.where(self.working, np.diff(starts), 0)
            before = np.concatenate(([0], np.cumsum(lengths)))
            day = np.searchsorted(starts, at[mine], side="right") - 1
            target = before[day] + np.where(self.working[day], at[mine] - starts[day], 0) + hours * HOUR
            # A limit met exactly at midnight belongs to the day that ends there.
            last = np.searchsorted(before, target, side="left") - 1
            found[mine] = starts[last] + target - before[last]
        return found


__all__ = ["DAY", "HOUR", "Days", "holidays"]
