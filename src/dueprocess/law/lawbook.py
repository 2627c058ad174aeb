"""The lawbook: authorities, indexed by whom they bind and when."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from dueprocess.kernel.canonical import content_hash
from dueprocess.law.closings import counted
from dueprocess.law.model import (
    Authority,
    Norm,
    covers,
)
from dueprocess.terms import Vocabulary
from dueprocess.terms.tree import compared_with

_LONGEST_LIFE = 150

@dataclass(frozen=True, slots=True)
class Applied:
    """A norm as it applies on a day. ``adopted`` is false where counsel has not taken it over;
    ``ending`` is true where only an end that counsel has not adopted would have taken it away."""

    norm: Norm
    adopted: bool = True
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """What a lawbook needs of all its authorities, worked out before: so it may be used without reading them.

    ``binds`` and ``persuades`` give, for a key of ``by_place``, the ids that may bind or persuade there; ``forms``
    are the ids of form editions.
    """

    version: str
    binds: Callable[[str], Iterable[str]]
    persuades: Callable[[str], Iterable[str]]
    forms: tuple[str, ...]
    conviction_years: tuple[int, ...]


def by_place(patterns: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """From pairs of an id and its patterns: the ids by what each pattern begins with, up to its first ``*``."""
    found: dict[str, dict[str, None]] = {}
    for identity, own in patterns:
        for pattern in own:
            found.setdefault(pattern.split("/*")[0], {})[identity] = None
    return {place: list(ids) for place, ids in found.items()}


class Lawbook:
    """All authorities by id. Build with ``link``; look up with ``applied``, ``persuading`` and ``change_days``.

    With an ``index`` the authorities may be any mapping in the order of the ids, and are asked for one by one.
    """

    def __init__(self, authorities: Mapping[str, Authority], vocabulary: Vocabulary, *, index: Index | None = None) -> None:
        self.authorities = authorities if index else dict(sorted(authorities.items()))
        self.vocabulary = vocabulary
        self._index = index or _index_of(self.authorities, vocabulary)
        self.version = self._index.version
        # Per lawbook, so that two lawbooks never share an answer.
        self.binding = lru_cache(maxsize=4096)(self._binding)
        self.known = lru_cache(maxsize=65536)(self._known)
        self.printed = lru_cache(maxsize=4096)(self._printed)
        self.applied = lru_cache(maxsize=65536)(self._applied)
        self.persuading = lru_cache(maxsize=4096)(self._persuading)

    def _covering(self, index: Callable[[str], Iterable[str]], agency: str, sets: tuple[str, ...]) -> list[Authority]:
        parts = agency.split("/")
        keys = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        found = {identity for key in (*keys, *sets) for identity in index(key)}
        return [self.authorities[identity] for identity in sorted(found)]

    def _binding(self, agency: str, sets: tuple[str, ...]) -> tuple[Authority, ...]:
        return tuple(
            a
            for a in self._covering(self._index.binds, agency, sets)
            if any(covers(p, agency, sets) for p in a.binds) and not any(covers(p, agency, sets) for p in a.excepts)
        )

    def _persuading(self, agency: str, sets: tuple[str, ...], day: int, known_at: int) -> tuple[Authority, ...]:
        bound = {a.id for a in self.binding(agency, sets)}
        return tuple(
            a
            for a in self._covering(self._index.persuades, agency, sets)
            if a.id not in bound
            and any(covers(p, agency, sets) for p in a.persuades)
            and not any(covers(p, agency, sets) for p in a.excepts)
            and self.known(a.id, known_at)
            and _within(a.in_force.start, day)
            and not self._ended(a, day, known_at)
        )

    def _known(self, identity: str, known_at: int) -> bool:
        """Whether an authority is law as far as is known on that day (``known`` includes its first day)."""
        authority = self.authorities[identity]
        if authority.replaced_by is not None or not _within(authority.known.start, known_at):
            return False
        return not self._unknown_again(authority, known_at)

    def _unknown_again(self, authority: Authority, known_at: int) -> bool:
        interval = authority.known
        if interval.until is None or known_at < interval.until:
            return False
        return interval.ended_by is None or self.known(interval.ended_by, known_at)

    def _ended(self, authority: Authority, day: int, known_at: int) -> bool:
        interval = authority.in_force
        if interval.until is None or day < interval.until:
            return False
        return interval.ended_by is None or self.known(interval.ended_by, known_at)

    def _applied(
        self, agency: str, sets: tuple[str, ...], day: int, known_at: int, adopted: frozenset[str] | None
    ) -> tuple[Applied, ...]:
        """The norms that bind an agency on a day, as known on another, highest rank first.

        ``day`` and ``known_at`` are ordinals of local dates. ``adopted`` is the set of authority ids that the
        agency's counsel has adopted, or None where adoption is off.
        """
        result: list[Applied] = []
        for authority in self.binding(agency, sets):
            if not _within(authority.known.start, known_at):
                continue
            unknown_again, ended = self._unknown_again(authority, known_at), self._ended(authority, day, known_at)
            ending = False
            if unknown_again or ended:
                # An end that counsel has not adopted leaves what protects a person standing, as unknown.
                enders = [
                    i.ended_by for i, e in ((authority.known, unknown_again), (authority.in_force, ended)) if e
                ]
                if adopted is None or any(e is None or e in adopted for e in enders):
                    continue
                ending = True
            if authority.replaced_by is not None:
                # So does a file laid over it that counsel has not adopted.
                if adopted is None or authority.replaced_by in adopted:
                    continue
                ending = True
            is_adopted = adopted is None or authority.id in adopted
            for norm in authority.norms:
                if norm.rank is None and norm.object != "issue" and authority.kind != "agreement":
                    continue
                if not _within(norm.start, day) or (ending and norm.favors):
                    continue
                result.append(Applied(self.counted(norm, known_at, adopted), is_adopted or not norm.favors, ending))
        result.sort(key=lambda a: (a.norm.rank or 99, a.norm.authority, a.norm.key))
        return tuple(result)

    def counted(self, norm: Norm, known_at: int, adopted: frozenset[str] | None) -> Norm:
        """A norm with those days off alone that were known on a day (an ordinal) and that counsel has adopted."""
        return counted(norm, adopted, lambda identity: self.known(identity, known_at))

    def _printed(self, identity: str, known_at: int, adopted: frozenset[str] | None) -> Authority:
        """An edition of a form by its id, whose limits leave out only the days off that count."""
        edition = self.authorities[identity]
        norms = tuple(self.counted(n, known_at, adopted) for n in edition.norms)
        return edition if norms == edition.norms else replace(edition, norms=norms)

    def change_days(self, agency: str, sets: tuple[str, ...]) -> tuple[int, ...]:
        """Every local day on which the law in force for an agency may change."""
        days: set[int] = set()
        for authority in self.binding(agency, sets):
            days.update(d for d in (authority.in_force.start, authority.in_force.until) if d is not None)
            days.update(n.start for n in authority.norms if n.start is not None)
        return tuple(sorted(days))

    @property
    def conviction_years(self) -> tuple[int, ...]:
        """The ages in whole years at which some condition on ``conviction_age_years`` may change."""
        return self._index.conviction_years

    @cached_property
    def forms(self) -> Mapping[str, Mapping[str, Authority]]:
        """The form editions by kind and edition: ``forms["i-247a"]["2017-03"]``."""
        found: dict[str, dict[str, Authority]] = {}
        for identity in self._index.forms:
            _, kind, edition = identity.split("/")
            found.setdefault(kind, {})[edition] = self.authorities[identity]
        return found

    def form(self, kind: str, edition: str) -> Authority | None:
        return self.forms.get(kind, {}).get(edition)


def _index_of(authorities: Mapping[str, Authority], vocabulary: Vocabulary) -> Index:
    binds = by_place((a.id, a.binds) for a in authorities.values())
    persuades = by_place((a.id, a.persuades) for a in authorities.values())
    years: set[int] = set()
    for authority in authorities.values():
        for norm in authority.norms:
            for low in compared_with(norm.when, "conviction_age_years"):
                years |= set(range(1, _LONGEST_LIFE)) if low is None else {math.floor(low), math.floor(low) + 1}
    return Index(
        version=content_hash([content_hash(dict(vocabulary.raw)), *(a.hash for a in authorities.values())]),
        binds=lambda place: binds.get(place, ()),
        persuades=lambda place: persuades.get(place, ()),
        forms=tuple(a.id for a in authorities.values() if a.kind == "form"),
        conviction_years=tuple(sorted(y for y in years if 0 < y < _LONGEST_LIFE)),
    )


def _within(start: int | None, day: int) -> bool:
    return start is None or start <= day
