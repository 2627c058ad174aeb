"""A desk as a process of its own, for tests that kill it, stop it, fill its disk and set its clock.

    place = prepare(tmp_path)
    with DeskProcess(place) as desk:
        desk.client().book("jms-0001", name="Example, Madeup", …)
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

from dueprocess.kernel import now
from dueprocess.store import Gate, Role, Store, Writer, accounts, tokens

AGENCY = "us/or/wheeler-county/sheriff"
ZONE = "America/Los_Angeles"
SCOPES = ("bookings:write", "papers:write", "releases:write", "decisions:read")
PASSWORD = "several made up words"
_START_SECONDS = 90


class Running(Protocol):
    """A process that was started, as ``subprocess.Popen`` has it."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def terminate(self) -> None: ...


Starter = Callable[[Sequence[str], Path, Path, Mapping[str, str]], Running]


@dataclass(frozen=True)
class Place:
    """A database with one agency, one clerk (login ``kim``) and one token."""

    folder: Path
    where: str
    keys: Path
    token: str

    @contextlib.contextmanager
    def store(self, *, owner: bool = False) -> Iterator[Store]:
        """Its store, opened beside the desk."""
        found = Store.open(self.where, keys=self.keys, owner=owner)
        try:
            yield found
        finally:
            found.dispose()


def prepare(folder: Path, *, where: str | None = None) -> Place:
    """A new record: in ``desk.db`` of the folder, or at ``where``."""
    address, keys = where or str(folder / "desk.db"), folder / "keys"
    store = Store.create(address, keys=keys)
    with Writer(store, accounts.TYPES) as writer:
        at = now.instant()
        writer.write(lambda c: accounts.add_agency(c, id_=AGENCY, name="Made up", zone=ZONE, now=at, settings={"second_factor": []}), agency=AGENCY, by="setup")
        made = writer.write(lambda c: accounts.add_account(c, agency=AGENCY, login="kim", name="Kim", role=Role.clerk, now=at), agency=AGENCY, by="setup").result
        Gate(store, writer).set_password(agency=AGENCY, login="kim", secret=made.secret, password=PASSWORD)
        given = writer.write(
            lambda c: tokens.add(c, agency=AGENCY, name="made up", scopes=list(SCOPES), until=at + 300 * 86_400, by="setup", now=at), agency=AGENCY, by="setup"
        ).result
    store.dispose()
    return Place(folder, address, keys, given.secret)


def free_port(count: int = 1) -> int:
    """A port that nobody listens on, with as many after it."""
    while True:
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                for more in range(1, count):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port + more))
            except OSError:
                continue
            return port


class DeskProcess:
    """``serve desk`` over a place. As a context manager it runs, and is killed at the end where it still does."""

    def __init__(
        self, place: Place, *words: str, port: int | None = None, environment: Mapping[str, str] | None = None, before: Sequence[str] = (),
        starter: Starter | None = None,
    ) -> None:  # fmt: skip
        """``words``: more of the command line; ``before``: a command that runs it; ``starter``: what starts it
        instead of a new Python: it takes the command line, the folder, the log and what is added to the environment."""
        self.place, self.port, self._starter = place, port or free_port(), starter
        self._words, self._environment, self._before = words, environment or {}, before
        self.log = place.folder / f"log-{self.port}"
        self._process: Running | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def process(self) -> Running:
        """The process of the command."""
        assert self._process is not None
        return self._process

    def start(self, *, wait: bool = True) -> DeskProcess:
        """Start it, and wait until it answers. Raises AssertionError with its log where it ends instead."""
        words = ["serve", "desk", "--port", str(self.port), "--database", self.place.where, "--keys", str(self.place.keys), *self._words]
        if self._starter is not None:
            self._process = self._starter(words, self.place.folder, self.log, self._environment)
            return self.wait() if wait else self
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._before, sys.executable, "-m", "dueprocess", *words], cwd=self.place.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **self._environment}, start_new_session=True
            )
        return self.wait() if wait else self

    def wait(self) -> DeskProcess:
        """Until it answers a page that needs its database."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/sign-in", timeout=2)[0] == 200:
                    return self
            assert self.process.poll() is None, self.told()
            time.sleep(0.02)
        self.kill()
        raise AssertionError(f"the desk did not start: {self.told()}")

    def told(self) -> str:
        """What it has written so far."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def kill(self) -> None:
        """End it, and all that it started, without a warning."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self, *, seconds: float = 40.0) -> int:
        """Ask it to stop; its status."""
        self.process.terminate()
        return self.process.wait(seconds)

    def __enter__(self) -> DeskProcess:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()

    def get(self, path: str, *, cookie: str = "", token: str = "", timeout: float = 30.0) -> tuple[int, str]:
        """Status and text of a page, on a connection of its own."""
        return self._ask("GET", path, None, cookie=cookie, token=token, timeout=timeout)[:2]

    def post(self, path: str, fields: Mapping[str, str], *, cookie: str = "", timeout: float = 30.0) -> tuple[int, str]:
        """Status and text after a form."""
        return self._ask("POST", path, urlencode(fields), cookie=cookie, token="", timeout=timeout)[:2]

    def sign_in(self) -> str:
        """The cookie of the clerk."""
        status, text, headers = self._ask("POST", "/sign-in", urlencode({"agency": AGENCY, "login": "kim", "password": PASSWORD}), cookie="", token="", timeout=30)
        assert status == 303, text
        return str(headers["Set-Cookie"]).partition(";")[0]

    def _ask(self, method: str, path: str, body: str | None, *, cookie: str, token: str, timeout: float) -> tuple[int, str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Cookie": cookie} if cookie else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        finally:
            connection.close()


def live(desk: DeskProcess, cookie: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """An open live view."""
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=30)
    connection.request("GET", "/live", headers={"Cookie": cookie})
    return connection, connection.getresponse()


def next_change(answer: http.client.HTTPResponse) -> int | None:
    """The number in a live view's next line; None where the stream has ended."""
    while line := answer.readline():
        if line.startswith(b"data: "):
            return int(line[6:])
    return None
