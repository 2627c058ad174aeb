"""The administrator's pages: accounts, tokens of other systems, the agency's settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.desk import NotHere, Who, alerts
from dueprocess.desk.people import EVERY_SCOPE, allow
from dueprocess.kernel.errors import InputError
from dueprocess.store import Done, Person, Role, accounts, tokens
from dueprocess.web.desk.choices import read_choices
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form, page, post, see

if TYPE_CHECKING:
    from fastapi import FastAPI

DAY = 86_400


def add_managing_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""
    store, writer = service.store, service.writer

    def write(who: Who, work: Callable[[sa.Connection], Done]) -> Any:
        return writer.write(work, agency=who.agency, by=who.account).result

    def drawn(name: str, person: Person, **values: Any) -> Response:
        return HTMLResponse(shown(service, name, person, zone=service.desk.zone(person.agency), **values))

    # -- accounts ------------------------------------------------------------------------------------------

    def listed(person: Person, *, secret: str | None = None, named: str = "") -> Response:
        with store.read(person.agency) as connection:
            found = accounts.of_agency(connection, agency=person.agency)
        return drawn("accounts", person, accounts=found, roles=list(Role), secret=secret, named=named)

    def list_accounts(request: Request, person: Person, who: Who) -> Response:
        allow(who, "accounts")
        return listed(person)

    def add(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "accounts")
        role, login, name = _role(form.text("role")), form.text("login").strip(), form.text("name").strip()
        made = write(who, lambda c: accounts.add_account(c, agency=who.agency, login=login, name=name, role=role, now=service.now()))
        return listed(person, secret=made.secret, named=login)

    def one(person: Person, who: Who, account: str, *, secret: str | None = None) -> Response:
        with store.read(who.agency) as connection:
            row = next((a for a in accounts.of_agency(connection, agency=who.agency) if a["id"] == account), None)
            sessions = accounts.sessions_of(connection, agency=who.agency, account=account, now=service.now())
        if row is None:
            raise NotHere("there is no such account here", do="choose one from the list")
        return drawn("one_account", person, a=row, sessions=sessions, roles=list(Role), secret=secret, provider=None if service.provider is None else service.provider.settings)

    def one_account(request: Request, person: Person, who: Who) -> Response:
        allow(who, "accounts")
        return one(person, who, str(request.path_params["account"]))

    def change(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "accounts")
        account, what = str(request.path_params["account"]), str(request.path_params["what"])
        if what not in CHANGES:
            raise NotHere("this is nothing to do with an account", do="use the page's own buttons")
        result = write(who, lambda c: CHANGES[what](c, service, who.agency, account, form))
        if isinstance(result, accounts.Made):
            return one(person, who, account, secret=result.secret)
        return see(f"/accounts/{account}")

    # -- tokens --------------------------------------------------------------------------------------------

    def shown_tokens(person: Person, *, secret: str | None = None, named: str = "") -> Response:
        with store.read(person.agency) as connection:
            found = tokens.of_agency(connection, agency=person.agency)
        return drawn("tokens", person, tokens=found, scopes=EVERY_SCOPE, secret=secret, named=named)

    def list_tokens(request: Request, person: Person, who: Who) -> Response:
        allow(who, "accounts")
        return shown_tokens(person)

    def token(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "accounts")
        if form.text("revoke"):
            write(who, lambda c: tokens.revoke(c, agency=who.agency, token=form.text("revoke"), now=service.now()))
            return see("/tokens")
        scopes = form.many("scope")
        if any(scope not in EVERY_SCOPE for scope in scopes):
            raise InputError("that is no scope", do=f"choose among {', '.join(EVERY_SCOPE)}")
        until, name = service.now() + form.number("days") * DAY, form.text("name").strip()
        made = write(who, lambda c: tokens.add(c, agency=who.agency, name=name, scopes=scopes, until=until, by=who.account, now=service.now()))
        return shown_tokens(person, secret=made.secret, named=name)

    # -- settings ------------------------------------------------------------------------------------------

    def shown_settings(person: Person, *, tested: int = 0, error: InputError | None = None) -> Response:
        with store.read(person.agency) as connection:
            found = accounts.settings_of(connection, person.agency)
        return drawn("settings", person, settings=found, roles=[role.value for role in Role], tested=tested, error=error)

    def see_settings(request: Request, person: Person, who: Who) -> Response:
        allow(who, "settings")
        return shown_settings(person)

    def settings(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "settings")
        changes, test = read_choices(form), form.text("what") == "test"
        whom = sorted({address for some in changes["alerts"].values() for address in some})
        if test and not whom:
            raise InputError("no address is named that a test could go to", do="name the server, the domain, the sender and at least one address")
        write(who, lambda c: accounts.change_settings(c, agency=who.agency, changes=changes))
        if not test:
            return see("/settings")
        if alerts.send_mail(whom, "Release desk: a test", "This is a test of the alerts. Nothing is to be done.\n", changes["mail"]):
            return shown_settings(person, tested=len(whom))
        failed = InputError(
            "the mail server did not take the test",
            do="the settings are saved all the same: look at the server, the port, the encryption and the sender, and ask who runs the server whether this machine may send",
        )
        return shown_settings(person, error=failed)

    app.add_route("/accounts", page(service, list_accounts), methods=["GET"])
    app.add_route("/accounts", post(service, add), methods=["POST"])
    app.add_route("/accounts/{account}", page(service, one_account), methods=["GET"])
    app.add_route("/accounts/{account}/{what}", post(service, change), methods=["POST"])
    app.add_route("/tokens", page(service, list_tokens), methods=["GET"])
    app.add_route("/tokens", post(service, token), methods=["POST"])
    app.add_route("/settings", page(service, see_settings), methods=["GET"])
    app.add_route("/settings", post(service, settings), methods=["POST"])


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise InputError("that is no role", do=f"one of {', '.join(Role)}") from None


def _link(connection: sa.Connection, service: Service, agency: str, account: str, form: Form) -> Done:
    if service.provider is None or not service.provider.offered(agency):
        raise InputError("there is no sign-in of the county's own here", do="start the desk with --oidc FILE")
    return accounts.link_external(connection, agency=agency, account=account, issuer=service.provider.settings.issuer, subject=form.text("subject").strip())


CHANGES: dict[str, Callable[[sa.Connection, Service, str, str, Form], Done]] = {
    "reset": lambda c, s, agency, account, f: accounts.reset(c, agency=agency, account=account, now=s.now()),
    "close": lambda c, s, agency, account, f: accounts.set_active(c, agency=agency, account=account, active=False),
    "open": lambda c, s, agency, account, f: accounts.set_active(c, agency=agency, account=account, active=True),
    "role": lambda c, s, agency, account, f: accounts.set_role(c, agency=agency, account=account, role=_role(f.text("role"))),
    "second-factor": lambda c, s, agency, account, f: accounts.drop_second_factor(c, agency=agency, account=account),
    "sessions": lambda c, s, agency, account, f: accounts.sign_out_everywhere(c, agency=agency, account=account),
    "link": _link,
}
"""What each form of an account's page does."""
