"""Spellings of place names: path slugs, and keys under which different spellings meet."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9]+")
# Spellings that differ only in these words name the same place in every list that was compared.
_WORDS = {"saint": "st", "sainte": "ste", "mount": "mt", "fort": "ft", "and": "", "the": ""}


def fold(text: str) -> str:
    """``text`` in lower-case ASCII: no accents, apostrophes or periods (``Doña Ana`` → ``dona ana``)."""
    flat = (
        text
        if text.isascii()
        else "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    )
    for mark in ("'", "’", "ʻ", "`", "."):
        flat = flat.replace(mark, "")
    return flat.lower()


def slug(name: str) -> str:
    """The last step of a place's path, from its Census legal name (``St. Mary's County`` → ``st-marys-county``)."""
    return _NOT_WORD.sub("-", fold(name)).strip("-")


def words(text: str) -> list[str]:
    """The words of a name, folded, with common abbreviations made one (``Saint`` and ``St.``)."""
    found = (_WORDS.get(w, w) for w in _NOT_WORD.split(fold(text)))
    return [w for w in found if w]


def key(parts: list[str]) -> str:
    """One key for all spacings of a name (``De Kalb`` and ``DeKalb``)."""
    return "".join(parts)
