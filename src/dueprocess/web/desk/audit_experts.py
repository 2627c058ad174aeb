"""What experts do with an audit at the desk: rival theories, a class and its list, one stay explained, the version for the public.

Each does what its command does, and no more: a theory may not name folders of this machine, a list of people is sealed under
a passphrase of the one who asks, and every look at people is recorded with its purpose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dueprocess.audit.folder import explain
from dueprocess.audit.sealed import strong
from dueprocess.audit.theories import read_theory
from dueprocess.decide.present import to_html
from dueprocess.desk import NotHere, Who
from dueprocess.desk.people import allow
from dueprocess.kernel.errors import InputError
from dueprocess.kernel.instants import iso
from dueprocess.kernel.yamlread import parse
from dueprocess.law import load_lawbook
from dueprocess.law.durable import write_whole
from dueprocess.store import Person
from dueprocess.web.desk import audit_shelf, work
from dueprocess.web.desk.audit_shelf import PUBLIC, RESULT, Audit
from dueprocess.web.desk.drawing import shown
from dueprocess.web.desk.jobs import Jobs
from dueprocess.web.desk.service import Service
from dueprocess.web.desk.session import Form, Upload, page, post, post_file, see
from dueprocess.web.desk.shelf import download, whole_page

if TYPE_CHECKING:
    from fastapi import FastAPI

CLASS_SECONDS, WAIT = 600.0, 6.0
MOST_BYTES = 200_000
"""Of a theory or a definition: a page of text."""
PUBLIC_FILES: Mapping[str, str] = {"report.html": "text/html", "request.md": "text/markdown", "by_agency.csv": "text/csv", "by_month.csv": "text/csv", "by_end.csv": "text/csv", "problems.csv": "text/csv", "run.json": "application/json"}
CLASS_FILES: Mapping[str, str] = {"class.json": "application/json", "members.csv": "text/csv", "members.sealed": "application/octet-stream"}
_SLUG = re.compile(r"[a-z0-9-]{1,60}\Z")


def add_expert_pages(app: FastAPI, service: Service, jobs: Jobs, publish: Callable[[Who, Audit, Path], None]) -> None:
    """Add the routes; ``publish`` starts the run for the public. They stand before the audit's own forms."""

    def theory(request: Request, person: Person, who: Who, form: Form, files: list[Upload]) -> Response:
        allow(who, "audit")
        audit, folder = audit_shelf.one(service, who, request.path_params["audit"], own=True)
        if form.text("away"):
            number = form.number("away")
            if not 0 <= number < len(audit.theories):
                raise InputError("there is no such theory", do="reload the page")
            names = list(audit.theories)
            (folder / theory_file(names.pop(number))).unlink(missing_ok=True)
            audit_shelf.change(service, who, audit, theories=tuple(names))
            return see(f"/audit/one/{audit.id}")
        text = _text(form.text("theory"), files)
        if len(audit.theories) >= audit_shelf.MOST_THEORIES:
            raise InputError(f"more than {audit_shelf.MOST_THEORIES} theories", do="take one away first")
        name = _theory_of(folder, text, taken=audit.theories)
        audit_shelf.change(service, who, audit, theories=(*audit.theories, name))
        return see(f"/audit/one/{audit.id}")

    def make_class(request: Request, person: Person, who: Who, form: Form, files: list[Upload]) -> Response:
        allow(who, "audit")
        audit, folder = whole(service, who, request.path_params["audit"])
        _mine(audit, who)
        text, purpose, passphrase = _text(form.text("definition"), files), form.text("purpose").strip(), form.text("passphrase")
        entry = None
        if purpose or passphrase:
            if not purpose:
                raise InputError("people are named only for a stated purpose", do="write what the list is for: it stands in the log")
            strong(passphrase, where="passphrase")
            entry = {"at": iso(service.now(), service.desk.zone(who.agency)), "purpose": purpose[:500], "by_role": str(who.role)}
            service.looked(who, "list of a class, sealed", rows=int((audit.summary or {}).get("stays") or 0), purpose=purpose[:500])
        write_whole(folder / "class.yaml", text.encode(), mode=0o600)

        def then(found: Mapping[str, Any]) -> None:
            write_whole(folder / "class.json", json.dumps(found).encode(), mode=0o600)

        law = [str(p) for p in service.law_folders]
        jobs.start(folder, "class", work.make_class, [str(folder), "class.yaml", law, entry, passphrase if entry else ""], seconds=CLASS_SECONDS, then=then).wait(WAIT)
        return see(f"/audit/one/{audit.id}")

    def one_class(request: Request, person: Person, who: Who) -> Response:
        allow(who, "audit")
        audit, folder = whole(service, who, request.path_params["audit"])
        place = _class(folder, request.path_params["slug"])
        counts = json.loads((place / "class.json").read_text(encoding="utf-8"))
        files = [n for n in CLASS_FILES if (place / n).is_file()]
        return HTMLResponse(shown(service, "audit_class", person, audit=audit, slug=place.name, counts=counts, files=files))

    def class_file(request: Request, person: Person, who: Who) -> Response:
        allow(who, "audit")
        audit, folder = whole(service, who, request.path_params["audit"])
        place, name = _class(folder, request.path_params["slug"]), request.path_params["name"]
        if name not in CLASS_FILES or not (place / name).is_file():
            raise NotHere("there is no such file", do="choose one from the class's page")
        if name == "members.sealed":
            _mine(audit, who)
        service.looked(who, f"class file {name}", rows=int((audit.summary or {}).get("stays") or 0))
        return download((place / name).read_bytes(), name, CLASS_FILES[name])

    def stay(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "audit")
        audit, folder = whole(service, who, request.path_params["audit"])
        _mine(audit, who)
        wanted = form.text("stay").strip()
        if not wanted:
            raise InputError("no stay is named", do="write its id as the first column of stays.csv does, or its row, as row-17")
        service.looked(who, "audited stay explained", rows=1)
        decision = explain(folder / RESULT, wanted, lawbook=load_lawbook(*service.law_folders))
        return whole_page(to_html([decision]), back=f"/audit/one/{audit.id}", label="Back to the audit at the desk")

    def published(request: Request, person: Person, who: Who, form: Form) -> Response:
        allow(who, "audit")
        audit, folder = whole(service, who, request.path_params["audit"])
        _mine(audit, who)
        publish(who, audit, folder)
        return see(f"/audit/one/{audit.id}")

    def public_file(request: Request, person: Person, who: Who) -> Response:
        allow(who, "audit")
        _, folder = whole(service, who, request.path_params["audit"])
        name = request.path_params["name"]
        if name not in public_names(folder):
            raise NotHere("there is no such file", do="choose one from the audit's page")
        service.looked(who, f"audit file for the public, {name}", rows=0)
        return download((folder / PUBLIC / name).read_bytes(), name, PUBLIC_FILES.get(name, "text/csv"))

    app.add_route("/audit/one/{audit}/theory", post_file(service, theory), methods=["POST"])
    app.add_route("/audit/one/{audit}/class", post_file(service, make_class), methods=["POST"])
    app.add_route("/audit/one/{audit}/class/{slug}", page(service, one_class), methods=["GET"])
    app.add_route("/audit/one/{audit}/class/{slug}/{name}", page(service, class_file), methods=["GET"])
    app.add_route("/audit/one/{audit}/explain", post(service, stay), methods=["POST"])
    app.add_route("/audit/one/{audit}/public", post(service, published), methods=["POST"])
    app.add_route("/audit/one/{audit}/public/{name}", page(service, public_file), methods=["GET"])


def whole(service: Service, who: Who, id_: str) -> tuple[Audit, Path]:
    """An audit whose result is whole. Raises NotHere for any other."""
    audit, folder = audit_shelf.one(service, who, id_)
    if not audit.done or not (folder / RESULT / "run.json").is_file():
        raise NotHere("this audit has no result", do="run it first")
    return audit, folder


def public_names(folder: Path) -> list[str]:
    """The files of the version for the public, once it is whole."""
    place = folder / PUBLIC
    if not (place / "report.html").is_file():
        return []
    return sorted(p.name for p in place.iterdir() if p.name in PUBLIC_FILES or re.fullmatch(r"by_\w+\.csv", p.name))


def classes_of(folder: Path) -> list[tuple[str, str, int]]:
    """The classes that were counted: folder, name, stays."""
    found = []
    for path in sorted((folder / RESULT).glob("classes/*/class.json")):
        counts = json.loads(path.read_text(encoding="utf-8"))
        found.append((path.parent.name, str(counts["class"]), int(counts["members"]["stays"])))
    return found


def theory_file(name: str) -> str:
    """The file of a theory, by its name."""
    from hashlib import sha256

    return f"theory-{sha256(name.encode()).hexdigest()[:16]}.yaml"


def _theory_of(folder: Path, text: str, *, taken: tuple[str, ...]) -> str:
    """Check a theory and keep it in the audit's folder; its name."""
    document = parse(text, name="theory")
    if isinstance(document.value, dict) and "law" in document.value:
        raise InputError("a theory may name no folder of this machine", where="law", do="take law: out, or audit with the command on your own machine")
    draft = folder / "theory-draft.yaml"
    write_whole(draft, text.encode(), mode=0o600)
    try:
        name = read_theory(draft).name
    except InputError as error:
        raise InputError(error.what, where=error.where.replace(f"{draft}", "theory"), do=error.do) from None
    finally:
        draft.unlink(missing_ok=True)
    if name in taken or name == "this audit":
        raise InputError(f"two theories are called [{name}]", do="give each a name of its own")
    write_whole(folder / theory_file(name), text.encode(), mode=0o600)
    return name


def _text(typed: str, files: list[Upload]) -> str:
    """What was typed, or the one file that was handed in."""
    if len(files) + bool(typed.strip()) != 1:
        raise InputError("neither or both of a file and its text", do="choose one file, or paste its text")
    data = files[0].data if files else typed.replace("\r\n", "\n").encode()
    if len(data) > MOST_BYTES:
        raise InputError("this is far longer than any such file", do="choose the file again")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("this is no text", do="choose a YAML file in UTF-8") from None


def _mine(audit: Audit, who: Who) -> None:
    if audit.by != who.account:
        raise NotHere("only who made the audit does this", do="ask them, or make an audit of your own")


def _class(folder: Path, slug: str) -> Path:
    place = folder / RESULT / "classes" / slug
    if not _SLUG.match(slug) or not (place / "class.json").is_file():
        raise NotHere("there is no such class", do="choose one from the audit's page")
    return place
