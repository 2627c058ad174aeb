"""Files and folders written whole or not at all: a kill between any two steps leaves the old or the new, never half."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from dueprocess.kernel.errors import InputError


def write_whole(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """Write a file beside its place, flush it to the disk and rename it into place.

    The permissions of a file that was there are kept; ``mode`` sets them. Raises InputError where it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if mode is None and path.exists():
            mode = path.stat().st_mode & 0o777
        with temporary.open("wb") as handle:
            if mode is not None:
                os.chmod(temporary, mode)  # noqa: PTH101 - on the name just opened
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(path), do="name a file in a folder that you may write to") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Flush a folder's own entries, so that a rename in it outlives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def link_whole(link: Path, target: str) -> None:
    """Point a symbolic link at ``target`` by one rename."""
    temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    try:
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        temporary.replace(link)
        sync_folder(link.parent)
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(link), do="name a folder that you may write to") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
