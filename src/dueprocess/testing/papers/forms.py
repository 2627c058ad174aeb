"""The printed part of each form: read from the text files beside this module, one a form and edition.

A file is a head of ``key: value`` lines, a line ``---``, and the page, one element a line:

- ``= text`` large centered heading, ``== text`` small one, ``^ text`` centered, ``* text`` bold, ``> text`` right-aligned;
- ``[key] text``: a check-box with its printed label;
- ``| cell | cell |``: a framed row; a cell may begin with its share (``60%``); ``//`` puts the value below its label;
- ``~ {key} caption ~ {key!} caption``: lines to write on, captions below (``!``: a signature);
- ``? text``: a paragraph that is there only where its blank is filled in;
- ``a ;; b``: columns side by side; ``-``: a rule; ``!photo``: a picture; an empty line: a gap; ``=====``: the next page;
- ``@ left ;; right``: the footer of the page; any other line is a paragraph. Two leading spaces indent one step.

In any text ``{key}`` is a blank to be filled in, ``{key:80}`` one at least 80 points wide, and ``{key#3}`` one with
room for three lines; ``{key>}`` is labelled by the words in parentheses that follow it. Labels quoted by the law reference stand exactly as printed; the layout is our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "forms"
BLANK = re.compile(r"\{([a-z0-9_]+)(!?)(>?)(?::(\d+))?(?:#(\d+))?\}")
ELEMENT = re.compile(r"^(=====|==|=|\^|\*|>|~|\||@|-|\?|!photo|\[([a-z0-9_]+)\])(?: +|$|(?=\d+%))")


@dataclass(frozen=True, slots=True)
class Blank:
    """Something to be filled in: ``width`` in points, ``lines`` of room; a signature or a text."""

    key: str
    signature: bool = False
    width: int = 60
    lines: int = 1
    label_after: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a page. ``parts`` are printed texts and blanks in order; ``columns`` stand side by side."""

    sort: str
    indent: int = 0
    parts: tuple[str | Blank, ...] = ()
    columns: tuple[Element, ...] = ()
    key: str | None = None
    share: float | None = None
    below: bool = False
    """The value stands below its label."""

    def each(self) -> Iterator[Element]:
        yield self
        for column in self.columns:
            yield from column.each()

    @property
    def printed(self) -> str:
        """The printed words alone."""
        return " ".join(" ".join(p for p in self.parts if isinstance(p, str)).split())

    def blanks(self) -> list[Blank]:
        return [p for p in self.parts if isinstance(p, Blank)]


@dataclass(frozen=True)
class Form:
    """A form: what is printed, and what a filled-in copy of it is worth as a paper of a case."""

    name: str
    kind: str
    edition: str | None
    pages: tuple[tuple[Element, ...], ...]
    head: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)
    """key -> printed label."""
    signatures: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    boxes: tuple[str, ...] = ()

    def listed(self, key: str) -> tuple[str, ...]:
        """The words of a value of the head."""
        return tuple(self.head.get(key, "").split())

    @property
    def meaning(self) -> dict[str, str]:
        """check-box -> the box's name in a case file."""
        return dict(pair.split("=", 1) for pair in self.listed("boxes"))


@cache
def names() -> tuple[str, ...]:
    """Every form that can be drawn."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))


@cache
def form(name: str) -> Form:
    """The form of this name. Raises KeyError where there is none."""
    if name not in names():
        raise KeyError(name)
    head_text, _, body = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").partition("\n---\n")
    head = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in head_text.splitlines() if line.strip())}
    pages: list[list[Element]] = [[]]
    for line in body.splitlines():
        found = _element(line)
        if found.sort == "page":
            pages.append([])
        else:
            pages[-1].append(found)
    labels, order = _labels(pages)
    every = [e for page in pages for element in page for e in element.each()]
    blanks = [b for e in every for b in e.blanks()]
    return Form(
        name=name,
        kind=head["kind"],
        edition=head.get("edition"),
        pages=tuple(tuple(page) for page in pages),
        head=head,
        labels={key: labels[key] for key in order},
        signatures=tuple(b.key for b in blanks if b.signature),
        texts=tuple(dict.fromkeys(b.key for b in blanks if not b.signature)),
        boxes=tuple(e.key for e in every if e.sort == "box" and e.key),
    )


def _element(line: str) -> Element:
    if not line.strip():
        return Element("gap")
    indent = (len(line) - len(line.lstrip(" "))) // 2
    text = line.strip()
    sign = ELEMENT.match(text)
    word = sign.group(1) if sign else ""
    rest = text[sign.end() :] if sign else text
    if word == "=====":
        return Element("page")
    if word == "|":
        cells = [c.strip() for c in re.split(r" \|(?: |(?=\d+%))", rest.removesuffix("|").rstrip())]
        return Element("cells", indent, columns=tuple(_cell(c) for c in cells))
    if word == "~":
        return Element("signatures", indent, columns=tuple(Element("signature", parts=_parts(c.strip(" ~"))) for c in rest.split("~ ")))
    if word == "@":
        left, _, right = rest.partition(";;")
        return Element("footer", columns=(Element("text", parts=_parts(left.strip())), Element("text", parts=_parts(right.strip()))))
    if " ;; " in text:
        return Element("columns", indent, columns=tuple(_element(part.strip()) if part.strip() else Element("gap") for part in text.split(" ;; ")))
    if word == "-" or word == "!photo":
        return Element({"-": "rule", "!photo": "photo"}[word], indent)
    if word.startswith("["):
        assert sign
        return Element("box", indent, _parts(rest), key=sign.group(2))
    sort = {"=": "title", "==": "heading", "^": "center", "*": "bold", ">": "right", "?": "added"}.get(word, "text")
    return Element(sort, indent, _parts(rest))


def _cell(text: str) -> Element:
    share = re.match(r"(\d+)% *", text)
    rest = text[share.end() :] if share else text
    label, below, value = rest.partition(" // ")
    return Element("cell", parts=_parts(f"{label} {value}" if below else rest), share=int(share.group(1)) / 100 if share else None, below=bool(below))


def _parts(text: str) -> tuple[str | Blank, ...]:
    parts: list[str | Blank] = []
    last = 0
    for found in BLANK.finditer(text):
        _printed(parts, text[last : found.start()])
        parts.append(Blank(found[1], bool(found[2]), int(found[4] or 60), int(found[5] or 1), bool(found[3])))
        last = found.end()
    _printed(parts, text[last:])
    return tuple(parts)


def _printed(parts: list[str | Blank], words: str) -> None:
    """Add printed words; the label in parentheses of a blank before them by itself."""
    previous = parts[-1] if parts else None
    if isinstance(previous, Blank) and previous.label_after:
        label, closed, words = words.partition(")")
        parts.append(label + closed)
    if words.strip():
        parts.append(words)


def _labels(pages: list[list[Element]]) -> tuple[dict[str, str], list[str]]:
    """What is printed for each blank and box: the words before it, else those after it."""
    labels: dict[str, str] = {}
    order: list[str] = []
    for element in (e for page in pages for top in page for e in top.each()):
        if element.sort == "box" and element.key:
            labels[element.key] = element.printed
            order.append(element.key)
        for index, part in enumerate(element.parts):
            if isinstance(part, Blank) and part.key not in labels:
                before = element.parts[index - 1] if index else ""
                after = element.parts[index + 1] if index + 1 < len(element.parts) else ""
                words = (after if element.sort == "signature" or part.label_after else before) or after
                labels[part.key] = " ".join(words.split()) if isinstance(words, str) else ""
                order.append(part.key)
    return labels, order
