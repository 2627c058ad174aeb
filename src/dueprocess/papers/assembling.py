"""Pages to papers: which page begins one, which goes on, which is none; and what each paper is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dueprocess.papers.classify import KIND_THRESHOLD, Guess
from dueprocess.papers.custody_files import SURE
from dueprocess.papers.detainers import DETAINERS
from dueprocess.papers.judging import judged
from dueprocess.papers.known import BY_KIND
from dueprocess.papers.pagereading import WHOLE, Part
from dueprocess.papers.values import Box, Evidence, Field, Finding, PageReading, PaperReading

JAIL_RECORD = "a jail's own record"
LEGIBLE = 0.6
"""Below this mean confidence a page counts as unreadable."""


@dataclass
class _Pile:
    """The parts of one paper, its first page first."""

    guess: Guess
    parts: list[Part] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)


def assemble(parts: Sequence[Part], pages: Sequence[PageReading]) -> tuple[list[PaperReading], list[Finding]]:
    """The papers of a file in the order of their first pages, and what is the matter with pages that belong to none."""
    findings = _page_findings(pages)
    piles: list[_Pile] = []
    later: list[Part] = []
    for part in parts:
        guess = part.guess
        if guess.continued or (guess.page or 1) > 1:
            later.append(part)
        elif part.words >= 3 or guess.kind is not None:
            piles.append(_Pile(guess, [part], {guess.page or 1}))
    for part in later:
        pile = _belongs(part, piles)
        if pile is None:
            piles.append(_Pile(part.guess, [part], {part.guess.page or 0}))
        else:
            pile.parts.append(part)
            pile.seen.add(part.guess.page or 0)
            if part.page < pile.parts[0].page:
                findings.append(Finding("pages_shuffled", "pages of one paper are not in their order", part.page, None, "none: they were put in order by their printed numbers"))
    piles.sort(key=lambda p: (p.parts[0].page, p.parts[0].region.x0, p.parts[0].region.y0))
    papers = [_paper(number, pile) for number, pile in enumerate(piles, 1)]
    return papers, findings


def _page_findings(pages: Sequence[PageReading]) -> list[Finding]:
    found = []
    for page in pages:
        if page.how == "blank":
            found.append(Finding("page_blank", "the page is blank", page.number, None, "none"))
        elif page.how == "unreadable" or (page.how == "recognized" and page.confidence < LEGIBLE):
            found.append(Finding("page_unreadable", "hardly anything on the page can be read", page.number, None, "what it says is unknown", "What is on this page? Look at it, or ask for it to be sent again."))
        elif page.how == "text" and page.confidence < 0.5:
            found.append(Finding("page_unreadable", "the page's letters make no sense", page.number, None, "what it says is unknown", "What is on this page? Print it and scan it, or ask for it to be sent again."))
    return found


def _belongs(part: Part, piles: Sequence[_Pile]) -> _Pile | None:
    guess = part.guess
    fit = []
    for pile in piles:
        first = pile.guess
        form = BY_KIND.get(first.kind or "")
        same = first.kind == guess.kind if guess.kind else bool(form and (form.continued or form.judge)) or first.kind is None
        edition = first.edition is None or guess.edition is None or first.edition == guess.edition
        room = guess.page is None or (guess.page not in pile.seen and guess.page <= (first.pages or guess.pages or 50))
        if same and edition and room and not (guess.kind is None and guess.page is None and not guess.continued):
            behind = pile.parts[0].page <= part.page
            fit.append((not behind, abs(part.page - pile.parts[-1].page), pile))
    return min(fit, key=lambda f: f[:2])[2] if fit else None


def _paper(number: int, pile: _Pile) -> PaperReading:
    first, guess = pile.parts[0], pile.guess
    fields = _merged([f for p in pile.parts for f in p.fields])
    signs = _signs([s for p in pile.parts for s in p.signs])
    findings: list[Finding] = []
    kind, about = guess.kind, ""

    def note(code: str, text: str, *, effect: str = "", question: str = "", place: Field | None = None) -> None:
        page, box = (place.page, place.box) if place else (first.page, None if first.region == WHOLE else first.region)
        findings.append(Finding(code, text, page, box, effect, question, number))

    if guess.page and guess.page > 1 and kind is not None and 1 not in pile.seen:
        note("first_page_missing", f"page {guess.page} of a form {kind.upper()} came without its first page", effect="nothing on it counts", question="Where is the first page?")
        kind, about = "other", f"a later page of form {kind.upper()}"
    elif guess.continued and kind is None:
        kind, about = "other", "a later page of some paper"
        note("first_page_missing", "a later page came without its first page", effect="nothing on it counts", question="Which paper does this page belong to?")
    elif kind == "cover":
        kind, about = "other", "fax cover sheet"
    elif kind is None:
        kind = "other"
        if first.custody is not None:
            about = JAIL_RECORD
            fields = _sheet_fields(first)
        elif first.legible < LEGIBLE:
            about = "cannot be read"
        elif not first.english:
            about = "a page in another language"
            note("language_other", "the page is in a language that the program does not read", effect="nothing on it counts", question="What does this page say, and who signed it?")
        else:
            note("kind_unknown", "this is no form that the program knows", effect="nothing on it counts", question="What is this paper, and who signed it?")
    elif guess.confidence < KIND_THRESHOLD or guess.doubt:
        why = f": {guess.doubt}" if guess.doubt else ""
        note("kind_doubtful", f"it looks like {_named(kind)}, but that is not sure{why}", effect="until somebody has looked, nothing on it counts", question=f"Is this {_named(kind)}? Read the title and the footer.")
        kind, about = "other", f"perhaps {_named(kind)}"
    if kind == "return_of_service":
        kind, about = "other", "return of service"
    form = BY_KIND.get(kind)
    judicial = judged(kind, signs, fields) if about not in ("fax cover sheet", JAIL_RECORD, "return of service") else "no"
    if form is not None and form.judge and judicial != "yes":
        signature = next((f for f in fields if f.key == "signature"), None)
        if not (judicial == "no" and signature is not None and signature.value is False and not [s for s in signs if not s.for_judge]):
            note(
                "judge_in_doubt",
                f"it is called {_named(kind)}, but not all signs of a judge's paper are there: {_missing(signs, fields)}",
                effect="it does not count as a judge's until somebody has looked",
                question="Which court is in the heading, what is the case number, and which judge or clerk signed?",
            )
            judicial = "unknown" if judicial != "no" else "no"
            kind, about = "other", f"perhaps {_named(kind)}"
    elif kind == "other" and judicial == "unknown":
        note("judge_in_doubt", "a court is named on it, but it is no paper that the program knows", effect="it does not count as a judge's until somebody has looked", question="Is this a judge's warrant or order? Which court, which case number, who signed?")
    if kind == "other":
        return PaperReading(number, "other", None, _pages(pile), _region(first), judicial, signs, fields, None, None, about, tuple(findings), guess.pages, guess.confidence)
    edition = guess.edition
    if BY_KIND[kind].editions and (edition is None or guess.edition_confidence < KIND_THRESHOLD):
        shown = f" (perhaps {edition})" if edition else ""
        note("edition_unknown", f"the footer's edition cannot be read{shown}", effect="only what all editions of the form say alike counts", question="Which edition does the footer give?")
        edition = None
    if guess.pages and len(pile.seen) < guess.pages and kind in DETAINERS:
        missing = [str(n) for n in range(1, guess.pages + 1) if n not in pile.seen]
        note("pages_missing", f"page {', '.join(missing)} of {guess.pages} did not come", effect="none: what the answer turns on is on the first page")
    if kind == "i-247" and edition is not None and edition != "2012-12":
        fields = tuple(f for f in fields if f.key != ":hold")  # other printings have no such box
    signed_by = _signer(kind, fields)
    matter = _matter(kind, fields, pile)
    return PaperReading(number, kind, edition, _pages(pile), _region(first), judicial, signs, fields, signed_by, matter, about, tuple(findings), guess.pages, guess.confidence)


def _sheet_fields(part: Part) -> tuple[Field, ...]:
    """What a jail's own sheet says, as fields: each with the words that it was read in."""
    found = (part.custody or {}).get("found", ())
    return tuple(
        Field(f["key"], f["quote"].partition(":")[0].strip() if ":" in f["quote"] else "Charge", f["value"], part.page, Box(*f["box"]), f["quote"], f["confidence"], f["how"], SURE, f["value"])
        for f in found
    )


def _pages(pile: _Pile) -> tuple[int, ...]:
    return tuple(p.page for p in sorted(pile.parts, key=lambda p: (p.guess.page or 0, p.page)))


def _region(part: Part) -> Box | None:
    return None if part.region == WHOLE else part.region


def _merged(fields: Sequence[Field]) -> tuple[Field, ...]:
    """One field for each name: the first that holds something."""
    found: dict[str, Field] = {}
    for one in fields:
        before = found.get(one.key)
        if before is None or (before.read in (None, "") and one.read not in (None, "")):
            found[one.key] = one
    return tuple(found.values())


def _signs(signs: Sequence[Evidence]) -> tuple[Evidence, ...]:
    found: dict[str, Evidence] = {}
    for sign in signs:
        if sign.sign not in found or sign.confidence > found[sign.sign].confidence:
            found[sign.sign] = sign
    return tuple(found.values())


def _missing(signs: Sequence[Evidence], fields: Sequence[Field]) -> str:
    have = {s.sign for s in signs if s.for_judge}
    lacking = [s for s in ("a court in the heading", "a case number") if s not in have]
    if not any(s.startswith("the signer's printed title") for s in have):
        lacking.append("a judge's or clerk's printed title")
    signature = next((f for f in fields if f.key == "signature"), None)
    if signature is None or signature.value is not True:
        lacking.append("a signature" if signature is not None and signature.value is False else "a signature that can be seen for sure")
    against = [s.sign for s in signs if not s.for_judge]
    text = f"missing {', '.join(lacking)}" if lacking else "one of them was not read surely"
    return f"{text}; against it: {', '.join(against)}" if against else text


def _signer(kind: str, fields: Sequence[Field]) -> str | None:
    signature = next((f for f in fields if f.key == "signature"), None)
    if signature is None or signature.value is None:
        return None
    if signature.value is False:
        return "none"
    title = next((f for f in fields if f.key == "officer"), None)
    if title is not None and title.value:
        return str(title.value)
    if kind == "immigration_judge_order":
        return "immigration_judge"  # the caption under the signature says so
    return None


def _matter(kind: str, fields: Sequence[Field], pile: _Pile) -> str | None:
    """Criminal, where the warrant says what charge it stands on; else not known, which a case file takes as civil."""
    if kind not in ("judicial_warrant", "court_order"):
        return None
    charges = (":indictment", ":superseding_indictment", ":information", ":superseding_information", ":complaint", ":probation", ":supervised_release", ":violation_notice")
    if any(f.key in charges and f.value is True for f in fields):
        return "criminal"
    return None


def _named(kind: str) -> str:
    form = BY_KIND.get(kind)
    if form is None:
        return kind
    return f"Form {kind.upper()}" if form.numbers else f"[{form.titles[0].title()}]"


def renumbered(papers: Sequence[PaperReading]) -> list[PaperReading]:
    """The papers numbered from 1 in their order."""
    return [replace(p, number=n, findings=tuple(replace(f, paper=n) for f in p.findings)) for n, p in enumerate(papers, 1)]
