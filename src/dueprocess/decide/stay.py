"""A stay under the law: what holds at each instant, the timeline, and the hours over.

An outcome here is a small code; ``answer`` turns it into the words of the interface.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from dueprocess.case.facts import (
    UNLISTED,
    WITHOUT_DETAINER,
    Candidate,
    Facts,
    candidates,
    detainer_facts,
    event_time,
    shared_facts,
    stands,
    whole_years,
)
from dueprocess.case.model import Case, Ground, bounded, settled
from dueprocess.clock import deadline
from dueprocess.decide.regime import (
    FORBIDDEN,
    MAY_HOLD,
    MUST_HOLD,
    PERMITTED,
    RELEASE,
    REQUIRED,
    REVIEW,
    Regime,
    Regimes,
    outcome_word,
    regimes_of,
)
from dueprocess.kernel.errors import ContradictionError
from dueprocess.kernel.instants import (
    MAX_INSTANT,
    MIN_INSTANT,
    NEVER,
    UNKNOWN_TIME,
    Instant,
    Time,
    day_start,
    exactly,
    last_of,
    local_date,
    midnight,
)
from dueprocess.kernel.truth import Truth, conjunction
from dueprocess.law import Authority, Lawbook, Norm
from dueprocess.terms.tree import evaluate
from dueprocess.terms.vocabulary import Value

LOCAL = "local_custody"
HOLDS = (MAY_HOLD, MUST_HOLD)

Overrides = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Resolved:
    """One candidate resolved at one instant."""

    candidate: Candidate
    facts: Facts
    states: list[Truth]
    favor: int
    against: int


@dataclass(frozen=True, slots=True)
class Moment:
    """What holds at one instant, the local grounds left aside."""

    regime: Regime
    resolved: tuple[Resolved, ...]
    favor: int
    against: int

    @property
    def outcome(self) -> str:
        return outcome_word(self.favor, self.against)

    @property
    def duty_only(self) -> bool:
        """Holding is lawful either way; only whether it is required is open."""
        return self.favor == REQUIRED and self.against == PERMITTED

    def deciding(self) -> tuple[Resolved, list[int]]:
        """The candidates' norms that decide a settled outcome, and one candidate to show them with."""
        result = max(self.favor, FORBIDDEN)
        if result == FORBIDDEN:
            shown = [r for r in self.resolved if r.candidate is not WITHOUT_DETAINER] or list(self.resolved)
        else:
            shown = [r for r in self.resolved if r.against == result]
        indices: set[int] = set()
        norms = self.regime.actions.get("hold")
        for resolved in shown:
            if norms:
                indices.update(norms.deciding(resolved.states, result=result))
        return shown[0], sorted(indices)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the timeline in which the outcome does not change."""

    start: Instant
    until: Instant
    outcome: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What the law is asked with: the lawbook, and what an agency's counsel has adopted (None: adoption off)."""

    lawbook: Lawbook
    adopted: frozenset[str] | None = None


class Stay:
    """One case under one setting. All instants are epoch seconds; all spans half-open."""

    def __init__(self, case: Case, setting: Setting) -> None:
        self.case = case
        self.setting = setting
        self.lawbook = setting.lawbook
        self.regimes: Regimes = regimes_of(setting.lawbook)
        self.vocabulary = self.lawbook.vocabulary
        self._moments: dict[tuple[Instant, Time], Moment] = {}
        self._shared: dict[Instant, Facts] = {}
        self._own: dict[tuple[Instant, Candidate], Facts] = {}

    # -- grounds ------------------------------------------------------------------------------------

    @cached_property
    def grounds(self) -> tuple[Ground, ...] | None:
        """The grounds as bail would have ended them."""
        return self.case.effective_grounds()

    def release_due(self, at: Instant, grounds: tuple[Ground, ...] | None) -> Time:
        """The last instant up to ``at`` when the last standing ground ended; the booking where none ever stood."""
        if grounds is None:
            return UNKNOWN_TIME
        booked = self.case.booked
        possible = [g for g in grounds if g.end.by(at) is not False and g.start.by(at) is not False]
        # A ground that may never have begun moves the last end no earlier, only perhaps later.
        sure = [g for g in possible if g.end.by(at) is True and g.start.by(at) is True]
        last = last_of(*(g.end for g in possible), *(() if sure else (booked,)))
        return replace(last, earliest=max((g.end.earliest for g in sure), default=booked.earliest))

    # -- one instant --------------------------------------------------------------------------------

    def regime(self, at: Instant) -> Regime:
        day = local_date(self.case.zone, at).toordinal()
        return self.regimes.on(self.case.agency, self.case.sets, day, self.case.known_at, self.setting.adopted)

    def moment(self, at: Instant, due: Time, overrides: Overrides | None = None) -> Moment:
        """Resolve every candidate at an instant, taking release to have been due at ``due``."""
        key = (at, due)
        if overrides is None and key in self._moments:
            return self._moments[key]
        regime = self.regime(at)
        resolved = tuple(self._resolve(regime, c, at, due, overrides or {}) for c in candidates(self.case, at))
        moment = Moment(regime, resolved, max(r.favor for r in resolved), max(r.against for r in resolved))
        if overrides is None:
            self._moments[key] = moment
        return moment

    def _resolve(self, regime: Regime, candidate: Candidate, at: Instant, due: Time, overrides: Overrides) -> Resolved:
        facts = self.facts(candidate, at, due, overrides)
        ended = [self.limit_end(regime.applied[i].norm, candidate, due).by(at) for i in regime.limits]
        states = regime.states(facts, ended)
        favor, against = regime.resolve("hold", states)
        return Resolved(candidate, facts, states, favor, against)

    def outcome_with(self, at: Instant, due: Time, overrides: Overrides) -> str:
        """What the outcome would be if these facts were so, all else equal."""
        regime = self.regime(at)
        favor = against = FORBIDDEN
        for candidate in candidates(self.case, at):
            facts = self.facts(candidate, at, due, overrides)
            ended = [self.limit_end(regime.applied[i].norm, candidate, due).by(at) for i in regime.limits]
            found = regime.outcome(facts, ended)
            favor, against = max(favor, found.favor), max(against, found.against)
        return outcome_word(favor, against)

    def facts(self, candidate: Candidate, at: Instant, due: Time, overrides: Overrides) -> Facts:
        """The facts of a candidate at an instant, those declared by law left out."""
        shared = self._shared.get(at)
        if shared is None:
            shared = self._shared[at] = shared_facts(self.case, self.vocabulary, at)
        own = self.own_facts(candidate, at)
        facts = {**shared, **own}
        detainer_overrides = candidate is not WITHOUT_DETAINER
        for name, value in overrides.items():
            if name in own:
                if detainer_overrides:
                    facts[name] = value
            elif self.vocabulary.facts[name].origin == "declared":
                facts[f"forced:{name}"] = value
            else:
                facts[name] = value
        if detainer_overrides:
            self._speak_form(facts, candidate, at, due, overrides)
        for name, (value, start, _, _) in self.case.determined.items():
            if start <= at:
                facts[f"determined:{name}"] = value
        return facts

    def own_facts(self, candidate: Candidate, at: Instant) -> Facts:
        """What one detainer's paper says by itself, before its edition has spoken."""
        own = self._own.get((at, candidate))
        if own is None:
            own = self._own[(at, candidate)] = detainer_facts(self.case, candidate, self.vocabulary, at)
        return own

    def _speak_form(self, facts: Facts, candidate: Candidate, at: Instant, due: Time, overrides: Overrides) -> None:
        """Let the form's edition declare what its own paper says; then work out whether the request stands."""
        facts.update({n: v for n, v in self._declared_by_form(candidate, facts).items() if v is not None and n not in overrides})
        paper = candidate.paper
        if paper and "detainer_cancelled" in overrides and "detainer_lodged" not in overrides:
            cancelled = overrides["detainer_cancelled"]
            facts["detainer_lodged"] = conjunction((paper.received.by(at), None if cancelled is None else not cancelled))
        lodged = facts.get("detainer_lodged")
        in_force = lodged if isinstance(lodged, bool) else None
        if "request_stands" not in overrides:
            ended: Truth = self.request_end(candidate, due).by(at) if paper else None
            standing = stands(facts, in_force=in_force, limit_ended=ended)
            facts["request_stands"] = facts.get("request_stands") if standing is None else standing
        if paper and in_force is None:
            # It may not be here at all: what it says counts as unknown until that is settled.
            for name in [f for f in facts if f in self.vocabulary.facts and self.vocabulary.facts[f].origin == "detainer"]:
                if facts[name] is not False and name not in overrides and name not in ("detainer_cancelled", "detainer_lodged"):
                    facts[name] = None

    def _declared_by_form(self, candidate: Candidate, facts: Facts) -> dict[str, Truth]:
        """What the editions that the paper may be declare of it, where they agree."""
        told = [_declared_by_edition(edition, facts) for edition in self.editions(candidate)]
        names = set().union(*told) if told else set()
        return {n: told[0].get(n) if all(t.get(n) == told[0].get(n) for t in told) else None for n in names}

    def printed(self, candidate: Candidate, at: Instant) -> Facts:
        """What a paper says, whether or not it is in force."""
        own = self.own_facts(candidate, at)
        return {**own, **self._declared_by_form(candidate, own)}

    def editions(self, candidate: Candidate) -> tuple[Authority, ...]:
        """The form editions that a candidate's paper may be."""
        paper = candidate.paper
        if paper is None:
            return ()
        # A form that was not known on the day asked about is no edition then, whatever was printed later.
        editions = {e: a for e, a in self.lawbook.forms.get(paper.kind, {}).items() if self.lawbook.known(a.id, self.case.known_at)}
        if paper.edition is not None and paper.edition not in editions:
            return ()
        found = (editions[paper.edition],) if paper.edition in editions else tuple(editions.values())
        # A day off that was not known, or that counsel has not adopted, makes no form's limit longer either.
        return tuple(self.lawbook.printed(a.id, self.case.known_at, self.setting.adopted) for a in found)

    def counted(self, norm: Norm) -> Norm:
        """A norm with the days off that count in this case."""
        return self.lawbook.counted(norm, self.case.known_at, self.setting.adopted)

    # -- limits -------------------------------------------------------------------------------------

    def limit_end(self, norm: Norm, candidate: Candidate, due: Time) -> Time:
        """When a limit runs out, as an interval."""
        start = due if norm.counted_from == "release_due" else event_time(self.case, candidate, norm.counted_from)
        return self._end(norm, start)

    def _end(self, norm: Norm, start: Time) -> Time:
        zone = self.case.zone
        # A date ends before the next midnight. Counted hours end at the same instant either way; the end of the local
        # day does not.
        latest = start.latest - 1 if norm.until_end_of_day and start.open_end and bounded(start.latest) else start.latest
        ends = [
            deadline(
                instant,
                zone_name=zone,
                hours=norm.hours,
                excluding=norm.excluding,
                until_end_of_day=norm.until_end_of_day,
            )
            for instant in ((latest,) if start.exact else (start.earliest, latest))
        ]
        return Time(ends[0], ends[-1])

    def request_end(self, candidate: Candidate, due: Time) -> Time:
        """When the limit printed on the form ends the request; NEVER where none is printed."""
        ends = []
        for edition in self.editions(candidate):
            limits = [self.limit_end(n, candidate, due) for n in edition.norms if n.verb == "limit"]
            ends.append(
                Time(min(t.earliest for t in limits), min(t.latest for t in limits)) if limits else NEVER
            )
        if not ends:
            return NEVER
        return Time(min(t.earliest for t in ends), max(t.latest for t in ends))

    # -- the timeline -------------------------------------------------------------------------------

    @cached_property
    def instants(self) -> tuple[Instant, ...]:
        """Every instant at which the outcome may change, from the booking on."""
        case = self.case
        times: list[Time] = [case.booked, case.bail_refused]
        dues: set[Time] = {case.booked}
        for grounds in (case.grounds, self.grounds, case.paper_grounds):
            for ground in grounds or ():
                times += [ground.start, ground.end]
                dues.add(ground.end)
        for paper in case.papers:
            times += [paper.received, paper.served, paper.cancelled]
        for recorded in case.events.values():
            times += recorded
        points = {i for t in times for i in (t.earliest, t.latest)}
        for given in case.facts.values():
            points |= {start for start, _ in given.steps}
        points |= {start for _, start, _, _ in case.determined.values()}
        points |= self._anniversaries()
        begin = case.booked.earliest
        if not bounded(begin):
            # Nobody says when the person was booked: at the latest when the first ground began.
            starts = [g.end.earliest if g.start.latest == MIN_INSTANT else g.start.earliest for g in case.grounds or case.paper_grounds]
            begin = min([i for i in starts if bounded(i)] + [case.at])
        points |= {midnight(case.zone, day) for day in self.lawbook.change_days(case.agency, case.sets)}
        points = {p for p in points if bounded(p) and p > begin} | {case.at}
        for norm, candidate in self._limits(begin, points):
            counted = dues if norm.counted_from == "release_due" else {event_time(case, candidate, norm.counted_from)}
            for start in counted:
                placed = (start, exactly(start.earliest), exactly(start.latest), Time(start.latest, start.latest, start.open_end))
                ends = {bound for time in placed for end in (self._end(norm, time),) for bound in (end.earliest, end.latest)}
                points |= {end for end in ends if bounded(end) and end > begin}
        return tuple(sorted({begin, *points}))

    def _limits(self, begin: Instant, points: set[Instant]) -> list[tuple[Norm, Candidate]]:
        found: dict[tuple[str, Candidate], tuple[Norm, Candidate]] = {}
        every = [*(Candidate(p) for p in self.case.detainers), UNLISTED, WITHOUT_DETAINER]
        for regime in {id(r): r for r in (self.regime(p) for p in (begin, *points))}.values():
            for index in regime.limits:
                norm = regime.applied[index].norm
                for candidate in every:
                    found[(norm.ref, candidate)] = (norm, candidate)
        for candidate in every:
            for edition in self.editions(candidate):
                for norm in edition.norms:
                    if norm.verb == "limit":
                        found[(norm.ref, candidate)] = (norm, candidate)
        return list(found.values())

    def _anniversaries(self) -> set[Instant]:
        given = self.case.facts.get("conviction_date")
        points: set[Instant] = set()
        for _, value in given.steps if given else ():
            if not isinstance(value, date):
                continue
            for years in self.lawbook.conviction_years:
                try:
                    day = value.replace(year=value.year + years)
                except ValueError:
                    day = value.replace(year=value.year + years, day=28) + timedelta(days=1)
                points.add(day_start(self.case.zone, day))
        return points

    def outcome_at(self, at: Instant, grounds: tuple[Ground, ...] | None) -> str:
        standing = self.case.standing(at, grounds)
        if standing is True:
            return LOCAL
        if standing is None:
            return REVIEW
        return self.moment(at, self.release_due(at, grounds)).outcome

    def timeline(self, grounds: tuple[Ground, ...] | None, points: tuple[Instant, ...] | None = None) -> list[Span]:
        """From the booking on; the last span has no end (``MAX_INSTANT``). ``points`` are looked at in the place of ``instants``."""
        spans: list[Span] = []
        points = points or self.instants
        for index, start in enumerate(points):
            until = points[index + 1] if index + 1 < len(points) else MAX_INSTANT
            outcome = self.outcome_at(start, grounds)
            if spans and spans[-1].outcome == outcome:
                spans[-1] = Span(spans[-1].start, until, outcome)
            else:
                spans.append(Span(start, until, outcome))
        return spans

    @cached_property
    def spans(self) -> list[Span]:
        """The timeline as far as it is known: uncertain times give ``review``."""
        return self.timeline(self.grounds)

    # -- hours --------------------------------------------------------------------------------------

    def hours(self, *, with_bail: bool = True) -> tuple[Time, Time]:
        """(seconds over, seconds undetermined), each as least and most over every placement of the times.

        A later end of the grounds never adds time at release, so the bounds lie at the ends' own bounds.
        """
        case = self.case
        grounds = self.grounds if with_bail else case.grounds
        if grounds is None and case.paper_grounds:
            # Over the instants of the papers as they are: custody may have begun at the earliest that a warrant may have come.
            early, late = (
                Stay(replace(case, paper_grounds=settled(case.paper_grounds, latest=latest) or ()), self.setting).timeline(None, self.instants)
                for latest in (False, True)
            )
        elif grounds is None or all(g.start.exact and g.end.exact for g in grounds):
            early = late = self.spans if with_bail else self.timeline(grounds)
        else:
            early, late = (self.timeline(settled(grounds, latest=latest)) for latest in (False, True))
        left = case.left or Time(case.at, case.at)
        begin = early[0].start
        # The person was in custody at the latest when booked, when the first ground began, and at ``at``.
        starts = [g.end.earliest if g.start.latest == MIN_INSTANT else g.start.latest for g in case.grounds or ()]
        latest_begin = min([case.booked.latest, case.at, *(starts if not bounded(case.booked.latest) else [])])
        held = (LOCAL, *HOLDS)
        least = _measure(late, late, Time(latest_begin, left.earliest), lambda e, x: e == RELEASE)
        most = _measure(early, early, Time(begin, left.latest), lambda e, x: e in (RELEASE, REVIEW))
        open_least = _measure(early, late, Time(latest_begin, left.earliest), lambda e, x: e == REVIEW and x == REVIEW)
        open_most = _measure(
            early, late, Time(begin, left.latest), lambda e, x: not (e == x == RELEASE) and not (e in held and x in held)
        )
        return Time(least, most), Time(open_least, open_most)

    def check_statements(self) -> None:
        """Refuse what was stated against what the papers show at ``at``."""
        case, at = self.case, self.case.at
        due = self.release_due(at, self.grounds)
        in_force = [self.facts(c, at, due, {}) for c in candidates(case, at)]
        # What is said of a detainer must fit one of those listed, in force or not; the candidate without a detainer
        # says nothing of it, unless a complete record shows that there is none.
        papers = [self.printed(Candidate(p), at) for p in case.detainers] or in_force[:1]
        for name, given in case.facts.items():
            stated = given.at(at)
            of_paper = self.vocabulary.facts[name].origin == "detainer"
            values = [facts.get(name) for facts in (papers if of_paper else in_force)]
            if name == "conviction_age_years" and "conviction_date" in case.facts:
                convicted = case.facts["conviction_date"].at(at)
                values = [whole_years(convicted, local_date(case.zone, at))] if isinstance(convicted, date) else []
            if stated is not None and values and None not in values and stated not in values:
                raise ContradictionError(
                    f"[{name}] is stated as [{_word(stated)}], but what else is given makes it [{_word(values[0])}]",
                    where=case.stated_at.get(name, "facts"),
                    do="correct the papers or leave the statement out",
                )


def _word(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _measure(first: list[Span], second: list[Span], within: Time, counts: Callable[[str, str], bool]) -> int:
    """Seconds of ``within`` (from its earliest to its latest) in which ``counts(outcome of first, outcome of second)``."""
    total = i = j = 0
    while i < len(first) and j < len(second):
        a, b = first[i], second[j]
        start, end = max(a.start, b.start, within.earliest), min(a.until, b.until, within.latest)
        if end > start and counts(a.outcome, b.outcome):
            total += end - start
        if a.until <= b.until:
            i += 1
        if b.until <= a.until:
            j += 1
    return total


def _declared_by_edition(edition: Authority, facts: Facts) -> dict[str, Truth]:
    """What one edition declares of its own paper, from its box facts."""
    told: dict[str, Truth] = {}
    unsure: set[str] = set()
    for norm in edition.norms:
        if norm.verb != "declare":
            continue
        told.setdefault(norm.object, None)
        state = evaluate(norm.when, facts)
        if state is True:
            if told[norm.object] not in (None, norm.value):
                unsure.add(norm.object)
            told[norm.object] = norm.value
        elif state is None:
            unsure.add(norm.object)
    for name in unsure:
        told[name] = None
    return told



__all__ = [
    "HOLDS",
    "LOCAL",
    "MAY_HOLD",
    "MUST_HOLD",
    "RELEASE",
    "REVIEW",
    "Moment",
    "Overrides",
    "Resolved",
    "Setting",
    "Span",
    "Stay",
]
