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
from dueprocess.web.desk.session import Form, page, post, see

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
        names = may(who, "see")
        return HTMLResponse(
            shown(service, "adoption", person, lines=lines, waits=waits, wanted=wanted, counsel=counsel, names=names, version=law.lawbook.version, agency=who.agency, at_once=service.law is not None)
        )

    def write(request: Request, person: Person, who: Who, form: Form) -> Response:
        """Counsel adopts what they ticked, or withdraws it: it counts from now on. Or only the file that says so is written."""
        allow(who, "own_store")
        law, chosen, back = service.desk.law(), set(form.many("adopt")), set(form.many("withdraw"))
        bound_here = {authority.id: authority for authority in bound(law.lawbook, who.agency)}
        if not chosen | back or not chosen <= bound_here.keys() or not back <= _entries(law.adoption(who.agency)).keys():
            raise InputError("nothing that binds this agency was ticked", do="tick what you have read and adopt, or what you withdraw")
        counted = adopted_by(service, who.agency)
        today = local_date(service.desk.zone(who.agency), service.now())

        def changed(before: Mapping[str, Any]) -> AdoptionFile:
            """What counts no longer, since its text has changed, falls out where it is not adopted anew."""
            entries = {i: e for i, e in _entries(before).items() if i not in back and (i in counted or i in chosen)}
            file = AdoptionFile(who.agency, entries, before.get("confirmed_within_days"))
            return adopt(file, [bound_here[i] for i in sorted(chosen)], by_role="counsel", on=today)

        if form.text("do") == "now" and service.law is not None:
            service.law.adopt(who.agency, lambda before: _plain(changed(before)), by=who.account)
            if service.loop is not None:
                service.loop.wake()
            return see("/adoption")
        text = changed(law.adoption(who.agency)).text()
        return Response(text.encode(), media_type="text/yaml; charset=utf-8", headers={"content-disposition": 'attachment; filename="adoption.yaml"'})

    app.add_route("/adoption", page(service, adoption), methods=["GET"])
    app.add_route("/adoption", post(service, write, fields=500), methods=["POST"])


def _plain(file: AdoptionFile) -> dict[str, Any]:
    """As the file is read."""
    limit = {} if file.confirmed_within_days is None else {"confirmed_within_days": file.confirmed_within_days}
    return {"agency": file.agency, **limit, "adopted": [dict(file.entries[i]) for i in sorted(file.entries)]}


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
