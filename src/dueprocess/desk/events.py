"""What is recorded about a stay, and what each entry changes in the read tables.

An entry's head holds ids, times and outcome words, which stay for good; everything about the person is in the payload,
which is erased with the stay. A row of ``events`` is an entry as it happened; a row taken back names the entry that did.
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from dueprocess.desk.statements import REPLACED_DEADLINES, changing, inserting, setting_deadline
from dueprocess.store import Event, EventTypes, tables
from dueprocess.store.driver import put

TYPES = EventTypes()

BOOKED, GROUND, GROUND_ENDED, BAIL_REFUSED = "booked", "ground.added", "ground.ended", "bail.refused"
PAPER, SERVED, CANCELLED = "paper.received", "copy.served", "paper.cancelled"
SAID, ANSWERED, DUTY, NOTIFIED, COMPLETE = "said", "fact.answered", "duty.done", "notified", "record.complete"
DETERMINED, CONTINUED, AGAINST = "determined", "hold.continued", "done.against"
RELEASED, TRANSFERRED = "released", "transferred"
AMENDED, UNDONE, DECIDED = "amended", "undone", "decided"
HANDED_IN, WHOSE, READ, FILED, ASIDE = "packet.received", "packet.assigned", "packet.read", "packet.filed", "packet.set_aside"
BACK = "packet.taken_back"
HANDED_OVER = "handover.arrived"
ADOPTED = "law.adopted"
RAISED, SENT, ACKNOWLEDGED = "alert.raised", "alert.sent", "alert.acknowledged"

HAPPENED = (
    BOOKED, GROUND, GROUND_ENDED, BAIL_REFUSED, PAPER, SERVED, CANCELLED, SAID, ANSWERED, DUTY, NOTIFIED, COMPLETE, DETERMINED, CONTINUED, AGAINST,
    RELEASED, TRANSFERRED,
)  # fmt: skip
"""The kinds that are rows of ``events``."""


def _happened(connection: sa.Connection, event: Event) -> None:
    _row(connection, event, kind=event.kind, amends=None)
    _project(connection, event, event.kind)
    if event.kind != BOOKED:  # which has written the row with its version
        _version(connection, event)


def _row(connection: sa.Connection, event: Event, *, kind: str, amends: int | None) -> None:
    head = event.head
    row = {
        "number": event.number, "agency": event.agency, "stay": event.subject, "kind": kind, "at": head["when"], "recorded_at": event.at,
        "known_at": head.get("known_at"), "by": event.by, "amends": amends, "body": None if event.payload is None else dict(event.payload),
    }  # fmt: skip
    put(connection, inserting(tables.events), row)


def _project(connection: sa.Connection, event: Event, kind: str, *, again: bool = False) -> None:
    """What an entry of a kind changes beside its own row; ``again`` where it corrects one."""
    head = event.head
    if kind == BOOKED:
        values = {"name": event.get("name"), "booking_number": event.get("booking_number"), "language": event.get("language"), "booked_at": head["when"]}
        if again:
            _stay(connection, event, **values)
        else:
            row = {"id": event.subject, "agency": event.agency, "case_number": head["case"], "status": "in", "version": event.version, **values}
            put(connection, inserting(tables.stays), row)
            if head.get("handover"):
                _handover(connection, event, way="in", other=head["from"], number=head["from_number"])
    elif kind == GROUND:
        values = {"kind": head["what"], "started_at": head["when"], "ended_at": head["until"], "ended_by": None, "body": event.get("ground"), "number": event.number}
        _keep(connection, tables.grounds, event, str(head["ground"]), values, again=again)
    elif kind == GROUND_ENDED:
        _change(connection, tables.grounds, event, str(head["ground"]), ended_at=head["when"], ended_by=head["how"])
    elif kind == PAPER:
        values = {"kind": head["form"], "edition": head["edition"], "received_at": head["when"], "body": event.get("paper"), "number": event.number, "file": head.get("file")}
        _keep(connection, tables.papers, event, str(head["paper"]), values, again=again)
        if head.get("replaces"):
            _change(connection, tables.papers, event, str(head["replaces"]), replaced_by=head["paper"])
    elif kind == SERVED:
        _change(connection, tables.papers, event, str(head["paper"]), served_at=head["when"])
    elif kind == CANCELLED:
        _change(connection, tables.papers, event, str(head["paper"]), cancelled_at=head["when"])
    elif kind in (RELEASED, TRANSFERRED) or (kind == AGAINST and head["left_to"] is not None):
        status = "released" if head["left_to"] == "community" else "transferred"
        _stay(connection, event, left_at=head["when"], left_to=head["left_to"], status=status, next_decision_at=None, next_deadline_at=None)
        _close(connection, event, _number(head["when"]), instead_of=_number(head["amends"]) if again else None)
        if head.get("handover") and not again:
            _handover(connection, event, way="out", other=head["to"], number=None)


def _handover(connection: sa.Connection, event: Event, *, way: str, other: Any, number: Any) -> None:
    row = {
        "agency": event.agency, "id": event.head["handover"], "stay": event.subject, "way": way, "other": other, "number": event.number,
        "other_number": number, "at": event.head["when"],
    }  # fmt: skip
    connection.execute(tables.handovers.insert(), row)


@TYPES.on(HANDED_OVER)
def _handed_over(connection: sa.Connection, event: Event) -> None:
    """The other jail's entry about somebody who went there."""
    c = tables.handovers.c
    where = (c.agency == event.agency, c.id == event.head["handover"])
    connection.execute(tables.handovers.update().where(*where).values(other_number=event.head["number"]))


def _amended(connection: sa.Connection, event: Event) -> None:
    kind, old = str(event.head["what_kind"]), _number(event.head["amends"])
    _row(connection, event, kind=kind, amends=old)
    _taken_back(connection, event, old)
    _project(connection, event, kind, again=True)
    _version(connection, event)


def _undone(connection: sa.Connection, event: Event) -> None:
    head, kind = event.head, str(event.head["what_kind"])
    _taken_back(connection, event, _number(head["undoes"]))
    id_ = str(head.get("id") or "")
    if kind == GROUND:
        _remove(connection, tables.grounds, event, id_)
    elif kind == PAPER:
        _remove(connection, tables.papers, event, id_)
        p = tables.papers.c
        connection.execute(tables.papers.update().where(p.agency == event.agency, p.replaced_by == id_).values(replaced_by=None))
    elif kind == GROUND_ENDED:
        _change(connection, tables.grounds, event, id_, ended_at=head.get("was"), ended_by=None)
    elif kind in (SERVED, CANCELLED):
        _change(connection, tables.papers, event, id_, **{"served_at" if kind == SERVED else "cancelled_at": None})
    elif kind in (RELEASED, TRANSFERRED, AGAINST):
        _stay(connection, event, left_at=None, left_to=None, status="in")
    _version(connection, event)


def _decided(connection: sa.Connection, event: Event) -> None:
    head = event.head
    row = {
        "number": event.number, "agency": event.agency, "stay": event.subject, "at": head["asked_at"], "outcome": head["outcome"],
        "hold_until": head["hold_until"], "law_version": head["law"], "engine_version": head["engine"], "because": head["because"],
        "answer": event.get("answer"),
    }  # fmt: skip
    put(connection, inserting(tables.decisions), row)
    due: dict[str, int] = json.loads(str(head["deadlines"]))
    if head["open"]:
        _deadlines(connection, event, due)
    again, first = head["again"], min(due.values(), default=None)
    _stay(
        connection, event, outcome=head["outcome"], then_outcome=head["then"], hold_until=head["hold_until"], decided=event.number, release_due_at=head["due"],
        next_decision_at=again if head["open"] else None, next_deadline_at=first if head["open"] else None, version=event.version,
    )  # fmt: skip


def _deadlines(connection: sa.Connection, event: Event, due: dict[str, int]) -> None:
    """The deadlines of the newest answer; one that moved keeps the time it had before, one that is gone is replaced."""
    for what, at in due.items():
        values = {"id": deadline_id(str(event.subject), what), "agency": event.agency, "stay": event.subject, "what": what, "due_at": at, "decided": event.number}
        put(connection, setting_deadline(connection.dialect.name), values)
    put(connection, REPLACED_DEADLINES, {"the_agency": event.agency, "the_stay": event.subject, "by": event.number})


def deadline_id(stay: str, what: str) -> str:
    """The same deadline has the same id in each answer about a stay."""
    return f"{stay}/{what}"


def _close(connection: sa.Connection, event: Event, at: int, *, instead_of: int | None = None) -> None:
    """The person left: each open deadline was met or missed. ``instead_of``: the entry that this one corrects, which had
    closed them by another time."""
    table = tables.deadlines
    closed = sa.and_(table.c.state.in_(("met", "missed")), table.c.closed_by == instead_of)
    mine = (table.c.agency == event.agency, table.c.stay == event.subject, table.c.state == "open" if instead_of is None else sa.or_(table.c.state == "open", closed))
    state = sa.case((table.c.due_at < at, "missed"), else_="met")
    connection.execute(table.update().where(*mine).values(state=state, closed_by=event.number))


# -- alerts ----------------------------------------------------------------------------------------------


@TYPES.on(RAISED)
def _raised(connection: sa.Connection, event: Event) -> None:
    head = event.head
    row = {
        "id": head["alert"], "agency": event.agency, "stay": head["stay"], "deadline": head["deadline"], "what": head["what"], "role": head["role"],
        "due_at": head["due_at"], "level": head["level"], "raised_at": event.at, "tries": 0,
    }  # fmt: skip
    put(connection, inserting(tables.alerts), row)


@TYPES.on(SENT)
def _sent(connection: sa.Connection, event: Event) -> None:
    c = tables.alerts.c
    values = {"sent_at": event.at, "tries": c.tries + 1, "level": event.head["level"]}
    connection.execute(tables.alerts.update().where(c.agency == event.agency, c.id == event.head["alert"]).values(**values))


@TYPES.on(ACKNOWLEDGED)
def _acknowledged(connection: sa.Connection, event: Event) -> None:
    c = tables.alerts.c
    values = {"acknowledged_at": event.at, "acknowledged_by": event.by}
    connection.execute(tables.alerts.update().where(c.agency == event.agency, c.id == event.head["alert"]).values(**values))


# -- small parts -----------------------------------------------------------------------------------------


def _number(value: Any) -> int:
    """A head's number: what we wrote there ourselves."""
    assert isinstance(value, int)
    return value


def _version(connection: sa.Connection, event: Event) -> None:
    _stay(connection, event, version=event.version)


def _stay(connection: sa.Connection, event: Event, **values: Any) -> None:
    put(connection, changing(tables.stays), {"the_agency": event.agency, "the_id": event.subject, **values})


def _taken_back(connection: sa.Connection, event: Event, number: int) -> None:
    c = tables.events.c
    connection.execute(tables.events.update().where(c.agency == event.agency, c.number == number).values(undone_by=event.number))


def _keep(connection: sa.Connection, table: sa.Table, event: Event, id_: str, values: dict[str, Any], *, again: bool) -> None:
    if not again or not connection.execute(changing(table), {"the_agency": event.agency, "the_id": id_, **values}).rowcount:
        put(connection, inserting(table), {"id": id_, "agency": event.agency, "stay": event.subject, **values})


def _change(connection: sa.Connection, table: sa.Table, event: Event, id_: str, **values: Any) -> None:
    put(connection, changing(table), {"the_agency": event.agency, "the_id": id_, **values})


def _remove(connection: sa.Connection, table: sa.Table, event: Event, id_: str) -> None:
    connection.execute(table.delete().where(table.c.agency == event.agency, table.c.id == id_))


def _beside(_connection: sa.Connection, _event: Event) -> None:
    """What was handed in is working state until it is filed: these entries prove when it came, whose it was said to be and
    what the program read, and change no read table. Nor does an adoption: it stands in the agency's settings."""


for _kind in (HANDED_IN, WHOSE, READ, FILED, ASIDE, BACK, ADOPTED):
    TYPES.on(_kind)(_beside)
for _kind in HAPPENED:
    TYPES.on(_kind)(_happened)
TYPES.on(AMENDED)(_amended)
TYPES.on(UNDONE)(_undone)
TYPES.on(DECIDED)(_decided)
