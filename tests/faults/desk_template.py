"""A process that has imported a whole desk and becomes desks by forking: each starts in milliseconds instead of seconds.

What the forked process then runs is the command itself, from its arguments on. Only for tests that start many: what an import
does at a real start, others look at.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_HELLO = b"ready"


class Forked:
    """A process of the template's, with what the tests need of ``subprocess.Popen``."""

    def __init__(self, pid: int, status: int) -> None:
        """``status``: where its status is read once it has ended."""
        self.pid = pid
        self.returncode: int | None = None
        self._status = status

    def poll(self) -> int | None:
        """Its status, or nothing while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its status, once it has ended. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a forked desk", timeout or 0)
            self.returncode = int(os.read(self._status, 20) or b"-9")
            os.close(self._status)
        return self.returncode

    def terminate(self) -> None:
        """Ask it to stop."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


class Template:
    """The process. As a context manager it runs; at the end it is gone, and so are its desks."""

    def __init__(self) -> None:
        self._pipe, theirs = socket.socketpair()
        self._lock = threading.Lock()
        self._process = subprocess.Popen([sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()

    def __enter__(self) -> Template:
        if self._pipe.recv(len(_HELLO), socket.MSG_WAITALL) != _HELLO:
            raise RuntimeError("the template of the desks did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.wait(60)

    def start(self, words: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str]) -> Forked:
        """``dueprocess WORDS`` in a folder, in a session of its own; what it prints is added to ``log``."""
        asked = json.dumps({"words": list(words), "folder": str(folder), "log": str(log), "environment": dict(environment)}).encode()
        reader, writer = os.pipe()
        with self._lock:
            socket.send_fds(self._pipe, [len(asked).to_bytes(4, "big")], [writer])
            self._pipe.sendall(asked)
            os.close(writer)
            return Forked(int.from_bytes(self._pipe.recv(4, socket.MSG_WAITALL), "big"), reader)


def serve(pipe: socket.socket) -> None:
    """Fork a desk for each request, until the other end is closed."""
    _warm_up()
    if threading.active_count() != 1:
        raise RuntimeError("a process with threads must not be forked")
    pipe.sendall(_HELLO)
    running: dict[int, int] = {}
    while True:
        _tell(running)
        if not select.select([pipe], [], [], 0.01 if running else None)[0]:
            continue
        size, fds, _, _ = socket.recv_fds(pipe, 4, 1)
        if not size:
            break
        asked = json.loads(pipe.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
        pid = os.fork()
        if pid == 0:
            for fd in (*fds, *running.values()):
                os.close(fd)
            _become(asked, pipe)
            return
        running[pid] = fds[0]
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _tell(running: dict[int, int]) -> None:
    """Say which have ended, and how."""
    for pid, out in list(running.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            with contextlib.suppress(BrokenPipeError):
                os.write(out, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(running.pop(pid))


def _become(asked: Mapping[str, object], pipe: socket.socket) -> None:
    """The command, in the forked process."""
    os.setsid()
    out = os.open(str(asked["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for fd in (1, 2):
        os.dup2(out, fd)
    os.close(out)
    os.chdir(str(asked["folder"]))
    environment, words = asked["environment"], asked["words"]
    assert isinstance(environment, dict) and isinstance(words, list)
    os.environ.update(environment)
    sys.argv = ["dueprocess", *words]
    pipe.sendall(os.getpid().to_bytes(4, "big"))
    pipe.close()
    from dueprocess.cli import program

    program()


def _warm_up() -> None:
    """Import what a desk imports, and book somebody, so that its statements and its law are ready too."""
    import uvicorn  # noqa: F401

    from dueprocess.cli import commands, desking  # noqa: F401
    from dueprocess.desk import Who
    from dueprocess.testing.desk_server import AGENCY, prepare
    from dueprocess.web.desk import desk_app

    with tempfile.TemporaryDirectory() as folder:
        place = prepare(Path(folder))
        with desking.opened(place.where, keys=place.keys, agency=None, adoption=[], law=[], secure=False, running=False) as service:
            desk_app(service)
            service.desk.book(Who("a_push", AGENCY, "clerk"), name="Example", booking_number="J-1", complete=True, once="warmed-up")
    for _ in range(100):  # threads that were told to end
        if threading.active_count() == 1:
            break
        time.sleep(0.01)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
