"""What one sentence says about holding people on immigration detainers: a stance, before anyone is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from re import Match, Pattern

from dueprocess.extract.wording import pattern

# Which paper decides the position where a sentence names several, the strictest reading first.
_ORDER = (
    ("judicial-warrant", "requires_judicial_warrant", "judicial_warrant"),
    ("court-order", "requires_court_order", "court_order"),
    ("admin-warrant", "requires_any_warrant", "admin_warrant"),
    ("probable-cause", "requires_probable_cause", "probable_cause"),
    ("removal-order", "requires_any_warrant", "removal_order"),
    ("plain-warrant", "requires_judicial_warrant", "judicial_warrant"),
    ("offense", "limits_by_offense", "listed_offense"),
)


@dataclass(frozen=True, slots=True)
class Stance:
    """A position and what it accepts; ``at`` is the offset (in the text given) of the verb that says so, ``notice`` whether
    the same words promise the agency a call, ``firm`` whether it is about the request itself and not only about keeping."""

    position: str
    accepts: tuple[str, ...]
    at: int
    notice: bool
    firm: bool


@cache
def _p(entry: str) -> Pattern[str]:
    return pattern("stances", entry)


def says(entry: str, text: str) -> Match[str] | None:
    """The first place at which ``text`` has this wording."""
    return _p(entry).search(text)


def findings(entry: str, text: str) -> list[Match[str]]:
    """All places at which ``text`` has this wording."""
    return list(_p(entry).finditer(text))


def about_detainers(text: str) -> bool:
    """Whether a text is about immigration detainers at all, and not about those between states."""
    if says("immigration", text) is None:
        # A column may speak of detainers alone; those between states name their agreement.
        return len(_p("request").findall(text)) >= 2 and says("criminal-detainer", text) is None and re.search(r"\b(?:federal|Washington|Galarza|Miranda-Olivares)\b", text) is not None
    return bool(says("request", text) or says("for-ice", text) or says("hold", text))


def blocked(text: str, at: int) -> bool:
    """Whether a clause urges, supposes, alleges or recalls, before its verb at ``at``, rather than reports."""
    before = text[: at + 1]
    if any(says(entry, before) for entry in ("urging", "hypothetical", "of-law")):
        return True
    if says("past", text[: at + 40]) and not _p("change").search(text):
        return True
    return any(says(entry, text) for entry in ("allegation", "criminal-detainer", "error", "if-adopted"))


def stance(text: str, *, topical: bool) -> Stance | None:
    """The stance of one clause; ``topical`` says that the sentences before it were about detainers.

    None where it says nothing that fits a position.
    """
    text = _p("till-told").sub(lambda m: " " * len(m.group()), text)
    request = says("request", text) or (says("request-word", text) if topical else None)
    target = request or says("for-ice", text) or (says("everyone", text) if topical else None)
    if not (target or topical or re.search(r"\bICE\b", text)):
        return None
    firm = target is not None
    notice = says("notify", text) is not None and says("no-notify", text) is None
    silent = says("unanswered", text)
    if silent and (says("practice", text) or (topical and not says("notify", text) and _REFUSES.search(text))) and not _OF_ANOTHER.search(text):
        return Stance("unknown", (), silent.start(), False, firm)
    undecided = says("undecided", text)
    if undecided:
        return Stance("undecided", (), undecided.start(), False, firm)
    if says("not-enough", text):
        return None
    none = says("none-declined", text)
    if none:
        return Stance("honors_all", ("detainer",), none.start(), notice, firm)
    if _STAYS.search(text) and firm:
        return Stance("honors_all", ("detainer",), 0, notice, firm)
    if re.match(r"\W*[Ww]hat\b", text):
        return None  # "What they told us no longer holds"
    action = _action(text, request, topical=topical)
    refuse = says("refuse", text) or says("ended", text)
    released = _released(text) if target or topical else None
    if refuse is None and released is not None and (action is None or (released.start() < action.start() and _negated(text, action) is False and not says("still-holds", text))):
        refuse = released
    requires = says("requires", text)
    if action is None and refuse is None:
        papers = _papers(text, requires.start()) if requires and not _NO_NEED.search(text[: requires.start() + 1]) else []
        if requires and papers and (papers[0][0] != "offense" or (target and requires.group().lower().startswith("limit"))):
            return _conditional(papers, requires.start(), notice, firm)
        passive = says("required-paper", text)
        only = (passive if passive and not _NOT_NEEDED.search(text[: passive.start()]) else None) or says("only-after", text)
        papers = _papers(text, 0) if only else []
        if only and papers:
            return _conditional(papers, papers[0][1], notice, firm)
        told = says("only-notify", text)
        return Stance("notify_only", (), told.start(), True, firm) if told else None
    at = min(m.start() for m in (refuse, action) if m is not None)
    papers = _condition(text, at)
    needed = says("required-paper", text)
    if not papers and needed and not _NOT_NEEDED.search(text[: needed.start()]):
        papers = _papers(text, needed.start())
    if not papers and action is not None and refuse is None and not _negated(text, action):
        papers = [f for f in _papers(text, action.end()) if f[1] - action.end() <= _OBJECT]
    if papers:
        return _conditional(papers, at, notice, firm)
    negative = refuse is not None or (action is not None and _negated(text, action))
    if says("still-holds", text):
        negative = False
    if not negative and action is not None and re.match(r"(?:held|kept|honored|complied|accepted)\b", action.group(), re.IGNORECASE) and not _AUXILIARY.search(text[: action.start()]):
        return None  # the simple past tells what was
    if negative and (says("else", text) or says("most", text)):
        return None  # what is said of the others, or of some only
    if negative:
        return Stance("notify_only" if notice else "declines_all", (), at, notice, firm)
    if not firm or action is None or re.search(r"\bonly\b", text[action.start() :][:60]):
        return None
    if re.search(r"\b(?:may|can|could|might) (?:\w+ )?$", text[: action.start()]):
        return None  # a leave is no practice
    return Stance("honors_all", ("detainer",), at, notice, says("request", text) is not None or says("for-ice", text) is not None)


# So near behind the verb a paper is what is accepted ("accepts an I-205 with the detainer").
_OBJECT = 14
_REFUSES = re.compile(r"\b(?:won't|would not|wouldn't|will not|refus\w+|declin\w+|mum|no comment|none of \w+ business|silent|nothing to)\b", re.IGNORECASE)
_OF_ANOTHER = re.compile(r"\b(?:comment|speak|talk|say|discuss) (?:(?:on|about|of) )?(?:a|an|the|any|this|that|pending|ongoing) (?:\w+ )?(?:paper|bill|proposal|lawsuit|suit|contracts?|litigation|case|resolution|negotiations?|measure|settlement|incident|investigation|threats?|charges?|plan|deal|raid|arrests?|election|vote|claim)\b", re.IGNORECASE)
# "You're not going out my door until ICE has had its 48 hours."
_STAYS = re.compile(r"\b(?:not|nobody|no one|n't|never)\b[^.;]{0,30}\b(?:leaves?|leaving|walks?|goes|go|going|gets?|getting|released|let go|out)\b[^.;]{0,40}\b(?:until|till|before) (?:ICE|the (?:48|forty|agents|feds)|they|agents|48|forty|immigration)\b", re.IGNORECASE)
_NOT_NEEDED = re.compile(r"\b(?:no|without|not|nor)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_NO_NEED = re.compile(r"\b(?:not|n't|no longer|never|nor) (?:\w+ ){0,2}?\w?$", re.IGNORECASE)
# Letting a person go is declining, said from the other side; not where it is only the time of something else.
_LETS_GO = re.compile(
    r"\b(?:will|shall|must|is|are|gets?|'ll|be) (?:still |then |simply |also )?(?:be |get )?(?:released|freed|let go|let out|discharged|turned loose|cut loose|processed out|sent home)\b"
    r"|\b(?:walks?|goes|go) (?:right |straight )?(?:out|home|free)\b|\bout the door\b"
    r"|\b(?:lets?|letting|turns?|cuts?) (?!the clock)(?:\w+ ){1,3}(?:go|out|walk|loose|leave)\b|\b(?:releases|frees|discharges) (?:people|them|everyone|inmates|him|her|prisoners|persons|individuals|anyone)\b"
    r"|\b(?:will|shall|would|does|do|we|they|jail|to) (?:then |simply |still )?release (?:people|them|everyone|inmates|persons|prisoners|individuals|the person|on schedule)\b",
    re.IGNORECASE,
)
_ONLY_WHEN = re.compile(r"\b(?:when|before|after|until|if|once|whenever|date|time|hour|which|that|who|otherwise|about to|due to|until|eligible|ordered|would|nobody|no one|not|n't|never|without)\b[^.;,]{0,60}$", re.IGNORECASE)


def _released(text: str) -> Match[str] | None:
    """Where a clause says that people are let go, as the main thing that it says."""
    return next((m for m in _LETS_GO.finditer(text) if not _ONLY_WHEN.search(text[max(0, m.start() - 70) : m.start()])), None)


# "Tulare County doesn't.", "the San Miguel jail does, but only ...": the verb is the one before.
_ELLIPSIS = re.compile(r"\b(?P<no>doesn't|does not|won't|will not|don't|do not|isn't|hasn't|has not)?(?P<yes>(?<!n't )(?<!not )\b(?:does|do|will))?(?=[.;]?[\"']?\s*$|, (?:but )?only\b| (?:but )?only (?:with|if|on|when)\b)", re.IGNORECASE)


def elliptic(text: str) -> Stance | None:
    """The stance of a short clause without a verb of its own, in a text that has just told of holding people."""
    match = next((m for m in _ELLIPSIS.finditer(text) if m["no"] or m["yes"]), None)
    if match is None or len(text) > _SHORT_CLAUSE:
        return None
    papers = _condition(text, match.start())
    if papers:
        return _conditional(papers, match.start(), False, True)
    return Stance("declines_all", (), match.start(), False, True) if match["no"] else Stance("honors_all", ("detainer",), match.start(), False, True)


_SHORT_CLAUSE = 110
_ANSWER = re.compile(r"\W*(?:A\s?[.:]\s*)?(?P<yes>Yes|We do|They do|It does|Yep|Sure|Always|Every time)?(?P<no>No|NO|We don't|We do not|They don't|It doesn't|Never|Not any ?more|Nope)?(?P<only>Only|If)?\b(?=[\s,.;!]|$)")


def answered(question: str, answer: str) -> Stance | None:
    """The stance of an answer that is no sentence ("No, ma'am.", "Only if ...") to a question whether people are held."""
    asked = stance(question.rstrip("? \"'"), topical=True) or (Stance("honors_all", (), 0, False, True) if _ASKED.search(question) else None)
    match = _ANSWER.match(answer)
    if _OF_DUTY.search(question):
        return None
    if match is None or asked is None or asked.position not in ("honors_all", "declines_all") or blocked(question, len(question)):
        return None
    if match["only"]:
        papers = _papers(answer, match.start())
        return _conditional(papers, match.end(), False, True) if papers else None
    if not (match["yes"] or match["no"]):
        return None
    yes = bool(match["yes"]) == (asked.position == "honors_all")
    return Stance("honors_all", ("detainer",), match.start(), False, True) if yes else Stance("declines_all", (), match.start(), False, True)


_OF_DUTY = re.compile(r"\b(?:must|may|can|could|should|would|required|obliged|have to|allowed|legal\w*|suggested|ever)\b", re.IGNORECASE)
_ASKED = re.compile(r"\b(?:still|do|does|are|is|will)\b[^?]{0,40}\b(?:hold(?:s|ing)?|keep(?:ing)?|honor(?:s|ing)?|detain(?:ing)?)\b[^?]{0,60}\?", re.IGNORECASE)


def _action(text: str, request: Match[str] | None, *, topical: bool) -> Match[str] | None:
    """The verb of keeping a person, or of complying with a request."""
    for match in _p("comply").finditer(text):
        near = _p("request").search(text, match.end(), match.end() + 70) or (_p("request-word").search(text, match.end(), match.end() + 40) if topical else None)
        if near and re.search(r"\b(?:and (?:will|would|does|do|has|is)|not|decision|ruling|law|order|that|who)\b", text[match.end() : near.start()]):
            near = None
        if not match.group().lower().startswith(("follow", "obey", "enforc", "act", "tak", "recogn")):
            near = near or re.match(r"\s(?:them|it|one|those|these|any)\b", text[match.end() :])
        passive = request is not None and request.end() <= match.start() <= request.end() + 60 and match.group().lower().endswith(("ed", "upon", "on"))
        if near or passive:
            return match
    return next((m for m in _p("hold").finditer(text) if not _noun(text, m) and not _p("not-of-people").match(text[m.end() :].lstrip())), None)


_AUXILIARY = re.compile(r"(?:'ve|\b(?:has|have|is|are|be|been|being|will|shall|gets?|having|must|may|can)\b)(?:\s\S+){0,6}\s?$", re.IGNORECASE)
_BEFORE_NOUN = re.compile(r"\b(?:ICE|immigration|the|a|an|no|courtesy|48-hour|such|of|federal|these|those|all|any|its|civil)\s+$", re.IGNORECASE)


def _noun(text: str, match: Match[str]) -> bool:
    """Whether ``hold`` is the thing (``an ICE hold``) and not the act."""
    return match.group().lower() in ("hold", "holds") and _BEFORE_NOUN.search(text[: match.start()]) is not None


def _negated(text: str, action: Match[str]) -> bool:
    """Whether a negation stands before the act, in the same stretch of the clause, or right behind it (``honors no``)."""
    before = text[max(0, action.start() - 80) : action.start()]
    # A law's list: "shall not: (1) ..., (2) ...".
    if _p("negative").search(before) or re.search(r"\b(?:shall|may|must|will) not(?: do any of the following)?:", text[: action.start()]):
        return True
    return re.match(r"\s(?:on |for )?(?:no|none|neither|nobody|no one)\b", text[action.end() : action.end() + 16], re.IGNORECASE) is not None


def _condition(text: str, at: int) -> list[tuple[str, int]]:
    """The papers that the clause makes a condition: those behind the first mark of one that names any."""
    for mark in _p("condition").finditer(text):
        if mark.group().lower() in ("if", "when") and mark.start() < at and mark.start() != 0:
            continue
        papers = _papers(text, mark.start())
        if papers:
            return papers
    only = says("only-after", text)
    return _papers(text, 0) if only else []


def _papers(text: str, start: int) -> list[tuple[str, int]]:
    """The papers named from ``start`` on, by where they stand; what comes behind ``whatever`` is none."""
    text = _p("whatever").sub(lambda m: " " * len(m.group()), text)
    # An immigration judge sits in no court: what comes from one is neither a court's order nor a judge's warrant.
    found: list[tuple[str, int]] = []
    of_courts = _IMMIGRATION_JUDGE.sub(lambda m: "~" * len(m.group()), text)
    for entry, _, _ in _ORDER:
        match = _p(entry).search(of_courts if entry in ("judicial-warrant", "court-order") else text, start)
        if match and not (entry == "court-order" and "order" not in match.group().lower() and any(e == "judicial-warrant" for e, _ in found)):
            found.append((entry, match.start()))
    return sorted(found, key=lambda f: f[1])


_IMMIGRATION_JUDGE = re.compile(r"\bimmigration (?:judges?|courts?)\b", re.IGNORECASE)


def _conditional(papers: list[tuple[str, int]], at: int, notice: bool, firm: bool) -> Stance:
    names = {entry for entry, _ in papers}
    if len(names) > 1:
        names.discard("plain-warrant")
    if {"judicial-warrant", "admin-warrant"} <= names and papers[0][0] != "admin-warrant":
        names.discard("admin-warrant")
    if papers[0][0] == "offense":
        position = "limits_by_offense"
    else:
        position = next(p for entry, p, _ in _ORDER if entry in names)
    accepts = tuple(a for entry, _, a in _ORDER if entry in names)
    return Stance(position, tuple(dict.fromkeys(accepts)), at, notice, firm)
