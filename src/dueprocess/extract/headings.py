"""Headings that tell a position, and the items under them that tell whose it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dueprocess.extract.atlas import Mention
from dueprocess.extract.papers import Stance
from dueprocess.extract.sentences import Sentence
from dueprocess.extract.stances import blocked, stance
from dueprocess.extract.subjects import OFFICES
from dueprocess.extract.tables import in_cell

_FILLER = re.compile(r"\b(?:and|the|of|or|since|as|in|effective|from|county|counties|sheriff(?:'s)?|office|department|jail|co|dept|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|\d+\w*)\b|[\W_]+", re.IGNORECASE)
_MOST_LEFT = 3
_LONGEST_HEAD = 110
_LONGEST_LIST = 60


class Headings:
    """The heading under which items stand, as far as it tells a position."""

    def __init__(self) -> None:
        self._open: tuple[Stance, int] | None = None

    def reads(self, sentence: Sentence, inside: Sequence[Mention], *, topical: bool) -> tuple[Stance, list[Mention]] | None:
        """The heading's stance and the agencies of an item that has nothing but their names; None for all other sentences."""
        here = [m for m in inside if m.state and (m.kind == "county" or m.role in OFFICES)]
        colon = sentence.text.find(":")
        if here and topical and 0 < colon < _LONGEST_HEAD and all(m.start > sentence.start + colon for m in here) and _is_item(sentence, inside, skip=colon):
            taken = _of_head(sentence.text[:colon])
            return (taken, here) if taken is not None else None
        if not here:
            self._open = self._head(sentence) if topical else None
            return None
        if self._open is None or sentence.index - self._open[1] > _LONGEST_LIST or not _is_item(sentence, inside):
            self._open = None if not _is_item(sentence, inside) else self._open
            return None
        return self._open[0], here

    def _head(self, sentence: Sentence) -> tuple[Stance, int] | None:
        words = sentence.text.strip(" *#-=:\n")
        if len(words) > _LONGEST_HEAD or sentence.text.rstrip(" \n\"')").endswith((".", "?", "!")) or "\t" in sentence.text:
            return None
        taken = _of_head(words)
        return (taken, sentence.index) if taken is not None else None


def _of_head(words: str) -> Stance | None:
    words = words.capitalize() if words.isupper() else words
    if _NO_ANSWER.search(words):
        return None
    taken = stance(words, topical=True) or (in_cell(words, None) if len(words.split()) <= _SHORT else None)
    if taken is None or blocked(words, taken.at, mild=taken.position in ("undecided", "unknown")):
        return None
    return taken


_SHORT = 8
_NO_ANSWER = re.compile(r"\b(?:did not|didn't|has not|never|no)\b (?:answer|respond|reply|response|return|call back|contact)", re.IGNORECASE)


def _is_item(sentence: Sentence, inside: Sequence[Mention], *, skip: int = 0) -> bool:
    rest = list(" " * skip + sentence.text[skip:])
    for mention in inside:
        for at in range(max(0, mention.start - sentence.start), min(len(rest), mention.end - sentence.start)):
            rest[at] = " "
    return len(_FILLER.sub(" ", "".join(rest)).split()) <= _MOST_LEFT and len(sentence.text) < _LONGEST_HEAD * 3
