"""How an audit's numbers and names are written for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dueprocess.audit.numbers import HOUR, Row
from dueprocess.law import Lawbook

CLASS_WORDS = {
    "certain": ("Certain", "held beyond what the encoded law allowed, wherever the uncertain times are placed"),
    "possible": ("Possible", "may have been: facts, recorded times or the law leave it open"),
    "no": ("No", "not held beyond what the encoded law allowed"),
    "contradiction": ("Contradiction", "the record cannot be right: its times or statements exclude each other"),
    "unknown": ("Unknown", "a time, or the agency, that the answer turns on is not in the record"),
}
DASH = "–"

RECORDED_TIMES = {
    "agency": ("the agency that held the person", "Name of the agency (and county) that had custody"),
    "booked": ("when the person was booked", "Date and hour of booking"),
    "release_due": (
        "when the local reason to hold ended",
        "Date and hour at which each local charge, sentence or warrant ended (disposition, bail paid, sentence served), and the hour at which release was due",
    ),
    "left": ("when the person left", "Date and hour at which the person left custody, and to whom"),
    "papers": ("when the papers came", "Date and hour at which each detainer or warrant was received, served and cancelled"),
}
"""Times by their name in ``missing``: in a few words, and as a records request asks for them."""


def class_name(name: str) -> str:
    """The class, or the classes told together, as a heading."""
    words = [CLASS_WORDS[n][0] for n in name.split(" or ") if n in CLASS_WORDS]
    return " or ".join([words[0], *(w.lower() for w in words[1:])]) if words else name.capitalize()


def class_meaning(name: str) -> str:
    """What a class means; of classes told together, why they are."""
    parts = name.split(" or ")
    return CLASS_WORDS[name][1] if len(parts) == 1 and name in CLASS_WORDS else "told together, since one of them is small"


def count(number: int | None) -> str:
    """``1,234``; a dash for None."""
    return DASH if number is None else f"{number:,}"


def share(part: int | None, of: int | None) -> str:
    """A share in percent to one place; a dash where there is nothing to share."""
    return DASH if not of or part is None else f"{100 * part / of:.1f} %"


def hours(seconds: float | None) -> str:
    """``1,234.5``; whole hours from a thousand up, and where no tenth is over. A little is never written as nothing."""
    if seconds is None:
        return DASH
    value = seconds / HOUR
    if 0 < value < 0.05:
        return "under 0.1"
    return f"{value:,.0f}" if value >= 1000 or round(value, 1) == round(value) else f"{value:,.1f}"


def hour_range(least: float | None, most: float | None) -> str:
    """``12.5 to 40``; one number where both are alike."""
    if least is None or most is None:
        return DASH
    low, high = hours(least), hours(most)
    return low if low == high else f"{low} to {high}"


def money_range(low: float | None, high: float | None) -> str:
    """``12,300 to 340,000 USD``, to three figures: more would claim what nobody knows. What is not known is said."""
    if low is None or high is None:
        return "not known"
    first, last = f"{float(f'{low:.3g}'):,.0f}", f"{float(f'{high:.3g}'):,.0f}"
    return f"{first} USD" if first == last else f"{first} to {last} USD"


def duration(seconds: float | None) -> str:
    """``19 hours``, ``3 days 4 hours``; rounded down, since it is told as what was lasted at least."""
    if seconds is None:
        return DASH
    whole = int(seconds // HOUR)
    if whole < 1:
        return plural(int(seconds // 60), "minute", "minutes")
    if whole < 48:
        return f"{whole} hour{'s' if whole != 1 else ''}"
    days, rest = divmod(whole, 24)
    return f"{days} days" + (f" {plural(rest, 'hour', 'hours')}" if rest else "")


def missing_words(name: str, lawbook: Lawbook) -> Row:
    """What a name in ``missing`` is: in words, what to ask for, and whether records could tell it at all."""
    if name in RECORDED_TIMES:
        short, asked = RECORDED_TIMES[name]
        return {"label": short, "asked": asked, "whether": short, "law": False}
    fact = lawbook.vocabulary.facts.get(name)
    if fact is None:
        return dict.fromkeys(("label", "asked", "whether"), name.replace("_", " ")) | {"law": False}
    whether = f"whether {fact.phrase}" if fact.type == "boolean" and fact.phrase else fact.phrase or name.replace("_", " ")
    return {"label": name.replace("_", " "), "asked": " ".join(fact.question.split()), "whether": whether, "law": fact.origin == "declared"}


_ICE_ROWS = {"ice-detainers": ("detainer", "detainers"), "ice-arrests": ("arrest by ICE", "arrests by ICE"), "ice-detentions": ("stint in ICE's detention", "stints in ICE's detention")}


def unit_of(info: Mapping[str, Any]) -> tuple[str, str]:
    """What a row of the files is, one and several: a stay in custody, unless ICE's own release lists something else."""
    preset = str(info.get("preset") or "")
    return next((words for name, words in _ICE_ROWS.items() if preset.startswith(name)), ("stay", "stays"))


def no_stay(info: Mapping[str, Any]) -> str:
    """Why rows of ICE's own releases are no stays in a jail, in a sentence; empty for other files."""
    one, _ = unit_of(info)
    if one == "stay":
        return ""
    return f"Each row is {'an' if one[0] in 'aeiou' else 'a'} {one} as ICE lists it, and no stay in a jail: one person may have several, and none says when a jail took the person in or had no more reason of its own to keep them."


def plural(number: int | None, one: str, many: str) -> str:
    """``1 stay``, ``1,234 stays``."""
    return f"{count(number)} {one if number == 1 else many}"


def told_of(row: Mapping[str, Any], name: str) -> int:
    """The stays of a class in a row."""
    return int(row["classes"][name]["stays"])
