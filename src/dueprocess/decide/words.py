"""Times and spans in the words of the interface: ISO 8601 with the facility's offset."""

from __future__ import annotations

from typing import Any

from dueprocess.kernel.instants import MAX_INSTANT, MIN_INSTANT, Instant, Time, iso


def instant_text(at: Instant, zone_name: str) -> str | None:
    """The instant in the zone, or None where it is unbounded."""
    return iso(at, zone_name) if MIN_INSTANT < at < MAX_INSTANT else None


def moment_text(time: Time, zone_name: str) -> Any:
    """One text for an exact time, ``{earliest, latest}`` for an interval, None where nothing is known."""
    if time.exact:
        return instant_text(time.earliest, zone_name)
    low, high = instant_text(time.earliest, zone_name), instant_text(time.latest, zone_name)
    return None if low is None and high is None else {"earliest": low, "latest": high}
