"""A made-up county's year of detainers: stays at one agency, the same for the same agency, day and law.

The days of booking lie around the days on which the law there changes, and in the year before ``today``; the facts
are those that the law there asks about, known for most people and unknown for some.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from dueprocess.law import Authority, Lawbook
from dueprocess.terms import facts_of
from dueprocess.testing.cases import CaseDocument, random_case
from dueprocess.testing.law import Scene
from dueprocess.testing.source import Seeded

_YEARS_BACK = 15


def county_stays(agency: str, lawbooks: Sequence[Lawbook], *, count: int, today: date, days: Sequence[date] = ()) -> Iterator[tuple[str, CaseDocument]]:
    """``count`` stays as (name, case file's mapping), asked with the law known ``today``.

    ``days`` are more days around which people are booked, such as those on which a change takes effect. Raises
    InputError (PlaceError) where the agency has no one county that gives zone and district.
    """
    names = _asked(agency, lawbooks)
    sets = Scene(agency, today).sets
    turns = {date.fromordinal(d) for book in lawbooks for d in book.change_days(agency, sets)}
    first = today.replace(year=today.year - _YEARS_BACK, day=min(today.day, 28))
    turns = {d for d in {*turns, *days} if first <= d <= today + timedelta(days=300)}
    around = sorted(turns)
    for index in range(count):
        source = Seeded(f"{agency}:{index}")
        base = today - timedelta(days=source.integer(10, 400))
        if around and source.chance(0.6):
            base = source.choice(around) + timedelta(days=source.choice((-4, -2, -1, 0, 30)))
        case = random_case(source, Scene(agency, base), rate=0.08)
        case["law_known_at"] = max(today, base + timedelta(days=30)).isoformat()
        facts = case["facts"]
        for name in names:
            if name not in facts and source.chance(0.9):
                facts[name] = source.chance(0.2)
        name = f"{agency} {index + 1}"
        case["case"] = name
        yield name, case


def _asked(agency: str, lawbooks: Sequence[Lawbook]) -> list[str]:
    """The yes-or-no facts about a person or an agency that the law there names."""
    found: set[str] = set()
    for book in lawbooks:
        for authority in book.binding(agency, Scene(agency, date(2020, 1, 1)).sets):
            for norm in authority.norms:
                for name in facts_of(norm.when):
                    fact = book.vocabulary.facts[name]
                    if fact.type == "boolean" and fact.origin in ("shown", "claimed", "asked", "agency_record"):
                        found.add(name)
    shared = set.intersection(*(set(b.vocabulary.facts) for b in lawbooks))
    return sorted(found & shared)


def county_under(authorities: Sequence[Authority], *, on: date) -> str | None:
    """A county's sheriff, or another agency, that one of the authorities binds; None where they bind none."""
    from dueprocess.places import ROLES, PlaceError, load_places

    places = load_places()
    for authority in sorted(authorities, key=lambda a: (-max((b.count("/") for b in a.binds), default=0), a.id)):
        for pattern in authority.binds:
            head, star, tail = pattern.partition("/*")
            role = next((p for p in reversed((tail or head).split("/")) if p in ROLES), "sheriff")
            path = head.rpartition("/")[0] if not star and head.rsplit("/", 1)[-1] in ROLES else head
            for place in places.counties(on=on):
                under = place.id.startswith(f"{path}/") or place.id == path or path in places.sets(place)
                if not under:
                    found = places.place(path) if path.startswith("us/") and path.count("/") > 1 else None
                    if found is None or found.kind != "city" or place.id not in found.counties:
                        continue
                try:
                    return places.agency(f"{place.id}/{role if role not in ('state', 'city') else 'sheriff'}").id
                except PlaceError:
                    continue
    return None
