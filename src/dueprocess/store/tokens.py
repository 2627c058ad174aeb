"""Tokens for other systems: each with scopes, an end, and a name for the record. The secret is shown once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError, shown
from dueprocess.store import tables
from dueprocess.store.accounts import hashed, new_id
from dueprocess.store.database import Store
from dueprocess.store.events import Done, Draft
from dueprocess.store.gate import agency_of

LONGEST_SECONDS = 400 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Token:
    """A new token: ``secret`` is shown once and kept nowhere."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose token it is and what it may do."""

    id: str
    agency: str
    name: str
    scopes: frozenset[str]


def add(connection: sa.Connection, *, agency: str, name: str, scopes: Sequence[str], until: int, by: str, now: int) -> Done:
    """A new token; ``Done.result`` is a Token. Raises InputError for no scope, no name, or an end that is too far off."""
    if not scopes or not all(re.fullmatch(r"[a-z]+:[a-z]+", s) for s in scopes):
        raise InputError("these are no scopes", do="name each as [bookings:write]")
    if not re.fullmatch(r"[^\x00-\x1f<>]{1,80}", name):
        raise InputError(f"[{shown(name)}] is no name", do="use 1 to 80 characters")
    if not now < until <= now + LONGEST_SECONDS:
        raise InputError("the token's end is past or more than 400 days off", do="give an end within 400 days")
    number = connection.execute(sa.select(tables.agencies.c.number).where(tables.agencies.c.id == agency)).scalar_one()
    made = Token(new_id("t"), f"{number}.{secrets.token_urlsafe(32)}")
    row = {"id": made.id, "agency": agency, "hash": hashed(made.secret), "name": name, "scopes": sorted(set(scopes)), "made_by": by, "made_at": now, "until": until}
    connection.execute(tables.tokens.insert(), row)
    return Done([Draft("token.added", head={"token": made.id, "scopes": " ".join(sorted(set(scopes)))})], made)


def revoke(connection: sa.Connection, *, agency: str, token: str, now: int) -> Done:
    """End a token. Raises InputError where there is none that still holds."""
    table = tables.tokens
    ended = connection.execute(
        table.update().where(table.c.agency == agency, table.c.id == token, table.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    if not ended.rowcount:
        raise InputError(f"[{shown(token)}] is no token that still holds", do="choose one from the list")
    return Done([Draft("token.revoked", head={"token": token})])


def of_agency(connection: sa.Connection, *, agency: str) -> list[dict[str, Any]]:
    """The tokens of an agency, without anything secret."""
    c = tables.tokens.c
    query = sa.select(c.id, c.name, c.scopes, c.made_by, c.made_at, c.until, c.revoked_at).where(c.agency == agency).order_by(c.made_at)
    return [dict(row._mapping) for row in connection.execute(query)]


def holder(store: Store, secret: str, *, now: int) -> Holder | None:
    """Whose token this is; None for one that is unknown, revoked or over."""
    agency = agency_of(store, secret)
    if agency is None:
        return None
    rows = store.ask(agency, _BY_HASH, {"the_agency": agency, "the_hash": hashed(secret)})
    if not rows:
        return None
    ((id_, name, scopes, until, revoked_at),) = rows
    if revoked_at is not None or now >= until:
        return None
    return Holder(id_, agency, name, frozenset(scopes))


_BY_HASH = sa.select(tables.tokens.c.id, tables.tokens.c.name, tables.tokens.c.scopes, tables.tokens.c.until, tables.tokens.c.revoked_at).where(
    tables.tokens.c.agency == sa.bindparam("the_agency"), tables.tokens.c.hash == sa.bindparam("the_hash")
)
