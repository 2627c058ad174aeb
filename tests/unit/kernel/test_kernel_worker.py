"""Work in a process of its own: values come back whole, and every limit ends in one clear error."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.worker import LimitError, run_limited

MIB = 1024 * 1024


# What runs in the worker: functions at the top of a module.
def turned(data: bytes, more: Any) -> Any:
    print("noise that a library prints")
    os.write(1, b"noise below Python")
    return {"back": data[::-1], "more": more, "list": [b"", data]}


def sleeps() -> None:
    time.sleep(60)


def spins() -> None:
    while True:
        pass


def grows() -> int:
    return len(bytearray(2_000 * MIB))


def refuses(what: str) -> None:
    raise InputError(what, where="page 3", do="give another")


def fails() -> None:
    raise KeyError("a name out of somebody's file")


def dies() -> None:
    os.kill(os.getpid(), 11)


def returns_an_object() -> object:
    return object()


def starts_another(file: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(file).write_text(str(child.pid))
    time.sleep(60)


def run(target: Any, *args: Any, seconds: float = 20, memory_bytes: int = 400 * MIB) -> Any:
    return run_limited(target, args, seconds=seconds, memory_bytes=memory_bytes)


def test_values_and_bytes_come_back_whole() -> None:
    data = bytes(range(256)) * 5_000
    more = {"n": [1, 2.5, None, True, "ñ\0"], "deep": {"bytes": b"\xff"}}
    assert run(turned, data, more) == {"back": data[::-1], "more": more, "list": [b"", data]}
    assert run("os.path:basename", "a/b") == "b"


def test_time_ends_it() -> None:
    for target in (sleeps, spins):
        with pytest.raises(LimitError, match=r"not done after 1 s") as caught:
            run(target, seconds=1)
        assert caught.value.limit == "time"


@pytest.mark.skipif(sys.platform == "win32", reason="the system has no such limit")
def test_memory_ends_it() -> None:
    with pytest.raises(LimitError, match=r"more than the 300 MiB of memory") as caught:
        run(grows, memory_bytes=300 * MIB)
    assert caught.value.limit == "memory"


def test_a_crash_is_told() -> None:
    with pytest.raises(LimitError, match="ended without an answer") as caught:
        run(dies)
    assert caught.value.limit == "crash"
    at = caught.value.at("a.pdf")
    assert str(at).startswith("a.pdf: ") and at.limit == "crash"


def test_an_input_error_passes_and_any_other_tells_no_content() -> None:
    with pytest.raises(InputError) as caught:
        run(refuses, "the [x] is wrong")
    assert str(caught.value) == "page 3: the [x] is wrong; give another"
    with pytest.raises(InputError) as caught:
        run(fails)
    assert "KeyError at test_kernel_worker.py" in str(caught.value) and "somebody" not in str(caught.value)
    with pytest.raises(InputError, match="ModuleNotFoundError"):
        run("no_such_module:f")
    with pytest.raises(InputError, match="not of plain values"):
        run(returns_an_object)


def test_what_cannot_be_sent_or_found_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="type set"):
        run(turned, {1}, None)
    for target in (lambda: 1, "time.sleep"):
        with pytest.raises(InputError, match="top of a module"):
            run(target)


@pytest.mark.skipif(sys.platform == "win32", reason="process groups")
def test_what_it_started_is_killed_too(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    with pytest.raises(LimitError):
        run(starts_another, str(file), seconds=3)
    child = int(file.read_text())
    for _ in range(100):  # until whoever inherits it has buried it
        try:
            if Path(f"/proc/{child}/stat").read_text().split(")")[-1].split()[0] == "Z":
                return
            os.kill(child, 0)
        except (OSError, ProcessLookupError):
            return
        time.sleep(0.05)
    raise AssertionError("still running")


def test_a_module_in_the_working_folder_is_not_taken_for_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    assert run("os.path:basename", "a/b") == "b"
