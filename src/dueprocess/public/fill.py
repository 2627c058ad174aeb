"""Templates of the pages, filled: one file with its style, script and data inside, under a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.render.sheet import clean

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

FOLDER = Path(__file__).resolve().parent / "assets"


def filled(template: str, *, style: Sequence[str], script: Sequence[str] = (), data: Any = None, **values: Any) -> str:
    """The page; every text of ``values`` is escaped. ``style`` and ``script`` name files of ``assets``; ``data`` is written as JSON."""
    from markupsafe import Markup

    css, code = asset(*style), asset(*script)
    html = environment().get_template(template).render(
        **values, style=Markup(css), style_hash=digest(css), script=Markup(code), script_hash=digest(code), data=json_markup(data)
    )  # fmt: skip
    return html.lstrip() + "\n"


def json_markup(data: Any) -> Markup:
    """JSON as it may stand in a script element: nothing in it can end the element, and no text steers a reader's eye."""
    from markupsafe import Markup

    text = json.dumps(_tidy(data), separators=(",", ":"), ensure_ascii=False)
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {k: _tidy(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_tidy(v) for v in value]
    return value


@lru_cache(maxsize=8)
def asset(*names: str) -> str:
    """Our own files, one after the other."""
    return "".join((FOLDER / n).read_text(encoding="utf-8") for n in names)


def digest(text: str) -> str:
    """What a content security policy calls this text by: SHA-256, base 64."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja with escaping on and undefined names an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_cleaned)
    return made


def _cleaned(value: Any) -> Any:
    """No control or format character of a law file reaches a page."""
    from markupsafe import Markup

    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) and "\n" not in value and value.strip() == value and value else value
