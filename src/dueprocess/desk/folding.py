"""The events of a stay to the case that is asked about: a pure function of rows, so that an answer can be worked out
before its event is in the tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dueprocess.desk import events as kinds
from dueprocess.kernel.errors import InputError

CLAIMS = {"citizenship_claimed": "citizenship_claimed", "proof_shown": "status_proof_shown", "victim_or_witness": "victim_or_witness"}
"""What a person says or shows, and the fact that it makes true from then on."""
SAYINGS = (*CLAIMS, "wrong_person", "wants_lawyer", "other")
DUTIES = ("person_informed", "reason_recorded", "judge_notified", "copy_given", "interview_consent", "ice_queried")


@dataclass(frozen=True, slots=True)
class Happened:
    """One row of ``events``; ``number`` is None for the one that is about to be recorded."""

    number: int | None
    kind: str
    at: int
    known_at: int | None
    by: str
    body: Mapping[str, Any]
    amends: int | None = None


def standing(rows: Iterable[Any]) -> list[Happened]:
    """The rows that were not taken back, in their order. Raises InputError where the stay was erased."""
    found = []
    for row in rows:
        if row.undone_by is not None:
            continue
        if row.body is None:
            raise InputError("what was personal about this stay was erased", do="nothing more can be recorded about it")
        found.append(Happened(row.number, row.kind, row.at, row.known_at, row.by, row.body, row.amends))
    return found


def case_of(rows: Iterable[Happened], *, agency: str, label: str, at: str) -> dict[str, Any]:
    """The case file's mapping, as of ``at`` (an instant with its offset)."""
    custody: dict[str, Any] = {"grounds": []}
    grounds: dict[str, dict[str, Any]] = {}
    papers: dict[str, dict[str, Any]] = {}
    events: list[dict[str, Any]] = []
    facts: dict[str, Any] = {}
    determined: dict[str, Any] = {}
    facility = None
    complete = False
    later: list[Happened] = []
    instead: dict[str, Any] = {}
    for row in rows:
        body = row.body
        if row.kind == kinds.BOOKED:
            custody["booked_at"] = body["when"]
            facility, complete = body.get("facility"), bool(body["complete"])
        elif row.kind == kinds.GROUND:
            grounds[body["id"]] = dict(body["ground"])
        elif row.kind == kinds.PAPER:
            papers[body["id"]] = dict(body["paper"])
            if body.get("replaces"):
                instead[body["replaces"]] = body["paper"]["received_at"]
        else:
            later.append(row)
    for row in later:
        body = row.body
        if row.kind == kinds.GROUND_ENDED:
            grounds[body["id"]]["until"] = body["when"]
            if body.get("known") is not None:
                events.append({"kind": "known_to_jail", "at": body["known"]})
        elif row.kind == kinds.SERVED:
            papers[body["id"]]["served_at"] = body["when"]
            events.append({"kind": "copy_given", "at": body["when"]})
        elif row.kind == kinds.CANCELLED:
            papers[body["id"]]["cancelled_at"] = body["when"]
        elif row.kind == kinds.BAIL_REFUSED:
            custody["bail_refused_at"] = body["when"]
        elif row.kind == kinds.SAID:
            events.append({"kind": "claim_made", "at": body["when"]})
            if body["what"] in CLAIMS:
                facts[CLAIMS[body["what"]]] = [{"from": body["since"], "value": True}]
        elif row.kind == kinds.ANSWERED:
            facts[body["fact"]] = body["value"]
        elif row.kind == kinds.DUTY:
            events.append({"kind": body["what"], "at": body["when"]})
        elif row.kind == kinds.NOTIFIED:
            events.append({"kind": "ice_told", "at": body["when"]})
        elif row.kind == kinds.COMPLETE:
            complete = True
        elif row.kind == kinds.DETERMINED:
            determined[body["fact"]] = {"value": body["value"], "by_role": "counsel", "at": body["since"], "on": body["on"]}
        elif row.kind in (kinds.RELEASED, kinds.TRANSFERRED) or (row.kind == kinds.AGAINST and body.get("left_to")):
            custody["left_at"], custody["left_to"] = body["when"], body["left_to"]
    for old, when in instead.items():
        if old in papers:  # from then on the new one asks, and the old one for nothing
            papers[old].setdefault("cancelled_at", when)
    custody["grounds"] = list(grounds.values())
    return {
        "case": label,
        "agency": agency,
        "facility": facility,
        "at": at,
        "record_complete": complete,
        "custody": custody,
        "papers": list(papers.values()),
        "events": events,
        "facts": facts,
        "determined": determined,
    }
