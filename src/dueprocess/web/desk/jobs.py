"""Long work of the shelves: one at a time, in a process of its own that can be killed; how far it is stands in its folder.

A job's folder holds ``job.json``, written whole: what is done, since when, and that it still goes on (``beat``). A server
that dies leaves a beat that grows old, and its job counts as stopped; nothing half done is ever called done.
"""

from __future__ import annotations

import contextlib
import json
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.worker import run_limited
from dueprocess.law.durable import write_whole

AT_ONCE = 1
"""Jobs that run at a time; the desk's own answers come first."""
MOST_WAITING = 20
BEAT, OLD = 5.0, 60
"""Seconds between two beats, and after how many a job without one counts as stopped."""
MEMORY = 8_000_000_000
"""Bytes of addresses that a job's process may have, where it does not say otherwise."""
JOB, STOP = "job.json", "stop"

_every: weakref.WeakSet[Jobs] = weakref.WeakSet()

Then = Callable[[Any], None]
Within = Callable[[], contextlib.AbstractContextManager[Any]]


class Jobs:
    """The jobs of one server. ``now`` gives epoch seconds."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._going: dict[Path, Callable[[], None] | None] = {}
        self._stopped: set[Path] = set()
        self._ended = threading.Event()
        self._ticker: threading.Thread | None = None
        _every.add(self)

    def start(self, folder: Path, what: str, target: Callable[..., Any], args: Sequence[Any], *, seconds: float, then: Then, memory: int = MEMORY, within: Within = contextlib.nullcontext) -> threading.Event:
        """Run ``target(*args)`` in a process of its own; ``then`` is given what it returns, on the job's thread, before the job
        counts as done. The process runs ``within`` a context, which ends
        with it however it ends. The event is set once it is over. Raises InputError where too much is waiting."""
        over = threading.Event()
        with self._lock:
            if self._ended.is_set() or len(self._going) >= MOST_WAITING:
                raise InputError("too much is being worked on", do="wait until something is done, then try again")
            if folder in self._going or state_of(folder, self.now())["state"] in ("waiting", "running"):
                raise InputError("this is being worked on already", do="wait, or stop it first")
            self._going[folder] = None
            self._stopped.discard(folder)
            (folder / STOP).unlink(missing_ok=True)
            if self._ticker is None:
                self._ticker = threading.Thread(target=self._tick, daemon=True)
                self._ticker.start()
        self._write(folder, what, "waiting")

        def run() -> None:
            try:
                self._run(folder, what, target, args, seconds, then, memory, within)
            finally:
                with self._lock:
                    self._going.pop(folder, None)
                over.set()

        self._pool.submit(run)
        return over

    def stop(self, folder: Path) -> None:
        """Kill the job of a folder; one that waits does not begin. One of another process is asked to end, which it does at
        its next beat."""
        with self._lock:
            if folder in self._going:
                self._stopped.add(folder)
                kill = self._going[folder]
                if kill is not None:
                    kill()
            elif state_of(folder, self.now())["state"] in ("waiting", "running"):
                (folder / STOP).touch(mode=0o600)

    def close(self) -> None:
        """Kill what runs, begin nothing more, and wait until it is over."""
        self._ended.set()
        with self._lock:
            going = list(self._going)
        for folder in going:
            self.stop(folder)
        self._pool.shutdown(wait=True, cancel_futures=True)
        for folder in going:
            state = state_of(folder, self.now())
            if state["state"] in ("waiting", "running"):
                self._write(folder, state["what"], "stopped")

    def _run(self, folder: Path, what: str, target: Callable[..., Any], args: Sequence[Any], seconds: float, then: Then, memory: int, within: Within) -> None:
        def started(kill: Callable[[], None]) -> None:
            with self._lock:
                self._going[folder] = kill
                late = folder in self._stopped
            if late:
                kill()

        if folder in self._stopped:
            self._write(folder, what, "stopped")
            return
        self._write(folder, what, "running")
        try:
            with within():
                found = run_limited(target, args, seconds=seconds, memory_bytes=memory, started=started)
            if folder in self._stopped:
                self._write(folder, what, "stopped")
                return
            then(found)
        except InputError as error:
            state = "stopped" if folder in self._stopped else "failed"
            self._write(folder, what, state, problem="" if state == "stopped" else _told(error, folder))
        except Exception as error:
            # Its text may hold what a file holds: only its kind is told.
            self._write(folder, what, "failed", problem=f"it failed inside the program ({type(error).__name__})")
        else:
            self._write(folder, what, "done")

    def _write(self, folder: Path, what: str, state: str, *, problem: str = "") -> None:
        if not folder.is_dir():
            return  # erased meanwhile
        value = {"what": what, "state": state, "problem": problem, "beat": self.now()}
        write_whole(folder / JOB, (json.dumps(value, ensure_ascii=False) + "\n").encode(), mode=0o600)

    def _tick(self) -> None:
        while not self._ended.wait(BEAT):
            with self._lock:
                going = list(self._going)
            for folder in going:
                if (folder / STOP).exists():
                    self.stop(folder)
                with suppress(OSError):  # it may be erased at any moment
                    (folder / "beat").write_text(str(self.now()), encoding="ascii")


def stop(service: object = None) -> None:
    """Kill what runs in this process, at the end of the server."""
    del service
    for jobs in list(_every):
        jobs.close()


def state_of(folder: Path, now: int) -> dict[str, Any]:
    """What the job of a folder is at: ``state`` is none, waiting, running, done, failed or stopped; ``step``, ``count`` of
    ``total`` and ``unit`` how far it is."""
    found = {"what": "", "state": "none", "problem": "", "beat": 0, "step": "", "count": 0, "total": 0, "unit": "", **_read(folder / JOB)}
    if found["state"] in ("waiting", "running"):
        with contextlib.suppress(OSError, ValueError):
            found["beat"] = max(int(found["beat"]), int((folder / "beat").read_text(encoding="ascii")))
        if now - found["beat"] > OLD:
            found["state"], found["problem"] = "stopped", "the server stopped while this went on"
        else:
            far = _read(folder / "progress.json")
            found |= {"step": far.get("step", ""), "count": far.get("done", 0), "total": far.get("total", 0), "unit": far.get("unit", "")}
    return found


def _read(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _told(error: InputError, folder: Path) -> str:
    """The error without the place of the folder on this machine."""
    text = str(error)
    for part in (str(folder / "opened"), str(folder), str(folder.parent)):
        text = text.replace(part + "/", "").replace(part, "")
    return text
