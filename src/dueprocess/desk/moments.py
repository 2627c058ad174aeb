"""Times as people and other systems give them, as the case takes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dueprocess.kernel.errors import InputError, shown
from dueprocess.kernel.instants import iso, parse_date, parse_instant, zone

_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?\Z")
AHEAD = 300
"""Seconds that another clock may be ahead of the desk's."""


@dataclass(frozen=True, slots=True)
class When:
    """``value`` as the case has it: an instant with its offset, or ``{earliest, latest}`` for the autumn hour that comes
    twice. ``at``: its first instant."""

    value: Any
    at: int


def exactly(at: int, zone_name: str) -> When:
    """An instant."""
    return When(iso(at, zone_name), at)


def read_when(text: str | None, *, zone_name: str, now: int, where: str, ahead: bool = False) -> When:
    """A time as it was typed: nothing is now; without an offset it is the jail's own time.

    Raises InputError for what is no time, for an hour that the spring change leaves out, and, save where ``ahead``, for
    one that is still to come.
    """
    given = (text or "").strip()
    if not given:
        return exactly(now, zone_name)
    found = _local(given, zone_name, where) if _LOCAL.match(given) else exactly(parse_instant(given, where=where), zone_name)
    if not ahead and found.at > now + AHEAD:
        raise InputError(f"[{shown(given)}] is still to come", where=where, do="give the time at which it happened")
    return found


def _local(given: str, zone_name: str, where: str) -> When:
    parse_date(given[:10], where=where)  # a year far off is a slip of the hand, and at the end of time no zone has an hour
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise InputError(f"[{shown(given)}] is no time", where=where, do="write it as [2026-11-22 16:00]") from None
    place = zone(zone_name)
    first, second = (int(moment.replace(tzinfo=place, fold=fold).timestamp()) for fold in (0, 1))
    back = datetime.fromtimestamp(first, place).replace(tzinfo=None)
    if back != moment:
        raise InputError(f"[{shown(given)}] does not exist: the clocks went forward", where=where, do="correct the hour")
    if first != second:
        return When({"earliest": iso(first, zone_name), "latest": iso(second, zone_name)}, first)
    return exactly(first, zone_name)
