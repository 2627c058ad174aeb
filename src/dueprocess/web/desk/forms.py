"""What the forms' lists hold, of the law in use, and what is written into them."""

from __future__ import annotations

from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.law import Lawbook


def boxes_of(lawbook: Lawbook) -> list[str]:
    """Every box that a detainer may have, by the case file's names."""
    return sorted(f.box for f in lawbook.vocabulary.facts.values() if f.box)


def editions_of(lawbook: Lawbook) -> list[str]:
    """Every edition of every form."""
    return sorted({e for editions in lawbook.forms.values() for e in editions} | {"2016-09"})


def read_value(lawbook: Lawbook, name: str, text: str, *, where: str = "value") -> Any:
    """A fact's value as it was written. Raises InputError for a fact that there is none of, and for a value of another type."""
    fact, given = lawbook.vocabulary.fact(name, where="fact"), text.strip()
    if fact.type == "boolean":
        if given not in ("yes", "no"):
            raise InputError("this is answered with yes or no", where=where, do="choose one; leave it open where it is not known")
        return given == "yes"
    if fact.type == "number":
        try:
            return float(given) if "." in given else int(given)
        except ValueError:
            raise InputError("this is no number", where=where, do="write a number") from None
    return given
