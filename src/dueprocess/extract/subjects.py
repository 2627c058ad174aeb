"""Whose position a sentence tells: the agency named in it, a person's, or the one spoken of before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dueprocess.extract.atlas import mail_heads
from dueprocess.extract.gazetteer import Mention, Survey, of_case
from dueprocess.extract.papers import Stance, says
from dueprocess.extract.people import Person
from dueprocess.extract.quick import Quick
from dueprocess.extract.sentences import Sentence

OFFICES = ("sheriff", "corrections", "police")
# "the jail", "his office", "there": the agency spoken of before.
_REFERS = Quick(
    r"^[\W]*(?:it|they|he|she)\b|\b(?:we|deputies|staff|officers|the (?:sheriff(?:['’]s (?:office|department))?|office|department|jail|detention center|county|agency['’]s jail|prison|lockup|facility|policy|new policy|rule|order|members)|(?:his|her|its|their|our) (?:office|department|jails?|deputies|agency|staff)|this (?:office|agency|department))\b",
    re.IGNORECASE,
)
# A city's name right before its verb is its government.
_ACTS = re.compile(r"[ \n](?:will|would|does|has|no longer|now|stopped|refuses|declines|honors|holds|requires)\b")
_OWN_WORDS = Quick(r"\b(?:we|our|the (?:jail|sheriff|office|department|county)|deputies|(?:his|her|its) (?:office|jail|department))\b", re.IGNORECASE)
# A rule's own voice: "No person shall be held".
_IMPERSONAL = re.compile(r"(?:.*[:\"][ \n]*\"?)?(?:[\W\d]|[A-Za-z][.)]\s)*(?:A hold|Holds|(?:Only )?[Tt]he following|(?:A|An|Any|Each|Every|Such|The|These|All) (?:ICE |immigration |federal |faxed |bare )?(?:requests?|detainers?|individuals?|persons?|inmates?|prisoners?|detainees?|holds?)\b|When|If|Where|Upon|Once|No (?:person|one|inmate|individual|prisoner|detainee|hold|detainer)|Staff|Deputies|Members|Inmates|Officers|An inmate|A person|Detainers|Personnel|Shift)\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scene:
    """What the reader of a sentence has in mind: the text, its places, its people, the county that it is about, and the
    agency whose own document it is, if it is one."""

    text: str
    survey: Survey
    people: tuple[Person, ...]
    main: Mention | None
    house: Mention | None
    bill: bool
    sole: bool = False
    """Whether the text names no other agency or county than ``main``."""


def main_place(text: str, survey: Survey, title: str | None) -> Mention | None:
    """The county or city that the text is about: that of who published it, else the one named in the title, or most often."""
    if survey.own is not None:
        return survey.own
    if survey.head is not None and survey.head.office and survey.head.end == 0:
        return survey.head  # the text is about an agency that only its title or its publisher names
    weight: dict[tuple[str, str | None], int] = {}
    first: dict[tuple[str, str | None], Mention] = {}
    for mention in survey.mentions:
        if mention.kind == "state" or (mention.kind == "city" and mention.role == "city"):
            continue
        if of_case(text, mention):
            continue
        spot = (mention.base, mention.state)
        bonus = (4 if title and mention.label.split()[0] in title else 0) + (_HEADS if not text[: mention.start].strip() else 0)
        weight[spot] = weight.get(spot, bonus) + (2 if mention.role in OFFICES else 1)
        first.setdefault(spot, mention)
    return first[max(weight, key=lambda s: weight[s])] if weight else survey.head


_HEADS = 2
"""What it weighs that a text begins with a county's name."""


# The head of an order, a manual, a memo: a document of an agency about itself.
_DOCUMENT = re.compile(
    r"\b(?:ORDER|POLICY|DIRECTIVE|PROCEDURES?|MANUAL|MEMORANDUM|MEMO|BULLETIN|Special Order|General Order|Standing Order|Policy (?:and Procedure|Manual|No\.?|\d)|Operations Manual|Directive|Training Bulletin|Memorandum|Inmate Handbook|Post Order)\b|^(?:TO|FROM|RE|To|From|Re|Subject|SUBJECT):",
    re.MULTILINE,
)
_HEAD = 700
_LINE_OF = re.compile(r"^(?:FROM|From|TO|To):[^\n]*", re.MULTILINE)


def house(text: str, survey: Survey) -> Mention | None:
    """The agency whose own document a text is: of its letterhead, of its "From" line or of its "To" line; None for others."""
    head = text[:_HEAD]
    if not _DOCUMENT.search(head) or mail_heads(text):
        return None
    here = [m for m in survey.mentions if m.start < _HEAD and m.kind != "state" and m.state and not of_case(text, m)]
    first = _LINE_OF.search(head)
    for usable in ([m for m in here if m.role in OFFICES and (first is None or m.start < first.start())], [m for line in _LINE_OF.finditer(head) for m in here if line.start() <= m.start < line.end() and (m.role in OFFICES or m.kind == "county")], [m for m in here if m.role in OFFICES]):
        if usable:
            return usable[0]
    return None


# What stands before a place that is only compared with, or that something is done to.
_ASIDE = Quick(r"\b(?:like|unlike|than|against|from|near|outside|neighboring|as in|about|versus)[ \n](?:the[ \n]|neighboring[ \n])?$", re.IGNORECASE)


_PLACE_ITEM = re.compile(r"[A-Z][\w .'-]{2,30}, [A-Z][\w. ]{3,16}[.:](?=\s)")


def turned_to(text: str, inside: Sequence[Mention]) -> Mention | None:
    """The agency or county that a sentence leaves the reader with: the last that it does not name in passing."""
    usable = [m for m in inside if (m.kind == "county" or m.role in OFFICES or m.role == "body" or m.label.startswith("City of")) and not of_case(text, m)]
    if not usable and inside and _PLACE_ITEM.match(text, inside[0].start):
        usable = [m for m in inside[:1] if m.kind == "city" and m.state]  # "Alexandria, Virginia.": what an item of a list is about
    direct = [m for m in usable if not _ASIDE.search(text[max(0, m.start - 25) : m.start])]
    chosen = direct or usable
    return chosen[-1] if chosen else None


def who(scene: Scene, sentence: Sentence, inside: list[Mention], focus: Mention | None, begin: int, at: int, end: int, taken: Stance, *, near: bool) -> list[Mention]:
    """Whose stance it is: named before the verb in its clause, then anywhere before it, then behind it, then spoken of before."""
    usable = [m for m in inside if (m.kind == "county" or m.role in OFFICES or m.role == "body" or m.kind == "city") and not of_case(scene.text, m) and not OF_PERSON.match(scene.text, m.end)]
    for low, high in ((begin, at), (sentence.start, begin)):
        here = [m for m in usable if low <= m.start < high and not (m.kind == "city" and m.role == "city")]
        if here:
            offices = [m for m in here if m.role in OFFICES]
            chosen = (offices or here)[-1]
            return cluster(scene.text, here, chosen)
    cities = [m for m in usable if m.kind == "city" and m.role == "city" and m.start < at and _ACTS.match(scene.text[m.end : m.end + 14])]
    if cities:
        return [cities[-1]]
    named = [p for p in scene.people if sentence.start <= p.start < sentence.end and p.side == "own"]
    for person in named:
        if person.place is not None:
            return [person.place]
    for person in reversed(scene.people):
        if person.start < sentence.start and person.side == "own" and re.search(rf"\b{re.escape(person.last)}\b", sentence.text):
            place = person.place or _near(scene, person)
            if place is not None:
                return [place]
    after = [m for m in usable if at <= m.start < end and not (m.kind == "city" and m.role == "city")]
    behind = [m for m in after if re.search(r"\b(?:in|at|by|of|into)[ \n](?:the[ \n])?$", scene.text[max(0, m.start - 10) : m.start]) or m.role in OFFICES]
    listed = [m for m in after if m.kind == "county" and re.search(r"(?::|\b(?:are|include[sd]?|including|namely|such as))\s(?:the\s)?(?:[^.:]*[,;]\s|[^.:]*\band\s)?$", scene.text[at : m.start])]
    if listed and (says("group", scene.text[begin:at]) or _THESE.search(scene.text[begin:at])):
        return listed  # "These counties want a warrant: Linn, Benton and Lane."
    if behind:
        return [behind[0]]
    before = scene.text[begin:at]
    yes = taken.position == "honors_all" and not (near and taken.firm)
    asked = taken.position.startswith("requires_")  # "ICE must bring a warrant" is the jail's own rule
    if (not asked and _FOREIGN.search(before) and not _OWN_WORDS.search(before) and not _THE_PAPER.match(scene.text, at)) or (re.search(r"\b(?:[Tt]he state|ICE|[Ii]mmigration officials)\b[^.]{0,160}$", before) and not _OWN_WORDS.search(before) and yes):
        return []
    if taken.position == "notify_only" and not taken.firm and not says("negative", scene.text[begin:end]):
        return []  # a call by itself says too little of an agency that the sentence does not name
    own = _OWN_WORDS.search(scene.text[begin:end])
    if _ANY_AGENCY.search(before) and (not own or re.search(r"\b(?:a|any) (?:county|jail|sheriff|city|agency)\s(?:if|that|which|when|whose)\b", before)):
        return []  # "a county that asks ..." is none that the text names
    if says("group", before):
        return []  # what many do is no one agency's
    if yes and not own and not (focus is not None and _REFERS.search(before)):
        return []  # without anybody named, it is too little to say that an agency honors all
    if scene.bill and not says("we", before):
        return []  # in a hearing on a bill, a rule without a name is the bill's
    if scene.house is None and _IMPERATIVE.search(scene.text[begin:end]) and not own:
        return []  # advice to somebody, in a text that is no agency's order
    if scene.house is not None and (_IMPERSONAL.match(before) or _OURS.search(scene.text[begin:end])) and '"' not in before:
        return [scene.house]
    if focus is not None and (near or own or _REFERS.search(before) or _IMPERSONAL.match(before) or not before.strip(" \"'-*.:")):
        return [focus]
    if scene.sole and scene.main is not None and not _FOREIGN.search(before) and not _ELSEWHERE.search(before):
        return [scene.main]
    return []


# A subject that is none of the text's agency.
_ELSEWHERE = Quick(r"\b(?:ICE|other|others|another|agents?|courts?|judges?|law|state|federal|lawyers?|advocates?|sheriffs|counties|jails|they|who)\b[^.;]{0,40}$", re.IGNORECASE)


_THESE = Quick(r"\b(?:counties|sheriffs|jails|agencies|jurisdictions|parishes|places)\b", re.IGNORECASE)
# Another's doing: the immigration agency, a court, a law or an advocate stands as the subject right before the verb.
_FOREIGN = re.compile(
    r"(?:^|[,;:\"(][ \n]?|\b(?:that|and|but|because|if|as|while|which)[ \n])(?:[Tt]he[ \n]|[Aa][ \n]|[Tt]his[ \n])?(?:ICE|federal (?:government|law|agents|officials|court|judge)|immigration (?:officials|agents|officers)|agents?|courts?|judges?|magistrate|rulings?|statutes?|laws?|acts?|bills?|ordinance|resolution|lawmakers?|advocates?|activists?|critics|ACLU|attorney general|governor|union|state|country|president)[ \n](?:\w+[ \n]){0,5}$",
)


_IMPERATIVE = re.compile(r"(?:^\W*|\b(?:[Ii]f|[Ww]hen|[Ww]here|[Oo]nce)\b[^,]{3,90},[ \n])(?:[Kk]eep|[Hh]old|[Rr]elease|[Hh]onor|[Dd]etain|[Ll]et)[ \n]")
# "a Linn County man": somebody who lives there, or what is his.
RESIDENT = r"man|woman|resident|residents|couple|teen\w*|father|mother|family|native|farmer|business|student|Democrats|Republicans|taxpayers|voters|(?:bench |arrest |felony |traffic |criminal )?(?:warrant|charge|case|sentence)"
OF_PERSON = re.compile(rf"[ \n](?:{RESIDENT})\b")
# A document's way of speaking of the agency that issues it.
_OURS = re.compile(r"\b(?:our|[Ww]e|us|this (?:office|agency|department|facility|jail|order|policy|directive|procedure)|[Tt]he (?:Office|Agency|Department|Facility|Jail|Division|Bureau|Authority|Center)|members?|shift (?:commander|supervisor|sergeant)|booking (?:staff|deputy|deputies|officer|sergeant)|personnel|staff)\b")
_THE_PAPER = re.compile(r"(?:detainers?|holds?|requests?|forms?)\b", re.IGNORECASE)
_ANY_AGENCY = Quick(r"\b(?:a|any|each|every|another|some|most|no)[ \n](?:\w+[ \n]){0,2}?(?:county|jail|sheriff|city|agency|department|jurisdiction|locality|prison|warden)\b(?!'s)", re.IGNORECASE)


def _near(scene: Scene, person: Person) -> Mention | None:
    """The place spoken of where the person was first named: the last before, or the text's own."""
    before = [m for m in scene.survey.mentions if m.start < person.start and m.kind == "county"]
    return before[-1] if before and person.start - before[-1].end < 400 else scene.main


def cluster(text: str, here: list[Mention], chosen: Mention) -> list[Mention]:
    """The mention with those that a list joins to it (``Linn, Benton and Lane counties``)."""
    group = [chosen]
    place = here.index(chosen)
    for other in reversed(here[:place]):
        if re.fullmatch(r"(?:['’]s)?(?:,?[ \n](?:and|or|nor)|,)[ \n](?:the[ \n])?", text[other.end : group[0].start]):
            group.insert(0, other)
        else:
            break
    for other in here[place + 1 :]:
        if re.fullmatch(r"(?:['’]s)?(?:,?[ \n](?:and|or|nor)|,)[ \n](?:the[ \n])?", text[group[-1].end : other.start]):
            group.append(other)
        else:
            break
    return group
