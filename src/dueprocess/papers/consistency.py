"""Whether the papers fit together: each finding has a code, its place, and what it changes in the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from dueprocess.papers.detainers import (
    BASES,
    DETAINERS,
    MUST_BE_SERVED,
    NOTICE_ONLY,
    PRINTED,
    PRINTED_IN,
)
from dueprocess.papers.known import BY_KIND
from dueprocess.papers.values import Field, Finding, PaperReading
from dueprocess.papers.words import edits

CODES: dict[str, str] = {
    "page_blank": "a page is blank",
    "page_unreadable": "a page cannot be read",
    "pages_shuffled": "pages of one paper were not in order",
    "pages_missing": "printed pages of a form did not come",
    "first_page_missing": "a later page came without its first page",
    "kind_unknown": "a paper is no form that the program knows",
    "kind_doubtful": "it is not sure which form a paper is",
    "edition_unknown": "the footer's edition cannot be read",
    "judge_in_doubt": "it is not sure that a paper is a judge's",
    "not_a_judge": "a paper called warrant or order is not a judge's",
    "person_differs": "two papers name different people",
    "person_unclear": "whether two papers name the same person cannot be told",
    "file_number_differs": "two papers have different file numbers",
    "file_number_unclear": "whether two file numbers are the same cannot be told",
    "dates_out_of_order": "dates that cannot both be right",
    "warrant_not_there": "a detainer refers to a paper that is not in the packet",
    "no_removal_order": "an immigration judge's paper is not read to order removal",
    "no_finding": "a judge's paper is not read to find probable cause",
    "returned": "a warrant's return says that it has been carried out",
    "return_unclear": "whether a warrant's return is filled in cannot be told",
    "edition_ended": "an edition was used after its end",
    "edition_not_yet": "an edition was used before it existed",
    "notice_only": "a form asks for notice only, not for a hold",
    "unsigned": "nobody signed",
    "signature_unclear": "whether somebody signed cannot be told",
    "signer_unknown": "the signer's title is not known",
    "signer_unfit": "the signer is none of those who may sign it",
    "no_box": "no box is ticked in a part that needs one",
    "box_unclear": "whether a box is ticked cannot be told",
    "not_served": "no service is recorded on a form that takes effect once served",
    "cancels": "a paper cancels an earlier detainer",
    "cancels_unclear": "a cancelling box is ticked on a form that also asks for something",
    "language_other": "a page in a language that the program does not read",
    "active_content": "the file holds a script or another part that could act; nothing was run",
    "dynamic_form": "the form draws itself with a script; what is on the page is not all of it",
    "attachment_unreadable": "an attachment could not be read",
    "no_paper": "an e-mail brought no paper, only its own words",
    "face_sheet": "something on the jail's own sheet could not be used",
    "limit": "reading a page took more time or memory than it may",
    "value_unclear": "a value was read, but not surely enough to count",
}
"""Every finding's code and what it stands for."""

_REFERS = {
    "warrant_served": ("the box that a warrant of arrest was served is ticked", ("i-200",)),
    "charging_document": ("the box that a charging document was served is ticked", ("i-862",)),
    "final_order": ("the box for a final order of removal is ticked", ("i-205", "immigration_judge_order")),
}


_NAMED = {"i-200": "Form I-200", "i-205": "Form I-205", "i-862": "Notice to Appear", "immigration_judge_order": "immigration judge's order"}


def check(papers: Sequence[PaperReading]) -> tuple[dict[int, list[Finding]], dict[str, str]]:
    """Findings by the number of the paper, and what comparing names and file numbers gave.

    The comparison is ``same``, ``differs``, ``unclear`` or ``not compared``; what was compared is nowhere kept.
    """
    found: dict[int, list[Finding]] = {p.number: [] for p in papers}
    kinds = {p.kind for p in papers}
    for paper in papers:
        def note(code: str, text: str, *, effect: str, question: str = "", place: Field | None = None, paper: PaperReading = paper) -> None:
            at = place or next(iter(paper.fields), None)
            page = place.page if place else paper.pages[0]
            found[paper.number].append(Finding(code, text, page, place.box if at is place and place else None, effect, question, paper.number))

        if paper.kind == "other":
            continue
        _signature(paper, note)
        _values(paper, note)
        _dates(paper, note)
        if paper.kind in ("i-200", "i-205", "immigration_judge_order"):
            who = "an immigration judge, who belongs to the Justice Department" if paper.kind == "immigration_judge_order" else "an immigration officer"
            note("not_a_judge", f"it is signed by {who}, not by a judge of a court", effect="it never counts as a judge's warrant or a court's order")
        if paper.kind in DETAINERS:
            for name in unread_boxes(paper):
                if paper.field(name) is None:
                    note("box_unclear", f"a box that this form has was not found on the page: {name.lstrip(':').replace('_', ' ')}", effect="the box is unknown", question=f"Is the box ticked: {name.lstrip(':').replace('_', ' ')}?")
            _detainer(paper, kinds, note)
        if paper.kind == "judicial_warrant":
            _return(paper, note)
        if paper.kind == "immigration_judge_order" and paper.value(":ordered_removed") is not True:
            note("no_removal_order", "it is not read to order removal", effect="it counts as no order of removal", question="What did the immigration judge order?", place=paper.field(":ordered_removed"))
        if paper.kind == "probable_cause_affidavit" and (paper.value(":found") is not True or paper.value(":not_found") is not False):
            note("no_finding", "it is not read to say that a judge found probable cause", effect="it counts as no finding of probable cause", question="Did the judge find probable cause?", place=paper.field(":found"))
    comparisons = {
        "person": _compare(papers, found, key="name", code="person", what="the name"),
        "file_number": _compare(papers, found, key="file_no", code="file_number", what="the file number"),
    }
    return found, comparisons


Note = Callable[..., None]


def carried_out(paper: PaperReading) -> bool | None:
    """Whether a warrant's return says that the person was arrested on it; None where that cannot be told. A person may
    say that it stands all the same."""
    if paper.value("stands") is True:
        return False
    day, signed = paper.field("arrested_on"), paper.field("return_signature")
    if (day is not None and day.value) or (signed is not None and signed.value is True):
        return True
    blank = day is None or (day.read == "" and day.certain)
    unsigned = signed is None or signed.value is False
    return False if blank and unsigned else None


def _return(paper: PaperReading, note: Note) -> None:
    done = carried_out(paper)
    day = paper.field("arrested_on")
    if done:
        on = f" on {day.value}" if day is not None and day.value else ""
        note("returned", f"its return says that the person was arrested on it{on}", effect="it has been carried out: it counts as no warrant until somebody has looked", question="Does this warrant still stand?", place=day)
    elif done is None:
        note("return_unclear", "whether its return is filled in cannot be told", effect="until somebody has looked it counts as no warrant", question="Is the return at the foot filled in, and does the warrant still stand?", place=day)


def _signature(paper: PaperReading, note: Note) -> None:
    signature, title = paper.field("signature"), paper.field("officer")
    if signature is None:
        if BY_KIND[paper.kind].labels and any(x.key == "signature" for x in BY_KIND[paper.kind].labels):
            note("signature_unclear", "the place for the signature was not found", effect="whether it is signed is unknown", question="Is it signed, and by whom?")
        return
    if signature.value is None:
        note("signature_unclear", "whether somebody signed cannot be told", effect="whether it is signed is unknown", question="Is it signed?", place=signature)
    elif signature.value is False:
        effect = "no request to hold stands on it" if paper.kind in DETAINERS else "it does not count"
        note("unsigned", "nobody signed", effect=effect, place=signature)
    elif paper.signed_by is None:
        note("signer_unknown", "it is signed, but the signer's printed title says nothing the program knows", effect="who signed is unknown", question="What is the printed title of who signed?", place=title or signature)
    elif not _fit(paper.kind, paper.signed_by):
        note("signer_unfit", f"it is signed by: {paper.signed_by.replace('_', ' ')}", effect="it does not count", question="Is the signer an immigration officer?", place=title)


def _fit(kind: str, signer: str) -> bool:
    if kind in DETAINERS or kind in ("i-200", "i-205", "i-203", "i-862", "cancellation"):
        return signer == "immigration_officer"
    if kind == "immigration_judge_order":
        return signer == "immigration_judge"
    return signer in ("judge", "clerk")


def unread_boxes(paper: PaperReading) -> list[str]:
    """The boxes that this printing has and that were not surely read: not found on the page, or not clear."""
    printed = PRINTED.get(paper.kind, ())
    if paper.kind == "i-247":
        # Where the edition is not known, it may be any of them.
        extra = PRINTED_IN.get(paper.edition or "", ()) if paper.edition else ("on_conviction",) if paper.field("on_conviction") else ()
        printed = (*printed, *extra)
    fields = [(name, paper.field(name)) for name in printed]
    return [name for name, one in fields if one is None or one.value is None]


def _values(paper: PaperReading, note: Note) -> None:
    for one in paper.fields:
        if one.value is not None or one.read in (None, "") or one.key in ("signature", "lea_signature", "to", "from", "text"):
            continue
        if one.personal is not None:
            continue  # the comparison says what is unclear of names and file numbers; a booking number helps to find the person
        label = one.label if len(one.label) < 70 else one.label[:67] + "..."
        if isinstance(one.read, bool):
            if one.key.startswith(":") and one.key not in (":cancels", ":hold"):
                continue
            note("box_unclear", f"whether this box is ticked cannot be told: {label}", effect="the box is unknown", question="Is this box ticked?", place=one)
        elif one.key in ("date", "served_on", "cancels_of", "case_no"):
            note("value_unclear", f"what is written here cannot be read for sure: {label}", effect="the value is unknown", question="What is written here?", place=one)


def _detainer(paper: PaperReading, kinds: set[str], note: Note) -> None:
    if paper.kind in NOTICE_ONLY:
        note("notice_only", "this form asks for notice of the release, not for a hold", effect="it is no request to hold: holding on it rests on no request at all")
    bases = [paper.field(b) for b in BASES.get(paper.kind, ())]
    seen = [b for b in bases if b is not None]
    lent = paper.field("transferred")
    if seen and all(b.value is False for b in seen) and (lent is None or lent.value is False):
        note("no_box", "no box that says what the detainer rests on is ticked", effect="the form is not complete, so no request to hold stands on it", place=seen[0])
    priority = paper.field("priority")
    if paper.kind == "i-247d" and priority is not None and priority.value is False and (lent is None or lent.value is False):
        note("no_box", "no box of part A is ticked", effect="the form is not complete, so no request to hold stands on it", place=priority)
    served = paper.field("served_on")
    if paper.kind in MUST_BE_SERVED and (served is None or served.value is None):
        note("not_served", "no service on the person is written on this form, which takes effect only once a copy is served", effect="until service is recorded, no request to hold stands on it", question="Was a copy given to the person, and when?", place=served)
    for box, (text, needed) in _REFERS.items():
        one = paper.field(box)
        if one is not None and one.value is True and not kinds & set(needed):
            if box == "final_order" and paper.kind in ("i-247a", "i-247d", "i-247x") and kinds & {"i-200"}:
                continue
            note("warrant_not_there", f"{text}, and no {' or '.join(_NAMED[n] for n in needed)} came with it", effect="no warrant counts that is not there; the detainer stands or falls by itself", question="Did the paper that it refers to come?", place=one)
    refers = paper.field("refers_to")
    if refers is not None and refers.value and refers.value not in kinds:
        note("warrant_not_there", f"it refers to an attached Form {str(refers.value).upper()}, and none is in the packet", effect="no warrant counts that is not there; the detainer stands or falls by itself", question="Did the paper that it refers to come?", place=refers)
    elif paper.kind == "i-247a" and not kinds & {"i-200", "i-205"}:
        note("warrant_not_there", "a Form I-247A is to come with a warrant (Form I-200 or I-205), and none is in the packet", effect="no administrative warrant counts; where the law asks for one, that decides", question="Did an I-200 or I-205 come with it?")
    cancels = paper.field(":cancels")
    if cancels is not None and cancels.value is True:
        if any(b.value for b in seen):
            note("cancels_unclear", "the box that cancels an earlier detainer is ticked, and so is one that says what a detainer rests on", effect="it is taken as a cancellation, and as no new request", question="Does this paper cancel, or ask anew?", place=cancels)
        else:
            note("cancels", "this paper cancels a detainer sent before", effect="the detainer that it names is in force no more", place=cancels)


def _dates(paper: PaperReading, note: Note) -> None:
    written, served = _day(paper, "date"), _day(paper, "served_on")
    form = BY_KIND[paper.kind]
    edition = next((e for e in form.editions if e.name == paper.edition), None)
    place = paper.field("date")
    if written and served and served < written:
        note("dates_out_of_order", "served before it was written", effect="one of the two dates is wrong: service is in doubt", question="When was it served?", place=paper.field("served_on"))
    cancelled = _day(paper, "cancels_of")
    if written and cancelled and cancelled > written:
        note("dates_out_of_order", "it cancels a detainer of a later day", effect="which detainer it cancels is in doubt", question="Which detainer does it cancel?", place=paper.field("cancels_of"))
    if edition is not None and written is not None:
        if edition.used_until and written >= date.fromisoformat(edition.used_until):
            note("edition_ended", f"the edition {edition.name} was replaced on {edition.used_until}; this paper is dated {written.isoformat()}", effect="none by itself: the edition on the paper decides what it asks for", question="Is this the newest paper, or a copy of an old one?", place=place)
        first = date(edition.year, edition.month, 1)
        if written < first:
            note("edition_not_yet", f"the paper is dated {written.isoformat()}, before its edition {edition.name} was printed", effect="the date or the edition was misread or is wrong", question="What are the date and the edition?", place=place)


def _day(paper: PaperReading, key: str) -> date | None:
    value = paper.value(key)
    return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None


# -- the same person ---------------------------------------------------------------------------------------------


def _compare(papers: Sequence[PaperReading], found: Mapping[int, list[Finding]], *, key: str, code: str, what: str) -> str:
    have = [(p, f) for p in papers for f in [p.field(key)] if f is not None and f.personal is not None]
    first = next((h for h in have if h[0].kind in DETAINERS), have[0] if have else None)
    if first is None or len(have) < 2:
        return "not compared"
    results = []
    for paper, one in have:
        if paper is first[0] or one.personal is None or first[1].personal is None:
            continue
        result = _same_name(first[1], one) if key == "name" else _same_number(first[1], one)
        results.append(result)
        if result == "differs":
            found[paper.number].append(
                Finding(f"{code}_differs", f"{what} is not that of paper {first[0].number}", one.page, one.box, "the paper is left out of the case until somebody has looked", "Are both papers about the same person?", paper.number)
            )
        elif result == "unclear":
            found[paper.number].append(Finding(f"{code}_unclear", f"whether {what} is that of paper {first[0].number} cannot be told", one.page, one.box, "none by itself", "Are both papers about the same person?", paper.number))
    return "differs" if "differs" in results else "unclear" if "unclear" in results else "same"


def _same_number(a: Field, b: Field) -> str:
    assert a.personal and b.personal
    one, other = a.personal.digits(), b.personal.digits()
    if one == other and len(one) >= 7:
        return "same"
    close = edits(one, other, 2) <= 2
    if (a.how == "recognized" or b.how == "recognized") and (close or min(len(one), len(other)) < 7 or min(a.confidence, b.confidence) < 0.9):
        return "unclear"
    return "differs" if min(len(one), len(other)) >= 7 else "unclear"


def _same_name(a: Field, b: Field) -> str:
    assert a.personal and b.personal
    one, other = _tokens(a), _tokens(b)
    if not one or not other:
        return "unclear"
    near = sum(1 for t in one if any(edits(t, o, 1) <= (1 if len(t) > 4 else 0) for o in other))
    if near == min(len(one), len(other)) and near >= 2:
        return "same"
    if near >= 1 or ((a.how == "recognized" or b.how == "recognized") and min(a.confidence, b.confidence) < 0.9):
        return "unclear"
    return "differs"


def _tokens(one: Field) -> list[str]:
    assert one.personal is not None
    letters = "".join(c if c.isalpha() else " " for c in one.personal._text.upper())
    return [t for t in letters.split() if len(t) > 1]
