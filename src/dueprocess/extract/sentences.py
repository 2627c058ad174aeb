"""Sentences and clauses of a text, as half-open spans of it."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from dueprocess.extract.wording import word_set

LONGEST = 1_200
"""A sentence is cut here: what is longer is no sentence, and patterns stay bounded."""

# A full stop after these ends no sentence.
_SHORT = word_set("abbreviations")
_END = re.compile(r"(?:[.!?…][\"'”’)\]]*)(?=\s)(?![ ]*\t)|\n[ \t]*\n|\n(?=[ \t]*(?:[-*•▪‣◦–—]|\(?[a-z0-9]{1,3}[.)])\s)|\n(?=[^\n]*\t)")
_LEADER = re.compile(r"\.{4}[ ](?=[^\s.])")
_MARK = re.compile(r"\s*[A-Z]{1,2}-\d{1,2}\.")
# Short forms that are words of their own in small letters.
_WORDS_TOO = frozenset(["no", "me", "miss", "ill", "mass", "wash", "cal", "id", "art", "col", "gen", "ore", "pa", "la", "in", "rev", "dist", "maj", "del", "tex"])
_LAST = re.compile(r"([\w.'’]+)\.[\"'”’)\]]*\Z")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: ``text`` is ``whole[start:end]``; ``index`` counts from 0; ``paragraph`` too."""

    text: str
    start: int
    end: int
    index: int
    paragraph: int


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text in order; a heading or a list item is one too."""
    found: list[Sentence] = []
    start = paragraph = 0

    def add(begin: int, end: int) -> None:
        while begin < end and text[begin].isspace():
            begin += 1
        while end > begin and text[end - 1].isspace():
            end -= 1
        while end - begin > LONGEST:
            cut = text.rfind(" ", begin + LONGEST // 2, begin + LONGEST)
            cut = cut if cut > begin else begin + LONGEST
            found.append(Sentence(text[begin:cut], begin, cut, len(found), paragraph))
            begin = cut + 1
        if end > begin:
            found.append(Sentence(text[begin:end], begin, end, len(found), paragraph))

    ends = deque(_line_ends(text))
    for match in _END.finditer(text):
        end = match.end()
        while ends and ends[0] < match.start():
            at = ends.popleft()
            if at > start:
                add(start, at)
                start = at
        if match.group().startswith("\n"):
            add(start, match.start())
            start = match.start()
            if match.group().strip(" \t").count("\n") > 1:
                paragraph += 1
            continue
        if match.group()[0] in ".!?" and "\t" in text[text.rfind("\n", 0, match.start()) + 1 : (text.find("\n", end) + 1 or len(text) + 1) - 1]:
            continue  # a row of a table is one sentence
        if match.group().startswith(".") and _LEADER.match(text, match.start() - 3):
            continue  # "Benton .......... 4"
        if _MARK.fullmatch(text, start, match.end()):
            continue  # "D-1. Jails that ..."
        if match.group().startswith("."):
            last = _LAST.search(text, max(start, end - 40), end)
            word = last[1].lower().strip("'’") if last else ""
            after = text[end : end + 60].lstrip(" \t\n\"'“‘([")
            if word in _SHORT or (len(word) == 1 and word.isalpha() and word != "i"):
                # "in the U.S. The county": an abbreviation may end a sentence too; only a plain start word tells.
                if last and last[1].islower() and word in _WORDS_TOO and after[:1].isupper():
                    pass  # "Put me down as no. If they ...": the word itself, not the short form of a name
                elif not (word in ("u.s", "a.m", "p.m", "d.c", "inc", "co", "n.m", "n.c", "n.y", "n.j") and re.match(r"(?:The|It|In|But|A|He|She|They|On|At|This|That|No|We)\b", after)):
                    continue
            elif after[:1].islower():
                continue
        add(start, end)
        start = end
    for at in ends:  # behind the last full stop
        if at > start:
            add(start, at)
            start = at
    add(start, len(text))
    return found


_BLOCK = re.compile(r"^[^\n]+(?:\n[ \t]*\S[^\n]*)+", re.MULTILINE)
_MOSTLY = 0.6
_LIST = 4
_SHORT_ITEM = 50


def _line_ends(text: str) -> list[int]:
    """The offsets of line ends that end a sentence though no mark stands there: of headlines, of items of a list.

    A wrapped line ends because the next word would not have fitted. Where it would have, the writer ended the line;
    in a block where nearly all lines end so, all do.
    """
    found: list[int] = []
    for block in _BLOCK.finditer(text):
        lines = block.group().split("\n")
        width = sorted(len(line.rstrip()) for line in lines)[int(0.9 * (len(lines) - 1))]  # not the longest: a page number may stand far out
        at = block.start()
        ends: list[tuple[int, bool]] = []
        runs = 0  # lines that go on in the next one
        for line, after in pairwise(lines):
            at += len(line)
            word = after.split(None, 1)[0]
            fits = len(line.rstrip()) + 1 + len(word) <= width
            if not (line.rstrip().endswith((",", "-")) or after.lstrip()[:1].islower()):
                ends.append((at, fits))
            else:
                runs += 1
            at += 1
        if len(lines) >= _LIST and all(line.lstrip(" \t*•-").lstrip()[:1].isupper() for line in lines):
            found += [e for e, _ in ends]  # no wrapped prose begins so many lines with a capital
            continue
        if lines[0].rstrip().endswith(":") and all(line.lstrip(" \t*•▪-–").lstrip()[:1].isupper() and len(line) < _SHORT_ITEM for line in lines[1:]):
            found += [e for e, _ in ends]  # a lead and its items
            continue
        chosen = sum(own for _, own in ends)
        if chosen >= _MOSTLY * (len(ends) + runs):
            found += [e for e, _ in ends]
        else:
            found += [e for e, own in ends if own]
    return found


_CLAUSE = re.compile(r";\s|\s[—–]\s|\s--\s|,\s(?:but|while|whereas|although|though|and|so)\s(?=(?:the\s)?[A-Z]|(?:he|she|it|they|we|his|her|its|the|there|a|an|in)\s)|\t")


def clauses(sentence: Sentence) -> list[tuple[int, int]]:
    """Spans (in the whole text) of a sentence's parts between strong breaks: ``;``, a dash, ``but``, ``while``."""
    spans: list[tuple[int, int]] = []
    begin = 0
    for match in _CLAUSE.finditer(sentence.text):
        if match.start() > begin:
            spans.append((sentence.start + begin, sentence.start + match.start()))
        begin = match.end() if match.group().strip()[:1] in (";", "—", "–", "-", "") else match.start()
    spans.append((sentence.start + begin, sentence.end))
    return spans
