"""Files that name people, encrypted with a passphrase, and the log of every time one is written or opened.

The key is derived by scrypt (RFC 7914) and the content encrypted and authenticated with AES-256-GCM (NIST SP 800-38D);
the header, with the purpose and the class, is authenticated with it. Nobody who lost the passphrase can open the file.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.law.durable import write_whole

MAGIC = b"dueprocess sealed 1\n"
LOG = "access.jsonl"
SHORTEST = 12
"""A passphrase has at least so many characters."""

_COST = {"n": 2**15, "r": 8, "p": 1}
_MAX_COST = 2**20


def passphrase_from(path: Path) -> str:
    """The first line of a file that nobody else may read."""
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise InputError("others may read the file with the passphrase", where=str(path), do=f"run chmod 600 {path}")
        found = path.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError):
        raise InputError("the passphrase cannot be read", where=str(path), do="name a text file of yours") from None
    return strong(found, where=str(path))


def strong(passphrase: str, *, where: str) -> str:
    """The passphrase, if it is long enough; it is never repeated in an error."""
    if len(passphrase) < SHORTEST:
        raise InputError(f"a passphrase of fewer than {SHORTEST} characters", where=where, do="take four or more words")
    return passphrase


def _key(passphrase: str, salt: bytes, cost: Mapping[str, int]) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=32, n=cost["n"], r=cost["r"], p=cost["p"]).derive(passphrase.encode())


def seal(content: bytes, *, passphrase: str, about: Mapping[str, Any]) -> bytes:
    """The content encrypted. ``about`` stands readable in the header: nothing that names anybody."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(16), os.urandom(12)
    header = MAGIC + json.dumps({**about, "kdf": "scrypt", **_COST, "salt": salt.hex(), "cipher": "AES-256-GCM", "nonce": nonce.hex()}, sort_keys=True).encode() + b"\n"
    return header + AESGCM(_key(passphrase, salt, _COST)).encrypt(nonce, content, header)


def header_of(data: bytes, *, where: str) -> tuple[dict[str, Any], bytes, bytes]:
    """The header as a mapping, its bytes, and the encrypted rest."""
    line, end, body = data[len(MAGIC) :].partition(b"\n")
    try:
        if not data.startswith(MAGIC) or not end or len(line) > 10_000:
            raise ValueError
        found = json.loads(line)
        cost = {k: int(found[k]) for k in _COST}
        if found["kdf"] != "scrypt" or found["cipher"] != "AES-256-GCM" or not all(0 < c <= _MAX_COST for c in cost.values()) or cost["n"] * cost["r"] * cost["p"] > _MAX_COST * 8:
            raise ValueError
        bytes.fromhex(found["salt"]), bytes.fromhex(found["nonce"])
    except (ValueError, KeyError, TypeError):
        raise InputError("it is no sealed file of dueprocess", where=where, do="name the file that audit class --identified wrote") from None
    return found, MAGIC + line + b"\n", body


def unseal(data: bytes, *, passphrase: str, where: str) -> bytes:
    """The content; InputError where the passphrase is another or anything in the file has changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    found, header, body = header_of(data, where=where)
    key = _key(passphrase, bytes.fromhex(found["salt"]), {k: int(found[k]) for k in _COST})
    try:
        return AESGCM(key).decrypt(bytes.fromhex(found["nonce"]), body, header)
    except InvalidTag:
        raise InputError("the passphrase does not open it, or the file was changed", where=where, do="try the passphrase that it was sealed with") from None


def log_access(folder: Path, entry: Mapping[str, Any]) -> None:
    """Add one line to the folder's log, on the disk before anything is written or shown."""
    path = folder / LOG
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(json.dumps(dict(entry), ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputError(f"the log of accesses cannot be written ({error.strerror})", where=str(path), do="nothing that names people is written without it") from None


def write_sealed(folder: Path, name: str, rows: Sequence[Mapping[str, Any]], *, passphrase: str, entry: Mapping[str, Any]) -> Path:
    """Log, then write the rows as an encrypted CSV that only its owner may read; the path."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    about = {k: entry[k] for k in ("class", "definition", "purpose", "by_role", "at")}
    data = seal(text.getvalue().encode(), passphrase=passphrase, about=about)
    path = folder / name
    log_access(folder, {**entry, "what": "sealed", "file": name, "sha256": hashlib.sha256(data).hexdigest()})
    write_whole(path, data, mode=0o600)
    return path


def open_sealed(path: Path, *, passphrase: str, entry: Mapping[str, Any]) -> bytes:
    """Log that the file is opened (or that it was tried), and give its content."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path), do="check the path") from None
    digest = hashlib.sha256(data).hexdigest()
    try:
        content = unseal(data, passphrase=passphrase, where=str(path))
    except InputError:
        log_access(path.parent, {**entry, "what": "not opened", "file": path.name, "sha256": digest})
        raise
    log_access(path.parent, {**entry, "what": "opened", "file": path.name, "sha256": digest})
    return content
