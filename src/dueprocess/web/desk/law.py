"""The law's pages: what the encoded law says at a place on a day, in plain words; the matrix; what changed between two days.

They read the lawbook that the desk answers with, and say who reviewed it and what the agency's counsel adopted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.decide.adoption import adopted_ids
from dueprocess.decide.matrix import build_table
from dueprocess.decide.matrix_view import view_of
from dueprocess.decide.packets import scene_of
from dueprocess.decide.stay import Setting
from dueprocess.desk import NotHere, Who
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.law import RANK_NAMES, Authority, Lawbook, Norm
from dueprocess.law.plain import day_words, place_words, plain
from dueprocess.law.text import norm_text
from dueprocess.places import ROLES, load_places
from dueprocess.render.matrix import matrix_html, matrix_pdf
from dueprocess.store import Person
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import page
from dueprocess.web.desk.shelf import agency_name, day_asked, download, today, whole_page

if TYPE_CHECKING:
    from fastapi import FastAPI

_USUAL_ROLE = {"county": "sheriff", "city": "police", "state": "corrections", "territory": "corrections"}
HOLDING = ("hold", "probable_cause", "civil_arrest_power")
"""What bears on a hold: the act itself, and what it needs."""
FOR, AGAINST, BESIDE = "for a hold", "against a hold", "beside a hold"
KINDS = {
    "constitution": "constitution", "statute": "statute", "common_law": "common law", "regulation": "regulation", "ruling": "ruling", "decree": "decree",
    "executive_order": "executive order", "opinion": "opinion", "ordinance": "ordinance", "agency_policy": "agency policy", "form": "form", "ice_policy": "ICE's own policy",
    "agreement": "agreement", "research_note": "research note",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Whose law is asked about, on which day, by what was known on another."""

    agency: str
    sets: tuple[str, ...]
    name: str
    day: date
    known: date
    today: date
    own: bool

    @property
    def query(self) -> str:
        """As a link keeps it."""
        return f"place={self.agency}&as_of={self.day.isoformat()}&known_at={self.known.isoformat()}"


@dataclass(frozen=True)
class Says:
    """A norm as a page tells it; ``side`` is FOR, AGAINST or BESIDE."""

    ref: str
    words: str
    because: str
    raw: str
    side: str
    about: str


@dataclass(frozen=True)
class Entry:
    """An authority as a page tells it. ``adopted``: adopted, not adopted, or not asked (another agency's law)."""

    authority: Authority
    kind: str
    rank: str
    when: str
    says: tuple[Says, ...]
    review: str
    reviewed: bool
    adopted: str
    binds: bool

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides that its norms take, each once."""
        return tuple(dict.fromkeys(s.side for s in self.says))


def add_law_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""

    def book() -> Lawbook:
        return service.desk.law().lawbook

    def asked(request: Request, who: Who) -> Place:
        allow(who, "shelves")
        now, given = today(service, who), request.query_params
        day, known = day_asked(given, "as_of", now), day_asked(given, "known_at", now, latest=now)
        return place_of(given.get("place", "").strip()[:120] or who.agency, day=day, known=known, today=now, own=who.agency)

    def adopted(who: Who, place: Place) -> frozenset[str] | None:
        if not place.own:
            return None
        return adopted_ids(service.desk.law().adoption(who.agency), lawbook=book(), agency=who.agency, today=place.today, where="adoption")

    def browse(request: Request, person: Person, who: Who) -> Response:
        place, text = asked(request, who), request.query_params.get("q", "").strip()[:80]
        found = in_force(book(), place, adopted(who, place))
        gone = ended(book(), place, adopted(who, place))
        if text:
            found, gone = [e for e in found if _matches(e, text)], [e for e in gone if _matches(e, text)]
        elsewhere = _elsewhere(book(), text, {e.authority.id for e in (*found, *gone)}) if text else []
        groups: dict[str, list[Entry]] = {}
        for entry in found:
            groups.setdefault(entry.rank if entry.binds else "Persuades only: does not bind here", []).append(entry)
        return HTMLResponse(
            shown(
                service, "law", person, place=place, groups=groups, gone=gone, text=text, elsewhere=elsewhere, version=book().version, total=len(found),
                unreviewed=sum(not e.reviewed for e in found), waiting=sum(e.adopted == "not adopted" for e in found),
                held=[(side, [e for e in found if side in e.sides]) for side in (FOR, AGAINST)],
            )
        )  # fmt: skip

    def authority(request: Request, person: Person, who: Who) -> Response:
        place, identity = asked(request, who), request.path_params["authority"]
        found = book().authorities.get(identity)
        if found is None:
            raise NotHere("that is not in the lawbook", do="choose one from the list")
        entry = entry_of(book(), found, adopted(who, place), binds=True)
        places = load_places()
        binding = [place_words(p, places) for p in found.binds]
        contrary = contrary_to(book(), place, found)
        return HTMLResponse(
            shown(
                service, "law_authority", person, place=place, e=entry, binding=binding, excepts=[place_words(p, places) for p in found.excepts],
                persuades=[place_words(p, places) for p in found.persuades], contrary=contrary, ended_by=book().authorities.get(found.in_force.ended_by or ""),
            )
        )  # fmt: skip

    def matrix(request: Request, person: Person, who: Who) -> Response:
        place, use = asked(request, who), request.query_params.get("adoption") == "yes"
        view = _view(book(), place.agency, place.day, place.known, adopted(who, place) if use else None)
        return HTMLResponse(shown(service, "law_matrix", person, place=place, v=view, use=use))

    def matrix_page(request: Request, person: Person, who: Who) -> Response:
        place, form = asked(request, who), request.path_params["form"]
        if form not in ("page", "card", "pdf"):
            raise NotHere("there is no such form of the matrix", do="choose one below it")
        use = request.query_params.get("adoption") == "yes"
        view = _view(book(), place.agency, place.day, place.known, adopted(who, place) if use else None)
        if form == "pdf":
            return download(matrix_pdf(view), f"matrix-{place.day.isoformat()}.pdf", "application/pdf")
        return whole_page(matrix_html(view, card=form == "card"))

    def changed(request: Request, person: Person, who: Who) -> Response:
        place, given = asked(request, who), request.query_params
        until = day_asked(given, "until", place.today)
        since = day_asked(given, "since", date(until.year - 2, 1, 1))
        if since >= until:
            raise InputError("the second day is not after the first", where="until", do="give a later day")
        began, over = law_changes(book(), place, since, until)
        answers = []
        if given.get("answers") == "yes":
            answers = _differing(_view(book(), place.agency, since, place.known, None), _view(book(), place.agency, until, place.known, None))
        return HTMLResponse(
            shown(service, "law_changes", person, place=place, since=since, until=until, began=began, over=over, answers=answers, asked_answers=given.get("answers") == "yes")
        )

    for path, make in (
        ("/law", browse), ("/law/matrix", matrix), ("/law/matrix/{form}", matrix_page), ("/law/changes", changed), ("/law/authority/{authority:path}", authority),
    ):  # fmt: skip
        app.add_route(path, page(service, make), methods=["GET"])


def place_of(text: str, *, day: date, known: date, today: date, own: str) -> Place:
    """The agency that a text names: a path, or a place with its usual jail. Raises InputError."""
    places = load_places()
    if text.startswith("us/") and (text.rsplit("/", 1)[-1] in ROLES or text.count("/") > 2):
        agency = places.agency(text)
    else:
        found = places.place_on(places.resolve(text, on=day), on=day)
        if found.kind not in _USUAL_ROLE:
            raise InputError("that is no one's jail", where="place", do="name a county, as Loving County, TX")
        agency = places.agency(f"{found.id}/{_USUAL_ROLE[found.kind]}")
    sets = places.sets(places.facility(agency, None))
    return Place(agency.id, sets, agency_name(agency.id), day, known, today, agency.id == own)


# -- authorities in words ----------------------------------------------------------------------------------


def entry_of(book: Lawbook, authority: Authority, adopted: frozenset[str] | None, *, binds: bool) -> Entry:
    """An authority with its norms in plain words."""
    places = load_places()
    review = dict(authority.review or {})
    told = f"reviewed by {review.get('by_role', 'somebody')} on {review.get('on', 'an unknown day')}" if authority.reviewed else f"not reviewed (basis: {review.get('basis', 'not said')})"
    says = tuple(Says(n.ref, plain(n, authority, book.vocabulary, places), n.because, norm_text(n), side_of(n), about(n, book)) for n in authority.norms)
    state = "" if adopted is None else "adopted" if authority.id in adopted else "not adopted"
    rank = RANK_NAMES.get(authority.rank or 0, "forms, agreements and notes").capitalize()
    return Entry(authority, KINDS.get(authority.kind, authority.kind), rank, _when(authority), says, told, authority.reviewed, state, binds)


def side_of(norm: Norm) -> str:
    """Which side of a hold a norm is on."""
    if norm.object not in HOLDING:
        return BESIDE
    return FOR if norm.favors else AGAINST


def about(norm: Norm, book: Lawbook) -> str:
    """What a norm is about, in the vocabulary's own words."""
    action = book.vocabulary.actions.get(norm.object)
    return action.label if action is not None else norm.object.replace("_", " ")


def _when(authority: Authority) -> str:
    start, until = authority.in_force.start, authority.in_force.until
    known = authority.known.start
    parts = [f"in force from {day_words(start)}" if start else "in force from the beginning"]
    if until:
        parts.append(f"until {day_words(until - 1)}")
    if known and known != start:
        parts.append(f"known since {day_words(known)}")
    return ", ".join(parts)


def _stands(book: Lawbook, authority: Authority, place: Place) -> bool:
    day, known = place.day.toordinal(), place.known.toordinal()
    span = authority.in_force
    if not book.known(authority.id, known) or (span.start is not None and span.start > day):
        return False
    return not (span.until is not None and span.until <= day and (span.ended_by is None or book.known(span.ended_by, known)))


def in_force(book: Lawbook, place: Place, adopted: frozenset[str] | None) -> list[Entry]:
    """What is in force at a place on the day: what binds, highest first, then what persuades only."""
    binding = [entry_of(book, a, adopted, binds=True) for a in book.binding(place.agency, place.sets) if a.replaced_by is None and _stands(book, a, place)]
    persuading = book.persuading(place.agency, place.sets, place.day.toordinal(), place.known.toordinal())
    beside = [entry_of(book, a, adopted, binds=False) for a in persuading if a.replaced_by is None]
    return [*sorted(binding, key=lambda e: (e.authority.rank or 99, e.authority.id)), *beside]


def ended(book: Lawbook, place: Place, adopted: frozenset[str] | None) -> list[Entry]:
    """What binds the place and is not in force on the day: over, or still to come, or not known then."""
    found = (a for a in book.binding(place.agency, place.sets) if a.replaced_by is None and not _stands(book, a, place))
    return sorted((entry_of(book, a, adopted, binds=True) for a in found), key=lambda e: (e.authority.in_force.start or 0, e.authority.id))


def contrary_to(book: Lawbook, place: Place, authority: Authority) -> list[Entry]:
    """What stands on the other side of a hold at the place on the day."""
    own = {side_of(n) for n in authority.norms} - {BESIDE}
    if len(own) != 1:
        return []
    other = AGAINST if own == {FOR} else FOR
    return [e for e in in_force(book, place, None) if e.authority.id != authority.id and other in e.sides]


def _matches(entry: Entry, text: str) -> bool:
    return _hits(entry.authority, " ".join(s.words for s in entry.says), text)


def _hits(authority: Authority, words: str, text: str) -> bool:
    known = " ".join((authority.id, authority.title, authority.citation, authority.note, words, *(n.because for n in authority.norms))).lower()
    return all(w in known for w in text.lower().split())


def _elsewhere(book: Lawbook, text: str, here: set[str]) -> list[Authority]:
    """Authorities of other places that match: a search is of the whole lawbook."""
    return [a for a in book.authorities.values() if a.id not in here and a.replaced_by is None and _hits(a, "", text)][:60]


# -- the matrix, and what changed --------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _view(book: Lawbook, agency: str, day: date, known: date, adopted: frozenset[str] | None) -> dict[str, Any]:
    return view_of(build_table(scene_of(agency, facility=None, as_of=day, known_at=known, setting=Setting(book, adopted))))


@dataclass(frozen=True)
class Change:
    """An authority whose norms began or ended between two days."""

    entry: Entry
    day: str
    says: tuple[Says, ...]
    by: Authority | None


def law_changes(book: Lawbook, place: Place, since: date, until: date) -> tuple[list[Change], list[Change]]:
    """What binds the place on the second day and not on the first, and the other way round; by what is known on the third."""
    known = place.known.toordinal()
    first, second = ({a.norm.ref: a.norm for a in book.applied(place.agency, place.sets, d.toordinal(), known, None)} for d in (since, until))
    return _grouped(book, (n for r, n in second.items() if r not in first), ended=False), _grouped(book, (n for r, n in first.items() if r not in second), ended=True)


def _grouped(book: Lawbook, norms: Iterable[Norm], *, ended: bool) -> list[Change]:
    by_authority: dict[str, list[str]] = {}
    start: dict[str, int | None] = {}
    for norm in norms:
        by_authority.setdefault(norm.authority, []).append(norm.ref)
        start[norm.authority] = norm.start
    made = []
    for identity, refs in by_authority.items():
        authority = book.authorities[identity]
        entry = entry_of(book, authority, None, binds=True)
        day = authority.in_force.until if ended else (start[identity] or authority.in_force.start)
        by = book.authorities.get(authority.in_force.ended_by or "") if ended else None
        made.append((day or 0, Change(entry, day_words(day) if day else "a day that is not encoded", tuple(s for s in entry.says if s.ref in refs), by)))
    return [c for _, c in sorted(made, key=lambda m: (m[0], m[1].entry.authority.id))]


def _differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The rows of two matrices that say different things: label, then what each says."""
    one, two = ({r["label"]: "; ".join(_told(line) for cell in r["cells"] for line in cell) for r in view["rows"]} for view in (first, second))
    labels = dict.fromkeys((*one, *two))
    return [(label, one.get(label, "not among the papers of that day"), two.get(label, "not among the papers of that day")) for label in labels if one.get(label) != two.get(label)]


def _told(line: Mapping[str, Any]) -> str:
    own = " ".join(t for t in (line["status"], line["when"]) if t)
    inner = [f"{part['head']} {', '.join(_told(more) for more in part['lines'])}" for part in line["inner"]]
    return " ".join((own, *inner))
