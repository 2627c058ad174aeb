"""The audit's pages: hand in a table, see what it becomes, correct the map, run it, read the report.

A table that is handed in may hold other people's data. It lies in a folder of its own (``audit_shelf``), is read in a process
that can be killed (``jobs``), and each look at rows of it is recorded. The report is the result folder's own page.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.audit.words import class_name
from dueprocess.desk import NotHere, Who
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import parse_date
from dueprocess.law.durable import write_whole
from dueprocess.store import Person
from dueprocess.web.desk import audit_map, audit_shelf, work
from dueprocess.web.desk.audit_experts import add_expert_pages, classes_of, public_names, theory_file, whole
from dueprocess.web.desk.audit_shelf import GIVEN, PUBLIC, RESULT, SEALED, Audit
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.jobs import Jobs, state_of
from dueprocess.web.desk.law import place_of
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form, Upload, page, post, post_file, see
from dueprocess.web.desk.shelf import agency_folder, agency_name, download, today, whole_page

if TYPE_CHECKING:
    from fastapi import FastAPI

LOOK_SECONDS, RUN_SECONDS = 180.0, 3600.0
ADDRESSES = 1 << 46
"""Of a run's process, which bounds its own data (``work.MOST_DATA``)."""
WAIT = 6.0
"""Seconds that a page waits for work that is usually quick, before it says that it goes on."""
FIELDS = 400
MOST_COLUMNS = 4
"""Columns that one audit is broken down by."""
FILES: Mapping[str, tuple[str, str, str]] = {
    "report.html": ("The report, to keep or print", "text/html", "aggregates"),
    "request.md": ("The records request that would settle what is unknown", "text/markdown", "aggregates"),
    "problems.csv": ("Every problem of the table, by file, row and column", "text/csv", "rows"),
    "by_agency.csv": ("Counts and hours by agency", "text/csv", "aggregates"),
    "by_month.csv": ("Counts and hours by month", "text/csv", "aggregates"),
    "by_end.csv": ("Counts and hours by how the stay ended", "text/csv", "aggregates"),
    "theories.csv": ("Rival theories side by side", "text/csv", "aggregates"),
    "theories_moves.csv": ("The stays that move under a theory", "text/csv", "rows"),
    "stays.csv": ("Every stay with its answer; no names", "text/csv", "rows"),
}
_BY = re.compile(r"by_\w{1,60}\.csv")


def files_of(folder: Path) -> dict[str, tuple[str, str, str]]:
    """What there is to download of an audit: words, kind, and whether it has rows or aggregates."""
    there = [p.name for p in sorted((folder / RESULT).iterdir()) if p.is_file()] if (folder / RESULT).is_dir() else []
    more = {n: ("Counts and hours by a column of yours", "text/csv", "aggregates") for n in there if _BY.fullmatch(n) and n not in FILES}
    return {**{n: told for n, told in FILES.items() if n in there}, **more}


def jobs_of(app: FastAPI, service: Service) -> Jobs:
    """The jobs of this server: one set for all of its pages, ended with it."""
    found: Jobs | None = getattr(app.state, "jobs", None)
    if found is None:
        found = app.state.jobs = Jobs(service.now)
        app.router.add_event_handler("shutdown", found.close)
    return found


def add_audit_pages(app: FastAPI, service: Service) -> None:
    """Add the routes."""
    jobs = jobs_of(app, service)

    def law() -> list[str]:
        return [str(p) for p in service.law_folders]

    def listing(request: Request, person: Person, who: Who) -> Response:
        allow(who, "audit")
        audit_shelf.expire(service, service.now())
        found = [(a, state_of(audit_folder(a), service.now())) for a in audit_shelf.every(service, who)]
        return HTMLResponse(shown(service, "audits", person, found=found, zone=service.desk.zone(who.agency), mine=who.account, class_name=class_name))

    def audit_folder(audit: Audit) -> Path:
        assert service.shelf is not None
        return agency_folder(service.shelf, audit.agency) / "audits" / audit.id

    def asking(request: Request, person: Person, who: Who) -> Response:
        allow(who, "audit")
        return HTMLResponse(shown(service, "audit_new", person, days=audit_shelf.KEPT_DAYS, today=today(service, who), suffixes=audit_shelf.SUFFIXES))

    def new(request: Request, person: Person, who: Who, form: Form, files: list[Upload]) -> Response:
        allow(who, "audit")
        jail, as_of = form.text("jail").strip(), form.text("as_of").strip()
        if as_of:
            parse_date(as_of, where="as of")
        day = today(service, who)
        if jail:
            jail = place_of(jail, day=day, known=day, today=day, own=who.agency).agency
        made = audit_shelf.make(service, who, files, title=form.text("title"), jail=jail, as_of=as_of, days=form.number("days"), now=service.now())
        service.looked(who, "table handed in", rows=len(files))
        look(made)
        return see(f"/audit/one/{made.id}")

    def look(audit: Audit) -> None:
        folder = audit_folder(audit)

        def then(found: Mapping[str, Any]) -> None:
            audit_shelf.keep_sealed(service, folder / "look.json", json.dumps(found, ensure_ascii=False).encode())
            write_whole(folder / "map.yaml", str(found["text"]).encode(), mode=0o600)
            if found["after"] is not None:
                audit_shelf.keep_sealed(service, folder / "after.json", json.dumps(found["after"], ensure_ascii=False).encode())
            audit_shelf.keep(folder, replace(_again(folder), preset=str(found["preset"] or "")))

        jobs.start(folder, "look", work.look, [str(folder), audit.jail, law()], seconds=LOOK_SECONDS, then=then, within=audit_shelf.opened(service, folder)).wait(WAIT)

    def see_after(audit: Audit) -> None:
        """Ten rows as the map makes them now."""
        folder = audit_folder(audit)
        text = (folder / "map.yaml").read_text(encoding="utf-8")
        (folder / f"after.json{SEALED}").unlink(missing_ok=True)

        def then(found: Mapping[str, Any]) -> None:
            audit_shelf.keep_sealed(service, folder / "after.json", json.dumps(found, ensure_ascii=False).encode())

        jobs.start(folder, "after", work.after, [str(folder), text, audit.preset, law()], seconds=LOOK_SECONDS, then=then, within=audit_shelf.opened(service, folder)).wait(WAIT)

    def one(request: Request, person: Person, who: Who) -> Response:
        allow(who, "audit")
        audit, folder = audit_shelf.one(service, who, request.path_params["audit"])
        state = state_of(folder, service.now())
        values: dict[str, Any] = {"audit": audit, "state": state, "zone": service.desk.zone(who.agency), "mine": audit.by == who.account, "class_name": class_name, "jail": agency_name(audit.jail) if audit.jail else ""}
        if state["state"] in ("waiting", "running"):
            return HTMLResponse(shown(service, "audit_working", person, **values))
        if audit.done:
            files = [(name, *told) for name, told in files_of(folder).items()]
            return HTMLResponse(shown(service, "audit_done", person, files=files, given=(folder / GIVEN).is_dir(), public=public_names(folder), classes=classes_of(folder), **values))
        seen = _seen(service, folder)
        if seen["look"] is not None and audit.by == who.account:
            # Rows of people are on the page: the look is recorded first.
            service.looked(who, "audit rows", rows=10)
        return HTMLResponse(shown(service, "audit_map", person, parts=audit_map.PARTS, left_to=audit_map.LEFT_TO, ends_words=audit_map.ENDS, forms=audit_map.FORMS, assumed=audit_map.ASSUMED, **seen, **values))

    def correct(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "audit")
        audit, folder = audit_shelf.one(service, who, request.path_params["audit"], own=True)
        what = form.text("what")
        seen = _seen(service, folder)
        if what == "again" and seen["look"] is None:
            look(audit)
            return see(f"/audit/one/{audit.id}")
        if seen["look"] is None:
            raise InputError("the tables are not read yet, or were erased", do="hand them in again")
        if what in ("map", "run") and form.text("by") == "form" and not audit.preset:
            jail = form.text("jail").strip()
            if jail and not jail.startswith("us/"):
                day = today(service, who)
                form["jail"] = place_of(jail, day=day, known=day, today=day, own=who.agency).agency
            _keep_map(folder, audit_map.edited(seen["text"], form, seen["headers"]))
        elif what == "text":
            _keep_map(folder, form.text("map"))
            audit = audit_shelf.change(service, who, audit, preset="")
        elif what == "proposed":
            _keep_map(folder, str(seen["look"]["text"]))
            audit = audit_shelf.change(service, who, audit, preset=str(seen["look"]["preset"] or ""))
        elif what == "open":
            audit = audit_shelf.change(service, who, audit, preset="")
        elif what not in ("map", "run"):
            raise InputError("that is nothing to do with a map", do="use the page's own buttons")
        if what == "run":
            columns = tuple(dict.fromkeys(c for part in form.text("columns").split(",") if (c := part.strip())))[:MOST_COLUMNS]
            run(who, replace(audit, columns=columns), folder, known_then=form.text("known_then") == "yes")
        else:
            see_after(audit)
        return see(f"/audit/one/{audit.id}")

    def run(who: Who, audit: Audit, folder: Path, *, known_then: bool, public: bool = False) -> None:
        day = today(service, who).isoformat()
        preset = audit.preset
        words = ["dueprocess", "audit", "run", *audit.files, "--out", "audit", *(["--preset", preset] if preset and preset != "own" else [] if preset else ["--map", "map.yaml"])]
        words += ["--as-known-then"] if known_then else ["--law-known-at", day]
        words += ["--as-of", audit.as_of] if audit.as_of else []
        words += [w for c in audit.columns for w in ("--by", c)]
        words += ["--public"] if public else [w for t in audit.theories for w in ("--theory", theory_file(t))]
        theories = [] if public else [theory_file(t) for t in audit.theories]
        options = {"command": shlex.join(words), "as_known_then": known_then, "as_of": audit.as_of, "by": list(audit.columns), "theories": theories, "public": public}
        audit = audit_shelf.change(service, who, audit, known_then=known_then)
        if not public:
            shutil.rmtree(folder / PUBLIC, ignore_errors=True)  # it would be of another run
        version = service.desk.law().lawbook.version

        def then(found: Mapping[str, Any]) -> None:
            if not public:
                audit_shelf.keep(folder, replace(_again(folder), summary=dict(found)))

        jobs.start(folder, "public" if public else "run", work.run_audit, [str(folder), preset, law(), version, day, options], seconds=RUN_SECONDS, then=then, memory=ADDRESSES, within=audit_shelf.opened(service, folder)).wait(WAIT)

    def act(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "audit")
        audit, folder = audit_shelf.one(service, who, request.path_params["audit"], own=True)
        what = request.path_params["what"]
        if what == "stop":
            jobs.stop(folder)
        elif what == "erase":
            jobs.stop(folder)
            audit_shelf.erase(folder)
            return see("/audits")
        elif what == "erase-tables":
            audit_shelf.erase_tables(folder)
        elif what == "again":
            # The map is shown again; the next run takes the place of the result.
            audit_shelf.change(service, who, audit, summary=None)
        elif what == "share":
            audit_shelf.change(service, who, audit, shared=form.text("shared") == "yes")
        else:
            raise NotHere("there is no such form", do="use those of the audit's page")
        return see(f"/audit/one/{audit.id}")

    def report(request: Request, person: Person, who: Who) -> Response:
        allow(who, "audit")
        audit, folder = whole(service, who, request.path_params["audit"])
        service.looked(who, "audit report", rows=int((audit.summary or {}).get("stays") or 0))
        return whole_page((folder / RESULT / "report.html").read_text(encoding="utf-8"), back=f"/audit/one/{audit.id}", label="Back to the audit at the desk")

    def file(request: Request, person: Person, who: Who) -> Response:
        allow(who, "audit")
        audit, folder = whole(service, who, request.path_params["audit"])
        name = request.path_params["name"]
        files = files_of(folder)
        if name not in files:
            raise NotHere("there is no such file", do="choose one from the audit's page")
        service.looked(who, f"audit file {name}", rows=int((audit.summary or {}).get("stays") or 0) if files[name][2] == "rows" else 0)
        return download((folder / RESULT / name).read_bytes(), name, files[name][1])

    app.add_route("/audits", page(service, listing), methods=["GET"])
    app.add_route("/audit/new", page(service, asking), methods=["GET"])
    app.add_route("/audit/new", post_file(service, new), methods=["POST"])
    app.add_route("/audit/one/{audit}", page(service, one), methods=["GET"])
    app.add_route("/audit/one/{audit}", post(service, correct, fields=FIELDS), methods=["POST"])
    app.add_route("/audit/one/{audit}/report", page(service, report), methods=["GET"])
    app.add_route("/audit/one/{audit}/file/{name}", page(service, file), methods=["GET"])
    add_expert_pages(app, service, jobs, lambda who, audit, folder: run(who, audit, folder, known_then=audit.known_then, public=True))
    app.add_route("/audit/one/{audit}/{what}", post(service, act), methods=["POST"])


def _again(folder: Path) -> Audit:
    """The audit as it stands on disk now."""
    found = audit_shelf.read(folder)
    if found is None:
        raise InputError("the audit was erased meanwhile", do="hand the tables in again")
    return found


def _keep_map(folder: Path, text: str) -> None:
    write_whole(folder / "map.yaml", text.replace("\r\n", "\n").encode(), mode=0o600)


def _seen(service: Service, folder: Path) -> dict[str, Any]:
    """What the page of a map shows: the look, the map and its form, ten rows after, and what is wrong with the map."""

    def read(name: str) -> Any:
        try:
            return json.loads(audit_shelf.read_sealed(service, folder / name))
        except (OSError, ValueError):
            return None

    look = read("look.json")
    text = (folder / "map.yaml").read_text(encoding="utf-8") if (folder / "map.yaml").is_file() else ""
    headers = list(dict.fromkeys(c["column"] for t in (look or {}).get("tables", []) for c in t["columns"] if c["becomes"] != "never read"))
    form, wrong = None, ""
    if look is not None and text:
        try:
            form = audit_map.form_of(text, headers)
        except InputError as error:
            wrong = str(error)
    return {"look": look, "text": text, "headers": headers, "form": form, "wrong": wrong, "after": read("after.json")}
