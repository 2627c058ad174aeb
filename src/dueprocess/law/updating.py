"""A folder that keeps the law of a closed network: versions from signed bundles, one of them current.

    DIR/state.json            what is current and staged, and who adopted, refused or rolled back what, and when
    DIR/versions/NAME/        manifest.json, manifest.sig and lawbook/, never changed once they are there
    DIR/current               a link to the lawbook in use: dueprocess decide --law DIR/current

``state.json`` is the truth and changes by one rename; the link follows it, and every command first puts right a link
that a kill left behind. So at every moment ``current`` is one whole version: the one before, or the new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.law import durable
from dueprocess.law.bundle import Bundle, load_bundle, write_files
from dueprocess.law.lawbook import Lawbook
from dueprocess.law.loading import load_lawbook
from dueprocess.law.stamps import MANIFEST, SIGNATURE

FORMAT = "dueprocess-law-store-1"
_STATE, _VERSIONS, _CURRENT, _LAW = "state.json", "versions", "current", "lawbook"


@dataclass
class _State:
    line: list[str] = field(default_factory=list)
    """The versions adopted one after the other; the last is current. A rollback takes the last away."""
    staged: str | None = None
    highest: str | None = None
    """The version with the highest sequence number that was ever adopted."""
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def current(self) -> str | None:
        return self.line[-1] if self.line else None


@dataclass(frozen=True)
class Status:
    """What a folder holds. The mappings give sequence, created, law_version, key and the name of a version."""

    current: Mapping[str, Any] | None
    staged: Mapping[str, Any] | None
    history: tuple[Mapping[str, Any], ...]


class LawStore:
    """The versions kept in one folder. Every change is one rename of ``state.json``; changes exclude each other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # -- looking --

    def status(self) -> Status:
        """What is current, what is staged, and what was done. An empty folder, or none, has neither."""
        state = self._read()
        if state.current is not None:
            with self._locked():
                state = self._read()
        return Status(self._described(state, state.current), self._described(state, state.staged), tuple(state.history))

    def current_book(self) -> Lawbook:
        """The lawbook in use: the current version, or the one that ships where none was adopted yet."""
        current = self._read().current
        return load_lawbook(self._law(current)) if current else load_lawbook()

    def staged_book(self) -> Lawbook:
        """The lawbook that waits. Raises InputError where none does."""
        return load_lawbook(self._law(self._staged(self._read())))

    # -- changing --

    def stage(self, bundle: Bundle, *, where: str, look: Callable[[Lawbook], None] | None = None) -> Lawbook:
        """Keep a verified bundle beside the current version, to be adopted or refused; the lawbook in it.

        A bundle staged before goes. Raises InputError for a sequence number that is not above every one adopted before
        (the very bundle that was adopted last may come again after a rollback), and LawError for law that must be
        refused; nothing is then changed. ``where`` names the bundle in errors.
        ``look`` is shown the lawbook before anything is written; what it raises leaves all as it was.
        """
        self._check_sequence(self._read(), bundle)
        book = load_bundle(bundle, where=where)
        if look is not None:
            look(book)
        with self._locked():
            state = self._read()
            self._check_sequence(state, bundle)
            name = bundle.name
            if name not in state.line:
                self._write_version(bundle)
            state.versions[name] = {
                "sequence": bundle.sequence,
                "created": bundle.created,
                "law_version": bundle.law_version,
                "key": bundle.key,
                "manifest_sha256": bundle.digest,
            }
            state.staged = name
            self._write(state)
            self._sweep(state)
        return book

    def adopt(self, *, by_role: str, on: date) -> None:
        """Make the staged version the current one. It is compared with its manifest once more."""
        with self._locked():
            state = self._read()
            name = self._staged(state)
            self._check_whole(state, name)
            self._note(state, "adopt", name, by_role, on)
            if name in state.line:
                state.line.remove(name)
            state.line.append(name)
            state.staged = None
            highest = state.versions[state.highest]["sequence"] if state.highest else 0
            if state.versions[name]["sequence"] >= highest:
                state.highest = name
            self._write(state)
            self._follow(state)

    def refuse(self, *, by_role: str, on: date) -> None:
        """Let the staged version go; the current one stays."""
        with self._locked():
            state = self._read()
            name = self._staged(state)
            self._note(state, "refuse", name, by_role, on)
            state.staged = None
            self._write(state)
            self._sweep(state)

    def rollback(self, *, by_role: str, on: date) -> None:
        """Make the version that was current before the current one again."""
        with self._locked():
            state = self._read()
            if len(state.line) < 2:
                raise InputError("there is no version before the current one", where=str(self.folder), do="adopt a bundle first")
            left, back = state.line[-1], state.line[-2]
            self._check_whole(state, back)
            self._note(state, "rollback", left, by_role, on)
            state.line.pop()
            self._write(state)
            self._follow(state)

    # -- steps --

    def _check_sequence(self, state: _State, bundle: Bundle) -> None:
        if state.highest is None:
            return
        highest = int(state.versions[state.highest]["sequence"])
        again = bundle.name == state.highest and bundle.name != state.current
        if bundle.sequence <= highest and not again:
            raise InputError(
                f"its sequence number is [{bundle.sequence}], and [{highest}] was adopted before",
                where=str(self.folder),
                do="ask the publisher for a newer bundle; nothing was changed",
            )

    def _write_version(self, bundle: Bundle) -> None:
        final = self.folder / _VERSIONS / bundle.name
        scratch = final.with_name(f".{bundle.name}.tmp")
        for left in (scratch, final):  # a kill may have left either; neither is in use
            if left.exists():
                shutil.rmtree(left)
        try:
            scratch.mkdir(parents=True)
            (scratch / MANIFEST).write_bytes(bundle.manifest)
            (scratch / SIGNATURE).write_bytes(bundle.signature)
            write_files(scratch / _LAW, bundle.files)
            for folder, _, names in os.walk(scratch):
                for name in names:
                    _flush(Path(folder) / name)
                durable.sync_folder(Path(folder))
            scratch.replace(final)
            durable.sync_folder(final.parent)
        except OSError as error:
            shutil.rmtree(scratch, ignore_errors=True)
            raise InputError(f"it cannot be written ({error.strerror})", where=str(final), do="make room, or name a folder that you may write to; the law in use is the same") from None

    def _check_whole(self, state: _State, name: str) -> None:
        """The version on the disk is byte for byte what its manifest says."""
        folder = self.folder / _VERSIONS / name
        try:
            manifest = (folder / MANIFEST).read_bytes()
            good = hashlib.sha256(manifest).hexdigest() == state.versions[name]["manifest_sha256"]
            rows = {r["path"]: r["sha256"] for r in json.loads(manifest)["files"]} if good else {}
            here = {p.relative_to(folder / _LAW).as_posix(): p for p in (folder / _LAW).rglob("*") if not p.is_dir()}
            good = good and {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in here.items()} == rows
        except (OSError, ValueError, KeyError):
            good = False
        if not good:
            raise InputError(f"the version [{name}] was changed on the disk", where=str(folder), do="refuse it and stage the bundle again; the law in use is the same")

    def _follow(self, state: _State) -> None:
        """Point the link at the current version, where it does not yet."""
        if state.current is None:
            return
        target = f"{_VERSIONS}/{state.current}/{_LAW}"
        link = self.folder / _CURRENT
        if not (link.is_symlink() and os.readlink(link) == target):  # noqa: PTH115 - the text of the link itself
            durable.link_whole(link, target)

    def _sweep(self, state: _State) -> None:
        """Remove what is neither staged nor was ever adopted: refused versions, and what a kill left behind."""
        keep = {state.staged, *(h["version"] for h in state.history if h["action"] == "adopt")}
        for folder in (self.folder / _VERSIONS).iterdir():
            if folder.name not in keep:
                shutil.rmtree(folder, ignore_errors=True)

    def _note(self, state: _State, action: str, name: str, by_role: str, on: date) -> None:
        state.history.append({"action": action, "version": name, "by_role": by_role, "on": on.isoformat()})

    def _staged(self, state: _State) -> str:
        if state.staged is None:
            raise InputError("no bundle is staged", where=str(self.folder), do="stage one: dueprocess law update FILE --key PUB --to DIR")
        return state.staged

    def _law(self, name: str) -> Path:
        return self.folder / _VERSIONS / name / _LAW

    def _described(self, state: _State, name: str | None) -> Mapping[str, Any] | None:
        return {"version": name, **state.versions[name]} if name else None

    # -- the state --

    def _read(self) -> _State:
        path = self.folder / _STATE
        try:
            data = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return _State()
        except OSError as error:
            raise InputError(f"the state cannot be read ({error.strerror})", where=str(path), do="check its permissions") from None
        try:
            raw = json.loads(data)
            state = _State(raw["line"], raw["staged"], raw["highest"], raw["versions"], raw["history"])
            names = {*state.line, *(n for n in (state.staged, state.highest) if n)}
            if raw["format"] != FORMAT or any("/" in n or n not in state.versions for n in names):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            raise InputError("this state was not written by this program", where=str(path), do="restore it from a backup, or begin in an empty folder") from None
        return state

    def _write(self, state: _State) -> None:
        raw = {"format": FORMAT, "line": state.line, "staged": state.staged, "highest": state.highest, "versions": state.versions, "history": state.history}
        durable.write_whole(self.folder / _STATE, (json.dumps(raw, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Exclude every other command on this folder, and put right what a kill left undone."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder, os.O_RDONLY)
        except OSError as error:
            raise InputError(f"the folder cannot be used ({error.strerror})", where=str(self.folder), do="name a folder that you may write to") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            self._follow(self._read())
            yield
        finally:
            os.close(handle)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
