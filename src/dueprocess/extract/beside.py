"""The state that a text writes right beside a name: ", Oregon", "(Miss.)", "in Iowa", "Oregon's", "Kendall and Grundy counties, Illinois"."""

from __future__ import annotations

import re

from dueprocess.extract.atlas import Mention, codes, index
from dueprocess.places.names import fold

_AFTER_STATE = re.compile(r"(?:,[ \n]|[ \n]\(|[ \n]in[ \n](?:the[ \n]state[ \n]of[ \n])?|,?[ \n]STATE[ ]OF[ ])")
# "Kendall and Grundy counties, Illinois": what may stand between a county of a list and the state of them all.
_LISTED_ON = re.compile(r"(?:(?:,|,? and|,? or)[ \n][A-Z][\w.'’-]+(?:[ ][A-Z][\w.'’-]+)?){0,8}[ \n](?:[Cc]ounties|[Pp]arishes)(?=,)")
_LOUD = re.compile(r"([A-Z]{2,}\.?(?:[ ][A-Z]{3,}\.?)?|[A-Z]\.[ ]?[A-Z]\.(?![ ]?[A-Z]))(?![A-Za-z])")


def state_beside(text: str, mention: Mention) -> str | None:
    """The state written right behind or before a name (``, Oregon``; ``in Iowa``; ``Oregon's``)."""
    data = index()
    listed = _LISTED_ON.match(text, mention.end)
    gap = _AFTER_STATE.match(text, listed.end() if listed else mention.end)
    if gap:
        after = data.state_pattern.match(text, gap.end())
        if after:
            return data.states[fold(after[1])]
        loud = _LOUD.match(text, gap.end())  # "YORK COUNTY, MAINE", "TETON COUNTY, WYO."
        if loud and fold(loud[1]) in data.states:
            return data.states[fold(loud[1])]
        # A postal code, which only a comma or a bracket makes one.
        code = re.match(r"([A-Z]{2})\b", text[gap.end() :][:4]) if "in" not in gap.group() else None
        if code and code[1].lower() in codes():
            return code[1]
    # "Warren County, over the river in New Jersey,": the state in what is set between commas.
    aside = re.match(r",[ \n](?:[\w'-]+[ \n]){1,6}?(?:in|of)[ \n]", text[mention.end : mention.end + 60])
    if aside:
        after = data.state_pattern.match(text, mention.end + aside.end())
        if after and re.match(r"[,.;]", text[after.end() : after.end() + 1]):
            return data.states[fold(after[1])]
    coded = re.match(r"[ ]([A-Z]{2})(?=[:;),.|]|[ ]+[\d(–—-]|\t|[ ]*$)", text[mention.end : mention.end + 8], re.MULTILINE) if not text[mention.start : mention.end].isupper() else None  # "Hall NE: takes both"
    if coded and coded[1].lower() in codes():
        return coded[1]
    cell = re.match(r"[ ]*\t[ ]*([A-Z]{2})[ ]*(?=\t|$)", text[mention.end : mention.end + 12])
    if cell and cell[1].lower() in codes():
        return cell[1]
    # "Mariposa County ends immigration holds (California)": a headline or an item with its state in brackets at its end.
    line = text[mention.end : text.find("\n", mention.end) if "\n" in text[mention.end :] else len(text)]
    tail = re.search(r"\(([A-Z][A-Za-z. ]{1,20})\)[ .]*$", line[-30:])
    if tail and (fold(tail[1]) in data.states or tail[1].lower() in codes()):
        return data.states.get(fold(tail[1]), tail[1])
    # "the Jefferson County jail in Port Townsend, Washington"
    seat = re.match(r"[ \n]in[ \n](?:[A-Z][\w.'’]+[ \n]?){1,3},[ \n]", text[mention.end : mention.end + 50])
    if seat:
        after = data.state_pattern.match(text, mention.end + seat.end())
        if after:
            return data.states[fold(after[1])]
    # "Oregon's Clackamas County"; "Indiana. Monroe County, ..."
    before = re.search(r"([A-Z][a-z]+(?: [A-Z][a-z]+)?)(?:['’]s[ \n]|[.:][ \n]+)$", text[max(0, mention.start - 30) : mention.start])
    if before and fold(before[1]) in data.states:
        return data.states[fold(before[1])]
    return None
