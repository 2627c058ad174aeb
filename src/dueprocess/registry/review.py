"""The queue of proposed claims and what reviewers make of them: accept, correct or reject, in a role, with a reason and a day.

Everything lies in the user's folder: ``queue.csv`` (what was proposed), ``reviews.csv`` (who decided what, appended to),
and the accepted claims in ``claims.csv``. A claim that two reviewers judge differently stays out until they agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.law.durable import write_whole
from dueprocess.places import PlaceBook
from dueprocess.places.names import slug
from dueprocess.registry.importing import Batch, Logged, checked_date, date_basis, source_id
from dueprocess.registry.matching import ActorMatcher, Printed
from dueprocess.registry.model import ACCEPTS, CONFIDENCES, POSITIONS, VOICES, Claim, Source, days
from dueprocess.registry.sheet import put
from dueprocess.registry.store import read_rows, table_text

DECISIONS = ("accept", "correct", "reject")
CORRECTABLE = ("agency", "county_or_city", "state", "position", "accepts", "effective", "announced", "ended", "speaker", "claimant", "voice", "motive", "cites", "confidence")
"""What a correction may change."""
_IMPORTER = "review"
_MOST = 20_000_000


@dataclass(frozen=True, slots=True)
class Proposed:
    """A claim proposed from a text, as the extractor (or a person) gave it, with the words it rests on (``quote``)."""

    id: str
    agency: str
    county_or_city: str
    state: str
    position: str
    accepts: str
    announced: str
    effective: str
    ended: str
    speaker: str
    claimant: str
    voice: str
    motive: str
    cites: str
    confidence: str
    quote: str
    text: str
    source_title: str
    source_publisher: str
    source_url: str
    source_date: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """One reviewer's decision on one claim. ``reviewer`` is a label such as ``A`` (no name is needed), ``correction`` JSON."""

    claim: str
    reviewer: str
    role: str
    decision: str
    correction: str
    reason: str
    date: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposed claim with its state: ``pending``, ``accepted``, ``rejected`` or ``disputed``, and its last reviews."""

    claim: Proposed
    status: str
    reviews: tuple[Review, ...]
    actor: str
    match: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers over the claims that both judged: ``n``, the share judged alike, and Cohen's kappa.

    ``kappa`` is None where chance alone would make them agree on everything (or n is 0).
    """

    first: str
    second: str
    n: int
    observed: float
    kappa: float | None


_QUEUE_COLUMNS = tuple(f.name for f in fields(Proposed))
_REVIEW_COLUMNS = tuple(f.name for f in fields(Review))


def propose(lines: Path, registry: Path, *, title: str, publisher: str, date: str, url: str) -> int:
    """Put the claims of a file of JSON lines (as ``dueprocess claims`` writes it) into the queue; how many were new.

    ``date`` is the text's, as printed; "" takes the one that the line itself gives.

    Raises:
        InputError: a line that cannot be read, with its number; nothing is written then.
    """
    if date:
        checked_date(date, where="--source-date")
    queue = {row["id"]: Proposed(**row) for row in read_rows(registry / "queue.csv", _QUEUE_COLUMNS)}
    before = len(queue)
    try:
        if lines.stat().st_size > _MOST:
            raise InputError(f"more than {_MOST} bytes", where=lines.name, do="split the file")
        listed = lines.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InputError("it cannot be read as UTF-8", where=str(lines), do="check the path") from None
    for number, line in enumerate(listed, 1):
        if line.strip():
            for claim in _proposed(line, where=f"{lines.name}:{number}", title=title, publisher=publisher, date=date, url=url):
                queue.setdefault(claim.id, claim)
    _write(registry / "queue.csv", _QUEUE_COLUMNS, (queue[i] for i in sorted(queue)))
    return len(queue) - before


def _proposed(line: str, *, where: str, title: str, publisher: str, date: str, url: str) -> list[Proposed]:
    try:
        raw = json.loads(line)
        text, claims = str(raw["id"]), raw["claims"]
        told = raw.get("source") or {}
        if not isinstance(claims, list) or not all(isinstance(c, dict) for c in claims) or not isinstance(told, dict):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError("no line of claims", where=where, do="give the lines that dueprocess claims prints") from None
    date = checked_date(date or str(told.get("date") or ""), where=where)
    if claims and not date:
        raise InputError("the date of the text is not known", where=where, do="give --source-date, if only the year")
    found = []
    for index, claim in enumerate(claims, 1):

        def text_of(key: str, claim: Mapping[str, Any] = claim) -> str:
            value = claim.get(key)
            if isinstance(value, list):
                return ";".join(str(v) for v in value)
            return "" if value is None else " ".join(str(value).split())

        position = "undecided" if text_of("position") == "reviewing" else text_of("position")
        if position not in POSITIONS:
            raise InputError(f"[{shown(position)}] is no position", where=where, do=nearest(position, POSITIONS) or f"one of {', '.join(POSITIONS)}")
        found.append(
            Proposed(
                f"{slug(text)[:60]}-{index}", text_of("agency"), text_of("county_or_city"), text_of("state"), position, text_of("accepts"), text_of("announced_date"), text_of("effective_date"), "",
                text_of("speaker"), text_of("claimant"), text_of("voice") or "report", text_of("motive"), text_of("cites"), "", text_of("quote"), text, title, publisher, url, date, str(told.get("sha256") or ""),
            )
        )  # fmt: skip
    return found


def waiting(registry: Path, *, places: PlaceBook) -> tuple[Waiting, ...]:
    """The whole queue by id, each with its state and the actor to which it is matched ("" with the reason where it is to none)."""
    reviews = reviews_of(registry)
    matcher = ActorMatcher(places)
    found = []
    for row in read_rows(registry / "queue.csv", _QUEUE_COLUMNS):
        claim = Proposed(**row)
        last = reviews.get(claim.id, ())
        match = matcher.match(_printed(corrected(claim, last)))
        reason = match.tier if match.actor else f"{match.reason}{'; near: ' + ', '.join(match.proposals) if match.proposals else ''}"
        found.append(Waiting(claim, status_of(last), last, match.actor.id if match.actor else "", reason))
    return tuple(found)


def reviews_of(registry: Path) -> dict[str, tuple[Review, ...]]:
    """The last review of each reviewer, by claim."""
    last: dict[str, dict[str, Review]] = {}
    for row in read_rows(registry / "reviews.csv", _REVIEW_COLUMNS):
        review = Review(**row)
        last.setdefault(review.claim, {})[review.reviewer] = review
    return {claim: tuple(by[r] for r in sorted(by)) for claim, by in last.items()}


def status_of(reviews: Sequence[Review]) -> str:
    """``pending`` without a review; ``disputed`` where the last reviews differ; else ``accepted`` or ``rejected``."""
    if not reviews:
        return "pending"
    if len({(r.decision == "reject", r.correction) for r in reviews}) > 1:
        return "disputed"
    return "rejected" if reviews[0].decision == "reject" else "accepted"


def corrected(claim: Proposed, reviews: Sequence[Review]) -> Proposed:
    """The claim as its reviewers corrected it (the last correction, where they agree)."""
    texts = {r.correction for r in reviews if r.correction}
    return replace(claim, **json.loads(texts.pop())) if len(texts) == 1 else claim


def review(registry: Path, claim: str, *, decision: str, correction: Mapping[str, str], reviewer: str, role: str, reason: str, date: str, known: Iterable[str], places: PlaceBook) -> Review:
    """Record one decision and bring ``claims.csv`` into line. ``known`` are ids of claims that may be reviewed beside the queue's.

    Raises:
        InputError: no such claim, a decision or correction that cannot be, or no role or reason.
    """
    queue = {row["id"]: Proposed(**row) for row in read_rows(registry / "queue.csv", _QUEUE_COLUMNS)}
    if claim not in queue and claim not in set(known):
        raise InputError(f"[{shown(claim)}] is no claim of the queue or the registry", do=nearest(claim, queue) or "see dueprocess agencies review --registry DIR")
    if not role.strip() or not reason.strip():
        raise InputError("a review needs a role and a reason", where=claim, do="give --role and --reason")
    if (decision == "correct") != bool(correction):
        raise InputError("to correct is to say what", where=claim, do="give --correct position=declines_all; without a correction, accept or reject")
    if correction and claim not in queue:
        raise InputError("only proposed claims can be corrected here", where=claim, do="accept or reject it; a claim of an import is corrected in its own sheet")
    for key, value in correction.items():
        if key not in CORRECTABLE:
            raise InputError(f"[{shown(key)}] cannot be corrected", where=claim, do=nearest(key, CORRECTABLE) or f"one of {', '.join(CORRECTABLE)}")
        _checked(key, value, where=claim)
    done = Review(claim, reviewer, role.strip(), decision, json.dumps(dict(sorted(correction.items())), ensure_ascii=False) if correction else "", " ".join(reason.split()), date)
    if decision != "reject" and claim in queue:
        match = ActorMatcher(places).match(_printed(replace(queue[claim], **correction)))
        if match.actor is None:
            raise InputError(f"it matches no actor: {match.reason}", where=claim, do="correct agency, county_or_city or state, or reject it")
    _write(registry / "reviews.csv", _REVIEW_COLUMNS, [*(Review(**r) for r in read_rows(registry / "reviews.csv", _REVIEW_COLUMNS)), done])
    _take_over(registry, places)
    return done


def _checked(key: str, value: str, *, where: str) -> None:
    closed = {"position": POSITIONS, "voice": VOICES, "confidence": CONFIDENCES}.get(key)
    if closed and value not in closed:
        raise InputError(f"[{shown(value)}] is no {key}", where=where, do=nearest(value, closed) or f"one of {', '.join(closed)}")
    if key in ("effective", "announced", "ended") and value:
        days(value)
    if key == "accepts":
        for paper in filter(None, value.split(";")):
            if paper not in ACCEPTS:
                raise InputError(f"[{shown(paper)}] is nothing to accept", where=where, do=f"some of {', '.join(ACCEPTS)}, with ; between them")


def _take_over(registry: Path, places: PlaceBook) -> None:
    """The accepted claims of the queue as claims of the registry, those of before replaced."""
    batch = Batch()
    matcher = ActorMatcher(places)
    for number, item in enumerate(waiting(registry, places=places), 2):
        if item.status != "accepted":
            continue
        claim = corrected(item.claim, item.reviews)
        match = matcher.match(_printed(claim))
        if match.actor is None:
            continue
        batch.actors[match.actor.id] = match.actor
        batch.seen_names.setdefault(match.actor.id, {}).setdefault(claim.agency, []).append(claim.source_date)
        batch.log.append(Logged(_IMPORTER, number, claim.state, "", claim.county_or_city, claim.agency, match.result, match.tier, match.actor.id, match.confirmed_by, match.reason, ""))
        source = batch.source(
            Source(source_id(claim.source_title, claim.source_publisher, claim.source_url, claim.source_date), claim.source_title, claim.source_publisher, claim.source_date, date_basis(claim.source_date), claim.source_url, claim.sha256, claim.text, "page", "not stated")
        )
        batch.claim(
            Claim(
                f"review--{claim.id}", match.actor.id, "policy", claim.position, source, claim.claimant or claim.source_publisher or "not stated", claim.voice,
                tuple(a for a in claim.accepts.split(";") if a), motive=claim.motive, cites=tuple(c for c in claim.cites.split(";") if c), announced=claim.announced, effective=claim.effective, ended=claim.ended,
                source_date=claim.source_date, speaker=claim.speaker, locator=f"“{claim.quote}”" if claim.quote else "", confidence=claim.confidence, note=f"{len(item.reviews)} reviews", origin=f"reviews.csv: {claim.id}",
            ),
            where=claim.id,
        )  # fmt: skip
    put(batch, registry, prefix="review--", importer=_IMPORTER)


def _printed(claim: Proposed) -> Printed:
    """What the claim says of its actor; ``county_or_city`` is a county where it says so, or where the agency is a county's."""
    place = claim.county_or_city
    lower = f"{claim.agency} {place}".lower()
    city = place.lower().startswith(("city of ", "town of ")) or any(w in lower for w in ("police", "city council", "mayor"))
    return Printed(claim.state, claim.agency or place, "", "" if city else place, place if city else "")


def agreement(registry: Path) -> tuple[Agreement, ...]:
    """How far each two reviewers judged alike what both judged: accept, correct (to the same) or reject."""
    by_reviewer: dict[str, dict[str, tuple[str, str]]] = {}
    for claim, reviews in reviews_of(registry).items():
        for r in reviews:
            by_reviewer.setdefault(r.reviewer, {})[claim] = (r.decision, r.correction)
    found = []
    for first, second in combinations(sorted(by_reviewer), 2):
        both = sorted(set(by_reviewer[first]) & set(by_reviewer[second]))
        pairs = [(by_reviewer[first][c], by_reviewer[second][c]) for c in both]
        if pairs:
            found.append(Agreement(first, second, len(pairs), sum(a == b for a, b in pairs) / len(pairs), cohens_kappa([(a[0], b[0]) for a, b in pairs])))
    return tuple(found)


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of two raters (J. Cohen 1960): agreement beyond chance; None where chance agreement is 1, or nothing is given."""
    n = len(pairs)
    if not n:
        return None
    observed = sum(a == b for a, b in pairs) / n
    kinds = {k for pair in pairs for k in pair}
    chance = sum((sum(a == k for a, _ in pairs) / n) * (sum(b == k for _, b in pairs) / n) for k in kinds)
    return None if chance >= 1 else (observed - chance) / (1 - chance)


def _write(path: Path, columns: Sequence[str], records: Iterable[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, table_text(columns, ([asdict(r)[c] for c in columns] for r in records)).encode())
