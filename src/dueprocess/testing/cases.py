"""Made-up stays with every fact and time known, and what a record of them leaves unknown.

``random_stay`` makes a case file in which nothing that the law may turn on is unknown and every time is an instant;
``blurred`` forgets some of it. So whatever is answered of the blurred case can be held against the whole truth.
"""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

from dueprocess.case.model import DETAINERS, WARRANTS
from dueprocess.kernel.instants import Instant, day_start, iso, local_date, zone
from dueprocess.law import Lawbook
from dueprocess.testing.conditions import PERSON_FACTS
from dueprocess.testing.law import LawDocument, Scene, random_law, scene
from dueprocess.testing.source import Source, some

CaseDocument = dict[str, Any]
"""One case as the mapping of a case file."""

HOUR = 3600
DAY = 24 * HOUR

EDITIONS = (
    ("i-247a", "2017-03"), ("i-247d", "2015-05"), ("i-247", "2012-12"), ("i-247", "2011-06"), ("i-247a", "2017-02"),
    ("i-247x", "2015-05"), ("i-247n", "2015-05"), ("i-247g", "2025-03"), ("i-247", "2011-12"), ("i-247", "1997-04"),
    ("i-247", "2010-08"),
)  # fmt: skip
"""Kinds and editions of detainers, those that ask for a hold first."""

_BOXES = (
    "biometric", "final_order", "statements", "pending_proceedings", "investigation", "reason_to_believe",
    "warrant_served", "charging_document", "transferred", "priority",
)  # fmt: skip


def _boxes(source: Source, kind: str, edition: str) -> list[str]:
    """Ticked boxes: mostly one that this edition has and that makes it complete, now and then others or none."""
    if source.chance(0.06):
        return []
    basis = ("biometric", "final_order", "statements", "pending_proceedings", "transferred")
    if kind == "i-247":
        basis = ("final_order", "investigation", "reason_to_believe" if edition == "2012-12" else "warrant_served", "charging_document", "final_order")
    found = {source.choice(basis), *some(source, _BOXES, 0.08)}
    if kind in ("i-247d", "i-247n") and source.chance(0.85):
        found.add("priority")
    return sorted(found)


_CLAIMED_OR_SHOWN = ("citizenship_claimed", "status_proof_shown", "victim_or_witness")
_EVENTS = ("known_to_jail", "claim_made", "ice_queried", "ice_told", "person_informed", "copy_given", "reason_recorded")


class _World:
    """Times of one made-up stay, in epoch seconds."""

    def __init__(self, source: Source, where: Scene) -> None:
        self.source = source
        self.where = where
        self.zone = where.zone
        self.booked = day_start(self.zone, where.base) + source.integer(0, 23) * HOUR + source.choice((0, 0, 1800, 61))

    def text(self, at: Instant) -> str:
        return iso(at, self.zone)

    def after(self, start: Instant, most_hours: int) -> Instant:
        """Some time after ``start``: a round number of hours mostly, since limits meet at those."""
        at = start + self.source.integer(0, most_hours) * HOUR
        return at + self.source.choice((0, 0, 0, 1, 600, 3599)) if at > start else at


def random_stay(source: Source, where: Scene) -> CaseDocument:
    """A case with nothing unknown: instants only, a complete record, and a value for each fact that made-up law uses.

    It may have local grounds that end, overlap, follow each other or still run; bail refused; up to three detainers
    received, served and cancelled at different times; warrants of officers and of judges; a determination.
    """
    world = _World(source, where)
    grounds, due, bail = _custody(world)
    latest = max([due, bail or due, *(_seconds(g["from"]) for g in grounds)])
    horizon = latest + 6 * DAY
    left = None if source.chance(0.25) else world.after(latest + HOUR, 130)
    end = left if left is not None else horizon
    custody: dict[str, Any] = {
        "booked_at": world.text(world.booked),
        "grounds": grounds,
        "left_at": None if left is None else world.text(left),
        "left_to": source.choice(("ice", "community", "other_agency", "unknown")),
    }
    if bail is not None:
        custody["bail_refused_at"] = world.text(bail)
    if grounds and all(g["until"] != "open" for g in grounds) and source.chance(0.2):
        # The end of the last ground had bail not been refused.
        custody["release_due_at"] = max((g["until"] for g in grounds), key=_seconds)
    span = end - world.booked
    at = world.booked + (span if source.chance(0.15) else min(span, source.integer(0, span // HOUR + 1) * HOUR + source.choice((0, 0, 1))))
    if source.chance(0.6):
        at = min(end, max(world.booked, due) + source.choice((HOUR, 0, 3 * HOUR, 10 * HOUR, 20 * HOUR, 30 * HOUR, 48 * HOUR - 1, 48 * HOUR)))
    return {
        "case": "made-up",
        "agency": where.agency,
        "at": world.text(at),
        "law_known_at": where.day(source.choice((3000, 3, 0, 1, 400))),
        "record_complete": True,
        "custody": custody,
        "papers": _papers(world, due),
        "events": _events(world, due),
        "facts": _facts(world),
        "determined": _determined(world),
    }


def random_case(source: Source, where: Scene, *, rate: float = 0.15) -> CaseDocument:
    """A made-up stay as a record shows it: about two thirds of them with something unknown."""
    stay = random_stay(source, where)
    return stay if source.chance(0.35) else blurred(source, where, stay, rate=rate)


def random_pair(source: Source, **options: Any) -> tuple[list[LawDocument], CaseDocument]:
    """Law and one case about the same agency and days. ``options`` are those of ``random_law``."""
    where = scene(source)
    return random_law(source, where, **options), random_case(source, where)


# -- the parts of a stay --------------------------------------------------------------------------------------


def _custody(world: _World) -> tuple[list[dict[str, Any]], Instant, Instant | None]:
    """(grounds, about when release is due, when bail was refused)."""
    source = world.source
    count = source.choice((1, 1, 1, 2, 2, 3, 0))
    grounds: list[dict[str, Any]] = []
    due = world.booked
    last = world.booked
    for index in range(count):
        start = world.booked if index == 0 or source.chance(0.4) else world.after(last, 20)
        end = world.after(start, 60)
        entry: dict[str, Any] = {"kind": source.choice(("charge", "charge", "sentence", "warrant", "commitment", "other")), "from": world.text(start)}
        if source.chance(0.06):
            entry["until"] = "open"
        else:
            entry["until"] = world.text(end)
            due = max(due, end)
        last = end
        grounds.append(entry)
    return grounds, due, _bail(world, grounds) if grounds and source.chance(0.15) else None


def _bail(world: _World, grounds: list[dict[str, Any]]) -> Instant:
    """When bail was refused: not before the only ground began that it could have ended."""
    charges = [g for g in grounds if g["kind"] == "charge"] or grounds
    return world.after(_seconds(charges[0]["from"]) if len(charges) == 1 else world.booked, 30)


def _papers(world: _World, due: Instant) -> list[dict[str, Any]]:
    source = world.source
    papers: list[dict[str, Any]] = []
    length = max(HOUR, due - world.booked) // HOUR
    for _ in range(source.choice((1, 1, 1, 1, 2, 2, 2, 3, 3, 0))):
        kind, edition = source.choice(EDITIONS[:4]) if source.chance(0.8) else source.choice(EDITIONS)
        received = world.after(world.booked - 5 * HOUR, length + 10)
        paper = {
            "kind": kind,
            "edition": edition,
            "received_at": world.text(received),
            "signed_by": "immigration_officer" if source.chance(0.93) else source.choice(("none", "judge")),
            "boxes": _boxes(source, kind, edition),
            "issuer": source.choice(("ice", "ice", "ice", "cbp")),
            "served_at": world.text(world.after(received, source.choice((0, 1, 24)))) if source.chance(0.85) else "never",
            "cancelled_at": world.text(world.after(received, length + 40)) if source.chance(0.2) else "never",
        }
        papers.append(paper)
    for _ in range(source.choice((1, 1, 0, 2))):
        kind, signers = source.choice(
            (
                ("i-200", ("immigration_officer", "none")),
                ("judicial_warrant", ("judge", "immigration_judge")),
                ("i-205", ("immigration_officer",)),
                ("probable_cause_affidavit", ("judge", "immigration_officer")),
                ("immigration_judge_order", ("immigration_judge",)),
                ("court_order", ("judge", "clerk")),
                ("other", ("none",)),
            )
        )
        received = world.after(world.booked - 5 * HOUR, length + 30)
        other = {
            "kind": kind,
            "received_at": world.text(received),
            "signed_by": signers[0] if source.chance(0.85) else source.choice(signers),
            "served_at": "never",
            "cancelled_at": world.text(world.after(received, 60)) if source.chance(0.2) else "never",
        }
        if kind in ("judicial_warrant", "court_order") and source.chance(0.5):
            other["matter"] = source.choice(("civil", "civil", "criminal"))
        papers.append(other)
    return papers


def _events(world: _World, due: Instant) -> list[dict[str, Any]]:
    source = world.source
    found = []
    for kind in some(source, _EVENTS, 0.25):
        at = world.after(world.booked, max(HOUR, due - world.booked) // HOUR + 50)
        found.append({"kind": kind, "at": "never" if source.chance(0.1) else world.text(at)})
    return found


def _facts(world: _World) -> dict[str, Any]:
    source = world.source
    facts: dict[str, Any] = {}
    for name in PERSON_FACTS:
        value: Any = source.chance(0.3)
        if source.chance(0.08):
            value = [{"from": "2000-01-01", "value": value}, {"from": world.text(world.after(world.booked, 90)), "value": not value}]
        facts[name] = value
    # One of these turns five, ten, … years old within the stay now and then.
    day = world.where.base + timedelta(days=source.choice((-4000, -300, 2)))
    if source.chance(0.4):
        day = _years_before(world.where.base + timedelta(days=source.integer(0, 4)), source.choice((5, 10, 2, 30)))
    # The one follows from the other, so a record states one of them.
    if source.chance(0.6):
        facts["conviction_date"] = min(day, world.where.base).isoformat()
    else:
        facts["conviction_age_years"] = source.choice((0, 4, 5, 9.5, 10, 12))
    return facts


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - years)


def _determined(world: _World) -> dict[str, Any]:
    source = world.source
    if not source.chance(0.15):
        return {}
    return {
        "probable_cause": {
            "value": source.chance(0.6),
            "by_role": source.choice(("counsel", "judge")),
            "at": world.text(world.after(world.booked, 40)),
            "on": "the papers in the file",
        }
    }


# -- what a record leaves unknown -----------------------------------------------------------------------------


def _seconds(text: str) -> Instant:
    return int(datetime.fromisoformat(text).timestamp())


def bounds(value: Any, zone_name: str) -> tuple[Instant, Instant] | None:
    """[earliest, latest] of a time as a case file writes it; None for null, ``never`` and ``open``."""
    if isinstance(value, dict):
        return _seconds(value["earliest"]), _seconds(value["latest"])
    if not isinstance(value, str) or value in ("never", "open"):
        return None
    if len(value) == 10:
        day = date.fromisoformat(value)
        return day_start(zone_name, day), day_start(zone_name, day + timedelta(days=1))
    return _seconds(value), _seconds(value)


def vaguer(source: Source, value: Any, zone_name: str) -> Any:
    """The same time, less exactly known: its local day, or an interval around it."""
    found = bounds(value, zone_name)
    if found is None:
        return value
    low, high = found
    if low == high and source.chance(0.5):
        return local_date(zone_name, low).isoformat()
    low -= source.choice((HOUR, 1, 9 * HOUR, 30 * HOUR))
    high += source.choice((HOUR, 1, 9 * HOUR, 30 * HOUR))
    return {"earliest": iso(low, zone_name), "latest": iso(high, zone_name)}


def blurred(source: Source, where: Scene, case: CaseDocument, *, rate: float = 0.15, times_only: bool = False) -> CaseDocument:
    """The same case with some of what it says left out or told less exactly; each thing with probability ``rate``.

    With ``times_only`` no time vanishes and all else stays known: times become days or intervals.

    Whatever the case says is one of the things that the blurred case leaves possible. A paper is left out only of an
    incomplete record, and only where no other of its sort is listed; a detainer's boxes or signature may turn from what
    the paper shows into what the case states.
    """
    found = deepcopy(case)
    zone_name = str(zone(where.zone))

    def lose(value: Any, *, may_vanish: bool, vanished: Any = None) -> Any:
        if not source.chance(rate):
            return value
        return vanished if may_vanish and not times_only and source.chance(0.4) else vaguer(source, value, zone_name)

    if not times_only and source.chance(max(rate, 0.4)):
        found["record_complete"] = False
    complete = found["record_complete"]
    custody = found["custody"]
    custody["booked_at"] = lose(custody.get("booked_at"), may_vanish=source.chance(0.3))
    custody["left_at"] = lose(custody.get("left_at"), may_vanish=False)
    if custody.get("bail_refused_at") is not None:
        custody["bail_refused_at"] = lose(custody["bail_refused_at"], may_vanish=False)
    for ground in custody.get("grounds") or ():
        ground["from"] = lose(ground["from"], may_vanish=False)
        ground["until"] = lose(ground["until"], may_vanish=True)
    if custody.get("release_due_at") is not None:
        custody["release_due_at"] = lose(custody["release_due_at"], may_vanish=True)
    if not times_only and source.chance(rate / 4):
        custody["grounds"] = None
        custody.pop("release_due_at", None)
    for paper in found["papers"]:
        paper["received_at"] = lose(paper["received_at"], may_vanish=True)
        for key in ("served_at", "cancelled_at"):
            if not complete and source.chance(rate) and paper[key] == "never":
                paper[key] = None
            paper[key] = lose(paper[key], may_vanish=not complete)
        for key in () if times_only else ("signed_by", "boxes", "edition", "issuer"):
            if paper.get(key) is not None and source.chance(rate):
                paper[key] = None
    if not complete:
        found["papers"] = [p for p in found["papers"] if not (source.chance(rate) and _may_be_missing(p, found["papers"]))]
    events = []
    for event in found["events"]:
        if not complete and source.chance(rate):
            continue
        events.append({**event, "at": lose(event["at"], may_vanish=True)})
    found["events"] = events
    if times_only:
        return found
    _stated(source, case, found)
    for name in list(found["facts"]):
        if complete and name in _CLAIMED_OR_SHOWN:
            continue  # what is not said of these would be "no"
        if source.chance(rate):
            value = found["facts"][name]
            if isinstance(value, list) and source.chance(0.5):
                source.choice(value)["value"] = None
            else:
                del found["facts"][name]
    if source.chance(rate):
        found["determined"] = {}
    return found


def _may_be_missing(paper: dict[str, Any], papers: list[dict[str, Any]]) -> bool:
    """Whether an incomplete record that lacks the paper leaves open all that the paper made true."""
    if is_local_ground(paper):
        return False  # the grounds listed are all there are, save what a paper adds
    sort = next((kinds for kinds in (DETAINERS, WARRANTS) if paper["kind"] in kinds), ())
    return sum(p["kind"] in sort for p in papers) <= 1


def _stated(source: Source, case: CaseDocument, found: CaseDocument) -> None:
    """Let the case state of its only detainer what is no longer read from the paper."""
    known = [p for p in case["papers"] if p["kind"] in DETAINERS]
    left = [p for p in found["papers"] if p["kind"] in DETAINERS]
    if len(known) != 1 or len(left) != 1:
        return
    if left[0]["boxes"] is None and known[0]["boxes"] is not None:
        for box in some(source, _BOXES, 0.4):
            name = f"box_{box}" if box in ("transferred", "priority") else f"basis_{box}"
            found["facts"][name] = box in known[0]["boxes"]
    if left[0]["signed_by"] is None and known[0]["signed_by"] is not None and source.chance(0.5):
        found["facts"]["detainer_signed"] = known[0]["signed_by"] == "immigration_officer"


# -- the same question asked with less paper, or with its lists in another order -------------------------------


def is_local_ground(paper: dict[str, Any]) -> bool:
    """Whether a paper is a local ground: a judge's criminal warrant or a court's commitment."""
    return paper["kind"] in ("judicial_warrant", "court_order") and paper.get("matter") == "criminal"


def cancelled(case: CaseDocument, index: int, at: Any) -> CaseDocument:
    """The case with one paper cancelled at ``at`` (a time as case files write it)."""
    found = deepcopy(case)
    found["papers"][index]["cancelled_at"] = at
    return found


def without_paper(case: CaseDocument, index: int) -> CaseDocument:
    """The case with one paper taken out of the file."""
    found = deepcopy(case)
    del found["papers"][index]
    return found


def detainers_of(case: CaseDocument) -> list[int]:
    """Which of the papers are detainers."""
    return [i for i, p in enumerate(case["papers"]) if p["kind"] in DETAINERS]


def random_adoption(source: Source, lawbook: Lawbook, agency: str) -> dict[str, Any]:
    """An adoption file in which counsel has adopted about half of the authorities."""
    return {"agency": agency, "adopted": some(source, list(lawbook.authorities), source.choice((0.5, 0.9, 0.1)))}
