"""The processes of a desk: one that serves, or several on one socket with one above them that starts again what has died."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from dueprocess.kernel.errors import InputError

if TYPE_CHECKING:
    from dueprocess.web.desk import Service

GRACE = 20
"""Seconds that requests under way have to end when the desk is stopped."""
_PAUSE = 1.0
_LOOK = 0.1


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises InputError where it cannot."""
    # The protocol is named: only then does asyncio turn off the wait of 40 ms that small answers would have.
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(1024)
    except OSError as error:
        made.close()
        raise InputError(f"[{host}:{port}] cannot be listened on ({error.strerror or 'no such address'})", where="serve desk", do="choose another --port or --host") from None
    return made


def serve(service: Service, app: Any, sock: socket.socket, *, behind_tls: bool, certificate: Path | None, key: Path | None) -> None:
    """Serve until a signal comes; then take no more, end the live views, and finish what is under way."""
    import uvicorn

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await _in_thread(service.feed.stop)
            await super().shutdown(sockets)

    try:
        config = uvicorn.Config(
            app, access_log=False, log_config=None, log_level="critical", server_header=False, timeout_keep_alive=15, limit_concurrency=1000,
            h11_max_incomplete_event_size=16384, timeout_graceful_shutdown=GRACE, proxy_headers=behind_tls, lifespan="off",
            ssl_certfile=certificate, ssl_keyfile=key,
        )  # fmt: skip
        config.load()
    except OSError as error:  # also what is wrong with a certificate
        raise InputError(f"TLS cannot be set up ({type(error).__name__})", where="serve desk", do="check --certificate and --key: PEM files that belong together") from None
    settle()
    # The server raises the signal again when it has stopped; whatever is still open is closed in order first.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: None)
    Server(config).run(sockets=[sock])


def settle() -> None:
    """Set the interpreter up for serving, once all that stays has been loaded."""
    # The law is there for good: a collection need not go through it again while a request waits.
    gc.collect()
    gc.freeze()
    # A request goes from thread to thread; where another is busy, each of these steps would wait for 5 ms.
    sys.setswitchinterval(0.0005)


async def _in_thread(work: Any) -> None:
    from starlette.concurrency import run_in_threadpool

    await run_in_threadpool(work)


def stop_with_parent(pipe: int) -> None:
    """Stop in order when the other end of the pipe is gone: whoever started this process has ended."""

    def wait() -> None:
        while os.read(pipe, 1):
            pass
        while True:  # while the server is being set up a signal is not heard
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(_PAUSE)

    threading.Thread(target=wait, name="dueprocess-parent", daemon=True).start()


class Hourly:
    """Work that is done at the start and each hour, in a thread of its own."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dueprocess-hourly", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Wait for what runs, and end."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._work()
            except Exception as error:  # tried again in an hour
                logging.getLogger("dueprocess.desk").error("the hourly work failed: %s", type(error).__name__)
            self._stop.wait(3600)


class Workers:
    """Several processes on one socket. Each is this command again, with the socket handed down."""

    def __init__(self, sock: socket.socket, *, count: int, words: Sequence[str]) -> None:
        """``words``: the command's own arguments."""
        self._sock, self._count, self._words = sock, count, list(words)
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._starts: dict[int, float] = {}
        self._stop = threading.Event()

    def run(self) -> int:
        """Until a signal comes; its status. A process that dies is started again."""
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, lambda *_: self._stop.set())
        # Nobody writes into the pipe: the processes see that its other end is closed when this one is gone, however it ended.
        reader, writer = os.pipe()
        begun, status = time.monotonic(), 0
        try:
            for number in range(self._count):
                self._start(number, reader)
            while not self._stop.is_set():
                self._stop.wait(_LOOK)
                for number, process in list(self._running.items()):
                    ended = process.poll()
                    if ended is None or self._stop.is_set():
                        continue
                    if ended == 2 and time.monotonic() - begun < 60:
                        status = 2  # it said itself what is wrong
                        self._stop.set()
                    elif time.monotonic() - self._starts[number] > _PAUSE:
                        typer.echo(f"A process of the desk ended ({ended}); it is started again.", err=True)
                        self._start(number, reader)
        finally:
            self._end()
            os.close(writer)
            os.close(reader)
        return status

    def _start(self, number: int, pipe: int) -> None:
        fd = self._sock.fileno()
        words = [sys.executable, "-m", "dueprocess", *self._words, "--inherited", f"{fd}:{pipe}:{number}"]
        self._starts[number] = time.monotonic()
        self._running[number] = subprocess.Popen(words, pass_fds=(fd, pipe), stdin=subprocess.DEVNULL)

    def _end(self) -> None:
        self._sock.close()
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        until = time.monotonic() + GRACE + 10
        for process in self._running.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
