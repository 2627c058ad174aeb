"""What a text tells beside an agency's position: figures, rulings, laws, and people kept too long. Each waits for a review with its words.

An accepted figure becomes a published count of the registry (``counts.csv``). The registry has no table for the rest: what is
accepted of it lies in ``evidence.csv``, with its words and its source.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol

from dueprocess.kernel.errors import InputError, shown
from dueprocess.registry.importing import date_basis, source_id
from dueprocess.registry.model import CountClaim, Source, days

FIELDS: Mapping[str, tuple[str, ...]] = {
    "count": ("value", "wording", "unit", "definition", "scope", "since", "as_of", "claimant", "disputes"),
    "ruling": ("name", "court", "date", "citation"),
    "law": ("name",),
    "incident": ("place", "state", "hours_overheld", "duration"),
}
"""What each kind says, all of it open to correction. ``wording`` is the figure as the text writes it ("more than 100")."""
NEEDED: Mapping[str, tuple[str, ...]] = {"count": ("wording", "unit"), "ruling": ("name",), "law": ("name",), "incident": ("place",)}
"""What may not be empty in what is accepted."""
LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "count": ("counts", {"wording": "value_text"}),
    "ruling": ("rulings", {}),
    "law": ("statutes_regs", {}),
    "incident": ("incidents", {"duration": "duration_text"}),
}
"""The list of a line of ``dueprocess claims`` that holds a kind, and the names that differ there."""
_DAYS = frozenset({"since", "as_of", "date"})
_MOST = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a text says. ``said`` is JSON over the fields of its kind; the rest is where it stands."""

    id: str
    kind: str
    said: str
    quote: str
    text: str
    source_title: str
    source_publisher: str
    source_url: str
    source_date: str
    sha256: str = ""

    def values(self, correction: str = "") -> dict[str, str]:
        """What it says by field, under a correction (JSON; "" for none)."""
        told: dict[str, str] = json.loads(self.said)
        return {name: "" for name in FIELDS[self.kind]} | told | (json.loads(correction) if correction else {})


COLUMNS = tuple(f.name for f in fields(Entry))
EVIDENCE = ("id", "kind", *dict.fromkeys(n for kind in ("ruling", "law", "incident") for n in FIELDS[kind]), "quote", "source_title", "source_publisher", "source_url", "source_date", "sha256", "origin")
"""The columns of ``evidence.csv``."""


def entries_in(raw: Mapping[str, Any], *, id: str, where: str, source: tuple[str, str, str, str], text: str, sha256: str) -> list[Entry]:
    """The entries of one line of ``dueprocess claims``. ``source`` is title, publisher, address and day; ``id`` begins each id.

    Raises:
        InputError: one of its lists is no list of entries.
    """
    found = []
    for kind, (key, names) in LISTS.items():
        listed = raw.get(key) or []
        if not isinstance(listed, list) or not all(isinstance(e, dict) for e in listed):
            raise InputError(f"[{key}] is no list of entries", where=where, do="give the lines that dueprocess claims prints")
        for number, entry in enumerate(listed, 1):
            said = {name: _text(entry.get(names.get(name, name))) for name in FIELDS[kind]}
            if kind == "count":
                said["wording"] = said["wording"] or said["value"]
            title, publisher, url, date = source
            told = json.dumps({k: v for k, v in said.items() if v}, ensure_ascii=False, sort_keys=True)
            found.append(Entry(f"{id}--{kind}-{number}", kind, told, _text(entry.get("quote")), text, title, publisher, url, date, sha256))
    return found


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else " ".join(str(value).split())[:_MOST]


def checked(entry: Entry, correction: Mapping[str, str], *, decision: str) -> None:
    """Raises InputError where a correction cannot be, or where what would be accepted lacks what makes it one."""
    for name, value in correction.items():
        if name not in FIELDS[entry.kind]:
            raise InputError(f"[{shown(name)}] cannot be corrected", where=entry.id, do=f"one of {', '.join(FIELDS[entry.kind])}")
        if len(value) > _MOST:
            raise InputError(f"[{name}] has more than {_MOST} characters", where=entry.id, do="say it shorter")
        if name in _DAYS and value:
            days(value)
        if name in ("value", "hours_overheld") and value and not _number(value):
            raise InputError(f"[{shown(value)}] is no number", where=f"{entry.id}: {name}", do="write digits, or leave it empty where the text gives no number")
    if decision != "reject":
        told = entry.values(json.dumps(dict(correction)))
        for name in NEEDED[entry.kind]:
            if not told[name]:
                raise InputError(f"it has no {name}", where=entry.id, do=f"correct it: say {name}; or reject it")


def _number(text: str) -> bool:
    try:
        return 0 <= float(text.replace(",", "")) < 1e12
    except ValueError:
        return False


class FromText(Protocol):
    """What was read out of a text, whatever it is: each says which text, in the same columns."""

    @property
    def text(self) -> str: ...
    @property
    def source_title(self) -> str: ...
    @property
    def source_publisher(self) -> str: ...
    @property
    def source_url(self) -> str: ...
    @property
    def source_date(self) -> str: ...
    @property
    def sha256(self) -> str: ...


def source_of(read: FromText) -> Source:
    """The text in which it stands, as a source of the registry."""
    id = source_id(read.source_title, read.source_publisher, read.source_url, read.source_date)
    return Source(id, read.source_title, read.source_publisher, read.source_date, date_basis(read.source_date), read.source_url, read.sha256, read.text, "page", "not stated")


def count_of(entry: Entry, correction: str, *, reviews: int) -> CountClaim:
    """An accepted figure as a published count: its value as printed, so that "more than 100" is never counted as 100."""
    told = entry.values(correction)
    plain = told["value"] if told["value"] and told["wording"].replace(",", "") == told["value"].replace(",", "") else ""
    note = [f"{reviews} review{'' if reviews == 1 else 's'}", *([f"set against the figure of {told['disputes']}"] if told["disputes"] else [])]
    return CountClaim(
        f"review--{entry.id}", plain or told["wording"], told["unit"], told["definition"], told["scope"], told["since"], told["as_of"] or entry.source_date,
        told["claimant"] or entry.source_publisher or "not stated", source_of(entry).id, note="; ".join(note), origin=f"reviews.csv: {entry.id}",
    )  # fmt: skip


def evidence_of(entry: Entry, correction: str) -> tuple[str, ...]:
    """An accepted ruling, law or incident as a row of ``evidence.csv``."""
    told = entry.values(correction)
    own = {
        "id": entry.id, "kind": entry.kind, "quote": entry.quote, "source_title": entry.source_title, "source_publisher": entry.source_publisher, "source_url": entry.source_url,
        "source_date": entry.source_date, "sha256": entry.sha256, "origin": f"reviews.csv: {entry.id}",
    }  # fmt: skip
    return tuple((told | own).get(name, "") for name in EVIDENCE)
