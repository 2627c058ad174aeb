"""Statements that every booking needs, built once: building one anew takes longer than running it."""

from __future__ import annotations

import functools
from typing import Any

import sqlalchemy as sa

from dueprocess.store import tables


@functools.cache
def inserting(table: sa.Table) -> Any:
    """Insert the row that is given as parameters."""
    return table.insert()


@functools.cache
def changing(table: sa.Table) -> Any:
    """Set what is given as parameters in the row of ``the_agency`` with ``the_id``."""
    return table.update().where(table.c.agency == sa.bindparam("the_agency"), table.c.id == sa.bindparam("the_id"))


@functools.cache
def of_stay(table: sa.Table, *, order: str) -> Any:
    """The rows of ``the_agency`` about ``the_stay``."""
    return sa.select(table).where(table.c.agency == sa.bindparam("the_agency"), table.c.stay == sa.bindparam("the_stay")).order_by(table.c[order])


@functools.cache
def setting_deadline(dialect: str) -> Any:
    """One statement: a deadline as the newest answer sets it, new or from before; one that moved keeps the time it had."""
    from sqlalchemy.dialects import postgresql, sqlite

    table = tables.deadlines
    insert: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    new, old = insert.excluded, table.c
    moved = sa.case((old.due_at != new.due_at, old.due_at), else_=old.was_due_at)
    values: dict[str, Any] = {name: sa.bindparam(name) for name in ("id", "agency", "stay", "what", "due_at", "decided")}
    again = {"due_at": new.due_at, "was_due_at": moved, "state": "open", "decided": new.decided, "closed_by": None}
    return insert.values(**values, state="open").on_conflict_do_update(index_elements=[old.id], set_=again)


REPLACED_DEADLINES = (
    tables.deadlines.update()
    .where(tables.deadlines.c.agency == sa.bindparam("the_agency"), tables.deadlines.c.stay == sa.bindparam("the_stay"), tables.deadlines.c.state == "open",
           tables.deadlines.c.decided != sa.bindparam("by"))
    .values(state="replaced", closed_by=sa.bindparam("by"))
)  # fmt: skip
"""Those that the newest answer, the entry ``by``, did not set."""
STAYS = sa.select(sa.func.count()).select_from(tables.stays).where(tables.stays.c.agency == sa.bindparam("the_agency"))
THESE_CASES = sa.union_all(
    *(
        sa.select(tables.stays.c.case_number).where(tables.stays.c.agency == sa.bindparam("the_agency"), tables.stays.c.case_number == sa.bindparam(name))
        for name in ("last", "next", "other")
    )
)
"""Each by itself: then the server finds it by its index, however few stays it believes there are."""
STAY = sa.select(tables.stays).where(tables.stays.c.agency == sa.bindparam("the_agency"), tables.stays.c.id == sa.bindparam("the_id"))
ZONE = sa.select(tables.agencies.c.zone).where(tables.agencies.c.id == sa.bindparam("the_agency"))
IN_BY_NUMBER = sa.select(tables.stays.c.case_number).where(
    tables.stays.c.agency == sa.bindparam("the_agency"), tables.stays.c.booking_number == sa.bindparam("the_number"), tables.stays.c.status == "in",
    tables.stays.c.id != sa.bindparam("but"),
)  # fmt: skip
