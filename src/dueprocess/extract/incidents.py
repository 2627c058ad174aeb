"""People who, the text says, were kept too long: where, and for how long."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dueprocess.extract.gazetteer import Mention, Survey
from dueprocess.extract.model import Incident
from dueprocess.extract.numbers import NUMBER, value_of
from dueprocess.extract.sentences import Sentence

_LENGTH = re.compile(rf"(?:(?:another|about|nearly|almost|more than|some|roughly|an extra|over|for)[ \n])?(?P<n>{NUMBER}|a|an)(?:[ \n](?:more|extra|additional|further|full))?[ \n-](?P<unit>hours?|days?|nights?|weeks?|months?)\b", re.IGNORECASE)
_KEPT = re.compile(
    r"\b(?:was|were|been)[ \n](?:\w+[ \n])?(?:held|kept|detained|jailed|locked up|imprisoned|released)\b|\b(?:sat|spent|remained|stayed|waited|languished|overstayed)\b|\bhad been in\b"
    r"|(?<!be )(?<!are )(?<!is )\b(?:held|kept|detained|jailed)\b|\b(?:keeping|holding|detaining)[ \n](?:him|her|them|a|the)\b",
    re.IGNORECASE,
)
_RULE = re.compile(r"\b(?:up to|no more than|not more than|at most|for at least|within|may be|can be held|for as long as|older than|aged?|under the|at least|shall|will|can be|would be|limits?|maximum|no longer than|if|policy|any(?:one|body)|asks? (?:that|for))\b", re.IGNORECASE)
_PAST_DUE = re.compile(r"\b(?:after|past|beyond|longer|extra|detainer|ICE|immigration)\b")
_SUBJECT = re.compile(r"\b(?:detainer|ICE|immigration|release|sentence|bail|bond|citizen|American|charges?|dismissed|dropped|free to go|hold|form|paper)\b", re.IGNORECASE)
# Not one stay but a practice, a rule or a price.
_GENERAL = re.compile(r"\b(?:holds|keeps|(?:will|shall|may|must|can) (?:be )?(?:held|hold|keep|kept|detain\w*)|people (?:are|were) held|inmates|prisoners for|cost|\\$|asks?|used to|routinely|anyone|everyone|nobody|no one|every|on average|average|longest|typically)\b|\$", re.IGNORECASE)
_HOURS = {"hour": 1, "day": 24, "night": 24, "week": 168, "month": 720}


def incidents(text: str, parts: Sequence[Sentence], survey: Survey) -> list[Incident]:
    """The incidents in order; a duration that is a rule (``up to 48 hours``) is none."""
    found: list[Incident] = []
    for sentence in parts:
        kept = _KEPT.search(sentence.text)
        near = " ".join(p.text for p in parts[max(0, sentence.index - 2) : sentence.index + 2])
        if kept is None or not _SUBJECT.search(near):
            continue
        for match in _LENGTH.finditer(sentence.text):
            before = sentence.text[max(0, match.start() - 40) : match.start()]
            if match["unit"].lower() in ("month", "months", "week", "weeks") and not _PAST_DUE.search(sentence.text):
                continue
            around = sentence.text[max(0, min(kept.start(), match.start()) - 45) : max(kept.end(), match.end()) + 12]
            if _GENERAL.search(around):
                continue
            if _RULE.search(before) or abs(match.start() - kept.start()) > 160:
                continue
            value = 1 if match["n"].lower() in ("a", "an") else value_of(match["n"])
            unit = match["unit"].lower().rstrip("s")
            if value is None:
                continue
            place = _where(sentence, survey, kept.start())
            hours = float(value * _HOURS[unit])
            if any(i.hours_overheld == hours and i.place == (place.label if place else None) for i in found):
                break
            found.append(Incident(place=place.label if place else None, state=place.state if place else None, hours_overheld=hours, duration_text=match.group(), quote=sentence.text, start=sentence.start, end=sentence.end))
            break
    return found


def _where(sentence: Sentence, survey: Survey, at: int) -> Mention | None:
    """The county or city of the sentence nearest to the verb, else the last one named before."""
    places = [m for m in survey.mentions if m.kind != "state" and m.state]
    here = [m for m in places if sentence.start <= m.start < sentence.end]
    here = [m for m in here if m.kind == "county" or m.office] or here
    if here:
        return min(here, key=lambda m: abs(m.start - sentence.start - at))
    before = [m for m in places if m.start < sentence.start]
    return before[-1] if before else None
