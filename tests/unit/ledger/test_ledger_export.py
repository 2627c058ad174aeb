"""Exports: every changed byte of the file is found by the program and by the stand-alone verifier, each in its own way."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_common import SIGNER, excerpt_file, made_up, whole_file

from dueprocess.kernel.errors import InputError
from dueprocess.ledger import standalone_source, verify_export

RECORD = made_up(12, kept=(4,))
Standalone = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def standalone() -> Standalone:
    """The verifier run in this process, from its source alone: (status, output)."""
    code = compile(standalone_source(), "verify_ledger.py", "exec")

    def run(*arguments: object, without_cryptography: bool = False) -> tuple[int, str]:
        said: list[str] = []
        space = {"__name__": "verify_ledger", "__doc__": ""}
        exec(code, space)
        space["say"] = said.append  # type: ignore[assignment]
        if without_cryptography:
            space["AESGCM"] = None  # type: ignore[assignment]
        before = sys.argv
        sys.argv = ["verify_ledger.py", *map(str, arguments)]
        try:
            return space["main"](), "\n".join(said)  # type: ignore[operator]
        finally:
            sys.argv = before

    return run


def test_a_whole_record_and_an_excerpt_verify(tmp_path: Path, standalone: Standalone) -> None:
    whole = whole_file(tmp_path / "whole.txt", RECORD)
    verdict = verify_export(whole)
    assert verdict.ok and verdict.whole and verdict.entries == verdict.size == 12 and not verdict.trusted
    assert (verdict.opened, verdict.closed) == (6, 2)
    assert verify_export(whole, key=SIGNER.key, older=[RECORD.notes[0]]).trusted
    status, said = standalone(whole, "--key", SIGNER.key.text())
    assert status == 0 and "12 entries; 6 payloads opened, 2 without their key" in said
    part = excerpt_file(tmp_path / "part.txt", RECORD, "s_1")
    verdict = verify_export(part)
    assert verdict.ok and not verdict.whole and (verdict.entries, verdict.size) == (3, 12)
    status, said = standalone(part, "--read")
    assert status == 0 and '"payload": {"said": "made up 1"}' in said


def test_the_verifier_runs_alone(tmp_path: Path) -> None:
    """As a file, without this program on its path; and without ``cryptography`` it says what it has not checked."""
    script, whole = tmp_path / "verify_ledger.py", whole_file(tmp_path / "whole.txt", RECORD)
    script.write_text(standalone_source())
    assert "import dueprocess" not in standalone_source() and "from dueprocess" not in standalone_source()
    assert len(standalone_source().splitlines()) < 300
    done = subprocess.run([sys.executable, "-I", script, whole], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing is wrong." in done.stdout
    bare = subprocess.run([sys.executable, "-I", "-S", script, whole], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert bare.returncode == 0, bare.stdout + bare.stderr
    assert "NOT CHECKED: signatures" in bare.stdout


@pytest.mark.parametrize("kind", ["whole", "excerpt"])
def test_every_changed_byte_is_found_by_both(kind: str, tmp_path: Path, standalone: Standalone) -> None:
    made = whole_file(tmp_path / "a", RECORD) if kind == "whole" else excerpt_file(tmp_path / "a", RECORD, "s_2")
    data = made.read_bytes()
    lines = data.split(b"\n")
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    dice = random.Random(8)
    changed = tmp_path / "b"
    for place in range(0, len(data), 5):
        new = bytes([data[place] ^ dice.randrange(1, 256)])
        changed.write_bytes(data[:place] + new + data[place + 1 :])
        try:
            verdict = verify_export(changed)
        except InputError:
            assert place < starts[1]  # the first line: no export any more
            assert standalone(changed)[0] == 1
            continue
        assert not verdict.ok, place
        row = max(i for i, s in enumerate(starts) if s <= place)
        if lines[row][:1].isdigit() and row >= 3 and not lines[row - 1].startswith(b"dueprocess") and row < 3 + verdict_count(lines):
            number = int(lines[row].split(b" ")[0])
            named = {n for f in verdict.findings for n in range(f.number, (f.last or f.number) + 1)}
            assert number in named or row - 2 in named, (place, number, verdict.findings)
        status, said = standalone(changed)
        assert status == 1, (place, new, said)


def verdict_count(lines: list[bytes]) -> int:
    return int(lines[2].split(b" ")[1])


@pytest.mark.parametrize("kind", ["whole", "excerpt"])
def test_a_file_cut_off_anywhere_is_found_by_both(kind: str, tmp_path: Path, standalone: Standalone) -> None:
    made = whole_file(tmp_path / "a", RECORD) if kind == "whole" else excerpt_file(tmp_path / "a", RECORD, "s_2")
    data, cut = made.read_bytes(), tmp_path / "b"
    for length in range(0, len(data), 7):
        cut.write_bytes(data[:length])
        try:
            assert not verify_export(cut).ok, length
        except InputError:
            assert length < 60
        assert standalone(cut)[0] == 1, length


def test_lines_removed_swapped_and_inserted_are_located_by_both(tmp_path: Path, standalone: Standalone) -> None:
    lines = whole_file(tmp_path / "a", RECORD).read_bytes().split(b"\n")
    changed = tmp_path / "b"
    forged = b"6 " + lines[8].split(b" ", 1)[1]
    for number, new in (
        (5, [*lines[:7], *lines[8:]]),
        (5, [*lines[:7], lines[8], lines[7], *lines[9:]]),
        (6, [*lines[:8], forged, *lines[8:]]),
        (5, [*lines[:7], lines[7], *lines[7:]]),
    ):
        for count in (lines[2], b"entries %d" % (len(new) - len(lines) + 12)):
            changed.write_bytes(b"\n".join([*new[:2], count, *new[3:]]))
            verdict = verify_export(changed)
            assert not verdict.ok and number in {f.number for f in verdict.findings}
            status, said = standalone(changed)
            assert status == 1
            assert f"entry {number}" in said or f"entry {number + 1}" in said


def test_another_key_and_an_older_checkpoint(tmp_path: Path, standalone: Standalone) -> None:
    whole = whole_file(tmp_path / "a", RECORD)
    longer = made_up(20)
    key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    from dueprocess.ledger import NoteKey

    verdict = verify_export(whole, key=NoteKey.parse(key))
    assert not verdict.ok and "another key" in verdict.findings[0].what
    assert standalone(whole, "--key", key)[0] == 1
    verdict = verify_export(whole, older=[longer.notes[-1]])
    assert [f.number for f in verdict.findings] == [13]
    (tmp_path / "later.note").write_text(longer.notes[-1])
    assert standalone(whole, "--checkpoint", tmp_path / "later.note")[0] == 1
    part = excerpt_file(tmp_path / "part", RECORD, "s_1")
    with pytest.raises(InputError, match="only a whole record"):
        verify_export(part, older=[RECORD.notes[0]])


def test_without_cryptography_changes_are_still_found(tmp_path: Path, standalone: Standalone) -> None:
    data = whole_file(tmp_path / "a", RECORD).read_bytes()
    changed = tmp_path / "b"
    changed.write_bytes(data.replace(b'"kind":"noted"', b'"kind":"Noted"', 1))
    status, said = standalone(changed, without_cryptography=True)
    assert status == 1 and "entry 1" in said and "NOT CHECKED" in said


def test_what_is_no_export_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for data in (b"", b"hello\n", b"\0" * 100, b"dueprocess-ledger/2 whole\n"):
        path.write_bytes(data)
        with pytest.raises(InputError, match="no export of a record"):
            verify_export(path)
    with pytest.raises(InputError, match="cannot be read"):
        verify_export(tmp_path / "none")
