"""Days that a file of law adds to a calendar: a one-off closing that the shipped table of holidays does not hold.

A limit that leaves out federal holidays leaves out such a day too, wherever the file is laid over the lawbook. A day off lets a
person be held longer, so with adoption on it counts only once counsel has adopted the file; and as law known later changes no
earlier answer, it counts only where the file is known. In a norm's ``excluding`` it stands
beside the calendars' names as ``2026-11-27|us/…|National day of mourning``: the day, the file that adds it, what it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from dueprocess.law.model import Authority, Norm

_MARK = "|"


def laid(authorities: Mapping[str, Authority]) -> dict[str, Authority]:
    """The authorities, with the days off of those that stand in every limit that leaves out their calendar."""
    added: dict[str, list[str]] = {}
    for authority in authorities.values():
        for day in authority.days_off if authority.replaced_by is None else ():
            added.setdefault(day.calendar, []).append(_MARK.join((date.fromordinal(day.day).isoformat(), authority.id, day.name)))
    found = dict(authorities)
    for identity, authority in authorities.items():
        norms = tuple(_with(norm, added) for norm in authority.norms)
        if norms != authority.norms:
            found[identity] = replace(authority, norms=norms)
    return found


def _with(norm: Norm, added: Mapping[str, Iterable[str]]) -> Norm:
    own = named(norm.excluding)
    wanted = tuple(sorted({*own, *(item for calendar in own for item in added.get(calendar, ()))}))
    return norm if wanted == norm.excluding else replace(norm, excluding=wanted)


def counted(norm: Norm, adopted: frozenset[str] | None, known: Callable[[str], bool]) -> Norm:
    """A norm without the days off whose file was not ``known`` on the day whose knowledge is asked for, and without those that
    counsel has not adopted (None: adoption is off)."""
    if len(norm.excluding) == len(named(norm.excluding)):
        return norm
    kept = tuple(e for e in norm.excluding if _MARK not in e or _counts(e.split(_MARK, 2)[1], adopted, known))
    return norm if kept == norm.excluding else replace(norm, excluding=kept)


def _counts(identity: str, adopted: frozenset[str] | None, known: Callable[[str], bool]) -> bool:
    return (adopted is None or identity in adopted) and known(identity)


@lru_cache(maxsize=1024)
def named(excluding: tuple[str, ...]) -> tuple[str, ...]:
    """The calendars alone, without single days."""
    return tuple(e for e in excluding if _MARK not in e)


@lru_cache(maxsize=1024)
def added(excluding: tuple[str, ...]) -> Mapping[int, str]:
    """The single days by ordinal, each with why it does not count: its name, and the file that adds it in brackets."""
    found = {}
    for day, authority, name in (e.split(_MARK, 2) for e in excluding if _MARK in e):
        found[date.fromisoformat(day).toordinal()] = f"{name} ({authority})"
    return found


def source_of(reason: str) -> str:
    """The id of the file that adds a day, from why it does not count; "" for any other reason."""
    return reason.rpartition(" (")[2].removesuffix(")") if reason.endswith(")") else ""
