"""What differs between two lawbooks, as plain lines: added, removed, and what each changed authority now says."""

from __future__ import annotations

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
    """The ids added, removed and changed, and the whole as lines of text."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    lines: tuple[str, ...]


def changes(old: Lawbook, new: Lawbook) -> Changes:
    """Compare two lawbooks by their authorities' content."""
    before, after = old.authorities, new.authorities
    added = tuple(i for i in after if i not in before)
    removed = tuple(i for i in before if i not in after)
    changed = tuple(i for i in after if i in before and before[i].hash != after[i].hash)
    lines = [f"added    {i}: {after[i].title}" for i in added]
    for identity in added:
        lines += [f"           says: {norm_text(n)}" for n in after[identity].norms] if len(added) <= 20 else []
    lines += [f"removed  {i}: {before[i].title}" for i in removed]
    for identity in changed:
        lines.append(f"changed  {identity}: {after[identity].title}")
        lines += [f"           {line}" for line in _differences(before[identity], after[identity])]
    if dict(old.vocabulary.raw) != dict(new.vocabulary.raw):
        lines.append("changed  the vocabulary of facts")
    return Changes(added, removed, changed, tuple(lines))


def _differences(old: Authority, new: Authority) -> list[str]:
    lines: list[str] = []
    first, second = as_mapping(old), as_mapping(new)
    for key, word in _WORDS.items():
        if first[key] != second[key]:
            lines.append(f"{word}: {_short(first[key])} -> {_short(second[key])}")
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
        value = ", ".join(str(v.get("title")) if isinstance(v, dict) else str(v) for v in value)
    text = str(value) if value not in (None, "") else "nothing"
    return text if len(text) <= 160 else text[:157] + "..."
