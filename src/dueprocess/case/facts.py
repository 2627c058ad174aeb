"""The facts of an instant, as far as papers, events and records give them; the law is not asked here.

A *candidate* is what a hold could rest on: one detainer in force, or none of them (a judge's warrant alone).
The case is resolved for each candidate by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dueprocess.case.model import WARRANTS, Case, Paper, earliest_of
from dueprocess.kernel.instants import NEVER, UNKNOWN_TIME, Instant, Time, last_of, local_date
from dueprocess.kernel.truth import Truth, conjunction, disjunction, negation
from dueprocess.terms import Vocabulary
from dueprocess.terms.vocabulary import Value

Facts = dict[str, Value]

NONE_OF_THEM = "none"
"""The value of a detainer's one-of fact where there is no detainer: known, and none of the values."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """``paper`` is None for the candidate without any detainer; ``unlisted`` is the detainer that nobody has
    listed although the record is not complete: all of its facts are unknown."""

    paper: Paper | None
    unlisted: bool = False


WITHOUT_DETAINER = Candidate(None)
UNLISTED = Candidate(None, unlisted=True)


def candidates(case: Case, at: Instant) -> tuple[Candidate, ...]:
    """What a hold could rest on at an instant; the candidate without a detainer is always last."""
    listed = case.detainers
    found = [Candidate(p) for p in listed if p.in_force(at) is not False]
    if not listed and not case.record_complete:
        found.append(UNLISTED)
    return (*found, WITHOUT_DETAINER)


def _one_of_papers(case: Case, at: Instant, kinds: tuple[str, ...], signers: tuple[str, ...]) -> Truth:
    """Whether such a paper, signed by one of the signers, is in force. What is not listed is "no" only in a
    complete record."""
    value: Truth = False
    for paper in case.papers:
        if paper.kind in kinds and paper.matter == "civil":
            signed: Truth = None if paper.signed_by is None else paper.signed_by in signers
            value = disjunction((value, conjunction((paper.in_force(at), signed))))
    return value if value is True or case.record_complete else (None if value is False else value)


def shared_facts(case: Case, vocabulary: Vocabulary, at: Instant) -> Facts:
    """The facts at an instant that are no one detainer's."""
    officer, court = ("immigration_officer",), ("judge", "clerk")
    facts: Facts = {
        "admin_warrant": _one_of_papers(case, at, ("i-200", "i-205"), officer),
        "removal_warrant": _one_of_papers(case, at, ("i-205",), officer),
        "judicial_warrant": _one_of_papers(case, at, ("judicial_warrant",), court),
        "court_order": _one_of_papers(case, at, ("court_order",), court),
        "judge_probable_cause": _one_of_papers(case, at, ("probable_cause_affidavit",), ("judge",)),
        "removal_order": _one_of_papers(case, at, ("immigration_judge_order",), ("immigration_judge",)),
    }
    for name, given in case.facts.items():
        if facts.get(name) is None:
            facts[name] = given.at(at)
    if case.record_complete:
        for fact in vocabulary.facts.values():
            if fact.no_where_complete and facts.get(fact.name) is None and fact.type == "boolean":
                facts[fact.name] = False
    convicted = facts.get("conviction_date")
    if facts.get("conviction_age_years") is None and isinstance(convicted, date) and "conviction_age_years" in vocabulary.facts:
        facts["conviction_age_years"] = whole_years(convicted, local_date(case.zone, at))
    return facts


def whole_years(start: date, day: date) -> int:
    """Completed years from one date to another; a 29 February has its anniversary on 1 March."""
    return day.year - start.year - ((day.month, day.day) < (start.month, start.day))


def detainer_facts(case: Case, candidate: Candidate, vocabulary: Vocabulary, at: Instant) -> Facts:
    """The facts of one detainer's own paper, before its form's edition has spoken."""
    facts: Facts = {}
    own = [f for f in vocabulary.facts.values() if f.origin == "detainer"]
    paper = candidate.paper
    if candidate.unlisted:
        for fact in own:
            given = case.facts.get(fact.name)
            facts[fact.name] = given.at(at) if given else None
        return facts
    if paper is None:
        return {fact.name: NONE_OF_THEM if fact.type == "one_of" else False for fact in own}
    for fact in own:
        if fact.box:
            facts[fact.name] = None if paper.boxes is None else fact.box in paper.boxes
    facts["detainer_form"] = paper.kind
    facts["detainer_issuer"] = paper.issuer
    facts["detainer_signed"] = None if paper.signed_by is None else paper.signed_by == "immigration_officer"
    facts["detainer_served"] = paper.served.by(at)
    facts["detainer_cancelled"] = paper.cancelled.by(at)
    for fact in own:
        if facts.get(fact.name) is None:
            given = case.facts.get(fact.name)
            facts[fact.name] = given.at(at) if given else None
    lodged = conjunction((paper.received.by(at), negation(_truth(facts["detainer_cancelled"]))))
    if lodged is not None:
        facts["detainer_lodged"] = lodged
    return facts


def stands(facts: Facts, *, in_force: Truth, limit_ended: Truth) -> Truth:
    """``request_stands``: asks for a hold, complete, signed, served where the edition says so, not cancelled,
    within its printed limit."""
    return conjunction(
        (
            in_force,
            _truth(facts.get("hold_requested")),
            _truth(facts.get("detainer_complete")),
            _truth(facts.get("detainer_signed")),
            disjunction((negation(_truth(facts.get("service_required"))), _truth(facts.get("detainer_served")))),
            negation(limit_ended),
        )
    )


def _truth(value: Value) -> Truth:
    return value if value is None or isinstance(value, bool) else None


def event_time(case: Case, candidate: Candidate, event: str) -> Time:
    """When an event happened, for one candidate: NEVER if it did not, UNKNOWN_TIME where nothing says."""
    absent = NEVER if case.record_complete else UNKNOWN_TIME
    paper = candidate.paper
    if event == "detainer_received":
        if paper is not None:
            return paper.received
        return earliest_of(tuple(p.received for p in case.detainers)) or absent
    if event == "served":
        if paper is not None:
            return paper.served
        return earliest_of(tuple(p.served for p in case.detainers)) or absent
    if event == "papers_received":
        detainer = earliest_of(tuple(p.received for p in case.detainers)) or absent
        warrant = earliest_of(tuple(p.received for p in case.papers if p.kind in WARRANTS)) or absent
        return last_of(detainer, warrant)
    if event == "bail_refused":
        return case.bail_refused
    if event == "booked":
        return case.booked
    # A complete record speaks of what was received, served, cancelled, shown or claimed; of other events it is silent.
    return earliest_of(case.events.get(event, ())) or (absent if event == "claim_made" else UNKNOWN_TIME)
