"""What one sentence says about holding people on immigration detainers: a stance, before anyone is named."""

from __future__ import annotations

import re
from re import Match

from dueprocess.extract.papers import Stance, but_with, condition, conditional, papers_in, says, wording_of
from dueprocess.extract.quick import Quick
from dueprocess.extract.senses import senses, tokens


def about_detainers(text: str) -> bool:
    """Whether a text is about immigration detainers at all, and not about those between states."""
    if says("immigration", text) is None:
        # A column may speak of detainers alone; those between states name their agreement.
        often = len(wording_of("request").findall(text)) >= 2
        if says("criminal-detainer", text) is None and re.search(r"\bdetainers?\b", text, re.IGNORECASE) and (_HONORED.search(text) or _JAIL.search(text)) and not _OTHER_STATE.search(text):
            return True
        return often and says("criminal-detainer", text) is None and re.search(r"\b(?:federal|Washington|Galarza|Miranda-Olivares)\b", text) is not None
    return bool(says("request", text) or says("for-ice", text) or says("hold", text))


def may_tell(text: str) -> bool:
    """Whether a text that is not plainly about immigration detainers may yet tell what an agency does with them: it speaks of two things out of
    keeping, letting go, a judge's paper, an answer and the like. What it comes to is weighed later."""
    if says("criminal-detainer", text) is not None or (_OTHER_STATE.search(text) and says("immigration", text) is None):
        return False
    found = {name for name, _, _ in senses(tokens(text[:_LONGEST_LOOK]))}
    return len(found & _SUBJECTS) > 1


_SUBJECTS = frozenset(["req", "ice", "keep", "stay", "honor", "refuse", "go", "tell", "undecided", "silent", "need", "judge", "warrant", "offense", "stop", "policy"])
_LONGEST_LOOK = 3_000


# Federal detainers are "honored"; a warrant or a hold of another state is answered.
_HONORED = re.compile(r"\b(?:honor\w*|complies|comply)\b[^.]{0,60}\bdetainers?\b|\bdetainers?\b[^.]{0,80}\b(?:honor|I-200|removal|48 hours|declin)", re.IGNORECASE)
_JAIL = re.compile(r"\b(?:[Jj]ails?|[Pp]risons?|[Ss]heriffs?|[Dd]etention)\b")
_OTHER_STATE = re.compile(r"\b(?:extradit\w*|parole|probation|prosecut\w+|trial|indict\w*|arraign\w*|(?:another|other|receiving|sending|demanding) state|speedy trial|Interstate|warden's|provinc\w+)\b")


def blocked(text: str, at: int, *, mild: bool = False) -> bool:
    """Whether a clause urges, supposes, alleges or recalls, before its verb at ``at``, rather than reports.

    ``mild`` is for clauses that say only that nothing is settled or told: what they do not settle may be a "whether".
    """
    before = text[: at + 1]
    if _COMMENT.match(text):
        return True
    if mild:
        return any(says(entry, text) for entry in ("allegation", "criminal-detainer", "error", "if-adopted")) or says("of-law", before) is not None or _URGED.search(before) is not None
    if any(says(entry, before) for entry in ("urging", "hypothetical", "of-law")):
        return True
    if says("past", text[: at + 40]) and not says("none-declined", text) and not wording_of("change").search(text):
        return True
    return any(says(entry, text) for entry in ("allegation", "criminal-detainer", "error", "if-adopted"))


def stance(text: str, *, topical: bool) -> Stance | None:
    """The stance of one clause; ``topical`` says that the sentences before it were about detainers.

    None where it says nothing that fits a position.
    """
    text = wording_of("till-told").blanked(text)
    request = says("request", text) or (says("request-word", text) if topical else None)
    target = request or says("for-ice", text) or (says("everyone", text) if topical else None)
    if not (target or topical or re.search(r"\bICE\b", text)):
        return None
    firm = target is not None
    notice = says("notify", text) is not None and says("no-notify", text) is None
    silent = says("unanswered", text)
    if silent and (says("practice", text) or (topical and not says("notify", text) and _REFUSES.search(text))) and not _OF_ANOTHER.search(text) and not _FEDERAL.search(text[: silent.start()]):
        return Stance("unknown", (), silent.start(), False, firm)
    undecided = says("undecided", text)
    if undecided and (request is not None or not _OF_PROGRAM.search(text)):
        return Stance("undecided", (), undecided.start(), False, firm)
    if says("not-enough", text) and not says("worthless", text):
        return None
    apart = _NOT_APPLIED.search(text) if topical else None
    if apart is not None and (papers := papers_in(text, apart.end())):
        return conditional(papers, apart.start(), notice, True)
    served = _SERVED.search(text) if topical else None
    if served is not None and (papers := [f for f in papers_in(text, 0) if f[0] in ("judicial-warrant", "court-order") and f[1] < served.start()]):
        return conditional(papers, served.start(), notice, True)
    none = says("none-declined", text)
    if none:
        return Stance("honors_all", ("detainer",), none.start(), notice, firm)
    if _STAYS.search(text) and firm:
        return Stance("honors_all", ("detainer",), 0, notice, firm)
    if re.match(r"\W*[Ww]hat\b", text) and not (says("requires", text) and papers_in(text, 0)):
        return None  # "What they told us no longer holds"
    action = _action(text, request, topical=topical)
    refuse = says("refuse", text) or says("ended", text) or (says("refuse-them", text) if topical else None)
    released = _released(text) if target or topical else None
    if refuse is None and released is not None and (action is None or (released.start() < action.start() and _negated(text, action) is False and not says("still-holds", text))):
        refuse = released
    requires = says("requires", text)
    if action is None and refuse is None:
        worthless = says("worthless", text)
        if worthless and topical:
            papers = condition(text, worthless.start(), refused_at=worthless.start()) or but_with(text, worthless.end())
            return conditional(papers, worthless.start(), notice, firm) if papers else Stance("notify_only" if notice else "declines_all", (), worthless.start(), notice, firm)
        papers = papers_in(text, requires.start()) if requires and not _NO_NEED.search(text[: requires.start() + 1]) else []
        if requires and papers and (papers[0][0] != "offense" or (target and re.search(r"limit|restrict|reserv|confin", requires.group(), re.IGNORECASE))):
            return conditional(papers, requires.start(), notice, firm)
        passive = says("required-paper", text)
        only = (passive if passive and not _NOT_NEEDED.search(text[: passive.start()]) else None) or says("only-after", text)
        papers = papers_in(text, 0) if only else []
        if only and papers:
            return conditional(papers, papers[0][1], notice, firm)
        given = _GIVEN.match(text) if topical else None
        papers = [f for f in papers_in(text, given.start("paper")) if f[0] in ("judicial-warrant", "court-order")] if given else []
        if given and papers:
            return conditional(papers, papers[0][1], notice, firm)
        moved = _HANDS_OVER.search(text) if topical else None
        papers = condition(text, moved.start(), refused_at=moved.start()) if moved else []
        if moved and papers and moved.start() < papers[0][1]:
            return conditional(papers, moved.start(), notice, firm)
        told = says("only-notify", text)
        if told is None and topical and notice and _OF_RELEASE.search(text):
            return Stance("notify_only", (), _found(says("notify", text)).start(), True, False)
        return Stance("notify_only", (), told.start(), True, firm) if told else None
    verbs = [m for m in (refuse, action) if m is not None]
    at = min(m.start() for m in verbs)
    if refuse is not None and _OF_PROGRAM.search(refuse.group() + text[refuse.end() : refuse.end() + 40]) and not re.search(r"detainers?|holds?\b", text, re.IGNORECASE):
        return None
    if action is not None and _NO_GROUND.search(text[: action.start()]):
        refuse = refuse or action
    negative = (refuse is not None or (action is not None and _negated(text, action))) and not says("still-holds", text)
    papers = condition(text, at, refused_at=(refuse.start() if refuse is not None else verbs[0].start()) if negative else None) or (but_with(text, at) if negative else [])
    needed = says("required-paper", text)
    if not papers and needed and not _NOT_NEEDED.search(text[: needed.start()]):
        papers = papers_in(text, needed.start())
    if not papers and action is not None and refuse is None and not _negated(text, action):
        papers = [f for f in papers_in(text, action.end()) if f[1] - action.end() <= (2 * _OBJECT if _HONORS.match(action.group()) else _OBJECT)]
    if not papers and action is not None and not negative and _OF_THOSE.search(text[: action.start()]):
        papers = [f for f in papers_in(text, 0) if f[0] == "offense" and f[1] < action.start()]  # "an inmate convicted of a felony may be held"
    if not papers and action is not None and not negative and "," in text[: action.start()]:
        # "A judge signs it, we hold it.": one thing, then the other
        papers = [f for f in papers_in(text, 0) if f[0] in ("judicial-warrant", "court-order") and f[1] < _EARLY and f[1] < text.rfind(",", 0, action.start())]
    if papers and not (action is not None and refuse is None and _OF_ONE.search(text[: action.end()])):
        return conditional(papers, at, notice, firm)
    if not negative and action is not None and re.match(r"(?:held|kept|honored|complied|accepted)\b", action.group(), re.IGNORECASE) and not _AUXILIARY.search(text[: action.start()]):
        return None  # the simple past tells what was
    if negative and (says("else", text) or says("most", text)):
        return None  # what is said of the others, or of some only
    if negative and says("minor-offense", text[at:]):
        return Stance("limits_by_offense", ("listed_offense",), at, notice, firm)
    if negative:
        return Stance("notify_only" if notice else "declines_all", (), at, notice, firm)
    if not firm or action is None or re.search(r"\bonly\b", text[action.start() :][:60]):
        return None
    if re.search(r"\b(?:has|have|had) $", text[: action.start()]) and _SO_MANY.match(text, action.end()):
        return None  # how many were held is a figure
    if _OF_ONE.search(text[: action.end()]):
        return None  # where one person is held is no rule
    if re.search(r"\b(?:may|can|could|might) (?:\w+ )?$", text[: action.start()], re.IGNORECASE):
        return None  # a leave is no practice
    return Stance("honors_all", ("detainer",), at, notice, any(says(e, text) for e in ("request", "for-ice", "everyone")))


# A rule's exception, in a sentence of its own.
_OF_ONE = Quick(r"\b(?:a|one|the|another) (?:\d+-year-old )?(?:man|woman|teen\w*|suspect|fugitive|driver)(?: who (?:is|was|has been|had been))? (?:held|kept|detained|jailed)$|\b(?:he|she)(?: is| was| has been| had been|'s) (?:\w+ )?(?:held|kept|detained|jailed)$", re.IGNORECASE)
_SO_MANY = re.compile(r"\s(?:exactly |only |about |just |some |at least )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty|one)\b(?!-hour| hours| days)")
_NOT_APPLIED = Quick(r"\b(?:does|do|shall|will) not apply (?:where|when|if|to|in)\b|\b(?:sole|only) exceptions? (?:is|are|being)\b|\b(?:does|do|will) (?:permit|authorize|support|justify|allow)s? (?:a hold|holding|detention|custody)\b|\bfollowing (?:\w+ ){0,2}(?:permits?|authorizes?|supports?|justif(?:y|ies)|allows?) (?:a hold|holding|detention|custody)\b", re.IGNORECASE)
# "a warrant signed by a judge is honored like any other": what it does hold on.
_SERVED = Quick(r"\b(?:is|are|will be|gets?) (?:always |still )?(?:honored|accepted|obeyed|served|respected|followed)(?:,? (?:like|as|just)\b|[.;]?\W*$)", re.IGNORECASE)
_OF_RELEASE = Quick(r"\b(?:releas\w+|let (?:go|out)|getting out|leaving|walks?|walking|bond(?:s|ed)? out)\b", re.IGNORECASE)


def _found(match: Match[str] | None) -> Match[str]:
    assert match is not None
    return match


_EARLY = 12
_OF_THOSE = Quick(r"\b(?:inmates?|persons?|people|anyone|anybody|those|individuals?|prisoners?|somebody|someone|arrestees?)\b[^,;.]{0,30}\b(?:convicted|charged|accused)\b[^.;]{0,90}\b(?:are|is|be|gets?|stays?)\s(?:\w+\s)?$", re.IGNORECASE)
# So near behind the verb a paper is what is accepted ("accepts an I-205 with the detainer").
_OBJECT = 14
# "If a judge has signed a warrant, treat it like any other": what is done on a paper, where nothing else is said.
_GIVEN = re.compile(r"[\W]*(?:If|Where|When|Once|With)\b(?P<paper>[^,]{5,90}),[^.]{0,40}\b(?:call|treat|serve|honor|fine|happy|glad|different|welcome|we(?:'ll| will| do)|they(?:'ll| will| do)|he'll|she'll|proceed|act)\b")
_HANDS_OVER = Quick(r"\b(?:turn(?:s|ed|ing)? (?:\w+ ){0,2}over|hand(?:s|ed|ing)? (?:\w+ ){0,2}over|transfer(?:s|red)?|surrender(?:s|ed)?|deliver(?:s|ed)?)\b", re.IGNORECASE)
# What somebody wrote under an article: "gavelbanger: they hold them all".
_COMMENT = re.compile(r"[a-z][a-z0-9_]{3,}:\s|@\w+")
_NO_GROUND = Quick(r"\b(?:no|not|n't|without|neither|never)\b (?:\w+ ){0,3}(?:basis|bases|grounds?|authority|reasons?|power|right|cause|justification|enough|sufficient)\b[^.;]{0,20}$", re.IGNORECASE)
_URGED = Quick(r"\b(?:urge[sd]?|encourage[sd]?|call(?:s|ed)? (?:up)?on|recommend(?:s|ed)?|request(?:s|ed)? that|should|ought|(?:may|might|could|must) have)\b", re.IGNORECASE)
_OF_PROGRAM = Quick(r"287\(g\)|\b(?:agreements?|contracts?|programs?|partnership|task force|leases?|beds?|deal|memorandum|lawsuit|suit|bid|grant)\b", re.IGNORECASE)
_REFUSES = Quick(r"\b(?:won't|would not|wouldn't|will not|refus\w+|declin\w+|mum|no comment|none of \w+ business|silent|nothing to|time of day|hung up|(?:sooner|rather|prefer\w*) (?:to )?not|(?:is|are)(?: not|n't) saying|(?:do|does)(?: not|n't) (?:comment|discuss|talk|share|speak)|counsel|drawn)\b", re.IGNORECASE)
_OF_ANOTHER = Quick(r"\b(?:comment|speak|talk|say|discuss) (?:(?:on|about|of) )?(?:a|an|the|any|this|that|pending|ongoing) (?:\w+ )?(?:paper|bill|proposal|lawsuit|suit|contracts?|litigation|case|resolution|negotiations?|measure|settlement|incident|investigation|threats?|charges?|plan|deal|raid|arrests?|election|vote|claim)\b", re.IGNORECASE)
# Whose silence is no jail's.
_FEDERAL = re.compile(r"^\W*(?:The |A )?(?:spokes\w+ (?:for|of|at) )?(?:the )?(?:U\.S\. )?(?:[Ii]mmigration (?:agency|officials|authorities|service|and Customs Enforcement)|ICE|(?:Department of )?Homeland Security|federal (?:agency|officials)|agency)\W+(?:\w+ ){0,4}$")
# "You're not going out my door until ICE has had its 48 hours."
_STAYS = Quick(r"\b(?:not|nobody|no one|n't|never)\b[^.;]{0,30}\b(?:leaves?|leaving|walks?|goes|go|going|gets?|getting|released|let go|out)\b[^.;]{0,40}\b(?:until|till|before) (?:ICE|the (?:48|forty|agents|feds)|they|agents|48|forty|immigration)\b", re.IGNORECASE)
_NOT_NEEDED = Quick(r"\b(?:no|without|not|nor)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_NO_NEED = Quick(r"\b(?:not|n't|no longer|never|nor) (?:\w+ ){0,2}?\w?$", re.IGNORECASE)
# Letting a person go is declining, said from the other side; not where it is only the time of something else.
_LETS_GO = Quick(
    r"\b(?:will|shall|must|is|are|gets?|'ll|be) (?:still |then |simply |also )?(?:be |get )?(?:released|freed|let go|let out|discharged|turned loose|cut loose|processed out|sent home)\b"
    r"|\b(?:walks?|goes|go) (?:right |straight )?(?:out|home|free)\b|\bout the door\b"
    r"|\b(?:lets?|letting|turns?|cuts?) (?!the clock)(?:\w+ ){1,3}(?:go|out|walk|loose|leave)\b|\b(?:releases|frees|discharges) (?:people|them|everyone|inmates|him|her|prisoners|persons|individuals|anyone)\b"
    r"|\b(?:will|shall|would|does|do|we|they|jail|to) (?:then |simply |still )?release (?:people|them|everyone|inmates|persons|prisoners|individuals|the person|on schedule)\b",
    re.IGNORECASE,
)
_ONLY_WHEN = Quick(r"\b(?:when|before|after|until|if|once|whenever|date|time|hour|that(?! (?:person|inmate|man|woman|individual|prisoner|detainee)\b)|who(?=(?:\s\w+){0,3}\s*$)|otherwise|about to|due to|until|eligible|ordered|would|nobody|no one|not|n't|never|without)\b[^.;,]{0,60}$", re.IGNORECASE)


def _released(text: str) -> Match[str] | None:
    """Where a clause says that people are let go, as the main thing that it says."""
    return next((m for m in _LETS_GO.finditer(text) if not _ONLY_WHEN.search(text[max(0, m.start() - 70) : m.start()])), None)


# "Tulare County doesn't.", "the San Miguel jail does, but only ...": the verb is the one before.
_ELLIPSIS = Quick(r"\b(?P<no>doesn't|does not|won't|will not|don't|do not|isn't|hasn't|has not)?(?P<yes>(?<!n't )(?<!not )\b(?:does|do|will))?(?=[.;]?[\"']?\s*$|, (?:all of them|every one|each one)\b|,? (?:unless|without|except|absent|until)\b|, (?:but )?only\b| (?:but )?only (?:with|if|on|when)\b)", re.IGNORECASE)


def elliptic(text: str) -> Stance | None:
    """The stance of a short clause without a verb of its own, in a text that has just told of holding people."""
    match = next((m for m in _ELLIPSIS.finditer(text) if m["no"] or m["yes"]), None)
    if match is None or len(text) > _SHORT_CLAUSE:
        return None
    papers = condition(text, match.start())
    if papers:
        return conditional(papers, match.start(), False, True)
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
        papers = papers_in(answer, match.start())
        return conditional(papers, match.end(), False, True) if papers else None
    if not (match["yes"] or match["no"]):
        return None
    yes = bool(match["yes"]) == (asked.position == "honors_all")
    return Stance("honors_all", ("detainer",), match.start(), False, True) if yes else Stance("declines_all", (), match.start(), False, True)


_OF_DUTY = Quick(r"\b(?:must|may|can|could|should|would|required|obliged|have to|allowed|legal\w*|suggested|ever)\b", re.IGNORECASE)
_ASKED = Quick(r"\b(?:still|do|does|are|is|will)\b[^?]{0,40}\b(?:hold(?:s|ing)?|keep(?:ing)?|honor(?:s|ing)?|detain(?:ing)?)\b[^?]{0,60}\?", re.IGNORECASE)


def _action(text: str, request: Match[str] | None, *, topical: bool) -> Match[str] | None:
    """The verb of keeping a person, or of complying with a request."""
    complied = None
    for match in wording_of("comply").finditer(text):
        far = 40 if match.group().lower().startswith("follow") else 70
        near = wording_of("request").search(text, match.end(), match.end() + far) or (wording_of("request-word").search(text, match.end(), match.end() + 40) if topical else None)
        if near and re.search(r"\b(?:and (?:will|would|does|do|has|is)|not|decision|ruling|law|order|that|who)\b", text[match.end() : near.start()]):
            near = None
        if not match.group().lower().startswith(("follow", "obey", "enforc", "act", "tak", "recogn")):
            near = near or re.match(r"\s(?:them|it|one|those|these|any)\b", text[match.end() :])
        if near is None and topical and _HONORS.match(match.group()):
            near = next((m for e in ("judicial-warrant", "court-order") if (m := wording_of(e).search(text, match.end(), match.end() + 45)) and m.start() - match.end() <= 14), None)
        passive = request is not None and request.end() <= match.start() <= request.end() + 110 and match.group().lower().endswith(("ed", "upon", "on"))
        if near or passive:
            complied = match
            break
    held = next((m for m in wording_of("hold").finditer(text) if not _noun(text, m) and not wording_of("not-of-people").match(text[m.end() :].lstrip())), None)
    # The first of the two is the clause's own verb, unless it only leads up to the other ("held that it need not honor").
    if complied is not None and held is not None and complied.start() - held.start() > _APART:
        return held
    return complied or held


_APART = 120


_HONORS = re.compile(r"honor|respect|accept|recogniz|comply|complies|abid|act", re.IGNORECASE)
_AUXILIARY = Quick(r"(?:'ve|\b(?:has|have|is|are|be|been|being|will|shall|gets?|having|must|may|can)\b)(?:\s\S+){0,6}\s?$", re.IGNORECASE)
_BEFORE_NOUN = Quick(r"\b(?:ICE|immigration|the|a|an|no|courtesy|48-hour|such|of|federal|these|those|all|any|its|civil)\s+$", re.IGNORECASE)


def _noun(text: str, match: Match[str]) -> bool:
    """Whether ``hold`` is the thing (``an ICE hold``) and not the act."""
    return match.group().lower() in ("hold", "holds") and _BEFORE_NOUN.search(text[: match.start()]) is not None


def _negated(text: str, action: Match[str]) -> bool:
    """Whether a negation stands before the act, in the same stretch of the clause, or right behind it (``honors no``)."""
    before = text[max(0, action.start() - 80) : action.start()]
    before = re.split(r"\bbut\b(?! (?:will|does|do|can|is|are)? ?(?:not|n't|no longer))", before)[-1]  # "isn't a partner but holds all the same"
    # A law's list: "shall not: (1) ..., (2) ...".
    if wording_of("negative").search(before) or re.search(r"\bnot (?:to )?(?:be )?$", before) or re.search(r"\b(?:shall|may|must|will) not(?: do any of the following)?:", text[: action.start()]):
        return True
    return re.match(r"\s(?:on |for )?(?:no|none|neither|nobody|no one)\b", text[action.end() : action.end() + 16], re.IGNORECASE) is not None
