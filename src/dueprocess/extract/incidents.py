"""People who, the text says, were kept too long: where, and for how long."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dueprocess.extract.gazetteer import Mention, Survey, of_case
from dueprocess.extract.model import Incident
from dueprocess.extract.numbers import NUMBER, value_of
from dueprocess.extract.papers import findings
from dueprocess.extract.sentences import Sentence

_LENGTH = re.compile(rf"(?:(?:another|about|nearly|almost|more than|some|roughly|an extra|over|for)[ \n])?(?<![-\w.,/])(?P<n>{NUMBER}|a|an|several|a[ \n]few|many)(?P<half>[ \n]and[ \n](?:a[ \n]|one-)half)?(?:[ \n](?:more|extra|additional|further|full|whole|long))?[ \n-](?P<unit>hours?|hrs?|days?|nights?|weeks?|months?|minutes?)\b(?![- ]old|'[ \n](?:use|notice|pay|work))(?:,?[ \n](?:and[ \n])?(?P<m>\d{{1,2}}|{NUMBER})[ \n](?P<minor>hours?|hrs?|minutes?))?", re.IGNORECASE)
_KEPT = re.compile(
    r"\b(?:was|were|been|being)[ \n](?:\w+[ \n])?(?:held|kept|detained|jailed|locked up|imprisoned|released|stuck)\b|\b(?:sat|spent|remained|stayed|waited|languished|overstayed|stuck|lingered)\b|\bhad been in\b"
    r"|(?<!be )(?<!are )(?<!is )\b(?:held|kept|detained|jailed)\b|\b(?:[Kk]eeping|[Hh]olding|[Dd]etaining|[Jj]ailing)[ \n](?:him|her|them|a|an|the|Mr\.|Ms\.|(?-i:[A-Z][a-z]+))|\b(?:was|were)[ \n](?:there|inside)[ \n](?:for|till|until)\b|\b(?:hours?|hrs?|days?)[ \n](?:past|beyond|too[ \n]long)\b|\b(?:hung|hanging)[ \n]on[ \n]to\b|\bholds?[ \n](?:a[ \n])?(?:man|woman|citizen|teen\w*|veteran|student|mother|father|worker)\b"
    r"|\b(?:still|was|were|remained|stayed)[ \n](?:\w+[ \n])?(?:behind[ \n]bars|in[ \n](?:jail|a cell|custody|there)|inside|locked up)\b|\bbefore[ \n](?:she|he|they)[ \n](?:got|was|were|could|walked|left)\b|\b(?:jail|prison|county|sheriff|they|we)[ \n]had[ \n](?:him|her|for|a|an)?\b|\b(?:walked[ \n]out|let[ \n](?:go|out)|freed|released|got[ \n]out|left[ \n](?:the[ \n]jail|with[ \n](?:agents|ICE|officers)|custody)|went[ \n]home)\b",
    re.IGNORECASE,
)
# One person and not many: a rule speaks of anybody.
_PERSON = re.compile(r"\b(?:he|she|He|She|His|Her|him|her|his|hers|man|woman|mother|father|boy|girl|teen\w*|citizen|client|veteran|worker|plaintiff|student|driver|cook|farmer|farmhand|laborer|roofer|picker|dishwasher|nurse|waiter|clerk|immigrant|inmate named|resident|somebody|one|fella|guy|lady|person|cousin|brother|sister|husband|wife|son|daughter|uncle|aunt|neighbor|landscaper|painter|mechanic|carpenter|shepherd|butcher|baker|cleaner|janitor|barber|welder|mason|drywaller|-year-old|Mr\.|Ms\.|Mrs\.)(?:\b|(?<=\.))|\b[A-Z][a-z]+[ \n](?:[A-Z]\.[ \n])?[A-Z][a-z]+(?:-[A-Z][a-z]+)?\b|\b(?:a|an|one)[ \n](?:[\w'-]+[ \n]){1,4}?(?:was|had[ \n]been|who[ \n]was)[ \n](?:\w+[ \n])?(?:held|kept|jailed|stuck|detained)\b|\b(?:held|kept|jailed|holding|keeping)[ \n](?:a|an)[ \n][\w-]+")
_RULE = re.compile(r"\b(?:up to|no more than|not more than|at most|for at least|within|may be|can be held|for as long as|(?:longer|more) than the|older than|aged?|under the|at least|shall|will|can be|would be|limits?|maximum|no longer than|if|policy|whether|to hold a|(?:over|in|for|during) the (?:past|last)|argue|less than|fewer than|any(?:one|body)|asks? (?:that|for))\b", re.IGNORECASE)
_PAST_DUE = re.compile(r"\b(?:after|past|beyond|longer|extra|detainer|ICE|immigration)\b")
_SUBJECT = re.compile(r"\b(?:detainer|ICE|immigration|release|sentence|bail|bond|citizen|American|charges?|dismissed|dropped|free to go|hold|form|paper|fax|judge|fine|bailed|jail|deport\w*)\b", re.IGNORECASE)
# What was brought out before is added up: "So that's fifty-four hours.", "Ninety-one hours."
_SUMMED = re.compile(rf"[\W\d]*(?:[QA][.:]\s*)?(?:So,?[ \n]|(?=[\w-]+[ \n]hours?\W*$))(?:that's[ \n]|that[ \n]is[ \n]|that[ \n]was[ \n]|it[ \n]was[ \n])?(?:about[ \n])?(?P<n>{NUMBER})[ \n](?P<unit>hours?|days?)[\W]*$", re.IGNORECASE)
_VAGUE = re.compile(r"(?:several|many|a[ \n]few)\Z", re.IGNORECASE)
_QUESTIONS = 25
# A single person kept, or how it went wrong.
_ONE = re.compile(r"\b(?:a|an|one)[ \n][\w-]+[ \n](?:was|had[ \n]been|who[ \n](?:was|had[ \n]been))[ \n](?:held|kept|jailed)\b|\b(?:held|kept|keeping|holding|jailed|had)[ \n](?:a|an|one|him|her)[ \n]|\b(?:turned out|longer than|too long|extra|by mistake|in error|wrong (?:man|woman|person)|mix-up|because (?:nobody|no one))\b", re.IGNORECASE)
# Not one stay but a practice, a rule or a price.
_GENERAL = re.compile(r"\b(?:(?:people|inmates|persons|men|women)[ \n](?:stayed|spent|sat|remained)|(?:holds|keeps)(?![ \n](?:a[ \n])?(?:man|woman|citizen|teen\w*|veteran|student|mother|father|worker)\b)|(?:will|shall|may|must|can) (?:be )?(?:held|hold|keep|kept|detain\w*)|people (?:are|were) held|(?:kept|held)[ \n](?:people|inmates|persons)\b|inmates|prisoners for|cost|\\$|asks?|used to|routinely|anyone|everyone|(?:nobody|no one)(?= (?:is|was|will|shall|may|gets|has|had|can)\b)|every|on average|average|longest|typically)\b|\$[\d,.]+[ \n](?:a|per|each|for each)\b", re.IGNORECASE)
# Waiting for something else than release, or kept by somebody else than a jail.
_ELSEWHERE = re.compile(r"\b(?:a detention center|detention centers|processing center|another state|one state|other state|talking|dentist|doctor|sick call|immigration court|at the border|years? in prison|sentenced to|shelter|hospital|notice|contract|comply|training)\b", re.IGNORECASE)
_SHORTEST = 4
_HOURS = {"hour": 1, "hr": 1, "day": 24, "night": 24, "week": 168, "month": 720, "minute": 1 / 60}


def incidents(text: str, parts: Sequence[Sentence], survey: Survey) -> list[Incident]:
    """The incidents in order; a duration that is a rule (``up to 48 hours``) is none."""
    found: list[Incident] = []
    often = len(findings("request", text)) > 1
    for sentence in parts:
        summed = _SUMMED.match(sentence.text)
        if summed is not None:
            before = " ".join(p.text for p in parts[max(0, sentence.index - _QUESTIONS) : sentence.index])
            value = value_of(summed["n"])
            if value is not None and _KEPT.search(before) and re.search(r"\b(?:detainer|ICE|immigration|hold)\b", before):
                place = _where(text, sentence, survey, 0)
                total = float(value * _HOURS[summed["unit"].lower().rstrip("s")])
                if not any(i.hours_overheld == total for i in found):
                    found.append(Incident(place=place.label if place else None, state=place.state if place else None, hours_overheld=total, duration_text=summed["n"] + " " + summed["unit"], quote=sentence.text, start=sentence.start, end=sentence.end))
            continue
        kept = _KEPT.search(sentence.text)
        near = " ".join(p.text for p in parts[max(0, sentence.index - 2) : sentence.index + 2])
        if kept is None or not (_SUBJECT.search(near) or (often and _ONE.search(sentence.text))) or not _PERSON.search(sentence.text) or _ELSEWHERE.search(sentence.text):
            continue
        # The exact length first: "nearly a week, 148 hours by her lawyer's count".
        for match in sorted(_LENGTH.finditer(sentence.text), key=lambda m: (_VAGUE.match(m["n"]) is not None, not m["unit"].lower().startswith("h"))):
            before = sentence.text[max(0, match.start() - 40) : match.start()]
            if match["unit"].lower() in ("month", "months", "week", "weeks") and not _PAST_DUE.search(near):
                continue
            around = sentence.text[max(0, min(kept.start(), match.start()) - 45) : max(kept.end(), match.end()) + 12]
            if _GENERAL.search(around):
                continue
            if _RULE.search(before) or abs(match.start() - kept.start()) > 160:
                continue
            value = 1 if match["n"].lower() in ("a", "an") else value_of(match["n"])
            unit = match["unit"].lower().rstrip("s")
            vague = _VAGUE.match(match["n"]) is not None
            if value is None and not vague:
                continue
            place = _where(text, sentence, survey, kept.start())
            hours = None if vague or value is None else round(float((value + (0.5 if match["half"] else 0)) * _HOURS[unit] + _rest(match)), 2)
            if hours is None and unit not in ("hour", "day"):
                continue
            if hours is not None and hours < _SHORTEST and not _PAST_DUE.search(sentence.text):
                continue
            same = next((i for i in found if i.hours_overheld == hours), None)
            if same is not None and (place is None or place.kind != "county" or (same.place or "").endswith(("County", "Parish"))):
                break  # told again
            if same is not None:
                found.remove(same)
            found.append(Incident(place=place.label if place and place.kind != "state" else None, state=place.state if place else None, hours_overheld=hours, duration_text=match.group(), quote=sentence.text, start=sentence.start, end=sentence.end))
            break
    return found


def _rest(match: re.Match[str]) -> float:
    """The hours of the second part of a length: "5 hours and 40 minutes"."""
    if match["minor"] is None:
        return 0.0
    value = value_of(match["m"])
    return float(value * _HOURS[match["minor"].lower().rstrip("s")]) if value is not None else 0.0


def _where(text: str, sentence: Sentence, survey: Survey, at: int) -> Mention | None:
    """The county or city of the sentence nearest to the verb, or the state that it names; else the county that the paragraph
    speaks of, or the only one of the text. None where several could be meant."""
    places = [m for m in survey.mentions if m.state and not of_case(text, m)]
    here = [m for m in places if sentence.start <= m.start < sentence.end]
    if not any(m.kind != "state" for m in here):
        here += [m for m in survey.mentions if m.state and m.kind == "county" and sentence.start <= m.start < sentence.end]  # the county of a case
    jails = [m for m in here if m.kind == "county" or m.office] or [m for m in here if m.kind == "city" and not text[max(0, m.start - 5) : m.start].endswith("from ")]
    here = jails or [m for m in here if m.kind == "state"]
    if here:
        return min(here, key=lambda m: abs(m.start - sentence.start - at))
    counties = [m for m in places if m.kind == "county" or (m.office and m.kind != "state")]
    if len({(m.base, m.state) for m in counties}) == 1:
        return counties[0]
    begin = text.rfind("\n\n", 0, sentence.start)
    inside = [m for m in counties if begin <= m.start < sentence.start]
    return inside[-1] if len({(m.base, m.state) for m in inside}) == 1 else None
