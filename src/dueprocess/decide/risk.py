"""What else a court may look at: contrary authority, open law, agreements, how far a ruling reaches, what ICE's own policy said."""

from __future__ import annotations

from typing import Any

from dueprocess.decide.duties import issued
from dueprocess.decide.explain import shown
from dueprocess.decide.stay import RELEASE, REVIEW, Moment, Stay
from dueprocess.kernel.instants import Instant, local_date
from dueprocess.law import Authority, Norm
from dueprocess.terms.tree import evaluate


def persuasive(stay: Stay, at: Instant, moment: Moment) -> list[dict[str, Any]]:
    """What courts and opinions that do not bind the agency say on a hold there, contrary authority first."""
    case = stay.case
    day = local_date(case.zone, at).toordinal()
    against_hold: list[dict[str, Any]] = []
    for_hold: list[dict[str, Any]] = []
    facts = moment.resolved[0].facts
    for authority in stay.lawbook.persuading(case.agency, case.sets, day, case.known_at):
        for norm in authority.norms:
            if norm.object not in ("hold", "probable_cause", "civil_arrest_power") or (norm.start or 0) > day:
                continue
            if evaluate(norm.when, facts) is False:
                continue
            entry = {"kind": "persuasive", "side": "for a hold" if norm.favors else "against a hold", **shown(stay, norm)}
            (for_hold if norm.favors else against_hold).append(entry)
    return [*for_hold, *against_hold] if moment.outcome == RELEASE else [*against_hold, *for_hold]


def _unsettled(stay: Stay, day: int) -> list[dict[str, Any]]:
    """The notes on law that is not settled there."""
    case = stay.case
    return [
        {"kind": "open law", "authority": a.id, "norm": a.id, "effect": "says what is not settled", "citation": a.citation, "because": a.note}
        for a in stay.lawbook.persuading(case.agency, case.sets, day, case.known_at) if a.kind == "research_note"
    ]  # fmt: skip


def risks(stay: Stay, at: Instant, moment: Moment, deciding: list[Norm]) -> list[dict[str, Any]]:
    """What else a court may look at: contrary authority first, then how far the deciding authority reaches."""
    case = stay.case
    day = local_date(case.zone, at).toordinal()
    found = persuasive(stay, at, moment)
    if moment.outcome == REVIEW:
        found = [*_unsettled(stay, day), *found]
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
    issue = issued(stay)
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
