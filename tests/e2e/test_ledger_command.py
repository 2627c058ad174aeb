"""``dueprocess ledger`` and ``dueprocess data`` from the outside, on a database that a desk has written."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from dueprocess.cli import main
from dueprocess.store import Done, Draft, Event, EventTypes, Store, Writer, accounts, retention, tables
from dueprocess.store.inventory import FILES

AGENCY = "us/or/made-up-county/sheriff"
CANARY = "Zzyzx Canary-Made-Up"
Run = Callable[..., "Ended"]
TYPES = EventTypes()


@TYPES.on("booked")
def _booked(connection: sa.Connection, event: Event) -> None:
    row = {"id": event.subject, "agency": event.agency, "case_number": event.subject, "status": "in", "name": event.get("name"), "booked_at": event.at, "version": event.version}
    connection.execute(tables.stays.insert(), row)


@TYPES.on("released")
def _released(connection: sa.Connection, event: Event) -> None:
    c = tables.stays.c
    connection.execute(tables.stays.update().where(c.agency == event.agency, c.id == event.subject).values(left_at=event.head["left_at"], status="released"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a desk's database: three stays, one of them released long ago."""
    store = Store.create(tmp_path / "desk.db")
    with Writer(store, TYPES | accounts.TYPES | retention.TYPES) as writer:
        writer.write(lambda c: accounts.add_agency(c, id_=AGENCY, name="Made up", zone="America/Los_Angeles", now=0), agency=AGENCY, by="setup")
        for stay in ("s_1", "s_2", "s_3"):
            draft = Draft("booked", {"name": CANARY}, subject=stay, expect=0)
            writer.write(lambda _, draft=draft: Done([draft]), agency=AGENCY, by="a")
        writer.write(lambda _: Done([Draft("released", subject="s_1", head={"left_at": 1_000_000})]), agency=AGENCY, by="a")
    store.dispose()
    return tmp_path


@dataclass
class Ended:
    """What a command printed."""

    stdout: str
    stderr: str


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process: a start of Python for each would take longer than all else here."""
    monkeypatch.chdir(folder)

    def command(*words: str, status: int = 0) -> Ended:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["dueprocess", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert (ended.value.code or 0) == status, said.out + said.err
        assert "Traceback" not in said.err
        return Ended(said.out, said.err)

    return command


def test_the_command_itself(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "dueprocess", "ledger", "verify", "desk.db"], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and "Nothing is wrong." in done.stdout


def test_a_defender_offline(folder: Path, run: Run) -> None:
    """Export, verifier, checkpoint: what leaves the desk and what a stranger does with it."""
    note = run("ledger", "checkpoint", "desk.db")
    (folder / "kept.note").write_text(note.stdout)
    assert note.stdout.split("\n")[1] == "5" and "ed25519:" in note.stderr
    key = json.loads(run("ledger", "checkpoint", "desk.db", "--json").stdout)["key"]
    run("ledger", "export", "desk.db", "--out", "record.txt")
    run("ledger", "export", "desk.db", "--out", "one.txt", "--stay", "s_2", "--disclose")
    run("ledger", "export", "--verifier", "--out", "verify_ledger.py")
    assert CANARY not in (folder / "record.txt").read_text() and (folder / "one.txt").stat().st_mode & 0o077 == 0
    found = json.loads(run("ledger", "verify", "record.txt", "--key", key, "--checkpoint", "kept.note", "--json").stdout)
    assert found["ok"] and found["key_trusted"] and found["entries"] == 5
    alone = [sys.executable, "-I", "verify_ledger.py"]
    for words in (["record.txt", "--key", key, "--checkpoint", "kept.note"], ["one.txt", "--key", key, "--read"]):
        done = subprocess.run([*alone, *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0 and "Nothing is wrong." in done.stdout, done.stdout + done.stderr
    assert CANARY in done.stdout
    data = (folder / "record.txt").read_text()
    (folder / "record.txt").write_text(data.replace('"subject":"s_2"', '"subject":"s_9"'))
    said = run("ledger", "verify", "record.txt", status=1).stdout
    assert "WRONG  entry 3" in said
    looks = json.loads(run("ledger", "verify", "desk.db", "--json").stdout)
    assert looks["ok"] and looks["entries"] == 6  # the disclosed export is a look, and stands in the record


def test_a_changed_database_is_located(folder: Path, run: Run) -> None:
    assert "Nothing is wrong." in run("ledger", "verify", "desk.db").stdout
    with sqlite3.connect(folder / "desk.db") as connection:
        connection.execute("DROP TRIGGER ledger_entries_no_update")
        connection.execute("UPDATE ledger_entries SET kind = 'other' WHERE number = 4")
    said = run("ledger", "verify", "desk.db", status=1).stdout
    assert "WRONG  entry 4: changed: its column [kind]" in said and CANARY not in said


def test_erasing_and_holds(folder: Path, run: Run) -> None:
    assert "No hold stands." in run("data", "hold", "desk.db").stdout
    run("data", "hold", "desk.db", "place", status=2)
    hold = json.loads(run("data", "hold", "desk.db", "place", "--matter", "3:26-cv-00123", "--stay", "s_1", "--json").stdout)[0]["id"]
    assert "No stay is due" in run("data", "erase", "desk.db", "--due").stdout
    assert "3:26-cv-00123" in run("data", "erase", "desk.db", "--stay", "s_1", status=2).stderr
    run("data", "hold", "desk.db", "lift", "--hold", hold)
    assert "s_1: would be erased." in run("data", "erase", "desk.db", "--due", "--dry-run").stdout
    assert json.loads(run("data", "erase", "desk.db", "--due", "--json").stdout)["erased"][0] == {"stay": "s_1", "payloads": 1, "entry": 8}
    assert "has not left" in run("data", "erase", "desk.db", "--stay", "s_2", status=2).stderr
    said = run("ledger", "verify", "desk.db").stdout
    assert "1 erased" in said and "Nothing is wrong." in said


def test_the_inventory_names_every_column(run: Run) -> None:
    rows = json.loads(run("data", "inventory", "--json").stdout)
    beside = {(one.table, one.column) for one in FILES}  # what the desk keeps in folders beside its database
    assert {(r["table"], r["column"]) for r in rows} == {(t.name, c.name) for t in tables.metadata.sorted_tables for c in t.c} | beside
    said = run("data", "inventory", "--personal").stdout
    assert "name [about a person]: to find the person by, with a purpose. Until: some days after release" in said and "argon2" not in said


def test_migrating(folder: Path, run: Run) -> None:
    run("data", "migrate", "new.db")
    assert "0 entries" in run("ledger", "verify", "new.db").stdout
    assert "--force" in run("data", "migrate", "new.db", "--to", "base", status=2).stderr
    run("data", "migrate", "new.db", "--to", "base", "--force")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ledger", "verify", "none.db"), "cannot be read"),
        (("ledger", "verify", "notes.txt"), "no export of a record"),
        (("ledger", "verify", "desk.db", "--keys", "none"), "key files are missing"),
        (("ledger", "verify", "desk.db", "--checkpoint", "notes.txt"), "no signed note"),
        (("ledger", "export", "desk.db"), "--out"),
        (("ledger", "export", "--out", "x.txt"), "no database"),
        (("ledger", "export", "desk.db", "--out", "x.txt", "--stay", "s_9"), "no entry about this stay"),
        (("ledger", "export", "desk.db", "--out", "no/such/folder/x.txt"), "cannot be written"),
        (("ledger", "export", "desk.db", "--out", "x.txt", "--stay", "s_1", "--agency", "us/no/such"), "no agency of this database"),
        (("data", "erase", "desk.db"), "what to erase"),
        (("data", "erase", "desk.db", "--stay", "s_9"), "no stay of this agency"),
        (("data", "hold", "desk.db", "lift", "--hold", "h_x"), "no hold that stands"),
        (("data", "migrate", "desk.db", "--to", "9999"), "no version"),
    ],
)
def test_a_users_mistake_is_one_line(folder: Path, run: Run, words: tuple[str, ...], said: str) -> None:
    (folder / "notes.txt").write_text("hello\n")
    done = run(*words, status=2)
    assert said in done.stderr and done.stderr.count("\n") == 1 and CANARY not in done.stderr
