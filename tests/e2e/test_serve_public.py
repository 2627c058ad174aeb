"""``dueprocess serve public`` as a process of its own: it starts, answers, writes no log, and stops."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

pytest.importorskip("uvicorn", reason="the extra serve is not installed")

CANARY = "Zebulon-Quux-77"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def command(port: int) -> list[str]:
    return [sys.executable, "-m", "dueprocess", "serve", "public", "--port", str(port), "--state", "us/wy"]


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    process = subprocess.Popen(command(port), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
                break
            except (urllib.error.URLError, OSError):
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                time.sleep(0.1)
        yield port, process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_it_answers_keeps_no_log_and_stops(running: tuple[int, subprocess.Popen[bytes]]) -> None:
    port, process = running
    body = f"county=teton-county&form=i-247a&name={CANARY}".encode()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/en/wy", data=body), timeout=30)
    assert refused.value.code == 400 and CANARY not in refused.value.read().decode()
    with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/en/wy", data=b"county=teton-county&form=i-247a"), timeout=30) as answer:
        assert "Teton County" in answer.read().decode() and answer.headers["server"] is None
    # A second service on the port says so in one line.
    second = subprocess.run(command(port), capture_output=True, timeout=60)
    assert second.returncode == 2 and b"cannot be listened on" in second.stderr and b"Traceback" not in second.stderr
    process.terminate()
    out, err = process.communicate(timeout=30)
    told = (out + err).decode()
    assert CANARY not in told and "teton" not in told and "/en/wy" not in told and "127.0.0.1:" + str(port) in told


def test_a_head_without_end_is_refused_and_the_service_goes_on() -> None:
    port = free_port()
    process = subprocess.Popen(command(port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        for end in (b"\r\n\r\n", b""):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
                wire.sendall(b"GET /en HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 70_000 + end)
                assert wire.recv(100).split()[1] in (b"400", b"431")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            assert answer.status == 200
    finally:
        process.kill()
        process.wait()
