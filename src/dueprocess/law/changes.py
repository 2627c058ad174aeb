"""What differs between two lawbooks, as plain lines: added, removed, and what each changed authority now says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dueprocess.law.lawbook import Lawbook
from dueprocess.law.model import Authority
from dueprocess.law.text import as_mapping, norm_text

_WORDS = {
    "title": "title", "citation": "citation", "kind": "kind", "stage": "stage", "construes": "construes", "rank": "rank",
    "in_force": "governs", "known": "known", "binds": "binds", "except": "save", "persuades": "persuades",
    "sources": "sources", "confirmed_on": "confirmed", "note": "note", "review": "review",
}  # fmt: skip


@dataclass(frozen=True)
class Changes:
    """The ids added, removed and changed, and the whole as lines of text.

    ``words`` gives for each of those ids what it says, said, or now says otherwise.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    lines: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    undone: tuple[str, ...] = ()
    """Of those changed, the ones whose adoption no longer counts: more than their review or confirmation changed."""


def changes(old: Lawbook, new: Lawbook) -> Changes:
    """Compare two lawbooks by their authorities' content. A text that a file laid over it has taken the place of is not
    one of the lawbook's own: it is that file's change."""
    before, after = ({i: a for i, a in book.authorities.items() if a.replaced_by is None} for book in (old, new))
    added = tuple(i for i in after if i not in before)
    removed = tuple(i for i in before if i not in after)
    changed = tuple(i for i in after if i in before and before[i].hash != after[i].hash)
    words = {
        **{i: tuple(f"says: {norm_text(n)}" for n in after[i].norms) for i in added},
        **{i: tuple(f"said: {norm_text(n)}" for n in before[i].norms) for i in removed},
        **{i: tuple(_differences(before[i], after[i])) for i in changed},
    }
    lines: list[str] = []
    for verb, ids, book in (("added", added, after), ("removed", removed, before), ("changed", changed, after)):
        for identity in ids:
            lines.append(f"{verb:<8} {identity}: {book[identity].title}")
            # Of many that come or go at once, their names are enough to read.
            if verb == "changed" or len(ids) <= 20:
                lines += [f"           {line}" for line in words[identity]]
    if dict(old.vocabulary.raw) != dict(new.vocabulary.raw):
        lines.append("changed  the vocabulary of facts")
    undone = tuple(i for i in changed if before[i].adoption_hash != after[i].adoption_hash)
    return Changes(added, removed, changed, tuple(lines), words, undone)


def _differences(old: Authority, new: Authority) -> list[str]:
    lines: list[str] = []
    first, second = as_mapping(old), as_mapping(new)
    for key, word in _WORDS.items():
        if first[key] != second[key]:
            one, other = first[key], second[key]
            if isinstance(one, list):  # what both have needs no reading
                one, other = [v for v in one if v not in other], [v for v in other if v not in one]
            lines.append(f"{word}: {_short(one)} -> {_short(other)}")
    says = {n.key: n for n in old.norms}
    now = {n.key: n for n in new.norms}
    for key in sorted({*says, *now}):
        if key not in now:
            lines.append(f"no longer says: {norm_text(says[key])}")
        elif key not in says:
            lines.append(f"now says: {norm_text(now[key])}")
        elif norm_text(says[key]) != norm_text(now[key]):
            lines.append(f"said: {norm_text(says[key])}")
            lines.append(f"says: {norm_text(now[key])}")
        elif says[key].because != now[key].because:
            lines.append(f"in other words: {now[key].because}")
    return lines or ["in its form only"]


def _short(value: Any) -> str:
    if isinstance(value, dict):
        value = ", ".join(f"{k} {v}" for k, v in value.items())
    elif isinstance(value, list):
        value = "; ".join(", ".join(str(x) for x in v.values() if x) if isinstance(v, dict) else str(v) for v in value)
    text = str(value) if value not in (None, "") else "nothing"
    return text if len(text) <= 160 else text[:157] + "..."
