"""The desk's endpoint without its store: the same request over HTTP, the same case made of it, the same question to the
engine; nothing is looked up and nothing is kept. Run by ``bench.desk`` as a process of its own."""

from __future__ import annotations

import sys
from typing import Annotated, Any

from fastapi import FastAPI, Header

from dueprocess.cli.desk_processes import settle
from dueprocess.desk import Law, Who
from dueprocess.desk.deciding import decided
from dueprocess.desk.drafts import ground_draft, pending
from dueprocess.desk.moments import read_when
from dueprocess.kernel import now
from dueprocess.law import load_lawbook
from dueprocess.store import Draft
from dueprocess.testing.desk_server import AGENCY, ZONE
from dueprocess.web.desk.api import Booking, Stored
from dueprocess.web.desk.guard import DeskGuard

WHO = Who("bench", AGENCY)


def app() -> FastAPI:
    """One endpoint, behind the same layer as the desk's."""
    law = Law(load_lawbook(), {})
    made, api = FastAPI(openapi_url=None), FastAPI(openapi_url=None)
    made.add_middleware(DeskGuard, secure=False)

    @api.post("/bookings", status_code=201)
    def push(given: Booking, once: Annotated[str, Header(alias="Idempotency-Key")]) -> Stored:
        at = now.instant()
        when = read_when(given.booked_at, zone_name=ZONE, now=at, where="booked at")
        body: dict[str, Any] = {"name": given.name, "booking_number": given.booking_number, "when": when.value, "complete": given.complete, "facility": None}
        first = Draft("booked", body, subject="s", head={"case": "26-1", "when": when.at})
        rows = [pending(first, WHO), pending(ground_draft("s", "g", given.ground, when, None), WHO)]
        _, answer = decided(rows, law=law, agency=AGENCY, stay="s", label="26-1", zone=ZONE, now=at, because="booked")
        return Stored(case="26-1", outcome=answer["outcome"], entries=[1, 2, 3], again=False)

    made.mount("/api", api)
    return made


if __name__ == "__main__":
    import uvicorn

    served = app()
    settle()
    uvicorn.run(served, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="critical")
