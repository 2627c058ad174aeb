"""Whether a paper is a judge's: on signs that can be shown, never on the word "warrant". In doubt it is not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dueprocess.papers.known import BY_KIND
from dueprocess.papers.values import Evidence, Field, Line
from dueprocess.papers.words import locate, plain

_COURT = re.compile(
    r"united\s*states\s*district\s*court|u\.?\s?s\.?\s*district\s*court|(?:superior|circuit|district|county|municipal|justice|criminal|magistrate|general sessions)\s*court"
    r"|court\s*of\s*common\s*pleas|district\s*court\s*for\s*the"
)
_NOT_A_COURT = re.compile(r"immigration\s*court|immigration\s*review|board\s*of\s*immigration")
_CASE = re.compile(r"(?:case|docket|cause|criminal)\s*(?:no|number|#)\s*[.:#]*\s*([a-z0-9][a-z0-9:\-–/ ]{2,30})")
_ADDRESSEE = ("To: Any authorized law enforcement officer", "To any peace officer", "To any peace officer of this state", "To any sheriff, constable or peace officer", "To the sheriff of", "To any law enforcement officer")
_COMMAND = "YOU ARE COMMANDED to arrest and bring before a United States magistrate judge"
_HEADING = (
    ("an immigration agency in the heading", ("DEPARTMENT OF HOMELAND SECURITY", "Immigration and Customs Enforcement", "Customs and Border Protection", "Immigration and Naturalization Service")),
    ("the immigration court, an agency of the Justice Department", ("EXECUTIVE OFFICE FOR IMMIGRATION REVIEW", "UNITED STATES IMMIGRATION COURT", "IMMIGRATION COURT")),
)
_AGAINST = (
    ("addressed to immigration officers", ("To: Any immigration officer authorized pursuant to", "Any immigration officer authorized pursuant to", "To any immigration officer of the United States", "To any officer delegated authority pursuant to Section 287")),
    ("an immigration officer's signature line", ("Signature of Authorized Immigration Officer", "Signature of immigration officer", "Title of immigration officer", "Name and title of Immigration Officer")),
    ("an immigration judge, who is no judge of a court", ("ORDER OF THE IMMIGRATION JUDGE",)),
)
ENOUGH = 0.85
"""How surely each sign of a judge must have been read."""


def judge_signs(lines: Sequence[tuple[int, Line]], fields: Sequence[Field], *, numbered: bool) -> list[Evidence]:
    """The signs for and against a judge's paper among (page, line) pairs. ``numbered``: a federal form's number stands
    in the footer."""
    signs: list[Evidence] = []

    def add(sign: str, for_judge: bool, line: Line, page: int, *, quote: str | None = None) -> None:
        if not any(s.sign == sign for s in signs):
            signs.append(Evidence(sign, for_judge, (quote if quote is not None else line.text)[:120], page, line.box, round(line.confidence, 3)))

    first = min((page for page, _ in lines), default=1)
    for page, line in lines:
        low = plain(line.text)
        if page == first and line.box.y0 < 0.45 and len(low) < 90 and _COURT.search(low) and not _NOT_A_COURT.search(low):
            letters = [c for c in line.text if c.isalpha()]
            # A caption is set in capitals, or stands alone on its line; a sentence that names a court is none.
            if sum(c.isupper() for c in letters) > 0.12 * len(letters) and not low.rstrip().endswith((";", ",")) and "judge" not in low:
                add("a court in the heading", True, line, page)
        match = _CASE.search(low)
        if match and any(c.isdigit() for c in match[1]):
            add("a case number", True, line, page)
        for to in _ADDRESSEE:
            if locate(to, line.text):
                add("addressed to any law enforcement officer", True, line, page)
        if locate(_COMMAND, line.text):
            add("commands to bring the person before a judge", True, line, page)
        for sign, phrases in _AGAINST:
            if any(locate(p, line.text) for p in phrases):
                add(sign, False, line, page)
        # A judge's warrant may speak of the agency; in the heading it stands over its own papers.
        if page == first and line.box.y0 < 0.2 and len(low) < 90:
            for sign, names in _HEADING:
                if any(locate(p, line.text) for p in names):
                    add(sign, False, line, page)
    case = next((f for f in fields if f.key == "case_no" and f.value), None)
    if case is not None and not any(s.sign == "a case number" for s in signs):
        signs.append(Evidence("a case number", True, case.quote, case.page, case.box, case.confidence))
    title = next((f for f in fields if f.key == "officer" and f.read), None)
    if title is not None:
        judge = title.read in ("judge", "clerk")
        signs.append(Evidence(f"the signer's printed title: {str(title.read).replace('_', ' ')}", judge, title.quote, title.page, title.box, title.confidence))
    if numbered:
        signs.append(Evidence("the number of a federal immigration form", False, "", first, None, 1.0))
    return signs


def judged(kind: str, signs: Sequence[Evidence], fields: Sequence[Field]) -> str:
    """``yes``, ``no`` or ``unknown``. Yes needs a court, a case number, a judge's or clerk's printed title and the
    signature, each surely read, and no sign to the contrary."""
    against = [s for s in signs if not s.for_judge]
    court = _sign(signs, "a court in the heading")
    case = _sign(signs, "a case number")
    title = next((s for s in signs if s.for_judge and s.sign.startswith("the signer's printed title")), None)
    form = BY_KIND.get(kind)
    if form is not None and not form.judge:
        return "no"
    if form is None:
        return "unknown" if court and not against else "no" if against and not court and not title else "unknown" if court or title else "no"
    if against:
        return "unknown" if court or title else "no"
    signature = next((f for f in fields if f.key == "signature"), None)
    if signature is not None and signature.value is False:
        return "no"
    sure = all(s is not None and s.confidence >= ENOUGH for s in (court, case, title))
    if sure and signature is not None and signature.value is True:
        return "yes"
    return "unknown"


def _sign(signs: Sequence[Evidence], name: str) -> Evidence | None:
    return next((s for s in signs if s.sign == name), None)
