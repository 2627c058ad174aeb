"""The command line as people meet it: examples, statuses, and one clear line for everything that cannot be used.

Most calls run ``main()`` in this process, which is quick; what is about the process itself (memory, time, a reader that
goes away) starts the program.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dueprocess
from dueprocess.cli import main
from dueprocess.cli.commands import app
from dueprocess.cli.parsing import parser
from dueprocess.decide import decide_case
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.yamlread import decode, parse, read_mapping
from dueprocess.law import load_lawbook

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "cases"
PROGRAM = [sys.executable, "-m", "dueprocess"]
TODAY = date(2026, 11, 22)

GOOD = """\
case: made-up
agency: us/or/clackamas-county/sheriff
at: "2012-03-29T16:00:00-07:00"
law_known_at: "2026-11-22"
record_complete: true
custody:
  booked_at: "2012-03-14T20:00:00-07:00"
  grounds:
    - {kind: sentence, from: "2012-03-14T20:00:00-07:00", until: "2012-03-29T15:00:00-07:00"}
  left_at: "2012-03-30T10:00:00-07:00"
papers:
  - {kind: i-247, edition: "2011-06", received_at: "2012-03-15T12:00:00-07:00", signed_by: immigration_officer, boxes: [investigation]}
"""


def edited(*pairs: tuple[str, str], extra: str = "") -> str:
    """The good case with some texts replaced, and lines added."""
    text = GOOD
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text + extra


@dataclass
class Result:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """``dueprocess ARGS`` in this process."""
    monkeypatch.delenv("DUEPROCESS_TRACEBACK", raising=False)

    def call(*args: object, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "argv", ["dueprocess", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        if "--law" in args:
            load_lawbook.cache_clear()  # it remembers a folder by its name
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        found = capfd.readouterr()
        code = ended.value.code
        return Result(code if isinstance(code, int) else 0 if code is None else 1, found.out, found.err)

    return call


def one_line(result: Result) -> str:
    """The one line of an error that a user can act on."""
    assert result.status == 2, result
    assert "Traceback" not in result.err and "internal error" not in result.err
    assert len(result.lines) == 1, result.err
    line = result.lines[0]
    assert line.startswith("dueprocess: ") and len(line) <= 700 and line.isprintable()
    return line.removeprefix("dueprocess: ")


# -- help and examples ---------------------------------------------------------------------------------


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    subcommands = getattr(command, "commands", None)
    if not subcommands:
        yield path, command
        return
    for name, inner in subcommands.items():
        yield from commands(inner, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(app)))
EXAMPLES = [
    pytest.param(found, id=" ".join(path) + f" {n}")
    for path, command in COMMANDS.items()
    # What runs until somebody ends it: test_serve_public.py and test_serve_desk.py. What recognizes four pages: test_read.py.
    if path[0] not in ("serve", "read")
    for n, found in enumerate(re.findall(r"dueprocess [^\n]*", command.epilog or ""))
]


def told(parameter: Any) -> tuple[Any, ...]:
    return (parameter.name, parameter.opts, parameter.secondary_opts, str(parameter.default), parameter.required, parameter.nargs, parameter.multiple, parameter.type.name, getattr(parameter, "help", None))


@pytest.mark.parametrize("path", [pytest.param(p, id=" ".join(p)) for p in COMMANDS])
def test_the_parser_of_one_command_is_that_of_all(path: tuple[str, ...]) -> None:
    one = parser(path)
    for name in path:
        one = one.commands[name]
    assert [told(p) for p in one.params] == [told(p) for p in COMMANDS[path].params]
    assert (one.name, one.help, one.epilog) == (COMMANDS[path].name, COMMANDS[path].help, COMMANDS[path].epilog)


@pytest.mark.parametrize("path", [pytest.param(p, id=" ".join(p)) for p in COMMANDS])
def test_every_command_has_help_with_an_example(path: tuple[str, ...], run: Run) -> None:
    command = COMMANDS[path]
    assert re.search(rf"Example: dueprocess {' '.join(path)}\b", command.epilog or "")
    for flag in ("--help", "-h"):
        result = run(*path, flag)
        assert result.status == 0 and not result.err
        assert "Example:" in result.out and (command.help or "").split(".")[0].split("\n")[0][:40] in result.out
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert parameter.help or parameter.is_eager, f"{parameter.name} has no help"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like the checkout, into which an example may write."""
    for name in ("cases", "lawbook", "docs", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What has to be there before an example can run: the examples of other commands, run first.
BEFORE = {
    "agencies compare": ["audit run"],
    "audit class": ["audit run"],
    "audit explain": ["audit run"],
    "ledger verify": ["ledger checkpoint"],
    "letters liability": ["audit run"],
    "law key show": ["law key new"],
    "law bundle": ["law key new"],
    "law update": ["law key new", "law bundle"],
}


def example_of(command: str) -> str:
    found = re.search(r"dueprocess [^\n]*", COMMANDS[tuple(command.split())].epilog or "")
    assert found
    return found[0]


def shell(example: str, run: Run, folder: Path) -> Result:
    """Run an example as a shell would: quotes, ``> file``; ``/srv`` lies in the test's own folder."""
    words = [re.sub(r"^/srv/", f"{folder}/srv/", w) for w in shlex.split(example)[1:]]
    target = None
    if ">" in words:
        target = folder / words[words.index(">") + 1]
        words = words[: words.index(">")]
    result = run(*words)
    if target:
        target.write_text(result.out, encoding="utf-8")
    return result


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What examples wrote that others need: a folder for each."""
    return tmp_path_factory.mktemp("kept")


def once(command: str, run: Run, folder: Path, kept: Path) -> None:
    """The files that the example of a command writes; it runs for the first who needs them."""
    if not (kept / command).exists():
        before = set(folder.iterdir())
        assert shell(example_of(command), run, folder).status == 0
        (kept / command).mkdir()
        for path in set(folder.iterdir()) - before:
            (shutil.copytree if path.is_dir() else shutil.copy2)(path, kept / command / path.name)
    else:
        shutil.copytree(kept / command, folder, dirs_exist_ok=True)


def a_desk(path: Path) -> None:
    """A desk's database with one stay that is over."""
    from dueprocess.store import Done, Draft, EventTypes, Store, Writer, accounts, retention

    types, agency = EventTypes(), "us/or/clackamas-county/sheriff"
    types.on("booked")(accounts.nothing)
    with Writer(Store.create(path), types | accounts.TYPES | retention.TYPES) as writer:
        writer.write(lambda c: accounts.add_agency(c, id_=agency, name="Made up", zone="America/Los_Angeles", now=0), agency=agency, by="setup")
        writer.write(lambda _: Done([Draft("booked", {"name": "Specimen"}, subject="s_abcdefgh", expect=0)]), agency=agency, by="a")


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_in_help_runs(example: str, run: Run, checkout: Path, kept: Path) -> None:
    (checkout / "srv").mkdir()
    if "my-lawbook" in example:
        (checkout / "lawbook").rename(checkout / "my-lawbook")
    if "desk.db" in example:
        a_desk(checkout / "desk.db")
    for command, needed in BEFORE.items():
        if example.startswith(f"dueprocess {command} "):
            for before in needed:
                once(before, run, checkout, kept)
    result = shell(example, run, checkout)
    assert result.status == 0, result.err
    assert result.out or "--out" in example, "it says or writes something"
    assert not any(line.startswith("dueprocess: ") for line in result.lines), result.err


def test_version(run: Run) -> None:
    result = run("--version")
    assert result.status == 0 and result.out == f"dueprocess {dueprocess.__version__}\n"


def test_nothing_asked_shows_help_with_status_2(run: Run) -> None:
    for args in ((), ("law",)):
        result = run(*args)
        assert result.status == 2 and "Commands:" in result.err + result.out


@pytest.mark.parametrize(
    "args",
    [
        ("decide",),
        ("decide", "--bogus", "x"),
        ("decide", "--format", "xml", "x"),
        ("bogus",),
        ("law", "bogus"),
        ("clock",),
        ("clock", "--due"),
        ("clock", "stray", "--due", "2026-09-04T18:00:00-05:00"),
        ("law", "show"),
    ],
    ids=" ".join,
)
def test_bad_usage_is_one_line_and_status_2(args: tuple[str, ...], run: Run) -> None:
    line = one_line(run(*args)) if run(*args).err.startswith("dueprocess: ") else ""
    result = run(*args)
    assert result.status == 2 and not result.out and len(result.lines) == 1, result.err
    assert "--help" in (line or result.err)


# -- statuses ------------------------------------------------------------------------------------------


def test_status_1_where_the_lawbook_has_problems(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "law"
    shutil.copytree(ROOT / "tests/law/base", folder)
    assert run("law", "check", folder).status == 0
    for name in ("fact-unknown", "date-30-february", "polarity-forbid-paper"):
        text = (ROOT / f"tests/law/bad/{name}.yaml").read_text(encoding="utf-8")
        path = f"us/or/{name}"
        (folder / f"{path}.yaml").write_text(text.replace("id: us/or/museum", f"id: {path}"), encoding="utf-8")
    result = run("law", "check", folder)
    assert result.status == 1
    listed = [line for line in result.out.splitlines() if ".yaml:" in line]
    assert len(listed) == 3
    assert all(re.search(r"\.yaml:\d+: .*; .* \[[a-z-]+\]$", line) for line in listed), listed
    assert "3 errors" in result.out
    found = json.loads(run("law", "check", folder, "--json").out)
    assert {p["code"] for p in found["problems"]} == {"unknown-name", "date", "polarity"}
    # The same folder cannot be decided with: one line, the first problem, and where the others are listed.
    line = one_line(run("decide", CASES / "g01-miranda-olivares.yaml", "--law", folder))
    assert "2 more" in line and "law check" in line


def test_status_3_says_no_more_than_the_kind_of_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("about Zebulon Canaryman")

    monkeypatch.setattr("dueprocess.decide.decide_case", broken)
    result = run("decide", CASES / "g01-miranda-olivares.yaml")
    assert result.status == 3 and len(result.lines) == 1
    assert "RuntimeError" in result.err and "Canaryman" not in result.err + result.out and "Traceback" not in result.err


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen([*PROGRAM, "law", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    process.stdout.read(1)
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(20) in (0, 141, -13) and b"Traceback" not in errors and b"internal" not in errors


# -- bad cases -----------------------------------------------------------------------------------------

# name -> text of the file, the line that the error names, what it must hold.
BAD: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "unknown-key": (edited(("record_complete", "record_compleat")), 5, ("[record_compleat]", "[record_complete]?")),
    "unknown-key-custody": (edited(("  booked_at", "  bookd_at")), 7, ("[bookd_at]", "[booked_at]?")),
    "unknown-key-ground": (edited(("until:", "til:")), 9, ("[til]", "[until]?")),
    "unknown-key-paper": (edited(("edition:", "editon:")), 12, ("[editon]", "[edition]?")),
    "unknown-key-event": (edited(extra='events: [{kind: known_to_jail, when: "2012-03-29"}]\n'), 13, ("[when]", "kind, at")),
    "unknown-key-determined": (edited(extra='determined: {probable_cause: {value: true, by_role: counsel, at: "2012-03-20", onn: x}}\n'), 13, ("[onn]", "[on]?")),
    "number-as-key": (edited(extra="7: x\n"), 13, ("[7]",)),
    "zone-less": (edited(("16:00:00-07:00", "16:00:00")), 3, ("[2012-03-29T16:00:00]", "no zone", "offset")),
    "zone-less-ground": (edited(("15:00:00-07:00", "15:00:00")), 9, ("[2012-03-29T15:00:00]", "no zone")),
    "hour-25": (edited(("16:00:00-07:00", "25:00:00-07:00")), 3, ("[2012-03-29T25:00:00-07:00]", "no time")),
    "hour-24": (edited(("16:00:00-07:00", "24:00:00-07:00")), 3, ("[2012-03-29T24:00:00-07:00]", "no time")),
    "minute-61": (edited(("16:00:00-07:00", "16:61:00-07:00")), 3, ("16:61",)),
    "offset-25": (edited(("16:00:00-07:00", "16:00:00-25:00")), 3, ("-25:00",)),
    "30-february": (edited(("2012-03-29T16", "2012-02-30T16")), 3, ("[2012-02-30]", "no day of the calendar")),
    "30-february-date": (edited(('"2012-03-15T12:00:00-07:00"', '"2012-02-30"')), 12, ("[2012-02-30]", "no day")),
    "29-february-1900": (edited(("2012-03-14T20:00:00-07:00", "1900-02-29T20:00:00-07:00")), 7, ("[1900-02-29]",)),
    "year-1": (edited(('booked_at: "2012', 'booked_at: "0001')), 7, ("[0001-03-14]",)),
    "year-9999": (edited(('left_at: "2012', 'left_at: "9999')), 10, ("[9999-03-30]",)),
    "us-date": (edited(('"2012-03-29T16:00:00-07:00"', '"03/29/2012 4:00 PM"')), 3, ("[03/29/2012 4:00 PM]", "write it as")),
    "at-a-date": (edited(('"2012-03-29T16:00:00-07:00"', '"2012-03-29"')), 3, ("[2012-03-29]", "no instant")),
    "at-missing": (edited(('at: "2012-03-29T16:00:00-07:00"\n', "")), 1, ("[at] is missing", "--at")),
    "agency-missing": (edited(("agency: us/or/clackamas-county/sheriff\n", "")), 1, ("[agency] is missing",)),
    "until-before-from": (edited(('until: "2012-03-29T15', 'until: "2012-03-13T15')), 9, ("ends before it begins",)),
    "served-before-received": (edited(("boxes:", 'served_at: "2012-03-14T12:00:00-07:00", boxes:')), 12, ("[served_at]", "before it was received")),
    "cancelled-before-received": (edited(("boxes:", 'cancelled_at: "2012-03-14T12:00:00-07:00", boxes:')), 12, ("[cancelled_at]",)),
    "received-never": (edited(('received_at: "2012-03-15T12:00:00-07:00"', "received_at: never")), 12, ("received",)),
    "at-before-the-stay": (edited(('at: "2012-03-29T16', 'at: "2012-03-13T16')), 3, ("before the booking",)),
    "at-after-the-stay": (edited(('at: "2012-03-29T16', 'at: "2012-04-29T16')), 3, ("after the person left",)),
    "left-before-booked": (edited(('left_at: "2012-03-30', 'left_at: "2012-03-10')), 10, ("left before",)),
    "release-due-against-grounds": (edited(("  left_at", '  release_due_at: "2012-03-20T15:00:00-07:00"\n  left_at')), 10, ("release_due_at [2012-03-20T15:00:00-07:00]",)),
    "bail-after-the-stay": (edited(("  left_at", '  bail_refused_at: "2015-03-20T15:00:00-07:00"\n  left_at')), 10, ("bail",)),
    "bail-before-the-stay": (edited(("  left_at", '  bail_refused_at: "2011-03-20T15:00:00-07:00"\n  left_at')), 10, ("bail",)),
    "interval-backwards": (edited(('received_at: "2012-03-15T12:00:00-07:00"', 'received_at: {earliest: "2012-03-16", latest: "2012-03-14"}')), 12, ("[earliest] is after [latest]",)),
    "interval-half": (edited(('received_at: "2012-03-15T12:00:00-07:00"', 'received_at: {earliest: "2012-03-16"}')), 12, ("[latest]",)),
    "unknown-county": (edited(("clackamas-county", "clackmas-county")), 2, ("[us/or/clackmas-county]", "[us/or/clackamas-county]", "?")),
    "unknown-role": (edited(("/sheriff", "/sherif")), 2, ("[sherif]", "[sheriff]?")),
    "unknown-state": (edited(("us/or/clack", "us/og/clack")), 2, ("[us/og/clackamas-county]",)),
    "unknown-facility": (edited(("at:", "facility: us/or/clackmas-county\nat:")), 3, ("[us/or/clackmas-county]", "[us/or/clackamas-county]")),
    "facility-true": (edited(("at:", "facility: true\nat:")), 3, ("[true]",)),
    "facility-elsewhere": (edited(("at:", "facility: us/wa/king-county\nat:")), 3, ("facility",)),
    "agency-a-name": (edited(("us/or/clackamas-county/sheriff", "Clackamas County Sheriff")), 2, ("[Clackamas County Sheriff]", "us/or/clackamas-county")),
    "no-one-county": (edited(("us/or/clackamas-county/sheriff", "us/or/corrections")), 2, ("[us/or/corrections]", "facility")),
    "edition-never": (edited(("2011-06", "2013-06")), 12, ("[2013-06]", "i-247", "2012-12")),
    "edition-a-year": (edited(('"2011-06"', "2011")), 12, ("[2011]",)),
    "edition-of-another-form": (edited(("2011-06", "2017-03")), 12, ("[2017-03]",)),
    "edition-of-a-court-order": (edited(extra='  - {kind: court_order, edition: "2011-06", received_at: "2012-03-15T12:00:00-07:00"}\n'), 13, ("edition", "leave it out")),
    "paper-unknown": (edited(("kind: i-247,", "kind: i247,")), 12, ("[i247]", "[i-247]?")),
    "box-unknown": (edited(("[investigation]", "[investigaton]")), 12, ("[investigaton]", "[investigation]?")),
    "boxes-a-text": (edited(("[investigation]", "investigation")), 12, ("[boxes] is no list",)),
    "signer-unknown": (edited(("immigration_officer", "imigration_officer")), 12, ("[imigration_officer]", "[immigration_officer]?")),
    "ground-unknown": (edited(("kind: sentence", "kind: sentense")), 9, ("[sentense]", "[sentence]?")),
    "event-unknown": (edited(extra='events: [{kind: know_to_jail, at: "2012-03-29"}]\n'), 13, ("[know_to_jail]", "[known_to_jail]?")),
    "matter-unknown": (edited(extra='  - {kind: judicial_warrant, matter: civic, received_at: "2012-03-15"}\n'), 13, ("[civic]", "[civil]?")),
    "left-to-unknown": (edited(("  left_at", "  left_to: home\n  left_at")), 10, ("[home]", "ice, community")),
    "complete-a-text": (edited(("record_complete: true", "record_complete: yes")), 5, ("[yes]", "true or false")),
    "papers-a-mapping": (edited(("papers:\n  -", "papers:\n ")), 11, ("[papers] is no list",)),
    "law-known-at-a-word": (edited(('law_known_at: "2026-11-22"', "law_known_at: soon")), 4, ("[soon]", "no date")),
    "fact-unknown": (edited(extra="facts: {citizenship_claimd: true}\n"), 13, ("[citizenship_claimd]", "[citizenship_claimed]?")),
    "fact-yes": (edited(extra="facts: {citizenship_claimed: yes}\n"), 13, ("[yes]", "citizenship_claimed", "true or false")),
    "fact-no-number": (edited(extra="facts: {conviction_age_years: three}\n"), 13, ("[three]", "a number")),
    "fact-infinite": (edited(extra="facts: {conviction_age_years: .inf}\n"), 13, ("[.inf]", "a number")),
    "fact-no-date": (edited(extra='facts: {conviction_date: "2012-02-30"}\n'), 13, ("[2012-02-30]",)),
    "fact-not-listed": (edited(extra="facts: {detainer_issuer: fbi}\n"), 13, ("[fbi]", "ice, cbp")),
    "fact-without-from": (edited(extra="facts: {officer_287g: [{value: true}]}\n"), 13, ("[from] is missing",)),
    "fact-twice-from": (edited(extra='facts: {officer_287g: [{from: "2012-03-20", value: true}, {from: "2012-03-20", value: false}]}\n'), 13, ("[officer_287g]",)),
    "fact-of-origin": (edited(extra="facts: {nationality: Ruritania}\n"), 13, ("[nationality]", "origin")),
    "fact-of-birthplace": (edited(extra="facts: {place_of_birth: Ruritania}\n"), 13, ("[place_of_birth]", "origin")),
    "origin-as-a-key": (edited(extra="race: made up\n"), 13, ("[race]", "origin")),
    "origin-in-custody": (edited(("  booked_at", "  language: Volapuk\n  booked_at")), 7, ("[language]", "origin")),
    "law-stated-as-a-fact": (edited(extra="facts: {probable_cause: true}\n"), 13, ("[probable_cause]", "matter of law", "determined")),
    "power-stated-as-a-fact": (edited(extra="facts: {civil_arrest_power: true}\n"), 13, ("[civil_arrest_power]", "matter of law")),
    "power-determined": (edited(extra='determined: {civil_arrest_power: {value: true, by_role: counsel, at: "2012-03-20", on: x}}\n'), 13, ("[civil_arrest_power]", "may not be determined")),
    "determined-by-a-deputy": (edited(extra='determined: {probable_cause: {value: true, by_role: deputy, at: "2012-03-20", on: x}}\n'), 13, ("[deputy]", "counsel, judge")),
    "determined-on-nothing": (edited(extra='determined: {probable_cause: {value: true, by_role: counsel, at: "2012-03-20"}}\n'), 13, ("[on] is missing",)),
    "against-the-papers-warrant": (edited(extra="facts: {judicial_warrant: true}\n"), 13, ("[judicial_warrant]", "[true]", "[false]")),
    "against-the-papers-box": (edited(extra="facts: {basis_investigation: false}\n"), 13, ("[basis_investigation]",)),
    "against-the-papers-form": (edited(extra="facts: {detainer_form: i-247a}\n"), 13, ("[detainer_form]", "[i-247a]", "[i-247]")),
    "against-the-papers-signed": (edited(extra="facts: {detainer_signed: false}\n"), 13, ("[detainer_signed]",)),
    "against-the-edition": (edited(extra="facts: {hold_requested: false}\n"), 13, ("[hold_requested]",)),
    "federal-custody": (edited(("  booked_at", "  kind: federal\n  booked_at")), 7, ("out_of_scope", "[federal]")),
    "tribal-custody": (edited(("  booked_at", "  kind: tribal\n  booked_at")), 7, ("out_of_scope", "[tribal]")),
    "juvenile-custody": (edited(("  booked_at", "  kind: juvenile\n  booked_at")), 7, ("out_of_scope", "[juvenile]")),
    "juvenile-agency": (edited(("/sheriff", "/juvenile")), 2, ("out_of_scope", "[juvenile]")),
    "ice-custody": (edited(("us/or/clackamas-county/sheriff", "us/ice"), ("at:", "facility: us/or/clackamas-county\nat:")), 2, ("out_of_scope",)),
    "custody-misspelt": (edited(("  booked_at", "  kind: fedral\n  booked_at")), 7, ("[fedral]", "[federal]?")),
    "repeated-key": (edited(extra="record_complete: false\n"), 13, ("[record_complete]", "twice")),
    "tab-indentation": (edited(("  booked_at", "\tbooked_at")), 7, ("tab",)),
    "bomb": ("a: &a [lol, lol]\nb: &b [*a, *a]\nc: [*b, *b]\n", 1, ("anchors and aliases",)),
    "tag": (edited(("case: made-up", 'case: !!python/object/apply:os.system ["true"]')), 1, ("tag",)),
    "escape-in-a-label": (edited(("case: made-up", 'case: "\\e[31mred"')), 1, ("control character",)),
    "c1-control": (edited(("case: made-up", 'case: "\\x9b31m"')), 1, ("control character",)),
    "no-mapping": ("just words\n", 1, ("no case",)),
    "empty-list": ("[]\n", 1, ("no case",)),
    "unclosed": (edited(extra='events: ["\n'), 13, ("not readable",)),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_case_is_one_clear_line(name: str, run: Run, tmp_path: Path) -> None:
    text, line, parts = BAD[name]
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    result = run("decide", "--json", path)
    error = one_line(result)
    assert error.startswith(f"{path}:{line}: "), error
    assert "; " in error
    for part in parts:
        assert part in error
    assert result.out == ""


RAW: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "only-a-comment": (b"# nothing\n", "the file is empty"),
    "null": (b"null\n", "the file is empty"),
    "random": (bytes(range(255, 0, -1)) * 8, "UTF-8"),
    "utf-16": (GOOD.encode("utf-16"), "UTF-8"),
    "utf-32": (GOOD.encode("utf-32"), "UTF-8"),
    "latin-1": (GOOD.replace("made-up", "se\xf1or").encode("latin-1"), "UTF-8"),
    "null-bytes": (b"\0" * 4096, "control character"),
    "escape": (GOOD.replace("made-up", "made\x1b[31mup").encode(), "control character"),
    "pdf": (b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n", ""),
    "zip": (b"PK\x03\x04\x14\x00\x00\x00\x08\x00", ""),
    "two-documents": (f"{GOOD}---\n{GOOD}".encode(), "more than one document"),
    "deep": (b"[" * 5000 + b"]" * 5000, "nested deeper"),
    "many": (b"[" + b"1," * 400_000 + b"1]", "values"),
    "long-key": (b"x" * 1_000_000 + b": 1\n", ""),
    "half-a-pair": (b'{"case": "\\ud83d\\ude00 \\ud800", "agency": "us/or/clackamas-county/sheriff", "at": "2012-03-29T16:00:00-07:00"}', ""),
    "infinite": (b'{"case": "\\ud83d\\ude00", "agency": "us/or/clackamas-county/sheriff", "at": "2012-03-29T16:00:00-07:00", "facts": {"conviction_age_years": 1e999}}', ""),
    "not-a-number": (b'{"case": "\\ud83d\\ude00", "agency": "us/or/clackamas-county/sheriff", "at": "2012-03-29T16:00:00-07:00", "facts": {"conviction_age_years": NaN}}', ""),
    "long-number": (f"{GOOD}facts: {{conviction_age_years: {'9' * 5000}}}\n".encode(), "conviction_age_years"),
}


@pytest.mark.parametrize("name", RAW)
def test_a_file_that_is_no_case_is_one_clear_line(name: str, run: Run, tmp_path: Path) -> None:
    data, part = RAW[name]
    path = tmp_path / f"{name}.yaml"
    path.write_bytes(data)
    error = one_line(run("decide", "--json", path))
    assert error.startswith(f"{path}:") and part in error and "; " in error
    # The same from standard input.
    error = one_line(run("decide", "--json", "-", stdin=data))
    assert error.startswith("standard input:") and part in error


def test_a_missing_file_and_a_folder(run: Run, tmp_path: Path) -> None:
    assert one_line(run("decide", tmp_path / "none.yaml")).startswith(f"{tmp_path}/none.yaml: there is no such file")
    assert "folder" in one_line(run("decide", tmp_path))
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "none.yaml")
    assert "no such file" in one_line(run("decide", tmp_path / "dangling.yaml"))
    assert one_line(run("decide", "bad\x1bname.yaml")).isprintable()


@pytest.mark.parametrize("name", ["byte-order-mark", "crlf", "json", "json-tabs", "edition-unknown"])
def test_other_spellings_of_the_same_case(name: str, run: Run, tmp_path: Path) -> None:
    value = parse(GOOD, name="good").value
    data = {
        "byte-order-mark": b"\xef\xbb\xbf" + GOOD.encode(),
        "crlf": GOOD.replace("\n", "\r\n").encode(),
        "json": json.dumps(value).encode(),
        "json-tabs": json.dumps(value, indent="\t").encode(),
        "edition-unknown": GOOD.replace('"2011-06"', '"2011-06" ').encode(),
    }[name]
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "same").write_bytes(data)
    first, second = run("decide", "--json", tmp_path / "good.yaml"), run("decide", "--json", tmp_path / "same")
    assert first.status == second.status == 0
    assert first.out == second.out


# -- several cases -------------------------------------------------------------------------------------


def test_one_case_gives_an_object_and_several_an_array(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "good.yaml"
    path.write_text(GOOD, encoding="utf-8")
    one = json.loads(run("decide", "--json", path).out)
    assert one["case"] == "made-up" and one["outcome"] == "release"
    two = json.loads(run("decide", "--json", path, path).out)
    assert two == [one, one]
    assert json.loads(run("decide", "--json", "-", stdin=GOOD.encode()).out) == one
    assert json.loads(run("decide", "--format", "json", "-", stdin=GOOD.encode()).out) == one


def test_in_a_batch_the_good_are_answered_and_the_bad_listed(run: Run, tmp_path: Path) -> None:
    names = []
    for index, text in enumerate([GOOD, BAD["zone-less"][0], GOOD, BAD["unknown-county"][0], "", GOOD]):
        path = tmp_path / f"{index}.yaml"
        path.write_text(text.replace("made-up", f"number {index}"), encoding="utf-8")
        names.append(path)
    result = run("decide", "--json", *names, tmp_path / "none.yaml")
    assert result.status == 2
    assert [d["case"] for d in json.loads(result.out)] == ["number 0", "number 2", "number 5"]
    assert [line.split(":")[1].strip().split("/")[-1] for line in result.lines] == ["1.yaml", "3.yaml", "4.yaml", "none.yaml"]
    assert all(line.startswith("dueprocess: ") for line in result.lines)


def test_a_list_of_cases_in_one_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    item = GOOD.replace("\n", "\n  ").rstrip()
    path.write_text("".join(f"- {item}\n".replace("made-up", n) for n in ("one", "two", "three")), encoding="utf-8")
    decisions = json.loads(run("decide", "--json", path).out)
    assert [d["case"] for d in decisions] == ["one", "two", "three"]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("16:00:00-07:00", "25:00:00-07:00", 2).replace("25:00:00-07:00", "16:00:00-07:00", 1), encoding="utf-8")
    result = run("decide", "--json", path)
    assert result.status == 2 and [d["case"] for d in json.loads(result.out)] == ["one", "three"]
    lines_of_one = GOOD.count("\n")
    assert f"list.yaml:{lines_of_one + 3}: " in result.lines[0], "the line in the file, not in the case"


def test_the_same_question_gives_the_same_bytes(run: Run) -> None:
    path = CASES / "g12-lopez-lopez.yaml"
    assert run("decide", "--json", path).out == run("decide", "--json", path).out


# -- options -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (("--at", "tomorrow"), "--at: [tomorrow]"),
        (("--at", "2012-03-29"), "--at: [2012-03-29]"),
        (("--at", "2012-03-29T16:00:00"), "no zone"),
        (("--law-known-at", "2012"), "--law-known-at: [2012]"),
        (("--law", "/no/such/folder"), "no such folder"),
        (("--adoption", "/no/such/file.yaml"), "no such file"),
        (("--format", "pdf"), "--out"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, tuple) else "",
)
def test_a_bad_option_is_said_once(args: tuple[str, ...], part: str, run: Run) -> None:
    path = CASES / "g01-miranda-olivares.yaml"
    assert part in one_line(run("decide", path, path, *args))


def test_at_and_law_known_at_override_the_file(run: Run) -> None:
    path = CASES / "g01-miranda-olivares.yaml"
    found = json.loads(run("decide", "--json", path, "--at", "2012-03-23T12:00:00-07:00", "--law-known-at", "2012-03-31").out)
    assert found["at"] == "2012-03-23T12:00:00-07:00" and found["law_known_at"] == "2012-03-31"


@pytest.mark.parametrize("bad", ["nowhere/answer", "file/answer", "."])
@pytest.mark.parametrize("kind", ["json", "text", "html", "pdf"])
def test_an_out_that_cannot_be_written(bad: str, kind: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    target = tmp_path / bad
    error = one_line(run("decide", CASES / "g10-lunn.yaml", "--format", kind, "--out", target))
    assert str(target) in error and "cannot be written" in error
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


def test_out_is_left_alone_where_nothing_was_decided(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "answer.json"
    out.write_text("kept", encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(BAD["zone-less"][0], encoding="utf-8")
    one_line(run("decide", "--json", tmp_path / "bad.yaml", "--out", out))
    assert out.read_text(encoding="utf-8") == "kept"


ADOPTIONS = {
    "another-agency": ("agency: us/or/polk-county/sheriff\nadopted: []\n", "[us/or/polk-county/sheriff]"),
    "no-agency": ("adopted: []\n", "agency"),
    "no-list": ("agency: us/or/clackamas-county/sheriff\n", "[adopted]"),
    "unknown-authority": ("agency: us/or/clackamas-county/sheriff\nadopted: [us/four-test]\n", "[us/four-tests]?"),
    "a-number": ("agency: us/or/clackamas-county/sheriff\nadopted: [7]\n", "[7]"),
    "a-list": ("agency: us/or/clackamas-county/sheriff\nadopted: [{authority: [x]}]\n", "[a list]"),
    "unknown-key": ("agency: us/or/clackamas-county/sheriff\nadopt: []\n", "[adopted]?"),
    "unknown-key-in-entry": ("agency: us/or/clackamas-county/sheriff\nadopted: [{authority: us/four-tests, hush: x}]\n", "[hash]?"),
    "no-days": ("agency: us/or/clackamas-county/sheriff\nadopted: []\nconfirmed_within_days: soon\n", "[soon]"),
    "half-a-day": ("agency: us/or/clackamas-county/sheriff\nadopted: []\nconfirmed_within_days: 0.5\n", "[0.5]"),
    "true-days": ("agency: us/or/clackamas-county/sheriff\nadopted: []\nconfirmed_within_days: true\n", "[true]"),
    "no-mapping": ("- us/four-tests\n", "mapping"),
    "empty": ("", "empty"),
    "binary": ("\x00\x01", "control character"),
}


@pytest.mark.parametrize("name", ADOPTIONS)
def test_a_bad_adoption_file_is_one_line_for_all_cases(name: str, run: Run, tmp_path: Path) -> None:
    text, part = ADOPTIONS[name]
    path = tmp_path / "adoption.yaml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "case.yaml").write_text(GOOD, encoding="utf-8")
    error = one_line(run("decide", "--json", tmp_path / "case.yaml", tmp_path / "case.yaml", "--adoption", path))
    assert error.startswith(f"{path}:") and part in error and "; " in error


def test_adoption_of_nothing_never_holds(run: Run, tmp_path: Path) -> None:
    """Law that nobody has checked may release, never hold."""
    case = CASES / "g12-lopez-lopez.yaml"
    before = json.loads(run("decide", "--json", case).out)
    path = tmp_path / "adoption.yaml"
    path.write_text(f"agency: {before['agency']}\nadopted: []\n", encoding="utf-8")
    after = json.loads(run("decide", "--json", case, "--adoption", path).out)
    assert before["outcome"] in ("may_hold", "must_hold") and after["outcome"] == "review"
    assert after["open_because"] == "adoption" and after["not_adopted"]


def test_a_broken_folder_of_law(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no law here", encoding="utf-8")
    case = CASES / "g01-miranda-olivares.yaml"
    for make in (
        lambda p: p.write_bytes(b"\x00\xff"),
        lambda p: p.mkdir(),
        lambda p: p.symlink_to("none"),
        lambda p: p.write_text("", encoding="utf-8"),
        lambda p: os.truncate(os.open(p, os.O_CREAT | os.O_WRONLY), 100_000_000),
    ):
        folder = tmp_path / "law"
        (folder / "us/or").mkdir(parents=True)
        bad = folder / "us/or/bad.yaml"
        make(bad)
        if not bad.is_dir():
            assert "bad.yaml" in one_line(run("decide", case, "--law", folder))
            checked = run("law", "check", folder)
            assert checked.status == 1 and "bad.yaml" in checked.out
        else:
            result = run("decide", case, "--law", folder)
            assert result.status in (0, 2) and "internal" not in result.err
        shutil.rmtree(folder)


def test_more_law_laid_over_the_shipped(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "law/us/mi/allegan-county"
    folder.mkdir(parents=True)
    (folder / "made-up-ordinance.yaml").write_text(
        "id: us/mi/allegan-county/made-up-ordinance\ntitle: A made-up ordinance\nkind: ordinance\ncitation: made up\n"
        'in_force: {from: "2014-01-01"}\nbinds: [us/mi/allegan-county]\n'
        "norms:\n  - {forbid: hold, when: NOT judicial_warrant, because: Made up for a test.}\n"
        "sources: [{title: Made up, publisher: nobody}]\nreview: {status: unreviewed, basis: general knowledge}\n",
        encoding="utf-8",
    )
    case = CASES / "g12-lopez-lopez.yaml"
    assert json.loads(run("decide", "--json", case).out)["outcome"] == "may_hold"
    found = json.loads(run("decide", "--json", case, "--law", tmp_path / "law").out)
    assert found["outcome"] == "release"
    assert found["reasons"][0]["authority"] == "us/mi/allegan-county/made-up-ordinance"
    assert "made-up-ordinance" in run("law", "list", "us/mi", "--law", tmp_path / "law").out


# -- the other commands --------------------------------------------------------------------------------

CLOCK = ("clock", "--due", "2026-09-04T18:00:00-05:00")


def test_the_clock_counts_labor_day(run: Run) -> None:
    """Friday 18:00 before Labor Day: 48 hours without weekend and holiday end on Wednesday 18:00."""
    found = json.loads(run(*CLOCK, "--zone", "America/Chicago", "--form", "i-247", "--edition", "2011-06", "--json").out)
    ends = {row["norm"]: row["ends_at"] for row in found}
    assert ends["us/cfr/8-287.7-d#limit-hold"] == "2026-09-09T18:00:00-05:00"
    steps = next(row["steps"] for row in found if row["norm"] == "us/cfr/8-287.7-d#limit-hold")
    assert [(s["counted_hours"], s["excluded"]) for s in steps] == [(6, None), (0, "Saturday"), (0, "Sunday"), (0, "Labor Day"), (24, None), (18, None)]
    text = run(*CLOCK, "--zone", "America/Chicago").out
    assert "2026-09-06T18:00:00-05:00" in text and "not counted: Labor Day" in text


@pytest.mark.parametrize(
    ("args", "part"),
    [
        ((*CLOCK,), "--zone"),
        ((*CLOCK, "--zone", "Mars/Phobos"), "[Mars/Phobos]"),
        ((*CLOCK, "--zone", "../../etc/passwd"), "[../../etc/passwd]"),
        ((*CLOCK, "--zone", ""), "[]"),
        ((*CLOCK, "--zone", "America/Chicago", "--form", "i-999"), "--form: [i-999]"),
        ((*CLOCK, "--zone", "America/Chicago", "--edition", "1999-01"), "2017-03"),
        ((*CLOCK, "--place", "us/ia/polc-county"), "[us/ia/polk-county]"),
        ((*CLOCK, "--place", "us"), "zone"),
        (("clock", "--due", "2026-09-04T18:00:00", "--zone", "America/Chicago"), "no zone"),
        (("clock", "--due", "2026-02-30T18:00:00-05:00", "--zone", "America/Chicago"), "no day"),
        (("clock", "--due", "2150-09-04T18:00:00-05:00", "--zone", "America/Chicago"), "holiday table"),
        (("law", "show", "us/ma/lun"), "[us/ma/lunn]?"),
        (("law", "list", "--as-of", "yesterday"), "[yesterday]"),
        (("law", "list", "us/xx"), "[us/xx]"),
        (("law", "schema", "nothing"), "[nothing]"),
        (("law", "schema", "../../../etc/passwd"), "authority, case or decision"),
        (("law", "check", "/no/such/folder"), "no such folder"),
        (("demo", "zzz"), "[zzz]"),
    ],
    ids=lambda v: " ".join(v[:1] + v[-2:]) if isinstance(v, tuple) else "",
)
def test_what_the_other_commands_refuse(args: tuple[str, ...], part: str, run: Run) -> None:
    assert part in one_line(run(*args))


def test_instants_before_standard_time_do_not_break_the_clock(run: Run) -> None:
    result = run("clock", "--due", "1750-09-04T18:00:00-05:00", "--zone", "America/Chicago")
    assert result.status in (0, 2) and "internal" not in result.err


def test_the_shipped_lawbook_has_no_problems(run: Run) -> None:
    result = run("law", "check")
    assert result.status == 0 and ", 0 errors" in result.out


def test_law_list_and_show(run: Run) -> None:
    shown = run("law", "show", "us/ma/lunn").out
    assert "477 Mass. 517" in shown and "unreviewed" in shown
    raw = json.loads(run("law", "show", "us/ma/lunn", "--json").out)
    assert raw["id"] == "us/ma/lunn" and raw["rank"] and raw["hash"].startswith("sha256:")
    rows = json.loads(run("law", "list", "us/ma", "--json").out)
    assert "us/ma/lunn" in {r["id"] for r in rows} and "us/or/ors-181a-820" not in {r["id"] for r in rows}
    before = json.loads(run("law", "list", "us/ca", "--as-of", "2013-12-31", "--json").out)
    after = json.loads(run("law", "list", "us/ca", "--as-of", "2014-01-01", "--json").out)
    assert {r["id"] for r in after} - {r["id"] for r in before}


# -- formats -------------------------------------------------------------------------------------------

SHOWN = ["g01-miranda-olivares", "g12-lopez-lopez", "g23-el-cenizo", "g17-brown-v-ramsay", "s34-law-not-encoded"]


@pytest.mark.parametrize("name", SHOWN)
def test_text_and_html_say_the_same(name: str, run: Run) -> None:
    path = CASES / f"{name}.yaml"
    decision = json.loads(run("decide", "--json", path).out)
    text, page = run("decide", path), run("decide", path, "--format", "html")
    assert text.status == page.status == 0 and not text.err and not page.err
    assert all(line.isprintable() for line in text.out.splitlines())
    assert page.out.lstrip().lower().startswith("<!doctype html>")
    assert "<script" not in page.out.lower() and "http://" not in page.out and "src=" not in page.out.lower()
    squeezed = " ".join(re.sub(r"<[^>]+>", " ", page.out).split())
    for needed in ["not legal advice", *(r["citation"] for r in decision["reasons"][:1])]:
        assert needed in " ".join(text.out.split())
        assert needed.replace("&", "&amp;").replace("'", "&#39;") in squeezed or needed in squeezed


def test_pdf(run: Run, tmp_path: Path) -> None:
    from pypdf import PdfReader

    out = tmp_path / "answer.pdf"
    result = run("decide", CASES / "g10-lunn.yaml", "--format", "pdf", "--out", out)
    assert result.status == 0 and not result.err
    pages = PdfReader(out).pages
    assert pages and "not legal advice" in " ".join(pages[0].extract_text().split() + pages[-1].extract_text().split())


def test_a_label_cannot_write_markup(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(GOOD.replace("made-up", '"<b onclick=x>&<script>alert(1)</script>"'), encoding="utf-8")
    page = run("decide", path, "--format", "html")
    assert page.status == 0 and "<b onclick" not in page.out and "<script" not in page.out
    out = tmp_path / "answer.pdf"
    path.write_text(GOOD.replace("made-up", '\'#import "x.typ"; $ \\ #eval("1") */ [\''), encoding="utf-8")
    assert run("decide", path, "--format", "pdf", "--out", out).status == 0
    assert out.read_bytes().startswith(b"%PDF")


# -- nothing personal ----------------------------------------------------------------------------------

NAME = "Zebulon Canaryman"

CANARIES = {
    "top": edited(extra=f"name: {NAME}\n"),
    "top-mapping": edited(extra=f"person: {{name: {NAME}}}\n"),
    "custody": edited(("  booked_at", f"  inmate: {NAME}\n  booked_at")),
    "ground": edited(("kind: sentence", f"kind: sentence, judge: {NAME}")),
    "paper": edited(("kind: i-247", f"kind: i-247, subject: {NAME}")),
    "event": edited(extra=f'events: [{{kind: known_to_jail, at: "2012-03-29", told_by: {NAME}}}]\n'),
    "fact": edited(extra=f"facts: {{name: {NAME}}}\n"),
    "fact-step": edited(extra=f'facts: {{officer_287g: [{{from: "2012-03-20", value: true, who: {NAME}}}]}}\n'),
    "determined": edited(extra=f'determined: {{probable_cause: {{value: true, by_role: counsel, at: "2012-03-20", on: x, name: {NAME}}}}}\n'),
    "interval": edited(('received_at: "2012-03-15T12:00:00-07:00"', f'received_at: {{earliest: "2012-03-15", latest: "2012-03-16", by: {NAME}}}')),
    "agency-mapping": edited(("us/or/clackamas-county/sheriff", f"{{sheriff: {NAME}}}")),
    "at-mapping": edited(('at: "2012-03-29T16:00:00-07:00"', f"at: {{name: {NAME}}}")),
    "left-to-mapping": edited(("  left_at", f"  left_to: {{name: {NAME}}}\n  left_at")),
    "kind-list": edited(("kind: sentence", f"kind: [{NAME}]")),
    "fact-mapping": edited(extra=f"facts: {{under_18: {{name: {NAME}}}}}\n"),
    "boxes-mapping": edited(("[investigation]", f"{{name: {NAME}}}")),
    "papers-mapping": edited(("papers:", f"papers:\n  - {{kind: {{name: {NAME}}}}}")),
    "label-mapping": edited(("case: made-up", f"case: {{name: {NAME}}}")),
    "label-list": edited(("case: made-up", f"case: [{NAME}]")),
    "determined-on-mapping": edited(extra=f'determined: {{probable_cause: {{value: true, by_role: counsel, at: "2012-03-20", on: {{name: {NAME}}}}}}}\n'),
    "comment": edited(("record_complete: true", f"record_complete: maybe  # {NAME}")),
    "syntax": edited(extra=f"name: {NAME}: x\n"),
    "unclosed": edited(extra=f'name: "{NAME}\n'),
    "origin": edited(extra=f"nationality: {NAME}\n"),
    "twice": edited(extra=f"case: {NAME}\n"),
    "out-of-scope": edited(("  booked_at", f"  kind: juvenile\n  guardian: {NAME}\n  booked_at")),
}


@pytest.mark.parametrize("name", CANARIES)
def test_no_error_repeats_what_stands_in_an_odd_place(name: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(CANARIES[name], encoding="utf-8")
    result = run("decide", "--json", path)
    one_line(result)
    for part in (*NAME.split(), NAME):
        assert part not in result.err + result.out


def test_free_text_of_a_case_is_in_no_answer(run: Run, tmp_path: Path) -> None:
    """Only the label comes back; what ended a ground is read by nobody."""
    path = tmp_path / "case.yaml"
    path.write_text(edited(("until:", f"ended_by: {NAME}, until:"), ("record_complete: true", f"record_complete: true # {NAME}")), encoding="utf-8")
    for kind in ("json", "text", "html"):
        result = run("decide", path, "--format", kind)
        assert result.status == 0 and "Canaryman" not in result.out + result.err


# -- bounded time and memory ---------------------------------------------------------------------------


def measured(args: list[str], tmp_path: Path, stdin: Any = subprocess.DEVNULL) -> tuple[int, str, float, int]:
    """Status, errors, seconds and the most memory (bytes) of one run of the program."""
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        start = time.monotonic()
        process = subprocess.Popen([*PROGRAM, *args], stdin=stdin, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, (tmp_path / "err").read_text(encoding="utf-8"), time.monotonic() - start, usage.ru_maxrss * 1024


def test_a_huge_file_costs_neither_time_nor_memory(tmp_path: Path) -> None:
    huge, small = tmp_path / "huge.yaml", tmp_path / "small.yaml"
    small.write_text("nothing: here\n", encoding="utf-8")
    with huge.open("wb") as handle:
        handle.truncate(100_000_000)
    _, _, _, base = measured(["decide", "--json", str(small)], tmp_path)
    for args, stdin in (
        (["decide", "--json", str(huge)], None),
        (["decide", "--json", "-"], huge),
        (["decide", "--json", str(CASES / "g10-lunn.yaml"), "--adoption", str(huge)], None),
    ):
        if stdin:
            with stdin.open("rb") as handle:
                status, errors, seconds, memory = measured(args, tmp_path, handle)
        else:
            status, errors, seconds, memory = measured(args, tmp_path)
        assert status == 2 and errors.count("\n") == 1 and "bytes" in errors, errors
        assert seconds < 10 and memory < base + 30_000_000


@pytest.mark.parametrize("what", ["papers", "grounds", "events", "facts"])
def test_a_case_of_very_many_parts_is_bounded(what: str, run: Run, tmp_path: Path) -> None:
    case: dict[str, Any] = parse(GOOD, name="good").value
    times = [f"2012-03-{15 + i % 14:02d}T{i // 14 % 24:02d}:{i // 336 % 60:02d}:{i // 20160 % 60:02d}-07:00" for i in range(8000)]
    match what:
        case "papers":
            case["papers"] = [{"kind": "i-247", "received_at": t} for t in times]
        case "grounds":
            case["custody"]["grounds"] = [{"kind": "charge", "until": t} for t in times]
        case "events":
            case["events"] = [{"kind": "claim_made", "at": t} for t in times]
        case "facts":
            case["facts"] = {"officer_287g": [{"from": t, "value": bool(i % 2)} for i, t in enumerate(times)]}
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case), encoding="utf-8")
    start = time.monotonic()
    result = run("decide", "--json", path)
    assert result.status in (0, 2) and "internal" not in result.err
    assert time.monotonic() - start < 10


# -- fuzz ----------------------------------------------------------------------------------------------

JSON_SEED = json.dumps({**parse(GOOD, name="good").value, "case": "made-up \U0001f600"}).encode()
SEEDS = [p.read_bytes() for p in sorted(CASES.glob("*.yaml")) if not p.name.endswith(".expect.yaml")]
PIECES = [b"\n", b"- ", b": ", b"[", b"]", b"{", b"}", b"'", b'"', b"#", b"&a ", b"*a", b"!!x ", b"\t", b"never", b"null", b"true", b"-", b"T", b"9", b"  ", b"|", b">", b"?", b"%"]


def answered(data: bytes) -> None:
    """What the command does with the bytes of a file: an answer, or one line."""
    try:
        value = parse(decode(data, name="case"), name="case").value
        decision = decide_case(value, today=TODAY)
    except InputError as error:
        assert str(error).isprintable() and len(str(error)) < 2000
    else:
        json.dumps(decision, ensure_ascii=False, allow_nan=False).encode()


@settings(max_examples=2000, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_no_mutated_case_breaks_the_program(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([*SEEDS, JSON_SEED, JSON_SEED, JSON_SEED])))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, max(len(content) - 1, 0)))
        match data.draw(st.sampled_from(["change", "insert", "cut", "double", "digit", "digit", "digit"])):
            case "change":
                content[at : at + 1] = bytes([data.draw(st.integers(0, 255))])
            case "insert":
                content[at:at] = data.draw(st.sampled_from(PIECES))
            case "cut":
                del content[at : at + data.draw(st.integers(1, 30))]
            case "double":
                content[at:at] = content[at : at + data.draw(st.integers(1, 60))]
            case "digit":
                digits = [i for i, c in enumerate(content) if chr(c).isdigit()]
                if digits:
                    content[data.draw(st.sampled_from(digits))] = ord(data.draw(st.sampled_from("0123456789")))
    answered(bytes(content))


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_program(data: bytes) -> None:
    answered(data)


FULL: dict[str, Any] = {
    **parse(GOOD, name="good").value,
    "facility": None,
    "papers": [
        {"kind": "i-247", "edition": "2011-06", "received_at": "2012-03-15T12:00:00-07:00", "signed_by": "immigration_officer", "boxes": ["investigation"], "served_at": "never", "cancelled_at": "never", "issuer": "ice"},
        {"kind": "judicial_warrant", "matter": "civil", "received_at": "2012-03-16", "signed_by": "judge"},
        {"kind": "i-200", "edition": "2016-09", "received_at": {"earliest": "2012-03-16", "latest": "2012-03-18"}},
    ],
    "custody": {
        **parse(GOOD, name="good").value["custody"],
        "release_due_at": "2012-03-29T15:00:00-07:00",
        "bail_refused_at": "2012-03-15T12:00:00-07:00",
        "left_to": "ice",
    },
    "events": [{"kind": "known_to_jail", "at": "2012-03-29"}],
    "facts": {"citizenship_claimed": False, "conviction_date": "2010-01-01", "officer_287g": [{"from": "2012-03-20", "value": False}]},
    "determined": {"probable_cause": {"value": True, "by_role": "counsel", "at": "2012-03-20", "on": "papers"}},
}
ODD: list[Any] = [
    None, True, False, 0, 7, -1, 1.5, 1e300, 10**200, "", "x", "never", "open", "unknown", "2012-03-20", "2012-03-20T00:00:00Z",
    "2199-12-31T00:00:00Z", "1700-01-01T00:00:00Z", "2012-03-11T02:30:00-08:00", [], ["x"], [[]], [{}], {}, {"x": 1},
    {"earliest": "2012-03-20", "latest": "2012-03-21"}, {"earliest": None, "latest": None},
]  # fmt: skip


def paths(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*here, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    inner = replaced(value[path[0]], path[1:], new)
    if isinstance(value, list):
        return [inner if i == path[0] else v for i, v in enumerate(value)]
    return {k: inner if k == path[0] else v for k, v in value.items()}


def test_no_value_of_any_type_anywhere_breaks_the_program() -> None:
    book = load_lawbook()
    decide_case(FULL, today=TODAY, lawbook=book)
    for path in paths(FULL):
        for odd in ODD:
            try:
                decide_case(replaced(FULL, path, odd), today=TODAY, lawbook=book)
            except InputError as error:
                assert str(error).isprintable()


def test_every_shipped_case_is_answered_in_words() -> None:
    from dueprocess.decide.present import to_html, to_text

    assert len(SEEDS) > 40
    for data in SEEDS:
        decision = decide_case(parse(decode(data, name="case"), name="case").value, today=TODAY)
        text = to_text(decision)
        assert all(line.isprintable() for line in text.split("\n"))
        assert not re.search(r"\bNone\b|\bTrue\b|\bFalse\b|[{}]", text), "the program's own spellings"
        assert ">None<" not in to_html([decision])
    assert read_mapping(CASES / "g10-lunn.yaml")["agency"]
    assert isinstance(typer.main.get_command(app), click.Command) or COMMANDS
