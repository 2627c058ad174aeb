"""The source of the stand-alone verifier, to be handed out beside an export."""

from __future__ import annotations

from importlib.resources import files


def standalone_source() -> str:
    """One Python file that checks an export with the standard library and, for signatures and payloads, ``cryptography``."""
    return files("dueprocess.ledger").joinpath("standalone.py").read_text(encoding="utf-8")
