"""The gate: passwords, second factors, sessions; guessing is slowed down and then locked out.

A failure is counted before the password is looked at, so that guesses sent at once are counted too; the argon2 check
runs on the caller's thread, never on the writer's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from dueprocess.kernel import now as clock
from dueprocess.kernel.errors import InputError
from dueprocess.store import tables
from dueprocess.store.accounts import Role, find, good_password, hashed, settings_of
from dueprocess.store.database import Store
from dueprocess.store.events import Done, Draft
from dueprocess.store.writer import Writer

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SESSION_SECONDS = 12 * 3600
IDLE_SECONDS = 30 * 60
FREE_FAILURES = 5
"""So many may follow each other without waiting; then the wait doubles with each, from a minute up to an hour."""
_FIRST_WAIT, _LONGEST_WAIT = 60, 3600
ADDRESS_FAILURES = 50
"""So many from one address, whatever the login, before it has to wait."""


class Refused(InputError):
    """Not signed in. The text is the same for an unknown login, a wrong password and a wrong code."""


class Locked(Refused):
    """Too many failures; ``wait`` seconds are left."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__("too many attempts", do=f"wait {max(1, wait // 60)} min, or ask the administrator")


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in. ``must`` names what has to be set up before anything else: ``second_factor`` or nothing."""

    account: str
    agency: str
    name: str
    login: str
    role: Role
    csrf: str
    must: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: ``secret`` goes into the cookie and is kept nowhere."""

    secret: str
    person: Person


class Gate:
    """Signing in and out. ``now`` gives epoch seconds."""

    def __init__(self, store: Store, writer: Writer, *, now: Callable[[], int] = clock.instant) -> None:
        self._store = store
        self._writer = writer
        self._now = now

    def sign_in(self, *, agency: str, login: str, password: str, code: str = "", address: str = "") -> SignedIn:
        """Raises Refused, or Locked while there were too many failures. A session that the browser had before is not taken
        over: this makes a new one."""
        self._count(agency, login, address)
        table = tables.accounts
        with self._store.read(agency) as connection:
            row = connection.execute(sa.select(table).where(table.c.agency == agency, table.c.login == login)).first()
        known = row is not None and row.active and row.password is not None
        good = _matches(row.password if row is not None and known else _dummy(), password)
        step = self._code_step(row, code) if row is not None and known and good and row.second_factor_on else None
        if row is None or not known or not good or (row.second_factor_on and step is None):
            raise Refused("the login, the password or the code is wrong", do="try again, or ask the administrator for a new one-time text")
        return self._begin(agency, row.id, clear=(login, address), step=step, renew=_renewed(row.password, password))

    def use_once(self, *, agency: str, attempt: str) -> None:
        """A sign-in through the county's provider is finished one time only, by whichever process. Raises Refused for the
        second. The attempt's name is kept for a week, and is over in minutes."""
        if self._writer.write(lambda _: Done(), agency=agency, by="gate", key=f"sign-in {attempt}", request={}).replayed:
            raise Refused("this sign-in was used before", do="start again")

    def sign_in_external(self, *, agency: str, issuer: str, subject: str) -> SignedIn:
        """For somebody whom the county's identity provider vouches for (the caller has checked its answer). Raises Refused
        where no account is linked to them."""
        table = tables.accounts
        with self._store.read(agency) as connection:
            row = connection.execute(sa.select(table).where(table.c.agency == agency, table.c.external == f"{issuer} {subject}")).first()
        if row is None or not row.active:
            raise Refused("no account here is linked to this sign-in", do="ask the administrator to link it")
        return self._begin(agency, row.id, clear=None, step=None, renew=None)

    def set_password(self, *, agency: str, login: str, secret: str, password: str, address: str = "") -> None:
        """With the one-time text. Raises Refused where it is wrong or too old, InputError for a password that will not do."""
        self._count(agency, login, address)
        good_password(password, login=login)
        table, now = tables.accounts, self._now()
        made = _hasher().hash(password)

        def work(connection: sa.Connection) -> Done:
            row = connection.execute(sa.select(table).where(table.c.agency == agency, table.c.login == login)).first()
            if row is None or not row.active or row.setup is None or not secrets.compare_digest(row.setup, hashed(secret)) or row.setup_until < now:
                raise Refused("the one-time text is wrong or too old", do="ask the administrator for a new one")
            connection.execute(table.update().where(table.c.id == row.id, table.c.agency == agency).values(password=made, setup=None, setup_until=None))
            self._clear(connection, agency, login, address)
            return Done([Draft("account.password", head={"account": row.id})])

        self._writer.write(work, agency=agency, by="gate")

    def change_password(self, person: Person, *, old: str, new: str) -> None:
        """Their own; all their sessions end. Raises Refused for a wrong old one."""
        self._count(person.agency, person.login, "")
        good_password(new, login=person.login)
        with self._store.read(person.agency) as connection:
            row = find(connection, agency=person.agency, account=person.account)
        if row.password is None or not _matches(row.password, old):
            raise Refused("the old password is wrong", do="try again")
        made = _hasher().hash(new)

        def work(connection: sa.Connection) -> Done:
            table = tables.accounts
            connection.execute(table.update().where(table.c.id == person.account, table.c.agency == person.agency).values(password=made))
            connection.execute(tables.sessions.delete().where(tables.sessions.c.account == person.account, tables.sessions.c.agency == person.agency))
            self._clear(connection, person.agency, person.login, "")
            return Done([Draft("account.password", head={"account": person.account})])

        self._writer.write(work, agency=person.agency, by=person.account)

    # -- the second factor -------------------------------------------------------------------------------

    def begin_second_factor(self, person: Person, code: str = "") -> str:
        """A new TOTP secret as an ``otpauth://`` address for their app; asked for once its first code is confirmed. Where
        one is on already it stays until then, and its ``code`` is asked for here. Raises Refused for a wrong one."""
        import pyotp

        with self._store.read(person.agency) as connection:
            row = find(connection, agency=person.agency, account=person.account)
        step = None
        if row.second_factor_on:
            self._count(person.agency, person.login, "")
            step = self._code_step(row, code)
            if step is None:
                raise Refused("the code of the present second factor is wrong", do="try the next code, or ask the administrator where the telephone is lost")
        secret = pyotp.random_base32()

        def work(connection: sa.Connection) -> Done:
            row = find(connection, agency=person.agency, account=person.account)
            kept = [*self._secrets(row)[:1], secret] if row.second_factor_on else [secret]
            wrapped = self._store.keys.wrap(" ".join(kept).encode(), about=f"second factor {person.account}")
            values: dict[str, Any] = {"second_factor": wrapped} if step is None else {"second_factor": wrapped, "second_factor_step": step}
            table = tables.accounts
            connection.execute(table.update().where(table.c.id == person.account, table.c.agency == person.agency).values(**values))
            if step is not None:
                self._clear(connection, person.agency, person.login, "")
            return Done()

        self._writer.write(work, agency=person.agency, by=person.account)
        return pyotp.TOTP(secret).provisioning_uri(name=person.login, issuer_name="dueprocess")

    def confirm_second_factor(self, person: Person, code: str) -> None:
        """Turn the newest secret on with its first code; one that was on before ends. Raises Refused for a wrong one."""
        self._count(person.agency, person.login, "")
        with self._store.read(person.agency) as connection:
            row = find(connection, agency=person.agency, account=person.account)
        step = self._code_step(row, code, newest=True)
        if step is None:
            raise Refused("the code is wrong", do="check the clock of the telephone, and try the next code")

        def work(connection: sa.Connection) -> Done:
            table = tables.accounts
            kept = self._secrets(find(connection, agency=person.agency, account=person.account))[-1]
            wrapped = self._store.keys.wrap(kept.encode(), about=f"second factor {person.account}")
            values = {"second_factor": wrapped, "second_factor_on": True, "second_factor_step": step}
            connection.execute(table.update().where(table.c.id == person.account, table.c.agency == person.agency).values(**values))
            self._clear(connection, person.agency, person.login, "")
            return Done([Draft("account.second_factor", head={"account": person.account})])

        self._writer.write(work, agency=person.agency, by=person.account)

    def _secrets(self, row: Any) -> list[str]:
        """The secret that stands, and perhaps one that is not confirmed yet."""
        if row.second_factor is None:
            return []
        return self._store.keys.unwrap(row.second_factor, about=f"second factor {row.id}").decode().split()

    def _code_step(self, row: Any, code: str, *, newest: bool = False) -> int | None:
        """The time step that a code belongs to; None for a wrong one and for one that was used before."""
        import pyotp

        if row.second_factor is None or not code.isascii() or not code.isdigit():
            return None
        totp, now = pyotp.TOTP(self._secrets(row)[-1 if newest else 0]), self._now()
        for step in (now // 30, now // 30 - 1, now // 30 + 1):
            # A new secret's first code may fall into the step in which the old one's was used.
            if (newest or step > row.second_factor_step) and secrets.compare_digest(totp.at(step * 30), code):
                return int(step)
        return None

    # -- sessions ----------------------------------------------------------------------------------------

    def _begin(self, agency: str, account: str, *, clear: tuple[str, str] | None, step: int | None, renew: str | None) -> SignedIn:
        now = self._now()

        def work(connection: sa.Connection) -> Done:
            row = find(connection, agency=agency, account=account)
            if step is not None and step <= row.second_factor_step:
                raise Refused("the code was used before", do="wait for the next one")
            values: dict[str, Any] = {} if step is None else {"second_factor_step": step}
            if renew is not None:
                values["password"] = renew
            table = tables.accounts
            if values:
                connection.execute(table.update().where(table.c.id == account, table.c.agency == agency).values(**values))
            if clear is not None:
                self._clear(connection, agency, *clear)
            number = connection.execute(sa.select(tables.agencies.c.number).where(tables.agencies.c.id == agency)).scalar_one()
            secret, csrf = f"{number}.{secrets.token_urlsafe(32)}", secrets.token_urlsafe(24)
            row_ = {"hash": hashed(secret), "agency": agency, "account": account, "csrf": csrf, "made_at": now, "used_at": now, "until": now + SESSION_SECONDS}
            connection.execute(tables.sessions.insert(), row_)
            person = self._person(connection, row, csrf)
            return Done([Draft("account.signed_in", head={"account": account})], SignedIn(secret, person))

        result: SignedIn = self._writer.write(work, agency=agency, by=account).result
        return result

    def who(self, secret: str) -> Person | None:
        """Who a cookie's secret belongs to; None where the session is over or there never was one."""
        agency = agency_of(self._store, secret)
        if agency is None:
            return None
        now, table = self._now(), tables.sessions
        with self._store.read(agency) as connection:
            row = connection.execute(sa.select(table).where(table.c.hash == hashed(secret), table.c.agency == agency)).first()
            if row is None or now >= row.until or now >= row.used_at + IDLE_SECONDS:
                return None
            account = connection.execute(sa.select(tables.accounts).where(tables.accounts.c.id == row.account, tables.accounts.c.agency == agency)).first()
            if account is None or not account.active:
                return None
            person = self._person(connection, account, row.csrf)
        if now >= row.used_at + 60:
            self._writer.submit(_touch(row.hash, agency, now), agency=agency, by=row.account)
        return person

    def sign_out(self, secret: str) -> None:
        """End the session; nothing where there is none."""
        agency = agency_of(self._store, secret)
        if agency is None:
            return

        def work(connection: sa.Connection) -> Done:
            table = tables.sessions
            connection.execute(table.delete().where(table.c.hash == hashed(secret), table.c.agency == agency))
            return Done()

        self._writer.write(work, agency=agency, by="gate")

    def _person(self, connection: sa.Connection, row: Any, csrf: str) -> Person:
        asked = settings_of(connection, row.agency).get("second_factor", ["supervisor", "counsel", "auditor", "administrator"])
        must = "second_factor" if row.role in asked and not row.second_factor_on and row.external is None else ""
        return Person(row.id, row.agency, row.name, row.login, Role(row.role), csrf, must)

    # -- guessing ----------------------------------------------------------------------------------------

    def _names(self, agency: str, login: str, address: str) -> list[tuple[str, int]]:
        keyed = self._store.keys.keyed
        named = [(keyed(f"{agency}\n{login}", about="login").hex(), FREE_FAILURES)]
        if address:
            named.append((keyed(address, about="address").hex(), ADDRESS_FAILURES))
        return named

    def _count(self, agency: str, login: str, address: str) -> None:
        """Count a failure ahead; success takes it back. Raises Locked where it is too early for another attempt."""
        now, table = self._now(), tables.attempts
        named = self._names(agency, login, address)

        def work(connection: sa.Connection) -> Done:
            if connection.execute(sa.select(tables.agencies.c.id).where(tables.agencies.c.id == agency)).first() is None:
                return Done(result=0)  # no such agency: nothing to guess at, and no row to be filled with made-up names
            for what, free in named:
                row = connection.execute(sa.select(table).where(table.c.agency == agency, table.c.what == what)).first()
                wait = _wait(row.failures, free) if row is not None else 0
                # A clock that was set back makes nobody wait longer than the wait itself.
                if row is not None and wait and now < row.last_at + wait:
                    return Done(result=min(row.last_at + wait - now, wait))
            for what, _ in named:
                values = {"failures": table.c.failures + 1, "last_at": now}
                done = connection.execute(table.update().where(table.c.agency == agency, table.c.what == what).values(**values))
                if not done.rowcount:
                    connection.execute(table.insert(), {"agency": agency, "what": what, "failures": 1, "last_at": now})
            return Done(result=0)

        wait = self._writer.write(work, agency=agency, by="gate").result
        if wait:
            raise Locked(wait)

    def _clear(self, connection: sa.Connection, agency: str, login: str, address: str) -> None:
        """After a success: the login starts anew, the address takes its one attempt back."""
        table = tables.attempts
        named = self._names(agency, login, address)
        connection.execute(table.delete().where(table.c.agency == agency, table.c.what == named[0][0]))
        for what, _ in named[1:]:
            connection.execute(table.update().where(table.c.agency == agency, table.c.what == what).values(failures=table.c.failures - 1))


def agency_of(store: Store, secret: str) -> str | None:
    """The agency that a session's or token's text belongs to, from the number before its dot."""
    number, dot, rest = secret.partition(".")
    if not dot or not rest or not number.isascii() or not number.isdigit() or len(number) > 9 or len(secret) > 200:
        return None
    known = _agencies.setdefault(store.engine, {})
    if int(number) not in known:
        with store.engine.connect() as connection, connection.begin():
            found = connection.execute(sa.select(tables.agencies.c.id).where(tables.agencies.c.number == int(number))).scalar()
        if found is None:
            return None
        known[int(number)] = str(found)
    return known[int(number)]


_agencies: WeakKeyDictionary[sa.Engine, dict[int, str]] = WeakKeyDictionary()
"""An agency's number stays what it is."""


def _wait(failures: int, free: int) -> int:
    """Seconds to wait after so many failures in a row."""
    return 0 if failures < free else min(_FIRST_WAIT << min(failures - free, 10), _LONGEST_WAIT)


def _touch(hash_: bytes, agency: str, now: int) -> Callable[[sa.Connection], Done]:
    def work(connection: sa.Connection) -> Done:
        table = tables.sessions
        connection.execute(table.update().where(table.c.hash == hash_, table.c.agency == agency).values(used_at=now))
        return Done()

    return work


@cache
def _hasher() -> PasswordHasher:
    try:
        from argon2 import PasswordHasher
    except ImportError:
        raise InputError("accounts need the extra [desk]", do="install dueprocess[desk]") from None
    return PasswordHasher()


@cache
def _dummy() -> str:
    """A hash to check against where there is no account, so that both take the same time."""
    return _hasher().hash(secrets.token_urlsafe(16))


def _matches(stored: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(stored, password[:1000])
    except (VerificationError, InvalidHashError):
        return False


def _renewed(stored: str, password: str) -> str | None:
    """The password hashed again, where the library's parameters have grown since."""
    return _hasher().hash(password) if _hasher().check_needs_rehash(stored) else None
