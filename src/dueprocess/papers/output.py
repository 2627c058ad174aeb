"""A reading as plain values for JSON, and in words. Names, file and booking numbers are told only as present or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dueprocess.papers.assembling import JAIL_RECORD
from dueprocess.papers.known import BY_KIND
from dueprocess.papers.values import Evidence, Field, Finding, PaperReading, Reading

NOTICE = "This is what a program read off the papers. It is no legal advice, and a person answers for what is relied on."


def as_dict(reading: Reading) -> dict[str, Any]:
    """The reading as JSON can hold it; keys are explained in docs/reference/reading.md."""
    return {
        "files": [
            {"number": f.number, "name": f.name, "sha256": f.sha256, "bytes": f.bytes, "media": f.media, "pages": f.pages, "inside": f.inside}
            for f in reading.files
        ],
        "pages": [{"number": p.number, "file": p.file, "page": p.page, "how": p.how, "turned": p.turned, "confidence": p.confidence} for p in reading.pages],
        "received": reading.received,
        "papers": [paper_dict(p) for p in reading.papers],
        "custody": _custody(reading),
        "comparisons": dict(reading.comparisons),
        "findings": [_finding(f) for f in reading.findings],
        "questions": questions(reading),
        "corrections": [
            {"paper": c.paper, "field": c.field, "value": c.value, "by_role": c.by_role, "when": c.when, "why": c.why} for c in reading.corrections
        ],
        "machine": [paper_dict(p) for p in reading.machine] if reading.machine is not None else None,
        "notice": NOTICE,
    }


def paper_dict(paper: PaperReading) -> dict[str, Any]:
    """One paper."""
    return {
        "number": paper.number,
        "kind": paper.kind,
        "edition": paper.edition,
        "about": paper.about,
        "pages": list(paper.pages),
        "region": paper.region.listed() if paper.region else None,
        "confidence": paper.confidence,
        "judicial": paper.judicial,
        "evidence": [_evidence(e) for e in paper.evidence],
        "signed_by": paper.signed_by,
        "matter": paper.matter,
        "fields": [_field(f) for f in paper.fields],
        "findings": [_finding(f) for f in paper.findings],
    }


def _custody(reading: Reading) -> dict[str, Any] | None:
    """What a jail's own sheet says of custody, in its local time."""
    if reading.custody is None:
        return None
    return {k: v for k, v in reading.custody.items() if k not in ("found", "problems")}


def _field(one: Field) -> dict[str, Any]:
    return {
        "key": one.key,
        "label": one.label,
        "value": one.value,
        "read": one.read if one.read != "" else None,
        "blank": one.read == "",
        "page": one.page,
        "box": one.box.listed() if one.box else None,
        "quote": one.quote,
        "confidence": one.confidence,
        "threshold": one.threshold,
        "how": one.how,
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {"sign": one.sign, "for_judge": one.for_judge, "quote": one.quote, "page": one.page, "box": one.box.listed() if one.box else None, "confidence": one.confidence}


def _finding(one: Finding) -> dict[str, Any]:
    return {"code": one.code, "text": one.text, "paper": one.paper, "page": one.page, "box": one.box.listed() if one.box else None, "effect": one.effect, "question": one.question}


def questions(reading: Reading) -> list[dict[str, Any]]:
    """What a person must look up, each once, with its place."""
    found: list[dict[str, Any]] = []
    seen = set()
    for one in reading.all_findings():
        if one.question and (one.question, one.paper, one.page) not in seen:
            seen.add((one.question, one.paper, one.page))
            found.append({"question": one.question, "because": one.text, "paper": one.paper, "page": one.page})
    return found


def title(paper: PaperReading) -> str:
    """What a paper is, in words."""
    form = BY_KIND.get(paper.kind)
    if form is None:
        return paper.about.capitalize() if paper.about else "Unknown paper"
    name = f"Form {paper.kind.upper()}" if form.numbers else form.titles[0].capitalize()
    edition = f", edition {paper.edition}" if paper.edition else ", edition not known" if form.editions else ""
    return f"{name}{edition}"


JUDICIAL_WORDS = {"yes": "a judge's paper", "no": "not a judge's paper", "unknown": "whether it is a judge's paper is not known"}
SIGNER_WORDS = {
    "immigration_officer": "an immigration officer", "immigration_judge": "an immigration judge", "judge": "a judge",
    "clerk": "a clerk of a court", "none": "nobody", None: "not known",
}  # fmt: skip


def shown(value: Any) -> str:
    """A value as people read it."""
    return {True: "ticked", False: "not ticked", None: "not known"}.get(value, str(value)) if isinstance(value, (bool, type(None))) else str(value)


def as_text(reading: Reading) -> str:
    """The reading in words, for a terminal."""
    count = len(reading.pages)
    lines = [f"{len(reading.papers)} paper{'s' * (len(reading.papers) != 1)} on {count} page{'s' * (count != 1)}"]
    if reading.received:
        lines.append(f"received: {reading.received}")
    for paper in reading.papers:
        lines += ["", f"{paper.number}. {title(paper)}  (page {', '.join(map(str, paper.pages))})"]
        if paper.kind != "other":
            lines.append(f"   signed by: {SIGNER_WORDS[paper.signed_by]}; {JUDICIAL_WORDS[paper.judicial]}")
            ticked = [f.key for f in paper.fields if f.value is True and f.key not in SIGNATURES]
            unclear = [f.key for f in paper.fields if f.value is None and isinstance(f.read, bool) and f.key not in SIGNATURES]
            if any(isinstance(f.read, bool) and f.key not in SIGNATURES for f in paper.fields):
                lines.append(f"   ticked: {', '.join(_plain(k) for k in ticked) or 'nothing'}" + (f"; unclear: {', '.join(_plain(k) for k in unclear)}" if unclear else ""))
            for key, words in _TOLD:
                one = paper.field(key)
                if one is not None and one.value:
                    lines.append(f"   {words}: {one.value}")
        elif paper.about == JAIL_RECORD:
            lines += [f"   {_plain(f.key)}: {f.value if f.value is not None else 'not known'}" + (f"  [{f.quote}]" if f.how != "person" else "  (a person says)") for f in paper.fields]
        lines += [f"   ! {f.text}" + (f" -> {f.effect}" if f.effect and f.effect != "none" else "") for f in _short(paper.findings)]
    for found in reading.findings:
        lines.append(f"! {found.text}" + (f" (page {found.page})" if found.page else ""))
    same = {"same": "the same", "differs": "not the same", "unclear": "cannot be told", "not compared": "nothing to compare"}
    lines += ["", f"person on all papers: {same[reading.comparisons.get('person', 'not compared')]}; file number: {same[reading.comparisons.get('file_number', 'not compared')]}"]
    asked = questions(reading)
    if asked:
        lines += ["", "To be settled by a person:"]
        lines += [f"- {q['question']}" + (f" (paper {q['paper']})" if q["paper"] else f" (page {q['page']})" if q["page"] else "") for q in asked]
    if reading.corrections:
        lines += ["", f"{len(reading.corrections)} correction{'s' * (len(reading.corrections) != 1)} by a person applied"]
    return "\n".join([*lines, "", NOTICE]) + "\n"


SIGNATURES = ("signature", "lea_signature", "return_signature")
_TOLD = (
    ("to", "addressed to"), ("office", "from the office"), ("date", "dated"), ("served_on", "served on"), ("cancels_of", "cancels the detainer of"),
    ("arrested_on", "carried out on"),
)  # fmt: skip


def _plain(key: str) -> str:
    return key.lstrip(":").replace("_", " ")


def _short(findings: Sequence[Finding]) -> list[Finding]:
    return [f for f in findings if f.code != "pages_missing"]
