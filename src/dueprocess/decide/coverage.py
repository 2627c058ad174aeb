"""What the lawbook covers, county by county, on one day: what is encoded, on what basis, and what it comes to there.

The regime of a county is what the engine answers about one plain case there: release is due that day at noon, a
detainer on the form then in use lies in the file, complete, signed and served, an administrative warrant (I-200) with
it, nothing else is shown or claimed, and counsel has determined that there is probable cause (so that what the map
shows is what state and local law add; that determination yields to law). Counties bound by the same authorities share
one answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import dueprocess
from dueprocess.case import read_case
from dueprocess.decide import explain, open_questions
from dueprocess.decide.packets import RECEIVED_BEFORE, case_of, packets_of, scene_of
from dueprocess.decide.regime import MAY_HOLD, MUST_HOLD, RELEASE, REVIEW
from dueprocess.decide.stay import Moment, Setting, Stay
from dueprocess.decide.words import instant_text
from dueprocess.kernel.errors import ContradictionError, InputError
from dueprocess.law import Authority, Lawbook, covers
from dueprocess.law.export import governs
from dueprocess.places import Place, PlaceBook, PlaceError, load_places

FORMAT: Final = "dueprocess-coverage-1"

MANDATES, PERMITS, FORBIDS, FORBIDS_REFUSAL, TURNS, OPEN, SILENT, CONFLICT, NO_FORM = (
    "mandates", "permits", "forbids", "forbids_refusal", "turns_on_facts", "open", "silent", "in_conflict", "no_form",
)  # fmt: skip

REGIMES: Final[Mapping[str, tuple[str, str]]] = {
    FORBIDS: ("Forbids the hold", "the jail may not hold in the plain case"),
    TURNS: ("Turns on the person", "whether the jail may hold turns on facts of the case, such as convictions"),
    OPEN: ("Open", "state or local law is encoded and leaves the plain case open"),
    SILENT: ("Silent", "no state or local law on the question is encoded: the plain case is open"),
    PERMITS: ("Permits the hold", "the jail may hold in the plain case, and need not"),
    FORBIDS_REFUSAL: ("Forbids refusal", "local bodies may not forbid the hold; whether the jail must or may hold is another question"),
    MANDATES: ("Mandates the hold", "the jail must hold in the plain case"),
    CONFLICT: ("In conflict", "law of one rank says both; no answer until somebody settles it"),
    NO_FORM: ("No form known", "the lawbook has no detainer form of that day, so nothing was asked"),
}
"""Each regime's name and what it means, in the order of a legend."""

ALL, PART, NONE, NOT_GIVEN = "all", "part", "none", "not_given"

ADOPTED: Final[Mapping[str, tuple[str, str]]] = {
    ALL: ("All adopted", "counsel of that jail has adopted every authority that decides there"),
    PART: ("Part adopted", "counsel has adopted some of them: with adoption on, the rest may release and never hold"),
    NONE: ("None adopted", "counsel's adoption file has none of them at the text they have now"),
    NOT_GIVEN: ("No adoption file given", "whether that jail's counsel has adopted anything is not known here"),
}
"""How far counsel has adopted what decides in a county, and what each word means, in the order of a legend."""

_LOCAL_ROLES = ("sheriff", "corrections")


@dataclass(frozen=True, slots=True)
class County:
    """One county's row. ``agency`` is whose jail was asked about; ``state_law`` and ``local_law`` are ids with norms."""

    place: Place
    agency: str
    regime: str
    outcome: str | None
    undetermined: str | None
    """The outcome where nobody has determined probable cause."""
    open_because: str | None
    state_law: tuple[str, ...]
    local_law: tuple[str, ...]
    agreements: tuple[str, ...]
    deciding: tuple[str, ...]
    bases: tuple[str, ...]
    reviewed: int
    next_change: date | None
    adoption: str = NOT_GIVEN
    """A key of ADOPTED, for ``agency``."""
    adopted: int | None = None
    """How many of ``to_adopt`` are adopted; None where no adoption file was given."""
    to_adopt: int = 0
    """The authorities of every rank that decide there that day: with norms, or ending an earlier one."""


@dataclass(frozen=True, slots=True)
class _Answer:
    regime: str
    outcome: str | None
    undetermined: str | None
    """The outcome where nobody has determined probable cause."""
    open_because: str | None
    deciding: tuple[str, ...]


def coverage(
    book: Lawbook, *, as_of: date, known_at: date, adoptions: Mapping[str, frozenset[str]] | None = None
) -> tuple[County, ...]:
    """Every county of ``as_of`` (a local day), sorted by path, under the law known at the end of ``known_at``.

    ``adoptions`` gives by agency the ids that its counsel has adopted (``decide.adoption.adopted_ids``). It changes no
    regime: what adoption takes away depends on the case, and is said in the answer to it.
    """
    places = load_places()
    setting = Setting(book)
    answers: dict[tuple[str, ...], _Answer] = {}
    found: list[County] = []
    day, known = as_of.toordinal(), known_at.toordinal()
    for place in places.counties(on=as_of):
        agency = jail_of(book, place)
        sets = places.sets(place)
        every = book.binding(agency, sets)
        enders = {i for a in every for i in (a.in_force.ended_by, a.known.ended_by) if i}
        bound = [a for a in every if governs(book, a, day, known)]
        norms = [a for a in bound if a.norms]
        # What binds decides; a form, which binds with its paper, is the same everywhere on one day.
        key = (*(a.id for a in norms), f"zone:{place.zone}")
        answer = answers.get(key)
        if answer is None:
            shared = answers.get((*key[:-1], ""))
            answer = shared or _ask(agency, as_of=as_of, known_at=known_at, setting=setting, norms=norms)
            answers[key] = answers[(*key[:-1], "")] = answer
        state = tuple(a.id for a in norms if level(a) == "state")
        local = tuple(a.id for a in norms if level(a) == "local")
        own = [a for a in norms if level(a) != "federal"]
        to_adopt = [a.id for a in bound if a.norms or a.id in enders]
        given = (adoptions or {}).get(agency)
        adopted = None if given is None else sum(i in given for i in to_adopt)
        later = [d for d in book.change_days(agency, sets) if d > day]
        found.append(
            County(
                place=place,
                agency=agency,
                regime=answer.regime,
                outcome=answer.outcome,
                undetermined=answer.undetermined,
                open_because=answer.open_because,
                state_law=state,
                local_law=local,
                agreements=tuple(a.id for a in bound if a.kind == "agreement"),
                deciding=answer.deciding,
                bases=tuple(sorted({str((a.review or {}).get("basis")) for a in own})),
                reviewed=sum(a.reviewed for a in own),
                next_change=date.fromordinal(later[0]) if later else None,
                adoption=_adoption(adopted, len(to_adopt)),
                adopted=adopted,
                to_adopt=len(to_adopt),
            )
        )
    return tuple(found)


def _adoption(adopted: int | None, of: int) -> str:
    if adopted is None:
        return NOT_GIVEN
    return ALL if adopted == of else PART if adopted else NONE


def level(authority: Authority) -> str:
    """``local``, ``state`` or ``federal``: by the narrowest that it binds."""
    steps = max((p.count("/") for p in authority.binds if p.startswith("us")), default=0)
    if any(p.startswith(("circuit/", "district/")) for p in authority.binds) or steps == 0 or authority.binds[0] in ("us/ice", "us/cbp"):
        return "federal"
    in_state = all(len(p.split("/")) == 2 or p.split("/")[2] in ("corrections", "police", "state", "*") for p in authority.binds)
    return "state" if in_state else "local"


def jail_of(book: Lawbook, place: Place) -> str:
    """The agency whose jail is asked about: the sheriff, or the corrections department where only that one is named."""
    named = {
        role
        for role in _LOCAL_ROLES
        for key in (place.id, "/".join(place.id.split("/")[:2]))
        for a in book.binding(f"{place.id}/{role}", ())
        for p in a.binds
        if a.norms and p.endswith(f"/{role}") and covers(p, f"{place.id}/{role}") and key
    }
    return f"{place.id}/{'corrections' if named == {'corrections'} else 'sheriff'}"


def _ask(agency: str, *, as_of: date, known_at: date, setting: Setting, norms: Iterable[Authority]) -> _Answer:
    try:
        scene = scene_of(agency, facility=None, as_of=as_of, known_at=known_at, setting=setting)
        packet = next(p for p in packets_of(scene) if p.id == "good/i-200")
    except InputError:
        return _Answer(NO_FORM, None, None, None, ())
    raw = case_of(scene, packet)
    stating = {**raw, "facts": {**raw["facts"], "asserts_probable_cause": True}}
    try:
        _stay(stating, setting, known_at).check_statements()
        raw = stating
    except ContradictionError:
        pass  # the form of that day states no probable cause
    bare = _stay(raw, setting, known_at)
    given = {"value": True, "by_role": "counsel", "at": instant_text(scene.due - RECEIVED_BEFORE, scene.zone), "on": "the plain case"}
    stay = _stay({**raw, "determined": {"probable_cause": given}}, setting, known_at)
    moment = stay.moment(scene.due, stay.release_due(scene.due, stay.grounds))
    undetermined = bare.moment(scene.due, bare.release_due(scene.due, bare.grounds)).outcome
    why = None
    if moment.outcome == REVIEW:
        if moment.duty_only:
            why = "duty"
        else:
            _, by_facts = open_questions.missing(stay, scene.due, stay.release_due(scene.due, stay.grounds), moment)
            why = "fact" if by_facts else "law"
    told = {r["authority"] for r in explain.reasons(stay, moment)[0]} if moment.outcome != REVIEW else set()
    deciding = tuple(sorted(a for a in told if a in setting.lawbook.authorities))
    own = any(level(a) != "federal" for a in norms)
    return _Answer(_regime(stay, moment, why, own=own), moment.outcome, undetermined, why, deciding)


def _stay(raw: Mapping[str, Any], setting: Setting, known_at: date) -> Stay:
    return Stay(read_case(raw, lawbook=setting.lawbook, places=load_places(), today=known_at), setting)


def _regime(stay: Stay, moment: Moment, why: str | None, *, own: bool) -> str:
    if any(c["about"] in ("hold", "civil_arrest_power", "probable_cause") for c in explain.conflicts(stay, moment)) and moment.outcome == REVIEW:
        return CONFLICT
    if moment.outcome == MUST_HOLD:
        return MANDATES
    if moment.outcome == RELEASE:
        return FORBIDS
    hold = moment.regime.actions.get("hold")
    if hold and any(r.states[i] is True for r in moment.resolved for i, _ in hold.preempts):
        return FORBIDS_REFUSAL
    if moment.outcome == MAY_HOLD:
        return PERMITS
    if why in ("fact", "duty"):
        return TURNS
    return OPEN if own else SILENT


# -- as tables ----------------------------------------------------------------------------------------------


def as_table(
    book: Lawbook, rows: Iterable[County], *, as_of: date, known_at: date, adoptions: Iterable[str] = ()
) -> dict[str, Any]:
    """The coverage as JSON: totals, states, counties. Days are ISO 8601; regimes are those of REGIMES.

    ``adoptions`` are the agencies of which an adoption was given.
    """
    places = load_places()
    listed = list(rows)
    states: dict[str, list[County]] = {}
    for row in listed:
        states.setdefault("/".join(row.place.id.split("/")[:2]), []).append(row)
    return {
        "format": FORMAT,
        "as_of": as_of.isoformat(),
        "law_known_at": known_at.isoformat(),
        "asked": ASKED,
        "regimes": {k: {"label": label, "means": means} for k, (label, means) in REGIMES.items()},
        "totals": {k: sum(r.regime == k for r in listed) for k in REGIMES},
        "adoption": {k: {"label": label, "means": means, "counties": sum(r.adoption == k for r in listed)} for k, (label, means) in ADOPTED.items()},
        "adoptions_of": sorted(adoptions),
        "adoptions_of_no_jail_here": sorted(set(adoptions) - {r.agency for r in listed}),
        "states": [_state(book, places, state, states[state]) for state in sorted(states)],
        "counties": [_county(r) for r in listed],
        "law_version": book.version,
        "engine_version": dueprocess.__version__,
    }


ASKED: Final = (
    "One plain case a county: release is due that day at noon; a detainer on the form then in use, complete, signed, "
    "served and stating probable cause where that form can, and an immigration officer's warrant (Form I-200) lie in the file; the record is complete and nothing else was shown "
    "or claimed; counsel has determined that there is probable cause, which yields to any law that says otherwise; facts that "
    "somebody would have to ask for are not known."
)


def _state(book: Lawbook, places: PlaceBook, state: str, rows: list[County]) -> dict[str, Any]:
    law = sorted({i for r in rows for i in r.state_law})
    local = sorted({i for r in rows for i in r.local_law})
    every = [book.authorities[i] for i in (*law, *local)]
    return {
        "place": state,
        "name": places.place(state).name,
        "counties": len(rows),
        "regimes": {k: n for k in REGIMES if (n := sum(r.regime == k for r in rows))},
        "state_law": law,
        "local_law": local,
        "agreements": len({i for r in rows for i in r.agreements}),
        "notes": [a.id for a in book.authorities.values() if a.kind == "research_note" and state in a.persuades],
        "bases": sorted({str((a.review or {}).get("basis")) for a in every}),
        "reviewed": sum(a.reviewed for a in every),
        "adoption": {k: n for k in ADOPTED if (n := sum(r.adoption == k for r in rows))},
    }


def _county(row: County) -> dict[str, Any]:
    return {
        "place": row.place.id,
        "fips": row.place.fips,
        "name": row.place.name,
        "state": row.place.state,
        "agency": row.agency,
        "regime": row.regime,
        "outcome": row.outcome,
        "outcome_without_determination": row.undetermined,
        "open_because": row.open_because,
        "deciding": list(row.deciding),
        "state_law": list(row.state_law),
        "local_law": list(row.local_law),
        "agreements": list(row.agreements),
        "bases": list(row.bases),
        "reviewed": row.reviewed,
        "adoption": row.adoption,
        "adopted": row.adopted,
        "to_adopt": row.to_adopt,
        "next_change": row.next_change.isoformat() if row.next_change else None,
    }


def on_map(
    rows: Iterable[County], shapes: Iterable[str], *, as_of: date, layer: str = "regime"
) -> tuple[dict[str, str], dict[str, str]]:
    """For each shape (by FIPS code) the class it is drawn as, and what it is called.

    ``layer`` is ``regime`` (the classes are those of REGIMES) or ``adoption`` (those of ADOPTED). A shape whose county
    was none that day is drawn as what was there, where that has one class.
    """
    places = load_places()
    of_place = {r.place.id: r for r in rows}
    of_code = {p.fips: p for p in places.counties() if p.fips}
    labels = ADOPTED if layer == "adoption" else REGIMES
    classes: dict[str, str] = {}
    names: dict[str, str] = {}
    for fips in shapes:
        place = of_code.get(fips)
        if place is None:
            continue
        try:
            here = [places.place_on(place.id, on=as_of).id]
        except PlaceError as error:
            here = list(error.candidates)
        found = [of_place[i] for i in here if i in of_place]
        kinds = {r.adoption if layer == "adoption" else r.regime for r in found}
        if len(kinds) == 1:
            classes[fips] = kinds.pop()
            label = ", ".join(f"{r.place.name}, {r.place.state}" for r in found)
            names[fips] = f"{label}: {labels[classes[fips]][0]}{_of_how_many(found, layer)}"
        else:
            names[fips] = f"{place.name}, {place.state}: " + (" or ".join(sorted(labels[k][0] for k in kinds)) or "not asked")
    return classes, names


def _of_how_many(rows: list[County], layer: str) -> str:
    if layer != "adoption" or len(rows) != 1 or rows[0].adopted is None:
        return ""
    return f" ({rows[0].adopted} of {rows[0].to_adopt})"
