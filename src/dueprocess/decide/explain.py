"""Why: the norms that decided, those overruled, what is missing, what would change the answer, and the risks."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

from dueprocess.case.facts import WITHOUT_DETAINER, Facts, event_time
from dueprocess.decide.regime import FORBIDDEN, NO_AUTHORITY, PERMITTED, REQUIRED, Regime
from dueprocess.decide.stay import HOLDS, RELEASE, REVIEW, Moment, Resolved, Setting, Stay
from dueprocess.kernel.instants import UNKNOWN_TIME, Instant, Time, local_date
from dueprocess.kernel.truth import Truth
from dueprocess.law import Authority, Norm, declares
from dueprocess.terms import facts_of
from dueprocess.terms.tree import Tree, evaluate, walk
from dueprocess.terms.vocabulary import Value

MAX_JOINT = 8
"""At most so many unknown facts are tried together when an open answer is traced to facts or to law."""

TIMES = "release_due"
"""What is missing where the facts are settled and an hour is not."""

RESULT_WORDS = {FORBIDDEN: "forbidden", PERMITTED: "permitted", REQUIRED: "required", NO_AUTHORITY: "free"}

# What the parts of a request are asked for by, when request_stands itself is unknown.
REQUEST_PARTS = (
    "detainer_cancelled", "detainer_lodged", "hold_requested", "detainer_complete", "detainer_signed", "service_required", "detainer_served",
)  # fmt: skip


def effect(norm: Norm) -> str:
    """``forbids hold``, ``declares probable_cause false``."""
    if norm.verb == "declare":
        return f"declares {norm.object} {str(norm.value).lower()}"
    return {"forbid": "forbids", "permit": "permits", "require": "requires", "preempt": "forbids refusing", "limit": "limits"}[norm.verb] + f" {norm.object}"


def shown(stay: Stay, norm: Norm) -> dict[str, Any]:
    """A norm as answers name it."""
    authority = stay.lawbook.authorities[norm.authority]
    return {
        "authority": norm.authority,
        "norm": norm.ref,
        "effect": effect(norm),
        "citation": authority.citation,
        "because": norm.because,
    }


def supporting(moment: Moment, resolved: Resolved, names: Iterable[str]) -> list[int]:
    """The declarations that gave declared facts their value, and those that these rest on in turn."""
    regime = moment.regime
    found: list[int] = []
    todo = sorted(set(names))
    seen: set[str] = set()
    while todo:
        name = todo.pop(0)
        if name in seen or name not in regime.declarations:
            continue
        seen.add(name)
        value = resolved.facts.get(name)
        if value is None:
            continue
        for declaration in regime.declarations[name]:
            if resolved.states[declaration.index] is True and declaration.value == value:
                found.append(declaration.index)
                todo += sorted(facts_of(regime.applied[declaration.index].norm.when))
    return found


def reasons(stay: Stay, moment: Moment) -> tuple[list[dict[str, Any]], list[Norm]]:
    """The deciding norms, highest rank first, then the declarations that they rest on; none where it is open."""
    if moment.outcome == REVIEW:
        return [], []
    regime = moment.regime
    resolved, deciding = moment.deciding()
    if moment.outcome in HOLDS:
        hold = regime.actions["hold"]
        met = [i for i, _ in hold.forbids if resolved.states[i] is False]
        names = {n for i in met for n in facts_of(regime.applied[i].norm.when) if resolved.facts.get(n) is True}
    else:
        names = {n for i in deciding for n in facts_of(regime.applied[i].norm.when) if resolved.facts.get(n) is False}
    support = [i for i in supporting(moment, resolved, names) if i not in deciding]
    norms = [regime.applied[i].norm for i in (*deciding, *support)]
    told = [shown(stay, n) for n in norms]
    for name, (value, _, role, papers) in stay.case.determined.items():
        if name in names and resolved.facts.get(name) == value and not any(declares(n) == (name, value) for n in norms):
            told.append(
                {
                    "authority": "determination",
                    "norm": f"determined:{name}",
                    "effect": f"determines {name} {str(value).lower()}",
                    "citation": "",
                    "because": f"Determined by {role} on {papers}.",
                }
            )
    if not told:
        told.append(
            {
                "authority": "none",
                "norm": "no-authority",
                "effect": "no authority to hold",
                "citation": "",
                "because": "No law that binds this jail permits the hold.",
            }
        )
    return told, norms


def defeated(stay: Stay, moment: Moment) -> list[dict[str, Any]]:
    """The norms whose condition is true and that a norm of higher (or the same) rank overrules."""
    if moment.outcome == REVIEW or "hold" not in moment.regime.actions:
        return []
    regime, hold = moment.regime, moment.regime.actions["hold"]
    resolved, deciding = moment.deciding()
    states = resolved.states
    found: list[dict[str, Any]] = []
    if moment.outcome == RELEASE:
        losers = [i for i, _ in (*hold.requires, *hold.permits)]
        winner = deciding[0] if deciding else None
        over = min((r for i, r in hold.preempts if states[i] is True), default=99)
        losers += [i for i, rank in hold.forbids if rank > over]
    else:
        over_by = [i for i, _ in (*hold.requires, *hold.preempts) if states[i] is True]
        winner = min(over_by, key=lambda i: (regime.applied[i].norm.rank or 99, i)) if over_by else None
        losers = [i for i, _ in hold.forbids]
    for index in losers:
        norm = regime.applied[index].norm
        if states[index] is True and winner is not None and index != winner:
            if norm.verb == "permit" and norm.authority == regime.applied[winner].norm.authority:
                continue
            found.append({**shown(stay, norm), "by": regime.applied[winner].norm.ref})
    return found


def conflicts(stay: Stay, moment: Moment) -> list[dict[str, Any]]:
    """Norms of one rank that are both true and contrary."""
    regime = moment.regime
    found: list[dict[str, Any]] = []
    told: set[str] = set()
    for resolved in moment.resolved:
        for name, declarations in regime.declarations.items():
            true = [d for d in declarations if resolved.states[d.index] is True]
            for rank in {d.rank for d in true}:
                sides = {d.value for d in true if d.rank == rank}
                if len(sides) == 2 and name not in told:
                    told.add(name)
                    found.append(
                        {"about": name, "norms": sorted(regime.applied[d.index].norm.ref for d in true if d.rank == rank)}
                    )
        for action, norms in regime.actions.items():
            for rank in sorted({r for i, r in norms.requires if resolved.states[i] is True}):
                against = [i for i, r in norms.forbids if r == rank and resolved.states[i] is True]
                if against and action not in told:
                    told.add(action)
                    same = [i for i, r in norms.requires if r == rank and resolved.states[i] is True]
                    found.append({"about": action, "norms": sorted(regime.applied[i].norm.ref for i in (*same, *against))})
    return found


# -- what is missing ------------------------------------------------------------------------------------


def _unknown_names(tree: Tree, facts: Facts) -> set[str]:
    return {name for name, _ in walk(tree) if facts.get(name) is None} if evaluate(tree, facts) is None else set()


def _of_a_paper_not_here(stay: Stay, name: str, resolved: Resolved) -> bool:
    """Whether a detainer's fact is unknown only because it is open whether the detainer is in force."""
    paper = resolved.candidate.paper
    if paper is None or resolved.facts.get("detainer_lodged") is not None or name in ("detainer_lodged", "detainer_cancelled"):
        return False
    if stay.vocabulary.facts[name].origin != "detainer":
        return False
    return stay.printed(resolved.candidate, stay.case.at).get(name) is not None


def leaves(stay: Stay, moment: Moment) -> list[str]:
    """The unknown facts that keep the answer open, declared ones traced to what they turn on."""
    regime = moment.regime
    found: set[str] = set()

    def trace(name: str, resolved: Resolved) -> None:
        if name in regime.declarations:
            found.add(name)
            for declaration in regime.declarations[name]:
                norm = regime.applied[declaration.index].norm
                if resolved.states[declaration.index] is None:
                    for inner in _unknown_names(norm.when, resolved.facts):
                        trace(inner, resolved)
        elif name == "request_stands":
            parts = [p for p in REQUEST_PARTS if resolved.facts.get(p) is None]
            if resolved.facts.get("service_required") is False:
                parts = [p for p in parts if p != "detainer_served"]
            if resolved.facts.get("detainer_served") is True:
                parts = [p for p in parts if p != "service_required"]
            if "detainer_cancelled" in parts and "detainer_lodged" in parts:
                parts.remove("detainer_lodged" if resolved.candidate.paper else "detainer_cancelled")
            parts = [p for p in parts if not _of_a_paper_not_here(stay, p, resolved)]
            for part in parts:
                trace(part, resolved)
            if not parts:
                found.add(TIMES)
        elif name == "detainer_lodged" and resolved.candidate.paper and resolved.facts.get("detainer_cancelled") is None:
            found.add("detainer_cancelled")
        elif name not in found:
            if _of_a_paper_not_here(stay, name, resolved):
                return  # unknown only because the paper itself may not be here
            found.add(name)
            for edition in stay.editions(resolved.candidate):
                for norm in edition.norms:
                    if norm.verb == "declare" and norm.object == name:
                        inner_names = _unknown_names(norm.when, resolved.facts)
                        if inner_names:
                            found.discard(name)
                        for inner in inner_names:
                            trace(inner, resolved)

    # One candidate may be settled while another keeps the answer open.
    for resolved in moment.resolved:
        if resolved.favor == resolved.against or resolved.favor < moment.favor:
            continue
        hold = regime.actions.get("hold")
        for index in hold.indices() if hold else ():
            if resolved.states[index] is None:
                names = _unknown_names(regime.applied[index].norm.when, resolved.facts)
                if not names:
                    found.add(TIMES)  # its condition is settled, so it is a limit whose end is not
                for name in names:
                    trace(name, resolved)
    order = [*stay.vocabulary.facts, TIMES]
    return sorted(found, key=order.index)


def _values(stay: Stay, name: str, moment: Moment) -> list[Value]:
    """The values worth trying for an unknown fact: all of them, or those around the numbers compared with."""
    fact = stay.vocabulary.facts[name]
    if fact.type == "boolean":
        return [True, False]
    if fact.type == "one_of":
        return list(fact.values)
    found: set[Any] = set()
    for applied in moment.regime.applied:
        for node in _comparisons(applied.norm.when):
            if node[2] == ("f", name) and node[3][0] == "v":
                literal = node[3][1]
                if isinstance(literal, (int, float)):
                    found |= {literal - 1, literal, literal + 1}
                else:
                    found.add(literal)
    return sorted(found)


def _comparisons(tree: Tree) -> Iterable[Tree]:
    if tree[0] == "cmp":
        yield tree
    elif tree[0] in ("and", "or", "not"):
        for child in tree[1:]:
            yield from _comparisons(child)


def word(value: Value) -> str:
    """A value as JSON keys and texts write it."""
    if value is None:
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else value.isoformat() if hasattr(value, "isoformat") else str(value)


def missing(stay: Stay, at: Instant, due: Time, moment: Moment) -> tuple[list[dict[str, Any]], bool]:
    """What could settle an open answer, each with what its values alone would make of it; and whether facts can.

    Facts can settle it if some values of the unknown facts, given together, lead to another outcome than review. A
    fact is asked for if, with some values of the others, its value makes a difference: nobody is sent to ask what
    settles nothing.
    """
    names = leaves(stay, moment)
    entries: dict[str, dict[str, Any]] = {}
    for name in names:
        if name == TIMES:
            entries[name] = _times(stay, at, due)
            continue
        fact = stay.vocabulary.facts[name]
        results = {word(v): stay.outcome_with(at, due, {name: v}) for v in _values(stay, name, moment)}
        entries[name] = {"fact": name, "question": _question(stay, at, name), "settled_by": fact.settled_by, "if": results}
    matters = {n for n, e in entries.items() if any(r != REVIEW for r in e["if"].values())}
    by_facts = any(n == TIMES or stay.vocabulary.facts[n].origin != "declared" for n in matters)
    facts = [n for n in names if n != TIMES and stay.vocabulary.facts[n].origin != "declared"]
    # Those that matter alone come first, so that a long list is cut where it matters least.
    tried = sorted(facts, key=lambda n: n not in matters)[:MAX_JOINT]
    table = {
        values: stay.outcome_with(at, due, dict(zip(tried, values, strict=True)))
        for values in product(*(_values(stay, n, moment) or [None] for n in tried))
    }
    by_facts = by_facts or any(outcome != REVIEW for outcome in table.values())
    for place, name in enumerate(tried):
        groups: dict[tuple[Value, ...], set[str]] = {}
        for values, outcome in table.items():
            groups.setdefault(values[:place] + values[place + 1 :], set()).add(outcome)
        if any(len(outcomes) > 1 for outcomes in groups.values()):
            matters.add(name)
    matters |= set(facts) - set(tried)
    return [e for n, e in entries.items() if n in matters or not matters], by_facts


def _times(stay: Stay, at: Instant, due: Time) -> dict[str, Any]:
    """The question for the hour from which a limit counts, where its end cannot be told apart from ``at``."""
    bounds = {"at the earliest": due.earliest, "at the latest": due.latest}
    return {
        "fact": TIMES,
        "question": "At what hour was release due (or did the event happen from which the limit is counted)?",
        "settled_by": "person",
        "if": {word: stay.moment(at, Time(bound, bound)).outcome for word, bound in bounds.items()},
    }


def _question(stay: Stay, at: Instant, name: str) -> str:
    fact = stay.vocabulary.facts[name]
    if not fact.about_status:
        return fact.question
    states = stay.moment(at, stay.release_due(at, stay.grounds))
    favor, against = NO_AUTHORITY, NO_AUTHORITY
    for resolved in states.resolved:
        one, other = states.regime.resolve("ask_status", resolved.states)
        favor, against = max(favor, one), max(against, other)
    if FORBIDDEN in (favor, against):
        return "Do not ask the person. From what the record already holds or the person has volunteered: " + fact.question
    return fact.question


def would_change(stay: Stay, at: Instant, due: Time, moment: Moment) -> list[dict[str, Any]]:
    """Each known fact whose other value, all else equal, would change the outcome."""
    regime, outcome = moment.regime, moment.outcome
    hold = regime.actions.get("hold")
    if hold is None:
        return []
    names: set[str] = set()
    todo = {n for i in hold.indices() for n in facts_of(regime.applied[i].norm.when)}
    while todo:
        name = todo.pop()
        if name in names:
            continue
        names.add(name)
        for declaration in regime.declarations.get(name, ()):
            todo |= facts_of(regime.applied[declaration.index].norm.when)
    if "request_stands" in names:
        names |= set(REQUEST_PARTS) - {"detainer_lodged", "service_required"}
        names.discard("request_stands")
    shown_facts = moment.resolved[0].facts
    found = []
    for name in sorted(names, key=list(stay.vocabulary.facts).index):
        now = shown_facts.get(name)
        fact = stay.vocabulary.facts[name]
        if now is None or fact.type != "boolean" or fact.origin == "declared":
            continue
        other = stay.outcome_with(at, due, {name: not now})
        if other != outcome:
            found.append({"fact": name, "from": word(now), "to": word(not now), "outcome": other})
    return found


# -- duties, other actions ------------------------------------------------------------------------------


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
    issue = _issue(stay)
    if issue:
        found["issue"] = issue
    return found


def _issue(stay: Stay) -> dict[str, Any] | None:
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
    from dueprocess.decide.words import moment_text

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


# -- risks ----------------------------------------------------------------------------------------------


def risks(stay: Stay, at: Instant, moment: Moment, deciding: list[Norm]) -> list[dict[str, Any]]:
    """What else a court may look at: contrary authority first, then how far the deciding authority reaches."""
    case = stay.case
    day = local_date(case.zone, at).toordinal()
    against_hold: list[dict[str, Any]] = []
    for_hold: list[dict[str, Any]] = []
    facts = moment.resolved[0].facts
    open_notes: list[dict[str, Any]] = []
    for authority in stay.lawbook.persuading(case.agency, case.sets, day, case.known_at):
        if authority.kind == "research_note":
            open_notes.append(
                {"kind": "open law", "authority": authority.id, "norm": authority.id, "effect": "says what is not settled", "citation": authority.citation, "because": authority.note}
            )
        for norm in authority.norms:
            if norm.object not in ("hold", "probable_cause", "civil_arrest_power") or (norm.start or 0) > day:
                continue
            if evaluate(norm.when, facts) is False:
                continue
            entry = {"kind": "persuasive", "side": "for a hold" if norm.favors else "against a hold", **shown(stay, norm)}
            (for_hold if norm.favors else against_hold).append(entry)
    contrary_first = [*for_hold, *against_hold] if moment.outcome == RELEASE else [*against_hold, *for_hold]
    found = contrary_first
    if moment.outcome == REVIEW:
        found = [*open_notes, *found]
    found += [_record(authority) for authority in stay.lawbook.binding(case.agency, case.sets) if authority.kind == "agreement" and _in_force(authority, day)]
    for norm in deciding:
        authority = stay.lawbook.authorities[norm.authority]
        if authority.kind in ("ruling", "decree") and (authority.court or "").endswith(("district", "trial")):
            stage = {"pleading": " at the pleading stage", "preliminary": " at a preliminary stage"}.get(authority.stage or "", "")
            found.append(
                {"kind": "reach", **shown(stay, norm), "because": f"A trial court's ruling{stage}: it binds only the agencies that were parties, and persuades elsewhere."}
            )
    for name in case.determined:
        found.append(
            {"kind": "determined", "authority": "determination", "norm": f"determined:{name}", "effect": f"determines {name}", "citation": "", "because": "The law leaves this open; a person determined it for this case."}
        )
    issue = _issue(stay)
    if issue and issue["result"] == "forbidden":
        for ref in issue["norms"]:
            identity = ref.split("#")[0]
            found.append(
                {"kind": "issue", "authority": identity, "norm": ref, "effect": "forbids issue", "citation": stay.lawbook.authorities[identity].citation, "because": "The rule that the sender was under on that day did not allow this detainer."}
            )
    return found


def _in_force(authority: Authority, day: int) -> bool:
    interval = authority.in_force
    return (interval.start is None or interval.start <= day) and (interval.until is None or day < interval.until)


def _record(authority: Authority) -> dict[str, Any]:
    """An agency record beside the answer: that there is an agreement says nothing of the officer at hand."""
    return {
        "kind": "agency record",
        "authority": authority.id,
        "norm": authority.id,
        "effect": "agreement in force",
        "citation": authority.citation,
        "because": f"{authority.title}. Whether the officer at hand is certified under it is a fact of the case.",
    }


def open_by_adoption(stay: Stay, at: Instant, due: Time) -> bool:
    """Whether the answer would be settled if all law were adopted."""
    if stay.setting.adopted is None:
        return False
    return Stay(stay.case, Setting(stay.lawbook)).moment(at, due).outcome != REVIEW


def not_adopted(stay: Stay, moment: Moment) -> list[str]:
    """The authorities that bind here on the hold and that counsel has not adopted."""
    if stay.setting.adopted is None:
        return []
    return sorted({a.norm.authority for a in _relevant(moment.regime) if not a.adopted or a.ending})


def _relevant(regime: Regime) -> list[Any]:
    return [a for a in regime.applied if a.norm.object == "hold" or a.norm.verb == "declare"]
