"""One actor over time: the claims that it limits holding and those that it holds, what the rules make of them, the sources."""

from __future__ import annotations

from datetime import date
from typing import Any

from dueprocess.registry import Claim, Registry, side
from dueprocess.registry.arbitrate import RULES
from dueprocess.registry.model import FAR
from dueprocess.registry.views import words
from dueprocess.registry.views.counties import CLASSES, OF_POSITION
from dueprocess.render.registry import view_page
from dueprocess.render.timeline import Bar, spans_svg

_STYLES = {c.key: c.style for c in CLASSES}
LANES = {
    "view": "What the rules make of it: policy on paper",
    "limits": "Claims that it holds on less than every detainer",
    "holds": "Claims that it holds on every detainer",
    "other": "Under review, practice, lists, 287(g) agreements",
}
"""The lanes of the drawing, in order: neither side stands for more than the other."""


def timeline_svg(registry: Registry, actor: str, *, known_at: date, standalone: bool = True) -> str:
    """The actor's time line as SVG. Raises InputError for an actor that the registry does not know."""
    who = registry.actor(actor)
    claims = _claims(registry, actor, known_at)
    spans = registry.segments(actor, known_at=known_at)
    start = min([date.fromordinal(c.start[0]) for c in claims] + [s.start for s in spans] + [known_at])
    bars = [
        Bar("view", s.start, s.start, s.until or known_at, _style(s.view.position), words.position_words(s.view) + (f" ({d})" if (d := words.doubt_words(s.view)) else ""))
        for s in _joined(spans)
    ]
    for number, claim in enumerate(claims, 1):
        low, high = claim.start
        end = known_at if claim.end[1] == FAR else date.fromordinal(claim.end[1])
        said = date.fromordinal(min(claim.known, known_at.toordinal()))
        label = f"{_told(claim)}, {words.when_words(claim)}: {words.who_words(claim)}"
        bars.append(Bar(_lane(claim), date.fromordinal(low), date.fromordinal(high), end, _style(claim.position), label, str(number), said, lost=words.denial_of(registry, claim.id, known_at=known_at) is not None))
    return spans_svg(
        bars, lanes=LANES, start=date(start.year, 1, 1), until=known_at, standalone=standalone,
        title=f"{who.name}, {who.state}: what is claimed, and when",
        description="Bars are claims over time: dashed and open while the change may not have come, a thick stroke on the day on which the source speaks. The numbers are those of the table of claims.",
    )  # fmt: skip


def timeline_html(registry: Registry, actor: str, *, known_at: date) -> str:
    """The time line with the tables that say the same."""
    who = registry.actor(actor)
    claims = _claims(registry, actor, known_at)
    numbers = {c.id: str(n) for n, c in enumerate(claims, 1)}
    now = registry.view(actor, as_of=known_at, known_at=known_at)
    fates = {i: f"loses today: {RULES.get(r, r)}" for i, r in now.losing} | dict.fromkeys(now.support, "agrees with today's view") | ({now.claim: "decides today's view"} if now.claim else {})
    claim_rows = []
    for claim in claims:
        source = registry.sources[claim.source]
        denial = words.denial_of(registry, claim.id, known_at=known_at)
        more = [fates.get(claim.id, ""), *(f"disputes claim {numbers.get(d, d)}" for d in claim.disputes)]
        if denial is not None:
            more.append(f"{'corrected' if registry.corrected.get(claim.id) == denial.id else 'denied'} by claim {numbers.get(denial.id, denial.id)}")
        claim_rows.append([numbers[claim.id], "; ".join([_told(claim), *words.details(claim)]), words.when_words(claim), f"{words.who_words(claim)}; {words.VOICES[claim.voice]}", (words.source_words(source), words.link(source.url)), "; ".join(m for m in more if m), claim.note])
    view_rows = [
        [s.start.isoformat(), s.until.isoformat() if s.until else "still", words.position_words(s.view), words.doubt_words(s.view), words.day(s.view.confirmed_on), s.view.because, ", ".join(numbers.get(i, i) for i in (s.view.claim, *s.view.support) if i)]
        for s in registry.segments(actor, known_at=known_at)
    ]  # fmt: skip
    page: dict[str, Any] = {
        "title": f"{who.name}, {who.state}",
        "lead": [
            f"As known on {known_at.isoformat()}: {words.position_words(now)}{f' ({d})' if (d := words.doubt_words(now)) else ''}. Policy on paper, last confirmed on {words.day(now.confirmed_on)}.",
            f"{len(claims)} claim{'' if len(claims) == 1 else 's'}. {now.because}",
        ],
        "notice": f"A claim is what somebody said, not what is so. Paper and practice are told apart. This is not legal advice. {words.WRONG}",
        "tables": [
            {"title": "Over time", "text": "", "head": ["From", "Until", "Policy on paper", "Unsure", "Last confirmed", "Why", "Claims"], "rows": view_rows},
            {"title": "Claims", "text": "In the order of the days on which they begin.", "head": ["No.", "Says", "When", "Who says it", "Source", "How it fares", "Note"], "rows": claim_rows},
        ],
    }  # fmt: skip
    return view_page(page, timeline_svg(registry, actor, known_at=known_at, standalone=False))


def _claims(registry: Registry, actor: str, known_at: date) -> list[Claim]:
    return [c for c in registry.of(actor) if c.known <= known_at.toordinal()]


def _joined(spans: Any) -> list[Any]:
    """Spans that would be drawn alike, as one."""
    from dataclasses import replace

    made: list[Any] = []
    for span in spans:
        if made and words.position_words(made[-1].view) == words.position_words(span.view) and words.doubt_words(made[-1].view) == words.doubt_words(span.view):
            made[-1] = replace(made[-1], until=span.until)
        else:
            made.append(span)
    return made


def _told(claim: Claim) -> str:
    told = words.POSITIONS[claim.position] if claim.position != "unknown" else "position not stated"
    return told if claim.about == "policy" else f"{words.ABOUT[claim.about]}: {told}" if claim.position != "unknown" else words.ABOUT[claim.about]


def _lane(claim: Claim) -> str:
    found = side(claim.position)
    return found if claim.about == "policy" and found in ("limits", "holds") else "other"


def _style(position: str) -> str:
    return _STYLES[OF_POSITION.get(position, "unknown")]
