"""What a desk writes to its log: times, our own short texts, and of everything else only its kind.

Libraries put what they were given into their messages, and tracebacks repeat the values of an error. Neither is written:
of another's message stands its logger and level, of an exception its type and the place in the program.
"""

from __future__ import annotations

import logging
import sys
import threading
import types
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

OURS = "dueprocess"
_LOUD = ("apprise", "sqlalchemy", "asyncio", "uvicorn", "multipart", "python_multipart", "httpx", "authlib")


class Masked(logging.Formatter):
    """``2026-11-22T18:00:00Z WARNING dueprocess.desk text``. Our own texts hold no value of a request; others' are left out."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name == OURS or record.name.startswith(OURS + ".")
        text = record.getMessage().replace("\n", " ") if ours else "(text withheld)"
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        error = record.exc_info[1] if record.exc_info else None
        return f"{at} {record.levelname} {record.name} {text}" + (f" [{_named(error)}]" if error is not None else "")


def set_up(stream: TextIO | None = None) -> None:
    """Log to ``stream`` (standard error) in this way only; also what no thread caught."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Masked())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.INFO)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)
    log = logging.getLogger(f"{OURS}.desk")

    def uncaught(kind: type[BaseException], error: BaseException, _: types.TracebackType | None) -> None:
        log.critical("the desk ended by a fault [%s]", _named(error))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.critical("a thread ended by a fault [%s]", _named(args.exc_value))

    sys.excepthook = uncaught
    threading.excepthook = in_thread


def _named(error: BaseException) -> str:
    """The type of an error and where it was raised: nothing that it was given."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = "" if last is None else f" at {Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}"
    return type(error).__name__ + place
