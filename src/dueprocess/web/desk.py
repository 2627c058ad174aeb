"""The desk as an application: pages that work without a script, and the interface for other systems under ``/api``."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dueprocess.desk import Desk, NotAllowed, NotHere, Who
from dueprocess.desk.alerts import Loop
from dueprocess.desk.people import may
from dueprocess.kernel.errors import InputError
from dueprocess.store import Conflict, Done, Gate, Person, Store, Unavailable, Writer, looking
from dueprocess.store.gate import Locked, Refused
from dueprocess.web import desk_words
from dueprocess.web.desk_guard import DeskGuard

if TYPE_CHECKING:
    from fastapi import FastAPI
    from jinja2 import Environment

_PAGES = Path(__file__).resolve().parent / "pages"
_RENDER = Path(__file__).resolve().parents[1] / "render"


@dataclass(frozen=True)
class Service:
    """What the pages and the interface work with. ``secure``: reached by TLS; ``banner`` stands on every page."""

    store: Store
    writer: Writer
    gate: Gate
    desk: Desk
    now: Callable[[], int]
    secure: bool = True
    banner: str = ""
    loop: Loop | None = None

    @property
    def cookie(self) -> str:
        """A name that browsers take over TLS only, for the whole host."""
        return "__Host-desk" if self.secure else "desk"

    def looked(self, who: Who, what: str, *, rows: int = 1, stay: str | None = None, purpose: str | None = None) -> None:
        """Record a look before what was looked at is shown."""
        entry = looking.look(what, rows=rows, stay=stay, purpose=purpose)
        self.writer.write(lambda _: Done([entry]), agency=who.agency, by=who.account)


def status_of(error: InputError) -> int:
    """The status that an error has at the edge."""
    for kind, status in ((NotAllowed, 403), (NotHere, 404), (Conflict, 409), (Unavailable, 503), (Locked, 429), (Refused, 403)):
        if isinstance(error, kind):
            return status
    return 400


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The pages' templates; every text is escaped."""
    from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from dueprocess.render.page import whole

    # How a block of an answer is drawn is the same here as on a decision's own page.
    blocks = (_RENDER / "page.html.jinja").read_text(encoding="utf-8").partition("<!DOCTYPE")[0]
    loader = ChoiceLoader([FileSystemLoader(_PAGES), DictLoader({"blocks.html.jinja": blocks})])
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["whole"] = whole
    made.filters["drawn"] = lambda svg: Markup(svg.decode())
    made.globals["w"] = desk_words
    return made


def shown(service: Service, name: str, person: Person | None, *, error: InputError | None = None, **values: Any) -> str:
    """A page as text. ``once`` is new in each: it names the request that a form of the page will send."""
    who = None if person is None else Who.person(person)
    return templates().get_template(f"{name}.html.jinja").render(
        person=person, can=lambda action: who is not None and may(who, action), error=None if error is None else str(error), now=service.now(),
        once=secrets.token_urlsafe(12), banner=service.banner, **values,
    )  # fmt: skip


def asset(name: str) -> str:
    """A style or a script of ours."""
    return (_PAGES / name).read_text(encoding="utf-8")


def desk_app(service: Service) -> FastAPI:
    """The application. Raises InputError where the libraries of the extra ``desk`` are missing."""
    try:
        from fastapi import FastAPI
    except ImportError:
        raise InputError("the libraries of the desk are missing", where="serve desk", do="install dueprocess[desk]") from None
    from dueprocess.web.desk_accounts import add_account_pages
    from dueprocess.web.desk_api import api_app
    from dueprocess.web.desk_pages import add_pages

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_middleware(DeskGuard, secure=service.secure)
    add_account_pages(app, service)
    add_pages(app, service)
    app.mount("/api", api_app(service))
    return app
