"""The answers recorded since an entry, for a system that keeps up with them: one line each, in the record's order."""

from __future__ import annotations

import sqlalchemy as sa
from pydantic import BaseModel, Field

from dueprocess.store import Store, tables

MOST = 500


class Change(BaseModel):
    """One answer. Times are epoch seconds."""

    entry: int = Field(description="Its number in the record.")
    case: str
    booking_number: str | None = Field(description="The jail's own number; null once the stay was erased.")
    outcome: str
    hold_until: int | None
    asked_at: int = Field(description="The instant that the answer is about.")
    because: str = Field(description="Which event, or the clock, or other law.")
    newest: bool = Field(description="No later answer about this stay has been recorded.")
    next_deadline: int | None = Field(description="Of the newest answer: the earliest open deadline.")
    left: bool = Field(description="The person has left.")


def changes(store: Store, agency: str, *, after: int, limit: int) -> list[Change]:
    """At most ``limit`` of them, after entry ``after``. Entries become visible in their order, so that none is skipped."""
    d, s = tables.decisions.c, tables.stays.c
    query = (
        sa.select(d.number, d.outcome, d.hold_until, d.at, d.because, s.case_number, s.booking_number, s.decided, s.next_deadline_at, s.left_at)
        .select_from(tables.decisions.join(tables.stays, sa.and_(s.id == d.stay, s.agency == d.agency)))
        .where(d.agency == agency, d.number > after)
        .order_by(d.number)
        .limit(limit)
    )
    with store.read(agency) as connection:
        rows = connection.execute(query).all()
    return [
        Change(
            entry=r.number, case=r.case_number, booking_number=r.booking_number, outcome=r.outcome, hold_until=r.hold_until, asked_at=r.at, because=r.because,
            newest=r.number == r.decided, next_deadline=r.next_deadline_at if r.number == r.decided else None, left=r.left_at is not None,
        )
        for r in rows
    ]  # fmt: skip
