"""Counties that the rows of a table name without the word, under a head that says what the column holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from dueprocess.extract.atlas import Mention, base_of, codes, index
from dueprocess.places.names import fold

_BLOCK = re.compile(r"^[^\n]*\t[^\n]*(?:\n[ \t]*(?=\n[^\n]*\t)|\n[^\n]*\t[^\n]*)+", re.MULTILINE)
_PLACE_HEAD = re.compile(r"\W*(?:county|counties|parish|borough|jail|sheriff|agency|jurisdiction|place|department|facility)\b", re.IGNORECASE)
_STATE_HEAD = re.compile(r"\W*(?:state|st\.?)\W*", re.IGNORECASE)
_NAME = re.compile(r"[A-Z][\w.'-]+(?: (?:[A-Z][\w.'-]+|of|du|la)){0,3}")
_END = re.compile(r" (?:County|Parish|Co|Par)\.?$")
_HEADS_DOWN = 3


def with_rows(text: str, chosen: list[Mention], state: str | None) -> list[Mention]:
    """The mentions with the counties that table cells name; a cell that holds an office or a county already is left alone.

    A row's own column of states decides, also for those, before the text's ``state``; a name that is no county there is none.
    """
    found = list(_rows(text, state))
    told = {m.start: m for m in found if m.explicit}
    chosen = [replace(c, state=told[c.start].state, explicit=True) if c.start in told and c.base == told[c.start].base else c for c in chosen]
    rows = [m for m in found if not any(c.start < m.end and m.start < c.end and (c.kind == "county" or c.office) for c in chosen)]
    if not rows:
        return chosen
    kept = [c for c in chosen if not any(c.start < m.end and m.start < c.end for m in rows)]
    return sorted([*kept, *rows], key=lambda m: m.start)


def _rows(text: str, state: str | None) -> Iterator[Mention]:
    data = index()
    for block in _BLOCK.finditer(text):
        at, place, of_state, seen = block.start(), -1, -1, 0
        for line in block.group().split("\n"):
            cells = line.split("\t")
            begin, at = at, at + len(line) + 1
            seen += 1
            if place < 0:
                if seen > _HEADS_DOWN:
                    break
                place = next((i for i, c in enumerate(cells) if _PLACE_HEAD.match(c) and len(c.split()) <= 3), -1)
                of_state = next((i for i, c in enumerate(cells) if _STATE_HEAD.fullmatch(c.strip())), -1)
                continue
            if place >= len(cells):
                continue
            told = cells[of_state].strip() if 0 <= of_state < len(cells) else ""
            own = data.states.get(fold(told)) or (told if told.lower() in codes() else None)
            name = _NAME.match(cells[place].strip(" *"))
            if name is None:
                continue
            base = base_of(_END.sub("", name.group()))
            entry = next((e for e in data.counties.get(base, ()) if e[1] == (own or state)), None)
            if entry is None:
                continue
            start = begin + len("\t".join(cells[:place])) + (1 if place else 0) + cells[place].index(name.group())
            found = Mention(start, start + len(name.group()), "county", base, entry[2], None, None, "county", None)
            yield replace(found, state=own, explicit=True) if own else found
