"""The one page of ``whatif``: what a policy or statute would change, for a board that has to vote on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dueprocess.render.page import page_html
from dueprocess.render.sheet import Entries, Entry, Pairs, Paragraph, Section, Sheet, Table

_OUTCOMES = {
    "release": "must be released",
    "may_hold": "may be held",
    "must_hold": "must be held",
    "review": "open (a fact or the law)",
    "local_custody": "a local ground still stood",
    "not asked": "not asked",
}
_NOTICES = {"required": "required", "forbidden": "forbidden", "permitted": "allowed", "free": "no rule", "open": "open"}
# So that it prints on one page; whatif.json has the rest.
_MOST_MOVES = 4
_MOST_ENTRIES = 3
_MOST_LETTERS = 230

NOTICE = "What the encoded law says of past records: no legal advice, and no forecast. Every figure stands in whatif.json."


def whatif_html(found: Mapping[str, Any]) -> str:
    """The page: self-contained, no script. ``found`` is what ``whatif.ask`` gives."""
    return page_html([sheet(found)], title="dueprocess: what would change", lang="en")


def sheet(found: Mapping[str, Any]) -> Sheet:
    """The page's sheet, for any renderer of sheets."""
    changed = sum(m["stays"] for m in found["moves"])
    sections = [
        Section("Side by side", (Table("At the moment when release was due: stays by what the law says; then sums", ("what is counted", "today's law", f"{_which(found)}", "change"), _rows(found)),)),
        _moves(found, changed),
        _conflicts(found),
        _method(found),
    ]
    return Sheet(
        status="What if:",
        headline=f"today's law {found['subject']}",
        tone="info",
        lead=_lead(found, changed),
        about=f"What if: today's law {found['subject']}",
        asked=f"Asked on {found['today']} of {found['stays']:,} recorded stays{_people(found)}, under law {found['law_version']['before'][7:15]} and {found['law_version']['after'][7:15]}.",
        sections=tuple(sections),
        notice=NOTICE,
    )


def _which(found: Mapping[str, Any]) -> str:
    return "with it" if found["added"] and not found["removed"] else "without it" if not found["added"] else "with the change"


def _people(found: Mapping[str, Any]) -> str:
    return f" of {found['persons']:,} people" if found["persons"] and not found["stays_without_person"] else ""


def _lead(found: Mapping[str, Any], changed: int) -> tuple[str, ...]:
    if not found["bound"]:
        return ("None of these stays is of an agency that it binds: nothing changes.",)
    freed = sum(m["stays"] for m in found["moves"] if m["after"] == "release")
    held = sum(m["stays"] for m in found["moves"] if m["after"] in ("may_hold", "must_hold"))
    opened = sum(m["stays"] for m in found["moves"] if m["after"] == "review")
    rest = changed - freed - held - opened
    told = f"{_count(found['bound'])} of an agency that it binds; the answer changes in {changed:,}: "
    parts = [f"{n:,} {words}" for n, words in ((freed, "to release"), (held, "to a hold that is allowed or required"), (opened, "to open"), (rest, "otherwise")) if n]
    sentence = told + ", ".join(parts) + "." if parts else f"{_count(found['bound'])} of an agency that it binds; the answer changes in none."
    if found["hours_moved"]:
        sentence += f" Hours change in {found['hours_moved']:,}."
    says = []
    for label, authority in (("The rule", found["added"]),) if found["added"] else (("What is taken away", found["removed"]),):
        if authority and (authority["because"] or authority["says"]):
            says.append(_short(f"{label}: {' '.join(authority['because']) or '; '.join(authority['says'])}"))
    return (sentence, *says)


def _short(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 2].rsplit(" ", 1)[0] + " …"


def _count(number: int) -> str:
    return f"{number:,} {'stay is' if number == 1 else 'stays are'}"


def _span(least: float, most: float) -> str:
    """``12 to 40``; one number where both are written alike."""
    low, high = f"{least:,.0f}", f"{most:,.0f}"
    return low if low == high else f"{low} to {high}"


def _rows(found: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    rows: list[tuple[str, ...]] = []
    for name, words in _OUTCOMES.items():
        one, two = (found["outcomes"][side].get(name, 0) for side in ("before", "after"))
        if one or two:
            rows.append((f"Stays: {words}", f"{one:,}", f"{two:,}", _change(two - one)))
    for key, label in (("overheld", "Hours past release"), ("undetermined", "Hours that stay open")):
        one, two = (found["hours"][side][key] for side in ("before", "after"))
        least, most = (round(two[end] - one[end]) for end in ("least", "most"))
        low, high = sorted((least, most))
        change = f"{low:+,}" if low == high else f"{low:+,} to {high:+,}"
        rows.append((f"{label}, least to most", *(_span(h["least"], h["most"]) for h in (one, two)), change if least or most else "none"))
    told = {n: [found["notices"][side].get(n, 0) for side in ("before", "after")] for n in _NOTICES}
    told = {n: pair for n, pair in told.items() if any(pair)}
    if told:
        sample = "" if found["asked_singly"]["every"] == 1 else f", one in every {found['asked_singly']['every']} stays"
        words = " / ".join(_NOTICES[n] for n in told)
        changes = " / ".join(_change(two - one) for one, two in told.values())
        rows.append((f"Notice of release to ICE ({words}{sample})", *(" / ".join(f"{pair[i]:,}" for pair in told.values()) for i in (0, 1)), changes if any(o != t for o, t in told.values()) else "none"))
    one, two = (found["exposure"][side] for side in ("before", "after"))
    rows.append(("Exposure, USD (see below)", _range(one), _range(two), _money(one, two)))
    return tuple(rows)


def _change(number: int) -> str:
    return f"{number:+,}" if number else "none"


def _range(exposure: Mapping[str, Any]) -> str:
    low, high = exposure["low"], exposure["high"]
    if low is not None and high is not None and high >= 1e6:
        return f"{low / 1e6:,.2f} to {high / 1e6:,.2f} million"
    return f"{'unknown' if low is None else f'{low:,.0f}'} to {'unknown' if high is None else f'{high:,.0f}'}"


def _money(one: Mapping[str, Any], two: Mapping[str, Any]) -> str:
    if None in (one["low"], two["low"], one["high"], two["high"]):
        return "unknown"
    low, high = two["low"] - one["low"], two["high"] - one["high"]
    if not low and not high:
        return "none"
    if max(one["high"], two["high"]) >= 1e6:
        return f"{low / 1e6:+,.2f} to {high / 1e6:+,.2f} million"
    return f"{low:+,.0f} to {high:+,.0f}"


def _moves(found: Mapping[str, Any], changed: int) -> Section:
    if not changed:
        return Section("What moves", (Paragraph("No stay is answered otherwise."),))
    entries = [Entry(f"{_OUTCOMES[m['before']]}, then {_OUTCOMES[m['after']]}", label=f"{m['stays']:,} {'stay' if m['stays'] == 1 else 'stays'}") for m in found["moves"][:_MOST_MOVES]]
    rest = sum(m["stays"] for m in found["moves"][_MOST_MOVES:])
    if rest:
        entries.append(Entry("other moves", label=f"{rest:,} stays"))
    return Section("What moves", (Entries(tuple(entries)),))


def _conflicts(found: Mapping[str, Any]) -> Section:
    entries = [Entry(f"in {d['stays']:,} of {found['asked_singly']['stays']:,} stays asked one by one {d['by']} prevails over: {d['says'] or d['norm']}", label="Overruled") for d in found["defeated"]]
    entries += [Entry(c, label="Contradiction") for c in found["conflicts"]]
    entries += [Entry(f"{i} stands again", label="Revived") for i in found["revived"]]
    entries += [Entry(f"{n} rests on it and goes with it", label="Gone with it") for n in found["dropped"]]
    if not entries:
        return Section("Conflicts with other law", (Paragraph("None was found: no law of the same or a higher rank overrules it in these stays or contradicts it on its face."),))
    shown = [replace(e, text=_short(e.text)) for e in entries[:_MOST_ENTRIES]]
    if len(entries) > len(shown):
        shown.append(Entry(f"{len(entries) - len(shown)} more stand in whatif.json"))
    return Section("Conflicts with other law", (Entries(tuple(shown)),))


def _method(found: Mapping[str, Any]) -> Section:
    exposure = found["exposure"]["after"]
    chosen = [c["label"] for a in exposure["assumptions"] if a["key"] in ("basis", "benchmarks", "hours", "include") for c in a["choices"] if c["key"] == a["chosen"]]
    unreviewed = [a["id"] for a in (found["added"], found["removed"]) if a and not a["reviewed"]]
    rows = [
        ("Today's law", f"What is in force on {found['today']} is taken as in force through every stay, and nothing else is; the stays keep their own times and holidays. Whether they were lawful then is another question."),
        ("Exposure", f"Arithmetic at what other cases paid: no forecast, and no statement that anybody owes it. Chosen: {'; '.join(chosen)}; everybody claims; no fees, no interest."),
    ]
    if found["asked_singly"]["every"] > 1:
        rows.append(("Notices, overruled", f"asked of one in every {found['asked_singly']['every']} stays only, {found['asked_singly']['stays']:,} in all"))
    if unreviewed:
        rows.append(("Reviewed by nobody", ", ".join(unreviewed)))
    classes = found["classes"]["after"]
    left = [f"{classes[n]['stays']:,} of class {n}" for n in ("unknown", "contradiction") if n in classes]
    if left:
        rows.append(("In no sum", f"the hours of {' and '.join(left)}"))
    return Section("How this was asked", (Pairs(tuple(rows)),), fine=True)
