"""The tree against the vectors that Certificate Transparency's own implementations are tested with, and against the
definition in RFC 6962 written out again."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dueprocess.ledger import (
    Frontier,
    Levels,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from dueprocess.ledger.tree import EMPTY_ROOT, node_hash

# From the tests of certificate-transparency and its successors (Apache-2.0).
LEAVES = [bytes.fromhex(t) for t in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = [  # leaf counted from 1, size, proof
    (1, 1, []),
    (1, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (6, 8, ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
    (3, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (2, 5, ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
]  # fmt: skip
CONSISTENCY = [
    (1, 1, []),
    (1, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (6, 8, ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
    (2, 5, ["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
    (6, 7, ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
]  # fmt: skip
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def hexed(proof: list[bytes]) -> list[str]:
    return [h.hex() for h in proof]


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


def path_by_definition(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*path_by_definition(index, leaves[:k]), by_definition(leaves[k:])]
    return [*path_by_definition(index - k, leaves[k:]), by_definition(leaves[:k])]


def proof_by_definition(first: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 6962, section 2.1.2."""
    if first == len(leaves):
        return [] if whole else [by_definition(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if first <= k:
        return [*proof_by_definition(first, leaves[:k], whole=whole), by_definition(leaves[k:])]
    return [*proof_by_definition(first - k, leaves[k:], whole=False), by_definition(leaves[:k])]


def test_published_roots() -> None:
    assert root_of([]) == EMPTY_ROOT == bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    for size, root in enumerate(ROOTS, 1):
        assert root_of(HASHES[:size]).hex() == root
        assert Levels(HASHES[:size]).root().hex() == root


@pytest.mark.parametrize(("leaf", "size", "proof"), INCLUSION)
def test_published_inclusion_proofs(leaf: int, size: int, proof: list[str]) -> None:
    assert hexed(inclusion_proof(HASHES[:size], leaf - 1)) == proof
    found = [bytes.fromhex(h) for h in proof]
    assert verify_inclusion(index=leaf - 1, size=size, leaf=HASHES[leaf - 1], proof=found, root=bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("first", "second", "proof"), CONSISTENCY)
def test_published_consistency_proofs(first: int, second: int, proof: list[str]) -> None:
    assert hexed(consistency_proof(HASHES[:second], first)) == proof
    found = [bytes.fromhex(h) for h in proof]
    roots = bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1])
    assert verify_consistency(first=first, second=second, first_root=roots[0], second_root=roots[1], proof=found)


@pytest.mark.parametrize(("leaf", "size", "proof"), INCLUSION)
def test_the_published_ways_to_spoil_an_inclusion_proof(leaf: int, size: int, proof: list[str]) -> None:
    good, root, index = [bytes.fromhex(h) for h in proof], bytes.fromhex(ROOTS[size - 1]), leaf - 1
    this, other = HASHES[index], sha256(b"other").digest()
    spoiled = [
        (index - 1, size, root, this, good), (index + 1, size, root, this, good), (index ^ 2, size, root, this, good),
        (index, size * 2, root, this, good), (index, size // 2, root, this, good),
        (index, size, root, b"WrongLeaf", good), (index, size, EMPTY_ROOT, this, good), (index, size, other, this, good),
        (index, size, root, this, [*good, b""]), (index, size, root, this, [*good, root]), (index, size, root, this, [b"", *good]), (index, size, root, this, [root, *good]),
    ]  # fmt: skip
    for place, part in enumerate(good):
        changed = list(good)
        changed[place] = bytes([part[0] ^ 8]) + part[1:]
        spoiled.append((index, size, root, this, changed))
    if good:
        spoiled.append((index, size, root, this, good[:-1]))
    for at, of, given_root, given_leaf, given_proof in spoiled:
        assert not verify_inclusion(index=at, size=of, leaf=given_leaf, proof=given_proof, root=given_root)


@pytest.mark.parametrize(("first", "second", "proof"), [c for c in CONSISTENCY if c[2]])
def test_the_published_ways_to_spoil_a_consistency_proof(first: int, second: int, proof: list[str]) -> None:
    good, old, new = [bytes.fromhex(h) for h in proof], bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1])
    spoiled = [
        (first - 1, second, old, new, good), (first + 1, second, old, new, good), (first ^ 2, second, old, new, good),
        (first, second * 2, old, new, good), (first, second // 2, old, new, good),
        (first, second, b"WrongRoot", new, good), (first, second, old, b"WrongRoot", good), (first, second, new, old, good),
        (first, second, old, new, []), (first, second, old, new, [*good, b""]), (first, second, old, new, [*good, old]), (first, second, old, new, [*good, new]),
        (first, second, old, new, [b"", *good]), (first, second, old, new, [old, *good]), (first, second, old, new, [new, *good]),
        (first, second, old, new, [good[0], *good]), (first, second, old, new, good[:-1]),
    ]  # fmt: skip
    for place, part in enumerate(good):
        changed = list(good)
        changed[place] = bytes([part[0] ^ 16]) + part[1:]
        spoiled.append((first, second, old, new, changed))
    for a, b, given_old, given_new, given_proof in spoiled:
        assert not verify_consistency(first=a, second=b, first_root=given_old, second_root=given_new, proof=given_proof)


def test_trees_without_a_proof() -> None:
    some, other = sha256(b"some").digest(), sha256(b"other").digest()
    assert verify_consistency(first=0, second=0, first_root=some, second_root=some, proof=[])
    assert verify_consistency(first=0, second=1, first_root=some, second_root=other, proof=[])
    assert verify_consistency(first=1, second=1, first_root=some, second_root=some, proof=[])
    for first, second, old, new, proof in (
        (0, 0, some, other, []), (1, 1, some, other, []), (1, 0, some, other, []), (2, 1, some, other, []), (1, 2, some, other, []),
        (0, 0, some, some, [other]), (0, 1, some, some, [other]), (1, 1, some, some, [other]),
    ):  # fmt: skip
        assert not verify_consistency(first=first, second=second, first_root=old, second_root=new, proof=proof)
    for index, size in ((0, 0), (1, 0), (2, 1), (-1, 1)):
        assert not verify_inclusion(index=index, size=size, leaf=some, proof=[], root=some)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_proof_of_small_trees_against_the_definition(size: int) -> None:
    leaves = [leaf_hash(b"%d" % i) for i in range(size)]
    root, levels = by_definition(leaves), Levels(leaves)
    assert root_of(leaves) == root == levels.root()
    for index in range(size):
        proof = levels.proof(index)
        assert proof == path_by_definition(index, leaves)
        assert verify_inclusion(index=index, size=size, leaf=leaves[index], proof=proof, root=root)
        assert size == 1 or not verify_inclusion(index=(index + 1) % size, size=size, leaf=leaves[index], proof=proof, root=root)
    for first in range(1, size + 1):
        proof = consistency_proof(leaves, first)
        assert proof == proof_by_definition(first, leaves)
        old = by_definition(leaves[:first])
        assert verify_consistency(first=first, second=size, first_root=old, second_root=root, proof=proof)
        assert not verify_consistency(first=first, second=size, first_root=node_hash(old, old), second_root=root, proof=proof)


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_frontier_kept_and_taken_up_again_gives_the_same_root(before: int, more: int) -> None:
    leaves = [leaf_hash(b"%d" % i) for i in range(before + more)]
    frontier = Frontier()
    for leaf in leaves[:before]:
        frontier.append(leaf)
    again = Frontier.unpacked(frontier.size, frontier.packed())
    for leaf in leaves[before:]:
        again.append(leaf)
    assert again.root() == root_of(leaves) and again.size == len(leaves)
    assert frontier.root() == root_of(leaves[:before])


def test_a_frontier_that_does_not_fit_its_size_is_refused() -> None:
    for size, data in ((1, b""), (2, bytes(64)), (3, bytes(32)), (1, bytes(31)), (-1, b"")):
        with pytest.raises(ValueError, match="one hash for each set bit"):
            Frontier.unpacked(size, data)


def test_leaves_outside_the_tree_have_no_proof() -> None:
    for index in (-1, 8):
        with pytest.raises(IndexError):
            inclusion_proof(HASHES, index)
    with pytest.raises(IndexError):
        consistency_proof(HASHES, 9)
