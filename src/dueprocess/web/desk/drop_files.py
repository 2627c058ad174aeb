"""Papers as files in the drop folder: they lie beside the table whose rows name them.

A file that was taken goes into ``done``; a mark there, named by the row, says so when the row comes again.
"""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from pathlib import Path

from dueprocess.desk.people import OutOfOrder
from dueprocess.kernel.errors import InputError
from dueprocess.web.desk.guard import MOST_UPLOAD


class Beside:
    """The folder with its files. ``settled``: seconds for which a file has to stay as it is before it is read."""

    def __init__(self, folder: Path, done: Path, *, settled: float) -> None:
        self._folder, self._done, self._settled = folder, done, settled

    def read(self, name: str, *, once: str, now: int) -> bytes | None:
        """Its bytes; None where the row was taken before. Raises OutOfOrder while it is not there or is still being written,
        InputError for a name that is none, a link, and what is too long."""
        if not name or name != Path(name).name or name.startswith(".") or "\\" in name or "\x00" in name or name.lower().endswith(".csv"):
            raise InputError("it is no plain name of a file in the folder", where="file", do="put the file beside the table, and write its name")
        mark = self._done / f".{once}"
        before = mark.read_text() if mark.exists() else None
        try:
            handle = os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            if before is not None:
                return None
            raise OutOfOrder("the file is not in the folder", where="file", do="put it beside the table") from None
        except OSError:
            raise InputError("it cannot be read", where="file", do="put a plain file there, no link, that the desk may read") from None
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_UPLOAD:
                raise InputError("it is no plain file, or longer than 64 MB", where="file", do="put the scan there, in several files where it is long")
            if now - int(found.st_mtime) < self._settled:
                raise OutOfOrder("the file is still being written", where="file", do="wait")
            data = file.read(MOST_UPLOAD + 1)
        if before is not None:
            if before == _hash(data):  # a kill left it here
                self._move(name, once)
            return None
        return data

    def taken(self, name: str, data: bytes, *, once: str) -> None:
        """It is in the record: say so, and take it out of the folder."""
        (self._done / f".{once}").write_text(_hash(data))
        self._move(name, once)

    def _move(self, name: str, once: str) -> None:
        (self._folder / name).rename(self._done / f"{once}{Path(name).suffix}")


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()
