"""The pages of a lawbook as plain data: one an authority, one a place, and the index. ``render.site`` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final

from dueprocess.law.lawbook import Lawbook
from dueprocess.law.model import RANK_NAMES, Authority, Interval, Norm, covers
from dueprocess.law.plain import day_words, place_words, plain
from dueprocess.law.text import norm_text
from dueprocess.places import ROLES, PlaceBook, load_places

NOTICE: Final = (
    "This is what the encoded law says, in the program's own words. It is not legal advice and not the text of the law; each page "
    "says how far it has been checked."
)

_KINDS: Final[Mapping[str, str]] = {
    "constitution": "constitution", "statute": "statute", "common_law": "common law", "regulation": "regulation",
    "ruling": "court ruling", "decree": "court decree", "executive_order": "executive order", "opinion": "legal opinion",
    "ordinance": "local ordinance", "agency_policy": "agency policy", "form": "detainer form", "ice_policy": "ICE issuing policy",
    "agreement": "287(g) agreement", "research_note": "research note",
}  # fmt: skip
_COURTS: Final[Mapping[str, str]] = {
    "us_supreme": "U.S. Supreme Court", "us_appeals": "U.S. court of appeals", "us_district": "U.S. district court",
    "state_supreme": "state high court", "state_appeals": "state court of appeals", "state_trial": "state trial court",
}  # fmt: skip


def governs(book: Lawbook, authority: Authority, day: int, known: int) -> bool:
    """Whether an authority governs a day (an ordinal) as far as is known on another, as the engine reads it."""
    if not book.known(authority.id, known):
        return False
    starts = [n.start for n in authority.norms] or [authority.in_force.start]
    if all(s is not None and s > day for s in starts):
        return False
    interval = authority.in_force
    if interval.until is None or day < interval.until:
        return True
    return interval.ended_by is not None and not book.known(interval.ended_by, known)


def site_of(book: Lawbook, *, as_of: date, known_at: date) -> dict[str, Any]:
    """Everything that the site shows: ``authorities``, ``places``, ``index``. The same for the same lawbook and days.

    ``as_of`` is the local day that the places' pages are about, ``known_at`` the last day whose law counts as known.
    The 287(g) agreements have no pages of their own; they stand on the page of their place.
    """
    made = _Site(book, as_of, known_at)
    authorities = [made.authority(a) for a in made.paged]
    places = [made.place(p) for p in made.places_with_pages()]
    return {
        "as_of": as_of.isoformat(),
        "known_at": known_at.isoformat(),
        "law_version": book.version,
        "notice": NOTICE,
        "authorities": authorities,
        "places": places,
        "unreviewed": sum(not a.reviewed for a in made.paged),
        "agreements": len(made.agreements),
    }


class _Site:
    def __init__(self, book: Lawbook, as_of: date, known_at: date) -> None:
        self.book = book
        self.day, self.known = as_of.toordinal(), known_at.toordinal()
        self.as_of = as_of
        self.places: PlaceBook = load_places()
        standing = [a for a in book.authorities.values() if a.replaced_by is None]
        self.paged = [a for a in standing if a.kind != "agreement"]
        self.agreements = [a for a in standing if a.kind == "agreement"]
        self.ends: dict[str, list[Authority]] = {}
        self.construed_by: dict[str, list[Authority]] = {}
        self.family: dict[str, list[Authority]] = {}
        for a in self.paged:
            for interval in (a.in_force, a.known):
                if interval.ended_by and a not in self.ends.setdefault(interval.ended_by, []):
                    self.ends[interval.ended_by].append(a)
            if a.construes:
                self.construed_by.setdefault(a.construes, []).append(a)
            last = a.id.rsplit("/", 1)[1]
            if last[:4].isdigit():  # versions of one authority lie in one folder, named by their year
                self.family.setdefault(a.id.rsplit("/", 1)[0], []).append(a)
        # County pages repeat their state's law: each norm and each place is put into words once.
        self._said: dict[str, str] = {}
        self._links: dict[str, dict[str, Any]] = {}
        self._pages: list[str] = []
        self._page_set: frozenset[str] = frozenset()
        self.acting = [(a, n) for a in self.paged for n in a.norms if n.rank is not None and n.verb != "declare"]

    # -- an authority --

    def link(self, identity: str) -> dict[str, Any]:
        found = self.book.authorities.get(identity)
        paged = found is not None and found.kind != "agreement" and found.replaced_by is None
        return {"id": identity, "title": found.title if found else identity, "page": paged}

    def authority(self, a: Authority) -> dict[str, Any]:
        review = a.review or {}
        kind = ", ".join(w for w in (_KINDS.get(a.kind, a.kind), _COURTS.get(a.court or "", ""), f"{a.stage} stage" if a.stage else "") if w)
        over, under = self._fares(a)
        return {
            "id": a.id,
            "title": a.title,
            "citation": a.citation,
            "kind": kind,
            "rank": RANK_NAMES.get(a.rank or 0, ""),
            "now": self._now(a),
            "construes": self.link(a.construes) if a.construes else None,
            "governs": _span(a.in_force),
            "known": _span(a.known),
            "binds": [self._place_link(p) for p in a.binds],
            "excepts": [self._place_link(p) for p in a.excepts],
            "persuades": [self._place_link(p) for p in a.persuades],
            "norms": [
                {"key": n.key, "says": self._says(a, n), "because": n.because, "code": norm_text(n)}
                for n in a.norms
            ],
            "ended_by": [self.link(i) for i in dict.fromkeys((a.in_force.ended_by, a.known.ended_by)) if i],
            "ends": [self.link(o.id) for o in self.ends.get(a.id, ())],
            "construed_by": [self.link(o.id) for o in self.construed_by.get(a.id, ())],
            "versions": [
                {**self.link(o.id), "span": _span(o.in_force)}
                for o in sorted(self.family.get(a.id.rsplit("/", 1)[0], ()), key=lambda o: (o.in_force.start or 0, o.id))
                if o.id != a.id
            ],
            "defeats": over,
            "defeated_by": under,
            "sources": [_source(s) for s in a.sources],
            "review": {
                "reviewed": a.reviewed,
                "by": str(review.get("by_role") or ""),
                "on": str(review.get("on") or ""),
                "basis": str(review.get("basis") or ""),
            },
            "confirmed": day_words(a.confirmed_on) if a.confirmed_on else "",
            "note": a.note,
            "hash": a.hash,
        }

    def _now(self, a: Authority) -> str:
        if a.kind == "research_note":
            return "no law: a note of what is not known"
        if a.kind == "form":
            return "a form: it speaks wherever it lies in a file"
        if not governs(self.book, a, self.day, self.known):
            return "not in force on that day"
        return "in force on that day" if a.binds else "of that day; it persuades and binds nobody"

    def _fares(self, a: Authority) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """What its norms defeat, and what defeats them, if both conditions hold: by verb and rank alone."""
        over: dict[tuple[str, str], dict[str, Any]] = {}
        under: dict[tuple[str, str], dict[str, Any]] = {}
        for norm in a.norms:
            if norm.rank is None or norm.verb == "declare" or not a.binds:
                continue
            label = self.book.vocabulary.actions[norm.object].label if norm.object in self.book.vocabulary.actions else norm.object
            for other, theirs in self.acting:
                if other.id == a.id or theirs.object != norm.object or not _meet(a, other):
                    continue
                if defeats(norm, theirs):
                    over[(norm.object, other.id)] = {**self.link(other.id), "on": label}
                if defeats(theirs, norm):
                    under[(norm.object, other.id)] = {**self.link(other.id), "on": label}
        return [over[k] for k in sorted(over)], [under[k] for k in sorted(under)]

    # -- a place --

    def places_with_pages(self) -> list[str]:
        """The country, every state, and every place under one that has authorities of its own."""
        found = {"us"}
        for place in self.places:
            if place.kind in ("state", "territory"):
                found.add(place.id)
        for a in (*self.paged, *self.agreements):
            for pattern in (*a.binds, *a.persuades):
                own = _own_place(pattern)
                if own is not None and own.count("/") > 1:
                    found.add(self.places.place(own).id)
        return sorted(found)

    def place(self, path: str) -> dict[str, Any]:
        place = self.places.place(path)
        sets = self.places.sets(place)
        bound, persuading, agreements = [], [], []
        for a in (*self.paged, *self.agreements):
            if a.kind == "agreement":
                if any(_own_place(p) == path for p in a.binds):
                    agreements.append(a)
            elif any(self._touches(p, path, sets) for p in a.binds) and not any(covers(e, path, sets) for e in a.excepts):
                bound.append(a)
            elif any(self._touches(p, path, sets) for p in a.persuades):
                persuading.append(a)
        now = [a for a in bound if governs(self.book, a, self.day, self.known)]
        now.sort(key=lambda a: (a.rank or 99, a.id))
        own = [a for a in now if not _general(a)]
        notes = [a for a in persuading if a.kind == "research_note"]
        below = [p for p in self._page_ids() if p.startswith(f"{path}/") and p.count("/") == path.count("/") + 1]
        return {
            "id": path,
            "name": _heading(place_words(path, self.places)),
            "up": self._place_link("/".join(path.split("/")[:2])) if path.count("/") > 1 else None,
            "own": [self._entry(a) for a in own],
            "federal": [self._entry(a) for a in now if _general(a)],
            "persuading": [self._entry(a) for a in persuading if a.kind != "research_note" and governs(self.book, a, self.day, self.known)],
            "other": [
                {**self.link(a.id), "span": _span(a.in_force) or _span(a.known)} for a in bound if a not in now and not _general(a)
            ],
            "notes": [{**self.link(a.id), "text": a.note} for a in notes],
            "agreements": [
                {"title": a.title, "citation": a.citation, "span": _span(a.in_force), "now": governs(self.book, a, self.day, self.known), "note": a.note}
                for a in agreements
            ],
            "below": [self._place_link(p) for p in below],
        }

    def _entry(self, a: Authority) -> dict[str, Any]:
        return {
            **self.link(a.id),
            "citation": a.citation,
            "rank": RANK_NAMES.get(a.rank or 0, ""),
            "reviewed": a.reviewed,
            "basis": str((a.review or {}).get("basis") or ""),
            "says": [self._says(a, n) for n in a.norms if n.start is None or n.start <= self.day],
        }

    def _says(self, a: Authority, n: Norm) -> str:
        if n.ref not in self._said:
            self._said[n.ref] = plain(n, a, self.book.vocabulary, self.places)
        return self._said[n.ref]

    def _touches(self, pattern: str, path: str, sets: tuple[str, ...]) -> bool:
        """Whether a pattern covers the place, or is an agency of the place or of its parts in general (us/nh/*/…)."""
        if covers(pattern, path, sets):
            return True
        own = _own_place(pattern)
        return own == path or ("*" in pattern and own is not None and (path == own or path.startswith(f"{own}/")))

    def _page_ids(self) -> list[str]:
        if not self._pages:
            self._pages = self.places_with_pages()
            self._page_set = frozenset(self._pages)
        return self._pages

    def _place_link(self, pattern: str) -> dict[str, Any]:
        found = self._links.get(pattern)
        if found is None:
            self._page_ids()
            own = _own_place(pattern)
            if own is not None:
                own = self.places.place(own).id
            page = own if own in self._page_set else None
            found = self._links[pattern] = {"pattern": pattern, "name": place_words(pattern, self.places), "page": page}
        return found


def defeats(norm: Norm, other: Norm) -> bool:
    """Whether a norm defeats another on the same action, both conditions being true: by verb and rank alone.

    A forbid (and a limit that has run out) defeats every permit, and every duty or preemption of its own or a lower
    rank; a duty or a preemption defeats every forbid of a lower rank.
    """
    if norm.rank is None or other.rank is None:
        return False
    if norm.verb in ("forbid", "limit"):
        return other.verb == "permit" or (other.verb in ("require", "preempt") and norm.rank <= other.rank)
    if norm.verb in ("require", "preempt"):
        return other.verb in ("forbid", "limit") and norm.rank < other.rank
    return False


def _meet(a: Authority, b: Authority) -> bool:
    """Whether some place is bound by both, and some day governed by both."""
    if not any(covers(p, q) or covers(q, p) for p in a.binds for q in b.binds):
        return False
    spans = [(min((n.start or 0 for n in x.norms), default=x.in_force.start or 0), x.in_force.until or 10**7) for x in (a, b)]
    return max(s for s, _ in spans) < min(u for _, u in spans)


def _general(a: Authority) -> bool:
    """Whether an authority is of the whole country or of a federal circuit or district."""
    return all(p == "us" or p.startswith(("circuit/", "district/", "us/ice", "us/cbp")) for p in a.binds)


@lru_cache(maxsize=65536)
def _own_place(pattern: str) -> str | None:
    """The place of a pattern: without its role, and before a star; None for a set or a federal agency."""
    if not pattern.startswith("us") or pattern in ("us/ice", "us/cbp"):
        return None
    parts = pattern.split("/")
    if "*" in parts:
        return "/".join(parts[: parts.index("*")])
    return "/".join(parts[:-1]) if len(parts) > 2 and parts[-1] in ROLES else pattern


def _heading(name: str) -> str:
    return name.removeprefix("the ")


def _span(interval: Interval) -> str:
    start = f"from {day_words(interval.start)}" if interval.start else ""
    until = f"until {day_words(interval.until)} (the first day no longer)" if interval.until else ""
    return " ".join(w for w in (start, until) if w)


def _source(source: Mapping[str, Any]) -> dict[str, str]:
    url = str(source.get("url") or "")
    told = [str(source[k]) for k in ("title", "publisher", "date") if source.get(k)]
    return {"text": ", ".join(told), "url": url if url.startswith(("https://", "http://")) else ""}
