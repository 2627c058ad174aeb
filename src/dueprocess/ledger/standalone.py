"""Check an export of a dueprocess record, offline, without dueprocess.

    python3 verify_ledger.py EXPORT [--key NAME+ID+KEY] [--checkpoint NOTE ...] [--read]

With the standard library alone it checks each entry's bytes against its hash, the chain from entry to entry, the
encrypted payloads against their entries, the Merkle tree (RFC 6962) and, of an excerpt, each entry's proof. With the
package `cryptography` it also checks the Ed25519 signatures on the checkpoints (c2sp.org/signed-note), without which
anybody could have made the whole file, and opens the payloads whose keys are in it. --key is the owner's key, had from
somebody you trust and not from this file; --checkpoint a note that was kept from before, which the record must still
extend; --read prints the payloads that can be opened, one JSON line each. Ends with 0, or with 1 if anything is wrong.
"""

import argparse
import base64
import hashlib
import itertools
import json
import re
import sys
from collections.abc import Iterator
from typing import TextIO

try:
    from cryptography.exceptions import InvalidSignature, InvalidTag
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    AESGCM = None  # type: ignore[assignment,misc]

ABOUT = b"dueprocess-ledger/1"
wrong: list[str] = []


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def fail(place: str, what: str) -> None:
    wrong.append(place)
    if len(wrong) <= 100:
        say(f"WRONG  {place}: {what}")


def unhex(text: str) -> bytes:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError("a hash is not 64 hex digits")
    return bytes.fromhex(text)


def un64(text: str) -> bytes | None:
    if text == "-":
        return None
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base64 not written in the one way")
    return data


def reading(path: str) -> TextIO:
    return open(path, encoding="utf-8", errors="surrogateescape", newline="\n")  # noqa: PTH123


def entries(path: str, end: int) -> Iterator[str]:
    with reading(path) as file:
        for line in itertools.islice(file, 3, end):
            yield line.removesuffix("\n")


def key_of(text: str) -> tuple[str, bytes, bytes]:
    """Name, id and raw public key of a verifier key."""
    name, id_, data = text.split("+", 2)
    raw = base64.b64decode(data, validate=True)
    if len(raw) != 33 or raw[:1] != b"\x01" or sha(name.encode() + b"\n" + raw)[:4].hex() != id_ or base64.b64encode(raw).decode() != data:
        raise ValueError("no Ed25519 key of a signed note")
    return name, bytes.fromhex(id_), raw[1:]


def checkpoint(note: str, key: tuple[str, bytes, bytes]) -> tuple[int, bytes]:
    """Size and root from a signed note, its signature checked where that is possible."""
    text, _, signatures = note.rpartition("\n\n")
    name, id_, public = key
    good = False
    for line in signatures.removesuffix("\n").split("\n"):
        match = re.fullmatch(r"— (\S+) (\S+)", line)
        data = un64(match[2]) if match else None
        if not match or data is None or not signatures.endswith("\n"):
            raise ValueError("no signed note")
        if (match[1], data[:4]) != (name, id_):
            continue
        good = True
        if AESGCM is not None:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(data[4:], (text + "\n").encode())
            except InvalidSignature:
                raise ValueError("its signature is wrong") from None
    if not good:
        raise ValueError("the key has not signed it")
    _, size, root = text.split("\n")[:3]
    if not re.fullmatch(r"0|[1-9][0-9]*", size) or len(un64(root) or b"") != 32:
        raise ValueError("no checkpoint")
    return int(size), base64.b64decode(root)


def included(index: int, size: int, leaf: bytes, proof: list[bytes], root: bytes) -> bool:
    """RFC 9162, section 2.1.3.2."""
    node, last = leaf, size - 1
    if index > last:
        return False
    for sibling in proof:
        if last == 0:
            return False
        if index & 1 or index == last:
            node = sha(b"\x01" + sibling + node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sha(b"\x01" + node + sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and node == root


class Tree:
    """The full subtrees so far, largest first."""

    def __init__(self) -> None:
        self.size, self.hashes = 0, list[bytes]()

    def add(self, node: bytes) -> None:
        bits = self.size
        while bits & 1:
            node, bits = sha(b"\x01" + self.hashes.pop() + node), bits >> 1
        self.hashes.append(node)
        self.size += 1

    def root(self) -> bytes:
        root = self.hashes[-1] if self.hashes else sha(b"")
        for left in reversed(self.hashes[:-1]):
            root = sha(b"\x01" + left + root)
        return root


def payload(place: str, head: dict[str, object], data: bytes | None, key: bytes | None) -> bytes | None:
    """The plain payload, where its key is there."""
    if data is None or "sealed" not in head:
        if data is not None:
            fail(place, "a payload that the entry does not name")
        return None
    if sha(data).hex() != head["sealed"]:
        fail(place, "its payload was changed")
    elif key is not None and AESGCM is not None:
        try:
            plain = AESGCM(key).decrypt(data[:12], data[12:], ABOUT)
        except (InvalidTag, ValueError):
            fail(place, "its key does not open its payload")
            return None
        if sha(ABOUT + b" body\n" + plain).hex() == head.get("body"):
            return plain[32:]
        fail(place, "its payload is not the one that was committed to")
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("export")
    parser.add_argument("--key", help="the owner's key, had from somebody you trust")
    parser.add_argument("--checkpoint", action="append", default=[], help="a file with a signed checkpoint kept from before")
    parser.add_argument("--read", action="store_true", help="print the payloads that can be opened")
    given = parser.parse_args()
    frame: list[str] = []
    tail: list[str] = []
    middle = 0  # the number of the line after the last entry
    with reading(given.export) as file:
        for at, line in enumerate(file):
            if at < 3:
                frame.append(line.removesuffix("\n"))
            elif line.startswith("checkpoints "):
                middle, tail = at, [line]
            elif tail:
                tail.append(line)
    if not frame or frame[0] not in ("dueprocess-ledger/1 whole", "dueprocess-ledger/1 excerpt"):
        say("This is no export of a dueprocess record.")
        return 1
    kind, tail = frame[0], "".join(tail).split("\n")
    try:
        own = frame[1].removeprefix("key ")
        key = key_of(given.key or own)
        if key_of(own) != key:
            fail("the line of the key", "it is not the key that you gave")
        count = int(frame[2].removeprefix("entries "))
        if frame[1] != "key " + own or frame[2] != f"entries {count}" or not middle:
            raise ValueError("not as an export writes it")
    except (ValueError, IndexError) as error:
        say(f"WRONG  the frame of the file was changed: {error}")
        return 1
    roots: dict[int, list[bytes]] = {}
    try:
        at, notes = 1, []
        while at < len(tail) and tail[at].startswith("note "):
            length = int(tail[at][5:])
            notes.append("\n".join(tail[at + 1 : at + 1 + length]) + "\n")
            at += 1 + length
            if tail[at - length - 1] != f"note {length}":
                raise ValueError("not as an export writes it")
        if tail[at:] != [""] or tail[0] != f"checkpoints {len(notes)}":
            raise ValueError("not as an export writes them")
    except (ValueError, IndexError) as error:
        fail("the checkpoints", str(error))
    own_sizes = [0]
    for number, note in enumerate(notes, 1):
        try:
            size, root = checkpoint(note, key)
            roots.setdefault(size, []).append(root)
            own_sizes.append(size)
        except ValueError as error:
            fail(f"checkpoint {number}", str(error))
    for name in given.checkpoint:
        try:
            with reading(name) as file:
                size, root = checkpoint(file.read(), key)
            roots.setdefault(size, []).append(root)
        except (OSError, ValueError) as error:
            fail(f"the checkpoint in {name}", str(error))
    whole, last = kind.endswith("whole"), max(own_sizes)
    if given.checkpoint and not whole:
        fail("--checkpoint", "only a whole record can be compared with a checkpoint kept from before")
    tree, previous, number, good, opened, closed = Tree(), bytes(32), 0, 0, 0, 0
    if middle - 3 != count:
        fail("the file", f"it announces {count} entries and holds {middle - 3}")
    for line in entries(given.export, middle):
        number += 1
        try:
            n, stored, data, secret, proof, leaf = line.split(" ", 5)
            place, hash_, bytes_ = f"entry {n}", unhex(stored), leaf.encode("utf-8", "surrogateescape")
            if not re.fullmatch(r"[1-9][0-9]*", n) or (whole and proof != "-"):
                raise ValueError("not as an export writes it")
            computed, sealed, opener = sha(b"\x00" + bytes_), un64(data), un64(secret)
            head = json.loads(bytes_)
            if not isinstance(head, dict):
                raise ValueError("no entry")
            hashes = [] if proof == "-" else [unhex(h) for h in proof.split(",")]
        except ValueError as error:
            fail(f"entry {number}", f"its line was changed: {error}")
            tree.add(bytes(32))
            continue
        if computed != hash_:
            fail(place, "its bytes do not give its hash")
        elif head.get("n") != int(n):
            fail(place, f"it was written as entry {head.get('n')}")
        elif whole and int(n) != number:
            fail(f"entry {number}", f"entry {n} stands in its place")
            number = int(n)
        elif whole and head.get("prev") != previous.hex():
            fail(f"entry {number - 1 or 1}", "it is not the one that the next entry was chained to")
        elif not whole and not any(included(int(n) - 1, last, hash_, hashes, root) for root in roots.get(last, ())):
            fail(place, "its proof does not lead to the signed root")
        plain = payload(place, head, sealed, opener)
        opened, closed = opened + (plain is not None), closed + (sealed is not None and plain is None)
        if given.read and plain is not None:
            say(json.dumps({"n": head.get("n"), "at": head.get("at"), "kind": head.get("kind"), "payload": json.loads(plain)}, ensure_ascii=False))
        previous = hash_
        tree.add(hash_)
        if whole:
            for root in roots.get(tree.size, ()):
                if root == tree.root():
                    good = tree.size
                else:
                    fail(f"entries {good + 1} to {tree.size}", "their hashes do not give the signed root")
    if whole and tree.size != max(roots, default=0):
        fail(f"entries {min(tree.size, max(roots, default=0)) + 1} and after", "the signed checkpoints count other entries than the file holds")
    say(f"{middle - 3} entries{'' if whole else f' of a record of {last}'}; {opened} payloads opened, {closed} without their key (erased, or not given to you).")
    say(f"Key: {key[0]}, ed25519:{sha(key[2]).hex()[:16]}. " + ("You gave it." if given.key else "It stands in the file itself: compare it with what the record's owner says."))
    if AESGCM is None:
        say("NOT CHECKED: signatures and opened payloads, since the package cryptography is not installed.")
    say("Nothing is wrong." if not wrong else f"{len(wrong)} things are wrong.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
