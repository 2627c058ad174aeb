"""``dueprocess simulate`` as a user types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "simulate" / "one-jail.yaml"


def ran(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "dueprocess", "simulate", *words], cwd=cwd, capture_output=True, text=True, timeout=120)


def test_a_week_of_one_jail(tmp_path: Path) -> None:
    done = ran("--scenario", str(EXAMPLE), "--seed", "4", "--out", "flow", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told == json.loads((tmp_path / "flow/run.json").read_text())
    assert {p.name for p in (tmp_path / "flow").iterdir()} == {"stays-00000.parquet", "truth", "map.yaml", "run.json"}
    assert told["totals"]["bookings"] > 250
    again = ran("--scenario", str(EXAMPLE), "--seed", "4", "--out", "flow", cwd=tmp_path)
    assert again.returncode == 2 and again.stderr.count("\n") == 1 and "already" in again.stderr


@pytest.mark.parametrize(
    ("text", "named"),
    [("from: x", "until"), ("a: [", "readable"), ("", "empty"), ('from: "2013-05-01"\nuntil: "2013-05-02"\nparameters: {match_share: 2}', "match_share")],
)
def test_a_bad_scenario_writes_nothing(text: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    done = ran("--scenario", "bad.yaml", "--out", "flow", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and named in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["bad.yaml"]


def test_every_number_is_listed(tmp_path: Path) -> None:
    done = ran("parameters", "--json", cwd=tmp_path)
    assert done.returncode == 0 and json.loads(done.stdout)["match_share"]["basis"] == "fitted"
    assert ran(cwd=tmp_path).returncode == 2
