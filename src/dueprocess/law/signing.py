"""Ed25519 keys and signatures (RFC 8032), kept as PEM files that other tools read too.

``cryptography`` is imported inside the functions: no other command pays for it at start-up.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from dueprocess.kernel.errors import InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SIGNATURE_BYTES = 64
_MAX_KEY_BYTES = 10_000


def new_key(path: Path) -> str:
    """Make a private key, write it to a new file that only its owner may read, and return the public key as PEM.

    Raises InputError where the file exists (a key is never written over) or cannot be written.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError("there is a file already", where=str(path), do="name a new file; a key is never written over") from None
    except OSError as error:
        raise InputError(f"it cannot be written ({error.strerror})", where=str(path), do="name a file in a folder that you may write to") from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return public_text(key.public_key())


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint(key: Ed25519PublicKey) -> str:
    """``ed25519:`` and 16 hex digits of the hash of the raw key: short enough to be compared over the telephone."""
    return "ed25519:" + hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def read_private(path: Path) -> Ed25519PrivateKey:
    """The private key in a PEM file without a passphrase. Raises InputError for anything else."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(_pem(path), password=None)
    except (ValueError, TypeError, _unsupported()):
        raise InputError("this is no private key that can be read", where=str(path), do="make one with dueprocess law key new --out FILE") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError("this key is not of the kind Ed25519", where=str(path), do="make one with dueprocess law key new --out FILE")
    return key


def read_public(path: Path) -> Ed25519PublicKey:
    """The public key in a PEM file. Raises InputError for anything else, a private key too."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    data = _pem(path)
    if b"PRIVATE KEY" in data:
        raise InputError("this is a private key", where=str(path), do="give the public one, and keep this one to its owner")
    try:
        key = load_pem_public_key(data)
    except (ValueError, TypeError, _unsupported()):
        raise InputError("this is no public key that can be read", where=str(path), do="give the file with the publisher's public key (PEM)") from None
    if not isinstance(key, Ed25519PublicKey):
        raise InputError("this key is not of the kind Ed25519", where=str(path), do="ask the publisher for the key that signs its law")
    return key


def sign(key: Ed25519PrivateKey, data: bytes) -> bytes:
    """The 64 bytes of the signature over ``data``."""
    return key.sign(data)


def good_signature(key: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether ``signature`` is the key's over exactly these bytes."""
    from cryptography.exceptions import InvalidSignature

    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _pem(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            data = handle.read(_MAX_KEY_BYTES + 1)
    except OSError as error:
        raise InputError(f"the key cannot be read ({error.strerror})", where=str(path), do="check the path") from None
    if len(data) > _MAX_KEY_BYTES:
        raise InputError("this is no key", where=str(path), do="name a PEM file")
    return data


def _unsupported() -> type[Exception]:
    from cryptography.exceptions import UnsupportedAlgorithm

    return UnsupportedAlgorithm
