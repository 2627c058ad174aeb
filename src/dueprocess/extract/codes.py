"""Codes that a list gives for what its agencies do, and where the text says what they mean: "B = judge's warrant only ... Adams: B"."""

from __future__ import annotations

import re

from dueprocess.extract.quick import Quick

_CODE = r"(?P<code>\d|[A-Z]{1,4}\d?|[*+†?—–✔✘✓✗½●○◐■□]{1,2})"
_MARKED = r"[\"'\[(]?(?:\d|[A-Z]{1,4}\d?|[*+†?—–✔✘✓✗½●○◐■□]{1,2})[\"'\])]?[ ]*(?:=|means\b)"
# "JW = judge's warrant; N = lets people go on time", "A means that ...".
_MEANS = Quick(rf"(?<![\w.$'-])[\"'\[(]?{_CODE}[\"'\])]?[ ]*(?:=|[Mm]eans\b|stands for\b)[ ]*(?P<words>[^;\n=\t]{{3,200}}?)(?=[;\n\t]|\.(?:\s|$)|,?[ ]{_MARKED}|\Z)")
# "Codes (3, judicial warrant wanted; 2, ICE's own warrant suffices)", "Key: A - holds on the detainer; B - ...".
_LEAD = Quick(r"\b(?:codes?|coding|key|legend|symbols|boxes|ratings?|grades?|scale)\b[^.\n]{0,60}?[:(\n]", re.IGNORECASE)
_LISTED = re.compile(rf"(?:[:;,(\n.]|^)\s*[\"'(\[]?{_CODE}[\"')\]]?(?:[:,)]|(?<=[A-Z])\.|[ ]?[-–—]|(?<![\s.(]I)(?<![\s.(]A)(?=[ ](?:[a-z]|ICE\b)))[ ]+(?P<words>[A-Za-z'’][^;\n]{{4,160}}?)(?=[;\n)]|\.(?:\s|$)|\Z)")
_REACH = 900
_FEWEST = 2
# What may stand between a name and its code.
_BEHIND = re.compile(r"(?:[ ](?:County|Parish|Co\.|jail|Jail|Sheriff(?:'s (?:Office|Department))?))?(?:[ ]\([^)\n]{1,30}\))?[\s:=|.,–—-]*[\"'\[(]?")
_SHORT = 12
"""Words of an item in which a code may stand further behind."""


class Legend:
    """The codes of a text, each with where its meaning stands; empty where fewer than two are explained."""

    def __init__(self, text: str) -> None:
        self._text = text
        found = [*_MEANS.finditer(text)]
        for lead in _LEAD.finditer(text):
            found += _LISTED.finditer(text, lead.end() - 1, min(len(text), lead.end() + _REACH))
        self._meanings: dict[str, tuple[int, int]] = {}
        for match in found:
            self._meanings.setdefault(match["code"], (match.start("code"), match.end("words")))
        if len(self._meanings) < _FEWEST:
            self._meanings = {}
        codes = sorted(self._meanings, key=len, reverse=True)
        self._shown = re.compile(rf"(?<![\w'’-])(?P<code>{'|'.join(re.escape(c) for c in codes)})(?![\w'’%-])") if codes else None

    def explains(self, begin: int, end: int) -> bool:
        """Whether a span lies among the meanings of the codes."""
        return any(begin < last and end > first for first, last in self._meanings.values())

    def behind(self, begin: int, end: int) -> int:
        """Where the meanings that a span holds end; ``begin`` where it holds none."""
        return max((last for first, last in self._meanings.values() if begin <= first and last <= end), default=begin)

    def meant(self, begin: int, end: int) -> tuple[int, int] | None:
        """Where the meaning of the code stands that follows a name; ``begin`` is the name's end, ``end`` the end of what is said of it."""
        if self._shown is None or self.explains(begin, begin + 1):
            return None
        behind = _BEHIND.match(self._text, begin)
        found = self._shown.match(self._text, behind.end() if behind is not None else begin)
        if found is None and len(self._text[begin:end].split()) <= _SHORT:
            found = next((m for m in self._shown.finditer(self._text, begin, end) if not m["code"].isdigit() and m["code"] not in ("A", "I")), None)
        return self._meanings[found["code"]] if found is not None and found.end() <= end else None
