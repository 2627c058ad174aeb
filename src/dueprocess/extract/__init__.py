"""Articles, memos and policies to proposed claims, each grounded in the words of the captured file.

What is proposed here is evidence for the registry, never law: a person reviews it first.
"""

from dueprocess.extract.capture import Capture, capture, read_capture
from dueprocess.extract.model import (
    LISTS,
    POSITIONS,
    Claim,
    Count,
    Extraction,
    Incident,
    Ruling,
    Statute,
    Unresolved,
)
from dueprocess.extract.reading import read

__all__ = [
    "LISTS", "POSITIONS", "Capture", "Claim", "Count", "Extraction", "Incident", "Ruling", "Statute", "Unresolved", "capture", "read", "read_capture",
]  # fmt: skip
