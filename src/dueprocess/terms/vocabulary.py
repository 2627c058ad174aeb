"""The vocabulary: facts, events and actions, read from ``lawbook/facts.yaml``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dueprocess.kernel.errors import InputError, LawError, nearest, shown
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
    phrase: str = ""
    """In a few words: the fact as a clause where it is boolean ("a judge's warrant came"), else its name in words."""
    phrase_no: str = ""
    """The clause that says the opposite, of a boolean fact."""

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
                f"[{shown(value)}] is no value of {self.name}", where=where, do=f"one of {', '.join(self.values)}"
            )
        if self.type == "date" and isinstance(value, (str, date)):
            return value if isinstance(value, date) else parse_date(value, where=where)
        wanted = {"boolean": "true or false", "number": "a number", "date": "a date as 2014-05-03"}.get(
            self.type, ", ".join(self.values)
        )
        raise InputError(f"[{shown(value)}] does not fit {self.name}", where=where, do=f"write {wanted}")


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
    trees: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """Conditions read before, by their text: many files say the same."""

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
            f"[{shown(name)}] is no known fact",
            where=where,
            do=nearest(name, self.facts) or "see lawbook/facts.yaml",
            code="unknown-name",
        )


FACT_KEYS = ("type", "origin", "question", "settled_by", "values", "about_status", "box", "determined_by", "phrase")
SETTLERS = ("paper", "person", "determination", "law")


def _part(raw: Mapping[str, Any], key: str, spot: Callable[[tuple[str, ...]], str]) -> Mapping[str, Any]:
    value = raw.get(key) or {}
    if not isinstance(value, dict):
        raise LawError(f"[{key}] is no mapping of names to mappings", where=spot((key,)), do="write name: {…} lines", code="vocabulary")
    for name, entry in value.items():
        if not isinstance(name, str) or not isinstance(entry, (dict, type(None))):
            raise LawError(f"[{shown(name)}] is no mapping", where=spot((key, str(name))), do="write name: {…}", code="vocabulary")
    return value


def _names(value: Any, where: str, what: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise LawError(f"[{what}] is no list of names", where=where, do="write [one, two]", code="vocabulary")
    return tuple(value)


def _fact(name: str, entry: Mapping[str, Any], *, where: str, refused: frozenset[str]) -> Fact:
    if not _NAME.match(name):
        raise LawError(f"[{shown(name)}] is no name", where=where, do="use lower case, digits and underscores", code="vocabulary")
    if name in refused:
        raise LawError(f"[{name}] is a fact about a person's origin", where=where, do="leave it out", code="origin-fact")
    unknown = set(entry) - set(FACT_KEYS)
    if unknown:
        raise LawError(f"[{shown(min(unknown))}] is no key of a fact", where=where, do=f"one of {', '.join(FACT_KEYS)}", code="vocabulary")
    for key, options in (("type", TYPES), ("origin", ORIGINS)):
        if entry.get(key) not in options:
            raise LawError(f"[{shown(entry.get(key))}] is no {key}", where=where, do=f"one of {', '.join(options)}", code="vocabulary")
    if entry.get("settled_by", "person") not in SETTLERS:
        raise LawError(f"[{shown(entry['settled_by'])}] settles nothing", where=where, do=f"one of {', '.join(SETTLERS)}", code="vocabulary")
    if entry["origin"] == "declared" and entry["type"] != "boolean":
        raise LawError("a declared fact must be boolean", where=where, do="use type: boolean", code="vocabulary")
    values = _names(entry.get("values"), where, "values")
    if (entry["type"] == "one_of") != bool(values):
        raise LawError("[values] goes with type one_of, and one_of with values", where=where, do="write values: [a, b]", code="vocabulary")
    question = entry.get("question")
    if not isinstance(question, dict) or not all(isinstance(question.get(language), str) and question[language] for language in ("en", "es")):
        raise LawError("the question must stand in English and Spanish", where=where, do="write question: {en: …, es: …}", code="vocabulary")
    phrase, phrase_no = _phrase(entry.get("phrase"), entry["type"], where)
    return Fact(
        name=name,
        type=entry["type"],
        origin=entry["origin"],
        question=question["en"],
        question_es=question["es"],
        settled_by=entry.get("settled_by", "person"),
        values=values,
        about_status=bool(entry.get("about_status", False)),
        box=entry.get("box"),
        determined_by=_names(entry.get("determined_by"), where, "determined_by"),
        phrase=phrase,
        phrase_no=phrase_no,
    )


def _phrase(value: Any, kind: str, where: str) -> tuple[str, str]:
    """The short wording of a fact: both clauses of a boolean one, the one name of another; empty where none is given."""
    if value is None:
        return "", ""
    keys = ("yes", "no") if kind == "boolean" else ("is",)
    if not isinstance(value, dict) or set(value) != set(keys) or not all(isinstance(value[k], str) and value[k].strip() for k in keys):
        form = '{"yes": "…", "no": "…"}' if kind == "boolean" else '{is: "…"}'
        raise LawError(f"[phrase] does not fit a fact of type [{kind}]", where=where, do=f"write phrase: {form}", code="vocabulary")
    found = [" ".join(value[k].split()) for k in keys]
    return found[0], found[1] if len(found) > 1 else ""


def vocabulary_of(raw: Mapping[str, Any], *, where: str, spot: Callable[[tuple[str, ...]], str] | None = None) -> Vocabulary:
    """Build the vocabulary from the parsed mapping of ``facts.yaml``. Raises LawError.

    ``spot`` gives the place of a path within the file, for errors.
    """
    place = spot or (lambda path: ": ".join((where, *path)))
    for key in raw:
        if key not in ("facts", "events", "actions", "refused_names"):
            raise LawError(f"[{shown(key)}] is no part of the vocabulary", where=place((key,)), do="facts, events, actions or refused_names", code="vocabulary")
    refused = frozenset(_names(raw.get("refused_names"), place(("refused_names",)), "refused_names"))
    facts = {
        name: _fact(name, entry or {}, where=place(("facts", name)), refused=refused)
        for name, entry in _part(raw, "facts", place).items()
    }
    events = {name: str((entry or {}).get("label", name)) for name, entry in _part(raw, "events", place).items()}
    actions: dict[str, Action] = {}
    for name, entry in _part(raw, "actions", place).items():
        label, done_by = (entry or {}).get("label", name), (entry or {}).get("done_by")
        if done_by is not None and done_by not in events:
            raise LawError(f"[{shown(done_by)}] is no event", where=place(("actions", name)), do=nearest(done_by, events) or "see events", code="vocabulary")
        actions[name] = Action(name, str(label), str((entry or {}).get("label_es", label)), done_by)
    return Vocabulary(facts, events, actions, refused, raw)


def read_vocabulary(document: Document) -> Vocabulary:
    """The vocabulary in a parsed file."""
    if not isinstance(document.value, dict):
        raise LawError("the vocabulary is no mapping", where=document.name, do="write facts:, events: and actions:", code="vocabulary")
    return vocabulary_of(document.value, where=document.name, spot=document.where)
