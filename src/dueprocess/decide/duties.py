"""What the law says of every action but the hold: what the jail must and must not do, by when, and whether it was done."""

from __future__ import annotations

from typing import Any

from dueprocess.case.facts import WITHOUT_DETAINER, event_time
from dueprocess.decide.explain import shown
from dueprocess.decide.regime import FORBIDDEN, NO_AUTHORITY, PERMITTED, REQUIRED
from dueprocess.decide.stay import Moment, Stay
from dueprocess.decide.words import moment_text
from dueprocess.kernel.instants import UNKNOWN_TIME, Instant, Time, local_date
from dueprocess.kernel.truth import Truth
from dueprocess.law import Norm

RESULT_WORDS = {FORBIDDEN: "forbidden", PERMITTED: "permitted", REQUIRED: "required", NO_AUTHORITY: "free"}


def actions(stay: Stay, moment: Moment) -> dict[str, dict[str, Any]]:
    """Every action but the hold: forbidden, required, permitted, free, or open; with the norms that say so."""
    found: dict[str, dict[str, Any]] = {}
    for name in stay.vocabulary.actions:
        if name in ("hold", "issue"):
            continue
        favor = against = NO_AUTHORITY
        norms: set[str] = set()
        group = moment.regime.actions.get(name)
        if group:
            for resolved in moment.resolved:
                one, other = group.resolve(resolved.states)
                favor, against = max(favor, one), max(against, other)
            for resolved in moment.resolved:
                for index in group.indices():
                    if resolved.states[index] is not False:
                        norms.add(moment.regime.applied[index].norm.ref)
        found[name] = {"result": RESULT_WORDS[favor] if favor == against else "open", "norms": sorted(norms)}
    issue = issued(stay)
    if issue:
        found["issue"] = issue
    return found


def issued(stay: Stay) -> dict[str, Any] | None:
    """What ICE's own policy of the day said about sending the detainer that is listed first."""
    listed = stay.case.detainers
    if not listed or listed[0].received == UNKNOWN_TIME:
        return None
    paper = listed[0]
    at = paper.received.earliest
    actor = "us/cbp" if paper.issuer == "cbp" else "us/ice"
    regime = stay.regimes.on(actor, stay.case.sets, local_date(stay.case.zone, at).toordinal(), stay.case.known_at, None)
    group = regime.actions.get("issue")
    if group is None:
        return None
    moment = stay.moment(at, stay.release_due(at, stay.grounds))
    facts = dict(next((r.facts for r in moment.resolved if r.candidate.paper == paper), moment.resolved[0].facts))
    states = regime.states(facts, [None] * len(regime.limits))
    favor, against = group.resolve(states)
    norms = [regime.applied[i].norm.ref for i in group.indices() if states[i] is not False]
    return {"result": RESULT_WORDS[favor] if favor == against else "open", "norms": norms}


def obligations(stay: Stay, at: Instant, moment: Moment, due: Time) -> list[dict[str, Any]]:
    """Required actions: until when, and whether done, missed, or without a date. A forbidden action is no duty."""
    found: list[dict[str, Any]] = []
    for name, group in sorted(moment.regime.actions.items()):
        if name in ("hold", "issue"):
            continue
        for index, _ in group.requires:
            best: Truth = False
            for resolved in moment.resolved:
                if group.resolve(resolved.states)[0] == REQUIRED and resolved.states[index] is not False:
                    best = True if resolved.states[index] is True or best is True else None
            if best is False:
                continue
            norm = moment.regime.applied[index].norm
            deadline = _deadline(stay, norm, due)
            done_by = stay.vocabulary.actions[name].done_by
            done = event_time(stay.case, WITHOUT_DETAINER, done_by) if done_by else UNKNOWN_TIME
            found.append(
                {
                    **shown(stay, norm),
                    "action": name,
                    "sure": best is True,
                    "deadline": moment_text(deadline, stay.case.zone) if deadline else None,
                    "status": _status(done, deadline, at),
                }
            )
    return found


def _deadline(stay: Stay, norm: Norm, due: Time) -> Time | None:
    if norm.by is None:
        return None
    start = due if norm.by.event == "release_due" else event_time(stay.case, WITHOUT_DETAINER, norm.by.event)
    if start.earliest <= UNKNOWN_TIME.earliest or start.latest >= UNKNOWN_TIME.latest:
        return None
    shift = round(norm.by.hours * 3600) * (1 if norm.by.after else -1)
    return Time(start.earliest + shift, start.latest + shift)


def _status(done: Time, deadline: Time | None, at: Instant) -> str:
    happened = done.by(at)
    if happened is True:
        late = deadline is not None and done.earliest > deadline.latest
        return "done late" if late else "done"
    if deadline is None:
        return "undated"
    if deadline.latest <= at:
        return "missed" if happened is False else "not recorded"
    return "due"
