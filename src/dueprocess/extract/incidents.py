"""People who, the text says, were kept too long: where, and for how long."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dueprocess.extract.gazetteer import Mention, Survey, of_case
from dueprocess.extract.model import Incident
from dueprocess.extract.numbers import NUMBER, value_of
from dueprocess.extract.sentences import Sentence

_LENGTH = re.compile(rf"(?:(?:another|about|nearly|almost|more than|some|roughly|an extra|over|for)[ \n])?(?<![-\w.,/])(?P<n>{NUMBER}|a|an)(?:[ \n](?:more|extra|additional|further|full|whole|long))?[ \n-](?P<unit>hours?|days?|nights?|weeks?|months?|minutes?)\b(?![- ]old)", re.IGNORECASE)
_KEPT = re.compile(
    r"\b(?:was|were|been|being)[ \n](?:\w+[ \n])?(?:held|kept|detained|jailed|locked up|imprisoned|released|stuck)\b|\b(?:sat|spent|remained|stayed|waited|languished|overstayed|stuck|lingered)\b|\bhad been in\b"
    r"|(?<!be )(?<!are )(?<!is )\b(?:held|kept|detained|jailed)\b|\b(?:keeping|holding|detaining)[ \n](?:him|her|them|a|the)\b|\b(?:hung|hanging)[ \n]on[ \n]to\b|\bholds?[ \n](?:a[ \n])?(?:man|woman|citizen|teen\w*|veteran|student|mother|father|worker)\b"
    r"|\b(?:still|was|were|remained|stayed)[ \n](?:\w+[ \n])?(?:behind[ \n]bars|in[ \n](?:jail|a cell|custody|there)|inside|locked up)\b|\bbefore[ \n](?:she|he|they)[ \n](?:got|was|were|could|walked|left)\b|\b(?:jail|prison|county|sheriff|they)[ \n]had[ \n](?:him|her|for)?\b|\b(?:walked[ \n]out|let[ \n](?:go|out)|freed|released|got[ \n]out)\b",
    re.IGNORECASE,
)
# One person and not many: a rule speaks of anybody.
_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers|man|woman|mother|father|boy|girl|teen\w*|citizen|client|veteran|worker|plaintiff|student|driver|cook|farmer|farmhand|laborer|roofer|picker|dishwasher|nurse|waiter|clerk|immigrant|inmate named|resident|somebody|one|fella|guy|person|-year-old|Mr\.|Ms\.|Mrs\.)(?:\b|(?<=\.))|\b[A-Z][a-z]+[ \n](?:[A-Z]\.[ \n])?[A-Z][a-z]+(?:-[A-Z][a-z]+)?\b")
_RULE = re.compile(r"\b(?:up to|no more than|not more than|at most|for at least|within|may be|can be held|for as long as|older than|aged?|under the|at least|shall|will|can be|would be|limits?|maximum|no longer than|if|policy|any(?:one|body)|asks? (?:that|for))\b", re.IGNORECASE)
_PAST_DUE = re.compile(r"\b(?:after|past|beyond|longer|extra|detainer|ICE|immigration)\b")
_SUBJECT = re.compile(r"\b(?:detainer|ICE|immigration|release|sentence|bail|bond|citizen|American|charges?|dismissed|dropped|free to go|hold|form|paper|fax|judge|fine|bailed|jail|deport\w*)\b", re.IGNORECASE)
# Not one stay but a practice, a rule or a price.
_GENERAL = re.compile(r"\b(?:(?:holds|keeps)(?![ \n](?:a[ \n])?(?:man|woman|citizen|teen\w*|veteran|student|mother|father|worker)\b)|(?:will|shall|may|must|can) (?:be )?(?:held|hold|keep|kept|detain\w*)|people (?:are|were) held|inmates|prisoners for|cost|\\$|asks?|used to|routinely|anyone|everyone|nobody|no one|every|on average|average|longest|typically)\b|\$", re.IGNORECASE)
# Waiting for something else than release, or kept by somebody else than a jail.
_ELSEWHERE = re.compile(r"\b(?:a detention center|detention centers|processing center|another state|one state|other state|talking|dentist|doctor|sick call|immigration court|at the border|years? in prison|sentenced to|shelter|hospital|notice|contract|comply|training)\b", re.IGNORECASE)
_SHORTEST = 4
_HOURS = {"hour": 1, "day": 24, "night": 24, "week": 168, "month": 720, "minute": 1 / 60}


def incidents(text: str, parts: Sequence[Sentence], survey: Survey) -> list[Incident]:
    """The incidents in order; a duration that is a rule (``up to 48 hours``) is none."""
    found: list[Incident] = []
    for sentence in parts:
        kept = _KEPT.search(sentence.text)
        near = " ".join(p.text for p in parts[max(0, sentence.index - 2) : sentence.index + 2])
        if kept is None or not _SUBJECT.search(near) or not _PERSON.search(sentence.text) or _ELSEWHERE.search(sentence.text):
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
            place = _where(text, sentence, survey, kept.start())
            hours = round(float(value * _HOURS[unit]), 2)
            if hours < _SHORTEST and not _PAST_DUE.search(sentence.text):
                continue
            same = next((i for i in found if i.hours_overheld == hours), None)
            if same is not None and (place is None or place.kind != "county" or (same.place or "").endswith(("County", "Parish"))):
                break  # told again
            if same is not None:
                found.remove(same)
            found.append(Incident(place=place.label if place else None, state=place.state if place else None, hours_overheld=hours, duration_text=match.group(), quote=sentence.text, start=sentence.start, end=sentence.end))
            break
    return found


def _where(text: str, sentence: Sentence, survey: Survey, at: int) -> Mention | None:
    """The county or city of the sentence nearest to the verb, or the state that it names; else the last place named before."""
    places = [m for m in survey.mentions if m.state and not of_case(text, m)]
    here = [m for m in places if sentence.start <= m.start < sentence.end]
    here = [m for m in here if m.kind == "county" or m.office] or [m for m in here if m.kind == "city"] or here
    if here:
        return min(here, key=lambda m: abs(m.start - sentence.start - at))
    before = [m for m in places if m.start < sentence.start and m.kind != "state"]
    counties = [m for m in before if m.kind == "county" or m.office]
    nearest = counties or before
    return nearest[-1] if nearest else None
