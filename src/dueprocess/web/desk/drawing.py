"""Pages as text: the templates, and what each of them may use."""

from __future__ import annotations

import json
import secrets
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.desk import Who
from dueprocess.desk.people import may
from dueprocess.kernel.errors import InputError
from dueprocess.store import Person
from dueprocess.web.desk import words
from dueprocess.web.desk.service import Service

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_RENDER = Path(__file__).resolve().parents[2] / "render"
NAVIGATION = (
    ("see", "/board", "Board", ("board", "person", "packet", "slip")),
    ("see", "/alerts", "Alerts", ("alerts",)),
    ("see", "/search", "Search", ("search",)),
    ("see", "/shift-sheet", "Shift sheet", ("shift",)),
    ("book", "/book", "Book a person", ("book", "roster")),
    ("shelves", "/shelves", "Law, registry, audits", ("shelves", "law", "registry", "claims", "claim", "audits", "audit", "whatif")),
    ("accounts", "/accounts", "Accounts", ("accounts", "one", "tokens", "settings")),
    ("own_store", "/counsel", "Counsel", ("counsel",)),
    ("retention", "/records", "Records", ("retention", "process", "looks", "inventory")),
    ("status", "/status", "Health", ("status", "adoption")),
)
"""Who may, where it leads, its words, and the pages of that part by the first word of their templates' names; its own first."""


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The pages' templates; every text is escaped."""
    from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from dueprocess.render.page import whole

    # How a block of an answer is drawn is the same here as on a decision's own page.
    blocks = (_RENDER / "page.html.jinja").read_text(encoding="utf-8").partition("<!DOCTYPE")[0]
    loader = ChoiceLoader([FileSystemLoader(_TEMPLATES), DictLoader({"blocks.html.jinja": blocks})])
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["whole"] = whole
    made.filters["drawn"] = lambda svg: Markup(svg.decode())
    made.filters["changes"] = lambda text: "; ".join(f"{name.replace('_', ' ')}: {value or 'empty'}" for name, value in json.loads(text).items())
    made.globals["w"] = words
    return made


def shown(service: Service, name: str, person: Person | None, *, error: InputError | None = None, **values: Any) -> str:
    """A page as text. ``once`` is new in each: it names the request that a form of the page will send."""
    who = None if person is None else Who.person(person)
    return templates().get_template(f"{name}.html.jinja").render(
        person=person, can=lambda action: who is not None and may(who, action), error=None if error is None else str(error), now=service.now(),
        once=secrets.token_urlsafe(12), banner=service.banner, page=name, navigation=NAVIGATION, **values,
    )  # fmt: skip


def asset(name: str) -> str:
    """A style or a script of ours."""
    return (_TEMPLATES / name).read_text(encoding="utf-8")
