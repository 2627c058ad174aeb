"""The papers and conditions that a clause names, and the position that they come to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from re import Match

from dueprocess.extract.quick import Quick
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
def wording_of(entry: str) -> Quick:
    """One entry of ``stances.yaml`` as a pattern."""
    return pattern("stances", entry)


_LONGEST, _ASKED = 1_000, 1_024
"""A sentence is asked the same by several readers of one text: so many questions are remembered, of texts that are shorter than that."""


def says(entry: str, text: str) -> Match[str] | None:
    """The first place at which ``text`` has this wording."""
    return _says(entry, text) if len(text) < _LONGEST else wording_of(entry).search(text)


@lru_cache(maxsize=_ASKED)
def _says(entry: str, text: str) -> Match[str] | None:
    return wording_of(entry).search(text)


def findings(entry: str, text: str) -> list[Match[str]]:
    """All places at which ``text`` has this wording."""
    return list(wording_of(entry).finditer(text))


def condition(text: str, at: int, *, refused_at: int | None = None) -> list[tuple[str, int]]:
    """The papers that the clause makes a condition of keeping: those behind the first mark of one that names any.

    Behind a refusal (``refused_at``) "on a warrant of the agency" is no condition but more of what is refused; only an exception ("unless", "without") or a second negation ("that lack") makes one.
    """
    for mark in wording_of("condition").finditer(text):
        if mark.group().lower() in ("if", "when") and mark.start() < at and text[: mark.start()].strip(" \"'(-*"):
            continue
        papers = papers_in(text, mark.start())
        if not papers:
            continue
        if refused_at is not None and mark.start() < at and not wording_of("exception").match(text, mark.start()):
            # "If it's just the detainer we send it back": of a refusal, an "if" before it must lack the paper.
            papers = [f for f in papers if f[1] < refused_at]
            if not papers or not wording_of("lacking").search(text, mark.start(), papers[0][1] + 40):
                continue
        if refused_at is not None and mark.start() > refused_at and not wording_of("exception").match(text, mark.start()):
            between = text[max(refused_at + 3, mark.start() - 12) : papers[0][1]]
            if not wording_of("lacking").search(between):
                continue
        return papers
    only = says("only-after", text)
    return papers_in(text, 0) if only else []


def but_with(text: str, at: int) -> list[tuple[str, int]]:
    """The papers of what a refusal goes on to allow: "does not honor detainers but will honor judicial warrants"."""
    for turn in wording_of("but-does").finditer(text, at):
        if not wording_of("negative").search(turn.group()):
            papers = [f for f in papers_in(text, turn.end()) if f[1] - turn.end() <= _ALLOWED]
            if papers:
                return papers
    return []


# So near behind "but will honor" stands what is honored.
_ALLOWED = 60


def papers_in(text: str, start: int) -> list[tuple[str, int]]:
    """The papers named from ``start`` on, by where they stand; what comes behind ``whatever`` is none."""
    text = wording_of("whatever").blanked(text)
    # An immigration judge sits in no court: what comes from one is neither a court's order nor a judge's warrant.
    found: list[tuple[str, int]] = []
    of_courts = _IMMIGRATION_JUDGE.sub(lambda m: "~" * len(m.group()), text)
    for entry, _, _ in _ORDER:
        match = wording_of(entry).search(of_courts if entry in ("judicial-warrant", "court-order") else text, start)
        if match and not (entry == "court-order" and "order" not in match.group().lower() and any(e == "judicial-warrant" for e, _ in found)):
            found.append((entry, match.start()))
    if {"judicial-warrant", "admin-warrant"} <= {entry for entry, _ in found} and says("either-warrant", text):
        found = [f for f in found if f[0] != "judicial-warrant"]
    return sorted(found, key=lambda f: f[1])


_IMMIGRATION_JUDGE = re.compile(r"\bimmigration (?:judges?|courts?)\b", re.IGNORECASE)


def conditional(papers: list[tuple[str, int]], at: int, notice: bool, firm: bool) -> Stance:
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
