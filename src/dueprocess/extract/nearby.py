"""What a fitted model weighs of the words around a number: the words themselves, and their senses, by how near they stand."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from itertools import pairwise

from dueprocess.extract.quick import Quick
from dueprocess.extract.senses import sensed, senses, tokens
from dueprocess.extract.wording import pattern as wording
from dueprocess.extract.wording import table


def chance(weights: Mapping[str, float], features: Collection[str]) -> float:
    """The chance that a logistic model gives to something with these features; ``(always)`` is everything's."""
    return 1 / (1 + math.exp(-math.fsum((weights["(always)"], *(weights.get(f, 0.0) for f in features)))))


NEAR = 4
REACH = 12
"""So many words on each side are looked at; the nearer ones apart."""
_PERSON = Quick(
    r"\b(?:he|she|him|her|his|hers|man|woman|mother|father|boy|girl|teen\w*|citizen|client|veteran|worker|plaintiff|student|driver|cook|farmer|farmhand|laborer|roofer|picker|dishwasher|nurse|waiter|immigrant|resident|fella|guy|gentleman|lady|person|cousin|brother|sister|husband|wife|son|daughter|uncle|aunt|neighbor|mr|ms|mrs|inmate|detainee|prisoner|individual|somebody|someone|\w+-year-old)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b[A-Z][a-z]+[ \n](?:[A-Z]\.[ \n])?[A-Z][a-z]+(?:-[A-Z][a-z]+)?\b")


_SENTENCES = 256
_LENGTHS = (150, 700, 2_000, 4_000)
_THEMES = ("other-state", "beds", "program", "raid", "past-case", "bill", "elect", "court-case", "undecided", "offense")
_SOME, _MUCH = 2, 5
_TOPIC = ("ice", "req", "keep", "tell", "honor", "go")
_OF_TEXT = frozenset((*_THEMES, *_TOPIC))


@lru_cache(maxsize=1)  # figures and lengths of time are looked for in one text after the other
def of_text(text: str) -> frozenset[str]:
    """How much a text speaks of detainers: requests named, senses that it lacks, whether it is rather about beds for rent."""
    requests = len(wording("stances", "request").findall(text))
    found = {f"requests:{min(requests, 4)}"}
    if len(wording("stances", "housing").findall(text)) > requests:
        found.add("text:housing")
    often = Counter(name for name, _, _ in senses(tokens(text), _OF_TEXT))
    found |= {f"text:no-{name}" for name in _TOPIC if not often[name]}
    found |= {f"text:{name}:{'much' if often[name] >= _MUCH else 'some'}" for name in _THEMES if often[name] >= _SOME}
    found |= {f"theme:{name}" for name, pattern in themes() if len(pattern.findall(text)) > requests / 2}
    found.add(f"text:size:{sum(len(text) > n for n in _LENGTHS)}")
    found.add(f"text:ice:{min(len(_ICE.findall(text)), _MUCH)}")
    return frozenset(found)


@cache
def themes() -> tuple[tuple[str, Quick], ...]:
    """Other matters than immigration detainers that a text may be about, and their words."""
    return tuple((name, Quick(words, re.IGNORECASE)) for name, words in table("counts")["themes"].items())


_ICE = re.compile(r"\b(?:ICE|[Ii]mmigration|[Dd]eport\w*)\b")


@lru_cache(maxsize=_SENTENCES)
def of_sentence(text: str) -> frozenset[str]:
    """The senses and other marks that a sentence has, wherever in it."""
    words, classes = sensed(text)
    found = {name for name, _, _ in classes}
    if _PERSON.search(text):
        found.add("person")
    if _NAME.search(text):
        found.add("name")
    if "$" in text:
        found.add("money")
    if text.rstrip().endswith("?"):
        found.add("question")
    if len(words) < REACH:
        found.add("short")
    return frozenset(found)


def beside(text: str, start: int, end: int) -> set[str]:
    """The words before and behind ``text[start:end]``, and their senses."""
    before, behind = tokens(text[:start]), tokens(text[end:])
    lead = tokens(text[start:end])
    found = {f"lead:{lead[0]}"} if lead and not lead[0][0].isdigit() else set()
    found |= {f"bb:{a} {b}" for a, b in pairwise(before[-NEAR:])} | {f"ab:{a} {b}" for a, b in pairwise(behind[:NEAR])}
    for i, word in enumerate(reversed(before[-REACH:])):
        found.add(f"b:{word}")
        if i < NEAR:
            found.add(f"bn:{word}")
        if i == 0:
            found.add(f"b1:{word}")
    for i, word in enumerate(behind[:REACH]):
        found.add(f"a:{word}")
        if i < NEAR:
            found.add(f"an:{word}")
        if i == 0:
            found.add(f"a1:{word}")
    found |= {f"sb:{name}" for name, _, _ in senses(before[-REACH:])}
    found |= {f"sa:{name}" for name, _, _ in senses(behind[:REACH])}
    if not before:
        found.add("first")
    return found
