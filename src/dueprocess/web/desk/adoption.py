"""What the agency's counsel has adopted of the law that binds it, which open answers wait for that, and who can do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.decide.adoption import adopted_ids
from dueprocess.desk import Who
from dueprocess.desk.people import allow, may
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import local_date
from dueprocess.law import Authority, Lawbook
from dueprocess.law.adopting import AdoptionFile, adopt, binding, supports_hold
from dueprocess.store import Person, Role, accounts, tables
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form, page, post

if TYPE_CHECKING:
    from fastapi import FastAPI

_BOUND: dict[tuple[str, str], tuple[Authority, ...]] = {}


def bound(book: Lawbook, agency: str) -> tuple[Authority, ...]:
    """The authorities that bind an agency. Worked out once for each lawbook."""
    key = (book.version, agency)
    if key not in _BOUND:
        if len(_BOUND) > 64:
            _BOUND.clear()
        _BOUND[key] = binding(book, agency)
    return _BOUND[key]


def confirmations(book: Lawbook, agency: str) -> dict[str, int | None]:
    """For each of them the day on which its text was last confirmed, as an ordinal; None for never."""
    return {authority.id: authority.confirmed_on for authority in bound(book, agency)}


def adopted_by(service: Service, agency: str) -> frozenset[str]:
    """What counts as adopted today: at the text that the lawbook has now."""
    law = service.desk.law()
    today = local_date(service.desk.zone(agency), service.now())
    return adopted_ids(law.adoption(agency), lawbook=law.lawbook, agency=agency, today=today, where="adoption")


def waiting(service: Service, agency: str) -> list[dict[str, Any]]:
    """The open answers that wait for adoption: ``stay``, ``case``, and the authorities that are not adopted."""
    d, s = tables.decisions.c, tables.stays.c
    joined = tables.stays.join(tables.decisions, sa.and_(d.number == s.decided, d.agency == s.agency))
    with service.store.read(agency) as connection:
        # Whole answers are long: only those that may be meant are read.
        meant = sa.cast(d.answer, sa.Text).like('%"open_because": "adoption"%')
        query = sa.select(s.id, s.case_number, d.answer).select_from(joined).where(s.agency == agency, s.status == "in", meant)
        rows = connection.execute(query.order_by(s.case_number)).all()
    found = []
    for row in rows:
        points = [row.answer, row.answer.get("then") or {}]
        if any(point.get("open_because") == "adoption" for point in points):
            found.append({"stay": row.id, "case": row.case_number, "authorities": list(row.answer.get("not_adopted", ()))})
    return found


def add_adoption_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""

    def adoption(request: Request, person: Person, who: Who) -> Response:
        allow(who, "adoption")
        law, counted = service.desk.law(), adopted_by(service, who.agency)
        entries = _entries(law.adoption(who.agency))
        lines = [_line(law.lawbook, authority, entries.get(authority.id), authority.id in counted) for authority in bound(law.lawbook, who.agency)]
        waits = waiting(service, who.agency)
        wanted = {identity for one in waits for identity in one["authorities"]}
        lines.sort(key=lambda one: (one["id"] not in wanted, one["adopted"], not one["holds"], one["id"]))
        with service.store.read(who.agency) as connection:
            people = accounts.of_agency(connection, agency=who.agency)
        counsel = [one["name"] for one in people if one["role"] == Role.counsel.value and one["active"]]
        see = may(who, "see")
        return HTMLResponse(
            shown(service, "adoption", person, lines=lines, waits=waits, wanted=wanted, counsel=counsel, names=see, version=law.lawbook.version, agency=who.agency)
        )

    def write(request: Request, person: Person, who: Who, form: Form) -> Response:
        """The adoption file with what counsel ticked. Nothing changes at the desk until it is started with that file."""
        allow(who, "own_store")
        law, chosen = service.desk.law(), set(form.many("adopt"))
        picked = [authority for authority in bound(law.lawbook, who.agency) if authority.id in chosen]
        if not picked or len(picked) != len(chosen):
            raise InputError("nothing that binds this agency was ticked", do="tick what you have read and adopt")
        counted, entries = adopted_by(service, who.agency), _entries(law.adoption(who.agency))
        limit = law.adoption(who.agency).get("confirmed_within_days")
        before = AdoptionFile(who.agency, {i: e for i, e in entries.items() if i in counted}, limit)
        today = local_date(service.desk.zone(who.agency), service.now())
        text = adopt(before, picked, by_role="counsel", on=today).text()
        return Response(text.encode(), media_type="text/yaml; charset=utf-8", headers={"content-disposition": 'attachment; filename="adoption.yaml"'})

    app.add_route("/adoption", page(service, adoption), methods=["GET"])
    app.add_route("/adoption", post(service, write, fields=500), methods=["POST"])


def _entries(raw: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The lines of an adoption file by authority; one that names an id alone holds nothing else."""
    found = {}
    for item in raw.get("adopted") or ():
        entry = {"authority": item} if isinstance(item, str) else {str(k): str(v) for k, v in item.items()}
        found[entry["authority"]] = entry
    return found


def _line(book: Lawbook, authority: Authority, entry: Mapping[str, str] | None, counts: bool) -> dict[str, Any]:
    return {
        "id": authority.id, "title": authority.title, "adopted": counts, "by": (entry or {}).get("by_role", ""), "on": (entry or {}).get("on", ""),
        "changed": entry is not None and not counts, "holds": supports_hold(book, authority), "reviewed": authority.reviewed,
    }  # fmt: skip
