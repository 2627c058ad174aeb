"""Folders of law files to a lawbook, through a cache (``kept.py``).

A cached load needs neither the YAML parser nor sqlglot, and reads no file of law. The files of a signed lawbook are
held against its manifest when they are read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from dueprocess import __version__
from dueprocess.kernel.errors import LawError
from dueprocess.kernel.files import data_dir
from dueprocess.law.kept import Kept
from dueprocess.law.lawbook import Lawbook
from dueprocess.law.linking import link
from dueprocess.law.model import Authority
from dueprocess.law.overlay import lay, original, settle
from dueprocess.law.stamps import Seen, look, signed
from dueprocess.terms import Vocabulary

MAX_BYTES = 2_000_000
MAX_FILES = 100_000


def default_folder() -> Path:
    """The folder of the lawbook that ships with the package."""
    return data_dir("lawbook")


@lru_cache(maxsize=8)
def load_lawbook(*folders: Path, cache: bool = True) -> Lawbook:
    """The lawbook in the given folders (default: the one that ships).

    A folder that has no ``facts.yaml`` of its own is laid over the shipped lawbook. Raises LawError.
    A folder's law is read once a process: after a change, ``load_lawbook.cache_clear()``.
    """
    roots = _roots(folders)
    kept = Kept.of(_reader_digest()) if cache else None
    found = kept.book_of_folders(roots, look(roots, into_signed=False), lambda: _load(roots, kept, fresh=True)) if kept else None
    return found or _load(roots, kept, fresh=False)


def _load(roots: list[Path], kept: Kept | None, *, fresh: bool) -> Lawbook:
    """Read the files, and note and keep the lawbook; unless ``fresh``, take it from the cache where it is there."""
    looked_at = kept.clock() if kept else None
    seen = look(roots, into_signed=False)  # after that instant, so that every change after it shows
    inside = look(roots)
    contents = {name: (path, _bytes(path)) for name, path in sorted(_files(roots, inside).items())}
    for root, names in inside.names:
        _check_signed(root, names)
    digest = hashlib.sha256(_reader_digest())
    for name, (_, data) in contents.items():
        digest.update(f"{name}\0{len(data)}\0".encode(errors="surrogateescape") + data)
    content = digest.hexdigest()
    lawbook = kept.book_of_content(content, lambda: _load(roots, kept, fresh=True)) if kept and not fresh else None
    if lawbook is None:
        lawbook = _read(contents)
        if kept:
            kept.keep(content, lawbook)
    if kept and looked_at is not None:
        kept.note_folders(roots, seen, looked_at=looked_at, content=content)
    return lawbook


@lru_cache(maxsize=1)
def _reader_digest() -> bytes:
    """What reads the law is part of the cache's key: another reader may read the same file otherwise."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256(__version__.encode())
    for path in sorted((*(root / "law").glob("*.py"), *(root / "terms").glob("*.py"))):
        digest.update(path.read_bytes())
    return digest.digest()


def law_files(folders: Iterable[Path]) -> dict[str, Path]:
    """The files of the lawbook in the folders by name (``us/or/hb-3265.yaml``). Raises LawError."""
    roots = _roots(folders)
    return _files(roots, look(roots))


def _roots(folders: Iterable[Path]) -> list[Path]:
    """The folders to read, with the shipped lawbook below those that are to be laid over it."""
    roots = list(folders) or [default_folder()]
    for root in roots:
        if not root.is_dir():
            raise LawError("there is no such folder of law", where=str(root), do="name a folder with law files", code="folder")
    if not any((root / "facts.yaml").is_file() for root in roots):
        roots.insert(0, default_folder())
    return roots


def _files(roots: list[Path], seen: Seen) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for root, names in seen.names:
        for name in names:
            lay(found, name, root / name)
            if len(found) > MAX_FILES:
                raise LawError(f"more than {MAX_FILES} files", where=str(root), do="name the folder of the lawbook itself", code="folder")
    if not found:
        raise LawError("no law file in it", where=str(roots[-1]), do="name the folder of the lawbook itself", code="folder")
    return found


def _check_signed(root: Path, names: Iterable[str]) -> None:
    """A signed lawbook's files are the ones that its manifest names. Raises LawError."""
    manifest = signed(root)
    if manifest is None:
        return
    try:
        rows = {str(r["path"]): r["sha256"] for r in json.loads(manifest.read_bytes())["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise LawError("the manifest beside the signed law cannot be read", where=_display(manifest), do="fetch the bundle again", code="signed") from None
    for name in sorted({*names, *rows}):
        path = root / name
        if name not in rows or not path.is_file() or hashlib.sha256(_bytes(path)).hexdigest() != rows[name]:
            raise LawError("it is not as it was signed", where=_display(path), do="fetch the bundle again; law of your own goes into a folder of its own", code="signed")


def _bytes(path: Path) -> bytes:
    """A law file's bytes; LawError for what is too large or cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LawError(f"the file has {path.stat().st_size} bytes", where=_display(path), do=f"a law file has at most {MAX_BYTES}", code="yaml")
        return path.read_bytes()
    except OSError as error:
        raise LawError(f"the file cannot be read ({error.strerror})", where=_display(path), do="check what it is and its permissions", code="yaml") from None


def parse_folder(
    contents: Mapping[str, tuple[Path, bytes]],
) -> tuple[Vocabulary, dict[str, Authority], dict[str, str], list[LawError]]:
    """Read every file by itself: the vocabulary, the authorities, where each (and each norm) stands, and the errors."""
    from dueprocess.kernel.errors import InputError
    from dueprocess.kernel.yamlread import decode, parse
    from dueprocess.law.reading import norm_key, read_authority
    from dueprocess.terms.vocabulary import read_vocabulary

    if "facts.yaml" not in contents:
        raise LawError("facts.yaml is missing", where="lawbook", code="folder")
    path, data = contents["facts.yaml"]
    vocabulary = read_vocabulary(parse(decode(data, name=str(path)), name=_display(path)))
    authorities: dict[str, Authority] = {}
    where: dict[str, str] = {}
    errors: list[LawError] = []
    for name, (path, data) in contents.items():
        if name == "facts.yaml":
            continue
        try:
            document = parse(decode(data, name=_display(path)), name=_display(path))
            if not isinstance(document.value, dict):
                raise LawError("the file holds no mapping", where=_display(path), do="write key: value lines", code="format")
            identity = name.removesuffix(".yaml")
            authorities[identity] = read_authority(document, vocabulary=vocabulary, expected_id=original(identity))
            where[identity] = document.where(("id",))
            for key, value in document.value.items():
                inner = (key, "ended_by") if isinstance(value, dict) and "ended_by" in value else (key,)
                where[f"{identity}:{key}"] = document.where(inner)
            for index, norm in enumerate(document.value.get("norms") or ()):
                where[f"{identity}#{norm_key(norm)}"] = document.where(("norms", index))
        except LawError as error:
            errors.append(error)
        except InputError as error:
            errors.append(LawError(error.what, where=error.where, do=error.do, code="yaml"))
    errors += settle(authorities, {name.removesuffix(".yaml"): path for name, (path, _) in contents.items()}, where)
    return vocabulary, authorities, where, errors


def _display(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _read(contents: Mapping[str, tuple[Path, bytes]]) -> Lawbook:
    vocabulary, authorities, where, errors = parse_folder(contents)
    if errors:
        first = errors[0]
        more = f" (and {len(errors) - 1} more; `dueprocess law check` lists them)" if len(errors) > 1 else ""
        raise LawError(first.what, where=first.where, do=first.do + more, code=first.code)
    return link(authorities.values(), vocabulary, where=where)


def check_folders(folders: Iterable[Path]) -> tuple[int, list[LawError]]:
    """The number of files of law in the folders, and all that must be refused."""
    contents: dict[str, tuple[Path, bytes]] = {}
    unread: list[LawError] = []
    for name, path in sorted(law_files(folders).items()):
        try:
            contents[name] = (path, _bytes(path))
        except LawError as error:
            unread.append(error)
    vocabulary, authorities, where, errors = parse_folder(contents)
    errors = [*unread, *errors]
    if not errors:
        link(authorities.values(), vocabulary, where=where, errors=errors)
    return len(contents) + len(unread) - 1, errors
