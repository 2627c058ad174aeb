"""One case to one decision: the JSON of docs/reference/decision.md, the same bytes for the same input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import dueprocess
from dueprocess.case import Case, read_case
from dueprocess.case.facts import WITHOUT_DETAINER, event_time
from dueprocess.case.reading import Where, dotted
from dueprocess.clock import steps
from dueprocess.decide import duties, explain, open_questions, risk
from dueprocess.decide.adoption import adopted_ids
from dueprocess.decide.benchmarks import benchmarks
from dueprocess.decide.stay import HOLDS, LOCAL, MAY_HOLD, RELEASE, REVIEW, Moment, Setting, Stay
from dueprocess.decide.words import instant_text, moment_text
from dueprocess.kernel.instants import (
    MAX_INSTANT,
    MIN_INSTANT,
    NEVER,
    UNKNOWN_TIME,
    Instant,
    Time,
    exactly,
    hours,
    local_date,
)
from dueprocess.law import Lawbook, Norm, load_lawbook
from dueprocess.law.closings import named, source_of
from dueprocess.places import load_places
from dueprocess.terms import facts_of
from dueprocess.terms.tree import evaluate

NOTICE = (
    "This is what the encoded law says, not legal advice. Each answer lists the law under it that nobody has reviewed."
)

NOTHING_ENDS_IT = "no limit, paper or known change of law ends it"


def decide_case(
    case: Mapping[str, Any],
    *,
    today: date,
    lawbook: Lawbook | None = None,
    adoption: Mapping[str, Any] | None = None,
    adoption_name: str = "adoption",
    at: str | None = None,
    law_known_at: str | None = None,
    where: Where = dotted,
) -> dict[str, Any]:
    """Decide one case given as the mapping of a case file.

    ``today`` stands for ``law_known_at`` where nothing gives one; ``adoption`` is the mapping of an adoption file
    (None: adoption off), ``adoption_name`` what errors call it. ``where`` names the place of a value in errors. Times in the answer are ISO 8601 in the
    facility's zone, hours are decimal hours. Raises InputError for what cannot be used.
    """
    book = lawbook or load_lawbook()
    read = read_case(case, lawbook=book, places=load_places(), today=today, at=at, law_known_at=law_known_at, where=where)
    adopted = (
        None
        if adoption is None
        else adopted_ids(adoption, lawbook=book, agency=read.agency, today=today, where=adoption_name)
    )
    return answer(Stay(read, Setting(book, adopted)))


def answer(stay: Stay) -> dict[str, Any]:
    """The whole decision about a stay at the instant that its case asks about."""
    case, zone = stay.case, stay.case.zone
    stay.check_statements()
    at = case.at
    outcome = stay.outcome_at(at, stay.grounds)
    due = stay.release_due(at, stay.grounds)
    moment = stay.moment(at, due)
    over, undetermined = stay.hours()
    point = _point(stay, at, due, moment, outcome)
    then = _then(stay, outcome)
    if outcome == LOCAL and then is not None:
        point["missing"] = then.pop("missing")
    later = None if case.bail_refused == NEVER else stay.hours(with_bail=False)[0]
    norms = [r["authority"] for r in (*point["reasons"], *point["defeated"], *(then["reasons"] if then else ()))]
    norms += [source_of(s["excluded"] or "") for clock in point["clocks"] for s in clock["steps"]]  # a day off rests on its own file
    authorities = {n for n in norms if n in stay.lawbook.authorities}
    return {
        "case": case.label,
        "agency": case.agency,
        "at": instant_text(at, zone),
        "law_known_at": date.fromordinal(case.known_at).isoformat(),
        "outcome": outcome,
        "open_because": point.pop("open_because"),
        "release_due_at": None if outcome == LOCAL else moment_text(due, zone),
        **point,
        "timeline": _timeline(stay),
        "overheld_hours": _hours(over),
        "overheld_hours_from_later_end": None if later is None else _hours(later),
        "overheld_hours_after_allowance": _hours(_less(over, case.allowance)) if case.allowance else None,
        "undetermined_hours": _hours(undetermined),
        "class": class_of(stay, over),
        "then": then,
        "facts": _facts(stay, moment),
        "unreviewed": sorted(a for a in authorities if not stay.lawbook.authorities[a].reviewed),
        "not_adopted": explain.not_adopted(stay, moment),
        "law_version": stay.lawbook.version,
        "engine_version": dueprocess.__version__,
        "notice": NOTICE,
    }


def _point(stay: Stay, at: Instant, due: Time, moment: Moment, outcome: str) -> dict[str, Any]:
    """What is answered of one instant. Under local custody the reasons wait for ``then``."""
    open_because = None
    missing: list[dict[str, Any]] = []
    standing = stay.case.standing(at, stay.grounds)
    told, norms = explain.reasons(stay, moment) if outcome == moment.outcome else ([], [])
    if outcome == REVIEW:
        missing, by_facts = open_questions.missing(stay, at, due, moment) if moment.outcome == REVIEW else ([], True)
        if standing is None:
            open_because = "fact"
            missing.insert(0, _release_due_missing(moment))
        elif moment.duty_only:
            open_because = "duty"
        elif explain.open_by_adoption(stay, at, due):
            open_because = "adoption"
        else:
            open_because = "fact" if by_facts else "law"
    end = _hold_until(stay, at) if outcome in HOLDS else None
    return {
        "open_because": open_because,
        "hold_until": None if end is None else instant_text(end, stay.case.zone),
        "hold_until_because": _why_until(stay, at, end) if outcome in HOLDS else None,
        "clocks": clocks(stay, at, due, moment) if outcome != LOCAL else [],
        "reasons": told,
        "defeated": explain.defeated(stay, moment) if outcome == moment.outcome else [],
        "missing": missing,
        "would_change": open_questions.would_change(stay, at, due, moment) if outcome not in (LOCAL, REVIEW) else [],
        "actions": duties.actions(stay, moment),
        "obligations": duties.obligations(stay, at, moment, due),
        "conflicts": explain.conflicts(stay, moment),
        "risks": [*risk.risks(stay, at, moment, norms), *benchmarks(stay.case.agency)] if outcome != LOCAL else [],
    }


def _release_due_missing(moment: Moment) -> dict[str, Any]:
    return {
        "fact": "release_due",
        "question": "When did the jail's own reason to keep the person end: on what day and hour?",
        "settled_by": "person",
        "if": {"not yet": LOCAL, "already": moment.outcome},
    }


def _hold_until(stay: Stay, at: Instant) -> Instant | None:
    """The first instant after ``at`` at which the timeline is no hold; None where nothing ends it."""
    for span in stay.spans:
        if span.start > at and span.outcome not in HOLDS:
            return span.start
    return None


def _why_until(stay: Stay, at: Instant, end: Instant | None) -> str:
    if end is None:
        return NOTHING_ENDS_IT
    outcome = stay.outcome_at(end, stay.grounds)
    if outcome == LOCAL:
        return "a local ground begins"
    if outcome == REVIEW:
        return "from then on the answer is open"
    told, _ = explain.reasons(stay, stay.moment(end, stay.release_due(end, stay.grounds)))
    return str(told[0]["because"])


def _then(stay: Stay, outcome: str) -> dict[str, Any] | None:
    """The answer for the moment when the last local ground ends; as if it ended now where no end is known."""
    if outcome != LOCAL:
        return None
    case = stay.case
    end = next((s.start for s in stay.spans if s.start > case.at and s.outcome != LOCAL), None)
    known = end is not None and case.standing(end, stay.grounds) is False
    if not known:
        end = case.at
        grounds = tuple(
            replace(g, end=exactly(end)) if g.end.by(end) is not True else g for g in stay.grounds or () if g.start.by(end) is not False
        )
        stay = Stay(replace(case, grounds=grounds, bail_refused=NEVER), stay.setting)
    assert end is not None
    due = stay.release_due(end, stay.grounds)
    moment = stay.moment(end, due)
    point = _point(stay, end, due, moment, stay.outcome_at(end, stay.grounds))
    keep = ("outcome", "open_because", "hold_until", "hold_until_because", "clocks", "reasons", "defeated", "missing", "risks")
    return {
        "at": instant_text(end, case.zone) if known else None,
        "supposed_at": None if known else instant_text(end, case.zone),
        "outcome": stay.outcome_at(end, stay.grounds),
        **{k: v for k, v in point.items() if k in keep},
    }


def clocks(stay: Stay, at: Instant, due: Time, moment: Moment) -> list[dict[str, Any]]:
    """Every limit with its start, steps and end; what it ends; and whether it is defeated or only claimed.

    The earliest end among those that apply and are not defeated governs.
    """
    case, book = stay.case, stay.lawbook
    regime = moment.regime
    found: list[dict[str, Any]] = []
    ends: list[tuple[Instant, int]] = []
    over = min(
        (regime.applied[i].norm.rank or 99 for i in (regime.actions["hold"].indices() if "hold" in regime.actions else ()) if regime.applied[i].norm.verb in ("require", "preempt") and moment.resolved[0].states[i] is True),
        default=99,
    )

    def add(norm: Norm, time: Time, start: Time, *, ends_what: str, state: str, beaten: bool) -> None:
        if state == "applies" and not beaten and time.earliest > MIN_INSTANT and time.earliest < MAX_INSTANT:
            ends.append((time.earliest, len(found)))
        found.append(
            {
                "authority": norm.authority,
                "norm": norm.ref,
                "citation": book.authorities[norm.authority].citation,
                "hours": norm.hours,
                "until_end_of_day": norm.until_end_of_day,
                "excluding": list(named(norm.excluding)),
                "counted_from": norm.counted_from,
                "starts_at": moment_text(start, case.zone),
                "ends_at": moment_text(time, case.zone),
                "ends": ends_what,
                "state": state,
                "defeated": beaten,
                "governs": False,
                "steps": _steps(stay, norm, start),
                "because": norm.because,
            }
        )

    def start_of(norm: Norm, candidate: Any) -> Time:
        return due if norm.counted_from == "release_due" else event_time(case, candidate, norm.counted_from)

    for resolved in moment.resolved:
        for edition in stay.editions(resolved.candidate):
            for norm in edition.norms:
                if norm.verb == "limit":
                    add(norm, stay.limit_end(norm, resolved.candidate, due), start_of(norm, resolved.candidate), ends_what="request", state="applies", beaten=False)
    candidate = moment.resolved[0].candidate
    facts = moment.resolved[0].facts
    for index in regime.limits:
        norm = regime.applied[index].norm
        holds = evaluate(norm.when, facts)
        state = {True: "applies", False: "does not apply", None: "unknown"}[holds]
        add(norm, stay.limit_end(norm, candidate, due), start_of(norm, candidate), ends_what="power", state=state, beaten=(norm.rank or 99) > over)
    day = local_date(case.zone, at).toordinal()
    for authority in book.persuading(case.agency, case.sets, day, case.known_at):
        for norm in authority.norms:
            if norm.verb == "limit" and (norm.start or 0) <= day and evaluate(norm.when, facts) is not False:
                norm = stay.counted(norm)
                add(norm, stay.limit_end(norm, WITHOUT_DETAINER, due), start_of(norm, WITHOUT_DETAINER), ends_what="power", state="claimed", beaten=False)
    if ends:
        found[min(ends)[1]]["governs"] = True
    unique: list[dict[str, Any]] = []
    for clock in found:
        if clock not in unique:
            unique.append(clock)
    return sorted(unique, key=lambda c: (not c["governs"], c["state"] != "applies", str(c["ends_at"]), c["norm"]))


def _steps(stay: Stay, norm: Norm, start: Time) -> list[dict[str, Any]]:
    if not start.exact or not MIN_INSTANT < start.earliest < MAX_INSTANT:
        return []
    zone = stay.case.zone
    return [
        {
            "from": instant_text(s.start, zone),
            "until": instant_text(s.until, zone),
            "counted_hours": hours(s.counted),
            "excluded": s.excluded,
        }
        for s in steps(start.earliest, zone_name=zone, hours=norm.hours, excluding=norm.excluding, until_end_of_day=norm.until_end_of_day)
    ]


def _timeline(stay: Stay) -> list[dict[str, Any]]:
    zone = stay.case.zone
    found = []
    for span in stay.spans:
        found.append(
            {
                "from": instant_text(span.start, zone),
                "until": instant_text(span.until, zone),
                "outcome": span.outcome,
                "because": _because(stay, span.start, span.outcome),
            }
        )
    return found


def _because(stay: Stay, at: Instant, outcome: str) -> str:
    if outcome == LOCAL:
        return "A local ground stands."
    due = stay.release_due(at, stay.grounds)
    if outcome == REVIEW:
        if stay.case.standing(at, stay.grounds) is None:
            return "It is not known whether a local ground still stood."
        moment = stay.moment(at, due)
        return "Whether the hold is required is open." if moment.duty_only else "The facts or the law leave it open."
    told, _ = explain.reasons(stay, stay.moment(at, due))
    return str(told[0]["because"] or told[0]["effect"])


def _hours(time: Time) -> dict[str, float]:
    return {"least": hours(time.earliest), "most": hours(time.latest)}


def _less(time: Time, seconds: int) -> Time:
    return Time(max(0, time.earliest - seconds), max(0, time.latest - seconds))


def class_of(stay: Stay, over: Time) -> str:
    """The class of a stay whose time at release is ``over`` seconds: certain, possible, no, or unknown."""
    if stay.grounds is None:
        return "unknown"
    if over.earliest > 0:
        return "certain"
    if stay.case.booked == UNKNOWN_TIME and not any(g.start.latest == MIN_INSTANT for g in stay.grounds):
        return "unknown"  # nobody says since when the person was there, so the most is no bound
    if over.latest == 0:
        return "no"
    # It turns on a time that nobody gave: a ground may still stand at the end, since its own end is missing.
    last = stay.case.left.latest if stay.case.left else stay.case.at
    missing_end = any(g.end.latest == MAX_INSTANT and not g.end.exact for g in stay.grounds)
    return "unknown" if missing_end and stay.case.standing(last, stay.grounds) is None else "possible"


def _facts(stay: Stay, moment: Moment) -> dict[str, Any]:
    """The facts that the answer was computed with; null where one that the law turns on is unknown."""
    facts = moment.resolved[0].facts
    hold = moment.regime.actions.get("hold")
    needed = {n for i in (hold.indices() if hold else ()) for n in facts_of(moment.regime.applied[i].norm.when)}
    found: dict[str, Any] = {}
    for name in stay.vocabulary.facts:
        value = facts.get(name)
        if value is not None or name in needed:
            found[name] = value.isoformat() if isinstance(value, date) else value
    return found


__all__ = ["HOLDS", "MAY_HOLD", "RELEASE", "Case", "answer", "clocks", "decide_case"]
