"""Tables: what the cells of a row say under the heads of their columns, by a legend, or by themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dueprocess.extract.echoes import draft
from dueprocess.extract.gazetteer import Mention
from dueprocess.extract.merging import RANK
from dueprocess.extract.model import Draft
from dueprocess.extract.papers import Stance, conditional, papers_in, says
from dueprocess.extract.quick import Quick
from dueprocess.extract.sentences import Sentence
from dueprocess.extract.stances import stance
from dueprocess.extract.subjects import OFFICES, Scene

_HOLDS = Stance("honors_all", ("detainer",), 0, False, True)
_DECLINES = Stance("declines_all", (), 0, False, True)
_CALLS = Stance("notify_only", (), 0, True, True)
_BARE = ("honors_all", "declines_all", "notify_only")
_SILENT = Stance("unknown", (), 0, False, True)

_LEGEND = Quick(r"[\"']?\b(?P<code>[A-Z][A-Za-z-]{0,11})[\"']?[ \n]*(?:means?|stands for|=|(?<=[A-Z\"']):)[ \n]+(?P<words>[^.;\n=]{8,200})")
_MOST_CODES = 12
_ALONE = re.compile(r"\bholds? (?:people )?on the (?:form|request|fax|paper) alone\b")
_DASH = re.compile(r"\b[Aa] (?:dash|blank|hyphen)\b (?:means|is|stands for)[ \n]+(?P<words>[^.;\n]{8,160})")
_DASHES = ("-", "--", "–", "—", "")
_OF_POLICY = re.compile(r"\b(?:practice|policy|position|answer|response|stance|status|rule)\b", re.IGNORECASE)
_PLACES = re.compile(r"\W*(?:county|counties|parish|jail|sheriff|agency|jurisdiction|place|department|facility)\W*$", re.IGNORECASE)
_LONG_HEAD = 9
_LONGEST_CELL = 90


class Tables:
    """What the columns of the table being read hold, and what the code words of its cells mean."""

    def __init__(self, text: str) -> None:
        self._codes: dict[str, Stance] = {}
        self._dash: Stance | None = None
        self._asked: dict[int, Stance] = {}  # the columns that ask something, and what a yes there comes to
        self._told: set[int] = set()  # the columns that hold policies
        self._with: dict[int, Stance] = {}  # the columns that name a paper, and what it comes to if that one is enough
        if "\t" not in text:
            return
        for match in _LEGEND.finditer(text):
            words = _ALONE.sub("holds on a detainer", match["words"])
            papers = papers_in(words, 0)
            taken = stance(words, topical=True) or (conditional(papers, 0, False, True) if papers else in_cell(words, None))
            word = match["code"].lower()
            if taken is not None and len(self._codes) < _MOST_CODES and word not in ("county", "jail", "sheriff", "state", "yes", "no"):
                self._codes.setdefault(word, taken)
        dash = _DASH.search(text)
        if dash is not None:
            self._dash = stance(f"{dash['words']} about its practice", topical=True)

    def reads(self, scene: Scene, sentence: Sentence, inside: Sequence[Mention]) -> list[Draft]:
        """The drafts of a table's row; a row without places is a head, and tells what its columns hold."""
        if "\t" not in sentence.text:
            return []
        cells = [c.strip() for c in sentence.text.split("\t")]
        here = [m for m in inside if m.state and (m.kind == "county" or m.role in OFFICES)]
        if not here:
            self._heads(cells)
            return []
        taken = self._enough(cells) or self._ticked(cells)
        taken = (self._but(cells, -1) if taken is not None and len(self._asked) == 1 and taken.position == "declines_all" else None) or taken or self._row(cells)
        return [draft(here[0], taken, sentence.start, sentence.end, sentence, None)] if taken is not None else []

    def _heads(self, cells: Sequence[str]) -> None:
        papers = {i: paper for i, cell in enumerate(cells) if (paper := _of_paper(cell)) is not None}
        if len(papers) > 1:
            self._with = papers
        for i, cell in enumerate(cells):
            if _OF_POLICY.search(cell):
                self._told.add(i)
            taken = stance(cell.rstrip("?"), topical=True) if 1 < len(cell.split()) < _LONG_HEAD else _HOLDS if _HOLDS_HEAD.fullmatch(cell) else _CALLS if _CALLS_HEAD.fullmatch(cell) else None
            if taken is not None and taken.position not in ("undecided", "unknown"):
                self._asked[i] = taken
                self._told.add(i)

    def _row(self, cells: Sequence[str]) -> Stance | None:
        for i, cell in enumerate(cells):
            word = re.match(r"[A-Za-z-]+", cell)
            taken = self._codes.get(word.group().lower()) if word is not None else None
            if taken is not None:
                self._told.add(i)
            elif self._dash is not None and i in self._told and cell in _DASHES:
                taken = self._dash
            if taken is not None:
                return taken
        for i, cell in enumerate(cells):
            if i in self._told and _DEPENDS.fullmatch(cell):
                return self._but(cells, i)
            taken = in_cell(cell, self._asked.get(i)) if i in self._told else None
            if taken is not None and taken.position in _BARE:
                return self._but(cells, i) or taken
            if taken is not None:
                return taken
        return None

    def _but(self, cells: Sequence[str], at: int) -> Stance | None:
        """A condition that another cell of the row adds to a bare yes or no."""
        for i, cell in enumerate(_in_full(c) for c in cells):
            if i != at and i not in self._asked and i and len(cell) <= _LONGEST_CELL and not _NOT_EVEN.search(cell) and (_WANTS.search(cell) or len(cell.split()) <= _FEW):
                papers = [f for f in papers_in(cell, 0) if f[0] != "plain-warrant"]
                if papers:
                    return conditional(papers, 0, False, True)
        return None

    def _enough(self, cells: Sequence[str]) -> Stance | None:
        """What the row's yes and no under "detainer alone", "with ICE warrant" and the like come to: the least paper that is enough."""
        said = {i: yes for i in self._with if i < len(cells) and (yes := _yes_or_no(cells[i])) is not None}
        if not said or len(said) < len(self._with):
            return None
        enough = [self._with[i] for i, yes in said.items() if yes]
        return min(enough, key=lambda s: _STRICT.index(s.position)) if enough else self._but(cells, -1) or (_DECLINES if len(self._with) > len(cells) - 2 else None)

    def _ticked(self, cells: Sequence[str]) -> Stance | None:
        """What the bare yes and no of several columns come to: a condition before a bare yes or no."""
        ticks = {i: _TICKS[word] for i, c in enumerate(cells) if i in self._asked and (word := c.lower().strip(".*")) in _TICKS}
        wanted = [self._asked[i] for i, yes in ticks.items() if yes and self._asked[i].position not in _BARE]
        if wanted:
            return max(wanted, key=lambda s: RANK[s.position])
        calls = any(yes and self._asked[i].position == "notify_only" for i, yes in ticks.items())
        held = [yes == (self._asked[i].position == "honors_all") for i, yes in ticks.items() if self._asked[i].position in ("honors_all", "declines_all")]
        if not held:
            return None
        return _HOLDS if held[0] else _CALLS if calls else _DECLINES

    def is_legend(self, sentence: Sentence) -> bool:
        """Whether a sentence only explains a code word, or the yes and no of a table."""
        match = _LEGEND.search(sentence.text)
        return match is not None and (match["code"].lower() in self._codes or (bool(self._asked) and match["code"].lower() in ("yes", "no")))


def is_head(row: str, inside: Sequence[Mention]) -> bool:
    """Whether a line is the head of a table: a cell says that its column holds places, and no place is named."""
    return "\t" in row and not any(m.kind != "state" for m in inside) and any(_PLACES.match(c) for c in row.split("\t"))


_HOLDS_HEAD = re.compile(r"(?:holds?|honors?|honored|keeps?|detains?|complies|held|kept)\?", re.IGNORECASE)
_CALLS_HEAD = re.compile(r"(?:notif(?:y|ies)|notice|notification|calls?|tells?)(?: ICE)?\?", re.IGNORECASE)
_DEPENDS = re.compile(r"(?:sometimes|depends|it depends|partly|partial(?:ly)?|limited|conditional(?:ly)?|case by case)\W*", re.IGNORECASE)
_STRICT = ("honors_all", "requires_any_warrant", "limits_by_offense", "requires_probable_cause", "requires_judicial_warrant", "requires_court_order")
_PAPER_HEAD = re.compile(r"(?:with|on|if|w/|plus|\+)\b.*|.*\b(?:attached|enclosed|alone|only|by itself|without more|w/o more|itself)\W*", re.IGNORECASE)
_HELD = re.compile(r"(?P<yes>yes|y|x|holds?|held|keeps?|kept|honors?)|(?:no|n|releases?|released|declines?|lets go|does not hold|doesn't hold)", re.IGNORECASE)


def _of_paper(head: str) -> Stance | None:
    """What a column comes to whose head names the paper on which a jail holds ("Detainer alone", "With court order")."""
    if not _PAPER_HEAD.fullmatch(head) or len(head.split()) >= _LONG_HEAD:
        return None
    papers = papers_in(_in_full(head), 0)
    taken = conditional(papers, 0, False, True) if papers else _HOLDS if re.search(r"\b(?:detainer|request|I-247\w?|form)\b", head, re.IGNORECASE) else None
    return taken if taken is not None and taken.position in _STRICT else None


def _yes_or_no(cell: str) -> bool | None:
    match = _HELD.match(cell)
    return None if match is None or not re.fullmatch(r"\W*(?:\(.*)?", cell[match.end() :]) else match["yes"] is not None


_TICKS = {"yes": True, "y": True, "x": True, "✓": True, "✔": True, "no": False, "n": False, "-": False, "–": False, "—": False}
_YES_NO = re.compile(r"(?P<word>yes|no|y|n)\b(?!\s(?:answer|reply|response|policy|decision|comment|data|word|longer|holds?|detainers?|one|written|position|contact|calls?|info\w*|formal|judge|warrant|judicial|signed))[\s.,;:(–—-]*", re.IGNORECASE)
_PLAIN = re.compile(r"\s*(?:(?P<all>all|every|always|any)(?: (?:detainers?|holds?|requests?|of them|honored|one))*|(?:none|never)(?: (?:honored|held|accepted))?)\W*$", re.IGNORECASE)
_SHORT_FORMS = ((re.compile(r"\bw/o\b\s*", re.IGNORECASE), "without "), (re.compile(r"\bw/\s*", re.IGNORECASE), "with "), (re.compile(r"\bhrs?\b\.?"), "hours"), (re.compile(r"\s*&\s*"), " and "), (re.compile(r"\bJW\b"), "judicial warrant"), (re.compile(r"\bPC\b"), "probable cause"))
_WANTS = re.compile(r"\b(?:only|with|if|when|unless|without|requir\w*|needs?|wants?|must|after|on|upon|for)\b", re.IGNORECASE)
_NOT_EVEN = re.compile(r"\bnot (?:even )?(?:with|on|for|by)\b|\beven (?:with|if)\b|\bregardless\b|\bno (?:judicial )?warrant (?:needed|required|necessary)\b", re.IGNORECASE)
_WOULD_NOT = re.compile(r"\b(?:refused|declined|would ?n[o']t|won't|will not|did not want|unwilling)\b[^;,]{0,12}\b(?:say|answer|comment|tell|discuss|disclose|talk|share|respond)\b|\bno comment\b", re.IGNORECASE)
_NO_ANSWER = re.compile(r"\b(?:did not|didn't|has not|never|no)\b (?:answer|respond|reply|response|return|call back|contact)", re.IGNORECASE)
_IS_CALL = re.compile(r"\s*(?:but |and )?(?:still )?(?:calls|tells|notif\w+|phones|alerts|informs)\b", re.IGNORECASE)


def _in_full(cell: str) -> str:
    for short, full in _SHORT_FORMS:
        cell = short.sub(full, cell)
    return " ".join(cell.split())


def in_cell(cell: str, asked: Stance | None) -> Stance | None:
    """The stance of a cell of a column on policies: a yes or no to what the head asks, a condition, or words of its own
    ("No. Judge's warrant only", "Does not honor", "Declines; calls ICE", "Refused to say")."""
    if len(cell) > _LONGEST_CELL:
        return None
    cell = _in_full(cell)
    if _NO_ANSWER.search(cell):
        return None
    if _WOULD_NOT.search(cell):
        return _SILENT
    lead = _YES_NO.match(cell)
    plain: Stance | None = None
    rest = cell
    if lead is not None:
        rest = cell[lead.end() :]
        yes = lead["word"][0].lower() == "y"
        if asked is not None and asked.position not in _BARE:
            plain = asked if yes else None
        elif asked is not None and asked.position == "notify_only":
            return None
        else:
            plain = _HOLDS if yes == (asked is None or asked.position == "honors_all") else _DECLINES
    papers = papers_in(rest, 0)
    if papers and not _NOT_EVEN.search(rest) and (lead is not None or _WANTS.search(rest) or len(rest.split()) <= _FEW):
        return conditional(papers, 0, False, True)
    if plain is None:
        plain = _in_words(rest)
    calls = says("notify", cell) is not None or any(_IS_CALL.match(part) for part in re.split(r"[;,(]", cell)[1:])
    if plain is not None and plain.position == "declines_all" and calls and says("no-notify", cell) is None:
        return replace(plain, position="notify_only", notice=True)
    return plain


_FEW = 4


def _in_words(cell: str) -> Stance | None:
    first = re.split(r"[;,(]", cell)[0]
    if not first.strip():
        return None
    plain = _PLAIN.match(first)
    if plain is not None:
        return _HOLDS if plain["all"] else _DECLINES
    return stance(first, topical=True) or stance(f"{first.strip()} ICE detainers", topical=True)
