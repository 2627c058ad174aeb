"""The commands of the guides are run, in order, in an empty folder that holds the repository's files; what needs a
reader's own files is listed here with what it needs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from document_commands import run
from pypdf import PdfWriter

from dueprocess.kernel.files import data_dir

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "how-to"
ALL = sorted(p.stem for p in GUIDES.glob("*.md"))
NEEDS = {
    # guide: (words of a command, what it needs that the repository does not have)
    "audit-for-experts": (("audit stays.csv", "the reader's own stays"), ("audit explain audit", "an audit of them"), ("class audit --", "an audit of them")),
    "read-articles": (("clippings/", "articles that the reader has collected"),),
    "track-policies": (("agencies review made-up-article-1", "what a claim is called in the reader's queue"), ("agencies promote", "a position that nobody has to review")),
    "update": (("open-cases", "the reader's own open cases"),),
    "try-a-policy": (("audit-2026", "the reader's own policy and audit"),),
}


# Guides whose commands take a minute and more; what they call is called by quicker tests, too (test_letters, test_simulate_command).
SLOW = ("simulate", "write-letters")
ELSEWHERE = ("read-papers",)
"""Guides whose commands another test runs, so that its pages are recognized once: test_read.py."""
PACKET = "docs/examples/made-up-packet.pdf"


def a_page_of_the_packet(folder: Path) -> Path:
    """The warrant alone: all four pages are recognized, and compared, by test_read.py."""
    writer = PdfWriter()
    writer.append(ROOT / PACKET, pages=(1, 2))
    writer.write(folder / "page.pdf")
    return folder / "page.pdf"


def commands(text: str) -> list[str]:
    return [line.strip() for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines() if line.strip()]


def needs(guide: str, command: str) -> str | None:
    return next((what for part, what in NEEDS.get(guide, ()) if part in command), None)


@pytest.mark.parametrize("guide", [pytest.param(g, marks=[pytest.mark.soak] if g in SLOW else []) for g in ALL if g not in ELSEWHERE and commands((GUIDES / f"{g}.md").read_text(encoding="utf-8"))])
def test_every_command_runs(guide: str, tmp_path: Path) -> None:
    text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
    (tmp_path / "cases").symlink_to(data_dir("cases"))
    (tmp_path / "lawbook").symlink_to(data_dir("lawbook"))
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    if guide == "update":  # the guide supposes that the county has law of its own
        (tmp_path / "my-law").mkdir()
    found = commands(text)
    for command in found:
        if needs(guide, command):
            continue
        words = shlex.split(command)
        if "--draws" in words:  # more draws cost minutes and run nothing else
            words[words.index("--draws") + 1] = "1"
        if words[1:3] == ["law", "diff"] and "--stays" not in words:  # nor do more stays
            words[3:3] = ["--stays", "100"]
        if PACKET in words:
            words[words.index(PACKET)] = str(a_page_of_the_packet(tmp_path))
        target = words[words.index(">") + 1] if ">" in words else None
        words = words[: words.index(">")] if target else words
        assert words[0] == "dueprocess"
        done = run(words[1:], tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        if "--out" in words:
            assert (tmp_path / words[words.index("--out") + 1]).exists(), command
        else:
            assert done.stdout.strip(), command
        if target:
            (tmp_path / target).write_text(done.stdout)


@pytest.mark.parametrize("guide", sorted(NEEDS))
def test_what_is_not_run_still_stands_in_its_guide(guide: str) -> None:
    found = commands((GUIDES / f"{guide}.md").read_text(encoding="utf-8"))
    for part, _ in NEEDS[guide]:
        assert any(part in command for command in found), part


def test_a_table_of_counts_is_refused_in_one_line(tmp_path: Path) -> None:
    sample = str(ROOT / "data" / "samples" / "ice-detainer-outcomes-california-cities-2007-2015.csv")
    done = subprocess.run([sys.executable, "-m", "dueprocess", "audit", sample, "--out", "audit"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert len([line for line in done.stderr.splitlines() if "each row is a count" in line]) == 1
    assert not (tmp_path / "audit").exists()


@pytest.mark.parametrize("guide", ALL)
def test_its_links_lead_somewhere(guide: str) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", (GUIDES / f"{guide}.md").read_text(encoding="utf-8")):
        if "://" not in link:
            assert (GUIDES / link).resolve().exists(), link
