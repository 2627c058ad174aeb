"""Sealed payloads: what may have to be erased one day, encrypted each under a key of its own.

The record keeps two hashes for a payload. ``sealed`` is over the encrypted bytes: anyone can check that they are the
ones recorded. ``body`` is over a secret salt and the plain bytes: whoever has the key can check that what comes out is
what was put in, and under no other key can the same encrypted bytes be made to say something else. The salt lies inside
the encrypted bytes. Once the key is destroyed nobody can try guesses against ``body``, and every proof still holds.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

SALT_BYTES = 32
KEY_BYTES = 32
NONCE_BYTES = 12
_ABOUT = b"dueprocess-ledger/1"


@dataclass(frozen=True, slots=True)
class Sealed:
    """``data``: nonce and AES-256-GCM ciphertext; ``body`` and ``hash``: the two hashes that the leaf holds."""

    data: bytes
    body: bytes
    hash: bytes


@functools.cache
def _cipher() -> tuple[Any, type[Exception]]:
    """The cipher, and what it raises for other bytes; looked up once, since a record has a million payloads."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM, InvalidTag


def commitment(salt: bytes, payload: bytes) -> bytes:
    """The hash over the secret salt and the plain bytes."""
    return sha256(_ABOUT + b" body\n" + salt + payload).digest()


def seal(payload: bytes) -> tuple[bytes, Sealed]:
    """A new key, and the payload sealed under it."""
    random = os.urandom(KEY_BYTES + SALT_BYTES + NONCE_BYTES)
    key, salt, nonce = random[:32], random[32:64], random[64:]
    data = nonce + _cipher()[0](key).encrypt(nonce, salt + payload, _ABOUT)
    return key, Sealed(data, commitment(salt, payload), sha256(data).digest())


def open_sealed(key: bytes, data: bytes, *, body: bytes) -> bytes:
    """The plain bytes. Raises ValueError where the key, the data or the commitment do not belong together."""
    cipher, bad_tag = _cipher()
    try:
        plain: bytes = cipher(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], _ABOUT)
    except (bad_tag, ValueError):
        raise ValueError("the key does not open the payload") from None
    if commitment(plain[:SALT_BYTES], plain[SALT_BYTES:]) != body:
        raise ValueError("the payload is not the one that was recorded")
    return plain[SALT_BYTES:]
