"""Every command of the guides for a county counsel is run, in order, in an empty folder."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from dueprocess.kernel.files import data_dir

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
COUNSEL = ("read-my-countys-law", "write-my-policy", "review", "adopt", "update")


def commands(text: str) -> list[str]:
    return [line.strip() for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("guide", COUNSEL)
def test_every_command_runs(guide: str, tmp_path: Path) -> None:
    text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
    (tmp_path / "cases").symlink_to(data_dir("cases"))
    (tmp_path / "lawbook").symlink_to(data_dir("lawbook"))
    if guide == "update":  # the guide supposes that the county has law of its own
        (tmp_path / "my-law").mkdir()
    found = commands(text)
    assert found
    for command in found:
        words = shlex.split(command)
        target = words[words.index(">") + 1] if ">" in words else None
        words = words[: words.index(">")] if target else words
        assert words[0] == "dueprocess"
        done = subprocess.run([sys.executable, "-m", *words], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        assert done.stdout.strip()
        if target:
            (tmp_path / target).write_text(done.stdout)


@pytest.mark.parametrize("guide", COUNSEL)
def test_its_links_lead_somewhere(guide: str) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", (GUIDES / f"{guide}.md").read_text(encoding="utf-8")):
        assert (GUIDES / link).resolve().is_file(), link
