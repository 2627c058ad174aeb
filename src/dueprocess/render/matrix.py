"""A matrix as a PDF, an HTML page or plain text, from the texts of its view."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Any

from dueprocess.render.sheet import clean, cleaned

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).resolve().parent

PAGE_SIZES = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5)
"""Sizes in points that are tried until counsel's page fits one sheet; ``PAGE_OVERFLOW`` where none does."""
PAGE_OVERFLOW = 8.0
CARD_SIZES = (26, 24, 22, 20, 18, 17, 16, 15, 14, 13, 12, 11, 10)
CARD_OVERFLOW = 12

View = Mapping[str, Any]


def matrix_pdf(view: View, *, card: bool = False) -> bytes:
    """One US letter sheet (counsel's lies on its side), tagged; more where the law takes more. Same view, same bytes."""
    from dueprocess.render.pdf import compile_pdf

    data = {
        **cleaned(view),
        "kind": "card" if card else "page",
        "sizes": CARD_SIZES if card else PAGE_SIZES,
        "overflow": CARD_OVERFLOW if card else PAGE_OVERFLOW,
        "footer": clean(f"{view['title']} · {view['card']['notice']}"),
    }
    return compile_pdf(_FOLDER / "matrix.typ", data)


def matrix_html(view: View, *, card: bool = False) -> str:
    """One page that needs nothing else: no script, no font, no request to anywhere. Every text is escaped."""
    from markupsafe import Markup

    style = (_FOLDER / "matrix.css").read_text(encoding="utf-8")
    # A strict policy in the page itself: should a text ever come out unescaped, no browser would act on it.
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = _template().render(
        v=cleaned(view), card=card, style=Markup(style), style_hash=digest
    )  # our own file
    return html.lstrip() + "\n"


def matrix_text(view: View, *, card: bool = False, width: int = 78) -> str:
    """Lines of at most ``width`` characters; ends with a newline."""
    return _Text(width).card(cleaned(view["card"])) if card else _Text(width).page(cleaned(view))


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("matrix.html.jinja")


class _Text:
    def __init__(self, width: int) -> None:
        self.width = max(width, 40)
        self.lines: list[str] = []

    def put(self, text: str, indent: int = 0, mark: str = "") -> None:
        first, rest = " " * indent + mark, " " * (indent + len(mark))
        self.lines += TextWrapper(
            self.width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        ).wrap(text)

    def gap(self, title: str = "") -> None:
        self.lines.append("")
        if title:
            self.put(title.upper())

    def line(self, line: Mapping[str, Any], indent: int) -> None:
        text = (
            line["status"]
            + (f" {line['when']}" if line["when"] else "")
            + (f": {line['why']}" if line["why"] else "")
        )
        text += (f" · {line['clock']}" if line["clock"] else "") + (
            f" ({line['refs']})" if line["refs"] else ""
        )
        self.put(text, indent, "- ")
        for inner in line["inner"]:
            self.put(inner["head"], indent + 2)
            for more in inner["lines"]:
                self.line(more, indent + 4)

    def page(self, view: View) -> str:
        self.put(view["title"])
        self.put(view["asked"], 2)
        self.put(view["warning"], 2)
        for row in view["rows"]:
            self.gap()
            self.put(row["label"])
            for head, cell in zip(view["head"][1:], row["cells"], strict=True):
                if len(row["cells"]) > 1:
                    self.put(f"{head}:", 2)
                for line in cell:
                    self.line(line, 2)
        self.gap()
        for text in (view["legend"], *view["notes"]):
            self.put(text)
        if view["questions"]["items"]:
            self.gap(view["questions"]["title"])
            for item in view["questions"]["items"]:
                self.put(f"{item['label']}: {item['text']}", 2, "- ")
        for key in ("clocks", "duties"):
            if view[key]["items"]:
                self.gap(view[key]["title"])
                for text in view[key]["items"]:
                    self.put(text, 2, "- ")
        for group in view["authorities"]:
            self.gap(group["title"])
            for item in group["items"]:
                mark = f"; {item['mark']}" if item["mark"] else ""
                self.put(
                    f"{item['title']}, {item['citation']} ({item['side']}{mark}). {item['because']}",
                    2,
                    f"{item['number']}. ",
                )
        self.gap(view["checked"]["title"])
        for text in view["checked"]["items"]:
            self.put(text, 2, "- ")
        return "\n".join(self.lines) + "\n"

    def card(self, card: Mapping[str, Any]) -> str:
        self.put(card["title"])
        self.put(card["asked"], 2)
        self.put(card["notice"], 2)
        for row in card["rows"]:
            self.gap()
            self.put(row["label"])
            for part in row["cells"]:
                if part["head"]:
                    self.put(f"{part['head']}:", 2)
                for line in part["lines"]:
                    told = ": ".join(t for t in (line["status"], line["tail"]) if t)
                    self.put("; ".join(t for t in (told, line["clock"], line["when"]) if t), 2, "- ")
        self.gap()
        for text in (*card["notes"], *card["fine"]):
            self.put(text)
        return "\n".join(self.lines) + "\n"
