"""Law in several real processes on PostgreSQL: what is adopted, withdrawn or laid down counts in each within seconds."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the extra desk is not installed")
pytest.importorskip("sqlalchemy", reason="the extra desk is not installed")

from test_desk_running import ago, client_module

from dueprocess.kernel import now
from dueprocess.kernel.instants import local_date
from dueprocess.law import load_lawbook
from dueprocess.law.adopting import AdoptionFile, adopt, binding, write_adoption
from dueprocess.store import Gate, Role, Writer, accounts
from dueprocess.testing.desk_server import AGENCY, PASSWORD, DeskProcess, Place, free_port, prepare
from dueprocess.testing.postgres import NoPostgres, temporary_postgres

CLOSING = Path(__file__).resolve().parents[2] / "docs" / "examples" / "made-up-closing" / "us" / "orders" / "made-up-day-of-mourning.yaml"
WITHIN = 30.0
"""Seconds: each process looks every few."""


@pytest.mark.soak
def test_each_process_answers_by_the_law_adopted_a_moment_ago(tmp_path: Path) -> None:
    try:
        with temporary_postgres(durable=True) as url:
            each(prepare(tmp_path, where=url), tmp_path)
    except NoPostgres as error:
        pytest.skip(str(error))


def each(place: Place, folder: Path) -> None:
    file, law, metrics = folder / "adoption.yaml", folder / "law", free_port(2)
    law.mkdir()
    write_adoption(file, AdoptionFile(AGENCY, {}))
    with place.store() as store, Writer(store, accounts.TYPES) as writer:
        made = writer.write(lambda c: accounts.add_account(c, agency=AGENCY, login="lou", name="Lou", role=Role.counsel, now=now.instant()), agency=AGENCY, by="setup").result
        Gate(store, writer).set_password(agency=AGENCY, login="lou", secret=made.secret, password=PASSWORD)
    with DeskProcess(place, "--workers", "2", "--metrics", str(metrics), "--adoption", str(file), "--law", str(law)) as desk:

        def counts(name: str) -> list[int]:
            """A figure of each process by itself, each from its own port."""
            found = []
            for number in range(2):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{metrics + number}/metrics", timeout=20) as answer:
                        found += [int(float(v)) for v in re.findall(rf"^desk_agency_{name}\{{[^}}]*\}} ([0-9.e+]+)$", answer.read().decode(), re.MULTILINE)]
                except OSError:
                    pass  # that process is still starting
            return found

        def until(what: Callable[[], bool]) -> None:
            end = time.monotonic() + WITHIN
            while not what():
                assert time.monotonic() < end, (counts("law_not_adopted"), counts("law_binding"), desk.told())
                time.sleep(0.2)

        binds = len(binding(load_lawbook(), AGENCY))
        until(lambda: counts("law_not_adopted") == [binds, binds])
        client = client_module().DeskClient(desk.address, place.token)
        client.book("jms-0001", name="Example, Madeup", booking_number="J-1", booked_at=ago(7200), until=ago(600))

        def version() -> str:
            return str(client.decision("J-1")["answer"]["law_version"])

        # The file: taken over by one process, in use in both.
        first = version()
        write_adoption(file, adopt(AdoptionFile(AGENCY, {}), binding(load_lawbook(), AGENCY), by_role="counsel", on=local_date("UTC", now.instant())))
        until(lambda: counts("law_not_adopted") == [0, 0])
        # The page: whichever process takes it, the other one follows.
        cookie = signed_in(desk, "lou")
        page = desk.get("/adoption", cookie=cookie)[1]
        csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
        assert desk.post("/adoption", {"csrf": csrf, "withdraw": "us/four-tests", "do": "now"}, cookie=cookie)[0] == 303
        until(lambda: counts("law_not_adopted") == [1, 1])
        # A law laid down as a file: in both, and not adopted; the open answer is asked again under the new lawbook.
        (law / "us" / "orders").mkdir(parents=True)
        (law / "us" / "orders" / CLOSING.name).write_bytes(CLOSING.read_bytes())
        until(lambda: counts("law_binding") == [binds + 1, binds + 1] and counts("law_not_adopted") == [2, 2])
        until(lambda: version() != first)
        assert desk.stop() == 0


def signed_in(desk: DeskProcess, login: str) -> str:
    status, text, headers = desk._ask("POST", "/sign-in", f"agency={AGENCY.replace('/', '%2F')}&login={login}&password={PASSWORD.replace(' ', '+')}", cookie="", token="", timeout=30)
    assert status == 303, text
    return str(headers["Set-Cookie"]).partition(";")[0]
