"""Counties that a list names without the word: one a line, or behind a colon."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dueprocess.extract.atlas import Mention, index
from dueprocess.places.names import key, words

_CAP = r"(?:St\.|Ste\.|[A-Z][\w'’-]*)"
_NAME = rf"{_CAP}(?: (?:{_CAP}|of|du|la|and(?= Clark| Queen| William))){{0,2}}"
_BODIES = r"(?:[Cc]ounties|[Pp]arishes|[Ss]heriffs|[Jj]ails|[Aa]gencies|[Jj]urisdictions|[Pp]laces|COUNTIES|SHERIFFS|JAILS)"
# "These counties want a judge's warrant: Linn, Benton (since May) and Lane."
_LEAD = re.compile(rf"\b{_BODIES}\b[^.:\n]{{0,160}}:[ \n]+(?P<names>{_NAME}(?:(?:,| and|, and|;)[ \n]+{_NAME}){{0,60}})")
# "Want a judge's warrant: Arlington, Fairfax": a line of its own.
_LINE = re.compile(rf"^[^:\n]{{3,90}}:[ ]+(?P<names>{_NAME}(?:(?:,| and|, and|;)[ ]+{_NAME}){{0,60}})[ ]*$", re.MULTILINE)
# "Cumberland. The jail says ...": what an item is about.
_TOPIC = re.compile(rf"^[ \t]*(?:[-*•▪‣◦·]|\(?\d{{1,2}}[.)])?[ \t]*(?P<name>{_NAME})(?=[.:][ ]+[\"A-Z])", re.MULTILINE)
_ITEM = re.compile(rf"^[ \t]*(?:[-*•▪‣◦·–—]|\(?\d{{1,2}}[.)])?[ \t]*(?P<name>{_NAME})(?=[ \t]*(?:\([^)\n]{{1,40}}\))?[ \t]*$)", re.MULTILINE)
_RUN = re.compile(r"^[^\n]{2,60}(?:\n[ \t]*[^\n]{2,60})+$", re.MULTILINE)
_MOSTLY = 0.6
_FEWEST = 2


def with_lists(text: str, chosen: list[Mention], state: str | None) -> list[Mention]:
    """The mentions with counties of the text's state that stand by their names alone, one a line or behind a colon."""
    if state is None:
        return chosen
    found = [m for m in _listed(text, state) if not any(c.start < m.end and m.start < c.end and (c.kind == "county" or c.office) for c in chosen)]
    if not found:
        return chosen
    kept = [c for c in chosen if not any(c.start < m.end and m.start < c.end for m in found)]
    return sorted([*kept, *found], key=lambda m: m.start)


def _listed(text: str, state: str) -> Iterator[Mention]:
    for lead in _LEAD.finditer(text):
        names = [(m.group(), lead.start("names") + m.start()) for m in re.finditer(_NAME, lead["names"])]
        yield from _counties([(re.sub(r" and .*", "", n), at) for n, at in names], state)
    lines = [(m.group(), line.start("names") + m.start()) for line in _LINE.finditer(text) for m in re.finditer(_NAME, line["names"])]
    yield from _counties(lines, state)
    topics = [(m["name"], m.start("name")) for m in _TOPIC.finditer(text)]
    yield from _counties(topics, state)
    for run in _RUN.finditer(text):
        names = [(m["name"], run.start() + m.start("name")) for m in _ITEM.finditer(run.group())]
        if len(names) >= _FEWEST:
            yield from _counties(names, state)


def _counties(names: Sequence[tuple[str, int]], state: str) -> Iterator[Mention]:
    known = [(name, at, next((e for e in index().counties.get(key(words(name)), ()) if e[1] == state), None)) for name, at in names]
    if sum(entry is not None for _, _, entry in known) < max(_FEWEST, _MOSTLY * len(known)):
        return
    for name, at, entry in known:
        if entry is not None:
            yield Mention(at, at + len(name), "county", key(words(name)), entry[2], None, None, "county", None)
