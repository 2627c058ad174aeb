"""The Merkle tree of RFC 6962, section 2.1: hashes, roots, proofs and their verification.

Leaves are counted from 0 here, as the RFC does. A hash is 32 bytes; a proof is a list of hashes, the nearest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf's bytes: a zero byte stands before them, so that no leaf passes for a node."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the full subtrees of a tree, largest first: all that is needed to append and to give the root."""

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """``hashes`` belong to the set bits of ``size``, highest first. Raises ValueError where they do not fit."""
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count() or any(len(h) != HASH_BYTES for h in self.hashes):
            raise ValueError("a frontier has one hash for each set bit of its size")

    def append(self, leaf: bytes) -> None:
        """Add the hash of one more leaf."""
        size, hashes = self.size, self.hashes
        node = leaf
        while size & 1:
            node = sha256(b"\x01" + hashes.pop() + node).digest()
            size >>= 1
        hashes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree; of an empty one, the hash of nothing."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def packed(self) -> bytes:
        """The hashes, one after the other."""
        return b"".join(self.hashes)

    @classmethod
    def unpacked(cls, size: int, data: bytes) -> Frontier:
        """The opposite of ``packed``. Raises ValueError where the bytes do not fit the size."""
        return cls(size, [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)])

    def copy(self) -> Frontier:
        """One that can be appended to apart."""
        return Frontier(self.size, self.hashes)

    def spans(self) -> list[tuple[int, int, bytes]]:
        """The full subtrees as (first leaf, leaves, hash)."""
        found, start, bits = [], 0, self.size
        for hash_ in self.hashes:
            count = 1 << (bits.bit_length() - 1)
            found.append((start, count, hash_))
            start += count
            bits -= count
        return found


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


class Levels:
    """All nodes of a tree, for many proofs at once. The last node of an odd level goes up as it is, which gives the RFC's
    own tree."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """``leaves`` are leaf hashes."""
        self._levels: list[Sequence[bytes]] = [leaves]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            above = [sha256(b"\x01" + below[i] + below[i + 1]).digest() for i in range(0, len(below) - 1, 2)]
            if len(below) & 1:
                above.append(below[-1])
            self._levels.append(above)

    def root(self) -> bytes:
        """The root of the tree."""
        return self._levels[-1][0] if self._levels[-1] else EMPTY_ROOT

    def proof(self, index: int) -> list[bytes]:
        """The inclusion proof of the leaf ``index``. IndexError outside the tree."""
        if not 0 <= index < len(self._levels[0]):
            raise IndexError("there is no such leaf")
        found = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                found.append(level[sibling])
            index >>= 1
        return found


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that leaf ``index`` stands in the tree over all of ``leaves`` (leaf hashes). IndexError outside it."""
    return Levels(leaves).proof(index)


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """The proof that the tree over the first ``first`` leaves is a beginning of the tree over all. IndexError for an
    older tree that is larger; nothing is to be proved from an empty tree or to the same one."""
    if not 0 <= first <= len(leaves):
        raise IndexError("there is no such older tree")
    if first in (0, len(leaves)):
        return []
    proof: list[bytes] = []
    start, end, whole = 0, len(leaves), True
    while first - start != end - start:
        middle = start + _split(end - start)
        if first <= middle:
            proof.append(root_of(leaves[middle:end]))
            end = middle
        else:
            proof.append(root_of(leaves[start:middle]))
            start, whole = middle, False
    if not whole:
        proof.append(root_of(leaves[start:end]))
    return proof[::-1]


def verify_inclusion(*, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that the leaf with hash ``leaf`` stands at ``index`` in the tree of this size and root."""
    if not 0 <= index < size or any(len(h) != HASH_BYTES for h in (leaf, root, *proof)):
        return False
    node, position, last = leaf, index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and node == root


def verify_consistency(*, first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the older tree is a beginning of the newer one (RFC 9162, section 2.1.4.2)."""
    if any(len(h) != HASH_BYTES for h in proof) or not 0 <= first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof
    if not proof:
        return False
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    position, last = first - 1, second - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        position >>= 1
        last >>= 1
    return last == 0 and old == first_root and new == second_root
