"""Who sends a request, and what its form holds: the same for every page."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dueprocess.desk import NotAllowed, Who
from dueprocess.kernel.errors import InputError
from dueprocess.store import Person
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.service import Service, as_sent, status_of

MOST_FIELDS = 60
NOT_SENT = "/sign-in?sent=no"
"""Where somebody goes who sent a form after their session had ended: there they read that it was not recorded."""
MOST_FILES = 12
"""Files of one form."""


class Form(dict[str, str]):
    """The fields of a posted form, each once; ``many`` are the values of a field that may stand several times."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs

    def many(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name and value]

    def text(self, name: str) -> str:
        return self.get(name, "")

    def number(self, name: str) -> int:
        """Raises InputError where it is none."""
        value = self.text(name)
        if not value.isascii() or not value.isdigit() or len(value) > 15:
            raise InputError("a number is missing", where=name.replace("_", " "), do="write it in digits; where the page asks for none, reload it")
        return int(value)

    @property
    def seen(self) -> int:
        """The version of the stay that the page showed."""
        return self.number("seen")

    @property
    def once(self) -> str | None:
        return self.get("once") or None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form. ``name`` is what the browser calls it: it may hold a person's name, so nothing shows or keeps it."""

    name: str
    data: bytes


Page = Callable[[Request, Person, Who], Response]
Post = Callable[[Request, Person, Who, Form], Response]
PostFile = Callable[[Request, Person, Who, Form, list[Upload]], Response]


def see(path: str) -> Response:
    """To another page, by GET."""
    return RedirectResponse(path, status_code=303)


def person_of(service: Service, request: Request) -> Person | None:
    """Who is signed in; None for nobody."""
    secret = request.cookies.get(service.cookie)
    return None if not secret else service.gate.who(secret)


def page(service: Service, make: Page, *, setting_up: bool = False) -> Any:
    """A route that shows something to somebody signed in."""

    async def route(request: Request) -> Response:
        def work() -> Response:
            person = person_of(service, request)
            if person is None:
                return see("/sign-in")
            if person.must and not setting_up:
                return see("/second-factor")
            try:
                return make(request, person, Who.person(person))
            except InputError as error:
                return problem(service, person, error)

        return await run_in_threadpool(work)

    return route


def post(service: Service, make: Post, *, setting_up: bool = False, fields: int = MOST_FIELDS) -> Any:
    """A route that does something: refused without a session and without the page's own token. ``fields``: how many the
    page's form has at most."""

    async def route(request: Request) -> Response:
        body = await request.body()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()

        def work() -> Response:
            def act(person: Person) -> Response:
                form = read_form(body, kind, fields=fields)
                _own(form, person)
                return make(request, person, Who.person(person), form)

            return _asked(service, request, act, setting_up=setting_up)

        return await run_in_threadpool(work)

    return route


def post_file(service: Service, make: PostFile, *, fields: int = MOST_FIELDS) -> Any:
    """The same for a form with files; the page's own token stands in it as in any other. The layer before the routes
    bounds the bytes."""

    async def route(request: Request) -> Response:
        if await run_in_threadpool(person_of, service, request) is None:
            return see(NOT_SENT)  # nothing of a stranger's is parsed
        try:
            form, files = await read_parts(request, fields=fields)
        except InputError as error:
            return await run_in_threadpool(problem, service, None, error)

        def work() -> Response:
            def act(person: Person) -> Response:
                _own(form, person)
                return make(request, person, Who.person(person), form, files)

            return _asked(service, request, act)

        return await run_in_threadpool(work)

    return route


def _asked(service: Service, request: Request, act: Callable[[Person], Response], *, setting_up: bool = False) -> Response:
    person = person_of(service, request)
    if person is None:
        return see("/sign-in" if request.url.path == "/sign-out" else NOT_SENT)
    if person.must and not setting_up:
        return see("/second-factor")
    try:
        return act(person)
    except InputError as error:
        return problem(service, person, error)


def _own(form: Form, person: Person) -> None:
    if not secrets.compare_digest(form.text("csrf").encode(), person.csrf.encode()):
        raise NotAllowed("this form is not of your session", do="reload the page and send it again")


async def read_parts(request: Request, *, fields: int = MOST_FIELDS) -> tuple[Form, list[Upload]]:
    """The fields and the files of a form that sends files. Raises InputError for what no browser sends of our forms."""
    from starlette.datastructures import UploadFile
    from starlette.formparsers import MultiPartException, MultiPartParser

    class InMemory(MultiPartParser):
        # What stands in a file is about a person: it is not left on the disk outside the record, not for a moment.
        spool_max_size = 2**31

    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        return read_form(await request.body(), kind, fields=fields), []

    async def body() -> AsyncGenerator[bytes, None]:
        async for part in request.stream():
            yield part

    try:
        parsed = await InMemory(request.headers, body(), max_files=MOST_FILES, max_fields=fields, max_part_size=64 * 1024).parse()
    except (MultiPartException, ValueError, KeyError, UnicodeError):
        raise InputError("this form cannot be read", do=f"go back and send it again, with at most {MOST_FILES} files") from None
    pairs, files = [], []
    for name, value in parsed.multi_items():
        if isinstance(value, UploadFile):
            data = await value.read()
            await value.close()
            if data or value.filename:
                files.append(Upload(value.filename or "", data))
        elif "\x00" in value:
            raise InputError("this form holds what nobody types", do="go back and send it again")
        else:
            pairs.append((name, value))
    return Form(pairs), files


def read_form(body: bytes, kind: str, *, fields: int = MOST_FIELDS) -> Form:
    """Raises InputError for what no browser sends of our forms."""
    if kind != "application/x-www-form-urlencoded":
        raise InputError("this is no form of the desk", do="use the page's own form")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=fields)
    except (ValueError, UnicodeError):
        raise InputError("this form cannot be read", do="go back and send it again") from None
    if any("\x00" in value for _, value in pairs):
        raise InputError("this form holds what nobody types", do="go back and send it again")
    return Form(pairs)


def problem(service: Service, person: Person | None, error: InputError) -> Response:
    """One clear page for a refusal: nothing was recorded."""
    status = status_of(error)
    return HTMLResponse(shown(service, "problem", person, error=as_sent(error), missing=status == 404), status_code=status)
