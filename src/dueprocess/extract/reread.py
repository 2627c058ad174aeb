"""A second opinion on stays in doubt: the encoder reads the sentence of a length of time, and what stands beside it.

The model of ``incidents`` weighs the words around a length, wherever they stand; a sentence that takes a stay back ("he was serving a sentence
of thirty") has the same words as one that tells it. The encoder's second half (``data/extract/train_stays.py``) sees their order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dueprocess.extract import encoder
from dueprocess.extract.sentences import Sentence

_MOST, _BEFORE, _BEHIND = 200, 80, 80
"""So many characters of its sentence, of what stands before that and of what stands behind are shown."""
MOST_ASKED = 100
"""So many questions a text may cost, a pasted table of lengths, too."""
_DOUBT = (0.1, 0.9)
"""Of a length that is less or more likely a stay by the first model, the encoder is not asked."""
WEIGHT = 0.5
"""What its chance counts beside that of the first model."""


def passage(text: str, parts: Sequence[Sentence], index: int, start: int, end: int, since: int | None = None) -> str:
    """What is shown of ``text[start:end]``, which stands in the sentence ``index``, or begins in that of ``since``."""
    begin, last = parts[index if since is None else since].start, parts[index].end
    if last - begin > _MOST:
        begin, last = max(begin, start - _MOST // 2), min(last, end + _MOST // 2)
    pieces = text[max(0, begin - _BEFORE) : begin], text[begin:start], text[start:end], text[end:last], text[last : last + _BEHIND]
    before, lead, number, rest, behind = (" ".join(piece.replace(encoder.MARK, " ").split()) for piece in pieces)
    return f"{before}{encoder.BAR}{lead} {encoder.MARK} {number} {encoder.MARK} {rest}{encoder.BAR}{behind}"


def reread(firsts: Sequence[float], passages: Sequence[Callable[[], str]], least: float) -> list[float]:
    """The chances that lengths are stays beyond release: the first model's, and where those leave a doubt, with the encoder's.

    ``passages`` make what is shown of each; from ``least`` on a length is taken. Only where the answer could turn that is the encoder asked,
    and of a text with more such lengths than ``MOST_ASKED`` about those that are nearest to it.
    """
    doubted = [i for i, first in enumerate(firsts) if _DOUBT[0] <= first <= _DOUBT[1] and (1 - WEIGHT) * first < least <= (1 - WEIGHT) * first + WEIGHT]
    found = list(firsts)
    for i in sorted(doubted, key=lambda i: abs(firsts[i] - least))[:MOST_ASKED]:
        second = encoder.stay(passages[i]())
        if second is not None:
            found[i] = (1 - WEIGHT) * firsts[i] + WEIGHT * second
    return found
