"""Canonical bytes and content hashes: the same value gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical_bytes(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, UTF-8. Floats are refused where they would not survive."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def content_hash(value: Any) -> str:
    """``sha256:`` and 64 hex digits of the canonical bytes."""
    return "sha256:" + hashlib.sha256(canonical_bytes(value)).hexdigest()
