"""Accounts of an agency: made, given a password by their owner, changed, closed. Each change is an entry of the record.

Nobody ever knows another's password: an account is made with a one-time text, and its owner sets the password with it.
The first start makes one administrator that way; there is no default password.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from dueprocess.kernel.errors import InputError, shown
from dueprocess.kernel.instants import zone as known_zone
from dueprocess.store import tables
from dueprocess.store.events import Done, Draft, Event, EventTypes

SETUP_SECONDS = 3 * 24 * 3600
LEAST_PASSWORD = 12
_LONGEST_PASSWORD = 200
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}\Z")
_NAME = re.compile(r"[^\x00-\x1f<>]{1,80}\Z")


class Role(StrEnum):
    """What an account may do is the desk's matter; these are the kinds of account."""

    clerk = "clerk"
    supervisor = "supervisor"
    counsel = "counsel"
    auditor = "auditor"
    administrator = "administrator"


@dataclass(frozen=True, slots=True)
class Made:
    """A new account, or a reset one: ``secret`` is the one-time text, shown once and kept nowhere."""

    account: str
    secret: str


def new_id(prefix: str) -> str:
    """A random name with 100 bits: ``s_``, ``a_`` and so on."""
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return prefix + "_" + "".join(alphabet[b & 31] for b in os.urandom(20))


def hashed(secret: str) -> bytes:
    """The hash under which a random secret is kept."""
    return sha256(secret.encode()).digest()


def add_agency(connection: sa.Connection, *, id_: str, name: str, zone: str, now: int, settings: Mapping[str, Any] | None = None) -> Done:
    """An agency of this installation. Written for the agency itself. Raises InputError where it is there."""
    known_zone(zone)
    if not re.fullmatch(r"[a-z0-9][a-z0-9/_-]{1,199}", id_):
        raise InputError(f"[{shown(id_)}] is no agency's path", do="write it as [us/or/clackamas-county/sheriff]")
    if connection.execute(sa.select(tables.agencies.c.id).where(tables.agencies.c.id == id_)).first():
        raise InputError(f"[{id_}] is there already", do="use another path")
    number = connection.execute(sa.select(sa.func.coalesce(sa.func.max(tables.agencies.c.number), 0))).scalar_one() + 1
    connection.execute(tables.agencies.insert(), {"id": id_, "number": number, "name": name, "zone": zone, "made_at": now})
    connection.execute(tables.agency_settings.insert(), {"agency": id_, "settings": dict(settings or {})})
    return Done([Draft("agency.added", head={"zone": zone})], number)


def settings_of(connection: sa.Connection, agency: str) -> dict[str, Any]:
    """An agency's choices: ``second_factor`` (roles that need one), ``erase_after_days``, and the desk's own."""
    table = tables.agency_settings
    return dict(connection.execute(sa.select(table.c.settings).where(table.c.agency == agency)).scalar() or {})


def change_settings(connection: sa.Connection, *, agency: str, changes: Mapping[str, Any]) -> Done:
    """Set some of an agency's choices; the record says which, and holds their values sealed."""
    table = tables.agency_settings
    connection.execute(table.update().where(table.c.agency == agency).values(settings={**settings_of(connection, agency), **changes}))
    return Done([Draft("agency.settings", dict(changes), head={"names": " ".join(sorted(changes))})])


def add_account(connection: sa.Connection, *, agency: str, login: str, name: str, role: Role, now: int) -> Done:
    """A new account; ``Done.result`` is a Made. Raises InputError for a login that is taken or no login."""
    if not _LOGIN.match(login):
        raise InputError(f"[{shown(login)}] is no login", do="use 2 to 64 small letters, digits and . _ @ -")
    if not _NAME.match(name):
        raise InputError("this is no name", do="use 1 to 80 characters")
    table = tables.accounts
    if connection.execute(sa.select(table.c.id).where(table.c.agency == agency, table.c.login == login)).first():
        raise InputError(f"the login [{login}] is taken", do="choose another")
    made = Made(new_id("a"), secrets.token_urlsafe(18))
    connection.execute(
        table.insert(),
        {
            "id": made.account, "agency": agency, "login": login, "name": name, "role": role.value, "active": True, "second_factor_on": False,
            "second_factor_step": 0, "setup": hashed(made.secret), "setup_until": now + SETUP_SECONDS, "made_at": now,
        },
    )  # fmt: skip
    return Done([Draft("account.added", head={"account": made.account, "role": role.value})], made)


def first_administrator(connection: sa.Connection, *, agency: str, now: int) -> Done:
    """The one administrator of an agency that has no account yet; ``Done.result`` is None where it has one."""
    if connection.execute(sa.select(tables.accounts.c.id).where(tables.accounts.c.agency == agency).limit(1)).first():
        return Done()
    return add_account(connection, agency=agency, login="administrator", name="Administrator", role=Role.administrator, now=now)


def reset(connection: sa.Connection, *, agency: str, account: str, now: int) -> Done:
    """A new one-time text for an account; the old password, second factor, link and sessions end. Raises InputError for
    none."""
    find(connection, agency=agency, account=account)
    secret = secrets.token_urlsafe(18)
    _change(
        connection, agency, account,
        password=None, second_factor=None, second_factor_on=False, external=None, setup=hashed(secret), setup_until=now + SETUP_SECONDS,
    )  # fmt: skip
    end_sessions(connection, agency=agency, account=account)
    return Done([Draft("account.reset", head={"account": account})], Made(account, secret))


def drop_second_factor(connection: sa.Connection, *, agency: str, account: str) -> Done:
    """For somebody who lost their telephone, and whom the administrator has before them: the second factor and the
    sessions end, the password stays. Raises InputError where none is on."""
    row = find(connection, agency=agency, account=account)
    if not row.second_factor_on:
        raise InputError("this account has no second factor", do="nothing has to be done")
    _change(connection, agency, account, second_factor=None, second_factor_on=False)
    end_sessions(connection, agency=agency, account=account)
    return Done([Draft("account.second_factor_dropped", head={"account": account})])


def set_active(connection: sa.Connection, *, agency: str, account: str, active: bool) -> Done:
    """Open or close an account; closing ends its sessions. The last active administrator cannot be closed."""
    row = find(connection, agency=agency, account=account)
    if not active:
        _not_the_last_administrator(connection, agency, row)
        end_sessions(connection, agency=agency, account=account)
    _change(connection, agency, account, active=active)
    return Done([Draft("account.opened" if active else "account.closed", head={"account": account})])


def set_role(connection: sa.Connection, *, agency: str, account: str, role: Role) -> Done:
    """Give an account another role; its sessions end."""
    row = find(connection, agency=agency, account=account)
    if role is not Role.administrator:
        _not_the_last_administrator(connection, agency, row)
    _change(connection, agency, account, role=role.value)
    end_sessions(connection, agency=agency, account=account)
    return Done([Draft("account.role", head={"account": account, "role": role.value, "was": row.role})])


def link_external(connection: sa.Connection, *, agency: str, account: str, issuer: str, subject: str) -> Done:
    """Let an account sign in through the county's own identity provider, and only there: its password, second factor and
    sessions end. ``reset`` takes the link away.

    Raises InputError for a subject that is none or is linked to another account, and for the last administrator who can
    sign in without the provider: somebody has to be able to when it is down.
    """
    row = find(connection, agency=agency, account=account)
    if not 1 <= len(subject) <= 255 or not subject.isprintable() or subject != subject.strip():
        raise InputError("this is no subject of a sign-in", do="copy the subject (sub) as the identity provider shows it")
    if not issuer or " " in issuer:
        raise InputError("this is no issuer", do="start the desk with --oidc FILE")
    external, table = f"{issuer} {subject}", tables.accounts
    other = connection.execute(sa.select(table.c.login).where(table.c.agency == agency, table.c.external == external, table.c.id != account)).scalar()
    if other is not None:
        raise InputError(f"this subject is linked to [{other}]", do="one account a person; reset that one first")
    _not_the_last_administrator(connection, agency, row, local=True)
    _change(connection, agency, account, external=external, password=None, second_factor=None, second_factor_on=False, setup=None, setup_until=None)
    end_sessions(connection, agency=agency, account=account)
    return Done([Draft("account.linked", {"external": external}, head={"account": account})])


def find(connection: sa.Connection, *, agency: str, account: str) -> Any:
    """The row of an account. Raises InputError where the agency has none such."""
    table = tables.accounts
    row = connection.execute(sa.select(table).where(table.c.agency == agency, table.c.id == account)).first()
    if row is None:
        raise InputError(f"[{shown(account)}] is no account of this agency", do="choose one from the list")
    return row


def of_agency(connection: sa.Connection, *, agency: str) -> list[dict[str, Any]]:
    """The accounts of an agency, without anything secret."""
    c = tables.accounts.c
    query = sa.select(c.id, c.login, c.name, c.role, c.active, c.second_factor_on, c.made_at, c.external, (c.password.is_not(None)).label("has_password"))
    return [dict(row._mapping) for row in connection.execute(query.where(c.agency == agency).order_by(c.login))]


def end_sessions(connection: sa.Connection, *, agency: str, account: str, but: bytes | None = None) -> int:
    """End every session of an account, save the one whose hash is ``but``; how many there were."""
    table = tables.sessions
    query = table.delete().where(table.c.agency == agency, table.c.account == account)
    return int(connection.execute(query if but is None else query.where(table.c.hash != but)).rowcount)


def sign_out_everywhere(connection: sa.Connection, *, agency: str, account: str, but: bytes | None = None) -> Done:
    """End an account's sessions, with an entry; ``Done.result`` is how many."""
    find(connection, agency=agency, account=account)
    count = end_sessions(connection, agency=agency, account=account, but=but)
    return Done([Draft("account.sessions_ended", head={"account": account, "sessions": count})] if count else [], count)


def sessions_of(connection: sa.Connection, *, agency: str, account: str, now: int) -> list[dict[str, Any]]:
    """The sessions that still hold, the latest first: ``made_at``, ``used_at``, ``until``, ``hash`` (of the secret)."""
    c = tables.sessions.c
    query = sa.select(c.hash, c.made_at, c.used_at, c.until).where(c.agency == agency, c.account == account, c.until > now)
    return [dict(row._mapping) for row in connection.execute(query.order_by(c.made_at.desc()))]


def good_password(text: str, *, login: str) -> None:
    """Raises InputError, without repeating it, for a password that is too short, too long or the login itself."""
    if not LEAST_PASSWORD <= len(text) <= _LONGEST_PASSWORD:
        raise InputError("this password cannot be taken", do=f"use {LEAST_PASSWORD} to {_LONGEST_PASSWORD} characters; several words will do")
    if login in text.lower() or len(set(text)) < 5:
        raise InputError("this password is too easy to guess", do="use several words that do not name you")


def _change(connection: sa.Connection, agency: str, account: str, **values: Any) -> None:
    table = tables.accounts
    connection.execute(table.update().where(table.c.agency == agency, table.c.id == account).values(**values))


def _not_the_last_administrator(connection: sa.Connection, agency: str, row: Any, *, local: bool = False) -> None:
    """``local``: one who signs in with a password of the desk's own has to be left."""
    c = tables.accounts.c
    if row.role != Role.administrator.value:
        return
    others = sa.select(c.id).where(c.agency == agency, c.role == Role.administrator.value, c.active.is_(True), c.id != row.id)
    if local:
        others = others.where(c.external.is_(None), c.password.is_not(None))
    if connection.execute(others.limit(1)).first() is None:
        what = "this is the last administrator who can sign in without the provider" if local else "this is the agency's last administrator"
        raise InputError(what, do="make another one first")


def nothing(_connection: sa.Connection, _event: Event) -> None:
    """Accounts are working state: their entries change no read table."""


TYPES = EventTypes()
"""The kinds of entry about agencies and accounts."""
for _kind in (
    "agency.added", "agency.settings", "account.added", "account.reset", "account.opened", "account.closed", "account.role", "account.linked",
    "account.password", "account.second_factor", "account.second_factor_dropped", "account.sessions_ended", "account.signed_in", "account.locked", "token.added", "token.revoked",
):  # fmt: skip
    TYPES.on(_kind)(nothing)
