"""The gate: passwords, one-time texts, second factors, sessions, guessing; accounts kept apart by agency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher, Type
from store_common import FIRST, NOW, SECOND, Desk, Place, desk

from dueprocess.kernel.errors import InputError
from dueprocess.store import Gate, Role, accounts, gate, tables, tokens
from dueprocess.store.gate import FREE_FAILURES, IDLE_SECONDS, SESSION_SECONDS, Locked, Refused, SignedIn

PASSWORD = "four made up words"


class Doors:
    """A desk and its gate, with one account a role asked for."""

    def __init__(self, d: Desk) -> None:
        self.desk = d
        self.gate = Gate(d.store, d.writer, now=d.clock)

    def account(self, login: str, role: Role = Role.clerk, *, agency: str = FIRST, password: str = PASSWORD) -> str:
        made = self.desk.writer.write(
            lambda c: accounts.add_account(c, agency=agency, login=login, name=f"Made-up {login}", role=role, now=self.desk.clock()), agency=agency, by="a_admin"
        ).result
        self.gate.set_password(agency=agency, login=login, secret=made.secret, password=password)
        return str(made.account)

    def enter(self, login: str, *, agency: str = FIRST, password: str = PASSWORD, code: str = "", address: str = "") -> SignedIn:
        return self.gate.sign_in(agency=agency, login=login, password=password, code=code, address=address)


@pytest.fixture
def doors(where: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    """With hashes that cost little: what they must cost has a test of its own."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(gate, "_hasher", lambda: cheap)
    gate._dummy.cache_clear()
    with desk(where) as d:
        yield Doors(d)


def test_passwords_are_hashed_with_argon2_at_the_cost_of_rfc_9106() -> None:
    """Its second recommended choice: 64 MiB, three passes, four lanes."""
    hasher = gate._hasher()
    assert hasher.type is Type.ID and hasher.memory_cost >= 65_536 and hasher.time_cost >= 3 and hasher.parallelism == 4
    assert hasher.hash(PASSWORD).startswith("$argon2id$")


def test_a_hash_made_at_a_lower_cost_is_renewed_at_the_next_sign_in(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    doors.account("kim")
    before = doors.desk.rows(tables.accounts)[0]["password"]
    dearer = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)
    monkeypatch.setattr(gate, "_hasher", lambda: dearer)
    doors.enter("kim")
    after = doors.desk.rows(tables.accounts)[0]["password"]
    assert after != before and "t=2" in after
    doors.enter("kim")


def test_the_first_start_makes_one_administrator_without_a_password(doors: Doors) -> None:
    d = doors.desk
    made = d.writer.write(lambda c: accounts.first_administrator(c, agency=FIRST, now=NOW), agency=FIRST, by="setup").result
    assert d.writer.write(lambda c: accounts.first_administrator(c, agency=FIRST, now=NOW), agency=FIRST, by="setup").result is None
    for password in ("", "administrator", "admin", "password"):
        with pytest.raises(Refused):
            doors.enter("administrator", password=password)
    with pytest.raises(Refused):
        doors.gate.set_password(agency=FIRST, login="administrator", secret="guess", password=PASSWORD)
    d.clock.at += 3600
    doors.gate.set_password(agency=FIRST, login="administrator", secret=made.secret, password=PASSWORD)
    with pytest.raises(Refused):  # once only
        doors.gate.set_password(agency=FIRST, login="administrator", secret=made.secret, password=PASSWORD)
    d.clock.at += 3600
    assert doors.enter("administrator").person.role is Role.administrator


def test_a_one_time_text_grows_old(doors: Doors) -> None:
    d = doors.desk
    made = d.writer.write(lambda c: accounts.add_account(c, agency=FIRST, login="kim", name="Kim", role=Role.clerk, now=NOW), agency=FIRST, by="a").result
    d.clock.at = NOW + accounts.SETUP_SECONDS + 1
    with pytest.raises(Refused):
        doors.gate.set_password(agency=FIRST, login="kim", secret=made.secret, password=PASSWORD)


@pytest.mark.parametrize("password", ["short", "kim" + "x" * 20, "aaaaaaaaaaaaaaaa", "x" * 300])
def test_weak_passwords_are_refused_and_not_repeated(doors: Doors, password: str) -> None:
    with pytest.raises(InputError) as caught:
        doors.account("kim", password=password)
    assert password not in str(caught.value)


def test_signing_in_and_out(doors: Doors) -> None:
    account = doors.account("kim")
    one, two = doors.enter("kim"), doors.enter("kim")
    assert one.secret != two.secret and one.person.csrf != two.person.csrf  # no session is taken over
    person = doors.gate.who(one.secret)
    assert person is not None and (person.account, person.agency, person.role) == (account, FIRST, Role.clerk)
    doors.gate.sign_out(one.secret)
    assert doors.gate.who(one.secret) is None and doors.gate.who(two.secret) is not None
    for secret in ("", ".", "1.", "1.x", "999.x", "x" * 300, one.secret[2:], "2" + two.secret[1:], "٣.x"):
        assert doors.gate.who(secret) is None
        doors.gate.sign_out(secret)
    assert PASSWORD not in repr(doors.desk.rows(tables.accounts)) and one.secret not in repr(doors.desk.rows(tables.sessions))


def test_sessions_end_by_themselves(doors: Doors) -> None:
    doors.account("kim")
    clock = doors.desk.clock
    signed = doors.enter("kim")
    clock.at += IDLE_SECONDS - 1
    assert doors.gate.who(signed.secret) is not None
    doors.desk.writer.write(lambda _: accounts.Done(), agency=FIRST, by="a")  # the touch before it is written
    clock.at += IDLE_SECONDS - 1
    assert doors.gate.who(signed.secret) is not None
    doors.desk.writer.write(lambda _: accounts.Done(), agency=FIRST, by="a")
    clock.at += IDLE_SECONDS
    assert doors.gate.who(signed.secret) is None
    signed = doors.enter("kim")
    start = clock.at
    while clock.at < start + SESSION_SECONDS - 600:
        clock.at += 600
        assert doors.gate.who(signed.secret) is not None
        doors.desk.writer.write(lambda _: accounts.Done(), agency=FIRST, by="a")
    clock.at = start + SESSION_SECONDS
    assert doors.gate.who(signed.secret) is None


def test_guessing_is_slowed_down_and_locked_out(doors: Doors) -> None:
    doors.account("kim")
    doors.account("lee")
    for _ in range(FREE_FAILURES):
        with pytest.raises(Refused) as caught:
            doors.enter("kim", password="wrong wrong wrong")
        assert not isinstance(caught.value, Locked)
    waits = []
    for _ in range(8):
        with pytest.raises(Locked) as locked:
            doors.enter("kim")  # the right one too
        waits.append(locked.value.wait)
        doors.desk.clock.at += locked.value.wait
        with pytest.raises(Refused):
            doors.enter("kim", password="wrong wrong wrong")
    assert waits[0] == 60 and waits == sorted(waits) and waits[-1] == 3600
    assert doors.enter("lee").person.login == "lee"  # others are not locked out with them
    doors.desk.clock.at += 3600
    assert doors.enter("kim").person.login == "kim"
    assert doors.enter("kim").person.login == "kim"


def test_guesses_sent_at_once_are_counted_too(doors: Doors) -> None:
    doors.account("kim")

    def guess(number: int) -> type[BaseException]:
        try:
            doors.enter("kim", password=f"wrong wrong wrong {number}")
        except Refused as error:
            return type(error)
        raise AssertionError("a wrong password was taken")

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(40)))
    assert answers.count(Refused) == FREE_FAILURES and answers.count(Locked) == 40 - FREE_FAILURES


def test_an_address_that_tries_many_logins_has_to_wait(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "ADDRESS_FAILURES", 8)
    doors.account("kim")
    for number in range(8):
        with pytest.raises(Refused):
            doors.enter(f"nobody{number}", password="wrong wrong wrong", address="192.0.2.7")
    with pytest.raises(Locked):
        doors.enter("kim", address="192.0.2.7")
    assert doors.enter("kim", address="192.0.2.8").person.login == "kim"
    assert "192.0.2" not in repr(doors.desk.rows(tables.attempts))


def test_an_unknown_login_is_answered_like_a_wrong_password(doors: Doors) -> None:
    doors.account("kim")
    said = []
    for login, agency in (("kim", FIRST), ("nobody", FIRST), ("kim", SECOND), ("kim", "us/no/such/agency")):
        with pytest.raises(Refused) as caught:
            doors.enter(login, agency=agency, password="wrong wrong wrong")
        said.append(str(caught.value))
    assert len(set(said)) == 1


def test_the_second_factor(doors: Doors) -> None:
    account = doors.account("kay", Role.counsel)
    clock = doors.desk.clock
    signed = doors.enter("kay")
    assert signed.person.must == "second_factor"
    uri = doors.gate.begin_second_factor(signed.person)
    secret = str(re.search(r"secret=(\w+)", uri)[1])  # type: ignore[index]
    assert secret not in repr(doors.desk.rows(tables.accounts))
    totp = pyotp.TOTP(secret)
    with pytest.raises(Refused):
        doors.gate.confirm_second_factor(signed.person, "000000" if totp.at(clock.at) != "000000" else "111111")
    doors.gate.confirm_second_factor(signed.person, totp.at(clock.at))
    with pytest.raises(Refused, match="present second factor"):
        doors.gate.begin_second_factor(signed.person)  # not without a code of the present one
    with pytest.raises(Refused):
        doors.enter("kay")  # the password alone no longer does
    with pytest.raises(Refused):
        doors.enter("kay", code=totp.at(clock.at))  # that code was used to confirm
    clock.at += 60
    assert doors.enter("kay", code=totp.at(clock.at)).person.must == ""
    with pytest.raises(Refused):
        doors.enter("kay", code=totp.at(clock.at))  # nor is any code taken twice
    clock.at += 300
    made = doors.desk.writer.write(lambda c: accounts.reset(c, agency=FIRST, account=account, now=clock()), agency=FIRST, by="a_admin").result
    doors.gate.set_password(agency=FIRST, login="kay", secret=made.secret, password="other made up words")
    assert doors.enter("kay", password="other made up words").person.must == "second_factor"


def test_a_second_factor_is_renewed_and_the_old_one_holds_until_then(doors: Doors) -> None:
    account, clock = doors.account("kay", Role.counsel), doors.desk.clock

    def secret_of(uri: str) -> pyotp.TOTP:
        return pyotp.TOTP(str(re.search(r"secret=(\w+)", uri)[1]))  # type: ignore[index]

    person = doors.enter("kay").person
    old = secret_of(doors.gate.begin_second_factor(person))
    doors.gate.confirm_second_factor(person, old.at(clock.at))
    clock.at += 60
    new = secret_of(doors.gate.begin_second_factor(person, old.at(clock.at)))
    with pytest.raises(Refused):
        doors.gate.begin_second_factor(person, old.at(clock.at))  # that code was used
    clock.at += 60
    with pytest.raises(Refused):
        doors.enter("kay", code=new.at(clock.at))  # not confirmed yet
    assert doors.enter("kay", code=old.at(clock.at))
    clock.at += 60
    doors.gate.confirm_second_factor(person, new.at(clock.at))
    clock.at += 60
    with pytest.raises(Refused):
        doors.enter("kay", code=old.at(clock.at))
    assert doors.enter("kay", code=new.at(clock.at))
    # A lost telephone: the administrator takes it away; the password stays, the sessions end.
    session = doors.enter("kay", code=new.at(clock.at + 30))
    doors.desk.writer.write(lambda c: accounts.drop_second_factor(c, agency=FIRST, account=account), agency=FIRST, by="a_admin")
    assert doors.gate.who(session.secret) is None and doors.enter("kay").person.must == "second_factor"
    with pytest.raises(InputError, match="no second factor"):
        doors.desk.writer.write(lambda c: accounts.drop_second_factor(c, agency=FIRST, account=account), agency=FIRST, by="a_admin")


def test_sessions_are_ended_by_their_owner_or_the_administrator(doors: Doors) -> None:
    d, account = doors.desk, doors.account("kim")
    here, there = doors.enter("kim"), doors.enter("kim")
    with d.store.read(FIRST) as connection:
        found = accounts.sessions_of(connection, agency=FIRST, account=account, now=NOW)
    assert len(found) == 2 and all(row["until"] > NOW for row in found)
    ended = d.writer.write(lambda c: accounts.sign_out_everywhere(c, agency=FIRST, account=account, but=accounts.hashed(here.secret)), agency=FIRST, by=account)
    assert ended.result == 1 and len(ended.numbers) == 1
    assert doors.gate.who(here.secret) is not None and doors.gate.who(there.secret) is None
    with pytest.raises(InputError, match="no account of this agency"):
        d.writer.write(lambda c: accounts.sign_out_everywhere(c, agency=SECOND, account=account), agency=SECOND, by="a")
    d.writer.write(lambda c: accounts.sign_out_everywhere(c, agency=FIRST, account=account), agency=FIRST, by="a_admin")
    assert doors.gate.who(here.secret) is None
    assert d.writer.write(lambda c: accounts.sign_out_everywhere(c, agency=FIRST, account=account), agency=FIRST, by="a_admin").numbers == ()


def test_closing_an_account_or_changing_its_role_ends_its_sessions(doors: Doors) -> None:
    d = doors.desk
    account = doors.account("kim")
    for change in (
        lambda c: accounts.set_role(c, agency=FIRST, account=account, role=Role.supervisor),
        lambda c: accounts.set_active(c, agency=FIRST, account=account, active=False),
    ):
        signed = doors.enter("kim")
        d.writer.write(change, agency=FIRST, by="a_admin")
        assert doors.gate.who(signed.secret) is None
    with pytest.raises(Refused):
        doors.enter("kim")


def test_changing_the_password_ends_all_sessions(doors: Doors) -> None:
    doors.account("kim")
    signed = doors.enter("kim")
    with pytest.raises(Refused):
        doors.gate.change_password(signed.person, old="wrong wrong wrong", new="other made up words")
    doors.gate.change_password(signed.person, old=PASSWORD, new="other made up words")
    assert doors.gate.who(signed.secret) is None
    assert doors.enter("kim", password="other made up words")


def test_an_agency_keeps_an_administrator(doors: Doors) -> None:
    d = doors.desk
    account = doors.account("ada", Role.administrator)
    for change in (
        lambda c: accounts.set_role(c, agency=FIRST, account=account, role=Role.clerk),
        lambda c: accounts.set_active(c, agency=FIRST, account=account, active=False),
    ):
        with pytest.raises(InputError, match="last administrator"):
            d.writer.write(change, agency=FIRST, by=account)
    doors.account("bea", Role.administrator)
    d.writer.write(lambda c: accounts.set_active(c, agency=FIRST, account=account, active=False), agency=FIRST, by=account)


def test_accounts_of_one_agency_are_nothing_in_another(doors: Doors) -> None:
    d = doors.desk
    mine = doors.account("kim")
    doors.account("kim", agency=SECOND, password="second made up words")
    assert doors.enter("kim").person.agency == FIRST
    with pytest.raises(Refused):
        doors.enter("kim", agency=SECOND)
    with d.store.read(SECOND) as connection:
        assert [row["login"] for row in accounts.of_agency(connection, agency=SECOND)] == ["kim"]
        with pytest.raises(InputError, match="no account of this agency"):
            accounts.find(connection, agency=SECOND, account=mine)
    with pytest.raises(InputError, match="no account of this agency"):
        d.writer.write(lambda c: accounts.set_active(c, agency=SECOND, account=mine, active=False), agency=SECOND, by="a")


def test_the_countys_own_sign_in(doors: Doors) -> None:
    d = doors.desk
    account = doors.account("kim", Role.auditor)
    with pytest.raises(Refused):
        doors.gate.sign_in_external(agency=FIRST, issuer="https://id.example", subject="42")
    d.writer.write(lambda c: accounts.link_external(c, agency=FIRST, account=account, issuer="https://id.example", subject="42"), agency=FIRST, by="a")
    signed = doors.gate.sign_in_external(agency=FIRST, issuer="https://id.example", subject="42")
    assert signed.person.account == account and signed.person.must == ""
    with pytest.raises(Refused):
        doors.gate.sign_in_external(agency=SECOND, issuer="https://id.example", subject="42")
    with pytest.raises(Refused):
        doors.enter("kim")  # one way in: no password beside it
    other = doors.account("ada", Role.administrator)
    for changes, says in (({"subject": "42"}, r"linked to \[kim\]"), ({"subject": "43"}, "without the provider"), ({"subject": ""}, "no subject"), ({"subject": "4\n2"}, "no subject")):
        with pytest.raises(InputError, match=says):
            d.writer.write(lambda c, changes=changes: accounts.link_external(c, agency=FIRST, account=other, issuer="https://id.example", **changes), agency=FIRST, by="a")
    d.writer.write(lambda c: accounts.reset(c, agency=FIRST, account=account, now=NOW), agency=FIRST, by="a")
    with pytest.raises(Refused):
        doors.gate.sign_in_external(agency=FIRST, issuer="https://id.example", subject="42")
    doors.gate.use_once(agency=FIRST, attempt="made-up")
    with pytest.raises(Refused, match="used before"):
        doors.gate.use_once(agency=FIRST, attempt="made-up")


@pytest.mark.parametrize("login", ["", "a", "Kim", "kim kim", "../kim", "k" * 70, "kim\n"])
def test_what_is_no_login(doors: Doors, login: str) -> None:
    with pytest.raises(InputError, match="no login"):
        doors.account(login)


def test_tokens_have_scopes_and_an_end(doors: Doors) -> None:
    d = doors.desk
    made = d.writer.write(
        lambda c: tokens.add(c, agency=FIRST, name="Made-up jail system", scopes=["bookings:write", "decisions:read"], until=NOW + 1000, by="a_admin", now=NOW),
        agency=FIRST, by="a_admin",
    ).result  # fmt: skip
    found = tokens.holder(d.store, made.secret, now=NOW)
    assert found is not None and (found.agency, found.name, found.scopes) == (FIRST, "Made-up jail system", {"bookings:write", "decisions:read"})
    assert tokens.holder(d.store, made.secret, now=NOW + 1000) is None
    assert tokens.holder(d.store, made.secret[:-1], now=NOW) is None and tokens.holder(d.store, "2" + made.secret[1:], now=NOW) is None
    assert made.secret not in repr(d.rows(tables.tokens)) and made.secret not in repr(made)
    d.writer.write(lambda c: tokens.revoke(c, agency=FIRST, token=made.id, now=NOW + 1), agency=FIRST, by="a_admin")
    assert tokens.holder(d.store, made.secret, now=NOW + 2) is None
    for change in (
        lambda c: tokens.revoke(c, agency=FIRST, token=made.id, now=NOW),
        lambda c: tokens.add(c, agency=FIRST, name="x", scopes=[], until=NOW + 1, by="a", now=NOW),
        lambda c: tokens.add(c, agency=FIRST, name="x", scopes=["everything"], until=NOW + 1, by="a", now=NOW),
        lambda c: tokens.add(c, agency=FIRST, name="x", scopes=["a:b"], until=NOW, by="a", now=NOW),
        lambda c: tokens.add(c, agency=FIRST, name="x", scopes=["a:b"], until=NOW + 500 * 86400, by="a", now=NOW),
    ):
        with pytest.raises(InputError):
            d.writer.write(change, agency=FIRST, by="a_admin")


def test_each_change_of_an_account_is_in_the_record(doors: Doors) -> None:
    doors.account("kim")
    doors.enter("kim")
    with doors.desk.store.read(FIRST) as connection:
        kinds = [row.kind for row in connection.execute(sa.select(tables.entries.c.kind).where(tables.entries.c.agency == FIRST).order_by(tables.entries.c.number))]
    assert kinds == ["agency.added", "account.added", "account.password", "account.signed_in"]
