"""Templates of letters: YAML files of blocks made of sentences, each of which names the facts it needs or the source it rests on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dueprocess.decide.coverage import REGIMES
from dueprocess.kernel.errors import InputError, nearest, shown
from dueprocess.kernel.yamlread import Document, parse, read_text
from dueprocess.letters.columns import DESCRIPTIONS, read_condition
from dueprocess.letters.fields import LISTS, TEXTS
from dueprocess.terms import Tree

FOLDER = Path(__file__).resolve().parent / "templates"
FIELD = re.compile(r"\{([^{}]*)\}")
KINDS = ("opening", "ask", "offer", "form", "caution", "note")
"""What a sentence may be that states no fact of the place: a greeting, what is asked, what is offered, a part of a form to fill
in, a caution to the reader, a note on how the letter was made."""
LOOKS = ("letter", "memo", "notice", "filing", "press")
BLOCKS = ("heading", "text", "bullets", "list", "table", "blanks", "lines", "page")
_TOP = ("template", "title", "about", "language", "look", "only", "law", "needs", "reviewed", "translation", "marking", "subject", "to", "signed", "blocks")
_SENTENCE = ("say", "unknown", "when", "source", "kind", "needed")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. ``names`` are the fields it needs (``item.x`` within a list). Where one is unknown, ``unknown`` is said
    instead ("" leaves it out), or the letter fails where it is ``needed``. ``sources`` are ids of authorities; ``kind`` one of KINDS.
    """

    say: str
    unknown: str
    when: Tree | None
    sources: tuple[str, ...]
    kind: str
    needed: bool
    where: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(FIELD.findall(self.say)))


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a letter: ``kind`` one of BLOCKS. ``of`` names the list of a list or table, ``empty`` what stands for an empty
    one, ``columns`` a table's heads; ``labels`` what blanks to fill by hand are for, ``count`` how many ruled lines.
    """

    kind: str
    when: Tree | None = None
    sentences: tuple[Sentence, ...] = ()
    of: str = ""
    empty: Sentence | None = None
    columns: tuple[tuple[str, Sentence], ...] = ()
    labels: tuple[str, ...] = ()
    count: int = 0
    where: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A template. ``law`` are the regimes of the places it is for (empty: all), ``needs`` columns that must be true.

    ``reviewed`` is its reviewer and date in words ("" for none), ``translation`` that of a translation (None where it is none).
    """

    id: str
    title: str
    about: str
    language: str
    look: str
    law: tuple[str, ...]
    needs: tuple[str, ...]
    reviewed: str
    translation: str | None
    marking: str
    subject: Sentence | None
    to: tuple[Sentence, ...]
    signed: bool
    blocks: tuple[Block, ...]
    path: Path
    hash: str


@cache
def shipped() -> Mapping[str, Path]:
    """The templates that come with the program, by name."""
    return {p.stem: p for p in sorted(FOLDER.glob("*.yaml"))}


def find_template(name: str) -> Path:
    """The file of a template: one of the shipped by name, or a path. Raises InputError with the nearest name."""
    if name in shipped():
        return shipped()[name]
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    raise InputError(f"[{shown(name)}] is no template", where="--template", do=nearest(name, shipped()) or f"one of {', '.join(shipped())}, or a file of your own")


def read_template(path: Path) -> Template:
    """The template of a file. Raises InputError with file, line and what to write; whether its fields exist is for ``lint``."""
    text = read_text(path)
    return _Reader(parse(text, name=path.name if path.parent == FOLDER else str(path)), path, text).template()


class _Reader:
    def __init__(self, document: Document, path: Path, text: str) -> None:
        self.document, self.path, self.text_ = document, path, text

    def refuse(self, what: str, at: tuple[Any, ...], do: str) -> InputError:
        return InputError(what, where=self.document.where(at), do=do)

    def keys(self, raw: Any, at: tuple[Any, ...], allowed: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(raw, dict):
            raise self.refuse("it is no mapping", at, f"write some of {', '.join(allowed)}")
        for key in raw:
            if key not in allowed:
                raise self.refuse(f"[{shown(key)}] is no key here", (*at, key), nearest(key, allowed) or f"one of {', '.join(allowed)}")
        return raw

    def words(self, raw: Mapping[str, Any], key: str, at: tuple[Any, ...], default: str | None = None, among: tuple[str, ...] = ()) -> str:
        value = raw.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.refuse(f"[{key}] is missing or no text", (*at, key), f"write {key}: …")
        if among and value and value not in among:
            raise self.refuse(f"[{shown(value)}] is no {key}", (*at, key), nearest(value, among) or f"one of {', '.join(among)}")
        return " ".join(value.split())

    def texts(self, raw: Mapping[str, Any], key: str, at: tuple[Any, ...], among: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = raw.get(key) or []
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(v, str) for v in listed):
            raise self.refuse(f"[{key}] is no list of texts", (*at, key), f"write {key}: [a, b]")
        for entry in listed:
            if among and entry not in among:
                raise self.refuse(f"[{shown(entry)}] is no {key}", (*at, key), nearest(entry, among) or f"one of {', '.join(among)}")
        return tuple(listed)

    def condition(self, raw: Mapping[str, Any], at: tuple[Any, ...]) -> Tree | None:
        return read_condition(raw["when"], where=self.document.where((*at, "when"))) if "when" in raw else None

    def sentence(self, raw: Any, at: tuple[Any, ...]) -> Sentence:
        given: Mapping[str, Any] = {"say": raw} if isinstance(raw, str) else self.keys(raw, at, _SENTENCE)
        kind = self.words(given, "kind", at, "", KINDS)
        needed = given.get("needed", False)
        if not isinstance(needed, bool):
            raise self.refuse(f"[{shown(needed)}] is not true or false", (*at, "needed"), "write needed: true")
        return Sentence(
            self.words(given, "say", at), self.words(given, "unknown", at, ""), self.condition(given, at), self.texts(given, "source", at), kind, needed, self.document.where(at)
        )

    def sentences(self, raw: Any, at: tuple[Any, ...]) -> tuple[Sentence, ...]:
        listed = raw if isinstance(raw, list) else [raw]
        return tuple(self.sentence(entry, (*at, i) if isinstance(raw, list) else at) for i, entry in enumerate(listed))

    def block(self, raw: Any, at: tuple[Any, ...]) -> Block:
        if isinstance(raw, dict) and not set(raw) & set(BLOCKS):
            raise self.refuse("it is no block", at, f"begin with one of {', '.join(BLOCKS)}")
        given = self.keys(raw, at, (*BLOCKS, "when", "empty", "columns", "items"))
        kind = next(k for k in BLOCKS if k in given)
        when, where = self.condition(given, at), self.document.where(at)
        if kind in ("heading", "text", "bullets"):
            return Block(kind, when, self.sentences(given[kind], (*at, kind)), where=where)
        if kind in ("list", "table"):
            of = self.words(given, kind, at, among=tuple(LISTS))
            empty = self.sentence(given["empty"], (*at, "empty")) if "empty" in given else None
            columns: tuple[tuple[str, Sentence], ...] = ()
            if kind == "table":
                heads = given.get("columns")
                if not isinstance(heads, dict) or not heads:
                    raise self.refuse("a table without columns", at, "write columns: {Head: '{item.x}'}")
                columns = tuple((str(h), self.sentence(v, (*at, "columns", h))) for h, v in heads.items())
            items = self.sentences(given.get("items"), (*at, "items")) if kind == "list" else ()
            return Block(kind, when, items, of, empty, columns, where=where)
        if kind == "blanks":
            return Block(kind, when, labels=self.texts(given, "blanks", at), where=where)
        if kind == "lines" and not (isinstance(given["lines"], int) and 0 < given["lines"] <= 40):
            raise self.refuse(f"[{shown(given['lines'])}] is no number of lines", (*at, "lines"), "write a number from 1 to 40")
        return Block(kind, when, count=given["lines"] if kind == "lines" else 0, where=where)

    def review(self, raw: Mapping[str, Any], key: str) -> str:
        """``none``, or the role and date of a reviewer as a text."""
        if key not in raw:
            raise self.refuse(f"no line says who {'reviewed' if key == 'reviewed' else 'checked the translation of'} it", (), f"write {key}: none, or {key}: {{by_role: counsel, on: 2026-11-22}}")
        value = raw[key]
        if value in (None, "none"):
            return ""
        given = self.keys(value, (key,), ("by_role", "on"))
        return f"{self.words(given, 'by_role', (key,))}, {given.get('on')}"

    def template(self) -> Template:
        raw = self.keys(self.document.value, (), _TOP)
        language = self.words(raw, "language", (), "en", ("en", "es"))
        signed = raw.get("signed", False)
        blocks = raw.get("blocks")
        if not isinstance(blocks, list) or not blocks:
            raise self.refuse("the template has no blocks", (), "write blocks: and under it - text: …")
        needs = self.texts(raw, "needs", ())
        for name in needs:
            if DESCRIPTIONS.get(name, ("",))[0] != "boolean":
                raise self.refuse(f"[{shown(name)}] is no column that is true or false", ("needs",), nearest(name, DESCRIPTIONS) or "as audited")
        return Template(
            id=self.words(raw, "template", ()),
            title=self.words(raw, "title", ()),
            about=self.words(raw, "about", ()),
            language=language,
            look=self.words(raw, "look", (), "letter", LOOKS),
            law=self.texts(raw, "law", (), tuple(REGIMES)),
            needs=needs,
            reviewed=self.review(raw, "reviewed"),
            translation=self.review(raw, "translation") if language != "en" else None,
            marking=self.words(raw, "marking", (), ""),
            subject=self.sentence(raw["subject"], ("subject",)) if "subject" in raw else None,
            to=self.sentences(raw.get("to") or [], ("to",)),
            signed=bool(signed),
            blocks=tuple(self.block(entry, ("blocks", i)) for i, entry in enumerate(blocks)),
            path=self.path,
            hash="sha256:" + hashlib.sha256(self.text_.encode()).hexdigest(),
        )


def known_fields(of: str = "") -> frozenset[str]:
    """The names that a sentence may have in braces: all fields, and within a list ``item.`` with what its items have."""
    return frozenset(TEXTS) | (frozenset(f"item.{n}" for n in LISTS[of][1]) if of else frozenset())
