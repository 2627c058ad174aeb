"""Run one function in a process of its own that can be killed: for parsers that read what strangers send.

A library that reads PDFs or images can loop, swallow all memory or crash on a hostile file. Here the work happens in
a fresh interpreter with limits, so that the caller gets either a value or one clear error in bounded time.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError, shown

_SOURCE = Path(__file__).resolve().parents[2]
_BLOB = "$bytes"
_MIB = 1024 * 1024
_KEEP = {"MALLOC_MMAP_THRESHOLD_": str(512 * _MIB), "MALLOC_TRIM_THRESHOLD_": str(512 * _MIB)}
"""What the process frees it keeps for what it needs next (glibc; elsewhere without effect): it lives for one answer, and
the recognition of a page gave back and asked for the same memory thousands of times, for a tenth of its time."""


class LimitError(InputError):
    """The work did not stay within what it was given. ``limit`` is ``time``, ``memory`` or ``crash``.

    ``crash`` is a process that ended by itself without an answer: a fault in a library, or memory that ran out
    where the library could not say so.
    """

    def __init__(self, what: str, *, where: str = "", do: str = "", limit: str = "time") -> None:
        self.limit = limit
        super().__init__(what, where=where, do=do)

    def at(self, where: str) -> LimitError:
        joined = f"{where}: {self.where}" if self.where else where
        return type(self)(self.what, where=joined, do=self.do, limit=self.limit)


def run_limited(
    target: Callable[..., Any] | str, args: Sequence[Any] = (), *, seconds: float, memory_bytes: int,
    started: Callable[[Callable[[], None]], None] | None = None,
) -> Any:  # fmt: skip
    """The value of ``target(*args)``, computed in a new process with hard limits.

    Args:
        target: a function at the top of a module, or its name as ``package.module:function``.
        args: values of JSON, and ``bytes``; these may also stand inside lists and mappings. A mapping's keys are
            text, and tuples arrive as lists. The same holds for what the function returns.
        seconds: wall-clock time for all of it, the start of the process included (about a tenth of a second, and
            what the module imports). Then the process and what it started are killed.
        memory_bytes: address space of the process (``RLIMIT_AS``), the interpreter's own 100 MB or so included;
            libraries that reserve much need more than they use. Without effect where the system has no such limit
            (Windows).
        started: is given what kills the process, once it runs: for work that somebody may stop. It then ends with a
            LimitError of the limit ``crash``.

    Raises:
        LimitError: the time or the memory was not enough, or the process crashed; it says which.
        InputError: the one that the function raised, unchanged; or the function failed in another way, of which
            only the kind of the exception and its line are told, since a message could repeat what a file holds.
        TypeError: a value that cannot be sent.
    """
    name = target if isinstance(target, str) else f"{target.__module__}:{target.__qualname__}"
    if ":" not in name or "<" in name:
        raise InputError(f"[{shown(name)}] cannot be run in a process of its own", do="give a function at the top of a module")
    # Packed before the process starts: what cannot be sent is the caller's mistake.
    request = _pack({"target": name, "args": list(args), "seconds": seconds, "memory_bytes": memory_bytes, "path": sys.path})
    environment = {**_KEEP, **os.environ, "PYTHONPATH": os.pathsep.join([str(_SOURCE), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)}
    # -P: a file called json.py in the folder that the user works in must not be taken for the library.
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "dueprocess.kernel.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env=environment, start_new_session=True,
    ) as process:  # fmt: skip
        try:
            if started is not None:
                started(lambda: _kill(process))
            answer, _ = process.communicate(request, timeout=seconds)
        except subprocess.TimeoutExpired:
            raise LimitError(f"not done after {seconds:g} s, stopped", limit="time") from None
        finally:  # also when the user stops the program: nothing stays behind
            _kill(process)
    return _value(answer, process.returncode, memory_bytes)


def _value(answer: bytes, status: int, memory_bytes: int) -> Any:
    """What the process answered, or the error that it stands for."""
    memory = f"more than the {memory_bytes // _MIB} MiB of memory that it may have"
    try:
        found = _unpack(answer)
    except (ValueError, struct.error):
        if status == -getattr(signal, "SIGXCPU", 0) and status:
            raise LimitError("used up its time, stopped", limit="time") from None
        reason = f"signal {-status}" if status < 0 else f"status {status}"
        raise LimitError(f"its process ended without an answer ({reason}): a fault in a library, or {memory}", limit="crash") from None
    kind = found["kind"]
    if kind == "value":
        return found["value"]
    if kind == "memory":
        raise LimitError(f"needs {memory}", limit="memory")
    if kind == "input":
        raise InputError(found["what"], where=found["where"], do=found["do"])
    raise InputError(f"could not be processed: {found['what']}")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """The process and all that it started; a group that is gone is no fault."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:  # Windows
            process.kill()


# -- messages: the length of the JSON, the JSON, then each run of bytes with its length before it --------------------


def _pack(value: Any) -> bytes:
    blobs: list[bytes] = []

    def apart(item: Any) -> Any:
        if isinstance(item, (bytes, bytearray, memoryview)):
            blobs.append(bytes(item))
            return {_BLOB: len(blobs) - 1}
        raise TypeError(f"a value of type {type(item).__name__} cannot be sent to a worker")

    text = json.dumps(value, default=apart).encode()
    return b"".join(part for item in (text, *blobs) for part in (struct.pack(">Q", len(item)), item))


def _unpack(data: bytes) -> Any:
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from(">Q", data, at)
        at += 8 + size
        if at > len(data):
            raise ValueError("cut short")
        parts.append(data[at - size : at])
    if not parts:
        raise ValueError("nothing")
    return json.loads(parts[0], object_hook=lambda m: parts[1 + m[_BLOB]] if m.keys() == {_BLOB} else m)


# -- inside the process ----------------------------------------------------------------------------------------------


def _bound(seconds: float, memory_bytes: int) -> None:
    """Limits of this process. The processor time ends it even if the caller is gone."""
    try:
        import resource
    except ImportError:  # Windows has none of these
        return
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, math.ceil(seconds) + 1), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        _, most = resource.getrlimit(limit)
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        with contextlib.suppress(ValueError, OSError):  # a system that does not keep this one
            resource.setrlimit(limit, (value, most))


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    module, _, name = request["target"].partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        return {"kind": "value", "value": found(*request["args"])}
    except MemoryError:
        return {"kind": "memory"}
    except InputError as error:
        return {"kind": "input", "what": error.what, "where": error.where, "do": error.do}
    except RecursionError:
        return {"kind": "failed", "what": "RecursionError"}
    except Exception as error:
        last = error.__traceback__
        while last and last.tb_next:
            last = last.tb_next
        line = f" at {Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}" if last else ""
        return {"kind": "failed", "what": type(error).__name__ + line}


def _main() -> None:
    request = _unpack(sys.stdin.buffer.read())
    # Whatever a library prints must not get into the answer.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.path[:] = request["path"]
    _bound(request["seconds"], request["memory_bytes"])
    answer = _answer(request)
    try:
        packed = _pack(answer)
    except MemoryError:
        packed = _pack({"kind": "memory"})
    except (TypeError, ValueError):
        packed = _pack({"kind": "failed", "what": "its answer is not of plain values"})
    out.write(packed)
    out.close()


if __name__ == "__main__":
    _main()
