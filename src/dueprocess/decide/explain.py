"""Why: the norms that decided, those overruled, those in conflict, and what counsel has not adopted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dueprocess.decide.regime import Regime
from dueprocess.decide.stay import HOLDS, RELEASE, REVIEW, Moment, Resolved, Setting, Stay
from dueprocess.kernel.instants import Instant, Time
from dueprocess.law import Norm, declares
from dueprocess.terms import facts_of


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
