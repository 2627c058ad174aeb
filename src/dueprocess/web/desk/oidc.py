"""The pages of a sign-in through the county's own identity provider. What is on its way stands sealed in a cookie of ten
minutes; a sign-in is finished once."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.desk import NotHere
from dueprocess.kernel.errors import InputError
from dueprocess.store import tables
from dueprocess.store.gate import Refused
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.identity import ATTEMPT_SECONDS, BACK, Attempt, Provider
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import problem, see

if TYPE_CHECKING:
    from fastapi import FastAPI

_ABOUT = "sign-in attempt"


def ways(service: Service) -> list[dict[str, Any]]:
    """The links of the sign-in page: one an agency whose people may sign in so."""
    provider = service.provider
    if provider is None:
        return []
    with service.store.engine.connect() as connection, connection.begin():
        rows = connection.execute(sa.select(tables.agencies.c.id, tables.agencies.c.number, tables.agencies.c.name).order_by(tables.agencies.c.number)).all()
    return [{"path": f"/sign-in/county/{row.number}", "name": provider.settings.name, "agency": row.name} for row in rows if provider.offered(row.id)]


def add_oidc_pages(app: FastAPI, service: Service) -> None:
    """Add the routes; none where no provider is configured."""
    provider = service.provider
    if provider is None:
        return

    def begin(request: Request) -> Response:
        attempt, address = provider.begin(_agency(service, provider, str(request.path_params["number"])))
        sealed = service.store.keys.wrap(json.dumps(asdict(attempt)).encode(), about=_ABOUT)
        answer = see(address)
        # Lax: the browser has to bring it along when another site sends it back here.
        answer.set_cookie(_cookie(service), sealed.hex(), max_age=ATTEMPT_SECONDS, path="/", secure=service.secure, httponly=True, samesite="lax")
        return answer

    def back(request: Request) -> Response:
        attempt = _attempt(service, request)
        answer = dict(request.query_params)
        provider.check(attempt, answer)
        service.gate.use_once(agency=attempt.agency, attempt=attempt.state)
        made = service.gate.sign_in_external(agency=attempt.agency, issuer=provider.settings.issuer, subject=provider.finish(attempt, answer))
        # A page of ours and no redirect: browsers send the strict cookie only to where one of our own pages leads.
        page = HTMLResponse(shown(service, "signed_in", None))
        page.set_cookie(service.cookie, made.secret, path="/", secure=service.secure, httponly=True, samesite="strict")
        return page

    def route(work: Any) -> Any:
        async def run(request: Request) -> Response:
            def done() -> Response:
                try:
                    answer: Response = work(request)
                except InputError as error:
                    answer = problem(service, None, error)
                if work is back:
                    answer.delete_cookie(_cookie(service), path="/", secure=service.secure, httponly=True, samesite="lax")
                return answer

            return await run_in_threadpool(done)

        return run

    app.add_route("/sign-in/county/{number}", route(begin), methods=["GET"])
    app.add_route(BACK, route(back), methods=["GET"])


def _cookie(service: Service) -> str:
    return f"{service.cookie}-sign-in"


def _agency(service: Service, provider: Provider, number: str) -> str:
    table = tables.agencies
    found = None
    if number.isascii() and number.isdigit() and len(number) < 9:
        with service.store.engine.connect() as connection, connection.begin():
            found = connection.execute(sa.select(table.c.id).where(table.c.number == int(number))).scalar()
    if found is None or not provider.offered(str(found)):
        raise NotHere("there is no such sign-in here", do="choose one on the sign-in page")
    return str(found)


def _attempt(service: Service, request: Request) -> Attempt:
    """What the browser was sent away with. Raises Refused where it brings nothing of ours."""
    try:
        sealed = bytes.fromhex(request.cookies.get(_cookie(service), ""))
        return Attempt(**json.loads(service.store.keys.unwrap(sealed, about=_ABOUT)))
    except (ValueError, TypeError):
        raise Refused("this sign-in was not begun in this browser", do="start again") from None
