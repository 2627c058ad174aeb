"""The interface for other systems: push bookings, ends of grounds, papers (as values, or as files) and releases; pull decisions.

A token per system, with scopes and an end. Each push names itself in ``Idempotency-Key``: sent again, it is answered as
before and not done again. Errors are ``{"error": one line}``.
"""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import FastAPI, Header, Path, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from dueprocess.desk import Who, showing
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.store import tables, tokens
from dueprocess.web.desk.api_packets import add_packets
from dueprocess.web.desk.changes import MOST, Change, changes
from dueprocess.web.desk.service import Service, status_of

Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Case = Annotated[str, Path(max_length=60, description="The desk's case number, or the jail's booking number.")]
Once = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=100, description="The sender's own random name of this request.")]


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class Booking(Strict):
    """A person comes in. Times are ISO 8601 with an offset; without one they are the jail's own."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    booking_number: Text
    booked_at: Text | None = None
    complete: bool = Field(default=False, description="Everything that was received, served, shown or claimed so far is pushed, too.")
    facility: Text | None = None
    language: Text = "en"
    ground: Text = "charge"
    until: Text | None = None


class GroundEnd(Strict):
    """The jail's own reason ended: at the court's instant, and when the jail learned of it."""

    how: Text
    at: Text | None = None
    known_at: Text | None = None


class PaperIn(Strict):
    """A paper as values of the case file; what is left out is unknown."""

    kind: Text
    edition: Text | None = None
    signed_by: Text | None = None
    boxes: Annotated[list[Text], Field(max_length=30)] | None = None
    matter: Text | None = None
    issuer: Text | None = None
    received_at: Text | None = None


class Left(Strict):
    """When the person went free."""

    at: Text | None = None


class Stored(BaseModel):
    """What is durable now."""

    case: str
    outcome: str
    entries: list[int]
    again: bool = Field(description="The same request had been answered before.")


class Changes(BaseModel):
    """A page of answers, in the order in which they were recorded."""

    changes: list[Change]
    next: int = Field(description="Give it as `after` the next time, also when the list is empty.")
    more: bool = Field(description="There is another page now.")


def api_app(service: Service) -> FastAPI:
    """The interface as an application; its description is at ``/api/openapi.json``."""
    app = FastAPI(title="dueprocess desk", version="1", docs_url=None, redoc_url=None, redirect_slashes=False)
    desk, store = service.desk, service.store

    def holder(authorization: str) -> Who:
        kind, _, secret = authorization.partition(" ")
        found = tokens.holder(store, secret.strip(), now=service.now()) if kind.lower() == "bearer" else None
        if found is None:
            raise _Stranger("a token is missing, unknown or over", do="send Authorization: Bearer TOKEN")
        return Who.system(found)

    # Looked up by the call itself, on the thread that it has anyway, and not as a dependency, which would take another.
    Token = Annotated[str, Header(max_length=300)]

    @app.exception_handler(InputError)
    def refused(_: Request, error: InputError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=401 if isinstance(error, _Stranger) else status_of(error))

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        try:
            holder(request.headers.get("Authorization", ""))
        except InputError as stranger:  # who has no token is not told what is wrong
            return refused(request, stranger)
        # Where and what kind, never the value: it may be a name.
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return JSONResponse({"error": f"{where}: {first['type'].replace('_', ' ')}"}, status_code=422)

    def stored(receipt: Any) -> Stored:
        return Stored(case=receipt.result["case"], outcome=receipt.result["outcome"], entries=list(receipt.numbers), again=receipt.replayed)

    @app.post("/bookings", status_code=201)
    def push_booking(given: Booking, once: Once, authorization: Token = "") -> Stored:
        """A new stay."""
        return stored(desk.book(holder(authorization), **given.model_dump(), once=once))

    @app.post("/stays/{case}/ground-end")
    def push_end(given: GroundEnd, case: Case, once: Once, authorization: Token = "") -> Stored:
        """The one local ground that stands ended. Where several stand, a person says which at the desk."""
        who = holder(authorization)
        allow(who, "ground")
        stay = showing.by_case(store, who, case)
        g = tables.grounds.c
        with store.read(who.agency) as connection:
            query = sa.select(g.id).where(g.agency == who.agency, g.stay == stay).order_by(g.number)
            found = [row.id for row in connection.execute(query.where(g.ended_by.is_(None)))] or [row.id for row in connection.execute(query)]
        if len(found) != 1:
            raise InputError(f"{len(found)} local grounds stand", do="end the right one at the desk")
        return stored(desk.end_ground(who, stay, ground=found[0], how=given.how, at=given.at, known_at=given.known_at, once=once))

    @app.post("/stays/{case}/papers", status_code=201)
    def push_paper(given: PaperIn, case: Case, once: Once, authorization: Token = "") -> Stored:
        """A paper came."""
        who = holder(authorization)
        allow(who, "paper")
        values = given.model_dump(exclude={"received_at"}, exclude_none=True)
        return stored(desk.receive_paper(who, showing.by_case(store, who, case), values, at=given.received_at, once=once))

    add_packets(app, service, holder)

    @app.post("/stays/{case}/release")
    def push_release(given: Left, case: Case, once: Once, authorization: Token = "") -> Stored:
        """The person went free."""
        who = holder(authorization)
        allow(who, "release")
        return stored(desk.release(who, showing.by_case(store, who, case), at=given.at, once=once))

    @app.get("/stays/{case}/decision")
    def pull_decision(case: Case, authorization: Token = "") -> dict[str, Any]:
        """The newest answer about a stay: the JSON of ``decide``, with the entry that holds it."""
        who = holder(authorization)
        allow(who, "see")
        stay = showing.by_case(store, who, case)
        found = showing.person(store, who, stay)
        service.looked(who, "decision", stay=stay)
        return {"entry": found.stay["decided"], "case": found.stay["case_number"], "answer": dict(found.answer)}

    @app.get("/changes")
    def pull_changes(
        after: Annotated[int, Query(ge=0, lt=2**53, description="The last entry that you have; 0 at the first time.")] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 200,
        authorization: Token = "",
    ) -> Changes:
        """Every answer recorded after an entry, whoever or whatever made it change. Without a change the list is empty."""
        who = holder(authorization)
        allow(who, "see")
        found = changes(store, who.agency, after=after, limit=limit + 1)
        more, found = len(found) > limit, found[:limit]
        if found:
            service.looked(who, "changes", rows=len(found))
        return Changes(changes=found, next=found[-1].entry if found else after, more=more)

    return app


class _Stranger(InputError):
    """No token that holds."""
