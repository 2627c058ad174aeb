"""What a person saw on the papers, kept apart from what the program read, and applied over it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.instants import parse_date, parse_instant
from dueprocess.kernel.yamlread import read
from dueprocess.papers.assembling import JAIL_RECORD
from dueprocess.papers.consistency import check
from dueprocess.papers.custody_files import FACTS
from dueprocess.papers.detainers import DETAINERS
from dueprocess.papers.known import BY_KIND
from dueprocess.papers.values import Correction, Field, Finding, PaperReading, Personal, Reading

ROLES = ("clerk", "supervisor", "counsel", "auditor")
_KEYS = ("paper", "field", "value", "by_role", "when", "why")
_SIGNERS = ("immigration_officer", "immigration_judge", "judge", "clerk", "none")
_PAPER_FIELDS = ("kind", "edition", "signed_by", "matter", "issuer", "same_person", "stands", "name", "file_no")
_DATES = ("date", "served_on", "cancels_of", "arrested_on")
_ISSUERS = ("ice", "cbp")
PERSONAL = ("name", "file_no")
"""Fields of which a person's word is compared with the other papers, and written nowhere."""
_WHITHER = ("ice", "community", "other_agency", "unknown")
_LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_SETTLES = {
    "kind": ("kind_unknown", "kind_doubtful", "judge_in_doubt", "first_page_missing"),
    "edition": ("edition_unknown",),
    "same_person": ("person_differs", "person_unclear", "file_number_differs", "file_number_unclear"),
}
"""The findings that a person's word on a field settles; all others are worked out anew."""


def read_corrections(path: Path) -> tuple[str | None, list[Correction]]:
    """The corrections in a YAML or JSON file, and the SHA-256 of the file that they are about.

    Raises InputError naming the line and what is wrong.
    """
    document = read(path)
    value = document.value
    if not isinstance(value, dict) or not isinstance(value.get("corrections"), list):
        raise InputError("the file holds no corrections", where=document.where(()), do="write corrections: and under it a list, as in docs/reference/reading.md")
    for key in value:
        if key not in ("reading", "corrections"):
            raise InputError(f"[{shown(key)}] is no key here", where=document.where((key,)), do="one of reading, corrections")
    found = []
    for index, entry in enumerate(value["corrections"]):
        def where(*path: Any, index: int = index) -> str:
            return document.where(("corrections", index, *path))

        if not isinstance(entry, dict):
            raise InputError("this is no correction", where=where(), do=f"write {', '.join(_KEYS)}")
        for key in entry:
            if key not in _KEYS:
                raise InputError(f"[{shown(key)}] is no key of a correction", where=where(key), do=nearest(key, _KEYS) or f"one of {', '.join(_KEYS)}")
        for key in _KEYS:
            if key not in entry:
                raise InputError(f"[{key}] is missing", where=where(), do="say who (a role, no name), when, which paper and field, what, and why")
        if entry["by_role"] not in ROLES:
            raise InputError(f"[{shown(entry['by_role'])}] is no role", where=where("by_role"), do=f"one of {', '.join(ROLES)}: a role, no name")
        parse_instant(entry["when"], where=where("when"))
        if not isinstance(entry["paper"], int) or isinstance(entry["paper"], bool):
            raise InputError(f"[{shown(entry['paper'])}] is no paper's number", where=where("paper"), do="give the number that the reading shows")
        if not isinstance(entry["why"], str) or not entry["why"].strip():
            raise InputError("[why] is empty", where=where("why"), do="say what was looked at")
        found.append(Correction(entry["paper"], str(entry["field"]), entry["value"], entry["by_role"], str(entry["when"]), entry["why"]))
    about = value.get("reading")
    return (str(about) if about is not None else None), found


def apply(reading: Reading, corrections: Sequence[Correction], *, about: str | None = None, name: str = "corrections") -> Reading:
    """The reading with the corrections over it; the program's own reading is kept as ``machine``.

    Raises InputError for a paper or field that there is not, a value of the wrong kind, or corrections of another file.
    """
    if about is not None and about not in {f.sha256 for f in reading.files}:
        raise InputError(f"these corrections are about another file [{about[:12]}...]", where=name, do="give the corrections of this file")
    papers = {p.number: p for p in reading.papers}
    settled: dict[int, set[str]] = {}
    for one in reading.corrections:
        settled.setdefault(one.paper, set()).update(_SETTLES.get(one.field, ()))
    for one in corrections:
        where = f"{name}: paper {one.paper}, {one.field}"
        paper = papers.get(one.paper)
        if paper is None:
            raise InputError(f"there is no paper [{one.paper}]", where=where, do=f"the papers are numbered 1 to {len(papers)}")
        papers[one.paper] = _corrected(paper, one, where)
        settled.setdefault(one.paper, set()).update(_SETTLES.get(one.field, ()))
    listed = [papers[p.number] for p in reading.papers]
    corrections = [replace(c, value="[withheld]") if c.field in PERSONAL else c for c in corrections]
    checked, comparisons = check(listed)
    words = {c.paper: c.value for c in (*reading.corrections, *corrections) if c.field == "same_person"}
    for number, same in words.items():
        if same is False:
            found = Finding("person_differs", "a person says that it is about somebody else", papers[number].pages[0], None, "the paper is left out of the case", "", number)
            checked[number].append(found)
            settled[number] -= {"person_differs", "file_number_differs"}
            comparisons = {**comparisons, "person": "differs (a person says)"}
    kept_codes = {code for field, codes in _SETTLES.items() if field != "same_person" for code in codes} | {"pages_missing"}
    whole = []
    for paper in listed:
        own: list[Finding] = [f for f in reading.papers[paper.number - 1].findings if f.code in kept_codes and f.code not in checked_codes(checked[paper.number])]
        own += checked[paper.number]
        whole.append(replace(paper, findings=tuple(f for f in own if f.code not in settled.get(paper.number, set()))))
    if True in words.values() and False not in words.values():
        comparisons = {k: "same (a person says)" if v != "not compared" else v for k, v in comparisons.items()}
    custody = _sheet(reading.custody, listed) if reading.custody is not None else None
    return replace(reading, papers=tuple(whole), custody=custody, comparisons=comparisons, corrections=(*reading.corrections, *corrections), machine=reading.machine or reading.papers)


def checked_codes(findings: Sequence[Finding]) -> set[str]:
    """The codes among some findings."""
    return {f.code for f in findings}


def _corrected(paper: PaperReading, one: Correction, where: str) -> PaperReading:
    value = one.value
    if one.field in ("same_person", "stands"):
        if not isinstance(value, bool):
            raise InputError(f"[{shown(value)}] is neither true nor false", where=where, do="write true or false")
        if one.field == "stands" and paper.kind != "judicial_warrant":
            raise InputError(f"[stands] is no field of {paper.kind}", where=where, do="it is said of a judge's warrant")
        return paper if one.field == "same_person" else _with(paper, "stands", value, "")
    if one.field in PERSONAL:
        if not isinstance(value, str) or not any(c.isalnum() for c in value):
            raise InputError("there is nothing to compare", where=where, do="write what stands on the paper: it is compared with the other papers and written nowhere")
        paper = _with(paper, one.field, "present", "")
        return replace(paper, fields=tuple(replace(f, personal=Personal(value), quote="") if f.key == one.field else f for f in paper.fields))
    if one.field == "issuer":
        if value not in _ISSUERS or paper.kind not in DETAINERS:
            raise InputError(f"[{shown(value)}] is no issuer of a {paper.kind}", where=where, do="ice or cbp, of a detainer")
        return _with(paper, "from", value, "")
    if paper.about == JAIL_RECORD and one.field in FACTS:
        return _with(paper, one.field, _sheet_value(one.field, value, where), "")
    if one.field == "kind":
        kinds = [*BY_KIND, "cancellation", "other"]
        if value not in kinds:
            raise InputError(f"[{shown(value)}] is no kind of paper", where=where, do=nearest(value, kinds) or f"one of {', '.join(kinds)}")
        form = BY_KIND.get(str(value))
        return replace(paper, kind=str(value), about="", judicial="yes" if form is not None and form.judge else "no")
    if one.field == "edition":
        form = BY_KIND.get(paper.kind)
        names = [e.name for e in form.editions] if form else []
        if value not in names:
            raise InputError(f"[{shown(value)}] is no edition of {paper.kind}", where=where, do=nearest(value, names) or f"one of {', '.join(names) or 'none'}")
        return replace(paper, edition=str(value))
    if one.field == "signed_by":
        if value not in _SIGNERS:
            raise InputError(f"[{shown(value)}] is no signer", where=where, do=f"one of {', '.join(_SIGNERS)}")
        paper = _with(paper, "signature", value != "none", "signature")
        paper = _with(paper, "officer", None if value == "none" else value, "title")
        return replace(paper, signed_by=str(value))
    if one.field == "matter":
        if value not in ("civil", "criminal"):
            raise InputError(f"[{shown(value)}] is no matter", where=where, do="civil or criminal")
        return replace(paper, matter=str(value))
    form = BY_KIND.get(paper.kind)
    ticks = {t.box: t.printed for t in form.ticks} if form else {}
    labels = {label.key: label.printed for label in form.labels if not label.key.startswith("-")} if form else {}
    known = [*_PAPER_FIELDS, *ticks, *(k for k in labels if k in _DATES)]
    if one.field in ticks:
        if not isinstance(value, bool):
            raise InputError(f"[{shown(value)}] is neither true nor false", where=where, do="write true for a ticked box, false for a blank one")
        return _with(paper, one.field, value, ticks[one.field])
    if one.field in _DATES and one.field in labels:
        if value != "never":
            parse_date(value, where=where)
        return _with(paper, one.field, value, labels[one.field])
    raise InputError(f"[{shown(one.field)}] is no field of {paper.kind}", where=where, do=nearest(one.field, known) or f"one of {', '.join(known)}")


def _sheet_value(field: str, value: Any, where: str) -> Any:
    if field == "left_to":
        if value not in _WHITHER:
            raise InputError(f"[{shown(value)}] is no place to leave to", where=where, do=f"one of {', '.join(_WHITHER)}")
        return value
    text = str(value)
    if _LOCAL.fullmatch(text):
        return text
    parse_instant(value, where=where) if "T" in text else parse_date(value, where=where)
    return value


def _sheet(custody: Mapping[str, Any], papers: Sequence[PaperReading]) -> Mapping[str, Any]:
    """What the jail's own sheet says, with what a person saw on it."""
    said = {f.key: f.value for p in papers if p.about == JAIL_RECORD for f in p.fields if f.how == "person" and f.key in FACTS}
    return {**custody, **said}


def _with(paper: PaperReading, key: str, value: Any, label: str) -> PaperReading:
    before = paper.field(key)
    made = replace(before, value=value, read=value, confidence=1.0, how="person") if before else Field(key, label, value, paper.pages[0], None, "", 1.0, "person", 0.0, value)
    fields = [made if f.key == key else f for f in paper.fields]
    return replace(paper, fields=tuple(fields if before else [*fields, made]))


def sample(reading: Reading) -> Mapping[str, Any]:
    """The frame of a corrections file for a reading: to be filled in by a person."""
    return {"reading": reading.files[0].sha256, "corrections": []}
