"""Where sources disagree, and what changed between two days: two tables over the views of the registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dueprocess.registry.arbitrate import resolve
from dueprocess.registry.model import CORRECTS, Claim, side
from dueprocess.registry.store import Registry

KINDS = {
    "denied": "the actor denies it, or whoever said it has taken it back",
    "own-over-list": "a list against the actor's own words",
    "own-over-others": "said of the same day by others",
    "confidence": "said of the same day, less clearly",
    "same-day": "said of the same day, equally well",
    "newer-over-older": "still said after the day of the change",
    "between-actors": "two actors of one place take different sides",
    "named-and-denied": "a list or report names it without a policy, and it denies that",
    "unlike-kinds": "practice as a source tells it, against the paper",
}
"""The kinds of disagreement, each in words."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two claims of different sides that both speak of ``as_of``. ``winner`` is "" where nothing was settled, and the denial
    where the other names the actor without a position.
    """

    actor: str
    state: str
    kind: str
    position: str
    winner: str
    other_position: str
    loser: str
    loser_claimant: str


def disagreements(registry: Registry, *, as_of: date, known_at: date) -> tuple[Disagreement, ...]:
    """Every disagreement that stands on a day, sorted by state and actor; changes over time are none."""
    found: list[Disagreement] = []
    views = registry.views(as_of=as_of, known_at=known_at)
    for id, view in views.items():
        actor = registry.actors[id]
        winner = registry.claims.get(view.claim)
        for loser_id, rule in view.losing:
            loser = registry.claims[loser_id]
            if rule in ("ended", "corrected") or side(loser.position) == view.side:
                continue
            if rule == "newer-over-older" and not (winner and winner.dated and loser.known > winner.start[1]):
                continue
            found.append(Disagreement(id, actor.state, rule, view.position, view.claim, loser.position, loser_id, loser.claimant))
        for id_, said in ((i, registry.claims[i]) for i in (*view.practice, *view.listings)):
            # A list that states no position takes no part in arbitration; that the agency calls it wrong is told all the same.
            denial = next((by for day, by in registry.denials.get(id_, ()) if day <= known_at.toordinal() and not by.startswith(CORRECTS)), "")
            if denial and said.position == "unknown":
                found.append(Disagreement(id, actor.state, "named-and-denied", view.position, denial, "unknown", id_, said.claimant))
        if view.side != "unknown":
            for practice in view.practice:
                claim = registry.claims[practice]
                if side(claim.position) not in ("unknown", view.side) and winner and claim.known >= winner.start[0]:
                    found.append(Disagreement(id, actor.state, "unlike-kinds", view.position, view.claim, claim.position, practice, claim.claimant))
    for place in registry.place_views(as_of=as_of, known_at=known_at).values():
        stated = [v for v in place.views if v.side in ("holds", "limits")]
        for other in stated[1:]:
            if other.side != stated[0].side:
                found.append(Disagreement(stated[0].actor, place.state, "between-actors", stated[0].position, stated[0].claim, other.position, other.claim, registry.claims[other.claim].claimant))
    return tuple(sorted(found, key=lambda d: (d.state, d.actor, d.kind, d.loser)))


@dataclass(frozen=True, slots=True)
class Change:
    """A dated change of an actor's position. The day lies in [``earliest``, ``latest``]; ``certain`` where all of that lies in
    the window asked about. ``before`` is the position just before the earliest day, by all that was known.
    """

    actor: str
    place: str
    state: str
    before: str
    after: str
    earliest: date
    latest: date
    certain: bool
    claims: tuple[str, ...]


def changes(registry: Registry, *, since: date, until: date, known_at: date, restated: bool = False) -> tuple[Change, ...]:
    """The changes that sources date within [since, until), one for each actor and side, sorted by state, actor and day.

    Claims that date the same side differently stand in one change, under the position of the one that dates it best. A bare
    status is no change. With ``restated`` also those that say again the
    position that stood already.
    """
    low, high, known = since.toordinal(), until.toordinal(), known_at.toordinal()
    grouped: dict[tuple[str, str], list[Claim]] = {}
    for claim in registry.claims.values():
        if claim.about == "policy" and claim.dated and claim.known <= known and claim.position != "unknown":
            first, last = claim.start
            if first < high and last >= low and not any(day <= known for day, _ in registry.denials.get(claim.id, ())):
                grouped.setdefault((claim.actor, side(claim.position)), []).append(claim)
    found = []
    for (id, _), claims in grouped.items():
        inside = [c for c in claims if low <= c.start[0] and c.start[1] < high]
        # The best dated claim speaks for the change: the one with the fewest days to choose from.
        best = min(inside or claims, key=lambda c: (c.start[1] - c.start[0], c.start, c.id))
        earliest, latest = (date.fromordinal(d) for d in best.start)
        day, position = earliest - timedelta(days=1), best.position
        earlier = [c for c in registry.of(id) if c.start[1] < best.start[0]]
        before = resolve(id, earlier, as_of=day, known_at=known_at, denials=registry.denials).position
        if before == position and not restated:
            continue
        actor = registry.actors[id]
        found.append(Change(id, actor.place, actor.state, before, position, earliest, latest, bool(inside), tuple(sorted(c.id for c in claims))))
    return tuple(sorted(found, key=lambda c: (c.state, c.actor, c.earliest, c.after)))
