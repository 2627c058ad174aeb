"""The board, a person's page with its forms, the shift sheet, search and alerts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from dueprocess.case.reading import GROUND_KINDS, PAPER_KINDS, SIGNERS
from dueprocess.decide.messages import Messages
from dueprocess.decide.sheets import sheet_of
from dueprocess.desk import NotHere, Who, alerts, showing, waiting
from dueprocess.desk.arriving import ENDINGS
from dueprocess.desk.base import asking
from dueprocess.desk.deciding import HOLDS
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.render.sheet import cleaned
from dueprocess.store import Person
from dueprocess.web.desk.acts import ACTS
from dueprocess.web.desk.drawing import asset, shown
from dueprocess.web.desk.forms import boxes_of, editions_of
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form, page, person_of, post, see

if TYPE_CHECKING:
    from fastapi import FastAPI

SHOWS = {"all": "Everybody", "due": "With a deadline", "release": "Release", "review": "Review", "must_hold": "Must hold", "may_hold": "May hold", "local_custody": "Local custody"}
MOST_ON_BOARD = 1000
"""People on one board; the shift sheet has everybody."""
LATELY = 12 * 3600
"""Seconds for which the board still names who left, and the alerts who took them."""
JUST = 600
"""Seconds for which the board answers a release with its way back."""
STREAM_SECONDS = 55
"""A live view asks anew who is watching about once a minute."""


def add_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""
    desk, store = service.desk, service.store

    def board(request: Request, person: Person, who: Who) -> Response:
        show = request.path_params.get("show", "all")
        if show not in SHOWS:
            raise NotHere("there is no such list", do="choose one above the board")
        lines = showing.board(store, who, show=show, most=MOST_ON_BOARD + 1)
        more, lines = len(lines) > MOST_ON_BOARD, lines[:MOST_ON_BOARD]
        gone = showing.left_lately(store, who, since=service.now() - LATELY)
        service.looked(who, "board", rows=len(lines) + len(gone))
        just = next((s for s in gone if s["id"] == request.query_params.get("left") and s["left_at"] > service.now() - JUST), None)
        return HTMLResponse(
            shown(
                service, "board", person, lines=lines, more=more, gone=gone, just=just, show=show, shows=SHOWS, raised=showing.open_alerts(store, who),
                packets=waiting.unassigned(store, who), zone=desk.zone(who.agency), newest=showing.newest(store, who.agency),
            )
        )  # fmt: skip

    def shift(request: Request, person: Person, who: Who) -> Response:
        lines = showing.board(store, who)
        service.looked(who, "shift sheet", rows=len(lines))
        # Whom nothing can keep once local custody ends stands in a short list of its own.
        rest = [line for line in lines if line.outcome == "local_custody" and line.then == "release" and line.deadline is None]
        due = [line for line in lines if line not in rest]
        return HTMLResponse(shown(service, "shift", person, due=due, rest=rest, limits=showing.limits(store, who), zone=desk.zone(who.agency)))

    def booking(request: Request, person: Person, who: Who) -> Response:
        allow(who, "book")
        return HTMLResponse(shown(service, "book", person, grounds=GROUND_KINDS))

    def book(request: Request, person: Person, who: Who, form: Form) -> Response:
        receipt = desk.book(
            who, name=form.text("name"), booking_number=form.text("booking_number"), booked_at=form.text("booked_at"), complete=form.text("complete") == "yes",
            language=form.text("language") or "en", ground=form.text("ground") or "charge", until=form.text("until"), once=form.once,
        )  # fmt: skip
        return see(f"/stay/{receipt.result['stay']}")

    def whole(request: Request, person: Person, who: Who) -> Response:
        found = showing.person(store, who, request.path_params["stay"], about_status=desk.law().about_status)
        service.looked(who, "person", stay=str(found.stay["id"]))
        return HTMLResponse(_person_page(service, person, who, found))

    def slip(request: Request, person: Person, who: Who) -> Response:
        found = showing.person(store, who, request.path_params["stay"])
        service.looked(who, "slip", stay=str(found.stay["id"]))
        said = [e for e in found.events if e["kind"] == "said" and e["undone_by"] is None and e["body"]]
        return HTMLResponse(shown(service, "slip", person, whole=found, said=said, lang=found.stay["language"] or "en"))

    def act(request: Request, person: Person, who: Who, form: Form) -> Response:
        stay, what = request.path_params["stay"], request.path_params["what"]
        if what not in ACTS:
            raise NotHere("there is no such form", do="use those of the person's page")
        ACTS[what](service, who, stay, form)
        return see(f"/board?left={stay}" if form.text("back") == "board" else f"/stay/{stay}")

    def asked(request: Request, person: Person, who: Who) -> Response:
        allow(who, "search")
        return HTMLResponse(shown(service, "search", person, found=None))

    def search(request: Request, person: Person, who: Who, form: Form) -> Response:
        by_name = form.text("how") == "name"
        allow(who, "search")
        # The look, with its purpose, is in the record before anything is looked for.
        if by_name:
            service.looked(who, "search", rows=0, purpose=form.text("purpose"))
        else:
            service.looked(who, "search by number", rows=1)
        found = showing.search(store, who, text=form.text("text"), by_name=by_name)
        return HTMLResponse(shown(service, "search", person, found=found, most=showing.MOST_FOUND, zone=desk.zone(who.agency)))

    def raised(request: Request, person: Person, who: Who) -> Response:
        taken = showing.taken_alerts(store, who, since=service.now() - LATELY)
        return HTMLResponse(shown(service, "alerts", person, matters=showing.matters(showing.open_alerts(store, who)), taken=taken, zone=desk.zone(who.agency)))

    def acknowledge(request: Request, person: Person, who: Who, form: Form) -> Response:
        for alert in form.many("alert") or [""]:
            alerts.acknowledge(desk, who, alert)
        return see("/alerts")

    async def live(request: Request) -> Response:
        person = await run_in_threadpool(person_of, service, request)
        if person is None or person.must:
            return Response(status_code=403)
        who = Who.person(person)
        try:
            allow(who, "see")
        except InputError:
            return Response(status_code=403)
        return StreamingResponse(_changes(service, who), media_type="text/event-stream")

    async def style(_: Request) -> Response:
        return Response(asset("desk.css"), media_type="text/css")

    async def script(_: Request) -> Response:
        return Response(asset("desk.js"), media_type="text/javascript")

    async def icon(_: Request) -> Response:
        return Response(status_code=204)

    def first(request: Request, person: Person, who: Who) -> Response:
        return see("/accounts" if person.role.value == "administrator" else "/board")

    app.add_route("/", page(service, first), methods=["GET"])
    app.add_route("/board", page(service, board), methods=["GET"])
    app.add_route("/board/{show}", page(service, board), methods=["GET"])
    app.add_route("/shift-sheet", page(service, shift), methods=["GET"])
    app.add_route("/book", page(service, booking), methods=["GET"])
    app.add_route("/book", post(service, book), methods=["POST"])
    app.add_route("/stay/{stay}", page(service, whole), methods=["GET"])
    app.add_route("/stay/{stay}/slip", page(service, slip), methods=["GET"])
    app.add_route("/stay/{stay}/{what}", post(service, act), methods=["POST"])
    app.add_route("/search", page(service, asked), methods=["GET"])
    app.add_route("/search", post(service, search), methods=["POST"])
    app.add_route("/alerts", page(service, raised), methods=["GET"])
    app.add_route("/alerts", post(service, acknowledge), methods=["POST"])
    app.add_route("/live", live, methods=["GET"])
    app.add_route("/favicon.ico", icon, methods=["GET"])
    app.add_route("/desk.css", style, methods=["GET"])
    app.add_route("/desk.js", script, methods=["GET"])


async def _changes(service: Service, who: Who) -> AsyncIterator[bytes]:
    """The number of the last entry, whenever it changes: a page that shows another one asks for itself again."""
    async for newest in service.feed.changes(service.store, who.agency, lasting=STREAM_SECONDS):
        yield b": still here\n\n" if newest is None else f"data: {newest}\n\n".encode()


def _person_page(service: Service, person: Person, who: Who, found: showing.Whole) -> str:
    answer = found.answer
    sheet = cleaned(sheet_of(answer, Messages())) if answer else None
    undone = {e["number"] for e in found.events if e["undone_by"] is not None}
    standing = [e for e in found.events if e["number"] not in undone and e["body"] is not None]
    ended = {e["body"]["id"] for e in standing if e["kind"] == "ground.ended"}
    values: dict[str, Any] = {
        "whole": found,
        "stay": found.stay,
        "sheet": sheet,
        "zone": found.zone,
        "outcome": found.stay["outcome"],
        "holds": found.stay["outcome"] in HOLDS,
        "open_grounds": [g for g in found.grounds if g["id"] not in ended and (g["ended_at"] is None or g["ended_at"] > service.now())],
        "ask": asking(answer),
        "determinable": sorted({m["fact"] for m in [*answer.get("missing", ()), *(answer.get("then") or {}).get("missing", ())] if m["settled_by"] == "determination"}),
        "authorities": sorted({r["authority"] for r in answer.get("reasons", ())}),
        "notice": answer.get("actions", {}).get("notify_release", {}).get("result", "free"),
        "paper_kinds": PAPER_KINDS,
        "ground_kinds": GROUND_KINDS,
        "signers": SIGNERS,
        "endings": ENDINGS,
        "boxes": boxes_of(service.desk.law().lawbook),
        "editions": editions_of(service.desk.law().lawbook),
        "facts": service.desk.law().lawbook.vocabulary.facts,
        "fact_questions": {name: one.question for name, one in service.desk.law().lawbook.vocabulary.facts.items() if one.question},
        "packets": waiting.of_stay(service.store, who, str(found.stay["id"])),
        "jails": waiting.other_jails(service.store, who),
        "handovers": waiting.handovers(service.store, who, str(found.stay["id"])),
        "standing_papers": [p for p in found.papers if p["cancelled_at"] is None and p["replaced_by"] is None],
        "newest": showing.newest(service.store, person.agency),
    }
    return shown(service, "person", person, **values)
