"""A decision's JSON as a sheet: what stands first for the clerk who has to act, then what a judge asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dueprocess.decide import wording
from dueprocess.decide.messages import Messages
from dueprocess.decide.sheet_clocks import clock_blocks
from dueprocess.decide.wording import Clock
from dueprocess.kernel.errors import InputError
from dueprocess.render.sheet import Block, Entries, Entry, Pairs, Paragraph, Section, Sheet, Table, Tone

Decision = Mapping[str, Any]

TONES: dict[str, Tone] = {
    "release": "info",
    "may_hold": "caution",
    "must_hold": "strong",
    "review": "open",
    "local_custody": "plain",
}
HOLDS = ("may_hold", "must_hold")
MERGED = ("clocks", "reasons", "defeated", "risks")


def sheet_of(decision: Decision, words: Messages) -> Sheet:
    """The sheet. Under local custody its authority, clocks and risks are those of the moment when that ends.

    Raises InputError for an outcome that there is none of, or a time that is none.
    """
    outcome, then = decision["outcome"], decision["then"]
    if outcome not in TONES:
        raise InputError(f"[{outcome}] is no outcome", do=f"one of {', '.join(TONES)}")
    point = {**decision, **{k: then[k] for k in MERGED}} if then else decision
    deciding = then["outcome"] if then else outcome
    makers: dict[str, Callable[[], list[Block]]] = {
        "risks": lambda: _risks(point["risks"], words),
        "missing": lambda: _missing(point["missing"], words),
        "times": lambda: _times(decision, words),
        "why": lambda: _why(point["reasons"], words),
        "clocks": lambda: clock_blocks(point["clocks"], decision["at"], words),
        "would_change": lambda: _would_change(decision["would_change"], words),
        "duties": lambda: _duties(decision, words),
        "defeated": lambda: _defeated(point["defeated"], words),
        "conflicts": lambda: _conflicts(decision["conflicts"], words),
        "timeline": lambda: _timeline(decision["timeline"], words),
        "facts": lambda: _facts(decision["facts"], words),
        "law": lambda: _law(decision, words, rests=bool(point["reasons"])),
    }
    sections = []
    for name in _order(deciding):
        blocks = tuple(makers[name]())
        if blocks:
            title = words("title.risks.hold" if name == "risks" and deciding in HOLDS else f"title.{name}")
            if then and name in (*MERGED, "why", "missing"):
                title = f"{title}, {words('then')}"
            sections.append(Section(title, blocks, fine=name in ("timeline", "facts", "law")))
    where = wording.agency(words, decision["agency"])
    at = Clock(words).instant(decision["at"])
    case = decision["case"]
    status = words(f"{outcome}.status")
    return Sheet(
        status=status,
        headline=_headline(decision, words),
        tone=TONES[outcome],
        lead=tuple(_lead(decision, words)),
        about=words(
            "about.case" if case else "about", status=status, case=case, agency=decision["agency"], at=at
        ),
        asked=words(
            "asked.case" if case else "asked", case=case, agency=where, at=at, known=decision["law_known_at"]
        ),
        sections=tuple(sections),
        notice=decision["notice"],
    )


def _order(outcome: str) -> Iterable[str]:
    """Contrary authority comes first for a hold; the questions come first where the answer is open."""
    first = {
        "may_hold": ["risks", "missing"],
        "must_hold": ["risks", "missing"],
        "review": ["missing", "risks"],
    }.get(outcome, [])
    rest = ["times", "why", "clocks", "risks", "missing", "would_change", "duties", "defeated", "conflicts"]
    return [*first, *(n for n in rest if n not in first), "timeline", "facts", "law"]


# -- the first lines ------------------------------------------------------------------------------------------


def _headline(decision: Decision, words: Messages) -> str:
    outcome, then = decision["outcome"], decision["then"]
    if outcome == "local_custody":
        if not then:
            return ""
        end = Clock(words).time(then["at"] or then["supposed_at"], words("times.due.unknown"))
        key = "local_custody.headline" if then["at"] else "local_custody.supposed"
        inner = words(f"{then['outcome']}.status") + _joined(_sentence(then, words))
        return words(key, end=end, then=inner)
    return _sentence(decision, words)


def _joined(text: str) -> str:
    return text if text.startswith((":", ",")) else f" {text}"


def _sentence(point: Mapping[str, Any], words: Messages) -> str:
    outcome = point["outcome"]
    if outcome in HOLDS:
        until = point["hold_until"]
        if until is None:
            return words(f"{outcome}.endless")
        return words(f"{outcome}.headline", until=Clock(words).instant(until))
    if outcome == "review":
        return words("review.duty" if point["open_because"] == "duty" else "review.headline")
    return words(f"{outcome}.headline")


def _lead(decision: Decision, words: Messages) -> Iterable[str]:
    """The reason: what decides, and the first ruling of law that this rests on; then what ends a hold."""
    point = decision["then"] or decision
    if decision["then"] and not decision["then"]["at"]:
        yield words("lead.supposed")
    if point["outcome"] == "review":
        yield words(f"lead.open.{point['open_because']}")
        if point["open_because"] == "adoption" and decision["not_adopted"]:
            yield words("lead.not_adopted", list=", ".join(decision["not_adopted"]))
        if point is decision and point["open_because"] != "duty" and point["release_due_at"] is not None:
            yield words("lead.meantime", due=Clock(words).time(point["release_due_at"], ""))
    reasons = point["reasons"]
    if reasons:
        resting = (r for r in reasons[1:] if r["effect"].startswith(("declares", "determines")))
        told = [reasons[0]["because"], *(r["because"] for r in list(resting)[:1])]
        yield words("lead.why", because=" ".join(t for t in told if t) or reasons[0]["citation"])
    if point["outcome"] in HOLDS and point["hold_until_because"]:
        key = "lead.ends" if point["hold_until"] else "lead.endless"
        yield words(key, because=point["hold_until_because"])


# -- sections -----------------------------------------------------------------------------------------------------


def _entries(items: Iterable[Entry], *, numbered: bool = False) -> list[Block]:
    """The list without repetitions; nothing where it is empty."""
    kept = tuple(dict.fromkeys(items))
    return [Entries(kept, numbered)] if kept else []


def _risks(risks: Sequence[Mapping[str, Any]], words: Messages) -> list[Block]:
    def label(risk: Mapping[str, Any]) -> str:
        known = words.get(f"risk.{risk['kind']}", wording.plain(risk["kind"]).capitalize())
        side = str(risk.get("side") or "")
        return known.replace("{side}", words.get(f"side.{side}", side.capitalize()))

    items = tuple(dict.fromkeys(Entry(r["because"], label(r), r["citation"], r["authority"]) for r in risks))
    persuades = any(r["kind"] == "persuasive" for r in risks)
    return [Entries(items, title=words("risks.persuade") if persuades else "")] if items else []


def _answers(entry: Mapping[str, Any], words: Messages) -> str:
    told = [
        words("missing.if", value=wording.value(words, v), outcome=wording.outcome(words, o))
        for v, o in entry["if"].items()
    ]
    by = words.get(f"settled_by.{entry['settled_by']}", entry["settled_by"])
    return words("missing.settled_by", settled_by=by, answers="; ".join(told)) if told else f"{by}."


def _missing(missing: Sequence[Mapping[str, Any]], words: Messages) -> list[Block]:
    """Questions whose answer alone changes the outcome, each with what it makes of it; then the others, in short."""
    alone = [m for m in missing if any(o != "review" for o in m["if"].values())]
    joint = [m for m in missing if m not in alone]
    blocks = _entries((Entry(_answers(m, words), m["question"]) for m in alone), numbered=True)
    if joint:
        blocks.append(Paragraph(words("missing.joint")))
    for by in dict.fromkeys(m["settled_by"] for m in joint):
        title = words("missing.by", settled_by=words.get(f"settled_by.{by}", by))
        blocks.append(
            Entries(tuple(Entry(m["question"]) for m in joint if m["settled_by"] == by), title=title)
        )
    return blocks


def _times(decision: Decision, words: Messages) -> list[Block]:
    rows = []
    if decision["outcome"] != "local_custody":
        due = Clock(words).time(decision["release_due_at"], words("times.due.unknown"))
        rows.append((words("times.due"), due))
    over, kind = decision["overheld_hours"], words.get(f"class.{decision['class']}", decision["class"])
    text = wording.between(words, over)
    text = words("hours.class", hours=text, kind=kind) if kind else text
    rows.append((words("times.over"), words("hours.over", hours=text) if over["most"] > 0 else text))
    later = decision["overheld_hours_from_later_end"]
    if later is not None:
        rows.append((words("times.over.later"), words("hours.later", hours=wording.between(words, later))))
    after = decision.get("overheld_hours_after_allowance")
    if after is not None:
        rows.append((words("times.over.allowance"), wording.between(words, after)))
    if decision["undetermined_hours"]["most"] > 0:
        told = wording.between(words, decision["undetermined_hours"])
        rows.append((words("times.undetermined"), words("hours.undetermined", hours=told)))
    return [Pairs(tuple(rows))]


def _why(reasons: Sequence[Mapping[str, Any]], words: Messages) -> list[Block]:
    return _entries(
        Entry(
            r["because"],
            wording.effect(words, r["effect"]),
            r["citation"],
            r["norm"] if r["citation"] else "",
        )
        for r in reasons
    )


def _would_change(changes: Sequence[Mapping[str, Any]], words: Messages) -> list[Block]:
    """One line an outcome, with everything that would lead to it."""
    rows: dict[str, list[str]] = {}
    for change in changes:
        other = words(
            "change.other", fact=wording.plain(change["fact"]), value=wording.value(words, change["to"])
        )
        rows.setdefault(change["outcome"], []).append(
            words.get(f"change.{change['fact']}.{change['to']}", other)
        )
    told = tuple(
        (words("change.to", outcome=wording.outcome(words, o)), words("change.or").join(facts))
        for o, facts in rows.items()
    )
    return [Pairs(told)] if told else []


def _duties(decision: Decision, words: Messages) -> list[Block]:
    items: list[Entry] = []
    told: set[str] = set()
    for duty in decision["obligations"]:
        told.add(duty["action"])
        action = words.get(f"action.{duty['action']}", wording.plain(duty["action"]))
        by = ""
        if duty["deadline"] is not None:
            by = " " + words("duty.deadline", deadline=Clock(words).time(duty["deadline"], ""))
        status = words.get(f"duty.{duty['status']}", duty["status"])
        label = words("duty" if duty["sure"] else "duty.unsure", action=action)
        items.append(Entry(duty["because"], f"{label}{by} ({status})", duty["citation"], duty["norm"]))
    for name, action in decision["actions"].items():
        if action["result"] == "free" or (name in told and action["result"] == "required"):
            continue
        if name == "issue":
            text = words(f"action.issue.{action['result']}")
        else:
            text = words(
                f"action.{action['result']}", action=words.get(f"action.{name}", wording.plain(name))
            )
        items.append(Entry("", text, "", ", ".join(action["norms"])))
    return _entries(items)


def _defeated(norms: Sequence[Mapping[str, Any]], words: Messages) -> list[Block]:
    return _entries(
        Entry(
            n["because"],
            f"{wording.effect(words, n['effect'], rests=False)} ({words('defeated.by', by=n['by'])})",
            n["citation"],
            n["norm"],
        )
        for n in norms
    )


def _conflicts(conflicts: Sequence[Mapping[str, Any]], words: Messages) -> list[Block]:
    return _entries(
        Entry(", ".join(c["norms"]), words("conflict", about=wording.plain(c["about"]))) for c in conflicts
    )


def _timeline(spans: Sequence[Mapping[str, Any]], words: Messages) -> list[Block]:
    clock = Clock(words, [s["from"] for s in spans])
    rows = tuple(
        (
            clock.time(s["from"], words("timeline.start")),
            wording.outcome(words, s["outcome"]),
            s["because"],
        )
        for s in spans
    )
    head = tuple(words("timeline.head").split("|"))
    return [Table(words("timeline.caption", zone=clock.caption), head, rows, fixed=(0, 1))] if rows else []


def _facts(facts: Mapping[str, Any], words: Messages) -> list[Block]:
    rows: dict[str, list[str]] = {"true": [], "false": [], "unknown": [], "other": []}
    for name, given in facts.items():
        if isinstance(given, bool):
            rows[str(given).lower()].append(wording.plain(name))
        elif given is None:
            rows["unknown"].append(wording.plain(name))
        else:
            rows["other"].append(f"{wording.plain(name)} {given}")
    told = tuple((words(f"facts.{key}"), ", ".join(names)) for key, names in rows.items() if names)
    return [Pairs(told)] if told else []


def _law(decision: Decision, words: Messages, *, rests: bool) -> list[Block]:
    unreviewed, not_adopted = decision["unreviewed"], decision["not_adopted"]
    if unreviewed:
        reviewed = words("law.count", count=len(unreviewed), list=", ".join(unreviewed))
    else:
        reviewed = words("law.reviewed" if rests else "law.nothing")
    rows = [(words("law.unreviewed"), reviewed)]
    if not_adopted:
        rows.append(
            (
                words("law.not_adopted"),
                words("law.count.not_adopted", count=len(not_adopted), list=", ".join(not_adopted)),
            )
        )
    rows += [
        (words("law.version"), decision["law_version"]),
        (words("law.engine"), decision["engine_version"]),
    ]
    return [Pairs(tuple(rows))]
