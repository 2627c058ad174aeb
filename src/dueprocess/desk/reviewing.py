"""What the program read, as it is stored and shown, and a person's word over it: pure functions.

The two are kept apart: a paper's entry holds the values that stand, the program's own beside them, and each difference as a
correction with who made it and when. A value below its threshold is unknown until a person says it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from dueprocess.case.model import DETAINERS
from dueprocess.case.reading import PAPER_KINDS, SIGNERS
from dueprocess.desk.drafts import choice
from dueprocess.kernel.errors import InputError, shown
from dueprocess.kernel.instants import parse_date

if TYPE_CHECKING:
    from dueprocess.papers import Proposal, Reading

FIELDS = ("kind", "edition", "signed_by", "matter", "issuer")
MATTERS, ISSUERS = ("civil", "criminal"), ("ice", "cbp")


@dataclass(frozen=True, slots=True)
class Word:
    """A person's word on one paper of a packet: every value as they let it stand, None where it is unknown.

    ``number`` is the paper's in the reading, None for one that the program did not read. ``boxes``: each box of the form;
    ``replaces`` and ``withdraws`` name papers of the stay. ``served_on`` is a day.
    """

    number: int | None
    kind: str
    edition: str | None = None
    signed_by: str | None = None
    matter: str | None = None
    issuer: str | None = None
    boxes: Mapping[str, bool | None] = field(default_factory=dict)
    boxes_known: bool = True
    served_on: str | None = None
    replaces: str | None = None
    withdraws: str | None = None

    def plain(self) -> dict[str, Any]:
        """As a request names it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Taken:
    """A paper to be filed: its values, what is kept beside them, and the days that it gives itself."""

    paper: dict[str, Any]
    beside: dict[str, Any]
    served_at: str | None


def taken(reading: Mapping[str, Any] | None, word: Word, *, now: int, by: str, role: str) -> Taken:
    """The paper as the person lets it stand. Raises InputError for a value that is none."""
    choice(word.kind, PAPER_KINDS, "kind")
    for value, options, where in ((word.signed_by, SIGNERS, "signed by"), (word.matter, MATTERS, "matter"), (word.issuer, ISSUERS, "issuer")):
        if value is not None:
            choice(value, options, where)
    if word.served_on is not None:
        parse_date(word.served_on, where="served on")
    paper: dict[str, Any] = {"kind": word.kind, "edition": word.edition, "signed_by": word.signed_by}
    if word.kind in ("judicial_warrant", "court_order"):
        paper["matter"] = word.matter
    if word.kind in DETAINERS:
        paper["issuer"] = word.issuer
        known = word.boxes_known and all(v is not None for v in word.boxes.values())
        paper["boxes"] = sorted(k for k, v in word.boxes.items() if v) if known else None
    machine = None if word.number is None else by_number(reading, word.number)
    corrections = []
    if machine is not None:
        values = machine_values(machine)
        said = {**{name: getattr(word, name) for name in FIELDS}, "served_at": word.served_on, **{f"boxes.{k}": v for k, v in word.boxes.items()}}
        for name, value in said.items():
            before = values.get(name)
            if value != before and not (name in ("matter", "issuer") and paper.get(name) is None and before is None):
                corrections.append({"field": name, "machine": before, "value": value, "by": by, "role": role, "at": now})
    beside: dict[str, Any] = {"paper": word.number, "corrections": corrections}
    if machine is not None:
        beside |= {"machine": machine_values(machine), "pages": machine["pages"], "judicial": machine["judicial"]}
    return Taken(paper, beside, word.served_on if word.kind in DETAINERS else None)


def by_number(reading: Mapping[str, Any] | None, number: int) -> Mapping[str, Any]:
    """A paper of a stored reading. Raises InputError where it has none of that number."""
    found = next((p for p in (reading or {}).get("papers", ()) if p["number"] == number), None)
    if found is None:
        raise InputError(f"the packet has no paper [{shown(number)}]", do="look at the packet again")
    return dict(found)


def machine_values(paper: Mapping[str, Any]) -> dict[str, Any]:
    """What the program surely read of a paper, by the names that a correction has: None where it is unknown."""
    entry = paper["entry"] or {}
    found: dict[str, Any] = {name: entry.get(name) for name in FIELDS}
    if found["edition"] == "unknown":
        found["edition"] = None
    found["kind"] = entry.get("kind") or paper["kind"]
    found["served_at"] = entry.get("served_at")
    found |= {f"boxes.{name}": value for name, value in paper["boxes"].items()}
    return found


def readable(reading: Reading, proposal: Proposal, *, pictures: Sequence[str | None]) -> dict[str, Any]:
    """A reading as plain values: nothing in it is a name or a file number. ``pictures`` are the files of the pages'
    pictures, in the order of the pages."""
    from dueprocess.papers.consistency import unread_boxes

    papers = []
    for one, read in zip(proposal.papers, reading.papers, strict=True):
        boxes: dict[str, bool | None] = {}
        values = []
        for value in one.values:
            name = value.key.partition("boxes.")[2]
            if name and name != "cancels":
                boxes[name] = value.value if isinstance(value.value, bool) else None
            values.append(
                {
                    "key": value.key, "label": value.label, "value": _plain(value.value), "perhaps": _plain(value.perhaps), "confidence": round(value.confidence, 3),
                    "certain": value.certain, "page": value.page, "box": None if value.box is None else value.box.listed(), "quote": value.quote, "how": value.how,
                }
            )  # fmt: skip
        if read.kind in DETAINERS:
            boxes |= {name: None for name in unread_boxes(read) if not name.startswith(":") and name not in boxes}
            if read.edition == "2012-12":
                ticked = (one.entry or {}).get("boxes")
                boxes["hold_blank"] = None if ticked is None else "hold_blank" in ticked
        papers.append(
            {
                "number": one.number, "title": one.title, "pages": list(one.pages), "kind": read.kind, "entry": None if one.entry is None else dict(one.entry),
                "left_out": one.left_out, "judicial": one.judicial, "boxes": boxes, "values": values, "questions": list(one.questions),
                "findings": [f.text for f in one.findings if f.code != "pages_missing"],
                "signs": [{"sign": e.sign, "for": e.for_judge, "page": e.page, "box": None if e.box is None else e.box.listed()} for e in one.evidence],
            }
        )  # fmt: skip
    pages = [
        {"number": p.number, "how": p.how, "width": p.width, "height": p.height, "picture": picture}
        for p, picture in zip(reading.pages, pictures, strict=True)
    ]  # fmt: skip
    return {
        "pages": pages, "papers": papers, "complete": proposal.complete, "findings": [f.text for f in proposal.findings],
        "questions": [str(q["question"]) for q in proposal.questions if q.get("paper") is None], "files": [f.sha256 for f in reading.files],
        "sheet": proposal.custody is not None,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
