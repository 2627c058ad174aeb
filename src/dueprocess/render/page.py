"""Sheets as one HTML page that needs nothing else: no script, no font, no request to anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from dueprocess.render.sheet import Sheet, cleaned

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}(?::\d{2})?(?: \([+-]\d{2}:\d{2}\))?)?")
_FOLDER = Path(__file__).resolve().parent


def whole(text: str) -> Markup:
    """The text escaped, with dates and times kept on one line."""
    from markupsafe import Markup, escape

    return Markup(_DATE.sub(r'<span class="fixed">\g<0></span>', str(escape(text))))


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["whole"] = whole
    environment.filters["drawn"] = lambda svg: Markup(svg.decode())  # made by us from numbers; its texts are escaped
    return environment.get_template("page.html.jinja")


def page_html(sheets: Sequence[Sheet], *, title: str, lang: str) -> str:
    """The page; every text is escaped. ``lang`` is a BCP 47 tag. Several sheets get a list of contents."""
    from markupsafe import Markup

    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    # A strict policy in the page itself: should a text ever come out unescaped, no browser would act on it.
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    html = _template().render(
        sheets=[cleaned(s) for s in sheets],
        title=title,
        lang=lang,
        style=Markup(style),  # our own file, not data
        style_hash=digest,
    )
    return html.lstrip() + "\n"
