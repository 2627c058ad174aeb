"""What is kept about people: when it is erased, litigation holds, legal process, looks, and the list of every stored field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.desk import Who
from dueprocess.desk.drafts import LONGEST
from dueprocess.desk.moments import read_when
from dueprocess.desk.people import allow
from dueprocess.desk.showing import by_case
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import iso
from dueprocess.letters.tables import csv_bytes
from dueprocess.store import Person, retention, tables
from dueprocess.store.inventory import inventory
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form, page, post, see

if TYPE_CHECKING:
    from fastapi import FastAPI

PROCESS = ("subpoena", "warrant", "order", "records_request", "other")
ANSWERS = ("given", "refused", "objected")
LOOKS = 500
"""Looks on one page."""
MOST_LOOKS = 100_000
"""Looks in one file."""


def add_record_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""
    store, writer = service.store, service.writer

    def drawn(name: str, person: Person, **values: Any) -> Response:
        return HTMLResponse(shown(service, name, person, zone=service.desk.zone(person.agency), **values))

    def named(connection: sa.Connection, agency: str) -> dict[str, str]:
        c, t = tables.accounts.c, tables.tokens.c
        found = {row.id: row.name for row in connection.execute(sa.select(c.id, c.name).where(c.agency == agency))}
        found |= {row.id: f"system: {row.name}" for row in connection.execute(sa.select(t.id, t.name).where(t.agency == agency))}
        return found | {"console": "at the console", "retention": "the program"}

    def cases(connection: sa.Connection, agency: str, stays: set[str]) -> dict[str, str]:
        c = tables.stays.c
        return {row.id: row.case_number for row in connection.execute(sa.select(c.id, c.case_number).where(c.agency == agency, c.id.in_(stays)))}

    # -- erasing and holds ---------------------------------------------------------------------------------

    def kept(request: Request, person: Person, who: Who) -> Response:
        allow(who, "retention")
        c, h = tables.stays.c, tables.holds
        with store.read(who.agency) as connection:
            due = retention.schedule(connection, agency=who.agency)
            days = retention.days_of(connection, who.agency)
            holds = [dict(row._mapping) for row in connection.execute(sa.select(h).where(h.c.agency == who.agency).order_by(h.c.lifted_at.is_not(None), h.c.placed_at.desc()))]
            erased = connection.execute(sa.select(c.case_number, c.erased_at).where(c.agency == who.agency, c.erased_at.is_not(None)).order_by(c.erased_at.desc()).limit(50)).all()
            people, numbers = named(connection, who.agency), cases(connection, who.agency, {one["stay"] for one in holds if one["stay"]})
        return drawn("retention", person, due=due, days=days, holds=holds, erased=erased, people=people, cases=numbers)

    def place(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "hold")
        case, matter, reason = form.text("case").strip(), form.text("matter").strip(), form.text("reason").strip()
        if (form.text("what") == "all") == bool(case):
            raise InputError("it is not clear what is to be kept", do="give a case number, or choose everything")
        if not reason:
            raise InputError("the reason is missing", do="write why these records have to be kept")
        stay = by_case(store, who, case) if case else None
        writer.write(lambda c: retention.place_hold(c, agency=who.agency, matter=matter, stay=stay, reason=reason), agency=who.agency, by=who.account)
        return see("/records")

    def lift(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "hold")
        if not form.text("reason").strip():
            raise InputError("the reason is missing", do="write why these records need not be kept any longer")
        writer.write(lambda c: retention.lift_hold(c, agency=who.agency, hold=form.text("hold"), reason=form.text("reason")), agency=who.agency, by=who.account)
        return see("/records")

    # -- legal process -------------------------------------------------------------------------------------

    def process(request: Request, person: Person, who: Who) -> Response:
        allow(who, "process")
        table = tables.legal_process
        with store.read(who.agency) as connection:
            rows = [dict(row._mapping) for row in connection.execute(sa.select(table).where(table.c.agency == who.agency).order_by(table.c.served_at.desc()).limit(500))]
            numbers = cases(connection, who.agency, {row["stay"] for row in rows if row["stay"]})
        service.looked(who, "legal process", rows=len(rows))
        return drawn("process", person, rows=rows, cases=numbers, kinds=PROCESS, answers=ANSWERS)

    def served(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "process")
        when = read_when(form.text("served_at"), zone_name=service.desk.zone(who.agency), now=service.now(), where="served at")
        body = {name: _text(form, name) for name in ("from", "asked")}
        if not all(body.values()):
            raise InputError("from whom or what was asked is missing", do="write both")
        stay = by_case(store, who, form.text("case").strip()) if form.text("case").strip() else None
        writer.write(lambda c: retention.log_process(c, agency=who.agency, kind=form.text("kind"), served_at=when.at, body=body, stay=stay), agency=who.agency, by=who.account)
        return see("/records/process")

    def answered(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "process")
        number, body = form.number("number"), {"given": _text(form, "given")}
        if not body["given"]:
            raise InputError("what was given or answered is missing", do="write it")
        writer.write(lambda c: retention.answer_process(c, agency=who.agency, number=number, answer=form.text("answer"), body=body), agency=who.agency, by=who.account)
        return see("/records/process")

    # -- looks ---------------------------------------------------------------------------------------------

    def chosen(who: Who, form: Form) -> tuple[list[dict[str, Any]], bool]:
        """The looks that the form asks for, and whether there are more."""
        table, c = tables.looks, tables.looks.c
        query = sa.select(table).where(c.agency == who.agency)
        if form.text("account"):
            query = query.where(c.by == form.text("account"))
        if form.text("case").strip():
            query = query.where(c.stay == by_case(store, who, form.text("case").strip()))
        if form.text("before"):
            query = query.where(c.number < form.number("before"))
        most = MOST_LOOKS if form.text("as") == "csv" else LOOKS
        with store.read(who.agency) as connection:
            rows = [dict(row._mapping) for row in connection.execute(query.order_by(c.number.desc()).limit(most + 1))]
            people, numbers = named(connection, who.agency), cases(connection, who.agency, {row["stay"] for row in rows if row["stay"]})
        for row in rows:
            row["who"], row["case"] = people.get(row["by"], row["by"]), numbers.get(row["stay"] or "", "")
        return rows[:most], len(rows) > most

    def looks(request: Request, person: Person, who: Who) -> Response:
        allow(who, "looks")
        return listed(person, who, Form([]))

    def ask_looks(request: Request, person: Person, who: Who, form: Form) -> Response:
        """Posted, since a case number has no place in an address."""
        allow(who, "looks")
        if form.text("as") != "csv":
            return listed(person, who, form)
        rows, _ = chosen(who, form)
        service.looked(who, "looks as a file", rows=len(rows))
        return _csv(rows, zone=service.desk.zone(who.agency))

    def listed(person: Person, who: Who, form: Form) -> Response:
        rows, more = chosen(who, form)
        with store.read(who.agency) as connection:
            people = sorted(named(connection, who.agency).items(), key=lambda one: one[1])
        return drawn("looks", person, looks=rows, more=more, people=people, account=form.text("account"), case=form.text("case"))

    def fields(request: Request, person: Person, who: Who) -> Response:
        allow(who, "inventory")
        found: dict[str, list[Any]] = {}
        for one in inventory():
            found.setdefault(one.table, []).append(one)
        return drawn("inventory", person, tables=found)

    app.add_route("/records", page(service, kept), methods=["GET"])
    app.add_route("/records/hold", post(service, place), methods=["POST"])
    app.add_route("/records/lift", post(service, lift), methods=["POST"])
    app.add_route("/records/process", page(service, process), methods=["GET"])
    app.add_route("/records/process", post(service, served), methods=["POST"])
    app.add_route("/records/process/answer", post(service, answered), methods=["POST"])
    app.add_route("/records/data", page(service, fields), methods=["GET"])
    app.add_route("/looks", page(service, looks), methods=["GET"])
    app.add_route("/looks", post(service, ask_looks), methods=["POST"])


def _text(form: Form, name: str) -> str:
    value = form.text(name).strip()
    if len(value) > LONGEST:
        raise InputError(f"the text is longer than {LONGEST} characters", where=name, do="shorten it")
    return value


def _csv(rows: list[dict[str, Any]], *, zone: str) -> Response:
    head = ("entry", "when", "who", "what", "case", "rows", "purpose")
    body = ((str(r["number"]), iso(r["at"], zone), r["who"], r["what"], r["case"], str(r["rows"]), r["purpose"] or "") for r in rows)
    return Response(csv_bytes(head, body), media_type="text/csv; charset=utf-8", headers={"content-disposition": 'attachment; filename="looks.csv"'})
