"""What if: today's law with, or without, a policy or a statute, over an audited table or over the stays that are open now.

Of open stays only counts are shown. A what-if changes nothing at the desk; it belongs to the account that asked, and is erased
after some days. Counsel may keep one in counsel's own store.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.audit.folder import locate
from dueprocess.audit.whatif_page import whatif_html
from dueprocess.decide.adoption import adopted_ids
from dueprocess.desk import NotHere, Who
from dueprocess.desk.base import event_rows
from dueprocess.desk.folding import case_of, standing
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import iso
from dueprocess.law import Lawbook
from dueprocess.law.durable import write_whole
from dueprocess.law.policies import POSITIONS, Policy, checked, text_of
from dueprocess.store import Done, Person, tables
from dueprocess.store.accounts import new_id
from dueprocess.store.counsel import keep_note
from dueprocess.web.desk import audit_shelf, work
from dueprocess.web.desk.audits import WAIT, jobs_of
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.jobs import state_of
from dueprocess.web.desk.law import in_force, place_of
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form, Upload, page, post, post_file, see
from dueprocess.web.desk.shelf import download, folder_of, today, whole_page

if TYPE_CHECKING:
    from fastapi import FastAPI

DAYS = 7
SECONDS = 1800.0
MOST_OPEN = 2000
"""Open stays that are asked about at most."""
OPEN = "open"
_ID = re.compile(r"wi_[A-Za-z0-9_-]{8,64}\Z")
OUTCOMES = {"release": "must be released", "review": "open: may not be held past release", "may_hold": "may be held", "must_hold": "must be held", "local_custody": "local custody, with no end in sight"}
NOTICES = {"required": "required", "forbidden": "forbidden", "permitted": "allowed", "free": "neither", "open": "open"}


@dataclass(frozen=True)
class Asked:
    """A what-if's own facts. ``over`` is ``open``, or the id of an audit; ``subject`` says in words what is tried."""

    id: str
    agency: str
    by: str
    over: str
    about: str
    subject: str
    made_at: int
    until: int
    law: str


def add_whatif_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""
    jobs = jobs_of(app, service)

    def asking(request: Request, person: Person, who: Who) -> Response:
        allow(who, "whatif")
        expire(service, service.now())
        day = today(service, who)
        place = place_of(who.agency, day=day, known=day, today=day, own=who.agency)
        law = [e for e in in_force(service.desk.law().lawbook, place, None) if e.binds and e.says and e.authority.kind != "form"]
        audits = [a for a in audit_shelf.every(service, who) if a.done] if service.shelf is not None else []
        earlier = _every(service, who) if service.shelf is not None else []
        return HTMLResponse(
            shown(service, "whatif", person, law=law, audits=audits, chosen=request.query_params.get("audit", ""), positions=POSITIONS, earlier=earlier, zone=service.desk.zone(who.agency), open_count=_count(service, who))
        )

    def ask(request: Request, person: Person, who: Who, form: Form, files: list[Upload]) -> Response:
        allow(who, "whatif")
        over, without, position, text = form.text("over"), form.text("without"), form.text("position"), form.text("policy").strip()
        if files:
            if len(files) > 1 or text:
                raise InputError("one file of law at a time", do="choose one, or paste its text")
            text = files[0].data.decode("utf-8", errors="replace")
        if not (without or position or text):
            raise InputError("nothing to try was chosen", do="choose a policy, a statute to take away, or hand in a file of law")
        if position and text:
            raise InputError("two policies were given", do="choose a position, or hand in a file, not both")
        day = today(service, who)
        if position:
            text = text_of(checked(Policy(who.agency, position, day, source="A policy that is tried")))
        made = Asked(new_id("wi"), who.agency, who.account, over, "", _subject(position, text, without, service.desk.law().lawbook), service.now(), service.now() + DAYS * 86_400, service.desk.law().lawbook.version)
        source: tuple[str, list[dict[str, Any]]] = ("", [])
        if over == OPEN:
            cases = open_cases(service, who)
            service.looked(who, "open stays, as counts", rows=len(cases))
            source = ("", cases)
        else:
            audit, place = audit_shelf.one(service, who, over)
            source = (str(locate(place / audit_shelf.RESULT)[0]), [])
            made = Asked(**{**asdict(made), "about": audit.title})
            service.looked(who, "audited stays, as counts", rows=int((audit.summary or {}).get("stays") or 0))
        folder = folder_of(service, who, "whatifs", made.id)
        policy = ""
        if text:
            write_whole(folder / "policy.yaml", text.replace("\r\n", "\n").encode(), mode=0o600)
            policy = str(folder / "policy.yaml")
        _keep(folder, made)

        def then(found: Mapping[str, Any]) -> None:
            if over != OPEN:
                write_whole(folder / "whatif.html", whatif_html(found).encode(), mode=0o600)
                shutil.rmtree(folder / "tables", ignore_errors=True)
            write_whole(folder / "whatif.json", (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode(), mode=0o600)

        law = [str(p) for p in service.law_folders]
        if over == OPEN:
            adopted = sorted(adopted_ids(service.desk.law().adoption(who.agency), lawbook=service.desk.law().lawbook, agency=who.agency, today=day, where="adoption"))
            args: list[Any] = [str(folder), source[1], adopted, policy, without, law, made.law, day.isoformat()]
            jobs.start(folder, "whatif", work.run_open, args, seconds=SECONDS, then=then).wait(WAIT)
        else:
            jobs.start(folder, "whatif", work.run_whatif, [str(folder), source[0], policy, without, law, made.law, day.isoformat()], seconds=SECONDS, then=then).wait(WAIT)
        return see(f"/whatif/one/{made.id}")

    def one(request: Request, person: Person, who: Who) -> Response:
        allow(who, "whatif")
        made, folder = _one(service, who, request.path_params["whatif"])
        state = state_of(folder, service.now())
        found = _found(folder) if state["state"] == "done" else None
        return HTMLResponse(
            shown(service, "whatif_one", person, made=made, state=state, found=found, outcomes=OUTCOMES, notices=NOTICES, zone=service.desk.zone(who.agency), whole=(folder / "whatif.html").is_file())
        )

    def whole(request: Request, person: Person, who: Who) -> Response:
        allow(who, "whatif")
        made, folder = _one(service, who, request.path_params["whatif"])
        if _found(folder) is None or not (folder / "whatif.html").is_file():
            raise NotHere("there is no such page", do="open the what-if first")
        return whole_page((folder / "whatif.html").read_text(encoding="utf-8"), back=f"/whatif/one/{made.id}", label="Back to the desk")

    def figures(request: Request, person: Person, who: Who) -> Response:
        allow(who, "whatif")
        _, folder = _one(service, who, request.path_params["whatif"])
        if _found(folder) is None:
            raise NotHere("there are no figures", do="open the what-if first")
        return download((folder / "whatif.json").read_bytes(), "whatif.json", "application/json")

    def act(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "whatif")
        made, folder = _one(service, who, request.path_params["whatif"])
        what = request.path_params["what"]
        if what == "stop":
            jobs.stop(folder)
        elif what == "erase":
            jobs.stop(folder)
            shutil.rmtree(folder, ignore_errors=True)
            return see("/whatif")
        elif what == "keep":
            # Counsel's own store is counsel's work: the same right as to determine.
            allow(who, "determine")
            found = _found(folder)
            if found is None:
                raise InputError("there is no result to keep", do="wait until it is done")
            told = f"{made.subject}. {made.about or 'Open stays'}.\n{json.dumps(found, ensure_ascii=False)}"
            service.writer.write(
                lambda c: Done([], keep_note(c, service.store.keys, agency=who.agency, by=who.account, at=service.now(), what="whatif", text=told)), agency=who.agency, by=who.account
            )
        else:
            raise NotHere("there is no such form", do="use those of the page")
        return see(f"/whatif/one/{made.id}")

    app.add_route("/whatif", page(service, asking), methods=["GET"])
    app.add_route("/whatif", post_file(service, ask), methods=["POST"])
    app.add_route("/whatif/one/{whatif}", page(service, one), methods=["GET"])
    app.add_route("/whatif/one/{whatif}/page", page(service, whole), methods=["GET"])
    app.add_route("/whatif/one/{whatif}/figures", page(service, figures), methods=["GET"])
    app.add_route("/whatif/one/{whatif}/{what}", post(service, act), methods=["POST"])


def _subject(position: str, text: str, without: str, book: Lawbook) -> str:
    parts = []
    if position:
        parts.append(f"with a policy: {POSITIONS[position][1]}" if position in POSITIONS else "with a policy")
    elif text:
        parts.append("with the law that was handed in")
    if without:
        parts.append(f"without {book.authorities[without].title if without in book.authorities else without}")
    return " and ".join(parts)


def open_cases(service: Service, who: Who) -> list[dict[str, Any]]:
    """The stays that are open now, as the cases that the desk asks about: by number, never by name."""
    zone, now = service.desk.zone(who.agency), service.now()
    s = tables.stays.c
    found = []
    with service.store.read(who.agency) as connection:
        rows = connection.execute(sa.select(s.id).where(s.agency == who.agency, s.status == "in").order_by(s.id).limit(MOST_OPEN)).all()
        for number, row in enumerate(rows):
            happened = standing(event_rows(connection, who.agency, row.id))
            found.append(case_of(happened, agency=who.agency, label=f"open {number}", at=iso(now, zone)))
    return found


def _count(service: Service, who: Who) -> int:
    s = tables.stays.c
    with service.store.read(who.agency) as connection:
        return int(connection.execute(sa.select(sa.func.count()).where(s.agency == who.agency, s.status == "in")).scalar_one())


def _keep(folder: Path, made: Asked) -> None:
    write_whole(folder / "asked.json", (json.dumps(asdict(made), ensure_ascii=False) + "\n").encode(), mode=0o600)


def _read(folder: Path) -> Asked | None:
    try:
        return Asked(**json.loads((folder / "asked.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _one(service: Service, who: Who, id_: str) -> tuple[Asked, Path]:
    base = folder_of(service, who, "whatifs")
    found = _read(base / id_) if _ID.match(id_) else None
    if found is None or found.agency != who.agency or found.by != who.account or found.until <= service.now():
        raise NotHere("there is no such what-if here", do=f"choose one from the list: each is erased after {DAYS} days")
    return found, base / id_


def _every(service: Service, who: Who) -> list[Asked]:
    found = [a for p in sorted(folder_of(service, who, "whatifs").iterdir()) if (a := _read(p)) is not None]
    return sorted((a for a in found if a.agency == who.agency and a.by == who.account and a.until > service.now()), key=lambda a: -a.made_at)


def _found(folder: Path) -> dict[str, Any] | None:
    try:
        value = json.loads((folder / "whatif.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def expire(service: Service, now: int) -> int:
    """Erase every what-if whose days are over, of every agency; how many."""
    if service.shelf is None or not service.shelf.is_dir():
        return 0
    over = [p for p in service.shelf.glob("*/whatifs/*") if (made := _read(p)) is not None and made.until <= now]
    for folder in over:
        shutil.rmtree(folder, ignore_errors=True)
    return len(over)
