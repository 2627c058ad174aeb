"""The map with its table: what is drawn for one day, and the spans by which a slider moves through all days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dueprocess.places import load_places, vintage_of
from dueprocess.registry import Registry, View
from dueprocess.registry.views import counties, words
from dueprocess.render.county_map import county_map, shape_ids, vintages
from dueprocess.render.registry import map_page

FIRST = date(2008, 1, 1)
"""The slider's first day: the year in which fingerprints taken in jails began to go to immigration officers."""
NOTICE = (
    "This shows what sources say about policies on paper. It is not legal advice, it does not say what is lawful, and a policy on paper is not what a jail does. "
    "A position stands here until a source says otherwise: read with it the day on which it was last confirmed. " + words.WRONG
)
MARKS = ("Contested: a claim of another side stands against it", "The day of a change is not known: it may have come already")


def map_svg(registry: Registry, *, as_of: date, known_at: date) -> str:
    """The map of one day as SVG for print. Contested counties and unsure days are told in the description and tooltips."""
    here = counties.on_day(counties.county_spans(registry, known_at=known_at), as_of)
    labels = {c.key: c.label for c in counties.CLASSES}
    names = counties.county_names()
    of, tips = {}, {}
    vintage = vintage_of(as_of)
    for fips in shape_ids(vintage):
        span = here.get(fips)
        of[fips] = span.kind if span else "unknown"
        told = labels[of[fips]] + "".join(f". {MARKS[i]}" for i in (0, 1) if span and span.marks >> i & 1)
        if fips in names:
            tips[fips] = f"{names[fips][0]}: {told}"
    contested = [f for f, s in here.items() if s.marks & counties.CONTESTED and f in of]
    return county_map(
        vintage, counties.CLASSES, of=of, names=tips,
        title=f"Detainer policies on paper on {as_of.isoformat()}, as known on {known_at.isoformat()}",
        description=f"The classes are kinds of policy, not grades. Counties only: a city's or a state's policy is not painted onto them. Contested: {len(contested)}.",
        marked={f: i for i in (2, 1) for f, s in here.items() if s.marks & i},
        mark_labels=MARKS,
    )  # fmt: skip


def map_data(registry: Registry, *, known_at: date) -> dict[str, Any]:
    """All that the slider needs: days as counts from FIRST, spans instead of days, texts once.

    ``counties`` maps a FIPS code to ``[day, class, marks]`` each; ``rows`` are the agencies of which a policy, a practice
    or a list speaks, with ``[day, position, doubt, confirmed day or null, source or null, beside]`` each (numbers are
    places in the lists of texts; ``listed`` says whether the row is shown over that span).
    """
    texts = _Texts()
    sources = _Texts()
    kinds = [c.key for c in counties.CLASSES]
    names = counties.county_names()
    spans = counties.county_spans(registry, known_at=known_at)
    # A shape that every vintage has stands for what was there before its county, too: nothing else would fill its place.
    always = frozenset.intersection(*(frozenset(shape_ids(v)) for v in vintages()))
    rows = []
    for actor, found in sorted(registry.arbitrate(known_at=known_at).items(), key=lambda kv: _order(registry, kv[0])):
        if not any(_shown(s.view) for s in found):
            continue
        listed: list[list[Any]] = []
        for segment in found:
            view = segment.view
            entry = [
                _day(segment.start), int(_shown(view)), texts.at(words.position_words(view)), texts.at(words.doubt_words(view)),
                None if view.confirmed_on is None else _day(view.confirmed_on), _source(registry, view, sources), texts.at(words.beside_words(view)),
            ]  # fmt: skip
            if not listed or listed[-1][1:] != entry[1:]:
                listed.append(entry)
        who = registry.actors[actor]
        rows.append({"id": actor, "state": who.state, "place": place_name(registry, actor), "name": who.name, "fips": who.fips if len(who.fips) == 5 else "", "spans": listed})
    return {
        "first": FIRST.isoformat(),
        "known_at": known_at.isoformat(),
        "last": _day(known_at),
        "kinds": [{"key": c.key, "label": c.label} for c in counties.CLASSES],
        "marks": list(MARKS),
        "texts": texts.listed,
        "sources": sources.listed,
        "counties": {f: [[_day(s.start), kinds.index(s.kind), s.marks] for s in listed_] for f, listed_ in sorted(spans.items())},
        "names": {f: [n, *(None if d is None or f in always else _day(d) for d in days)] for f, (n, *days) in sorted(names.items())},
        "rows": rows,
    }


def map_html(registry: Registry, *, as_of: date, known_at: date) -> str:
    """The page: the map and the table of ``as_of`` without a script, every other day with one."""
    return map_page(map_data(registry, known_at=known_at), as_of=as_of, known_at=known_at, day=(as_of - FIRST).days, notice=NOTICE, states=_state_names())


def place_name(registry: Registry, actor: str) -> str:
    """The name of an actor's place: the book's where it knows it, else the last part of its path in words."""
    place = registry.actors[actor].place
    if not place:
        return ""
    if registry.actors[actor].in_book:
        return load_places().place(place).name
    return place.rpartition("/")[2].replace("-", " ").title().replace(" City", " city")


def _shown(view: View) -> bool:
    return bool(view.position != "unknown" or view.losing or view.practice or view.listings or view.maybe)


def _order(registry: Registry, actor: str) -> tuple[str, bool, str, str]:
    who = registry.actors[actor]
    return who.state, who.place.count("/") > 1, who.place, actor


def _day(day: date) -> int:
    return (day - FIRST).days


def _source(registry: Registry, view: View, sources: _Texts) -> int | None:
    """The source of the claim that decided; where none did, of the claim beside or against it that came last."""
    ids = [view.claim] if view.claim else [*view.listings, *view.practice, *(i for i, _ in view.losing)]
    claims = [registry.claims[i] for i in ids]
    if not claims:
        return None
    claim = max(claims, key=lambda c: (c.known, c.id))
    source = registry.sources[claim.source]
    return sources.at((words.source_words(source), words.link(source.url), words.who_words(claim)))


class _Texts:
    """Each text once, told by its place in the list."""

    def __init__(self) -> None:
        self.listed: list[Any] = []
        self._places: dict[Any, int] = {}

    def at(self, text: Any) -> int:
        if text not in self._places:
            self._places[text] = len(self.listed)
            self.listed.append(text)
        return self._places[text]


def _state_names() -> Mapping[str, str]:
    return {p.state: p.name for p in load_places() if p.kind in ("state", "territory") and p.state}
