"""Alerts that come of no deadline: what stays undone, or fails each time, and would else stand in a log only.

Each has an id made of what it is about and of how many days it has lasted: it is raised once, and once more for each day that
it goes on though somebody acknowledged it. It ends by itself when what it is about is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.base import Base
from dueprocess.kernel.instants import local_date
from dueprocess.store import Done, Draft, tables

DAY = 86_400
NOBODYS, UNFILED = "packet.nobodys", "packet.unfiled"
NOT_DECIDED, NOT_HANDED_OVER, NOT_TAKEN_OVER = "decide.failed", "handover.failed", "handover.missing"
ROWS_REFUSED, NO_FOLDER, LAW_REFUSED = "drop.refused", "drop.away", "law.refused"
WORDS = {
    NOBODYS: "papers came and belong to nobody yet: look at them, and say whose they are",
    UNFILED: "papers came and are not filed: until they are, the answer knows nothing of them",
    NOT_DECIDED: "the answer could not be worked out anew: count from the paper by hand, and tell whoever looks after the program",
    NOT_HANDED_OVER: "the person went to another jail here, and its record has not got them: tell that jail",
    NOT_TAKEN_OVER: "another jail here handed somebody over, and this record could not take them: ask there, and book them by hand",
    ROWS_REFUSED: "another system's rows in the drop folder were not taken: the report beside the file says which",
    NO_FOLDER: "the drop folder cannot be read: what another system sends does not arrive",
    LAW_REFUSED: "law or an adoption that was laid down cannot be used: the desk goes on with what it had",
}
"""What people are told."""
ROLES = {NOBODYS: "clerk", UNFILED: "clerk"}
"""Who is told first; else a supervisor."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """``about`` names what it is about, as ``packet/k_1/nobodys``; ``since`` epoch seconds; ``group``: no second alert whose
    name begins so is raised while one of them is not acknowledged."""

    about: str
    what: str
    since: int
    stay: str | None = None
    group: str = ""


def raised(desk: Base, agency: str, trouble: Trouble) -> int:
    """Raise its alert, unless it was raised or one about the same is still not acknowledged. Returns the entries written."""
    days = max(0, desk.now() - trouble.since) // DAY
    id_ = f"{trouble.about}/{days}"
    a = tables.alerts.c
    open_ = sa.and_(a.id.startswith(trouble.group or f"{trouble.about}/", autoescape=True), a.acknowledged_at.is_(None))
    query = sa.select(a.id).where(a.agency == agency, sa.or_(a.id == id_, open_)).limit(1)
    with desk.store.read(agency) as connection:
        if connection.execute(query).first() is not None:  # the writer is not asked at each turn
            return 0

    def work(connection: sa.Connection) -> Done:
        if connection.execute(query).first() is not None:
            return Done()
        head = {
            "alert": id_, "stay": trouble.stay, "deadline": None, "what": trouble.what, "role": ROLES.get(trouble.what, "supervisor"),
            "due_at": trouble.since + days * DAY, "level": 0 if trouble.what in ROLES else 1,
        }  # fmt: skip
        return Done([Draft(kinds.RAISED, head=head)])

    return len(desk.writer.write(work, agency=agency, by="clock").numbers)


def settled(connection: sa.Connection, agency: str, about: str) -> list[Draft]:
    """The entries that take what was raised about something, within a piece of the writer's work: it is done."""
    a = tables.alerts.c
    query = sa.select(a.id).where(a.agency == agency, a.id.startswith(about, autoescape=True), a.acknowledged_at.is_(None)).order_by(a.id)
    return [Draft(kinds.ACKNOWLEDGED, head={"alert": row.id}) for row in connection.execute(query)]


def settle(desk: Base, agency: str, about: str, *, by: str) -> int:
    """The same as a piece of work of its own. Returns the entries written."""
    with desk.store.read(agency) as connection:
        if not settled(connection, agency, about):
            return 0
    return len(desk.writer.write(lambda connection: Done(settled(connection, agency, about)), agency=agency, by=by).numbers)


def waiting_papers(desk: Base, agency: str, *, patience: int) -> Iterator[Trouble]:
    """Packets that came ``patience`` seconds ago or more and belong to nobody, or are not filed."""
    c, f = tables.packets.c, tables.files.c
    came = sa.select(sa.func.max(f.at)).where(f.agency == agency)  # when they came here, not when a person says that they were received
    with desk.store.read(agency) as connection:
        query = sa.select(c.id, c.stay, c.files).where(c.agency == agency, c.what == "packet", c.state.in_(("waiting", "read", "failed"))).order_by(c.at, c.id)
        found: list[tuple[Any, int]] = []
        for row in connection.execute(query):
            at = connection.execute(came.where(f.id.in_([one["file"] for one in row.files]))).scalar()
            if at is not None and at + patience <= desk.now():
                found.append((row, int(at)))
    for row, at in found:
        what = NOBODYS if row.stay is None else UNFILED
        yield Trouble(f"packet/{row.id}/{what.partition('.')[2]}", what, at + patience, row.stay)


def not_decided(stay: str, since: int) -> Trouble:
    """A stay whose answer could not be worked out."""
    return Trouble(f"decide/{stay}/{since}", NOT_DECIDED, since, stay, group=f"decide/{stay}/")


def not_handed_over(desk: Base, sender: str, handover: str) -> Iterator[tuple[str, Trouble]]:
    """For each of the two jails: somebody who went from one to the other, and did not arrive in its record."""
    h, e = tables.handovers.c, tables.events.c
    with desk.store.read(sender) as connection:
        joined = tables.handovers.join(tables.events, sa.and_(e.number == h.number, e.agency == h.agency))
        row = connection.execute(sa.select(h.stay, h.other, e.recorded_at).select_from(joined).where(h.agency == sender, h.id == handover)).first()
    if row is not None:
        yield sender, Trouble(f"handover/{handover}/out", NOT_HANDED_OVER, row.recorded_at, row.stay)
        yield row.other, Trouble(f"handover/{handover}/in", NOT_TAKEN_OVER, row.recorded_at)


def rows_refused(desk: Base, agency: str, mark: str) -> Trouble:
    """A file of another system with rows that were not taken; ``mark`` tells one set of them from another. The same rows, sent
    again and again, are told once a day."""
    now = desk.now()
    return Trouble(f"drop/rows/{local_date(desk.zone(agency), now)}/{mark}", ROWS_REFUSED, now, group="drop/rows/")


def no_folder(since: int) -> Trouble:
    """The drop folder has failed for a while."""
    return Trouble(f"drop/away/{since}", NO_FOLDER, since, group="drop/away/")


def law_refused(since: int) -> Trouble:
    """Law or an adoption that cannot be used."""
    return Trouble(f"law/refused/{since}", LAW_REFUSED, since, group="law/refused/")
