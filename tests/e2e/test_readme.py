"""The README's first answer is what the command prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_first_answer_is_the_real_one() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- first-answer -->\n```text\n(.*?)\n```", readme, re.DOTALL)
    command = re.search(r"\$ \.venv/bin/dueprocess (decide \S+) \| head -n (\d+)", readme)
    assert shown and command
    done = subprocess.run(
        [sys.executable, "-m", "dueprocess", *command[1].split(), "--law-known-at", "2026-11-22"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    # The README was written on 22 November 2026, so that day's law is asked for.
    assert done.stdout.split("\n")[: int(command[2])] == shown[1].split("\n")
