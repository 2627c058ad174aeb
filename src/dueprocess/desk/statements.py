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


DEADLINES = sa.select(tables.deadlines.c.what, tables.deadlines.c.due_at, tables.deadlines.c.state).where(
    tables.deadlines.c.agency == sa.bindparam("the_agency"), tables.deadlines.c.stay == sa.bindparam("the_stay")
)
STAYS = sa.select(sa.func.count()).select_from(tables.stays).where(tables.stays.c.agency == sa.bindparam("the_agency"))
THESE_CASES = sa.select(tables.stays.c.case_number).where(
    tables.stays.c.agency == sa.bindparam("the_agency"),
    tables.stays.c.case_number.in_([sa.bindparam("last"), sa.bindparam("next"), sa.bindparam("other")]),
)
STAY = sa.select(tables.stays).where(tables.stays.c.agency == sa.bindparam("the_agency"), tables.stays.c.id == sa.bindparam("the_id"))
ZONE = sa.select(tables.agencies.c.zone).where(tables.agencies.c.id == sa.bindparam("the_agency"))
IN_BY_NUMBER = sa.select(tables.stays.c.case_number).where(
    tables.stays.c.agency == sa.bindparam("the_agency"), tables.stays.c.booking_number == sa.bindparam("the_number"), tables.stays.c.status == "in",
    tables.stays.c.id != sa.bindparam("but"),
)  # fmt: skip
