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
    return any(says(entry, text) for entry in ("allegation", "criminal-detainer", "error"))


def stance(text: str, *, topical: bool) -> Stance | None:
    """The stance of one clause; ``topical`` says that the sentences before it were about detainers.

    None where it says nothing that fits a position.
    """
    request = says("request", text)
    target = request or says("for-ice", text)
    if not (target or topical or re.search(r"\bICE\b", text)):
        return None
    firm = target is not None
    notice = says("notify", text) is not None and says("no-notify", text) is None
    silent = says("unanswered", text)
    if silent and says("practice", text):
        return Stance("unknown", (), silent.start(), False, firm)
    undecided = says("undecided", text)
    if undecided:
        return Stance("undecided", (), undecided.start(), False, firm)
    if says("not-enough", text):
        return None
    none = says("none-declined", text)
    if none:
        return Stance("honors_all", ("detainer",), none.start(), notice, firm)
    action = _action(text, request)
    refuse = says("refuse", text) or says("ended", text)
    requires = says("requires", text)
    if action is None and refuse is None:
        papers = _papers(text, requires.start()) if requires else []
        if requires and papers and papers[0][0] != "offense":
            return _conditional(papers, requires.start(), notice, firm)
        only = says("only-after", text)
        papers = _papers(text, 0) if only else []
        return _conditional(papers, papers[0][1], notice, firm) if only and papers else None
    at = min(m.start() for m in (refuse, action) if m is not None)
    papers = _condition(text, at)
    if papers:
        return _conditional(papers, at, notice, firm)
    negative = refuse is not None or (action is not None and _negated(text, action))
    if says("still-holds", text):
        negative = False
    if not negative and action is not None and re.match(r"(?:held|kept|honored|complied|accepted)\b", action.group(), re.IGNORECASE) and not _AUXILIARY.search(text[: action.start()]):
        return None  # the simple past tells what was
    if negative:
        return Stance("notify_only" if notice else "declines_all", (), at, notice, firm)
    if not firm or action is None or re.search(r"\bonly\b", text[action.start() :][:60]):
        return None
    if re.search(r"\b(?:may|can|could|might) (?:\w+ )?$", text[: action.start()]):
        return None  # a leave is no practice
    return Stance("honors_all", ("detainer",), at, notice, request is not None)


def _action(text: str, request: Match[str] | None) -> Match[str] | None:
    """The verb of keeping a person, or of complying with a request."""
    for match in _p("comply").finditer(text):
        near = _p("request").search(text, match.end(), match.end() + 70)
        if near and re.search(r"\b(?:and (?:will|would|does|do|has|is)|not|decision|ruling|law|order|that|who)\b", text[match.end() : near.start()]):
            near = None
        near = near or re.match(r"\s(?:them|it|one|those|these|any)\b", text[match.end() :])
        passive = request is not None and request.end() <= match.start() <= request.end() + 60 and match.group().lower().endswith(("ed", "upon", "on"))
        if near or passive:
            return match
    return next((m for m in _p("hold").finditer(text) if not _noun(text, m)), None)


_AUXILIARY = re.compile(r"\b(?:has|have|is|are|be|been|being|will|shall|gets?|having|must|may|can)\b(?:\s\S+){0,6}\s?$", re.IGNORECASE)
_BEFORE_NOUN = re.compile(r"\b(?:ICE|immigration|the|a|an|no|courtesy|48-hour|such|of|federal|these|those|all|any|its|civil)\s$", re.IGNORECASE)


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
