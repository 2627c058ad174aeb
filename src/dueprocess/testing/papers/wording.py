"""Papers as plain text, and that text as a machine misreads it: fast enough for ten thousand papers."""

from __future__ import annotations

from functools import lru_cache
from textwrap import wrap

from dueprocess.testing.papers.forms import Blank, Element
from dueprocess.testing.papers.paper import Paper
from dueprocess.testing.source import Source

COLUMNS = 96
ALIKE = {
    "l": "I1|i", "I": "l1|", "1": "lI|", "O": "0Q", "0": "OoD", "o": "0c", "S": "5", "5": "S", "B": "8", "8": "B", "2": "Z", "Z": "2",
    "e": "c", "c": "e", "a": "o", "u": "v", "n": "h", "h": "b", "t": "f", "i": "l1", "g": "q", "/": "l1", "-": "~ ", ".": ", ", ",": ".", "'": "`",
    "D": "O", "E": "F", "C": "G", "G": "C6", "6": "G", "A": "4", "T": "7",
}  # fmt: skip
JOINED = (("rn", "m"), ("m", "rn"), ("cl", "d"), ("vv", "w"), ("li", "h"), ("fi", "h"), ("nn", "m"))


def text_of(paper: Paper, *, pages: int | None = None) -> str:
    """The paper as a text file would have it: labels, values, ``[X]`` and ``[ ]``, ``/s/`` for a signature. Pages are
    parted by form feeds."""
    found = []
    for elements in paper.template.pages[: pages or paper.pages]:
        lines: list[str] = []
        footers: list[str] = []
        for element in elements:
            (footers if element.sort == "footer" else lines).extend(_lines(element, paper))
        found.append("\n".join([*lines, *footers]))
    return "\f".join(found) + "\n"


def _lines(element: Element, paper: Paper) -> list[str]:
    pad = "  " * element.indent
    if element.sort in ("gap", "rule", "photo"):
        return [""]
    if element.sort == "added" and not any(paper.values.get(b.key) for b in element.blanks()):
        return []
    if element.sort in ("cells", "columns", "footer"):
        columns = [_lines(c, paper) for c in element.columns]
        rows = max(len(c) for c in columns)
        wide = max(24, COLUMNS // len(columns))
        return [(pad + "".join((c[r] if r < len(c) else "").ljust(wide) + " " for c in columns)).rstrip() for r in range(rows)]
    if element.sort == "signatures":
        above, below = [], []
        for column in element.columns:
            above.append("".join(_filled(p, paper) for p in column.parts if isinstance(p, Blank)).replace("\n", " ").ljust(44))
            below.append(column.printed.ljust(44))
        return [(pad + " ".join(above)).rstrip(), (pad + " ".join(below)).rstrip()]
    tick = ("[X] " if element.key in paper.ticked else "[ ] ") if element.sort == "box" else ""
    if not element.blanks():
        return [pad + line for line in _wrapped(tick + element.printed)]
    if element.below:
        first, *rest = (_filled(b, paper) for b in element.blanks())
        return [*_wrapped(element.printed, 46), *first.split("\n"), *rest]
    text = tick + " ".join(p.strip() if isinstance(p, str) else (_filled(p, paper) or "_" * (p.width // 7)) for p in element.parts)
    lines = text.split("\n")
    return [pad + line for part in lines for line in _wrapped(part)]


@lru_cache(maxsize=4096)
def _wrapped(text: str, wide: int = COLUMNS) -> tuple[str, ...]:
    return tuple(wrap(text, wide)) if len(text) > wide else (text,)


def _filled(blank: Blank, paper: Paper) -> str:
    if blank.signature:
        return "/s/" if blank.key in paper.drawn else ""
    return paper.values.get(blank.key, "")


def misread(text: str, source: Source, *, rate: float) -> str:
    """The text with about ``rate`` of its characters misread: taken for others that look alike, dropped, joined with
    the next, a space lost or found. Line ends and form feeds stay."""
    if rate <= 0:
        return text
    found: list[str] = []
    last = 0
    most = max(1, int(2 / rate) - 1)
    at = source.integer(0, most)
    while at < len(text):
        found.append(text[last:at])
        letter = text[at]
        last = at + 1
        pair = text[at : at + 2]
        joined = [b for a, b in JOINED if a == pair]
        if letter in "\n\f":
            found.append(letter)
        elif joined and source.chance(0.7):
            found.append(joined[0])
            last = at + 2
        elif letter == " ":
            found.append(source.choice(("", "", "  ")))
        elif letter in ALIKE and source.chance(0.75):
            found.append(source.choice(ALIKE[letter]))
        elif source.chance(0.5):
            pass
        else:
            found.append(letter + source.choice((" ", letter, ".")))
        at = last + source.integer(0, most)
    found.append(text[last:])
    return "".join(found)
