"""A drop folder: another system puts CSV files there, and the desk takes them.

A file that is still being written is waited for. What was taken goes into ``done``, with a report beside it of the rows that
were not, by row and column, and an alert: nobody may overlook them. A file may be taken twice, after a crash or because it comes again: no row is done twice.
"""

from __future__ import annotations

import contextlib
import csv
import io
import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dueprocess.desk import Desk, troubles
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import iso
from dueprocess.web.desk.drop_files import Beside
from dueprocess.web.desk.drop_rows import LATER, MOST_BYTES, WAITS, Names, Problem, Taker, read_rows

log = logging.getLogger("dueprocess.drop")

LOOK_SECONDS = 2.0
SETTLED = 5.0
"""Seconds for which a file has to stay as it is before it is read; without an end of its last line, a minute."""
UNENDED = 60.0
AGAIN = 30.0
"""Seconds until a file with rows that wait for another file is tried again."""
WAITING = 3600.0
"""Seconds for which such rows wait before they are reported."""
AWAY = 300.0
"""Seconds for which the folder may fail before people are told."""
KEEP_DAYS = 14
"""Files in ``done`` hold names: they are deleted so many days after they were taken."""
DONE = "done"


@dataclass
class _Seen:
    """A file as it lay there at the last look; times are of the process's own steady clock."""

    signature: tuple[int, int, int]
    since: float
    first: float
    tried: float | None = None


class Drop:
    """The folder. ``turn`` looks once; ``start`` and ``stop`` run the turns in a thread of their own."""

    def __init__(
        self, desk: Desk, folder: Path, *, agency: str, names: Path | None = None, leads: Callable[[], bool] = lambda: True,
        settled: float = SETTLED, seconds: float = LOOK_SECONDS, waiting: float = WAITING, again: float = AGAIN,
    ) -> None:  # fmt: skip
        """``leads``: whether this process is the one that takes files. Raises InputError for a folder that is none or cannot
        be written to, and for a map that cannot be used."""
        self._desk, self._agency, self._folder, self._leads = desk, agency, folder, leads
        self._failing: int | None = None
        self._names = Names.read(names)
        self._taker = Taker(desk, agency, self._names, Beside(folder, folder / DONE, settled=settled))
        self._settled, self._seconds, self._waiting, self._again = settled, seconds, waiting, again
        self._seen: dict[str, _Seen] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dueprocess-drop", daemon=True)
        try:
            (folder / DONE).mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise InputError(f"it cannot be used ({error.strerror})", where="--drop", do="name a folder that the desk may read and write") from None

    def start(self) -> None:
        """Begin the turns."""
        self._thread.start()

    def stop(self) -> None:
        """End after the row that is being taken; the rest of its file is taken at the next start."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._leads():
                self.watched()
            self._stop.wait(self._seconds)

    def watched(self) -> None:
        """One turn, whatever it meets: where it fails for a while, people are told; once it succeeds, that is over."""
        try:
            self.turn()
            if self._failing is None or troubles.settle(self._desk, self._agency, "drop/away/", by="drop") >= 0:
                self._failing = None
        except Exception as error:  # the folder or the database may be away: the next turn goes on
            log.error("a turn of the drop folder failed: %s", type(error).__name__)
            self._failing = self._desk.now() if self._failing is None else self._failing
            if self._desk.now() - self._failing >= AWAY:
                with contextlib.suppress(Exception):  # without the database there is nothing to tell it by
                    troubles.raised(self._desk, self._agency, troubles.no_folder(self._failing))

    def turn(self) -> int:
        """Take every file that has come whole, the oldest first. Returns how many are done."""
        done, now = 0, time.monotonic()
        there = self._files()
        self._seen = {name: seen for name, seen in self._seen.items() if name in there}
        for name, (signature, path) in sorted(there.items(), key=lambda item: (item[1][0][1], item[0])):
            seen = self._seen.get(name)
            if seen is None or seen.signature != signature:
                self._seen[name] = seen = _Seen(signature, now, now if seen is None else seen.first)
            if not self._whole(seen, path, now) or (seen.tried is not None and now - seen.tried < self._again):
                continue
            if self._take(path, seen, now):
                done += 1
                del self._seen[name]
                for other in self._seen.values():
                    other.tried = None  # what waited may have been waiting for this one
            if self._stop.is_set():
                break
        self._forget()
        return done

    def _files(self) -> dict[str, tuple[tuple[int, int, int], Path]]:
        """Plain files with a name that ends in .csv and begins with no dot: size, time and place of each."""
        found = {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.name.lower().endswith(".csv"):
                    continue
                with contextlib.suppress(FileNotFoundError):
                    what = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(what.st_mode):
                        found[entry.name] = ((what.st_size, what.st_mtime_ns, what.st_ino), Path(entry.path))
        return found

    def _whole(self, seen: _Seen, path: Path, now: float) -> bool:
        age = now - seen.since
        if age < self._settled or seen.signature[0] == 0:
            return False
        with path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) in (b"\n", b"\r") or age >= max(UNENDED, self._settled)

    def _take(self, path: Path, seen: _Seen, now: float) -> bool:
        """Whether the file is done with."""
        seen.tried = now
        new = known = 0
        problems: list[Problem] = []
        waits = False
        try:
            if seen.signature[0] > MOST_BYTES:
                raise InputError(f"the file is longer than {MOST_BYTES // 1024 // 1024} MB", do="write smaller ones")
            rows, problems = read_rows(path.read_bytes(), file_name=path.name, names=self._names)
        except InputError as error:
            rows, problems = [], [Problem(0, "", error.what, error.do)]
        for row in rows:
            if self._stop.is_set():
                return False
            try:
                if self._taker.take(row):
                    new += 1
                else:
                    known += 1
            except LATER:
                log.warning("the database did not take a row of the drop folder; the file is tried again")
                return False
            except WAITS as error:
                waits = True
                problems.append(self._taker.problem(row, error))
            except InputError as error:
                problems.append(self._taker.problem(row, error))
        if waits and now - seen.first < self._waiting:
            return False
        if problems:
            mark = self._desk.store.keys.keyed("\n".join(sorted({f"{p.column}: {p.what}" for p in problems})), about="drop").hex()[:20]
            try:
                troubles.raised(self._desk, self._agency, troubles.rows_refused(self._desk, self._agency, mark))
            except LATER:
                return False
        self._finish(path, problems)
        # No name of a file: it may hold a person's.
        log.info("a file of the drop folder is done: %d rows new, %d known, %d not taken", new, known, len(problems))
        return True

    def _finish(self, path: Path, problems: Sequence[Problem]) -> None:
        at = iso(self._desk.now(), "UTC").replace("-", "").replace(":", "")[:15] + "Z"
        target = self._folder / DONE / f"{path.stem}.{at}.csv"
        count = 1
        while target.exists():
            count += 1
            target = self._folder / DONE / f"{path.stem}.{at}-{count}.csv"
        if problems:
            _write(target.with_suffix(".report.csv"), report(problems))
        path.rename(target)

    def _forget(self) -> None:
        """Delete what was taken long ago."""
        before = self._desk.now() - KEEP_DAYS * 86_400
        with os.scandir(self._folder / DONE) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_ctime < before:
                        Path(entry.path).unlink()


def report(problems: Sequence[Problem]) -> str:
    """The rows that were not taken, as CSV that no spreadsheet takes for formulas."""
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(["row", "column", "what is wrong", "what to do"])
    for one in sorted(problems, key=lambda p: p.row):
        lines.writerow([one.row or "", *(_plain(text) for text in (one.column, one.what, one.do))])
    return out.getvalue()


def _plain(text: str) -> str:
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _write(path: Path, text: str) -> None:
    """Whole or not at all, for its owner only."""
    part = path.with_name("." + path.name)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    part.rename(path)
