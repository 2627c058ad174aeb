"""Classes: who is a member, who is not, of whom it cannot be told; and lists that name people only sealed and logged."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import made_up
import pytest

from dueprocess.audit.classes import Members, columns, present_columns, read_definition
from dueprocess.audit.sealed import (
    LOG,
    MAGIC,
    header_of,
    open_sealed,
    passphrase_from,
    seal,
    unseal,
    write_sealed,
)
from dueprocess.audit.single import decide_rows
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook

WORDS = "four made up words"
ENTRY = {"at": "2026-11-22T00:00:00+00:00", "purpose": "a test", "by_role": "tester", "class": "made up", "definition": "sha256:0"}


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("audit")
    rows = [made_up.stay(0), made_up.stay(1, left="2012-03-30 15:00"), made_up.stay(2, left="2012-03-29 15:00"), made_up.stay(3, agency="us/or/multnomah-county/sheriff", person=None)]
    rows[1]["person"] = rows[0]["person"]
    made_up.dated(rows[3], "release_due", made_up.at("2012-03-29 15:00"), "America/Los_Angeles")
    rows[0]["f_convicted_felony"], rows[1]["f_convicted_felony"] = True, False
    rows.append(made_up.stay(4, booked="2013-05-01 08:00", due="2013-05-10 15:00", left="2013-05-12 15:00", allowance=7200))
    folder = made_up.write(root / "prepared", rows)
    decide_rows(folder, lawbook=load_lawbook(), law_known_at=date(2026, 11, 22), out=root / "results.parquet")
    return folder, root / "results.parquet"


def members(audit: tuple[Path, Path], tmp_path: Path, text: str) -> Members:
    path = tmp_path / "class.yaml"
    path.write_text("class: Made up for a test\n" + text, encoding="utf-8")
    vocabulary = load_lawbook().vocabulary
    return Members(read_definition(path, vocabulary=vocabulary, present=present_columns(audit[0])), prepared=audit[0], results=audit[1], vocabulary=vocabulary)


def rows(audit: tuple[Path, Path], tmp_path: Path, text: str) -> tuple[list[int], int]:
    with members(audit, tmp_path, text) as found:
        return sorted(r["row"] for r in found.lineage()), found.counts()["undecided"]


@pytest.mark.parametrize(
    ("text", "inside", "undecided"),
    [
        ("condition: class = 'certain'\n", [0, 1, 4], 0),
        ("condition: deciding_norm = 'none' AND outcome = 'review' AND open_because <> 'none'\n", [3], 0),
        ("condition: detainer_form = 'none'\n", [], 0),
        ("condition: TRUE\n", [0, 1, 2, 3, 4], 0),
        ("condition: convicted_felony\n", [0], 3),
        ("condition: NOT convicted_felony OR class = 'no'\n", [1, 2], 2),
        ("condition: class IN ('certain', 'possible')\nminimum_hours: 20\n", [1, 4], 0),
        ("condition: TRUE\nminimum_hours: 47\n", [4], 0),
        ("condition: TRUE\nminimum_hours: 47\nafter_allowance: true\n", [], 0),
        ("condition: TRUE\nminimum_hours: 30\nhours: most\n", [3, 4], 0),
        ("condition: TRUE\nagencies: [us/or/multnomah-county]\n", [3], 0),
        ("condition: TRUE\nagencies: [us/or/clackamas-county/sheriff, us/or/multnomah-county]\n", [0, 1, 2, 3, 4], 0),
        ('condition: TRUE\nperiod: {from: "2013-01-01"}\n', [4], 0),
        ('condition: TRUE\nperiod: {until: "2012-03-29"}\n', [], 0),
        ('condition: TRUE\nperiod: {from: "2012-03-29", until: "2012-03-30"}\n', [0, 1, 2, 3], 0),
        ('condition: TRUE\nperiod: {from: "2012-03-30", by: left}\n', [0, 1, 3, 4], 0),
        ("condition: release_due_on = DATE '2012-03-29' AND left_on > release_due_on\n", [0, 1, 3], 0),
        ("condition: basis_investigation AND NOT has_admin_warrant\n", [0, 1, 2, 3, 4], 0),
        ("condition: hours_least BETWEEN 19 AND 24\n", [0, 1], 0),
        ("condition: class = 'certain'\nexclude:\n  - {condition: hours_most > 40, because: too long}\n  - {condition: NOT has_person, because: nobody to write to}\n", [0, 1], 0),
        ("condition: class = 'certain'\nexclude: [{condition: convicted_felony, because: felons are left out}]\n", [1], 1),
        ("condition: deciding_norm = 'us/no/such#norm'\n", [], 0),
    ],
)
def test_who_is_a_member(audit: tuple[Path, Path], tmp_path: Path, text: str, inside: list[int], undecided: int) -> None:
    assert rows(audit, tmp_path, text) == (inside, undecided)


def test_every_column_that_is_offered_can_be_asked_for(audit: tuple[Path, Path], tmp_path: Path) -> None:
    found = columns(load_lawbook().vocabulary, present_columns(audit[0]))
    assert len(found) > 40 and "by_race_as_recorded" not in found
    ways = {"boolean": "{}", "number": "{} > 0", "date": "{} > DATE '2001-01-01'"}
    tests = [ways[kind].format(name) if kind in ways else f"{name} = '{(values or ('x',))[0]}'" for name, (kind, _, values) in found.items()]
    with members(audit, tmp_path, "condition: >-\n  " + "\n  OR ".join(tests) + "\n") as members_:
        assert members_.counts()["stays"] == 5


def test_a_date_that_may_lie_outside_the_period_is_undecided(tmp_path: Path) -> None:
    stay = made_up.stay(0)
    stay["release_due_lo"], stay["release_due_hi"], stay["release_due_open"] = made_up.at("2012-03-28 00:00"), made_up.at("2012-03-30 00:00"), True
    folder = made_up.write(tmp_path / "p", [stay, made_up.stay(1, due=None)])
    decide_rows(folder, lawbook=load_lawbook(), law_known_at=date(2026, 11, 22), out=tmp_path / "r.parquet")
    told = {period: rows((folder, tmp_path / "r.parquet"), tmp_path, f"condition: TRUE\nperiod: {{{period}}}\n") for period in ('from: "2012-03-29"', 'from: "2012-03-28"', 'until: "2012-03-28"', 'until: "2012-03-30"')}
    assert list(told.values()) == [([], 2), ([0], 1), ([], 1), ([0], 1)]


def test_counts_by_person_and_criterion(audit: tuple[Path, Path], tmp_path: Path) -> None:
    with members(audit, tmp_path, "condition: class = 'certain'\nminimum_hours: 1\nexclude: [{condition: convicted_felony, because: made up}]\n") as found:
        counts = found.counts()
        found.by_person(tmp_path / "members.csv")
        everyone = found.lineage()
    assert counts["members"] == {"stays": 1, "persons": 1, "stays_without_person": 0, "hours_least": 24.0, "hours_most": 24.0}
    assert [(s["criterion"], s["out"], s["undecided"]) for s in counts["criteria"]] == [("class = 'certain'", 2, 0), ("hours_least at least 1", 0, 0), ("not excluded: made up", 1, 1)]
    assert counts["undecided"] == 1 and counts["members"]["stays"] + 1 + 2 + 1 == counts["stays"]
    (line,) = csv.DictReader(io.StringIO((tmp_path / "members.csv").read_text()))
    assert set(line) == {"person", "stays", "agencies", "norms", "hours_least", "hours_most"} and line["person"] == everyone[0]["person"]
    assert (everyone[0]["source_file"], everyone[0]["source_row"], everyone[0]["release_due_earliest"]) == ("made-up.csv", 3, "2012-03-29T15:00:00-07:00")


def test_one_person_with_two_stays_is_one_member_and_strangers_are_not_merged(audit: tuple[Path, Path], tmp_path: Path) -> None:
    with members(audit, tmp_path, "condition: class IN ('certain', 'possible')\n") as found:
        found.by_person(tmp_path / "members.csv")
        counts = found.counts()["members"]
    lines = list(csv.DictReader(io.StringIO((tmp_path / "members.csv").read_text())))
    assert sorted(int(x["stays"]) for x in lines) == [1, 1, 2] and [x["person"] for x in lines].count("") == 1
    assert (counts["persons"], counts["stays_without_person"], counts["stays"]) == (2, 1, 4)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("condition: klass = 'certain'\n", r"class\.yaml:2: \[klass\] is no column of this audit; did you mean \[class\]"),
        ("condition: class = 'sure'\n", r"\[sure\] is no value of class; one of certain"),
        ("condition: stay_id = 'B-00001'\n", r"\[stay_id\] is no column"),
        ("condition: nationality = 'x'\n", r"\[nationality\] is a fact about a person's origin"),
        ("condition: by_race_as_recorded = 'Group A'\n", r"\[by_race_as_recorded\] is no column"),
        ("condition: hours_least > 1; DROP TABLE s\n", "semicolon"),
        ("condition: hours_least IN (SELECT 1)\n", "subqueries are refused"),
        ("condition: coalesce(convicted_felony, true)\n", "unknown must stay unknown"),
        ("condition: hours_least > 'much'\n", r"\[hours_least\] is number"),
        ("conditions: TRUE\n", r"class\.yaml:2: \[conditions\] is no key here; did you mean \[condition\]"),
        ("because: none\n", r"\[condition\] is missing"),
        ("condition: TRUE\nhours: lest\n", r"did you mean \[least\]"),
        ("condition: TRUE\nagencies: [us/or/clackamas]\n", r"class\.yaml:3: .*us/or/clackamas"),
        ('condition: TRUE\nperiod: {from: "2014-01-01", until: "2013-01-01"}\n', r"\[until\] is not after \[from\]"),
        ("condition: TRUE\nperiod: {by: due}\n", r"\[due\] is no time of a stay"),
        ("condition: TRUE\nexclude: [{condition: has_person}]\n", r"an exclusion without \[condition\] or \[because\]"),
        ("condition: TRUE\nminimum_hours: -1\n", r"\[-1\] is no number of hours"),
    ],
)
def test_a_definition_that_cannot_be_read_says_why(audit: tuple[Path, Path], tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        members(audit, tmp_path, text)
    assert "\n" not in str(caught.value)


# -- sealed -----------------------------------------------------------------------------------------------


def log(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / LOG).read_text().splitlines()]


def test_a_sealed_list_opens_with_its_passphrase_only_and_each_use_is_logged(audit: tuple[Path, Path], tmp_path: Path) -> None:
    with members(audit, tmp_path, "condition: class = 'certain'\n") as found:
        path = write_sealed(tmp_path, "members.sealed", found.lineage(), passphrase=WORDS, entry=ENTRY)
    data = path.read_bytes()
    assert b"B-0000" not in data and b"made-up.csv" not in data and path.stat().st_mode & 0o077 == 0
    assert header_of(data, where="t")[0]["purpose"] == "a test"
    with pytest.raises(InputError, match="does not open it, or the file was changed"):
        open_sealed(path, passphrase="other made up words", entry=ENTRY)
    lines = list(csv.DictReader(io.StringIO(open_sealed(path, passphrase=WORDS, entry=ENTRY).decode())))
    assert sorted(x["stay_id"] for x in lines) == ["B-00000", "B-00001", "B-00004"]
    assert [(e["what"], e["purpose"], e["by_role"]) for e in log(tmp_path)] == [(w, "a test", "tester") for w in ("sealed", "not opened", "opened")]
    assert len({e["sha256"] for e in log(tmp_path)}) == 1 and WORDS not in (tmp_path / LOG).read_text()


def test_a_change_of_one_bit_or_of_the_purpose_is_found() -> None:
    data = seal(b"made up", passphrase=WORDS, about=ENTRY)
    assert unseal(data, passphrase=WORDS, where="t") == b"made up"
    for changed in (data[:-1] + bytes([data[-1] ^ 1]), data.replace(b"a test", b"a text")):
        with pytest.raises(InputError, match="the file was changed"):
            unseal(changed, passphrase=WORDS, where="t")
    assert seal(b"made up", passphrase=WORDS, about=ENTRY) != data


@pytest.mark.parametrize("data", [b"", b"no such file", MAGIC, MAGIC + b"{}\nx", MAGIC + b'{"kdf": "scrypt", "cipher": "AES-256-GCM", "n": 1073741824, "r": 8, "p": 1, "salt": "00", "nonce": "00"}\nx'])
def test_what_is_no_sealed_file(data: bytes) -> None:
    with pytest.raises(InputError, match="no sealed file"):
        unseal(data, passphrase=WORDS, where="t")


def test_the_passphrase_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_text(WORDS + "\nsecond line\n")
    path.chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        passphrase_from(path)
    path.chmod(0o600)
    assert passphrase_from(path) == WORDS
    path.write_text("short\n")
    with pytest.raises(InputError, match="fewer than 12 characters") as caught:
        passphrase_from(path)
    assert "short" not in str(caught.value).replace("fewer", "")


def test_nothing_is_sealed_where_it_cannot_be_logged(audit: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / LOG).mkdir()
    with members(audit, tmp_path, "condition: TRUE\n") as found, pytest.raises(InputError, match="log of accesses cannot be written"):
        write_sealed(tmp_path, "members.sealed", found.lineage(), passphrase=WORDS, entry=ENTRY)
    assert not (tmp_path / "members.sealed").exists()


def test_the_example_of_the_reference_is_a_definition(audit: tuple[Path, Path], tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "reference" / "class-definition.md"
    path = tmp_path / "example.yaml"
    path.write_text(page.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    vocabulary = load_lawbook().vocabulary
    with Members(read_definition(path, vocabulary=vocabulary, present=present_columns(audit[0])), prepared=audit[0], results=audit[1], vocabulary=vocabulary) as found:
        assert sorted(r["row"] for r in found.lineage()) == [0, 1, 4]
