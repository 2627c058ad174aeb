"""Sums of money and shares in a sentence: ``$95,000``, ``forty thousand dollars``, ``two in three``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dueprocess.extract.numbers import value_of
from dueprocess.extract.quick import Quick

HEDGE = r"(?:(?:more than|less than|fewer than|at least|at most|up to|as many as|about|around|roughly|nearly|almost|some|over|under|only|just|an estimated|approximately|a little (?:under|over)|close to|not quite|perhaps|more like|no more than)[ \n])"
"""A pattern of a word that says that a number is not exact."""
_MONEY = Quick(rf"(?P<q>{HEDGE}?)\$(?P<n>\d[\d,]*(?:\.\d+)?(?:[ \n](?:million|billion|thousand))?)(?P<per>[ \n](?:a|per|each|for each)[ \n](?:day|night|inmate|bed|stay|hold|person|such stay))?", re.IGNORECASE)
_PARTS = Quick(r"\b(?P<q>(?:roughly|about|nearly|some)[ \n])?(?P<a>one|two|three|four|five|six|seven|eight|nine)[ \n](?:in|out of)(?:[ \n]every)?[ \n](?P<b>three|four|five|six|seven|eight|nine|ten|\d+)\b", re.IGNORECASE)
IN_WORDS = Quick(r"[ \n](?:dollars|bucks)\b", re.IGNORECASE)
"""What makes the number before it a sum."""
PAID = re.compile(r"\b(?:paid|pays?|settled (?:for|at|with \w+ for)|settle for|costs?|costing|spent|awarded|award of|owes?|check for)\b(?:[ \n](?!(?:for|of|on|in|to)\b)[\w']+){0,3}(?:[ \n](?:about|some|nearly|roughly|only))?[ \n]$")
"""Behind which a large number without a unit is a sum: "we paid him nineteen thousand five hundred"."""

Found = tuple[int, int, int | float, str, str, set[str]]
"""Start and end in the sentence, value, unit, wording, and features."""


def shares(text: str) -> Iterator[Found]:
    """Shares in words ("two in three", "nine out of ten"), as percent."""
    for match in _PARTS.finditer(text):
        whole = value_of(match["b"]) or 1
        if match["b"].isdigit() and 1900 <= whole <= 2100:
            continue  # "one in 2014"
        share = 100 * (value_of(match["a"]) or 0) / whole
        if share < 100:
            yield match.start(), match.end(), round(share, 1) if share % 1 else int(share), "percent", text[match.start() : match.end()], {"unit:percent", "part"}


def sums(text: str) -> Iterator[Found]:
    """Sums behind a dollar sign."""
    for match in _MONEY.finditer(text):
        value = value_of(match["n"])
        if value is not None:
            own = of_sum(value)
            if match["per"] or re.match(r"[ \n](?:a|per|an) ", text[match.end() :]):
                own.add("rate")
            yield match.start(), match.end(), value, rate(match["per"], text[match.end() : match.end() + 25]), " ".join(text[match.start("q") : match.end("n")].split()), own


def of_sum(value: int | float) -> set[str]:
    """The features of a sum: that it is one, and how large."""
    return {"unit:dollars", "size:$" + str(next((i for i, most in enumerate((100, 1_000, 10_000, 100_000, 1_000_000)) if value <= most), 5))}


def rate(per: str | None, after: str) -> str:
    """The unit of a sum: a whole, or a rate by what follows it."""
    words = f"{per or ''} {after}".lower()
    if re.search(r"^\s*(?:a|per|each)?\s*(?:day|night)|for one night|a (?:day|night)", words):
        return "dollars per day"
    if re.search(r"^\s*(?:for each such|per|a|for each) (?:stay|hold)", words):
        return "dollars per stay"
    return "dollars"
