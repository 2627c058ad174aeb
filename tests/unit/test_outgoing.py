"""Every way out of the program: the source is walked, and what reaches outside must be what docs/reference/outgoing.md says.
Nothing goes to an immigration authority, whatever somebody configures."""

from __future__ import annotations

import ast
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.outside import IMMIGRATION, not_of_immigration, of_immigration

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "dueprocess"
PAGE = ROOT / "docs" / "reference" / "outgoing.md"

REACHES = {
    "aiohttp", "apprise", "asyncio", "boto3", "dns", "fsspec", "ftplib", "grpc", "http", "httpx", "imaplib", "multiprocessing", "nntplib", "paramiko", "playwright",
    "poplib", "prometheus_client", "psycopg", "pyarrow.fs", "pyspark", "requests", "s3fs", "smtplib", "socket", "socketserver", "ssl", "subprocess", "telnetlib",
    "urllib.request", "urllib3", "uvicorn", "webbrowser", "websockets", "xmlrpc",
}  # fmt: skip
"""Libraries that connect, listen or start something. Those of the pages' tests are no part of the program."""
CALLS = {"create_engine": "create_engine", "system": "os", "popen": "os", "execv": "os", "posix_spawn": "os", "fork": "os"}
TAKEN = {"import_module", "module", "__import__", "find_spec"}
"""Functions by which a library is imported under a name that stands as text."""
SQL = re.compile(r"\b(INSTALL|LOAD|FORCE INSTALL)\s+(httpfs|postgres|mysql|aws|azure|delta|iceberg)\b|\b(httpfs|read_csv_auto\('http)", re.IGNORECASE)


def listed() -> dict[str, set[str]]:
    """What the page says: each module with the libraries by which it reaches outside."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 4:
            assert cells[2] and cells[3], line
            found[cells[0].strip("`")] = set(re.findall(r"`([^`]+)`", cells[1]))
    return found


def reached(tree: ast.AST) -> Iterator[str]:
    """The libraries and calls of a module that reach outside."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            if called in TAKEN and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
                names = [node.args[0].value]
            elif called in CALLS and (CALLS[called] != "os" or (isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "os")):
                yield CALLS[called]
        for name in names:
            parts = name.split(".")
            yield from {".".join(parts[:n]) for n in range(1, len(parts) + 1)} & REACHES


def test_every_way_out_is_on_the_page_and_nothing_else() -> None:
    there = {}
    for path in sorted(SRC.rglob("*.py")):
        found = set(reached(ast.parse(path.read_text(encoding="utf-8"))))
        if found:
            there[path.relative_to(SRC).as_posix()] = found
    assert there == listed(), "docs/reference/outgoing.md lists every way out: say there what it reaches and who configures it"


@pytest.mark.parametrize(
    "code",
    ["import smtplib", "from urllib.request import urlopen", "import urllib3.util", "x = import_module('httpx')", "import os\nos.system('curl')", "sa.create_engine(x)", "def f():\n    import requests"],
)
def test_the_walk_would_find_a_new_one(code: str) -> None:
    assert list(reached(ast.parse(code)))


@pytest.mark.parametrize("code", ["from urllib.parse import quote", "import json", "from starlette.requests import Request", "os.path.join(a)", "self.fork()"])
def test_the_walk_finds_no_more_than_there_is(code: str) -> None:
    assert not list(reached(ast.parse(code)))


def test_no_database_engine_is_asked_to_reach_out() -> None:
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not SQL.search(node.value), f"{path}:{node.lineno}"


def test_no_page_loads_anything_from_elsewhere_by_itself() -> None:
    """Styles, scripts, pictures, frames and forms are our own; a link is followed by whoever clicks it."""
    loads = re.compile(r"""<(script|img|iframe|link|form|source|object|embed|video|audio)\b[^>]*\b(src|href|action|data)\s*=\s*["']?\s*(https?:)?//""", re.IGNORECASE)
    style = re.compile(r"""(@import|url\()\s*["']?\s*(https?:)?//""", re.IGNORECASE)
    call = re.compile(r"""\b(fetch|XMLHttpRequest|sendBeacon|WebSocket|EventSource|importScripts)\s*\(\s*["'`](https?:|wss?:)?//""")
    looked = 0
    for path in [*SRC.rglob("*.jinja"), *SRC.rglob("*.js"), *SRC.rglob("*.css"), *SRC.rglob("*.html")]:
        text = path.read_text(encoding="utf-8")
        looked += 1
        for pattern in (loads, style, call):
            assert not pattern.search(text), (path.relative_to(SRC).as_posix(), pattern.search(text))
    assert looked > 30


# -- never to an immigration authority -----------------------------------------------------------------------


def test_no_address_of_an_immigration_authority_stands_in_the_program() -> None:
    mail = re.compile(r"[\w.+-]+@([\w-]+\.)*(" + "|".join(re.escape(d) for d in IMMIGRATION) + r")\b", re.IGNORECASE)
    for path in [*SRC.rglob("*.py"), *SRC.rglob("*.jinja"), *SRC.rglob("*.js"), *SRC.rglob("*.yaml")]:
        assert not mail.search(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("host", ["ice.dhs.gov", "ICE.DHS.GOV", "dhs.gov", "dhs.gov.", "mail.ice.gov", "a.b.cbp.gov", "uscis.gov", " ice.gov "])
def test_their_hosts_are_known(host: str) -> None:
    assert of_immigration(host)
    with pytest.raises(InputError, match="nothing is sent to an immigration authority"):
        not_of_immigration(host, where="here")


@pytest.mark.parametrize("host", ["sheriff.county.gov", "notdhs.gov", "ice.gov.example", "police.example", "justice.gov", "office.gov", ""])
def test_others_are_not(host: str) -> None:
    assert not of_immigration(host)


MAIL = {"server": "mail.jail.example", "port": 25, "mode": "insecure", "domain": "jail.example", "from": "desk@jail.example"}


@pytest.mark.parametrize(
    ("addresses", "changes"),
    [
        (["ero@ice.dhs.gov"], {}),
        (["ero@ice.dhs.gov"], {"domain": "ice.dhs.gov", "from": "ero@ice.dhs.gov"}),
        (["desk@jail.example"], {"server": "mail.ice.dhs.gov"}),
        (["desk@jail.example"], {"server": "MAIL.DHS.GOV."}),
        (["desk@jail.example"], {"server": "mail.jail.example/?to=ero@ice.dhs.gov&x="}),
        (["desk@jail.example,ero@ice.dhs.gov"], {}),
        (["desk@jail.example?to=ero@ice.dhs.gov"], {}),
        (["someone@elsewhere.example"], {}),
    ],
)
def test_mail_goes_to_the_agencys_own_addresses_even_if_the_settings_were_changed_in_the_database(
    addresses: list[str], changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("apprise", reason="the extra desk is not installed")
    from dueprocess.desk.alerts import send_mail

    tried: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda address, *_, **__: tried.append(address))
    with pytest.raises(InputError) as caught:
        send_mail(addresses, "t", "x", {**MAIL, **changes})
    assert tried == [] and "\n" not in str(caught.value)


def test_the_desks_own_forms_refuse_them(tmp_path: Path) -> None:
    """Where an address can be written: the settings, and the file of the county's sign-in."""
    pytest.importorskip("fastapi", reason="the extra desk is not installed")
    from dueprocess.web.desk.choices import read_choices
    from dueprocess.web.desk.identity import read_settings
    from dueprocess.web.desk.session import Form

    plain = {"domain": "jail.example", "server": "mail.jail.example", "port": "25", "from": "d@jail.example", "clerk": "a@jail.example", "before": "60", "after": "15", "repeat": "15", "erase_after_days": "30"}
    factors = [("second_factor", "counsel"), ("second_factor", "administrator")]
    assert read_choices(Form([*plain.items(), *factors]))["alerts"]["clerk"] == ["a@jail.example"]
    for name, value in (("clerk", "ero@ice.dhs.gov"), ("supervisor", "x@dhs.gov"), ("from", "x@ice.gov"), ("server", "smtp.dhs.gov"), ("domain", "cbp.gov")):
        with pytest.raises(InputError, match="nothing is sent to an immigration authority"):
            read_choices(Form([*{**plain, name: value}.items(), *factors]))
    file = tmp_path / "oidc.yaml"
    file.write_text("issuer: https://login.dhs.gov\nclient_id: x\naddress: https://desk.example\n")
    with pytest.raises(InputError, match="nothing is sent to an immigration authority"):
        read_settings(file)


def test_a_day_at_the_desk_connects_to_nothing_but_the_agencys_mail_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever opens a connection or starts a program during a day with deadlines is seen here, library or not."""
    pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")
    sys.path.insert(0, str(ROOT / "tests" / "unit" / "desk"))
    from desk_common import TEXAS, made, who

    from dueprocess.desk import alerts
    from dueprocess.store import accounts

    seen: list[tuple[str, Any]] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.gethostbyname"):
            seen.append((event, arguments[0] if event == "socket.getaddrinfo" else arguments))
            if event != "subprocess.Popen":
                raise OSError("no network in this test")

    watching = False
    sys.addaudithook(hook)
    with made(tmp_path) as desk:
        watching = True
        try:
            stay = desk.held()
            desk.writer.write(lambda c: accounts.change_settings(c, agency=TEXAS, changes={"mail": MAIL, "alerts": {"clerk": ["desk@jail.example"]}}), agency=TEXAS, by="x")
            desk.pass_hours(60)
            assert alerts.turn(desk.desk) > 0
            assert seen == []  # working the answers and deadlines out needs nobody
            desk.pass_hours(1)  # until they are told again
            alerts.turn(desk.desk, send=alerts.send_mail)
            assert seen != []
            desk.desk.release(who(), stay)
            alerts.turn(desk.desk, send=alerts.send_mail)
        finally:
            watching = False
    assert {(event, address) for event, address in seen} == {("socket.getaddrinfo", "mail.jail.example")}
