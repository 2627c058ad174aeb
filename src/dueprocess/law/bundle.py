"""A lawbook as one signed file, for a network that reaches no other.

The file is a zip archive without compression, so that anybody can look into it: ``manifest.json``, ``manifest.sig``
(the 64 bytes of the Ed25519 signature over the bytes of the manifest), and the files of law under ``lawbook/``. It is
written in one form only, and read only in that form: an archive in which any byte differs is refused whole, and
since nothing is compressed it cannot grow when it is opened.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.kernel.canonical import canonical_bytes
from dueprocess.kernel.errors import InputError, LawError
from dueprocess.kernel.instants import parse_date
from dueprocess.law.lawbook import Lawbook
from dueprocess.law.loading import load_lawbook
from dueprocess.law.signing import SIGNATURE_BYTES, fingerprint, good_signature, sign
from dueprocess.law.stamps import MANIFEST, SIGNATURE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "dueprocess-law-bundle-1"
PREFIX = "lawbook/"
MAX_BYTES = 200_000_000
MAX_FILES = 60_000
MAX_FILE_BYTES = 2_000_000
"""What the reader of law files takes at most."""

_STEP = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,120}\Z")
# Zip's own records (APPNOTE 4.3): the local header, the directory's entry, and the end.
_LOCAL, _ENTRY, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
_DOS_DAY = 0x21  # 1 January 1980, the first day that the format knows


@dataclass(frozen=True)
class Bundle:
    """A bundle whose signature and every file were verified."""

    sequence: int
    created: str
    law_version: str | None
    """The version of the lawbook; None for files that are laid over the lawbook that ships."""
    files: Mapping[str, bytes]
    """By path below the folder of law."""
    manifest: bytes
    signature: bytes
    digest: str
    """SHA-256 of the manifest, in hex: names the bundle."""
    key: str
    """Fingerprint of the key that signed it."""

    @property
    def name(self) -> str:
        return f"{self.sequence:06d}-{self.digest[:12]}"


def make_bundle(folder: Path, *, key: Ed25519PrivateKey, sequence: int, created: date) -> bytes:
    """The bytes of a signed bundle of all files of law in a folder; the same input gives the same bytes.

    Raises LawError where the folder is no lawbook that loads, InputError for a file that cannot go in.
    """
    if not 1 <= sequence < 10**6:
        raise InputError(f"[{sequence}] is no sequence number", where="--sequence", do="count up from 1, one for each bundle")
    book = load_lawbook(folder)
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        _check_name(name, where=str(path))
        if path.is_symlink() or not path.is_file():
            raise InputError("this is no plain file", where=str(path), do="put the file itself there")
        files[name] = path.read_bytes()
    if len(files) > MAX_FILES:
        raise InputError(f"more than {MAX_FILES} files", where=str(folder), do="name the folder of the lawbook itself")
    manifest = canonical_bytes(
        {
            "format": FORMAT,
            "sequence": sequence,
            "created": created.isoformat(),
            "law_version": book.version if "facts.yaml" in files else None,
            "files": [_row(name, data, book) for name, data in sorted(files.items())],
        }
    )
    return _archive(manifest, sign(key, manifest), files)


def _row(name: str, data: bytes, book: Lawbook) -> dict[str, Any]:
    authority = book.authorities.get(name.removesuffix(".yaml"))
    return {
        "path": name,
        "id": authority.id if authority else None,
        "hash": authority.hash if authority else None,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
    }


def read_bundle(path: Path, key: Ed25519PublicKey) -> Bundle:
    """Verify a bundle whole: signature, form, names, and that no file is missing, added or changed. Raises InputError.

    Nothing is written. ``load_bundle`` then reads the law in it.
    """
    where = str(path)
    try:
        with path.open("rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"the bundle cannot be read ({error.strerror})", where=where, do="check the path") from None
    if len(data) > MAX_BYTES:
        raise InputError(f"more than {MAX_BYTES} bytes", where=where, do="this is no law bundle")
    members = _members(data, where)
    manifest, signature = members.pop(MANIFEST, b""), members.pop(SIGNATURE, b"")
    if not manifest or len(signature) != SIGNATURE_BYTES:
        raise _damaged(where, "it lacks its manifest or signature")
    if not good_signature(key, signature, manifest):
        raise InputError("the signature is not that key's over this bundle", where=where, do="get the bundle and the key from their publisher again; nothing was changed")
    sequence, created, law_version, rows = _read_manifest(manifest, where)
    files = _check_files(rows, members, where)
    if _archive(manifest, signature, files) != data:
        raise _damaged(where, "its form is not the one that bundles have")
    return Bundle(sequence, created, law_version, files, manifest, signature, hashlib.sha256(manifest).hexdigest(), fingerprint(key))


def load_bundle(bundle: Bundle, *, where: str) -> Lawbook:
    """The lawbook in a verified bundle, read in a scratch folder. Raises LawError where it must be refused, and
    InputError where this program reads the law otherwise than its maker did."""
    rows = json.loads(bundle.manifest)["files"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_files(folder, bundle.files)
        try:
            book = load_lawbook(folder, cache=False)
        except LawError as error:
            inner = error.where.replace(f"{folder.resolve()}/", "").replace(f"{folder}/", "")
            raise LawError(error.what, where=f"{where}: {inner}", do="the bundle is refused; tell its publisher", code=error.code) from None
    other = [r["path"] for r in rows if r["id"] and (r["id"] not in book.authorities or book.authorities[r["id"]].hash != r["hash"])]
    if other or (bundle.law_version is not None and bundle.law_version != book.version):
        raise InputError(
            f"this program reads [{(other or ['the lawbook'])[0]}] otherwise than the maker of the bundle did",
            where=where,
            do="bring the program to the publisher's version first",
        )
    return book


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of a bundle below a folder. Their names were checked when the bundle was read."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


# -- the manifest -----------------------------------------------------------------------------------------


def _read_manifest(manifest: bytes, where: str) -> tuple[int, str, str | None, list[dict[str, Any]]]:
    try:
        raw = json.loads(manifest)
        canonical = canonical_bytes(raw)
    except (ValueError, RecursionError):
        raise _damaged(where, "its manifest cannot be read") from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise InputError(f"its format is not [{FORMAT}]", where=where, do="bring the program to the publisher's version first")
    keys = {"format", "sequence", "created", "law_version", "files"}
    sequence, created, version, rows = (raw.get(k) for k in ("sequence", "created", "law_version", "files"))
    whole = (
        set(raw) == keys
        and canonical == manifest
        and isinstance(sequence, int)
        and not isinstance(sequence, bool)
        and 1 <= sequence < 10**6
        and isinstance(created, str)
        and isinstance(version, str | None)
        and isinstance(rows, list)
        and 0 < len(rows) <= MAX_FILES
        and all(isinstance(r, dict) and set(r) == {"path", "id", "hash", "sha256", "size"} for r in rows)
    )
    if not whole:
        raise _damaged(where, "its manifest is not whole")
    assert isinstance(sequence, int) and isinstance(created, str) and isinstance(rows, list)
    parse_date(created, where=where)
    return sequence, created, version, rows


def _check_files(rows: list[dict[str, Any]], members: Mapping[str, bytes], where: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for row in rows:
        name = row["path"]
        _check_name(name, where=where)
        if name in files:
            raise _damaged(where, f"[{name}] stands twice in its manifest")
        data = members.get(PREFIX + name)
        if data is None:
            raise _damaged(where, f"[{name}] is missing")
        if len(data) != row["size"] or hashlib.sha256(data).hexdigest() != row["sha256"]:
            raise _damaged(where, f"[{name}] was changed")
        if row["id"] is not None and row["id"] != name.removesuffix(".yaml"):
            raise _damaged(where, f"[{name}] is called [{row['id']}] in its manifest")
        files[name] = data
    extra = sorted(set(members) - {PREFIX + name for name in files})
    if extra:
        raise _damaged(where, f"[{extra[0][:120]}] does not belong to it")
    return files


def _check_name(name: Any, *, where: str) -> None:
    """A plain relative path of plain steps: it can lead nowhere else."""
    steps = name.split("/") if isinstance(name, str) else [""]
    if not all(_STEP.match(s) for s in steps) or len(steps) > 12 or not steps[-1].endswith(".yaml"):
        raise InputError(f"[{str(name)[:120]}] is no path of a law file", where=where, do="use letters, digits, dots and hyphens, as us/or/trust-act.yaml")


def _damaged(where: str, what: str) -> InputError:
    return InputError(what, where=where, do="get the bundle from its publisher again; nothing was changed")


# -- the archive ------------------------------------------------------------------------------------------


def _archive(manifest: bytes, signature: bytes, files: Mapping[str, bytes]) -> bytes:
    """The one form of the archive: plain stored members in a fixed order, no dates, no rights, no comments."""
    members = [(MANIFEST, manifest), (SIGNATURE, signature), *((PREFIX + n, files[n]) for n in sorted(files))]
    body, directory = bytearray(), bytearray()
    for name, data in members:
        label = name.encode()
        common = (20, 0, 0, 0, _DOS_DAY, zlib.crc32(data), len(data), len(data), len(label), 0)
        directory += _ENTRY.pack(b"PK\x01\x02", 20, *common, 0, 0, 0, 0, len(body)) + label
        body += _LOCAL.pack(b"PK\x03\x04", *common) + label + data
    end = _END.pack(b"PK\x05\x06", 0, 0, len(members), len(members), len(directory), len(body), 0)
    return bytes(body + directory + end)


def _members(data: bytes, where: str) -> dict[str, bytes]:
    """The members by name, read one after the other. Whether the form is the one form is checked by writing it again."""
    found: dict[str, bytes] = {}
    offset = 0
    while data[offset : offset + 4] == b"PK\x03\x04":
        if len(found) > MAX_FILES + 2 or offset + _LOCAL.size > len(data):
            raise _damaged(where, "it is cut off, or has too many files")
        header = _LOCAL.unpack_from(data, offset)
        flags, method, stored, size, label = header[2], header[3], header[7], header[8], header[9]
        start = offset + _LOCAL.size + label
        if flags or method or stored != size or header[10] or start + size > len(data) or size > MAX_BYTES:
            raise _damaged(where, "a file in it is compressed, cut off or marked")
        name = data[start - label : start].decode("ascii", "replace")
        if name in found:
            raise _damaged(where, f"[{name[:120]}] stands twice in it")
        found[name] = data[start : start + size]
        offset = start + size
    if not found:
        raise InputError("this is no law bundle", where=where, do="make one with dueprocess law bundle DIR --key KEY --out FILE")
    return found
