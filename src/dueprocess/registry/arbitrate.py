"""What an actor's position was on a day, as far as was known on another: by stated rules, with what lost and why.

The rules are written out in docs/reference/registry-rules.md; ``RULES`` names them. Nothing is averaged, and where the
rules settle nothing the position is ``unknown``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from dueprocess.registry.model import CORRECTS, FAR, STOPS, Claim, side

RULES = {
    "no-claim": "No claim about a policy was known.",
    "no-position-stated": "Sources name the actor; none states its position.",
    "not-yet": "The claims known speak of later days only, or of a change that may not have come yet.",
    "ended": "The last position known had ended.",
    "only-claim": "One claim, and nothing that stands is against it.",
    "agreement": "All claims that stand say the same.",
    "denied": "The actor itself denies the claim, or whoever made it has withdrawn it: a denial counts.",
    "corrected": "Reviewers read its source again and corrected it: the correction is a claim of its own.",
    "own-over-list": "The actor's own words stand against a list's.",
    "newer-over-older": "What is said of a later day stands before what is said of an earlier one.",
    "own-over-others": "Of the same day, the actor's own words stand before a report, a report before a list.",
    "confidence": "Of the same day and voice, the claim that its source makes more clearly.",
    "specific-over-bare": "Of equal claims that all stop holding, the one that names its condition.",
    "same-day": "Equal claims that contradict each other: unknown.",
}
"""The rules by name, each with its sentence."""

_VOICE = {"own": 0, "report": 1, "list": 2}
_CONFIDENCE = {"high": 0, "medium": 1, "low": 2, "": 2}
_BY_KEY = ("newer-over-older", "own-over-others", "confidence")
_LAST_FIRST = ("same-day", "specific-over-bare", "confidence", "own-over-others", "newer-over-older", "own-over-list")


@dataclass(frozen=True)
class View:
    """The position of one actor on ``as_of`` by the claims known on ``known_at``.

    ``certain`` is false where an end that may have come is unsure, or where a change of unsure day may have come
    (``maybe``: the positions that may hold instead). ``contested``: a claim of another side stands against it. ``claim`` is the
    claim that decided ("" for none), ``support`` those that agree, ``losing`` the others with the rule by which each lost.
    ``confirmed_on`` is the last day on which a source says so, ``age_days`` how old that is.
    """

    actor: str
    as_of: date
    known_at: date
    position: str
    rule: str
    claim: str = ""
    accepts: tuple[str, ...] = ()
    certain: bool = True
    contested: bool = False
    maybe: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    losing: tuple[tuple[str, str], ...] = ()
    confirmed_on: date | None = None
    practice: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()

    @property
    def age_days(self) -> int | None:
        """Days from the last confirmation to ``as_of``; None where nothing was confirmed."""
        return None if self.confirmed_on is None else (self.as_of - self.confirmed_on).days

    @property
    def side(self) -> str:
        """``holds``, ``limits``, ``undecided`` or ``unknown``."""
        return side(self.position)

    @property
    def because(self) -> str:
        """The sentence of the rule that decided."""
        return RULES[self.rule]


@dataclass(frozen=True, slots=True)
class Segment:
    """A span of days [start, until) over which the view says the same; ``until`` is None for the last."""

    start: date
    until: date | None
    view: View


Denials = Mapping[str, tuple[tuple[int, str], ...]]
"""Claims that are denied: from which day (ordinal) that is known, and by which claim; the earliest first."""


def resolve(actor: str, claims: Sequence[Claim], *, as_of: date, known_at: date, denials: Denials = MappingProxyType({})) -> View:
    """The view of one actor from its claims (in any order; equal claims are told apart by id)."""
    day, known = as_of.toordinal(), known_at.toordinal()
    heard = [c for c in claims if c.known <= known]
    denied = {c.id for c in heard if c.id in denials and denials[c.id][0][0] <= known} if denials else frozenset()
    live: list[Claim] = []
    maybe: list[Claim] = []
    losing: list[tuple[str, str]] = []
    beside: dict[str, list[str]] = {"practice": [], "listing": [], "agreement": []}
    silent = ended = later = False
    unsure = False
    for c in heard:
        if c.id in denied and _corrected(denials[c.id]):
            losing.append((c.id, "corrected"))
            continue
        low, high = c.start
        end_low, end_high = c.end
        if c.about != "policy":
            if low <= day < end_high:
                beside[c.about].append(c.id)
                silent = True
            continue
        if low > day:
            later = True
            continue
        if c.position == "unknown":
            silent = True
            continue
        if c.id in denied:
            losing.append((c.id, "denied"))
            continue
        if end_high <= day:
            ended = True
            losing.append((c.id, "ended"))
        elif high > day:
            maybe.append(c)
        else:
            live.append(c)
            unsure = unsure or end_low <= day
    base = View(actor, as_of, known_at, "unknown", "no-claim", practice=tuple(beside["practice"]), listings=tuple(beside["listing"]), agreements=tuple(beside["agreement"]))
    may = tuple(sorted({c.position for c in maybe}))
    against = tuple(losing)
    if not live:
        rule = "ended" if ended else "denied" if any(r == "denied" for _, r in against) else "not-yet" if maybe else "no-position-stated" if silent else "not-yet" if later else "no-claim"
        return replace(base, rule=rule, certain=not maybe, maybe=may, losing=against, contested=any(r == "denied" for _, r in against))
    position, winner, rule, lost = _best(live, day)
    losing += lost
    sides = {c.id: side(c.position) for c in heard}
    ours = side(position)
    support = tuple(c.id for c in live if c.position == position and c.id != winner.id and position != "unknown")
    agreeing = [c for c in live if side(c.position) == ours] if ours != "unknown" else []
    confirmed = max((_evidence(c, day) for c in agreeing), default=None)
    contested = position == "unknown" or any(
        sides[i] != ours and r in ("denied", "own-over-list", "own-over-others", "confidence", "same-day") for i, r in losing
    ) or any(_overlaps(c, winner) for c in live if side(c.position) != ours)
    others = tuple(p for p in may if p != position)
    return replace(
        base,
        position=position,
        rule=rule,
        claim="" if position == "unknown" else winner.id,
        accepts=() if position == "unknown" else winner.accepts,
        certain=not others and not (unsure and winner.end[0] <= day),
        contested=contested,
        maybe=others,
        support=support,
        losing=tuple(losing),
        confirmed_on=None if confirmed is None else date.fromordinal(confirmed),
    )


def _corrected(denied: tuple[tuple[int, str], ...]) -> bool:
    """Whether what stands against a claim is the correction that reviewers made of it."""
    return any(id.startswith(CORRECTS) for _, id in denied)


def _evidence(claim: Claim, day: int) -> int:
    """The last day up to ``day`` of which the claim speaks: its source's, or where that came later, its start."""
    return claim.known if claim.known <= day else claim.start[1]


def _overlaps(loser: Claim, winner: Claim) -> bool:
    """Whether the loser was still being said after the day from which the winner says otherwise."""
    return winner.dated and loser.known > winner.start[1]


def _best(live: list[Claim], day: int) -> tuple[str, Claim, str, list[tuple[str, str]]]:
    """Position, deciding claim, the last rule that was needed, and the claims of other positions with the rules they lost by."""
    # Words of its own that it is still thinking are no words against a list that comes later.
    own = max((_evidence(c, day) for c in live if c.voice == "own" and side(c.position) in ("holds", "limits")), default=None)
    lists: list[Claim] = []
    ranked: list[tuple[tuple[int, int, int], Claim]] = []
    for c in live:
        evidence = _evidence(c, day)
        # A list that is older than the actor's own words loses to them as older, like anything else.
        if own is not None and c.voice == "list" and evidence >= own:
            lists.append(c)
        else:
            ranked.append(((-evidence, _VOICE[c.voice], _CONFIDENCE[c.confidence]), c))
    best = min(key for key, _ in ranked)
    top = [c for key, c in ranked if key == best]
    positions = {c.position for c in top}
    named = positions - {"declines_all"}
    if len(positions) == 1:
        position = top[0].position
    elif positions <= STOPS and len(named) == 1:
        position = named.pop()
    else:
        position = "unknown"
    lost = [(c.id, "own-over-list") for c in lists if c.position != position]
    for key, c in ranked:
        if c.position == position:
            continue
        if key == best:
            lost.append((c.id, "same-day" if position == "unknown" else "specific-over-bare"))
        else:
            lost.append((c.id, next(rule for rule, a, b in zip(_BY_KEY, key, best, strict=True) if a != b)))
    winner = min((c for c in top if position in ("unknown", c.position)), key=lambda c: c.id)
    used = {rule for _, rule in lost}
    needed = next((rule for rule in _LAST_FIRST if rule in used), "only-claim" if len(live) == 1 else "agreement")
    return position, winner, needed, lost


def segments(actor: str, claims: Sequence[Claim], *, known_at: date, denials: Denials = MappingProxyType({})) -> tuple[Segment, ...]:
    """The spans of days over which the view of one actor is the same, from the first day of which a claim speaks."""
    known = known_at.toordinal()
    cuts: set[int] = set()
    for c in claims:
        if c.known <= known:
            cuts.update((*c.start, c.known))
            cuts.update(e for e in c.end if e != FAR)
    spans: list[tuple[int, View]] = []
    for cut in sorted(cuts):
        view = resolve(actor, claims, as_of=date.fromordinal(cut), known_at=known_at, denials=denials)
        if not spans or _said(spans[-1][1]) != _said(view):
            spans.append((cut, view))
    return tuple(
        Segment(date.fromordinal(start), date.fromordinal(spans[i + 1][0]) if i + 1 < len(spans) else None, view)
        for i, (start, view) in enumerate(spans)
    )


def _said(view: View) -> tuple[object, ...]:
    """All of a view but its day."""
    return (view.position, view.rule, view.claim, view.certain, view.contested, view.maybe, view.support, view.losing, view.confirmed_on, view.practice, view.listings, view.agreements)
