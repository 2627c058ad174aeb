"""The cache of lawbooks: data that can run nothing, in the user's own cache folder.

``lawbook-<content>.lines`` holds a lawbook, named by the content of its files and of the program that read them.
``lawbook-<folders>.json`` says which content some folders had when they were last looked at. A file that somebody
slips in here can say wrong things but run nothing. Files are only ever put in place whole, so that two programs
may write at once; what is damaged is made anew, and a folder that cannot be written costs time, nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident

from dueprocess.law.lawbook import Lawbook
from dueprocess.law.stamps import Seen
from dueprocess.law.stored import as_bytes, opened

_MOST = 40
"""So many files are kept, the latest: each change of the law makes another."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The cache in a folder, for one reader of law."""

    folder: Path
    reader: bytes

    @classmethod
    def of(cls, reader: bytes) -> Kept | None:
        """The user's own; None where the environment names no place for one. ``reader`` is a digest of the program
        that reads the law."""
        root = os.environ.get("XDG_CACHE_HOME") or (Path.home() / ".cache" if os.environ.get("HOME") else None)
        return cls(Path(root) / "dueprocess", reader) if root else None

    def book_of_folders(self, roots: Sequence[Path], seen: Seen, anew: Callable[[], Lawbook]) -> Lawbook | None:
        """The lawbook of folders in which nothing has changed since they were noted, else None. ``anew`` reads it from
        the folders, should the file turn out to be damaged while it is in use."""
        try:
            note = json.loads(self._note(roots).read_bytes())
            same = note["seen"] == seen.digest and seen.settled(int(note["looked_at"]))
            return self.book_of_content(str(note["content"]), anew) if same else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def book_of_content(self, content: str, anew: Callable[[], Lawbook]) -> Lawbook | None:
        """The lawbook that was read from files with this digest."""
        return opened(self._book(content), anew)

    def clock(self) -> int | None:
        """The instant now by the clock of the file system, in nanoseconds since the epoch; None where nothing can be
        written."""
        temporary = self.folder / f"lawbook-clock.{_writer()}.tmp"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(b"")
            return temporary.stat().st_mtime_ns
        except OSError:
            return None
        finally:
            with suppress(OSError):
                temporary.unlink()

    def keep(self, content: str, lawbook: Lawbook) -> None:
        """Store a lawbook, and remove the oldest."""
        self._put(self._book(content), as_bytes(lawbook))
        with suppress(OSError):
            for path in sorted(self.folder.glob("lawbook-*"), key=lambda p: p.stat().st_mtime_ns)[:-_MOST]:
                path.unlink()

    def note_folders(self, roots: Sequence[Path], seen: Seen, *, looked_at: int, content: str) -> None:
        """Note the content of folders: ``seen`` at or after ``looked_at`` (by ``clock``) and before they were read."""
        note = {"seen": seen.digest, "looked_at": looked_at, "content": content}
        self._put(self._note(roots), json.dumps(note).encode())

    def _note(self, roots: Sequence[Path]) -> Path:
        names = [self.reader.hex(), *(str(r.absolute()) for r in roots)]
        digest = hashlib.sha256("\0".join(names).encode(errors="surrogateescape")).hexdigest()
        return self.folder / f"lawbook-{digest[:32]}.json"

    def _book(self, content: str) -> Path:
        # Hashed again: what a note says must not lead out of the folder.
        return self.folder / f"lawbook-{hashlib.sha256(content.encode()).hexdigest()[:32]}.lines"

    def _put(self, path: Path, data: bytes) -> None:
        temporary = path.with_suffix(f".{_writer()}.tmp")
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(data)
            temporary.replace(path)


def _writer() -> str:
    """No two that write at once, in this program or another, are called alike."""
    return f"{os.getpid()}-{get_ident()}"


__all__ = ["Kept"]
