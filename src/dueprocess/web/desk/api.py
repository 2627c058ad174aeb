"""The interface for other systems: push bookings, ends of grounds, papers (as values, or as files) and releases; pull decisions.

A token per system, with scopes and an end. Each push names itself in ``Idempotency-Key``: sent again, it is answered as
before and not done again. Errors are ``{"error": one line}``.
"""

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import FastAPI, Header, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from dueprocess.case.reading import GROUND_KINDS, PAPER_KINDS, SIGNERS
from dueprocess.desk import Who, showing
from dueprocess.desk.arriving import ENDINGS
from dueprocess.desk.base import LANGUAGES
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.store import tables, tokens
from dueprocess.web.desk.api_description import described
from dueprocess.web.desk.api_packets import Case, Once, add_packets
from dueprocess.web.desk.changes import MOST, Change, changes
from dueprocess.web.desk.forms import boxes_of, editions_of
from dueprocess.web.desk.service import Service, as_sent, status_of

_PLAIN = r"^[^\x00]*$"
Text = Annotated[str, Field(max_length=200, pattern=_PLAIN)]
# The choices are described and not enforced here: the use cases refuse a wrong one in a line that names the nearest.
Ground = Annotated[str, Field(max_length=200, pattern=_PLAIN, json_schema_extra={"enum": list(GROUND_KINDS)})]
Language = Annotated[str, Field(max_length=200, pattern=_PLAIN, json_schema_extra={"enum": list(LANGUAGES)})]
Ending = Annotated[str, Field(max_length=200, pattern=_PLAIN, json_schema_extra={"enum": list(ENDINGS)})]
PaperKind = Annotated[str, Field(max_length=200, pattern=_PLAIN, json_schema_extra={"enum": list(PAPER_KINDS)})]
Signer = Annotated[str, Field(max_length=200, pattern=_PLAIN, json_schema_extra={"enum": list(SIGNERS)})]
Matter = Annotated[str, Field(max_length=200, pattern=_PLAIN, json_schema_extra={"enum": ["civil", "criminal"]})]
Issuer = Annotated[str, Field(max_length=200, pattern=_PLAIN, json_schema_extra={"enum": ["ice", "cbp"]})]


class Strict(BaseModel):
    """Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class Booking(Strict):
    """A person comes in. Times are ISO 8601 with an offset; without one they are the jail's own."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    booking_number: Text = Field(description="The jail's own number: the other calls name the person by it.")
    booked_at: Text | None = None
    complete: bool = Field(default=False, description="Everything that was received, served, shown or claimed so far is pushed, too. Without it what is not pushed is unknown, and nobody is held on it.")
    facility: Text | None = None
    language: Language = Field(default="en", description="Of the slip for the person.")
    ground: Ground = Field(default="charge", description="The jail's own reason to keep the person.")
    until: Text | None = Field(default=None, description="When that reason ends, where it is known, as of a sentence; left out, its end is open.")


class GroundEnd(Strict):
    """The jail's own reason ended: at the court's instant, and when the jail learned of it."""

    how: Ending
    at: Text | None = Field(default=None, description="By the court's or the bond's own time.")
    known_at: Text | None = Field(default=None, description="When the jail learned of it.")


class PaperIn(Strict):
    """A paper as values of the case file; what is left out is unknown."""

    kind: PaperKind
    edition: Text | None = Field(default=None, description="From the footer of the form.")
    signed_by: Signer | None = None
    boxes: Annotated[list[Text], Field(max_length=30)] | None = Field(default=None, description="Of a detainer, the boxes that are ticked, all of them; left out where nobody has read them.")
    matter: Matter | None = Field(default=None, description="Of a judge's warrant or a court's order.")
    issuer: Issuer | None = Field(default=None, description="Of a detainer.")
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


class Decision(BaseModel):
    """The newest answer."""

    entry: int = Field(description="Its number in the record.")
    case: str
    answer: dict[str, Any] = Field(
        description="As `decide --json` gives it: `outcome` (release, may_hold, must_hold, review or local_custody), `hold_until`, `release_due_at`, `then` "
        "(what it is when local custody ends), `missing` (what has to be settled), `reasons`, `clocks`, `obligations` and more; empty once the stay was erased."
    )


class Changes(BaseModel):
    """A page of answers, in the order in which they were recorded."""

    changes: list[Change]
    next: int = Field(description="Give it as `after` the next time, also when the list is empty.")
    more: bool = Field(description="There is another page now.")


def api_app(service: Service) -> FastAPI:
    """The interface as an application; its description is at ``/api/openapi.json``."""
    app = FastAPI(title="dueprocess desk", version="1", docs_url=None, redoc_url=None, redirect_slashes=False)
    desk, store = service.desk, service.store

    by_law: dict[str, dict[str, Any]] = {}

    def openapi() -> dict[str, Any]:
        book = desk.law().lawbook
        if book.version not in by_law:
            by_law.clear()
            by_law[book.version] = described(app, boxes=boxes_of(book), editions=editions_of(book))
        return by_law[book.version]

    app.openapi = openapi  # type: ignore[method-assign]

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
        return JSONResponse({"error": str(as_sent(error))}, status_code=401 if isinstance(error, _Stranger) else status_of(error))

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
        """A person comes in. Scope bookings:write."""
        return stored(desk.book(holder(authorization), **given.model_dump(), once=once))

    @app.post("/stays/{case}/ground-end")
    def push_end(given: GroundEnd, case: Case, once: Once, authorization: Token = "") -> Stored:
        """The one local ground that stands ended. Where several stand, a person says which at the desk. Scope bookings:write."""
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
        """A paper came, as values. Scope papers:write."""
        who = holder(authorization)
        allow(who, "paper")
        values = given.model_dump(exclude={"received_at"}, exclude_none=True)
        return stored(desk.receive_paper(who, showing.by_case(store, who, case), values, at=given.received_at, once=once))

    add_packets(app, service, holder)

    @app.post("/stays/{case}/release")
    def push_release(given: Left, case: Case, once: Once, authorization: Token = "") -> Stored:
        """The person went free. While a local ground stands its end comes first. Scope releases:write."""
        who = holder(authorization)
        allow(who, "release")
        return stored(desk.release(who, showing.by_case(store, who, case), at=given.at, once=once))

    @app.get("/stays/{case}/decision")
    def pull_decision(case: Case, authorization: Token = "") -> Decision:
        """The newest answer about a stay. Scope decisions:read."""
        who = holder(authorization)
        allow(who, "see")
        stay = showing.by_case(store, who, case)
        found = showing.person(store, who, stay)
        service.looked(who, "decision", stay=stay)
        return Decision(entry=found.stay["decided"], case=found.stay["case_number"], answer=dict(found.answer))

    @app.get("/changes")
    def pull_changes(
        after: Annotated[int, Query(ge=0, lt=2**53, description="The last entry that you have; 0 at the first time.")] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 200,
        authorization: Token = "",
    ) -> Changes:
        """Every answer recorded after an entry, whoever or whatever made it change. Without a change the list is empty. Scope decisions:read."""
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
