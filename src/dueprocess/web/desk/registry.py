"""The registry's pages: agencies, an agency's claims for and against, the map of a day, changes, disagreements, counts, the release.

What sources say that agencies do, with its day and its age. Nothing here is about a person held, and the engine never reads it.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.desk import NotHere, Who
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.places import load_places
from dueprocess.registry import (
    POSITIONS,
    RULES,
    Claim,
    CountClaim,
    Registry,
    View,
    changes,
    count,
    definitions,
    disagreements,
)
from dueprocess.registry.disputes import KINDS
from dueprocess.registry.model import CORRECTS
from dueprocess.registry.review import reviews_of, status_of
from dueprocess.registry.views import counties, mapping, words
from dueprocess.registry.views.release import SUMS, write_release
from dueprocess.registry.views.timeline import timeline_svg
from dueprocess.store import Person
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import page
from dueprocess.web.desk.shelf import day_asked, download, folder_of, pages_of, registry_of, today, whole_page

if TYPE_CHECKING:
    from fastapi import FastAPI

MEDIA = {"csv": "text/csv", "json": "application/json", "zip": "application/zip", "cff": "text/plain", "md": "text/plain"}


@dataclass(frozen=True)
class Asked:
    """What a page of the registry asks: a day, what was known on another, and the registry of that day."""

    day: date
    known: date
    today: date
    registry: Registry

    @property
    def query(self) -> str:
        """The two days as a link keeps them."""
        return f"as_of={self.day.isoformat()}&known_at={self.known.isoformat()}"


def add_registry_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""

    def asked(request: Request, who: Who) -> Asked:
        allow(who, "shelves")
        now = today(service, who)
        known = day_asked(request.query_params, "known_at", now, latest=now)
        return Asked(day_asked(request.query_params, "as_of", now, latest=now), known, now, registry_of(service, who, known_at=known))

    def draw(name: str, person: Person, this: Asked, **values: Any) -> Response:
        return HTMLResponse(shown(service, name, person, asked=this, words=words, **values))

    def browse(request: Request, person: Person, who: Who) -> Response:
        this, given = asked(request, who), request.query_params
        state, position, text = given.get("state", "")[:4], given.get("position", "")[:40], given.get("q", "").strip()[:80]
        rows = listed(this, state=state, position=position, text=text, every=given.get("every") == "yes")
        found, number, count_ = pages_of(rows, given.get("page", "1"))
        # What the link to the next page keeps, so that a filter is not lost on the way.
        kept = "".join(f"&{k}={v}" for k, v in (("state", state), ("position", position), ("every", given.get("every", ""))) if v.isalnum() or v in POSITIONS)
        return draw(
            "registry", person, this, rows=found, total=len(rows), number=number, pages=count_, states=_states(this.registry), state=state, position=position, text=text,
            every=given.get("every") == "yes", positions=POSITIONS, kept=kept,
        )  # fmt: skip

    def agency(request: Request, person: Person, who: Who) -> Response:
        this, actor = asked(request, who), request.path_params["actor"]
        if actor not in this.registry.actors:
            raise NotHere("the registry has no claim about it", do="unknown: no source that was gathered speaks of it; choose one from the list")
        reviews = reviews_of(folder_of(service, who, "registry")) if service.shelf is not None else None
        return draw("registry_agency", person, this, reviews=reviews, status_of=status_of, **_agency(this, actor))

    def on_map(request: Request, person: Person, who: Who) -> Response:
        this = asked(request, who)
        spans = counties.on_day(counties.county_spans(this.registry, known_at=this.known), this.day)
        counted = Counter(s.kind for s in spans.values())
        by_state: dict[str, Counter[str]] = {}
        names = counties.county_names()
        for fips, span in spans.items():
            if span.kind not in ("unknown", "agreement") and fips in names:
                by_state.setdefault(names[fips][0].rpartition(", ")[2], Counter())[span.kind] += 1
        contested = sum(bool(s.marks & counties.CONTESTED) for s in spans.values())
        kinds = [c for c in counties.CLASSES if c.key not in ("unknown", "agreement")]
        return draw("registry_map", person, this, kinds=kinds, counted=counted, by_state=sorted(by_state.items()), contested=contested)

    def drawing(request: Request, person: Person, who: Who) -> Response:
        this = asked(request, who)
        return Response(_map(this.registry, this.day, this.known), media_type="image/svg+xml")

    def slider(request: Request, person: Person, who: Who) -> Response:
        this = asked(request, who)
        return whole_page(mapping.map_html(this.registry, as_of=this.day, known_at=this.known), back=f"/registry/map?{this.query}", label="Back to the registry at the desk")

    def changed(request: Request, person: Person, who: Who) -> Response:
        this, given = asked(request, who), request.query_params
        until = day_asked(given, "until", this.today + timedelta(days=1))
        since = day_asked(given, "since", until - timedelta(days=365))
        if since >= until:
            raise InputError("the second day is not after the first", where="until", do="give the day after the last as the second")
        state = given.get("state", "")[:4]
        every = [c for c in changes(this.registry, since=since, until=until, known_at=this.known)]
        by_state = {s: (sum(c.certain for c in every if c.state == s), sum(not c.certain for c in every if c.state == s)) for s in sorted({c.state for c in every})}
        rows = [c for c in every if not state or c.state == state]
        return draw("registry_changes", person, this, since=since, until=until, rows=rows, by_state=by_state, state=state, total=len(every))

    def disputed(request: Request, person: Person, who: Who) -> Response:
        this = asked(request, who)
        rows = disagreements(this.registry, as_of=this.day, known_at=this.known)
        return draw("registry_disagreements", person, this, rows=rows, kinds=KINDS)

    def counted(request: Request, person: Person, who: Who) -> Response:
        this = asked(request, who)
        return draw("registry_counts", person, this, found=[count(this.registry, d, known_at=this.known) for d in definitions().values()], one=None, own=own_counts(this))

    def counted_one(request: Request, person: Person, who: Who) -> Response:
        this, name = asked(request, who), request.path_params["definition"]
        if name not in definitions():
            raise NotHere("there is no such definition", do="choose one from the list of counts")
        return draw("registry_counts", person, this, found=[], own=[], one=count(this.registry, definitions()[name], known_at=this.known))

    def release(request: Request, person: Person, who: Who) -> Response:
        this = asked(request, who)
        files = release_files(this)
        return draw("registry_release", person, this, files=[(n, len(d)) for n, d in files.items() if n.rpartition(".")[2] in ("csv", "json", "cff", "md")])

    def released(request: Request, person: Person, who: Who) -> Response:
        this, name = asked(request, who), request.path_params["name"]
        files = release_files(this)
        if name == "all.zip":
            return download(_zipped(files), f"registry-{this.day.isoformat()}.zip", MEDIA["zip"])
        if name not in files:
            raise NotHere("there is no such file in the release", do="choose one from the list")
        return download(files[name], name, MEDIA.get(name.rpartition(".")[2], "application/octet-stream"))

    for path, make in (
        ("/registry", browse), ("/registry/map", on_map), ("/registry/map.svg", drawing), ("/registry/map/days", slider), ("/registry/changes", changed),
        ("/registry/disagreements", disputed), ("/registry/counts", counted), ("/registry/counts/{definition}", counted_one), ("/registry/release", release),
        ("/registry/release/{name}", released), ("/registry/agency/{actor:path}", agency),
    ):  # fmt: skip
        app.add_route(path, page(service, make), methods=["GET"])


# -- the list ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """An agency in the list, with its view of the day."""

    id: str
    name: str
    state: str
    view: View
    more: int


def listed(this: Asked, *, state: str, position: str, text: str, every: bool) -> list[Row]:
    """The agencies that match, by state and place. Without ``every`` those are left out of which only a list or a 287(g)
    agreement speaks."""
    wanted = text.lower().split()
    found = []
    for id_, view in this.registry.views(as_of=this.day, known_at=this.known).items():
        actor = this.registry.actors[id_]
        if (state and actor.state != state) or (position and view.position != position):
            continue
        if not every and position != "unknown" and view.rule in ("no-position-stated", "no-claim") and not view.practice:
            continue
        if wanted:
            known = " ".join((actor.name, actor.place, actor.state, mapping.place_name(this.registry, id_), *(n.name for n in actor.names))).lower()
            if not all(w in known for w in wanted):
                continue
        found.append(Row(id_, actor.name, actor.state, view, len(view.losing)))
    return sorted(found, key=lambda r: (r.state, this.registry.actors[r.id].place, r.id))


def _states(registry: Registry) -> list[tuple[str, str]]:
    names = {p.state: p.name for p in load_places() if p.kind in ("state", "territory") and p.state}
    return sorted(((s, names.get(s, s)) for s in {a.state for a in registry.actors.values()} if s), key=lambda p: p[1])


def own_counts(this: Asked) -> list[tuple[CountClaim, str, str]]:
    """The figures that this agency's reviewers accepted, each with its source in words and its address."""
    found = [c for c in this.registry.counts if c.id.startswith("review--") and not c.id.startswith(CORRECTS) and c.source in this.registry.sources]
    return [(c, words.source_words(this.registry.sources[c.source]), words.link(this.registry.sources[c.source].url)) for c in found]


# -- one agency --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """A claim as the page tells it: what it says, when, who, its words, its source, and how it fares."""

    claim: Claim
    says: str
    when: str
    who: str
    voice: str
    source: str
    link: str
    fate: str


def _agency(this: Asked, actor: str) -> dict[str, Any]:
    registry = this.registry
    view = registry.view(actor, as_of=this.day, known_at=this.known)
    claims = [c for c in registry.of(actor) if c.known <= this.known.toordinal()]
    lost = dict(view.losing)
    told = {c.id: _told(registry, c, RULES.get(lost.get(c.id, ""), "")) for c in claims}
    later = [c.id for c in claims if c.about == "policy" and c.id not in lost and c.id != view.claim and c.id not in view.support]
    groups = [
        ("For it", "What the current view rests on.", [i for i in (view.claim, *view.support) if i]),
        ("Against it, or past", "Claims that say otherwise or no longer stand, each with the rule by which it lost.", [i for i, _ in view.losing]),
        ("Of other days, or not settled", "Claims that speak of a later day, or whose day is not sure.", later),
        ("Practice", "What sources say that the agency does, apart from its paper. It settles no position.", list(view.practice)),
        ("Lists that name it", "A list names it; that states no position.", list(view.listings)),
        ("287(g) agreements", "They give officers other powers; they are no policy on detainers.", list(view.agreements)),
    ]
    spans = registry.segments(actor, known_at=this.known)
    state = f"us/{registry.actors[actor].state.lower()}/state"
    return {
        "actor": registry.actors[actor], "view": view, "place": mapping.place_name(registry, actor),
        "groups": [(title, text, [told[i] for i in ids if i in told]) for title, text, ids in groups if any(i in told for i in ids)],
        "svg": timeline_svg(registry, actor, known_at=this.known, standalone=False).encode(),
        "spans": _joined(list(spans)), "since": claims and min(c.start[0] for c in claims),
        "above": registry.view(state, as_of=this.day, known_at=this.known) if state in registry.actors and state != actor else None, "state": state,
        "beside": [r for r in registry.actors.values() if r.place and r.place == registry.actors[actor].place and r.id != actor],
    }  # fmt: skip


def _told(registry: Registry, claim: Claim, fate: str) -> Told:
    source = registry.sources[claim.source]
    says = words.POSITIONS[claim.position] if claim.position != "unknown" else "states no position"
    more = [words.ACCEPTS.get(a, a) for a in claim.accepts]
    parts = [says, *([f"accepts {', '.join(more)}"] if more else []), *(d for d in words.details(claim) if not d.startswith("spoken by"))]
    if claim.id in registry.corrected:
        fate = RULES["corrected"]
    elif claim.id in registry.denials:
        fate = f"{fate} Denied by another claim.".strip()
    return Told(claim, "; ".join(parts), words.when_words(claim), words.who_words(claim), words.VOICES[claim.voice], words.source_words(source), words.link(source.url), fate)


def _joined(spans: list[Any]) -> list[tuple[date, date | None, View]]:
    """Spans that say the same but for what confirms them, as one."""
    made: list[tuple[date, date | None, View]] = []
    for span in spans:
        same = made and (made[-1][2].position, made[-1][2].certain, made[-1][2].contested, made[-1][2].maybe) == (span.view.position, span.view.certain, span.view.contested, span.view.maybe)
        made[-1:] = [(made[-1][0], span.until, span.view)] if same else [*made[-1:], (span.start, span.until, span.view)]
    return made


# -- what takes longer -------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _map(registry: Registry, day: date, known: date) -> str:
    return mapping.map_svg(registry, as_of=day, known_at=known)


def release_files(this: Asked) -> Mapping[str, bytes]:
    """The files of a release, by name."""
    return _release(this.registry, this.day, this.known)


@lru_cache(maxsize=2)
def _release(registry: Registry, day: date, known: date) -> dict[str, bytes]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "release"
        write_release(registry, folder, as_of=day, known_at=known)
        return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """One file of all, the same bytes for the same release."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items(), key=lambda item: (item[0] == SUMS, item[0])):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()
