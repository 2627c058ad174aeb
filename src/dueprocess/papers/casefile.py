"""A reading to a case file's papers and facts. What is not surely read is unknown, and unknown never holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import zone as zone_of
from dueprocess.papers.consistency import unread_boxes
from dueprocess.papers.custody_files import local_custody
from dueprocess.papers.known import DETAINERS, PRINTED
from dueprocess.papers.output import questions
from dueprocess.papers.values import PaperReading, Reading
from dueprocess.places import load_places

_BOXES = (
    "final_order", "pending_proceedings", "biometric", "statements", "reason_to_believe", "investigation", "warrant_served",
    "charging_document", "transferred", "priority", "on_conviction",
)  # fmt: skip
_FACT = {"transferred": "box_transferred", "priority": "box_priority", "on_conviction": "box_on_conviction"}


def case_of(
    reading: Reading, *, base: Mapping[str, Any] | None = None, agency: str | None = None, at: str | None = None, received: str | None = None
) -> dict[str, Any]:
    """The case file's mapping.

    Args:
        reading: what was read, corrections applied.
        base: a case whose keys are kept; the papers read are added to its own, each once.
        agency, at: where the base, or a jail's own sheet among the papers, does not say.
        received: when the papers came (an instant with zone); else what the e-mail or the fax's line says.

    Raises:
        InputError: a time in ``received`` that is none, or an agency that nobody knows.
    """
    case: dict[str, Any] = dict(base or {})
    sheet = dict(reading.custody or {})
    case.setdefault("case", "read from papers")
    for key, value in (("agency", agency or case.get("agency") or sheet.get("agency")), ("at", at or case.get("at"))):
        if value is not None:
            case[key] = value
    custody = local_custody(sheet, agency=case.get("agency"), facility=case.get("facility")) if sheet else {}
    if custody:
        case["custody"] = {**custody, **{k: v for k, v in (case.get("custody") or {}).items() if v is not None}}
    came = received or _zoned(reading.received, case)
    papers, facts = _papers(reading, came)
    kept = [p for p in case.get("papers") or [] if p not in papers]
    case["papers"] = [*kept, *papers]
    if facts:
        case["facts"] = {**facts, **(case.get("facts") or {})}
    if case.get("record_complete") and _open(reading):
        # A paper that nobody could read may be any paper: the record is not complete until somebody has looked.
        case["record_complete"] = False
    case.setdefault("record_complete", False)
    return case


def _open(reading: Reading) -> bool:
    codes = {"page_unreadable", "kind_unknown", "kind_doubtful", "judge_in_doubt", "first_page_missing", "limit", "attachment_unreadable", "dynamic_form", "person_differs", "file_number_differs"}
    return any(f.code in codes for f in reading.all_findings())


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
    left_out = {p.number for p in reading.papers for f in p.findings if f.code in ("person_differs", "file_number_differs")}
    cancelling = [p for p in reading.papers if p.value(":cancels") is True or p.kind == "cancellation"]
    standing = [p for p in reading.papers if p not in cancelling and p.number not in left_out]
    detainers = [p for p in standing if p.kind in DETAINERS]
    listed: list[dict[str, Any]] = []
    facts: dict[str, Any] = {}
    for paper in reading.papers:
        if paper.number in left_out:
            continue
        if paper in cancelling:
            listed.append({"kind": "cancellation", "received_at": came})
            continue
        entry = _entry(paper, came)
        if paper.kind in DETAINERS:
            stop = [c for c in cancelling if c.number not in left_out and _names(c, paper)]
            if stop:
                entry["cancelled_at"] = came or stop[0].value("date")
            if entry.get("served_at") is None:
                entry["served_at"] = _returned(reading, left_out, only=len(detainers) == 1)
            if entry.get("boxes") is None and len(detainers) == 1:
                facts.update(_known_boxes(paper))
        listed.append(entry)
    return listed, facts


def _returned(reading: Reading, left_out: set[int], *, only: bool) -> str | None:
    """The day of service that a signed return of service gives, where it can only mean this detainer."""
    days = {
        p.value("served_on") for p in reading.papers
        if p.about == "return of service" and p.number not in left_out and p.value("signature") is True and p.value("served_on")
    }  # fmt: skip
    return str(days.pop()) if only and len(days) == 1 else None


def _counts(paper: PaperReading) -> bool:
    """Whether an order or a finding says what its kind says: an immigration judge may also end the proceedings, a judge
    may find no probable cause."""
    if paper.kind == "immigration_judge_order":
        return paper.value(":ordered_removed") is True and paper.value(":terminated") is not True
    if paper.kind == "probable_cause_affidavit":
        return paper.value(":found") is True and paper.value(":not_found") is False
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
    have = [f for f in (paper.field(b) for b in _BOXES) if f is not None]
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
    for box in _BOXES:
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
    asked = questions(reading)
    if asked:
        head.append("To be settled by a person:")
        head += [f"- {q['question']}" + (f" (paper {q['paper']})" if q["paper"] else "") for q in asked]
    body = yaml.safe_dump(dict(case), sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)
    return "".join(f"# {line}\n" for line in head) + body
