"""What was handed in, as the pages show it: what waits for a name, what waits to be looked at, one packet with all about it.
Plain values, no writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from dueprocess.desk import events as kinds
from dueprocess.desk.packets import OPEN, packet_row
from dueprocess.desk.people import Who, allow
from dueprocess.store import Store, tables

_TABLE = tables.packets


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. ``owner`` is the stay that it belongs to, once somebody has said so; until then ``proposed`` are those
    whose booking number came with it, and ``everybody`` who is in. ``filed`` are the papers filed of it, by their number in
    the reading; ``standing`` the stay's papers that a new one may replace or withdraw."""

    row: Mapping[str, Any]
    owner: Mapping[str, Any] | None
    proposed: list[dict[str, Any]]
    everybody: list[dict[str, Any]]
    standing: list[dict[str, Any]]
    filed: dict[int | None, dict[str, Any]]


def packet(store: Store, who: Who, id_: str) -> Packet:
    """Raises NotHere, also for another agency's."""
    allow(who, "see")
    s = tables.stays.c
    with store.read(who.agency) as connection:
        row = dict(packet_row(connection, who.agency, id_)._mapping)
        owner, proposed, everybody, standing, filed = None, [], [], [], {}
        if row["stay"] is None:
            query = sa.select(s.id, s.name, s.case_number, s.booking_number).where(s.agency == who.agency, s.status == "in").order_by(s.name, s.case_number)
            everybody = [dict(r._mapping) for r in connection.execute(query)]
            wanted = {_plain(part) for part in (row["hint"] or "").split()} - {""}
            # By number only: two people may have one name, and a name is misread.
            proposed = [one for one in everybody if one["booking_number"] and _plain(one["booking_number"]) in wanted]
        else:
            found = connection.execute(sa.select(tables.stays).where(s.agency == who.agency, s.id == row["stay"])).first()
            owner = None if found is None else dict(found._mapping)
            p, e = tables.papers.c, tables.events.c
            query = sa.select(tables.papers).where(p.agency == who.agency, p.stay == row["stay"], p.cancelled_at.is_(None), p.replaced_by.is_(None)).order_by(p.number)
            standing = [dict(r._mapping) for r in connection.execute(query)]
            events = sa.select(tables.events).where(e.agency == who.agency, e.stay == row["stay"], e.kind == kinds.PAPER, e.undone_by.is_(None)).order_by(e.number)
            for event in connection.execute(events):
                read = (event.body or {}).get("read") or {}
                if read.get("packet") == id_:
                    filed[read.get("paper")] = {"number": event.number, "body": event.body}
    return Packet(row, owner, proposed, everybody, standing, filed)


def unassigned(store: Store, who: Who) -> list[dict[str, Any]]:
    """Packets that belong to nobody yet, the oldest first."""
    return _listed(store, who, _TABLE.c.stay.is_(None))


def of_stay(store: Store, who: Who, stay: str) -> list[dict[str, Any]]:
    """A stay's packets that are not filed, the oldest first."""
    return _listed(store, who, _TABLE.c.stay == stay)


def _listed(store: Store, who: Who, condition: Any) -> list[dict[str, Any]]:
    allow(who, "see")
    c = _TABLE.c
    query = sa.select(c.id, c.state, c.at, c.done, c.total, c.problem).where(c.agency == who.agency, c.what == "packet", c.state.in_(OPEN), condition).order_by(c.at, c.id)
    with store.read(who.agency) as connection:
        return [dict(r._mapping) for r in connection.execute(query)]


def other_jails(store: Store, who: Who) -> list[dict[str, Any]]:
    """The other agencies of this installation: people are handed over to them under both records."""
    c = tables.agencies.c
    with store.engine.connect() as connection, connection.begin():
        return [dict(r._mapping) for r in connection.execute(sa.select(c.id, c.name).where(c.id != who.agency).order_by(c.name))]


def handovers(store: Store, who: Who, stay: str) -> list[dict[str, Any]]:
    """Where somebody came from and went to, of the jails here, with the entries of both records."""
    h, a = tables.handovers.c, tables.agencies.c
    query = sa.select(tables.handovers, a.name).select_from(tables.handovers.outerjoin(tables.agencies, a.id == h.other)).where(h.agency == who.agency, h.stay == stay).order_by(h.number)
    with store.read(who.agency) as connection:
        return [dict(r._mapping) for r in connection.execute(query)]


def _plain(text: str) -> str:
    return "".join(c for c in text.upper() if c.isalnum())
