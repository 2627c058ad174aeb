"""What to review: a text put in, the claims, figures, rulings, laws and incidents found in it, and what reviewers make of each.

What is decided is kept as ``dueprocess agencies review`` keeps it (queue, reviews and accepted claims as plain files in the
agency's own folder). A reviewer stands there by the account's id, in the account's role; no name is written.
"""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.desk import NotHere, Who
from dueprocess.desk.people import allow
from dueprocess.extract.capture import MOST_BYTES, iso_day
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.worker import run_limited
from dueprocess.law.durable import write_whole
from dueprocess.places import load_places
from dueprocess.registry import ACCEPTS, POSITIONS
from dueprocess.registry import review as room
from dueprocess.registry.entries import NEEDED
from dueprocess.registry.model import CONFIDENCES, VOICES, CountClaim
from dueprocess.registry.promote import promote
from dueprocess.registry.proposing import propose
from dueprocess.registry.review import Review, Waiting, WaitingEntry
from dueprocess.registry.views import words
from dueprocess.store import Person, accounts
from dueprocess.web.desk import work
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form, Upload, page, post, post_file, see
from dueprocess.web.desk.shelf import folder_of, pages_of, registry_of, today

if TYPE_CHECKING:
    from fastapi import FastAPI

SECONDS, MEMORY = 90.0, 2_500_000_000
"""What reading one text may take."""
AROUND = 600
"""Characters of the text shown on each side of a claim's words."""
KINDS = {"all": "Everything", "claim": "Positions", "count": "Figures", "ruling": "Rulings", "law": "Laws", "incident": "Kept too long"}
"""The kinds of what is read out of a text, as their lists are called."""
ONE = {"claim": "position", "count": "figure", "ruling": "ruling", "law": "law", "incident": "somebody kept too long"}
LABELS = {
    "value": "Number, in digits", "wording": "As the text writes it", "unit": "Of what", "definition": "What exactly is counted", "scope": "Where", "since": "Counted since",
    "as_of": "As of", "claimant": "Said by", "disputes": "Set against the figure of", "name": "Name", "court": "Court", "date": "Day", "citation": "Citation", "place": "County or city",
    "state": "State", "hours_overheld": "Hours too long", "duration": "As the text writes it",
}  # fmt: skip
"""The fields of what is no position, as a person reads them."""
SHOWS = {"open": "To review", "second": "Second review wanted", "disputed": "Reviewers differ", "accepted": "Accepted", "rejected": "Rejected", "all": "All"}
KNOWN_FIELDS = tuple(f for f in room.KNOWN_CORRECTABLE if f not in ("accepts", "cites"))
_CHANGES = ("agency", "county_or_city", "state", "position", "effective", "announced", "ended", "speaker", "claimant", "voice", "motive", "confidence")


def add_claim_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""

    def queue(request: Request, person: Person, who: Who) -> Response:
        allow(who, "shelves")
        show = request.query_params.get("show", "open")
        if show not in SHOWS:
            raise NotHere("there is no such list", do="choose one above the list")
        folder = folder_of(service, who, "registry")
        kind = request.query_params.get("kind", "all")
        if kind not in KINDS:
            raise NotHere("there is no such list", do="choose one above the list")
        every = _rows(folder)
        found = [w for w in every if kind in ("all", w.kind)]
        rows, number, pages = pages_of([w for w in found if _stands(w, show, who)], request.query_params.get("page", "1"), each=50)
        counts = Counter(k for w in found for k in SHOWS if _stands(w, k, who))
        kinds = Counter(k for w in every if _stands(w, show, who) for k in ("all", w.kind))
        return HTMLResponse(
            shown(
                service, "claims", person, rows=rows, number=number, pages=pages, show=show, shows=SHOWS, counts=counts, kind=kind, kinds=KINDS, in_kind=kinds,
                one=ONE, agreement=room.agreement(folder, counts=room.shipped_counts(registry_of(service, who, known_at=today(service, who)))), names=_names(service, who),
            )
        )  # fmt: skip

    def dropping(request: Request, person: Person, who: Who) -> Response:
        allow(who, "claims")
        return HTMLResponse(shown(service, "claims_drop", person, today=today(service, who), nothing=None))

    def drop(request: Request, person: Person, who: Who, form: Form, files: list[Upload]) -> Response:
        allow(who, "claims")
        folder = folder_of(service, who, "registry")
        pasted, title, date = form.text("text"), form.text("title").strip()[:300], form.text("date").strip()
        if not title:
            raise InputError("the title of the text is missing", where="title", do="write it as it was published")
        if date:
            iso_day(date, where="date")
        if bool(pasted.strip()) == bool(files):
            raise InputError("it is not clear which text is meant", do="choose one file, or paste the text, not both")
        if len(files) > 1:
            raise InputError("one text at a time", do="put each in by itself: each has its own title and date")
        data = files[0].data if files else pasted.encode()
        if len(data) > MOST_BYTES:
            raise InputError(f"more than {MOST_BYTES:,} bytes", do="split the file")
        read = run_limited(work.read_article, [data, date, title], seconds=SECONDS, memory_bytes=MEMORY)
        with _locked(folder), TemporaryDirectory(dir=folder) as scratch:
            line = Path(scratch) / "claims.jsonl"
            line.write_text(read["line"] + "\n", encoding="utf-8")
            new = propose(line, folder, title=title, publisher=form.text("publisher").strip()[:200], date=date or read["published"], url=form.text("url").strip()[:500])
            (folder / "texts").mkdir(mode=0o700, exist_ok=True)
            write_whole(folder / "texts" / f"{read['id']}.txt", read["text"].encode(), mode=0o600)
        if not new:
            return HTMLResponse(shown(service, "claims_drop", person, today=today(service, who), nothing=read))
        return see("/claims")

    def claim(request: Request, person: Person, who: Who) -> Response:
        allow(who, "shelves")
        found = _one(service, who, request.path_params["claim"])
        if isinstance(found, WaitingEntry):
            return HTMLResponse(shown(service, "claim_entry", person, **_shown_entry(service, who, found)))
        return HTMLResponse(shown(service, "claim", person, **_shown(service, who, found)))

    def judge(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "claims")
        decision, found = form.text("decision"), _one(service, who, request.path_params["claim"])
        if decision not in room.DECISIONS:
            raise InputError("that is no decision", do=f"one of {', '.join(room.DECISIONS)}")
        folder = folder_of(service, who, "registry")
        changed: dict[str, str] = {}
        if decision == "correct" and isinstance(found, WaitingEntry):
            said = found.entry.values()
            changed = {key: form.text(key).strip() for key in said if key in form and form.text(key).strip() != said[key]}
        elif decision == "correct" and isinstance(found, Waiting):
            now = room.corrected(found.claim, ())
            changed = {key: form.text(key).strip()[:300] for key in _CHANGES if key in form and form.text(key).strip() != getattr(now, key)}
            changed |= _accepts(form, tuple(now.accepts.split(";")))
        day, id = today(service, who), request.path_params["claim"]
        with _locked(folder):
            room.review(
                folder, id, decision=decision, correction=changed, reviewer=who.account, role=who.role, reason=form.text("reason")[:1000], date=day.isoformat(),
                base=registry_of(service, who, known_at=day), places=load_places(),
            )  # fmt: skip
        return see(f"/claims/one/{id}")

    def judge_known(request: Request, person: Person, who: Who, form: Form) -> Response:
        """A claim of the registry itself: accepted, rejected, or corrected by a claim of its own that stands before it."""
        allow(who, "claims")
        decision, day = form.text("decision"), today(service, who)
        base = registry_of(service, who, known_at=day)
        found = base.claims.get(form.text("claim"))
        if found is None or found.id.startswith("review--"):
            raise NotHere("there is no such claim in the registry", do="choose one on the agency's page")
        if decision not in room.DECISIONS:
            raise InputError("that is no decision", do=f"one of {', '.join(room.DECISIONS)}")
        changed: dict[str, str] = {}
        if decision == "correct":
            now = {key: str(getattr(found, "actor" if key == "agency" else key)) for key in KNOWN_FIELDS}
            changed = {key: form.text(key).strip()[:300] for key in KNOWN_FIELDS if key in form and form.text(key).strip() != now[key]} | _accepts(form, found.accepts)
        folder = folder_of(service, who, "registry")
        with _locked(folder):
            room.review(
                folder, found.id, decision=decision, correction=changed, reviewer=who.account, role=who.role, reason=form.text("reason")[:1000], date=day.isoformat(), base=base, places=load_places(),
            )  # fmt: skip
        return see(f"/registry/agency/{found.actor}")

    def correcting(request: Request, person: Person, who: Who) -> Response:
        allow(who, "claims")
        base = registry_of(service, who, known_at=today(service, who))
        found = base.claims.get(request.path_params["claim"])
        if found is None or found.id.startswith("review--"):
            raise NotHere("there is no such claim in the registry", do="choose one on the agency's page")
        return HTMLResponse(
            shown(
                service, "claim_known", person, c=found, actor=base.actors[found.actor], source=words.source_words(base.sources[found.source]), link=words.link(base.sources[found.source].url),
                words=words, positions=POSITIONS, accepts=ACCEPTS, voices=VOICES, confidences=CONFIDENCES,
            )
        )  # fmt: skip

    def shipped_count(who: Who, id: str) -> tuple[Any, CountClaim]:
        base = registry_of(service, who, known_at=today(service, who))
        found = room.shipped_counts(base).get(id)
        if found is None:
            raise NotHere("there is no such published count", do="choose one on the page of counts")
        return base, found

    def count(request: Request, person: Person, who: Who) -> Response:
        allow(who, "claims")
        base, found = shipped_count(who, request.path_params["claim"])
        source = base.sources.get(found.source)
        seen = _seen(service, who, room.reviews_of(folder_of(service, who, "registry")).get(found.id, ()))
        return HTMLResponse(
            shown(
                service, "claim_count", person, c=found, fields=[(name, "Figure, as the source has it" if name == "value" else LABELS[name], getattr(found, name)) for name in room.COUNT_CORRECTABLE],
                days=("since", "as_of"), source="" if source is None else words.source_words(source), link="" if source is None else words.link(source.url), **seen,
            )
        )  # fmt: skip

    def judge_count(request: Request, person: Person, who: Who, form: Form) -> Response:
        """A published count that ships: accepted, rejected, or corrected by one of its own that stands before it."""
        allow(who, "claims")
        decision, (base, found) = form.text("decision"), shipped_count(who, form.text("claim"))
        if decision not in room.DECISIONS:
            raise InputError("that is no decision", do=f"one of {', '.join(room.DECISIONS)}")
        given = {name: form.text(name).strip()[:500] for name in room.COUNT_CORRECTABLE if name in form} if decision == "correct" else {}
        changed = {name: value for name, value in given.items() if value != getattr(found, name)}
        folder = folder_of(service, who, "registry")
        with _locked(folder):
            room.review(
                folder, found.id, decision=decision, correction=changed, reviewer=who.account, role=who.role, reason=form.text("reason")[:1000],
                date=today(service, who).isoformat(), base=base, places=load_places(),
            )  # fmt: skip
        return see("/registry/counts")

    def proposal(request: Request, person: Person, who: Who) -> Response:
        # A draft of law is counsel's: the same right as to determine.
        allow(who, "determine")
        day, actor = today(service, who), request.path_params["actor"]
        draft = request.query_params.get("unreviewed") == "yes"
        registry = registry_of(service, who, known_at=day)
        reviews = room.reviews_of(folder_of(service, who, "registry")) if service.shelf is not None else {}
        with TemporaryDirectory() as scratch:
            made = promote(registry, actor, as_of=day, known_at=day, reviews=reviews, out=Path(scratch) / "law", folders=service.law_folders, unreviewed=draft)
            texts = [(f.name, f.read_text(encoding="utf-8")) for f in made.files]
        return HTMLResponse(shown(service, "registry_proposal", person, made=made, texts=texts, actor=registry.actor(actor), draft=draft, words=words))

    app.add_route("/registry/proposal/{actor:path}", page(service, proposal), methods=["GET"])
    app.add_route("/claims", page(service, queue), methods=["GET"])
    app.add_route("/claims/drop", page(service, dropping), methods=["GET"])
    app.add_route("/claims/drop", post_file(service, drop), methods=["POST"])
    app.add_route("/claims/known", post(service, judge_known), methods=["POST"])
    app.add_route("/claims/known/{claim}", page(service, correcting), methods=["GET"])
    app.add_route("/claims/count", post(service, judge_count), methods=["POST"])
    app.add_route("/claims/count/{claim}", page(service, count), methods=["GET"])
    app.add_route("/claims/one/{claim}", page(service, claim), methods=["GET"])
    app.add_route("/claims/one/{claim}", post(service, judge), methods=["POST"])


@dataclass(frozen=True)
class Row:
    """A row of the queue: what was proposed, in words, with its state. ``note`` says what is wrong with it ("" for nothing)."""

    id: str
    kind: str
    title: str
    says: str
    note: str
    quote: str
    source: str
    date: str
    status: str
    reviews: tuple[Review, ...]


def _rows(folder: Path) -> list[Row]:
    found = []
    for w in room.waiting(folder, places=load_places()):
        c, note = w.claim, "" if w.actor else f"matched to nobody: {w.match}"
        title = ", ".join(p for p in (c.agency or c.county_or_city, c.state) if p)
        found.append(Row(c.id, "claim", title, words.POSITIONS[c.position], note, c.quote, c.source_title, c.source_date, w.status, w.reviews))
    for e in room.entries_waiting(folder):
        title, says = told(e)
        found.append(Row(e.entry.id, e.entry.kind, title, says, "", e.entry.quote, e.entry.source_title, e.entry.source_date, e.status, e.reviews))
    return sorted(found, key=lambda r: (r.date, r.source, list(ONE).index(r.kind), r.id))


def told(found: WaitingEntry) -> tuple[str, str]:
    """A proposed figure, ruling, law or incident in a few words, and the rest of what it says."""
    said = found.says
    if found.entry.kind == "count":
        more = [said["definition"], said["scope"], f"since {said['since']}" if said["since"] else "", f"as of {said['as_of']}" if said["as_of"] else "", f"by {said['claimant']}" if said["claimant"] else ""]
        return f"{said['wording'] or said['value']} {said['unit']}", ", ".join(m for m in more if m)
    if found.entry.kind == "incident":
        return ", ".join(p for p in (said["place"] or "place not named", said["state"]) if p), f"{said['hours_overheld']} hours too long" if said["hours_overheld"] else said["duration"] or "how long is not said"
    return said["name"], ", ".join(said[n] for n in ("court", "date", "citation") if said.get(n))


def _stands(item: Row, show: str, who: Who) -> bool:
    if show == "all":
        return True
    if show == "open":
        return item.status == "pending"
    if show == "second":
        # A second pair of eyes: one reviewer so far, and it is not the one who looks.
        return len(item.reviews) == 1 and item.reviews[0].reviewer != who.account
    return item.status == show


def _accepts(form: Form, before: tuple[str, ...]) -> dict[str, str]:
    """The correction of what an agency holds on, where the ticks differ from what the claim says."""
    ticked = [a for a in ACCEPTS if a in form.many("accepts")]
    return {} if ticked == [a for a in ACCEPTS if a in before] else {"accepts": ";".join(ticked)}


def _one(service: Service, who: Who, claim: str) -> Waiting | WaitingEntry:
    folder = folder_of(service, who, "registry")
    for found in room.waiting(folder, places=load_places()):
        if found.claim.id == claim:
            return found
    for entry in room.entries_waiting(folder):
        if entry.entry.id == claim:
            return entry
    raise NotHere("there is no such claim in the queue", do="choose one from the list")


def _seen(service: Service, who: Who, reviews: tuple[Review, ...]) -> dict[str, Any]:
    """The reviews that this person sees: who has not judged yet does not see how others did, since two reviews are worth more
    than one said twice."""
    mine = next((r for r in reviews if r.reviewer == who.account), None)
    open_ = mine is not None or who.role == "auditor"
    return {"mine": mine, "others": [r for r in reviews if r.reviewer != who.account] if open_ else [], "hidden": 0 if open_ else len(reviews), "names": _names(service, who)}


def _shown_entry(service: Service, who: Who, found: WaitingEntry) -> dict[str, Any]:
    entry = found.entry
    title, says = told(found)
    path = folder_of(service, who, "registry") / "texts" / f"{entry.text}.txt"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return {
        "found": found, "c": entry, "title": title, "says": says, "fields": found.says, "labels": LABELS, "one": ONE, "days": ("since", "as_of", "date"), "needed": NEEDED[entry.kind],
        "context": _context(text, entry.quote), **_seen(service, who, found.reviews),
    }  # fmt: skip


def _shown(service: Service, who: Who, found: Waiting) -> dict[str, Any]:
    registry = registry_of(service, who, known_at=today(service, who))
    path = folder_of(service, who, "registry") / "texts" / f"{found.claim.text}.txt"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return {
        "found": found, "c": room.corrected(found.claim, found.reviews), "words": words, "positions": POSITIONS,
        "accepts": ACCEPTS, "accepted": [words.ACCEPTS[a] for a in room.corrected(found.claim, found.reviews).accepts.split(";") if a in words.ACCEPTS], "voices": VOICES, "confidences": CONFIDENCES, "context": _context(text, found.claim.quote),
        "actor": registry.actors.get(found.actor), **_seen(service, who, found.reviews),
    }  # fmt: skip


def _context(text: str, quote: str) -> tuple[str, str, str] | None:
    """The words before, the quote and the words after; None where the text is not kept or the quote does not stand in it."""
    plain, wanted = " ".join(text.split()), " ".join(quote.split())
    at = plain.find(wanted) if wanted else -1
    if at < 0:
        return None
    end = at + len(wanted)
    return plain[max(0, at - AROUND) : at], plain[at:end], plain[end : end + AROUND]


def _names(service: Service, who: Who) -> Mapping[str, str]:
    """The accounts of the agency by id: in the files a reviewer is an id, on the page a name."""
    with service.store.read(who.agency) as connection:
        return {row["id"]: row["name"] for row in accounts.of_agency(connection, agency=who.agency)}


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Exclude every other reviewer on this folder, in this process or another."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
