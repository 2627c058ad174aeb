"""A second opinion on an account or a stay in doubt: a small pretrained encoder, fitted on labelled texts, that reads its words in their order.

The model of ``odds.py`` counts words and classes; it does not see who does what to whom. The encoder does, and is a thousand times as dear:
so it is asked only of accounts whose chances leave a doubt. Its upper layers are there twice: one half tells the classes of accounts, the other
is asked about lengths of time (``reread.py``). Its weights (``data/extract/encoder*.onnx``, seven bits each) are fitted by ``data/extract/train_encoder.py``
and ``train_stays.py``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from dueprocess.extract.accounts import Account, Sensed, pieces_weighed, side_of, widened
from dueprocess.extract.atlas import Mention
from dueprocess.extract.odds import CLASSES, Odds
from dueprocess.extract.sentences import Sentence
from dueprocess.kernel.files import data_dir

MOST_TOKENS = 112
_MOST_CHARACTERS = 400
"""So long, or a piece longer, are the words that it is shown: as many as it reads."""
OWN, OTHER = "@", "#"
"""What stands in the place of the account's agency, and of others."""
BAR = " | "
"""What stands between what is shown together."""
MARK, MARKS = "*", 2
"""What stands before and behind the length in question."""
SURE = 0.75
"""Of accounts with a chance of at least that the encoder is not asked."""
WEIGHT = 0.5
"""What its chances count beside those of the model."""
_FEWEST_WORDS = 5
_LONGEST_WORD = 100


@cache
def _session(name: str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(data_dir("extract") / f"{name}.onnx"), options)


@cache
def _vocabulary() -> dict[str, int]:
    tokens = _session("encoder").get_modelmeta().custom_metadata_map["tokens"].split("\n")
    return {token: i for i, token in enumerate(tokens)}


def _states(ids: Sequence[int]) -> Any:
    """What the lower layers make of a text's word pieces."""
    return _session("encoder").run(None, {"ids": [ids]})[0]


def marked(sensed: Sensed, account: Account, mentions: Sequence[Mention]) -> str:
    """The words of an account, with a sign in the place of its agency's name, and another for those of others."""
    mine = account.mention
    found = []
    for begin, end, *_ in pieces_weighed(sensed, account, _MOST_CHARACTERS):
        at, words = begin, []
        for one in sorted(mentions, key=lambda m: (m.start, -m.end)):
            if one.start < at or one.end > end or (one.kind == "state" and not one.office):
                continue
            own = (one.base, one.state, side_of(one)) == (mine.base, mine.state, side_of(mine))
            words += [sensed.text[at : one.start], OWN if own else OTHER]
            at = one.end
        found.append(" ".join([*words, sensed.text[at:end]]))
    return " ".join(BAR.join(found).split())


class _Spaced(dict[int, str]):
    """What ``str.translate`` writes for each letter: nothing for an accent, a sign between spaces."""

    def __missing__(self, number: int) -> str:
        c = chr(number)
        category = unicodedata.category(c)
        sign = category[0] == "P" or (c.isascii() and not c.isalnum() and not c.isspace())
        found = self[number] = "" if category == "Mn" else f" {c} " if sign else c
        return found


_SPACED = _Spaced()


def _words(text: str) -> list[str]:
    """Words and signs of a text as BERT's vocabularies have them: lower case, without accents."""
    return unicodedata.normalize("NFD", text.lower()).translate(_SPACED).split()


def numbers(text: str, vocabulary: Mapping[str, int]) -> list[int]:
    """The numbers of a text's word pieces: of each word the longest piece that is known, then of what is left."""
    found = [vocabulary["[CLS]"]]
    for word in _words(text):
        if len(found) >= MOST_TOKENS:
            break
        if word in vocabulary:  # most are
            found.append(vocabulary[word])
            continue
        at, pieces = 0, []
        while at < len(word) <= _LONGEST_WORD:
            end = next((e for e in range(len(word), at, -1) if ("##" if at else "") + word[at:e] in vocabulary), 0)
            if not end:
                break
            pieces.append(vocabulary[("##" if at else "") + word[at:end]])
            at = end
        found += pieces if at == len(word) else [vocabulary["[UNK]"]]
    return [*found[: MOST_TOKENS - 1], vocabulary["[SEP]"]]


def chances(text: str) -> list[float]:
    """The chances of the classes, of an account's marked words."""
    states = _states(numbers(text, _vocabulary()))
    return [float(share) for share in _session("encoder-accounts").run(None, {"states": states})[0][0]]


def stay(text: str) -> float | None:
    """How likely the length of time between the marks of a passage (``reread.passage``) is a stay beyond release; None where the word pieces that it
    reads end before the second mark."""
    ids = numbers(text, _vocabulary())
    if len(ids) == MOST_TOKENS:  # too long: what stands behind the length says more than what stands before its sentence
        ids = numbers(text.partition(BAR)[2], _vocabulary())
    mark = _vocabulary()[MARK]
    if ids.count(mark) != MARKS:
        return None
    return float(_session("encoder-stays").run(None, {"states": _states(ids), "mark": [[i == mark for i in ids]]})[0][0][0])


def heard(first: Odds, sensed: Sensed, account: Account, mentions: Sequence[Mention], parts: Sequence[Sentence], weight: float = WEIGHT) -> Odds:
    """The chances of an account with the encoder's beside the model's, where those leave a doubt; its count ``weight``."""
    if max(first.of.values()) >= SURE:
        return first
    whole = widened(account, parts)
    if any("\t" in sensed.text[begin:end] for begin, end, *_ in pieces_weighed(sensed, whole)):
        return first  # of a table's rows it does not see the columns
    words = marked(sensed, whole, mentions)
    if len(words.split()) < _FEWEST_WORDS:
        return first
    second = chances(words)
    return Odds.out_of({name: (1 - weight) * first.of[name] + weight * share for name, share in zip(CLASSES, second, strict=True)})
