"""Custody tables: many stays as rows. A row and the case made of it by ``row_case`` ask the same question.

Four tables belong together, joined by ``row`` (0, 1, 2, … in the order of the input):

- ``stays``: one row a stay, with at most one detainer and one warrant of each sort in the row itself;
- ``papers``, ``grounds``, ``events``: what a row has more of.

A recorded time is three columns: ``<name>_lo`` and ``<name>_hi`` (seconds since 1970 UTC, the event lies between
them) and ``<name>_open`` (true where ``_hi`` is the local midnight that the time does not reach, as for a date).
Null means that nothing is given; ``NEVER_AT`` twice means known not to have happened. A fact of the vocabulary is the
column ``f_<fact>``; where it changes during the stay, ``f_<fact>_from`` is the instant and ``f_<fact>_then`` the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from dueprocess.kernel.instants import MAX_INSTANT, MIN_INSTANT, Instant, iso, local_date

NEVER_AT: Instant = MAX_INSTANT

STAY_TIMES = ("booked", "release_due", "bail_refused", "left", "detainer_received", "detainer_served", "detainer_cancelled", "admin_warrant", "removal_warrant", "judicial_warrant")
"""The recorded times of a stay. The three warrants are the receipt of an I-200 signed by an officer, of an I-205
signed by an officer, of a civil warrant signed by a judge."""

PAPER_TIMES = ("received", "served", "cancelled")
GROUND_TIMES = ("start", "end")
EVENT_TIMES = ("at",)

LEFT_STATES = ("recorded", "missing", "present")
"""``missing``: nobody says when the person left (``left`` then spans from the booking to ``as_of``);
``present``: the person was still there at ``as_of`` (``left`` is null)."""

STAY_COLUMNS: dict[str, str] = {
    "row": "BIGINT",
    "stay_id": "VARCHAR",
    "person": "VARCHAR",  # a keyed hash; null where the file has no person
    "source_file": "VARCHAR",
    "source_row": "BIGINT",
    "agency": "VARCHAR",  # a path, as us/or/clackamas-county/sheriff; null where none could be matched
    "facility": "VARCHAR",
    "zone": "VARCHAR",
    "record_complete": "BOOLEAN",
    "as_of": "BIGINT",  # the instant up to which the file speaks
    "at": "BIGINT",  # the instant of the outcome; null: when release was due at the latest
    "left_state": "VARCHAR",
    "left_to": "VARCHAR",
    "has_grounds": "BOOLEAN",  # whether grounds are listed at all: in ``grounds``, or by ``release_due``
    "allowance": "BIGINT",  # seconds of processing that the agency allows itself
    "detainer_form": "VARCHAR",  # null: the row lists no detainer
    "detainer_edition": "VARCHAR",
    "detainer_signed_by": "VARCHAR",
    "detainer_boxes": "VARCHAR",  # the boxes ticked, joined by spaces; empty: none; null: nobody read them
    "detainer_issuer": "VARCHAR",
}
PAPER_COLUMNS: dict[str, str] = {"row": "BIGINT", "kind": "VARCHAR", "edition": "VARCHAR", "signed_by": "VARCHAR", "boxes": "VARCHAR", "matter": "VARCHAR", "issuer": "VARCHAR"}
GROUND_COLUMNS: dict[str, str] = {"row": "BIGINT", "kind": "VARCHAR"}
EVENT_COLUMNS: dict[str, str] = {"row": "BIGINT", "kind": "VARCHAR"}

FACT_TYPES = {"boolean": "BOOLEAN", "one_of": "VARCHAR", "number": "DOUBLE", "date": "DATE"}

_WARRANTS = {"admin_warrant": ("i-200", "immigration_officer"), "removal_warrant": ("i-205", "immigration_officer"), "judicial_warrant": ("judicial_warrant", "judge")}


def time_columns(names: Iterable[str]) -> dict[str, str]:
    """The columns of recorded times, with their SQL types."""
    return {f"{name}{suffix}": kind for name in names for suffix, kind in (("_lo", "BIGINT"), ("_hi", "BIGINT"), ("_open", "BOOLEAN"))}


def stay_schema() -> dict[str, str]:
    """Every column of ``stays`` but those of facts."""
    return {**STAY_COLUMNS, **time_columns(STAY_TIMES)}


def row_case(
    stay: Mapping[str, Any],
    *,
    papers: Iterable[Mapping[str, Any]] = (),
    grounds: Iterable[Mapping[str, Any]] = (),
    events: Iterable[Mapping[str, Any]] = (),
    at: Instant,
    law_known_at: str,
) -> dict[str, Any]:
    """The case file's mapping that asks the same question as a row and what belongs to it."""
    zone = stay["zone"]
    custody: dict[str, Any] = {
        "booked_at": _time(stay, "booked", zone),
        "left_at": _time(stay, "left", zone),
        "left_to": stay.get("left_to"),
        "processing_allowance_hours": (stay.get("allowance") or 0) / 3600,
    }
    for name in ("release_due", "bail_refused"):
        if stay.get(f"{name}_lo") is not None:
            custody[f"{name}_at"] = _time(stay, name, zone)
    listed = [{"kind": g["kind"], "from": _time(g, "start", zone), "until": _until(g, zone)} for g in grounds]
    if listed or (stay["has_grounds"] and stay.get("release_due_lo") is None):
        custody["grounds"] = listed
    return {
        "case": str(stay.get("stay_id") or ""),
        "agency": stay["agency"],
        "facility": stay.get("facility"),
        "at": iso(at, zone),
        "law_known_at": law_known_at,
        "record_complete": bool(stay["record_complete"]),
        "custody": custody,
        "papers": [*_row_papers(stay, zone), *(_paper(p, zone) for p in papers)],
        "events": [{"kind": e["kind"], "at": _time(e, "at", zone)} for e in events],
        "facts": _facts(stay, zone),
        "determined": _determined(stay, zone),
    }


def _time(row: Mapping[str, Any], name: str, zone: str) -> Any:
    low, high = row.get(f"{name}_lo"), row.get(f"{name}_hi")
    if low is None or high is None:
        return None
    if low >= NEVER_AT:
        return "never"
    if low == high:
        return iso(low, zone)
    if low <= MIN_INSTANT or high >= MAX_INSTANT:
        return None
    latest = local_date(zone, high - 1).isoformat() if row.get(f"{name}_open") else iso(high, zone)
    return {"earliest": iso(low, zone), "latest": latest}


def _until(ground: Mapping[str, Any], zone: str) -> Any:
    until = _time(ground, "end", zone)
    return "open" if until == "never" else until


def _row_papers(stay: Mapping[str, Any], zone: str) -> list[dict[str, Any]]:
    papers = []
    if stay.get("detainer_form") is not None:
        papers.append(
            {
                "kind": stay["detainer_form"],
                "edition": stay.get("detainer_edition"),
                "received_at": _time(stay, "detainer_received", zone),
                "served_at": _time(stay, "detainer_served", zone),
                "cancelled_at": _time(stay, "detainer_cancelled", zone),
                "signed_by": stay.get("detainer_signed_by"),
                "boxes": _boxes(stay.get("detainer_boxes")),
                "issuer": stay.get("detainer_issuer"),
            }
        )
    for name, (kind, signer) in _WARRANTS.items():
        low = stay.get(f"{name}_lo")
        if low is not None and low < NEVER_AT:
            papers.append({"kind": kind, "received_at": _time(stay, name, zone), "signed_by": signer})
    return papers


def _paper(paper: Mapping[str, Any], zone: str) -> dict[str, Any]:
    given = {f"{name}_at": _time(paper, name, zone) for name in PAPER_TIMES}
    others = {k: paper.get(k) for k in ("edition", "signed_by", "matter", "issuer") if paper.get(k) is not None}
    return {"kind": paper["kind"], **given, **others, "boxes": _boxes(paper.get("boxes"))}


def _boxes(value: Any) -> list[str] | None:
    return None if value is None else str(value).split()


def _facts(stay: Mapping[str, Any], zone: str) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for column, value in stay.items():
        if not column.startswith("f_") or column.endswith(("_from", "_then")):
            continue
        start = stay.get(f"{column}_from")
        if start is not None:
            facts[column[2:]] = [{"from": "1700-01-01", "value": _value(value)}, {"from": iso(start, zone), "value": _value(stay.get(f"{column}_then"))}]
        elif value is not None:
            facts[column[2:]] = _value(value)
    for name in _WARRANTS:
        if stay.get(f"{name}_lo") == NEVER_AT and facts.get(name) is None:
            facts[name] = False
    return facts


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _determined(stay: Mapping[str, Any], zone: str) -> dict[str, Any]:
    at = stay.get("determined_probable_cause_at")
    if at is None:
        return {}
    return {"probable_cause": {"value": stay["determined_probable_cause"], "by_role": "counsel", "at": iso(at, zone), "on": "as recorded in the table"}}
