"""Papers handed in: the drop, the wait while they are read, whose they are, the look over what was read, and filing; and
the roster at go-live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.case.reading import PAPER_KINDS, SIGNERS
from dueprocess.desk import NotHere, Who, showing, waiting
from dueprocess.desk.packets import hints
from dueprocess.desk.people import allow
from dueprocess.desk.reviewing import Word, machine_values
from dueprocess.kernel.errors import InputError
from dueprocess.store import Person
from dueprocess.store.files import read_file
from dueprocess.web.desk.acts import paper_values
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.face_sheets import Offer, offers
from dueprocess.web.desk.forms import boxes_of, editions_of
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form, Upload, page, post, post_file, see

if TYPE_CHECKING:
    from fastapi import FastAPI

MOST_FIELDS = 1500
"""Fields of the form over a packet: some thirty for each paper."""
_SHOWABLE = ("image/png", "image/jpeg")


def add_packet_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""
    desk, store = service.desk, service.store

    def dropped(request: Request, person: Person, who: Who, form: Form, files: list[Upload]) -> Response:
        stay = request.path_params.get("stay")
        # A file is often called by the booking number: that part of its name is compared, and nothing of it is kept else.
        hint = " ".join(dict.fromkeys([*hints(form.text("number")), *(h for f in files for h in hints(f.name))]))
        found = desk.hand_in(who, [f.data for f in files], stay=stay, at=form.text("at"), hint="" if stay else hint[:500], once=form.once)
        return see(f"/packet/{found.result['packet']}")

    def packet(request: Request, person: Person, who: Who) -> Response:
        allow(who, "see")
        found = waiting.packet(store, who, request.path_params["packet"])
        service.looked(who, "packet", stay=found.row["stay"])
        return HTMLResponse(_page(service, person, who, found))

    def picture(request: Request, person: Person, who: Who) -> Response:
        found = waiting.packet(store, who, request.path_params["packet"])
        pages = {str(p["number"]): p["picture"] for p in (found.row["reading"] or {}).get("pages", ())}
        file = pages.get(request.path_params["number"])
        if not file:
            raise NotHere("there is no such page", do="look at the packet again")
        return _sent(file, who, stay=found.row["stay"], inline=True)

    def original(request: Request, person: Person, who: Who) -> Response:
        found = waiting.packet(store, who, request.path_params["packet"])
        number = request.path_params["number"]
        files = found.row["files"]
        if not number.isdigit() or not 1 <= int(number) <= len(files):
            raise NotHere("there is no such file", do="look at the packet again")
        return _sent(files[int(number) - 1]["file"], who, stay=found.row["stay"], inline=False)

    def _sent(file: str, who: Who, *, stay: str | None, inline: bool) -> Response:
        service.looked(who, "pages of a paper", stay=stay)
        with store.read(who.agency) as connection:
            media, data = read_file(connection, store.keys, agency=who.agency, file=file)
        # What strangers sent is shown by no viewer of the page's own origin: only pictures that we made ourselves are.
        how = "inline" if inline and media in _SHOWABLE else f'attachment; filename="papers.{_SUFFIX.get(media, "bin")}"'
        return Response(data, media_type=media if inline else "application/octet-stream", headers={"content-disposition": how})

    def assign(request: Request, person: Person, who: Who, form: Form) -> Response:
        stay, number = form.text("stay"), form.text("number").strip()
        if not stay and number:
            stay = showing.by_case(store, who, number)
        if not stay:
            raise InputError("nobody is chosen", do="choose whose papers they are, or set them aside")
        packet = request.path_params["packet"]
        desk.assign(who, packet, stay, once=form.once)
        return see(f"/packet/{packet}")

    def aside(request: Request, person: Person, who: Who, form: Form) -> Response:
        desk.set_aside(who, request.path_params["packet"], once=form.once)
        return see("/board")

    def back(request: Request, person: Person, who: Who, form: Form) -> Response:
        desk.take_back_packet(who, request.path_params["packet"], once=form.once)
        return see(f"/packet/{request.path_params['packet']}")

    def file(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "paper")
        packet = request.path_params["packet"]
        found = waiting.packet(store, who, packet)
        if form.text("nothing") == "yes":
            desk.close_packet(who, packet, once=form.once)
            return see(f"/stay/{found.row['stay']}")
        words = _words(found.row["reading"], form) if found.row["state"] == "read" else [_by_hand(form)]
        more = form.text("more") == "yes"
        receipt = desk.file_packet(who, packet, words, at=form.text("at"), more=more, seen=form.seen, once=form.once)
        return see(f"/packet/{packet}" if more else f"/stay/{receipt.result['stay']}")

    def rosters(request: Request, person: Person, who: Who) -> Response:
        allow(who, "book")
        return HTMLResponse(shown(service, "roster", person, row=None, roster=None, there={}, good=0, zone=""))

    def roster_in(request: Request, person: Person, who: Who, form: Form, files: list[Upload]) -> Response:
        if len(files) != 1:
            raise InputError("there is no file", do="choose the roster, as CSV")
        return see(f"/roster/{desk.hand_in_roster(who, files[0].data).result['packet']}")

    def roster(request: Request, person: Person, who: Who) -> Response:
        row, found, there = desk.roster(who, request.path_params["packet"])
        service.looked(who, "roster", rows=0 if found is None else len(found.lines))
        good = 0 if found is None else sum(1 for line in found.good() if line.row not in there)
        return HTMLResponse(shown(service, "roster", person, row=row, roster=found, there=there, good=good, zone=desk.zone(who.agency)))

    def book_roster(request: Request, person: Person, who: Who, form: Form) -> Response:
        packet = request.path_params["packet"]
        if form.text("what") == "drop":
            desk.drop_roster(who, packet)
            return see("/roster")
        desk.book_roster(who, packet)
        return see(f"/roster/{packet}")

    app.add_route("/drop", post_file(service, dropped), methods=["POST"])
    app.add_route("/stay/{stay}/drop", post_file(service, dropped), methods=["POST"])
    app.add_route("/packet/{packet}", page(service, packet), methods=["GET"])
    app.add_route("/packet/{packet}/page/{number}", page(service, picture), methods=["GET"])
    app.add_route("/packet/{packet}/original/{number}", page(service, original), methods=["GET"])
    app.add_route("/packet/{packet}/assign", post(service, assign), methods=["POST"])
    app.add_route("/packet/{packet}/aside", post(service, aside), methods=["POST"])
    app.add_route("/packet/{packet}/take-back", post(service, back), methods=["POST"])
    app.add_route("/packet/{packet}/file", post(service, file, fields=MOST_FIELDS), methods=["POST"])
    app.add_route("/roster", page(service, rosters), methods=["GET"])
    app.add_route("/roster/drop", post_file(service, roster_in), methods=["POST"])
    app.add_route("/roster/{packet}", page(service, roster), methods=["GET"])
    app.add_route("/roster/{packet}", post(service, book_roster), methods=["POST"])


_SUFFIX = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/tiff": "tif", "text/plain": "txt", "message/rfc822": "eml"}


def _page(service: Service, person: Person, who: Who, found: waiting.Packet) -> str:
    reading = found.row["reading"]
    lawbook = service.desk.law().lawbook
    papers: list[dict[str, Any]] = []
    if reading is not None:
        for one in reading["papers"]:
            papers.append({**one, "machine": machine_values(one), "marks": _marks(one), "filed": found.filed.get(one["number"])})
    custody = (reading or {}).get("custody")
    offered: list[Offer] = []
    if custody is not None and found.owner is not None and custody["agency"] in (None, who.agency):
        offered = offers(custody["values"], showing.person(service.store, who, str(found.row["stay"])))
    values: dict[str, Any] = {
        "custody": custody, "offers": offered,
        "packet": found.row, "papers": papers, "reading": reading, "owner": found.owner, "proposed": found.proposed, "everybody": found.everybody, "standing": found.standing,
        "zone": service.desk.zone(who.agency), "paper_kinds": PAPER_KINDS, "signers": SIGNERS, "editions": editions_of(lawbook), "boxes": boxes_of(lawbook),
    }  # fmt: skip
    return shown(service, "packet", person, **values)


def _marks(paper: dict[str, Any]) -> list[dict[str, Any]]:
    """What was read, numbered, each with its place on its page."""
    found = []
    for number, value in enumerate((v for v in paper["values"] if v["box"]), 1):
        x0, y0, x1, y1 = value["box"]
        found.append({**value, "number": number, "x": x0, "y": y0, "wide": max(0.01, x1 - x0), "high": max(0.008, y1 - y0)})
    return found


def _words(reading: dict[str, Any], form: Form) -> list[Word]:
    """A person's word on each paper that they let stand."""
    found = []
    for paper in reading["papers"]:
        n = paper["number"]
        if form.text(f"take-{n}") != "yes":
            continue
        boxes: dict[str, bool | None] = {name: {"yes": True, "no": False}.get(form.text(f"{n}-box-{name}")) for name in paper["boxes"]}
        known = True
        if not boxes:  # the program took it for no detainer: a person who does says all its boxes
            boxes, known = dict.fromkeys(form.many(f"{n}-boxes"), True), form.text(f"{n}-boxes_read") == "yes"
        found.append(
            Word(
                n, kind=form.text(f"{n}-kind"), edition=form.text(f"{n}-edition") or None, signed_by=form.text(f"{n}-signed_by") or None,
                matter=form.text(f"{n}-matter") or None, issuer=form.text(f"{n}-issuer") or None, boxes=boxes, boxes_known=known,
                served_on=form.text(f"{n}-served_on") or None, replaces=form.text(f"{n}-replaces") or None, withdraws=form.text(f"{n}-withdraws") or None,
            )
        )  # fmt: skip
    return found


def _by_hand(form: Form) -> Word:
    """A paper that the program did not read."""
    given = paper_values(form)
    boxes = given.get("boxes")
    return Word(
        None, kind=str(given["kind"]), edition=given["edition"], signed_by=given["signed_by"], matter=given["matter"], issuer=given["issuer"],
        boxes=dict.fromkeys(boxes or [], True), boxes_known=boxes is not None, replaces=form.text("replaces") or None, withdraws=form.text("withdraws") or None,
    )  # fmt: skip
