"""Whether a folder of law is still what it was, without reading it: names, sizes, times and numbers of its files.

The kernel sets a file's change time (``st_ctime``) at every write, and nobody can set it back; together with the
inode, size and modification time it tells a changed file from an unchanged one, save within one tick of the file
system's clock. So what was changed just before it was looked at is not relied on, as git does with its index
("racy git", Documentation/technical/racy-git.txt).

A signed lawbook, as ``law update`` keeps it, has its manifest beside it, with the digest of each file. Nobody changes
its files: whoever reads them holds them against the manifest, and until then the manifest stands for them all. So it
takes no longer to see that more law is unchanged.
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

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
"""They lie beside the folder of a signed lawbook."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The law files of some folders: for each folder the names, and a digest over all that was seen of them.

    The names of a signed lawbook that was not looked into are left out. ``newest`` is the latest change in nanoseconds since the epoch, by the file system's clock.
    """

    names: tuple[tuple[Path, tuple[str, ...]], ...]
    digest: str
    newest: int

    def settled(self, looked_at: int) -> bool:
        """Whether any later change shows in the digest; ``looked_at`` is an instant before the look, by the clock
        of a file system, in nanoseconds since the epoch."""
        return self.newest + _TICK < looked_at


def signed(folder: Path) -> Path | None:
    """The manifest of the signed lawbook in a folder; None where nobody signed it."""
    manifest = folder.resolve().parent / MANIFEST
    return manifest if manifest.is_file() and manifest.with_name(SIGNATURE).is_file() else None


def look(folders: Iterable[Path], *, into_signed: bool = True) -> Seen:
    """See every ``.yaml`` file in the folders, however deep; linked folders are not entered. Of a signed lawbook only
    the manifest, where ``into_signed`` is false. Raises LawError for a folder that cannot be read."""
    names: list[tuple[Path, tuple[str, ...]]] = []
    parts: list[str] = []
    newest = 0
    for folder in folders:
        manifest = None if into_signed else signed(folder)
        if manifest is not None:
            try:
                stat, signature = manifest.stat(), manifest.with_name(SIGNATURE).read_bytes()
            except OSError as error:
                raise LawError(f"it cannot be read ({error.strerror})", where=str(manifest), do="fetch the bundle again", code="signed") from None
            newest = max(newest, stat.st_mtime_ns, stat.st_ctime_ns)
            parts.append(f"\0{folder.absolute()}\0{manifest}\0{signature.hex()}\0{_told(stat)}")
            continue
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
                    parts.append(f"{prefix}{name}\0{_told(stat)}")
                if entry.is_dir(follow_symlinks=False):
                    todo.append((f"{prefix}{name}/", entry.path))
        names.append((folder, tuple(found)))
    digest = hashlib.sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()
    return Seen(tuple(names), digest, newest)


def _told(stat: os.stat_result) -> str:
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


__all__ = ["MANIFEST", "SIGNATURE", "Seen", "look", "signed"]
