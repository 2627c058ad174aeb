"""The check that every entry stands in the captured text, character for character. What does not is not proposed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from dueprocess.extract.model import Grounded

Entry = TypeVar("Entry", bound=Grounded)
LONGEST_QUOTE = 1_200


def grounded(text: str, entries: Sequence[Entry]) -> tuple[list[Entry], int]:
    """The entries whose quote is ``text[start:end]`` and not empty, and how many were left out."""
    kept = [e for e in entries if is_grounded(text, e)]
    return kept, len(entries) - len(kept)


def is_grounded(text: str, entry: Grounded) -> bool:
    """Whether one entry's quote is the words at its offsets."""
    return (
        isinstance(entry.start, int) and isinstance(entry.end, int) and 0 <= entry.start < entry.end <= len(text)
        and entry.end - entry.start <= LONGEST_QUOTE and bool(entry.quote.strip()) and text[entry.start : entry.end] == entry.quote
    )  # fmt: skip
