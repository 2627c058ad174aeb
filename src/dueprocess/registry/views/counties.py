"""What the map paints: the class of each county over time, from the views of its own agencies.

A city's claim stays with the city and a state's with the state: neither is painted onto a county. No class is more or
less than another; they are kinds, not grades.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dueprocess.places import load_places
from dueprocess.registry import PlaceView, Registry, Segment, View, side
from dueprocess.render.county_map import MapClass

CLASSES: tuple[MapClass, ...] = (
    MapClass("honors", "amber", "Holds on every detainer"),
    MapClass("offense", "yellow", "Holds for listed offenses only"),
    MapClass("cause", "teal", "Wants probable cause or a warrant of any kind"),
    MapClass("judge", "blue", "Wants a judge's warrant or a court order"),
    MapClass("declines", "violet", "Declines, no condition named"),
    MapClass("notify", "sky", "Tells ICE of a release, does not hold"),
    MapClass("review", "gray", "Under review"),
    MapClass("contradiction", "black", "Sources contradict each other: unknown"),
    MapClass("listed", "rose", "Named on a list or for a practice; policy not stated"),
    MapClass("agreement", "sand", "Only a 287(g) agreement is known"),
    MapClass("unknown", "none", "Unknown: no claim about this day"),
)
"""The legend, each with a pattern of its own. 287(g) agreements are about other powers than a hold on a detainer."""

OF_POSITION: Mapping[str, str] = {
    "honors_all": "honors",
    "limits_by_offense": "offense",
    "requires_probable_cause": "cause",
    "requires_any_warrant": "cause",
    "requires_judicial_warrant": "judge",
    "requires_court_order": "judge",
    "declines_all": "declines",
    "notify_only": "notify",
    "undecided": "review",
}
CONTESTED, UNSURE = 1, 2
"""Marks of a county, added up."""


@dataclass(frozen=True, slots=True)
class CountySpan:
    """From ``start`` on (until the next span): the class, and the marks CONTESTED and UNSURE added up."""

    start: date
    kind: str
    marks: int


def class_of(place: PlaceView) -> str:
    """The class of one place on one day."""
    if place.position != "unknown":
        return OF_POSITION[place.position]
    if place.contested:
        return "contradiction"
    if any(v.listings or v.practice for v in place.views):
        return "listed"
    if any(v.agreements for v in place.views):
        return "agreement"
    return "unknown"


def marks_of(place: PlaceView) -> int:
    """CONTESTED where a claim of another side stands against what is painted, UNSURE where a change may have come."""
    unsure = any(not v.certain for v in place.views)
    return (CONTESTED if place.contested else 0) | (UNSURE if unsure else 0)


def combined(place: PlaceView) -> PlaceView:
    """A place from its views in their order: as ``Registry.place_views`` does it, for the days on which a view changes."""
    stated = [v for v in place.views if v.position != "unknown"]
    one_side = len({side(v.position) for v in stated}) == 1
    position = stated[0].position if one_side else "unknown"
    contested = any(v.contested for v in place.views) or (bool(stated) and not one_side)
    return PlaceView(place.place, place.fips, place.state, position, contested, place.views)


def county_spans(registry: Registry, *, known_at: date) -> dict[str, tuple[CountySpan, ...]]:
    """For each county of which anything is known, by FIPS code: its spans, oldest first."""
    # The order of a place's actors is the registry's own, taken from a day after everything known.
    order = registry.place_views(as_of=date.max, known_at=known_at)
    spans = registry.arbitrate(known_at=known_at)
    found: dict[str, tuple[CountySpan, ...]] = {}
    for place in order.values():
        if len(place.fips) != 5 or not _is_county(place.place):
            continue
        actors = [v.actor for v in place.views]
        made: list[CountySpan] = []
        for start in sorted({s.start for a in actors for s in spans[a]}):
            here = _on(spans, actors, start)
            now = combined(PlaceView(place.place, place.fips, place.state, "unknown", False, here))
            span = CountySpan(start, class_of(now), marks_of(now))
            if not made or (made[-1].kind, made[-1].marks) != (span.kind, span.marks):
                made.append(span)
        found[place.fips] = tuple(made)
    return found


def _is_county(place: str) -> bool:
    return place.count("/") == 2


def _on(spans: Mapping[str, Sequence[Segment]], actors: Sequence[str], day: date) -> tuple[View, ...]:
    views = []
    for actor in actors:
        last = None
        for segment in spans[actor]:
            if segment.start > day:
                break
            last = segment.view
        if last is not None:
            views.append(last)
    return tuple(views)


def on_day(spans: Mapping[str, Sequence[CountySpan]], day: date) -> dict[str, CountySpan]:
    """The span of each county that a day lies in; counties of which nothing is said by then are left out."""
    found = {}
    for fips, listed in spans.items():
        last = None
        for span in listed:
            if span.start > day:
                break
            last = span
        if last is not None:
            found[fips] = last
    return found


def county_names() -> dict[str, tuple[str, date | None, date | None]]:
    """By FIPS code: the county with its state, and from and until when it was one (None: open)."""
    return {p.fips: (f"{p.name}, {p.state}", p.valid_from, p.valid_until) for p in load_places().counties() if p.fips}
