"""The words of the views: what a position, a rule, a voice is called where people read it. Nothing here ranks positions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dueprocess.registry import RULES, Claim, Registry, Source, View

POSITIONS: Mapping[str, str] = {
    "honors_all": "holds on every detainer",
    "limits_by_offense": "holds for listed offenses only",
    "requires_probable_cause": "wants probable cause",
    "requires_any_warrant": "wants a warrant of any kind",
    "requires_judicial_warrant": "wants a judge's warrant",
    "requires_court_order": "wants a court order",
    "notify_only": "tells ICE of a release, does not hold",
    "declines_all": "declines, no condition named",
    "undecided": "under review",
    "unknown": "unknown",
}
"""Each position in a few words."""

ACCEPTS: Mapping[str, str] = {
    "detainer": "a detainer",
    "admin_warrant": "an immigration officer's warrant (I-200)",
    "removal_order": "a removal order",
    "judicial_warrant": "a judge's warrant",
    "court_order": "a court order",
    "probable_cause": "probable cause",
    "listed_offense": "a listed offense",
}
VOICES: Mapping[str, str] = {"own": "its own words", "report": "a report about it", "list": "a list or statement about many"}
ABOUT: Mapping[str, str] = {"policy": "policy on paper", "practice": "practice", "listing": "named on a list", "agreement": "287(g) agreement"}
NO_POLICY: Mapping[str, str] = {
    "same-day": "sources contradict each other: unknown",
    "denied": "what was said of it was denied: unknown",
    "ended": "the last position known had ended: unknown",
    "not-yet": "a change may not have come yet: unknown",
    "no-position-stated": "position not stated",
    "no-claim": "no claim known",
}
"""What ``unknown`` comes from, by the rule that gave it."""


WRONG = "Is something wrong? An agency's own words stand before a list's, and its denial puts a claim aside: the guide “Track who has which policy” says how to send either."
"""How who feels wronged is heard, for the pages."""


def position_words(view: View) -> str:
    """The position of a view in words, with what it holds on."""
    if view.position == "unknown":
        return NO_POLICY.get(view.rule, "unknown")
    told = POSITIONS[view.position]
    more = [ACCEPTS.get(a, a) for a in view.accepts]
    return f"{told}; accepts {', '.join(more)}" if more else told


def doubt_words(view: View) -> str:
    """What is unsure about a view, in words; empty where nothing is."""
    parts = []
    if view.contested:
        parts.append("contested")
    if view.maybe:
        parts.append(f"day of a change not known: it may be that it {' or '.join(POSITIONS[p] for p in view.maybe)}")
    elif not view.certain:
        parts.append("it may have ended: the day is not known")
    return "; ".join(parts)


def beside_words(view: View) -> str:
    """What is said beside policy, as counts in words: practice, lists, agreements."""
    parts = []
    for ids, one, many in ((view.practice, "claim about practice", "claims about practice"), (view.listings, "list names it", "lists name it"), (view.agreements, "287(g) agreement", "287(g) agreements")):
        if ids:
            parts.append(f"{len(ids)} {one if len(ids) == 1 else many}")
    return "; ".join(parts)


def when_words(claim: Claim) -> str:
    """The days of a claim as its source gives them; never sharper than printed."""
    parts = []
    if claim.effective:
        parts.append(f"since {claim.effective}")
    elif claim.announced:
        parts.append(f"announced {claim.announced}")
    elif claim.since_from or claim.since_until:
        parts.append(f"since some day from {claim.since_from or 'an unknown day'} to {claim.since_until or 'an unknown day'}")
    else:
        parts.append(f"as of {claim.source_date}")
    if claim.ended:
        parts.append(f"until {claim.ended}")
    return ", ".join(parts)


def who_words(claim: Claim) -> str:
    """Who says it. An official is named only where the source has that person speak publicly."""
    told = "the agency itself" if claim.claimant == "agency" else claim.claimant or "claimant not named"
    return f"{told} ({claim.speaker})" if claim.speaker else told


def denial_of(registry: Registry, claim: str, *, known_at: date) -> Claim | None:
    """The claim by which another is denied or corrected, as far as was known by then: the earliest; None where there is none."""
    return next((registry.claims[id] for day, id in registry.denials.get(claim, ()) if day <= known_at.toordinal()), None)


def why_lost(registry: Registry, claim: str, rule: str, *, known_at: date) -> str:
    """Why a claim does not stand, in words: who denies it or took it back, or the sentence of the rule by which it lost."""
    denial = denial_of(registry, claim, known_at=known_at)
    if rule != "denied" or denial is None:
        return RULES.get(rule, rule)
    who = "whoever said it took it back" if denial.claimant == registry.claims[claim].claimant else "denied by the agency itself" if denial.actor == registry.claims[claim].actor else f"denied by {registry.actors[denial.actor].name}"
    return f"{who}, {denial.source_date} (claim {denial.id})"


def source_words(source: Source) -> str:
    """Title, publisher, date."""
    return ", ".join(p for p in (source.title, source.publisher if source.publisher not in source.title else "", source.date) if p)


def link(url: str) -> str:
    """The address where a browser may follow it; else nothing."""
    return url if url.startswith(("https://", "http://")) else ""


def day(text: date | None) -> str:
    """A day as ISO 8601, or that it is unknown."""
    return "unknown" if text is None else text.isoformat()


_DETAILS = {
    "notice": {"yes": "tells ICE of releases", "conditional": "tells ICE of some releases", "no": "does not tell ICE of releases"},
    "interviews": {"yes": "lets ICE in to ask", "conditional": "lets ICE in to ask on conditions", "no": "does not let ICE in to ask"},
    "payment": {"required": "only if it is paid"},
}
_MOTIVES = {
    "advice": "on advice", "constitution": "for the Constitution", "cost": "for the cost", "law": "because the law says so", "liability": "for fear of liability", "public_safety": "for public safety",
    "ruling": "because of a ruling", "settlement": "by a settlement", "trust": "so that people trust it",
}  # fmt: skip


def details(claim: Claim) -> list[str]:
    """What a claim says beside its position, in words; nothing where it says nothing. Words of one's own stand as they are."""
    found = [_DETAILS[n].get(value, f"{n}: {value}") for n in _DETAILS if (value := getattr(claim, n))]
    if claim.motive:
        found.append(_MOTIVES.get(claim.motive, f"reason given: {claim.motive}"))
    return [*found, *([f"spoken by {claim.speaker}"] if claim.speaker else [])]
