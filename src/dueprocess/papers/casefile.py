"""A reading to a case file's papers and facts. What is not surely read is unknown, and unknown never holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import zone as zone_of
from dueprocess.papers.consistency import carried_out, unread_boxes
from dueprocess.papers.custody_files import local_custody
from dueprocess.papers.detainers import DETAINERS, PRINTED
from dueprocess.papers.output import questions
from dueprocess.papers.values import PaperReading, Reading
from dueprocess.places import load_places

BOXES = (
    "final_order", "pending_proceedings", "biometric", "statements", "reason_to_believe", "investigation", "warrant_served",
    "charging_document", "transferred", "priority", "on_conviction",
)  # fmt: skip
ANOTHERS = ("person_differs", "file_number_differs")
"""Findings that keep a paper out of the case."""
_FACT = {"transferred": "box_transferred", "priority": "box_priority", "on_conviction": "box_on_conviction"}


def case_of(
    reading: Reading, *, base: Mapping[str, Any] | None = None, agency: str | None = None, at: str | None = None, received: str | None = None
) -> dict[str, Any]:
    """The case file's mapping.

    Args:
        reading: what was read, corrections applied.
        base: a case whose keys are kept; the papers read are added to its own, each once.
        agency, at: where the base does not say. The agency may also be that of a jail's own sheet among the papers, or the
            one to which the detainers are addressed.
        received: when the papers came (an instant with zone); else what the e-mail or the fax's line says.

    Raises:
        InputError: a time in ``received`` that is none, or an agency that nobody knows.
    """
    case: dict[str, Any] = dict(base or {})
    sheet = dict(reading.custody or {})
    case.setdefault("case", "read from papers")
    told = agency or case.get("agency") or sheet.get("agency") or _addressed(reading)
    for key, value in (("agency", told), ("at", at or case.get("at"))):
        if value is not None:
            case[key] = value
    custody = local_custody(sheet, agency=case.get("agency"), facility=case.get("facility")) if sheet else {}
    if custody:
        case["custody"] = {**custody, **{k: v for k, v in (case.get("custody") or {}).items() if v is not None}}
    came = received or _zoned(reading.received, case)
    papers, facts = _papers(reading, came)
    kept = [p for p in case.get("papers") or [] if p not in papers and not _bare_listing(p, papers)]
    case["papers"] = [*kept, *papers]
    if facts:
        case["facts"] = {**facts, **(case.get("facts") or {})}
    if case.get("record_complete") and undecided(reading):
        # A paper that nobody could read may be any paper: the record is not complete until somebody has looked.
        case["record_complete"] = False
    case.setdefault("record_complete", False)
    return case


def _bare_listing(known: Mapping[str, Any], papers: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a paper of the case is but the line of a log about the one of that kind that was read now."""
    told = {k for k, v in known.items() if v not in (None, "unknown") and k not in ("kind", "received_at")}
    return not told and sum(1 for p in papers if p["kind"] == known.get("kind")) == 1


def undecided(reading: Reading) -> bool:
    """Whether some page or paper may be any paper: then nobody can say that the record is complete."""
    codes = {"page_unreadable", "kind_unknown", "kind_doubtful", "judge_in_doubt", "first_page_missing", "limit", "attachment_unreadable", "dynamic_form", "person_differs", "file_number_differs"}
    return any(f.code in codes for f in reading.all_findings())


def _addressed(reading: Reading) -> str | None:
    """The jail to which all detainers are addressed, where that is one."""
    to = {p.value("to") for p in reading.papers if p.kind in DETAINERS}
    found = to.pop() if len(to) == 1 else None
    return found if isinstance(found, str) else None


def _zoned(text: str | None, case: Mapping[str, Any]) -> str | None:
    """A fax machine's time has the jail's zone; where the jail is not known, the time is not."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment.isoformat()
    agency = case.get("agency")
    if not isinstance(agency, str):
        return None
    places = load_places()
    try:
        facility = places.facility(places.agency(agency), case.get("facility"))
    except InputError:
        return None
    return moment.replace(tzinfo=zone_of(facility.zone)).isoformat()


def _papers(reading: Reading, came: str | None) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    found, facts = entries(reading, came)
    return [e for e in found.values() if e is not None], facts


def entries(reading: Reading, came: str | None) -> tuple[dict[int, dict[str, Any] | None], dict[str, Any]]:
    """What each paper (by its number) is in a case file, and facts of boxes where a detainer's others are unknown.

    None stands for a paper that must not be added: it is about another person, or has another file number.
    """
    out = {p.number for p in reading.papers for f in p.findings if f.code in ANOTHERS}
    cancelling = [p for p in reading.papers if p.value(":cancels") is True or p.kind == "cancellation"]
    standing = [p for p in reading.papers if p not in cancelling and p.number not in out]
    detainers = [p for p in standing if p.kind in DETAINERS]
    found: dict[int, dict[str, Any] | None] = {}
    facts: dict[str, Any] = {}
    for paper in reading.papers:
        if paper.number in out:
            found[paper.number] = None
            continue
        if paper in cancelling:
            found[paper.number] = {"kind": "cancellation", "received_at": came}
            continue
        entry = _entry(paper, came)
        if paper.kind in DETAINERS:
            stop = [c for c in cancelling if c.number not in out and _names(c, paper)]
            if stop:
                entry["cancelled_at"] = came or stop[0].value("date")
            if entry.get("served_at") is None:
                entry["served_at"] = _returned(reading, out, only=len(detainers) == 1)
            if entry.get("boxes") is None and len(detainers) == 1:
                facts.update(_known_boxes(paper))
        found[paper.number] = entry
    return found, facts


def _returned(reading: Reading, left_out: set[int], *, only: bool) -> str | None:
    """The day of service that a signed return of service gives, where it can only mean this detainer."""
    days = {
        p.value("served_on") for p in reading.papers
        if p.about == "return of service" and p.number not in left_out and p.value("signature") is True and p.value("served_on")
    }  # fmt: skip
    return str(days.pop()) if only and len(days) == 1 else None


def _counts(paper: PaperReading) -> bool:
    """Whether an order or a finding says what its kind says: an immigration judge may also end the proceedings, a judge
    may find no probable cause, a warrant may have been carried out."""
    if paper.kind == "immigration_judge_order":
        return paper.value(":ordered_removed") is True and paper.value(":terminated") is not True
    if paper.kind == "probable_cause_affidavit":
        return paper.value(":found") is True and paper.value(":not_found") is False
    if paper.kind == "judicial_warrant":
        return carried_out(paper) is False
    return True


def _names(cancel: PaperReading, detainer: PaperReading) -> bool:
    """Whether a cancellation means this detainer: it names its day, or one of the two days is not known."""
    day, dated = cancel.value("cancels_of"), detainer.value("date")
    return day is None or dated is None or day == dated


def _entry(paper: PaperReading, came: str | None) -> dict[str, Any]:
    entry: dict[str, Any] = {"kind": paper.kind}
    if paper.kind in DETAINERS or paper.kind == "i-200":
        entry["edition"] = paper.edition or "unknown"
    entry["received_at"] = came
    if paper.kind == "other" or not _counts(paper):
        entry["kind"] = "other"
        return entry
    entry["signed_by"] = paper.signed_by
    if paper.kind in DETAINERS:
        entry["boxes"] = _boxes(paper)
        served = paper.value("served_on")
        # A day before the paper came is no day of its service here; the finding or the comment asks.
        entry["served_at"] = None if _before(served, came) else served
        issuer = paper.value("from")
        if issuer in ("ice", "cbp"):
            entry["issuer"] = issuer
    if paper.matter is not None:
        entry["matter"] = paper.matter
    return entry


def _before(day: Any, came: str | None) -> bool:
    return isinstance(day, str) and came is not None and len(day) == 10 and day < came[:10]


def _boxes(paper: PaperReading) -> list[str] | None:
    """The boxes ticked; None where one of those that the form has is not surely read."""
    have = [f for f in (paper.field(b) for b in BOXES) if f is not None]
    hold = paper.field(":hold")
    if any(f.value is None for f in have) or unread_boxes(paper):
        return None
    ticked = [f.key for f in have if f.value is True]
    if paper.edition == "2012-12" and hold is not None and hold.value is False:
        ticked.append("hold_blank")
    return ticked


def _known_boxes(paper: PaperReading) -> dict[str, Any]:
    """The boxes that were surely read of a form on which some were not; none where it may be a cancellation."""
    found: dict[str, Any] = {}
    cancels = paper.field(":cancels")
    if ":cancels" in PRINTED.get(paper.kind, ()) and (cancels is None or cancels.value is None):
        return found
    for box in BOXES:
        one = paper.field(box)
        if one is not None and one.value is not None:
            found[_FACT.get(box, f"basis_{box}")] = one.value
    return found


def case_text(case: Mapping[str, Any], reading: Reading) -> str:
    """The case file in YAML, with where it comes from and what is still to be settled as comments above."""
    import yaml

    head = ["Written by dueprocess read. What is null was not read surely enough to count."]
    head += [f"from: sha256 {f.sha256}" for f in reading.files if f.inside is None]
    came = next((p.get("received_at") for p in case.get("papers") or [] if p.get("received_at")), None)
    for paper in reading.papers:
        if _before(paper.value("served_on"), came):
            head.append(f"Paper {paper.number} says that it was served on {paper.value('served_on')}, before it came here: left out. When was it served?")
        to = paper.value("to") if paper.kind in DETAINERS else None
        if isinstance(to, str) and case.get("agency") not in (None, to):
            head.append(f"Paper {paper.number} is addressed to {to}, not to this case's agency.")
    asked = questions(reading)
    if asked:
        head.append("To be settled by a person:")
        head += [f"- {q['question']}" + (f" (paper {q['paper']})" if q["paper"] else "") for q in asked]
    body = yaml.safe_dump(dict(case), sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    return "".join(f"# {line}\n" for line in head) + body
