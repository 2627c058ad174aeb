"""The files under deploy/: what they name is there, systemd takes them, and behind the proxies the desk works: TLS, forms, live
views. What this machine does not have is skipped."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

from dueprocess.cli.commands import app
from dueprocess.testing.desk_server import AGENCY, PASSWORD, DeskProcess, free_port, prepare

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(p.name for p in DEPLOY.glob("*.service")) + sorted(p.name for p in DEPLOY.glob("*.timer"))


def options() -> set[str]:
    import typer

    command = typer.main.get_command(app)
    desk = command.commands["serve"].commands["desk"]  # type: ignore[attr-defined]
    return {name for parameter in desk.params for name in parameter.opts}


def test_every_option_that_they_give_is_one() -> None:
    for name in ("Containerfile", "dueprocess-desk.service"):
        given = set(re.findall(r"(?<=[\s\"])--[a-z-]+", "".join(re.findall(r"^(?:ENTRYPOINT|ExecStart=).*$", (DEPLOY / name).read_text(), re.MULTILINE))))
        assert given and given <= options(), name


def test_the_container_file() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    for source in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE):
        for one in source.split():
            assert (ROOT / one).exists(), one
    last = text.split("\nFROM ")[-1]
    assert last.startswith("debian:bookworm-slim") and re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert last.index("USER 10001") < last.index("ENTRYPOINT") and "--require-hashes" in text and "HEALTHCHECK" in last
    kept = [line[1:] for line in (DEPLOY / "Containerfile.dockerignore").read_text().splitlines() if line.startswith("!")]
    for source in re.findall(r"^COPY (?!--)(.+) \S+$", text, re.MULTILINE):
        assert all(one in kept for one in source.split())  # else the build would not see it


def test_its_lock_is_a_part_of_the_whole_lock() -> None:
    def pinned(path: Path) -> set[tuple[str, str]]:
        return set(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", path.read_text(), re.MULTILINE))

    own, whole = pinned(DEPLOY / "requirements.lock"), pinned(ROOT / "requirements.lock")
    assert own and own <= whole
    needed = re.search(r"^desk = \[(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.MULTILINE | re.DOTALL)
    assert needed is not None
    for name in re.findall(r'^  "([a-z0-9-]+)[>=]', needed.group(1), re.MULTILINE):
        assert name in {pin for pin, _ in own}, name


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for name in UNITS:
        text = (DEPLOY / name).read_text().replace("/opt/dueprocess/bin/dueprocess serve", "/bin/true serve")
        (tmp_path / name).write_text(text)
    done = subprocess.run(["systemd-analyze", "verify", *(str(tmp_path / name) for name in UNITS)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr.strip(), done.stderr
    told = subprocess.run(["systemd-analyze", "security", "--offline=true", str(tmp_path / "dueprocess-desk.service")], capture_output=True, text=True, timeout=60)
    found = re.search(r"exposure level for \S+: ([0-9.]+)", told.stdout)
    if found is not None:  # older ones cannot look at a file
        assert float(found.group(1)) < 2.0


def test_the_nightly_backup(tmp_path: Path) -> None:
    place = prepare(tmp_path)
    line = re.search(r"^ExecStart=/bin/sh -euc '(.*)'$", (DEPLOY / "dueprocess-desk-backup.service").read_text(), re.MULTILINE)
    assert line is not None
    script = line.group(1).replace("$$", "$").replace("%%", "%").replace("/opt/dueprocess/bin/dueprocess", f"{sys.executable} -m dueprocess").replace("/var/backups/dueprocess", str(tmp_path / "backups"))
    (tmp_path / "backups").mkdir()
    old = tmp_path / "backups" / "2020-01-01.db"
    old.write_text("")
    os.utime(old, (0, 0))
    done = subprocess.run(["/bin/sh", "-euc", script], env={**os.environ, "DUEPROCESS_DATABASE": place.where, "DUEPROCESS_KEYS": str(place.keys)}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "Nothing is wrong" in done.stdout, done.stderr
    assert sorted(p.suffix for p in (tmp_path / "backups").iterdir()) == [".db", ".note"]


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    signed = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    crt, pem = tmp_path / "desk.crt", tmp_path / "desk.key"
    crt.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return crt, pem


def found(program: str) -> str:
    path = os.environ.get(f"DUEPROCESS_TEST_{program.upper()}") or shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path


@contextlib.contextmanager
def running(words: list[str], port: int, folder: Path) -> Iterator[None]:
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, cwd=folder, env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)})
    try:
        until = time.monotonic() + 30
        while True:
            assert process.poll() is None and time.monotonic() < until, (folder / "proxy.log").read_text()
            with contextlib.suppress(OSError):
                http.client.HTTPConnection("127.0.0.1", port, timeout=2).connect()
                break
            time.sleep(0.05)
        yield
    finally:
        process.kill()  # asked to stop it would wait for the live view
        process.wait(20)


def works_behind(port: int, crt: Path) -> None:
    """Sign in, post a form, and hear of the change, as a browser does."""
    from urllib.parse import urlencode

    tls = ssl.create_default_context(cafile=str(crt))

    def asked(method: str, path: str, fields: dict[str, str] | None = None, *, cookie: str = "", origin: str = f"https://localhost:{port}") -> http.client.HTTPResponse:
        connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=tls)
        headers = {"Cookie": cookie, "Origin": origin, "Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {"Cookie": cookie}
        connection.request(method, path, body=None if fields is None else urlencode(fields), headers=headers)
        return connection.getresponse()

    signed = asked("POST", "/sign-in", {"agency": AGENCY, "login": "kim", "password": PASSWORD})
    assert signed.status == 303 and signed.headers["Strict-Transport-Security"]
    given = signed.headers["Set-Cookie"]
    assert given.startswith("__Host-desk=") and "Secure" in given and "HttpOnly" in given
    cookie = given.partition(";")[0]
    stream = asked("GET", "/live", cookie=cookie)
    first = stream.readline()
    page = asked("GET", "/book", cookie=cookie).read().decode()
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    form = {"csrf": csrf.group(1), "name": "Example, Madeup", "booking_number": "J-1", "ground": "charge", "language": "en"}
    assert asked("POST", "/book", form, cookie=cookie, origin="https://elsewhere.example").status == 403
    begun = time.monotonic()
    assert asked("POST", "/book", form, cookie=cookie).status == 303
    while True:
        line = stream.readline()
        assert line, "the live view ended"
        if line.startswith(b"data:") and line != first:
            break
    assert time.monotonic() - begun < 10  # and not when the stream ends
    assert asked("GET", "/health").status == 200
    assert asked("POST", "/sign-in", {"x": "y" * 300_000}).status == 413


def test_behind_nginx(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    program, port = found("nginx"), free_port()
    with DeskProcess(prepare(tmp_path), "--behind-tls") as desk:
        text = (DEPLOY / "nginx.conf").read_text()
        for old, new in (("127.0.0.1:8443", f"127.0.0.1:{desk.port}"), ("listen 443", f"listen 127.0.0.1:{port}"), ("desk.example", "localhost"), ("/etc/ssl/desk.crt", str(certificate[0])), ("/etc/ssl/desk.key", str(certificate[1])), ("/var/log/nginx", str(tmp_path))):
            assert old in text
            text = text.replace(old, new)
        folders = "".join(f"{name}_temp_path {tmp_path}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (tmp_path / "nginx.conf").write_text(f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/errors; user root; events {{}} http {{ {folders}\n{text}\n}}")
        words = [program, "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "errors")]
        assert subprocess.run([*words, "-t"], capture_output=True, timeout=30).returncode == 0
        with running(words, port, tmp_path):
            works_behind(port, certificate[0])


def test_behind_caddy(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    program, port = found("caddy"), free_port()
    with DeskProcess(prepare(tmp_path), "--behind-tls") as desk:
        text = (DEPLOY / "Caddyfile").read_text()
        for old, new in (("127.0.0.1:8443", f"127.0.0.1:{desk.port}"), ("desk.example", f"https://localhost:{port}"), ("/etc/ssl/desk.crt", str(certificate[0])), ("/etc/ssl/desk.key", str(certificate[1]))):
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text)
        with running([program, "run", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"], port, tmp_path):
            works_behind(port, certificate[0])
