"""The two key files beside a database: one signs checkpoints, the other wraps payload keys and secrets.

They are not in the database, so that a copy of the database alone opens nothing. Both are made at the first start and
never written over; a database whose files are lost can still be verified, but no payload can be read.
"""

from __future__ import annotations

import functools
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from dueprocess.kernel.errors import InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SIGNING = "signing.pem"
WRAPPING = "wrapping.key"
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys in memory. ``repr`` shows neither."""

    signing: Ed25519PrivateKey = field(repr=False)
    wrapping: bytes = field(repr=False)
    _cipher: AESGCM = field(repr=False)

    @classmethod
    def of(cls, signing: Ed25519PrivateKey, wrapping: bytes) -> Keys:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return cls(signing, wrapping, AESGCM(wrapping))

    def wrap(self, secret: bytes, *, about: str) -> bytes:
        """The secret under the wrapping key, bound to what it is about: moved elsewhere it does not open."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret, about.encode())

    def unwrap(self, data: bytes, *, about: str) -> bytes:
        """Raises ValueError where the data are not what was wrapped for this."""
        try:
            return self._cipher.decrypt(data[:_NONCE], data[_NONCE:], about.encode())
        except (_bad_tag(), ValueError):
            raise ValueError("the key file does not open this") from None

    def keyed(self, text: str, *, about: str) -> bytes:
        """A hash that nobody without the key file can try guesses against."""
        return hmac.new(self.wrapping, f"{about}\n{text}".encode(), sha256).digest()

    def check(self) -> str:
        """Tells two sets of key files apart, and gives neither away."""
        return self.keyed("check", about="keys").hex()[:16]


@functools.cache
def _bad_tag() -> type[Exception]:
    from cryptography.exceptions import InvalidTag

    return InvalidTag


def open_keys(folder: Path, *, make: bool) -> Keys:
    """The keys in a folder; with ``make``, new ones where neither file is there yet.

    Raises InputError where one is missing or no key, or where others than its owner may read them.
    """
    signing, wrapping = folder / SIGNING, folder / WRAPPING
    there = [path.exists() for path in (signing, wrapping)]
    if not any(there) and make:
        _make(folder)
    elif not all(there):
        raise InputError("the record's key files are missing", where=str(folder), do=f"put back [{SIGNING}] and [{WRAPPING}] from the backup of the keys; without them no payload can be read")
    _only_owner((signing, wrapping))
    return Keys.of(_signing(signing), _wrapping(wrapping))


def _make(folder: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, data in ((WRAPPING, os.urandom(32).hex().encode() + b"\n"), (SIGNING, pem)):
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        directory = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise InputError(f"the key files cannot be made ({error.strerror})", where=str(folder), do="name a folder that you may write to") from None


def _only_owner(paths: Iterable[Path]) -> None:
    if os.name != "posix":
        return
    for path in paths:
        if path.stat().st_mode & 0o077:
            raise InputError("others than its owner may read this key file", where=str(path), do=f"chmod 600 {path.name}")


def _signing(path: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    except OSError as error:
        raise InputError(f"the key cannot be read ({error.strerror})", where=str(path), do="check who may read it") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError("this is no Ed25519 private key", where=str(path), do="put back the file from the backup of the keys")
    return key


def _wrapping(path: Path) -> bytes:
    try:
        data = bytes.fromhex(path.read_text("ascii").strip())
    except (ValueError, UnicodeDecodeError):
        data = b""
    except OSError as error:
        raise InputError(f"the key cannot be read ({error.strerror})", where=str(path), do="check who may read it") from None
    if len(data) != 32:
        raise InputError("this is no wrapping key", where=str(path), do="put back the file from the backup of the keys")
    return data
