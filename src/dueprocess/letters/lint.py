"""What is wrong with a template before any letter is made: unknown fields, sentences without a source, words it may not use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dueprocess.kernel.errors import nearest
from dueprocess.law import Lawbook
from dueprocess.letters.fields import ALWAYS, SPANISH
from dueprocess.letters.template import FIELD, Block, Sentence, Template, known_fields

NEVER = re.compile(r"\b(?:un|not )?lawful(?:ly|ness)?\b(?! status)|\b(?:il)?legal(?:ly)?\b(?! (?:advice|status|name|permanent|aid))|\bguarantee", re.IGNORECASE)
"""Words by which a letter would say more than the encoded law does. Names of things (legal advice, lawful status) may stand."""
PERSONAL = re.compile(r"\b(?:nationality|country of (?:birth|origin)|place of birth|race|religion|alien number|a-number)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. ``code``: field, source, unknown, word, person, review or authority."""

    code: str
    where: str
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.do}"


def lint(template: Template, book: Lawbook) -> tuple[Finding, ...]:
    """The findings, in the order of the file; a template with any makes no letter."""
    found: list[Finding] = []
    for sentence, of in _sentences(template):
        found += _one(sentence, of, template, book)
    for block in template.blocks:
        for label in block.labels:
            if PERSONAL.search(label):
                found.append(Finding("person", block.where, f"[{label}] asks for a person's origin", "leave it out: no letter asks for it"))
    return tuple(found)


def _sentences(template: Template) -> Iterable[tuple[Sentence, str]]:
    # An address, a subject and a heading state nothing; their fields are checked all the same.
    yield from ((replace(s, kind=s.kind or "note"), "") for s in (*((template.subject,) if template.subject else ()), *template.to))
    for block in template.blocks:
        yield from _of_block(block)


def _of_block(block: Block) -> Iterable[tuple[Sentence, str]]:
    if block.kind == "heading":
        yield from ((replace(s, kind=s.kind or "note"), block.of) for s in block.sentences)
    else:
        yield from ((s, block.of) for s in (*block.sentences, *(c for _, c in block.columns)))
    if block.empty is not None:
        yield block.empty, ""


def _one(sentence: Sentence, of: str, template: Template, book: Lawbook) -> list[Finding]:
    found: list[Finding] = []
    known = known_fields(of)
    for name in sentence.names:
        if name not in known:
            found.append(Finding("field", sentence.where, f"[{name}] is no field here", nearest(name, known) or "see dueprocess letters fields"))
        elif template.language == "es" and not name.startswith("item.") and name not in SPANISH:
            found.append(Finding("field", sentence.where, f"[{name}] has no Spanish wording", f"one of {', '.join(sorted(SPANISH))}"))
    stated = [n for n in sentence.names if n in known and n not in _OF_ITSELF]
    if not stated and not sentence.sources and not sentence.kind:
        found.append(Finding("source", sentence.where, f"a sentence without a source [{sentence.say[:60]}]", "name a field, or write source: an authority, or kind: ask, offer, opening, caution, form or note"))
    for name in FIELD.findall(sentence.unknown):
        if name not in ALWAYS:
            found.append(Finding("unknown", sentence.where, f"[{name}] may itself be unknown", "name only fields that are always known in unknown"))
    if sentence.unknown and sentence.needed:
        found.append(Finding("unknown", sentence.where, "it is needed and has a wording for unknown", "leave one of the two out"))
    for identity in sentence.sources:
        if identity not in book.authorities:
            found.append(Finding("authority", sentence.where, f"the lawbook has no authority [{identity}]", nearest(identity, book.authorities) or "see dueprocess law list"))
    text = f"{sentence.say} {sentence.unknown}"
    for match in NEVER.finditer(text):
        found.append(Finding("word", sentence.where, f"it says [{match[0]}]", "say what the encoded law says"))
    if PERSONAL.search(text) and sentence.kind != "caution":
        found.append(Finding("person", sentence.where, f"it speaks of a person's origin [{PERSONAL.search(text)[0]}]", "leave it out"))  # type: ignore[index]
    return found


_OF_ITSELF = frozenset({"place", "county", "state", "office", "jail", "as_of", "known_at"})
"""Fields that only name whom or when: a sentence that has no others still needs a source."""
