"""The record: append-only and tamper-evident. Bytes in, proofs out; it knows nothing of what the bytes mean.

Public formats, so that a defender can check an export offline: canonical JSON (RFC 8785), a Merkle tree (RFC 6962),
checkpoints as signed notes (C2SP). Personal data stand in sealed payloads: the record commits to them, and destroying a
payload's key erases it without breaking a proof.

Public names: ``Frontier``, ``Levels``, ``leaf_hash``, ``root_of``, ``inclusion_proof``, ``consistency_proof``, ``verify_inclusion``,
``verify_consistency`` (the tree); ``Checkpoint``, ``NoteKey``, ``NoteSigner``, ``sign_note``, ``open_note`` (notes);
``Sealed``, ``seal``, ``open_sealed`` (payloads); ``Leaf``, ``make_leaf``, ``read_leaf``, ``Record`` (entries);
``Chain``, ``Finding``, ``Report`` (checking); ``write_export``, ``write_excerpt``, ``verify_export``, ``Verdict`` (files); ``canonical``; ``standalone_source``.
"""

from dueprocess.ledger.canonical import canonical
from dueprocess.ledger.checking import Chain, Finding, Report
from dueprocess.ledger.export import Verdict, verify_export, write_excerpt, write_export
from dueprocess.ledger.notes import Checkpoint, NoteKey, NoteSigner, open_note, sign_note
from dueprocess.ledger.record import Leaf, Record, make_leaf, read_leaf
from dueprocess.ledger.sealing import Sealed, open_sealed, seal
from dueprocess.ledger.standing import standalone_source
from dueprocess.ledger.tree import (
    Frontier,
    Levels,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

__all__ = [
    "Chain",
    "Checkpoint",
    "Finding",
    "Frontier",
    "Leaf",
    "Levels",
    "NoteKey",
    "NoteSigner",
    "Record",
    "Report",
    "Sealed",
    "Verdict",
    "canonical",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "make_leaf",
    "open_note",
    "open_sealed",
    "read_leaf",
    "root_of",
    "seal",
    "sign_note",
    "standalone_source",
    "verify_consistency",
    "verify_export",
    "verify_inclusion",
    "write_excerpt",
    "write_export",
]
