"""What stands around a number in its sentence: verbs of counting and paying, articles, words on detainers, ways of sharing a whole."""

from __future__ import annotations

import re
from functools import cache

from dueprocess.extract.numbers import NUMBER
from dueprocess.extract.quick import Quick
from dueprocess.extract.wording import pattern as wording

BODIES_LATER = Quick(r"[ \n](?:of[ \n](?:them|those|these)[ \n])?(?:(?:that|who|which)[ \n](?:\w+[ \n]){1,4})?(?:said|say|told|report(?:ed)?|answered|hold|honor|refuse|decline|require|want|limit|have[ \n](?:never|stopped|ended|changed|quit|adopted)|haven't|has[ \n](?:never|stopped)|are[ \n](?:thinking|reviewing|still|undecided)|do[ \n]as)\b", re.IGNORECASE)
"""A number before it counts agencies: "eleven told the paper"."""
PER_TIME = Quick(r"[ \n](?:in[ \n](?:all[ \n]of[ \n])?(?:19|20)\d\d|last[ \n](?:year|month|week|fiscal)|this[ \n](?:year|month)|a[ \n](?:year|month|week|day)|so[ \n]far|(?:per|each|every)[ \n](?:year|month|week)|year[ \n]to[ \n]date|since[ \n])", re.IGNORECASE)
"""So many a year: requests come by time, agencies do not."""


@cache
def _cues() -> dict[str, re.Pattern[str] | Quick]:
    return {
        "request": wording("stances", "request"),
        "ice": re.compile(r"\b(?:ICE|[Ii]mmigration|deport\w*|Border Patrol)\b"),
        "hold": Quick(r"\b(?:held|hold(?:s|ing)?|kept|keep(?:s|ing)?|detain\w*|past (?:their|his|her|release)|releas\w+|turned (?:over|away|down)|handed|picked up|custody|declin\w+|honor\w*|refus\w+|delay\w*)\b", re.IGNORECASE),
        "tally": Quick(r"\b(?:count(?:s|ed)?|tally|number|figures?|list(?:s|ed)?|total|survey|according to|data|report|records|estimat\w+|percent)\b", re.IGNORECASE),
        "money": Quick(r"\b(?:settle\w*|judgment|verdict|jury|damages|award\w*|insur\w+|carrier|check|suit|sued|claim)\b", re.IGNORECASE),
        "budget": Quick(r"\b(?:budget|contract|bid|salar\w+|tax|fee|fine|bail|bond|stamps|raise[ds]?|dues|purchase|beds?|rent|phone|commissary|grants?)\b", re.IGNORECASE),
        "housing": wording("stances", "housing"),
        "policy": Quick(r"\b(?:polic(?:y|ies)|warrants?|probable cause|limit\w*|stopped|ended|changed|cooperat\w+|sanctuary|uncooperative)\b", re.IGNORECASE),
        "year": Quick(r"\b(?:last year|this year|in (?:19|20)\d\d|since|fiscal|calendar|so far|months?|between|quarter)\b", re.IGNORECASE),
        "other": wording("counts", "other"),
        "program": re.compile(r"287\(g\)|\bbusiness|\bschool|\bchurch|\bhospital|\bdetention centers?\b"),
        "vote": Quick(r"\b(?:vote[ds]?|voted|motion|seconded|approved)\b", re.IGNORECASE),
    }


def of_line(text: str) -> dict[str, bool]:
    """Which kinds of words the sentence has, by their names."""
    return {name: p.search(text) is not None for name, p in _cues().items()}


@cache
def _lead() -> Quick:
    return Quick(rf"(?:{wording('counts', 'lead').pattern})[ \n]$", re.IGNORECASE)


_VERB = Quick(
    r"\b(?:(?P<count>counts?|counted|tally|number(?:s|ed)?|figure|total|list(?:s|ed)?)|(?P<got>received?s?|receives|got|gets|had|has|sent|lodged|issued|logged|fielded)|(?P<acted>honored|declined|refused|held|kept|released|accepted|turned over|picked up|rejected|freed|handed)"
    r"|(?P<say>says?|said|put|puts|knew of|heard|got to|told|named|reported|estimates?d?)|(?P<pay>paid|pays?|settled|settle|awarded|owes?|cost|costs?|spent|check for|lost|losing|reimburse[sd]?))\b[^.;]{0,25}$",
    re.IGNORECASE,
)
_WHOLE = Quick(rf"(?:{NUMBER}),?[ \n](?:out[ \n])?of[ \n](?:the[ \n])?(?:(?:\w+[ \n])?\w+'s[ \n])?$", re.IGNORECASE)
_THE = re.compile(r"\b(?P<w>the|all|our|its|their|of the|of (?:the )?(?:state|county)'s|[A-Z]\w+'s|these|those|every|another|other|remaining|the other)[ \n]$")


def near(text: str, start: int, end: int) -> set[str]:
    """What stands right around a number."""
    before, after = text[max(0, start - 45) : start], text[end : end + 40]
    found = set()
    verb = _VERB.search(before)
    if verb:
        found.add(f"verb:{verb.lastgroup}")
    if _lead().search(text[max(0, start - 90) : start]):
        found.add("lead")
    the = _THE.search(text[max(0, start - 22) : start])
    if the:
        word = the["w"].lower()
        found.add("the:" + (word if word in ("the", "all", "other", "remaining", "the other", "another", "of the", "these", "those", "every") else "own"))
    if _WHOLE.search(before):
        found.add("whole")
    if re.search(r"(?:^|[.:;(]\s)[\"']?(?:Out )?[Oo]f (?:the |all |my |our |its |[A-Z]\w+'s )?$", text[:start][-20:]) and re.match(r"[^.;]{0,60},? [^.;]{0,40}\b(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty)\b", text[end : end + 120]):
        found.add("whole")  # "Of nine jails that we asked, four ..."
    if BODIES_LATER.match(text, end):
        found.add("bodies")
    if re.search(r"\b(?:from|up from|down from|to|between|and|or)[ \n]$", before):
        found.add("range")
    if wording("stances", "request").search(before) or wording("stances", "request").search(after):
        found.add("near:request")
    if re.search(r"\b(?:ICE|immigration)\b", before + after, re.IGNORECASE):
        found.add("near:ice")
    if _cues()["hold"].search(after) or _cues()["hold"].search(before):
        found.add("near:hold")
    if wording("counts", "other").search(before[-25:] + text[start:end] + after[:25]):
        found.add("near:other")
    if re.search(r"(?:\b(?:detainers?|requests?|held|released?|picked up|turned over|declined|honored|transferred|lodged|received)\b[^.;:]{0,30})?[:,][ \n]+$", before):
        found.add("colon")
    if re.match(r"[ \n](?:of which|of whom|of those|of them|of these)\b", after) or re.search(r"\b[Oo]f (?:those|these|them|which|whom),? (?:[a-z]+ ){0,2}$", before) or re.search(r"\bof (?:which|whom) $", before):
        found.add("part-of")
    if PER_TIME.match(text, end):
        found.add("per-time")
    if not text[:start].strip(" \"'-("):
        found.add("first")
    if re.search(r"\b(?:at|is|was|were|to|as)[ \n]$", before):
        found.add("at")
    return found
