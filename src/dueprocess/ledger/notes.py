"""Checkpoints as signed notes, in the formats of c2sp.org/signed-note and c2sp.org/tlog-checkpoint (Ed25519, type 0x01).

``cryptography`` is imported inside the functions: no other command pays for it at start-up.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from dueprocess.kernel.errors import InputError, shown

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ED25519 = b"\x01"
_SIGNATURE = 4 + 64
_NAME = re.compile(r"[^\s+]+\Z")
_MAX_NOTE = 1_000_000
_MAX_SIGNATURES = 100


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes that name a key in a note."""
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key with the name under which it signs. ``public`` is the raw 32 bytes."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.public)

    def text(self) -> str:
        """``name+id+base64``, as other programs for signed notes take it."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> NoteKey:
        """The key in such a text. Raises InputError for anything else, also where the id is not the key's."""
        wrong = InputError(f"[{shown(text)}] is no key of a signed note", do="give the text [name+id+key] that ledger checkpoint prints")
        parts = text.strip().split("+", 2)
        if len(parts) != 3 or not _NAME.match(parts[0]) or not re.fullmatch(r"[0-9a-f]{8}", parts[1]):
            raise wrong
        try:
            data = base64.b64decode(parts[2], validate=True)
        except (binascii.Error, ValueError):
            raise wrong from None
        if len(data) != 33 or data[:1] != _ED25519 or base64.b64encode(data).decode() != parts[2]:
            raise wrong
        key = cls(parts[0], data[1:])
        if key.id.hex() != parts[1]:
            raise wrong
        return key

    def fingerprint(self) -> str:
        """``ed25519:`` and 16 hex digits, short enough to be compared over the telephone."""
        return "ed25519:" + sha256(self.public).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A private key with the name under which it signs."""

    name: str
    private: Ed25519PrivateKey
    key: NoteKey = field(init=False, compare=False)
    """The public half: worked out once, since each signature names it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", NoteKey(self.name, self.private.public_key().public_bytes_raw()))


def sign_note(text: str, signer: NoteSigner) -> str:
    """The note: the text, an empty line, one signature. Raises ValueError for a text or name that no note can have."""
    if not text.endswith("\n") or any(ord(c) < 32 and c != "\n" for c in text) or not _NAME.match(signer.name):
        raise ValueError("no note can have this text or name")
    signature = signer.key.id + signer.private.sign(text.encode())
    return f"{text}\n— {signer.name} {base64.b64encode(signature).decode()}\n"


def open_note(note: str, keys: Sequence[NoteKey]) -> str:
    """The text of a note that one of these keys has signed. Signatures of others are passed over, as the format says.

    Raises InputError where it is no note, where no known key has signed it, or where a known key's signature is wrong.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    malformed = InputError("this is no signed note", do="give the checkpoint as it was printed, signature lines and all")
    if len(note) > _MAX_NOTE or any(ord(c) < 32 and c != "\n" for c in note):
        raise malformed
    head, found, tail = note.rpartition("\n\n")
    if not found or not tail.endswith("\n"):
        raise malformed
    text = head + "\n"
    lines = tail[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise malformed
    good = False
    for line in lines:
        match = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
        if not match:
            raise malformed
        try:
            data = base64.b64decode(match[2], validate=True)
        except (binascii.Error, ValueError):
            raise malformed from None
        if len(data) < 5 or base64.b64encode(data).decode() != match[2]:
            raise malformed
        for key in keys:
            if key.name != match[1] or key.id != data[:4]:
                continue
            try:
                Ed25519PublicKey.from_public_bytes(key.public).verify(data[4:], text.encode())
            except InvalidSignature:
                raise InputError(f"the signature of [{shown(key.name)}] is wrong", do="do not rely on this note") from None
            good = True
    if not good:
        raise InputError("no known key has signed this note", do="give the key of the record's owner")
    return text


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A record's size and root, under its name (``origin``)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note's text: three lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Raises InputError for what is no checkpoint. Extension lines are passed over."""
        wrong = InputError("this note is no checkpoint", do="give one that ledger checkpoint printed")
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]):
            raise wrong
        try:
            root = base64.b64decode(lines[2], validate=True)
        except (binascii.Error, ValueError):
            raise wrong from None
        if len(root) != 32 or base64.b64encode(root).decode() != lines[2]:
            raise wrong
        return cls(lines[0], int(lines[1]), root)

    def signed(self, signer: NoteSigner) -> str:
        """The checkpoint as a signed note."""
        return sign_note(self.text(), signer)

    @classmethod
    def opened(cls, note: str, keys: Sequence[NoteKey]) -> Checkpoint:
        """The checkpoint in a note that one of the keys has signed. Raises InputError otherwise."""
        return cls.parse(open_note(note, keys))
