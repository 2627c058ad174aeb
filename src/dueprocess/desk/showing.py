"""What the pages show: the board, one person's stay, the alerts. Plain values, no writing; the looks are the pages' matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from dueprocess.desk.base import asking, event_rows
from dueprocess.desk.deciding import HOLDS, deadlines
from dueprocess.desk.people import NotHere, Who, allow
from dueprocess.kernel.errors import InputError
from dueprocess.store import Store, tables

GONE = ("released", "transferred")
"""What the status of a stay is from the day when the person left to the day when it is erased."""
MOST_FOUND = 50
"""Stays that one search gives."""
PROGRAM = {"clock": "the program (the clock)", "law": "the program (new law)", "handover": "the program (handing over)", "reader": "the program (reading)"}
"""Who writes in nobody's name."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the board."""

    stay: str
    case: str
    name: str
    outcome: str
    then: str | None
    deadline: int | None
    what: str
    was_due: int | None
    version: int
    alerts: int


def board(store: Store, who: Who, *, show: str = "all", most: int | None = None) -> list[Line]:
    """Everybody who is in, the earliest deadline first, those without one last; of more than ``most`` people the first.
    ``show``: ``all``, ``due`` (with a deadline) or an outcome."""
    allow(who, "see")
    s, d, a = tables.stays.c, tables.deadlines.c, tables.alerts.c
    with store.read(who.agency) as connection:
        query = sa.select(tables.stays).where(s.agency == who.agency, s.status == "in")
        if show == "due":
            query = query.where(s.next_deadline_at.is_not(None))
        elif show != "all":
            query = query.where(s.outcome == show)
        rows = connection.execute(query.order_by(s.next_deadline_at.is_(None), s.next_deadline_at, s.case_number).limit(most)).all()
        first: dict[str, Any] = {}
        due = sa.select(d.stay, d.what, d.due_at, d.was_due_at).where(d.agency == who.agency, d.state == "open").order_by(d.due_at.desc(), d.what.desc())
        for row in connection.execute(due):
            first[row.stay] = row
        open_ = sa.select(a.stay, sa.func.count()).where(a.agency == who.agency, a.acknowledged_at.is_(None)).group_by(a.stay)
        alerts = {row[0]: row[1] for row in connection.execute(open_)}
    found = []
    for row in rows:
        next_ = first.get(row.id)
        found.append(
            Line(
                row.id, row.case_number, row.name or "(erased)", row.outcome or "review", row.then_outcome, row.next_deadline_at, next_.what if next_ else "",
                next_.was_due_at if next_ else None, row.version, int(alerts.get(row.id, 0)),
            )
        )  # fmt: skip
    return found


def left_lately(store: Store, who: Who, *, since: int) -> list[dict[str, Any]]:
    """Who left from an instant on, the last first: there a release that was pressed by mistake is found again."""
    allow(who, "see")
    s = tables.stays.c
    query = sa.select(s.id, s.case_number, s.name, s.left_at, s.left_to).where(s.agency == who.agency, s.status.in_(GONE), s.left_at >= since).order_by(s.left_at.desc(), s.case_number)
    with store.read(who.agency) as connection:
        return [dict(r._mapping) for r in connection.execute(query)]


def limits(store: Store, who: Who) -> dict[str, list[dict[str, Any]]]:
    """Of everybody in local custody whom the answer lets or makes the jail keep when it ends: the limits that bind then. On
    paper that is what a desk counts from once the system is down."""
    allow(who, "see")
    s, d = tables.stays.c, tables.decisions.c
    with store.read(who.agency) as connection:
        joined = tables.stays.join(tables.decisions, sa.and_(d.number == s.decided, d.agency == s.agency))
        query = sa.select(s.id, d.answer).select_from(joined).where(s.agency == who.agency, s.status == "in", s.then_outcome.in_(HOLDS))
        found = {}
        for row in connection.execute(query):
            clocks = ((row.answer or {}).get("then") or {}).get("clocks", ())
            found[row.id] = [c for c in clocks if c["governs"] or (c["state"] == "applies" and not c["defeated"])]
    return found


@dataclass(frozen=True, slots=True)
class Whole:
    """All about one stay."""

    stay: Mapping[str, Any]
    events: list[dict[str, Any]]
    papers: list[dict[str, Any]]
    grounds: list[dict[str, Any]]
    deadlines: list[dict[str, Any]]
    alerts: list[dict[str, Any]]
    decisions: list[dict[str, Any]]
    answer: Mapping[str, Any]
    questions: list[dict[str, Any]]
    jail: str
    zone: str
    names: Mapping[str, str]
    changes: list[dict[str, Any]]
    """What new law or holidays changed: the answer before and after, with each deadline that moved."""

    @property
    def complete(self) -> bool:
        """Whether somebody has said that everything so far is recorded here."""
        return any(e["kind"] == "record.complete" or (e["kind"] == "booked" and (e["body"] or {}).get("complete")) for e in self.events if e["undone_by"] is None)


def person(store: Store, who: Who, stay: str, *, about_status: frozenset[str] | None = None) -> Whole:
    """Raises NotHere, also for another agency's stay. ``about_status`` as in ``questions``."""
    allow(who, "see")
    with store.read(who.agency) as connection:
        mine = sa.select(tables.stays).where(tables.stays.c.agency == who.agency, tables.stays.c.id == stay)
        row = connection.execute(mine).first()
        if row is None:
            raise NotHere("there is no such stay here", do="choose one from the board")

        def all_of(table: sa.Table, *order: Any) -> list[dict[str, Any]]:
            query = sa.select(table).where(table.c.agency == who.agency, table.c.stay == stay).order_by(*order)
            return [dict(r._mapping) for r in connection.execute(query)]

        names = dict(connection.execute(sa.select(tables.accounts.c.id, tables.accounts.c.name).where(tables.accounts.c.agency == who.agency)).all())
        names |= {t.id: f"system: {t.name}" for t in connection.execute(sa.select(tables.tokens).where(tables.tokens.c.agency == who.agency))}
        names |= PROGRAM
        events = [{**dict(r._mapping), "name": names.get(r.by, r.by)} for r in event_rows(connection, who.agency, stay)]
        papers, grounds = all_of(tables.papers, tables.papers.c.number), all_of(tables.grounds, tables.grounds.c.number)
        due, alerts = all_of(tables.deadlines, tables.deadlines.c.due_at), all_of(tables.alerts, tables.alerts.c.raised_at)
        decisions = all_of(tables.decisions, tables.decisions.c.number)
        jail = connection.execute(sa.select(tables.agencies.c.name, tables.agencies.c.zone).where(tables.agencies.c.id == who.agency)).one()
    answer = (decisions[-1]["answer"] or {}) if decisions else {}
    changed = changes(decisions)
    for one in decisions:
        one.pop("answer")
    return Whole(dict(row._mapping), events, papers, grounds, due, alerts, decisions, answer, questions(answer, about_status=about_status), jail.name, jail.zone, names, changed)


def changes(decisions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Answers that were asked for because of new law and came out otherwise, each beside the one before it."""
    found = []
    for before, now in pairwise(decisions):
        if now["because"] != "law":
            continue
        due = [{} if one["answer"] is None else deadlines(one["answer"], one["at"]) for one in (before, now)]
        moved = [{"what": what, "before": due[0].get(what), "now": due[1].get(what)} for what in sorted({*due[0], *due[1]}) if due[0].get(what) != due[1].get(what)]
        if before["outcome"] != now["outcome"] or before["hold_until"] != now["hold_until"] or moved:
            keys = ("number", "at", "outcome", "hold_until", "law_version")
            found.append({"at": now["at"], "before": {k: before[k] for k in keys}, "now": {k: now[k] for k in keys}, "deadlines": moved})
    return found


def questions(answer: Mapping[str, Any], *, about_status: frozenset[str] | None = None) -> list[dict[str, Any]]:
    """What the answer asks, also of the moment when the jail's own reason ends; a question about status only where it may
    be put. ``about_status`` are the facts of the law in use that are about it; without it any question to a person may be."""
    then = answer.get("then") or {}
    found = []
    for missing in [*answer.get("missing", ()), *then.get("missing", ())]:
        personal = missing["settled_by"] == "person" if about_status is None else missing["fact"] in about_status
        if personal and asking(answer) != "free":
            continue
        if missing not in found:
            found.append(missing)
    return found


def search(store: Store, who: Who, *, text: str, by_name: bool) -> list[dict[str, Any]]:
    """Stays by booking number or case number, who is in first; by a part of the name where ``by_name`` (which needs a purpose: the caller
    records the look). Never another agency's."""
    allow(who, "search")
    wanted = text.strip()
    if len(wanted) < 2:
        raise InputError("there is nothing to search for", do="type at least two characters")
    c = tables.stays.c
    with store.read(who.agency) as connection:
        match = c.name.ilike(f"%{_plain(wanted)}%", escape="\\") if by_name else sa.or_(c.booking_number == wanted, c.case_number == wanted)
        query = sa.select(c.id, c.case_number, c.name, c.booked_at, c.left_at).where(c.agency == who.agency, match).order_by(c.left_at.is_not(None), c.booked_at.desc()).limit(MOST_FOUND)
        return [dict(r._mapping) for r in connection.execute(query)]


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def by_case(store: Store, who: Who, case: str) -> str:
    """The id of the stay with a case number or a booking number; of several stays under one booking number the one that is
    in, else the last. Raises NotHere, and InputError where it is one stay's case number and another's booking number."""
    c = tables.stays.c
    query = sa.select(c.id, c.case_number).where(c.agency == who.agency, sa.or_(c.case_number == case, c.booking_number == case))
    with store.read(who.agency) as connection:
        found = connection.execute(query.order_by(c.left_at.is_not(None), c.booked_at.desc())).all()
    if not found:
        raise NotHere("there is no such stay here", do="book the person first, or correct the number")
    if len({row.case_number == case for row in found}) > 1:  # guessing could let the wrong person go
        raise InputError("this is one person's case number and another's booking number", do="give the other number of the person who is meant")
    return str(found[0].id)


def open_alerts(store: Store, who: Who) -> list[dict[str, Any]]:
    """Alerts that nobody has taken, the oldest first."""
    a = tables.alerts.c
    return _alerts(store, who, a.acknowledged_at.is_(None), order=a.raised_at)


def taken_alerts(store: Store, who: Who, *, since: int) -> list[dict[str, Any]]:
    """Alerts that somebody took from an instant on, the last first; ``taken_by`` is their name."""
    a = tables.alerts.c
    return _alerts(store, who, a.acknowledged_at >= since, order=a.acknowledged_at.desc())


def _alerts(store: Store, who: Who, which: sa.ColumnElement[bool], *, order: Any) -> list[dict[str, Any]]:
    allow(who, "see")
    a, s, d, t = tables.alerts.c, tables.stays.c, tables.deadlines.c, tables.accounts.c
    joined = tables.alerts.outerjoin(tables.stays, sa.and_(s.id == a.stay, s.agency == a.agency)).outerjoin(tables.deadlines, sa.and_(d.id == a.deadline, d.agency == a.agency))
    joined = joined.outerjoin(tables.accounts, sa.and_(t.id == a.acknowledged_by, t.agency == a.agency))
    due = (d.what.label("deadline_what"), d.due_at.label("deadline_at"), d.state.label("deadline_state"))
    query = sa.select(tables.alerts, s.case_number, *due, t.name.label("taken_by")).select_from(joined)
    with store.read(who.agency) as connection:
        return [dict(r._mapping) for r in connection.execute(query.where(a.agency == who.agency, which).order_by(order, a.id))]


def matters(raised: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Alerts by what they are about: those of one deadline together, the latest of them last."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in raised:
        found.setdefault(one["deadline"] or one["id"], []).append(one)
    return [sorted(group, key=lambda one: (one["due_at"], one["id"])) for group in found.values()]


def newest(store: Store, agency: str) -> int:
    """The number of the agency's last entry that changes a page: looks and sign-ins do not."""
    c = tables.entries.c
    with store.read(agency) as connection:
        query = sa.select(c.number).where(c.agency == agency, c.kind.not_in(("looked", "account.signed_in"))).order_by(c.number.desc()).limit(1)
        return int(connection.execute(query).scalar() or 0)
