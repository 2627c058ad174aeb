"""The commands for experts, as they are typed: what they print, write and refuse."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import made_up
import pytest
from typer.testing import CliRunner

from dueprocess.audit.single import decide_rows
from dueprocess.cli.commands import app
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook
from dueprocess.law.policies import Policy, text_of

RUNNER = CliRunner()
WORDS = "four made up words"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with prepared tables, the folder of an audit over them, a policy, a class and a passphrase."""
    monkeypatch.chdir(tmp_path)
    made_up.write(tmp_path / "tables", [made_up.stay(0), made_up.stay(1, left="2012-03-30 15:00")])
    made_up.write(tmp_path / "audit" / "prepared", [made_up.stay(0), made_up.stay(1, left="2012-03-30 15:00")])
    decide_rows(tmp_path / "tables", lawbook=load_lawbook(), law_known_at=date(2026, 11, 22), out=tmp_path / "audit" / "results.parquet")
    (tmp_path / "audit" / "run.json").write_text(json.dumps({"format": "dueprocess-audit-1", "options": {"public": False}}))
    (tmp_path / "POLICY.yaml").write_text(text_of(Policy(made_up.AGENCIES[0], "declines_all", date(2027, 1, 1))))
    (tmp_path / "class.yaml").write_text("class: Made up\ncondition: class = 'certain'\n")
    (tmp_path / "words").write_text(WORDS + "\n")
    (tmp_path / "words").chmod(0o600)
    return tmp_path


def typed(*words: str) -> str:
    """What a command prints; InputError as the command line would print it."""
    result = RUNNER.invoke(app, list(words), catch_exceptions=False, standalone_mode=False)
    return result.output


def test_whatif_writes_one_page_and_the_figures(here: Path) -> None:
    told = typed("whatif", "POLICY.yaml", "tables", "--out", "w", "--as-of", "2026-11-22", "--engine", "single")
    assert "2 stays are of an agency that it binds" in told
    assert {p.name for p in (here / "w").iterdir()} == {"whatif.html", "whatif.json", "today.parquet", "changed.parquet"}
    found = json.loads((here / "w" / "whatif.json").read_text())
    assert found["today"] == "2026-11-22" and found["stays"] == 2
    # Again into the same folder, of the audit's own tables, as JSON.
    again = json.loads(typed("whatif", "POLICY.yaml", "audit", "--out", "w", "--as-of", "2026-11-22", "--engine", "single", "--json"))
    assert again == found


def test_whatif_and_law_diff_take_an_address(here: Path) -> None:
    table = here / "stays.csv"
    table.write_text(f"stay_id,agency,booked_at,left_at\nB-1,{made_up.AGENCIES[0]},2014-05-03 14:05,2014-05-04 09:00\n")
    told = typed("whatif", "POLICY.yaml", table.as_uri(), "--out", "w", "--as-of", "2026-11-22", "--engine", "single")
    assert "1 stays asked" in told
    found = json.loads(typed("law", "diff", "shipped", "shipped", "--stays", "0", "--audit", table.as_uri(), "--json"))
    assert found["audit"]["stays"] == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("POLICY.yaml", "--out", "w"), r"one file only; name POLICY\.yaml and INPUT, or INPUT with --without ID"),
        (("POLICY.yaml", "nowhere", "--out", "w"), "nowhere: there is no such file or folder"),
        (("POLICY.yaml", "tables", "--out", "."), "the folder holds other files"),
        (("POLICY.yaml", "tables", "--out", "w", "--as-of", "today"), "--as-of"),
        (("POLICY.yaml", "tables", "--out", "w", "--engine", "abacus"), r"there is no engine \[abacus\]"),
    ],
)
def test_what_whatif_refuses(here: Path, words: tuple[str, ...], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        typed("whatif", *words)
    assert "\n" not in str(caught.value) and not (here / "w" / "whatif.json").exists()


def test_a_class_without_names(here: Path) -> None:
    told = typed("audit", "class", "audit", "--definition", "class.yaml")
    assert "2 stays of 2 people, 43.00 to 43.00 hours; of 2 stays" in told
    folder = here / "audit" / "classes" / "made-up"
    assert {p.name for p in folder.iterdir()} == {"class.json", "members.csv"}
    text = (folder / "members.csv").read_text() + (folder / "class.json").read_text()
    assert "B-0000" not in text and "made-up.csv" not in text


def test_a_class_with_names_is_sealed_logged_and_opened(here: Path) -> None:
    ask = ("--purpose", "notice, case 00-0000", "--by-role", "class counsel", "--passphrase-file", "words")
    typed("audit", "class", "audit", "--definition", "class.yaml", "--identified", *ask)
    folder = here / "audit" / "classes" / "made-up"
    assert "B-00001,made-up.csv,3" in typed("audit", "class", "audit", "--open", str(folder / "members.sealed"), *ask)
    lines = [json.loads(line) for line in (folder / "access.jsonl").read_text().splitlines()]
    assert [(e["what"], e["purpose"], e["by_role"]) for e in lines] == [(w, "notice, case 00-0000", "class counsel") for w in ("sealed", "opened")]
    assert (lines[0]["stays"], lines[0]["persons"]) == (2, 2) and all(e["at"] for e in lines)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "neither or both of --definition and --open"),
        (("--definition", "class.yaml", "--identified"), "--purpose: people are named only for a stated purpose"),
        (("--definition", "class.yaml", "--identified", "--purpose", "notice"), "--by-role: people are named only"),
        (("--definition", "class.yaml", "--identified", "--purpose", " ", "--by-role", "counsel"), "--purpose: people are named only"),
        (("--definition", "class.yaml", "--identified", "--purpose", "notice", "--by-role", "counsel"), "nobody to ask for the passphrase"),
        (("--definition", "class.yaml", "--purpose", "notice"), "a purpose or passphrase without --identified"),
        (("--definition", "POLICY.yaml"), r"POLICY\.yaml:\d+: \[id\] is no key here"),
    ],
)
def test_what_a_class_refuses(here: Path, words: tuple[str, ...], told: str) -> None:
    with pytest.raises(InputError, match=told):
        typed("audit", "class", "audit", *words)
    assert not (here / "audit" / "classes").exists()


ASK = ("--purpose", "notice, case 00-0000", "--by-role", "class counsel", "--passphrase-file", "words")


def test_an_audit_seals_its_certain_and_possible_stays_and_keeps_the_log(here: Path) -> None:
    told = typed("audit", "tables", "--out", "again", "--engine", "single", "--identified", *ASK)
    folder = here / "again" / "classes" / "certain-and-possible-stays"
    assert "sealed: again/classes/certain-and-possible-stays/members.sealed" in told
    assert "made-up.csv,3" in typed("audit", "class", "again", "--open", str(folder / "members.sealed"), *ASK)
    before = (folder / "access.jsonl").read_text()
    assert [json.loads(line)["what"] for line in before.splitlines()] == ["sealed", "opened"]
    for path in (here / "again").rglob("*"):
        assert not path.is_file() or path.suffix == ".parquet" or path.name in ("stays.csv",) or "B-00001" not in path.read_text(errors="replace"), path
    # The same audit again takes the lists away and leaves the log.
    typed("audit", "tables", "--out", "again", "--engine", "single")
    assert [p.name for p in folder.iterdir()] == ["access.jsonl"] and (folder / "access.jsonl").read_text() == before
    with pytest.raises(InputError, match="log of lists of people"):
        typed("audit", "tables", "--out", "again", "--engine", "single", "--public")
    assert (folder / "access.jsonl").read_text() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--identified",), "--purpose: people are named only"),
        (("--identified", "--purpose", "notice", "--by-role", "counsel"), "nobody to ask for the passphrase"),
        (("--identified", "--public", *ASK), "--public, --identified: one of the two"),
        (("--purpose", "notice"), "without --identified"),
    ],
)
def test_what_an_identified_audit_refuses_before_it_runs(here: Path, words: tuple[str, ...], told: str) -> None:
    with pytest.raises(InputError, match=told):
        typed("audit", "tables", "--out", "never", *words)
    assert not (here / "never").exists() and not (here / "never.partial").exists()
