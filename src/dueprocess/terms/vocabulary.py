"""The vocabulary: facts, events and actions, read from ``lawbook/facts.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dueprocess.kernel.errors import InputError, LawError, nearest
from dueprocess.kernel.instants import parse_date
from dueprocess.kernel.yamlread import Document

Value = bool | int | float | str | date | None
"""A fact's value; ``None`` is unknown."""

TYPES = ("boolean", "one_of", "number", "date")
ORIGINS = ("detainer", "papers", "shown", "claimed", "asked", "agency_record", "declared")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``origin`` says where its value comes from, ``settled_by`` who can supply a missing one."""

    name: str
    type: str
    origin: str
    question: str
    question_es: str
    settled_by: str
    values: tuple[str, ...] = ()
    about_status: bool = False
    box: str | None = None
    determined_by: tuple[str, ...] = ()

    @property
    def no_where_complete(self) -> bool:
        """Whether a complete record makes an absent value "no" (what was shown or claimed)."""
        return self.origin in ("shown", "claimed")

    def read(self, value: Any, *, where: str) -> Value:
        """Check one value given for this fact. Raises InputError naming what would fit."""
        if value is None:
            return None
        if self.type == "boolean" and isinstance(value, bool):
            return value
        if self.type == "number" and isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        if self.type == "one_of" and isinstance(value, str):
            if value in self.values:
                return value
            raise InputError(
                f"[{value}] is no value of {self.name}", where=where, do=f"one of {', '.join(self.values)}"
            )
        if self.type == "date" and isinstance(value, (str, date)):
            return value if isinstance(value, date) else parse_date(value, where=where)
        wanted = {"boolean": "true or false", "number": "a number", "date": "a date as 2014-05-03"}.get(
            self.type, ", ".join(self.values)
        )
        raise InputError(f"[{value}] does not fit {self.name}", where=where, do=f"write {wanted}")


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    label: str
    label_es: str
    done_by: str | None


@dataclass(frozen=True)
class Vocabulary:
    """All facts, events and actions by name, and the names that no file may use as a fact."""

    facts: Mapping[str, Fact]
    events: Mapping[str, str]
    actions: Mapping[str, Action]
    refused_names: frozenset[str]
    raw: Mapping[str, Any]

    def fact(self, name: str, *, where: str) -> Fact:
        """The fact of that name; LawError with the nearest known one."""
        found = self.facts.get(name)
        if found:
            return found
        if name.lower() in self.refused_names:
            raise LawError(
                f"[{name}] is a fact about a person's origin",
                where=where,
                do="no norm or case may refer to it: leave it out",
                code="origin-fact",
            )
        raise LawError(
            f"[{name}] is no known fact",
            where=where,
            do=nearest(name, self.facts) or "see lawbook/facts.yaml",
            code="unknown-name",
        )


def vocabulary_of(raw: Mapping[str, Any], *, where: str) -> Vocabulary:
    """Build the vocabulary from the parsed mapping of ``facts.yaml``. Raises LawError."""
    facts: dict[str, Fact] = {}
    refused = frozenset(str(n) for n in raw.get("refused_names", ()))
    for key in raw:
        if key not in ("facts", "events", "actions", "refused_names"):
            raise LawError(f"[{key}] is no part of the vocabulary", where=where, do="facts, events, actions or refused_names")
    for name, entry in (raw.get("facts") or {}).items():
        spot = f"{where}: {name}"
        if not _NAME.match(name):
            raise LawError(f"[{name}] is no name", where=spot, do="use lower case, digits and underscores")
        if name in refused:
            raise LawError(f"[{name}] is a fact about a person's origin", where=spot, do="leave it out", code="origin-fact")
        if not isinstance(entry, dict):
            raise LawError("a fact needs type, origin and question", where=spot)
        unknown = set(entry) - {"type", "origin", "question", "settled_by", "values", "about_status", "box", "determined_by"}
        if unknown:
            raise LawError(f"[{min(unknown)}] is no key of a fact", where=spot, do="see docs/reference/lawbook-format.md")
        if entry.get("type") not in TYPES:
            raise LawError(f"[{entry.get('type')}] is no type", where=spot, do=f"one of {', '.join(TYPES)}")
        if entry.get("origin") not in ORIGINS:
            raise LawError(f"[{entry.get('origin')}] is no origin", where=spot, do=f"one of {', '.join(ORIGINS)}")
        if entry["origin"] == "declared" and entry["type"] != "boolean":
            raise LawError("a declared fact must be boolean", where=spot, do="use type: boolean")
        question = entry.get("question") or {}
        if not isinstance(question, dict) or not question.get("en") or not question.get("es"):
            raise LawError("the question must stand in English and Spanish", where=spot, do="write question: {en: …, es: …}")
        facts[name] = Fact(
            name=name,
            type=entry["type"],
            origin=entry["origin"],
            question=question["en"],
            question_es=question["es"],
            settled_by=entry.get("settled_by", "person"),
            values=tuple(entry.get("values") or ()),
            about_status=bool(entry.get("about_status", False)),
            box=entry.get("box"),
            determined_by=tuple(entry.get("determined_by") or ()),
        )
    events = {name: str((entry or {}).get("label", name)) for name, entry in (raw.get("events") or {}).items()}
    actions = {
        name: Action(name, entry["label"], entry.get("label_es", entry["label"]), entry.get("done_by"))
        for name, entry in (raw.get("actions") or {}).items()
    }
    return Vocabulary(facts, events, actions, refused, raw)


def read_vocabulary(document: Document) -> Vocabulary:
    """The vocabulary in a parsed file."""
    if not isinstance(document.value, dict):
        raise LawError("the vocabulary is no mapping", where=document.name)
    return vocabulary_of(document.value, where=document.name)
