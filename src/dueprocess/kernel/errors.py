"""Errors that a user can act on: one line that names the place, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(Exception):
    """Something a user gave cannot be used.

    The message is one line: where it is, what is wrong (values in brackets), what to do instead.
    The command line prints it and ends with status 2; no user's mistake shows a traceback.
    """

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what = what
        self.where = where
        self.do = do
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.do:
            text += f"; {self.do}"
        return " ".join(text.split())

    def at(self, where: str) -> InputError:
        """The same error, with the file or place put before what is already named."""
        joined = f"{where}: {self.where}" if self.where else where
        return type(self)(self.what, where=joined, do=self.do)


class LawError(InputError):
    """A file of law that must not be used. ``code`` names the rule that refuses it."""

    def __init__(self, what: str, *, where: str = "", do: str = "", code: str = "law") -> None:
        self.code = code
        super().__init__(what, where=where, do=do)

    def at(self, where: str) -> LawError:
        joined = f"{where}: {self.where}" if self.where else where
        return type(self)(self.what, where=joined, do=self.do, code=self.code)


class ContradictionError(InputError):
    """What was given cannot all be true: an impossible order of times, or papers against stated facts."""


def printable(text: str) -> str:
    """A line without what a terminal would act on (a file may be named with escapes)."""
    return "".join(c if c.isprintable() else "?" for c in text)


def shown(value: object) -> str:
    """A value as an error may repeat it: a short scalar as YAML writes it; of a list or mapping only what it is.

    People paste names into odd places; what stands inside a collection is never repeated.
    """
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return text if len(text) <= 60 else text[:57] + "..."


def nearest(name: object, known: Iterable[str], *, label: str = "did you mean") -> str:
    """``did you mean [x]?`` for the closest known name, or the empty string."""
    found = get_close_matches(str(name).lower()[:100], list(known), n=1, cutoff=0.6)
    return f"{label} [{found[0]}]?" if found else ""
