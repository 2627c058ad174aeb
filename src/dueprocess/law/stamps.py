"""Whether a folder of law is still what it was, without reading it: names, sizes, times and numbers of its files.

The kernel sets a file's change time (``st_ctime``) at every write, and nobody can set it back; together with the
inode, size and modification time it tells a changed file from an unchanged one, save within one tick of the file
system's clock. So what was changed just before it was looked at is not relied on, as git does with its index
("racy git", Documentation/technical/racy-git.txt).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dueprocess.kernel.errors import LawError

_TICK = 2_000_000_000
"""Nanoseconds: the coarsest clock of a file system in use (FAT)."""

_NEVER = 1 << 80


@dataclass(frozen=True, slots=True)
class Seen:
    """The law files of some folders: for each folder the names, and a digest over all that was seen of them.

    ``newest`` is the latest change in nanoseconds since the epoch, by the file system's clock.
    """

    names: tuple[tuple[Path, tuple[str, ...]], ...]
    digest: str
    newest: int

    def settled(self, looked_at: int) -> bool:
        """Whether any later change shows in the digest; ``looked_at`` is an instant before the look, by the clock
        of a file system, in nanoseconds since the epoch."""
        return self.newest + _TICK < looked_at


def look(folders: Iterable[Path]) -> Seen:
    """See every ``.yaml`` file in the folders, however deep; linked folders are not entered. Raises LawError for a
    folder that cannot be read."""
    names: list[tuple[Path, tuple[str, ...]]] = []
    parts: list[str] = []
    newest = 0
    for folder in folders:
        found: list[str] = []
        parts.append(f"\0{folder.absolute()}")
        todo = [("", str(folder))]
        while todo:
            prefix, path = todo.pop()
            try:
                with os.scandir(path) as entries:
                    inside = sorted(entries, key=_name)
            except OSError as error:
                raise LawError(f"the folder cannot be read ({error.strerror})", where=path, do="check its permissions", code="folder") from None
            for entry in inside:
                name = entry.name
                if name.endswith(".yaml"):
                    found.append(prefix + name)
                    try:
                        stat = entry.stat()
                    except OSError:
                        newest = _NEVER  # a link to nothing: reading it says so
                        continue
                    changed = max(stat.st_mtime_ns, stat.st_ctime_ns)
                    if changed > newest:
                        newest = changed
                    parts.append(f"{prefix}{name}\0{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}")
                if entry.is_dir(follow_symlinks=False):
                    todo.append((f"{prefix}{name}/", entry.path))
        names.append((folder, tuple(found)))
    digest = hashlib.sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()
    return Seen(tuple(names), digest, newest)


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


__all__ = ["Seen", "look"]
