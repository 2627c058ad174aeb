"""Which agency holds which position, put together from the stances of sentences and from who is spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dueprocess.extract.dates import days, effective
from dueprocess.extract.gazetteer import Mention, Survey, of_case, state_name
from dueprocess.extract.model import Claim, Draft
from dueprocess.extract.people import Person, people, speaker
from dueprocess.extract.rulings import rulings
from dueprocess.extract.sentences import Sentence, clauses
from dueprocess.extract.stances import Stance, blocked, findings, says, stance
from dueprocess.extract.statutes import statutes
from dueprocess.extract.wording import table

_OFFICES = ("sheriff", "corrections", "police")
# "the jail", "his office", "there": the agency spoken of before.
_REFERS = re.compile(
    r"^[\W]*(?:it|they|he|she)\b|\b(?:we|deputies|staff|officers|the (?:sheriff(?:['’]s (?:office|department))?|office|department|jail|detention center|county|agency['’]s jail|prison|lockup|facility|policy|new policy|rule|order|members)|(?:his|her|its|their|our) (?:office|department|jails?|deputies|agency|staff)|this (?:office|agency|department))\b",
    re.IGNORECASE,
)
# A city's name right before its verb is its government.
_ACTS = re.compile(r"[ \n](?:will|would|does|has|no longer|now|stopped|refuses|declines|honors|holds|requires)\b")
_OWN_WORDS = re.compile(r"\b(?:we|our|the (?:jail|sheriff|office|department|county)|deputies|(?:his|her|its) (?:office|jail|department))\b", re.IGNORECASE)
# A rule's own voice: "No person shall be held".
_IMPERSONAL = re.compile(r"[\W\d]*(?:A hold|Holds|No (?:person|one|inmate|individual|prisoner|detainee|hold|detainer)|Staff|Deputies|Members|Inmates|Officers|An inmate|A person|Detainers|Personnel|Shift)\b")


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the reader of a sentence has in mind: the text, its places, its people, and the county that it is about."""

    text: str
    survey: Survey
    people: tuple[Person, ...]
    main: Mention | None
    bill: bool


def claims(text: str, parts: Sequence[Sentence], survey: Survey, *, published: str | None, title: str | None) -> list[Claim]:
    """The claims of a text; an agency whose state cannot be told gives none."""
    scene = _Scene(text, survey, tuple(people(text, survey.mentions)), _main(text, survey, title), len(re.findall(r"\bbill\b", text)) > 2)
    drafts: list[Draft] = []
    topical_until = -1
    # A text that keeps coming back to detainers is about them in between, too.
    reach = 25 if len(findings("request", text)) >= 4 else 8
    focus: Mention | None = scene.main
    for sentence in parts:
        if "\t" in sentence.text and sentence.index == topical_until:
            topical_until += 1  # a table is about its head
        inside = [m for m in survey.mentions if sentence.start <= m.start < sentence.end and (m.kind != "state" or m.office)]
        if (says("immigration", sentence.text) and (says("request", sentence.text) or says("for-ice", sentence.text))) or says("request", sentence.text):
            topical_until = sentence.index + reach
        if not sentence.text.rstrip().endswith("?"):
            drafts += _of_sentence(scene, sentence, inside, focus, topical=sentence.index <= topical_until)
        for mention in inside:
            if (mention.kind == "county" or mention.role in _OFFICES or mention.role == "body") and not of_case(text, mention):
                focus = mention
    return _merged(scene, drafts, parts, published)


def _main(text: str, survey: Survey, title: str | None) -> Mention | None:
    """The county or city that the text is about: named in the title, or most often."""
    weight: dict[tuple[str, str | None], int] = {}
    first: dict[tuple[str, str | None], Mention] = {}
    for mention in survey.mentions:
        if mention.kind == "state" or (mention.kind == "city" and mention.role == "city"):
            continue
        if of_case(text, mention):
            continue
        spot = (mention.base, mention.state)
        bonus = 4 if title and mention.label.split()[0] in title else 0
        weight[spot] = weight.get(spot, bonus) + (2 if mention.role in _OFFICES else 1)
        first.setdefault(spot, mention)
    return first[max(weight, key=lambda s: weight[s])] if weight else None


def _of_sentence(scene: _Scene, sentence: Sentence, inside: list[Mention], focus: Mention | None, *, topical: bool) -> list[Draft]:
    found: list[Draft] = []
    for begin, end in clauses(sentence):
        words = scene.text[begin:end]
        taken = stance(words, topical=topical)
        if taken is None or (blocked(words, taken.at) and not (says("statewide", words) and not says("hypothetical", words) and not says("urging", words))):
            continue
        if taken.position not in ("undecided", "unknown") and re.search(r"\bwould\b", words[: taken.at + 12]) and not says("reported", sentence.text):
            continue
        state = _statewide(scene, sentence, words, begin)
        if state is not None:
            found.append(_draft(state, taken, begin, end, sentence, None))
            continue
        who = _who(scene, sentence, inside, focus, begin, begin + taken.at, end, yes=taken.position == "honors_all")
        said = speaker(sentence, list(scene.people), scene.text)
        for mention in who:
            if mention.state is None:
                continue
            found.append(_draft(mention, taken, begin, end, sentence, said))
    return found


def _statewide(scene: _Scene, sentence: Sentence, words: str, begin: int) -> Mention | None:
    """All agencies of the state, where a law in force is told: the state of the sentence, else the text's own."""
    match = says("statewide", words)
    if match is None or not says("state-rule", sentence.text):
        return None
    if any(m.kind == "county" and sentence.start <= m.start < begin + match.end() for m in scene.survey.mentions):
        return None
    named = [m.state for m in scene.survey.mentions if m.kind == "state" and sentence.start <= m.start < sentence.end]
    code = named[0] if len(set(named)) == 1 else scene.survey.state if not named else None
    if code is None:
        return None
    at = begin + match.start()
    return Mention(at, at + 1, "state", code.lower(), code, code, f"us/{code.lower()}", "state", "law enforcement agencies (all)", True)


def _draft(mention: Mention, taken: Stance, begin: int, end: int, sentence: Sentence, said: str | None) -> Draft:
    assert mention.state is not None
    return Draft(
        base=mention.base, state=mention.state, label=mention.label, place=mention.place, kind=mention.kind, role=mention.role or mention.kind,
        office=mention.office, position=taken.position, accepts=taken.accepts, start=begin, end=end, sentence=sentence.index,
        firm=taken.firm, notice=taken.notice, speaker=said, explicit=sentence.start <= mention.start < sentence.end,
    )  # fmt: skip


def _who(scene: _Scene, sentence: Sentence, inside: list[Mention], focus: Mention | None, begin: int, at: int, end: int, *, yes: bool) -> list[Mention]:
    """Whose stance it is: named before the verb in its clause, then anywhere before it, then behind it, then spoken of before."""
    usable = [m for m in inside if (m.kind == "county" or m.role in _OFFICES or m.role == "body" or m.kind == "city") and not of_case(scene.text, m)]
    for low, high in ((begin, at), (sentence.start, begin)):
        here = [m for m in usable if low <= m.start < high and not (m.kind == "city" and m.role == "city")]
        if here:
            offices = [m for m in here if m.role in _OFFICES]
            chosen = (offices or here)[-1]
            return _cluster(scene.text, here, chosen)
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
    behind = [m for m in after if re.search(r"\b(?:in|at|by|of|into)[ \n](?:the[ \n])?$", scene.text[max(0, m.start - 10) : m.start]) or m.role in _OFFICES]
    if behind:
        return [behind[0]]
    if re.search(r"\b(?:[Tt]he state|ICE|[Ii]mmigration officials)\b[^.]{0,160}$", scene.text[begin:at]) and not _OWN_WORDS.search(scene.text[begin:at]):
        return []
    if yes and not _OWN_WORDS.search(scene.text[begin:at]):
        return []  # a bare pronoun is too little to say that an agency honors all
    if scene.bill and not says("we", scene.text[begin:at]):
        return []  # in a hearing on a bill, a rule without a name is the bill's
    if focus is not None and (_REFERS.search(scene.text[begin:at]) or _IMPERSONAL.match(scene.text[begin:at])):
        return [focus]
    return []


def _near(scene: _Scene, person: Person) -> Mention | None:
    """The place spoken of where the person was first named: the last before, or the text's own."""
    before = [m for m in scene.survey.mentions if m.start < person.start and m.kind == "county"]
    return before[-1] if before and person.start - before[-1].end < 400 else scene.main


def _cluster(text: str, here: list[Mention], chosen: Mention) -> list[Mention]:
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


# -- one claim an agency -------------------------------------------------------------------------------


def _merged(scene: _Scene, drafts: list[Draft], parts: Sequence[Sentence], published: str | None) -> list[Claim]:
    groups: dict[tuple[str, str, str], list[Draft]] = {}
    for draft in drafts:
        side = "state" if draft.kind == "state" else "police" if draft.role == "police" else "city" if draft.kind == "city" and draft.role in ("city", "body") else "jail"
        groups.setdefault((draft.base, draft.state, side), []).append(draft)
    found: list[Claim] = []
    for (_, _, side), group in groups.items():
        best = _best(group)
        if best is None:
            continue
        rival = {"honors_all": "declines_all", "declines_all": "honors_all"}.get(best.position)
        for other in group:
            # Two people who say opposite things of one agency are two claims.
            if other.position == rival and other.firm and other.explicit and best.firm and best.explicit and other.sentence != best.sentence:
                found.append(_claim(scene, other, [other], parts, published, side))
                break
        found.append(_claim(scene, best, group, parts, published, side))
    return sorted(found, key=lambda c: c.start)


def _claim(scene: _Scene, best: Draft, group: list[Draft], parts: Sequence[Sentence], published: str | None, side: str) -> Claim:
    base, state = best.base, best.state
    if best.position == "declines_all" and _notice(scene, parts, best, group):
        best.position = "notify_only"
    agency, role = _agency(scene, base, state, best, side)
    sentence = parts[best.sentence]
    starts = next((e for e in (effective(parts[d.sentence].text, published) for d in (best, *group)) if e), None)
    said = [d.iso for d in days(sentence.text, published) if d.iso != effective(sentence.text, published)]
    return Claim(
        agency=agency,
        county_or_city=None if best.kind == "state" else best.label,
        state=state,
        agency_id=f"{best.place}/{role}" if best.place else None,
        position=best.position,
        accepts=best.accepts,
        effective_date=starts,
        announced_date=said[0] if said else None,
        speaker=best.speaker,
        motive=_motive(parts, best),
        cites=_cites(parts, best),
        quote=scene.text[best.start : best.end],
        start=best.start,
        end=best.end,
    )


_RANK = {"requires_judicial_warrant": 5, "requires_court_order": 5, "requires_any_warrant": 5, "requires_probable_cause": 5, "limits_by_offense": 4, "notify_only": 3, "declines_all": 2, "honors_all": 2, "undecided": 1, "unknown": 0}


def _best(group: list[Draft]) -> Draft | None:
    """The draft that says most: a condition before a bare yes or no, the agency's name before a pronoun, first before later."""
    order = sorted(group, key=lambda d: (-_RANK[d.position] + (0 if d.firm else 2.5 if _RANK[d.position] > 2 else 0), not (d.explicit and d.firm), not d.explicit, d.sentence))
    best = order[0]
    named = [d for d in order if d.explicit and d.firm]
    if named and not (best.explicit and best.firm) and _RANK[named[0].position] >= 2 and best.position not in ("requires_judicial_warrant", "requires_court_order", "requires_any_warrant", "requires_probable_cause"):
        best = named[0]
    return best


def _notice(scene: _Scene, parts: Sequence[Sentence], best: Draft, group: list[Draft]) -> bool:
    """Whether the agency also promises a call: in the same words, or in the sentences around them that speak of it."""
    if any(d.notice for d in group):
        return True
    for part in parts[max(0, best.sentence - 2) : best.sentence + 3]:
        if part.paragraph != parts[best.sentence].paragraph and part.index != best.sentence + 1:
            continue
        others = [m for m in scene.survey.mentions if part.start <= m.start < part.end and m.kind != "state" and m.base != best.base]
        match = says("notify", part.text)
        if match and not others and not says("no-notify", part.text) and not blocked(part.text, match.start()):
            return True
    return False


def _agency(scene: _Scene, base: str, state: str, best: Draft, side: str) -> tuple[str, str]:
    """The agency's name and role: as the text writes it, the sheriff's before the jail's."""
    mine = [m for m in scene.survey.mentions if m.base == base and m.state == state and m.office]
    if side == "police":
        office = next((m.office for m in mine if m.role == "police" and m.office), None)
        return _proper(office or f"{best.label} Police Department"), "police"
    if side == "state":
        office = best.office or ""
        return (f"{state_name(state)} {office}" if best.role == "state" else _proper(office or best.label)), best.role
    if side == "city":
        return best.label, "city"
    sheriffs = [m.office or "" for m in mine if m.role == "sheriff"]
    jails = [m.office or "" for m in mine if m.role == "corrections"]
    jails = [j for j in jails if re.search(r"[A-Z][a-z]+$", j)] or jails
    full = [s for s in sheriffs if re.search(r"(?i)office|dep", s)]
    if best.role == "corrections" and jails and not full and re.search(r"(?i)depart|division|correction|bureau|metro", " ".join(jails)):
        return _proper(jails[0]), "corrections"
    if full:
        return _proper(full[0]), "sheriff"
    if sheriffs or re.search(r"\bSheriff\b|\bsheriff['’]s\b", scene.text[max(0, best.start - 600) : best.end + 300]):
        return f"{best.label} Sheriff's Office", "sheriff"
    if jails:
        return _proper(jails[0]), "corrections"
    return best.label, "county"


def _proper(name: str) -> str:
    flat = re.sub(r"^[Tt]he ", "", name).replace("’", "'").replace("sheriff's office", "Sheriff's Office").replace("sheriff's department", "Sheriff's Department")
    return re.sub(r"County's (?=jail|detention)", "County ", flat)


def _motive(parts: Sequence[Sentence], best: Draft) -> str | None:
    """The first reason that the sentence, or the next two, give."""
    near = " ".join(p.text for p in parts[best.sentence : best.sentence + 3])
    for motive, wording in table("motives").items():
        if re.search(wording, near, re.IGNORECASE):
            return str(motive)
    return None


def _cites(parts: Sequence[Sentence], best: Draft) -> tuple[str, ...]:
    """The rulings and laws that the sentence, or the next two of its paragraph, name."""
    near = [p.text for p in parts[best.sentence : best.sentence + 3] if p.paragraph == parts[best.sentence].paragraph]
    text = " ".join(near)
    return tuple(dict.fromkeys([*(r.name for r in rulings(text)), *(s.name for s in statutes(text))]))
