"""What the forms' lists hold, of the law in use."""

from __future__ import annotations

from dueprocess.law import Lawbook


def boxes_of(lawbook: Lawbook) -> list[str]:
    """Every box that a detainer may have, by the case file's names."""
    return sorted(f.box for f in lawbook.vocabulary.facts.values() if f.box)


def editions_of(lawbook: Lawbook) -> list[str]:
    """Every edition of every form."""
    return sorted({e for editions in lawbook.forms.values() for e in editions} | {"2016-09"})
