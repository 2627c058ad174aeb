"""A case file's mapping to a ``Case``: every key, name and time is checked; one clear line for what cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from dueprocess.case.model import DETAINERS, Case, Given, Ground, Paper
from dueprocess.kernel.errors import ContradictionError, InputError, nearest, shown
from dueprocess.kernel.instants import (
    MAX_INSTANT,
    MIN_INSTANT,
    NEVER,
    UNKNOWN_TIME,
    Instant,
    Time,
    day_start,
    first_of,
    local_date,
    parse_date,
    parse_instant,
    parse_time,
)
from dueprocess.kernel.yamlread import Path_
from dueprocess.law import Lawbook
from dueprocess.places import ROLES, PlaceBook, PlaceError
from dueprocess.terms.vocabulary import Value

CASE_KEYS = ["case", "agency", "facility", "at", "law_known_at", "record_complete", "custody", "papers", "events", "facts", "determined"]
CUSTODY_KEYS = ["booked_at", "grounds", "release_due_at", "bail_refused_at", "left_at", "left_to", "kind", "processing_allowance_hours"]
GROUND_KEYS = ["kind", "from", "until", "ended_by"]
PAPER_KEYS = ["kind", "edition", "received_at", "signed_by", "boxes", "served_at", "cancelled_at", "matter", "issuer"]
EVENT_KEYS = ("kind", "at")

GROUND_KINDS = ("charge", "sentence", "warrant", "commitment", "other")
PAPER_KINDS = (
    *DETAINERS, "i-200", "i-205", "i-203", "i-862", "immigration_judge_order", "judicial_warrant", "court_order",
    "probable_cause_affidavit", "cancellation", "other",
)  # fmt: skip
SIGNERS = ("immigration_officer", "immigration_judge", "judge", "clerk", "none")
LEFT_TO = ("ice", "community", "other_agency", "unknown")
OTHER_EDITIONS = {"i-200": ("2016-09",)}
IN_SCOPE = ("local", "state")
MOST_ENTRIES = 1000
OUT_OF_SCOPE = ("federal", "tribal", "juvenile")

Where = Callable[[Path_], str]


def dotted(path: Path_) -> str:
    """``custody.grounds[0].until``: the place of a value when no line is known."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text or "case"


class _Reader:
    def __init__(self, where: Where, lawbook: Lawbook) -> None:
        self.where = where
        self.lawbook = lawbook
        self.zone = "UTC"

    def mapping(self, value: Any, path: Path_, keys: Sequence[str]) -> Mapping[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise InputError(f"[{shown(value)}] is no mapping", where=self.where(path), do="write key: value")
        for key in value:
            if key not in keys:
                if str(key).lower() in self.lawbook.vocabulary.refused_names:
                    self.lawbook.vocabulary.fact(str(key), where=self.where((*path, key)))
                raise InputError(
                    f"[{shown(key)}] is no key here",
                    where=self.where((*path, key)),
                    do=nearest(str(key), keys) or f"one of {', '.join(keys)}",
                )
        return value

    def items(self, value: Any, path: Path_) -> list[Any]:
        if not isinstance(value, list):
            raise InputError(f"[{path[-1]}] is no list", where=self.where(path), do="start each entry with a dash")
        if len(value) > MOST_ENTRIES:
            raise InputError(f"{len(value)} entries in [{path[-1]}]", where=self.where(path), do=f"at most {MOST_ENTRIES}: this is no one stay")
        return value

    def choice(self, value: Any, path: Path_, options: Sequence[str]) -> str:
        if value not in options or not isinstance(value, str):
            raise InputError(
                f"[{shown(value)}] is no value of {path[-1]}",
                where=self.where(path),
                do=nearest(str(value), options) or f"one of {', '.join(options)}",
            )
        return value

    def time(self, value: Any, path: Path_) -> Time:
        return parse_time(value, zone_name=self.zone, where=self.where(path))

    def time_or(self, value: Any, path: Path_, absent: Time) -> Time:
        """A time; ``never`` is known not to have happened, null is ``absent``."""
        if value is None:
            return absent
        return NEVER if value == "never" else self.time(value, path)


def read_case(
    value: Any,
    *,
    lawbook: Lawbook,
    places: PlaceBook,
    today: date,
    at: str | None = None,
    law_known_at: str | None = None,
    where: Where = dotted,
) -> Case:
    """The case in a parsed mapping.

    ``at`` and ``law_known_at`` override the file's; where neither gives one, ``law_known_at`` is ``today`` and a
    missing ``at`` is an error. Raises InputError (what is wrong, where, what to do) and ContradictionError.
    """
    reader = _Reader(where, lawbook)
    if not isinstance(value, Mapping):
        raise InputError("the file holds no case", where=where(()), do="write key: value lines, as in docs/reference/case-file.md")
    raw = reader.mapping(value, (), CASE_KEYS)
    agency, facility = _agency(reader, raw, places)
    reader.zone = facility.zone
    custody = reader.mapping(raw.get("custody"), ("custody",), CUSTODY_KEYS)
    kind = reader.choice(custody.get("kind", "local"), ("custody", "kind"), (*IN_SCOPE, *OUT_OF_SCOPE))
    if kind in OUT_OF_SCOPE:
        raise InputError(
            f"out_of_scope: [{kind}] custody is outside these rules",
            where=where(("custody", "kind")),
            do="ask counsel; no answer is given for federal, tribal or juvenile custody",
        )
    complete = raw.get("record_complete", False)
    if not isinstance(complete, bool):
        raise InputError(f"[{shown(complete)}] is neither true nor false", where=where(("record_complete",)), do="write true or false")
    moment = at if at is not None else raw.get("at")
    if moment is None:
        raise InputError("[at] is missing: the moment that the question is about", where=where(()), do='write at: "2026-03-29T16:00:00-07:00" or give --at')
    instant = parse_instant(moment, where=where(("at",)) if at is None else "--at")
    known_at = _known_at(law_known_at if law_known_at is not None else raw.get("law_known_at"), reader, today, law_known_at is not None)
    absent = NEVER if complete else UNKNOWN_TIME
    papers = _papers(reader, raw.get("papers"), absent)
    booked = reader.time_or(custody.get("booked_at"), ("custody", "booked_at"), UNKNOWN_TIME)
    left_raw = custody.get("left_at")
    allowance = custody.get("processing_allowance_hours", 0)
    if not isinstance(allowance, (int, float)) or isinstance(allowance, bool) or not 0 <= allowance <= 72:
        raise InputError(f"[{shown(allowance)}] is no number of hours", where=where(("custody", "processing_allowance_hours")), do="write hours from 0 to 72")
    case = Case(
        label=_label(reader, raw.get("case")),
        agency=agency,
        zone=facility.zone,
        sets=places.sets(facility),
        at=instant,
        known_at=known_at,
        record_complete=complete,
        booked=booked,
        grounds=_grounds(reader, custody, booked),
        bail_refused=reader.time_or(custody.get("bail_refused_at"), ("custody", "bail_refused_at"), NEVER),
        left=None if left_raw is None or left_raw == "never" else reader.time(left_raw, ("custody", "left_at")),
        left_to=None if custody.get("left_to") is None else reader.choice(custody["left_to"], ("custody", "left_to"), LEFT_TO),
        allowance=round(allowance * 3600),
        papers=papers,
        events=_events(reader, raw.get("events")),
        stated_at={name: where(("facts", name)) for name in (raw.get("facts") or {})} if isinstance(raw.get("facts"), Mapping) else {},
        facts=_facts(reader, raw.get("facts")),
        determined=_determined(reader, raw.get("determined")),
        raw=raw,
    )
    _check_order(case, reader)
    added = _paper_grounds(papers)
    return replace(case, paper_grounds=added) if case.grounds is None else replace(case, grounds=(*case.grounds, *added))


def _label(reader: _Reader, value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise InputError(f"[{shown(value)}] is no label", where=reader.where(("case",)), do="write a short text, or leave it out")
    return "" if value is None else shown(value)


def _agency(reader: _Reader, raw: Mapping[str, Any], places: PlaceBook) -> tuple[str, Any]:
    name = raw.get("agency")
    if not isinstance(name, str) or not name:
        raise InputError("[agency] is missing", where=reader.where(()), do="write agency: us/or/clackamas-county/sheriff")
    facility = raw.get("facility")
    if facility is not None and not isinstance(facility, str):
        raise InputError(f"[{shown(facility)}] is no facility", where=reader.where(("facility",)), do="write a county, as us/or/malheur-county")
    if not name.startswith("us/"):
        raise InputError(f"[{shown(name)}] is no path of an agency", where=reader.where(("agency",)), do=_as_path(name, places))
    try:
        agency = places.agency(name)
        if agency.role in (*OUT_OF_SCOPE, "ice", "cbp"):
            raise InputError(f"out_of_scope: [{agency.role}] custody is outside these rules", do="ask counsel; no answer is given for it")
    except InputError as error:
        raise InputError(error.what, where=reader.where(("agency",)), do=error.do) from None
    try:
        return agency.id, places.facility(agency, facility)
    except InputError as error:
        raise InputError(error.what, where=reader.where(("facility",) if facility else ("agency",)), do=error.do) from None


def _as_path(name: str, places: PlaceBook) -> str:
    """What to write instead of an agency's name in words."""
    words = name.replace(",", " ").split()
    role = next((w.lower() for w in words if w.lower() in ROLES), "sheriff")
    rest = " ".join(w for w in words if w.lower() != role and w.lower() not in ("office", "department", "dept", "sheriff's"))
    try:
        return f"write it as {places.resolve(rest)}/{role}"
    except PlaceError as error:
        return f"write it as us/or/clackamas-county/sheriff ({error.do})" if error.do else "write it as us/or/clackamas-county/sheriff"


def _known_at(value: Any, reader: _Reader, today: date, from_option: bool) -> int:
    if value is None:
        return today.toordinal()
    spot = "--law-known-at" if from_option else reader.where(("law_known_at",))
    if isinstance(value, str) and len(value) > 10:
        return local_date(reader.zone, parse_instant(value, where=spot)).toordinal()
    return parse_date(value, where=spot).toordinal()


def _grounds(reader: _Reader, custody: Mapping[str, Any], booked: Time) -> tuple[Ground, ...] | None:
    raw, given = custody.get("grounds"), custody.get("release_due_at")
    due = reader.time(given, ("custody", "release_due_at")) if given is not None else None
    if raw is None:
        if due is None:
            return None
        begun = Time(MIN_INSTANT, MIN_INSTANT) if booked == UNKNOWN_TIME else Time(booked.earliest, booked.earliest)
        return (Ground("other", begun, due),)
    grounds: list[Ground] = []
    for index, item in enumerate(reader.items(raw, ("custody", "grounds"))):
        path: Path_ = ("custody", "grounds", index)
        entry = reader.mapping(item, path, GROUND_KEYS)
        kind = reader.choice(entry.get("kind"), (*path, "kind"), GROUND_KINDS)
        # Without `from` it stood from the booking; a null says that nobody knows.
        unknown = Time(booked.earliest, MAX_INSTANT)
        start = reader.time_or(entry["from"], (*path, "from"), unknown) if "from" in entry else booked
        until = entry.get("until")
        # Where nobody knows when it ended, it ended after it began.
        end = NEVER if until == "open" else reader.time_or(until, (*path, "until"), Time(start.earliest, MAX_INSTANT))
        if end.latest < start.earliest:
            raise ContradictionError("a ground ends before it begins", where=reader.where((*path, "until")), do="correct the times")
        grounds.append(Ground(kind, start, end))
    return tuple(grounds) if due is None or not grounds else _until_release(reader, grounds, due, given)


def _until_release(reader: _Reader, grounds: list[Ground], due: Time, given: Any) -> tuple[Ground, ...]:
    """The grounds, given that the last of them ended when release is said to have been due."""
    last = [i for i, g in enumerate(grounds) if g.end.latest >= due.earliest and g.end.earliest <= due.latest]
    if not last or any(g.end.earliest > due.latest for g in grounds):
        raise ContradictionError(
            f"release_due_at [{shown(given)}] is not when the last ground ends",
            where=reader.where(("custody", "release_due_at")),
            do="correct one of the two; where bail was refused, give the end as if it had not been",
        )
    # None ended later; and where only one can have ended then, that one did.
    ends = [replace(first_of(g.end, due), earliest=g.end.earliest) for g in grounds]
    if len(last) == 1:
        ends[last[0]] = replace(ends[last[0]], earliest=max(ends[last[0]].earliest, due.earliest))
    return tuple(replace(g, end=e) for g, e in zip(grounds, ends, strict=True))


def _papers(reader: _Reader, value: Any, absent: Time) -> tuple[Paper, ...]:
    if value is None:
        return ()
    papers: list[Paper] = []
    printed = tuple(f.box for f in reader.lawbook.vocabulary.facts.values() if f.box)
    for index, item in enumerate(reader.items(value, ("papers",))):
        path: Path_ = ("papers", index)
        entry = reader.mapping(item, path, PAPER_KEYS)
        kind = reader.choice(entry.get("kind"), (*path, "kind"), PAPER_KINDS)
        edition = entry.get("edition")
        if edition is not None and edition != "unknown":
            _check_edition(reader, kind, str(edition), (*path, "edition"))
        if entry.get("received_at") == "never":
            raise InputError("a paper that was never received is no paper", where=reader.where((*path, "received_at")), do="leave it out, or give null where the time is not known")
        boxes = entry.get("boxes")
        if boxes is not None:
            boxes = frozenset(reader.choice(b, (*path, "boxes"), printed) for b in reader.items(boxes, (*path, "boxes")))
        signed = entry.get("signed_by")
        issuer = entry.get("issuer")
        papers.append(
            Paper(
                kind=kind,
                received=reader.time_or(entry.get("received_at"), (*path, "received_at"), UNKNOWN_TIME),
                served=reader.time_or(entry.get("served_at"), (*path, "served_at"), absent),
                cancelled=reader.time_or(entry.get("cancelled_at"), (*path, "cancelled_at"), absent),
                edition=None if edition in (None, "unknown") else str(edition),
                signed_by=None if signed is None else reader.choice(signed, (*path, "signed_by"), SIGNERS),
                boxes=boxes,
                matter=reader.choice(entry.get("matter", "civil"), (*path, "matter"), ("civil", "criminal")),
                issuer=None if issuer is None else reader.choice(issuer, (*path, "issuer"), ("ice", "cbp")),
            )
        )
    # Order of papers changes nothing, so they are kept in an order of their own.
    return tuple(sorted(papers, key=_paper_order))


def _paper_order(paper: Paper) -> tuple[Any, ...]:
    """By receipt, then by all else that a paper says: nothing that differs from process to process."""
    return (
        *(i for t in (paper.received, paper.served, paper.cancelled) for i in (t.earliest, t.latest)),
        *(paper.kind, paper.edition or "", paper.signed_by or "", paper.matter, paper.issuer or ""),
        paper.boxes is None,
        sorted(paper.boxes or ()),
    )


def _check_edition(reader: _Reader, kind: str, edition: str, path: Path_) -> None:
    known = tuple(reader.lawbook.forms.get(kind, ())) or OTHER_EDITIONS.get(kind, ())
    if kind not in DETAINERS and kind not in OTHER_EDITIONS:
        raise InputError(f"a {kind} has no edition", where=reader.where(path), do="leave it out")
    if edition not in known:
        raise InputError(
            f"there is no edition [{edition}] of form {kind}",
            where=reader.where(path),
            do=f"read the footer: one of {', '.join(sorted(known))}, or leave it out",
        )


def _paper_grounds(papers: tuple[Paper, ...]) -> tuple[Ground, ...]:
    """A judge's criminal warrant or a court's commitment is a local ground from its receipt to its cancellation."""
    added = []
    for paper in papers:
        if paper.kind not in ("judicial_warrant", "court_order") or paper.matter != "criminal":
            continue
        if paper.signed_by in ("immigration_officer", "immigration_judge", "none"):
            continue
        start = paper.received if paper.signed_by else Time(paper.received.earliest, NEVER.latest)
        added.append(Ground("warrant" if paper.kind == "judicial_warrant" else "commitment", start, paper.cancelled, listed=False))
    return tuple(added)


def _events(reader: _Reader, value: Any) -> dict[str, tuple[Time, ...]]:
    found: dict[str, list[Time]] = {}
    if value is None:
        return {}
    for index, item in enumerate(reader.items(value, ("events",))):
        path: Path_ = ("events", index)
        entry = reader.mapping(item, path, EVENT_KEYS)
        kind = reader.choice(entry.get("kind"), (*path, "kind"), tuple(reader.lawbook.vocabulary.events))
        found.setdefault(kind, []).append(reader.time_or(entry.get("at"), (*path, "at"), UNKNOWN_TIME))
    return {kind: tuple(sorted(times, key=lambda t: (t.earliest, t.latest))) for kind, times in sorted(found.items())}


def _facts(reader: _Reader, value: Any) -> dict[str, Given]:
    found: dict[str, Given] = {}
    for name, given in (reader.mapping(value, ("facts",), _Any()) if value is not None else {}).items():
        path: Path_ = ("facts", name)
        fact = reader.lawbook.vocabulary.fact(str(name), where=reader.where(path))
        if fact.origin == "declared":
            raise InputError(
                f"[{name}] is a matter of law and cannot be stated",
                where=reader.where(path),
                do="it follows from the law; a person may determine probable_cause under determined:",
            )
        steps: list[tuple[Instant, Value]] = []
        if isinstance(given, list):
            for index, item in enumerate(given):
                entry = reader.mapping(item, (*path, index), ("from", "value"))
                start = _start(reader, entry.get("from"), (*path, index, "from"))
                steps.append((start, fact.read(entry.get("value"), where=reader.where((*path, index, "value")))))
            steps.sort(key=lambda s: s[0])
            if len({s[0] for s in steps}) != len(steps):
                raise InputError(f"two values of [{name}] from the same instant", where=reader.where(path), do="keep one")
        else:
            steps.append((MIN_INSTANT, fact.read(given, where=reader.where(path))))
        found[str(name)] = Given(tuple(steps))
    return dict(sorted(found.items()))


class _Any(tuple[str, ...]):
    """Accepts every key: the vocabulary, not a list of keys, decides about facts."""

    def __contains__(self, item: object) -> bool:
        return True


def _start(reader: _Reader, value: Any, path: Path_) -> Instant:
    if value is None:
        raise InputError("[from] is missing", where=reader.where(path), do="say from when the value holds")
    if isinstance(value, str) and len(value) == 10:
        return day_start(reader.zone, parse_date(value, where=reader.where(path)))
    return parse_instant(value, where=reader.where(path))


def _determined(reader: _Reader, value: Any) -> dict[str, tuple[Value, Instant, str, str]]:
    found: dict[str, tuple[Value, Instant, str, str]] = {}
    for name, given in (reader.mapping(value, ("determined",), _Any()) if value is not None else {}).items():
        path: Path_ = ("determined", name)
        fact = reader.lawbook.vocabulary.fact(str(name), where=reader.where(path))
        if not fact.determined_by:
            raise InputError(f"[{name}] may not be determined for a case", where=reader.where(path), do="only the law settles it")
        entry = reader.mapping(given, path, ("value", "by_role", "at", "on"))
        role = reader.choice(entry.get("by_role"), (*path, "by_role"), fact.determined_by)
        papers = entry.get("on")
        named = ", ".join(p for p in papers if isinstance(p, str)) if isinstance(papers, list) else papers
        if not named or not isinstance(named, str):
            raise InputError("[on] is missing: the papers that it rests on", where=reader.where(path), do="name them, as on: i-247a and i-200")
        found[str(name)] = (
            fact.read(entry.get("value"), where=reader.where((*path, "value"))),
            _start(reader, entry.get("at"), (*path, "at")),
            role,
            named,
        )
    return dict(sorted(found.items()))


def _check_order(case: Case, reader: _Reader) -> None:
    if case.left is not None and case.left.latest < case.booked.earliest:
        raise ContradictionError("the person left before they were booked", where=reader.where(("custody", "left_at")), do="correct the times")
    if case.booked != UNKNOWN_TIME and case.at < case.booked.earliest:
        raise ContradictionError("[at] is before the booking", where=reader.where(("at",)), do="ask about an instant of the stay")
    if case.left is not None and case.at > case.left.latest:
        raise ContradictionError("[at] is after the person left", where=reader.where(("at",)), do="ask about an instant of the stay")
    known_bail = case.bail_refused not in (NEVER, UNKNOWN_TIME)
    if known_bail and (case.bail_refused.latest < case.booked.earliest or (case.left and case.bail_refused.earliest > case.left.latest)):
        raise ContradictionError("bail was refused outside the stay", where=reader.where(("custody", "bail_refused_at")), do="correct the times")
    bailable = case.bailable()
    if known_bail and len(bailable) == 1 and bailable[0].start.earliest > case.bail_refused.latest:
        raise ContradictionError(
            "bail was refused before the only ground began that it could have been for",
            where=reader.where(("custody", "bail_refused_at")),
            do="correct the times, or list the ground that it was for",
        )
    for index, ground in enumerate(case.grounds or ()):
        if case.left and ground.start.earliest > case.left.latest:
            raise ContradictionError("a ground begins after the person left", where=reader.where(("custody", "grounds", index, "from")), do="correct the times")
        if case.left and case.left_to in ("ice", "community") and MAX_INSTANT > ground.end.earliest > case.left.latest:
            raise ContradictionError("a ground ends after the person left", where=reader.where(("custody", "grounds", index, "until")), do="correct the times, or say left_to: other_agency")
    for index, paper in enumerate(case.papers):
        for name, time in (("served_at", paper.served), ("cancelled_at", paper.cancelled)):
            if time not in (NEVER, UNKNOWN_TIME) and time.latest < paper.received.earliest:
                raise ContradictionError(f"a paper has [{name}] before it was received", where=reader.where(("papers", index, name)), do="correct the times")
