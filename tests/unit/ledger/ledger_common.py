"""A small made-up record for the tests of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dueprocess.ledger import (
    Checkpoint,
    Frontier,
    Levels,
    NoteSigner,
    Record,
    leaf_hash,
    make_leaf,
    seal,
    write_excerpt,
    write_export,
)
from dueprocess.ledger.record import FIRST_PREVIOUS

SIGNER = NoteSigner("desk.example/made-up", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@dataclass(frozen=True)
class MadeUp:
    """``notes``: checkpoints at each size in ``kept``, the last over all."""

    records: list[Record]
    notes: list[str]

    def checkpoints(self) -> list[Checkpoint]:
        return [Checkpoint.opened(note, [SIGNER.key]) for note in self.notes]


def made_up(count: int, *, kept: tuple[int, ...] = (), keys: bool = True) -> MadeUp:
    """``count`` entries: two of three with a payload, every fifth of those erased."""
    records, notes, frontier, previous = [], [], Frontier(), FIRST_PREVIOUS
    for number in range(1, count + 1):
        key, sealed = seal(b'{"said":"made up %d"}' % number) if number % 3 else (None, None)
        head = {"kind": "noted", "subject": f"s_{number % 4}", "by": "a_made_up", "v": (number + 3) // 4}
        leaf = make_leaf(number=number, previous=previous, at=1_700_000_000 + number // 2, head=head, sealed=sealed)
        previous = leaf_hash(leaf)
        records.append(Record(number, leaf, previous, sealed.data if sealed else None, key if keys and number % 5 else None))
        frontier.append(previous)
        if number in kept or number == count:
            notes.append(Checkpoint(SIGNER.name, number, frontier.root()).signed(SIGNER))
    if not count:
        notes.append(Checkpoint(SIGNER.name, 0, frontier.root()).signed(SIGNER))
    return MadeUp(records, notes)


def whole_file(path: Path, record: MadeUp) -> Path:
    with path.open("wb") as file:
        write_export(file, key=SIGNER.key, count=len(record.records), records=record.records, notes=record.notes)
    return path


def excerpt_file(path: Path, record: MadeUp, subject: str) -> Path:
    levels = Levels([r.hash for r in record.records])
    chosen = [(r, levels.proof(r.number - 1)) for r in record.records if f'"subject":"{subject}"'.encode() in r.leaf]
    with path.open("wb") as file:
        write_excerpt(file, key=SIGNER.key, count=len(chosen), records=chosen, note=record.notes[-1])
    return path
