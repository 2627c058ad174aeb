"""The interface's part for files: another system, a fax server say, hands in what came as it came.

The files are kept byte for byte, sealed, and then read as those that are dropped on the board: apart from the requests, by a
process that is killed at its limits. Nothing of the reading counts before a person has looked at it and filed it.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import FastAPI, Header, Path
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from dueprocess.desk import NotHere, Who, showing
from dueprocess.desk.packets import MOST_FILES, hints
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.store import tables
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form, read_parts

Once = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=100, description="The sender's own random name of this request.")]
Case = Annotated[str, Path(max_length=60, description="The desk's case number, or the jail's booking number.")]
Token = Annotated[str, Header(max_length=300)]
Name = Annotated[str, Path(max_length=60, description="As the answer to the push named it.")]
_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1, "maxItems": MOST_FILES}
_AT = {"type": "string", "maxLength": 40, "description": "When it came: ISO 8601 with an offset; without one the jail's own time; left out, now."}
_NUMBER = {"type": "string", "maxLength": 60, "description": "A booking number that came with it: the desk proposes whose it is, and a person says so."}


class Packet(BaseModel):
    """Files that were handed in together."""

    packet: str
    entries: list[int]
    again: bool = Field(description="The same request had been answered before.")


class PacketState(BaseModel):
    """How far a packet is. What was read of it is a person's to look at, and not here."""

    packet: str
    state: Literal["waiting", "read", "failed", "filed", "aside"] = Field(
        description="waiting to be read; read, or not readable, and waiting for a person; filed; set aside as nobody's here"
    )
    belongs: bool = Field(description="Somebody has said whose it is.")
    pages: int


def add_packets(app: FastAPI, service: Service, holder: Callable[[str], Who]) -> None:
    """Add the calls. ``holder`` gives whose a token is."""
    desk, store = service.desk, service.store

    def body(more: dict[str, Any]) -> dict[str, Any]:
        """The form's description; it is read here and not by the framework, which would put files onto the disk, a stranger's too."""
        shape = {"type": "object", "required": ["file"], "properties": {"file": _FILES, "received_at": _AT, **more}}
        return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": shape}}}}

    def system(authorization: str) -> Who:
        who = holder(authorization)
        allow(who, "paper")
        return who

    async def parts(request: Request, fields: tuple[str, ...]) -> tuple[Form, list[bytes]]:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
            raise InputError("this is no form with files", do="send multipart/form-data with the files as [file]")
        form, files = await read_parts(request)
        for name in form:
            if name not in fields or len(form[name]) > 60:
                raise InputError("a field of the form is unknown, or too long", do=f"send [file] and {', '.join(fields)}")
        return form, [one.data for one in files]

    def handed_in(who: Who, files: list[bytes], form: Form, once: str, stay: str | None) -> Packet:
        hint = " ".join(dict.fromkeys(hints(form.text("booking_number"))))
        done = desk.hand_in(who, files, stay=stay, at=form.text("received_at") or None, hint=hint, once=once)
        return Packet(packet=done.result["packet"], entries=list(done.numbers), again=done.replayed)

    @app.post("/packets", status_code=201, openapi_extra=body({"booking_number": _NUMBER}))
    async def push_packet(request: Request, once: Once, authorization: Token = "") -> Packet:
        """Papers came as files (PDF, TIFF, PNG, JPEG, mail), up to 64 MiB together, and a person says whose they are. Scope papers:write."""
        who = await run_in_threadpool(system, authorization)
        form, files = await parts(request, ("received_at", "booking_number"))
        return await run_in_threadpool(handed_in, who, files, form, once, None)

    @app.post("/stays/{case}/packets", status_code=201, openapi_extra=body({}))
    async def push_packet_of_stay(request: Request, case: Case, once: Once, authorization: Token = "") -> Packet:
        """Papers about somebody who is in came as files. They stand on that person's page, to be looked over and filed. Scope papers:write."""
        who = await run_in_threadpool(system, authorization)
        form, files = await parts(request, ("received_at",))
        stay = await run_in_threadpool(showing.by_case, store, who, case)
        return await run_in_threadpool(handed_in, who, files, form, once, stay)

    @app.get("/packets/{packet}")
    def pull_packet(packet: Name, authorization: Token = "") -> PacketState:
        """How far a packet of this system's own is. Scope papers:write."""
        who = system(authorization)
        c = tables.packets.c
        with store.read(who.agency) as connection:
            row = connection.execute(sa.select(tables.packets).where(c.agency == who.agency, c.id == packet, c.by == who.account, c.what == "packet")).first()
        if row is None:
            raise NotHere("there is no such packet of yours here", do="give the name that the push was answered with")
        return PacketState(packet=row.id, state=row.state, belongs=row.stay is not None, pages=row.total)
