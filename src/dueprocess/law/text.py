"""An authority as text that a lawyer reads, and as the plain mapping of its file."""

from __future__ import annotations

from datetime import date
from typing import Any

from dueprocess.law.closings import named
from dueprocess.law.model import RANK_NAMES, Authority, Interval, Norm
from dueprocess.terms.tree import TRUE, text


def norm_text(norm: Norm) -> str:
    """``forbid hold when NOT (judicial_warrant OR request_stands)``."""
    line = f"{norm.verb} {norm.object}"
    if norm.verb == "declare":
        line += f" {str(norm.value).lower()}"
    if norm.verb == "limit":
        line += " to the end of the day of" if norm.until_end_of_day else f" to {norm.hours:g} hours from"
        line += f" {norm.counted_from}"
        if norm.excluding:
            line += f", not counting {' and '.join(named(norm.excluding))}"
    if norm.by:
        line += f" by {norm.by.hours:g} hours {'after' if norm.by.after else 'before'} {norm.by.event}"
    if norm.when != TRUE:
        line += f" when {text(norm.when)}"
    return line


def _days(interval: Interval) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if interval.start is not None:
        found["from"] = date.fromordinal(interval.start).isoformat()
    if interval.until is not None:
        found["until"] = date.fromordinal(interval.until).isoformat()
    if interval.ended_by:
        found["ended_by"] = interval.ended_by
    return found


def as_mapping(authority: Authority) -> dict[str, Any]:
    """The authority as JSON: dates as text, conditions as SQL."""
    return {
        "id": authority.id,
        "title": authority.title,
        "kind": authority.kind,
        "stage": authority.stage,
        "court": authority.court,
        "citation": authority.citation,
        "rank": RANK_NAMES.get(authority.rank or 0),
        "construes": authority.construes,
        "in_force": _days(authority.in_force),
        "known": _days(authority.known),
        "binds": list(authority.binds),
        "except": list(authority.excepts),
        "persuades": list(authority.persuades),
        "days_off": [{"date": date.fromordinal(d.day).isoformat(), "calendar": d.calendar, "name": d.name} for d in authority.days_off],
        "norms": [{"norm": n.ref, "rank": RANK_NAMES.get(n.rank or 0), "says": norm_text(n), "because": n.because} for n in authority.norms],
        "sources": [dict(s) for s in authority.sources],
        "confirmed_on": date.fromordinal(authority.confirmed_on).isoformat() if authority.confirmed_on else None,
        "note": authority.note,
        "review": dict(authority.review or {}),
        "hash": authority.hash,
        "adoption_hash": authority.adoption_hash,
    }


def as_text(authority: Authority) -> str:
    """The authority for a terminal."""
    raw = as_mapping(authority)
    lines = [authority.title, f"  {authority.citation}", ""]

    def row(label: str, value: str) -> None:
        if value:
            lines.append(f"  {label:<12} {value}")

    def span(interval: dict[str, Any]) -> str:
        words = [f"from {interval['from']}" if "from" in interval else "", f"until {interval['until']}" if "until" in interval else ""]
        words.append(f"(ended by {interval['ended_by']})" if "ended_by" in interval else "")
        return " ".join(w for w in words if w)

    row("id", authority.id)
    row("kind", " ".join(w for w in (authority.kind, authority.court or "", authority.stage or "") if w))
    row("rank", raw["rank"] or "none")
    row("construes", authority.construes or "")
    row("governs", span(raw["in_force"]))
    row("known", span(raw["known"]))
    row("binds", ", ".join(authority.binds) + (f" except {', '.join(authority.excepts)}" if authority.excepts else ""))
    row("persuades", ", ".join(authority.persuades))
    row("replaces", authority.replaces or "")
    row("replaced by", authority.replaced_by or "")
    review = authority.review or {}
    by = f" by {review['by_role']} on {review['on']}" if authority.reviewed else ""
    row("review", f"{review.get('status')}{by}; {review.get('basis')}")
    row("confirmed", raw["confirmed_on"] or "")
    for norm in authority.norms:
        lines += ["", f"  {norm.key}: {norm_text(norm)}"]
        if norm.because:
            lines.append(f"      {norm.because}")
    for day in raw["days_off"]:
        lines += ["", f"  day off: {day['date']} ({day['name']}) is left out wherever {day['calendar'].replace('_', ' ')} are"]
    lines += ["", *(f"  source: {', '.join(str(s[k]) for k in ('title', 'publisher', 'date', 'url') if s.get(k))}" for s in authority.sources)]
    if authority.note:
        lines += ["", f"  note: {authority.note}"]
    return "\n".join(lines) + "\n"
