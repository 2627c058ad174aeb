"""A made-up desk with a folder for files, and browsers of its people, for the tests of law, registry, audit and what-if."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "desk"))

from desk_common import CANARY, NOW, OREGON, TEXAS, Made, made
from starlette.testclient import TestClient

from dueprocess.store import Role, accounts, tables
from dueprocess.web.desk import Service, desk_app

PASSWORD = "several made up words"

__all__ = ["CANARY", "NOW", "OREGON", "TEXAS", "Shelves", "at_hand", "shelves"]


class Shelves:
    """The application over a made-up desk."""

    def __init__(self, desk: Made, folder: Path | None) -> None:
        self.desk, self.folder = desk, folder
        self.service = Service(desk.store, desk.writer, desk.gate, desk.desk, lambda: desk.clock[0], secure=False, shelf=folder)
        self.app = desk_app(self.service)
        self.urls: list[str] = []

    def signed_in(self, role: str, agency: str = TEXAS) -> TestClient:
        with self.desk.store.read(agency) as connection:
            known = {row["login"] for row in accounts.of_agency(connection, agency=agency)}
        if role not in known:
            kind = Role(role.partition("-")[0])
            done = self.desk.writer.write(
                lambda c: accounts.add_account(c, agency=agency, login=role, name=f"Made-up {role}", role=kind, now=self.desk.clock[0]), agency=agency, by="x"
            )
            self.desk.gate.set_password(agency=agency, login=role, secret=done.result.secret, password=PASSWORD)
        client = TestClient(self.app, follow_redirects=False, raise_server_exceptions=False)
        client.event_hooks["request"].append(lambda request: self.urls.append(str(request.url)))
        assert client.post("/sign-in", data={"agency": agency, "login": role, "password": PASSWORD}).status_code == 303
        return client

    def looks(self) -> list[tuple[str, int]]:
        """What was looked at, in order, with how many rows."""
        return [(row["what"], row["rows"]) for row in self.desk.rows(tables.looks)]


@contextmanager
def shelves(folder: Path, *, files: bool = True) -> Iterator[Shelves]:
    with made(folder) as desk:
        found = Shelves(desk, folder / "files" if files else None)
        try:
            yield found
        finally:
            found.app.state.jobs.close()


@contextmanager
def at_hand() -> Iterator[None]:
    """What is worked on apart is worked on in this process: the same work, without a fresh interpreter for each job."""

    def run(target: Any, args: Any, **_: Any) -> Any:
        return target(*args)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("dueprocess.web.desk.jobs.run_limited", run)
        patched.setattr("dueprocess.web.desk.work._bound", lambda: None)
        yield


def csrf(client: TestClient) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', client.get("/status").text)[0]


def post(client: TestClient, path: str, files: Any = None, **fields: Any) -> Any:
    data = {"csrf": csrf(client), **fields}
    return client.post(path, data=data, files=files) if files is not None else client.post(path, data=data)


def text_of(answer: Any) -> str:
    """What a page says, without its markup."""
    assert answer.status_code == 200, (answer.status_code, answer.text[:500])
    main = answer.text.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("&#39;", "'").replace("&amp;", "&").replace("&#34;", '"').split())
