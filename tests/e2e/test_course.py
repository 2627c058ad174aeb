"""The course: every command of its eight lessons runs, and prints the lines that the lesson shows under it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from document_commands import run

from dueprocess.kernel.files import data_dir

ROOT = Path(__file__).resolve().parents[2]
COURSE = ROOT / "docs" / "course"
LESSONS = sorted(p.stem for p in COURSE.glob("0*.md"))
BLOCK = re.compile(r"```(sh|text)\n(.*?)```", re.DOTALL)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_there_are_eight_and_the_contents_name_them() -> None:
    assert len(LESSONS) == 8
    contents = (COURSE / "README.md").read_text(encoding="utf-8")
    assert all(f"]({lesson}.md)" in contents for lesson in LESSONS)


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_commands_of_a_lesson_print_what_it_shows(lesson: str, tmp_path: Path) -> None:
    (tmp_path / "cases").symlink_to(data_dir("cases"))
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    text = (COURSE / f"{lesson}.md").read_text(encoding="utf-8")
    printed = ""
    shown = 0
    blocks = BLOCK.findall(text)
    assert blocks
    for kind, body in blocks:
        if kind == "sh":
            printed = ""
            for command in filter(None, map(str.strip, body.splitlines())):
                words = shlex.split(command)
                assert words[0] == "dueprocess"
                done = run(words[1:], tmp_path)
                assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
                assert done.stdout.strip(), command
                if "--out" in words:
                    assert (tmp_path / words[words.index("--out") + 1]).exists(), command
                printed += " " + flat(done.stdout)
        else:
            for line in filter(None, map(str.strip, body.splitlines())):
                assert flat(line) in printed, f"{lesson}: {line}"
                shown += 1
    assert shown
