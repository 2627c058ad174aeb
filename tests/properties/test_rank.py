"""Rank: "adding an authority ranked below a `forbid` and below every declaration that it rests on never turns its
`release` into a hold; an ordinance, policy, form or ICE policy never makes a hold out of a lack of power."

The first: at each instant that is release by an undefeated forbid, the forbids that decide it and all declarations of
the facts that they turn on are looked up; where all rank above what is added, the instant is no hold afterwards.
The second: at each instant that is no hold and at which no candidate has power or a judge's warrant, it is none
after ordinances, policies, a form's new edition and an ICE policy are added.

Fails when, for example, `decide.regime._ActionNorms._result` lets a require defeat a forbid of any rank
(`not required and` before the test of ranks), or `law.lawbook.Lawbook._applied` sorts norms from the lowest rank up.
"""

from __future__ import annotations

from hypothesis import given
from property_common import Question, asked, examples, holds, setting_of

from dueprocess.decide.regime import Regime
from dueprocess.decide.stay import Moment
from dueprocess.terms import facts_of
from dueprocess.testing import CaseDocument, LawDocument, Source, Stay, blurred, frame, is_hold, more_law
from dueprocess.testing.strategies import seeded

ORDER, ORDINANCE, POLICY = 6, 7, 8


def lower(source: Source) -> Question:
    where, law, stay = setting_of(source)
    case = stay if source.chance(0.5) else blurred(source, where, stay)
    rank = source.choice((ORDINANCE, ORDER, POLICY, 5, 4, 3, 2))
    added = more_law(source, where, law, ranks=(rank,), size=4)
    return Question(where, law, [case], more=(rank, added))


def rank_of_support(regime: Regime, index: int) -> int:
    """The lowest rank, as a number, of a norm and of every declaration that it may rest on."""
    worst, todo, seen = regime.applied[index].norm.rank or 0, [index], set[str]()
    while todo:
        for name in facts_of(regime.applied[todo.pop()].norm.when) - seen:
            seen.add(name)
            for declaration in regime.declarations.get(name, ()):
                worst = max(worst, declaration.rank)
                todo.append(declaration.index)
    return worst


def deciding_rank(moment: Moment) -> int | None:
    """The rank below which nothing can undo this release, or None where no forbid decides it for every candidate."""
    ranks = []
    for resolved in moment.resolved:
        indices = moment.regime.actions["hold"].deciding(resolved.states, result=0) if "hold" in moment.regime.actions else []
        if not indices:
            return None
        ranks.append(min(rank_of_support(moment.regime, i) for i in indices))
    return max(ranks)


def instants_without_ground(stay: Stay) -> list[int]:
    return [s.start for s in stay.spans if stay.case.standing(s.start, stay.grounds) is False]


def check_lower(law: list[LawDocument], case: CaseDocument, *, more: tuple[int, list[LawDocument]]) -> None:
    rank, added = more
    before, after = asked(law, case), asked([*law, *added], case)
    for at in sorted({*instants_without_ground(before), *instants_without_ground(after)}):
        moment = before.moment(at, before.release_due(at, before.grounds))
        if moment.outcome == "release":
            bound = deciding_rank(moment)
            if bound is not None and bound < rank:
                assert not is_hold(after.outcome_at(at, after.grounds)), (at, bound, rank)


@examples(120)
@given(seeded(lower))
def test_lower_law_undoes_no_release(drawn: Question) -> None:
    holds(check_lower, drawn)


def local(source: Source) -> Question:
    where, law, stay = setting_of(source)
    case = stay if source.chance(0.5) else blurred(source, where, stay)
    added = more_law(source, where, law, ranks=(ORDINANCE, POLICY), size=4)
    for norm in (n for d in added for n in d["norms"]):
        # The boldest thing that a local body can say.
        if source.chance(0.4) and "limit" not in norm:
            norm.clear()
            norm.update({"id": f"n{source.integer(10, 10**6)}", source.choice(("require", "preempt")): "hold", "because": "made up"})
    form = next(d for d in frame() if d["id"] == "forms/i-247a/2017-03")
    added.append({**form, "id": "forms/i-247a/2030-01", "norms": [{"declare": "hold_requested", "value": True, "because": "made up"}]})
    issue = {"id": "us/ice/added", "kind": "ice_policy", "binds": ["us/ice", where.agency], "norms": [{"require": "issue", "because": "made up"}]}
    added.append({**form, **issue})
    return Question(where, law, [case], more=added)


def check_local(law: list[LawDocument], case: CaseDocument, *, more: list[LawDocument]) -> None:
    before, after = asked(law, case), asked([*law, *more], case)
    if "us/four-tests" not in before.lawbook.authorities:
        return
    for at in sorted({*instants_without_ground(before), *instants_without_ground(after)}):
        moment = before.moment(at, before.release_due(at, before.grounds))
        powerless = all(r.facts.get("civil_arrest_power") is not True and r.facts.get("judicial_warrant") is not True for r in moment.resolved)
        if powerless and not is_hold(moment.outcome):
            assert not is_hold(after.outcome_at(at, after.grounds)), at


@examples(120)
@given(seeded(local))
def test_local_law_makes_no_power(drawn: Question) -> None:
    holds(check_local, drawn)
