"""``dueprocess bookings`` from the command line: exports to case files, a folder taken again, papers added."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
MAP = ("--map", str(EXAMPLES / "made-up-bookings.yaml"))


def run(folder: Path, *words: str, status: int = 0) -> str:
    done = subprocess.run([sys.executable, "-m", "dueprocess", "bookings", *words], cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == status, f"{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout if status != 2 else done.stderr


def test_a_folder_that_is_taken_again_and_again(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "made-up-drop", tmp_path / "drop")
    there = {p.name: p.read_bytes() for p in (tmp_path / "drop").iterdir()}
    text = run(tmp_path, "--drop", "drop", "--out", "stays", *MAP)
    assert "2026-03-02.csv: 4 new" in text and "1 new, 2 changed" in text and "row 5" in text
    case = yaml.safe_load((tmp_path / "stays" / "26-00411.yaml").read_text())
    assert case["custody"]["left_to"] == "ice" and case["custody"]["left_at"] == "2026-03-03T06:10:00-06:00"
    assert case["papers"][0]["kind"] == "i-247a" and case["papers"][0]["boxes"] is None
    told = json.loads(run(tmp_path, "--drop", "drop", "--out", "stays", "--json", *MAP))
    assert [t["state"] for t in told] == ["again", "again"]
    assert {p.name: p.read_bytes() for p in (tmp_path / "drop").iterdir()} == there


def test_what_waits_for_a_person_gives_status_one(tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "odd.csv").write_text("Who,What\na,b\n")
    assert "odd.csv: not read" in run(tmp_path, "--drop", "drop", "--out", "stays", status=1)


def test_options_that_do_not_go_together(tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    assert "--drop" in run(tmp_path, "--out", "stays", status=2)
    assert "--out" in run(tmp_path, "--drop", "drop", status=2)
    assert "--out" in run(tmp_path, "--drop", "drop", "--out", "drop", status=2)
    assert "no exports" in run(tmp_path, "--drop", "drop", "--out", "stays")
    assert "nowhere" in run(tmp_path, "--drop", "nowhere", "--out", "stays", status=2)
