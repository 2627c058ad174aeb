"""The only module that reads the clock; everywhere else ``now`` and ``today`` are arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """Today's date in UTC."""
    return datetime.now(UTC).date()


def now_text() -> str:
    """The instant now, ISO 8601 in UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()


def instant() -> int:
    """The instant now, in whole epoch seconds."""
    return int(datetime.now(UTC).timestamp())
