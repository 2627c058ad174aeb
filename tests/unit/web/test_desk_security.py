"""Every endpoint of the desk against whoever should not use it, and whatever should not be sent to it.

The routes are those of the application itself; ``desk_routes`` says by hand who may use each.
"""

from __future__ import annotations

import csv
import io
import logging
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import sqlalchemy as sa
from desk_common import CANARY, HOUR, NOW, OREGON, TEXAS, made
from desk_routes import ACTS, ALL, OPEN, ROUTES, TOKEN, fields, walked
from prometheus_client import generate_latest
from starlette.testclient import TestClient
from test_desk_web import PASSWORD, Web, book, csrf, post

from dueprocess.desk import Who, alerts
from dueprocess.store import accounts, counsel, proving, retention, tables, tokens
from dueprocess.store.gate import FREE_FAILURES, IDLE_SECONDS, SESSION_SECONDS
from dueprocess.testing.postgres import NoPostgres, temporary_postgres
from dueprocess.web.desk import audit_shelf, desk_app
from dueprocess.web.desk.guard import MOST_UPLOAD, UPLOADS
from dueprocess.web.desk.metrics import Metrics
from dueprocess.web.desk.session import Upload

BAIT = "<zq onload=zq()>\"'`{{7*191}}"
"""What no page may repeat as markup: a tag, both quotes, a template."""
FORMULA = "=HYPERLINK(\"http://elsewhere.example\")"


class Walk:
    """The desk with one of everything that a route can name, so that another agency has something to reach for."""

    def __init__(self, web: Web, shelf: Path) -> None:
        shelf.mkdir(mode=0o700)
        web.service = replace(web.service, shelf=shelf)
        web.app = desk_app(web.service)
        self.web, self.shelf = web, shelf
        desk = web.desk
        audit = audit_shelf.make(
            web.service, Who("a_x", TEXAS, "counsel"), [Upload("stays.csv", f"name\n{CANARY}\n".encode())], title=CANARY, jail="", as_of="", days=7, now=desk.clock[0]
        )
        self.stay = desk.held()
        desk.pass_hours(50)
        alerts.turn(desk.desk)
        write = desk.writer.write
        for role in ("clerk", "supervisor", "counsel", "auditor", "administrator"):
            web.account(role)
        people = {row["login"]: row["id"] for row in desk.rows(tables.accounts)}
        hold = write(lambda c: retention.place_hold(c, agency=TEXAS, matter="26-1", stay=self.stay, reason=CANARY), agency=TEXAS, by="x").result
        process = write(lambda c: retention.log_process(c, agency=TEXAS, kind="subpoena", served_at=NOW, body={"from": CANARY, "asked": CANARY}, stay=self.stay), agency=TEXAS, by="x").numbers[0]
        token = write(lambda c: tokens.add(c, agency=TEXAS, name="made-up system", scopes=["decisions:read"], until=NOW + 99 * HOUR, by="x", now=NOW), agency=TEXAS, by="x").result
        made_ = counsel_note(web)
        dropped = web.signed_in("counsel")
        packet = dropped.post("/drop", data={"csrf": csrf(dropped)}, files={"file": ("x.txt", f"Papers of {CANARY}".encode())}).headers["location"].rsplit("/", 1)[1]
        self.names = {
            "stay": self.stay, "account": people["clerk"], "show": "due", "what": "release", "number": "1", "case": "26-00001", "packet": packet, "form": "i-247a",
            "authority": "us/four-tests", "actor": "us/tx/loving-county/sheriff", "definition": "ilrc", "name": "x", "claim": "cl_1", "audit": audit.id, "slug": "x", "whatif": "wi_12345678",
        }  # fmt: skip
        # The names of this agency's own things, in the fields that name them.
        self.mine = {
            "hold": hold, "number": str(process), "revoke": token.id, "note": made_, "alert": desk.rows(tables.alerts)[0]["id"], "paper": desk.papers(self.stay)[0],
            "ground": desk.rows(tables.grounds)[0]["id"], "case": "26-00001", "stay": self.stay,
        }  # fmt: skip

    def path(self, pattern: str, **names: str) -> str:
        def one(found: re.Match[str]) -> str:
            return {**self.names, **names}[found[1].partition(":")[0]]

        return re.sub(r"\{([^}]+)\}", one, pattern)

    def routes(self, *methods: str) -> list[tuple[str, str, frozenset[str]]]:
        found = []
        for method, path in walked(self.web.app):
            if method in methods:
                assert f"{method} {path}" in ROUTES, f"{method} {path} is not in the table of who may do what: add it to desk_routes.ROUTES"
                found.append((method, path, ROUTES[f"{method} {path}"]))
        return found

    def state(self, agency: str = TEXAS) -> dict[str, Any]:
        """All that the agency has, save who is signed in and who tried."""
        passing = (tables.sessions, tables.attempts, tables.head, tables.checkpoints)
        found: dict[str, Any] = {t.name: self.web.desk.rows(t, agency=agency) for t in tables.metadata.sorted_tables if "agency" in t.c and t not in passing}
        return {**found, "files": sorted((str(p.relative_to(self.shelf)), p.read_bytes()) for p in self.shelf.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes())}


def counsel_note(web: Web) -> str:
    desk = web.desk

    def work(connection: sa.Connection) -> Any:
        from dueprocess.store import Done

        return Done(result=counsel.keep_note(connection, desk.store.keys, agency=TEXAS, by="x", at=NOW, what="note", text=CANARY))

    return str(desk.writer.write(work, agency=TEXAS, by="x").result)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("desk")
    with made(folder) as desk:
        yield Walk(Web(desk), folder / "shelf")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with made(tmp_path) as desk:
        yield Web(desk)


def shut(web: Web, client: TestClient) -> bool:
    """Whether the session is over: asked of the gate, as every page does."""
    return web.service.gate.who(client.cookies.get("desk", "")) is None


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


# -- who gets where ----------------------------------------------------------------------------------------


def test_the_table_and_the_application_name_the_same_routes(walk: Walk) -> None:
    there = {f"{method} {path}" for method, path in walked(walk.web.app)}
    assert there - ROUTES.keys() == set(), "add who may use it to desk_routes.ROUTES"
    from dueprocess.web.desk.pages import ACTS as ours

    assert set(ours) == set(ACTS)
    assert len(there) > 70


def test_nobody_gets_anything_without_a_session(walk: Walk) -> None:
    web, before = walk.web, walk.state()
    over = web.signed_in("clerk")
    secret = over.cookies["desk"]
    web.desk.pass_hours(SESSION_SECONDS / HOUR + 1)
    signed_out = {"none": {}, "made up": {"desk": "1.made-up-secret"}, "over": {"desk": secret}}
    try:
        for name, cookies in signed_out.items():
            client = TestClient(web.app, follow_redirects=False, cookies=cookies)
            for method, path, who in walk.routes("GET", "POST"):
                if who == OPEN:
                    continue
                answer = client.request(method, walk.path(path), data={"csrf": "x", **fields()} if method == "POST" else None)
                if who == TOKEN:
                    assert answer.status_code in (401, 422), (name, method, path, answer.status_code)
                elif path == "/live":
                    assert answer.status_code == 403
                else:
                    # Who sent a form reads there that nothing was recorded.
                    there = "/sign-in?sent=no" if method == "POST" and path != "/sign-out" else "/sign-in"
                    assert (answer.status_code, answer.headers.get("location")) == (303, there), (name, method, path)
                assert "Zzcanary" not in answer.text
    finally:
        web.desk.clock[0] -= SESSION_SECONDS + HOUR
    # Signing in writes an entry; nothing else has changed.
    assert changed(before, walk.state()) <= {"ledger_entries"}


@pytest.mark.parametrize("role", sorted(ALL))
def test_each_role_against_the_table(walk: Walk, role: str) -> None:
    """Who may not is refused as such; who may is not. On what the person's page does, too."""
    web = walk.web
    client = web.signed_in(role)
    token = csrf(client)
    wrong = []
    for method, path, who in walk.routes("GET", "POST"):
        if who & {"nobody", "token"} or path in ("/live", "/sign-out"):
            continue
        acts = sorted(ACTS) if path == "/stay/{stay}/{what}" else [""]
        for act in acts:
            allowed = ACTS[act] if act else who
            if role in allowed and (act in ("release", "transfer", "against") or (method == "GET" and path.startswith("/registry"))):
                continue  # tried elsewhere: it ends the stay, or takes long
            names = {"what": act} if act else {"what": "sessions"} if path.startswith("/accounts") else {}
            if method == "GET":
                answer = client.get(walk.path(path, **names))
            elif path.endswith("/drop") or path in ("/audit/new", "/whatif"):
                answer = client.post(walk.path(path, **names), data={"csrf": token, **fields()}, files={"file": ("x.txt", b"made up")})
            else:
                answer = client.post(walk.path(path, **names), data={"csrf": token, **fields(act)})
            assert answer.status_code < 500, (path, act, answer.text)
            if (answer.status_code == 403) != (role not in allowed) and not (path == "/account/password" and answer.status_code == 403):
                wrong.append((method, path, act, answer.status_code))
            if shut(web, client):
                client = web.signed_in(role)
                token = csrf(client)
    assert wrong == []


def others(walk: Walk) -> None:
    """Everybody of another agency, on every route, naming this agency's own things."""
    web, before, asked = walk.web, walk.state(), 0
    system = web.token("decisions:read", "papers:write", agency=OREGON)
    for role in sorted(ALL):
        client = web.signed_in(role, OREGON)
        token = csrf(client)
        for method, path, who in walk.routes("GET", "POST"):
            if who == OPEN or path in ("/live", "/sign-out") or path.startswith(("/account/", "/registry", "/law", "/second-factor")):
                continue
            if path == "/stay/{stay}/{what}":
                tries = [({"what": act}, {**fields(act), **walk.mine, "number": "1"}) for act in sorted(ACTS)]
            elif path == "/accounts/{account}/{what}":
                tries = [({"what": what}, fields()) for what in ("reset", "close", "role", "second-factor", "sessions", "link")]
            else:
                tries = [({}, {**fields(), **walk.mine, "name": "Example, Another", "login": f"own-{role}-{asked}"})]
            for names, given in tries:
                asked += 1
                answer = client.request(method, walk.path(path, **names), data={"csrf": token, **given} if method == "POST" else None, headers=system if who == TOKEN else None)
                assert "Zzcanary" not in answer.text and "Quetzal" not in answer.text, (role, method, path)
                assert answer.status_code < 500, (role, method, path, answer.text)
                if role in who and re.search(r"\{(stay|account|packet|audit|whatif|case)\}", path):
                    assert answer.status_code in (400, 403, 404, 422), (role, method, path, names, answer.status_code)
                if shut(web, client):
                    client = web.signed_in(role, OREGON)
                    token = csrf(client)
    assert asked > 300
    assert changed(before, walk.state()) == set()


def test_another_agency_sees_nothing_and_changes_nothing(walk: Walk) -> None:
    others(walk)


def test_another_agency_on_postgresql(tmp_path: Path) -> None:
    """The same whole, where the database itself keeps agencies apart."""
    try:
        with temporary_postgres() as url, made(tmp_path, where=url) as desk:
            others(Walk(Web(desk), tmp_path / "shelf"))
    except NoPostgres as error:
        pytest.skip(str(error))


def test_every_post_needs_the_pages_own_token_and_origin(walk: Walk) -> None:
    web = walk.web
    clients = {role: web.signed_in(role) for role in ("counsel", "administrator")}
    other = csrf(web.signed_in("supervisor"))
    before, asked = walk.state(), 0
    for method, path, who in walk.routes("POST"):
        if who & {"nobody", "token"}:
            continue
        role = "counsel" if "counsel" in who else "administrator"
        client, url = clients[role], walk.path(path)
        for token in (None, "", "x", other, csrf(client)[:-1]):
            given = {**fields(), **({} if token is None else {"csrf": token})}
            for sent in ({"data": given}, {"data": given, "files": {"file": ("x.txt", b"x")}}):
                answer = client.request(method, url, **sent)  # type: ignore[arg-type]
                # A page that takes no file says so before it looks at anything.
                assert answer.status_code == 403 or ("files" in sent and answer.status_code == 400), (path, token, answer.status_code)
                asked += 1
        for origin in ("https://elsewhere.example", "null", "http://testserver.elsewhere.example"):
            assert client.post(url, data={**fields(), "csrf": csrf(client)}, headers={"origin": origin}).status_code == 403, (path, origin)
        for kind in ("application/json", "text/plain", ""):
            answer = client.post(url, content=b'{"csrf": "' + csrf(client).encode() + b'"}', headers={"content-type": kind})
            assert answer.status_code in (400, 403), (path, kind)
    assert asked > 100
    assert changed(before, walk.state()) <= {"ledger_entries", "looks"}


def test_reading_changes_nothing_but_the_looks(walk: Walk) -> None:
    web = walk.web
    for role in ("counsel", "administrator"):
        client = web.signed_in(role)
        before = walk.state()
        for _, path, who in walk.routes("GET"):
            if role in who and path != "/live" and not path.startswith("/registry"):
                client.get(walk.path(path))
        after = walk.state()
        assert changed(before, after) <= {"looks", "ledger_entries"}
        assert {row["kind"] for row in after["ledger_entries"][len(before["ledger_entries"]) :]} <= {"looked"}


# -- sessions ----------------------------------------------------------------------------------------------


def test_a_planted_or_old_cookie_never_becomes_a_session(web: Web) -> None:
    web.account("clerk")
    given = {"agency": TEXAS, "login": "clerk", "password": PASSWORD}
    planted = TestClient(web.app, follow_redirects=False, cookies={"desk": "1.an-attackers-own-secret"})
    answer = planted.post("/sign-in", data=given)
    assert answer.status_code == 303 and "an-attackers-own-secret" not in answer.headers["set-cookie"]
    assert TestClient(web.app, follow_redirects=False, cookies={"desk": "1.an-attackers-own-secret"}).get("/board").status_code == 303
    # Signing in again on an old session makes a new secret and a new form token, and the old session is not carried over.
    first = web.signed_in("clerk")
    old_secret, old_token = first.cookies["desk"], csrf(first)
    second = TestClient(web.app, follow_redirects=False, cookies={"desk": old_secret})
    new_secret = re.findall(r"desk=([^;]+)", second.post("/sign-in", data=given).headers["set-cookie"])[0]
    assert new_secret != old_secret
    again = TestClient(web.app, follow_redirects=False, cookies={"desk": new_secret})
    assert csrf(again) != old_token
    assert again.post("/book", data={"csrf": old_token, "name": "x"}).status_code == 403
    # Signed out, changed password, ended by the administrator, idle, too old: over, on the server and not only in the browser.
    secrets = []
    for end in ("out", "password", "administrator", "idle", "old"):
        client = web.signed_in("clerk")
        secret = client.cookies["desk"]
        if end == "out":
            post(client, "/sign-out")
        elif end == "password":
            changed_ = post(client, "/account/password", old=PASSWORD, new="other made up words", again="other made up words")
            assert changed_.status_code == 303
            web.desk.clock[0] += 3 * HOUR
            back = TestClient(web.app, follow_redirects=False)
            assert back.post("/sign-in", data={**given, "password": "other made up words"}).status_code == 303
            assert post(back, "/account/password", old="other made up words", new=PASSWORD, again=PASSWORD).status_code == 303
        elif end == "administrator":
            account = next(row["id"] for row in web.desk.rows(tables.accounts) if row["login"] == "clerk")
            assert post(web.signed_in("administrator"), f"/accounts/{account}/sessions").status_code == 303
        elif end == "idle":
            web.desk.clock[0] += IDLE_SECONDS
        else:
            for _ in range(SESSION_SECONDS // (IDLE_SECONDS - 60) + 1):
                web.desk.clock[0] += IDLE_SECONDS - 60
                client.get("/status")
        secrets.append(secret)
        stolen = TestClient(web.app, follow_redirects=False, cookies={"desk": secret})
        assert stolen.get("/board").headers.get("location") == "/sign-in", end
    assert len(set(secrets)) == 5


def test_the_cookie_beyond_loopback(web: Web) -> None:
    web.account("clerk")
    client = TestClient(desk_app(replace(web.service, secure=True)), base_url="https://desk.example", follow_redirects=False)
    answer = client.post("/sign-in", data={"agency": TEXAS, "login": "clerk", "password": PASSWORD})
    parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= parts and not any(p.startswith("domain") for p in parts)
    assert answer.headers["set-cookie"].startswith("__Host-desk=")
    assert "max-age" in answer.headers["strict-transport-security"]


def test_guessing_locks_and_says_and_does_the_same_for_nobody_as_for_somebody(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same words, statuses, argon2 checks and commits whether the account is there, closed, without a password, or not
    there at all; from the sixth attempt on a wait, whatever the login."""
    from dueprocess.store import gate

    for role in ("clerk", "supervisor", "auditor"):
        web.account(role)
    rows = {row["login"]: row["id"] for row in web.desk.rows(tables.accounts)}
    write = web.desk.writer.write
    write(lambda c: accounts.set_active(c, agency=TEXAS, account=rows["supervisor"], active=False), agency=TEXAS, by="x")
    write(lambda c: accounts.reset(c, agency=TEXAS, account=rows["auditor"], now=NOW), agency=TEXAS, by="x")
    checks: list[int] = []
    whole = gate._matches
    monkeypatch.setattr(gate, "_matches", lambda stored, password: checks.append(1) or whole(stored, password))

    def tried(login: str) -> list[tuple[int, str, int, int]]:
        found = []
        for number in range(FREE_FAILURES + 2):
            commits, before = web.desk.writer.commits, len(checks)
            answer = web.browser().post("/sign-in", data={"agency": TEXAS, "login": login, "password": f"wrong wrong wrong {number}"})
            said = re.findall(r'<p class="error".*?</p>', answer.text)[0]
            found.append((answer.status_code, said, len(checks) - before, web.desk.writer.commits - commits))
        return found

    told = {login: tried(login) for login in ("clerk", "supervisor", "auditor", "nobody", "' OR 1=1 --")}
    assert all(one == told["clerk"] for one in told.values())
    assert [status for status, *_ in told["clerk"]] == [403] * FREE_FAILURES + [429] * 2
    assert [checks_ for _, _, checks_, _ in told["clerk"]] == [1] * FREE_FAILURES + [0] * 2  # a locked login costs no hash
    locked = web.browser().post("/sign-in", data={"agency": TEXAS, "login": "clerk", "password": PASSWORD})
    assert locked.status_code == 429  # the right password, too: or the wait would tell
    # The codes of the second factor and the one-time texts are counted likewise.
    statuses = [web.browser().post("/first", data={"agency": TEXAS, "login": "auditor", "secret": "guess", "password": PASSWORD}).status_code for _ in range(3)]
    assert statuses == [429] * 3
    # One address that tries many logins waits in the end, too.
    many = [web.browser().post("/sign-in", data={"agency": TEXAS, "login": f"l{n}", "password": "wrong wrong wrong"}).status_code for n in range(40)]
    assert many[0] == 403 and many[-1] == 429
    # Another agency's people are not locked out by it.
    web.desk.clock[0] += 2 * HOUR
    assert web.signed_in("clerk").get("/board").status_code == 200


# -- what is sent ------------------------------------------------------------------------------------------

HOSTILE = (
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "....//....//etc/passwd", "%00", "x%00.csv", "/etc/passwd", "%5c..%5c..%5cwindows", "C:%5cx",
    "'%20OR%201=1--", "%3Cscript%3E", "%7B%7B7*7%7D%7D", "a" * 3000, "%F0%9F%92%A5", "%ff%fe", "-1", "9" * 40, "~root", "%0d%0aSet-Cookie:%20x=y", "null", "*",
)  # fmt: skip


def test_no_path_parameter_leads_anywhere_else(walk: Walk) -> None:
    web, asked = walk.web, 0
    for role in ("counsel", "administrator"):
        client = web.signed_in(role)
        token = csrf(client)
        before = walk.state()
        for method, path, who in walk.routes("GET", "POST"):
            if "{" not in path or (role not in who and who not in (OPEN, TOKEN)) or (role == "administrator" and ("counsel" in who or who in (OPEN, TOKEN))):
                continue  # each route by somebody who may use it: counsel wherever they may
            for name in re.findall(r"\{([^}:]+)", path):
                for text in HOSTILE:
                    names = {key: value for key, value in walk.names.items() if key != name}
                    url = re.sub(r"\{([^}]+)\}", lambda m, t=text, n=name, v=names: t if m[1].partition(":")[0] == n else v[m[1].partition(":")[0]], path)  # type: ignore[misc]
                    answer = client.request(method, url, data={"csrf": token, **fields()} if method == "POST" else None)
                    asked += 1
                    assert answer.status_code in (303, 400, 401, 403, 404, 405, 422) or (path in ("/sign-in/county/{number}",)), (method, url[:80], answer.status_code)
                    assert "root:x" not in answer.text and "set-cookie" not in {k for k, v in answer.headers.items() if "x=y" in v}
                    assert answer.headers.get("location") != "/sign-in", url
        assert changed(before, walk.state()) <= {"looks", "ledger_entries"}
    assert asked > 500


def test_no_file_name_leads_anywhere(web: Web, tmp_path: Path) -> None:
    """What a file is called is data: nothing is written outside of the desk's own folders, and nothing of it is shown."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    web.app = desk_app(replace(web.service, shelf=shelf))
    role, client = "counsel", web.signed_in("counsel")
    stay = web.desk.held()
    outside = tmp_path / "zq-escaped"
    before = {p for p in tmp_path.rglob("*") if shelf not in p.parents}
    tried = 0
    for method, path in walked(web.app):
        if method != "POST" or role not in ROUTES[f"{method} {path}"] or not (path.endswith(UPLOADS) or path == "/whatif"):
            continue
        names = ("../../zq-escaped", "..\\..\\zq-escaped", str(outside), "zq\r\nx-zq: 1", "zq\x00.pdf", BAIT, "a" * 5000, ".", "..", "", "CON.pdf")
        for name in (names[0], names[3]) if path in ("/audit/new", "/whatif", "/claims/drop") else names:  # those start a process for what they get
            url = path.replace("{stay}", stay)
            answer = client.post(url, data={"csrf": csrf(client), "days": "1", "title": "x"}, files={"file": (name, b"a,b\r\n1,2\r\n")})
            tried += 1
            assert answer.status_code < 500 and "x-zq" not in answer.headers, (path, name, answer.status_code)
            assert "<zq" not in answer.text
    assert tried >= 22, tried
    written = {p for p in tmp_path.rglob("*") if shelf not in p.parents} - before
    assert not outside.exists() and not any("zq" in p.name for p in [*written, *shelf.rglob("*")])


def test_bodies_are_bounded(web: Web) -> None:
    client = web.signed_in("counsel")
    form = {"content-type": "application/x-www-form-urlencoded"}
    many = 0
    for method, path in walked(web.app):
        url = re.sub(r"\{[^}]+\}", "x", path)
        if method != "POST":
            continue
        many += 1
        uploads = url.endswith(UPLOADS)
        said = client.post(url, headers={**form, "content-length": str(MOST_UPLOAD + 1)}, content=b"x")
        assert said.status_code == 413, path  # by what it says it will send
        if not uploads:
            assert client.post(url, content=(b"x" * 65536 for _ in range(5)), headers=form).status_code == 413, path  # and by what comes
        assert client.post(url, headers={**form, "content-length": "1e9"}, content=b"x").status_code == 413, path
    assert many > 30
    token = csrf(client)
    bombs = {
        "fields": b"&".join(b"a=b" for _ in range(5000)),
        "escapes": b"%ff" * 10,
        "nul": f"csrf={token}&name=%00".encode(),
        "no form": b"\x00" * 100,
    }
    for name, body in bombs.items():
        assert client.post("/book", content=body, headers=form).status_code == 400, name
    parts = b"".join(b'--zq\r\ncontent-disposition: form-data; name="f%d"; filename="x"\r\n\r\nx\r\n' % n for n in range(300)) + b"--zq--\r\n"
    for body in (parts, parts[:-9], b"--zq\r\n" * 1000, b"--zq\r\n" + b"h: x\r\n" * 5000 + b"\r\n"):
        answer = client.post("/drop", content=body, headers={"content-type": "multipart/form-data; boundary=zq"})
        assert answer.status_code == 400, body[:40]
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "x" * 5000):
        assert client.post("/drop", content=parts, headers={"content-type": kind}).status_code == 400


def test_what_unpacks_to_a_thousand_times_its_size_is_no_fault(web: Web, tmp_path: Path) -> None:
    """Bombs in every file form: an answer in bounded memory, and the desk goes on."""
    import gzip
    import resource
    import zipfile
    import zlib
    web.app = desk_app(replace(web.service, shelf=tmp_path / "shelf"))
    (tmp_path / "shelf").mkdir(mode=0o700)
    client, stay = web.signed_in("counsel"), web.desk.held()
    size = 200 * 1024 * 1024
    packer = zlib.compressobj(1)
    flat = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open("xl/worksheets/sheet1.xml", "w") as out:
        for _ in range(size >> 20):
            out.write(bytes(1 << 20))
    zipped = io.BytesIO()
    with gzip.GzipFile(fileobj=zipped, mode="wb", compresslevel=1, mtime=0) as out_:
        for _ in range(size >> 20):
            out_.write(bytes(1 << 20))
    pdf = b"%%PDF-1.4\n1 0 obj<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%%%EOF" % (len(flat), flat)
    nested = b"<" * 200_000 + b"[" * 200_000
    assert max(len(pdf), len(inner.getvalue()), len(zipped.getvalue())) < 2_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tables_ = {"x.xlsx": inner.getvalue(), "x.csv.gz": zipped.getvalue()}
    forms = [path for method, path in walked(web.app) if method == "POST" and path.endswith(UPLOADS)]
    assert len(forms) >= 4
    for path in forms:
        for name, data in tables_.items() if path == "/audit/new" else {"x.pdf": pdf, "x.csv": nested}.items():
            answer = client.post(path.replace("{stay}", stay), data={"csrf": csrf(client), "days": "1", "title": "x"}, files={"file": (name, data)})
            assert answer.status_code < 500, (path, name, answer.status_code)
    assert client.get("/board").status_code == 200
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 150 * 1024, grown  # KiB: less than one of them unpacked


def test_large_files_come_one_after_the_other(web: Web) -> None:
    """So many uploads at a time and no more: memory is bounded whoever sends them, signed in or not."""
    import anyio

    from dueprocess.web.desk.guard import UPLOADS_AT_ONCE

    statuses: list[int] = []

    async def run() -> None:
        release = anyio.Event()

        async def one() -> None:
            async def receive() -> dict[str, Any]:
                await release.wait()
                return {"type": "http.request", "body": b"", "more_body": False}

            async def send(message: Any) -> None:
                if message["type"] == "http.response.start":
                    statuses.append(message["status"])
                    if len(statuses) == 3:
                        release.set()

            await web.app({"type": "http", "method": "POST", "path": "/drop", "raw_path": b"/drop", "headers": [(b"cookie", b"desk=1.made-up")], "query_string": b"", "client": None, "root_path": "", "scheme": "http", "http_version": "1.1", "server": None}, receive, send)

        async with anyio.create_task_group() as group:
            for _ in range(UPLOADS_AT_ONCE + 3):
                group.start_soon(one)

    anyio.run(run)
    assert sorted(statuses) == [303] * UPLOADS_AT_ONCE + [503] * 3


def test_a_body_that_never_ends_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    import anyio

    from dueprocess.web.desk.guard import DeskGuard

    monkeypatch.setattr(DeskGuard, "seconds_to_send", 0.05)
    statuses: list[int] = []

    async def run() -> None:
        async def receive() -> dict[str, Any]:
            await anyio.sleep(0.02)
            return {"type": "http.request", "body": b"x", "more_body": True}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        with anyio.fail_after(20):
            await web.app({"type": "http", "method": "POST", "path": "/sign-in", "raw_path": b"/sign-in", "headers": [], "query_string": b"", "client": None, "root_path": "", "scheme": "http", "http_version": "1.1", "server": None}, receive, send)

    anyio.run(run)
    assert statuses == [408]


def test_other_methods_are_refused_everywhere(walk: Walk) -> None:
    client = walk.web.signed_in("counsel")
    for _, path, _ in walk.routes("GET", "POST"):
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
            assert client.request(method, walk.path(path)).status_code == 405, (method, path)


# -- what is shown -----------------------------------------------------------------------------------------


def baited(web: Web) -> str:
    """The bait in every text that somebody may type; the stay."""
    clerk = web.signed_in("clerk")
    page = book(clerk, name=BAIT, booking_number=BAIT[:60])
    stay = page.rsplit("/", 1)[1]
    at = "2026-11-18T04:00"
    post(clerk, f"{page}/paper", at=at, kind="i-247a", edition="2017-03", signed_by="immigration_officer", issuer="ice", boxes="final_order", boxes_read="yes")
    for act, given in (("said", {"what": "other", "words": BAIT, "answer": BAIT}), ("against", {"what": "other", "text": BAIT})):
        assert post(clerk, f"{page}/{act}", **given).status_code == 303, act
    counsel_ = web.signed_in("counsel")
    admin = web.signed_in("administrator")
    assert post(counsel_, "/records/hold", matter="26-1", reason=BAIT, case="26-00001").status_code == 303
    assert post(counsel_, "/records/process", kind="subpoena", **{"from": BAIT, "asked": BAIT}).status_code == 303
    number = next(row["number"] for row in web.desk.rows(tables.legal_process))
    assert post(counsel_, "/records/process/answer", number=number, answer="refused", given=BAIT).status_code == 303
    assert post(counsel_, "/counsel", text=BAIT).status_code == 303
    assert post(clerk, "/search", how="name", text="zq", purpose=BAIT).status_code == 200
    plain = BAIT.replace("<", "").replace(">", "")
    assert post(admin, "/accounts", login="baited", name=plain, role="clerk").status_code == 200
    assert post(admin, "/tokens", name=plain, scope="decisions:read", days=1).status_code == 200
    return stay


def test_html_in_any_text_is_shown_as_text(web: Web) -> None:
    stay = baited(web)
    names = {"stay": stay, "show": "due", "account": web.desk.rows(tables.accounts)[0]["id"], "case": "26-00001"}
    seen = 0
    for role in sorted(ALL):
        client = web.signed_in(role)
        for method, path in walked(web.app):
            if method != "GET" or path == "/live" or path.startswith(("/registry", "/law", "/claims", "/audit", "/whatif", "/packet", "/roster/")):
                continue
            answer = client.get(re.sub(r"\{([^}:]+)[^}]*\}", lambda m: names.get(m[1], "1"), path))
            assert "<zq" not in answer.text and "1337" not in answer.text, (role, path)
            assert BAIT.replace("<", "").replace(">", "") not in answer.text, (role, path)  # quotes are escaped, too
            seen += "&lt;zq" in answer.text
        for path, given in (("/search", {"how": "name", "text": "zq", "purpose": BAIT}), ("/looks", {"case": BAIT}), ("/sign-in", {}), ("/stay/x/said", {"what": BAIT, "answer": BAIT}), ("/counsel/stay/" + stay, {"fact1": BAIT, "value1": BAIT, "policy": BAIT}), ("/settings", {"domain": BAIT, "server": BAIT, "port": "25", "before": "1", "after": "1", "repeat": "1", "erase_after_days": "1"})):
            answer = post(client, path, **given)
            assert "<zq" not in answer.text, (role, path)
    assert seen > 8  # it was there to be seen
    for text in ("<zq", BAIT):
        assert text not in web.browser().post("/sign-in", data={"agency": BAIT, "login": BAIT, "password": BAIT}).text


def test_no_cell_of_a_file_is_a_formula(web: Web) -> None:
    clerk, admin = web.signed_in("clerk"), web.signed_in("administrator")
    book(clerk)
    for purpose in (FORMULA, "+1+1", "-2+3", "@SUM(A1)", "\t=1", "plain, with \"quotes\"\nand a line", BAIT):
        assert post(clerk, "/search", how="name", text="zz", purpose=purpose).status_code == 200
    assert post(admin, "/accounts", login="formula", name="=cmd|' /C calc'!A0", role="auditor").status_code == 200
    made_ = next(row for row in web.desk.rows(tables.accounts) if row["login"] == "formula")
    web.desk.writer.write(lambda c: _looked(c), agency=TEXAS, by=made_["id"])
    answer = post(admin, "/looks", **{"as": "csv"})
    assert answer.headers["content-type"].startswith("text/csv") and answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len(rows) > 8 and len({len(row) for row in rows}) == 1
    for row in rows:
        for text in row:
            assert not text.startswith(("=", "+", "-", "@", "\t", "\r")), text
    assert any(text.startswith("'=HYPERLINK") for row in rows for text in row) and any(text.startswith("'=cmd") for row in rows for text in row)


def _looked(_: sa.Connection) -> Any:
    from dueprocess.store import Done, looking

    return Done([looking.look("board", rows=1)])


def test_what_a_host_header_says_is_repeated_nowhere(walk: Walk) -> None:
    for role in ("counsel", "administrator"):
        client = walk.web.signed_in(role)
        for method, path, who in walk.routes("GET", "POST"):
            if path == "/live" or (role not in who and who != OPEN):
                continue
            headers = {"host": "zq-elsewhere.example", "x-forwarded-host": "zq-elsewhere.example", "forwarded": "host=zq-elsewhere.example", "x-original-url": "/zq-elsewhere", "x-rewrite-url": "/zq-elsewhere"}
            if path.startswith("/registry"):
                continue
            answer = client.request(method, walk.path(path), headers=headers, data={"csrf": "x"} if method == "POST" else None)
            assert "zq-elsewhere" not in answer.text and "zq-elsewhere" not in repr(answer.headers), path
            assert re.match(r"/(?!/)", answer.headers.get("location", "/")), path


def test_the_same_headers_stand_on_every_answer(walk: Walk) -> None:
    wanted = {
        "x-content-type-options": "nosniff", "x-frame-options": "DENY", "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "same-origin", "cache-control": "no-store",
    }  # fmt: skip
    statuses = set()
    for role in ("nobody", "counsel", "administrator"):
        client = walk.web.browser() if role == "nobody" else walk.web.signed_in(role)
        for method, path, _ in walk.routes("GET", "POST"):
            if path in ("/live", "/sign-out") or path.startswith("/registry"):
                continue
            for made_ in (method, "PUT"):
                answer = client.request(made_, walk.path(path), data={"csrf": "x"} if made_ == "POST" else None)
                statuses.add(answer.status_code)
                headers = answer.headers
                for name, value in wanted.items():
                    assert headers.get(name) == value, (made_, path, name)
                policy = {part.split()[0]: part.split()[1:] for part in headers["content-security-policy"].split(";") if part.strip()}
                assert policy["default-src"] == ["'none'"] and policy["frame-ancestors"] == ["'none'"] and policy["base-uri"] == ["'none'"], path
                assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"} & set(policy["script-src"]), path
                assert "server" not in headers and "x-powered-by" not in headers
    for path in ("/nowhere", "/static/../x", "/board/"):
        assert "content-security-policy" in walk.web.browser().get(path).headers
    assert {200, 303, 403, 404, 405} <= statuses


# -- canaries ----------------------------------------------------------------------------------------------


def test_a_name_is_in_no_log_address_alert_figure_or_public_part(web: Web, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """Through a whole day with a fault in it: the name is where it belongs, and nowhere else."""
    metrics, sent = Metrics(web.service), []
    web.app = metrics.measured(web.app)
    with caplog.at_level(logging.DEBUG):
        clerk, counsel_, admin = (web.signed_in(role) for role in ("clerk", "counsel", "administrator"))
        page = book(clerk)
        stay = page.rsplit("/", 1)[1]
        seen = web.desk.stay(stay)["version"]
        post(clerk, f"{page}/paper", at="2026-11-18T04:00", kind="i-247a", edition="2017-03", signed_by="immigration_officer", boxes="final_order", boxes_read="yes")
        post(clerk, f"{page}/said", what="wrong_person", words=CANARY, answer=CANARY)
        post(clerk, f"{page}/against", what="other", text=CANARY)
        post(clerk, f"{page}/go-on", officer=CANARY, paper=web.desk.papers(stay)[0], authority=CANARY, seen=seen)
        post(clerk, "/search", how="name", text=CANARY, purpose=CANARY)
        post(clerk, "/search", how="number", text=CANARY)
        post(counsel_, f"{page}/determine", fact=CANARY, value=CANARY, on=CANARY, seen=seen)
        post(counsel_, "/records/hold", matter=CANARY, reason=CANARY, case=CANARY)
        post(counsel_, "/records/hold", matter="26-1", reason=CANARY, case="26-00001")
        post(counsel_, "/records/process", kind="warrant", case="26-00001", **{"from": CANARY, "asked": CANARY})
        post(counsel_, "/counsel", text=CANARY)
        post(counsel_, f"/counsel/stay/{stay}", fact1=CANARY, value1=CANARY, policy=CANARY)
        post(admin, "/looks", case=CANARY, account=CANARY)
        web.browser().post("/sign-in", data={"agency": CANARY, "login": CANARY, "password": CANARY})
        web.browser().post("/first", data={"agency": TEXAS, "login": CANARY, "secret": CANARY, "password": CANARY})
        clerk.get(f"/stay/{CANARY}")
        clerk.post("/drop", data={"csrf": csrf(clerk)}, files={"file": (f"{CANARY}.pdf", f"papers of {CANARY}".encode())})
        token = web.token("bookings:write", "papers:write", "releases:write", "decisions:read", "health:read")
        system = web.browser()
        system.post("/api/bookings", json={"name": CANARY, "booking_number": CANARY, "booked_at": CANARY}, headers={**token, "Idempotency-Key": "made-up-1"})
        system.post("/api/bookings", json={"name": [CANARY], "booking_number": CANARY}, headers={**token, "Idempotency-Key": "made-up-2"})
        system.get("/api/stays/B-77/decision", headers=token)
        web.desk.pass_hours(30)
        web.desk.writer.write(lambda c: accounts.change_settings(c, agency=TEXAS, changes={"alerts": {"clerk": ["desk@jail.example"]}, "mail": {"server": "x", "domain": "jail.example", "from": "d@jail.example"}}), agency=TEXAS, by="x")
        alerts.turn(web.desk.desk, send=lambda *_: False)  # which is logged
        alerts.turn(web.desk.desk, send=lambda addresses, title, text, mail: bool(sent.append(f"{addresses} {title} {text} {mail}")) or True)
        token = web.token("decisions:read", "health:read")  # the other is over
        figures = system.get("/health/figures", headers=token)
        health = system.get("/health")
        changes = system.get("/api/changes", headers=token)
        described = system.get("/api/openapi.json")
    assert figures.status_code == 200 and health.status_code == 200
    assert len(sent) > 0 and len(caplog.records) > 0
    web.seen = [url for url in web.seen if "/stay/Zz" not in url]  # the one that this test made up itself
    public = {
        "log": "\n".join(r.getMessage() + (r.exc_text or "") for r in caplog.records if not r.name.startswith("httpx")), "addresses": "\n".join(web.seen), "mail": "\n".join(sent), "figures": figures.text, "health": health.text, "changes": changes.text,
        "description": described.text, "alerts": repr(web.desk.rows(tables.alerts)), "requests": repr(web.desk.rows(tables.idempotency)),
        "attempts": repr(web.desk.rows(tables.attempts)), "counsel": repr(web.desk.rows(tables.counsel_notes)), "deadlines": repr(web.desk.rows(tables.deadlines)),
    }  # fmt: skip
    public["metrics"] = generate_latest(metrics.registry).decode()
    # What every verifier and the world may see of the record: the leaves, and an export that discloses nothing.
    public["leaves"] = "\n".join(row["leaf"].decode() for row in web.desk.rows(tables.entries))
    with (tmp_path / "export").open("wb") as out:
        proving.export_whole(web.desk.store, out)
    public["export"] = (tmp_path / "export").read_bytes().decode("latin-1")
    for name, text in public.items():
        assert text, name
        for part in ("zzcanary", "quetzal"):
            assert part not in text.lower(), (name, re.findall(f".{{60}}{part}.{{20}}", text.lower())[:2])
    assert "Zzcanary" in clerk_page(web, page)


def clerk_page(web: Web, page: str) -> str:
    return str(web.signed_in("clerk").get(page).text)
