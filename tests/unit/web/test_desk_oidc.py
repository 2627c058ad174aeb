"""Signing in through the county's own identity provider: what is taken, and every answer that is not."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from desk_common import OREGON, TEXAS, made
from identity_provider import CLIENT, SECRET
from identity_provider import Provider as Theirs
from identity_provider import provider as started
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient
from test_desk_web import Web, post

from dueprocess.kernel.errors import InputError
from dueprocess.store import Store, Unavailable, accounts, tables
from dueprocess.store.gate import Refused
from dueprocess.testing.postgres import NoPostgres, temporary_postgres
from dueprocess.web.desk.identity import Provider, Settings, read_settings

ADDRESS = "http://127.0.0.1:8443"


class County(Web):
    """A desk whose people sign in at the county's provider."""

    def __init__(self, desk: Any, theirs: Theirs, **settings: Any) -> None:
        super().__init__(desk)
        given = {"issuer": theirs.issuer, "client_id": CLIENT, "address": ADDRESS, "secret": SECRET, **settings}
        self.ours = Provider(Settings(**given), now=lambda: desk.clock[0])
        self.service = replace(self.service, provider=self.ours)
        from dueprocess.web.desk import desk_app

        self.app = desk_app(self.service)
        self.theirs = theirs

    def linked(self, login: str = "supervisor", subject: str = "made-up-subject-1", agency: str = TEXAS) -> str:
        """An account of that role, linked by the administrator."""
        account = self.desk.writer.write(
            lambda c: accounts.add_account(c, agency=agency, login=login, name=f"Made-up {login}", role=accounts.Role(login), now=self.desk.clock[0]), agency=agency, by="x"
        ).result.account
        self.desk.writer.write(lambda c: accounts.link_external(c, agency=agency, account=account, issuer=self.theirs.issuer, subject=subject), agency=agency, by="x")
        return str(account)

    def to_provider(self, client: TestClient, number: int = 1) -> str:
        """The address that the browser is sent back to, from the provider."""
        away = client.get(f"/sign-in/county/{number}")
        assert away.status_code == 303, away.text
        return self.theirs.authorize({k: v[0] for k, v in parse_qs(urlsplit(away.headers["location"]).query).items()})

    def signs_in(self, client: TestClient | None = None) -> Any:
        client = client or self.browser()
        return client.get(self.to_provider(client).removeprefix(ADDRESS))


@pytest.fixture(scope="module")
def server() -> Iterator[Theirs]:
    clock = [0]
    with started(lambda: clock[0]) as theirs:
        theirs.clock = clock  # type: ignore[attr-defined]
        yield theirs


@pytest.fixture
def county(tmp_path: Path, server: Theirs) -> Iterator[County]:
    server.claims, server.sign, server.described, server.broken, server.subject = {}, None, {}, "", "made-up-subject-1"
    with made(tmp_path) as desk:
        server.now = lambda: desk.clock[0]
        yield County(desk, server)


def test_a_linked_account_signs_in_and_nobody_else(county: County) -> None:
    client = county.browser()
    assert "County sign-in" in client.get("/sign-in").text
    county.theirs.subject = "somebody-unknown"
    answer = county.signs_in(client)
    assert answer.status_code == 403 and "no account here is linked" in answer.text and county.desk.rows(tables.accounts) == []  # none is made
    county.linked()
    county.theirs.subject = "made-up-subject-1"
    answer = county.signs_in(client)
    cookies = answer.headers.get_list("set-cookie")
    assert answer.status_code == 200 and "url=/" in answer.text, answer.text
    assert any(c.startswith("desk=") and "SameSite=strict" in c and "HttpOnly" in c for c in cookies)
    assert any(c.startswith("desk-sign-in=") and "Max-Age=0" in c for c in cookies)
    assert client.get("/board").status_code == 200 and "Made-up supervisor" in client.get("/board").text
    # The second factor is the provider's; the roles are the desk's.
    assert client.get("/accounts").status_code == 403
    # A closed account stays out.
    account = county.desk.rows(tables.accounts)[0]["id"]
    county.desk.writer.write(lambda c: accounts.set_active(c, agency=TEXAS, account=account, active=False), agency=TEXAS, by="x")
    assert county.signs_in().status_code == 403


def _alg_none(claims: dict[str, Any]) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


def _with_the_secret(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.encode() * 3), algorithms=["HS256"])


def _with_another_key(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256"}, claims, RSAKey.generate_key(2048))


WRONG = {
    "issuer": ({"iss": "https://elsewhere.example"}, None),
    "no issuer": ({"iss": None}, None),
    "issuers": ({"iss": ["https://elsewhere.example", "ISSUER"]}, None),
    "audience": ({"aud": "another-client"}, None),
    "no audience": ({"aud": None}, None),
    "audiences without party": ({"aud": [CLIENT, "another-client"]}, None),
    "party": ({"aud": [CLIENT, "another-client"], "azp": "another-client"}, None),
    "nonce": ({"nonce": "of-another-sign-in"}, None),
    "no nonce": ({"nonce": None}, None),
    "expired": ({"exp": 1}, None),
    "no end": ({"exp": None}, None),
    "issued later": ({"iat": 9_999_999_999, "exp": 9_999_999_999}, None),
    "no subject": ({"sub": None}, None),
    "empty subject": ({"sub": ""}, None),
    "subjects": ({"sub": ["made-up-subject-1"]}, None),
    "alg none": ({}, _alg_none),
    "signed with the shared secret": ({}, _with_the_secret),
    "another's key": ({}, _with_another_key),
    "no token": ({}, lambda _: "made.up"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_answer_of_the_provider_is_refused_with_one_line(county: County, what: str) -> None:
    county.linked()
    claims, county.theirs.sign = WRONG[what]
    county.theirs.claims = {k: [county.theirs.issuer if x == "ISSUER" else x for x in v] if isinstance(v, list) else v for k, v in claims.items()}
    answer = county.signs_in()
    assert answer.status_code == 403, answer.text
    assert answer.text.count("Not done.") == 1 and "the identity provider's answer is" in unescape(answer.text)
    assert not any(c.startswith("desk=") for c in answer.headers.get_list("set-cookie"))
    assert county.desk.rows(tables.sessions) == []


def test_a_good_answer_for_several_audiences_names_the_desk(county: County) -> None:
    county.linked()
    county.theirs.claims = {"aud": [CLIENT, "another-client"], "azp": CLIENT}
    assert county.signs_in().status_code == 200


def test_keys_are_rotated(county: County) -> None:
    county.linked()
    assert county.signs_in().status_code == 200
    county.theirs.rotate("EC")
    # Within a minute of the last look the new key is not asked for: a flood of made-up key names reaches nobody.
    before = county.theirs.asked.count("/keys")
    assert county.signs_in().status_code == 403
    assert county.theirs.asked.count("/keys") == before
    county.desk.clock[0] += 61
    assert county.signs_in().status_code == 200
    assert county.theirs.asked.count("/keys") == before + 1
    county.theirs.rotate()
    county.desk.clock[0] += 61
    assert county.signs_in().status_code == 200


def test_a_sign_in_is_finished_once_and_in_the_browser_that_began_it(county: County) -> None:
    county.linked()
    client, other = county.browser(), county.browser()
    back = county.to_provider(client).removeprefix(ADDRESS)
    stolen = other.get(back)  # a link that somebody else sends: no cookie of ours
    assert stolen.status_code == 403 and "not begun in this browser" in stolen.text
    begun = county.to_provider(other).removeprefix(ADDRESS)
    mixed = other.get(back)  # a cookie of another attempt
    assert mixed.status_code == 403 and "not begun in this browser" in mixed.text
    assert begun != back
    attempt = client.cookies["desk-sign-in"]
    assert client.get(back).status_code == 200
    asked = county.theirs.asked.count("/token")
    replayed = TestClient(county.app, follow_redirects=False, cookies={"desk-sign-in": attempt}).get(back)
    assert replayed.status_code == 403 and "was used before" in replayed.text
    assert county.theirs.asked.count("/token") == asked  # the provider was not asked again
    late = county.to_provider(client).removeprefix(ADDRESS)
    county.desk.clock[0] += 601
    answer = client.get(late)
    assert answer.status_code == 403 and "took too long" in answer.text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("error=access_denied&error_description=%3Cscript%3E&state=STATE", "did not sign you in"),
        ("state=STATE", "did not sign you in"),
        ("code=made-up&state=STATE", "did not take the sign-in"),
        ("code=made-up&state=STATE&iss=https%3A%2F%2Felsewhere.example", "another identity provider answered"),
        ("code=made-up&state=wrong", "not begun in this browser"),
        ("code=made-up", "not begun in this browser"),
        ("", "not begun in this browser"),
    ],
)
def test_what_a_browser_brings_back_is_looked_at(county: County, query: str, says: str) -> None:
    client = county.browser()
    state = parse_qs(urlsplit(county.to_provider(client)).query)["state"][0]
    answer = client.get("/sign-in/back?" + query.replace("STATE", state))
    assert answer.status_code == 403 and says in unescape(answer.text) and "<script>" not in answer.text


def test_a_planted_cookie_is_none(county: County) -> None:
    county.linked()
    for planted in ("", "zz", "00" * 40, "1.made-up"):
        client = TestClient(county.app, follow_redirects=False, cookies={"desk-sign-in": planted, "desk": "1.planted"})
        assert client.get("/sign-in/back?code=x&state=").status_code == 403
    client = TestClient(county.app, follow_redirects=False, cookies={"desk": "1.planted"})
    back = county.to_provider(client).removeprefix(ADDRESS)
    answer = client.get(back)
    assert answer.status_code == 200 and not any("planted" in c for c in answer.headers.get_list("set-cookie"))
    assert TestClient(county.app, follow_redirects=False, cookies={"desk": "1.planted"}).get("/board").status_code == 303


def test_a_provider_that_is_away_or_wrong_is_one_line(county: County) -> None:
    county.linked()
    county.theirs.described = {"issuer": "https://elsewhere.example"}
    assert county.browser().get("/sign-in/county/1").status_code == 503
    asked = len(county.theirs.asked)
    assert [county.browser().get("/sign-in/county/1").status_code for _ in range(3)] == [503] * 3
    assert len(county.theirs.asked) == asked  # it is left alone for a while
    county.desk.clock[0] += 10
    county.theirs.described = {"token_endpoint": "http://elsewhere.example/token"}  # without TLS
    assert "no address with TLS" in county.signs_in().text
    county = County(county.desk, county.theirs)
    county.theirs.described = {"jwks_uri": f"{county.theirs.issuer}/moved"}  # a redirect is not followed
    assert county.signs_in().status_code == 503
    county = County(county.desk, county.theirs)
    county.theirs.described = {}
    county.theirs.broken = "/token"  # more than is taken
    assert county.signs_in().status_code == 503
    county.theirs.broken = "/.well-known/openid-configuration"
    answer = County(county.desk, county.theirs).browser().get("/sign-in/county/1")
    assert answer.status_code == 503 and "does not answer" in answer.text
    gone = County(county.desk, county.theirs, issuer="http://127.0.0.1:9")
    assert gone.browser().get("/sign-in/county/1").status_code == 503
    assert gone.browser().get("/sign-in").status_code == 200  # the desk's own passwords still do


def test_each_agency_has_its_own(county: County) -> None:
    county.linked()
    client = county.browser()
    answer = client.get(county.to_provider(client, number=2).removeprefix(ADDRESS))
    assert answer.status_code == 403 and "no account here is linked" in answer.text
    some = County(county.desk, county.theirs, agencies=frozenset({OREGON}))
    assert some.browser().get("/sign-in/county/1").status_code == 404
    assert some.browser().get("/sign-in").text.count("/sign-in/county/") == 1
    for number in ("3", "0", "x", "9" * 30, "-1"):
        assert county.browser().get(f"/sign-in/county/{number}").status_code == 404


def test_the_administrator_links_in_the_pages(county: County) -> None:
    admin = county.signed_in("administrator")
    clerk = county.signed_in("clerk")
    account = next(a["id"] for a in county.desk.rows(tables.accounts) if a["login"] == "clerk")
    mine = next(a["id"] for a in county.desk.rows(tables.accounts) if a["login"] == "administrator")
    assert county.theirs.issuer in admin.get(f"/accounts/{account}").text
    assert post(admin, f"/accounts/{account}/link", subject=" ").status_code == 400
    assert post(admin, f"/accounts/{account}/link", subject="made-up-subject-1").status_code == 303
    assert clerk.get("/board").headers["location"] == "/sign-in"  # the old session is over
    again = county.browser().post("/sign-in", data={"agency": TEXAS, "login": "clerk", "password": "several made up words"})
    assert again.status_code == 403  # one way in
    client = county.browser()
    assert county.signs_in(client).status_code == 200 and "County sign-in" not in client.get("/account").text
    assert "sign in through the county" in client.get("/account").text
    # One subject, one account; and somebody has to be able to sign in when the provider is down.
    refused = post(admin, f"/accounts/{mine}/link", subject="made-up-subject-1")
    assert refused.status_code == 400 and "is linked to [clerk]" in refused.text
    refused = post(admin, f"/accounts/{mine}/link", subject="made-up-subject-2")
    assert refused.status_code == 400 and "last administrator who can sign in without the provider" in refused.text
    reset = post(admin, f"/accounts/{account}/reset")
    assert "shown once" in reset.text and client.get("/board").headers["location"] == "/sign-in"
    assert county.signs_in().status_code == 403
    assert "subject" not in repr(county.desk.rows(tables.events))


def test_the_file_is_checked(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("made up\n")
    file = tmp_path / "oidc.yaml"

    def read(**changes: Any) -> Settings:
        given = {"issuer": "https://id.county.example", "client_id": "desk", "client_secret_file": "secret", "address": "https://desk.county.example/", **changes}
        file.write_text(json.dumps({k: v for k, v in given.items() if v is not None}))
        return read_settings(file)

    found = read()
    assert (found.secret, found.address, found.name) == ("made up", "https://desk.county.example", "County sign-in")
    assert "made up" not in repr(found)
    assert read(client_secret_file=None).secret == ""
    for changes, says in (
        ({"issuer": None}, r"\[issuer\] is missing"),
        ({"isuer": "x"}, r"did you mean \[issuer\]|did you mean"),
        ({"issuer": "http://id.county.example"}, "no address with TLS"),
        ({"issuer": "https://user:pass@id.county.example"}, "no address with TLS"),
        ({"issuer": "https://login.ice.dhs.gov"}, "nothing is sent to an immigration authority"),
        ({"address": "https://DESK.DHS.GOV."}, "nothing is sent to an immigration authority"),
        ({"client_secret_file": "nowhere"}, "nowhere"),
        ({"certificates": "nowhere"}, "nowhere"),
        ({"agencies": "us/tx"}, r"\[agencies\] is no list"),
    ):
        with pytest.raises(InputError, match=says):
            read(**changes)


def test_the_same_on_postgresql(tmp_path: Path, server: Theirs) -> None:
    server.claims, server.sign, server.described, server.broken, server.subject = {}, None, {}, "", "made-up-subject-1"
    try:
        with temporary_postgres() as url, made(tmp_path, where=url) as desk:
            server.now = lambda: desk.clock[0]
            county = County(desk, server)
            county.linked()
            client = county.browser()
            back = county.to_provider(client).removeprefix(ADDRESS)
            attempt = client.cookies["desk-sign-in"]
            assert client.get(back).status_code == 200 and client.get("/board").status_code == 200
            assert TestClient(county.app, follow_redirects=False, cookies={"desk-sign-in": attempt}).get(back).status_code == 403
            other = county.browser()
            assert other.get(county.to_provider(other, number=2).removeprefix(ADDRESS)).status_code == 403
    except NoPostgres as error:
        pytest.skip(str(error))


def test_errors_are_of_the_desks_kinds(county: County) -> None:
    assert isinstance(county.desk.store, Store)
    attempt, address = county.ours.begin(TEXAS)
    assert attempt.state in address and attempt.verifier not in address
    with pytest.raises(Refused):
        county.ours.finish(attempt, {"code": "x", "state": "y"})
    county.theirs.broken = "/.well-known/openid-configuration"
    with pytest.raises(Unavailable):
        Provider(county.ours.settings, now=lambda: 0).begin(TEXAS)


def test_the_command_says_in_one_line_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "oidc.yaml"
    for text, says in (("issuer: http://id.county.example\nclient_id: x\naddress: https://desk.example\n", "no address with TLS"), ("client_id: x\n", "[issuer] is missing")):
        file.write_text(text)
        done = subprocess.run([sys.executable, "-m", "dueprocess", "serve", "desk", "--demo", "--oidc", str(file)], capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr, done.stderr
        assert str(file) in done.stderr
