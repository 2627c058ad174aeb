"""A drop folder: exports that come again, come twice, come half; a run that is killed; a case file that a person changed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
import yaml

from dueprocess.audit import drops
from dueprocess.audit.drops import Drop, Taken, cut_short
from dueprocess.kernel.errors import InputError
from dueprocess.law import load_lawbook
from dueprocess.places import load_places

HEAD = "stay_id,agency,booked_at,left_at,left_to"
JAIL = "us/or/clackamas-county/sheriff"


def row(stay: str, left: str = "present", to: str = "", booked: str = "2026-03-01 20:00") -> str:
    return f"{stay},{JAIL},{booked},{left},{to}"


class Folder:
    def __init__(self, path: Path) -> None:
        self.exports, self.out = path / "exports", path / "stays"
        self.exports.mkdir()

    def put(self, name: str, *rows: str, end: str = "\n") -> Path:
        file = self.exports / name
        file.write_text("\n".join([HEAD, *rows]) + end, encoding="utf-8")
        return file

    def work(self) -> Drop:
        return Drop(out=self.out, lawbook=load_lawbook(), places=load_places(), law_known_at=date(2026, 3, 3))

    def run(self) -> dict[str, Taken]:
        return {t.name: t for t in self.work().folder(self.exports, settle=lambda: None)}

    def custody(self, stay: str) -> dict[str, object]:
        found: dict[str, object] = yaml.safe_load((self.out / f"{stay}.yaml").read_text())["custody"]
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_a_stay_follows_its_exports_and_each_file_is_read_once(folder: Folder) -> None:
    folder.put("a.csv", row("B1"), row("B2"), row("B3", "2026-03-02 06:00", "community"))
    first = folder.run()["a.csv"]
    assert (first.state, first.new, first.settled) == ("read", 3, True)
    folder.put("b.csv", row("B1", "2026-03-02 10:00", "ice"), row("B2"), row("B4", booked="2026-03-02 09:00"))
    found = folder.run()
    assert found["a.csv"].state == "again"
    # B2's case is asked about at the later export's time.
    assert (found["b.csv"].new, found["b.csv"].changed) == (1, 2)
    assert folder.custody("B1")["left_to"] == "ice" and folder.custody("B3")["left_to"] == "community"
    assert {t.state for t in folder.run().values()} == {"again"}
    assert sorted(p.name for p in folder.exports.iterdir()) == ["a.csv", "b.csv"]


def test_the_same_bytes_under_another_name_are_told_and_not_read(folder: Folder) -> None:
    folder.put("a.csv", row("B1"))
    folder.put("copy of a.csv", row("B1"))
    found = folder.run()
    assert [t.state for t in found.values()] == ["read", "again"] and "a.csv" in found["copy of a.csv"].note


def test_an_older_export_that_comes_late_changes_nothing(folder: Folder) -> None:
    folder.put("b.csv", row("B1", "2026-03-02 10:00", "ice"))
    folder.run()
    folder.put("c-late.csv", row("B1"))
    late = folder.run()["c-late.csv"]
    assert (late.older, late.changed) == (1, 0) and folder.custody("B1")["left_to"] == "ice"


def test_a_half_written_file_waits_until_it_is_whole(folder: Folder) -> None:
    file = folder.put("a.csv", row("B1"), f"B2,{JAIL},2026-03", end="")
    assert folder.run()["a.csv"].state == "waiting" and not list(folder.out.glob("*.yaml"))
    file.write_text("\n".join([HEAD, row("B1"), row("B2")]) + "\n")
    assert folder.run()["a.csv"].new == 2


def test_a_file_that_grows_between_two_looks_waits(folder: Folder) -> None:
    file = folder.put("a.csv", row("B1"))

    def more() -> None:
        with file.open("a") as out:
            out.write(row("B2") + "\n")

    (only,) = folder.work().folder(folder.exports, settle=more)
    assert only.state == "waiting"
    assert folder.run()["a.csv"].new == 2


@pytest.mark.parametrize("name", ["a.csv.part", ".a.csv", "a.csv.tmp", "a.csv~", "~$a.xlsx"])
def test_a_name_of_an_unfinished_file_waits(folder: Folder, name: str) -> None:
    folder.put(name, row("B1"))
    assert folder.run()[name].state == "waiting"


def test_what_is_no_table_is_left_alone_or_refused(folder: Folder) -> None:
    (folder.exports / "readme.md").write_text("exports arrive here at six")
    (folder.exports / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (folder.exports / "noise.csv").write_bytes(bytes(range(256)) * 8 + b"\n")
    found = folder.run()
    assert set(found) == {"broken.xlsx", "noise.csv"} and {t.state for t in found.values()} == {"refused"}
    assert not any(t.settled for t in found.values()) and all("Traceback" not in t.note for t in found.values())


def test_a_case_file_changed_by_hand_is_kept(folder: Folder) -> None:
    folder.put("a.csv", row("B1"))
    folder.run()
    mine = folder.out / "B1.yaml"
    mine.write_text(mine.read_text().replace("record_complete: false", "record_complete: true"))
    before = mine.read_bytes()
    folder.put("b.csv", row("B1", "2026-03-02 10:00", "ice"))
    found = folder.run()["b.csv"]
    assert found.by_hand == ("B1.yaml",) and not found.settled and mine.read_bytes() == before
    assert "ice" in (folder.out / "B1.from-export.yaml").read_text()


def test_rows_of_one_stay_are_one_case_and_what_they_disagree_on_is_unknown(folder: Folder) -> None:
    folder.put("a.csv", row("B1"), row("B1", "2026-03-02 10:00", "ice"), row("B2"), row("B2"))
    found = folder.run()["a.csv"]
    assert found.new == 2 and found.note.startswith("4 rows in = 2 stays + 2 rows")
    assert folder.custody("B1")["left_at"] is None and folder.custody("B1")["booked_at"] is not None


def test_rows_that_make_no_case_are_listed_by_row_and_never_by_number(folder: Folder) -> None:
    folder.put("a.csv", "B1-SECRET,,2026-03-01 20:00,present,", row("B2", booked="soon"))
    found = folder.run()["a.csv"]
    assert found.rows[0].startswith("row 2: no agency") and any("unreadable-time" in p for p in found.problems)
    assert "SECRET" not in repr(found) and folder.custody("B2")["booked_at"] is None


def test_odd_numbers_make_file_names_that_differ(folder: Folder) -> None:
    folder.put("a.csv", row("../../etc/passwd"), row("A/1"), row("A?1"), row("Ä"), row(""))
    found = folder.run()["a.csv"]
    assert found.new == 5
    assert len(list(folder.out.glob("*.yaml"))) == 5 and not list(folder.out.parent.glob("*.yaml"))


def test_a_killed_run_is_taken_up_again(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.put("a.csv", *(row(f"B{n}") for n in range(6)))
    whole, count = drops._write, 0

    def dies(path: Path, data: bytes) -> None:
        nonlocal count
        count += 1
        if count == 4:
            raise KeyboardInterrupt
        whole(path, data)

    monkeypatch.setattr(drops, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        folder.run()
    monkeypatch.undo()
    again = folder.run()["a.csv"]
    assert (again.state, again.new, again.same) == ("read", 3, 3) and not again.by_hand
    assert len(json.loads((folder.out / drops.RECORD).read_text())["stays"]) == 6


def test_two_runs_at_once_do_not_mix(folder: Folder) -> None:
    folder.put("a.csv", row("B1"))
    running = folder.work().folder(folder.exports, settle=lambda: None)
    next(running)
    with pytest.raises(InputError, match="another run"):
        folder.run()
    running.close()
    assert folder.run()["a.csv"].state == "again"


def test_who_is_no_longer_listed_is_told_and_stays_as_known(folder: Folder) -> None:
    folder.put("a.csv", row("B1"), row("B2"))
    folder.run()
    folder.put("b.csv", row("B2"), row("B3", "2026-03-02 10:00", "ice"))
    assert folder.run()["b.csv"].gone == 1 and folder.custody("B1")["left_at"] is None


def test_a_damaged_record_is_one_clear_error(folder: Folder) -> None:
    folder.put("a.csv", row("B1"))
    folder.out.mkdir()
    (folder.out / drops.RECORD).write_text("{")
    with pytest.raises(InputError, match="no record of a drop folder"):
        folder.run()


def test_only_its_owner_may_read_a_case_file(folder: Folder) -> None:
    folder.put("a.csv", row("B1"))
    folder.run()
    assert (folder.out / "B1.yaml").stat().st_mode & 0o077 == 0


def test_cut_short() -> None:
    assert cut_short(b"a,b,c\n1,2,3\n") == "" == cut_short(b"a,b,c\n1,2,3")
    assert cut_short(b"a,b,c\n1,2") and cut_short(b" \n") and cut_short(b"PAR1 no end")
