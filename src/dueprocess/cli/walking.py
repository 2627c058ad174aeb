"""A decided case told in steps, as a teacher would: who and when, the papers, the law, the tests, the clocks, the answer, the court."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dueprocess.decide import wording
from dueprocess.decide.messages import Messages
from dueprocess.decide.sheet_clocks import clock_blocks
from dueprocess.decide.sheets import sheet_of
from dueprocess.decide.wording import Clock
from dueprocess.places import load_places
from dueprocess.render.sheet import Block, Entries, Entry, Pairs, Paragraph, Section, Sheet

_TESTS = (
    ("#request", "request_stands", "Does a paper in force ask for it?"),
    ("#power", "civil_arrest_power", "Has the jail power to make the arrest?"),
    ("#cause", "probable_cause", "Is there a judge's warrant or probable cause?"),
)
_PAPERS = {
    "immigration_judge_order": "an immigration judge's order", "judicial_warrant": "a judge's warrant", "court_order": "a court's order",
    "probable_cause_affidavit": "a statement of probable cause", "cancellation": "a cancellation of the detainer", "other": "another paper",
}  # fmt: skip


def walk_sheet(raw: Mapping[str, Any], decision: Mapping[str, Any], expected: Mapping[str, Any], *, then: Mapping[str, Any] | None, fits: bool) -> Sheet:
    """The walk of one case. ``raw`` is the case file, ``expected`` its companion, ``then`` the answer by the law known on the day itself."""
    words = Messages()
    whole = sheet_of(decision, words)
    point = decision["then"] or decision
    steps: list[tuple[str, list[Block]]] = [
        ("Where and when", _where(raw, decision, expected, words)),
        ("The jail's own reason, and when it ended", _custody(raw, decision, words)),
        ("What lay in the file", _papers(raw, words)),
        ("The law that bears on it", _law(point)),
        ("The tests", _tests(point, decision)),
        ("The clocks", [b for b in clock_blocks(point["clocks"], decision["at"], words)] or [Paragraph("No clock runs here: none is encoded for these papers, or nothing carries a hold that a clock could end.")]),
        ("The answer", _answer(whole, decision, words)),
        ("What was known then", _then(decision, then)),
        ("What would change it", _change(decision, words)),
        ("What the source says", _court(expected, fits)),
    ]  # fmt: skip
    sections = tuple(Section(f"Step {n} of {len(steps)}: {title}", tuple(blocks)) for n, (title, blocks) in enumerate(steps, 1))
    return replace(whole, sections=sections, about=str(expected.get("title", raw["case"])))


def _where(raw: Mapping[str, Any], decision: Mapping[str, Any], expected: Mapping[str, Any], words: Messages) -> list[Block]:
    places = load_places()
    agency = places.agency(str(raw["agency"]))
    place = places.facility(agency, raw.get("facility"))
    sets = ", ".join(t for t in (places.set_title(s) for s in places.sets(place)) if t)
    rows = [("Whose jail", wording.agency(words, str(raw["agency"]))), ("Courts over it", sets or "none known"), ("Asked about", Clock(words).instant(decision["at"])), ("Law as known on", str(decision["law_known_at"]))]
    found: list[Block] = [Pairs(tuple(rows))]
    assumed = expected.get("facts_assumed") or []
    if assumed:
        found.append(Entries(tuple(Entry(str(a)) for a in assumed), title="The source leaves these open, and the case file assumes them:"))
    return found


def _custody(raw: Mapping[str, Any], decision: Mapping[str, Any], words: Messages) -> list[Block]:
    custody = raw.get("custody") or {}
    clock = Clock(words)

    def told(value: Any) -> str:
        if isinstance(value, Mapping):
            return f"between {value.get('earliest')} and {value.get('latest')}"
        text = str(value)
        return clock.instant(text) if "T" in text else text

    rows = [("Booked", told(custody["booked_at"]))] if custody.get("booked_at") else []
    for ground in custody.get("grounds") or ():
        end = f"until {told(ground['until'])}" if ground.get("until") else "still standing"
        how = f" ({wording.plain(str(ground['ended_by']))})" if ground.get("ended_by") else ""
        rows.append((f"Reason: {ground['kind']}", f"{end}{how}"))
    for key, label in (("bail_refused_at", "Bail offered and not taken"), ("left_at", "Left the jail")):
        if custody.get(key):
            rows.append((label, told(custody[key])))
    due = decision["release_due_at"] or (decision["then"] or {}).get("release_due_at")
    return [Pairs(tuple(rows)), Paragraph(f"So release was due {clock.time(due, 'at a time that the record does not give')}. From then on, keeping the person is a new arrest.")]


def _papers(raw: Mapping[str, Any], words: Messages) -> list[Block]:
    clock, items = Clock(words), []

    def when(value: Any) -> str:
        return clock.instant(str(value)) if "T" in str(value) else str(value)

    for paper in raw.get("papers") or ():
        kind = str(paper["kind"])
        name = _PAPERS.get(kind, f"Form {kind.upper()}") + (f", edition {paper['edition']}" if paper.get("edition") else "")
        told = [f"received {when(paper['received_at'])}" if paper.get("received_at") else "", f"signed by {wording.plain(str(paper['signed_by']))}" if paper.get("signed_by") else ""]
        told += [f"boxes ticked: {', '.join(wording.plain(b) for b in paper['boxes'])}" if paper.get("boxes") else "", f"served: {when(paper['served_at'])}" if paper.get("served_at") else ""]
        told += [f"cancelled: {when(paper['cancelled_at'])}" if paper.get("cancelled_at") else ""]
        items.append(Entry("; ".join(t for t in told if t) + ".", name[0].upper() + name[1:]))
    found: list[Block] = [Entries(tuple(items))] if items else [Paragraph("No paper.")]
    facts = raw.get("facts") or {}
    if facts:
        found.append(Pairs(tuple((wording.plain(n), {True: "yes", False: "no", None: "not known"}.get(v, str(v)) if isinstance(v, (bool, type(None))) else str(v)) for n, v in facts.items())))
    return found


def _named(entries: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
    return tuple(dict.fromkeys(Entry(e["because"], e["citation"] or str(e["authority"]), "", str(e["authority"])) for e in entries))


def _law(point: Mapping[str, Any]) -> list[Block]:
    found: list[Block] = [Entries(_named(point["reasons"]), title="What decides:")] if point["reasons"] else [Paragraph("No encoded law settles it.")]
    if point["defeated"]:
        found.append(Entries(_named(point["defeated"]), title="What was overruled:"))
    persuading = [r for r in point["risks"] if r["kind"] == "persuasive"]
    if persuading:
        found.append(Entries(_named(persuading), title="What persuades and does not bind there:"))
    return found


def _tests(point: Mapping[str, Any], decision: Mapping[str, Any]) -> list[Block]:
    """The three tests of every hold; the fourth, that nothing else forbids or ends it, is the rest of the reasons."""
    by = {str(r["norm"]): r for r in point["reasons"]}
    items = []
    hold = point["outcome"] in ("may_hold", "must_hold")
    unsettled = {str(m["fact"]) for m in decision["missing"]}
    for end, fact, question in _TESTS:
        failed = next((r for n, r in by.items() if n == f"us/four-tests{end}"), None)
        told = f"No. {failed['because']}" if failed else "Yes." if hold else "Open: the law there does not settle it." if fact in unsettled else "Not what decides here."
        items.append(Entry(told, question))
    others = [r for n, r in by.items() if not n.startswith("us/four-tests") and str(r["effect"]).startswith(("forbids", "limits"))]
    items.append(Entry("Yes. " + " ".join(str(r["because"]) for r in others) if others else "No." if hold else "Nothing else is named as deciding.", "Does any other law forbid it, or has a clock run out?"))
    return [Entries(tuple(items), numbered=True)]


def _answer(whole: Sheet, decision: Mapping[str, Any], words: Messages) -> list[Block]:
    over = wording.between(words, decision["overheld_hours"])
    rows = [("Held past it", f"{over} [{decision['class']}]")]
    later = decision["overheld_hours_from_later_end"]
    if later is not None:
        rows.append(("Counted from the later end", wording.between(words, later)))
    if decision["undetermined_hours"]["most"] > 0:
        rows.append(("Hours that are open", wording.between(words, decision["undetermined_hours"])))
    return [Paragraph(whole.sentence), *(Paragraph(t) for t in whole.lead), Pairs(tuple(rows))]


def _then(decision: Mapping[str, Any], then: Mapping[str, Any] | None) -> list[Block]:
    if then is None:
        return [Paragraph("The moment asked about is a span; the question of what was known on its day is left out.")]
    if then["law_known_at"] == decision["law_known_at"]:
        return [Paragraph("The case is asked under the law of its own day already.")]
    words = Messages()
    told = wording.outcome(words, then["outcome"])
    if then["outcome"] == decision["outcome"] and then["class"] == decision["class"]:
        return [Paragraph(f"Asked with the law that was known on {then['law_known_at']}, the answer is the same: {told} [{then['class']}].")]
    return [
        Paragraph(f"Asked with the law that was known on {then['law_known_at']}, the answer is {told} [{then['class']}]; {wording.between(words, then['overheld_hours'])} held past it for sure or perhaps."),
        Paragraph("A ruling says what the law already was; a desk that day could only know what had been decided and published."),
    ]


def _change(decision: Mapping[str, Any], words: Messages) -> list[Block]:
    items = [
        Entry(f"then {wording.outcome(words, c['outcome'])}.", "If " + words.get(f"change.{c['fact']}.{c['to']}", f"{wording.plain(c['fact'])}: {wording.value(words, c['to'])}"))
        for c in decision["would_change"]
    ]
    items += [Entry("; ".join(f"{wording.value(words, v)}: {wording.outcome(words, o)}" for v, o in m["if"].items()) or "not known.", m["question"]) for m in decision["missing"][:3]]
    return [Entries(tuple(items))] if items else [Paragraph("No single fact that could be asked for would change it.")]


def _court(expected: Mapping[str, Any], fits: bool) -> list[Block]:
    mark = expected.get("mark") or {}
    sources = ", ".join(str(s) for s in mark.get("sources") or ())
    rows = [("The engine and the source", "agree" if fits else "DIFFER"), ("How the case was learned", "; ".join(t for t in (str(mark.get("basis", "not stated")), sources) if t))]
    return [Paragraph(" ".join(str(expected.get("why", "The source gives no reason.")).split())), Pairs(tuple(rows))]
