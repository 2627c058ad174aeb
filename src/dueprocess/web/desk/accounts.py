"""Signing in and out, the second factor; accounts, tokens and settings for the administrator; looks; health."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from dueprocess.desk import Who, alerts, showing
from dueprocess.desk.people import EVERY_SCOPE, allow
from dueprocess.kernel.errors import InputError
from dueprocess.store import Done, Person, Role, accounts, proving, tables, tokens
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.service import Service, status_of
from dueprocess.web.desk.session import Form, page, post, read_form, see

if TYPE_CHECKING:
    from fastapi import FastAPI

DAY = 86_400


def add_account_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""
    gate, store, writer = service.gate, service.store, service.writer

    def agencies() -> list[Any]:
        with store.engine.connect() as connection, connection.begin():
            return list(connection.execute(sa.select(tables.agencies.c.id, tables.agencies.c.name).order_by(tables.agencies.c.number)))

    def opening(name: str, error: InputError | None = None) -> Response:
        return HTMLResponse(shown(service, name, None, agencies=agencies(), error=error), status_code=200 if error is None else status_of(error))

    async def sign_in_page(_: Request) -> Response:
        return await run_in_threadpool(opening, "sign_in")

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
        answer = see("/sign-in")
        answer.delete_cookie(service.cookie, path="/", secure=service.secure, httponly=True, samesite="strict")
        return answer

    def second(request: Request, person: Person, who: Who) -> Response:
        return HTMLResponse(shown(service, "second_factor", person, uri=None))

    def begin_second(request: Request, person: Person, who: Who, form: Form) -> Response:
        if form.text("code"):
            gate.confirm_second_factor(person, form.text("code").strip())
            return see("/")
        return HTMLResponse(shown(service, "second_factor", person, uri=gate.begin_second_factor(person)))

    def write(who: Who, work: Callable[[sa.Connection], Done]) -> Any:
        return writer.write(work, agency=who.agency, by=who.account).result

    def manage(person: Person, who: Who, *, secret: str | None = None, named: str = "", about: str = "") -> Response:
        allow(who, "accounts")
        with store.read(who.agency) as connection:
            found = accounts.of_agency(connection, agency=who.agency)
            listed = tokens.of_agency(connection, agency=who.agency)
            settings = accounts.settings_of(connection, who.agency)
        return HTMLResponse(
            shown(
                service, "accounts", person, accounts=found, tokens=listed, settings=settings, roles=list(Role), scopes=EVERY_SCOPE, secret=secret,
                named=named, about=about, zone=service.desk.zone(who.agency),
            )
        )  # fmt: skip

    def list_accounts(request: Request, person: Person, who: Who) -> Response:
        return manage(person, who)

    def add(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "accounts")
        role, login, name = _role(form.text("role")), form.text("login").strip(), form.text("name").strip()
        made = write(who, lambda c: accounts.add_account(c, agency=who.agency, login=login, name=name, role=role, now=service.now()))
        return manage(person, who, secret=made.secret, named=login, about="one-time text")

    def change(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "accounts")
        account, what = form.text("account"), form.text("what")
        if what == "reset":
            made = write(who, lambda c: accounts.reset(c, agency=who.agency, account=account, now=service.now()))
            return manage(person, who, secret=made.secret, named="this account", about="one-time text")
        if what not in ("open", "close"):
            raise InputError("this is nothing to do with an account", do="use the page's own buttons")
        write(who, lambda c: accounts.set_active(c, agency=who.agency, account=account, active=what == "open"))
        return see("/accounts")

    def token(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "accounts")
        if form.text("revoke"):
            write(who, lambda c: tokens.revoke(c, agency=who.agency, token=form.text("revoke"), now=service.now()))
            return see("/accounts")
        scopes = form.many("scope")
        if any(scope not in EVERY_SCOPE for scope in scopes):
            raise InputError("that is no scope", do=f"choose among {', '.join(EVERY_SCOPE)}")
        until, name = service.now() + form.number("days") * DAY, form.text("name").strip()
        made = write(who, lambda c: tokens.add(c, agency=who.agency, name=name, scopes=scopes, until=until, by=who.account, now=service.now()))
        return manage(person, who, secret=made.secret, named=name, about="token")

    def settings(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "settings")
        domain, mode = form.text("domain").strip(), form.text("mode") or "starttls"
        if mode not in ("starttls", "ssl", "insecure"):
            raise InputError("that is no way to reach a mail server", do="choose one of starttls, ssl, insecure")
        told = {role: alerts.check_addresses(form.text(role).split(), domain=domain) for role in ("clerk", "supervisor", "counsel")}
        sender = alerts.check_addresses([form.text("from")], domain=domain)[0]
        mail = {"server": form.text("server").strip(), "port": form.number("port"), "mode": mode, "domain": domain, "from": sender}
        write(who, lambda c: accounts.change_settings(c, agency=who.agency, changes={"mail": mail, "alerts": told}))
        return see("/accounts")

    def looks(request: Request, person: Person, who: Who) -> Response:
        return HTMLResponse(shown(service, "looks", person, looks=showing.looks(store, who), zone=service.desk.zone(who.agency)))

    def status(request: Request, person: Person, who: Who) -> Response:
        allow(who, "status")
        return HTMLResponse(shown(service, "status", person, health=health_of(service, who.agency), zone=service.desk.zone(who.agency)))

    async def health(_: Request) -> Response:
        def work() -> Response:
            try:
                found = proving.health(store, now=service.now())
            except sa.exc.DBAPIError:
                return JSONResponse({"status": "the database does not answer"}, status_code=503)
            turned = service.loop.turned_at if service.loop is not None else service.now()
            late = turned is None or service.now() - turned > 60
            return JSONResponse({"status": "the alerts do not run" if late else "ok", "entries": found.size}, status_code=503 if late else 200)

        return await run_in_threadpool(work)

    app.add_route("/sign-in", sign_in_page, methods=["GET"])
    app.add_route("/sign-in", entering("sign_in", sign_in), methods=["POST"])
    app.add_route("/first", first_page, methods=["GET"])
    app.add_route("/first", entering("first", first), methods=["POST"])
    app.add_route("/sign-out", post(service, sign_out, setting_up=True), methods=["POST"])
    app.add_route("/second-factor", page(service, second, setting_up=True), methods=["GET"])
    app.add_route("/second-factor", post(service, begin_second, setting_up=True), methods=["POST"])
    app.add_route("/accounts", page(service, list_accounts), methods=["GET"])
    app.add_route("/accounts", post(service, add), methods=["POST"])
    app.add_route("/accounts/change", post(service, change), methods=["POST"])
    app.add_route("/accounts/token", post(service, token), methods=["POST"])
    app.add_route("/accounts/settings", post(service, settings), methods=["POST"])
    app.add_route("/looks", page(service, looks), methods=["GET"])
    app.add_route("/status", page(service, status), methods=["GET"])
    app.add_route("/health", health, methods=["GET"])


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise InputError("that is no role", do=f"one of {', '.join(Role)}") from None


def health_of(service: Service, agency: str) -> dict[str, Any]:
    """What the health page says: the record, the clock, the oldest alert that nobody took, the law nobody reviewed."""
    found = proving.health(service.store, now=service.now())
    a, d, s = tables.alerts.c, tables.decisions.c, tables.stays.c
    with service.store.read(agency) as connection:
        oldest = connection.execute(sa.select(sa.func.min(a.raised_at)).where(a.agency == agency, a.acknowledged_at.is_(None))).scalar()
        joined = tables.stays.join(tables.decisions, sa.and_(d.number == s.decided, d.agency == s.agency))
        answers = [row.answer for row in connection.execute(sa.select(d.answer).select_from(joined).where(s.agency == agency, s.status == "in")) if row.answer]
    law = service.desk.law()
    return {
        "size": found.size, "last_at": found.last_at, "kept_at": found.kept_at, "ahead": found.ahead, "oldest": oldest,
        "turned_at": None if service.loop is None else service.loop.turned_at, "law": law.lawbook.version,
        "adopted": len(law.adoption(agency).get("adopted", ())), "not_adopted": sorted({i for one in answers for i in one.get("not_adopted", ())}),
        "unreviewed": sorted({i for one in answers for i in one.get("unreviewed", ())}),
    }  # fmt: skip
