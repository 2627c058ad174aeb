"""How the desk stands: a page, a short answer for whatever watches the service, and figures for a system with a token.

Nothing here is about a person. ``/health`` needs no account and says no more than whether it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from dueprocess.desk import Who, alerts
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import local_date
from dueprocess.ledger import read_leaf
from dueprocess.store import Person, accounts, proving, retention, tables, tokens
from dueprocess.store.backup import backed_up_at
from dueprocess.web.desk.adoption import adopted_by, confirmations, waiting
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.service import Service, status_of
from dueprocess.web.desk.session import page

if TYPE_CHECKING:
    from fastapi import FastAPI

LATE = 60
"""Seconds after which the turns of the alerts count as stopped."""
STEPS_IN = 200
"""So many of the last entries are looked at for steps of the clock."""


def figures(service: Service) -> dict[str, Any]:
    """Plain numbers for monitoring: None where it is not known. ``agencies`` by path, with those of ``agency_figures``.

    ``entries``; ``checkpoint_entries`` and ``checkpoint_age_seconds`` of the last kept checkpoint; ``clock_behind_seconds``
    (the record's last entry lies so far ahead of this clock); ``turn_age_seconds`` since the alerts were last worked out;
    ``writes_waiting``; ``commits``; ``backup_age_seconds``.
    """
    now, found = service.now(), proving.health(service.store, now=service.now())
    turned = None if service.loop is None else service.loop.turned_at
    backed = backed_up_at(service.store)
    return {
        "entries": found.size,
        "checkpoint_entries": found.kept,
        "checkpoint_age_seconds": None if found.kept_at is None else max(0, now - found.kept_at),
        "clock_behind_seconds": found.ahead,
        "turn_age_seconds": None if turned is None else max(0, now - turned),
        "writes_waiting": service.writer.waiting,
        "commits": service.writer.commits,
        "backup_age_seconds": None if backed is None else max(0, now - backed),
        "agencies": {agency: agency_figures(service, agency) for agency in alerts.agencies(service.store)},
    }


def agency_figures(service: Service, agency: str) -> dict[str, Any]:
    """Numbers of one agency: ``people_in``, ``alerts_open``, ``oldest_alert_age_seconds``, ``deadlines_past`` (open ones),
    ``clock_steps`` and ``clock_step_seconds`` among the last entries, ``law_binding``, ``law_not_adopted``,
    ``law_never_confirmed``, ``law_confirmed_days_ago`` (the longest ago), ``answers_waiting_for_adoption``,
    ``erasing_overdue``, ``mail_addresses`` that alerts go to, ``alerts_unsent`` (open ones whose mail has not gone out)."""
    now, law = service.now(), service.desk.law()
    a, d, s = tables.alerts.c, tables.deadlines.c, tables.stays.c
    with service.store.read(agency) as connection:
        oldest, open_ = connection.execute(sa.select(sa.func.min(a.raised_at), sa.func.count()).where(a.agency == agency, a.acknowledged_at.is_(None))).one()
        past = connection.execute(sa.select(sa.func.count()).where(d.agency == agency, d.state == "open", d.due_at <= now)).scalar_one()
        people = connection.execute(sa.select(sa.func.count()).where(s.agency == agency, s.status == "in")).scalar_one()
        steps = _steps(connection, agency)
        told = accounts.settings_of(connection, agency).get("alerts", {})
        addresses = {address for some in told.values() for address in some}
        unsent = connection.execute(sa.select(sa.func.count()).where(a.agency == agency, a.acknowledged_at.is_(None), a.sent_at.is_(None), a.raised_at <= now - LATE)).scalar_one()
        overdue = len(retention.due_for_erasing(connection, agency=agency, now=now - retention.DAY))
    today = local_date(service.desk.zone(agency), now).toordinal()
    confirmed = confirmations(law.lawbook, agency)
    known = [day for day in confirmed.values() if day is not None]
    adopted = adopted_by(service, agency)
    return {
        "people_in": people,
        "alerts_open": open_,
        "oldest_alert_age_seconds": None if oldest is None else max(0, now - oldest),
        "deadlines_past": past,
        "clock_steps": len(steps),
        "clock_step_seconds": max(steps, default=0),
        "law_binding": len(confirmed),
        "law_not_adopted": sum(identity not in adopted for identity in confirmed),
        "law_never_confirmed": sum(day is None for day in confirmed.values()),
        "law_confirmed_days_ago": None if not known else max(0, today - min(known)),
        "answers_waiting_for_adoption": len(waiting(service, agency)),
        "erasing_overdue": overdue,
        "mail_addresses": len(addresses),
        "alerts_unsent": unsent,
    }


def _steps(connection: sa.Connection, agency: str) -> list[int]:
    """Seconds by which the clock stood back, for each of the last entries that says so."""
    c = tables.entries.c
    rows = connection.execute(sa.select(c.leaf).where(c.agency == agency).order_by(c.number.desc()).limit(STEPS_IN))
    heads = (read_leaf(row.leaf).head for row in rows if b'"step"' in row.leaf)
    return [int(head["step"] or 0) for head in heads if "step" in head]


def add_health_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""
    store = service.store

    def status(request: Request, person: Person, who: Who) -> Response:
        allow(who, "status")
        all_, c, d = figures(service), tables.stays.c, tables.decisions.c
        found = proving.health(store, now=service.now())
        joined = tables.stays.join(tables.decisions, sa.and_(d.number == c.decided, d.agency == c.agency))
        with store.read(who.agency) as connection:
            answers = [row.answer for row in connection.execute(sa.select(d.answer).select_from(joined).where(c.agency == who.agency, c.status == "in")) if row.answer]
        law = service.desk.law()
        confirmed = confirmations(law.lawbook, who.agency)
        return HTMLResponse(
            shown(
                service, "status", person, all=all_, own=all_["agencies"][who.agency], record=found, law=law.lawbook.version, zone=service.desk.zone(who.agency),
                not_confirmed=sorted(identity for identity, day in confirmed.items() if day is None),
                unreviewed=sorted({i for one in answers for i in one.get("unreviewed", ())}),
                not_adopted=sorted({i for one in answers for i in one.get("not_adopted", ())}),
            )
        )  # fmt: skip

    async def health(_: Request) -> Response:
        def work() -> Response:
            try:
                found = proving.health(store, now=service.now())
            except sa.exc.DBAPIError:
                return JSONResponse({"status": "the database does not answer"}, status_code=503)
            turned = service.loop.turned_at if service.loop is not None else service.now()
            late = turned is None or service.now() - turned > LATE
            return JSONResponse({"status": "the alerts do not run" if late else "ok", "entries": found.size}, status_code=503 if late else 200)

        return await run_in_threadpool(work)

    async def machine(request: Request) -> Response:
        def work() -> Response:
            kind, _, secret = request.headers.get("authorization", "").partition(" ")
            holder = tokens.holder(store, secret.strip(), now=service.now()) if kind.lower() == "bearer" and len(secret) < 300 else None
            if holder is None:
                return JSONResponse({"error": "a token is missing, unknown or over (send Authorization: Bearer TOKEN)"}, status_code=401)
            try:
                allow(Who.system(holder), "health")
            except InputError as error:
                return JSONResponse({"error": str(error)}, status_code=status_of(error))
            found = figures(service)
            # A token is one agency's: it sees no other's figures.
            return JSONResponse({**found, "agencies": {holder.agency: found["agencies"][holder.agency]}})

        return await run_in_threadpool(work)

    app.add_route("/status", page(service, status), methods=["GET"])
    app.add_route("/health", health, methods=["GET"])
    app.add_route("/health/figures", machine, methods=["GET"])
