"""What can lie in the file when release is due: the packets that a matrix asks about, as papers of synthetic cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dueprocess.case import Case, read_case
from dueprocess.case.facts import Candidate
from dueprocess.decide.stay import Setting, Stay
from dueprocess.kernel.errors import ContradictionError, InputError
from dueprocess.kernel.instants import Instant, day_start, iso
from dueprocess.law import Authority, Lawbook
from dueprocess.places import load_places
from dueprocess.terms.vocabulary import Value

HOURS_OF_DAY = 12
"""Release is due at local noon: far from both midnights, at which the law may change."""
BOOKED_BEFORE = 3 * 3600
RECEIVED_BEFORE = 5 * 60
"""Seconds before release at which the person was booked and the papers came: no clock that they start has run out."""

FIXED = frozenset(
    {
        "detainer_lodged", "detainer_cancelled", "detainer_form", "hold_requested", "detainer_complete", "detainer_signed",
        "detainer_served", "service_required", "request_stands", "box_hold_blank", "box_on_conviction",
    }
)  # fmt: skip
"""The facts of a detainer that a packet fixes: nobody has to be asked for them."""

NONE, ALONE = "none", "alone"

# What comes with the detainer: id, and the papers beside it.
COMPANIONS: tuple[tuple[str, tuple[dict[str, Any], ...]], ...] = (
    (ALONE, ()),
    ("i-200", ({"kind": "i-200", "signed_by": "immigration_officer"},)),
    ("i-205", ({"kind": "i-205", "signed_by": "immigration_officer"},)),
    ("immigration-judge", ({"kind": "immigration_judge_order", "signed_by": "immigration_judge"},)),
    ("judge-order", ({"kind": "court_order", "signed_by": "judge", "matter": "civil"},)),
    ("judge-finding", ({"kind": "probable_cause_affidavit", "signed_by": "judge"},)),
    ("judge-warrant", ({"kind": "judicial_warrant", "signed_by": "judge", "matter": "civil"},)),
)

DEFECTS = ("unsigned", "unserved", "incomplete")


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: the papers of a case without their times, and the facts that it fixes.

    ``request`` is ``good``, one of ``DEFECTS``, ``notice`` (it asks for no hold) or ``none`` (no detainer);
    ``companion`` what comes with it. A paper's ``served`` is true or false.
    """

    id: str
    request: str
    companion: str
    papers: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    """Whose matrix it is, and of when: ``due`` is the instant at which release is due and about which is asked."""

    agency: str
    facility: str | None
    zone: str
    sets: tuple[str, ...]
    as_of: date
    known_at: date
    due: Instant
    setting: Setting
    form: str | None = None
    """The detainer's form, as ``forms/i-247a/2017-03``; None: the newest of that day that can ask for a hold."""
    companions: tuple[tuple[str, tuple[dict[str, Any], ...]], ...] = field(default=COMPANIONS, hash=False)
    """What may come with the detainer."""

    @property
    def lawbook(self) -> Lawbook:
        return self.setting.lawbook


def scene_of(
    agency: str, *, facility: str | None, as_of: date, known_at: date, setting: Setting
) -> Scene:
    """The scene. Raises PlaceError where the agency, or the county of its jail, is not known."""
    places = load_places()
    found = places.agency(agency)
    place = places.facility(found, facility)
    if not found.place.valid_on(as_of):
        places.place_on(found.place.id, on=as_of)  # says what was there that day
    assert place.zone is not None
    due = day_start(place.zone, as_of) + HOURS_OF_DAY * 3600
    return Scene(found.id, facility, place.zone, places.sets(place), as_of, known_at, due, setting)


def case_of(scene: Scene, packet: Packet, *, ground: str = "charge", due: Instant | None = None) -> dict[str, Any]:
    """The synthetic case of a packet as the mapping of a case file; ``due`` may move within the same day."""
    moment = scene.due if due is None else due

    def text(at: Instant) -> str:
        return iso(at, scene.zone)

    papers = []
    for paper in packet.papers:
        made = {k: v for k, v in paper.items() if k != "served"}
        made["received_at"] = text(moment - RECEIVED_BEFORE)
        if "served" in paper:
            made["served_at"] = text(moment - RECEIVED_BEFORE) if paper["served"] else "never"
        papers.append(made)
    return {
        "case": f"matrix {packet.id}",
        "agency": scene.agency,
        "facility": scene.facility,
        "at": text(moment),
        "law_known_at": scene.known_at.isoformat(),
        "record_complete": True,
        "custody": {
            "booked_at": text(moment - BOOKED_BEFORE),
            "grounds": [{"kind": ground, "from": text(moment - BOOKED_BEFORE), "until": text(moment)}],
        },
        "papers": papers,
        "facts": dict(packet.facts),
    }


def read_packet(scene: Scene, packet: Packet) -> Case:
    """The synthetic case, read and checked by the same code that reads a case file."""
    return read_case(case_of(scene, packet), lawbook=scene.lawbook, places=load_places(), today=scene.known_at)


def packets_of(scene: Scene) -> Iterator[Packet]:
    """The packets of a day: the detainer on the form then in use, whole and with each defect; notice only; none.

    Each is made when it is asked for: to see which defects a form can have is most of the work, and whoever wants the
    first ones alone is spared it. Raises InputError for a day before the first form that the lawbook has.
    """
    form = _form(scene)
    good: dict[str, Value] = {"hold_requested": True, "detainer_complete": True}
    for request in ("good", *DEFECTS) if _asks(scene, form) else ():
        facts = {**good, "detainer_complete": request != "incomplete"}
        for companion, papers in scene.companions:
            packet = Packet(f"{request}/{companion}", request, companion, (_detainer(form, request), *papers), facts)
            if request == "good" or _fits(scene, packet):
                yield packet
    notice = _notice(scene, form) if _asks(scene, form) else (_detainer(form), {})
    if notice is not None:
        paper, facts = notice
        yield from (Packet(f"notice/{c}", "notice", c, (paper, *papers), facts) for c, papers in scene.companions)
    yield from (Packet(f"none/{c}", NONE, c, papers) for c, papers in scene.companions if papers)


def _editions(scene: Scene) -> list[Authority]:
    """The detainer forms issued and known by that day, the newest first."""
    day, known = scene.as_of.toordinal(), scene.known_at.toordinal()
    book = scene.lawbook
    found = [
        a
        for editions in book.forms.values()
        for a in editions.values()
        if (a.in_force.start or 0) <= day and (a.in_force.until is None or day < a.in_force.until) and book.known(a.id, known)
    ]
    # Of two issued on one day the one with the later footer, then the first by name, counts as the usual one.
    found.sort(key=lambda a: a.id.split("/")[1])
    found.sort(key=lambda a: (a.in_force.start or 0, a.id.split("/")[2]), reverse=True)
    return found


def _detainer(form: Authority, request: str = "good", **more: Any) -> dict[str, Any]:
    _, kind, edition = form.id.split("/")
    signed = "none" if request == "unsigned" else "immigration_officer"
    return {"kind": kind, "edition": edition, "signed_by": signed, "served": request != "unserved", **more}


def _printed(scene: Scene, paper: Mapping[str, Any]) -> Mapping[str, Value]:
    """What a paper says of itself, by its edition."""
    case = read_packet(scene, Packet("form", "good", ALONE, (paper,)))
    return Stay(case, scene.setting).printed(Candidate(case.papers[0]), scene.due)


def _form(scene: Scene) -> Authority:
    """The scene's form, or the newest form of that day that can ask for a hold."""
    if scene.form is not None:
        return scene.lawbook.authorities[scene.form]
    for form in _editions(scene):
        if _asks(scene, form):
            return form
    raise InputError(f"the lawbook has no detainer form of [{scene.as_of.isoformat()}]", where="law matrix", do="ask about a later day")


def _asks(scene: Scene, form: Authority) -> bool:
    """Whether a form can ask for a hold at all."""
    return _printed(scene, _detainer(form)).get("hold_requested") is not False


def _notice(scene: Scene, form: Authority) -> tuple[dict[str, Any], dict[str, Value]] | None:
    """A paper of that day that asks for notice only, and the facts that make it whole; None where none is known."""
    for other in _editions(scene):
        paper = _detainer(other)
        if not _asks(scene, other):
            return paper, {}
    blank = _detainer(form, boxes=["hold_blank"])
    return (blank, {}) if _printed(scene, blank).get("hold_requested") is False else None


def service_required(scene: Scene, packet: Packet) -> bool | None:
    """Whether the packet's detainer counts only once a copy is served on the person; None where its form leaves it open."""
    value = _printed(scene, packet.papers[0]).get("service_required")
    return value if isinstance(value, bool) else None


def _fits(scene: Scene, packet: Packet) -> bool:
    """Whether the form can have the defect at all."""
    try:
        Stay(read_packet(scene, packet), scene.setting).check_statements()
    except ContradictionError:
        return False
    return True


def next_change(scene: Scene) -> date | None:
    """The next day after ``as_of`` on which the encoded law in force there may change; None where none is known."""
    day = scene.as_of.toordinal()
    later = [d for d in scene.lawbook.change_days(scene.agency, scene.sets) if d > day]
    return date.fromordinal(later[0]) if later else None


__all__ = ["COMPANIONS", "DEFECTS", "FIXED", "Packet", "Scene", "case_of", "next_change", "packets_of", "read_packet", "scene_of", "service_required"]
