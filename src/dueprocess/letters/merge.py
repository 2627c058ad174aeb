"""A template and the facts of one recipient become a letter: only sentences whose facts are known, each with what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dueprocess.kernel.canonical import content_hash
from dueprocess.kernel.errors import InputError
from dueprocess.letters.columns import holds
from dueprocess.letters.facts import Facts, Item, Ref
from dueprocess.letters.template import FIELD, Block, Sentence, Template
from dueprocess.render.sheet import clean
from dueprocess.terms import Tree


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence as it stands in a letter, and what it rests on. ``variant``: said, or unknown where that wording was taken."""

    text: str
    refs: tuple[Ref, ...]
    variant: str
    where: str
    kind: str


@dataclass(frozen=True, slots=True)
class Part:
    """A block of a letter. ``paragraphs`` are lists of sentences (of a list, one for each item); ``rows`` a table's cells."""

    kind: str
    paragraphs: tuple[tuple[Said, ...], ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[Said, ...], ...] = ()
    labels: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, ready for any renderer. ``about`` is its title in one line; ``fine`` what stands at its foot."""

    id: str
    title: str
    about: str
    language: str
    look: str
    marking: str
    date: str
    to: tuple[str, ...]
    subject: str
    parts: tuple[Part, ...]
    signers: tuple[str, ...] | None
    fine: tuple[str, ...]
    dropped: tuple[str, ...]
    """Where sentences stand in the template that were left out because a fact is unknown."""

    @property
    def said(self) -> tuple[Said, ...]:
        """Every sentence, in order."""
        return tuple(s for p in self.parts for group in (*p.paragraphs, *p.rows) for s in group)

    @property
    def hash(self) -> str:
        """A hash of all that is printed."""
        return content_hash(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """What the renderers get: texts only."""
        raw = asdict(self)
        raw.pop("dropped")
        raw["parts"] = [
            {**p, "paragraphs": [[s["text"] for s in group] for group in p["paragraphs"]], "rows": [[s["text"] for s in row] for row in p["rows"]]} for p in raw["parts"]
        ]
        return raw


class Merger:
    """Merges one template with the facts of many recipients."""

    def __init__(self, template: Template) -> None:
        self.template = template

    def letter(self, identity: str, facts: Facts) -> Letter:
        """The letter. Raises InputError where a sentence that is needed has an unknown fact."""
        dropped: list[str] = []
        template = self.template
        parts = [part for block in template.blocks if (part := self._part(block, facts, dropped)) is not None]
        kept = tuple(p for i, p in enumerate(parts) if p.kind != "heading" or (i + 1 < len(parts) and parts[i + 1].kind != "heading"))
        subject = self._said(template.subject, facts, None, dropped) if template.subject else None
        to = tuple(s.text for s in self._all(template.to, facts, None, dropped))
        signers = tuple(i.texts["line"] for i in facts.lists.get("signers", ())) if template.signed else None
        about = f"{template.title}: {facts.texts['place']}"
        return Letter(
            identity, template.title, about, template.language, template.look, template.marking, facts.texts["as_of"], to, subject.text if subject else "", kept, signers,
            tuple(_fine(template, facts)), tuple(dropped),
        )  # fmt: skip

    def _fits(self, tree: Tree | None, facts: Facts) -> bool:
        return tree is None or holds(tree, dict(facts.columns), facts.accepts) is True

    def _part(self, block: Block, facts: Facts, dropped: list[str]) -> Part | None:
        if not self._fits(block.when, facts):
            return None
        if block.kind in ("heading", "text", "bullets"):
            said = tuple(self._all(block.sentences, facts, None, dropped))
            if block.kind == "bullets":
                return Part("list", tuple((s,) for s in said)) if said else None
            return Part(block.kind, (said,)) if said else None
        if block.kind in ("list", "table"):
            items = facts.lists[block.of]
            if not items:
                empty = self._said(block.empty, facts, None, dropped) if block.empty else None
                return Part("text", ((empty,),)) if empty else None
            if block.kind == "list":
                return Part("list", tuple(tuple(self._all(block.sentences, facts, i, dropped)) for i in items))
            rows = tuple(tuple(self._cell(s, facts, i) for _, s in block.columns) for i in items)
            return Part("table", head=tuple(h for h, _ in block.columns), rows=rows)
        return Part(block.kind, labels=block.labels, count=block.count)

    def _all(self, sentences: Iterable[Sentence], facts: Facts, item: Item | None, dropped: list[str]) -> list[Said]:
        return [said for s in sentences if (said := self._said(s, facts, item, dropped)) is not None]

    def _cell(self, sentence: Sentence, facts: Facts, item: Item) -> Said:
        """A cell of a table; a dash where its fact is unknown."""
        return self._said(sentence, facts, item, []) or Said("–", (), "unknown", sentence.where, sentence.kind)

    def _said(self, sentence: Sentence, facts: Facts, item: Item | None, dropped: list[str]) -> Said | None:
        if not self._fits(sentence.when, facts):
            return None
        known: dict[str, str] = {}
        refs: list[Ref] = []
        for name in sentence.names:
            value = item.texts.get(name.removeprefix("item."), "") if name.startswith("item.") and item else facts.texts.get(name, "")
            if not value:
                if sentence.needed:
                    raise InputError(f"[{name}] is not known, and the sentence needs it", where=sentence.where, do="leave this recipient out by the condition, or give the sentence a wording for unknown")
                if sentence.unknown:
                    text = _filled(sentence.unknown, facts.texts)
                    return Said(text, (Ref("template", "unknown", f"no source gives [{name}]"),), "unknown", sentence.where, sentence.kind)
                dropped.append(sentence.where)
                return None
            known[name] = value
            refs += facts.refs.get(name, ()) if not name.startswith("item.") else ()
        if item is not None:
            refs += item.refs
        refs += [facts_ref(s) for s in sentence.sources]
        if not refs:
            refs = [Ref("template", sentence.kind or "heading", "the template's own words; they state no fact of the place")]
        return Said(_filled(sentence.say, known), tuple(dict.fromkeys(refs)), "said", sentence.where, sentence.kind)


def facts_ref(authority: str) -> Ref:
    """What a sentence rests on that names an authority itself."""
    return Ref("authority", authority, "named by the template")


def _filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields; a full stop is not doubled where a value ends a sentence."""
    out: list[str] = []
    at = 0
    for match in FIELD.finditer(text):
        out.append(text[at : match.start()])
        value = lines(values[match[1]])
        at = match.end()
        if value.endswith(".") and text[at : at + 1] in (".", ";", ","):
            value = value[:-1]
        out.append(value)
    return "".join((*out, text[at:]))


def lines(text: str) -> str:
    """A value cleaned of what could steer a page, its line breaks kept."""
    return "\n".join(clean(line) for line in text.split("\n"))


def _fine(template: Template, facts: Facts) -> Sequence[str]:
    """What stands at the foot of every letter: what it is not, how far the law and the letter were checked."""
    t = facts.texts
    if template.language == "es":
        told = [
            "Esto no es asesoría legal: es lo que dice la ley codificada en ese día, nada más.",
            f"Ley codificada {t['law_version']}, consultada al {t['as_of']}; {t['law_unreviewed']} de las {t['law_count']} autoridades en que se basa no han sido revisadas por nadie.",
            f"Plantilla {template.id}: {'revisada por ' + template.reviewed if template.reviewed else 'no revisada por nadie'}. Traducción: {'revisada por ' + template.translation if template.translation else 'no revisada por nadie'}.",
        ]
        return told
    return [
        "Not legal advice: this is what the encoded law says on that day, no more.",
        f"Encoded law {t['law_version']}, as of {t['as_of']}, known on {t['known_at']}; {t['law_unreviewed']} of the {t['law_count']} authorities that the answers rest on are reviewed by nobody.",
        f"Template {template.id}: {'reviewed by ' + template.reviewed if template.reviewed else 'reviewed by nobody'}.",
    ]
