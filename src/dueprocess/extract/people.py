"""Who is named with which title, and of which place: so that what a person says can be laid at an agency's door."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dueprocess.extract.gazetteer import Mention
from dueprocess.extract.quick import Quick
from dueprocess.extract.sentences import Sentence

_TITLES = (
    r"(?P<title>(?:(?:Acting|Interim|Chief|Deputy|Assistant|Newly elected|Former|Outgoing) )*"
    r"(?:Sheriff(?:-elect)?|Undersheriff|Police Chief|Chief(?: Deputy)?|Mayor|Warden|Jail (?:Administrator|Commander|Director|Captain)|Lt\.|Lieutenant|Sgt\.|Sergeant|Capt\.|Captain|Maj\.|Major|Cmdr\.|Commander|Deputy|"
    r"(?:County |City )?(?:Commissioner|Council(?:man|woman|member| Member)|Supervisor|Attorney|Executive|Manager|Administrator|Counsel)|Comm\.|Attorney General|Gov\.|Governor|Sen\.|Rep\.|State's Attorney|District Attorney|County Judge|Judge|Director))"
)
_PERSON = re.compile(rf"\b(?=[A-Z]){_TITLES}[ \n](?P<name>[A-Z][\w'’-]+(?:[ \n](?:[A-Z]\.|[A-Z][\w'’-]+)){{0,3}})")
_OWN = ("sheriff", "undersheriff", "deputy", "lt.", "lieutenant", "sgt.", "sergeant", "capt.", "captain", "maj.", "major", "cmdr.", "commander", "warden", "jail", "chief")
_BODY = ("commissioner", "council", "supervisor", "comm.", "mayor", "executive")


@dataclass(frozen=True, slots=True)
class Person:
    """A person with a public title; ``side`` is own (runs the jail or police), body (a council or board) or other."""

    title: str
    name: str
    side: str
    start: int
    end: int
    place: Mention | None

    @property
    def last(self) -> str:
        """The last name, by which later sentences call the person."""
        return self.name.split()[-1]


def people(text: str, mentions: tuple[Mention, ...]) -> list[Person]:
    """The people whom the text gives a title, in order, each with the place that it names with them."""
    found: list[Person] = []
    for match in _PERSON.finditer(text):
        title = match["title"]
        low = title.lower()
        side = "body" if any(w in low for w in _BODY) else "own" if any(w in low for w in _OWN) else "other"
        if any(w in low for w in ("attorney", "gov", "sen.", "rep.", "judge", "general", "counsel")):
            side = "other"
        place = None
        for mention in mentions:
            if mention.kind == "state":
                continue
            # "Linn County Sheriff Orville Thistlewick", "Sheriff Mann of DeKalb County".
            if (mention.start <= match.start() and match.start() - mention.end <= 1 < match.end() - mention.start and mention.end >= match.start() - 1) or (0 <= mention.start - match.end() <= 8 and re.fullmatch(r"(?:[ \n]of[ \n](?:the[ \n])?|,[ \n]of[ \n])", text[match.end() : mention.start])):
                place = mention
        found.append(Person(" ".join(title.split()), " ".join(match["name"].split()), side, match.start(), match.end(), place))
    return found


_SAID = Quick(r"\b(?:said|says|told|announced|wrote|explained|stated|added|testified|confirmed|noted|conceded|according to|reported|argued|declared)\b", re.IGNORECASE)


def speaker(sentence: Sentence, known: list[Person], text: str) -> str | None:
    """Whom the sentence names as saying it: a titled person, or one who was given a title before."""
    if not _SAID.search(sentence.text):
        return None
    for person in known:
        if sentence.start <= person.start < sentence.end:
            return f"{person.title} {person.name}"
    for person in reversed([p for p in known if p.start < sentence.start]):
        if re.search(rf"\b{re.escape(person.last)}\b", sentence.text):
            return f"{person.title} {person.name}"
    named = re.search(r"\b(?:said|according to|wrote|told) ((?:(?:a|the|an) )?(?:spokes\w+|records clerk|captain|lieutenant|jail administrator|statement|department|agency|sheriff)(?:[ ,]+[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)+)?)", sentence.text)
    return named[1] if named else None
