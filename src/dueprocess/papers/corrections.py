"""What a person saw on the papers, kept apart from what the program read, and applied over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.instants import parse_date, parse_instant
from dueprocess.kernel.yamlread import read
from dueprocess.papers.consistency import check
from dueprocess.papers.known import BY_KIND
from dueprocess.papers.values import Correction, Field, Finding, PaperReading, Reading

ROLES = ("clerk", "supervisor", "counsel", "auditor")
_KEYS = ("paper", "field", "value", "by_role", "when", "why")
_SIGNERS = ("immigration_officer", "immigration_judge", "judge", "clerk", "none")
_PAPER_FIELDS = ("kind", "edition", "signed_by", "matter", "same_person")
_DATES = ("date", "served_on", "cancels_of")
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
    for one in corrections:
        where = f"{name}: paper {one.paper}, {one.field}"
        paper = papers.get(one.paper)
        if paper is None:
            raise InputError(f"there is no paper [{one.paper}]", where=where, do=f"the papers are numbered 1 to {len(papers)}")
        papers[one.paper] = _corrected(paper, one, where)
        settled.setdefault(one.paper, set()).update(_SETTLES.get(one.field, ()))
    listed = [papers[p.number] for p in reading.papers]
    checked, comparisons = check(listed)
    kept_codes = {code for codes in _SETTLES.values() for code in codes} | {"pages_missing"}
    whole = []
    for paper in listed:
        own: list[Finding] = [f for f in reading.papers[paper.number - 1].findings if f.code in kept_codes and f.code not in checked_codes(checked[paper.number])]
        own += checked[paper.number]
        whole.append(replace(paper, findings=tuple(f for f in own if f.code not in settled.get(paper.number, set()))))
    if any("person_differs" in codes for codes in settled.values()):
        comparisons = {k: "same (a person says)" if v != "not compared" else v for k, v in comparisons.items()}
    return replace(reading, papers=tuple(whole), comparisons=comparisons, corrections=(*reading.corrections, *corrections), machine=reading.machine or reading.papers)


def checked_codes(findings: Sequence[Finding]) -> set[str]:
    """The codes among some findings."""
    return {f.code for f in findings}


def _corrected(paper: PaperReading, one: Correction, where: str) -> PaperReading:
    value = one.value
    if one.field == "same_person":
        if value is not True:
            raise InputError(f"[{shown(value)}] is not true", where=where, do="write true, or leave the paper out")
        return paper
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


def _with(paper: PaperReading, key: str, value: Any, label: str) -> PaperReading:
    before = paper.field(key)
    made = replace(before, value=value, read=value, confidence=1.0, how="person") if before else Field(key, label, value, paper.pages[0], None, "", 1.0, "person", 0.0, value)
    fields = [made if f.key == key else f for f in paper.fields]
    return replace(paper, fields=tuple(fields if before else [*fields, made]))


def sample(reading: Reading) -> Mapping[str, Any]:
    """The frame of a corrections file for a reading: to be filled in by a person."""
    return {"reading": reading.files[0].sha256, "corrections": []}
