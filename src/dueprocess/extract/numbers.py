"""Numbers as people write them: ``8,700``, ``$315 million``, ``thirty-four``, ``more than a dozen``."""

from __future__ import annotations

import re

_ONES = {w: i for i, w in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"))}
_TENS = {w: 10 * i for i, w in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)}
_SCALE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_TEN = "|".join(_TENS)
_ONE = "|".join(sorted(_ONES, key=len, reverse=True))
_DIGIT = "one|two|three|four|five|six|seven|eight|nine"
_SMALL = rf"(?:(?:{_TEN})(?:[- \n](?:{_DIGIT})\b)?|(?:{_ONE}))"
_AND = r"(?:[ \n]and)?[- \n]"
# "one ninety-one", "two-ninety-four": hundreds as they are spoken.
_SPOKEN = rf"(?:{_DIGIT})[- \n](?:{_TEN})(?:[- \n](?:{_DIGIT})\b)?"
WORDS = rf"(?:(?:{_SMALL}|a)[- \n](?:hundred|thousand|million)(?:{_AND}{_SMALL}\b(?:[- \n](?:hundred|thousand))?(?:{_AND}{_SMALL}\b)?)?|{_SPOKEN}|{_SMALL})"
"""A pattern (lower case) of a number in words."""
DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
NUMBER = rf"(?:{DIGITS}(?:\s(?:hundred|thousand|million|billion))?|\b(?:a|one|two|three|four|five|several)\sdozen\b|\bseveral\s(?:hundred|thousand)\b|\b{WORDS}\b)"
"""A pattern of any number that ``value_of`` reads."""


def value_of(text: str) -> int | float | None:
    """The value of a number in digits or words; None where it has none (``several dozen``)."""
    flat = text.strip().lower().replace(",", "").lstrip("$").strip()
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(?:[\s-]+(hundred|thousand|million|billion))?", flat)
    if match:
        number = round(float(match[1]) * _SCALE.get(match[2] or "", 1), 2)
        return int(number) if number == int(number) else number
    dozen = re.fullmatch(r"(a|one|two|three|four|five)\s+dozen", flat)
    if dozen:
        return 12 * ({"a": 1}.get(dozen[1]) or _ONES[dozen[1]])
    total = part = 0
    words = re.split(r"[\s-]+", flat)
    if len(words) > 1 and 0 < _ONES.get(words[0], 0) < _TENS["twenty"] // 2 and words[1] in _TENS:
        words.insert(1, "hundred")
    for word in words:
        if word in _ONES:
            part += _ONES[word]
        elif word in _TENS:
            part += _TENS[word]
        elif word == "a":
            part += 1
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in _SCALE:
            total, part = total + (part or 1) * _SCALE[word], 0
        elif word != "and":
            return None
    return total + part


def is_year(text: str, value: int | float) -> bool:
    """Whether a number is rather a year."""
    return 1900 <= value <= 2100 and ((text.isdigit() and len(text) == 4) or text.lower().startswith("two thousand"))
