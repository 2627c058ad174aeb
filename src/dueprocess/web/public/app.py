"""The public page as a service of its own. What is typed comes by POST, is answered, and is gone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import Instant
from dueprocess.law import Lawbook
from dueprocess.public import RequestError, State, answer_page, index_page, read_request, state_of, state_page
from dueprocess.public.fill import asset
from dueprocess.public.gather import states
from dueprocess.public.words import LANGUAGES
from dueprocess.web.public.guard import PublicGuard

if TYPE_CHECKING:
    from fastapi import FastAPI

POSTS_A_MINUTE = 60
MOST_FIELDS = 16


def public_app(
    *,
    lawbook: Lawbook,
    today: Callable[[], date],
    now: Callable[[], Instant],
    only: Sequence[str] = (),
    posts_a_minute: int = POSTS_A_MINUTE,
) -> FastAPI:
    """The application. ``only`` are the states' codes (``ca``) that it serves, all where it is empty.

    ``today`` is the day whose law is told, ``now`` tells whether a time is over. Raises InputError where the libraries of
    the extra ``serve`` are missing.
    """
    try:
        from fastapi import FastAPI
        from starlette.concurrency import run_in_threadpool
        from starlette.requests import Request
        from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
    except ImportError:
        raise InputError("the libraries of a service are missing", where="serve", do="install dueprocess[serve]") from None

    served = _Served(lawbook, today, frozenset(only))
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_middleware(PublicGuard, now=now, posts_a_minute=posts_a_minute)

    def other(lang: str, path: str = "") -> str:
        return f"/{'es' if lang == 'en' else 'en'}{path}"

    def not_found(lang: str = "en") -> Response:
        text = "No hay tal página." if lang == "es" else "There is no such page."
        return PlainTextResponse(f"{text}\n", status_code=404)

    async def first(request: Request) -> Response:
        """To the reader's language, as the browser asks for it."""
        wanted = request.headers.get("accept-language", "")[:200].lower()
        return RedirectResponse("/es" if wanted.startswith("es") else "/en", status_code=303)

    async def index(request: Request) -> Response:
        lang = request.path_params["lang"]
        if lang not in LANGUAGES:
            return not_found()
        links = [(name, f"/{lang}/{code}") for name, code in served.named()]
        return HTMLResponse(index_page(lang, links, other=other(lang), file=False))

    async def page(request: Request) -> Response:
        lang, code = request.path_params["lang"], request.path_params["code"]
        if lang not in LANGUAGES or not served.has(code):
            return not_found(lang)
        whole = request.url.path.endswith("/table")
        state = await run_in_threadpool(served.state, code)
        path = f"/{code}/table" if whole else f"/{code}"
        return HTMLResponse(await run_in_threadpool(served.shown, state, lang, whole, other(lang, path)))

    async def answer(request: Request) -> Response:
        lang, code = request.path_params["lang"], request.path_params["code"]
        if lang not in LANGUAGES or not served.has(code):
            return not_found(lang)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            return PlainTextResponse("Ask with the page's own form.\n", status_code=415)
        body = await request.body()
        state = await run_in_threadpool(served.state, code)

        def told() -> Response:
            try:
                asked = read_request(state, _fields(body))
            except RequestError as error:
                text = state_page(state, lang, file=False, other=other(lang, f"/{code}"), problem=error.key, whole=False)
                return HTMLResponse(text, status_code=400)
            return HTMLResponse(answer_page(state, lang, asked, now=now(), other=other(lang, f"/{code}")))

        return await run_in_threadpool(told)

    async def style(_: Request) -> Response:
        return Response(asset("family.css"), media_type="text/css")

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    for path, handler in (("/", first), ("/style.css", style), ("/health", health), ("/{lang}", index)):
        app.add_route(path, handler, methods=["GET"])
    for path in ("/{lang}/{code}", "/{lang}/{code}/table"):
        app.add_route(path, page, methods=["GET"])
    app.add_route("/{lang}/{code}", answer, methods=["POST"])
    return app


def _fields(body: bytes) -> list[tuple[str, str]]:
    """What was posted. Raises RequestError for what no browser sends of this form."""
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=MOST_FIELDS)
    except (ValueError, UnicodeError):
        raise RequestError("problem.field") from None


class _Served:
    """The states of today, gathered when first asked for; yesterday's are let go."""

    def __init__(self, lawbook: Lawbook, today: Callable[[], date], only: frozenset[str]) -> None:
        self._lawbook, self._today = lawbook, today
        self._names = {s.id.rpartition("/")[2]: s.name for s in states() if not only or s.id.rpartition("/")[2] in only}
        self._lock = Lock()
        self._day: date | None = None
        self._states: dict[str, State] = {}
        self._pages: dict[tuple[str, str, bool], str] = {}

    def named(self) -> list[tuple[str, str]]:
        return [(name, code) for code, name in self._names.items()]

    def has(self, code: str) -> bool:
        return code in self._names

    def state(self, code: str) -> State:
        day = self._today()
        with self._lock:
            if day != self._day:
                self._day, self._states, self._pages = day, {}, {}
            found = self._states.get(code)
            if found is None:
                found = self._states[code] = state_of(f"us/{code}", as_of=day, known_at=day, lawbook=self._lawbook)
            return found

    def shown(self, state: State, lang: str, whole: bool, other: str) -> str:
        """A page on which nothing was typed: made once a day."""
        key = (state.code, lang, whole)
        made: Any = self._pages.get(key)
        if made is None:
            made = self._pages[key] = state_page(state, lang, file=False, other=other, whole=whole)
        return str(made)
