"""Signing in and out; one's own account: password, second factor, sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.desk import Who
from dueprocess.kernel.errors import InputError
from dueprocess.store import Person, accounts, tables
from dueprocess.store.accounts import hashed
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.oidc import ways
from dueprocess.web.desk.service import Service, status_of
from dueprocess.web.desk.session import Form, page, post, read_form, see

if TYPE_CHECKING:
    from fastapi import FastAPI


def add_account_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""
    gate, store, writer = service.gate, service.store, service.writer

    def agencies() -> list[Any]:
        with store.engine.connect() as connection, connection.begin():
            return list(connection.execute(sa.select(tables.agencies.c.id, tables.agencies.c.name).order_by(tables.agencies.c.number)))

    def opening(name: str, error: InputError | None = None) -> Response:
        text = shown(service, name, None, agencies=agencies(), ways=ways(service), error=error)
        return HTMLResponse(text, status_code=200 if error is None else status_of(error))

    async def sign_in_page(request: Request) -> Response:
        lost = request.query_params.get("sent") == "no"
        ended = InputError("you had been signed out, and what you sent was not recorded", do="sign in and do it again") if lost else None
        return await run_in_threadpool(opening, "sign_in", ended)

    async def first_page(_: Request) -> Response:
        return await run_in_threadpool(opening, "first")

    def entering(name: str, work: Callable[[Form, str], Response]) -> Any:
        """A form for somebody who is not signed in."""

        async def route(request: Request) -> Response:
            body, kind = await request.body(), request.headers.get("content-type", "").partition(";")[0].strip().lower()
            address = request.client.host if request.client else ""

            def done() -> Response:
                try:
                    return work(read_form(body, kind), address)
                except InputError as error:
                    return opening(name, error)

            return await run_in_threadpool(done)

        return route

    def sign_in(form: Form, address: str) -> Response:
        made = gate.sign_in(agency=form.text("agency"), login=form.text("login"), password=form.text("password"), code=form.text("code"), address=address)
        answer = see("/")
        answer.set_cookie(service.cookie, made.secret, path="/", secure=service.secure, httponly=True, samesite="strict")
        return answer

    def first(form: Form, address: str) -> Response:
        gate.set_password(agency=form.text("agency"), login=form.text("login"), secret=form.text("secret").strip(), password=form.text("password"), address=address)
        return see("/sign-in")

    def sign_out(request: Request, person: Person, who: Who, form: Form) -> Response:
        gate.sign_out(request.cookies[service.cookie])
        return leave()

    def leave() -> Response:
        answer = see("/sign-in")
        answer.delete_cookie(service.cookie, path="/", secure=service.secure, httponly=True, samesite="strict")
        return answer

    def second(request: Request, person: Person, who: Who) -> Response:
        with store.read(who.agency) as connection:
            row = accounts.find(connection, agency=who.agency, account=person.account)
        return HTMLResponse(shown(service, "second_factor", person, uri=None, secret=None, on=row.second_factor_on))

    def begin_second(request: Request, person: Person, who: Who, form: Form) -> Response:
        if form.text("what") == "confirm":
            gate.confirm_second_factor(person, form.text("code").strip())
            return see("/account" if not person.must else "/")
        uri = gate.begin_second_factor(person, form.text("code").strip())
        secret = uri.partition("secret=")[2].partition("&")[0]
        return HTMLResponse(shown(service, "second_factor", person, uri=uri, secret=secret, on=False))

    def own(request: Request, person: Person, who: Who) -> Response:
        with store.read(who.agency) as connection:
            row = accounts.find(connection, agency=who.agency, account=person.account)
            sessions = accounts.sessions_of(connection, agency=who.agency, account=person.account, now=service.now())
        mine = hashed(request.cookies[service.cookie])
        for one in sessions:
            one["this"] = one.pop("hash") == mine
        return HTMLResponse(
            shown(service, "account", person, row={"login": row.login, "external": row.external, "second_factor_on": row.second_factor_on}, sessions=sessions, zone=service.desk.zone(who.agency))
        )

    def change_password(request: Request, person: Person, who: Who, form: Form) -> Response:
        if form.text("new") != form.text("again"):
            raise InputError("the new password was not typed twice the same", do="type it again")
        gate.change_password(person, old=form.text("old"), new=form.text("new"))
        return leave()

    def end_others(request: Request, person: Person, who: Who, form: Form) -> Response:
        mine = hashed(request.cookies[service.cookie])
        writer.write(lambda c: accounts.sign_out_everywhere(c, agency=who.agency, account=person.account, but=mine), agency=who.agency, by=who.account)
        return see("/account")

    app.add_route("/sign-in", sign_in_page, methods=["GET"])
    app.add_route("/sign-in", entering("sign_in", sign_in), methods=["POST"])
    app.add_route("/first", first_page, methods=["GET"])
    app.add_route("/first", entering("first", first), methods=["POST"])
    app.add_route("/sign-out", post(service, sign_out, setting_up=True), methods=["POST"])
    app.add_route("/second-factor", page(service, second, setting_up=True), methods=["GET"])
    app.add_route("/second-factor", post(service, begin_second, setting_up=True), methods=["POST"])
    app.add_route("/account", page(service, own), methods=["GET"])
    app.add_route("/account/password", post(service, change_password), methods=["POST"])
    app.add_route("/account/sessions", post(service, end_others), methods=["POST"])
