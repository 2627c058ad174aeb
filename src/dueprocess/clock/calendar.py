"""Which local days a limit does not count. The holidays are a dated table of law, not a library's opinion."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.files import data_dir
from dueprocess.law.closings import added

_SATURDAY_OF_WEEK = 5


@dataclass(frozen=True)
class Calendar:
    """Federal legal holidays (5 U.S.C. 6103) by day ordinal, and the range that was verified."""

    holidays: Mapping[int, str]
    first: int
    last: int

    def excluded(self, ordinal: int, excluding: tuple[str, ...]) -> str | None:
        """Why a local day does not count, or None if it does.

        ``excluding`` holds ``weekends`` and ``federal_holidays``, and single days that the law adds to a calendar
        (``law.closings``). Raises InputError beyond the verified range.
        """
        if not excluding:
            return None
        if (closing := added(excluding).get(ordinal)) is not None:
            return closing
        if "federal_holidays" in excluding:
            if not self.first <= ordinal <= self.last:
                raise InputError(
                    f"no holiday table for [{date.fromordinal(ordinal).isoformat()}]",
                    do=f"the table is verified from {date.fromordinal(self.first)} to {date.fromordinal(self.last)}",
                )
            if ordinal in self.holidays:
                return self.holidays[ordinal]
        if "weekends" in excluding and (ordinal + 6) % 7 >= _SATURDAY_OF_WEEK:
            return "Saturday" if (ordinal + 6) % 7 == _SATURDAY_OF_WEEK else "Sunday"
        return None


@lru_cache(maxsize=1)
def load_calendar() -> Calendar:
    """The shipped table."""
    folder = data_dir("calendars")
    with (folder / "federal-holidays.csv").open(encoding="utf-8", newline="") as handle:
        holidays = {date.fromisoformat(row["date"]).toordinal(): row["name"] for row in csv.DictReader(handle)}
    with (folder / "federal-holidays.meta.csv").open(encoding="utf-8", newline="") as handle:
        meta = next(iter(csv.DictReader(handle)))
    return Calendar(
        holidays,
        date.fromisoformat(meta["verified_from"]).toordinal(),
        date.fromisoformat(meta["verified_until"]).toordinal(),
    )
