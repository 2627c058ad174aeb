"""The answer about a stay as an entry: what the engine says, its deadlines, and when it has to be asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from dueprocess.clock import load_calendar
from dueprocess.decide import decide_case
from dueprocess.desk import events as kinds
from dueprocess.desk.folding import Happened, case_of
from dueprocess.kernel.instants import iso, local_date, parse_instant
from dueprocess.law import Lawbook
from dueprocess.store import Draft

HOLDS = ("may_hold", "must_hold")


@dataclass(frozen=True, slots=True)
class Law:
    """The lawbook in use, and what each agency's counsel has adopted: law that is not adopted may release, never hold."""

    lawbook: Lawbook
    adoptions: Mapping[str, Mapping[str, Any]]

    def adoption(self, agency: str) -> Mapping[str, Any]:
        """The agency's adoption; an empty one where there is none: adoption is never off at the desk."""
        return self.adoptions.get(agency, {"agency": agency, "adopted": []})

    @property
    def about_status(self) -> frozenset[str]:
        """The facts that are about somebody's status: asked only where the law lets one ask."""
        return frozenset(name for name, fact in self.lawbook.vocabulary.facts.items() if fact.about_status)

    def mark(self, agency: str) -> str:
        """Names the law in use, the table of holidays, and what the agency has adopted: where one of them changes, every open
        stay is asked again."""
        adopted = sha256(json.dumps(self.adoption(agency), sort_keys=True, default=str).encode()).hexdigest()
        return f"{self.lawbook.version} adopted:{adopted[:16]} holidays:{_days_off()}"


def _days_off() -> str:
    """Names the table of holidays: it is kept beside the law, and its version does not cover it."""
    table = load_calendar()
    return sha256(f"{table.first}-{table.last} {sorted(table.holidays)}".encode()).hexdigest()[:8]


def decided(
    rows: Sequence[Happened], *, law: Law, agency: str, stay: str, label: str, zone: str, now: int, because: str
) -> tuple[Draft, dict[str, Any]]:
    """The entry with the answer, and the answer.

    The desk asks about this instant under the law known today; about somebody who has left, about the instant when
    they did. Raises InputError and ContradictionError where what was recorded cannot all be true.
    """
    left = next((r.at for r in rows if r.kind in (kinds.RELEASED, kinds.TRANSFERRED) or (r.kind == kinds.AGAINST and r.body.get("left_to"))), None)
    at = now if left is None else left
    case = case_of(rows, agency=agency, label=label, at=iso(at, zone))
    answer = decide_case(case, today=local_date(zone, now), lawbook=law.lawbook, adoption=law.adoption(agency))
    due = deadlines(answer, at) if left is None else {}
    head = {
        "outcome": answer["outcome"],
        "then": None if answer["then"] is None else answer["then"]["outcome"],
        "asked_at": at,
        "hold_until": _instant(answer["hold_until"]),
        "due": _instant(answer["release_due_at"]),
        "again": again(answer, at) if left is None else None,
        "deadlines": json.dumps(due, sort_keys=True),
        "open": left is None,
        "law": law.mark(agency),
        "engine": answer["engine_version"],
        "because": because,
    }
    return Draft(kinds.DECIDED, {"answer": answer}, subject=stay, head=head), answer


def deadlines(answer: Mapping[str, Any], at: int) -> dict[str, int]:
    """What has to be done by when: the release, the end of a hold, each limit that binds, each duty with a time."""
    found: dict[str, int] = {}
    outcome, then = answer["outcome"], answer["then"]
    # Where only the duty is open, holding is lawful either way: it ends like any other hold.
    duty = outcome == "review" and answer["open_because"] == "duty"
    ends = _next_release(answer, at) if duty else _instant(answer["hold_until"])
    if outcome == "release":
        found["release"] = _since(answer, at)
    elif outcome == "review" and not duty:
        found["settle_or_release"] = _since(answer, at)
    elif (duty or outcome in HOLDS) and ends is not None:
        found["hold_ends"] = ends
    elif outcome == "local_custody" and then is not None and _instant(then["at"]) is not None:
        found["release_due"] = int(_instant(then["at"]) or 0)
    if duty or outcome in HOLDS:
        for clock in answer["clocks"]:
            end = _instant(clock["ends_at"])
            binds = clock["state"] == "applies" and not clock["defeated"]
            if binds and end is not None and at < end < found.get("hold_ends", end + 1):
                found[f"clock {clock['norm']}"] = end
    for duty in answer["obligations"]:
        end = _instant(duty.get("deadline"))
        if end is not None and duty["status"] not in ("done", "missed"):
            found[f"duty {duty['norm']}"] = end
    return found


def _next_release(answer: Mapping[str, Any], at: int) -> int | None:
    """The next instant from which the timeline says release; None where none is listed."""
    starts = (_instant(span["from"]) for span in answer["timeline"] if span["outcome"] == "release")
    return min((start for start in starts if start is not None and start > at), default=None)


def _since(answer: Mapping[str, Any], at: int) -> int:
    """Since when nothing has allowed to keep the person: the start of the last run of spans that are no hold and no local
    custody. While the answer was open the person could not be held past release either."""
    since = at
    for span in reversed(answer["timeline"]):
        start = _instant(span["from"])
        if start is None or start > at:
            continue
        if span["outcome"] not in ("release", "review"):
            break
        since = start
    return since


def again(answer: Mapping[str, Any], at: int) -> int | None:
    """The next instant at which the answer or one of its clocks changes; None where nothing listed changes it."""
    times = [_instant(span["from"]) for span in answer["timeline"]]
    times += [_instant(clock["ends_at"]) for clock in answer["clocks"]]
    if answer["then"] is not None:
        times.append(_instant(answer["then"]["at"]))
    return min((t for t in times if t is not None and t > at), default=None)


def _instant(value: Any) -> int | None:
    """An instant of an answer; of an interval its first bound, since a deadline may come that early."""
    if isinstance(value, Mapping):
        value = value.get("earliest")
    return None if value is None else parse_instant(value, where="answer")
