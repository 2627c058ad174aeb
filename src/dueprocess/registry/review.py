"""The queue of what was read out of texts and what reviewers make of it: accept, correct or reject, in a role, with a reason and a day.

Everything lies in the user's folder: ``queue.csv`` and ``entries.csv`` (what was proposed), ``reviews.csv`` (who decided what,
appended to), and what was accepted in ``claims.csv``, ``counts.csv`` and ``evidence.csv``. What two reviewers judge differently
stays out until they agree. A claim that ships, or a published count, is corrected by one of its own, which stands before it; both
are kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.law.durable import write_whole
from dueprocess.places import PlaceBook
from dueprocess.registry import entries
from dueprocess.registry.entries import Entry
from dueprocess.registry.importing import Batch, Logged
from dueprocess.registry.matching import ActorMatcher, Printed
from dueprocess.registry.model import (
    ACCEPTS,
    CONFIDENCES,
    CORRECTS,
    POSITIONS,
    VOICES,
    Claim,
    CountClaim,
    days,
)
from dueprocess.registry.proposing import Proposed, queued, queued_entries
from dueprocess.registry.sheet import put
from dueprocess.registry.store import Registry, read_rows, table_text

DECISIONS = ("accept", "correct", "reject")
CORRECTABLE = ("agency", "county_or_city", "state", "position", "accepts", "effective", "announced", "ended", "speaker", "claimant", "voice", "motive", "cites", "confidence")
"""What a correction of a proposed claim may change."""
KNOWN_CORRECTABLE = ("agency", "position", "accepts", "effective", "announced", "ended", "speaker", "claimant", "voice", "motive", "cites", "confidence")
"""What a correction of a claim of the registry may change; ``agency`` is an actor's path there."""
COUNT_CORRECTABLE = ("value", "unit", "definition", "scope", "since", "as_of", "claimant")
"""What a correction of a published count that ships may change."""
_IMPORTER = "review"


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
class WaitingEntry:
    """A proposed count, ruling, law or incident with its state and its last reviews."""

    entry: Entry
    status: str
    reviews: tuple[Review, ...]

    @property
    def says(self) -> dict[str, str]:
        """What it says by field, as its reviewers corrected it (the last correction, where they agree)."""
        texts = {r.correction for r in self.reviews if r.correction}
        return self.entry.values(texts.pop() if len(texts) == 1 else "")


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers over what both judged of one ``kind`` (``claim``, or a kind of entry): ``n``, the share judged alike, and
    Cohen's kappa, None where chance alone would make them agree on everything.
    """

    kind: str
    first: str
    second: str
    n: int
    observed: float
    kappa: float | None


_REVIEW_COLUMNS = tuple(f.name for f in fields(Review))


def waiting(registry: Path, *, places: PlaceBook) -> tuple[Waiting, ...]:
    """The claims of the queue by id, each with its state and the actor to which it is matched ("" with the reason where it is to none)."""
    reviews = reviews_of(registry)
    matcher = ActorMatcher(places)
    found = []
    for claim in queued(registry).values():
        last = reviews.get(claim.id, ())
        match = matcher.match(_printed(corrected(claim, last)))
        reason = match.tier if match.actor else f"{match.reason}{'; near: ' + ', '.join(match.proposals) if match.proposals else ''}"
        found.append(Waiting(claim, status_of(last), last, match.actor.id if match.actor else "", reason))
    return tuple(found)


def entries_waiting(registry: Path) -> tuple[WaitingEntry, ...]:
    """The counts, rulings, laws and incidents of the queue by id, each with its state."""
    reviews = reviews_of(registry)
    return tuple(WaitingEntry(e, status_of(reviews.get(e.id, ())), reviews.get(e.id, ())) for e in queued_entries(registry).values())


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


def review(registry: Path, claim: str, *, decision: str, correction: Mapping[str, str], reviewer: str, role: str, reason: str, date: str, base: Registry, places: PlaceBook) -> Review:
    """Record one decision on an entry of the queue, or on a claim or published count of ``base`` (the registry that lies below
    or in the folder), and bring the folder's tables into line.

    Raises:
        InputError: no such claim, a decision or correction that cannot be, or no role or reason.
    """
    queue, others, counts = queued(registry), queued_entries(registry), shipped_counts(base)
    if claim not in queue and claim not in others and claim not in counts and (claim not in base.claims or claim.startswith("review--")):
        raise InputError(f"[{shown(claim)}] is no claim of the queue or the registry", do=nearest(claim, [*queue, *others]) or "see dueprocess agencies review --registry DIR")
    if not role.strip() or not reason.strip():
        raise InputError("a review needs a role and a reason", where=claim, do="give --role and --reason")
    if (decision == "correct") != bool(correction):
        raise InputError("to correct is to say what", where=claim, do="give --correct position=declines_all; without a correction, accept or reject")
    if claim in others:
        entries.checked(others[claim], correction, decision=decision)
    elif claim in queue:
        _correctable(correction, CORRECTABLE, where=claim)
        match = ActorMatcher(places).match(_printed(replace(queue[claim], **correction)))
        if decision != "reject" and match.actor is None:
            raise InputError(f"it matches no actor: {match.reason}", where=claim, do="correct agency, county_or_city or state, or reject it")
    elif claim in counts:
        _correctable(correction, COUNT_CORRECTABLE, where=claim)
        if correction:
            corrected_count(counts[claim], correction, reviews=1)
    elif correction:
        _correctable(correction, KNOWN_CORRECTABLE, where=claim)
        corrected_known(base, claim, correction, reviews=1)
    done = Review(claim, reviewer, role.strip(), decision, json.dumps(dict(sorted(correction.items())), ensure_ascii=False) if correction else "", " ".join(reason.split()), date)
    _write(registry / "reviews.csv", _REVIEW_COLUMNS, [*(Review(**r) for r in read_rows(registry / "reviews.csv", _REVIEW_COLUMNS)), done])
    _take_over(registry, base, places)
    return done


def _correctable(correction: Mapping[str, str], among: Sequence[str], *, where: str) -> None:
    for key, value in correction.items():
        if key not in among:
            raise InputError(f"[{shown(key)}] cannot be corrected", where=where, do=nearest(key, among) or f"one of {', '.join(among)}")
        _checked(key, value, where=where)


def corrected_known(base: Registry, claim: str, correction: Mapping[str, str], *, reviews: int) -> Claim:
    """The claim of its own by which a correction stands beside the claim that it corrects, and in its place in every view.

    ``agency`` is the path of an actor of the registry. A corrected day takes the place of the bounds that the claim gives.

    Raises:
        InputError: no such actor, or nothing changes.
    """
    before = base.claims[claim]
    changes: dict[str, Any] = {k: v for k, v in correction.items() if k != "agency"}
    for name in ("accepts", "cites"):
        if name in changes:
            changes[name] = tuple(v.strip() for v in changes[name].split(";") if v.strip())
    if changes.keys() & {"effective", "announced"}:
        changes |= {"since_from": "", "since_until": ""}
    if "agency" in correction:
        changes["actor"] = base.actor(correction["agency"]).id
    after = replace(before, **changes)
    if after == before:
        raise InputError("the correction changes nothing", where=claim, do="say what the source says otherwise, or accept the claim")
    note = f"corrects {claim}, by {reviews} review{'' if reviews == 1 else 's'}"
    return replace(after, id=f"{CORRECTS}{claim}", note=f"{before.note}; {note}" if before.note else note, origin=f"reviews.csv: {claim}")


def rejected_known(base: Registry, claim: str, *, reviews: int) -> Claim:
    """What stands in the place of a claim that reviewers rejected: its source states no position, which wins and loses nothing."""
    before = base.claims[claim]
    note = f"rejected {claim}, by {reviews} review{'' if reviews == 1 else 's'}: its source does not say so"
    return replace(before, id=f"{CORRECTS}{claim}", position="unknown", accepts=(), note=f"{before.note}; {note}" if before.note else note, origin=f"reviews.csv: {claim}")


def shipped_counts(base: Registry) -> dict[str, CountClaim]:
    """The published counts by id, without those that reviewers made."""
    return {c.id: c for c in base.counts if not c.id.startswith("review--")}


def corrected_count(before: CountClaim, correction: Mapping[str, str], *, reviews: int) -> CountClaim:
    """The published count that stands in the place of one that reviewers corrected or, without a correction, rejected: then
    its value is unknown.

    Raises:
        InputError: nothing changes, or it has no figure or no unit any more.
    """
    changes: dict[str, Any] = dict(correction) or {"value": "unknown"}
    after = replace(before, **changes)
    if after == before:
        raise InputError("the correction changes nothing", where=before.id, do="say what the source says otherwise, or accept the count")
    if not after.value or not after.unit:
        raise InputError("a published count has a figure and a unit", where=before.id, do="give both as the source has them, or reject it")
    done = f"{'corrects' if correction else 'rejected'} {before.id}, by {reviews} review{'' if reviews == 1 else 's'}{'' if correction else ': its source does not say so'}"
    return replace(after, id=f"{CORRECTS}{before.id}", note=f"{before.note}; {done}" if before.note else done, origin=f"reviews.csv: {before.id}")


def _checked(key: str, value: str, *, where: str) -> None:
    closed = {"position": POSITIONS, "voice": VOICES, "confidence": CONFIDENCES}.get(key)
    if closed and value not in closed:
        raise InputError(f"[{shown(value)}] is no {key}", where=where, do=nearest(value, closed) or f"one of {', '.join(closed)}")
    if key in ("effective", "announced", "ended", "since", "as_of") and value:
        days(value)
    if key == "accepts":
        for paper in filter(None, value.split(";")):
            if paper not in ACCEPTS:
                raise InputError(f"[{shown(paper)}] is nothing to accept", where=where, do=f"some of {', '.join(ACCEPTS)}, with ; between them")


def _take_over(registry: Path, base: Registry, places: PlaceBook) -> None:
    """What was accepted as claims, counts and evidence of the registry, that of before replaced."""
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
        source = batch.source(entries.source_of(claim))
        batch.claim(
            Claim(
                f"review--{claim.id}", match.actor.id, "policy", claim.position, source, claim.claimant or claim.source_publisher or "not stated", claim.voice,
                tuple(a for a in claim.accepts.split(";") if a), motive=claim.motive, cites=tuple(c for c in claim.cites.split(";") if c), announced=claim.announced, effective=claim.effective, ended=claim.ended,
                source_date=claim.source_date, speaker=claim.speaker, locator=f"“{claim.quote}”" if claim.quote else "", confidence=claim.confidence, note=f"{len(item.reviews)} reviews", origin=f"reviews.csv: {claim.id}",
            ),
            where=claim.id,
        )  # fmt: skip
    counts = shipped_counts(base)
    for id, reviews in reviews_of(registry).items():
        status = status_of(reviews) if id in base.claims or id in counts else ""
        if id in counts and (status == "rejected" or (status == "accepted" and reviews[0].correction)):
            if counts[id].source in base.sources:
                batch.source(base.sources[counts[id].source])
            batch.count(corrected_count(counts[id], json.loads(reviews[0].correction or "{}"), reviews=len(reviews)), where=id)
            continue
        if status == "rejected" or (status == "accepted" and reviews[0].correction):
            correction = json.loads(reviews[0].correction) if reviews[0].correction else None
            known = corrected_known(base, id, correction, reviews=len(reviews)) if correction else rejected_known(base, id, reviews=len(reviews))
            batch.actors[known.actor] = base.actors[known.actor]
            batch.source(base.sources[known.source])
            batch.claim(known, where=id)
    evidence = []
    for found in entries_waiting(registry):
        if found.status != "accepted":
            continue
        correction = found.reviews[0].correction
        if found.entry.kind == "count":
            batch.source(entries.source_of(found.entry))
            batch.count(entries.count_of(found.entry, correction, reviews=len(found.reviews)), where=found.entry.id)
        else:
            evidence.append(entries.evidence_of(found.entry, correction))
    put(batch, registry, prefix="review--", importer=_IMPORTER)
    if evidence or (registry / "evidence.csv").is_file():
        write_whole(registry / "evidence.csv", table_text(entries.EVIDENCE, evidence).encode())


def _printed(claim: Proposed) -> Printed:
    """What the claim says of its actor; ``county_or_city`` is a county where it says so, or where the agency is a county's."""
    place = claim.county_or_city
    lower = f"{claim.agency} {place}".lower()
    city = place.lower().startswith(("city of ", "town of ")) or any(w in lower for w in ("police", "city council", "mayor"))
    return Printed(claim.state, claim.agency or place, "", "" if city else place, place if city else "")


def agreement(registry: Path, *, counts: Collection[str] = ()) -> tuple[Agreement, ...]:
    """How far each two reviewers judged alike what both judged, by kind: accept, correct (to the same) or reject. ``counts``
    are the ids of published counts that ship."""
    others = queued_entries(registry)
    judged: dict[str, dict[str, dict[str, tuple[str, str]]]] = {}
    for claim, reviews in reviews_of(registry).items():
        kind = others[claim].kind if claim in others else "count" if claim in counts else "claim"
        for r in reviews:
            judged.setdefault(kind, {}).setdefault(r.reviewer, {})[claim] = (r.decision, r.correction)
    found = []
    for kind, by_reviewer in sorted(judged.items()):
        for first, second in combinations(sorted(by_reviewer), 2):
            both = sorted(by_reviewer[first].keys() & by_reviewer[second].keys())
            pairs = [(by_reviewer[first][c], by_reviewer[second][c]) for c in both]
            if pairs:
                found.append(Agreement(kind, first, second, len(pairs), sum(a == b for a, b in pairs) / len(pairs), cohens_kappa([(a[0], b[0]) for a, b in pairs])))
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
