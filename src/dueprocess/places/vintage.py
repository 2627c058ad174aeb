"""Which drawing of the counties fits a day: counties are not what they always were."""

from __future__ import annotations

from datetime import date

PLANNING_REGIONS = date(2022, 6, 6)
"""From this day on Connecticut's planning regions are its county equivalents."""


def vintage_of(as_of: date) -> str:
    """The year of the shapes that fit a day: until Connecticut's change those of 2017, then those of 2023."""
    return "2017" if as_of < PLANNING_REGIONS else "2023"
